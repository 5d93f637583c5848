/**
 * Compiled by attnc from model.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Seq2Seq that its constructor may be given. */
export type Seq2SeqDims = {
  /** `words`, `characters`: Characters read and written. Default 972. */ readonly words: number;
  /** Default 14. */ readonly characters: number;
  /** `embed`, `hidden`: Sizes of the layers. Default 48. */ readonly embed: number;
  /** Default 160. */ readonly hidden: number;
};

/** One example of Seq2Seq. */
export interface Seq2SeqInput {
  /** `index(words)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface Seq2SeqTarget {
  /** `index(characters)[target]` */ readonly y: rt.Ints;
}

/** Every size of a call. */
type Seq2SeqSizes = Readonly<Record<'words' | 'characters' | 'embed' | 'hidden' | 'batch' | 'source' | 'target', number>>;

/** Parameters. */
type LSTMParameters = Readonly<Record<'Wi' | 'Wf' | 'Wo' | 'Wg' | 'Ui' | 'Uf' | 'Uo' | 'Ug' | 'bi' | 'bo' | 'bg' | 'bf', tf.Tensor>>;
type ReadParameters = { readonly table: tf.Tensor; readonly run: { readonly h_c: { readonly LSTM: LSTMParameters } } };
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type WriteParameters = {
  readonly table: tf.Tensor;
  readonly h_c: { readonly LSTM: LSTMParameters };
  readonly logits: { readonly Linear: LinearParameters };
};
type Seq2SeqParameters = { readonly read: { readonly Read: ReadParameters }; readonly Write: WriteParameters };

/** Padded examples on the device. */
type Seq2SeqBatch = {
  readonly n: Seq2SeqSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type RunRow = Readonly<Record<'new' | 'h', tf.Tensor>>;
type RunStep = Readonly<Record<'f' | 'g' | 'i' | 'tanh' | 'o' | 'c', tf.Tensor>>;
type ReadRunRow = Readonly<Record<'new' | 'h', tf.Tensor>>;
type WriteStep = Readonly<Record<'c' | 'f' | 'g' | 'i' | 'tanh' | 'o', tf.Tensor>>;

/** Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, which starts open (bias 1). */
function lstmInputs(p: LSTMParameters, n: Seq2SeqSizes, x: tf.Tensor, batchSource: number, source: number) {
  const { batch: batchSize, embed, hidden } = n;
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const joined = tf.concat([p.Wi, p.Wf, p.Wo, p.Wg], 1);
  const iSum = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(tf.reshape(x, [batchSource, embed]), joined), [batchSize, source, 4 * hidden]);
    return tf.add(product, tf.concat([p.bi, p.bf, p.bo, p.bg], 0));
  });
  const iJoined = tf.concat([p.Ui, p.Uf, p.Uo, p.Ug], 1);
  return { iSum, iJoined, joined };
}

function lstm(n: Seq2SeqSizes, h: tf.Tensor, iJoined: tf.Tensor, iSum: tf.Tensor, c: tf.Tensor) {
  const { hidden } = n;
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum2 = tf.tidy(() => tf.add(iSum, tf.matMul(h, iJoined)));
  const i = tf.tidy(() => tf.sigmoid(tf.slice(iSum2, [0, 0], [-1, hidden])));
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const o = tf.tidy(() => tf.sigmoid(tf.slice(iSum2, [0, 2 * hidden], [-1, hidden])));
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => tf.sigmoid(tf.slice(iSum2, [0, hidden], [-1, hidden])));
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => tf.tanh(tf.slice(iSum2, [0, 3 * hidden], [-1, hidden])));
  rt.dispose(iSum2);
  // std/cells.attn:25  new = f * c + i * g
  const new_ = tf.tidy(() => tf.add(tf.mul(f, c), tf.mul(i, g)));
  // std/cells.attn:26  { h = o * tanh(new), c = new }
  const tanh = tf.tanh(new_);
  const h2 = tf.mul(o, tanh);
  return { h: h2, new_, o, tanh, i, g, f };
}

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: Seq2SeqSizes, h: readonly tf.Tensor[]) {
  const { batch: batchSize, characters, hidden, target } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(tf.transpose(tf.stack(h), [1, 0, 2]), [batchSize * target, hidden]), p.W);
    return tf.add(tf.reshape(WProduct, [batchSize, target, characters]), p.b);
  });
}

