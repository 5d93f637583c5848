/** A matrix product reads its own rows and columns, and nothing behind them: infinity there would come through as 0 * infinity. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { usableBackends } from '../models/support.ts';
import { onKernelsOf } from './kernels.ts';

const SIZES = [
  [3, 1, 2, 1],
  [3, 2, 2, 3],
  [2, 5, 3, 9],
  [2, 17, 5, 9],
] as const;
const TURNS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describe.each(await usableBackends())('on %s', (backend) => {
  onKernelsOf(backend);

  it.each(SIZES.flatMap((size) => TURNS.map((turn) => [...size, ...turn] as const)))(
    '%i matrices, %i rows, %i summed, %i columns, turned %s %s',
    async (count, rows, inner, columns, turnA, turnB) => {
      const first = (size: number): number[] => Array.from({ length: count * size }, (_, k) => (k < size ? 1 : Infinity));
      const a = tf.tensor(first(rows * inner), turnA ? [count, inner, rows] : [count, rows, inner]);
      const b = tf.tensor(first(inner * columns), turnB ? [count, columns, inner] : [count, inner, columns]);
      const product = tf.matMul(a, b, turnA, turnB);
      expect([...(await product.data())].slice(0, rows * columns)).toEqual(Array.from({ length: rows * columns }, () => inner));
      tf.dispose([a, b, product]);
    },
  );

  it('over nothing is 0, whatever lay in its memory before', async () => {
    const before = tf.tidy(() => tf.mul(tf.fill([2, 3], 7), 2));
    await before.data();
    before.dispose();
    const [a, b] = [tf.zeros([2, 0]), tf.zeros([0, 3])];
    const product = tf.matMul(a, b);
    expect([...(await product.data())]).toEqual([0, 0, 0, 0, 0, 0]);
    tf.dispose([a, b, product]);
  });
});
