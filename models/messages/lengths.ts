/**
 * Figure 2 of Bahdanau et al. 2015: how good translations are of sentences of each length, with and without attention, here
 * with the Transformer beside them. Each checkpoint is measured by `attnc evaluate`; several of one model are runs of it:
 *
 *     npx tsx models/messages/lengths.ts lengths.png seq2seq=FILE bahdanau=FILE transformer=FILE transformer=FILE
 *
 * A FILE that does not end in `.safetensors` holds what `attnc evaluate` printed. Without any, what
 * `attnc train --config translation` left in each model's folder.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { linesSvg, type Line } from 'attnc/runtime';
import { svgToPng } from 'attnc/runtime/node';
import { task as transformer } from '../transformer/task.ts';
import { lengthNames, measured, messageSetting, openMessages } from './task.ts';

const names: Readonly<Record<string, string>> = { transformer: 'Transformer', bahdanau: 'attention (RNN)', seq2seq: 'one vector (RNN)' };
const models = join(fileURLToPath(new URL('.', import.meta.url)), '..');

/** BLEU by group, of the table that `attnc evaluate` prints. */
export function bleuIn(table: string): ReadonlyMap<string, number> {
  return new Map(
    table.split('\n').flatMap((line): [string, number][] => {
      const [, group, bleu] = /^(\S.*?) +[\d,]+ +([\d.]+) +[\d.]+ %/u.exec(line) ?? [];
      return group === undefined ? [] : [[group, Number(bleu)]];
    }),
  );
}

function tableOf(model: string, file: string): string {
  if (!file.endsWith('.safetensors')) return readFileSync(file, 'utf8');
  const cli = join(models, '..', 'compiler', 'cli', 'attnc.mjs');
  const { status, stdout } = spawnSync(process.execPath, [cli, 'evaluate', join(models, model), '--checkpoint', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${file} could not be measured`);
  return stdout;
}

/** What BLEU gives the English texts as they are, which tells how much of it is placeholders and marks. */
function untranslated(): readonly number[] {
  const { test } = openMessages(messageSetting(transformer.configurations.translation!)!, {
    vocabularies: [],
    pictures: () => Promise.resolve([]),
  });
  const { rows } = measured(
    test,
    test.map(({ shown }) => shown.slice(shown.indexOf(':') + 2)),
  );
  return lengthNames.map((name) => rows.find(({ group }) => group === name)!.values[0]!);
}

/** The files given for each model, or else those of its folder: the Transformer's mean of checkpoints where it was taken. */
function filesOf(given: readonly string[]): readonly (readonly [model: string, files: readonly string[]])[] {
  const pairs = given.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  const unknown = pairs.find(([model]) => !Object.hasOwn(names, model));
  if (unknown !== undefined) throw new RangeError(`expected ${Object.keys(names).join('=FILE, ')}=FILE, given ${unknown.join('=')}`);
  return Object.keys(names).map((model) => {
    const files = pairs.flatMap(([own, file]) => (own === model ? [file] : []));
    const usual = ['average', 'best'].map((file) => join(models, model, 'out', 'translation', `${file}.safetensors`)).find(existsSync);
    return [model, given.length === 0 && usual !== undefined ? [usual] : files] as const;
  });
}

async function main([to = 'lengths.png', ...given]: readonly string[]): Promise<void> {
  const lines = filesOf(given).flatMap(([model, files]): Line[] => {
    if (files.length === 0) return [];
    const tables = files.map((file) => bleuIn(tableOf(model, file)));
    return [{ name: names[model]!, values: tables.map((table) => lengthNames.map((name) => table.get(name)!)) }];
  });
  if (lines.length === 0) throw new RangeError('expected checkpoints, or runs that `attnc train --config translation` left');
  lines.push({ name: 'English as it is', values: [untranslated()], yardstick: true });
  for (const { name, values } of lines)
    for (const run of values) console.log(name.padEnd(18), run.map((bleu) => bleu.toFixed(1)).join('  '));
  const svg = linesSvg({
    title: 'Translation by the length of the sentence',
    value: 'BLEU on the test set',
    place: 'words of the English text',
    places: lengthNames.map((name) => name.replace(' words', '')),
    lines,
  });
  writeFileSync(to, to.endsWith('.svg') ? svg : await svgToPng(svg));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
