import { describe, it } from 'vitest';
import { batch } from '../../compiler/passes/batch.ts';
import { inline } from '../../compiler/passes/inline.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { averaged, data, expectGradients, randomFrom } from './support.ts';

describe('gradients of a padded batch equal finite differences of the oracle', () => {
  it('for an encoder and decoder with attention', () => {
    const roots = inline(bahdanau().roots);
    const given = data(roots, SIZES, { source: [3, 1], target: [2, 3] }, randomFrom(2));
    expectGradients(roots, averaged(batch(roots)), given, { entries: 4 });
  });
});
