import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { serve } from '../../lsp/server.ts';
import type { Given } from '../arguments.ts';
import { STATUS, type Io } from '../io/io.ts';
import { nodeHost } from '../lsp/host.ts';

/** Speaks the Language Server Protocol over standard input and output until the editor ends it. */
export function lsp(_words: Given, _io: Io): Promise<number> {
  const connection = createConnection(
    ProposedFeatures.all,
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  );
  // An editor that is gone reads no answers: whatever is still being worked out ends with it.
  process.stdin.on('end', () => process.exit(STATUS.fine));
  process.stdout.on('error', () => process.exit(STATUS.fine));
  return new Promise((resolve) => {
    connection.onExit(() => resolve(STATUS.fine));
    serve(connection, nodeHost);
  });
}
