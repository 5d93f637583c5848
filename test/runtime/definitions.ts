/** Small programs written by hand as the compiler would write them, with formulas that a test can compute again. */
import { logSoftmax } from '../../runtime/ops.ts';
import * as tf from '../../runtime/tf.ts';
import type { Batch, Definition, UpdateDefinition, OptimizerSettings } from '../../runtime/definition.ts';
import {
  appendToCache,
  cached,
  emptyCache,
  cachedAt,
  Cache,
  type Floats,
  type Ints,
  type ParameterTree,
  type Weights,
} from '../../runtime/index.ts';

export interface BagInput {
  readonly tokens: Ints;
}
export interface BagTarget {
  readonly label: number;
}

function present(batch: Batch): tf.Tensor2D {
  const places = tf.range(0, batch.n.source!, 1, 'int32');
  return tf.cast(tf.less(tf.expandDims(places, 0), tf.expandDims(batch.lengths.source!, 1)), 'float32') as tf.Tensor2D;
}

/** Counts of words, weighted: [batch, words]. */
function counts(batch: Batch, weights: tf.Tensor): tf.Tensor2D {
  const oneHot = tf.cast(tf.oneHot(batch.inputs.tokens!, batch.n.words!), 'float32');
  return tf.sum(tf.mul(oneHot, tf.expandDims(weights, 2)), 1) as tf.Tensor2D;
}

/** logits = sum of table rows of the words present, plus b; softmax; cross entropy. */
export function bag(
  optimizer: (step: number) => OptimizerSettings,
  options: { rate?: number; clip?: UpdateDefinition['clip'] } = {},
): Definition {
  const evaluate = (p: ParameterTree, batch: Batch, keep: tf.Tensor | null) => {
    const count = counts(batch, keep === null ? present(batch) : tf.mul(present(batch), keep));
    const logits = tf.add(tf.matMul(count, p.table as tf.Tensor2D), p.b as tf.Tensor);
    const label = tf.cast(tf.oneHot(batch.inputs.label!, batch.n.classes!), 'float32');
    const logp = logSoftmax(logits);
    const loss = tf.neg(tf.mean(tf.sum(tf.mul(label, logp), 1)));
    const right = tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), batch.inputs.label!), 'float32'));
    const error = tf.div(tf.sub(tf.exp(logp), label), batch.n.batch!);
    return { loss, right, gradients: { table: tf.matMul(count, error as tf.Tensor2D, true), b: tf.sum(error, 0) } };
  };
  return {
    name: 'Bag',
    source: 'bag.attn',
    hyperparameters: { words: 6, classes: 3 },
    ragged: [{ label: 'source', mayBeEmpty: false }],
    sizes: (dims) => ({ ...dims }),
    parameters: (n) => [
      {
        path: 'table',
        axes: [
          { label: 'words', size: n.words! },
          { label: 'classes', size: n.classes! },
        ],
        outs: 1,
        init: { kind: 'glorot' },
      },
      { path: 'b', axes: [{ label: 'classes', size: n.classes! }], outs: 1, init: { kind: 'zeros' } },
    ],
    inputs: (n) => [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words! } },
    ],
    outputs: {
      logits: { elem: 'float', axes: [{ label: 'classes', dim: null }] },
      echo: { elem: 'int', axes: [{ label: 'source', dim: 'source' }] },
    },
    forward: (p, batch) =>
      tf.tidy(() => ({
        logits: tf.add(tf.matMul(counts(batch, present(batch)), p.table as tf.Tensor2D), p.b as tf.Tensor),
        echo: tf.add(batch.inputs.tokens!, tf.scalar(100, 'int32')),
      })),
    objectives: [
      {
        name: 'Classify',
        given: (n) => [{ name: 'label', elem: 'index', axes: [], indexes: { label: 'classes', size: n.classes! } }],
        updates: [
          {
            loss: (p, batch) =>
              tf.tidy(() => {
                const { loss, right } = evaluate(p, batch, null);
                return { loss, metrics: { right } };
              }),
            gradients: (p, batch, random) =>
              tf.tidy(() => {
                const keep = random.keep('drop#0', options.rate ?? 0, [batch.n.batch!, batch.n.source!], [true], []);
                const { loss, right, gradients } = evaluate(p, batch, keep);
                return { loss, metrics: { right }, gradients };
              }),
            optimizer: (_n, step) => optimizer(step),
            clip: options.clip ?? null,
          },
        ],
      },
    ],
    decoder: null,
  };
}

export interface ChainInput {
  readonly tokens: Ints;
}
export interface ChainTarget {
  readonly y: Ints;
}

