/** Syntax problems of a text, as diagnostics of its file. */
import type { SyntaxProblem } from '../../grammar/index.ts';
import type { Diagnostic } from './diagnostic.ts';

export function syntaxError(file: string, { span: { start, end }, related, ...problem }: SyntaxProblem): Diagnostic {
  return {
    ...problem,
    severity: 'error',
    place: { file, start, end },
    ...(related === undefined
      ? {}
      : { related: [{ place: { file, start: related.span.start, end: related.span.end }, message: related.message }] }),
  };
}
