/** A definition as an editor shows it: its text, what the elaborator found of it, and its comment. */
import type { Declaration, Expr } from '../../grammar/ast.ts';
import type { BoundModule, Definition, Occurrence } from './definitions.ts';
import type { Types } from './types.ts';

/** The head of a declaration: `attention Additive[align](query: [query], keys: [key, width]) -> [key]`. */
export function headOf({ span, body, result }: Declaration, text: string): string {
  const brace = text.lastIndexOf('{', body.span.start);
  const end = body.span.start > (result?.span.end ?? span.start) && brace >= span.start ? brace : body.span.start;
  return dedented(text.slice(span.start, end).trim().replace(/\{$/u, ''));
}

/** A line or a few that say what it is, in the language. */
export function signatureOf(definition: Definition, text: string, type: string | null): string {
  const whole = dedented(text.slice(definition.whole.start, definition.whole.end));
  switch (definition.kind) {
    case 'value':
    case 'generated':
    case 'metric':
      return definition.value === null && type === null ? whole : `${definition.name}: ${type ?? '?'}`;
    case 'dim':
      return `dim ${whole}`;
    case 'axis':
      return `axis ${whole}`;
    case 'field':
      return type === null ? definition.name : `${definition.name}: ${type}`;
    case 'choice':
      return `${whole.split('=')[0]!.trim()} = ${definition.name}`;
    case 'parameter':
      return `param ${whole}`;
    case 'running':
    case 'state':
      return `${definition.kind} ${whole}`;
    case 'objective':
      return whole.split('{')[0]!.trim();
    default:
      return definition.declaration === null ? whole : headOf(definition.declaration, text);
  }
}

/** The type of what an occurrence names, where the elaborator has seen it. */
export function typeOfOccurrence({ definition, span, role }: Occurrence, file: string, types: Types, bound: BoundModule): string | null {
  const own = types.of(file, { span }) ?? types.of(file, { span: { start: span.start, end: span.end + 1 } });
  if (own !== null || (role === 'reference' && definition.kind === 'field')) return own;
  if (definition.value !== null) return types.of(definition.file, definition.value as Expr);
  // Of arguments and of what is taken apart: as it is read elsewhere.
  for (const other of bound.occurrences) {
    if (other.role === 'definition' || other.definition !== definition) continue;
    const type = types.of(file, { span: other.span });
    if (type !== null) return type;
  }
  return null;
}

/** Without the indentation that all lines but the first share. */
export function dedented(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const indents = rest.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const shared = indents.length === 0 ? 0 : Math.min(...indents);
  return [first, ...rest.map((line) => line.slice(shared))].join('\n');
}
