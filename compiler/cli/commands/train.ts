import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { CheckpointInfo, CheckpointStore, Configuration, FitOptions, FitResult } from '../../../runtime/index.ts';
import type { Execution } from '../../../runtime/backend/types.ts';
import type { Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { CliError, misuse, STATUS, type Io } from '../io/io.ts';
import { messageOf } from '../io/reasons.ts';
import {
  again,
  backendOf,
  executionOf,
  build,
  configurationOf,
  loadTask,
  outFolderOf,
  taskFile,
  type AnyModel,
  type BackendChoice,
  type Built,
  type LoadedTask,
} from '../task/open.ts';
import { LOG, runLog } from '../runs/log.ts';
import { readRunFile, writeRunFile, type RunFile } from '../task/run-file.ts';
import { evaluationTable } from '../task/table.ts';

export async function train(given: Given, io: Io): Promise<number> {
  if (given.has('quick') && given.has('config')) throw misuse('attnc train: --quick does not go with --config');
  if (given.has('resume') && given.has('fresh')) throw misuse('attnc train: --resume does not go with --fresh');
  const backend = backendOf(given);
  const execution = executionOf(given);
  const wanted = wantedOf(given);
  const where = given.operands[0]!;
  if (given.has('resume')) requireSameSeed(wanted, where, given.text('out'), io);
  const loaded = await loadTask(where, io);
  const outFolder = outFolderOf(loaded, configurationOf(loaded.task, wanted.configuration).name, given.text('out'), io);
  const { folderStore } = await import('../../../runtime/node.ts');
  const store = folderStore(outFolder);
  // Claimed before the folder is inspected: another run's files are not ours to resume or replace.
  let release = existsSync(outFolder) ? await store.claim?.() : undefined;
  try {
    const settings = settingsOf(wanted, given, loaded.task.name, outFolder, io);
    const { name, configuration } = configurationOf(loaded.task, settings.configuration);
    const run: RunFile = {
      task: loaded.task.name,
      configuration: name,
      set: settings.set,
      steps: settings.steps ?? configuration.steps,
      seed: settings.seed ?? configuration.seed,
      ...pacing(settings),
    };
    release ??= await store.claim?.();
    return await trainIn({ given, io, loaded, outFolder, store, backend, execution, run, configuration });
  } finally {
    await release?.();
  }
}

interface Training {
  readonly given: Given;
  readonly io: Io;
  readonly loaded: LoadedTask;
  readonly outFolder: string;
  readonly store: CheckpointStore;
  readonly backend: BackendChoice;
  readonly execution: Execution | undefined;
  readonly run: RunFile;
  readonly configuration: Configuration;
}

async function trainIn({ given, io, loaded, outFolder, store, backend, execution, run, configuration }: Training): Promise<number> {
  const { configuration: name } = run;
  const where = given.operands[0]!;
  const built = await build(
    loaded,
    { outFolder, configuration, set: new Map(Object.entries(run.set)), backend, execution, seed: run.seed },
    io,
  );
  io.err(`${name}: ${configuration.about}`);
  // The checkpoints of an earlier run would be taken for this one's.
  if (given.has('fresh')) {
    for (const old of ['last.safetensors', 'best.safetensors', LOG]) rmSync(join(outFolder, old), { force: true });
    for (const { file } of stepsIn(outFolder)) rmSync(file);
  }

  const { checkpointInfo, fit, showTraining, toExample, toSource } = await import('../../../runtime/index.ts');
  const { open, model } = built;
  const { batchSize, window, validateEvery, patience } = { ...configuration, ...pacing(run) };
  const keep = given.whole('keep', 1) ?? 0;
  const { validate, ...training } = open.training ?? {};
  const show = showTraining(process.stderr);
  const log = runLog(outFolder, run, built.backend, loaded.folder, io);
  const options: FitOptions<object, AnyModel> = {
    ...training,
    batchSize,
    steps: run.steps,
    seed: run.seed,
    ...(window === undefined ? {} : { window }),
    ...(open.validation.length === 0
      ? {}
      : { validate: { ...validate, every: validateEvery, ...(patience === undefined ? {} : { patience }) } }),
    checkpoints: {
      store: keeping(naming(store, outFolder, checkpointInfo, io), outFolder, keep, checkpointInfo),
      every: validateEvery,
      resume: given.has('resume'),
      note: { task: run.task, configuration: name },
    },
    onEvent: (event) => {
      // Not earlier: settings that do not fit the checkpoint would block every later --resume.
      if (event.kind === 'start') writeRunFile(outFolder, run);
      log(event);
      show(event);
    },
  };
  const stop = interruption(io);
  let result: FitResult;
  try {
    result = await fit(
      model,
      { train: toSource(open.train), validation: open.validation.map(toExample) },
      { ...options, signal: stop.signal },
    );
  } finally {
    stop.end();
  }
  const place = relative(io.cwd, outFolder) || '.';
  if (result.steps === 0) {
    io.err('stopped before the first step: nothing was saved');
    return STATUS.interrupted;
  }
  const best = join(outFolder, 'best.safetensors');
  if (result.best === undefined) writeWhole(best, await model.save({ task: run.task, configuration: name, step: result.steps }));
  if (result.reason === 'signal') {
    io.err(
      `stopped after step ${result.steps}; ${place} holds last.safetensors (step ${result.steps}) and best.safetensors (step ${result.best?.step ?? result.steps})`,
    );
    io.err(`To go on: ${again('train', where, [...resumeWords(given), '--resume'])}`);
    return STATUS.interrupted;
  }
  io.err(`saved in ${place}: last.safetensors${result.best === undefined ? '' : `, best.safetensors (step ${result.best.step})`}`);
  if (open.validation.length > 0) await evaluateOn(built, open.validation, 'validation', io);
  return STATUS.fine;
}

interface Wanted {
  readonly configuration: string | undefined;
  readonly set: Readonly<Record<string, string | number>>;
  readonly steps: number | undefined;
  readonly seed: number | undefined;
  readonly batchSize?: number | undefined;
  readonly validateEvery?: number | undefined;
  readonly patience?: number | undefined;
}

/** Those of a configuration's numbers that are given in its stead. */
function pacing({ batchSize, validateEvery, patience }: Pick<Wanted, 'batchSize' | 'validateEvery' | 'patience'>): Partial<RunFile> {
  return {
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(validateEvery === undefined ? {} : { validateEvery }),
    ...(patience === undefined ? {} : { patience }),
  };
}

/** The settings on the command line. */
function wantedOf(given: Given): Wanted {
  return {
    configuration: given.has('quick') ? 'quick' : given.text('config'),
    set: Object.fromEntries(given.pairs('set')),
    steps: given.whole('steps', 1),
    seed: given.whole('seed', 0),
    batchSize: given.whole('batch', 1),
    validateEvery: given.whole('validate-every', 1),
    patience: given.whole('patience', 1),
  };
}

/**
 * A resumed run keeps the seed that it began with. Checked before the task is loaded, which may take a while: without the task
 * its first configuration is not known, so both possible folders are checked.
 */
function requireSameSeed({ seed, configuration }: Wanted, where: string, out: string | undefined, io: Io): void {
  if (seed === undefined) return;
  const base = join(dirname(taskFile(where, io)), 'out');
  const folders = out !== undefined ? [resolve(io.cwd, out)] : configuration === undefined ? [base] : [join(base, configuration), base];
  for (const folder of folders) {
    const run = readRunFile(folder);
    if (run === null || run.seed === seed || (configuration !== undefined && run.configuration !== configuration)) continue;
    throw misuse(
      `attnc train: --seed ${seed} does not go with --resume: ${relative(io.cwd, folder) || '.'} began with the seed ${run.seed}, and the run cannot go on as it began with another`,
      'leave --seed out, begin anew with --fresh, or take another folder with --out',
    );
  }
}

/** When resuming, run.json supplies what the command line leaves out. */
function settingsOf(wanted: Wanted, given: Given, task: string, outFolder: string, io: Io): Wanted {
  const last = join(outFolder, 'last.safetensors');
  const place = relative(io.cwd, outFolder) || '.';
  if (!given.has('resume')) {
    if (existsSync(last) && !given.has('fresh'))
      throw new CliError(
        `${place} holds a run already`,
        '--resume goes on from it, --fresh begins anew and loses it, --out DIR takes another folder',
      );
    return wanted;
  }
  if (!existsSync(last))
    throw new CliError(`${place} holds no run to go on from`, 'leave --resume out, or say with --config or --out which run is meant');
  const run = readRunFile(outFolder);
  if (run === null) return wanted;
  if (run.task !== task)
    throw new CliError(`${place} holds a run of the task ${run.task}, not of ${task}`, 'give another folder with --out');
  // Another configuration has its own number of steps.
  const same = wanted.configuration === undefined || wanted.configuration === run.configuration;
  return {
    configuration: wanted.configuration ?? run.configuration,
    set: { ...run.set, ...wanted.set },
    steps: wanted.steps ?? (same ? run.steps : undefined),
    seed: wanted.seed ?? run.seed,
    batchSize: wanted.batchSize ?? (same ? run.batchSize : undefined),
    validateEvery: wanted.validateEvery ?? (same ? run.validateEvery : undefined),
    patience: wanted.patience ?? (same ? run.patience : undefined),
  };
}

/** The store; a damaged file is reported by name before any of it is used. */
function naming(store: CheckpointStore, folder: string, infoOf: (bytes: Uint8Array) => CheckpointInfo, io: Io): CheckpointStore {
  return {
    // It has been claimed already.
    save: async (name, bytes) => store.save(name, bytes),
    load: async (name) => {
      const bytes = await store.load(name);
      try {
        if (bytes !== null) infoOf(bytes);
      } catch (error) {
        const file = relative(io.cwd, join(folder, `${name}.safetensors`));
        throw new CliError(
          `${file} cannot be used: ${messageOf(error)}`,
          'put a whole copy of it there and go on with --resume, begin anew with --fresh, or take another folder with --out',
          { cause: error },
        );
      }
      return bytes;
    },
  };
}

/** The store, which also leaves each of the last `count` checkpoints under its step. */
function keeping(store: CheckpointStore, folder: string, count: number, infoOf: (bytes: Uint8Array) => CheckpointInfo): CheckpointStore {
  if (count === 0) return store;
  return {
    save: async (name, bytes) => {
      await store.save(name, bytes);
      if (name !== 'last') return;
      writeWhole(join(folder, `step-${infoOf(bytes).step}.safetensors`), bytes);
      for (const { file } of stepsIn(folder).slice(0, -count)) rmSync(file);
    },
    load: async (name) => store.load(name),
  };
}

/** Checkpoints under their steps, the earliest first. */
function stepsIn(folder: string): { readonly step: number; readonly file: string }[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const step = /^step-(\d+)\.safetensors$/u.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), file: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

function resumeWords(given: Given): string[] {
  return [
    ...(given.has('quick') ? ['--quick'] : []),
    ...['config', 'out', 'backend', 'execution', 'keep'].flatMap((name) =>
      given.text(name) === undefined ? [] : [`--${name}`, given.text(name)!],
    ),
  ];
}

/** The first Ctrl-C ends the run after the current step, a second one at once. */
function interruption(io: Io): { readonly signal: AbortSignal; end(): void } {
  const abort = new AbortController();
  const interrupt = (): void => {
    if (abort.signal.aborted) process.exit(STATUS.interrupted);
    io.err('\nstopping after this step; once more stops at once');
    abort.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: abort.signal,
    end: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

/** Prints the table of a task's measures. */
export async function evaluateOn({ open, model }: Built, examples: Built['open']['test'], what: string, io: Io): Promise<void> {
  const { ProgressBar, repeating } = await import('../../../runtime/index.ts');
  const bar = new ProgressBar(process.stderr, { label: what, total: examples.length });
  const evaluation = await repeating(examples.length, () => open.evaluate(model, examples, (done) => bar.update(done)));
  if (process.stderr.isTTY) {
    bar.update(examples.length);
    bar.end();
  }
  for (const line of evaluationTable(evaluation)) io.out(line);
}
