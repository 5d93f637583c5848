/**
 * Compiled by attnc from model.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Translator that its constructor may be given. */
export type TranslatorDims = {
  /** `words`, `characters`: Characters read and written. Default 972. */
  readonly words: number;
  /** Default 14. */
  readonly characters: number;
  /** `embed`, `hidden`, `units`, `align`, `maxout`: Sizes of the layers (m, n, n' and l of the paper), and of the decoder's state, which the paper has as large as one of the encoder's. Default 48. */
  readonly embed: number;
  /** Default 96. */
  readonly hidden: number;
  /** Default 96. */
  readonly units: number;
  /** Default 96. */
  readonly align: number;
  /** Default 64. */
  readonly maxout: number;
  /** Default 2. */
  readonly pieces: number;
  /** Positions that `location` knows. Default 50. */
  readonly places: number;
};

/** One example of Translator. */
export interface TranslatorInput {
  /** `index(words)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TranslatorTarget {
  /** `index(characters)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type TranslatorSizes = {
  readonly words: number;
  readonly characters: number;
  readonly embed: number;
  readonly hidden: number;
  readonly units: number;
  readonly align: number;
  readonly maxout: number;
  readonly pieces: number;
  readonly places: number;
  readonly batch: number;
  readonly source: number;
  readonly target: number;
};

/** Parameters by path. */
type TranslatorParameters = {
  readonly 'read.Annotate.table': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Wz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Wr': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.W': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Uz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.Ur': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.U': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.bz': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.br': tf.Tensor;
  readonly 'read.Annotate.forward.h.GRU.b': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Wz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Wr': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.W': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Uz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.Ur': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.U': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.bz': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.br': tf.Tensor;
  readonly 'read.Annotate.backward.h.GRU.b': tf.Tensor;
  readonly 'Translate.table': tf.Tensor;
  readonly 'Translate.W0': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.W': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.U': tf.Tensor;
  readonly 'Translate.context.Scored.Additive.v': tf.Tensor;
  readonly 'Translate.s.GRU.Wz': tf.Tensor;
  readonly 'Translate.s.GRU.Wr': tf.Tensor;
  readonly 'Translate.s.GRU.W': tf.Tensor;
  readonly 'Translate.s.GRU.Uz': tf.Tensor;
  readonly 'Translate.s.GRU.Ur': tf.Tensor;
  readonly 'Translate.s.GRU.U': tf.Tensor;
  readonly 'Translate.s.GRU.bz': tf.Tensor;
  readonly 'Translate.s.GRU.br': tf.Tensor;
  readonly 'Translate.s.GRU.b': tf.Tensor;
  readonly 'Translate.logits.Readout.U': tf.Tensor;
  readonly 'Translate.logits.Readout.V': tf.Tensor;
  readonly 'Translate.logits.Readout.C': tf.Tensor;
  readonly 'Translate.logits.Readout.W': tf.Tensor;
};

/** Padded examples on the device. */
type TranslatorBatch = {
  readonly n: TranslatorSizes;
  readonly inputs: { readonly tokens: tf.Tensor; readonly y: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type TranslatorResults = { readonly logits: tf.Tensor; readonly weights: tf.Tensor };

/** The outputs of Translator, batch first. */
function translatorForward(p: TranslatorParameters, batch: TranslatorBatch): TranslatorResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units } = batch.n;
  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.backward.h.GRU.bz']);
  });
  const zSum2 = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.forward.h.GRU.bz']);
  });
  rt.dispose(x);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.backward.h.GRU.br']);
  });
  const rSum2 = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.forward.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.backward.h.GRU.b']);
  });
  const newSum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.forward.h.GRU.b']);
  });
  rt.dispose(xRows);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardZeros = tf.fill([batchSize, hidden], 0);
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['read.Annotate.backward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const backwardChosen = tf.tidy(() => rt.where(tf.reshape(sourceMaskAt, [batchSize, 1]), hNext, h));
    rt.dispose(h);
    hNextSteps[t] = hNext;
    h = backwardChosen;
  }
  rt.dispose(sourceMaskSteps, zSumSteps, rSumSteps, newSumSteps, h);
  const backward = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const zSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(zSum2, [1, 0, 2])));
  const rSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(rSum2, [1, 0, 2])));
  const newSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(newSum2, [1, 0, 2])));
  rt.dispose(zSum2, rSum2, newSum2);
  const hNextSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = backwardZeros;
  for (let t = 0; t < source; t++) {
    const zSum2At = zSum2Steps[t]!;
    const rSum2At = rSum2Steps[t]!;
    const newSum2At = newSum2Steps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSum2At, tf.matMul(tf.mul(r, h2), p['read.Annotate.forward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h2, tf.mul(z, tf.sub(new_, h2))));
    rt.dispose(z, new_);
    hNextSteps2.push(hNext);
    h2 = hNext;
  }
  rt.dispose(backwardZeros, zSum2Steps, rSum2Steps, newSum2Steps);
  const forward = tf.stack(hNextSteps2);
  rt.dispose(hNextSteps2);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const h1 = tf.tidy(() => tf.reshape(tf.slice(backward, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const annotations = tf.concat([forward, backward], 2);
  rt.dispose(backward, forward);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const sFirst = tf.tidy(() => tf.tanh(tf.matMul(h1, p['Translate.W0'])));
  rt.dispose(h1);
  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const annotationsT = tf.transpose(annotations, [1, 0, 2]);
  const UProduct = tf.tidy(() => {
    const annotationsRows = tf.reshape(annotationsT, [batchSize * source, 2 * hidden]);
    return tf.reshape(tf.matMul(annotationsRows, p['Translate.context.Scored.Additive.U']), [batchSize, source, align]);
  });
  rt.dispose(annotations);
  // model.attn:57  Translate(read.annotations, read.h1)
  const eSteps = tf.tidy(() => tf.unstack(tf.transpose(e, [1, 0, 2])));
  const sSteps: tf.Tensor[] = [];
  const contextSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < target; t++) {
    const eAt = eSteps[t]!;
    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const score = tf.tidy(() => {
      const WProduct = tf.reshape(tf.matMul(s, p['Translate.context.Scored.Additive.W']), [batchSize, 1, align]);
      const tanhRows = tf.reshape(tf.tanh(tf.add(WProduct, UProduct)), [batchSize * source, align]);
      return tf.reshape(tf.matMul(tanhRows, p['Translate.context.Scored.Additive.v']), [batchSize, source]);
    });
    // attention.attn:5  weights = softmax[key](score)
    const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, score, -Infinity)));
    rt.dispose(score);
    // attention.attn:6  sum[key](weights * keys)
    const context = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), annotationsT), [batchSize, 2 * hidden]),
    );
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([eAt, context], 1);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wz']), tf.matMul(s, p['Translate.s.GRU.Uz']));
      return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.bz']));
    });
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wr']), tf.matMul(s, p['Translate.s.GRU.Ur']));
      return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.br']));
    });
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.W']), tf.matMul(tf.mul(r, s), p['Translate.s.GRU.U']));
      return tf.tanh(tf.add(sum, p['Translate.s.GRU.b']));
    });
    rt.dispose(sNextJoined, r);
    // cells.attn:14  (1 - z) * h + z * new
    const sNext = tf.tidy(() => tf.add(s, tf.mul(z, tf.sub(new_, s))));
    rt.dispose(z, new_);
    sSteps.push(s);
    contextSteps.push(context);
    weightsSteps.push(weights);
    s = sNext;
  }
  rt.dispose(sourceMask, annotationsT, UProduct, eSteps, s);
  const weights = tf.stack(weightsSteps);
  const weightsStepsT = tf.transpose(weights, [1, 0, 2]);
  rt.dispose(weightsSteps, weights);
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const readoutUProduct = tf.tidy(() => {
    const sStepsRows = tf.reshape(tf.transpose(tf.stack(sSteps), [1, 0, 2]), [batchSize * target, units]);
    return tf.reshape(tf.matMul(sStepsRows, p['Translate.logits.Readout.U']), [batchSize, target, maxout, pieces]);
  });
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const logits = tf.tidy(() => {
    const VProduct = tf.reshape(tf.matMul(eRows, p['Translate.logits.Readout.V']), [batchSize, target, maxout, pieces]);
    const contextStepsRows = tf.reshape(tf.transpose(tf.stack(contextSteps), [1, 0, 2]), [batchSize * target, 2 * hidden]);
    const CProduct = tf.matMul(contextStepsRows, p['Translate.logits.Readout.C']);
    const sum = tf.add(tf.add(readoutUProduct, VProduct), tf.reshape(CProduct, [batchSize, target, maxout, pieces]));
    const WProduct = tf.matMul(tf.reshape(tf.max(sum, 3), [batchSize * target, maxout]), p['Translate.logits.Readout.W']);
    return tf.reshape(WProduct, [batchSize, target, characters]);
  });
  rt.dispose(sSteps, e, contextSteps, readoutUProduct, eRows);
  return { logits, weights: weightsStepsT };
}

