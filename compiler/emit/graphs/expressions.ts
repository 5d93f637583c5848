/** Numbers that are known before a call, as data. */
import { foldSize, type Size } from '../../size/size.ts';
import type { Node } from '../../graph/graph.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import type { Expression } from '../../../runtime/graphs/format.ts';

/** @param atom the name of an atom in `n` */
export function sizeExpression(size: Size, atom: (name: string) => string): Expression {
  const many =
    (fn: string) =>
    (parts: readonly Expression[]): Expression =>
      parts.reduce((a, b): Expression => ({ fn, of: [a, b] }));
  return foldSize<Expression>(size, {
    int: (n) => n,
    atom,
    add: many('add'),
    mul: many('mul'),
    pow: (base, n) => ({ fn: 'pow', of: [base, n] }),
    div: (a, n) => ({ fn: 'quot', of: [a, n] }),
    quot: (a, b) => ({ fn: 'quot', of: [a, b] }),
    fn: (name, args) => ({ fn: name, of: args }),
  });
}

/** A node that is a number of the host, of numbers of the host; null: it is none. */
export function numberExpression(
  { op }: Node,
  operands: readonly (Expression | null)[],
  atom: (name: string) => string,
): Expression | null {
  if (op.kind === 'constant') return Number.isFinite(op.value) ? op.value : { fn: `${op.value}`, of: [] };
  if (op.kind === 'size') return sizeExpression(op.size, atom);
  if (op.kind !== 'unary' && op.kind !== 'binary') return null;
  const known = operands.filter((each) => each !== null);
  if (known.length !== operands.length || (op.kind === 'unary' && UNARY[op.fn].typescript.host === null)) return null;
  return { fn: op.fn, of: known };
}
