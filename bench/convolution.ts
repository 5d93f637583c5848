/**
 * A training step (loss and gradients) of a small image model in .attn, three 3x3 convolutions with pooling between, beside the
 * same of tfjs's own kernels where the backend has their gradients.
 *
 *   npx tsx bench/convolution.ts --pool mean --batch 128 --rounds 9 --backends tensorflow,wasm [emitted.ts ...]
 *
 * Emitted modules given by name take turns on the same batch, so that two compilers can be compared: `--emit file` writes this
 * compiler's. Processor time is that of all threads: other work on the machine disturbs it less.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { compileFile, renderAll } from '../compiler/index.ts';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import { DeviceBatch, dispose, StepRandom, useBackend, type BackendName, type Model, type tf as attn } from '../runtime/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pool: { type: 'string', default: 'max' },
    batch: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '9' },
    backends: { type: 'string', default: 'tensorflow,wasm' },
    emit: { type: 'string' },
  },
});

const { pool } = values;
const program = `
dim qh = 7, qw = 7, classes = 10, colours = 1, filters = 32
const dim ph = 2, pw = 2, py = 2, px = 2
dim hh = 2 * qh, hw = 2 * qw
dim rows = 2 * hh, columns = 2 * hw
dim dy = -1..1, dx = -1..1

block Conv3[out](x: [height, width, in]) -> [height, width, out] {
  param W: [out <- dy, dx, in], b: [out]
  relu(W @ x[height = position[height] + position[dy], width = position[width] + position[dx]] + b)
}

model Digits(image: [rows, columns, colours]) -> y: [classes] {
  dim c1 = filters, c2 = filters, c3 = filters
  a = ${pool}[ph, pw](Conv3[c1](image)[rows as (hh, ph)][columns as (hw, pw)])
  d = ${pool}[py, px](Conv3[c2](a)[hh as (qh, py)][hw as (qw, px)])
  Linear[classes](mean[qh, qw](Conv3[c3](d)))
}

objective Class for Digits given label: index(classes) {
  loss = cross_entropy[classes](y, label)
  optimizer adam(rate = 1e-3)
}
`;

type Data = Record<string, unknown>;
type Digits = Model<Record<string, number>, Data, Data, unknown>;
type Step = () => readonly attn.Tensor[];

const batchSize = Number(values.batch);
const folder = mkdtempSync(fileURLToPath(new URL('./convolution-', import.meta.url)));
try {
  const text = await compiled();
  if (values.emit !== undefined) writeFileSync(values.emit, text);
  const modules = await Promise.all(
    [{ name: 'this compiler', text }, ...positionals.map((name) => ({ name, text: readFileSync(name, 'utf8') }))].map(async (each, k) => {
      // Copied to where `attnc/runtime` is found.
      const copy = join(folder, `module${k}.ts`);
      writeFileSync(copy, each.text);
      const { Digits } = (await import(pathToFileURL(copy).href)) as { readonly Digits: new (options: object) => Digits };
      return { name: each.name, Digits };
    }),
  );
  const side = Array.from({ length: 28 }, (_, k) => k);
  const examples = Array.from({ length: batchSize }, (_, k) => ({
    image: side.map((row) => side.map((column) => [Math.sin(k + row * column)])),
    label: k % 10,
  }));
  for (const backend of values.backends.split(',')) {
    await useBackend(backend as BackendName);
    const subjects = modules.map(({ name, Digits }) => {
      const model = new Digits({ seed: 1 });
      const objective = model.objective();
      const batch = new DeviceBatch(model.collateFor(objective, examples));
      const random = (): StepRandom =>
        new StepRandom(
          1,
          1,
          examples.map((_, k) => k),
        );
      const step = (): readonly attn.Tensor[] => {
        const { loss, metrics, gradients } = objective.updates[0]!.gradients(model.weights.tree, batch, random());
        return [loss, ...Object.values(metrics), ...Object.values(gradients)];
      };
      return { name, step, times: [] as number[], processor: [] as number[] };
    });
    // Only there tfjs has the gradients of all of them.
    if (backend === 'tensorflow') subjects.push({ name: 'kernels of tfjs', step: kernels(), times: [], processor: [] });
    for (let round = -2; round < Number(values.rounds); round++) {
      for (const { step, times, processor } of subjects) {
        const [begin, before] = [performance.now(), process.cpuUsage()];
        const results = step();
        await Promise.all(results.map((each) => each.data()));
        const { user, system } = process.cpuUsage(before);
        if (round >= 0) times.push(performance.now() - begin);
        if (round >= 0) processor.push((user + system) / 1000);
        dispose(results);
      }
    }
    for (const { name, times, processor } of subjects) {
      console.log(
        `${backend.padEnd(10)}  ${median(times)} ms (fastest ${Math.min(...times).toFixed(1)}), of processor time ${median(processor)} ms  ${name}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

function median(numbers: readonly number[]): string {
  return (numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN).toFixed(1);
}

async function compiled(): Promise<string> {
  const library = nodeLibrary(folder);
  const path = join(folder, 'model.attn');
  writeFileSync(path, program);
  const { code, diagnostics, sources } = await compileFile(library.nameOf(path), library);
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  return code;
}

/** The same model on conv2d and pooling, differentiated by tfjs's tape. */
function kernels(): Step {
  const image = tf.randomNormal<tf.Rank.R4>([batchSize, 28, 28, 1]);
  const label = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: batchSize }, (_, k) => k % 10),
      'int32',
    ),
    10,
  );
  const filters = [1, 32, 32].map((colours) => tf.randomNormal<tf.Rank.R4>([3, 3, colours, 32], 0, 0.1));
  const biases = filters.map(() => tf.zeros([32]));
  const [W, b] = [tf.randomNormal<tf.Rank.R2>([32, 10], 0, 0.1), tf.zeros([10])];
  const loss = (): tf.Scalar => {
    let x: tf.Tensor4D = image;
    filters.forEach((filter, k) => {
      x = tf.relu(tf.add(tf.conv2d(x, filter, 1, 'same'), biases[k]!));
      if (k < 2) x = pool === 'max' ? tf.maxPool(x, 2, 2, 'valid') : tf.avgPool(x, 2, 2, 'valid');
    });
    const y = tf.add(tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, W), b);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(y), label), 1)));
  };
  return () => {
    const { value, grads } = tf.valueAndGrads(loss)([...filters, ...biases, W, b]);
    return [value, ...grads];
  };
}
