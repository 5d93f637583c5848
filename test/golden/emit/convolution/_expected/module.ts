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

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const shifted = rt.shift(batch.inputs.image, 1, 1);
  const shifted2 = rt.shift(batch.inputs.image, 1, -1);
  const shiftedRows = tf.reshape(shifted, [batchSize * columns * rows, colours]);
  const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
  const shiftedRows2 = tf.reshape(shifted2, [batchSize * columns * rows, colours]);
  const joined = tf.concat([shiftedRows, imageRows, shiftedRows2], 1);
  rt.dispose(shifted, shifted2, shiftedRows, imageRows, shiftedRows2);
  const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
  const shifted3 = rt.shift(joinedShaped, 2, 1);
  const shifted4 = rt.shift(joinedShaped, 2, -1);
  const shiftedRows3 = tf.reshape(shifted3, [batchSize * columns * rows, 3 * colours]);
  const joinedShaped2 = tf.reshape(joined, [batchSize * columns * rows, 3 * colours]);
  const shiftedRows4 = tf.reshape(shifted4, [batchSize * columns * rows, 3 * colours]);
  rt.dispose(joinedShaped, shifted3, joined, shifted4);
  const joined2 = tf.concat([shiftedRows3, joinedShaped2, shiftedRows4], 1);
  const joinedShaped3 = tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]);
  rt.dispose(shiftedRows3, joinedShaped2, shiftedRows4, joined2);
  const WT = tf.transpose(p['x.Near.W'], [2, 1, 3, 0]);
  const WRows = tf.reshape(WT, [9 * colours, filters]);
  const product = tf.matMul(joinedShaped3, WRows);
  const product2 = tf.reshape(product, [batchSize, rows, columns, filters]);
  rt.dispose(WT, joinedShaped3, WRows, product);
  const sum = tf.add(product2, p['x.Near.b']);
  const relu = tf.relu(sum);
  const shifted5 = rt.shift(relu, 1, 1);
  const shifted6 = rt.shift(relu, 1, -1);
  const shiftedRows5 = tf.reshape(shifted5, [batchSize * columns * rows, filters]);
  const reluRows = tf.reshape(relu, [batchSize * columns * rows, filters]);
  rt.dispose(product2, sum, shifted5, relu);
  const shiftedRows6 = tf.reshape(shifted6, [batchSize * columns * rows, filters]);
  const joined3 = tf.concat([shiftedRows5, reluRows, shiftedRows6], 1);
  rt.dispose(shifted6, shiftedRows5, reluRows, shiftedRows6);
  const joinedShaped4 = tf.reshape(joined3, [batchSize, rows, columns, 3, filters]);
  const shifted7 = rt.shift(joinedShaped4, 2, 1);
  const shifted8 = rt.shift(joinedShaped4, 2, -1);
  const shiftedRows7 = tf.reshape(shifted7, [batchSize * columns * rows, 3 * filters]);
  const joinedShaped5 = tf.reshape(joined3, [batchSize * columns * rows, 3 * filters]);
  const shiftedRows8 = tf.reshape(shifted8, [batchSize * columns * rows, 3 * filters]);
  rt.dispose(joinedShaped4, shifted7, joined3, shifted8);
  const joined4 = tf.concat([shiftedRows7, joinedShaped5, shiftedRows8], 1);
  const joinedShaped6 = tf.reshape(joined4, [batchSize * columns * rows, 9 * filters]);
  rt.dispose(shiftedRows7, joinedShaped5, shiftedRows8, joined4);
  const WT2 = tf.transpose(p['x.Near#2.W'], [2, 1, 3, 0]);
  const WRows2 = tf.reshape(WT2, [9 * filters, filters]);
  const product3 = tf.matMul(joinedShaped6, WRows2);
  const product4 = tf.reshape(product3, [batchSize, rows, columns, filters]);
  rt.dispose(WT2, joinedShaped6, WRows2, product3);
  const sum2 = tf.add(product4, p['x.Near#2.b']);
  const relu2 = tf.relu(sum2);
  rt.dispose(product4, sum2);

  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(relu2, [1, 2]);
  rt.dispose(relu2);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['Linear.W'], [1, 0]);
  const product5 = tf.matMul(mean, WT3);
  const sum3 = tf.add(product5, p['Linear.b']);
  rt.dispose(mean, WT3, product5);
  return { y: sum3 };
}

