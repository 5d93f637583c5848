/** Numbers with a slope, in float64: references whose derivatives nobody has to write. */

export interface Dual {
  readonly v: number;
  readonly d: number;
}

export type Given = Dual | number;

const dual = (x: Given): Dual => (typeof x === 'number' ? { v: x, d: 0 } : x);
/** A slope of 0 goes no further, whatever it is multiplied by. */
const times = (d: number, by: number): number => (d === 0 ? 0 : d * by);

const unary =
  (f: (v: number) => number, slope: (v: number, y: number) => number) =>
  (x: Given): Dual => {
    const { v, d } = dual(x);
    const y = f(v);
    return { v: y, d: times(d, slope(v, y)) };
  };

export const exp = unary(Math.exp, (_v, y) => y);
export const log = unary(Math.log, (v) => 1 / v);
export const sqrt = unary(Math.sqrt, (_v, y) => 0.5 / y);
export const abs = unary(Math.abs, Math.sign);
export const tanh = unary(Math.tanh, (v) => 1 / Math.cosh(v) ** 2);
export const sigmoid = unary(
  (v) => 1 / (1 + Math.exp(-v)),
  (v) => 1 / ((1 + Math.exp(-v)) * (1 + Math.exp(v))),
);
export const relu = unary(
  (v) => Math.max(v, 0),
  (v) => (v > 0 ? 1 : 0),
);
export const softplus = unary(
  (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
  (v) => 1 / (1 + Math.exp(-v)),
);
export const sin = unary(Math.sin, Math.cos);
export const cos = unary(Math.cos, (v) => -Math.sin(v));
/** Abramowitz & Stegun 7.1.5 and 7.1.14: the series, and the continued fraction of its complement. */
export const erf = unary(
  (v) => {
    const x = Math.abs(v);
    if (x < 2.5) {
      let [term, total] = [x, x];
      for (let n = 1; n < 80; n++) total += (term *= (-x * x) / n) / (2 * n + 1);
      return Math.sign(v) * total * (2 / Math.sqrt(Math.PI));
    }
    let tail = 0;
    for (let n = 60; n > 0; n--) tail = n / 2 / (x + tail);
    return Math.sign(v) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + tail)));
  },
  (v) => (2 / Math.sqrt(Math.PI)) * Math.exp(-v * v),
);

export function add(...xs: readonly Given[]): Dual {
  return xs.map(dual).reduce((a, b) => ({ v: a.v + b.v, d: a.d + b.d }), { v: 0, d: 0 });
}

export function sub(a: Given, b: Given): Dual {
  return add(a, mul(-1, b));
}

export function mul(a: Given, b: Given): Dual {
  const [p, q] = [dual(a), dual(b)];
  return { v: p.v * q.v, d: times(p.d, q.v) + times(q.d, p.v) };
}

export function div(a: Given, b: Given): Dual {
  const [p, q] = [dual(a), dual(b)];
  return { v: p.v / q.v, d: times(p.d, 1 / q.v) - times(q.d, p.v / q.v / q.v) };
}

/** The first of equals has the slope. */
export function max(...xs: readonly Given[]): Dual {
  return xs.map(dual).reduce((a, b) => (b.v > a.v ? b : a));
}

/** Of a base of 0 or less the exponent has no slope. */
export function pow(a: Given, b: Given): Dual {
  const [p, q] = [dual(a), dual(b)];
  const y = p.v ** q.v;
  return { v: y, d: times(p.d, q.v === 0 ? 0 : q.v * p.v ** (q.v - 1)) + times(q.d, p.v > 0 ? y * Math.log(p.v) : 0) };
}

export function softmax(xs: readonly Given[]): readonly Dual[] {
  const most = max(...xs).v;
  const powers = xs.map((x) => exp(sub(x, most)));
  const total = add(...powers);
  return powers.map((x) => div(x, total));
}

export function logSoftmax(xs: readonly Given[]): readonly Dual[] {
  const most = max(...xs).v;
  const total = log(add(...xs.map((x) => exp(sub(x, most)))));
  return xs.map((x) => sub(sub(x, most), total));
}

/** Euclidean length; of nothing but zeros it has slope 0. */
export function length(xs: readonly Given[]): Dual {
  const all = xs.map(dual);
  return all.every(({ v }) => v === 0) ? { v: 0, d: 0 } : sqrt(add(...all.map((x) => mul(x, x))));
}
