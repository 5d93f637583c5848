/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Read that its constructor may be given. */
export type ReadDims = {
  /** Default 7. */
  readonly words: number;
  /** Default 3. */
  readonly d: number;
};

/** One example of Read. */
export interface ReadInput {
  /** `index(words)[sentence, word]` */
  readonly tokens: readonly rt.Ints[];
}

/** What the objectives need besides. */
export interface ReadTarget {
}

/** What Read gives for one example. */
export type ReadOutput = {
  readonly h: rt.Value;
  readonly final: rt.Value;
  readonly seen: rt.Value;
  readonly wide: rt.Value;
  readonly rounds: rt.Value;
};

/** Every size of a call. */
type ReadSizes = {
  readonly words: number;
  readonly d: number;
  readonly round: number;
  readonly batch: number;
  readonly sentence: number;
  readonly word: number;
};

/** Parameters by path. */
type ReadParameters = {
  readonly table: tf.Tensor;
  readonly 'rounds[0].Linear.W': tf.Tensor;
  readonly 'rounds[0].Linear.b': tf.Tensor;
  readonly 'rounds[1].Linear.W': tf.Tensor;
  readonly 'rounds[1].Linear.b': tf.Tensor;
  readonly 'wide.Grow.repeat[0].x.Linear.W': tf.Tensor;
  readonly 'wide.Grow.repeat[0].x.Linear.b': tf.Tensor;
  readonly 'wide.Grow.repeat[1].x.Linear.W': tf.Tensor;
  readonly 'wide.Grow.repeat[1].x.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type ReadBatch = {
  readonly n: ReadSizes;
  readonly inputs: { readonly tokens: tf.Tensor };
  readonly lengths: { readonly sentence: tf.Tensor1D; readonly word: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type ReadResults = { readonly h: tf.Tensor; readonly final: tf.Tensor; readonly seen: tf.Tensor; readonly wide: tf.Tensor; readonly rounds: tf.Tensor };

/** The outputs of Read, batch first. */
function readForward(p: ReadParameters, batch: ReadBatch): ReadResults {
  const { batch: batchSize, d, sentence, word, words } = batch.n;

  // input.attn:7  h = scan sentence with ts = tokens {
  const hFilled = tf.fill([batchSize, d], 0);

  // input.attn:5  model Read(tokens: index(words)[sentence, word]) -> { h: [sentence, d], final: [d], seen: bool[sentence], wid…
  const sentencePlaces = tf.range(0, sentence, 1, 'int32');

  // input.attn:7  h = scan sentence with ts = tokens {
  const hSentenceLengthWide = tf.reshape(batch.lengths.sentence, [batchSize, 1]);
  const hIsGreater = tf.greater(hSentenceLengthWide, sentencePlaces);
  rt.dispose(sentencePlaces, hSentenceLengthWide);

  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
  const innerWordPlaces = tf.range(0, word, 1, 'int32');
  const innerUNextWide = tf.reshape(batch.lengths.word, [batchSize, 1]);
  const uNext = tf.greater(innerUNextWide, innerWordPlaces);
  const innerUNextT = tf.transpose(uNext, [1, 0]);
  const uNextSteps = tf.unstack(innerUNextT);
  rt.dispose(innerWordPlaces, innerUNextWide, uNext, innerUNextT);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hTokensT = tf.transpose(batch.inputs.tokens, [1, 0, 2]);
  const hIsGreaterT = tf.transpose(hIsGreater, [1, 0]);
  const tokensSteps = tf.unstack(hTokensT);
  const isGreaterSteps = tf.unstack(hIsGreaterT);
  rt.dispose(hIsGreater, hTokensT, hIsGreaterT);

  const sNextSteps: tf.Tensor[] = [];
  let hSNext: tf.Tensor = hFilled;
  for (let t = 0; t < sentence; t++) {
    const tokens = tokensSteps[t]!;
    const isGreaterAt = isGreaterSteps[t]!;

    // input.attn:7  h = scan sentence with ts = tokens {
    const hValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const hChosen = rt.where(hValueWide, hSNext, 0);
    rt.dispose(hValueWide);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextProduct = tf.mul(hChosen, 0.5);

    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
    const innerPicked = tf.gather(p.table, tokens);
    const innerPickedT = tf.transpose(innerPicked, [1, 0, 2]);
    const xSteps = tf.unstack(innerPickedT);
    rt.dispose(innerPicked, innerPickedT);

    const uNextSteps2 = new Array<tf.Tensor>(word);
    let innerUNext: tf.Tensor = hChosen;
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const uNext2 = uNextSteps[t2]!;
      const xAt = xSteps[t2]!;

      // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
      const innerSum = tf.add(innerUNext, xAt);
      const innerTanh = tf.tanh(innerSum);
      const innerUNextWide2 = tf.reshape(uNext2, [batchSize, 1]);
      const uNext3 = rt.where(innerUNextWide2, innerTanh, innerUNext);
      rt.dispose(innerSum, innerUNextWide2, innerUNext);
      uNextSteps2[t2] = innerTanh;
      innerUNext = uNext3;
    }
    rt.dispose(xSteps, innerUNext);
    const uNextStacked = tf.stack(uNextSteps2);
    rt.dispose(uNextSteps2);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextPlace = tf.slice(uNextStacked, [0, 0, 0], [1, -1, -1]);
    const sNextPicked = tf.reshape(sNextPlace, [batchSize, d]);
    const sNext = tf.add(sNextProduct, sNextPicked);
    rt.dispose(uNextStacked, sNextPlace, sNextProduct, sNextPicked);
    sNextSteps.push(sNext);
    hSNext = sNext;
  }
  rt.dispose(hFilled, uNextSteps, tokensSteps, isGreaterSteps);
  const sNextStacked = tf.stack(sNextSteps);
  const hSNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  rt.dispose(sNextSteps);

  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const number = tf.scalar(-1, 'int32');
  const sum = tf.add(batch.lengths.sentence, number);
  const picked = tf.gather(hSNextStepsT, sum, 1, 1);
  rt.dispose(number, sum);

  // input.attn:13  flags = scan sentence with hs = h {
  const flagsFilled = tf.fill([batchSize], 0, 'bool');

  // input.attn:14  state was: bool[] = false, at: index(words) = 0
  const placePlaces = tf.range(0, words, 1, 'int32');
  const place = tf.slice(placePlaces, [0], [1]);
  const picked2 = tf.reshape(place, []);
  rt.dispose(placePlaces, place);

  // input.attn:13  flags = scan sentence with hs = h {
  const flagsPickedWide = tf.broadcastTo(picked2, [batchSize]);
  rt.dispose(picked2);

  // input.attn:15  was' = was or sum[d](hs) > 0
  const wasNextTotal = tf.sum(sNextStacked, 2);
  const wasNextIsGreater = tf.greater(wasNextTotal, 0);
  rt.dispose(sNextStacked, wasNextTotal);

  // input.attn:16  at' = if was then at else argmax[words](table @[d] hs)
  const atNextSNextStepsRows = tf.reshape(hSNextStepsT, [batchSize * sentence, d]);
  const atNextTableT = tf.transpose(p.table, [1, 0]);
  const atNextProduct = tf.matMul(atNextSNextStepsRows, atNextTableT);
  const atNextProduct2 = tf.reshape(atNextProduct, [batchSize, sentence, words]);
  const atNextBest = tf.argMax(atNextProduct2, 2);
  rt.dispose(atNextTableT, atNextProduct, atNextProduct2);

  // input.attn:13  flags = scan sentence with hs = h {
  const flagsBestT = tf.transpose(atNextBest, [1, 0]);
  const isGreaterSteps2 = tf.unstack(wasNextIsGreater);
  const xSteps2 = tf.unstack(flagsBestT);
  rt.dispose(atNextBest, wasNextIsGreater, flagsBestT);

  const wasNextSteps: tf.Tensor[] = [];
  const atNextSteps: tf.Tensor[] = [];
  let flagsWasNext: tf.Tensor = flagsFilled;
  let flagsAtNext: tf.Tensor = flagsPickedWide;
  for (let t3 = 0; t3 < sentence; t3++) {
    const isGreaterAt2 = isGreaterSteps2[t3]!;
    const xAt2 = xSteps2[t3]!;

    // input.attn:15  was' = was or sum[d](hs) > 0
    const wasNext = tf.logicalOr(flagsWasNext, isGreaterAt2);

    // input.attn:16  at' = if was then at else argmax[words](table @[d] hs)
    const atNext = rt.where(flagsWasNext, flagsAtNext, xAt2);
    wasNextSteps.push(wasNext);
    atNextSteps.push(atNext);
    flagsWasNext = wasNext;
    flagsAtNext = atNext;
  }
  rt.dispose(flagsFilled, flagsPickedWide, isGreaterSteps2, xSteps2);
  const atNextStacked = tf.stack(atNextSteps);
  rt.dispose(atNextSteps);

  // input.attn:17  emit was' and at' != 3
  const number2 = tf.scalar(3, 'int32');
  const differs = tf.notEqual(atNextStacked, number2);
  const wasNextStacked = tf.stack(wasNextSteps);
  const both = tf.logicalAnd(wasNextStacked, differs);
  rt.dispose(atNextStacked, number2, wasNextSteps, differs, wasNextStacked);
  const bothT = tf.transpose(both, [1, 0]);
  rt.dispose(both);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['wide.Grow.repeat[0].x.Linear.W'], [1, 0]);
  const product = tf.matMul(atNextSNextStepsRows, WT);
  const product2 = tf.reshape(product, [batchSize, sentence, 2]);
  const sum2 = tf.add(product2, p['wide.Grow.repeat[0].x.Linear.b']);
  rt.dispose(atNextSNextStepsRows, WT, product, product2);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh = tf.tanh(sum2);
  const joined = tf.concat([hSNextStepsT, tanh], 2);
  rt.dispose(sum2, tanh);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(joined, [batchSize * sentence, d + 2]);
  const WT2 = tf.transpose(p['wide.Grow.repeat[1].x.Linear.W'], [1, 0]);
  const product3 = tf.matMul(xRows, WT2);
  const product4 = tf.reshape(product3, [batchSize, sentence, 2]);
  const sum3 = tf.add(product4, p['wide.Grow.repeat[1].x.Linear.b']);
  rt.dispose(xRows, WT2, product3, product4);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh2 = tf.tanh(sum3);
  const x = tf.concat([joined, tanh2], 2);
  rt.dispose(sum3, joined, tanh2);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['rounds[0].Linear.W'], [1, 0]);
  const product5 = tf.matMul(picked, WT3);
  const sum4 = tf.add(product5, p['rounds[0].Linear.b']);
  const WT4 = tf.transpose(p['rounds[1].Linear.W'], [1, 0]);
  const product6 = tf.matMul(picked, WT4);
  const sum5 = tf.add(product6, p['rounds[1].Linear.b']);
  rt.dispose(WT3, product5, WT4, product6);

  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProduct = tf.mul(sum5, 2);
  const roundsSumShaped = tf.reshape(sum4, [batchSize, d, 1]);
  const roundsProductShaped = tf.reshape(roundsProduct, [batchSize, d, 1]);
  const rounds = tf.concat([roundsSumShaped, roundsProductShaped], 2);
  rt.dispose(sum5, sum4, roundsProduct, roundsSumShaped, roundsProductShaped);
  const roundsRoundsT = tf.transpose(rounds, [0, 2, 1]);
  rt.dispose(rounds);
  return { h: hSNextStepsT, final: picked, seen: bothT, wide: x, rounds: roundsRoundsT };
}

