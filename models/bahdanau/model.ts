/**
 * Compiled by attnc from model.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Translator that its constructor may be given. */
export type TranslatorDims = {
  /** `words`, `characters`: Characters read and written. Default 972. */ readonly words: number;
  /** Default 14. */ readonly characters: number;
  /** `embed`, `hidden`, `units`, `align`, `maxout`: Sizes of the layers (m, n, n' and l of the paper), and of the decoder's state, which the paper has as large as one of the encoder's. Default 48. */
  readonly embed: number;
  /** Default 96. */ readonly hidden: number;
  /** Default 96. */ readonly units: number;
  /** Default 96. */ readonly align: number;
  /** Default 64. */ readonly maxout: number;
  /** Default 2. */ readonly pieces: number;
  /** Positions that `location` knows. Default 50. */ readonly places: number;
};

/** One example of Translator. */
export interface TranslatorInput {
  /** `index(words)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TranslatorTarget {
  /** `index(characters)[target]` */ readonly y: rt.Ints;
}

/** Every size of a call. */
type TranslatorSizes = Readonly<Record<'words' | 'characters' | 'embed' | 'hidden' | 'units' | 'align' | 'maxout' | 'pieces' | 'places' | 'batch' | 'source' | 'target', number>>;

/** Parameters. */
type GRUParameters = Readonly<Record<'Wz' | 'Wr' | 'W' | 'Uz' | 'Ur' | 'U' | 'bz' | 'br' | 'b', tf.Tensor>>;
type AnnotateParameters = {
  readonly table: tf.Tensor;
  readonly forward: { readonly h: { readonly GRU: GRUParameters } };
  readonly backward: { readonly h: { readonly GRU: GRUParameters } };
};
type AdditiveParameters = { readonly W: tf.Tensor; readonly U: tf.Tensor; readonly v: tf.Tensor };
type ReadoutParameters = { readonly U: tf.Tensor; readonly V: tf.Tensor; readonly C: tf.Tensor; readonly W: tf.Tensor };
type TranslateParameters = {
  readonly table: tf.Tensor;
  readonly W0: tf.Tensor;
  readonly context: { readonly Scored: { readonly Additive: AdditiveParameters } };
  readonly s: { readonly GRU: GRUParameters };
  readonly logits: { readonly Readout: ReadoutParameters };
};
type TranslatorParameters = { readonly read: { readonly Annotate: AnnotateParameters }; readonly Translate: TranslateParameters };

/** Padded examples on the device. */
type TranslatorBatch = {
  readonly n: TranslatorSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type BackwardStep = Readonly<Record<'r' | 'new' | 'difference' | 'z', tf.Tensor>>;
type ForwardStep = Readonly<Record<'r' | 'new' | 'difference' | 'z', tf.Tensor>>;
type TranslateStep = Readonly<Record<'scoreTanh' | 'r' | 'new' | 'difference' | 'z', tf.Tensor>>;
type TranslateRow = Readonly<Record<
  | 'zJoined' | 'newTanhGradient' | 'scoreProduct' | 'contextScoreProduct' | 'dE' | 'dContext'
, tf.Tensor>>;
type BackwardRow = Readonly<Record<'newTanhGradient' | 'zJoined', tf.Tensor>>;
type ForwardRow = Readonly<Record<'newTanhGradient' | 'zJoined', tf.Tensor>>;

/** Cho et al. 2014, eq. (5)-(8), as Bahdanau, Cho & Bengio 2015 use it (A.1.1): `z` weighs the new state, and `r` acts before the map. */
function gruInputs(p: GRUParameters, n: TranslatorSizes, xRows: tf.Tensor) {
  const { batch: batchSize, hidden, source } = n;
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, source, hidden]), p.b));
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const joined = tf.concat([p.Wz, p.Wr], 1);
  const zSum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, joined), [batchSize, source, 2 * hidden]), tf.concat([p.bz, p.br], 0)),
  );
  const zJoined = tf.concat([p.Uz, p.Ur], 1);
  return { zSum, newSum, zJoined, joined };
}

function gru(p: GRUParameters, n: TranslatorSizes, h: tf.Tensor, zJoined: tf.Tensor, zSum: tf.Tensor, newSum: tf.Tensor) {
  const { hidden } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum2 = tf.tidy(() => tf.add(zSum, tf.matMul(h, zJoined)));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, 0], [-1, hidden])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum2, [0, hidden], [-1, hidden])));
  rt.dispose(zSum2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.mul(r, h);
  const new_ = tf.tidy(() => tf.tanh(tf.add(newSum, tf.matMul(newProduct, p.U))));
  // std/cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, h);
  const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
  return { hNext, z, difference, new_, newProduct, r };
}

/** Bahdanau, Cho & Bengio 2015, sec. 3.1 and A.1.2: v·tanh(W q + U k): how well each key matches the query. */
function additiveInputs(p: AdditiveParameters, n: TranslatorSizes, keys: tf.Tensor) {
  const { align, batch: batchSize, hidden, source } = n;
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const keysT = tf.transpose(keys, [1, 0, 2]);
  const keysRows = tf.reshape(keysT, [batchSize * source, 2 * hidden]);
  const UProduct = tf.tidy(() => tf.reshape(tf.matMul(keysRows, p.U), [batchSize, source, align]));
  return { UProduct, keysT, keysRows };
}

function gruInputs2(p: GRUParameters) {
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined = tf.concat([p.Wz, p.Wr], 1);
  const joined = tf.concat([p.Uz, p.Ur], 1);
  const zJoined2 = tf.concat([p.bz, p.br], 0);
  return { zJoined, joined, zJoined2 };
}

function additive(p: AdditiveParameters, n: TranslatorSizes, query: tf.Tensor, UProduct: tf.Tensor, sourceMask: tf.Tensor, keysT: tf.Tensor) {
  const { align, batch: batchSize, hidden, source } = n;
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreTanh = tf.tidy(() => tf.tanh(tf.add(tf.reshape(tf.matMul(query, p.W), [batchSize, 1, align]), UProduct)));
  const score = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(scoreTanh, [batchSize * source, align]), p.v), [batchSize, source]),
  );
  // std/attention.attn:5  weights = softmax[key](score)
  const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, score, -Infinity)));
  rt.dispose(score);
  // std/attention.attn:6  sum[key](weights * keys)
  const context = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), keysT), [batchSize, 2 * hidden]),
  );
  return { context, weights, scoreTanh };
}

function gru2(p: GRUParameters, n: TranslatorSizes, x: tf.Tensor, zJoined: tf.Tensor, h: tf.Tensor, joined: tf.Tensor, zJoined2: tf.Tensor) {
  const { units } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum = tf.tidy(() => tf.add(tf.add(tf.matMul(x, zJoined), tf.matMul(h, joined)), zJoined2));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum, [0, 0], [-1, units])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum, [0, units], [-1, units])));
  rt.dispose(zSum);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => tf.tanh(tf.add(tf.add(tf.matMul(x, p.W), tf.matMul(tf.mul(r, h), p.U)), p.b)));
  rt.dispose(r);
  // std/cells.attn:14  (1 - z) * h + z * new
  const sNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
  rt.dispose(z, new_);
  return sNext;
}

