/** bench/work/encoder.attn. */
import { nn, numpy as np } from '@jax-js/jax';
import { attention, layerNorm, maps } from './shared.mjs';

export function open(read, { batch, places, model, heads }) {
  const self = 'EncoderLayer.seen.SelfSublayer';
  const forward = 'EncoderLayer.ForwardSublayer';
  const parameters = {
    qkv: maps(
      read,
      ['Wq', 'Wk', 'Wv'].map((name) => `${self}.MultiHead.${name}`),
      2,
    ),
    out: maps(read, [`${self}.MultiHead.Wo`]),
    gain1: read(`${self}.LayerNorm.gain`),
    bias1: read(`${self}.LayerNorm.bias`),
    up: maps(read, [`${forward}.FeedForward.Linear.W`]),
    b1: read(`${forward}.FeedForward.Linear.b`),
    down: maps(read, [`${forward}.FeedForward.Linear#2.W`]),
    b2: read(`${forward}.FeedForward.Linear#2.b`),
    gain2: read(`${forward}.LayerNorm.gain`),
    bias2: read(`${forward}.LayerNorm.bias`),
  };
  const loss = (p, { x, target }) => {
    const flat = x.reshape([batch * places, model]);
    const read = np.matmul(attention(np.matmul(flat.ref, p.qkv), batch, heads, false), p.out);
    const seen = layerNorm(flat.add(read), p.gain1, p.bias1);
    const inner = nn.relu(np.matmul(seen.ref, p.up).add(p.b1));
    const y = layerNorm(seen.add(np.matmul(inner, p.down).add(p.b2)), p.gain2, p.bias2);
    return np.mean(np.square(y.sub(target.reshape([batch * places, model]))));
  };
  return { parameters, loss };
}
