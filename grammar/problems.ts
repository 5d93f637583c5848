/** What can be wrong with the text of a file, before any meaning is looked at. */
import type { Span } from './ast.ts';

export const SYNTAX_PROBLEMS = {
  E0101: {
    title: 'unexpected text',
    explanation: 'At this place the grammar allows something else than what is written.',
    fix: 'Write what the message says was expected.',
  },
  E0102: {
    title: 'expression missing',
    explanation: 'A value has to stand here: a name, a number, a call, a bracketed expression, `if`, `first`, `match`, `scan` or `repeat`.',
    fix: 'Write the value, or take away the operator or comma before it.',
  },
  E0103: {
    title: 'bracket never closed',
    explanation: 'Every `(`, `[` and `{` is closed by its partner before the statement or declaration around it ends.',
    fix: 'Close the bracket.',
  },
  E0104: {
    title: 'bracket never opened',
    explanation: 'A closing bracket stands here, but no bracket of its kind is open.',
    fix: 'Remove it, or open the bracket where it belongs.',
  },
  E0105: {
    title: 'reserved word used as a name',
    explanation: '`first last then else where if mod and or not per by` can never be names; all other words can.',
    fix: 'Choose another name.',
  },
  E0106: {
    title: 'unknown character',
    explanation: 'Names consist of letters of any script, digits and `_`; the operators are plain ASCII.',
    fix: 'Remove the character or write the ASCII form.',
  },
  E0107: {
    title: 'unfinished string',
    explanation: 'A file name after `from` stands between two double quotes on one line.',
    fix: 'Add the closing `"`.',
  },
  E0108: {
    title: 'not a declaration',
    explanation:
      'At the top of a file stand `import`, `dim`, `const dim`, `option`, `block`, `cell`, `attention`, `head`, `encoder`, `decoder`, `model` and `objective`; everything else stands inside one of them.',
    fix: 'Move the text into a body, or correct the word it begins with.',
  },
  E0109: {
    title: 'statement already ended',
    explanation:
      'Statements are separated by the end of a line or by `;`. A line is continued only inside `(` or `[`, after a binary operator at its end, or by one at the start of the next.',
    fix: 'Put `;` between two statements, or the missing operator between two values.',
  },
  E0110: {
    title: 'nested too deeply',
    explanation:
      'Brackets, bodies and conditions may be nested 60 deep, and one expression may be 256 operations high; with the bodies that it calls, 320. All calls and rounds of a declaration, those in what it calls included, open at most 8192 bodies: code is made for each.',
    fix: 'Give a part of the expression a name of its own; call once and read the value again.',
  },
  E0111: {
    title: 'malformed number',
    explanation:
      'Numbers are written `1`, `0.5` or `1e-6`: digits before and after the point, no letters. Values are 32-bit floats, so a number is at most `3.4e38`.',
    fix: 'Write the number in full; a product needs `*`.',
  },
  E0112: {
    title: 'not callable',
    explanation: 'What is called is a name, a name with static arguments in brackets, or `F per axis`.',
    fix: 'Name the block that is called; a product needs `*`.',
  },
  E0113: {
    title: 'prime out of place',
    explanation:
      "A prime marks the next value of a state in equations and expressions (`h' = …`); declarations, axes and fields have none, and one prime is all there is.",
    fix: 'Remove the prime.',
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly explanation: string; readonly fix: string }>>;

/** At most this many are reported for a file; where there are more, a last one says so, and the rest is not looked into. */
export const MOST_PROBLEMS = 50;

export type SyntaxCode = keyof typeof SYNTAX_PROBLEMS;

export interface SyntaxProblem {
  readonly code: SyntaxCode;
  readonly message: string;
  readonly span: Span;
  readonly expected?: string;
  readonly given?: string;
  readonly fix?: string;
  /** What else has to do with it. */
  readonly related?: { readonly span: Span; readonly message: string };
}