/** Sec. A.2.2: maxout over the state, the previous output and the context. */
function readoutInputs(p: ReadoutParameters, n: TranslatorSizes, c: readonly tf.Tensor[], s: readonly tf.Tensor[], e: tf.Tensor) {
  const { batch: batchSize, characters, embed, hidden, maxout, pieces, target, units } = n;
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const UProduct = tf.tidy(() => {
    const readoutUProduct = tf.matMul(tf.reshape(tf.transpose(tf.stack(s), [1, 0, 2]), [batchSize * target, units]), p.U);
    return tf.reshape(readoutUProduct, [batchSize, target, maxout, pieces]);
  });
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const logits = tf.tidy(() => {
    const CProduct = tf.matMul(tf.reshape(tf.transpose(tf.stack(c), [1, 0, 2]), [batchSize * target, 2 * hidden]), p.C);
    const sum = tf.add(UProduct, tf.reshape(tf.matMul(eRows, p.V), [batchSize, target, maxout, pieces]));
    const highest = tf.max(tf.add(sum, tf.reshape(CProduct, [batchSize, target, maxout, pieces])), 3);
    const WProduct = tf.matMul(tf.reshape(highest, [batchSize * target, maxout]), p.W);
    return tf.reshape(WProduct, [batchSize, target, characters]);
  });
  rt.dispose(UProduct, eRows);
  return logits;
}

function translation(n: TranslatorSizes, targetLengths: tf.Tensor, logits: tf.Tensor, yNext: tf.Tensor, zero: tf.Tensor) {
  const { batch: batchSize, target } = n;
  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(targetLengths, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(logits);
  const targetLengthsAsFloat = tf.cast(targetLengths, 'float32');
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(targetMask, tf.neg(tf.gather(logSoftmax, yNext, 2, 2)), 0), 1), targetLengthsAsFloat);
    return tf.mean(quotient);
  });
  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const mean = tf.tidy(() => {
    const all = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), yNext)), 1);
    return tf.mean(tf.cast(rt.where(all, tf.scalar(1, 'int32'), zero), 'float32'));
  });
  return { loss, mean, targetLengthsAsFloat, targetMask, logSoftmax };
}

function gruTraining(p: GRUParameters, n: TranslatorSizes, x: tf.Tensor, h: tf.Tensor, zJoined: tf.Tensor, joined: tf.Tensor, newJoined: tf.Tensor) {
  const { units } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum = tf.tidy(() => tf.add(tf.matMul(tf.concat([x, h], 1), zJoined), joined));
  const z = tf.tidy(() => tf.sigmoid(tf.slice(zSum, [0, 0], [-1, units])));
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => tf.sigmoid(tf.slice(zSum, [0, units], [-1, units])));
  rt.dispose(zSum);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newProduct = tf.mul(r, h);
  const new_ = tf.tidy(() => tf.tanh(tf.add(tf.matMul(tf.concat([x, newProduct], 1), newJoined), p.b)));
  // std/cells.attn:14  (1 - z) * h + z * new
  const difference = tf.sub(new_, h);
  const sNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
  return { sNext, z, difference, new_, newProduct, r };
}

function readoutInputsTraining(p: ReadoutParameters, n: TranslatorSizes, random: rt.Random, sStacked: tf.Tensor, c: readonly tf.Tensor[], e: tf.Tensor, site: string) {
  const { batch: batchSize, characters, embed, hidden, maxout, pieces, target, units } = n;
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const contextStacked = tf.stack(c);
  const sum = tf.tidy(() => {
    const UProduct = tf.matMul(tf.reshape(tf.transpose(sStacked, [1, 0, 2]), [batchSize * target, units]), p.U);
    const VProduct = tf.reshape(tf.matMul(eRows, p.V), [batchSize, target, maxout, pieces]);
    const CProduct = tf.matMul(tf.reshape(tf.transpose(contextStacked, [1, 0, 2]), [batchSize * target, 2 * hidden]), p.C);
    const sum2 = tf.add(tf.reshape(UProduct, [batchSize, target, maxout, pieces]), VProduct);
    return tf.add(sum2, tf.reshape(CProduct, [batchSize, target, maxout, pieces]));
  });
  const highest = tf.max(sum, 3);
  const keepSteps: tf.Tensor[] = [];
  for (let t = 0; t < target; t++) {
    const keep2 = random.keep(site, 0.1, [batchSize, maxout], [false], [t]);
    keepSteps.push(keep2);
  }
  const keepStepsT = tf.tidy(() => tf.transpose(tf.stack(keepSteps), [1, 0, 2]));
  const productRows = tf.tidy(() => tf.reshape(tf.mul(highest, keepStepsT), [batchSize * target, maxout]));
  const logits = tf.tidy(() => tf.reshape(tf.matMul(productRows, p.W), [batchSize, target, characters]));
  rt.dispose(keepSteps, highest);
  return { logits, keepStepsT, sum, contextStacked, eRows, productRows };
}

function readoutBackward(p: ReadoutParameters, n: TranslatorSizes, dResult: tf.Tensor, keep: tf.Tensor, sum: tf.Tensor, sStacked: tf.Tensor, c: tf.Tensor, eRows: tf.Tensor, product: tf.Tensor) {
  const { batch: batchSize, characters, hidden, maxout, pieces, target, units } = n;
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const dResultRows = tf.reshape(dResult, [batchSize * target, characters]);
  const productRows = tf.tidy(() => {
    const product2 = tf.mul(tf.reshape(tf.matMul(dResultRows, p.W, false, true), [batchSize, target, maxout]), keep);
    const product3 = tf.mul(tf.reshape(product2, [batchSize, target, maxout, 1]), rt.oneHot(tf.argMax(sum, 3), pieces));
    return tf.reshape(product3, [batchSize * target, maxout * pieces]);
  });
  const UProduct = tf.tidy(() => tf.reshape(tf.matMul(productRows, p.U, false, true), [batchSize, target, units]));
  const CProduct = tf.tidy(() => tf.reshape(tf.matMul(productRows, p.C, false, true), [batchSize, target, 2 * hidden]));
  const VProduct = tf.matMul(productRows, p.V, false, true);
  const dU = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(sStacked, [2, 1, 0]), [units, batchSize * target]), productRows),
  );
  const dC = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(c, [2, 1, 0]), [2 * hidden, batchSize * target]), productRows),
  );
  const dV = tf.matMul(eRows, productRows, true);
  const dW = tf.matMul(product, dResultRows, true);
  rt.dispose(productRows, dResultRows);
  return { gradients: { U: dU, V: dV, C: dC, W: dW }, UProduct, CProduct, VProduct };
}

