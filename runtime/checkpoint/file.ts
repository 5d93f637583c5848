/** Checkpoints as files: for Node only. */
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CheckpointError } from '../errors.ts';
import type { CheckpointStore } from '../training/store.ts';
import { claimFolder } from './lock.ts';

/**
 * Replaces the file as a whole or not at all: writes a temporary file in the same folder, flushes it, and renames it. A link
 * to a file stays a link.
 *
 * @throws CheckpointError with the system's reason, such as a full disk
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${process.pid}.part`;
  try {
    await makeFolder(dirname(resolve(target)));
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CheckpointError(`${path} could not be written: ${reason(error)}; what was there before is unchanged`, { cause: error });
  }
}

/**
 * Creates the folders around it, too. Not `recursive`: on file systems that refuse new folders as if something were missing, as
 * /proc does, that never ends.
 */
async function makeFolder(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => null))?.isDirectory() === true) return;
  const around = dirname(folder);
  if (around !== folder) await makeFolder(around);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  }
}

/** @throws CheckpointError that says why the file cannot be read */
export async function readCheckpointFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return plain(await readFile(path));
  } catch (error) {
    throw new CheckpointError(`${path} could not be read: ${reason(error)}`, { cause: error });
  }
}

/** With its declared type: `slice` of a Buffer would share its bytes, that of a Uint8Array copies them. */
function plain(buffer: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * Keeps a training run's checkpoints as `last.safetensors` and `best.safetensors` in a folder, which only one run at a time may
 * write to.
 */
export function folderStore(folder: string): CheckpointStore {
  const pathOf = (name: string): string => join(folder, `${name}.safetensors`);
  return {
    claim: async () => {
      try {
        await makeFolder(resolve(folder));
        const release = claimFolder(folder);
        return async () => release();
      } catch (error) {
        throw error instanceof CheckpointError
          ? error
          : new CheckpointError(`${folder} could not be written: ${reason(error)}`, { cause: error });
      }
    },
    save: async (name, bytes) => writeFileAtomically(pathOf(name), bytes),
    load: async (name) => {
      try {
        return plain(await readFile(pathOf(name)));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw new CheckpointError(`${pathOf(name)} could not be read: ${reason(error)}`, { cause: error });
      }
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'the permission is missing',
  EPERM: 'the permission is missing',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reason(error: unknown): string {
  const code = codeOf(error);
  const known = reasons[code];
  if (known !== undefined) return `${known} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
