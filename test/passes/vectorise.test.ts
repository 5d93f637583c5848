import { describe, expect, it } from 'vitest';
import { reachable } from '../../compiler/graph/walk.ts';
import { batch } from '../../compiler/passes/batch.ts';
import type { Roots } from '../../compiler/passes/compiled.ts';
import { inline } from '../../compiler/passes/inline.ts';
import { simplify } from '../../compiler/passes/simplify.ts';
import { vectorise } from '../../compiler/passes/vectorise.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { averaged, checked, data, expectGradients, expectSame, randomFrom } from './support.ts';

/** Operations in the bodies of loops, by kind. */
function inLoops(roots: Roots): Map<string, number> {
  const counts = new Map<string, number>();
  const nodes = reachable([...roots.values()]);
  for (const scan of nodes) {
    if (scan.op.kind !== 'scan') continue;
    const { region } = scan.op;
    const inside = new Set<unknown>([region.position, ...region.xs, ...region.states]);
    for (const node of reachable([...region.nexts, ...region.emits])) {
      if (inside.has(node) || !node.inputs.some((each) => inside.has(each))) continue;
      inside.add(node);
      counts.set(node.op.kind, (counts.get(node.op.kind) ?? 0) + 1);
    }
  }
  return counts;
}

describe('vectorise', () => {
  const { roots } = bahdanau();
  const flat = inline(roots);
  const before = simplify(batch(flat));
  const after = simplify(checked('batched', vectorise(before)));

  it('keeps all values', () => {
    expectSame(roots, after, data(roots, SIZES, { source: [3, 1, 4], target: [2, 3, 1] }, randomFrom(3)));
  });

  it('moves table look-ups and products of what no state reaches out of the loops', () => {
    expect(inLoops(before).get('gather')).toBe(1);
    expect(inLoops(after).get('gather')).toBeUndefined();
    // Left: 3 recurrent products in each of 3 cells, 3 products with the context, the query, v and the weights.
    expect(inLoops(after).get('contract')).toBe(15);
  });

  it('has the right gradients', () => {
    expectGradients(flat, averaged(after), data(roots, SIZES, { source: [3, 1], target: [2, 3] }, randomFrom(4)), { entries: 3 });
  });
});
