/**
 * Compiled by attnc from bahdanau/model.attn. Do not edit: edit the source and compile again.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as rt from 'attnc/runtime';

/** Dims of Translator that its constructor may be given. */
export type TranslatorDims = {
  /** Characters read and written. Default 972. */
  readonly words: number;
  /** Characters read and written. Default 14. */
  readonly characters: number;
  /** Sizes of the layers (m, n, n' and l of the paper). Default 48. */
  readonly embed: number;
  /** Sizes of the layers (m, n, n' and l of the paper). Default 96. */
  readonly hidden: number;
  /** Sizes of the layers (m, n, n' and l of the paper). Default 96. */
  readonly align: number;
  /** Sizes of the layers (m, n, n' and l of the paper). Default 64. */
  readonly maxout: number;
  /** Default 2. */
  readonly pieces: number;
};

/** One example of Translator. */
export interface TranslatorInput {
  /** `index(words)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TranslatorTarget {
  /** `index(characters)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type TranslatorSizes = {
  readonly words: number;
  readonly characters: number;
  readonly embed: number;
  readonly hidden: number;
  readonly align: number;
  readonly maxout: number;
  readonly pieces: number;
  readonly batch: number;
  readonly source: number;
  readonly target: number;
};

/** Parameters by path. */
type TranslatorParameters = {
  readonly 'Annotate.table': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.Wz': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.Wr': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.W': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.Uz': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.Ur': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.U': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.bz': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.br': tf.Tensor;
  readonly 'Annotate.forward.h.GRU.b': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.Wz': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.Wr': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.W': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.Uz': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.Ur': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.U': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.bz': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.br': tf.Tensor;
  readonly 'Annotate.backward.h.GRU.b': tf.Tensor;
  readonly 'Translate.table': tf.Tensor;
  readonly 'Translate.W0': tf.Tensor;
  readonly 'Translate.context.Additive.W': tf.Tensor;
  readonly 'Translate.context.Additive.U': tf.Tensor;
  readonly 'Translate.context.Additive.v': tf.Tensor;
  readonly 'Translate.s.GRU.Wz': tf.Tensor;
  readonly 'Translate.s.GRU.Wr': tf.Tensor;
  readonly 'Translate.s.GRU.W': tf.Tensor;
  readonly 'Translate.s.GRU.Uz': tf.Tensor;
  readonly 'Translate.s.GRU.Ur': tf.Tensor;
  readonly 'Translate.s.GRU.U': tf.Tensor;
  readonly 'Translate.s.GRU.bz': tf.Tensor;
  readonly 'Translate.s.GRU.br': tf.Tensor;
  readonly 'Translate.s.GRU.b': tf.Tensor;
  readonly 'Translate.logits.Readout.U': tf.Tensor;
  readonly 'Translate.logits.Readout.V': tf.Tensor;
  readonly 'Translate.logits.Readout.C': tf.Tensor;
  readonly 'Translate.logits.Readout.W': tf.Tensor;
};

/** Padded examples on the device. */
type TranslatorBatch = rt.Batch & {
  readonly n: TranslatorSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type TranslatorResults = { readonly logits: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Translator, batch first. */
function translatorForward(p: TranslatorParameters, batch: TranslatorBatch): TranslatorResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target } = batch.n;

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(forwardSumT);
  rt.dispose(sum, sum2, sum3, forwardSumT);
  const sumSteps2 = tf.unstack(forwardSumT2);
  const sumSteps3 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps4: tf.Tensor[] = [];
  let forwardState: tf.Tensor = forwardFilled;
  for (let t = 0; t < source; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:8  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    forwardState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum5, sum6, sum7, backwardIsGreaterT);
  const sumSteps5 = tf.unstack(backwardSumT);
  const sumSteps6 = tf.unstack(backwardSumT2);
  const sumSteps7 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps8 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = forwardFilled;
  for (let t2 = source - 1; t2 >= 0; t2--) {
    const backwardIsGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:8  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardIsGreaterAtWide = tf.reshape(backwardIsGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardIsGreaterAtWide, sum8, backwardState);
    rt.dispose(backwardIsGreaterAtWide, backwardState);
    sumSteps8[t2] = sum8;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT2, rUrT2, newUT2, isGreaterSteps, sumSteps5, sumSteps6, sumSteps7, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps4, sumSteps8);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const joined = tf.concat([sumStacked, sumStacked2], 2);
  rt.dispose(sumStacked, sumStacked2);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const place = tf.slice(joined, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, 2 * hidden]);
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product3 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product3);
  rt.dispose(place, picked, W0T, product3);

  // model.attn:31  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedRows = tf.reshape(joined, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [source, batchSize, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  rt.dispose(scoreJoinedRows, scoreUT, scoreProduct);

  // attention.attn:6  sum[key](weights * keys)
  const joinedT = tf.transpose(joined, [1, 0, 2]);
  rt.dispose(joined);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const sumSteps9: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreSum = tf.add(scoreProduct3, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    const scoreProduct4 = tf.matMul(scoreTanhRows, scoreVWide);
    rt.dispose(scoreProduct3, scoreSum, scoreTanh, scoreTanhRows);
    const score = tf.reshape(scoreProduct4, [source, batchSize]);
    rt.dispose(scoreProduct4);

    // attention.attn:5  weights = softmax[key](score)
    const weightsScoreT = tf.transpose(score, [1, 0]);
    const weights = rt.where(backwardIsGreater, weightsScoreT, -1e9);
    const weights2 = tf.softmax(weights);
    rt.dispose(score, weightsScoreT, weights);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights2, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, joinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product4);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    rt.dispose(sNextJoined, rProduct7, rProduct8, rSum3);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    rt.dispose(r3, newProduct10, newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newSum3, newSum4);

    // cells.attn:8  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(new4, z3, difference3, product6);
    sumSteps9.push(sum9);
    productSteps.push(product5);
    weightsSteps.push(weights2);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, tanh, scoreWT, scoreProduct2, scoreVWide, joinedT, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, eSteps);
  const sumStacked3 = tf.stack(sumSteps9);
  rt.dispose(sumSteps9);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sumStepsRows = tf.reshape(sumStacked3, [batchSize * target, hidden]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(sumStepsRows, UT);
  rt.dispose(sumStacked3, URows, sumStepsRows, UT);
  const product8 = tf.reshape(product7, [target, batchSize, maxout, pieces]);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  rt.dispose(product7, e, VRows, eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const productT = tf.transpose(product10, [1, 0, 2, 3]);
  const sum10 = tf.add(product8, productT);
  rt.dispose(product9, product10, product8, productT);
  const productStacked = tf.stack(productSteps);
  const productStepsRows = tf.reshape(productStacked, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  rt.dispose(productSteps, productStacked, CRows, productStepsRows, CT);
  const product12 = tf.reshape(product11, [target, batchSize, maxout, pieces]);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  rt.dispose(product11, sum10, product12, sum11);
  const highestRows = tf.reshape(highest, [batchSize * target, maxout]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product13 = tf.matMul(highestRows, WT);
  const product14 = tf.reshape(product13, [target, batchSize, characters]);
  rt.dispose(highest, highestRows, WT, product13);

  // model.attn:39  Translate(Annotate(tokens))
  const productT2 = tf.transpose(product14, [1, 0, 2]);
  const weightsStacked = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(product14, weightsSteps, weightsStacked);
  return { logits: productT2, weights: weightsStepsT };
}

/** What translatorLoss gives. */
type TranslatorLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function translatorLoss(p: TranslatorParameters, batch: TranslatorBatch): TranslatorLossResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target } = batch.n;

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const loss = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const loss2 = tf.greater(lossLossWide, loss);
  rt.dispose(loss, lossLossWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(forwardSumT);
  rt.dispose(sum, sum2, sum3, forwardSumT);
  const sumSteps2 = tf.unstack(forwardSumT2);
  const sumSteps3 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps4: tf.Tensor[] = [];
  let forwardState: tf.Tensor = forwardFilled;
  for (let t = 0; t < source; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:8  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    forwardState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum5, sum6, sum7, backwardIsGreaterT);
  const sumSteps5 = tf.unstack(backwardSumT);
  const sumSteps6 = tf.unstack(backwardSumT2);
  const sumSteps7 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps8 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = forwardFilled;
  for (let t2 = source - 1; t2 >= 0; t2--) {
    const backwardIsGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:8  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardIsGreaterAtWide = tf.reshape(backwardIsGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardIsGreaterAtWide, sum8, backwardState);
    rt.dispose(backwardIsGreaterAtWide, backwardState);
    sumSteps8[t2] = sum8;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT2, rUrT2, newUT2, isGreaterSteps, sumSteps5, sumSteps6, sumSteps7, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps4, sumSteps8);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const joined = tf.concat([sumStacked, sumStacked2], 2);
  rt.dispose(sumStacked, sumStacked2);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const place = tf.slice(joined, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, 2 * hidden]);
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product3 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product3);
  rt.dispose(place, picked, W0T, product3);

  // model.attn:31  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedRows = tf.reshape(joined, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [source, batchSize, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  rt.dispose(scoreJoinedRows, scoreUT, scoreProduct);

  // attention.attn:6  sum[key](weights * keys)
  const joinedT = tf.transpose(joined, [1, 0, 2]);
  rt.dispose(joined);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const sumSteps9: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreSum = tf.add(scoreProduct3, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    const scoreProduct4 = tf.matMul(scoreTanhRows, scoreVWide);
    rt.dispose(scoreProduct3, scoreSum, scoreTanh, scoreTanhRows);
    const score = tf.reshape(scoreProduct4, [source, batchSize]);
    rt.dispose(scoreProduct4);

    // attention.attn:5  weights = softmax[key](score)
    const weightsScoreT = tf.transpose(score, [1, 0]);
    const weights = rt.where(backwardIsGreater, weightsScoreT, -1e9);
    const weights2 = tf.softmax(weights);
    rt.dispose(score, weightsScoreT, weights);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights2, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, joinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weights2, weightsWide, product4);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    rt.dispose(sNextJoined, rProduct7, rProduct8, rSum3);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    rt.dispose(r3, newProduct10, newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newSum3, newSum4);

    // cells.attn:8  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(new4, z3, difference3, product6);
    sumSteps9.push(sum9);
    productSteps.push(product5);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, tanh, scoreWT, scoreProduct2, scoreVWide, joinedT, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, eSteps);
  const sumStacked3 = tf.stack(sumSteps9);
  rt.dispose(sumSteps9);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sumStepsRows = tf.reshape(sumStacked3, [batchSize * target, hidden]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(sumStepsRows, UT);
  rt.dispose(sumStacked3, URows, sumStepsRows, UT);
  const product8 = tf.reshape(product7, [target, batchSize, maxout, pieces]);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  rt.dispose(product7, e, VRows, eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const productT = tf.transpose(product10, [1, 0, 2, 3]);
  const sum10 = tf.add(product8, productT);
  rt.dispose(product9, product10, product8, productT);
  const productStacked = tf.stack(productSteps);
  const productStepsRows = tf.reshape(productStacked, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  rt.dispose(productSteps, productStacked, CRows, productStepsRows, CT);
  const product12 = tf.reshape(product11, [target, batchSize, maxout, pieces]);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  rt.dispose(product11, sum10, product12, sum11);
  const highestRows = tf.reshape(highest, [batchSize * target, maxout]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product13 = tf.matMul(highestRows, WT);
  const product14 = tf.reshape(product13, [target, batchSize, characters]);
  rt.dispose(highest, highestRows, WT, product13);

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(product14);
  const lossLogWeightsT = tf.transpose(lossLogWeights, [1, 0, 2]);
  const lossPicked = tf.gather(lossLogWeightsT, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const loss3 = rt.where(loss2, lossNegative, 0);
  rt.dispose(lossLogWeights, lossLogWeightsT, lossPicked, lossNegative);
  const loss4 = tf.sum(loss3, 1);
  const loss5 = tf.cast(batch.lengths.target, 'float32');
  const loss6 = tf.div(loss4, loss5);
  const loss7 = tf.mean(loss6);
  rt.dispose(loss3, loss4, loss5, loss6);

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(loss2);
  const best = tf.argMax(product14, 2);
  const yNextT = tf.transpose(batch.inputs["y'"], [1, 0]);
  const isEqual = tf.equal(best, yNextT);
  rt.dispose(loss2, product14, best, yNextT);
  const isEqualT = tf.transpose(isEqual, [1, 0]);
  const either = tf.logicalOr(negation, isEqualT);
  const all = tf.all(either, 1);
  rt.dispose(isEqual, negation, isEqualT, either);
  const number = tf.scalar(1, 'int32');

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const number2 = tf.scalar(0, 'int32');

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  rt.dispose(all, number, number2, chosen);
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(chosenAsFloat);
  return {
    loss: loss7,
    metrics: { exact: mean },
  };
}

/** What translatorGradients gives. */
type TranslatorGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
  readonly gradients: TranslatorParameters;
};

/** Translation: as the loss, dropout on, and its gradient by every parameter. */
function translatorGradients(p: TranslatorParameters, batch: TranslatorBatch, random: rt.Random): TranslatorGradientsResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, words } = batch.n;

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const loss = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const loss2 = tf.greater(lossLossWide, loss);
  rt.dispose(loss, lossLossWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(zWzT, zProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(forwardSumT);
  rt.dispose(sum, sum2, sum3, forwardSumT);
  const sumSteps2 = tf.unstack(forwardSumT2);
  const sumSteps3 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps4: tf.Tensor[] = [];
  const stateSteps: tf.Tensor[] = [];
  const zSteps: tf.Tensor[] = [];
  const differenceSteps: tf.Tensor[] = [];
  const newSteps: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  const rSteps: tf.Tensor[] = [];
  let forwardState: tf.Tensor = forwardFilled;
  for (let t = 0; t < source; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(newProduct4, newSum);

    // cells.attn:8  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(product);
    sumSteps4.push(sum4);
    stateSteps.push(tf.clone(forwardState));
    zSteps.push(z);
    differenceSteps.push(difference);
    newSteps.push(new_);
    productSteps.push(newProduct3);
    rSteps.push(r);
    forwardState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum5, sum6, sum7, backwardIsGreaterT);
  const sumSteps5 = tf.unstack(backwardSumT);
  const sumSteps6 = tf.unstack(backwardSumT2);
  const sumSteps7 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps8 = new Array<tf.Tensor>(source);
  const stateSteps2 = new Array<tf.Tensor>(source);
  const zSteps2 = new Array<tf.Tensor>(source);
  const differenceSteps2 = new Array<tf.Tensor>(source);
  const newSteps2 = new Array<tf.Tensor>(source);
  const productSteps2 = new Array<tf.Tensor>(source);
  const rSteps2 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = tf.clone(forwardFilled);
  for (let t2 = source - 1; t2 >= 0; t2--) {
    const backwardIsGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(newProduct8, newSum2);

    // cells.attn:8  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardIsGreaterAtWide = tf.reshape(backwardIsGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardIsGreaterAtWide, sum8, backwardState);
    rt.dispose(backwardIsGreaterAtWide);
    sumSteps8[t2] = sum8;
    stateSteps2[t2] = backwardState;
    zSteps2[t2] = z2;
    differenceSteps2[t2] = difference2;
    newSteps2[t2] = new3;
    productSteps2[t2] = newProduct7;
    rSteps2[t2] = r2;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT2, rUrT2, newUT2, sumSteps5, sumSteps6, sumSteps7, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps4, sumSteps8);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const joined = tf.concat([sumStacked, sumStacked2], 2);
  rt.dispose(sumStacked, sumStacked2);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const place = tf.slice(joined, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, 2 * hidden]);
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product3 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product3);
  rt.dispose(place, W0T, product3);

  // model.attn:31  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedRows = tf.reshape(joined, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [source, batchSize, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  rt.dispose(scoreJoinedRows, scoreUT, scoreProduct);

  // attention.attn:6  sum[key](weights * keys)
  const joinedT = tf.transpose(joined, [1, 0, 2]);
  rt.dispose(joined);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const sumSteps9: tf.Tensor[] = [];
  const productSteps3: tf.Tensor[] = [];
  const keepSteps: tf.Tensor[] = [];
  const stateSteps3: tf.Tensor[] = [];
  const zSteps3: tf.Tensor[] = [];
  const differenceSteps3: tf.Tensor[] = [];
  const newSteps3: tf.Tensor[] = [];
  const productSteps4: tf.Tensor[] = [];
  const rSteps3: tf.Tensor[] = [];
  const joinedSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  const tanhSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreSum = tf.add(scoreProduct3, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    const scoreProduct4 = tf.matMul(scoreTanhRows, scoreVWide);
    const score = tf.reshape(scoreProduct4, [source, batchSize]);
    rt.dispose(scoreProduct3, scoreSum, scoreTanhRows, scoreProduct4);

    // attention.attn:5  weights = softmax[key](score)
    const weightsScoreT = tf.transpose(score, [1, 0]);
    const weights = rt.where(backwardIsGreater, weightsScoreT, -1e9);
    const weights2 = tf.softmax(weights);
    rt.dispose(score, weightsScoreT, weights);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights2, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, joinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product4);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rProduct7, rProduct8, rSum3, rSum4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newProduct9, newProduct11, newSum3, newSum4);

    // cells.attn:8  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(product6);

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const keep = random.keep('Translate.logits.Readout.dropout#0', 0.1, [batchSize, maxout], [false], [t3, t3]);
    sumSteps9.push(sum9);
    productSteps3.push(product5);
    keepSteps.push(keep);
    stateSteps3.push(tf.clone(state));
    zSteps3.push(z3);
    differenceSteps3.push(difference3);
    newSteps3.push(new4);
    productSteps4.push(newProduct10);
    rSteps3.push(r3);
    joinedSteps.push(sNextJoined);
    weightsSteps.push(weights2);
    tanhSteps.push(scoreTanh);
    state = sum9;
  }
  rt.dispose(scoreWT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, eSteps);
  const sumStacked3 = tf.stack(sumSteps9);
  rt.dispose(sumSteps9);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sumStepsRows = tf.reshape(sumStacked3, [batchSize * target, hidden]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(sumStepsRows, UT);
  const product8 = tf.reshape(product7, [target, batchSize, maxout, pieces]);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  rt.dispose(sumStacked3, UT, product7, eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const productT = tf.transpose(product10, [1, 0, 2, 3]);
  const sum10 = tf.add(product8, productT);
  rt.dispose(product9, product10, product8, productT);
  const productStacked = tf.stack(productSteps3);
  const productStepsRows = tf.reshape(productStacked, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  const product12 = tf.reshape(product11, [target, batchSize, maxout, pieces]);
  rt.dispose(productSteps3, productStacked, CT, product11);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  const keepStacked = tf.stack(keepSteps);
  const product13 = tf.mul(highest, keepStacked);
  rt.dispose(sum10, product12, keepSteps, highest);
  const productRows = tf.reshape(product13, [batchSize * target, maxout]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product14 = tf.matMul(productRows, WT);
  const product15 = tf.reshape(product14, [target, batchSize, characters]);
  rt.dispose(productRows, WT, product14);

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(product15);
  const lossLogWeightsT = tf.transpose(lossLogWeights, [1, 0, 2]);
  const lossPicked = tf.gather(lossLogWeightsT, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const loss3 = rt.where(loss2, lossNegative, 0);
  const loss4 = tf.sum(loss3, 1);
  rt.dispose(lossLogWeightsT, lossPicked, lossNegative, loss3);
  const loss5 = tf.cast(batch.lengths.target, 'float32');
  const loss6 = tf.div(loss4, loss5);
  const loss7 = tf.mean(loss6);
  rt.dispose(loss4, loss6);

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(loss2);
  const best = tf.argMax(product15, 2);
  const yNextT = tf.transpose(batch.inputs["y'"], [1, 0]);
  const isEqual = tf.equal(best, yNextT);
  const isEqualT = tf.transpose(isEqual, [1, 0]);
  rt.dispose(product15, best, yNextT, isEqual);
  const either = tf.logicalOr(negation, isEqualT);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(negation, isEqualT, either);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const number2 = tf.scalar(0, 'int32');

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(all, number, chosen, chosenAsFloat);

  // model.attn:39  Translate(Annotate(tokens))
  const filled = tf.fill([batchSize, source, align], 0);

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossQuotient = tf.div(1 / batchSize, loss5);
  const lossQuotientWide = tf.reshape(lossQuotient, [batchSize, 1]);
  const lossChosen = rt.where(loss2, lossQuotientWide, 0);
  rt.dispose(loss5, lossQuotient, loss2, lossQuotientWide);
  const lossNegative2 = tf.neg(lossChosen);
  const lossScattered = rt.scatter(batch.inputs["y'"], lossNegative2, characters, 2);
  const lossExp = tf.exp(lossLogWeights);
  const lossNegativeT = tf.transpose(lossNegative2, [1, 0]);
  const lossNegativeWide = tf.reshape(lossNegativeT, [target, batchSize, 1]);
  rt.dispose(lossChosen, lossLogWeights, lossNegative2, lossNegativeT);
  const lossProduct = tf.mul(lossExp, lossNegativeWide);
  const lossProductT = tf.transpose(lossProduct, [1, 0, 2]);
  const lossDifference = tf.sub(lossScattered, lossProductT);
  rt.dispose(lossExp, lossNegativeWide, lossProduct, lossScattered, lossProductT);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const differenceRows = tf.reshape(lossDifference, [batchSize * target, characters]);
  const product16 = tf.matMul(differenceRows, p['Translate.logits.Readout.W']);
  const product17 = tf.reshape(product16, [batchSize, target, maxout]);
  const keepStepsT = tf.transpose(keepStacked, [1, 0, 2]);
  const product18 = tf.mul(product17, keepStepsT);
  rt.dispose(lossDifference, product16, keepStacked, product17, keepStepsT);
  const best2 = tf.argMax(sum11, 3);
  const oneHot = rt.oneHot(best2, pieces);
  const productT2 = tf.transpose(product18, [1, 0, 2]);
  const productWide = tf.reshape(productT2, [target, batchSize, maxout, 1]);
  rt.dispose(sum11, best2, product18, productT2);
  const product19 = tf.mul(productWide, oneHot);
  const productRows2 = tf.reshape(product19, [batchSize * target, maxout * pieces]);
  const product20 = tf.matMul(productRows2, URows);
  rt.dispose(oneHot, productWide, product19, URows);
  const product21 = tf.reshape(product20, [target, batchSize, hidden]);
  const product22 = tf.matMul(productRows2, CRows);
  const product23 = tf.reshape(product22, [target, batchSize, 2 * hidden]);
  const tanhStacked = tf.stack(tanhSteps);
  rt.dispose(product20, CRows, product22, tanhSteps);

  // model.attn:39  Translate(Annotate(tokens))
  const tanhStepsT = tf.transpose(tanhStacked, [0, 2, 1, 3]);
  const xSteps = tf.unstack(product21);
  const xSteps2 = tf.unstack(product23);
  const xSteps3 = tf.unstack(tanhStepsT);
  rt.dispose(tanhStacked, product21, product23, tanhStepsT);

  const partSteps = new Array<tf.Tensor>(target);
  const productSteps5 = new Array<tf.Tensor>(target);
  const xAtSteps = new Array<tf.Tensor>(target);
  const productSteps6 = new Array<tf.Tensor>(target);
  const xAtSteps2 = new Array<tf.Tensor>(target);
  const xAtSteps3 = new Array<tf.Tensor>(target);
  const productSteps7 = new Array<tf.Tensor>(target);
  const sumSteps10 = new Array<tf.Tensor>(target);
  const productSteps8 = new Array<tf.Tensor>(target);
  const totalSteps = new Array<tf.Tensor>(target);
  const xAtSteps4 = new Array<tf.Tensor>(target);
  let state2: tf.Tensor = tf.clone(forwardFilled);
  let state3: tf.Tensor = filled;
  for (let t4 = target - 1; t4 >= 0; t4--) {
    const xAt = xSteps[t4]!;
    const xAt2 = xSteps2[t4]!;
    const xAt3 = stateSteps3[t4]!;
    const xAt4 = zSteps3[t4]!;
    const xAt5 = differenceSteps3[t4]!;
    const xAt6 = newSteps3[t4]!;
    const xAt7 = productSteps4[t4]!;
    const xAt8 = rSteps3[t4]!;
    const xAt9 = joinedSteps[t4]!;
    const xAt10 = weightsSteps[t4]!;
    const xAt11 = xSteps3[t4]!;

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextSum = tf.add(xAt, state2);
    rt.dispose(state2);

    // cells.attn:8  (1 - z) * h + z * new
    const product24 = tf.mul(sNextSum, xAt4);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct12 = tf.mul(xAt6, xAt6);
    const newDifference = tf.sub(1, newProduct12);
    const newProduct13 = tf.mul(product24, newDifference);
    const newProduct14 = tf.matMul(newProduct13, p['Translate.s.GRU.U']);
    const newProduct15 = tf.mul(newProduct14, xAt3);
    rt.dispose(newProduct12, newDifference);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference = tf.sub(1, xAt8);
    const rProduct9 = tf.mul(xAt8, rDifference);
    const rProduct10 = tf.mul(newProduct15, rProduct9);
    const rProduct11 = tf.matMul(rProduct10, p['Translate.s.GRU.Ur']);
    rt.dispose(rDifference, newProduct15, rProduct9);

    // cells.attn:8  (1 - z) * h + z * new
    const product25 = tf.mul(sNextSum, xAt5);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference = tf.sub(1, xAt4);
    const zProduct9 = tf.mul(xAt4, zDifference);
    const zProduct10 = tf.mul(product25, zProduct9);
    const zProduct11 = tf.matMul(zProduct10, p['Translate.s.GRU.Uz']);
    const zSum5 = tf.add(rProduct11, zProduct11);
    rt.dispose(zDifference, product25, zProduct9, rProduct11, zProduct11);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct12 = tf.matMul(rProduct10, p['Translate.s.GRU.Wr']);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct16 = tf.matMul(newProduct13, p['Translate.s.GRU.W']);
    const newSum5 = tf.add(rProduct12, newProduct16);
    rt.dispose(rProduct12, newProduct16);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct12 = tf.matMul(zProduct10, p['Translate.s.GRU.Wz']);
    const zSum6 = tf.add(newSum5, zProduct12);
    rt.dispose(newSum5, zProduct12);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextPart = tf.slice(zSum6, [0, embed], [-1, 2 * hidden]);

    // model.attn:32  context = Additive[align](s, annotations)
    const contextSum = tf.add(xAt2, sNextPart);
    rt.dispose(sNextPart);

    // attention.attn:6  sum[key](weights * keys)
    const sumWide = tf.reshape(contextSum, [batchSize, 2 * hidden, 1]);
    const product26 = tf.matMul(joinedT, sumWide);
    const product27 = tf.reshape(product26, [batchSize, source]);
    rt.dispose(sumWide, product26);

    // attention.attn:5  weights = softmax[key](score)
    const weightsProduct = tf.mul(xAt10, product27);
    const weightsTotal = tf.sum(weightsProduct, 1);
    const weightsTotalWide = tf.reshape(weightsTotal, [batchSize, 1]);
    const weightsDifference = tf.sub(product27, weightsTotalWide);
    rt.dispose(weightsProduct, weightsTotal, product27, weightsTotalWide);
    const weightsProduct2 = tf.mul(xAt10, weightsDifference);
    const weightsChosen = rt.where(backwardIsGreater, weightsProduct2, 0);
    rt.dispose(weightsDifference, weightsProduct2);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide = tf.reshape(weightsChosen, [batchSize, source, 1]);
    const scoreProduct5 = tf.mul(scoreChosenWide, p['Translate.context.Additive.v']);
    const scoreProduct6 = tf.mul(xAt11, xAt11);
    const scoreDifference = tf.sub(1, scoreProduct6);
    const scoreProduct7 = tf.mul(scoreProduct5, scoreDifference);
    rt.dispose(scoreChosenWide, scoreProduct6, scoreProduct5, scoreDifference);
    const scoreTotal = tf.sum(scoreProduct7, 1);
    const scoreProduct8 = tf.matMul(scoreTotal, p['Translate.context.Additive.W']);
    const scoreSum2 = tf.add(zSum5, scoreProduct8);
    rt.dispose(zSum5, scoreProduct8);

    // cells.attn:8  (1 - z) * h + z * new
    const difference4 = tf.sub(sNextSum, product24);
    rt.dispose(sNextSum, product24);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct17 = tf.mul(newProduct14, xAt8);
    const newSum6 = tf.add(difference4, newProduct17);
    rt.dispose(newProduct14, difference4, newProduct17);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextSum2 = tf.add(scoreSum2, newSum6);
    const sNextSum3 = tf.add(state3, scoreProduct7);
    rt.dispose(scoreSum2, newSum6, scoreProduct7, state3);
    const sNextPart2 = tf.slice(zSum6, [0, 0], [-1, embed]);
    rt.dispose(zSum6);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide2 = tf.reshape(weightsChosen, [1, batchSize * source]);
    const scoreXAtRows = tf.reshape(xAt11, [batchSize * source, align]);
    const scoreProduct9 = tf.matMul(scoreChosenWide2, scoreXAtRows);
    const scoreProduct10 = tf.reshape(scoreProduct9, [align]);
    rt.dispose(weightsChosen, scoreChosenWide2, scoreXAtRows, scoreProduct9);
    partSteps[t4] = sNextPart2;
    productSteps5[t4] = newProduct13;
    xAtSteps[t4] = tf.clone(xAt7);
    productSteps6[t4] = rProduct10;
    xAtSteps2[t4] = tf.clone(xAt3);
    xAtSteps3[t4] = tf.clone(xAt9);
    productSteps7[t4] = zProduct10;
    sumSteps10[t4] = contextSum;
    productSteps8[t4] = scoreProduct10;
    totalSteps[t4] = scoreTotal;
    xAtSteps4[t4] = tf.clone(xAt3);
    state2 = sNextSum2;
    state3 = sNextSum3;
  }
  rt.dispose(backwardIsGreater, stateSteps3, zSteps3, differenceSteps3, newSteps3, productSteps4, rSteps3, joinedSteps, xSteps, xSteps2, xSteps3);
  const sumStacked4 = tf.stack(sumSteps10);
  const sumStepsT = tf.transpose(sumStacked4, [1, 2, 0]);
  const weightsStacked = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(sumSteps10, sumStacked4, weightsSteps, weightsStacked);
  const product28 = tf.matMul(sumStepsT, weightsStepsT);
  rt.dispose(sumStepsT, weightsStepsT);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreStateRows = tf.reshape(state3, [batchSize * source, align]);
  const scoreProduct11 = tf.matMul(scoreStateRows, p['Translate.context.Additive.U']);
  const scoreProduct12 = tf.reshape(scoreProduct11, [batchSize, source, 2 * hidden]);
  const scoreProductT = tf.transpose(scoreProduct12, [0, 2, 1]);
  const scoreSum3 = tf.add(product28, scoreProductT);
  rt.dispose(state3, scoreProduct11, scoreProduct12, product28, scoreProductT);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const product29 = tf.mul(tanh, tanh);
  const difference5 = tf.sub(1, product29);
  const product30 = tf.mul(state2, difference5);
  rt.dispose(tanh, product29, state2, difference5);
  const product31 = tf.matMul(product30, p['Translate.W0']);
  const scattered = rt.scatter(number2, product31, source);
  const scatteredT = tf.transpose(scattered, [1, 2, 0]);
  const sum12 = tf.add(scoreSum3, scatteredT);
  rt.dispose(number2, product31, scattered, scoreSum3, scatteredT);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const part = tf.slice(sum12, [0, hidden, 0], [-1, hidden, -1]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardPartT = tf.transpose(part, [2, 0, 1]);
  const xSteps4 = tf.unstack(backwardPartT);
  rt.dispose(part, backwardPartT);

  const productSteps9: tf.Tensor[] = [];
  const productSteps10: tf.Tensor[] = [];
  const productSteps11: tf.Tensor[] = [];
  const xAtSteps5: tf.Tensor[] = [];
  const xAtSteps6: tf.Tensor[] = [];
  let backwardState2: tf.Tensor = tf.clone(forwardFilled);
  for (let t5 = 0; t5 < source; t5++) {
    const xAt12 = xSteps4[t5]!;
    const isGreaterAt = isGreaterSteps[t5]!;
    const xAt13 = stateSteps2[t5]!;
    const xAt14 = zSteps2[t5]!;
    const xAt15 = differenceSteps2[t5]!;
    const xAt16 = newSteps2[t5]!;
    const xAt17 = productSteps2[t5]!;
    const xAt18 = rSteps2[t5]!;

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardIsGreaterAtWide2 = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen2 = rt.where(backwardIsGreaterAtWide2, 0, backwardState2);
    const backwardChosen3 = rt.where(backwardIsGreaterAtWide2, backwardState2, 0);
    const backwardSum = tf.add(xAt12, backwardChosen3);
    rt.dispose(backwardIsGreaterAtWide2, backwardState2, backwardChosen3);

    // cells.attn:8  (1 - z) * h + z * new
    const product32 = tf.mul(backwardSum, xAt14);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct18 = tf.mul(xAt16, xAt16);
    const newDifference2 = tf.sub(1, newProduct18);
    const newProduct19 = tf.mul(product32, newDifference2);
    const newProduct20 = tf.matMul(newProduct19, p['Annotate.backward.h.GRU.U']);
    const newProduct21 = tf.mul(newProduct20, xAt13);
    rt.dispose(newProduct18, newDifference2);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference2 = tf.sub(1, xAt18);
    const rProduct13 = tf.mul(xAt18, rDifference2);
    const rProduct14 = tf.mul(newProduct21, rProduct13);
    const rProduct15 = tf.matMul(rProduct14, p['Annotate.backward.h.GRU.Ur']);
    rt.dispose(rDifference2, newProduct21, rProduct13);

    // cells.attn:8  (1 - z) * h + z * new
    const product33 = tf.mul(backwardSum, xAt15);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference2 = tf.sub(1, xAt14);
    const zProduct13 = tf.mul(xAt14, zDifference2);
    const zProduct14 = tf.mul(product33, zProduct13);
    const zProduct15 = tf.matMul(zProduct14, p['Annotate.backward.h.GRU.Uz']);
    const zSum7 = tf.add(rProduct15, zProduct15);
    rt.dispose(zDifference2, product33, zProduct13, rProduct15, zProduct15);
    const zSum8 = tf.add(backwardChosen2, zSum7);
    rt.dispose(backwardChosen2, zSum7);

    // cells.attn:8  (1 - z) * h + z * new
    const difference6 = tf.sub(backwardSum, product32);
    rt.dispose(backwardSum, product32);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct22 = tf.mul(newProduct20, xAt18);
    const newSum7 = tf.add(difference6, newProduct22);
    rt.dispose(newProduct20, difference6, newProduct22);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardSum2 = tf.add(zSum8, newSum7);
    rt.dispose(zSum8, newSum7);
    productSteps9.push(zProduct14);
    productSteps10.push(rProduct14);
    productSteps11.push(newProduct19);
    xAtSteps5.push(tf.clone(xAt17));
    xAtSteps6.push(tf.clone(xAt13));
    backwardState2 = backwardSum2;
  }
  rt.dispose(isGreaterSteps, stateSteps2, zSteps2, differenceSteps2, newSteps2, productSteps2, rSteps2, xSteps4, backwardState2);
  const productStacked2 = tf.stack(productSteps11);
  rt.dispose(productSteps11);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows = tf.reshape(productStacked2, [batchSize * source, hidden]);
  const newProduct23 = tf.matMul(newProductStepsRows, p['Annotate.backward.h.GRU.W']);
  const newProduct24 = tf.reshape(newProduct23, [source, batchSize, embed]);
  const productStacked3 = tf.stack(productSteps10);
  rt.dispose(newProduct23, productSteps10);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows = tf.reshape(productStacked3, [batchSize * source, hidden]);
  const rProduct16 = tf.matMul(rProductStepsRows, p['Annotate.backward.h.GRU.Wr']);
  const rProduct17 = tf.reshape(rProduct16, [source, batchSize, embed]);
  const rSum5 = tf.add(newProduct24, rProduct17);
  const productStacked4 = tf.stack(productSteps9);
  rt.dispose(rProduct16, newProduct24, rProduct17, productSteps9);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows = tf.reshape(productStacked4, [batchSize * source, hidden]);
  const zProduct16 = tf.matMul(zProductStepsRows, p['Annotate.backward.h.GRU.Wz']);
  const zProduct17 = tf.reshape(zProduct16, [source, batchSize, embed]);
  const zSum9 = tf.add(rSum5, zProduct17);
  rt.dispose(zProduct16, rSum5, zProduct17);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const part2 = tf.slice(sum12, [0, 0, 0], [-1, hidden, -1]);
  rt.dispose(sum12);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardPartT = tf.transpose(part2, [2, 0, 1]);
  const xSteps5 = tf.unstack(forwardPartT);
  rt.dispose(part2, forwardPartT);

  const productSteps12 = new Array<tf.Tensor>(source);
  const productSteps13 = new Array<tf.Tensor>(source);
  const productSteps14 = new Array<tf.Tensor>(source);
  const xAtSteps7 = new Array<tf.Tensor>(source);
  const xAtSteps8 = new Array<tf.Tensor>(source);
  let forwardState2: tf.Tensor = forwardFilled;
  for (let t6 = source - 1; t6 >= 0; t6--) {
    const xAt19 = xSteps5[t6]!;
    const xAt20 = stateSteps[t6]!;
    const xAt21 = zSteps[t6]!;
    const xAt22 = differenceSteps[t6]!;
    const xAt23 = newSteps[t6]!;
    const xAt24 = productSteps[t6]!;
    const xAt25 = rSteps[t6]!;

    // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum = tf.add(forwardState2, xAt19);
    rt.dispose(forwardState2);

    // cells.attn:8  (1 - z) * h + z * new
    const product34 = tf.mul(forwardSum, xAt21);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct25 = tf.mul(xAt23, xAt23);
    const newDifference3 = tf.sub(1, newProduct25);
    const newProduct26 = tf.mul(product34, newDifference3);
    const newProduct27 = tf.matMul(newProduct26, p['Annotate.forward.h.GRU.U']);
    const newProduct28 = tf.mul(newProduct27, xAt20);
    rt.dispose(newProduct25, newDifference3);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference3 = tf.sub(1, xAt25);
    const rProduct18 = tf.mul(xAt25, rDifference3);
    const rProduct19 = tf.mul(newProduct28, rProduct18);
    const rProduct20 = tf.matMul(rProduct19, p['Annotate.forward.h.GRU.Ur']);
    rt.dispose(rDifference3, newProduct28, rProduct18);

    // cells.attn:8  (1 - z) * h + z * new
    const product35 = tf.mul(forwardSum, xAt22);

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference3 = tf.sub(1, xAt21);
    const zProduct18 = tf.mul(xAt21, zDifference3);
    const zProduct19 = tf.mul(product35, zProduct18);
    const zProduct20 = tf.matMul(zProduct19, p['Annotate.forward.h.GRU.Uz']);
    const zSum10 = tf.add(rProduct20, zProduct20);
    rt.dispose(zDifference3, product35, zProduct18, rProduct20, zProduct20);

    // cells.attn:8  (1 - z) * h + z * new
    const difference7 = tf.sub(forwardSum, product34);
    rt.dispose(forwardSum, product34);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct29 = tf.mul(newProduct27, xAt25);
    const newSum8 = tf.add(difference7, newProduct29);
    rt.dispose(newProduct27, difference7, newProduct29);

    // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum2 = tf.add(zSum10, newSum8);
    rt.dispose(zSum10, newSum8);
    productSteps12[t6] = zProduct19;
    productSteps13[t6] = rProduct19;
    productSteps14[t6] = newProduct26;
    xAtSteps7[t6] = tf.clone(xAt24);
    xAtSteps8[t6] = tf.clone(xAt20);
    forwardState2 = forwardSum2;
  }
  rt.dispose(stateSteps, zSteps, differenceSteps, newSteps, productSteps, rSteps, xSteps5, forwardState2);
  const productStacked5 = tf.stack(productSteps14);
  rt.dispose(productSteps14);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows2 = tf.reshape(productStacked5, [batchSize * source, hidden]);
  const newProduct30 = tf.matMul(newProductStepsRows2, p['Annotate.forward.h.GRU.W']);
  const newProduct31 = tf.reshape(newProduct30, [source, batchSize, embed]);
  const productStacked6 = tf.stack(productSteps13);
  rt.dispose(newProduct30, productSteps13);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows2 = tf.reshape(productStacked6, [batchSize * source, hidden]);
  const rProduct21 = tf.matMul(rProductStepsRows2, p['Annotate.forward.h.GRU.Wr']);
  const rProduct22 = tf.reshape(rProduct21, [source, batchSize, embed]);
  const rSum6 = tf.add(newProduct31, rProduct22);
  const productStacked7 = tf.stack(productSteps12);
  rt.dispose(rProduct21, newProduct31, rProduct22, productSteps12);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows2 = tf.reshape(productStacked7, [batchSize * source, hidden]);
  const zProduct21 = tf.matMul(zProductStepsRows2, p['Annotate.forward.h.GRU.Wz']);
  const zProduct22 = tf.reshape(zProduct21, [source, batchSize, embed]);
  const zSum11 = tf.add(rSum6, zProduct22);
  const zSum12 = tf.add(zSum9, zSum11);
  rt.dispose(zProduct21, rSum6, zProduct22, zSum9, zSum11);

  // model.attn:15  x = table[tokens]
  const xSumT = tf.transpose(zSum12, [1, 0, 2]);
  const xScattered = rt.scatter(batch.inputs.tokens, xSumT, words);
  rt.dispose(zSum12, xSumT);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT = tf.transpose(zProductStepsRows2, [1, 0]);
  const zXT = tf.transpose(x, [1, 0, 2]);
  const zXRows2 = tf.reshape(zXT, [batchSize * source, embed]);
  const zProduct23 = tf.matMul(zProductStepsT, zXRows2);
  rt.dispose(zProductStepsRows2, x, zXT);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT = tf.transpose(rProductStepsRows2, [1, 0]);
  const rProduct23 = tf.matMul(rProductStepsT, zXRows2);
  rt.dispose(rProductStepsRows2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT = tf.transpose(newProductStepsRows2, [1, 0]);
  const newProduct32 = tf.matMul(newProductStepsT, zXRows2);
  const xAtStacked = tf.stack(xAtSteps8);
  rt.dispose(newProductStepsRows2, xAtSteps8);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardXAtStepsRows = tf.reshape(xAtStacked, [batchSize * source, hidden]);
  const forwardProduct = tf.matMul(zProductStepsT, forwardXAtStepsRows);
  const forwardProduct2 = tf.matMul(rProductStepsT, forwardXAtStepsRows);
  rt.dispose(xAtStacked, zProductStepsT, rProductStepsT, forwardXAtStepsRows);
  const xAtStacked2 = tf.stack(xAtSteps7);
  const forwardXAtStepsRows2 = tf.reshape(xAtStacked2, [batchSize * source, hidden]);
  const forwardProduct3 = tf.matMul(newProductStepsT, forwardXAtStepsRows2);
  rt.dispose(xAtSteps7, xAtStacked2, newProductStepsT, forwardXAtStepsRows2);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const total = tf.sum(productStacked7, [0, 1]);
  const total2 = tf.sum(productStacked6, [0, 1]);
  const total3 = tf.sum(productStacked5, [0, 1]);
  rt.dispose(productStacked7, productStacked6, productStacked5);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT2 = tf.transpose(zProductStepsRows, [1, 0]);
  const zProduct24 = tf.matMul(zProductStepsT2, zXRows2);
  rt.dispose(zProductStepsRows);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT2 = tf.transpose(rProductStepsRows, [1, 0]);
  const rProduct24 = tf.matMul(rProductStepsT2, zXRows2);
  rt.dispose(rProductStepsRows);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT2 = tf.transpose(newProductStepsRows, [1, 0]);
  const newProduct33 = tf.matMul(newProductStepsT2, zXRows2);
  const xAtStacked3 = tf.stack(xAtSteps6);
  rt.dispose(newProductStepsRows, zXRows2, xAtSteps6);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardXAtStepsRows = tf.reshape(xAtStacked3, [batchSize * source, hidden]);
  const backwardProduct = tf.matMul(zProductStepsT2, backwardXAtStepsRows);
  const backwardProduct2 = tf.matMul(rProductStepsT2, backwardXAtStepsRows);
  rt.dispose(xAtStacked3, zProductStepsT2, rProductStepsT2, backwardXAtStepsRows);
  const xAtStacked4 = tf.stack(xAtSteps5);
  const backwardXAtStepsRows2 = tf.reshape(xAtStacked4, [batchSize * source, hidden]);
  const backwardProduct3 = tf.matMul(newProductStepsT2, backwardXAtStepsRows2);
  rt.dispose(xAtSteps5, xAtStacked4, newProductStepsT2, backwardXAtStepsRows2);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const total4 = tf.sum(productStacked4, [0, 1]);
  const total5 = tf.sum(productStacked3, [0, 1]);
  const total6 = tf.sum(productStacked2, [0, 1]);
  rt.dispose(productStacked4, productStacked3, productStacked2);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const product36 = tf.matMul(productRows2, VRows);
  const product37 = tf.reshape(product36, [target, batchSize, embed]);
  const partStacked = tf.stack(partSteps);
  rt.dispose(VRows, product36, partSteps);

  // model.attn:39  Translate(Annotate(tokens))
  const sum13 = tf.add(product37, partStacked);
  rt.dispose(product37, partStacked);

  // model.attn:31  e = table[y]
  const eSumT = tf.transpose(sum13, [1, 0, 2]);
  const eScattered = rt.scatter(batch.inputs.y, eSumT, characters);
  rt.dispose(sum13, eSumT);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const productT3 = tf.transpose(product30, [1, 0]);
  const product38 = tf.matMul(productT3, picked);
  const totalStacked = tf.stack(totalSteps);
  rt.dispose(product30, picked, productT3, totalSteps);

  // model.attn:39  Translate(Annotate(tokens))
  const totalStepsRows = tf.reshape(totalStacked, [batchSize * target, align]);
  const totalStepsT = tf.transpose(totalStepsRows, [1, 0]);
  const xAtStacked5 = tf.stack(xAtSteps4);
  const xAtStepsRows = tf.reshape(xAtStacked5, [batchSize * target, hidden]);
  rt.dispose(totalStacked, totalStepsRows, xAtSteps4, xAtStacked5);
  const product39 = tf.matMul(totalStepsT, xAtStepsRows);
  rt.dispose(totalStepsT, xAtStepsRows);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreStateT = tf.transpose(scoreStateRows, [1, 0]);
  const scoreJoinedRows2 = tf.reshape(joinedT, [batchSize * source, 2 * hidden]);
  const scoreProduct13 = tf.matMul(scoreStateT, scoreJoinedRows2);
  rt.dispose(scoreStateRows, joinedT, scoreStateT, scoreJoinedRows2);
  const productStacked8 = tf.stack(productSteps8);
  rt.dispose(productSteps8);

  // model.attn:39  Translate(Annotate(tokens))
  const total7 = tf.sum(productStacked8, 0);
  const productStacked9 = tf.stack(productSteps7);
  const productStepsRows2 = tf.reshape(productStacked9, [batchSize * target, hidden]);
  const productStepsT = tf.transpose(productStepsRows2, [1, 0]);
  const xAtStacked6 = tf.stack(xAtSteps3);
  rt.dispose(productStacked8, productSteps7, productStepsRows2, xAtSteps3);
  const xAtStepsRows2 = tf.reshape(xAtStacked6, [batchSize * target, embed + 2 * hidden]);
  const product40 = tf.matMul(productStepsT, xAtStepsRows2);
  const productStacked10 = tf.stack(productSteps6);
  const productStepsRows3 = tf.reshape(productStacked10, [batchSize * target, hidden]);
  const productStepsT2 = tf.transpose(productStepsRows3, [1, 0]);
  const product41 = tf.matMul(productStepsT2, xAtStepsRows2);
  const productStacked11 = tf.stack(productSteps5);
  rt.dispose(xAtStacked6, productSteps6, productStepsRows3, productSteps5);
  const productStepsRows4 = tf.reshape(productStacked11, [batchSize * target, hidden]);
  const productStepsT3 = tf.transpose(productStepsRows4, [1, 0]);
  const product42 = tf.matMul(productStepsT3, xAtStepsRows2);
  const xAtStacked7 = tf.stack(xAtSteps2);
  const xAtStepsRows3 = tf.reshape(xAtStacked7, [batchSize * target, hidden]);
  rt.dispose(productStepsRows4, xAtStepsRows2, xAtSteps2, xAtStacked7);
  const product43 = tf.matMul(productStepsT, xAtStepsRows3);
  const product44 = tf.matMul(productStepsT2, xAtStepsRows3);
  const xAtStacked8 = tf.stack(xAtSteps);
  rt.dispose(productStepsT, productStepsT2, xAtStepsRows3, xAtSteps);
  const xAtStepsRows4 = tf.reshape(xAtStacked8, [batchSize * target, hidden]);
  const product45 = tf.matMul(productStepsT3, xAtStepsRows4);
  const total8 = tf.sum(productStacked9, [0, 1]);
  rt.dispose(xAtStacked8, productStepsT3, xAtStepsRows4, productStacked9);
  const total9 = tf.sum(productStacked10, [0, 1]);
  const total10 = tf.sum(productStacked11, [0, 1]);
  rt.dispose(productStacked10, productStacked11);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const productT4 = tf.transpose(productRows2, [1, 0]);
  const product46 = tf.matMul(productT4, sumStepsRows);
  const product47 = tf.reshape(product46, [maxout, pieces, hidden]);
  const eT2 = tf.transpose(e, [2, 1, 0]);
  const eRows2 = tf.reshape(eT2, [embed, batchSize * target]);
  rt.dispose(sumStepsRows, product46, e, eT2);
  const product48 = tf.matMul(eRows2, productRows2);
  const product49 = tf.reshape(product48, [embed, maxout, pieces]);
  const product50 = tf.matMul(productT4, productStepsRows);
  rt.dispose(productRows2, eRows2, product48, productStepsRows, productT4);
  const product51 = tf.reshape(product50, [maxout, pieces, 2 * hidden]);
  const differenceT = tf.transpose(differenceRows, [1, 0]);
  const productT5 = tf.transpose(product13, [1, 0, 2]);
  const productRows3 = tf.reshape(productT5, [batchSize * target, maxout]);
  rt.dispose(product50, differenceRows, product13, productT5);
  const product52 = tf.matMul(differenceT, productRows3);
  rt.dispose(differenceT, productRows3);
  return {
    loss: loss7,
    metrics: { exact: mean },
    gradients: {
      'Annotate.table': xScattered,
      'Annotate.forward.h.GRU.Wz': zProduct23,
      'Annotate.forward.h.GRU.Wr': rProduct23,
      'Annotate.forward.h.GRU.W': newProduct32,
      'Annotate.forward.h.GRU.Uz': forwardProduct,
      'Annotate.forward.h.GRU.Ur': forwardProduct2,
      'Annotate.forward.h.GRU.U': forwardProduct3,
      'Annotate.forward.h.GRU.bz': total,
      'Annotate.forward.h.GRU.br': total2,
      'Annotate.forward.h.GRU.b': total3,
      'Annotate.backward.h.GRU.Wz': zProduct24,
      'Annotate.backward.h.GRU.Wr': rProduct24,
      'Annotate.backward.h.GRU.W': newProduct33,
      'Annotate.backward.h.GRU.Uz': backwardProduct,
      'Annotate.backward.h.GRU.Ur': backwardProduct2,
      'Annotate.backward.h.GRU.U': backwardProduct3,
      'Annotate.backward.h.GRU.bz': total4,
      'Annotate.backward.h.GRU.br': total5,
      'Annotate.backward.h.GRU.b': total6,
      'Translate.table': eScattered,
      'Translate.W0': product38,
      'Translate.context.Additive.W': product39,
      'Translate.context.Additive.U': scoreProduct13,
      'Translate.context.Additive.v': total7,
      'Translate.s.GRU.Wz': product40,
      'Translate.s.GRU.Wr': product41,
      'Translate.s.GRU.W': product42,
      'Translate.s.GRU.Uz': product43,
      'Translate.s.GRU.Ur': product44,
      'Translate.s.GRU.U': product45,
      'Translate.s.GRU.bz': total8,
      'Translate.s.GRU.br': total9,
      'Translate.s.GRU.b': total10,
      'Translate.logits.Readout.U': product47,
      'Translate.logits.Readout.V': product49,
      'Translate.logits.Readout.C': product51,
      'Translate.logits.Readout.W': product52,
    },
  };
}

/** What the decoder reads at every step, [batch, …]. */
type TranslatorMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslatorState = { readonly s: tf.Tensor };

/** What translatorPrepare gives. */
type TranslatorPrepareResults = {
  readonly memory: TranslatorMemory;
  readonly state: TranslatorState;
};

/** Once per call: what no step changes, and the first states. */
function translatorPrepare(p: TranslatorParameters, batch: TranslatorBatch): TranslatorPrepareResults {
  const { align, batch: batchSize, embed, hidden, source } = batch.n;

  // attention.attn:5  weights = softmax[key](score)
  const weights = tf.range(0, source, 1, 'int32');
  const weightsSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights2 = tf.greater(weightsSourceLengthWide, weights);
  rt.dispose(weights, weightsSourceLengthWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const sumSteps = tf.unstack(forwardSumT);
  rt.dispose(sum, sum2, sum3, forwardSumT);
  const sumSteps2 = tf.unstack(forwardSumT2);
  const sumSteps3 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps4: tf.Tensor[] = [];
  let forwardState: tf.Tensor = forwardFilled;
  for (let t = 0; t < source; t++) {
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:8  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    forwardState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:4  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardWeightsT = tf.transpose(weights2, [1, 0]);
  const backwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardWeightsT);
  rt.dispose(sum5, sum6, sum7, backwardWeightsT);
  const sumSteps5 = tf.unstack(backwardSumT);
  const sumSteps6 = tf.unstack(backwardSumT2);
  const sumSteps7 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps8 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = forwardFilled;
  for (let t2 = source - 1; t2 >= 0; t2--) {
    const backwardIsGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:8  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardIsGreaterAtWide = tf.reshape(backwardIsGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardIsGreaterAtWide, sum8, backwardState);
    rt.dispose(backwardIsGreaterAtWide, backwardState);
    sumSteps8[t2] = sum8;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT2, rUrT2, newUT2, isGreaterSteps, sumSteps5, sumSteps6, sumSteps7, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps4, sumSteps8);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const joined = tf.concat([sumStacked, sumStacked2], 2);
  rt.dispose(sumStacked, sumStacked2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreJoinedRows = tf.reshape(joined, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [source, batchSize, align]);
  const scoreProductT = tf.transpose(scoreProduct2, [1, 0, 2]);
  rt.dispose(scoreJoinedRows, scoreUT, scoreProduct, scoreProduct2);
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const place = tf.slice(joined, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, 2 * hidden]);
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product3 = tf.matMul(picked, W0T);
  rt.dispose(joined, place, picked, W0T);
  const tanh = tf.tanh(product3);
  const tanhShaped = tf.reshape(tanh, [batchSize, 1, hidden]);
  rt.dispose(product3, tanh);
  return {
    memory: { '0': weights2, '1': scoreProductT, '2': scoreJoinedT },
    state: { s: tanhShaped },
  };
}

/** What translatorStep gives. */
type TranslatorStepResults = {
  readonly logits: tf.Tensor3D;
  readonly state: TranslatorState;
  readonly taps: { readonly weights: tf.Tensor };
};

/** One place: logits, the next states and the taps. */
function translatorStep(p: TranslatorParameters, batch: TranslatorBatch, memory: TranslatorMemory, state: TranslatorState, previous: tf.Tensor2D, _t: number): TranslatorStepResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source } = batch.n;

  // model.attn:31  e = table[y]
  const e = tf.gather(p['Translate.table'], previous);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreSRows = tf.reshape(state.s, [batchSize * previous.shape[1], hidden]);
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreProduct = tf.matMul(scoreSRows, scoreWT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, previous.shape[1], 1, align]);
  const scoreMemory1Wide = tf.reshape(memory['1'], [batchSize, 1, source, align]);
  const scoreSum = tf.add(scoreProduct2, scoreMemory1Wide);
  rt.dispose(scoreWT, scoreProduct, scoreProduct2, scoreMemory1Wide);
  const scoreTanh = tf.tanh(scoreSum);
  const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * previous.shape[1] * source, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  const scoreProduct3 = tf.matMul(scoreTanhRows, scoreVWide);
  rt.dispose(scoreSum, scoreTanh, scoreTanhRows, scoreVWide);
  const score = tf.reshape(scoreProduct3, [batchSize, previous.shape[1], source]);
  rt.dispose(scoreProduct3);

  // attention.attn:5  weights = softmax[key](score)
  const weightsWeightsWide = tf.reshape(memory['0'], [batchSize, 1, source]);
  const weights = rt.where(weightsWeightsWide, score, -1e9);
  const weights2 = tf.softmax(weights);
  rt.dispose(score, weightsWeightsWide, weights);

  // attention.attn:6  sum[key](weights * keys)
  const product = tf.matMul(weights2, memory['2']);

  // model.attn:33  s' = GRU(concat(e, context), s)
  const sNextJoined = tf.concat([e, product], 2);

  // cells.attn:5  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoinedRows = tf.reshape(sNextJoined, [batchSize * previous.shape[1], embed + 2 * hidden]);
  const zWzT = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zJoinedRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, previous.shape[1], hidden]);
  const zUzT = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);
  const zProduct3 = tf.matMul(scoreSRows, zUzT);
  rt.dispose(sNextJoined, zWzT, zProduct, zUzT);
  const zProduct4 = tf.reshape(zProduct3, [batchSize, previous.shape[1], hidden]);
  const zSum = tf.add(zProduct2, zProduct4);
  const zSum2 = tf.add(zSum, p['Translate.s.GRU.bz']);
  rt.dispose(zProduct3, zProduct2, zProduct4, zSum);
  const z = tf.sigmoid(zSum2);
  rt.dispose(zSum2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zJoinedRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, previous.shape[1], hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:6  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zJoinedRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, previous.shape[1], hidden]);
  const rUrT = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);
  const rProduct3 = tf.matMul(scoreSRows, rUrT);
  rt.dispose(zJoinedRows, rWrT, rProduct, scoreSRows, rUrT);
  const rProduct4 = tf.reshape(rProduct3, [batchSize, previous.shape[1], hidden]);
  const rSum = tf.add(rProduct2, rProduct4);
  const rSum2 = tf.add(rSum, p['Translate.s.GRU.br']);
  rt.dispose(rProduct3, rProduct2, rProduct4, rSum);
  const r = tf.sigmoid(rSum2);
  rt.dispose(rSum2);

  // cells.attn:7  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct3 = tf.mul(r, state.s);
  const newProductRows = tf.reshape(newProduct3, [batchSize * previous.shape[1], hidden]);
  const newUT = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);
  const newProduct4 = tf.matMul(newProductRows, newUT);
  rt.dispose(r, newProduct3, newProductRows, newUT);
  const newProduct5 = tf.reshape(newProduct4, [batchSize, previous.shape[1], hidden]);
  const newSum = tf.add(newProduct2, newProduct5);
  const newSum2 = tf.add(newSum, p['Translate.s.GRU.b']);
  rt.dispose(newProduct4, newProduct2, newProduct5, newSum);
  const new_ = tf.tanh(newSum2);
  rt.dispose(newSum2);

  // cells.attn:8  (1 - z) * h + z * new
  const difference = tf.sub(new_, state.s);
  const product2 = tf.mul(z, difference);
  const sum = tf.add(state.s, product2);
  rt.dispose(new_, z, difference, product2);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sumRows = tf.reshape(sum, [batchSize * previous.shape[1], hidden]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const product3 = tf.matMul(sumRows, UT);
  const product4 = tf.reshape(product3, [batchSize, previous.shape[1], maxout, pieces]);
  rt.dispose(URows, sumRows, UT, product3);
  const eRows = tf.reshape(e, [batchSize * previous.shape[1], embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product5 = tf.matMul(eRows, VT);
  rt.dispose(e, VRows, eRows, VT);
  const product6 = tf.reshape(product5, [batchSize, previous.shape[1], maxout, pieces]);
  const sum2 = tf.add(product4, product6);
  const productRows = tf.reshape(product, [batchSize * previous.shape[1], 2 * hidden]);
  rt.dispose(product5, product4, product6, product);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product7 = tf.matMul(productRows, CT);
  const product8 = tf.reshape(product7, [batchSize, previous.shape[1], maxout, pieces]);
  rt.dispose(CRows, productRows, CT, product7);
  const sum3 = tf.add(sum2, product8);
  const highest = tf.max(sum3, 3);
  const highestRows = tf.reshape(highest, [batchSize * previous.shape[1], maxout]);
  rt.dispose(sum2, product8, sum3, highest);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product9 = tf.matMul(highestRows, WT);
  const product10 = tf.reshape(product9, [batchSize, previous.shape[1], characters]);
  rt.dispose(highestRows, WT, product9);
  return {
    logits: product10 as tf.Tensor3D,
    state: { s: sum },
    taps: { weights: weights2 },
  };
}

const translatorDefinition: rt.Definition = {
  name: 'Translator',
  source: 'model.attn',
  hyperparameters: { words: 972, characters: 14, embed: 48, hidden: 96, align: 96, maxout: 64, pieces: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: TranslatorDims) {
    return { words: n.words, characters: n.characters, embed: n.embed, hidden: n.hidden, align: n.align, maxout: n.maxout, pieces: n.pieces };
  },
  parameters(n: TranslatorSizes) {
    return [
      { path: 'Annotate.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Annotate.forward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.forward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.forward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.forward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.forward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.forward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.forward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Annotate.forward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Annotate.forward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Annotate.backward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.backward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.backward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Annotate.backward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.backward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.backward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Annotate.backward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Annotate.backward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Annotate.backward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Translate.W0', axes: [{ label: 'hidden', size: n.hidden }, { label: 'annotation', size: 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Additive.W', axes: [{ label: 'align', size: n.align }, { label: 'q', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Additive.U', axes: [{ label: 'align', size: n.align }, { label: 'k', size: 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Additive.v', axes: [{ label: 'align', size: n.align }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.logits.Readout.U', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'hidden', size: n.hidden }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.V', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.C', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'annotation', size: 2 * n.hidden }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.W', axes: [{ label: 'characters', size: n.characters }, { label: 'maxout', size: n.maxout }], outs: 1, init: { kind: 'glorot' } },
    ];
  },
  inputs(n: TranslatorSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'characters', dim: null }] },
    weights: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'source', dim: 'source' }] },
  },
  forward: translatorForward,
  objectives: [
    {
      name: 'Translation',
      given(n: TranslatorSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'characters', size: n.characters } },
        ];
      },
      loss: translatorLoss,
      gradients: translatorGradients,
      optimizer: (_n: TranslatorSizes, step: number) => ({ kind: 'adam', rate: 2e-3 * Math.min(1, 0.5 ** ((step - 6e3) / 2e3)) }),
      clip: { kind: 'norm', limit: 1 },
    },
  ],
  decoder: {
    name: 'Translate',
    axis: 'target',
    output: 'y',
    vocabulary: (n: TranslatorSizes) => n.characters,
    start: 1,
    end: 2,
    prepare: translatorPrepare,
    step: translatorStep,
    taps: { weights: ['source'] },
    rank: (logp) => logp,
    atMost: () => 16,
  },
};

export class Translator extends rt.GenerativeModel<TranslatorDims, TranslatorInput, TranslatorTarget> {
  constructor(options: rt.ModelOptions<TranslatorDims> = {}) {
    super(translatorDefinition, options);
  }
}
