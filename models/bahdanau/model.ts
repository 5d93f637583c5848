/**
 * Compiled by attnc from model.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Translator that its constructor may be given. */
export type TranslatorDims = {
  /** `words`, `characters`: Characters read and written. Default 972. */
  readonly words: number;
  /** Default 14. */
  readonly characters: number;
  /** `embed`, `hidden`, `units`, `align`, `maxout`: Sizes of the layers (m, n, n' and l of the paper), and of the decoder's state, which the paper has as large as one of the encoder's. Default 48. */
  readonly embed: number;
  /** Default 96. */
  readonly hidden: number;
  /** Default 96. */
  readonly units: number;
  /** Default 96. */
  readonly align: number;
  /** Default 64. */
  readonly maxout: number;
  /** Default 2. */
  readonly pieces: number;
  /** Places that `location` knows. Default 50. */
  readonly places: number;
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
  readonly units: number;
  readonly align: number;
  readonly maxout: number;
  readonly pieces: number;
  readonly places: number;
  readonly batch: number;
  readonly source: number;
  readonly target: number;
};

/** Parameters by path. */
type TranslatorParameters = {
  readonly 'read.Annotate.table': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Wz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Wr': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.W': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Uz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Ur': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.U': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.bz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.br': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.b': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Wz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Wr': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.W': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Uz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Ur': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.U': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.bz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.br': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.b': tf.Tensor;
  readonly 'Translate.table': tf.Tensor;
  readonly 'Translate.W0': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.W': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.U': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.v': tf.Tensor;
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
type TranslatorBatch = {
  readonly n: TranslatorSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type TranslatorResults = { readonly logits: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Translator, batch first. */
function translatorForward(p: TranslatorParameters, batch: TranslatorBatch): TranslatorResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units } = batch.n;

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardFilled = tf.fill([batchSize, hidden], 0);
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['read.Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['read.Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['read.Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['read.Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['read.Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['read.Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['read.Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['read.Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['read.Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum, sum2, sum3, backwardIsGreaterT);
  const sumSteps = tf.unstack(backwardSumT);
  const sumSteps2 = tf.unstack(backwardSumT2);
  const sumSteps3 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps4 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = tf.clone(backwardFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(backwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(backwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, backwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, backwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(backwardState, product);
    rt.dispose(new_, z, difference, product);

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum4, backwardState);
    rt.dispose(backwardValueWide, backwardState);
    sumSteps4[t] = sum4;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT, rUrT, newUT, isGreaterSteps, sumSteps, sumSteps2, sumSteps3, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(sumSteps4);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const place = tf.slice(sumStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  rt.dispose(place);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product2 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product2);
  rt.dispose(picked, W0T, product2);

  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Scored.Additive.W'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['read.Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['read.Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['read.Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['read.Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['read.Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumSteps5 = tf.unstack(forwardSumT);
  rt.dispose(sum5, sum6, sum7, forwardSumT);
  const sumSteps6 = tf.unstack(forwardSumT2);
  const sumSteps7 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps8: tf.Tensor[] = [];
  let forwardState: tf.Tensor = backwardFilled;
  for (let t2 = 0; t2 < source; t2++) {
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(forwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(forwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, forwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, forwardState);
    const product3 = tf.mul(z2, difference2);
    const sum8 = tf.add(forwardState, product3);
    rt.dispose(new3, z2, difference2, product3);
    sumSteps8.push(sum8);
    forwardState = sum8;
  }
  rt.dispose(backwardFilled, zUzT2, rUrT2, newUT2, sumSteps5, sumSteps6, sumSteps7);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps8);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const joined = tf.concat([sumStacked2, sumStacked], 2);
  rt.dispose(sumStacked, sumStacked2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Scored.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(joined, scoreJoinedRows, scoreUT, scoreProduct);
  const scoreVWide = tf.reshape(p['Translate.context.Scored.Additive.v'], [align, 1]);

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

  // model.attn:57  Translate(read.annotations, read.h1)
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const stateSteps: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

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
    const weightsChosen = rt.where(backwardIsGreater, score, -Infinity);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, scoreJoinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product4);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

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
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(new4, z3, difference3, product6);
    stateSteps.push(state);
    productSteps.push(product5);
    weightsSteps.push(weights);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, scoreWT, scoreJoinedT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, eSteps, state);
  const stateStacked = tf.stack(stateSteps);
  rt.dispose(stateSteps);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const stateStepsT = tf.transpose(stateStacked, [1, 0, 2]);
  const stateStepsRows = tf.reshape(stateStepsT, [batchSize * target, units]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, units]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(stateStepsRows, UT);
  rt.dispose(stateStacked, stateStepsT, URows, stateStepsRows, UT);
  const product8 = tf.reshape(product7, [batchSize, target, maxout, pieces]);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  rt.dispose(product7, e, VRows, eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const sum10 = tf.add(product8, product10);
  const productStacked = tf.stack(productSteps);
  rt.dispose(product9, product8, product10, productSteps);
  const productStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  rt.dispose(productStacked, productStepsT, CRows, productStepsRows, CT);
  const product12 = tf.reshape(product11, [batchSize, target, maxout, pieces]);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  rt.dispose(product11, sum10, product12, sum11);
  const highestRows = tf.reshape(highest, [batchSize * target, maxout]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product13 = tf.matMul(highestRows, WT);
  const product14 = tf.reshape(product13, [batchSize, target, characters]);
  rt.dispose(highest, highestRows, WT, product13);
  const weightsStacked = tf.stack(weightsSteps);
  rt.dispose(weightsSteps);

  // model.attn:57  Translate(read.annotations, read.h1)
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(weightsStacked);
  return { logits: product14, weights: weightsStepsT };
}

/** What translatorLoss gives. */
type TranslatorLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function translatorLoss(p: TranslatorParameters, batch: TranslatorBatch): TranslatorLossResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units } = batch.n;

  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardFilled = tf.fill([batchSize, hidden], 0);
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['read.Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['read.Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['read.Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['read.Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['read.Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['read.Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['read.Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['read.Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['read.Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum, sum2, sum3, backwardIsGreaterT);
  const sumSteps = tf.unstack(backwardSumT);
  const sumSteps2 = tf.unstack(backwardSumT2);
  const sumSteps3 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps4 = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = tf.clone(backwardFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(backwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(backwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, backwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(r, newProduct3, newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, backwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(backwardState, product);
    rt.dispose(new_, z, difference, product);

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum4, backwardState);
    rt.dispose(backwardValueWide, backwardState);
    sumSteps4[t] = sum4;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT, rUrT, newUT, isGreaterSteps, sumSteps, sumSteps2, sumSteps3, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(sumSteps4);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const place = tf.slice(sumStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  rt.dispose(place);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product2 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product2);
  rt.dispose(picked, W0T, product2);

  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Scored.Additive.W'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['read.Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['read.Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['read.Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['read.Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['read.Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumSteps5 = tf.unstack(forwardSumT);
  rt.dispose(sum5, sum6, sum7, forwardSumT);
  const sumSteps6 = tf.unstack(forwardSumT2);
  const sumSteps7 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps8: tf.Tensor[] = [];
  let forwardState: tf.Tensor = backwardFilled;
  for (let t2 = 0; t2 < source; t2++) {
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(forwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(forwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, forwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, forwardState);
    const product3 = tf.mul(z2, difference2);
    const sum8 = tf.add(forwardState, product3);
    rt.dispose(new3, z2, difference2, product3);
    sumSteps8.push(sum8);
    forwardState = sum8;
  }
  rt.dispose(backwardFilled, zUzT2, rUrT2, newUT2, sumSteps5, sumSteps6, sumSteps7);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps8);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const joined = tf.concat([sumStacked2, sumStacked], 2);
  rt.dispose(sumStacked, sumStacked2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Scored.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(joined, scoreJoinedRows, scoreUT, scoreProduct);
  const scoreVWide = tf.reshape(p['Translate.context.Scored.Additive.v'], [align, 1]);

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

  // model.attn:57  Translate(read.annotations, read.h1)
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const stateSteps: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tanh;
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

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
    const weightsChosen = rt.where(backwardIsGreater, score, -Infinity);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, scoreJoinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weights, weightsWide, product4);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

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
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(new4, z3, difference3, product6);
    stateSteps.push(state);
    productSteps.push(product5);
    state = sum9;
  }
  rt.dispose(backwardIsGreater, scoreWT, scoreJoinedT, scoreProduct2, scoreVWide, zWzT3, zUzT3, newWT3, rWrT3, rUrT3, newUT3, eSteps, state);
  const stateStacked = tf.stack(stateSteps);
  rt.dispose(stateSteps);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const stateStepsT = tf.transpose(stateStacked, [1, 0, 2]);
  const stateStepsRows = tf.reshape(stateStepsT, [batchSize * target, units]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, units]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(stateStepsRows, UT);
  rt.dispose(stateStacked, stateStepsT, URows, stateStepsRows, UT);
  const product8 = tf.reshape(product7, [batchSize, target, maxout, pieces]);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  rt.dispose(product7, e, VRows, eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const sum10 = tf.add(product8, product10);
  const productStacked = tf.stack(productSteps);
  rt.dispose(product9, product8, product10, productSteps);
  const productStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  rt.dispose(productStacked, productStepsT, CRows, productStepsRows, CT);
  const product12 = tf.reshape(product11, [batchSize, target, maxout, pieces]);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  rt.dispose(product11, sum10, product12, sum11);
  const highestRows = tf.reshape(highest, [batchSize * target, maxout]);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product13 = tf.matMul(highestRows, WT);
  const product14 = tf.reshape(product13, [batchSize, target, characters]);
  rt.dispose(highest, highestRows, WT, product13);

  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(product14);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  rt.dispose(lossLogWeights, lossPicked, lossNegative, lossChosen);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossTotal, lossLossAsFloat, lossQuotient);

  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(product14, 2);
  const isEqual = tf.equal(best, batch.inputs["y'"]);
  const either = tf.logicalOr(negation, isEqual);
  rt.dispose(lossIsGreater, product14, best, negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(either);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const number2 = tf.scalar(0, 'int32');

  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
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
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units, words } = batch.n;

  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardFilled = tf.fill([batchSize, hidden], 0);
  const backwardSourcePlaces = tf.range(0, source, 1, 'int32');
  const backwardSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const backwardIsGreater = tf.greater(backwardSourceLengthWide, backwardSourcePlaces);
  rt.dispose(backwardSourcePlaces, backwardSourceLengthWide);

  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['read.Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(zWzT, zProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['read.Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['read.Annotate.backward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['read.Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['read.Annotate.backward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['read.Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['read.Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['read.Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['read.Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardIsGreaterT = tf.transpose(backwardIsGreater, [1, 0]);
  const backwardSumT = tf.transpose(sum, [1, 0, 2]);
  const backwardSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const backwardSumT3 = tf.transpose(sum3, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(backwardIsGreaterT);
  rt.dispose(sum, sum2, sum3, backwardIsGreaterT);
  const sumSteps = tf.unstack(backwardSumT);
  const sumSteps2 = tf.unstack(backwardSumT2);
  const sumSteps3 = tf.unstack(backwardSumT3);
  rt.dispose(backwardSumT, backwardSumT2, backwardSumT3);

  const sumSteps4 = new Array<tf.Tensor>(source);
  const stateSteps = new Array<tf.Tensor>(source);
  const zSteps = new Array<tf.Tensor>(source);
  const differenceSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  const productSteps = new Array<tf.Tensor>(source);
  const rSteps = new Array<tf.Tensor>(source);
  let backwardState: tf.Tensor = tf.clone(backwardFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct3 = tf.matMul(backwardState, zUzT);
    const zSum = tf.add(sumAt, zProduct3);
    const z = tf.sigmoid(zSum);
    rt.dispose(zProduct3, zSum);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct3 = tf.matMul(backwardState, rUrT);
    const rSum = tf.add(sumAt2, rProduct3);
    const r = tf.sigmoid(rSum);
    rt.dispose(rProduct3, rSum);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct3 = tf.mul(r, backwardState);
    const newProduct4 = tf.matMul(newProduct3, newUT);
    const newSum = tf.add(sumAt3, newProduct4);
    const new_ = tf.tanh(newSum);
    rt.dispose(newProduct4, newSum);

    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, backwardState);
    const product = tf.mul(z, difference);
    const sum4 = tf.add(backwardState, product);
    rt.dispose(product);

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum4, backwardState);
    rt.dispose(backwardValueWide);
    sumSteps4[t] = sum4;
    stateSteps[t] = backwardState;
    zSteps[t] = z;
    differenceSteps[t] = difference;
    newSteps[t] = new_;
    productSteps[t] = newProduct3;
    rSteps[t] = r;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT, rUrT, newUT, sumSteps, sumSteps2, sumSteps3, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  rt.dispose(sumSteps4);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const place = tf.slice(sumStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  rt.dispose(place);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product2 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product2);
  rt.dispose(W0T, product2);

  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Scored.Additive.W'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['read.Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['read.Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['read.Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['read.Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT2 = tf.transpose(p['read.Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['read.Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardSumT = tf.transpose(sum5, [1, 0, 2]);
  const forwardSumT2 = tf.transpose(sum6, [1, 0, 2]);
  const forwardSumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumSteps5 = tf.unstack(forwardSumT);
  rt.dispose(sum5, sum6, sum7, forwardSumT);
  const sumSteps6 = tf.unstack(forwardSumT2);
  const sumSteps7 = tf.unstack(forwardSumT3);
  rt.dispose(forwardSumT2, forwardSumT3);

  const sumSteps8: tf.Tensor[] = [];
  const stateSteps2: tf.Tensor[] = [];
  const zSteps2: tf.Tensor[] = [];
  const differenceSteps2: tf.Tensor[] = [];
  const newSteps2: tf.Tensor[] = [];
  const productSteps2: tf.Tensor[] = [];
  const rSteps2: tf.Tensor[] = [];
  let forwardState: tf.Tensor = backwardFilled;
  for (let t2 = 0; t2 < source; t2++) {
    const sumAt4 = sumSteps5[t2]!;
    const sumAt5 = sumSteps6[t2]!;
    const sumAt6 = sumSteps7[t2]!;

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct6 = tf.matMul(forwardState, zUzT2);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(forwardState, rUrT2);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, forwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT2);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, forwardState);
    const product3 = tf.mul(z2, difference2);
    const sum8 = tf.add(forwardState, product3);
    rt.dispose(product3);
    sumSteps8.push(sum8);
    stateSteps2.push(forwardState);
    zSteps2.push(z2);
    differenceSteps2.push(difference2);
    newSteps2.push(new3);
    productSteps2.push(newProduct7);
    rSteps2.push(r2);
    forwardState = sum8;
  }
  rt.dispose(zUzT2, rUrT2, newUT2, sumSteps5, sumSteps6, sumSteps7);
  const sumStacked2 = tf.stack(sumSteps8);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const joined = tf.concat([sumStacked2, sumStacked], 2);
  rt.dispose(sumStacked, sumStacked2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Scored.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Scored.Additive.v'], [align, 1]);
  rt.dispose(joined, scoreUT, scoreProduct);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined = tf.concat([p['Translate.s.GRU.Wz'], p['Translate.s.GRU.Uz']], 1);
  const zJoinedT = tf.transpose(zJoined, [1, 0]);
  rt.dispose(zJoined);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined = tf.concat([p['Translate.s.GRU.Wr'], p['Translate.s.GRU.Ur']], 1);
  const rJoinedT = tf.transpose(rJoined, [1, 0]);
  rt.dispose(rJoined);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newJoined = tf.concat([p['Translate.s.GRU.W'], p['Translate.s.GRU.U']], 1);
  const newJoinedT = tf.transpose(newJoined, [1, 0]);
  rt.dispose(newJoined);

  // model.attn:57  Translate(read.annotations, read.h1)
  const eT = tf.transpose(e, [1, 0, 2]);
  const eSteps = tf.unstack(eT);
  rt.dispose(eT);

  const stateSteps3: tf.Tensor[] = [];
  const productSteps3: tf.Tensor[] = [];
  const zSteps3: tf.Tensor[] = [];
  const differenceSteps3: tf.Tensor[] = [];
  const newSteps3: tf.Tensor[] = [];
  const productSteps4: tf.Tensor[] = [];
  const rSteps3: tf.Tensor[] = [];
  const joinedSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  const tanhSteps: tf.Tensor[] = [];
  let state: tf.Tensor = tf.clone(tanh);
  for (let t3 = 0; t3 < target; t3++) {
    const e2 = eSteps[t3]!;

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
    const weightsChosen = rt.where(backwardIsGreater, score, -Infinity);
    const weights = tf.softmax(weightsChosen);
    rt.dispose(score, weightsChosen);

    // attention.attn:6  sum[key](weights * keys)
    const weightsWide = tf.reshape(weights, [batchSize, 1, source]);
    const product4 = tf.matMul(weightsWide, scoreJoinedT);
    const product5 = tf.reshape(product4, [batchSize, 2 * hidden]);
    rt.dispose(weightsWide, product4);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([e2, product5], 1);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zJoined2 = tf.concat([sNextJoined, state], 1);
    const zProduct7 = tf.matMul(zJoined2, zJoinedT);
    const zSum3 = tf.add(zProduct7, p['Translate.s.GRU.bz']);
    const z3 = tf.sigmoid(zSum3);
    rt.dispose(zProduct7, zSum3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct7 = tf.matMul(zJoined2, rJoinedT);
    const rSum3 = tf.add(rProduct7, p['Translate.s.GRU.br']);
    const r3 = tf.sigmoid(rSum3);
    rt.dispose(zJoined2, rProduct7, rSum3);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct9 = tf.mul(r3, state);
    const newJoined2 = tf.concat([sNextJoined, newProduct9], 1);
    const newProduct10 = tf.matMul(newJoined2, newJoinedT);
    const newSum3 = tf.add(newProduct10, p['Translate.s.GRU.b']);
    const new4 = tf.tanh(newSum3);
    rt.dispose(newJoined2, newProduct10, newSum3);

    // cells.attn:14  (1 - z) * h + z * new
    const difference3 = tf.sub(new4, state);
    const product6 = tf.mul(z3, difference3);
    const sum9 = tf.add(state, product6);
    rt.dispose(product6);
    stateSteps3.push(state);
    productSteps3.push(product5);
    zSteps3.push(z3);
    differenceSteps3.push(difference3);
    newSteps3.push(new4);
    productSteps4.push(newProduct9);
    rSteps3.push(r3);
    joinedSteps.push(sNextJoined);
    weightsSteps.push(weights);
    tanhSteps.push(scoreTanh);
    state = sum9;
  }
  rt.dispose(scoreWT, scoreProduct2, scoreVWide, zJoinedT, rJoinedT, newJoinedT, eSteps, state);
  const stateStacked = tf.stack(stateSteps3);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const stateStepsT = tf.transpose(stateStacked, [1, 0, 2]);
  const stateStepsRows = tf.reshape(stateStepsT, [batchSize * target, units]);
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, units]);
  const UT = tf.transpose(URows, [1, 0]);
  const product7 = tf.matMul(stateStepsRows, UT);
  const product8 = tf.reshape(product7, [batchSize, target, maxout, pieces]);
  rt.dispose(stateStepsT, stateStepsRows, UT, product7);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  const product9 = tf.matMul(eRows, VT);
  const product10 = tf.reshape(product9, [batchSize, target, maxout, pieces]);
  const sum10 = tf.add(product8, product10);
  rt.dispose(e, VT, product9, product8, product10);
  const productStacked = tf.stack(productSteps3);
  const productStepsT = tf.transpose(productStacked, [1, 0, 2]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, 2 * hidden]);
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  const product11 = tf.matMul(productStepsRows, CT);
  rt.dispose(productSteps3, productStepsT, productStepsRows, CT);
  const product12 = tf.reshape(product11, [batchSize, target, maxout, pieces]);
  const sum11 = tf.add(sum10, product12);
  const highest = tf.max(sum11, 3);
  rt.dispose(product11, sum10, product12);

  const keepSteps: tf.Tensor[] = [];
  for (let t4 = 0; t4 < target; t4++) {
    // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const keep = random.keep('Translate.logits.Readout.dropout#0', 0.1, [batchSize, maxout], [false], [t4]);
    keepSteps.push(keep);
  }
  const keepStacked = tf.stack(keepSteps);
  const keepStepsT = tf.transpose(keepStacked, [1, 0, 2]);
  const product13 = tf.mul(highest, keepStepsT);
  const productRows = tf.reshape(product13, [batchSize * target, maxout]);
  rt.dispose(keepSteps, keepStacked, highest, product13);
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);
  const product14 = tf.matMul(productRows, WT);
  const product15 = tf.reshape(product14, [batchSize, target, characters]);
  rt.dispose(WT, product14);

  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(product15);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  rt.dispose(lossPicked, lossNegative, lossChosen, lossTotal);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossQuotient);

  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(product15, 2);
  const isEqual = tf.equal(best, batch.inputs["y'"]);
  const either = tf.logicalOr(negation, isEqual);
  rt.dispose(product15, best, negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(either);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const number2 = tf.scalar(0, 'int32');

  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen, 'float32');
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(all, number, chosen, chosenAsFloat);

  // model.attn:57  Translate(read.annotations, read.h1)
  const filled = tf.fill([batchSize, units], 0);
  const filled2 = tf.fill([batchSize, source, align], 0);

  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossQuotient2 = tf.div(1 / batchSize, lossLossAsFloat);
  const lossQuotientWide = tf.reshape(lossQuotient2, [batchSize, 1]);
  const lossChosen2 = rt.where(lossIsGreater, lossQuotientWide, 0);
  rt.dispose(lossLossAsFloat, lossQuotient2, lossIsGreater, lossQuotientWide);
  const lossNegative2 = tf.neg(lossChosen2);
  const lossScattered = rt.scatter(batch.inputs["y'"], lossNegative2, characters, 2);
  const lossExp = tf.exp(lossLogWeights);
  const lossNegativeWide = tf.reshape(lossNegative2, [batchSize, target, 1]);
  const lossProduct = tf.mul(lossExp, lossNegativeWide);
  rt.dispose(lossChosen2, lossLogWeights, lossNegative2, lossExp, lossNegativeWide);
  const lossDifference = tf.sub(lossScattered, lossProduct);
  rt.dispose(lossScattered, lossProduct);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const differenceRows = tf.reshape(lossDifference, [batchSize * target, characters]);
  const product16 = tf.matMul(differenceRows, p['Translate.logits.Readout.W']);
  const product17 = tf.reshape(product16, [batchSize, target, maxout]);
  const product18 = tf.mul(product17, keepStepsT);
  rt.dispose(lossDifference, product16, keepStepsT, product17);
  const best2 = tf.argMax(sum11, 3);
  const oneHot = rt.oneHot(best2, pieces);
  const productWide = tf.reshape(product18, [batchSize, target, maxout, 1]);
  const product19 = tf.mul(productWide, oneHot);
  rt.dispose(sum11, best2, product18, oneHot, productWide);
  const productRows2 = tf.reshape(product19, [batchSize * target, maxout * pieces]);
  const product20 = tf.matMul(productRows2, URows);
  const product21 = tf.reshape(product20, [batchSize, target, units]);
  const product22 = tf.matMul(productRows2, CRows);
  rt.dispose(product19, URows, product20, CRows);
  const product23 = tf.reshape(product22, [batchSize, target, 2 * hidden]);
  rt.dispose(product22);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined2 = tf.concat([p['Translate.s.GRU.Ur'], p['Translate.s.GRU.Uz']], 0);
  const rJoined3 = tf.concat([p['Translate.s.GRU.Wr'], p['Translate.s.GRU.W'], p['Translate.s.GRU.Wz']], 0);

  // model.attn:57  Translate(read.annotations, read.h1)
  const productT = tf.transpose(product21, [1, 0, 2]);
  const productT2 = tf.transpose(product23, [1, 0, 2]);
  const productSteps5 = tf.unstack(productT);
  const productSteps6 = tf.unstack(productT2);
  rt.dispose(product21, product23, productT, productT2);

  const partSteps = new Array<tf.Tensor>(target);
  const productSteps7 = new Array<tf.Tensor>(target);
  const productSteps8 = new Array<tf.Tensor>(target);
  const productSteps9 = new Array<tf.Tensor>(target);
  const sumSteps9 = new Array<tf.Tensor>(target);
  const productSteps10 = new Array<tf.Tensor>(target);
  const productSteps11 = new Array<tf.Tensor>(target);
  let state2: tf.Tensor = filled;
  let state3: tf.Tensor = filled2;
  for (let t5 = target - 1; t5 >= 0; t5--) {
    const productAt = productSteps5[t5]!;
    const productAt2 = productSteps6[t5]!;
    const stateAt = stateSteps3[t5]!;
    const zAt = zSteps3[t5]!;
    const differenceAt = differenceSteps3[t5]!;
    const newAt = newSteps3[t5]!;
    const rAt = rSteps3[t5]!;
    const weightsAt = weightsSteps[t5]!;
    const tanhAt = tanhSteps[t5]!;

    // cells.attn:14  (1 - z) * h + z * new
    const product24 = tf.mul(state2, zAt);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct11 = rt.tanhGradient(product24, newAt);
    const newProduct12 = tf.matMul(newProduct11, p['Translate.s.GRU.U']);
    const newProduct13 = tf.mul(newProduct12, stateAt);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct8 = rt.sigmoidGradient(newProduct13, rAt);
    rt.dispose(newProduct13);

    // cells.attn:14  (1 - z) * h + z * new
    const product25 = tf.mul(state2, differenceAt);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct8 = rt.sigmoidGradient(product25, zAt);
    rt.dispose(product25);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined4 = tf.concat([rProduct8, zProduct8], 1);
    const rProduct9 = tf.matMul(rJoined4, rJoined2);
    rt.dispose(rJoined4);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSum4 = tf.add(productAt, rProduct9);
    rt.dispose(rProduct9);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined5 = tf.concat([rProduct8, newProduct11, zProduct8], 1);
    const rProduct10 = tf.matMul(rJoined5, rJoined3);
    rt.dispose(rJoined5);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextPart = tf.slice(rProduct10, [0, embed], [-1, 2 * hidden]);

    // model.attn:48  context = Scored[align, places](s, annotations)
    const contextSum = tf.add(productAt2, sNextPart);
    rt.dispose(sNextPart);

    // attention.attn:6  sum[key](weights * keys)
    const sumWide = tf.reshape(contextSum, [batchSize, 2 * hidden, 1]);
    const product26 = tf.matMul(scoreJoinedT, sumWide);
    const product27 = tf.reshape(product26, [batchSize, source]);
    rt.dispose(sumWide, product26);

    // attention.attn:5  weights = softmax[key](score)
    const weightsProduct = tf.mul(weightsAt, product27);
    const weightsTotal = tf.sum(weightsProduct, 1, true);
    const weightsDifference = tf.sub(product27, weightsTotal);
    const weightsProduct2 = tf.mul(weightsAt, weightsDifference);
    rt.dispose(weightsProduct, product27, weightsTotal, weightsDifference);
    const weightsChosen2 = rt.where(backwardIsGreater, weightsProduct2, 0);
    rt.dispose(weightsProduct2);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct6 = tf.mul(tanhAt, tanhAt);
    const scoreDifference = tf.sub(1, scoreProduct6);
    const scoreChosenWide = tf.reshape(weightsChosen2, [batchSize, 1, source]);
    const scoreProduct7 = tf.matMul(scoreChosenWide, scoreDifference);
    const scoreProduct8 = tf.reshape(scoreProduct7, [batchSize, align]);
    const scoreProduct9 = tf.mul(scoreProduct8, p['Translate.context.Scored.Additive.v']);
    rt.dispose(scoreProduct6, scoreChosenWide, scoreProduct7, scoreProduct8);
    const scoreProduct10 = tf.matMul(scoreProduct9, p['Translate.context.Scored.Additive.W']);
    const scoreSum2 = tf.add(zSum4, scoreProduct10);
    rt.dispose(zSum4, scoreProduct10);

    // cells.attn:14  (1 - z) * h + z * new
    const difference4 = tf.sub(state2, product24);
    rt.dispose(product24, state2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct14 = tf.mul(newProduct12, rAt);
    const newSum4 = tf.add(difference4, newProduct14);
    rt.dispose(newProduct12, difference4, newProduct14);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextSum = tf.add(scoreSum2, newSum4);
    rt.dispose(scoreSum2, newSum4);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide2 = tf.reshape(weightsChosen2, [batchSize, source, 1]);
    const scoreProduct11 = tf.mul(scoreChosenWide2, scoreDifference);
    rt.dispose(scoreDifference, scoreChosenWide2);

    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextSum2 = tf.add(state3, scoreProduct11);
    const sNextPart2 = tf.slice(rProduct10, [0, 0], [-1, embed]);
    rt.dispose(scoreProduct11, state3, rProduct10);

    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreChosenWide3 = tf.reshape(weightsChosen2, [1, batchSize * source]);
    const scoreValueRows = tf.reshape(tanhAt, [batchSize * source, align]);
    const scoreProduct12 = tf.matMul(scoreChosenWide3, scoreValueRows);
    const scoreProduct13 = tf.reshape(scoreProduct12, [align]);
    rt.dispose(weightsChosen2, scoreChosenWide3, scoreValueRows, scoreProduct12);
    partSteps[t5] = sNextPart2;
    productSteps7[t5] = newProduct11;
    productSteps8[t5] = rProduct8;
    productSteps9[t5] = zProduct8;
    sumSteps9[t5] = contextSum;
    productSteps10[t5] = scoreProduct13;
    productSteps11[t5] = scoreProduct9;
    state2 = sNextSum;
    state3 = sNextSum2;
  }
  rt.dispose(backwardIsGreater, scoreJoinedT, stateSteps3, zSteps3, differenceSteps3, newSteps3, rSteps3, tanhSteps, rJoined2, rJoined3, productSteps5, productSteps6);
  const sumStacked3 = tf.stack(sumSteps9);
  const sumStepsT = tf.transpose(sumStacked3, [1, 2, 0]);
  const weightsStacked = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weightsStacked, [1, 0, 2]);
  rt.dispose(sumSteps9, sumStacked3, weightsSteps, weightsStacked);
  const product28 = tf.matMul(sumStepsT, weightsStepsT);
  const product29 = tf.mul(state3, p['Translate.context.Scored.Additive.v']);
  rt.dispose(sumStepsT, weightsStepsT, state3);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProductRows = tf.reshape(product29, [batchSize * source, align]);
  const scoreProduct14 = tf.matMul(scoreProductRows, p['Translate.context.Scored.Additive.U']);
  const scoreProduct15 = tf.reshape(scoreProduct14, [batchSize, source, 2 * hidden]);
  const scoreProductT = tf.transpose(scoreProduct15, [0, 2, 1]);
  const scoreSum3 = tf.add(product28, scoreProductT);
  rt.dispose(product29, scoreProduct14, scoreProduct15, product28, scoreProductT);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const part = tf.slice(scoreSum3, [0, 0, 0], [-1, hidden, -1]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined6 = tf.concat([p['read.Annotate.forward.h.GRU.Ur'], p['read.Annotate.forward.h.GRU.Uz']], 0);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardPartT = tf.transpose(part, [2, 0, 1]);
  const xSteps = tf.unstack(forwardPartT);
  rt.dispose(part, forwardPartT);

  const productSteps12 = new Array<tf.Tensor>(source);
  const productSteps13 = new Array<tf.Tensor>(source);
  const productSteps14 = new Array<tf.Tensor>(source);
  let forwardState2: tf.Tensor = tf.clone(backwardFilled);
  for (let t6 = source - 1; t6 >= 0; t6--) {
    const xAt = xSteps[t6]!;
    const stateAt2 = stateSteps2[t6]!;
    const zAt2 = zSteps2[t6]!;
    const differenceAt2 = differenceSteps2[t6]!;
    const newAt2 = newSteps2[t6]!;
    const rAt2 = rSteps2[t6]!;

    // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum = tf.add(forwardState2, xAt);
    rt.dispose(forwardState2);

    // cells.attn:14  (1 - z) * h + z * new
    const product30 = tf.mul(forwardSum, zAt2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct15 = rt.tanhGradient(product30, newAt2);
    const newProduct16 = tf.matMul(newProduct15, p['read.Annotate.forward.h.GRU.U']);
    const newProduct17 = tf.mul(newProduct16, stateAt2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct11 = rt.sigmoidGradient(newProduct17, rAt2);
    rt.dispose(newProduct17);

    // cells.attn:14  (1 - z) * h + z * new
    const product31 = tf.mul(forwardSum, differenceAt2);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct9 = rt.sigmoidGradient(product31, zAt2);
    rt.dispose(product31);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined7 = tf.concat([rProduct11, zProduct9], 1);
    const rProduct12 = tf.matMul(rJoined7, rJoined6);
    rt.dispose(rJoined7);

    // cells.attn:14  (1 - z) * h + z * new
    const difference5 = tf.sub(forwardSum, product30);
    rt.dispose(forwardSum, product30);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct18 = tf.mul(newProduct16, rAt2);
    const newSum5 = tf.add(difference5, newProduct18);
    rt.dispose(newProduct16, difference5, newProduct18);

    // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const forwardSum2 = tf.add(rProduct12, newSum5);
    rt.dispose(rProduct12, newSum5);
    productSteps12[t6] = zProduct9;
    productSteps13[t6] = rProduct11;
    productSteps14[t6] = newProduct15;
    forwardState2 = forwardSum2;
  }
  rt.dispose(zSteps2, differenceSteps2, newSteps2, rSteps2, rJoined6, xSteps, forwardState2);
  const productStacked2 = tf.stack(productSteps14);
  rt.dispose(productSteps14);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const newProductStepsRows = tf.reshape(newProductStepsT, [batchSize * source, hidden]);
  const newProduct19 = tf.matMul(newProductStepsRows, p['read.Annotate.forward.h.GRU.W']);
  const newProduct20 = tf.reshape(newProduct19, [batchSize, source, embed]);
  const productStacked3 = tf.stack(productSteps13);
  rt.dispose(newProductStepsT, newProductStepsRows, newProduct19, productSteps13);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT = tf.transpose(productStacked3, [1, 0, 2]);
  const rProductStepsRows = tf.reshape(rProductStepsT, [batchSize * source, hidden]);
  const rProduct13 = tf.matMul(rProductStepsRows, p['read.Annotate.forward.h.GRU.Wr']);
  const rProduct14 = tf.reshape(rProduct13, [batchSize, source, embed]);
  const rSum4 = tf.add(newProduct20, rProduct14);
  rt.dispose(rProductStepsT, rProductStepsRows, rProduct13, newProduct20, rProduct14);
  const productStacked4 = tf.stack(productSteps12);
  rt.dispose(productSteps12);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT = tf.transpose(productStacked4, [1, 0, 2]);
  const zProductStepsRows = tf.reshape(zProductStepsT, [batchSize * source, hidden]);
  const zProduct10 = tf.matMul(zProductStepsRows, p['read.Annotate.forward.h.GRU.Wz']);
  const zProduct11 = tf.reshape(zProduct10, [batchSize, source, embed]);
  const zSum5 = tf.add(rSum4, zProduct11);
  rt.dispose(zProductStepsT, zProductStepsRows, zProduct10, rSum4, zProduct11);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const part2 = tf.slice(scoreSum3, [0, hidden, 0], [-1, hidden, -1]);
  rt.dispose(scoreSum3);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const product32 = rt.tanhGradient(state2, tanh);
  const product33 = tf.matMul(product32, p['Translate.W0']);
  rt.dispose(tanh, state2);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const scattered = rt.scatter(number2, product33, source);
  const scatteredT = tf.transpose(scattered, [1, 2, 0]);
  const sum12 = tf.add(part2, scatteredT);
  rt.dispose(number2, product33, scattered, part2, scatteredT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined8 = tf.concat([p['read.Annotate.backward.h.GRU.Ur'], p['read.Annotate.backward.h.GRU.Uz']], 0);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardSumT4 = tf.transpose(sum12, [2, 0, 1]);
  const sumSteps10 = tf.unstack(backwardSumT4);
  rt.dispose(sum12, backwardSumT4);

  const productSteps15: tf.Tensor[] = [];
  const productSteps16: tf.Tensor[] = [];
  const productSteps17: tf.Tensor[] = [];
  let backwardState2: tf.Tensor = tf.clone(backwardFilled);
  for (let t7 = 0; t7 < source; t7++) {
    const sumAt7 = sumSteps10[t7]!;
    const isGreaterAt2 = isGreaterSteps[t7]!;
    const stateAt3 = stateSteps[t7]!;
    const zAt3 = zSteps[t7]!;
    const differenceAt3 = differenceSteps[t7]!;
    const newAt3 = newSteps[t7]!;
    const rAt3 = rSteps[t7]!;

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide2 = tf.reshape(isGreaterAt2, [batchSize, 1]);
    const backwardChosen2 = rt.where(backwardValueWide2, 0, backwardState2);
    const backwardChosen3 = rt.where(backwardValueWide2, backwardState2, 0);
    const backwardSum = tf.add(sumAt7, backwardChosen3);
    rt.dispose(backwardValueWide2, backwardState2, backwardChosen3);

    // cells.attn:14  (1 - z) * h + z * new
    const product34 = tf.mul(backwardSum, zAt3);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct21 = rt.tanhGradient(product34, newAt3);
    const newProduct22 = tf.matMul(newProduct21, p['read.Annotate.backward.h.GRU.U']);
    const newProduct23 = tf.mul(newProduct22, stateAt3);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct15 = rt.sigmoidGradient(newProduct23, rAt3);
    rt.dispose(newProduct23);

    // cells.attn:14  (1 - z) * h + z * new
    const product35 = tf.mul(backwardSum, differenceAt3);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zProduct12 = rt.sigmoidGradient(product35, zAt3);
    rt.dispose(product35);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rJoined9 = tf.concat([rProduct15, zProduct12], 1);
    const rProduct16 = tf.matMul(rJoined9, rJoined8);
    rt.dispose(rJoined9);

    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSum6 = tf.add(backwardChosen2, rProduct16);
    rt.dispose(backwardChosen2, rProduct16);

    // cells.attn:14  (1 - z) * h + z * new
    const difference6 = tf.sub(backwardSum, product34);
    rt.dispose(backwardSum, product34);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct24 = tf.mul(newProduct22, rAt3);
    const newSum6 = tf.add(difference6, newProduct24);
    rt.dispose(newProduct22, difference6, newProduct24);

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardSum2 = tf.add(zSum6, newSum6);
    rt.dispose(zSum6, newSum6);
    productSteps15.push(zProduct12);
    productSteps16.push(rProduct15);
    productSteps17.push(newProduct21);
    backwardState2 = backwardSum2;
  }
  rt.dispose(isGreaterSteps, zSteps, differenceSteps, newSteps, rSteps, rJoined8, sumSteps10, backwardState2);
  const productStacked5 = tf.stack(productSteps17);
  rt.dispose(productSteps17);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsT2 = tf.transpose(productStacked5, [1, 0, 2]);
  const newProductStepsRows2 = tf.reshape(newProductStepsT2, [batchSize * source, hidden]);
  const newProduct25 = tf.matMul(newProductStepsRows2, p['read.Annotate.backward.h.GRU.W']);
  const newProduct26 = tf.reshape(newProduct25, [batchSize, source, embed]);
  const productStacked6 = tf.stack(productSteps16);
  rt.dispose(newProductStepsT2, newProductStepsRows2, newProduct25, productSteps16);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsT2 = tf.transpose(productStacked6, [1, 0, 2]);
  const rProductStepsRows2 = tf.reshape(rProductStepsT2, [batchSize * source, hidden]);
  const rProduct17 = tf.matMul(rProductStepsRows2, p['read.Annotate.backward.h.GRU.Wr']);
  const rProduct18 = tf.reshape(rProduct17, [batchSize, source, embed]);
  const rSum5 = tf.add(newProduct26, rProduct18);
  rt.dispose(rProductStepsT2, rProductStepsRows2, rProduct17, newProduct26, rProduct18);
  const productStacked7 = tf.stack(productSteps15);
  rt.dispose(productSteps15);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsT2 = tf.transpose(productStacked7, [1, 0, 2]);
  const zProductStepsRows2 = tf.reshape(zProductStepsT2, [batchSize * source, hidden]);
  const zProduct13 = tf.matMul(zProductStepsRows2, p['read.Annotate.backward.h.GRU.Wz']);
  const zProduct14 = tf.reshape(zProduct13, [batchSize, source, embed]);
  const zSum7 = tf.add(rSum5, zProduct14);
  rt.dispose(zProductStepsT2, zProductStepsRows2, zProduct13, rSum5, zProduct14);
  const zSum8 = tf.add(zSum5, zSum7);
  rt.dispose(zSum5, zSum7);

  // model.attn:27  x = table[tokens]
  const xScattered = rt.scatter(batch.inputs.tokens, zSum8, words);
  rt.dispose(zSum8);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows3 = tf.reshape(productStacked4, [batchSize * source, hidden]);
  const zProductStepsT3 = tf.transpose(zProductStepsRows3, [1, 0]);
  const zXT = tf.transpose(x, [1, 0, 2]);
  const zXRows2 = tf.reshape(zXT, [batchSize * source, embed]);
  const zProduct15 = tf.matMul(zProductStepsT3, zXRows2);
  rt.dispose(zProductStepsRows3, x, zXT);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows3 = tf.reshape(productStacked3, [batchSize * source, hidden]);
  const rProductStepsT3 = tf.transpose(rProductStepsRows3, [1, 0]);
  const rProduct19 = tf.matMul(rProductStepsT3, zXRows2);
  rt.dispose(rProductStepsRows3);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows3 = tf.reshape(productStacked2, [batchSize * source, hidden]);
  const newProductStepsT3 = tf.transpose(newProductStepsRows3, [1, 0]);
  const newProduct27 = tf.matMul(newProductStepsT3, zXRows2);
  const stateStacked2 = tf.stack(stateSteps2);
  rt.dispose(newProductStepsRows3, backwardFilled, sumSteps8);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardStateStepsRows = tf.reshape(stateStacked2, [batchSize * source, hidden]);
  const forwardProduct = tf.matMul(zProductStepsT3, forwardStateStepsRows);
  const forwardProduct2 = tf.matMul(rProductStepsT3, forwardStateStepsRows);
  rt.dispose(stateStacked2, zProductStepsT3, rProductStepsT3, forwardStateStepsRows);
  const productStacked8 = tf.stack(productSteps2);
  const forwardProductStepsRows = tf.reshape(productStacked8, [batchSize * source, hidden]);
  const forwardProduct3 = tf.matMul(newProductStepsT3, forwardProductStepsRows);
  rt.dispose(productSteps2, productStacked8, newProductStepsT3, forwardProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total = tf.sum(productStacked4, [0, 1]);
  const total2 = tf.sum(productStacked3, [0, 1]);
  const total3 = tf.sum(productStacked2, [0, 1]);
  rt.dispose(productStacked4, productStacked3, productStacked2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProductStepsRows4 = tf.reshape(productStacked7, [batchSize * source, hidden]);
  const zProductStepsT4 = tf.transpose(zProductStepsRows4, [1, 0]);
  const zProduct16 = tf.matMul(zProductStepsT4, zXRows2);
  rt.dispose(zProductStepsRows4);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProductStepsRows4 = tf.reshape(productStacked6, [batchSize * source, hidden]);
  const rProductStepsT4 = tf.transpose(rProductStepsRows4, [1, 0]);
  const rProduct20 = tf.matMul(rProductStepsT4, zXRows2);
  rt.dispose(rProductStepsRows4);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProductStepsRows4 = tf.reshape(productStacked5, [batchSize * source, hidden]);
  const newProductStepsT4 = tf.transpose(newProductStepsRows4, [1, 0]);
  const newProduct28 = tf.matMul(newProductStepsT4, zXRows2);
  const stateStacked3 = tf.stack(stateSteps);
  rt.dispose(newProductStepsRows4, zXRows2, stateSteps);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const backwardStateStepsRows = tf.reshape(stateStacked3, [batchSize * source, hidden]);
  const backwardProduct = tf.matMul(zProductStepsT4, backwardStateStepsRows);
  const backwardProduct2 = tf.matMul(rProductStepsT4, backwardStateStepsRows);
  rt.dispose(stateStacked3, zProductStepsT4, rProductStepsT4, backwardStateStepsRows);
  const productStacked9 = tf.stack(productSteps);
  const backwardProductStepsRows = tf.reshape(productStacked9, [batchSize * source, hidden]);
  const backwardProduct3 = tf.matMul(newProductStepsT4, backwardProductStepsRows);
  rt.dispose(productSteps, productStacked9, newProductStepsT4, backwardProductStepsRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const total4 = tf.sum(productStacked7, [0, 1]);
  const total5 = tf.sum(productStacked6, [0, 1]);
  const total6 = tf.sum(productStacked5, [0, 1]);
  rt.dispose(productStacked7, productStacked6, productStacked5);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const product36 = tf.matMul(productRows2, VRows);
  rt.dispose(VRows);

  // model.attn:57  Translate(read.annotations, read.h1)
  const product37 = tf.reshape(product36, [batchSize, target, embed]);
  const partStacked = tf.stack(partSteps);
  const partStepsT = tf.transpose(partStacked, [1, 0, 2]);
  const sum13 = tf.add(product37, partStepsT);
  rt.dispose(product36, partSteps, partStacked, product37, partStepsT);

  // model.attn:47  e = table[y]
  const eScattered = rt.scatter(batch.inputs.y, sum13, characters);
  rt.dispose(sum13);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const productT3 = tf.transpose(product32, [1, 0]);
  const product38 = tf.matMul(productT3, picked);
  const productStacked10 = tf.stack(productSteps11);
  rt.dispose(product32, picked, productT3, productSteps11);

  // model.attn:57  Translate(read.annotations, read.h1)
  const productStepsRows2 = tf.reshape(productStacked10, [batchSize * target, align]);
  const productStepsT2 = tf.transpose(productStepsRows2, [1, 0]);
  const stateStepsRows2 = tf.reshape(stateStacked, [batchSize * target, units]);
  const product39 = tf.matMul(productStepsT2, stateStepsRows2);
  rt.dispose(productStacked10, productStepsRows2, productStepsT2);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProductT2 = tf.transpose(scoreProductRows, [1, 0]);
  const scoreProduct16 = tf.matMul(scoreProductT2, scoreJoinedRows);
  const productStacked11 = tf.stack(productSteps10);
  rt.dispose(scoreProductRows, scoreJoinedRows, scoreProductT2, productSteps10);

  // model.attn:57  Translate(read.annotations, read.h1)
  const total7 = tf.sum(productStacked11, 0);
  const productStacked12 = tf.stack(productSteps9);
  const productStepsRows3 = tf.reshape(productStacked12, [batchSize * target, units]);
  const productStepsT3 = tf.transpose(productStepsRows3, [1, 0]);
  const joinedStacked = tf.stack(joinedSteps);
  rt.dispose(productStacked11, productSteps9, productStepsRows3, joinedSteps);
  const joinedStepsRows = tf.reshape(joinedStacked, [batchSize * target, embed + 2 * hidden]);
  const product40 = tf.matMul(productStepsT3, joinedStepsRows);
  const productStacked13 = tf.stack(productSteps8);
  const productStepsRows4 = tf.reshape(productStacked13, [batchSize * target, units]);
  const productStepsT4 = tf.transpose(productStepsRows4, [1, 0]);
  const product41 = tf.matMul(productStepsT4, joinedStepsRows);
  const productStacked14 = tf.stack(productSteps7);
  rt.dispose(joinedStacked, productSteps8, productStepsRows4, productSteps7);
  const productStepsRows5 = tf.reshape(productStacked14, [batchSize * target, units]);
  const productStepsT5 = tf.transpose(productStepsRows5, [1, 0]);
  const product42 = tf.matMul(productStepsT5, joinedStepsRows);
  const product43 = tf.matMul(productStepsT3, stateStepsRows2);
  const product44 = tf.matMul(productStepsT4, stateStepsRows2);
  rt.dispose(productStepsRows5, joinedStepsRows, productStepsT3, stateStepsRows2, productStepsT4);
  const productStacked15 = tf.stack(productSteps4);
  const productStepsRows6 = tf.reshape(productStacked15, [batchSize * target, units]);
  const product45 = tf.matMul(productStepsT5, productStepsRows6);
  rt.dispose(productSteps4, productStacked15, productStepsT5, productStepsRows6);
  const total8 = tf.sum(productStacked12, [0, 1]);
  const total9 = tf.sum(productStacked13, [0, 1]);
  const total10 = tf.sum(productStacked14, [0, 1]);
  rt.dispose(productStacked12, productStacked13, productStacked14);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const stateStepsT2 = tf.transpose(stateStacked, [2, 1, 0]);
  const stateStepsRows3 = tf.reshape(stateStepsT2, [units, batchSize * target]);
  const product46 = tf.matMul(stateStepsRows3, productRows2);
  const product47 = tf.reshape(product46, [units, maxout, pieces]);
  rt.dispose(stateStacked, stateStepsT2, stateStepsRows3, product46);
  const productT4 = tf.transpose(productRows2, [1, 0]);
  const product48 = tf.matMul(productT4, eRows);
  const product49 = tf.reshape(product48, [maxout, pieces, embed]);
  const productStepsT6 = tf.transpose(productStacked, [2, 1, 0]);
  rt.dispose(eRows, productT4, product48, productStacked);
  const productStepsRows7 = tf.reshape(productStepsT6, [2 * hidden, batchSize * target]);
  const product50 = tf.matMul(productStepsRows7, productRows2);
  const product51 = tf.reshape(product50, [2 * hidden, maxout, pieces]);
  rt.dispose(productStepsT6, productRows2, productStepsRows7, product50);
  const differenceT = tf.transpose(differenceRows, [1, 0]);
  const product52 = tf.matMul(differenceT, productRows);
  rt.dispose(differenceRows, productRows, differenceT);

  // model.attn:35  param U: [maxout, pieces <- units], V: [maxout, pieces <- embed], C: [maxout, pieces <- annotation],
  const productT5 = tf.transpose(product47, [1, 2, 0]);
  const productT6 = tf.transpose(product51, [1, 2, 0]);
  rt.dispose(product47, product51);
  return {
    loss,
    metrics: { exact: mean },
    gradients: {
      'read.Annotate.table': xScattered,
      'read.Annotate.forward.h.GRU.Wz': zProduct15,
      'read.Annotate.forward.h.GRU.Wr': rProduct19,
      'read.Annotate.forward.h.GRU.W': newProduct27,
      'read.Annotate.forward.h.GRU.Uz': forwardProduct,
      'read.Annotate.forward.h.GRU.Ur': forwardProduct2,
      'read.Annotate.forward.h.GRU.U': forwardProduct3,
      'read.Annotate.forward.h.GRU.bz': total,
      'read.Annotate.forward.h.GRU.br': total2,
      'read.Annotate.forward.h.GRU.b': total3,
      'read.Annotate.backward.h.GRU.Wz': zProduct16,
      'read.Annotate.backward.h.GRU.Wr': rProduct20,
      'read.Annotate.backward.h.GRU.W': newProduct28,
      'read.Annotate.backward.h.GRU.Uz': backwardProduct,
      'read.Annotate.backward.h.GRU.Ur': backwardProduct2,
      'read.Annotate.backward.h.GRU.U': backwardProduct3,
      'read.Annotate.backward.h.GRU.bz': total4,
      'read.Annotate.backward.h.GRU.br': total5,
      'read.Annotate.backward.h.GRU.b': total6,
      'Translate.table': eScattered,
      'Translate.W0': product38,
      'Translate.context.Scored.Additive.W': product39,
      'Translate.context.Scored.Additive.U': scoreProduct16,
      'Translate.context.Scored.Additive.v': total7,
      'Translate.s.GRU.Wz': product40,
      'Translate.s.GRU.Wr': product41,
      'Translate.s.GRU.W': product42,
      'Translate.s.GRU.Uz': product43,
      'Translate.s.GRU.Ur': product44,
      'Translate.s.GRU.U': product45,
      'Translate.s.GRU.bz': total8,
      'Translate.s.GRU.br': total9,
      'Translate.s.GRU.b': total10,
      'Translate.logits.Readout.U': productT5,
      'Translate.logits.Readout.V': product49,
      'Translate.logits.Readout.C': productT6,
      'Translate.logits.Readout.W': product52,
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslatorMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor; readonly '3': tf.Tensor; readonly '4': tf.Tensor; readonly '5': tf.Tensor; readonly '6': tf.Tensor; readonly '7': tf.Tensor; readonly '8': tf.Tensor; readonly '9': tf.Tensor; readonly '10': tf.Tensor; readonly '11': tf.Tensor; readonly '12': tf.Tensor; readonly '13': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslatorState = { readonly s: tf.Tensor };

/** What translatorPrepare gives. */
type TranslatorPrepareResults = {
  readonly memory: TranslatorMemory;
  readonly state: TranslatorState;
};

/** Once per call: what no step changes, and the first states. */
function translatorPrepare(p: TranslatorParameters, batch: TranslatorBatch): TranslatorPrepareResults {
  const { align, batch: batchSize, embed, hidden, maxout, pieces, source, units } = batch.n;

  // attention.attn:5  weights = softmax[key](score)
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsSourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights = tf.greater(weightsSourceLengthWide, weightsKeyPlaces);
  rt.dispose(weightsKeyPlaces, weightsSourceLengthWide);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const URows = tf.reshape(p['Translate.logits.Readout.U'], [maxout * pieces, units]);
  const UT = tf.transpose(URows, [1, 0]);
  rt.dispose(URows);

  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.reshape(x, [batchSize * source, embed]);
  const zWzT = tf.transpose(p['read.Annotate.forward.h.GRU.Wz'], [1, 0]);
  const zProduct = tf.matMul(zXRows, zWzT);
  const zProduct2 = tf.reshape(zProduct, [batchSize, source, hidden]);
  rt.dispose(x, zWzT, zProduct);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const VRows = tf.reshape(p['Translate.logits.Readout.V'], [maxout * pieces, embed]);
  const VT = tf.transpose(VRows, [1, 0]);
  rt.dispose(VRows);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum = tf.add(zProduct2, p['read.Annotate.forward.h.GRU.bz']);
  rt.dispose(zProduct2);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT = tf.transpose(p['read.Annotate.forward.h.GRU.Wr'], [1, 0]);
  const rProduct = tf.matMul(zXRows, rWrT);
  const rProduct2 = tf.reshape(rProduct, [batchSize, source, hidden]);
  rt.dispose(rWrT, rProduct);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreWT = tf.transpose(p['Translate.context.Scored.Additive.W'], [1, 0]);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum2 = tf.add(rProduct2, p['read.Annotate.forward.h.GRU.br']);
  rt.dispose(rProduct2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT = tf.transpose(p['read.Annotate.forward.h.GRU.W'], [1, 0]);
  const newProduct = tf.matMul(zXRows, newWT);
  const newProduct2 = tf.reshape(newProduct, [batchSize, source, hidden]);
  rt.dispose(newWT, newProduct);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum3 = tf.add(newProduct2, p['read.Annotate.forward.h.GRU.b']);
  rt.dispose(newProduct2);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT = tf.transpose(p['read.Annotate.forward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT = tf.transpose(p['read.Annotate.forward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p['read.Annotate.forward.h.GRU.U'], [1, 0]);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const CRows = tf.reshape(p['Translate.logits.Readout.C'], [maxout * pieces, 2 * hidden]);
  const CT = tf.transpose(CRows, [1, 0]);
  rt.dispose(CRows);

  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
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

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const WT = tf.transpose(p['Translate.logits.Readout.W'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zWzT2 = tf.transpose(p['read.Annotate.backward.h.GRU.Wz'], [1, 0]);
  const zProduct4 = tf.matMul(zXRows, zWzT2);
  const zProduct5 = tf.reshape(zProduct4, [batchSize, source, hidden]);
  const zWzT3 = tf.transpose(p['Translate.s.GRU.Wz'], [1, 0]);
  rt.dispose(zWzT2, zProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum5 = tf.add(zProduct5, p['read.Annotate.backward.h.GRU.bz']);
  rt.dispose(zProduct5);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT2 = tf.transpose(p['read.Annotate.backward.h.GRU.Wr'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT2 = tf.transpose(p['Translate.s.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct4 = tf.matMul(zXRows, rWrT2);
  const rProduct5 = tf.reshape(rProduct4, [batchSize, source, hidden]);
  rt.dispose(rWrT2, rProduct4);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum6 = tf.add(rProduct5, p['read.Annotate.backward.h.GRU.br']);
  rt.dispose(rProduct5);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newWT2 = tf.transpose(p['read.Annotate.backward.h.GRU.W'], [1, 0]);
  const newWT3 = tf.transpose(p['Translate.s.GRU.W'], [1, 0]);
  const newProduct5 = tf.matMul(zXRows, newWT2);
  const newProduct6 = tf.reshape(newProduct5, [batchSize, source, hidden]);
  rt.dispose(zXRows, newWT2, newProduct5);

  // cells.attn:10  param bz, br, b: [hidden] = zeros
  const sum7 = tf.add(newProduct6, p['read.Annotate.backward.h.GRU.b']);
  rt.dispose(newProduct6);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rWrT3 = tf.transpose(p['Translate.s.GRU.Wr'], [1, 0]);
  const rUrT2 = tf.transpose(p['Translate.s.GRU.Ur'], [1, 0]);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zUzT3 = tf.transpose(p['read.Annotate.backward.h.GRU.Uz'], [1, 0]);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rUrT3 = tf.transpose(p['read.Annotate.backward.h.GRU.Ur'], [1, 0]);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT2 = tf.transpose(p['Translate.s.GRU.U'], [1, 0]);
  const newUT3 = tf.transpose(p['read.Annotate.backward.h.GRU.U'], [1, 0]);

  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
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
    const zProduct6 = tf.matMul(backwardState, zUzT3);
    const zSum2 = tf.add(sumAt4, zProduct6);
    const z2 = tf.sigmoid(zSum2);
    rt.dispose(zProduct6, zSum2);

    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct6 = tf.matMul(backwardState, rUrT3);
    const rSum2 = tf.add(sumAt5, rProduct6);
    const r2 = tf.sigmoid(rSum2);
    rt.dispose(rProduct6, rSum2);

    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct7 = tf.mul(r2, backwardState);
    const newProduct8 = tf.matMul(newProduct7, newUT3);
    const newSum2 = tf.add(sumAt6, newProduct8);
    const new3 = tf.tanh(newSum2);
    rt.dispose(r2, newProduct7, newProduct8, newSum2);

    // cells.attn:14  (1 - z) * h + z * new
    const difference2 = tf.sub(new3, backwardState);
    const product2 = tf.mul(z2, difference2);
    const sum8 = tf.add(backwardState, product2);
    rt.dispose(new3, z2, difference2, product2);

    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const backwardValueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const backwardChosen = rt.where(backwardValueWide, sum8, backwardState);
    rt.dispose(backwardValueWide, backwardState);
    sumSteps8[t2] = sum8;
    backwardState = backwardChosen;
  }
  rt.dispose(zUzT3, rUrT3, newUT3, isGreaterSteps, sumSteps5, sumSteps6, sumSteps7, backwardState);
  const sumStacked = tf.stack(sumSteps4);
  const sumStacked2 = tf.stack(sumSteps8);
  rt.dispose(sumSteps4, sumSteps8);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const joined = tf.concat([sumStacked, sumStacked2], 2);
  rt.dispose(sumStacked);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreJoinedT = tf.transpose(joined, [1, 0, 2]);
  const scoreJoinedRows = tf.reshape(scoreJoinedT, [batchSize * source, 2 * hidden]);
  const scoreUT = tf.transpose(p['Translate.context.Scored.Additive.U'], [1, 0]);
  const scoreProduct = tf.matMul(scoreJoinedRows, scoreUT);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, source, align]);
  rt.dispose(joined, scoreJoinedRows, scoreUT, scoreProduct);

  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = first] }
  const place = tf.slice(sumStacked2, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  rt.dispose(sumStacked2, place);

  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const W0T = tf.transpose(p['Translate.W0'], [1, 0]);
  const product3 = tf.matMul(picked, W0T);
  const tanh = tf.tanh(product3);
  const tanhShaped = tf.reshape(tanh, [batchSize, 1, units]);
  rt.dispose(picked, W0T, product3, tanh);
  return {
    memory: {
      '0': weights,
      '1': scoreProduct2,
      '2': scoreJoinedT,
      '3': UT,
      '4': VT,
      '5': scoreWT,
      '6': CT,
      '7': WT,
      '8': zWzT3,
      '9': zUzT2,
      '10': newWT3,
      '11': rWrT3,
      '12': rUrT2,
      '13': newUT2,
    },
    state: { s: tanhShaped },
  };
}

/** What translatorStep gives. */
type TranslatorStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: { readonly weights: tf.Tensor };
  readonly state: TranslatorState;
};

/** One place: logits, the next states and the taps. */
function translatorStep(p: TranslatorParameters, batch: TranslatorBatch, memory: TranslatorMemory, state: TranslatorState, previous: tf.Tensor2D, _t: number): TranslatorStepResults {
  const { align, batch: batchSize, characters, hidden, maxout, pieces, source, units } = batch.n;
  const beam = previous.shape[1];

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sRows = tf.reshape(state.s, [batchSize * beam, units]);
  const product = tf.matMul(sRows, memory['3']);
  const product2 = tf.reshape(product, [batchSize * beam, maxout, pieces]);
  rt.dispose(product);

  // model.attn:44  ) generates y: index(characters)[target] start 1 end 2 {
  const yRows = tf.reshape(previous, [batchSize * beam]);

  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], yRows);
  rt.dispose(yRows);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const product3 = tf.matMul(e, memory['4']);
  const product4 = tf.reshape(product3, [batchSize * beam, maxout, pieces]);
  const sum = tf.add(product2, product4);
  rt.dispose(product3, product2, product4);

  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProduct = tf.matMul(sRows, memory['5']);
  const scoreProduct2 = tf.reshape(scoreProduct, [batchSize, beam, 1, align]);
  const scoreMemory1Wide = tf.reshape(memory['1'], [batchSize, 1, source, align]);
  const scoreSum = tf.add(scoreProduct2, scoreMemory1Wide);
  const scoreSumRows = tf.reshape(scoreSum, [batchSize * beam, source, align]);
  rt.dispose(scoreProduct, scoreProduct2, scoreMemory1Wide, scoreSum);
  const scoreTanh = tf.tanh(scoreSumRows);
  const scoreTanhRows = tf.reshape(scoreTanh, [batchSize * beam * source, align]);
  const scoreVWide = tf.reshape(p['Translate.context.Scored.Additive.v'], [align, 1]);
  const scoreProduct3 = tf.matMul(scoreTanhRows, scoreVWide);
  rt.dispose(scoreSumRows, scoreTanh, scoreTanhRows, scoreVWide);
  const scoreProduct4 = tf.reshape(scoreProduct3, [batchSize, beam, source]);
  rt.dispose(scoreProduct3);

  // attention.attn:5  weights = softmax[key](score)
  const weightsWeightsWide = tf.reshape(memory['0'], [batchSize, 1, source]);
  const weights = rt.where(weightsWeightsWide, scoreProduct4, -Infinity);
  const weightsWeightsRows = tf.reshape(weights, [batchSize * beam, source]);
  const weights2 = tf.softmax(weightsWeightsRows);
  rt.dispose(scoreProduct4, weightsWeightsWide, weights, weightsWeightsRows);
  const weightsWeightsShaped = tf.reshape(weights2, [batchSize, beam, source]);
  rt.dispose(weights2);

  // attention.attn:6  sum[key](weights * keys)
  const product5 = tf.matMul(weightsWeightsShaped, memory['2']);
  const product6 = tf.reshape(product5, [batchSize * beam, 2 * hidden]);
  rt.dispose(product5);

  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const product7 = tf.matMul(product6, memory['6']);
  const product8 = tf.reshape(product7, [batchSize * beam, maxout, pieces]);
  const sum2 = tf.add(sum, product8);
  const highest = tf.max(sum2, 2);
  rt.dispose(product7, sum, product8, sum2);
  const product9 = tf.matMul(highest, memory['7']);
  rt.dispose(highest);

  // model.attn:51  logits = Readout(seen, e, context)
  const logitsProductShaped = tf.reshape(product9, [batchSize, beam, characters]);
  rt.dispose(product9);

  // model.attn:49  s' = GRU(concat(e, context), s)
  const sNextJoined = tf.concat([e, product6], 1);
  rt.dispose(e, product6);

  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zProduct = tf.matMul(sNextJoined, memory['8']);
  const zProduct2 = tf.matMul(sRows, memory['9']);
  const zSum = tf.add(zProduct, zProduct2);
  const zSum2 = tf.add(zSum, p['Translate.s.GRU.bz']);
  const z = tf.sigmoid(zSum2);
  rt.dispose(zProduct, zProduct2, zSum, zSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.matMul(sNextJoined, memory['10']);

  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rProduct = tf.matMul(sNextJoined, memory['11']);
  const rProduct2 = tf.matMul(sRows, memory['12']);
  const rSum = tf.add(rProduct, rProduct2);
  const rSum2 = tf.add(rSum, p['Translate.s.GRU.br']);
  rt.dispose(sNextJoined, rProduct, rProduct2, rSum);
  const r = tf.sigmoid(rSum2);
  rt.dispose(rSum2);

  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct2 = tf.mul(r, sRows);
  const newProduct3 = tf.matMul(newProduct2, memory['13']);
  const newSum = tf.add(newProduct, newProduct3);
  rt.dispose(r, newProduct2, newProduct, newProduct3);
  const newSum2 = tf.add(newSum, p['Translate.s.GRU.b']);
  const new_ = tf.tanh(newSum2);
  rt.dispose(newSum, newSum2);

  // cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, sRows);
  const product10 = tf.mul(z, difference);
  const sum3 = tf.add(sRows, product10);
  rt.dispose(new_, z, difference, sRows, product10);

  // model.attn:49  s' = GRU(concat(e, context), s)
  const sNextSumShaped = tf.reshape(sum3, [batchSize, beam, units]);
  rt.dispose(sum3);
  return {
    logits: logitsProductShaped as tf.Tensor3D,
    taps: { weights: weightsWeightsShaped },
    state: { s: sNextSumShaped },
  };
}

const translatorDefinition: rt.Definition = {
  name: 'Translator',
  source: 'model.attn',
  hyperparameters: { words: 972, characters: 14, embed: 48, hidden: 96, units: 96, align: 96, maxout: 64, pieces: 2, places: 50 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: TranslatorDims) {
    if (2 > n.characters) throw new rt.InputError(`\`2\` must be at most \`characters\` (${n.characters}): outputs start with \`1\` (model.attn:44)`);
    if (3 > n.characters) throw new rt.InputError(`\`3\` must be at most \`characters\` (${n.characters}): outputs end with \`2\` (model.attn:44)`);
    return { words: n.words, characters: n.characters, embed: n.embed, hidden: n.hidden, units: n.units, align: n.align, maxout: n.maxout, pieces: n.pieces, places: n.places };
  },
  parameters(n: TranslatorSizes) {
    return [
      { path: 'read.Annotate.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'read.Annotate.forward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.forward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.forward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Translate.W0', axes: [{ label: 'units', size: n.units }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.W', axes: [{ label: 'align', size: n.align }, { label: 'q', size: n.units }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.U', axes: [{ label: 'align', size: n.align }, { label: 'k', size: 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.v', axes: [{ label: 'align', size: n.align }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wz', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wr', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.W', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Uz', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.Ur', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.U', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.bz', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.br', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.b', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.logits.Readout.U', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'units', size: n.units }], outs: 2, init: { kind: 'glorot' } },
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
      updates: [
        {
          loss: translatorLoss,
          gradients: translatorGradients,
          optimizer: (_n: TranslatorSizes, step: number) => ({ kind: 'adam', rate: 0.0015 * Math.min(1, 0.5 ** ((step - 1500) / 400)) }),
          clip: { kind: 'norm', limit: 1 },
        },
      ],
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
