/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Grouped that its constructor may be given. */
export type GroupedDims = {
  /** Default 2. */
  readonly groups: number;
  /** Default 3. */
  readonly width: number;
  /** Default 4. */
  readonly experts: number;
};

/** One example of Grouped. */
export interface GroupedInput {
  /** `[time, groups, width]` */
  readonly x: readonly (readonly rt.Floats[])[];
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
type GroupedSizes = {
  readonly groups: number;
  readonly width: number;
  readonly experts: number;
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type GroupedParameters = {
  readonly 'own.Gated.Linear.W': tf.Tensor;
  readonly 'own.Gated.Linear.b': tf.Tensor;
  readonly 'own.Gated.Linear#2.W': tf.Tensor;
  readonly 'own.Gated.Linear#2.b': tf.Tensor;
  readonly 'gate.Linear.W': tf.Tensor;
  readonly 'gate.Linear.b': tf.Tensor;
  readonly 'best.Linear.W': tf.Tensor;
  readonly 'best.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type GroupedBatch = {
  readonly n: GroupedSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type GroupedResults = { readonly own: tf.Tensor; readonly best: tf.Tensor };

/** The outputs of Grouped, batch first. */
function groupedForward(p: GroupedParameters, batch: GroupedBatch): GroupedResults {
  const { batch: batchSize, experts, groups, time, width } = batch.n;

  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, width] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, groups, width]);
  const xT = tf.transpose(xRows, [1, 0, 2]);
  const WT = tf.transpose(p['own.Gated.Linear.W'], [0, 2, 1]);
  const product = tf.matMul(xT, WT);
  const product2 = tf.reshape(product, [groups, batchSize, time, width]);
  rt.dispose(x, xRows, WT, product);
  const bWide = tf.reshape(p['own.Gated.Linear.b'], [groups, 1, 1, width]);
  const sum = tf.add(product2, bWide);
  rt.dispose(product2, bWide);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoid = tf.sigmoid(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['own.Gated.Linear#2.W'], [0, 2, 1]);
  const product3 = tf.matMul(xT, WT2);
  const product4 = tf.reshape(product3, [groups, batchSize, time, width]);
  const bWide2 = tf.reshape(p['own.Gated.Linear#2.b'], [groups, 1, 1, width]);
  const sum2 = tf.add(product4, bWide2);
  rt.dispose(xT, WT2, product3, product4, bWide2);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const tanh = tf.tanh(sum2);
  const product5 = tf.mul(sigmoid, tanh);
  rt.dispose(sum2, sigmoid, tanh);

  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(product5, 0);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT3 = tf.transpose(p['gate.Linear.W'], [1, 0]);
  const product6 = tf.matMul(hRows, WT3);
  const product7 = tf.reshape(product6, [batchSize, time, experts]);
  const sum3 = tf.add(product7, p['gate.Linear.b']);
  rt.dispose(h, WT3, product6, product7);

  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);

  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked = tf.gather(gate, e, 2, 2);
  rt.dispose(gate);

  // layers.attn:4  W @ x + b
  const WRows = tf.reshape(p['best.Linear.W'], [experts * width, width]);
  const WT4 = tf.transpose(WRows, [1, 0]);
  const product8 = tf.matMul(hRows, WT4);
  const product9 = tf.reshape(product8, [batchSize, time, experts, width]);
  rt.dispose(WRows, hRows, WT4, product8);
  const sum4 = tf.add(product9, p['best.Linear.b']);
  rt.dispose(product9);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked2 = tf.gather(sum4, e, 2, 2);
  const pickedWide = tf.reshape(picked, [batchSize, time, 1]);
  const product10 = tf.mul(pickedWide, picked2);
  rt.dispose(e, sum4, picked, picked2, pickedWide);

  // input.attn:8  own = Gated per groups (x)
  const ownProductT = tf.transpose(product5, [1, 2, 0, 3]);
  rt.dispose(product5);
  return { own: ownProductT, best: product10 };
}

