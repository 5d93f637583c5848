/**
 * What `attnc check` and `attnc compile` cost, as whole processes and warm in one process: time by the clock; processor time of all
 * threads, which other work on the machine disturbs less; a process's peak memory. Without a model: two of the repository, one of
 * them with few and with many layers, and chains of blocks that are all different.
 *
 *   npm run bench:compile [-- models/seq2seq/model.attn]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import { tableOf } from '../compiler/cli/task/table.ts';
import { attnc, type Run } from './suite/compiling.ts';
import { median } from './suite/statistics.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// As it is built and used: what tsx makes of the sources is slower.
const { checkFile, compileFile } = (await import(
  new URL('../dist/compiler/index.js', import.meta.url).href
)) as typeof import('../compiler/index.ts');

function row(what: string, runs: readonly Run[]): string[] {
  const wall = runs.map((run) => run.wall);
  const times = [median(wall), Math.min(...wall), Math.max(...wall), median(runs.map(({ processor }) => processor))];
  const memory = runs.flatMap((run) => run.memory ?? []);
  return [
    what,
    String(runs.length),
    ...times.map((time) => `${time.toFixed(0)} ms`),
    memory.length === 0 ? '' : `${(median(memory) / 1024).toFixed(0)} MiB`,
  ];
}

async function warm(work: () => unknown): Promise<Run> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, processor: (user + system) / 1000, memory: null };
}

/** A chain of so many blocks, no two of which are alike. */
function chain(count: number): string {
  const numbers = Array.from({ length: count }, (_, k) => k + 1);
  const blocks = numbers.map(
    (k) => `block B${k}(x: [width]) -> [width] {
  param gain: [width] = ones
  x + gain * ${['tanh', 'relu', 'sigmoid'][k % 3]}(Linear[width](x) / ${k})
}
`,
  );
  return `dim width = 16
${blocks.join('')}
model Chain(x: [width]) -> y: [width] {
  h0 = x
${numbers.map((k) => `  h${k} = B${k}(h${k - 1})`).join('\n')}
  h${count}
}

objective Fit for Chain {
  loss = sum[width](y * y)
  optimizer sgd(rate = 0.1)
}
`;
}

const folder = mkdtempSync(join(tmpdir(), 'attnc-bench-'));
try {
  const rows: string[][] = [];
  const processes = (what: string, runs: number, args: readonly string[]): void => {
    rows.push(
      row(
        what,
        Array.from({ length: runs }, () => attnc(args)),
      ),
    );
  };
  const compiled = (what: string, runs: number, file: string, ...more: readonly string[]): void =>
    processes(`compile ${what}, a process`, runs, ['compile', file, '--out', folder, ...more]);
  const inProcess = async (what: string, work: () => unknown): Promise<void> => {
    const runs: Run[] = [];
    for (let k = 0; k < 40; k++) runs.push(await warm(work));
    rows.push(row(`${what}, warm`, runs.slice(20)));
  };

  processes('attnc --version, a process', 7, ['--version']);
  const library = nodeLibrary(root);
  const given = process.argv[2];
  for (const model of given === undefined ? ['models/bahdanau/model.attn', 'models/transformer/model.attn'] : [given]) {
    processes(`check ${model}, a process`, 7, ['check', model]);
    compiled(model, 7, model);
    await inProcess(`check ${model}`, () => checkFile(model, library));
    await inProcess(`compile ${model}`, () => compileFile(model, library));
  }
  if (given === undefined) {
    for (const layers of [2, 48]) compiled(`it with ${layers} layers`, 5, 'models/transformer/model.attn', '--set', `layers=${layers}`);
    for (const count of [100, 1000]) {
      const file = join(folder, `chain${count}.attn`);
      writeFileSync(file, chain(count));
      compiled(`${count.toLocaleString('en-US')} blocks in a chain`, 3, file);
    }
  }
  console.log(`Node ${process.version}, ${availableParallelism()} processors\n`);
  for (const line of tableOf(['', 'runs', 'median', 'least', 'most', 'processor', 'peak memory'], rows)) console.log(line);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
