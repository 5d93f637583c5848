/** A decoder with an objective of its own: a model whose inputs are the decoder's arguments. */
import type { CallExpr, Declaration } from '../../../grammar/ast.ts';

export function asModel(decoder: Declaration): Declaration {
  const { name, params, body } = decoder;
  const call: CallExpr = {
    kind: 'call',
    span: name.span,
    callee: { kind: 'name', name: name.text, prime: false, span: name.span },
    args: params.map((param) => ({ name: null, value: { kind: 'name', name: param.name.text, prime: false, span: param.name.span } })),
  };
  return { ...decoder, what: 'model', body: { ...body, statements: [{ kind: 'expression', value: call, span: name.span }] } };
}
