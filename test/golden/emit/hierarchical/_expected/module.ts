/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Classify that its constructor may be given. */
export type ClassifyDims = {
  /** Default 9. */
  readonly words: number;
  /** Default 4. */
  readonly embed: number;
  /** Default 3. */
  readonly hidden: number;
  /** Default 3. */
  readonly align: number;
  /** Default 2. */
  readonly classes: number;
};

/** One example of Classify. */
export interface ClassifyInput {
  /** `index(words)[sentence, word]` */
  readonly document: readonly rt.Ints[];
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
type ClassifySizes = {
  readonly words: number;
  readonly embed: number;
  readonly hidden: number;
  readonly align: number;
  readonly classes: number;
  readonly batch: number;
  readonly sentence: number;
  readonly word: number;
};

/** Parameters by path. */
type ClassifyParameters = {
  readonly 's.Sentence.table': tf.Tensor;
  readonly 's.Sentence.scan.h.RNN.W': tf.Tensor;
  readonly 's.Sentence.scan.h.RNN.U': tf.Tensor;
  readonly 's.Sentence.scan.h.RNN.b': tf.Tensor;
  readonly 's.Sentence.Pool.context': tf.Tensor;
  readonly 's.Sentence.Pool.weights.Linear.W': tf.Tensor;
  readonly 's.Sentence.Pool.weights.Linear.b': tf.Tensor;
  readonly 'logits.Pool.context': tf.Tensor;
  readonly 'logits.Pool.weights.Linear.W': tf.Tensor;
  readonly 'logits.Pool.weights.Linear.b': tf.Tensor;
  readonly 'logits.Linear.W': tf.Tensor;
  readonly 'logits.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type ClassifyBatch = {
  readonly n: ClassifySizes;
  readonly inputs: { readonly document: tf.Tensor };
  readonly lengths: { readonly sentence: tf.Tensor1D; readonly word: tf.Tensor2D };
};

/** Outputs by name, [batch, …]. */
type ClassifyResults = { readonly logits: tf.Tensor; readonly look: tf.Tensor };

/** The outputs of Classify, batch first. */
function classifyForward(p: ClassifyParameters, batch: ClassifyBatch): ClassifyResults {
  const { align, batch: batchSize, embed, hidden, sentence, word } = batch.n;

  // input.attn:7  weights = softmax[place](context @ tanh(Linear[align](h)))
  const weightsPlacePlaces = tf.range(0, sentence, 1, 'int32');
  const weightsWeightsWide = tf.reshape(batch.lengths.sentence, [batchSize, 1]);
  const weightsIsGreater = tf.greater(weightsWeightsWide, weightsPlacePlaces);
  const weightsPlacePlaces2 = tf.range(0, word, 1, 'int32');
  const weightsWeightsWide2 = tf.reshape(batch.lengths.word, [batchSize, sentence, 1]);
  const weightsIsGreater2 = tf.greater(weightsWeightsWide2, weightsPlacePlaces2);
  rt.dispose(weightsPlacePlaces, weightsWeightsWide, weightsPlacePlaces2, weightsWeightsWide2);

  // input.attn:12  Pool(scan word with xt = table[tokens] { state h: [hidden] = 0; h' = RNN(xt, h); emit h' })
  const filled = tf.fill([batchSize, sentence, hidden], 0);
  const picked = tf.gather(p['s.Sentence.table'], batch.inputs.document);

  // cells.attn:4  tanh(W @ x + U @ h + b)
  const pickedRows = tf.reshape(picked, [batchSize * sentence * word, embed]);
  const WT = tf.transpose(p['s.Sentence.scan.h.RNN.W'], [1, 0]);
  const product = tf.matMul(pickedRows, WT);
  const product2 = tf.reshape(product, [batchSize, sentence, word, hidden]);
  rt.dispose(picked, pickedRows, WT, product);

  // cells.attn:3  param W: [hidden <- input], U: [hidden <- hidden] = orthogonal, b: [hidden] = zeros
  const sum = tf.add(product2, p['s.Sentence.scan.h.RNN.b']);
  rt.dispose(product2);

  // cells.attn:4  tanh(W @ x + U @ h + b)
  const UT = tf.transpose(p['s.Sentence.scan.h.RNN.U'], [1, 0]);

  // input.attn:12  Pool(scan word with xt = table[tokens] { state h: [hidden] = 0; h' = RNN(xt, h); emit h' })
  const sumT = tf.transpose(sum, [2, 0, 1, 3]);
  const sumSteps = rt.unstack(sumT);
  rt.dispose(sum, sumT);

  const tanhSteps: tf.Tensor[] = [];
  let state: tf.Tensor = filled;
  for (let t = 0; t < word; t++) {
    const sumAt = sumSteps[t]!;

    // cells.attn:4  tanh(W @ x + U @ h + b)
    const stateRows = tf.reshape(state, [batchSize * sentence, hidden]);
    const product3 = tf.matMul(stateRows, UT);
    const product4 = tf.reshape(product3, [batchSize, sentence, hidden]);
    const sum2 = tf.add(sumAt, product4);
    const tanh = tf.tanh(sum2);
    rt.dispose(stateRows, product3, product4, sum2);
    tanhSteps.push(tanh);
    state = tanh;
  }
  rt.dispose(filled, UT, sumSteps);
  const tanhStacked = rt.stack(tanhSteps, [batchSize, sentence, hidden], 'float32');
  rt.dispose(tanhSteps);

  // layers.attn:4  W @ x + b
  const tanhStepsT = tf.transpose(tanhStacked, [1, 0, 2, 3]);
  const tanhStepsRows = tf.reshape(tanhStepsT, [batchSize * sentence * word, hidden]);
  const WT2 = tf.transpose(p['s.Sentence.Pool.weights.Linear.W'], [1, 0]);
  const product5 = tf.matMul(tanhStepsRows, WT2);
  const product6 = tf.reshape(product5, [batchSize, word, sentence, align]);
  rt.dispose(tanhStepsT, tanhStepsRows, WT2, product5);
  const sum3 = tf.add(product6, p['s.Sentence.Pool.weights.Linear.b']);
  rt.dispose(product6);

  // input.attn:7  weights = softmax[place](context @ tanh(Linear[align](h)))
  const weightsTanh = tf.tanh(sum3);
  const weightsTanhRows = tf.reshape(weightsTanh, [batchSize * sentence * word, align]);
  const weightsContextWide = tf.reshape(p['s.Sentence.Pool.context'], [align, 1]);
  const weightsProduct = tf.matMul(weightsTanhRows, weightsContextWide);
  rt.dispose(sum3, weightsTanh, weightsTanhRows, weightsContextWide);
  const weightsProduct2 = tf.reshape(weightsProduct, [batchSize, word, sentence]);
  const weightsProductT = tf.transpose(weightsProduct2, [0, 2, 1]);
  const weightsChosen = rt.where(weightsIsGreater2, weightsProductT, -Infinity);
  const weightsWeights = tf.softmax(weightsChosen);
  rt.dispose(weightsProduct, weightsProduct2, weightsProductT, weightsChosen);
  const weights = rt.where(weightsIsGreater2, weightsWeights, 0);
  rt.dispose(weightsIsGreater2, weightsWeights);

  // input.attn:8  sum[place](weights * h)
  const weightsWide = tf.reshape(weights, [batchSize * sentence, 1, word]);
  const tanhStepsRows2 = tf.reshape(tanhStacked, [word, batchSize * sentence, hidden]);
  const tanhStepsT2 = tf.transpose(tanhStepsRows2, [1, 0, 2]);
  const product7 = tf.matMul(weightsWide, tanhStepsT2);
  rt.dispose(tanhStacked, tanhStepsRows2, weightsWide, tanhStepsT2);

  // layers.attn:4  W @ x + b
  const product8 = tf.reshape(product7, [batchSize * sentence, hidden]);
  const WT3 = tf.transpose(p['logits.Pool.weights.Linear.W'], [1, 0]);
  const product9 = tf.matMul(product8, WT3);
  const product10 = tf.reshape(product9, [batchSize, sentence, align]);
  const sum4 = tf.add(product10, p['logits.Pool.weights.Linear.b']);
  rt.dispose(product8, WT3, product9, product10);

  // input.attn:7  weights = softmax[place](context @ tanh(Linear[align](h)))
  const weightsTanh2 = tf.tanh(sum4);
  const weightsTanhRows2 = tf.reshape(weightsTanh2, [batchSize * sentence, align]);
  const weightsContextWide2 = tf.reshape(p['logits.Pool.context'], [align, 1]);
  const weightsProduct3 = tf.matMul(weightsTanhRows2, weightsContextWide2);
  rt.dispose(sum4, weightsTanh2, weightsTanhRows2, weightsContextWide2);
  const weightsProduct4 = tf.reshape(weightsProduct3, [batchSize, sentence]);
  const weightsChosen2 = rt.where(weightsIsGreater, weightsProduct4, -Infinity);
  const weights2 = tf.softmax(weightsChosen2);
  rt.dispose(weightsProduct3, weightsIsGreater, weightsProduct4, weightsChosen2);

  // input.attn:8  sum[place](weights * h)
  const weightsWide2 = tf.reshape(weights2, [batchSize, 1, sentence]);
  const product11 = tf.reshape(product7, [batchSize, sentence, hidden]);
  const product12 = tf.matMul(weightsWide2, product11);
  rt.dispose(weights2, product7, weightsWide2, product11);

  // layers.attn:4  W @ x + b
  const product13 = tf.reshape(product12, [batchSize, hidden]);
  const WT4 = tf.transpose(p['logits.Linear.W'], [1, 0]);
  const product14 = tf.matMul(product13, WT4);
  const sum5 = tf.add(product14, p['logits.Linear.b']);
  rt.dispose(product12, product13, WT4, product14);
  return { logits: sum5, look: weights };
}

const classifyDefinition: rt.Definition = {
  name: 'Classify',
  source: 'input.attn',
  hyperparameters: { words: 9, embed: 4, hidden: 3, align: 3, classes: 2 },
  ragged: [{ label: 'sentence', mayBeEmpty: false }, { label: 'word', mayBeEmpty: false, inside: 'sentence' }],
  sizes(n: ClassifyDims) {
    return { words: n.words, embed: n.embed, hidden: n.hidden, align: n.align, classes: n.classes };
  },
  parameters(n: ClassifySizes) {
    return [
      { path: 's.Sentence.table', axes: [{ label: 'words', size: n.words }, { label: 'embed', size: n.embed }], outs: 2, init: { kind: 'normal', deviation: n.embed ** (-0.5) } },
      { path: 's.Sentence.scan.h.RNN.W', axes: [{ label: 'hidden', size: n.hidden }, { label: 'input', size: n.embed }], outs: 1, init: { kind: 'glorot' } },
      { path: 's.Sentence.scan.h.RNN.U', axes: [{ label: 'hidden', size: n.hidden }, { label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'orthogonal' } },
      { path: 's.Sentence.scan.h.RNN.b', axes: [{ label: 'hidden', size: n.hidden }], outs: 1, init: { kind: 'zeros' } },
      { path: 's.Sentence.Pool.context', axes: [{ label: 'align', size: n.align }], outs: 1, init: { kind: 'normal', deviation: 1 } },
      { path: 's.Sentence.Pool.weights.Linear.W', axes: [{ label: 'out.align', size: n.align }, { label: 'in', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 's.Sentence.Pool.weights.Linear.b', axes: [{ label: 'out.align', size: n.align }], outs: 1, init: { kind: 'zeros' } },
      { path: 'logits.Pool.context', axes: [{ label: 'align', size: n.align }], outs: 1, init: { kind: 'normal', deviation: 1 } },
      { path: 'logits.Pool.weights.Linear.W', axes: [{ label: 'out.align', size: n.align }, { label: 'in', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'logits.Pool.weights.Linear.b', axes: [{ label: 'out.align', size: n.align }], outs: 1, init: { kind: 'zeros' } },
      { path: 'logits.Linear.W', axes: [{ label: 'out.classes', size: n.classes }, { label: 'in', size: n.hidden }], outs: 1, init: { kind: 'glorot' } },
      { path: 'logits.Linear.b', axes: [{ label: 'out.classes', size: n.classes }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: ClassifySizes) {
    return [
      { name: 'document', elem: 'index', axes: [{ label: 'sentence', dim: 'sentence' }, { label: 'word', dim: 'word', within: 0 }], indexes: { label: 'words', size: n.words } },
    ];
  },
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
