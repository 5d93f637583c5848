/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Filter that its constructor may be given. */
export type FilterDims = {
  /** `time`, `d`, `taps`: A causal model: windows back in time, a running mean, attention to what was, and a loop along the clock; it may be streamed. Default 3. */
  readonly d: number;
};

/** One example of Filter. */
export interface FilterInput {
  /** `[time, d]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface FilterTarget {
  /** `[time, d]` */ readonly t: readonly rt.Floats[];
}

/** One place of what Filter reads along `time`. */
export interface FilterPlace {
  /** `[d]` */ readonly x: rt.Floats;
}

/** What Filter gives for one example. */
export type FilterOutput = {
  readonly y: rt.Value;
  readonly level: rt.Value;
  readonly weights: rt.Value;
};

/** Every size of a call. */
type FilterSizes = Readonly<Record<'d' | 'batch' | 'time', number>>;

/** Parameters. */
type GRUParameters = Readonly<Record<'Wz' | 'Wr' | 'W' | 'Uz' | 'Ur' | 'U' | 'bz' | 'br' | 'b', tf.Tensor>>;
type FilterParameters = { readonly W: tf.Tensor; readonly run: { readonly h: { readonly GRU: GRUParameters } } };

/** Padded examples on the device. */
type FilterBatch = {
  readonly n: FilterSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type RunRow = Readonly<Record<'newTanhGradient' | 'zJoined', tf.Tensor>>;
type RunStep = Readonly<Record<'r' | 'new' | 'difference' | 'z', tf.Tensor>>;

/** Cho et al. 2014, eq. (5)-(8), as Bahdanau, Cho & Bengio 2015 use it (A.1.1): `z` weighs the new state, and `r` acts before the map. */
function gruInputs(p: GRUParameters, n: FilterSizes, WProduct: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(WProduct, p.W), [batchSize, time, d]), p.b));
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const joined = tf.concat([p.Wz, p.Wr], 1);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(WProduct, joined), [batchSize, time, 2 * d]), tf.concat([p.bz, p.br], 0)),
  );
  const zJoined = tf.concat([p.Uz, p.Ur], 1);
  return { zSum, newSum, zJoined, joined };
}

function gru(p: GRUParameters, n: FilterSizes, h: tf.Tensor, zJoined: tf.Tensor, zSum: tf.Tensor, newSum: tf.Tensor) {
  const { d } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum2 = tf.tidy(() => tf.add(zSum, tf.matMul(h, zJoined)));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, 0], [-1, d])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, d], [-1, d])));
  rt.dispose(zSum2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.mul(r, h);
  const new_ = tf.tidy(() => tf.tanh(tf.add(newSum, tf.matMul(newProduct, p.U))));
  // std/cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, h);
  const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
  return { hNext, z, difference, new_, newProduct, r };
}

/** Vaswani et al. 2017, eq. (1): q·k / sqrt(d). */
function scaledDot(n: FilterSizes, WProduct: tf.Tensor, x: tf.Tensor, mask: tf.Tensor, xShaped: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(tf.reshape(WProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    const softmax = tf.softmax(tf.transpose(rt.where(mask, tf.transpose(quotient, [0, 2, 1]), -Infinity), [0, 2, 1]));
    return rt.where(mask, tf.transpose(softmax, [0, 2, 1]), 0);
  });
  // std/attention.attn:18  sum[key](weights * values)
  const q = tf.tidy(() => {
    const product = tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped);
    return tf.sum(rt.where(tf.reshape(mask, [batchSize, time, time, 1]), product, 0), 1);
  });
  return { q, weights };
}

function scaledDot2(n: FilterSizes, WProduct: tf.Tensor, x: tf.Tensor, timeMaskWide: tf.Tensor, causalMask: tf.Tensor, xShaped: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const mask = tf.logicalAnd(timeMaskWide, causalMask);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(tf.reshape(WProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    const softmax = tf.softmax(tf.transpose(rt.where(mask, tf.transpose(quotient, [0, 2, 1]), -Infinity), [0, 2, 1]));
    return rt.where(mask, tf.transpose(softmax, [0, 2, 1]), 0);
  });
  // std/attention.attn:18  sum[key](weights * values)
  const q = tf.tidy(() => {
    const product = tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped);
    return tf.sum(rt.where(tf.reshape(mask, [batchSize, time, time, 1]), product, 0), 1);
  });
  rt.dispose(mask, weights);
  return q;
}

