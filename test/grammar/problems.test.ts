import { describe, expect, it } from 'vitest';
import { parse } from '../../grammar/index.ts';
import { problemsOf, shown } from './tree.ts';

const block = (body: string): string => `block F(x: [a]) -> [a] {\n  ${body}\n}\n`;

describe('the messages', () => {
  it.each<[string, string, string[]]>([
    ['expression missing', block('y = '), ['E0102 at "=": expected an expression after `=`, but here stands `}`']],
    ['operator without operand', block('y = x + * 2'), ['E0102 at "*": expected an expression, but here stands `*`']],
    [
      'unclosed bracket',
      block('y = f(x\n  z = y'),
      ['E0103 at "(": the `(` opened here is not closed: expected `)` before `z` at line 3 [add `)`]'],
    ],
    [
      'unclosed square bracket',
      block('y = x[a = 1\n  param W: [a]'),
      ['E0103 at "[": the `[` opened here is not closed: expected `]` before `param` at line 3 [add `]`]'],
    ],
    ['stray closer', block('y = x)'), ['E0104 at ")": `)` closes nothing: no bracket of its kind is open here [remove `)`]']],
    [
      'two statements on a line',
      block('y = x z = y'),
      [
        'E0109 at "z": a statement ends here; `z` cannot follow it on the same line [put `;` between two statements, or an operator between two values]',
      ],
    ],
    [
      'misspelt clause',
      block('parm W: [a]'),
      ['E0109 at "W": a statement ends here; `W` cannot follow it on the same line [did you mean `param`?]'],
    ],
    ['reserved word as a name', 'dim last = 3', ['E0105 at "last": expected a name, but `last` is a reserved word [choose another name]']],
    [
      'prime in a declaration',
      block("param W': [a]"),
      ['E0113 at "W\'": expected a name, but here stands the primed name `W\'`; only equations and expressions have primes [write `W`]'],
    ],
    ['two primes', block("h'' = x"), ["E0113 at \"h''\": `h''` has more than one prime [write `h'`]"]],
    ['number with letters', block('y = 2x'), ['E0111 at "2x": `2x` is not a number [for a product write `2 * x`]']],
    [
      'number without digits',
      block('y = .5 + 1.'),
      ['E0111 at ".5": `.5` is not a number [write `0.5`]', 'E0111 at "1.": `1.` is not a number [write `1.0`]'],
    ],
    [
      'unknown characters',
      block('y = x × 2 ≤ 3'),
      [
        'E0106 at "×": the character `×` (U+00D7) is not part of the language [write `*`]',
        'E0106 at "≤": the character `≤` (U+2264) is not part of the language [write `<=`]',
      ],
    ],
    ['a number with two points', block('y = 1.5.'), ['E0111 at "1.5.": `1.5.` is not a number [write the number in full]']],
    ['a number that ends in its point', block('y = 1.'), ['E0111 at "1.": `1.` is not a number [write `1.0`]']],
    ['a product without its sign', block('y = 2.5e3x'), ['E0111 at "2.5e3x": `2.5e3x` is not a number [for a product write `2.5e3 * x`]']],
    ['an exponent without its number', block('y = 2e'), ['E0111 at "2e": `2e` is not a number [write the number in full]']],
    [
      'a fault in a header with its body on the next line',
      'block F(x: [a]) => [a]\n{\n  y = * x\n}\n',
      ['E0101 at "=": expected `{` and a body, but here stands `=`', 'E0102 at "*": expected an expression, but here stands `*`'],
    ],
    [
      'a header without a body',
      'block F(x: [a]) -> [a]\n',
      ['E0101 at "]": expected `{` after `]`, but here stands the end of the file [begin the body with `{` on the line of its header]'],
    ],
    [
      'a bracket that is open behind `match`',
      block('match (a + b { x { y } }'),
      [
        'E0103 at "(": the `(` opened here is not closed: expected `)` before `}` at line 3 [add `)`]',
        'E0101 at "{": expected `)`, but here stands `{`',
      ],
    ],
    [
      'reserved word as a name, and its uses',
      'block F(by: [a]) -> [a] { tanh(by) + exp(by) }\nblock G(x: [a]) -> { last: [a] } {\n  last = 2 * x\n  { last = last }\n}',
      [
        'E0105 at "by": expected a name, but `by` is a reserved word [choose another name]',
        'E0105 at "last": expected a name, but `last` is a reserved word [choose another name]',
      ],
    ],
    [
      'equation of a reserved word',
      block('last = x'),
      ['E0105 at "last": expected a name, but `last` is a reserved word [choose another name]'],
    ],
    ['unfinished string', 'import A from "std', ['E0107 at "\\"std": this string has no closing `"` on its line [add `"`]']],
    [
      'misspelt declaration',
      'modle F(x: [a]) -> [a] { x }',
      ['E0108 at "modle": at the top of a file stands a declaration, but here stands `modle` [did you mean `model`?]'],
    ],
    [
      'statement at the top',
      'y = 3',
      ['E0108 at "y": at the top of a file stands a declaration, but here stands `y` [move it into the body of a block or model]'],
    ],
    [
      'if without else',
      block('y = if x then 1'),
      [
        'E0101 at "1": an `if` needs its `else`: expected `else` after `1` [add `else` and a value; to leave a value absent write `x where condition`]',
      ],
    ],
    [
      'not callable',
      block('y = 2 * (x)(x)'),
      ['E0112 at "(": what stands before this `(` cannot be called [name the block that is called, or write `*` for a product]'],
    ],
    [
      'map arrow as comparison',
      block('y = x <-1'),
      ['E0109 at "<-": a statement ends here; `<-` cannot follow it on the same line [for a comparison with a negative value write `< -`]'],
    ],
    ['missing comma', block('y = f(x z)'), ['E0101 at "z": expected `)`, `,` or an operator, but here stands `z`']],
    [
      'bad type',
      block('param W: 3'),
      ['E0101 at "3": expected a type such as `[source, hidden]`, `index(words)[source]` or `bool`, but here stands `3`'],
    ],
    ['bad arm', block('match k { = { x } }'), ['E0101 at "=": expected a choice and its body, such as `dot { … }`, but here stands `=`']],
    [
      'per without a call',
      block('y = F per heads'),
      ['E0101 at "}": expected the arguments `(…)` of the call after `per`, but here stands `}`'],
    ],
    [
      'header without a body',
      'block F(x: [a]) -> [a]',
      ['E0101 at "]": expected `{` after `]`, but here stands the end of the file [begin the body with `{` on the line of its header]'],
    ],
    ['dim without a size', 'dim a', ['E0101 at "a": expected `= size` or `: ragged` after `a`, but here stands the end of the file']],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toEqual(expected);
  });
});

