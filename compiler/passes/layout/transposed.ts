/**
 * 'laid-out' to 'laid-out': a matrix that only products read is transposed as they read it, and a product that is only read
 * transposed is the product the other way round: (A B)^T = B^T A^T. Nothing is copied for either on most backends.
 */
import type { Node, NodeOf } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { type LaidOut, nativeOrder } from './build.ts';
import { axesOf } from './limits.ts';
import { readersOf, rewritten } from './rewrite.ts';

export function transposed(roots: Roots): Roots {
  const readers = readersOf(roots);
  const isFree = (operand: Node): boolean =>
    isTransposition(operand) && readers.get(operand)!.every((reader) => reader?.op.kind === 'matmul');
  return rewritten(roots, (node, inputs, build) => {
    if (isTransposition(node)) {
      const names = renamesOf(inputs[0]!);
      const product = names.at(-1)?.inputs[0] ?? inputs[0]!;
      const isRead = renamesOf(node.inputs[0]!).flatMap(({ inputs: [x] }) => [x!]);
      const turned = other(product, build);
      if (turned === null || [node.inputs[0]!, ...isRead].some((each) => readers.get(each)!.length > 1)) return null;
      return names.reduceRight((x, name) => build.make(name.op, [x], name.origin), turned);
    }
    if (!isOf(node, 'matmul')) return null;
    // What became a product itself is no longer to be transposed.
    const folded = node.inputs.map((operand, k) => isFree(operand) && isTransposition(inputs[k]!));
    const [a, b] = inputs.map((input, k) => (folded[k]! ? input.inputs[0]! : input)) as [Node, Node];
    const { origin } = node;
    const [transposeA, transposeB] = [node.op.transposeA !== folded[0], node.op.transposeB !== folded[1]];
    if (!transposeA || !transposeB) return build.make({ kind: 'matmul', transposeA, transposeB }, [a, b], origin);
    // No kernel is fast on A^T B^T, and (B A)^T is small where much was summed over, as in weights' gradients.
    const turned = build.make({ kind: 'matmul', transposeA: false, transposeB: false }, [b, a], origin);
    return build.make({ kind: 'permute', order: axesOf(node).map(({ id }) => id) }, [turned], origin);
  });
}

/** A product the other way round; null for what is none, and for A B, whose transposition costs less than B^T A^T. */
function other(product: Node, build: LaidOut): Node | null {
  if (isTransposition(product) && isOf(product.inputs[0]!, 'matmul')) return product.inputs[0]!;
  if (!isOf(product, 'matmul') || (!product.op.transposeA && !product.op.transposeB)) return null;
  const [a, b] = product.inputs as readonly [Node, Node];
  const { transposeA, transposeB } = product.op;
  return build.make({ kind: 'matmul', transposeA: !transposeB, transposeB: !transposeA }, [b, a], product.origin);
}

/** What gives a value other names of axes, the last first. */
function renamesOf(node: Node): readonly NodeOf<'rename'>[] {
  return isOf(node, 'rename') ? [node, ...renamesOf(node.inputs[0]!)] : [];
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
