/** Draws from distributions. `random` gives numbers in [0, 1). */

/** From N(0, 1): Box & Muller 1958. */
export function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** From Gamma(shape, 1), shape ≥ 1: Marsaglia & Tsang 2000. */
export function drawGamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(random);
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * normal ** 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** By way of as many Gammas. */
export function drawDirichlet(weights: Float64Array, random: () => number): Float64Array {
  const shares = weights.map((weight) => drawGamma(weight, random));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}
