/** Functions of float64 that JavaScript lacks. */

export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** A closed gate lets nothing through, not even infinity. */
const through = (x: number, gate: number): number => (gate === 0 ? 0 : x * gate);

/** x σ(x): Elfwing, Uchibe & Doya 2018. */
export const silu = (x: number): number => through(x, sigmoid(x));

/** Half of 1 + tanh(√(2/π) (x + 0.044715 x³)) is σ(a x + b x³), which loses no precision below 0. */
export const GELU_GATE = [Math.sqrt(8 / Math.PI), 0.044715 * Math.sqrt(8 / Math.PI)] as const;

/** Hendrycks & Gimpel 2016, sec. 2, the approximation by tanh. */
export const geluTanh = (x: number): number => through(x, sigmoid(GELU_GATE[0] * x + GELU_GATE[1] * x ** 3));

/** erf(x) = 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)) below 3; beyond, 1 - erfc by its continued fraction. To about 1e-13. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
