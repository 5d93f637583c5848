import { describe, it } from 'vitest';
import { batch } from '../../compiler/passes/batch.ts';
import { inline } from '../../compiler/passes/inline.ts';
import { simplify } from '../../compiler/passes/simplify.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { checked, data, expectEqual, expectSame, randomFrom } from './support.ts';

const LENGTHS = { source: [3, 1, 4], target: [2, 3, 1] };

describe('a padded batch equals each example alone', () => {
  it('for an encoder and decoder with attention', () => {
    const { roots } = bahdanau();
    const given = data(roots, SIZES, LENGTHS, randomFrom(1));
    const flat = checked('inlined', inline(roots));
    expectEqual(roots, flat, given.examples[0]);
    const batched = checked('batched', batch(flat));
    expectSame(roots, batched, given);
    expectSame(roots, checked('batched', simplify(batched)), given);
  });
});
