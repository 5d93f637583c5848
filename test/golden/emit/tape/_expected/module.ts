/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Words that its constructor may be given. */
export type WordsDims = {
  /** `target`, `words`, `d`: Looks back at all that its state has been, and chooses no word twice. Default 9. */
  readonly words: number;
  /** Default 4. */
  readonly d: number;
};

/** One example of Words. */
export interface WordsInput {
  /** `[d]` */
  readonly start: rt.Floats;
}

/** What the objectives need besides. */
export interface WordsTarget {
  /** `index(words)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type WordsSizes = {
  readonly words: number;
  readonly d: number;
  readonly batch: number;
  readonly target: number;
};

/** Parameters by path. */
type WordsParameters = {
  readonly 'Write.table': tf.Tensor;
  readonly 'Write.Wh': tf.Tensor;
  readonly 'Write.Wx': tf.Tensor;
  readonly 'Write.v': tf.Tensor;
  readonly 'Write.logits.Linear.W': tf.Tensor;
  readonly 'Write.logits.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type WordsBatch = {
  readonly n: WordsSizes;
  readonly inputs: { readonly start: tf.Tensor; readonly "y'": tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: { readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type WordsResults = { readonly logits: tf.Tensor };

/** The outputs of Words, batch first. */
function wordsForward(p: WordsParameters, batch: WordsBatch): WordsResults {
  const { batch: batchSize, d, target, words } = batch.n;

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const filled = tf.fill([batchSize, words], 0, 'bool');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhT = tf.transpose(p['Write.Wh'], [1, 0]);
  const wProduct = tf.matMul(batch.inputs.start, wWhT);
  const wProduct2 = tf.reshape(wProduct, [batchSize, 1, d]);
  const wProductWide = tf.broadcastTo(wProduct2, [batchSize, target + 1, d]);
  const wStartWide = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  const wStartWideWide = tf.broadcastTo(wStartWide, [batchSize, target + 1, d]);
  const wTapePlaces = tf.range(0, target + 1, 1, 'int32');
  const wTargetPlaces = tf.range(0, target, 1, 'int32');
  const wNumber = tf.scalar(1, 'int32');
  const wSum = tf.add(wTargetPlaces, wNumber);
  rt.dispose(wProduct, wProduct2, wStartWide, wNumber);
  const wTapePlacesWide = tf.reshape(wTapePlaces, [target + 1, 1]);
  const wIsEqual = tf.equal(wTapePlacesWide, wSum);
  rt.dispose(wTapePlaces, wSum);

  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wIsAtMost = tf.lessEqual(wTapePlacesWide, wTargetPlaces);
  const wXRows = tf.reshape(x, [batchSize * target, d]);
  const wWxT = tf.transpose(p['Write.Wx'], [1, 0]);
  const wProduct3 = tf.matMul(wXRows, wWxT);
  rt.dispose(wTargetPlaces, wTapePlacesWide, wXRows, wWxT);
  const wProduct4 = tf.reshape(wProduct3, [batchSize, target, d]);
  rt.dispose(wProduct3);

  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPlaces = tf.range(0, words, 1, 'int32');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const yNextT = tf.transpose(batch.inputs["y'"], [1, 0]);
  const isEqualT = tf.transpose(wIsEqual, [1, 0]);
  const xT = tf.transpose(x, [1, 0, 2]);
  const isAtMostT = tf.transpose(wIsAtMost, [1, 0]);
  const productT = tf.transpose(wProduct4, [1, 0, 2]);
  rt.dispose(wIsEqual, x, wIsAtMost, wProduct4);
  const yNextSteps = tf.unstack(yNextT);
  const isEqualSteps = tf.unstack(isEqualT);
  const xSteps = tf.unstack(xT);
  const isAtMostSteps = tf.unstack(isAtMostT);
  rt.dispose(yNextT, isEqualT, xT, isAtMostT);
  const productSteps = tf.unstack(productT);
  rt.dispose(productT);

  const sNextSteps: tf.Tensor[] = [];
  const chosenNextSteps: tf.Tensor[] = [];
  let chosenNext: tf.Tensor = filled;
  let state: tf.Tensor = wProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const x2 = xSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const productAt = productSteps[t]!;

    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNextValueWide = tf.reshape(yNextAt, [batchSize, 1]);
    const chosenNextIsEqual = tf.equal(chosenNextValueWide, chosenNextWordsPlaces);
    const chosenNext2 = tf.logicalOr(chosenNext, chosenNextIsEqual);
    rt.dispose(chosenNextValueWide, chosenNextIsEqual);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wValueWide = tf.reshape(productAt, [batchSize, 1, d]);
    const wSum2 = tf.add(state, wValueWide);
    const wTanh = tf.tanh(wSum2);
    const wTanhRows = tf.reshape(wTanh, [batchSize * target + batchSize, d]);
    const wProduct5 = tf.matMul(wTanhRows, wVWide);
    rt.dispose(wValueWide, wSum2, wTanh, wTanhRows);
    const wProduct6 = tf.reshape(wProduct5, [batchSize, target + 1]);
    const wChosen = rt.where(isAtMostAt, wProduct6, -Infinity);
    const wWeights = tf.softmax(wChosen);
    const w = rt.where(isAtMostAt, wWeights, 0);
    rt.dispose(wProduct5, wProduct6, wChosen, wWeights);

    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNextWWide = tf.reshape(w, [batchSize, 1, target + 1]);
    const sNextProduct = tf.matMul(sNextWWide, state2);
    const sNextProduct2 = tf.reshape(sNextProduct, [batchSize, d]);
    const sNextSum = tf.add(x2, sNextProduct2);
    rt.dispose(w, sNextWWide, sNextProduct, sNextProduct2);
    const sNext = tf.tanh(sNextSum);
    rt.dispose(sNextSum);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wProduct7 = tf.matMul(sNext, wWhT);
    const wValueWide2 = tf.reshape(isEqualAt, [target + 1, 1]);
    const wProduct8 = tf.reshape(wProduct7, [batchSize, 1, d]);
    const wChosen2 = rt.where(wValueWide2, wProduct8, state);
    const wSNextWide = tf.reshape(sNext, [batchSize, 1, d]);
    const wChosen3 = rt.where(wValueWide2, wSNextWide, state2);
    rt.dispose(wProduct7, wProduct8, state, wValueWide2, wSNextWide, state2);
    sNextSteps.push(sNext);
    chosenNextSteps.push(chosenNext);
    chosenNext = chosenNext2;
    state = wChosen2;
    state2 = wChosen3;
  }
  rt.dispose(wWhT, chosenNextWordsPlaces, wVWide, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, productSteps, chosenNext, state, state2);
  const chosenNextStacked = tf.stack(chosenNextSteps);
  rt.dispose(chosenNextSteps);

  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenNextStacked);
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(chosenNextStacked, sNextSteps);

  // layers.attn:4  W @ x + b
  const sNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * target, d]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product = tf.matMul(sNextStepsRows, WT);
  rt.dispose(sNextStacked, sNextStepsT, sNextStepsRows, WT);
  const product2 = tf.reshape(product, [batchSize, target, words]);
  const sum = tf.add(product2, p['Write.logits.Linear.b']);
  rt.dispose(product, product2);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const logits = rt.where(negationT, sum, -Infinity);
  rt.dispose(logitsNegation, sum, negationT);
  return { logits };
}

/** What wordsLoss gives. */
type WordsLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function wordsLoss(p: WordsParameters, batch: WordsBatch): WordsLossResults {
  const { batch: batchSize, d, target, words } = batch.n;

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const targetPlaces = tf.range(0, target, 1, 'int32');
  const lossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const isGreater = tf.greater(lossWide, targetPlaces);
  rt.dispose(lossWide);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const filled = tf.fill([batchSize, words], 0, 'bool');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhT = tf.transpose(p['Write.Wh'], [1, 0]);
  const wProduct = tf.matMul(batch.inputs.start, wWhT);
  const wProduct2 = tf.reshape(wProduct, [batchSize, 1, d]);
  const wProductWide = tf.broadcastTo(wProduct2, [batchSize, target + 1, d]);
  const wStartWide = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  const wStartWideWide = tf.broadcastTo(wStartWide, [batchSize, target + 1, d]);
  const wTapePlaces = tf.range(0, target + 1, 1, 'int32');
  const wNumber = tf.scalar(1, 'int32');
  const wSum = tf.add(targetPlaces, wNumber);
  rt.dispose(wProduct, wProduct2, wStartWide, wNumber);
  const wTapePlacesWide = tf.reshape(wTapePlaces, [target + 1, 1]);
  const wIsEqual = tf.equal(wTapePlacesWide, wSum);
  rt.dispose(wTapePlaces, wSum);

  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wIsAtMost = tf.lessEqual(wTapePlacesWide, targetPlaces);
  const wXRows = tf.reshape(x, [batchSize * target, d]);
  const wWxT = tf.transpose(p['Write.Wx'], [1, 0]);
  const wProduct3 = tf.matMul(wXRows, wWxT);
  rt.dispose(targetPlaces, wTapePlacesWide, wXRows, wWxT);
  const wProduct4 = tf.reshape(wProduct3, [batchSize, target, d]);
  rt.dispose(wProduct3);

  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPlaces = tf.range(0, words, 1, 'int32');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const yNextT = tf.transpose(batch.inputs["y'"], [1, 0]);
  const isEqualT = tf.transpose(wIsEqual, [1, 0]);
  const xT = tf.transpose(x, [1, 0, 2]);
  const isAtMostT = tf.transpose(wIsAtMost, [1, 0]);
  const productT = tf.transpose(wProduct4, [1, 0, 2]);
  rt.dispose(wIsEqual, x, wIsAtMost, wProduct4);
  const yNextSteps = tf.unstack(yNextT);
  const isEqualSteps = tf.unstack(isEqualT);
  const xSteps = tf.unstack(xT);
  const isAtMostSteps = tf.unstack(isAtMostT);
  rt.dispose(yNextT, isEqualT, xT, isAtMostT);
  const productSteps = tf.unstack(productT);
  rt.dispose(productT);

  const sNextSteps: tf.Tensor[] = [];
  const chosenNextSteps: tf.Tensor[] = [];
  let chosenNext: tf.Tensor = filled;
  let state: tf.Tensor = wProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const x2 = xSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const productAt = productSteps[t]!;

    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNextValueWide = tf.reshape(yNextAt, [batchSize, 1]);
    const chosenNextIsEqual = tf.equal(chosenNextValueWide, chosenNextWordsPlaces);
    const chosenNext2 = tf.logicalOr(chosenNext, chosenNextIsEqual);
    rt.dispose(chosenNextValueWide, chosenNextIsEqual);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wValueWide = tf.reshape(productAt, [batchSize, 1, d]);
    const wSum2 = tf.add(state, wValueWide);
    const wTanh = tf.tanh(wSum2);
    const wTanhRows = tf.reshape(wTanh, [batchSize * target + batchSize, d]);
    const wProduct5 = tf.matMul(wTanhRows, wVWide);
    rt.dispose(wValueWide, wSum2, wTanh, wTanhRows);
    const wProduct6 = tf.reshape(wProduct5, [batchSize, target + 1]);
    const wChosen = rt.where(isAtMostAt, wProduct6, -Infinity);
    const wWeights = tf.softmax(wChosen);
    const w = rt.where(isAtMostAt, wWeights, 0);
    rt.dispose(wProduct5, wProduct6, wChosen, wWeights);

    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNextWWide = tf.reshape(w, [batchSize, 1, target + 1]);
    const sNextProduct = tf.matMul(sNextWWide, state2);
    const sNextProduct2 = tf.reshape(sNextProduct, [batchSize, d]);
    const sNextSum = tf.add(x2, sNextProduct2);
    rt.dispose(w, sNextWWide, sNextProduct, sNextProduct2);
    const sNext = tf.tanh(sNextSum);
    rt.dispose(sNextSum);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wProduct7 = tf.matMul(sNext, wWhT);
    const wValueWide2 = tf.reshape(isEqualAt, [target + 1, 1]);
    const wProduct8 = tf.reshape(wProduct7, [batchSize, 1, d]);
    const wChosen2 = rt.where(wValueWide2, wProduct8, state);
    const wSNextWide = tf.reshape(sNext, [batchSize, 1, d]);
    const wChosen3 = rt.where(wValueWide2, wSNextWide, state2);
    rt.dispose(wProduct7, wProduct8, state, wValueWide2, wSNextWide, state2);
    sNextSteps.push(sNext);
    chosenNextSteps.push(chosenNext);
    chosenNext = chosenNext2;
    state = wChosen2;
    state2 = wChosen3;
  }
  rt.dispose(wWhT, chosenNextWordsPlaces, wVWide, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, productSteps, chosenNext, state, state2);
  const chosenNextStacked = tf.stack(chosenNextSteps);
  rt.dispose(chosenNextSteps);

  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenNextStacked);
  rt.dispose(chosenNextStacked);

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(logitsNegation, sNextSteps);

  // layers.attn:4  W @ x + b
  const sNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * target, d]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product = tf.matMul(sNextStepsRows, WT);
  rt.dispose(sNextStacked, sNextStepsT, sNextStepsRows, WT);
  const product2 = tf.reshape(product, [batchSize, target, words]);
  const sum = tf.add(product2, p['Write.logits.Linear.b']);
  rt.dispose(product, product2);

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const chosen = rt.where(negationT, sum, -Infinity);
  const logWeights = rt.logSoftmax(chosen);
  const chosen2 = rt.where(negationT, logWeights, 0);
  rt.dispose(sum, chosen, negationT, logWeights);
  const picked2 = tf.gather(chosen2, batch.inputs["y'"], 2, 2);
  const chosen3 = rt.where(picked, picked2, -Infinity);
  const negative = tf.neg(chosen3);
  rt.dispose(chosen2, picked, picked2, chosen3);
  const chosen4 = rt.where(isGreater, negative, 0);
  const total = tf.sum(chosen4, 1);
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const quotient = tf.div(total, lossAsFloat);
  rt.dispose(isGreater, negative, chosen4, total, lossAsFloat);
  const loss = tf.mean(quotient);
  rt.dispose(quotient);
  return {
    loss,
    metrics: {},
  };
}

