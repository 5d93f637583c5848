/** E0501: where a value that must be present became absent. */
import type { Span } from '../../../grammar/ast.ts';
import type { Node, Origin } from '../../graph/graph.ts';
import { placeOf, type Site } from './context.ts';
import { report } from './report.ts';
import { typeOf } from './axes.ts';

const WHY: Partial<Record<Node['op']['kind'], string>> = {
  gather: 'the index may fall outside of its axis',
  where: '`where` leaves out the positions for which its condition is false',
  argument: 'what is given to it may be absent',
};

/** States, emits and results may not be absent (semantics 4.5). */
export function present(node: Node, what: string, here: Site, span: Span): boolean {
  if (typeOf(node).masks.length === 0) return true;
  const since = absentSince(node);
  const { kind } = since.op;
  const { file, start, end } = since.origin;
  // A value named by an equation has the location of the whole equation.
  const isUse = file !== here.module.path || end <= start || (start <= span.start && end >= span.end);
  const at = isUse ? span : since.origin;
  report(here, 'E0501', at, isUse ? `${what} may be absent` : `this may be absent, and ${what} may not`, {
    why: WHY[kind] ?? 'a `where` in it, or an index that may fall outside of its axis, leaves positions out',
    fix: fixOf(since),
    related: [
      ...(isUse ? [] : [{ place: placeOf(here, span), message: `it reaches ${what}` }]),
      ...insideOf(since).map(({ file, start, end }) => ({ place: { file, start, end }, message: 'absent since this' })),
    ],
  });
  return false;
}

/** A negative position is always outside; in other languages it counts from the end. */
function fixOf({ op, inputs: [, index] }: Node): string {
  const negative = op.kind === 'gather' && index?.op.kind === 'constant' && Number(index.op.value) < 0;
  return negative ? 'positions count from 0, and the last is `last`: `x[a = last]`' : 'say what stands there instead: `… else 0`';
}

/** The operation that first made the value absent, in its own body. */
function absentSince(node: Node): Node {
  for (let at = node; ; ) {
    const before = sourceOf(at);
    if (before === null) return at;
    at = before;
  }
}

/** The operand that makes it absent; null if it is absent by its own operation, or by what a call does inside. */
function sourceOf(node: Node): Node | null {
  const called = calledFor(node);
  if (called === null) return node.inputs.find(isAbsent) ?? null;
  const argument = called.args.indexOf(absentSince(called.result));
  return argument < 0 ? null : called.inputs[argument]!;
}

/** For a call's result: the call's arguments, and which value of its body the result is. */
function calledFor({
  op,
  inputs: [call],
}: Node): { readonly inputs: readonly Node[]; readonly args: readonly Node[]; readonly result: Node } | null {
  if (op.kind !== 'result' || call?.op.kind !== 'call') return null;
  const { args, results } = call.op.region;
  return { inputs: call.inputs, args, result: results[op.index]! };
}

/** Inside a call, the operation that made its result absent. */
function insideOf(result: Node): readonly Origin[] {
  const called = calledFor(result);
  if (called === null) return [];
  const { origin } = absentSince(called.result);
  return origin.end > origin.start ? [origin] : [];
}

function isAbsent(node: Node): boolean {
  return node.types.some(({ masks }) => masks.length > 0);
}
