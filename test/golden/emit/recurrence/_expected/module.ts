/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Classify that its constructor may be given. */
export type ClassifyDims = {
  /** Default 2. */
  readonly in: number;
  /** Default 3. */
  readonly hidden: number;
  /** Default 4. */
  readonly classes: number;
};

/** One example of Classify. */
export interface ClassifyInput {
  /** `[time, in]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface ClassifyTarget {
  /** `index(classes)[]` */
  readonly class: number;
}

/** What Classify gives for one example. */
export type ClassifyOutput = {
  readonly logits: rt.Value;
};

/** Every size of a call. */
type ClassifySizes = {
  readonly in: number;
  readonly hidden: number;
  readonly classes: number;
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type ClassifyParameters = {
  readonly 'run.h.GRU.Wz': tf.Tensor;
  readonly 'run.h.GRU.Wr': tf.Tensor;
  readonly 'run.h.GRU.W': tf.Tensor;
  readonly 'run.h.GRU.Uz': tf.Tensor;
  readonly 'run.h.GRU.Ur': tf.Tensor;
  readonly 'run.h.GRU.U': tf.Tensor;
  readonly 'run.h.GRU.bz': tf.Tensor;
  readonly 'run.h.GRU.br': tf.Tensor;
  readonly 'run.h.GRU.b': tf.Tensor;
  readonly 'logits.Linear.W': tf.Tensor;
  readonly 'logits.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type ClassifyBatch = {
  readonly n: ClassifySizes;
  readonly inputs: { readonly x: tf.Tensor; readonly class: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type ClassifyResults = { readonly logits: tf.Tensor };

/** The outputs of Classify, batch first. */
function classifyForward(p: ClassifyParameters, batch: ClassifyBatch): ClassifyResults {
  const { batch: batchSize, hidden, in: in_, time } = batch.n;

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, hidden], 0);

  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater, isGreaterWide);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * time, in_]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, time, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['run.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, hidden]);
  rt.dispose(zXRows, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
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
    const zProduct3 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

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

  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const number = tf.scalar(-1, 'int32');
  const sum5 = tf.add(batch.lengths.time, number);
  const sumStacked = tf.stack(sumSteps4);
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const picked = tf.gather(sumStepsT, sum5, 1, 1);
  rt.dispose(number, sumSteps4, sumStacked, sum5, sumStepsT);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['logits.Linear.W'], [1, 0]);
  const product2 = tf.matMul(picked, WT);
  const sum6 = tf.add(product2, p['logits.Linear.b']);
  rt.dispose(picked, WT, product2);
  return { logits: sum6 };
}

/** What classifyLoss gives. */
type ClassifyLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly right: tf.Tensor };
};

/** Learn: the loss and the metrics, means over the batch. */
function classifyLoss(p: ClassifyParameters, batch: ClassifyBatch): ClassifyLossResults {
  const { batch: batchSize, hidden, in: in_, time } = batch.n;

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, hidden], 0);

  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater, isGreaterWide);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * time, in_]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, time, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['run.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, hidden]);
  rt.dispose(zXRows, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
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
    const zProduct3 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

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

  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const number = tf.scalar(-1, 'int32');
  const sum5 = tf.add(batch.lengths.time, number);
  const sumStacked = tf.stack(sumSteps4);
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const picked = tf.gather(sumStepsT, sum5, 1, 1);
  rt.dispose(number, sumSteps4, sumStacked, sum5, sumStepsT);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['logits.Linear.W'], [1, 0]);
  const product2 = tf.matMul(picked, WT);
  const sum6 = tf.add(product2, p['logits.Linear.b']);
  rt.dispose(picked, WT, product2);

  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const lossLogWeights = rt.logSoftmax(sum6);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.class, 1, 1);
  const lossNegative = tf.neg(lossPicked);
  const loss = tf.mean(lossNegative);
  rt.dispose(lossLogWeights, lossPicked, lossNegative);

  // input.attn:11  metric right = if argmax[classes](logits) == class then 1 else 0
  const best = tf.argMax(sum6, 1);
  const isEqual = tf.equal(best, batch.inputs.class);
  const number2 = tf.scalar(1, 'int32');
  const number3 = tf.scalar(0, 'int32');
  const chosen = rt.where(isEqual, number2, number3);
  rt.dispose(sum6, best, isEqual, number2, number3);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(chosen, chosenAsFloat);
  return {
    loss,
    metrics: { right: mean },
  };
}

/** What classifyGradients gives. */
type ClassifyGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly right: tf.Tensor };
  readonly gradients: ClassifyParameters;
};

