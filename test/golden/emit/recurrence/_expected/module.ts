/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Classify that its constructor may be given. */
export type ClassifyDims = {
  /** Default 2. */ readonly in: number;
  /** Default 3. */ readonly hidden: number;
  /** Default 4. */ readonly classes: number;
};

/** One example of Classify. */
export interface ClassifyInput {
  /** `[time, in]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface ClassifyTarget {
  /** `index(classes)[]` */ readonly class: number;
}

/** What Classify gives for one example. */
export type ClassifyOutput = {
  readonly logits: rt.Value;
};

/** Every size of a call. */
type ClassifySizes = Readonly<Record<'in' | 'hidden' | 'classes' | 'batch' | 'time', number>>;

/** Parameters. */
type GRUParameters = Readonly<Record<'Wz' | 'Wr' | 'W' | 'Uz' | 'Ur' | 'U' | 'bz' | 'br' | 'b', tf.Tensor>>;
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type ClassifyParameters = {
  readonly run: { readonly h: { readonly GRU: GRUParameters } };
  readonly logits: { readonly Linear: LinearParameters };
};

/** Padded examples on the device. */
type ClassifyBatch = {
  readonly n: ClassifySizes;
  readonly inputs: { readonly x: tf.Tensor; readonly class: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type RunStep = Readonly<Record<'r' | 'new' | 'difference' | 'z', tf.Tensor>>;
type RunRow = Readonly<Record<'zJoined' | 'newTanhGradient', tf.Tensor>>;

/** Cho et al. 2014, eq. (5)-(8), as Bahdanau, Cho & Bengio 2015 use it (A.1.1): `z` weighs the new state, and `r` acts before the map. */
function gruInputs(p: GRUParameters, n: ClassifySizes, x: tf.Tensor) {
  const { batch: batchSize, hidden, in: in_, time } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const zSum = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(xRows, tf.concat([p.Wz, p.Wr], 1)), [batchSize, time, 2 * hidden]);
    return tf.add(product, tf.concat([p.bz, p.br], 0));
  });
  const zJoined = tf.concat([p.Uz, p.Ur], 1);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time, hidden]), p.b));
  rt.dispose(xRows);
  return { zSum, newSum, zJoined };
}

function gru(p: GRUParameters, n: ClassifySizes, h: tf.Tensor, zJoined: tf.Tensor, zSum: tf.Tensor, newSum: tf.Tensor) {
  const { hidden } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum2 = tf.tidy(() => tf.add(zSum, tf.matMul(h, zJoined)));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, 0], [-1, hidden])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, hidden], [-1, hidden])));
  rt.dispose(zSum2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.mul(r, h);
  const new_ = tf.tidy(() => tf.tanh(tf.add(newSum, tf.matMul(newProduct, p.U))));
  // std/cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, h);
  const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
  return { hNext, z, difference, new_, newProduct, r };
}

function learn(logits: tf.Tensor, class_: tf.Tensor) {
  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const logSoftmax = rt.logSoftmax(logits);
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(logSoftmax, class_, 1, 1))));
  // input.attn:11  metric right = if argmax[classes](logits) == class then 1 else 0
  const mean = tf.tidy(() => {
    const chosen = rt.where(tf.equal(tf.argMax(logits, 1), class_), tf.scalar(1, 'int32'), tf.scalar(0, 'int32'));
    return tf.mean(tf.cast(chosen, 'float32'));
  });
  return { loss, mean, logSoftmax };
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

