/** models/ntm/model.attn, one head of each kind: all that the controller says as one product, the memory's norm once for both heads. */
import * as tf from '@tensorflow/tfjs-core';
import type { Open } from './model.ts';

/** What a head is told, [batch, …]. */
interface Told {
  readonly key: tf.Tensor;
  readonly strength: tf.Tensor;
  readonly gate: tf.Tensor;
  readonly ways: tf.Tensor;
  readonly power: tf.Tensor;
}

const HEAD = ['content.Linear', 'content.Linear#2', 'g.Linear', 'moved.Linear', 'Linear'];
const SHIFTS = 3;

/** One over the norm, along the last axis, which stays. */
const inverseNorm = (x: tf.Tensor): tf.Tensor => tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-16));

/** Every slot's neighbour: each way. */
function rolled(w: tf.Tensor, by: 1 | -1): tf.Tensor {
  const [batch, slots] = w.shape as [number, number];
  const at = by === 1 ? slots - 1 : 1;
  return tf.concat([tf.slice(w, [0, at], [batch, slots - at]), tf.slice(w, [0, 0], [batch, at])], 1);
}

function address(M: tf.Tensor, inverse: tf.Tensor, told: Told, w: tf.Tensor): tf.Tensor {
  const [batch, slots] = M.shape as [number, number];
  const key = tf.mul(told.key, inverseNorm(told.key));
  const alike = tf.mul(tf.reshape(tf.matMul(M, tf.reshape(key, [batch, -1, 1])), [batch, slots]), tf.reshape(inverse, [batch, slots]));
  const content = tf.softmax(tf.mul(told.strength, alike));
  const gated = tf.add(w, tf.mul(told.gate, tf.sub(content, w)));
  const [back, stay, on] = tf.split(told.ways, SHIFTS, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const moved = tf.addN([tf.mul(back, rolled(gated, -1)), tf.mul(stay, gated), tf.mul(on, rolled(gated, 1))]);
  return tf.softmax(tf.mul(told.power, tf.log(tf.add(moved, 1e-36))));
}

export const open: Open = (parameters, { batch, time, slots, width, hidden }) => {
  const first = { r: parameters.vector('r0'), read: parameters.vector('a0'), write: parameters.vector('b0') };
  const controller = { W: parameters.map('run.o.Linear.W'), b: parameters.vector('run.o.Linear.b') };
  const said = [...['ww', 'wr'].flatMap((head) => HEAD.map((name) => `run.${head}.Address.${name}`)), 'run.erase.Linear', 'run.add.Linear'];
  const told = {
    W: parameters.variable(
      tf.tidy(() =>
        tf.concat(
          said.map((name) => tf.transpose(tf.reshape(parameters.read(`${name}.W`), [-1, hidden!]))),
          1,
        ),
      ),
    ),
    b: parameters.vectors(said.map((name) => `${name}.b`)),
  };
  const out = { W: parameters.map('run.logits.Linear.W'), b: parameters.vector('run.logits.Linear.b') };
  const parts = [width!, 1, 1, SHIFTS, 1];

  const headOf = ([key, strength, gate, ways, power]: readonly tf.Tensor[]): Told => ({
    key: tf.tanh(key!),
    strength: tf.softplus(strength!),
    gate: tf.sigmoid(gate!),
    ways: tf.softmax(ways!),
    power: tf.add(1, tf.softplus(power!)),
  });
  const spread = (start: tf.Tensor): tf.Tensor =>
    tf.tile(tf.softmax(tf.sub(tf.reshape(start, [1, slots!]), tf.mul(tf.range(0, slots!), 2))), [batch!, 1]);

  return {
    loss: ({ x, target }) => {
      const xs = tf.unstack(x!, 1);
      let M: tf.Tensor = tf.fill([batch!, slots!, width!], 1e-6);
      let inverse = inverseNorm(M);
      let r: tf.Tensor = tf.tile(tf.tanh(first.r), [batch!, 1]);
      let [reading, writing] = [spread(first.read), spread(first.write)];
      const answers: tf.Tensor[] = [];
      for (let t = 0; t < time!; t++) {
        const o = tf.tanh(tf.fused.matMul({ a: tf.concat([xs[t]!, r], 1), b: controller.W, bias: controller.b }));
        const all = tf.split(tf.fused.matMul({ a: o, b: told.W, bias: told.b }), [...parts, ...parts, width!, width!], 1);
        const [erase, add] = [tf.sigmoid(all[10]!), tf.tanh(all[11]!)];
        writing = address(M, inverse, headOf(all.slice(0, 5)), writing);
        const w = tf.reshape(writing, [batch!, slots!, 1]);
        const kept = tf.sub(1, tf.mul(w, tf.reshape(erase, [batch!, 1, width!])));
        M = tf.add(tf.mul(M, kept), tf.mul(w, tf.reshape(add, [batch!, 1, width!])));
        inverse = inverseNorm(M);
        reading = address(M, inverse, headOf(all.slice(5, 10)), reading);
        r = tf.reshape(tf.matMul(tf.reshape(reading, [batch!, 1, slots!]), M), [batch!, width!]);
        answers.push(tf.concat([o, r], 1));
      }
      const logits = tf.fused.matMul({ a: tf.reshape(tf.stack(answers, 1), [batch! * time!, -1]), b: out.W, bias: out.b });
      const wanted = tf.reshape(target!, logits.shape);
      return tf.mean(tf.sub(tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))), tf.mul(logits, wanted)));
    },
  };
};
