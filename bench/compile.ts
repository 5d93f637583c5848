/**
 * How long `attnc check` and `attnc compile` take on a model, as whole processes and warm in one process.
 *
 *   npm run bench:compile [-- models/seq2seq/model.attn]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeLibrary } from '../compiler/cli/library.ts';
import { tableOf } from '../compiler/cli/task/table.ts';
import { checkFile, compileFile } from '../compiler/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const model = process.argv[2] ?? 'models/bahdanau/model.attn';

function stats(times: readonly number[]): string[] {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return [middle, sorted[0]!, sorted.at(-1)!].map((time) => `${time.toFixed(1)} ms`);
}

async function timed(runs: number, work: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let k = 0; k < runs; k++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}

function attnc(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'compiler', 'cli', 'attnc.mjs'), ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`attnc ${args.join(' ')}: ${stderr}`);
}

const out = mkdtempSync(join(tmpdir(), 'attnc-bench-'));
try {
  const library = nodeLibrary(root);
  const rows: string[][] = [];
  const measure = async (what: string, runs: number, warmUp: number, work: () => unknown): Promise<void> => {
    await timed(warmUp, work);
    rows.push([what, String(runs), ...stats(await timed(runs, work))]);
  };
  await measure('attnc --version, a process', 7, 1, () => attnc(['--version']));
  await measure('attnc check, a process', 7, 1, () => attnc(['check', model]));
  await measure('attnc compile, a process', 7, 1, () => attnc(['compile', model, '--out', out]));
  await measure('check, warm', 20, 10, () => checkFile(model, library));
  await measure('compile, warm', 20, 10, () => compileFile(model, library));
  console.log(`${model}; Node ${process.version}, ${availableParallelism()} processors\n`);
  for (const line of tableOf(['', 'runs', 'median', 'least', 'most'], rows)) console.log(line);
} finally {
  rmSync(out, { recursive: true, force: true });
}
