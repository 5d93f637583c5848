/** The models written by hand in tfjs-core: each backend with the kernels that it comes with. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { Adam, Job } from '../../suite/protocol.ts';
import { isModelRow, rowNamed, type ModelRow } from '../../suite/rows.ts';
import { readTensors, serve, type StoredTensor, type Subject } from '../../suite/serve.ts';
import { startBackend } from '../../suite/stock.ts';
import { open as bahdanau } from './bahdanau.ts';
import { open as encoder } from './encoder.ts';
import { open as gpt } from './gpt.ts';
import { open as lstm } from './lstm.ts';
import { open as ntm } from './ntm.ts';
import { Parameters, type Batch, type HandWritten, type Open } from './model.ts';

const MODELS: Readonly<Record<string, Open>> = { encoder, lstm, gpt, bahdanau, ntm, decode: gpt };

await serve(async (job): Promise<Subject> => {
  await startBackend(job.backend!);
  const row = rowNamed(job.row);
  if (!isModelRow(row)) throw new RangeError(`${job.row} is not written by hand`);
  const tensors = readTensors(job.tensors!);
  const parameters = new Parameters(tensors);
  const model = MODELS[job.row]!(parameters, job.sizes);
  return {
    versions: { 'tfjs-core': tf.version_core },
    parameters: parameters.variables.reduce((sum, { size }) => sum + size, 0),
    works: job.works.includes('greedy') ? generating(model, job) : training(model.loss!, parameters, row, tensors, job.adam!),
  };
});

function generating(model: HandWritten, { sizes }: Job): Subject['works'] {
  return { greedy: () => model.generate!(1), beam: () => model.generate!(sizes.width!) };
}

function training(
  lossOf: (batch: Batch) => tf.Scalar,
  { variables }: Parameters,
  { inputs }: ModelRow,
  tensors: ReadonlyMap<string, StoredTensor>,
  adam: Adam,
): Subject['works'] {
  const toDevice = (): Batch =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { kind }]) => {
        const { data, shape } = tensors.get(`input:${name}`)!;
        return [name, tf.tensor(data, [...shape], kind === 'index' ? 'int32' : 'float32')];
      }),
    );
  const batch = toDevice();
  const slopes = (own: Batch): { value: tf.Scalar; grads: tf.NamedTensorMap } => tf.variableGrads(() => lossOf(own), variables);
  const optimizer = tf.train.adam(adam.rates[0]!, adam.beta1, adam.beta2, adam.epsilon);
  let steps = 0;
  return {
    forward: async () => read(tf.tidy(() => lossOf(batch))),
    gradients: async () => {
      const { value, grads } = slopes(batch);
      tf.dispose(grads);
      return read(value);
    },
    step: async () => {
      const own = toDevice();
      const { value, grads } = slopes(own);
      const clipped = adam.clip === null ? grads : clippedTo(adam.clip, grads);
      // Protected in the declarations; a schedule has no other way in.
      Reflect.set(optimizer, 'learningRate', adam.rates[Math.min(steps++, adam.rates.length - 1)]!);
      optimizer.applyGradients(Object.entries(clipped).map(([name, tensor]) => ({ name, tensor })));
      tf.dispose([own, grads, clipped]);
      return read(value);
    },
  };
}

async function read(scalar: tf.Scalar): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}

function clippedTo(limit: number, grads: tf.NamedTensorMap): tf.NamedTensorMap {
  return tf.tidy(() => {
    const squares = Object.values(grads).map((slope) => tf.sum(tf.square(slope)));
    const scale = tf.minimum(1, tf.div(limit, tf.sqrt(tf.addN(squares))));
    return Object.fromEntries(Object.entries(grads).map(([name, slope]) => [name, tf.mul(slope, scale)]));
  });
}
