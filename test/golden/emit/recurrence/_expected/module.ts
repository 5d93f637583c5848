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
  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  rt.dispose(timeMask);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wz']), [batchSize, time, hidden]), p['run.h.GRU.bz']),
  );
  rt.dispose(x);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wr']), [batchSize, time, hidden]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.W']), [batchSize, time, hidden]), p['run.h.GRU.b']),
  );
  rt.dispose(xRows);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, hidden], 0);
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
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const picked = tf.tidy(() =>
    tf.gather(tf.transpose(run, [1, 0, 2]), tf.add(batch.lengths.time, tf.scalar(-1, 'int32')), 1, 1),
  );
  rt.dispose(run);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(picked, p['logits.Linear.W']), p['logits.Linear.b']));
  rt.dispose(picked);
  return { logits };
}

/** What classifyLoss gives. */
type ClassifyLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly right: tf.Tensor };
};

/** Learn: the loss and the metrics, means over the batch. */
function classifyLoss(p: ClassifyParameters, batch: ClassifyBatch): ClassifyLossResults {
  const { batch: batchSize, hidden, in: in_, time } = batch.n;
  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  rt.dispose(timeMask);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wz']), [batchSize, time, hidden]), p['run.h.GRU.bz']),
  );
  rt.dispose(x);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wr']), [batchSize, time, hidden]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.W']), [batchSize, time, hidden]), p['run.h.GRU.b']),
  );
  rt.dispose(xRows);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, hidden], 0);
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
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const picked = tf.tidy(() =>
    tf.gather(tf.transpose(run, [1, 0, 2]), tf.add(batch.lengths.time, tf.scalar(-1, 'int32')), 1, 1),
  );
  rt.dispose(run);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(picked, p['logits.Linear.W']), p['logits.Linear.b']));
  rt.dispose(picked);
  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(rt.logSoftmax(logits), batch.inputs.class, 1, 1))));
  // input.attn:11  metric right = if argmax[classes](logits) == class then 1 else 0
  const right = tf.tidy(() => {
    const chosen = rt.where(tf.equal(tf.argMax(logits, 1), batch.inputs.class), tf.scalar(1, 'int32'), tf.scalar(0, 'int32'));
    return tf.mean(tf.cast(chosen, 'float32'));
  });
  rt.dispose(logits);
  return {
    loss,
    metrics: { right },
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
  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  rt.dispose(timeMask);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wz']), [batchSize, time, hidden]), p['run.h.GRU.bz']),
  );
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.Wr']), [batchSize, time, hidden]), p['run.h.GRU.br']),
  );
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.GRU.W']), [batchSize, time, hidden]), p['run.h.GRU.b']),
  );
  rt.dispose(xRows);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runZeros = tf.fill([batchSize, hidden], 0);
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
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const sum = tf.tidy(() => tf.add(batch.lengths.time, tf.scalar(-1, 'int32')));
  const picked = tf.tidy(() => tf.gather(tf.transpose(run, [1, 0, 2]), sum, 1, 1));
  rt.dispose(run);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(picked, p['logits.Linear.W']), p['logits.Linear.b']));
  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const logSoftmax = rt.logSoftmax(logits);
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(logSoftmax, batch.inputs.class, 1, 1))));
  const dLogits = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs.class, tf.fill([batchSize], -(1 / batchSize)), classes, 1);
    return tf.sub(scattered, tf.mul(tf.exp(logSoftmax), tf.sum(scattered, 1, true)));
  });
  rt.dispose(logSoftmax);
  // layers.attn:4  W @ x + b
  const WProduct = tf.matMul(dLogits, p['logits.Linear.W'], false, true);
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const dRun = tf.tidy(() => tf.transpose(rt.scatter(sum, WProduct, time, 1), [1, 0, 2]));
  rt.dispose(sum, WProduct);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['run.h.GRU.Ur'], p['run.h.GRU.Uz']], 1);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const dRunSteps = tf.unstack(dRun);
  rt.dispose(dRun);
  const zSigmoidGradientSteps = new Array<tf.Tensor>(time);
  const rSigmoidGradientSteps = new Array<tf.Tensor>(time);
  const newTanhGradientSteps = new Array<tf.Tensor>(time);
  let dH: tf.Tensor = tf.clone(runZeros);
  for (let t = time - 1; t >= 0; t--) {
    const dRunAt = dRunSteps[t]!;
    const hAt = hSteps[t]!;
    const zAt = zSteps[t]!;
    const differenceAt = differenceSteps[t]!;
    const newAt = newSteps[t]!;
    const rAt = rSteps[t]!;
    // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const dHNext = tf.add(dH, dRunAt);
    rt.dispose(dH);
    // cells.attn:14  (1 - z) * h + z * new
    const dNew = tf.mul(dHNext, zAt);
    const dZ = tf.mul(dHNext, differenceAt);
    const difference = tf.sub(dHNext, dNew);
    rt.dispose(dHNext);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSigmoidGradient = rt.sigmoidGradient(dZ, zAt);
    rt.dispose(dZ);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newTanhGradient = rt.tanhGradient(dNew, newAt);
    const UProduct = tf.matMul(newTanhGradient, p['run.h.GRU.U'], false, true);
    const dR = tf.mul(UProduct, hAt);
    const newSum2 = tf.tidy(() => tf.add(difference, tf.mul(UProduct, rAt)));
    rt.dispose(dNew, difference, UProduct);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rSigmoidGradient = rt.sigmoidGradient(dR, rAt);
    const rProduct = tf.tidy(() => tf.matMul(tf.concat([rSigmoidGradient, zSigmoidGradient], 1), rJoined, false, true));
    rt.dispose(dR);
    // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const dH2 = tf.add(rProduct, newSum2);
    rt.dispose(newSum2, rProduct);
    zSigmoidGradientSteps[t] = zSigmoidGradient;
    rSigmoidGradientSteps[t] = rSigmoidGradient;
    newTanhGradientSteps[t] = newTanhGradient;
    dH = dH2;
  }
  rt.dispose(zSteps, differenceSteps, newSteps, rSteps, rJoined, dRunSteps, dH);
  const sigmoidGradientStacked = tf.stack(zSigmoidGradientSteps);
  rt.dispose(zSigmoidGradientSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const sigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked, [batchSize * time, hidden]);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const runSigmoidGradientStacked = tf.stack(rSigmoidGradientSteps);
  rt.dispose(rSigmoidGradientSteps);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradientStepsRows = tf.reshape(runSigmoidGradientStacked, [batchSize * time, hidden]);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const tanhGradientStacked = tf.stack(newTanhGradientSteps);
  rt.dispose(newTanhGradientSteps);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(tanhGradientStacked, [batchSize * time, hidden]);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps), [batchSize * time, hidden]));
  const dUz = tf.matMul(sigmoidGradientStepsRows, hStepsRows, true);
  const dUr = tf.matMul(rSigmoidGradientStepsRows, hStepsRows, true);
  const dU = tf.tidy(() =>
    tf.matMul(tanhGradientStepsRows, tf.reshape(tf.stack(newProductSteps), [batchSize * time, hidden]), true),
  );
  rt.dispose(runZeros, hNextSteps, hStepsRows, newProductSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * time, in_]));
  const dWz = tf.matMul(sigmoidGradientStepsRows, zXRows, true);
  const dBz = tf.sum(sigmoidGradientStacked, [0, 1]);
  rt.dispose(x, sigmoidGradientStepsRows, sigmoidGradientStacked);
  // input.attn:11  metric right = if argmax[classes](logits) == class then 1 else 0
  const right = tf.tidy(() => {
    const chosen = rt.where(tf.equal(tf.argMax(logits, 1), batch.inputs.class), tf.scalar(1, 'int32'), tf.scalar(0, 'int32'));
    return tf.mean(tf.cast(chosen, 'float32'));
  });
  rt.dispose(logits);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const dWr = tf.matMul(rSigmoidGradientStepsRows, zXRows, true);
  const dBr = tf.sum(runSigmoidGradientStacked, [0, 1]);
  rt.dispose(rSigmoidGradientStepsRows, runSigmoidGradientStacked);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const dW = tf.matMul(tanhGradientStepsRows, zXRows, true);
  const dB = tf.sum(tanhGradientStacked, [0, 1]);
  rt.dispose(tanhGradientStepsRows, zXRows, tanhGradientStacked);
  // layers.attn:4  W @ x + b
  const dW2 = tf.matMul(dLogits, picked, true);
  const dLinearB = tf.sum(dLogits, 0);
  rt.dispose(picked, dLogits);
  // cells.attn:9  param Wz, Wr, W: [hidden <- input], Uz, Ur, U: [hidden <- hidden] = orthogonal
  const dGRUWz = tf.transpose(dWz, [1, 0]);
  const dGRUWr = tf.transpose(dWr, [1, 0]);
  const dGRUW = tf.transpose(dW, [1, 0]);
  const dGRUUz = tf.transpose(dUz, [1, 0]);
  rt.dispose(dWz, dWr, dW, dUz);
  const dGRUUr = tf.transpose(dUr, [1, 0]);
  const dGRUU = tf.transpose(dU, [1, 0]);
  rt.dispose(dUr, dU);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW2, [1, 0]);
  rt.dispose(dW2);
  return {
    loss,
    metrics: { right },
    gradients: {
      'run.h.GRU.Wz': dGRUWz,
      'run.h.GRU.Wr': dGRUWr,
      'run.h.GRU.W': dGRUW,
      'run.h.GRU.Uz': dGRUUz,
      'run.h.GRU.Ur': dGRUUr,
      'run.h.GRU.U': dGRUU,
      'run.h.GRU.bz': dBz,
      'run.h.GRU.br': dBr,
      'run.h.GRU.b': dB,
      'logits.Linear.W': dLinearW,
      'logits.Linear.b': dLinearB,
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
      { path: 'run.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'run.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.in }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'run.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'run.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'logits.Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
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
