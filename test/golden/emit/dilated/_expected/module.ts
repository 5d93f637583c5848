/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Wave that its constructor may be given. */
export type WaveDims = {
  /** Default 5. */ readonly notes: number;
  /** Default 4. */ readonly hidden: number;
};

/** One example of Wave. */
export interface WaveInput {
  /** `[time, notes]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface WaveTarget {
  /** `[time, hidden]` */ readonly t: readonly rt.Floats[];
}

/** What Wave gives for one example. */
export type WaveOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type WaveSizes = Readonly<Record<'notes' | 'hidden' | 'batch' | 'time', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type RepeatParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type WaveParameters = { readonly h: { readonly Linear: LinearParameters }; readonly repeat: readonly RepeatParameters[] };

/** Padded examples on the device. */
type WaveBatch = {
  readonly n: WaveSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: WaveSizes, x: tf.Tensor) {
  const { batch: batchSize, hidden, notes, time } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, notes]);
  const h = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time, hidden]), p.b));
  return { h, xRows };
}

function repeatRound(p: RepeatParameters, n: WaveSizes, h: tf.Tensor, size: number) {
  const { batch: batchSize, hidden, time } = n;
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hShifted = rt.shift(h, 1, size);
  const joinedRows = tf.tidy(() => {
    const shiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
    const joined = tf.concat([tf.reshape(h, [batchSize, time, 1, hidden]), shiftedShaped], 2);
    return tf.reshape(joined, [batchSize * time, 2 * hidden]);
  });
  const hTanh = tf.tidy(() => tf.tanh(tf.add(tf.reshape(tf.matMul(joinedRows, p.W), [batchSize, time, hidden]), p.b)));
  const h2 = tf.tidy(() => tf.add(h, tf.mul(hTanh, hShifted)));
  return { h: h2, hShifted, hTanh, joinedRows };
}

function fit(n: WaveSizes, h: tf.Tensor, t: tf.Tensor, timeMaskWide: tf.Tensor, timeLengths: tf.Tensor) {
  const { hidden } = n;
  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const lossDifference = tf.sub(h, t);
  const lossProduct = tf.tidy(() => tf.mul(tf.cast(timeLengths, 'float32'), hidden));
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(lossDifference, lossDifference), 0), [1, 2]), lossProduct);
    return tf.mean(quotient);
  });
  return { loss, lossProduct, lossDifference };
}

function repeatRoundBackward(p: RepeatParameters, n: WaveSizes, dResult: tf.Tensor, hTanh: tf.Tensor, hShifted: tf.Tensor, hJoined: tf.Tensor, size: number) {
  const { batch: batchSize, hidden, time } = n;
  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden]…
  const hTanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dResult, hShifted), hTanh));
  const tanhGradientRows = tf.reshape(hTanhGradient, [batchSize * time, hidden]);
  const dH = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tanhGradientRows, p.W, false, true), [batchSize, time, 2, hidden]);
    const place = tf.reshape(tf.slice(WProduct, [0, 0, 1, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]);
    const sum = tf.add(dResult, tf.reshape(tf.slice(WProduct, [0, 0, 0, 0], [-1, -1, 1, -1]), [batchSize, time, hidden]));
    return tf.add(sum, rt.shift(tf.add(tf.mul(dResult, hTanh), place), 1, size));
  });
  const dB = tf.sum(hTanhGradient, [0, 1]);
  const dW = tf.matMul(hJoined, tanhGradientRows, true);
  rt.dispose(hTanhGradient, tanhGradientRows);
  return { gradients: { W: dW, b: dB }, dH };
}

/** Outputs by name, [batch, …]. */
type WaveResults = { readonly y: tf.Tensor };

