/** Every construct that docs/language.md lists as parsed but refused: each gives one E0901 and nothing else. */
import { describe, expect, it } from 'vitest';
import { compile } from './support.ts';

const DIMS = 'dim source: ragged, target: ragged, words = 9, d = 4, e = 3\n';
const block = (body: string, signature = '(x: [source, d]) -> [source, d]'): string => `${DIMS}block B${signature} { ${body} }`;

const REFUSED: Readonly<Record<string, string>> = {
  'a size of a ragged dim': block('sum[twice](t)', '(t: [twice: 2 * source]) -> []'),
};

describe('not supported yet', () => {
  it.each(Object.entries(REFUSED))('%s', (_what, source) => {
    expect(compile(source).diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['E0901']);
  });
});
