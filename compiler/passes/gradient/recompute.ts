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
/** No kernels of their own. */
const MOVES: ReadonlySet<Op['kind']> = new Set(['rename', 'broadcast']);
/** A longer chain of passes over memory costs more than one more saved value. */
const MOST_STEPS = 2;
const NONE: ReadonlySet<Node> = new Set();

/** For values of the loop's body: is the value recomputed from what is saved? */
export function recomputed(facts: Facts, scan: Scan): (node: Node) => boolean {
  const { xs, position, states } = scan.op.region;
  // What is smaller than the carry, such as a mean per position, takes hardly any memory, and kernels to recompute.
  const whole = Math.max(0, ...states.map((state) => axesOf(state).length));
  const isInside = (node: Node): boolean => facts.loopsOf(node).has(scan);
  const isMade = ({ op }: Node): boolean => ELEMENTWISE.has(op.kind) || (op.kind === 'unary' && LIGHT.has(op.fn));
  /** What recomputing a value takes: the values that must be saved for it, and how many operations. The sequences of the scan need no saving. */
  const again = folded<Node, Again>(
    (node) => (isInside(node) && isMade(node) ? node.inputs : []),
    (node, of) => {
      if (!isInside(node) || node === position || xs.includes(node)) return { bases: NONE, steps: 0 };
      const saved = { bases: new Set([node]), steps: 0 };
      if (!isMade(node) || axesOf(node).length < whole) return saved;
      const inputs = node.inputs.map(of);
      const bases = new Set(inputs.flatMap((input) => [...input.bases]));
      const steps = Math.max(...inputs.map((input) => input.steps)) + (MOVES.has(node.op.kind) ? 0 : 1);
      return largest(bases, node) <= 1 && steps <= MOST_STEPS ? { bases, steps } : saved;
    },
  );
  return (node) => isMade(node) && !again(node).bases.has(node);
}

interface Again {
  readonly bases: ReadonlySet<Node>;
  readonly steps: number;
}

/** How many of the values are as large as the one computed from them. */
function largest(values: ReadonlySet<Node>, node: Node): number {
  return [...values].filter((value) => axesOf(value).length >= axesOf(node).length).length;
}
