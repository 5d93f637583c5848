/** Elementwise functions of every backend against float64, from the least to the largest argument. */
import { describe, expect, it } from 'vitest';
import { reportBackends } from '../../runtime/backend/index.ts';
import { download } from '../../runtime/values.ts';
import * as rt from '../../runtime/ops.ts';
import * as tf from '../../runtime/tf.ts';
import { onKernelsOf } from './kernels.ts';

const usable = (await reportBackends()).filter((report) => report.usable).map(({ name }) => name);

/** Below this TensorFlow and graphics cards have 0. */
const SMALLEST = 1.2e-38;
const all: number[] = [0];
for (let power = -37; power <= 38; power++) for (const digits of [1, 1.37, 2.9]) all.push(digits * 10 ** power, -digits * 10 ** power);
for (let k = -700; k <= 700; k++) all.push(k * 0.0391);
for (let k = 0; k < 200; k++) all.push(200000 + k * 1.7, -k * 517.3, 60 + k * 0.2, -60 - k * 0.2);
const arguments_ = [...new Set(all.map(Math.fround))].filter(Number.isFinite);
const positive = arguments_.filter((x) => x > 0);
const other = arguments_.filter((x) => x !== 0);
const above = [...arguments_.filter((x) => x > -1), ...Array.from({ length: 20 }, (_, k) => Math.fround(2 ** -k - 1))].filter(
  (x) => x > -1,
);

function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x > 3)
    return (
      1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * Array.from({ length: 60 }, (_, k) => 60 - k).reduce((rest, n) => x + n / 2 / rest, x))
    );
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const FUNCTIONS: Readonly<
  Record<string, readonly [of: (x: tf.Tensor) => tf.Tensor, exact: (x: number) => number, xs?: readonly number[]]>
> = {
  exp: [tf.exp, Math.exp],
  log: [tf.log, Math.log, positive],
  expm1: [tf.expm1, Math.expm1],
  log1p: [tf.log1p, Math.log1p, above],
  sqrt: [tf.sqrt, Math.sqrt, positive],
  rsqrt: [tf.rsqrt, (x) => 1 / Math.sqrt(x), positive],
  tanh: [tf.tanh, Math.tanh],
  sigmoid: [tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  softplus: [tf.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  erf: [tf.erf, erf],
  sin: [tf.sin, Math.sin],
  cos: [tf.cos, Math.cos],
  atan: [tf.atan, Math.atan],
  silu: [rt.silu, (x) => x / (1 + Math.exp(-x))],
  gelu_tanh: [rt.geluTanh, (x) => x / (1 + Math.exp(-Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3)))],
  abs: [tf.abs, Math.abs],
  sign: [tf.sign, Math.sign],
  relu: [tf.relu, (x) => Math.max(x, 0)],
  'x ^ 3': [(x) => tf.pow(x, 3), (x) => x ** 3],
  'x ^ -1': [(x) => tf.pow(x, -1), (x) => 1 / x, other],
  'x ^ 0': [(x) => tf.pow(x, 0), () => 1],
  'x ^ 1.5': [(x) => tf.pow(x, 1.5), (x) => x ** 1.5, positive],
  '1 / x': [(x) => tf.div(1, x), (x) => 1 / x, other],
};
/** Relative error; of what is not named 3e-7. WGSL promises of exp 3 + 2 |x| units of the last place, and so of what is made of it. */
const WGSL = 1.1e-5;
/** The exponent of the gate is up to 87, and two or three roundings away. */
const GATE = 1.1e-5;
const MOST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  webgpu: {
    exp: WGSL,
    expm1: WGSL,
    log: WGSL,
    log1p: 1.5e-6,
    sigmoid: WGSL,
    softplus: WGSL,
    silu: WGSL,
    gelu_tanh: 2 * WGSL,
    'x ^ 1.5': WGSL,
  },
  cpu: { softplus: 5e-7, silu: 5e-7, gelu_tanh: GATE },
  wasm: { softplus: 5e-7, silu: 5e-7, gelu_tanh: GATE },
  tensorflow: { softplus: 5e-7, silu: 5e-7, gelu_tanh: GATE },
};
/** Where the gate falls below the smallest float, what it lets through is 0: that times x. */
const LEAST: Readonly<Record<string, number>> = { silu: 90 * SMALLEST, gelu_tanh: 11 * SMALLEST };

describe.each(usable)('on %s', (backend) => {
  onKernelsOf(backend);

  it.each(Object.keys(FUNCTIONS))('%s', async (name) => {
    const [of, exact, xs = arguments_] = FUNCTIONS[name]!;
    const made = tf.tidy(() => of(tf.tensor1d(xs.slice(), 'float32')));
    const given = await download(made);
    made.dispose();
    const most = MOST[backend]?.[name] ?? 3e-7;
    const least = LEAST[name] ?? SMALLEST;
    const wrong = xs.flatMap((x, k) => {
      const wanted = exact(x);
      const off = Math.abs(given[k]! - wanted);
      if (Math.abs(wanted) < least) return off < 2 * least ? [] : [`${x}: ${given[k]!} for ${wanted}`];
      const same = Math.fround(wanted) === given[k];
      return same || off <= most * Math.abs(wanted) ? [] : [`${x}: ${given[k]!} for ${wanted}`];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('tanh is 1 where it rounds to 1', async () => {
    const made = tf.tanh(tf.tensor1d([20, -20, 9.5, 1e30]));
    expect([...(await download(made))]).toEqual([1, -1, 1, 1]);
    made.dispose();
  });
});
