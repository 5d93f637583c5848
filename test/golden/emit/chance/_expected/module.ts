/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Glance that its constructor may be given. */
export type GlanceDims = {
  /** Default 3. */ readonly d: number;
};

/** One example of Glance. */
export interface GlanceInput {
  /** `[source, d]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface GlanceTarget {
  /** `[d]` */ readonly t: rt.Floats;
}

/** What Glance gives for one example. */
export type GlanceOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type GlanceSizes = Readonly<Record<'d' | 'batch' | 'source', number>>;

/** Parameters and running values. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type BatchNormParameters = { readonly gain: tf.Tensor; readonly bias: tf.Tensor; readonly m: tf.Tensor; readonly v: tf.Tensor };
type HParameters = { readonly Linear: LinearParameters; readonly BatchNorm: BatchNormParameters };
type LearnParameters = { readonly b: tf.Tensor };
type GlanceParameters = {
  readonly h: HParameters;
  readonly weights: { readonly Linear: LinearParameters };
  readonly Learn: LearnParameters;
};

/** Padded examples on the device. */
type GlanceBatch = {
  readonly n: GlanceSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: GlanceSizes, x: tf.Tensor) {
  const { batch: batchSize, d, source } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * source, d]);
  const sum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, source, d]), p.b));
  return { sum, xRows };
}

/** Ioffe & Szegedy 2015, algorithm 1 and 2: each channel with mean 0 and variance 1 over all examples and all that the block is lifted over, then gain and bias; outside training with the running mean and variance. */
function batchNorm(p: BatchNormParameters, x: tf.Tensor) {
  // std/layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e…
  const n2 = tf.tidy(() => tf.div(tf.sub(x, p.m), tf.sqrt(tf.add(p.v, 1e-5))));
  // std/layers.attn:33  gain * n + bias
  const h = tf.tidy(() => tf.add(tf.mul(n2, p.gain), p.bias));
  rt.dispose(n2);
  return h;
}

function linear2(p: LinearParameters, n: GlanceSizes, x: tf.Tensor) {
  const { batch: batchSize, d, source } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * source, d]);
  const sum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, source]), p.b));
  return { sum, xRows };
}

function batchNormTraining(p: BatchNormParameters, sourceMask: tf.Tensor, sourceMaskWide: tf.Tensor, x: tf.Tensor) {
  // std/layers.attn:24  least = stop(min[lifted](x))
  const leastAny = tf.any(sourceMask);
  const least = tf.tidy(() => rt.where(leastAny, tf.min(rt.where(sourceMaskWide, x, Infinity), [0, 1]), 0));
  // std/layers.attn:25  range = max(stop(max[lifted](x)) - least, 1)
  const range = tf.tidy(() =>
    tf.maximum(tf.sub(rt.where(leastAny, tf.max(rt.where(sourceMaskWide, x, -Infinity), [0, 1]), 0), least), 1),
  );
  rt.dispose(leastAny);
  // std/layers.attn:26  near = (x - least) / range
  const near = tf.tidy(() => tf.div(tf.sub(x, least), range));
  // std/layers.attn:27  bm = mean[lifted](near)
  const bmLarger = tf.tidy(() => tf.maximum(tf.sum(tf.cast(sourceMask, 'float32')), 1));
  const bm = tf.tidy(() => tf.div(tf.sum(rt.where(sourceMaskWide, near, 0), [0, 1]), bmLarger));
  // std/layers.attn:28  centred = near - bm
  const centred = tf.sub(near, bm);
  rt.dispose(near);
  // std/layers.attn:29  bv = mean[lifted](centred * centred)
  const bv = tf.tidy(() => tf.div(tf.sum(rt.where(sourceMaskWide, tf.mul(centred, centred), 0), [0, 1]), bmLarger));
  // std/layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e…
  const nRoot = tf.tidy(() => tf.sqrt(tf.add(bv, tf.div(tf.div(1e-5, range), range))));
  const n2 = tf.div(centred, nRoot);
  // std/layers.attn:33  gain * n + bias
  const h = tf.tidy(() => tf.add(tf.mul(n2, p.gain), p.bias));
  // std/layers.attn:30  m' = 0.9 * m + 0.1 * (least + range * bm)
  const mNext = tf.tidy(() => tf.add(tf.mul(0.9, p.m), tf.mul(0.1, tf.add(least, tf.mul(range, bm)))));
  rt.dispose(least, bm);
  // std/layers.attn:31  v' = 0.9 * v + 0.1 * (bv * range * range)
  const vNext = tf.tidy(() => tf.add(tf.mul(0.9, p.v), tf.mul(0.1, tf.mul(tf.mul(bv, range), range))));
  rt.dispose(bv);
  return { mNext, vNext, h, nRoot, n: n2, bmLarger, centred, range };
}