/** What groupedLoss gives. */
type GroupedLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function groupedLoss(p: GroupedParameters, batch: GroupedBatch): GroupedLossResults {
  const { batch: batchSize, experts, groups, time, width } = batch.n;

  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, width] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, groups, width]);
  const xT = tf.transpose(xRows, [1, 0, 2]);
  const WT = tf.transpose(p['own.Gated.Linear.W'], [0, 2, 1]);
  const product = tf.matMul(xT, WT);
  const product2 = tf.reshape(product, [groups, batchSize, time, width]);
  rt.dispose(x, xRows, WT, product);
  const bWide = tf.reshape(p['own.Gated.Linear.b'], [groups, 1, 1, width]);
  const sum = tf.add(product2, bWide);
  rt.dispose(product2, bWide);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoid = tf.sigmoid(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['own.Gated.Linear#2.W'], [0, 2, 1]);
  const product3 = tf.matMul(xT, WT2);
  const product4 = tf.reshape(product3, [groups, batchSize, time, width]);
  const bWide2 = tf.reshape(p['own.Gated.Linear#2.b'], [groups, 1, 1, width]);
  const sum2 = tf.add(product4, bWide2);
  rt.dispose(xT, WT2, product3, product4, bWide2);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const tanh = tf.tanh(sum2);
  const product5 = tf.mul(sigmoid, tanh);
  rt.dispose(sum2, sigmoid, tanh);

  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(product5, 0);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT3 = tf.transpose(p['gate.Linear.W'], [1, 0]);
  const product6 = tf.matMul(hRows, WT3);
  const product7 = tf.reshape(product6, [batchSize, time, experts]);
  const sum3 = tf.add(product7, p['gate.Linear.b']);
  rt.dispose(h, WT3, product6, product7);

  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);

  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked = tf.gather(gate, e, 2, 2);
  rt.dispose(gate);

  // layers.attn:4  W @ x + b
  const WRows = tf.reshape(p['best.Linear.W'], [experts * width, width]);
  const WT4 = tf.transpose(WRows, [1, 0]);
  const product8 = tf.matMul(hRows, WT4);
  const product9 = tf.reshape(product8, [batchSize, time, experts, width]);
  rt.dispose(WRows, hRows, WT4, product8);
  const sum4 = tf.add(product9, p['best.Linear.b']);
  rt.dispose(product9);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked2 = tf.gather(sum4, e, 2, 2);
  const pickedWide = tf.reshape(picked, [batchSize, time, 1]);
  const product10 = tf.mul(pickedWide, picked2);
  rt.dispose(e, sum4, picked, picked2, pickedWide);

  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  const lossProduct = tf.mul(product10, product10);
  const lossIsGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const lossChosen = rt.where(lossIsGreaterWide, lossProduct, 0);
  const lossTotal = tf.sum(lossChosen, [1, 2]);
  rt.dispose(product10, isGreater, lossProduct, lossChosen);
  const lossProduct2 = tf.mul(product5, product5);
  const lossChosen2 = rt.where(lossIsGreaterWide, lossProduct2, 0);
  const lossTotal2 = tf.sum(lossChosen2, [0, 2, 3]);
  rt.dispose(product5, lossIsGreaterWide, lossProduct2, lossChosen2);
  const lossSum = tf.add(lossTotal, lossTotal2);
  const loss = tf.mean(lossSum);
  rt.dispose(lossTotal, lossTotal2, lossSum);
  return {
    loss,
    metrics: {},
  };
}

