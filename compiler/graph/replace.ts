/** A value of another loop: the same computation, with one argument in place of another. */
import type { Builder } from './builder.ts';
import type { Node, Op } from './graph.ts';
import { operands, reachable } from './walk.ts';

/** What of `root` depends on `from` is made anew; nothing else may go on reading the regions in it. */
export function replaced(root: Node, from: Node, to: Node, builder: Builder): Node {
  const made = new Map([[from, to]]);
  const of = (node: Node): Node => made.get(node) ?? node;
  for (const node of reachable([root])) {
    if (operands(node).every((operand) => !made.has(operand))) continue;
    made.set(node, builder.node(within(node.op, of), node.inputs.map(of), node.origin));
  }
  return of(root);
}

function within(op: Op, of: (node: Node) => Node): Op {
  switch (op.kind) {
    case 'scan':
      return { ...op, region: { ...op.region, nexts: op.region.nexts.map(of), emits: op.region.emits.map(of) } };
    case 'call':
      return { ...op, region: { ...op.region, results: op.region.results.map(of) } };
    case 'clock':
      return { ...op, region: { ...op.region, results: op.region.results.map(of) } };
    default:
      return op;
  }
}
