/** Which elements of its operand a slice, a shift or a gather reads ('batched'). */
import { atomsOf, constantOf, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node, NodeOf } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, hasAxis, isRagged, originOf, raggedAtoms, sizeOf, without } from '../../graph/spaces.ts';
import { isOf } from '../../graph/walk.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, idsOf } from '../core/axes.ts';

export type Chooser = NodeOf<'slice'> | NodeOf<'shift'> | NodeOf<'gather'>;

export const isChooser = (node: Node): node is Chooser => isOf(node, 'gather') || isOf(node, 'slice') || isOf(node, 'shift');

/** Does the node leave out elements of its operand, as far as it is known, even if all of the result is read? */
export function leavesOut(node: Chooser): boolean {
  return isOf(node, 'gather') || boundsOf(node).some((bound) => bound !== null);
}

/** The index that says which; null: it is known. */
export const indexOf = (node: Chooser): Node | null => (isOf(node, 'gather') ? node.inputs[1]! : null);

/** The axes over which it differs whether an element is read; `need`: those that it depends on which results are. */
export function chosenAlong(node: Chooser, need: readonly string[]): readonly string[] {
  const { op, inputs } = node;
  const index = indexOf(node);
  const along = index === null ? need : idsOf(index).filter((id) => hasAxis(axesOf(inputs[0]!), id));
  return [op.axis, ...along.filter((id) => id !== op.axis)];
}

/** A bool over these axes: the element is read. `index`: as it has been rebuilt; `read`: where the result is read, null: everywhere. */
export function chosenBy(m: GraphBuilder, node: Chooser, index: Node | null, read: Node | null): Node {
  const axis = axisOf(typeOf(node.inputs[0]!), node.op.axis);
  if (isOf(node, 'gather')) return gathered(m, node, axis, index!, read);
  if (isOf(node, 'shift') && read !== null) return m.shift(read, axis.id, sizes.sub(sizes.int(0), node.op.by), node.op.circular);
  const place = m.position(axis);
  const at = (bound: Size): Node => m.size(sizes.add(bound, originOf(axis.space)));
  const [first, end] = boundsOf(node);
  const tests = [...(first === null ? [] : [m.binary('ge', place, at(first))]), ...(end === null ? [] : [m.binary('lt', place, at(end))])];
  return tests.reduce((a, b) => m.binary('and', a, b));
}

function gathered(m: GraphBuilder, { inputs: [t] }: NodeOf<'gather'>, axis: Axis, index: Node, read: Node | null): Node {
  const rest = without(axesOf(t!), [axis.id]);
  const over = idsOf(index).filter((id) => !hasAxis(rest, id));
  if (over.length === 0) return m.binary('eq', m.position(axis), index);
  const one = read === null ? m.constant(1) : m.select(read, m.constant(1), m.constant(0));
  const readers = m.make({ kind: 'scatter', axis, over }, [m.broadcast(one, axesOf(index)), index]);
  return m.binary('gt', readers, m.constant(0));
}

/** The first position that is read, and the first behind those, counted from 0; null: the axis ends there, or it is not known. */
function boundsOf({ op, inputs }: NodeOf<'slice'> | NodeOf<'shift'>): readonly [first: Size | null, end: Size | null] {
  const { space } = axisOf(typeOf(inputs[0]!), op.axis);
  const count = sizeOf(space);
  if (op.kind === 'slice') {
    const end = sizes.add(op.start, op.into === null ? sizes.int(1) : sizeOf(op.into.space));
    // A bound that lengths decide differs from example to example.
    const lengths = new Set([...raggedAtoms(space), ...(op.into === null ? [] : raggedAtoms(op.into.space))]);
    const known = (bound: Size): Size | null => ([...atomsOf(bound)].some((atom) => lengths.has(atom)) ? null : bound);
    return [constantOf(op.start) === 0 ? null : known(op.start), constantOf(sizes.sub(count, end)) === 0 ? null : known(end)];
  }
  const back = sizes.sub(sizes.int(0), op.by);
  if (op.circular || constantOf(op.by) === 0) return [null, null];
  if (nonNegative(back)) return [back, null];
  return [null, nonNegative(op.by) && !isRagged(space) ? sizes.sub(count, op.by) : null];
}
