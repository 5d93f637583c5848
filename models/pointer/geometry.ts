/** Points in the unit square: their hull, its area, and the shortest round trip. */

export type Point = readonly [x: number, y: number];

const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** The corners of the convex hull, counter-clockwise, from the one of the lowest number (Andrew 1979). */
export function hull(points: readonly Point[]): number[] {
  const order = points.map((_, k) => k).sort((a, b) => points[a]![0] - points[b]![0] || points[a]![1] - points[b]![1]);
  const chain = (walk: readonly number[]): number[] => {
    const found: number[] = [];
    for (const k of walk) {
      while (found.length > 1 && turn(points[found.at(-2)!]!, points[found.at(-1)!]!, points[k]!) <= 0) found.pop();
      found.push(k);
    }
    return found.slice(0, -1);
  };
  const corners = [...chain(order), ...chain([...order].reverse())];
  const first = corners.indexOf(Math.min(...corners));
  return [...corners.slice(first), ...corners.slice(0, first)];
}

/** Of a simple polygon; half the sum of its cross products, below 0 where it goes round clockwise. */
function signedArea(polygon: readonly Point[]): number {
  return (
    polygon.reduce((sum, [x, y], k) => {
      const [u, v] = polygon[(k + 1) % polygon.length]!;
      return sum + x * v - u * y;
    }, 0) / 2
  );
}

export function area(polygon: readonly Point[]): number {
  return Math.abs(signedArea(polygon));
}

/** Does no side of the closed polygon cross another? */
export function isSimple(polygon: readonly Point[]): boolean {
  const n = polygon.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      const [a, b, c, d] = [polygon[i]!, polygon[(i + 1) % n]!, polygon[j]!, polygon[(j + 1) % n]!];
      if (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return false;
    }
  }
  return true;
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by);
}

export function tourLength(points: readonly Point[], tour: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < tour.length; k++) sum += distance(points[tour[k]!]!, points[tour[(k + 1) % tour.length]!]!);
  return sum;
}

/** The shortest round trip from point 0, counter-clockwise (Held & Karp 1962). Time n² 2ⁿ. */
export function shortestTour(points: readonly Point[]): number[] {
  const n = points.length;
  if (n === 1) return [0];
  // Sets of the points 1 … n - 1, and the last one visited.
  const m = n - 1;
  const apart = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) apart[i * n + j] = distance(points[i]!, points[j]!);
  const cost = new Float64Array(m << m).fill(Infinity);
  const from = new Int8Array(m << m).fill(-1);
  for (let k = 0; k < m; k++) cost[(1 << k) * m + k] = apart[k + 1]!;
  for (let set = 1; set < 1 << m; set++) {
    for (let last = 0; last < m; last++) {
      const here = cost[set * m + last]!;
      if (here === Infinity) continue;
      for (let next = 0; next < m; next++) {
        if ((set & (1 << next)) !== 0) continue;
        const at = (set | (1 << next)) * m + next;
        const there = here + apart[(last + 1) * n + next + 1]!;
        if (there < cost[at]!) [cost[at], from[at]] = [there, last];
      }
    }
  }
  let set = (1 << m) - 1;
  let last = 0;
  for (let k = 1; k < m; k++) if (cost[set * m + k]! + apart[k + 1]! < cost[set * m + last]! + apart[last + 1]!) last = k;
  const tour: number[] = [];
  while (last >= 0) {
    tour.push(last + 1);
    const before = from[set * m + last]!;
    set &= ~(1 << last);
    last = before;
  }
  tour.push(0);
  tour.reverse();
  return counterClockwise(points, tour);
}

/** The tour, or the same from its first point the other way round. */
export function counterClockwise(points: readonly Point[], tour: readonly number[]): number[] {
  return signedArea(tour.map((k) => points[k]!)) >= 0 ? [...tour] : [tour[0]!, ...tour.slice(1).reverse()];
}
