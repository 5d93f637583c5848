/** What an error shows beside its own position: where the other thing stands that it speaks of. */
import { expect, it } from 'vitest';
import { compile } from './support.ts';

const D = 'dim source: ragged, d = 4, e = 3\n';

/** A text, the code of its first error, and what stands at the positions that this shows, with what is said of each. */
const cases: readonly (readonly [name: string, text: string, code: string, shown: readonly (readonly [string, string])[]])[] = [
  ['an equation of a name that is taken', `${D}block B(h: [d]) -> [d] {\n  a = h\n  a = h + 1\n  a\n}`, 'E0203', [['a', 'first here']]],
  ['a parameter of a block', `${D}block B(h: [d], h: [e]) -> [d] { h }`, 'E0203', [['h: [d]', 'first here']]],
  ['an input of a model', `${D}model M(x: [d], x: [e]) -> y: [d] { y = x }`, 'E0203', [['x: [d]', 'first here']]],
  ['a `param`', `${D}block B(h: [d]) -> [d] { param w: [d], w: [e]\n  h + w }`, 'E0203', [['w', 'first here']]],
  ['a dim', 'dim d = 4, d = 3\nblock B(h: [d]) -> [d] { h }', 'E0203', [['d', 'first here']]],
  ['a dim and a block', 'dim B = 4\nblock B(h: [B]) -> [B] { h }', 'E0203', [['B', 'first here']]],
  ['two blocks', `${D}block B(h: [d]) -> [d] { h }\nblock B(h: [e]) -> [e] { h }`, 'E0203', [['B', 'first here']]],
  ['a `let`', `${D}block B(h: [d]) -> [d] {\n  let f = Linear[d]\n  let f = Linear[e]\n  f(h)\n}`, 'E0203', [['f', 'first here']]],
  [
    'a state',
    `${D}block B(x: [source, d]) -> [source, d] { scan source with xt = x { state s: [d] = 0, s: [d] = 1\n s' = s + xt\n emit s' } }`,
    'E0203',
    [['s', 'first here']],
  ],
  ['a value that is called', `${D}block B(h: [d]) -> [d] {\n  a = 2 * h\n  a(h)\n}`, 'E0205', [['a', '`a`']]],
  ['a result of other axes', `${D}block B(x: [source, d]) -> [d] { x }`, 'E0307', [['[d]', 'declared here']]],
  [
    'a result of another size',
    `${D}block B(x: [source, d]) -> [source, d: 2 * d] { tanh(x) }`,
    'E0303',
    [['[source, d: 2 * d]', 'declared here']],
  ],
  ['a field that is not given', `${D}block B(h: [d]) -> { a: [d], b: [d] } { { a = h } }`, 'E0307', [['b', 'declared here']]],
  [
    'the next value of a state',
    `${D}block B(x: [source, d]) -> [source, d] { scan source with xt = x { state s: [d] = 0\n s' = ones[e]\n emit s' } }`,
    'E0604',
    [['s', 'declared here']],
  ],
  ['an axis that an operand lacks', `${D}block B(h: [d]) -> [] { sum[e](h) }`, 'E0304', [['h: [d]', '`h`']]],
  ['an axis that a map wants', `${D}block B(h: [d]) -> [e] { param W: [e <- e]\n  W @ h }`, 'E0312', [['h: [d]', '`h`']]],
  ['an operand without a name', `${D}block B(h: [d]) -> [] { sum[e](h + 1) }`, 'E0304', []],
  [
    'a body closed by another bracket',
    `${D}block B(h: [d]) -> [d] {\n  h\n)\nblock C(h: [d]) -> [d] { h }`,
    'E0103',
    [[')', 'by the indentation it ends here']],
  ],
  [
    'a body whose bracket was forgotten',
    `${D}block B(h: [d]) -> [d] {\n  h\n\nblock C(h: [d]) -> [d] { h }`,
    'E0103',
    [['', 'by the indentation it ends here']],
  ],
  [
    'a loop whose bracket was forgotten',
    `${D}block B(h: [d]) -> [d] {\n  repeat 2 {\n    h = tanh(h)\n  a = h\n  a\n}`,
    'E0103',
    [['a', 'by the indentation it ends here']],
  ],
];

it.each(cases)('%s', (_, text, code, shown) => {
  const [first] = compile(text).diagnostics.filter(({ severity }) => severity === 'error');
  expect(first?.code).toBe(code);
  expect((first?.related ?? []).map(({ place, message }) => [text.slice(place.start, place.end), message])).toEqual(shown);
});
