/** A slice of `npm run attack`, with one seed. */
import { describe, expect, it } from 'vitest';
import { generate } from './generate/programs.ts';
import { attackGenerated } from './programs.ts';
import { shrink } from './shrink.ts';
import { all, options } from './slices.ts';
import { Tally } from './tally.ts';

describe('the generator', () => {
  it('writes the same program for the same numbers, and others for others', () => {
    expect(generate(1, 5).text).toBe(generate(1, 5).text);
    expect(generate(1, 6).text).not.toBe(generate(1, 5).text);
    expect(generate(2, 5).text).not.toBe(generate(1, 5).text);
  });
});

describe('shrinking', () => {
  it('leaves what the failure needs', async () => {
    const text = `dim d = 3\nmodel M(x: [d], z: [d]) -> y: [d] {\n  a = tanh(x)\n  b = exp(z)\n  y = a * sum[d](log(x + 1)) + b\n}\n`;
    const least = await shrink(text, async (each) => each.includes('log('), Date.now() + 5_000);
    expect(least).toContain('log(');
    expect(least.length).toBeLessThan(text.length / 2);
  });
});

describe('a slice of the attack', () => {
  it('finds nothing among generated programs', async () => {
    const tally = new Tally();
    expect(await all(0, 36, (at) => attackGenerated(1, at, options(tally)))).toEqual([]);
    expect(tally.of('programs')).toBe(36);
    expect(tally.of('generator refused')).toBeLessThanOrEqual(2);
  }, 240_000);
});
