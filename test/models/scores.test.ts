/**
 * The attentions of std/attention against references in plain loops, written from the papers alone: weights, contexts and
 * slopes on every backend, the numbers by hand, what is masked, and what each score has in common with another.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend, type Model, type Values } from '../../runtime/index.ts';
import { compiled, relative, usableBackends, type Compiled } from './support.ts';

interface Asked {
  readonly query: readonly number[];
  readonly keys: readonly (readonly number[])[];
  readonly keep: readonly boolean[];
}
type Looking = Model<Record<string, number>, Asked, { readonly to: readonly number[] }, Values>;
/** Parameters by their last name, row by row. */
type Parameters = Readonly<Record<string, readonly number[]>>;
/** How well one key matches, and where it stands; null where the score says nothing of that position. */
type Reference = (query: readonly number[], key: readonly number[], place: number, p: Parameters) => number | null;

const program = (call: string): string => `
dim source: ragged, q = 3, k = 2
model Look(query: [q], keys: [source, k], keep: bool[source]) -> { context: [k], weights: [source] } {
  a = ${call}
  { context = 1 * a, weights = a.weights }
}
objective Fit for Look given to: [k] { loss = sum[k]((context - to) ^ 2); optimizer sgd(rate = 0.1) }
`;
const align = 2;
const places = 3;

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const times = (W: readonly number[], x: readonly number[]): number[] =>
  Array.from({ length: W.length / x.length }, (_, row) => dot(W.slice(row * x.length, (row + 1) * x.length), x));
const length = (a: readonly number[]): number => Math.sqrt(dot(a, a));

interface Case {
  readonly score: string;
  /** The attention by itself. */
  readonly call: string;
  /** Query and keys are of one size. */
  readonly same: boolean;
  readonly reference: Reference;
}

const cases: readonly Case[] = [
  {
    score: 'additive',
    call: `Additive[${align}](query, keys where keep)`,
    same: false,
    reference: (q, m, _, p) =>
      dot(
        p.v!,
        times(p.W!, q).map((x, i) => Math.tanh(x + times(p.U!, m)[i]!)),
      ),
  },
  {
    score: 'concat',
    call: `Concat[${align}](query, keys where keep)`,
    same: false,
    reference: (q, m, _, p) => dot(p.v!, times(p.W!, [...q, ...m]).map(Math.tanh)),
  },
  { score: 'general', call: 'General(query, keys where keep)', same: false, reference: (q, m, _, p) => dot(q, times(p.W!, m)) },
  { score: 'dot', call: 'Dot(query, keys where keep, keys)', same: true, reference: (q, m) => dot(q, m) },
  { score: 'scaled', call: 'ScaledDot(query, keys where keep, keys)', same: true, reference: (q, m) => dot(q, m) / Math.sqrt(m.length) },
  {
    score: 'cosine',
    call: 'Content(query, keys where keep)',
    same: true,
    reference: (q, m, _, p) => (Math.log1p(Math.exp(p.strength![0]!)) * dot(q, m)) / (length(q) * length(m)),
  },
  {
    score: 'location',
    call: `Location[${places}](query, keys where keep)`,
    same: false,
    reference: (q, _, place, p) => (place < places ? times(p.W!, q)[place]! : null),
  },
];

/** Softmax over what is kept and has a score, and the mean of the keys with these weights. */
function attend(
  { query, keys, keep }: Asked,
  p: Parameters,
  reference: Reference,
): { readonly weights: number[]; readonly context: number[] } {
  const powers = keys.map((key, place) => {
    const score = keep[place]! ? reference(query, key, place, p) : null;
    return score === null ? 0 : Math.exp(score);
  });
  const total = powers.reduce((a, b) => a + b, 0);
  const weights = powers.map((power) => power / total);
  return { weights, context: keys[0]!.map((_, i) => keys.reduce((sum, key, place) => sum + weights[place]! * key[i]!, 0)) };
}

function compileCall(call: string, same: boolean, name: string): Promise<Compiled<Looking>> {
  const text = program(call);
  return compiled<Looking>(`look-${name}.attn`, new Map(), same ? text.replace('query: [q]', 'query: [k]').replace('q = 3, ', '') : text);
}

const wave = (at: number): number => Math.sin(at * at + 0.3 * at + 1);
/** One to five keys, more than a location-based score knows; some are masked. */
const examplesOf = (same: boolean): (Asked & { readonly to: readonly number[] })[] =>
  [3, 1, 5, 4].map((count, n) => ({
    query: Array.from({ length: same ? 2 : 3 }, (_, i) => 1.5 * wave(i + 7 * n)),
    keys: Array.from({ length: count }, (_, j) => [wave(3 * j + n), wave(5 * j + n + 2)]),
    keep: Array.from({ length: count }, (_, j) => j === 0 || (j + n) % 3 !== 0),
    to: [0.3, -0.2],
  }));

