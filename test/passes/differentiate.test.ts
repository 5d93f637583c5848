import { describe, expect, it } from 'vitest';
import { Dependence, reachable } from '../../compiler/graph/walk.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { averaged, data, expectGradients, leaves, randomFrom } from './support.ts';

describe('gradients of a padded batch equal finite differences of the oracle', () => {
  it('for an encoder and decoder with attention', () => {
    const roots = inline(bahdanau().roots);
    const given = data(roots, SIZES, { source: [3, 1], target: [2, 3] }, randomFrom(2));
    expectGradients(roots, averaged(batch(roots)), given, { entries: 4 });
  });
});

/** Operations of each loop's body that cost something: renamed axes and constants do not. */
function costs(roots: Roots): readonly { readonly loop: string; readonly operations: number }[] {
  const dependence = new Dependence();
  return reachable([...roots.values()]).flatMap((scan) => {
    if (scan.op.kind !== 'scan') return [];
    const { region, axis, reversed } = scan.op;
    const own = new Set([region.position, ...region.xs, ...region.states]);
    const inside = reachable([...region.nexts, ...region.emits]).filter((node) =>
      [...dependence.of(node)].some((argument) => own.has(argument)),
    );
    return [
      {
        loop: `${axis.id}${reversed ? ' reversed' : ''}`,
        operations: inside.filter(({ op }) => op.kind !== 'argument' && op.kind !== 'rename').length,
      },
    ];
  });
}

it('a step of attention and its decoder takes few operations, forward and backward', () => {
  const { roots } = bahdanau();
  const forward = simplify(vectorise(simplify(batch(roots))));
  const { roots: all } = differentiate(averaged(forward), 'loss', leaves(roots).parameters);
  expect(costs(simplify(all))).toEqual([
    { loop: 'source reversed', operations: 14 },
    { loop: 'source', operations: 13 },
    { loop: 'target', operations: 26 },
    { loop: 'target reversed', operations: 41 },
    { loop: 'source reversed', operations: 21 },
    { loop: 'source', operations: 24 },
  ]);
});
