/**
 * 'laid-out' to 'laid-out': a transposition that only products read is folded into them, and a product that is only read
 * transposed is computed the other way round: (A B)^T = B^T A^T. On most backends neither copies anything.
 */
import type { Node, NodeOf } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { type LaidOut, nativeOrder } from './build.ts';
import { axesOf } from './limits.ts';
import { readersOf, rewritten, type Readers } from './rewrite.ts';

export function transposed(roots: Roots): Roots {
  const readers = readersOf(roots);
  const isFree = (operand: Node): boolean =>
    isTransposition(operand) && readers.get(operand)!.every((reader) => reader?.op.kind === 'matmul');
  return rewritten(roots, (node, inputs, build) => {
    if (isTransposition(node)) {
      const [names, read] = [renamesOf(inputs[0]!), renamesOf(node.inputs[0]!)];
      const [made, of] = [names.at(-1)?.inputs[0] ?? inputs[0]!, read.at(-1)?.inputs[0] ?? node.inputs[0]!];
      if ([node.inputs[0]!, ...read.map(({ inputs: [x] }) => x!)].some((each) => readers.get(each)!.length > 1)) return null;
      const isPart = isOf(of, 'slice') && isPartOfProduct(of, readers, (part) => isReadTransposed(part, readers));
      const swapped = isPart ? partOf(made as NodeOf<'slice'>, build) : other(made, build);
      return swapped && names.reduceRight((x, name) => build.make(name.op, [x], name.origin), swapped);
    }
    if (!isOf(node, 'matmul')) return null;
    // An operand that became a product itself needs no transposition any more.
    const folded = node.inputs.map((operand, k) => isFree(operand) && isTransposition(inputs[k]!));
    const [a, b] = inputs.map((input, k) => (folded[k]! ? input.inputs[0]! : input)) as [Node, Node];
    const { origin } = node;
    const [transposeA, transposeB] = [node.op.transposeA !== folded[0], node.op.transposeB !== folded[1]];
    if (!transposeA || !transposeB) return build.make({ kind: 'matmul', transposeA, transposeB }, [a, b], origin);
    // No kernel is fast on A^T B^T, and (B A)^T is small where the contracted axis is long, as in gradients of weights.
    const swapped = build.make({ kind: 'matmul', transposeA: false, transposeB: false }, [b, a], origin);
    return build.make({ kind: 'permute', order: axesOf(node).map(({ id }) => id) }, [swapped], origin);
  });
}

/** Is it one of the parts of a product that only parts are read of, all of them so? */
export function isPartOfProduct(node: NodeOf<'slice'>, readers: Readers, so: (part: Node) => boolean = () => true): boolean {
  const [product] = node.inputs as readonly [Node];
  return (
    node.op.into !== null &&
    isOf(product, 'matmul') &&
    readers.get(product)!.every((each) => each !== null && isOf(each, 'slice') && so(each))
  );
}

function isReadTransposed(node: Node, readers: Readers): boolean {
  return readers
    .get(node)!
    .every((reader) => reader !== null && (isTransposition(reader) || (isOf(reader, 'rename') && isReadTransposed(reader, readers))));
}

/** A part of the product computed the other way round. */
function partOf(part: NodeOf<'slice'>, build: LaidOut): Node | null {
  const swapped = other(part.inputs[0]!, build);
  return swapped && build.make(part.op, [swapped], part.origin);
}

/** The product computed the other way round; null if it is none, and for A B, whose transposition costs less than B^T A^T. */
function other(product: Node, build: LaidOut): Node | null {
  if (isTransposition(product) && isOf(product.inputs[0]!, 'matmul')) return product.inputs[0]!;
  if (!isOf(product, 'matmul') || (!product.op.transposeA && !product.op.transposeB)) return null;
  const [a, b] = product.inputs as readonly [Node, Node];
  const { transposeA, transposeB } = product.op;
  return build.make({ kind: 'matmul', transposeA: !transposeB, transposeB: !transposeA }, [b, a], product.origin);
}

/** The renames of a value, the last first. */
function renamesOf(node: Node): readonly NodeOf<'rename'>[] {
  return isOf(node, 'rename') ? [node, ...renamesOf(node.inputs[0]!)] : [];
}

/** A swap of the last two axes that moves data: an order that the operation gives anyway is free. */
function isTransposition(node: Node): node is NodeOf<'permute'> {
  if (!isOf(node, 'permute')) return false;
  const [x] = node.inputs as readonly [Node];
  const order = axesOf(x).map(({ id }) => id);
  const swapped = [...order.slice(0, -2), ...order.slice(-2).reverse()];
  const native = nativeOrder(x)?.map(({ id }) => id);
  return (order.length === 2 || order.length === 3) && node.op.order.join() === swapped.join() && native?.join() !== swapped.join();
}
