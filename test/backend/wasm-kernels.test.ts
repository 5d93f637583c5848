import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useBackend } from '../../runtime/backend/index.ts';

/** Runs `compute` on cpu and on wasm and expects the same values within float32's accuracy. */
async function agree(compute: () => tf.Tensor | tf.Tensor[]): Promise<void> {
  const results: { shape: number[]; data: ArrayLike<number> }[][] = [];
  for (const name of ['cpu', 'wasm'] as const) {
    await useBackend(name);
    const result = tf.tidy(() => compute());
    const tensors = Array.isArray(result) ? result : [result];
    results.push(tensors.map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() })));
    tf.dispose(tensors);
  }
  const [want, got] = [results[0]!, results[1]!];
  expect(got.map(({ shape }) => shape)).toEqual(want.map(({ shape }) => shape));
  for (const [i, { data }] of want.entries()) {
    for (let k = 0; k < data.length; k++)
      expect(Math.abs(got[i]!.data[k]! - data[k]!)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(data[k]!)));
  }
}

function counting(shape: number[], dtype: 'float32' | 'int32' = 'float32'): tf.Tensor {
  return tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => ((i * 7) % 23) - 11),
    shape,
    dtype,
  );
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
const parameters = { numRuns: 60 };

test('slices of any box of any rank up to 6', async () => {
  const boxes = shapes.chain((shape) =>
    fc.record({ shape: fc.constant(shape), ends: fc.tuple(...shape.map((size) => fc.tuple(fc.nat(size), fc.nat(size)))) }),
  );
  await fc.assert(
    fc.asyncProperty(boxes, fc.constantFrom('float32' as const, 'int32' as const), async ({ shape, ends }, dtype) => {
      const begin = ends.map(([a, b]) => Math.min(a, b));
      const size = ends.map(([a, b]) => Math.abs(a - b));
      await agree(() => tf.slice(counting(shape, dtype), begin, size));
    }),
    parameters,
  );
});

test('pieces along any axis, by unstack and by split', async () => {
  const axes = shapes.chain((shape) => fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1) }));
  await fc.assert(
    fc.asyncProperty(axes, async ({ shape, axis }) => {
      await agree(() => tf.unstack(counting(shape), axis));
      await agree(() => tf.split(counting(shape), new Array<number>(shape[axis]!).fill(1), axis));
    }),
    parameters,
  );
});

test('products with the same data as right operands of several shapes', async () => {
  await agree(() => {
    const data = counting([12]);
    return [
      [12, 1],
      [1, 12],
      [3, 4],
      [4, 3],
      [2, 6],
      [12, 1],
      [1, 12],
    ].map(([rows, columns]) => tf.matMul(counting([5, rows!]), tf.reshape(data, [rows!, columns!])));
  });
});

test('a right operand that is read transposed again and again, in several shapes, and large', async () => {
  await agree(() => {
    const data = counting([24 * 50]);
    const products = [
      [24, 50],
      [24, 50],
      [50, 24],
      [24, 50],
      [600, 2],
      [24, 50],
    ].map(([columns, inner]) => tf.matMul(counting([20, inner!]), tf.reshape(data, [columns!, inner!]), false, true));
    const large = counting([260, 300]);
    return [
      ...products,
      ...[1, 2, 3].map((rows) => tf.matMul(counting([rows, 300]), large, false, true)),
      tf.matMul(large, counting([260, 2]), true),
    ];
  });
});

test('a left operand that is read transposed again and again, wide, narrow and with rows 4 KiB apart', async () => {
  await agree(() => {
    const [wide, narrow] = [counting([1024, 40]), counting([1024, 8])];
    const read = (x: tf.Tensor, columns: readonly number[]): tf.Tensor[] =>
      columns.map((n) => tf.div(tf.matMul(x, counting([1024, n]), true), 1024));
    return [...read(wide, [8, 60, 8]), ...read(narrow, [40, 40, 1, 8]), ...read(tf.reshape(wide, [1024, 40]), [3])];
  });
});

test('comparisons, logic, maximum and power broadcast', async () => {
  const [a, b] = [counting([3, 4, 1]), counting([4, 5])];
  for (const [x, y] of [
    [a, b],
    [b, a],
    [counting([5]), a],
    [counting([3, 1, 5]), counting([3, 4, 5])],
    [tf.scalar(2), a],
  ] as const) {
    const [p, q] = [tf.greater(x, 0), tf.greater(y, 0)];
    await agree(() => [tf.less(x, y), tf.lessEqual(x, y), tf.greater(x, y), tf.greaterEqual(x, y), tf.equal(x, y), tf.notEqual(x, y)]);
    await agree(() => [
      tf.logicalAnd(p, q),
      tf.logicalOr(p, q),
      tf.maximum(x, y),
      tf.minimum(x, y),
      tf.pow(tf.abs(x), tf.div(tf.abs(y), 11)),
    ]);
  }
});

