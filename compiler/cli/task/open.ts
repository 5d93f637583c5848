/** A task from its folder: loads it, compiles its program, and builds its model on a backend. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Configuration, Learner, OpenTask, Task } from '../../../runtime/index.ts';
import { BACKEND_NAMES, EXECUTIONS, type Execution } from '../../../runtime/backend/types.ts';
import type { Program } from '../../index.ts';
import { compileTo, moduleIn } from '../commands/compile.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { shellWord, type Given } from '../arguments.ts';
import { CliError, misuse, type Io } from '../io/io.ts';
import { statOf } from '../io/library.ts';
import type { Settings } from '../programs/settings.ts';
import { moduleImporter, type ImportModule } from './modules.ts';

export type AnyModel = Learner<object>;
export type AnyTask = Task<object, object, unknown, AnyModel, Readonly<Record<string, unknown>>>;
export type AnyOpenTask = OpenTask<object, object, unknown, AnyModel>;

export interface LoadedTask {
  readonly task: AnyTask;
  /** The folder of task.ts. */
  readonly folder: string;
  readonly importModule: ImportModule;
}

/** @param where the folder of a task.ts, or the path of such a file */
export async function loadTask(where: string, io: Io): Promise<LoadedTask> {
  const file = taskFile(where, io);
  const importModule = moduleImporter();
  const { task } = await importModule(file);
  const fault = faultOf(task);
  if (fault !== null)
    throw new CliError(
      `${relative(io.cwd, file)} is not a task: ${fault}`,
      "export a `task` of type `Task` (import type { Task } from 'attnc/runtime')",
    );
  return { task: task as AnyTask, folder: dirname(file), importModule };
}

/** The file of a task, not loaded yet. */
export function taskFile(where: string, io: Io): string {
  const path = resolve(io.cwd, where);
  const stat = statOf(path);
  if (stat === undefined) throw new CliError(`there is no ${where}`, 'give the folder of a task.ts, or the path of such a file');
  if (!stat.isDirectory()) {
    if (!/\.[cm]?[jt]s$/u.test(path))
      throw new CliError(`${where} is not a task`, `give its folder: ${relative(io.cwd, dirname(path)) || '.'}`);
    return path;
  }
  const file = ['task.ts', 'task.js', 'task.mjs'].map((name) => join(path, name)).find((each) => existsSync(each));
  if (file === undefined)
    throw new CliError(`${where} has no task.ts`, 'a task names the data, the sizes and the measures; `attnc init` writes an example');
  return file;
}

function faultOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it exports no `task`';
  const task = value as Readonly<Record<string, unknown>>;
  for (const [field, type] of [
    ['name', 'string'],
    ['source', 'string'],
    ['configurations', 'object'],
    ['open', 'function'],
    ['create', 'function'],
  ] as const) {
    if (typeof task[field] !== type || task[field] === null)
      return `its \`${field}\` is ${task[field] === undefined ? 'missing' : `not ${type === 'object' ? 'an' : 'a'} ${type}`}`;
  }
  return Object.keys(task.configurations as object).length === 0 ? 'it has no configuration' : null;
}

export function configurationOf(task: AnyTask, name: string | undefined): { readonly name: string; readonly configuration: Configuration } {
  const names = Object.keys(task.configurations);
  const chosen = name ?? names[0]!;
  const configuration = Object.hasOwn(task.configurations, chosen) ? task.configurations[chosen] : undefined;
  if (configuration !== undefined) return { name: chosen, configuration };
  const near = didYouMean(chosen, names);
  const list = names.map((each) => `${each} (${task.configurations[each]!.about})`).join(', ');
  throw misuse(`${task.name} has no configuration ${chosen}; it has: ${list}`, near === null ? undefined : `did you mean ${near}?`);
}

