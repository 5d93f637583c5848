/** The cotangents of the values of one region, summed. */
import { common } from '../../graph/frames.ts';
import type { CallFrame, Node } from '../../graph/graph.ts';
import { type GraphBuilder, unnamed } from '../core/graph-builder.ts';

/** Summed within each call first, so that a call's backward part does not depend on who else reads the same values. */
export class Cotangents {
  readonly #sums = new Map<Node, Map<CallFrame | undefined, Node>>();

  /** The frame of the builder's origin says for which call. */
  add(m: GraphBuilder, node: Node, cotangent: Node): void {
    const sums = this.#sums.get(node) ?? new Map<CallFrame | undefined, Node>();
    const { frame } = m.origin;
    const sum = sums.get(frame);
    sums.set(frame, sum === undefined ? cotangent : m.add(sum, cotangent));
    this.#sums.set(node, sums);
  }

  /** The total; undefined: no cotangent reaches the node. */
  of(m: GraphBuilder, node: Node): Node | undefined {
    const sums = [...(this.#sums.get(node) ?? [])];
    if (sums.length <= 1) return sums[0]?.[1];
    const { origin } = m;
    const { frame: own = null, ...rest } = unnamed(node.origin);
    const frame = summing(
      own,
      sums.map(([each = null]) => each),
    );
    m.origin = frame === null ? rest : { ...rest, frame };
    const whole = sums.map(([, sum]) => sum).reduce((a, b) => m.add(a, b));
    m.origin = origin;
    return whole;
  }

  nodes(): Iterable<Node> {
    return this.#sums.keys();
  }
}

/** A call sums the cotangents of a value of its own if it reads the value itself; otherwise the innermost call around all readers does. */
function summing(own: CallFrame | null, readers: readonly (CallFrame | null)[]): CallFrame | null {
  return readers.some((reader) => common(reader, own) === own) ? own : readers.reduce(common);
}
