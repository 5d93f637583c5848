import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { appendToCache, dispose, GenerativeModel, cached, emptyCache, cachedAt, useBackend, type Cache } from '../../runtime/index.ts';
import { chain, recall, type ChainInput, type ChainTarget } from './definitions.ts';

class Recall extends GenerativeModel<{ words: number }, ChainInput, ChainTarget> {}

afterAll(async () => {
  await useBackend('cpu');
});

/** Drops what the next rows do not share, as whoever drives the steps does. */
function grown(rows: Cache, row: tf.Tensor, axis: number, keep?: number): Cache {
  const next = appendToCache(rows, row, axis, keep);
  for (const block of rows.blocks) if (!next.blocks.includes(block)) block.dispose();
  row.dispose();
  return next;
}

function dropAll(rows: Cache): void {
  for (const block of rows.blocks) block.dispose();
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test.each([
    ['float32', 1.5],
    ['int32', 3],
    ['bool', 1],
  ] as const)('rows of %s come back in order, along any axis', (dtype, unit) => {
    const before = tf.memory().numTensors;
    for (const axis of [0, 1, 2]) {
      const row = (place: number): tf.Tensor =>
        tf.tensor(
          [0, 1, 2, 3].map((at) => (dtype === 'bool' ? (place >> at) & 1 : unit * (4 * place + at))),
          [2, 2],
          dtype,
        );
      let rows = emptyCache();
      for (let place = 0; place < 150; place++) rows = grown(rows, row(place), axis);
      tf.tidy(() => {
        const expected = Array.from({ length: 150 }, (_, place) => row(place));
        const all = cached(rows, axis);
        expect([all.dtype, all.shape]).toEqual([dtype, [2, 2].toSpliced(axis, 0, 150)]);
        expect(all.dataSync()).toEqual(tf.stack(expected, axis).dataSync());
        for (const place of [0, 63, 64, 149]) {
          const one = cachedAt(rows, axis, place);
          expect([one.dtype, one.shape, one.dataSync()]).toEqual([dtype, [2, 2], expected[place]!.dataSync()]);
        }
      });
      dropAll(rows);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a step rewrites the newest block alone, and leaves the rows before it as they were', () => {
    let rows = emptyCache();
    for (let place = 0; place < 130; place++) rows = grown(rows, tf.scalar(place), 0);
    const row = tf.scalar(130);
    const next = appendToCache(rows, row, 0);
    expect(rows.blocks.length).toBeGreaterThan(1);
    expect(next.blocks.filter((block) => !rows.blocks.includes(block)).length).toBe(1);
    expect(rows.blocks.filter((block) => !next.blocks.includes(block)).length).toBeLessThanOrEqual(1);
    const [old, all] = [cached(rows, 0), cached(next, 0)];
    expect([old.size, all.size]).toEqual([130, 131]);
    const block = rows.blocks[0]!;
    old.dispose();
    expect(block.isDisposed).toBe(false);
    dispose([row, all, ...new Set([...rows.blocks, ...next.blocks])]);
  });

  test.each([1, 2, 5, 20, 100, 600])('a window of %i keeps its positions and few more', (keep) => {
    let rows = emptyCache();
    for (let place = 0; place < 700; place++) {
      rows = grown(rows, tf.scalar(place, 'int32'), 0, keep);
      const kept = rows.blocks.reduce((sum, block) => sum + block.size, 0);
      expect(kept).toBeGreaterThanOrEqual(Math.min(keep, place + 1));
      expect(kept).toBeLessThanOrEqual(keep + Math.min(64, Math.floor(keep / 8)));
      expect(rows).toMatchObject({ places: place + 1, first: place + 1 - kept });
    }
    const at = (place: number): number => tf.tidy(() => cachedAt(rows, 0, place).dataSync()[0]!);
    expect([at(700 - keep), at(699)]).toEqual([700 - keep, 699]);
    expect([at(-5), at(10_000)]).toEqual([rows.first, 699]);
    dropAll(rows);
  });

  test('decoding with rows gives what decoding with a plain state gives, in every method, and leaves nothing behind', async () => {
    const examples = [{ tokens: [1] }, { tokens: [2, 3] }];
    const before = tf.memory().numTensors;
    const [rows, sum] = [new Recall(recall('rows'), { seed: 3 }), new Recall(recall('sum'), { seed: 3 })];
    for (const options of [
      { method: 'beam', width: 4 },
      { method: 'sample', seed: 5 },
    ] as const) {
      const [given, expected] = [
        await rows.generate(examples, { ...options, atMost: 70 }),
        await sum.generate(examples, { ...options, atMost: 70 }),
      ];
      expect(given.map(({ all }) => all.map(({ ids }) => ids))).toEqual(expected.map(({ all }) => all.map(({ ids }) => ids)));
      expect(new Set(given[0]!.ids).size).toBeGreaterThan(1);
    }
    rows.dispose();
    sum.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a step that fails leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    for (const place of [0, 1, 65]) {
      const model = new Recall(recall('rows', place), { seed: 3 });
      await expect(model.generate([{ tokens: [1] }], { method: 'beam', width: 3, atMost: 70 })).rejects.toThrow('a kernel failed');
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('reading before the first position, and parents that are not there, are errors', () => {
  expect(() => cached(emptyCache(), 0)).toThrow('there is no position yet: append one before reading');
  const model = new Recall(chain(), { seed: 1 });
  const decoding = model.encode([{ tokens: [1] }]);
  expect(() => decoding.reorder([0, 1], 2)).toThrow('a parent is 1, but every example has 1 hypotheses (0 … 0)');
  decoding.dispose();
  model.dispose();
});
