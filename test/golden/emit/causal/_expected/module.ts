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
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const WProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), p.W);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(WProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz']), [batchSize, time, d]), p['run.h.GRU.bz']),
  );
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr']), [batchSize, time, d]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W']), [batchSize, time, d]), p['run.h.GRU.b']),
  );
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(isAtMost, isAtMost);
  const weights = tf.tidy(() => {
    const both = tf.logicalAnd(timeMaskWide, weightsBoth);
    const quotient = tf.div(tf.matMul(tf.reshape(WProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    const softmax = tf.softmax(tf.transpose(rt.where(both, tf.transpose(quotient, [0, 2, 1]), -Infinity), [0, 2, 1]));
    return rt.where(both, tf.transpose(softmax, [0, 2, 1]), 0);
  });
  rt.dispose(WProduct, weightsBoth);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const weightsT = tf.transpose(weights, [0, 2, 1]);
  // attention.attn:18  sum[key](weights * values)
  const both = tf.logicalAnd(timeMaskWide, isAtMost);
  const q = tf.tidy(() => {
    const product = tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped);
    return tf.sum(rt.where(tf.reshape(both, [batchSize, time, time, 1]), product, 0), 1);
  });
  rt.dispose(timeMaskWide, isAtMost, xShaped, weights);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['run.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(hFirst, zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const level = tf.tidy(() => {
    const total = tf.sum(rt.where(both, tf.reshape(tf.sum(x, 2), [batchSize, time, 1]), 0), 1);
    return tf.div(total, tf.maximum(tf.sum(tf.cast(both, 'float32'), 1), 1));
  });
  rt.dispose(x, both);
  return { y, level, weights: weightsT };
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
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const WProduct = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.matMul(tf.reshape(joined, [batchSize * time, 3 * d]), p.W);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(WProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz']), [batchSize, time, d]), p['run.h.GRU.bz']),
  );
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr']), [batchSize, time, d]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W']), [batchSize, time, d]), p['run.h.GRU.b']),
  );
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(isAtMost, isAtMost);
  const weights = tf.tidy(() => {
    const both = tf.logicalAnd(timeMaskWide, weightsBoth);
    const quotient = tf.div(tf.matMul(tf.reshape(WProduct, [batchSize, time, d]), x, false, true), Math.sqrt(d));
    const softmax = tf.softmax(tf.transpose(rt.where(both, tf.transpose(quotient, [0, 2, 1]), -Infinity), [0, 2, 1]));
    return rt.where(both, tf.transpose(softmax, [0, 2, 1]), 0);
  });
  rt.dispose(x, WProduct, weightsBoth);
  // attention.attn:18  sum[key](weights * values)
  const q = tf.tidy(() => {
    const qWide = tf.reshape(tf.logicalAnd(timeMaskWide, isAtMost), [batchSize, time, time, 1]);
    return tf.sum(rt.where(qWide, tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped), 0), 1);
  });
  rt.dispose(xShaped, isAtMost, weights);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['run.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(hFirst, zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const loss = tf.tidy(() => {
    const difference = tf.sub(y, t);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]);
    return tf.mean(tf.div(total, tf.mul(tf.cast(batch.lengths.time, 'float32'), d)));
  });
  rt.dispose(timeMaskWide, y, t);
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
  const xShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const joinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(rt.shift(x, 1, 2), [batchSize, time, 1, d]);
    const joined = tf.concat([xShaped, shiftedShaped, tf.reshape(rt.shift(x, 1, 4), [batchSize, time, 1, d])], 2);
    return tf.reshape(joined, [batchSize * time, 3 * d]);
  });
  const WProduct = tf.matMul(joinedRows, p.W);
  const nearWProduct = tf.reshape(WProduct, [batchSize, time, d]);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWProduct = tf.reshape(WProduct, [batchSize * time, d]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wz']), [batchSize, time, d]), p['run.h.GRU.bz']),
  );
  rt.dispose(WProduct);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.Wr']), [batchSize, time, d]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(zWProduct, p['run.h.GRU.W']), [batchSize, time, d]), p['run.h.GRU.b']),
  );
  rt.dispose(zWProduct);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(timePositions, [time, 1]), timePositions));
  rt.dispose(timePositions);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.tidy(() => tf.logicalAnd(timeMaskWide, tf.logicalAnd(isAtMost, isAtMost)));
  const weightsChosen = tf.tidy(() => {
    const isAtMostT = tf.transpose(isAtMost, [1, 0]);
    const both = tf.logicalAnd(tf.logicalAnd(timeMaskWide, tf.reshape(timeMask, [batchSize, 1, time])), isAtMostT);
    return rt.where(tf.logicalAnd(both, isAtMostT), Math.sqrt(d), 1);
  });
  const weightsSoftmax = tf.tidy(() => {
    const quotientT = tf.transpose(tf.div(tf.matMul(nearWProduct, x, false, true), weightsChosen), [0, 2, 1]);
    return tf.softmax(tf.transpose(rt.where(weightsBoth, quotientT, -Infinity), [0, 2, 1]));
  });
  const weights = tf.tidy(() => rt.where(weightsBoth, tf.transpose(weightsSoftmax, [0, 2, 1]), 0));
  // attention.attn:18  sum[key](weights * values)
  const qWide = tf.tidy(() => tf.reshape(tf.logicalAnd(timeMaskWide, isAtMost), [batchSize, time, time, 1]));
  const q = tf.tidy(() =>
    tf.sum(rt.where(qWide, tf.mul(tf.reshape(weights, [batchSize, time, time, 1]), xShaped), 0), 1),
  );
  rt.dispose(isAtMost, xShaped, weights);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, d], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  const hSteps: tf.Tensor[] = [];
  const zSteps: tf.Tensor[] = [];
  const differenceSteps: tf.Tensor[] = [];
  const newSteps: tf.Tensor[] = [];
  const newProductSteps: tf.Tensor[] = [];
  const rSteps: tf.Tensor[] = [];
  let h: tf.Tensor = runZeros;
  for (let t = 0; t < time; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['run.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['run.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = tf.mul(r, h);
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(newProduct, p['run.h.GRU.U']))));
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, h);
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
    hNextSteps.push(hNext);
    hSteps.push(h);
    zSteps.push(z);
    differenceSteps.push(difference);
    newSteps.push(new_);
    newProductSteps.push(newProduct);
    rSteps.push(r);
    h = hNext;
  }
  rt.dispose(zSumSteps, rSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  // input.attn:9  { y = run + q, level = level }
  const y = tf.tidy(() => tf.add(tf.transpose(run, [1, 0, 2]), q));
  rt.dispose(q, run);
  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimize…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const difference = tf.sub(y, t);
  const product = tf.tidy(() => tf.mul(tf.cast(batch.lengths.time, 'float32'), d));
  const loss = tf.tidy(() =>
    tf.mean(tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]), product)),
  );
  const dY = tf.tidy(() => {
    const chosen = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, product), [batchSize, 1]), 0);
    const product2 = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), difference);
    return tf.add(product2, product2);
  });
  rt.dispose(y, t, timeMaskWide, timeMask, difference, product);
  // attention.attn:18  sum[key](weights * values)
  const dWeights = tf.tidy(() => {
    const chosenRows = tf.reshape(rt.where(qWide, tf.reshape(dY, [batchSize, 1, time, d]), 0), [batchSize * time, time, d]);
    return tf.reshape(tf.matMul(chosenRows, tf.reshape(x, [batchSize * time, d, 1])), [batchSize, time, time]);
  });
  rt.dispose(qWide);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsChosen2 = rt.where(weightsBoth, dWeights, 0);
  const weightsProduct = tf.tidy(() => tf.mul(weightsSoftmax, tf.transpose(weightsChosen2, [0, 2, 1])));
  const weightsProduct2 = tf.tidy(() => {
    const differenceT = tf.transpose(tf.sub(weightsChosen2, tf.reshape(tf.sum(weightsProduct, 2), [batchSize, 1, time])), [0, 2, 1]);
    const chosen = rt.where(weightsBoth, tf.transpose(tf.mul(weightsSoftmax, differenceT), [0, 2, 1]), 0);
    return tf.matMul(tf.div(chosen, tf.transpose(weightsChosen, [0, 2, 1])), x, true);
  });
  rt.dispose(dWeights, x, weightsBoth, weightsChosen, weightsSoftmax, weightsChosen2, weightsProduct);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['run.h.GRU.Ur'], p['run.h.GRU.Uz']], 1);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const dYSteps = tf.tidy(() => tf.unstack(tf.transpose(dY, [1, 0, 2])));
  rt.dispose(dY);
  const zSigmoidGradientSteps = new Array<tf.Tensor>(time);
  const rSigmoidGradientSteps = new Array<tf.Tensor>(time);
  const newTanhGradientSteps = new Array<tf.Tensor>(time);
  let dH: tf.Tensor = tf.clone(runZeros);
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const dYAt = dYSteps[t2]!;
    const hAt = hSteps[t2]!;
    const zAt = zSteps[t2]!;
    const differenceAt = differenceSteps[t2]!;
    const newAt = newSteps[t2]!;
    const rAt = rSteps[t2]!;
    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const dHNext = tf.add(dH, dYAt);
    rt.dispose(dH);
    // cells.attn:14  (1 - z) * h + z * new
    const dNew = tf.mul(dHNext, zAt);
    const dZ = tf.mul(dHNext, differenceAt);
    const difference2 = tf.sub(dHNext, dNew);
    rt.dispose(dHNext);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSigmoidGradient = rt.sigmoidGradient(dZ, zAt);
    rt.dispose(dZ);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newTanhGradient = rt.tanhGradient(dNew, newAt);
    const UProduct = tf.matMul(newTanhGradient, p['run.h.GRU.U'], false, true);
    const dR = tf.mul(UProduct, hAt);
    const newSum2 = tf.tidy(() => tf.add(difference2, tf.mul(UProduct, rAt)));
    rt.dispose(dNew, difference2, UProduct);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rSigmoidGradient = rt.sigmoidGradient(dR, rAt);
    const rProduct = tf.tidy(() => tf.matMul(tf.concat([rSigmoidGradient, zSigmoidGradient], 1), rJoined, false, true));
    rt.dispose(dR);
    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const dH2 = tf.add(rProduct, newSum2);
    rt.dispose(newSum2, rProduct);
    zSigmoidGradientSteps[t2] = zSigmoidGradient;
    rSigmoidGradientSteps[t2] = rSigmoidGradient;
    newTanhGradientSteps[t2] = newTanhGradient;
    dH = dH2;
  }
  rt.dispose(zSteps, differenceSteps, newSteps, rSteps, rJoined, dYSteps, dH);
  const tanhGradientStacked = tf.stack(newTanhGradientSteps);
  rt.dispose(newTanhGradientSteps);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(tanhGradientStacked, [1, 0, 2]), [batchSize * time, d]);
    return tf.reshape(tf.matMul(tanhGradientStepsRows, p['run.h.GRU.W'], false, true), [batchSize, time, d]);
  });
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const sigmoidGradientStacked = tf.stack(rSigmoidGradientSteps);
  rt.dispose(rSigmoidGradientSteps);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum2 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked, [1, 0, 2]), [batchSize * time, d]);
    const WrProduct = tf.reshape(tf.matMul(sigmoidGradientStepsRows, p['run.h.GRU.Wr'], false, true), [batchSize, time, d]);
    return tf.add(newWProduct, WrProduct);
  });
  rt.dispose(newWProduct);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runSigmoidGradientStacked = tf.stack(zSigmoidGradientSteps);
  rt.dispose(zSigmoidGradientSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum2 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(runSigmoidGradientStacked, [1, 0, 2]), [batchSize * time, d]);
    const WzProduct = tf.reshape(tf.matMul(sigmoidGradientStepsRows, p['run.h.GRU.Wz'], false, true), [batchSize, time, d]);
    return tf.add(weightsProduct2, tf.add(rSum2, WzProduct));
  });
  rt.dispose(weightsProduct2, rSum2);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearProduct = tf.tidy(() => tf.matMul(tf.reshape(zSum2, [batchSize * time, d]), joinedRows, true));
  rt.dispose(joinedRows, zSum2);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const sigmoidGradientStepsRows = tf.reshape(runSigmoidGradientStacked, [batchSize * time, d]);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked, [batchSize * time, d]);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(tanhGradientStacked, [batchSize * time, d]);
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const hStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps), [batchSize * time, d]));
  const dUz = tf.matMul(sigmoidGradientStepsRows, hStepsRows, true);
  const dUr = tf.matMul(rSigmoidGradientStepsRows, hStepsRows, true);
  const dU = tf.tidy(() =>
    tf.matMul(tanhGradientStepsRows, tf.reshape(tf.stack(newProductSteps), [batchSize * time, d]), true),
  );
  rt.dispose(runZeros, hNextSteps, hStepsRows, newProductSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const WProductRows = tf.tidy(() => tf.reshape(tf.transpose(nearWProduct, [1, 0, 2]), [batchSize * time, d]));
  const dWz = tf.matMul(sigmoidGradientStepsRows, WProductRows, true);
  const dBz = tf.sum(runSigmoidGradientStacked, [0, 1]);
  rt.dispose(nearWProduct, sigmoidGradientStepsRows, runSigmoidGradientStacked);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const dWr = tf.matMul(rSigmoidGradientStepsRows, WProductRows, true);
  const dBr = tf.sum(sigmoidGradientStacked, [0, 1]);
  rt.dispose(rSigmoidGradientStepsRows, sigmoidGradientStacked);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const dW = tf.matMul(tanhGradientStepsRows, WProductRows, true);
  const dB = tf.sum(tanhGradientStacked, [0, 1]);
  rt.dispose(tanhGradientStepsRows, WProductRows, tanhGradientStacked);
  // input.attn:4  param W: [d2: d <- taps, d]
  const productT = tf.transpose(nearProduct, [1, 0]);
  rt.dispose(nearProduct);
  // cells.attn:9  param Wz, Wr, W: [hidden <- input], Uz, Ur, U: [hidden <- hidden] = orthogonal
  const dGRUWz = tf.transpose(dWz, [1, 0]);
  const dGRUWr = tf.transpose(dWr, [1, 0]);
  const dGRUW = tf.transpose(dW, [1, 0]);
  const dGRUUz = tf.transpose(dUz, [1, 0]);
  rt.dispose(dWz, dWr, dW, dUz);
  const dGRUUr = tf.transpose(dUr, [1, 0]);
  const dGRUU = tf.transpose(dU, [1, 0]);
  rt.dispose(dUr, dU);
  return {
    loss,
    metrics: {},
    gradients: {
      W: productT,
      'run.h.GRU.Wz': dGRUWz,
      'run.h.GRU.Wr': dGRUWr,
      'run.h.GRU.W': dGRUW,
      'run.h.GRU.Uz': dGRUUz,
      'run.h.GRU.Ur': dGRUUr,
      'run.h.GRU.U': dGRUU,
      'run.h.GRU.bz': dBz,
      'run.h.GRU.br': dBr,
      'run.h.GRU.b': dB,
    },
  };
}

