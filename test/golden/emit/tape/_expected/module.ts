/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Words that its constructor may be given. */
export type WordsDims = {
  /** `target`, `words`, `d`: Looks back at all that its state has been, and chooses no word twice. Default 9. */
  readonly words: number;
  /** Default 4. */
  readonly d: number;
};

/** One example of Words. */
export interface WordsInput {
  /** `[d]` */
  readonly start: rt.Floats;
}

/** What the objectives need besides. */
export interface WordsTarget {
  /** `index(words)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type WordsSizes = {
  readonly words: number;
  readonly d: number;
  readonly batch: number;
  readonly target: number;
};

/** Parameters by path. */
type WordsParameters = {
  readonly 'Write.table': tf.Tensor;
  readonly 'Write.Wh': tf.Tensor;
  readonly 'Write.Wx': tf.Tensor;
  readonly 'Write.v': tf.Tensor;
  readonly 'Write.logits.Linear.W': tf.Tensor;
  readonly 'Write.logits.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type WordsBatch = {
  readonly n: WordsSizes;
  readonly inputs: { readonly start: tf.Tensor; readonly "y'": tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: { readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type WordsResults = { readonly logits: tf.Tensor };

/** The outputs of Words, batch first. */
function wordsForward(p: WordsParameters, batch: WordsBatch): WordsResults {
  const { batch: batchSize, d, target, words } = batch.n;
  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const targetPositions = tf.range(0, target, 1, 'int32');
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx']), [batchSize, target, d]),
  );
  rt.dispose(targetPositions, tapePositionsWide);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(isEqual, x, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const xAt = xSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const WxProductAt = WxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(WxProductAt, [batchSize, 1, d])));
      const vProduct = tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), p['Write.v']);
      const softmax = tf.softmax(rt.where(isAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
      return rt.where(isAtMostAt, softmax, 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualAt, [target + 1, 1]);
    const stateNext = tf.tidy(() =>
      rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() => tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), wordsPositions)));
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const sNextStepsRows = tf.reshape(tf.transpose(tf.stack(sNextSteps), [1, 0, 2]), [batchSize * target, d]);
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W']), [batchSize, target, words]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(sNextSteps);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const logits = tf.tidy(() => rt.where(rt.transpose(logitsNegation, [1, 0, 2]), sum, -Infinity));
  rt.dispose(logitsNegation, sum);
  return { logits };
}

/** What wordsLoss gives. */
type WordsLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function wordsLoss(p: WordsParameters, batch: WordsBatch): WordsLossResults {
  const { batch: batchSize, d, target, words } = batch.n;
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetPositions = tf.range(0, target, 1, 'int32');
  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx']), [batchSize, target, d]),
  );
  rt.dispose(tapePositionsWide);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(isEqual, x, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const xAt = xSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const WxProductAt = WxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(WxProductAt, [batchSize, 1, d])));
      const vProduct = tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), p['Write.v']);
      const softmax = tf.softmax(rt.where(isAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
      return rt.where(isAtMostAt, softmax, 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualAt, [target + 1, 1]);
    const stateNext = tf.tidy(() =>
      rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() => tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), wordsPositions)));
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, yNextSteps, isEqualSteps, xSteps, isAtMostSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const sNextStepsRows = tf.reshape(tf.transpose(tf.stack(sNextSteps), [1, 0, 2]), [batchSize * target, d]);
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W']), [batchSize, target, words]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(sNextSteps);
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const logSoftmax = tf.tidy(() => rt.logSoftmax(rt.where(negationT, sum, -Infinity)));
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(picked, tf.gather(rt.where(negationT, logSoftmax, 0), batch.inputs["y'"], 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), tf.cast(batch.lengths.target, 'float32')));
  });
  rt.dispose(targetPositions, logitsNegation, sum, targetMask, negationT, picked, logSoftmax);
  return {
    loss,
    metrics: {},
  };
}