/** What readLoss gives. */
type ReadLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function readLoss(p: ReadParameters, batch: ReadBatch): ReadLossResults {
  const { batch: batchSize, d, sentence, word } = batch.n;

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const sentencePlaces = tf.range(0, sentence, 1, 'int32');
  const sentenceLengthWide = tf.reshape(batch.lengths.sentence, [batchSize, 1]);
  const isGreater = tf.greater(sentenceLengthWide, sentencePlaces);
  rt.dispose(sentencePlaces, sentenceLengthWide);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hFilled = tf.fill([batchSize, d], 0);

  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
  const innerWordPlaces = tf.range(0, word, 1, 'int32');
  const innerUNextWide = tf.reshape(batch.lengths.word, [batchSize, 1]);
  const uNext = tf.greater(innerUNextWide, innerWordPlaces);
  const innerUNextT = tf.transpose(uNext, [1, 0]);
  const uNextSteps = tf.unstack(innerUNextT);
  rt.dispose(innerWordPlaces, innerUNextWide, uNext, innerUNextT);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hTokensT = tf.transpose(batch.inputs.tokens, [1, 0, 2]);
  const hIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const tokensSteps = tf.unstack(hTokensT);
  const isGreaterSteps = tf.unstack(hIsGreaterT);
  rt.dispose(hTokensT);

  const sNextSteps: tf.Tensor[] = [];
  let hSNext: tf.Tensor = hFilled;
  for (let t = 0; t < sentence; t++) {
    const tokens = tokensSteps[t]!;
    const tokens2 = isGreaterSteps[t]!;

    // input.attn:7  h = scan sentence with ts = tokens {
    const hTokensWide = tf.reshape(tokens2, [batchSize, 1]);
    const hChosen = rt.where(hTokensWide, hSNext, 0);
    rt.dispose(hTokensWide);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextProduct = tf.mul(hChosen, 0.5);

    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
    const innerPicked = tf.gather(p.table, tokens);
    const innerPickedT = tf.transpose(innerPicked, [1, 0, 2]);
    const xSteps = tf.unstack(innerPickedT);
    rt.dispose(innerPicked, innerPickedT);

    const uNextSteps2 = new Array<tf.Tensor>(word);
    let innerUNext: tf.Tensor = hChosen;
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const uNext2 = uNextSteps[t2]!;
      const xAt = xSteps[t2]!;

      // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
      const innerSum = tf.add(innerUNext, xAt);
      const innerTanh = tf.tanh(innerSum);
      const innerUNextWide2 = tf.reshape(uNext2, [batchSize, 1]);
      const uNext3 = rt.where(innerUNextWide2, innerTanh, innerUNext);
      rt.dispose(innerSum, innerUNextWide2, innerUNext);
      uNextSteps2[t2] = innerTanh;
      innerUNext = uNext3;
    }
    rt.dispose(xSteps, innerUNext);
    const uNextStacked = tf.stack(uNextSteps2);
    rt.dispose(uNextSteps2);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextPlace = tf.slice(uNextStacked, [0, 0, 0], [1, -1, -1]);
    const sNextPicked = tf.reshape(sNextPlace, [batchSize, d]);
    const sNext = tf.add(sNextProduct, sNextPicked);
    rt.dispose(uNextStacked, sNextPlace, sNextProduct, sNextPicked);
    sNextSteps.push(sNext);
    hSNext = sNext;
  }
  rt.dispose(hFilled, uNextSteps, tokensSteps, isGreaterSteps);
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const product = tf.mul(sNextStacked, sNextStacked);
  const isGreaterWide = tf.reshape(hIsGreaterT, [sentence, batchSize, 1]);
  const chosen = rt.where(isGreaterWide, product, 0);
  const total = tf.sum(chosen, [0, 2]);
  rt.dispose(hIsGreaterT, product, isGreaterWide, chosen);

  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const number = tf.scalar(-1, 'int32');
  const sum = tf.add(batch.lengths.sentence, number);
  const sNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const picked = tf.gather(sNextStepsT, sum, 1, 1);
  rt.dispose(number, sNextStacked, sum);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const total2 = tf.sum(picked, 1);
  const sum2 = tf.add(total, total2);
  rt.dispose(total, total2);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['rounds[0].Linear.W'], [1, 0]);
  const product2 = tf.matMul(picked, WT);
  const sum3 = tf.add(product2, p['rounds[0].Linear.b']);
  const WT2 = tf.transpose(p['rounds[1].Linear.W'], [1, 0]);
  const product3 = tf.matMul(picked, WT2);
  rt.dispose(WT, product2, picked, WT2);
  const sum4 = tf.add(product3, p['rounds[1].Linear.b']);
  rt.dispose(product3);

  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProduct = tf.mul(sum4, 2);
  const roundsSumShaped = tf.reshape(sum3, [batchSize, d, 1]);
  const roundsProductShaped = tf.reshape(roundsProduct, [batchSize, d, 1]);
  const rounds = tf.concat([roundsSumShaped, roundsProductShaped], 2);
  rt.dispose(sum4, sum3, roundsProduct, roundsSumShaped, roundsProductShaped);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const total3 = tf.sum(rounds, [1, 2]);
  const sum5 = tf.add(sum2, total3);
  rt.dispose(rounds, sum2, total3);

  // layers.attn:4  W @ x + b
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * sentence, d]);
  const WT3 = tf.transpose(p['wide.Grow.repeat[0].x.Linear.W'], [1, 0]);
  const product4 = tf.matMul(sNextStepsRows, WT3);
  const product5 = tf.reshape(product4, [batchSize, sentence, 2]);
  const sum6 = tf.add(product5, p['wide.Grow.repeat[0].x.Linear.b']);
  rt.dispose(sNextStepsRows, WT3, product4, product5);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh = tf.tanh(sum6);
  const joined = tf.concat([sNextStepsT, tanh], 2);
  rt.dispose(sum6, sNextStepsT, tanh);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(joined, [batchSize * sentence, d + 2]);
  const WT4 = tf.transpose(p['wide.Grow.repeat[1].x.Linear.W'], [1, 0]);
  const product6 = tf.matMul(xRows, WT4);
  const product7 = tf.reshape(product6, [batchSize, sentence, 2]);
  const sum7 = tf.add(product7, p['wide.Grow.repeat[1].x.Linear.b']);
  rt.dispose(xRows, WT4, product6, product7);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh2 = tf.tanh(sum7);
  const x = tf.concat([joined, tanh2], 2);
  rt.dispose(sum7, joined, tanh2);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const isGreaterWide2 = tf.reshape(isGreater, [batchSize, sentence, 1]);
  const chosen2 = rt.where(isGreaterWide2, x, 0);
  const total4 = tf.sum(chosen2, [1, 2]);
  rt.dispose(isGreater, x, isGreaterWide2, chosen2);
  const sum8 = tf.add(sum5, total4);
  const loss = tf.mean(sum8);
  rt.dispose(sum5, total4, sum8);
  return {
    loss,
    metrics: {},
  };
}

