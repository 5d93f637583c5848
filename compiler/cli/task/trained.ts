/** A task with the parameters of a checkpoint. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { CheckpointInfo, TensorFile } from '../../../runtime/index.ts';
import { pathsOfRounds } from '../../../runtime/names.ts';
import type { Axis, Parameter } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import type { Program } from '../../index.ts';
import type { Given } from '../arguments.ts';
import { sizesOf } from '../programs/cost.ts';
import { CliError, misuse, type Io } from '../io/io.ts';
import { messageOf } from '../io/reasons.ts';
import {
  again,
  backendOf,
  build,
  executionOf,
  configurationOf,
  isDefault,
  loadTask,
  outFolderOf,
  type BackendChoice,
  type Built,
  type LoadedTask,
} from './open.ts';
import { readRunFile } from './run-file.ts';

export interface Trained extends Built {
  readonly checkpoint: string;
}

/** Which task, where its runs are, and what it runs on. */
export interface Where {
  readonly task: string;
  /** The output folder, where it is not the usual one. */
  readonly out: string | undefined;
  readonly backend: BackendChoice;
}

export async function openTrained(
  given: Given,
  io: Io,
  { task: where, out, backend }: Where = { task: given.operands[0]!, out: given.text('out'), backend: backendOf(given) },
): Promise<Trained> {
  const execution = executionOf(given);
  const [wanted, named] = [given.text('config'), given.text('checkpoint')];
  const other = out !== undefined ? 'out' : 'checkpoint';
  if (wanted !== undefined && given.has(other))
    throw misuse(`--config does not go with --${other}`, 'a run and its checkpoints tell of which configuration they are');
  const loaded = await loadTask(where, io);
  const { name } = configurationOf(loaded.task, wanted);
  const outFolder = outFolderOf(loaded, name, out, io);
  // What the user trained takes precedence over what the task ships, which belongs to its first configuration.
  const shipped = isDefault(loaded.task, name) ? [join(loaded.folder, 'checkpoint.safetensors')] : [];
  const candidates = named === undefined ? [...runIn(outFolder), ...shipped] : [resolve(io.cwd, named)];
  const checkpoint = candidates.find((file) => existsSync(file));
  if (checkpoint === undefined) {
    const fix =
      named === undefined ? howToGet(loaded, where, name, out, io) : 'give the path of a .safetensors file that `attnc train` wrote';
    throw new CliError(`there is no checkpoint ${candidates.map((file) => relative(io.cwd, file)).join(' or ')}`, fix);
  }
  const { checkpointInfo, readSafetensors } = await import('../../../runtime/index.ts');
  const { readCheckpointFile } = await import('../../../runtime/node.ts');
  const bytes = await readCheckpointFile(checkpoint);
  const shown = relative(io.cwd, checkpoint);
  const unreadable = (error: unknown): CliError =>
    new CliError(`${shown} cannot be used: ${messageOf(error)}`, 'take another checkpoint, or train anew', { cause: error });
  let info: CheckpointInfo, tensors: TensorFile['tensors'];
  try {
    info = checkpointInfo(bytes);
    ({ tensors } = readSafetensors(bytes));
  } catch (error) {
    throw unreadable(error);
  }
  if (info.task !== undefined && info.task !== loaded.task.name)
    throw new CliError(`${shown} belongs to the task ${info.task}, not to ${loaded.task.name}`, 'give a checkpoint of this task');
  requireSameSizes(given, info.dims ?? {}, shown);
  const run = readRunFile(dirname(checkpoint));
  const { configuration } = configurationOf(loaded.task, info.configuration ?? run?.configuration);
  const set = new Map([...Object.entries(run?.set ?? {}), ...given.pairs('set')]);
  const built = await build(
    loaded,
    {
      outFolder,
      configuration,
      set,
      backend,
      execution,
      seed: info.seed ?? configuration.seed,
      dims: info.dims,
      programs: (programs) => requireBelievable(info, tensors, programs, shown),
    },
    io,
  );
  try {
    await built.model.load(bytes);
  } catch (error) {
    throw unreadable(error);
  }
  const step = info.step === undefined ? [] : [`of step ${info.step.toLocaleString('en-US')}`];
  io.err([shown, ...(info.best === true ? ['the best on validation'] : []), ...step].join(', '));
  return { ...built, checkpoint };
}

/** The dims in a checkpoint must be those of its tensors: checked before a model is made, which could otherwise have any size. */
function requireBelievable(
  { definition, dims }: CheckpointInfo,
  tensors: TensorFile['tensors'],
  programs: readonly Program[],
  shown: string,
): void {
  if (dims === undefined) return;
  const unfit = (what: string): CliError => new CliError(`${shown} cannot be used: ${what}`, 'take another checkpoint, or train anew');
  const program = definition === undefined && programs.length === 1 ? programs[0] : programs.find(({ name }) => name === definition);
  if (program === undefined)
    throw unfit(
      `it is of ${definition === undefined ? 'no named model' : `\`${definition}\``}, the program declares ${programs.map(({ name }) => `\`${name}\``).join(', ')}`,
    );
  const sizes = sizesOf(program, new Map(Object.entries(dims)), new Map());
  const each = (parameter: Parameter): readonly { readonly path: string; readonly axes: readonly Axis[] }[] => {
    const { path, axes, rounds = 0 } = parameter;
    const counts = axes.slice(0, rounds).map(({ space }) => sizes(sizeOf(space)));
    return pathsOfRounds(path, counts).map((own) => ({ path: own, axes: axes.slice(rounds) }));
  };
  for (const { path, axes } of [...program.parameters, ...program.running].flatMap(each)) {
    const expected = axes.map(({ label, space }): [string, number] => [label, sizes(sizeOf(space))]);
    const given = tensors.get(path)?.shape;
    if (given?.join() === expected.map(([, size]) => size).join()) continue;
    throw unfit(
      `by its dims \`${path}\` would be [${expected.map(([label, size]) => `${label} = ${size}`).join(', ')}], ${given === undefined ? 'and it has no such tensor' : `its tensor is [${given.join(', ')}]`}`,
    );
  }
}

/** The sizes of a checkpoint take precedence in `build`: a different setting must not be ignored silently. */
function requireSameSizes(given: Given, dims: Readonly<Record<string, number>>, shown: string): void {
  for (const [name, value] of given.pairs('set')) {
    const trained = Object.hasOwn(dims, name) ? dims[name] : undefined;
    if (trained === undefined || typeof value !== 'number' || value === trained) continue;
    throw misuse(
      `--set ${name}=${value}: ${shown} was trained with ${name}=${trained}, and sizes belong to the checkpoint`,
      `leave --set ${name} out, or train with it into another folder (--out DIR)`,
    );
  }
}

/** The checkpoints of a run, the better one first. */
function runIn(folder: string): string[] {
  return ['best', 'last'].map((name) => join(folder, `${name}.safetensors`));
}

function howToGet(loaded: LoadedTask, where: string, name: string, out: string | undefined, io: Io): string {
  const words = [...(isDefault(loaded.task, name) ? [] : ['--config', name]), ...(out === undefined ? [] : ['--out', out])];
  const trained = Object.keys(loaded.task.configurations).filter((each) =>
    runIn(outFolderOf(loaded, each, undefined, io)).some((file) => existsSync(file)),
  );
  const others =
    out === undefined && trained.length > 0
      ? `; or take a run that is there: ${trained.map((each) => `--config ${each}`).join(', ')}`
      : '; or give one with --checkpoint';
  return `train first: ${again('train', where, words)}${others}`;
}
