import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import {
  BatchOrder,
  fit,
  memoryStore,
  Model,
  readSafetensors,
  TrainingError,
  useBackend,
  type FitOptions,
  type TrainingEvent,
  type Values,
} from '../../runtime/index.ts';
import type { OptimizerSettings } from '../../runtime/definition.ts';
import { liveTensors, bag, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}
type Example = BagInput & BagTarget;

const adam = (step: number): OptimizerSettings => ({ kind: 'adam', rate: 0.05 / Math.sqrt(step) });

/** The label is the first token modulo 3; the length varies. */
function draw(random: () => number): Example {
  const first = Math.floor(6 * random());
  return { tokens: Array.from({ length: 1 + Math.floor(4 * random()) }, () => first), label: first % 3 };
}

function examples(count: number): Example[] {
  return Array.from({ length: count }, (_, index) => ({
    tokens: Array.from({ length: 1 + (index % 4) }, () => index % 6),
    label: index % 3,
  }));
}

async function parameters(model: Bag): Promise<Values> {
  return Object.fromEntries(await Promise.all(model.parameters.map(async ({ path }) => [path, await model.weights.read(path)] as const)));
}

const newModel = (seed = 1): Bag => new Bag(bag(adam, { rate: 0.3, clip: { kind: 'norm', limit: 1 } }), { seed });

test('learns, and tells how it goes', async () => {
  const model = newModel();
  const events: TrainingEvent[] = [];
  const result = await fit(
    model,
    { train: draw, validation: examples(30) },
    {
      batchSize: 16,
      steps: 300,
      window: 4,
      validate: { every: 100, watch: 'right', goal: 'most' },
      onEvent: (event) => events.push(event),
    },
  );
  expect(result).toMatchObject({ reason: 'budget', steps: 300 });
  expect((await model.loss(examples(30))).metrics.right).toBe(1);
  expect(events[0]).toMatchObject({ kind: 'start', step: 0, steps: 300, parameterCount: 21 });
  const losses = events.flatMap((event) => (event.kind === 'progress' ? [event.loss] : []));
  expect(losses.length).toBeGreaterThan(20);
  expect(losses[losses.length - 1]!).toBeLessThan(losses[0]!);
  expect(events.filter((event) => event.kind === 'validation').map(({ step }) => step)).toEqual([100, 200, 300]);
});

describe('a run that was interrupted and resumed equals one that was not, to the last bit', () => {
  const sources = { 'a drawing source': draw, 'an array': examples(37) };
  for (const [name, train] of Object.entries(sources)) {
    test(name, async () => {
      const data = { train, validation: examples(12) };
      const options: FitOptions<Example, Bag> = {
        batchSize: 5,
        window: 3,
        steps: 41,
        seed: 3,
        keep: 'last',
        validate: { every: 7, patience: 50 },
      };
      const whole = newModel();
      const store = memoryStore();
      const result = await fit(whole, data, { ...options, checkpoints: { store } });

      const stopping = newModel();
      const parts = memoryStore();
      const stop = new AbortController();
      const first = await fit(stopping, data, {
        ...options,
        reportEvery: 1,
        signal: stop.signal,
        checkpoints: { store: parts, every: 4 },
        onEvent: (event) => {
          if (event.kind === 'validation' && event.step === 21) stop.abort();
        },
      });
      expect(first).toMatchObject({ reason: 'signal', steps: 21 });

      const resumed = newModel(99);
      const second = await fit(resumed, data, { ...options, checkpoints: { store: parts, every: 4, resume: true } });
      expect(second).toMatchObject({ reason: 'budget', steps: 41, best: result.best });
      expect(await parameters(resumed)).toEqual(await parameters(whole));
      const [a, b] = [readSafetensors((await store.load('last'))!), readSafetensors((await parts.load('last'))!)];
      expect(b.tensors).toEqual(a.tensors);
      expect((await parts.load('best'))!.length).toBe((await store.load('best'))!.length);
    });
  }
});

test('other settings than the run began with are refused, and the model is left alone', async () => {
  const store = memoryStore();
  await fit(newModel(), { train: draw }, { batchSize: 4, steps: 3, checkpoints: { store } });
  const model = newModel(5);
  const before = await parameters(model);
  const resume = { store, resume: true };
  await expect(fit(model, { train: draw }, { batchSize: 8, steps: 6, seed: 1, checkpoints: resume })).rejects.toThrow(
    'batchSize was 4, is 8',
  );
  expect(await parameters(model)).toEqual(before);
});

test('the same seed gives the same run, another seed another', async () => {
  const run = async (seed: number): Promise<Values> => {
    const model = newModel();
    await fit(model, { train: draw }, { batchSize: 4, steps: 10, seed });
    return parameters(model);
  };
  expect(await run(1)).toEqual(await run(1));
  expect(await run(2)).not.toEqual(await run(1));
});

test('stops when validation gets no better, and keeps the best', async () => {
  const model = newModel();
  const scores = [0.2, 0.5, 0.4, 0.3, 0.45, 0.9];
  let best: Values = {};
  const result = await fit(
    model,
    { train: draw },
    {
      batchSize: 4,
      steps: 100,
      validate: {
        every: 2,
        watch: 'score',
        goal: 'most',
        patience: 3,
        metrics: async (trained) => {
          const score = scores.shift()!;
          if (score === 0.5) best = await parameters(trained);
          return { score };
        },
      },
    },
  );
  expect(result).toMatchObject({ reason: 'patience', steps: 10, best: { step: 4, value: 0.5 } });
  expect(await parameters(model)).toEqual(best);
});