function translation(n: Seq2SeqSizes, targetLengths: tf.Tensor, logits: tf.Tensor, yNext: tf.Tensor, zero: tf.Tensor) {
  const { batch: batchSize, target } = n;
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(targetLengths, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(logits);
  const targetLengthsAsFloat = tf.cast(targetLengths, 'float32');
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(targetMask, tf.neg(tf.gather(logSoftmax, yNext, 2, 2)), 0), 1), targetLengthsAsFloat);
    return tf.mean(quotient);
  });
  // model.attn:42  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const mean = tf.tidy(() => {
    const all = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), yNext)), 1);
    return tf.mean(tf.cast(rt.where(all, tf.scalar(1, 'int32'), zero), 'float32'));
  });
  return { loss, mean, targetLengthsAsFloat, targetMask, logSoftmax };
}

function lstmBackward(dResult: tf.Tensor, tanh: tf.Tensor, o: tf.Tensor, state: tf.Tensor, f: tf.Tensor, i: tf.Tensor, g: tf.Tensor, c: tf.Tensor, iJoined: tf.Tensor) {
  // std/cells.attn:26  { h = o * tanh(new), c = new }
  const tanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dResult, o), tanh));
  const dO = tf.mul(dResult, tanh);
  // std/cells.attn:25  new = f * c + i * g
  const dNew = tf.add(state, tanhGradient);
  const dI = tf.mul(dNew, g);
  const dF = tf.mul(dNew, c);
  const dG = tf.mul(dNew, i);
  rt.dispose(tanhGradient);
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSigmoidGradient = rt.sigmoidGradient(dI, i);
  rt.dispose(dI);
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSigmoidGradient = rt.sigmoidGradient(dF, f);
  rt.dispose(dF);
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gTanhGradient = rt.tanhGradient(dG, g);
  rt.dispose(dG);
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oJoined = tf.tidy(() =>
    tf.concat([iSigmoidGradient, fSigmoidGradient, rt.sigmoidGradient(dO, o), gTanhGradient], 1),
  );
  rt.dispose(dO, iSigmoidGradient, fSigmoidGradient, gTanhGradient);
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const dH = tf.matMul(oJoined, iJoined);
  // std/cells.attn:25  new = f * c + i * g
  const dC = tf.mul(dNew, f);
  rt.dispose(dNew);
  return { dH, dC, oJoined };
}

function lstmGradients(n: Seq2SeqSizes, hStacked: tf.Tensor, oJoined: tf.Tensor, picked: tf.Tensor, iJoined: tf.Tensor, batchTarget: number, target: number) {
  const { batch: batchSize, embed, hidden } = n;
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iProduct = tf.tidy(() => {
    const product = tf.matMul(tf.reshape(tf.transpose(oJoined, [1, 0, 2]), [batchTarget, 4 * hidden]), iJoined, false, true);
    return tf.reshape(product, [batchSize, target, embed]);
  });
  const joinedStepsRows = tf.reshape(oJoined, [batchTarget, 4 * hidden]);
  const iTotal = tf.sum(oJoined, [0, 1]);
  const dBi = tf.slice(iTotal, [0], [hidden]);
  const dBo = tf.slice(iTotal, [2 * hidden], [hidden]);
  const dBg = tf.slice(iTotal, [3 * hidden], [hidden]);
  const dBf = tf.slice(iTotal, [hidden], [hidden]);
  const iProduct2 = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(picked, [1, 0, 2]), [batchTarget, embed]), joinedStepsRows, true),
  );
  const dWi = tf.slice(iProduct2, [0, 0], [-1, hidden]);
  const dWf = tf.slice(iProduct2, [0, hidden], [-1, hidden]);
  const dWo = tf.slice(iProduct2, [0, 2 * hidden], [-1, hidden]);
  const dWg = tf.slice(iProduct2, [0, 3 * hidden], [-1, hidden]);
  const iProduct3 = tf.tidy(() => tf.matMul(tf.reshape(hStacked, [batchTarget, hidden]), joinedStepsRows, true));
  const dUi = tf.slice(iProduct3, [0, 0], [-1, hidden]);
  const dUf = tf.slice(iProduct3, [0, hidden], [-1, hidden]);
  const dUo = tf.slice(iProduct3, [0, 2 * hidden], [-1, hidden]);
  const dUg = tf.slice(iProduct3, [0, 3 * hidden], [-1, hidden]);
  rt.dispose(iTotal, iProduct2, joinedStepsRows, iProduct3);
  return { gradients: { Wi: dWi, Wf: dWf, Wo: dWo, Wg: dWg, Ui: dUi, Uf: dUf, Uo: dUo, Ug: dUg, bi: dBi, bo: dBo, bg: dBg, bf: dBf }, iProduct };
}

