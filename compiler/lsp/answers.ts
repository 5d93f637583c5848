/** Answers to an editor's questions about one place of a file. */
import {
  InlayHintKind,
  MarkupKind,
  type CompletionItem,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Location,
  type SignatureHelp,
  type WorkspaceSymbol,
} from 'vscode-languageserver';
import type { Span } from '../../grammar/index.ts';
import { callAt, proposals } from '../service/complete.ts';
import { occurrenceAt, visibleAt, type BoundModule, type Definition, type Occurrence } from '../service/definitions.ts';
import { headOf, signatureOf, typeOfOccurrence } from '../service/describe.ts';
import { foldings, outline, type OutlineSymbol } from '../service/outline.ts';
import type { Types } from '../service/types.ts';
import type { Workspace } from '../service/workspace.ts';
import { COMPLETIONS, rangeIn, SYMBOLS } from './convert.ts';

export interface Asked {
  readonly workspace: Workspace;
  readonly bound: BoundModule;
  readonly path: string;
  readonly types: Types;
  readonly uriOf: (path: string) => string;
  /** The files of the workspace, whether open or not. */
  readonly all: () => readonly string[];
  /** What the documentation says of a word of the language. */
  readonly topic: (word: string) => string | null;
}

const code = (text: string): string => `\`\`\`attn\n${text}\n\`\`\``;

export function hover({ workspace, bound, path, types, topic }: Asked, offset: number): Hover | null {
  const { text } = bound.module.file;
  const range = rangeIn(text);
  const found = occurrenceAt(bound, offset);
  if (found !== null) {
    const { definition } = found;
    const source = workspace.bound(definition.file)?.module.file.text ?? '';
    const type = typeOfOccurrence(found, path, types, bound);
    const signature = signatureOf(definition, source, type);
    const typed = type === null || signature.includes(type) ? signature : `${signature}\n${found.text}: ${type}`;
    const lines = [code([typed, ...(type === null ? [] : sizesIn(type, bound, offset, workspace))].join('\n'))];
    if (definition.doc !== null) lines.push(definition.doc);
    return { contents: { kind: MarkupKind.Markdown, value: lines.join('\n\n') }, range: range(found.span) };
  }
  const word = wordAt(text, offset);
  const about = word === null ? null : topic(text.slice(word.start, word.end));
  if (word !== null && about !== null) return { contents: { kind: MarkupKind.Markdown, value: about }, range: range(word) };
  const smallest = types.smallest(path, offset);
  return smallest === null ? null : { contents: { kind: MarkupKind.Markdown, value: code(smallest.type) }, range: range(smallest.span) };
}

/** The dims that a type names, with their sizes. */
function sizesIn(type: string, bound: BoundModule, offset: number, workspace: Workspace): string[] {
  const visible = visibleAt(bound, offset);
  return [...new Set(type.match(/[\p{L}_][\p{L}\p{M}\p{N}_]*/gu))].flatMap((name) => {
    const dim = visible.get(name);
    return dim?.kind === 'dim' ? [signatureOf(dim, workspace.bound(dim.file)?.module.file.text ?? '', null)] : [];
  });
}

function wordAt(text: string, offset: number): Span | null {
  const before = /[\p{L}\p{M}\p{N}_]*$/u.exec(text.slice(Math.max(0, offset - 100), offset))![0].length;
  const after = /^[\p{L}\p{M}\p{N}_]*/u.exec(text.slice(offset, offset + 100))![0].length;
  return before + after === 0 ? null : { start: offset - before, end: offset + after };
}

export function definition({ workspace, bound, uriOf }: Asked, offset: number): Location | null {
  const found = occurrenceAt(bound, offset)?.definition ?? null;
  if (found === null) return null;
  const text = workspace.bound(found.file)?.module.file.text ?? '';
  return { uri: uriOf(found.file), range: rangeIn(text)(found.span) };
}

const same = (a: Definition, b: Definition): boolean => a.file === b.file && a.span.start === b.span.start;

/** All that names what stands at an offset, by file. */
export function occurrencesOf({ workspace, bound, path, all }: Asked, offset: number): ReadonlyMap<string, readonly Occurrence[]> {
  const asked = occurrenceAt(bound, offset);
  if (asked === null) return new Map();
  const found = new Map<string, readonly Occurrence[]>();
  for (const file of new Set([path, asked.definition.file, ...all()])) {
    const own = workspace.bound(file)?.occurrences.filter((each) => same(each.definition, asked.definition)) ?? [];
    if (own.length > 0) found.set(file, own);
  }
  return found;
}

export function references(asked: Asked, offset: number, declaration: boolean): Location[] {
  return [...occurrencesOf(asked, offset)].flatMap(([file, occurrences]) => {
    const range = rangeIn(asked.workspace.bound(file)!.module.file.text);
    return occurrences
      .filter(({ role }) => declaration || role === 'reference')
      .map(({ span }) => ({ uri: asked.uriOf(file), range: range(span) }));
  });
}