describe('one fault does not hide the next', () => {
  it('a missing brace ends at the next declaration', () => {
    const text = `block A(x: [a]) -> [a] {\n  y = x\n\nblock B(x: [a]) -> [a] {\n  z = = 1\n}\n`;
    const { module, problems } = parse({ path: 't', text });
    expect(module.items).toHaveLength(2);
    expect(problems.map(({ code }) => code)).toEqual(['E0103', 'E0102']);
  });

  it('a missing inner brace is found by its indentation', () => {
    const text = `block A(x: [a]) -> [a] {\n  scan a with b = x {\n    emit b\n  y = x\n}\nblock B(x: [a]) -> [a] {\n  x\n}\n`;
    const { module, problems } = parse({ path: 't', text });
    expect(module.items).toHaveLength(2);
    expect(problems).toHaveLength(1);
    expect(text.slice(0, problems[0]?.span.start)).toMatch(/with b = x $/);
  });

  it('each faulty statement is told of, the rest stays', () => {
    const text = block('a = )\n  b = 1 +\n  c = 3\n  d = f(,)\n  e = 4');
    const { module, problems } = parse({ path: 't', text });
    expect(problems.length).toBeGreaterThanOrEqual(3);
    const item = module.items[0];
    const names =
      item?.kind === 'declaration'
        ? item.body.statements.flatMap((s) => (s.kind === 'equation' ? s.targets.map((target) => target.name.text) : []))
        : [];
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('a fault in a header leaves the body and the parameters before it', () => {
    const { module, problems } = parse({ path: 't', text: 'block F(x: [a], y: 3) -> { p: [a] } {\n  z = = 2\n  w = 1\n}' });
    const item = module.items[0];
    expect(problems).toHaveLength(2);
    expect(item?.kind === 'declaration' && [item.params.length, item.body.statements.length]).toEqual([1, 2]);
  });

  it('what a faulty declaration would define is an error value', () => {
    const { module } = parse({ path: 't', text: block('param W, U: [a <- , v: 3\n  y = W @ x') });
    const item = module.items[0];
    const first = item?.kind === 'declaration' ? item.body.statements[0] : undefined;
    expect(first).toMatchObject({ kind: 'equation', targets: [{ name: { text: 'W' } }], value: { kind: 'error' } });
  });
});

describe('depth', () => {
  const nest = (open: string, close: string, n: number): string => block(`y = ${open.repeat(n)}x${close.repeat(n)}`);

  it.each([
    ['round brackets', nest('(', ')', 5000)],
    ['indices', nest('x[', ']', 5000)],
    ['conditions', block(`y = ${'if x then '.repeat(5000)}x${' else x'.repeat(5000)}`)],
    ['bodies', block(`y = ${'repeat n { '.repeat(3000)}x${' }'.repeat(3000)}`)],
    ['signs', block(`y = ${'-'.repeat(5000)}x`)],
    ['a long sum', block(`y = ${'x + '.repeat(5000)}x`)],
    ['fields', block(`y = x${'.a'.repeat(5000)}`)],
    ['open brackets', `block F(${'('.repeat(5000)}`],
  ])('too much of it is a problem, not a crash: %s', (_, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  it.each([
    ['round brackets', nest('(', ')', 40)],
    ['calls', nest('f(', ')', 40)],
    ['a sum', block(`y = ${'x + '.repeat(200)}x`)],
  ])('what people write is not a problem: %s', (_, text) => {
    expect(shown(text)).toEqual([]);
  });
});

describe('a doc comment', () => {
  it('belongs to what stands on the next line; with an empty line between, to the file', () => {
    const docs = (text: string): unknown[] =>
      parse({ path: 'a.attn', text }).module.items.map((item) => ('doc' in item ? item.doc : undefined));
    expect(docs('/// The file.\n/// Its second line.\n\n/// Width.\ndim a = 1\n')).toEqual(['Width.']);
    expect(docs('/// The file.\r\n \r\ndim a = 1\r\n')).toEqual([null]);
    expect(docs('/// One.\n/// Two.\n// not this\ndim a = 1\n')).toEqual(['One.\nTwo.']);
  });
});
