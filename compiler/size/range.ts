/** Interval arithmetic. */
export type Range = readonly [low: number, high: number];

export const ANY: Range = [-Infinity, Infinity];

export const union = (ranges: readonly Range[]): Range => [
  Math.min(...ranges.map(([low]) => low)),
  Math.max(...ranges.map(([, high]) => high)),
];
export const hull = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];
/** A bound represents finite numbers, and 0 times a finite number is 0. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);
export const power = (a: number, b: number): number => (a === 1 ? 1 : a ** b);
export const product = ([a, b]: Range, [c, d]: Range): Range => hull([times(a, c), times(a, d), times(b, c), times(b, d)]);
