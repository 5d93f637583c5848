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
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wo'], false, true), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  rt.dispose(x);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wf'], false, true), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wi'], false, true), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wg'], false, true), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  rt.dispose(oXRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const runHNextSteps = new Array<tf.Tensor>(source);
  const runNewSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, hNext, h);
    const chosen2 = rt.where(valueWide, new_, c);
    rt.dispose(h, valueWide, c);
    runHNextSteps[t] = hNext;
    runNewSteps[t] = new_;
    h = chosen;
    c = chosen2;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const runHNextStacked = tf.stack(runHNextSteps);
  const runNewStacked = tf.stack(runNewSteps);
  rt.dispose(runHNextSteps, runNewSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const picked = tf.tidy(() => tf.reshape(tf.slice(runHNextStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const picked2 = tf.tidy(() => tf.reshape(tf.slice(runNewStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(runHNextStacked, runNewStacked);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wo'], false, true), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  rt.dispose(picked3);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wf'], false, true), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wi'], false, true), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wg'], false, true), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(oPickedRows);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hNextSteps: tf.Tensor[] = [];
  let h2: tf.Tensor = picked;
  let c2: tf.Tensor = picked2;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    rt.dispose(f, i, g, c2);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    hNextSteps.push(hNext);
    h2 = hNext;
    c2 = new_;
  }
  rt.dispose(picked, oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => {
    const hNextStepsRows = tf.reshape(tf.transpose(tf.stack(hNextSteps), [1, 0, 2]), [batchSize * target, hidden]);
    const WProduct = tf.matMul(hNextStepsRows, p['Write.logits.Linear.W'], false, true);
    return tf.add(tf.reshape(WProduct, [batchSize, target, characters]), p['Write.logits.Linear.b']);
  });
  rt.dispose(hNextSteps);
  return { logits };
}

/** What seq2SeqLoss gives. */
type Seq2SeqLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function seq2SeqLoss(p: Seq2SeqParameters, batch: Seq2SeqBatch): Seq2SeqLossResults {
  const { batch: batchSize, characters, embed, hidden, source, target } = batch.n;
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wo'], false, true), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  rt.dispose(x);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wf'], false, true), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wi'], false, true), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wg'], false, true), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  rt.dispose(oXRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const runHNextSteps = new Array<tf.Tensor>(source);
  const runNewSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, hNext, h);
    const chosen2 = rt.where(valueWide, new_, c);
    rt.dispose(h, valueWide, c);
    runHNextSteps[t] = hNext;
    runNewSteps[t] = new_;
    h = chosen;
    c = chosen2;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const runHNextStacked = tf.stack(runHNextSteps);
  const runNewStacked = tf.stack(runNewSteps);
  rt.dispose(runHNextSteps, runNewSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const picked = tf.tidy(() => tf.reshape(tf.slice(runHNextStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const picked2 = tf.tidy(() => tf.reshape(tf.slice(runNewStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(runHNextStacked, runNewStacked);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wo'], false, true), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  rt.dispose(picked3);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wf'], false, true), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wi'], false, true), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wg'], false, true), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(oPickedRows);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hNextSteps: tf.Tensor[] = [];
  let h2: tf.Tensor = picked;
  let c2: tf.Tensor = picked2;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    rt.dispose(f, i, g, c2);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    hNextSteps.push(hNext);
    h2 = hNext;
    c2 = new_;
  }
  rt.dispose(picked, oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => {
    const hNextStepsRows = tf.reshape(tf.transpose(tf.stack(hNextSteps), [1, 0, 2]), [batchSize * target, hidden]);
    const WProduct = tf.matMul(hNextStepsRows, p['Write.logits.Linear.W'], false, true);
    return tf.add(tf.reshape(WProduct, [batchSize, target, characters]), p['Write.logits.Linear.b']);
  });
  rt.dispose(hNextSteps);
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const loss = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), loss));
  const loss2 = tf.tidy(() => {
    const total = tf.sum(rt.where(targetMask, tf.neg(tf.gather(rt.logSoftmax(logits), batch.inputs["y'"], 2, 2)), 0), 1);
    return tf.mean(tf.div(total, tf.cast(batch.lengths.target, 'float32')));
  });
  rt.dispose(loss);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number = tf.scalar(0, 'int32');
  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const mean = tf.tidy(() => {
    const all2 = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), batch.inputs["y'"])), 1);
    return tf.mean(tf.cast(rt.where(all2, tf.scalar(1, 'int32'), number), 'float32'));
  });
  rt.dispose(logits, targetMask, number);
  return {
    loss: loss2,
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
  const loss = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), loss));
  rt.dispose(loss);
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wo'], false, true), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wf'], false, true), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wi'], false, true), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wg'], false, true), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  rt.dispose(oXRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const runHNextSteps = new Array<tf.Tensor>(source);
  const runNewSteps = new Array<tf.Tensor>(source);
  const runCSteps = new Array<tf.Tensor>(source);
  const runHSteps = new Array<tf.Tensor>(source);
  const runOSteps = new Array<tf.Tensor>(source);
  const runTanhSteps = new Array<tf.Tensor>(source);
  const runISteps = new Array<tf.Tensor>(source);
  const runGSteps = new Array<tf.Tensor>(source);
  const runFSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = tf.clone(runZeros);
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const hNext = tf.mul(o, tanh);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, hNext, h);
    const chosen2 = rt.where(valueWide, new_, c);
    rt.dispose(valueWide);
    runHNextSteps[t] = hNext;
    runNewSteps[t] = new_;
    runCSteps[t] = c;
    runHSteps[t] = h;
    runOSteps[t] = o;
    runTanhSteps[t] = tanh;
    runISteps[t] = i;
    runGSteps[t] = g;
    runFSteps[t] = f;
    h = chosen;
    c = chosen2;
  }
  rt.dispose(oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const runHNextStacked = tf.stack(runHNextSteps);
  const runNewStacked = tf.stack(runNewSteps);
  rt.dispose(runHNextSteps, runNewSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const picked = tf.tidy(() => tf.reshape(tf.slice(runHNextStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const picked2 = tf.tidy(() => tf.reshape(tf.slice(runNewStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(runHNextStacked, runNewStacked);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked3 = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oPickedRows = tf.reshape(picked3, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wo'], false, true), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wf'], false, true), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wi'], false, true), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oPickedRows, p['Write.h_c.LSTM.Wg'], false, true), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(oPickedRows);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hNextSteps: tf.Tensor[] = [];
  const oSteps: tf.Tensor[] = [];
  const tanhSteps: tf.Tensor[] = [];
  const iSteps: tf.Tensor[] = [];
  const gSteps: tf.Tensor[] = [];
  const hSteps: tf.Tensor[] = [];
  const fSteps: tf.Tensor[] = [];
  const cSteps: tf.Tensor[] = [];
  let h2: tf.Tensor = picked;
  let c2: tf.Tensor = picked2;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const hNext = tf.mul(o, tanh);
    hNextSteps.push(hNext);
    oSteps.push(o);
    tanhSteps.push(tanh);
    iSteps.push(i);
    gSteps.push(g);
    hSteps.push(h2);
    fSteps.push(f);
    cSteps.push(c2);
    h2 = hNext;
    c2 = new_;
  }
  rt.dispose(oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  const hNextStacked = tf.stack(hNextSteps);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsKeepSteps: tf.Tensor[] = [];
  for (let t = 0; t < target; t++) {
    // model.attn:31  logits = Linear[characters](dropout(h', p))
    const logitsKeep = random.keep('Write.dropout#0', 0.1, [batchSize, hidden], [false], [t]);
    logitsKeepSteps.push(logitsKeep);
  }
  const logitsKeepStacked = tf.stack(logitsKeepSteps);
  const logitsProduct = tf.mul(hNextStacked, logitsKeepStacked);
  rt.dispose(logitsKeepSteps, hNextStacked);
  // layers.attn:4  W @ x + b
  const productRows = tf.tidy(() => tf.reshape(tf.transpose(logitsProduct, [1, 0, 2]), [batchSize * target, hidden]));
  const logits = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(productRows, p['Write.logits.Linear.W'], false, true), [batchSize, target, characters]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(logitsProduct);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number = tf.scalar(0, 'int32');
  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const mean = tf.tidy(() => {
    const all2 = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), batch.inputs["y'"])), 1);
    return tf.mean(tf.cast(rt.where(all2, tf.scalar(1, 'int32'), number), 'float32'));
  });
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const lossLogWeights = rt.logSoftmax(logits);
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss2 = tf.tidy(() => {
    const total = tf.sum(rt.where(targetMask, tf.neg(tf.gather(lossLogWeights, batch.inputs["y'"], 2, 2)), 0), 1);
    return tf.mean(tf.div(total, lossAsFloat));
  });
  const lossDifference = tf.tidy(() => {
    const negative = tf.neg(rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, lossAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(lossLogWeights), tf.reshape(negative, [batchSize, target, 1]));
    return tf.sub(rt.scatter(batch.inputs["y'"], negative, characters, 2), product);
  });
  rt.dispose(logits, targetMask, lossLogWeights, lossAsFloat);
  // layers.attn:4  W @ x + b
  const differenceRows = tf.reshape(lossDifference, [batchSize * target, characters]);
  const WProduct = tf.matMul(differenceRows, p['Write.logits.Linear.W']);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsProduct2 = tf.tidy(() =>
    tf.mul(tf.reshape(WProduct, [batchSize, target, hidden]), tf.transpose(logitsKeepStacked, [1, 0, 2])),
  );
  rt.dispose(logitsKeepStacked, WProduct);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined = tf.concat([p['Write.h_c.LSTM.Ug'], p['Write.h_c.LSTM.Ui'], p['Write.h_c.LSTM.Uf'], p['Write.h_c.LSTM.Uo']], 0);
  // model.attn:37  Write(read.h, read.c)
  const logitsProduct2Steps = tf.tidy(() => tf.unstack(tf.transpose(logitsProduct2, [1, 0, 2])));
  rt.dispose(logitsProduct2);
  const productSteps = new Array<tf.Tensor>(target);
  const productSteps2 = new Array<tf.Tensor>(target);
  const productSteps3 = new Array<tf.Tensor>(target);
  const productSteps4 = new Array<tf.Tensor>(target);
  let state: tf.Tensor = tf.clone(runZeros);
  let state2: tf.Tensor = tf.clone(runZeros);
  for (let t = target - 1; t >= 0; t--) {
    const logitsProduct2At = logitsProduct2Steps[t]!;
    const oAt = oSteps[t]!;
    const tanhAt = tanhSteps[t]!;
    const iAt = iSteps[t]!;
    const gAt = gSteps[t]!;
    const fAt = fSteps[t]!;
    const cAt = cSteps[t]!;
    // model.attn:37  Write(read.h, read.c)
    const sum = tf.add(state, logitsProduct2At);
    rt.dispose(state);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const sum2 = tf.tidy(() => tf.add(state2, rt.tanhGradient(tf.mul(sum, oAt), tanhAt)));
    rt.dispose(state2);
    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(sum2, gAt);
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct = rt.sigmoidGradient(newProduct, iAt);
    rt.dispose(newProduct);
    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(sum2, iAt);
    const newProduct3 = tf.mul(sum2, cAt);
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct = rt.sigmoidGradient(newProduct3, fAt);
    rt.dispose(newProduct3);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const product = tf.mul(sum, tanhAt);
    rt.dispose(sum);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct = rt.sigmoidGradient(product, oAt);
    rt.dispose(product);
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct = rt.tanhGradient(newProduct2, gAt);
    const gProduct2 = tf.tidy(() => tf.matMul(tf.concat([gProduct, iProduct, fProduct, oProduct], 1), gJoined));
    rt.dispose(newProduct2);
    // cells.attn:25  new = f * c + i * g
    const newProduct4 = tf.mul(sum2, fAt);
    rt.dispose(sum2);
    productSteps[t] = oProduct;
    productSteps2[t] = fProduct;
    productSteps3[t] = iProduct;
    productSteps4[t] = gProduct;
    state = gProduct2;
    state2 = newProduct4;
  }
  rt.dispose(oSteps, tanhSteps, iSteps, gSteps, fSteps, cSteps, gJoined, logitsProduct2Steps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const scattered = rt.scatter(number, state, source);
  const scattered2 = rt.scatter(number, state2, source);
  rt.dispose(state, number, state2);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined2 = tf.concat([p['read.Read.run.h_c.LSTM.Ug'], p['read.Read.run.h_c.LSTM.Ui'], p['read.Read.run.h_c.LSTM.Uf'], p['read.Read.run.h_c.LSTM.Uo']], 0);
  // model.attn:20  run = scan source reversed with xt = x {
  const scatteredSteps = tf.unstack(scattered);
  const scattered2Steps = tf.unstack(scattered2);
  rt.dispose(scattered, scattered2);
  const runProductSteps: tf.Tensor[] = [];
  const runProductSteps2: tf.Tensor[] = [];
  const runProductSteps3: tf.Tensor[] = [];
  const runProductSteps4: tf.Tensor[] = [];
  let runState: tf.Tensor = runZeros;
  let runState2: tf.Tensor = tf.clone(runZeros);
  for (let t = 0; t < source; t++) {
    const scatteredAt = scatteredSteps[t]!;
    const scattered2At = scattered2Steps[t]!;
    const sourceMaskAt = sourceMaskSteps[t]!;
    const runCAt = runCSteps[t]!;
    const runOAt = runOSteps[t]!;
    const runTanhAt = runTanhSteps[t]!;
    const runIAt = runISteps[t]!;
    const runGAt = runGSteps[t]!;
    const runFAt = runFSteps[t]!;
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, 0, runState);
    const sum = tf.tidy(() => tf.add(scattered2At, rt.where(valueWide, runState2, 0)));
    const sum2 = tf.tidy(() => tf.add(scatteredAt, rt.where(valueWide, runState, 0)));
    rt.dispose(runState);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const sum3 = tf.tidy(() => tf.add(sum, rt.tanhGradient(tf.mul(sum2, runOAt), runTanhAt)));
    rt.dispose(sum);
    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(sum3, runGAt);
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iProduct = rt.sigmoidGradient(newProduct, runIAt);
    rt.dispose(newProduct);
    // cells.attn:25  new = f * c + i * g
    const newProduct2 = tf.mul(sum3, runIAt);
    const newProduct3 = tf.mul(sum3, runCAt);
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fProduct = rt.sigmoidGradient(newProduct3, runFAt);
    rt.dispose(newProduct3);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const product = tf.mul(sum2, runTanhAt);
    rt.dispose(sum2);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oProduct = rt.sigmoidGradient(product, runOAt);
    rt.dispose(product);
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gProduct = rt.tanhGradient(newProduct2, runGAt);
    const gProduct2 = tf.tidy(() => tf.matMul(tf.concat([gProduct, iProduct, fProduct, oProduct], 1), gJoined2));
    rt.dispose(newProduct2);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oSum3 = tf.add(chosen, gProduct2);
    rt.dispose(chosen, gProduct2);
    // cells.attn:25  new = f * c + i * g
    const newProduct4 = tf.mul(sum3, runFAt);
    rt.dispose(sum3);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const sum4 = tf.tidy(() => tf.add(rt.where(valueWide, 0, runState2), newProduct4));
    rt.dispose(valueWide, newProduct4, runState2);
    runProductSteps.push(oProduct);
    runProductSteps2.push(fProduct);
    runProductSteps3.push(iProduct);
    runProductSteps4.push(gProduct);
    runState = oSum3;
    runState2 = sum4;
  }
  rt.dispose(sourceMaskSteps, runCSteps, runOSteps, runTanhSteps, runISteps, runGSteps, runFSteps, gJoined2, scatteredSteps, scattered2Steps, runState, runState2);
  const runProductStacked = tf.stack(runProductSteps4);
  rt.dispose(runProductSteps4);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgProduct = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(runProductStacked, [1, 0, 2]), [batchSize * source, hidden]);
    return tf.reshape(tf.matMul(productStepsRows, p['read.Read.run.h_c.LSTM.Wg']), [batchSize, source, embed]);
  });
  // model.attn:20  run = scan source reversed with xt = x {
  const runProductStacked2 = tf.stack(runProductSteps3);
  rt.dispose(runProductSteps3);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum3 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(runProductStacked2, [1, 0, 2]), [batchSize * source, hidden]);
    const WiProduct = tf.reshape(tf.matMul(productStepsRows, p['read.Read.run.h_c.LSTM.Wi']), [batchSize, source, embed]);
    return tf.add(gWgProduct, WiProduct);
  });
  rt.dispose(gWgProduct);
  // model.attn:20  run = scan source reversed with xt = x {
  const runProductStacked3 = tf.stack(runProductSteps2);
  rt.dispose(runProductSteps2);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum3 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(runProductStacked3, [1, 0, 2]), [batchSize * source, hidden]);
    const WfProduct = tf.reshape(tf.matMul(productStepsRows, p['read.Read.run.h_c.LSTM.Wf']), [batchSize, source, embed]);
    return tf.add(iSum3, WfProduct);
  });
  rt.dispose(iSum3);
  // model.attn:20  run = scan source reversed with xt = x {
  const runProductStacked4 = tf.stack(runProductSteps);
  rt.dispose(runProductSteps);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSum3 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(runProductStacked4, [1, 0, 2]), [batchSize * source, hidden]);
    const WoProduct = tf.reshape(tf.matMul(productStepsRows, p['read.Read.run.h_c.LSTM.Wo']), [batchSize, source, embed]);
    return tf.add(fSum3, WoProduct);
  });
  rt.dispose(fSum3);
  // model.attn:19  x = table[tokens]
  const xScattered = rt.scatter(batch.inputs.tokens, oSum3, words);
  rt.dispose(oSum3);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsRows = tf.reshape(runProductStacked2, [batchSize * source, hidden]);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsRows = tf.reshape(runProductStacked3, [batchSize * source, hidden]);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsRows = tf.reshape(runProductStacked4, [batchSize * source, hidden]);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsRows = tf.reshape(runProductStacked, [batchSize * source, hidden]);
  // model.attn:20  run = scan source reversed with xt = x {
  const runHStepsRows = tf.tidy(() => tf.reshape(tf.stack(runHSteps), [batchSize * source, hidden]));
  const runProduct = tf.matMul(iProductStepsRows, runHStepsRows, true);
  const runProduct2 = tf.matMul(fProductStepsRows, runHStepsRows, true);
  const runProduct3 = tf.matMul(oProductStepsRows, runHStepsRows, true);
  const runProduct4 = tf.matMul(gProductStepsRows, runHStepsRows, true);
  rt.dispose(runHSteps, runHStepsRows);
  // model.attn:37  Write(read.h, read.c)
  const productStacked = tf.stack(productSteps4);
  rt.dispose(productSteps4);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgProduct2 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(productStacked, [1, 0, 2]), [batchSize * target, hidden]);
    return tf.reshape(tf.matMul(productStepsRows, p['Write.h_c.LSTM.Wg']), [batchSize, target, embed]);
  });
  // model.attn:37  Write(read.h, read.c)
  const productStacked2 = tf.stack(productSteps3);
  rt.dispose(productSteps3);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum4 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(productStacked2, [1, 0, 2]), [batchSize * target, hidden]);
    const WiProduct = tf.reshape(tf.matMul(productStepsRows, p['Write.h_c.LSTM.Wi']), [batchSize, target, embed]);
    return tf.add(gWgProduct2, WiProduct);
  });
  rt.dispose(gWgProduct2);
  // model.attn:37  Write(read.h, read.c)
  const productStacked3 = tf.stack(productSteps2);
  rt.dispose(productSteps2);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum4 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(productStacked3, [1, 0, 2]), [batchSize * target, hidden]);
    return tf.add(iSum4, tf.reshape(tf.matMul(productStepsRows, p['Write.h_c.LSTM.Wf']), [batchSize, target, embed]));
  });
  rt.dispose(iSum4);
  // model.attn:37  Write(read.h, read.c)
  const productStacked4 = tf.stack(productSteps);
  rt.dispose(productSteps);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSum4 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(productStacked4, [1, 0, 2]), [batchSize * target, hidden]);
    return tf.add(fSum4, tf.reshape(tf.matMul(productStepsRows, p['Write.h_c.LSTM.Wo']), [batchSize, target, embed]));
  });
  rt.dispose(fSum4);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const scattered3 = rt.scatter(batch.inputs.y, oSum4, characters);
  rt.dispose(oSum4);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProductStepsRows2 = tf.reshape(productStacked2, [batchSize * target, hidden]);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProductStepsRows2 = tf.reshape(productStacked3, [batchSize * target, hidden]);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProductStepsRows2 = tf.reshape(productStacked4, [batchSize * target, hidden]);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProductStepsRows2 = tf.reshape(productStacked, [batchSize * target, hidden]);
  // model.attn:37  Write(read.h, read.c)
  const hStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps), [batchSize * target, hidden]));
  const product = tf.matMul(iProductStepsRows2, hStepsRows, true);
  const product2 = tf.matMul(fProductStepsRows2, hStepsRows, true);
  const product3 = tf.matMul(oProductStepsRows2, hStepsRows, true);
  const product4 = tf.matMul(gProductStepsRows2, hStepsRows, true);
  rt.dispose(picked, hNextSteps, hStepsRows);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iXRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * source, embed]));
  const iProduct = tf.matMul(iProductStepsRows, iXRows, true);
  const iTotal = tf.sum(runProductStacked2, [0, 1]);
  const iPickedRows = tf.tidy(() => tf.reshape(tf.transpose(picked3, [1, 0, 2]), [batchSize * target, embed]));
  rt.dispose(x, iProductStepsRows, runProductStacked2, picked3);
  const iProduct2 = tf.matMul(iProductStepsRows2, iPickedRows, true);
  const iTotal2 = tf.sum(productStacked2, [0, 1]);
  rt.dispose(iProductStepsRows2, productStacked2);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oProduct = tf.matMul(oProductStepsRows, iXRows, true);
  const oTotal = tf.sum(runProductStacked4, [0, 1]);
  const oProduct2 = tf.matMul(oProductStepsRows2, iPickedRows, true);
  const oTotal2 = tf.sum(productStacked4, [0, 1]);
  rt.dispose(oProductStepsRows, runProductStacked4, oProductStepsRows2, productStacked4);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gProduct = tf.matMul(gProductStepsRows, iXRows, true);
  const gTotal = tf.sum(runProductStacked, [0, 1]);
  const gProduct2 = tf.matMul(gProductStepsRows2, iPickedRows, true);
  const gTotal2 = tf.sum(productStacked, [0, 1]);
  rt.dispose(gProductStepsRows, runProductStacked, gProductStepsRows2, productStacked);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fProduct = tf.matMul(fProductStepsRows, iXRows, true);
  const fTotal = tf.sum(runProductStacked3, [0, 1]);
  const fProduct2 = tf.matMul(fProductStepsRows2, iPickedRows, true);
  rt.dispose(fProductStepsRows, iXRows, runProductStacked3, fProductStepsRows2, iPickedRows);
  const fTotal2 = tf.sum(productStacked3, [0, 1]);
  rt.dispose(productStacked3);
  // layers.attn:4  W @ x + b
  const product5 = tf.matMul(differenceRows, productRows, true);
  const total = tf.sum(lossDifference, [0, 1]);
  rt.dispose(productRows, differenceRows, lossDifference);
  return {
    loss: loss2,
    metrics: { exact: mean },
    gradients: {
      'read.Read.table': xScattered,
      'read.Read.run.h_c.LSTM.Wi': iProduct,
      'read.Read.run.h_c.LSTM.Wf': fProduct,
      'read.Read.run.h_c.LSTM.Wo': oProduct,
      'read.Read.run.h_c.LSTM.Wg': gProduct,
      'read.Read.run.h_c.LSTM.Ui': runProduct,
      'read.Read.run.h_c.LSTM.Uf': runProduct2,
      'read.Read.run.h_c.LSTM.Uo': runProduct3,
      'read.Read.run.h_c.LSTM.Ug': runProduct4,
      'read.Read.run.h_c.LSTM.bi': iTotal,
      'read.Read.run.h_c.LSTM.bo': oTotal,
      'read.Read.run.h_c.LSTM.bg': gTotal,
      'read.Read.run.h_c.LSTM.bf': fTotal,
      'Write.table': scattered3,
      'Write.h_c.LSTM.Wi': iProduct2,
      'Write.h_c.LSTM.Wf': fProduct2,
      'Write.h_c.LSTM.Wo': oProduct2,
      'Write.h_c.LSTM.Wg': gProduct2,
      'Write.h_c.LSTM.Ui': product,
      'Write.h_c.LSTM.Uf': product2,
      'Write.h_c.LSTM.Uo': product3,
      'Write.h_c.LSTM.Ug': product4,
      'Write.h_c.LSTM.bi': iTotal2,
      'Write.h_c.LSTM.bo': oTotal2,
      'Write.h_c.LSTM.bg': gTotal2,
      'Write.h_c.LSTM.bf': fTotal2,
      'Write.logits.Linear.W': product5,
      'Write.logits.Linear.b': total,
    },
  };
}

