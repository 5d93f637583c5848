/**
 * How far the estimate of the gradient scatters that hard attention learns by, for one batch and one set of parameters:
 *
 *   npx tsx models/caption/variance.ts --checkpoint models/caption/out/hard/best.safetensors
 *
 * Xu et al. 2015, eq. (12), with what sec. 4.1 adds against its variance. One draw of all positions s gives the estimate
 *
 *   g(s) = ∂ log p(y | s) + λr (log p(y | s) - b) ∂ log p(s) + λe ∂ H(s),   b ← 0.9 b + 0.1 log p(y | s)
 *
 * Printed is Σ_k Var g_k over its entries, the square of the length of its mean, and their ratio: how many times noisier than
 * informative one draw is. Without a checkpoint the parameters are the initial ones. Every variant draws the same numbers.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { repeating, seedKey, stream, useBackend, type BackendName } from 'attnc/runtime';
import { Scatter, type Spread } from './scatter.ts';
import { task, type CaptionInput, type CaptionTarget } from './task.ts';

const { values } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    samples: { type: 'string', default: '400' },
    batch: { type: 'string', default: '64' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'auto' },
  },
});
const [samples, batchSize, seed] = [values.samples, values.batch, values.seed].map(Number) as [number, number, number];

const variants: readonly { readonly name: string; readonly set: Readonly<Record<string, string>> }[] = [
  { name: 'as it is', set: {} },
  { name: 'no entropy bonus', set: { λe: '0' } },
  { name: 'no baseline', set: { baseline: 'none' } },
  { name: 'neither', set: { baseline: 'none', λe: '0' } },
  { name: 'never the mean', set: { drawing: '1' } },
  { name: 'never the mean, no baseline', set: { drawing: '1', baseline: 'none' } },
];

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(here, 'variance-'));
try {
  await useBackend(values.backend as BackendName | 'auto');
  const configuration = task.configurations.hard!;
  const open = await task.open(configuration);
  const random = stream(seedKey(seed));
  const draw = open.train as (random: () => number) => { readonly input: CaptionInput; readonly target: CaptionTarget };
  const examples = Array.from({ length: batchSize }, () => draw(random)).map(({ input, target }) => ({ ...input, ...target }));
  console.log(`${samples} draws for one batch of ${batchSize} pictures`);
  console.log(`${''.padEnd(28)}${'all parameters'.padStart(33)}${'those of the attention'.padStart(33)}`);
  console.log(
    `${''.padEnd(28)}${['variance', '|mean|²', 'ratio', 'variance', '|mean|²', 'ratio'].map((each) => each.padStart(11)).join('')}`,
  );
  for (const [k, { name, set }] of variants.entries()) {
    const model = task.create(await import(pathToFileURL(compiled(join(folder, `${k}`), { attention: 'hard', ...set })).href), {
      dims: { ...configuration.dims, ...open.dims },
      seed,
    });
    if (values.checkpoint !== undefined) await model.load(new Uint8Array(readFileSync(values.checkpoint)));
    const [all, attention] = [new Scatter(), new Scatter()];
    await repeating(samples, async () => {
      for (let step = 1; step <= samples; step++) {
        const { gradients } = await model.gradients(examples, { step, seed });
        const entries = (of: (path: string) => boolean): number[] =>
          Object.entries(gradients).flatMap(([path, { data }]) => (of(path) ? Array.from(data) : []));
        all.add(entries(() => true));
        attention.add(entries((path) => path.includes('look.Additive')));
      }
    });
    console.log(name.padEnd(28) + [all, attention].map(({ spread }) => row(spread)).join(''));
    model.dispose();
  }
} finally {
  rmSync(folder, { recursive: true });
}

function row({ variance, signal }: Spread): string {
  return [variance, signal, variance / signal].map((x) => x.toPrecision(3).padStart(11)).join('');
}

/** The module of a variant. */
function compiled(to: string, set: Readonly<Record<string, string>>): string {
  const settings = Object.entries(set).flatMap(([option, value]) => ['--set', `${option}=${value}`]);
  const cli = join(here, '..', '..', 'compiler', 'cli', 'attnc.mjs');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'compile', join(here, 'model.attn'), '--out', to, ...settings], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return join(to, 'model.ts');
}
