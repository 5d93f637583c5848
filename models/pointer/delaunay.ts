/** Delaunay triangulations, in the order in which the network learns to tell them. */
import Delaunator from 'delaunator';
import type { Point } from './geometry.ts';

export type Triangle = readonly [a: number, b: number, c: number];

/**
 * The triangles, each with its corners in ascending order, ordered by their incentres (Vinyals et al. 2015, sec. 3.2: without an
 * order the answers are too many to learn).
 */
export function delaunay(points: readonly Point[]): readonly Triangle[] {
  const { triangles } = Delaunator.from(points as [number, number][]);
  return Array.from({ length: triangles.length / 3 }, (_, k) => {
    const [a, b, c] = [...triangles.slice(3 * k, 3 * k + 3)].sort((i, j) => i - j);
    const triangle = [a!, b!, c!] as const;
    return { triangle, centre: incentre(triangle.map((corner) => points[corner]!)) };
  })
    .sort(({ centre: [ax, ay] }, { centre: [bx, by] }) => ax - bx || ay - by)
    .map(({ triangle }) => triangle);
}

/** Each corner weighs as much as the side opposite is long. */
function incentre(corners: readonly Point[]): Point {
  const weights = corners.map((_, k) => {
    const [[ax, ay], [bx, by]] = [corners[(k + 1) % 3]!, corners[(k + 2) % 3]!];
    return Math.hypot(ax - bx, ay - by);
  });
  const around = weights.reduce((a, b) => a + b);
  const mean = (axis: 0 | 1): number => corners.reduce((sum, corner, k) => sum + weights[k]! * corner[axis], 0) / around;
  return [mean(0), mean(1)];
}
