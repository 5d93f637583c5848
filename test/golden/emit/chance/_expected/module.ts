/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Glance that its constructor may be given. */
export type GlanceDims = {
  /** Default 3. */
  readonly d: number;
};

/** One example of Glance. */
export interface GlanceInput {
  /** `[source, d]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface GlanceTarget {
  /** `[d]` */
  readonly t: rt.Floats;
}

/** What Glance gives for one example. */
export type GlanceOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type GlanceSizes = {
  readonly d: number;
  readonly batch: number;
  readonly source: number;
};

/** Parameters and running values by path. */
type GlanceParameters = {
  readonly 'h.Linear.W': tf.Tensor;
  readonly 'h.Linear.b': tf.Tensor;
  readonly 'h.BatchNorm.gain': tf.Tensor;
  readonly 'h.BatchNorm.bias': tf.Tensor;
  readonly 'weights.Linear.W': tf.Tensor;
  readonly 'weights.Linear.b': tf.Tensor;
  readonly 'h.BatchNorm.m': tf.Tensor;
  readonly 'h.BatchNorm.v': tf.Tensor;
  readonly 'Learn.b': tf.Tensor;
};

/** Padded examples on the device. */
type GlanceBatch = {
  readonly n: GlanceSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type GlanceResults = { readonly y: tf.Tensor };

/** The outputs of Glance, batch first. */
function glanceForward(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): GlanceResults {
  const { batch: batchSize, d, source } = batch.n;

  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourcePlaces, sourceLengthWide, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * source, d]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, d]);
  rt.dispose(x, xRows, WT, product);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(product2);

  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e-5)
  const nDifference = tf.sub(hTanh, p['h.BatchNorm.m']);
  const nSum = tf.add(p['h.BatchNorm.v'], 1e-5);
  const nRoot = tf.sqrt(nSum);
  const n2 = tf.div(nDifference, nRoot);
  rt.dispose(hTanh, nSum, nDifference, nRoot);

  // layers.attn:33  gain * n + bias
  const product3 = tf.mul(n2, p['h.BatchNorm.gain']);
  const sum2 = tf.add(product3, p['h.BatchNorm.bias']);
  rt.dispose(n2, product3);

  // layers.attn:4  W @ x + b
  const sumRows = tf.reshape(sum2, [batchSize * source, d]);
  const WWide = tf.reshape(p['weights.Linear.W'], [d, 1]);
  const product4 = tf.matMul(sumRows, WWide);
  const product5 = tf.reshape(product4, [batchSize, source]);
  const sum3 = tf.add(product5, p['weights.Linear.b']);
  rt.dispose(sumRows, WWide, product4, product5);

  // input.attn:6  weights = softmax[source](Linear[](h))
  const weightsChosen = rt.where(isGreater, sum3, -Infinity);
  const weights = tf.softmax(weightsChosen);
  rt.dispose(isGreater, sum3, weightsChosen);

  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const yWeightsWide = tf.reshape(weights, [batchSize, 1, source]);
  const yProduct = tf.matMul(yWeightsWide, sum2);
  const yProduct2 = tf.reshape(yProduct, [batchSize, d]);
  rt.dispose(weights, sum2, yWeightsWide, yProduct);
  const yNormal = random.normal('.sample#1', [batchSize, d], [false], []);
  const yProduct3 = tf.mul(yNormal, 0.1);
  const y = tf.add(yProduct2, yProduct3);
  rt.dispose(yNormal, yProduct2, yProduct3);
  return { y };
}

