/** models/gpt/model.attn. */
import { nn, numpy as np } from '@jax-js/jax';
import { attention, layerNorm, maps } from './shared.mjs';

export function open(read, { batch, places, vocab, model, heads, layers }) {
  const parameters = {
    table: read('Continue.table'),
    positions: read('Continue.learned_places'),
    gain: read('Continue.logits.LayerNorm.gain'),
    bias: read('Continue.logits.LayerNorm.bias'),
  };
  for (let k = 0; k < layers; k++) {
    const path = `Continue.repeat[${k}].x.Layer`;
    Object.assign(parameters, {
      [`gain1.${k}`]: read(`${path}.n.LayerNorm.gain`),
      [`bias1.${k}`]: read(`${path}.n.LayerNorm.bias`),
      [`qkv.${k}`]: maps(
        read,
        ['Wq', 'Wk', 'Wv'].map((name) => `${path}.seen.MultiHead.${name}`),
        2,
      ),
      [`out.${k}`]: maps(read, [`${path}.seen.MultiHead.Wo`]),
      [`gain2.${k}`]: read(`${path}.LayerNorm.gain`),
      [`bias2.${k}`]: read(`${path}.LayerNorm.bias`),
      [`up.${k}`]: maps(read, [`${path}.Network.Linear.W`]),
      [`b1.${k}`]: read(`${path}.Network.Linear.b`),
      [`down.${k}`]: maps(read, [`${path}.Network.Linear#2.W`]),
      [`b2.${k}`]: read(`${path}.Network.Linear#2.b`),
    });
  }
  const loss = (p, { y }) => {
    const previous = np.concatenate([np.zeros([batch, 1], { dtype: np.int32 }), y.ref.slice([], [0, places - 1])], 1);
    const embedded = np.matmul(nn.oneHot(previous.reshape([batch * places]), vocab), p.table.ref);
    let x = embedded
      .reshape([batch, places, model])
      .add(p.positions)
      .reshape([batch * places, model]);
    for (let k = 0; k < layers; k++) {
      const norm = layerNorm(x.ref, p[`gain1.${k}`], p[`bias1.${k}`]);
      const seen = x.add(np.matmul(attention(np.matmul(norm, p[`qkv.${k}`]), batch, heads, true), p[`out.${k}`]));
      const inner = np.matmul(layerNorm(seen.ref, p[`gain2.${k}`], p[`bias2.${k}`]), p[`up.${k}`]).add(p[`b1.${k}`]);
      x = seen.add(np.matmul(nn.gelu(inner, { approximate: false }), p[`down.${k}`]).add(p[`b2.${k}`]));
    }
    const logits = np.matmul(layerNorm(x, p.gain, p.bias), np.transpose(p.table));
    const chosen = nn.oneHot(y.reshape([batch * places]), vocab);
    return np.mean(np.sum(chosen.mul(nn.logSoftmax(logits, -1)), 1)).mul(-1);
  };
  return { parameters, loss };
}