/** What wordsGradients gives. */
type WordsGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: WordsParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function wordsGradients(p: WordsParameters, batch: WordsBatch, _random: rt.Random): WordsGradientsResults {
  const { batch: batchSize, d, target, words } = batch.n;
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetPositions = tf.range(0, target, 1, 'int32');
  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], batch.inputs.y);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const stateFirst = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const startWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const tapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const isEqual = tf.tidy(() => tf.equal(tapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const isAtMost = tf.lessEqual(tapePositionsWide, targetPositions);
  const WxProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx']), [batchSize, target, d]),
  );
  rt.dispose(tapePositionsWide);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const wordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:4  param table: [words, d], Wh, Wx: [d <- d], v: [d]
  const vRows = tf.reshape(p['Write.v'], [d]);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const chosenFirst = tf.fill([batchSize, words], 0, 'bool');
  const xT = tf.transpose(x, [1, 0, 2]);
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const isEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(isEqual, [1, 0])));
  const xTSteps = tf.unstack(xT);
  const isAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(isAtMost, [1, 0])));
  const WxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WxProduct, [1, 0, 2])));
  rt.dispose(x, isEqual, isAtMost, WxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  const stateSteps: tf.Tensor[] = [];
  const wSteps: tf.Tensor[] = [];
  const wSoftmaxSteps: tf.Tensor[] = [];
  const wTanhSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = chosenFirst;
  let state: tf.Tensor = stateFirst;
  let state2: tf.Tensor = startWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const xTAt = xTSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const WxProductAt = WxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wTanh = tf.tidy(() => tf.tanh(tf.add(state, tf.reshape(WxProductAt, [batchSize, 1, d]))));
    const wSoftmax = tf.tidy(() => {
      const vProduct = tf.matMul(tf.reshape(wTanh, [batchSize * target + batchSize, d]), p['Write.v']);
      return tf.softmax(rt.where(isAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
    });
    const w = rt.where(isAtMostAt, wSoftmax, 0);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xTAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualAt, [target + 1, 1]);
    const stateNext = tf.tidy(() =>
      rt.where(isEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen = tf.tidy(() => rt.where(isEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, isEqualWide);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() => tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), wordsPositions)));
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    stateSteps.push(state2);
    wSteps.push(w);
    wSoftmaxSteps.push(wSoftmax);
    wTanhSteps.push(wTanh);
    chosen = chosenNext;
    state = stateNext;
    state2 = wChosen;
  }
  rt.dispose(wordsPositions, yNextSteps, xTSteps, WxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sNextStacked = tf.stack(sNextSteps);
  const sNextStepsRows = tf.tidy(() => tf.reshape(tf.transpose(sNextStacked, [1, 0, 2]), [batchSize * target, d]));
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W']), [batchSize, target, words]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const logSoftmax = tf.tidy(() => rt.logSoftmax(rt.where(negationT, sum, -Infinity)));
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(picked, tf.gather(rt.where(negationT, logSoftmax, 0), batch.inputs["y'"], 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), lossAsFloat));
  });
  const chosen2 = tf.tidy(() => rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, lossAsFloat), [batchSize, 1]), 0));
  rt.dispose(targetPositions, logitsNegation, sum, targetMask, lossAsFloat);
  const dLogits = tf.tidy(() => {
    const chosen = rt.where(negationT, rt.scatter(batch.inputs["y'"], rt.where(picked, tf.neg(chosen2), 0), words, 2), 0);
    return rt.where(negationT, tf.sub(chosen, tf.mul(tf.exp(logSoftmax), tf.sum(chosen, 2, true))), 0);
  });
  rt.dispose(negationT, picked, logSoftmax, chosen2);
  // layers.attn:4  W @ x + b
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, words]);
  const WProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(dLogitsRows, p['Write.logits.Linear.W'], false, true), [batchSize, target, d]),
  );
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const zeros = tf.fill([batchSize, target + 1, d], 0);
  const stateFirst2 = tf.fill([batchSize, d, target + 1], 0);
  const WProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WProduct, [1, 0, 2])));
  rt.dispose(WProduct);
  const dXSteps = new Array<tf.Tensor>(target);
  const wProductSteps = new Array<tf.Tensor>(target);
  const wTotalSteps = new Array<tf.Tensor>(target);
  const wProductSteps2 = new Array<tf.Tensor>(target);
  let state3: tf.Tensor = zeros;
  let state4: tf.Tensor = stateFirst2;
  for (let t = target - 1; t >= 0; t--) {
    const WProductAt = WProductSteps[t]!;
    const isEqualAt = isEqualSteps[t]!;
    const sNextAt = sNextSteps[t]!;
    const stateAt = stateSteps[t]!;
    const wAt = wSteps[t]!;
    const isAtMostAt = isAtMostSteps[t]!;
    const wSoftmaxAt = wSoftmaxSteps[t]!;
    const wTanhAt = wTanhSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const isEqualWide = tf.reshape(isEqualAt, [target + 1, 1]);
    const wTotal = tf.tidy(() => tf.sum(rt.where(isEqualWide, state3, 0), 1));
    const dSNext = tf.tidy(() =>
      tf.add(tf.add(WProductAt, tf.sum(rt.where(isEqualAt, state4, 0), 2)), tf.matMul(wTotal, p['Write.Wh'])),
    );
    const wChosen = rt.where(isEqualAt, 0, state4);
    rt.dispose(state4);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const dX = rt.tanhGradient(dSNext, sNextAt);
    const dXWide = tf.reshape(dX, [batchSize, d, 1]);
    const dW = tf.tidy(() => tf.reshape(tf.matMul(stateAt, dXWide), [batchSize, target + 1]));
    const stateNext = tf.tidy(() => tf.add(wChosen, tf.mul(dXWide, tf.reshape(wAt, [batchSize, 1, target + 1]))));
    rt.dispose(dSNext, wChosen, dXWide);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wChosen2 = tf.tidy(() => {
      const chosen = rt.where(isAtMostAt, dW, 0);
      return rt.where(isAtMostAt, tf.mul(wSoftmaxAt, tf.sub(chosen, tf.sum(tf.mul(wSoftmaxAt, chosen), 1, true))), 0);
    });
    const wDifference = tf.tidy(() => tf.sub(1, tf.mul(wTanhAt, wTanhAt)));
    const wSum = tf.tidy(() => {
      const product = tf.mul(tf.mul(tf.reshape(wChosen2, [batchSize, target + 1, 1]), wDifference), vRows);
      return tf.add(rt.where(isEqualWide, 0, state3), product);
    });
    const wProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(wChosen2, [batchSize, 1, target + 1]), wDifference), [batchSize, d]);
      return tf.mul(product, vRows);
    });
    rt.dispose(dW, isEqualWide, state3, wDifference);
    const wProduct2 = tf.tidy(() => {
      const chosenWide = tf.reshape(wChosen2, [1, batchSize * target + batchSize]);
      return tf.reshape(tf.matMul(chosenWide, tf.reshape(wTanhAt, [batchSize * target + batchSize, d])), [d]);
    });
    rt.dispose(wChosen2);
    dXSteps[t] = dX;
    wProductSteps[t] = wProduct;
    wTotalSteps[t] = wTotal;
    wProductSteps2[t] = wProduct2;
    state3 = wSum;
    state4 = stateNext;
  }
  rt.dispose(vRows, isEqualSteps, isAtMostSteps, sNextSteps, stateSteps, wSteps, wSoftmaxSteps, wTanhSteps);
  rt.dispose(WProductSteps, state4);
  const productStacked = tf.stack(wProductSteps);
  const dXStacked = tf.stack(dXSteps);
  rt.dispose(wProductSteps, dXSteps);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const dX = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.transpose(productStacked, [1, 0, 2]), [batchSize * target, d]);
    const WxProduct = tf.reshape(tf.matMul(productStepsRows, p['Write.Wx'], false, true), [batchSize, target, d]);
    return tf.add(tf.transpose(dXStacked, [1, 0, 2]), WxProduct);
  });
  rt.dispose(dXStacked);
  // input.attn:6  x = table[y]
  const dTable = rt.scatter(batch.inputs.y, dX, words);
  rt.dispose(dX);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const product = tf.tidy(() => {
    const totalStepsRows = tf.reshape(tf.stack(wTotalSteps), [batchSize * target, d]);
    return tf.matMul(totalStepsRows, tf.reshape(sNextStacked, [batchSize * target, d]), true);
  });
  rt.dispose(sNextStacked, wTotalSteps);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const dWh = tf.tidy(() => tf.add(product, tf.matMul(tf.sum(state3, 1), batch.inputs.start, true)));
  const dWx = tf.tidy(() => {
    const productStepsRows = tf.reshape(productStacked, [batchSize * target, d]);
    return tf.matMul(productStepsRows, tf.reshape(xT, [batchSize * target, d]), true);
  });
  rt.dispose(state3, product, xT, productStacked);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const dV = tf.tidy(() => tf.sum(tf.stack(wProductSteps2), 0));
  rt.dispose(wProductSteps2);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(dLogitsRows, sNextStepsRows, true);
  const dB = tf.sum(dLogits, [0, 1]);
  rt.dispose(sNextStepsRows, dLogitsRows, dLogits);
  // input.attn:4  param table: [words, d], Wh, Wx: [d <- d], v: [d]
  const dWriteWx = tf.transpose(dWx, [1, 0]);
  const dWriteV = tf.reshape(dV, [d, 1]);
  rt.dispose(dWx, dV);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  rt.dispose(dW);
  return {
    loss,
    metrics: {},
    gradients: {
      'Write.table': dTable,
      'Write.Wh': dWh,
      'Write.Wx': dWriteWx,
      'Write.v': dWriteV,
      'Write.logits.Linear.W': dLinearW,
      'Write.logits.Linear.b': dB,
    },
  };
}

