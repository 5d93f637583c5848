/**
 * What holds of every model besides its numbers: attention is a mean of its memory whatever the order, and eight examples can
 * be learnt by heart. That padding and neighbours change nothing, that nothing looks ahead, that a step is what teaching gives,
 * and the gradients, are in agreement.test.ts, causal.test.ts and references.test.ts.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { fit, useBackend, type Ints, type Model, type Values } from '../../runtime/index.ts';
import { compiled, relative, subject, usableBackends } from './support.ts';

type Any = Model<Record<string, number>, object, object, Values>;

beforeAll(async () => {
  // The quickest that is here: what is tested is the same on all.
  await useBackend((await usableBackends())[0]!);
});

const numbers = (count: number, seed: number): number[] => Array.from({ length: count }, (_, k) => Math.sin(1 + 2.3 * k + 1.7 * seed));
const rows = (count: number, width: number, seed: number): number[][] =>
  Array.from({ length: count }, (_, k) => numbers(width, 5 * k + seed));

describe.each([
  'Additive[align = 6](q, m)',
  'Dot(q, m, m)',
  'ScaledDot(q, m, m)',
  'General(q, m)',
  'Content(q, m)',
  'MultiHead[heads = 2](q, m)',
])('%s', (call) => {
  it('weighs its memory with parts of 1, and does not mind its order', async () => {
    const text = `dim memory: ragged, wide = 4\nmodel M(q: [wide], m: [memory, wide]) -> { read: [wide], weights: [memory${call.startsWith('Multi') ? ', heads: 2' : ''}] } { a = ${call}\n{ read = a, weights = a.weights } }`;
    const model = (await compiled<Any>('order.attn', new Map(), text)).create({ seed: 4 });
    const m = rows(5, 4, 1);
    const order = [3, 0, 4, 1, 2];
    // The shorter example pads the other.
    const [plain, moved, few] = await model.forward([
      { q: numbers(4, 9), m },
      { q: numbers(4, 9), m: order.map((k) => m[k]!) },
      { q: numbers(4, 9), m: m.slice(0, 2) },
    ]);
    expect(relative(moved!.read!.data, plain!.read!.data)).toBeLessThan(1e-5);
    for (const { weights } of [plain!, moved!, few!]) {
      const [places, heads = 1] = weights!.shape;
      for (let h = 0; h < heads; h++)
        expect(Array.from({ length: places! }, (_, k) => weights!.data[k * heads + h]!).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
    const size = plain!.weights!.data.length / 5;
    const row = (values: Values, k: number): number[] => Array.from(values.weights!.data.slice(k * size, (k + 1) * size));
    order.forEach((from, to) => expect(relative(row(moved!, to), row(plain!, from)), `place ${from}`).toBeLessThan(1e-5));
    expect(relative(row(plain!, 0), row(plain!, 1))).toBeGreaterThan(1e-3);
    model.dispose();
  });
});

interface Learnt {
  readonly name: string;
  readonly set?: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
  /** Loss of an answer that says nothing. */
  readonly chance: number;
  /** Loss below which nothing can come; 0 by default. */
  readonly floor?: number;
  readonly example: (k: number) => object;
}

/** Words in an order that no rule gives, and the symbol that ends them. */
const words = (k: number, count: number, of: number): Ints =>
  Array.from({ length: count }, (_, t) => 3 + ((k * 5 + t * t * 3 + k * t) % (of - 3)));
const sentence = (k: number): object => ({ tokens: words(k, 2 + (k % 4), 11), y: [...words(3 * k + 1, 1 + (k % 3), 9), 2] });
const picture = (k: number): number[][] => rows(8, 8, k).map((row) => row.map((x) => x * x));

const learnt: readonly Learnt[] = [
  { name: 'seq2seq', set: { p: 0 }, dims: { words: 11, characters: 9, embed: 16, hidden: 32 }, chance: Math.log(9), example: sentence },
  {
    name: 'bahdanau',
    set: { p: 0 },
    dims: { words: 11, characters: 9, embed: 16, hidden: 32, align: 16, maxout: 16 },
    chance: Math.log(9),
    example: sentence,
  },
  {
    name: 'transformer',
    set: { p: 0, layers: 1, warmup: 100, smoothing: 0, norm: 'post' },
    dims: { vocab: 11, model: 32, heads: 4, inner: 64 },
    chance: Math.log(11),
    example: sentence,
  },
  {
    name: 'transformer',
    set: { p: 0, layers: 1, warmup: 100, smoothing: 0, norm: 'pre' },
    dims: { vocab: 11, model: 32, heads: 4, inner: 64 },
    chance: Math.log(11),
    example: sentence,
  },
  {
    name: 'gpt',
    set: { p: 0, layers: 1 },
    dims: { vocab: 11, places: 6, model: 32, heads: 4 },
    chance: Math.log(11),
    // Which of the eight it is cannot be known before the first symbol.
    floor: Math.log(8) / 5,
    example: (k) => ({ y: [3 + k, ...words(k, 4, 11)] }),
  },
  {
    name: 'snail',
    set: { ways: 2, shots: 1 },
    dims: { height: 8, width: 8, asked: 2, embed: 16, fine: 4, middle: 8, coarse: 8 },
    chance: Math.log(2),
    example: (k) => ({
      image: [picture(3 * k), picture(3 * k + 1)],
      label: [k % 2, 1 - (k % 2)],
      question: [picture(7 * k + 40), picture(7 * k + 41)],
      answer: [k % 2, (k >> 1) % 2],
    }),
  },
];

describe('eight examples are learnt by heart in less than 500 steps', () => {
  it.each(
    learnt.map(
      (each) =>
        [
          `${each.name} ${Object.entries(each.set ?? {})
            .map(([key, value]) => `${key}=${value}`)
            .join(' ')}`,
          each,
        ] as const,
    ),
  )('%s', async (_title, { name, set = {}, dims, chance, floor = 0, example }) => {
    const model = (await subject(name, new Map(Object.entries(set)))).create({ dims, seed: 1 }) as unknown as Any;
    const train = Array.from({ length: 8 }, (_, k) => example(k));
    expect((await model.loss(train)).loss).toBeGreaterThan(chance / 3);
    let { loss } = await model.loss(train);
    for (let steps = 100; steps <= 500 && loss >= floor + 0.01; steps += 100) {
      await fit(model, { train }, { batchSize: 8, steps: 100 });
      ({ loss } = await model.loss(train));
    }
    expect(loss).toBeLessThan(floor + 0.01);
    model.dispose();
  });
});
