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
  /** `[time, d]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface FilterTarget {
  /** `[time, d]` */
  readonly t: readonly rt.Floats[];
}

/** One place of what Filter reads along `time`. */
export interface FilterPlace {
  /** `[d]` */
  readonly x: rt.Floats;
}

/** What Filter gives for one example. */
export type FilterOutput = {
  readonly y: rt.Value;
  readonly level: rt.Value;
  readonly weights: rt.Value;
};

/** Every size of a call. */
type FilterSizes = {
  readonly d: number;
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type FilterParameters = {
  readonly W: tf.Tensor;
  readonly 'run.h.GRU.Wz': tf.Tensor;
  readonly 'run.h.GRU.Wr': tf.Tensor;
  readonly 'run.h.GRU.W': tf.Tensor;
  readonly 'run.h.GRU.Uz': tf.Tensor;
  readonly 'run.h.GRU.Ur': tf.Tensor;
  readonly 'run.h.GRU.U': tf.Tensor;
  readonly 'run.h.GRU.bz': tf.Tensor;
  readonly 'run.h.GRU.br': tf.Tensor;
  readonly 'run.h.GRU.b': tf.Tensor;
};

/** Padded examples on the device. */
type FilterBatch = {
  readonly n: FilterSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type FilterResults = { readonly y: tf.Tensor; readonly level: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Filter, batch first. */
function filterForward(p: FilterParameters, batch: FilterBatch): FilterResults {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearWProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([nearXShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), tf.reshape(p.W, [d, 3 * d]), false, true);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(nearWProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz'], false, true), [batchSize, time, d]);
    return tf.add(WzProduct, p['run.h.GRU.bz']);
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr'], false, true), [batchSize, time, d]);
    return tf.add(WrProduct, p['run.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W'], false, true), [batchSize, time, d]);
    return tf.add(WProduct, p['run.h.GRU.b']);
  });
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qIsAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.tidy(() => tf.logicalAnd(timeMaskWide, tf.logicalAnd(qIsAtMost, qIsAtMost)));
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(tf.reshape(nearWProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    return rt.where(weightsBoth, tf.transpose(quotient, [0, 2, 1]), -Infinity);
  });
  const weights2 = tf.tidy(() => tf.softmax(tf.transpose(weights, [0, 2, 1])));
  const weights3 = tf.tidy(() => rt.where(weightsBoth, tf.transpose(weights2, [0, 2, 1]), 0));
  rt.dispose(nearWProduct, weights, weightsBoth, weights2);
  // attention.attn:18  sum[key](weights * values)
  const q = tf.logicalAnd(timeMaskWide, qIsAtMost);
  const q2 = tf.tidy(() => {
    const product = tf.mul(tf.reshape(weights3, [batchSize, time, time, 1]), nearXShaped);
    return tf.sum(rt.where(tf.reshape(q, [batchSize, time, time, 1]), product, 0), 1);
  });
  rt.dispose(timeMaskWide, qIsAtMost, nearXShaped);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const runHNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = runZeros;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz'], false, true))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur'], false, true))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['run.h.GRU.U'], false, true))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    runHNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(runZeros, zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(runHNextSteps);
  rt.dispose(runHNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const sum = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q2));
  rt.dispose(q2, run);
  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const level = tf.tidy(() => {
    const total = tf.sum(rt.where(q, tf.reshape(tf.sum(x, 2), [batchSize, time, 1]), 0), 1);
    return tf.div(total, tf.maximum(tf.sum(tf.cast(q, 'float32'), 1), 1));
  });
  rt.dispose(x, q);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qWeightsT = tf.transpose(weights3, [0, 2, 1]);
  rt.dispose(weights3);
  return { y: sum, level, weights: qWeightsT };
}