/** What readGradients gives. */
type ReadGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: ReadParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function readGradients(p: ReadParameters, batch: ReadBatch, _random: rt.Random): ReadGradientsResults {
  const { batch: batchSize, d, sentence, word, words } = batch.n;

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const sentencePlaces = tf.range(0, sentence, 1, 'int32');
  const sentenceLengthWide = tf.reshape(batch.lengths.sentence, [batchSize, 1]);
  const isGreater = tf.greater(sentenceLengthWide, sentencePlaces);
  rt.dispose(sentencePlaces, sentenceLengthWide);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hFilled = tf.fill([batchSize, d], 0);

  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
  const innerWordPlaces = tf.range(0, word, 1, 'int32');
  const innerUNextWide = tf.reshape(batch.lengths.word, [batchSize, 1]);
  const uNext = tf.greater(innerUNextWide, innerWordPlaces);
  const innerUNextT = tf.transpose(uNext, [1, 0]);
  const uNextSteps = tf.unstack(innerUNextT);
  rt.dispose(innerWordPlaces, innerUNextWide, uNext, innerUNextT);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hTokensT = tf.transpose(batch.inputs.tokens, [1, 0, 2]);
  const hIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const tokensSteps = tf.unstack(hTokensT);
  const isGreaterSteps = tf.unstack(hIsGreaterT);
  rt.dispose(hTokensT);

  const sNextSteps: tf.Tensor[] = [];
  const uNextStackedSteps: tf.Tensor[] = [];
  let hSNext: tf.Tensor = hFilled;
  for (let t = 0; t < sentence; t++) {
    const tokens = tokensSteps[t]!;
    const tokens2 = isGreaterSteps[t]!;

    // input.attn:7  h = scan sentence with ts = tokens {
    const hTokensWide = tf.reshape(tokens2, [batchSize, 1]);
    const hChosen = rt.where(hTokensWide, hSNext, 0);
    rt.dispose(hTokensWide);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextProduct = tf.mul(hChosen, 0.5);

    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
    const innerPicked = tf.gather(p.table, tokens);
    const innerPickedT = tf.transpose(innerPicked, [1, 0, 2]);
    const xSteps = tf.unstack(innerPickedT);
    rt.dispose(innerPicked, innerPickedT);

    const uNextSteps2 = new Array<tf.Tensor>(word);
    let innerUNext: tf.Tensor = hChosen;
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const uNext2 = uNextSteps[t2]!;
      const xAt = xSteps[t2]!;

      // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
      const innerSum = tf.add(innerUNext, xAt);
      const innerTanh = tf.tanh(innerSum);
      const innerUNextWide2 = tf.reshape(uNext2, [batchSize, 1]);
      const uNext3 = rt.where(innerUNextWide2, innerTanh, innerUNext);
      rt.dispose(innerSum, innerUNextWide2, innerUNext);
      uNextSteps2[t2] = innerTanh;
      innerUNext = uNext3;
    }
    rt.dispose(xSteps, innerUNext);
    const uNextStacked = tf.stack(uNextSteps2);
    rt.dispose(uNextSteps2);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextPlace = tf.slice(uNextStacked, [0, 0, 0], [1, -1, -1]);
    const sNextPicked = tf.reshape(sNextPlace, [batchSize, d]);
    const sNext = tf.add(sNextProduct, sNextPicked);
    rt.dispose(sNextPlace, sNextProduct, sNextPicked);
    sNextSteps.push(sNext);
    uNextStackedSteps.push(uNextStacked);
    hSNext = sNext;
  }
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const product = tf.mul(sNextStacked, sNextStacked);
  const isGreaterWide = tf.reshape(hIsGreaterT, [sentence, batchSize, 1]);
  const chosen = rt.where(isGreaterWide, product, 0);
  const total = tf.sum(chosen, [0, 2]);
  rt.dispose(hIsGreaterT, product, isGreaterWide, chosen);

  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const number = tf.scalar(-1, 'int32');
  const sum = tf.add(batch.lengths.sentence, number);
  const sNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const picked = tf.gather(sNextStepsT, sum, 1, 1);
  rt.dispose(number);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const total2 = tf.sum(picked, 1);
  const sum2 = tf.add(total, total2);
  rt.dispose(total, total2);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['rounds[0].Linear.W'], [1, 0]);
  const product2 = tf.matMul(picked, WT);
  const sum3 = tf.add(product2, p['rounds[0].Linear.b']);
  const WT2 = tf.transpose(p['rounds[1].Linear.W'], [1, 0]);
  const product3 = tf.matMul(picked, WT2);
  const sum4 = tf.add(product3, p['rounds[1].Linear.b']);
  rt.dispose(WT, product2, WT2, product3);

  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProduct = tf.mul(sum4, 2);
  const roundsSumShaped = tf.reshape(sum3, [batchSize, d, 1]);
  const roundsProductShaped = tf.reshape(roundsProduct, [batchSize, d, 1]);
  const rounds = tf.concat([roundsSumShaped, roundsProductShaped], 2);
  rt.dispose(sum4, sum3, roundsProduct, roundsSumShaped, roundsProductShaped);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const total3 = tf.sum(rounds, [1, 2]);
  const sum5 = tf.add(sum2, total3);
  rt.dispose(rounds, sum2, total3);

  // layers.attn:4  W @ x + b
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * sentence, d]);
  const WT3 = tf.transpose(p['wide.Grow.repeat[0].x.Linear.W'], [1, 0]);
  const product4 = tf.matMul(sNextStepsRows, WT3);
  const product5 = tf.reshape(product4, [batchSize, sentence, 2]);
  const sum6 = tf.add(product5, p['wide.Grow.repeat[0].x.Linear.b']);
  rt.dispose(WT3, product4, product5);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh = tf.tanh(sum6);
  const joined = tf.concat([sNextStepsT, tanh], 2);
  rt.dispose(sum6, sNextStepsT);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(joined, [batchSize * sentence, d + 2]);
  const WT4 = tf.transpose(p['wide.Grow.repeat[1].x.Linear.W'], [1, 0]);
  const product6 = tf.matMul(xRows, WT4);
  const product7 = tf.reshape(product6, [batchSize, sentence, 2]);
  const sum7 = tf.add(product7, p['wide.Grow.repeat[1].x.Linear.b']);
  rt.dispose(WT4, product6, product7);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const tanh2 = tf.tanh(sum7);
  const x = tf.concat([joined, tanh2], 2);
  rt.dispose(sum7, joined);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const isGreaterWide2 = tf.reshape(isGreater, [batchSize, sentence, 1]);
  const chosen2 = rt.where(isGreaterWide2, x, 0);
  const total4 = tf.sum(chosen2, [1, 2]);
  const sum8 = tf.add(sum5, total4);
  rt.dispose(x, isGreaterWide2, chosen2, sum5, total4);
  const loss = tf.mean(sum8);
  rt.dispose(sum8);

  // input.attn:7  h = scan sentence with ts = tokens {
  const hFilled2 = tf.fill([words, d], 0);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const chosen3 = rt.where(isGreater, 1 / batchSize, 0);
  rt.dispose(isGreater);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const chosenWide = tf.broadcastTo(chosen3, [d + 4, batchSize, sentence]);
  const part = tf.slice(chosenWide, [0, 0, 0], [d + 2, -1, -1]);
  const part2 = tf.slice(chosenWide, [d + 2, 0, 0], [2, -1, -1]);
  const partT = tf.transpose(part2, [1, 2, 0]);
  const product8 = rt.tanhGradient(partT, tanh2);
  rt.dispose(chosenWide, part2, tanh2, partT);

  // layers.attn:4  W @ x + b
  const productRows = tf.reshape(product8, [batchSize * sentence, 2]);
  const product9 = tf.matMul(productRows, p['wide.Grow.repeat[1].x.Linear.W']);
  const partT2 = tf.transpose(part, [1, 2, 0]);
  const product10 = tf.reshape(product9, [batchSize, sentence, d + 2]);
  const sum9 = tf.add(partT2, product10);
  rt.dispose(part, product9, partT2, product10);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const part3 = tf.slice(sum9, [0, 0, d], [-1, -1, 2]);
  const product11 = rt.tanhGradient(part3, tanh);
  rt.dispose(tanh, part3);

  // layers.attn:4  W @ x + b
  const productRows2 = tf.reshape(product11, [batchSize * sentence, 2]);
  const product12 = tf.matMul(productRows2, p['wide.Grow.repeat[0].x.Linear.W']);

  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x = concat[channel](x, …
  const part4 = tf.slice(sum9, [0, 0, 0], [-1, -1, d]);
  rt.dispose(sum9);

  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const product13 = tf.reshape(product12, [batchSize, sentence, d]);
  const sum10 = tf.add(product13, part4);
  rt.dispose(product12, part4, product13);

  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsFilled = tf.fill([2], 1 / batchSize);
  const roundsPart = tf.slice(roundsFilled, [1], [1]);
  const roundsPlace = tf.reshape(roundsPart, []);
  const roundsProduct2 = tf.mul(roundsPlace, 2);
  rt.dispose(roundsPart, roundsPlace);

  // layers.attn:4  W @ x + b
  const total5 = tf.sum(p['rounds[1].Linear.W'], 0);
  const product14 = tf.mul(roundsProduct2, total5);
  rt.dispose(total5);

  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsPart2 = tf.slice(roundsFilled, [0], [1]);
  const roundsPlace2 = tf.reshape(roundsPart2, []);
  rt.dispose(roundsFilled, roundsPart2);

  // layers.attn:4  W @ x + b
  const total6 = tf.sum(p['rounds[0].Linear.W'], 0);
  const product15 = tf.mul(roundsPlace2, total6);
  const sum11 = tf.add(product14, product15);
  rt.dispose(total6, product14, product15);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const sum12 = tf.add(sum11, 1 / batchSize);
  rt.dispose(sum11);

  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const sumWide = tf.broadcastTo(sum12, [batchSize, d]);
  const scattered = rt.scatter(sum, sumWide, sentence, 1);
  const sum13 = tf.add(sum10, scattered);
  rt.dispose(sum12, sum, sumWide, sum10, scattered);

  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](rounds) + sum[sentenc…
  const chosenT = tf.transpose(chosen3, [1, 0]);
  const chosenWide2 = tf.reshape(chosenT, [sentence, batchSize, 1]);
  const product16 = tf.mul(chosenWide2, sNextStacked);
  rt.dispose(chosen3, chosenT, sNextStacked, chosenWide2);
  const productT = tf.transpose(product16, [1, 0, 2]);
  const sum14 = tf.add(sum13, productT);
  const sum15 = tf.add(sum14, productT);
  rt.dispose(product16, sum13, productT, sum14);

  // input.attn:10  s' = 0.5 * s + inner[word = first]
  const sNextNumber = tf.scalar(0, 'int32');

  // input.attn:7  h = scan sentence with ts = tokens {
  const hSumT = tf.transpose(sum15, [1, 0, 2]);
  const sumSteps = tf.unstack(hSumT);
  rt.dispose(sum15, hSumT);

  let hState: tf.Tensor = tf.clone(hFilled);
  let hState2: tf.Tensor = hFilled2;
  for (let t3 = sentence - 1; t3 >= 0; t3--) {
    const sumAt = sumSteps[t3]!;
    const uNextStackedAt = uNextStackedSteps[t3]!;
    const tokensAt = tokensSteps[t3]!;
    const isGreaterAt = isGreaterSteps[t3]!;

    // input.attn:7  h = scan sentence with ts = tokens {
    const hSum = tf.add(hState, sumAt);
    rt.dispose(hState);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextScattered = rt.scatter(sNextNumber, hSum, word);
    const xSteps2 = tf.unstack(sNextScattered);
    const xSteps3 = tf.unstack(uNextStackedAt);
    rt.dispose(sNextScattered);

    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
    const productSteps: tf.Tensor[] = [];
    let innerState: tf.Tensor = tf.clone(hFilled);
    for (let t4 = 0; t4 < word; t4++) {
      const xAt2 = xSteps2[t4]!;
      const uNextAt = uNextSteps[t4]!;
      const xAt3 = xSteps3[t4]!;

      // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
      const innerValueWide = tf.reshape(uNextAt, [batchSize, 1]);
      const innerChosen = rt.where(innerValueWide, 0, innerState);
      const innerChosen2 = rt.where(innerValueWide, innerState, 0);
      const innerSum2 = tf.add(xAt2, innerChosen2);
      const innerProduct = rt.tanhGradient(innerSum2, xAt3);
      rt.dispose(innerValueWide, innerState, innerChosen2, innerSum2);
      const innerSum3 = tf.add(innerChosen, innerProduct);
      rt.dispose(innerChosen);
      productSteps.push(innerProduct);
      innerState = innerSum3;
    }
    rt.dispose(xSteps2, xSteps3);

    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextProduct2 = tf.mul(hSum, 0.5);
    const sNextSum = tf.add(innerState, sNextProduct2);
    rt.dispose(hSum, innerState, sNextProduct2);

    // input.attn:7  h = scan sentence with ts = tokens {
    const hValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const hChosen2 = rt.where(hValueWide, sNextSum, 0);
    const productStacked = tf.stack(productSteps);
    rt.dispose(sNextSum, hValueWide, productSteps);

    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit u' }
    const innerProductStepsT = tf.transpose(productStacked, [1, 0, 2]);
    const innerScattered = rt.scatter(tokensAt, innerProductStepsT, words);
    rt.dispose(productStacked, innerProductStepsT);

    // input.attn:7  h = scan sentence with ts = tokens {
    const hSum2 = tf.add(hState2, innerScattered);
    rt.dispose(innerScattered, hState2);
    hState = hChosen2;
    hState2 = hSum2;
  }
  rt.dispose(hFilled, uNextSteps, tokensSteps, isGreaterSteps, uNextStackedSteps, sNextNumber, sumSteps, hState);

  // layers.attn:4  W @ x + b
  const total7 = tf.sum(picked, 0);
  const product17 = tf.mul(roundsPlace2, total7);
  rt.dispose(picked);

  // input.attn:6  param table: [words, d]
  const productWide = tf.broadcastTo(product17, [d, d]);
  rt.dispose(product17);

  // layers.attn:4  W @ x + b
  const placeWide = tf.broadcastTo(roundsPlace2, [batchSize]);
  const total8 = tf.sum(placeWide);
  rt.dispose(roundsPlace2, placeWide);

  // input.attn:6  param table: [words, d]
  const totalWide = tf.broadcastTo(total8, [d]);
  rt.dispose(total8);

  // layers.attn:4  W @ x + b
  const product18 = tf.mul(roundsProduct2, total7);
  rt.dispose(total7);

  // input.attn:6  param table: [words, d]
  const productWide2 = tf.broadcastTo(product18, [d, d]);
  rt.dispose(product18);

  // layers.attn:4  W @ x + b
  const productWide3 = tf.broadcastTo(roundsProduct2, [batchSize]);
  const total9 = tf.sum(productWide3);
  rt.dispose(roundsProduct2, productWide3);

  // input.attn:6  param table: [words, d]
  const totalWide2 = tf.broadcastTo(total9, [d]);
  rt.dispose(total9);

  // layers.attn:4  W @ x + b
  const productT2 = tf.transpose(productRows2, [1, 0]);
  const product19 = tf.matMul(productT2, sNextStepsRows);
  const total10 = tf.sum(product11, [0, 1]);
  rt.dispose(productRows2, sNextStepsRows, productT2, product11);
  const productT3 = tf.transpose(productRows, [1, 0]);
  const product20 = tf.matMul(productT3, xRows);
  const total11 = tf.sum(product8, [0, 1]);
  rt.dispose(productRows, xRows, productT3, product8);
  return {
    loss,
    metrics: {},
    gradients: {
      table: hState2,
      'rounds[0].Linear.W': productWide,
      'rounds[0].Linear.b': totalWide,
      'rounds[1].Linear.W': productWide2,
      'rounds[1].Linear.b': totalWide2,
      'wide.Grow.repeat[0].x.Linear.W': product19,
      'wide.Grow.repeat[0].x.Linear.b': total10,
      'wide.Grow.repeat[1].x.Linear.W': product20,
      'wide.Grow.repeat[1].x.Linear.b': total11,
    },
  };
}

