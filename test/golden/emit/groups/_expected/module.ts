/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Count that its constructor may be given. */
export type CountDims = {
  /** `source`, `words`, `d`: Sums, softmax and the largest of places that share a value; places in the order of a score; running sums. Default 5. */
  readonly words: number;
  /** Default 3. */
  readonly d: number;
};

/** One example of Count. */
export interface CountInput {
  /** `index(words)[source]` */
  readonly i: rt.Ints;
  /** `[source, d]` */
  readonly x: readonly rt.Floats[];
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
type CountSizes = {
  readonly words: number;
  readonly d: number;
  readonly batch: number;
  readonly source: number;
};

/** Parameters by path. */
type CountParameters = Record<string, never>;

/** Padded examples on the device. */
type CountBatch = {
  readonly n: CountSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly i: tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type CountResults = { readonly total: tf.Tensor; readonly best: tf.Tensor; readonly share: tf.Tensor; readonly sorted: tf.Tensor; readonly so: tf.Tensor; readonly odds: tf.Tensor };

/** The outputs of Count, batch first. */
function countForward(_p: CountParameters, batch: CountBatch): CountResults {
  const { batch: batchSize, source, words } = batch.n;

  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words], share: [source], …
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourceLengthWide, isGreater);

  // input.attn:5  total = sum[source by i](x)
  const total = rt.scatter(batch.inputs.i, x, words, 1);

  // input.attn:6  best = max[source by i](u) else 0
  const bestWordsPlaces = tf.range(0, words, 1, 'int32');
  const bestIWide = tf.reshape(batch.inputs.i, [batchSize, source, 1]);
  const bestIsEqual = tf.equal(bestIWide, bestWordsPlaces);
  const bestBoth = tf.logicalAnd(bestIsEqual, isGreaterWide);
  const bestAny = rt.any(bestBoth, [1]);
  rt.dispose(bestWordsPlaces, bestIWide, bestIsEqual);

  // input.attn:4  u = sum[d](x)
  const u = tf.sum(x, 2);

  // input.attn:6  best = max[source by i](u) else 0
  const bestUWide = tf.reshape(u, [batchSize, source, 1]);
  const bestChosen = rt.where(bestBoth, bestUWide, -Infinity);
  const bestHighest = tf.max(bestChosen, 1);
  const bestChosen2 = rt.where(bestAny, bestHighest, 0);
  rt.dispose(bestAny, bestHighest);

  // input.attn:7  share = softmax[source by i](u)
  const shareChosenT = tf.transpose(bestChosen, [0, 2, 1]);
  const shareWeights = tf.softmax(shareChosenT);
  const shareWeightsT = tf.transpose(shareWeights, [0, 2, 1]);
  const shareChosen = rt.where(bestBoth, shareWeightsT, 0);
  rt.dispose(bestChosen, shareChosenT, shareWeights, bestBoth, shareWeightsT);
  const share = tf.sum(shareChosen, 2);
  rt.dispose(shareChosen);

  // input.attn:8  order = argsort[source as rank](u)
  const orderUWide = tf.reshape(u, [batchSize, 1, source]);
  const orderIsLess = tf.less(bestUWide, orderUWide);
  const orderIsEqual = tf.equal(bestUWide, orderUWide);
  const orderSourcePlacesWide = tf.reshape(sourcePlaces, [source, 1]);
  const orderIsLess2 = tf.less(orderSourcePlacesWide, sourcePlaces);
  const orderBoth = tf.logicalAnd(orderIsEqual, orderIsLess2);
  rt.dispose(bestUWide, orderUWide, orderSourcePlacesWide, orderIsEqual, orderIsLess2);
  const orderEither = tf.logicalOr(orderIsLess, orderBoth);
  const orderNumber = tf.scalar(1, 'int32');
  const orderNumber2 = tf.scalar(0, 'int32');
  const orderChosen = rt.where(orderEither, orderNumber, orderNumber2);
  rt.dispose(orderIsLess, orderBoth, orderEither, orderNumber);
  const orderChosen2 = rt.where(isGreaterWide, orderChosen, orderNumber2);
  const orderTotal = tf.sum(orderChosen2, 1);
  const orderTotalWide = tf.reshape(orderTotal, [batchSize, source, 1]);
  rt.dispose(orderNumber2, orderChosen, orderChosen2, orderTotal);
  const orderIsEqual2 = tf.equal(orderTotalWide, sourcePlaces);
  const orderChosen3 = rt.where(orderIsEqual2, 1, 0);
  const orderChosen4 = rt.where(isGreaterWide, orderChosen3, -Infinity);
  rt.dispose(sourcePlaces, orderTotalWide, orderIsEqual2, isGreaterWide, orderChosen3);
  const orderBest = tf.argMax(orderChosen4, 1);
  const orderBestShaped = tf.reshape(orderBest, [batchSize, source]);
  rt.dispose(orderChosen4, orderBest);

