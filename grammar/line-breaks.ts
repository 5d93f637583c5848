/**
 * Between lexer and parser: decides which line ends end a statement, and makes the brackets balance.
 * The parser therefore never meets an unmatched bracket, and one that is missing cannot hide what comes after it.
 */
import { createTokenInstance, tokenMatcher, type IToken, type TokenType } from 'chevrotain';
import type { Span } from './ast.ts';
import type { SyntaxProblem } from './problems.ts';
import * as t from './tokens.ts';

export interface Layout {
  readonly tokens: readonly IToken[];
  /** For each token, how many brackets are open around it; a bracket itself counts as outside. */
  readonly depth: ReadonlyMap<IToken, number>;
  readonly index: ReadonlyMap<IToken, number>;
  /** Opening bracket to its closing one. */
  readonly partner: ReadonlyMap<IToken, IToken>;
  readonly problems: readonly SyntaxProblem[];
}

const CLOSER: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LParen, t.RParen],
  [t.LSquare, t.RSquare],
  [t.LCurly, t.RCurly],
]);
const CLOSERS: ReadonlySet<TokenType> = new Set(CLOSER.values());

const BINARY: readonly TokenType[] = [
  t.Plus,
  t.Minus,
  t.Times,
  t.Over,
  t.Power,
  t.Contract,
  t.Equal,
  t.NotEqual,
  t.Less,
  t.AtMost,
  t.Greater,
  t.AtLeast,
  t.Reserved.mod,
  t.Reserved.and,
  t.Reserved.or,
  t.Reserved.where,
  t.Reserved.else,
];
/** After these a line goes on; before these the line before goes on. */
const OPENS_NEXT: ReadonlySet<TokenType> = new Set([
  ...BINARY,
  t.Comma,
  t.Assign,
  t.Arrow,
  t.Bar,
  t.Reserved.then,
  t.Reserved.not,
  t.Reserved.if,
  t.Reserved.per,
]);
const CONTINUES: ReadonlySet<TokenType> = new Set([...BINARY, t.Comma, t.Arrow, t.Bar, t.Dot, t.Reserved.then, t.Reserved.per]);

/** At the top of a file these go on with the header of a declaration: no item begins so. */
const HEADER: ReadonlySet<TokenType> = new Set([t.Word.generates, t.Word.causal, t.Word.start, t.Word.end, t.Word.for, t.Word.given]);

const DECLARATIONS: ReadonlySet<TokenType> = new Set([
  t.Word.block,
  t.Word.cell,
  t.Word.attention,
  t.Word.head,
  t.Word.encoder,
  t.Word.decoder,
  t.Word.model,
  t.Word.objective,
]);
const STATEMENTS: ReadonlySet<TokenType> = new Set([
  t.Word.dim,
  t.Word.const,
  t.Word.option,
  t.Word.import,
  t.Word.param,
  t.Word.state,
  t.Word.running,
  t.Word.let,
  t.Word.emit,
  t.Word.require,
]);

/** At most this many brackets are told where they probably end: finding that searches the whole text. */
const MOST_SHOWN = 8;

interface Open {
  readonly token: IToken;
  /** Indentation of the line it stands on. */
  readonly indent: number;
}