function fit(n: FilterSizes, y: tf.Tensor, t: tf.Tensor, timeMaskWide: tf.Tensor, timeLengths: tf.Tensor) {
  const { d } = n;
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const difference = tf.sub(y, t);
  const product = tf.tidy(() => tf.mul(tf.cast(timeLengths, 'float32'), d));
  const loss = tf.tidy(() =>
    tf.mean(tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]), product)),
  );
  return { loss, product, difference };
}

function scaledDotTraining(n: FilterSizes, timeMaskWide: tf.Tensor, causalMask: tf.Tensor, WProduct: tf.Tensor, x: tf.Tensor, timeMask: tf.Tensor, xShaped: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const mask = tf.logicalAnd(timeMaskWide, causalMask);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsChosen = tf.tidy(() => {
    const mask = tf.logicalAnd(timeMaskWide, tf.reshape(timeMask, [batchSize, 1, time]));
    return rt.where(tf.logicalAnd(mask, tf.transpose(causalMask, [1, 0])), Math.sqrt(d), 1);
  });
  const weightsSoftmax = tf.tidy(() => {
    const quotientT = tf.transpose(tf.div(tf.matMul(WProduct, x, false, true), weightsChosen), [0, 2, 1]);
    return tf.softmax(tf.transpose(rt.where(mask, quotientT, -Infinity), [0, 2, 1]));
  });
  const weights = tf.tidy(() => rt.where(mask, tf.transpose(weightsSoftmax, [0, 2, 1]), 0));
  // std/attention.attn:18  sum[key](weights * values)
  const maskWide = tf.reshape(mask, [batchSize, time, time, 1]);
  const q = tf.tidy(() =>
    tf.sum(rt.where(maskWide, tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped), 0), 1),
  );
  rt.dispose(weights);
  return { q, maskWide, mask, weightsSoftmax, weightsChosen };
}

function scaledDotBackward(n: FilterSizes, x: tf.Tensor, dResult: tf.Tensor, mask: tf.Tensor, mask2: tf.Tensor, weightsSoftmax: tf.Tensor, weightsChosen: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const dWeights = tf.tidy(() => {
    const dYMaskedRows = tf.reshape(rt.where(mask, tf.reshape(dResult, [batchSize, 1, time, d]), 0), [batchSize * time, time, d]);
    return tf.reshape(tf.matMul(dYMaskedRows, tf.reshape(x, [batchSize * time, d, 1])), [batchSize, time, time]);
  });
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const dWeightsMasked = rt.where(mask2, dWeights, 0);
  const weightsProduct = tf.tidy(() => tf.mul(weightsSoftmax, tf.transpose(dWeightsMasked, [0, 2, 1])));
  const weightsProduct2 = tf.tidy(() => {
    const differenceT = tf.transpose(tf.sub(dWeightsMasked, tf.reshape(tf.sum(weightsProduct, 2), [batchSize, 1, time])), [0, 2, 1]);
    const productTMasked = rt.where(mask2, tf.transpose(tf.mul(weightsSoftmax, differenceT), [0, 2, 1]), 0);
    return tf.matMul(tf.div(productTMasked, tf.transpose(weightsChosen, [0, 2, 1])), x, true);
  });
  rt.dispose(dWeights, dWeightsMasked, weightsProduct);
  return weightsProduct2;
}

