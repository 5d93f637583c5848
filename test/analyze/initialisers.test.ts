/** What parameters begin with: said, usual, and what a word cannot hold of. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import type { HostExpr } from '../../compiler/graph/graph.ts';
import { compile } from './support.ts';

function evaluated(expr: number | HostExpr): number {
  if (typeof expr === 'number') return expr;
  if (expr.kind === 'number') return expr.value;
  if (expr.kind === 'size') return evaluate(expr.size, () => 16);
  if (expr.kind === 'call' && expr.fn === 'pow') return evaluated(expr.args[0]!) ** evaluated(expr.args[1]!);
  throw new Error(`no value of ${expr.kind}`);
}

function begins(params: string, init = ''): Readonly<Record<string, string>> {
  const { programs, diagnostics } = compile(`
dim words = 16, d = 16
model M(i: index(words), x: [d]) -> y: [d] {
  ${init}
  ${params}
  T[i] + x
}`);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return Object.fromEntries(
    programs[0]!.parameters.map(({ path, init: found }) => [
      path,
      found.kind === 'normal' ? `normal ${evaluated(found.deviation)}` : found.kind,
    ]),
  );
}

describe('first values', () => {
  it('are those of a table where a tensor has two axes or more, else those of a map', () => {
    expect(begins('param T: [words, d], W: [d <- d], v: [d], a: [], P: [words, other: words, d]')).toMatchObject({
      T: 'normal 0.25',
      W: 'glorot',
      v: 'glorot',
      a: 'glorot',
      P: 'normal 0.25',
    });
  });

  it('are what the model says, where the word can hold', () => {
    const params = 'param T: [words, d], W: [d <- d], v: [d], U: [d <- d] = zeros';
    expect(begins(params, 'init uniform(0.1)')).toMatchObject({ T: 'uniform', W: 'uniform', v: 'uniform', U: 'zeros' });
    expect(begins(params, 'init orthogonal')).toMatchObject({ T: 'normal 0.25', W: 'orthogonal', v: 'glorot', U: 'zeros' });
    expect(begins(`${params}, Q: [words, d] = ones`, 'init all orthogonal')).toMatchObject({
      T: 'normal 0.25',
      W: 'orthogonal',
      U: 'orthogonal',
      Q: 'ones',
    });
  });
});
