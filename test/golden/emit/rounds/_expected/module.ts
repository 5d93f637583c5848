/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Copy that its constructor may be given. */
export type CopyDims = {
  /** Default 7. */ readonly words: number;
  /** Default 4. */ readonly d: number;
  /** Default 3. */ readonly layers: number;
};

/** One example of Copy. */
export interface CopyInput {
  /** `index(words)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface CopyTarget {
  /** `index(words)[target]` */ readonly y: rt.Ints;
}

/** Every size of a call. */
type CopySizes = Readonly<Record<'words' | 'd' | 'layers' | 'batch' | 'source' | 'target', number>>;

/** Parameters. */
type CellParameters = { readonly W: tf.Tensor; readonly U: tf.Tensor };
type WriteParameters = { readonly table: tf.Tensor; readonly repeat: readonly { readonly s: { readonly Cell: CellParameters } }[] };
type CopyParameters = {
  readonly table: tf.Tensor;
  readonly read: { readonly all: readonly { readonly s: { readonly Cell: CellParameters } }[] };
  readonly Write: WriteParameters;
};

/** Padded examples on the device. */
type CopyBatch = {
  readonly n: CopySizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type WriteRow = Readonly<Record<'tanhGradientSteps', readonly tf.Tensor[]> & Record<'state', tf.Tensor>>;
type ReadRow = Readonly<Record<'allZ', tf.Tensor> & Record<'zSteps', readonly tf.Tensor[]>>;
type CopyReadRow = Readonly<Record<'tanhGradientSteps', readonly tf.Tensor[]> & Record<'allState', tf.Tensor>>;

function cell(p: CellParameters, x: tf.Tensor, h: tf.Tensor) {
  // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
  return tf.tidy(() => tf.tanh(tf.add(tf.matMul(x, p.W, false, true), tf.matMul(h, p.U, false, true))));
}

function copying(n: CopySizes, targetLengths: tf.Tensor, logits: tf.Tensor, yNext: tf.Tensor) {
  const { batch: batchSize, target } = n;
  // input.attn:27  loss = mean[target](cross_entropy[words](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(targetLengths, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const logSoftmax = rt.logSoftmax(logits);
  const targetLengthsAsFloat = tf.cast(targetLengths, 'float32');
  const loss = tf.tidy(() => {
    const quotient = tf.div(tf.sum(rt.where(targetMask, tf.neg(tf.gather(logSoftmax, yNext, 2, 2)), 0), 1), targetLengthsAsFloat);
    return tf.mean(quotient);
  });
  return { loss, targetLengthsAsFloat, targetMask, logSoftmax };
}

function cellTraining(x: tf.Tensor, h: tf.Tensor, joined: tf.Tensor) {
  // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
  return tf.tidy(() => tf.tanh(tf.matMul(tf.concat([x, h], 1), joined, false, true)));
}

function cellBackward(n: CopySizes, x: tf.Tensor, h: tf.Tensor, tanhGradient: tf.Tensor, batchTarget: number) {
  const { d } = n;
  // input.attn:5  param W, U: [d <- e: d]
  const tanhGradientRows = tf.reshape(tanhGradient, [batchTarget, d]);
  const dW = tf.tidy(() => tf.matMul(tanhGradientRows, tf.reshape(x, [batchTarget, d]), true));
  const dU = tf.tidy(() => tf.matMul(tanhGradientRows, tf.reshape(h, [batchTarget, d]), true));
  rt.dispose(tanhGradientRows);
  return { W: dW, U: dU };
}

function writeInputsPrepare(n: CopySizes, picked: tf.Tensor, sourceLengths: tf.Tensor, zStacked: tf.Tensor) {
  const { batch: batchSize, d, layers, source } = n;
  // input.attn:13  logits = table @ (x + mean[source](m))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logitsQuotient = tf.tidy(() => {
    const total = tf.sum(rt.where(tf.reshape(tf.transpose(sourceMask, [1, 0]), [source, batchSize, 1]), zStacked, 0), 0);
    return tf.div(total, tf.reshape(tf.cast(sourceLengths, 'float32'), [batchSize, 1]));
  });
  rt.dispose(sourceMask);
  // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
  const pickedSteps = tf.tidy(() => tf.unstack(tf.reshape(tf.transpose(picked, [1, 0, 2]), [layers, batchSize, 1, d])));
  return { logitsQuotient, x: pickedSteps };
}

