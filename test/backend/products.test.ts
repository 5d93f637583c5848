/** A matrix product reads its own rows and columns, and nothing behind them: infinity there would come through as 0 * infinity. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { usableBackends } from '../models/support.ts';

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
  beforeAll(async () => {
    await useBackend(backend);
    if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
  });

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
});