/** What wordsGradients gives. */
type WordsGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: WordsParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function wordsGradients(p: WordsParameters, batch: WordsBatch, _random: rt.Random): WordsGradientsResults {
  const { batch: batchSize, d, target, words } = batch.n;

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const targetPlaces = tf.range(0, target, 1, 'int32');
  const lossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const isGreater = tf.greater(lossWide, targetPlaces);
  rt.dispose(lossWide);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const filled = tf.fill([batchSize, words], 0, 'bool');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhT = tf.transpose(p['Write.Wh'], [1, 0]);
  const wProduct = tf.matMul(batch.inputs.start, wWhT);
  const wProduct2 = tf.reshape(wProduct, [batchSize, 1, d]);
  const wProductWide = tf.broadcastTo(wProduct2, [batchSize, target + 1, d]);
  const wStartWide = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  const wStartWideWide = tf.broadcastTo(wStartWide, [batchSize, target + 1, d]);
  const wTapePlaces = tf.range(0, target + 1, 1, 'int32');
  const wNumber = tf.scalar(1, 'int32');
  const wSum = tf.add(targetPlaces, wNumber);
  rt.dispose(wProduct, wProduct2, wStartWide, wNumber);
  const wTapePlacesWide = tf.reshape(wTapePlaces, [target + 1, 1]);
  const wIsEqual = tf.equal(wTapePlacesWide, wSum);
  rt.dispose(wTapePlaces, wSum);

  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wIsAtMost = tf.lessEqual(wTapePlacesWide, targetPlaces);
  const wXRows = tf.reshape(x, [batchSize * target, d]);
  const wWxT = tf.transpose(p['Write.Wx'], [1, 0]);
  const wProduct3 = tf.matMul(wXRows, wWxT);
  rt.dispose(targetPlaces, wTapePlacesWide, wXRows, wWxT);
  const wProduct4 = tf.reshape(wProduct3, [batchSize, target, d]);
  rt.dispose(wProduct3);

  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPlaces = tf.range(0, words, 1, 'int32');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const yNextT = tf.transpose(batch.inputs["y'"], [1, 0]);
  const isEqualT = tf.transpose(wIsEqual, [1, 0]);
  const xT = tf.transpose(x, [1, 0, 2]);
  const isAtMostT = tf.transpose(wIsAtMost, [1, 0]);
  const productT = tf.transpose(wProduct4, [1, 0, 2]);
  rt.dispose(wIsEqual, x, wIsAtMost, wProduct4);
  const yNextSteps = tf.unstack(yNextT);
  const isEqualSteps = tf.unstack(isEqualT);
  const xSteps = tf.unstack(xT);
  const isAtMostSteps = tf.unstack(isAtMostT);
  const productSteps = tf.unstack(productT);
  rt.dispose(yNextT, isEqualT, isAtMostT, productT);

  const sNextSteps: tf.Tensor[] = [];
  const chosenNextSteps: tf.Tensor[] = [];
  const stateSteps: tf.Tensor[] = [];
  const wSteps: tf.Tensor[] = [];
  const wSteps2: tf.Tensor[] = [];
  const tanhSteps: tf.Tensor[] = [];
  let chosenNext: tf.Tensor = filled;
  let state: tf.Tensor = wProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const x2 = xSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const productAt = productSteps[t]!;

    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNextValueWide = tf.reshape(yNextAt, [batchSize, 1]);
    const chosenNextIsEqual = tf.equal(chosenNextValueWide, chosenNextWordsPlaces);
    const chosenNext2 = tf.logicalOr(chosenNext, chosenNextIsEqual);
    rt.dispose(chosenNextValueWide, chosenNextIsEqual);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wValueWide = tf.reshape(productAt, [batchSize, 1, d]);
    const wSum2 = tf.add(state, wValueWide);
    const wTanh = tf.tanh(wSum2);
    const wTanhRows = tf.reshape(wTanh, [batchSize * target + batchSize, d]);
    const wProduct5 = tf.matMul(wTanhRows, wVWide);
    const wProduct6 = tf.reshape(wProduct5, [batchSize, target + 1]);
    rt.dispose(wValueWide, wSum2, wTanhRows, wProduct5);
    const wChosen = rt.where(isAtMostAt, wProduct6, -Infinity);
    const wWeights = tf.softmax(wChosen);
    const w = rt.where(isAtMostAt, wWeights, 0);
    rt.dispose(wProduct6, wChosen);

    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNextWWide = tf.reshape(w, [batchSize, 1, target + 1]);
    const sNextProduct = tf.matMul(sNextWWide, state2);
    const sNextProduct2 = tf.reshape(sNextProduct, [batchSize, d]);
    const sNextSum = tf.add(x2, sNextProduct2);
    const sNext = tf.tanh(sNextSum);
    rt.dispose(sNextWWide, sNextProduct, sNextProduct2, sNextSum);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wProduct7 = tf.matMul(sNext, wWhT);
    const wValueWide2 = tf.reshape(isEqualAt, [target + 1, 1]);
    const wProduct8 = tf.reshape(wProduct7, [batchSize, 1, d]);
    const wChosen2 = rt.where(wValueWide2, wProduct8, state);
    const wSNextWide = tf.reshape(sNext, [batchSize, 1, d]);
    const wChosen3 = rt.where(wValueWide2, wSNextWide, state2);
    rt.dispose(wProduct7, wProduct8, state, wValueWide2, wSNextWide);
    sNextSteps.push(sNext);
    chosenNextSteps.push(chosenNext);
    stateSteps.push(state2);
    wSteps.push(w);
    wSteps2.push(wWeights);
    tanhSteps.push(wTanh);
    chosenNext = chosenNext2;
    state = wChosen2;
    state2 = wChosen3;
  }
  rt.dispose(wWhT, chosenNextWordsPlaces, wVWide, yNextSteps, xSteps, productSteps, chosenNext, state, state2);
  const chosenNextStacked = tf.stack(chosenNextSteps);
  rt.dispose(chosenNextSteps);

  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenNextStacked);
  rt.dispose(chosenNextStacked);

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(logitsNegation);

  // layers.attn:4  W @ x + b
  const sNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * target, d]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product = tf.matMul(sNextStepsRows, WT);
  const product2 = tf.reshape(product, [batchSize, target, words]);
  const sum = tf.add(product2, p['Write.logits.Linear.b']);
  rt.dispose(sNextStepsT, WT, product, product2);

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const chosen = rt.where(negationT, sum, -Infinity);
  const logWeights = rt.logSoftmax(chosen);
  const chosen2 = rt.where(negationT, logWeights, 0);
  const picked2 = tf.gather(chosen2, batch.inputs["y'"], 2, 2);
  const chosen3 = rt.where(picked, picked2, -Infinity);
  rt.dispose(sum, chosen, chosen2, picked2);
  const negative = tf.neg(chosen3);
  const chosen4 = rt.where(isGreater, negative, 0);
  const total = tf.sum(chosen4, 1);
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const quotient = tf.div(total, lossAsFloat);
  rt.dispose(chosen3, negative, chosen4, total);
  const loss = tf.mean(quotient);
  rt.dispose(quotient);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const filled2 = tf.fill([batchSize, target + 1, d], 0);
  const filled3 = tf.fill([batchSize, d, target + 1], 0);

  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimizer adam(rate = 1e-3) }
  const quotient2 = tf.div(1 / batchSize, lossAsFloat);
  const quotientWide = tf.reshape(quotient2, [batchSize, 1]);
  const chosen5 = rt.where(isGreater, quotientWide, 0);
  rt.dispose(lossAsFloat, quotient2, isGreater, quotientWide);
  const negative2 = tf.neg(chosen5);
  const chosen6 = rt.where(picked, negative2, 0);
  const scattered = rt.scatter(batch.inputs["y'"], chosen6, words, 2);
  rt.dispose(chosen5, picked, negative2, chosen6);
  const chosen7 = rt.where(negationT, scattered, 0);
  const exp = tf.exp(logWeights);
  const total2 = tf.sum(chosen7, 2, true);
  const product3 = tf.mul(exp, total2);
  rt.dispose(scattered, logWeights, exp, total2);
  const difference = tf.sub(chosen7, product3);
  const chosen8 = rt.where(negationT, difference, 0);
  rt.dispose(chosen7, product3, negationT, difference);

  // layers.attn:4  W @ x + b
  const chosenRows = tf.reshape(chosen8, [batchSize * target, words]);
  const product4 = tf.matMul(chosenRows, p['Write.logits.Linear.W']);
  const product5 = tf.reshape(product4, [batchSize, target, d]);
  rt.dispose(product4);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const productT2 = tf.transpose(product5, [1, 0, 2]);
  const productSteps2 = tf.unstack(productT2);
  rt.dispose(product5, productT2);

  const productSteps3 = new Array<tf.Tensor>(target);
  const productSteps4 = new Array<tf.Tensor>(target);
  const totalSteps = new Array<tf.Tensor>(target);
  const productSteps5 = new Array<tf.Tensor>(target);
  let state3: tf.Tensor = filled2;
  let state4: tf.Tensor = filled3;
  for (let t2 = target - 1; t2 >= 0; t2--) {
    const productAt2 = productSteps2[t2]!;
    const isEqualAt2 = isEqualSteps[t2]!;
    const sNextAt = sNextSteps[t2]!;
    const stateAt = stateSteps[t2]!;
    const wAt = wSteps[t2]!;
    const isAtMostAt2 = isAtMostSteps[t2]!;
    const wAt2 = wSteps2[t2]!;
    const tanhAt = tanhSteps[t2]!;

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wValueWide3 = tf.reshape(isEqualAt2, [target + 1, 1]);
    const wChosen4 = rt.where(wValueWide3, 0, state3);
    const wChosen5 = rt.where(isEqualAt2, state4, 0);
    const wTotal = tf.sum(wChosen5, 2);
    const wSum3 = tf.add(productAt2, wTotal);
    const wChosen6 = rt.where(wValueWide3, state3, 0);
    rt.dispose(wChosen5, wTotal, wValueWide3, state3);
    const wTotal2 = tf.sum(wChosen6, 1);
    const wProduct9 = tf.matMul(wTotal2, p['Write.Wh']);
    const wSum4 = tf.add(wSum3, wProduct9);
    rt.dispose(wChosen6, wSum3, wProduct9);

    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNextProduct3 = rt.tanhGradient(wSum4, sNextAt);
    const sNextProductWide = tf.reshape(sNextProduct3, [batchSize, d, 1]);
    const sNextProduct4 = tf.matMul(stateAt, sNextProductWide);
    const sNextProduct5 = tf.reshape(sNextProduct4, [batchSize, target + 1]);
    rt.dispose(wSum4, sNextProduct4);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wChosen7 = rt.where(isAtMostAt2, sNextProduct5, 0);
    const wProduct10 = tf.mul(wAt2, wChosen7);
    const wTotal3 = tf.sum(wProduct10, 1, true);
    const wDifference = tf.sub(wChosen7, wTotal3);
    rt.dispose(sNextProduct5, wProduct10, wChosen7, wTotal3);
    const wProduct11 = tf.mul(wAt2, wDifference);
    const wChosen8 = rt.where(isAtMostAt2, wProduct11, 0);
    const wProduct12 = tf.mul(tanhAt, tanhAt);
    const wDifference2 = tf.sub(1, wProduct12);
    const wChosenWide = tf.reshape(wChosen8, [batchSize, target + 1, 1]);
    const wProduct13 = tf.mul(wChosenWide, wDifference2);
    rt.dispose(wDifference, wProduct11, wProduct12, wChosenWide);
    const wProduct14 = tf.mul(wProduct13, p['Write.v']);
    const wSum5 = tf.add(wChosen4, wProduct14);
    const wChosen9 = rt.where(isEqualAt2, 0, state4);
    rt.dispose(wProduct13, wChosen4, wProduct14, state4);

    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNextValueWide = tf.reshape(wAt, [batchSize, 1, target + 1]);
    const sNextProduct6 = tf.mul(sNextProductWide, sNextValueWide);
    const sNextSum2 = tf.add(wChosen9, sNextProduct6);
    rt.dispose(sNextProductWide, sNextValueWide, wChosen9, sNextProduct6);

    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wChosenWide2 = tf.reshape(wChosen8, [batchSize, 1, target + 1]);
    const wProduct15 = tf.matMul(wChosenWide2, wDifference2);
    const wProduct16 = tf.reshape(wProduct15, [batchSize, d]);
    const wProduct17 = tf.mul(wProduct16, p['Write.v']);
    rt.dispose(wDifference2, wChosenWide2, wProduct15, wProduct16);
    const wChosenWide3 = tf.reshape(wChosen8, [1, batchSize * target + batchSize]);
    const wValueRows = tf.reshape(tanhAt, [batchSize * target + batchSize, d]);
    const wProduct18 = tf.matMul(wChosenWide3, wValueRows);
    const wProduct19 = tf.reshape(wProduct18, [d]);
    rt.dispose(wChosen8, wChosenWide3, wValueRows, wProduct18);
    productSteps3[t2] = sNextProduct3;
    productSteps4[t2] = wProduct17;
    totalSteps[t2] = wTotal2;
    productSteps5[t2] = wProduct19;
    state3 = wSum5;
    state4 = sNextSum2;
  }
  rt.dispose(isEqualSteps, isAtMostSteps, sNextSteps, stateSteps, wSteps, wSteps2, tanhSteps, productSteps2, state4);
  const productStacked = tf.stack(productSteps4);
  rt.dispose(productSteps4);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wProductStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const wProductStepsRows = tf.reshape(wProductStepsT, [batchSize * target, d]);
  const wProduct20 = tf.matMul(wProductStepsRows, p['Write.Wx']);
  const productStacked2 = tf.stack(productSteps3);
  const wProductStepsT2 = tf.transpose(productStacked2, [1, 0, 2]);
  rt.dispose(wProductStepsT, wProductStepsRows, productSteps3, productStacked2);
  const wProduct21 = tf.reshape(wProduct20, [batchSize, target, d]);
  const wSum6 = tf.add(wProductStepsT2, wProduct21);
  rt.dispose(wProduct20, wProductStepsT2, wProduct21);

  // input.attn:6  x = table[y]
  const xScattered = rt.scatter(batch.inputs.y, wSum6, words);
  const totalStacked = tf.stack(totalSteps);
  rt.dispose(wSum6, totalSteps);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const totalStepsRows = tf.reshape(totalStacked, [batchSize * target, d]);
  const totalStepsT = tf.transpose(totalStepsRows, [1, 0]);
  const sNextStepsRows2 = tf.reshape(sNextStacked, [batchSize * target, d]);
  const product6 = tf.matMul(totalStepsT, sNextStepsRows2);
  rt.dispose(totalStacked, totalStepsRows, sNextStacked, totalStepsT, sNextStepsRows2);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wTotal4 = tf.sum(state3, 1);
  const wTotalT = tf.transpose(wTotal4, [1, 0]);
  const wProduct22 = tf.matMul(wTotalT, batch.inputs.start);
  const wSum7 = tf.add(product6, wProduct22);
  rt.dispose(state3, wTotal4, wTotalT, product6, wProduct22);
  const wProductStepsRows2 = tf.reshape(productStacked, [batchSize * target, d]);
  const wProductStepsT3 = tf.transpose(wProductStepsRows2, [1, 0]);
  const wXRows2 = tf.reshape(xT, [batchSize * target, d]);
  const wProduct23 = tf.matMul(wProductStepsT3, wXRows2);
  rt.dispose(productStacked, wProductStepsRows2, xT, wProductStepsT3, wXRows2);
  const productStacked3 = tf.stack(productSteps5);
  rt.dispose(productSteps5);

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const total3 = tf.sum(productStacked3, 0);
  rt.dispose(productStacked3);

  // layers.attn:4  W @ x + b
  const chosenT = tf.transpose(chosenRows, [1, 0]);
  const product7 = tf.matMul(chosenT, sNextStepsRows);
  const total4 = tf.sum(chosen8, [0, 1]);
  rt.dispose(chosenRows, sNextStepsRows, chosenT, chosen8);
  return {
    loss,
    metrics: {},
    gradients: {
      'Write.table': xScattered,
      'Write.Wh': wSum7,
      'Write.Wx': wProduct23,
      'Write.v': total3,
      'Write.logits.Linear.W': product7,
      'Write.logits.Linear.b': total4,
    },
  };
}