/** What translatorLoss gives. */
type TranslatorLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
};

/** Translation: the loss and the metrics, means over the batch. */
function translatorLoss(p: TranslatorParameters, batch: TranslatorBatch): TranslatorLossResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units } = batch.n;
  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.backward.h.GRU.bz']);
  });
  const zSum2 = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.forward.h.GRU.bz']);
  });
  rt.dispose(x);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.backward.h.GRU.br']);
  });
  const rSum2 = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.forward.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.backward.h.GRU.b']);
  });
  const newSum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.forward.h.GRU.b']);
  });
  rt.dispose(xRows);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardZeros = tf.fill([batchSize, hidden], 0);
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['read.Annotate.backward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const backwardChosen = tf.tidy(() => rt.where(tf.reshape(sourceMaskAt, [batchSize, 1]), hNext, h));
    rt.dispose(h);
    hNextSteps[t] = hNext;
    h = backwardChosen;
  }
  rt.dispose(sourceMaskSteps, zSumSteps, rSumSteps, newSumSteps, h);
  const backward = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const zSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(zSum2, [1, 0, 2])));
  const rSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(rSum2, [1, 0, 2])));
  const newSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(newSum2, [1, 0, 2])));
  rt.dispose(zSum2, rSum2, newSum2);
  const hNextSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = backwardZeros;
  for (let t = 0; t < source; t++) {
    const zSum2At = zSum2Steps[t]!;
    const rSum2At = rSum2Steps[t]!;
    const newSum2At = newSum2Steps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSum2At, tf.matMul(tf.mul(r, h2), p['read.Annotate.forward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h2, tf.mul(z, tf.sub(new_, h2))));
    rt.dispose(z, new_);
    hNextSteps2.push(hNext);
    h2 = hNext;
  }
  rt.dispose(backwardZeros, zSum2Steps, rSum2Steps, newSum2Steps);
  const forward = tf.stack(hNextSteps2);
  rt.dispose(hNextSteps2);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const h1 = tf.tidy(() => tf.reshape(tf.slice(backward, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const annotations = tf.concat([forward, backward], 2);
  rt.dispose(backward, forward);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const sFirst = tf.tidy(() => tf.tanh(tf.matMul(h1, p['Translate.W0'])));
  rt.dispose(h1);
  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const annotationsT = tf.transpose(annotations, [1, 0, 2]);
  const UProduct = tf.tidy(() => {
    const annotationsRows = tf.reshape(annotationsT, [batchSize * source, 2 * hidden]);
    return tf.reshape(tf.matMul(annotationsRows, p['Translate.context.Scored.Additive.U']), [batchSize, source, align]);
  });
  rt.dispose(annotations);
  // model.attn:57  Translate(read.annotations, read.h1)
  const eSteps = tf.tidy(() => tf.unstack(tf.transpose(e, [1, 0, 2])));
  const sSteps: tf.Tensor[] = [];
  const contextSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < target; t++) {
    const eAt = eSteps[t]!;
    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const score = tf.tidy(() => {
      const WProduct = tf.reshape(tf.matMul(s, p['Translate.context.Scored.Additive.W']), [batchSize, 1, align]);
      const tanhRows = tf.reshape(tf.tanh(tf.add(WProduct, UProduct)), [batchSize * source, align]);
      return tf.reshape(tf.matMul(tanhRows, p['Translate.context.Scored.Additive.v']), [batchSize, source]);
    });
    // attention.attn:5  weights = softmax[key](score)
    const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, score, -Infinity)));
    rt.dispose(score);
    // attention.attn:6  sum[key](weights * keys)
    const context = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), annotationsT), [batchSize, 2 * hidden]),
    );
    rt.dispose(weights);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([eAt, context], 1);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wz']), tf.matMul(s, p['Translate.s.GRU.Uz']));
      return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.bz']));
    });
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wr']), tf.matMul(s, p['Translate.s.GRU.Ur']));
      return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.br']));
    });
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => {
      const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.W']), tf.matMul(tf.mul(r, s), p['Translate.s.GRU.U']));
      return tf.tanh(tf.add(sum, p['Translate.s.GRU.b']));
    });
    rt.dispose(sNextJoined, r);
    // cells.attn:14  (1 - z) * h + z * new
    const sNext = tf.tidy(() => tf.add(s, tf.mul(z, tf.sub(new_, s))));
    rt.dispose(z, new_);
    sSteps.push(s);
    contextSteps.push(context);
    s = sNext;
  }
  rt.dispose(sourceMask, annotationsT, UProduct, eSteps, s);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const number = tf.scalar(0, 'int32');
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const readoutUProduct = tf.tidy(() => {
    const sStepsRows = tf.reshape(tf.transpose(tf.stack(sSteps), [1, 0, 2]), [batchSize * target, units]);
    return tf.reshape(tf.matMul(sStepsRows, p['Translate.logits.Readout.U']), [batchSize, target, maxout, pieces]);
  });
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const logits = tf.tidy(() => {
    const VProduct = tf.reshape(tf.matMul(eRows, p['Translate.logits.Readout.V']), [batchSize, target, maxout, pieces]);
    const contextStepsRows = tf.reshape(tf.transpose(tf.stack(contextSteps), [1, 0, 2]), [batchSize * target, 2 * hidden]);
    const CProduct = tf.matMul(contextStepsRows, p['Translate.logits.Readout.C']);
    const sum = tf.add(tf.add(readoutUProduct, VProduct), tf.reshape(CProduct, [batchSize, target, maxout, pieces]));
    const WProduct = tf.matMul(tf.reshape(tf.max(sum, 3), [batchSize * target, maxout]), p['Translate.logits.Readout.W']);
    return tf.reshape(WProduct, [batchSize, target, characters]);
  });
  rt.dispose(sSteps, e, contextSteps, readoutUProduct, eRows);
  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
  const targetMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), tf.range(0, target, 1, 'int32')),
  );
  const loss = tf.tidy(() => {
    const total = tf.sum(rt.where(targetMask, tf.neg(tf.gather(rt.logSoftmax(logits), batch.inputs["y'"], 2, 2)), 0), 1);
    return tf.mean(tf.div(total, tf.cast(batch.lengths.target, 'float32')));
  });
  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
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

/** What translatorGradients gives. */
type TranslatorGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly exact: tf.Tensor };
  readonly gradients: TranslatorParameters;
};