  // input.attn:9  sorted = u[order][rank as source]
  const sortedPicked = tf.gather(u, orderBestShaped, 1, 1);
  rt.dispose(orderBestShaped);

  // input.attn:10  so = cumsum[source](x, exclusive) + cumsum[source](x)
  const soRunning = tf.cumsum(x, 1, true, false);
  const soRunning2 = tf.cumsum(x, 1);
  const so = tf.add(soRunning, soRunning2);
  rt.dispose(x, soRunning, soRunning2);

  // input.attn:11  odds = cumprod[source](sigmoid(u), exclusive)
  const oddsSigmoid = tf.sigmoid(u);
  const odds = tf.cumprod(oddsSigmoid, 1, true, false);
  rt.dispose(u, oddsSigmoid);
  return { total, best: bestChosen2, share, sorted: sortedPicked, so, odds };
}

/** What countLoss gives. */
type CountLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function countLoss(_p: CountParameters, batch: CountBatch): CountLossResults {
  const { batch: batchSize, source, words } = batch.n;

  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words], share: [source], …
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourceLengthWide);

  // input.attn:5  total = sum[source by i](x)
  const total = rt.scatter(batch.inputs.i, x, words, 1);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const product = tf.mul(total, total);
  const total2 = tf.sum(product, [1, 2]);
  rt.dispose(total, product);

  // input.attn:6  best = max[source by i](u) else 0
  const bestWordsPlaces = tf.range(0, words, 1, 'int32');
  const bestIWide = tf.reshape(batch.inputs.i, [batchSize, source, 1]);
  const bestIsEqual = tf.equal(bestIWide, bestWordsPlaces);
  const bestBoth = tf.logicalAnd(bestIsEqual, isGreaterWide);
  const bestAny = rt.any(bestBoth, [1]);
  rt.dispose(bestWordsPlaces, bestIWide, bestIsEqual);

  // input.attn:4  u = sum[d](x)
  const u = tf.sum(x, 2);

  // input.attn:6  best = max[source by i](u) else 0
  const bestUWide = tf.reshape(u, [batchSize, source, 1]);
  const bestChosen = rt.where(bestBoth, bestUWide, -Infinity);
  const bestHighest = tf.max(bestChosen, 1);
  const bestChosen2 = rt.where(bestAny, bestHighest, 0);
  rt.dispose(bestAny, bestHighest);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const total3 = tf.sum(bestChosen2, 1);
  const sum = tf.add(total2, total3);
  rt.dispose(bestChosen2, total2, total3);

  // input.attn:7  share = softmax[source by i](u)
  const shareChosenT = tf.transpose(bestChosen, [0, 2, 1]);
  const shareWeights = tf.softmax(shareChosenT);
  const shareWeightsT = tf.transpose(shareWeights, [0, 2, 1]);
  const shareChosen = rt.where(bestBoth, shareWeightsT, 0);
  rt.dispose(bestChosen, shareChosenT, shareWeights, bestBoth, shareWeightsT);
  const share = tf.sum(shareChosen, 2);
  rt.dispose(shareChosen);

  // input.attn:8  order = argsort[source as rank](u)
  const orderUWide = tf.reshape(u, [batchSize, 1, source]);
  const orderIsLess = tf.less(bestUWide, orderUWide);
  const orderIsEqual = tf.equal(bestUWide, orderUWide);
  const orderSourcePlacesWide = tf.reshape(sourcePlaces, [source, 1]);
  const orderIsLess2 = tf.less(orderSourcePlacesWide, sourcePlaces);
  const orderBoth = tf.logicalAnd(orderIsEqual, orderIsLess2);
  rt.dispose(bestUWide, orderUWide, orderSourcePlacesWide, orderIsEqual, orderIsLess2);
  const orderEither = tf.logicalOr(orderIsLess, orderBoth);
  const orderNumber = tf.scalar(1, 'int32');
  const orderNumber2 = tf.scalar(0, 'int32');
  const orderChosen = rt.where(orderEither, orderNumber, orderNumber2);
  rt.dispose(orderIsLess, orderBoth, orderEither, orderNumber);
  const orderChosen2 = rt.where(isGreaterWide, orderChosen, orderNumber2);
  const orderTotal = tf.sum(orderChosen2, 1);
  const orderTotalWide = tf.reshape(orderTotal, [batchSize, source, 1]);
  rt.dispose(orderNumber2, orderChosen, orderChosen2, orderTotal);
  const orderIsEqual2 = tf.equal(orderTotalWide, sourcePlaces);
  const orderChosen3 = rt.where(orderIsEqual2, 1, 0);
  const orderChosen4 = rt.where(isGreaterWide, orderChosen3, -Infinity);
  rt.dispose(sourcePlaces, orderTotalWide, orderIsEqual2, orderChosen3);
  const orderBest = tf.argMax(orderChosen4, 1);
  const orderBestShaped = tf.reshape(orderBest, [batchSize, source]);
  rt.dispose(orderChosen4, orderBest);

  // input.attn:9  sorted = u[order][rank as source]
  const sortedPicked = tf.gather(u, orderBestShaped, 1, 1);
  rt.dispose(orderBestShaped);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const product2 = tf.mul(share, sortedPicked);
  rt.dispose(share, sortedPicked);

  // input.attn:11  odds = cumprod[source](sigmoid(u), exclusive)
  const oddsSigmoid = tf.sigmoid(u);
  const odds = tf.cumprod(oddsSigmoid, 1, true, false);
  rt.dispose(u, oddsSigmoid);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const sum2 = tf.add(product2, odds);
  const chosen = rt.where(isGreater, sum2, 0);
  rt.dispose(product2, odds, isGreater, sum2);
  const total4 = tf.sum(chosen, 1);
  const sum3 = tf.add(sum, total4);
  rt.dispose(chosen, sum, total4);

  // input.attn:10  so = cumsum[source](x, exclusive) + cumsum[source](x)
  const soRunning = tf.cumsum(x, 1, true, false);
  const soRunning2 = tf.cumsum(x, 1);
  const so = tf.add(soRunning, soRunning2);
  rt.dispose(x, soRunning, soRunning2);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const chosen2 = rt.where(isGreaterWide, so, 0);
  const total5 = tf.sum(chosen2, [1, 2]);
  const sum4 = tf.add(sum3, total5);
  rt.dispose(isGreaterWide, so, chosen2, sum3, total5);
  const loss = tf.mean(sum4);
  rt.dispose(sum4);
  return {
    loss,
    metrics: {},
  };
}

