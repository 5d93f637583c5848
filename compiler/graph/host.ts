/** What the host computes from its own numbers, outside the tensors: a decoder's ranking, and how far it goes. */
import type { Node } from './graph.ts';
import { UNARY } from './operations/unary.ts';
import { reachable } from './walk.ts';

/** Is the value computed from constants, sizes and these inputs by operations that the host has? */
export function isOfHost(root: Node, inputs: readonly string[]): boolean {
  return reachable([root]).every(({ op }) => {
    switch (op.kind) {
      case 'constant':
      case 'size':
      case 'binary':
        return true;
      case 'unary':
        return UNARY[op.fn].typescript.host !== null;
      case 'input':
        return inputs.includes(op.name);
      default:
        return false;
    }
  });
}