/** The outputs of Wave, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function waveForward(p: WaveParameters, batch: WaveBatch): WaveResults {
  const { batch: batchSize, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  const { h, xRows } = linear(p.h.Linear, batch.n, x);
  const { h: h2, hShifted, hTanh, joinedRows } = repeatRound(p.repeat[0]!, batch.n, h, 1);
  rt.dispose(timeMask, x, xRows, h, hShifted, hTanh, joinedRows);
  const { h: y, hShifted: hShifted2, hTanh: hTanh2, joinedRows: hJoinedRows } = repeatRound(p.repeat[1]!, batch.n, h2, 2);
  rt.dispose(h2, hShifted2, hTanh2, hJoinedRows);
  return { y };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function waveLoss(p: WaveParameters, batch: WaveBatch): rt.LossTensors {
  const { batch: batchSize, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  rt.dispose(timeMask);
  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { h, xRows } = linear(p.h.Linear, batch.n, x);
  const { h: h2, hShifted, hTanh, joinedRows } = repeatRound(p.repeat[0]!, batch.n, h, 1);
  rt.dispose(x, xRows, h, hShifted, hTanh, joinedRows);
  const { h: h3, hShifted: hShifted2, hTanh: hTanh2, joinedRows: hJoinedRows } = repeatRound(p.repeat[1]!, batch.n, h2, 2);
  rt.dispose(h2, hShifted2, hTanh2, hJoinedRows);
  const { loss, lossProduct, lossDifference } = fit(batch.n, h3, t, timeMaskWide, batch.lengths.time);
  rt.dispose(timeMaskWide, t, h3, lossProduct, lossDifference);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function waveGradients(p: WaveParameters, batch: WaveBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, hidden, time } = batch.n;
  // input.attn:4  model Wave(x: [time, notes]) -> y: [time, hidden] {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { h, xRows } = linear(p.h.Linear, batch.n, x);
  const { h: h2, hShifted, hTanh, joinedRows } = repeatRound(p.repeat[0]!, batch.n, h, 1);
  const { h: h3, hShifted: hShifted2, hTanh: hTanh2, joinedRows: hJoinedRows } = repeatRound(p.repeat[1]!, batch.n, h2, 2);
  const { loss, lossProduct, lossDifference } = fit(batch.n, h3, t, timeMaskWide, batch.lengths.time);
  rt.dispose(x, h, h2, timeMaskWide, t, h3);
  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const dH = tf.tidy(() => {
    const quotientMasked = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, lossProduct), [batchSize, 1]), 0);
    const product = tf.mul(tf.reshape(quotientMasked, [batchSize, time, 1]), lossDifference);
    return tf.add(product, product);
  });
  const { gradients: dRepeat1, dH: dH2 } = repeatRoundBackward(p.repeat[1]!, batch.n, dH, hTanh2, hShifted2, hJoinedRows, -2);
  rt.dispose(timeMask, lossProduct, lossDifference, hShifted2, hTanh2, hJoinedRows, dH);
  const { gradients: dRepeat0, dH: dH3 } = repeatRoundBackward(p.repeat[0]!, batch.n, dH2, hTanh, hShifted, joinedRows, -1);
  rt.dispose(hShifted, hTanh, joinedRows, dH2);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(dH3, [0, 1]);
  const dW = tf.tidy(() => tf.matMul(xRows, tf.reshape(dH3, [batchSize * time, hidden]), true));
  rt.dispose(xRows, dH3);
  return {
    loss,
    metrics: {},
    gradients: {
      'h.Linear.W': dW,
      'h.Linear.b': dB,
      ...rt.below('repeat[0]', dRepeat0),
      ...rt.below('repeat[1]', dRepeat1),
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
  parameters: (n: WaveSizes) => [
    { path: 'h.Linear.W', axes: [{ label: 'out.hidden', size: n.hidden }, { label: 'in', size: n.notes }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'h.Linear.b', axes: [{ label: 'out.hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
    { path: 'repeat[0].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
    { path: 'repeat[0].b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
    { path: 'repeat[1].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
    { path: 'repeat[1].b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
  ],
  inputs: (n: WaveSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'notes', size: n.notes }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'hidden', dim: null }] },
  },
  forward: waveForward,
  objectives: [
    {
      name: 'Fit',
      given: (n: WaveSizes) => [{ name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'hidden', size: n.hidden }], indexes: null }],
      updates: [{ loss: waveLoss, gradients: waveGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Wave extends rt.Model<WaveDims, WaveInput, WaveTarget, WaveOutput> {
  constructor(options: rt.ModelOptions<WaveDims> = {}) {
    super(waveDefinition, options);
  }
}
