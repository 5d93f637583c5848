/** How far a decoder goes, how it ranks what it found, and what becomes of it where nothing may follow. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend, type GenerateOptions, type GenerativeModel } from '../../runtime/index.ts';
import { compiled } from './support.ts';

type Any = Record<string, unknown>;
type Generating = GenerativeModel<Record<string, number>, Any, Any>;
const emit = async (text: string): Promise<Generating> =>
  (await compiled<Generating>(`limits-${text.length}.attn`, new Map(), text)).create({ seed: 1 });

const writing = (more: string): string => `dim s: ragged, target: ragged, room: ragged, words = 4, d = 2
decoder W(h: [s, d]) generates y: index(words)[target] start 1 {
  param table: [words, d]
  state q: [d] = mean[s](h)
  q' = tanh(q + table[y])
  logits = Linear[words](q')
  ${more}
}
model M(x: [s, d]) generates y: index(words)[target] { W(x) }`;

beforeAll(() => useBackend('cpu'));

describe('a decoder', () => {
  it('goes as far as its example says, where nothing else reads that', async () => {
    const model = await emit(writing('at most min(room, 4)'));
    const found = await model.generate([
      { x: [[1, 2]], room: 2 },
      { x: [[1, 2]], room: 9 },
    ]);
    expect(found.map(({ ids }) => ids.length)).toEqual([2, 4]);
  });

  it('refuses a bound that is not a number of positions, and previous outputs that are not arrays', async () => {
    const model = await emit(writing('at most min(room, 4)'));
    await expect(model.generate([{ x: [[1, 2]], room: 1e12 }])).rejects.toThrow('a whole number from 1 to 67108864: given 1000000000000');
    const decoding = model.encode([{ x: [[1, 2]], room: 2 }]);
    await expect(decoding.step(null as unknown as number[])).rejects.toThrow(
      'expected the previous outputs as an array of ids, given null',
    );
    decoding.dispose();
  });

  it('ranks by sizes and by lengths', async () => {
    const model = await emit(writing('at most 3;  rank logp / (length + d + s)'));
    const [one, two] = await model.generate(
      [
        { x: [[1, 2]] },
        {
          x: [
            [1, 2],
            [1, 2],
          ],
        },
      ],
      { method: 'beam', width: 2 },
    );
    expect(one!.score).toBeCloseTo(one!.logProbability / (3 + 2 + 1), 6);
    expect(two!.score).toBeCloseTo(two!.logProbability / (3 + 2 + 2), 6);
  });
});

describe('of an example that has ended nothing is required', () => {
  const counting = `dim s: ragged, target: ragged, words = 4
decoder W(h: [s], k: int[]) generates y: index(words)[target] start 1 end 2 {
  require target <= s
  param table: [words]
  state q: [] = mean[s](h), n: int[] = 1
  q' = tanh(q + table[y])
  n' = n * k
  logits = Linear[words](stack[two](q', if n > 5 then 1 else 0)) where position[words] != 2
  at most s
}
model M(x: [s], k: int[]) generates y: index(words)[target] { W(x, k) }`;
  it.each<[string, GenerateOptions]>([
    ['greedily', {}],
    ['with a beam', { method: 'beam', width: 3 }],
    ['by chance', { method: 'sample' }],
  ])('%s', async (_how, options) => {
    const model = await emit(counting);
    const [short, long, wrong] = [
      { x: [1], k: 2 ** 20 },
      { x: [1, -1, 0.5], k: 1 },
      { x: [1, 2, 3], k: 2 ** 20 },
    ];
    const both = await model.generate([short, long], options);
    expect(both.map(({ ids }) => ids.length)).toEqual([1, 3]);
    for (const [row, example] of [short, long].entries())
      expect((await model.generate([example], { ...options, ids: [row] }))[0]!.ids).toEqual(both[row]!.ids);
    await expect(model.generate([long, wrong], options)).rejects.toThrow("example 1: `n' = n * k`");
    model.dispose();
  });
});

describe('where every choice is excluded', () => {
  const pointing = `dim points: ragged, tour: ragged, d = 2
decoder P(e: [points, d]) generates y: index(points)[tour] {
  param go: [d]
  state s: [d] = mean[points](e), v: bool[points] = false
  s' = GRU(first go then e[y], s)
  logits = e @ s' where not v and position[points] > 0
  v' = v or position[points] == y'
  at most points
}
model M(e: [points, d]) generates y: index(points)[tour] { P(e) }`;
  const e = [
    [
      [1, 2],
      [3, 4],
      [0.5, 1],
    ],
    [
      [1, 0],
      [2, 2],
    ],
  ];

  it('targets are positions of the input, also where no objective says so', async () => {
    const model = await emit(pointing);
    const values = (
      await model.forward([
        { e: e[0], y: [1, 2] },
        { e: e[1], y: [1] },
      ])
    )[0]!;
    expect(values.logits!.shape).toEqual([2, 3]);
    expect([0, 3, 4].map((k) => values.logits!.data[k])).toEqual([-Infinity, -Infinity, -Infinity]);
    await expect(
      model.forward([
        { e: e[0], y: [1, 2] },
        { e: e[1], y: [2] },
      ]),
    ).rejects.toThrow('example 1: `y[tour = 0]` is 2, outside `points` (0 … 1)');
    model.dispose();
  });

  it.each<[string, GenerateOptions]>([
    ['greedily', {}],
    ['with a beam', { method: 'beam', width: 3 }],
    ['by chance', { method: 'sample' }],
  ])('what there is breaks off, at the limit too: %s', async (_how, options) => {
    const model = await emit(pointing);
    const found = await model.generate(
      e.map((points) => ({ e: points })),
      options,
    );
    expect(found.map(({ ids, ended }) => [[...ids].sort(), ended])).toEqual([
      [[1, 2], false],
      [[1], false],
    ]);
  });
});
