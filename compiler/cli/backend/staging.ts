/**
 * An installation is made in a folder of its own that is moved into place at the end: one that fails or is killed leaves nothing
 * behind.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { MANIFEST_FILE, readManifest } from '../../../runtime/backend/home.ts';
import type { Manifest } from '../../../runtime/backend/home.ts';
import { InstallError } from './install-error.ts';
import { errorCode } from './process.ts';

/** The disk space of an installation, during and afterwards. */
export interface Space {
  readonly making: number;
  readonly made: number;
}

export interface Staged {
  readonly target: string;
  readonly space: Space;
  /** Replaces a complete installation. */
  readonly force: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The origin of the files, for the manifest. */
  readonly from: Manifest['from'];
}

/**
 * Lets `make` fill the folder that becomes `target`; `staging` around it is removed afterwards. Concurrent runs do not disturb each other.
 *
 * @throws InstallError; the signal's reason when it is aborted
 */
export async function install(
  { target, space, force, signal, from }: Staged,
  make: (folder: string, staging: string) => Promise<void>,
): Promise<void> {
  const staging = await makeStaging(target, space);
  const folder = join(staging, 'made');
  try {
    await mkdir(folder);
    await make(folder, staging);
    await writeManifest(folder, from);
    signal?.throwIfAborted();
    await moveIntoPlace(folder, target, staging, force);
  } catch (error) {
    if (errorCode(error) === 'ENOSPC')
      throw new InstallError(
        `the disk of ${dirname(target)} is full`,
        'make room (or point XDG_CACHE_HOME to another disk), then run the command again',
        { cause: error },
      );
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function makeStaging(target: string, space: Space): Promise<string> {
  const parent = dirname(target);
  const staging = `${target}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent);
    await requireSpace(parent, space);
    await mkdir(staging);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new InstallError(
      `the folder ${parent} cannot be written (${code})`,
      'make it writable, or point XDG_CACHE_HOME to a folder that is',
      { cause: error },
    );
  }
  return staging;
}

/** Removes what killed runs left: folders of dead processes, an hour after the last change. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /\.partial-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function requireSpace(parent: string, { making, made }: Space): Promise<void> {
  const { bavail, bsize } = await statfs(parent);
  if (bavail * bsize < making) {
    throw new InstallError(
      `${parent} has ${megabytes(bavail * bsize)} free; ${megabytes(making)} are needed while installing, ${megabytes(made)} afterwards`,
      'make room, or point XDG_CACHE_HOME to another disk',
    );
  }
}

async function writeManifest(folder: string, from: Manifest['from']): Promise<void> {
  const files = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.push({ name: relative(folder, path).split(sep).join('/'), bytes: (await stat(path)).size });
  }
  const manifest: Manifest = { from, files };
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function moveIntoPlace(folder: string, target: string, staging: string, force: boolean): Promise<void> {
  // A folder cannot be renamed onto a non-empty one; a process that uses the old library keeps it open.
  const replaceOld = async (): Promise<void> => {
    try {
      await rename(target, join(staging, basename(target)));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  };
  if (force || readManifest(target) === undefined) await replaceOld();
  try {
    await rename(folder, target);
  } catch (error) {
    // Another run was faster: its result is as good as ours.
    if (readManifest(target) === undefined) throw error;
  }
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
