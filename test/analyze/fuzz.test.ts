import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { design, designs, sound } from './corpus.ts';
import { compile } from './support.ts';

const token = /\/\/[^\n]*|"[^"]*"|[\p{L}_][\p{L}\p{N}_]*'*|\d+(?:\.\d+)?(?:e-?\d+)?|<-|->|<=|>=|==|!=|\.\.|\s+|./gu;
const texts = [...Object.values(sound), ...designs.map(design)].map((text) => text.match(token)!);
const pool = [...new Set(texts.flat().filter((part) => part.trim() !== '' && !part.startsWith('//')))];

/** `alike` puts a name in place of a name, a number of a number: what still parses, mostly. */
const kinds = ['delete', 'double', 'swap', 'replace', 'alike', 'alike', 'alike', 'alike', 'alike', 'alike'] as const;
type Change = readonly [kind: (typeof kinds)[number], at: number, other: number];

function classOf(part: string): 'name' | 'number' | 'sign' {
  return /^[\p{L}_]/u.test(part) ? 'name' : /^\d/.test(part) ? 'number' : 'sign';
}

function mutated(tokens: readonly string[], changes: readonly Change[]): string {
  const result = [...tokens];
  const solid = (at: number): number => {
    let k = at % result.length;
    while (result[k]!.trim() === '') k = (k + 1) % result.length;
    return k;
  };
  for (const [kind, at, other] of changes) {
    const [i, j] = [solid(at), solid(other)];
    if (kind === 'delete') result.splice(i, 1);
    else if (kind === 'double') result.splice(i, 0, result[i]!, ' ');
    else if (kind === 'swap') [result[i], result[j]] = [result[j]!, result[i]!];
    else if (kind === 'replace') result[i] = pool[other % pool.length]!;
    else {
      const alike = result.filter((part) => part.trim() !== '' && classOf(part) === classOf(result[i]!));
      result[i] = alike[other % alike.length]!;
    }
  }
  return result.join('');
}

const changes = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(100_000), fc.nat(100_000)), { minLength: 1, maxLength: 3 });
const runs = Number(process.env['FUZZ_RUNS'] ?? 300);

describe('any text', () => {
  it('gets diagnostics or a sound program, never an exception or an internal error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), changes, (tokens, list) => {
        // `compile` verifies what it lowers, and throws where that fails.
        const { diagnostics } = compile(mutated(tokens, list));
        expect(diagnostics.filter(({ code }) => code === 'E0999')).toEqual([]);
      }),
      { numRuns: runs, ...(process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) }) },
    );
  }, 300_000);
});
