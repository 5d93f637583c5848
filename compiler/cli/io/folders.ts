/** Writing folders whole or not at all. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './files.ts';
import { CliError } from './io.ts';
import { statOf } from './library.ts';
import { reasonOf } from './reasons.ts';

export interface FolderOptions {
  /** The file by which a folder is known that was written before. */
  readonly mark: string;
  /** Replaces such a folder. */
  readonly force: boolean;
}

/**
 * @param shown the folder as the user named it
 * @throws CliError where something is there that would be lost
 */
export function requireFree(folder: string, shown: string, { mark, force }: FolderOptions): void {
  const stat = statOf(folder);
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new CliError(`${shown} is a file`, 'give the name of a new folder');
  if (readdirSync(folder).length === 0) return;
  if (!existsSync(join(folder, mark)))
    throw new CliError(`${shown} is not empty, and has no ${mark}: nothing was written`, 'give the name of a new folder');
  if (!force)
    throw new CliError(`${shown} already has ${mark}: nothing was written`, 'give the name of a new folder, or --force to replace it');
}

/**
 * Writes a temporary folder beside it and renames it.
 *
 * @param files by their paths in the folder
 */
export function writeFolder(
  folder: string,
  shown: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: FolderOptions,
): void {
  requireFree(folder, shown, options);
  const place = existsSync(folder) ? realpathSync(folder) : folder;
  const [fresh, old] = ['part', 'old'].map((end) => `${place}.${process.pid}.${randomBytes(4).toString('hex')}.${end}`) as [string, string];
  try {
    for (const [name, content] of Object.entries(files)) writeWhole(join(fresh, name), content);
    if (existsSync(place)) renameSync(place, old);
    renameSync(fresh, place);
  } catch (error) {
    if (!existsSync(place) && existsSync(old)) renameSync(old, place);
    if (error instanceof CliError) throw error;
    throw new CliError(`${shown} could not be written: ${reasonOf(error)}; nothing was changed`, undefined, { cause: error });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}
