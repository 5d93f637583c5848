/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Words that its constructor may be given. */
export type WordsDims = {
  /** `target`, `words`, `d`: Looks back at all that its state has been, and chooses no word twice. Default 9. */
  readonly words: number;
  /** Default 4. */ readonly d: number;
};

/** One example of Words. */
export interface WordsInput {
  /** `[d]` */ readonly start: rt.Floats;
}

/** What the objectives need besides. */
export interface WordsTarget {
  /** `index(words)[target]` */ readonly y: rt.Ints;
}

/** Every size of a call. */
type WordsSizes = Readonly<Record<'words' | 'd' | 'batch' | 'target', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type WriteParameters = {
  readonly table: tf.Tensor;
  readonly Wh: tf.Tensor;
  readonly Wx: tf.Tensor;
  readonly v: tf.Tensor;
  readonly logits: { readonly Linear: LinearParameters };
};
type WordsParameters = { readonly Write: WriteParameters };

/** Padded examples on the device. */
type WordsBatch = {
  readonly n: WordsSizes;
  readonly inputs: { readonly start: tf.Tensor; readonly "y'": tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: { readonly target: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type WriteStep = Readonly<Record<'wTanh' | 'wSoftmax' | 'w' | 'state', tf.Tensor>>;
type WriteRow = Readonly<Record<'wProduct' | 'writeWProduct' | 'wTotal' | 'dX', tf.Tensor>>;

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: WordsSizes, sNext: readonly tf.Tensor[]) {
  const { batch: batchSize, d, target, words } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(tf.transpose(tf.stack(sNext), [1, 0, 2]), [batchSize * target, d]), p.W);
    return tf.add(tf.reshape(WProduct, [batchSize, target, words]), p.b);
  });
}

function fit(n: WordsSizes, targetLengths: tf.Tensor, targetPositions: tf.Tensor, logitsNegation: tf.Tensor, yNext: tf.Tensor, sum: tf.Tensor) {
  const { batch: batchSize } = n;
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(targetLengths, [batchSize, 1]), targetPositions));
  const logitsNegationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(logitsNegationT, yNext, 2, 2);
  const logSoftmax = tf.tidy(() => rt.logSoftmax(rt.where(logitsNegationT, sum, -Infinity)));
  const targetLengthsAsFloat = tf.cast(targetLengths, 'float32');
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(picked, tf.gather(rt.where(logitsNegationT, logSoftmax, 0), yNext, 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), targetLengthsAsFloat));
  });
  return { loss, targetLengthsAsFloat, targetMask, picked, logitsNegationT, logSoftmax };
}

function writeInputs(p: WriteParameters, n: WordsSizes, start: tf.Tensor, y: tf.Tensor, yNext: tf.Tensor) {
  const { batch: batchSize, d, target, words } = n;
  // input.attn:6  x = table[y]
  const x = tf.gather(p.table, y);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(start, p.Wh, false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() => tf.broadcastTo(tf.reshape(start, [batchSize, 1, d]), [batchSize, target + 1, d]));
  const targetPositions = tf.range(0, target, 1, 'int32');
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p.Wx), [batchSize, target, d]),
  );
  const WhT = tf.transpose(p.Wh, [1, 0]);
  rt.dispose(targetPositions, tapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(yNext, [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(isEqual, x, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [], chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const isAtMostAt = isAtMostSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(WxProductSteps[t]!, [batchSize, 1, d])));
      const vProduct = tf.reshape(tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), p.v), [batchSize, target + 1]);
      return rt.where(isAtMostAt, tf.softmax(rt.where(isAtMostAt, vProduct, -Infinity)), 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]);
      return tf.tanh(tf.add(xSteps[t]!, product));
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualSteps[t]!, [target + 1, 1]);
    const stateNext = tf.tidy(() => rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, WhT), [batchSize, 1, d]), state));
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextSteps[t]!, [batchSize, 1]), wordsPositions)),
    );
    sNextSteps.push(sNext); chosenSteps.push(chosen);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, WhT, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  const sum = linear(p.logits.Linear, n, sNextSteps);
  rt.dispose(chosenStacked, sNextSteps);
  return { logitsNegation, sum };
}

