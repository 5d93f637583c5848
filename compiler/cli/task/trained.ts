/** A task with the parameters of a checkpoint. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Given } from '../arguments.ts';
import { CliError, type Io } from '../io.ts';
import { again, build, configurationOf, loadTask, outFolderOf, type Built } from './open.ts';
import { readRunFile } from './run-file.ts';

export interface Trained extends Built {
  readonly checkpoint: string;
}

export async function openTrained(given: Given, io: Io): Promise<Trained> {
  const where = given.operands[0]!;
  const loaded = await loadTask(where, io);
  const outFolder = outFolderOf(loaded, given.text('out'), io);
  const named = given.text('checkpoint');
  // What the user trained comes before what the task ships.
  const candidates = named === undefined
    ? [...['best', 'last'].map((name) => join(outFolder, `${name}.safetensors`)), join(loaded.folder, 'checkpoint.safetensors')]
    : [resolve(io.cwd, named)];
  const checkpoint = candidates.find((file) => existsSync(file));
  if (checkpoint === undefined) {
    throw new CliError(
      `there is no checkpoint ${candidates.map((file) => relative(io.cwd, file)).join(' or ')}`,
      named === undefined ? `train first: ${again('train', where, ['--quick'])}; or give one with --checkpoint` : 'give the path of a .safetensors file that `attnc train` wrote',
    );
  }
  const { checkpointInfo } = await import('../../../runtime/index.ts');
  const { readCheckpointFile } = await import('../../../runtime/node.ts');
  const bytes = await readCheckpointFile(checkpoint);
  const shown = relative(io.cwd, checkpoint);
  const unreadable = (error: unknown): CliError => new CliError(`${shown} cannot be used: ${error instanceof Error ? error.message : String(error)}`, 'take another checkpoint, or train anew', { cause: error });
  let info;
  try {
    info = checkpointInfo(bytes);
  } catch (error) {
    throw unreadable(error);
  }
  if (info.task !== undefined && info.task !== loaded.task.name) throw new CliError(`${shown} belongs to the task ${info.task}, not to ${loaded.task.name}`, 'give a checkpoint of this task');
  const run = readRunFile(dirname(checkpoint));
  const { configuration } = configurationOf(loaded.task, info.configuration ?? run?.configuration);
  const set = new Map([...Object.entries(run?.set ?? {}), ...given.pairs('set')]);
  const built = await build(loaded, { outFolder, configuration, set, backend: given.text('backend') ?? 'auto', seed: info.seed ?? configuration.seed, dims: info.dims }, io);
  try {
    await built.model.load(bytes);
  } catch (error) {
    throw unreadable(error);
  }
  io.err(`${shown}${info.step === undefined ? '' : `, after ${info.step.toLocaleString('en-US')} steps`}`);
  return { ...built, checkpoint };
}
