/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Wave that its constructor may be given. */
export type WaveDims = {
  /** Default 5. */
  readonly notes: number;
  /** Default 4. */
  readonly hidden: number;
};

/** One example of Wave. */
export interface WaveInput {
  /** `[time, notes]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface WaveTarget {
  /** `[time, hidden]` */
  readonly t: readonly rt.Floats[];
}

/** What Wave gives for one example. */
export type WaveOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type WaveSizes = {
  readonly notes: number;
  readonly hidden: number;
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type WaveParameters = {
  readonly 'h.Linear.W': tf.Tensor;
  readonly 'h.Linear.b': tf.Tensor;
  readonly 'repeat[0].W': tf.Tensor;
  readonly 'repeat[0].b': tf.Tensor;
  readonly 'repeat[1].W': tf.Tensor;
  readonly 'repeat[1].b': tf.Tensor;
};

/** Padded examples on the device. */
type WaveBatch = {
  readonly n: WaveSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type WaveResults = { readonly y: tf.Tensor };

/** The outputs of Wave, batch first. */
function waveForward(p: WaveParameters, batch: WaveBatch): WaveResults {
  const { batch: batchSize, hidden, notes, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  rt.dispose(timeMask);
  // layers.attn:4  W @ x + b
  const h = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tf.reshape(x, [batchSize * time, notes]), p['h.Linear.W']), [batchSize, time, hidden]);
    return tf.add(WProduct, p['h.Linear.b']);
  });
  rt.dispose(x);
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hShifted = rt.shift(h, 1, 1);
  const hTanh = tf.tidy(() => {
    const shiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(h, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    const WProduct = tf.matMul(tf.reshape(joined, [batchSize * time, 2 * hidden]), p['repeat[0].W']);
    return tf.tanh(tf.add(tf.reshape(WProduct, [batchSize, time, hidden]), p['repeat[0].b']));
  });
  const y = tf.tidy(() => {
    const sum = tf.add(h, tf.mul(hTanh, hShifted));
    const shifted = rt.shift(sum, 1, 2);
    const shiftedShaped = tf.reshape(shifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(sum, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    const WProduct = tf.matMul(tf.reshape(joined, [batchSize * time, 2 * hidden]), p['repeat[1].W']);
    const product = tf.mul(tf.tanh(tf.add(tf.reshape(WProduct, [batchSize, time, hidden]), p['repeat[1].b'])), shifted);
    return tf.add(sum, product);
  });
  rt.dispose(h, hShifted, hTanh);
  return { y };
}

/** What waveLoss gives. */
type WaveLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function waveLoss(p: WaveParameters, batch: WaveBatch): WaveLossResults {
  const { batch: batchSize, hidden, notes, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // layers.attn:4  W @ x + b
  const h = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tf.reshape(x, [batchSize * time, notes]), p['h.Linear.W']), [batchSize, time, hidden]);
    return tf.add(WProduct, p['h.Linear.b']);
  });
  rt.dispose(x);
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hShifted = rt.shift(h, 1, 1);
  const hTanh = tf.tidy(() => {
    const shiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(h, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    const WProduct = tf.matMul(tf.reshape(joined, [batchSize * time, 2 * hidden]), p['repeat[0].W']);
    return tf.tanh(tf.add(tf.reshape(WProduct, [batchSize, time, hidden]), p['repeat[0].b']));
  });
  const h2 = tf.tidy(() => {
    const sum = tf.add(h, tf.mul(hTanh, hShifted));
    const shifted = rt.shift(sum, 1, 2);
    const shiftedShaped = tf.reshape(shifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(sum, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    const WProduct = tf.matMul(tf.reshape(joined, [batchSize * time, 2 * hidden]), p['repeat[1].W']);
    const product = tf.mul(tf.tanh(tf.add(tf.reshape(WProduct, [batchSize, time, hidden]), p['repeat[1].b'])), shifted);
    return tf.add(sum, product);
  });
  rt.dispose(h, hShifted, hTanh);
  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const loss = tf.tidy(() => {
    const difference = tf.sub(h2, t);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]);
    return tf.mean(tf.div(total, tf.mul(tf.cast(batch.lengths.time, 'float32'), hidden)));
  });
  rt.dispose(timeMaskWide, h2, t);
  return {
    loss,
    metrics: {},
  };
}

