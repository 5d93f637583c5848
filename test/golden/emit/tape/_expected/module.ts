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
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhProductWide = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const wStartWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const wTargetPositions = tf.range(0, target, 1, 'int32');
  const wTapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const wIsEqual = tf.tidy(() => tf.equal(wTapePositionsWide, tf.add(wTargetPositions, tf.scalar(1, 'int32'))));
  const wIsAtMost = tf.lessEqual(wTapePositionsWide, wTargetPositions);
  const wWxProduct = tf.tidy(() => {
    const WxProduct = tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx'], false, true);
    return tf.reshape(WxProduct, [batchSize, target, d]);
  });
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);
  rt.dispose(wTargetPositions, wTapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const zeros = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const wIsEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const wIsAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsAtMost, [1, 0])));
  const wWxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(wWxProduct, [1, 0, 2])));
  rt.dispose(wIsEqual, x, wIsAtMost, wWxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = zeros;
  let state: tf.Tensor = wWhProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const wIsEqualAt = wIsEqualSteps[t]!;
    const xAt = xSteps[t]!;
    const wIsAtMostAt = wIsAtMostSteps[t]!;
    const wWxProductAt = wWxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(wWxProductAt, [batchSize, 1, d])));
      const vProduct = tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), wVWide);
      const weights = tf.softmax(rt.where(wIsAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
      return rt.where(wIsAtMostAt, weights, 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wIsEqualWide = tf.reshape(wIsEqualAt, [target + 1, 1]);
    const wChosen = tf.tidy(() =>
      rt.where(wIsEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen2 = tf.tidy(() => rt.where(wIsEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, wIsEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), chosenNextWordsPositions)),
    );
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    chosen = chosenNext;
    state = wChosen;
    state2 = wChosen2;
  }
  rt.dispose(chosenNextWordsPositions, wVWide, yNextSteps, wIsEqualSteps, xSteps, wIsAtMostSteps, wWxProductSteps);
  rt.dispose(chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const sNextStepsRows = tf.reshape(tf.transpose(tf.stack(sNextSteps), [1, 0, 2]), [batchSize * target, d]);
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W'], false, true), [batchSize, target, words]);
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
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhProductWide = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const wStartWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const wTapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const wIsEqual = tf.tidy(() => tf.equal(wTapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const wIsAtMost = tf.lessEqual(wTapePositionsWide, targetPositions);
  const wWxProduct = tf.tidy(() => {
    const WxProduct = tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx'], false, true);
    return tf.reshape(WxProduct, [batchSize, target, d]);
  });
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);
  rt.dispose(wTapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const zeros = tf.fill([batchSize, words], 0, 'bool');
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const wIsEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsEqual, [1, 0])));
  const xSteps = tf.tidy(() => tf.unstack(tf.transpose(x, [1, 0, 2])));
  const wIsAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsAtMost, [1, 0])));
  const wWxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(wWxProduct, [1, 0, 2])));
  rt.dispose(wIsEqual, x, wIsAtMost, wWxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = zeros;
  let state: tf.Tensor = wWhProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const wIsEqualAt = wIsEqualSteps[t]!;
    const xAt = xSteps[t]!;
    const wIsAtMostAt = wIsAtMostSteps[t]!;
    const wWxProductAt = wWxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const w = tf.tidy(() => {
      const tanh = tf.tanh(tf.add(state, tf.reshape(wWxProductAt, [batchSize, 1, d])));
      const vProduct = tf.matMul(tf.reshape(tanh, [batchSize * target + batchSize, d]), wVWide);
      const weights = tf.softmax(rt.where(wIsAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
      return rt.where(wIsAtMostAt, weights, 0);
    });
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    rt.dispose(w);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wIsEqualWide = tf.reshape(wIsEqualAt, [target + 1, 1]);
    const wChosen = tf.tidy(() =>
      rt.where(wIsEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen2 = tf.tidy(() => rt.where(wIsEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, wIsEqualWide, state2);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), chosenNextWordsPositions)),
    );
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    chosen = chosenNext;
    state = wChosen;
    state2 = wChosen2;
  }
  rt.dispose(chosenNextWordsPositions, wVWide, yNextSteps, wIsEqualSteps, xSteps, wIsAtMostSteps, wWxProductSteps);
  rt.dispose(chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const sNextStepsRows = tf.reshape(tf.transpose(tf.stack(sNextSteps), [1, 0, 2]), [batchSize * target, d]);
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W'], false, true), [batchSize, target, words]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  rt.dispose(sNextSteps);
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const logWeights = tf.tidy(() => rt.logSoftmax(rt.where(negationT, sum, -Infinity)));
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(picked, tf.gather(rt.where(negationT, logWeights, 0), batch.inputs["y'"], 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), tf.cast(batch.lengths.target, 'float32')));
  });
  rt.dispose(targetPositions, logitsNegation, sum, targetMask, negationT, picked, logWeights);
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
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPositions = tf.range(0, words, 1, 'int32');
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const wWhProductWide = tf.tidy(() => {
    const WhProduct = tf.reshape(tf.matMul(batch.inputs.start, p['Write.Wh'], false, true), [batchSize, 1, d]);
    return tf.broadcastTo(WhProduct, [batchSize, target + 1, d]);
  });
  const wStartWideWide = tf.tidy(() =>
    tf.broadcastTo(tf.reshape(batch.inputs.start, [batchSize, 1, d]), [batchSize, target + 1, d]),
  );
  const wTapePositionsWide = tf.tidy(() => tf.reshape(tf.range(0, target + 1, 1, 'int32'), [target + 1, 1]));
  const wIsEqual = tf.tidy(() => tf.equal(wTapePositionsWide, tf.add(targetPositions, tf.scalar(1, 'int32'))));
  const wIsAtMost = tf.lessEqual(wTapePositionsWide, targetPositions);
  const wWxProduct = tf.tidy(() => {
    const WxProduct = tf.matMul(tf.reshape(x, [batchSize * target, d]), p['Write.Wx'], false, true);
    return tf.reshape(WxProduct, [batchSize, target, d]);
  });
  const wVWide = tf.reshape(p['Write.v'], [d, 1]);
  rt.dispose(wTapePositionsWide);
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const zeros = tf.fill([batchSize, words], 0, 'bool');
  const xT = tf.transpose(x, [1, 0, 2]);
  const yNextSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs["y'"], [1, 0])));
  const wIsEqualSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsEqual, [1, 0])));
  const xTSteps = tf.unstack(xT);
  const wIsAtMostSteps = tf.tidy(() => tf.unstack(tf.transpose(wIsAtMost, [1, 0])));
  const wWxProductSteps = tf.tidy(() => tf.unstack(tf.transpose(wWxProduct, [1, 0, 2])));
  rt.dispose(x, wIsEqual, wIsAtMost, wWxProduct);
  const sNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  const stateSteps: tf.Tensor[] = [];
  const wSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  const wTanhSteps: tf.Tensor[] = [];
  let chosen: tf.Tensor = zeros;
  let state: tf.Tensor = wWhProductWide;
  let state2: tf.Tensor = wStartWideWide;
  for (let t = 0; t < target; t++) {
    const yNextAt = yNextSteps[t]!;
    const wIsEqualAt = wIsEqualSteps[t]!;
    const xTAt = xTSteps[t]!;
    const wIsAtMostAt = wIsAtMostSteps[t]!;
    const wWxProductAt = wWxProductSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wTanh = tf.tidy(() => tf.tanh(tf.add(state, tf.reshape(wWxProductAt, [batchSize, 1, d]))));
    const weights = tf.tidy(() => {
      const vProduct = tf.matMul(tf.reshape(wTanh, [batchSize * target + batchSize, d]), wVWide);
      return tf.softmax(rt.where(wIsAtMostAt, tf.reshape(vProduct, [batchSize, target + 1]), -Infinity));
    });
    const w = rt.where(wIsAtMostAt, weights, 0);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const sNext = tf.tidy(() => {
      const sum = tf.add(xTAt, tf.reshape(tf.matMul(tf.reshape(w, [batchSize, 1, target + 1]), state2), [batchSize, d]));
      return tf.tanh(sum);
    });
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wIsEqualWide = tf.reshape(wIsEqualAt, [target + 1, 1]);
    const wChosen = tf.tidy(() =>
      rt.where(wIsEqualWide, tf.reshape(tf.matMul(sNext, p['Write.Wh'], false, true), [batchSize, 1, d]), state),
    );
    const wChosen2 = tf.tidy(() => rt.where(wIsEqualWide, tf.reshape(sNext, [batchSize, 1, d]), state2));
    rt.dispose(state, wIsEqualWide);
    // input.attn:10  chosen' = chosen or position[words] == y'
    const chosenNext = tf.tidy(() =>
      tf.logicalOr(chosen, tf.equal(tf.reshape(yNextAt, [batchSize, 1]), chosenNextWordsPositions)),
    );
    sNextSteps.push(sNext);
    chosenSteps.push(chosen);
    stateSteps.push(state2);
    wSteps.push(w);
    weightsSteps.push(weights);
    wTanhSteps.push(wTanh);
    chosen = chosenNext;
    state = wChosen;
    state2 = wChosen2;
  }
  rt.dispose(chosenNextWordsPositions, wVWide, yNextSteps, xTSteps, wWxProductSteps, chosen, state, state2);
  const chosenStacked = tf.stack(chosenSteps);
  rt.dispose(chosenSteps);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logitsNegation = tf.logicalNot(chosenStacked);
  rt.dispose(chosenStacked);
  // layers.attn:4  W @ x + b
  const sNextStacked = tf.stack(sNextSteps);
  const sNextStepsRows = tf.tidy(() => tf.reshape(tf.transpose(sNextStacked, [1, 0, 2]), [batchSize * target, d]));
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p['Write.logits.Linear.W'], false, true), [batchSize, target, words]);
    return tf.add(WProduct, p['Write.logits.Linear.b']);
  });
  // input.attn:14  objective Fit for Words { loss = mean[target](cross_entropy[words](logits, y')); optimize…
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  const negationT = rt.transpose(logitsNegation, [1, 0, 2]);
  const picked = tf.gather(negationT, batch.inputs["y'"], 2, 2);
  const logWeights = tf.tidy(() => rt.logSoftmax(rt.where(negationT, sum, -Infinity)));
  const lossAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(picked, tf.gather(rt.where(negationT, logWeights, 0), batch.inputs["y'"], 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), lossAsFloat));
  });
  const chosen2 = tf.tidy(() => rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, lossAsFloat), [batchSize, 1]), 0));
  rt.dispose(targetPositions, logitsNegation, sum, targetMask, lossAsFloat);
  const dLogits = tf.tidy(() => {
    const chosen = rt.where(negationT, rt.scatter(batch.inputs["y'"], rt.where(picked, tf.neg(chosen2), 0), words, 2), 0);
    return rt.where(negationT, tf.sub(chosen, tf.mul(tf.exp(logWeights), tf.sum(chosen, 2, true))), 0);
  });
  rt.dispose(negationT, picked, logWeights, chosen2);
  // layers.attn:4  W @ x + b
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, words]);
  const WProduct = tf.tidy(() => tf.reshape(tf.matMul(dLogitsRows, p['Write.logits.Linear.W']), [batchSize, target, d]));
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const zeros2 = tf.fill([batchSize, target + 1, d], 0);
  const zeros3 = tf.fill([batchSize, d, target + 1], 0);
  const WProductSteps = tf.tidy(() => tf.unstack(tf.transpose(WProduct, [1, 0, 2])));
  rt.dispose(WProduct);
  const dXSteps = new Array<tf.Tensor>(target);
  const wProductSteps = new Array<tf.Tensor>(target);
  const wTotalSteps = new Array<tf.Tensor>(target);
  const wProductSteps2 = new Array<tf.Tensor>(target);
  let state3: tf.Tensor = zeros2;
  let state4: tf.Tensor = zeros3;
  for (let t = target - 1; t >= 0; t--) {
    const WProductAt = WProductSteps[t]!;
    const wIsEqualAt = wIsEqualSteps[t]!;
    const sNextAt = sNextSteps[t]!;
    const stateAt = stateSteps[t]!;
    const wAt = wSteps[t]!;
    const wIsAtMostAt = wIsAtMostSteps[t]!;
    const weightsAt = weightsSteps[t]!;
    const wTanhAt = wTanhSteps[t]!;
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wIsEqualWide = tf.reshape(wIsEqualAt, [target + 1, 1]);
    const wTotal = tf.tidy(() => tf.sum(rt.where(wIsEqualWide, state3, 0), 1));
    const dSNext = tf.tidy(() =>
      tf.add(tf.add(WProductAt, tf.sum(rt.where(wIsEqualAt, state4, 0), 2)), tf.matMul(wTotal, p['Write.Wh'])),
    );
    const wChosen = rt.where(wIsEqualAt, 0, state4);
    rt.dispose(state4);
    // input.attn:8  s' = tanh(x + w @ past[tape](s))
    const dX = rt.tanhGradient(dSNext, sNextAt);
    const sNextDXWide = tf.reshape(dX, [batchSize, d, 1]);
    const dW = tf.tidy(() => tf.reshape(tf.matMul(stateAt, sNextDXWide), [batchSize, target + 1]));
    const sNextSum = tf.tidy(() => tf.add(wChosen, tf.mul(sNextDXWide, tf.reshape(wAt, [batchSize, 1, target + 1]))));
    rt.dispose(dSNext, wChosen, sNextDXWide);
    // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
    const wChosen2 = tf.tidy(() => {
      const chosen = rt.where(wIsAtMostAt, dW, 0);
      return rt.where(wIsAtMostAt, tf.mul(weightsAt, tf.sub(chosen, tf.sum(tf.mul(weightsAt, chosen), 1, true))), 0);
    });
    const wDifference = tf.tidy(() => tf.sub(1, tf.mul(wTanhAt, wTanhAt)));
    const wSum = tf.tidy(() => {
      const product = tf.mul(tf.mul(tf.reshape(wChosen2, [batchSize, target + 1, 1]), wDifference), p['Write.v']);
      return tf.add(rt.where(wIsEqualWide, 0, state3), product);
    });
    const wProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(wChosen2, [batchSize, 1, target + 1]), wDifference), [batchSize, d]);
      return tf.mul(product, p['Write.v']);
    });
    rt.dispose(dW, wIsEqualWide, state3, wDifference);
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
    state4 = sNextSum;
  }
  rt.dispose(wIsEqualSteps, wIsAtMostSteps, sNextSteps, stateSteps, wSteps, weightsSteps, wTanhSteps, WProductSteps);
  rt.dispose(state4);
  const productStacked = tf.stack(wProductSteps);
  const dXStacked = tf.stack(dXSteps);
  rt.dispose(wProductSteps, dXSteps);
  // input.attn:7  w = softmax[tape](v @ tanh(Wh @ past[tape](s) + Wx @ x))
  const dX = tf.tidy(() => {
    const WxProduct = tf.matMul(tf.reshape(tf.transpose(productStacked, [1, 0, 2]), [batchSize * target, d]), p['Write.Wx']);
    return tf.add(tf.transpose(dXStacked, [1, 0, 2]), tf.reshape(WxProduct, [batchSize, target, d]));
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
  return {
    loss,
    metrics: {},
    gradients: {
      'Write.table': dTable,
      'Write.Wh': dWh,
      'Write.Wx': dWx,
      'Write.v': dV,
      'Write.logits.Linear.W': dW,
      'Write.logits.Linear.b': dB,
    },
  };
}

/** What every step reads, [batch, …]. */
type WordsMemory = { readonly '0': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type WordsState = { readonly s: tf.Tensor; readonly chosen: tf.Tensor; readonly sKept: rt.Rows; readonly sPast: rt.Rows };

/** What wordsPrepare gives. */
type WordsPrepareResults = {
  readonly memory: WordsMemory;
  readonly state: WordsState;
};

/** Once per call: what no step changes, and the first states. */
function wordsPrepare(_p: WordsParameters, batch: WordsBatch): WordsPrepareResults {
  const { batch: batchSize, d, words } = batch.n;
  // input.attn:13  model Words(start: [d]) generates y: index(words)[target] { Write(start) }
  const startShaped = tf.reshape(batch.inputs.start, [batchSize, 1, d]);
  // input.attn:5  state s: [d] = start, chosen: bool[words] = false
  const zeros = tf.fill([batchSize, 1, words], 0, 'bool');
  // input.attn:10  chosen' = chosen or position[words] == y'
  const chosenNextWordsPositions = tf.range(0, words, 1, 'int32');
  return {
    memory: { '0': chosenNextWordsPositions },
    state: { s: startShaped, chosen: zeros, sKept: rt.noRows(), sPast: rt.noRows() },
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
    tf.logicalOr(chosenRows, tf.equal(tf.reshape(chosenRows2, [batchSize * beam, 1]), memory['0'])),
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
  const wWhProduct = tf.tidy(() => {
    const WhProduct = tf.matMul(tf.reshape(state.s, [batchSize * beam, d]), p['Write.Wh'], false, true);
    return tf.reshape(WhProduct, [batchSize, beam, d]);
  });
  const wRows = rt.append(state.sKept, wWhProduct, 2);
  const w = tf.tidy(() => {
    const WxProduct = tf.reshape(tf.matMul(x, p['Write.Wx'], false, true), [batchSize * beam, 1, d]);
    const tanh = tf.tanh(tf.add(tf.reshape(rt.joined(wRows, 2), [batchSize * beam, now, d]), WxProduct));
    const vProduct = tf.matMul(tf.reshape(tanh, [batchSize * beam * now, d]), tf.reshape(p['Write.v'], [d, 1]));
    return tf.softmax(tf.reshape(vProduct, [batchSize * beam, now]));
  });
  const wRows2 = rt.append(state.sPast, state.s, 2);
  const wRowsRows = tf.tidy(() => tf.reshape(rt.joined(wRows2, 2), [batchSize * beam, now, d]));
  rt.dispose(wWhProduct);
  // input.attn:8  s' = tanh(x + w @ past[tape](s))
  const sNext = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(tf.reshape(w, [batchSize * beam, 1, now]), wRowsRows), [batchSize * beam, d]);
    return tf.tanh(tf.add(x, product));
  });
  const sNextSNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(x, w, wRowsRows);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() =>
    tf.add(tf.matMul(sNext, p['Write.logits.Linear.W'], false, true), p['Write.logits.Linear.b']),
  );
  rt.dispose(sNext);
  // input.attn:9  logits = Linear[words](s') where not chosen
  const logits = rt.where(chosen, -Infinity, sum);
  const logitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(chosen, sum, logits);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: {},
    state: { s: sNextSNextShaped, chosen: chosenShaped, sKept: wRows, sPast: wRows2 },
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
      { path: 'Write.Wx', axes: [{ label: 'd', size: n.d }, { label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.v', axes: [{ label: 'd', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Write.logits.Linear.W', axes: [{ label: 'out.words', size: n.words }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
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
