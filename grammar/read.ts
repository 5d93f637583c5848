/** Lexer, layout and parser in a row: all that can be read off a text. */
import { tokenMatcher, type IToken } from 'chevrotain';
import type { Comment } from './ast.ts';
import type { Mark } from './base.ts';
import { layOut, type Layout } from './line-breaks.ts';
import { lexicalProblems } from './messages.ts';
import { ModuleParser, type Parsed } from './parser.ts';
import { MOST_PROBLEMS, type SyntaxProblem } from './problems.ts';
import * as t from './tokens.ts';

// Both are built once: the lexer has no state, and the parser takes none from one call to the next.
const lexer = t.createLexer();
const parser = new ModuleParser();

/** What a reader of the text needs beyond the tree. */
export interface Reading extends Parsed {
  readonly layout: Layout;
  readonly comments: readonly Comment[];
}

export function read(text: string): Reading {
  const lexed = lexer.tokenize(text);
  const lexical = lexicalProblems(text, lexed.tokens, lexed.errors);
  for (const token of lexed.tokens) repair(token);
  const layout = layOut(text, lexed.tokens);
  const comments = lexed.groups.comments!.map(commentOf);
  // In a text that falls apart the parser would only find what follows from that.
  const legible = lexical.length + layout.problems.length <= MOST_PROBLEMS;
  const parsed = legible
    ? parser.parse(layout, docsOf(text, layout.tokens, comments))
    : { items: [], problems: [], marks: new Map<IToken, Mark>() };
  const unread = lexed.errors.map((error) => error.offset);
  const trusted = parsed.problems.filter(
    (problem) => !follows(problem.span.start, unread, lexed.tokens) && !isUseOfReserved(problem, parsed),
  );
  const unclosed = layout.problems.filter((problem) => !trusted.some((other) => explains(other, problem)));
  const told = trusted.map((problem) =>
    layout.problems.some((other) => explains(problem, other))
      ? { ...problem, fix: `add ${problem.expected} before ${problem.given}` }
      : problem,
  );
  const problems = [...lexical, ...unclosed, ...told].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return { ...parsed, layout, comments, problems: capped(problems) };
}

/** `model M(x: [d] -> y: [d]`: where the closing bracket was expected says more than that it never came. */
function explains(parsed: SyntaxProblem, unclosed: SyntaxProblem): boolean {
  return (
    unclosed.code === 'E0103' &&
    parsed.code === 'E0101' &&
    parsed.given === '`->`' &&
    parsed.expected === unclosed.expected &&
    parsed.span.start > unclosed.span.start
  );
}

/** A reserved word that a declaration uses as a name is reported once, where it stands first. */
function isUseOfReserved({ given, span }: SyntaxProblem, { items, problems }: Parsed): boolean {
  const around = items.find((item) => item.span.start <= span.start && span.end <= item.span.end);
  return problems.some(
    (other) =>
      other.code === 'E0105' &&
      other.given === given &&
      other.span.start < span.start &&
      around !== undefined &&
      around.span.start <= other.span.start,
  );
}

function capped(problems: readonly SyntaxProblem[]): readonly SyntaxProblem[] {
  const next = problems[MOST_PROBLEMS];
  if (next === undefined) return problems;
  const { code, span } = next;
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    {
      code,
      span,
      message: 'there are more syntax errors from here on',
      fix: 'correct those before this one first: many follow from others',
    },
  ];
}

/** Whether text that the lexer could not read stands just before the position: it is the reason for what went wrong there. */
function follows(place: number, unread: readonly number[], tokens: readonly IToken[]): boolean {
  if (unread.length === 0) return false;
  const before = tokens.findLast((token) => token.startOffset < place);
  const from = before === undefined ? 0 : before.startOffset;
  return unread.some((offset) => offset >= from && offset < place);
}

/** Faulty numbers and strings are reported as such and go on as sound ones. */
function repair(token: IToken): void {
  t.classifyWord(token);
  if (token.tokenType === t.BadNumber) retype(token, t.NumberLiteral);
  else if (token.tokenType === t.BadString) retype(token, t.StringLiteral);
}

function retype(token: IToken, type: IToken['tokenType']): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

function commentOf(token: IToken): Comment {
  const doc = /^\/\/\/(?!\/)/.test(token.image);
  const text = token.image
    .slice(doc ? 3 : 2)
    .replace(/^ /, '')
    .trimEnd();
  return { doc, text, span: { start: token.startOffset, end: token.startOffset + token.image.length } };
}

const EMPTY_LINE = /(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)/;

/** `///` lines of their own belong to the token that follows them without an empty line between: at the head of a file they are about the file. */
function docsOf(text: string, tokens: readonly IToken[], comments: readonly Comment[]): ReadonlyMap<IToken, string> {
  const docs = new Map<IToken, string>();
  const written = tokens.filter((token) => !tokenMatcher(token, t.Separator) && token.image !== '');
  let next = 0;
  for (const comment of comments) {
    if (!comment.doc || !/(^|[\r\n])[ \t\ufeff]*$/.test(text.slice(lineStart(text, comment.span.start), comment.span.start))) continue;
    while (next < written.length && written[next]!.startOffset < comment.span.end) next++;
    const token = written[next];
    if (token === undefined) break;
    if (EMPTY_LINE.test(text.slice(comment.span.end, token.startOffset))) continue;
    const before = docs.get(token);
    docs.set(token, before === undefined ? comment.text : `${before}\n${comment.text}`);
  }
  return docs;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}
