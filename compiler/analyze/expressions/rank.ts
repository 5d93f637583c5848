/** `argsort[slots as rank](u)`: the positions in ascending order of their values. */
import type { BracketArg, Span } from '../../../grammar/ast.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { refuseAlong } from '../types/inner-dims.ts';
import { allAxes, needAxis, number, rename } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';

/**
 * A position's rank is the number of positions before it: those with a smaller value, and earlier ones with an equal value. The
 * position of each rank is the one that has it. If positions are absent, the last ranks have none.
 */
export function argsort(u: Node, brackets: readonly BracketArg[], here: Site, span: Span): Value {
  const [arg, ...more] = brackets;
  const [from, to] = arg?.kind === 'as' ? [arg.from[0], arg.to[0]] : [];
  if (arg?.kind !== 'as' || from === undefined || to === undefined || arg.from.length > 1 || arg.to.length > 1 || more.length > 0) {
    return report(here, 'E0404', arg?.span ?? span, '`argsort` names the axis it sorts, and that of the ranks', {
      fix: '`argsort[slots as rank](u)`',
    });
  }
  const axis = needAxis(u, from.text, 'argsort', here, from.span);
  if (axis === null || number(u, 'argsort', here, span) === null || refuseAlong(u, axis, '`argsort` along', span, here)) return ERROR;
  if (allAxes(u).some(({ id, label }) => id !== axis.id && label === to.text))
    return report(here, 'E0301', to.span, `the result would hold \`${to.text}\` twice`);
  const b = here.ctx.builder.at(origin(here, span));
  const other: Axis = { id: `${here.frame.id}before~${axis.label}`, label: axis.label, space: axis.space };
  // A rank is not a time: a clock does not order ranks.
  const rank: Axis = { id: `${here.frame.id}rank~${to.text}`, label: to.text, space: { kind: 'merge', parts: [axis.space] } };
  const ones = (condition: Node): Node => b.select(condition, b.constant(1, 'int'), b.constant(0, 'int'));
  const place = (of: Axis): Node => b.unary('int', b.position(of));

  const value = rename(u, axis, other, here, span);
  const isBefore = b.binary(
    'or',
    b.binary('lt', value, u),
    b.binary('and', b.binary('eq', value, u), b.binary('lt', place(other), place(axis))),
  );
  const before = b.reduce('sum', ones(isBefore), [other.id]);
  const has = b.select(b.binary('eq', before, place(rank)), b.constant(1), b.constant(0));
  const order = b.argmax(has, axis.id);
  const isPartial = typeOf(u).masks.some((mask) => mask.some(({ id }) => id === axis.id));
  const there = isPartial ? b.where(order, b.binary('lt', place(rank), b.reduce('sum', ones(b.binary('eq', u, u)), [axis.id]))) : order;
  const axes = typeOf(there).axes;
  const placed = typeOf(u).axes.flatMap(({ id }) => (id === axis.id ? [rank] : axes.filter((own) => own.id === id)));
  const whole = b.broadcast(there, [...axes.filter(({ id }) => !placed.some((own) => own.id === id)), ...placed]);
  return tensor(b.split(whole, rank.id, [here.frame.axis(to.text, axis.space)]));
}