/** What every step reads, [batch, …]. */
type WordsMemory = { readonly int: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type WordsState = { readonly s: tf.Tensor; readonly chosen: tf.Tensor; readonly sKept: rt.Cache; readonly sPast: rt.Cache };

/** What wordsPrepare gives. */
type WordsPrepareResults = {
  readonly memory: WordsMemory;
  readonly state: WordsState;
};

/** Once per call: what no step changes, and the first states. */
function wordsPrepare(_p: WordsParameters, batch: WordsBatch): WordsPrepareResults {
  const { batch: batchSize, d, words } = batch.n;
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const s = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosen = tf.fill([batchSize, 1, words], 0, 'bool');
  // input.attn:10  chosen' = chosen or position[words] == y'
  const int = tf.range(0, words, 1, 'int32');
  return {
    memory: { int },
    state: { s, chosen, sKept: rt.emptyCache(), sPast: rt.emptyCache() },
  };
}

/** What wordsStep gives. */
type WordsStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: Readonly<Record<string, never>>;
  readonly state: WordsState;
};

/** One place: logits, the next states and the taps. */
function wordsStep(p: WordsParameters, batch: WordsBatch, memory: WordsMemory, state: WordsState, previous: tf.Tensor2D, t: number): WordsStepResults {
  const { batch: batchSize, d, words } = batch.n;
  const beam = previous.shape[1];
  const now = t + 1;
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosenRows = tf.reshape(state.chosen, [batchSize * beam, words]);
  const chosenRows2 = tf.reshape(previous, [batchSize * beam]);
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNext = tf.tidy(() =>
    tf.logicalOr(chosenRows, tf.equal(tf.reshape(chosenRows2, [batchSize * beam, 1]), memory.int)),
  );
  rt.dispose(chosenRows);
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const chosen = tf.tidy(() => rt.where(tf.scalar(t === 0, 'bool'), tf.scalar(false, 'bool'), chosenNext));
  const chosenShaped = tf.reshape(chosen, [batchSize, beam, words]);
  rt.dispose(chosenNext);
  // input.attn:6  x = table[y]
  const x = tf.gather(p['Write.table'], chosenRows2);
  rt.dispose(chosenRows2);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const WhProduct = tf.tidy(() => {
    const writeWhProduct = tf.matMul(tf.reshape(state.s, [batchSize * beam, d]), p['Write.Wh'], false, true);
    return tf.reshape(writeWhProduct, [batchSize, beam, d]);
  });
  const sKept = rt.appendToCache(state.sKept, WhProduct, 2);
  const w = tf.tidy(() => {
    const WxProduct = tf.reshape(tf.matMul(x, p['Write.Wx']), [batchSize * beam, 1, d]);
    const tanh = tf.tanh(tf.add(tf.reshape(rt.cached(sKept, 2), [batchSize * beam, now, d]), WxProduct));
    const vProduct = tf.reshape(tf.matMul(tf.reshape(tanh, [batchSize * beam * now, d]), p['Write.v']), [batchSize * beam, now]);
    return tf.softmax(vProduct);
  });
  const sPast = rt.appendToCache(state.sPast, state.s, 2);
  const rowsRows = tf.tidy(() => tf.reshape(rt.cached(sPast, 2), [batchSize * beam, now, d]));
  rt.dispose(WhProduct);
  // input.attn:8  s' = tanh(x + w @ past[tape](s))
  const sNext = tf.tidy(() => {
    const sum = tf.add(x, tf.reshape(tf.matMul(tf.reshape(w, [batchSize * beam, 1, now]), rowsRows), [batchSize * beam, d]));
    return tf.tanh(sum);
  });
  const s = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(x, w, rowsRows);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(sNext, p['Write.logits.Linear.W']), p['Write.logits.Linear.b']));
  rt.dispose(sNext);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logits = rt.where(chosen, -Infinity, sum);
  const logitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(chosen, sum, logits);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: {},
    state: { s, chosen: chosenShaped, sKept, sPast },
  };
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
  parameters(n: WordsSizes) {
    return [
      { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
      { path: 'Write.Wh', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.Wx', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.v', axes: [{ label: 'd', size: n.d }], outs: 1, stored: [[0], []], init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.W', axes: [{ label: 'out.words', size: n.words }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.b', axes: [{ label: 'out.words', size: n.words }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: WordsSizes) {
    return [
      { name: 'start', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: wordsForward,
  objectives: [
    {
      name: 'Fit',
      given(n: WordsSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } },
        ];
      },
      updates: [
        {
          loss: wordsLoss,
          gradients: wordsGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
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
