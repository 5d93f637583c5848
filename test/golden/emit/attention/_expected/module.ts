/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Look that its constructor may be given. */
export type LookDims = {
  /** Default 4. */
  readonly width: number;
};

/** One example of Look. */
export interface LookInput {
  /** `[source, width]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface LookTarget {
}

/** What Look gives for one example. */
export type LookOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type LookSizes = {
  readonly width: number;
  readonly batch: number;
  readonly source: number;
};

/** Parameters by path. */
type LookParameters = Record<string, never>;

/** Padded examples on the device. */
type LookBatch = {
  readonly n: LookSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type LookResults = { readonly y: tf.Tensor };

/** The outputs of Look, batch first. */
function lookForward(_p: LookParameters, batch: LookBatch): LookResults {
  const { batch: batchSize, source, width } = batch.n;

  // input.attn:7  seen = scores where position[key] <= position[source]
  const seenKeyPlaces = tf.range(0, source, 1, 'int32');

  // input.attn:8  { y = sum[key](softmax[key](seen) * keys) }
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, seenKeyPlaces);
  rt.dispose(sourceLengthWide);

  // input.attn:7  seen = scores where position[key] <= position[source]
  const seenKeyPlacesWide = tf.reshape(seenKeyPlaces, [source, 1]);
  const seenIsAtMost = tf.lessEqual(seenKeyPlacesWide, seenKeyPlaces);
  rt.dispose(seenKeyPlaces, seenKeyPlacesWide);

  // input.attn:8  { y = sum[key](softmax[key](seen) * keys) }
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const both = tf.logicalAnd(isGreaterWide, seenIsAtMost);
  rt.dispose(isGreater, seenIsAtMost);

  // input.attn:4  model Look(x: [source, width]) -> { y: [source, width] } {
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(isGreaterWide);

  // input.attn:6  scores = x @[width] keys / sqrt(width)
  const scoresXT = tf.transpose(x, [0, 2, 1]);
  const scoresProduct = tf.matMul(x, scoresXT);
  const scores = tf.div(scoresProduct, Math.sqrt(width));
  rt.dispose(scoresXT, scoresProduct);

  // input.attn:8  { y = sum[key](softmax[key](seen) * keys) }
  const scoresT = tf.transpose(scores, [0, 2, 1]);
  const chosen = rt.where(both, scoresT, -Infinity);
  const chosenT = tf.transpose(chosen, [0, 2, 1]);
  const weights = tf.softmax(chosenT);
  rt.dispose(scores, scoresT, chosen, chosenT);
  const weightsT = tf.transpose(weights, [0, 2, 1]);
  const chosen2 = rt.where(both, weightsT, 0);
  const chosenT2 = tf.transpose(chosen2, [0, 2, 1]);
  rt.dispose(weights, both, weightsT, chosen2);
  const product = tf.matMul(chosenT2, x);
  rt.dispose(x, chosenT2);
  return { y: product };
}

const lookDefinition: rt.Definition = {
  name: 'Look',
  source: 'input.attn',
  hyperparameters: { width: 4 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: LookDims) {
    return { width: n.width };
  },
  parameters() {
    return [];
  },
  inputs(n: LookSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'width', size: n.width }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'width', dim: null }] },
  },
  forward: lookForward,
  objectives: [],
  decoder: null,
};

/** Every place looks at the places up to itself. */
export class Look extends rt.Model<LookDims, LookInput, LookTarget, LookOutput> {
  constructor(options: rt.ModelOptions<LookDims> = {}) {
    super(lookDefinition, options);
  }
}