const readDefinition: rt.Definition = {
  name: 'Read',
  source: 'input.attn',
  hyperparameters: { words: 7, d: 3 },
  ragged: [{ label: 'sentence', mayBeEmpty: false }, { label: 'word', mayBeEmpty: false }],
  sizes(n: ReadDims) {
    return { words: n.words, d: n.d, round: 2 };
  },
  parameters(n: ReadSizes) {
    return [
      { path: 'table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
      { path: 'rounds[0].Linear.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'rounds[0].Linear.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'rounds[1].Linear.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'rounds[1].Linear.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'wide.Grow.repeat[0].x.Linear.W', axes: [{ label: 'out.filters', size: 2 }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'wide.Grow.repeat[0].x.Linear.b', axes: [{ label: 'out.filters', size: 2 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'wide.Grow.repeat[1].x.Linear.W', axes: [{ label: 'out.filters', size: 2 }, { label: 'in', size: n.d + 2 }], outs: 1, init: { kind: 'glorot' } },
      { path: 'wide.Grow.repeat[1].x.Linear.b', axes: [{ label: 'out.filters', size: 2 }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: ReadSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'word', dim: 'word' }], indexes: { label: 'words', size: n.words } },
    ];
  },
  outputs: {
    h: { elem: 'float', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'd', dim: null }] },
    final: { elem: 'float', axes: [{ label: 'd', dim: null }] },
    seen: { elem: 'bool', axes: [{ label: 'sentence', dim: 'sentence' }] },
    wide: { elem: 'float', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'd', dim: null }] },
    rounds: { elem: 'float', axes: [{ label: 'round', dim: null }, { label: 'd', dim: null }] },
  },
  forward: readForward,
  objectives: [
    {
      name: 'Fit',
      given() {
        return [];
      },
      updates: [
        {
          loss: readLoss,
          gradients: readGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Read extends rt.Model<ReadDims, ReadInput, ReadTarget, ReadOutput> {
  constructor(options: rt.ModelOptions<ReadDims> = {}) {
    super(readDefinition, options);
  }
}
