/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of M that its constructor may be given. */
export type MDims = {
  /** Default 3. */
  readonly d: number;
  /** Default 7. */
  readonly words: number;
};

/** One example of M. */
export interface MInput {
  /** `[d]` */
  readonly h: rt.Floats;
}

/** What the objectives need besides. */
export interface MTarget {
}

/** Every size of a call. */
type MSizes = {
  readonly d: number;
  readonly words: number;
  readonly batch: number;
  readonly target: number;
};

/** Parameters by path. */
type MParameters = {
  readonly 'D.table': tf.Tensor;
};

/** Padded examples on the device. */
type MBatch = {
  readonly n: MSizes;
  readonly inputs: { readonly h: tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: { readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type MResults = { readonly logits: tf.Tensor };

/** The outputs of M, batch first. */
function mForward(p: MParameters, batch: MBatch): MResults {
  const { batch: batchSize, d, target, words } = batch.n;

  // input.attn:4  v = h * position[target]
  const vTargetPlaces = tf.range(0, target, 1, 'int32');
  const vTargetPlacesAsFloat = tf.cast(vTargetPlaces, 'float32');
  const vHWide = tf.reshape(batch.inputs.h, [batchSize, d, 1]);
  const v = tf.mul(vHWide, vTargetPlacesAsFloat);
  rt.dispose(vTargetPlaces, vTargetPlacesAsFloat, vHWide);

  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s); emit s' }
  const uPlace = tf.slice(v, [0, 0, 0], [-1, -1, 1]);
  const uPicked = tf.reshape(uPlace, [batchSize, d]);
  const uPicked2 = tf.gather(p['D.table'], batch.inputs.y);
  const uPickedT = tf.transpose(uPicked2, [1, 0, 2]);
  const xSteps = tf.unstack(uPickedT);
  rt.dispose(v, uPlace, uPicked2, uPickedT);

  const sNextSteps: tf.Tensor[] = [];
  let uSNext: tf.Tensor = uPicked;
  for (let t = 0; t < target; t++) {
    const xAt = xSteps[t]!;

    // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s); emit s' }
    const uSum = tf.add(xAt, uSNext);
    const sNext = tf.tanh(uSum);
    rt.dispose(uSum);
    sNextSteps.push(sNext);
    uSNext = sNext;
  }
  rt.dispose(uPicked, xSteps);
  const sNextStacked = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);

  // input.attn:6  logits = u @ table
  const logitsSNextStepsT = tf.transpose(sNextStacked, [1, 0, 2]);
  const logitsSNextStepsRows = tf.reshape(logitsSNextStepsT, [batchSize * target, d]);
  const logitsTableT = tf.transpose(p['D.table'], [1, 0]);
  const logitsProduct = tf.matMul(logitsSNextStepsRows, logitsTableT);
  rt.dispose(sNextStacked, logitsSNextStepsT, logitsSNextStepsRows, logitsTableT);
  const logits = tf.reshape(logitsProduct, [batchSize, target, words]);
  rt.dispose(logitsProduct);
  return { logits };
}

/** What every step reads, [batch, …]. */
type MMemory = { readonly '0': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type MState = { readonly state: tf.Tensor };

/** What mPrepare gives. */
type MPrepareResults = {
  readonly memory: MMemory;
  readonly state: MState;
};

/** Once per call: what no step changes, and the first states. */
function mPrepare(p: MParameters, batch: MBatch): MPrepareResults {
  const { batch: batchSize, d } = batch.n;

  // input.attn:4  v = h * position[target]
  const vTargetPlaces = tf.range(0, 1, 1, 'int32');
  const vTargetPlacesAsFloat = tf.cast(vTargetPlaces, 'float32');
  const vHWide = tf.reshape(batch.inputs.h, [batchSize, d, 1]);
  const v = tf.mul(vHWide, vTargetPlacesAsFloat);
  rt.dispose(vTargetPlaces, vTargetPlacesAsFloat, vHWide);

  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s); emit s' }
  const uPlace = tf.slice(v, [0, 0, 0], [-1, -1, 1]);
  const uPicked = tf.reshape(uPlace, [batchSize, d]);
  const uPickedShaped = tf.reshape(uPicked, [batchSize, 1, d]);
  rt.dispose(v, uPlace, uPicked);

  // input.attn:6  logits = u @ table
  const logitsTableT = tf.transpose(p['D.table'], [1, 0]);
  return {
    memory: { '0': logitsTableT },
    state: { state: uPickedShaped },
  };
}

/** What mStep gives. */
type MStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: Readonly<Record<string, never>>;
  readonly state: MState;
};

/** One place: logits, the next states and the taps. */
function mStep(p: MParameters, batch: MBatch, memory: MMemory, state: MState, previous: tf.Tensor2D, _t: number): MStepResults {
  const { batch: batchSize, d, words } = batch.n;
  const beam = previous.shape[1];

  // input.attn:2  decoder D(h: [d]) generates y: index(words)[target] start 1 end 2 {
  const yRows = tf.reshape(previous, [batchSize * beam]);

  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s); emit s' }
  const uPicked = tf.gather(p['D.table'], yRows);
  const uStateStateRows = tf.reshape(state.state, [batchSize * beam, d]);
  const uSum = tf.add(uPicked, uStateStateRows);
  const sNext = tf.tanh(uSum);
  rt.dispose(yRows, uPicked, uStateStateRows, uSum);

  // input.attn:6  logits = u @ table
  const logits = tf.matMul(sNext, memory['0']);
  const logitsLogits = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(logits);

  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s); emit s' }
  const uSNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(sNext);
  return {
    logits: logitsLogits as tf.Tensor3D,
    taps: {},
    state: { state: uSNextShaped },
  };
}

const mDefinition: rt.Definition = {
  name: 'M',
  source: 'input.attn',
  hyperparameters: { d: 3, words: 7 },
  ragged: [{ label: 'target', mayBeEmpty: false }],
  sizes(n: MDims) {
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:2)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:2)`);
    return { d: n.d, words: n.words };
  },
  parameters(n: MSizes) {
    return [
      { path: 'D.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } },
    ];
  },
  inputs(n: MSizes) {
    return [
      { name: 'h', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: mForward,
  objectives: [],
  decoder: {
    name: 'D',
    axis: 'target',
    output: 'y',
    vocabulary: (n: MSizes) => n.words,
    start: 1,
    end: 2,
    prepare: mPrepare,
    step: mStep,
    taps: {},
    rank: (logp) => logp,
    atMost: () => 8,
  },
};

export class M extends rt.GenerativeModel<MDims, MInput, MTarget> {
  constructor(options: rt.ModelOptions<MDims> = {}) {
    super(mDefinition, options);
  }
}
