/** The language server in a page: open documents and the standard library are all the files there are, and it checks where it answers. */
import type { Connection } from 'vscode-languageserver';
import type { Library } from '../index.ts';
import { Workspace } from '../service/workspace.ts';
import { serve } from './server.ts';

/** `standard`: the texts of the standard library, by path (`std/attention.attn`). */
export function serveInPage(connection: Connection, standard: ReadonlyMap<string, string>): void {
  serve(connection, (root, open) => {
    const prefix = root === null ? '' : `${root.replace(/\/$/u, '')}/`;
    const pathOf = (uri: string): string =>
      prefix !== '' && uri.startsWith(prefix) ? uri.slice(prefix.length) : uri.replace(/^std:\/\//u, '');
    const uriOf = (path: string): string => (standard.has(path) ? `std://${path}` : path.includes(':') ? path : `${prefix}${path}`);
    const library: Library = {
      standard: [...standard.keys()],
      parsed: new Map(),
      read: (path) => standard.get(path) ?? [...open()].find(({ uri }) => pathOf(uri) === path)?.getText() ?? null,
    };
    const checker = new Workspace(library);
    return {
      library,
      pathOf,
      uriOf,
      refresh: () => undefined,
      programs: () => [...open()].map(({ uri }) => pathOf(uri)),
      check: ({ path }) => {
        const { diagnostics, sources, types } = checker.analyse(path);
        return Promise.resolve({ diagnostics, sources, types: types.files, failure: null });
      },
      // Emission is no part of a page's bundle.
      emitted: () => Promise.resolve(null),
      topic: () => null,
      close: () => undefined,
    };
  });
}
