/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Classify that its constructor may be given. */
export type ClassifyDims = {
  /** Default 9. */ readonly words: number;
  /** Default 4. */ readonly embed: number;
  /** Default 3. */ readonly hidden: number;
  /** Default 3. */ readonly align: number;
  /** Default 2. */ readonly classes: number;
};

/** One example of Classify. */
export interface ClassifyInput {
  /** `index(words)[sentence, word]` */ readonly document: readonly rt.Ints[];
}

/** What the objectives need besides. */
export interface ClassifyTarget {
}

/** What Classify gives for one example. */
export type ClassifyOutput = {
  readonly logits: rt.Value;
  readonly look: rt.Value;
};

/** Every size of a call. */
type ClassifySizes = Readonly<Record<'words' | 'embed' | 'hidden' | 'align' | 'classes' | 'batch' | 'sentence' | 'word', number>>;

/** Parameters. */
type RNNParameters = { readonly W: tf.Tensor; readonly U: tf.Tensor; readonly b: tf.Tensor };
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type PoolParameters = { readonly context: tf.Tensor; readonly weights: { readonly Linear: LinearParameters } };
type SentenceParameters = {
  readonly table: tf.Tensor;
  readonly scan: { readonly h: { readonly RNN: RNNParameters } };
  readonly Pool: PoolParameters;
};
type LogitsParameters = { readonly Pool: PoolParameters; readonly Linear: LinearParameters };
type ClassifyParameters = { readonly s: { readonly Sentence: SentenceParameters }; readonly logits: LogitsParameters };

/** Padded examples on the device. */
type ClassifyBatch = {
  readonly n: ClassifySizes;
  readonly inputs: { readonly document: tf.Tensor };
  readonly lengths: { readonly sentence: tf.Tensor1D; readonly word: tf.Tensor2D };
};

function pool(p: PoolParameters, n: ClassifySizes, wordLengths: tf.Tensor, h: readonly tf.Tensor[]) {
  const { align, batch: batchSize, hidden, sentence: sentence2, word } = n;
  // std/layers.attn:4  W @ x + b
  const hNextStacked = rt.stack(h, [batchSize, sentence2, hidden], 'float32');
  const sum = tf.tidy(() => {
    const hNextStepsRows = tf.reshape(tf.transpose(hNextStacked, [1, 0, 2, 3]), [batchSize * sentence2 * word, hidden]);
    const WProduct = tf.reshape(tf.matMul(hNextStepsRows, p.weights.Linear.W), [batchSize, word, sentence2, align]);
    return tf.add(WProduct, p.weights.Linear.b);
  });
  // input.attn:7  weights = softmax[place](context @ tanh(Linear[align](h)))
  const placeMask = tf.tidy(() =>
    tf.greater(tf.reshape(wordLengths, [batchSize, sentence2, 1]), tf.range(0, word, 1, 'int32')),
  );
  const weights = tf.tidy(() => {
    const contextProduct = tf.matMul(tf.reshape(tf.tanh(sum), [batchSize * sentence2 * word, align]), p.context);
    const contextProductT = tf.transpose(tf.reshape(contextProduct, [batchSize, word, sentence2]), [0, 2, 1]);
    return rt.where(placeMask, tf.softmax(rt.where(placeMask, contextProductT, -Infinity)), 0);
  });
  rt.dispose(sum, placeMask);
  // input.attn:8  sum[place](weights * h)
  const product = tf.tidy(() => {
    const hNextStepsT = tf.transpose(tf.reshape(hNextStacked, [word, batchSize * sentence2, hidden]), [1, 0, 2]);
    return tf.matMul(tf.reshape(weights, [batchSize * sentence2, 1, word]), hNextStepsT);
  });
  rt.dispose(hNextStacked);
  return { weights, product };
}

function pool2(p: PoolParameters, n: ClassifySizes, product: tf.Tensor, sentenceLengths: tf.Tensor) {
  const { align, batch: batchSize, hidden, sentence: sentence2 } = n;
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(product, [batchSize * sentence2, hidden]), p.weights.Linear.W);
    return tf.add(tf.reshape(WProduct, [batchSize, sentence2, align]), p.weights.Linear.b);
  });
  // input.attn:7  weights = softmax[place](context @ tanh(Linear[align](h)))
  const placeMask = tf.tidy(() =>
    tf.greater(tf.reshape(sentenceLengths, [batchSize, 1]), tf.range(0, sentence2, 1, 'int32')),
  );
  const weights = tf.tidy(() => {
    const contextProduct = tf.matMul(tf.reshape(tf.tanh(sum), [batchSize * sentence2, align]), p.context);
    return tf.softmax(rt.where(placeMask, tf.reshape(contextProduct, [batchSize, sentence2]), -Infinity));
  });
  rt.dispose(sum, placeMask);
  // input.attn:8  sum[place](weights * h)
  const product2 = tf.tidy(() => {
    const product3 = tf.reshape(product, [batchSize, sentence2, hidden]);
    return tf.matMul(tf.reshape(weights, [batchSize, 1, sentence2]), product3);
  });
  rt.dispose(weights);
  return product2;
}