/** What filterLoss gives. */
type FilterLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function filterLoss(p: FilterParameters, batch: FilterBatch): FilterLossResults {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearWProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([nearXShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), tf.reshape(p.W, [d, 3 * d]), false, true);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(nearWProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz'], false, true), [batchSize, time, d]);
    return tf.add(WzProduct, p['run.h.GRU.bz']);
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr'], false, true), [batchSize, time, d]);
    return tf.add(WrProduct, p['run.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W'], false, true), [batchSize, time, d]);
    return tf.add(WProduct, p['run.h.GRU.b']);
  });
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qIsAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.tidy(() => tf.logicalAnd(timeMaskWide, tf.logicalAnd(qIsAtMost, qIsAtMost)));
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(tf.reshape(nearWProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    return rt.where(weightsBoth, tf.transpose(quotient, [0, 2, 1]), -Infinity);
  });
  const weights2 = tf.tidy(() => tf.softmax(tf.transpose(weights, [0, 2, 1])));
  const weights3 = tf.tidy(() => rt.where(weightsBoth, tf.transpose(weights2, [0, 2, 1]), 0));
  rt.dispose(x, nearWProduct, weights, weightsBoth, weights2);
  // attention.attn:18  sum[key](weights * values)
  const q = tf.logicalAnd(timeMaskWide, qIsAtMost);
  const q2 = tf.tidy(() => {
    const product = tf.mul(tf.reshape(weights3, [batchSize, time, time, 1]), nearXShaped);
    return tf.sum(rt.where(tf.reshape(q, [batchSize, time, time, 1]), product, 0), 1);
  });
  rt.dispose(qIsAtMost, nearXShaped, weights3, q);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const runHNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = runZeros;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz'], false, true))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur'], false, true))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['run.h.GRU.U'], false, true))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    runHNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(runZeros, zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(runHNextSteps);
  rt.dispose(runHNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const sum = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q2));
  rt.dispose(q2, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const loss = tf.tidy(() => {
    const difference = tf.sub(sum, t);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]);
    return tf.mean(tf.div(total, tf.mul(tf.cast(batch.lengths.time, 'float32'), d)));
  });
  rt.dispose(timeMaskWide, sum, t);
  return {
    loss,
    metrics: {},
  };
}

