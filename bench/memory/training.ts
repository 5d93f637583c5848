/**
 * Memory over a long run of training: 10,000 steps of the Bahdanau model, small, with batches of all lengths, as graphs and as XLA.
 * `npm run bench:memory:training -- [steps] [eager,graph,xla]`. Each way is a process of its own. Linux alone: it reads /proc.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { fit, useBackend, type Execution } from 'attnc/runtime';
import { Translator } from '../../models/bahdanau/model.ts';
import { memory } from './proc.ts';

const MIB = 2 ** 20;
const LONGEST = 6;
const dims = { words: 12, characters: 8, embed: 6, hidden: 8, align: 6, maxout: 4 };
const [steps = 10_000, ways = 'graph,xla', own] = process.argv.slice(2);

async function train(execution: Execution): Promise<void> {
  await useBackend('tensorflow', { execution });
  const model = new Translator({ dims, seed: 1 });
  const draw = (random: () => number): { tokens: number[]; y: number[] } => {
    const tokens = Array.from({ length: 1 + Math.floor(random() * LONGEST) }, () => 1 + Math.floor(random() * 11));
    return { tokens, y: [...tokens.map((token) => 3 + (token % 5)), 2] };
  };
  const every = Number(steps) / 10;
  await fit(
    model,
    { train: draw },
    {
      batchSize: 2,
      steps: Number(steps),
      reportEvery: every,
      onEvent: (event) => {
        if (event.kind !== 'progress') return;
        const { heapUsed, external } = process.memoryUsage();
        const numbers = [memory().now, heapUsed, external].map((bytes) => (bytes / MIB).toFixed(0));
        console.log(`| ${[execution, event.step, ...numbers, tf.memory().numTensors, event.loss.toFixed(4)].join(' | ')} |`);
      },
    },
  );
}

if (own !== undefined) await train(own as Execution);
else {
  console.log(`| way | step | RSS, MiB | heap | outside the heap | tensors | loss |\n|---|---|---|---|---|---|---|`);
  for (const way of ways.split(',')) {
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), `${steps}`, ways, way], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    process.exitCode ||= status ?? 1;
  }
}
