/**
 * 'laid-out' to 'laid-out': a matrix that only products read is transposed as they read it, and a product that is only read
 * transposed is the product the other way round: (A B)^T = B^T A^T. Nothing is copied for either on most backends.
 */
import type { Node, NodeOf } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { nativeOrder } from './build.ts';
import { axesOf } from './limits.ts';
import { readersOf, rewritten } from './rewrite.ts';

export function transposed(roots: Roots): Roots {
  const readers = readersOf(roots);
  const isFree = (operand: Node): boolean =>
    isTransposition(operand) && readers.get(operand)!.every((reader) => reader?.op.kind === 'matmul');
  return rewritten(roots, (node, inputs, build) => {
    if (isTransposition(node)) {
      const [product] = inputs as readonly [Node];
      if (!isOf(product, 'matmul') || readers.get(node.inputs[0]!)!.length > 1) return null;
      const [a, b] = product.inputs as readonly [Node, Node];
      const { transposeA, transposeB } = product.op;
      return build.make({ kind: 'matmul', transposeA: !transposeB, transposeB: !transposeA }, [b, a], node.origin);
    }
    if (!isOf(node, 'matmul')) return null;
    // What became a product itself is no longer to be transposed.
    const folded = node.inputs.map((operand, k) => isFree(operand) && isTransposition(inputs[k]!));
    const [a, b] = inputs.map((input, k) => (folded[k]! ? input.inputs[0]! : input)) as [Node, Node];
    const { transposeA, transposeB } = node.op;
    return build.make({ kind: 'matmul', transposeA: transposeA !== folded[0], transposeB: transposeB !== folded[1] }, [a, b], node.origin);
  });
}

/** The last two axes change positions, and memory with them: what an operation gives in that order anyway is not moved. */
function isTransposition(node: Node): node is NodeOf<'permute'> {
  if (!isOf(node, 'permute')) return false;
  const [x] = node.inputs as readonly [Node];
  const order = axesOf(x).map(({ id }) => id);
  const swapped = [...order.slice(0, -2), ...order.slice(-2).reverse()];
  const native = nativeOrder(x)?.map(({ id }) => id);
  return (order.length === 2 || order.length === 3) && node.op.order.join() === swapped.join() && native?.join() !== swapped.join();
}