function writeInputs2(p: WriteParameters, n: WordsSizes, start: tf.Tensor, y: tf.Tensor, yNext: tf.Tensor, targetPositions: tf.Tensor) {
  const { batch: batchSize, d, target, words } = n;
  // input.attn:6  x = table[y]
  const x = tf.gather(p.table, y);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(start, p.Wh, false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() => tf.broadcastTo(tf.reshape(start, [batchSize, 1, d]), [batchSize, target + 1, d]));
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p.Wx), [batchSize, target, d]),
  );
  const WhT = tf.transpose(p.Wh, [1, 0]);
  rt.dispose(tapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(yNext, [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(isEqual, x, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [], chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const isAtMostAt = isAtMostSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(WxProductSteps[t]!, [batchSize, 1, d])));
      const vProduct = tf.reshape(tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), p.v), [batchSize, target + 1]);
      return rt.where(isAtMostAt, tf.softmax(rt.where(isAtMostAt, vProduct, -Infinity)), 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]);
      return tf.tanh(tf.add(xSteps[t]!, product));
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualSteps[t]!, [target + 1, 1]);
    const stateNext = tf.tidy(() => rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, WhT), [batchSize, 1, d]), state));
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextSteps[t]!, [batchSize, 1]), wordsPositions)),
    );
    sNextSteps.push(sNext); chosenSteps.push(chosen);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, WhT, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  const sum = linear(p.logits.Linear, n, sNextSteps);
  rt.dispose(chosenStacked, sNextSteps);
  return { logitsNegation, sum };
}

function writeInputsTraining(p: WriteParameters, n: WordsSizes, start: tf.Tensor, y: tf.Tensor, yNext: tf.Tensor, targetPositions: tf.Tensor) {
  const { batch: batchSize, d, target, words } = n;
  // input.attn:6  x = table[y]
  const x = tf.gather(p.table, y);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(start, p.Wh, false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() => tf.broadcastTo(tf.reshape(start, [batchSize, 1, d]), [batchSize, target + 1, d]));
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p.Wx), [batchSize, target, d]),
  );
  const WhT = tf.transpose(p.Wh, [1, 0]);
  rt.dispose(tapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const xT = tf.transpose(x, [1, 0, 2]);
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(yNext, [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xTSteps = tf.unstack(xT);
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(x, isEqual, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [], chosenSteps: tf.Tensor[] = [];
  const writeSteps: WriteStep[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const isAtMostAt = isAtMostSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wTanh = tf.tidy(() => tf.tanh(tf.add(state, tf.reshape(WxProductSteps[t]!, [batchSize, 1, d]))));
    const wSoftmax = tf.tidy(() => {
      const vProduct = tf.matMul(tf.reshape(wTanh, [batchSize * target + batchSize, d]), p.v);
      return tf.softmax(rt.where(isAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
    });
    const w = rt.where(isAtMostAt, wSoftmax, 0);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]);
      return tf.tanh(tf.add(xTSteps[t]!, product));
    });
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualSteps[t]!, [target + 1, 1]);
    const stateNext = tf.tidy(() => rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, WhT), [batchSize, 1, d]), state));
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextSteps[t]!, [batchSize, 1]), wordsPositions)),
    );
    writeSteps.push({ wTanh, wSoftmax, w, state: state2 });
    sNextSteps.push(sNext); chosenSteps.push(chosen);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, WhT, yNextSteps, xTSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // std/layers.attn:4  W @ x + b
  const sNextStacked = tf.stack(sNextSteps);
  const sNextStepsRows = tf.tidy(() => tf.reshape(tf.transpose(sNextStacked, [1, 0, 2]), [batchSize * target, d]));
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p.logits.Linear.W), [batchSize, target, words]);
    return tf.add(WProduct, p.logits.Linear.b);
  });
  return { logitsNegation, sum, sNextStepsRows, isEqual: isEqualSteps, sNext: sNextSteps, writeSteps, isAtMost: isAtMostSteps, sNextStacked, xT };
}

