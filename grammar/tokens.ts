/** Words, numbers and signs of `.attn`. Clause words (`model`, `param`, …) are words like any other until the parser sees where they stand. */
import { createToken, Lexer, type IToken, type TokenType } from 'chevrotain';

const WORD = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/uy;
const PRIMED = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*'+/uy;

/** Chevrotain buckets its start characters by 256 code units: one hint per bucket keeps the fast path for every script. */
const WORD_STARTS: number[] = [
  ...Array.from({ length: 256 }, (_, code) => code).filter((code) => /[\p{L}_]/u.test(String.fromCharCode(code))),
  ...Array.from({ length: 255 }, (_, bucket) => (bucket + 1) * 256),
];

function sticky(pattern: RegExp): (text: string, offset: number) => RegExpExecArray | null {
  const own = new RegExp(pattern.source, pattern.flags);
  return (text, offset) => {
    own.lastIndex = offset;
    return own.exec(text);
  };
}

/** Any word that may serve as a name: identifiers and clause words. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA, label: 'a name' });
export const Separator = createToken({ name: 'Separator', pattern: Lexer.NA, label: 'the end of the statement' });

export const Primed = createToken({
  name: 'Primed',
  pattern: { exec: sticky(PRIMED) },
  line_breaks: false,
  start_chars_hint: WORD_STARTS,
  label: 'a primed name',
});
const Identifier = createToken({
  name: 'Identifier',
  pattern: { exec: sticky(WORD) },
  line_breaks: false,
  start_chars_hint: WORD_STARTS,
  categories: [Name],
  label: 'a name',
});

/** `2x`, `1e`, `1.`, `.5`: kept as one token so that one problem names it whole. The lookahead makes the number atomic. */
const BAD_NUMBER = /(?=(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))\1(?:[\p{L}_][\p{L}\p{M}\p{Nd}_]*|\.(?!\.)\d*)|\.\d+(?:[eE][+-]?\d+)?/uy;
export const BadNumber = createToken({
  name: 'BadNumber',
  pattern: { exec: sticky(BAD_NUMBER) },
  line_breaks: false,
  start_chars_hint: [...'.0123456789'],
  label: 'a number',
});
export const NumberLiteral = createToken({ name: 'NumberLiteral', pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, label: 'a number' });

export const StringLiteral = createToken({ name: 'StringLiteral', pattern: /"[^"\r\n]*"/, label: 'a file name in double quotes' });
export const BadString = createToken({ name: 'BadString', pattern: /"[^"\r\n]*/, label: 'a file name in double quotes' });

const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\n\f\v\u00a0\u2028\u2029\ufeff]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
const CommentText = createToken({ name: 'CommentText', pattern: /\/\/[^\r\n]*/, group: 'comments' });

/** What may stand between two operands. */
export const Infix = createToken({ name: 'Infix', pattern: Lexer.NA, label: 'an operator' });

const sign = (name: string, text: string, ...categories: TokenType[]): TokenType =>
  createToken({ name, pattern: text, label: `\`${text}\``, categories });

export const Dots = sign('Dots', '..');
export const Dot = sign('Dot', '.');
export const Arrow = sign('Arrow', '->');
export const From = sign('From', '<-');
export const Equal = sign('Equal', '==', Infix);
export const NotEqual = sign('NotEqual', '!=', Infix);
export const AtMost = sign('AtMost', '<=', Infix);
export const AtLeast = sign('AtLeast', '>=', Infix);
export const Less = sign('Less', '<', Infix);
export const Greater = sign('Greater', '>', Infix);
export const Assign = sign('Assign', '=');
export const Plus = sign('Plus', '+', Infix);
export const Minus = sign('Minus', '-', Infix);
export const Times = sign('Times', '*', Infix);
export const Over = sign('Over', '/', Infix);
export const Power = sign('Power', '^', Infix);
export const Contract = sign('Contract', '@', Infix);
export const Bar = sign('Bar', '|');
export const Comma = sign('Comma', ',');
export const Colon = sign('Colon', ':');
export const LParen = sign('LParen', '(');
export const RParen = sign('RParen', ')');
export const LSquare = sign('LSquare', '[');
export const RSquare = sign('RSquare', ']');
export const LCurly = sign('LCurly', '{');
export const RCurly = sign('RCurly', '}');
export const Semicolon = createToken({ name: 'Semicolon', pattern: ';', categories: [Separator], label: '`;`' });
/** Put in by the layout where a line's end ends a statement. */
export const NewLine = createToken({ name: 'NewLine', pattern: Lexer.NA, categories: [Separator], label: 'the end of the line' });

