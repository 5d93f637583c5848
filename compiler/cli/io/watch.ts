/** Reruns work whenever one of the files that it read changes. */
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { readText } from './library.ts';

/** Milliseconds of quiet before the work runs: editors save in several steps. */
const QUIET = 80;
/** Not every file system reports changes; the files are few, so polling is cheap. */
const LOOK_EVERY = 1000;

/** Absolute path to the text that the work read there; null where it found no file. */
export type FilesRead = ReadonlyMap<string, string | null>;

/** @param round the work; returns what it read, so that a change during the work is noticed too */
export async function watchFiles(round: () => Promise<FilesRead>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await nextChange(await round(), signal);
}

export function currentText(file: string): string | null {
  try {
    return readText(file, file);
  } catch {
    return null;
  }
}

function nextChange(files: FilesRead, signal: AbortSignal): Promise<void> {
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
      if ([...files].some(([file, text]) => currentText(file) !== text)) end();
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(look, QUIET);
    };
    const looking = setInterval(soon, LOOK_EVERY);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    // Folders, not files: saving by renaming replaces the file that was watched.
    for (const folder of new Set([...files.keys()].map((file) => dirname(file)))) {
      try {
        watchers.push(watch(folder, soon).on('error', () => undefined));
      } catch {
        // The folder does not exist (yet), or cannot be watched: polling covers it.
      }
    }
    soon();
  });
}
