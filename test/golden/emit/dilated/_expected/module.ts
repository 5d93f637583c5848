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
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, notes]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, hidden]);
  rt.dispose(x, xRows, WT, product);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(product2);

  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden] + b) * before
  const hShifted = rt.shift(sum, 1, 1);
  const hSumShaped = tf.reshape(sum, [batchSize, time, 1, hidden]);
  const hShiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
  const hJoined = tf.concat([hSumShaped, hShiftedShaped], 2);
  const hJoinedRows = tf.reshape(hJoined, [batchSize * time, 2 * hidden]);
  const hWRows = tf.reshape(p['repeat[0].W'], [hidden, 2 * hidden]);
  const hWT = tf.transpose(hWRows, [1, 0]);
  rt.dispose(hSumShaped, hShiftedShaped, hJoined, hWRows);
  const hProduct = tf.matMul(hJoinedRows, hWT);
  const hProduct2 = tf.reshape(hProduct, [batchSize, time, hidden]);
  const hSum = tf.add(hProduct2, p['repeat[0].b']);
  rt.dispose(hJoinedRows, hWT, hProduct, hProduct2);
  const hTanh = tf.tanh(hSum);
  const hProduct3 = tf.mul(hTanh, hShifted);
  const hSum2 = tf.add(sum, hProduct3);
  rt.dispose(hSum, hShifted, hTanh, sum, hProduct3);
  const hShifted2 = rt.shift(hSum2, 1, 2);
  const hHShaped = tf.reshape(hSum2, [batchSize, time, 1, hidden]);
  const hShiftedShaped2 = tf.reshape(hShifted2, [batchSize, time, 1, hidden]);
  const hJoined2 = tf.concat([hHShaped, hShiftedShaped2], 2);
  const hJoinedRows2 = tf.reshape(hJoined2, [batchSize * time, 2 * hidden]);
  const hWRows2 = tf.reshape(p['repeat[1].W'], [hidden, 2 * hidden]);
  const hWT2 = tf.transpose(hWRows2, [1, 0]);
  rt.dispose(hHShaped, hShiftedShaped2, hJoined2, hWRows2);
  const hProduct4 = tf.matMul(hJoinedRows2, hWT2);
  const hProduct5 = tf.reshape(hProduct4, [batchSize, time, hidden]);
  const hSum3 = tf.add(hProduct5, p['repeat[1].b']);
  rt.dispose(hJoinedRows2, hWT2, hProduct4, hProduct5);
  const hTanh2 = tf.tanh(hSum3);
  const hProduct6 = tf.mul(hTanh2, hShifted2);
  const h = tf.add(hSum2, hProduct6);
  rt.dispose(hSum3, hShifted2, hTanh2, hSum2, hProduct6);
  return { y: h };
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
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreater);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, notes]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, hidden]);
  rt.dispose(x, xRows, WT, product);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(product2);

  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden] + b) * before
  const hShifted = rt.shift(sum, 1, 1);
  const hSumShaped = tf.reshape(sum, [batchSize, time, 1, hidden]);
  const hShiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
  const hJoined = tf.concat([hSumShaped, hShiftedShaped], 2);
  const hJoinedRows = tf.reshape(hJoined, [batchSize * time, 2 * hidden]);
  const hWRows = tf.reshape(p['repeat[0].W'], [hidden, 2 * hidden]);
  const hWT = tf.transpose(hWRows, [1, 0]);
  rt.dispose(hSumShaped, hShiftedShaped, hJoined, hWRows);
  const hProduct = tf.matMul(hJoinedRows, hWT);
  const hProduct2 = tf.reshape(hProduct, [batchSize, time, hidden]);
  const hSum = tf.add(hProduct2, p['repeat[0].b']);
  rt.dispose(hJoinedRows, hWT, hProduct, hProduct2);
  const hTanh = tf.tanh(hSum);
  const hProduct3 = tf.mul(hTanh, hShifted);
  const hSum2 = tf.add(sum, hProduct3);
  rt.dispose(hSum, hShifted, hTanh, sum, hProduct3);
  const hShifted2 = rt.shift(hSum2, 1, 2);
  const hHShaped = tf.reshape(hSum2, [batchSize, time, 1, hidden]);
  const hShiftedShaped2 = tf.reshape(hShifted2, [batchSize, time, 1, hidden]);
  const hJoined2 = tf.concat([hHShaped, hShiftedShaped2], 2);
  const hJoinedRows2 = tf.reshape(hJoined2, [batchSize * time, 2 * hidden]);
  const hWRows2 = tf.reshape(p['repeat[1].W'], [hidden, 2 * hidden]);
  const hWT2 = tf.transpose(hWRows2, [1, 0]);
  rt.dispose(hHShaped, hShiftedShaped2, hJoined2, hWRows2);
  const hProduct4 = tf.matMul(hJoinedRows2, hWT2);
  const hProduct5 = tf.reshape(hProduct4, [batchSize, time, hidden]);
  const hSum3 = tf.add(hProduct5, p['repeat[1].b']);
  rt.dispose(hJoinedRows2, hWT2, hProduct4, hProduct5);
  const hTanh2 = tf.tanh(hSum3);
  const hProduct6 = tf.mul(hTanh2, hShifted2);
  const h = tf.add(hSum2, hProduct6);
  rt.dispose(hSum3, hShifted2, hTanh2, hSum2, hProduct6);

  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(isGreaterWide, batch.inputs.t, 0);

  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const lossDifference = tf.sub(h, t);
  const lossProduct = tf.mul(lossDifference, lossDifference);
  const lossChosen = rt.where(isGreaterWide, lossProduct, 0);
  rt.dispose(h, t, lossDifference, isGreaterWide, lossProduct);
  const lossTotal = tf.sum(lossChosen, [1, 2]);
  const lossTimeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const lossProduct2 = tf.mul(lossTimeLengthAsFloat, hidden);
  const lossQuotient = tf.div(lossTotal, lossProduct2);
  rt.dispose(lossChosen, lossTimeLengthAsFloat, lossTotal, lossProduct2);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossQuotient);
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
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, notes]);
  const WT = tf.transpose(p['h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, hidden]);
  const sum = tf.add(product2, p['h.Linear.b']);
  rt.dispose(x, WT, product, product2);

  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden] + b) * before
  const hShifted = rt.shift(sum, 1, 1);
  const hSumShaped = tf.reshape(sum, [batchSize, time, 1, hidden]);
  const hShiftedShaped = tf.reshape(hShifted, [batchSize, time, 1, hidden]);
  const hJoined = tf.concat([hSumShaped, hShiftedShaped], 2);
  const hJoinedRows = tf.reshape(hJoined, [batchSize * time, 2 * hidden]);
  const hWRows = tf.reshape(p['repeat[0].W'], [hidden, 2 * hidden]);
  const hWT = tf.transpose(hWRows, [1, 0]);
  const hProduct = tf.matMul(hJoinedRows, hWT);
  rt.dispose(hSumShaped, hShiftedShaped, hJoined, hWT);
  const hProduct2 = tf.reshape(hProduct, [batchSize, time, hidden]);
  const hSum = tf.add(hProduct2, p['repeat[0].b']);
  const hTanh = tf.tanh(hSum);
  const hProduct3 = tf.mul(hTanh, hShifted);
  const hSum2 = tf.add(sum, hProduct3);
  rt.dispose(hProduct, hProduct2, hSum, sum, hProduct3);
  const hShifted2 = rt.shift(hSum2, 1, 2);
  const hHShaped = tf.reshape(hSum2, [batchSize, time, 1, hidden]);
  const hShiftedShaped2 = tf.reshape(hShifted2, [batchSize, time, 1, hidden]);
  const hJoined2 = tf.concat([hHShaped, hShiftedShaped2], 2);
  const hJoinedRows2 = tf.reshape(hJoined2, [batchSize * time, 2 * hidden]);
  const hWRows2 = tf.reshape(p['repeat[1].W'], [hidden, 2 * hidden]);
  const hWT2 = tf.transpose(hWRows2, [1, 0]);
  const hProduct4 = tf.matMul(hJoinedRows2, hWT2);
  rt.dispose(hHShaped, hShiftedShaped2, hJoined2, hWT2);
  const hProduct5 = tf.reshape(hProduct4, [batchSize, time, hidden]);
  const hSum3 = tf.add(hProduct5, p['repeat[1].b']);
  const hTanh2 = tf.tanh(hSum3);
  const hProduct6 = tf.mul(hTanh2, hShifted2);
  const h = tf.add(hSum2, hProduct6);
  rt.dispose(hProduct4, hProduct5, hSum3, hSum2, hProduct6);

  // input.attn:14  objective Fit for Wave given t: [time, hidden] {
  const t = rt.where(isGreaterWide, batch.inputs.t, 0);

  // input.attn:15  loss = mean[time, hidden]((y - t) ^ 2)
  const lossDifference = tf.sub(h, t);
  const lossProduct = tf.mul(lossDifference, lossDifference);
  const lossChosen = rt.where(isGreaterWide, lossProduct, 0);
  rt.dispose(h, t, isGreaterWide, lossProduct);
  const lossTotal = tf.sum(lossChosen, [1, 2]);
  const lossTimeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const lossProduct2 = tf.mul(lossTimeLengthAsFloat, hidden);
  const lossQuotient = tf.div(lossTotal, lossProduct2);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossChosen, lossTimeLengthAsFloat, lossTotal, lossQuotient);
  const lossQuotient2 = tf.div(1 / batchSize, lossProduct2);
  const lossQuotientWide = tf.reshape(lossQuotient2, [batchSize, 1]);
  const lossChosen2 = rt.where(isGreater, lossQuotientWide, 0);
  rt.dispose(lossProduct2, lossQuotient2, isGreater, lossQuotientWide);
  const lossChosenWide = tf.reshape(lossChosen2, [batchSize, time, 1]);
  const lossProduct3 = tf.mul(lossChosenWide, lossDifference);
  const lossSum = tf.add(lossProduct3, lossProduct3);
  rt.dispose(lossChosen2, lossDifference, lossChosenWide, lossProduct3);

  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden] + b) * before
  const hProduct7 = tf.mul(lossSum, hShifted2);
  const hProduct8 = rt.tanhGradient(hProduct7, hTanh2);
  const hProductRows = tf.reshape(hProduct8, [batchSize * time, hidden]);
  const hProduct9 = tf.matMul(hProductRows, hWRows2);
  const hProduct10 = tf.reshape(hProduct9, [batchSize, time, 2, hidden]);
  rt.dispose(hShifted2, hProduct7, hWRows2, hProduct9);
  const hPart = tf.slice(hProduct10, [0, 0, 0, 0], [-1, -1, 1, -1]);
  const hPlace = tf.reshape(hPart, [batchSize, time, hidden]);
  const hSum4 = tf.add(lossSum, hPlace);
  const hProduct11 = tf.mul(lossSum, hTanh2);
  rt.dispose(hPart, hPlace, hTanh2, lossSum);
  const hPart2 = tf.slice(hProduct10, [0, 0, 1, 0], [-1, -1, 1, -1]);
  const hPlace2 = tf.reshape(hPart2, [batchSize, time, hidden]);
  const hSum5 = tf.add(hProduct11, hPlace2);
  rt.dispose(hProduct10, hPart2, hProduct11, hPlace2);
  const hShifted3 = rt.shift(hSum5, 1, -2);
  const hSum6 = tf.add(hSum4, hShifted3);
  const hProduct12 = tf.mul(hSum6, hShifted);
  rt.dispose(hSum5, hSum4, hShifted3, hShifted);
  const hProduct13 = rt.tanhGradient(hProduct12, hTanh);
  const hProductRows2 = tf.reshape(hProduct13, [batchSize * time, hidden]);
  const hProduct14 = tf.matMul(hProductRows2, hWRows);
  const hProduct15 = tf.reshape(hProduct14, [batchSize, time, 2, hidden]);
  const hPart3 = tf.slice(hProduct15, [0, 0, 0, 0], [-1, -1, 1, -1]);
  const hPlace3 = tf.reshape(hPart3, [batchSize, time, hidden]);
  rt.dispose(hProduct12, hWRows, hProduct14, hPart3);
  const hSum7 = tf.add(hSum6, hPlace3);
  const hProduct16 = tf.mul(hSum6, hTanh);
  const hPart4 = tf.slice(hProduct15, [0, 0, 1, 0], [-1, -1, 1, -1]);
  rt.dispose(hPlace3, hTanh, hSum6, hProduct15);
  const hPlace4 = tf.reshape(hPart4, [batchSize, time, hidden]);
  const hSum8 = tf.add(hProduct16, hPlace4);
  const hShifted4 = rt.shift(hSum8, 1, -1);
  rt.dispose(hPart4, hProduct16, hPlace4, hSum8);
  const hSum9 = tf.add(hSum7, hShifted4);
  rt.dispose(hSum7, hShifted4);

  // layers.attn:4  W @ x + b
  const sumRows = tf.reshape(hSum9, [batchSize * time, hidden]);
  const sumT = tf.transpose(sumRows, [1, 0]);
  const product3 = tf.matMul(sumT, xRows);
  const total = tf.sum(hSum9, [0, 1]);
  rt.dispose(sumRows, xRows, sumT, hSum9);

  // input.attn:9  h = h + tanh((W @ h[time = position[time] - floor(2 ^ i) * position[tap]])[out as hidden] + b) * before
  const hProductT = tf.transpose(hProductRows2, [1, 0]);
  const hProduct17 = tf.matMul(hProductT, hJoinedRows);
  const hProduct18 = tf.reshape(hProduct17, [hidden, 2, hidden]);
  rt.dispose(hProductRows2, hJoinedRows, hProductT, hProduct17);
  const hTotal = tf.sum(hProduct13, [0, 1]);
  const hProductT2 = tf.transpose(hProductRows, [1, 0]);
  const hProduct19 = tf.matMul(hProductT2, hJoinedRows2);
  rt.dispose(hProduct13, hProductRows, hJoinedRows2, hProductT2);
  const hProduct20 = tf.reshape(hProduct19, [hidden, 2, hidden]);
  const hTotal2 = tf.sum(hProduct8, [0, 1]);
  rt.dispose(hProduct19, hProduct8);
  return {
    loss,
    metrics: {},
    gradients: {
      'h.Linear.W': product3,
      'h.Linear.b': total,
      'repeat[0].W': hProduct18,
      'repeat[0].b': hTotal,
      'repeat[1].W': hProduct20,
      'repeat[1].b': hTotal2,
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
      { path: 'h.Linear.W', axes: [{ label: 'out.hidden', size: n.hidden }, { label: 'in', size: n.notes }], outs: 1, init: { kind: 'glorot' } },
      { path: 'h.Linear.b', axes: [{ label: 'out.hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'repeat[0].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'repeat[0].b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'repeat[1].W', axes: [{ label: 'out', size: n.hidden }, { label: 'tap', size: 2 }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
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
