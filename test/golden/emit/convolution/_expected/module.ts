/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Picture that its constructor may be given. */
export type PictureDims = {
  /** Default 8. */
  readonly rows: number;
  /** Default 8. */
  readonly columns: number;
  /** Default 1. */
  readonly colours: number;
  /** Default 4. */
  readonly filters: number;
  /** Default 3. */
  readonly classes: number;
};

/** One example of Picture. */
export interface PictureInput {
  /** `[rows, columns, colours]` */
  readonly image: readonly (readonly rt.Floats[])[];
}

/** What the objectives need besides. */
export interface PictureTarget {
  /** `index(classes)[]` */
  readonly label: number;
}

/** What Picture gives for one example. */
export type PictureOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type PictureSizes = {
  readonly rows: number;
  readonly columns: number;
  readonly colours: number;
  readonly filters: number;
  readonly classes: number;
  readonly batch: number;
};

/** Parameters by path. */
type PictureParameters = {
  readonly 'x.Near.W': tf.Tensor;
  readonly 'x.Near.b': tf.Tensor;
  readonly 'x.Near#2.W': tf.Tensor;
  readonly 'x.Near#2.b': tf.Tensor;
  readonly 'Linear.W': tf.Tensor;
  readonly 'Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type PictureBatch = {
  readonly n: PictureSizes;
  readonly inputs: { readonly image: tf.Tensor; readonly label: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type PictureResults = { readonly y: tf.Tensor };

/** The outputs of Picture, batch first. */
function pictureForward(p: PictureParameters, batch: PictureBatch): PictureResults {
  const { batch: batchSize, colours, columns, filters, rows } = batch.n;
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const relu = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(batch.inputs.image, 1, -1), [batchSize * columns * rows, colours]);
    const shiftedRows2 = tf.reshape(rt.shift(batch.inputs.image, 1, 1), [batchSize * columns * rows, colours]);
    const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
    const joined = tf.concat([shiftedRows2, imageRows, shiftedRows], 1);
    const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, 3 * colours]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, 3 * colours]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * colours]), shiftedRows3], 1);
    const WProduct = tf.matMul(tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]), p['x.Near.W']);
    return tf.relu(tf.add(tf.reshape(WProduct, [batchSize, rows, columns, filters]), p['x.Near.b']));
  });
  const x = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(relu, 1, -1), [batchSize * columns * rows, filters]);
    const shiftedRows2 = tf.reshape(rt.shift(relu, 1, 1), [batchSize * columns * rows, filters]);
    const joined = tf.concat([shiftedRows2, tf.reshape(relu, [batchSize * columns * rows, filters]), shiftedRows], 1);
    const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, filters]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, 3 * filters]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, 3 * filters]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * filters]), shiftedRows3], 1);
    const WProduct = tf.matMul(tf.reshape(joined2, [batchSize * columns * rows, 9 * filters]), p['x.Near#2.W']);
    return tf.relu(tf.add(tf.reshape(WProduct, [batchSize, rows, columns, filters]), p['x.Near#2.b']));
  });
  rt.dispose(relu);
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(x, [1, 2]);
  rt.dispose(x);
  // layers.attn:4  W @ x + b
  const y = tf.tidy(() => tf.add(tf.matMul(mean, p['Linear.W']), p['Linear.b']));
  rt.dispose(mean);
  return { y };
}

/** What pictureLoss gives. */
type PictureLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Class: the loss and the metrics, means over the batch. */
function pictureLoss(p: PictureParameters, batch: PictureBatch): PictureLossResults {
  const { batch: batchSize, colours, columns, filters, rows } = batch.n;
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const relu = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(batch.inputs.image, 1, -1), [batchSize * columns * rows, colours]);
    const shiftedRows2 = tf.reshape(rt.shift(batch.inputs.image, 1, 1), [batchSize * columns * rows, colours]);
    const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
    const joined = tf.concat([shiftedRows2, imageRows, shiftedRows], 1);
    const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, 3 * colours]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, 3 * colours]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * colours]), shiftedRows3], 1);
    const WProduct = tf.matMul(tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]), p['x.Near.W']);
    return tf.relu(tf.add(tf.reshape(WProduct, [batchSize, rows, columns, filters]), p['x.Near.b']));
  });
  const x = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(relu, 1, -1), [batchSize * columns * rows, filters]);
    const shiftedRows2 = tf.reshape(rt.shift(relu, 1, 1), [batchSize * columns * rows, filters]);
    const joined = tf.concat([shiftedRows2, tf.reshape(relu, [batchSize * columns * rows, filters]), shiftedRows], 1);
    const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, filters]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, 3 * filters]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, 3 * filters]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * filters]), shiftedRows3], 1);
    const WProduct = tf.matMul(tf.reshape(joined2, [batchSize * columns * rows, 9 * filters]), p['x.Near#2.W']);
    return tf.relu(tf.add(tf.reshape(WProduct, [batchSize, rows, columns, filters]), p['x.Near#2.b']));
  });
  rt.dispose(relu);
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(x, [1, 2]);
  rt.dispose(x);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(mean, p['Linear.W']), p['Linear.b']));
  rt.dispose(mean);
  // input.attn:16  loss = cross_entropy[classes](y, label)
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(rt.logSoftmax(sum), batch.inputs.label, 1, 1))));
  rt.dispose(sum);
  return {
    loss,
    metrics: {},
  };
}

