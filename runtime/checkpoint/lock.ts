/** One training per folder: a file that names the process which writes into it. Node only. */
import { constants, copyFileSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CheckpointError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts it, since process ids are reused. Null if unknown. */
  readonly began: string | null;
  /** For people. */
  readonly since: string;
}

const fileName = 'training.lock';

/**
 * Keeps every other training out of a folder until the returned function is called, or this process ends. The lock and the
 * unfinished files that a killed one left behind are removed.
 *
 * @throws CheckpointError if a running process holds the folder
 */
export function claimFolder(folder: string): () => void {
  const path = join(folder, fileName);
  const mine: Holder = { pid: process.pid, host: hostname(), began: stateOf(process.pid).began, since: new Date().toISOString() };
  const text = JSON.stringify(mine);
  // Completed before it gets its final name, so that nothing reads half of it.
  const own = `${path}.${process.pid}.part`;
  writeFileSync(own, text);
  try {
    while (!created(own, path)) {
      const there = textOf(path);
      if (there === null) continue;
      const holder = holderOf(there);
      if (holder !== null && isAlive(holder)) throw inUse(folder, holder);
      takeAway(path, there, folder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  removeParts(folder);
  const release = (): void => {
    process.off('exit', release);
    if (textOf(path) === text) rmSync(path, { force: true });
  };
  process.on('exit', release);
  return release;
}

function inUse(folder: string, { pid, host, since }: Holder): CheckpointError {
  const where = host === hostname() ? '' : ` on ${host}`;
  return new CheckpointError(
    `${folder} is in use: process ${pid}${where} has trained into it since ${since}. Take another folder, or wait until it ends; ` +
      `if it is not a training run, delete ${join(folder, fileName)}`,
  );
}

/** False if the file already exists. */
function created(from: string, path: string): boolean {
  try {
    linkSync(from, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // Not every file system has links.
  }
  try {
    copyFileSync(from, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone; another process may be doing the same, and may hold a new lock by now. */
function takeAway(path: string, text: string, folder: string): void {
  const aside = `${path}.${process.pid}.stale.part`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = textOf(aside);
  const holder = moved === null ? null : holderOf(moved);
  if (moved !== text && holder !== null) {
    created(aside, path);
    rmSync(aside, { force: true });
    throw inUse(folder, holder);
  }
  rmSync(aside, { force: true });
}

/** Unfinished files are named after the process that wrote them. */
function removeParts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /\.(\d+)(?:\.(?:[0-9a-f]{8}|stale))?\.part$/u.exec(name)?.[1];
    if (pid !== undefined && !isAlive({ pid: Number(pid), host: hostname(), began: null, since: '' }))
      rmSync(join(folder, name), { force: true });
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Null for a file that no training wrote. */
function holderOf(text: string): Holder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { pid, host, began, since } = value as { readonly [Name in keyof Holder]?: unknown };
  if (!Number.isSafeInteger(pid) || (pid as number) < 1 || typeof host !== 'string' || typeof since !== 'string') return null;
  return { pid: pid as number, host, began: typeof began === 'string' ? began : null, since };
}

/** A process on another machine counts as running, since it cannot be checked. */
function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = stateOf(pid);
  return !now.ended && (began === null || now.began === null || began === now.began);
}

/** What Linux reports of a process; elsewhere nothing. */
function stateOf(pid: number): { readonly began: string | null; readonly ended: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may contain anything: the state is the 3rd field, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { began: fields[19] ?? null, ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return { began: null, ended: false };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
