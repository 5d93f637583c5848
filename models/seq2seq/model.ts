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
type WriteRow = Readonly<Record<
  | 'gTanhGradient' | 'oSigmoidGradient' | 'fSigmoidGradient' | 'iSigmoidGradient'
, tf.Tensor>>;
type RunRow2 = Readonly<Record<
  | 'gTanhGradient' | 'oSigmoidGradient' | 'fSigmoidGradient' | 'iSigmoidGradient'
, tf.Tensor>>;

/** Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, which starts open (bias 1). */
function lstmInputs(p: LSTMParameters, n: Seq2SeqSizes, x: tf.Tensor, batchSource: number, source: number) {
  const { batch: batchSize, embed, hidden } = n;
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const xRows = tf.reshape(x, [batchSource, embed]);
  const oSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.Wo), [batchSize, source, hidden]), p.bo));
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.Wf), [batchSize, source, hidden]), p.bf));
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.Wi), [batchSize, source, hidden]), p.bi));
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gSum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.Wg), [batchSize, source, hidden]), p.bg));
  rt.dispose(xRows);
  return { oSum, fSum, iSum, gSum };
}

function lstm(p: LSTMParameters, h: tf.Tensor, oSum: tf.Tensor, fSum: tf.Tensor, c: tf.Tensor, iSum: tf.Tensor, gSum: tf.Tensor) {
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const o = tf.tidy(() => tf.sigmoid(tf.add(oSum, tf.matMul(h, p.Uo))));
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => tf.sigmoid(tf.add(fSum, tf.matMul(h, p.Uf))));
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const i = tf.tidy(() => tf.sigmoid(tf.add(iSum, tf.matMul(h, p.Ui))));
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => tf.tanh(tf.add(gSum, tf.matMul(h, p.Ug))));
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

function lstmBackward(dResult: tf.Tensor, tanh: tf.Tensor, o: tf.Tensor, state: tf.Tensor, f: tf.Tensor, g: tf.Tensor, c: tf.Tensor, i: tf.Tensor, gJoined: tf.Tensor) {
  // std/cells.attn:26  { h = o * tanh(new), c = new }
  const tanhGradient = tf.tidy(() => rt.tanhGradient(tf.mul(dResult, o), tanh));
  const dO = tf.mul(dResult, tanh);
  // std/cells.attn:25  new = f * c + i * g
  const dNew = tf.add(state, tanhGradient);
  const dG = tf.mul(dNew, i);
  const dI = tf.mul(dNew, g);
  const dF = tf.mul(dNew, c);
  const dC = tf.mul(dNew, f);
  rt.dispose(tanhGradient, dNew);
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSigmoidGradient = rt.sigmoidGradient(dI, i);
  rt.dispose(dI);
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSigmoidGradient = rt.sigmoidGradient(dF, f);
  rt.dispose(dF);
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSigmoidGradient = rt.sigmoidGradient(dO, o);
  rt.dispose(dO);
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gTanhGradient = rt.tanhGradient(dG, g);
  const gProduct = tf.tidy(() => {
    const joined = tf.concat([gTanhGradient, iSigmoidGradient, fSigmoidGradient, oSigmoidGradient], 1);
    return tf.matMul(joined, gJoined, false, true);
  });
  rt.dispose(dG);
  return { gProduct, dC, oSigmoidGradient, fSigmoidGradient, iSigmoidGradient, gTanhGradient };
}

