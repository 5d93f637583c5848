/** bench/work/encoder.attn: q, k and v as one product, biases and the rectifier with theirs. */
import * as tf from '@tensorflow/tfjs-core';
import { fromHeads, layerNorm, toHeads, type Open } from './model.ts';

export const open: Open = (parameters, { batch, places, model, heads }) => {
  const at = (name: string): string => `EncoderLayer.${name}`;
  const self = at('seen.SelfSublayer');
  const Wqkv = parameters.maps(
    ['Wq', 'Wk', 'Wv'].map((name) => `${self}.MultiHead.${name}`),
    2,
  );
  const Wo = parameters.map(`${self}.MultiHead.Wo`);
  const [gain1, bias1] = [parameters.vector(`${self}.LayerNorm.gain`), parameters.vector(`${self}.LayerNorm.bias`)];
  const forward = at('ForwardSublayer');
  const up = { W: parameters.map(`${forward}.FeedForward.Linear.W`), b: parameters.vector(`${forward}.FeedForward.Linear.b`) };
  const down = { W: parameters.map(`${forward}.FeedForward.Linear#2.W`), b: parameters.vector(`${forward}.FeedForward.Linear#2.b`) };
  const [gain2, bias2] = [parameters.vector(`${forward}.LayerNorm.gain`), parameters.vector(`${forward}.LayerNorm.bias`)];
  const scale = Math.sqrt(heads! / model!);
  return {
    loss: ({ x, target }) => {
      const flat = tf.reshape(x!, [batch! * places!, model!]);
      const [q, k, v] = tf.split(tf.matMul(flat, Wqkv), 3, 1).map((part) => toHeads(part, batch!, heads!));
      const weights = tf.softmax(tf.matMul(tf.mul(q!, scale), k!, false, true));
      const seen = layerNorm(tf.add(flat, tf.matMul(fromHeads(tf.matMul(weights, v!)), Wo)), gain1, bias1);
      const inner = tf.fused.matMul({ a: seen, b: up.W, bias: up.b, activation: 'relu' });
      const y = layerNorm(tf.add(seen, tf.fused.matMul({ a: inner, b: down.W, bias: down.b })), gain2, bias2);
      return tf.mean(tf.squaredDifference(y, tf.reshape(target!, y.shape)));
    },
  };
};
