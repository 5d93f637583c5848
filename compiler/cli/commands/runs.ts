import { join, relative, resolve } from 'node:path';
import type { Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { CliError, STATUS, type Io } from '../io/io.ts';
import { entriesIfReadable, isForeign } from '../io/sources.ts';
import { curvesSvg, panelsOf } from '../runs/curves.ts';
import { LOG, readRun, type Run } from '../runs/log.ts';
import { tableOf } from '../task/table.ts';

/** Compares the runs in and below the given folders: what they began with where that differs, and how far they came. */
export function runs(given: Given, io: Io): Promise<number> {
  const folders = given.operands.length === 0 ? ['.'] : given.operands;
  const logs = [...new Set(folders.flatMap((folder) => logsBelow(resolve(io.cwd, folder))))];
  // One log that is none does not hide the others.
  const found = logs.flatMap((folder) => {
    try {
      return [readRun(folder)!];
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      io.err(`${error.message}: left out`);
      return [];
    }
  });
  if (found.length === 0)
    throw new CliError(`there is no ${LOG} of a run in ${folders.join(', ')} or below`, '`attnc train` writes one into its output folder');
  const names = found.map(({ folder }) => relative(io.cwd, folder) || '.');
  const rows = found.map((run, k) => summaryOf(run, names[k]!));
  if (given.has('json')) io.write(`${JSON.stringify(rows, null, 2)}\n`);
  else for (const line of table(found, rows)) io.out(line);
  const svg = given.text('svg');
  if (svg !== undefined) {
    writeWhole(resolve(io.cwd, svg), curvesSvg(panelsOf(found, names)));
    io.err(`curves in ${svg}`);
  }
  return Promise.resolve(STATUS.fine);
}

/** Folders with a log, in order. */
function logsBelow(folder: string): string[] {
  const entries = entriesIfReadable(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  const below = entries.flatMap((entry) => (entry.isDirectory() && !isForeign(entry) ? logsBelow(join(folder, entry.name)) : []));
  return entries.some(({ name }) => name === LOG) ? [folder, ...below] : below;
}

export interface RunSummary {
  readonly run: string;
  readonly task: string;
  readonly configuration: string;
  readonly set: Readonly<Record<string, string | number>>;
  readonly seed: number;
  readonly backend: string;
  readonly step: number;
  readonly steps: number;
  /** `running or killed`, or why it ended. */
  readonly state: string;
  readonly seconds: number;
  readonly stepsPerSecond: number | null;
  readonly loss: number | null;
  /** The best validation. */
  readonly best: { readonly step: number; readonly loss: number; readonly metrics: Readonly<Record<string, number>> } | null;
}

const ENDS: Readonly<Record<string, string>> = { budget: 'done', patience: 'out of patience', signal: 'stopped' };

function summaryOf({ start, progress, validations, end }: Run, run: string): RunSummary {
  const last = progress.at(-1);
  const best = validations.findLast((each) => each.best) ?? null;
  return {
    run,
    task: start.task,
    configuration: start.configuration,
    set: start.set,
    seed: start.seed,
    backend: start.backend,
    step: end?.step ?? last?.step ?? start.step,
    steps: start.steps,
    state: end === null ? 'running or killed' : (ENDS[end.reason] ?? end.reason),
    seconds: end?.seconds ?? last?.seconds ?? 0,
    stepsPerSecond: last?.stepsPerSecond ?? (end !== null && end.seconds > 0 ? (end.step - start.step) / end.seconds : null),
    loss: last?.loss ?? null,
    best: best === null ? null : { step: best.step, loss: best.loss, metrics: best.metrics },
  };
}

type Column = readonly [title: string, cell: (row: RunSummary) => string];

const column = (...given: Column): Column => given;

function table(found: readonly Run[], rows: readonly RunSummary[]): string[] {
  const differs = (of: (row: RunSummary) => unknown): boolean => new Set(rows.map((row) => JSON.stringify(of(row)))).size > 1;
  const options = [...new Set(rows.flatMap(({ set }) => Object.keys(set)))].filter((name) => differs(({ set }) => set[name]));
  const measures = [...new Set(found.flatMap(({ validations }) => validations.flatMap(({ metrics }) => Object.keys(metrics))))];
  const number = (value: number | null | undefined): string => (value == null ? '' : String(Number(value.toPrecision(4))));
  // JSON has null for what is no number.
  const measured = (value: number | null | undefined): string => (value === null ? 'NaN' : number(value));
  const columns: Column[] = [
    ['run', ({ run }) => run],
    ...(differs(({ task }) => task) ? [column('task', ({ task }) => task)] : []),
    ...(differs(({ configuration }) => configuration) ? [column('configuration', ({ configuration }) => configuration)] : []),
    ['state', ({ state }) => state],
  ];
  const numbers: Column[] = [
    ...options.map((name) => [name, ({ set }: RunSummary) => String(set[name] ?? '')] as const),
    ...(differs(({ seed }) => seed) ? [column('seed', ({ seed }) => String(seed))] : []),
    ['step', ({ step, steps }) => `${step} of ${steps}`],
    ['minutes', ({ seconds }) => (seconds / 60).toFixed(1)],
    ['steps/s', ({ stepsPerSecond }) => number(stepsPerSecond)],
    ['loss', ({ loss }) => number(loss)],
    ['best at', ({ best }) => number(best?.step)],
    ['validation', ({ best }) => measured(best?.loss)],
    ...measures.map((name) => [name, ({ best }: RunSummary) => measured(best?.metrics[name])] as const),
  ];
  const all = [...columns, ...numbers];
  return tableOf(
    all.map(([title]) => title),
    rows.map((row) => all.map(([, cell]) => cell(row))),
    columns.length,
  );
}