function gruBackward(dResult: tf.Tensor, difference: tf.Tensor, z: tf.Tensor, new_: tf.Tensor, UT: tf.Tensor, h: tf.Tensor, r: tf.Tensor, zJoined: tf.Tensor, newJoined: tf.Tensor) {
  // std/cells.attn:14  (1 - z) * h + z * new
  const dNew = tf.mul(dResult, z);
  const difference2 = tf.sub(dResult, dNew);
  const dZ = tf.mul(dResult, difference);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newTanhGradient = rt.tanhGradient(dNew, new_);
  const UProduct = tf.matMul(newTanhGradient, UT);
  const dR = tf.mul(UProduct, h);
  rt.dispose(dNew);
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradient = rt.sigmoidGradient(dR, r);
  rt.dispose(dR);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined2 = tf.tidy(() => tf.concat([rt.sigmoidGradient(dZ, z), rSigmoidGradient], 1));
  const zProduct = tf.matMul(zJoined2, zJoined);
  rt.dispose(dZ, rSigmoidGradient);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => tf.add(difference2, tf.mul(UProduct, r)));
  const newProduct = tf.tidy(() => tf.matMul(tf.concat([newTanhGradient, zJoined2], 1), newJoined));
  rt.dispose(difference2, UProduct);
  return { newTanhGradient, zJoined: zJoined2, newSum, zProduct, newProduct };
}

function additiveBackward(n: TranslatorSizes, scoreTanh: tf.Tensor, dResult: tf.Tensor, keysT: tf.Tensor, weights: tf.Tensor, sourceMask: tf.Tensor, vRows: tf.Tensor, WT: tf.Tensor) {
  const { align, batch: batchSize, hidden, source } = n;
  // std/attention.attn:6  sum[key](weights * keys)
  const dWeights = tf.tidy(() =>
    tf.reshape(tf.matMul(keysT, tf.reshape(dResult, [batchSize, 2 * hidden, 1])), [batchSize, source]),
  );
  // std/attention.attn:5  weights = softmax[key](score)
  const dScore = tf.tidy(() =>
    rt.where(sourceMask, tf.mul(weights, tf.sub(dWeights, tf.sum(tf.mul(weights, dWeights), 1, true))), 0),
  );
  rt.dispose(dWeights);
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreDifference = tf.tidy(() => tf.sub(1, tf.mul(scoreTanh, scoreTanh)));
  const product = tf.tidy(() => {
    const scoreProduct = tf.reshape(tf.matMul(tf.reshape(dScore, [batchSize, 1, source]), scoreDifference), [batchSize, align]);
    return tf.mul(scoreProduct, vRows);
  });
  const WProduct = tf.matMul(product, WT);
  const scoreProduct2 = tf.tidy(() => tf.mul(tf.reshape(dScore, [batchSize, source, 1]), scoreDifference));
  const scoreProduct = tf.tidy(() => {
    const product = tf.matMul(tf.reshape(dScore, [1, batchSize * source]), tf.reshape(scoreTanh, [batchSize * source, align]));
    return tf.reshape(product, [align]);
  });
  rt.dispose(scoreDifference, dScore);
  return { scoreProduct, product, WProduct, scoreProduct2 };
}

function additiveGradients(p: AdditiveParameters, n: TranslatorSizes, scoreProduct: tf.Tensor, dResult: tf.Tensor, queryRows: tf.Tensor, keysRows: tf.Tensor, productStacked: tf.Tensor) {
  const { align, batch: batchSize, hidden, source, target } = n;
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const dResultRows = tf.reshape(dResult, [batchSize * source, align]);
  const UProduct = tf.tidy(() => tf.reshape(tf.matMul(dResultRows, p.U, false, true), [batchSize, source, 2 * hidden]));
  const dV = tf.sum(productStacked, 0);
  const dW = tf.tidy(() => tf.matMul(queryRows, tf.reshape(scoreProduct, [batchSize * target, align]), true));
  const dU = tf.matMul(keysRows, dResultRows, true);
  const dVWide = tf.reshape(dV, [align, 1]);
  rt.dispose(dResultRows, dV);
  return { gradients: { W: dW, U: dU, v: dVWide }, UProduct };
}

function gruGradients(n: TranslatorSizes, newProduct: tf.Tensor, newTanhGradient: tf.Tensor, x: tf.Tensor, zJoined: tf.Tensor, hRows: tf.Tensor) {
  const { batch: batchSize, embed, hidden, target, units } = n;
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const joinedStepsRows = tf.reshape(zJoined, [batchSize * target, 2 * units]);
  const zJoinedStepsRows = tf.reshape(x, [batchSize * target, embed + 2 * hidden]);
  const zTotal = tf.sum(zJoined, [0, 1]);
  const dBz = tf.slice(zTotal, [0], [units]);
  const dBr = tf.slice(zTotal, [units], [units]);
  const zProduct = tf.matMul(zJoinedStepsRows, joinedStepsRows, true);
  const dWz = tf.slice(zProduct, [0, 0], [-1, units]);
  const dWr = tf.slice(zProduct, [0, units], [-1, units]);
  const zProduct2 = tf.matMul(hRows, joinedStepsRows, true);
  const dUz = tf.slice(zProduct2, [0, 0], [-1, units]);
  const dUr = tf.slice(zProduct2, [0, units], [-1, units]);
  rt.dispose(zTotal, zProduct, joinedStepsRows, zProduct2);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(newTanhGradient, [batchSize * target, units]);
  const dB = tf.sum(newTanhGradient, [0, 1]);
  const dW = tf.matMul(zJoinedStepsRows, tanhGradientStepsRows, true);
  const dU = tf.tidy(() => tf.matMul(tf.reshape(newProduct, [batchSize * target, units]), tanhGradientStepsRows, true));
  rt.dispose(zJoinedStepsRows, tanhGradientStepsRows);
  return { Wz: dWz, Wr: dWr, W: dW, Uz: dUz, Ur: dUr, U: dU, bz: dBz, br: dBr, b: dB };
}

function gruBackward2(dResult: tf.Tensor, z: tf.Tensor, difference: tf.Tensor, forwardNew: tf.Tensor, UT: tf.Tensor, r: tf.Tensor, h: tf.Tensor, zJoined: tf.Tensor) {
  // std/cells.attn:14  (1 - z) * h + z * new
  const dZ = tf.mul(dResult, difference);
  const dNew = tf.mul(dResult, z);
  const difference2 = tf.sub(dResult, dNew);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newTanhGradient = rt.tanhGradient(dNew, forwardNew);
  const UProduct = tf.matMul(newTanhGradient, UT);
  const dR = tf.mul(UProduct, h);
  const newSum = tf.tidy(() => tf.add(difference2, tf.mul(UProduct, r)));
  rt.dispose(dNew, difference2, UProduct);
  // std/cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradient = rt.sigmoidGradient(dR, r);
  rt.dispose(dR);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined2 = tf.tidy(() => tf.concat([rt.sigmoidGradient(dZ, z), rSigmoidGradient], 1));
  const zProduct = tf.matMul(zJoined2, zJoined);
  rt.dispose(dZ, rSigmoidGradient);
  return { zJoined: zJoined2, newTanhGradient, zProduct, newSum };
}

