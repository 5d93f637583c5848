/** `BatchNorm` beside PyTorch's BatchNorm2d: in training its loss, gradients and running mean, and what it gives afterwards. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { fit, Model, useBackend } from '../../runtime/index.ts';
import { definitionOf } from '../emit/support.ts';
import { relative } from '../models/support.ts';
import { compileText } from '../programs/support.ts';

interface Update {
  readonly x: readonly unknown[];
  readonly loss: number;
  readonly gain: number[];
  readonly bias: number[];
  readonly mean: number[];
  readonly variance: number[];
}

const reference = JSON.parse(readFileSync(new URL('./batchnorm/reference.json', import.meta.url), 'utf8')) as {
  readonly gain: number[];
  readonly bias: number[];
  readonly weigh: unknown;
  readonly updates: readonly Update[];
  readonly x: readonly unknown[];
  readonly y: readonly number[][][][];
};

const text = `dim channel = 2, height = 4, width = 5
model M(x: [channel, height, width]) -> y: [channel, height, width] { BatchNorm(x) }
objective O for M given weigh: [channel, height, width] {
  loss = mean[height, width](sum[channel](y ^ 2 * weigh))
  optimizer sgd(rate = 0)
}`;

beforeAll(async () => {
  await useBackend('cpu');
});

test('BatchNorm does what BatchNorm2d does', async () => {
  const { code } = await compileText(text);
  const model = new Model<Record<string, number>, object, object>(definitionOf(code), {});
  const stored = await model.weights.store();
  stored.set('BatchNorm.gain', { data: Float32Array.from(reference.gain), shape: [2] });
  stored.set('BatchNorm.bias', { data: Float32Array.from(reference.bias), shape: [2] });
  model.weights.restore(stored);
  // PyTorch keeps the variance without bias: n / (n - 1) times that of the batch, as the paper's algorithm 2; here it is the batch's own.
  const n = 3 * 4 * 5;
  let kept = [1, 1];
  for (const update of reference.updates) {
    const examples = update.x.map((x) => ({ x, weigh: reference.weigh }));
    const { loss, gradients } = await model.gradients(examples);
    expect(loss).toBeCloseTo(update.loss, 5);
    expect(relative(gradients['BatchNorm.gain']!.data, update.gain)).toBeLessThan(1e-5);
    expect(relative(gradients['BatchNorm.bias']!.data, update.bias)).toBeLessThan(1e-5);
    await fit(model, { train: examples }, { batchSize: 3, steps: 1 });
    expect(relative((await model.weights.read('BatchNorm.m')).data, update.mean)).toBeLessThan(1e-5);
    const before = reference.updates[reference.updates.indexOf(update) - 1]?.variance ?? [1, 1];
    kept = kept.map((v, c) => 0.9 * v + (update.variance[c]! - 0.9 * before[c]!) * ((n - 1) / n));
    expect(relative((await model.weights.read('BatchNorm.v')).data, kept)).toBeLessThan(1e-5);
  }
  const outputs = await model.forward(reference.x.map((x) => ({ x })));
  // PyTorch's answer with the variance that is kept here: the ratio of the two deviations, about the bias.
  const last = reference.updates.at(-1)!.variance;
  for (const [k, y] of reference.y.entries()) {
    const expected = y.flatMap((channel, c) =>
      channel.flat().map((each) => (each - reference.bias[c]!) * Math.sqrt((last[c]! + 1e-5) / (kept[c]! + 1e-5)) + reference.bias[c]!),
    );
    expect(relative(outputs[k]!.y!.data, expected)).toBeLessThan(1e-5);
  }
});