function writeStep(p: WriteParameters, n: WordsSizes, s: tf.Tensor, chosen: tf.Tensor, chosen2: tf.Tensor, chosenNextInt: tf.Tensor, t: number, sKept: rt.Cache, sPast: rt.Cache, batchBeam: number, beam: number, now: number, batchBeamNow: number) {
  const { batch: batchSize, d, words } = n;
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosenRows = tf.reshape(chosen, [batchBeam, words]);
  const chosen2Rows = tf.reshape(chosen2, [batchBeam]);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNext = tf.tidy(() =>
    tf.logicalOr(chosenRows, tf.equal(tf.reshape(chosen2Rows, [batchBeam, 1]), chosenNextInt)),
  );
  rt.dispose(chosenRows);
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosen3 = tf.tidy(() => rt.where(tf.scalar(t === 0, 'bool'), tf.scalar(false, 'bool'), chosenNext));
  const chosenShaped = tf.reshape(chosen3, [batchSize, beam, words]);
  rt.dispose(chosenNext);
  // input.attn:6  x = table[y]
  const x = tf.gather(p.table, chosen2Rows);
  rt.dispose(chosen2Rows);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const WhProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(s, [batchBeam, d]), p.Wh, false, true), [batchSize, beam, d]),
  );
  const wRows = rt.appendToCache(sKept, WhProduct, 2);
  const w = tf.tidy(() => {
    const rowsRows = tf.reshape(rt.cached(wRows, 2), [batchBeam, now, d]);
    const tanhRows = tf.reshape(tf.tanh(tf.add(rowsRows, tf.reshape(tf.matMul(x, p.Wx), [batchBeam, 1, d]))), [batchBeamNow, d]);
    return tf.softmax(tf.reshape(tf.matMul(tanhRows, p.v), [batchBeam, now]));
  });
  const rows = rt.appendToCache(sPast, s, 2);
  const rowsRows = tf.tidy(() => tf.reshape(rt.cached(rows, 2), [batchBeam, now, d]));
  rt.dispose(WhProduct);
  // input.attn:8  s' = tanh(x + w @ past[tape](s))
  const sNext = tf.tidy(() =>
    tf.tanh(tf.add(x, tf.reshape(tf.matMul(tf.reshape(w, [batchBeam, 1, now]), rowsRows), [batchBeam, d]))),
  );
  const sNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(x, w, rowsRows);
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(sNext, p.logits.Linear.W), p.logits.Linear.b));
  rt.dispose(sNext);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logits = rt.where(chosen3, -Infinity, sum);
  const logitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(chosen3, sum, logits);
  return { logitsShaped, sNextShaped, chosenShaped, wRows, rows };
}

/** Outputs by name, [batch, …]. */
type WordsResults = { readonly logits: tf.Tensor };

