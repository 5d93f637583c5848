/** Checkpoints as files: for Node only. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointError } from '../errors.ts';
import type { CheckpointStore } from '../training/store.ts';

/**
 * Writes the whole file or leaves the old one: into a temporary file of the same folder, flushed, then renamed.
 *
 * @throws CheckpointError that says what the system refused, such as a full disk
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CheckpointError(`${path} could not be written: ${reason(error)}; what was there before is unchanged`, { cause: error });
  }
}

/** @throws CheckpointError that says why the file cannot be read */
export async function readCheckpointFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CheckpointError(`${path} could not be read: ${reason(error)}`, { cause: error });
  }
}

/** Keeps a training run's checkpoints as `last.safetensors` and `best.safetensors` in a folder. */
export function folderStore(folder: string): CheckpointStore {
  const pathOf = (name: string): string => join(folder, `${name}.safetensors`);
  return {
    save: async (name, bytes) => writeFileAtomically(pathOf(name), bytes),
    load: async (name) => {
      try {
        return await readFile(pathOf(name));
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
