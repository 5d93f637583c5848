/** Objectives with several updates. */
import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { fit, memoryStore, readSafetensors, useBackend } from '../../runtime/index.ts';
import { compiled, type Compiled, type Example } from './compiled.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const text = `model M(x: []) -> v: [] { param w: [] = 1, b: [] = 0.5;  v = w * x + b }
objective Both for M given t: [] {
  off = v - t
  update M {
    loss = off ^ 2
    metric far = abs(off)
    optimizer sgd(rate = 0.1)
  }
  update M {
    loss = v ^ 2 + v
    optimizer adam(rate = 0.05, beta1 = 0.5)
    clip value 0.5
  }
}`;

const examples: readonly Example[] = [
  { x: 1, t: 3 },
  { x: -2, t: 0.5 },
];

/** The same by hand, in float64: what the second update sees is what the first has left. */
function byHand(steps: number): { w: number; b: number; losses: number[] } {
  let [w, b] = [1, 0.5];
  const mean = (of: (x: number, t: number) => number): number => (of(1, 3) + of(-2, 0.5)) / 2;
  const memory = [0, 0, 0, 0];
  let losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const first = mean((x, t) => (w * x + b - t) ** 2);
    const far = mean((x, t) => Math.abs(w * x + b - t));
    const [dw, db] = [mean((x, t) => 2 * (w * x + b - t) * x), mean((x, t) => 2 * (w * x + b - t))];
    [w, b] = [w - 0.1 * dw, b - 0.1 * db];
    const second = mean((x) => (w * x + b) ** 2 + w * x + b);
    const slopes = [mean((x) => (2 * (w * x + b) + 1) * x), mean((x) => 2 * (w * x + b) + 1)].map((g) => Math.min(0.5, Math.max(-0.5, g)));
    const changes = slopes.map((g, k) => {
      memory[k] = 0.5 * memory[k]! + 0.5 * g;
      memory[2 + k] = 0.999 * memory[2 + k]! + 0.001 * g * g;
      return (0.05 * memory[k]) / (1 - 0.5 ** step) / (Math.sqrt(memory[2 + k]! / (1 - 0.999 ** step)) + 1e-8);
    });
    [w, b] = [w - changes[0]!, b - changes[1]!];
    losses = [first + second, first, far, second];
  }
  return { w, b, losses };
}

const values = async (model: Compiled): Promise<number[]> => [
  (await model.weights.read('w')).data[0]!,
  (await model.weights.read('b')).data[0]!,
];

describe('updates', () => {
  test('run in order, each on what the ones before have left', async () => {
    const model = await compiled(text);
    const before = tf.memory().numTensors;
    for (const steps of [1, 5]) {
      const fresh = await compiled(text);
      const { last } = await fit(fresh, { train: examples }, { batchSize: 2, steps, reportEvery: 1 });
      const expected = byHand(steps);
      const [w, b] = await values(fresh);
      expect(w).toBeCloseTo(expected.w, 5);
      expect(b).toBeCloseTo(expected.b, 5);
      const [sum, first, far, second] = expected.losses;
      expect(last!.loss).toBeCloseTo(sum!, 4);
      expect(Object.keys(last!.metrics)).toEqual(['M.loss', 'M.far', 'M#2.loss']);
      for (const [name, value] of [
        ['M.loss', first],
        ['M.far', far],
        ['M#2.loss', second],
      ] as const)
        expect(last!.metrics[name], name).toBeCloseTo(value!, 4);
      fresh.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test('have losses and gradients by name', async () => {
    const model = await compiled(text);
    const { loss, metrics } = await model.loss(examples);
    expect(metrics).toEqual({ 'M.loss': (2.25 + 4) / 2, 'M.far': 1.75, 'M#2.loss': (2.25 + 1.5 + 2.25 - 1.5) / 2 });
    expect(loss).toBeCloseTo(metrics['M.loss']! + metrics['M#2.loss']!, 6);
    const first = await model.gradients(examples, { update: 'M' });
    expect(first.loss).toBeCloseTo(metrics['M.loss']!, 6);
    expect(first.metrics).toEqual({ far: 1.75 });
    const second = await model.gradients(examples, { update: 'M#2' });
    expect(second.gradients.w!.data[0]).toBeCloseTo((4 * 1 + -2 * -2) / 2, 6);
    await expect(model.gradients(examples)).rejects.toThrow('which update of `Both`? Give `update`: `M`, `M#2`');
    await expect(model.gradients(examples, { update: 'D' })).rejects.toThrow('the objective `Both` has no update `D`: `M`, `M#2`');
  });

  test('resume bit for bit, each with its own slots', async () => {
    const whole = await compiled(text);
    const data = { train: examples };
    const store = memoryStore();
    await fit(whole, data, { batchSize: 1, steps: 9, checkpoints: { store } });
    const parts = memoryStore();
    await fit(await compiled(text), data, { batchSize: 1, steps: 4, checkpoints: { store: parts } });
    const resumed = await compiled(text, { seed: 3 });
    await fit(resumed, data, { batchSize: 1, steps: 9, seed: 0, checkpoints: { store: parts, resume: true } });
    expect(await values(resumed)).toEqual(await values(whole));
    const [a, b] = [readSafetensors((await store.load('last'))!), readSafetensors((await parts.load('last'))!)];
    expect(b.tensors).toEqual(a.tensors);
    expect([...a.tensors.keys()].filter((key) => key.startsWith('optimizer:'))).toEqual([
      'optimizer:M#2/mean/w',
      'optimizer:M#2/mean/b',
      'optimizer:M#2/square/w',
      'optimizer:M#2/square/b',
    ]);
  });
});
