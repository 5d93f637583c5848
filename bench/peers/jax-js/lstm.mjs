/** bench/work/lstm.attn: all gates as one product, the loop written out, since jax-js has no scan. */
import { nn, numpy as np } from '@jax-js/jax';
import { maps, vectors } from './shared.mjs';

const GATES = ['i', 'f', 'o', 'g'];

export function open(read, { batch, time, input, hidden }) {
  const of = (what) => GATES.map((gate) => `scan.h_c.LSTM.${what}${gate}`);
  const parameters = { W: maps(read, of('W')), U: maps(read, of('U')), b: vectors(read, of('b')) };
  const loss = ({ W, U, b }, { x, target }) => {
    const xs = np.transpose(x, [1, 0, 2]).reshape([time * batch, input]);
    const ofX = np.unstack(
      np
        .matmul(xs, W)
        .add(b)
        .reshape([time, batch, 4 * hidden]),
      0,
    );
    let [h, c] = [np.zeros([batch, hidden]), np.zeros([batch, hidden])];
    const hs = [];
    for (const gates of ofX) {
      const [open, fresh] = np.split(gates.add(np.matmul(h, U.ref)), [3 * hidden], 1);
      const [i, f, o] = np.split(nn.sigmoid(open), 3, 1);
      c = f.mul(c).add(i.mul(np.tanh(fresh)));
      h = o.mul(np.tanh(c.ref));
      hs.push(h.ref);
    }
    for (const left of [h, c, U]) left.dispose();
    return np.mean(np.square(np.stack(hs, 1).sub(target)));
  };
  return { parameters, loss };
}
