/**
 * The normal form of symbolic sizes: a polynomial with integer coefficients in atoms and in three kinds of compound factor.
 *
 *   (n*a + b) div n        ->  a + b div n          coefficients under `div n` lie in 0..n-1
 *   (p div m + b) div n    ->  (p + m*b) div (m*n)
 *   q * quot(p, q)         ->  p                    quot(d*q + r, q) -> d + quot(r, q)
 *
 * Coefficients are bigints, so nothing overflows on the way; `SizeError` says when a size leaves all reason.
 */

export interface Size {
  /** Canonical: sizes with one key are equal for all values. */
  readonly key: string;
  /** Largest monomial first; no zero coefficients. */
  readonly terms: readonly Term[];
}

export interface Term {
  readonly coefficient: bigint;
  /** Sorted by the key of the base; empty for the constant term. */
  readonly powers: readonly Power[];
}

export interface Power {
  readonly base: Factor;
  readonly exponent: number;
}

export type Factor =
  | { readonly kind: 'atom'; readonly key: string; readonly name: string }
  /** floor(of / by), by >= 2. */
  | { readonly kind: 'div'; readonly key: string; readonly of: Size; readonly by: bigint }
  /** `of / by`, exact by a requirement that the caller records. */
  | { readonly kind: 'quot'; readonly key: string; readonly of: Size; readonly by: Size }
  | { readonly kind: 'fn'; readonly key: string; readonly name: SizeFunction; readonly args: readonly Size[] };

/** Functions of integers that the theory treats as opaque; the logarithms round as named. */
export type SizeFunction = 'log2ceil' | 'log2floor' | 'max' | 'min' | 'pow';

/** A size that cannot be built or computed: an unknown atom, a quotient with a remainder, a number out of range. */
export class SizeError extends Error {
  override readonly name = 'SizeError';
  /** The atom at fault, if there is one. */
  readonly atom: string | null;
  constructor(message: string, atom: string | null = null) {
    super(message);
    this.atom = atom;
  }
}

const MAX_TERMS = 2048;
const MAX_BITS = 4096;
const MAX_EXPONENT = 65536;

/** A class only for `toJSON`: a size inside a printed structure shows as its key, and its bigints cannot break the printing. */
class Polynomial implements Size {
  readonly key: string;
  readonly terms: readonly Term[];
  constructor(key: string, terms: readonly Term[]) {
    this.key = key;
    this.terms = terms;
  }
  toJSON(): string {
    return this.key;
  }
}

// ---------------------------------------------------------------- monomials

type Powers = readonly Power[];

function monomialKey(powers: Powers): string {
  return powers.map((p) => (p.exponent === 1 ? p.base.key : `${p.base.key}^${p.exponent}`)).join('*');
}

/** Graded lexicographic: compatible with multiplication, as polynomial division needs. Negative: `a` comes first (is larger). */
function compareMonomials(a: Powers, b: Powers): number {
  const degree = (powers: Powers): number => powers.reduce((sum, p) => sum + p.exponent, 0);
  const byDegree = degree(b) - degree(a);
  if (byDegree !== 0) return byDegree;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i]!,
      y = b[i]!;
    if (x.base.key !== y.base.key) return x.base.key < y.base.key ? -1 : 1;
    if (x.exponent !== y.exponent) return y.exponent - x.exponent;
  }
  return b.length - a.length;
}

function multiplyMonomials(a: Powers, b: Powers): Powers {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result = new Map(a.map((p) => [p.base.key, p]));
  for (const p of b) {
    const same = result.get(p.base.key);
    if (same !== undefined && same.exponent + p.exponent > MAX_EXPONENT) throw new SizeError('a size is too large a power');
    result.set(p.base.key, same === undefined ? p : { base: p.base, exponent: same.exponent + p.exponent });
  }
  return [...result.values()].sort((x, y) => (x.base.key < y.base.key ? -1 : 1));
}

/** a / b, or null if b does not divide a. */
function divideMonomials(a: Powers, b: Powers): Powers | null {
  const left = new Map(a.map((p) => [p.base.key, p]));
  for (const p of b) {
    const same = left.get(p.base.key);
    if (same === undefined || same.exponent < p.exponent) return null;
    if (same.exponent === p.exponent) left.delete(p.base.key);
    else left.set(p.base.key, { base: p.base, exponent: same.exponent - p.exponent });
  }
  return [...left.values()];
}

// ---------------------------------------------------------------- polynomials, factors taken as variables

