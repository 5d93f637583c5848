/** Where parameters are and when they are made: what users see of them is always as the program has them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { initialValues } from '../../runtime/initialise.ts';
import { CheckpointError, useBackend, Weights } from '../../runtime/index.ts';
import type { ParameterSpec } from '../../runtime/definition.ts';
import * as tf from '../../runtime/tf.ts';

beforeAll(() => useBackend('cpu'));

const specs: readonly ParameterSpec[] = [
  {
    path: 'W',
    axes: [
      { label: 'out', size: 2 },
      { label: 'in', size: 3 },
    ],
    outs: 1,
    init: { kind: 'glorot' },
  },
  { path: 'b', axes: [{ label: 'out', size: 2 }], outs: 1, init: { kind: 'normal', deviation: 1 } },
  { path: 'm', axes: [], outs: 0, init: { kind: 'ones' }, running: true },
];
const first = (path: string): number[] => Array.from(initialValues(specs.find((spec) => spec.path === path)!, 7));

describe('first values', () => {
  test('are drawn where they are first read, and one parameter by itself', async () => {
    const before = tf.memory().numTensors;
    const weights = new Weights(specs, 7);
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from((await weights.read('b')).data)).toEqual(first('b'));
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(Object.keys(weights.tensors)).toEqual(['W', 'b', 'm']);
    expect(tf.memory().numTensors).toBe(before + 3);
    weights.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('follow from the seed and the parameter, whatever was read or written before', async () => {
    const weights = new Weights(specs, 7);
    weights.write({ b: { data: Float32Array.of(5, 6), shape: [2], axes: ['out'] } });
    await weights.read('m');
    expect(Array.from((await weights.read('W')).data)).toEqual(first('W'));
    expect(Array.from((await weights.read('b')).data)).toEqual([5, 6]);
    expect([...(await weights.store()).keys()]).toEqual(['W', 'b', 'm']);
    weights.dispose();
  });

  test('are never made where a checkpoint comes first', async () => {
    const source = new Weights(specs, 1);
    const stored = await source.store();
    const before = tf.memory().numTensors;
    const weights = new Weights(specs, 7);
    weights.restore(stored);
    expect(tf.memory().numTensors).toBe(before + 3);
    expect(await weights.store()).toEqual(stored);
    source.dispose();
    weights.dispose();
  });

  test('are still to come after a checkpoint that does not fit', async () => {
    const weights = new Weights(specs, 7);
    expect(() => weights.restore(new Map())).toThrow(CheckpointError);
    expect(Array.from((await weights.read('W')).data)).toEqual(first('W'));
    weights.dispose();
  });

  test('of parts are drawn by the part', async () => {
    const part = new Weights(specs, 7);
    const before = tf.memory().numTensors;
    const whole = new Weights([], 1, new Map([['D', part]]));
    expect(Array.from((await whole.read('D.b')).data)).toEqual(first('b'));
    expect(tf.memory().numTensors).toBe(before + 1);
    whole.write({ 'D.W': { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], axes: ['out', 'in'] } });
    expect(Array.from((await part.read('W')).data)).toEqual([1, 2, 3, 4, 5, 6]);
    whole.dispose();
    expect(Array.from((await part.read('b')).data)).toEqual(first('b'));
    part.dispose();
  });
});