/** What pictureGradients gives. */
type PictureGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: PictureParameters;
};

/** Class: as the loss, dropout on, and its gradient by every parameter. */
function pictureGradients(p: PictureParameters, batch: PictureBatch, _random: rt.Random): PictureGradientsResults {
  const { batch: batchSize, classes, colours, columns, filters, rows } = batch.n;
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const joinedShaped = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(batch.inputs.image, 1, -1), [batchSize * columns * rows, colours]);
    const shiftedRows2 = tf.reshape(rt.shift(batch.inputs.image, 1, 1), [batchSize * columns * rows, colours]);
    const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
    const joined = tf.concat([shiftedRows2, imageRows, shiftedRows], 1);
    const joinedShaped2 = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped2, 2, -1), [batchSize * columns * rows, 3 * colours]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped2, 2, 1), [batchSize * columns * rows, 3 * colours]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * colours]), shiftedRows3], 1);
    return tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]);
  });
  const relu = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(joinedShaped, p['x.Near.W']), [batchSize, rows, columns, filters]);
    return tf.relu(tf.add(WProduct, p['x.Near.b']));
  });
  const joinedShaped2 = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(relu, 1, -1), [batchSize * columns * rows, filters]);
    const shiftedRows2 = tf.reshape(rt.shift(relu, 1, 1), [batchSize * columns * rows, filters]);
    const joined = tf.concat([shiftedRows2, tf.reshape(relu, [batchSize * columns * rows, filters]), shiftedRows], 1);
    const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, filters]);
    const shiftedRows3 = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * columns * rows, 3 * filters]);
    const shiftedRows4 = tf.reshape(rt.shift(joinedShaped, 2, 1), [batchSize * columns * rows, 3 * filters]);
    const joined2 = tf.concat([shiftedRows4, tf.reshape(joined, [batchSize * columns * rows, 3 * filters]), shiftedRows3], 1);
    return tf.reshape(joined2, [batchSize * columns * rows, 9 * filters]);
  });
  const x = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(joinedShaped2, p['x.Near#2.W']), [batchSize, rows, columns, filters]);
    return tf.relu(tf.add(WProduct, p['x.Near#2.b']));
  });
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(x, [1, 2]);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(mean, p['Linear.W']), p['Linear.b']));
  // input.attn:16  loss = cross_entropy[classes](y, label)
  const logSoftmax = rt.logSoftmax(sum);
  const loss = tf.tidy(() => tf.mean(tf.neg(tf.gather(logSoftmax, batch.inputs.label, 1, 1))));
  const lossDifference = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs.label, tf.fill([batchSize], -(1 / batchSize)), classes, 1);
    return tf.sub(scattered, tf.mul(tf.exp(logSoftmax), tf.sum(scattered, 1, true)));
  });
  rt.dispose(sum, logSoftmax);
  // layers.attn:4  W @ x + b
  const WProduct = tf.matMul(lossDifference, p['Linear.W'], false, true);
  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const dX = tf.div(WProduct, rows * columns);
  rt.dispose(WProduct);
  // input.attn:5  param W: [out <- dy, dx, in], b: [out]
  const WT = tf.tidy(() => tf.transpose(tf.reshape(p['x.Near#2.W'], [3, 3, filters, filters]), [3, 1, 0, 2]));
  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[d…
  const isGreater = tf.greater(relu, 0);
  const chosen = tf.tidy(() => rt.where(tf.greater(x, 0), tf.reshape(dX, [batchSize, 1, 1, filters]), 0));
  const chosenRows = tf.reshape(chosen, [batchSize * columns * rows, filters]);
  const near2WProduct = tf.tidy(() => {
    const WProduct = tf.matMul(chosenRows, tf.reshape(WT, [filters, 9 * filters]));
    return tf.reshape(WProduct, [3 * batchSize * columns * rows, 3 * filters]);
  });
  rt.dispose(relu, x, dX, WT);
  const sum2 = tf.tidy(() => {
    const partShaped = tf.reshape(tf.slice(near2WProduct, [0, 2 * filters], [-1, filters]), [batchSize, rows, columns, 3, filters]);
    const partRows = tf.reshape(tf.slice(near2WProduct, [0, filters], [-1, filters]), [3 * batchSize * columns * filters * rows]);
    return tf.add(partRows, tf.reshape(rt.shift(partShaped, 2, 1), [3 * batchSize * columns * filters * rows]));
  });
  const shiftedRows = tf.tidy(() => {
    const partShaped = tf.reshape(tf.slice(near2WProduct, [0, 0], [-1, filters]), [batchSize, rows, columns, 3, filters]);
    return tf.reshape(rt.shift(partShaped, 2, -1), [3 * batchSize * columns * filters * rows]);
  });
  const chosen2 = tf.tidy(() => {
    const sumShaped = tf.reshape(tf.add(sum2, shiftedRows), [batchSize * columns * rows, 3 * filters]);
    const partShaped = tf.reshape(tf.slice(sumShaped, [0, 2 * filters], [-1, filters]), [batchSize, rows, columns, filters]);
    const partShaped2 = tf.reshape(tf.slice(sumShaped, [0, filters], [-1, filters]), [batchSize, rows, columns, filters]);
    const shifted = rt.shift(tf.reshape(tf.slice(sumShaped, [0, 0], [-1, filters]), [batchSize, rows, columns, filters]), 1, -1);
    return rt.where(isGreater, tf.add(tf.add(partShaped2, rt.shift(partShaped, 1, 1)), shifted), 0);
  });
  rt.dispose(near2WProduct, isGreater, sum2, shiftedRows);
  const product = tf.tidy(() =>
    tf.matMul(tf.reshape(chosen2, [batchSize * columns * rows, filters]), joinedShaped, true),
  );
  const dB = tf.sum(chosen2, [0, 1, 2]);
  const product2 = tf.matMul(chosenRows, joinedShaped2, true);
  rt.dispose(joinedShaped, chosen2, joinedShaped2, chosenRows);
  const dNear2B = tf.sum(chosen, [0, 1, 2]);
  rt.dispose(chosen);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(lossDifference, mean, true);
  const dLinearB = tf.sum(lossDifference, 0);
  rt.dispose(mean, lossDifference);
  // input.attn:5  param W: [out <- dy, dx, in], b: [out]
  const dNearW = tf.transpose(product, [1, 0]);
  const dNear2W = tf.transpose(product2, [1, 0]);
  rt.dispose(product, product2);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  return {
    loss,
    metrics: {},
    gradients: {
      'x.Near.W': dNearW,
      'x.Near.b': dB,
      'x.Near#2.W': dNear2W,
      'x.Near#2.b': dNear2B,
      'Linear.W': dLinearW,
      'Linear.b': dLinearB,
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
  parameters(n: PictureSizes) {
    return [
      { path: 'x.Near.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.colours }], outs: 1, stored: [[2, 1, 3], [0]], init: { kind: 'glorot' } },
      { path: 'x.Near.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
      { path: 'x.Near#2.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.filters }], outs: 1, stored: [[2, 1, 3], [0]], init: { kind: 'glorot' } },
      { path: 'x.Near#2.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.filters }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.classes', size: n.classes }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: PictureSizes) {
    return [
      { name: 'image', elem: 'float', axes: [{ label: 'rows', size: n.rows }, { label: 'columns', size: n.columns }, { label: 'colours', size: n.colours }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
  },
  forward: pictureForward,
  objectives: [
    {
      name: 'Class',
      given(n: PictureSizes) {
        return [
          { name: 'label', elem: 'index', axes: [], indexes: { label: 'classes', size: n.classes } },
        ];
      },
      updates: [
        {
          loss: pictureLoss,
          gradients: pictureGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Picture extends rt.Model<PictureDims, PictureInput, PictureTarget, PictureOutput> {
  constructor(options: rt.ModelOptions<PictureDims> = {}) {
    super(pictureDefinition, options);
  }
}
