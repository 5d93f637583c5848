/** Writing files whole or not at all. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from './io.ts';
import { codeOf, reasonOf } from './reasons.ts';

/** Writes a temporary file in the same folder and renames it; keeps the old file's mode, and a link stays a link. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  let temporary: string | undefined;
  try {
    makeFolder(dirname(path));
    const old = statSync(path, { throwIfNoEntry: false });
    const file = old === undefined ? path : realpathSync(path);
    temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
    const handle = openSync(temporary, 'wx', old === undefined ? 0o666 : old.mode & 0o777);
    try {
      writeFileSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw new CliError(`${path} could not be written: ${reasonOf(error)}; nothing was changed`, undefined, { cause: error });
  }
}

/**
 * Creates the folders around it, too. Not `recursive`: on file systems that refuse new folders as if something were missing, as
 * /proc does, that never ends.
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const around = dirname(folder);
  if (around !== folder) makeFolder(around);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}
