/** jax-js on WebAssembly: each kind of work as one `jit`. An array is used up where it is passed on, unless by its `ref`. */
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { rowNamed } from '../../suite/rows.ts';
import { readTensors, serve } from '../../suite/serve.ts';
import { open as encoder } from './encoder.mjs';
import { open as gpt } from './gpt.mjs';
import { open as lstm } from './lstm.mjs';

const MODELS = { encoder, lstm, gpt };

// As a bundle this lies in bench/peers/out.
const manifest = new URL('../node_modules/@jax-js/jax/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));

const scalar = (value) => np.array([value]).reshape([]);

await serve(async ({ row, sizes, tensors: file, adam }) => {
  await init('wasm');
  defaultDevice('wasm');
  const tensors = readTensors(file);
  const read = (name) => np.array(tensors.get(name).data, { shape: [...tensors.get(name).shape] });
  const { parameters, loss } = MODELS[row](read, sizes);
  const { inputs } = rowNamed(row);
  const toDevice = () =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { kind }]) => {
        const { data, shape } = tensors.get(`input:${name}`);
        return [name, kind === 'index' ? np.array(Int32Array.from(data), { shape: [...shape] }) : read(`input:${name}`)];
      }),
    );
  return {
    versions: { 'jax-js': version },
    parameters: tree.leaves(parameters).reduce((sum, { size }) => sum + size, 0),
    works: training(parameters, loss, toDevice, adam),
  };
});

function training(first, loss, toDevice, adam) {
  const batch = toDevice();
  const forward = jit(loss);
  const slopes = valueAndGrad(loss);
  const gradients = jit(slopes);
  const update = jit((parameters, means, squares, own, rate, power1, power2) => {
    const [value, raw] = slopes(tree.ref(parameters), own);
    const clipped = adam.clip === null ? raw : clippedTo(adam.clip, raw);
    const [next, nextMeans, nextSquares] = [{}, {}, {}];
    for (const name of Object.keys(parameters)) {
      const slope = clipped[name];
      const mean = means[name].mul(adam.beta1).add(slope.ref.mul(1 - adam.beta1));
      const square = squares[name].mul(adam.beta2).add(np.square(slope).mul(1 - adam.beta2));
      const deviation = np.sqrt(square.ref.div(np.subtract(1, power2.ref))).add(adam.epsilon);
      const way = mean.ref.div(np.subtract(1, power1.ref)).div(deviation);
      next[name] = parameters[name].sub(way.mul(rate.ref));
      nextMeans[name] = mean;
      nextSquares[name] = square;
    }
    tree.dispose([rate, power1, power2]);
    return [value, next, nextMeans, nextSquares];
  });
  let parameters = first;
  let [means, squares] = [tree.map(np.zerosLike, tree.ref(first)), tree.map(np.zerosLike, tree.ref(first))];
  let steps = 0;
  return {
    forward: async () => (await forward(tree.ref(parameters), tree.ref(batch)).data())[0],
    gradients: async () => {
      const [value, made] = gradients(tree.ref(parameters), tree.ref(batch));
      await blockUntilReady(made);
      tree.dispose(made);
      return (await value.data())[0];
    },
    step: async () => {
      const rate = scalar(adam.rates[Math.min(steps++, adam.rates.length - 1)]);
      const powers = [scalar(adam.beta1 ** steps), scalar(adam.beta2 ** steps)];
      const [value, ...next] = update(parameters, means, squares, toDevice(), rate, ...powers);
      [parameters, means, squares] = next;
      await blockUntilReady(next);
      return (await value.data())[0];
    },
  };
}

function clippedTo(limit, slopes) {
  const squares = Object.values(slopes).map((slope) => np.sum(np.square(slope.ref)));
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const scale = np.minimum(1, np.divide(limit, norm));
  const clipped = Object.fromEntries(Object.entries(slopes).map(([name, slope]) => [name, slope.mul(scale.ref)]));
  scale.dispose();
  return clipped;
}
