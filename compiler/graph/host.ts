/** What the host computes of its own numbers, beside the tensors: how a decoder ranks, and how far it goes. */
import type { Node, UnaryFn } from './graph.ts';
import { reachable } from './walk.ts';

const HOST_UNARY = ['neg', 'exp', 'log', 'sqrt', 'abs', 'sign', 'tanh', 'sin', 'cos', 'floor', 'not', 'int', 'float', 'stop'] as const satisfies readonly UnaryFn[];
export type HostUnary = (typeof HOST_UNARY)[number];

/** Is the value made of numbers, sizes and these inputs by operations that the host has? */
export function isOfHost(root: Node, inputs: readonly string[]): boolean {
  return reachable([root]).every(({ op }) => {
    switch (op.kind) {
      case 'constant': case 'size': case 'binary': return true;
      case 'unary': return HOST_UNARY.some((fn) => fn === op.fn);
      case 'input': return inputs.includes(op.name);
      default: return false;
    }
  });
}
