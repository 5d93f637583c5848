/** Every construct that docs/language.md lists as parsed but refused: each gives one E0901 and nothing else. */
import { describe, expect, it } from 'vitest';
import { compile } from './support.ts';

const DIMS = 'dim source: ragged, target: ragged, words = 9, d = 4, e = 3\n';
const block = (body: string, signature = '(x: [source, d]) -> [source, d]'): string => `${DIMS}block B${signature} { ${body} }`;
const decoder = (body: string): string => `${DIMS}decoder D(c: [d]) generates y: index(words)[target] start 1 end 2 { ${body} }`;
const STATE = "state s: [d] = c;  s' = tanh(s);  logits = Linear[words](s')";

const REFUSED: Readonly<Record<string, string>> = {
  'running per an axis': `${DIMS}block G(x: [d]) -> [d] { running m: [d] = 0;  m' = 0.5 * m;  x - m }\nblock F(x: [d]) -> [e, d] { G per e (x) }`,
  'probability instead of logits': decoder("state s: [d] = c;  s' = tanh(s);  probability = softmax[words](Linear[words](s'))"),
  'an objective over a decoder': `${decoder(STATE)}\nobjective O for D { loss = 0.0;  optimizer sgd(rate = 0.1) }`,
  'ragged in': 'dim far: ragged in near',
  'a size of a ragged dim': block('sum[twice](t)', '(t: [twice: 2 * source]) -> []'),
};

describe('not supported yet', () => {
  it.each(Object.entries(REFUSED))('%s', (_what, source) => {
    expect(compile(source).diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['E0901']);
  });
});
