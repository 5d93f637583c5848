/** Where parameters are and when they are made: what users see of them is always as the program has them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { initialValues } from '../../runtime/initialise.ts';
import { CheckpointError, Optimizer, useBackend, Weights } from '../../runtime/index.ts';
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

describe('a parameter that lies otherwise on the device', () => {
  const axes = [
    { label: 'heads', size: 2 },
    { label: 'keys', size: 3 },
    { label: 'in', size: 4 },
  ];
  const declared: ParameterSpec = { path: 'W', axes, outs: 2, init: { kind: 'glorot' } };
  const count = Float32Array.from({ length: 24 }, (_, k) => k);
  const value = { data: count, shape: [2, 3, 4], axes: ['heads', 'keys', 'in'] };

  test.each<[NonNullable<ParameterSpec['stored']>, number[], number[]]>([
    [
      [[2], [0, 1]],
      [4, 6],
      [0, 4, 8, 12, 16, 20, 1, 5],
    ],
    [
      [[0], [], [2], [1]],
      [2, 1, 4, 3],
      [0, 4, 8, 1, 5, 9, 2, 6],
    ],
    [
      [[1], [2], [0]],
      [3, 4, 2],
      [0, 12, 1, 13, 2, 14, 3, 15],
    ],
    [
      [[0, 1], [2]],
      [6, 4],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
    [
      [[0, 1, 2], []],
      [24, 1],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
  ])('is read, written and kept in files as it is declared: %j', async (stored, shape, begins) => {
    const weights = new Weights([{ ...declared, stored }], 7);
    expect(await weights.read('W')).toEqual({ ...value, data: initialValues(declared, 7) });
    weights.write({ W: value });
    expect(weights.tensors.W!.shape).toEqual(shape);
    expect(Array.from(await weights.tensors.W!.data()).slice(0, 8)).toEqual(begins);
    expect(await weights.read('W')).toEqual(value);
    const file = await weights.store();
    expect(file.get('W')).toEqual({ data: count, shape: [2, 3, 4] });
    const other = new Weights([{ ...declared, stored: [[2], [1], [0]] }], 7);
    other.restore(file);
    expect(await other.read('W')).toEqual(value);
    weights.dispose();
    other.dispose();
  });

  test('is trained as it would be otherwise, and a run goes on from a file of one that lies otherwise', async () => {
    const weights = [[[2], [0, 1]], undefined, [[1], [2], [0]]].map(
      (stored) => new Weights([{ ...declared, ...(stored === undefined ? {} : { stored }) }], 7),
    );
    const optimizers = weights.map((each) => new Optimizer(each));
    const step = (k: number, at: number): void =>
      optimizers[k]!.apply({ W: { ...value, data: count.map((x) => Math.sin(x * at)) } }, { kind: 'adam', rate: 0.1 }, at);
    const expectAlike = async (): Promise<void> => {
      const [first, ...others] = await Promise.all(weights.map((each) => each.read('W')));
      for (const other of others) expect(other).toEqual(first);
    };
    for (const k of weights.keys()) step(k, 1);
    await expectAlike();
    const slots = await optimizers[0]!.store();
    expect(await optimizers[1]!.store()).toEqual(slots);
    step(0, 2);
    step(1, 2);
    optimizers[2]!.restore(slots);
    step(2, 2);
    await expectAlike();
    for (const each of [...weights, ...optimizers]) each.dispose();
  });

  test('has a gradient that lies as it does', () => {
    const weights = new Weights([{ ...declared, stored: [[2], [0, 1]] }], 7);
    const optimizer = new Optimizer(weights);
    expect(() => optimizer.apply({ W: tf.zeros([2, 3, 4]) }, { kind: 'sgd', rate: 1 }, 1)).toThrow(
      'has the shape [2, 3, 4], expected [4, 6]',
    );
    optimizer.apply({ W: tf.ones([4, 6]) }, { kind: 'sgd', rate: 1 }, 1);
    expect(weights.tensors.W!.shape).toEqual([4, 6]);
    optimizer.dispose();
    weights.dispose();
  });
});

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