/** What every step reads, [batch, …]. */
type WordsMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor; readonly '3': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type WordsState = { readonly s: tf.Tensor; readonly chosen: tf.Tensor; readonly sKept: rt.Rows; readonly sPast: rt.Rows };

/** What wordsPrepare gives. */
type WordsPrepareResults = {
  readonly memory: WordsMemory;
  readonly state: WordsState;
};

/** Once per call: what no step changes, and the first states. */
function wordsPrepare(p: WordsParameters, batch: WordsBatch): WordsPrepareResults {
  const { batch: batchSize, d, words } = batch.n;

  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const startShaped = tf.reshape(batch.inputs.start, [batchSize, 1, d]);

  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const filled = tf.fill([batchSize, 1, words], 0, 'bool');

  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPlaces = tf.range(0, words, 1, 'int32');

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhT = tf.transpose(p['Write.Wh'], [1, 0]);
  const wWxT = tf.transpose(p['Write.Wx'], [1, 0]);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  return {
    memory: { '0': chosenNextWordsPlaces, '1': wWhT, '2': wWxT, '3': WT },
    state: { s: startShaped, chosen: filled, sKept: rt.noRows(), sPast: rt.noRows() },
  };
}

/** What wordsStep gives. */
type WordsStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: Readonly<Record<string, never>>;
  readonly state: WordsState;
};