export function build(terms: Iterable<Term>): Size {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = monomialKey(term.powers);
    const same = sums.get(key);
    sums.set(key, same === undefined ? term : { coefficient: same.coefficient + term.coefficient, powers: same.powers });
  }
  const kept = [...sums].filter(([, term]) => term.coefficient !== 0n);
  if (kept.length > MAX_TERMS) throw new SizeError(`a size grows beyond ${MAX_TERMS} terms`);
  for (const [, { coefficient }] of kept) {
    if (BigInt.asIntN(MAX_BITS, coefficient) !== coefficient) throw new SizeError('a size is too large a number');
  }
  kept.sort(([, a], [, b]) => compareMonomials(a.powers, b.powers));
  const text = kept.map(([key, term]) =>
    key === '' ? `${term.coefficient}` : term.coefficient === 1n ? key : `${term.coefficient}*${key}`,
  );
  return new Polynomial(
    text.length === 0 ? '0' : text.join('+'),
    kept.map(([, term]) => term),
  );
}

const negated = (s: Size): readonly Term[] => s.terms.map((t) => ({ coefficient: -t.coefficient, powers: t.powers }));

function products(a: Size, b: Size): Term[] {
  if (a.terms.length * b.terms.length > MAX_TERMS * 16) throw new SizeError(`a size grows beyond ${MAX_TERMS} terms`);
  return a.terms.flatMap((x) =>
    b.terms.map((y) => ({ coefficient: x.coefficient * y.coefficient, powers: multiplyMonomials(x.powers, y.powers) })),
  );
}

/** a = quotient*b + remainder, taking only steps that are exact over the integers. */
export function dividePolynomials(a: Size, b: Size): { readonly quotient: Size; readonly remainder: Size } {
  const lead = b.terms[0];
  if (lead === undefined) return { quotient: zero, remainder: a };
  const quotient: Term[] = [];
  const remainder: Term[] = [];
  let rest = a;
  for (let top = rest.terms[0]; top !== undefined; top = rest.terms[0]) {
    const powers = top.coefficient % lead.coefficient === 0n ? divideMonomials(top.powers, lead.powers) : null;
    if (powers === null) {
      remainder.push(top);
      rest = build(rest.terms.slice(1));
    } else {
      const step: Term = { coefficient: top.coefficient / lead.coefficient, powers };
      quotient.push(step);
      rest = build([...rest.terms, ...products(build([{ coefficient: -step.coefficient, powers }]), b)]);
    }
  }
  return { quotient: build(quotient), remainder: build(remainder) };
}

/** q * quot(p, q) -> p, wherever the terms that contain a quotient have the divisor as a common factor. */
function cancelQuotients(s: Size): Size {
  for (const term of s.terms) {
    for (const { base, exponent } of term.powers) {
      if (base.kind !== 'quot') continue;
      const holds = (t: Term): boolean => t.powers.some((p) => p.base.key === base.key && p.exponent === exponent);
      const cofactor = build(
        s.terms.filter(holds).map((t) => ({ coefficient: t.coefficient, powers: t.powers.filter((p) => p.base.key !== base.key) })),
      );
      const { quotient, remainder } = dividePolynomials(cofactor, base.by);
      if (quotient.terms.length === 0) continue;
      const keep = build([...s.terms.filter((t) => !holds(t)), ...products(remainder, power(base, exponent))]);
      return add(keep, mul(mul(quotient, base.of), power(base, exponent - 1)));
    }
  }
  return s;
}

function power(base: Factor, exponent: number): Size {
  return build([{ coefficient: 1n, powers: exponent === 0 ? [] : [{ base, exponent }] }]);
}

// ---------------------------------------------------------------- constructors

const zero = build([]);

export const big = (n: bigint): Size => build([{ coefficient: n, powers: [] }]);

export function int(n: number): Size {
  if (!Number.isSafeInteger(n)) throw new SizeError(`${n} is not a whole number that a size can hold`);
  return big(BigInt(n));
}

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

export function atom(name: string): Size {
  return power({ kind: 'atom', key: PLAIN_NAME.test(name) ? name : JSON.stringify(name), name }, 1);
}

export const sum = (sizes: readonly Size[]): Size => cancelQuotients(build(sizes.flatMap(({ terms }) => terms)));
export const add = (a: Size, b: Size): Size => cancelQuotients(build([...a.terms, ...b.terms]));
export const sub = (a: Size, b: Size): Size => cancelQuotients(build([...a.terms, ...negated(b)]));
export const mul = (a: Size, b: Size): Size => cancelQuotients(build(products(a, b)));

