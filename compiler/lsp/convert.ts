/** Places and kinds of the compiler as those of the Language Server Protocol. */
import {
  CompletionItemKind,
  DiagnosticSeverity,
  SymbolKind,
  type Diagnostic as ProtocolDiagnostic,
  type Location,
  type Range,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../grammar/index.ts';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { DefinitionKind } from '../service/definitions.ts';
import type { Proposal } from '../service/complete.ts';

/** Lines and columns of a text. */
export function rangeIn(text: string): (span: Span) => Range {
  const document = TextDocument.create('', '', 0, text);
  return ({ start, end }) => ({ start: document.positionAt(start), end: document.positionAt(end) });
}

export const SYMBOLS: Readonly<Record<DefinitionKind, SymbolKind>> = {
  block: SymbolKind.Function,
  cell: SymbolKind.Function,
  attention: SymbolKind.Function,
  head: SymbolKind.Function,
  encoder: SymbolKind.Function,
  decoder: SymbolKind.Function,
  model: SymbolKind.Class,
  objective: SymbolKind.Interface,
  dim: SymbolKind.Constant,
  option: SymbolKind.Enum,
  choice: SymbolKind.EnumMember,
  axis: SymbolKind.TypeParameter,
  value: SymbolKind.Variable,
  generated: SymbolKind.Variable,
  state: SymbolKind.Variable,
  parameter: SymbolKind.Field,
  running: SymbolKind.Field,
  instance: SymbolKind.Object,
  field: SymbolKind.Property,
  metric: SymbolKind.Property,
};

export const COMPLETIONS: Readonly<Record<Proposal['kind'], CompletionItemKind>> = {
  block: CompletionItemKind.Function,
  cell: CompletionItemKind.Function,
  attention: CompletionItemKind.Function,
  head: CompletionItemKind.Function,
  encoder: CompletionItemKind.Function,
  decoder: CompletionItemKind.Function,
  model: CompletionItemKind.Class,
  objective: CompletionItemKind.Interface,
  dim: CompletionItemKind.Constant,
  option: CompletionItemKind.Enum,
  choice: CompletionItemKind.EnumMember,
  axis: CompletionItemKind.TypeParameter,
  value: CompletionItemKind.Variable,
  generated: CompletionItemKind.Variable,
  state: CompletionItemKind.Variable,
  parameter: CompletionItemKind.Field,
  running: CompletionItemKind.Field,
  instance: CompletionItemKind.Variable,
  field: CompletionItemKind.Property,
  metric: CompletionItemKind.Property,
  builtin: CompletionItemKind.Operator,
  keyword: CompletionItemKind.Keyword,
  file: CompletionItemKind.File,
};

/** `uriOf`: of a file's name in the compiler. `sources`: the texts that were checked. */
export function protocolDiagnostic(
  { code, severity, place, message, expected, given, why, fix, related }: Diagnostic,
  uriOf: (file: string) => string,
  sources: ReadonlyMap<string, string>,
): ProtocolDiagnostic {
  const lines = [
    message,
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(given === undefined ? [] : [`given: ${given}`]),
    ...(why === undefined ? [] : [`why: ${why}`]),
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ];
  return {
    code,
    source: 'attnc',
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    range: rangeIn(sources.get(place.file) ?? '')(place),
    message: lines.join('\n'),
    ...(related === undefined
      ? {}
      : { relatedInformation: related.map((each) => ({ location: locationOf(each.place, uriOf, sources), message: each.message })) }),
    data: fix,
  };
}

function locationOf(place: Place, uriOf: (file: string) => string, sources: ReadonlyMap<string, string>): Location {
  return { uri: uriOf(place.file), range: rangeIn(sources.get(place.file) ?? '')(place) };
}
