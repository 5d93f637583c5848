/** Hostile names: of files, of tensors, of what an example or an option has. Nothing of them acts on a terminal. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../compiler/cli/io/io.ts';
import { main } from '../../compiler/cli/main.ts';
import { InputError, readSafetensors, useBackend, writeSafetensors } from '../../runtime/index.ts';
import { folderStore, readCheckpointFile, writeFileAtomically } from '../../runtime/node.ts';
import { newBag, type Trial } from './crash-trial.ts';

export const hostileTexts: readonly string[] = [
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\u202egpj.exe',
  '\u2066a\u2069',
  'a\u200bb',
  '\ufeff',
  '\ud800',
  '\u2028',
  'a\rb',
  'a\nb',
  ' ',
  ' a ',
  '-',
  '--',
  '-rf',
  '--help',
  '--set',
  '__proto__',
  'constructor',
  'toString',
  '__metadata__',
  '..',
  '.',
  '~',
  '*',
  '%s%n',
  '$(id)',
  '`id`',
  "'",
  '"',
  '\\',
  '\\\\',
  'é',
  'e\u0301',
  '日本語',
  '👩‍👩‍👧',
  'CON',
  'a:b',
  'optimizer:',
  'a'.repeat(200),
  '#',
  '?x=1',
  '',
];

const control =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])/u;
const PROGRAM = 'dim n = 4\n\nmodel Double(x: [n]) -> y: [n] {\n  y = 2 * x\n}\n';

export async function hostileNames(trial: Trial): Promise<void> {
  const folder = join(trial.folder, 'names');
  await mkdir(folder);
  await useBackend('cpu');
  const model = newBag();
  for (const text of hostileTexts) {
    trial.count('hostile names');
    await inFiles(trial, folder, text);
    inTensors(trial, text);
    await inExamples(trial, model, text);
    await onTheCommandLine(trial, folder, text);
  }
  model.dispose();
}

async function inFiles(trial: Trial, folder: string, text: string): Promise<void> {
  if (/[/\0]/u.test(text) || text.length > 180) return;
  const path = join(folder, `${text}.safetensors`);
  try {
    await writeFileAtomically(path, Uint8Array.of(1, 2));
    if ((await readCheckpointFile(path)).join() !== '1,2') trial.fail(`a file called ${JSON.stringify(text)} is not what was written`);
    const store = folderStore(join(folder, `run ${text}`));
    const release = await store.claim!();
    await store.save('last', Uint8Array.of(3));
    if ((await store.load('last'))?.join() !== '3') trial.fail(`a folder called ${JSON.stringify(text)} does not hold what was saved`);
    await release();
  } catch (error) {
    trial.fail(`a file or folder called ${JSON.stringify(text)}: ${String(error)}`);
  }
}

function inTensors(trial: Trial, text: string): void {
  if (text === '__metadata__' || /[\ud800-\udbff](?![\udc00-\udfff])/u.test(text)) return;
  const file = { tensors: new Map([[text, { data: Float32Array.of(1), shape: [1] }]]), metadata: new Map([[text, text]]) };
  const read = readSafetensors(writeSafetensors(file));
  if (read.tensors.get(text)?.data[0] !== 1 || read.metadata.get(text) !== text)
    trial.fail(`a tensor called ${JSON.stringify(text)} is not read again`);
}

async function inExamples(trial: Trial, model: ReturnType<typeof newBag>, text: string): Promise<void> {
  const wrong = Object.defineProperty({ tokens: [1], label: 0 }, text, { value: 1, enumerable: true });
  for (const [what, call] of [
    ['example', () => model.forward([wrong])],
    ['option', () => model.loss([{ tokens: [1], label: 0 }], Object.defineProperty({}, text, { value: 1, enumerable: true }))],
  ] as const) {
    try {
      await call();
      trial.fail(`an ${what} with ${JSON.stringify(text)} is taken`);
    } catch (error) {
      if (!(error instanceof InputError)) trial.fail(`an ${what} with ${JSON.stringify(text)} ends with ${String(error)}`);
    }
  }
}

async function onTheCommandLine(trial: Trial, folder: string, text: string): Promise<void> {
  const name = `${text}.attn`;
  const isFile = !/[/\0]/u.test(text) && !/[\ud800-\udbff](?![\udc00-\udfff])/u.test(text);
  if (isFile) await writeFile(join(folder, name), PROGRAM);
  const file = name.startsWith('-') ? `./${name}` : name;
  const lines: readonly (readonly string[])[] = [
    ['check', file],
    ['check', '--', name],
    ['check', text],
    ['check', `no such ${file}`],
    ['compile', file],
    ['fmt', '--check', file],
    ['summary', file],
    ['graph', file],
    ['summary', file, '--at', `${text}=3`],
    ['compile', '--set', `${text}=1`, file],
    ['explain', text],
    ['train', text],
    ['generate', text],
    ['train', '.', '--backend', text],
    ['train', '.', '--config', text],
    [text],
    ['check', `--${text}`],
    ['init', file],
  ];
  for (const words of lines) {
    const { status, shown } = await run(folder, words);
    trial.count('command lines with hostile names');
    if (control.test(shown)) trial.fail(`${JSON.stringify(words)} shows ${JSON.stringify(shown)}`);
    if (shown.includes('a fault in attnc itself') || ![0, 1, 2].includes(status))
      trial.fail(`${JSON.stringify(words)} ends with ${status}: ${JSON.stringify(shown)}`);
  }
  if (isFile && !(await readFile(join(folder, name), 'utf8').catch(() => '')).startsWith('dim n'))
    trial.fail(`the program ${JSON.stringify(name)} was changed`);
  if (isFile) await rm(join(folder, name), { force: true });
}

async function run(cwd: string, words: readonly string[]): Promise<{ readonly status: number; readonly shown: string }> {
  let shown = '';
  const io: Io = {
    out: (line) => (shown += `${line}\n`),
    err: (line) => (shown += `${line}\n`),
    write: (text) => (shown += text),
    isTTY: true,
    style: { color: false, width: 100 },
    cwd,
    env: {},
    stdin: async () => new TextEncoder().encode(PROGRAM),
  };
  const status = await main(words, io);
  return { status, shown };
}