const INFIX_WORDS: ReadonlySet<string> = new Set(['mod', 'and', 'or', 'where', 'else']);
const reserved = (word: string): TokenType =>
  createToken({ name: `Reserved_${word}`, pattern: Lexer.NA, label: `\`${word}\``, categories: INFIX_WORDS.has(word) ? [Infix] : [] });
const clause = (word: string): TokenType =>
  createToken({ name: `Word_${word}`, pattern: Lexer.NA, label: `\`${word}\``, categories: [Name] });

const RESERVED = ['first', 'last', 'then', 'else', 'where', 'if', 'mod', 'and', 'or', 'not', 'per', 'by'] as const;
const CLAUSES = [
  'import',
  'from',
  'as',
  'dim',
  'const',
  'ragged',
  'in',
  'input',
  'option',
  'block',
  'cell',
  'attention',
  'head',
  'encoder',
  'decoder',
  'model',
  'objective',
  'for',
  'given',
  'causal',
  'generates',
  'start',
  'end',
  'float',
  'int',
  'bool',
  'index',
  'param',
  'running',
  'state',
  'let',
  'emit',
  'require',
  'init',
  'all',
  'match',
  'rank',
  'at',
  'most',
  'optimizer',
  'clip',
  'norm',
  'value',
  'metric',
  'update',
  'upto',
  'sample',
  'scan',
  'reversed',
  'with',
  'repeat',
  'over',
  'true',
  'false',
] as const;

function table<K extends string>(words: readonly K[], make: (word: K) => TokenType): { readonly [word in K]: TokenType } {
  return Object.fromEntries(words.map((word) => [word, make(word)])) as { [word in K]: TokenType };
}

/** `first`, `where`, …: never names. */
export const Reserved = table(RESERVED, reserved);
/** Words only where a kind or a clause may stand. */
export const Word = table(CLAUSES, clause);

/** Words that are never names. */
export const RESERVED_WORDS: readonly string[] = [...RESERVED, 'true', 'false'];
/** All words that mean something to the parser. */
export const KEYWORDS: readonly string[] = [...RESERVED, ...CLAUSES];

const WORD_TYPES: ReadonlyMap<string, TokenType> = new Map([...Object.entries(Reserved), ...Object.entries(Word)]);

/** Order matters to the lexer: longer signs first. */
const LEXED: TokenType[] = [
  WhiteSpace,
  CommentText,
  Primed,
  Identifier,
  BadNumber,
  NumberLiteral,
  StringLiteral,
  BadString,
  Dots,
  Dot,
  Arrow,
  From,
  Equal,
  NotEqual,
  AtMost,
  AtLeast,
  Less,
  Greater,
  Assign,
  Plus,
  Minus,
  Times,
  Over,
  Power,
  Contract,
  Bar,
  Comma,
  Colon,
  LParen,
  RParen,
  LSquare,
  RSquare,
  LCurly,
  RCurly,
  Semicolon,
];

export const VOCABULARY: TokenType[] = [Name, Separator, Infix, ...LEXED, NewLine, ...WORD_TYPES.values()];

export function createLexer(): Lexer {
  return new Lexer(LEXED, { positionTracking: 'onlyOffset', ensureOptimizations: true, skipValidations: true });
}

/** Gives a word its reserved or clause type; every other token stays as it is. */
export function classifyWord(token: IToken): void {
  const type = token.tokenType === Identifier ? WORD_TYPES.get(token.image) : undefined;
  if (type !== undefined) {
    token.tokenType = type;
    token.tokenTypeIdx = type.tokenTypeIdx!;
  }
}

export function isReserved(token: IToken): boolean {
  return Object.hasOwn(Reserved, token.image);
}

/** Offset just past the token; tokens put in by the layout have no width. */
export function endOf(token: IToken): number {
  return token.startOffset + (token.tokenType === NewLine ? 0 : token.image.length);
}
