/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Look that its constructor may be given. */
export type LookDims = {
  /** Default 4. */ readonly width: number;
};

/** One example of Look. */
export interface LookInput {
  /** `[source, width]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface LookTarget {
}

/** What Look gives for one example. */
export type LookOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type LookSizes = Readonly<Record<'width' | 'batch' | 'source', number>>;

/** Parameters. */
type LookParameters = Record<string, never>;

/** Padded examples on the device. */
type LookBatch = {
  readonly n: LookSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type LookResults = { readonly y: tf.Tensor };

/** The outputs of Look, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function lookForward(_p: LookParameters, batch: LookBatch): LookResults {
  const { batch: batchSize, source, width } = batch.n;
  // input.attn:7  seen = scores where position[key] <= position[source]
  const keyPositions = tf.range(0, source, 1, 'int32');
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(keyPositions, [source, 1]), keyPositions));
  // input.attn:8  { y = sum[key](softmax[key](seen) * keys) }
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  const keyMaskWide = tf.reshape(keyMask, [batchSize, source, 1]);
  rt.dispose(keyPositions, keyMask);
  // input.attn:4  model Look(x: [source, width]) -> { y: [source, width] } {
  const x = rt.where(keyMaskWide, batch.inputs.x, 0);
  // input.attn:6  scores = x @[width] keys / sqrt(width)
  const scores = tf.tidy(() => tf.div(tf.matMul(x, x, false, true), Math.sqrt(width)));
  // input.attn:8  { y = sum[key](softmax[key](seen) * keys) }
  const y = tf.tidy(() => {
    const mask = tf.logicalAnd(keyMaskWide, isAtMost);
    const softmax = tf.softmax(tf.transpose(rt.where(mask, tf.transpose(scores, [0, 2, 1]), -Infinity), [0, 2, 1]));
    return tf.matMul(rt.where(mask, tf.transpose(softmax, [0, 2, 1]), 0), x, true);
  });
  rt.dispose(isAtMost, keyMaskWide, x, scores);
  return { y };
}

const lookDefinition: rt.Definition = {
  name: 'Look',
  source: 'input.attn',
  hyperparameters: { width: 4 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: LookDims) {
    return { width: n.width };
  },
  parameters: () => [],
  inputs: (n: LookSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'width', size: n.width }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'width', dim: null }] },
  },
  forward: lookForward,
  objectives: [],
  decoder: null,
};

/** Every position looks at the positions up to itself. */
export class Look extends rt.Model<LookDims, LookInput, LookTarget, LookOutput> {
  constructor(options: rt.ModelOptions<LookDims> = {}) {
    super(lookDefinition, options);
  }
}
