/**
 * The edges of every built-in and of `std/`, in value and slope: zeros, 1e±30, one position, equal values, the greatest
 * sharpness. What is right and a float32 is demanded, infinity where that is right, NaN nowhere.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend, type Model } from '../../runtime/index.ts';
import * as D from './dual.ts';
import { compileEdges, tryEdges, type Case, type Edges, type Tried } from './edges.ts';
import { compiled, usableBackends, type Compiled } from './support.ts';

const BIG = 1e30;
const TINY = 1e-30;
const usual = [0, 1, -1, TINY, -TINY, BIG, -BIG, 20, -20];

const each = (text: string, points: readonly number[], f: (x: D.Dual) => D.Dual, more: Partial<Tried> = {}): Tried => ({
  text,
  cases: points.map((x) => ({ x })),
  reference: ({ x }) => [f(x![0]!)],
  ...more,
});
const pairs = (xs: readonly (readonly [number, number])[]): Case[] => xs.map(([x, z]) => ({ x, z }));
const rows = [
  [0, 0, 0],
  [1, 1, 1],
  [BIG, BIG, BIG],
  [-BIG, BIG, -BIG],
  [BIG, 0, 1],
  [TINY, TINY, -TINY],
  [0.3, -2, 1],
  [TINY, 0, 0],
];
const over = (
  text: string,
  f: (x: readonly D.Dual[]) => readonly D.Dual[],
  more: Partial<Tried> = {},
  given: readonly (readonly number[])[] = rows,
): Tried => ({ text, cases: given.map((x) => ({ x })), reference: ({ x }) => f(x!), ...more });
const one = (text: string, f: (x: readonly D.Dual[]) => readonly D.Dual[], more: Partial<Tried> = {}): Tried =>
  over(text, f, more, [[0], [1], [BIG], [-BIG], [TINY], [-TINY]]);

/** Where it levels off, what is left is less than the rounding of 1. */
const bce = ({ v, d }: D.Dual, t: D.Dual): D.Dual => ({
  v: t.v * D.softplus(-v).v + (1 - t.v) * D.softplus(v).v,
  d: d === 0 ? -v * t.d : (1 - t.v) * D.sigmoid(v).v - t.v * D.sigmoid(-v).v,
});

const saturates = { scale: 1, within: 1e-6, slopeWithin: 1e-6 };