/** What filterGradients gives. */
type FilterGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: FilterParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function filterGradients(p: FilterParameters, batch: FilterBatch, _random: rt.Random): FilterGradientsResults {
  const { batch: batchSize, d, time } = batch.n;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearJoinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([nearXShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.reshape(joined, [batchSize * time, 3 * d]);
  });
  const nearWProduct = tf.tidy(() => tf.matMul(nearJoinedRows, tf.reshape(p.W, [d, 3 * d]), false, true));
  const nearWProduct2 = tf.reshape(nearWProduct, [batchSize, time, d]);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(nearWProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz'], false, true), [batchSize, time, d]);
    return tf.add(WzProduct, p['run.h.GRU.bz']);
  });
  rt.dispose(nearWProduct);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr'], false, true), [batchSize, time, d]);
    return tf.add(WrProduct, p['run.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W'], false, true), [batchSize, time, d]);
    return tf.add(WProduct, p['run.h.GRU.b']);
  });
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qIsAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.tidy(() => tf.logicalAnd(timeMaskWide, tf.logicalAnd(qIsAtMost, qIsAtMost)));
  const weightsChosen = tf.tidy(() => {
    const isAtMostT = tf.transpose(qIsAtMost, [1, 0]);
    const both = tf.logicalAnd(tf.logicalAnd(timeMaskWide, tf.reshape(timeMask, [batchSize, 1, time])), isAtMostT);
    return rt.where(tf.logicalAnd(both, isAtMostT), Math.sqrt(d), 1);
  });
  const weights = tf.tidy(() => {
    const quotientT = tf.transpose(tf.div(tf.matMul(nearWProduct2, x, false, true), weightsChosen), [0, 2, 1]);
    return rt.where(weightsBoth, quotientT, -Infinity);
  });
  const weights2 = tf.tidy(() => tf.softmax(tf.transpose(weights, [0, 2, 1])));
  const weights3 = tf.tidy(() => rt.where(weightsBoth, tf.transpose(weights2, [0, 2, 1]), 0));
  rt.dispose(weights);
  // attention.attn:18  sum[key](weights * values)
  const q = tf.logicalAnd(timeMaskWide, qIsAtMost);
  const qWide = tf.reshape(q, [batchSize, time, time, 1]);
  const q2 = tf.tidy(() =>
    tf.sum(rt.where(qWide, tf.mul(tf.reshape(weights3, [batchSize, time, time, 1]), nearXShaped), 0), 1),
  );
  rt.dispose(qIsAtMost, q, nearXShaped, weights3);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const runHNextSteps: tf.Tensor[] = [];
  const runHSteps: tf.Tensor[] = [];
  const runZSteps: tf.Tensor[] = [];
  const runHNextSteps2: tf.Tensor[] = [];
  const runNewSteps: tf.Tensor[] = [];
  const runProductSteps: tf.Tensor[] = [];
  const runRSteps: tf.Tensor[] = [];
  let h: tf.Tensor = runZeros;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz'], false, true))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur'], false, true))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = tf.mul(r, h);
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(newProduct, p['run.h.GRU.U'], false, true))));
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, h);
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
    runHNextSteps.push(hNext);
    runHSteps.push(h);
    runZSteps.push(z);
    runHNextSteps2.push(difference);
    runNewSteps.push(new_);
    runProductSteps.push(newProduct);
    runRSteps.push(r);
    h = hNext;
  }
  rt.dispose(zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(runHNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const sum = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q2));
  rt.dispose(q2, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const difference = tf.sub(sum, t);
  const product = tf.tidy(() => tf.mul(tf.cast(batch.lengths.time, 'float32'), d));
  const loss = tf.tidy(() =>
    tf.mean(tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]), product)),
  );
  const sum2 = tf.tidy(() => {
    const chosen = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, product), [batchSize, 1]), 0);
    const product2 = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), difference);
    return tf.add(product2, product2);
  });
  rt.dispose(sum, t, timeMaskWide, timeMask, difference, product);
  // attention.attn:18  sum[key](weights * values)
  const product2 = tf.tidy(() => {
    const chosenRows = tf.reshape(rt.where(qWide, tf.reshape(sum2, [batchSize, 1, time, d]), 0), [batchSize * time, time, d]);
    return tf.reshape(tf.matMul(chosenRows, tf.reshape(x, [batchSize * time, d, 1])), [batchSize, time, time]);
  });
  rt.dispose(qWide);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsChosen2 = rt.where(weightsBoth, product2, 0);
  const weightsProduct = tf.tidy(() => tf.mul(weights2, tf.transpose(weightsChosen2, [0, 2, 1])));
  const weightsProduct2 = tf.tidy(() => {
    const differenceT = tf.transpose(tf.sub(weightsChosen2, tf.reshape(tf.sum(weightsProduct, 2), [batchSize, 1, time])), [0, 2, 1]);
    const chosen = rt.where(weightsBoth, tf.transpose(tf.mul(weights2, differenceT), [0, 2, 1]), 0);
    return tf.matMul(tf.div(chosen, tf.transpose(weightsChosen, [0, 2, 1])), x, true);
  });
  rt.dispose(product2, x, weightsBoth, weightsChosen, weights2, weightsChosen2, weightsProduct);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['run.h.GRU.Ur'], p['run.h.GRU.Uz']], 0);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const sum2Steps = tf.tidy(() => tf.unstack(tf.transpose(sum2, [1, 0, 2])));
  rt.dispose(sum2);
  const runProductSteps2 = new Array<tf.Tensor>(time);
  const runProductSteps3 = new Array<tf.Tensor>(time);
  const runProductSteps4 = new Array<tf.Tensor>(time);
  let runState: tf.Tensor = tf.clone(runZeros);
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const sum2At = sum2Steps[t2]!;
    const runHAt = runHSteps[t2]!;
    const runZAt = runZSteps[t2]!;
    const runHNextAt = runHNextSteps2[t2]!;
    const runNewAt = runNewSteps[t2]!;
    const runRAt = runRSteps[t2]!;
    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const runSum = tf.add(runState, sum2At);
    rt.dispose(runState);
    // cells.attn:14  (1 - z) * h + z * new
    const product3 = tf.mul(runSum, runZAt);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = rt.tanhGradient(product3, runNewAt);
    const newUProduct = tf.matMul(newProduct, p['run.h.GRU.U']);
    const newProduct2 = tf.mul(newUProduct, runHAt);
    // cells.attn:14  (1 - z) * h + z * new
    const product4 = tf.mul(runSum, runHNextAt);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct = rt.sigmoidGradient(product4, runZAt);
    rt.dispose(product4);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct = rt.sigmoidGradient(newProduct2, runRAt);
    const rProduct2 = tf.tidy(() => tf.matMul(tf.concat([rProduct, zProduct], 1), rJoined));
    rt.dispose(newProduct2);
    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(runSum, product3);
    rt.dispose(runSum, product3);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newSum2 = tf.tidy(() => tf.add(difference2, tf.mul(newUProduct, runRAt)));
    rt.dispose(newUProduct, difference2);
    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const runSum2 = tf.add(rProduct2, newSum2);
    rt.dispose(rProduct2, newSum2);
    runProductSteps2[t2] = zProduct;
    runProductSteps3[t2] = rProduct;
    runProductSteps4[t2] = newProduct;
    runState = runSum2;
  }
  rt.dispose(runZSteps, runHNextSteps2, runNewSteps, runRSteps, rJoined, sum2Steps, runState);
  const runProductStacked = tf.stack(runProductSteps4);
  rt.dispose(runProductSteps4);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWProduct = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(tf.transpose(runProductStacked, [1, 0, 2]), [batchSize * time, d]), p['run.h.GRU.W']);
    return tf.reshape(WProduct, [batchSize, time, d]);
  });
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runProductStacked2 = tf.stack(runProductSteps3);
  rt.dispose(runProductSteps3);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum2 = tf.tidy(() => {
    const WrProduct = tf.matMul(tf.reshape(tf.transpose(runProductStacked2, [1, 0, 2]), [batchSize * time, d]), p['run.h.GRU.Wr']);
    return tf.add(newWProduct, tf.reshape(WrProduct, [batchSize, time, d]));
  });
  rt.dispose(newWProduct);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runProductStacked3 = tf.stack(runProductSteps2);
  rt.dispose(runProductSteps2);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum2 = tf.tidy(() => {
    const WzProduct = tf.matMul(tf.reshape(tf.transpose(runProductStacked3, [1, 0, 2]), [batchSize * time, d]), p['run.h.GRU.Wz']);
    return tf.add(weightsProduct2, tf.add(rSum2, tf.reshape(WzProduct, [batchSize, time, d])));
  });
  rt.dispose(weightsProduct2, rSum2);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(zSum2, [batchSize * time, d]), nearJoinedRows, true), [d, 3, d]),
  );
  rt.dispose(nearJoinedRows, zSum2);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows = tf.reshape(runProductStacked3, [batchSize * time, d]);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows = tf.reshape(runProductStacked2, [batchSize * time, d]);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows = tf.reshape(runProductStacked, [batchSize * time, d]);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runHStepsRows = tf.tidy(() => tf.reshape(tf.stack(runHSteps), [batchSize * time, d]));
  const runProduct = tf.matMul(zProductStepsRows, runHStepsRows, true);
  const runProduct2 = tf.matMul(rProductStepsRows, runHStepsRows, true);
  const runProduct3 = tf.tidy(() =>
    tf.matMul(newProductStepsRows, tf.reshape(tf.stack(runProductSteps), [batchSize * time, d]), true),
  );
  rt.dispose(runZeros, runHNextSteps, runHStepsRows, runProductSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProductRows = tf.tidy(() => tf.reshape(tf.transpose(nearWProduct2, [1, 0, 2]), [batchSize * time, d]));
  const zProduct = tf.matMul(zProductStepsRows, zWProductRows, true);
  const zTotal = tf.sum(runProductStacked3, [0, 1]);
  rt.dispose(nearWProduct2, zProductStepsRows, runProductStacked3);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct = tf.matMul(rProductStepsRows, zWProductRows, true);
  const rTotal = tf.sum(runProductStacked2, [0, 1]);
  rt.dispose(rProductStepsRows, runProductStacked2);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.matMul(newProductStepsRows, zWProductRows, true);
  const newTotal = tf.sum(runProductStacked, [0, 1]);
  rt.dispose(newProductStepsRows, zWProductRows, runProductStacked);
  return {
    loss,
    metrics: {},
    gradients: {
      W: nearProduct,
      'run.h.GRU.Wz': zProduct,
      'run.h.GRU.Wr': rProduct,
      'run.h.GRU.W': newProduct,
      'run.h.GRU.Uz': runProduct,
      'run.h.GRU.Ur': runProduct2,
      'run.h.GRU.U': runProduct3,
      'run.h.GRU.bz': zTotal,
      'run.h.GRU.br': rTotal,
      'run.h.GRU.b': newTotal,
    },
  };
}

