/** Semantic tokens: what each name is, which no grammar of an editor can tell. */
import { SemanticTokensBuilder, type SemanticTokens } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { BoundModule, DefinitionKind } from '../service/definitions.ts';

/** The protocol's own names of kinds, so that every theme knows them. */
export const TOKEN_TYPES = [
  'function',
  'class',
  'interface',
  'enum',
  'enumMember',
  'typeParameter',
  'variable',
  'parameter',
  'property',
] as const;
export const TOKEN_MODIFIERS = ['definition', 'readonly', 'defaultLibrary'] as const;

type TokenType = (typeof TOKEN_TYPES)[number];

const TYPES: Readonly<Record<DefinitionKind, TokenType>> = {
  block: 'function',
  cell: 'function',
  attention: 'function',
  head: 'function',
  encoder: 'function',
  decoder: 'function',
  model: 'class',
  objective: 'interface',
  dim: 'typeParameter',
  axis: 'typeParameter',
  option: 'enum',
  choice: 'enumMember',
  value: 'variable',
  generated: 'variable',
  state: 'variable',
  parameter: 'parameter',
  running: 'parameter',
  instance: 'function',
  field: 'property',
  metric: 'property',
};

export function semanticTokens({ module, occurrences }: BoundModule): SemanticTokens {
  const document = TextDocument.create('', '', 0, module.file.text);
  const builder = new SemanticTokensBuilder();
  for (const { span, definition, role } of occurrences) {
    const { line, character } = document.positionAt(span.start);
    const modifiers = [role === 'definition', definition.kind === 'dim', definition.file.startsWith('std/')];
    builder.push(
      line,
      character,
      span.end - span.start,
      TOKEN_TYPES.indexOf(TYPES[definition.kind]),
      modifiers.reduce((bits, is, k) => bits + (is ? 2 ** k : 0), 0),
    );
  }
  return builder.build();
}
