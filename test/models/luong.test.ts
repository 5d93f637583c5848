/** Luong's models: whole and through windows, beside the oracle; the windows by hand. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend, type Model, type Values } from '../../runtime/index.ts';
import { agrees } from './agrees.ts';
import { compiled, relative, usableBackends, type Compiled } from './support.ts';

const dims = { words: 11, characters: 7, embed: 3, hidden: 4, align: 3, reach: 1 };
/** Inputs shorter than a window, and longer. */
const examples = [
  { tokens: [3, 7, 1, 5, 2], y: [3, 5, 2] },
  { tokens: [9], y: [4, 2] },
];
agrees(
  [
    { title: 'all of the input', score: 'dot', look: 'global', upper: 1 },
    { title: 'a window that moves on, three layers', score: 'general', look: 'monotonic', upper: 2 },
    { title: 'a window that is predicted', score: 'additive', look: 'predictive', upper: 1 },
  ].map(({ title, ...set }) => ({
    title,
    path: 'luong/model.attn',
    set,
    dims,
    examples,
    most: 4,
    lengths: ({ tokens, y }) => ({ source: (tokens as number[]).length, target: (y as number[]).length }),
  })),
);

interface Asked {
  readonly query: readonly number[];
  readonly keys: readonly (readonly number[])[];
  readonly at: number;
  readonly p: number;
}
type Looking = Model<Record<string, number>, Asked, object, Values>;

const program = (reach: number): string => `
import score from "std/attention"
import LocalMonotonic, LocalPredictive from "std/local"
dim source: ragged, d = 2
model Look(query: [d], keys: [source, d], at: int[], p: []) -> { moved: [d], moving: [source], found: [d], finding: [source] } {
  m = LocalMonotonic[${reach}](query, keys, at)
  f = LocalPredictive[${reach}](query, keys, p)
  { moved = 1 * m, moving = m.weights, found = 1 * f, finding = f.weights }
}`;

/** Both attentions in plain loops, with dot products for scores. */
function windows({ query, keys, at, p }: Asked, reach: number): { readonly moving: number[]; readonly finding: number[] } {
  const score = keys.map((key) => key.reduce((sum, x, i) => sum + x * query[i]!, 0));
  const softmax = (middle: number): number[] => {
    const powers = score.map((value, s) => (Math.abs(s - middle) <= reach ? Math.exp(value) : 0));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => (total === 0 ? 0 : power / total));
  };
  return {
    moving: softmax(at),
    finding: softmax(Math.floor(p)).map((weight, s) => weight * Math.exp(-((s - p) ** 2) / (2 * (reach / 2) ** 2))),
  };
}

const backends = await usableBackends();
const wave = (at: number): number => Math.sin(at * at + 0.3 * at + 1);
const asked: readonly Asked[] = [
  [7, 3, 3.3],
  [1, 0, 0.6],
  [9, 8, 8.9],
  [4, 0, 0.2],
  [3, 1, 2.999],
].map(([count, at, p], n) => ({
  query: [wave(n), wave(n + 3)],
  at: at!,
  p: p!,
  keys: Array.from({ length: count! }, (_, j) => [2 * wave(3 * j + n), wave(5 * j + n)]),
}));

describe('windows', () => {
  let subject: Compiled<Looking>;

  beforeAll(async () => {
    subject = await compiled<Looking>('windows.attn', new Map([['score', 'dot']]), program(2));
  });

  it.each(backends)('are those of the paper on %s, also at both ends', async (backend) => {
    await useBackend(backend);
    for (const [n, found] of (await subject.create({ seed: 1 }).forward(asked)).entries()) {
      const { moving, finding } = windows(asked[n]!, 2);
      expect(relative(found.moving!.data, moving), `moving, example ${n}`).toBeLessThan(1e-5);
      expect(relative(found.finding!.data, finding), `finding, example ${n}`).toBeLessThan(1e-5);
      for (const [result, weights] of [
        ['moved', moving],
        ['found', finding],
      ] as const) {
        expect(
          relative(
            found[result]!.data,
            [0, 1].map((i) => asked[n]!.keys.reduce((sum, key, s) => sum + weights[s]! * key[i]!, 0)),
          ),
          `${result}, example ${n}`,
        ).toBeLessThan(1e-5);
      }
    }
  });

  it('weigh by the Gaussian, and are not made to sum to 1', async () => {
    await useBackend('cpu');
    const keys = Array.from({ length: 10 }, () => [0, 0]);
    const found = (await subject.create({ seed: 1 }).forward([{ query: [1, 1], keys, at: 0, p: 4.3 }]))[0]!;
    const expected = [0, 0, 0.014201, 0.085911, 0.191199, 0.156541, 0.047149, 0, 0, 0];
    expected.forEach((weight, s) => expect(found.finding!.data[s]).toBeCloseTo(weight, 5));
    expect(Array.from(found.finding!.data).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0.495002, 5);
  });
});
