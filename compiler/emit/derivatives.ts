/** Derivatives for which backends have an operation of their own. */
import type { BinaryFn, Node } from '../graph/graph.ts';
import { axesOf } from '../passes/layout/limits.ts';

/** g (1 - y^2) and g y (1 - y), on operands of one shape: single operations of TensorFlow. */
export function gradientOf(
  a: Node,
  b: Node,
): { readonly call: 'tanhGradient' | 'sigmoidGradient'; readonly g: Node; readonly y: Node } | null {
  const isBinary = (node: Node, fn: BinaryFn): boolean => node.op.kind === 'binary' && node.op.fn === fn;
  const complement = (node: Node): Node | null => {
    const [one, rest] = [node.inputs[0]!, node.inputs[1]!];
    return isBinary(node, 'sub') && one.op.kind === 'constant' && one.op.value === 1 ? rest : null;
  };
  const alike = (x: Node, y: Node): boolean =>
    axesOf(x).length === axesOf(y).length && axesOf(x).every((axis, k) => axis.id === axesOf(y)[k]!.id);
  for (const [g, factor] of [
    [a, b],
    [b, a],
  ] as const) {
    const squared = complement(factor);
    if (squared !== null && isBinary(squared, 'mul') && squared.inputs[0] === squared.inputs[1] && alike(g, squared.inputs[0]!)) {
      return { call: 'tanhGradient', g, y: squared.inputs[0]! };
    }
    if (!isBinary(factor, 'mul')) continue;
    for (const [y, rest] of [factor.inputs, [...factor.inputs].reverse()] as const) {
      if (y !== undefined && rest !== undefined && complement(rest) === y && alike(g, y)) return { call: 'sigmoidGradient', g, y };
    }
  }
  return null;
}
