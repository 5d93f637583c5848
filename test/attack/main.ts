/**
 * `npm run attack`: holds what the product promises against generated input, in several processes, for so many minutes.
 *
 *   --seed N        what is generated follows from it (default 1)
 *   --minutes N     when to end (default 5)
 *   --only a,b      parts: see `parts.ts`
 *   --jobs N        processes (default: one for each core)
 *   --backends a,b  (default: all that work here)
 *   --from N --count N   just these numbers of a part, as a counter-example says
 *   --report FILE   the counts as a table in Markdown
 *
 * Exit code 1 where something does not hold.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judgeMutants } from './mutants.ts';
import { PARTS, type PartName, type Task } from './parts.ts';
import { report } from './report.ts';
import { Tally, type CounterExample } from './tally.ts';
import type { Answer } from './worker.ts';

/** Tasks of one process: then another goes on, with fresh memory. */
const TASKS = 240;
/** Of one kind so many counter-examples are made small and shown. */
const SHOWN = 3;
const PATIENCE = 20_000;
/** Characters of what a process wrote last. */
const SAID = 2_000;

const { values: given } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '5' },
    only: { type: 'string' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    backends: { type: 'string' },
    from: { type: 'string' },
    count: { type: 'string' },
    report: { type: 'string' },
  },
});

