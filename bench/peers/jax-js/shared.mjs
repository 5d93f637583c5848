/** Parameters out of attnc's file, and what the models share. */
import { nn, numpy as np } from '@jax-js/jax';

/** Maps of the same input, side by side: [in, out + out + …]. */
export function maps(read, names, outs = 1) {
  return np.concatenate(
    names.map((name) => {
      const map = read(name);
      const out = map.shape.slice(0, outs).reduce((a, b) => a * b, 1);
      return np.transpose(map.reshape([out, -1]));
    }),
    1,
  );
}

export const vectors = (read, names) => np.concatenate(names.map(read), 0);

export const layerNorm = (x, gain, bias) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(gain).add(bias);

/**
 * Attention of all places to all, or to those before; `qkv` is [batch × place, 3 × model]. Written out: the library's own wants
 * iterator helpers, which Node 20 lacks.
 */
export function attention(qkv, batch, heads, isCausal) {
  const [rows, all] = qkv.shape;
  const [places, model] = [rows / batch, all / 3];
  const [q, k, v] = np.split(qkv, 3, 1).map((part) => np.transpose(part.reshape([batch, places, heads, model / heads]), [0, 2, 1, 3]));
  const scores = np.matmul(q.mul(Math.sqrt(heads / model)), np.matrixTranspose(k));
  const seen = isCausal ? np.where(np.tril(np.ones([places, places], { dtype: np.bool })), scores, -1e9) : scores;
  return np.transpose(np.matmul(nn.softmax(seen, -1), v), [0, 2, 1, 3]).reshape([rows, model]);
}
