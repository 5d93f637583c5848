/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Tagger that its constructor may be given. */
export type TaggerDims = {
  /** `source`, `words`, `embed`: What every file about tagging shares. Default 9. */ readonly vocabulary: number;
  /** Default 4. */ readonly embed: number;
  /** Default 3. */ readonly tags: number;
  /** By how much a mistake counts. Default 2. */ readonly weight: number;
};

/** One example of Tagger. */
export interface TaggerInput {
  /** `index(vocabulary)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TaggerTarget {
  /** `index(tags)[source]` */ readonly tag: rt.Ints;
}

/** What Tagger gives for one example. */
export type TaggerOutput = {
  readonly score: rt.Value;
};

/** Every size of a call. */
type TaggerSizes = Readonly<Record<'vocabulary' | 'embed' | 'tags' | 'weight' | 'batch' | 'source', number>>;

/** Parameters. */
type ReadParameters = { readonly table: tf.Tensor };
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type TaggerParameters = { readonly Read: ReadParameters; readonly Linear: LinearParameters };

/** Padded examples on the device. */
type TaggerBatch = {
  readonly n: TaggerSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly tag: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: TaggerSizes, relu: tf.Tensor) {
  const { batch: batchSize, embed, source, tags } = n;
  // std/layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const sum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(reluRows, p.W), [batchSize, source, tags]), p.b));
  return { sum, reluRows };
}

function tagging(n: TaggerSizes, sourceLengths: tf.Tensor, sum: tf.Tensor, tag: tf.Tensor) {
  const { batch: batchSize, source } = n;
  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(sum);
  const sourceLengthsAsFloat = tf.cast(sourceLengths, 'float32');
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(sourceMask, tf.neg(tf.gather(logSoftmax, tag, 2, 2)), 0), 1), sourceLengthsAsFloat);
    return tf.mean(quotient);
  });
  return { loss, sourceLengthsAsFloat, sourceMask, logSoftmax };
}

function readBackward(n: TaggerSizes, relu: tf.Tensor, dResult: tf.Tensor, tokens: tf.Tensor) {
  const { batch: batchSize, embed, source, vocabulary } = n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  return tf.tidy(() => {
    const chosen = rt.where(tf.greater(relu, 0), tf.reshape(dResult, [batchSize, source, embed]), 0);
    return rt.scatter(tokens, chosen, vocabulary);
  });
}

function weighted(n: TaggerSizes, sourceLengths: tf.Tensor, sum: tf.Tensor, tag: tf.Tensor) {
  const { batch: batchSize, source, weight } = n;
  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(sum);
  const loss = tf.tidy(() =>
    tf.mean(tf.mul(tf.sum(rt.where(sourceMask, tf.neg(tf.gather(logSoftmax, tag, 2, 2)), 0), 1), weight)),
  );
  return { loss, sourceMask, logSoftmax };
}

function tagger2(p: TaggerParameters, n: TaggerSizes, tokens: tf.Tensor) {
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p.Read.table, tokens)));
  const { sum, reluRows } = linear(p.Linear, n, relu);
  return { sum, relu, reluRows };
}

function taggerBackward(p: TaggerParameters, n: TaggerSizes, dResult: tf.Tensor, relu: tf.Tensor, tokens: tf.Tensor, reluRows: tf.Tensor) {
  const { batch: batchSize, source, tags } = n;
  // std/layers.attn:4  W @ x + b
  const dResultRows = tf.reshape(dResult, [batchSize * source, tags]);
  const WProduct = tf.matMul(dResultRows, p.Linear.W, false, true);
  const dB = tf.sum(dResult, [0, 1]);
  const dW = tf.matMul(reluRows, dResultRows, true);
  const dTable = readBackward(n, relu, WProduct, tokens);
  rt.dispose(dResultRows, WProduct);
  return { 'Read.table': dTable, 'Linear.W': dW, 'Linear.b': dB };
}