/** One place: logits, the next states and the taps. */
function wordsStep(p: WordsParameters, batch: WordsBatch, memory: WordsMemory, state: WordsState, previous: tf.Tensor2D, t: number): WordsStepResults {
  const { batch: batchSize, d, words } = batch.n;
  const beam = previous.shape[1];
  const now = t + 1;

  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosenRows = tf.reshape(state.chosen, [batchSize * beam, words]);
  const chosenRows2 = tf.reshape(previous, [batchSize * beam]);

  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextChosenRowsWide = tf.reshape(chosenRows2, [batchSize * beam, 1]);
  const chosenNextIsEqual = tf.equal(chosenNextChosenRowsWide, memory['0']);
  const chosenNext = tf.logicalOr(chosenRows, chosenNextIsEqual);
  rt.dispose(chosenNextChosenRowsWide, chosenRows, chosenNextIsEqual);

  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const number = tf.scalar(t === 0, 'bool');
  const number2 = tf.scalar(false, 'bool');
  const chosen = rt.where(number, number2, chosenNext);
  rt.dispose(chosenNext, number, number2);

  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], chosenRows2);
  rt.dispose(chosenRows2);

  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wSRows = tf.reshape(state.s, [batchSize * beam, d]);
  const wProduct = tf.matMul(wSRows, memory['1']);
  const wProduct2 = tf.reshape(wProduct, [batchSize, beam, d]);
  const wRows = rt.append(state.sKept, wProduct2, 2);
  const wRowsSoFar = rt.joined(wRows, 2);
  const wRowsRows = tf.reshape(wRowsSoFar, [batchSize * beam, now, d]);
  rt.dispose(wSRows, wProduct, wProduct2, wRowsSoFar);
  const wProduct3 = tf.matMul(x, memory['2']);
  const wProduct4 = tf.reshape(wProduct3, [batchSize * beam, 1, d]);
  const wSum = tf.add(wRowsRows, wProduct4);
  const wTanh = tf.tanh(wSum);
  rt.dispose(wProduct3, wRowsRows, wProduct4, wSum);
  const wTanhRows = tf.reshape(wTanh, [batchSize * beam * now, d]);
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);
  const wProduct5 = tf.matMul(wTanhRows, wVWide);
  const wProduct6 = tf.reshape(wProduct5, [batchSize * beam, now]);
  rt.dispose(wTanh, wTanhRows, wVWide, wProduct5);
  const w = tf.softmax(wProduct6);
  const wRows2 = rt.append(state.sPast, state.s, 2);
  const wRowsSoFar2 = rt.joined(wRows2, 2);
  const wRowsRows2 = tf.reshape(wRowsSoFar2, [batchSize * beam, now, d]);
  rt.dispose(wProduct6, wRowsSoFar2);

  // input.attn:8  s' = tanh(x + w @ past[tape](s))
  const sNextWWide = tf.reshape(w, [batchSize * beam, 1, now]);
  const sNextProduct = tf.matMul(sNextWWide, wRowsRows2);
  const sNextProduct2 = tf.reshape(sNextProduct, [batchSize * beam, d]);
  rt.dispose(w, wRowsRows2, sNextWWide, sNextProduct);
  const sNextSum = tf.add(x, sNextProduct2);
  const sNext = tf.tanh(sNextSum);
  rt.dispose(x, sNextProduct2, sNextSum);

  // layers.attn:4  W @ x + b
  const product = tf.matMul(sNext, memory['3']);
  const sum = tf.add(product, p['Write.logits.Linear.b']);
  rt.dispose(product);

  // input.attn:9  logits = Linear[words](s') where not chosen
  const logits = rt.where(chosen, -Infinity, sum);
  const logitsLogitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(sum, logits);

  // input.attn:8  s' = tanh(x + w @ past[tape](s))
  const sNextSNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(sNext);

  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosenShaped = tf.reshape(chosen, [batchSize, beam, words]);
  rt.dispose(chosen);
  return {
    logits: logitsLogitsShaped as tf.Tensor3D,
    taps: {},
    state: { s: sNextSNextShaped, chosen: chosenShaped, sKept: wRows, sPast: wRows2 },
  };
}

