/**
 * Which values of a round the backward pass recomputes. An elementwise operation costs little beside the products around it, and
 * where all its operands can be computed from one saved value of its size, that value is saved instead of several (Chen, Xu,
 * Zhang & Guestrin 2016, arXiv:1604.06174, sec. 3, by value instead of by segment).
 */
import { folded } from '../../graph/fold.ts';
import type { Node, Op, UnaryFn } from '../../graph/graph.ts';
import { axesOf } from '../core/axes.ts';
import type { Facts, Scan } from '../core/pass.ts';

const ELEMENTWISE: ReadonlySet<Op['kind']> = new Set(['binary', 'select', 'rename', 'broadcast']);
/** The unary functions that cost no more than a pass over memory. */
const LIGHT: ReadonlySet<UnaryFn> = new Set(['neg', 'not', 'float', 'int', 'stop']);
const NONE: ReadonlySet<Node> = new Set();

/** For values of the loop's body: is the value recomputed from what is saved? */
export function recomputed(facts: Facts, scan: Scan): (node: Node) => boolean {
  const { xs, position } = scan.op.region;
  const isInside = (node: Node): boolean => facts.loopsOf(node).has(scan);
  const isMade = ({ op }: Node): boolean => ELEMENTWISE.has(op.kind) || (op.kind === 'unary' && LIGHT.has(op.fn));
  /** The values that must be saved to recompute a value; the sequences of the scan need no saving. */
  const bases = folded<Node, ReadonlySet<Node>>(
    (node) => (isInside(node) && isMade(node) ? node.inputs : []),
    (node, of) => {
      if (!isInside(node) || node === position || xs.includes(node)) return NONE;
      if (!isMade(node)) return new Set([node]);
      const all = new Set(node.inputs.flatMap((input) => [...of(input)]));
      return largest(all, node) <= 1 ? all : new Set([node]);
    },
  );
  return (node) => isMade(node) && !bases(node).has(node);
}

/** How many of the values are as large as the one computed from them. */
function largest(values: ReadonlySet<Node>, node: Node): number {
  return [...values].filter((value) => axesOf(value).length >= axesOf(node).length).length;
}
