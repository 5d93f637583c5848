/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Edges that its constructor may be given. */
export type EdgesDims = {
  /** Default 6. */
  readonly height: number;
  /** Default 6. */
  readonly width: number;
  /** Default 3. */
  readonly channel: number;
};

/** One example of Edges. */
export interface EdgesInput {
  /** `[height, width, channel]` */
  readonly x: readonly (readonly rt.Floats[])[];
}

/** What the objectives need besides. */
export interface EdgesTarget {
}

/** What Edges gives for one example. */
export type EdgesOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type EdgesSizes = {
  readonly height: number;
  readonly width: number;
  readonly channel: number;
  readonly batch: number;
};

/** Parameters by path. */
type EdgesParameters = {
  readonly W: tf.Tensor;
};

/** Padded examples on the device. */
type EdgesBatch = {
  readonly n: EdgesSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type EdgesResults = { readonly y: tf.Tensor };

/** The outputs of Edges, batch first. */
function edgesForward(p: EdgesParameters, batch: EdgesBatch): EdgesResults {
  const { batch: batchSize, channel, height, width } = batch.n;

  // input.attn:7  y = (W / sqrt(sum[filters, dy, dx, channel](W * W))) @ x[height = position[height] + position[dy], width = po…
  const yShifted = rt.shift(batch.inputs.x, 1, 1);
  const yShifted2 = rt.shift(batch.inputs.x, 1, -1);
  const yShiftedRows = tf.reshape(yShifted, [batchSize * height * width, channel]);
  const yXRows = tf.reshape(batch.inputs.x, [batchSize * height * width, channel]);
  const yShiftedRows2 = tf.reshape(yShifted2, [batchSize * height * width, channel]);
  const yJoined = tf.concat([yShiftedRows, yXRows, yShiftedRows2], 1);
  rt.dispose(yShifted, yShifted2, yShiftedRows, yXRows, yShiftedRows2);
  const yJoinedShaped = tf.reshape(yJoined, [batchSize, height, width, 3, channel]);
  const yShifted3 = rt.shift(yJoinedShaped, 2, 1);
  const yShifted4 = rt.shift(yJoinedShaped, 2, -1);
  const yShiftedRows3 = tf.reshape(yShifted3, [batchSize * height * width, 3 * channel]);
  const yJoinedShaped2 = tf.reshape(yJoined, [batchSize * height * width, 3 * channel]);
  const yShiftedRows4 = tf.reshape(yShifted4, [batchSize * height * width, 3 * channel]);
  rt.dispose(yJoinedShaped, yShifted3, yJoined, yShifted4);
  const yJoined2 = tf.concat([yShiftedRows3, yJoinedShaped2, yShiftedRows4], 1);
  const yProduct = tf.mul(p.W, p.W);
  const yTotal = tf.sum(yProduct);
  rt.dispose(yShiftedRows3, yJoinedShaped2, yShiftedRows4, yProduct);
  const yRoot = tf.sqrt(yTotal);
  const yQuotient = tf.div(p.W, yRoot);
  const yJoinedShaped3 = tf.reshape(yJoined2, [batchSize * height * width, 9 * channel]);
  const yQuotientT = tf.transpose(yQuotient, [2, 1, 3, 0]);
  rt.dispose(yTotal, yRoot, yJoined2, yQuotient);
  const yQuotientRows = tf.reshape(yQuotientT, [9 * channel, 4]);
  const yProduct2 = tf.matMul(yJoinedShaped3, yQuotientRows);
  const y = tf.reshape(yProduct2, [batchSize, height, width, 4]);
  rt.dispose(yQuotientT, yJoinedShaped3, yQuotientRows, yProduct2);
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
  parameters(n: EdgesSizes) {
    return [
      { path: 'W', axes: [{ label: 'filters', size: 4 }, { label: 'dy', size: 3 }, { label: 'dx', size: 3 }, { label: 'channel', size: n.channel }], outs: 1, init: { kind: 'glorot' } },
    ];
  },
  inputs(n: EdgesSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'height', size: n.height }, { label: 'width', size: n.width }, { label: 'channel', size: n.channel }], indexes: null },
    ];
  },
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
