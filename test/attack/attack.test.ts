/** A slice of `npm run attack`, with one seed. */
import { describe, expect, it } from 'vitest';
import { Texts } from './build.ts';
import { Emitted } from './emitted.ts';
import { generate } from './generate/programs.ts';
import { attackMutant, judgeMutants, Mutants } from './mutants.ts';
import { attackGenerated, type ProgramsOptions } from './programs.ts';
import { shrink } from './shrink.ts';
import { Tally, type CounterExample } from './tally.ts';

/** No time is spent on making these smaller. */
const KNOWN = ['poisoned is clean on cpu', 'poisoned is clean on wasm', 'gradients are the slopes on cpu', 'gradients are the slopes on wasm'];

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
  // What is found on the way is mended one by one: until then the slice only runs.
  it('tries generated programs', async () => {
    const tally = new Tally();
    await all(0, 20, (at) => attackGenerated(1, at, { ...options(tally), known: KNOWN }));
    expect(tally.of('programs')).toBe(20);
    expect(tally.of('generator refused')).toBeLessThanOrEqual(1);
  }, 120_000);

  it('spoils texts', async () => {
    const tally = new Tally();
    const mutants = new Mutants();
    const texts = new Texts();
    await all(0, 150, (at) => attackMutant(1, at, { texts, tally, mutants }));
    expect(tally.of('mutants')).toBe(150);
    expect(judgeMutants(tally)).toEqual([]);
  }, 120_000);
});
