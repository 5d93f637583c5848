/**
 * How far one set of pictures is from another: Heusel, Ramsauer, Unterthiner, Nessler & Hochreiter 2017, eq. (6), of features
 * that are fixed before any generator is trained, the principal components of the training pictures.
 */

type Vector = Float64Array;

/** Rows of numbers, square. */
type Square = readonly Vector[];

export interface Features {
  /** Of the pictures that the directions are from. */
  readonly mean: Vector;
  /** Orthonormal, by falling variance. */
  readonly directions: readonly Vector[];
}

/** Mean and covariance of features. */
export interface Moments {
  readonly mean: Vector;
  readonly covariance: Square;
}

/** The `count` directions in which the pictures vary most, by orthogonal iteration: Bauer 1957. */
export function principal(pictures: readonly ArrayLike<number>[], count: number, rounds = 60): Features {
  const { mean, covariance } = momentsOf(pictures);
  let directions = orthonormal(
    Array.from({ length: count }, (_, k) => Float64Array.from(mean, (__, i) => Math.cos((Math.PI * (k + 1) * (i + 0.5)) / mean.length))),
  );
  for (let round = 0; round < rounds; round++) directions = orthonormal(product(directions, covariance));
  return { mean, directions };
}

/** Gram & Schmidt, in order. */
function orthonormal(vectors: readonly Vector[]): Vector[] {
  const done: Vector[] = [];
  for (const vector of vectors) {
    const left = Float64Array.from(vector);
    for (const other of done) {
      const along = dot(other, left);
      for (let k = 0; k < left.length; k++) left[k]! -= along * other[k]!;
    }
    const length = Math.sqrt(dot(left, left));
    done.push(left.map((value) => value / length));
  }
  return done;
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

export function featuresOf({ mean, directions }: Features, picture: ArrayLike<number>): Vector {
  return Float64Array.from(directions, (direction) => direction.reduce((sum, weight, k) => sum + weight * (picture[k]! - mean[k]!), 0));
}

export function momentsOf(rows: readonly ArrayLike<number>[]): Moments {
  const width = rows[0]?.length ?? 0;
  const mean = new Float64Array(width);
  for (const row of rows) for (let k = 0; k < width; k++) mean[k]! += row[k]! / rows.length;
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  for (const row of rows) {
    const off = mean.map((value, k) => row[k]! - value);
    for (let i = 0; i < width; i++) {
      const [into, left] = [covariance[i]!, off[i]! / (rows.length - 1)];
      for (let j = 0; j <= i; j++) into[j]! += left * off[j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!;
  return { mean, covariance };
}

/** |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½). */
export function frechet(a: Moments, b: Moments): number {
  const means = a.mean.reduce((sum, value, k) => sum + (value - b.mean[k]!) ** 2, 0);
  // (C₁ C₂)^½ has the eigenvalues of (C₁^½ C₂ C₁^½)^½, which is symmetric.
  const root = squareRoot(a.covariance);
  const { values } = eigen(product(product(root, b.covariance), root));
  const shared = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return means + trace(a.covariance) + trace(b.covariance) - 2 * shared;
}

function trace(matrix: Square): number {
  return matrix.reduce((sum, row, k) => sum + row[k]!, 0);
}

function product(a: Square, b: Square): Square {
  return a.map((row) => {
    const sum = new Float64Array(row.length);
    for (const [k, weight] of row.entries()) for (let j = 0; j < sum.length; j++) sum[j]! += weight * b[k]![j]!;
    return sum;
  });
}

function squareRoot(matrix: Square): Square {
  const { values, vectors } = eigen(matrix);
  const scaled = vectors.map((vector, k) => vector.map((value) => value * Math.sqrt(Math.max(0, values[k]!))));
  return matrix.map((_, i) =>
    Float64Array.from(matrix, (__, j) => vectors.reduce((sum, vector, k) => sum + scaled[k]![i]! * vector[j]!, 0)),
  );
}

/** Eigenvalues of a symmetric matrix, and an eigenvector of length 1 for each: Jacobi 1846, in cyclic order. */
export function eigen(matrix: Square): { readonly values: Vector; readonly vectors: readonly Vector[] } {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const vectors = a.map((_, i) => Float64Array.from(a, (__, j) => (i === j ? 1 : 0)));
  const total = a.reduce((sum, row) => row.reduce((inner, value) => inner + value * value, sum), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p]![q]! ** 2;
    if (off <= 1e-22 * total) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apq = a[p]![q]!;
        if (apq === 0) continue;
        const θ = (a[q]![q]! - a[p]![p]!) / (2 * apq);
        const t = Math.sign(θ || 1) / (Math.abs(θ) + Math.hypot(θ, 1));
        const c = 1 / Math.hypot(t, 1);
        rotate(a, vectors, p, q, c, t * c);
      }
    }
  }
  return { values: Float64Array.from(a, (row, k) => row[k]!), vectors };
}

/** By an angle with cosine `c` and sine `s`, in the plane of p and q. */
function rotate(a: readonly Vector[], vectors: readonly Vector[], p: number, q: number, c: number, s: number): void {
  const [rowP, rowQ] = [a[p]!, a[q]!];
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (const [u, v] of [
    [rowP, rowQ],
    [vectors[p]!, vectors[q]!],
  ] as const) {
    for (let k = 0; k < u.length; k++) {
      const [x, y] = [u[k]!, v[k]!];
      u[k] = c * x - s * y;
      v[k] = s * x + c * y;
    }
  }
}