/** The outputs of Words, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function wordsForward(p: WordsParameters, batch: WordsBatch): WordsResults {
  const { logitsNegation, sum } = writeInputs(p.Write, batch.n, batch.inputs.start, batch.inputs.y, batch.inputs["y'"]);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const logits = tf.tidy(() => rt.where(rt.transpose(logitsNegation, [1, 0, 2]), sum, -Infinity));
  rt.dispose(logitsNegation, sum);
  return { logits };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function wordsLoss(p: WordsParameters, batch: WordsBatch): rt.LossTensors {
  const { target } = batch.n;
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetPositions = tf.range(0, target, 1, 'int32');
  const { logitsNegation, sum } = writeInputs2(p.Write, batch.n, batch.inputs.start, batch.inputs.y, batch.inputs["y'"], targetPositions);
  const { loss, targetLengthsAsFloat, targetMask, picked, logitsNegationT, logSoftmax } = fit(batch.n, batch.lengths.target, targetPositions, logitsNegation, batch.inputs["y'"], sum);
  rt.dispose(targetPositions, logitsNegation, sum, targetLengthsAsFloat, targetMask, picked, logitsNegationT, logSoftmax);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function wordsGradients(p: WordsParameters, batch: WordsBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, d, target, words } = batch.n;
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetPositions = tf.range(0, target, 1, 'int32');
  const { logitsNegation, sum, sNextStepsRows, isEqual: isEqualSteps, sNext: sNextSteps, writeSteps, isAtMost: isAtMostSteps, sNextStacked, xT } = writeInputsTraining(p.Write, batch.n, batch.inputs.start, batch.inputs.y, batch.inputs["y'"], targetPositions);
  const { loss, targetLengthsAsFloat, targetMask, picked, logitsNegationT, logSoftmax } = fit(batch.n, batch.lengths.target, targetPositions, logitsNegation, batch.inputs["y'"], sum);
  const quotientMasked = tf.tidy(() =>
    rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, targetLengthsAsFloat), [batchSize, 1]), 0),
  );
  rt.dispose(targetPositions, logitsNegation, sum, targetLengthsAsFloat, targetMask);
  const dLogits = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs["y'"], rt.where(picked, tf.neg(quotientMasked), 0), words, 2);
    const chosen = rt.where(logitsNegationT, scattered, 0);
    return rt.where(logitsNegationT, tf.sub(chosen, tf.mul(tf.exp(logSoftmax), tf.sum(chosen, 2, true))), 0);
  });
  rt.dispose(picked, logitsNegationT, logSoftmax, quotientMasked);
  // input.attn:4  param table: [words, d], Wh, Wx: [d <- d], v: [d]
  const vRows = tf.reshape(p.Write.v, [d]);
  // std/layers.attn:4  W @ x + b
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, words]);
  const WProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(dLogitsRows, p.Write.logits.Linear.W, false, true), [batchSize, target, d]),
  );
  const dB = tf.sum(dLogits, [0, 1]);
  const dW = tf.matMul(sNextStepsRows, dLogitsRows, true);
  rt.dispose(dLogits, sNextStepsRows, dLogitsRows);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const stateFirst = tf.fill([batchSize, target + 1, d], 0);
  const zeros = tf.fill([batchSize, d, target + 1], 0);
  const WProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WProduct, [1, 0, 2])));
  rt.dispose(WProduct);
  const writeRows = new Array<WriteRow>(target);
  let state: tf.Tensor = stateFirst;
  let writeState: tf.Tensor = zeros;
  for (let t = target - 1; t >= 0; t--) {
    const isEqualAt = isEqualSteps[t]!;
    const step = writeSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualAt, [target + 1, 1]);
    const wTotal = tf.tidy(() => tf.sum(rt.where(isEqualWide, state, 0), 1));
    const dSNext = tf.tidy(() => {
      const sum = tf.add(WProductSteps[t]!, tf.sum(rt.where(isEqualAt, writeState, 0), 2));
      return tf.add(sum, tf.matMul(wTotal, p.Write.Wh));
    });
    const wChosen = rt.where(isEqualAt, 0, writeState);
    rt.dispose(writeState);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const dX = rt.tanhGradient(dSNext, sNextSteps[t]!);
    const dXWide = tf.reshape(dX, [batchSize, d, 1]);
    const writeDW = tf.tidy(() => tf.reshape(tf.matMul(step.state, dXWide), [batchSize, target + 1]));
    const stateNext = tf.tidy(() => tf.add(wChosen, tf.mul(dXWide, tf.reshape(step.w, [batchSize, 1, target + 1]))));
    rt.dispose(dSNext, wChosen, dXWide);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const writeWChosen = tf.tidy(() => {
      const chosen = rt.where(isAtMostAt, writeDW, 0);
      const product = tf.mul(step.wSoftmax, tf.sub(chosen, tf.sum(tf.mul(step.wSoftmax, chosen), 1, true)));
      return rt.where(isAtMostAt, product, 0);
    });
    const wDifference = tf.tidy(() => tf.sub(1, tf.mul(step.wTanh, step.wTanh)));
    const wSum = tf.tidy(() => {
      const product = tf.mul(tf.mul(tf.reshape(writeWChosen, [batchSize, target + 1, 1]), wDifference), vRows);
      return tf.add(rt.where(isEqualWide, 0, state), product);
    });
    const wProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(writeWChosen, [batchSize, 1, target + 1]), wDifference), [batchSize, d]);
      return tf.mul(product, vRows);
    });
    rt.dispose(writeDW, isEqualWide, state, wDifference);
    const writeWProduct = tf.tidy(() => {
      const chosenWide = tf.reshape(writeWChosen, [1, batchSize * target + batchSize]);
      return tf.reshape(tf.matMul(chosenWide, tf.reshape(step.wTanh, [batchSize * target + batchSize, d])), [d]);
    });
    rt.dispose(writeWChosen);
    writeRows[t] = { wProduct: writeWProduct, writeWProduct: wProduct, wTotal, dX };
    state = wSum;
    writeState = stateNext;
  }
  const writeStacks = rt.stacked(writeRows);
  rt.dispose(isEqualSteps, sNextSteps, writeSteps, isAtMostSteps, vRows, WProductSteps, writeState);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const dX = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(writeStacks.writeWProduct, [1, 0, 2]), [batchSize * target, d]);
    const WxProduct = tf.reshape(tf.matMul(productStepsRows, p.Write.Wx, false, true), [batchSize, target, d]);
    return tf.add(tf.transpose(writeStacks.dX, [1, 0, 2]), WxProduct);
  });
  const dWh = tf.tidy(() => {
    const totalStepsRows = tf.reshape(writeStacks.wTotal, [batchSize * target, d]);
    const product = tf.matMul(totalStepsRows, tf.reshape(sNextStacked, [batchSize * target, d]), true);
    return tf.add(product, tf.matMul(tf.sum(state, 1), batch.inputs.start, true));
  });
  rt.dispose(writeStacks.dX, sNextStacked, state, writeStacks.wTotal);
  const dV = tf.sum(writeStacks.wProduct, 0);
  const dWx = tf.tidy(() => {
    const productStepsRows = tf.reshape(writeStacks.writeWProduct, [batchSize * target, d]);
    return tf.matMul(tf.reshape(xT, [batchSize * target, d]), productStepsRows, true);
  });
  const dWriteV = tf.reshape(dV, [d, 1]);
  rt.dispose(writeStacks.wProduct, xT, writeStacks.writeWProduct, dV);
  // input.attn:6  x = table[y]
  const dTable = rt.scatter(batch.inputs.y, dX, words);
  rt.dispose(dX);
  return {
    loss,
    metrics: {},
    gradients: {
      'Write.table': dTable,
      'Write.Wh': dWh,
      'Write.Wx': dWx,
      'Write.v': dWriteV,
      'Write.logits.Linear.W': dW,
      'Write.logits.Linear.b': dB,
    },
  };
}

/** What every step reads, [batch, …]. */
type WordsMemory = { readonly int: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type WordsState = { readonly s: tf.Tensor; readonly chosen: tf.Tensor; readonly sKept: rt.Cache; readonly sPast: rt.Cache };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function wordsPrepare(_p: WordsParameters, batch: WordsBatch): { readonly memory: WordsMemory; readonly state: WordsState } {
  const { batch: batchSize, d, words } = batch.n;
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const s = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosen = tf.fill([batchSize, 1, words], 0, 'bool');
  // input.attn:10  chosen' = chosen or position[words] == y'
  const int = tf.range(0, words, 1, 'int32');
  return { memory: { int }, state: { s, chosen, sKept: rt.emptyCache(), sPast: rt.emptyCache() } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function wordsStep(p: WordsParameters, batch: WordsBatch, memory: WordsMemory, state: WordsState, previous: tf.Tensor2D, t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: WordsState } {
  const { batch: batchSize } = batch.n;
  const beam = previous.shape[1];
  const now = t + 1;
  const { logitsShaped: logits, sNextShaped: s, chosenShaped: chosen, wRows: sKept, rows: sPast } = writeStep(p.Write, batch.n, state.s, state.chosen, previous, memory.int, t, state.sKept, state.sPast, batchSize * beam, beam, now, batchSize * beam * now);
  return { logits: logits as tf.Tensor3D, taps: {}, state: { s, chosen, sKept, sPast } };
}

const wordsDefinition: rt.Definition = {
  name: 'Words',
  source: 'input.attn',
  hyperparameters: { words: 9, d: 4 },
  ragged: [{ label: 'target', mayBeEmpty: false }],
  sizes(n: WordsDims) {
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:3)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:3)`);
    return { words: n.words, d: n.d };
  },
  parameters: (n: WordsSizes) => [
    { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
    { path: 'Write.Wh', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
    { path: 'Write.Wx', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Write.v', axes: [{ label: 'd', size: n.d }], outs: 1, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'Write.logits.Linear.W', axes: [{ label: 'out.words', size: n.words }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Linear.b', axes: [{ label: 'out.words', size: n.words }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: WordsSizes) => [{ name: 'start', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: wordsForward,
  objectives: [
    {
      name: 'Fit',
      given: (n: WordsSizes) => [{ name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } }],
      updates: [{ loss: wordsLoss, gradients: wordsGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: {
    name: 'Write',
    axis: 'target',
    output: 'y',
    vocabulary: (n: WordsSizes) => n.words,
    start: 1,
    end: 2,
    prepare: wordsPrepare,
    step: wordsStep,
    taps: {},
    rank: (logp) => logp,
    atMost: (n) => n.words!,
  },
};

export class Words extends rt.GenerativeModel<WordsDims, WordsInput, WordsTarget> {
  constructor(options: rt.ModelOptions<WordsDims> = {}) {
    super(wordsDefinition, options);
  }
}
