/**
 * Symbolic sizes of axes: polynomials over the integers in atoms, with `div` by positive constants, exact quotients and opaque
 * functions. Values are immutable and always in normal form; `key` is canonical, so equal keys mean equal sizes.
 *
 * Constructors throw `SizeError` for what no size can be: a divisor < 1, a negative exponent, a number beyond all reason.
 */
import { atomsOf, equalSizes, nonNegative, type Facts, type Verdict } from './equal.ts';
import { evaluate } from './evaluate.ts';
import {
  add,
  atom,
  atomOf,
  ceilDiv,
  constantTerm,
  div,
  fn,
  int,
  mul,
  pow,
  quot,
  rebuild,
  sub,
  sum,
  SizeError,
  type Factor,
  type Size,
  type SizeFunction,
} from './normal.ts';
import { showSize } from './show.ts';

export { atomOf, atomsOf, equalSizes, evaluate, nonNegative, showSize, SizeError };
export type { Facts, Size, SizeFunction, Verdict };

export const size = { int, atom, add, sum, sub, mul, pow, div, ceilDiv, quot, fn } as const;

/** The number, if the size is one that a program can represent exactly. */
export function constantOf(s: Size): number | null {
  const value = constantTerm(s);
  return value === null || !Number.isSafeInteger(Number(value)) ? null : Number(value);
}

/** Simultaneous: nothing is substituted in the new sizes. */
export function substitute(s: Size, values: ReadonlyMap<string, Size>): Size {
  return rebuild(s, (f) => (f.kind === 'atom' ? (values.get(f.name) ?? null) : null));
}

export interface SizeFold<T> {
  int(n: number): T;
  atom(name: string): T;
  /** Two parts or more. */
  add(parts: readonly T[]): T;
  /** Two parts or more; a constant factor comes first. */
  mul(parts: readonly T[]): T;
  /** n >= 2. */
  pow(base: T, n: number): T;
  /** floor(a / n), n >= 2; `a` may be negative. */
  div(a: T, n: number): T;
  quot(a: T, b: T): T;
  fn(name: SizeFunction, args: readonly T[]): T;
}

/** A fold over the structure, for code generators. Throws `SizeError` on a constant that a number cannot hold. */
export function foldSize<T>(s: Size, by: SizeFold<T>): T {
  const number = (n: bigint): number => {
    if (!Number.isSafeInteger(Number(n))) throw new SizeError(`${showSize(s)} holds too large a number`);
    return Number(n);
  };
  const factor = (f: Factor): T => {
    switch (f.kind) {
      case 'atom':
        return by.atom(f.name);
      case 'div':
        return by.div(foldSize(f.of, by), number(f.by));
      case 'quot':
        return by.quot(foldSize(f.of, by), foldSize(f.by, by));
      case 'fn':
        return by.fn(
          f.name,
          f.args.map((a) => foldSize(a, by)),
        );
    }
  };
  const parts = s.terms.map(({ coefficient, powers }) => {
    const product = powers.map(({ base, exponent }) => (exponent === 1 ? factor(base) : by.pow(factor(base), exponent)));
    if (coefficient !== 1n || product.length === 0) product.unshift(by.int(number(coefficient)));
    return product.length === 1 ? product[0]! : by.mul(product);
  });
  return parts.length === 0 ? by.int(0) : parts.length === 1 ? parts[0]! : by.add(parts);
}

const NOTHING: SizeFold<null> = {
  int: () => null,
  atom: () => null,
  add: () => null,
  mul: () => null,
  pow: () => null,
  div: () => null,
  quot: () => null,
  fn: () => null,
};

/** The size itself. Throws `SizeError` if it contains a constant that a number cannot hold. */
export function held(s: Size): Size {
  foldSize(s, NOTHING);
  return s;
}
