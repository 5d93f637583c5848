import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { Optimizer, TrainingError, useBackend, Weights } from '../../runtime/index.ts';
import type { UpdateDefinition, OptimizerSettings, ParameterSpec } from '../../runtime/definition.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const spec = (path: string, size: number): ParameterSpec => ({
  path,
  axes: [{ label: 'n', size }],
  outs: 1,
  init: { kind: 'constant', value: 1 },
});

/** Three steps with the gradients given, one number each for two parameters; the numbers after each step. */
async function run(
  settings: (step: number) => OptimizerSettings,
  clip: UpdateDefinition['clip'],
  gradients: readonly [number, number][],
): Promise<number[][]> {
  const weights = new Weights([spec('a', 1), spec('b', 1)], 0);
  const optimizer = new Optimizer(weights);
  const reached: number[][] = [];
  for (const [index, [a, b]] of gradients.entries()) {
    const given = { a: tf.tensor1d([a]), b: tf.tensor1d([b]) };
    optimizer.apply(given, settings(index + 1), index + 1, clip);
    tf.dispose(given);
    reached.push([(await weights.read('a')).data[0]!, (await weights.read('b')).data[0]!]);
  }
  optimizer.dispose();
  weights.dispose();
  return reached;
}

const gradients: readonly [number, number][] = [
  [0.5, -2],
  [0.25, 1],
  [-3, 0.125],
];

/** The published updates for one number, in float64. */
type Step = (p: number, g: number, memory: number[], step: number) => number;
const updates: [string, OptimizerSettings, Step][] = [
  ['sgd', { kind: 'sgd', rate: 0.1 }, (p, g) => p - 0.1 * g],
  ['momentum', { kind: 'sgd', rate: 0.1, momentum: 0.9 }, (p, g, m) => p - 0.1 * (m[0] = 0.9 * (m[0] ?? 0) + g)],
  [
    'nesterov',
    { kind: 'sgd', rate: 0.1, momentum: 0.9, nesterov: 1 },
    (p, g, m) => {
      m[0] = 0.9 * (m[0] ?? 0) + g;
      return p - 0.1 * (g + 0.9 * m[0]);
    },
  ],
  [
    'adam',
    { kind: 'adam', rate: 0.1, beta2: 0.98, epsilon: 1e-3 },
    (p, g, m, t) => {
      m[0] = 0.9 * (m[0] ?? 0) + 0.1 * g;
      m[1] = 0.98 * (m[1] ?? 0) + 0.02 * g * g;
      return p - (0.1 * m[0]) / (1 - 0.9 ** t) / (Math.sqrt(m[1] / (1 - 0.98 ** t)) + 1e-3);
    },
  ],
  [
    'adam with weight decay',
    { kind: 'adam', rate: 0.1, weightDecay: 0.5 },
    (p, g, m, t) => {
      m[0] = 0.9 * (m[0] ?? 0) + 0.1 * g;
      m[1] = 0.999 * (m[1] ?? 0) + 0.001 * g * g;
      return p - 0.1 * 0.5 * p - (0.1 * m[0]) / (1 - 0.9 ** t) / (Math.sqrt(m[1] / (1 - 0.999 ** t)) + 1e-8);
    },
  ],
  [
    'adagrad',
    { kind: 'adagrad', rate: 0.15, initial: 0.1 },
    (p, g, m) => {
      m[0] = (m[0] ?? 0.1) + g * g;
      return p - (0.15 * g) / (Math.sqrt(m[0]) + 1e-10);
    },
  ],
  [
    'rmsprop',
    { kind: 'rmsprop', rate: 0.1, decay: 0.95, epsilon: 1e-4 },
    (p, g, m) => {
      m[0] = 0.95 * (m[0] ?? 0) + 0.05 * g * g;
      return p - (0.1 * g) / Math.sqrt(m[0] + 1e-4);
    },
  ],
  [
    'centred rmsprop with momentum',
    { kind: 'rmsprop', rate: 0.1, decay: 0.95, momentum: 0.9, epsilon: 1e-4, centred: 1 },
    (p, g, m) => {
      m[0] = 0.95 * (m[0] ?? 0) + 0.05 * g * g;
      m[1] = 0.95 * (m[1] ?? 0) + 0.05 * g;
      m[2] = 0.9 * (m[2] ?? 0) + (0.1 * g) / Math.sqrt(m[0] - m[1] ** 2 + 1e-4);
      return p - m[2];
    },
  ],
  [
    'adadelta',
    { kind: 'adadelta', rate: 1 },
    (p, g, m) => {
      m[0] = 0.95 * (m[0] ?? 0) + 0.05 * g * g;
      const change = (Math.sqrt((m[1] ?? 0) + 1e-6) / Math.sqrt(m[0] + 1e-6)) * g;
      m[1] = 0.95 * (m[1] ?? 0) + 0.05 * change * change;
      return p - change;
    },
  ],
];

test.each(updates)('%s follows its published update', async (_name, settings, update) => {
  const reached = await run(() => settings, null, gradients);
  for (const parameter of [0, 1]) {
    let p = 1;
    const memory: number[] = [];
    for (const [index, pair] of gradients.entries()) {
      p = update(p, pair[parameter]!, memory, index + 1);
      expect(reached[index]![parameter]).toBeCloseTo(p, 5);
    }
  }
});

test('settings are read anew at each step', async () => {
  const reached = await run((step) => ({ kind: 'sgd', rate: 1 / step }), null, [
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
  expect(reached.map(([a]) => a)).toEqual([0, -0.5, expect.closeTo(-5 / 6, 6)]);
});

describe('clipping', () => {
  const rate1 = (): OptimizerSettings => ({ kind: 'sgd', rate: 1 });
  test('by norm scales all gradients together, and leaves smaller ones alone', async () => {
    expect(await run(rate1, { kind: 'norm', limit: 1 }, [[3, 4]])).toEqual([[expect.closeTo(1 - 0.6, 6), expect.closeTo(1 - 0.8, 6)]]);
    expect(await run(rate1, { kind: 'norm', limit: 8 }, [[3, 4]])).toEqual([[-2, -3]]);
    expect(await run(rate1, { kind: 'norm', limit: 1 }, [[0, 0]])).toEqual([[1, 1]]);
  });
  test('by value cuts each number', async () => {
    expect(await run(rate1, { kind: 'value', limit: 2 }, [[3, -1]])).toEqual([[-1, 2]]);
  });
});

test('an unknown setting is an error, not ignored', async () => {
  await expect(run(() => ({ kind: 'adam', rate: 1, beta: 0.5 }), null, gradients)).rejects.toThrow(TrainingError);
  await expect(run(() => ({ kind: 'sgd', rate: NaN }), null, gradients)).rejects.toThrow('the setting `rate` must be a finite number');
});
