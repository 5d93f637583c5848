/**
 * The canonical layout of a file. It works on the tokens, so no bracket that someone wrote for the reader is lost,
 * and every comment stays behind the token, or on the line of its own, where it stood.
 */
import { tokenMatcher, type IToken } from 'chevrotain';
import type { Comment } from './ast.ts';
import * as d from './doc.ts';
import type { Doc } from './doc.ts';
import type { SyntaxProblem } from './problems.ts';
import { read, type Reading } from './read.ts';
import * as t from './tokens.ts';

const WIDTH = 120;
const INDENT = 2;

/** On syntax problems the text comes back unchanged. */
export function format(text: string): { text: string; problems: readonly SyntaxProblem[] } {
  const reading = read(text);
  if (reading.problems.length > 0) return { text, problems: reading.problems };
  const opened = new Set<number>();
  let rendering: d.Rendering;
  // What breaks for want of room is laid out as if it had been written so, or a second formatting would find other room:
  // each round opens what the one before broke, until nothing is left to open.
  do {
    rendering = d.render(new Formatter(text, reading, opened).file(), WIDTH);
    for (const key of rendering.broken) opened.add(key);
  } while (rendering.broken.length > 0);
  return { text: rendering.text, problems: [] };
}

/** Tokens from `start` up to `end`, not included. */
interface Run {
  readonly start: number;
  readonly end: number;
}

/** A token that may be aligned with those above and below it. */
interface Sign {
  readonly at: number;
  /** Where it stands in the text, from the statement's start. */
  readonly column: number;
  /** The width of what stands before it. */
  readonly width: number;
}

class Formatter {
  readonly #text: string;
  readonly #reading: Reading;
  readonly #tokens: readonly IToken[];
  /** Comments behind each written token, up to the next one; -1 is the start of the file. */
  readonly #comments: ReadonlyMap<number, readonly Comment[]>;
  /** First tokens of the bodies, rows and aligned statements that a line has no room for as they are written. */
  readonly #opened: ReadonlySet<number>;

  constructor(text: string, reading: Reading, opened: ReadonlySet<number>) {
    this.#opened = opened;
    this.#text = text;
    this.#reading = reading;
    this.#tokens = reading.layout.tokens;
    this.#comments = commentsByToken(this.#tokens, reading.comments);
  }

  file(): Doc {
    return this.#sequence({ start: 0, end: this.#tokens.length }, -1, false);
  }

  // -------------------------------------------------------------- sequences of statements

