/** What an editor can mend by itself: problems whose fix is one text in the place of another, or that one statement goes. */
import { CodeActionKind, type CodeAction, type Diagnostic, type TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../grammar/index.ts';
import { occurrenceAt, type BoundModule } from '../service/definitions.ts';
import { rangeIn } from './convert.ts';

export function actionsFor(uri: string, bound: BoundModule, diagnostics: readonly Diagnostic[]): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const found = replacement(diagnostic) ?? removal(diagnostic, bound);
    if (found === null) return [];
    const { title, edit } = found;
    return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, edit: { changes: { [uri]: [edit] } } }];
  });
}

interface Fix {
  readonly title: string;
  readonly edit: TextEdit;
}

/** `did you mean \`keys\`?`; `write \`true\``, where that is a word or a number as it stands. */
function replacement({ range, data }: Diagnostic): Fix | null {
  if (typeof data !== 'string') return null;
  const text = /^did you mean `([^`]+)`\?$/u.exec(data)?.[1] ?? /^write `([\p{L}\p{N}_.]+)`$/u.exec(data)?.[1];
  return text === undefined ? null : { title: `write \`${text}\``, edit: { range, newText: text } };
}

/** What nothing reads, with the lines that are its own. */
function removal({ range, code }: Diagnostic, bound: BoundModule): Fix | null {
  if (code !== 'W0201') return null;
  const { text } = bound.module.file;
  const definition = occurrenceAt(bound, TextDocument.create('', '', 0, text).offsetAt(range.start))?.definition ?? null;
  if (definition === null) return null;
  const { statement } = definition;
  // One of several names of a statement: what is left would have to be written anew.
  if (
    bound.occurrences.some(
      ({ definition: other, role }) =>
        role === 'definition' && other !== definition && other.kind !== 'choice' && other.statement === statement,
    )
  )
    return null;
  return { title: `remove \`${definition.name}\``, edit: { range: rangeIn(text)(linesOf(statement, text)), newText: '' } };
}

/** With the comment above it, and without leaving an empty line; of a row of statements, the `;` behind it. */
function linesOf({ start, end }: Span, text: string): Span {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const rest = text.indexOf('\n', end) < 0 ? text.length : text.indexOf('\n', end) + 1;
  if (text.slice(line, start).trim() !== '' || text.slice(end, rest).trim() !== '')
    return { start, end: end + (/^\s*;\s*/u.exec(text.slice(end))?.[0].length ?? 0) };
  let top = line;
  for (
    let above = text.lastIndexOf('\n', top - 2) + 1;
    top > 0 && text.slice(above, top).trimStart().startsWith('///');
    above = text.lastIndexOf('\n', top - 2) + 1
  )
    top = above;
  return { start: top, end: rest };
}
