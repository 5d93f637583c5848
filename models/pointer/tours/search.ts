/** Round trips near the shortest one, found quickly: for more points than can be solved exactly while training. */
import { chance } from '../../snail/chance.ts';
import { counterClockwise, distance, tourLength, type Point } from '../geometry.ts';

/** What must be gained, so that rounding makes no circle. */
const LEAST = 1e-12;

/**
 * A round trip from point 0, counter-clockwise: the walk to the nearest point, improved until neither turning a stretch round
 * (2-opt, Croes 1958) nor moving up to three points elsewhere (Or 1976) makes it shorter; then it is cut into four, put together
 * otherwise and improved again, time and again, and the shortest is kept (Martin, Otto & Felten 1991).
 *
 * @param kicks how often it is cut
 */
export function shortTour(points: readonly Point[], kicks: number): readonly number[] {
  const n = points.length;
  const apart = Float64Array.from({ length: n * n }, (_, k) => distance(points[Math.floor(k / n)]!, points[k % n]!));
  const improved = (tour: number[]): number[] => {
    while (turnRound(tour, apart, n) || move(tour, apart, n));
    return tour;
  };
  const random = chance('tours: cuts');
  let best = improved(nearest(apart, n, 0));
  let least = tourLength(points, best);
  for (let kick = 0; kick < kicks && n > 4; kick++) {
    const other = improved(kicked(best, random));
    const length = tourLength(points, other);
    if (length < least - LEAST) [best, least] = [other, length];
  }
  const zero = best.indexOf(0);
  return counterClockwise(points, [...best.slice(zero), ...best.slice(0, zero)]);
}

/** The double bridge: of four stretches the middle two change places. */
function kicked(tour: readonly number[], random: () => number): number[] {
  const [a, b, c] = [0, 0, 0].map(() => 1 + Math.floor(random() * (tour.length - 1))).sort((p, q) => p - q);
  return [...tour.slice(0, a), ...tour.slice(b, c), ...tour.slice(a, b), ...tour.slice(c)];
}

function nearest(apart: Float64Array, n: number, start: number): number[] {
  const tour = [start];
  const left = new Set(Array.from({ length: n }, (_, k) => k).filter((k) => k !== start));
  while (left.size > 0) {
    const here = tour.at(-1)!;
    const next = [...left].reduce((a, b) => (apart[here * n + b]! < apart[here * n + a]! ? b : a));
    left.delete(next);
    tour.push(next);
  }
  return tour;
}

/** Turns stretches round as long as that gains; false: none did. */
function turnRound(tour: number[], apart: Float64Array, n: number): boolean {
  let gained = false;
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b, c, d] = [tour[(i + n - 1) % n]!, tour[i]!, tour[j]!, tour[(j + 1) % n]!];
      if (a === c || b === d) continue;
      if (apart[a * n + c]! + apart[b * n + d]! >= apart[a * n + b]! + apart[c * n + d]! - LEAST) continue;
      for (let [from, to] = [i, j]; from < to; from++, to--) [tour[from], tour[to]] = [tour[to]!, tour[from]!];
      gained = true;
    }
  }
  return gained;
}

/** Moves the first stretch of up to three points whose moving gains; false: none does. */
function move(tour: number[], apart: Float64Array, n: number): boolean {
  for (let length = 1; length <= Math.min(3, n - 3); length++) {
    for (let i = 0; i < n; i++) {
      // Counted from the stretch on, so that it never goes round the end.
      const at = (k: number): number => tour[i + k < n ? i + k : i + k - n]!;
      const [first, last, before, after] = [at(0), at(length - 1), at(n - 1), at(length)];
      const saved = apart[before * n + first]! + apart[last * n + after]! - apart[before * n + after]! - LEAST;
      if (saved <= 0) continue;
      for (let k = length, p = after; k + 1 < n; k++) {
        const q = at(k + 1);
        const straight = apart[p * n + first]! + apart[last * n + q]!;
        const turnedRound = apart[p * n + last]! + apart[first * n + q]!;
        if (Math.min(straight, turnedRound) - apart[p * n + q]! < saved) {
          const turned = [...tour.slice(i), ...tour.slice(0, i)];
          const stretch = turned.slice(0, length);
          if (turnedRound < straight) stretch.reverse();
          tour.splice(0, n, ...turned.slice(length, k + 1), ...stretch, ...turned.slice(k + 1));
          return true;
        }
        p = q;
      }
    }
  }
  return false;
}
