/**
 * 'laid-out' to 'laid-out': a map that every step of a loop reads transposed is transposed once, outside the loop. Native
 * TensorFlow takes up to four times as long for the product of a few rows and a large transposed map.
 */
import type { Node } from '../../graph/graph.ts';
import { isOf, Dependence } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { isRounds } from '../core/pass.ts';
import { inOrder } from './build.ts';
import { axesOf } from './limits.ts';
import { rewritten } from './rewrite.ts';

export function turned(roots: Roots): Roots {
  const isOutside = outside(inOrder([...roots.values()]));
  return rewritten(roots, (node, inputs, build) => {
    if (!isOf(node, 'matmul') || !node.op.transposeB || !isOutside(node.inputs[1]!, node)) return null;
    const [a, map] = inputs as readonly [Node, Node];
    const order = axesOf(map).toReversed();
    if (order.length !== 2) return null;
    return build.make({ ...node.op, transposeB: false }, [a, build.permuted(map, order, node.origin)], node.origin);
  });
}

/** Is the operand the same in all steps of a loop that the node is in, and computed outside of it? Rounds are no steps. */
function outside(nodes: readonly Node[]): (operand: Node, node: Node) => boolean {
  const dependence = new Dependence();
  const loops = new Map<Node, Node>();
  for (const node of nodes) {
    if (!isOf(node, 'scan')) continue;
    const { position, xs, states } = node.op.region;
    for (const argument of [position, ...xs, ...states]) loops.set(argument, node);
  }
  return (operand, node) => {
    const own = [...dependence.of(operand)].map((argument) => loops.get(argument)!);
    return [...dependence.of(node)].some((argument) => {
      const loop = loops.get(argument);
      if (loop === undefined || isRounds(loop) || own.includes(loop)) return false;
      return own.every((each) => ![...dependence.of(each)].some((around) => loops.get(around) === loop));
    });
  };
}