/** One place of each input along the clock, [batch, …]. */
type FilterPlaceTensors = { readonly x: tf.Tensor };

/** What every step reads, [batch, …]. */
type FilterStreamMemory = { readonly '0': tf.Tensor };

/** What a step hands to the next, [batch, …]. */
type FilterStreamState = { readonly x: rt.Rows; readonly h: tf.Tensor; readonly rows: rt.Rows };

/** What filterPrepareStream gives. */
type FilterPrepareStreamResults = {
  readonly memory: FilterStreamMemory;
  readonly state: FilterStreamState;
};

/** Once per call: what no step changes, and the first states. */
function filterPrepareStream(p: FilterParameters, batch: FilterBatch): FilterPrepareStreamResults {
  const { batch: batchSize, d } = batch.n;
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearWRows = tf.tidy(() => tf.reshape(tf.transpose(p.W, [2, 1, 0]), [3 * d, d]));
  return {
    memory: { '0': nearWRows },
    state: { x: rt.noRows(), h: runZeros, rows: rt.noRows() },
  };
}

/** What filterStreamStep gives. */
type FilterStreamStepResults = {
  readonly outputs: { readonly y: tf.Tensor; readonly level: tf.Tensor; readonly weights: tf.Tensor };
  readonly state: FilterStreamState;
};

