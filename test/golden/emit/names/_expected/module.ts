/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Record that its constructor may be given. */
export type Record_Dims = {
  /** Default 3. */ readonly arguments: number;
  /** Default 2. */ readonly '𐵐': number;
};

/** One example of Record. */
export interface Record_Input {
  /** `[arguments]` */ readonly await: rt.Floats;
}

/** What the objectives need besides. */
export interface Record_Target {
  /** `[arguments]` */ readonly eval: rt.Floats;
}

/** What Record gives for one example. */
export type Record_Output = {
  readonly undefined: rt.Value;
};

/** Every size of a call. */
type RecordSizes = Readonly<Record<'arguments' | '𐵐' | 'batch', number>>;

/** Parameters. */
type RecordParameters = { readonly let: tf.Tensor };

/** Padded examples on the device. */
type RecordBatch = {
  readonly n: RecordSizes;
  readonly inputs: { readonly await: tf.Tensor; readonly eval: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

function readonly(undefined_: tf.Tensor, eval_: tf.Tensor) {
  // input.attn:9  loss = sum[arguments]((undefined - eval) ^ 2)
  const lossDifference = tf.sub(undefined_, eval_);
  const loss = tf.tidy(() => tf.mean(tf.sum(tf.mul(lossDifference, lossDifference), 1)));
  return { loss, lossDifference };
}

/** Outputs by name, [batch, …]. */
type RecordResults = { readonly undefined: tf.Tensor };

/** The outputs of Record, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function recordForward(p: RecordParameters, batch: RecordBatch): RecordResults {
  // input.attn:5  undefined = let * await
  const undefined_ = tf.mul(batch.inputs.await, p.let);
  return { undefined: undefined_ };
}

/** Readonly: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function recordLoss(p: RecordParameters, batch: RecordBatch): rt.LossTensors {
  // input.attn:5  undefined = let * await
  const undefined_ = tf.mul(batch.inputs.await, p.let);
  const { loss, lossDifference } = readonly(undefined_, batch.inputs.eval);
  rt.dispose(undefined_, lossDifference);
  return { loss, metrics: {} };
}

/** Readonly: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function recordGradients(p: RecordParameters, batch: RecordBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize } = batch.n;
  // input.attn:5  undefined = let * await
  const undefined_ = tf.mul(batch.inputs.await, p.let);
  const { loss, lossDifference } = readonly(undefined_, batch.inputs.eval);
  rt.dispose(undefined_);
  // input.attn:9  loss = sum[arguments]((undefined - eval) ^ 2)
  const dUndefined = tf.tidy(() => {
    const product = tf.mul(lossDifference, 1 / batchSize);
    return tf.add(product, product);
  });
  rt.dispose(lossDifference);
  // input.attn:5  undefined = let * await
  const dLet = tf.tidy(() => tf.sum(tf.mul(dUndefined, batch.inputs.await), 0));
  rt.dispose(dUndefined);
  return { loss, metrics: {}, gradients: { let: dLet } };
}

const recordDefinition: rt.Definition = {
  name: 'Record',
  source: 'input.attn',
  hyperparameters: { arguments: 3, '𐵐': 2 },
  ragged: [],
  sizes(n: Record_Dims) {
    return { arguments: n.arguments, '𐵐': n['𐵐'] };
  },
  parameters: (n: RecordSizes) => [{ path: 'let', axes: [{ label: 'arguments', size: n.arguments }], outs: 1, init: { kind: 'glorot' } }],
  inputs: (n: RecordSizes) => [{ name: 'await', elem: 'float', axes: [{ label: 'arguments', size: n.arguments }], indexes: null }],
  outputs: {
    undefined: { elem: 'float', axes: [{ label: 'arguments', dim: null }] },
  },
  forward: recordForward,
  objectives: [
    {
      name: 'Readonly',
      given: (n: RecordSizes) => [{ name: 'eval', elem: 'float', axes: [{ label: 'arguments', size: n.arguments }], indexes: null }],
      updates: [{ loss: recordLoss, gradients: recordGradients, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: null,
};

class Record_ extends rt.Model<Record_Dims, Record_Input, Record_Target, Record_Output> {
  constructor(options: rt.ModelOptions<Record_Dims> = {}) {
    super(recordDefinition, options);
  }
}

export { Record_ as Record };

/** Dims of RecordOutput that its constructor may be given. */
export type RecordOutputDims = {
  /** Default 3. */ readonly arguments: number;
  /** Default 2. */ readonly '𐵐': number;
};

/** One example of RecordOutput. */
export interface RecordOutputInput {
  /** `[𐵐]` */ readonly x: rt.Floats;
}

/** What the objectives need besides. */
export interface RecordOutputTarget {
}

/** What RecordOutput gives for one example. */
export type RecordOutputOutput = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type RecordOutputSizes = Readonly<Record<'arguments' | '𐵐' | 'batch', number>>;

/** Parameters. */
type RecordOutputParameters = Record<string, never>;

/** Padded examples on the device. */
type RecordOutputBatch = {
  readonly n: RecordOutputSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type RecordOutputResults = { readonly y: tf.Tensor };

/** The outputs of RecordOutput, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function recordOutputForward(_p: RecordOutputParameters, batch: RecordOutputBatch): RecordOutputResults {
  // input.attn:14  𐵐w = tanh(x)
  const u10D50w = tf.tanh(batch.inputs.x);
  // input.attn:15  y = 2 * 𐵐w
  const y = tf.mul(u10D50w, 2);
  rt.dispose(u10D50w);
  return { y };
}

const recordOutputDefinition: rt.Definition = {
  name: 'RecordOutput',
  source: 'input.attn',
  hyperparameters: { arguments: 3, '𐵐': 2 },
  ragged: [],
  sizes(n: RecordOutputDims) {
    return { arguments: n.arguments, '𐵐': n['𐵐'] };
  },
  parameters: () => [],
  inputs: (n: RecordOutputSizes) => [{ name: 'x', elem: 'float', axes: [{ label: '𐵐', size: n['𐵐'] }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: '𐵐', dim: null }] },
  },
  forward: recordOutputForward,
  objectives: [],
  decoder: null,
};

export class RecordOutput extends rt.Model<RecordOutputDims, RecordOutputInput, RecordOutputTarget, RecordOutputOutput> {
  constructor(options: rt.ModelOptions<RecordOutputDims> = {}) {
    super(recordOutputDefinition, options);
  }
}

/** Dims of Record2 that its constructor may be given. */
export type Record2Dims = {
  /** Default 3. */ readonly arguments: number;
  /** Default 2. */ readonly '𐵐': number;
};

/** One example of Record2. */
export interface Record2Input {
  /** `[𐵐]` */ readonly x: rt.Floats;
}

/** What the objectives need besides. */
export interface Record2Target {
}

/** What Record2 gives for one example. */
export type Record2Output = {
  readonly y: rt.Value;
};

/** Every size of a call. */
type Record2Sizes = Readonly<Record<'arguments' | '𐵐' | 'batch', number>>;

/** Parameters. */
type Record2Parameters = Record<string, never>;

/** Padded examples on the device. */
type Record2Batch = {
  readonly n: Record2Sizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type Record2Results = { readonly y: tf.Tensor };

/** The outputs of Record2, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function record2Forward(_p: Record2Parameters, batch: Record2Batch): Record2Results {
  // input.attn:18  model record(x: [𐵐]) -> y: [𐵐] { y = 2 * x }
  const y = tf.mul(batch.inputs.x, 2);
  return { y };
}

const record2Definition: rt.Definition = {
  name: 'record',
  source: 'input.attn',
  hyperparameters: { arguments: 3, '𐵐': 2 },
  ragged: [],
  sizes(n: Record2Dims) {
    return { arguments: n.arguments, '𐵐': n['𐵐'] };
  },
  parameters: () => [],
  inputs: (n: Record2Sizes) => [{ name: 'x', elem: 'float', axes: [{ label: '𐵐', size: n['𐵐'] }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: '𐵐', dim: null }] },
  },
  forward: record2Forward,
  objectives: [],
  decoder: null,
};

export class Record2 extends rt.Model<Record2Dims, Record2Input, Record2Target, Record2Output> {
  constructor(options: rt.ModelOptions<Record2Dims> = {}) {
    super(record2Definition, options);
  }
}