/** Translation: as the loss, dropout on, and its gradient by every parameter. */
function translatorGradients(p: TranslatorParameters, batch: TranslatorBatch, random: rt.Random): TranslatorGradientsResults {
  const { align, batch: batchSize, characters, embed, hidden, maxout, pieces, source, target, units, words } = batch.n;
  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.backward.h.GRU.bz']);
  });
  const zSum2 = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.forward.h.GRU.bz']);
  });
  const zJoined = tf.concat([p['Translate.s.GRU.Wz'], p['Translate.s.GRU.Uz']], 0);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.backward.h.GRU.br']);
  });
  const rSum2 = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.forward.h.GRU.br']);
  });
  const rJoined = tf.concat([p['Translate.s.GRU.Wr'], p['Translate.s.GRU.Ur']], 0);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.backward.h.GRU.b']);
  });
  const newSum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.forward.h.GRU.b']);
  });
  const newJoined = tf.concat([p['Translate.s.GRU.W'], p['Translate.s.GRU.U']], 0);
  rt.dispose(xRows);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardZeros = tf.fill([batchSize, hidden], 0);
  const sourceMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  const sourceMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(sourceMask, [1, 0])));
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps = new Array<tf.Tensor>(source);
  const hSteps = new Array<tf.Tensor>(source);
  const zSteps = new Array<tf.Tensor>(source);
  const differenceSteps = new Array<tf.Tensor>(source);
  const newSteps = new Array<tf.Tensor>(source);
  const newProductSteps = new Array<tf.Tensor>(source);
  const rSteps = new Array<tf.Tensor>(source);
  let h: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const sourceMaskAt = sourceMaskSteps[t]!;
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['read.Annotate.backward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = tf.mul(r, h);
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(newProduct, p['read.Annotate.backward.h.GRU.U']))));
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, h);
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, difference)));
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const backwardChosen = tf.tidy(() => rt.where(tf.reshape(sourceMaskAt, [batchSize, 1]), hNext, h));
    hNextSteps[t] = hNext;
    hSteps[t] = h;
    zSteps[t] = z;
    differenceSteps[t] = difference;
    newSteps[t] = new_;
    newProductSteps[t] = newProduct;
    rSteps[t] = r;
    h = backwardChosen;
  }
  rt.dispose(zSumSteps, rSumSteps, newSumSteps, h);
  const backward = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const zSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(zSum2, [1, 0, 2])));
  const rSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(rSum2, [1, 0, 2])));
  const newSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(newSum2, [1, 0, 2])));
  rt.dispose(zSum2, rSum2, newSum2);
  const hNextSteps2: tf.Tensor[] = [];
  const hSteps2: tf.Tensor[] = [];
  const zSteps2: tf.Tensor[] = [];
  const differenceSteps2: tf.Tensor[] = [];
  const newSteps2: tf.Tensor[] = [];
  const newProductSteps2: tf.Tensor[] = [];
  const rSteps2: tf.Tensor[] = [];
  let h2: tf.Tensor = backwardZeros;
  for (let t = 0; t < source; t++) {
    const zSum2At = zSum2Steps[t]!;
    const rSum2At = rSum2Steps[t]!;
    const newSum2At = newSum2Steps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSum2At, tf.matMul(h2, p['read.Annotate.forward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = tf.mul(r, h2);
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSum2At, tf.matMul(newProduct, p['read.Annotate.forward.h.GRU.U']))));
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, h2);
    const hNext = tf.tidy(() => tf.add(h2, tf.mul(z, difference)));
    hNextSteps2.push(hNext);
    hSteps2.push(h2);
    zSteps2.push(z);
    differenceSteps2.push(difference);
    newSteps2.push(new_);
    newProductSteps2.push(newProduct);
    rSteps2.push(r);
    h2 = hNext;
  }
  rt.dispose(zSum2Steps, rSum2Steps, newSum2Steps);
  const forward = tf.stack(hNextSteps2);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const h1 = tf.tidy(() => tf.reshape(tf.slice(backward, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  const annotations = tf.concat([forward, backward], 2);
  rt.dispose(backward, forward);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const sFirst = tf.tidy(() => tf.tanh(tf.matMul(h1, p['Translate.W0'])));
  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], batch.inputs.y);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const annotationsT = tf.transpose(annotations, [1, 0, 2]);
  const annotationsRows = tf.reshape(annotationsT, [batchSize * source, 2 * hidden]);
  const UProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(annotationsRows, p['Translate.context.Scored.Additive.U']), [batchSize, source, align]),
  );
  rt.dispose(annotations);
  // model.attn:57  Translate(read.annotations, read.h1)
  const eSteps = tf.tidy(() => tf.unstack(tf.transpose(e, [1, 0, 2])));
  const sSteps: tf.Tensor[] = [];
  const contextSteps: tf.Tensor[] = [];
  const zSteps3: tf.Tensor[] = [];
  const differenceSteps3: tf.Tensor[] = [];
  const newSteps3: tf.Tensor[] = [];
  const newProductSteps3: tf.Tensor[] = [];
  const rSteps3: tf.Tensor[] = [];
  const sNextJoinedSteps: tf.Tensor[] = [];
  const weightsSteps: tf.Tensor[] = [];
  const scoreTanhSteps: tf.Tensor[] = [];
  let s: tf.Tensor = tf.clone(sFirst);
  for (let t = 0; t < target; t++) {
    const eAt = eSteps[t]!;
    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreTanh = tf.tidy(() => {
      const WProduct = tf.reshape(tf.matMul(s, p['Translate.context.Scored.Additive.W']), [batchSize, 1, align]);
      return tf.tanh(tf.add(WProduct, UProduct));
    });
    const score = tf.tidy(() => {
      const vProduct = tf.matMul(tf.reshape(scoreTanh, [batchSize * source, align]), p['Translate.context.Scored.Additive.v']);
      return tf.reshape(vProduct, [batchSize, source]);
    });
    // attention.attn:5  weights = softmax[key](score)
    const weights = tf.tidy(() => tf.softmax(rt.where(sourceMask, score, -Infinity)));
    rt.dispose(score);
    // attention.attn:6  sum[key](weights * keys)
    const context = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(weights, [batchSize, 1, source]), annotationsT), [batchSize, 2 * hidden]),
    );
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextJoined = tf.concat([eAt, context], 1);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zJoined2 = tf.concat([sNextJoined, s], 1);
    const z = tf.tidy(() => tf.sigmoid(tf.add(tf.matMul(zJoined2, zJoined), p['Translate.s.GRU.bz'])));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(tf.matMul(zJoined2, rJoined), p['Translate.s.GRU.br'])));
    rt.dispose(zJoined2);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newProduct = tf.mul(r, s);
    const new_ = tf.tidy(() =>
      tf.tanh(tf.add(tf.matMul(tf.concat([sNextJoined, newProduct], 1), newJoined), p['Translate.s.GRU.b'])),
    );
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(new_, s);
    const sNext = tf.tidy(() => tf.add(s, tf.mul(z, difference)));
    sSteps.push(s);
    contextSteps.push(context);
    zSteps3.push(z);
    differenceSteps3.push(difference);
    newSteps3.push(new_);
    newProductSteps3.push(newProduct);
    rSteps3.push(r);
    sNextJoinedSteps.push(sNextJoined);
    weightsSteps.push(weights);
    scoreTanhSteps.push(scoreTanh);
    s = sNext;
  }
  rt.dispose(zJoined, rJoined, newJoined, UProduct, eSteps, s);
  // attention.attn:3  param W: [align <- q], U: [align <- k], v: [align]
  const vRows = tf.reshape(p['Translate.context.Scored.Additive.v'], [align]);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const number = tf.scalar(0, 'int32');
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sStacked = tf.stack(sSteps);
  const eRows = tf.reshape(e, [batchSize * target, embed]);
  const contextStacked = tf.stack(contextSteps);
  const sum = tf.tidy(() => {
    const sStepsRows = tf.reshape(tf.transpose(sStacked, [1, 0, 2]), [batchSize * target, units]);
    const UProduct = tf.reshape(tf.matMul(sStepsRows, p['Translate.logits.Readout.U']), [batchSize, target, maxout, pieces]);
    const VProduct = tf.reshape(tf.matMul(eRows, p['Translate.logits.Readout.V']), [batchSize, target, maxout, pieces]);
    const contextStepsRows = tf.reshape(tf.transpose(contextStacked, [1, 0, 2]), [batchSize * target, 2 * hidden]);
    const CProduct = tf.matMul(contextStepsRows, p['Translate.logits.Readout.C']);
    return tf.add(tf.add(UProduct, VProduct), tf.reshape(CProduct, [batchSize, target, maxout, pieces]));
  });
  const highest = tf.max(sum, 3);
  rt.dispose(e, contextSteps);
  const keepSteps: tf.Tensor[] = [];
  for (let t = 0; t < target; t++) {
    // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
    const keep = random.keep('Translate.logits.Readout.dropout#0', 0.1, [batchSize, maxout], [false], [t]);
    keepSteps.push(keep);
  }
  const keepStepsT = tf.tidy(() => tf.transpose(tf.stack(keepSteps), [1, 0, 2]));
  const productRows = tf.tidy(() => tf.reshape(tf.mul(highest, keepStepsT), [batchSize * target, maxout]));
  const logits = tf.tidy(() =>
    tf.reshape(tf.matMul(productRows, p['Translate.logits.Readout.W']), [batchSize, target, characters]),
  );
  rt.dispose(keepSteps, highest);
  // model.attn:61  loss = mean[target](cross_entropy[characters](logits, y'))
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
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, characters]);
  const productRows2 = tf.tidy(() => {
    const WProduct = tf.matMul(dLogitsRows, p['Translate.logits.Readout.W'], false, true);
    const product = tf.mul(tf.reshape(WProduct, [batchSize, target, maxout]), keepStepsT);
    const product2 = tf.mul(tf.reshape(product, [batchSize, target, maxout, 1]), rt.oneHot(tf.argMax(sum, 3), pieces));
    return tf.reshape(product2, [batchSize * target, maxout * pieces]);
  });
  const readoutUProduct = tf.tidy(() => {
    const UProduct = tf.matMul(productRows2, p['Translate.logits.Readout.U'], false, true);
    return tf.reshape(UProduct, [batchSize, target, units]);
  });
  const CProduct = tf.tidy(() => {
    const readoutCProduct = tf.matMul(productRows2, p['Translate.logits.Readout.C'], false, true);
    return tf.reshape(readoutCProduct, [batchSize, target, 2 * hidden]);
  });
  rt.dispose(dLogits, sum, keepStepsT);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined2 = tf.concat([p['Translate.s.GRU.Ur'], p['Translate.s.GRU.Uz']], 1);
  const rJoined3 = tf.concat([p['Translate.s.GRU.Wr'], p['Translate.s.GRU.W'], p['Translate.s.GRU.Wz']], 1);
  // model.attn:62  metric exact = if all[target](argmax[characters](logits) == y') then 1 else 0
  const exact = tf.tidy(() => {
    const all = tf.all(tf.logicalOr(tf.logicalNot(targetMask), tf.equal(tf.argMax(logits, 2), batch.inputs["y'"])), 1);
    return tf.mean(tf.cast(rt.where(all, tf.scalar(1, 'int32'), number), 'float32'));
  });
  rt.dispose(logits, targetMask);
  // model.attn:57  Translate(read.annotations, read.h1)
  const dSNextFirst = tf.fill([batchSize, units], 0);
  const stateFirst = tf.fill([batchSize, source, align], 0);
  const readoutUProductSteps = tf.tidy(() => tf.unstack(tf.transpose(readoutUProduct, [1, 0, 2])));
  const CProductSteps = tf.tidy(() => tf.unstack(tf.transpose(CProduct, [1, 0, 2])));
  rt.dispose(readoutUProduct, CProduct);
  const dESteps = new Array<tf.Tensor>(target);
  const newTanhGradientSteps = new Array<tf.Tensor>(target);
  const rSigmoidGradientSteps = new Array<tf.Tensor>(target);
  const zSigmoidGradientSteps = new Array<tf.Tensor>(target);
  const dContextSteps = new Array<tf.Tensor>(target);
  const scoreProductSteps = new Array<tf.Tensor>(target);
  const scoreProductSteps2 = new Array<tf.Tensor>(target);
  let dSNext: tf.Tensor = dSNextFirst;
  let state: tf.Tensor = stateFirst;
  for (let t = target - 1; t >= 0; t--) {
    const readoutUProductAt = readoutUProductSteps[t]!;
    const CProductAt = CProductSteps[t]!;
    const sAt = sSteps[t]!;
    const zAt = zSteps3[t]!;
    const differenceAt = differenceSteps3[t]!;
    const newAt = newSteps3[t]!;
    const rAt = rSteps3[t]!;
    const weightsAt = weightsSteps[t]!;
    const scoreTanhAt = scoreTanhSteps[t]!;
    // cells.attn:14  (1 - z) * h + z * new
    const dNew = tf.mul(dSNext, zAt);
    const dZ = tf.mul(dSNext, differenceAt);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newTanhGradient = rt.tanhGradient(dNew, newAt);
    const newUProduct = tf.matMul(newTanhGradient, p['Translate.s.GRU.U'], false, true);
    const dR = tf.mul(newUProduct, sAt);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSigmoidGradient = rt.sigmoidGradient(dZ, zAt);
    rt.dispose(dZ);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rSigmoidGradient = rt.sigmoidGradient(dR, rAt);
    const rProduct = tf.tidy(() => tf.matMul(tf.concat([rSigmoidGradient, zSigmoidGradient], 1), rJoined2, false, true));
    rt.dispose(dR);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSum3 = tf.add(readoutUProductAt, rProduct);
    rt.dispose(rProduct);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rProduct2 = tf.tidy(() =>
      tf.matMul(tf.concat([rSigmoidGradient, newTanhGradient, zSigmoidGradient], 1), rJoined3, false, true),
    );
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(dSNext, dNew);
    rt.dispose(dNew, dSNext);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newSum3 = tf.tidy(() => tf.add(difference, tf.mul(newUProduct, rAt)));
    rt.dispose(newUProduct, difference);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const sNextPart = tf.slice(rProduct2, [0, embed], [-1, 2 * hidden]);
    // model.attn:48  context = Scored[align, places](s, annotations)
    const dContext = tf.add(CProductAt, sNextPart);
    rt.dispose(sNextPart);
    // attention.attn:6  sum[key](weights * keys)
    const dWeights = tf.tidy(() =>
      tf.reshape(tf.matMul(annotationsT, tf.reshape(dContext, [batchSize, 2 * hidden, 1])), [batchSize, source]),
    );
    // attention.attn:5  weights = softmax[key](score)
    const dScore = tf.tidy(() =>
      rt.where(sourceMask, tf.mul(weightsAt, tf.sub(dWeights, tf.sum(tf.mul(weightsAt, dWeights), 1, true))), 0),
    );
    rt.dispose(dWeights);
    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreDifference = tf.tidy(() => tf.sub(1, tf.mul(scoreTanhAt, scoreTanhAt)));
    const scoreProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(dScore, [batchSize, 1, source]), scoreDifference), [batchSize, align]);
      return tf.mul(product, vRows);
    });
    const scoreSum = tf.tidy(() =>
      tf.add(zSum3, tf.matMul(scoreProduct, p['Translate.context.Scored.Additive.W'], false, true)),
    );
    const scoreProduct2 = tf.tidy(() => tf.mul(tf.reshape(dScore, [batchSize, source, 1]), scoreDifference));
    rt.dispose(zSum3, scoreDifference);
    // model.attn:49  s' = GRU(concat(e, context), s)
    const dS = tf.add(scoreSum, newSum3);
    const stateNext = tf.add(state, scoreProduct2);
    rt.dispose(newSum3, scoreSum, scoreProduct2, state);
    const dE = tf.slice(rProduct2, [0, 0], [-1, embed]);
    rt.dispose(rProduct2);
    // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
    const scoreProduct3 = tf.tidy(() => {
      const tanhRows = tf.reshape(scoreTanhAt, [batchSize * source, align]);
      return tf.reshape(tf.matMul(tf.reshape(dScore, [1, batchSize * source]), tanhRows), [align]);
    });
    rt.dispose(dScore);
    dESteps[t] = dE;
    newTanhGradientSteps[t] = newTanhGradient;
    rSigmoidGradientSteps[t] = rSigmoidGradient;
    zSigmoidGradientSteps[t] = zSigmoidGradient;
    dContextSteps[t] = dContext;
    scoreProductSteps[t] = scoreProduct3;
    scoreProductSteps2[t] = scoreProduct;
    dSNext = dS;
    state = stateNext;
  }
  rt.dispose(sourceMask, annotationsT, sSteps, zSteps3, differenceSteps3, newSteps3, rSteps3, scoreTanhSteps, rJoined2);
  rt.dispose(rJoined3, readoutUProductSteps, CProductSteps);
  const dContext = tf.tidy(() =>
    tf.matMul(tf.transpose(tf.stack(dContextSteps), [1, 2, 0]), tf.transpose(tf.stack(weightsSteps), [1, 0, 2])),
  );
  const product = tf.mul(state, vRows);
  rt.dispose(weightsSteps, dContextSteps, vRows, state);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const scoreProductRows = tf.reshape(product, [batchSize * source, align]);
  const dAnnotations = tf.tidy(() => {
    const UProduct = tf.matMul(scoreProductRows, p['Translate.context.Scored.Additive.U'], false, true);
    return tf.add(dContext, tf.transpose(tf.reshape(UProduct, [batchSize, source, 2 * hidden]), [0, 2, 1]));
  });
  rt.dispose(product, dContext);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const dForward = tf.slice(dAnnotations, [0, 0, 0], [-1, hidden, -1]);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined4 = tf.concat([p['read.Annotate.forward.h.GRU.Ur'], p['read.Annotate.forward.h.GRU.Uz']], 1);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const dForwardSteps = tf.tidy(() => tf.unstack(tf.transpose(dForward, [2, 0, 1])));
  rt.dispose(dForward);
  const zSigmoidGradientSteps2 = new Array<tf.Tensor>(source);
  const rSigmoidGradientSteps2 = new Array<tf.Tensor>(source);
  const newTanhGradientSteps2 = new Array<tf.Tensor>(source);
  let dH: tf.Tensor = tf.clone(backwardZeros);
  for (let t = source - 1; t >= 0; t--) {
    const dForwardAt = dForwardSteps[t]!;
    const hAt = hSteps2[t]!;
    const zAt = zSteps2[t]!;
    const differenceAt = differenceSteps2[t]!;
    const newAt = newSteps2[t]!;
    const rAt = rSteps2[t]!;
    // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const dHNext = tf.add(dH, dForwardAt);
    rt.dispose(dH);
    // cells.attn:14  (1 - z) * h + z * new
    const dNew = tf.mul(dHNext, zAt);
    const dZ = tf.mul(dHNext, differenceAt);
    const difference = tf.sub(dHNext, dNew);
    rt.dispose(dHNext);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSigmoidGradient = rt.sigmoidGradient(dZ, zAt);
    rt.dispose(dZ);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newTanhGradient = rt.tanhGradient(dNew, newAt);
    const newUProduct = tf.matMul(newTanhGradient, p['read.Annotate.forward.h.GRU.U'], false, true);
    const dR = tf.mul(newUProduct, hAt);
    const newSum3 = tf.tidy(() => tf.add(difference, tf.mul(newUProduct, rAt)));
    rt.dispose(dNew, difference, newUProduct);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rSigmoidGradient = rt.sigmoidGradient(dR, rAt);
    const rProduct = tf.tidy(() => tf.matMul(tf.concat([rSigmoidGradient, zSigmoidGradient], 1), rJoined4, false, true));
    rt.dispose(dR);
    // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
    const dH2 = tf.add(rProduct, newSum3);
    rt.dispose(newSum3, rProduct);
    zSigmoidGradientSteps2[t] = zSigmoidGradient;
    rSigmoidGradientSteps2[t] = rSigmoidGradient;
    newTanhGradientSteps2[t] = newTanhGradient;
    dH = dH2;
  }
  rt.dispose(zSteps2, differenceSteps2, newSteps2, rSteps2, rJoined4, dForwardSteps, dH);
  const tanhGradientStacked = tf.stack(newTanhGradientSteps2);
  const sigmoidGradientStacked = tf.stack(rSigmoidGradientSteps2);
  const forwardSigmoidGradientStacked = tf.stack(zSigmoidGradientSteps2);
  rt.dispose(newTanhGradientSteps2, rSigmoidGradientSteps2, zSigmoidGradientSteps2);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const tanhGradient = rt.tanhGradient(dSNext, sFirst);
  const dH1 = tf.matMul(tanhGradient, p['Translate.W0'], false, true);
  rt.dispose(sFirst, dSNext);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const dBackward = tf.tidy(() => {
    const part = tf.slice(dAnnotations, [0, hidden, 0], [-1, hidden, -1]);
    return tf.add(part, tf.transpose(rt.scatter(number, dH1, source), [1, 2, 0]));
  });
  rt.dispose(number, dAnnotations, dH1);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rJoined5 = tf.concat([p['read.Annotate.backward.h.GRU.Ur'], p['read.Annotate.backward.h.GRU.Uz']], 1);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const dBackwardSteps = tf.tidy(() => tf.unstack(tf.transpose(dBackward, [2, 0, 1])));
  rt.dispose(dBackward);
  const zSigmoidGradientSteps3: tf.Tensor[] = [];
  const rSigmoidGradientSteps3: tf.Tensor[] = [];
  const newTanhGradientSteps3: tf.Tensor[] = [];
  let dH2: tf.Tensor = tf.clone(backwardZeros);
  for (let t = 0; t < source; t++) {
    const dBackwardAt = dBackwardSteps[t]!;
    const sourceMaskAt = sourceMaskSteps[t]!;
    const hAt = hSteps[t]!;
    const zAt = zSteps[t]!;
    const differenceAt = differenceSteps[t]!;
    const newAt = newSteps[t]!;
    const rAt = rSteps[t]!;
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const dBackwardWide = tf.reshape(sourceMaskAt, [batchSize, 1]);
    const backwardChosen = rt.where(dBackwardWide, 0, dH2);
    const dHNext = tf.tidy(() => tf.add(dBackwardAt, rt.where(dBackwardWide, dH2, 0)));
    rt.dispose(dBackwardWide, dH2);
    // cells.attn:14  (1 - z) * h + z * new
    const dNew = tf.mul(dHNext, zAt);
    const dZ = tf.mul(dHNext, differenceAt);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newTanhGradient = rt.tanhGradient(dNew, newAt);
    const newUProduct = tf.matMul(newTanhGradient, p['read.Annotate.backward.h.GRU.U'], false, true);
    const dR = tf.mul(newUProduct, hAt);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSigmoidGradient = rt.sigmoidGradient(dZ, zAt);
    rt.dispose(dZ);
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const rSigmoidGradient = rt.sigmoidGradient(dR, rAt);
    const rProduct = tf.tidy(() => tf.matMul(tf.concat([rSigmoidGradient, zSigmoidGradient], 1), rJoined5, false, true));
    rt.dispose(dR);
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const zSum3 = tf.add(backwardChosen, rProduct);
    rt.dispose(backwardChosen, rProduct);
    // cells.attn:14  (1 - z) * h + z * new
    const difference = tf.sub(dHNext, dNew);
    rt.dispose(dHNext, dNew);
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const newSum3 = tf.tidy(() => tf.add(difference, tf.mul(newUProduct, rAt)));
    rt.dispose(newUProduct, difference);
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const dH3 = tf.add(zSum3, newSum3);
    rt.dispose(zSum3, newSum3);
    zSigmoidGradientSteps3.push(zSigmoidGradient);
    rSigmoidGradientSteps3.push(rSigmoidGradient);
    newTanhGradientSteps3.push(newTanhGradient);
    dH2 = dH3;
  }
  rt.dispose(sourceMaskSteps, zSteps, differenceSteps, newSteps, rSteps, rJoined5, dBackwardSteps, dH2);
  const backwardTanhGradientStacked = tf.stack(newTanhGradientSteps3);
  rt.dispose(newTanhGradientSteps3);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const WProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(tanhGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const gRUWProduct = tf.matMul(tanhGradientStepsRows, p['read.Annotate.forward.h.GRU.W'], false, true);
    return tf.reshape(gRUWProduct, [batchSize, source, embed]);
  });
  const newWProduct = tf.tidy(() => {
    const tanhGradientStepsRows = tf.reshape(tf.transpose(backwardTanhGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WProduct = tf.matMul(tanhGradientStepsRows, p['read.Annotate.backward.h.GRU.W'], false, true);
    return tf.reshape(WProduct, [batchSize, source, embed]);
  });
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardSigmoidGradientStacked = tf.stack(rSigmoidGradientSteps3);
  rt.dispose(rSigmoidGradientSteps3);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum3 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WrProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Annotate.forward.h.GRU.Wr'], false, true);
    return tf.add(WProduct, tf.reshape(WrProduct, [batchSize, source, embed]));
  });
  const rSum4 = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(backwardSigmoidGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WrProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Annotate.backward.h.GRU.Wr'], false, true);
    return tf.add(newWProduct, tf.reshape(WrProduct, [batchSize, source, embed]));
  });
  rt.dispose(WProduct, newWProduct);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const sigmoidGradientStacked2 = tf.stack(zSigmoidGradientSteps3);
  rt.dispose(zSigmoidGradientSteps3);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const dX = tf.tidy(() => {
    const sigmoidGradientStepsRows = tf.reshape(tf.transpose(forwardSigmoidGradientStacked, [1, 0, 2]), [batchSize * source, hidden]);
    const WzProduct = tf.matMul(sigmoidGradientStepsRows, p['read.Annotate.forward.h.GRU.Wz'], false, true);
    const zSigmoidGradientStepsRows = tf.reshape(tf.transpose(sigmoidGradientStacked2, [1, 0, 2]), [batchSize * source, hidden]);
    const gRUWzProduct = tf.matMul(zSigmoidGradientStepsRows, p['read.Annotate.backward.h.GRU.Wz'], false, true);
    const sum = tf.add(rSum4, tf.reshape(gRUWzProduct, [batchSize, source, embed]));
    return tf.add(tf.add(rSum3, tf.reshape(WzProduct, [batchSize, source, embed])), sum);
  });
  rt.dispose(rSum3, rSum4);
  // model.attn:27  x = table[tokens]
  const dTable = rt.scatter(batch.inputs.tokens, dX, words);
  rt.dispose(dX);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const sigmoidGradientStepsRows = tf.reshape(forwardSigmoidGradientStacked, [batchSize * source, hidden]);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked, [batchSize * source, hidden]);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const tanhGradientStepsRows = tf.reshape(tanhGradientStacked, [batchSize * source, hidden]);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const hStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps2), [batchSize * source, hidden]));
  const dUz = tf.matMul(sigmoidGradientStepsRows, hStepsRows, true);
  const dUr = tf.matMul(rSigmoidGradientStepsRows, hStepsRows, true);
  const dU = tf.tidy(() =>
    tf.matMul(tanhGradientStepsRows, tf.reshape(tf.stack(newProductSteps2), [batchSize * source, hidden]), true),
  );
  rt.dispose(backwardZeros, hNextSteps2, hStepsRows, newProductSteps2);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zSigmoidGradientStepsRows = tf.reshape(sigmoidGradientStacked2, [batchSize * source, hidden]);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const sigmoidGradientStepsRows2 = tf.reshape(backwardSigmoidGradientStacked, [batchSize * source, hidden]);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newTanhGradientStepsRows = tf.reshape(backwardTanhGradientStacked, [batchSize * source, hidden]);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const backwardHStepsRows = tf.tidy(() => tf.reshape(tf.stack(hSteps), [batchSize * source, hidden]));
  const dUz2 = tf.matMul(zSigmoidGradientStepsRows, backwardHStepsRows, true);
  const dUr2 = tf.matMul(sigmoidGradientStepsRows2, backwardHStepsRows, true);
  const dU2 = tf.tidy(() => {
    const productStepsRows = tf.reshape(tf.stack(newProductSteps), [batchSize * source, hidden]);
    return tf.matMul(newTanhGradientStepsRows, productStepsRows, true);
  });
  rt.dispose(hSteps, backwardHStepsRows, newProductSteps);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const zXRows = tf.tidy(() => tf.reshape(tf.transpose(x, [1, 0, 2]), [batchSize * source, embed]));
  const dWz = tf.matMul(sigmoidGradientStepsRows, zXRows, true);
  const dBz = tf.sum(forwardSigmoidGradientStacked, [0, 1]);
  const dWz2 = tf.matMul(zSigmoidGradientStepsRows, zXRows, true);
  rt.dispose(x, sigmoidGradientStepsRows, forwardSigmoidGradientStacked, zSigmoidGradientStepsRows);
  const dGRUBz = tf.sum(sigmoidGradientStacked2, [0, 1]);
  rt.dispose(sigmoidGradientStacked2);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const dWr = tf.matMul(rSigmoidGradientStepsRows, zXRows, true);
  const dBr = tf.sum(sigmoidGradientStacked, [0, 1]);
  const dWr2 = tf.matMul(sigmoidGradientStepsRows2, zXRows, true);
  const dGRUBr = tf.sum(backwardSigmoidGradientStacked, [0, 1]);
  rt.dispose(rSigmoidGradientStepsRows, sigmoidGradientStacked, sigmoidGradientStepsRows2);
  rt.dispose(backwardSigmoidGradientStacked);
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const dW = tf.matMul(tanhGradientStepsRows, zXRows, true);
  const dB = tf.sum(tanhGradientStacked, [0, 1]);
  const dW2 = tf.matMul(newTanhGradientStepsRows, zXRows, true);
  rt.dispose(tanhGradientStepsRows, tanhGradientStacked, newTanhGradientStepsRows, zXRows);
  const dGRUB = tf.sum(backwardTanhGradientStacked, [0, 1]);
  rt.dispose(backwardTanhGradientStacked);
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const VProduct = tf.matMul(productRows2, p['Translate.logits.Readout.V'], false, true);
  // model.attn:57  Translate(read.annotations, read.h1)
  const dE = tf.tidy(() =>
    tf.add(tf.reshape(VProduct, [batchSize, target, embed]), tf.transpose(tf.stack(dESteps), [1, 0, 2])),
  );
  rt.dispose(dESteps, VProduct);
  // model.attn:47  e = table[y]
  const dTranslateTable = rt.scatter(batch.inputs.y, dE, characters);
  rt.dispose(dE);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const dW0 = tf.matMul(tanhGradient, h1, true);
  rt.dispose(h1, tanhGradient);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const dU3 = tf.matMul(scoreProductRows, annotationsRows, true);
  rt.dispose(annotationsRows, scoreProductRows);
  // model.attn:57  Translate(read.annotations, read.h1)
  const sStepsRows = tf.reshape(sStacked, [batchSize * target, units]);
  const dW3 = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.stack(scoreProductSteps2), [batchSize * target, align]), sStepsRows, true),
  );
  const dV = tf.tidy(() => tf.sum(tf.stack(scoreProductSteps), 0));
  const sigmoidGradientStacked3 = tf.stack(zSigmoidGradientSteps);
  const sigmoidGradientStepsRows3 = tf.reshape(sigmoidGradientStacked3, [batchSize * target, units]);
  const joinedStepsRows = tf.tidy(() => tf.reshape(tf.stack(sNextJoinedSteps), [batchSize * target, embed + 2 * hidden]));
  rt.dispose(scoreProductSteps2, scoreProductSteps, zSigmoidGradientSteps, sNextJoinedSteps);
  const dWz3 = tf.matMul(sigmoidGradientStepsRows3, joinedStepsRows, true);
  const sigmoidGradientStacked4 = tf.stack(rSigmoidGradientSteps);
  const sigmoidGradientStepsRows4 = tf.reshape(sigmoidGradientStacked4, [batchSize * target, units]);
  const dWr3 = tf.matMul(sigmoidGradientStepsRows4, joinedStepsRows, true);
  const tanhGradientStacked2 = tf.stack(newTanhGradientSteps);
  const tanhGradientStepsRows2 = tf.reshape(tanhGradientStacked2, [batchSize * target, units]);
  const dW4 = tf.matMul(tanhGradientStepsRows2, joinedStepsRows, true);
  const dUz3 = tf.matMul(sigmoidGradientStepsRows3, sStepsRows, true);
  rt.dispose(rSigmoidGradientSteps, newTanhGradientSteps, joinedStepsRows, sigmoidGradientStepsRows3);
  const dUr3 = tf.matMul(sigmoidGradientStepsRows4, sStepsRows, true);
  const dU4 = tf.tidy(() =>
    tf.matMul(tanhGradientStepsRows2, tf.reshape(tf.stack(newProductSteps3), [batchSize * target, units]), true),
  );
  rt.dispose(sStepsRows, sigmoidGradientStepsRows4, newProductSteps3, tanhGradientStepsRows2);
  const dSGRUBz = tf.sum(sigmoidGradientStacked3, [0, 1]);
  const dSGRUBr = tf.sum(sigmoidGradientStacked4, [0, 1]);
  const dSGRUB = tf.sum(tanhGradientStacked2, [0, 1]);
  rt.dispose(sigmoidGradientStacked3, sigmoidGradientStacked4, tanhGradientStacked2);
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const dReadoutU = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(sStacked, [2, 1, 0]), [units, batchSize * target]), productRows2),
  );
  const product2 = tf.matMul(productRows2, eRows, true);
  const dC = tf.tidy(() => {
    const contextStepsRows = tf.reshape(tf.transpose(contextStacked, [2, 1, 0]), [2 * hidden, batchSize * target]);
    return tf.matMul(contextStepsRows, productRows2);
  });
  rt.dispose(sStacked, eRows, contextStacked, productRows2);
  const dW5 = tf.matMul(dLogitsRows, productRows, true);
  rt.dispose(productRows, dLogitsRows);
  // attention.attn:3  param W: [align <- q], U: [align <- k], v: [align]
  const dAdditiveW = tf.transpose(dW3, [1, 0]);
  const dAdditiveU = tf.transpose(dU3, [1, 0]);
  const dAdditiveV = tf.reshape(dV, [align, 1]);
  rt.dispose(dW3, dU3, dV);
  // model.attn:45  param table: [characters, embed] = normal(0.1), W0: [units <- hidden]
  const dTranslateW0 = tf.transpose(dW0, [1, 0]);
  rt.dispose(dW0);
  // cells.attn:9  param Wz, Wr, W: [hidden <- input], Uz, Ur, U: [hidden <- hidden] = orthogonal
  const dGRUWz = tf.transpose(dWz, [1, 0]);
  const dGRUWr = tf.transpose(dWr, [1, 0]);
  const dGRUW = tf.transpose(dW, [1, 0]);
  const dGRUUz = tf.transpose(dUz, [1, 0]);
  rt.dispose(dWz, dWr, dW, dUz);
  const dGRUUr = tf.transpose(dUr, [1, 0]);
  const dGRUU = tf.transpose(dU, [1, 0]);
  const dHGRUWz = tf.transpose(dWz2, [1, 0]);
  const dHGRUWr = tf.transpose(dWr2, [1, 0]);
  rt.dispose(dUr, dU, dWz2, dWr2);
  const dHGRUW = tf.transpose(dW2, [1, 0]);
  const dHGRUUz = tf.transpose(dUz2, [1, 0]);
  const dHGRUUr = tf.transpose(dUr2, [1, 0]);
  const dHGRUU = tf.transpose(dU2, [1, 0]);
  rt.dispose(dW2, dUz2, dUr2, dU2);
  const dSGRUWz = tf.transpose(dWz3, [1, 0]);
  const dSGRUWr = tf.transpose(dWr3, [1, 0]);
  const dSGRUW = tf.transpose(dW4, [1, 0]);
  const dSGRUUz = tf.transpose(dUz3, [1, 0]);
  rt.dispose(dWz3, dWr3, dW4, dUz3);
  const dSGRUUr = tf.transpose(dUr3, [1, 0]);
  const dSGRUU = tf.transpose(dU4, [1, 0]);
  rt.dispose(dUr3, dU4);
  // model.attn:35  param U: [maxout, pieces <- units], V: [maxout, pieces <- embed], C: [maxout, pieces <- a…
  const dReadoutV = tf.transpose(product2, [1, 0]);
  rt.dispose(product2);
  // model.attn:36  W: [characters <- maxout]
  const dReadoutW = tf.transpose(dW5, [1, 0]);
  rt.dispose(dW5);
  return {
    loss,
    metrics: { exact },
    gradients: {
      'read.Annotate.table': dTable,
      'read.Annotate.forward.h.GRU.Wz': dGRUWz,
      'read.Annotate.forward.h.GRU.Wr': dGRUWr,
      'read.Annotate.forward.h.GRU.W': dGRUW,
      'read.Annotate.forward.h.GRU.Uz': dGRUUz,
      'read.Annotate.forward.h.GRU.Ur': dGRUUr,
      'read.Annotate.forward.h.GRU.U': dGRUU,
      'read.Annotate.forward.h.GRU.bz': dBz,
      'read.Annotate.forward.h.GRU.br': dBr,
      'read.Annotate.forward.h.GRU.b': dB,
      'read.Annotate.backward.h.GRU.Wz': dHGRUWz,
      'read.Annotate.backward.h.GRU.Wr': dHGRUWr,
      'read.Annotate.backward.h.GRU.W': dHGRUW,
      'read.Annotate.backward.h.GRU.Uz': dHGRUUz,
      'read.Annotate.backward.h.GRU.Ur': dHGRUUr,
      'read.Annotate.backward.h.GRU.U': dHGRUU,
      'read.Annotate.backward.h.GRU.bz': dGRUBz,
      'read.Annotate.backward.h.GRU.br': dGRUBr,
      'read.Annotate.backward.h.GRU.b': dGRUB,
      'Translate.table': dTranslateTable,
      'Translate.W0': dTranslateW0,
      'Translate.context.Scored.Additive.W': dAdditiveW,
      'Translate.context.Scored.Additive.U': dAdditiveU,
      'Translate.context.Scored.Additive.v': dAdditiveV,
      'Translate.s.GRU.Wz': dSGRUWz,
      'Translate.s.GRU.Wr': dSGRUWr,
      'Translate.s.GRU.W': dSGRUW,
      'Translate.s.GRU.Uz': dSGRUUz,
      'Translate.s.GRU.Ur': dSGRUUr,
      'Translate.s.GRU.U': dSGRUU,
      'Translate.s.GRU.bz': dSGRUBz,
      'Translate.s.GRU.br': dSGRUBr,
      'Translate.s.GRU.b': dSGRUB,
      'Translate.logits.Readout.U': dReadoutU,
      'Translate.logits.Readout.V': dReadoutV,
      'Translate.logits.Readout.C': dC,
      'Translate.logits.Readout.W': dReadoutW,
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslatorMemory = { readonly keyMask: tf.Tensor; readonly UProduct: tf.Tensor; readonly annotations: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslatorState = { readonly s: tf.Tensor };

/** What translatorPrepare gives. */
type TranslatorPrepareResults = {
  readonly memory: TranslatorMemory;
  readonly state: TranslatorState;
};

/** Once per call: what no step changes, and the first states. */
function translatorPrepare(p: TranslatorParameters, batch: TranslatorBatch): TranslatorPrepareResults {
  const { align, batch: batchSize, embed, hidden, source, units } = batch.n;
  // attention.attn:5  weights = softmax[key](score)
  const keyMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), tf.range(0, source, 1, 'int32')),
  );
  // model.attn:27  x = table[tokens]
  const x = tf.gather(p['read.Annotate.table'], batch.inputs.tokens);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const xRows = tf.reshape(x, [batchSize * source, embed]);
  const zSum = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.forward.h.GRU.bz']);
  });
  const zSum2 = tf.tidy(() => {
    const WzProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wz']), [batchSize, source, hidden]);
    return tf.add(WzProduct, p['read.Annotate.backward.h.GRU.bz']);
  });
  rt.dispose(x);
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const rSum = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.forward.h.GRU.br']);
  });
  const rSum2 = tf.tidy(() => {
    const WrProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.Wr']), [batchSize, source, hidden]);
    return tf.add(WrProduct, p['read.Annotate.backward.h.GRU.br']);
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const newSum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.forward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.forward.h.GRU.b']);
  });
  const newSum2 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(xRows, p['read.Annotate.backward.h.GRU.W']), [batchSize, source, hidden]);
    return tf.add(WProduct, p['read.Annotate.backward.h.GRU.b']);
  });
  rt.dispose(xRows);
  // model.attn:28  forward = scan source with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emit h' }
  const forwardZeros = tf.fill([batchSize, hidden], 0);
  const zSumSteps = tf.tidy(() => tf.unstack(tf.transpose(zSum, [1, 0, 2])));
  const rSumSteps = tf.tidy(() => tf.unstack(tf.transpose(rSum, [1, 0, 2])));
  const newSumSteps = tf.tidy(() => tf.unstack(tf.transpose(newSum, [1, 0, 2])));
  rt.dispose(zSum, rSum, newSum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = forwardZeros;
  for (let t = 0; t < source; t++) {
    const zSumAt = zSumSteps[t]!;
    const rSumAt = rSumSteps[t]!;
    const newSumAt = newSumSteps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSumAt, tf.matMul(h, p['read.Annotate.forward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSumAt, tf.matMul(h, p['read.Annotate.forward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSumAt, tf.matMul(tf.mul(r, h), p['read.Annotate.forward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h, tf.mul(z, tf.sub(new_, h))));
    rt.dispose(z, new_);
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(zSumSteps, rSumSteps, newSumSteps);
  const forward = tf.stack(hNextSteps);
  rt.dispose(hNextSteps);
  // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
  const keyMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(keyMask, [1, 0])));
  const zSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(zSum2, [1, 0, 2])));
  const rSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(rSum2, [1, 0, 2])));
  const newSum2Steps = tf.tidy(() => tf.unstack(tf.transpose(newSum2, [1, 0, 2])));
  rt.dispose(zSum2, rSum2, newSum2);
  const hNextSteps2 = new Array<tf.Tensor>(source);
  let h2: tf.Tensor = forwardZeros;
  for (let t = source - 1; t >= 0; t--) {
    const keyMaskAt = keyMaskSteps[t]!;
    const zSum2At = zSum2Steps[t]!;
    const rSum2At = rSum2Steps[t]!;
    const newSum2At = newSum2Steps[t]!;
    // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
    const z = tf.tidy(() => tf.sigmoid(tf.add(zSum2At, tf.matMul(h2, p['read.Annotate.backward.h.GRU.Uz']))));
    // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
    const r = tf.tidy(() => tf.sigmoid(tf.add(rSum2At, tf.matMul(h2, p['read.Annotate.backward.h.GRU.Ur']))));
    // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
    const new_ = tf.tidy(() => tf.tanh(tf.add(newSum2At, tf.matMul(tf.mul(r, h2), p['read.Annotate.backward.h.GRU.U']))));
    rt.dispose(r);
    // cells.attn:14  (1 - z) * h + z * new
    const hNext = tf.tidy(() => tf.add(h2, tf.mul(z, tf.sub(new_, h2))));
    rt.dispose(z, new_);
    // model.attn:29  backward = scan source reversed with xt = x { state h: [hidden] = 0; h' = GRU(xt, h); emi…
    const backwardChosen = tf.tidy(() => rt.where(tf.reshape(keyMaskAt, [batchSize, 1]), hNext, h2));
    rt.dispose(h2);
    hNextSteps2[t] = hNext;
    h2 = backwardChosen;
  }
  rt.dispose(keyMaskSteps, zSum2Steps, rSum2Steps, newSum2Steps, h2);
  const backward = tf.stack(hNextSteps2);
  rt.dispose(hNextSteps2);
  // model.attn:30  { annotations = concat[hidden as annotation](forward, backward), h1 = backward[source = f…
  const annotations = tf.concat([forward, backward], 2);
  const h1 = tf.tidy(() => tf.reshape(tf.slice(backward, [0, 0, 0], [1, -1, -1]), [batchSize, hidden]));
  rt.dispose(forward, backward);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const annotationsT = tf.transpose(annotations, [1, 0, 2]);
  const UProduct = tf.tidy(() => {
    const annotationsRows = tf.reshape(annotationsT, [batchSize * source, 2 * hidden]);
    return tf.reshape(tf.matMul(annotationsRows, p['Translate.context.Scored.Additive.U']), [batchSize, source, align]);
  });
  rt.dispose(annotations);
  // model.attn:46  state s: [units] = tanh(W0 @ h1)
  const s = tf.tidy(() => tf.reshape(tf.tanh(tf.matMul(h1, p['Translate.W0'])), [batchSize, 1, units]));
  rt.dispose(h1);
  return {
    memory: { keyMask, UProduct, annotations: annotationsT },
    state: { s },
  };
}

