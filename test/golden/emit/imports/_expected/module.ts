/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Double that its constructor may be given. */
export type DoubleDims = {
  /** Default 4. */ readonly n: number;
};

/** One example of Double. */
export interface DoubleInput {
  /** `[n]` */ readonly x: rt.Floats;
  /** `[n]` */ readonly h: rt.Floats;
}

/** What the objectives need besides. */
export interface DoubleTarget {
}

/** What Double gives for one example. */
export type DoubleOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type DoubleSizes = Readonly<Record<'n' | 'batch', number>>;

/** Parameters. */
type GRUParameters = Readonly<Record<'Wz' | 'Wr' | 'W' | 'Uz' | 'Ur' | 'U' | 'bz' | 'br' | 'b', tf.Tensor>>;
type DoubleParameters = { readonly y: { readonly GRU: GRUParameters } };

/** Padded examples on the device. */
type DoubleBatch = {
  readonly n: DoubleSizes;
  readonly inputs: { readonly h: tf.Tensor; readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Cho et al. 2014, eq. (5)-(8), as Bahdanau, Cho & Bengio 2015 use it (A.1.1): `z` weighs the new state, and `r` acts before the map. */
function gru(p: GRUParameters, product: tf.Tensor, h: tf.Tensor) {
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const z = tf.tidy(() => tf.sigmoid(tf.add(tf.add(tf.matMul(product, p.Wz), tf.matMul(h, p.Uz)), p.bz)));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.add(tf.add(tf.matMul(product, p.Wr), tf.matMul(h, p.Ur)), p.br)));
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => tf.tanh(tf.add(tf.add(tf.matMul(product, p.W), tf.matMul(tf.mul(r, h), p.U)), p.b)));
  rt.dispose(r);
  // std/cells.attn:14  (1 - z) * h + z * new
  const y = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
  rt.dispose(z, new_);
  return y;
}

/** Outputs by name, [batch, …]. */
type DoubleResults = { readonly y: tf.Tensor };

/** The outputs of Double, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function doubleForward(p: DoubleParameters, batch: DoubleBatch): DoubleResults {
  // lib.attn:1  block Twice(x: [n]) -> [n] { 2 * x }
  const product = tf.mul(batch.inputs.x, 2);
  const y = gru(p.y.GRU, product, batch.inputs.h);
  rt.dispose(product);
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
  parameters: (n: DoubleSizes) => [
    { path: 'y.GRU.Wz', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'y.GRU.Wr', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'y.GRU.W', axes: [{ label: 'hidden', size: n.n }, { label: 'input', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'y.GRU.Uz', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'y.GRU.Ur', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'y.GRU.U', axes: [{ label: 'hidden', size: n.n }, { label: 'hidden', size: n.n }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 'y.GRU.bz', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
    { path: 'y.GRU.br', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
    { path: 'y.GRU.b', axes: [{ label: 'hidden', size: n.n }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: DoubleSizes) => [
    { name: 'x', elem: 'float', axes: [{ label: 'n', size: n.n }], indexes: null },
    { name: 'h', elem: 'float', axes: [{ label: 'n', size: n.n }], indexes: null },
  ],
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