/** Outputs by name, [batch, …]. */
type TaggerResults = { readonly score: tf.Tensor };

/** The outputs of Tagger, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function taggerForward(p: TaggerParameters, batch: TaggerBatch): TaggerResults {
  const { sum: score, relu, reluRows } = tagger2(p, batch.n, batch.inputs.tokens);
  rt.dispose(relu, reluRows);
  return { score };
}

/** Tagging: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function taggerLossTagging(p: TaggerParameters, batch: TaggerBatch): rt.LossTensors {
  const { sum, relu, reluRows } = tagger2(p, batch.n, batch.inputs.tokens);
  const { loss, sourceLengthsAsFloat, sourceMask, logSoftmax } = tagging(batch.n, batch.lengths.source, sum, batch.inputs.tag);
  rt.dispose(relu, reluRows, sum, sourceLengthsAsFloat, sourceMask, logSoftmax);
  return { loss, metrics: {} };
}

/** Tagging: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function taggerGradientsTagging(p: TaggerParameters, batch: TaggerBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, source, tags } = batch.n;
  const { sum, relu, reluRows } = tagger2(p, batch.n, batch.inputs.tokens);
  const { loss, sourceLengthsAsFloat, sourceMask, logSoftmax } = tagging(batch.n, batch.lengths.source, sum, batch.inputs.tag);
  rt.dispose(sum);
  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossDifference = tf.tidy(() => {
    const negative = tf.neg(rt.where(sourceMask, tf.reshape(tf.div(1 / batchSize, sourceLengthsAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, source, 1]));
    return tf.sub(rt.scatter(batch.inputs.tag, negative, tags, 2), product);
  });
  const gradients = taggerBackward(p, batch.n, lossDifference, relu, batch.inputs.tokens, reluRows);
  rt.dispose(sourceLengthsAsFloat, sourceMask, logSoftmax, relu, reluRows, lossDifference);
  return { loss, metrics: {}, gradients };
}

/** Weighted: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function taggerLossWeighted(p: TaggerParameters, batch: TaggerBatch): rt.LossTensors {
  const { sum, relu, reluRows } = tagger2(p, batch.n, batch.inputs.tokens);
  const { loss, sourceMask, logSoftmax } = weighted(batch.n, batch.lengths.source, sum, batch.inputs.tag);
  rt.dispose(relu, reluRows, sum, sourceMask, logSoftmax);
  return { loss, metrics: {} };
}

/** Weighted: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function taggerGradientsWeighted(p: TaggerParameters, batch: TaggerBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, source, tags, weight } = batch.n;
  const { sum, relu, reluRows } = tagger2(p, batch.n, batch.inputs.tokens);
  const { loss, sourceMask, logSoftmax } = weighted(batch.n, batch.lengths.source, sum, batch.inputs.tag);
  rt.dispose(sum);
  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossDifference = tf.tidy(() => {
    const negative = tf.neg(rt.where(sourceMask, (1 / batchSize) * weight, 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, source, 1]));
    return tf.sub(rt.scatter(batch.inputs.tag, negative, tags, 2), product);
  });
  const gradients = taggerBackward(p, batch.n, lossDifference, relu, batch.inputs.tokens, reluRows);
  rt.dispose(sourceMask, logSoftmax, relu, reluRows, lossDifference);
  return { loss, metrics: {}, gradients };
}

const taggerDefinition: rt.Definition = {
  name: 'Tagger',
  source: 'tagger.attn',
  hyperparameters: { vocabulary: 9, embed: 4, tags: 3, weight: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: TaggerDims) {
    return { vocabulary: n.vocabulary, embed: n.embed, tags: n.tags, weight: n.weight };
  },
  parameters: (n: TaggerSizes) => [
    { path: 'Read.table', axes: [{ label: 'words', size: n.vocabulary }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
    { path: 'Linear.W', axes: [{ label: 'out.tags', size: n.tags }, { label: 'in', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Linear.b', axes: [{ label: 'out.tags', size: n.tags }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: TaggerSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'vocabulary', size: n.vocabulary } }],
  outputs: {
    score: { elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'tags', dim: null }] },
  },
  forward: taggerForward,
  objectives: [
    {
      name: 'Tagging',
      given: (n: TaggerSizes) => [{ name: 'tag', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'tags', size: n.tags } }],
      updates: [{ loss: taggerLossTagging, gradients: taggerGradientsTagging, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
    {
      name: 'Weighted',
      given: (n: TaggerSizes) => [{ name: 'tag', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'tags', size: n.tags } }],
      updates: [{ loss: taggerLossWeighted, gradients: taggerGradientsWeighted, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Tagger extends rt.Model<TaggerDims, TaggerInput, TaggerTarget, TaggerOutput> {
  constructor(options: rt.ModelOptions<TaggerDims> = {}) {
    super(taggerDefinition, options);
  }
}

/** Dims of Counter that its constructor may be given. */
export type CounterDims = {
  /** `source`, `words`, `embed`: What every file about tagging shares. Default 9. */ readonly vocabulary: number;
  /** Default 4. */ readonly embed: number;
  /** Default 3. */ readonly tags: number;
  /** By how much a mistake counts. Default 2. */ readonly weight: number;
};

