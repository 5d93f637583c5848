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
  const { align, batch: batchSize, embed, hidden, maxout, pieces, source, target } = batch.n;

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
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

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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
    const isGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum8, backwardState);
    rt.dispose(backwardValueWide, backwardState);
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

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product4 = tf.matMul(eRows, VT);
  const product5 = tf.reshape(product4, [batchSize, target, maxout, pieces]);
  rt.dispose(VRows, eRows, VT, product4);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(joined, scoreJoinedRows, scoreUT, scoreProduct);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  rt.dispose(URows, CRows);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const productT = tf.transpose(product5, [1, 0, 2, 3]);
  const eSteps = tf.unstack(eT);
  const productSteps = tf.unstack(productT);
  rt.dispose(e, product5, eT, productT);

  const productSteps2: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;
    const productAt = productSteps[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreProduct4 = tf.reshape(scoreProduct3, [batchSize, 1, align]);
    const scoreSum = tf.add(scoreProduct4, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    rt.dispose(scoreProduct3, scoreProduct4, scoreSum, scoreTanh);
    const scoreProduct5 = tf.matMul(scoreTanhRows, scoreVWide);
    const score = tf.reshape(scoreProduct5, [batchSize, source]);
    rt.dispose(scoreTanhRows, scoreProduct5);

    // attention.attn:5  weights = softmax[key](score)
    const weightsChosen = rt.where(backwardIsGreater, score, -1e9);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product6 = tf.matMul(weightsWide, scoreJoinedT);
    const product7 = tf.reshape(product6, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product6);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product7], 1);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    rt.dispose(sNextJoined, rProduct7, rProduct8, rSum3);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    rt.dispose(r3, newProduct10, newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newSum3, newSum4);

    // cells.attn:14  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product8 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product8);
    rt.dispose(new4, z3, difference3, product8, state);

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const product9 = tf.matMul(sum9, UT);
    const product10 = tf.reshape(product9, [batchSize, maxout, pieces]);
    const sum10 = tf.add(product10, productAt);
    const product11 = tf.matMul(product7, CT);
    const product12 = tf.reshape(product11, [batchSize, maxout, pieces]);
    rt.dispose(product9, product10, product7, product11);
    const sum11 = tf.add(sum10, product12);
    const highest = tf.max(sum11, 2);
    const product13 = tf.matMul(highest, WT);
    rt.dispose(sum10, product12, sum11, highest);
    productSteps2.push(product13);
    weightsSteps.push(weights);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, scoreWT, scoreJoinedT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, UT, CT, WT, eSteps, productSteps, state);
  const productStacked = tf.stack(productSteps2);
  const productStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const weightsStacked = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(productSteps2, productStacked, weightsSteps, weightsStacked);
  return { logits: productStepsT, weights: weightsStepsT };
}