const elementwise: Readonly<Record<string, Tried>> = {
  exp: each('exp(x)', usual, D.exp),
  log: each('log(x)', [1, TINY, BIG, 0], D.log),
  log2: each('log2(x)', [1, TINY, BIG, 0], (x) => D.div(D.log(x), Math.LN2)),
  sqrt: each('sqrt(x)', [1, TINY, BIG, 0], D.sqrt),
  abs: each('abs(x)', usual, D.abs),
  sign: each('x * sign(x)', usual, D.abs),
  tanh: each('tanh(x)', usual, D.tanh, saturates),
  sigmoid: each('sigmoid(x)', usual, D.sigmoid, saturates),
  relu: each('relu(x)', usual, D.relu),
  softplus: each('softplus(x)', usual, D.softplus),
  sin: each('sin(x)', [0, 1, -1, TINY, 20], D.sin, saturates),
  cos: each('cos(x)', [0, 1, -1, TINY, 20], D.cos, saturates),
  erf: each('erf(x)', usual, D.erf, saturates),
  power: {
    text: 'x ^ z',
    cases: pairs([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [2, 0],
      [-2, 0],
      [-2, 1],
      [-2, 2],
      [-2, 3],
      [-2, -1],
      [-2, -2],
      [-2, -3],
      [BIG, 0],
      [BIG, -1],
      [BIG, 0.5],
      [TINY, 0.5],
      [TINY, -1],
      [TINY, 2],
      [BIG, 1],
      [1, BIG],
      [0.5, BIG],
      [1e-35, 0.5],
      [-BIG, 1],
      [-1, 3],
    ]),
    reference: ({ x, z }) => [D.pow(x![0]!, z![0]!)],
  },
  square: each('x ^ 2', usual, (x) => D.pow(x, 2)),
  cube: each('x ^ 3', usual, (x) => D.pow(x, 3)),
  inverse: each('x ^ -1', [1, -1, TINY, -TINY, BIG, -BIG, 20], (x) => D.pow(x, -1)),
  root: each('x ^ 0.5', [1, TINY, BIG], (x) => D.pow(x, 0.5)),
  'root of 0': each('x ^ 0.5', [0], (x) => D.pow(x, 0.5)),
  nothing: each('x ^ 0', usual, (x) => D.pow(x, 0)),
  exponential: each('2 ^ x', usual, (x) => D.pow(2, x)),
  'power of 0': each('0 ^ x', [0, 1, 2, BIG], (x) => D.pow(0, x)),
  larger: {
    text: 'max(x, z)',
    cases: pairs([
      [0, 0],
      [1, 1],
      [BIG, -BIG],
      [-BIG, BIG],
      [TINY, 0],
    ]),
    reference: ({ x, z }) => [D.max(x![0]!, z![0]!)],
  },
  smaller: {
    text: 'min(x, z)',
    cases: pairs([
      [0, 0],
      [1, 1],
      [BIG, -BIG],
      [-BIG, BIG],
      [TINY, 0],
    ]),
    reference: ({ x, z }) => [D.mul(-1, D.max(D.mul(-1, x![0]!), D.mul(-1, z![0]!)))],
  },
  clamp: each('clamp(x, -1, 2)', [0, -5, 5, BIG, -BIG, TINY], (x) => (x.v < -1 ? { v: -1, d: 0 } : x.v > 2 ? { v: 2, d: 0 } : x)),
  remainder: {
    text: 'x mod z',
    cases: pairs([
      [0, 3],
      [7, 3],
      [-7, 3],
      [7, -3],
      [3, 3],
      [TINY, 3],
    ]),
    reference: ({ x, z }) => [D.sub(x![0]!, D.mul(z![0]!, Math.floor(x![0]!.v / z![0]!.v)))],
  },
  quotient: {
    text: 'x / z',
    cases: pairs([
      [0, 1],
      [1, BIG],
      [BIG, 1],
      [BIG, BIG],
      [TINY, 1],
      [TINY, BIG],
      [BIG, -1],
    ]),
    reference: ({ x, z }) => [D.div(x![0]!, z![0]!)],
  },
  gelu: each('gelu(x)', usual, (x) => D.mul(D.mul(0.5, x), D.add(1, D.erf(D.div(x, Math.SQRT2))))),
  binary_cross_entropy: {
    text: 'binary_cross_entropy(x, z)',
    cases: pairs([0, 1, 0.5].flatMap((z): [number, number][] => usual.map((x) => [x, z]))),
    reference: ({ x, z }) => [bce(x![0]!, z![0]!)],
    scale: 1e-9,
  },
};

const running =
  (f: (a: D.Dual, b: D.Dual) => D.Dual) =>
  (x: readonly D.Dual[]): readonly D.Dual[] =>
    x.reduce<readonly D.Dual[]>((all, each) => [...all, all.length === 0 ? each : f(all.at(-1)!, each)], []);
const unit = (x: readonly D.Dual[]): readonly D.Dual[] =>
  x.every(({ v }) => v === 0) ? x.map(() => ({ v: 0, d: 0 })) : x.map((each) => D.div(each, D.length(x)));
const cosine = (x: readonly D.Dual[], z: readonly D.Dual[]): D.Dual => D.add(...unit(x).map((each, k) => D.mul(each, unit(z)[k]!)));

/** The slope of their cosine is 0, which float64 misses by its rounding. */
const areParallel = (x: readonly number[], z: readonly number[]): boolean =>
  Math.abs(
    cosine(
      x.map((v) => ({ v, d: 0 })),
      z.map((v) => ({ v, d: 0 })),
    ).v,
  ) > 0.9999;