function lstmStep(n: Seq2SeqSizes, c: tf.Tensor, h: tf.Tensor, picked: tf.Tensor, iJoined: tf.Tensor, iJoined2: tf.Tensor, iJoined3: tf.Tensor, batchBeam: number) {
  const { hidden } = n;
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const sum = tf.add(tf.matMul(picked, iJoined), tf.matMul(tf.reshape(h, [batchBeam, hidden]), iJoined2));
    return tf.add(sum, iJoined3);
  });
  const i = tf.tidy(() => tf.sigmoid(tf.slice(iSum, [0, 0], [-1, hidden])));
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const o = tf.tidy(() => tf.sigmoid(tf.slice(iSum, [0, 2 * hidden], [-1, hidden])));
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => tf.sigmoid(tf.slice(iSum, [0, hidden], [-1, hidden])));
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => tf.tanh(tf.slice(iSum, [0, 3 * hidden], [-1, hidden])));
  rt.dispose(iSum);
  // std/cells.attn:25  new = f * c + i * g
  const new_ = tf.tidy(() => tf.add(tf.mul(f, tf.reshape(c, [batchBeam, hidden])), tf.mul(i, g)));
  rt.dispose(i, f, g);
  // std/cells.attn:26  { h = o * tanh(new), c = new }
  const h2 = tf.tidy(() => tf.mul(o, tf.tanh(new_)));
  rt.dispose(o);
  return { h: h2, new_ };
}

