/** Arithmetic of the numbers between two ends. */
import type { BinaryFn, UnaryFn } from '../../graph/graph.ts';

export type Range = readonly [low: number, high: number];

export const ANY: Range = [-Infinity, Infinity];

export const union = (ranges: readonly Range[]): Range => [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
const hull = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];
/** What an end stands for is finite, and 0 times it is 0. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
const power = (a: number, b: number): number => (a === 1 ? 1 : a ** b);
export const product = ([a, b]: Range, [c, d]: Range): Range => hull([times(a, c), times(a, d), times(b, c), times(b, d)]);

export function unaryRange(fn: UnaryFn, [low, high]: Range): Range {
  switch (fn) {
    case 'neg': return [-high, -low];
    case 'abs': return [low > 0 ? low : high < 0 ? -high : 0, Math.max(-low, high)];
    case 'relu': return [Math.max(low, 0), Math.max(high, 0)];
    case 'floor': return [Math.floor(low), Math.floor(high)];
    case 'sign': case 'sin': case 'cos': case 'tanh': case 'erf': return [-1, 1];
    case 'sigmoid': return [0, 1];
    case 'float': case 'int': case 'stop': return [low, high];
    default: return ANY;
  }
}

/** `whole`: of whole numbers, of which the largest below n is n - 1. */
export function binaryRange(fn: BinaryFn, x: Range, y: Range, whole: boolean): Range {
  const [[a, b], [c, d]] = [x, y];
  switch (fn) {
    case 'add': return [a + c, b + d];
    case 'sub': return [a - d, b - c];
    case 'mul': return product(x, y);
    case 'max': return [Math.max(a, c), Math.max(b, d)];
    case 'min': return [Math.min(a, c), Math.min(b, d)];
    case 'div': return c >= 1 ? union([x, [0, 0]]) : ANY;
    case 'pow': return a >= 1 && c >= 0 ? [power(a, c), power(b, d)] : ANY;
    // By 0 there is no quotient.
    case 'quot': return c >= 1 ? [Math.min(a, 0), Math.max(b, 0)] : c > 0 || d < 0 ? hull([a, b, -a, -b]) : ANY;
    case 'mod': return c >= 1 ? [0, whole ? d - 1 : d] : union([x, [c, 0], [0, d]]);
    default: return ANY;
  }
}
