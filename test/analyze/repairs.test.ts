/** What a diagnostic says to do is what helps. */
import { describe, expect, it } from 'vitest';
import { compile } from './support.ts';

const DIMS = 'dim target: ragged, source: ragged, words = 9, d = 4, e = 3\n';
const decoder = (body: string): string => `${DIMS}decoder W(c: [d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  v = sum[d](table[y])
  ${body}
}
model M(c: [d]) generates y: index(words)[target] { W(c) }`;

function said(text: string): string[] {
  return compile(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, fix }) => `${code} ${fix ?? ''}`);
}

describe('a copy of the clock that is reduced with nothing to see it from', () => {
  it('is told to be seen from the clock, and then checks', () => {
    const bare = decoder('logits = Linear[words](table[y] * v[argmax[key](v[target as key])])');
    expect(said(bare)).toEqual(['E0701 over the positions up to now: `x[upto target as key]` instead of `x[target as key]`']);
    expect(said(bare.replace('v[target as key]', 'v[upto target as key]'))).toEqual([]);
  });
  it('may say so in the reduction', () => {
    expect(said(decoder('logits = Linear[words](table[y] * v[argmax[key <= target](v[target as key])])'))).toEqual([]);
    expect(
      said(decoder('logits = Linear[words](table[y] * v[argmax[key <= source](v[target as key])])')).map((text) => text.slice(0, 5)),
    ).toEqual(['E0304']);
  });
});

it('whole-axis code in a decoder with a state is told of the two forms', () => {
  const [one, ...more] = compile(
    decoder("state s: [d] = c\n  a = v[target as key]\n  s' = tanh(s)\n  logits = Linear[words](s) + sum[key](a)"),
  ).diagnostics;
  expect(more).toEqual([]);
  expect(`${one?.code} ${one?.message}`).toBe('E0304 a decoder with a `state` is written for one step: there is no axis `target` in it');
});

describe('what `concat` joins', () => {
  const joined = (result: string, operands: string): string =>
    `${DIMS}block B(x: [source, d], h: [e], g: [source]) -> ${result} { ${operands} }`;
  it('is what each operand has alone', () => {
    expect(said(joined('[source, both: d + e + 1]', 'concat[both](x, h, g)'))).toEqual([]);
  });
  it('must be said where one has two of its own', () => {
    const [first] = said(joined('[source, both: d + e]', 'concat[both](x, h)'));
    expect(first).toBe('E0309 `concat[source as both](…, x[e as source])`');
    expect(said(joined('[source, both: d + e]', 'concat[d as both](x, h[e as d])'))).toEqual([]);
  });
});
