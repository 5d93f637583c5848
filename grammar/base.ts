/** What every part of the grammar needs: looking ahead, positions, recovery, limits, marks for the formatter, names. */
import {
  EmbeddedActionsParser,
  EOF,
  isRecognitionException,
  tokenMatcher,
  type IParserErrorMessageProvider,
  type IToken,
  type ParserMethod,
  type TokenType,
} from 'chevrotain';
import type { Expr, Name, Span } from './ast.ts';
import { spanOf, type Layout } from './line-breaks.ts';
import { describe, reservedName } from './messages.ts';
import { MOST_PROBLEMS, type SyntaxProblem } from './problems.ts';
import * as t from './tokens.ts';

/** What a token turned out to be, where its text alone does not tell: the formatter spaces by it. */
export type Mark = 'record' | 'unary' | 'index' | 'call' | 'body' | 'contract' | 'type' | 'arms';

/** Nesting of rules that the parser follows; far below what the stack bears, far above what anyone writes. */
const MAX_NESTING = 60;
/** Height of one expression's tree: the passes after the parser walk it recursively. */
const MAX_HEIGHT = 256;

/** Thrown inside the parser where Chevrotain has no error of its own; caught at the nearest statement. */
class SyntaxFailure extends Error {
  readonly problem: SyntaxProblem;
  constructor(problem: SyntaxProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Chevrotain's errors carry only what was expected, in plain words; `messages.ts` makes the sentence. */
const EXPECTED_ONLY: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.LABEL!,
  buildNotAllInputParsedMessage: () => 'the end of the file',
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'an expression',
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription!,
};

export abstract class BaseParser extends EmbeddedActionsParser {
  protected layout: Layout = { tokens: [], depth: new Map(), index: new Map(), partner: new Map(), problems: [] };
  failures: SyntaxProblem[] = [];
  marks: Map<IToken, Mark> = new Map();
  #nesting = 0;
  #failed = 0;
  #heights = new WeakMap<Expr, number>();

  constructor() {
    // Recovery is `guarded`, not Chevrotain's: it knows statements and balanced brackets, and puts in no tokens without a position.
    super(t.VOCABULARY, { recoveryEnabled: false, maxLookahead: 1, skipValidations: true, errorMessageProvider: EXPECTED_ONLY });
  }

  protected begin(layout: Layout): void {
    this.layout = layout;
    this.failures = [];
    this.marks = new Map();
    this.#nesting = 0;
    this.#failed = 0;
    this.#heights = new WeakMap();
    this.input = [...layout.tokens];
  }

  // -------------------------------------------------------------- looking ahead

  protected is(k: number, ...types: TokenType[]): boolean {
    const type = this.LA(k).tokenType;
    return types.includes(type);
  }

  protected isName(k: number): boolean {
    return tokenMatcher(this.LA(k), t.Name);
  }

  /** Whether the token can begin a value; a `-` does if it leans on what follows it. */
  protected startsValue(k: number): boolean {
    if (this.isName(k)) return true;
    if (this.is(k, t.Minus)) return this.LA(k + 1).startOffset === t.endOf(this.LA(k)) && this.LA(k).startOffset > t.endOf(this.LA(k - 1));
    return this.is(k, t.Primed, t.NumberLiteral, t.LParen, t.LCurly, t.Reserved.if, t.Reserved.first, t.Reserved.not);
  }

  /** How many tokens `name, name, …` takes from the k-th on; 0 where it is none. Primed names only on demand. */
  protected namesAhead(k: number, primes: boolean): number {
    let at = k;
    while (this.isName(at) || (primes && this.is(at, t.Primed))) {
      if (!this.is(at + 1, t.Comma)) return at + 1 - k;
      at += 2;
    }
    return 0;
  }

  // -------------------------------------------------------------- spans, failures, recovery

  protected from(start: IToken | { readonly span: Span }): Span {
    if (this.RECORDING_PHASE) return { start: 0, end: 0 };
    const begin = 'span' in start ? start.span.start : start.startOffset;
    return { start: begin, end: Math.max(begin, this.consumedEnd()) };
  }

