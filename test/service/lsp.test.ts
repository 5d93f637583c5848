import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  Hover,
  InlayHint,
  Location,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { Client } from './client.ts';

const PROGRAM = `import Pooled from "./pool.attn"

/// Words of a sentence.
dim source: ragged, hidden = 8
option score = plain | scaled

/// Looks at all words.
attention Look(query: [hidden], keys: [place, hidden]) -> [hidden] {
  e = sum[hidden](query * keys) / match score { plain { 1 }  scaled { sqrt(hidden) } }
  weights = softmax[place](e)
  sum[place](weights * keys)
}

model Reader(x: [source, hidden]) -> y: [hidden] {
  h = scan source with xt = x {
    state s: [hidden] = 0
    s' = GRU(xt, s)
    emit s'
  }
  y = Look(Pooled(h), h)
}
`;
const POOL = `block Pooled(x: [place, width]) -> [width] {
  mean[place](x)
}
`;

describe('the language server, over the wire', () => {
  const root = mkdtempSync(join(tmpdir(), 'attnc-lsp-'));
  const client = new Client(root);
  let uri = '';
  const ask = <T>(method: string, word: string, nth = 0, more: object = {}): Promise<T> =>
    client.ask<T>(`textDocument/${method}`, { textDocument: { uri }, position: client.at(uri, word, nth), ...more });
  const shown = async (word: string, nth = 0): Promise<string> => {
    const hover = await ask<Hover | null>('hover', word, nth);
    return (hover?.contents as { value: string } | undefined)?.value ?? '';
  };

  beforeAll(async () => {
    writeFileSync(join(root, 'pool.attn'), POOL);
    writeFileSync(join(root, 'model.attn'), PROGRAM);
    await client.start();
    uri = await client.open('model.attn', PROGRAM);
    expect(await client.checked(uri)).toEqual([]);
  }, 60_000);
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
    rmSync(root, { recursive: true });
  });

  it('shows axes, signatures and comments', async () => {
    expect(await shown('weights', 1)).toContain('weights: [place]');
    expect(await shown('Look(Pooled')).toContain('attention Look(query: [hidden], keys: [place, hidden]) -> [hidden]');
    expect(await shown('Look(Pooled')).toContain('Looks at all words.');
    expect(await shown('GRU')).toContain('GRU[hidden]');
    expect(await shown('h)', 0)).toContain('h: [source, hidden]\ndim source: ragged\ndim hidden = 8');
    expect(await shown('source', 1)).toContain('Words of a sentence.');
    expect(await shown('softmax')).toContain('softmax');
  });

  it('finds definitions in this file, in another one, and in the standard library', async () => {
    expect(await ask<Location>('definition', 'weights', 1)).toEqual({
      uri,
      range: { start: client.at(uri, 'weights'), end: expect.anything() as object },
    });
    expect((await ask<Location>('definition', 'Pooled', 1)).uri).toBe(pathToFileURL(join(root, 'pool.attn')).href);
    expect((await ask<Location>('definition', 'GRU')).uri).toMatch(/models\/std\/cells\.attn$/u);
  });

  it('renames across files, and refuses what belongs to others', async () => {
    const { changes } = await ask<WorkspaceEdit>('rename', 'Pooled', 1, { newName: 'Mean' });
    const counts = Object.fromEntries(Object.entries(changes!).map(([file, edits]) => [file.split('/').at(-1), edits.length]));
    expect(counts).toEqual({ 'model.attn': 2, 'pool.attn': 1 });
    const state = await ask<WorkspaceEdit>('rename', 's: [hidden]', 0, { newName: 't' });
    expect(Object.values(state.changes!)[0]).toHaveLength(4);
    await expect(ask('rename', 'GRU', 0, { newName: 'Cell' })).rejects.toThrow('standard library');
    await expect(ask('rename', 'y: [hidden] {', 0, { newName: 'z' })).rejects.toThrow('result');
    await expect(ask('rename', 'weights', 0, { newName: 'alpha' })).rejects.toThrow('the language reads');
    await expect(ask('rename', 'e = sum', 0, { newName: 'where' })).rejects.toThrow('word of the language');
    await expect(ask('rename', 'e = sum', 0, { newName: 'keys' })).rejects.toThrow('something else');
    expect(Object.keys((await ask<WorkspaceEdit>('rename', 'e = sum', 0, { newName: 'scan' })).changes!)).toHaveLength(1);
  });

  it('proposes what can be named', async () => {
    const items = await ask<CompletionItem[]>('completion', 'Look(Pooled');
    const labels = items.map(({ label }) => label);
    for (const label of ['h', 'x', 'source', 'hidden', 'Look', 'Pooled', 'GRU', 'softmax', 'scan']) expect(labels).toContain(label);
    expect(labels).not.toContain('weights');
  });

  it('tells the signature of a call', async () => {
    const position = client.at(uri, ', h)');
    const help = await client.ask<SignatureHelp>('textDocument/signatureHelp', {
      textDocument: { uri },
      position: { ...position, character: position.character + 2 },
    });
    expect(help.signatures[0]!.label).toContain('attention Look(');
    expect(help.activeParameter).toBe(1);
  });

  it('lists symbols, and the axes of equations', async () => {
    const symbols = await client.ask<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri } });
    expect(symbols.map(({ name }) => name)).toEqual(['source', 'hidden', 'score', 'Look', 'Reader']);
    expect(symbols.at(-1)!.children!.map(({ name }) => name)).toEqual(['h', 'y']);
    const hints = await client.ask<InlayHint[]>('textDocument/inlayHint', {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
    });
    expect(hints.map(({ label }) => label)).toEqual([': [place]', ': [place]', ': [source, hidden]', ': [hidden]']);
  });

  it('formats', async () => {
    const [edit] = await client.ask<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edit?.newText ?? PROGRAM).toContain('  weights = softmax[place](e)');
  });

  it('says what is wrong while it is typed, mends it, and goes on answering', async () => {
    await client.change(uri, PROGRAM.replace('softmax[place](e)', 'softmax[plase](e)'));
    const [problem] = await client.checked(uri);
    expect(problem).toMatchObject({ code: 'E0202', source: 'attnc', severity: 1 });
    const [action] = await client.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: problem!.range,
      context: { diagnostics: [problem] },
    });
    expect(action?.edit?.changes?.[uri]?.[0]?.newText).toBe('place');
    expect(await shown('Look(Pooled')).toContain('attention Look');
    await client.change(uri, PROGRAM.slice(0, PROGRAM.indexOf('Look(Pooled') + 5));
    expect((await client.checked(uri)).length).toBeGreaterThan(0);
    expect(await shown('weights', 1)).toContain('[place]');
    const unread = PROGRAM.replace('option score', '/// Never read.\ndim spare = 3\noption score');
    await client.change(uri, unread);
    const [warning] = await client.checked(uri);
    const [removal] = await client.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: warning!.range,
      context: { diagnostics: [warning] },
    });
    expect(removal!.title).toBe('remove `spare`');
    expect(removal!.edit!.changes![uri]![0]!.range).toMatchObject({ start: { line: 4, character: 0 }, end: { line: 6, character: 0 } });
    await client.change(uri, PROGRAM);
    expect(await client.checked(uri)).toEqual([]);
  });

  it('checks again what reads a file that changed, and outlives whatever it is told to open', async () => {
    const pool = await client.open('pool.attn', POOL);
    await client.checked(pool);
    await client.change(pool, POOL.replace('Pooled', 'Mean'));
    const [problem] = await client.checked(uri);
    expect(problem).toMatchObject({ code: 'E0208' });
    await client.tell('textDocument/didClose', { textDocument: { uri: pool } });
    expect(await client.checked(uri)).toEqual([]);
    for (const strange of ['file://host/x.attn', 'git:/x.attn?%7B', `${pathToFileURL(root).href}/sp%20ace%28%C3%A9%29.attn`]) {
      await client.tell('textDocument/didOpen', { textDocument: { uri: strange, languageId: 'attn', version: 1, text: 'dim' } });
      expect((await client.checked(strange)).length).toBeGreaterThan(0);
    }
  });

  it('shows what a program becomes', async () => {
    expect(await client.ask<string>('attnc/typescript', { textDocument: { uri } })).toContain('export class Reader');
    expect(await client.ask<string>('attnc/graph', { textDocument: { uri } })).toContain('softmax');
  });
});