function gruGradients(n: ClassifySizes, newProduct: tf.Tensor, h: tf.Tensor, newTanhGradient: tf.Tensor, zJoined: tf.Tensor, x: tf.Tensor) {
  const { batch: batchSize, hidden, in: in_, time } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const joinedStepsRows = tf.reshape(zJoined, [batchSize * time, 2 * hidden]);
  const xRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * time, in_]));
  const zTotal = tf.sum(zJoined, [0, 1]);
  const dBz = tf.slice(zTotal, [0], [hidden]);
  const dBr = tf.slice(zTotal, [hidden], [hidden]);
  const zProduct = tf.matMul(xRows, joinedStepsRows, true);
  const dWz = tf.slice(zProduct, [0, 0], [-1, hidden]);
  const dWr = tf.slice(zProduct, [0, hidden], [-1, hidden]);
  const zProduct2 = tf.tidy(() => tf.matMul(tf.reshape(h, [batchSize * time, hidden]), joinedStepsRows, true));
  const dUz = tf.slice(zProduct2, [0, 0], [-1, hidden]);
  const dUr = tf.slice(zProduct2, [0, hidden], [-1, hidden]);
  rt.dispose(zTotal, zProduct, joinedStepsRows, zProduct2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(newTanhGradient, [batchSize * time, hidden]);
  const dB = tf.sum(newTanhGradient, [0, 1]);
  const dW = tf.matMul(xRows, tanhGradientStepsRows, true);
  const dU = tf.tidy(() => tf.matMul(tf.reshape(newProduct, [batchSize * time, hidden]), tanhGradientStepsRows, true));
  rt.dispose(xRows, tanhGradientStepsRows);
  return { Wz: dWz, Wr: dWr, W: dW, Uz: dUz, Ur: dUr, U: dU, bz: dBz, br: dBr, b: dB };
}

/** The class of a sequence from its last state. */
function classify2(p: ClassifyParameters, n: ClassifySizes, timeLengths: tf.Tensor, x: tf.Tensor, keep: boolean) {
  const { batch: batchSize, hidden, time } = n;
  // input.attn:4  model Classify(x: [time, in]) -> { logits: [classes] } {
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(timeLengths, [batchSize, 1]), tf.range(0, time, 1, 'int32')));
  const x2 = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), x, 0));
  const { zSum, newSum, zJoined } = gruInputs(p.run.h.GRU, n, x2);
  rt.dispose(timeMask);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hFirst = tf.fill([batchSize, hidden], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, newSum);
  const hNextSteps: tf.Tensor[] = [], hSteps: tf.Tensor[] = [], newProductSteps: tf.Tensor[] = []; // hSteps refers to what is in hNextSteps
  const runSteps: RunStep[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < time; t++) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.run.h.GRU, n, h, zJoined, zSumSteps[t]!, newSumSteps[t]!);
    hNextSteps.push(hNext); hSteps.push(h);
    if (keep) {
      runSteps.push({ r, new: hNew, difference, z });
      newProductSteps.push(newProduct);
    } else rt.dispose(z, difference, hNew, r, newProduct);
    h = hNext;
  }
  rt.dispose(zSumSteps, newSumSteps);
  const run = tf.stack(hNextSteps);
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const sum = tf.tidy(() => tf.add(timeLengths, tf.scalar(-1, 'int32')));
  const picked = tf.tidy(() => tf.gather(tf.transpose(run, [1, 0, 2]), sum, 1, 1));
  rt.dispose(run);
  // std/layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(picked, p.logits.Linear.W), p.logits.Linear.b));
  return { logits, sum, zJoined, h: hSteps, runSteps, runZeros: hFirst, newProduct: newProductSteps, x: x2, picked, runHNext: hNextSteps };
}

/** Outputs by name, [batch, …]. */
type ClassifyResults = { readonly logits: tf.Tensor };

