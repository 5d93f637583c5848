/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Count that its constructor may be given. */
export type CountDims = {
  /** `source`, `words`, `d`: Sums, softmax and the largest of positions that share a value; positions in the order of a score; running sums. Default 5. */
  readonly words: number;
  /** Default 3. */ readonly d: number;
};

/** One example of Count. */
export interface CountInput {
  /** `index(words)[source]` */ readonly i: rt.Ints;
  /** `[source, d]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface CountTarget {
}

/** What Count gives for one example. */
export type CountOutput = {
  readonly total: rt.Value;
  readonly best: rt.Value;
  readonly share: rt.Value;
  readonly sorted: rt.Value;
  readonly so: rt.Value;
  readonly odds: rt.Value;
};

/** Every size of a call. */
type CountSizes = Readonly<Record<'words' | 'd' | 'batch' | 'source', number>>;

/** Parameters. */
type CountParameters = Record<string, never>;

/** Padded examples on the device. */
type CountBatch = {
  readonly n: CountSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly i: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

function count2(n: CountSizes, sourcePositions: tf.Tensor, i: tf.Tensor, sourceMaskWide: tf.Tensor, x: tf.Tensor) {
  const { batch: batchSize, source, words } = n;
  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words…
  const x2 = rt.where(sourceMaskWide, x, 0);
  // input.attn:5  total = sum[source by i](x)
  const total = rt.scatter(i, x2, words, 1);
  // input.attn:4  u = sum[d](x)
  const u = tf.sum(x2, 2);
  // input.attn:6  best = max[source by i](u) else 0
  const bestMask = tf.tidy(() => {
    const isEqual = tf.equal(tf.reshape(i, [batchSize, source, 1]), tf.range(0, words, 1, 'int32'));
    return tf.logicalAnd(isEqual, sourceMaskWide);
  });
  const uWide = tf.reshape(u, [batchSize, source, 1]);
  const uMasked = rt.where(bestMask, uWide, -Infinity);
  const bestChosen = tf.tidy(() => rt.where(rt.any(bestMask, [1]), tf.max(uMasked, 1), 0));
  // input.attn:7  share = softmax[source by i](u)
  const share = tf.tidy(() =>
    tf.sum(rt.where(bestMask, tf.transpose(tf.softmax(tf.transpose(uMasked, [0, 2, 1])), [0, 2, 1]), 0), 2),
  );
  rt.dispose(bestMask, uMasked);
  // input.attn:8  order = argsort[source as rank](u)
  const orderEither = tf.tidy(() => {
    const orderUWide = tf.reshape(u, [batchSize, 1, source]);
    const isLess = tf.less(tf.reshape(sourcePositions, [source, 1]), sourcePositions);
    return tf.logicalOr(tf.less(uWide, orderUWide), tf.logicalAnd(tf.equal(uWide, orderUWide), isLess));
  });
  const orderBest = tf.tidy(() => {
    const zero = tf.scalar(0, 'int32');
    const total = tf.sum(rt.where(sourceMaskWide, rt.where(orderEither, tf.scalar(1, 'int32'), zero), zero), 1);
    const chosen = rt.where(tf.equal(tf.reshape(total, [batchSize, source, 1]), sourcePositions), 1, 0);
    return tf.argMax(rt.where(sourceMaskWide, chosen, -Infinity), 1);
  });
  rt.dispose(uWide, orderEither);
  // input.attn:9  sorted = u[order][rank as source]
  const sortedPicked = tf.gather(u, orderBest, 1, 1);
  rt.dispose(orderBest);
  // input.attn:11  odds = cumprod[source](sigmoid(u), exclusive)
  const odds = tf.tidy(() => tf.cumprod(tf.sigmoid(u), 1, true, false));
  rt.dispose(u);
  // input.attn:10  so = cumsum[source](x, exclusive) + cumsum[source](x)
  const so = tf.tidy(() => tf.add(tf.cumsum(x2, 1, true, false), tf.cumsum(x2, 1)));
  rt.dispose(x2);
  return { total, bestChosen, share, sortedPicked, odds, so };
}

function fit(sourceMaskWide: tf.Tensor, so: tf.Tensor, share: tf.Tensor, sortedPicked: tf.Tensor, total: tf.Tensor, bestChosen: tf.Tensor, odds: tf.Tensor, sourceMask: tf.Tensor) {
  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source…
  const sum = tf.tidy(() => tf.add(tf.sum(tf.mul(total, total), [1, 2]), tf.sum(bestChosen, 1)));
  const loss = tf.tidy(() => {
    const sum2 = tf.add(sum, tf.sum(rt.where(sourceMask, tf.add(tf.mul(share, sortedPicked), odds), 0), 1));
    return tf.mean(tf.add(sum2, tf.sum(rt.where(sourceMaskWide, so, 0), [1, 2])));
  });
  rt.dispose(sum);
  return loss;
}

/** Outputs by name, [batch, …]. */
type CountResults = { readonly total: tf.Tensor; readonly best: tf.Tensor; readonly share: tf.Tensor; readonly sorted: tf.Tensor; readonly so: tf.Tensor; readonly odds: tf.Tensor };

/** The outputs of Count, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function countForward(_p: CountParameters, batch: CountBatch): CountResults {
  const { batch: batchSize, source, words } = batch.n;
  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words…
  const sourcePositions = tf.range(0, source, 1, 'int32');
  const sourceMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), sourcePositions));
  const sourceMaskWide = tf.reshape(sourceMask, [batchSize, source, 1]);
  const x = rt.where(sourceMaskWide, batch.inputs.x, 0);
  rt.dispose(sourceMask);
  // input.attn:5  total = sum[source by i](x)
  const total = rt.scatter(batch.inputs.i, x, words, 1);
  // input.attn:4  u = sum[d](x)
  const u = tf.sum(x, 2);
  // input.attn:6  best = max[source by i](u) else 0
  const bestMask = tf.tidy(() => {
    const isEqual = tf.equal(tf.reshape(batch.inputs.i, [batchSize, source, 1]), tf.range(0, words, 1, 'int32'));
    return tf.logicalAnd(isEqual, sourceMaskWide);
  });
  const uWide = tf.reshape(u, [batchSize, source, 1]);
  const uMasked = rt.where(bestMask, uWide, -Infinity);
  const best = tf.tidy(() => rt.where(rt.any(bestMask, [1]), tf.max(uMasked, 1), 0));
  // input.attn:7  share = softmax[source by i](u)
  const share = tf.tidy(() =>
    tf.sum(rt.where(bestMask, tf.transpose(tf.softmax(tf.transpose(uMasked, [0, 2, 1])), [0, 2, 1]), 0), 2),
  );
  rt.dispose(bestMask, uMasked);
  // input.attn:8  order = argsort[source as rank](u)
  const orderEither = tf.tidy(() => {
    const orderUWide = tf.reshape(u, [batchSize, 1, source]);
    const isLess = tf.less(tf.reshape(sourcePositions, [source, 1]), sourcePositions);
    return tf.logicalOr(tf.less(uWide, orderUWide), tf.logicalAnd(tf.equal(uWide, orderUWide), isLess));
  });
  const orderBest = tf.tidy(() => {
    const zero = tf.scalar(0, 'int32');
    const total = tf.sum(rt.where(sourceMaskWide, rt.where(orderEither, tf.scalar(1, 'int32'), zero), zero), 1);
    const chosen = rt.where(tf.equal(tf.reshape(total, [batchSize, source, 1]), sourcePositions), 1, 0);
    return tf.argMax(rt.where(sourceMaskWide, chosen, -Infinity), 1);
  });
  rt.dispose(uWide, sourcePositions, sourceMaskWide, orderEither);
  // input.attn:9  sorted = u[order][rank as source]
  const sorted = tf.gather(u, orderBest, 1, 1);
  rt.dispose(orderBest);
  // input.attn:10  so = cumsum[source](x, exclusive) + cumsum[source](x)
  const so = tf.tidy(() => tf.add(tf.cumsum(x, 1, true, false), tf.cumsum(x, 1)));
  rt.dispose(x);
  // input.attn:11  odds = cumprod[source](sigmoid(u), exclusive)
  const odds = tf.tidy(() => tf.cumprod(tf.sigmoid(u), 1, true, false));
  rt.dispose(u);
  return { total, best, share, sorted, so, odds };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function countLoss(_p: CountParameters, batch: CountBatch): rt.LossTensors {
  const { batch: batchSize, source } = batch.n;
  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words…
  const sourcePositions = tf.range(0, source, 1, 'int32');
  const sourceMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), sourcePositions));
  const sourceMaskWide = tf.reshape(sourceMask, [batchSize, source, 1]);
  const { total, bestChosen, share, sortedPicked, odds, so } = count2(batch.n, sourcePositions, batch.inputs.i, sourceMaskWide, batch.inputs.x);
  const loss = fit(sourceMaskWide, so, share, sortedPicked, total, bestChosen, odds, sourceMask);
  rt.dispose(sourcePositions, sourceMask, sourceMaskWide, total, bestChosen, share, sortedPicked, odds, so);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function countGradients(_p: CountParameters, batch: CountBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, source } = batch.n;
  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words…
  const sourcePositions = tf.range(0, source, 1, 'int32');
  const sourceMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), sourcePositions));
  const sourceMaskWide = tf.reshape(sourceMask, [batchSize, source, 1]);
  const { total, bestChosen, share, sortedPicked, odds, so } = count2(batch.n, sourcePositions, batch.inputs.i, sourceMaskWide, batch.inputs.x);
  const loss = fit(sourceMaskWide, so, share, sortedPicked, total, bestChosen, odds, sourceMask);
  rt.dispose(sourcePositions, sourceMask, sourceMaskWide, total, bestChosen, share, sortedPicked, odds, so);
  return { loss, metrics: {}, gradients: {} };
}

const countDefinition: rt.Definition = {
  name: 'Count',
  source: 'input.attn',
  hyperparameters: { words: 5, d: 3 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: CountDims) {
    return { words: n.words, d: n.d };
  },
  parameters: () => [],
  inputs: (n: CountSizes) => [
    { name: 'i', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
    { name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'd', size: n.d }], indexes: null },
  ],
  outputs: {
    total: { elem: 'float', axes: [{ label: 'words', dim: null }, { label: 'd', dim: null }] },
    best: { elem: 'float', axes: [{ label: 'words', dim: null }] },
    share: { elem: 'float', axes: [{ label: 'source', dim: 'source' }] },
    sorted: { elem: 'float', axes: [{ label: 'source', dim: 'source' }] },
    so: { elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'd', dim: null }] },
    odds: { elem: 'float', axes: [{ label: 'source', dim: 'source' }] },
  },
  forward: countForward,
  objectives: [
    {
      name: 'Fit',
      given: () => [],
      updates: [{ loss: countLoss, gradients: countGradients, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Count extends rt.Model<CountDims, CountInput, CountTarget, CountOutput> {
  constructor(options: rt.ModelOptions<CountDims> = {}) {
    super(countDefinition, options);
  }
}