/** What pictureLoss gives. */
type PictureLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Class: the loss and the metrics, means over the batch. */
function pictureLoss(p: PictureParameters, batch: PictureBatch): PictureLossResults {
  const { batch: batchSize, colours, columns, filters, rows } = batch.n;

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const shifted = rt.shift(batch.inputs.image, 1, 1);
  const shifted2 = rt.shift(batch.inputs.image, 1, -1);
  const shiftedRows = tf.reshape(shifted, [batchSize * columns * rows, colours]);
  const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
  const shiftedRows2 = tf.reshape(shifted2, [batchSize * columns * rows, colours]);
  const joined = tf.concat([shiftedRows, imageRows, shiftedRows2], 1);
  rt.dispose(shifted, shifted2, shiftedRows, imageRows, shiftedRows2);
  const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
  const shifted3 = rt.shift(joinedShaped, 2, 1);
  const shifted4 = rt.shift(joinedShaped, 2, -1);
  const shiftedRows3 = tf.reshape(shifted3, [batchSize * columns * rows, 3 * colours]);
  const joinedShaped2 = tf.reshape(joined, [batchSize * columns * rows, 3 * colours]);
  const shiftedRows4 = tf.reshape(shifted4, [batchSize * columns * rows, 3 * colours]);
  rt.dispose(joinedShaped, shifted3, joined, shifted4);
  const joined2 = tf.concat([shiftedRows3, joinedShaped2, shiftedRows4], 1);
  const joinedShaped3 = tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]);
  rt.dispose(shiftedRows3, joinedShaped2, shiftedRows4, joined2);
  const WT = tf.transpose(p['x.Near.W'], [2, 1, 3, 0]);
  const WRows = tf.reshape(WT, [9 * colours, filters]);
  const product = tf.matMul(joinedShaped3, WRows);
  const product2 = tf.reshape(product, [batchSize, rows, columns, filters]);
  rt.dispose(WT, joinedShaped3, WRows, product);
  const sum = tf.add(product2, p['x.Near.b']);
  const relu = tf.relu(sum);
  const shifted5 = rt.shift(relu, 1, 1);
  const shifted6 = rt.shift(relu, 1, -1);
  const shiftedRows5 = tf.reshape(shifted5, [batchSize * columns * rows, filters]);
  const reluRows = tf.reshape(relu, [batchSize * columns * rows, filters]);
  rt.dispose(product2, sum, shifted5, relu);
  const shiftedRows6 = tf.reshape(shifted6, [batchSize * columns * rows, filters]);
  const joined3 = tf.concat([shiftedRows5, reluRows, shiftedRows6], 1);
  rt.dispose(shifted6, shiftedRows5, reluRows, shiftedRows6);
  const joinedShaped4 = tf.reshape(joined3, [batchSize, rows, columns, 3, filters]);
  const shifted7 = rt.shift(joinedShaped4, 2, 1);
  const shifted8 = rt.shift(joinedShaped4, 2, -1);
  const shiftedRows7 = tf.reshape(shifted7, [batchSize * columns * rows, 3 * filters]);
  const joinedShaped5 = tf.reshape(joined3, [batchSize * columns * rows, 3 * filters]);
  const shiftedRows8 = tf.reshape(shifted8, [batchSize * columns * rows, 3 * filters]);
  rt.dispose(joinedShaped4, shifted7, joined3, shifted8);
  const joined4 = tf.concat([shiftedRows7, joinedShaped5, shiftedRows8], 1);
  const joinedShaped6 = tf.reshape(joined4, [batchSize * columns * rows, 9 * filters]);
  rt.dispose(shiftedRows7, joinedShaped5, shiftedRows8, joined4);
  const WT2 = tf.transpose(p['x.Near#2.W'], [2, 1, 3, 0]);
  const WRows2 = tf.reshape(WT2, [9 * filters, filters]);
  const product3 = tf.matMul(joinedShaped6, WRows2);
  const product4 = tf.reshape(product3, [batchSize, rows, columns, filters]);
  rt.dispose(WT2, joinedShaped6, WRows2, product3);
  const sum2 = tf.add(product4, p['x.Near#2.b']);
  const relu2 = tf.relu(sum2);
  rt.dispose(product4, sum2);

  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(relu2, [1, 2]);
  rt.dispose(relu2);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['Linear.W'], [1, 0]);
  const product5 = tf.matMul(mean, WT3);
  const sum3 = tf.add(product5, p['Linear.b']);
  rt.dispose(mean, WT3, product5);

  // input.attn:16  loss = cross_entropy[classes](y, label)
  const lossLogWeights = rt.logSoftmax(sum3);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.label, 1, 1);
  const lossNegative = tf.neg(lossPicked);
  const loss = tf.mean(lossNegative);
  rt.dispose(sum3, lossLogWeights, lossPicked, lossNegative);
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

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const shifted = rt.shift(batch.inputs.image, 1, 1);
  const shifted2 = rt.shift(batch.inputs.image, 1, -1);
  const shiftedRows = tf.reshape(shifted, [batchSize * columns * rows, colours]);
  const imageRows = tf.reshape(batch.inputs.image, [batchSize * columns * rows, colours]);
  const shiftedRows2 = tf.reshape(shifted2, [batchSize * columns * rows, colours]);
  const joined = tf.concat([shiftedRows, imageRows, shiftedRows2], 1);
  rt.dispose(shifted, shifted2, shiftedRows, imageRows, shiftedRows2);
  const joinedShaped = tf.reshape(joined, [batchSize, rows, columns, 3, colours]);
  const shifted3 = rt.shift(joinedShaped, 2, 1);
  const shifted4 = rt.shift(joinedShaped, 2, -1);
  const shiftedRows3 = tf.reshape(shifted3, [batchSize * columns * rows, 3 * colours]);
  const joinedShaped2 = tf.reshape(joined, [batchSize * columns * rows, 3 * colours]);
  const shiftedRows4 = tf.reshape(shifted4, [batchSize * columns * rows, 3 * colours]);
  rt.dispose(joinedShaped, shifted3, joined, shifted4);
  const joined2 = tf.concat([shiftedRows3, joinedShaped2, shiftedRows4], 1);
  const joinedShaped3 = tf.reshape(joined2, [batchSize * columns * rows, 9 * colours]);
  rt.dispose(shiftedRows3, joinedShaped2, shiftedRows4, joined2);
  const WT = tf.transpose(p['x.Near.W'], [2, 1, 3, 0]);
  const WRows = tf.reshape(WT, [9 * colours, filters]);
  const product = tf.matMul(joinedShaped3, WRows);
  const product2 = tf.reshape(product, [batchSize, rows, columns, filters]);
  const sum = tf.add(product2, p['x.Near.b']);
  rt.dispose(WT, WRows, product, product2);
  const relu = tf.relu(sum);
  const shifted5 = rt.shift(relu, 1, 1);
  const shifted6 = rt.shift(relu, 1, -1);
  const shiftedRows5 = tf.reshape(shifted5, [batchSize * columns * rows, filters]);
  const reluRows = tf.reshape(relu, [batchSize * columns * rows, filters]);
  const shiftedRows6 = tf.reshape(shifted6, [batchSize * columns * rows, filters]);
  const joined3 = tf.concat([shiftedRows5, reluRows, shiftedRows6], 1);
  rt.dispose(sum, shifted5, shifted6, shiftedRows5, reluRows, shiftedRows6);
  const joinedShaped4 = tf.reshape(joined3, [batchSize, rows, columns, 3, filters]);
  const shifted7 = rt.shift(joinedShaped4, 2, 1);
  const shifted8 = rt.shift(joinedShaped4, 2, -1);
  const shiftedRows7 = tf.reshape(shifted7, [batchSize * columns * rows, 3 * filters]);
  const joinedShaped5 = tf.reshape(joined3, [batchSize * columns * rows, 3 * filters]);
  const shiftedRows8 = tf.reshape(shifted8, [batchSize * columns * rows, 3 * filters]);
  rt.dispose(joinedShaped4, shifted7, joined3, shifted8);
  const joined4 = tf.concat([shiftedRows7, joinedShaped5, shiftedRows8], 1);
  const joinedShaped6 = tf.reshape(joined4, [batchSize * columns * rows, 9 * filters]);
  rt.dispose(shiftedRows7, joinedShaped5, shiftedRows8, joined4);
  const WT2 = tf.transpose(p['x.Near#2.W'], [2, 1, 3, 0]);
  const WRows2 = tf.reshape(WT2, [9 * filters, filters]);
  const product3 = tf.matMul(joinedShaped6, WRows2);
  const product4 = tf.reshape(product3, [batchSize, rows, columns, filters]);
  const sum2 = tf.add(product4, p['x.Near#2.b']);
  rt.dispose(WT2, WRows2, product3, product4);
  const relu2 = tf.relu(sum2);
  rt.dispose(sum2);

  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const mean = tf.mean(relu2, [1, 2]);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['Linear.W'], [1, 0]);
  const product5 = tf.matMul(mean, WT3);
  const sum3 = tf.add(product5, p['Linear.b']);
  rt.dispose(WT3, product5);

  // input.attn:16  loss = cross_entropy[classes](y, label)
  const lossLogWeights = rt.logSoftmax(sum3);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.label, 1, 1);
  const lossNegative = tf.neg(lossPicked);
  const loss = tf.mean(lossNegative);
  rt.dispose(sum3, lossPicked, lossNegative);

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const isGreater = tf.greater(relu, 0);
  const isGreater2 = tf.greater(relu2, 0);
  rt.dispose(relu, relu2);

  // input.attn:16  loss = cross_entropy[classes](y, label)
  const lossFilled = tf.fill([batchSize], -((1 / batchSize)));
  const lossScattered = rt.scatter(batch.inputs.label, lossFilled, classes, 1);
  const lossExp = tf.exp(lossLogWeights);
  const lossTotal = tf.sum(lossScattered, 1, true);
  const lossProduct = tf.mul(lossExp, lossTotal);
  rt.dispose(lossFilled, lossLogWeights, lossExp, lossTotal);
  const lossDifference = tf.sub(lossScattered, lossProduct);
  rt.dispose(lossScattered, lossProduct);

  // layers.attn:4  W @ x + b
  const product6 = tf.matMul(lossDifference, p['Linear.W']);

  // input.attn:12  Linear[classes](mean[rows, columns](x))
  const quotient = tf.div(product6, rows * columns);
  rt.dispose(product6);

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const quotientWide = tf.reshape(quotient, [batchSize, 1, 1, filters]);
  const chosen = rt.where(isGreater2, quotientWide, 0);
  const chosenRows = tf.reshape(chosen, [batchSize * columns * rows, filters]);
  const WRows3 = tf.reshape(p['x.Near#2.W'], [filters, 9 * filters]);
  const product7 = tf.matMul(chosenRows, WRows3);
  rt.dispose(quotient, isGreater2, quotientWide, WRows3);
  const product8 = tf.reshape(product7, [3 * batchSize * columns * rows, 3 * filters]);
  const part = tf.slice(product8, [0, filters], [-1, filters]);
  const part2 = tf.slice(product8, [0, 2 * filters], [-1, filters]);
  const partShaped = tf.reshape(part2, [batchSize, rows, columns, 3, filters]);
  const shifted9 = rt.shift(partShaped, 2, 1);
  const partRows = tf.reshape(part, [3 * batchSize * columns * filters * rows]);
  rt.dispose(product7, part2, partShaped, part);
  const shiftedRows9 = tf.reshape(shifted9, [3 * batchSize * columns * filters * rows]);
  const sum4 = tf.add(partRows, shiftedRows9);
  const part3 = tf.slice(product8, [0, 0], [-1, filters]);
  rt.dispose(shifted9, partRows, shiftedRows9, product8);
  const partShaped2 = tf.reshape(part3, [batchSize, rows, columns, 3, filters]);
  const shifted10 = rt.shift(partShaped2, 2, -1);
  const shiftedRows10 = tf.reshape(shifted10, [3 * batchSize * columns * filters * rows]);
  const sum5 = tf.add(sum4, shiftedRows10);
  rt.dispose(part3, partShaped2, shifted10, sum4, shiftedRows10);
  const sumShaped = tf.reshape(sum5, [batchSize * columns * rows, 3 * filters]);
  const part4 = tf.slice(sumShaped, [0, filters], [-1, filters]);
  const partShaped3 = tf.reshape(part4, [batchSize, rows, columns, filters]);
  const part5 = tf.slice(sumShaped, [0, 2 * filters], [-1, filters]);
  const partShaped4 = tf.reshape(part5, [batchSize, rows, columns, filters]);
  const shifted11 = rt.shift(partShaped4, 1, 1);
  rt.dispose(sum5, part4, part5, partShaped4);
  const sum6 = tf.add(partShaped3, shifted11);
  const part6 = tf.slice(sumShaped, [0, 0], [-1, filters]);
  const partShaped5 = tf.reshape(part6, [batchSize, rows, columns, filters]);
  rt.dispose(partShaped3, shifted11, sumShaped, part6);
  const shifted12 = rt.shift(partShaped5, 1, -1);
  const sum7 = tf.add(sum6, shifted12);
  const chosen2 = rt.where(isGreater, sum7, 0);
  rt.dispose(partShaped5, sum6, shifted12, isGreater, sum7);
  const chosenRows2 = tf.reshape(chosen2, [batchSize * columns * rows, filters]);
  const chosenT = tf.transpose(chosenRows2, [1, 0]);
  const product9 = tf.matMul(chosenT, joinedShaped3);
  const product10 = tf.reshape(product9, [filters, 3, 3, colours]);
  rt.dispose(chosenRows2, joinedShaped3, chosenT, product9);

  // input.attn:5  param W: [out <- dy, dx, in], b: [out]
  const productT = tf.transpose(product10, [0, 2, 1, 3]);
  rt.dispose(product10);

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const total = tf.sum(chosen2, [0, 1, 2]);
  const chosenT2 = tf.transpose(chosenRows, [1, 0]);
  const product11 = tf.matMul(chosenT2, joinedShaped6);
  rt.dispose(chosen2, chosenRows, joinedShaped6, chosenT2);
  const product12 = tf.reshape(product11, [filters, 3, 3, filters]);
  rt.dispose(product11);

  // input.attn:5  param W: [out <- dy, dx, in], b: [out]
  const productT2 = tf.transpose(product12, [0, 2, 1, 3]);
  rt.dispose(product12);

  // input.attn:6  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
  const total2 = tf.sum(chosen, [0, 1, 2]);
  rt.dispose(chosen);

  // layers.attn:4  W @ x + b
  const differenceT = tf.transpose(lossDifference, [1, 0]);
  const product13 = tf.matMul(differenceT, mean);
  const total3 = tf.sum(lossDifference, 0);
  rt.dispose(mean, differenceT, lossDifference);
  return {
    loss,
    metrics: {},
    gradients: {
      'x.Near.W': productT,
      'x.Near.b': total,
      'x.Near#2.W': productT2,
      'x.Near#2.b': total2,
      'Linear.W': product13,
      'Linear.b': total3,
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
      { path: 'x.Near.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.colours }], outs: 1, init: { kind: 'glorot' } },
      { path: 'x.Near.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
      { path: 'x.Near#2.W', axes: [{ label: 'out', size: n.filters }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'in', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
      { path: 'x.Near#2.b', axes: [{ label: 'out', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.filters }], outs: 1, init: { kind: 'glorot' } },
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
