/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of M that its constructor may be given. */
export type MDims = {
  /** Default 3. */ readonly d: number;
  /** Default 7. */ readonly words: number;
};

/** One example of M. */
export interface MInput {
  /** `[d]` */ readonly h: rt.Floats;
}

/** What the objectives need besides. */
export interface MTarget {
}

/** Every size of a call. */
type MSizes = Readonly<Record<'d' | 'words' | 'batch' | 'target', number>>;

/** Parameters. */
type DParameters = { readonly table: tf.Tensor };
type MParameters = { readonly D: DParameters };

/** Padded examples on the device. */
type MBatch = {
  readonly n: MSizes;
  readonly inputs: { readonly h: tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: { readonly target: tf.Tensor1D };
};

function dInputs(p: DParameters, n: MSizes, h: tf.Tensor, y: tf.Tensor) {
  const { batch: batchSize, d, target, words } = n;
  // input.attn:4  v = h * position[target]
  const v = tf.tidy(() => tf.mul(tf.reshape(h, [batchSize, d, 1]), tf.cast(tf.range(0, target, 1, 'int32'), 'float32')));
  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s);…
  const sFirst = tf.tidy(() => tf.reshape(tf.slice(v, [0, 0, 0], [-1, -1, 1]), [batchSize, d]));
  const ySteps = tf.tidy(() => tf.unstack(tf.transpose(tf.gather(p.table, y), [1, 0, 2])));
  rt.dispose(v);
  const sNextSteps: tf.Tensor[] = [];
  let s: tf.Tensor = sFirst;
  for (let t = 0; t < target; t++) {
    const xt = ySteps[t]!;
    const sNext = tf.tidy(() => tf.tanh(tf.add(xt, s)));
    sNextSteps.push(sNext);
    s = sNext;
  }
  rt.dispose(sFirst, ySteps);
  const u = tf.stack(sNextSteps);
  rt.dispose(sNextSteps);
  // input.attn:6  logits = u @ table
  const logits = tf.tidy(() => {
    const tableProduct = tf.matMul(tf.reshape(tf.transpose(u, [1, 0, 2]), [batchSize * target, d]), p.table, false, true);
    return tf.reshape(tableProduct, [batchSize, target, words]);
  });
  rt.dispose(u);
  return logits;
}

function dStep(p: DParameters, n: MSizes, y: tf.Tensor, uS: tf.Tensor, batchBeam: number, beam: number) {
  const { batch: batchSize, d, words } = n;
  // input.attn:2  decoder D(h: [d]) generates y: index(words)[target] start 1 end 2 {
  const yRows = tf.reshape(y, [batchBeam]);
  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s);…
  const sNext = tf.tidy(() => tf.tanh(tf.add(tf.gather(p.table, yRows), tf.reshape(uS, [batchBeam, d]))));
  const sNextShaped = tf.reshape(sNext, [batchSize, beam, d]);
  rt.dispose(yRows);
  // input.attn:6  logits = u @ table
  const logits = tf.matMul(sNext, p.table, false, true);
  const logits2 = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(sNext, logits);
  return { logits: logits2, sNextShaped };
}

/** Outputs by name, [batch, …]. */
type MResults = { readonly logits: tf.Tensor };

/** The outputs of M, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function mForward(p: MParameters, batch: MBatch): MResults {
  const logits = dInputs(p.D, batch.n, batch.inputs.h, batch.inputs.y);
  return { logits };
}

/** What every step reads, [batch, …]. */
type MMemory = Readonly<Record<string, never>>;

/** What a step hands to the next, [batch, beam, …]. */
type MState = { readonly s: tf.Tensor };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function mPrepare(_p: MParameters, batch: MBatch): { readonly memory: MMemory; readonly state: MState } {
  const { batch: batchSize, d } = batch.n;
  // input.attn:4  v = h * position[target]
  const v = tf.tidy(() =>
    tf.mul(tf.reshape(batch.inputs.h, [batchSize, d, 1]), tf.cast(tf.range(0, 1, 1, 'int32'), 'float32')),
  );
  // input.attn:5  u = scan target with xt = table[y] { state s: [d] = v[target = first]; s' = tanh(xt + s);…
  const s = tf.tidy(() => tf.reshape(tf.reshape(tf.slice(v, [0, 0, 0], [-1, -1, 1]), [batchSize, d]), [batchSize, 1, d]));
  rt.dispose(v);
  return { memory: {}, state: { s } };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function mStep(p: MParameters, batch: MBatch, _memory: MMemory, state: MState, previous: tf.Tensor2D, _t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: MState } {
  const { batch: batchSize } = batch.n;
  const beam = previous.shape[1];
  const { logits, sNextShaped: s } = dStep(p.D, batch.n, previous, state.s, batchSize * beam, beam);
  return { logits: logits as tf.Tensor3D, taps: {}, state: { s } };
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
  parameters: (n: MSizes) => [{ path: 'D.table', axes: [{ label: 'words', size: n.words }, { label: 'd', size: n.d }], outs: 2, init: { kind: 'normal', deviation: n.d ** (-0.5) } }],
  inputs: (n: MSizes) => [{ name: 'h', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
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
