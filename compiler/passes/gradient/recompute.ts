/**
 * Which values of a loop's body the backward loop makes again instead of reading what was saved: other names and broadcasts, which
 * cost no pass over memory of their own. To recompute elementwise operations as well (Chen, Xu, Zhang & Guestrin 2016,
 * arXiv:1604.06174) saves a tenth of a step's memory, and costs a tenth of its time: it is not done.
 */
import type { Node, Op } from '../../graph/graph.ts';
import type { Facts, Scan } from '../core/pass.ts';

const MOVES: ReadonlySet<Op['kind']> = new Set(['rename', 'broadcast']);

/** For values of the loop's body: is the value recomputed from what is saved? */
export function recomputed(facts: Facts, scan: Scan): (node: Node) => boolean {
  return (node) => MOVES.has(node.op.kind) && facts.loopsOf(node).has(scan);
}