/** What countGradients gives. */
type CountGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: CountParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function countGradients(_p: CountParameters, batch: CountBatch, _random: rt.Random): CountGradientsResults {
  const { batch: batchSize, source, words } = batch.n;

  // input.attn:3  model Count(i: index(words)[source], x: [source, d]) -> { total: [words, d], best: [words], share: [source], …
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, source, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(sourceLengthWide);

  // input.attn:5  total = sum[source by i](x)
  const total = rt.scatter(batch.inputs.i, x, words, 1);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const product = tf.mul(total, total);
  const total2 = tf.sum(product, [1, 2]);
  rt.dispose(total, product);

  // input.attn:6  best = max[source by i](u) else 0
  const bestWordsPlaces = tf.range(0, words, 1, 'int32');
  const bestIWide = tf.reshape(batch.inputs.i, [batchSize, source, 1]);
  const bestIsEqual = tf.equal(bestIWide, bestWordsPlaces);
  const bestBoth = tf.logicalAnd(bestIsEqual, isGreaterWide);
  const bestAny = rt.any(bestBoth, [1]);
  rt.dispose(bestWordsPlaces, bestIWide, bestIsEqual);

  // input.attn:4  u = sum[d](x)
  const u = tf.sum(x, 2);

  // input.attn:6  best = max[source by i](u) else 0
  const bestUWide = tf.reshape(u, [batchSize, source, 1]);
  const bestChosen = rt.where(bestBoth, bestUWide, -Infinity);
  const bestHighest = tf.max(bestChosen, 1);
  const bestChosen2 = rt.where(bestAny, bestHighest, 0);
  rt.dispose(bestAny, bestHighest);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const total3 = tf.sum(bestChosen2, 1);
  const sum = tf.add(total2, total3);
  rt.dispose(bestChosen2, total2, total3);

  // input.attn:7  share = softmax[source by i](u)
  const shareChosenT = tf.transpose(bestChosen, [0, 2, 1]);
  const shareWeights = tf.softmax(shareChosenT);
  const shareWeightsT = tf.transpose(shareWeights, [0, 2, 1]);
  const shareChosen = rt.where(bestBoth, shareWeightsT, 0);
  rt.dispose(bestChosen, shareChosenT, shareWeights, bestBoth, shareWeightsT);
  const share = tf.sum(shareChosen, 2);
  rt.dispose(shareChosen);

  // input.attn:8  order = argsort[source as rank](u)
  const orderUWide = tf.reshape(u, [batchSize, 1, source]);
  const orderIsLess = tf.less(bestUWide, orderUWide);
  const orderIsEqual = tf.equal(bestUWide, orderUWide);
  const orderSourcePlacesWide = tf.reshape(sourcePlaces, [source, 1]);
  const orderIsLess2 = tf.less(orderSourcePlacesWide, sourcePlaces);
  const orderBoth = tf.logicalAnd(orderIsEqual, orderIsLess2);
  rt.dispose(bestUWide, orderUWide, orderSourcePlacesWide, orderIsEqual, orderIsLess2);
  const orderEither = tf.logicalOr(orderIsLess, orderBoth);
  const orderNumber = tf.scalar(1, 'int32');
  const orderNumber2 = tf.scalar(0, 'int32');
  const orderChosen = rt.where(orderEither, orderNumber, orderNumber2);
  rt.dispose(orderIsLess, orderBoth, orderEither, orderNumber);
  const orderChosen2 = rt.where(isGreaterWide, orderChosen, orderNumber2);
  const orderTotal = tf.sum(orderChosen2, 1);
  const orderTotalWide = tf.reshape(orderTotal, [batchSize, source, 1]);
  rt.dispose(orderNumber2, orderChosen, orderChosen2, orderTotal);
  const orderIsEqual2 = tf.equal(orderTotalWide, sourcePlaces);
  const orderChosen3 = rt.where(orderIsEqual2, 1, 0);
  const orderChosen4 = rt.where(isGreaterWide, orderChosen3, -Infinity);
  rt.dispose(sourcePlaces, orderTotalWide, orderIsEqual2, orderChosen3);
  const orderBest = tf.argMax(orderChosen4, 1);
  const orderBestShaped = tf.reshape(orderBest, [batchSize, source]);
  rt.dispose(orderChosen4, orderBest);

  // input.attn:9  sorted = u[order][rank as source]
  const sortedPicked = tf.gather(u, orderBestShaped, 1, 1);
  rt.dispose(orderBestShaped);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const product2 = tf.mul(share, sortedPicked);
  rt.dispose(share, sortedPicked);

  // input.attn:11  odds = cumprod[source](sigmoid(u), exclusive)
  const oddsSigmoid = tf.sigmoid(u);
  const odds = tf.cumprod(oddsSigmoid, 1, true, false);
  rt.dispose(u, oddsSigmoid);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const sum2 = tf.add(product2, odds);
  const chosen = rt.where(isGreater, sum2, 0);
  rt.dispose(product2, odds, isGreater, sum2);
  const total4 = tf.sum(chosen, 1);
  const sum3 = tf.add(sum, total4);
  rt.dispose(chosen, sum, total4);

  // input.attn:10  so = cumsum[source](x, exclusive) + cumsum[source](x)
  const soRunning = tf.cumsum(x, 1, true, false);
  const soRunning2 = tf.cumsum(x, 1);
  const so = tf.add(soRunning, soRunning2);
  rt.dispose(x, soRunning, soRunning2);

  // input.attn:14  objective Fit for Count { loss = sum[words, d](total ^ 2) + sum[words](best) + sum[source](share * sorted + o…
  const chosen2 = rt.where(isGreaterWide, so, 0);
  const total5 = tf.sum(chosen2, [1, 2]);
  const sum4 = tf.add(sum3, total5);
  rt.dispose(isGreaterWide, so, chosen2, sum3, total5);
  const loss = tf.mean(sum4);
  rt.dispose(sum4);
  return {
    loss,
    metrics: {},
    gradients: {},
  };
}

const countDefinition: rt.Definition = {
  name: 'Count',
  source: 'input.attn',
  hyperparameters: { words: 5, d: 3 },
  ragged: [{ label: 'source', mayBeEmpty: false }],
  sizes(n: CountDims) {
    return { words: n.words, d: n.d };
  },
  parameters() {
    return [];
  },
  inputs(n: CountSizes) {
    return [
      { name: 'i', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
      { name: 'x', elem: 'float', axes: [{ label: 'source', dim: 'source' }, { label: 'd', size: n.d }], indexes: null },
    ];
  },
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
      given() {
        return [];
      },
      updates: [
        {
          loss: countLoss,
          gradients: countGradients,
          optimizer: () => ({ kind: 'sgd', rate: 0.1 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Count extends rt.Model<CountDims, CountInput, CountTarget, CountOutput> {
  constructor(options: rt.ModelOptions<CountDims> = {}) {
    super(countDefinition, options);
  }
}
