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
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1, 1]), batch.inputs.x, 0));
  rt.dispose(timeMask);
  // layers.attn:4  W @ x + b
  const xT = tf.tidy(() => tf.transpose(tf.reshape(x, [batchSize * time, groups, width]), [1, 0, 2]));
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear.b']);
  });
  const sum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear#2.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear#2.b']);
  });
  rt.dispose(x, xT);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const own = tf.tidy(() => tf.mul(tf.sigmoid(sum), tf.tanh(sum2)));
  rt.dispose(sum, sum2);
  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(own, 0);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['gate.Linear.W']), [batchSize, time, experts]), p['gate.Linear.b']),
  );
  const sum4 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(hRows, p['best.Linear.W']), [batchSize, time, experts, width]);
    return tf.add(WProduct, p['best.Linear.b']);
  });
  rt.dispose(h, hRows);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);
  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const best = tf.tidy(() =>
    tf.mul(tf.reshape(tf.gather(gate, e, 2, 2), [batchSize, time, 1]), tf.gather(sum4, e, 2, 2)),
  );
  rt.dispose(sum4, gate, e);
  // input.attn:8  own = Gated per groups (x)
  const ownT = tf.transpose(own, [1, 2, 0, 3]);
  rt.dispose(own);
  return { own: ownT, best };
}