  /** Statements or arms on lines of their own; `before` is the token that opens the sequence. */
  #sequence(run: Run, before: number, arms: boolean): Doc {
    const parts: Doc[] = [];
    let previousEnd = before < 0 ? 0 : this.#endOf(before);
    let first = true;
    const startLine = (at: number): void => {
      const gap = this.#lineBreaks(previousEnd, at);
      if (!first) parts.push(gap > 1 ? d.blank : d.hardline);
      first = false;
    };
    const ownLines = (after: number, trailingToo = false): void => {
      for (const comment of this.#comments.get(after) ?? []) {
        if (!trailingToo && this.#trails(comment, after)) continue;
        startLine(comment.span.start);
        parts.push(d.comment(this.#written(comment)));
        previousEnd = comment.span.end;
      }
    };

    ownLines(before);
    const statements = this.#statements(run, arms);
    // A `;` with no statement before it goes, its comment stays.
    for (let at = run.start; at < (statements[0]?.start ?? run.end); at++) ownLines(at, true);
    const rows = this.#rows(statements);
    const moved = this.#alignment(rows, arms);
    for (const [k, row] of rows.entries()) {
      const opening = row[0]!;
      const closing = row.at(-1)!;
      startLine(this.#startOf(opening.start));
      const docs = row.map((statement) => this.#inner(statement, moved));
      const between = arms ? d.line : d.semicolon;
      parts.push(
        docs.length === 1
          ? d.join(docs)
          : d.group(d.join(docs.flatMap((doc, k) => (k === 0 ? [doc] : [between, doc]))), 'always', opening.start),
      );
      previousEnd = this.#endOf(closing.end - 1);
      // A comment may stand behind the statement or behind the `;` that follows it.
      const until = rows[k + 1]?.[0]?.start ?? run.end;
      let commented = false;
      for (let at = closing.end - 1; at < until; at++) {
        // The first comment has ended the line: one behind a later `;` stands on the next.
        if (!commented) {
          parts.push(...this.#trailing(at));
          const last = this.#comments.get(at)?.find((comment) => this.#trails(comment, at));
          if (last !== undefined) previousEnd = last.span.end;
        }
        ownLines(at, commented);
        commented ||= this.#comments.has(at);
      }
    }
    return d.join(parts);
  }

  /** Splits at separators; arms also end with their body. */
  #statements(run: Run, arms: boolean): Run[] {
    const statements: Run[] = [];
    let start = run.start;
    const finish = (end: number, next: number): void => {
      if (end > start) statements.push({ start, end });
      start = next;
    };
    for (let i = run.start; i < run.end; i++) {
      const token = this.#tokens[i]!;
      if (tokenMatcher(token, t.Separator)) {
        // A header's `{` on a line of its own belongs to the header.
        const next = this.#tokens[i + 1];
        if (next !== undefined && token.tokenType === t.NewLine && this.#reading.marks.get(next) === 'body') continue;
        finish(i, i + 1);
        continue;
      }
      i = this.#closerOf(i);
      if (arms && token.tokenType === t.LCurly) finish(i + 1, i + 1);
    }
    finish(run.end, run.end);
    return statements;
  }

  /** Statements that share a line of the text stand together, where there is room. */
  #rows(statements: readonly Run[]): Run[][] {
    const rows: Run[][] = [];
    for (const statement of statements) {
      const before = rows.at(-1)?.at(-1);
      if (before !== undefined && this.#breaksBetween(before, statement) === 0) rows.at(-1)?.push(statement);
      else rows.push([statement]);
    }
    return rows.flatMap((row) => (this.#opened.has(row[0]!.start) ? row.map((statement) => [statement]) : [row]));
  }

  /**
   * Where the `=` of lines one under the other (of arms, the `{`) stand in one column, they still do afterwards: by the index
   * of each such token the spaces that this takes.
   */
  #alignment(rows: readonly (readonly Run[])[], arms: boolean): ReadonlyMap<number, number> {
    const groups: Sign[][] = [];
    let before: Run | undefined;
    let above: Sign | null = null;
    for (const row of rows) {
      const sign: Sign | null = row.length === 1 ? this.#signOf(row[0]!, arms) : null;
      const under = before !== undefined && this.#breaksBetween(before, row[0]!) === 1 && above !== null && above.column === sign?.column;
      if (sign !== null && under) groups.at(-1)!.push(sign);
      else if (sign !== null) groups.push([sign]);
      before = row.at(-1);
      above = sign;
    }
    return new Map(
      groups.flatMap((group) => {
        const most = group.reduce((widest, { width }) => Math.max(widest, width), 0);
        return group.map(({ at, width }): [number, number] => [at, most - width]);
      }),
    );
  }

  /** Null where there is none on the statement's first line, or no room for it there. */
  #signOf({ start, end }: Run, arms: boolean): Sign | null {
    if (this.#opened.has(start)) return null;
    for (let at = start; at < end; at++) {
      if (this.#tokens[at]?.tokenType === (arms ? t.LCurly : t.Assign)) {
        const before = d.render(this.#inner({ start, end: at }), WIDTH).text.trimEnd();
        if (before.includes('\n') || this.#lineBreaks(this.#startOf(start), this.#startOf(at)) > 0) return null;
        return { at, column: this.#startOf(at) - this.#startOf(start), width: before.length };
      }
      at = this.#closerOf(at);
    }
    return null;
  }

  // -------------------------------------------------------------- inside a statement

  /** A run of tokens; the lines it is continued on stand one step further in, brackets at its own level. */
  #inner(run: Run, moved: ReadonlyMap<number, number> = new Map()): Doc {
    const parts: Doc[] = [];
    let previous: IToken | undefined;
    for (let i = run.start; i < run.end; i++) {
      const token = this.#tokens[i]!;
      if (token.tokenType === t.NewLine) continue;
      const room = moved.get(i);
      // Notified where it breaks: a sign that comes down to another line is aligned with none.
      if (room !== undefined) parts.splice(0, parts.length, d.group(d.join(parts.slice()), 'always', run.start));
      if (previous !== undefined) parts.push(this.#between(previous, token), d.text(' '.repeat(room ?? 0)));
      const closer = this.#closerOf(i);
      if (closer > i) {
        parts.push(d.nest(-INDENT, this.#bracket(i, closer)));
        i = closer;
      } else {
        parts.push(d.text(token.image));
      }
      if (i < run.end - 1) parts.push(...this.#commentsInside(i));
      previous = this.#tokens[i];
    }
    return d.nest(INDENT, d.join(parts));
  }

  #bracket(open: number, close: number): Doc {
    const opener = this.#tokens[open]!;
    const closer = this.#tokens[close]!;
    const inside = { start: open + 1, end: close };
    if (opener.tokenType !== t.LCurly) {
      const items = d.join([
        d.text(opener.image),
        d.nest(INDENT, d.join([d.softline, this.#items(inside, open)])),
        d.softline,
        d.text(closer.image),
      ]);
      return d.group(
        close === open + 1 && !this.#comments.has(open) ? d.text(opener.image + closer.image) : items,
        opener.tokenType === t.LParen && this.#reading.marks.get(opener) !== 'index' ? 'to groups' : 'never',
      );
    }
    const mark = this.#reading.marks.get(opener);
    if (mark === 'record') {
      return d.group(d.join([d.text('{'), d.nest(INDENT, d.join([d.line, this.#items(inside, open)])), d.line, d.text('}')]), 'never');
    }
    const oneLine = !this.#opened.has(open) && this.#lineBreaks(this.#endOf(open), closer.startOffset) === 0;
    if (close === open + 1 && !this.#comments.has(open)) return d.text('{ }');
    const edge = oneLine ? d.line : d.hardline;
    const body = this.#sequence(inside, open, mark === 'arms');
    return d.group(
      d.join([d.text('{'), ...this.#trailing(open), d.nest(INDENT, d.join([edge, body])), edge, d.text('}')]),
      'always',
      oneLine ? open : null,
    );
  }

  /** What stands between commas. */
  #items(run: Run, open: number): Doc {
    const parts: Doc[] = [...this.#commentsInside(open)];
    let start = run.start;
    const item = (end: number): void => {
      if (end <= start) return;
      parts.push(this.#inner({ start, end }));
      parts.push(...this.#commentsInside(end - 1));
    };
    for (let i = run.start; i < run.end; i++) {
      if (this.#tokens[i]?.tokenType === t.Comma) {
        item(i);
        parts.push(d.text(','), ...this.#commentsInside(i), d.line);
        start = i + 1;
      } else {
        i = this.#closerOf(i);
      }
    }
    item(run.end);
    return d.join(parts);
  }

  /** The room between two tokens of one statement. */
  #between(previous: IToken, token: IToken): Doc {
    if (!this.#spaced(previous, token)) return d.text('');
    const breaks =
      (tokenMatcher(token, t.Infix) && this.#reading.marks.get(token) !== 'unary') ||
      token.tokenType === t.Bar ||
      token.tokenType === t.Reserved.then ||
      previous.tokenType === t.Comma;
    return breaks ? d.fill : d.text(' ');
  }

  #spaced(previous: IToken, token: IToken): boolean {
    const mark = this.#reading.marks.get(token);
    const type = token.tokenType;
    if (type === t.Comma || type === t.Colon || type === t.Dot || type === t.Dots) return false;
    if (previous.tokenType === t.Dot) return false;
    if (previous.tokenType === t.Minus && this.#reading.marks.get(previous) === 'unary') return false;
    if (previous.tokenType === t.Dots) return !(tokenMatcher(token, t.Name) || [t.NumberLiteral, t.Minus, t.LParen].includes(type));
    return !(mark === 'call' || mark === 'index' || mark === 'contract');
  }

  // -------------------------------------------------------------- comments

  /** Comments inside a statement end their line; the brackets around them stand open. */
  #commentsInside(at: number): Doc[] {
    return (this.#comments.get(at) ?? []).flatMap((comment) =>
      this.#trails(comment, at)
        ? [d.text(' '), d.comment(this.#written(comment)), d.hardline]
        : [d.hardline, d.comment(this.#written(comment)), d.hardline],
    );
  }

  #trailing(at: number): Doc[] {
    return (this.#comments.get(at) ?? [])
      .filter((comment) => this.#trails(comment, at))
      .flatMap((comment) => [d.comment(` ${this.#written(comment)}`)]);
  }

  /** Whether the comment stands on the line of the token before it. */
  #trails(comment: Comment, at: number): boolean {
    return at >= 0 && this.#lineBreaks(this.#endOf(at), comment.span.start) === 0;
  }

  #written(comment: Comment): string {
    return this.#text.slice(comment.span.start, comment.span.end).trimEnd();
  }

  // -------------------------------------------------------------- positions

  #closerOf(i: number): number {
    const closer = this.#reading.layout.partner.get(this.#tokens[i]!);
    return closer === undefined ? i : this.#reading.layout.index.get(closer)!;
  }

  #startOf(i: number): number {
    return this.#tokens[i]!.startOffset;
  }

  #endOf(i: number): number {
    return t.endOf(this.#tokens[i]!);
  }

  #breaksBetween(before: Run, after: Run): number {
    return this.#lineBreaks(this.#endOf(before.end - 1), this.#startOf(after.start));
  }

  #lineBreaks(from: number, to: number): number {
    return this.#text.slice(from, to).match(/\r\n|\r|\n/g)?.length ?? 0;
  }
}

function commentsByToken(tokens: readonly IToken[], comments: readonly Comment[]): ReadonlyMap<number, readonly Comment[]> {
  const byToken = new Map<number, Comment[]>();
  let written = -1;
  let next = 0;
  for (const comment of comments) {
    for (let token = tokens[next]; token !== undefined && token.startOffset <= comment.span.start; token = tokens[++next]) {
      if (token.tokenType !== t.NewLine) written = next;
    }
    byToken.set(written, [...(byToken.get(written) ?? []), comment]);
  }
  return byToken;
}