function whole(name: 'seed' | 'minutes' | 'jobs' | 'from' | 'count', fallback = 0): number {
  const value = Number(given[name] ?? fallback);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name}: expected a number, given ${given[name]}`);
  return value;
}

function partsWanted(): readonly PartName[] {
  const all = Object.keys(PARTS) as PartName[];
  const only = given.only?.split(',');
  const unknown = only?.find((name) => !all.includes(name as PartName));
  if (unknown !== undefined) throw new Error(`--only: there is no part ${unknown}: ${all.join(', ')}`);
  return only === undefined ? all : (only as PartName[]);
}

class Attack {
  readonly #parts = partsWanted();
  readonly #seed = whole('seed', 1);
  readonly #start = Date.now();
  #end = Date.now() + whole('minutes') * 60_000;
  readonly #tally = new Tally();
  readonly #next = new Map<PartName, number>();
  readonly #found = new Map<string, CounterExample[]>();
  readonly #alike = new Map<string, number>();
  readonly #fixed = given.from === undefined ? null : { from: whole('from'), left: whole('count', 1) };

  async run(): Promise<number> {
    // Ctrl-C ends it after the tasks that are under way, with what has been counted.
    process.once('SIGINT', () => void (this.#end = 0));
    const progress = setInterval(() => this.#progress(), process.stderr.isTTY ? 2_000 : 60_000);
    await Promise.all(Array.from({ length: Math.max(1, whole('jobs')) }, () => this.#job()));
    clearInterval(progress);
    for (const example of judgeMutants(this.#tally)) this.#add(example);
    this.#conclude();
    return this.#alike.size === 0 ? 0 : 1;
  }

  /** The part that is furthest behind what an hour should have tried. */
  #task(): Task | null {
    if (this.#fixed !== null) {
      const { from, left } = this.#fixed;
      if (left <= 0) return null;
      this.#fixed.from += 1;
      this.#fixed.left -= 1;
      return { part: this.#parts[0]!, seed: this.#seed, from, count: 1, patience: PATIENCE, known: [] };
    }
    if (Date.now() >= this.#end) return null;
    const open = this.#parts.filter((part) => (this.#next.get(part) ?? 0) < (PARTS[part].limit ?? Infinity));
    const [part] = open.sort((a, b) => (this.#next.get(a) ?? 0) / PARTS[a].hourly - (this.#next.get(b) ?? 0) / PARTS[b].hourly);
    if (part === undefined) return null;
    const from = this.#next.get(part) ?? 0;
    const count = Math.min(PARTS[part].chunk, (PARTS[part].limit ?? Infinity) - from);
    this.#next.set(part, from + count);
    return { part, seed: this.#seed, from, count, patience: PATIENCE, known: this.#known(part) };
  }

  #known(part: PartName): readonly string[] {
    return [...this.#alike].flatMap(([key, count]) => (count >= SHOWN && key.startsWith(`${part}: `) ? [key.slice(part.length + 2)] : []));
  }

  async #job(): Promise<void> {
    for (let open = true; open; ) {
      const worker = await started();
      for (let tasks = 0; tasks < TASKS; tasks++) {
        const task = this.#task();
        if (task === null) {
          open = false;
          break;
        }
        if (!(await this.#do(worker, task))) break;
      }
      worker.child.kill();
    }
  }

  /** False where the process is no more. */
  async #do(worker: Worker, task: Task): Promise<boolean> {
    const answer = await asked(worker.child, task, PARTS[task.part].seconds * 1_000 + SHOWN * PATIENCE);
    if (typeof answer === 'string') {
      this.#add({
        part: task.part,
        kind: answer,
        message: `${answer}: numbers ${task.from} to ${task.from + task.count - 1}\n${worker.lastSaid()}`,
        test: '',
        again: `npm run attack -- --only ${task.part} --seed ${task.seed} --from ${task.from} --count ${task.count} --jobs 1`,
      });
      worker.child.kill('SIGKILL');
      return false;
    }
    this.#tally.add(answer);
    for (const example of answer.examples) this.#add(example);
    return true;
  }

  #add(example: CounterExample): void {
    const key = `${example.part}: ${example.kind}`;
    const count = (this.#alike.get(key) ?? 0) + 1;
    this.#alike.set(key, count);
    // Enough of a kind are shown whole: of the others where they are.
    if (count > SHOWN) {
      console.log(`\n${key}\nagain: ${example.again}`);
      return;
    }
    this.#found.set(key, [...(this.#found.get(key) ?? []), example]);
    console.log(`\n${key}\n${example.message}\n${example.test}\nagain: ${example.again}`);
  }

  #progress(): void {
    const minutes = ((Date.now() - this.#start) / 60_000).toFixed(1);
    const done = this.#parts.map((part) => `${part} ${this.#next.get(part) ?? 0}`).join(', ');
    const bad = [...this.#alike.values()].reduce((a, b) => a + b, 0);
    process.stderr.write(
      process.stderr.isTTY
        ? `\r\u001b[K${minutes} min: ${done}; ${bad} counter-examples `
        : `${minutes} min: ${done}; ${bad} counter-examples\n`,
    );
  }

  #conclude(): void {
    const table = report(this.#tally, this.#alike, { seed: this.#seed, minutes: (Date.now() - this.#start) / 60_000, jobs: whole('jobs') });
    if (given.report !== undefined) writeFileSync(given.report, table);
    console.log(`\n${table}`);
  }
}

interface Worker {
  readonly child: ChildProcess;
  /** The end of what it wrote to stderr: the reason where it aborts. */
  lastSaid(): string;
}

function started(): Promise<Worker> {
  const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
    env: { ...process.env, ...(given.backends === undefined ? {} : { ATTACK_BACKENDS: given.backends }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-SAID);
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve({ child, lastSaid: () => said }));
    child.once('exit', (code) => reject(new Error(`a process of the attack ended at once, with ${code}: ${said}`)));
  });
}

/** The answer; or what went wrong, where there is none. */
function asked(worker: ChildProcess, task: Task, patience: number): Promise<Answer | string> {
  return new Promise((resolve) => {
    const ended = (outcome: Answer | string): void => {
      clearTimeout(timer);
      worker.removeAllListeners('message');
      worker.removeAllListeners('close');
      resolve(outcome);
    };
    const timer = setTimeout(() => ended('hangs'), patience);
    worker.once('message', (answer) => ended(answer as Answer));
    // By then all that it wrote has come.
    worker.once('close', (code, signal) => ended(`the process ended with ${signal ?? code}`));
    worker.send(task);
  });
}

process.exit(await new Attack().run());
