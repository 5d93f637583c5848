/**
 * What one step of a decoder costs by the length of its input: all of the input attended to, and a window of it, with the
 * same weights otherwise (models/luong, score general). `npm run bench:local -- [backends] [hidden, default 256]`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFile } from 'attnc';
import { reportBackends, useBackend, type ModelOptions } from 'attnc/runtime';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import type { SequenceModel } from '../models/sequences/sequences.ts';

const only = process.argv[2]?.split(',') ?? ['tensorflow', 'wasm'];
const hidden = Number(process.argv[3] ?? 256);
const lengths = [32, 256, 2048];
const ROUNDS = 60;
const looks = ['global', 'predictive'] as const;

interface Emitted {
  readonly Luong: new (options: ModelOptions<Record<string, number>>) => SequenceModel;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}.attnc/bench`;
mkdirSync(folder, { recursive: true });
const made = await Promise.all(
  looks.map(async (look) => {
    const { code } = await compileFile('models/luong/model.attn', nodeLibrary(root), {
      set: new Map([
        ['look', look],
        ['score', 'general'],
      ]),
    });
    writeFileSync(`${folder}/luong-${look}.ts`, code ?? '');
    return ((await import(`${folder}/luong-${look}.ts`)) as Emitted).Luong;
  }),
);
/** What a step takes where nothing else gets in its way: a tenth of them are quicker. */
const quick = (values: readonly number[]): string => [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)]!.toFixed(2);

console.log(`milliseconds for one step, the tenth part of ${ROUNDS} taken in turn is quicker; batch 8, hidden ${hidden}, windows of 21\n`);
console.log(`| backend | | ${lengths.map((length) => `${length} read`).join(' | ')} |\n|---|---|${lengths.map(() => '---').join('|')}|`);
for (const { name, usable, detail } of await reportBackends()) {
  if (!only.includes(name)) continue;
  if (!usable) {
    console.log(`| ${name} | not usable here: ${detail} |`);
    continue;
  }
  await useBackend(name);
  const models = made.map((Luong) => new Luong({ dims: { hidden, reach: 10 }, seed: 1 }));
  const taken: string[][] = looks.map(() => []);
  for (const length of lengths) {
    const inputs = Array.from({ length: 8 }, (_, k) => ({ tokens: Array.from({ length }, (_none, i) => 3 + ((7 * i + k) % 26)) }));
    const running = models.map((model) => model.encode(inputs));
    const times: number[][] = looks.map(() => []);
    for (let round = 0; round < ROUNDS + 3; round++) {
      for (const [k, decoding] of running.entries()) {
        const start = performance.now();
        await decoding.step(inputs.map((_, i) => 3 + ((round + i) % 26)));
        if (round >= 3) times[k]!.push(performance.now() - start);
      }
    }
    for (const decoding of running) decoding.dispose();
    times.forEach((each, k) => taken[k]!.push(quick(each)));
  }
  for (const [k, look] of looks.entries()) console.log(`| ${name} | ${look} | ${taken[k]!.join(' | ')} |`);
}
