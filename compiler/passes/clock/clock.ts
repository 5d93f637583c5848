/**
 * Clocks (semantics 8): along a clock a position sees the positions up to its own. A reduction over a copy of the clock's axis,
 * in a tensor with exactly one other axis of the clock (the anchor), ranges over the positions up to the anchor's. Opening a
 * clock makes this explicit as masks, after which the graph computes the same for all positions at once.
 */
import type { Axis, Node, Op, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, sameSpace } from '../../graph/spaces.ts';
import { reachable } from '../../graph/walk.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';

/** The axes of the clock that an operation reduces or normalises over, and so looks along. */
export function lookedAlong(op: Op, inputs: readonly Node[], space: Space): readonly Axis[] {
  const ids =
    op.kind === 'reduce' || op.kind === 'contract'
      ? op.axes
      : op.kind === 'softmax' || op.kind === 'argmax'
        ? [op.axis]
        : op.kind === 'scatter'
          ? op.over
          : [];
  return ids.flatMap((id) => clockAxes(inputs, space).filter((axis) => axis.id === id));
}

/** The axes of the clock's space among the operands' axes and masks, each once. */
export function clockAxes(inputs: readonly Node[], space: Space): readonly Axis[] {
  const found = new Map<string, Axis>();
  for (const input of inputs) {
    for (const type of input.types)
      for (const axis of [...type.axes, ...type.masks.flat()]) if (sameSpace(axis.space, space)) found.set(axis.id, axis);
  }
  return [...found.values()];
}

/** What a reduction over `over` is seen from: an axis of the operands, or the step of a loop along the clock. */
export type Anchor =
  | { readonly kind: 'one'; readonly place: Node; readonly axis: Axis | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly axes: readonly Axis[] };

/** `gone`: all axes that the operation looks along. */
export function anchorOf(m: GraphBuilder, inputs: readonly Node[], over: Axis, gone: readonly Axis[], space: Space): Anchor {
  const others = clockAxes(inputs, space).filter((axis) => !hasAxis(gone, axis.id));
  // A mask over both axes says which is meant: `softmax[k <= q](e)`.
  const named = others.filter((axis) =>
    inputs.some((input) => typeOf(input).masks.some((mask) => mask.length === 2 && hasAxis(mask, axis.id) && hasAxis(mask, over.id))),
  );
  const candidates = named.length === 1 ? named : others;
  if (candidates.length > 1) return { kind: 'several', axes: candidates };
  if (candidates[0] !== undefined) return { kind: 'one', place: m.position(candidates[0]), axis: candidates[0] };
  const steps = [...new Set(inputs.flatMap((input) => [...m.loopsOf(input)]))].filter((position) => {
    const { elem } = typeOf(position);
    return elem.kind === 'index' && sameSpace(elem.space, space);
  });
  return steps.length === 1 ? { kind: 'one', place: steps[0]!, axis: null } : { kind: 'none' };
}

/** The operands of an operation inside a clock, with positions after the anchor made absent. */
export function upToNow(m: GraphBuilder, op: Op, inputs: readonly Node[], space: Space): readonly Node[] {
  const gone = lookedAlong(op, inputs, space);
  return gone.reduce<readonly Node[]>((operands, over) => {
    const anchor = anchorOf(m, operands, over, gone, space);
    if (anchor.kind !== 'one') return operands;
    const adds = (op.kind === 'reduce' && op.fn === 'sum') || op.kind === 'contract';
    if (adds && operands.some((operand) => isZeroLater(operand, over.id, anchor.place))) return operands;
    const holds = m.binary('le', m.position(over), anchor.place);
    // One operand is enough: the one that the mask makes grow least.
    const [least] = operands
      .map((_, k) => k)
      .filter((k) => op.kind !== 'contract' || hasAxis(axesOf(operands[k]!), over.id))
      .sort((a, b) => axesOf(operands[a]!).length - axesOf(operands[b]!).length);
    const held = op.kind === 'contract' || op.kind === 'scatter' ? least : 0;
    return operands.map((operand, k) => (k === held ? m.make({ kind: 'where' }, [operand, holds]) : operand));
  }, inputs);
}

/** Exactly 0 at positions of `over` after the anchor's: a softmax that skipped them, or a product with one. */
function isZeroLater(node: Node, over: string, place: Node): boolean {
  const { op, inputs } = node;
  const either = (): boolean => inputs.some((x) => hasAxis(axesOf(x), over) && isZeroLater(x, over, place));
  switch (op.kind) {
    case 'softmax': {
      const x = inputs[0]!;
      return op.axis === over && !op.log && x.op.kind === 'where' && isUpTo(x.inputs[1]!, over, place);
    }
    case 'binary':
      return op.fn === 'mul' && either();
    case 'where':
      return isZeroLater(inputs[0]!, over, place);
    case 'contract':
      return either();
    case 'unary':
      return (op.fn === 'neg' || op.fn === 'float' || op.fn === 'stop') && isZeroLater(inputs[0]!, over, place);
    case 'broadcast':
      return hasAxis(axesOf(inputs[0]!), over) && isZeroLater(inputs[0]!, over, place);
    case 'rename':
      return (op.to.id === over || op.from !== over) && isZeroLater(inputs[0]!, op.to.id === over ? op.from : over, place);
    default:
      return false;
  }
}

/** `position[over] <= place`. */
function isUpTo({ op, inputs }: Node, over: string, place: Node): boolean {
  return (
    op.kind === 'binary' && op.fn === 'le' && inputs[0]!.op.kind === 'position' && inputs[0]!.op.axis.id === over && inputs[1] === place
  );
}

/** Every node that the results of a clock depend on, including bodies of calls and scans. */
export function insideOf(results: Iterable<Node>): ReadonlySet<Node> {
  return new Set(reachable([...results]));
}
