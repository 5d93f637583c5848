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
  const z = tf.tidy(() => {
    const sum = tf.add(tf.add(tf.matMul(product, p['y.GRU.Wz']), tf.matMul(batch.inputs.h, p['y.GRU.Uz'])), p['y.GRU.bz']);
    return tf.sigmoid(sum);
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => {
    const sum = tf.add(tf.add(tf.matMul(product, p['y.GRU.Wr']), tf.matMul(batch.inputs.h, p['y.GRU.Ur'])), p['y.GRU.br']);
    return tf.sigmoid(sum);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => {
    const sum = tf.add(tf.matMul(product, p['y.GRU.W']), tf.matMul(tf.mul(r, batch.inputs.h), p['y.GRU.U']));
    return tf.tanh(tf.add(sum, p['y.GRU.b']));
  });
  rt.dispose(product, r);
  // cells.attn:14  (1 - z) * h + z * new
  const y = tf.tidy(() => tf.add(batch.inputs.h, tf.mul(z, tf.sub(new_, batch.inputs.h))));
  rt.dispose(z, new_);
  return { y };
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
      { path: 'y.GRU.Wz', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'y.GRU.Wr', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'y.GRU.W', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'y.GRU.Uz', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'y.GRU.Ur', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'y.GRU.U', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
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
