/**
 * Memory of a training step: the peak of the process above its level after construction, of GPT's shape with 12 layers of 256,
 * 8 heads, 4,096 words, batches of 4 texts of 128, Adam. Beside it the same model in PyTorch, where Python has it.
 * `npm run bench:memory -- [steps]`; ATTNC_PYTHON names the Python to ask. Linux alone: it reads /proc.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const steps = Number(process.argv[2] ?? 4);
const MIB = 2 ** 20;

interface Measured {
  readonly version: string;
  /** Bytes. */
  readonly constructed: number;
  readonly peak: number;
  readonly loss: number;
}

function run(command: string, args: readonly string[]): Measured | null {
  const { status, stdout, stderr } = spawnSync(command, [...args], { encoding: 'utf8', cwd: join(here, '..', '..') });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
  console.error(stderr.trim().split('\n').at(-1));
  return null;
}

const made = spawnSync(
  process.execPath,
  ['compiler/cli/attnc.mjs', 'compile', 'models/gpt/model.attn', '--set', 'p=0', '--out', join(here, 'out')],
  { cwd: join(here, '..', '..'), encoding: 'utf8' },
);
if (made.status !== 0) throw new Error(made.stderr);
const rows: [string, Measured | null][] = [
  ['attnc, tensorflow', run(process.execPath, ['--import', 'tsx', join(here, 'step.ts'), `${steps}`])],
  ['PyTorch', run(process.env.ATTNC_PYTHON ?? 'python3', [join(here, 'step.py'), `${steps}`])],
];
const cpu = /model name\s*: (.*)/u.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
console.log(`${steps} steps on ${cpu}; MiB\n\n| | after construction | peak above it | loss |\n|---|---|---|---|`);
for (const [name, measured] of rows) {
  if (measured === null) console.log(`| ${name} | not usable here | | |`);
  else
    console.log(
      `| ${name} ${measured.version} | ${(measured.constructed / MIB).toFixed(0)} | ${(measured.peak / MIB).toFixed(0)} | ${measured.loss.toFixed(4)} |`,
    );
}
const [own, torch] = rows.map(([, measured]) => measured);
if (own !== null && torch !== null) console.log(`\nratio ${(own!.peak / torch!.peak).toFixed(2)}`);
