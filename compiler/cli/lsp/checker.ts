/** The thread that checks programs. */
import { parentPort } from 'node:worker_threads';
import { Workspace } from '../../service/workspace.ts';
import { nodeLibrary } from '../io/library.ts';
import { readable } from './files.ts';
import type { CheckAnswer, CheckRequest } from '../../lsp/checking.ts';

/** `root`: the working folder, relative to which files are named. */
export type NodeRequest = CheckRequest & { readonly root: string };

const parsed: NonNullable<ReturnType<typeof nodeLibrary>['parsed']> = new Map();

parentPort?.on('message', (request: NodeRequest) => parentPort?.postMessage(answerTo(request)));

function answerTo({ path, root, open }: NodeRequest): CheckAnswer {
  try {
    const files = nodeLibrary(root, open);
    const library = { standard: files.standard, parsed, read: (name: string) => readable(files, name) };
    const { diagnostics, sources, types } = new Workspace(library).analyse(path);
    return { diagnostics, sources, types: types.files, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { diagnostics: [], sources: new Map(), types: new Map(), failure };
  }
}
