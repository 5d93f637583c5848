/** Texts that fall apart: few problems are told, and the work stays bounded. */
import { describe, expect, it } from 'vitest';
import { MOST_PROBLEMS, parse } from '../../grammar/index.ts';
import { compile } from '../analyze/support.ts';

const N = 20_000;
const BODY = 'block B(x: [d]) -> [d] {\n';
const told = (text: string): readonly { code: string; message: string; fix?: string }[] => parse({ path: 'a.attn', text }).problems;

describe('a text without end of errors', () => {
  // Without a bound each takes minutes, and the test's own limit ends it.
  it.each<[string, string]>([
    ['opened', '('.repeat(N)],
    ['opened in a body', BODY + '('.repeat(N)],
    ['closed', ')'.repeat(N)],
    ['of three kinds', '([{'.repeat(N)],
    ['headers', 'model M('.repeat(N)],
    ['bodies', 'block B(x: [d]) -> [d] { '.repeat(N)],
    ['statements', `${BODY}${'y = *\n'.repeat(N)}}`],
    ['characters', '$ '.repeat(N)],
    ['words', 'x\n'.repeat(N)],
  ])('%s: the first of them and a last one that says so', (_what, text) => {
    const problems = told(text);
    expect(problems).toHaveLength(MOST_PROBLEMS + 1);
    expect(problems.at(-1)!.message).toBe('there are more syntax errors from here on');
    expect(compile(text).diagnostics.length).toBeLessThanOrEqual(MOST_PROBLEMS + 1);
  });

  it('as many as are told: no such last one', () => {
    expect(told('x\n'.repeat(MOST_PROBLEMS))).toHaveLength(MOST_PROBLEMS);
    expect(told('x\n'.repeat(MOST_PROBLEMS)).at(-1)!.message).not.toContain('more syntax errors');
  });

  it('brackets that balance outside of declarations are one error', () => {
    expect(told('('.repeat(N) + ')'.repeat(N)).map(({ code }) => code)).toEqual(['E0108']);
  });
});

describe('one slip, one message', () => {
  it.each(['model M(x: [d] -> y: [d] { x }', 'dim d = 2\nblock B(x: [d], y: [d] -> [d] { x }\nblock C(x: [d]) -> [d] { x }'])(
    'a bracket missing before an arrow: %s',
    (text) => {
      expect(told(text).map(({ code, fix }) => [code, fix])).toEqual([['E0101', 'add `)` before `->`']]);
    },
  );

  it.each(['1e400', '1e39'])('%s is no 32-bit float', (number) => {
    expect(told(`${BODY}x * ${number} }`).map(({ code }) => code)).toEqual(['E0111']);
  });

  it('3.4e38 is one', () => {
    expect(told(`${BODY}x * 3.4e38 }`)).toEqual([]);
  });
});