function gruGradients2(p: GRUParameters, n: TranslatorSizes, zJoined: tf.Tensor, newTanhGradient: tf.Tensor, newProduct: tf.Tensor, h: tf.Tensor, xRows: tf.Tensor, joined: tf.Tensor) {
  const { batch: batchSize, embed, hidden, source } = n;
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const WProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(newTanhGradient, [1, 0, 2]), [batchSize * source, hidden]);
    return tf.reshape(tf.matMul(tanhGradientStepsRows, p.W, false, true), [batchSize, source, embed]);
  });
  const tanhGradientStepsRows = tf.reshape(newTanhGradient, [batchSize * source, hidden]);
  const dB = tf.sum(newTanhGradient, [0, 1]);
  const dW = tf.matMul(xRows, tanhGradientStepsRows, true);
  const dU = tf.tidy(() => tf.matMul(tf.reshape(newProduct, [batchSize * source, hidden]), tanhGradientStepsRows, true));
  rt.dispose(tanhGradientStepsRows);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSum = tf.tidy(() => {
    const joinedStepsRows = tf.reshape(tf.transpose(zJoined, [1, 0, 2]), [batchSize * source, 2 * hidden]);
    return tf.add(WProduct, tf.reshape(tf.matMul(joinedStepsRows, joined, false, true), [batchSize, source, embed]));
  });
  const joinedStepsRows = tf.reshape(zJoined, [batchSize * source, 2 * hidden]);
  const zTotal = tf.sum(zJoined, [0, 1]);
  const dBz = tf.slice(zTotal, [0], [hidden]);
  const dBr = tf.slice(zTotal, [hidden], [hidden]);
  const zProduct = tf.matMul(xRows, joinedStepsRows, true);
  const dWz = tf.slice(zProduct, [0, 0], [-1, hidden]);
  const dWr = tf.slice(zProduct, [0, hidden], [-1, hidden]);
  const zProduct2 = tf.tidy(() => tf.matMul(tf.reshape(h, [batchSize * source, hidden]), joinedStepsRows, true));
  rt.dispose(WProduct, zTotal, zProduct, joinedStepsRows);
  const dUz = tf.slice(zProduct2, [0, 0], [-1, hidden]);
  const dUr = tf.slice(zProduct2, [0, hidden], [-1, hidden]);
  rt.dispose(zProduct2);
  return { gradients: { Wz: dWz, Wr: dWr, W: dW, Uz: dUz, Ur: dUr, U: dU, bz: dBz, br: dBr, b: dB }, zSum };
}

function additiveStep(p: AdditiveParameters, n: TranslatorSizes, queryRows: tf.Tensor, UProduct: tf.Tensor, keyMask: tf.Tensor, keys: tf.Tensor, beam: number, batchBeam: number, batchBeamSource: number) {
  const { align, batch: batchSize, hidden, source } = n;
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const vProduct = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(queryRows, p.W), [batchSize, beam, 1, align]);
    const sum = tf.add(WProduct, tf.reshape(UProduct, [batchSize, 1, source, align]));
    const additiveVProduct = tf.matMul(tf.reshape(tf.tanh(tf.reshape(sum, [batchBeam, source, align])), [batchBeamSource, align]), p.v);
    return tf.reshape(additiveVProduct, [batchSize, beam, source]);
  });
  // std/attention.attn:5  weights = softmax[key](score)
  const weights = tf.tidy(() => {
    const vProductMaskedRows = tf.reshape(rt.where(tf.reshape(keyMask, [batchSize, 1, source]), vProduct, -Infinity), [batchBeam, source]);
    return tf.softmax(vProductMaskedRows);
  });
  const weightsShaped = tf.reshape(weights, [batchSize, beam, source]);
  rt.dispose(vProduct, weights);
  // std/attention.attn:6  sum[key](weights * keys)
  const context = tf.matMul(weightsShaped, keys);
  const context2 = tf.reshape(context, [batchBeam, 2 * hidden]);
  rt.dispose(context);
  return { weightsShaped, context: context2 };
}

function readoutStep(p: ReadoutParameters, n: TranslatorSizes, sRows: tf.Tensor, e: tf.Tensor, c: tf.Tensor, batchBeam: number) {
  const { maxout, pieces } = n;
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  return tf.tidy(() => {
    const UProduct = tf.reshape(tf.matMul(sRows, p.U), [batchBeam, maxout, pieces]);
    const sum = tf.add(UProduct, tf.reshape(tf.matMul(e, p.V), [batchBeam, maxout, pieces]));
    return tf.matMul(tf.max(tf.add(sum, tf.reshape(tf.matMul(c, p.C), [batchBeam, maxout, pieces])), 2), p.W);
  });
}