export function layOut(text: string, lexed: readonly IToken[]): Layout {
  const out: IToken[] = [];
  const depth = new Map<IToken, number>();
  const index = new Map<IToken, number>();
  const partner = new Map<IToken, IToken>();
  const problems: SyntaxProblem[] = [];
  const stack: Open[] = [];
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => lastAtMost(starts, offset) + 1;
  const indentOf = (offset: number): number => {
    const start = starts[lastAtMost(starts, offset)]!;
    let at = start;
    while (at < offset && (text[at] === ' ' || text[at] === '\t')) at++;
    return at - start;
  };
  // Guesses about where a bracket should have closed are made only where the file does not balance.
  const balanced = isBalanced(lexed);

  const push = (token: IToken): void => {
    depth.set(token, stack.length);
    index.set(token, out.length);
    out.push(token);
  };
  const insert = (type: TokenType, image: string, at: number): IToken => {
    const token = createTokenInstance(type, image, at, at, NaN, NaN, NaN, NaN);
    push(token);
    return token;
  };
  const closeMissing = (at: number, next: IToken | null): void => {
    const open = stack.pop()!;
    const closer = CLOSER.get(open.token.tokenType)!;
    partner.set(open.token, insert(closer, '', at));
    const sign = String(closer.PATTERN);
    const before = next === null ? 'the end of the file' : `\`${next.image}\` at line ${lineOf(next.startOffset)}`;
    problems.push({
      code: 'E0103',
      message: `the \`${open.token.image}\` opened here is not closed: expected \`${sign}\` before ${before}`,
      span: spanOf(open.token),
      expected: `\`${sign}\``,
      given: before,
      fix: `add \`${sign}\``,
      ...probableEnd(open, closer),
    });
  };
  /** Where a body ends by its indentation. */
  const probableEnd = ({ token, indent }: Open, closer: TokenType): Pick<SyntaxProblem, 'related'> => {
    if (closer !== t.RCurly || problems.length >= MOST_SHOWN) return {};
    const from = lexed.indexOf(token);
    const first = lexed.findIndex(
      (each, k) => k > from && hasLineBreak(text, t.endOf(lexed[k - 1]!), each.startOffset) && indentOf(each.startOffset) <= indent,
    );
    if (first < 0) return {};
    const end = t.endOf(lexed[first - 1]!);
    // Where the bracket was forgotten there may be an empty line in its place.
    const line = starts[lineOf(end)]!;
    const blank = text.slice(line, lexed[first]!.startOffset).includes('\n');
    const span = blank ? { start: line, end: line } : spanOf(lexed[first]!);
    return { related: { span, message: 'by the indentation it ends here' } };
  };

  let previous: IToken | undefined;
  let previousEnd = 0;
  for (const [i, token] of lexed.entries()) {
    const next = lexed[i + 1];
    const startsLine = previous === undefined || hasLineBreak(text, previousEnd, token.startOffset);
    const indent = startsLine ? indentOf(token.startOffset) : -1;

    if (!balanced && startsLine && stack.length > 0) {
      if (startsItem(token, next, indent)) while (stack.length > 0) closeMissing(previousEnd, token);
      else if (startsStatement(token, next, lexed[i + 2], previous))
        while (stack.length > 0 && top(stack) !== t.LCurly) closeMissing(previousEnd, token);
    }
    const inHeader = stack.length === 0 && HEADER.has(token.tokenType);
    if (
      previous !== undefined &&
      startsLine &&
      !inHeader &&
      separates(previous, token, next, out, partner) &&
      (stack.length === 0 || top(stack) === t.LCurly)
    ) {
      insert(t.NewLine, '\n', previousEnd);
    }

    if (CLOSER.has(token.tokenType)) {
      push(token);
      stack.push({ token, indent: indentOf(token.startOffset) });
    } else if (CLOSERS.has(token.tokenType)) {
      const matching = findOpener(stack, token, startsLine && !balanced ? indent : -1);
      if (matching < 0) {
        problems.push({
          code: 'E0104',
          message: `\`${token.image}\` closes nothing: no bracket of its kind is open here`,
          span: spanOf(token),
          given: `\`${token.image}\``,
          fix: `remove \`${token.image}\``,
        });
        continue;
      }
      while (stack.length > matching + 1) closeMissing(previousEnd, token);
      partner.set(stack.pop()!.token, token);
      push(token);
    } else if (token.tokenType === t.Semicolon && stack.length > 0 && top(stack) !== t.LCurly) {
      while (stack.length > 0 && top(stack) !== t.LCurly) closeMissing(previousEnd, token);
      push(token);
    } else {
      push(token);
    }
    previous = token;
    previousEnd = t.endOf(token);
  }
  while (stack.length > 0) closeMissing(previousEnd, null);
  return { tokens: out, depth, index, partner, problems };
}