function lstmGradients(p: LSTMParameters, n: Seq2SeqSizes, hStacked: tf.Tensor, iSigmoidGradient: tf.Tensor, fSigmoidGradient: tf.Tensor, oSigmoidGradient: tf.Tensor, gTanhGradient: tf.Tensor, picked: tf.Tensor, batchTarget: number, target: number) {
  const { batch: batchSize, embed, hidden } = n;
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const WgProduct = tf.tidy(() => {
    const lSTMWgProduct = tf.matMul(tf.reshape(tf.transpose(gTanhGradient, [1, 0, 2]), [batchTarget, hidden]), p.Wg, false, true);
    return tf.reshape(lSTMWgProduct, [batchSize, target, embed]);
  });
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const iSum = tf.tidy(() => {
    const WiProduct = tf.matMul(tf.reshape(tf.transpose(iSigmoidGradient, [1, 0, 2]), [batchTarget, hidden]), p.Wi, false, true);
    return tf.add(WgProduct, tf.reshape(WiProduct, [batchSize, target, embed]));
  });
  const sigmoidGradientStepsRows = tf.reshape(iSigmoidGradient, [batchTarget, hidden]);
  const pickedRows = tf.tidy(() => tf.reshape(tf.transpose(picked, [1, 0, 2]), [batchTarget, embed]));
  const hStepsRows = tf.reshape(hStacked, [batchTarget, hidden]);
  const dBi = tf.sum(iSigmoidGradient, [0, 1]);
  const dWi = tf.matMul(pickedRows, sigmoidGradientStepsRows, true);
  const dUi = tf.matMul(hStepsRows, sigmoidGradientStepsRows, true);
  rt.dispose(WgProduct, sigmoidGradientStepsRows);
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const tanhGradientStepsRows = tf.reshape(gTanhGradient, [batchTarget, hidden]);
  const dBg = tf.sum(gTanhGradient, [0, 1]);
  const dWg = tf.matMul(pickedRows, tanhGradientStepsRows, true);
  const dUg = tf.matMul(hStepsRows, tanhGradientStepsRows, true);
  rt.dispose(tanhGradientStepsRows);
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const fSum = tf.tidy(() => {
    const WfProduct = tf.matMul(tf.reshape(tf.transpose(fSigmoidGradient, [1, 0, 2]), [batchTarget, hidden]), p.Wf, false, true);
    return tf.add(iSum, tf.reshape(WfProduct, [batchSize, target, embed]));
  });
  const fSigmoidGradientStepsRows = tf.reshape(fSigmoidGradient, [batchTarget, hidden]);
  const dBf = tf.sum(fSigmoidGradient, [0, 1]);
  const dWf = tf.matMul(pickedRows, fSigmoidGradientStepsRows, true);
  const dUf = tf.matMul(hStepsRows, fSigmoidGradientStepsRows, true);
  rt.dispose(iSum, fSigmoidGradientStepsRows);
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const oSum = tf.tidy(() => {
    const WoProduct = tf.matMul(tf.reshape(tf.transpose(oSigmoidGradient, [1, 0, 2]), [batchTarget, hidden]), p.Wo, false, true);
    return tf.add(fSum, tf.reshape(WoProduct, [batchSize, target, embed]));
  });
  const oSigmoidGradientStepsRows = tf.reshape(oSigmoidGradient, [batchTarget, hidden]);
  const dBo = tf.sum(oSigmoidGradient, [0, 1]);
  const dWo = tf.matMul(pickedRows, oSigmoidGradientStepsRows, true);
  const dUo = tf.matMul(hStepsRows, oSigmoidGradientStepsRows, true);
  rt.dispose(fSum, pickedRows, hStepsRows, oSigmoidGradientStepsRows);
  return { gradients: { Wi: dWi, Wf: dWf, Wo: dWo, Wg: dWg, Ui: dUi, Uf: dUf, Uo: dUo, Ug: dUg, bi: dBi, bo: dBo, bg: dBg, bf: dBf }, oSum };
}