const alongRows: Readonly<Record<string, Tried>> = {
  sum: over('sum[n](x)', (x) => [D.add(...x)]),
  mean: over('mean[n](x)', (x) => [D.div(D.add(...x), x.length)]),
  largest: over('max[n](x)', (x) => [D.max(...x)]),
  smallest: over('min[n](x)', (x) => [D.mul(-1, D.max(...x.map((each) => D.mul(-1, each))))]),
  product: over('prod[n](x)', (x) => [x.reduce((a, b) => D.mul(a, b))]),
  cumsum: over(
    'cumsum[n](x)',
    running((a, b) => D.add(a, b)),
  ),
  cumprod: over(
    'cumprod[n](x)',
    running((a, b) => D.mul(a, b)),
  ),
  softmax: over('softmax[n](x)', D.softmax, saturates),
  'softmax of one': one('softmax[n](x)', D.softmax, saturates),
  log_softmax: over('log_softmax[n](x)', D.logSoftmax, saturates),
  'log_softmax of one': one('log_softmax[n](x)', D.logSoftmax, saturates),
  norm: over('norm[n](x)', (x) => [D.length(x)]),
  'norm of one': one('norm[n](x)', (x) => [D.length(x)]),
  unit: over('unit[n](x)', unit),
  'unit of one': one('unit[n](x)', unit),
  'norm near the largest float': over('norm[n](x)', (x) => [D.length(x)], {}, [[1.8e38, 1e38, 0]]),
  'unit near the largest float': over('unit[n](x)', unit, { scale: 1 }, [
    [3.4e38, -1e38, 0],
    [1.8e38, 1e38, 3e38],
  ]),
  cosine: {
    text: 'cosine[n](x, z)',
    cases: rows.flatMap((x) => rows.filter((z) => !areParallel(x, z)).map((z) => ({ x, z }))),
    reference: ({ x, z }) => [cosine(x!, z!)],
  },
};

const normal = (x: readonly D.Dual[]): readonly D.Dual[] => {
  // Float64 would not find the mean of equal numbers either.
  const shifted = x.map((each) => D.sub(each, x[0]!.v));
  const mean = D.div(D.add(...shifted), x.length);
  const centred = shifted.map((each) => D.sub(each, mean));
  const deviation = D.sqrt(D.add(D.div(D.add(...centred.map((each) => D.mul(each, each))), x.length), 1e-5));
  return centred.map((each) => D.div(each, deviation));
};
const sharpened = (w: readonly D.Dual[], power: D.Dual): readonly D.Dual[] => {
  const logarithms = w.map((each) => (each.v > 0 ? D.log(each) : { v: -1e4, d: 0 }));
  const most = D.max(...logarithms).v;
  return D.softmax(logarithms.map((each) => D.mul(power, D.sub(each, most))));
};
const equal = (n: number): readonly number[] => Array.from({ length: n }, () => 1 / n);
/** The rounding of weights is as many times larger in slopes as the power is. */
const sharp = (w: readonly (readonly number[])[], power: number): Tried => ({
  text: 'Sharpened(x, z)',
  cases: w.map((x) => ({ x, z: power })),
  reference: ({ x, z }) => sharpened(x!, z![0]!),
  scale: (power * w[0]!.length ** 2) / 10,
  slopeWithin: 1e-6,
  ...(power === BIG ? { inTraining: ({ x }) => x!.map(() => ({ v: 0, d: NaN })), scale: 1 } : {}),
});
const powers = (title: string, w: readonly (readonly number[])[], of: readonly number[]): Readonly<Record<string, Tried>> =>
  Object.fromEntries(of.map((power) => [`Sharpened by ${power}, of ${title}`, sharp(w, power)]));

