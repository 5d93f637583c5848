/**
 * The rounds of a `repeat` are a scan over an axis that counts them: a parameter that a round reads at its own position becomes a
 * sequence of the scan, one element per round.
 */
import type { Axis, Node } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, isRounds, mapRoots, Pass, type Scan } from '../core/pass.ts';

/** 'inlined' to 'inlined'. */
export function scanRounds(roots: Roots): Roots {
  const facts = analyse(roots.values());
  if (!facts.nodes.some(isRounds)) return roots;
  const pass = new ScanRounds(new GraphBuilder(), facts);
  return mapRoots(roots, (node) => pass.get(node));
}

class ScanRounds extends Pass {
  /** By the position of an open loop over rounds. */
  readonly #open = new Map<Node, { readonly loop: Loop; readonly axis: Axis }>();

  protected override *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    if (isRounds(scan)) this.#open.set(loop.position, { loop, axis: scan.op.axis });
    yield* super.bind(scan, loop, states);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'gather') return super.operation(node, inputs);
    const [t, index] = [inputs[0]!, inputs[1]!];
    const isNumber = index.op.kind === 'unary' && index.op.fn === 'int';
    const position = isNumber ? index.inputs[0]! : index;
    const open = this.#open.get(position);
    const isOwn =
      open !== undefined &&
      op.inside &&
      axesOf(t).some((axis) => axis.id === op.axis && (isNumber ? isAsLong(axis, open.axis) : axis.rounds === true)) &&
      !this.m.loopsOf(t).has(position);
    return open !== undefined && isOwn ? open.loop.scanned(this.m.rename(t, op.axis, open.axis)) : super.operation(node, inputs);
  }
}

const isAsLong = (a: Axis, b: Axis): boolean => sizeOf(a.space).key === sizeOf(b.space).key;
