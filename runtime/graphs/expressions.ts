/** The value of numbers that are known before a call. */
import { log2ceil, log2floor } from '../ops.ts';
import type { Expression } from './format.ts';

const truth = (condition: boolean): number => (condition ? 1 : 0);

/** Truth values are 0 and 1. */
const FUNCTIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  quot: (a, b) => Math.floor(a / b),
  mod: (a, b) => (b === 0 ? a : a - b * Math.floor(a / b)),
  pow: (a, b) => a ** b,
  max: Math.max,
  min: Math.min,
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  lt: (a, b) => truth(a < b),
  le: (a, b) => truth(a <= b),
  gt: (a, b) => truth(a > b),
  ge: (a, b) => truth(a >= b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  neg: (a) => -a,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  floor: Math.floor,
  float: (a) => a,
  int: (a) => a,
  stop: (a) => a,
  log2ceil,
  log2floor,
};

/** @returns null where an atom of it is not in `n` */
export function evaluate(expression: Expression, n: Readonly<Record<string, number>>): number | null {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') return n[expression] ?? null;
  const of = expression.of.map((each) => evaluate(each, n));
  const value = FUNCTIONS[expression.fn];
  if (value === undefined) throw new Error(`no number is made by '${expression.fn}'`);
  return of.some((each) => each === null) ? null : value(of[0] ?? NaN, of[1] ?? NaN);
}
