/**
 * The absence that a lifted call causes: as if its body were inlined, with the extras as further axes (semantics 5.5: a mask has
 * only the extras that it depends on).
 */
import { folded } from '../graph/fold.ts';
import type { Axis, Node, Op, OpOf, TensorType } from '../graph/graph.ts';
import { hasAxis, without } from '../graph/spaces.ts';

type CallOp = OpOf<'call'>;
type Infer = (op: Op, inputs: readonly Node[]) => readonly TensorType[];

/** The masks of each result in the body's frame, extras among their axes; null where a loop or a clock computes the result. */
export function liftedMasks(
  { region, binding }: CallOp,
  inputs: readonly TensorType[],
  infer: Infer,
): readonly (TensorType['masks'] | null)[] {
  const args = new Map(
    region.args.map((arg, k): [Node, TensorType] => {
      const inside = (axes: readonly Axis[]): readonly Axis[] =>
        axes.map((axis) => binding.args[k]!.find(({ from }) => from === axis.id)?.to ?? axis);
      const { elem, axes, masks } = inputs[k]!;
      return [arg, { elem, axes: inside(axes), masks: masks.map(inside) }];
    }),
  );
  const instances = binding.extras.filter(({ id }) => binding.per?.includes(id) !== true);
  const lifted = folded<Node, Node | null>(
    (node) => (args.has(node) ? [] : node.inputs),
    (node, of) => {
      const type = args.get(node);
      if (type !== undefined) return { ...node, types: [type] };
      if (node.op.kind === 'scan' || node.op.kind === 'clock') return null;
      if (node.inputs.length === 0) return node;
      const operands = node.inputs.map(of);
      if (operands.some((each) => each === null)) return null;
      if (operands.every((each, k) => each === node.inputs[k])) return node;
      const made = node.op.kind === 'across' ? operands.map((each) => elementOf(each!, instances)) : (operands as readonly Node[]);
      const op = widened(node.op, made);
      return { ...node, op, inputs: made, types: infer(op, made) };
    },
  );
  return region.results.map((result) => lifted(result)?.types[0]!.masks ?? null);
}

/** The operand of an `across`, which ranges over all elements of an instance, without their axes. */
function elementOf(node: Node, instances: readonly Axis[]): Node {
  const ids = instances.map(({ id }) => id);
  const { elem, axes, masks } = node.types[0]!;
  return { ...node, types: [{ elem, axes: without(axes, ids), masks: masks.map((mask) => without(mask, ids)) }] };
}

/** The operation for operands with further axes. */
function widened(op: Op, operands: readonly Node[]): Op {
  if (op.kind === 'broadcast')
    return {
      ...op,
      axes: [
        ...without(
          operands[0]!.types[0]!.axes,
          op.axes.map(({ id }) => id),
        ),
        ...op.axes,
      ],
    };
  if (op.kind !== 'call') return op;
  const { binding } = op;
  const more = new Map<string, Axis>();
  for (const [k, operand] of operands.entries()) {
    const { axes, masks } = operand.types[0]!;
    for (const axis of [...axes, ...masks.flat()]) {
      if (!hasAxis(binding.extras, axis.id) && !binding.args[k]!.some(({ from }) => from === axis.id)) more.set(axis.id, axis);
    }
  }
  return more.size === 0 ? op : { ...op, binding: { ...binding, extras: [...more.values(), ...binding.extras] } };
}