/** What translatorStep gives. */
type TranslatorStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: { readonly weights: tf.Tensor };
  readonly state: TranslatorState;
};

/** One place: logits, the next states and the taps. */
function translatorStep(p: TranslatorParameters, batch: TranslatorBatch, memory: TranslatorMemory, state: TranslatorState, previous: tf.Tensor2D, _t: number): TranslatorStepResults {
  const { align, batch: batchSize, characters, hidden, maxout, pieces, source, units } = batch.n;
  const beam = previous.shape[1];
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const sRows = tf.reshape(state.s, [batchSize * beam, units]);
  // model.attn:44  ) generates y: index(characters)[target] start 1 end 2 {
  const yRows = tf.reshape(previous, [batchSize * beam]);
  // model.attn:47  e = table[y]
  const e = tf.gather(p['Translate.table'], yRows);
  rt.dispose(yRows);
  // attention.attn:4  score = v @ tanh(W @ query + U @ keys)
  const vProduct = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sRows, p['Translate.context.Scored.Additive.W']), [batchSize, beam, 1, align]);
    const sum = tf.add(WProduct, tf.reshape(memory.UProduct, [batchSize, 1, source, align]));
    const tanhRows = tf.reshape(tf.tanh(tf.reshape(sum, [batchSize * beam, source, align])), [batchSize * beam * source, align]);
    return tf.reshape(tf.matMul(tanhRows, p['Translate.context.Scored.Additive.v']), [batchSize, beam, source]);
  });
  // attention.attn:5  weights = softmax[key](score)
  const weights = tf.tidy(() => {
    const chosen = rt.where(tf.reshape(memory.keyMask, [batchSize, 1, source]), vProduct, -Infinity);
    return tf.softmax(tf.reshape(chosen, [batchSize * beam, source]));
  });
  const weightsShaped = tf.reshape(weights, [batchSize, beam, source]);
  rt.dispose(vProduct, weights);
  // attention.attn:6  sum[key](weights * keys)
  const context = tf.matMul(weightsShaped, memory.annotations);
  const context2 = tf.reshape(context, [batchSize * beam, 2 * hidden]);
  rt.dispose(context);
  // model.attn:37  W @ dropout(max[pieces](U @ s + V @ e + C @ c), p)
  const logits = tf.tidy(() => {
    const UProduct = tf.reshape(tf.matMul(sRows, p['Translate.logits.Readout.U']), [batchSize * beam, maxout, pieces]);
    const VProduct = tf.reshape(tf.matMul(e, p['Translate.logits.Readout.V']), [batchSize * beam, maxout, pieces]);
    const CProduct = tf.reshape(tf.matMul(context2, p['Translate.logits.Readout.C']), [batchSize * beam, maxout, pieces]);
    return tf.matMul(tf.max(tf.add(tf.add(UProduct, VProduct), CProduct), 2), p['Translate.logits.Readout.W']);
  });
  // model.attn:49  s' = GRU(concat(e, context), s)
  const sNextJoined = tf.concat([e, context2], 1);
  rt.dispose(e, context2);
  // cells.attn:11  z = sigmoid(Wz @ x + Uz @ h + bz)
  const z = tf.tidy(() => {
    const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wz']), tf.matMul(sRows, p['Translate.s.GRU.Uz']));
    return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.bz']));
  });
  // cells.attn:12  r = sigmoid(Wr @ x + Ur @ h + br)
  const r = tf.tidy(() => {
    const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.Wr']), tf.matMul(sRows, p['Translate.s.GRU.Ur']));
    return tf.sigmoid(tf.add(sum, p['Translate.s.GRU.br']));
  });
  // cells.attn:13  new = tanh(W @ x + U @ (r * h) + b)
  const new_ = tf.tidy(() => {
    const sum = tf.add(tf.matMul(sNextJoined, p['Translate.s.GRU.W']), tf.matMul(tf.mul(r, sRows), p['Translate.s.GRU.U']));
    return tf.tanh(tf.add(sum, p['Translate.s.GRU.b']));
  });
  rt.dispose(sNextJoined, r);
  // cells.attn:14  (1 - z) * h + z * new
  const sNext = tf.tidy(() => tf.add(sRows, tf.mul(z, tf.sub(new_, sRows))));
  rt.dispose(sRows, z, new_);
  // model.attn:49  s' = GRU(concat(e, context), s)
  const s = tf.reshape(sNext, [batchSize, beam, units]);
  rt.dispose(sNext);
  // model.attn:51  logits = Readout(seen, e, context)
  const logitsShaped = tf.reshape(logits, [batchSize, beam, characters]);
  rt.dispose(logits);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: { weights: weightsShaped },
    state: { s },
  };
}