/** What every step reads, [batch, …]. */
type Seq2SeqMemory = Readonly<Record<string, never>>;

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
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oXRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wo'], false, true), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  rt.dispose(x);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wf'], false, true), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wi'], false, true), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(oXRows, p['read.Read.run.h_c.LSTM.Wg'], false, true), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  rt.dispose(oXRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const runHNextSteps = new Array<tf.Tensor>(source);
  const runNewSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo'], false, true))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf'], false, true))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui'], false, true))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug'], false, true))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const valueWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(valueWide, hNext, h);
    const chosen2 = rt.where(valueWide, new_, c);
    rt.dispose(h, valueWide, c);
    runHNextSteps[t] = hNext;
    runNewSteps[t] = new_;
    h = chosen;
    c = chosen2;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const runHNextStacked = tf.stack(runHNextSteps);
  const runNewStacked = tf.stack(runNewSteps);
  rt.dispose(runHNextSteps, runNewSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const picked = tf.tidy(() => tf.reshape(tf.slice(runHNextStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const picked2 = tf.tidy(() => tf.reshape(tf.slice(runNewStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(runHNextStacked, runNewStacked);
  // model.attn:37  Write(read.h, read.c)
  const pickedShaped = tf.reshape(picked, [batchSize, 1, hidden]);
  const pickedShaped2 = tf.reshape(picked2, [batchSize, 1, hidden]);
  rt.dispose(picked, picked2);
  return {
    memory: {},
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
function seq2SeqStep(p: Seq2SeqParameters, batch: Seq2SeqBatch, _memory: Seq2SeqMemory, state: Seq2SeqState, previous: tf.Tensor2D, _t: number): Seq2SeqStepResults {
  const { batch: batchSize, characters, hidden } = batch.n;
  const beam = previous.shape[1];
  // model.attn:27  decoder Write(h0: [hidden], c0: [hidden]) generates y: index(characters)[target] start 1 …
  const yRows = tf.reshape(previous, [batchSize * beam]);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p['Write.table'], yRows);
  rt.dispose(yRows);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oHRows = tf.reshape(state.h, [batchSize * beam, hidden]);
  const o = tf.tidy(() => {
    const WoProduct = tf.matMul(picked, p['Write.h_c.LSTM.Wo'], false, true);
    const sum = tf.add(tf.add(WoProduct, tf.matMul(oHRows, p['Write.h_c.LSTM.Uo'], false, true)), p['Write.h_c.LSTM.bo']);
    return tf.sigmoid(sum);
  });
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => {
    const WfProduct = tf.matMul(picked, p['Write.h_c.LSTM.Wf'], false, true);
    const sum = tf.add(tf.add(WfProduct, tf.matMul(oHRows, p['Write.h_c.LSTM.Uf'], false, true)), p['Write.h_c.LSTM.bf']);
    return tf.sigmoid(sum);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const i = tf.tidy(() => {
    const WiProduct = tf.matMul(picked, p['Write.h_c.LSTM.Wi'], false, true);
    const sum = tf.add(tf.add(WiProduct, tf.matMul(oHRows, p['Write.h_c.LSTM.Ui'], false, true)), p['Write.h_c.LSTM.bi']);
    return tf.sigmoid(sum);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => {
    const WgProduct = tf.matMul(picked, p['Write.h_c.LSTM.Wg'], false, true);
    const sum = tf.add(tf.add(WgProduct, tf.matMul(oHRows, p['Write.h_c.LSTM.Ug'], false, true)), p['Write.h_c.LSTM.bg']);
    return tf.tanh(sum);
  });
  rt.dispose(picked, oHRows);
  // cells.attn:25  new = f * c + i * g
  const new_ = tf.tidy(() => tf.add(tf.mul(f, tf.reshape(state.c, [batchSize * beam, hidden])), tf.mul(i, g)));
  rt.dispose(f, i, g);
  // cells.attn:26  { h = o * tanh(new), c = new }
  const hNext = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
  rt.dispose(o);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() =>
    tf.add(tf.matMul(hNext, p['Write.logits.Linear.W'], false, true), p['Write.logits.Linear.b']),
  );
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsShaped = tf.reshape(logits, [batchSize, beam, characters]);
  rt.dispose(logits);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const hNextShaped = tf.reshape(hNext, [batchSize, beam, hidden]);
  const newShaped = tf.reshape(new_, [batchSize, beam, hidden]);
  rt.dispose(hNext, new_);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: {},
    state: { h: hNextShaped, c: newShaped },
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
