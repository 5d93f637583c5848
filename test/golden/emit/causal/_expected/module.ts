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

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, d], 0);

  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timeLengthWide, isGreater);

  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearShifted = rt.shift(x, 1, 2);
  const nearShifted2 = rt.shift(x, 1, 4);
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearShiftedShaped = tf.reshape(nearShifted, [batchSize, time, 1, d]);
  const nearShiftedShaped2 = tf.reshape(nearShifted2, [batchSize, time, 1, d]);
  const nearJoined = tf.concat([nearXShaped, nearShiftedShaped, nearShiftedShaped2], 2);
  rt.dispose(nearShifted, nearShifted2, nearShiftedShaped, nearShiftedShaped2);
  const nearJoinedRows = tf.reshape(nearJoined, [batchSize * time, 3 * d]);
  const nearWRows = tf.reshape(p.W, [d, 3 * d]);
  const nearWT = tf.transpose(nearWRows, [1, 0]);
  const nearProduct = tf.matMul(nearJoinedRows, nearWT);
  rt.dispose(nearJoined, nearWRows, nearJoinedRows, nearWT);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct = tf.reshape(nearProduct, [batchSize * time, d]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct2 = tf.matMul(zProduct, zWzT);
  const zProduct3 = tf.reshape(zProduct2, [batchSize, time, d]);
  rt.dispose(zWzT, zProduct2);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct3, p['run.h.GRU.bz']);
  rt.dispose(zProduct3);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zProduct, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, d]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zProduct, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, d]);
  rt.dispose(zProduct, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(runSumT);
  rt.dispose(sum, sum2, sum3, runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  rt.dispose(runSumT2, runSumT3);

  const sumSteps4: tf.Tensor[] = [];
  let runState: tf.Tensor = runFilled;
  for (let t = 0; t < time; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct4 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct4);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct4, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(runState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, runState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, runState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(runState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    runState = sum4;
  }
  rt.dispose(runFilled, zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qTimePlacesWide = tf.reshape(timePlaces, [time, 1]);
  const qIsAtMost = tf.lessEqual(qTimePlacesWide, timePlaces);
  rt.dispose(timePlaces, qTimePlacesWide);

  // attention.attn:18  sum[key](weights * values)
  const both = tf.logicalAnd(isGreaterWide, qIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(qIsAtMost, qIsAtMost);
  const weightsBoth2 = tf.logicalAnd(isGreaterWide, weightsBoth);
  const weightsProduct = tf.reshape(nearProduct, [batchSize, time, d]);
  rt.dispose(qIsAtMost, isGreaterWide, weightsBoth, nearProduct);
  const weightsXT = tf.transpose(x, [0, 2, 1]);
  const weightsProduct2 = tf.matMul(weightsProduct, weightsXT);
  const weightsQuotient = tf.div(weightsProduct2, Math.sqrt(d));
  const weightsQuotientT = tf.transpose(weightsQuotient, [0, 2, 1]);
  rt.dispose(weightsProduct, weightsXT, weightsProduct2, weightsQuotient);
  const weights = rt.where(weightsBoth2, weightsQuotientT, -Infinity);
  const weightsWeightsT = tf.transpose(weights, [0, 2, 1]);
  const weights2 = tf.softmax(weightsWeightsT);
  const weightsWeightsT2 = tf.transpose(weights2, [0, 2, 1]);
  rt.dispose(weightsQuotientT, weights, weightsWeightsT, weights2);
  const weights3 = rt.where(weightsBoth2, weightsWeightsT2, 0);
  rt.dispose(weightsBoth2, weightsWeightsT2);

  // attention.attn:18  sum[key](weights * values)
  const weightsWide = tf.reshape(weights3, [batchSize, time, time, 1]);
  const product2 = tf.mul(weightsWide, nearXShaped);
  const bothWide = tf.reshape(both, [batchSize, time, time, 1]);
  const chosen = rt.where(bothWide, product2, 0);
  rt.dispose(nearXShaped, weightsWide, product2, bothWide);
  const total = tf.sum(chosen, 1);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(chosen, sumSteps4);

  // input.attn:9  { y = run + q, level = level }
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const sum5 = tf.add(sumStepsT, total);
  rt.dispose(sumStacked, total, sumStepsT);

  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const levelTotal = tf.sum(x, 2);
  const levelTotalWide = tf.reshape(levelTotal, [batchSize, time, 1]);
  const levelChosen = rt.where(both, levelTotalWide, 0);
  const levelTotal2 = tf.sum(levelChosen, 1);
  rt.dispose(x, levelTotal, levelTotalWide, levelChosen);
  const levelBothAsFloat = tf.cast(both, 'float32');
  const levelTotal3 = tf.sum(levelBothAsFloat, 1);
  const levelLarger = tf.maximum(levelTotal3, 1);
  const level = tf.div(levelTotal2, levelLarger);
  rt.dispose(both, levelBothAsFloat, levelTotal3, levelTotal2, levelLarger);

  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qWeightsT = tf.transpose(weights3, [0, 2, 1]);
  rt.dispose(weights3);
  return { y: sum5, level, weights: qWeightsT };
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
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  rt.dispose(timeLengthWide);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, d], 0);

  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(isGreater);

  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearShifted = rt.shift(x, 1, 2);
  const nearShifted2 = rt.shift(x, 1, 4);
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearShiftedShaped = tf.reshape(nearShifted, [batchSize, time, 1, d]);
  const nearShiftedShaped2 = tf.reshape(nearShifted2, [batchSize, time, 1, d]);
  const nearJoined = tf.concat([nearXShaped, nearShiftedShaped, nearShiftedShaped2], 2);
  rt.dispose(nearShifted, nearShifted2, nearShiftedShaped, nearShiftedShaped2);
  const nearJoinedRows = tf.reshape(nearJoined, [batchSize * time, 3 * d]);
  const nearWRows = tf.reshape(p.W, [d, 3 * d]);
  const nearWT = tf.transpose(nearWRows, [1, 0]);
  const nearProduct = tf.matMul(nearJoinedRows, nearWT);
  rt.dispose(nearJoined, nearWRows, nearJoinedRows, nearWT);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct = tf.reshape(nearProduct, [batchSize * time, d]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct2 = tf.matMul(zProduct, zWzT);
  const zProduct3 = tf.reshape(zProduct2, [batchSize, time, d]);
  rt.dispose(zWzT, zProduct2);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct3, p['run.h.GRU.bz']);
  rt.dispose(zProduct3);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zProduct, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, d]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zProduct, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, d]);
  rt.dispose(zProduct, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(runSumT);
  rt.dispose(sum, sum2, sum3, runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  rt.dispose(runSumT2, runSumT3);

  const sumSteps4: tf.Tensor[] = [];
  let runState: tf.Tensor = runFilled;
  for (let t = 0; t < time; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct4 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct4);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct4, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(runState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, runState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, runState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(runState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    runState = sum4;
  }
  rt.dispose(runFilled, zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qTimePlacesWide = tf.reshape(timePlaces, [time, 1]);
  const qIsAtMost = tf.lessEqual(qTimePlacesWide, timePlaces);
  rt.dispose(timePlaces, qTimePlacesWide);

  // attention.attn:18  sum[key](weights * values)
  const both = tf.logicalAnd(isGreaterWide, qIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(qIsAtMost, qIsAtMost);
  const weightsBoth2 = tf.logicalAnd(isGreaterWide, weightsBoth);
  const weightsProduct = tf.reshape(nearProduct, [batchSize, time, d]);
  const weightsXT = tf.transpose(x, [0, 2, 1]);
  rt.dispose(qIsAtMost, weightsBoth, nearProduct, x);
  const weightsProduct2 = tf.matMul(weightsProduct, weightsXT);
  const weightsQuotient = tf.div(weightsProduct2, Math.sqrt(d));
  const weightsQuotientT = tf.transpose(weightsQuotient, [0, 2, 1]);
  rt.dispose(weightsProduct, weightsXT, weightsProduct2, weightsQuotient);
  const weights = rt.where(weightsBoth2, weightsQuotientT, -Infinity);
  const weightsWeightsT = tf.transpose(weights, [0, 2, 1]);
  const weights2 = tf.softmax(weightsWeightsT);
  const weightsWeightsT2 = tf.transpose(weights2, [0, 2, 1]);
  rt.dispose(weightsQuotientT, weights, weightsWeightsT, weights2);
  const weights3 = rt.where(weightsBoth2, weightsWeightsT2, 0);
  rt.dispose(weightsBoth2, weightsWeightsT2);

  // attention.attn:18  sum[key](weights * values)
  const weightsWide = tf.reshape(weights3, [batchSize, time, time, 1]);
  const product2 = tf.mul(weightsWide, nearXShaped);
  const bothWide = tf.reshape(both, [batchSize, time, time, 1]);
  rt.dispose(weights3, nearXShaped, weightsWide, both);
  const chosen = rt.where(bothWide, product2, 0);
  const total = tf.sum(chosen, 1);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(product2, bothWide, chosen, sumSteps4);

  // input.attn:9  { y = run + q, level = level }
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const sum5 = tf.add(sumStepsT, total);
  rt.dispose(sumStacked, total, sumStepsT);

  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimizer adam(rate = 1e-3) }
  const t2 = rt.where(isGreaterWide, batch.inputs.t, 0);
  const difference2 = tf.sub(sum5, t2);
  const product3 = tf.mul(difference2, difference2);
  const chosen2 = rt.where(isGreaterWide, product3, 0);
  rt.dispose(sum5, t2, difference2, isGreaterWide, product3);
  const total2 = tf.sum(chosen2, [1, 2]);
  const timeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const product4 = tf.mul(timeLengthAsFloat, d);
  const quotient = tf.div(total2, product4);
  rt.dispose(chosen2, timeLengthAsFloat, total2, product4);
  const loss = tf.mean(quotient);
  rt.dispose(quotient);
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
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  rt.dispose(timeLengthWide);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, d], 0);

  // input.attn:3  model Filter(x: [time, d]) -> { y: [time, d], level: [time] } causal time {
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);

  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearShifted = rt.shift(x, 1, 2);
  const nearShifted2 = rt.shift(x, 1, 4);
  const nearXShaped = tf.reshape(x, [batchSize, time, 1, d]);
  const nearShiftedShaped = tf.reshape(nearShifted, [batchSize, time, 1, d]);
  const nearShiftedShaped2 = tf.reshape(nearShifted2, [batchSize, time, 1, d]);
  const nearJoined = tf.concat([nearXShaped, nearShiftedShaped, nearShiftedShaped2], 2);
  rt.dispose(nearShifted, nearShifted2, nearShiftedShaped, nearShiftedShaped2);
  const nearJoinedRows = tf.reshape(nearJoined, [batchSize * time, 3 * d]);
  const nearWRows = tf.reshape(p.W, [d, 3 * d]);
  const nearWT = tf.transpose(nearWRows, [1, 0]);
  const nearProduct = tf.matMul(nearJoinedRows, nearWT);
  const nearProduct2 = tf.reshape(nearProduct, [batchSize, time, d]);
  rt.dispose(nearJoined, nearWRows, nearWT);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct = tf.reshape(nearProduct, [batchSize * time, d]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct2 = tf.matMul(zProduct, zWzT);
  const zProduct3 = tf.reshape(zProduct2, [batchSize, time, d]);
  rt.dispose(nearProduct, zWzT, zProduct2);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct3, p['run.h.GRU.bz']);
  rt.dispose(zProduct3);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zProduct, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, d]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zProduct, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, d]);
  rt.dispose(zProduct, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(runSumT);
  rt.dispose(sum, sum2, sum3, runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  rt.dispose(runSumT2, runSumT3);

  const sumSteps4: tf.Tensor[] = [];
  const stateSteps: tf.Tensor[] = [];
  const zSteps: tf.Tensor[] = [];
  const differenceSteps: tf.Tensor[] = [];
  const newSteps: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  const rSteps: tf.Tensor[] = [];
  let runState: tf.Tensor = runFilled;
  for (let t = 0; t < time; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct4 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct4);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct4, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(runState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, runState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, runState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(runState, product);
    rt.dispose(product);
    sumSteps4.push(sum4);
    stateSteps.push(runState);
    zSteps.push(z);
    differenceSteps.push(difference);
    newSteps.push(new_);
    productSteps.push(newProduct3);
    rSteps.push(r);
    runState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qTimePlacesWide = tf.reshape(timePlaces, [time, 1]);
  const qIsAtMost = tf.lessEqual(qTimePlacesWide, timePlaces);
  rt.dispose(timePlaces, qTimePlacesWide);

  // attention.attn:18  sum[key](weights * values)
  const both = tf.logicalAnd(isGreaterWide, qIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(qIsAtMost, qIsAtMost);
  const weightsBoth2 = tf.logicalAnd(isGreaterWide, weightsBoth);
  const weightsXT = tf.transpose(x, [0, 2, 1]);
  const weightsProduct = tf.matMul(nearProduct2, weightsXT);
  const weightsIsGreaterWide = tf.reshape(isGreater, [batchSize, 1, time]);
  const weightsBoth3 = tf.logicalAnd(isGreaterWide, weightsIsGreaterWide);
  const weightsIsAtMostT = tf.transpose(qIsAtMost, [1, 0]);
  rt.dispose(weightsBoth, weightsXT, weightsIsGreaterWide, qIsAtMost);
  const weightsBoth4 = tf.logicalAnd(weightsBoth3, weightsIsAtMostT);
  const weightsBoth5 = tf.logicalAnd(weightsBoth4, weightsIsAtMostT);
  const weightsChosen = rt.where(weightsBoth5, Math.sqrt(d), 1);
  rt.dispose(weightsBoth3, weightsIsAtMostT, weightsBoth4, weightsBoth5);
  const weightsQuotient = tf.div(weightsProduct, weightsChosen);
  const weightsQuotientT = tf.transpose(weightsQuotient, [0, 2, 1]);
  const weights = rt.where(weightsBoth2, weightsQuotientT, -Infinity);
  const weightsWeightsT = tf.transpose(weights, [0, 2, 1]);
  rt.dispose(weightsProduct, weightsQuotient, weightsQuotientT, weights);
  const weights2 = tf.softmax(weightsWeightsT);
  const weightsWeightsT2 = tf.transpose(weights2, [0, 2, 1]);
  const weights3 = rt.where(weightsBoth2, weightsWeightsT2, 0);
  rt.dispose(weightsWeightsT, weightsWeightsT2);

  // attention.attn:18  sum[key](weights * values)
  const weightsWide = tf.reshape(weights3, [batchSize, time, time, 1]);
  const product2 = tf.mul(weightsWide, nearXShaped);
  const bothWide = tf.reshape(both, [batchSize, time, time, 1]);
  rt.dispose(weights3, nearXShaped, weightsWide, both);
  const chosen = rt.where(bothWide, product2, 0);
  const total = tf.sum(chosen, 1);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(product2, chosen);

  // input.attn:9  { y = run + q, level = level }
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const sum5 = tf.add(sumStepsT, total);
  rt.dispose(sumStacked, total, sumStepsT);

  // input.attn:11  objective Fit for Filter given t: [time, d] { loss = mean[time, d]((y - t) ^ 2); optimizer adam(rate = 1e-3) }
  const t2 = rt.where(isGreaterWide, batch.inputs.t, 0);
  const difference2 = tf.sub(sum5, t2);
  const product3 = tf.mul(difference2, difference2);
  const chosen2 = rt.where(isGreaterWide, product3, 0);
  rt.dispose(sum5, t2, isGreaterWide, product3);
  const total2 = tf.sum(chosen2, [1, 2]);
  const timeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const product4 = tf.mul(timeLengthAsFloat, d);
  const quotient = tf.div(total2, product4);
  const loss = tf.mean(quotient);
  rt.dispose(chosen2, timeLengthAsFloat, total2, quotient);
  const quotient2 = tf.div(1 / batchSize, product4);
  const quotientWide = tf.reshape(quotient2, [batchSize, 1]);
  const chosen3 = rt.where(isGreater, quotientWide, 0);
  rt.dispose(product4, quotient2, isGreater, quotientWide);
  const chosenWide = tf.reshape(chosen3, [batchSize, time, 1]);
  const product5 = tf.mul(chosenWide, difference2);
  const sum6 = tf.add(product5, product5);
  rt.dispose(chosen3, difference2, chosenWide, product5);

  // attention.attn:18  sum[key](weights * values)
  const sumWide = tf.reshape(sum6, [batchSize, 1, time, d]);
  const chosen4 = rt.where(bothWide, sumWide, 0);
  const chosenRows = tf.reshape(chosen4, [batchSize * time, time, d]);
  const xWide = tf.reshape(x, [batchSize * time, d, 1]);
  const product6 = tf.matMul(chosenRows, xWide);
  rt.dispose(bothWide, sumWide, chosen4, chosenRows, xWide);
  const product7 = tf.reshape(product6, [batchSize, time, time]);
  rt.dispose(product6);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsChosen2 = rt.where(weightsBoth2, product7, 0);
  const weightsChosenT = tf.transpose(weightsChosen2, [0, 2, 1]);
  const weightsProduct2 = tf.mul(weights2, weightsChosenT);
  const weightsTotal = tf.sum(weightsProduct2, 2);
  const weightsTotalWide = tf.reshape(weightsTotal, [batchSize, 1, time]);
  rt.dispose(product7, weightsChosenT, weightsProduct2, weightsTotal);
  const weightsDifference = tf.sub(weightsChosen2, weightsTotalWide);
  const weightsDifferenceT = tf.transpose(weightsDifference, [0, 2, 1]);
  const weightsProduct3 = tf.mul(weights2, weightsDifferenceT);
  rt.dispose(weightsChosen2, weightsTotalWide, weightsDifference, weights2, weightsDifferenceT);
  const weightsProductT = tf.transpose(weightsProduct3, [0, 2, 1]);
  const weightsChosen3 = rt.where(weightsBoth2, weightsProductT, 0);
  const weightsChosenT2 = tf.transpose(weightsChosen, [0, 2, 1]);
  rt.dispose(weightsProduct3, weightsBoth2, weightsProductT, weightsChosen);
  const weightsQuotient2 = tf.div(weightsChosen3, weightsChosenT2);
  const weightsQuotientT2 = tf.transpose(weightsQuotient2, [0, 2, 1]);
  const weightsProduct4 = tf.matMul(weightsQuotientT2, x);
  rt.dispose(weightsChosen3, weightsChosenT2, weightsQuotient2, x, weightsQuotientT2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['run.h.GRU.Ur'], p['run.h.GRU.Uz']], 0);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runSumT4 = tf.transpose(sum6, [1, 0, 2]);
  const sumSteps5 = tf.unstack(runSumT4);
  rt.dispose(sum6, runSumT4);

  const productSteps2 = new Array<tf.Tensor>(time);
  const productSteps3 = new Array<tf.Tensor>(time);
  const productSteps4 = new Array<tf.Tensor>(time);
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t3 = time - 1; t3 >= 0; t3--) {
    const sumAt4 = sumSteps5[t3]!;
    const stateAt = stateSteps[t3]!;
    const zAt = zSteps[t3]!;
    const differenceAt = differenceSteps[t3]!;
    const newAt = newSteps[t3]!;
    const rAt = rSteps[t3]!;

    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const runSum = tf.add(runState2, sumAt4);
    rt.dispose(runState2);

    // cells.attn:14  (1 - z) * h + z * new
    const product8 = tf.mul(runSum, zAt);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct5 = rt.tanhGradient(product8, newAt);
    const newProduct6 = tf.matMul(newProduct5, p['run.h.GRU.U']);
    const newProduct7 = tf.mul(newProduct6, stateAt);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct4 = rt.sigmoidGradient(newProduct7, rAt);
    rt.dispose(newProduct7);

    // cells.attn:14  (1 - z) * h + z * new
    const product9 = tf.mul(runSum, differenceAt);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct5 = rt.sigmoidGradient(product9, zAt);
    rt.dispose(product9);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined2 = tf.concat([rProduct4, zProduct5], 1);
    const rProduct5 = tf.matMul(rJoined2, rJoined);
    rt.dispose(rJoined2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference3 = tf.sub(runSum, product8);
    rt.dispose(runSum, product8);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct8 = tf.mul(newProduct6, rAt);
    const newSum2 = tf.add(difference3, newProduct8);
    rt.dispose(newProduct6, difference3, newProduct8);

    // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
    const runSum2 = tf.add(rProduct5, newSum2);
    rt.dispose(rProduct5, newSum2);
    productSteps2[t3] = zProduct5;
    productSteps3[t3] = rProduct4;
    productSteps4[t3] = newProduct5;
    runState2 = runSum2;
  }
  rt.dispose(zSteps, differenceSteps, newSteps, rSteps, rJoined, sumSteps5, runState2);
  const productStacked = tf.stack(productSteps4);
  rt.dispose(productSteps4);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const newProductStepsRows = tf.reshape(newProductStepsT, [batchSize * time, d]);
  const newProduct9 = tf.matMul(newProductStepsRows, p['run.h.GRU.W']);
  const newProduct10 = tf.reshape(newProduct9, [batchSize, time, d]);
  const productStacked2 = tf.stack(productSteps3);
  rt.dispose(newProductStepsT, newProductStepsRows, newProduct9, productSteps3);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const rProductStepsRows = tf.reshape(rProductStepsT, [batchSize * time, d]);
  const rProduct6 = tf.matMul(rProductStepsRows, p['run.h.GRU.Wr']);
  const rProduct7 = tf.reshape(rProduct6, [batchSize, time, d]);
  const rSum2 = tf.add(newProduct10, rProduct7);
  rt.dispose(rProductStepsT, rProductStepsRows, rProduct6, newProduct10, rProduct7);
  const productStacked3 = tf.stack(productSteps2);
  rt.dispose(productSteps2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT = tf.transpose(productStacked3, [1, 0, 2]);
  const zProductStepsRows = tf.reshape(zProductStepsT, [batchSize * time, d]);
  const zProduct6 = tf.matMul(zProductStepsRows, p['run.h.GRU.Wz']);
  const zProduct7 = tf.reshape(zProduct6, [batchSize, time, d]);
  const zSum2 = tf.add(rSum2, zProduct7);
  rt.dispose(zProductStepsT, zProductStepsRows, zProduct6, rSum2, zProduct7);
  const zSum3 = tf.add(weightsProduct4, zSum2);
  rt.dispose(weightsProduct4, zSum2);

  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearSumRows = tf.reshape(zSum3, [batchSize * time, d]);
  const nearSumT = tf.transpose(nearSumRows, [1, 0]);
  const nearProduct3 = tf.matMul(nearSumT, nearJoinedRows);
  rt.dispose(zSum3, nearSumRows, nearJoinedRows, nearSumT);
  const nearProduct4 = tf.reshape(nearProduct3, [d, 3, d]);
  rt.dispose(nearProduct3);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows2 = tf.reshape(productStacked3, [batchSize * time, d]);
  const zProductStepsT2 = tf.transpose(zProductStepsRows2, [1, 0]);
  const zProductT = tf.transpose(nearProduct2, [1, 0, 2]);
  const zProductRows = tf.reshape(zProductT, [batchSize * time, d]);
  const zProduct8 = tf.matMul(zProductStepsT2, zProductRows);
  rt.dispose(zProductStepsRows2, nearProduct2, zProductT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows2 = tf.reshape(productStacked2, [batchSize * time, d]);
  const rProductStepsT2 = tf.transpose(rProductStepsRows2, [1, 0]);
  const rProduct8 = tf.matMul(rProductStepsT2, zProductRows);
  rt.dispose(rProductStepsRows2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows2 = tf.reshape(productStacked, [batchSize * time, d]);
  const newProductStepsT2 = tf.transpose(newProductStepsRows2, [1, 0]);
  const newProduct11 = tf.matMul(newProductStepsT2, zProductRows);
  const stateStacked = tf.stack(stateSteps);
  rt.dispose(newProductStepsRows2, zProductRows, runFilled, sumSteps4);

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runStateStepsRows = tf.reshape(stateStacked, [batchSize * time, d]);
  const runProduct = tf.matMul(zProductStepsT2, runStateStepsRows);
  const runProduct2 = tf.matMul(rProductStepsT2, runStateStepsRows);
  rt.dispose(stateStacked, zProductStepsT2, rProductStepsT2, runStateStepsRows);
  const productStacked4 = tf.stack(productSteps);
  const runProductStepsRows = tf.reshape(productStacked4, [batchSize * time, d]);
  const runProduct3 = tf.matMul(newProductStepsT2, runProductStepsRows);
  rt.dispose(productSteps, productStacked4, newProductStepsT2, runProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total3 = tf.sum(productStacked3, [0, 1]);
  const total4 = tf.sum(productStacked2, [0, 1]);
  const total5 = tf.sum(productStacked, [0, 1]);
  rt.dispose(productStacked3, productStacked2, productStacked);
  return {
    loss,
    metrics: {},
    gradients: {
      W: nearProduct4,
      'run.h.GRU.Wz': zProduct8,
      'run.h.GRU.Wr': rProduct8,
      'run.h.GRU.W': newProduct11,
      'run.h.GRU.Uz': runProduct,
      'run.h.GRU.Ur': runProduct2,
      'run.h.GRU.U': runProduct3,
      'run.h.GRU.bz': total3,
      'run.h.GRU.br': total4,
      'run.h.GRU.b': total5,
    },
  };
}

/** One place of each input along the clock, [batch, …]. */
type FilterPlaceTensors = { readonly x: tf.Tensor };

/** What every step reads, [batch, …]. */
type FilterStreamMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor; readonly '3': tf.Tensor; readonly '4': tf.Tensor; readonly '5': tf.Tensor; readonly '6': tf.Tensor };

/** What a step hands to the next, [batch, …]. */
type FilterStreamState = { readonly x: rt.Rows; readonly state: tf.Tensor; readonly rows: rt.Rows };

/** What filterPrepareStream gives. */
type FilterPrepareStreamResults = {
  readonly memory: FilterStreamMemory;
  readonly state: FilterStreamState;
};

/** Once per call: what no step changes, and the first states. */
function filterPrepareStream(p: FilterParameters, batch: FilterBatch): FilterPrepareStreamResults {
  const { batch: batchSize, d } = batch.n;

  // input.attn:8  run = scan time with xt = near { state h: [d] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, d], 0);

  // input.attn:5  near = (W @ x[time = position[time] - 2 * position[taps]])[d2 as d]
  const nearWT = tf.transpose(p.W, [2, 1, 0]);
  const nearWRows = tf.reshape(nearWT, [3 * d, d]);
  rt.dispose(nearWT);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);
  return {
    memory: { '0': nearWRows, '1': zWzT, '2': zUzT, '3': newWT, '4': rWrT, '5': rUrT, '6': newUT },
    state: { x: rt.noRows(), state: runFilled, rows: rt.noRows() },
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
  const nearEarlier = rt.placeOf(x, 1, before - 2);
  const nearNumber = tf.scalar((t - 2) >= 0, 'bool');
  const nearChosen = rt.where(nearNumber, nearEarlier, 0);
  const nearEarlier2 = rt.placeOf(x, 1, before - 4);
  const nearNumber2 = tf.scalar((t - 4) >= 0, 'bool');
  const nearChosen2 = rt.where(nearNumber2, nearEarlier2, 0);
  rt.dispose(nearEarlier, nearNumber, nearEarlier2, nearNumber2);
  const nearXShaped = tf.reshape(inputs.x, [batchSize, d, 1]);
  const nearChosenShaped = tf.reshape(nearChosen, [batchSize, d, 1]);
  const nearChosenShaped2 = tf.reshape(nearChosen2, [batchSize, d, 1]);
  const nearJoined = tf.concat([nearXShaped, nearChosenShaped, nearChosenShaped2], 2);
  rt.dispose(nearChosen, nearChosen2, nearXShaped, nearChosenShaped, nearChosenShaped2);
  const nearJoinedRows = tf.reshape(nearJoined, [batchSize, 3 * d]);
  const nearProduct = tf.matMul(nearJoinedRows, memory['0']);
  rt.dispose(nearJoined, nearJoinedRows);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct = tf.matMul(nearProduct, memory['1']);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct, p['run.h.GRU.bz']);
  rt.dispose(zProduct);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct2 = tf.matMul(state.state, memory['2']);
  const zSum = tf.add(sum, zProduct2);
  const z = tf.sigmoid(zSum);
  rt.dispose(sum, zProduct2, zSum);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.matMul(nearProduct, memory['3']);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(newProduct, p['run.h.GRU.b']);
  rt.dispose(newProduct);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct = tf.matMul(nearProduct, memory['4']);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(rProduct, p['run.h.GRU.br']);
  rt.dispose(rProduct);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct2 = tf.matMul(state.state, memory['5']);
  const rSum = tf.add(sum3, rProduct2);
  const r = tf.sigmoid(rSum);
  rt.dispose(sum3, rProduct2, rSum);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct2 = tf.mul(r, state.state);
  const newProduct3 = tf.matMul(newProduct2, memory['6']);
  const newSum = tf.add(sum2, newProduct3);
  rt.dispose(r, newProduct2, sum2, newProduct3);
  const new_ = tf.tanh(newSum);
  rt.dispose(newSum);

  // cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, state.state);
  const product = tf.mul(z, difference);
  const sum4 = tf.add(state.state, product);
  rt.dispose(new_, z, difference, product);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProductWide = tf.reshape(nearProduct, [batchSize, d, 1]);
  rt.dispose(nearProduct);

  // input.attn:7  q = ScaledDot(near, x[upto time as key], x[upto time as key])
  const qXSoFar = rt.joined(x, 1);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProduct = tf.matMul(qXSoFar, weightsProductWide);
  const weightsProduct2 = tf.reshape(weightsProduct, [batchSize, now]);
  const weightsQuotient = tf.div(weightsProduct2, Math.sqrt(d));
  const weights = tf.softmax(weightsQuotient);
  rt.dispose(weightsProductWide, weightsProduct, weightsProduct2, weightsQuotient);

  // attention.attn:18  sum[key](weights * values)
  const weightsWide = tf.reshape(weights, [batchSize, 1, now]);
  const product2 = tf.matMul(weightsWide, qXSoFar);
  rt.dispose(qXSoFar, weightsWide);

  // input.attn:9  { y = run + q, level = level }
  const product3 = tf.reshape(product2, [batchSize, d]);
  const sum5 = tf.add(sum4, product3);
  rt.dispose(product2, product3);

  // input.attn:6  level = mean[before](sum[d](x)[upto time as before])
  const levelTotal = tf.sum(inputs.x, 1);
  const levelRows = rt.append(state.rows, levelTotal, 1);
  const levelRowsSoFar = rt.joined(levelRows, 1);
  const levelTotal2 = tf.sum(levelRowsSoFar, 1);
  const level = tf.div(levelTotal2, Math.max(now, 1));
  rt.dispose(levelTotal, levelRowsSoFar, levelTotal2);
  return {
    outputs: { y: sum5, level, weights },
    state: { x, state: sum4, rows: levelRows },
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
