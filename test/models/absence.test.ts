/** Absence is never a number: whatever stands where something is, and in whatever company, the results are those of the example alone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { fit, useBackend, type GenerativeModel } from '../../runtime/index.ts';
import { agrees } from '../programs/support.ts';
import { emit, type AnyModel } from './programs.ts';
import { relative, usableBackends } from './support.ts';

const backends = await usableBackends();
const made = new Map<string, Promise<AnyModel>>();

function model(text: string): Promise<AnyModel> {
  const known = made.get(text) ?? emit({ text }).then(({ create }) => create({ seed: 1 }));
  made.set(text, known);
  return known;
}

/** `y` of each example, of all in one batch. */
async function outputs(text: string, examples: readonly object[], name = 'y'): Promise<number[][]> {
  const all = await (await model(text)).forward(examples as Record<string, unknown>[]);
  return all.map((each) => Array.from((each as Record<string, { data: ArrayLike<number> }>)[name]!.data));
}

const SOFTMAX = 'dim source: ragged\nmodel A(s: [source]) -> y: [source] { softmax[source](s) }';
const MASKED = (value: string): string => `dim a = 3\nmodel A(s: [a], ok: bool[a], tiny: [] = 1) -> y: [a] { ${value} }`;

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each([-1e9, -1e10, -3e38, 3e38, 0])('softmax of two numbers of %d is a half each, alone and in company', async (number) => {
    const [pair, other] = await outputs(SOFTMAX, [{ s: [number, number] }, { s: [0, 0, 0] }]);
    expect(pair).toEqual([0.5, 0.5]);
    expect(relative(other!, [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(1e-6);
    expect((await outputs(SOFTMAX, [{ s: [number, number] }]))[0]).toEqual([0.5, 0.5]);
  });

  it('softmax takes -Infinity for a weight of 0, and gives 0 where nothing is present', async () => {
    const computed = 'dim source: ragged\nmodel A(s: [source]) -> y: [source] { softmax[source](2 + log(s)) }';
    expect((await outputs(computed, [{ s: [0, 2] }, { s: [0, 0, 3] }]))[0]).toEqual([0, 1]);
    const text = MASKED('softmax[a](s where ok)');
    expect(
      await outputs(text, [
        { s: [1, -1e9, -1e9], ok: [false, true, true] },
        { s: [1, 3e38, 3], ok: [false, false, false] },
      ]),
    ).toEqual([
      [0, 0.5, 0.5],
      [0, 0, 0],
    ]);
  });

  it('log_softmax is absent where its argument is', async () => {
    const text = MASKED('log_softmax[a](s where ok) else 7');
    const y = (await outputs(text, [{ s: [2, 3e38, 2], ok: [true, false, true] }]))[0]!;
    expect(relative(y, [-Math.LN2, 7, -Math.LN2])).toBeLessThan(1e-6);
  });

  it('the greatest position of nothing is none', async () => {
    const text = 'dim extra: ragged 0..\nmodel A(s: [extra]) -> y: [] { s[extra = argmax[extra](s)] else 7 }';
    expect(await outputs(text, [{ s: [] }, { s: [1, 3] }])).toEqual([[7], [3]]);
    await agrees(text, [{ s: [] }, { s: [1, 3] }]);
  });

  it('max, min and argmax are those of the present positions, whatever they hold', async () => {
    const text = MASKED(
      'm = (s / tiny) where ok\nzeros[a] + (if position[a] == 0 then max[a](m) else if position[a] == 1 then min[a](m) else argmax[a](m))',
    );
    const examples = [
      { s: [9, -1, -1], ok: [false, true, true], tiny: 0 },
      { s: [-9, 1, 1], ok: [false, true, true], tiny: 0 },
      { s: [0, -3.4e38, -3.4e38], ok: [false, true, true] },
      { s: [3e38, 1, 2], ok: [false, false, true] },
    ];
    expect(await outputs(text, examples)).toEqual([
      [-Infinity, -Infinity, 1],
      [Infinity, Infinity, 1],
      [Math.fround(-3.4e38), Math.fround(-3.4e38), 1],
      [2, 2, 2],
    ]);
  });
});

const POINTING = `dim target: ragged, words = 3
decoder D(z: [words], ok: bool[words]) generates y: index(words)[target] end 0 {
  state n: [] = 0
  n' = n + 1
  logits = z where ok
  same = tanh(z) where ok
  scaled = n * z where ok
  at most 4
}
model M(z: [words], ok: bool[words]) generates y: index(words)[target] { D(z, ok) }
`;
const objective = (loss: string): string => `${POINTING}objective O for M { loss = ${loss};  optimizer sgd(rate = 1) }`;

describe('what an objective reads of a decoder', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });
  const given = { z: [1, 2, 4], ok: [true, false, true], y: [2, 0] };

  it.each([
    ['mean[target, words](logits)', 2.5],
    ['min[target, words](logits)', 1],
    ['sum[target, words](logits else 5)', 20],
    ['sum[target, words](same)', 2 * (Math.tanh(1) + Math.tanh(4))],
    ['sum[target, words](scaled)', 5],
    ["mean[target](cross_entropy[words](logits, y'))", (Math.log(1 + Math.exp(-3)) + 3 + Math.log(1 + Math.exp(-3))) / 2],
  ])('carries its absence: %s', async (loss, expected) => {
    const { loss: found } = await (await model(objective(loss))).loss(
      [given, { ...given, ok: [true, true, true], y: [1, 1, 0] }].slice(0, 1),
    );
    expect(found).toBeCloseTo(expected, 4);
    await agrees(objective(loss), [given, { ...given, y: [0] }]);
  });

  it('what is forbidden has probability 0 there, and what is absent stays so', async () => {
    const text = `dim target: ragged, words = 4
decoder D(m: [words]) generates y: index(words)[target] start 0 end 1 {
  state s: [] = 0
  s' = s + 1
  part = m where position[words] > 1
  probability = 0.5 + zeros[words] where position[words] > 1
}
model M(m: [words]) generates y: index(words)[target] { D(m) }
objective O for M { loss = mean[target, words](probability);  metric part = mean[target, words](part);  optimizer sgd(rate = 1) }`;
    const { loss, metrics } = await (await model(text)).loss([{ m: [9, 9, 1, 3], y: [2, 3] }]);
    expect([loss, metrics.part]).toEqual([0.25, 2]);
  });

  const crossed = objective("mean[target](cross_entropy[words](logits, y'))");

  it('a target that is forbidden is an error that names the example and the position', async () => {
    const pointing = await model(crossed);
    const bad = { ...given, y: [2, 2, 1, 0] };
    const message = 'example 1: the loss is Infinity: `y[target = 2]` is 1, which `D` forbids there';
    await expect(pointing.loss([given, bad])).rejects.toThrow(message);
    await expect(pointing.gradients([given, bad])).rejects.toThrow(message);
    await expect(fit(pointing as never, { train: [given, bad] as never }, { batchSize: 2, steps: 3, reportEvery: 1 })).rejects.toThrow(
      'the loss is Infinity: `y[target = 2]` is 1',
    );
  });

  it('a target longer than the decoder may write is refused', async () => {
    await expect((await model(crossed)).loss([{ ...given, y: [2, 2, 2, 2, 0] }])).rejects.toThrow(
      'example 0: `y` has 5 positions, and the decoder `D` writes at most 4',
    );
  });

  it('of a distribution what a forbidden class has counts nothing; one that has nothing else is impossible', async () => {
    const text = `dim a = 3
model C(z: [a], ok: bool[a]) -> y: [a] { param w: [a] = 0;  z + w }
objective O for C given t: [a], c: index(a) { loss = cross_entropy[a](y where ok, t) + 0 * cross_entropy[a](y, c);  optimizer sgd(rate = 1) }`;
    const classes = await model(text);
    const example = { z: [0, 0, 0], ok: [true, true, false], t: [0.9, 0.05, 0.05], c: 0 };
    expect((await classes.loss([example])).loss).toBeCloseTo(0.95 * Math.LN2, 5);
    await agrees(text, [example, { ...example, z: [1, 2, 3], ok: [false, true, true] }]);
    await expect(classes.loss([example, { ...example, t: [0, 0, 1] }])).rejects.toThrow(
      'example 1: the loss is Infinity: a target of probability 0',
    );
  });

  it('forward gives -Infinity for what is forbidden, and no search takes it', async () => {
    const pointing = (await model(crossed)) as unknown as GenerativeModel<Record<string, number>, object, object>;
    const low = { z: [-3e8, -2e8, -2e8], ok: [true, true, false] };
    const [first] = await pointing.forward([{ ...low, y: [1, 0] }]);
    expect(Array.from((first as Record<string, { data: ArrayLike<number> }>).logits!.data)).toEqual(
      [-3e8, -2e8, -Infinity, -3e8, -2e8, -Infinity].map(Math.fround),
    );
    for (const method of ['greedy', 'sample'] as const)
      expect([...(await pointing.generate([low], { method }))[0]!.ids]).toEqual([1, 1, 1, 1]);
    expect((await pointing.generate([low], { method: 'beam', width: 3 }))[0]!.all.every(({ ids }) => !Array.from(ids).includes(2))).toBe(
      true,
    );
    await expect(pointing.generate([{ z: [0, 0, 0], ok: [false, false, false] }])).rejects.toThrow(
      'every choice of the first position is excluded',
    );
  });
});

describe('a lifted call', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const program = (value: string): string => `dim time: ragged, n = 3, k = 3, m = 2
block Plain(x: []) -> [] { x * sigmoid(x) }
block Twice(x: []) -> [] { Plain(Plain(x)) }
model M(x: [time]) -> y: [time, n] {
  param gate, a: [k] = normal(1), b: [n] = normal(1), q: [m] = normal(1)
  keys = outer(a * b) where gate < 0
  Additive[align = 2, q = m, key = k, k = n](q * x, ${value})
}`;

  // A map of what a block makes of each element of an absent key would be a present vector, if the elements were absent one by one.
  it.each(['keys', 'Plain(keys)', 'Twice(keys)'])('is absent over the axes that its argument is absent over: %s', async (value) => {
    await agrees(program(value), [{ x: [1.5] }, { x: [1, 2] }]);
  });
});