export interface BuildOptions {
  readonly outFolder: string;
  readonly configuration: Configuration;
  /** The user's settings, which override the configuration's. */
  readonly set: Settings;
  readonly backend: BackendChoice;
  readonly execution?: Execution | undefined;
  readonly seed: number;
  /** Inspects the compiled programs before they are used. */
  readonly programs?: (programs: readonly Program[]) => void;
  /** The sizes of a checkpoint, which override the task's. */
  readonly dims?: Readonly<Record<string, number>> | undefined;
}

export interface Built {
  readonly open: AnyOpenTask;
  readonly model: AnyModel;
  readonly backend: BackendChoice;
  /** Those of the module. */
  readonly programs: readonly Program[];
}

/** Compiles the task's program into the output folder, loads it, opens the data and creates the model. */
export async function build({ task, folder, importModule }: LoadedTask, options: BuildOptions, io: Io): Promise<Built> {
  const { outFolder, configuration } = options;
  const set = settingsOf(configuration, options.set);
  const source = relative(io.cwd, resolve(folder, task.source));
  const module = moduleIn(outFolder, task.source);
  const compiled = await compileTo({ file: source, out: module, set }, io, true);
  if (!compiled.fine) throw new CliError(`${source} has errors: there is no model`);
  options.programs?.(compiled.programs);

  const { useBackend } = await import('../../../runtime/index.ts');
  const active = await useBackend(options.backend, { execution: options.execution });
  io.err(`${task.name} on ${active.name} (${active.detail}${active.execution === null ? '' : `; ${WAYS[active.execution]}`})`);

  const open = await task.open(configuration);
  // Options and the other dims of `--set` are part of the code already.
  const sizes = Object.fromEntries(
    [...set].filter((entry): entry is [string, number] => typeof entry[1] === 'number' && compiled.dims.has(entry[0])),
  );
  const dims = options.dims ?? { ...open.dims, ...configuration.dims, ...sizes };
  const model = task.create(await importModule(module), { dims, seed: options.seed });
  return { open, model, backend: active.name, programs: compiled.programs };
}

/** What a run says of the way in which its functions run. */
const WAYS: Readonly<Record<Execution, string>> = {
  auto: 'long training as graphs',
  eager: 'operation by operation',
  graph: 'as graphs',
  xla: 'as graphs that XLA compiles',
};

/** @throws CliError (misuse) for an unknown way */
export function executionOf(given: Given): Execution | undefined {
  const name = given.text('execution');
  return name === undefined ? undefined : oneOf(name, EXECUTIONS, 'way of execution');
}

const CHOICES = ['auto', ...BACKEND_NAMES] as const;
export type BackendChoice = (typeof CHOICES)[number];

/** @throws CliError (misuse) for an unknown backend, before anything else is checked */
export function backendOf(given: Given): BackendChoice {
  return oneOf(given.text('backend') ?? 'auto', CHOICES, 'backend');
}

function oneOf<T extends string>(name: string, choices: readonly T[], what: string): T {
  const chosen = choices.find((each) => each === name);
  if (chosen !== undefined) return chosen;
  const near = didYouMean(name, choices);
  throw misuse(`there is no ${what} ${name}: choose ${choices.join(', ')}`, near === null ? undefined : `did you mean ${near}?`);
}

/** The compile settings of a configuration's program. */
export function settingsOf({ set }: Configuration, given: Settings): Settings {
  return new Map([...Object.entries(set ?? {}), ...given]);
}

/**
 * `out/` in the task's folder for its first configuration, a subfolder of it for any other, or whatever `--out` says: a quick run
 * neither hides what the task ships nor blocks a full one.
 */
export function outFolderOf({ task, folder }: LoadedTask, configuration: string, out: string | undefined, io: Io): string {
  if (out !== undefined) return resolve(io.cwd, out);
  return isDefault(task, configuration) ? join(folder, 'out') : join(folder, 'out', configuration);
}

export function isDefault(task: AnyTask, configuration: string): boolean {
  return configuration === Object.keys(task.configurations)[0];
}

/** The command line to do this again, for messages. */
export function again(command: string, where: string, extra: readonly string[]): string {
  return ['attnc', command, ...[where, ...extra].map(shellWord)].join(' ');
}
