/** Full and read-only disks: what was there stays, nothing unfinished is left, and the reason is told. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../compiler/cli/io/files.ts';
import { CliError } from '../../compiler/cli/io/io.ts';
import { CheckpointError } from '../../runtime/index.ts';
import { folderStore, writeFileAtomically } from '../../runtime/node.ts';
import { attnc, isBuilt, type Trial } from './crash-trial.ts';

const SIZE = 1 << 20;

export async function fullAndReadOnlyDisks(trial: Trial): Promise<void> {
  if (process.platform !== 'linux') return trial.count('disks, not tried: only on Linux');
  const disk = join(trial.folder, 'disk');
  await mkdir(disk);
  if (mount('-t', 'tmpfs', '-o', `size=${SIZE}`, 'attnc', disk)) {
    try {
      await full(trial, disk);
      if (mount('-o', 'remount,ro', disk)) await readOnly(trial, disk);
    } finally {
      spawnSync('umount', [disk]);
    }
  } else trial.count('small disks, not tried: nothing can be mounted here');
  await refusing(trial);
}

function mount(...words: readonly string[]): boolean {
  return spawnSync('mount', words).status === 0;
}

/** Both ways to write a whole file. */
const writers: readonly (readonly [string, (path: string, bytes: Uint8Array) => Promise<void>])[] = [
  ['writeFileAtomically', (path, bytes) => writeFileAtomically(path, bytes)],
  ['writeWhole', async (path, bytes) => writeWhole(path, bytes)],
];

async function full(trial: Trial, disk: string): Promise<void> {
  for (const [name, write] of writers) {
    const path = join(disk, `${name}.bin`);
    let last = 0;
    for (let k = 0; k < 40; k++) {
      // The old file takes its room until the new one is whole.
      const size = Math.floor(SIZE * trial.chance.real());
      const message = await failureOf(() => write(path, new Uint8Array(size).fill(k + 1)));
      trial.count('files onto a small disk');
      if (message === null) last = k + 1;
      else if (!message.includes('the disk is full')) trial.fail(`${name} onto a full disk: ${message}`);
      const kept = await readFile(path).catch(() => null);
      if (last > 0 && !kept?.every((byte) => byte === last)) trial.fail(`${name} onto a full disk did not leave the old file`);
      const left = (await readdir(disk)).filter((each) => each.includes('.part'));
      if (left.length > 0) trial.fail(`${name} onto a full disk left ${left.join(', ')}`);
    }
    await rm(path, { force: true });
  }
  await trainedOnto(trial, disk);
}

/** A training that cannot save says so, and leaves what it had saved. */
async function trainedOnto(trial: Trial, disk: string): Promise<void> {
  if (!isBuilt()) return;
  const project = join(trial.folder, 'full');
  await mkdir(project);
  await attnc(project, ['init']);
  const words = ['train', '.', '--backend', 'cpu', '--quick', '--out', join(disk, 'run')];
  const first = await attnc(project, words);
  if (first.status !== 0) return trial.fail(`a training onto a small disk: ${first.err}`);
  const before = await readFile(join(disk, 'run', 'last.safetensors'));
  await fillUp(disk);
  const { status, err } = await attnc(project, [...words, '--resume', '--steps', '100']);
  trial.count('trainings onto a full disk');
  if (status !== 1 || !err.includes('the disk is full') || err.includes('a fault in attnc'))
    trial.fail(`a training onto a full disk ends with ${status}: ${err}`);
  if (!before.equals(await readFile(join(disk, 'run', 'last.safetensors')))) trial.fail('a training onto a full disk lost its checkpoint');
  await rm(join(disk, 'filling'), { force: true });
}

async function fillUp(disk: string): Promise<void> {
  for (let size = SIZE; size > 0; size = Math.floor(size / 2)) {
    await writeFile(join(disk, 'filling'), new Uint8Array(size), { flag: 'a' }).catch(() => undefined);
  }
}

async function readOnly(trial: Trial, disk: string): Promise<void> {
  for (const [name, write] of writers) {
    const message = await failureOf(() => write(join(disk, 'new.bin'), Uint8Array.of(1)));
    if (message === null || !message.includes('read-only')) trial.fail(`${name} onto a read-only disk: ${String(message)}`);
  }
  const message = await failureOf(() => folderStore(join(disk, 'run')).claim!());
  if (message === null || !message.includes('read-only')) trial.fail(`a claim of a read-only folder: ${String(message)}`);
  trial.count('writes onto a read-only disk', writers.length + 1);
}

/** A device that refuses every byte, a folder that is a file, links that lead nowhere or in a circle. */
async function refusing(trial: Trial): Promise<void> {
  const folder = join(trial.folder, 'refusing');
  await mkdir(folder);
  await writeFile(join(folder, 'file'), 'x');
  await symlink(join(folder, 'circle'), join(folder, 'circle'));
  await symlink(join(folder, 'nowhere', 'deep'), join(folder, 'dangling'));
  const places = [
    join(folder, 'file', 'a'),
    join(folder, 'circle', 'a'),
    join(folder, 'dangling', 'a'),
    '/proc/attnc/deep/a',
    '/dev/full/a',
    join(folder, 'n'.repeat(300)),
  ];
  for (const path of places) {
    for (const [name, write] of writers) {
      trial.count('writes to impossible positions');
      if ((await failureOf(() => write(path, Uint8Array.of(1)))) === null) trial.fail(`${name} wrote to ${path}`);
    }
  }
  if ((await readFile(join(folder, 'file'), 'utf8')) !== 'x') trial.fail('a file was written through');
}

/** What was told; null where it went well, and the error itself where it is none that is documented. */
async function failureOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof CheckpointError || error instanceof CliError ? error.message : `undocumented: ${String(error)}`;
  }
}
