/** What a body may contain, and what is collected while its statements run. */
import type { BracketExpr, Body, Expr, Span, Statement, Target } from '../../../grammar/ast.ts';
import type { Node, TensorType } from '../../graph/graph.ts';
import type { Scope } from './scope.ts';
import type { Later, StateSink, Value } from './values.ts';

export interface RunningDeclaration {
  readonly name: string;
  readonly span: Span;
  readonly path: string;
  readonly type: TensorType;
  /** Its current value in this evaluation. */
  readonly node: Node;
}

/** Filled while a body's statements run. */
export interface Collected extends StateSink {
  result: Value | null;
  resultSpan: Span | null;
  readonly emits: { readonly exprs: readonly Expr[]; readonly values: readonly Value[]; readonly span: Span }[];
  /** Every name an equation defined, in order. */
  readonly named: Map<string, Value>;
  /** Running values; null: reported, as is a misplaced `state`. */
  readonly running: Map<string, RunningDeclaration | null>;
  /** Clauses, metrics and updates, for decoders and objectives. */
  readonly clauses: Statement[];
}

export function collected(): Collected {
  return { result: null, resultSpan: null, states: [], nexts: new Map(), emits: [], named: new Map(), running: new Map(), clauses: [] };
}

/** The statements that a body may contain. `steps`: those of a scan's or a decoder's body. */
export interface BodyKind {
  readonly states: boolean;
  readonly emits: boolean;
  /** Does the body end in a value? */
  readonly value: boolean;
  readonly clauses: 'decoder' | 'objective' | null;
  readonly steps: Steps | null;
}

/** Steps that run one after another. */
export interface Steps {
  /** The scope for whatever does not change from step to step. */
  readonly constants: Scope;
  /** The position of this step. */
  readonly position: Node;
}

export const plainBody: BodyKind = { states: false, emits: false, value: true, clauses: null, steps: null };

/** Names defined by the equations of a body: for "used before its equation". */
export function laterNames(body: Body): Map<string, Later> {
  const names = new Map<string, Later>();
  for (const statement of body.statements) for (const [label, made] of axesMade(statement)) names.set(label, { kind: 'axis', made });
  for (const statement of body.statements) {
    if (statement.kind === 'dim') for (const { name } of statement.dims) names.set(name.text, { kind: 'dim' });
    if (statement.kind === 'equation') for (const target of statement.targets) names.set(keyOf(target), { kind: 'value' });
  }
  return names;
}

/** Axes introduced by `as` in a statement, with the expression around it; not those in inner bodies, which are local there. */
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

/** The key of a name in a scope: a primed name is `h'`. */
export function keyOf(target: Target): string {
  return target.prime ? `${target.name.text}'` : target.name.text;
}