function writeInputs(p: WriteParameters, n: CopySizes, picked: tf.Tensor, sourceLengths: tf.Tensor, zStacked: tf.Tensor, y: tf.Tensor) {
  const { batch: batchSize, d, layers, source, target, words } = n;
  // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
  const pickedSteps = tf.tidy(() => tf.unstack(tf.transpose(picked, [1, 0, 2])));
  // input.attn:11  x = table[y]
  const x = tf.gather(p.table, y);
  // input.attn:23  Write(read.z, read.s[source = last])
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  rt.dispose(x);
  const xSteps2: tf.Tensor[] = [];
  let s: readonly tf.Tensor[] = pickedSteps;
  for (let t = 0; t < target; t++) {
    const xAt = xSteps[t]!;
    // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
    const sNextSteps: tf.Tensor[] = [];
    let x2: tf.Tensor = xAt;
    for (let i = 0; i < layers; i++) {
      const sNext = cell(p.repeat[i]!.s.Cell, x2, s[i]!);
      sNextSteps.push(sNext);
      x2 = sNext;
    }
    rt.dispose(s);
    xSteps2.push(tf.clone(x2));
    s = sNextSteps;
  }
  rt.dispose(xSteps, s);
  const xStacked = tf.stack(xSteps2);
  rt.dispose(xSteps2);
  // input.attn:13  logits = table @ (x + mean[source](m))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const logits = tf.tidy(() => {
    const total = tf.sum(rt.where(tf.reshape(tf.transpose(sourceMask, [1, 0]), [source, batchSize, 1]), zStacked, 0), 0);
    const sum = tf.add(xStacked, tf.div(total, tf.reshape(tf.cast(sourceLengths, 'float32'), [batchSize, 1])));
    const tableProduct = tf.matMul(tf.reshape(tf.transpose(sum, [1, 0, 2]), [batchSize * target, d]), p.table, false, true);
    return tf.reshape(tableProduct, [batchSize, target, words]);
  });
  rt.dispose(xStacked, sourceMask);
  return logits;
}

function writeInputsTraining(p: WriteParameters, n: CopySizes, picked: tf.Tensor, sourceLengths: tf.Tensor, zStacked: tf.Tensor, y: tf.Tensor) {
  const { batch: batchSize, d, layers, source, target, words } = n;
  // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
  const pickedT = tf.transpose(picked, [1, 0, 2]);
  const joinedSteps: tf.Tensor[] = [];
  for (let i = 0; i < layers; i++) {
    // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
    const joined = tf.concat([p.repeat[i]!.s.Cell.W, p.repeat[i]!.s.Cell.U], 1);
    joinedSteps.push(joined);
  }
  const pickedTSteps = tf.unstack(pickedT);
  rt.dispose(pickedT);
  // input.attn:11  x = table[y]
  const x = tf.gather(p.table, y);
  // input.attn:23  Write(read.z, read.s[source = last])
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  rt.dispose(x);
  const xSteps2: tf.Tensor[] = [], sSteps: (readonly tf.Tensor[])[] = [], sNextSteps: (readonly tf.Tensor[])[] = [];
  const xSteps3: (readonly tf.Tensor[])[] = []; // sSteps refers to what is in sNextSteps
  let s: readonly tf.Tensor[] = pickedTSteps;
  for (let t = 0; t < target; t++) {
    const xAt = xSteps[t]!;
    // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
    const xNextSteps: tf.Tensor[] = [], xSteps4: tf.Tensor[] = []; // xSteps4 refers to what is in xNextSteps
    let x2: tf.Tensor = xAt;
    for (let i = 0; i < layers; i++) {
      const sNext = cellTraining(x2, s[i]!, joinedSteps[i]!);
      xNextSteps.push(sNext); xSteps4.push(x2);
      x2 = sNext;
    }
    xSteps2.push(tf.clone(x2)); sSteps.push(s); sNextSteps.push(xNextSteps);
    xSteps3.push(xSteps4.map((each) => tf.clone(each)));
    s = xNextSteps;
  }
  rt.dispose(joinedSteps, xSteps);
  const xStacked = tf.stack(xSteps2);
  rt.dispose(xSteps2);
  // input.attn:13  logits = table @ (x + mean[source](m))
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const sourceLengthsAsFloatWide = tf.tidy(() => tf.reshape(tf.cast(sourceLengths, 'float32'), [batchSize, 1]));
  const sumRows = tf.tidy(() => {
    const total = tf.sum(rt.where(tf.reshape(tf.transpose(sourceMask, [1, 0]), [source, batchSize, 1]), zStacked, 0), 0);
    const sumT = tf.transpose(tf.add(xStacked, tf.div(total, sourceLengthsAsFloatWide)), [1, 0, 2]);
    return tf.reshape(sumT, [batchSize * target, d]);
  });
  const logits = tf.tidy(() => tf.reshape(tf.matMul(sumRows, p.table, false, true), [batchSize, target, words]));
  rt.dispose(xStacked);
  return { logits, sourceLengthsAsFloatWide, sourceMask, sNext: sNextSteps, sumRows, x: xSteps3, s: sSteps, x2: pickedTSteps };
}

