/** Whole numbers are int32 on every backend: nothing on the way is a float, which from 2^24 on is another number. */
import { describe, expect, it } from 'vitest';
import { reportBackends } from '../../runtime/backend/index.ts';
import * as rt from '../../runtime/ops.ts';
import * as tf from '../../runtime/tf.ts';
import { onKernelsOf } from './kernels.ts';

const usable = (await reportBackends()).filter((report) => report.usable).map(({ name }) => name);

const MOST = 2147483647;
const LEAST = -2147483648;
/** Odd numbers beyond 2^24 among others, and the ends. */
const X = [MOST, LEAST, 16777217, -16777219, 1700000001, 7, -7, 0, 2147483646, 5, 33554433, -1000000001];
const Y = [MOST, 3, -7, 16777216, 86400, -3, 3, 5, -2147483647, LEAST, 16777217, 1];

const ints = (values: readonly number[], shape?: readonly number[]): tf.Tensor =>
  tf.tensor([...values], shape === undefined ? undefined : [...shape], 'int32');
const pairs = (of: (x: number, y: number) => number): number[] => X.map((x, k) => of(x, Y[k]!));
const matrix = (): tf.Tensor => ints(X, [4, 3]);
const cube = (): tf.Tensor => ints(X, [2, 3, 2]);
const at = (...places: number[]): number[] => places.map((place) => X[place]!);
const rows = (of: (row: readonly number[]) => number): number[] => [0, 3, 6, 9].map((from) => of(X.slice(from, from + 3)));
const columns = (of: (column: readonly number[]) => number): number[] => [0, 1, 2].map((k) => of([0, 3, 6, 9].map((from) => X[from + k]!)));
const middle = (of: (places: readonly number[]) => number): number[] =>
  [0, 1, 2].map((k) => of([0, 1, 6, 7].map((from) => X[from + 2 * k]!)));
const most = (values: readonly number[]): number => Math.max(...values);
const least = (values: readonly number[]): number => Math.min(...values);
const small = [16777217, 2, -3, 2147483600, 40, 7];
const factors = [4099, 4097, 3, 46340, 46341, 1];

