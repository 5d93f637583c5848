/** Show, attend and tell: beside the oracle; the regularisation by hand; the pictures it is trained on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Scatter } from '../../models/caption/scatter.ts';
import { captionOf, colours, drawScene, shapes, side } from '../../models/caption/scenes.ts';
import { drawn, inputOf, task } from '../../models/caption/task.ts';
import { generator } from '../../models/dates/task.ts';
import { useBackend, type GenerativeModel } from '../../runtime/index.ts';
import { agrees } from './agrees.ts';
import { compiled } from './support.ts';

const dims = { height: 4, width: 4, tile: 2, words: 6, features: 3, hidden: 4, embed: 3, align: 2 };
const wave = (at: number): number => 0.5 + 0.5 * Math.sin(at * at + at);
const image = (k: number): number[][][] =>
  [0, 1, 2].map((c) => Array.from({ length: 4 }, (_, y) => Array.from({ length: 4 }, (_none, x) => wave(k + 12 * y + 3 * x + c))));
const examples = [
  { image: image(1), y: [3, 5, 2] },
  { image: image(2), y: [4, 2] },
  { image: image(3), y: [2] },
];

agrees([
  {
    title: 'soft attention',
    path: 'caption/model.attn',
    set: { λ: 0.5 },
    dims,
    examples,
    lengths: ({ y }) => ({ target: (y as number[]).length }),
    most: 4,
  },
  {
    title: 'hard attention',
    path: 'caption/model.attn',
    set: { attention: 'hard', λr: 0.7, λe: 0.3 },
    dims,
    examples,
    lengths: ({ y }) => ({ target: (y as number[]).length }),
    most: 4,
  },
  {
    title: 'hard attention without a baseline, never the mean in training',
    path: 'caption/model.attn',
    set: { attention: 'hard', baseline: 'none', drawing: 1, glance: 'likeliest' },
    dims,
    examples,
    lengths: ({ y }) => ({ target: (y as number[]).length }),
    most: 4,
  },
]);

describe('what is asked of all looks together', () => {
  type Captions = GenerativeModel<Record<string, number>, { readonly image: number[][][] }, { readonly y: readonly number[] }>;

  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('is λ Σ (T / L - Σ α)²', async () => {
    const at = async (λ: number): Promise<Captions> =>
      (await compiled<Captions>('caption/model.attn', new Map([['λ', λ]]))).create({ dims, seed: 3 });
    const [without, weighed] = [await at(0), await at(0.5)];
    const loss = async (model: Captions): Promise<number> => (await model.loss([examples[0]!])).loss;
    const found = (await without.forward([examples[0]!]))[0]!;
    const { data } = found.weights!;
    const shares = [0, 1, 2, 3].map((place) => (3 / 4 - [0, 1, 2].reduce((sum, t) => sum + data[t * 4 + place]!, 0)) ** 2);
    expect((await loss(weighed)) - (await loss(without))).toBeCloseTo(0.5 * shares.reduce((a, b) => a + b, 0), 5);
  });
});

describe('pictures of shapes', () => {
  it('are told in the order of reading, are the same for the same numbers, and not all alike', () => {
    const random = generator(5);
    const scenes = Array.from({ length: 200 }, () => drawScene(random));
    for (const { things, pixels } of scenes) {
      expect(things.length).toBeGreaterThanOrEqual(2);
      expect(things.length).toBeLessThanOrEqual(5);
      const cell = things.map(({ x, y }) => Math.floor(y / 12) * 4 + Math.floor(x / 12));
      expect(cell).toEqual([...new Set(cell)].sort((a, b) => a - b));
      expect(captionOf(things)).toHaveLength(2 * things.length);
      expect(pixels).toHaveLength(side * side * 3);
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(drawScene(generator(5)).pixels).toEqual(scenes[0]!.pixels);
    const seen = new Set(scenes.flatMap(({ things }) => captionOf(things)));
    expect(seen).toEqual(new Set([...colours, ...shapes]));
  });

  it('show what they are asked to show', async () => {
    const { parse } = await task.open(task.configurations.quick!);
    const { input } = parse('red circle  Blue ring');
    expect(captionOf(input[drawn].things)).toEqual(['red', 'circle', 'blue', 'ring']);
    const { x, y } = input[drawn].things[0]!;
    const [red, green, blue] = inputOf(input[drawn]).image.map((plane) => plane[Math.floor(y)]![Math.floor(x)]!);
    expect(red! - Math.max(green!, blue!)).toBeGreaterThan(0.4);
    expect(() => parse('red circle blue')).toThrow(/expected the number of a picture/);
    expect(() => parse('red')).toThrow(/expected the number of a picture/);
  });
});

it('the scatter of estimates is their variance, entry by entry, and the mean without its own', () => {
  const scatter = new Scatter();
  for (const estimate of [
    [1, 1e6],
    [2, 1e6 + 2],
    [6, 1e6 + 1],
  ])
    scatter.add(estimate);
  expect(scatter.spread.variance).toBeCloseTo(7 + 1, 9);
  expect(scatter.spread.signal).toBeCloseTo(9 + (1e6 + 1) ** 2 - 8 / 3, 3);
});
