/**
 * `x[row = floor(position[tall] / n)]`, nearest upsampling: each position is repeated n times. That is a broadcast along a new
 * axis and a merge with it, and its derivative a sum; the derivative of a gather would be a scatter.
 */
import { constantOf, nonNegative, size as sizes } from '../../size/size.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { hasAxis, join, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import type { Absence, Partial } from './absence.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';

/** The axis whose positions are divided, and the divisor. */
function divided(i: Node): { readonly to: Axis; readonly by: number } | null {
  const { op, inputs } = i;
  if (op.kind === 'broadcast' || (op.kind === 'unary' && op.fn === 'int')) return divided(inputs[0]!);
  if (op.kind === 'rename') {
    const inner = divided(inputs[0]!);
    return inner === null ? null : { ...inner, to: op.to };
  }
  if (op.kind !== 'binary' || op.fn !== 'quot') return null;
  const [places, by] = [inputs[0]!, inputs[1]!];
  const to = positionsOf(places);
  return to === null || by.op.kind !== 'constant' || !Number.isSafeInteger(by.op.value) || by.op.value < 1 ? null : { to, by: by.op.value };
}

function positionsOf({ op, inputs }: Node): Axis | null {
  if (op.kind === 'position') return op.axis;
  return op.kind === 'unary' && op.fn === 'int' ? positionsOf(inputs[0]!) : null;
}

/** t[axis = i], or null where `i` is no such quotient or may lie outside. */
export function spread(m: GraphBuilder, absence: Absence, t: Partial, i: Node, axis: Axis): Partial | null {
  const found = divided(i);
  if (found === null || absence.ragged(axis) || !startsAtZero(axis.space)) return null;
  const { to, by } = found;
  const all = sizes.mul(sizeOf(axis.space), sizes.int(by));
  const rest = sizes.sub(all, sizeOf(to.space));
  if (!startsAtZero(to.space) || !nonNegative(rest) || [t.value, ...t.masks].some((node) => hasAxis(axesOf(node), to.id))) return null;
  const phase: Axis = { id: `${to.id}.phase`, label: to.label, space: { kind: 'anon', size: sizes.int(by) } };
  const whole: Axis = constantOf(rest) === 0 ? to : { id: `${to.id}.whole`, label: to.label, space: { kind: 'anon', size: all } };
  const moved = absence.move(t, (node) => {
    if (!hasAxis(axesOf(node), axis.id)) return node;
    const wide = m.broadcast(
      node,
      axesOf(node).flatMap((each) => (each.id === axis.id ? [each, phase] : [each])),
    );
    const merged = m.make({ kind: 'merge', axes: [axis.id, phase.id], into: whole }, [wide]);
    return whole === to ? merged : m.make({ kind: 'slice', axis: whole.id, start: sizes.int(0), into: to }, [merged]);
  });
  return { ...moved, value: m.broadcast(moved.value, join(axesOf(moved.value), axesOf(i))) };
}