/** The outputs of Classify, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function classifyForward(p: ClassifyParameters, batch: ClassifyBatch): ClassifyResults {
  const { logits, sum, zJoined, runZeros, x, picked, runHNext: hNextSteps } = classify2(p, batch.n, batch.lengths.time, batch.inputs.x, false);
  rt.dispose(sum, zJoined, runZeros, x, picked, hNextSteps);
  return { logits };
}

/** Learn: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function classifyLoss(p: ClassifyParameters, batch: ClassifyBatch): rt.LossTensors {
  const { logits, sum, zJoined, runZeros, x, picked, runHNext: hNextSteps } = classify2(p, batch.n, batch.lengths.time, batch.inputs.x, false);
  rt.dispose(sum, zJoined, runZeros, x, picked, hNextSteps);
  const { loss, mean: right, logSoftmax } = learn(logits, batch.inputs.class);
  rt.dispose(logits, logSoftmax);
  return { loss, metrics: { right } };
}

/** Learn: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function classifyGradients(p: ClassifyParameters, batch: ClassifyBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, classes, time } = batch.n;
  const { logits, sum, zJoined, h: hSteps, runSteps, runZeros: dHFirst, newProduct: productSteps, x, picked, runHNext: hNextSteps } = classify2(p, batch.n, batch.lengths.time, batch.inputs.x, true);
  const { loss, mean: right, logSoftmax } = learn(logits, batch.inputs.class);
  rt.dispose(logits);
  // input.attn:10  loss = cross_entropy[classes](logits, class)
  const dLogits = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs.class, tf.fill([batchSize], -(1 / batchSize)), classes, 1);
    return tf.sub(scattered, tf.mul(tf.exp(logSoftmax), tf.sum(scattered, 1, true)));
  });
  rt.dispose(logSoftmax);
  // std/layers.attn:4  W @ x + b
  const WProduct = tf.matMul(dLogits, p.logits.Linear.W, false, true);
  // input.attn:6  { logits = Linear[classes](run[time = last]) }
  const dRun = tf.tidy(() => tf.transpose(rt.scatter(sum, WProduct, time, 1), [1, 0, 2]));
  rt.dispose(sum, WProduct);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const UT = tf.transpose(p.run.h.GRU.U, [1, 0]);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoinedT = tf.transpose(zJoined, [1, 0]);
  rt.dispose(zJoined);
  // input.attn:5  run = scan time with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const dRunSteps = tf.unstack(dRun);
  rt.dispose(dRun);
  const runRows = new Array<RunRow>(time);
  let dH: tf.Tensor = tf.clone(dHFirst);
  for (let t = time - 1; t >= 0; t--) {
    const step = runSteps[t]!;
    const dHNext = tf.add(dH, dRunSteps[t]!);
    const { zJoined: hZJoined, newTanhGradient, zProduct, newSum } = gruBackward(dHNext, step.z, step.difference, step.new, UT, step.r, hSteps[t]!, zJoinedT);
    const dH2 = tf.add(zProduct, newSum);
    rt.dispose(dH, dHNext, zProduct, newSum);
    runRows[t] = { zJoined: hZJoined, newTanhGradient };
    dH = dH2;
  }
  const runStacks = rt.stacked(runRows);
  rt.dispose(runSteps, UT, zJoinedT, dRunSteps, dH);
  const hStacked = tf.stack(hSteps);
  rt.dispose(dHFirst, hNextSteps);
  const productStacked = tf.stack(productSteps);
  const dGRU = gruGradients(batch.n, productStacked, hStacked, runStacks.newTanhGradient, runStacks.zJoined, x);
  rt.dispose(productSteps, x, runStacks.zJoined, runStacks.newTanhGradient, hStacked, productStacked);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(dLogits, 0);
  const dW = tf.matMul(picked, dLogits, true);
  rt.dispose(picked, dLogits);
  return {
    loss,
    metrics: { right },
    gradients: { ...rt.below('run.h.GRU', dGRU), 'logits.Linear.W': dW, 'logits.Linear.b': dB },
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
  parameters: (n: ClassifySizes) => [
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
  ],
  inputs: (n: ClassifySizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
  },
  forward: classifyForward,
  objectives: [
    {
      name: 'Learn',
      given: (n: ClassifySizes) => [{ name: 'class', elem: 'index', axes: [], indexes: { label: 'classes', size: n.classes } }],
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
