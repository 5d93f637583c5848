import { beforeAll, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import {
  fit,
  memoryStore,
  Model,
  toSource,
  TrainingError,
  useBackend,
  type FitOptions,
  type Rollouts,
  type TaskExample,
  type TrainingEvent,
  type Values,
} from '../../runtime/index.ts';
import { liveTensors, bag, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}
type Example = BagInput & BagTarget;

const newModel = (seed = 1): Bag =>
  new Bag(
    bag(() => ({ kind: 'adam', rate: 0.02 }), { rate: 0.3 }),
    { seed },
  );

async function parameters(model: Bag): Promise<Values> {
  return Object.fromEntries(await Promise.all(model.parameters.map(async ({ path }) => [path, await model.weights.read(path)] as const)));
}

/** Acts by the model's own probabilities, and keeps what was rewarded: the number of the token modulo 3. */
const source: Rollouts<Example, Bag> = {
  rollout: async (model, random, size) => {
    const inputs = Array.from({ length: size }, () => ({ tokens: [Math.floor(6 * random())] }));
    const outputs = await model.forward(inputs);
    const acted = outputs.map((output, row) => {
      const odds = Array.from(output.logits!.data, Math.exp);
      let left = random() * odds.reduce((sum, each) => sum + each, 0);
      return {
        ...inputs[row]!,
        label: Math.max(
          0,
          odds.findIndex((each) => (left -= each) < 0),
        ),
      };
    });
    const rewarded = acted.filter(({ tokens, label }) => label === tokens[0]! % 3);
    return rewarded.length > 0 ? rewarded : acted.slice(0, 1);
  },
};

test('a model learns from what it does itself, and leaves no tensor behind', async () => {
  const model = newModel();
  const before = liveTensors(model);
  await fit(model, { train: source }, { batchSize: 12, steps: 200 });
  expect(tf.memory().numTensors).toBe(before);
  const inputs = [0, 1, 2, 3, 4, 5].map((token) => ({ tokens: [token], label: token % 3 }));
  expect((await model.loss(inputs)).metrics.right).toBe(1);
});

test('a run is a function of the seed, also where it was interrupted and resumed', async () => {
  const options: FitOptions<Example, Bag> = { batchSize: 6, steps: 23, seed: 3, epochSize: 60 };
  const run = async (model: Bag, more: Partial<FitOptions<Example, Bag>> = {}): Promise<Values> => {
    await fit(model, { train: source }, { ...options, ...more });
    return parameters(model);
  };
  const whole = await run(newModel());
  expect(await run(newModel())).toEqual(whole);
  expect(await run(newModel(), { seed: 4 })).not.toEqual(whole);
  const store = memoryStore();
  await run(newModel(), { steps: 9, checkpoints: { store } });
  const events: TrainingEvent[] = [];
  expect(await run(newModel(99), { checkpoints: { store, resume: true }, onEvent: (event) => events.push(event) })).toEqual(whole);
  expect(events[0]).toMatchObject({ kind: 'start', step: 9 });
  await expect(run(newModel(), { batchSize: 7, checkpoints: { store, resume: true } })).rejects.toThrow('batchSize was 6, is 7');
});

test('each rollout has the model as the step before left it, and numbers of its own', async () => {
  const model = newModel();
  const seen: { weights: number; drawn: number; size: number }[] = [];
  const example = { tokens: [1], label: 0 };
  const result = await fit(
    model,
    {
      train: {
        rollout: async (given, random, size) => {
          seen.push({ weights: (await given.weights.read('b')).data[0]!, drawn: random(), size });
          return [example, example, example];
        },
      },
    },
    { batchSize: 2, epochSize: 4, epochs: 2 },
  );
  expect(result).toMatchObject({ steps: 4, epochs: 2 });
  expect(new Set(seen.map(({ weights }) => weights)).size).toBe(4);
  expect(new Set(seen.map(({ drawn }) => drawn)).size).toBe(4);
  expect(seen.every(({ size }) => size === 2)).toBe(true);
});

test("a task's rollouts become those of a model", async () => {
  const task: Rollouts<TaskExample<BagInput, BagTarget>, Bag> = {
    rollout: async (_model, random) => [{ input: { tokens: [Math.floor(6 * random())] }, target: { label: 1 }, shown: '', answer: '' }],
  };
  const train = toSource(task);
  expect('rollout' in train && (await train.rollout(newModel(), () => 0.5, 1, 1))).toEqual([{ tokens: [3], label: 1 }]);
});

test('what is not a batch is refused', async () => {
  const run = async (rolled: unknown, more: object = {}): Promise<unknown> =>
    fit(newModel(), { train: { rollout: async () => rolled as Example[] } }, { batchSize: 4, steps: 1, ...more });
  await expect(run([])).rejects.toThrow('`rollout` gave no examples for step 1: a step needs at least one');
  await expect(run({ tokens: [1] })).rejects.toThrow('`rollout` must give an array of examples, given an object');
  await expect(run([{ tokens: [9], label: 0 }])).rejects.toThrow('outside `words`');
  await expect(run([], { window: 3 })).rejects.toThrow(TrainingError);
  await expect(fit(newModel(), { train: {} as never }, { batchSize: 4, steps: 1 })).rejects.toThrow(
    'expected `{ train: examples }`, given `train`: an object',
  );
});