/** What groupedGradients gives. */
type GroupedGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: GroupedParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function groupedGradients(p: GroupedParameters, batch: GroupedBatch, _random: rt.Random): GroupedGradientsResults {
  const { batch: batchSize, experts, groups, time, width } = batch.n;

  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, width] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, groups, width]);
  const xT = tf.transpose(xRows, [1, 0, 2]);
  const WT = tf.transpose(p['own.Gated.Linear.W'], [0, 2, 1]);
  const product = tf.matMul(xT, WT);
  const product2 = tf.reshape(product, [groups, batchSize, time, width]);
  const bWide = tf.reshape(p['own.Gated.Linear.b'], [groups, 1, 1, width]);
  const sum = tf.add(product2, bWide);
  rt.dispose(x, WT, product, product2, bWide);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoid = tf.sigmoid(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['own.Gated.Linear#2.W'], [0, 2, 1]);
  const product3 = tf.matMul(xT, WT2);
  const product4 = tf.reshape(product3, [groups, batchSize, time, width]);
  const bWide2 = tf.reshape(p['own.Gated.Linear#2.b'], [groups, 1, 1, width]);
  const sum2 = tf.add(product4, bWide2);
  rt.dispose(xT, WT2, product3, product4, bWide2);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const tanh = tf.tanh(sum2);
  const product5 = tf.mul(sigmoid, tanh);
  rt.dispose(sum2);

  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(product5, 0);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT3 = tf.transpose(p['gate.Linear.W'], [1, 0]);
  const product6 = tf.matMul(hRows, WT3);
  const product7 = tf.reshape(product6, [batchSize, time, experts]);
  const sum3 = tf.add(product7, p['gate.Linear.b']);
  rt.dispose(h, WT3, product6, product7);

  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);

  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked = tf.gather(gate, e, 2, 2);

  // layers.attn:4  W @ x + b
  const WRows = tf.reshape(p['best.Linear.W'], [experts * width, width]);
  const WT4 = tf.transpose(WRows, [1, 0]);
  const product8 = tf.matMul(hRows, WT4);
  const product9 = tf.reshape(product8, [batchSize, time, experts, width]);
  const sum4 = tf.add(product9, p['best.Linear.b']);
  rt.dispose(WT4, product8, product9);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked2 = tf.gather(sum4, e, 2, 2);
  const pickedWide = tf.reshape(picked, [batchSize, time, 1]);
  const product10 = tf.mul(pickedWide, picked2);
  rt.dispose(sum4, picked);

  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  const lossProduct = tf.mul(product10, product10);
  const lossIsGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const lossChosen = rt.where(lossIsGreaterWide, lossProduct, 0);
  const lossTotal = tf.sum(lossChosen, [1, 2]);
  const lossProduct2 = tf.mul(product5, product5);
  const lossChosen2 = rt.where(lossIsGreaterWide, lossProduct2, 0);
  rt.dispose(lossProduct, lossChosen, lossIsGreaterWide, lossProduct2);
  const lossTotal2 = tf.sum(lossChosen2, [0, 2, 3]);
  const lossSum = tf.add(lossTotal, lossTotal2);
  const loss = tf.mean(lossSum);
  rt.dispose(lossChosen2, lossTotal, lossTotal2, lossSum);
  const lossChosen3 = rt.where(isGreater, 1 / batchSize, 0);
  const lossChosenWide = tf.reshape(lossChosen3, [batchSize, time, 1]);
  const lossProduct3 = tf.mul(lossChosenWide, product5);
  const lossSum2 = tf.add(lossProduct3, lossProduct3);
  rt.dispose(isGreater, lossChosen3, product5, lossProduct3);
  const lossProduct4 = tf.mul(lossChosenWide, product10);
  const lossSum3 = tf.add(lossProduct4, lossProduct4);
  rt.dispose(product10, lossChosenWide, lossProduct4);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const product11 = tf.mul(lossSum3, pickedWide);
  const scattered = rt.scatter(e, product11, experts, 2);
  rt.dispose(pickedWide, product11);

  // layers.attn:4  W @ x + b
  const scatteredRows = tf.reshape(scattered, [batchSize * time, experts * width]);
  const product12 = tf.matMul(scatteredRows, WRows);
  rt.dispose(WRows);

  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const product13 = tf.mul(lossSum3, picked2);
  const total = tf.sum(product13, 2);
  const scattered2 = rt.scatter(e, total, experts, 2);
  rt.dispose(picked2, lossSum3, product13, e, total);

  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gateProduct = tf.mul(gate, scattered2);
  const gateTotal = tf.sum(gateProduct, 2, true);
  const gateDifference = tf.sub(scattered2, gateTotal);
  const gateProduct2 = tf.mul(gate, gateDifference);
  rt.dispose(gateProduct, scattered2, gateTotal, gate, gateDifference);

  // layers.attn:4  W @ x + b
  const productRows = tf.reshape(gateProduct2, [batchSize * time, experts]);
  const product14 = tf.matMul(productRows, p['gate.Linear.W']);
  const product15 = tf.reshape(product12, [batchSize, time, width]);
  const product16 = tf.reshape(product14, [batchSize, time, width]);
  const sum5 = tf.add(product15, product16);
  rt.dispose(product12, product14, product15, product16);

  // input.attn:9  h = mean[groups](own)
  const hQuotient = tf.div(sum5, groups);
  const hSum = tf.add(lossSum2, hQuotient);
  rt.dispose(sum5, lossSum2, hQuotient);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const product17 = tf.mul(hSum, tanh);
  const product18 = rt.sigmoidGradient(product17, sigmoid);
  rt.dispose(product17);

  // layers.attn:4  W @ x + b
  const xT2 = tf.transpose(xRows, [1, 2, 0]);
  const productRows2 = tf.reshape(product18, [groups, batchSize * time, width]);
  const product19 = tf.matMul(xT2, productRows2);
  const total2 = tf.sum(product18, [1, 2]);
  rt.dispose(xRows, productRows2, product18);

  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const product20 = tf.mul(hSum, sigmoid);
  const product21 = rt.tanhGradient(product20, tanh);
  rt.dispose(sigmoid, hSum, tanh, product20);

  // layers.attn:4  W @ x + b
  const productRows3 = tf.reshape(product21, [groups, batchSize * time, width]);
  const product22 = tf.matMul(xT2, productRows3);
  const total3 = tf.sum(product21, [1, 2]);
  const productT = tf.transpose(productRows, [1, 0]);
  rt.dispose(xT2, productRows3, product21, productRows);
  const product23 = tf.matMul(productT, hRows);
  const total4 = tf.sum(gateProduct2, [0, 1]);
  const scatteredT = tf.transpose(scatteredRows, [1, 0]);
  const product24 = tf.matMul(scatteredT, hRows);
  rt.dispose(productT, gateProduct2, scatteredRows, hRows, scatteredT);
  const product25 = tf.reshape(product24, [experts, width, width]);
  const total5 = tf.sum(scattered, [0, 1]);
  rt.dispose(product24, scattered);

  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const productT2 = tf.transpose(product19, [0, 2, 1]);
  const productT3 = tf.transpose(product22, [0, 2, 1]);
  rt.dispose(product19, product22);
  return {
    loss,
    metrics: {},
    gradients: {
      'own.Gated.Linear.W': productT2,
      'own.Gated.Linear.b': total2,
      'own.Gated.Linear#2.W': productT3,
      'own.Gated.Linear#2.b': total3,
      'gate.Linear.W': product23,
      'gate.Linear.b': total4,
      'best.Linear.W': product25,
      'best.Linear.b': total5,
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
  parameters(n: GroupedSizes) {
    return [
      { path: 'own.Gated.Linear.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, init: { kind: 'glorot' } },
      { path: 'own.Gated.Linear.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, init: { kind: 'zeros' } },
      { path: 'own.Gated.Linear#2.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, init: { kind: 'glorot' } },
      { path: 'own.Gated.Linear#2.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, init: { kind: 'zeros' } },
      { path: 'gate.Linear.W', axes: [{ label: 'out.experts', size: n.experts }, { label: 'in', size: n.width }], outs: 1, init: { kind: 'glorot' } },
      { path: 'gate.Linear.b', axes: [{ label: 'out.experts', size: n.experts }], outs: 1, init: { kind: 'zeros' } },
      { path: 'best.Linear.W', axes: [{ label: 'experts', size: n.experts }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, init: { kind: 'glorot' } },
      { path: 'best.Linear.b', axes: [{ label: 'experts', size: n.experts }, { label: 'out.width', size: n.width }], outs: 1, per: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: GroupedSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'groups', size: n.groups }, { label: 'width', size: n.width }], indexes: null },
    ];
  },
  outputs: {
    own: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'groups', dim: null }, { label: 'width', dim: null }] },
    best: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'width', dim: null }] },
  },
  forward: groupedForward,
  objectives: [
    {
      name: 'Fit',
      given() {
        return [];
      },
      updates: [
        {
          loss: groupedLoss,
          gradients: groupedGradients,
          optimizer: () => ({ kind: 'sgd', rate: 0.1 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Grouped extends rt.Model<GroupedDims, GroupedInput, GroupedTarget, GroupedOutput> {
  constructor(options: rt.ModelOptions<GroupedDims> = {}) {
    super(groupedDefinition, options);
  }
}