/** One place: the outputs and the next states. */
function filterStreamStep(p: FilterParameters, batch: FilterBatch, memory: FilterStreamMemory, state: FilterStreamState, inputs: FilterPlaceTensors, t: number): FilterStreamStepResults {
  const { batch: batchSize, d } = batch.n;
  const before = t;
  const now = t + 1;
  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const x = rt.append(state.x, inputs.x, 1);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearProduct = tf.tidy(() => {
    const chosenShaped = tf.reshape(rt.where(tf.scalar((t - 2) >= 0, 'bool'), rt.placeOf(x, 1, before - 2), 0), [batchSize, d, 1]);
    const nearChosenShaped = tf.reshape(rt.where(tf.scalar((t - 4) >= 0, 'bool'), rt.placeOf(x, 1, before - 4), 0), [batchSize, d, 1]);
    const joined = tf.concat([tf.reshape(inputs.x, [batchSize, d, 1]), chosenShaped, nearChosenShaped], 2);
    return tf.matMul(tf.reshape(joined, [batchSize, 3 * d]), memory['0']);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const z = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.Wz'], false, true), p['run.h.GRU.bz']);
    return tf.sigmoid(tf.add(sum, tf.matMul(state.h, p['run.h.GRU.Uz'], false, true)));
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.Wr'], false, true), p['run.h.GRU.br']);
    return tf.sigmoid(tf.add(sum, tf.matMul(state.h, p['run.h.GRU.Ur'], false, true)));
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.W'], false, true), p['run.h.GRU.b']);
    return tf.tanh(tf.add(sum, tf.matMul(tf.mul(r, state.h), p['run.h.GRU.U'], false, true)));
  });
  rt.dispose(r);
  // cells.attn:14  (1 - z) * h + z * new
  const hNext = tf.tidy(() => tf.add(state.h, tf.mul(z, tf.sub(new_, state.h))));
  rt.dispose(z, new_);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qXSoFar = rt.joined(x, 1);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(qXSoFar, tf.reshape(nearProduct, [batchSize, d, 1])), [batchSize, now]);
    return tf.softmax(tf.div(product, Math.sqrt(d)));
  });
  rt.dispose(nearProduct);
  // attention.attn:18  sum[key](weights * values)
  const product = tf.tidy(() => tf.matMul(tf.reshape(weights, [batchSize, 1, now]), qXSoFar));
  rt.dispose(qXSoFar);
  // input.attn:9  { y = run + q, level = level }
  const sum = tf.tidy(() => tf.add(hNext, tf.reshape(product, [batchSize, d])));
  rt.dispose(product);
  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const levelTotal = tf.sum(inputs.x, 1);
  const levelRows = rt.append(state.rows, levelTotal, 1);
  const level = tf.tidy(() => tf.div(tf.sum(rt.joined(levelRows, 1), 1), Math.max(now, 1)));
  rt.dispose(levelTotal);
  return {
    outputs: { y: sum, level, weights },
    state: { x, h: hNext, rows: levelRows },
  };
}

const filterDefinition: rt.Definition = {
  name: 'Filter',
  source: 'input.attn',
  hyperparameters: { d: 3 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes(n: FilterDims) {
    return { d: n.d };
  },
  parameters(n: FilterSizes) {
    return [
      { path: 'W', axes: [{ label: 'd2', size: n.d }, { label: 'taps', size: 3 }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Wz', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Wr', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.W', axes: [{ label: 'hidden', size: n.d }, { label: 'input', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Uz', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.Ur', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.U', axes: [{ label: 'hidden', size: n.d }, { label: 'hidden', size: n.d }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.bz', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.br', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.b', axes: [{ label: 'hidden', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: FilterSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', size: n.d }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', dim: null }] },
    level: { elem: 'float', axes: [{ label: 'time', dim: 'time' }] },
    weights: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'key', dim: 'time' }] },
  },
  forward: filterForward,
  objectives: [
    {
      name: 'Fit',
      given(n: FilterSizes) {
        return [
          { name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'd', size: n.d }], indexes: null },
        ];
      },
      updates: [
        {
          loss: filterLoss,
          gradients: filterGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
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
