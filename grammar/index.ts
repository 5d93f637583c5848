/** Text to syntax tree, and text to its canonical layout. Knows nothing of types; never throws on bad input. */
import type { Module, SourceFile } from './ast.ts';
import type { SyntaxProblem } from './problems.ts';
import { read } from './read.ts';

export type * from './ast.ts';
export { KEYWORDS, RESERVED_WORDS } from './tokens.ts';
export { format } from './format.ts';
export { MOST_PROBLEMS, SYNTAX_PROBLEMS, type SyntaxCode, type SyntaxProblem } from './problems.ts';

export function parse(file: SourceFile): { module: Module; problems: readonly SyntaxProblem[] } {
  const { items, comments, problems } = read(file.text);
  return { module: { file, items, comments, span: { start: 0, end: file.text.length } }, problems };
}