test('what is kept of a right operand goes with it', async () => {
  await useBackend('wasm');
  const live = (): number => tf.backend().numDataIds();
  const before = live();
  const [a, b] = [tf.ones([30, 40]), tf.ones([50, 40])];
  const view = tf.reshape(b, [50, 1, 40]);
  for (let k = 0; k < 4; k++) tf.dispose(tf.matMul(a, b, false, true));
  expect(live()).toBe(before + 3);
  tf.dispose([a, b]);
  expect(live()).toBe(before + 2);
  tf.dispose(view);
  expect(live()).toBe(before);
});

test('tiles of any rank up to 6', async () => {
  const tiles = shapes.chain((shape) =>
    fc.record({ shape: fc.constant(shape), reps: fc.tuple(...shape.map(() => fc.integer({ min: 0, max: 3 }))) }),
  );
  await fc.assert(
    fc.asyncProperty(tiles, async ({ shape, reps }) => agree(() => tf.tile(counting(shape), reps))),
    parameters,
  );
});

test('gathers along any axis, with and without batch axes', async () => {
  const gathers = fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 4 }),
    axis: fc.nat(2),
    long: fc.boolean(),
    seeds: fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(gathers, async ({ shape, axis, long, seeds }) => {
      const full = long ? [...shape, 40] : shape;
      const plain = seeds.map((seed) => seed % full[axis]!);
      await agree(() => tf.gather(counting(full), tf.tensor1d(plain, 'int32'), axis));
      if (axis === 0) return;
      const perItem = Array.from({ length: full[0]! * seeds.length }, (_, i) => (seeds[i % seeds.length]! + i) % full[axis]!);
      await agree(() => tf.gather(counting(full), tf.tensor2d(perItem, [full[0]!, seeds.length], 'int32'), axis, 1));
    }),
    parameters,
  );
});

test('matrix products of all shapes, batched, broadcast and transposed', async () => {
  const size = fc.integer({ min: 1, max: 40 });
  const products = fc.record({
    rows: size,
    inner: size,
    columns: size,
    batch: fc.integer({ min: 1, max: 4 }),
    batched: fc.constantFrom('a', 'b', 'both', 'none'),
    ta: fc.boolean(),
    tb: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(products, async ({ rows, inner, columns, batch, batched, ta, tb }) => {
      const lead = (side: string): number[] => (batched === 'both' || batched === side ? [batch] : []);
      const a = [...lead('a'), ...(ta ? [inner, rows] : [rows, inner])];
      const b = [...lead('b'), ...(tb ? [columns, inner] : [inner, columns])];
      await agree(() => tf.matMul(counting(a), counting(b), ta, tb));
    }),
    { numRuns: 120 },
  );
});

test('a product sees its operand as it is now, not as it was when a tensor of the same place was multiplied', async () => {
  await useBackend('wasm');
  for (let i = 0; i < 5; i++) {
    const [a, b] = [tf.ones([2, 32, 32]), tf.fill([2, 32, 32], i)];
    const product = tf.matMul(a, b, false, true);
    expect(product.dataSync()[2047]).toBe(32 * i);
    tf.dispose([a, b, product]);
  }
});

test('a product sees its operand in the shape it has now, not in that of an earlier product', async () => {
  for (const [inner, columns] of [
    [4, 1],
    [1, 4],
    [2, 3],
    [6, 40],
    [40, 6],
  ] as const) {
    await agree(() => {
      const b = counting([inner, columns]);
      const first = tf.matMul(counting([3, inner]) as tf.Tensor2D, b as tf.Tensor2D);
      const second = tf.matMul(counting([3, columns]) as tf.Tensor2D, tf.reshape(b, [columns, inner]) as tf.Tensor2D);
      return tf.concat([first, second, tf.matMul(counting([3, inner]) as tf.Tensor2D, b as tf.Tensor2D)], 1);
    });
  }
});

test('gathering outside names the index and keeps no tensor', async () => {
  await useBackend('wasm');
  const before = tf.memory().numTensors;
  const [x, at] = [tf.ones([3, 2]), tf.tensor1d([0, 3], 'int32')];
  expect(() => tf.gather(x, at)).toThrow('the index value 3 is not in [0, 2]');
  tf.dispose([x, at]);
  expect(tf.memory().numTensors).toBe(before);
});

test('a cast to bool gives 1 for everything but 0', async () => {
  await useBackend('wasm');
  const x = tf.tensor([0, 0.5, -1, 256, 2]);
  const truth = tf.cast(x, 'bool');
  expect([...truth.dataSync()]).toEqual([0, 1, 1, 1, 1]);
  tf.dispose([x, truth]);
});

test('a sum over nothing is 0, whatever the memory held before', async () => {
  await useBackend('wasm');
  for (let i = 0; i < 5; i++) {
    const [dirt, nothing] = [tf.fill([3], 7), tf.zeros([3, 0])];
    dirt.dispose();
    const sum = tf.sum(nothing, 1);
    expect([...sum.dataSync()]).toEqual([0, 0, 0]);
    tf.dispose([nothing, sum]);
  }
});
