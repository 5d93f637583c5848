/** A size that differs between examples, or from step to step, as the arithmetic that computes it. */
import { foldSize, size as sizes, type Size } from '../../size/size.ts';
import type { Node } from '../../graph/graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** int: `atom` gives what is not a host number; null: the whole size is one. */
export function numberOf(m: GraphBuilder, size: Size, atom: (name: string) => Node | null): Node {
  const int = (n: number): Node => m.constant(n, 'int');
  const join = (fn: 'add' | 'mul', parts: readonly Node[]): Node => parts.reduce((a, b) => m.binary(fn, a, b));
  return foldSize<Node>(size, {
    int,
    atom: (name) => atom(name) ?? m.size(sizes.atom(name)),
    add: (parts) => join('add', parts),
    mul: (parts) => join('mul', parts),
    pow: (base, n) =>
      join(
        'mul',
        Array.from({ length: n }, () => base),
      ),
    div: (a, n) => m.binary('quot', a, int(n)),
    quot: (a, b) => m.binary('quot', a, b),
    fn: (name, args) => {
      if (name === 'max' || name === 'min') return args.reduce((a, b) => m.binary(name, a, b));
      throw new RangeError(`${name} of a ragged length is not supported: bound it by a dim with a default`);
    },
  });
}