export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: t.endOf(token) };
}

function top(stack: readonly Open[]): TokenType | undefined {
  return stack.at(-1)?.token.tokenType;
}

function isBalanced(tokens: readonly IToken[]): boolean {
  const expected: (TokenType | undefined)[] = [];
  for (const token of tokens) {
    if (CLOSER.has(token.tokenType)) expected.push(CLOSER.get(token.tokenType));
    else if (CLOSERS.has(token.tokenType) && expected.pop() !== token.tokenType) return false;
    else if (token.tokenType === t.Semicolon && expected.length > 0 && expected.at(-1) !== t.RCurly) return false;
  }
  return expected.length === 0;
}

function hasLineBreak(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 10 || text.charCodeAt(i) === 13) return true;
  return false;
}

/** Offsets at which the lines begin. */
function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (end) => end.index + end[0].length)];
}

/** The position of the last entry that is not beyond `offset`. */
function lastAtMost(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Whether the line break between the two ends a statement (brackets are the caller's concern). */
function separates(
  previous: IToken,
  token: IToken,
  next: IToken | undefined,
  out: readonly IToken[],
  partner: ReadonlyMap<IToken, IToken>,
): boolean {
  if (previous.tokenType === t.LCurly || token.tokenType === t.RCurly) return false;
  if (CONTINUES.has(token.tokenType)) return false;
  if (endsContraction(previous, out, partner)) return false;
  if (!OPENS_NEXT.has(previous.tokenType)) return true;
  // `x = a +` with an equation on the next line is an unfinished line, not a long one; only lists have `name =` after a comma.
  return previous.tokenType !== t.Comma && isName(token) && next?.tokenType === t.Assign;
}

/** `W @[model]` at a line's end: the bracket belongs to the operator. */
function endsContraction(previous: IToken, out: readonly IToken[], partner: ReadonlyMap<IToken, IToken>): boolean {
  if (previous.tokenType !== t.RSquare) return false;
  for (let i = out.length - 1; i > 0; i--) {
    const open = out[i];
    if (open !== undefined && partner.get(open) === previous) return out[i - 1]?.tokenType === t.Contract;
  }
  return false;
}

function isName(token: IToken): boolean {
  return token.tokenType === t.Primed || tokenMatcher(token, t.Name);
}

function startsItem(token: IToken, next: IToken | undefined, indent: number): boolean {
  if (next === undefined || !isName(next)) return false;
  return (
    DECLARATIONS.has(token.tokenType) ||
    (indent === 0 &&
      (token.tokenType === t.Word.dim ||
        token.tokenType === t.Word.const ||
        token.tokenType === t.Word.option ||
        token.tokenType === t.Word.import))
  );
}

/** Two values side by side stand in no bracket, so a line that begins like a statement ends the brackets before it. */
function startsStatement(token: IToken, next: IToken | undefined, afterNext: IToken | undefined, previous: IToken | undefined): boolean {
  if (next === undefined || previous === undefined) return false;
  if (STATEMENTS.has(token.tokenType) && isName(next)) return true;
  if (!isName(token) || OPENS_NEXT.has(previous.tokenType) || CLOSER.has(previous.tokenType)) return false;
  return next.tokenType === t.Assign || (next.tokenType === t.Comma && afterNext !== undefined && isName(afterNext));
}

/** The opener that a closing bracket belongs to; a `}` at a line's start prefers the opener of its own indentation. */
function findOpener(stack: readonly Open[], closer: IToken, indent: number): number {
  let nearest = -1;
  for (let i = stack.length - 1; i >= 0; i--) {
    const open = stack[i]!;
    if (CLOSER.get(open.token.tokenType) !== closer.tokenType) {
      // A round or square bracket never reaches out of the braces around it.
      if (open.token.tokenType === t.LCurly) return nearest;
      continue;
    }
    if (closer.tokenType !== t.RCurly || indent < 0) return i;
    if (nearest < 0) nearest = i;
    if (open.indent === indent) return i;
  }
  return nearest;
}
