/** Elaborates expressions and bodies inside others: the way back into the elaborator. */
import type { Body, Expr } from '../../../grammar/ast.ts';
import type { Node } from '../../graph/graph.ts';
import type { BodyKind, Collected } from '../scope/collected.ts';
import type { Site } from '../scope/context.ts';
import type { Value } from '../scope/values.ts';
import { asTensor } from '../types/operate.ts';

export function evaluate(expr: Expr, here: Site): Value {
  return here.ctx.elaborate.expression(expr, here);
}

export function evaluateTensor(expr: Expr, here: Site): Node | null {
  return asTensor(evaluate(expr, here), here, expr.span);
}

/** Runs the statements of a body. `tail`: is its last value the value of the whole? */
export function runBody(body: Body, here: Site, kind: BodyKind, found: Collected, tail?: boolean): void {
  here.ctx.elaborate.body(body, here, kind, found, tail);
}