/** What waveGradients gives. */
type WaveGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: WaveParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function waveGradients(p: WaveParameters, batch: WaveBatch, _random: rt.Random): WaveGradientsResults {
  const { batch: batchSize, hidden, notes, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, notes]);
  const h = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['h.Linear.W']), [batchSize, time, hidden]), p['h.Linear.b']),
  );
  rt.dispose(x);
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hShifted = rt.shift(h, 1, 1);
  const joinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(h, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    return tf.reshape(joined, [batchSize * time, 2 * hidden]);
  });
  const hTanh = tf.tidy(() => {
    const sum = tf.add(tf.reshape(tf.matMul(joinedRows, p['repeat[0].W']), [batchSize, time, hidden]), p['repeat[0].b']);
    return tf.tanh(sum);
  });
  const hSum = tf.tidy(() => tf.add(h, tf.mul(hTanh, hShifted)));
  const hShifted2 = rt.shift(hSum, 1, 2);
  const hJoinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(hShifted2, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(hSum, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    return tf.reshape(joined, [batchSize * time, 2 * hidden]);
  });
  const hTanh2 = tf.tidy(() => {
    const sum = tf.add(tf.reshape(tf.matMul(hJoinedRows, p['repeat[1].W']), [batchSize, time, hidden]), p['repeat[1].b']);
    return tf.tanh(sum);
  });
  const h2 = tf.tidy(() => tf.add(hSum, tf.mul(hTanh2, hShifted2)));
  rt.dispose(h, hSum);
  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const lossDifference = tf.sub(h2, t);
  const lossProduct = tf.tidy(() => tf.mul(tf.cast(batch.lengths.time, 'float32'), hidden));
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(lossDifference, lossDifference), 0), [1, 2]), lossProduct);
    return tf.mean(quotient);
  });
  const dH = tf.tidy(() => {
    const chosen = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, lossProduct), [batchSize, 1]), 0);
    const product = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), lossDifference);
    return tf.add(product, product);
  });
  rt.dispose(h2, t, timeMaskWide, timeMask, lossDifference, lossProduct);
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hTanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dH, hShifted2), hTanh2));
  const tanhGradientRows = tf.reshape(hTanhGradient, [batchSize * time, hidden]);
  const hSum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tanhGradientRows, p['repeat[1].W'], false, true), [batchSize, time, 2, hidden]);
    const place = tf.reshape(tf.slice(WProduct, [0, 0, 1, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]);
    const sum = tf.add(dH, tf.reshape(tf.slice(WProduct, [0, 0, 0, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]));
    return tf.add(sum, rt.shift(tf.add(tf.mul(dH, hTanh2), place), 1, -2));
  });
  const hTanhGradient2 = tf.tidy(() => rt.tanhGradient(tf.mul(hSum2, hShifted), hTanh));
  rt.dispose(hShifted2, hTanh2, dH, hShifted);
  const hTanhGradientRows = tf.reshape(hTanhGradient2, [batchSize * time, hidden]);
  const dH2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(hTanhGradientRows, p['repeat[0].W'], false, true), [batchSize, time, 2, hidden]);
    const place = tf.reshape(tf.slice(WProduct, [0, 0, 1, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]);
    const sum = tf.add(hSum2, tf.reshape(tf.slice(WProduct, [0, 0, 0, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]));
    return tf.add(sum, rt.shift(tf.add(tf.mul(hSum2, hTanh), place), 1, -1));
  });
  rt.dispose(hTanh, hSum2);
  // layers.attn:4  W @ x + b
  const dW = tf.tidy(() => tf.matMul(tf.reshape(dH2, [batchSize * time, hidden]), xRows, true));
  const dB = tf.sum(dH2, [0, 1]);
  rt.dispose(xRows, dH2);
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hProduct = tf.matMul(hTanhGradientRows, joinedRows, true);
  const dRepeat0B = tf.sum(hTanhGradient2, [0, 1]);
  const hProduct2 = tf.matMul(tanhGradientRows, hJoinedRows, true);
  rt.dispose(joinedRows, hTanhGradientRows, hTanhGradient2, hJoinedRows, tanhGradientRows);
  const dRepeat1B = tf.sum(hTanhGradient, [0, 1]);
  rt.dispose(hTanhGradient);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  // input.attn:7  param W: [out: hidden <- tap, hidden], b: [hidden]
  const dRepeat0W = tf.transpose(hProduct, [1, 0]);
  const dRepeat1W = tf.transpose(hProduct2, [1, 0]);
  rt.dispose(hProduct, hProduct2);
  return {
    loss,
    metrics: {},
    gradients: {
      'h.Linear.W': dLinearW,
      'h.Linear.b': dB,
      'repeat[0].W': dRepeat0W,
      'repeat[0].b': dRepeat0B,
      'repeat[1].W': dRepeat1W,
      'repeat[1].b': dRepeat1B,
    },
  };
}

const waveDefinition: rt.Definition = {
  name: 'Wave',
  source: 'input.attn',
  hyperparameters: { notes: 5, hidden: 4 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes(n: WaveDims) {
    return { notes: n.notes, hidden: n.hidden };
  },
  parameters(n: WaveSizes) {
    return [
      { path: 'h.Linear.W', axes: [{ label: 'out.hidden', size: n.hidden }, { label: 'in', size: n.notes }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'h.Linear.b', axes: [{ label: 'out.hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'repeat[0].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
      { path: 'repeat[0].b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'repeat[1].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
      { path: 'repeat[1].b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
    ];
  },
  inputs(n: WaveSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'notes', size: n.notes }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'hidden', dim: null }] },
  },
  forward: waveForward,
  objectives: [
    {
      name: 'Fit',
      given(n: WaveSizes) {
        return [
          { name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'hidden', size: n.hidden }], indexes: null },
        ];
      },
      updates: [
        {
          loss: waveLoss,
          gradients: waveGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Wave extends rt.Model<WaveDims, WaveInput, WaveTarget, WaveOutput> {
  constructor(options: rt.ModelOptions<WaveDims> = {}) {
    super(waveDefinition, options);
  }
}