/** What glanceLoss gives. */
type GlanceLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Learn: the loss and the metrics, means over the batch. */
function glanceLoss(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): GlanceLossResults {
  const { batch: batchSize, d, source } = batch.n;

  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourcePlaces, sourceLengthWide, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * source, d]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, d]);
  rt.dispose(x, xRows, WT, product);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(product2);

  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e-5)
  const nDifference = tf.sub(hTanh, p['h.BatchNorm.m']);
  const nSum = tf.add(p['h.BatchNorm.v'], 1e-5);
  const nRoot = tf.sqrt(nSum);
  const n2 = tf.div(nDifference, nRoot);
  rt.dispose(hTanh, nSum, nDifference, nRoot);

  // layers.attn:33  gain * n + bias
  const product3 = tf.mul(n2, p['h.BatchNorm.gain']);
  const sum2 = tf.add(product3, p['h.BatchNorm.bias']);
  rt.dispose(n2, product3);

  // layers.attn:4  W @ x + b
  const sumRows = tf.reshape(sum2, [batchSize * source, d]);
  const WWide = tf.reshape(p['weights.Linear.W'], [d, 1]);
  const product4 = tf.matMul(sumRows, WWide);
  const product5 = tf.reshape(product4, [batchSize, source]);
  const sum3 = tf.add(product5, p['weights.Linear.b']);
  rt.dispose(sumRows, WWide, product4, product5);

  // input.attn:6  weights = softmax[source](Linear[](h))
  const weightsChosen = rt.where(isGreater, sum3, -Infinity);
  const weights = tf.softmax(weightsChosen);
  rt.dispose(sum3, weightsChosen);

  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const yWeightsWide = tf.reshape(weights, [batchSize, 1, source]);
  const yProduct = tf.matMul(yWeightsWide, sum2);
  const yProduct2 = tf.reshape(yProduct, [batchSize, d]);
  const yNormal = random.normal('.sample#1', [batchSize, d], [false], []);
  const yProduct3 = tf.mul(yNormal, 0.1);
  rt.dispose(sum2, yWeightsWide, yProduct, yNormal);
  const y = tf.add(yProduct2, yProduct3);
  rt.dispose(yProduct2, yProduct3);

  // input.attn:13  R = -sum[d]((y - t) ^ 2)
  const RDifference = tf.sub(y, batch.inputs.t);
  const RProduct = tf.mul(RDifference, RDifference);
  const RTotal = tf.sum(RProduct, 1);
  const R = tf.neg(RTotal);
  rt.dispose(y, RDifference, RProduct);

  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const lossDifference = tf.sub(R, p['Learn.b']);
  rt.dispose(R);

  // input.attn:7  spot = sample categorical[source](weights)
  const spotExponential = random.exponential('.sample#0', [batchSize, source], [true], []);
  const spotQuotient = tf.div(weights, spotExponential);
  const spotChosen = rt.where(isGreater, spotQuotient, -Infinity);
  const spot = tf.argMax(spotChosen, 1);
  rt.dispose(spotExponential, isGreater, spotQuotient, spotChosen);

  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const lossPicked = tf.gather(weights, spot, 1, 1);
  const lossLog = tf.log(lossPicked);
  const lossProduct = tf.mul(lossDifference, lossLog);
  rt.dispose(weights, spot, lossPicked, lossDifference, lossLog);
  const lossDifference2 = tf.sub(RTotal, lossProduct);
  const loss = tf.mean(lossDifference2);
  rt.dispose(RTotal, lossProduct, lossDifference2);
  return {
    loss,
    metrics: {},
  };
}

/** What Learn trains. */
type GlanceTrained = {
  readonly 'h.Linear.W': tf.Tensor;
  readonly 'h.Linear.b': tf.Tensor;
  readonly 'h.BatchNorm.gain': tf.Tensor;
  readonly 'h.BatchNorm.bias': tf.Tensor;
  readonly 'weights.Linear.W': tf.Tensor;
  readonly 'weights.Linear.b': tf.Tensor;
};

/** What glanceGradients gives. */
type GlanceGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: GlanceTrained;
  readonly running: { readonly 'h.BatchNorm.m': tf.Tensor; readonly 'h.BatchNorm.v': tf.Tensor; readonly 'Learn.b': tf.Tensor };
};

