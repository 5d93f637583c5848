/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Read that its constructor may be given. */
export type ReadDims = {
  /** Default 7. */ readonly words: number;
  /** Default 3. */ readonly d: number;
  /** Default 2. */ readonly round: number;
};

/** One example of Read. */
export interface ReadInput {
  /** `index(words)[sentence, word]` */ readonly tokens: readonly rt.Ints[];
}

/** What the objectives need besides. */
export interface ReadTarget {
}

/** What Read gives for one example. */
export type ReadOutput = {
  readonly h: rt.Value;
  readonly final: rt.Value;
  readonly seen: rt.Value;
  readonly wide: rt.Value;
  readonly rounds: rt.Value;
};

/** Every size of a call. */
type ReadSizes = Readonly<Record<'words' | 'd' | 'round' | 'batch' | 'sentence' | 'word', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type ReadParameters = {
  readonly table: tf.Tensor;
  readonly rounds: readonly { readonly Linear: LinearParameters }[];
  readonly wide: { readonly Grow: { readonly repeat: readonly { readonly x: { readonly Linear: LinearParameters } }[] } };
};

/** Padded examples on the device. */
type ReadBatch = {
  readonly n: ReadSizes;
  readonly inputs: { readonly tokens: tf.Tensor };
  readonly lengths: { readonly sentence: tf.Tensor1D; readonly word: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type RoundsRow = Readonly<Record<'dB' | 'dW' | 'product', tf.Tensor>>;

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: ReadSizes, x: tf.Tensor, d2: number) {
  const { batch: batchSize, sentence } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * sentence, d2]);
  const sum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, sentence, 2]), p.b));
  return { sum, xRows };
}

function fit(n: ReadSizes, h: tf.Tensor, sentenceMask: tf.Tensor, sentenceMaskT: tf.Tensor, final: tf.Tensor, rounds: tf.Tensor, x: tf.Tensor) {
  const { batch: batchSize, sentence } = n;
  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](r…
  const productMasked = tf.tidy(() => rt.where(tf.reshape(sentenceMaskT, [sentence, batchSize, 1]), tf.mul(h, h), 0));
  const loss = tf.tidy(() => {
    const sum = tf.add(tf.add(tf.sum(productMasked, [0, 2]), tf.sum(final, 1)), tf.sum(rounds, [0, 2]));
    return tf.mean(tf.add(sum, tf.sum(rt.where(tf.reshape(sentenceMask, [batchSize, sentence, 1]), x, 0), [1, 2])));
  });
  rt.dispose(productMasked);
  return loss;
}

function repeatRound(p: { readonly x: { readonly Linear: LinearParameters } }, n: ReadSizes, x: tf.Tensor, d2: number) {
  const { sum, xRows } = linear(p.x.Linear, n, x, d2);
  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x =…
  const tanh = tf.tanh(sum);
  const x2 = tf.concat([x, tanh], 2);
  rt.dispose(sum);
  return { x: x2, tanh, xRows };
}

function roundsRound(p: { readonly Linear: LinearParameters }, final: tf.Tensor, roundsI: number) {
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(final, p.Linear.W, false, true), p.Linear.b));
  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProduct = tf.mul(sum, roundsI + 1);
  rt.dispose(sum);
  return roundsProduct;
}

function repeatRoundBackward(p: { readonly x: { readonly Linear: LinearParameters } }, n: ReadSizes, dResult: tf.Tensor, tanh: tf.Tensor) {
  const { batch: batchSize, d, sentence } = n;
  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x =…
  const dResultWide = tf.broadcastTo(dResult, [d + 4, batchSize, sentence]);
  const tanhGradient = tf.tidy(() =>
    rt.tanhGradient(tf.transpose(tf.slice(dResultWide, [d + 2, 0, 0], [2, -1, -1]), [1, 2, 0]), tanh),
  );
  // std/layers.attn:4  W @ x + b
  const tanhGradientRows = tf.reshape(tanhGradient, [batchSize * sentence, 2]);
  const WProduct = tf.matMul(tanhGradientRows, p.x.Linear.W, false, true);
  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x =…
  const dX = tf.tidy(() => {
    const partT = tf.transpose(tf.slice(dResultWide, [0, 0, 0], [d + 2, -1, -1]), [1, 2, 0]);
    return tf.add(partT, tf.reshape(WProduct, [batchSize, sentence, d + 2]));
  });
  rt.dispose(dResultWide, WProduct);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(tanhGradient, [0, 1]);
  rt.dispose(tanhGradient);
  return { dB, dX, tanhGradientRows };
}