function writeBackward(p: WriteParameters, n: CopySizes, dResult: tf.Tensor, sourceLengthsAsFloat: tf.Tensor, sourceMask: tf.Tensor, sNext: readonly (readonly tf.Tensor[])[], readZeros: readonly tf.Tensor[], logitsSum: tf.Tensor, y: tf.Tensor, x: readonly (readonly tf.Tensor[])[], s: readonly (readonly tf.Tensor[])[]) {
  const { batch: batchSize, d, layers, source, target, words } = n;
  // input.attn:13  logits = table @ (x + mean[source](m))
  const dResultRows = tf.reshape(dResult, [batchSize * target, words]);
  const tableProduct = tf.tidy(() => tf.reshape(tf.matMul(dResultRows, p.table), [batchSize, target, d]));
  const quotientMasked = tf.tidy(() => {
    const quotientWide = tf.reshape(tf.div(tf.sum(tableProduct, 1), sourceLengthsAsFloat), [batchSize, 1, d]);
    return rt.where(tf.reshape(sourceMask, [batchSize, source, 1]), quotientWide, 0);
  });
  const logitsProduct = tf.matMul(dResultRows, logitsSum, true);
  rt.dispose(dResultRows);
  // input.attn:23  Write(read.z, read.s[source = last])
  const tableProductSteps = tf.tidy(() => tf.unstack(tf.transpose(tableProduct, [1, 0, 2])));
  rt.dispose(tableProduct);
  const writeRows = new Array<WriteRow>(target);
  let dS: readonly tf.Tensor[] = readZeros.map((each) => tf.clone(each));
  for (let t = target - 1; t >= 0; t--) {
    const tableProductAt = tableProductSteps[t]!;
    const sNextAt = sNext[t]!;
    // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
    const dSSteps = new Array<tf.Tensor>(layers), tanhGradientSteps = new Array<tf.Tensor>(layers);
    let state: tf.Tensor = tf.clone(tableProductAt);
    for (let i = layers - 1; i >= 0; i--) {
      const dSNext = tf.add(state, dS[i]!);
      rt.dispose(state);
      // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
      const tanhGradient = rt.tanhGradient(dSNext, sNextAt[i]!);
      const dX = tf.matMul(tanhGradient, p.repeat[i]!.s.Cell.W);
      const sDS = tf.matMul(tanhGradient, p.repeat[i]!.s.Cell.U);
      rt.dispose(dSNext);
      dSSteps[i] = sDS; tanhGradientSteps[i] = tanhGradient;
      state = dX;
    }
    rt.dispose(dS);
    writeRows[t] = { tanhGradientSteps, state };
    dS = dSSteps;
  }
  const writeStacks = rt.stacked(writeRows);
  rt.dispose(tableProductSteps);
  // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
  const xRounds = rt.byRound(x);
  const sRounds = rt.byRound(s);
  const writeGradients: rt.Tensors[] = [];
  for (let i = 0; i < layers; i++) {
    const dCell = cellBackward(n, xRounds[i]!, sRounds[i]!, writeStacks.tanhGradientSteps[i]!, batchSize * target);
    writeGradients.push({ ...rt.below('s.Cell', dCell) });
  }
  rt.dispose(writeStacks.tanhGradientSteps, xRounds, sRounds);
  // input.attn:11  x = table[y]
  const dTable = tf.tidy(() => tf.add(logitsProduct, rt.scatter(y, tf.transpose(writeStacks.state, [1, 0, 2]), words)));
  rt.dispose(logitsProduct, writeStacks.state);
  return { dTable, writeGradients, dS, quotientMasked };
}

