/** What is asked of the points: an order, a hull, a triangulation; how an answer is written, and how near it is to the right one. */
import { delaunay } from './delaunay.ts';
import { area, hull, isSimple, type Point } from './geometry.ts';

export type Rows = readonly (readonly number[])[];

export interface Problem {
  readonly coordinates: 1 | 2;
  /** The columns of the table: exact answers, how much of an answer is right, and what else there is to say of it. */
  readonly columns: readonly string[];
  readonly samples: readonly string[];
  /** The right answer, points counted from 0. */
  solve(rows: Rows): readonly number[];
  measure(rows: Rows, right: readonly number[], given: readonly number[]): readonly number[];
  /** The answer as lines between points; null: it is none. */
  walk(answer: readonly number[]): readonly (readonly number[])[] | null;
}

const same = (right: readonly number[], given: readonly number[]): number =>
  given.length === right.length && right.every((id, i) => id === given[i]) ? 1 : 0;

const pointsOf = (rows: Rows): readonly Point[] => rows as unknown as readonly Point[];

const sorting: Problem = {
  coordinates: 1,
  columns: ['exact match', 'positions right'],
  samples: ['0.31 0.82 0.05 0.64 0.47'],
  solve: (rows) => rows.map((_, k) => k).sort((a, b) => rows[a]![0]! - rows[b]![0]! || a - b),
  measure: (_rows, right, given) => [same(right, given), right.filter((id, i) => id === given[i]).length / right.length],
  walk: () => null,
};

const scattered = '0.1,0.2 0.9,0.1 0.5,0.5 0.8,0.9 0.2,0.7 0.4,0.3';

/**
 * Vinyals et al. 2015, sec. 3.1: counter-clockwise, from the corner of the lowest number. What crosses itself or comes back to a point
 * covers nothing; the paper leaves it out of the mean, which is the area covered by the share of simple polygons.
 */
const convexHull: Problem = {
  coordinates: 2,
  columns: ['exact match', 'area covered', 'simple polygons'],
  samples: [scattered],
  solve: (rows) => hull(pointsOf(rows)),
  measure: (rows, right, given) => {
    const polygon = (ids: readonly number[]): Point[] => ids.map((id) => pointsOf(rows)[id]!);
    const simple = given.length > 2 && new Set(given).size === given.length && isSimple(polygon(given));
    return [same(right, given), simple ? area(polygon(given)) / area(polygon(right)) : 0, simple ? 1 : 0];
  },
  walk: (answer) => [answer],
};

/** Sec. 3.2: corners of triangle after triangle. In whatever order they come, the triangulation is the same. */
const triangulation: Problem = {
  coordinates: 2,
  columns: ['exact match', 'triangles found'],
  samples: [scattered],
  solve: (rows) => delaunay(pointsOf(rows)).flat(),
  measure: (_rows, right, given) => {
    const [wanted, found] = [right, given].map((ids) => new Set(trianglesIn(ids).map((each) => [...each].sort((a, b) => a - b).join())));
    const common = [...wanted!].filter((each) => found!.has(each)).length;
    return [given.length % 3 === 0 && common === wanted!.size && found!.size === wanted!.size ? 1 : 0, common / wanted!.size];
  },
  walk: trianglesIn,
};

/** Three by three; what is left over is none. */
function trianglesIn(ids: readonly number[]): (readonly number[])[] {
  return Array.from({ length: Math.floor(ids.length / 3) }, (_, k) => ids.slice(3 * k, 3 * k + 3));
}

export const problems = { sorting, hull: convexHull, delaunay: triangulation } as const satisfies Readonly<Record<string, Problem>>;
export type ProblemName = keyof typeof problems;
