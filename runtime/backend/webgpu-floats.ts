/**
 * Functions of floats on WebGPU where the stock shader, or what WGSL promises of the built-in one, is too far from the value:
 * sine and cosine (2^-11 absolute, and nothing beyond π), atan (4096 units of the last place), tanh, erf, expm1 and log1p near 0,
 * logarithms of 0 and below, softplus below 0, powers with a whole exponent.
 */
import * as tf from '@tensorflow/tfjs-core';
import { input, kernelOf, wrapKernel } from './registration.ts';
import { run } from './webgpu-program.ts';

/** A polynomial in `z`, the constant term first. */
const polynomial = (...terms: readonly number[]): string =>
  terms.reduceRight((rest, term) => (rest === '' ? `f32(${term})` : `fma(z, ${rest}, f32(${term}))`), '');

/** erf(x) / x by powers of x². */
const ERF_SERIES = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320, 1 / 9360, -1 / 75600, 1 / 685440].map(
  (term) => (term * 2) / Math.sqrt(Math.PI),
);

/** (atan(x) - x) / x³ by powers of x² up to tan(π/8): Moshier's Cephes, `atanf`. */
const ATAN = [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2];
/** (log(1 + x) - x + x²/2) / x³ from √½ - 1 to √2 - 1: the same, `logf`. */
const LOG1P = [
  3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1, 1.167699874e-1, -1.151461031e-1,
  7.0376836292e-2,
];
/** (e^x - 1) / x. */
const EXPM1 = Array.from({ length: 10 }, (_, n) => 1 / Array.from({ length: n + 1 }, (__, k) => k + 1).reduce((a, b) => a * b));

/** 2/π, two bits in front of the point: Payne & Hanek 1983. */
const TWO_OVER_PI = [0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410, 0x7f9458ea];

const TURN = `
fn product(a : u32, b : u32) -> vec2<u32> {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let low = al * bl; let m = ah * bl + (low >> 16u); let n = al * bh + (m & 0xffffu);
  return vec2<u32>(ah * bh + (m >> 16u) + (n >> 16u), (n << 16u) | (low & 0xffffu));
}
// x less whole quarters of a turn, within an eighth of one, and how many quarters.
fn quarters(x : f32) -> vec2<f32> {
  let magnitude = abs(x);
  if (magnitude < 0.785) { return vec2<f32>(x, 0.0); }
  let words = array<u32, 8>(0u, ${TWO_OVER_PI.map((word) => `${word}u`).join(', ')});
  let bits = bitcast<u32>(magnitude);
  let scale = i32(bits >> 23u) - 126;
  let mantissa = ((bits & 0x7fffffu) << 8u) | 0x80000000u;
  let word = max(scale, 0) >> 5u; let shift = u32(max(scale, 0) & 31);
  var high = words[word]; var middle = words[word + 1]; var low = words[word + 2];
  if (shift > 0u) {
    let rest = words[word + 3];
    high = (high << shift) | (middle >> (32u - shift));
    middle = (middle << shift) | (low >> (32u - shift));
    low = (low << shift) | (rest >> (32u - shift));
  }
  var p = product(mantissa, middle);
  let carried = p.y + product(mantissa, low).x;
  p = vec2<u32>(p.x + select(0u, 1u, carried < p.y) + mantissa * high, carried);
  // Below 1 the mantissa stands one place too far to the left.
  if (scale < 0) { p = vec2<u32>(p.x >> 1u, (p.y >> 1u) | (p.x << 31u)); }
  var quarter = p.x >> 30u;
  p.x = p.x & 0x3fffffffu;
  var sign = 1.0;
  if (p.x >= 0x20000000u) {
    // A little less than the next quarter.
    p = vec2<u32>(0x3fffffffu - p.x + select(0u, 1u, p.y == 0u), 0u - p.y);
    quarter = quarter + 1u; sign = -1.0;
  }
  let part = (f32(p.x) * ${2 ** -30} + f32(p.y) * ${2 ** -62}) * ${Math.PI / 2} * sign;
  return select(vec2<f32>(part, f32(quarter & 3u)), vec2<f32>(-part, f32((4u - (quarter & 3u)) & 3u)), x < 0.0);
}
fn wave(x : f32, ahead : u32) -> f32 {
  if (!(abs(x) <= 3.4028234e38)) { return x * 0.0; }
  let angle = quarters(x);
  let quarter = (u32(angle.y) + ahead) & 3u;
  let z = angle.x * angle.x;
  let value = select(angle.x * ${polynomial(1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800)}, ${polynomial(1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800)}, (quarter & 1u) == 1u);
  return select(value, -value, quarter >= 2u);
}`;