function writeStep(p: WriteParameters, n: CopySizes, y: tf.Tensor, s: readonly tf.Tensor[], logitsDiv: tf.Tensor, batchBeam: number, beam: number) {
  const { batch: batchSize, d, layers, words } = n;
  // input.attn:9  decoder Write(m: [source, d], S: [layers, d]) generates y: index(words)[target] start 1 e…
  const yRows = tf.reshape(y, [batchBeam]);
  // input.attn:11  x = table[y]
  const x = tf.gather(p.table, yRows);
  rt.dispose(yRows);
  // input.attn:12  repeat layers as l { state s: [d] = S[layers = l]; s' = Cell(x, s); x = s' }
  const sNextShapedSteps: tf.Tensor[] = [];
  let x2: tf.Tensor = x;
  for (let i = 0; i < layers; i++) {
    // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
    const sNext = tf.tidy(() => {
      const UProduct = tf.matMul(tf.reshape(s[i]!, [batchBeam, d]), p.repeat[i]!.s.Cell.U, false, true);
      return tf.tanh(tf.add(tf.matMul(x2, p.repeat[i]!.s.Cell.W, false, true), UProduct));
    });
    const sNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
    rt.dispose(x2);
    sNextShapedSteps.push(sNextShaped);
    x2 = sNext;
  }
  const xShaped = tf.reshape(x2, [batchSize, beam, d]);
  rt.dispose(x2);
  // input.attn:13  logits = table @ (x + mean[source](m))
  const logits = tf.tidy(() => {
    const sumRows = tf.reshape(tf.add(xShaped, tf.reshape(logitsDiv, [batchSize, 1, d])), [batchBeam, d]);
    return tf.matMul(sumRows, p.table, false, true);
  });
  const logits2 = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(xShaped, logits);
  return { logits: logits2, sNext: sNextShapedSteps };
}

function copy2(p: CopyParameters, n: CopySizes, tokens: tf.Tensor, sourceLengths: tf.Tensor, y: tf.Tensor) {
  const { batch: batchSize, d, layers, source } = n;
  // input.attn:18  read = scan source with xt = table[tokens] {
  const tokensSteps = tf.tidy(() => tf.unstack(tf.transpose(tf.gather(p.table, tokens), [1, 0, 2])));
  const sFirst = tf.tidy(() => tf.unstack(tf.fill([layers, batchSize, d], 0)));
  const allZSteps: tf.Tensor[] = [], sNextSteps: (readonly tf.Tensor[])[] = [];
  let s: readonly tf.Tensor[] = sFirst;
  for (let t = 0; t < source; t++) {
    const xt = tokensSteps[t]!;
    // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
    const zNextSteps: tf.Tensor[] = [];
    let z: tf.Tensor = xt;
    for (let i = 0; i < layers; i++) {
      const sNext = cell(p.read.all[i]!.s.Cell, z, s[i]!);
      zNextSteps.push(sNext);
      z = sNext;
    }
    allZSteps.push(tf.clone(z)); sNextSteps.push(zNextSteps);
    s = zNextSteps;
  }
  rt.dispose(tokensSteps, sFirst);
  // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
  const all = rt.stack(sNextSteps, [layers, batchSize, d], 'float32');
  rt.dispose(sNextSteps);
  // input.attn:23  Write(read.z, read.s[source = last])
  const picked = tf.tidy(() =>
    tf.gather(tf.transpose(all, [2, 0, 1, 3]), tf.add(sourceLengths, tf.scalar(-1, 'int32')), 1, 1),
  );
  const zStacked = tf.stack(allZSteps);
  const logits = writeInputs(p.Write, n, picked, sourceLengths, zStacked, y);
  rt.dispose(all, allZSteps, picked, zStacked);
  return logits;
}

/** Outputs by name, [batch, …]. */
type CopyResults = { readonly logits: tf.Tensor };

