/** The pointer network (Vinyals et al. 2015) against the oracle, in sorting, hulls and round trips; what its tasks take for right. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { area, hull, isSimple, shortestTour, tourLength, type Point } from '../../models/pointer/geometry.ts';
import { problems } from '../../models/pointer/problems.ts';
import { trainingOf } from '../../models/pointer/stages.ts';
import type { PointerModel } from '../../models/pointer/task.ts';
import { shortTour } from '../../models/pointer/tours/search.ts';
import { delaunay } from '../../models/pointer/delaunay.ts';
import { generator } from '../../models/dates/task.ts';
import { agrees, type Example } from './agrees.ts';
import { compiled } from './support.ts';

const points = (n: number, seed: number): Point[] =>
  Array.from({ length: n }, (_, i): Point => [0.5 + 0.5 * Math.sin(1 + 3 * i + 5 * seed), 0.5 + 0.5 * Math.cos(2 + 7 * i + 3 * seed)]);
const dims = { embed: 3, hidden: 3, align: 2, places: 9 };
const sorted: readonly Example[] = [3, 1, 4].map((n) => {
  const P = points(n, n).map(([x]) => [x]);
  return { P, y: [...problems.sorting.solve(P).map((k) => k + 1), 0] };
});
const hulls: readonly Example[] = [3, 4, 5].map((n) => {
  const P = points(n, n);
  return { P, y: [...hull(P).map((k) => k + 1), 0] };
});
const tours: readonly Example[] = [3, 1, 5].map((n) => ({ P: points(n, n), y: shortestTour(points(n, n)) }));
const lengths = (example: Example): Record<string, number> => ({
  points: (example.P as unknown[]).length,
  tour: (example.y as unknown[]).length,
});

agrees([
  {
    title: 'sorting',
    path: 'pointer/model.attn',
    set: { revisit: 'forbidden' },
    dims: { ...dims, coordinate: 1 },
    examples: sorted,
    lengths,
  },
  { title: 'hulls', path: 'pointer/model.attn', dims: { ...dims, coordinate: 2 }, examples: hulls, lengths, most: 4 },
  {
    title: 'a fixed output layer',
    path: 'pointer/model.attn',
    set: { output: 'classes' },
    dims: { ...dims, coordinate: 1 },
    examples: sorted,
    lengths,
    most: 4,
  },
  {
    title: 'round trips',
    path: 'pointer/tours/model.attn',
    dims: { embed: 6, hidden: 8, align: 12, coordinate: 2 },
    examples: tours,
    lengths: (example) => ({ points: (example.P as unknown[]).length }),
  },
]);

describe('decoding under a constraint', () => {
  let free: PointerModel;
  let bound: PointerModel;

  beforeAll(async () => {
    await useBackend('cpu');
    const [a, b] = await Promise.all(
      ['allowed', 'forbidden'].map((revisit) => compiled<PointerModel>('pointer/model.attn', new Map([['revisit', revisit]]))),
    );
    free = a!.create({ dims: { ...dims, coordinate: 1 }, seed: 3 });
    bound = b!.create({ dims: { ...dims, coordinate: 1 }, seed: 3 });
  });

  it('has the parameters of the same model without it', () => {
    expect(bound.parameters).toEqual(free.parameters);
  });

  it('chooses nothing twice, in any search', async () => {
    const inputs = sorted.map(({ P }) => ({ P: P as number[][] }));
    const found = [
      await bound.generate(inputs),
      await bound.generate(inputs, { method: 'sample', seed: 2 }),
      (await bound.generate(inputs, { method: 'beam', width: 4 })).flatMap(({ all }) => all),
    ].flat();
    for (const { ids } of found) expect(new Set(ids).size).toBe(ids.length);
    const loose = await free.generate(inputs, { method: 'sample', seed: 2 });
    expect(loose.some(({ ids }) => new Set(ids).size < ids.length)).toBe(true);
  });
});

/** Is d within the circle through a, b and c? By the sign of a determinant. */
function isInCircle(a: Point, b: Point, c: Point, d: Point): boolean {
  const rows = [a, b, c].map(([x, y]) => [x - d[0], y - d[1], (x - d[0]) ** 2 + (y - d[1]) ** 2] as const);
  const [[p, q, r], [s, t, u], [v, w, x]] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  const determinant = p * (t * x - u * w) - q * (s * x - u * v) + r * (s * w - t * v);
  const turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  return determinant * Math.sign(turn) > 1e-12;
}