  protected consumedEnd(): number {
    return t.endOf(this.LA(0));
  }

  protected mark(token: IToken, mark: Mark): IToken {
    this.marks.set(token, mark);
    return token;
  }

  protected report(problem: SyntaxProblem): void {
    this.failures.push(problem);
  }

  /**
   * Runs a rule; where it fails, skips to the end of the statement that `depth` belongs to and returns null.
   * One error per statement: what follows within it is not trusted.
   */
  protected guarded<T>(rule: () => T, depth: number, stop?: (token: IToken) => boolean): T | null {
    const nesting = this.#nesting;
    try {
      return rule();
    } catch (error) {
      if (error instanceof SyntaxFailure) this.report(error.problem);
      else if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
      this.#nesting = nesting;
      this.#failed++;
      if (this.#failed > MOST_PROBLEMS) while (!this.is(1, EOF)) this.SKIP_TOKEN();
      else this.skip(depth, stop);
      return null;
    }
  }

  protected skip(depth: number, stop?: (token: IToken) => boolean): void {
    for (let token = this.LA(1); !this.is(1, EOF); token = this.LA(1)) {
      const here = this.layout.depth.get(token)!;
      if (here < depth || (here === depth && (tokenMatcher(token, t.Separator) || stop?.(token) === true))) return;
      this.SKIP_TOKEN();
    }
  }

  protected depthHere(): number {
    return this.layout.depth.get(this.LA(1))!;
  }

  /** What the word means. */
  protected word<T>(type: TokenType, meaning: T): T {
    this.CONSUME(type);
    return meaning;
  }

  protected nested<T>(rule: () => T): T {
    this.#nesting++;
    if (this.#nesting > MAX_NESTING) {
      const span = spanOf(this.LA(1));
      throw new SyntaxFailure({
        code: 'E0110',
        message: `brackets, bodies and conditions are nested more than ${MAX_NESTING} deep here`,
        span,
        fix: 'give a part of the expression a name of its own',
      });
    }
    const value = rule();
    this.#nesting--;
    return value;
  }

  /** Refuses trees too high for the passes that walk them. */
  protected height<E extends Expr>(expression: E, parts: readonly Expr[]): E {
    const height = 1 + parts.reduce((most, part) => Math.max(most, this.#heights.get(part) ?? 1), 0);
    if (height > MAX_HEIGHT) {
      throw new SyntaxFailure({
        code: 'E0110',
        message: `this expression is built more than ${MAX_HEIGHT} operations high`,
        span: expression.span,
        fix: 'give a part of the expression a name of its own',
      });
    }
    this.#heights.set(expression, height);
    return expression;
  }

  /** Throws what Chevrotain would, at the next token. */
  protected fail(code: SyntaxProblem['code'], expected: string): never {
    const token = this.LA(1);
    const given = describe(token);
    const span = this.placeOf(token);
    throw new SyntaxFailure({ code, message: `expected ${expected}, but here stands ${given}`, span, expected, given });
  }

  /** Throws where a name is to come next and a reserved word does. */
  protected failReserved(): void {
    const token = this.LA(1);
    if (t.isReserved(token)) throw new SyntaxFailure(reservedName(describe(token), this.placeOf(token)));
  }

  /** Where to point at: the end of what came before, if the token has no text of its own. */
  placeOf(token: IToken): Span {
    if (Number.isFinite(token.startOffset)) return spanOf(token);
    const end = t.endOf(this.layout.tokens.at(-1)!);
    return { start: end, end };
  }

  // -------------------------------------------------------------- names

  protected readonly name: ParserMethod<[], Name> = this.RULE('name', (): Name => {
    const token = this.CONSUME(t.Name);
    return { text: token.image.normalize('NFC'), span: spanOf(token) };
  });

  protected readonly names: ParserMethod<[], Name[]> = this.RULE('names', (): Name[] => {
    const names: Name[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => names.push(this.SUBRULE(this.name)), ERR_MSG: 'a name' });
    return names;
  });
}