async function parametersOf(model: Looking): Promise<Record<string, number[]>> {
  return Object.fromEntries([...(await model.weights.store())].map(([path, { data }]) => [path.split('.').at(-1)!, Array.from(data)]));
}

/** Sets parameters by their last name. */
async function set(model: Looking, values: Parameters): Promise<void> {
  const stored = await model.weights.store();
  model.weights.restore(
    new Map(
      [...stored].map(([path, { data, shape }]) => [path, { shape, data: Float32Array.from(values[path.split('.').at(-1)!] ?? data) }]),
    ),
  );
}

const subjects = await Promise.all(
  cases.map(async (each) => ({
    ...each,
    alone: await compileCall(each.call, each.same, `alone-${each.score}`),
    switched: await compileCall(
      `Scored[${align}, ${places}, score = ${each.score}](query, keys where keep)`,
      each.same,
      `switched-${each.score}`,
    ),
  })),
);

describe.each(await usableBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(subjects)('$score', ({ alone, switched, same, reference }) => {
    const examples = examplesOf(same);

    it.each([
      { form: 'by itself', subject: alone },
      { form: 'behind the switch', subject: switched },
    ])('has the weights and contexts of the reference, $form', async ({ subject }) => {
      const model = subject.create({ seed: 3 });
      const p = await parametersOf(model);
      for (const [n, found] of (await model.forward(examples)).entries()) {
        const expected = attend(examples[n]!, p, reference);
        expect(relative(found.weights!.data, expected.weights), `weights of example ${n}`).toBeLessThan(1e-5);
        expect(relative(found.context!.data, expected.context), `context of example ${n}`).toBeLessThan(1e-5);
      }
    });

    it('has the slopes of the reference', async () => {
      const model = alone.create({ seed: 3 });
      const p = await parametersOf(model);
      const loss = (at: Parameters): number =>
        examples.reduce(
          (sum, example) => sum + attend(example, at, reference).context.reduce((all, x, i) => all + (x - example.to[i]!) ** 2, 0),
          0,
        ) / examples.length;
      const { gradients } = await model.gradients(examples);
      for (const { path } of model.parameters) {
        const name = path.split('.').at(-1)!;
        const slopes = p[name]!.map((_, entry) => {
          const moved = (by: number): Parameters => ({ ...p, [name]: p[name]!.map((x, i) => (i === entry ? x + by : x)) });
          return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5;
        });
        expect(relative(gradients[path]!.data, slopes), path).toBeLessThan(1e-3);
      }
      if (model.parameters.length === 0) expect(Object.keys(gradients)).toEqual([]);
    });
  });
});

describe('numbers by hand', () => {
  const keys = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const query = [1, 2];
  const all = [true, true, true];
  const softplusInverse = (x: number): number => Math.log(Math.expm1(x));

  beforeAll(async () => {
    await useBackend('cpu');
  });

  const hand: readonly {
    readonly score: string;
    readonly keep: readonly boolean[];
    readonly p: Parameters;
    readonly weights: readonly number[];
    readonly context?: readonly number[];
  }[] = [
    { score: 'dot', keep: all, p: {}, weights: [0.090031, 0.244728, 0.665241], context: [0.755271, 0.909969] },
    { score: 'dot', keep: [true, true, false], p: {}, weights: [0.268941, 0.731059, 0], context: [0.268941, 0.731059] },
    { score: 'scaled', keep: all, p: {}, weights: [0.140029, 0.283995, 0.575975] },
    { score: 'cosine', keep: all, p: { strength: [softplusInverse(1)] }, weights: [0.237243, 0.371035, 0.391722] },
    { score: 'cosine', keep: all, p: { strength: [softplusInverse(5)] }, weights: [0.044191, 0.413476, 0.542333] },
    // qᵀ W m and not mᵀ W q.
    { score: 'general', keep: all, p: { W: [1, 2, 0, 1] }, weights: [0.013213, 0.265388, 0.721399] },
    { score: 'additive', keep: all, p: { W: [1, 0, 0, 1], U: [1, 0, 0, 1], v: [1, 1] }, weights: [0.347948, 0.293139, 0.358913] },
    { score: 'concat', keep: all, p: { W: [1, 0, 1, 0, 0, 1, 0, 1], v: [1, 1] }, weights: [0.347948, 0.293139, 0.358913] },
    // Row j of W belongs to position j; two positions of three are there.
    { score: 'location', keep: [true, true, false], p: { W: [1, 0, 0, 1, 5, 5] }, weights: [0.268941, 0.731059, 0] },
  ];

  it.each(hand)('$score', async ({ score, keep, p, weights, context }) => {
    const subject = subjects.find((each) => each.score === score)!;
    const model = (await compileCall(subject.call, true, `golden-${score}`)).create({ seed: 1 });
    await set(model, p);
    const found = (await model.forward([{ query, keys, keep }]))[0]!;
    weights.forEach((weight, place) => expect(found.weights!.data[place], `weight ${place}`).toBeCloseTo(weight, 5));
    context?.forEach((x, i) => expect(found.context!.data[i], `context ${i}`).toBeCloseTo(x, 5));
  });
});