const CASES: readonly (readonly [name: string, run: () => tf.Tensor, expected: readonly number[]])[] = [
  ['add', () => tf.add(ints([2147483646, -2147483647, 16777216]), ints([1, -1, 1])), [MOST, LEAST, 16777217]],
  ['add of a scalar', () => tf.add(ints([16777216, -5]), tf.scalar(1, 'int32')), [16777217, -4]],
  ['add, broadcast', () => tf.add(ints([16777216, 1], [2, 1]), ints([1, 3], [1, 2])), [16777217, 16777219, 2, 4]],
  ['sub', () => tf.sub(ints([MOST, -2147483647, 16777218]), ints([1, 1, 1])), [2147483646, LEAST, 16777217]],
  ['mul', () => tf.mul(ints([46341, 16777217, -65536, MOST]), ints([46340, 127, 32768, -1])), [2147441940, 2130706559, LEAST, -MOST]],
  ['quotient', () => rt.quot(ints(X), ints(Y)), pairs((x, y) => Math.floor(x / y))],
  ['quotient, broadcast', () => rt.quot(ints(at(0, 2), [2, 1]), ints([3, -7], [1, 2])), [715827882, -306783379, 5592405, -2396746]],
  ['quotient by 0, and of the least by -1', () => rt.quot(ints([5, LEAST, 7]), ints([0, -1, -1])), [0, LEAST, -7]],
  ['remainder', () => rt.mod(ints(X), ints(Y)), pairs((x, y) => Number(((BigInt(x) % BigInt(y)) + BigInt(y)) % BigInt(y)))],
  ['remainder by 0 and by -1', () => rt.mod(ints([5, LEAST, 7]), ints([0, -1, -1])), [5, 0, 0]],
  [
    'the kernels of division',
    () => tf.concat([tf.mod(ints(X), ints([86400])), tf.floorDiv(ints(X), ints([7]))]),
    [...X.map((x) => ((x % 86400) + 86400) % 86400), ...X.map((x) => Math.floor(x / 7))],
  ],
  ['maximum', () => tf.maximum(ints(X), ints(Y)), pairs(Math.max)],
  ['minimum', () => tf.minimum(ints(X), ints(Y)), pairs(Math.min)],
  [
    'comparisons',
    () =>
      tf.cast(
        tf.concat(
          [tf.equal, tf.notEqual, tf.less, tf.lessEqual, tf.greater, tf.greaterEqual].map((fn) =>
            tf.cast(fn(ints([16777217, 2147483646, 5]), ints([16777216, MOST, 5])), 'int32'),
          ),
        ),
        'int32',
      ),
    [0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1],
  ],
  ['neg', () => tf.neg(ints([MOST, 16777217, -5])), [-MOST, -16777217, 5]],
  ['abs', () => tf.abs(ints([-MOST, -16777217, 5])), [MOST, 16777217, 5]],
  ['sign', () => tf.sign(ints([-MOST, 16777217, 0])), [-1, 1, 0]],
  [
    'where',
    () => rt.where(tf.tensor([true, false, true], [3], 'bool'), ints([16777217, 1, MOST]), ints([1, 16777219, 2])),
    [16777217, 16777219, MOST],
  ],
  ['gather', () => tf.gather(matrix(), ints([3, 0])), at(9, 10, 11, 0, 1, 2)],
  ['gather, each item by its own', () => tf.gather(cube(), ints([1, 0], [2, 1]), 1, 1), at(2, 3, 6, 7)],
  ['scatter', () => rt.scatter(ints([0, 1, 0, 1]), ints([16777217, 2147483646, 2, 1]), 3), [16777219, MOST, 0]],
  [
    'scatter, each item by itself',
    () => rt.scatter(ints([0, 1, 1, 1], [2, 2]), ints([16777217, 3, 16777216, 1], [2, 2]), 2, 1),
    [16777217, 3, 0, 16777217],
  ],
  ['argMax', () => tf.argMax(ints([16777216, 16777217, 16777216, 2147483646, MOST, 1], [2, 3]), 1), [1, 1]],
  ['argMin', () => tf.argMin(ints([16777217, 16777216, 16777217, -MOST, LEAST, 1], [2, 3]), 1), [1, 1]],
  ['sum', () => tf.sum(ints([16777217, 1, 1, 100])), [16777319]],
  ['sum whose parts leave int32', () => tf.sum(ints([MOST, MOST, -MOST])), [MOST]],
  ['sum along an axis', () => tf.sum(ints(small, [2, 3]), 1), [16777216, MOST]],
  ['sum along the first axis', () => tf.sum(ints([16777217, 2, 16777216, 3], [2, 2]), 0, true), [33554433, 5]],
  ['max along an axis', () => tf.max(matrix(), 1), rows(most)],
  ['max along the first axis', () => tf.max(matrix(), 0), columns(most)],
  ['max along two axes', () => tf.max(cube(), [0, 2]), middle(most)],
  ['max of all', () => tf.max(matrix()), [MOST]],
  ['max of the least', () => tf.max(ints([LEAST, LEAST])), [LEAST]],
  ['min along an axis', () => tf.min(matrix(), 1), rows(least)],
  ['min along the first axis', () => tf.min(matrix(), 0), columns(least)],
  ['min along two axes', () => tf.min(cube(), [0, 2]), middle(least)],
  ['prod', () => tf.prod(ints(factors, [2, 3]), 1), [50380809, 2147441940]],
  ['prod along the first axis', () => tf.prod(ints([4099, 46341, 4097, 46340], [2, 2]), 0), [16793603, 2147441940]],
  ['cumsum', () => tf.cumsum(ints(small, [2, 3]), 1), [16777217, 16777219, 16777216, 2147483600, 2147483640, MOST]],
  ['cumsum, exclusive, from the end', () => tf.cumsum(ints(small, [2, 3]), 1, true, true), [-1, -3, 0, 47, 7, 0]],
  ['cumsum along the first axis', () => tf.cumsum(ints([16777217, 2, 16777216, 40], [2, 2]), 0), [16777217, 2, 33554433, 42]],
  ['cumprod', () => tf.cumprod(ints(factors, [2, 3]), 1), [4099, 16793603, 50380809, 46340, 2147441940, 2147441940]],
  ['transpose', () => tf.transpose(matrix()), at(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11)],
  ['transpose of three axes', () => tf.transpose(cube(), [2, 0, 1]), at(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11)],
  ['concat', () => tf.concat([ints(X.slice(0, 6), [2, 3]), ints(X.slice(6, 10), [2, 2])], 1), at(0, 1, 2, 6, 7, 3, 4, 5, 8, 9)],
  ['slice', () => tf.slice(matrix(), [1, 1], [2, 2]), at(4, 5, 7, 8)],
  ['stack', () => tf.stack([ints(X.slice(0, 3)), ints(X.slice(3, 6))], 1), at(0, 3, 1, 4, 2, 5)],
  ['unstack', () => tf.unstack(matrix(), 1)[2]!, at(2, 5, 8, 11)],
  ['split', () => tf.split(matrix(), 2, 0)[1]!, at(6, 7, 8, 9, 10, 11)],
  ['broadcastTo', () => tf.broadcastTo(ints(X.slice(0, 3), [3, 1]), [2, 3, 2]), at(0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2)],
  ['shift', () => rt.shift(matrix(), 0, 1), [0, 0, 0, ...X.slice(0, 9)]],
  ['roll', () => rt.roll(matrix(), 1, 1), at(2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10)],
  ['reverse', () => tf.reverse(matrix(), 0), at(9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2)],
  ['fill', () => tf.fill([2], 16777217, 'int32'), [16777217, 16777217]],
  ['range', () => tf.range(16777215, 16777219, 1, 'int32'), [16777215, 16777216, 16777217, 16777218]],
];

describe.each(usable)('whole numbers on %s', (backend) => {
  onKernelsOf(backend);

  it.each(CASES)('%s', async (_name, run, expected) => {
    const before = tf.memory().numTensors;
    const made = tf.tidy(run);
    const data = await made.data();
    made.dispose();
    expect(made.dtype).toBe('int32');
    expect([...data]).toEqual(expected.map((value) => value + 0));
    expect(tf.memory().numTensors).toBe(before);
  });
});