/**
 * s0 = sum of table rows; s' = tanh(A s + E[y]); logits = O s'. Characters: 0 is the end, `characters` is the start.
 * The tap is `s'[0] * (position + 1)` over the source, with junk in the padding.
 */
export function chain(options: { end?: number | null; rank?: (logp: number, length: number) => number } = {}): Definition {
  return {
    name: 'Chain',
    source: 'chain.attn',
    hyperparameters: { words: 5, characters: 3, hidden: 4 },
    ragged: [
      { label: 'source', mayBeEmpty: false },
      { label: 'target', mayBeEmpty: false },
    ],
    sizes: (dims) => ({ ...dims }),
    parameters: (n) => {
      const axis = (label: string, size = n[label]!) => ({ label, size });
      const init = { kind: 'normal', deviation: 1.2 } as const;
      return [
        { path: 'table', axes: [axis('words'), axis('hidden')], outs: 1, init },
        { path: 'A', axes: [axis('hidden'), axis('from', n.hidden!)], outs: 1, init: { kind: 'orthogonal' } },
        { path: 'E', axes: [axis('characters', n.characters! + 1), axis('hidden')], outs: 1, init },
        { path: 'O', axes: [axis('characters'), axis('hidden')], outs: 1, init },
      ];
    },
    inputs: (n) => [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words! } },
    ],
    outputs: { previous: { elem: 'int', axes: [{ label: 'target', dim: 'target' }] } },
    forward: (_p, batch) => ({ previous: tf.clone(batch.inputs.y!) }),
    objectives: [],
    decoder: {
      name: 'Write',
      axis: 'target',
      output: 'y',
      vocabulary: (n) => n.characters!,
      start: 3,
      end: options.end === undefined ? 0 : options.end,
      prepare: (p, batch) =>
        tf.tidy(() => ({
          memory: { present: present(batch) },
          state: { s: tf.expandDims(tf.matMul(counts(batch, present(batch)), p.table as tf.Tensor2D), 1) },
        })),
      step: (p, batch, memory, state, previous) =>
        tf.tidy(() => {
          const [size, beam] = previous.shape;
          const hidden = batch.n.hidden!;
          const flat = tf.reshape(state.s as tf.Tensor, [size * beam, hidden]) as tf.Tensor2D;
          const given = tf.gather(p.E as tf.Tensor, tf.reshape(previous, [-1]));
          const next = tf.tanh(tf.add(tf.matMul(flat, p.A as tf.Tensor2D, false, true), given)) as tf.Tensor2D;
          const logits = tf.reshape(tf.matMul(next, p.O as tf.Tensor2D, false, true), [size, beam, -1]) as tf.Tensor3D;
          const s = tf.reshape(next, [size, beam, hidden]);
          const first = tf.slice(s, [0, 0, 0], [size, beam, 1]);
          const places = tf.range(1, batch.n.source! + 1);
          const mask = tf.expandDims(memory.present as tf.Tensor, 1);
          const weights = tf.add(tf.mul(tf.mul(first, places), mask), tf.mul(tf.sub(1, mask), 1e6));
          return { logits, state: { s }, taps: { weights } };
        }),
      taps: { weights: ['source'] },
      rank: options.rank ?? ((logp) => logp),
      atMost: (_n, lengths) => lengths.source! + 2,
    },
  };
}

/**
 * logits = -O (E[y0] + … + E[yt]) / (t + 1), so that nothing is written for ever: with the embeddings of all positions before
 * as rows, or with their sum alone.
 * `fails`: at which position the step throws, with half of its work done.
 */
export function recall(state: 'rows' | 'sum', fails = Infinity): Definition {
  const axis = (label: string, size: number) => ({ label, size });
  return {
    ...chain({ end: null }),
    name: 'Recall',
    parameters: (n) => [
      {
        path: 'E',
        axes: [axis('characters', n.characters! + 1), axis('hidden', n.hidden!)],
        outs: 1,
        init: { kind: 'normal', deviation: 1.2 },
      },
      {
        path: 'O',
        axes: [axis('characters', n.characters!), axis('hidden', n.hidden!)],
        outs: 1,
        init: { kind: 'normal', deviation: 1.2 },
      },
    ],
    decoder: {
      ...chain({ end: null }).decoder!,
      prepare: (_p, batch) => ({
        memory: {},
        state: { past: state === 'rows' ? emptyCache() : tf.zeros([batch.n.batch!, 1, batch.n.hidden!]) },
      }),
      step: (p, batch, _memory, { past }, previous, t) => {
        const [size, beam] = previous.shape;
        const given = tf.tidy(() => tf.reshape(tf.gather(p.E as tf.Tensor, tf.reshape(previous, [-1])), [size, beam, batch.n.hidden!]));
        const next = past instanceof Cache ? appendToCache(past, given, 2) : tf.add(past as tf.Tensor, given);
        const all = next instanceof Cache ? cached(next, 2) : next;
        if (t === fails) throw new Error('a kernel failed');
        const logits = tf.tidy(() => {
          const sum = next instanceof Cache ? tf.sum(all, 2) : all;
          return tf.reshape(tf.matMul(tf.reshape(tf.div(sum, -(t + 1)), [size * beam, -1]), p.O as tf.Tensor2D, false, true), [
            size,
            beam,
            -1,
          ]) as tf.Tensor3D;
        });
        given.dispose();
        if (next instanceof Cache) all.dispose();
        return { logits, state: { past: next }, taps: {} };
      },
      taps: {},
    },
  };
}

