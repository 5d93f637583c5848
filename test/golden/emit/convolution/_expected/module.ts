/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Picture that its constructor may be given. */
export type PictureDims = {
  /** Default 8. */ readonly rows: number;
  /** Default 8. */ readonly columns: number;
  /** Default 1. */ readonly colours: number;
  /** Default 4. */ readonly filters: number;
  /** Default 3. */ readonly classes: number;
};

/** One example of Picture. */
export interface PictureInput {
  /** `[rows, columns, colours]` */ readonly image: readonly (readonly rt.Floats[])[];
}

/** What the objectives need besides. */
export interface PictureTarget {
  /** `index(classes)[]` */ readonly label: number;
}

/** What Picture gives for one example. */
export type PictureOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type PictureSizes = Readonly<Record<'rows' | 'columns' | 'colours' | 'filters' | 'classes' | 'batch', number>>;

/** Parameters. */
type NearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type XParameters = { readonly Near: NearParameters; readonly 'Near#2': NearParameters };
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type PictureParameters = { readonly x: XParameters; readonly Linear: LinearParameters };

/** Padded examples on the device. */
type PictureBatch = {
  readonly n: PictureSizes;
  readonly inputs: { readonly image: tf.Tensor; readonly label: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

function near(p: NearParameters, n: PictureSizes, x: tf.Tensor, colours: number, v3Colours: number) {
  const { batch: batchSize, columns, filters, rows } = n;
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const joined = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(x, 1, -1), [batchSize * columns * rows, colours]);
    const shiftedRows2 = tf.reshape(rt.shift(x, 1, 1), [batchSize * columns * rows, colours]);
    const joined2 = tf.concat([shiftedRows2, tf.reshape(x, [batchSize * columns * rows, colours]), shiftedRows], 1);
    const joinedShaped = tf.reshape(joined2, [batchSize, rows, columns, 3, colours]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, v3Colours]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, v3Colours]);
    return tf.concat([shiftedRows4, joined2, shiftedRows3], 1);
  });
  const relu = tf.tidy(() =>
    tf.relu(tf.add(tf.reshape(tf.matMul(joined, p.W), [batchSize, rows, columns, filters]), p.b)),
  );
  return { relu, joined };
}

function class_(sum: tf.Tensor, label: tf.Tensor) {
  // input.attn:16  loss = cross_entropy[classes](y, label)
  const logSoftmax = rt.logSoftmax(sum);
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(logSoftmax, label, 1, 1))));
  return { loss, logSoftmax };
}

function nearBackward(p: NearParameters, n: PictureSizes, x: tf.Tensor, dResult: tf.Tensor, joined: tf.Tensor) {
  const { batch: batchSize, columns, filters, rows } = n;
  // input.attn:5  param W: [out <- dy, dx, in], b: [out]
  const WT = tf.tidy(() => tf.transpose(tf.reshape(p.W, [3, 3, filters, filters]), [3, 1, 0, 2]));
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const chosen = tf.tidy(() => rt.where(tf.greater(x, 0), tf.reshape(dResult, [batchSize, 1, 1, filters]), 0));
  const chosenRows = tf.reshape(chosen, [batchSize * columns * rows, filters]);
  const WProduct = tf.tidy(() => {
    const near2WProduct = tf.matMul(chosenRows, tf.reshape(WT, [filters, 9 * filters]));
    return tf.reshape(near2WProduct, [3 * batchSize * columns * rows, 3 * filters]);
  });
  const sum = tf.tidy(() => {
    const partShaped = tf.reshape(tf.slice(WProduct, [0, 2 * filters], [-1, filters]), [batchSize, rows, columns, 3, filters]);
    const partRows = tf.reshape(tf.slice(WProduct, [0, filters], [-1, filters]), [3 * batchSize * columns * filters * rows]);
    return tf.add(partRows, tf.reshape(rt.shift(partShaped, 2, 1), [3 * batchSize * columns * filters * rows]));
  });
  const partShaped = tf.tidy(() =>
    tf.reshape(tf.slice(WProduct, [0, 0], [-1, filters]), [batchSize, rows, columns, 3, filters]),
  );
  const sum2 = tf.tidy(() => {
    const sum3 = tf.add(sum, tf.reshape(rt.shift(partShaped, 2, -1), [3 * batchSize * columns * filters * rows]));
    const sumShaped = tf.reshape(sum3, [batchSize * columns * rows, 3 * filters]);
    const partShaped2 = tf.reshape(tf.slice(sumShaped, [0, 2 * filters], [-1, filters]), [batchSize, rows, columns, filters]);
    const partShaped3 = tf.reshape(tf.slice(sumShaped, [0, filters], [-1, filters]), [batchSize, rows, columns, filters]);
    const shifted = rt.shift(tf.reshape(tf.slice(sumShaped, [0, 0], [-1, filters]), [batchSize, rows, columns, filters]), 1, -1);
    return tf.add(tf.add(partShaped3, rt.shift(partShaped2, 1, 1)), shifted);
  });
  rt.dispose(WT, WProduct, sum, partShaped);
  const dB = tf.sum(chosen, [0, 1, 2]);
  const dW = tf.matMul(joined, chosenRows, true);
  rt.dispose(chosen, chosenRows);
  return { gradients: { W: dW, b: dB }, sum: sum2 };
}

