/** A slice of `npm run attack`, with one seed. */
import { describe, expect, it } from 'vitest';
import { attackBlock } from './blocks.ts';
import { Texts } from './build.ts';
import { Emitted } from './emitted.ts';
import { generate } from './generate/programs.ts';
import { attackMutant, Mutants, onTheLine, percentile } from './mutants.ts';
import { attackGenerated, type ProgramsOptions } from './programs.ts';
import { shrink } from './shrink.ts';
import { Tally, type CounterExample } from './tally.ts';

const options = (tally: Tally): ProgramsOptions => ({ texts: new Texts(), usable: ['cpu', 'wasm'], tally, patience: 5_000, known: [], emitted: new Emitted() });

async function all(from: number, count: number, attack: (at: number) => Promise<CounterExample | null>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = from; at < from + count; at++) {
    const example = await attack(at);
    if (example !== null) found.push(`${example.kind}\n${example.message}\n${example.test}`);
  }
  return found;
}

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
    expect(await all(0, 70, (at) => attackGenerated(1, at, options(tally)))).toEqual([]);
    expect(tally.of('programs')).toBe(70);
    expect(tally.of('generator refused')).toBeLessThanOrEqual(4);
  }, 240_000);

  it('finds nothing among blocks of the standard library', async () => {
    const tally = new Tally();
    expect(await all(0, 12, (at) => attackBlock(1, 5 * at, options(tally)))).toEqual([]);
    expect(tally.of('blocks of std')).toBe(12);
  }, 240_000);

  it('finds few errors, where they are, in spoilt texts', async () => {
    const tally = new Tally();
    const mutants = new Mutants();
    const texts = new Texts();
    expect(await all(0, 1_500, (at) => attackMutant(1, at, { texts, tally, mutants }))).toEqual([]);
    expect(tally.of('mutants')).toBe(1_500);
    const errors = tally.of('mutants with errors');
    expect(percentile(tally, 0.95)).toBeLessThanOrEqual(3);
    expect(onTheLine(tally).line / errors).toBeGreaterThanOrEqual(0.95);
  }, 240_000);
});
