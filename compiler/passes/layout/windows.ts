/** Where a convolution's window goes in memory: next to the axes that are summed with it, so that the sum is one product. */
import type { Axis, Node, Op } from '../../graph/graph.ts';
import { without } from '../../graph/spaces.ts';
import { BATCH } from '../core/axes.ts';

/** By node, the axes over which a product sums what is computed from it. */
export type Summed = ReadonlyMap<Node, ReadonlySet<string>>;

const FOLLOWED: ReadonlySet<Op['kind']> = new Set(['rename', 'concat', 'shift', 'slice', 'unary', 'binary', 'select', 'broadcast']);

/** `nodes`: inputs first. Of several products the first decides: those of a gradient come later, and sum over the other axes. */
export function summedLater(nodes: readonly Node[]): Summed {
  const found = new Map<Node, ReadonlySet<string>>();
  for (const node of nodes.toReversed()) {
    const { op, inputs } = node;
    if (op.kind === 'contract' && !op.axes.includes(BATCH.id)) for (const input of inputs) found.set(input, new Set(op.axes));
    const own = found.get(node);
    if (own === undefined || !FOLLOWED.has(op.kind)) continue;
    inputs.forEach((input, k) => {
      const before = (axis: string): string | null => {
        if (op.kind === 'rename' && axis === op.to.id) return op.from;
        if (op.kind === 'slice' && axis === op.into?.id) return op.axis;
        return op.kind === 'concat' && axis === op.axis.id ? (op.parts[k] ?? null) : axis;
      };
      found.set(input, new Set([...own].map(before).filter((axis) => axis !== null)));
    });
  }
  return found;
}

/** Is it a join of values at neighbouring positions along a new axis? */
export function isWindow({ op, inputs }: Node): boolean {
  return (
    op.kind === 'concat' &&
    op.parts.every((part) => part === null) &&
    inputs.some((input) => input.op.kind === 'shift' || input.op.kind === 'slice')
  );
}

/** The summed axes last, the window first among them: then the joined operands are contiguous rows. */
export function windowOrder(axes: readonly Axis[], window: Axis, summed: ReadonlySet<string>): readonly Axis[] {
  return [...without(axes, [...summed]), window, ...axes.filter(({ id }) => summed.has(id))];
}
