/** Sums of many terms as they appear in a graph: trees of additions. */
import type { Node } from '../../graph/graph.ts';
import { push } from '../../graph/fold.ts';
import { typeOf } from '../../graph/infer.ts';

export function isSum(node: Node): boolean {
  return node.op.kind === 'binary' && node.op.fn === 'add' && typeOf(node).elem.kind === 'float';
}

/** The terms of a sum from left to right, and the inner sums that were taken apart: those for which `isPart` holds. */
export function termsOf(node: Node, isPart: (sum: Node) => boolean): { readonly terms: readonly Node[]; readonly sums: readonly Node[] } {
  const terms: Node[] = [];
  const sums: Node[] = [];
  const open: Node[] = [];
  push(open, node.inputs, () => true);
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (isSum(each) && isPart(each)) {
      sums.push(each);
      push(open, each.inputs, () => true);
    } else terms.push(each);
  }
  return { terms, sums };
}
