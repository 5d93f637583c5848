/** tfjs-layers, where it has the model: bench/work/lstm.attn. It gives no gradients without a step. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as layers from '@tensorflow/tfjs-layers';
import { readTensors, serve } from '../../suite/serve.ts';
import { startBackend } from '../../suite/stock.ts';

// As the layer has them.
const GATES = ['i', 'f', 'g', 'o'];

await serve(async ({ backend, tensors: file, sizes, adam }) => {
  await startBackend(backend);
  const tensors = readTensors(file);
  const read = (name) => tf.tensor(tensors.get(name).data, tensors.get(name).shape);
  const model = layers.sequential({
    layers: [
      layers.layers.lstm({
        units: sizes.hidden,
        inputShape: [sizes.time, sizes.input],
        recurrentActivation: 'sigmoid',
        recurrentInitializer: 'glorotUniform',
        returnSequences: true,
      }),
    ],
  });
  const packed = (what, axis) =>
    tf.concat(
      GATES.map((gate) => {
        const own = read(`scan.h_c.LSTM.${what}${gate}`);
        return own.rank === 2 ? tf.transpose(own) : own;
      }),
      axis,
    );
  model.setWeights([packed('W', 1), packed('U', 1), packed('b', 0)]);
  model.compile({ optimizer: tf.train.adam(adam.rates[0], adam.beta1, adam.beta2, adam.epsilon), loss: 'meanSquaredError' });
  const batch = [read('input:x'), read('input:target')];
  return {
    versions: { 'tfjs-layers': layers.version_layers },
    parameters: model.countParams(),
    works: {
      forward: async () => {
        const loss = model.evaluate(...batch, { batchSize: sizes.batch });
        const [value] = await loss.data();
        loss.dispose();
        return value;
      },
      step: async () => {
        const own = [read('input:x'), read('input:target')];
        const loss = await model.trainOnBatch(...own);
        tf.dispose(own);
        return loss;
      },
    },
  };
});
