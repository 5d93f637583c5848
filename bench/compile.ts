/**
 * How long `attnc check` and `attnc compile` take on a model, as whole processes and warm in one process. In one process also the
 * processor time of all its threads, which other work on the machine disturbs less.
 *
 *   npm run bench:compile [-- models/seq2seq/model.attn]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import { tableOf } from '../compiler/cli/task/table.ts';
import { checkFile, compileFile } from '../compiler/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const model = process.argv[2] ?? 'models/bahdanau/model.attn';

interface Times {
  readonly wall: number[];
  readonly processor: number[];
}

function median(sorted: readonly number[]): number {
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function stats({ wall, processor }: Times, inProcess: boolean): string[] {
  const sorted = wall.toSorted((a, b) => a - b);
  const shown = [median(sorted), sorted[0]!, sorted.at(-1)!].map((time) => `${time.toFixed(1)} ms`);
  return [...shown, inProcess ? `${median(processor.toSorted((a, b) => a - b)).toFixed(1)} ms` : ''];
}

async function timed(runs: number, work: () => unknown): Promise<Times> {
  const times: Times = { wall: [], processor: [] };
  for (let k = 0; k < runs; k++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    times.wall.push(performance.now() - start);
    times.processor.push((user + system) / 1000);
  }
  return times;
}

function attnc(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'compiler', 'cli', 'attnc.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`attnc ${args.join(' ')}: ${stderr}`);
}

const out = mkdtempSync(join(tmpdir(), 'attnc-bench-'));
try {
  const library = nodeLibrary(root);
  const rows: string[][] = [];
  const measure = async (what: string, runs: number, warmUp: number, work: () => unknown, inProcess = false): Promise<void> => {
    await timed(warmUp, work);
    rows.push([what, String(runs), ...stats(await timed(runs, work), inProcess)]);
  };
  await measure('attnc --version, a process', 7, 1, () => attnc(['--version']));
  await measure('attnc check, a process', 7, 1, () => attnc(['check', model]));
  await measure('attnc compile, a process', 7, 1, () => attnc(['compile', model, '--out', out]));
  await measure('check, warm', 20, 10, () => checkFile(model, library), true);
  await measure('compile, warm', 20, 20, () => compileFile(model, library), true);
  console.log(`${model}; Node ${process.version}, ${availableParallelism()} processors\n`);
  for (const line of tableOf(['', 'runs', 'median', 'least', 'most', 'processor'], rows)) console.log(line);
} finally {
  rmSync(out, { recursive: true, force: true });
}