const translatorDefinition: rt.Definition = {
  name: 'Translator',
  source: 'model.attn',
  hyperparameters: { words: 972, characters: 14, embed: 48, hidden: 96, units: 96, align: 96, maxout: 64, pieces: 2, places: 50 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: TranslatorDims) {
    if (2 > n.characters) throw new rt.InputError(`\`2\` must be at most \`characters\` (${n.characters}): outputs start with \`1\` (model.attn:44)`);
    if (3 > n.characters) throw new rt.InputError(`\`3\` must be at most \`characters\` (${n.characters}): outputs end with \`2\` (model.attn:44)`);
    return { words: n.words, characters: n.characters, embed: n.embed, hidden: n.hidden, units: n.units, align: n.align, maxout: n.maxout, pieces: n.pieces, places: n.places };
  },
  parameters(n: TranslatorSizes) {
    return [
      { path: 'read.Annotate.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'read.Annotate.forward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.forward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.forward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.forward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.forward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.Wz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.Wr', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'read.Annotate.backward.h.GRU.Uz', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.Ur', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'read.Annotate.backward.h.GRU.bz', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.br', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'read.Annotate.backward.h.GRU.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.table', axes: [{ label: 'characters', size: n.characters }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: 0.1 } },
      { path: 'Translate.W0', axes: [{ label: 'units', size: n.units }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.W', axes: [{ label: 'align', size: n.align }, { label: 'q', size: n.units }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.U', axes: [{ label: 'align', size: n.align }, { label: 'k', size: 2 * n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.context.Scored.Additive.v', axes: [{ label: 'align', size: n.align }], outs: 1, stored: [[0], []], init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wz', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Wr', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.W', axes: [{ label: 'hidden', size: n.units }, { label: 'input', size: n.embed + 2 * n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Translate.s.GRU.Uz', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.Ur', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.U', axes: [{ label: 'hidden', size: n.units }, { label: 'hidden', size: n.units }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
      { path: 'Translate.s.GRU.bz', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.br', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.s.GRU.b', axes: [{ label: 'hidden', size: n.units }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Translate.logits.Readout.U', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'units', size: n.units }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.V', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'embed', size: n.embed }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.C', axes: [{ label: 'maxout', size: n.maxout }, { label: 'pieces', size: n.pieces }, { label: 'annotation', size: 2 * n.hidden }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Translate.logits.Readout.W', axes: [{ label: 'characters', size: n.characters }, { label: 'maxout', size: n.maxout }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    ];
  },
  inputs(n: TranslatorSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'characters', dim: null }] },
    weights: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'source', dim: 'source' }] },
  },
  forward: translatorForward,
  objectives: [
    {
      name: 'Translation',
      given(n: TranslatorSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'characters', size: n.characters } },
        ];
      },
      updates: [
        {
          loss: translatorLoss,
          gradients: translatorGradients,
          optimizer: (_n: TranslatorSizes, step: number) => ({ kind: 'adam', rate: 0.0015 * Math.min(1, 0.5 ** ((step - 1500) / 400)) }),
          clip: { kind: 'norm', limit: 1 },
        },
      ],
    },
  ],
  decoder: {
    name: 'Translate',
    axis: 'target',
    output: 'y',
    vocabulary: (n: TranslatorSizes) => n.characters,
    start: 1,
    end: 2,
    prepare: translatorPrepare,
    step: translatorStep,
    taps: { weights: ['source'] },
    rank: (logp) => logp,
    atMost: () => 16,
  },
};

export class Translator extends rt.GenerativeModel<TranslatorDims, TranslatorInput, TranslatorTarget> {
  constructor(options: rt.ModelOptions<TranslatorDims> = {}) {
    super(translatorDefinition, options);
  }
}