function batchNormBackward(p: BatchNormParameters, dResult: tf.Tensor, nRoot: tf.Tensor, n2: tf.Tensor, bmLarger: tf.Tensor, sourceMaskWide: tf.Tensor, centred: tf.Tensor, range: tf.Tensor) {
  // std/layers.attn:33  gain * n + bias
  const dN = tf.mul(dResult, p.gain);
  const dGain = tf.tidy(() => tf.sum(tf.mul(dResult, n2), [0, 1]));
  const dBias = tf.sum(dResult, [0, 1]);
  // std/layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e…
  const nQuotient = tf.div(dN, nRoot);
  const dBv = tf.tidy(() => tf.div(tf.mul(tf.neg(tf.sum(tf.mul(nQuotient, n2), [0, 1])), 0.5), nRoot));
  rt.dispose(dN);
  // std/layers.attn:29  bv = mean[lifted](centred * centred)
  const dCentred = tf.tidy(() => {
    const product = tf.mul(rt.where(sourceMaskWide, tf.div(dBv, bmLarger), 0), centred);
    return tf.add(tf.add(nQuotient, product), product);
  });
  rt.dispose(nQuotient, dBv);
  // std/layers.attn:28  centred = near - bm
  const dBm = tf.tidy(() => tf.neg(tf.sum(dCentred, [0, 1])));
  // std/layers.attn:27  bm = mean[lifted](near)
  const dNear = tf.tidy(() => tf.add(dCentred, rt.where(sourceMaskWide, tf.div(dBm, bmLarger), 0)));
  rt.dispose(dCentred, dBm);
  // std/layers.attn:26  near = (x - least) / range
  const nearQuotient = tf.div(dNear, range);
  rt.dispose(dNear);
  return { gradients: { gain: dGain, bias: dBias }, nearQuotient };
}

/** Outputs by name, [batch, …]. */
type GlanceResults = { readonly y: tf.Tensor };

