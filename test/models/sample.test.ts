/** `sample`: the draws of an example are its own, on every backend, in every function that is derived from a model. */
import { beforeAll, describe, expect, it } from 'vitest';
import { finiteDifference, interpret, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { useBackend, type Model, type Values } from '../../runtime/index.ts';
import { drawsOf } from './chance.ts';
import {
  bindings,
  compiled,
  parametersOf,
  relative,
  subject,
  usableBackends,
  type Input,
  type Subject,
  type Target,
  type Tested,
} from './support.ts';

const backends = await usableBackends();

interface Item {
  readonly x: readonly (readonly number[])[];
}
type Plain = Model<Record<string, number>, Item, object, Values>;

/** Draws in a body, in a lifted block, in a scan, over named axes. */
const everywhere = `
dim source: ragged, d = 3, latent = 2
block Noisy(x: [d]) -> [d] { x + 0.1 * sample normal[d]() }
block Choose(x: [d]) -> { at: index(d)[], kept: [] } {
  at = sample categorical[d](softmax[d](x) where x > -0.5)
  { at = at, kept = if sample bernoulli(0.6) then x[at] else 0 }
}
model M(x: [source, d]) -> { noisy: [source, d], at: index(d)[source], kept: [source], walk: [source], z: [latent], u: [source, latent], all: index(source)[], lit: [source, latent] } {
  c = Choose(x)
  walk = scan source with xt = x {
    state h: [] = 0
    h' = h + xt[sample categorical[d](xt ^ 2)] + sample normal()
    emit h'
  }
  twice = let_(x)
  {
    noisy = twice, at = c.at, kept = c.kept, walk = walk, z = sample normal[latent](), u = sample uniform[source, latent](),
    all = sample categorical[source](mean[d](x ^ 2)), lit = if sample bernoulli[latent](sigmoid(sum[d](x))) then 1 else 0
  }
}`.replace('twice = let_(x)', 'let f = Noisy\n  twice = f(f(x))');

const items: readonly Item[] = [
  {
    x: [
      [0.3, -0.2, 0.9],
      [-0.7, 0.1, 0.4],
      [0.8, -0.9, 0.2],
    ],
  },
  { x: [[-0.1, 0.5, 0.6]] },
  {
    x: [
      [0.2, 0.2, -0.8],
      [0.6, -0.3, 0.1],
    ],
  },
];

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('gives each example what the oracle computes from its draws, alone and in a padded batch', async () => {
    const tested = await compiled<Plain>('sample-everywhere/model.attn', new Map(), everywhere);
    const model = tested.create({ seed: 5 });
    const ids = [4, 9, 2];
    const together = await model.forward(items, { ids });
    const names = [...tested.program.outputs.keys()];
    for (const [k, item] of items.entries()) {
      const alone = (await model.forward([item], { ids: [ids[k]!] }))[0]!;
      const sizes = new Map([...Object.entries(model.sizes), ['source', item.x.length]] as [string, number][]);
      const bound: Bindings = {
        sizes,
        inputs: new Map([['x', item.x as Nested]]),
        parameters: new Map(),
        random: drawsOf(5, 0, ids[k]!, sizes),
      };
      const expected = interpret([...tested.program.outputs.values()], bound);
      for (const [j, name] of names.entries()) {
        expect(relative(together[k]![name]!.data, expected[j]!.data), `${name} of example ${k}`).toBeLessThan(1e-5);
        expect(relative(alone[name]!.data, expected[j]!.data), `${name} of example ${k} alone`).toBeLessThan(1e-5);
      }
    }
    const other = (await model.forward(items, { ids, seed: 6 }))[0]!;
    expect(other.z!.data).not.toEqual(together[0]!.z!.data);
    expect(await model.forward(items, { ids })).toEqual(together);
  });
});

