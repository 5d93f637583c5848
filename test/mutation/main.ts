/**
 * `npm run mutants`: how many changes of the compiler the tests notice. Some of all mutants (`mutants.ts`) are chosen; the tests run
 * once, which says what reaches each; then they run again for each mutant, those that reach it, until one fails.
 *
 *   --seed N     which mutants are chosen follows from it (default 1)
 *   --count N    how many (default 300)
 *   --only TEXT  of the files whose path has it
 *   --from N     begin with this one of the chosen
 *   --budget N   of a mutant: tests that take so many seconds where nothing is changed, those first that catch most in little time (default 90)
 *   --jobs N     processes that run tests (default: one for each core)
 *   --report FILE   the result as Markdown
 *   --times      what each test file takes
 *
 * What no test can notice, since it changes nothing, stands in `equivalent.json` with the reason, and is counted apart.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Chance } from '../attack/chance.ts';
import { mutantsOf, type Mutant, type Numbered } from './mutants.ts';
import { verdicts, type Fate, type Verdict } from './report.ts';
import type { FileResult, Order } from './runner.ts';
import { TESTS } from './tests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const FOLDERS = ['analyze', 'graph', 'oracle', 'passes', 'size', 'emit'].map((name) => `compiler/${name}`);

const { values: given } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    budget: { type: 'string', default: '90' },
    report: { type: 'string' },
    times: { type: 'boolean' },
  },
});

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => `${folder}/${file}`);
}

function chosen(): Numbered[] {
  const all = FOLDERS.flatMap((folder) => filesIn(folder, '.ts'))
    .filter((file) => file.includes(given.only))
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')));
  const chance = new Chance(Number(given.seed));
  const left: Mutant[] = [...all];
  const sample = Array.from({ length: Math.min(Number(given.count), left.length) }, () => left.splice(chance.below(left.length), 1)[0]!);
  console.log(`${sample.length} of ${all.length} mutants`);
  return sample.map((mutant, id) => ({ ...mutant, id }));
}

/** The process that runs tests; begun anew where one did not end. */
class Runner {
  readonly #sample: readonly Numbered[];
  #process: ChildProcess | null = null;

  constructor(sample: readonly Numbered[]) {
    this.#sample = sample;
  }

  /** @returns null where the time was over */
  async run(order: Order, seconds: number): Promise<readonly FileResult[] | null> {
    this.#process ??= await this.#begun();
    const answer = await this.#answer({ order }, seconds);
    if (answer === null) this.end();
    return answer as readonly FileResult[] | null;
  }

  end(): void {
    if (this.#process?.pid !== undefined) process.kill(-this.#process.pid, 'SIGKILL');
    this.#process = null;
  }

  async #begun(): Promise<ChildProcess> {
    const env = { ...process.env, ATTNC_BACKENDS: 'cpu' };
    this.#process = fork(fileURLToPath(new URL('./runner.ts', import.meta.url)), {
      detached: true,
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await this.#answer({ begin: { root, sample: this.#sample } }, 120);
    return this.#process;
  }

  #answer(message: object, seconds: number): Promise<unknown> {
    const child = this.#process!;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), seconds * 1000);
      child.once('message', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      child.send(message);
    });
  }
}

/** What the tests do where nothing is changed. */
class Reach {
  readonly #results: readonly FileResult[];
  /** Emitted code as it was reviewed tells most changes. */
  readonly #caught = new Map([[join(root, 'test/golden.test.ts'), 40]]);

  constructor(results: readonly FileResult[]) {
    this.#results = results;
  }

  /** The test files that reach a mutant, first those that have caught much in little time, within the budget. */
  of(id: number): readonly FileResult[] {
    const loaded = this.#results.some(({ reached }) => id in reached.loads);
    const worth = ({ file, seconds }: FileResult): number => ((this.#caught.get(file) ?? 0) + 1) / (seconds + 0.5);
    const sorted = this.#results.filter(({ reached }) => loaded || id in reached.runs).toSorted((a, b) => worth(b) - worth(a));
    let left = Number(given.budget);
    return sorted.filter(({ seconds }) => (left -= seconds) + seconds > 0);
  }

  limit(id: number): number {
    return 1_000 + 300 * Math.max(...this.#results.map(({ reached }) => Math.max(reached.runs[id] ?? 0, reached.loads[id] ?? 0)));
  }

  note(file: string): void {
    this.#caught.set(file, (this.#caught.get(file) ?? 0) + 1);
  }
}

async function fate(mutant: Numbered, runner: Runner, reach: Reach): Promise<Fate> {
  const tests = reach.of(mutant.id);
  if (tests.length === 0) return { kind: 'unreached' };
  const order: Order = { active: mutant.id, limit: reach.limit(mutant.id), files: tests.map(({ file }) => file), bail: true };
  const results = await runner.run(order, 60 + 5 * tests.reduce((sum, { seconds }) => sum + seconds, 0));
  if (results === null) return { kind: 'endless' };
  const failing = results.find(({ failed }) => failed !== null);
  if (failing === undefined) return { kind: 'survived' };
  reach.note(failing.file);
  return { kind: 'caught', by: `${failing.file.slice(root.length + 1)}: ${failing.failed}` };
}

const sample = chosen();
const runners = Array.from({ length: Math.max(1, Number(given.jobs)) }, () => new Runner(sample));
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => runners.forEach((runner) => runner.end()));
const files = TESTS.flatMap((name) => (name.endsWith('.ts') ? [name] : filesIn(name, '.test.ts'))).map((file) => join(root, file));
const clean = await runners[0]!.run({ active: -1, limit: Infinity, files, bail: false }, 3_600);
if (clean === null) throw new Error('the tests did not end');
console.log(`${clean.length} test files in ${clean.reduce((sum, { seconds }) => sum + seconds, 0).toFixed()} s`);
if (given.times === true)
  for (const { file, seconds } of clean.toSorted((a, b) => b.seconds - a.seconds))
    console.log(`${seconds.toFixed(1)} s ${file.slice(root.length + 1)}`);
// What fails without a mutant would seem to catch all of them.
for (const { file, failed } of clean)
  if (failed !== null) console.error(`left out, since it fails without a mutant: ${file.slice(root.length + 1)}: ${failed}`);

const reach = new Reach(clean.filter(({ failed }) => failed === null));
const results: Verdict[] = [];
const queue = sample.slice(Number(given.from)).values();
await Promise.all(
  runners.map(async (runner) => {
    for (const mutant of queue) {
      const start = Date.now();
      const verdict = { mutant, fate: await fate(mutant, runner, reach) };
      results.push(verdict);
      console.log(`${mutant.id} ${((Date.now() - start) / 1000).toFixed()} s ${verdicts([verdict])}`);
    }
  }),
);
console.log(verdicts(results));
if (given.report !== undefined) {
  mkdirSync(dirname(given.report), { recursive: true });
  writeFileSync(given.report, verdicts(results));
}
process.exit(0);
