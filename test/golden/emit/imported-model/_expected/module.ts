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
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(reluRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, tags]);
  rt.dispose(relu, reluRows, WT, product);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(product2);
  return { score: sum };
}

/** What taggerLossTagging gives. */
type TaggerLossTaggingResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Tagging: the loss and the metrics, means over the batch. */
function taggerLossTagging(p: TaggerParameters, batch: TaggerBatch): TaggerLossTaggingResults {
  const { batch: batchSize, embed, source, tags } = batch.n;

  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossSourcePlaces = tf.range(0, source, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossSourcePlaces);
  rt.dispose(lossSourcePlaces, lossLossWide);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(reluRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, tags]);
  rt.dispose(relu, reluRows, WT, product);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(product2);

  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossLogWeights = rt.logSoftmax(sum);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.tag, 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  rt.dispose(sum, lossLogWeights, lossPicked, lossIsGreater, lossNegative);
  const lossTotal = tf.sum(lossChosen, 1);
  const lossLossAsFloat = tf.cast(batch.lengths.source, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossChosen, lossTotal, lossLossAsFloat, lossQuotient);
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

  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossSourcePlaces = tf.range(0, source, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossSourcePlaces);
  rt.dispose(lossSourcePlaces, lossLossWide);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(reluRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, tags]);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(WT, product, product2);

  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossLogWeights = rt.logSoftmax(sum);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.tag, 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  rt.dispose(sum, lossPicked, lossNegative, lossChosen);
  const lossLossAsFloat = tf.cast(batch.lengths.source, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossTotal, lossQuotient);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const isGreater = tf.greater(relu, 0);
  rt.dispose(relu);

  // tagger.attn:12  loss = mean[source](cross_entropy[tags](score, tag))
  const lossQuotient2 = tf.div(1 / batchSize, lossLossAsFloat);
  const lossQuotientWide = tf.reshape(lossQuotient2, [batchSize, 1]);
  const lossChosen2 = rt.where(lossIsGreater, lossQuotientWide, 0);
  rt.dispose(lossLossAsFloat, lossQuotient2, lossIsGreater, lossQuotientWide);
  const lossNegative2 = tf.neg(lossChosen2);
  const lossScattered = rt.scatter(batch.inputs.tag, lossNegative2, tags, 2);
  const lossExp = tf.exp(lossLogWeights);
  const lossNegativeWide = tf.reshape(lossNegative2, [batchSize, source, 1]);
  const lossProduct = tf.mul(lossExp, lossNegativeWide);
  rt.dispose(lossChosen2, lossLogWeights, lossNegative2, lossExp, lossNegativeWide);
  const lossDifference = tf.sub(lossScattered, lossProduct);
  rt.dispose(lossScattered, lossProduct);

  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * source, tags]);
  const product3 = tf.matMul(differenceRows, p['Linear.W']);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const product4 = tf.reshape(product3, [batchSize, source, embed]);
  const chosen = rt.where(isGreater, product4, 0);
  const scattered = rt.scatter(batch.inputs.tokens, chosen, vocabulary);
  rt.dispose(product3, isGreater, product4, chosen);

  // layers.attn:4  W @ x + b
  const differenceT = tf.transpose(differenceRows, [1, 0]);
  const product5 = tf.matMul(differenceT, reluRows);
  const total = tf.sum(lossDifference, [0, 1]);
  rt.dispose(differenceRows, reluRows, differenceT, lossDifference);
  return {
    loss,
    metrics: {},
    gradients: {
      'Read.table': scattered,
      'Linear.W': product5,
      'Linear.b': total,
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

  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossSourcePlaces = tf.range(0, source, 1, 'int32');
  const lossSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossSourceLengthWide, lossSourcePlaces);
  rt.dispose(lossSourcePlaces, lossSourceLengthWide);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(reluRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, tags]);
  rt.dispose(relu, reluRows, WT, product);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(product2);

  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossLogWeights = rt.logSoftmax(sum);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.tag, 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  rt.dispose(sum, lossLogWeights, lossPicked, lossIsGreater, lossNegative);
  const lossTotal = tf.sum(lossChosen, 1);
  const lossProduct = tf.mul(lossTotal, weight);
  const loss = tf.mean(lossProduct);
  rt.dispose(lossChosen, lossTotal, lossProduct);
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

  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossSourcePlaces = tf.range(0, source, 1, 'int32');
  const lossSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossSourceLengthWide, lossSourcePlaces);
  rt.dispose(lossSourcePlaces, lossSourceLengthWide);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // layers.attn:4  W @ x + b
  const reluRows = tf.reshape(relu, [batchSize * source, embed]);
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(reluRows, WT);
  const product2 = tf.reshape(product, [batchSize, source, tags]);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(WT, product, product2);

  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossLogWeights = rt.logSoftmax(sum);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs.tag, 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  rt.dispose(sum, lossPicked, lossNegative, lossChosen);
  const lossProduct = tf.mul(lossTotal, weight);
  const loss = tf.mean(lossProduct);
  rt.dispose(lossTotal, lossProduct);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const isGreater = tf.greater(relu, 0);
  rt.dispose(relu);

  // input.attn:8  loss = weight * sum[source](cross_entropy[tags](score, tag))
  const lossChosen2 = rt.where(lossIsGreater, (1 / batchSize) * weight, 0);
  const lossNegative2 = tf.neg(lossChosen2);
  const lossScattered = rt.scatter(batch.inputs.tag, lossNegative2, tags, 2);
  const lossExp = tf.exp(lossLogWeights);
  const lossNegativeWide = tf.reshape(lossNegative2, [batchSize, source, 1]);
  rt.dispose(lossIsGreater, lossChosen2, lossLogWeights, lossNegative2);
  const lossProduct2 = tf.mul(lossExp, lossNegativeWide);
  const lossDifference = tf.sub(lossScattered, lossProduct2);
  rt.dispose(lossExp, lossNegativeWide, lossScattered, lossProduct2);

  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * source, tags]);
  const product3 = tf.matMul(differenceRows, p['Linear.W']);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const product4 = tf.reshape(product3, [batchSize, source, embed]);
  const chosen = rt.where(isGreater, product4, 0);
  const scattered = rt.scatter(batch.inputs.tokens, chosen, vocabulary);
  rt.dispose(product3, isGreater, product4, chosen);

  // layers.attn:4  W @ x + b
  const differenceT = tf.transpose(differenceRows, [1, 0]);
  const product5 = tf.matMul(differenceT, reluRows);
  const total = tf.sum(lossDifference, [0, 1]);
  rt.dispose(differenceRows, reluRows, differenceT, lossDifference);
  return {
    loss,
    metrics: {},
    gradients: {
      'Read.table': scattered,
      'Linear.W': product5,
      'Linear.b': total,
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
      { path: 'Linear.W', axes: [{ label: 'out.tags', size: n.tags }, { label: 'in', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
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
  const { batch: batchSize, embed, source } = batch.n;

  // input.attn:6  model Counter(tokens: index(vocabulary)[source]) -> [] { Linear[](mean[source](Read(tokens))) }
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // tagger.attn:8  match act { tanh { tanh(table[tokens]) } relu { relu(table[tokens]) } }
  const picked = tf.gather(p['Read.table'], batch.inputs.tokens);
  const relu = tf.relu(picked);
  rt.dispose(picked);

  // input.attn:6  model Counter(tokens: index(vocabulary)[source]) -> [] { Linear[](mean[source](Read(tokens))) }
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const chosen = rt.where(isGreaterWide, relu, 0);
  const total = tf.sum(chosen, 1);
  rt.dispose(isGreater, relu, isGreaterWide, chosen);
  const sourceLengthAsFloat = tf.cast(batch.lengths.source, 'float32');
  const sourceLengthAsFloatWide = tf.reshape(sourceLengthAsFloat, [batchSize, 1]);
  const quotient = tf.div(total, sourceLengthAsFloatWide);
  rt.dispose(sourceLengthAsFloat, total, sourceLengthAsFloatWide);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['Linear.W'], [embed, 1]);
  const product = tf.matMul(quotient, WWide);
  const product2 = tf.reshape(product, [batchSize]);
  const sum = tf.add(product2, p['Linear.b']);
  rt.dispose(quotient, WWide, product, product2);
  return { result: sum };
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
      { path: 'Linear.W', axes: [{ label: 'in', size: n.embed }], outs: 0, init: { kind: 'glorot' } },
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