describe('by chance', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('categorical has its probabilities and never chooses what has none or is absent', async () => {
    const text =
      'dim source: ragged, d = 5\nmodel M(p: [d], x: [source]) -> index(d)[source] { sample categorical[d](p * x where position[d] != 4) }';
    const model = (
      await compiled<Model<Record<string, number>, { p: number[]; x: number[] }, object, Values>>(
        'sample-shares/model.attn',
        new Map(),
        text,
      )
    ).create({ seed: 1 });
    const count = 20000;
    const p = [1, 2, 0, 5, 9];
    const drawn = (await model.forward([{ p, x: Array<number>(count).fill(1) }]))[0]!;
    const shares = p.map((_, place) => drawn.result!.data.filter((each: number) => each === place).length / count);
    for (const [place, expected] of [1 / 8, 2 / 8, 0, 5 / 8, 0].entries()) {
      expect(Math.abs(shares[place]! - expected)).toBeLessThanOrEqual(5 * Math.sqrt((expected * (1 - expected)) / count));
    }
  });

  it('normal has mean 0, variance 1 and no skew; bernoulli its probability', async () => {
    const text =
      'dim n = 40000\nmodel M(p: []) -> { z: [n], b: [n] } { { z = sample normal[n](), b = if sample bernoulli[n](p) then 1 else 0 } }';
    const model = (
      await compiled<Model<Record<string, number>, { p: number }, object, Values>>('sample-moments/model.attn', new Map(), text)
    ).create({});
    const drawn = (await model.forward([{ p: 0.3 }]))[0]!;
    const z = Array.from(drawn.z!.data);
    const moment = (k: number): number => z.reduce((sum, x) => sum + x ** k, 0) / z.length;
    expect(Math.abs(moment(1))).toBeLessThan(5 / 200);
    expect(Math.abs(moment(2) - 1)).toBeLessThan((5 * Math.sqrt(2)) / 200);
    expect(Math.abs(moment(3))).toBeLessThan((5 * Math.sqrt(15)) / 200);
    expect(Math.abs(moment(4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / 200);
    const share = Array.from(drawn.b!.data).reduce((sum, x) => sum + x, 0) / 40000;
    expect(Math.abs(share - 0.3)).toBeLessThan((5 * Math.sqrt(0.21)) / 200);
  });
});

// ---------------------------------------------------------------- decoders

const hard = (more: string): string => `
dim source: ragged, target: ragged, words = 9, d = 4
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  state s: [d] = mean[source](m)
  weights = softmax[source](m @ s)
  place   = sample categorical[source](weights)
  s'      = GRU(concat[d as input](table[y], m[place]), s)
  logits  = Linear[words](s') + 0.1 * sample normal[words]()
  at most 6
}
model Hard(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, d];  Write(E[tokens] + 0.3 * sample normal[d]()) }
${more}`;

const parallel = `
dim source: ragged, target: ragged, words = 9, d = 4
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  x = table[y] + 0.3 * sample normal[target, d]()
  seen = x + ScaledDot(x, x[target as key], x[target as key])
  place = sample categorical[source](softmax[source](m @ seen))
  logits = (seen + m[place] + sample normal[d]()) @ table
  at most 6
}
model Parallel(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, d];  Write(E[tokens]) }
`;

const sequences: readonly (Input & Target)[] = [
  { tokens: [3, 7, 1], y: [3, 5, 4, 8, 2] },
  { tokens: [8], y: [4, 2] },
  { tokens: [5, 1], y: [2] },
];

describe.each(backends)('decoders on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each([
    ['recurrent', hard('')],
    ['over the whole axis', parallel],
  ])('%s', (kind, text) => {
    let tested: Subject;
    let model: Tested;
    beforeAll(async () => {
      tested = await subject(`sample-${kind.split(' ')[0]}`, new Map(), text);
      model = tested.create({ seed: 3 });
    });

    it('draws for each position what the oracle draws', async () => {
      const parameters = await parametersOf(model);
      const outputs = await model.forward(sequences, { ids: [1, 0, 7] });
      for (const [k, example] of sequences.entries()) {
        const bound = bindings(model, parameters, example);
        const expected = interpret([...tested.program.outputs.values()], { ...bound, random: drawsOf(3, 0, [1, 0, 7][k]!, bound.sizes) });
        for (const [j, name] of [...tested.program.outputs.keys()].entries())
          expect(relative(outputs[k]![name]!.data, expected[j]!.data), `${name} of example ${k}`).toBeLessThan(1e-4);
      }
    });

    it('steps as it does when taught', async () => {
      const taught = await model.forward(sequences);
      const decoding = model.encode(sequences);
      for (let t = 0; t < 5; t++) {
        const { logits } = await decoding.step(sequences.map(({ y }) => (t === 0 ? 1 : (y[t - 1] ?? 0))));
        for (const [k, { y }] of sequences.entries()) {
          if (t < y.length)
            expect(
              relative(logits.data.slice(k * 9, (k + 1) * 9), taught[k]!.logits!.data.slice(t * 9, (t + 1) * 9)),
              `place ${t} of example ${k}`,
            ).toBeLessThan(1e-4);
        }
      }
      decoding.dispose();
    });

    it('generates the same alone and in company, also with a beam', async () => {
      for (const options of [{}, { method: 'beam', width: 3 }] as const) {
        const together = await model.generate(sequences, { ...options, ids: [0, 1, 2], seed: 8 });
        for (const [k, example] of sequences.entries()) {
          const alone = (await model.generate([example], { ...options, ids: [k], seed: 8 }))[0]!;
          expect([...alone.ids]).toEqual([...together[k]!.ids]);
          expect(alone.logProbability).toBeCloseTo(together[k]!.logProbability, 3);
        }
      }
    });
  });
});

describe('policy gradients', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('REINFORCE is an objective: its gradient is that of the log-probability of what was drawn', async () => {
    const tested = await subject(
      'sample-reinforce',
      new Map(),
      hard(`
objective Reinforce for Hard {
  R = sum[target](log_softmax[words](logits)[y'])
  chosen = sum[target](log(weights[place]))
  loss = -R - stop(R + 2) * chosen
  optimizer sgd(rate = 0.1)
}`),
    );
    const model = tested.create({ seed: 3 });
    const parameters = await parametersOf(model);
    const { gradients, loss } = await model.gradients(sequences, { step: 4 });
    const { training } = tested.program.objectives[0]!.updates[0]!;
    const each = sequences.map((example, k) => {
      const bound = bindings(model, parameters, example);
      return { ...bound, random: drawsOf(3, 4, k, bound.sizes) };
    });
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(loss).toBeCloseTo(mean(each.map((bound) => interpret([training.loss], bound)[0]!.data[0]!)), 4);
    const named = (end: string): string => model.parameters.find(({ path }) => path.endsWith(end))!.path;
    for (const path of [named('table'), named('E')]) {
      const entries = [0, 5, 13, 22];
      const differences = finiteDifference(training.loss, each, path, entries);
      const scale = Math.max(...Array.from(gradients[path]!.data, Math.abs));
      entries.forEach((entry, i) =>
        expect(Math.abs(gradients[path]!.data[entry]! - differences[i]!) / scale, `${path}[${entry}]`).toBeLessThan(2e-3),
      );
    }
  });
});