/** What groupedLoss gives. */
type GroupedLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function groupedLoss(p: GroupedParameters, batch: GroupedBatch): GroupedLossResults {
  const { batch: batchSize, experts, groups, time, width } = batch.n;
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1, 1]), batch.inputs.x, 0));
  // layers.attn:4  W @ x + b
  const xT = tf.tidy(() => tf.transpose(tf.reshape(x, [batchSize * time, groups, width]), [1, 0, 2]));
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear.b']);
  });
  const sum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear#2.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear#2.b']);
  });
  rt.dispose(x, xT);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const own = tf.tidy(() => tf.mul(tf.sigmoid(sum), tf.tanh(sum2)));
  rt.dispose(sum, sum2);
  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(own, 0);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['gate.Linear.W']), [batchSize, time, experts]), p['gate.Linear.b']),
  );
  const sum4 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(hRows, p['best.Linear.W']), [batchSize, time, experts, width]);
    return tf.add(WProduct, p['best.Linear.b']);
  });
  rt.dispose(h, hRows);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);
  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const best = tf.tidy(() =>
    tf.mul(tf.reshape(tf.gather(gate, e, 2, 2), [batchSize, time, 1]), tf.gather(sum4, e, 2, 2)),
  );
  rt.dispose(sum4, gate, e);
  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  const loss = tf.tidy(() => {
    const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(own, own), 0), [0, 2, 3]);
    return tf.mean(tf.add(tf.sum(rt.where(timeMaskWide, tf.mul(best, best), 0), [1, 2]), total));
  });
  rt.dispose(timeMask, own, best);
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
  // input.attn:7  model Grouped(x: [time, groups, width]) -> { own: [time, groups, width], best: [time, wid…
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1, 1]), batch.inputs.x, 0));
  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, groups, width]);
  const xT = tf.transpose(xRows, [1, 0, 2]);
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear.b']);
  });
  const sum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xT, p['own.Gated.Linear#2.W']), [groups, batchSize, time, width]);
    return tf.add(WProduct, p['own.Gated.Linear#2.b']);
  });
  rt.dispose(x, xT);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoid = tf.sigmoid(sum);
  const tanh = tf.tanh(sum2);
  const own = tf.mul(sigmoid, tanh);
  rt.dispose(sum, sum2);
  // input.attn:9  h = mean[groups](own)
  const h = tf.mean(own, 0);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['gate.Linear.W']), [batchSize, time, experts]), p['gate.Linear.b']),
  );
  const sum4 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(hRows, p['best.Linear.W']), [batchSize, time, experts, width]);
    return tf.add(WProduct, p['best.Linear.b']);
  });
  rt.dispose(h);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gate = tf.softmax(sum3);
  rt.dispose(sum3);
  // input.attn:11  e = argmax[experts](gate)
  const e = tf.argMax(gate, 2);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const picked = tf.gather(sum4, e, 2, 2);
  const pickedWide = tf.tidy(() => tf.reshape(tf.gather(gate, e, 2, 2), [batchSize, time, 1]));
  const best = tf.mul(pickedWide, picked);
  rt.dispose(sum4);
  // input.attn:16  loss = sum[time, width](best ^ 2) + sum[time, groups, width](own ^ 2)
  const loss = tf.tidy(() => {
    const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(own, own), 0), [0, 2, 3]);
    return tf.mean(tf.add(tf.sum(rt.where(timeMaskWide, tf.mul(best, best), 0), [1, 2]), total));
  });
  const chosenWide = tf.tidy(() => tf.reshape(rt.where(timeMask, 1 / batchSize, 0), [batchSize, time, 1]));
  const lossSum = tf.tidy(() => {
    const product = tf.mul(chosenWide, own);
    return tf.add(product, product);
  });
  const dBest = tf.tidy(() => {
    const product = tf.mul(chosenWide, best);
    return tf.add(product, product);
  });
  rt.dispose(timeMask, own, best, chosenWide);
  // input.attn:12  { own = own, best = gate[e] * (Linear[width] per experts (h))[e] }
  const scattered = tf.tidy(() => rt.scatter(e, tf.mul(dBest, pickedWide), experts, 2));
  const dGate = tf.tidy(() => rt.scatter(e, tf.sum(tf.mul(dBest, picked), 2), experts, 2));
  rt.dispose(pickedWide, e, picked, dBest);
  // input.attn:10  gate = softmax[experts](Linear[experts](h))
  const gateProduct = tf.tidy(() => tf.mul(gate, tf.sub(dGate, tf.sum(tf.mul(gate, dGate), 2, true))));
  rt.dispose(gate, dGate);
  // layers.attn:4  W @ x + b
  const scatteredRows = tf.reshape(scattered, [batchSize * time, experts * width]);
  const productRows = tf.reshape(gateProduct, [batchSize * time, experts]);
  const dH = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(scatteredRows, p['best.Linear.W'], false, true), [batchSize, time, width]);
    const linearWProduct = tf.reshape(tf.matMul(productRows, p['gate.Linear.W'], false, true), [batchSize, time, width]);
    return tf.add(WProduct, linearWProduct);
  });
  // input.attn:9  h = mean[groups](own)
  const dOwn = tf.tidy(() => tf.add(lossSum, tf.div(dH, groups)));
  rt.dispose(lossSum, dH);
  // input.attn:5  block Gated(x: [width]) -> [width] { sigmoid(Linear[width](x)) * tanh(Linear[width](x)) }
  const sigmoidGradient = tf.tidy(() => rt.sigmoidGradient(tf.mul(dOwn, tanh), sigmoid));
  const tanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dOwn, sigmoid), tanh));
  rt.dispose(sigmoid, tanh, dOwn);
  // layers.attn:4  W @ x + b
  const xT2 = tf.transpose(xRows, [1, 2, 0]);
  const dW = tf.tidy(() => tf.matMul(xT2, tf.reshape(sigmoidGradient, [groups, batchSize * time, width])));
  const dB = tf.sum(sigmoidGradient, [1, 2]);
  const dLinear2W = tf.tidy(() => tf.matMul(xT2, tf.reshape(tanhGradient, [groups, batchSize * time, width])));
  const dB2 = tf.sum(tanhGradient, [1, 2]);
  rt.dispose(xRows, sigmoidGradient, xT2, tanhGradient);
  const dW2 = tf.matMul(productRows, hRows, true);
  const dLinearB = tf.sum(gateProduct, [0, 1]);
  const product = tf.matMul(scatteredRows, hRows, true);
  rt.dispose(productRows, gateProduct, hRows, scatteredRows);
  const dBestLinearB = tf.sum(scattered, [0, 1]);
  rt.dispose(scattered);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dGatedLinearB = tf.reshape(dB, [groups, 1, 1, width]);
  const dLinear2B = tf.reshape(dB2, [groups, 1, 1, width]);
  const dLinearW = tf.transpose(dW2, [1, 0]);
  const dBestLinearW = tf.transpose(product, [1, 0]);
  rt.dispose(dB, dB2, dW2, product);
  return {
    loss,
    metrics: {},
    gradients: {
      'own.Gated.Linear.W': dW,
      'own.Gated.Linear.b': dGatedLinearB,
      'own.Gated.Linear#2.W': dLinear2W,
      'own.Gated.Linear#2.b': dLinear2B,
      'gate.Linear.W': dLinearW,
      'gate.Linear.b': dLinearB,
      'best.Linear.W': dBestLinearW,
      'best.Linear.b': dBestLinearB,
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
      { path: 'own.Gated.Linear.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[0], [2], [1]], init: { kind: 'glorot' } },
      { path: 'own.Gated.Linear.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, stored: [[0], [], [], [1]], init: { kind: 'zeros' } },
      { path: 'own.Gated.Linear#2.W', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[0], [2], [1]], init: { kind: 'glorot' } },
      { path: 'own.Gated.Linear#2.b', axes: [{ label: 'groups', size: n.groups }, { label: 'out.width', size: n.width }], outs: 1, per: 1, stored: [[0], [], [], [1]], init: { kind: 'zeros' } },
      { path: 'gate.Linear.W', axes: [{ label: 'out.experts', size: n.experts }, { label: 'in', size: n.width }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'gate.Linear.b', axes: [{ label: 'out.experts', size: n.experts }], outs: 1, init: { kind: 'zeros' } },
      { path: 'best.Linear.W', axes: [{ label: 'experts', size: n.experts }, { label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, per: 1, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
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