/** One place of each input along the clock, [batch, …]. */
type FilterPlaceTensors = { readonly x: tf.Tensor };

/** What every step reads, [batch, …]. */
type FilterStreamMemory = { readonly W: tf.Tensor };

/** What a step hands to the next, [batch, …]. */
type FilterStreamState = { readonly x: rt.Cache; readonly h: tf.Tensor; readonly reduce: rt.Cache };

/** What filterPrepareStream gives. */
type FilterPrepareStreamResults = {
  readonly memory: FilterStreamMemory;
  readonly state: FilterStreamState;
};

/** Once per call: what no step changes, and the first states. */
function filterPrepareStream(p: FilterParameters, batch: FilterBatch): FilterPrepareStreamResults {
  const { batch: batchSize, d } = batch.n;
  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const h = tf.fill([batchSize, d], 0);
  // input.attn:4  param W: [d2: d <- taps, d]
  const WShaped = tf.reshape(p.W, [3, d, d]);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const W = tf.tidy(() => tf.reshape(tf.transpose(WShaped, [1, 0, 2]), [3 * d, d]));
  rt.dispose(WShaped);
  return {
    memory: { W },
    state: { x: rt.emptyCache(), h, reduce: rt.emptyCache() },
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
  const x = rt.appendToCache(state.x, inputs.x, 1);
  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearProduct = tf.tidy(() => {
    const chosenShaped = tf.reshape(rt.where(tf.scalar((t - 2) >= 0, 'bool'), rt.cachedAt(x, 1, before - 2), 0), [batchSize, d, 1]);
    const nearChosenShaped = tf.reshape(rt.where(tf.scalar((t - 4) >= 0, 'bool'), rt.cachedAt(x, 1, before - 4), 0), [batchSize, d, 1]);
    const joined = tf.concat([tf.reshape(inputs.x, [batchSize, d, 1]), chosenShaped, nearChosenShaped], 2);
    return tf.matMul(tf.reshape(joined, [batchSize, 3 * d]), memory.W);
  });
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const z = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.Wz']), p['run.h.GRU.bz']);
    return tf.sigmoid(tf.add(sum, tf.matMul(state.h, p['run.h.GRU.Uz'])));
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.Wr']), p['run.h.GRU.br']);
    return tf.sigmoid(tf.add(sum, tf.matMul(state.h, p['run.h.GRU.Ur'])));
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => {
    const sum = tf.add(tf.matMul(nearProduct, p['run.h.GRU.W']), p['run.h.GRU.b']);
    return tf.tanh(tf.add(sum, tf.matMul(tf.mul(r, state.h), p['run.h.GRU.U'])));
  });
  rt.dispose(r);
  // cells.attn:14  (1 - z) * h + z * new
  const hNext = tf.tidy(() => tf.add(state.h, tf.mul(z, tf.sub(new_, state.h))));
  rt.dispose(z, new_);
  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const xSoFar = rt.cached(x, 1);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(xSoFar, tf.reshape(nearProduct, [batchSize, d, 1])), [batchSize, now]);
    return tf.softmax(tf.div(product, Math.sqrt(d)));
  });
  rt.dispose(nearProduct);
  // attention.attn:18  sum[key](weights * values)
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
  return {
    outputs: { y, level, weights },
    state: { x, h: hNext, reduce },
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
