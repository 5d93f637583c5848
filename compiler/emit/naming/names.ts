/** Identifiers and comments: what a program calls things, made safe and readable in TypeScript. */
import { ts } from '../ts-morph.ts';
import type { CallFrame } from '../../graph/graph.ts';

/** Words of TypeScript, the globals that emitted text reads, and what the module imports. */
const RESERVED: ReadonlySet<string> = new Set([
  'arguments',
  'await',
  'break',
  'case',
  'catch',
  'class',
  'const',
  'continue',
  'debugger',
  'default',
  'delete',
  'do',
  'else',
  'enum',
  'eval',
  'export',
  'extends',
  'false',
  'finally',
  'for',
  'function',
  'if',
  'implements',
  'import',
  'in',
  'instanceof',
  'interface',
  'let',
  'new',
  'null',
  'package',
  'private',
  'protected',
  'public',
  'return',
  'static',
  'super',
  'switch',
  'this',
  'throw',
  'true',
  'try',
  'typeof',
  'undefined',
  'var',
  'void',
  'while',
  'with',
  'yield',
  'Array',
  'Error',
  'Infinity',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Readonly',
  'Record',
  'tf',
  'rt',
  'exports',
  'require',
  'module',
]);

/**
 * camelCase, primes as `Next`; letters of every script stay. A letter that TypeScript's tables do not have yet is written by
 * its number: `u1E4D0`.
 */
export function identifier(name: string): string {
  // Most are one already.
  if (/^[A-Za-z][A-Za-z0-9]*$/.test(name)) return name;
  const words = name
    .replace(/'/g, '_next')
    .split(/[^\p{ID_Continue}$]+|_+/u)
    .filter((word) => word !== '');
  const joined = words
    .map((word, k) => (k === 0 ? word : upperFirst(word)))
    .join('')
    .replace(/\$/g, '');
  if (joined === '') return 'value';
  const [first = '', ...rest] = joined;
  const known = (character: string, is: (character: string) => boolean): string =>
    is(character) ? character : `u${character.codePointAt(0)!.toString(16).toUpperCase()}`;
  const front = isPart(first) && !isStart(first) ? `v${first}` : known(first, isStart);
  return front + rest.map((character) => known(character, isPart)).join('');
}

function isStart(character: string): boolean {
  return ts.isIdentifierStart(character.codePointAt(0)!, ts.ScriptTarget.ES2023);
}

function isPart(character: string): boolean {
  return ts.isIdentifierPart(character.codePointAt(0)!, ts.ScriptTarget.ES2023);
}

export function upperFirst(name: string): string {
  const [first = '', ...rest] = name;
  return first.toUpperCase() + rest.join('');
}

/** `gru` of `GRU`, `multiHead` of `MultiHead`, `lstmCell` of `LSTMCell`. */
export function functionName(name: string): string {
  return name.replace(/^\p{Lu}+(?=\p{Lu}\p{Ll})|^\p{Lu}+/u, (front) => front.toLowerCase());
}

export function lowerFirst(name: string): string {
  const [first = '', ...rest] = name;
  return first.toLowerCase() + rest.join('');
}

/** Names given out in one scope, no two alike and none of them reserved. */
export class Names {
  readonly #taken: Set<string>;
  readonly #reserved: ReadonlySet<string>;
  /** The scope around this one, whose names are not given again. */
  readonly #around: Names | null;
  /** By what was wanted: up to where no name is free any more. */
  readonly #counts = new Map<string, number>();

  constructor(taken: Iterable<string> = [], reserved = RESERVED, around: Names | null = null) {
    this.#taken = new Set(taken);
    this.#reserved = reserved;
    this.#around = around;
  }

  /** A scope within this one. */
  within(taken: Iterable<string> = []): Names {
    return new Names(taken, this.#reserved, this);
  }

  isFree(name: string): boolean {
    return !this.#taken.has(name) && !this.#reserved.has(name) && (this.#around?.isFree(name) ?? true);
  }

  /** The first of the names that is free, or else the first with a number. */
  takeFirst(wanted: readonly string[]): string {
    const free = wanted.map(identifier).find((name) => this.isFree(name));
    return free === undefined ? this.take(wanted[0]!) : this.takeExactly(free);
  }

  take(wanted: string): string {
    const base = identifier(wanted);
    const reserved = this.#reserved.has(base);
    // A name that ends in a digit gets a letter between, so that `h1` and the second `h` do not meet.
    const joined = /\d$/.test(base) ? `${base}_` : base;
    const named = (count: number): string => (count === 1 ? base : count === 2 && reserved ? `${base}_` : `${joined}${count}`);
    let count = this.#counts.get(base) ?? 1;
    while (!this.isFree(named(count))) count++;
    this.#counts.set(base, count);
    return this.takeExactly(named(count));
  }

  /** A name that is free. */
  takeExactly(name: string): string {
    this.#taken.add(name);
    return name;
  }
}

/** Ever longer ends of a path, `c`, `b c`, `a b c`: how much must be said depends on what else there is. */
export function endsOf(path: string, most: number): readonly string[] {
  const segments = path.split('.').slice(-most);
  const longer = segments.slice(1).map((_, k) => lowerFirst(identifier(segments.slice(-2 - k).join(' '))));
  return [segments.at(-1)!, ...longer];
}

/** `crossLeast`: after the equations that the call of its block stands in, innermost first, as far as they lie in another call; or after the block. */
export function calledAfter(name: string, own: CallFrame | undefined, around: CallFrame | null): readonly string[] {
  const path = partOf(own?.path ?? '', around?.path ?? '') ?? '';
  const parts = path.split('.').toReversed();
  const equations = parts.filter((each) => /^\p{Ll}[\p{ID_Continue}]*$/u.test(each));
  const blocks = parts.filter((each) => /^\p{Lu}[\p{ID_Continue}]*$/u.test(each)).map(functionName);
  return [...equations, ...blocks].map((caller) => `${caller} ${upperFirst(identifier(name))}`);
}

/** The rest of a path below another; null: it is no part of it. */
export function partOf(path: string, base: string): string | null {
  if (base === '') return path;
  if (path === base) return '';
  return path.startsWith(`${base}.`) ? path.slice(base.length + 1) : null;
}

/** `zSum` in the equation of `z`: what is called after its operation alone is told with its equation. */
export function described(hint: string, equation: string | null): readonly string[] {
  const [short = hint, ...more] = endsOf(hint, 2);
  const full = equation === null || short.startsWith(equation) ? [] : [`${equation} ${upperFirst(short)}`];
  const isTelling = /[\p{Lu} ]/u.test(short.slice(1)) && !short.endsWith('Gradient');
  return isTelling || full.length === 0 ? [short, ...full, ...more] : [...full, ...more];
}

/** `'a'`, or with double quotes where that needs fewer escapes; nothing of it ends the string or the line. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]/g, escaped);
  return /['"\\]/.test(text) ? json : `'${json.slice(1, -1)}'`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A property's name: bare where it can be. */
export function property(name: string): string {
  const [first = '', ...rest] = name;
  const bare =
    (first === '_' || /\p{ID_Start}/u.test(first)) && isStart(first) && rest.every((character) => character !== '$' && isPart(character));
  return bare ? name : quoted(name);
}

/** `.name`, or `['name']`. */
export function access(name: string): string {
  return property(name) === name ? `.${name}` : `[${quoted(name)}]`;
}

/** Text for a comment: one line, no end of comment, no control characters, no marks that reorder text. */
export function comment(text: string): string {
  return text
    .replace(/[\s\u2028\u2029\u0085]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/g, '')
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *')
    .trim();
}