function gruBackward(dResult: tf.Tensor, z: tf.Tensor, difference: tf.Tensor, runNew: tf.Tensor, UT: tf.Tensor, r: tf.Tensor, h: tf.Tensor, zJoined: tf.Tensor) {
  // std/cells.attn:14  (1 - z) * h + z * new
  const dZ = tf.mul(dResult, difference);
  const dNew = tf.mul(dResult, z);
  const difference2 = tf.sub(dResult, dNew);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newTanhGradient = rt.tanhGradient(dNew, runNew);
  const UProduct = tf.matMul(newTanhGradient, UT);
  const dR = tf.mul(UProduct, h);
  const newSum = tf.tidy(() => tf.add(difference2, tf.mul(UProduct, r)));
  rt.dispose(dNew, difference2, UProduct);
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradient = rt.sigmoidGradient(dR, r);
  rt.dispose(dR);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined2 = tf.tidy(() => tf.concat([rt.sigmoidGradient(dZ, z), rSigmoidGradient], 1));
  const zProduct = tf.matMul(zJoined2, zJoined);
  rt.dispose(dZ, rSigmoidGradient);
  return { zJoined: zJoined2, newTanhGradient, zProduct, newSum };
}

function gruGradients(p: GRUParameters, n: FilterSizes, WProduct: tf.Tensor, zJoined: tf.Tensor, newTanhGradient: tf.Tensor, joined: tf.Tensor, newProduct: tf.Tensor, h: tf.Tensor) {
  const { batch: batchSize, d, time } = n;
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWProduct = tf.tidy(() => {
    const gRUWProduct = tf.matMul(tf.reshape(tf.transpose(newTanhGradient, [1, 0, 2]), [batchSize * time, d]), p.W, false, true);
    return tf.reshape(gRUWProduct, [batchSize, time, d]);
  });
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum = tf.tidy(() => {
    const product = tf.matMul(tf.reshape(tf.transpose(zJoined, [1, 0, 2]), [batchSize * time, 2 * d]), joined, false, true);
    return tf.add(newWProduct, tf.reshape(product, [batchSize, time, d]));
  });
  const joinedStepsRows = tf.reshape(zJoined, [batchSize * time, 2 * d]);
  const WProductRows = tf.tidy(() => tf.reshape(tf.transpose(WProduct, [1, 0, 2]), [batchSize * time, d]));
  const zTotal = tf.sum(zJoined, [0, 1]);
  const dBz = tf.slice(zTotal, [0], [d]);
  const dBr = tf.slice(zTotal, [d], [d]);
  const zProduct = tf.matMul(WProductRows, joinedStepsRows, true);
  const dWz = tf.slice(zProduct, [0, 0], [-1, d]);
  const dWr = tf.slice(zProduct, [0, d], [-1, d]);
  const zProduct2 = tf.tidy(() => tf.matMul(tf.reshape(h, [batchSize * time, d]), joinedStepsRows, true));
  rt.dispose(newWProduct, zTotal, zProduct, joinedStepsRows);
  const dUz = tf.slice(zProduct2, [0, 0], [-1, d]);
  const dUr = tf.slice(zProduct2, [0, d], [-1, d]);
  rt.dispose(zProduct2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(newTanhGradient, [batchSize * time, d]);
  const dB = tf.sum(newTanhGradient, [0, 1]);
  const dW = tf.matMul(WProductRows, tanhGradientStepsRows, true);
  const dU = tf.tidy(() => tf.matMul(tf.reshape(newProduct, [batchSize * time, d]), tanhGradientStepsRows, true));
  rt.dispose(WProductRows, tanhGradientStepsRows);
  return { gradients: { Wz: dWz, Wr: dWr, W: dW, Uz: dUz, Ur: dUr, U: dU, bz: dBz, br: dBr, b: dB }, zSum };
}

function gruStep(p: GRUParameters, n: FilterSizes, runH: tf.Tensor, zJoined3: tf.Tensor, nearProduct: tf.Tensor, zJoined: tf.Tensor, zJoined2: tf.Tensor) {
  const { d } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum = tf.tidy(() => tf.add(tf.matMul(nearProduct, zJoined), zJoined2));
  const zSum2 = tf.tidy(() => tf.add(tf.slice(zSum, [0, 0], [-1, 2 * d]), tf.matMul(runH, zJoined3)));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, 0], [-1, d])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, d], [-1, d])));
  rt.dispose(zSum2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => tf.tanh(tf.add(tf.slice(zSum, [0, 2 * d], [-1, d]), tf.matMul(tf.mul(r, runH), p.U))));
  rt.dispose(zSum, r);
  // std/cells.attn:14  (1 - z) * h + z * new
  const hNext = tf.tidy(() => tf.add(runH, tf.mul(z, tf.sub(new_, runH))));
  rt.dispose(z, new_);
  return hNext;
}

