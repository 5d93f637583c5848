/**
 * 1,000 training steps of the Bahdanau model, small, on every backend usable here: how many tensors live before and after.
 * `npm run bench:live-tensors -- [steps] [backend]`
 */
import * as tf from '@tensorflow/tfjs-core';
import { fit, reportBackends, useBackend } from 'attnc/runtime';
import { Translator } from '../models/bahdanau/model.ts';

const steps = Number(process.argv[2] ?? 1000);
const only = process.argv[3];
const dims = { words: 12, characters: 8, embed: 6, hidden: 8, align: 6, maxout: 4 };

console.log(
  `${steps} steps, batches of 2, one or two positions\n\n| backend | tensors before | after | loss at the end |\n|---|---|---|---|`,
);
for (const { name, usable, detail } of await reportBackends()) {
  if (only !== undefined && name !== only) continue;
  if (!usable) {
    console.log(`| ${name} | not usable here: ${detail} | | |`);
    continue;
  }
  await useBackend(name);
  const model = new Translator({ dims, seed: 1 });
  const draw = (random: () => number): { tokens: number[]; y: number[] } => {
    const tokens = Array.from({ length: 1 + Math.floor(random() * 2) }, () => 1 + Math.floor(random() * 11));
    return { tokens, y: [...tokens.map((token) => 3 + (token % 5)), 2] };
  };
  // The optimiser's own state comes with the first step and stays until the end of the run.
  let before = 0;
  let after = 0;
  const { last } = await fit(
    model,
    { train: draw },
    {
      batchSize: 2,
      steps,
      reportEvery: 10,
      onEvent: (event) => {
        if (event.kind !== 'progress') return;
        if (before === 0) before = tf.memory().numTensors;
        after = tf.memory().numTensors;
      },
    },
  );
  console.log(`| ${name} | ${before} | ${after} | ${last?.loss.toFixed(4)} |`);
  model.dispose();
}
