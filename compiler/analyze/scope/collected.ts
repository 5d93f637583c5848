/** What a body may hold, and what it collects while its statements run. */
import type { BracketExpr, Body, Expr, Span, Statement, Target } from '../../../grammar/ast.ts';
import type { Node, TensorType } from '../../graph/graph.ts';
import type { Scope } from './scope.ts';
import type { Later, StateSink, Value } from './values.ts';

export interface RunningDeclaration {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly type: TensorType;
  /** What it reads as in this evaluation. */
  readonly node: Node;
}

/** Filled while a body's statements run. */
export interface Collected extends StateSink {
  result: Value | null;
  resultSpan: Span | null;
  readonly emits: { readonly exprs: readonly Expr[]; readonly values: readonly Value[]; readonly span: Span }[];
  /** Every name an equation defined, in order. */
  readonly named: Map<string, Value>;
  /** Running values; null: reported, and so is a `state` that stands nowhere. */
  readonly running: Map<string, RunningDeclaration | null>;
  /** Clauses, metrics and updates, for decoders and objectives. */
  readonly clauses: Statement[];
}

export function collected(): Collected {
  return { result: null, resultSpan: null, states: [], nexts: new Map(), emits: [], named: new Map(), running: new Map(), clauses: [] };
}

/** What may stand in a body. `steps`: of the body of a scan or of a decoder. */
export interface BodyKind {
  readonly states: boolean;
  readonly emits: boolean;
  /** Does the body end in a value? */
  readonly value: boolean;
  readonly clauses: 'decoder' | 'objective' | null;
  readonly steps: Steps | null;
}

/** Steps that run one after the other. */
export interface Steps {
  /** The scope for what does not change from step to step. */
  readonly constants: Scope;
  /** This step's. */
  readonly position: Node;
}

export const plainBody: BodyKind = { states: false, emits: false, value: true, clauses: null, steps: null };

/** Names that the equations of a body define: for "used before its equation". */
export function laterNames(body: Body): Map<string, Later> {
  const names = new Map<string, Later>();
  for (const statement of body.statements) for (const [label, made] of axesMade(statement)) names.set(label, { kind: 'axis', made });
  for (const statement of body.statements) {
    if (statement.kind === 'dim') for (const { name } of statement.dims) names.set(name.text, { kind: 'dim' });
    if (statement.kind === 'equation') for (const target of statement.targets) names.set(keyOf(target), { kind: 'value' });
  }
  return names;
}

/** Axes that an `as` in a statement makes, with the expression around it; not those of bodies inside, which stay there. */
function axesMade(statement: Statement): [string, Span][] {
  const found: [string, Span][] = [];
  const open: unknown[] = [statement];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null || 'statements' in part) continue;
    if (isBracket(part)) {
      for (const arg of part.args) {
        if (arg.kind === 'as') found.push(...arg.to.map(({ text }): [string, Span] => [text, part.span]));
        if (arg.kind === 'upto') found.push([arg.as.text, part.span]);
      }
    }
    open.push(...Object.values(part));
  }
  return found;
}

function isBracket(part: object): part is BracketExpr {
  return 'kind' in part && part.kind === 'bracket';
}

/** The name under which a scope has it: a primed one is `h'`. */
export function keyOf(target: Target): string {
  return target.prime ? `${target.name.text}'` : target.name.text;
}
