/** `log.jsonl`: every event of a training run, one JSON object a line, appended as it happens. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingEvent } from '../../../runtime/index.ts';
import type { Io } from '../io/io.ts';
import { CliError } from '../io/io.ts';
import { packageVersion } from '../io/library.ts';
import { codeOf, reasonOf } from '../io/reasons.ts';
import type { RunFile } from '../task/run-file.ts';

/** What a run began with; another one each time that it is resumed. */
export interface RunStart extends RunFile {
  readonly kind: 'start';
  /** ISO 8601. */
  readonly time: string;
  /** Steps done before; 0 for a new run. */
  readonly step: number;
  readonly parameterCount: number;
  readonly backend: string;
  readonly attnc: string;
  readonly node: string;
  /** Of the repository that the task is in, if it is in one: with `+` where files had changed. */
  readonly commit?: string;
}

export type RunEvent =
  | RunStart
  /** `memory`: of the process, in MiB. */
  | (Extract<TrainingEvent, { kind: 'progress' }> & { readonly memory: number })
  | Extract<TrainingEvent, { kind: 'validation' | 'checkpoint' | 'end' }>;

export const LOG = 'log.jsonl';

/** Appends to the folder's log. What cannot be written is told once, and ends no training. */
export function runLog(folder: string, run: RunFile, backend: string, taskFolder: string, io: Io): (event: TrainingEvent) => void {
  const file = join(folder, LOG);
  let broken = false;
  return (event) => {
    if (broken) return;
    try {
      if (event.kind === 'start') {
        const { step, parameterCount } = event;
        const commit = commitOf(taskFolder);
        const start: RunStart = {
          kind: 'start',
          time: new Date().toISOString(),
          ...run,
          step,
          parameterCount,
          backend,
          attnc: packageVersion(),
          node: process.version,
          ...(commit === null ? {} : { commit }),
        };
        (step === 0 ? writeFileSync : appendFileSync)(file, lineOf(start));
      } else if (event.kind === 'progress')
        appendFileSync(file, lineOf({ ...event, memory: Math.round(process.memoryUsage.rss() / 2 ** 20) }));
      else appendFileSync(file, lineOf(event));
    } catch (error) {
      broken = true;
      io.err(`${file} could not be written: ${reasonOf(error)}; the training goes on without it`);
    }
  };
}

const lineOf = (event: RunEvent): string => `${JSON.stringify(event)}\n`;

function commitOf(folder: string): string | null {
  const git = (...args: string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return status === 0 ? stdout.trim() : null;
  };
  const commit = git('rev-parse', 'HEAD');
  return commit === null ? null : `${commit}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
}

/** One run, as its log tells it. */
export interface Run {
  readonly folder: string;
  /** The last one. */
  readonly start: RunStart;
  readonly progress: readonly Extract<RunEvent, { kind: 'progress' }>[];
  readonly validations: readonly Extract<RunEvent, { kind: 'validation' }>[];
  /** Null: it runs still, or was killed. */
  readonly end: Extract<RunEvent, { kind: 'end' }> | null;
}

/**
 * Reads a folder's log; null if there is none. A last line that was cut off is left out, and so is what a resumed run did
 * again.
 *
 * @throws CliError for a file that is no log
 */
export function readRun(folder: string): Run | null {
  const file = join(folder, LOG);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw new CliError(`${file} could not be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
  let events: RunEvent[] = [];
  const lines = text.split('\n').filter((line) => line !== '');
  for (const [k, line] of lines.entries()) {
    const event = eventOf(line);
    if (event === null) {
      if (k === lines.length - 1 && !text.endsWith('\n')) continue;
      throw new CliError(`${file}, line ${k + 1}: this is no event of a training run`, 'delete the file, or the line');
    }
    if (event.kind === 'start') events = events.filter((each) => each.kind !== 'end' && each.step <= event.step);
    events.push(event);
  }
  const all = <K extends RunEvent['kind']>(kind: K): Extract<RunEvent, { kind: K }>[] =>
    events.filter((event): event is Extract<RunEvent, { kind: K }> => event.kind === kind);
  const start = all('start').at(-1);
  if (start === undefined)
    throw new CliError(`${file} does not say how the run began`, 'a run that was killed at its start leaves such a file: delete it');
  return { folder, start, progress: all('progress'), validations: all('validation'), end: all('end').at(-1) ?? null };
}

type Fields = Readonly<Record<string, 'string' | 'number' | 'object' | 'boolean'>>;

/** What is read of each event; a number that is not finite is null in JSON. */
const NEEDED: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ['start', { step: 'number', steps: 'number', seed: 'number', task: 'string', configuration: 'string', set: 'object', backend: 'string' }],
  ['progress', { step: 'number', loss: 'number', seconds: 'number', stepsPerSecond: 'number', metrics: 'object' }],
  ['validation', { step: 'number', loss: 'number', metrics: 'object', best: 'boolean' }],
  ['checkpoint', { step: 'number' }],
  ['end', { step: 'number', reason: 'string', seconds: 'number' }],
]);

const isOf = (type: string, value: unknown): boolean => (type === 'number' && value === null) || (value !== null && typeof value === type);

function eventOf(line: string): RunEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    const fields = value as Readonly<Record<string, unknown>>;
    const needed = typeof fields.kind === 'string' ? NEEDED.get(fields.kind) : undefined;
    return needed !== undefined && Object.entries(needed).every(([name, type]) => isOf(type, fields[name])) ? (value as RunEvent) : null;
  } catch {
    return null;
  }
}