/** Learn: as the loss, dropout on, and its gradient by every parameter, and the next running values. */
function glanceGradients(p: GlanceParameters, batch: GlanceBatch, random: rt.Random): GlanceGradientsResults {
  const { batch: batchSize, d, source } = batch.n;

  // input.attn:4  model Glance(x: [source, d]) -> y: [d] {
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * source, d]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, d]);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(x, WT, product, product2);

  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hTanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:24  least = stop(min[lifted](x))
  const leastAny = tf.any(isGreater);
  const leastChosen = rt.where(isGreaterWide, hTanh, Infinity);
  const leastLowest = tf.min(leastChosen, [0, 1]);
  const leastChosen2 = rt.where(leastAny, leastLowest, 0);
  rt.dispose(leastChosen, leastLowest);

  // layers.attn:26  near = (x - least) / range
  const nearDifference = tf.sub(hTanh, leastChosen2);

  // layers.attn:25  range = max(stop(max[lifted](x)) - least, 1)
  const rangeChosen = rt.where(isGreaterWide, hTanh, -Infinity);
  const rangeHighest = tf.max(rangeChosen, [0, 1]);
  const rangeChosen2 = rt.where(leastAny, rangeHighest, 0);
  const rangeDifference = tf.sub(rangeChosen2, leastChosen2);
  rt.dispose(rangeChosen, leastAny, rangeHighest, rangeChosen2);
  const range = tf.maximum(rangeDifference, 1);
  rt.dispose(rangeDifference);

  // layers.attn:26  near = (x - least) / range
  const near = tf.div(nearDifference, range);
  rt.dispose(nearDifference);

  // layers.attn:27  bm = mean[lifted](near)
  const bmChosen = rt.where(isGreaterWide, near, 0);
  const bmTotal = tf.sum(bmChosen, [0, 1]);
  const bmIsGreaterAsFloat = tf.cast(isGreater, 'float32');
  const bmTotal2 = tf.sum(bmIsGreaterAsFloat);
  const bmLarger = tf.maximum(bmTotal2, 1);
  const bm = tf.div(bmTotal, bmLarger);
  rt.dispose(bmChosen, bmIsGreaterAsFloat, bmTotal2, bmTotal);

  // layers.attn:28  centred = near - bm
  const centred = tf.sub(near, bm);
  rt.dispose(near);

  // layers.attn:29  bv = mean[lifted](centred * centred)
  const bvProduct = tf.mul(centred, centred);
  const bvChosen = rt.where(isGreaterWide, bvProduct, 0);
  const bvTotal = tf.sum(bvChosen, [0, 1]);
  const bv = tf.div(bvTotal, bmLarger);
  rt.dispose(bvProduct, bvChosen, bvTotal);

  // layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e-5)
  const nQuotient = tf.div(1e-5, range);
  const nQuotient2 = tf.div(nQuotient, range);
  const nSum = tf.add(bv, nQuotient2);
  const nRoot = tf.sqrt(nSum);
  const n2 = tf.div(centred, nRoot);
  rt.dispose(nQuotient, nQuotient2, nSum);

  // layers.attn:33  gain * n + bias
  const product3 = tf.mul(n2, p['h.BatchNorm.gain']);
  const sum2 = tf.add(product3, p['h.BatchNorm.bias']);
  rt.dispose(product3);

  // layers.attn:4  W @ x + b
  const sumRows = tf.reshape(sum2, [batchSize * source, d]);
  const WWide = tf.reshape(p['weights.Linear.W'], [d, 1]);
  const product4 = tf.matMul(sumRows, WWide);
  const product5 = tf.reshape(product4, [batchSize, source]);
  const sum3 = tf.add(product5, p['weights.Linear.b']);
  rt.dispose(WWide, product4, product5);

  // input.attn:6  weights = softmax[source](Linear[](h))
  const weightsChosen = rt.where(isGreater, sum3, -Infinity);
  const weights = tf.softmax(weightsChosen);
  rt.dispose(sum3, weightsChosen);

  // input.attn:7  spot = sample categorical[source](weights)
  const spotExponential = random.exponential('.sample#0', [batchSize, source], [true], []);
  const spotQuotient = tf.div(weights, spotExponential);
  const spotChosen = rt.where(isGreater, spotQuotient, -Infinity);
  const spot = tf.argMax(spotChosen, 1);
  rt.dispose(spotExponential, spotQuotient, spotChosen);

  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const yPicked = tf.gather(sum2, spot, 1, 1);
  const yNormal = random.normal('.sample#1', [batchSize, d], [false], []);
  const yProduct = tf.mul(yNormal, 0.1);
  const y = tf.add(yPicked, yProduct);
  rt.dispose(sum2, yNormal, yPicked, yProduct);

  // input.attn:13  R = -sum[d]((y - t) ^ 2)
  const RDifference = tf.sub(y, batch.inputs.t);
  const RProduct = tf.mul(RDifference, RDifference);
  const RTotal = tf.sum(RProduct, 1);
  const R = tf.neg(RTotal);
  rt.dispose(y, RProduct);

  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const lossDifference = tf.sub(R, p['Learn.b']);
  const lossPicked = tf.gather(weights, spot, 1, 1);
  const lossLog = tf.log(lossPicked);
  const lossProduct = tf.mul(lossDifference, lossLog);
  const lossDifference2 = tf.sub(RTotal, lossProduct);
  const loss = tf.mean(lossDifference2);
  rt.dispose(lossLog, RTotal, lossProduct, lossDifference2);

  // layers.attn:30  m' = 0.9 * m + 0.1 * (least + range * bm)
  const mNextProduct = tf.mul(0.9, p['h.BatchNorm.m']);
  const mNextProduct2 = tf.mul(range, bm);
  const mNextSum = tf.add(leastChosen2, mNextProduct2);
  const mNextProduct3 = tf.mul(0.1, mNextSum);
  rt.dispose(bm, leastChosen2, mNextProduct2, mNextSum);
  const mNext = tf.add(mNextProduct, mNextProduct3);
  rt.dispose(mNextProduct, mNextProduct3);

  // layers.attn:31  v' = 0.9 * v + 0.1 * (bv * range * range)
  const vNextProduct = tf.mul(0.9, p['h.BatchNorm.v']);
  const vNextProduct2 = tf.mul(bv, range);
  const vNextProduct3 = tf.mul(vNextProduct2, range);
  const vNextProduct4 = tf.mul(0.1, vNextProduct3);
  const vNext = tf.add(vNextProduct, vNextProduct4);
  rt.dispose(bv, vNextProduct2, vNextProduct3, vNextProduct, vNextProduct4);

  // input.attn:14  b' = 0.9 * b + 0.1 * mean[batch](R)
  const bNextProduct = tf.mul(0.9, p['Learn.b']);
  const bNextMean = tf.mean(R);
  const bNextProduct2 = tf.mul(0.1, bNextMean);
  const bNext = tf.add(bNextProduct, bNextProduct2);
  rt.dispose(R, bNextMean, bNextProduct, bNextProduct2);

  // input.attn:15  loss = -R - stop(R - b) * log(weights[spot])
  const lossProduct2 = tf.mul(lossDifference, -((1 / batchSize)));
  const lossQuotient = tf.div(lossProduct2, lossPicked);
  const lossScattered = rt.scatter(spot, lossQuotient, source, 1);
  rt.dispose(lossDifference, lossPicked, lossProduct2, lossQuotient);

  // input.attn:6  weights = softmax[source](Linear[](h))
  const weightsProduct = tf.mul(weights, lossScattered);
  const weightsTotal = tf.sum(weightsProduct, 1, true);
  const weightsDifference = tf.sub(lossScattered, weightsTotal);
  const weightsProduct2 = tf.mul(weights, weightsDifference);
  rt.dispose(weightsProduct, lossScattered, weightsTotal, weights, weightsDifference);
  const weightsChosen2 = rt.where(isGreater, weightsProduct2, 0);
  rt.dispose(isGreater, weightsProduct2);

  // layers.attn:4  W @ x + b
  const chosenWide = tf.reshape(weightsChosen2, [batchSize, source, 1]);
  const product6 = tf.mul(chosenWide, p['weights.Linear.W']);
  rt.dispose(chosenWide);

  // input.attn:13  R = -sum[d]((y - t) ^ 2)
  const RProduct2 = tf.mul(RDifference, 1 / batchSize);
  const RSum = tf.add(RProduct2, RProduct2);
  rt.dispose(RDifference, RProduct2);

  // input.attn:8  y = (if training then h[spot] else sum[source](weights * h)) + 0.1 * sample normal[d]()
  const yScattered = rt.scatter(spot, RSum, source, 1);
  rt.dispose(spot, RSum);

  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hSum = tf.add(product6, yScattered);
  rt.dispose(product6, yScattered);

  // layers.attn:33  gain * n + bias
  const product7 = tf.mul(hSum, p['h.BatchNorm.gain']);

  // layers.attn:32  n = if training then centred / sqrt(bv + 1e-5 / range / range) else (x - m) / sqrt(v + 1e-5)
  const nQuotient3 = tf.div(product7, nRoot);
  const nProduct = tf.mul(nQuotient3, n2);
  const nTotal = tf.sum(nProduct, [0, 1]);
  const nNegative = tf.neg(nTotal);
  const nProduct2 = tf.mul(nNegative, 0.5);
  rt.dispose(product7, nProduct, nTotal, nNegative);
  const nQuotient4 = tf.div(nProduct2, nRoot);
  rt.dispose(nRoot, nProduct2);

  // layers.attn:29  bv = mean[lifted](centred * centred)
  const bvQuotient = tf.div(nQuotient4, bmLarger);
  const bvChosen2 = rt.where(isGreaterWide, bvQuotient, 0);
  const bvProduct2 = tf.mul(bvChosen2, centred);
  rt.dispose(nQuotient4, bvQuotient, centred, bvChosen2);
  const bvSum = tf.add(nQuotient3, bvProduct2);
  const bvSum2 = tf.add(bvSum, bvProduct2);
  rt.dispose(nQuotient3, bvProduct2, bvSum);

  // layers.attn:28  centred = near - bm
  const centredTotal = tf.sum(bvSum2, [0, 1]);
  const centredNegative = tf.neg(centredTotal);
  rt.dispose(centredTotal);

  // layers.attn:27  bm = mean[lifted](near)
  const bmQuotient = tf.div(centredNegative, bmLarger);
  const bmChosen2 = rt.where(isGreaterWide, bmQuotient, 0);
  rt.dispose(bmLarger, centredNegative, isGreaterWide, bmQuotient);
  const bmSum = tf.add(bvSum2, bmChosen2);
  rt.dispose(bvSum2, bmChosen2);

  // layers.attn:26  near = (x - least) / range
  const nearQuotient = tf.div(bmSum, range);
  rt.dispose(range, bmSum);

  // input.attn:5  h = BatchNorm(tanh(Linear[d](x)))
  const hProduct = rt.tanhGradient(nearQuotient, hTanh);
  rt.dispose(hTanh, nearQuotient);

  // layers.attn:4  W @ x + b
  const productRows = tf.reshape(hProduct, [batchSize * source, d]);
  const productT = tf.transpose(productRows, [1, 0]);
  const product8 = tf.matMul(productT, xRows);
  const total = tf.sum(hProduct, [0, 1]);
  rt.dispose(productRows, xRows, productT, hProduct);

  // layers.attn:33  gain * n + bias
  const product9 = tf.mul(hSum, n2);
  const total2 = tf.sum(product9, [0, 1]);
  const total3 = tf.sum(hSum, [0, 1]);
  rt.dispose(n2, product9, hSum);

  // layers.attn:4  W @ x + b
  const chosenWide2 = tf.reshape(weightsChosen2, [1, batchSize * source]);
  const product10 = tf.matMul(chosenWide2, sumRows);
  const product11 = tf.reshape(product10, [d]);
  const total4 = tf.sum(weightsChosen2);
  rt.dispose(sumRows, chosenWide2, product10, weightsChosen2);
  return {
    loss,
    metrics: {},
    gradients: {
      'h.Linear.W': product8,
      'h.Linear.b': total,
      'h.BatchNorm.gain': total2,
      'h.BatchNorm.bias': total3,
      'weights.Linear.W': product11,
      'weights.Linear.b': total4,
    },
    running: {
      'h.BatchNorm.m': mNext,
      'h.BatchNorm.v': vNext,
      'Learn.b': bNext,
    },
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
  parameters(n: GlanceSizes) {
    return [
      { path: 'h.Linear.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'h.Linear.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'h.BatchNorm.gain', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'ones' } },
      { path: 'h.BatchNorm.bias', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'weights.Linear.W', axes: [{ label: 'in', size: n.d }], outs: 0, init: { kind: 'glorot' } },
      { path: 'weights.Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
      { path: 'h.BatchNorm.m', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'zeros' }, running: true },
      { path: 'h.BatchNorm.v', axes: [{ label: 'channel', size: n.d }], outs: 1, init: { kind: 'constant', value: 1 }, running: true },
      { path: 'Learn.b', axes: [], outs: 0, init: { kind: 'zeros' }, running: true },
    ];
  },
  inputs(n: GlanceSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'd', size: n.d }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'd', dim: null }] },
  },
  forward: glanceForward,
  objectives: [
    {
      name: 'Learn',
      given(n: GlanceSizes) {
        return [
          { name: 't', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
        ];
      },
      updates: [
        {
          loss: glanceLoss,
          gradients: glanceGradients,
          optimizer: () => ({ kind: 'sgd', rate: 0.1 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

/** Looks at one place of its input, drawn; learns which by REINFORCE. */
export class Glance extends rt.Model<GlanceDims, GlanceInput, GlanceTarget, GlanceOutput> {
  constructor(options: rt.ModelOptions<GlanceDims> = {}) {
    super(glanceDefinition, options);
  }
}