/** Outputs by name, [batch, …]. */
type FilterResults = { readonly y: tf.Tensor; readonly level: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Filter, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function filterForward(p: FilterParameters, batch: FilterBatch): FilterResults {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const WProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), p.W);
  });
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // std/attention.attn:18  sum[key](weights * values)
  const mask = tf.logicalAnd(timeMaskWide, causalMask);
  const { zSum, newSum, zJoined, joined: hZJoined } = gruInputs(p.run.h.GRU, batch.n, WProduct);
  const { q, weights } = scaledDot(batch.n, WProduct, x, mask, xShaped);
  rt.dispose(timeMaskWide, causalMask, hZJoined, xShaped, WProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const weightsT = tf.transpose(weights, [0, 2, 1]);
  rt.dispose(weights);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < time; t++) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.run.h.GRU, batch.n, h, zJoined, zSumSteps[t]!, newSumSteps[t]!);
    rt.dispose(z, difference, hNew, newProduct, r);
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(zJoined, hFirst, zSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const level = tf.tidy(() => {
    const total = tf.sum(rt.where(mask, tf.reshape(tf.sum(x, 2), [batchSize, time, 1]), 0), 1);
    return tf.div(total, tf.maximum(tf.sum(tf.cast(mask, 'float32'), 1), 1));
  });
  rt.dispose(x, mask);
  return { y, level, weights: weightsT };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function filterLoss(p: FilterParameters, batch: FilterBatch): rt.LossTensors {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const WProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), p.W);
  });
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  const { zSum, newSum, zJoined, joined: hZJoined } = gruInputs(p.run.h.GRU, batch.n, WProduct);
  const q = scaledDot2(batch.n, WProduct, x, timeMaskWide, causalMask, xShaped);
  rt.dispose(timePositions, hZJoined, x, xShaped, WProduct, causalMask);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < time; t++) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.run.h.GRU, batch.n, h, zJoined, zSumSteps[t]!, newSumSteps[t]!);
    rt.dispose(z, difference, hNew, newProduct, r);
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(zJoined, hFirst, zSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { loss, product, difference } = fit(batch.n, y, t, timeMaskWide, batch.lengths.time);
  rt.dispose(timeMaskWide, y, t, product, difference);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function filterGradients(p: FilterParameters, batch: FilterBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const joinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.reshape(joined, [batchSize * time, 3 * d]);
  });
  const WProduct = tf.matMul(joinedRows, p.W);
  const nearWProduct = tf.reshape(WProduct, [batchSize, time, d]);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  const { zSum, newSum, zJoined, joined: hZJoined } = gruInputs(p.run.h.GRU, batch.n, WProduct);
  const { q, maskWide, mask, weightsSoftmax, weightsChosen } = scaledDotTraining(batch.n, timeMaskWide, causalMask, nearWProduct, x, timeMask, xShaped);
  rt.dispose(timePositions, WProduct, xShaped, causalMask);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, newSum);
  const hNextSteps: tf.Tensor[] = [], hSteps: tf.Tensor[] = [], newProductSteps: tf.Tensor[] = []; // hSteps refers to what is in hNextSteps
  const runSteps: RunStep[] = [];
  let h: tf.Tensor = runZeros;
  for (let t = 0; t < time; t++) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.run.h.GRU, batch.n, h, zJoined, zSumSteps[t]!, newSumSteps[t]!);
    runSteps.push({ r, new: hNew, difference, z });
    hNextSteps.push(hNext); hSteps.push(h); newProductSteps.push(newProduct);
    h = hNext;
  }
  rt.dispose(zSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { loss, product, difference } = fit(batch.n, y, t, timeMaskWide, batch.lengths.time);
  const dY = tf.tidy(() => {
    const quotientMasked = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, product), [batchSize, 1]), 0);
    const product2 = tf.mul(tf.reshape(quotientMasked, [batchSize, time, 1]), difference);
    return tf.add(product2, product2);
  });
  rt.dispose(timeMaskWide, y, t, timeMask, product, difference);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const UT = tf.transpose(p.run.h.GRU.U, [1, 0]);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoinedT = tf.transpose(zJoined, [1, 0]);
  rt.dispose(zJoined);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const dYSteps = tf.tidy(() => tf.unstack(tf.transpose(dY, [1, 0, 2])));
  const runRows = new Array<RunRow>(time);
  let dH: tf.Tensor = tf.clone(runZeros);
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const step = runSteps[t2]!;
    const dHNext = tf.add(dH, dYSteps[t2]!);
    const { zJoined: runZJoined, newTanhGradient, zProduct, newSum: hNewSum } = gruBackward(dHNext, step.z, step.difference, step.new, UT, step.r, hSteps[t2]!, zJoinedT);
    const dH2 = tf.add(zProduct, hNewSum);
    rt.dispose(dH, dHNext, zProduct, hNewSum);
    runRows[t2] = { newTanhGradient, zJoined: runZJoined };
    dH = dH2;
  }
  const runStacks = rt.stacked(runRows);
  rt.dispose(runSteps, UT, zJoinedT, dYSteps, dH);
  const hStacked = tf.stack(hSteps);
  rt.dispose(runZeros, hNextSteps);
  const productStacked = tf.stack(newProductSteps);
  const weightsProduct = scaledDotBackward(batch.n, x, dY, maskWide, mask, weightsSoftmax, weightsChosen);
  rt.dispose(newProductSteps, x, maskWide, mask, weightsSoftmax, weightsChosen, dY);
  const { gradients: dGRU, zSum: hZSum } = gruGradients(p.run.h.GRU, batch.n, nearWProduct, runStacks.zJoined, runStacks.newTanhGradient, hZJoined, productStacked, hStacked);
  rt.dispose(nearWProduct, hZJoined, runStacks.newTanhGradient, runStacks.zJoined, hStacked, productStacked);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const dW = tf.tidy(() => tf.matMul(joinedRows, tf.reshape(tf.add(weightsProduct, hZSum), [batchSize * time, d]), true));
  rt.dispose(joinedRows, weightsProduct, hZSum);
  return { loss, metrics: {}, gradients: { W: dW, ...rt.below('run.h.GRU', dGRU) } };
}

