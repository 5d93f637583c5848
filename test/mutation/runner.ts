/** A process of its own that runs test files with one mutant on: where that never ends, it is killed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { switched, type Numbered } from './mutants.ts';
import type { Reached } from './switches.ts';

export interface Begin {
  readonly root: string;
  readonly sample: readonly Numbered[];
}

export interface Order {
  readonly active: number;
  readonly limit: number;
  /** In the order in which they are to run. */
  readonly files: readonly string[];
  /** Whether to end at the first failure. */
  readonly bail: boolean;
}

export interface FileResult {
  readonly file: string;
  readonly failed: string | null;
  readonly seconds: number;
  readonly reached: Reached;
}

const none: Reached = { runs: {}, loads: {} };
let order: readonly string[] = [];
let vitest: Vitest;
let results: FileResult[] = [];
let bail = false;

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => order.indexOf(a.moduleId) - order.indexOf(b.moduleId));
  }
}

async function begin({ root, sample }: Begin): Promise<void> {
  const of = (id: string): Numbered[] => sample.filter(({ file }) => `${root}/${file}` === id);
  vitest = await createVitest(
    'test',
    {
      root,
      watch: false,
      pool: 'forks',
      isolate: false,
      maxWorkers: 1,
      fileParallelism: false,
      reporters: [
        {
          onTestModuleEnd(module) {
            const failing = [...module.children.allTests('failed')][0];
            const failed = failing?.fullName ?? (module.state() === 'failed' ? (module.errors()[0]?.message ?? 'failed') : null);
            results.push({
              file: module.moduleId,
              failed,
              seconds: module.diagnostic().duration / 1000,
              reached: module.meta().reached ?? none,
            });
            if (failed !== null && bail) void vitest.cancelCurrentRun('test-failure');
          },
        },
      ],
      setupFiles: [fileURLToPath(new URL('./switches.ts', import.meta.url))],
      sequence: { sequencer: InOrder },
      onConsoleLog: () => false,
    },
    {
      plugins: [
        {
          name: 'mutants',
          enforce: 'pre',
          transform: (_, id) => {
            const own = of(id.split('?')[0]!);
            return own.length === 0 ? null : { code: switched(readFileSync(id, 'utf8'), own), map: null };
          },
        },
      ],
    },
  );
}

async function run({ active, limit, files, bail: stop }: Order): Promise<FileResult[]> {
  [order, bail, results] = [files, stop, []];
  vitest.provide('active', active);
  vitest.provide('limit', limit);
  vitest.config.bail = stop ? 1 : 0;
  for (const project of vitest.projects) project.config.bail = stop ? 1 : 0;
  vitest.state.filesMap.clear();
  await vitest.start([...files]);
  return results;
}

process.on('message', (message: { readonly begin: Begin } | { readonly order: Order }) => {
  void ('begin' in message ? begin(message.begin).then(() => 'ready') : run(message.order)).then((answer) => process.send!(answer));
});
process.on('disconnect', () => process.exit());
