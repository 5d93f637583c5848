/**
 * Decoding with the derived step against computing the whole prefix anew for every token, of the same weights: 4 layers,
 * model 256, 4 heads, batch 1. `npm run bench:decode -- [tokens] [backends]`
 *
 * Both are timed in turn, so that other load hits them alike. The prefix is computed anew at every 32nd position, three
 * times, and the total is what the medians stand for; the step is timed at every position.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '../runtime/tf.ts';
import { compileFile } from 'attnc';
import { DeviceBatch, reportBackends, StepRandom, useBackend, type GenerativeModel, type ModelOptions } from 'attnc/runtime';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import { median } from './suite/statistics.ts';

const tokens = Number(process.argv[2] ?? 512);
const only = process.argv[3]?.split(',') ?? ['tensorflow', 'wasm'];
const EVERY = 32;
const REPEATS = 3;

interface Emitted {
  readonly GPT: new (options: ModelOptions<Record<string, number>>) => GenerativeModel<object, object, { readonly y: readonly number[] }>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { code } = await compileFile('models/gpt/model.attn', nodeLibrary(root), { set: new Map([['layers', 4]]) });
const folder = `${root}.attnc/bench`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/gpt.ts`, code ?? '');
const { GPT } = (await import(`${folder}/gpt.ts`)) as Emitted;

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

console.log(`${tokens} tokens, batch 1, 4 layers, model 256, 4 heads\n`);
console.log(
  `| backend | step at ${EVERY} | step at ${tokens} | anew at ${tokens} | ratio at ${tokens} | all steps | all anew | ratio | largest difference |\n|---|---|---|---|---|---|---|---|---|`,
);
for (const { name, usable, detail } of await reportBackends()) {
  if (!only.includes(name)) continue;
  if (!usable) {
    console.log(`| ${name} | not usable here: ${detail} |`);
    continue;
  }
  await useBackend(name);
  const model = new GPT({ dims: { model: 256, heads: 4, places: tokens }, seed: 1 });
  const y = Array.from({ length: tokens }, (_, k) => (7 * k + 3) % 96);
  /** The logits of the last position, from all positions. */
  const anew = async (places: number): Promise<Float32Array> => {
    const host = model.collateFor(model.objective(), [{ y: y.slice(0, places) }]);
    const batch = new DeviceBatch(host);
    const { logits, ...others } = model.definition.forward(model.weights.tree, batch, new StepRandom(1, 0, [0]));
    const last = tf.tidy(() => tf.slice(logits!, [0, places - 1, 0], [1, 1, -1]));
    const values = (await last.data()) as Float32Array;
    for (const tensor of [last, logits!, ...Object.values(others)]) tensor.dispose();
    batch.dispose();
    return values;
  };
  await anew(tokens);
  const decoding = model.encode([{}], { atMost: tokens });
  const steps: number[] = [];
  const whole: number[] = [];
  let difference = 0;
  let previous = 0;
  for (let t = 0; t < tokens; t++) {
    let logits: ArrayLike<number> = [];
    steps.push(
      await milliseconds(async () => {
        ({
          logits: { data: logits },
        } = await decoding.step([previous]));
      }),
    );
    previous = y[t]!;
    if ((t + 1) % EVERY !== 0) continue;
    let expected: ArrayLike<number> = [];
    const times: number[] = [];
    for (let again = 0; again < REPEATS; again++) {
      times.push(
        await milliseconds(async () => {
          expected = await anew(t + 1);
        }),
      );
    }
    whole.push(median(times));
    for (let k = 0; k < expected.length; k++) difference = Math.max(difference, Math.abs(expected[k]! - logits[k]!));
  }
  decoding.dispose();
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const [early, late] = [median(steps.slice(EVERY / 2, EVERY)), median(steps.slice(-EVERY))];
  // Whole seconds of the steps, and of the positions between two measured ones their mean.
  const all = sum(whole.map((own, k) => (EVERY * ((whole[k - 1] ?? 0) + own)) / 2));
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  console.log(
    `| ${name} | ${ms(early)} | ${ms(late)} | ${ms(whole.at(-1)!)} | ${(whole.at(-1)! / late).toFixed(1)} | ${(sum(steps) / 1000).toFixed(2)} s | ${(all / 1000).toFixed(2)} s | ${(all / sum(steps)).toFixed(1)} | ${difference.toExponential(1)} |`,
  );
  model.dispose();
}