test.each([
  ['parameters that are not finite', 1e39, /`table` is not finite after step 20/, 10],
  ['a loss that is not finite', 1e38, /the loss became (NaN|Infinity) at step 2\d; it was/, 20],
])('%s stop the run, and the last good checkpoint stays', async (_name, rate, message, step) => {
  const model = new Bag(
    bag((at) => ({ kind: 'sgd', rate: at < 20 ? 0.1 : rate })),
    { seed: 1 },
  );
  const before = liveTensors(model);
  const store = memoryStore();
  const run = fit(model, { train: draw }, { batchSize: 4, steps: 200, checkpoints: { store, every: 10 } });
  await expect(run).rejects.toThrow(TrainingError);
  await expect(run).rejects.toThrow(message);
  await expect(run).rejects.toThrow(`The last good checkpoint, of step ${step}, is kept, and the model holds it`);
  const good = readSafetensors((await store.load('last'))!);
  expect((await parameters(model)).table!.data).toEqual(good.tensors.get('table')!.data);
  expect(tf.memory().numTensors).toBe(before);
});

test('a thousand steps leave no tensor behind', async () => {
  const model = newModel();
  const before = liveTensors(model);
  await fit(
    model,
    { train: draw, validation: examples(6) },
    { batchSize: 2, steps: 1000, validate: { every: 250 }, checkpoints: { store: memoryStore(), every: 300 } },
  );
  expect(tf.memory().numTensors).toBe(before);
});

test('a bad example ends the run with its error, and leaves no tensor behind', async () => {
  const model = newModel();
  const before = liveTensors(model);
  let drawn = 0;
  const train = (random: () => number): Example => (++drawn > 20 ? { tokens: [77], label: 0 } : draw(random));
  await expect(fit(model, { train }, { batchSize: 4, steps: 100 })).rejects.toThrow(
    'example 0: `tokens[source = 0]` is 77, outside `words` (0 … 5)',
  );
  expect(tf.memory().numTensors).toBe(before);
});

test('settings that make no sense are errors', async () => {
  const model = newModel();
  await expect(fit(model, { train: draw }, { batchSize: 4 })).rejects.toThrow('how long to train? Give `steps`, `epochs` or `minutes`');
  await expect(fit(model, { train: [] }, { batchSize: 4, steps: 1 })).rejects.toThrow('`train` is empty');
  await expect(fit(model, { train: draw }, { batchSize: 4, steps: 1, validate: { every: 1 } })).rejects.toThrow(
    'there are no `validation` examples',
  );
  await expect(fit(model, { train: draw, validation: examples(3) }, { batchSize: 4, steps: 1 })).rejects.toThrow(
    'nothing says when to look at them: give `validate: { every: 100 }`',
  );
  await expect(
    fit(model, { train: draw }, { batchSize: 4, steps: 2, validate: { every: 1, watch: 'exact', metrics: async () => ({ right: 1 }) } }),
  ).rejects.toThrow('validation watches `exact`, but there are only `loss`, `right`');
});

test('data or options left out are named', async () => {
  const model = new Bag(bag(adam));
  const untyped = fit as unknown as (...given: unknown[]) => Promise<unknown>;
  await expect(untyped(model, { train: examples(3) })).rejects.toThrow('expected options with `batchSize`');
  await expect(untyped(model)).rejects.toThrow('expected `{ train: examples }`, given undefined');
  await expect(untyped(model, { train: 3 }, { batchSize: 2, steps: 1 })).rejects.toThrow('given `train`: 3');
});

describe('the order of examples', () => {
  const numbers = Array.from({ length: 23 }, (_, index) => index);

  test('shows every example once in an epoch, in another order each time', () => {
    const order = new BatchOrder(numbers, { batchSize: 4, window: 2 }, 1);
    const epoch = (from: number): number[] => [0, 1, 2, 3, 4, 5].flatMap((step) => order.batch(from + step).examples);
    expect([...epoch(1)].sort((a, b) => a - b)).toEqual(numbers);
    expect([...epoch(7)].sort((a, b) => a - b)).toEqual(numbers);
    expect(epoch(7)).not.toEqual(epoch(1));
    expect(order.epochAt(7)).toBe(1);
  });

  test('does not depend on which batches were asked for before', () => {
    for (const source of [numbers, (random: () => number) => random()]) {
      const inOrder = new BatchOrder<number>(source, { batchSize: 4, window: 3 }, 1);
      const batches = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => inOrder.batch(step));
      const anew = new BatchOrder<number>(source, { batchSize: 4, window: 3 }, 1);
      for (const step of [5, 8, 1, 7]) expect(anew.batch(step)).toEqual(batches[step - 1]);
    }
  });

  test('puts like lengths together within a window', () => {
    const order = new BatchOrder(numbers, { batchSize: 4, window: 6, lengthOf: (number) => number }, 1);
    for (let step = 1; step <= 6; step++) {
      const { examples: batch } = order.batch(step);
      expect(Math.max(...batch) - Math.min(...batch)).toBeLessThan(4);
    }
  });
});
