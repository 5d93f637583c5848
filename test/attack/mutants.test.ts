/** A slice of `npm run attack -- --only mutants`, with one seed. */
import { expect, it } from 'vitest';
import { Texts } from './build.ts';
import { attackMutant, Mutants, onTheLine, percentile } from './mutants.ts';
import { all } from './slices.ts';
import { Tally } from './tally.ts';

it('finds few errors, where they are, in spoilt texts', async () => {
  const tally = new Tally();
  const mutants = new Mutants();
  const texts = new Texts();
  expect(await all(0, 700, (at) => attackMutant(1, at, { texts, tally, mutants }))).toEqual([]);
  expect(tally.of('mutants')).toBe(700);
  const errors = tally.of('mutants with errors');
  expect(percentile(tally, 0.95)).toBeLessThanOrEqual(3);
  expect(onTheLine(tally).line / errors).toBeGreaterThanOrEqual(0.95);
}, 240_000);