function sentence(p: SentenceParameters, n: ClassifySizes, tokens: tf.Tensor, wordLengths: tf.Tensor) {
  const { batch: batchSize, embed, hidden, sentence: sentence2, word } = n;
  // input.attn:12  Pool(scan word with xt = table[tokens] { state h: [hidden] = 0; h' = RNN(xt, h); emit h' …
  const picked = tf.gather(p.table, tokens);
  // std/cells.attn:4  tanh(W @ x + U @ h + b)
  const sum = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(picked, [batchSize * sentence2 * word, embed]), p.scan.h.RNN.W);
    return tf.add(tf.reshape(WProduct, [batchSize, sentence2, word, hidden]), p.scan.h.RNN.b);
  });
  rt.dispose(picked);
  // input.attn:12  Pool(scan word with xt = table[tokens] { state h: [hidden] = 0; h' = RNN(xt, h); emit h' …
  const hFirst = tf.fill([batchSize, sentence2, hidden], 0);
  const sumSteps = tf.tidy(() => rt.unstack(tf.transpose(sum, [2, 0, 1, 3])));
  rt.dispose(sum);
  const hNextSteps: tf.Tensor[] = [];
  let h: tf.Tensor = hFirst;
  for (let t = 0; t < word; t++) {
    // std/cells.attn:4  tanh(W @ x + U @ h + b)
    const hNext = tf.tidy(() => {
      const UProduct = tf.matMul(tf.reshape(h, [batchSize * sentence2, hidden]), p.scan.h.RNN.U);
      return tf.tanh(tf.add(sumSteps[t]!, tf.reshape(UProduct, [batchSize, sentence2, hidden])));
    });
    hNextSteps.push(hNext);
    h = hNext;
  }
  rt.dispose(hFirst, sumSteps);
  const { weights, product } = pool(p.Pool, n, wordLengths, hNextSteps);
  rt.dispose(hNextSteps);
  return { weights, product };
}

/** Outputs by name, [batch, …]. */
type ClassifyResults = { readonly logits: tf.Tensor; readonly look: tf.Tensor };

/** The outputs of Classify, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function classifyForward(p: ClassifyParameters, batch: ClassifyBatch): ClassifyResults {
  const { batch: batchSize, hidden } = batch.n;
  const { weights, product } = sentence(p.s.Sentence, batch.n, batch.inputs.document, batch.lengths.word);
  const logitsProduct = pool2(p.logits.Pool, batch.n, product, batch.lengths.sentence);
  rt.dispose(product);
  // std/layers.attn:4  W @ x + b
  const logits = tf.tidy(() =>
    tf.add(tf.matMul(tf.reshape(logitsProduct, [batchSize, hidden]), p.logits.Linear.W), p.logits.Linear.b),
  );
  rt.dispose(logitsProduct);
  return { logits, look: weights };
}

const classifyDefinition: rt.Definition = {
  name: 'Classify',
  source: 'input.attn',
  hyperparameters: { words: 9, embed: 4, hidden: 3, align: 3, classes: 2 },
  ragged: [{ label: 'sentence', mayBeEmpty: false }, { label: 'word', mayBeEmpty: false, inside: 'sentence' }],
  sizes(n: ClassifyDims) {
    return { words: n.words, embed: n.embed, hidden: n.hidden, align: n.align, classes: n.classes };
  },
  parameters: (n: ClassifySizes) => [
    { path: 's.Sentence.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
    { path: 's.Sentence.scan.h.RNN.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 's.Sentence.scan.h.RNN.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'orthogonal' } },
    { path: 's.Sentence.scan.h.RNN.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
    { path: 's.Sentence.Pool.context', axes: [{ label: 'align', size: n.align }], outs: 1, stored: [[0], []], init: { kind: 'normal', deviation: 1 } },
    { path: 's.Sentence.Pool.weights.Linear.W', axes: [{ label: 'out.align', size: n.align }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 's.Sentence.Pool.weights.Linear.b', axes: [{ label: 'out.align', size: n.align }], outs: 1, init: { kind: 'zeros' } },
    { path: 'logits.Pool.context', axes: [{ label: 'align', size: n.align }], outs: 1, stored: [[0], []], init: { kind: 'normal', deviation: 1 } },
    { path: 'logits.Pool.weights.Linear.W', axes: [{ label: 'out.align', size: n.align }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'logits.Pool.weights.Linear.b', axes: [{ label: 'out.align', size: n.align }], outs: 1, init: { kind: 'zeros' } },
    { path: 'logits.Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.hidden }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'logits.Linear.b', axes: [{ label: 'out.classes', size: n.classes }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: ClassifySizes) => [{ name: 'document', elem: 'index', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'word', dim: 'word', within: 0 }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
    look: { elem: 'float', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'word', dim: 'word', within: 0 }] },
  },
  forward: classifyForward,
  objectives: [],
  decoder: null,
};

export class Classify extends rt.Model<ClassifyDims, ClassifyInput, ClassifyTarget, ClassifyOutput> {
  constructor(options: rt.ModelOptions<ClassifyDims> = {}) {
    super(classifyDefinition, options);
  }
}
