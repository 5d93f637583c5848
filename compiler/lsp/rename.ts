/** New names: only where every place that means the old one is known, and means the same afterwards. */
import type { Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { RESERVED_WORDS, type Span } from '../../grammar/index.ts';
import { occurrenceAt, type BoundModule, type Definition, type Region } from '../service/definitions.ts';
import { occurrencesOf, type Asked } from './answers.ts';
import { rangeIn } from './convert.ts';

/** Names that the language reads where a program defines them. */
const MEANT: ReadonlySet<string> = new Set(['logits', 'probability', 'weights', 'loss', 'batch', 'lifted', 'constructor', 'training']);
const NAME = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]*$/u;

/** What may be renamed at an offset; a sentence if nothing, or if it may not. */
export function renamable({ bound, workspace }: Asked, offset: number): Range | string {
  const found = occurrenceAt(bound, offset);
  if (found === null) return 'there is no name here that the program defines';
  const { definition, text } = found;
  const isAlias = text !== definition.name;
  if (workspace.standard.includes(definition.file) && !isAlias) return `\`${text}\` belongs to the standard library`;
  if (MEANT.has(text)) return `the language reads what is called \`${text}\``;
  if (definition.kind === 'generated')
    return `a model and its decoder call what they generate alike: \`${text}\` is read by TypeScript, too`;
  const owner = workspace.bound(definition.file);
  const results = [...(owner?.region.names.values() ?? [])].filter(
    ({ whole, declaration }) => declaration !== null && whole.start <= definition.span.start && definition.span.end <= whole.end,
  );
  if (definition.kind === 'field' || results.some(({ fields }) => fields.has(definition.name)))
    return `\`${text}\` is a field of a result: whoever reads it names it so`;
  return rangeIn(bound.module.file.text)(found.span);
}

/** The edits; a sentence where they would change what the program means. */
export function rename(asked: Asked, offset: number, to: string): WorkspaceEdit | string {
  const { workspace, uriOf } = asked;
  if (!NAME.test(to)) return `\`${to}\` is no name: letters, digits and _, a letter first`;
  if (RESERVED_WORDS.includes(to)) return `\`${to}\` is a word of the language`;
  if (MEANT.has(to)) return `the language reads what is called \`${to}\``;
  const from = occurrenceAt(asked.bound, offset)!.text;
  const edits = new Map<string, FileEdit>();
  for (const [file, occurrences] of occurrencesOf(asked, offset)) {
    const bound = workspace.bound(file)!;
    // An import may call it otherwise: that name stays.
    const spans = occurrences.filter(({ text }) => text === from).map(({ span }) => span);
    if (spans.length === 0) continue;
    const unclear = bound.unknown.find(({ text }) => text === from);
    if (unclear !== undefined)
      return `\`${from}\` also stands in ${place(file, bound, unclear.span.start)}, where it may mean the same: rename it by hand`;
    edits.set(file, { bound, spans });
  }
  const texts = new Map([...edits].map(([file, edit]) => [file, edited(edit, to)]));
  const after = workspace.withTexts(texts);
  for (const [file, edit] of edits) {
    const caught = changed(edit, after.bound(file)!, edits, to);
    if (caught !== null) return `\`${to}\` would mean something else in ${place(file, edit.bound, caught)}`;
  }
  return {
    changes: Object.fromEntries(
      [...edits].map(([file, { bound, spans }]): [string, TextEdit[]] => {
        const range = rangeIn(bound.module.file.text);
        return [uriOf(file), spans.map((span) => ({ range: range(span), newText: to }))];
      }),
    ),
  };
}

/** The places of a file where the new name is to stand. */
interface FileEdit {
  readonly bound: BoundModule;
  readonly spans: readonly Span[];
}

function edited({ bound, spans }: FileEdit, to: string): string {
  const { text } = bound.module.file;
  let [result, from] = ['', 0];
  for (const { start, end } of spans) {
    result += text.slice(from, start) + to;
    from = end;
  }
  return result + text.slice(from);
}

const place = (file: string, { module }: BoundModule, at: number): string => `${file}:${module.file.text.slice(0, at).split('\n').length}`;

/** Where a name of the file would stand for another definition than now, or be defined twice; null: nowhere. */
function changed({ bound, spans }: FileEdit, after: BoundModule, edits: ReadonlyMap<string, FileEdit>, to: string): number | null {
  const shifted = (file: string, offset: number): number => {
    const before = edits.get(file)?.spans.filter(({ start }) => start < offset) ?? [];
    return offset + before.reduce((sum, { start, end }) => sum + to.length - (end - start), 0);
  };
  const { path } = bound.module.file;
  for (const [k, { span, definition, role }] of bound.occurrences.entries()) {
    const now = after.occurrences[k];
    const { file, span: defined } = definition;
    if (now?.span.start !== shifted(path, span.start) || now.role !== role) return span.start;
    if (now.definition.file !== file || now.definition.span.start !== shifted(file, defined.start)) return span.start;
  }
  if (after.occurrences.length > bound.occurrences.length) return after.occurrences[bound.occurrences.length]!.span.start;
  // Two in one scope: the first would hide the second.
  const renamed = bound.occurrences.find(({ span }) => spans.includes(span))!.definition;
  const twice = bound.occurrences.some(
    ({ role, text, definition }) =>
      role === 'definition' && text === to && definition !== renamed && scopeAround(bound, definition) === scopeAround(bound, renamed),
  );
  return twice ? spans[0]!.start : null;
}

/** The innermost part of the text that defines it. */
function scopeAround({ region }: BoundModule, { name, span }: Definition): Region | null {
  const visit = (part: Region): Region | null =>
    part.inside.map(visit).find((found) => found !== null) ?? (part.names.get(name)?.span.start === span.start ? part : null);
  return visit(region);
}
