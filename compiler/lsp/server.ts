/**
 * The language server: answers at once from the text and its names, and from types as of the last check, which runs elsewhere.
 * It knows neither files nor threads, so that a page can run it as well.
 */
import {
  CodeActionKind,
  DidChangeWatchedFilesNotification,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type CodeAction,
  type CompletionItem,
  type Connection,
  type Diagnostic as ProtocolDiagnostic,
  type Position,
  type TextDocumentIdentifier,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { format } from '../../grammar/index.ts';
import { firstGraphs, listed } from '../emit/listing/listing.ts';
import { checkFile, type Library } from '../index.ts';
import { Types } from '../service/types.ts';
import { Workspace } from '../service/workspace.ts';
import * as answers from './answers.ts';
import type { CheckAnswer, CheckRequest } from './checking.ts';
import { actionsFor } from './actions.ts';
import { rename, renamable } from './rename.ts';
import { protocolDiagnostic, rangeIn } from './convert.ts';
import { semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from './tokens.ts';

/** Where the server runs. */
export interface ServerHost {
  readonly library: Library;
  /** The compiler's name for a document, and back. */
  pathOf(uri: string): string;
  uriOf(path: string): string;
  /** Files changed outside of the editor. */
  refresh(): void;
  /** The programs of the workspace, whether open or not. */
  programs(): readonly string[];
  check(request: CheckRequest): Promise<CheckAnswer>;
  /** The emitted TypeScript of a program; null if it has errors, or where nothing is emitted. */
  emitted(path: string): Promise<string | null>;
  topic(word: string): string | null;
  close(): void;
}

interface Checked {
  readonly text: string;
  readonly types: Types;
  /** Names of the files that it reads; null where one that is missing may come to be any. */
  readonly reads: ReadonlySet<string> | null;
  /** By the name of the file that they are in. */
  readonly diagnostics: ReadonlyMap<string, readonly ProtocolDiagnostic[]>;
}

/** Typing pauses so long before a program is checked. */
const PAUSE = 150;
const NO_TYPES = new Types();

export function serve(connection: Connection, hostFor: (root: string | null, open: () => Iterable<TextDocument>) => ServerHost): void {
  const documents = new TextDocuments(TextDocument);
  let server: Server | null = null;
  let watches = false;
  const started = (): Server => {
    if (server === null) throw new ResponseError(-32002, 'the server is not initialised yet');
    return server;
  };
  connection.onInitialize(({ workspaceFolders, rootUri, capabilities: client }) => {
    const root = workspaceFolders?.[0]?.uri ?? rootUri ?? null;
    const host = hostFor(root, () => documents.all());
    server = new Server(connection, documents, host, client.workspace?.inlayHint?.refreshSupport === true);
    watches = client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return {
      serverInfo: { name: 'attnc' },
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        completionProvider: { triggerCharacters: ['.', '"', '[', '('], resolveProvider: true },
        signatureHelpProvider: { triggerCharacters: ['(', '[', ','] },
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        foldingRangeProvider: true,
        documentFormattingProvider: true,
        inlayHintProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        semanticTokensProvider: { legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] }, full: true },
      },
    };
  });
  connection.onInitialized(() => {
    if (watches) void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/*.attn' }] });
  });
  documents.onDidSave(() => started().refreshed());
  documents.onDidChangeContent(({ document }) => started().changed(document.uri));
  documents.onDidClose(({ document }) => started().closed(document.uri));
  connection.onDidChangeWatchedFiles(() => started().refreshed());
  connection.onShutdown(() => server?.close());

  const at =
    <T>(answer: (asked: answers.Asked, offset: number) => T) =>
    (params: { textDocument: TextDocumentIdentifier; position: Position }): T | null =>
      started().at(params.textDocument.uri, params.position, answer);
  const of =
    <T>(answer: (asked: answers.Asked) => T) =>
    (params: { textDocument: TextDocumentIdentifier }): T | null =>
      started().of(params.textDocument.uri, answer);
  connection.onHover(at(answers.hover));
  connection.onDefinition(at(answers.definition));
  // Of files that are not open one hears only from editors that watch them.
  connection.onReferences((params) => {
    started().reread();
    return at((asked, offset) => answers.references(asked, offset, params.context.includeDeclaration))(params);
  });
  connection.onDocumentHighlight(
    at((asked, offset) => {
      const range = rangeIn(asked.bound.module.file.text);
      return (answers.occurrencesOf({ ...asked, all: () => [] }, offset).get(asked.path) ?? []).map(({ span }) => ({ range: range(span) }));
    }),
  );
  connection.onPrepareRename(at((asked, offset) => refused(renamable(asked, offset))));
  connection.onRenameRequest((params) => {
    started().reread();
    return at((asked, offset) => {
      refused(renamable(asked, offset));
      return refused(rename(asked, offset, params.newName));
    })(params);
  });
  connection.onCompletion(at(answers.completion));
  connection.onCompletionResolve((item) => started().resolved(item));
  connection.onSignatureHelp(at(answers.signatureHelp));
  connection.onDocumentSymbol(of(answers.symbols));
  connection.onFoldingRanges(of(answers.folds));
  connection.languages.semanticTokens.on((params) => of(({ bound }) => semanticTokens(bound))(params) ?? { data: [] });
  connection.languages.inlayHint.on(({ textDocument, range }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    const within = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    return of((asked) => answers.inlayHints(asked, within))({ textDocument });
  });
  connection.onDocumentFormatting(({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    const { text } = format(document.getText());
    return text === document.getText()
      ? []
      : [{ range: rangeIn(document.getText())({ start: 0, end: document.getText().length }), newText: text }];
  });
  connection.onCodeAction(
    ({ textDocument, context }): CodeAction[] =>
      of(({ bound }) => actionsFor(textDocument.uri, bound, context.diagnostics))({ textDocument }) ?? [],
  );
  connection.onWorkspaceSymbol(({ query }) => started().symbols(query));
  connection.onRequest('attnc/typescript', (params: { textDocument: TextDocumentIdentifier }) =>
    started().emitted(params.textDocument.uri),
  );
  connection.onRequest('attnc/graph', (params: { textDocument: TextDocumentIdentifier }) => started().graph(params.textDocument.uri));
  documents.listen(connection);
  connection.listen();
}

function refused<T>(answer: T | string): T {
  if (typeof answer === 'string') throw new ResponseError(-32803, answer);
  return answer;
}

class Server {
  readonly #connection: Connection;
  readonly #documents: TextDocuments<TextDocument>;
  readonly #host: ServerHost;
  readonly #workspace: Workspace;
  /** By the names of documents, as all that is kept of them. */
  readonly #checked = new Map<string, Checked>();
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #refreshesHints: boolean;
  #checking = false;
  #closed = false;
  readonly #next = new Set<string>();

  constructor(connection: Connection, documents: TextDocuments<TextDocument>, host: ServerHost, refreshesHints: boolean) {
    this.#refreshesHints = refreshesHints;
    this.#connection = connection;
    this.#documents = documents;
    this.#host = host;
    this.#workspace = new Workspace(host.library);
  }

  of<T>(uri: string, answer: (asked: answers.Asked) => T): T | null {
    const path = this.#host.pathOf(uri);
    const bound = this.#workspace.bound(path);
    if (bound === null) return null;
    const known = this.#checked.get(path);
    const types = known === undefined ? NO_TYPES : known.types.after(path, known.text, bound.module.file.text);
    return answer({
      workspace: this.#workspace,
      bound,
      path,
      types,
      uriOf: (file) => this.#host.uriOf(file),
      all: () => this.#host.programs(),
      topic: (word) => this.#host.topic(word),
    });
  }

  at<T>(uri: string, position: Position, answer: (asked: answers.Asked, offset: number) => T): T | null {
    const document = this.#documents.get(uri);
    return document === undefined ? null : this.of(uri, (asked) => answer(asked, document.offsetAt(position)));
  }

  /** The text of a document, or that it is open at all: those that read it are checked again, too. */
  changed(uri: string): void {
    this.#workspace.changed();
    const path = this.#host.pathOf(uri);
    for (const { uri: other } of this.#documents.all()) {
      const reads = this.#checked.get(this.#host.pathOf(other))?.reads ?? null;
      if (other === uri || reads === null || reads.has(path)) this.#plan(other);
    }
  }

  #plan(uri: string): void {
    clearTimeout(this.#waiting.get(uri));
    const run = (): void => {
      this.#next.add(uri);
      this.#check().catch((error: unknown) => this.#connection.console.error(`a fault in attnc itself: ${String(error)}`));
    };
    this.#waiting.set(uri, setTimeout(run, PAUSE));
  }

  closed(uri: string): void {
    clearTimeout(this.#waiting.get(uri));
    this.#next.delete(uri);
    const path = this.#host.pathOf(uri);
    const files = [...(this.#checked.get(path)?.diagnostics.keys() ?? []), path];
    this.#checked.delete(path);
    this.#publish(files);
    this.refreshed();
  }

  refreshed(): void {
    this.reread();
    for (const { uri } of this.#documents.all()) this.#plan(uri);
  }

  /** Files may have changed unnoticed. */
  reread(): void {
    this.#host.refresh();
    this.#workspace.changed();
  }

  /** One check at a time; of a file that changed meanwhile only the last text counts. */
  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      for (let uri = first(this.#next); uri !== null; uri = first(this.#next)) {
        this.#next.delete(uri);
        await this.#checkOne(uri);
      }
    } finally {
      this.#checking = false;
    }
  }

  async #checkOne(uri: string): Promise<void> {
    const document = this.#documents.get(uri);
    if (document === undefined) return;
    const [text, path] = [document.getText(), this.#host.pathOf(uri)];
    const open = new Map(this.#documents.all().map((each) => [this.#host.pathOf(each.uri), each.getText()]));
    const { diagnostics, sources, types, failure } = await this.#host.check({ path, open });
    if (this.#closed || this.#documents.get(uri) === undefined) return;
    const before = this.#checked.get(path);
    const found = new Map<string, ProtocolDiagnostic[]>([[path, failure === null ? [] : [faultIn(failure)]]]);
    for (const one of diagnostics) {
      const own = found.get(one.place.file) ?? [];
      own.push(protocolDiagnostic(one, (file) => this.#host.uriOf(file), sources));
      found.set(one.place.file, own);
    }
    // A file that an import names in vain may come to be.
    const missing = diagnostics.some(({ code }) => code === 'E0206');
    if (failure !== null) this.#connection.console.error(`a fault in attnc itself: ${failure}`);
    this.#checked.set(path, {
      text,
      types: failure === null ? new Types(types) : (before?.types ?? NO_TYPES),
      reads: missing ? null : new Set(sources.keys()),
      diagnostics: found,
    });
    this.#publish([...found.keys(), ...(before?.diagnostics.keys() ?? [])]);
    if (this.#refreshesHints) void this.#connection.languages.inlayHint.refresh().catch(() => undefined);
  }

  /** Of a document its own check, of any other file what those that read it found. */
  #publish(paths: Iterable<string>): void {
    for (const path of new Set(paths)) {
      const own = this.#checked.get(path);
      const lists =
        own === undefined
          ? [...this.#checked.values()].map(({ diagnostics }) => diagnostics.get(path) ?? [])
          : [own.diagnostics.get(path) ?? []];
      const diagnostics = [...new Map(lists.flat().map((each) => [JSON.stringify([each.code, each.range]), each])).values()];
      void this.#connection.sendDiagnostics({ uri: this.#host.uriOf(path), diagnostics });
    }
  }

  resolved(item: CompletionItem): CompletionItem {
    return answers.resolved(this.#workspace, item);
  }

  symbols(query: string): ReturnType<typeof answers.workspaceSymbols> {
    return answers.workspaceSymbols(this.#workspace, this.#host.programs(), query, (path) => this.#host.uriOf(path));
  }

  emitted(uri: string): Promise<string | null> {
    return this.#host.emitted(this.#host.pathOf(uri));
  }

  /** As `attnc graph` prints it; null if the program has errors. */
  graph(uri: string): string | null {
    const { programs, checked } = checkFile(this.#host.pathOf(uri), this.#host.library);
    return checked === null ? null : listed(programs.flatMap(firstGraphs));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#host.close();
  }
}

const faultIn = (failure: string): ProtocolDiagnostic => ({
  source: 'attnc',
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
  message: `a fault in attnc itself: ${failure.split('\n')[0]!}; please report it with the program that caused it`,
});

const first = (uris: ReadonlySet<string>): string | null => uris.values().next().value ?? null;