/** One place of each input along the clock, [batch, …]. */
type FilterPlaceTensors = { readonly x: tf.Tensor };

/** What every step reads, [batch, …]. */
type FilterStreamMemory = { readonly W: tf.Tensor; readonly joined: tf.Tensor; readonly joined2: tf.Tensor; readonly joined3: tf.Tensor };

/** What a step hands to the next, [batch, …]. */
type FilterStreamState = { readonly x: rt.Cache; readonly h: tf.Tensor; readonly reduce: rt.Cache };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function filterPrepareStream(p: FilterParameters, batch: FilterBatch): { readonly memory: FilterStreamMemory; readonly state: FilterStreamState } {
  const { batch: batchSize, d } = batch.n;
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const h = tf.fill([batchSize, d], 0);
  // input.attn:4  param W: [d2: d <- taps, d]
  const WShaped = tf.reshape(p.W, [3, d, d]);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const W = tf.tidy(() => tf.reshape(tf.transpose(WShaped, [1, 0, 2]), [3 * d, d]));
  rt.dispose(WShaped);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const joined = tf.tidy(() => tf.concat([tf.concat([p.run.h.GRU.Wz, p.run.h.GRU.Wr], 1), p.run.h.GRU.W], 1));
  const joined2 = tf.tidy(() => tf.concat([tf.concat([p.run.h.GRU.bz, p.run.h.GRU.br], 0), p.run.h.GRU.b], 0));
  const joined3 = tf.concat([p.run.h.GRU.Uz, p.run.h.GRU.Ur], 1);
  return {
    memory: { W, joined, joined2, joined3 },
    state: { x: rt.emptyCache(), h, reduce: rt.emptyCache() },
  };
}