/** What translatorLoss gives. */
type TranslatorLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function translatorLoss(p: TranslatorParameters, batch: TranslatorBatch): TranslatorLossResults {
  const { align, batch: batchSize, embed, hidden, maxout, pieces, source, target } = batch.n;

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
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

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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
    const isGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum8, backwardState);
    rt.dispose(backwardValueWide, backwardState);
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

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product4 = tf.matMul(eRows, VT);
  const product5 = tf.reshape(product4, [batchSize, target, maxout, pieces]);
  rt.dispose(VRows, eRows, VT, product4);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(joined, scoreJoinedRows, scoreUT, scoreProduct);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  rt.dispose(URows, CRows);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const productT = tf.transpose(product5, [1, 0, 2, 3]);
  const eSteps = tf.unstack(eT);
  const productSteps = tf.unstack(productT);
  rt.dispose(e, product5, eT, productT);

  const productSteps2: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;
    const productAt = productSteps[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreProduct4 = tf.reshape(scoreProduct3, [batchSize, 1, align]);
    const scoreSum = tf.add(scoreProduct4, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    rt.dispose(scoreProduct3, scoreProduct4, scoreSum, scoreTanh);
    const scoreProduct5 = tf.matMul(scoreTanhRows, scoreVWide);
    const score = tf.reshape(scoreProduct5, [batchSize, source]);
    rt.dispose(scoreTanhRows, scoreProduct5);

    // attention.attn:5  weights = softmax[key](score)
    const weightsChosen = rt.where(backwardIsGreater, score, -1e9);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product6 = tf.matMul(weightsWide, scoreJoinedT);
    const product7 = tf.reshape(product6, [batchSize, 2 * hidden]);
    rt.dispose(weights, weightsWide, product6);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product7], 1);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    rt.dispose(sNextJoined, rProduct7, rProduct8, rSum3);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    rt.dispose(r3, newProduct10, newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newSum3, newSum4);

    // cells.attn:14  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product8 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product8);
    rt.dispose(new4, z3, difference3, product8, state);

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const product9 = tf.matMul(sum9, UT);
    const product10 = tf.reshape(product9, [batchSize, maxout, pieces]);
    const sum10 = tf.add(product10, productAt);
    const product11 = tf.matMul(product7, CT);
    const product12 = tf.reshape(product11, [batchSize, maxout, pieces]);
    rt.dispose(product9, product10, product7, product11);
    const sum11 = tf.add(sum10, product12);
    const highest = tf.max(sum11, 2);
    const product13 = tf.matMul(highest, WT);
    rt.dispose(sum10, product12, sum11, highest);
    productSteps2.push(product13);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, scoreWT, scoreJoinedT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, UT, CT, WT, eSteps, productSteps, state);
  const productStacked = tf.stack(productSteps2);
  rt.dispose(productSteps2);

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(productStacked);
  const lossLogWeightsT = tf.transpose(lossLogWeights, [1, 0, 2]);
  const lossPicked = tf.gather(lossLogWeightsT, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  rt.dispose(lossLogWeights, lossLogWeightsT, lossPicked, lossNegative);
  const lossTotal = tf.sum(lossChosen, 1);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossChosen, lossTotal, lossLossAsFloat, lossQuotient);

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(productStacked, 2);
  const bestT = tf.transpose(best, [1, 0]);
  const isEqual = tf.equal(bestT, batch.inputs["y'"]);
  rt.dispose(lossIsGreater, productStacked, best, bestT);
  const either = tf.logicalOr(negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(negation, isEqual, either);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const number2 = tf.scalar(0, 'int32');

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  rt.dispose(all, number, number2, chosen);
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(chosenAsFloat);
  return {
    loss,
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
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(product);
    sumSteps4.push(sum4);
    stateSteps.push(forwardState);
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

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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
    const isGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum8, backwardState);
    rt.dispose(backwardValueWide);
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
  rt.dispose(sumSteps8);

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

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product4 = tf.matMul(eRows, VT);
  const product5 = tf.reshape(product4, [batchSize, target, maxout, pieces]);
  rt.dispose(eRows, VT, product4);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Additive.W'], [1, 0]);
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  rt.dispose(joined, scoreUT, scoreProduct);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  const zUzT3 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT3 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT3 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const UT = tf.transpose(URows, [1, 0]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);

  // model.attn:39  Translate(Annotate(tokens))
  const eT = tf.transpose(e, [1, 0, 2]);
  const productT = tf.transpose(product5, [1, 0, 2, 3]);
  const eSteps = tf.unstack(eT);
  const productSteps3 = tf.unstack(productT);
  rt.dispose(product5, eT, productT);

  const productSteps4: tf.Tensor[] = [];
  const productSteps5: tf.Tensor[] = [];
  const keepSteps: tf.Tensor[] = [];
  const sumSteps9: tf.Tensor[] = [];
  const productSteps6: tf.Tensor[] = [];
  const sumSteps10: tf.Tensor[] = [];
  const stateSteps3: tf.Tensor[] = [];
  const zSteps3: tf.Tensor[] = [];
  const differenceSteps3: tf.Tensor[] = [];
  const newSteps3: tf.Tensor[] = [];
  const productSteps7: tf.Tensor[] = [];
  const rSteps3: tf.Tensor[] = [];
  const joinedSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  const tanhSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;
    const productAt = productSteps3[t3]!;

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.matMul(state, scoreWT);
    const scoreProduct4 = tf.reshape(scoreProduct3, [batchSize, 1, align]);
    const scoreSum = tf.add(scoreProduct4, scoreProduct2);
    const scoreTanh = tf.tanh(scoreSum);
    const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * source, align]);
    const scoreProduct5 = tf.matMul(scoreTanhRows, scoreVWide);
    rt.dispose(scoreProduct3, scoreProduct4, scoreSum, scoreTanhRows);
    const score = tf.reshape(scoreProduct5, [batchSize, source]);
    rt.dispose(scoreProduct5);

    // attention.attn:5  weights = softmax[key](score)
    const weightsChosen = rt.where(backwardIsGreater, score, -1e9);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product6 = tf.matMul(weightsWide, scoreJoinedT);
    const product7 = tf.reshape(product6, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product6);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product7], 1);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct7 = tf.matMul(sNextJoined, zWzT3);
    const zProduct8 = tf.matMul(state, zUzT3);
    const zSum3 = tf.add(zProduct7, zProduct8);
    const zSum4 = tf.add(zSum3, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum4);
    rt.dispose(zProduct7, zProduct8, zSum3, zSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.matMul(sNextJoined, newWT3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(sNextJoined, rWrT3);
    const rProduct8 = tf.matMul(state, rUrT3);
    const rSum3 = tf.add(rProduct7, rProduct8);
    const rSum4 = tf.add(rSum3, p['Translate.s.GRU.br']);
    const r3 = tf.sigmoid(rSum4);
    rt.dispose(rProduct7, rProduct8, rSum3, rSum4);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct10 = tf.mul(r3, state);
    const newProduct11 = tf.matMul(newProduct10, newUT3);
    const newSum3 = tf.add(newProduct9, newProduct11);
    const newSum4 = tf.add(newSum3, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum4);
    rt.dispose(newProduct9, newProduct11, newSum3, newSum4);

    // cells.attn:14  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product8 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product8);
    rt.dispose(product8);

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const product9 = tf.matMul(sum9, UT);
    const product10 = tf.reshape(product9, [batchSize, maxout, pieces]);
    const sum10 = tf.add(product10, productAt);
    const product11 = tf.matMul(product7, CT);
    const product12 = tf.reshape(product11, [batchSize, maxout, pieces]);
    const sum11 = tf.add(sum10, product12);
    rt.dispose(product9, product10, product11, sum10, product12);
    const highest = tf.max(sum11, 2);
    const keep = random.keep('Translate.logits.Readout.dropout#0', 0.1, [batchSize, maxout], [false], [t3]);
    const product13 = tf.mul(highest, keep);
    const product14 = tf.matMul(product13, WT);
    rt.dispose(highest);
    productSteps4.push(product14);
    productSteps5.push(product13);
    keepSteps.push(keep);
    sumSteps9.push(sum11);
    productSteps6.push(product7);
    sumSteps10.push(sum9);
    stateSteps3.push(state);
    zSteps3.push(z3);
    differenceSteps3.push(difference3);
    newSteps3.push(new4);
    productSteps7.push(newProduct10);
    rSteps3.push(r3);
    joinedSteps.push(sNextJoined);
    weightsSteps.push(weights);
    tanhSteps.push(scoreTanh);
    state = sum9;
  }
  rt.dispose(scoreWT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, UT, CT, WT, eSteps, productSteps3);
  const productStacked = tf.stack(productSteps4);
  rt.dispose(productSteps4);

  // model.attn:43  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(productStacked);
  const lossLogWeightsT = tf.transpose(lossLogWeights, [1, 0, 2]);
  const lossPicked = tf.gather(lossLogWeightsT, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  rt.dispose(lossLogWeightsT, lossPicked, lossNegative, lossChosen);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossTotal, lossQuotient);

  // model.attn:44  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(productStacked, 2);
  const bestT = tf.transpose(best, [1, 0]);
  const isEqual = tf.equal(bestT, batch.inputs["y'"]);
  const either = tf.logicalOr(negation, isEqual);
  rt.dispose(productStacked, best, bestT, negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(either);

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
  const lossQuotient2 = tf.div(1 / batchSize, lossLossAsFloat);
  const lossQuotientWide = tf.reshape(lossQuotient2, [batchSize, 1]);
  const lossChosen2 = rt.where(lossIsGreater, lossQuotientWide, 0);
  rt.dispose(lossLossAsFloat, lossQuotient2, lossIsGreater, lossQuotientWide);
  const lossNegative2 = tf.neg(lossChosen2);
  const lossScattered = rt.scatter(batch.inputs["y'"], lossNegative2, characters, 2);
  const lossExp = tf.exp(lossLogWeights);
  const lossNegativeT = tf.transpose(lossNegative2, [1, 0]);
  const lossNegativeWide = tf.reshape(lossNegativeT, [target, batchSize, 1]);
  rt.dispose(lossChosen2, lossLogWeights, lossNegative2, lossNegativeT);
  const lossProduct = tf.mul(lossExp, lossNegativeWide);
  const lossProductT = tf.transpose(lossProduct, [1, 0, 2]);
  const lossDifference = tf.sub(lossScattered, lossProductT);
  rt.dispose(lossExp, lossNegativeWide, lossProduct, lossScattered, lossProductT);

  // model.attn:39  Translate(Annotate(tokens))
  const differenceT = tf.transpose(lossDifference, [1, 2, 0]);
  const differenceSteps4 = tf.unstack(differenceT);
  rt.dispose(lossDifference);

  const partSteps = new Array<tf.Tensor>(target);
  const productSteps8 = new Array<tf.Tensor>(target);
  const productSteps9 = new Array<tf.Tensor>(target);
  const productSteps10 = new Array<tf.Tensor>(target);
  const productSteps11 = new Array<tf.Tensor>(target);
  const sumSteps11 = new Array<tf.Tensor>(target);
  const productSteps12 = new Array<tf.Tensor>(target);
  const productSteps13 = new Array<tf.Tensor>(target);
  let state2: tf.Tensor = tf.clone(forwardFilled);
  let state3: tf.Tensor = filled;
  for (let t4 = target - 1; t4 >= 0; t4--) {
    const differenceAt = differenceSteps4[t4]!;
    const keepAt = keepSteps[t4]!;
    const sumAt7 = sumSteps9[t4]!;
    const stateAt = stateSteps3[t4]!;
    const zAt = zSteps3[t4]!;
    const differenceAt2 = differenceSteps3[t4]!;
    const newAt = newSteps3[t4]!;
    const rAt = rSteps3[t4]!;
    const weightsAt = weightsSteps[t4]!;
    const tanhAt = tanhSteps[t4]!;

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const valueT = tf.transpose(differenceAt, [1, 0]);
    const product15 = tf.matMul(valueT, p['Translate.logits.Readout.W']);
    const product16 = tf.mul(product15, keepAt);
    const best2 = tf.argMax(sumAt7, 2);
    const oneHot = rt.oneHot(best2, pieces);
    const productWide = tf.reshape(product16, [batchSize, maxout, 1]);
    rt.dispose(valueT, product15, best2, product16);
    const product17 = tf.mul(productWide, oneHot);
    const productRows = tf.reshape(product17, [batchSize, maxout * pieces]);
    const product18 = tf.matMul(productRows, URows);
    rt.dispose(oneHot, productWide);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextSum = tf.add(product18, state2);
    rt.dispose(product18, state2);

    // cells.attn:14  (1 - z) * h + z * new
    const product19 = tf.mul(sNextSum, zAt);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct12 = tf.mul(newAt, newAt);
    const newDifference = tf.sub(1, newProduct12);
    const newProduct13 = tf.mul(product19, newDifference);
    const newProduct14 = tf.matMul(newProduct13, p['Translate.s.GRU.U']);
    const newProduct15 = tf.mul(newProduct14, stateAt);
    rt.dispose(newProduct12, newDifference);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference = tf.sub(1, rAt);
    const rProduct9 = tf.mul(rAt, rDifference);
    const rProduct10 = tf.mul(newProduct15, rProduct9);
    const rProduct11 = tf.matMul(rProduct10, p['Translate.s.GRU.Ur']);
    rt.dispose(rDifference, newProduct15, rProduct9);

    // cells.attn:14  (1 - z) * h + z * new
    const product20 = tf.mul(sNextSum, differenceAt2);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference = tf.sub(1, zAt);
    const zProduct9 = tf.mul(zAt, zDifference);
    const zProduct10 = tf.mul(product20, zProduct9);
    const zProduct11 = tf.matMul(zProduct10, p['Translate.s.GRU.Uz']);
    const zSum5 = tf.add(rProduct11, zProduct11);
    rt.dispose(zDifference, product20, zProduct9, rProduct11, zProduct11);

    // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const product21 = tf.matMul(productRows, CRows);
    rt.dispose(productRows);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct12 = tf.matMul(rProduct10, p['Translate.s.GRU.Wr']);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct16 = tf.matMul(newProduct13, p['Translate.s.GRU.W']);
    const newSum5 = tf.add(rProduct12, newProduct16);
    rt.dispose(rProduct12, newProduct16);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct12 = tf.matMul(zProduct10, p['Translate.s.GRU.Wz']);
    const zSum6 = tf.add(newSum5, zProduct12);
    rt.dispose(newSum5, zProduct12);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextPart = tf.slice(zSum6, [0, embed], [-1, 2 * hidden]);

    // model.attn:32  context = Additive[align](s, annotations)
    const contextSum = tf.add(product21, sNextPart);
    rt.dispose(product21, sNextPart);

    // attention.attn:6  sum[key](weights * keys)
    const sumWide = tf.reshape(contextSum, [batchSize, 2 * hidden, 1]);
    const product22 = tf.matMul(scoreJoinedT, sumWide);
    const product23 = tf.reshape(product22, [batchSize, source]);
    rt.dispose(sumWide, product22);

    // attention.attn:5  weights = softmax[key](score)
    const weightsProduct = tf.mul(weightsAt, product23);
    const weightsTotal = tf.sum(weightsProduct, 1);
    const weightsTotalWide = tf.reshape(weightsTotal, [batchSize, 1]);
    const weightsDifference = tf.sub(product23, weightsTotalWide);
    rt.dispose(weightsProduct, weightsTotal, product23, weightsTotalWide);
    const weightsProduct2 = tf.mul(weightsAt, weightsDifference);
    const weightsChosen2 = rt.where(backwardIsGreater, weightsProduct2, 0);
    rt.dispose(weightsDifference, weightsProduct2);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct6 = tf.mul(tanhAt, tanhAt);
    const scoreDifference = tf.sub(1, scoreProduct6);
    const scoreChosenWide = tf.reshape(weightsChosen2, [batchSize, 1, source]);
    const scoreProduct7 = tf.matMul(scoreChosenWide, scoreDifference);
    const scoreProduct8 = tf.reshape(scoreProduct7, [batchSize, align]);
    const scoreProduct9 = tf.mul(scoreProduct8, p['Translate.context.Additive.v']);
    rt.dispose(scoreProduct6, scoreChosenWide, scoreProduct7, scoreProduct8);
    const scoreProduct10 = tf.matMul(scoreProduct9, p['Translate.context.Additive.W']);
    const scoreSum2 = tf.add(zSum5, scoreProduct10);
    rt.dispose(zSum5, scoreProduct10);

    // cells.attn:14  (1 - z) * h + z * new
    const difference4 = tf.sub(sNextSum, product19);
    rt.dispose(sNextSum, product19);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct17 = tf.mul(newProduct14, rAt);
    const newSum6 = tf.add(difference4, newProduct17);
    rt.dispose(newProduct14, difference4, newProduct17);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextSum2 = tf.add(scoreSum2, newSum6);
    rt.dispose(scoreSum2, newSum6);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide2 = tf.reshape(weightsChosen2, [batchSize, source, 1]);
    const scoreProduct11 = tf.mul(scoreChosenWide2, scoreDifference);
    rt.dispose(scoreDifference, scoreChosenWide2);

    // model.attn:33  s' = GRU(concat(e, context), s)
    const sNextSum3 = tf.add(state3, scoreProduct11);
    const sNextPart2 = tf.slice(zSum6, [0, 0], [-1, embed]);
    rt.dispose(scoreProduct11, state3, zSum6);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide3 = tf.reshape(weightsChosen2, [1, batchSize * source]);
    const scoreValueRows = tf.reshape(tanhAt, [batchSize * source, align]);
    const scoreProduct12 = tf.matMul(scoreChosenWide3, scoreValueRows);
    const scoreProduct13 = tf.reshape(scoreProduct12, [align]);
    rt.dispose(weightsChosen2, scoreChosenWide3, scoreValueRows, scoreProduct12);
    partSteps[t4] = sNextPart2;
    productSteps8[t4] = product17;
    productSteps9[t4] = newProduct13;
    productSteps10[t4] = rProduct10;
    productSteps11[t4] = zProduct10;
    sumSteps11[t4] = contextSum;
    productSteps12[t4] = scoreProduct13;
    productSteps13[t4] = scoreProduct9;
    state2 = sNextSum2;
    state3 = sNextSum3;
  }
  rt.dispose(backwardIsGreater, scoreJoinedT, URows, CRows, keepSteps, sumSteps9, zSteps3, differenceSteps3, newSteps3, rSteps3, tanhSteps, differenceSteps4);
  const sumStacked3 = tf.stack(sumSteps11);
  const sumStepsT = tf.transpose(sumStacked3, [1, 2, 0]);
  const weightsStacked = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(sumSteps11, sumStacked3, weightsSteps, weightsStacked);
  const product24 = tf.matMul(sumStepsT, weightsStepsT);
  const product25 = tf.mul(state3, p['Translate.context.Additive.v']);
  rt.dispose(sumStepsT, weightsStepsT, state3);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProductRows = tf.reshape(product25, [batchSize * source, align]);
  const scoreProduct14 = tf.matMul(scoreProductRows, p['Translate.context.Additive.U']);
  const scoreProduct15 = tf.reshape(scoreProduct14, [batchSize, source, 2 * hidden]);
  const scoreProductT = tf.transpose(scoreProduct15, [0, 2, 1]);
  const scoreSum3 = tf.add(product24, scoreProductT);
  rt.dispose(product25, scoreProduct14, scoreProduct15, product24, scoreProductT);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const product26 = tf.mul(tanh, tanh);
  const difference5 = tf.sub(1, product26);
  const product27 = tf.mul(state2, difference5);
  const product28 = tf.matMul(product27, p['Translate.W0']);
  const scattered = rt.scatter(number2, product28, source);
  rt.dispose(product26, state2, difference5, number2, product28);
  const scatteredT = tf.transpose(scattered, [1, 2, 0]);
  const sum12 = tf.add(scoreSum3, scatteredT);
  rt.dispose(scattered, scoreSum3, scatteredT);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const part = tf.slice(sum12, [0, hidden, 0], [-1, hidden, -1]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardPartT = tf.transpose(part, [2, 0, 1]);
  const xSteps = tf.unstack(backwardPartT);
  rt.dispose(part, backwardPartT);

  const productSteps14: tf.Tensor[] = [];
  const productSteps15: tf.Tensor[] = [];
  const productSteps16: tf.Tensor[] = [];
  let backwardState2: tf.Tensor = tf.clone(forwardFilled);
  for (let t5 = 0; t5 < source; t5++) {
    const xAt = xSteps[t5]!;
    const isGreaterAt2 = isGreaterSteps[t5]!;
    const stateAt2 = stateSteps2[t5]!;
    const zAt2 = zSteps2[t5]!;
    const differenceAt3 = differenceSteps2[t5]!;
    const newAt2 = newSteps2[t5]!;
    const rAt2 = rSteps2[t5]!;

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide2 = tf.reshape(isGreaterAt2, [batchSize, 1]);
    const backwardChosen2 = rt.where(backwardValueWide2, 0, backwardState2);
    const backwardChosen3 = rt.where(backwardValueWide2, backwardState2, 0);
    const backwardSum = tf.add(xAt, backwardChosen3);
    rt.dispose(backwardValueWide2, backwardState2, backwardChosen3);

    // cells.attn:14  (1 - z) * h + z * new
    const product29 = tf.mul(backwardSum, zAt2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct18 = tf.mul(newAt2, newAt2);
    const newDifference2 = tf.sub(1, newProduct18);
    const newProduct19 = tf.mul(product29, newDifference2);
    const newProduct20 = tf.matMul(newProduct19, p['Annotate.backward.h.GRU.U']);
    const newProduct21 = tf.mul(newProduct20, stateAt2);
    rt.dispose(newProduct18, newDifference2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference2 = tf.sub(1, rAt2);
    const rProduct13 = tf.mul(rAt2, rDifference2);
    const rProduct14 = tf.mul(newProduct21, rProduct13);
    const rProduct15 = tf.matMul(rProduct14, p['Annotate.backward.h.GRU.Ur']);
    rt.dispose(rDifference2, newProduct21, rProduct13);

    // cells.attn:14  (1 - z) * h + z * new
    const product30 = tf.mul(backwardSum, differenceAt3);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference2 = tf.sub(1, zAt2);
    const zProduct13 = tf.mul(zAt2, zDifference2);
    const zProduct14 = tf.mul(product30, zProduct13);
    const zProduct15 = tf.matMul(zProduct14, p['Annotate.backward.h.GRU.Uz']);
    const zSum7 = tf.add(rProduct15, zProduct15);
    rt.dispose(zDifference2, product30, zProduct13, rProduct15, zProduct15);
    const zSum8 = tf.add(backwardChosen2, zSum7);
    rt.dispose(backwardChosen2, zSum7);

    // cells.attn:14  (1 - z) * h + z * new
    const difference6 = tf.sub(backwardSum, product29);
    rt.dispose(backwardSum, product29);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct22 = tf.mul(newProduct20, rAt2);
    const newSum7 = tf.add(difference6, newProduct22);
    rt.dispose(newProduct20, difference6, newProduct22);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardSum2 = tf.add(zSum8, newSum7);
    rt.dispose(zSum8, newSum7);
    productSteps14.push(zProduct14);
    productSteps15.push(rProduct14);
    productSteps16.push(newProduct19);
    backwardState2 = backwardSum2;
  }
  rt.dispose(isGreaterSteps, zSteps2, differenceSteps2, newSteps2, rSteps2, xSteps, backwardState2);
  const productStacked2 = tf.stack(productSteps16);
  rt.dispose(productSteps16);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const newProductStepsRows = tf.reshape(newProductStepsT, [batchSize * source, hidden]);
  const newProduct23 = tf.matMul(newProductStepsRows, p['Annotate.backward.h.GRU.W']);
  const newProduct24 = tf.reshape(newProduct23, [batchSize, source, embed]);
  const productStacked3 = tf.stack(productSteps15);
  rt.dispose(newProductStepsT, newProductStepsRows, newProduct23, productSteps15);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT = tf.transpose(productStacked3, [1, 0, 2]);
  const rProductStepsRows = tf.reshape(rProductStepsT, [batchSize * source, hidden]);
  const rProduct16 = tf.matMul(rProductStepsRows, p['Annotate.backward.h.GRU.Wr']);
  const rProduct17 = tf.reshape(rProduct16, [batchSize, source, embed]);
  const rSum5 = tf.add(newProduct24, rProduct17);
  rt.dispose(rProductStepsT, rProductStepsRows, rProduct16, newProduct24, rProduct17);
  const productStacked4 = tf.stack(productSteps14);
  rt.dispose(productSteps14);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT = tf.transpose(productStacked4, [1, 0, 2]);
  const zProductStepsRows = tf.reshape(zProductStepsT, [batchSize * source, hidden]);
  const zProduct16 = tf.matMul(zProductStepsRows, p['Annotate.backward.h.GRU.Wz']);
  const zProduct17 = tf.reshape(zProduct16, [batchSize, source, embed]);
  const zSum9 = tf.add(rSum5, zProduct17);
  rt.dispose(zProductStepsT, zProductStepsRows, zProduct16, rSum5, zProduct17);

  // model.attn:18  concat[hidden as annotation](forward, backward)
  const part2 = tf.slice(sum12, [0, 0, 0], [-1, hidden, -1]);
  rt.dispose(sum12);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardPartT = tf.transpose(part2, [2, 0, 1]);
  const xSteps2 = tf.unstack(forwardPartT);
  rt.dispose(part2, forwardPartT);

  const productSteps17 = new Array<tf.Tensor>(source);
  const productSteps18 = new Array<tf.Tensor>(source);
  const productSteps19 = new Array<tf.Tensor>(source);
  let forwardState2: tf.Tensor = tf.clone(forwardFilled);
  for (let t6 = source - 1; t6 >= 0; t6--) {
    const xAt2 = xSteps2[t6]!;
    const stateAt3 = stateSteps[t6]!;
    const zAt3 = zSteps[t6]!;
    const differenceAt4 = differenceSteps[t6]!;
    const newAt3 = newSteps[t6]!;
    const rAt3 = rSteps[t6]!;

    // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum = tf.add(forwardState2, xAt2);
    rt.dispose(forwardState2);

    // cells.attn:14  (1 - z) * h + z * new
    const product31 = tf.mul(forwardSum, zAt3);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct25 = tf.mul(newAt3, newAt3);
    const newDifference3 = tf.sub(1, newProduct25);
    const newProduct26 = tf.mul(product31, newDifference3);
    const newProduct27 = tf.matMul(newProduct26, p['Annotate.forward.h.GRU.U']);
    const newProduct28 = tf.mul(newProduct27, stateAt3);
    rt.dispose(newProduct25, newDifference3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rDifference3 = tf.sub(1, rAt3);
    const rProduct18 = tf.mul(rAt3, rDifference3);
    const rProduct19 = tf.mul(newProduct28, rProduct18);
    const rProduct20 = tf.matMul(rProduct19, p['Annotate.forward.h.GRU.Ur']);
    rt.dispose(rDifference3, newProduct28, rProduct18);

    // cells.attn:14  (1 - z) * h + z * new
    const product32 = tf.mul(forwardSum, differenceAt4);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zDifference3 = tf.sub(1, zAt3);
    const zProduct18 = tf.mul(zAt3, zDifference3);
    const zProduct19 = tf.mul(product32, zProduct18);
    const zProduct20 = tf.matMul(zProduct19, p['Annotate.forward.h.GRU.Uz']);
    const zSum10 = tf.add(rProduct20, zProduct20);
    rt.dispose(zDifference3, product32, zProduct18, rProduct20, zProduct20);

    // cells.attn:14  (1 - z) * h + z * new
    const difference7 = tf.sub(forwardSum, product31);
    rt.dispose(forwardSum, product31);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct29 = tf.mul(newProduct27, rAt3);
    const newSum8 = tf.add(difference7, newProduct29);
    rt.dispose(newProduct27, difference7, newProduct29);

    // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum2 = tf.add(zSum10, newSum8);
    rt.dispose(zSum10, newSum8);
    productSteps17[t6] = zProduct19;
    productSteps18[t6] = rProduct19;
    productSteps19[t6] = newProduct26;
    forwardState2 = forwardSum2;
  }
  rt.dispose(zSteps, differenceSteps, newSteps, rSteps, xSteps2, forwardState2);
  const productStacked5 = tf.stack(productSteps19);
  rt.dispose(productSteps19);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT2 = tf.transpose(productStacked5, [1, 0, 2]);
  const newProductStepsRows2 = tf.reshape(newProductStepsT2, [batchSize * source, hidden]);
  const newProduct30 = tf.matMul(newProductStepsRows2, p['Annotate.forward.h.GRU.W']);
  const newProduct31 = tf.reshape(newProduct30, [batchSize, source, embed]);
  const productStacked6 = tf.stack(productSteps18);
  rt.dispose(newProductStepsT2, newProductStepsRows2, newProduct30, productSteps18);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT2 = tf.transpose(productStacked6, [1, 0, 2]);
  const rProductStepsRows2 = tf.reshape(rProductStepsT2, [batchSize * source, hidden]);
  const rProduct21 = tf.matMul(rProductStepsRows2, p['Annotate.forward.h.GRU.Wr']);
  const rProduct22 = tf.reshape(rProduct21, [batchSize, source, embed]);
  const rSum6 = tf.add(newProduct31, rProduct22);
  rt.dispose(rProductStepsT2, rProductStepsRows2, rProduct21, newProduct31, rProduct22);
  const productStacked7 = tf.stack(productSteps17);
  rt.dispose(productSteps17);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT2 = tf.transpose(productStacked7, [1, 0, 2]);
  const zProductStepsRows2 = tf.reshape(zProductStepsT2, [batchSize * source, hidden]);
  const zProduct21 = tf.matMul(zProductStepsRows2, p['Annotate.forward.h.GRU.Wz']);
  const zProduct22 = tf.reshape(zProduct21, [batchSize, source, embed]);
  const zSum11 = tf.add(rSum6, zProduct22);
  rt.dispose(zProductStepsT2, zProductStepsRows2, zProduct21, rSum6, zProduct22);
  const zSum12 = tf.add(zSum9, zSum11);
  rt.dispose(zSum9, zSum11);

  // model.attn:15  x = table[tokens]
  const xScattered = rt.scatter(batch.inputs.tokens, zSum12, words);
  rt.dispose(zSum12);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows3 = tf.reshape(productStacked7, [batchSize * source, hidden]);
  const zProductStepsT3 = tf.transpose(zProductStepsRows3, [1, 0]);
  const zXT = tf.transpose(x, [1, 0, 2]);
  const zXRows2 = tf.reshape(zXT, [batchSize * source, embed]);
  const zProduct23 = tf.matMul(zProductStepsT3, zXRows2);
  rt.dispose(zProductStepsRows3, x, zXT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows3 = tf.reshape(productStacked6, [batchSize * source, hidden]);
  const rProductStepsT3 = tf.transpose(rProductStepsRows3, [1, 0]);
  const rProduct23 = tf.matMul(rProductStepsT3, zXRows2);
  rt.dispose(rProductStepsRows3);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows3 = tf.reshape(productStacked5, [batchSize * source, hidden]);
  const newProductStepsT3 = tf.transpose(newProductStepsRows3, [1, 0]);
  const newProduct32 = tf.matMul(newProductStepsT3, zXRows2);
  const stateStacked = tf.stack(stateSteps);
  rt.dispose(newProductStepsRows3, forwardFilled, sumSteps4);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardStateStepsRows = tf.reshape(stateStacked, [batchSize * source, hidden]);
  const forwardProduct = tf.matMul(zProductStepsT3, forwardStateStepsRows);
  const forwardProduct2 = tf.matMul(rProductStepsT3, forwardStateStepsRows);
  rt.dispose(stateStacked, zProductStepsT3, rProductStepsT3, forwardStateStepsRows);
  const productStacked8 = tf.stack(productSteps);
  const forwardProductStepsRows = tf.reshape(productStacked8, [batchSize * source, hidden]);
  const forwardProduct3 = tf.matMul(newProductStepsT3, forwardProductStepsRows);
  rt.dispose(productSteps, productStacked8, newProductStepsT3, forwardProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total = tf.sum(productStacked7, [0, 1]);
  const total2 = tf.sum(productStacked6, [0, 1]);
  const total3 = tf.sum(productStacked5, [0, 1]);
  rt.dispose(productStacked7, productStacked6, productStacked5);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows4 = tf.reshape(productStacked4, [batchSize * source, hidden]);
  const zProductStepsT4 = tf.transpose(zProductStepsRows4, [1, 0]);
  const zProduct24 = tf.matMul(zProductStepsT4, zXRows2);
  rt.dispose(zProductStepsRows4);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows4 = tf.reshape(productStacked3, [batchSize * source, hidden]);
  const rProductStepsT4 = tf.transpose(rProductStepsRows4, [1, 0]);
  const rProduct24 = tf.matMul(rProductStepsT4, zXRows2);
  rt.dispose(rProductStepsRows4);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows4 = tf.reshape(productStacked2, [batchSize * source, hidden]);
  const newProductStepsT4 = tf.transpose(newProductStepsRows4, [1, 0]);
  const newProduct33 = tf.matMul(newProductStepsT4, zXRows2);
  const stateStacked2 = tf.stack(stateSteps2);
  rt.dispose(newProductStepsRows4, zXRows2, stateSteps2);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardStateStepsRows = tf.reshape(stateStacked2, [batchSize * source, hidden]);
  const backwardProduct = tf.matMul(zProductStepsT4, backwardStateStepsRows);
  const backwardProduct2 = tf.matMul(rProductStepsT4, backwardStateStepsRows);
  rt.dispose(stateStacked2, zProductStepsT4, rProductStepsT4, backwardStateStepsRows);
  const productStacked9 = tf.stack(productSteps2);
  const backwardProductStepsRows = tf.reshape(productStacked9, [batchSize * source, hidden]);
  const backwardProduct3 = tf.matMul(newProductStepsT4, backwardProductStepsRows);
  rt.dispose(productSteps2, productStacked9, newProductStepsT4, backwardProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total4 = tf.sum(productStacked4, [0, 1]);
  const total5 = tf.sum(productStacked3, [0, 1]);
  const total6 = tf.sum(productStacked2, [0, 1]);
  const productStacked10 = tf.stack(productSteps8);
  rt.dispose(productStacked4, productStacked3, productStacked2, productSteps8);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const productStepsT = tf.transpose(productStacked10, [1, 0, 2, 3]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, maxout * pieces]);
  const product33 = tf.matMul(productStepsRows, VRows);
  const product34 = tf.reshape(product33, [batchSize, target, embed]);
  rt.dispose(productStepsT, VRows, productStepsRows, product33);
  const partStacked = tf.stack(partSteps);
  const partStepsT = tf.transpose(partStacked, [1, 0, 2]);
  const sum13 = tf.add(partStepsT, product34);
  rt.dispose(partSteps, partStacked, product34, partStepsT);

  // model.attn:31  e = table[y]
  const eScattered = rt.scatter(batch.inputs.y, sum13, characters);
  rt.dispose(sum13);

  // model.attn:30  state s: [hidden] = tanh(W0 @ annotations[source = first])
  const productT2 = tf.transpose(product27, [1, 0]);
  const product35 = tf.matMul(productT2, picked);
  const productStacked11 = tf.stack(productSteps13);
  rt.dispose(product27, picked, productT2, productSteps13);

  // model.attn:39  Translate(Annotate(tokens))
  const productStepsRows2 = tf.reshape(productStacked11, [batchSize * target, align]);
  const productStepsT2 = tf.transpose(productStepsRows2, [1, 0]);
  const stateStacked3 = tf.stack(stateSteps3);
  const stateStepsRows = tf.reshape(stateStacked3, [batchSize * target, hidden]);
  rt.dispose(productStacked11, productStepsRows2, tanh, stateStacked3);
  const product36 = tf.matMul(productStepsT2, stateStepsRows);
  rt.dispose(productStepsT2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProductT2 = tf.transpose(scoreProductRows, [1, 0]);
  const scoreProduct16 = tf.matMul(scoreProductT2, scoreJoinedRows);
  const productStacked12 = tf.stack(productSteps12);
  rt.dispose(scoreProductRows, scoreJoinedRows, scoreProductT2, productSteps12);

  // model.attn:39  Translate(Annotate(tokens))
  const total7 = tf.sum(productStacked12, 0);
  const productStacked13 = tf.stack(productSteps11);
  const productStepsRows3 = tf.reshape(productStacked13, [batchSize * target, hidden]);
  const productStepsT3 = tf.transpose(productStepsRows3, [1, 0]);
  const joinedStacked = tf.stack(joinedSteps);
  rt.dispose(productStacked12, productSteps11, productStepsRows3, joinedSteps);
  const joinedStepsRows = tf.reshape(joinedStacked, [batchSize * target, embed + 2 * hidden]);
  const product37 = tf.matMul(productStepsT3, joinedStepsRows);
  const productStacked14 = tf.stack(productSteps10);
  const productStepsRows4 = tf.reshape(productStacked14, [batchSize * target, hidden]);
  const productStepsT4 = tf.transpose(productStepsRows4, [1, 0]);
  const product38 = tf.matMul(productStepsT4, joinedStepsRows);
  const productStacked15 = tf.stack(productSteps9);
  rt.dispose(joinedStacked, productSteps10, productStepsRows4, productSteps9);
  const productStepsRows5 = tf.reshape(productStacked15, [batchSize * target, hidden]);
  const productStepsT5 = tf.transpose(productStepsRows5, [1, 0]);
  const product39 = tf.matMul(productStepsT5, joinedStepsRows);
  const product40 = tf.matMul(productStepsT3, stateStepsRows);
  const product41 = tf.matMul(productStepsT4, stateStepsRows);
  rt.dispose(productStepsRows5, joinedStepsRows, productStepsT3, stateStepsRows, productStepsT4);
  const productStacked16 = tf.stack(productSteps7);
  const productStepsRows6 = tf.reshape(productStacked16, [batchSize * target, hidden]);
  const product42 = tf.matMul(productStepsT5, productStepsRows6);
  rt.dispose(productSteps7, productStacked16, productStepsT5, productStepsRows6);
  const total8 = tf.sum(productStacked13, [0, 1]);
  const total9 = tf.sum(productStacked14, [0, 1]);
  const total10 = tf.sum(productStacked15, [0, 1]);
  const productStepsRows7 = tf.reshape(productStacked10, [batchSize * target, maxout * pieces]);
  rt.dispose(productStacked13, productStacked14, productStacked15, productStacked10);
  const productStepsT6 = tf.transpose(productStepsRows7, [1, 0]);
  const sumStacked4 = tf.stack(sumSteps10);
  const sumStepsRows = tf.reshape(sumStacked4, [batchSize * target, hidden]);
  const product43 = tf.matMul(productStepsT6, sumStepsRows);
  const product44 = tf.reshape(product43, [maxout, pieces, hidden]);
  rt.dispose(sumSteps10, sumStacked4, sumStepsRows, product43);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const eT2 = tf.transpose(e, [2, 1, 0]);
  const eRows2 = tf.reshape(eT2, [embed, batchSize * target]);
  const product45 = tf.matMul(eRows2, productStepsRows7);
  rt.dispose(e, eT2, productStepsRows7, eRows2);
  const product46 = tf.reshape(product45, [embed, maxout, pieces]);
  const productStacked17 = tf.stack(productSteps6);
  rt.dispose(product45, productSteps6);

  // model.attn:39  Translate(Annotate(tokens))
  const productStepsRows8 = tf.reshape(productStacked17, [batchSize * target, 2 * hidden]);
  const product47 = tf.matMul(productStepsT6, productStepsRows8);
  const product48 = tf.reshape(product47, [maxout, pieces, 2 * hidden]);
  rt.dispose(productStacked17, productStepsT6, productStepsRows8, product47);
  const differenceStepsT = tf.transpose(differenceT, [1, 0, 2]);
  const differenceStepsRows = tf.reshape(differenceStepsT, [characters, batchSize * target]);
  const productStacked18 = tf.stack(productSteps5);
  const productStepsRows9 = tf.reshape(productStacked18, [batchSize * target, maxout]);
  rt.dispose(differenceT, differenceStepsT, productSteps5, productStacked18);
  const product49 = tf.matMul(differenceStepsRows, productStepsRows9);
  rt.dispose(differenceStepsRows, productStepsRows9);

  // model.attn:23  param U: [maxout, pieces <- hidden], V: [maxout, pieces <- embed], C: [maxout, pieces <- annotation], W: [cha…
  const productT3 = tf.transpose(product46, [1, 2, 0]);
  rt.dispose(product46);
  return {
    loss,
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
      'Translate.W0': product35,
      'Translate.context.Additive.W': product36,
      'Translate.context.Additive.U': scoreProduct16,
      'Translate.context.Additive.v': total7,
      'Translate.s.GRU.Wz': product37,
      'Translate.s.GRU.Wr': product38,
      'Translate.s.GRU.W': product39,
      'Translate.s.GRU.Uz': product40,
      'Translate.s.GRU.Ur': product41,
      'Translate.s.GRU.U': product42,
      'Translate.s.GRU.bz': total8,
      'Translate.s.GRU.br': total9,
      'Translate.s.GRU.b': total10,
      'Translate.logits.Readout.U': product44,
      'Translate.logits.Readout.V': productT3,
      'Translate.logits.Readout.C': product48,
      'Translate.logits.Readout.W': product49,
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
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights = tf.greater(weightsSourceLengthWide, weightsKeyPlaces);
  rt.dispose(weightsKeyPlaces, weightsSourceLengthWide);

  // model.attn:16  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:15  x = table[tokens]
  const x = tf.gather(p['Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
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

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(forwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(forwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, forwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, forwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(forwardState, product);
    rt.dispose(new_, z, difference, product);
    sumSteps4.push(sum4);
    forwardState = sum4;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardWeightsT = tf.transpose(weights, [1, 0]);
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
    const isGreaterAt = isGreaterSteps[t2]!;
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(backwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:17  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum8, backwardState);
    rt.dispose(backwardValueWide, backwardState);
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
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(scoreJoinedRows, scoreUT, scoreProduct);

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
    memory: { '0': weights, '1': scoreProduct2, '2': scoreJoinedT },
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
  const beam = previous.shape[1];

  // model.attn:31  e = table[y]
  const e = tf.gather(p['Translate.table'], previous);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreSRows = tf.reshape(state.s, [batchSize * beam, hidden]);
  const scoreST = tf.transpose(scoreSRows, [1, 0]);
  const scoreProduct = tf.matMul(p['Translate.context.Additive.W'], scoreST);
  const scoreProductT = tf.transpose(scoreProduct, [1, 0]);
  const scoreProductWide = tf.reshape(scoreProductT, [batchSize, beam, 1, align]);
  const scoreMemory1Wide = tf.reshape(memory['1'], [batchSize, 1, source, align]);
  const scoreSum = tf.add(scoreProductWide, scoreMemory1Wide);
  rt.dispose(scoreSRows, scoreProduct, scoreProductT, scoreProductWide, scoreMemory1Wide);
  const scoreTanh = tf.tanh(scoreSum);
  const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * beam * source, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Additive.v'], [align, 1]);
  const scoreProduct2 = tf.matMul(scoreTanhRows, scoreVWide);
  rt.dispose(scoreSum, scoreTanh, scoreTanhRows, scoreVWide);
  const score = tf.reshape(scoreProduct2, [batchSize, beam, source]);
  rt.dispose(scoreProduct2);

  // attention.attn:5  weights = softmax[key](score)
  const weightsWeightsWide = tf.reshape(memory['0'], [batchSize, 1, source]);
  const weightsChosen = rt.where(weightsWeightsWide, score, -1e9);
  const weights = tf.softmax(weightsChosen);
  rt.dispose(score, weightsWeightsWide, weightsChosen);

  // attention.attn:6  sum[key](weights * keys)
  const product = tf.matMul(weights, memory['2']);

  // model.attn:33  s' = GRU(concat(e, context), s)
  const sNextJoined = tf.concat([e, product], 2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoinedRows = tf.reshape(sNextJoined, [batchSize * beam, embed + 2 * hidden]);
  const zJoinedT = tf.transpose(zJoinedRows, [1, 0]);
  const zProduct = tf.matMul(p['Translate.s.GRU.Wz'], zJoinedT);
  const zProductT = tf.transpose(zProduct, [1, 0]);
  const zProductShaped = tf.reshape(zProductT, [batchSize, beam, hidden]);
  rt.dispose(sNextJoined, zJoinedRows, zProduct, zProductT);
  const zProduct2 = tf.matMul(p['Translate.s.GRU.Uz'], scoreST);
  const zProductT2 = tf.transpose(zProduct2, [1, 0]);
  const zProductShaped2 = tf.reshape(zProductT2, [batchSize, beam, hidden]);
  const zSum = tf.add(zProductShaped, zProductShaped2);
  rt.dispose(zProduct2, zProductT2, zProductShaped, zProductShaped2);
  const zSum2 = tf.add(zSum, p['Translate.s.GRU.bz']);
  const z = tf.sigmoid(zSum2);
  rt.dispose(zSum, zSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.matMul(p['Translate.s.GRU.W'], zJoinedT);
  const newProductT = tf.transpose(newProduct, [1, 0]);
  const newProductShaped = tf.reshape(newProductT, [batchSize, beam, hidden]);
  rt.dispose(newProduct, newProductT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct = tf.matMul(p['Translate.s.GRU.Wr'], zJoinedT);
  const rProductT = tf.transpose(rProduct, [1, 0]);
  const rProductShaped = tf.reshape(rProductT, [batchSize, beam, hidden]);
  const rProduct2 = tf.matMul(p['Translate.s.GRU.Ur'], scoreST);
  rt.dispose(zJoinedT, rProduct, rProductT, scoreST);
  const rProductT2 = tf.transpose(rProduct2, [1, 0]);
  const rProductShaped2 = tf.reshape(rProductT2, [batchSize, beam, hidden]);
  const rSum = tf.add(rProductShaped, rProductShaped2);
  rt.dispose(rProduct2, rProductT2, rProductShaped, rProductShaped2);
  const rSum2 = tf.add(rSum, p['Translate.s.GRU.br']);
  const r = tf.sigmoid(rSum2);
  rt.dispose(rSum, rSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct2 = tf.mul(r, state.s);
  const newProductRows = tf.reshape(newProduct2, [batchSize * beam, hidden]);
  const newProductT2 = tf.transpose(newProductRows, [1, 0]);
  const newProduct3 = tf.matMul(p['Translate.s.GRU.U'], newProductT2);
  rt.dispose(r, newProduct2, newProductRows, newProductT2);
  const newProductT3 = tf.transpose(newProduct3, [1, 0]);
  const newProductShaped2 = tf.reshape(newProductT3, [batchSize, beam, hidden]);
  const newSum = tf.add(newProductShaped, newProductShaped2);
  rt.dispose(newProduct3, newProductT3, newProductShaped, newProductShaped2);
  const newSum2 = tf.add(newSum, p['Translate.s.GRU.b']);
  const new_ = tf.tanh(newSum2);
  rt.dispose(newSum, newSum2);

  // cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, state.s);
  const product2 = tf.mul(z, difference);
  const sum = tf.add(state.s, product2);
  rt.dispose(new_, z, difference, product2);

  // model.attn:24  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, hidden]);
  const sumRows = tf.reshape(sum, [batchSize * beam, hidden]);
  const sumT = tf.transpose(sumRows, [1, 0]);
  const product3 = tf.matMul(URows, sumT);
  const productT = tf.transpose(product3, [1, 0]);
  rt.dispose(sumRows, URows, sumT, product3);
  const productShaped = tf.reshape(productT, [batchSize, beam, maxout, pieces]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const eRows = tf.reshape(e, [batchSize * beam, embed]);
  const eT = tf.transpose(eRows, [1, 0]);
  const product4 = tf.matMul(VRows, eT);
  rt.dispose(productT, e, eRows, VRows, eT);
  const productT2 = tf.transpose(product4, [1, 0]);
  const productShaped2 = tf.reshape(productT2, [batchSize, beam, maxout, pieces]);
  const sum2 = tf.add(productShaped, productShaped2);
  rt.dispose(product4, productT2, productShaped, productShaped2);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const productRows = tf.reshape(product, [batchSize * beam, 2 * hidden]);
  const productT3 = tf.transpose(productRows, [1, 0]);
  const product5 = tf.matMul(CRows, productT3);
  rt.dispose(product, productRows, CRows, productT3);
  const productT4 = tf.transpose(product5, [1, 0]);
  const productShaped3 = tf.reshape(productT4, [batchSize, beam, maxout, pieces]);
  const sum3 = tf.add(sum2, productShaped3);
  rt.dispose(product5, productT4, sum2, productShaped3);
  const highest = tf.max(sum3, 3);
  const highestRows = tf.reshape(highest, [batchSize * beam, maxout]);
  const highestT = tf.transpose(highestRows, [1, 0]);
  const product6 = tf.matMul(p['Translate.logits.Readout.W'], highestT);
  rt.dispose(sum3, highest, highestRows, highestT);
  const productT5 = tf.transpose(product6, [1, 0]);
  const productShaped4 = tf.reshape(productT5, [batchSize, beam, characters]);
  rt.dispose(product6, productT5);
  return {
    logits: productShaped4 as tf.Tensor3D,
    state: { s: sum },
    taps: { weights },
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
      optimizer: (_n: TranslatorSizes, step: number) => ({ kind: 'adam', rate: 0.0015 * Math.min(1, 0.5 ** ((step - 1500) / 400)) }),
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
