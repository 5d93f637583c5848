/** models/gpt/model.attn: q, k and v as one product; for decoding, the keys and values so far. */
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, fromHeads, layerNorm, rowsOf, shifted, toHeads, type Open, type Parameters } from './model.ts';

type Cache = { readonly keys: tf.Tensor; readonly values: tf.Tensor };

const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));

class Layer {
  private readonly heads: number;
  private readonly norms: readonly { readonly gain: tf.Variable; readonly bias: tf.Variable }[];
  private readonly Wqkv: tf.Variable;
  private readonly Wo: tf.Variable;
  private readonly up: { readonly W: tf.Variable; readonly b: tf.Variable };
  private readonly down: { readonly W: tf.Variable; readonly b: tf.Variable };

  constructor(parameters: Parameters, path: string, heads: number) {
    const linear = (name: string) => ({
      W: parameters.map(`${path}.Network.${name}.W`),
      b: parameters.vector(`${path}.Network.${name}.b`),
    });
    this.heads = heads;
    this.norms = ['n.LayerNorm', 'LayerNorm'].map((name) => ({
      gain: parameters.vector(`${path}.${name}.gain`),
      bias: parameters.vector(`${path}.${name}.bias`),
    }));
    this.Wqkv = parameters.maps(
      ['Wq', 'Wk', 'Wv'].map((name) => `${path}.seen.MultiHead.${name}`),
      2,
    );
    this.Wo = parameters.map(`${path}.seen.MultiHead.Wo`);
    this.up = linear('Linear');
    this.down = linear('Linear#2');
  }

  /** All positions at once. */
  all(x: tf.Tensor, batch: number, ahead: tf.Tensor): tf.Tensor {
    const [q, k, v] = this.project(x, batch);
    const weights = tf.softmax(tf.add(tf.matMul(q, k, false, true), ahead));
    return this.rest(x, tf.matMul(weights, v));
  }

  /** The newest position of each hypothesis. */
  step(x: tf.Tensor, cache: Cache | undefined): { readonly x: tf.Tensor; readonly cache: Cache } {
    const [q, k, v] = this.project(x, x.shape[0]!);
    const keys = cache === undefined ? k : tf.concat([cache.keys, k], 2);
    const values = cache === undefined ? v : tf.concat([cache.values, v], 2);
    const read = tf.matMul(tf.softmax(tf.matMul(q, keys, false, true)), values);
    return { x: this.rest(x, read), cache: { keys, values } };
  }

  private project(x: tf.Tensor, batch: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
    const { gain, bias } = this.norms[0]!;
    const parts = tf.split(tf.matMul(layerNorm(x, gain, bias), this.Wqkv), 3, 1);
    const [q, k, v] = parts.map((part) => toHeads(part, batch, this.heads)) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return [tf.mul(q, 1 / Math.sqrt(q.shape.at(-1)!)), k, v];
  }

  private rest(x: tf.Tensor, read: tf.Tensor): tf.Tensor {
    const { gain, bias } = this.norms[1]!;
    const seen = tf.add(x, tf.matMul(fromHeads(read), this.Wo));
    const inner = gelu(tf.fused.matMul({ a: layerNorm(seen, gain, bias), b: this.up.W, bias: this.up.b }));
    return tf.add(seen, tf.fused.matMul({ a: inner, b: this.down.W, bias: this.down.b }));
  }
}

export const open: Open = (parameters, sizes) => {
  const [batch, places, model] = [sizes.batch!, sizes.places!, sizes.model!];
  const table = parameters.vector('Continue.table');
  const positions = parameters.vector('Continue.learned_places');
  const layers = Array.from({ length: sizes.layers! }, (_, k) => new Layer(parameters, `Continue.repeat[${k}].x.Layer`, sizes.heads!));
  const gain = parameters.vector('Continue.logits.LayerNorm.gain');
  const bias = parameters.vector('Continue.logits.LayerNorm.bias');
  const logitsOf = (x: tf.Tensor): tf.Tensor => tf.matMul(layerNorm(x, gain, bias), table, false, true);
  const ahead = tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([places, places]), -1, 0)), -1e9));

  const step = (ids: tf.Tensor, t: number, caches: readonly Cache[]): { readonly logp: tf.Tensor; readonly caches: Cache[] } => {
    let x: tf.Tensor = tf.add(tf.gather(table, ids), tf.slice(positions, [t, 0], [1, model]));
    const next = layers.map((layer, k) => {
      const made = layer.step(x, caches[k]);
      x = made.x;
      return made.cache;
    });
    return { logp: tf.logSoftmax(logitsOf(x)), caches: next };
  };

  const loss = ({ y }: Readonly<Record<string, tf.Tensor>>): tf.Scalar => {
    let x = tf.reshape(tf.add(rowsOf(table, shifted(y!, 0)), positions), [batch * places, model]);
    for (const layer of layers) x = layer.all(x, batch, ahead);
    return crossEntropy(logitsOf(x), y!);
  };

  return { loss, generate: (width) => search(step, places, width) };
};

type Step = (ids: tf.Tensor, t: number, caches: readonly Cache[]) => { readonly logp: tf.Tensor; readonly caches: Cache[] };

/** The best hypotheses of each length; a width of 1 is greedy search. What is chosen stays on the device until the end. */
async function search(step: Step, places: number, width: number): Promise<number> {
  let state: { ids: tf.Tensor; scores: tf.Tensor; caches: Cache[]; chosen: tf.Tensor[] } = {
    ids: tf.zeros([1], 'int32'),
    scores: tf.zeros([1, 1]),
    caches: [],
    chosen: [],
  };
  for (let t = 0; t < places; t++) {
    const next = tf.tidy(() => {
      const { logp, caches } = step(state.ids, t, state.caches);
      if (width === 1) {
        const ids = tf.argMax(logp, 1);
        return { ids, scores: tf.add(state.scores, tf.max(logp, 1, true)), caches, parents: undefined };
      }
      const { values, indices } = tf.topk(tf.reshape(tf.add(logp, state.scores), [-1]), width);
      const vocabulary = logp.shape[1]!;
      const parents = tf.cast(tf.floorDiv(indices, tf.scalar(vocabulary, 'int32')), 'int32');
      const ids = tf.sub(indices, tf.mul(parents, tf.scalar(vocabulary, 'int32')));
      const ordered = caches.map(({ keys, values: own }) => ({ keys: tf.gather(keys, parents), values: tf.gather(own, parents) }));
      return { ids, scores: tf.reshape(values, [width, 1]), caches: ordered, parents };
    });
    tf.dispose([state.scores, ...state.caches.flatMap(({ keys, values }) => [keys, values])]);
    state = { ...next, chosen: [...state.chosen, state.ids, ...(next.parents === undefined ? [] : [next.parents])] };
  }
  // A caller wants the text, not the score alone.
  const text = tf.tidy(() => tf.concat([...state.chosen.map((each) => tf.cast(each, 'int32')), tf.cast(state.ids, 'int32')]));
  const [scores] = await Promise.all([state.scores.data(), text.data()]);
  tf.dispose([text, state.ids, state.scores, ...state.chosen, ...state.caches.flatMap(({ keys, values }) => [keys, values])]);
  return Math.max(...scores);
}