/** One place: the outputs and the next states. It disposes of nothing that it is given; what it gives is the caller's. */
function filterStreamStep(p: FilterParameters, batch: FilterBatch, memory: FilterStreamMemory, state: FilterStreamState, inputs: FilterPlaceTensors, t: number): { readonly outputs: { readonly y: tf.Tensor; readonly level: tf.Tensor; readonly weights: tf.Tensor }; readonly state: FilterStreamState } {
  const { batch: batchSize, d } = batch.n;
  const before = t;
  const now = t + 1;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const x = rt.appendToCache(state.x, inputs.x, 1);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearProduct = tf.tidy(() => {
    const chosenShaped = tf.reshape(rt.where(tf.scalar((t - 2) >= 0, 'bool'), rt.cachedAt(x, 1, before - 2), 0), [batchSize, d, 1]);
    const nearChosenShaped = tf.reshape(rt.where(tf.scalar((t - 4) >= 0, 'bool'), rt.cachedAt(x, 1, before - 4), 0), [batchSize, d, 1]);
    const joined = tf.concat([tf.reshape(inputs.x, [batchSize, d, 1]), chosenShaped, nearChosenShaped], 2);
    return tf.matMul(tf.reshape(joined, [batchSize, 3 * d]), memory.W);
  });
  const hNext = gruStep(p.run.h.GRU, batch.n, state.h, memory.joined3, nearProduct, memory.joined, memory.joined2);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const xSoFar = rt.cached(x, 1);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(xSoFar, tf.reshape(nearProduct, [batchSize, d, 1])), [batchSize, now]);
    return tf.softmax(tf.div(product, Math.sqrt(d)));
  });
  rt.dispose(nearProduct);
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.tidy(() => tf.matMul(tf.reshape(weights, [batchSize, 1, now]), xSoFar));
  rt.dispose(xSoFar);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(hNext, tf.reshape(product, [batchSize, d])));
  rt.dispose(product);
  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const levelTotal = tf.sum(inputs.x, 1);
  const reduce = rt.appendToCache(state.reduce, levelTotal, 1);
  const level = tf.tidy(() => tf.div(tf.sum(rt.cached(reduce, 1), 1), Math.max(now, 1)));
  rt.dispose(levelTotal);
  return { outputs: { y, level, weights }, state: { x, h: hNext, reduce } };
}

const filterDefinition: rt.Definition = {
  name: 'Filter',
  source: 'input.attn',
  hyperparameters: { d: 3 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes(n: FilterDims) {
    return { d: n.d };
  },
  parameters: (n: FilterSizes) => [
    { path: 'W', axes: [{ label: 'd2', size: n.d }, { label: 'taps', size: 3 }, { label: 'd', size: n.d }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
    { path: 'run.h.GRU.Wz', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.h.GRU.Wr', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.h.GRU.W', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.h.GRU.Uz', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'run.h.GRU.Ur', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'run.h.GRU.U', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'run.h.GRU.bz', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    { path: 'run.h.GRU.br', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    { path: 'run.h.GRU.b', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: FilterSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', size: n.d }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', dim: null }] },
    level: { elem: 'float', axes: [{ label: 'time', dim: 'time' }] },
    weights: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'key', dim: 'time' }] },
  },
  forward: filterForward,
  objectives: [
    {
      name: 'Fit',
      given: (n: FilterSizes) => [{ name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', size: n.d }], indexes: null }],
      updates: [{ loss: filterLoss, gradients: filterGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: null,
  stream: {
    axis: 'time',
    inputs: ['x'],
    outputs: { y: ['d'], level: [], weights: [{ label: 'key', dim: null, grows: true }] },
    prepare: filterPrepareStream,
    step: filterStreamStep,
  },
};

export class Filter extends rt.CausalModel<FilterDims, FilterInput, FilterTarget, FilterOutput, FilterPlace> {
  constructor(options: rt.ModelOptions<FilterDims> = {}) {
    super(filterDefinition, options);
  }
}