export interface TallyInput {
  readonly keys: Floats;
  /** [time, source] */
  readonly marks: readonly Floats[];
  /** [time] */
  readonly label: Ints;
}
export interface TallyPlace {
  readonly marks: Floats;
  readonly label: number;
}

/** seen[time, source] = keys + the sum of marks so far; before = the label of the position before, 9 at first. */
export function tally(options: { time?: number; most?: number; fails?: 'prepare' | 'step' } = {}): Definition {
  const time = options.time === undefined ? { label: 'time', dim: 'time' } : { label: 'time', size: options.time };
  const source = { label: 'source', dim: 'source' };
  const most = options.most ?? Infinity;
  return {
    name: 'Tally',
    source: 'tally.attn',
    hyperparameters: options.time === undefined ? {} : { time: options.time },
    ragged: [
      { label: 'time', mayBeEmpty: false },
      { label: 'source', mayBeEmpty: false },
    ],
    requirements: [
      { dims: ['time'], fails: (n) => (n.time! > most ? `\`time\` (${n.time}) must be at most ${most}` : null) },
      { dims: ['time'], fails: (n) => (n.time! % 2 === 0 ? null : '2 must divide `time`') },
    ],
    sizes: (dims) => ({ ...dims }),
    parameters: () => [],
    inputs: () => [
      { name: 'keys', elem: 'float', axes: [source], indexes: null },
      { name: 'marks', elem: 'float', axes: [time, source], indexes: null },
      { name: 'label', elem: 'index', axes: [time], indexes: { label: 'labels', size: 10 } },
    ],
    outputs: {
      seen: {
        elem: 'float',
        axes: [
          { label: 'time', dim: 'time' },
          { label: 'source', dim: 'source' },
        ],
      },
      before: { elem: 'int', axes: [{ label: 'time', dim: 'time' }] },
    },
    forward: (_p, { n, inputs }) =>
      tf.tidy(() => ({
        seen: tf.add(tf.cumsum(inputs.marks!, 1), tf.expandDims(inputs.keys!, 1)),
        before: tf.concat([tf.fill([n.batch!, 1], 9, 'int32'), tf.slice(inputs.label!, [0, 0], [-1, inputs.label!.shape[1]! - 1])], 1),
      })),
    objectives: [],
    decoder: null,
    stream: {
      axis: 'time',
      inputs: ['marks', 'label'],
      outputs: { seen: ['source'], before: [] },
      prepare: (_p, { inputs }) => {
        const base = tf.neg(inputs.keys!);
        if (options.fails === 'prepare') throw new Error('a kernel failed');
        return { memory: { base }, state: { marks: emptyCache(), labels: emptyCache() } };
      },
      step: (_p, { n }, memory, { marks, labels }, inputs, t) => {
        const nextMarks = appendToCache(marks as Cache, inputs.marks!, 1);
        if (options.fails === 'step' && t === 2) throw new Error('a kernel failed');
        const before = t === 0 ? tf.fill([n.batch!], 9, 'int32') : cachedAt(labels as Cache, 1, t - 1);
        const nextLabels = appendToCache(labels as Cache, inputs.label!, 1, 2);
        const seen = tf.tidy(() => tf.sub(tf.sum(cached(nextMarks, 1), 1), memory.base as tf.Tensor));
        return { outputs: { seen, before }, state: { marks: nextMarks, labels: nextLabels } };
      },
    },
  };
}

/** Tensors on the device, the model's first values among them, which are drawn when they are first read. */
export function liveTensors({ weights }: { readonly weights: Weights }): number {
  void weights.tensors;
  return tf.memory().numTensors;
}