describe('what the scores have in common', () => {
  const find = (score: string): Compiled<Looking> => subjects.find((each) => each.score === score)!.alone;

  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('concat is additive with W and U side by side in one map', async () => {
    const [additive, concat] = [find('additive').create({ seed: 5 }), find('concat').create({ seed: 6 })];
    const { W, U, v } = (await parametersOf(additive)) as { W: number[]; U: number[]; v: number[] };
    await set(concat, {
      v,
      W: Array.from({ length: align }, (_, row) => [...W.slice(3 * row, 3 * row + 3), ...U.slice(2 * row, 2 * row + 2)]).flat(),
    });
    const examples = examplesOf(false);
    const [one, other] = [await additive.forward(examples), await concat.forward(examples)];
    for (const [n, { weights }] of one.entries()) expect(relative(other[n]!.weights!.data, weights!.data)).toBeLessThan(1e-6);
  });

  it('content ignores how long vectors are; without a strength no weight could be near 1', async () => {
    const model = find('cosine').create({ seed: 5 });
    const asked = examplesOf(true)[0]!;
    const plain = (await model.forward([asked]))[0]!;
    const longer = (
      await model.forward([
        { ...asked, query: asked.query.map((x) => 100 * x), keys: asked.keys.map((key, j) => key.map((x) => (j + 2) * x)) },
      ])
    )[0]!;
    expect(relative(longer.weights!.data, plain.weights!.data)).toBeLessThan(1e-5);
    const many = {
      query: [1, 0],
      keys: Array.from({ length: 9 }, (_, j) => [j === 4 ? 1 : -1, 0]),
      keep: Array.from({ length: 9 }, () => true),
    };
    const largest = async (strength: number): Promise<number> => {
      await set(model, { strength: [Math.log(Math.expm1(strength))] });
      return (await model.forward([many]))[0]!.weights!.data[4]!;
    };
    expect(await largest(1)).toBeCloseTo(Math.E ** 2 / (Math.E ** 2 + 8), 5);
    expect(await largest(10)).toBeGreaterThan(0.99);
  });

  it.each(['additive', 'concat', 'general', 'dot', 'scaled', 'cosine'])('%s does not mind the order of the keys', async (score) => {
    const { alone, same } = subjects.find((each) => each.score === score)!;
    const model = alone.create({ seed: 5 });
    const asked = examplesOf(same)[3]!;
    const turned = [2, 0, 3, 1];
    const plain = (await model.forward([asked]))[0]!;
    const moved = (
      await model.forward([{ ...asked, keys: turned.map((j) => asked.keys[j]!), keep: turned.map((j) => asked.keep[j]!) }])
    )[0]!;
    expect(relative(moved.context!.data, plain.context!.data)).toBeLessThan(1e-6);
    expect(
      relative(
        moved.weights!.data,
        turned.map((j) => plain.weights!.data[j]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it('location looks at positions alone, and at none behind the last it knows', async () => {
    const model = find('location').create({ seed: 5 });
    const asked = { ...examplesOf(false)[2]!, keep: [true, true, true, true, true] };
    const plain = (await model.forward([asked]))[0]!;
    const changed = (await model.forward([{ ...asked, keys: asked.keys.map(([a, b]) => [b! + 1, a! - 1]) }]))[0]!;
    expect(changed.weights!.data).toEqual(plain.weights!.data);
    expect([...plain.weights!.data.slice(places)]).toEqual([0, 0]);
  });

  it('those without a map say that they need one size', async () => {
    const made = await compileCall('Scored[2, 3, score = dot](query, keys where keep)', false, 'unequal');
    expect(() => made.create({ seed: 1 })).toThrow(/`q` \(3\) must equal `k` \(2\)/);
    expect(made.create({ dims: { q: 2 }, seed: 1 }).sizes).toMatchObject({ q: 2, k: 2 });
  });
});