describe('training by stages', () => {
  const draw = (_random: () => number, count: number) => ({ input: {}, target: {}, shown: `${count}`, answer: '' });

  it('draws batches of one number of points, small ones first', async () => {
    const source = trainingOf(draw, 5, 50, ['1:10', '101:50']);
    if (typeof source === 'function' || !('rollout' in source)) throw new Error('expected rollouts');
    const random = generator(7);
    const counts = async (step: number): Promise<number[]> =>
      (await source.rollout(null, random, 4, step)).map(({ shown }) => Number(shown));
    const early = await Promise.all(Array.from({ length: 99 }, (_, k) => counts(k + 1)));
    const late = await Promise.all(Array.from({ length: 99 }, (_, k) => counts(k + 101)));
    for (const batch of [...early, ...late]) expect(new Set(batch).size).toBe(1);
    const range = (batches: number[][]): number[] => [Math.min(...batches.flat()), Math.max(...batches.flat())];
    expect(range(early)).toEqual([5, 10]);
    expect(range(late)[1]).toBeGreaterThan(40);
  });

  it('draws each example by itself without stages', () => {
    const source = trainingOf(draw, 5, 10, undefined);
    if (typeof source !== 'function') throw new Error('expected a function');
    const random = generator(7);
    expect(new Set(Array.from({ length: 99 }, () => source(random).shown)).size).toBe(6);
  });
});

describe('geometry', () => {
  const permutations = (n: number): number[][] =>
    n === 0
      ? [[]]
      : permutations(n - 1).flatMap((rest) => Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]));

  it.each([4, 6, 7])('finds the shortest of all tours through %i points', (n) => {
    for (let seed = 0; seed < 5; seed++) {
      const P = points(n, seed);
      const tour = shortestTour(P);
      expect([...tour].sort((a, b) => a - b)).toEqual(P.map((_, k) => k));
      expect(tour[0]).toBe(0);
      // Counter-clockwise, by the shoelace formula.
      expect(
        tour.reduce((sum, k, at) => {
          const [[x, y], [u, v]] = [P[k]!, P[tour[(at + 1) % n]!]!];
          return sum + x * v - u * y;
        }, 0),
      ).toBeGreaterThan(0);
      expect(tourLength(P, tour)).toBeCloseTo(Math.min(...permutations(n).map((order) => tourLength(P, order))), 12);
    }
  });

  it.each([3, 5, 9])('finds corners outside of which none of %i points lies', (n) => {
    for (let seed = 0; seed < 5; seed++) {
      const P = points(n, seed);
      const corners = hull(P);
      expect(corners[0]).toBe(Math.min(...corners));
      corners.forEach((a, k) => {
        const [p, q] = [P[a]!, P[corners[(k + 1) % corners.length]!]!];
        // Counter-clockwise: everything lies to the left of each side.
        for (const r of P) expect((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])).toBeGreaterThanOrEqual(-1e-12);
      });
      expect(isSimple(corners.map((k) => P[k]!))).toBe(true);
    }
  });

  it('finds round trips as short as the shortest, quickly', () => {
    const random = generator(4);
    const short = Array.from({ length: 20 }, () => {
      const P = Array.from({ length: 11 }, (): Point => [random(), random()]);
      const tour = shortTour(P, 40);
      expect([...tour].sort((a, b) => a - b)).toEqual(P.map((_, k) => k));
      return tourLength(P, tour) / tourLength(P, shortestTour(P));
    });
    expect(Math.max(...short)).toBeLessThan(1 + 1e-9);
    expect(shortTour([[0, 0]], 1)).toEqual([0]);
  });

  it.each([4, 7, 12])('finds triangles of %i points whose circles are empty', (n) => {
    const random = generator(n);
    const P = Array.from({ length: n }, (): Point => [random(), random()]);
    const triangles = delaunay(P);
    expect(triangles.length).toBe(2 * n - 2 - hull(P).length);
    for (const corners of triangles) {
      const [a, b, c] = corners.map((k) => P[k]!);
      for (const [k, d] of P.entries()) if (!corners.includes(k)) expect(isInCircle(a!, b!, c!, d)).toBe(false);
    }
    const given = triangles
      .map(([a, b, c]) => [c, a, b])
      .reverse()
      .flat();
    const { measure, solve } = problems.delaunay;
    expect(measure(P, solve(P), given)).toEqual([1, 1]);
    expect(measure(P, solve(P), given.slice(3))).toEqual([0, (triangles.length - 1) / triangles.length]);
  });

  it('measures areas, and sees sides that cross', () => {
    const square: Point[] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    expect(area(square)).toBe(1);
    const { measure } = problems.hull;
    expect(measure(square, [0, 1, 2, 3], [0, 1, 2, 3])).toEqual([1, 1, 1]);
    expect(measure(square, [0, 1, 2, 3], [0, 1, 2])).toEqual([0, 0.5, 1]);
    // One that crosses itself, one that goes round twice, a line.
    for (const given of [
      [0, 2, 1, 3],
      [0, 1, 2, 0, 1, 2],
      [0, 1],
    ])
      expect(measure(square, [0, 1, 2, 3], given)).toEqual([0, 0, 0]);
    expect(isSimple([square[0]!, square[2]!, square[1]!, square[3]!])).toBe(false);
  });
});