export function completion({ workspace, bound, path, all }: Asked, offset: number): CompletionItem[] {
  const files = [
    ...workspace.standard.map((file) => file.replace(/\.attn$/u, '')),
    ...all()
      .filter((file) => file !== path)
      .map((file) => relativeTo(path, file)),
  ];
  const found = proposals(bound, offset, {
    standard: workspace.standardNames(),
    files,
    imported: (from) => workspace.imported(path, from),
  });
  return found.map(({ label, kind, definition: of }, k) => ({
    label,
    kind: COMPLETIONS[kind],
    sortText: String(k).padStart(5, '0'),
    ...(of === null ? {} : { data: { file: of.file, start: of.span.start } satisfies Proposed }),
  }));
}

/** Where a proposed definition stands. */
interface Proposed {
  readonly file: string;
  readonly start: number;
}

/** The head and the comment of a proposal, which an editor asks for where it shows them. */
export function resolved(workspace: Workspace, item: CompletionItem): CompletionItem {
  const { file, start } = (item.data ?? {}) as Partial<Proposed>;
  const bound = file === undefined ? null : workspace.bound(file);
  const found = bound?.occurrences.find(({ span, role }) => role === 'definition' && span.start === start)?.definition ?? null;
  if (bound === null || found === null) return item;
  return {
    ...item,
    detail: signatureOf(found, bound.module.file.text, null),
    ...(found.doc === null ? {} : { documentation: { kind: MarkupKind.Markdown, value: found.doc } }),
  };
}

function relativeTo(from: string, to: string): string {
  const [a, b] = [from.split('/').slice(0, -1), to.split('/')];
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  const up = a.slice(shared).map(() => '..');
  return [...(up.length === 0 ? ['.'] : up), ...b.slice(shared)].join('/');
}

export function signatureHelp({ workspace, bound }: Asked, offset: number): SignatureHelp | null {
  const call = callAt(bound, offset, workspace.standardNames());
  const declaration = call?.callee.declaration ?? null;
  if (call === null || declaration === null) return null;
  const text = workspace.bound(call.callee.file)?.module.file.text ?? '';
  const label = headOf(declaration, text);
  const parts = call.bracket === '(' ? declaration.params.map(({ span }) => span) : declaration.statics.map(({ span }) => span);
  // The head is the declaration's text from its start: its parts stand in it as they are written.
  const shown = parts.map(({ start, end }) => text.slice(start, end));
  return {
    signatures: [
      {
        label,
        parameters: shown.map((part) => ({ label: part })),
        ...(call.callee.doc === null ? {} : { documentation: { kind: MarkupKind.Markdown, value: call.callee.doc } }),
      },
    ],
    activeSignature: 0,
    activeParameter: Math.min(call.argument, Math.max(0, shown.length - 1)),
  };
}

export function symbols({ bound }: Asked): DocumentSymbol[] {
  const range = rangeIn(bound.module.file.text);
  const convert = ({ name, kind, span, selection, inside }: OutlineSymbol): DocumentSymbol => ({
    name,
    detail: kind,
    kind: SYMBOLS[kind],
    range: range(span),
    selectionRange: range(selection),
    children: inside.map(convert),
  });
  return outline(bound.module).map(convert);
}

export function folds({ bound }: Asked): FoldingRange[] {
  const range = rangeIn(bound.module.file.text);
  return foldings(bound.module).flatMap(({ span, kind }) => {
    const { start, end } = range(span);
    return end.line > start.line ? [{ startLine: start.line, endLine: end.line, ...(kind === 'region' ? {} : { kind }) }] : [];
  });
}

/** The axes of what equations define. */
export function inlayHints({ bound, path, types }: Asked, within: Span): InlayHint[] {
  const range = rangeIn(bound.module.file.text);
  return bound.occurrences.flatMap((found) => {
    const { definition, span, role } = found;
    if (role !== 'definition' || definition.kind !== 'value' || definition.value === null) return [];
    if (span.start < within.start || span.end > within.end) return [];
    const type = types.of(path, definition.value);
    return type === null || type.startsWith('{')
      ? []
      : [{ position: range(span).end, label: `: ${type}`, kind: InlayHintKind.Type, paddingRight: true }];
  });
}

/** Items of all files whose names hold the letters of a query, in order. */
export function workspaceSymbols(
  workspace: Workspace,
  files: readonly string[],
  query: string,
  uriOf: (path: string) => string,
): WorkspaceSymbol[] {
  const letters = Array.from(query.toLowerCase(), (letter) => letter.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  const pattern = new RegExp(letters.join('.*'), 'u');
  return [...files, ...workspace.standard].flatMap((file) => {
    const bound = workspace.bound(file);
    if (bound === null) return [];
    const range = rangeIn(bound.module.file.text);
    return outline(bound.module).flatMap(({ name, kind, selection }) =>
      pattern.test(name.toLowerCase())
        ? [{ name, kind: SYMBOLS[kind], location: { uri: uriOf(file), range: range(selection) }, containerName: file }]
        : [],
    );
  });
}
