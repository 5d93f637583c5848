/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Double that its constructor may be given. */
export type DoubleDims = {
  /** Default 4. */
  readonly n: number;
};

/** One example of Double. */
export interface DoubleInput {
  /** `[n]` */
  readonly x: rt.Floats;
  /** `[n]` */
  readonly h: rt.Floats;
}

/** What the objectives need besides. */
export interface DoubleTarget {
}

/** What Double gives for one example. */
export type DoubleOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type DoubleSizes = {
  readonly n: number;
  readonly batch: number;
};

/** Parameters by path. */
type DoubleParameters = {
  readonly 'y.GRU.Wz': tf.Tensor;
  readonly 'y.GRU.Wr': tf.Tensor;
  readonly 'y.GRU.W': tf.Tensor;
  readonly 'y.GRU.Uz': tf.Tensor;
  readonly 'y.GRU.Ur': tf.Tensor;
  readonly 'y.GRU.U': tf.Tensor;
  readonly 'y.GRU.bz': tf.Tensor;
  readonly 'y.GRU.br': tf.Tensor;
  readonly 'y.GRU.b': tf.Tensor;
};

/** Padded examples on the device. */
type DoubleBatch = {
  readonly n: DoubleSizes;
  readonly inputs: { readonly h: tf.Tensor; readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type DoubleResults = { readonly y: tf.Tensor };

/** The outputs of Double, batch first. */
function doubleForward(p: DoubleParameters, batch: DoubleBatch): DoubleResults {
  // lib.attn:1  block Twice(x: [n]) -> [n] { 2 * x }
  const product = tf.mul(batch.inputs.x, 2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT = tf.transpose(p['y.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(product, zWzT);
  const zUzT = tf.transpose(p['y.GRU.Uz'], [1, 0]);
  const zProduct2 = tf.matMul(batch.inputs.h, zUzT);
  const zSum = tf.add(zProduct, zProduct2);
  rt.dispose(zWzT, zUzT, zProduct, zProduct2);
  const zSum2 = tf.add(zSum, p['y.GRU.bz']);
  const z = tf.sigmoid(zSum2);
  rt.dispose(zSum, zSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['y.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(product, newWT);
  rt.dispose(newWT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['y.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(product, rWrT);
  const rUrT = tf.transpose(p['y.GRU.Ur'], [1, 0]);
  const rProduct2 = tf.matMul(batch.inputs.h, rUrT);
  const rSum = tf.add(rProduct, rProduct2);
  rt.dispose(product, rWrT, rUrT, rProduct, rProduct2);
  const rSum2 = tf.add(rSum, p['y.GRU.br']);
  const r = tf.sigmoid(rSum2);
  rt.dispose(rSum, rSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct2 = tf.mul(r, batch.inputs.h);
  const newUT = tf.transpose(p['y.GRU.U'], [1, 0]);
  const newProduct3 = tf.matMul(newProduct2, newUT);
  const newSum = tf.add(newProduct, newProduct3);
  rt.dispose(r, newProduct2, newUT, newProduct, newProduct3);
  const newSum2 = tf.add(newSum, p['y.GRU.b']);
  const new_ = tf.tanh(newSum2);
  rt.dispose(newSum, newSum2);

  // cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, batch.inputs.h);
  const product2 = tf.mul(z, difference);
  const sum = tf.add(batch.inputs.h, product2);
  rt.dispose(new_, z, difference, product2);
  return { y: sum };
}

const doubleDefinition: rt.Definition = {
  name: 'Double',
  source: 'input.attn',
  hyperparameters: { n: 4 },
  ragged: [],
  sizes(n: DoubleDims) {
    return { n: n.n };
  },
  parameters(n: DoubleSizes) {
    return [
      { path: 'y.GRU.Wz', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, init: { kind: 'glorot' } },
      { path: 'y.GRU.Wr', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, init: { kind: 'glorot' } },
      { path: 'y.GRU.W', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, init: { kind: 'glorot' } },
      { path: 'y.GRU.Uz', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'y.GRU.Ur', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'y.GRU.U', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'y.GRU.bz', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
      { path: 'y.GRU.br', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
      { path: 'y.GRU.b', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: DoubleSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'n', size: n.n }], indexes: null },
      { name: 'h', elem: 'float', axes: [{ label: 'n', size: n.n }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'n', dim: null }] },
  },
  forward: doubleForward,
  objectives: [],
  decoder: null,
};

export class Double extends rt.Model<DoubleDims, DoubleInput, DoubleTarget, DoubleOutput> {
  constructor(options: rt.ModelOptions<DoubleDims> = {}) {
    super(doubleDefinition, options);
  }
}
