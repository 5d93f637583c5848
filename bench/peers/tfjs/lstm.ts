/** bench/work/lstm.attn: all gates as one product. */
import * as tf from '@tensorflow/tfjs-core';
import type { Open } from './model.ts';

const GATES = ['i', 'f', 'o', 'g'];

export const open: Open = (parameters, { batch, time, input, hidden }) => {
  const of = (what: string): string[] => GATES.map((gate) => `scan.h_c.LSTM.${what}${gate}`);
  const W = parameters.maps(of('W'));
  const U = parameters.maps(of('U'));
  const b = parameters.vectors(of('b')) as tf.Tensor as tf.Tensor1D;
  /** For each step what the gates get of x and h. */
  const stepper = (x: tf.Tensor): ((t: number, h: tf.Tensor2D) => tf.Tensor2D) => {
    const xs = tf.transpose(x, [1, 0, 2]);
    if (tf.getBackend() === 'wasm') {
      // A slice costs as much as its source there, so x and h go through one product at each step.
      const both = tf.concat([W, U]) as tf.Tensor2D;
      const rows = tf.unstack(xs) as tf.Tensor2D[];
      return (t, h) => tf.fused.matMul({ a: tf.concat([rows[t]!, h], 1), b: both, bias: b }) as tf.Tensor2D;
    }
    const all = tf.fused.matMul({ a: tf.reshape(xs, [-1, input!]) as tf.Tensor2D, b: W as tf.Tensor as tf.Tensor2D, bias: b });
    const rows = tf.unstack(tf.reshape(all, [time!, batch!, 4 * hidden!]));
    return (t, h) => tf.add(rows[t]!, tf.matMul(h, U)) as tf.Tensor2D;
  };
  return {
    loss: ({ x, target }) => {
      const gates = stepper(x!);
      let h = tf.zeros([batch!, hidden!]) as tf.Tensor2D;
      let c: tf.Tensor = tf.zeros([batch!, hidden!]);
      const hs: tf.Tensor[] = [];
      for (let t = 0; t < time!; t++) {
        const [open, fresh] = tf.split(gates(t, h), [3 * hidden!, hidden!], 1) as [tf.Tensor, tf.Tensor];
        const [i, f, o] = tf.split(tf.sigmoid(open), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
        c = tf.add(tf.mul(f, c), tf.mul(i, tf.tanh(fresh)));
        h = tf.mul(o, tf.tanh(c)) as tf.Tensor2D;
        hs.push(h);
      }
      return tf.mean(tf.squaredDifference(tf.stack(hs, 1), target!));
    },
  };
};