function picture2(p: PictureParameters, n: PictureSizes, image: tf.Tensor) {
  const { colours, filters } = n;
  const { relu, joined: xJoined } = near(p.x.Near, n, image, colours, 3 * colours);
  const { relu: x, joined } = near(p.x['Near#2'], n, relu, filters, 3 * filters);
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(x, [1, 2]);
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(mean, p.Linear.W), p.Linear.b));
  return { sum, x, joined, relu, xJoined, mean };
}

/** Outputs by name, [batch, …]. */
type PictureResults = { readonly y: tf.Tensor };

/** The outputs of Picture, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function pictureForward(p: PictureParameters, batch: PictureBatch): PictureResults {
  const { sum: y, x, joined, relu, xJoined, mean } = picture2(p, batch.n, batch.inputs.image);
  rt.dispose(x, joined, relu, xJoined, mean);
  return { y };
}

/** Class: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function pictureLoss(p: PictureParameters, batch: PictureBatch): rt.LossTensors {
  const { sum, x, joined, relu, xJoined, mean } = picture2(p, batch.n, batch.inputs.image);
  rt.dispose(x, joined, relu, xJoined, mean);
  const { loss, logSoftmax } = class_(sum, batch.inputs.label);
  rt.dispose(sum, logSoftmax);
  return { loss, metrics: {} };
}

/** Class: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function pictureGradients(p: PictureParameters, batch: PictureBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, classes, columns, filters, rows } = batch.n;
  const { sum, x, joined, relu, xJoined, mean } = picture2(p, batch.n, batch.inputs.image);
  const { loss, logSoftmax } = class_(sum, batch.inputs.label);
  rt.dispose(sum);
  // input.attn:16  loss = cross_entropy[classes](y, label)
  const lossDifference = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs.label, tf.fill([batchSize], -(1 / batchSize)), classes, 1);
    return tf.sub(scattered, tf.mul(tf.exp(logSoftmax), tf.sum(scattered, 1, true)));
  });
  rt.dispose(logSoftmax);
  // std/layers.attn:4  W @ x + b
  const WProduct = tf.matMul(lossDifference, p.Linear.W, false, true);
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const dX = tf.div(WProduct, rows * columns);
  const { gradients: dNear, sum: xSum } = nearBackward(p.x['Near#2'], batch.n, x, dX, joined);
  rt.dispose(WProduct, x, joined, dX);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(lossDifference, 0);
  const dW = tf.matMul(mean, lossDifference, true);
  rt.dispose(mean, lossDifference);
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const chosen = tf.tidy(() => rt.where(tf.greater(relu, 0), xSum, 0));
  const dNearB = tf.sum(chosen, [0, 1, 2]);
  const dNearW = tf.tidy(() => tf.matMul(xJoined, tf.reshape(chosen, [batchSize * columns * rows, filters]), true));
  rt.dispose(relu, xSum, xJoined, chosen);
  return {
    loss,
    metrics: {},
    gradients: {
      'x.Near.W': dNearW,
      'x.Near.b': dNearB,
      ...rt.below('x.Near#2', dNear),
      'Linear.W': dW,
      'Linear.b': dB,
    },
  };
}

const pictureDefinition: rt.Definition = {
  name: 'Picture',
  source: 'input.attn',
  hyperparameters: { rows: 8, columns: 8, colours: 1, filters: 4, classes: 3 },
  ragged: [],
  sizes(n: PictureDims) {
    return { rows: n.rows, columns: n.columns, colours: n.colours, filters: n.filters, classes: n.classes };
  },
  parameters: (n: PictureSizes) => [
    { path: 'x.Near.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.colours }], outs: 1, stored: [[2, 1, 3], [0]], init: { kind: 'glorot' } },
    { path: 'x.Near.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
    { path: 'x.Near#2.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.filters }], outs: 1, stored: [[2, 1, 3], [0]], init: { kind: 'glorot' } },
    { path: 'x.Near#2.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
    { path: 'Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.filters }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Linear.b', axes: [{ label: 'out.classes', size: n.classes }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: PictureSizes) => [{ name: 'image', elem: 'float', axes: [{ label: 'rows', size: n.rows }, { label: 'columns', size: n.columns }, { label: 'colours', size: n.colours }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
  },
  forward: pictureForward,
  objectives: [
    {
      name: 'Class',
      given: (n: PictureSizes) => [{ name: 'label', elem: 'index', axes: [], indexes: { label: 'classes', size: n.classes } }],
      updates: [{ loss: pictureLoss, gradients: pictureGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Picture extends rt.Model<PictureDims, PictureInput, PictureTarget, PictureOutput> {
  constructor(options: rt.ModelOptions<PictureDims> = {}) {
    super(pictureDefinition, options);
  }
}