/** One example of Counter. */
export interface CounterInput {
  /** `index(vocabulary)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface CounterTarget {
}

/** What Counter gives for one example. */
export type CounterOutput = {
  readonly result: rt.Value;
};

/** Every size of a call. */
type CounterSizes = Readonly<Record<'vocabulary' | 'embed' | 'tags' | 'weight' | 'batch' | 'source', number>>;

/** Parameters. */
type ReadParameters2 = { readonly table: tf.Tensor };
type LinearParameters2 = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type CounterParameters = { readonly Read: ReadParameters2; readonly Linear: LinearParameters2 };

/** Padded examples on the device. */
type CounterBatch = {
  readonly n: CounterSizes;
  readonly inputs: { readonly tokens: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type CounterResults = { readonly result: tf.Tensor };

/** The outputs of Counter, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function counterForward(p: CounterParameters, batch: CounterBatch): CounterResults {
  const { batch: batchSize, source } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p.Read.table, batch.inputs.tokens)));
  // input.attn:6  model Counter(tokens: index(vocabulary)[source]) -> [] { Linear[](mean[source](Read(token…
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const quotient = tf.tidy(() => {
    const total = tf.sum(rt.where(tf.reshape(sourceMask, [batchSize, source, 1]), relu, 0), 1);
    return tf.div(total, tf.reshape(tf.cast(batch.lengths.source, 'float32'), [batchSize, 1]));
  });
  rt.dispose(relu, sourceMask);
  // std/layers.attn:4  W @ x + b
  const result = tf.tidy(() => tf.add(tf.reshape(tf.matMul(quotient, p.Linear.W), [batchSize]), p.Linear.b));
  rt.dispose(quotient);
  return { result };
}

const counterDefinition: rt.Definition = {
  name: 'Counter',
  source: 'input.attn',
  hyperparameters: { vocabulary: 9, embed: 4, tags: 3, weight: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: CounterDims) {
    return { vocabulary: n.vocabulary, embed: n.embed, tags: n.tags, weight: n.weight };
  },
  parameters: (n: CounterSizes) => [
    { path: 'Read.table', axes: [{ label: 'words', size: n.vocabulary }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
    { path: 'Linear.W', axes: [{ label: 'in', size: n.embed }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
  ],
  inputs: (n: CounterSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'vocabulary', size: n.vocabulary } }],
  outputs: {
    result: { elem: 'float', axes: [] },
  },
  forward: counterForward,
  objectives: [],
  decoder: null,
};

export class Counter extends rt.Model<CounterDims, CounterInput, CounterTarget, CounterOutput> {
  constructor(options: rt.ModelOptions<CounterDims> = {}) {
    super(counterDefinition, options);
  }
}
