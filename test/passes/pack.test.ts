import { describe, expect, it } from 'vitest';
import { Dependence, reachable } from '../../compiler/graph/walk.ts';
import { batch } from '../../compiler/passes/batch.ts';
import type { Roots } from '../../compiler/passes/compiled.ts';
import { differentiate } from '../../compiler/passes/differentiate.ts';
import { inline } from '../../compiler/passes/inline.ts';
import { pack } from '../../compiler/passes/pack.ts';
import { simplify } from '../../compiler/passes/simplify.ts';
import { vectorise } from '../../compiler/passes/vectorise.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { averaged, checked, data, expectEqual, leaves, randomFrom } from './support.ts';

/** Products in the bodies of loops. */
function products(roots: Roots): number {
  const dependence = new Dependence();
  return reachable([...roots.values()]).filter((node) => node.op.kind === 'contract' && dependence.of(node).size > 0).length;
}

describe('pack', () => {
  const { roots } = bahdanau();
  const forward = simplify(vectorise(simplify(batch(inline(roots)))));
  const before = simplify(differentiate(averaged(forward), 'loss', leaves(roots).parameters).roots);
  const after = checked('batched', pack(before));

  it('keeps all values and gradients', () => {
    expectEqual(before, after, data(roots, SIZES, { source: [3, 1, 4], target: [2, 3, 1] }, randomFrom(5)).batch, 1e-11);
  });

  it('makes one product of those that a step adds up', () => {
    expect(products(after)).toBe(products(before) - 3);
  });

  it('finds nothing more the second time', () => {
    expect(products(pack(after))).toBe(products(after));
  });
});
