/** Turns what lexer and parser found into sentences. */
import { EOF, tokenMatcher, type ILexingError, type IRecognitionException, type IToken } from 'chevrotain';
import type { Span } from './ast.ts';
import { spanOf } from './line-breaks.ts';
import type { SyntaxProblem } from './problems.ts';
import * as t from './tokens.ts';

export function describe(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  if (token.tokenType === t.NewLine) return 'the end of the line';
  // The layout closes what is left open with a token that has no text.
  return token.image === '' ? 'the end of the open bracket' : `\`${token.image}\``;
}

/** `x <-1` reads as an arrow. */
export const ARROW_FIX = 'for a comparison with a negative value write `< -`';
const ELSE_FIX = 'add `else` and a value; to leave a value absent write `x where condition`';

/** Null where the text at fault is one that the layout put in: its own problem says more. */
export function problemOf(error: IRecognitionException, placeOf: (token: IToken) => Span): SyntaxProblem | null {
  // Chevrotain's type of its errors leaves out what all but one kind of them have.
  const { token, message: expected, previousToken: before } = error as IRecognitionException & { readonly previousToken?: IToken };
  if (token.tokenType !== EOF && token.tokenType !== t.NewLine && token.image === '') return null;
  const given = describe(token);
  // Where nothing is written, the last thing written is what there is to point at.
  if (
    before !== undefined &&
    before.image !== '' &&
    before.tokenType !== t.NewLine &&
    (token.tokenType === EOF || tokenMatcher(token, t.Separator) || token.tokenType === t.RCurly)
  ) {
    const span = spanOf(before);
    const after = `after \`${before.image}\``;
    if (expected === '`else`')
      return { code: 'E0101', message: `an \`if\` needs its \`else\`: expected \`else\` ${after}`, span, expected, given, fix: ELSE_FIX };
    const fix = expected === '`{`' ? { fix: 'begin the body with `{` on the line of its header' } : {};
    return {
      code: expected === 'an expression' ? 'E0102' : 'E0101',
      message: `expected ${expected} ${after}, but here stands ${given}`,
      span,
      expected,
      given,
      ...fix,
    };
  }
  const span = placeOf(token);

  if ((expected.startsWith('a name') || expected.startsWith('a field')) && t.isReserved(token)) {
    return reservedName(given, span);
  }
  if (token.tokenType === t.Primed) {
    return {
      code: 'E0113',
      message: `expected ${expected}, but here stands the primed name ${given}; only equations and expressions have primes`,
      span,
      expected,
      given,
      fix: `write \`${token.image.replaceAll("'", '')}\``,
    };
  }
  if (token.tokenType === t.From) {
    return {
      code: 'E0101',
      message: `expected ${expected}, but here stands \`<-\`, which belongs to the type of a linear map`,
      span,
      expected,
      given,
      fix: ARROW_FIX,
    };
  }
  if (
    expected === '`]`' &&
    token.tokenType === t.NumberLiteral &&
    before !== undefined &&
    (before.tokenType === t.LSquare || before.tokenType === t.Comma)
  ) {
    return {
      code: 'E0101',
      message: `expected the name of an axis, but here stands ${given}`,
      span,
      expected: 'the name of an axis',
      given,
      fix: `give the axis a name: \`[places: ${token.image}]\``,
    };
  }
  if (token.tokenType === t.Colon && before !== undefined && (before.tokenType === t.LSquare || before.tokenType === t.Comma)) {
    return {
      code: 'E0102',
      message: 'expected an expression, but here stands `:`',
      span,
      expected: 'an expression',
      given,
      fix: 'axes have names: `x[a = i]` is one position, and with an index over another axis several: `x[a = position[b] + 1]`',
    };
  }
  if (expected === '`then`' && token.tokenType === t.LCurly) {
    return {
      code: 'E0101',
      message: `expected \`then\`, but here stands ${given}`,
      span,
      expected,
      given,
      fix: 'an `if` is a value: `y = if c then a else b`',
    };
  }
  if (token.tokenType === t.Assign && expected === 'an expression' && before !== undefined && /^[-+*/]$/.test(before.image)) {
    return {
      code: 'E0102',
      message: `expected an expression, but here stands ${given}`,
      span,
      expected,
      given,
      fix: 'an equation holds once: give what is new another name',
    };
  }
  if ((expected === '`)`' || expected === '`]`') && isValueStart(token)) {
    return {
      code: 'E0101',
      message: `expected ${expected}, \`,\` or an operator, but here stands ${given}`,
      span,
      expected: `${expected}, \`,\` or an operator`,
      given,
    };
  }
  if (
    (expected === '`)`' || expected === '`]`') &&
    before !== undefined &&
    (before.tokenType === t.LParen || before.tokenType === t.LSquare)
  ) {
    return {
      code: 'E0102',
      message: `expected an expression or ${expected} after \`${before.image}\`, but here stands ${given}`,
      span,
      expected: `an expression or ${expected}`,
      given,
    };
  }
  if (expected === '`else`') {
    return {
      code: 'E0101',
      message: `an \`if\` needs its \`else\`: expected \`else\`, but here stands ${given}`,
      span,
      expected,
      given,
      fix: ELSE_FIX,
    };
  }
  if (expected === '`{`') {
    return { code: 'E0101', message: `expected \`{\` and a body, but here stands ${given}`, span, expected, given };
  }
  const code = expected === 'an expression' ? 'E0102' : 'E0101';
  const fix = fixOf(token, before, expected);
  return { code, message: `expected ${expected}, but here stands ${given}`, span, expected, given, ...(fix === null ? {} : { fix }) };
}

