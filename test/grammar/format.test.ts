/** The layout, as a reader of the formatted file finds it. */
import { describe, expect, it } from 'vitest';
import { format } from '../../grammar/format.ts';

const lines = (...text: string[]): string => `${text.join('\n')}\n`;
const block = (...body: string[]): string => lines('block F(x: [a]) -> [a] {', ...body, '}');

describe('a formatted file', () => {
  it.each<[string, string, string]>([
    ['nothing', '', ''],
    ['empty lines alone', '\n\n\n', ''],
    ['comments alone keep one empty line', '// a\n\n\n\n// b', lines('// a', '', '// b')],
    ['a body that begins on the next line', 'block F(x: [a]) -> [a]\n{\n  x\n}', block('  x')],
    [
      'a body behind a clause on a line of its own',
      'model M(x: [a]) -> [a]\n  causal a\n{\n  x\n}',
      lines('model M(x: [a]) -> [a] causal a {', '  x', '}'),
    ],
    [
      'an objective whose body begins on the next line',
      'objective O for M\n{\n loss = 1\n}',
      lines('objective O for M {', '  loss = 1', '}'),
    ],
    [
      'comments around the brace on the next line',
      'block F(x: [a]) -> [a] // why\n{ // how\n  x }',
      lines('block F(x: [a]) -> [a] // why', '  { // how', '  x', '}'),
    ],
    ['`;` without a statement before it', 'block F(x: [a]) -> [a] {\n ;\n ; // c\n x }', block('  // c', '  x')],
    ['two statements on one line', 'block F(x: [a]) -> [a] {\n  y=-x+1;z=not y\n  z }', block('  y = -x + 1; z = not y', '  z')],
    ['several empty lines', 'block F(x: [a]) -> [a] {\n\n\n  y = x\n\n\n  y\n\n}', block('  y = x', '', '  y')],
    [
      'signs in one column stay so',
      'block F(x: [a]) -> [a] {\n  y    = x\n  long = y\n  z = x\n  long * z }',
      block('  y    = x', '  long = y', '  z = x', '  long * z'),
    ],
    [
      'branches',
      'block F(x: [a]) -> [a] {\n  match m { one  { x }\n    other { y } }\n}',
      block('  match m {', '    one { x }', '    other { y }', '  }'),
    ],
    [
      'branches on one line',
      'block F(x: [a]) -> [a] { match m { true { x } -1, 2 { y } } }',
      lines('block F(x: [a]) -> [a] { match m { true { x } -1, 2 { y } } }'),
    ],
    ['operators', 'block F(x: [a]) -> [a] { W@ -x  @[ a ] y^-2 }', lines('block F(x: [a]) -> [a] { W @ -x @[a] y ^ -2 }')],
    [
      'arguments with comments',
      'block F(x: [a], // first\n  // second\n  y: [b]) -> [a] { x }',
      lines('block F(', '  x: [a], // first', '  // second', '  y: [b]', ') -> [a] { x }'),
    ],
    ['an empty body', 'block F()->[]{}', lines('block F() -> [] { }')],
  ])('%s', (_what, text, formatted) => {
    expect(format(text)).toEqual({ text: formatted, problems: [] });
    expect(format(formatted).text).toBe(formatted);
  });

  it('is at most 120 wide, where there is anything to break', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(39)) as [string, string, string];
    const written = block(`  y = ${a} + ${b} * ${c} + d`, `  z = { one = ${a}, two = ${b}, three = ${c} }`, `  f(${a}, ${b}, ${c})`);
    const formatted = block(
      `  y = ${a} + ${b}`,
      `    * ${c} + d`,
      '  z = {',
      `    one = ${a},`,
      `    two = ${b},`,
      `    three = ${c}`,
      '  }',
      '  f(',
      `    ${a},`,
      `    ${b},`,
      `    ${c}`,
      '  )',
    );
    expect(format(written).text).toBe(formatted);
    expect(format(formatted).text).toBe(formatted);
    const just = 'y'.repeat(112);
    expect(format(block(`  ${just} + 123`)).text).toBe(block(`  ${just} + 123`));
    expect(format(block(`  ${just} + 1234`)).text).toBe(block(`  ${just}`, '    + 1234'));
  });

  it('with a fault is left as it is', () => {
    const text = 'block F(x: [a]) -> [a] {\n y =  * x }';
    expect(format(text)).toMatchObject({ text, problems: [{ code: 'E0102' }] });
  });
});
