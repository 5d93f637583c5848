/**
 * Compiled by attnc from model.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Seq2Seq that its constructor may be given. */
export type Seq2SeqDims = {
  /** `words`, `characters`: Characters read and written. Default 972. */
  readonly words: number;
  /** Default 14. */
  readonly characters: number;
  /** `embed`, `hidden`: Sizes of the layers. Default 48. */
  readonly embed: number;
  /** Default 160. */
  readonly hidden: number;
};

/** One example of Seq2Seq. */
export interface Seq2SeqInput {
  /** `index(words)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface Seq2SeqTarget {
  /** `index(characters)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type Seq2SeqSizes = {
  readonly words: number;
  readonly characters: number;
  readonly embed: number;
  readonly hidden: number;
  readonly batch: number;
  readonly source: number;
  readonly target: number;
};

/** Parameters by path. */
type Seq2SeqParameters = {
  readonly 'read.Read.table': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Wi': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Wf': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Wo': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Wg': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Ui': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Uf': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Uo': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.Ug': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.bi': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.bo': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.bg': tf.Tensor;
  readonly 'read.Read.run.h_c.LSTM.bf': tf.Tensor;
  readonly 'Write.table': tf.Tensor;
  readonly 'Write.h_c.LSTM.Wi': tf.Tensor;
  readonly 'Write.h_c.LSTM.Wf': tf.Tensor;
  readonly 'Write.h_c.LSTM.Wo': tf.Tensor;
  readonly 'Write.h_c.LSTM.Wg': tf.Tensor;
  readonly 'Write.h_c.LSTM.Ui': tf.Tensor;
  readonly 'Write.h_c.LSTM.Uf': tf.Tensor;
  readonly 'Write.h_c.LSTM.Uo': tf.Tensor;
  readonly 'Write.h_c.LSTM.Ug': tf.Tensor;
  readonly 'Write.h_c.LSTM.bi': tf.Tensor;
  readonly 'Write.h_c.LSTM.bo': tf.Tensor;
  readonly 'Write.h_c.LSTM.bg': tf.Tensor;
  readonly 'Write.h_c.LSTM.bf': tf.Tensor;
  readonly 'Write.logits.Linear.W': tf.Tensor;
  readonly 'Write.logits.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type Seq2SeqBatch = {
  readonly n: Seq2SeqSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type Seq2SeqResults = { readonly logits: tf.Tensor };

/** The outputs of Seq2Seq, batch first. */
function seq2SeqForward(p: Seq2SeqParameters, batch: Seq2SeqBatch): Seq2SeqResults {
  const { batch: batchSize, characters, embed, hidden, source, target } = batch.n;

  // model.attn:20  run = scan source reversed with xt = x {
  const runFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oWoT = tf.transpose(p['read.Read.run.h_c.LSTM.Wo'], [1, 0]);
  const oProduct = tf.matMul(oXRows, oWoT);
  const oProduct2 = tf.reshape(oProduct, [batchSize, source, hidden]);
  rt.dispose(x, oWoT, oProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum = tf.add(oProduct2, p['read.Read.run.h_c.LSTM.bo']);
  rt.dispose(oProduct2);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT = tf.transpose(p['read.Read.run.h_c.LSTM.Wf'], [1, 0]);
  const fProduct = tf.matMul(oXRows, fWfT);
  const fProduct2 = tf.reshape(fProduct, [batchSize, source, hidden]);
  rt.dispose(fWfT, fProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum2 = tf.add(fProduct2, p['read.Read.run.h_c.LSTM.bf']);
  rt.dispose(fProduct2);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT = tf.transpose(p['read.Read.run.h_c.LSTM.Wi'], [1, 0]);
  const iProduct = tf.matMul(oXRows, iWiT);
  const iProduct2 = tf.reshape(iProduct, [batchSize, source, hidden]);
  rt.dispose(iWiT, iProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum3 = tf.add(iProduct2, p['read.Read.run.h_c.LSTM.bi']);
  rt.dispose(iProduct2);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT = tf.transpose(p['read.Read.run.h_c.LSTM.Wg'], [1, 0]);
  const gProduct = tf.matMul(oXRows, gWgT);
  const gProduct2 = tf.reshape(gProduct, [batchSize, source, hidden]);
  rt.dispose(oXRows, gWgT, gProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum4 = tf.add(gProduct2, p['read.Read.run.h_c.LSTM.bg']);
  rt.dispose(gProduct2);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT = tf.transpose(p['read.Read.run.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT = tf.transpose(p['read.Read.run.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT = tf.transpose(p['read.Read.run.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT = tf.transpose(p['read.Read.run.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:20  run = scan source reversed with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  rt.dispose(isGreater, sum, sum2, sum3);
  const runSumT4 = tf.transpose(sum4, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sumSteps = tf.unstack(runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  rt.dispose(sum4, runIsGreaterT, runSumT, runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  const sumSteps4 = tf.unstack(runSumT4);
  rt.dispose(runSumT3, runSumT4);

  const productSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let runState: tf.Tensor = runFilled;
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;
    const sumAt4 = sumSteps4[t]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct3 = tf.matMul(runState, oUoT);
    const oSum = tf.add(sumAt, oProduct3);
    const o = tf.sigmoid(oSum);
    rt.dispose(oProduct3, oSum);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct3 = tf.matMul(runState, fUfT);
    const fSum = tf.add(sumAt2, fProduct3);
    const f = tf.sigmoid(fSum);
    rt.dispose(fProduct3, fSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(f, runState2);
    rt.dispose(f);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct3 = tf.matMul(runState, iUiT);
    const iSum = tf.add(sumAt3, iProduct3);
    const i = tf.sigmoid(iSum);
    rt.dispose(iProduct3, iSum);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct3 = tf.matMul(runState, gUgT);
    const gSum = tf.add(sumAt4, gProduct3);
    const g = tf.tanh(gSum);
    rt.dispose(gProduct3, gSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(i, g);
    const new_ = tf.add(newProduct, newProduct2);
    rt.dispose(i, g, newProduct, newProduct2);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const product = tf.mul(o, tanh);
    rt.dispose(o, tanh);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, product, runState);
    const chosen2 = rt.where(valueWide, new_, runState2);
    rt.dispose(runState, valueWide, runState2);
    productSteps[t] = product;
    newSteps[t] = new_;
    runState = chosen;
    runState2 = chosen2;
  }
  rt.dispose(oUoT, fUfT, iUiT, gUgT, isGreaterSteps, sumSteps, sumSteps2, sumSteps3, sumSteps4, runState, runState2);
  const productStacked = tf.stack(productSteps);
  rt.dispose(productSteps);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const place = tf.slice(productStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  const newStacked = tf.stack(newSteps);
  const place2 = tf.slice(newStacked, [0, 0, 0], [1, -1, -1]);
  rt.dispose(productStacked, place, newSteps, newStacked);
  const picked2 = tf.reshape(place2, [batchSize, hidden]);
  rt.dispose(place2);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oWoT2 = tf.transpose(p['Write.h_c.LSTM.Wo'], [1, 0]);
  const oProduct4 = tf.matMul(oPickedRows, oWoT2);
  const oProduct5 = tf.reshape(oProduct4, [batchSize, target, hidden]);
  rt.dispose(picked3, oWoT2, oProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum5 = tf.add(oProduct5, p['Write.h_c.LSTM.bo']);
  rt.dispose(oProduct5);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT2 = tf.transpose(p['Write.h_c.LSTM.Wf'], [1, 0]);
  const fProduct4 = tf.matMul(oPickedRows, fWfT2);
  const fProduct5 = tf.reshape(fProduct4, [batchSize, target, hidden]);
  rt.dispose(fWfT2, fProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum6 = tf.add(fProduct5, p['Write.h_c.LSTM.bf']);
  rt.dispose(fProduct5);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT2 = tf.transpose(p['Write.h_c.LSTM.Wi'], [1, 0]);
  const iProduct4 = tf.matMul(oPickedRows, iWiT2);
  const iProduct5 = tf.reshape(iProduct4, [batchSize, target, hidden]);
  rt.dispose(iWiT2, iProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum7 = tf.add(iProduct5, p['Write.h_c.LSTM.bi']);
  rt.dispose(iProduct5);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT2 = tf.transpose(p['Write.h_c.LSTM.Wg'], [1, 0]);
  const gProduct4 = tf.matMul(oPickedRows, gWgT2);
  const gProduct5 = tf.reshape(gProduct4, [batchSize, target, hidden]);
  rt.dispose(oPickedRows, gWgT2, gProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum8 = tf.add(gProduct5, p['Write.h_c.LSTM.bg']);
  rt.dispose(gProduct5);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT2 = tf.transpose(p['Write.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT2 = tf.transpose(p['Write.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT2 = tf.transpose(p['Write.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT2 = tf.transpose(p['Write.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:37  Write(read.h, read.c)
  const sumT = tf.transpose(sum5, [1, 0, 2]);
  const sumT2 = tf.transpose(sum6, [1, 0, 2]);
  const sumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumT4 = tf.transpose(sum8, [1, 0, 2]);
  rt.dispose(sum5, sum6, sum7, sum8);
  const sumSteps5 = tf.unstack(sumT);
  const sumSteps6 = tf.unstack(sumT2);
  const sumSteps7 = tf.unstack(sumT3);
  const sumSteps8 = tf.unstack(sumT4);
  rt.dispose(sumT, sumT2, sumT3, sumT4);

  const productSteps2: tf.Tensor[] = [];
  let state: tf.Tensor = picked;
  let state2: tf.Tensor = picked2;
  for (let t2 = 0; t2 < target; t2++) {
    const sumAt5 = sumSteps5[t2]!;
    const sumAt6 = sumSteps6[t2]!;
    const sumAt7 = sumSteps7[t2]!;
    const sumAt8 = sumSteps8[t2]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct6 = tf.matMul(state, oUoT2);
    const oSum2 = tf.add(sumAt5, oProduct6);
    const o2 = tf.sigmoid(oSum2);
    rt.dispose(oProduct6, oSum2);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct6 = tf.matMul(state, fUfT2);
    const fSum2 = tf.add(sumAt6, fProduct6);
    const f2 = tf.sigmoid(fSum2);
    rt.dispose(fProduct6, fSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct3 = tf.mul(f2, state2);
    rt.dispose(f2, state2);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct6 = tf.matMul(state, iUiT2);
    const iSum2 = tf.add(sumAt7, iProduct6);
    const i2 = tf.sigmoid(iSum2);
    rt.dispose(iProduct6, iSum2);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct6 = tf.matMul(state, gUgT2);
    const gSum2 = tf.add(sumAt8, gProduct6);
    const g2 = tf.tanh(gSum2);
    rt.dispose(gProduct6, gSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct4 = tf.mul(i2, g2);
    const new3 = tf.add(newProduct3, newProduct4);
    rt.dispose(i2, g2, newProduct3, newProduct4);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh2 = tf.tanh(new3);
    const product2 = tf.mul(o2, tanh2);
    rt.dispose(o2, tanh2);
    productSteps2.push(product2);
    state = product2;
    state2 = new3;
  }
  rt.dispose(picked, oUoT2, fUfT2, iUiT2, gUgT2, sumSteps5, sumSteps6, sumSteps7, sumSteps8, state2);
  const productStacked2 = tf.stack(productSteps2);
  rt.dispose(productSteps2);

  // layers.attn:4  W @ x + b
  const productStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, hidden]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product3 = tf.matMul(productStepsRows, WT);
  rt.dispose(productStacked2, productStepsT, productStepsRows, WT);
  const product4 = tf.reshape(product3, [batchSize, target, characters]);
  const sum9 = tf.add(product4, p['Write.logits.Linear.b']);
  rt.dispose(product3, product4);
  return { logits: sum9 };
}

/** What seq2SeqLoss gives. */
type Seq2SeqLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function seq2SeqLoss(p: Seq2SeqParameters, batch: Seq2SeqBatch): Seq2SeqLossResults {
  const { batch: batchSize, characters, embed, hidden, source, target } = batch.n;

  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:20  run = scan source reversed with xt = x {
  const runFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oWoT = tf.transpose(p['read.Read.run.h_c.LSTM.Wo'], [1, 0]);
  const oProduct = tf.matMul(oXRows, oWoT);
  const oProduct2 = tf.reshape(oProduct, [batchSize, source, hidden]);
  rt.dispose(x, oWoT, oProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum = tf.add(oProduct2, p['read.Read.run.h_c.LSTM.bo']);
  rt.dispose(oProduct2);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT = tf.transpose(p['read.Read.run.h_c.LSTM.Wf'], [1, 0]);
  const fProduct = tf.matMul(oXRows, fWfT);
  const fProduct2 = tf.reshape(fProduct, [batchSize, source, hidden]);
  rt.dispose(fWfT, fProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum2 = tf.add(fProduct2, p['read.Read.run.h_c.LSTM.bf']);
  rt.dispose(fProduct2);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT = tf.transpose(p['read.Read.run.h_c.LSTM.Wi'], [1, 0]);
  const iProduct = tf.matMul(oXRows, iWiT);
  const iProduct2 = tf.reshape(iProduct, [batchSize, source, hidden]);
  rt.dispose(iWiT, iProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum3 = tf.add(iProduct2, p['read.Read.run.h_c.LSTM.bi']);
  rt.dispose(iProduct2);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT = tf.transpose(p['read.Read.run.h_c.LSTM.Wg'], [1, 0]);
  const gProduct = tf.matMul(oXRows, gWgT);
  const gProduct2 = tf.reshape(gProduct, [batchSize, source, hidden]);
  rt.dispose(oXRows, gWgT, gProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum4 = tf.add(gProduct2, p['read.Read.run.h_c.LSTM.bg']);
  rt.dispose(gProduct2);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT = tf.transpose(p['read.Read.run.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT = tf.transpose(p['read.Read.run.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT = tf.transpose(p['read.Read.run.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT = tf.transpose(p['read.Read.run.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:20  run = scan source reversed with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  rt.dispose(isGreater, sum, sum2, sum3);
  const runSumT4 = tf.transpose(sum4, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sumSteps = tf.unstack(runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  rt.dispose(sum4, runIsGreaterT, runSumT, runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  const sumSteps4 = tf.unstack(runSumT4);
  rt.dispose(runSumT3, runSumT4);

  const productSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let runState: tf.Tensor = runFilled;
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;
    const sumAt4 = sumSteps4[t]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct3 = tf.matMul(runState, oUoT);
    const oSum = tf.add(sumAt, oProduct3);
    const o = tf.sigmoid(oSum);
    rt.dispose(oProduct3, oSum);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct3 = tf.matMul(runState, fUfT);
    const fSum = tf.add(sumAt2, fProduct3);
    const f = tf.sigmoid(fSum);
    rt.dispose(fProduct3, fSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(f, runState2);
    rt.dispose(f);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct3 = tf.matMul(runState, iUiT);
    const iSum = tf.add(sumAt3, iProduct3);
    const i = tf.sigmoid(iSum);
    rt.dispose(iProduct3, iSum);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct3 = tf.matMul(runState, gUgT);
    const gSum = tf.add(sumAt4, gProduct3);
    const g = tf.tanh(gSum);
    rt.dispose(gProduct3, gSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(i, g);
    const new_ = tf.add(newProduct, newProduct2);
    rt.dispose(i, g, newProduct, newProduct2);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const product = tf.mul(o, tanh);
    rt.dispose(o, tanh);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, product, runState);
    const chosen2 = rt.where(valueWide, new_, runState2);
    rt.dispose(runState, valueWide, runState2);
    productSteps[t] = product;
    newSteps[t] = new_;
    runState = chosen;
    runState2 = chosen2;
  }
  rt.dispose(oUoT, fUfT, iUiT, gUgT, isGreaterSteps, sumSteps, sumSteps2, sumSteps3, sumSteps4, runState, runState2);
  const productStacked = tf.stack(productSteps);
  rt.dispose(productSteps);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const place = tf.slice(productStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  const newStacked = tf.stack(newSteps);
  const place2 = tf.slice(newStacked, [0, 0, 0], [1, -1, -1]);
  rt.dispose(productStacked, place, newSteps, newStacked);
  const picked2 = tf.reshape(place2, [batchSize, hidden]);
  rt.dispose(place2);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oWoT2 = tf.transpose(p['Write.h_c.LSTM.Wo'], [1, 0]);
  const oProduct4 = tf.matMul(oPickedRows, oWoT2);
  const oProduct5 = tf.reshape(oProduct4, [batchSize, target, hidden]);
  rt.dispose(picked3, oWoT2, oProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum5 = tf.add(oProduct5, p['Write.h_c.LSTM.bo']);
  rt.dispose(oProduct5);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT2 = tf.transpose(p['Write.h_c.LSTM.Wf'], [1, 0]);
  const fProduct4 = tf.matMul(oPickedRows, fWfT2);
  const fProduct5 = tf.reshape(fProduct4, [batchSize, target, hidden]);
  rt.dispose(fWfT2, fProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum6 = tf.add(fProduct5, p['Write.h_c.LSTM.bf']);
  rt.dispose(fProduct5);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT2 = tf.transpose(p['Write.h_c.LSTM.Wi'], [1, 0]);
  const iProduct4 = tf.matMul(oPickedRows, iWiT2);
  const iProduct5 = tf.reshape(iProduct4, [batchSize, target, hidden]);
  rt.dispose(iWiT2, iProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum7 = tf.add(iProduct5, p['Write.h_c.LSTM.bi']);
  rt.dispose(iProduct5);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT2 = tf.transpose(p['Write.h_c.LSTM.Wg'], [1, 0]);
  const gProduct4 = tf.matMul(oPickedRows, gWgT2);
  const gProduct5 = tf.reshape(gProduct4, [batchSize, target, hidden]);
  rt.dispose(oPickedRows, gWgT2, gProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum8 = tf.add(gProduct5, p['Write.h_c.LSTM.bg']);
  rt.dispose(gProduct5);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT2 = tf.transpose(p['Write.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT2 = tf.transpose(p['Write.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT2 = tf.transpose(p['Write.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT2 = tf.transpose(p['Write.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:37  Write(read.h, read.c)
  const sumT = tf.transpose(sum5, [1, 0, 2]);
  const sumT2 = tf.transpose(sum6, [1, 0, 2]);
  const sumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumT4 = tf.transpose(sum8, [1, 0, 2]);
  rt.dispose(sum5, sum6, sum7, sum8);
  const sumSteps5 = tf.unstack(sumT);
  const sumSteps6 = tf.unstack(sumT2);
  const sumSteps7 = tf.unstack(sumT3);
  const sumSteps8 = tf.unstack(sumT4);
  rt.dispose(sumT, sumT2, sumT3, sumT4);

  const productSteps2: tf.Tensor[] = [];
  let state: tf.Tensor = picked;
  let state2: tf.Tensor = picked2;
  for (let t2 = 0; t2 < target; t2++) {
    const sumAt5 = sumSteps5[t2]!;
    const sumAt6 = sumSteps6[t2]!;
    const sumAt7 = sumSteps7[t2]!;
    const sumAt8 = sumSteps8[t2]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct6 = tf.matMul(state, oUoT2);
    const oSum2 = tf.add(sumAt5, oProduct6);
    const o2 = tf.sigmoid(oSum2);
    rt.dispose(oProduct6, oSum2);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct6 = tf.matMul(state, fUfT2);
    const fSum2 = tf.add(sumAt6, fProduct6);
    const f2 = tf.sigmoid(fSum2);
    rt.dispose(fProduct6, fSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct3 = tf.mul(f2, state2);
    rt.dispose(f2, state2);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct6 = tf.matMul(state, iUiT2);
    const iSum2 = tf.add(sumAt7, iProduct6);
    const i2 = tf.sigmoid(iSum2);
    rt.dispose(iProduct6, iSum2);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct6 = tf.matMul(state, gUgT2);
    const gSum2 = tf.add(sumAt8, gProduct6);
    const g2 = tf.tanh(gSum2);
    rt.dispose(gProduct6, gSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct4 = tf.mul(i2, g2);
    const new3 = tf.add(newProduct3, newProduct4);
    rt.dispose(i2, g2, newProduct3, newProduct4);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh2 = tf.tanh(new3);
    const product2 = tf.mul(o2, tanh2);
    rt.dispose(o2, tanh2);
    productSteps2.push(product2);
    state = product2;
    state2 = new3;
  }
  rt.dispose(picked, oUoT2, fUfT2, iUiT2, gUgT2, sumSteps5, sumSteps6, sumSteps7, sumSteps8, state2);
  const productStacked2 = tf.stack(productSteps2);
  rt.dispose(productSteps2);

  // layers.attn:4  W @ x + b
  const productStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const productStepsRows = tf.reshape(productStepsT, [batchSize * target, hidden]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product3 = tf.matMul(productStepsRows, WT);
  rt.dispose(productStacked2, productStepsT, productStepsRows, WT);
  const product4 = tf.reshape(product3, [batchSize, target, characters]);
  const sum9 = tf.add(product4, p['Write.logits.Linear.b']);
  rt.dispose(product3, product4);

  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(sum9);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  rt.dispose(lossLogWeights, lossPicked, lossNegative, lossChosen);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossTotal, lossLossAsFloat, lossQuotient);

  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(sum9, 2);
  const isEqual = tf.equal(best, batch.inputs["y'"]);
  const either = tf.logicalOr(negation, isEqual);
  rt.dispose(lossIsGreater, sum9, best, negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(either);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number2 = tf.scalar(0, 'int32');

  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen3 = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen3, 'float32');
  rt.dispose(all, number, number2, chosen3);
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(chosenAsFloat);
  return {
    loss,
    metrics: { exact: mean },
  };
}

/** What seq2SeqGradients gives. */
type Seq2SeqGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
  readonly gradients: Seq2SeqParameters;
};

/** Translation: as the loss, dropout on, and its gradient by every parameter. */
function seq2SeqGradients(p: Seq2SeqParameters, batch: Seq2SeqBatch, random: rt.Random): Seq2SeqGradientsResults {
  const { batch: batchSize, characters, embed, hidden, source, target, words } = batch.n;

  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossLossWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, lossLossWide);

  // model.attn:20  run = scan source reversed with xt = x {
  const runFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oWoT = tf.transpose(p['read.Read.run.h_c.LSTM.Wo'], [1, 0]);
  const oProduct = tf.matMul(oXRows, oWoT);
  const oProduct2 = tf.reshape(oProduct, [batchSize, source, hidden]);
  rt.dispose(oWoT, oProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum = tf.add(oProduct2, p['read.Read.run.h_c.LSTM.bo']);
  rt.dispose(oProduct2);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT = tf.transpose(p['read.Read.run.h_c.LSTM.Wf'], [1, 0]);
  const fProduct = tf.matMul(oXRows, fWfT);
  const fProduct2 = tf.reshape(fProduct, [batchSize, source, hidden]);
  rt.dispose(fWfT, fProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum2 = tf.add(fProduct2, p['read.Read.run.h_c.LSTM.bf']);
  rt.dispose(fProduct2);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT = tf.transpose(p['read.Read.run.h_c.LSTM.Wi'], [1, 0]);
  const iProduct = tf.matMul(oXRows, iWiT);
  const iProduct2 = tf.reshape(iProduct, [batchSize, source, hidden]);
  rt.dispose(iWiT, iProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum3 = tf.add(iProduct2, p['read.Read.run.h_c.LSTM.bi']);
  rt.dispose(iProduct2);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT = tf.transpose(p['read.Read.run.h_c.LSTM.Wg'], [1, 0]);
  const gProduct = tf.matMul(oXRows, gWgT);
  const gProduct2 = tf.reshape(gProduct, [batchSize, source, hidden]);
  rt.dispose(oXRows, gWgT, gProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum4 = tf.add(gProduct2, p['read.Read.run.h_c.LSTM.bg']);
  rt.dispose(gProduct2);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT = tf.transpose(p['read.Read.run.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT = tf.transpose(p['read.Read.run.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT = tf.transpose(p['read.Read.run.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT = tf.transpose(p['read.Read.run.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:20  run = scan source reversed with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  rt.dispose(isGreater, sum, sum2, sum3);
  const runSumT4 = tf.transpose(sum4, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sumSteps = tf.unstack(runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  rt.dispose(sum4, runIsGreaterT, runSumT, runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  const sumSteps4 = tf.unstack(runSumT4);
  rt.dispose(runSumT3, runSumT4);

  const productSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  const stateSteps = new Array<tf.Tensor>(source);
  const stateSteps2 = new Array<tf.Tensor>(source);
  const oSteps = new Array<tf.Tensor>(source);
  const tanhSteps = new Array<tf.Tensor>(source);
  const iSteps = new Array<tf.Tensor>(source);
  const gSteps = new Array<tf.Tensor>(source);
  const fSteps = new Array<tf.Tensor>(source);
  let runState: tf.Tensor = tf.clone(runFilled);
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;
    const sumAt4 = sumSteps4[t]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct3 = tf.matMul(runState, oUoT);
    const oSum = tf.add(sumAt, oProduct3);
    const o = tf.sigmoid(oSum);
    rt.dispose(oProduct3, oSum);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct3 = tf.matMul(runState, fUfT);
    const fSum = tf.add(sumAt2, fProduct3);
    const f = tf.sigmoid(fSum);
    rt.dispose(fProduct3, fSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(f, runState2);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct3 = tf.matMul(runState, iUiT);
    const iSum = tf.add(sumAt3, iProduct3);
    const i = tf.sigmoid(iSum);
    rt.dispose(iProduct3, iSum);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct3 = tf.matMul(runState, gUgT);
    const gSum = tf.add(sumAt4, gProduct3);
    const g = tf.tanh(gSum);
    rt.dispose(gProduct3, gSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(i, g);
    const new_ = tf.add(newProduct, newProduct2);
    rt.dispose(newProduct, newProduct2);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const product = tf.mul(o, tanh);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, product, runState);
    const chosen2 = rt.where(valueWide, new_, runState2);
    rt.dispose(valueWide);
    productSteps[t] = product;
    newSteps[t] = new_;
    stateSteps[t] = runState2;
    stateSteps2[t] = runState;
    oSteps[t] = o;
    tanhSteps[t] = tanh;
    iSteps[t] = i;
    gSteps[t] = g;
    fSteps[t] = f;
    runState = chosen;
    runState2 = chosen2;
  }
  rt.dispose(oUoT, fUfT, iUiT, gUgT, sumSteps, sumSteps2, sumSteps3, sumSteps4, runState, runState2);
  const productStacked = tf.stack(productSteps);
  rt.dispose(productSteps);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const place = tf.slice(productStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  const newStacked = tf.stack(newSteps);
  const place2 = tf.slice(newStacked, [0, 0, 0], [1, -1, -1]);
  rt.dispose(productStacked, place, newSteps, newStacked);
  const picked2 = tf.reshape(place2, [batchSize, hidden]);
  rt.dispose(place2);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oWoT2 = tf.transpose(p['Write.h_c.LSTM.Wo'], [1, 0]);
  const oProduct4 = tf.matMul(oPickedRows, oWoT2);
  const oProduct5 = tf.reshape(oProduct4, [batchSize, target, hidden]);
  rt.dispose(oWoT2, oProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum5 = tf.add(oProduct5, p['Write.h_c.LSTM.bo']);
  rt.dispose(oProduct5);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT2 = tf.transpose(p['Write.h_c.LSTM.Wf'], [1, 0]);
  const fProduct4 = tf.matMul(oPickedRows, fWfT2);
  const fProduct5 = tf.reshape(fProduct4, [batchSize, target, hidden]);
  rt.dispose(fWfT2, fProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum6 = tf.add(fProduct5, p['Write.h_c.LSTM.bf']);
  rt.dispose(fProduct5);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT2 = tf.transpose(p['Write.h_c.LSTM.Wi'], [1, 0]);
  const iProduct4 = tf.matMul(oPickedRows, iWiT2);
  const iProduct5 = tf.reshape(iProduct4, [batchSize, target, hidden]);
  rt.dispose(iWiT2, iProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum7 = tf.add(iProduct5, p['Write.h_c.LSTM.bi']);
  rt.dispose(iProduct5);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT2 = tf.transpose(p['Write.h_c.LSTM.Wg'], [1, 0]);
  const gProduct4 = tf.matMul(oPickedRows, gWgT2);
  const gProduct5 = tf.reshape(gProduct4, [batchSize, target, hidden]);
  rt.dispose(oPickedRows, gWgT2, gProduct4);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum8 = tf.add(gProduct5, p['Write.h_c.LSTM.bg']);
  rt.dispose(gProduct5);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT2 = tf.transpose(p['Write.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT2 = tf.transpose(p['Write.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT2 = tf.transpose(p['Write.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT2 = tf.transpose(p['Write.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:37  Write(read.h, read.c)
  const sumT = tf.transpose(sum5, [1, 0, 2]);
  const sumT2 = tf.transpose(sum6, [1, 0, 2]);
  const sumT3 = tf.transpose(sum7, [1, 0, 2]);
  const sumT4 = tf.transpose(sum8, [1, 0, 2]);
  rt.dispose(sum5, sum6, sum7, sum8);
  const sumSteps5 = tf.unstack(sumT);
  const sumSteps6 = tf.unstack(sumT2);
  const sumSteps7 = tf.unstack(sumT3);
  const sumSteps8 = tf.unstack(sumT4);
  rt.dispose(sumT, sumT2, sumT3, sumT4);

  const productSteps2: tf.Tensor[] = [];
  const oSteps2: tf.Tensor[] = [];
  const tanhSteps2: tf.Tensor[] = [];
  const iSteps2: tf.Tensor[] = [];
  const gSteps2: tf.Tensor[] = [];
  const stateSteps3: tf.Tensor[] = [];
  const fSteps2: tf.Tensor[] = [];
  const stateSteps4: tf.Tensor[] = [];
  let state: tf.Tensor = picked;
  let state2: tf.Tensor = picked2;
  for (let t2 = 0; t2 < target; t2++) {
    const sumAt5 = sumSteps5[t2]!;
    const sumAt6 = sumSteps6[t2]!;
    const sumAt7 = sumSteps7[t2]!;
    const sumAt8 = sumSteps8[t2]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct6 = tf.matMul(state, oUoT2);
    const oSum2 = tf.add(sumAt5, oProduct6);
    const o2 = tf.sigmoid(oSum2);
    rt.dispose(oProduct6, oSum2);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct6 = tf.matMul(state, fUfT2);
    const fSum2 = tf.add(sumAt6, fProduct6);
    const f2 = tf.sigmoid(fSum2);
    rt.dispose(fProduct6, fSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct3 = tf.mul(f2, state2);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct6 = tf.matMul(state, iUiT2);
    const iSum2 = tf.add(sumAt7, iProduct6);
    const i2 = tf.sigmoid(iSum2);
    rt.dispose(iProduct6, iSum2);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct6 = tf.matMul(state, gUgT2);
    const gSum2 = tf.add(sumAt8, gProduct6);
    const g2 = tf.tanh(gSum2);
    rt.dispose(gProduct6, gSum2);

    // cells.attn:25  new = f * c + i * g
    const newProduct4 = tf.mul(i2, g2);
    const new3 = tf.add(newProduct3, newProduct4);
    rt.dispose(newProduct3, newProduct4);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh2 = tf.tanh(new3);
    const product2 = tf.mul(o2, tanh2);
    productSteps2.push(product2);
    oSteps2.push(o2);
    tanhSteps2.push(tanh2);
    iSteps2.push(i2);
    gSteps2.push(g2);
    stateSteps3.push(state);
    fSteps2.push(f2);
    stateSteps4.push(state2);
    state = product2;
    state2 = new3;
  }
  rt.dispose(oUoT2, fUfT2, iUiT2, gUgT2, sumSteps5, sumSteps6, sumSteps7, sumSteps8, state2);

  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const keepSteps: tf.Tensor[] = [];
  for (let t3 = 0; t3 < target; t3++) {
    // model.attn:31  logits = Linear[characters](dropout(h', p))
    const logitsKeep = random.keep('Write.dropout#0', 0.1, [batchSize, hidden], [false], [t3]);
    keepSteps.push(logitsKeep);
  }
  const productStacked2 = tf.stack(productSteps2);
  const keepStacked = tf.stack(keepSteps);
  const logitsProduct = tf.mul(productStacked2, keepStacked);
  rt.dispose(keepSteps, productStacked2);

  // layers.attn:4  W @ x + b
  const productT = tf.transpose(logitsProduct, [1, 0, 2]);
  const productRows = tf.reshape(productT, [batchSize * target, hidden]);
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);
  const product3 = tf.matMul(productRows, WT);
  const product4 = tf.reshape(product3, [batchSize, target, characters]);
  rt.dispose(logitsProduct, productT, WT, product3);
  const sum9 = tf.add(product4, p['Write.logits.Linear.b']);
  rt.dispose(product4);

  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(sum9);
  const lossPicked = tf.gather(lossLogWeights, batch.inputs["y'"], 2, 2);
  const lossNegative = tf.neg(lossPicked);
  const lossChosen = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen, 1);
  const lossLossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossLossAsFloat);
  rt.dispose(lossPicked, lossNegative, lossChosen, lossTotal);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossQuotient);

  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const negation = tf.logicalNot(lossIsGreater);
  const best = tf.argMax(sum9, 2);
  const isEqual = tf.equal(best, batch.inputs["y'"]);
  const either = tf.logicalOr(negation, isEqual);
  rt.dispose(sum9, best, negation, isEqual);
  const all = tf.all(either, 1);
  const number = tf.scalar(1, 'int32');
  rt.dispose(either);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number2 = tf.scalar(0, 'int32');

  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const chosen3 = rt.where(all, number, number2);
  const chosenAsFloat = tf.cast(chosen3, 'float32');
  const mean = tf.mean(chosenAsFloat);
  rt.dispose(all, number, chosen3, chosenAsFloat);

  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
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

  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * target, characters]);
  const product5 = tf.matMul(differenceRows, p['Write.logits.Linear.W']);

  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsProduct2 = tf.reshape(product5, [batchSize, target, hidden]);
  const logitsKeepStepsT = tf.transpose(keepStacked, [1, 0, 2]);
  const logitsProduct3 = tf.mul(logitsProduct2, logitsKeepStepsT);
  rt.dispose(product5, keepStacked, logitsProduct2, logitsKeepStepsT);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined = tf.concat([p['Write.h_c.LSTM.Ug'], p['Write.h_c.LSTM.Ui'], p['Write.h_c.LSTM.Uf'], p['Write.h_c.LSTM.Uo']], 0);

  // model.attn:37  Write(read.h, read.c)
  const productT2 = tf.transpose(logitsProduct3, [1, 0, 2]);
  const productSteps3 = tf.unstack(productT2);
  rt.dispose(logitsProduct3, productT2);

  const productSteps4 = new Array<tf.Tensor>(target);
  const productSteps5 = new Array<tf.Tensor>(target);
  const productSteps6 = new Array<tf.Tensor>(target);
  const productSteps7 = new Array<tf.Tensor>(target);
  let state3: tf.Tensor = tf.clone(runFilled);
  let state4: tf.Tensor = tf.clone(runFilled);
  for (let t4 = target - 1; t4 >= 0; t4--) {
    const productAt = productSteps3[t4]!;
    const oAt = oSteps2[t4]!;
    const tanhAt = tanhSteps2[t4]!;
    const iAt = iSteps2[t4]!;
    const gAt = gSteps2[t4]!;
    const fAt = fSteps2[t4]!;
    const stateAt = stateSteps4[t4]!;

    // model.attn:37  Write(read.h, read.c)
    const sum10 = tf.add(state3, productAt);
    rt.dispose(state3);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const product6 = tf.mul(sum10, oAt);
    const product7 = rt.tanhGradient(product6, tanhAt);
    const sum11 = tf.add(state4, product7);
    rt.dispose(product6, product7, state4);

    // cells.attn:25  new = f * c + i * g
    const newProduct5 = tf.mul(sum11, iAt);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct7 = rt.tanhGradient(newProduct5, gAt);
    rt.dispose(newProduct5);

    // cells.attn:25  new = f * c + i * g
    const newProduct6 = tf.mul(sum11, gAt);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct7 = rt.sigmoidGradient(newProduct6, iAt);
    rt.dispose(newProduct6);

    // cells.attn:25  new = f * c + i * g
    const newProduct7 = tf.mul(sum11, stateAt);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct7 = rt.sigmoidGradient(newProduct7, fAt);
    rt.dispose(newProduct7);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const product8 = tf.mul(sum10, tanhAt);
    rt.dispose(sum10);

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct7 = rt.sigmoidGradient(product8, oAt);
    rt.dispose(product8);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gJoined2 = tf.concat([gProduct7, iProduct7, fProduct7, oProduct7], 1);
    const gProduct8 = tf.matMul(gJoined2, gJoined);
    rt.dispose(gJoined2);

    // cells.attn:25  new = f * c + i * g
    const newProduct8 = tf.mul(sum11, fAt);
    rt.dispose(sum11);
    productSteps4[t4] = oProduct7;
    productSteps5[t4] = fProduct7;
    productSteps6[t4] = iProduct7;
    productSteps7[t4] = gProduct7;
    state3 = gProduct8;
    state4 = newProduct8;
  }
  rt.dispose(oSteps2, tanhSteps2, iSteps2, gSteps2, fSteps2, stateSteps4, gJoined, productSteps3);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const scattered = rt.scatter(number2, state3, source);
  const scattered2 = rt.scatter(number2, state4, source);
  rt.dispose(state3, number2, state4);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined3 = tf.concat([p['read.Read.run.h_c.LSTM.Ug'], p['read.Read.run.h_c.LSTM.Ui'], p['read.Read.run.h_c.LSTM.Uf'], p['read.Read.run.h_c.LSTM.Uo']], 0);
  const xSteps = tf.unstack(scattered);
  const xSteps2 = tf.unstack(scattered2);
  rt.dispose(scattered, scattered2);

  // model.attn:20  run = scan source reversed with xt = x {
  const productSteps8: tf.Tensor[] = [];
  const productSteps9: tf.Tensor[] = [];
  const productSteps10: tf.Tensor[] = [];
  const productSteps11: tf.Tensor[] = [];
  let runState3: tf.Tensor = runFilled;
  let runState4: tf.Tensor = tf.clone(runFilled);
  for (let t5 = 0; t5 < source; t5++) {
    const xAt = xSteps[t5]!;
    const xAt2 = xSteps2[t5]!;
    const isGreaterAt2 = isGreaterSteps[t5]!;
    const stateAt2 = stateSteps[t5]!;
    const oAt2 = oSteps[t5]!;
    const tanhAt2 = tanhSteps[t5]!;
    const iAt2 = iSteps[t5]!;
    const gAt2 = gSteps[t5]!;
    const fAt2 = fSteps[t5]!;

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide2 = tf.reshape(isGreaterAt2, [batchSize, 1]);
    const chosen4 = rt.where(valueWide2, 0, runState3);
    const chosen5 = rt.where(valueWide2, runState4, 0);
    const sum12 = tf.add(xAt2, chosen5);
    const chosen6 = rt.where(valueWide2, runState3, 0);
    const sum13 = tf.add(xAt, chosen6);
    rt.dispose(chosen5, runState3, chosen6);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const product9 = tf.mul(sum13, oAt2);
    const product10 = rt.tanhGradient(product9, tanhAt2);
    const sum14 = tf.add(sum12, product10);
    rt.dispose(product9, sum12, product10);

    // cells.attn:25  new = f * c + i * g
    const newProduct9 = tf.mul(sum14, iAt2);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct9 = rt.tanhGradient(newProduct9, gAt2);
    rt.dispose(newProduct9);

    // cells.attn:25  new = f * c + i * g
    const newProduct10 = tf.mul(sum14, gAt2);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct8 = rt.sigmoidGradient(newProduct10, iAt2);
    rt.dispose(newProduct10);

    // cells.attn:25  new = f * c + i * g
    const newProduct11 = tf.mul(sum14, stateAt2);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct8 = rt.sigmoidGradient(newProduct11, fAt2);
    rt.dispose(newProduct11);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const product11 = tf.mul(sum13, tanhAt2);
    rt.dispose(sum13);

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct8 = rt.sigmoidGradient(product11, oAt2);
    rt.dispose(product11);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gJoined4 = tf.concat([gProduct9, iProduct8, fProduct8, oProduct8], 1);
    const gProduct10 = tf.matMul(gJoined4, gJoined3);
    rt.dispose(gJoined4);

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oSum3 = tf.add(chosen4, gProduct10);
    rt.dispose(chosen4, gProduct10);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const chosen7 = rt.where(valueWide2, 0, runState4);
    rt.dispose(valueWide2, runState4);

    // cells.attn:25  new = f * c + i * g
    const newProduct12 = tf.mul(sum14, fAt2);
    rt.dispose(sum14);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const sum15 = tf.add(chosen7, newProduct12);
    rt.dispose(chosen7, newProduct12);
    productSteps8.push(oProduct8);
    productSteps9.push(fProduct8);
    productSteps10.push(iProduct8);
    productSteps11.push(gProduct9);
    runState3 = oSum3;
    runState4 = sum15;
  }
  rt.dispose(isGreaterSteps, stateSteps, oSteps, tanhSteps, iSteps, gSteps, fSteps, gJoined3, xSteps, xSteps2, runState3, runState4);
  const productStacked3 = tf.stack(productSteps11);
  rt.dispose(productSteps11);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsT = tf.transpose(productStacked3, [1, 0, 2]);
  const gProductStepsRows = tf.reshape(gProductStepsT, [batchSize * source, hidden]);
  const gProduct11 = tf.matMul(gProductStepsRows, p['read.Read.run.h_c.LSTM.Wg']);
  const gProduct12 = tf.reshape(gProduct11, [batchSize, source, embed]);
  const productStacked4 = tf.stack(productSteps10);
  rt.dispose(gProductStepsT, gProductStepsRows, gProduct11, productSteps10);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsT = tf.transpose(productStacked4, [1, 0, 2]);
  const iProductStepsRows = tf.reshape(iProductStepsT, [batchSize * source, hidden]);
  const iProduct9 = tf.matMul(iProductStepsRows, p['read.Read.run.h_c.LSTM.Wi']);
  const iProduct10 = tf.reshape(iProduct9, [batchSize, source, embed]);
  const iSum3 = tf.add(gProduct12, iProduct10);
  rt.dispose(iProductStepsT, iProductStepsRows, iProduct9, gProduct12, iProduct10);
  const productStacked5 = tf.stack(productSteps9);
  rt.dispose(productSteps9);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsT = tf.transpose(productStacked5, [1, 0, 2]);
  const fProductStepsRows = tf.reshape(fProductStepsT, [batchSize * source, hidden]);
  const fProduct9 = tf.matMul(fProductStepsRows, p['read.Read.run.h_c.LSTM.Wf']);
  const fProduct10 = tf.reshape(fProduct9, [batchSize, source, embed]);
  const fSum3 = tf.add(iSum3, fProduct10);
  rt.dispose(fProductStepsT, fProductStepsRows, fProduct9, iSum3, fProduct10);
  const productStacked6 = tf.stack(productSteps8);
  rt.dispose(productSteps8);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsT = tf.transpose(productStacked6, [1, 0, 2]);
  const oProductStepsRows = tf.reshape(oProductStepsT, [batchSize * source, hidden]);
  const oProduct9 = tf.matMul(oProductStepsRows, p['read.Read.run.h_c.LSTM.Wo']);
  const oProduct10 = tf.reshape(oProduct9, [batchSize, source, embed]);
  const oSum4 = tf.add(fSum3, oProduct10);
  rt.dispose(oProductStepsT, oProductStepsRows, oProduct9, fSum3, oProduct10);

  // model.attn:19  x = table[tokens]
  const xScattered = rt.scatter(batch.inputs.tokens, oSum4, words);
  rt.dispose(oSum4);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsRows2 = tf.reshape(productStacked4, [batchSize * source, hidden]);
  const iProductStepsT2 = tf.transpose(iProductStepsRows2, [1, 0]);
  const iXT = tf.transpose(x, [1, 0, 2]);
  const iXRows = tf.reshape(iXT, [batchSize * source, embed]);
  const iProduct11 = tf.matMul(iProductStepsT2, iXRows);
  rt.dispose(iProductStepsRows2, x, iXT);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsRows2 = tf.reshape(productStacked5, [batchSize * source, hidden]);
  const fProductStepsT2 = tf.transpose(fProductStepsRows2, [1, 0]);
  const fProduct11 = tf.matMul(fProductStepsT2, iXRows);
  rt.dispose(fProductStepsRows2);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsRows2 = tf.reshape(productStacked6, [batchSize * source, hidden]);
  const oProductStepsT2 = tf.transpose(oProductStepsRows2, [1, 0]);
  const oProduct11 = tf.matMul(oProductStepsT2, iXRows);
  rt.dispose(oProductStepsRows2);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsRows2 = tf.reshape(productStacked3, [batchSize * source, hidden]);
  const gProductStepsT2 = tf.transpose(gProductStepsRows2, [1, 0]);
  const gProduct13 = tf.matMul(gProductStepsT2, iXRows);
  const stateStacked = tf.stack(stateSteps2);
  rt.dispose(gProductStepsRows2, iXRows, stateSteps2);

  // model.attn:20  run = scan source reversed with xt = x {
  const runStateStepsRows = tf.reshape(stateStacked, [batchSize * source, hidden]);
  const runProduct = tf.matMul(iProductStepsT2, runStateStepsRows);
  const runProduct2 = tf.matMul(fProductStepsT2, runStateStepsRows);
  const runProduct3 = tf.matMul(oProductStepsT2, runStateStepsRows);
  rt.dispose(stateStacked, iProductStepsT2, fProductStepsT2, oProductStepsT2);
  const runProduct4 = tf.matMul(gProductStepsT2, runStateStepsRows);
  rt.dispose(gProductStepsT2, runStateStepsRows);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const total = tf.sum(productStacked4, [0, 1]);
  const total2 = tf.sum(productStacked6, [0, 1]);
  const total3 = tf.sum(productStacked3, [0, 1]);
  const total4 = tf.sum(productStacked5, [0, 1]);
  rt.dispose(productStacked4, productStacked6, productStacked3, productStacked5);
  const productStacked7 = tf.stack(productSteps7);
  rt.dispose(productSteps7);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsT3 = tf.transpose(productStacked7, [1, 0, 2]);
  const gProductStepsRows3 = tf.reshape(gProductStepsT3, [batchSize * target, hidden]);
  const gProduct14 = tf.matMul(gProductStepsRows3, p['Write.h_c.LSTM.Wg']);
  const gProduct15 = tf.reshape(gProduct14, [batchSize, target, embed]);
  const productStacked8 = tf.stack(productSteps6);
  rt.dispose(gProductStepsT3, gProductStepsRows3, gProduct14, productSteps6);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsT3 = tf.transpose(productStacked8, [1, 0, 2]);
  const iProductStepsRows3 = tf.reshape(iProductStepsT3, [batchSize * target, hidden]);
  const iProduct12 = tf.matMul(iProductStepsRows3, p['Write.h_c.LSTM.Wi']);
  const iProduct13 = tf.reshape(iProduct12, [batchSize, target, embed]);
  const iSum4 = tf.add(gProduct15, iProduct13);
  rt.dispose(iProductStepsT3, iProductStepsRows3, iProduct12, gProduct15, iProduct13);
  const productStacked9 = tf.stack(productSteps5);
  rt.dispose(productSteps5);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsT3 = tf.transpose(productStacked9, [1, 0, 2]);
  const fProductStepsRows3 = tf.reshape(fProductStepsT3, [batchSize * target, hidden]);
  const fProduct12 = tf.matMul(fProductStepsRows3, p['Write.h_c.LSTM.Wf']);
  const fProduct13 = tf.reshape(fProduct12, [batchSize, target, embed]);
  const fSum4 = tf.add(iSum4, fProduct13);
  rt.dispose(fProductStepsT3, fProductStepsRows3, fProduct12, iSum4, fProduct13);
  const productStacked10 = tf.stack(productSteps4);
  rt.dispose(productSteps4);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsT3 = tf.transpose(productStacked10, [1, 0, 2]);
  const oProductStepsRows3 = tf.reshape(oProductStepsT3, [batchSize * target, hidden]);
  const oProduct12 = tf.matMul(oProductStepsRows3, p['Write.h_c.LSTM.Wo']);
  const oProduct13 = tf.reshape(oProduct12, [batchSize, target, embed]);
  const oSum5 = tf.add(fSum4, oProduct13);
  rt.dispose(oProductStepsT3, oProductStepsRows3, oProduct12, fSum4, oProduct13);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const scattered3 = rt.scatter(batch.inputs.y, oSum5, characters);
  rt.dispose(oSum5);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsRows4 = tf.reshape(productStacked8, [batchSize * target, hidden]);
  const iProductStepsT4 = tf.transpose(iProductStepsRows4, [1, 0]);
  const iPickedT = tf.transpose(picked3, [1, 0, 2]);
  const iPickedRows = tf.reshape(iPickedT, [batchSize * target, embed]);
  const iProduct14 = tf.matMul(iProductStepsT4, iPickedRows);
  rt.dispose(iProductStepsRows4, picked3, iPickedT);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsRows4 = tf.reshape(productStacked9, [batchSize * target, hidden]);
  const fProductStepsT4 = tf.transpose(fProductStepsRows4, [1, 0]);
  const fProduct14 = tf.matMul(fProductStepsT4, iPickedRows);
  rt.dispose(fProductStepsRows4);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsRows4 = tf.reshape(productStacked10, [batchSize * target, hidden]);
  const oProductStepsT4 = tf.transpose(oProductStepsRows4, [1, 0]);
  const oProduct14 = tf.matMul(oProductStepsT4, iPickedRows);
  rt.dispose(oProductStepsRows4);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsRows4 = tf.reshape(productStacked7, [batchSize * target, hidden]);
  const gProductStepsT4 = tf.transpose(gProductStepsRows4, [1, 0]);
  const gProduct16 = tf.matMul(gProductStepsT4, iPickedRows);
  const stateStacked2 = tf.stack(stateSteps3);
  rt.dispose(gProductStepsRows4, iPickedRows, picked, productSteps2);

  // model.attn:37  Write(read.h, read.c)
  const stateStepsRows = tf.reshape(stateStacked2, [batchSize * target, hidden]);
  const product12 = tf.matMul(iProductStepsT4, stateStepsRows);
  const product13 = tf.matMul(fProductStepsT4, stateStepsRows);
  const product14 = tf.matMul(oProductStepsT4, stateStepsRows);
  rt.dispose(stateStacked2, iProductStepsT4, fProductStepsT4, oProductStepsT4);
  const product15 = tf.matMul(gProductStepsT4, stateStepsRows);
  rt.dispose(gProductStepsT4, stateStepsRows);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const total5 = tf.sum(productStacked8, [0, 1]);
  const total6 = tf.sum(productStacked10, [0, 1]);
  const total7 = tf.sum(productStacked7, [0, 1]);
  const total8 = tf.sum(productStacked9, [0, 1]);
  rt.dispose(productStacked8, productStacked10, productStacked7, productStacked9);

  // layers.attn:4  W @ x + b
  const differenceT = tf.transpose(differenceRows, [1, 0]);
  const product16 = tf.matMul(differenceT, productRows);
  const total9 = tf.sum(lossDifference, [0, 1]);
  rt.dispose(differenceRows, productRows, differenceT, lossDifference);
  return {
    loss,
    metrics: { exact: mean },
    gradients: {
      'read.Read.table': xScattered,
      'read.Read.run.h_c.LSTM.Wi': iProduct11,
      'read.Read.run.h_c.LSTM.Wf': fProduct11,
      'read.Read.run.h_c.LSTM.Wo': oProduct11,
      'read.Read.run.h_c.LSTM.Wg': gProduct13,
      'read.Read.run.h_c.LSTM.Ui': runProduct,
      'read.Read.run.h_c.LSTM.Uf': runProduct2,
      'read.Read.run.h_c.LSTM.Uo': runProduct3,
      'read.Read.run.h_c.LSTM.Ug': runProduct4,
      'read.Read.run.h_c.LSTM.bi': total,
      'read.Read.run.h_c.LSTM.bo': total2,
      'read.Read.run.h_c.LSTM.bg': total3,
      'read.Read.run.h_c.LSTM.bf': total4,
      'Write.table': scattered3,
      'Write.h_c.LSTM.Wi': iProduct14,
      'Write.h_c.LSTM.Wf': fProduct14,
      'Write.h_c.LSTM.Wo': oProduct14,
      'Write.h_c.LSTM.Wg': gProduct16,
      'Write.h_c.LSTM.Ui': product12,
      'Write.h_c.LSTM.Uf': product13,
      'Write.h_c.LSTM.Uo': product14,
      'Write.h_c.LSTM.Ug': product15,
      'Write.h_c.LSTM.bi': total5,
      'Write.h_c.LSTM.bo': total6,
      'Write.h_c.LSTM.bg': total7,
      'Write.h_c.LSTM.bf': total8,
      'Write.logits.Linear.W': product16,
      'Write.logits.Linear.b': total9,
    },
  };
}

/** What every step reads, [batch, …]. */
type Seq2SeqMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor; readonly '3': tf.Tensor; readonly '4': tf.Tensor; readonly '5': tf.Tensor; readonly '6': tf.Tensor; readonly '7': tf.Tensor; readonly '8': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type Seq2SeqState = { readonly h: tf.Tensor; readonly c: tf.Tensor };

/** What seq2SeqPrepare gives. */
type Seq2SeqPrepareResults = {
  readonly memory: Seq2SeqMemory;
  readonly state: Seq2SeqState;
};

/** Once per call: what no step changes, and the first states. */
function seq2SeqPrepare(p: Seq2SeqParameters, batch: Seq2SeqBatch): Seq2SeqPrepareResults {
  const { batch: batchSize, embed, hidden, source } = batch.n;

  // model.attn:20  run = scan source reversed with xt = x {
  const runFilled = tf.fill([batchSize, hidden], 0);

  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourcePlaces = tf.range(0, source, 1, 'int32');
  const sourceLengthWide = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const isGreater = tf.greater(sourceLengthWide, sourcePlaces);
  rt.dispose(sourcePlaces, sourceLengthWide);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oWoT = tf.transpose(p['Write.h_c.LSTM.Wo'], [1, 0]);

  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT = tf.transpose(p['Write.h_c.LSTM.Uo'], [1, 0]);
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oWoT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Wo'], [1, 0]);
  const oProduct = tf.matMul(oXRows, oWoT2);
  const oProduct2 = tf.reshape(oProduct, [batchSize, source, hidden]);
  rt.dispose(x, oWoT2, oProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum = tf.add(oProduct2, p['read.Read.run.h_c.LSTM.bo']);
  rt.dispose(oProduct2);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fWfT = tf.transpose(p['Write.h_c.LSTM.Wf'], [1, 0]);
  const fWfT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Wf'], [1, 0]);
  const fProduct = tf.matMul(oXRows, fWfT2);
  const fProduct2 = tf.reshape(fProduct, [batchSize, source, hidden]);
  const fUfT = tf.transpose(p['Write.h_c.LSTM.Uf'], [1, 0]);
  rt.dispose(fWfT2, fProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum2 = tf.add(fProduct2, p['read.Read.run.h_c.LSTM.bf']);
  rt.dispose(fProduct2);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT = tf.transpose(p['read.Read.run.h_c.LSTM.Wi'], [1, 0]);
  const iProduct = tf.matMul(oXRows, iWiT);
  const iProduct2 = tf.reshape(iProduct, [batchSize, source, hidden]);
  rt.dispose(iWiT, iProduct);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum3 = tf.add(iProduct2, p['read.Read.run.h_c.LSTM.bi']);
  rt.dispose(iProduct2);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iWiT2 = tf.transpose(p['Write.h_c.LSTM.Wi'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT = tf.transpose(p['read.Read.run.h_c.LSTM.Wg'], [1, 0]);
  const gProduct = tf.matMul(oXRows, gWgT);
  const gProduct2 = tf.reshape(gProduct, [batchSize, source, hidden]);
  rt.dispose(oXRows, gWgT, gProduct);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT = tf.transpose(p['Write.h_c.LSTM.Ui'], [1, 0]);

  // cells.attn:20  param bi, bo, bg: [hidden] = zeros, bf: [hidden] = ones
  const sum4 = tf.add(gProduct2, p['read.Read.run.h_c.LSTM.bg']);
  rt.dispose(gProduct2);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oUoT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Uo'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgT2 = tf.transpose(p['Write.h_c.LSTM.Wg'], [1, 0]);
  const gUgT = tf.transpose(p['Write.h_c.LSTM.Ug'], [1, 0]);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fUfT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Uf'], [1, 0]);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iUiT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Ui'], [1, 0]);

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['Write.logits.Linear.W'], [1, 0]);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gUgT2 = tf.transpose(p['read.Read.run.h_c.LSTM.Ug'], [1, 0]);

  // model.attn:20  run = scan source reversed with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runSumT = tf.transpose(sum, [1, 0, 2]);
  const runSumT2 = tf.transpose(sum2, [1, 0, 2]);
  const runSumT3 = tf.transpose(sum3, [1, 0, 2]);
  rt.dispose(isGreater, sum, sum2, sum3);
  const runSumT4 = tf.transpose(sum4, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sumSteps = tf.unstack(runSumT);
  const sumSteps2 = tf.unstack(runSumT2);
  rt.dispose(sum4, runIsGreaterT, runSumT, runSumT2);
  const sumSteps3 = tf.unstack(runSumT3);
  const sumSteps4 = tf.unstack(runSumT4);
  rt.dispose(runSumT3, runSumT4);

  const productSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let runState: tf.Tensor = runFilled;
  let runState2: tf.Tensor = tf.clone(runFilled);
  for (let t = source - 1; t >= 0; t--) {
    const isGreaterAt = isGreaterSteps[t]!;
    const sumAt = sumSteps[t]!;
    const sumAt2 = sumSteps2[t]!;
    const sumAt3 = sumSteps3[t]!;
    const sumAt4 = sumSteps4[t]!;

    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct3 = tf.matMul(runState, oUoT2);
    const oSum = tf.add(sumAt, oProduct3);
    const o = tf.sigmoid(oSum);
    rt.dispose(oProduct3, oSum);

    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct3 = tf.matMul(runState, fUfT2);
    const fSum = tf.add(sumAt2, fProduct3);
    const f = tf.sigmoid(fSum);
    rt.dispose(fProduct3, fSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(f, runState2);
    rt.dispose(f);

    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct3 = tf.matMul(runState, iUiT2);
    const iSum = tf.add(sumAt3, iProduct3);
    const i = tf.sigmoid(iSum);
    rt.dispose(iProduct3, iSum);

    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct3 = tf.matMul(runState, gUgT2);
    const gSum = tf.add(sumAt4, gProduct3);
    const g = tf.tanh(gSum);
    rt.dispose(gProduct3, gSum);

    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(i, g);
    const new_ = tf.add(newProduct, newProduct2);
    rt.dispose(i, g, newProduct, newProduct2);

    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const product = tf.mul(o, tanh);
    rt.dispose(o, tanh);

    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, product, runState);
    const chosen2 = rt.where(valueWide, new_, runState2);
    rt.dispose(runState, valueWide, runState2);
    productSteps[t] = product;
    newSteps[t] = new_;
    runState = chosen;
    runState2 = chosen2;
  }
  rt.dispose(oUoT2, fUfT2, iUiT2, gUgT2, isGreaterSteps, sumSteps, sumSteps2, sumSteps3, sumSteps4, runState, runState2);
  const productStacked = tf.stack(productSteps);
  rt.dispose(productSteps);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const place = tf.slice(productStacked, [0, 0, 0], [1, -1, -1]);
  const picked = tf.reshape(place, [batchSize, hidden]);
  rt.dispose(productStacked, place);

  // model.attn:37  Write(read.h, read.c)
  const pickedShaped = tf.reshape(picked, [batchSize, 1, hidden]);
  const newStacked = tf.stack(newSteps);
  rt.dispose(picked, newSteps);

  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const place2 = tf.slice(newStacked, [0, 0, 0], [1, -1, -1]);
  const picked2 = tf.reshape(place2, [batchSize, hidden]);
  rt.dispose(newStacked, place2);

  // model.attn:37  Write(read.h, read.c)
  const pickedShaped2 = tf.reshape(picked2, [batchSize, 1, hidden]);
  rt.dispose(picked2);
  return {
    memory: { '0': oWoT, '1': oUoT, '2': fWfT, '3': fUfT, '4': iWiT2, '5': iUiT, '6': gWgT2, '7': gUgT, '8': WT },
    state: { h: pickedShaped, c: pickedShaped2 },
  };
}

/** What seq2SeqStep gives. */
type Seq2SeqStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: Readonly<Record<string, never>>;
  readonly state: Seq2SeqState;
};

/** One place: logits, the next states and the taps. */
function seq2SeqStep(p: Seq2SeqParameters, batch: Seq2SeqBatch, memory: Seq2SeqMemory, state: Seq2SeqState, previous: tf.Tensor2D, _t: number): Seq2SeqStepResults {
  const { batch: batchSize, characters, hidden } = batch.n;
  const beam = previous.shape[1];

  // model.attn:27  decoder Write(h0: [hidden], c0: [hidden]) generates y: index(characters)[target] start 1 end 2 {
  const yRows = tf.reshape(previous, [batchSize * beam]);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p['Write.table'], yRows);
  rt.dispose(yRows);

  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProduct = tf.matMul(picked, memory['0']);
  const oHRows = tf.reshape(state.h, [batchSize * beam, hidden]);
  const oProduct2 = tf.matMul(oHRows, memory['1']);
  const oSum = tf.add(oProduct, oProduct2);
  const oSum2 = tf.add(oSum, p['Write.h_c.LSTM.bo']);
  const o = tf.sigmoid(oSum2);
  rt.dispose(oProduct, oProduct2, oSum, oSum2);

  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProduct = tf.matMul(picked, memory['2']);
  const fProduct2 = tf.matMul(oHRows, memory['3']);
  const fSum = tf.add(fProduct, fProduct2);
  const fSum2 = tf.add(fSum, p['Write.h_c.LSTM.bf']);
  const f = tf.sigmoid(fSum2);
  rt.dispose(fProduct, fProduct2, fSum, fSum2);

  // cells.attn:25  new = f * c + i * g
  const newCRows = tf.reshape(state.c, [batchSize * beam, hidden]);
  const newProduct = tf.mul(f, newCRows);
  rt.dispose(f, newCRows);

  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProduct = tf.matMul(picked, memory['4']);
  const iProduct2 = tf.matMul(oHRows, memory['5']);
  const iSum = tf.add(iProduct, iProduct2);
  const iSum2 = tf.add(iSum, p['Write.h_c.LSTM.bi']);
  const i = tf.sigmoid(iSum2);
  rt.dispose(iProduct, iProduct2, iSum, iSum2);

  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProduct = tf.matMul(picked, memory['6']);
  const gProduct2 = tf.matMul(oHRows, memory['7']);
  const gSum = tf.add(gProduct, gProduct2);
  rt.dispose(picked, oHRows, gProduct, gProduct2);
  const gSum2 = tf.add(gSum, p['Write.h_c.LSTM.bg']);
  const g = tf.tanh(gSum2);
  rt.dispose(gSum, gSum2);

  // cells.attn:25  new = f * c + i * g
  const newProduct2 = tf.mul(i, g);
  const new_ = tf.add(newProduct, newProduct2);
  rt.dispose(i, g, newProduct, newProduct2);

  // cells.attn:26  { h = o * tanh(new), c = new }
  const tanh = tf.tanh(new_);
  const product = tf.mul(o, tanh);
  rt.dispose(o, tanh);

  // layers.attn:4  W @ x + b
  const product2 = tf.matMul(product, memory['8']);
  const sum = tf.add(product2, p['Write.logits.Linear.b']);
  rt.dispose(product2);

  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsSumShaped = tf.reshape(sum, [batchSize, beam, characters]);
  rt.dispose(sum);

  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const productShaped = tf.reshape(product, [batchSize, beam, hidden]);
  const newShaped = tf.reshape(new_, [batchSize, beam, hidden]);
  rt.dispose(product, new_);
  return {
    logits: logitsSumShaped as tf.Tensor3D,
    taps: {},
    state: { h: productShaped, c: newShaped },
  };
}

const seq2SeqDefinition: rt.Definition = {
  name: 'Seq2Seq',
  source: 'model.attn',
  hyperparameters: { words: 972, characters: 14, embed: 48, hidden: 160 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: Seq2SeqDims) {
    if (2 > n.characters) throw new rt.InputError(`\`2\` must be at most \`characters\` (${n.characters}): outputs start with \`1\` (model.attn:27)`);
    if (3 > n.characters) throw new rt.InputError(`\`3\` must be at most \`characters\` (${n.characters}): outputs end with \`2\` (model.attn:27)`);
    return { words: n.words, characters: n.characters, embed: n.embed, hidden: n.hidden };
  },
  parameters(n: Seq2SeqSizes) {
    return [
      { path: 'read.Read.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'read.Read.run.h_c.LSTM.Wi', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wg', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Ui', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Uf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Uo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Ug', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.bi', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bo', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bg', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bf', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'ones' } },
      { path: 'Write.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Write.h_c.LSTM.Wi', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wg', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Ui', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Uf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Uo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Ug', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.bi', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bo', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bg', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bf', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'ones' } },
      { path: 'Write.logits.Linear.W', axes: [{ label: 'out.characters', size: n.characters }, { label: 'in', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.b', axes: [{ label: 'out.characters', size: n.characters }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: Seq2SeqSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'characters', dim: null }] },
  },
  forward: seq2SeqForward,
  objectives: [
    {
      name: 'Translation',
      given(n: Seq2SeqSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'characters', size: n.characters } },
        ];
      },
      updates: [
        {
          loss: seq2SeqLoss,
          gradients: seq2SeqGradients,
          optimizer: (_n: Seq2SeqSizes, step: number) => ({ kind: 'adam', rate: 0.0015 * Math.min(1, 0.5 ** ((step - 1500) / 400)) }),
          clip: { kind: 'norm', limit: 1 },
        },
      ],
    },
  ],
  decoder: {
    name: 'Write',
    axis: 'target',
    output: 'y',
    vocabulary: (n: Seq2SeqSizes) => n.characters,
    start: 1,
    end: 2,
    prepare: seq2SeqPrepare,
    step: seq2SeqStep,
    taps: {},
    rank: (logp) => logp,
    atMost: () => 16,
  },
};

export class Seq2Seq extends rt.GenerativeModel<Seq2SeqDims, Seq2SeqInput, Seq2SeqTarget> {
  constructor(options: rt.ModelOptions<Seq2SeqDims> = {}) {
    super(seq2SeqDefinition, options);
  }
}
