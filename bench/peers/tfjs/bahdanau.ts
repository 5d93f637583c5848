/** models/bahdanau/model.attn: gates as one product, keys before the loop, the readout of all positions behind it. */
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, rowsOf, shifted, type Open, type Parameters } from './model.ts';

/** Cho et al. 2014, with r before the map. */
class Gru {
  private readonly hidden: number;
  private readonly U: tf.Variable;
  private readonly Uzr: tf.Variable;
  private readonly b: tf.Variable;
  private readonly W: tf.Variable;

  constructor(parameters: Parameters, path: string, hidden: number) {
    this.hidden = hidden;
    this.W = parameters.maps([`${path}.Wz`, `${path}.Wr`, `${path}.W`]);
    this.Uzr = parameters.maps([`${path}.Uz`, `${path}.Ur`]);
    this.U = parameters.map(`${path}.U`);
    this.b = parameters.vectors([`${path}.bz`, `${path}.br`, `${path}.b`]);
  }

  /** The rows of W that a part of the input meets. */
  part(from: number, count: number): tf.Tensor {
    return tf.slice(this.W, [from, 0], [count, 3 * this.hidden]);
  }

  /**
   * What the gates get of every step of [time, batch, input], by step. A slice costs as much as its source on `wasm`: there it is
   * one product for each.
   */
  ofInputs(xs: tf.Tensor, W: tf.Tensor = this.W): tf.Tensor[] {
    const [time, batch, input] = xs.shape as [number, number, number];
    if (tf.getBackend() === 'wasm') return tf.unstack(xs).map((x) => tf.fused.matMul({ a: x, b: W, bias: this.b }));
    const all = tf.fused.matMul({ a: tf.reshape(xs, [time * batch, input]), b: W, bias: this.b });
    return tf.unstack(tf.reshape(all, [time, batch, 3 * this.hidden]));
  }

  step(gates: tf.Tensor, h: tf.Tensor): tf.Tensor {
    const [open, fresh] = tf.split(gates, [2 * this.hidden, this.hidden], 1) as [tf.Tensor, tf.Tensor];
    const [z, r] = tf.split(tf.sigmoid(tf.add(open, tf.matMul(h, this.Uzr))), 2, 1) as [tf.Tensor, tf.Tensor];
    const next = tf.tanh(tf.add(fresh, tf.matMul(tf.mul(r, h), this.U)));
    return tf.add(h, tf.mul(z, tf.sub(next, h)));
  }
}

export const open: Open = (parameters, sizes) => {
  const [batch, source, target] = [sizes.batch!, sizes.source!, sizes.longest!];
  const { hidden, units, embed, align, maxout } = sizes as Record<string, number>;
  const words = parameters.vector('read.Annotate.table');
  const forward = new Gru(parameters, 'read.Annotate.forward.h.GRU', hidden!);
  const backward = new Gru(parameters, 'read.Annotate.backward.h.GRU', hidden!);
  const characters = parameters.vector('Translate.table');
  const W0 = parameters.map('Translate.W0');
  const scored = 'Translate.context.Scored.Additive';
  const [W, U] = [parameters.map(`${scored}.W`), parameters.map(`${scored}.U`)];
  const v = parameters.variable(tf.tidy(() => tf.reshape(parameters.read(`${scored}.v`), [-1, 1])));
  const cell = new Gru(parameters, 'Translate.s.GRU', units!);
  const readout = 'Translate.logits.Readout';
  const pieces = parameters.inputs(
    ['U', 'V', 'C'].map((name) => `${readout}.${name}`),
    2,
  );
  const out = parameters.map(`${readout}.W`);

  const annotate = (tokens: tf.Tensor): { readonly annotations: tf.Tensor; readonly first: tf.Tensor } => {
    const xs = rowsOf(words, tf.transpose(tokens));
    const run = (gru: Gru, order: readonly number[]): tf.Tensor[] => {
      const inputs = gru.ofInputs(xs);
      const states: tf.Tensor[] = [];
      let h: tf.Tensor = tf.zeros([batch, hidden!]);
      for (const t of order) states[t] = h = gru.step(inputs[t]!, h);
      return states;
    };
    const places = Array.from({ length: source }, (_, t) => t);
    const [ahead, back] = [run(forward, places), run(backward, places.toReversed())];
    return { annotations: tf.concat([tf.stack(ahead, 1), tf.stack(back, 1)], 2), first: back[0]! };
  };

  return {
    loss: ({ tokens, y }) => {
      const { annotations, first } = annotate(tokens!);
      const keys = tf.reshape(tf.matMul(tf.reshape(annotations, [batch * source, 2 * hidden!]), U), [batch, source, align!]);
      const es = rowsOf(characters, tf.transpose(shifted(y!, 1)));
      const ofE = cell.ofInputs(es, cell.part(0, embed!));
      const Wc = cell.part(embed!, 2 * hidden!);
      let s: tf.Tensor = tf.tanh(tf.matMul(first, W0));
      const [states, contexts]: [tf.Tensor[], tf.Tensor[]] = [[], []];
      for (let t = 0; t < target; t++) {
        const query = tf.reshape(tf.matMul(s, W), [batch, 1, align!]);
        const score = tf.matMul(tf.reshape(tf.tanh(tf.add(query, keys)), [batch * source, align!]), v);
        const weights = tf.softmax(tf.reshape(score, [batch, 1, source]));
        const context = tf.reshape(tf.matMul(weights, annotations), [batch, 2 * hidden!]);
        states.push(s);
        contexts.push(context);
        s = cell.step(tf.add(ofE[t]!, tf.matMul(context, Wc)), s);
      }
      const seen = tf.concat([tf.stack(states), es, tf.stack(contexts)], 2);
      const parts = tf.matMul(tf.reshape(seen, [target * batch, -1]), pieces);
      const logits = tf.matMul(tf.max(tf.reshape(parts, [-1, maxout!, 2]), 2), out);
      return crossEntropy(logits, tf.transpose(y!));
    },
  };
};