/** The outputs of Glance, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function glanceForward(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): GlanceResults {
  const { batch: batchSize, d, source } = batch.n;
  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(sourceMask, [batchSize, source, 1]), batch.inputs.x, 0));
  const { sum, xRows } = linear(p.h.Linear, batch.n, x);
  rt.dispose(x, xRows);
  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  const h = batchNorm(p.h.BatchNorm, hTanh);
  const { sum: weightsSum, xRows: weightsXRows } = linear2(p.weights.Linear, batch.n, h);
  rt.dispose(sum, hTanh, weightsXRows);
  // input.attn:6  weights = softmax[source](Linear[](h))
  const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, weightsSum, -Infinity)));
  rt.dispose(sourceMask, weightsSum);
  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const y = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), h), [batchSize, d]);
    return tf.add(product, tf.mul(random.normal('.sample#1', [batchSize, d], [false], []), 0.1));
  });
  rt.dispose(h, weights);
  return { y };
}

/** Learn: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function glanceLoss(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): rt.LossTensors {
  const { batch: batchSize, d, source } = batch.n;
  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(sourceMask, [batchSize, source, 1]), batch.inputs.x, 0));
  const { sum, xRows } = linear(p.h.Linear, batch.n, x);
  rt.dispose(x, xRows);
  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  const h = batchNorm(p.h.BatchNorm, hTanh);
  const { sum: weightsSum, xRows: weightsXRows } = linear2(p.weights.Linear, batch.n, h);
  rt.dispose(sum, hTanh, weightsXRows);
  // input.attn:6  weights = softmax[source](Linear[](h))
  const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, weightsSum, -Infinity)));
  rt.dispose(weightsSum);
  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const y = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), h), [batchSize, d]);
    return tf.add(product, tf.mul(random.normal('.sample#1', [batchSize, d], [false], []), 0.1));
  });
  rt.dispose(h);
  // input.attn:7  spot = sample categorical[source](weights)
  const spot = tf.tidy(() => {
    const quotient = tf.div(weights, random.exponential('.sample#0', [batchSize, source], [true], []));
    return tf.argMax(rt.where(sourceMask, quotient, -Infinity), 1);
  });
  rt.dispose(sourceMask);
  // input.attn:13  R = -sum[d]((y - t) ^ 2)
  const RTotal = tf.tidy(() => {
    const difference = tf.sub(y, batch.inputs.t);
    return tf.sum(tf.mul(difference, difference), 1);
  });
  const R = tf.neg(RTotal);
  rt.dispose(y);
  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const loss = tf.tidy(() =>
    tf.mean(tf.sub(RTotal, tf.mul(tf.sub(R, p.Learn.b), tf.log(tf.gather(weights, spot, 1, 1))))),
  );
  rt.dispose(weights, spot, RTotal, R);
  return { loss, metrics: {} };
}

/** Learn: as the loss, and its gradient by every parameter, and the next running values. It disposes of nothing that it is given; what it gives is the caller's. */
function glanceGradients(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, d, source } = batch.n;
  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const sourceMaskWide = tf.reshape(sourceMask, [batchSize, source, 1]);
  const x = rt.where(sourceMaskWide, batch.inputs.x, 0);
  const { sum, xRows } = linear(p.h.Linear, batch.n, x);
  rt.dispose(x);
  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  const { mNext, vNext, h, nRoot, n: hN, bmLarger, centred, range } = batchNormTraining(p.h.BatchNorm, sourceMask, sourceMaskWide, hTanh);
  const { sum: weightsSum, xRows: weightsXRows } = linear2(p.weights.Linear, batch.n, h);
  rt.dispose(sum);
  // input.attn:6  weights = softmax[source](Linear[](h))
  const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, weightsSum, -Infinity)));
  rt.dispose(weightsSum);
  // input.attn:7  spot = sample categorical[source](weights)
  const spot = tf.tidy(() => {
    const quotient = tf.div(weights, random.exponential('.sample#0', [batchSize, source], [true], []));
    return tf.argMax(rt.where(sourceMask, quotient, -Infinity), 1);
  });
  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const y = tf.tidy(() =>
    tf.add(tf.gather(h, spot, 1, 1), tf.mul(random.normal('.sample#1', [batchSize, d], [false], []), 0.1)),
  );
  rt.dispose(h);
  // input.attn:13  R = -sum[d]((y - t) ^ 2)
  const RDifference = tf.sub(y, batch.inputs.t);
  const RTotal = tf.tidy(() => tf.sum(tf.mul(RDifference, RDifference), 1));
  const R = tf.neg(RTotal);
  const dY = tf.tidy(() => {
    const product = tf.mul(RDifference, 1 / batchSize);
    return tf.add(product, product);
  });
  rt.dispose(y, RDifference);
  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const lossDifference = tf.sub(R, p.Learn.b);
  const lossPicked = tf.gather(weights, spot, 1, 1);
  const loss = tf.tidy(() => tf.mean(tf.sub(RTotal, tf.mul(lossDifference, tf.log(lossPicked)))));
  const dWeights = tf.tidy(() =>
    rt.scatter(spot, tf.div(tf.mul(lossDifference, -(1 / batchSize)), lossPicked), source, 1),
  );
  rt.dispose(RTotal, lossDifference, lossPicked);
  // input.attn:6  weights = softmax[source](Linear[](h))
  const productMasked = tf.tidy(() =>
    rt.where(sourceMask, tf.mul(weights, tf.sub(dWeights, tf.sum(tf.mul(weights, dWeights), 1, true))), 0),
  );
  rt.dispose(sourceMask, weights, dWeights);
  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const yScattered = rt.scatter(spot, dY, source, 1);
  rt.dispose(spot, dY);
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p.weights.Linear.W, [d]);
  // std/layers.attn:4  W @ x + b
  const product = tf.tidy(() => tf.mul(tf.reshape(productMasked, [batchSize, source, 1]), WRows));
  rt.dispose(WRows);
  // std/layers.attn:33  gain * n + bias
  const dH = tf.add(product, yScattered);
  const { gradients: dBatchNorm, nearQuotient } = batchNormBackward(p.h.BatchNorm, dH, nRoot, hN, bmLarger, sourceMaskWide, centred, range);
  rt.dispose(yScattered, product, sourceMaskWide, nRoot, hN, bmLarger, centred, range, dH);
  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanhGradient = rt.tanhGradient(nearQuotient, hTanh);
  rt.dispose(hTanh, nearQuotient);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(hTanhGradient, [0, 1]);
  const dW = tf.tidy(() => tf.matMul(xRows, tf.reshape(hTanhGradient, [batchSize * source, d]), true));
  const dLinearB = tf.sum(productMasked);
  const dLinearW = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(productMasked, [1, batchSize * source]), weightsXRows), [d, 1]),
  );
  rt.dispose(xRows, hTanhGradient, weightsXRows, productMasked);
  // input.attn:14  b' = 0.9 * b + 0.1 * mean[batch](R)
  const bNext = tf.tidy(() => tf.add(tf.mul(0.9, p.Learn.b), tf.mul(0.1, tf.mean(R))));
  rt.dispose(R);
  return {
    loss,
    metrics: {},
    gradients: {
      'h.Linear.W': dW,
      'h.Linear.b': dB,
      ...rt.below('h.BatchNorm', dBatchNorm),
      'weights.Linear.W': dLinearW,
      'weights.Linear.b': dLinearB,
    },
    running: { 'h.BatchNorm.m': mNext, 'h.BatchNorm.v': vNext, 'Learn.b': bNext },
  };
}