function lstmStep(p: LSTMParameters, n: Seq2SeqSizes, c: tf.Tensor, h: tf.Tensor, picked: tf.Tensor, batchBeam: number) {
  const { hidden } = n;
  // std/cells.attn:23  o = sigmoid(Wo @ x + Uo @ h + bo)
  const hRows = tf.reshape(h, [batchBeam, hidden]);
  const o = tf.tidy(() => tf.sigmoid(tf.add(tf.add(tf.matMul(picked, p.Wo), tf.matMul(hRows, p.Uo)), p.bo)));
  // std/cells.attn:22  f = sigmoid(Wf @ x + Uf @ h + bf)
  const f = tf.tidy(() => tf.sigmoid(tf.add(tf.add(tf.matMul(picked, p.Wf), tf.matMul(hRows, p.Uf)), p.bf)));
  // std/cells.attn:21  i = sigmoid(Wi @ x + Ui @ h + bi)
  const i = tf.tidy(() => tf.sigmoid(tf.add(tf.add(tf.matMul(picked, p.Wi), tf.matMul(hRows, p.Ui)), p.bi)));
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const g = tf.tidy(() => tf.tanh(tf.add(tf.add(tf.matMul(picked, p.Wg), tf.matMul(hRows, p.Ug)), p.bg)));
  rt.dispose(hRows);
  // std/cells.attn:25  new = f * c + i * g
  const new_ = tf.tidy(() => tf.add(tf.mul(f, tf.reshape(c, [batchBeam, hidden])), tf.mul(i, g)));
  rt.dispose(f, i, g);
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
  const { oSum, fSum, iSum, gSum } = lstmInputs(p.run.h_c.LSTM, n, x, batchSize * source, source);
  rt.dispose(x);
  // model.attn:20  run = scan source reversed with xt = x {
  const runZeros = tf.fill([batchSize, hidden], 0);
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const runRows = new Array<RunRow>(source);
  let h: tf.Tensor = runZeros;
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const { h: hCH, new_: hCNew, o, tanh, i, g, f } = lstm(p.run.h_c.LSTM, h, oSumSteps[t]!, fSumSteps[t]!, c, iSumSteps[t]!, gSumSteps[t]!);
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
  rt.dispose(sourceMaskSteps, oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
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
  const { oSum, fSum, iSum, gSum } = lstmInputs(p.h_c.LSTM, n, picked, batchSize * target, target);
  rt.dispose(picked);
  // model.attn:37  Write(read.h, read.c)
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(oSum, fSum, iSum, gSum);
  const hSteps: tf.Tensor[] = [];
  let h2: tf.Tensor = h;
  let c2: tf.Tensor = tf.clone(c);
  for (let t = 0; t < target; t++) {
    const { h: hNext, new_: cNext, o, tanh, i, g, f } = lstm(p.h_c.LSTM, h2, oSumSteps[t]!, fSumSteps[t]!, c2, iSumSteps[t]!, gSumSteps[t]!);
    rt.dispose(o, tanh, i, g, f, c2);
    hSteps.push(hNext);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(oSumSteps, fSumSteps, iSumSteps, gSumSteps, c2);
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
  const { oSum, fSum, iSum, gSum } = lstmInputs(p.run.h_c.LSTM, n, x, batchSize * source, source);
  // model.attn:20  run = scan source reversed with xt = x {
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  rt.dispose(sourceMask, oSum, fSum, iSum);
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(gSum);
  const hSteps = new Array<tf.Tensor>(source);
  const readRunRows = new Array<ReadRunRow>(source);
  const runSteps = new Array<RunStep>(source);
  let h: tf.Tensor = tf.clone(runZeros);
  let c: tf.Tensor = tf.clone(runZeros);
  for (let t = source - 1; t >= 0; t--) {
    const { h: hCH, new_: hCNew, o, tanh, i, g, f } = lstm(p.run.h_c.LSTM, h, oSumSteps[t]!, fSumSteps[t]!, c, iSumSteps[t]!, gSumSteps[t]!);
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
  rt.dispose(oSumSteps, fSumSteps, iSumSteps, gSumSteps, h, c);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const h2 = tf.tidy(() => tf.reshape(tf.slice(readRunStacks.h, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const c2 = tf.tidy(() => tf.reshape(tf.slice(readRunStacks.new, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(readRunStacks.h, readRunStacks.new);
  return { h: h2, c: c2, sourceMaskT: sourceMaskSteps, runSteps, runH: hSteps, x };
}

function writeInputsTraining(p: WriteParameters, n: Seq2SeqSizes, random: rt.Random, y: tf.Tensor, h: tf.Tensor, c: tf.Tensor, site: string) {
  const { batch: batchSize, characters, hidden, target } = n;
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p.table, y);
  const { oSum, fSum, iSum, gSum } = lstmInputs(p.h_c.LSTM, n, picked, batchSize * target, target);
  // model.attn:37  Write(read.h, read.c)
  const oSumSteps = tf.tidy(() => tf.unstack(tf.transpose(oSum, [1, 0, 2])));
  const fSumSteps = tf.tidy(() => tf.unstack(tf.transpose(fSum, [1, 0, 2])));
  const iSumSteps = tf.tidy(() => tf.unstack(tf.transpose(iSum, [1, 0, 2])));
  const gSumSteps = tf.tidy(() => tf.unstack(tf.transpose(gSum, [1, 0, 2])));
  rt.dispose(oSum, fSum, iSum, gSum);
  const hSteps: tf.Tensor[] = [], hSteps2: tf.Tensor[] = []; // hSteps2 refers to what is in hSteps
  const writeSteps: WriteStep[] = [];
  let h2: tf.Tensor = h;
  let c2: tf.Tensor = tf.clone(c);
  for (let t = 0; t < target; t++) {
    const { h: hNext, new_: cNext, o, tanh, i, g, f } = lstm(p.h_c.LSTM, h2, oSumSteps[t]!, fSumSteps[t]!, c2, iSumSteps[t]!, gSumSteps[t]!);
    writeSteps.push({ c: c2, f, g, i, tanh, o });
    hSteps.push(hNext); hSteps2.push(h2);
    h2 = hNext;
    c2 = cNext;
  }
  rt.dispose(oSumSteps, fSumSteps, iSumSteps, gSumSteps, c2);
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
  return { logits, keepStacked, writeSteps, h: hSteps2, picked, productRows, h2: hSteps };
}

function writeStep(p: WriteParameters, n: Seq2SeqSizes, y: tf.Tensor, c: tf.Tensor, h: tf.Tensor, batchBeam: number, beam: number) {
  const { batch: batchSize, characters, hidden } = n;
  // model.attn:27  decoder Write(h0: [hidden], c0: [hidden]) generates y: index(characters)[target] start 1 …
  const yRows = tf.reshape(y, [batchBeam]);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const picked = tf.gather(p.table, yRows);
  const { h: hCH, new_: hCNew } = lstmStep(p.h_c.LSTM, n, c, h, picked, batchBeam);
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
  const { h, c, sourceMaskT: sourceMaskTSteps, runSteps, runH: hSteps, x } = readTraining(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens, runZeros);
  const { logits, keepStacked, writeSteps, h: writeHSteps, picked, productRows, h2: hSteps2 } = writeInputsTraining(p.Write, batch.n, random, batch.inputs.y, h, c, 'Write.dropout#0');
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
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const gJoined = tf.concat([p.Write.h_c.LSTM.Ug, p.Write.h_c.LSTM.Ui, p.Write.h_c.LSTM.Uf, p.Write.h_c.LSTM.Uo], 1);
  // model.attn:37  Write(read.h, read.c)
  const logitsProductSteps = tf.tidy(() => tf.unstack(tf.transpose(logitsProduct, [1, 0, 2])));
  rt.dispose(logitsProduct);
  const writeRows = new Array<WriteRow>(target);
  let state: tf.Tensor = tf.clone(runZeros);
  let writeState: tf.Tensor = tf.clone(runZeros);
  for (let t = target - 1; t >= 0; t--) {
    const step = writeSteps[t]!;
    const dH = tf.add(state, logitsProductSteps[t]!);
    const { gProduct: stateNext, dC, oSigmoidGradient, fSigmoidGradient, iSigmoidGradient, gTanhGradient } = lstmBackward(dH, step.tanh, step.o, writeState, step.f, step.g, step.c, step.i, gJoined);
    rt.dispose(state, dH, writeState);
    writeRows[t] = { gTanhGradient, oSigmoidGradient, fSigmoidGradient, iSigmoidGradient };
    state = stateNext;
    writeState = dC;
  }
  const writeStacks = rt.stacked(writeRows);
  rt.dispose(writeSteps, gJoined, logitsProductSteps);
  const hStacked = tf.stack(writeHSteps);
  rt.dispose(h, hSteps2);
  // model.attn:23  { h = run.h[source = first], c = run.c[source = first] }
  const scattered = rt.scatter(zero, state, source);
  const readScattered = rt.scatter(zero, writeState, source);
  rt.dispose(state, zero, writeState);
  // std/cells.attn:24  g = tanh(Wg @ x + Ug @ h + bg)
  const hCGJoined = tf.concat([p.read.Read.run.h_c.LSTM.Ug, p.read.Read.run.h_c.LSTM.Ui, p.read.Read.run.h_c.LSTM.Uf, p.read.Read.run.h_c.LSTM.Uo], 1);
  // model.attn:20  run = scan source reversed with xt = x {
  const scatteredSteps = tf.unstack(scattered);
  const readScatteredSteps = tf.unstack(readScattered);
  rt.dispose(scattered, readScattered);
  const runRows2: RunRow2[] = [];
  let dH: tf.Tensor = runZeros;
  let dC: tf.Tensor = tf.clone(runZeros);
  for (let t = 0; t < source; t++) {
    const step = runSteps[t]!;
    // model.attn:21  state h, c: [hidden] = 0; (h', c') = LSTM(xt, h, c); emit h', c'
    const isGreaterWide = tf.reshape(sourceMaskTSteps[t]!, [batchSize, 1]);
    const sum = tf.tidy(() => tf.add(readScatteredSteps[t]!, rt.where(isGreaterWide, dC, 0)));
    const readDH = tf.tidy(() => tf.add(scatteredSteps[t]!, rt.where(isGreaterWide, dH, 0)));
    const { gProduct, dC: newDC, oSigmoidGradient, fSigmoidGradient, iSigmoidGradient, gTanhGradient } = lstmBackward(readDH, step.tanh, step.o, sum, step.f, step.g, step.c, step.i, hCGJoined);
    const chosen = rt.where(isGreaterWide, 0, dH);
    const dCNext = tf.tidy(() => tf.add(rt.where(isGreaterWide, 0, dC), newDC));
    rt.dispose(sum, readDH, dH, isGreaterWide, newDC, dC);
    // model.attn:20  run = scan source reversed with xt = x {
    const dHNext = tf.add(chosen, gProduct);
    rt.dispose(gProduct, chosen);
    runRows2.push({ gTanhGradient, oSigmoidGradient, fSigmoidGradient, iSigmoidGradient });
    dH = dHNext;
    dC = dCNext;
  }
  const runStacks2 = rt.stacked(runRows2);
  rt.dispose(sourceMaskTSteps, runSteps, hCGJoined, scatteredSteps, readScatteredSteps, dH, dC);
  const runHStacked = tf.stack(hSteps);
  rt.dispose(hSteps);
  const { gradients: dLSTM, oSum } = lstmGradients(p.Write.h_c.LSTM, batch.n, hStacked, writeStacks.iSigmoidGradient, writeStacks.fSigmoidGradient, writeStacks.oSigmoidGradient, writeStacks.gTanhGradient, picked, batchSize * target, target);
  rt.dispose(picked, writeStacks.gTanhGradient, writeStacks.iSigmoidGradient, writeStacks.fSigmoidGradient);
  rt.dispose(writeStacks.oSigmoidGradient, hStacked);
  const { gradients: dHCLSTM, oSum: dX } = lstmGradients(p.read.Read.run.h_c.LSTM, batch.n, runHStacked, runStacks2.iSigmoidGradient, runStacks2.fSigmoidGradient, runStacks2.oSigmoidGradient, runStacks2.gTanhGradient, x, batchSize * source, source);
  rt.dispose(x, runStacks2.gTanhGradient, runStacks2.iSigmoidGradient, runStacks2.fSigmoidGradient);
  rt.dispose(runStacks2.oSigmoidGradient, runHStacked);
  // model.attn:30  (h', c') = LSTM(table[y], h, c)
  const dTable = rt.scatter(batch.inputs.y, oSum, characters);
  rt.dispose(oSum);
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
type Seq2SeqMemory = Readonly<Record<string, never>>;

/** What a step hands to the next, [batch, beam, …]. */
type Seq2SeqState = { readonly h: tf.Tensor; readonly c: tf.Tensor };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqPrepare(p: Seq2SeqParameters, batch: Seq2SeqBatch): { readonly memory: Seq2SeqMemory; readonly state: Seq2SeqState } {
  const { batch: batchSize, hidden } = batch.n;
  const { h, c } = read(p.read.Read, batch.n, batch.lengths.source, batch.inputs.tokens);
  // model.attn:37  Write(read.h, read.c)
  const hShaped = tf.reshape(h, [batchSize, 1, hidden]);
  const cShaped = tf.reshape(c, [batchSize, 1, hidden]);
  rt.dispose(h, c);
  return { memory: {}, state: { h: hShaped, c: cShaped } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function seq2SeqStep(p: Seq2SeqParameters, batch: Seq2SeqBatch, _memory: Seq2SeqMemory, state: Seq2SeqState, previous: tf.Tensor2D, _t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: Seq2SeqState } {
  const { batch: batchSize } = batch.n;
  const beam = previous.shape[1];
  const { logitsShaped: logits, hShaped: h, newShaped: c } = writeStep(p.Write, batch.n, previous, state.c, state.h, batchSize * beam, beam);
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