/** Outputs by name, [batch, …]. */
type ReadResults = { readonly h: tf.Tensor; readonly final: tf.Tensor; readonly seen: tf.Tensor; readonly wide: tf.Tensor; readonly rounds: tf.Tensor };

/** The outputs of Read, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function readForward(p: ReadParameters, batch: ReadBatch): ReadResults {
  const { batch: batchSize, d, round, sentence, word, words } = batch.n;
  // input.attn:5  model Read(tokens: index(words)[sentence, word]) -> { h: [sentence, d], final: [d], seen:…
  const sentencePositions = tf.range(0, sentence, 1, 'int32');
  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
  const wordMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.word, [batchSize, 1]), tf.range(0, word, 1, 'int32')),
  );
  const wordMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(wordMask, [1, 0])));
  rt.dispose(wordMask);
  // input.attn:7  h = scan sentence with ts = tokens {
  const sFirst = tf.fill([batchSize, d], 0);
  const sentenceMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.sentence, [batchSize, 1]), sentencePositions));
  const batchInputsTokensSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs.tokens, [1, 0, 2])));
  const sentenceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sentenceMask, [1, 0])));
  rt.dispose(sentencePositions, sentenceMask);
  const sNextSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < sentence; t++) {
    const ts = batchInputsTokensSteps[t]!;
    const uFirst = tf.tidy(() => rt.where(tf.reshape(sentenceMaskSteps[t]!, [batchSize, 1]), s, 0));
    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
    const xSteps = tf.tidy(() => tf.unstack(tf.transpose(tf.gather(p.table, ts), [1, 0, 2])));
    const innerTanhSteps = new Array<tf.Tensor>(word);
    let u: tf.Tensor = tf.clone(uFirst);
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const innerTanh = tf.tidy(() => tf.tanh(tf.add(u, xSteps[t2]!)));
      const uNext = tf.tidy(() => rt.where(tf.reshape(wordMaskSteps[t2]!, [batchSize, 1]), innerTanh, u));
      rt.dispose(u);
      innerTanhSteps[t2] = innerTanh;
      u = uNext;
    }
    rt.dispose(xSteps, u);
    const inner = tf.stack(innerTanhSteps);
    rt.dispose(innerTanhSteps);
    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNext = tf.tidy(() =>
      tf.add(tf.mul(uFirst, 0.5), tf.reshape(tf.slice(inner, [0, 0, 0], [1, -1, -1]), [batchSize, d])),
    );
    rt.dispose(uFirst, inner);
    sNextSteps.push(sNext);
    s = sNext;
  }
  rt.dispose(wordMaskSteps, sFirst, batchInputsTokensSteps, sentenceMaskSteps);
  const h = tf.stack(sNextSteps);
  const sNextStepsT = tf.transpose(h, [1, 0, 2]);
  rt.dispose(sNextSteps);
  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const final = tf.tidy(() => tf.gather(sNextStepsT, tf.add(batch.lengths.sentence, tf.scalar(-1, 'int32')), 1, 1));
  // input.attn:14  state was: bool[] = false, at: index(words) = 0
  const picked = tf.tidy(() => tf.reshape(tf.slice(tf.range(0, words, 1, 'int32'), [0], [1]), []));
  // input.attn:15  was' = was or sum[d](hs) > 0
  const isGreater = tf.tidy(() => tf.greater(tf.sum(h, 2), 0));
  rt.dispose(h);
  // input.attn:16  at' = if was then at else argmax[words](table @[d] hs)
  const sNextStepsRows = tf.reshape(sNextStepsT, [batchSize * sentence, d]);
  const atNextBest = tf.tidy(() =>
    tf.argMax(tf.reshape(tf.matMul(sNextStepsRows, p.table, false, true), [batchSize, sentence, words]), 2),
  );
  // input.attn:13  flags = scan sentence with hs = h {
  const wasFirst = tf.fill([batchSize], 0, 'bool');
  const atFirst = tf.broadcastTo(picked, [batchSize]);
  const isGreaterSteps = tf.unstack(isGreater);
  const atNextBestSteps = tf.tidy(() => tf.unstack(tf.transpose(atNextBest, [1, 0])));
  rt.dispose(picked, isGreater, atNextBest);
  const wasNextSteps: tf.Tensor[] = [], atNextSteps: tf.Tensor[] = [];
  let was: tf.Tensor = wasFirst;
  let at: tf.Tensor = atFirst;
  for (let t = 0; t < sentence; t++) {
    // input.attn:15  was' = was or sum[d](hs) > 0
    const wasNext = tf.logicalOr(was, isGreaterSteps[t]!);
    // input.attn:16  at' = if was then at else argmax[words](table @[d] hs)
    const atNext = rt.where(was, at, atNextBestSteps[t]!);
    wasNextSteps.push(wasNext); atNextSteps.push(atNext);
    was = wasNext;
    at = atNext;
  }
  rt.dispose(wasFirst, atFirst, isGreaterSteps, atNextBestSteps);
  const wasNextStacked = tf.stack(wasNextSteps);
  rt.dispose(wasNextSteps);
  // input.attn:17  emit was' and at' != 3
  const flags = tf.tidy(() => tf.logicalAnd(wasNextStacked, tf.notEqual(tf.stack(atNextSteps), tf.scalar(3, 'int32'))));
  const seen = tf.transpose(flags, [1, 0]);
  rt.dispose(atNextSteps, wasNextStacked, flags);
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sNextStepsRows, p.wide.Grow.repeat[0]!.x.Linear.W), [batchSize, sentence, 2]);
    return tf.add(WProduct, p.wide.Grow.repeat[0]!.x.Linear.b);
  });
  rt.dispose(sNextStepsRows);
  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x =…
  const x = tf.tidy(() => tf.concat([sNextStepsT, tf.tanh(sum)], 2));
  const { x: wide, tanh, xRows } = repeatRound(p.wide.Grow.repeat[1]!, batch.n, x, d + 2);
  rt.dispose(sum, x, tanh, xRows);
  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProductSteps: tf.Tensor[] = [];
  for (let i = 0; i < round; i++) {
    const roundsProduct = roundsRound(p.rounds[i]!, final, i);
    roundsProductSteps.push(roundsProduct);
  }
  const rounds = tf.stack(roundsProductSteps);
  const productStepsT = tf.transpose(rounds, [1, 0, 2]);
  rt.dispose(roundsProductSteps, rounds);
  return { h: sNextStepsT, final, seen, wide, rounds: productStepsT };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function readLoss(p: ReadParameters, batch: ReadBatch): rt.LossTensors {
  const { batch: batchSize, d, round, sentence, word } = batch.n;
  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](r…
  const sentenceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.sentence, [batchSize, 1]), tf.range(0, sentence, 1, 'int32')),
  );
  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
  const wordMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.word, [batchSize, 1]), tf.range(0, word, 1, 'int32')),
  );
  const wordMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(wordMask, [1, 0])));
  rt.dispose(wordMask);
  // input.attn:7  h = scan sentence with ts = tokens {
  const sentenceMaskT = tf.transpose(sentenceMask, [1, 0]);
  const sFirst = tf.fill([batchSize, d], 0);
  const batchInputsTokensSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs.tokens, [1, 0, 2])));
  const sentenceMaskTSteps = tf.unstack(sentenceMaskT);
  const sNextSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < sentence; t++) {
    const ts = batchInputsTokensSteps[t]!;
    const uFirst = tf.tidy(() => rt.where(tf.reshape(sentenceMaskTSteps[t]!, [batchSize, 1]), s, 0));
    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
    const xSteps = tf.tidy(() => tf.unstack(tf.transpose(tf.gather(p.table, ts), [1, 0, 2])));
    const innerTanhSteps = new Array<tf.Tensor>(word);
    let u: tf.Tensor = tf.clone(uFirst);
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const innerTanh = tf.tidy(() => tf.tanh(tf.add(u, xSteps[t2]!)));
      const uNext = tf.tidy(() => rt.where(tf.reshape(wordMaskSteps[t2]!, [batchSize, 1]), innerTanh, u));
      rt.dispose(u);
      innerTanhSteps[t2] = innerTanh;
      u = uNext;
    }
    rt.dispose(xSteps, u);
    const inner = tf.stack(innerTanhSteps);
    rt.dispose(innerTanhSteps);
    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNext = tf.tidy(() =>
      tf.add(tf.mul(uFirst, 0.5), tf.reshape(tf.slice(inner, [0, 0, 0], [1, -1, -1]), [batchSize, d])),
    );
    rt.dispose(uFirst, inner);
    sNextSteps.push(sNext);
    s = sNext;
  }
  rt.dispose(wordMaskSteps, sFirst, batchInputsTokensSteps, sentenceMaskTSteps);
  const h = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);
  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const sNextStepsT = tf.transpose(h, [1, 0, 2]);
  const final = tf.tidy(() => tf.gather(sNextStepsT, tf.add(batch.lengths.sentence, tf.scalar(-1, 'int32')), 1, 1));
  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProductSteps: tf.Tensor[] = [];
  for (let i = 0; i < round; i++) {
    const roundsProduct = roundsRound(p.rounds[i]!, final, i);
    roundsProductSteps.push(roundsProduct);
  }
  const rounds = tf.stack(roundsProductSteps);
  const { x, tanh, xRows } = repeatRound(p.wide.Grow.repeat[0]!, batch.n, sNextStepsT, d);
  rt.dispose(roundsProductSteps, sNextStepsT, tanh, xRows);
  const { x: wideX, tanh: wideTanh, xRows: xXRows } = repeatRound(p.wide.Grow.repeat[1]!, batch.n, x, d + 2);
  const loss = fit(batch.n, h, sentenceMask, sentenceMaskT, final, rounds, wideX);
  rt.dispose(x, wideTanh, xXRows, sentenceMask, sentenceMaskT, h, final, rounds, wideX);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function readGradients(p: ReadParameters, batch: ReadBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, d, round, sentence, word, words } = batch.n;
  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](r…
  const sentenceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.sentence, [batchSize, 1]), tf.range(0, sentence, 1, 'int32')),
  );
  // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
  const wordMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.word, [batchSize, 1]), tf.range(0, word, 1, 'int32')),
  );
  const wordMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(wordMask, [1, 0])));
  rt.dispose(wordMask);
  // input.attn:7  h = scan sentence with ts = tokens {
  const sentenceMaskT = tf.transpose(sentenceMask, [1, 0]);
  const hZeros = tf.fill([batchSize, d], 0);
  const batchInputsTokensSteps = tf.tidy(() => tf.unstack(tf.transpose(batch.inputs.tokens, [1, 0, 2])));
  const sentenceMaskTSteps = tf.unstack(sentenceMaskT);
  const sNextSteps: tf.Tensor[] = [], innerSteps: tf.Tensor[] = [];
  let s: tf.Tensor = hZeros;
  for (let t = 0; t < sentence; t++) {
    const ts = batchInputsTokensSteps[t]!;
    const uFirst = tf.tidy(() => rt.where(tf.reshape(sentenceMaskTSteps[t]!, [batchSize, 1]), s, 0));
    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
    const xSteps = tf.tidy(() => tf.unstack(tf.transpose(tf.gather(p.table, ts), [1, 0, 2])));
    const innerTanhSteps = new Array<tf.Tensor>(word);
    let u: tf.Tensor = tf.clone(uFirst);
    for (let t2 = word - 1; t2 >= 0; t2--) {
      const innerTanh = tf.tidy(() => tf.tanh(tf.add(u, xSteps[t2]!)));
      const uNext = tf.tidy(() => rt.where(tf.reshape(wordMaskSteps[t2]!, [batchSize, 1]), innerTanh, u));
      rt.dispose(u);
      innerTanhSteps[t2] = innerTanh;
      u = uNext;
    }
    rt.dispose(xSteps, u);
    const inner = tf.stack(innerTanhSteps);
    rt.dispose(innerTanhSteps);
    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNext = tf.tidy(() =>
      tf.add(tf.mul(uFirst, 0.5), tf.reshape(tf.slice(inner, [0, 0, 0], [1, -1, -1]), [batchSize, d])),
    );
    rt.dispose(uFirst);
    sNextSteps.push(sNext); innerSteps.push(inner);
    s = sNext;
  }
  const h = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);
  // input.attn:22  objective Fit for Read { loss = sum[sentence, d](h ^ 2) + sum[d](final) + sum[round, d](r…
  const chosen = rt.where(sentenceMask, 1 / batchSize, 0);
  const sum = tf.tidy(() => {
    const product = tf.mul(tf.reshape(tf.transpose(chosen, [1, 0]), [sentence, batchSize, 1]), h);
    return tf.add(product, product);
  });
  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const sum2 = tf.tidy(() => tf.add(batch.lengths.sentence, tf.scalar(-1, 'int32')));
  const sNextStepsT = tf.transpose(h, [1, 0, 2]);
  const final = tf.gather(sNextStepsT, sum2, 1, 1);
  // std/layers.attn:4  W @ x + b
  const total = tf.sum(final, 0);
  // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
  const roundsProductSteps: tf.Tensor[] = [], roundsNumberSteps: tf.Tensor[] = [];
  for (let i = 0; i < round; i++) {
    // std/layers.attn:4  W @ x + b
    const linearSum = tf.tidy(() => tf.add(tf.matMul(final, p.rounds[i]!.Linear.W, false, true), p.rounds[i]!.Linear.b));
    // input.attn:19  rounds = repeat round as k { emit Linear[d](h[sentence = last]) * (k + 1) }
    const roundsProduct = tf.mul(linearSum, i + 1);
    const roundsNumber = tf.scalar(i + 1);
    rt.dispose(linearSum);
    roundsProductSteps.push(roundsProduct); roundsNumberSteps.push(roundsNumber);
  }
  const rounds = tf.stack(roundsProductSteps);
  rt.dispose(roundsProductSteps);
  const roundsRows = new Array<RoundsRow>(round);
  for (let i = round - 1; i >= 0; i--) {
    const roundsProduct = tf.mul(1 / batchSize, roundsNumberSteps[i]!);
    // std/layers.attn:4  W @ x + b
    const dW = tf.mul(roundsProduct, total);
    const dB = tf.tidy(() => tf.sum(tf.broadcastTo(roundsProduct, [batchSize])));
    const product = tf.tidy(() => tf.mul(roundsProduct, tf.sum(p.rounds[i]!.Linear.W, 0)));
    rt.dispose(roundsProduct);
    roundsRows[i] = { dB, dW, product };
  }
  const roundsStacks = rt.stacked(roundsRows);
  rt.dispose(total, roundsNumberSteps);
  const { x, tanh, xRows } = repeatRound(p.wide.Grow.repeat[0]!, batch.n, sNextStepsT, d);
  const { x: wideX, tanh: wideTanh, xRows: xXRows } = repeatRound(p.wide.Grow.repeat[1]!, batch.n, x, d + 2);
  const loss = fit(batch.n, h, sentenceMask, sentenceMaskT, final, rounds, wideX);
  rt.dispose(sNextStepsT, x, sentenceMask, sentenceMaskT, h, final, rounds, wideX);
  const { dB, dX, tanhGradientRows } = repeatRoundBackward(p.wide.Grow.repeat[1]!, batch.n, chosen, wideTanh);
  rt.dispose(chosen, wideTanh);
  // input.attn:4  block Grow[filters, n](x: [channel]) -> [channel: channel + n * filters] { repeat n { x =…
  const tanhGradient = tf.tidy(() => rt.tanhGradient(tf.slice(dX, [0, 0, d], [-1, -1, 2]), tanh));
  const part = tf.slice(dX, [0, 0, 0], [-1, -1, d]);
  rt.dispose(tanh, dX);
  // std/layers.attn:4  W @ x + b
  const xTanhGradientRows = tf.reshape(tanhGradient, [batchSize * sentence, 2]);
  const WProduct = tf.matMul(xTanhGradientRows, p.wide.Grow.repeat[0]!.x.Linear.W, false, true);
  const linearTotal = tf.sum(roundsStacks.product, 0);
  rt.dispose(roundsStacks.product);
  // input.attn:20  { h = h, final = h[sentence = last], seen = flags, wide = Grow[2, 2](h), rounds = rounds }
  const dFinal = tf.add(linearTotal, 1 / batchSize);
  const sum3 = tf.tidy(() => tf.add(part, rt.scatter(sum2, tf.broadcastTo(dFinal, [batchSize, d]), sentence, 1)));
  rt.dispose(linearTotal, sum2, part, dFinal);
  // input.attn:10  s' = 0.5 * s + inner[word = first]
  const sNextZero = tf.scalar(0, 'int32');
  // input.attn:7  h = scan sentence with ts = tokens {
  const dTableFirst = tf.fill([words, d], 0);
  const dH = tf.tidy(() =>
    tf.add(tf.add(tf.reshape(WProduct, [batchSize, sentence, d]), sum3), tf.transpose(sum, [1, 0, 2])),
  );
  const dHSteps = tf.tidy(() => tf.unstack(tf.transpose(dH, [1, 0, 2])));
  rt.dispose(sum, WProduct, sum3, dH);
  let dS: tf.Tensor = tf.clone(hZeros);
  let dTable: tf.Tensor = dTableFirst;
  for (let t = sentence - 1; t >= 0; t--) {
    const dSNext = tf.add(dS, dHSteps[t]!);
    rt.dispose(dS);
    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const dInner = rt.scatter(sNextZero, dSNext, word);
    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
    const dInnerSteps = tf.unstack(dInner);
    const xSteps = tf.unstack(innerSteps[t]!);
    rt.dispose(dInner);
    const innerTanhGradientSteps: tf.Tensor[] = [];
    let dUNext: tf.Tensor = tf.clone(hZeros);
    for (let t2 = 0; t2 < word; t2++) {
      const isGreaterWide = tf.reshape(wordMaskSteps[t2]!, [batchSize, 1]);
      const innerTanhGradient = tf.tidy(() =>
        rt.tanhGradient(tf.add(dInnerSteps[t2]!, rt.where(isGreaterWide, dUNext, 0)), xSteps[t2]!),
      );
      const dU = tf.tidy(() => tf.add(rt.where(isGreaterWide, 0, dUNext), innerTanhGradient));
      rt.dispose(isGreaterWide, dUNext);
      innerTanhGradientSteps.push(innerTanhGradient);
      dUNext = dU;
    }
    rt.dispose(dInnerSteps, xSteps);
    // input.attn:10  s' = 0.5 * s + inner[word = first]
    const sNextSum = tf.tidy(() => tf.add(dUNext, tf.mul(dSNext, 0.5)));
    rt.dispose(dSNext, dUNext);
    // input.attn:9  inner = scan word reversed with t = ts { state u: [d] = s; u' = tanh(u + table[t]); emit …
    const innerScattered = tf.tidy(() =>
      rt.scatter(batchInputsTokensSteps[t]!, tf.transpose(tf.stack(innerTanhGradientSteps), [1, 0, 2]), words),
    );
    rt.dispose(innerTanhGradientSteps);
    // input.attn:7  h = scan sentence with ts = tokens {
    const dS2 = tf.tidy(() => rt.where(tf.reshape(sentenceMaskTSteps[t]!, [batchSize, 1]), sNextSum, 0));
    const dTableNext = tf.add(dTable, innerScattered);
    rt.dispose(sNextSum, innerScattered, dTable);
    dS = dS2;
    dTable = dTableNext;
  }
  rt.dispose(wordMaskSteps, hZeros, batchInputsTokensSteps, sentenceMaskTSteps, innerSteps, sNextZero, dHSteps, dS);
  // std/layers.attn:4  W @ x + b
  const dLinearB = tf.sum(tanhGradient, [0, 1]);
  const dW = tf.matMul(xRows, xTanhGradientRows, true);
  const dLinearW = tf.matMul(xXRows, tanhGradientRows, true);
  rt.dispose(tanhGradient, xRows, xTanhGradientRows, xXRows, tanhGradientRows);
  // input.attn:5  model Read(tokens: index(words)[sentence, word]) -> { h: [sentence, d], final: [d], seen:…
  const roundsStacksDWSteps = tf.tidy(() =>
    tf.unstack(tf.broadcastTo(tf.reshape(roundsStacks.dW, [round, 1, d]), [round, d, d])),
  );
  const roundsStacksDBSteps = tf.tidy(() =>
    tf.unstack(tf.broadcastTo(tf.reshape(roundsStacks.dB, [round, 1]), [round, d])),
  );
  rt.dispose(roundsStacks.dW, roundsStacks.dB);
  return {
    loss,
    metrics: {},
    gradients: {
      table: dTable,
      ...rt.rounds('rounds[*].Linear.W', roundsStacksDWSteps),
      ...rt.rounds('rounds[*].Linear.b', roundsStacksDBSteps),
      'wide.Grow.repeat[0].x.Linear.W': dW,
      'wide.Grow.repeat[0].x.Linear.b': dLinearB,
      'wide.Grow.repeat[1].x.Linear.W': dLinearW,
      'wide.Grow.repeat[1].x.Linear.b': dB,
    },
  };
}

const readDefinition: rt.Definition = {
  name: 'Read',
  source: 'input.attn',
  hyperparameters: { words: 7, d: 3, round: 2 },
  ragged: [{ label: 'sentence', mayBeEmpty: false }, { label: 'word', mayBeEmpty: false }],
  sizes(n: ReadDims) {
    return { words: n.words, d: n.d, round: n.round };
  },
  parameters: (n: ReadSizes) => [
    { path: 'table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
    ...rt.ofRounds([n.round], { path: 'rounds[*].Linear.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } }),
    ...rt.ofRounds([n.round], { path: 'rounds[*].Linear.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } }),
    { path: 'wide.Grow.repeat[0].x.Linear.W', axes: [{ label: 'out.filters', size: 2 }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'wide.Grow.repeat[0].x.Linear.b', axes: [{ label: 'out.filters', size: 2 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'wide.Grow.repeat[1].x.Linear.W', axes: [{ label: 'out.filters', size: 2 }, { label: 'in', size: n.d + 2 }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'wide.Grow.repeat[1].x.Linear.b', axes: [{ label: 'out.filters', size: 2 }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: ReadSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'word', dim: 'word' }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    h: { elem: 'float', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'd', dim: null }] },
    final: { elem: 'float', axes: [{ label: 'd', dim: null }] },
    seen: { elem: 'bool', axes: [{ label: 'sentence', dim: 'sentence' }] },
    wide: { elem: 'float', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'd', dim: null }] },
    rounds: { elem: 'float', axes: [{ label: 'round', dim: null }, { label: 'd', dim: null }] },
  },
  forward: readForward,
  objectives: [
    {
      name: 'Fit',
      given: () => [],
      updates: [{ loss: readLoss, gradients: readGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Read extends rt.Model<ReadDims, ReadInput, ReadTarget, ReadOutput> {
  constructor(options: rt.ModelOptions<ReadDims> = {}) {
    super(readDefinition, options);
  }
}
