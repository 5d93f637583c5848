/** A slice of `npm run attack -- --only std`, with one seed. */
import { expect, it } from 'vitest';
import { attackBlock } from './blocks.ts';
import { all, options } from './slices.ts';
import { Tally } from './tally.ts';

it('finds nothing among blocks of the standard library', async () => {
  const tally = new Tally();
  expect(await all(0, 8, (at) => attackBlock(1, 7 * at, options(tally)))).toEqual([]);
  expect(tally.of('blocks of std')).toBe(8);
}, 240_000);
