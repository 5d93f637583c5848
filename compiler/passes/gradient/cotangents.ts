/** What flows back to the values of one region, summed. */
import type { CallFrame, Node } from '../../graph/graph.ts';
import { type GraphBuilder, unnamed } from '../core/graph-builder.ts';

/** Within each call first, so that a call's backward part is by itself whatever else reads what it read. */
export class Cotangents {
  readonly #sums = new Map<Node, Map<CallFrame | undefined, Node>>();

  /** Where the maker stands says for which call. */
  add(m: GraphBuilder, node: Node, cotangent: Node): void {
    const sums = this.#sums.get(node) ?? new Map<CallFrame | undefined, Node>();
    const { frame } = m.origin;
    const sum = sums.get(frame);
    sums.set(frame, sum === undefined ? cotangent : m.add(sum, cotangent));
    this.#sums.set(node, sums);
  }

  /** The whole; undefined: nothing flows there. */
  of(m: GraphBuilder, node: Node): Node | undefined {
    const sums = [...(this.#sums.get(node)?.values() ?? [])];
    if (sums.length <= 1) return sums[0];
    const { origin } = m;
    m.origin = unnamed(node.origin);
    const whole = sums.reduce((a, b) => m.add(a, b));
    m.origin = origin;
    return whole;
  }

  nodes(): Iterable<Node> {
    return this.#sums.keys();
  }
}
