import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { format, parse } from '../../grammar/index.ts';
import { body, equations, mutant, type Choose } from './mutants.ts';
import { commentTexts, programs, shape } from './tree.ts';

const WORDS = [
  'x',
  "h'",
  'β',
  '1',
  '0.5',
  '1e-6',
  '..',
  '.',
  '->',
  '<-',
  '==',
  '<=',
  '=',
  '+',
  '-',
  '*',
  '/',
  '^',
  '@',
  '|',
  ',',
  ':',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ';',
  '\n',
  '\n',
  '"std"',
  '// c\n',
  '/// d\n',
  'first',
  'last',
  'then',
  'else',
  'where',
  'if',
  'mod',
  'and',
  'or',
  'not',
  'per',
  'by',
  'as',
  'dim',
  'ragged',
  'option',
  'block',
  'model',
  'objective',
  'for',
  'given',
  'param',
  'state',
  'let',
  'emit',
  'match',
  'scan',
  'with',
  'repeat',
  'over',
  'sample',
  'upto',
  'rank',
  'clip',
  'norm',
  'true',
  'import',
  'from',
  '§',
  "'",
  '2x',
];

function survives(text: string): void {
  const before = parse({ path: 'f', text });
  const { text: formatted, problems } = format(text);
  if (before.problems.length > 0) {
    expect(formatted).toBe(text);
    expect(problems).toEqual(before.problems);
    return;
  }
  const after = parse({ path: 'f', text: formatted });
  expect(after.problems).toEqual([]);
  expect(shape(after.module)).toEqual(shape(before.module));
  expect(commentTexts(after.module)).toEqual(commentTexts(before.module));
  expect(format(formatted).text).toBe(formatted);
}

describe('whatever the text', () => {
  it('any string is parsed without a throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), survives), { numRuns: 300 });
  });

  it('any row of tokens is parsed without a throw, in a body too', () => {
    const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(' '));
    fc.assert(fc.property(soup, survives), { numRuns: 300 });
    fc.assert(
      fc.property(soup, (text) => survives(`block F(x: [a]) -> [a] {\n y = ${text}\n}`)),
      { numRuns: 500 },
    );
  });

  it('a program with a piece cut out, doubled, broken or commented still formats to itself, or is told of', () => {
    const edit = fc.record({
      program: fc.constantFrom(...programs),
      at: fc.nat(4000),
      length: fc.nat(60),
      insert: fc.constantFrom('', '\n', ' // c\n', '\n\n\n/// d\n', ';', '(', ' )', '}', ' x '),
    });
    fc.assert(
      fc.property(edit, ({ program, at, length, insert }) => {
        const start = at % program.text.length;
        survives(program.text.slice(0, start) + insert + program.text.slice(start));
        survives(program.text.slice(0, start) + program.text.slice(start + length));
      }),
      { numRuns: 200 },
    );
  });

  const lines = equations(programs.map(({ text }) => text));
  const chosen = (make: (choose: Choose) => string): fc.Arbitrary<string> => fc.gen().map((gen) => make((most) => gen(fc.nat, most)));

  it('a body laid out as nobody would formats to itself', () => {
    fc.assert(
      fc.property(
        chosen((choose) => body(lines, choose, 3)),
        survives,
      ),
      { numRuns: 400 },
    );
  });

  it('a program laid out as nobody would formats to itself', () => {
    fc.assert(
      fc.property(
        chosen((choose) => mutant(programs[choose(programs.length - 1)]!.text, choose)),
        survives,
      ),
      { numRuns: 20 },
    );
  });

  it.each([
    // A body that has no room, in brackets that others may be broken before.
    "y = (1 @[d] (scan d with t15 = x { state s15a: [] = learned; state s15b: int[] = 0; s15a' = tanh(1.5 + 0.5 * s15a); emit s15a' }))",
    // Statements on one line, one of which holds a body on lines of its own.
    'aa = 1; y = (scan d with t = x {\n emit t\n }); b  = 2\nccc = 3',
    // Comments of which the `;` between them would make one.
    'y = 1 // a\n ; // b\n ; // c\n z = 2',
    // Signs in one column, so far to the right that the indentation breaks the line before them.
    `y = match m {\n ${'abcdefghi, '.repeat(10)}abcdefgh { 1 }\n ${'abcdefghi, '.repeat(10)}abcdefg  { 1 }\n a { 1 }\n}`,
  ])('formats at once to what it stays: %s', (statement) => {
    survives(`block F(x: [a]) -> [a] {\n  ${statement}\n}`);
  });
});
