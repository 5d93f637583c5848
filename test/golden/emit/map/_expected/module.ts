/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Map that its constructor may be given. */
export type MapDims = {
  /** `rows`, `in`, `out`: An affine map of every row. Default 3. */ readonly in: number;
  /** Default 5. */ readonly out: number;
};

/** One example of Map. */
export interface MapInput {
  /** `[rows, in]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface MapTarget {
}

/** What Map gives for one example. */
export type MapOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type MapSizes = Readonly<Record<'in' | 'out' | 'batch' | 'rows', number>>;

/** Parameters. */
type MapParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };

/** Padded examples on the device. */
type MapBatch = {
  readonly n: MapSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: { readonly rows: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type MapResults = { readonly y: tf.Tensor };

/** The outputs of Map, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function mapForward(p: MapParameters, batch: MapBatch): MapResults {
  const { batch: batchSize, in: in_, out, rows } = batch.n;
  // input.attn:4  model Map(x: [rows, in]) -> { y: [rows, out] } {
  const rowsMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.rows, [batchSize, 1]), tf.range(0, rows, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(rowsMask, [batchSize, rows, 1]), batch.inputs.x, 0));
  rt.dispose(rowsMask);
  // input.attn:6  { y = W @ x + b }
  const y = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(tf.reshape(x, [batchSize * rows, in_]), p.W), [batchSize, rows, out]), p.b),
  );
  rt.dispose(x);
  return { y };
}

const mapDefinition: rt.Definition = {
  name: 'Map',
  source: 'input.attn',
  hyperparameters: { in: 3, out: 5 },
  ragged: [{ label: 'rows', mayBeEmpty: false }],
  sizes(n: MapDims) {
    return { in: n.in, out: n.out };
  },
  parameters: (n: MapSizes) => [
    { path: 'W', axes: [{ label: 'out', size: n.out }, { label: 'in', size: n.in }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'b', axes: [{ label: 'out', size: n.out }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: MapSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'rows', dim: 'rows' }, { label: 'in', size: n.in }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'rows', dim: 'rows' }, { label: 'out', dim: null }] },
  },
  forward: mapForward,
  objectives: [],
  decoder: null,
};

export class Map extends rt.Model<MapDims, MapInput, MapTarget, MapOutput> {
  constructor(options: rt.ModelOptions<MapDims> = {}) {
    super(mapDefinition, options);
  }
}
