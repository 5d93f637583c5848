/**
 * One training step of a model (its `gradients`) on each backend: milliseconds, and kernels run.
 *
 *   npx tsx bench/step.ts --model bahdanau --config full --rounds 9 --backends tensorflow,wasm [emitted.ts ...]
 *
 * Emitted modules given by name take turns on the same batch, so that two compilations can be compared; without any, the
 * model is compiled anew. A configuration of the model's task gives the sizes; examples of a middling length fill the batch.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { compileFile } from '../compiler/index.ts';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import {
  DeviceBatch,
  dispose,
  seedKey,
  StepRandom,
  stream,
  useBackend,
  type BackendName,
  type GenerativeModel,
  type OpenTask,
  type Task,
  type Tensors,
  type tf as attn,
} from '../runtime/index.ts';

type Data = Record<string, unknown>;
type Trained = GenerativeModel<Record<string, number>, Data, Data>;
type AnyTask = Task<Data, Data, unknown, Trained, unknown>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'bahdanau' },
    config: { type: 'string', default: 'full' },
    rounds: { type: 'string', default: '9' },
    backends: { type: 'string', default: 'tensorflow,wasm' },
  },
});

const models = fileURLToPath(new URL('../models/', import.meta.url));
const folder = mkdtempSync(fileURLToPath(new URL('./step-', import.meta.url)));
try {
  const texts =
    positionals.length > 0
      ? positionals.map((file) => ({ file, text: readFileSync(file, 'utf8') }))
      : [{ file: 'compiled anew', text: await compiled() }];
  // Copied to where `attnc/runtime` is found.
  const files = texts.map(({ file, text }, k) => {
    const copy = join(folder, `module${k}.ts`);
    writeFileSync(copy, text);
    return { file, copy };
  });
  const { task } = (await import(pathToFileURL(join(models, values.model, 'task.ts')).href)) as { readonly task: AnyTask };
  const configuration = task.configurations[values.config];
  if (configuration === undefined)
    throw new Error(`${values.model} has no configuration ${values.config}: ${Object.keys(task.configurations).join(', ')}`);
  const open = await task.open(configuration);
  for (const backend of values.backends.split(',')) {
    await useBackend(backend as BackendName);
    const examples = batchOf(open, configuration.batchSize, configuration.seed);
    const subjects = [];
    for (const { file, copy } of files) {
      const emitted: unknown = await import(pathToFileURL(copy).href);
      const model = task.create(emitted, { dims: { ...configuration.dims, ...open.dims }, seed: configuration.seed });
      const objective = model.objective();
      const batch = new DeviceBatch(model.collateFor(objective, examples));
      const random = (): StepRandom =>
        new StepRandom(
          1,
          1,
          examples.map((_, k) => k),
        );
      subjects.push({ file, times: [] as number[], step: () => objective.updates[0]!.gradients(model.weights.tree, batch, random()) });
    }
    for (let round = -2; round < Number(values.rounds); round++) {
      for (const { step, times } of subjects) {
        const begin = performance.now();
        const { loss, metrics, gradients } = step();
        await loss.data();
        await Promise.all(
          Object.values(gradients)
            .slice(0, 1)
            .map((gradient) => gradient.data()),
        );
        if (round >= 0) times.push(performance.now() - begin);
        dispose(loss, ...Object.values(metrics), ...Object.values(gradients));
      }
    }
    for (const { file, times, step } of subjects) {
      const kernels = await kernelsOf(step);
      const most = [...kernels.counts]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 16)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ');
      const sorted = times.sort((a, b) => a - b);
      console.log(
        `${backend}  ${sorted[Math.floor(sorted.length / 2)]!.toFixed(1)} ms (fastest ${sorted[0]!.toFixed(1)})  ${kernels.total} kernels  ${file}`,
      );
      console.log(`  ${most}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function compiled(): Promise<string> {
  const library = nodeLibrary(models);
  const { code } = await compileFile(library.nameOf(join(models, values.model, 'model.attn')), library);
  if (code === null) throw new Error(`${values.model} does not compile`);
  return code;
}

/** As many examples as a batch has, of about the median length. */
function batchOf(open: OpenTask<Data, Data, unknown, Trained>, size: number, seed: number): Data[] {
  const next = stream(seedKey(seed));
  const { train, validation } = open;
  // A task that makes whole batches has examples to validate with.
  const drawn = Array.from({ length: size * 20 }, (_, k) => {
    const { input, target } = typeof train === 'function' ? train(next) : validation[k % validation.length]!;
    return { ...input, ...target };
  });
  const lengthOf = open.training?.lengthOf;
  if (lengthOf !== undefined) drawn.sort((a, b) => lengthOf(a) - lengthOf(b));
  return drawn.slice(size * 10, size * 11);
}

async function kernelsOf(
  step: () => { readonly loss: attn.Tensor; readonly metrics: Tensors; readonly gradients: Tensors },
): Promise<{ readonly total: number; readonly counts: ReadonlyMap<string, number> }> {
  const { kernels } = await tf.profile(() => {
    const { loss, metrics, gradients } = step();
    dispose(loss, ...Object.values(metrics), ...Object.values(gradients));
    return tf.scalar(0);
  });
  const counts = new Map<string, number>();
  for (const { name } of kernels) counts.set(name, (counts.get(name) ?? 0) + 1);
  return { total: kernels.length, counts };
}
