/** What a file consists of: its symbols, and the parts that can be folded. */
import type { Body, Expr, Item, Module, Name, Span, Statement } from '../../grammar/ast.ts';
import type { DefinitionKind } from './definitions.ts';

export interface OutlineSymbol {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly span: Span;
  /** The name. */
  readonly selection: Span;
  readonly inside: readonly OutlineSymbol[];
}

export function outline({ items }: Module): OutlineSymbol[] {
  return items.flatMap((item) => ofItem(item));
}

function ofItem(item: Item): OutlineSymbol[] {
  switch (item.kind) {
    case 'import':
      return [];
    case 'dim':
      return item.dims.map((spec) => symbol(spec.name, 'dim', spec.span));
    case 'option':
      return [symbol(item.name, 'option', item.span)];
    case 'declaration':
      return [symbol(item.name, item.what, item.span, ofBody(item.body))];
    case 'objective':
      return [symbol(item.name, 'objective', item.span, ofBody(item.body))];
  }
}

function symbol(name: Name, kind: DefinitionKind, span: Span, inside: readonly OutlineSymbol[] = []): OutlineSymbol {
  return { name: name.text, kind, span, selection: name.span, inside };
}

function ofBody(body: Body): OutlineSymbol[] {
  return body.statements.flatMap((statement) => ofStatement(statement));
}

function ofStatement(statement: Statement): OutlineSymbol[] {
  switch (statement.kind) {
    case 'dim':
    case 'option':
      return ofItem(statement);
    case 'param':
    case 'running':
      return statement.groups.flatMap(({ names, span }) =>
        names.map((name) => symbol(name, statement.kind === 'param' ? 'parameter' : 'running', within(name, span))),
      );
    case 'state':
      return statement.groups.flatMap(({ names, span }) => names.map((name) => symbol(name, 'state', within(name, span))));
    case 'let':
      return [symbol(statement.name, 'instance', statement.span)];
    case 'equation':
      return statement.targets.map((target) => symbol(target.name, 'value', statement.span, ofLoop(statement.value)));
    case 'expression':
      return ofLoop(statement.value);
    case 'metric':
      return [symbol(statement.name, 'metric', statement.span)];
    case 'update':
      return ofBody(statement.body);
    default:
      return [];
  }
}

/** What the steps of a loop define. */
const ofLoop = (value: Expr): OutlineSymbol[] => (value.kind === 'scan' || value.kind === 'repeat' ? ofBody(value.body) : []);

const within = (name: Name, span: Span): Span => ({ start: Math.min(name.span.start, span.start), end: Math.max(name.span.end, span.end) });

/** Bodies, groups of imports, and comments of several lines. */
export function foldings(module: Module): { readonly span: Span; readonly kind: 'region' | 'comment' | 'imports' }[] {
  const imports = module.items.filter(({ kind }) => kind === 'import');
  const found: { span: Span; kind: 'region' | 'comment' | 'imports' }[] = module.items
    .filter(({ kind }) => kind === 'declaration' || kind === 'objective')
    .map(({ span }) => ({ span, kind: 'region' }));
  if (imports.length > 1) found.push({ span: { start: imports[0]!.span.start, end: imports.at(-1)!.span.end }, kind: 'imports' });
  let run: Span | null = null;
  for (const { span } of module.comments) {
    const apart = run === null ? '' : module.file.text.slice(run.end, span.start);
    if (run !== null && apart.trim() === '' && apart.split('\n').length === 2) run = { start: run.start, end: span.end };
    else {
      if (run !== null) found.push({ span: run, kind: 'comment' });
      run = span;
    }
  }
  if (run !== null) found.push({ span: run, kind: 'comment' });
  return found;
}