const UNARY: Readonly<Record<string, readonly [code: string, functions?: string]>> = {
  [tf.Sin]: ['wave(x, 0u)', TURN],
  [tf.Cos]: ['wave(x, 1u)', TURN],
  [tf.Tanh]: [
    'select(stock(x), near(x), abs(x) < 0.25)',
    `
fn near(x : f32) -> f32 { let z = x * x; return x * ${polynomial(1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925)}; }
fn stock(x : f32) -> f32 { let e = exp(-2.0 * min(abs(x), 20.0)); return sign(x) * (1.0 - e) / (1.0 + e); }`,
  ],
  [tf.Atan]: [
    'angle(x)',
    `
fn small(x : f32) -> f32 { let z = x * x; return fma(x * z, ${polynomial(...ATAN)}, x); }
fn angle(x : f32) -> f32 {
  let size = abs(x);
  if (size <= ${Math.tan(Math.PI / 8)}) { return small(x); }
  if (size <= ${Math.tan((3 * Math.PI) / 8)}) { return sign(x) * (${Math.PI / 4} + small((size - 1.0) / (size + 1.0))); }
  if (size > 1e9) { return sign(x) * ${Math.PI / 2}; }
  return select(x, sign(x) * (${Math.PI / 2} - small(1.0 / size)), size == size);
}`,
  ],
  [tf.Expm1]: [
    'select(exp(x) - 1.0, near(x), abs(x) < 0.5)',
    `
fn near(x : f32) -> f32 { let z = x; return x * ${polynomial(...EXPM1)}; }`,
  ],
  // WGSL's logarithm of 0 and below is anything: here -∞, and NaN.
  [tf.Log]: ['logarithm(x)', 'fn logarithm(x : f32) -> f32 { if (!(x > 0.0)) { return -1.0 / abs(sqrt(x)); } return log(x); }'],
  [tf.Log1p]: [
    'grown(x)',
    `
fn near(x : f32) -> f32 { let z = x; return fma(x * x, fma(x, ${polynomial(...LOG1P)}, -0.5), x); }
fn grown(x : f32) -> f32 {
  if (!(x > -1.0)) { return -1.0 / sqrt(1.0 + x); }
  return select(log(1.0 + x), near(x), x > -0.2928 && x < 0.4142);
}`,
  ],
  [tf.Softplus]: [
    'max(x, 0.0) + rest(exp(-abs(x)))',
    `
// log(1 + e): what 1 + e has lost of e comes back as a factor.
fn rest(e : f32) -> f32 { let z = e; return select(log(1.0 + e), e * ${polynomial(1, -1 / 2, 1 / 3, -1 / 4, 1 / 5, -1 / 6)}, e < 0.05); }`,
  ],
};

/** Powers with a whole exponent are products; WGSL's is 2^(b log2 a), which misses 3^3. */
const POWER = `
fn power(base : f32, exponent : f32) -> f32 {
  var left = u32(abs(exponent)); var factor = base; var total = 1.0;
  while (left > 0u) { if ((left & 1u) == 1u) { total = total * factor; } factor = factor * factor; left = left >> 1u; }
  return select(total, 1.0 / total, exponent < 0.0);
}`;
const MOST_FACTORS = 64;

export function installFloatKernels(): void {
  for (const [name, [code, functions = '']] of Object.entries(UNARY)) {
    wrapKernel(name, 'webgpu', (stock) => (args) => {
      const x = input(args, 'x');
      return x.dtype === 'float32'
        ? run(args, name, x.shape, 'float32', [x], {}, `let x = a[index]; result[index] = ${code};`, { functions })
        : stock(args);
    });
  }
  wrapKernel(tf.Erf, 'webgpu', (stock) => (args) => {
    const x = input(args, 'x');
    const far = stock(args) as tf.TensorInfo;
    const made = run(
      args,
      'erf',
      x.shape,
      'float32',
      [x, far],
      {},
      `let x = a[index]; let z = x * x; result[index] = select(b[index], x * ${polynomial(...ERF_SERIES)}, abs(x) < 0.75);`,
    );
    (args.backend as tf.KernelBackend).disposeData(far.dataId);
    return made;
  });
  wrapKernel(tf.Pow, 'webgpu', (stock) => (args) => {
    const [base, exponent] = [input(args, 'a'), input(args, 'b')];
    const whole = stock(args) as tf.TensorInfo;
    if (whole.dtype !== 'float32') return whole;
    const backend = args.backend as tf.KernelBackend;
    const filled = (x: tf.TensorInfo): tf.TensorInfo => {
      if (tf.util.arraysEqual(x.shape, whole.shape)) return x;
      const shape = [...new Array<number>(whole.shape.length - x.shape.length).fill(1), ...x.shape];
      return kernelOf(
        tf.Tile,
        'webgpu',
      )({
        inputs: { x: { ...x, shape } },
        attrs: { reps: whole.shape.map((places, axis) => (shape[axis] === places ? 1 : places)) },
        backend,
      }) as tf.TensorInfo;
    };
    const [a, b] = [filled(base), filled(exponent)];
    const made = run(
      args,
      'power',
      whole.shape,
      'float32',
      [a, b, whole],
      {},
      `let e = b[index]; if (e == floor(e) && abs(e) <= ${MOST_FACTORS}.0) { result[index] = power(a[index], e); } else { result[index] = c[index]; }`,
      { functions: POWER },
    );
    for (const each of [whole, ...(a === base ? [] : [a]), ...(b === exponent ? [] : [b])]) backend.disposeData(each.dataId);
    return made;
  });
}
