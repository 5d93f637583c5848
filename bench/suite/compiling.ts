/** What a command of `attnc` costs as a process of its own. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Run {
  /** Milliseconds. */
  readonly wall: number;
  readonly processor: number;
  /** Kilobytes; null: not a process of its own. */
  readonly memory: number | null;
}

/** Says at the end what the process has used, on a stream that is its own. */
const TELL = `import { writeSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ processor: (userCPUTime + systemCPUTime) / 1000, memory: maxRSS }));
});`;

export function attnc(args: readonly string[]): Run {
  const start = performance.now();
  const node = ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`, join(root, 'compiler', 'cli', 'attnc.mjs'), ...args];
  const { status, stderr, output } = spawnSync(process.execPath, node, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`attnc ${args.join(' ')}: ${stderr}`);
  return { wall: performance.now() - start, ...(JSON.parse(output[3]!) as Pick<Run, 'processor' | 'memory'>) };
}
