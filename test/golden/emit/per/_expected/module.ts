/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Grouped that its constructor may be given. */
export type GroupedDims = {
  /** Default 2. */ readonly groups: number;
  /** Default 3. */ readonly width: number;
  /** Default 4. */ readonly experts: number;
};

/** One example of Grouped. */
export interface GroupedInput {
  /** `[time, groups, width]` */ readonly x: readonly (readonly rt.Floats[])[];
}

/** What the objectives need besides. */
export interface GroupedTarget {
}

/** What Grouped gives for one example. */
export type GroupedOutput = {
  readonly own: rt.Value;
  readonly best: rt.Value;
};

/** Every size of a call. */
type GroupedSizes = Readonly<Record<'groups' | 'width' | 'experts' | 'batch' | 'time', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type GatedParameters = { readonly Linear: LinearParameters; readonly 'Linear#2': LinearParameters };
type GroupedParameters = {
  readonly own: { readonly Gated: GatedParameters };
  readonly gate: { readonly Linear: LinearParameters };
  readonly best: { readonly Linear: LinearParameters };
};

/** Padded examples on the device. */
type GroupedBatch = {
  readonly n: GroupedSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: GroupedSizes, xT: tf.Tensor, groups: number, batch: number, time: number) {
  const { width } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => tf.add(tf.reshape(tf.matMul(xT, p.W), [groups, batch, time, width]), p.b));
}

function linear2(p: LinearParameters, n: GroupedSizes, xRows: tf.Tensor) {
  const { batch: batchSize, experts, time } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time, experts]), p.b));
}

function fit(n: GroupedSizes, own: tf.Tensor, best: tf.Tensor, timeMask: tf.Tensor) {
  const { batch: batchSize, time } = n;
  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  return tf.tidy(() => {
    const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(own, own), 0), [0, 2, 3]);
    return tf.mean(tf.add(tf.sum(rt.where(timeMaskWide, tf.mul(best, best), 0), [1, 2]), total));
  });
}

function linearBackward(n: GroupedSizes, dResult: tf.Tensor, xT: tf.Tensor) {
  const { batch: batchSize, groups, time, width } = n;
  // std/layers.attn:4  W @ x + b
  const dW = tf.tidy(() => tf.matMul(xT, tf.reshape(dResult, [groups, batchSize * time, width])));
  const dB = tf.sum(dResult, [1, 2]);
  const dBWide = tf.reshape(dB, [groups, 1, 1, width]);
  rt.dispose(dB);
  return { W: dW, b: dBWide };
}

function gated(p: GatedParameters, n: GroupedSizes, x: tf.Tensor) {
  const { batch: batchSize, groups, time, width } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, groups, width]);
  const xT = tf.transpose(xRows, [1, 0, 2]);
  const sum = linear(p.Linear, n, xT, groups, batchSize, time);
  const sum2 = linear(p['Linear#2'], n, xT, groups, batchSize, time);
  rt.dispose(xT);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoid = tf.sigmoid(sum);
  const tanh = tf.tanh(sum2);
  const own = tf.mul(sigmoid, tanh);
  rt.dispose(sum, sum2);
  return { own, tanh, sigmoid, xRows };
}

function grouped2(p: GroupedParameters, n: GroupedSizes, timeMask: tf.Tensor, x: tf.Tensor) {
  const { batch: batchSize, experts, time, width } = n;
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const x2 = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1, 1]), x, 0));
  const { own, tanh, sigmoid, xRows } = gated(p.own.Gated, n, x2);
  rt.dispose(x2);
  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(own, 0);
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum = linear2(p.gate.Linear, n, hRows);
  const bestSum = linear(p.best.Linear, n, hRows, batchSize, time, experts);
  rt.dispose(h);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum);
  rt.dispose(sum);
  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked = tf.gather(bestSum, e, 2, 2);
  const pickedWide = tf.tidy(() => tf.reshape(tf.gather(gate, e, 2, 2), [batchSize, time, 1]));
  const best = tf.mul(pickedWide, picked);
  rt.dispose(bestSum);
  return { best, own, pickedWide, e, picked, gate, tanh, sigmoid, xRows, hRows };
}

/** Outputs by name, [batch, …]. */
type GroupedResults = { readonly own: tf.Tensor; readonly best: tf.Tensor };