/** Sec. 3.2: a bidirectional GRU; an annotation sees the whole input, focused on its own position. */
function annotate(p: AnnotateParameters, n: TranslatorSizes, tokens: tf.Tensor, sourceMask: tf.Tensor, keep: boolean) {
  const { batch: batchSize, embed, hidden, source } = n;
  // model.attn:27  x = table[tokens]
  const x = tf.gather(p.table, tokens);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const { zSum, newSum, zJoined: hZJoined, joined: backwardZJoined } = gruInputs(p.backward.h.GRU, n, xRows);
  const { zSum: hZSum, newSum: hNewSum, zJoined, joined } = gruInputs(p.forward.h.GRU, n, xRows);
  rt.dispose(xRows);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, newSum);
  const hNextSteps = new Array<tf.Tensor>(source), hSteps = new Array<tf.Tensor>(source);
  const newProductSteps = new Array<tf.Tensor>(source);
  const backwardSteps = new Array<BackwardStep>(source);
  let h: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.backward.h.GRU, n, h, hZJoined, zSumSteps[t]!, newSumSteps[t]!);
    const backwardChosen = tf.tidy(() => rt.where(tf.reshape(sourceMaskSteps[t]!, [batchSize, 1]), hNext, h));
    hNextSteps[t] = hNext;
    if (keep) {
      backwardSteps[t] = { r, new: hNew, difference, z };
      hSteps[t] = h; newProductSteps[t] = newProduct;
    } else rt.dispose(h, z, difference, hNew, r, newProduct);
    h = backwardChosen;
  }
  rt.dispose(zSumSteps, newSumSteps, h);
  const backward = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hZSumSteps = tf.tidy(() => tf.unstack(tf.transpose(hZSum, [1, 0, 2])));
  const hNewSumSteps = tf.tidy(() => tf.unstack(tf.transpose(hNewSum, [1, 0, 2])));
  rt.dispose(hZSum, hNewSum);
  const hHNextSteps: tf.Tensor[] = [], hSteps2: tf.Tensor[] = [], hNewProductSteps: tf.Tensor[] = []; // hSteps2 refers to what is in hHNextSteps
  const forwardSteps: ForwardStep[] = [];
  let h2: tf.Tensor = backwardZeros;
  for (let t = 0; t < source; t++) {
    const { hNext, z, difference, new_: hNew, newProduct, r } = gru(p.forward.h.GRU, n, h2, zJoined, hZSumSteps[t]!, hNewSumSteps[t]!);
    hHNextSteps.push(hNext); hSteps2.push(h2);
    if (keep) {
      forwardSteps.push({ r, new: hNew, difference, z });
      hNewProductSteps.push(newProduct);
    } else rt.dispose(z, difference, hNew, r, newProduct);
    h2 = hNext;
  }
  rt.dispose(hZSumSteps, hNewSumSteps);
  const forward = tf.stack(hHNextSteps);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const h1 = tf.tidy(() => tf.reshape(tf.slice(backward, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const annotations = tf.concat([forward, backward], 2);
  rt.dispose(backward, forward);
  return { h1, annotations, zJoined, h: hSteps2, forwardSteps, backwardZeros, hZJoined, sourceMaskT: sourceMaskSteps, h2: hSteps, backwardSteps, x, newProduct: hNewProductSteps, joined, newProduct2: newProductSteps, backwardZJoined, forwardHNext: hHNextSteps };
}

/** Sec. 3.1, A.1.2 and A.2.2; the first state is made of the backward state at the first position. */
function translateInputs(p: TranslateParameters, n: TranslatorSizes, y: tf.Tensor, h1: tf.Tensor, annotations: tf.Tensor, sourceMask: tf.Tensor, keep: boolean) {
  const { target } = n;
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const sFirst = tf.tidy(() => tf.tanh(tf.matMul(h1, p.W0)));
  // model.attn:47  e = table[y]
  const e = tf.gather(p.table, y);
  const { UProduct, keysT, keysRows } = additiveInputs(p.context.Scored.Additive, n, annotations);
  const { zJoined, joined: sZJoined, zJoined2: gruZJoined } = gruInputs2(p.s.GRU);
  rt.dispose(keysRows);
  // model.attn:57  Translate(read.annotations, read.h1)
  const eSteps = tf.tidy(() => tf.unstack(tf.transpose(e, [1, 0, 2])));
  const sSteps: tf.Tensor[] = [], contextSteps: tf.Tensor[] = [], weightsSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < target; t++) {
    const { context, weights, scoreTanh } = additive(p.context.Scored.Additive, n, s, UProduct, sourceMask, keysT);
    rt.dispose(scoreTanh);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([eSteps[t]!, context], 1);
    const sNext = gru2(p.s.GRU, n, sNextJoined, zJoined, s, sZJoined, gruZJoined);
    rt.dispose(sNextJoined);
    sSteps.push(s); contextSteps.push(context);
    if (keep) weightsSteps.push(weights);
    else rt.dispose(weights);
    s = sNext;
  }
  rt.dispose(UProduct, keysT, zJoined, sZJoined, gruZJoined, eSteps, s);
  const logits = readoutInputs(p.logits.Readout, n, contextSteps, sSteps, e);
  rt.dispose(e, sSteps, contextSteps);
  return { logits, weights: weightsSteps };
}

function translateInputsTraining(p: TranslateParameters, n: TranslatorSizes, random: rt.Random, y: tf.Tensor, h1: tf.Tensor, annotations: tf.Tensor, sourceMask: tf.Tensor, site: string) {
  const { target } = n;
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const sFirst = tf.tidy(() => tf.tanh(tf.matMul(h1, p.W0)));
  // model.attn:47  e = table[y]
  const e = tf.gather(p.table, y);
  const { UProduct, keysT, keysRows } = additiveInputs(p.context.Scored.Additive, n, annotations);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoined = tf.concat([p.s.GRU.bz, p.s.GRU.br], 0);
  const joined = tf.concat([p.s.GRU.Wz, p.s.GRU.Wr], 1);
  const sZJoined = tf.concat([p.s.GRU.Uz, p.s.GRU.Ur], 1);
  const gruZJoined = tf.concat([joined, sZJoined], 0);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newJoined = tf.concat([p.s.GRU.W, p.s.GRU.U], 0);
  // model.attn:57  Translate(read.annotations, read.h1)
  const eSteps = tf.tidy(() => tf.unstack(tf.transpose(e, [1, 0, 2])));
  const sSteps: tf.Tensor[] = [], contextSteps: tf.Tensor[] = [], newProductSteps: tf.Tensor[] = [];
  const sNextJoinedSteps: tf.Tensor[] = [], weightsSteps: tf.Tensor[] = [];
  const translateSteps: TranslateStep[] = [];
  let s: tf.Tensor = tf.clone(sFirst);
  for (let t = 0; t < target; t++) {
    const { context, weights, scoreTanh } = additive(p.context.Scored.Additive, n, s, UProduct, sourceMask, keysT);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([eSteps[t]!, context], 1);
    const { sNext, z, difference, new_: sNew, newProduct, r } = gruTraining(p.s.GRU, n, sNextJoined, s, gruZJoined, zJoined, newJoined);
    translateSteps.push({ scoreTanh, r, new: sNew, difference, z });
    sSteps.push(s); contextSteps.push(context); newProductSteps.push(newProduct); sNextJoinedSteps.push(sNextJoined);
    weightsSteps.push(weights);
    s = sNext;
  }
  rt.dispose(UProduct, zJoined, gruZJoined, newJoined, eSteps, s);
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sStacked = tf.stack(sSteps);
  const { logits, keepStepsT, sum, contextStacked, eRows, productRows } = readoutInputsTraining(p.logits.Readout, n, random, sStacked, contextSteps, e, site);
  rt.dispose(e, contextSteps);
  return { logits, zJoined: sZJoined, joined, keepStepsT, sum, sStacked, contextStacked, eRows, productRows, s: sSteps, translateSteps, weights: weightsSteps, keysT, tanh2: sFirst, joined2: sNextJoinedSteps, product: newProductSteps, keysRows };
}

function translateStep(p: TranslateParameters, n: TranslatorSizes, s: tf.Tensor, y: tf.Tensor, UProduct: tf.Tensor, keyMask: tf.Tensor, annotations: tf.Tensor, zJoined: tf.Tensor, zJoined2: tf.Tensor, zJoined3: tf.Tensor, batchBeam: number, beam: number, batchBeamSource: number) {
  const { batch: batchSize, characters, units } = n;
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sRows = tf.reshape(s, [batchBeam, units]);
  // model.attn:44  ) generates y: index(characters)[target] start 1 end 2 {
  const yRows = tf.reshape(y, [batchBeam]);
  // model.attn:47  e = table[y]
  const e = tf.gather(p.table, yRows);
  const { weightsShaped, context } = additiveStep(p.context.Scored.Additive, n, sRows, UProduct, keyMask, annotations, beam, batchBeam, batchBeamSource);
  rt.dispose(yRows);
  // model.attn:49  s' = GRU(concat(e, context), s)
  const sNextJoined = tf.concat([e, context], 1);
  const logits = readoutStep(p.logits.Readout, n, sRows, e, context, batchBeam);
  const sNext = gru2(p.s.GRU, n, sNextJoined, zJoined, sRows, zJoined2, zJoined3);
  rt.dispose(e, context, sRows, sNextJoined);
  const sNextShaped = tf.reshape(sNext, [batchSize, beam, units]);
  rt.dispose(sNext);
  // model.attn:51  logits = Readout(seen, e, context)
  const logitsShaped = tf.reshape(logits, [batchSize, beam, characters]);
  rt.dispose(logits);
  return { logitsShaped, sNextShaped, weightsShaped };
}

/** Outputs by name, [batch, …]. */
type TranslatorResults = { readonly logits: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Translator, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function translatorForward(p: TranslatorParameters, batch: TranslatorBatch): TranslatorResults {
  const { batch: batchSize, source } = batch.n;
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const { h1, annotations, zJoined, backwardZeros, hZJoined, sourceMaskT: sourceMaskTSteps, x, joined: forwardZJoined, backwardZJoined, forwardHNext: hNextSteps } = annotate(p.read.Annotate, batch.n, batch.inputs.tokens, sourceMask, false);
  rt.dispose(zJoined, backwardZeros, hZJoined, sourceMaskTSteps, x, forwardZJoined, backwardZJoined, hNextSteps);
  const { logits, weights: weightsSteps } = translateInputs(p.Translate, batch.n, batch.inputs.y, h1, annotations, sourceMask, true);
  rt.dispose(sourceMask, h1, annotations);
  // model.attn:57  Translate(read.annotations, read.h1)
  const weights = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weights, [1, 0, 2]);
  rt.dispose(weightsSteps, weights);
  return { logits, weights: weightsStepsT };
}

/** Translation: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function translatorLoss(p: TranslatorParameters, batch: TranslatorBatch): rt.LossTensors {
  const { batch: batchSize, source } = batch.n;
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const zero = tf.scalar(0, 'int32');
  const { h1, annotations, zJoined, backwardZeros, hZJoined, sourceMaskT: sourceMaskTSteps, x, joined: forwardZJoined, backwardZJoined, forwardHNext: hNextSteps } = annotate(p.read.Annotate, batch.n, batch.inputs.tokens, sourceMask, false);
  rt.dispose(zJoined, backwardZeros, hZJoined, sourceMaskTSteps, x, forwardZJoined, backwardZJoined, hNextSteps);
  const { logits } = translateInputs(p.Translate, batch.n, batch.inputs.y, h1, annotations, sourceMask, false);
  rt.dispose(sourceMask, h1, annotations);
  const { loss, mean: exact, targetLengthsAsFloat, targetMask, logSoftmax } = translation(batch.n, batch.lengths.target, logits, batch.inputs["y'"], zero);
  rt.dispose(zero, logits, targetLengthsAsFloat, targetMask, logSoftmax);
  return { loss, metrics: { exact } };
}

/** Translation: as the loss, dropout on, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function translatorGradients(p: TranslatorParameters, batch: TranslatorBatch, random: rt.Random): rt.GradientTensors {
  const { align, batch: batchSize, characters, embed, hidden, source, target, units, words } = batch.n;
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const zero = tf.scalar(0, 'int32');
  const { h1, annotations, zJoined, h: hSteps, forwardSteps, backwardZeros, hZJoined, sourceMaskT: sourceMaskTSteps, h2: backwardHSteps, backwardSteps, x, newProduct: productSteps, joined: forwardZJoined, newProduct2: backwardProductSteps, backwardZJoined, forwardHNext: hNextSteps } = annotate(p.read.Annotate, batch.n, batch.inputs.tokens, sourceMask, true);
  const { logits, zJoined: sZJoined, joined: gruZJoined, keepStepsT, sum, sStacked, contextStacked, eRows, productRows, s: sSteps, translateSteps, weights: weightsSteps, keysT, tanh2: tanh, joined2: joinedSteps, product: translateProductSteps, keysRows } = translateInputsTraining(p.Translate, batch.n, random, batch.inputs.y, h1, annotations, sourceMask, 'Translate.logits.Readout.dropout#0');
  const { loss, mean: exact, targetLengthsAsFloat, targetMask, logSoftmax } = translation(batch.n, batch.lengths.target, logits, batch.inputs["y'"], zero);
  rt.dispose(annotations, logits);
  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const dLogits = tf.tidy(() => {
    const negative = tf.neg(rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, targetLengthsAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, target, 1]));
    return tf.sub(rt.scatter(batch.inputs["y'"], negative, characters, 2), product);
  });
  const { gradients: dReadout, UProduct, CProduct, VProduct } = readoutBackward(p.Translate.logits.Readout, batch.n, dLogits, keepStepsT, sum, sStacked, contextStacked, eRows, productRows);
  rt.dispose(targetLengthsAsFloat, targetMask, logSoftmax, keepStepsT, sum, contextStacked, eRows, productRows, dLogits);
  // std/attention.attn:3  param W: [align <- q], U: [align <- k], v: [align]
  const vRows = tf.reshape(p.Translate.context.Scored.Additive.v, [align]);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zJoinedT = tf.transpose(sZJoined, [1, 0]);
  rt.dispose(sZJoined);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const UT = tf.transpose(p.Translate.s.GRU.U, [1, 0]);
  const joinedT = tf.tidy(() => tf.transpose(tf.concat([p.Translate.s.GRU.W, gruZJoined], 1), [1, 0]));
  rt.dispose(gruZJoined);
  // std/attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const WT = tf.transpose(p.Translate.context.Scored.Additive.W, [1, 0]);
  const sStepsRows = tf.reshape(sStacked, [batchSize * target, units]);
  rt.dispose(sStacked);
  // model.attn:57  Translate(read.annotations, read.h1)
  const dSNextFirst = tf.fill([batchSize, units], 0);
  const stateFirst = tf.fill([batchSize, source, align], 0);
  const UProductSteps = tf.tidy(() => tf.unstack(tf.transpose(UProduct, [1, 0, 2])));
  const CProductSteps = tf.tidy(() => tf.unstack(tf.transpose(CProduct, [1, 0, 2])));
  rt.dispose(UProduct, CProduct);
  const translateRows = new Array<TranslateRow>(target);
  let dSNext: tf.Tensor = dSNextFirst;
  let state: tf.Tensor = stateFirst;
  for (let t = target - 1; t >= 0; t--) {
    const step = translateSteps[t]!;
    const { newTanhGradient, zJoined: translateZJoined, newSum, zProduct, newProduct } = gruBackward(dSNext, step.difference, step.z, step.new, UT, sSteps[t]!, step.r, zJoinedT, joinedT);
    rt.dispose(dSNext);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextPart = tf.slice(newProduct, [0, embed], [-1, 2 * hidden]);
    // model.attn:48  context = Scored[align, places](s, annotations)
    const dContext = tf.add(CProductSteps[t]!, sNextPart);
    const { scoreProduct, product: contextScoreProduct, WProduct, scoreProduct2: additiveScoreProduct } = additiveBackward(batch.n, step.scoreTanh, dContext, keysT, weightsSteps[t]!, sourceMask, vRows, WT);
    rt.dispose(sNextPart);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextSum = tf.add(UProductSteps[t]!, newSum);
    const dE = tf.slice(newProduct, [0, 0], [-1, embed]);
    rt.dispose(newSum, newProduct);
    // model.attn:57  Translate(read.annotations, read.h1)
    const dS = tf.tidy(() => tf.add(tf.add(sNextSum, zProduct), WProduct));
    const stateNext = tf.add(state, additiveScoreProduct);
    rt.dispose(zProduct, WProduct, sNextSum, additiveScoreProduct, state);
    translateRows[t] = { zJoined: translateZJoined, newTanhGradient, scoreProduct, contextScoreProduct, dE, dContext };
    dSNext = dS;
    state = stateNext;
  }
  const translateStacks = rt.stacked(translateRows);
  rt.dispose(sourceMask, sSteps, translateSteps, keysT, zJoinedT, UT, joinedT, WT, UProductSteps, CProductSteps);
  const weightsStacked = tf.stack(weightsSteps);
  const product = tf.mul(state, vRows);
  rt.dispose(weightsSteps, vRows, state);
  const joinedStacked = tf.stack(joinedSteps);
  rt.dispose(joinedSteps);
  const productStacked = tf.stack(translateProductSteps);
  const { gradients: dAdditive, UProduct: scoreUProduct } = additiveGradients(p.Translate.context.Scored.Additive, batch.n, translateStacks.contextScoreProduct, product, sStepsRows, keysRows, translateStacks.scoreProduct);
  rt.dispose(translateProductSteps, keysRows, product, translateStacks.contextScoreProduct, translateStacks.scoreProduct);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const tanhGradient = rt.tanhGradient(dSNext, tanh);
  const dH1 = tf.matMul(tanhGradient, p.Translate.W0, false, true);
  const dW0 = tf.matMul(h1, tanhGradient, true);
  rt.dispose(tanh, dSNext, h1, tanhGradient);
  // std/attention.attn:6  sum[key](weights * keys)
  const dContext = tf.tidy(() =>
    tf.matMul(tf.transpose(translateStacks.dContext, [1, 2, 0]), tf.transpose(weightsStacked, [1, 0, 2])),
  );
  rt.dispose(translateStacks.dContext, weightsStacked);
  // std/attention.attn:64  additive { Additive[align](query, keys) }
  const dAnnotations = tf.tidy(() => tf.add(dContext, tf.transpose(scoreUProduct, [0, 2, 1])));
  rt.dispose(scoreUProduct, dContext);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const dForward = tf.slice(dAnnotations, [0, 0, 0], [-1, hidden, -1]);
  const dBackward = tf.tidy(() => {
    const part = tf.slice(dAnnotations, [0, hidden, 0], [-1, hidden, -1]);
    return tf.add(part, tf.transpose(rt.scatter(zero, dH1, source), [1, 2, 0]));
  });
  rt.dispose(zero, dH1, dAnnotations);
  // std/cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newUT = tf.transpose(p.read.Annotate.forward.h.GRU.U, [1, 0]);
  const gRUUT = tf.transpose(p.read.Annotate.backward.h.GRU.U, [1, 0]);
  // model.attn:47  e = table[y]
  const dE = tf.tidy(() =>
    tf.add(tf.reshape(VProduct, [batchSize, target, embed]), tf.transpose(translateStacks.dE, [1, 0, 2])),
  );
  const dTable = rt.scatter(batch.inputs.y, dE, characters);
  rt.dispose(VProduct, translateStacks.dE, dE);
  // std/cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const hZJoinedT = tf.transpose(zJoined, [1, 0]);
  const zHZJoinedT = tf.transpose(hZJoined, [1, 0]);
  const xRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * source, embed]));
  rt.dispose(zJoined, hZJoined, x);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const dBackwardSteps = tf.tidy(() => tf.unstack(tf.transpose(dBackward, [2, 0, 1])));
  rt.dispose(dBackward);
  const backwardRows: BackwardRow[] = [];
  let dH: tf.Tensor = tf.clone(backwardZeros);
  for (let t = 0; t < source; t++) {
    const step = backwardSteps[t]!;
    const isGreaterWide = tf.reshape(sourceMaskTSteps[t]!, [batchSize, 1]);
    const dHNext = tf.tidy(() => tf.add(dBackwardSteps[t]!, rt.where(isGreaterWide, dH, 0)));
    const { zJoined: readZJoined, newTanhGradient, zProduct, newSum } = gruBackward2(dHNext, step.z, step.difference, step.new, gRUUT, step.r, backwardHSteps[t]!, zHZJoinedT);
    const readDH = tf.tidy(() => tf.add(tf.add(rt.where(isGreaterWide, 0, dH), newSum), zProduct));
    rt.dispose(dHNext, isGreaterWide, zProduct, newSum, dH);
    backwardRows.push({ newTanhGradient, zJoined: readZJoined });
    dH = readDH;
  }
  const backwardStacks = rt.stacked(backwardRows);
  rt.dispose(sourceMaskTSteps, backwardSteps, gRUUT, zHZJoinedT, dBackwardSteps, dH);
  const hStacked = tf.stack(backwardHSteps);
  const backwardProductStacked = tf.stack(backwardProductSteps);
  rt.dispose(backwardHSteps, backwardProductSteps);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const dForwardSteps = tf.tidy(() => tf.unstack(tf.transpose(dForward, [2, 0, 1])));
  rt.dispose(dForward);
  const forwardRows = new Array<ForwardRow>(source);
  let readDH: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const step = forwardSteps[t]!;
    const dHNext = tf.add(readDH, dForwardSteps[t]!);
    const { zJoined: readZJoined, newTanhGradient, zProduct, newSum } = gruBackward2(dHNext, step.z, step.difference, step.new, newUT, step.r, hSteps[t]!, hZJoinedT);
    const annotateDH = tf.add(zProduct, newSum);
    rt.dispose(readDH, dHNext, zProduct, newSum);
    forwardRows[t] = { newTanhGradient, zJoined: readZJoined };
    readDH = annotateDH;
  }
  const forwardStacks = rt.stacked(forwardRows);
  rt.dispose(forwardSteps, newUT, hZJoinedT, dForwardSteps, readDH);
  const forwardHStacked = tf.stack(hSteps);
  rt.dispose(backwardZeros, hNextSteps);
  const forwardProductStacked = tf.stack(productSteps);
  const dGRU = gruGradients(batch.n, productStacked, translateStacks.newTanhGradient, joinedStacked, translateStacks.zJoined, sStepsRows);
  rt.dispose(productSteps, sStepsRows, translateStacks.zJoined, joinedStacked, translateStacks.newTanhGradient);
  rt.dispose(productStacked);
  const { gradients: dHGRU, zSum } = gruGradients2(p.read.Annotate.forward.h.GRU, batch.n, forwardStacks.zJoined, forwardStacks.newTanhGradient, forwardProductStacked, forwardHStacked, xRows, forwardZJoined);
  rt.dispose(forwardZJoined, forwardStacks.newTanhGradient, forwardStacks.zJoined, forwardHStacked);
  rt.dispose(forwardProductStacked);
  const { gradients: dBackwardHGRU, zSum: hZSum } = gruGradients2(p.read.Annotate.backward.h.GRU, batch.n, backwardStacks.zJoined, backwardStacks.newTanhGradient, backwardProductStacked, hStacked, xRows, backwardZJoined);
  rt.dispose(backwardZJoined, xRows, backwardStacks.newTanhGradient, backwardStacks.zJoined, hStacked);
  rt.dispose(backwardProductStacked);
  // model.attn:27  x = table[tokens]
  const dX = tf.add(zSum, hZSum);
  const dAnnotateTable = rt.scatter(batch.inputs.tokens, dX, words);
  rt.dispose(zSum, hZSum, dX);
  return {
    loss,
    metrics: { exact },
    gradients: {
      'read.Annotate.table': dAnnotateTable,
      ...rt.below('read.Annotate.forward.h.GRU', dHGRU),
      ...rt.below('read.Annotate.backward.h.GRU', dBackwardHGRU),
      'Translate.table': dTable,
      'Translate.W0': dW0,
      ...rt.below('Translate.context.Scored.Additive', dAdditive),
      ...rt.below('Translate.s.GRU', dGRU),
      ...rt.below('Translate.logits.Readout', dReadout),
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslatorMemory = { readonly keyMask: tf.Tensor; readonly UProduct: tf.Tensor; readonly annotations: tf.Tensor; readonly joined: tf.Tensor; readonly joined2: tf.Tensor; readonly joined3: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslatorState = { readonly s: tf.Tensor };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function translatorPrepare(p: TranslatorParameters, batch: TranslatorBatch): { readonly memory: TranslatorMemory; readonly state: TranslatorState } {
  const { batch: batchSize, source, units } = batch.n;
  // std/attention.attn:5  weights = softmax[key](score)
  const keyMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const { h1, annotations, zJoined, backwardZeros, hZJoined, sourceMaskT: keyMaskTSteps, x, joined: forwardZJoined, backwardZJoined, forwardHNext: hNextSteps } = annotate(p.read.Annotate, batch.n, batch.inputs.tokens, keyMask, false);
  rt.dispose(zJoined, backwardZeros, hZJoined, keyMaskTSteps, x, forwardZJoined, backwardZJoined, hNextSteps);
  const { zJoined: joined, joined: joined2, zJoined2: joined3 } = gruInputs2(p.Translate.s.GRU);
  const { UProduct, keysT, keysRows } = additiveInputs(p.Translate.context.Scored.Additive, batch.n, annotations);
  rt.dispose(annotations, keysRows);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const s = tf.tidy(() => tf.reshape(tf.tanh(tf.matMul(h1, p.Translate.W0)), [batchSize, 1, units]));
  rt.dispose(h1);
  return { memory: { keyMask, UProduct, annotations: keysT, joined, joined2, joined3 }, state: { s } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function translatorStep(p: TranslatorParameters, batch: TranslatorBatch, memory: TranslatorMemory, state: TranslatorState, previous: tf.Tensor2D, _t: number): { readonly logits: tf.Tensor3D; readonly taps: { readonly weights: tf.Tensor }; readonly state: TranslatorState } {
  const { batch: batchSize, source } = batch.n;
  const beam = previous.shape[1];
  const { logitsShaped: logits, sNextShaped: s, weightsShaped: weights } = translateStep(p.Translate, batch.n, state.s, previous, memory.UProduct, memory.keyMask, memory.annotations, memory.joined, memory.joined2, memory.joined3, batchSize * beam, beam, batchSize * beam * source);
  return { logits: logits as tf.Tensor3D, taps: { weights }, state: { s } };
}

/** What a call of GRU has. */
const gruParameters = (path: string, hidden: number, input: number): readonly rt.ParameterSpec[] => [
  { path: `${path}.Wz`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Wr`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.W`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Uz`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.Ur`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.U`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.bz`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
  { path: `${path}.br`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
  { path: `${path}.b`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
];

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
  parameters: (n: TranslatorSizes) => [
    { path: 'read.Annotate.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
    ...gruParameters('read.Annotate.forward.h.GRU', n.hidden, n.embed),
    ...gruParameters('read.Annotate.backward.h.GRU', n.hidden, n.embed),
    { path: 'Translate.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
    { path: 'Translate.W0', axes: [{ label: 'units', size: n.units }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Translate.context.Scored.Additive.W', axes: [{ label: 'align', size: n.align }, { label: 'q', size: n.units }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Translate.context.Scored.Additive.U', axes: [{ label: 'align', size: n.align }, { label: 'k', size: 2 * n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Translate.context.Scored.Additive.v', axes: [{ label: 'align', size: n.align }], outs: 1, stored: [[0], []], init: { kind: 'glorot' } },
    ...gruParameters('Translate.s.GRU', n.units, n.embed + 2 * n.hidden),
    { path: 'Translate.logits.Readout.U', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'units', size: n.units }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Translate.logits.Readout.V', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'embed', size: n.embed }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Translate.logits.Readout.C', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'annotation', size: 2 * n.hidden }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Translate.logits.Readout.W', axes: [{ label: 'characters', size: n.characters }, { label: 'maxout', size: n.maxout }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  ],
  inputs: (n: TranslatorSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'characters', dim: null }] },
    weights: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'source', dim: 'source' }] },
  },
  forward: translatorForward,
  objectives: [
    {
      name: 'Translation',
      given: (n: TranslatorSizes) => [{ name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'characters', size: n.characters } }],
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
  graphs: { file: new URL('model.graphs.json', import.meta.url), model: 0 },
};

export class Translator extends rt.GenerativeModel<TranslatorDims, TranslatorInput, TranslatorTarget> {
  constructor(options: rt.ModelOptions<TranslatorDims> = {}) {
    super(translatorDefinition, options);
  }
}
