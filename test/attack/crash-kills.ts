/** Killed at any moment, a checkpoint is the old or the new one, whole; the next run takes the folder over and goes on. */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { checkpointInfo, fit, readSafetensors } from '../../runtime/index.ts';
import { folderStore } from '../../runtime/node.ts';
import { attnc, checkpointsOfARun, draw, isBuilt, newBag, root, training, type Trial } from './crash-trial.ts';

const AT_ONCE = 3;
/** Milliseconds of work within which a writer is killed. */
const LONGEST = 40;
/** Of so many kills one is followed by a run that goes on to its end. */
const RESUMED = 25;

export async function killedWriters(trial: Trial, kills: number): Promise<void> {
  const checkpoints = await checkpointsOfARun();
  const from = join(trial.folder, 'checkpoints');
  await mkdir(from);
  for (const [k, bytes] of checkpoints.entries()) await writeFile(join(from, String(k).padStart(3, '0')), bytes);
  const script = join(trial.folder, 'writer.mjs');
  await build({
    entryPoints: [join(root, 'test', 'attack', 'crash-writer.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const wanted = asText(checkpoints.at(-1)!);
  let left = kills;
  const lane = async (_: unknown, lane: number): Promise<void> => {
    const folder = join(trial.folder, `lane-${lane}`);
    await mkdir(folder);
    const whole = new Set(checkpoints.map(asText));
    for (let done = 1; left-- > 0; done++) {
      await killedWhileWriting(script, from, folder, LONGEST * trial.chance.real());
      trial.count('kills while checkpoints are written');
      for (const name of ['last', 'best']) await requireWhole(trial, join(folder, `${name}.safetensors`), whole);
      if (done % RESUMED !== 0) continue;
      await requireResumed(trial, folder, wanted);
      // The next writer may be killed before it has replaced what this run has left, which has other seconds.
      whole.add(asText(await readFile(join(folder, 'last.safetensors'))));
    }
    await requireResumed(trial, folder, wanted);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function killedWhileWriting(script: string, from: string, into: string, after: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, from, into], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '',
      atWork = false;
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.stdout.once('data', () => {
      atWork = true;
      setTimeout(() => child.kill('SIGKILL'), after);
    });
    child.on('close', () => (atWork ? resolve() : reject(new Error(`a writer did not begin: ${err}`))));
  });
}

async function requireWhole(trial: Trial, path: string, whole: ReadonlySet<string>): Promise<void> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') trial.fail(`after a kill ${path} cannot be read: ${error.message}`);
    return null;
  });
  if (bytes !== null && !whole.has(asText(bytes)))
    trial.fail(`after a kill ${path} is none of the checkpoints that were written (${bytes.length} bytes)`);
}

/** A run goes on from what is there to what it would have been; nothing unfinished is left. */
async function requireResumed(trial: Trial, folder: string, wanted: string): Promise<void> {
  const model = newBag();
  try {
    await fit(model, { train: draw }, { ...training, checkpoints: { store: folderStore(folder), resume: true } });
    trial.count('runs that went on after a kill');
    const last = readSafetensors(new Uint8Array(await readFile(join(folder, 'last.safetensors'))));
    const same = [...readSafetensors(Buffer.from(wanted, 'latin1')).tensors].every(([name, { data }]) =>
      data.every((value, k) => Object.is(value, last.tensors.get(name)?.data[k])),
    );
    if (!same) trial.fail(`a run that went on in ${folder} ended with other numbers`);
    const left = (await readdir(folder)).filter((name) => !/^(?:last|best)\.safetensors$/u.test(name));
    if (left.length > 0) trial.fail(`a run that went on left ${left.join(', ')} in its folder`);
  } catch (error) {
    trial.fail(`a run could not go on after a kill: ${String(error)}`);
  } finally {
    model.dispose();
  }
}

/** The command line as people use it: killed at any moment of a training, `--resume` goes on wherever something was saved. */
export async function killedTrainings(trial: Trial, kills: number): Promise<void> {
  if (!isBuilt()) return trial.count('killed trainings, not tried: nothing is built', kills);
  const project = join(trial.folder, 'project');
  await mkdir(project);
  await attnc(project, ['init']);
  const out = join(project, 'out');
  for (let k = 0; k < kills; k++) {
    const saved = (await readdir(out).catch((): string[] => [])).includes('last.safetensors');
    const before = saved ? (checkpointInfo(new Uint8Array(await readFile(join(out, 'last.safetensors')))).step ?? 0) : 0;
    const { signal, err } = await attnc(
      project,
      ['train', '.', '--backend', 'cpu', '--steps', '1000000', ...(saved ? ['--resume'] : [])],
      (child) => {
        child.stderr!.on('data', (text: Buffer) => {
          if (/ parameters/u.test(text.toString())) setTimeout(() => child.kill('SIGKILL'), 3000 * trial.chance.real());
        });
      },
    );
    trial.count('kills of whole trainings');
    if (signal !== 'SIGKILL') trial.fail(`a training ended by itself before it was killed: ${err.slice(-400)}`);
    const names = await readdir(out);
    if (names.includes('last.safetensors')) {
      const { step = 0 } = checkpointInfo(new Uint8Array(await readFile(join(out, 'last.safetensors'))));
      if (step < before) trial.fail(`a training that went on from step ${before} was killed and holds step ${step}`);
    } else if (saved) trial.fail('a killed training has lost its checkpoint');
  }
  const ended = await attnc(project, ['train', '.', '--backend', 'cpu', '--steps', '3', '--fresh']);
  if (ended.status !== 0) trial.fail(`after kills a training could not begin anew: ${ended.err}`);
  const left = (await readdir(out)).filter((name) => /part$|lock$/u.test(name));
  if (left.length > 0) trial.fail(`after kills there is still ${left.join(', ')}`);
}