export function pow(a: Size, n: number): Size {
  if (!Number.isSafeInteger(n) || n < 0) throw new SizeError(`the exponent ${n} is not a whole number >= 0`);
  let result = big(1n);
  // Repeated squaring reaches the limits of `build` fast, so a huge exponent fails instead of hanging.
  for (let rest = n, square = a; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = mul(result, square);
    if (rest > 1) square = mul(square, square);
  }
  return result;
}

const floorMod = (a: bigint, n: bigint): bigint => ((a % n) + n) % n;
export const floorDivide = (a: bigint, n: bigint): bigint => (a - floorMod(a, n)) / n;

export function gcd(a: bigint, b: bigint): bigint {
  let x = a,
    y = b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x < 0n ? -x : x;
}

export function div(a: Size, n: number): Size {
  if (!Number.isSafeInteger(n) || n < 1) throw new SizeError(`a size is divided by ${n}, which is not a whole number >= 1`);
  return divide(a, BigInt(n));
}

export const ceilDiv = (a: Size, n: number): Size => div(add(a, int(n - 1)), n);

function divide(a: Size, n: bigint): Size {
  if (n === 1n) return a;
  const whole = build(a.terms.map((t) => ({ coefficient: floorDivide(t.coefficient, n), powers: t.powers })));
  const part = build(a.terms.map((t) => ({ coefficient: floorMod(t.coefficient, n), powers: t.powers })));
  return add(whole, divideReduced(part, n));
}

/** `a` has coefficients in 0..n-1. */
function divideReduced(a: Size, n: bigint): Size {
  const moving = a.terms.filter((t) => t.powers.length > 0);
  if (moving.length === 0) return zero;
  const common = moving.reduce((g, t) => gcd(g, t.coefficient), n);
  // floor((g*p + r) / (g*n)) = floor((p + floor(r/g)) / n)
  if (common > 1n)
    return divide(build(a.terms.map((t) => ({ coefficient: floorDivide(t.coefficient, common), powers: t.powers }))), n / common);
  for (const term of moving) {
    const only = term.powers.length === 1 && term.coefficient === 1n ? term.powers[0]! : null;
    if (only === null || only.exponent !== 1 || only.base.kind !== 'div') continue;
    const rest = build(a.terms.filter((t) => t !== term));
    return divide(add(only.base.of, mul(big(only.base.by), rest)), only.base.by * n);
  }
  return power({ kind: 'div', key: `div(${a.key},${n})`, of: a, by: n }, 1);
}

export function quot(a: Size, b: Size): Size {
  if (b.terms.length === 0) return quotient(a, b);
  const { quotient: whole, remainder } = dividePolynomials(a, b);
  if (remainder.terms.length === 0) return whole;
  return add(whole, reducedQuotient(remainder, b));
}

function reducedQuotient(a: Size, b: Size): Size {
  const terms = [...a.terms, ...b.terms];
  const content = terms.reduce((g, t) => gcd(g, t.coefficient), 0n);
  const common = terms.map((t) => t.powers).reduce(commonMonomial);
  if (content > 1n || common.length > 0) {
    const factor = build([{ coefficient: content, powers: common }]);
    return quot(dividePolynomials(a, factor).quotient, dividePolynomials(b, factor).quotient);
  }
  if (b.terms[0]!.coefficient < 0n) return quot(build(negated(a)), build(negated(b)));
  if (a.terms[0]!.coefficient < 0n) return build(negated(quotient(build(negated(a)), b)));
  return quotient(a, b);
}

function commonMonomial(a: Powers, b: Powers): Powers {
  return a.flatMap((p) => {
    const same = b.find((q) => q.base.key === p.base.key);
    return same === undefined ? [] : [{ base: p.base, exponent: Math.min(p.exponent, same.exponent) }];
  });
}

const quotient = (of: Size, by: Size): Size => power({ kind: 'quot', key: `quot(${of.key},${by.key})`, of, by }, 1);

// ---------------------------------------------------------------- functions

export function fn(name: SizeFunction, args: readonly Size[]): Size {
  const simple = simplifyFunction(name, args);
  if (simple !== null) return simple;
  const values = args.map(constantTerm);
  const known = values.every((v) => v !== null) ? applyFunction(name, values) : null;
  if (typeof known === 'bigint') return big(known);
  return power({ kind: 'fn', key: `${name}(${args.map((a) => a.key).join(',')})`, name, args }, 1);
}

