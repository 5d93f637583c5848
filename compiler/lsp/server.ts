/**
 * The language server: answers at once from the text and its names, and from types as of the last check, which runs elsewhere.
 * It knows neither files nor threads, so that a page can run it as well.
 */
import {
  CodeActionKind,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type CodeAction,
  type CompletionItem,
  type Connection,
  type Position,
  type TextDocumentIdentifier,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { format, KEYWORDS } from '../../grammar/index.ts';
import type { Library } from '../index.ts';
import { Types } from '../service/types.ts';
import { Workspace } from '../service/workspace.ts';
import * as answers from './answers.ts';
import type { CheckAnswer, CheckRequest } from './checking.ts';
import { actionsFor } from './actions.ts';
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
  /** The emitted TypeScript, or the graph, of a program; null if it has errors. */
  emitted(path: string, what: 'typescript' | 'graph'): Promise<string | null>;
  topic(word: string): string | null;
  close(): void;
}

interface Checked {
  readonly text: string;
  readonly types: Types;
  /** Files that have diagnostics of this one's check. */
  readonly reported: readonly string[];
}

/** Typing pauses so long before a program is checked. */
const PAUSE = 150;
const NO_TYPES = new Types();

export function serve(connection: Connection, hostFor: (root: string | null, open: () => Iterable<TextDocument>) => ServerHost): void {
  const documents = new TextDocuments(TextDocument);
  let server: Server | null = null;
  const started = (): Server => {
    if (server === null) throw new ResponseError(-32002, 'the server is not initialised yet');
    return server;
  };
  connection.onInitialize(({ workspaceFolders, rootUri }) => {
    const root = workspaceFolders?.[0]?.uri ?? rootUri ?? null;
    server = new Server(
      connection,
      documents,
      hostFor(root, () => documents.all()),
    );
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
  connection.onReferences((params) => at((asked, offset) => answers.references(asked, offset, params.context.includeDeclaration))(params));
  connection.onDocumentHighlight(
    at((asked, offset) => {
      const range = rangeIn(asked.bound.module.file.text);
      return (answers.occurrencesOf({ ...asked, all: () => [] }, offset).get(asked.path) ?? []).map(({ span }) => ({ range: range(span) }));
    }),
  );
  connection.onPrepareRename(at((asked, offset) => refused(answers.renamable(asked, offset, asked.workspace.standard))));
  connection.onRenameRequest((params) =>
    at((asked, offset) => {
      refused(answers.renamable(asked, offset, asked.workspace.standard));
      return refused(answers.rename(asked, offset, params.newName, KEYWORDS));
    })(params),
  );
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
    started().emitted(params.textDocument.uri, 'typescript'),
  );
  connection.onRequest('attnc/graph', (params: { textDocument: TextDocumentIdentifier }) =>
    started().emitted(params.textDocument.uri, 'graph'),
  );
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
  readonly #checked = new Map<string, Checked>();
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  #checking = false;
  readonly #next = new Set<string>();

  constructor(connection: Connection, documents: TextDocuments<TextDocument>, host: ServerHost) {
    this.#connection = connection;
    this.#documents = documents;
    this.#host = host;
    this.#workspace = new Workspace(host.library);
  }

  of<T>(uri: string, answer: (asked: answers.Asked) => T): T | null {
    const path = this.#host.pathOf(uri);
    const bound = this.#workspace.bound(path);
    if (bound === null) return null;
    const known = this.#checked.get(uri);
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

  changed(uri: string): void {
    this.#workspace.changed();
    clearTimeout(this.#waiting.get(uri));
    this.#waiting.set(
      uri,
      setTimeout(() => {
        this.#next.add(uri);
        void this.#check();
      }, PAUSE),
    );
  }

  closed(uri: string): void {
    this.#workspace.changed();
    clearTimeout(this.#waiting.get(uri));
    this.#next.delete(uri);
    for (const reported of this.#checked.get(uri)?.reported ?? [])
      void this.#connection.sendDiagnostics({ uri: reported, diagnostics: [] });
    this.#checked.delete(uri);
  }

  refreshed(): void {
    this.#host.refresh();
    this.#workspace.changed();
    for (const { uri } of this.#documents.all()) this.changed(uri);
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
    const text = document.getText();
    const open = new Map(this.#documents.all().map((each) => [this.#host.pathOf(each.uri), each.getText()]));
    const { diagnostics, sources, types, failure } = await this.#host.check({ path: this.#host.pathOf(uri), open });
    if (failure !== null) this.#connection.console.error(`a fault in attnc itself: ${failure}`);
    if (this.#documents.get(uri) === undefined || failure !== null) return;
    const reported = [...new Set([uri, ...diagnostics.map(({ place }) => this.#host.uriOf(place.file))])];
    for (const other of this.#checked.get(uri)?.reported ?? [])
      if (!reported.includes(other)) void this.#connection.sendDiagnostics({ uri: other, diagnostics: [] });
    this.#checked.set(uri, { text, types: new Types(types), reported });
    for (const each of reported) {
      const own = diagnostics.filter(({ place }) => this.#host.uriOf(place.file) === each);
      void this.#connection.sendDiagnostics({
        uri: each,
        diagnostics: own.map((one) => protocolDiagnostic(one, (file) => this.#host.uriOf(file), sources)),
      });
    }
    void this.#connection.languages.inlayHint.refresh().catch(() => undefined);
  }

  resolved(item: CompletionItem): CompletionItem {
    return answers.resolved(this.#workspace, item);
  }

  symbols(query: string): ReturnType<typeof answers.workspaceSymbols> {
    return answers.workspaceSymbols(this.#workspace, this.#host.programs(), query, (path) => this.#host.uriOf(path));
  }

  emitted(uri: string, what: 'typescript' | 'graph'): Promise<string | null> {
    return this.#host.emitted(this.#host.pathOf(uri), what);
  }

  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#host.close();
  }
}

const first = (uris: ReadonlySet<string>): string | null => uris.values().next().value ?? null;
