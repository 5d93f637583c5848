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
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wo']), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  const pickedRows = tf.reshape(picked, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wo']), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  rt.dispose(x, picked);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wf']), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wf']), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wi']), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wi']), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wg']), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wg']), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(xRows, pickedRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const hSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const h2 = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, h2, h);
    const cNext = rt.where(isGreaterWide, new_, c);
    rt.dispose(h, isGreaterWide, c);
    hSteps[t] = h2;
    newSteps[t] = new_;
    h = hNext;
    c = cNext;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const hStacked = tf.stack(hSteps);
  const newStacked = tf.stack(newSteps);
  rt.dispose(hSteps, newSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const hFirst = tf.tidy(() => tf.reshape(tf.slice(hStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const cFirst = tf.tidy(() => tf.reshape(tf.slice(newStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(hStacked, newStacked);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = hFirst;
  let c2: tf.Tensor = cFirst;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const cNext = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    rt.dispose(f, i, g, c2);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(cNext)));
    rt.dispose(o);
    hSteps2.push(hNext);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(hFirst, oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => {
    const hStepsRows = tf.reshape(tf.transpose(tf.stack(hSteps2), [1, 0, 2]), [batchSize * target, hidden]);
    const WProduct = tf.reshape(tf.matMul(hStepsRows, p['Write.logits.Linear.W']), [batchSize, target, characters]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(hSteps2);
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
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wo']), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  const pickedRows = tf.reshape(picked, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wo']), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  rt.dispose(x, picked);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wf']), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wf']), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wi']), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wi']), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wg']), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wg']), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(xRows, pickedRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const hSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const h2 = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, h2, h);
    const cNext = rt.where(isGreaterWide, new_, c);
    rt.dispose(h, isGreaterWide, c);
    hSteps[t] = h2;
    newSteps[t] = new_;
    h = hNext;
    c = cNext;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const hStacked = tf.stack(hSteps);
  const newStacked = tf.stack(newSteps);
  rt.dispose(hSteps, newSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const hFirst = tf.tidy(() => tf.reshape(tf.slice(hStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const cFirst = tf.tidy(() => tf.reshape(tf.slice(newStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(hStacked, newStacked);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = hFirst;
  let c2: tf.Tensor = cFirst;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const cNext = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    rt.dispose(f, i, g, c2);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const hNext = tf.tidy(() => tf.mul(o, tf.tanh(cNext)));
    rt.dispose(o);
    hSteps2.push(hNext);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(hFirst, oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number = tf.scalar(0, 'int32');
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => {
    const hStepsRows = tf.reshape(tf.transpose(tf.stack(hSteps2), [1, 0, 2]), [batchSize * target, hidden]);
    const WProduct = tf.reshape(tf.matMul(hStepsRows, p['Write.logits.Linear.W']), [batchSize, target, characters]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(hSteps2);
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(targetMask, tf.neg(tf.gather(rt.logSoftmax(logits), batch.inputs["y'"], 2, 2)), 0), 1);
    return tf.mean(tf.div(total, tf.cast(batch.lengths.target, 'float32')));
  });
  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const exact = tf.tidy(() => {
    const all = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), batch.inputs["y'"])), 1);
    return tf.mean(tf.cast(rt.where(all, tf.scalar(1, 'int32'), number), 'float32'));
  });
  rt.dispose(number, logits, targetMask);
  return {
    loss,
    metrics: { exact },
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
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p['read.Read.table'], batch.inputs.tokens);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p['Write.table'], batch.inputs.y);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wo']), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  const pickedRows = tf.reshape(picked, [batchSize * target, embed]);
  const oSum2 = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wo']), [batchSize, target, hidden]);
    return tf.add(WoProduct, p['Write.h_c.LSTM.bo']);
  });
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wf']), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  const fSum2 = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wf']), [batchSize, target, hidden]);
    return tf.add(WfProduct, p['Write.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wi']), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  const iSum2 = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wi']), [batchSize, target, hidden]);
    return tf.add(WiProduct, p['Write.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wg']), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  const gSum2 = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(pickedRows, p['Write.h_c.LSTM.Wg']), [batchSize, target, hidden]);
    return tf.add(WgProduct, p['Write.h_c.LSTM.bg']);
  });
  rt.dispose(xRows, pickedRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const hSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  const cSteps = new Array<tf.Tensor>(source);
  const hSteps2 = new Array<tf.Tensor>(source);
  const oSteps = new Array<tf.Tensor>(source);
  const tanhSteps = new Array<tf.Tensor>(source);
  const iSteps = new Array<tf.Tensor>(source);
  const gSteps = new Array<tf.Tensor>(source);
  const fSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = tf.clone(runZeros);
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(new_);
    const h2 = tf.mul(o, tanh);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, h2, h);
    const cNext = rt.where(isGreaterWide, new_, c);
    rt.dispose(isGreaterWide);
    hSteps[t] = h2;
    newSteps[t] = new_;
    cSteps[t] = c;
    hSteps2[t] = h;
    oSteps[t] = o;
    tanhSteps[t] = tanh;
    iSteps[t] = i;
    gSteps[t] = g;
    fSteps[t] = f;
    h = hNext;
    c = cNext;
  }
  rt.dispose(oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const hStacked = tf.stack(hSteps);
  const newStacked = tf.stack(newSteps);
  rt.dispose(hSteps, newSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const hFirst = tf.tidy(() => tf.reshape(tf.slice(hStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const cFirst = tf.tidy(() => tf.reshape(tf.slice(newStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(hStacked, newStacked);
  // model.attn:37  Write(read.h, read.c)
  const oSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(oSum2, [1, 0, 2])));
  const fSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(fSum2, [1, 0, 2])));
  const iSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(iSum2, [1, 0, 2])));
  const gSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(gSum2, [1, 0, 2])));
  rt.dispose(oSum2, fSum2, iSum2, gSum2);
  const hSteps3: tf.Tensor[] = [];
  const oSteps2: tf.Tensor[] = [];
  const tanhSteps2: tf.Tensor[] = [];
  const iSteps2: tf.Tensor[] = [];
  const gSteps2: tf.Tensor[] = [];
  const hSteps4: tf.Tensor[] = [];
  const fSteps2: tf.Tensor[] = [];
  const cSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = hFirst;
  let c2: tf.Tensor = cFirst;
  for (let t = 0; t < target; t++) {
    const oSum2At = oSum2Steps[t]!;
    const fSum2At = fSum2Steps[t]!;
    const iSum2At = iSum2Steps[t]!;
    const gSum2At = gSum2Steps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSum2At, tf.matMul(h2, p['Write.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const cNext = tf.tidy(() => tf.add(tf.mul(f, c2), tf.mul(i, g)));
    // cells.attn:26  { h = o * tanh(new), c = new }
    const tanh = tf.tanh(cNext);
    const hNext = tf.mul(o, tanh);
    hSteps3.push(hNext);
    oSteps2.push(o);
    tanhSteps2.push(tanh);
    iSteps2.push(i);
    gSteps2.push(g);
    hSteps4.push(h2);
    fSteps2.push(f);
    cSteps2.push(c2);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(oSum2Steps, fSum2Steps, iSum2Steps, gSum2Steps, c2);
  const hStacked2 = tf.stack(hSteps3);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsKeepSteps: tf.Tensor[] = [];
  for (let t = 0; t < target; t++) {
    // model.attn:31  logits = Linear[characters](dropout(h', p))
    const logitsKeep = random.keep('Write.dropout#0', 0.1, [batchSize, hidden], [false], [t]);
    logitsKeepSteps.push(logitsKeep);
  }
  const keepStacked = tf.stack(logitsKeepSteps);
  const logitsProduct = tf.mul(hStacked2, keepStacked);
  rt.dispose(logitsKeepSteps, hStacked2);
  // layers.attn:4  W @ x + b
  const productRows = tf.tidy(() => tf.reshape(tf.transpose(logitsProduct, [1, 0, 2]), [batchSize * target, hidden]));
  const logits = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(productRows, p['Write.logits.Linear.W']), [batchSize, target, characters]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(logitsProduct);
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(logits);
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(targetMask, tf.neg(tf.gather(logSoftmax, batch.inputs["y'"], 2, 2)), 0), 1);
    return tf.mean(tf.div(total, lossAsFloat));
  });
  const dLogits = tf.tidy(() => {
    const negative = tf.neg(rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, lossAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, target, 1]));
    return tf.sub(rt.scatter(batch.inputs["y'"], negative, characters, 2), product);
  });
  rt.dispose(logSoftmax, lossAsFloat);
  // layers.attn:4  W @ x + b
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, characters]);
  const WProduct = tf.matMul(dLogitsRows, p['Write.logits.Linear.W'], false, true);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsProduct2 = tf.tidy(() =>
    tf.mul(tf.reshape(WProduct, [batchSize, target, hidden]), tf.transpose(keepStacked, [1, 0, 2])),
  );
  rt.dispose(keepStacked, WProduct);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined = tf.concat([p['Write.h_c.LSTM.Ug'], p['Write.h_c.LSTM.Ui'], p['Write.h_c.LSTM.Uf'], p['Write.h_c.LSTM.Uo']], 1);
  // model.attn:37  Write(read.h, read.c)
  const logitsProduct2Steps = tf.tidy(() => tf.unstack(tf.transpose(logitsProduct2, [1, 0, 2])));
  rt.dispose(logitsProduct2);
  const oSigmoidGradientSteps = new Array<tf.Tensor>(target);
  const fSigmoidGradientSteps = new Array<tf.Tensor>(target);
  const iSigmoidGradientSteps = new Array<tf.Tensor>(target);
  const gTanhGradientSteps = new Array<tf.Tensor>(target);
  let state: tf.Tensor = tf.clone(runZeros);
  let state2: tf.Tensor = tf.clone(runZeros);
  for (let t = target - 1; t >= 0; t--) {
    const logitsProduct2At = logitsProduct2Steps[t]!;
    const oAt = oSteps2[t]!;
    const tanhAt = tanhSteps2[t]!;
    const iAt = iSteps2[t]!;
    const gAt = gSteps2[t]!;
    const fAt = fSteps2[t]!;
    const cAt = cSteps2[t]!;
    // model.attn:37  Write(read.h, read.c)
    const dH = tf.add(state, logitsProduct2At);
    rt.dispose(state);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const dNew = tf.tidy(() => tf.add(state2, rt.tanhGradient(tf.mul(dH, oAt), tanhAt)));
    const dO = tf.mul(dH, tanhAt);
    rt.dispose(state2, dH);
    // cells.attn:25  new = f * c + i * g
    const dG = tf.mul(dNew, iAt);
    const dI = tf.mul(dNew, gAt);
    const dF = tf.mul(dNew, cAt);
    const dC = tf.mul(dNew, fAt);
    rt.dispose(dNew);
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iSigmoidGradient = rt.sigmoidGradient(dI, iAt);
    rt.dispose(dI);
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fSigmoidGradient = rt.sigmoidGradient(dF, fAt);
    rt.dispose(dF);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oSigmoidGradient = rt.sigmoidGradient(dO, oAt);
    rt.dispose(dO);
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gTanhGradient = rt.tanhGradient(dG, gAt);
    const stateNext = tf.tidy(() => {
      const joined = tf.concat([gTanhGradient, iSigmoidGradient, fSigmoidGradient, oSigmoidGradient], 1);
      return tf.matMul(joined, gJoined, false, true);
    });
    rt.dispose(dG);
    oSigmoidGradientSteps[t] = oSigmoidGradient;
    fSigmoidGradientSteps[t] = fSigmoidGradient;
    iSigmoidGradientSteps[t] = iSigmoidGradient;
    gTanhGradientSteps[t] = gTanhGradient;
    state = stateNext;
    state2 = dC;
  }
  rt.dispose(oSteps2, tanhSteps2, iSteps2, gSteps2, fSteps2, cSteps2, gJoined, logitsProduct2Steps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const number = tf.scalar(0, 'int32');
  const scattered = rt.scatter(number, state, source);
  const scattered2 = rt.scatter(number, state2, source);
  rt.dispose(state, state2);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined2 = tf.concat([p['read.Read.run.h_c.LSTM.Ug'], p['read.Read.run.h_c.LSTM.Ui'], p['read.Read.run.h_c.LSTM.Uf'], p['read.Read.run.h_c.LSTM.Uo']], 1);
  // model.attn:20  run = scan source reversed with xt = x {
  const scatteredSteps = tf.unstack(scattered);
  const scattered2Steps = tf.unstack(scattered2);
  rt.dispose(scattered, scattered2);
  const oSigmoidGradientSteps2: tf.Tensor[] = [];
  const fSigmoidGradientSteps2: tf.Tensor[] = [];
  const iSigmoidGradientSteps2: tf.Tensor[] = [];
  const gTanhGradientSteps2: tf.Tensor[] = [];
  let dH: tf.Tensor = runZeros;
  let dC: tf.Tensor = tf.clone(runZeros);
  for (let t = 0; t < source; t++) {
    const scatteredAt = scatteredSteps[t]!;
    const scattered2At = scattered2Steps[t]!;
    const sourceMaskAt = sourceMaskSteps[t]!;
    const cAt = cSteps[t]!;
    const oAt = oSteps[t]!;
    const tanhAt = tanhSteps[t]!;
    const iAt = iSteps[t]!;
    const gAt = gSteps[t]!;
    const fAt = fSteps[t]!;
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const chosen = rt.where(isGreaterWide, 0, dH);
    const sum = tf.tidy(() => tf.add(scattered2At, rt.where(isGreaterWide, dC, 0)));
    const dH2 = tf.tidy(() => tf.add(scatteredAt, rt.where(isGreaterWide, dH, 0)));
    rt.dispose(dH);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const dNew = tf.tidy(() => tf.add(sum, rt.tanhGradient(tf.mul(dH2, oAt), tanhAt)));
    const dO = tf.mul(dH2, tanhAt);
    rt.dispose(sum, dH2);
    // cells.attn:25  new = f * c + i * g
    const dG = tf.mul(dNew, iAt);
    const dI = tf.mul(dNew, gAt);
    const dF = tf.mul(dNew, cAt);
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const iSigmoidGradient = rt.sigmoidGradient(dI, iAt);
    rt.dispose(dI);
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const fSigmoidGradient = rt.sigmoidGradient(dF, fAt);
    rt.dispose(dF);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const oSigmoidGradient = rt.sigmoidGradient(dO, oAt);
    rt.dispose(dO);
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const gTanhGradient = rt.tanhGradient(dG, gAt);
    const gProduct = tf.tidy(() => {
      const joined = tf.concat([gTanhGradient, iSigmoidGradient, fSigmoidGradient, oSigmoidGradient], 1);
      return tf.matMul(joined, gJoined2, false, true);
    });
    rt.dispose(dG);
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const dHNext = tf.add(chosen, gProduct);
    rt.dispose(chosen, gProduct);
    // cells.attn:25  new = f * c + i * g
    const newProduct = tf.mul(dNew, fAt);
    rt.dispose(dNew);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const dCNext = tf.tidy(() => tf.add(rt.where(isGreaterWide, 0, dC), newProduct));
    rt.dispose(isGreaterWide, newProduct, dC);
    oSigmoidGradientSteps2.push(oSigmoidGradient);
    fSigmoidGradientSteps2.push(fSigmoidGradient);
    iSigmoidGradientSteps2.push(iSigmoidGradient);
    gTanhGradientSteps2.push(gTanhGradient);
    dH = dHNext;
    dC = dCNext;
  }
  rt.dispose(sourceMaskSteps, cSteps, oSteps, tanhSteps, iSteps, gSteps, fSteps, gJoined2, scatteredSteps);
  rt.dispose(scattered2Steps, dH, dC);
  const tanhGradientStacked = tf.stack(gTanhGradientSteps2);
  rt.dispose(gTanhGradientSteps2);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const WgProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(tanhGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const lSTMWgProduct = tf.matMul(tanhGradientStepsRows, p['read.Read.run.h_c.LSTM.Wg'], false, true);
    return tf.reshape(lSTMWgProduct, [batchSize, source, embed]);
  });
  // model.attn:20  run = scan source reversed with xt = x {
  const sigmoidGradientStacked = tf.stack(iSigmoidGradientSteps2);
  rt.dispose(iSigmoidGradientSteps2);
  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const exact = tf.tidy(() => {
    const all = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), batch.inputs["y'"])), 1);
    return tf.mean(tf.cast(rt.where(all, tf.scalar(1, 'int32'), number), 'float32'));
  });
  rt.dispose(logits, targetMask, number);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum3 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WiProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Read.run.h_c.LSTM.Wi'], false, true);
    return tf.add(WgProduct, tf.reshape(WiProduct, [batchSize, source, embed]));
  });
  rt.dispose(WgProduct);
  // model.attn:20  run = scan source reversed with xt = x {
  const runSigmoidGradientStacked = tf.stack(fSigmoidGradientSteps2);
  rt.dispose(fSigmoidGradientSteps2);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum3 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(runSigmoidGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WfProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Read.run.h_c.LSTM.Wf'], false, true);
    return tf.add(iSum3, tf.reshape(WfProduct, [batchSize, source, embed]));
  });
  rt.dispose(iSum3);
  // model.attn:20  run = scan source reversed with xt = x {
  const sigmoidGradientStacked2 = tf.stack(oSigmoidGradientSteps2);
  rt.dispose(oSigmoidGradientSteps2);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const dX = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked2, [1, 0, 2]), [batchSize * source, hidden]);
    const WoProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Read.run.h_c.LSTM.Wo'], false, true);
    return tf.add(fSum3, tf.reshape(WoProduct, [batchSize, source, embed]));
  });
  rt.dispose(fSum3);
  // model.attn:19  x = table[tokens]
  const dTable = rt.scatter(batch.inputs.tokens, dX, words);
  rt.dispose(dX);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const sigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked, [batchSize * source, hidden]);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSigmoidGradientStepsRows = tf.reshape(runSigmoidGradientStacked, [batchSize * source, hidden]);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked2, [batchSize * source, hidden]);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const tanhGradientStepsRows = tf.reshape(tanhGradientStacked, [batchSize * source, hidden]);
  // model.attn:20  run = scan source reversed with xt = x {
  const hStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps2), [batchSize * source, hidden]));
  const dUi = tf.matMul(sigmoidGradientStepsRows, hStepsRows, true);
  const dUf = tf.matMul(fSigmoidGradientStepsRows, hStepsRows, true);
  const dUo = tf.matMul(oSigmoidGradientStepsRows, hStepsRows, true);
  const dUg = tf.matMul(tanhGradientStepsRows, hStepsRows, true);
  rt.dispose(hSteps2, hStepsRows);
  // model.attn:37  Write(read.h, read.c)
  const tanhGradientStacked2 = tf.stack(gTanhGradientSteps);
  rt.dispose(gTanhGradientSteps);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gWgProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(tanhGradientStacked2, [1, 0, 2]), [batchSize * target, hidden]);
    const WgProduct = tf.matMul(tanhGradientStepsRows, p['Write.h_c.LSTM.Wg'], false, true);
    return tf.reshape(WgProduct, [batchSize, target, embed]);
  });
  // model.attn:37  Write(read.h, read.c)
  const sigmoidGradientStacked3 = tf.stack(iSigmoidGradientSteps);
  rt.dispose(iSigmoidGradientSteps);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum4 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked3, [1, 0, 2]), [batchSize * target, hidden]);
    const WiProduct = tf.matMul(sigmoidGradientStepsRows, p['Write.h_c.LSTM.Wi'], false, true);
    return tf.add(gWgProduct, tf.reshape(WiProduct, [batchSize, target, embed]));
  });
  rt.dispose(gWgProduct);
  // model.attn:37  Write(read.h, read.c)
  const sigmoidGradientStacked4 = tf.stack(fSigmoidGradientSteps);
  rt.dispose(fSigmoidGradientSteps);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum4 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked4, [1, 0, 2]), [batchSize * target, hidden]);
    const WfProduct = tf.matMul(sigmoidGradientStepsRows, p['Write.h_c.LSTM.Wf'], false, true);
    return tf.add(iSum4, tf.reshape(WfProduct, [batchSize, target, embed]));
  });
  rt.dispose(iSum4);
  // model.attn:37  Write(read.h, read.c)
  const sigmoidGradientStacked5 = tf.stack(oSigmoidGradientSteps);
  rt.dispose(oSigmoidGradientSteps);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSum3 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked5, [1, 0, 2]), [batchSize * target, hidden]);
    const WoProduct = tf.matMul(sigmoidGradientStepsRows, p['Write.h_c.LSTM.Wo'], false, true);
    return tf.add(fSum4, tf.reshape(WoProduct, [batchSize, target, embed]));
  });
  rt.dispose(fSum4);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const dWriteTable = rt.scatter(batch.inputs.y, oSum3, characters);
  rt.dispose(oSum3);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked3, [batchSize * target, hidden]);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const sigmoidGradientStepsRows2 = tf.reshape(sigmoidGradientStacked4, [batchSize * target, hidden]);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const sigmoidGradientStepsRows3 = tf.reshape(sigmoidGradientStacked5, [batchSize * target, hidden]);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gTanhGradientStepsRows = tf.reshape(tanhGradientStacked2, [batchSize * target, hidden]);
  // model.attn:37  Write(read.h, read.c)
  const hStepsRows2 = tf.tidy(() => tf.reshape(tf.stack(hSteps4), [batchSize * target, hidden]));
  const dUi2 = tf.matMul(iSigmoidGradientStepsRows, hStepsRows2, true);
  const dUf2 = tf.matMul(sigmoidGradientStepsRows2, hStepsRows2, true);
  const dUo2 = tf.matMul(sigmoidGradientStepsRows3, hStepsRows2, true);
  const dUg2 = tf.matMul(gTanhGradientStepsRows, hStepsRows2, true);
  rt.dispose(hFirst, hSteps3, hStepsRows2);
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iXRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * source, embed]));
  const dWi = tf.matMul(sigmoidGradientStepsRows, iXRows, true);
  const dBi = tf.sum(sigmoidGradientStacked, [0, 1]);
  const iPickedRows = tf.tidy(() => tf.reshape(tf.transpose(picked, [1, 0, 2]), [batchSize * target, embed]));
  rt.dispose(x, sigmoidGradientStepsRows, sigmoidGradientStacked, picked);
  const dWi2 = tf.matMul(iSigmoidGradientStepsRows, iPickedRows, true);
  const dLSTMBi = tf.sum(sigmoidGradientStacked3, [0, 1]);
  rt.dispose(iSigmoidGradientStepsRows, sigmoidGradientStacked3);
  // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const dWo = tf.matMul(oSigmoidGradientStepsRows, iXRows, true);
  const dBo = tf.sum(sigmoidGradientStacked2, [0, 1]);
  const dWo2 = tf.matMul(sigmoidGradientStepsRows3, iPickedRows, true);
  const dLSTMBo = tf.sum(sigmoidGradientStacked5, [0, 1]);
  rt.dispose(oSigmoidGradientStepsRows, sigmoidGradientStacked2, sigmoidGradientStepsRows3, sigmoidGradientStacked5);
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const dWg = tf.matMul(tanhGradientStepsRows, iXRows, true);
  const dBg = tf.sum(tanhGradientStacked, [0, 1]);
  const dWg2 = tf.matMul(gTanhGradientStepsRows, iPickedRows, true);
  const dLSTMBg = tf.sum(tanhGradientStacked2, [0, 1]);
  rt.dispose(tanhGradientStepsRows, tanhGradientStacked, gTanhGradientStepsRows, tanhGradientStacked2);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const dWf = tf.matMul(fSigmoidGradientStepsRows, iXRows, true);
  const dBf = tf.sum(runSigmoidGradientStacked, [0, 1]);
  const dWf2 = tf.matMul(sigmoidGradientStepsRows2, iPickedRows, true);
  rt.dispose(fSigmoidGradientStepsRows, iXRows, runSigmoidGradientStacked, sigmoidGradientStepsRows2, iPickedRows);
  const dLSTMBf = tf.sum(sigmoidGradientStacked4, [0, 1]);
  rt.dispose(sigmoidGradientStacked4);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(dLogitsRows, productRows, true);
  const dB = tf.sum(dLogits, [0, 1]);
  rt.dispose(productRows, dLogitsRows, dLogits);
  // cells.attn:19  param Wi, Wf, Wo, Wg: [hidden <- input], Ui, Uf, Uo, Ug: [hidden <- hidden] = orthogonal
  const dLSTMWi = tf.transpose(dWi, [1, 0]);
  const dLSTMWf = tf.transpose(dWf, [1, 0]);
  const dLSTMWo = tf.transpose(dWo, [1, 0]);
  const dLSTMWg = tf.transpose(dWg, [1, 0]);
  rt.dispose(dWi, dWf, dWo, dWg);
  const dLSTMUi = tf.transpose(dUi, [1, 0]);
  const dLSTMUf = tf.transpose(dUf, [1, 0]);
  const dLSTMUo = tf.transpose(dUo, [1, 0]);
  const dLSTMUg = tf.transpose(dUg, [1, 0]);
  rt.dispose(dUi, dUf, dUo, dUg);
  const dHCLSTMWi = tf.transpose(dWi2, [1, 0]);
  const dHCLSTMWf = tf.transpose(dWf2, [1, 0]);
  const dHCLSTMWo = tf.transpose(dWo2, [1, 0]);
  const dHCLSTMWg = tf.transpose(dWg2, [1, 0]);
  rt.dispose(dWi2, dWf2, dWo2, dWg2);
  const dHCLSTMUi = tf.transpose(dUi2, [1, 0]);
  const dHCLSTMUf = tf.transpose(dUf2, [1, 0]);
  const dHCLSTMUo = tf.transpose(dUo2, [1, 0]);
  const dHCLSTMUg = tf.transpose(dUg2, [1, 0]);
  rt.dispose(dUi2, dUf2, dUo2, dUg2);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  return {
    loss,
    metrics: { exact },
    gradients: {
      'read.Read.table': dTable,
      'read.Read.run.h_c.LSTM.Wi': dLSTMWi,
      'read.Read.run.h_c.LSTM.Wf': dLSTMWf,
      'read.Read.run.h_c.LSTM.Wo': dLSTMWo,
      'read.Read.run.h_c.LSTM.Wg': dLSTMWg,
      'read.Read.run.h_c.LSTM.Ui': dLSTMUi,
      'read.Read.run.h_c.LSTM.Uf': dLSTMUf,
      'read.Read.run.h_c.LSTM.Uo': dLSTMUo,
      'read.Read.run.h_c.LSTM.Ug': dLSTMUg,
      'read.Read.run.h_c.LSTM.bi': dBi,
      'read.Read.run.h_c.LSTM.bo': dBo,
      'read.Read.run.h_c.LSTM.bg': dBg,
      'read.Read.run.h_c.LSTM.bf': dBf,
      'Write.table': dWriteTable,
      'Write.h_c.LSTM.Wi': dHCLSTMWi,
      'Write.h_c.LSTM.Wf': dHCLSTMWf,
      'Write.h_c.LSTM.Wo': dHCLSTMWo,
      'Write.h_c.LSTM.Wg': dHCLSTMWg,
      'Write.h_c.LSTM.Ui': dHCLSTMUi,
      'Write.h_c.LSTM.Uf': dHCLSTMUf,
      'Write.h_c.LSTM.Uo': dHCLSTMUo,
      'Write.h_c.LSTM.Ug': dHCLSTMUg,
      'Write.h_c.LSTM.bi': dLSTMBi,
      'Write.h_c.LSTM.bo': dLSTMBo,
      'Write.h_c.LSTM.bg': dLSTMBg,
      'Write.h_c.LSTM.bf': dLSTMBf,
      'Write.logits.Linear.W': dLinearW,
      'Write.logits.Linear.b': dB,
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
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const oSum = tf.tidy(() => {
    const WoProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wo']), [batchSize, source, hidden]);
    return tf.add(WoProduct, p['read.Read.run.h_c.LSTM.bo']);
  });
  rt.dispose(x);
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wf']), [batchSize, source, hidden]);
    return tf.add(WfProduct, p['read.Read.run.h_c.LSTM.bf']);
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wi']), [batchSize, source, hidden]);
    return tf.add(WiProduct, p['read.Read.run.h_c.LSTM.bi']);
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => {
    const WgProduct = tf.reshape(tf.matMul(xRows, p['read.Read.run.h_c.LSTM.Wg']), [batchSize, source, hidden]);
    return tf.add(WgProduct, p['read.Read.run.h_c.LSTM.bg']);
  });
  rt.dispose(xRows);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const hSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const oSumAt = oSumSteps[t]!;
    const fSumAt = fSumSteps[t]!;
    const iSumAt = iSumSteps[t]!;
    const gSumAt = gSumSteps[t]!;
    // cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
    const o = tf.tidy(() => tf.sigmoid(tf.add(oSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uo']))));
    // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
    const f = tf.tidy(() => tf.sigmoid(tf.add(fSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Uf']))));
    // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
    const i = tf.tidy(() => tf.sigmoid(tf.add(iSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ui']))));
    // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
    const g = tf.tidy(() => tf.tanh(tf.add(gSumAt, tf.matMul(h, p['read.Read.run.h_c.LSTM.Ug']))));
    // cells.attn:25  new = f * c + i * g
    const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
    rt.dispose(f, i, g);
    // cells.attn:26  { h = o * tanh(new), c = new }
    const h2 = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
    rt.dispose(o);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, h2, h);
    const cNext = rt.where(isGreaterWide, new_, c);
    rt.dispose(h, isGreaterWide, c);
    hSteps[t] = h2;
    newSteps[t] = new_;
    h = hNext;
    c = cNext;
  }
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  const hStacked = tf.stack(hSteps);
  const newStacked = tf.stack(newSteps);
  rt.dispose(hSteps, newSteps);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const h2 = tf.tidy(() => tf.reshape(tf.slice(hStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const c2 = tf.tidy(() => tf.reshape(tf.slice(newStacked, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(hStacked, newStacked);
  // model.attn:37  Write(read.h, read.c)
  const hShaped = tf.reshape(h2, [batchSize, 1, hidden]);
  const cShaped = tf.reshape(c2, [batchSize, 1, hidden]);
  rt.dispose(h2, c2);
  return {
    memory: {},
    state: { h: hShaped, c: cShaped },
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
  const hRows = tf.reshape(state.h, [batchSize * beam, hidden]);
  const o = tf.tidy(() => {
    const sum = tf.add(tf.matMul(picked, p['Write.h_c.LSTM.Wo']), tf.matMul(hRows, p['Write.h_c.LSTM.Uo']));
    return tf.sigmoid(tf.add(sum, p['Write.h_c.LSTM.bo']));
  });
  // cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => {
    const sum = tf.add(tf.matMul(picked, p['Write.h_c.LSTM.Wf']), tf.matMul(hRows, p['Write.h_c.LSTM.Uf']));
    return tf.sigmoid(tf.add(sum, p['Write.h_c.LSTM.bf']));
  });
  // cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const i = tf.tidy(() => {
    const sum = tf.add(tf.matMul(picked, p['Write.h_c.LSTM.Wi']), tf.matMul(hRows, p['Write.h_c.LSTM.Ui']));
    return tf.sigmoid(tf.add(sum, p['Write.h_c.LSTM.bi']));
  });
  // cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => {
    const sum = tf.add(tf.matMul(picked, p['Write.h_c.LSTM.Wg']), tf.matMul(hRows, p['Write.h_c.LSTM.Ug']));
    return tf.tanh(tf.add(sum, p['Write.h_c.LSTM.bg']));
  });
  rt.dispose(picked, hRows);
  // cells.attn:25  new = f * c + i * g
  const new_ = tf.tidy(() => tf.add(tf.mul(f, tf.reshape(state.c, [batchSize * beam, hidden])), tf.mul(i, g)));
  rt.dispose(f, i, g);
  // cells.attn:26  { h = o * tanh(new), c = new }
  const h = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
  rt.dispose(o);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const hShaped = tf.reshape(h, [batchSize, beam, hidden]);
  const c = tf.reshape(new_, [batchSize, beam, hidden]);
  rt.dispose(new_);
  // layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(h, p['Write.logits.Linear.W']), p['Write.logits.Linear.b']));
  rt.dispose(h);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsShaped = tf.reshape(logits, [batchSize, beam, characters]);
  rt.dispose(logits);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: {},
    state: { h: hShaped, c },
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
      { path: 'read.Read.run.h_c.LSTM.Wi', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Wg', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Read.run.h_c.LSTM.Ui', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Uf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Uo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.Ug', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Read.run.h_c.LSTM.bi', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bo', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bg', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Read.run.h_c.LSTM.bf', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'ones' } },
      { path: 'Write.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Write.h_c.LSTM.Wi', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Wg', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.h_c.LSTM.Ui', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Uf', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Uo', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.Ug', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Write.h_c.LSTM.bi', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bo', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bg', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Write.h_c.LSTM.bf', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'ones' } },
      { path: 'Write.logits.Linear.W', axes: [{ label: 'out.characters', size: n.characters }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
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
