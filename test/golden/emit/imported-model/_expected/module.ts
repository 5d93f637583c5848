/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Tagger that its constructor may be given. */
export type TaggerDims = {
  /** `source`, `words`, `embed`: What every file about tagging shares. Default 9. */
  readonly vocabulary: number;
  /** Default 4. */
  readonly embed: number;
  /** Default 3. */
  readonly tags: number;
  /** By how much a mistake counts. Default 2. */
  readonly weight: number;
};

/** One example of Tagger. */
export interface TaggerInput {
  /** `index(vocabulary)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TaggerTarget {
  /** `index(tags)[source]` */
  readonly tag: rt.Ints;
}

/** What Tagger gives for one example. */
export type TaggerOutput = {
  readonly score: rt.Value;
};

/** Every size of a call. */
type TaggerSizes = {
  readonly vocabulary: number;
  readonly embed: number;
  readonly tags: number;
  readonly weight: number;
  readonly batch: number;
  readonly source: number;
};

/** Parameters by path. */
type TaggerParameters = {
  readonly 'Read.table': tf.Tensor;
  readonly 'Linear.W': tf.Tensor;
  readonly 'Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type TaggerBatch = {
  readonly n: TaggerSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly tag: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type TaggerResults = { readonly score: tf.Tensor };

/** The outputs of Tagger, batch first. */
function taggerForward(p: TaggerParameters, batch: TaggerBatch): TaggerResults {
  const { batch: batchSize, embed, source, tags } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // layers.attn:4  W @ x + b
  const score = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(relu, [batchSize * source, embed]), p['Linear.W']);
    return tf.add(tf.reshape(WProduct, [batchSize, source, tags]), p['Linear.b']);
  });
  rt.dispose(relu);
  return { score };
}

/** What taggerLossTagging gives. */
type TaggerLossTaggingResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Tagging: the loss and the metrics, means over the batch. */
function taggerLossTagging(p: TaggerParameters, batch: TaggerBatch): TaggerLossTaggingResults {
  const { batch: batchSize, embed, source, tags } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(relu, [batchSize * source, embed]), p['Linear.W']);
    return tf.add(tf.reshape(WProduct, [batchSize, source, tags]), p['Linear.b']);
  });
  rt.dispose(relu);
  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(sourceMask, tf.neg(tf.gather(rt.logSoftmax(sum), batch.inputs.tag, 2, 2)), 0), 1);
    return tf.mean(tf.div(total, tf.cast(batch.lengths.source, 'float32')));
  });
  rt.dispose(sum, sourceMask);
  return {
    loss,
    metrics: {},
  };
}

/** What taggerGradientsTagging gives. */
type TaggerGradientsTaggingResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: TaggerParameters;
};

/** Tagging: as the loss, dropout on, and its gradient by every parameter. */
function taggerGradientsTagging(p: TaggerParameters, batch: TaggerBatch, _random: rt.Random): TaggerGradientsTaggingResults {
  const { batch: batchSize, embed, source, tags, vocabulary } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const sum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(reluRows, p['Linear.W']), [batchSize, source, tags]), p['Linear.b']),
  );
  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(sum);
  const lossAsFloat = tf.cast(batch.lengths.source, 'float32');
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(sourceMask, tf.neg(tf.gather(logSoftmax, batch.inputs.tag, 2, 2)), 0), 1);
    return tf.mean(tf.div(total, lossAsFloat));
  });
  const lossDifference = tf.tidy(() => {
    const negative = tf.neg(rt.where(sourceMask, tf.reshape(tf.div(1 / batchSize, lossAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, source, 1]));
    return tf.sub(rt.scatter(batch.inputs.tag, negative, tags, 2), product);
  });
  rt.dispose(sum, sourceMask, logSoftmax, lossAsFloat);
  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * source, tags]);
  const WProduct = tf.matMul(differenceRows, p['Linear.W'], false, true);
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const dTable = tf.tidy(() => {
    const chosen = rt.where(tf.greater(relu, 0), tf.reshape(WProduct, [batchSize, source, embed]), 0);
    return rt.scatter(batch.inputs.tokens, chosen, vocabulary);
  });
  rt.dispose(relu, WProduct);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(differenceRows, reluRows, true);
  const dB = tf.sum(lossDifference, [0, 1]);
  rt.dispose(reluRows, differenceRows, lossDifference);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  return {
    loss,
    metrics: {},
    gradients: {
      'Read.table': dTable,
      'Linear.W': dLinearW,
      'Linear.b': dB,
    },
  };
}

/** What taggerLossWeighted gives. */
type TaggerLossWeightedResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Weighted: the loss and the metrics, means over the batch. */
function taggerLossWeighted(p: TaggerParameters, batch: TaggerBatch): TaggerLossWeightedResults {
  const { batch: batchSize, embed, source, tags, weight } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(relu, [batchSize * source, embed]), p['Linear.W']);
    return tf.add(tf.reshape(WProduct, [batchSize, source, tags]), p['Linear.b']);
  });
  rt.dispose(relu);
  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(sourceMask, tf.neg(tf.gather(rt.logSoftmax(sum), batch.inputs.tag, 2, 2)), 0), 1);
    return tf.mean(tf.mul(total, weight));
  });
  rt.dispose(sum, sourceMask);
  return {
    loss,
    metrics: {},
  };
}

/** What taggerGradientsWeighted gives. */
type TaggerGradientsWeightedResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: TaggerParameters;
};