const wordsDefinition: rt.Definition = {
  name: 'Words',
  source: 'input.attn',
  hyperparameters: { words: 9, d: 4 },
  ragged: [{ label: 'target', mayBeEmpty: false }],
  sizes(n: WordsDims) {
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:3)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:3)`);
    return { words: n.words, d: n.d };
  },
  parameters(n: WordsSizes) {
    return [
      { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
      { path: 'Write.Wh', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.Wx', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.v', axes: [{ label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.W', axes: [{ label: 'out.words', size: n.words }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.b', axes: [{ label: 'out.words', size: n.words }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: WordsSizes) {
    return [
      { name: 'start', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: wordsForward,
  objectives: [
    {
      name: 'Fit',
      given(n: WordsSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } },
        ];
      },
      updates: [
        {
          loss: wordsLoss,
          gradients: wordsGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: {
    name: 'Write',
    axis: 'target',
    output: 'y',
    vocabulary: (n: WordsSizes) => n.words,
    start: 1,
    end: 2,
    prepare: wordsPrepare,
    step: wordsStep,
    taps: {},
    rank: (logp) => logp,
    atMost: (n) => n.words!,
  },
};

export class Words extends rt.GenerativeModel<WordsDims, WordsInput, WordsTarget> {
  constructor(options: rt.ModelOptions<WordsDims> = {}) {
    super(wordsDefinition, options);
  }
}
