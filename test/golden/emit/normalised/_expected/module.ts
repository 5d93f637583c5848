/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Edges that its constructor may be given. */
export type EdgesDims = {
  /** Default 6. */ readonly height: number;
  /** Default 6. */ readonly width: number;
  /** Default 3. */ readonly channel: number;
};

/** One example of Edges. */
export interface EdgesInput {
  /** `[height, width, channel]` */ readonly x: readonly (readonly rt.Floats[])[];
}

/** What the objectives need besides. */
export interface EdgesTarget {
}

/** What Edges gives for one example. */
export type EdgesOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type EdgesSizes = Readonly<Record<'height' | 'width' | 'channel' | 'batch', number>>;

/** Parameters. */
type EdgesParameters = { readonly W: tf.Tensor };

/** Padded examples on the device. */
type EdgesBatch = {
  readonly n: EdgesSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type EdgesResults = { readonly y: tf.Tensor };

/** The outputs of Edges, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function edgesForward(p: EdgesParameters, batch: EdgesBatch): EdgesResults {
  const { batch: batchSize, channel, height, width } = batch.n;
  // input.attn:7  y = (W / sqrt(sum[filters, dy, dx, channel](W * W))) @ x[height = position[height] + posi…
  const yJoined = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(batch.inputs.x, 1, -1), [batchSize * height * width, channel]);
    const yShiftedRows = tf.reshape(rt.shift(batch.inputs.x, 1, 1), [batchSize * height * width, channel]);
    return tf.concat([yShiftedRows, tf.reshape(batch.inputs.x, [batchSize * height * width, channel]), shiftedRows], 1);
  });
  const joinedShaped = tf.reshape(yJoined, [batchSize, height, width, 3, channel]);
  const yShifted = rt.shift(joinedShaped, 2, 1);
  const y = tf.tidy(() => {
    const shiftedRows = tf.reshape(rt.shift(joinedShaped, 2, -1), [batchSize * height * width, 3 * channel]);
    const quotientRows = tf.reshape(tf.transpose(tf.div(p.W, tf.sqrt(tf.sum(tf.mul(p.W, p.W)))), [2, 1, 3, 0]), [9 * channel, 4]);
    const joined = tf.concat([tf.reshape(yShifted, [batchSize * height * width, 3 * channel]), yJoined, shiftedRows], 1);
    return tf.reshape(tf.matMul(joined, quotientRows), [batchSize, height, width, 4]);
  });
  rt.dispose(yJoined, joinedShaped, yShifted);
  return { y };
}

const edgesDefinition: rt.Definition = {
  name: 'Edges',
  source: 'input.attn',
  hyperparameters: { height: 6, width: 6, channel: 3 },
  ragged: [],
  sizes(n: EdgesDims) {
    return { height: n.height, width: n.width, channel: n.channel };
  },
  parameters: (n: EdgesSizes) => [{ path: 'W', axes: [{ label: 'filters', size: 4 }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'channel', size: n.channel }], outs: 1, init: { kind: 'glorot' } }],
  inputs: (n: EdgesSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'height', size: n.height }, { label: 'width', size: n.width }, { label: 'channel', size: n.channel }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'height', dim: null }, { label: 'width', dim: null }, { label: 'filters', dim: null }] },
  },
  forward: edgesForward,
  objectives: [],
  decoder: null,
};

export class Edges extends rt.Model<EdgesDims, EdgesInput, EdgesTarget, EdgesOutput> {
  constructor(options: rt.ModelOptions<EdgesDims> = {}) {
    super(edgesDefinition, options);
  }
}