/** The outputs of Grouped, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function groupedForward(p: GroupedParameters, batch: GroupedBatch): GroupedResults {
  const { batch: batchSize, experts, time, width } = batch.n;
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1, 1]), batch.inputs.x, 0));
  const { own, tanh, sigmoid, xRows } = gated(p.own.Gated, batch.n, x);
  rt.dispose(timeMask, x, tanh, sigmoid, xRows);
  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(own, 0);
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum = linear2(p.gate.Linear, batch.n, hRows);
  const bestSum = linear(p.best.Linear, batch.n, hRows, batchSize, time, experts);
  rt.dispose(h, hRows);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum);
  rt.dispose(sum);
  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const best = tf.tidy(() =>
    tf.mul(tf.reshape(tf.gather(gate, e, 2, 2), [batchSize, time, 1]), tf.gather(bestSum, e, 2, 2)),
  );
  rt.dispose(bestSum, gate, e);
  // input.attn:8  own = Gated per groups (x)
  const ownT = tf.transpose(own, [1, 2, 0, 3]);
  rt.dispose(own);
  return { own: ownT, best };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function groupedLoss(p: GroupedParameters, batch: GroupedBatch): rt.LossTensors {
  const { batch: batchSize, time } = batch.n;
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const { best, own, pickedWide, e, picked, gate, tanh, sigmoid, xRows, hRows } = grouped2(p, batch.n, timeMask, batch.inputs.x);
  rt.dispose(pickedWide, e, picked, gate, tanh, sigmoid, xRows, hRows);
  const loss = fit(batch.n, own, best, timeMask);
  rt.dispose(timeMask, best, own);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function groupedGradients(p: GroupedParameters, batch: GroupedBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, experts, groups, time, width } = batch.n;
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const { best, own, pickedWide, e, picked, gate, tanh, sigmoid, xRows, hRows } = grouped2(p, batch.n, timeMask, batch.inputs.x);
  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  const chosenWide = tf.tidy(() => tf.reshape(rt.where(timeMask, 1 / batchSize, 0), [batchSize, time, 1]));
  const lossSum = tf.tidy(() => {
    const product = tf.mul(chosenWide, own);
    return tf.add(product, product);
  });
  const dBest = tf.tidy(() => {
    const product = tf.mul(chosenWide, best);
    return tf.add(product, product);
  });
  rt.dispose(chosenWide);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const scattered = tf.tidy(() => rt.scatter(e, tf.mul(dBest, pickedWide), experts, 2));
  const dGate = tf.tidy(() => rt.scatter(e, tf.sum(tf.mul(dBest, picked), 2), experts, 2));
  rt.dispose(pickedWide, e, picked, dBest);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gateProduct = tf.tidy(() => tf.mul(gate, tf.sub(dGate, tf.sum(tf.mul(gate, dGate), 2, true))));
  rt.dispose(gate, dGate);
  // std/layers.attn:4  W @ x + b
  const scatteredRows = tf.reshape(scattered, [batchSize * time, experts * width]);
  const WProduct = tf.matMul(scatteredRows, p.best.Linear.W, false, true);
  const productRows = tf.reshape(gateProduct, [batchSize * time, experts]);
  const linearWProduct = tf.matMul(productRows, p.gate.Linear.W, false, true);
  const xT = tf.transpose(xRows, [1, 2, 0]);
  rt.dispose(xRows);
  // input.attn:9  h = mean[groups](own)
  const dH = tf.tidy(() =>
    tf.add(tf.reshape(WProduct, [batchSize, time, width]), tf.reshape(linearWProduct, [batchSize, time, width])),
  );
  const hQuotient = tf.div(dH, groups);
  rt.dispose(WProduct, linearWProduct, dH);
  // input.attn:8  own = Gated per groups (x)
  const dOwn = tf.add(lossSum, hQuotient);
  rt.dispose(lossSum, hQuotient);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoidGradient = tf.tidy(() => rt.sigmoidGradient(tf.mul(dOwn, tanh), sigmoid));
  const tanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dOwn, sigmoid), tanh));
  const loss = fit(batch.n, own, best, timeMask);
  rt.dispose(tanh, sigmoid, dOwn, timeMask, best, own);
  const dLinear = linearBackward(batch.n, sigmoidGradient, xT);
  const dGatedLinear2 = linearBackward(batch.n, tanhGradient, xT);
  rt.dispose(sigmoidGradient, xT, tanhGradient);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(gateProduct, [0, 1]);
  const dW = tf.matMul(hRows, productRows, true);
  const dLinearB = tf.sum(scattered, [0, 1]);
  const dLinearW = tf.matMul(hRows, scatteredRows, true);
  rt.dispose(gateProduct, productRows, scattered, hRows, scatteredRows);
  return {
    loss,
    metrics: {},
    gradients: {
      ...rt.below('own.Gated.Linear', dLinear),
      ...rt.below('own.Gated.Linear#2', dGatedLinear2),
      'gate.Linear.W': dW,
      'gate.Linear.b': dB,
      'best.Linear.W': dLinearW,
      'best.Linear.b': dLinearB,
    },
  };
}

const groupedDefinition: rt.Definition = {
  name: 'Grouped',
  source: 'input.attn',
  hyperparameters: { groups: 2, width: 3, experts: 4 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes(n: GroupedDims) {
    return { groups: n.groups, width: n.width, experts: n.experts };
  },
  parameters: (n: GroupedSizes) => [
    { path: 'own.Gated.Linear.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[0], [2], [1]], init: { kind: 'glorot' } },
    { path: 'own.Gated.Linear.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, stored: [[0], [], [], [1]], init: { kind: 'zeros' } },
    { path: 'own.Gated.Linear#2.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[0], [2], [1]], init: { kind: 'glorot' } },
    { path: 'own.Gated.Linear#2.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, stored: [[0], [], [], [1]], init: { kind: 'zeros' } },
    { path: 'gate.Linear.W', axes: [{ label: 'out.experts', size: n.experts }, { label: 'in', size: n.width }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'gate.Linear.b', axes: [{ label: 'out.experts', size: n.experts }], outs: 1, init: { kind: 'zeros' } },
    { path: 'best.Linear.W', axes: [{ label: 'experts', size: n.experts }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'best.Linear.b', axes: [{ label: 'experts', size: n.experts }, { label: 'out.width', size: n.width }], outs: 1, per: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: GroupedSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'groups', size: n.groups }, { label: 'width', size: n.width }], indexes: null }],
  outputs: {
    own: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'groups', dim: null }, { label: 'width', dim: null }] },
    best: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'width', dim: null }] },
  },
  forward: groupedForward,
  objectives: [
    {
      name: 'Fit',
      given: () => [],
      updates: [{ loss: groupedLoss, gradients: groupedGradients, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Grouped extends rt.Model<GroupedDims, GroupedInput, GroupedTarget, GroupedOutput> {
  constructor(options: rt.ModelOptions<GroupedDims> = {}) {
    super(groupedDefinition, options);
  }
}