function simplifyFunction(name: SizeFunction, args: readonly Size[]): Size | null {
  if (name === 'max' || name === 'min') return extremum(name, args);
  if (name !== 'pow') return null;
  const exponent = constantTerm(args[1]!);
  return exponent === null || exponent < 0n || exponent > 64n ? null : pow(args[0]!, Number(exponent));
}

function extremum(name: 'max' | 'min', args: readonly Size[]): Size | null {
  const flat = args.flatMap((a) => {
    const only = a.terms.length === 1 && a.terms[0]!.coefficient === 1n && a.terms[0]!.powers.length === 1 ? a.terms[0]!.powers[0]! : null;
    return only !== null && only.exponent === 1 && only.base.kind === 'fn' && only.base.name === name ? only.base.args : [a];
  });
  const kept: Size[] = [];
  for (const candidate of flat) {
    const difference = kept.map((k) => constantTerm(sub(candidate, k)));
    const at = difference.findIndex((d) => d !== null);
    if (at < 0) kept.push(candidate);
    else if (name === 'max' ? difference[at]! > 0n : difference[at]! < 0n) kept[at] = candidate;
  }
  if (kept.length === 1) return kept[0]!;
  kept.sort((a, b) => (a.key < b.key ? -1 : 1));
  return kept.every((k, i) => k === args[i]) && kept.length === args.length ? null : fn(name, kept);
}

/** The value, or the offending argument and its fault. */
export function applyFunction(name: SizeFunction, args: readonly bigint[]): bigint | { readonly at: number; readonly fault: string } {
  const a = args[0]!;
  switch (name) {
    // biome-ignore-start lint/complexity/useMathMinMax: these are bigints
    case 'max':
      return args.reduce((x, y) => (x > y ? x : y));
    case 'min':
      return args.reduce((x, y) => (x < y ? x : y));
    // biome-ignore-end lint/complexity/useMathMinMax: these are bigints
    case 'log2floor':
    case 'log2ceil': {
      if (a < 1n) return { at: 0, fault: 'not positive' };
      const below = BigInt(a.toString(2).length - 1);
      return name === 'log2ceil' && a !== 1n << below ? below + 1n : below;
    }
    case 'pow': {
      const exponent = args[1]!;
      if (exponent < 0n) return { at: 1, fault: 'a negative exponent' };
      if (a * a > 1n && BigInt(a.toString(2).length) * exponent > BigInt(MAX_BITS)) return { at: 1, fault: 'too large an exponent' };
      return a ** exponent;
    }
  }
}

// ---------------------------------------------------------------- structure

/** The value of a constant size; null if it contains an atom or an unresolved factor. */
export function constantTerm(s: Size): bigint | null {
  if (s.terms.length === 0) return 0n;
  const only = s.terms[0]!;
  return s.terms.length === 1 && only.powers.length === 0 ? only.coefficient : null;
}

/** The name, if the size is a single atom. */
export function atomOf(s: Size): string | null {
  const term = s.terms[0];
  if (s.terms.length !== 1 || term!.coefficient !== 1n || term!.powers.length !== 1) return null;
  const { base, exponent } = term!.powers[0]!;
  return base.kind === 'atom' && exponent === 1 ? base.name : null;
}

/** Every factor, those inside other factors first. */
export function* factorsOf(s: Size): Generator<Factor> {
  for (const term of s.terms) {
    for (const { base } of term.powers) {
      for (const inner of partsOf(base)) yield* factorsOf(inner);
      yield base;
    }
  }
}

export function partsOf(f: Factor): readonly Size[] {
  switch (f.kind) {
    case 'atom':
      return [];
    case 'div':
      return [f.of];
    case 'quot':
      return [f.of, f.by];
    case 'fn':
      return f.args;
  }
}

/** Rebuilds with some factors replaced. `replace` sees outer factors first; null keeps a factor and descends into its parts. */
export function rebuild(s: Size, replace: (f: Factor) => Size | null): Size {
  const part = (p: Size): Size => rebuild(p, replace);
  const again = (f: Factor): Size => {
    switch (f.kind) {
      case 'atom':
        return power(f, 1);
      case 'div':
        return divide(part(f.of), f.by);
      case 'quot':
        return quot(part(f.of), part(f.by));
      case 'fn':
        return fn(f.name, f.args.map(part));
    }
  };
  let result = zero;
  for (const term of s.terms) {
    let product = big(term.coefficient);
    for (const { base, exponent } of term.powers) product = mul(product, pow(replace(base) ?? again(base), exponent));
    result = add(result, product);
  }
  return result;
}