const glanceDefinition: rt.Definition = {
  name: 'Glance',
  source: 'input.attn',
  hyperparameters: { d: 3 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: GlanceDims) {
    return { d: n.d };
  },
  parameters: (n: GlanceSizes) => [
    { path: 'h.Linear.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'h.Linear.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    { path: 'h.BatchNorm.gain', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'ones' } },
    { path: 'h.BatchNorm.bias', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    { path: 'weights.Linear.W', axes: [{ label: 'in', size: n.d }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'weights.Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
    { path: 'h.BatchNorm.m', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'zeros' }, running: true },
    { path: 'h.BatchNorm.v', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'constant', value: 1 }, running: true },
    { path: 'Learn.b', axes: [], outs: 0, init: { kind: 'zeros' }, running: true },
  ],
  inputs: (n: GlanceSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'd', size: n.d }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'd', dim: null }] },
  },
  forward: glanceForward,
  objectives: [
    {
      name: 'Learn',
      given: (n: GlanceSizes) => [{ name: 't', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
      updates: [{ loss: glanceLoss, gradients: glanceGradients, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: null,
};

/** Looks at one position of its input, drawn; learns which by REINFORCE. */
export class Glance extends rt.Model<GlanceDims, GlanceInput, GlanceTarget, GlanceOutput> {
  constructor(options: rt.ModelOptions<GlanceDims> = {}) {
    super(glanceDefinition, options);
  }
}