/** Weighted: as the loss, dropout on, and its gradient by every parameter. */
function taggerGradientsWeighted(p: TaggerParameters, batch: TaggerBatch, _random: rt.Random): TaggerGradientsWeightedResults {
  const { batch: batchSize, embed, source, tags, vocabulary, weight } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const sum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(reluRows, p['Linear.W']), [batchSize, source, tags]), p['Linear.b']),
  );
  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(sum);
  const loss = tf.tidy(() => {
    const product = tf.mul(tf.sum(rt.where(sourceMask, tf.neg(tf.gather(logSoftmax, batch.inputs.tag, 2, 2)), 0), 1), weight);
    return tf.mean(product);
  });
  const lossDifference = tf.tidy(() => {
    const negative = tf.neg(rt.where(sourceMask, (1 / batchSize) * weight, 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, source, 1]));
    return tf.sub(rt.scatter(batch.inputs.tag, negative, tags, 2), product);
  });
  rt.dispose(sum, sourceMask, logSoftmax);
  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * source, tags]);
  const WProduct = tf.matMul(differenceRows, p['Linear.W'], false, true);
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const dTable = tf.tidy(() => {
    const chosen = rt.where(tf.greater(relu, 0), tf.reshape(WProduct, [batchSize, source, embed]), 0);
    return rt.scatter(batch.inputs.tokens, chosen, vocabulary);
  });
  rt.dispose(relu, WProduct);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(differenceRows, reluRows, true);
  const dB = tf.sum(lossDifference, [0, 1]);
  rt.dispose(reluRows, differenceRows, lossDifference);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  return {
    loss,
    metrics: {},
    gradients: {
      'Read.table': dTable,
      'Linear.W': dLinearW,
      'Linear.b': dB,
    },
  };
}

const taggerDefinition: rt.Definition = {
  name: 'Tagger',
  source: 'tagger.attn',
  hyperparameters: { vocabulary: 9, embed: 4, tags: 3, weight: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: TaggerDims) {
    return { vocabulary: n.vocabulary, embed: n.embed, tags: n.tags, weight: n.weight };
  },
  parameters(n: TaggerSizes) {
    return [
      { path: 'Read.table', axes: [{ label: 'words', size: n.vocabulary }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
      { path: 'Linear.W', axes: [{ label: 'out.tags', size: n.tags }, { label: 'in', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.tags', size: n.tags }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: TaggerSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'vocabulary', size: n.vocabulary } },
    ];
  },
  outputs: {
    score: { elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'tags', dim: null }] },
  },
  forward: taggerForward,
  objectives: [
    {
      name: 'Tagging',
      given(n: TaggerSizes) {
        return [
          { name: 'tag', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'tags', size: n.tags } },
        ];
      },
      updates: [
        {
          loss: taggerLossTagging,
          gradients: taggerGradientsTagging,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
    {
      name: 'Weighted',
      given(n: TaggerSizes) {
        return [
          { name: 'tag', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'tags', size: n.tags } },
        ];
      },
      updates: [
        {
          loss: taggerLossWeighted,
          gradients: taggerGradientsWeighted,
          optimizer: () => ({ kind: 'sgd', rate: 0.1 }),
          clip: null,
        },
      ],
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
  /** `source`, `words`, `embed`: What every file about tagging shares. Default 9. */
  readonly vocabulary: number;
  /** Default 4. */
  readonly embed: number;
  /** Default 3. */
  readonly tags: number;
  /** By how much a mistake counts. Default 2. */
  readonly weight: number;
};

/** One example of Counter. */
export interface CounterInput {
  /** `index(vocabulary)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface CounterTarget {
}

/** What Counter gives for one example. */
export type CounterOutput = {
  readonly result: rt.Value;
};

/** Every size of a call. */
type CounterSizes = {
  readonly vocabulary: number;
  readonly embed: number;
  readonly tags: number;
  readonly weight: number;
  readonly batch: number;
  readonly source: number;
};

/** Parameters by path. */
type CounterParameters = {
  readonly 'Read.table': tf.Tensor;
  readonly 'Linear.W': tf.Tensor;
  readonly 'Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type CounterBatch = {
  readonly n: CounterSizes;
  readonly inputs: { readonly tokens: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type CounterResults = { readonly result: tf.Tensor };

/** The outputs of Counter, batch first. */
function counterForward(p: CounterParameters, batch: CounterBatch): CounterResults {
  const { batch: batchSize, source } = batch.n;
  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const relu = tf.tidy(() => tf.relu(tf.gather(p['Read.table'], batch.inputs.tokens)));
  // input.attn:6  model Counter(tokens: index(vocabulary)[source]) -> [] { Linear[](mean[source](Read(token…
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const quotient = tf.tidy(() => {
    const total = tf.sum(rt.where(tf.reshape(sourceMask, [batchSize, source, 1]), relu, 0), 1);
    return tf.div(total, tf.reshape(tf.cast(batch.lengths.source, 'float32'), [batchSize, 1]));
  });
  rt.dispose(relu, sourceMask);
  // layers.attn:4  W @ x + b
  const result = tf.tidy(() => tf.add(tf.reshape(tf.matMul(quotient, p['Linear.W']), [batchSize]), p['Linear.b']));
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
  parameters(n: CounterSizes) {
    return [
      { path: 'Read.table', axes: [{ label: 'words', size: n.vocabulary }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
      { path: 'Linear.W', axes: [{ label: 'in', size: n.embed }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: CounterSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'vocabulary', size: n.vocabulary } },
    ];
  },
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
