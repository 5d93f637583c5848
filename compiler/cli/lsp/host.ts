/** The language server's files and threads in Node. */
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { compileFile } from '../../index.ts';
import type { CheckAnswer, CheckRequest } from '../../lsp/checking.ts';
import type { ServerHost } from '../../lsp/server.ts';
import { entriesIfReadable, programsBelow } from '../io/sources.ts';
import { topics, type Topics } from '../topics.ts';
import type { NodeRequest } from './checker.ts';
import { EditorFiles } from './files.ts';

/** A root with more folders than this is no workspace: a home folder, a whole disk. */
const MOST_FOLDERS = 2000;

export function nodeHost(rootUri: string | null, open: () => Iterable<TextDocument>): ServerHost {
  const root = rootUri?.startsWith('file:') === true ? fileURLToPath(rootUri) : process.cwd();
  const files = new EditorFiles(root, open);
  const checker = new Checker(root);
  let known: Topics | null = null;
  let found: readonly string[] | null = null;
  return {
    library: files,
    pathOf: (uri) => files.pathOf(uri),
    uriOf: (path) => files.uriOf(path),
    refresh: () => {
      files.refresh();
      found = null;
    },
    programs: () => (found ??= workspacePrograms(root)),
    check: (request) => checker.check(request),
    emitted: async (path) => (await compileFile(path, files)).code,
    topic: (word) => (known ??= topics()).find(word),
    close: () => checker.close(),
  };
}

/** Paths of the programs of a workspace. What cannot be read is not there; beyond so many folders nothing is. */
function workspacePrograms(root: string): string[] {
  let folders = 0;
  return programsBelow(root, (folder) => (++folders > MOST_FOLDERS ? [] : entriesIfReadable(folder))).map((file) =>
    file.split(sep).join('/'),
  );
}

/** One check at a time, in a thread of its own; a thread that dies is started anew with the next one. */
class Checker {
  readonly #root: string;
  #worker: Worker | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  check(request: CheckRequest): Promise<CheckAnswer> {
    const worker = (this.#worker ??= started());
    return new Promise((resolve) => {
      const done = (answer: CheckAnswer): void => {
        worker.off('message', done).off('error', failed).off('exit', ended);
        resolve(answer);
      };
      const failed = (error: Error): void => {
        this.#worker = null;
        done({ diagnostics: [], sources: new Map(), types: new Map(), failure: error.stack ?? error.message });
      };
      const ended = (code: number): void => failed(new Error(`the checking thread ended with status ${code}`));
      worker.on('message', done).on('error', failed).on('exit', ended);
      worker.postMessage({ ...request, root: this.#root } satisfies NodeRequest);
    });
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }
}

/** The process may end while it works. */
function started(): Worker {
  const worker = new Worker(new URL('./checker.js', import.meta.url));
  worker.unref();
  return worker;
}