/** What other languages write so. */
function fixOf(token: IToken, before: IToken | undefined, expected: string): string | null {
  const inBrackets = before !== undefined && (before.tokenType === t.LSquare || before.tokenType === t.Comma);
  if (expected === 'an expression' && token.image === '*' && before?.image === '*') return 'a power is `x ^ n`';
  if (expected === 'an expression' && token.image === 'where')
    return '`if c then a else b` chooses; `x where c` leaves out where `c` is false';
  if (expected === '`then`' && token.tokenType === t.Assign) return 'to compare write `==`';
  if (expected === '`]`' && /^[-+*/^]$/.test(token.image)) return 'a size that is computed needs a name: `[places: a / b]`';
  if (expected.startsWith('a name') && token.tokenType === t.NumberLiteral && inBrackets)
    return `give the axis a name: \`[places: ${token.image}]\``;
  return null;
}

export function reservedName(given: string, span: Span): SyntaxProblem {
  return {
    code: 'E0105',
    message: `expected a name, but ${given} is a reserved word`,
    span,
    expected: 'a name',
    given,
    fix: 'choose another name',
  };
}

function isValueStart(token: IToken): boolean {
  return token.tokenType === t.NumberLiteral || tokenMatcher(token, t.Name);
}

const ASCII: ReadonlyMap<string, string> = new Map([
  ['−', '-'],
  ['–', '-'],
  ['—', '-'],
  ['×', '*'],
  ['·', '*'],
  ['⋅', '*'],
  ['∗', '*'],
  ['÷', '/'],
  ['∕', '/'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['←', '<-'],
  ['→', '->'],
  ['′', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['∧', 'and'],
  ['∨', 'or'],
  ['¬', 'not'],
  ['…', '..'],
  ['%', 'mod'],
  ['#', '//'],
  ['&', 'and'],
  ['!', 'not'],
  ['?', 'if c then a else b'],
]);

export function lexicalProblems(text: string, tokens: readonly IToken[], errors: readonly ILexingError[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = errors.map((error) => {
    const span = { start: error.offset, end: error.offset + error.length };
    const sign = String.fromCodePoint(text.codePointAt(error.offset)!);
    const ascii = ASCII.get(sign);
    const code = sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(sign) ? `\`${sign}\` (U+${code})` : `U+${code}`;
    return {
      code: 'E0106',
      message: `the character ${printable} is not part of the language`,
      span,
      given: printable,
      fix: ascii === undefined ? 'remove it' : `write \`${ascii}\``,
    };
  });
  for (const token of tokens) {
    const span = spanOf(token);
    if (token.tokenType === t.BadNumber) {
      problems.push({
        code: 'E0111',
        message: `\`${token.image}\` is not a number`,
        span,
        expected: 'a number such as `1`, `0.5` or `1e-6`',
        given: `\`${token.image}\``,
        fix: numberFix(token.image),
      });
    } else if (token.tokenType === t.NumberLiteral && !Number.isFinite(Math.fround(Number(token.image)))) {
      problems.push({
        code: 'E0111',
        message: `\`${token.image}\` is too large: a value is a 32-bit float`,
        span,
        expected: 'at most `3.4e38`',
        given: `\`${token.image}\``,
        fix: 'write a smaller number',
      });
    } else if (token.tokenType === t.BadString) {
      problems.push({ code: 'E0107', message: 'this string has no closing `"` on its line', span, expected: '`"`', fix: 'add `"`' });
    } else if (token.tokenType === t.Primed && token.image.endsWith("''")) {
      problems.push({
        code: 'E0113',
        message: `\`${token.image}\` has more than one prime`,
        span,
        given: `\`${token.image}\``,
        fix: `write \`${token.image.replace(/'+$/, "'")}\``,
      });
    }
  }
  return problems;
}

function numberFix(image: string): string {
  if (image.startsWith('.')) return `write \`0${image}\``;
  const [, factor, rest] = /^(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([\p{L}_].*)$/u.exec(image) ?? [];
  if (rest !== undefined && !/^[eE]$/.test(rest)) return `for a product write \`${factor} * ${rest}\``;
  return /^\d+\.$/.test(image) ? `write \`${image}0\`` : 'write the number in full';
}

/** The word at edit distance 1 (2 for long words), if there is just one such. */
export function closest(given: string, words: readonly string[]): string | null {
  const near = words.filter((word) => distance(given, word) <= (word.length > 5 ? 2 : 1));
  return near.length === 1 && given.length > 2 ? near[0]! : null;
}

/** Edits, with two neighbours swapped as one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]![j]!;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
  }
  return at(a.length, b.length);
}
