/** Runs work again whenever one of the files that it touched changes. */
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

/** Milliseconds of quiet before the work runs: editors save in several steps. */
const QUIET = 80;
/** Not every file system tells of changes; their number here is small, so looking is cheap. */
const LOOK_EVERY = 1000;

/**
 * @param round the work; gives the absolute paths whose change makes it run again, existing or not
 */
export async function watchFiles(round: () => Promise<ReadonlySet<string>>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const files = new Set(await round());
    // Taken after the work: what changed meanwhile is seen by the comparison with what was read before the next look.
    await nextChange(files, signal);
  }
}

function fingerprint(files: ReadonlySet<string>): string {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(file).update('\0');
    try {
      hash.update(readFileSync(file));
    } catch {
      hash.update('\0missing');
    }
    hash.update('\0');
  }
  return hash.digest('hex');
}

function nextChange(files: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const before = fingerprint(files);
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      clearInterval(looking);
      signal.removeEventListener('abort', end);
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const look = (): void => {
      if (fingerprint(files) !== before) end();
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(look, QUIET);
    };
    const looking = setInterval(soon, LOOK_EVERY);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    // Folders, not files: saving by renaming replaces the file that was watched.
    for (const folder of new Set([...files].map((file) => dirname(file)))) {
      try {
        watchers.push(watch(folder, soon).on('error', () => undefined));
      } catch {
        // The folder does not exist (yet), or cannot be watched: the interval sees it.
      }
    }
  });
}