/** The outputs of Copy, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function copyForward(p: CopyParameters, batch: CopyBatch): CopyResults {
  const logits = copy2(p, batch.n, batch.inputs.tokens, batch.lengths.source, batch.inputs.y);
  return { logits };
}

/** Copying: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function copyLoss(p: CopyParameters, batch: CopyBatch): rt.LossTensors {
  const logits = copy2(p, batch.n, batch.inputs.tokens, batch.lengths.source, batch.inputs.y);
  const { loss, targetLengthsAsFloat, targetMask, logSoftmax } = copying(batch.n, batch.lengths.target, logits, batch.inputs["y'"]);
  rt.dispose(logits, targetLengthsAsFloat, targetMask, logSoftmax);
  return { loss, metrics: {} };
}

/** Copying: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function copyGradients(p: CopyParameters, batch: CopyBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, d, layers, source, target, words } = batch.n;
  // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
  const joinedSteps: tf.Tensor[] = [];
  for (let i = 0; i < layers; i++) {
    // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
    const joined = tf.concat([p.read.all[i]!.s.Cell.W, p.read.all[i]!.s.Cell.U], 1);
    joinedSteps.push(joined);
  }
  // input.attn:18  read = scan source with xt = table[tokens] {
  const batchInputsTokensSteps = tf.tidy(() =>
    tf.unstack(tf.transpose(tf.gather(p.table, batch.inputs.tokens), [1, 0, 2])),
  );
  const zerosSteps = tf.tidy(() => tf.unstack(tf.fill([layers, batchSize, d], 0)));
  const sNextSteps: (readonly tf.Tensor[])[] = [], sSteps: (readonly tf.Tensor[])[] = []; // sSteps refers to what is in sNextSteps
  const readRows: ReadRow[] = [];
  let s: readonly tf.Tensor[] = zerosSteps;
  for (let t = 0; t < source; t++) {
    const xt = batchInputsTokensSteps[t]!;
    // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
    const zNextSteps: tf.Tensor[] = [], zSteps: tf.Tensor[] = []; // zSteps refers to what is in zNextSteps
    let z: tf.Tensor = xt;
    for (let i = 0; i < layers; i++) {
      const sNext = cellTraining(z, s[i]!, joinedSteps[i]!);
      zNextSteps.push(sNext); zSteps.push(z);
      z = sNext;
    }
    readRows.push({ allZ: tf.clone(z), zSteps: zSteps.map((each) => tf.clone(each)) });
    sNextSteps.push(zNextSteps); sSteps.push(s);
    s = zNextSteps;
  }
  const readStacks = rt.stacked(readRows);
  rt.dispose(joinedSteps, batchInputsTokensSteps);
  // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
  const all = rt.stack(sNextSteps, [layers, batchSize, d], 'float32');
  // input.attn:23  Write(read.z, read.s[source = last])
  const sum = tf.tidy(() => tf.add(batch.lengths.source, tf.scalar(-1, 'int32')));
  const picked = tf.tidy(() => tf.gather(tf.transpose(all, [2, 0, 1, 3]), sum, 1, 1));
  const { logits, sourceLengthsAsFloatWide, sourceMask, sNext: writeSNextSteps, sumRows, x: xSteps, s: writeSSteps, x2: writeXSteps } = writeInputsTraining(p.Write, batch.n, picked, batch.lengths.source, readStacks.allZ, batch.inputs.y);
  rt.dispose(all, picked, readStacks.allZ);
  const { loss, targetLengthsAsFloat, targetMask, logSoftmax } = copying(batch.n, batch.lengths.target, logits, batch.inputs["y'"]);
  rt.dispose(logits);
  // input.attn:27  loss = mean[target](cross_entropy[words](logits, y'))
  const dLogits = tf.tidy(() => {
    const negative = tf.neg(rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, targetLengthsAsFloat), [batchSize, 1]), 0));
    const product = tf.mul(tf.exp(logSoftmax), tf.reshape(negative, [batchSize, target, 1]));
    return tf.sub(rt.scatter(batch.inputs["y'"], negative, words, 2), product);
  });
  const { dTable, writeGradients, dS, quotientMasked } = writeBackward(p.Write, batch.n, dLogits, sourceLengthsAsFloatWide, sourceMask, writeSNextSteps, zerosSteps, sumRows, batch.inputs.y, xSteps, writeSSteps);
  rt.dispose(targetLengthsAsFloat, targetMask, logSoftmax, sourceLengthsAsFloatWide, sourceMask, writeSNextSteps);
  rt.dispose(sumRows, xSteps, writeXSteps, dLogits);
  // input.attn:23  Write(read.z, read.s[source = last])
  const dAll = tf.tidy(() => rt.scatter(sum, tf.transpose(tf.stack(dS), [1, 0, 2]), source, 1));
  rt.dispose(sum, dS);
  // input.attn:18  read = scan source with xt = table[tokens] {
  const quotientMaskedSteps = tf.tidy(() => tf.unstack(tf.transpose(quotientMasked, [1, 0, 2])));
  const dAllSteps = tf.tidy(() => {
    const dAllTRows = tf.reshape(tf.transpose(dAll, [1, 2, 0, 3]), [layers * source, batchSize, d]);
    return rt.grouped(tf.unstack(dAllTRows), layers);
  });
  rt.dispose(quotientMasked, dAll);
  const copyReadRows = new Array<CopyReadRow>(source);
  let dS2: readonly tf.Tensor[] = zerosSteps.map((each) => tf.clone(each));
  for (let t = source - 1; t >= 0; t--) {
    const dZ = quotientMaskedSteps[t]!;
    const sNextAt = sNextSteps[t]!;
    const readSum = rt.perRound(tf.add, dS2, dAllSteps[t]!);
    rt.dispose(dS2);
    // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
    const dSSteps = new Array<tf.Tensor>(layers), tanhGradientSteps = new Array<tf.Tensor>(layers);
    let state: tf.Tensor = tf.clone(dZ);
    for (let i = layers - 1; i >= 0; i--) {
      const dSNext = tf.add(state, readSum[i]!);
      rt.dispose(state);
      // input.attn:6  tanh(W @ x[d as e] + U @ h[d as e])
      const tanhGradient = rt.tanhGradient(dSNext, sNextAt[i]!);
      const stateNext = tf.matMul(tanhGradient, p.read.all[i]!.s.Cell.W);
      const sDS = tf.matMul(tanhGradient, p.read.all[i]!.s.Cell.U);
      rt.dispose(dSNext);
      dSSteps[i] = sDS; tanhGradientSteps[i] = tanhGradient;
      state = stateNext;
    }
    rt.dispose(readSum);
    copyReadRows[t] = { tanhGradientSteps, allState: state };
    dS2 = dSSteps;
  }
  const copyReadStacks = rt.stacked(copyReadRows);
  rt.dispose(quotientMaskedSteps, dAllSteps, dS2);
  const dTable2 = tf.tidy(() => rt.scatter(batch.inputs.tokens, tf.transpose(copyReadStacks.allState, [1, 0, 2]), words));
  rt.dispose(copyReadStacks.allState);
  // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
  const sRounds = rt.byRound(sSteps);
  rt.dispose(zerosSteps, sNextSteps);
  const copyGradients2: rt.Tensors[] = [];
  for (let i = 0; i < layers; i++) {
    const dCell = cellBackward(batch.n, readStacks.zSteps[i]!, sRounds[i]!, copyReadStacks.tanhGradientSteps[i]!, batchSize * source);
    copyGradients2.push({ ...rt.below('s.Cell', dCell) });
  }
  rt.dispose(copyReadStacks.tanhGradientSteps, readStacks.zSteps, sRounds);
  return {
    loss,
    metrics: {},
    gradients: {
      table: dTable2,
      ...rt.rounds('read.all[*]', copyGradients2),
      'Write.table': dTable,
      ...rt.rounds('Write.repeat[*]', writeGradients),
    },
  };
}

/** What every step reads, [batch, …]. */
type CopyMemory = { readonly div: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type CopyState = { readonly 'repeat.s': readonly tf.Tensor[] };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function copyPrepare(p: CopyParameters, batch: CopyBatch): { readonly memory: CopyMemory; readonly state: CopyState } {
  const { batch: batchSize, d, layers, source } = batch.n;
  // input.attn:18  read = scan source with xt = table[tokens] {
  const batchInputsTokensSteps = tf.tidy(() =>
    tf.unstack(tf.transpose(tf.gather(p.table, batch.inputs.tokens), [1, 0, 2])),
  );
  const sFirst = tf.tidy(() => tf.unstack(tf.fill([layers, batchSize, d], 0)));
  const allZSteps: tf.Tensor[] = [], sNextSteps: (readonly tf.Tensor[])[] = [];
  let s: readonly tf.Tensor[] = sFirst;
  for (let t = 0; t < source; t++) {
    const xt = batchInputsTokensSteps[t]!;
    // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
    const zNextSteps: tf.Tensor[] = [];
    let z: tf.Tensor = xt;
    for (let i = 0; i < layers; i++) {
      const sNext = cell(p.read.all[i]!.s.Cell, z, s[i]!);
      zNextSteps.push(sNext);
      z = sNext;
    }
    allZSteps.push(tf.clone(z)); sNextSteps.push(zNextSteps);
    s = zNextSteps;
  }
  rt.dispose(batchInputsTokensSteps, sFirst);
  // input.attn:20  all = repeat layers { state s: [d] = 0; s' = Cell(z, s); z = s'; emit s' }
  const all = rt.stack(sNextSteps, [layers, batchSize, d], 'float32');
  rt.dispose(sNextSteps);
  // input.attn:23  Write(read.z, read.s[source = last])
  const zStacked = tf.stack(allZSteps);
  const picked = tf.tidy(() =>
    tf.gather(tf.transpose(all, [2, 0, 1, 3]), tf.add(batch.lengths.source, tf.scalar(-1, 'int32')), 1, 1),
  );
  const { logitsQuotient: div, x: xSteps } = writeInputsPrepare(batch.n, picked, batch.lengths.source, zStacked);
  rt.dispose(allZSteps, all, zStacked, picked);
  return { memory: { div }, state: { 'repeat.s': xSteps } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function copyStep(p: CopyParameters, batch: CopyBatch, memory: CopyMemory, state: CopyState, previous: tf.Tensor2D, _t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: CopyState } {
  const { batch: batchSize } = batch.n;
  const beam = previous.shape[1];
  const { logits, sNext: s } = writeStep(p.Write, batch.n, previous, state['repeat.s'], memory.div, batchSize * beam, beam);
  return { logits: logits as tf.Tensor3D, taps: {}, state: { 'repeat.s': s } };
}

const copyDefinition: rt.Definition = {
  name: 'Copy',
  source: 'input.attn',
  hyperparameters: { words: 7, d: 4, layers: 3 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: CopyDims) {
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:9)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:9)`);
    return { words: n.words, d: n.d, layers: n.layers };
  },
  parameters: (n: CopySizes) => [
    { path: 'table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
    ...rt.ofRounds([n.layers], { path: 'read.all[*].s.Cell.W', axes: [{ label: 'd', size: n.d }, { label: 'e', size: n.d }], outs: 1, init: { kind: 'glorot' } }),
    ...rt.ofRounds([n.layers], { path: 'read.all[*].s.Cell.U', axes: [{ label: 'd', size: n.d }, { label: 'e', size: n.d }], outs: 1, init: { kind: 'glorot' } }),
    { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
    ...rt.ofRounds([n.layers], { path: 'Write.repeat[*].s.Cell.W', axes: [{ label: 'd', size: n.d }, { label: 'e', size: n.d }], outs: 1, init: { kind: 'glorot' } }),
    ...rt.ofRounds([n.layers], { path: 'Write.repeat[*].s.Cell.U', axes: [{ label: 'd', size: n.d }, { label: 'e', size: n.d }], outs: 1, init: { kind: 'glorot' } }),
  ],
  inputs: (n: CopySizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: copyForward,
  objectives: [
    {
      name: 'Copying',
      given: (n: CopySizes) => [{ name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } }],
      updates: [{ loss: copyLoss, gradients: copyGradients, optimizer: () => ({ kind: 'sgd', rate: 0.1 }), clip: null }],
    },
  ],
  decoder: {
    name: 'Write',
    axis: 'target',
    output: 'y',
    vocabulary: (n: CopySizes) => n.words,
    start: 1,
    end: 2,
    prepare: copyPrepare,
    step: copyStep,
    taps: {},
    rank: (logp) => logp,
    atMost: null,
  },
};

export class Copy extends rt.GenerativeModel<CopyDims, CopyInput, CopyTarget> {
  constructor(options: rt.ModelOptions<CopyDims> = {}) {
    super(copyDefinition, options);
  }
}