const blocks: Readonly<Record<string, Tried>> = {
  LayerNorm: over('LayerNorm(x)', normal),
  'LayerNorm of one': one('LayerNorm(x)', normal),
  BatchNorm: over('BatchNorm[channel = cases](x)', (x) => x.map((each) => D.div(each, Math.sqrt(1 + 1e-5))), {
    inTraining: ({ x }) => normal(x!),
  }),
  entropy: over(
    'entropy(x)',
    (x) => [D.mul(-1, D.add(...x.map((p) => (p.v > 0 ? D.mul(p, D.log(p)) : { v: 0, d: p.d === 0 ? 0 : NaN }))))],
    {},
    [[1, 0, 0], equal(3), [TINY, 1, 0], [0.5, 0.5, TINY], [0, 0, 0]],
  ),
  ...powers('three', [[1, 0, 0], [0.5, 0.5, 0], [1 - 1e-7, 1e-7, 0], equal(3), [0.2, 0.5, 0.3], [1, TINY, TINY]], [1.5, 2, 25, BIG]),
  ...powers('three with a weight each', [equal(3), [0.2, 0.5, 0.3], [1, TINY, 0.5]], [1]),
  ...powers('many', [equal(128), equal(128).map((w, k) => (k === 3 ? 2 * w : w))], [1, 20, 25, BIG]),
  ...powers('one', [[1], [0.3]], [1, 25, BIG]),
};

const backends = await usableBackends();
const groups = { elementwise, alongRows, blocks };

describe.each(Object.keys(groups) as (keyof typeof groups)[])('%s', (group) => {
  let program: Compiled<Edges>;
  beforeAll(async () => {
    program = await compileEdges(groups[group], `edges-${group}.attn`);
  });

  it.each(backends)('on %s', async (backend) => {
    await useBackend(backend);
    // WGSL promises nothing of the logarithm of 0, by which it makes powers.
    await tryEdges(groups[group], program, backend === 'webgpu' ? ['root of 0'] : []);
  });
});

describe('what has parameters or kept values of its own', () => {
  it('divides a map by its largest singular value before any update, whatever the length of the first direction', async () => {
    await useBackend('cpu');
    const { create } = await compiled<Edges>(
      'edges-spectral.attn',
      new Map(),
      `
dim d = 3
model M(g: []) -> y: [out: d, d] { param W: [out: d <- d];  S = Spectral(W);  plain(S, to = out, from = d) * g }
objective O for M { loss = sum[out, d](y * (1 + 0.5 * position[d]));  optimizer sgd(rate = 0.1) }
`,
    );
    const model = create({ seed: 3 });
    const [a, b] = [0.6, 0.8];
    const turned = [a, -b, 0, b, a, 0, 0, 0, 1];
    for (const scale of [1, BIG, TINY, 0]) {
      await model.weights.write({ W: { data: Float32Array.from(turned, (x) => x * scale), shape: [3, 3], axes: ['out', 'd'] } });
      const outputs = (await model.forward([{ g: 1 }]))[0]!;
      for (const [k, y] of outputs.y!.data.entries()) expect(y).toBeCloseTo(scale === 0 ? 0 : turned[k]!, 5);
      const { gradients } = await model.gradients([{ g: 1 }]);
      expect(Array.from(gradients.W!.data).every(Number.isFinite)).toBe(true);
    }
  });

  it('leaves a distribution one, whatever is smoothed', async () => {
    await useBackend('cpu');
    const { create } = await compiled<Model<Record<string, number>, object, object>>(
      'edges-smoothed.attn',
      new Map(),
      `
dim one = 1, four = 4
model M(i: index(one), j: index(four)) -> { a: [one], b: [four] } { { a = Smoothed(i), b = Smoothed(j) } }
`,
    );
    const outputs = (await create({ seed: 3 }).forward([{ i: 0, j: 2 }]))[0]!;
    expect([...outputs.a!.data]).toEqual([1]);
    expect(Math.abs([...outputs.b!.data].reduce((x, y) => x + y) - 1)).toBeLessThan(1e-6);
    expect(outputs.b!.data[2]).toBeCloseTo(0.9, 6);
  });
});