/** Learn: as the loss, dropout on, and its gradient by every parameter. */
function classifyGradients(p: ClassifyParameters, batch: ClassifyBatch, _random: rt.Random): ClassifyGradientsResults {
  const { batch: batchSize, classes, hidden, in: in_, time } = batch.n;

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runFilled = tf.fill([batchSize, hidden], 0);

  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater, isGreaterWide);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * time, in_]);
  const zWzT = tf.transpose(p['run.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, time, hidden]);
  rt.dispose(zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['run.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['run.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, time, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['run.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['run.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, time, hidden]);
  rt.dispose(zXRows, newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['run.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['run.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['run.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['run.h.GRU.U'], [1, 0]);

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
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
    const zProduct3 = tf.matMul(runState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

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

  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const number = tf.scalar(-1, 'int32');
  const sum5 = tf.add(batch.lengths.time, number);
  const sumStacked = tf.stack(sumSteps4);
  const sumStepsT = tf.transpose(sumStacked, [1, 0, 2]);
  const picked = tf.gather(sumStepsT, sum5, 1, 1);
  rt.dispose(number, sumStacked, sumStepsT);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['logits.Linear.W'], [1, 0]);
  const product2 = tf.matMul(picked, WT);
  const sum6 = tf.add(product2, p['logits.Linear.b']);
  rt.dispose(WT, product2);

  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const lossLogWeights = rt.logSoftmax(sum6);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.class, 1, 1);
  const lossNegative = tf.neg(lossPicked);
  const loss = tf.mean(lossNegative);
  rt.dispose(lossPicked, lossNegative);

  // input.attn:11  metric right = if argmax[classes](logits) == class then 1 else 0
  const best = tf.argMax(sum6, 1);
  const isEqual = tf.equal(best, batch.inputs.class);
  const number2 = tf.scalar(1, 'int32');
  const number3 = tf.scalar(0, 'int32');
  const chosen = rt.where(isEqual, number2, number3);
  rt.dispose(sum6, best, isEqual, number2, number3);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(chosen, chosenAsFloat);

  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const lossFilled = tf.fill([batchSize], -((1 / batchSize)));
  const lossScattered = rt.scatter(batch.inputs.class, lossFilled, classes, 1);
  const lossExp = tf.exp(lossLogWeights);
  const lossTotal = tf.sum(lossScattered, 1, true);
  const lossProduct = tf.mul(lossExp, lossTotal);
  rt.dispose(lossFilled, lossLogWeights, lossExp, lossTotal);
  const lossDifference = tf.sub(lossScattered, lossProduct);
  rt.dispose(lossScattered, lossProduct);

  // layers.attn:4  W @ x + b
  const product3 = tf.matMul(lossDifference, p['logits.Linear.W']);

  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const scattered = rt.scatter(sum5, product3, time, 1);
  const scattered2 = tf.transpose(scattered, [1, 0, 2]);
  rt.dispose(sum5, product3, scattered);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['run.h.GRU.Ur'], p['run.h.GRU.Uz']], 0);
  const xSteps = tf.unstack(scattered2);
  rt.dispose(scattered2);

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const productSteps2 = new Array<tf.Tensor>(time);
  const productSteps3 = new Array<tf.Tensor>(time);
  const productSteps4 = new Array<tf.Tensor>(time);
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const xAt = xSteps[t2]!;
    const stateAt = stateSteps[t2]!;
    const zAt = zSteps[t2]!;
    const differenceAt = differenceSteps[t2]!;
    const newAt = newSteps[t2]!;
    const rAt = rSteps[t2]!;

    // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const runSum = tf.add(runState2, xAt);
    rt.dispose(runState2);

    // cells.attn:14  (1 - z) * h + z * new
    const product4 = tf.mul(runSum, zAt);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct5 = rt.tanhGradient(product4, newAt);
    const newProduct6 = tf.matMul(newProduct5, p['run.h.GRU.U']);
    const newProduct7 = tf.mul(newProduct6, stateAt);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct4 = rt.sigmoidGradient(newProduct7, rAt);
    rt.dispose(newProduct7);

    // cells.attn:14  (1 - z) * h + z * new
    const product5 = tf.mul(runSum, differenceAt);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct4 = rt.sigmoidGradient(product5, zAt);
    rt.dispose(product5);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined2 = tf.concat([rProduct4, zProduct4], 1);
    const rProduct5 = tf.matMul(rJoined2, rJoined);
    rt.dispose(rJoined2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(runSum, product4);
    rt.dispose(runSum, product4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct8 = tf.mul(newProduct6, rAt);
    const newSum2 = tf.add(difference2, newProduct8);
    rt.dispose(newProduct6, difference2, newProduct8);

    // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const runSum2 = tf.add(rProduct5, newSum2);
    rt.dispose(rProduct5, newSum2);
    productSteps2[t2] = zProduct4;
    productSteps3[t2] = rProduct4;
    productSteps4[t2] = newProduct5;
    runState2 = runSum2;
  }
  rt.dispose(zSteps, differenceSteps, newSteps, rSteps, rJoined, xSteps, runState2);
  const productStacked = tf.stack(productSteps2);
  rt.dispose(productSteps2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows = tf.reshape(productStacked, [batchSize * time, hidden]);
  const zProductStepsT = tf.transpose(zProductStepsRows, [1, 0]);
  const zXT = tf.transpose(x, [1, 0, 2]);
  const zXRows2 = tf.reshape(zXT, [batchSize * time, in_]);
  const zProduct5 = tf.matMul(zProductStepsT, zXRows2);
  const productStacked2 = tf.stack(productSteps3);
  rt.dispose(zProductStepsRows, x, zXT, productSteps3);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows = tf.reshape(productStacked2, [batchSize * time, hidden]);
  const rProductStepsT = tf.transpose(rProductStepsRows, [1, 0]);
  const rProduct6 = tf.matMul(rProductStepsT, zXRows2);
  const productStacked3 = tf.stack(productSteps4);
  rt.dispose(rProductStepsRows, productSteps4);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows = tf.reshape(productStacked3, [batchSize * time, hidden]);
  const newProductStepsT = tf.transpose(newProductStepsRows, [1, 0]);
  const newProduct9 = tf.matMul(newProductStepsT, zXRows2);
  const stateStacked = tf.stack(stateSteps);
  rt.dispose(newProductStepsRows, zXRows2, runFilled, sumSteps4);

  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runStateStepsRows = tf.reshape(stateStacked, [batchSize * time, hidden]);
  const runProduct = tf.matMul(zProductStepsT, runStateStepsRows);
  const runProduct2 = tf.matMul(rProductStepsT, runStateStepsRows);
  rt.dispose(stateStacked, zProductStepsT, rProductStepsT, runStateStepsRows);
  const productStacked4 = tf.stack(productSteps);
  const runProductStepsRows = tf.reshape(productStacked4, [batchSize * time, hidden]);
  const runProduct3 = tf.matMul(newProductStepsT, runProductStepsRows);
  rt.dispose(productSteps, productStacked4, newProductStepsT, runProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total = tf.sum(productStacked, [0, 1]);
  const total2 = tf.sum(productStacked2, [0, 1]);
  const total3 = tf.sum(productStacked3, [0, 1]);
  rt.dispose(productStacked, productStacked2, productStacked3);

  // layers.attn:4  W @ x + b
  const differenceT = tf.transpose(lossDifference, [1, 0]);
  const product6 = tf.matMul(differenceT, picked);
  const total4 = tf.sum(lossDifference, 0);
  rt.dispose(picked, differenceT, lossDifference);
  return {
    loss,
    metrics: { right: mean },
    gradients: {
      'run.h.GRU.Wz': zProduct5,
      'run.h.GRU.Wr': rProduct6,
      'run.h.GRU.W': newProduct9,
      'run.h.GRU.Uz': runProduct,
      'run.h.GRU.Ur': runProduct2,
      'run.h.GRU.U': runProduct3,
      'run.h.GRU.bz': total,
      'run.h.GRU.br': total2,
      'run.h.GRU.b': total3,
      'logits.Linear.W': product6,
      'logits.Linear.b': total4,
    },
  };
}

const classifyDefinition: rt.Definition = {
  name: 'Classify',
  source: 'input.attn',
  hyperparameters: { in: 2, hidden: 3, classes: 4 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes(n: ClassifyDims) {
    return { in: n.in, hidden: n.hidden, classes: n.classes };
  },
  parameters(n: ClassifySizes) {
    return [
      { path: 'run.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'logits.Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'logits.Linear.b', axes: [{ label: 'out.classes', size: n.classes }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: ClassifySizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
  },
  forward: classifyForward,
  objectives: [
    {
      name: 'Learn',
      given(n: ClassifySizes) {
        return [
          { name: 'class', elem: 'index', axes: [], indexes: { label: 'classes', size: n.classes } },
        ];
      },
      updates: [
        {
          loss: classifyLoss,
          gradients: classifyGradients,
          optimizer: (_n: ClassifySizes, _step: number, epoch: number) => ({ kind: 'sgd', rate: 0.1 * (0.5 ** epoch) }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

/** The class of a sequence from its last state. */
export class Classify extends rt.Model<ClassifyDims, ClassifyInput, ClassifyTarget, ClassifyOutput> {
  constructor(options: rt.ModelOptions<ClassifyDims> = {}) {
    super(classifyDefinition, options);
  }
}
