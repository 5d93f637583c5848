/** An editor, as far as a language server can tell. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import type { Diagnostic, InitializeResult, Position } from 'vscode-languageserver-protocol';

export class Client {
  readonly connection: ProtocolConnection;
  readonly root: string;
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly ended: Promise<number | null>;
  #waiting: (() => void)[] = [];
  readonly #texts = new Map<string, { text: string; version: number }>();

  constructor(root: string) {
    const server = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'compiler', 'cli', 'attnc.mjs'), 'lsp', '--stdio'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.root = root;
    this.ended = new Promise((resolve) => server.on('exit', resolve));
    this.connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(uri, diagnostics);
        for (const told of this.#waiting.splice(0)) told();
      },
    );
    this.connection.onRequest('workspace/inlayHint/refresh', () => null);
    this.connection.listen();
  }

  async start(): Promise<InitializeResult> {
    const result = await this.ask<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(this.root).href,
      capabilities: {},
      workspaceFolders: [{ uri: pathToFileURL(this.root).href, name: 'root' }],
    });
    await this.tell('initialized', {});
    return result;
  }

  ask<T>(method: string, params: unknown): Promise<T> {
    return this.connection.sendRequest(method, params);
  }

  tell(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  uri(file: string): string {
    return pathToFileURL(join(this.root, file)).href;
  }

  async open(file: string, text: string): Promise<string> {
    const uri = this.uri(file);
    this.#texts.set(uri, { text, version: 1 });
    await this.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'attn', version: 1, text } });
    return uri;
  }

  async change(uri: string, text: string): Promise<void> {
    const known = this.#texts.get(uri)!;
    known.version++;
    known.text = text;
    await this.tell('textDocument/didChange', { textDocument: { uri, version: known.version }, contentChanges: [{ text }] });
  }

  /** The next diagnostics of a document. */
  async checked(uri: string): Promise<readonly Diagnostic[]> {
    this.diagnostics.delete(uri);
    while (!this.diagnostics.has(uri)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.diagnostics.get(uri)!;
  }

  /** The place of a word, or of the `nth` of several. */
  at(uri: string, word: string, nth = 0): Position {
    const { text } = this.#texts.get(uri)!;
    let offset = -1;
    for (let k = 0; k <= nth; k++) offset = text.indexOf(word, offset + 1);
    if (offset < 0) throw new Error(`there is no ${word}`);
    const before = text.slice(0, offset).split('\n');
    return { line: before.length - 1, character: before.at(-1)!.length };
  }

  async stop(): Promise<number | null> {
    await this.ask('shutdown', undefined);
    await this.tell('exit', undefined);
    return this.ended;
  }
}