/** Sec. 2 and 3.3: an LSTM reads the input backwards; its last state is all that is kept. */
function read(p: ReadParameters, n: Seq2SeqSizes, sourceLengths: tf.Tensor, tokens: tf.Tensor) {
  const { batch: batchSize, hidden, source } = n;
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p.table, tokens);
  const { iSum, iJoined, joined: hCIJoined } = lstmInputs(p.run.h_c.LSTM, n, x, batchSize * source, source);
  rt.dispose(x, hCIJoined);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, iSum);
  const runRows = new Array<RunRow>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const { h: hCH, new_: hCNew, o, tanh, i, g, f } = lstm(n, h, iJoined, iSumSteps[t]!, c);
    rt.dispose(o, tanh, i, g, f);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskSteps[t]!, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, hCH, h);
    const cNext = rt.where(isGreaterWide, hCNew, c);
    rt.dispose(h, isGreaterWide, c);
    runRows[t] = { new: hCNew, h: hCH };
    h = hNext;
    c = cNext;
  }
  const runStacks = rt.stacked(runRows);
  rt.dispose(iJoined, sourceMaskSteps, iSumSteps, h, c);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const h2 = tf.tidy(() => tf.reshape(tf.slice(runStacks.h, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const c2 = tf.tidy(() => tf.reshape(tf.slice(runStacks.new, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(runStacks.h, runStacks.new);
  return { h: h2, c: c2 };
}

/** Sec. 2: another LSTM begins where the first one ended. */
function writeInputs(p: WriteParameters, n: Seq2SeqSizes, y: tf.Tensor, h: tf.Tensor, c: tf.Tensor) {
  const { batch: batchSize, target } = n;
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p.table, y);
  const { iSum, iJoined, joined: hCIJoined } = lstmInputs(p.h_c.LSTM, n, picked, batchSize * target, target);
  rt.dispose(picked, hCIJoined);
  // model.attn:37  Write(read.h, read.c)
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(iSum);
  const hSteps: tf.Tensor[] = [];
  let h2: tf.Tensor = h;
  let c2: tf.Tensor = tf.clone(c);
  for (let t = 0; t < target; t++) {
    const { h: hNext, new_: cNext, o, tanh, i, g, f } = lstm(n, h2, iJoined, iSumSteps[t]!, c2);
    rt.dispose(o, tanh, i, g, f, c2);
    hSteps.push(hNext);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(iJoined, iSumSteps, c2);
  const logits = linear(p.logits.Linear, n, hSteps);
  rt.dispose(hSteps);
  return logits;
}

function readTraining(p: ReadParameters, n: Seq2SeqSizes, sourceLengths: tf.Tensor, tokens: tf.Tensor, runZeros: tf.Tensor) {
  const { batch: batchSize, hidden, source } = n;
  // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:19  x = table[tokens]
  const x = tf.gather(p.table, tokens);
  const { iSum, iJoined, joined } = lstmInputs(p.run.h_c.LSTM, n, x, batchSize * source, source);
  // model.attn:20  run = scan source reversed with xt = x {
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, iSum);
  const hSteps = new Array<tf.Tensor>(source);
  const readRunRows = new Array<ReadRunRow>(source);
  const runSteps = new Array<RunStep>(source);
  let h: tf.Tensor = tf.clone(runZeros);
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const { h: hCH, new_: hCNew, o, tanh, i, g, f } = lstm(n, h, iJoined, iSumSteps[t]!, c);
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskSteps[t]!, [batchSize, 1]);
    const hNext = rt.where(isGreaterWide, hCH, h);
    const cNext = rt.where(isGreaterWide, hCNew, c);
    rt.dispose(isGreaterWide);
    readRunRows[t] = { new: hCNew, h: hCH };
    runSteps[t] = { f, g, i, tanh, o, c };
    hSteps[t] = h;
    h = hNext;
    c = cNext;
  }
  const readRunStacks = rt.stacked(readRunRows);
  rt.dispose(iSumSteps, h, c);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const h2 = tf.tidy(() => tf.reshape(tf.slice(readRunStacks.h, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const c2 = tf.tidy(() => tf.reshape(tf.slice(readRunStacks.new, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(readRunStacks.h, readRunStacks.new);
  return { h: h2, c: c2, iJoined, sourceMaskT: sourceMaskSteps, runSteps, runH: hSteps, joined, x };
}

function writeInputsTraining(p: WriteParameters, n: Seq2SeqSizes, random: rt.Random, y: tf.Tensor, h: tf.Tensor, c: tf.Tensor, site: string) {
  const { batch: batchSize, characters, hidden, target } = n;
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p.table, y);
  const { iSum, iJoined, joined } = lstmInputs(p.h_c.LSTM, n, picked, batchSize * target, target);
  // model.attn:37  Write(read.h, read.c)
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(iSum);
  const hSteps: tf.Tensor[] = [], hSteps2: tf.Tensor[] = []; // hSteps2 refers to what is in hSteps
  const writeSteps: WriteStep[] = [];
  let h2: tf.Tensor = h;
  let c2: tf.Tensor = tf.clone(c);
  for (let t = 0; t < target; t++) {
    const { h: hNext, new_: cNext, o, tanh, i, g, f } = lstm(n, h2, iJoined, iSumSteps[t]!, c2);
    writeSteps.push({ c: c2, f, g, i, tanh, o });
    hSteps.push(hNext); hSteps2.push(h2);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(iSumSteps, c2);
  const hStacked = tf.stack(hSteps);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsKeepSteps: tf.Tensor[] = [];
  for (let t = 0; t < target; t++) {
    const logitsKeep = random.keep(site, 0.1, [batchSize, hidden], [false], [t]);
    logitsKeepSteps.push(logitsKeep);
  }
  const keepStacked = tf.stack(logitsKeepSteps);
  const logitsProduct = tf.mul(hStacked, keepStacked);
  rt.dispose(logitsKeepSteps, hStacked);
  // std/layers.attn:4  W @ x + b
  const productRows = tf.tidy(() => tf.reshape(tf.transpose(logitsProduct, [1, 0, 2]), [batchSize * target, hidden]));
  const logits = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(productRows, p.logits.Linear.W), [batchSize, target, characters]);
    return tf.add(WProduct, p.logits.Linear.b);
  });
  rt.dispose(logitsProduct);
  return { logits, keepStacked, iJoined, writeSteps, h: hSteps2, joined, picked, productRows, h2: hSteps };
}

function writeStep(p: WriteParameters, n: Seq2SeqSizes, y: tf.Tensor, c: tf.Tensor, h: tf.Tensor, iJoined: tf.Tensor, iJoined2: tf.Tensor, iJoined3: tf.Tensor, batchBeam: number, beam: number) {
  const { batch: batchSize, characters, hidden } = n;
  // model.attn:27  decoder Write(h0: [hidden], c0: [hidden]) generates y: index(characters)[target] start 1 …
  const yRows = tf.reshape(y, [batchBeam]);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p.table, yRows);
  const { h: hCH, new_: hCNew } = lstmStep(n, c, h, picked, iJoined, iJoined2, iJoined3, batchBeam);
  const hShaped = tf.reshape(hCH, [batchSize, beam, hidden]);
  const newShaped = tf.reshape(hCNew, [batchSize, beam, hidden]);
  rt.dispose(yRows, picked, hCNew);
  // std/layers.attn:4  W @ x + b
  const logits = tf.tidy(() => tf.add(tf.matMul(hCH, p.logits.Linear.W), p.logits.Linear.b));
  const logitsShaped = tf.reshape(logits, [batchSize, beam, characters]);
  rt.dispose(hCH, logits);
  return { logitsShaped, hShaped, newShaped };
}

/** Outputs by name, [batch, …]. */
type Seq2SeqResults = { readonly logits: tf.Tensor };

/** The outputs of Seq2Seq, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqForward(p: Seq2SeqParameters, batch: Seq2SeqBatch): Seq2SeqResults {
  const { h, c } = read(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens);
  const logits = writeInputs(p.Write, batch.n, batch.inputs.y, h, c);
  rt.dispose(h, c);
  return { logits };
}

/** Translation: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqLoss(p: Seq2SeqParameters, batch: Seq2SeqBatch): rt.LossTensors {
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const zero = tf.scalar(0, 'int32');
  const { h, c } = read(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens);
  const logits = writeInputs(p.Write, batch.n, batch.inputs.y, h, c);
  const { loss, mean: exact, targetLengthsAsFloat, targetMask, logSoftmax } = translation(batch.n, batch.lengths.target, logits, batch.inputs["y'"], zero);
  rt.dispose(h, c, zero, logits, targetLengthsAsFloat, targetMask, logSoftmax);
  return { loss, metrics: { exact } };
}

/** Translation: as the loss, dropout on, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqGradients(p: Seq2SeqParameters, batch: Seq2SeqBatch, random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, characters, hidden, source, target, words } = batch.n;
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const zero = tf.scalar(0, 'int32');
  const { h, c, iJoined, sourceMaskT: sourceMaskTSteps, runSteps, runH: hSteps, joined: hCIJoined, x } = readTraining(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens, runZeros);
  const { logits, keepStacked, iJoined: lstmIJoined, writeSteps, h: writeHSteps, joined: writeIJoined, picked, productRows, h2: hSteps2 } = writeInputsTraining(p.Write, batch.n, random, batch.inputs.y, h, c, 'Write.dropout#0');
  const { loss, mean: exact, targetLengthsAsFloat, targetMask, logSoftmax } = translation(batch.n, batch.lengths.target, logits, batch.inputs["y'"], zero);
  rt.dispose(c, logits);
  // model.attn:41  loss = mean[target](cross_entropy[characters](logits, y'))
  const dLogits = tf.tidy(() => {
    const negative = tf.neg(rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, targetLengthsAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, target, 1]));
    return tf.sub(rt.scatter(batch.inputs["y'"], negative, characters, 2), product);
  });
  rt.dispose(targetLengthsAsFloat, targetMask, logSoftmax);
  // std/layers.attn:4  W @ x + b
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, characters]);
  const WProduct = tf.matMul(dLogitsRows, p.Write.logits.Linear.W, false, true);
  const dB = tf.sum(dLogits, [0, 1]);
  const dW = tf.matMul(productRows, dLogitsRows, true);
  rt.dispose(dLogits, productRows, dLogitsRows);
  // model.attn:31  logits = Linear[characters](dropout(h', p))
  const logitsProduct = tf.tidy(() =>
    tf.mul(tf.reshape(WProduct, [batchSize, target, hidden]), tf.transpose(keepStacked, [1, 0, 2])),
  );
  rt.dispose(keepStacked, WProduct);
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iJoinedT = tf.transpose(lstmIJoined, [1, 0]);
  rt.dispose(lstmIJoined);
  // model.attn:37  Write(read.h, read.c)
  const logitsProductSteps = tf.tidy(() => tf.unstack(tf.transpose(logitsProduct, [1, 0, 2])));
  rt.dispose(logitsProduct);
  const oJoinedSteps = new Array<tf.Tensor>(target);
  let state: tf.Tensor = tf.clone(runZeros);
  let writeState: tf.Tensor = tf.clone(runZeros);
  for (let t = target - 1; t >= 0; t--) {
    const step = writeSteps[t]!;
    const dH = tf.add(state, logitsProductSteps[t]!);
    const { dH: stateNext, dC, oJoined } = lstmBackward(dH, step.tanh, step.o, writeState, step.f, step.i, step.g, step.c, iJoinedT);
    rt.dispose(state, dH, writeState);
    oJoinedSteps[t] = oJoined;
    state = stateNext;
    writeState = dC;
  }
  rt.dispose(writeSteps, iJoinedT, logitsProductSteps);
  const joinedStacked = tf.stack(oJoinedSteps);
  const hStacked = tf.stack(writeHSteps);
  rt.dispose(oJoinedSteps, h, hSteps2);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const scattered = rt.scatter(zero, state, source);
  const readScattered = rt.scatter(zero, writeState, source);
  rt.dispose(state, zero, writeState);
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const hCIJoinedT = tf.transpose(iJoined, [1, 0]);
  rt.dispose(iJoined);
  // model.attn:20  run = scan source reversed with xt = x {
  const scatteredSteps = tf.unstack(scattered);
  const readScatteredSteps = tf.unstack(readScattered);
  rt.dispose(scattered, readScattered);
  const hCOJoinedSteps: tf.Tensor[] = [];
  let dH: tf.Tensor = runZeros;
  let dC: tf.Tensor = tf.clone(runZeros);
  for (let t = 0; t < source; t++) {
    const step = runSteps[t]!;
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskTSteps[t]!, [batchSize, 1]);
    const sum = tf.tidy(() => tf.add(readScatteredSteps[t]!, rt.where(isGreaterWide, dC, 0)));
    const readDH = tf.tidy(() => tf.add(scatteredSteps[t]!, rt.where(isGreaterWide, dH, 0)));
    const { dH: iDH, dC: newDC, oJoined } = lstmBackward(readDH, step.tanh, step.o, sum, step.f, step.i, step.g, step.c, hCIJoinedT);
    const chosen = rt.where(isGreaterWide, 0, dH);
    const dCNext = tf.tidy(() => tf.add(rt.where(isGreaterWide, 0, dC), newDC));
    rt.dispose(sum, readDH, dH, isGreaterWide, newDC, dC);
    // model.attn:20  run = scan source reversed with xt = x {
    const dHNext = tf.add(chosen, iDH);
    rt.dispose(iDH, chosen);
    hCOJoinedSteps.push(oJoined);
    dH = dHNext;
    dC = dCNext;
  }
  rt.dispose(sourceMaskTSteps, runSteps, hCIJoinedT, scatteredSteps, readScatteredSteps, dH, dC);
  const runJoinedStacked = tf.stack(hCOJoinedSteps);
  const runHStacked = tf.stack(hSteps);
  const { gradients: dLSTM, iProduct } = lstmGradients(batch.n, hStacked, joinedStacked, picked, writeIJoined, batchSize * target, target);
  rt.dispose(hCOJoinedSteps, hSteps, writeIJoined, picked, joinedStacked, hStacked);
  const { gradients: dHCLSTM, iProduct: dX } = lstmGradients(batch.n, runHStacked, runJoinedStacked, x, hCIJoined, batchSize * source, source);
  rt.dispose(hCIJoined, x, runJoinedStacked, runHStacked);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const dTable = rt.scatter(batch.inputs.y, iProduct, characters);
  rt.dispose(iProduct);
  // model.attn:19  x = table[tokens]
  const dReadTable = rt.scatter(batch.inputs.tokens, dX, words);
  rt.dispose(dX);
  return {
    loss,
    metrics: { exact },
    gradients: {
      'read.Read.table': dReadTable,
      ...rt.below('read.Read.run.h_c.LSTM', dHCLSTM),
      'Write.table': dTable,
      ...rt.below('Write.h_c.LSTM', dLSTM),
      'Write.logits.Linear.W': dW,
      'Write.logits.Linear.b': dB,
    },
  };
}

/** What every step reads, [batch, …]. */
type Seq2SeqMemory = { readonly joined: tf.Tensor; readonly joined2: tf.Tensor; readonly joined3: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type Seq2SeqState = { readonly h: tf.Tensor; readonly c: tf.Tensor };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqPrepare(p: Seq2SeqParameters, batch: Seq2SeqBatch): { readonly memory: Seq2SeqMemory; readonly state: Seq2SeqState } {
  const { batch: batchSize, hidden } = batch.n;
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const joined = tf.concat([p.Write.h_c.LSTM.Wi, p.Write.h_c.LSTM.Wf, p.Write.h_c.LSTM.Wo, p.Write.h_c.LSTM.Wg], 1);
  const joined2 = tf.concat([p.Write.h_c.LSTM.Ui, p.Write.h_c.LSTM.Uf, p.Write.h_c.LSTM.Uo, p.Write.h_c.LSTM.Ug], 1);
  const joined3 = tf.concat([p.Write.h_c.LSTM.bi, p.Write.h_c.LSTM.bf, p.Write.h_c.LSTM.bo, p.Write.h_c.LSTM.bg], 0);
  const { h, c } = read(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens);
  // model.attn:37  Write(read.h, read.c)
  const hShaped = tf.reshape(h, [batchSize, 1, hidden]);
  const cShaped = tf.reshape(c, [batchSize, 1, hidden]);
  rt.dispose(h, c);
  return { memory: { joined, joined2, joined3 }, state: { h: hShaped, c: cShaped } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqStep(p: Seq2SeqParameters, batch: Seq2SeqBatch, memory: Seq2SeqMemory, state: Seq2SeqState, previous: tf.Tensor2D, _t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: Seq2SeqState } {
  const { batch: batchSize } = batch.n;
  const beam = previous.shape[1];
  const { logitsShaped: logits, hShaped: h, newShaped: c } = writeStep(p.Write, batch.n, previous, state.c, state.h, memory.joined, memory.joined2, memory.joined3, batchSize * beam, beam);
  return { logits: logits as tf.Tensor3D, taps: {}, state: { h, c } };
}

/** What a call of LSTM has. */
const lstmParameters = (path: string, hidden: number, input: number): readonly rt.ParameterSpec[] => [
  { path: `${path}.Wi`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Wf`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Wo`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Wg`, axes: [{ label: 'hidden', size: hidden }, { label: 'input', size: input }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
  { path: `${path}.Ui`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.Uf`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.Uo`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.Ug`, axes: [{ label: 'hidden', size: hidden }, { label: 'hidden', size: hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
  { path: `${path}.bi`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
  { path: `${path}.bo`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
  { path: `${path}.bg`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'zeros' } },
  { path: `${path}.bf`, axes: [{ label: 'hidden', size: hidden }], outs: 1, init: { kind: 'ones' } },
];

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
  parameters: (n: Seq2SeqSizes) => [
    { path: 'read.Read.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
    ...lstmParameters('read.Read.run.h_c.LSTM', n.hidden, n.embed),
    { path: 'Write.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
    ...lstmParameters('Write.h_c.LSTM', n.hidden, n.embed),
    { path: 'Write.logits.Linear.W', axes: [{ label: 'out.characters', size: n.characters }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Linear.b', axes: [{ label: 'out.characters', size: n.characters }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: Seq2SeqSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'characters', dim: null }] },
  },
  forward: seq2SeqForward,
  objectives: [
    {
      name: 'Translation',
      given: (n: Seq2SeqSizes) => [{ name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'characters', size: n.characters } }],
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
  graphs: { file: new URL('model.graphs.json', import.meta.url), model: 0 },
};

export class Seq2Seq extends rt.GenerativeModel<Seq2SeqDims, Seq2SeqInput, Seq2SeqTarget> {
  constructor(options: rt.ModelOptions<Seq2SeqDims> = {}) {
    super(seq2SeqDefinition, options);
  }
}
