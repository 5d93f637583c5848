/** What is of another kind than it should be (a text that reads as a number, nothing at all, what was disposed of) is told, never taken. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  CausalModel,
  fit,
  GenerativeModel,
  InputError,
  memoryStore,
  Model,
  Optimizer,
  TrainingError,
  useBackend,
  type FitOptions,
} from '../../runtime/index.ts';
import { bag, chain, tally, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}
const newBag = (): Bag => new Bag(bag(() => ({ kind: 'sgd', rate: 0.1 })));
const example = { tokens: [1, 2], label: 1 };
/** As a program hands it over that no type checker has seen. */
const untyped = (value: unknown): never => value as never;

test('a backend of no such name is an InputError', async () => {
  await expect(useBackend(untyped('gpu'))).rejects.toThrow(InputError);
});

test('options that are null, an objective that is not a name', async () => {
  expect(
    () =>
      new Bag(
        bag(() => ({ kind: 'sgd', rate: 0.1 })),
        untyped(null),
      ),
  ).toThrow('`Bag`: expected options (`dims`, `seed`), given null');
  await expect(newBag().loss([example], { objective: untyped(3) })).rejects.toThrow('there is no objective `3`');
});

test('numbers of examples are whole and fit a word of the generator', async () => {
  const given = (ids: unknown): Promise<unknown> => newBag().forward([example], { ids: untyped(ids) });
  await expect(given(['a'])).rejects.toThrow('`ids`: expected whole numbers from 0 to 4294967295, given the text "a" for example 0');
  await expect(given([2 ** 32])).rejects.toThrow('given 4294967296 for example 0');
  await expect(given([0.5])).rejects.toThrow('given 0.5');
  await expect(given(1)).rejects.toThrow('`ids`: expected one per example (1), given 1');
  await expect(newBag().gradients([example], { step: untyped('2') })).rejects.toThrow(
    '`step`: expected a whole number of at least 1, given the text "2"',
  );
});

describe('weights', () => {
  test('take numbers by path', async () => {
    const { weights } = newBag();
    const table = await weights.read('table');
    expect(() => weights.write({ table: { ...table, data: untyped(Array.from(table.data, String)) } })).toThrow(
      /its element 0 must be a number, given the text/,
    );
    expect(() => weights.write({ table: { ...table, data: untyped(new BigInt64Array(table.data.length)) } })).toThrow(
      'given the bigint 0n',
    );
    expect(() => weights.write(untyped(null))).toThrow(InputError);
    const stored = await weights.store();
    expect(() => weights.write(untyped(stored))).toThrow('given a Map: `restore` takes what `store` gave');
    expect(() => weights.restore(untyped(Object.fromEntries(stored)))).toThrow('expected a Map of all parameters');
    await expect(weights.read(untyped(undefined))).rejects.toThrow(InputError);
    expect(await weights.read('table')).toEqual(table);
  });
});

describe('an optimizer', () => {
  test('counts steps from 1: another step would leave no parameter a number', async () => {
    const model = newBag();
    const { gradients } = await model.gradients([example]);
    const before = await model.weights.read('table');
    const optimizer = new Optimizer(model.weights);
    for (const step of [0, 1.5, '1', undefined])
      expect(() => optimizer.apply(gradients, { kind: 'adam', rate: 1e-2 }, untyped(step))).toThrow(
        '`step`: expected a whole number of at least 1',
      );
    expect(await model.weights.read('table')).toEqual(before);
  });

  test('takes settings that are numbers or truth values, and names those that it does not have first', async () => {
    const model = newBag();
    const { gradients } = await model.gradients([example]);
    const optimizer = new Optimizer(model.weights);
    const apply = (settings: unknown) => (): void => optimizer.apply(gradients, untyped(settings), 1);
    expect(apply({ kind: 'adam', lr: 0.1 })).toThrow('adam has no setting `lr`: rate, beta1');
    expect(apply({ kind: 'adam', rate: '0.1' })).toThrow('the setting `rate` must be a finite number, given the text "0.1"');
    expect(apply({ kind: 'adam', rate: 0.1, beta1: '0.9' })).toThrow('`beta1`');
    expect(apply({ kind: 'adamw', rate: 0.1 })).toThrow('there is no optimizer `adamw`: `adam`');
    expect(apply(null)).toThrow(TrainingError);
    expect(apply({ kind: 'sgd', rate: 0.1, momentum: 0.9, nesterov: true })).not.toThrow();
    expect(() => optimizer.apply(untyped(null), { kind: 'sgd', rate: 0.1 }, 1)).toThrow('expected gradients by path, given null');
    expect(() => new Optimizer(untyped(model))).toThrow('`new Optimizer(model.weights)`');
  });
});

describe('generating', () => {
  const model = (): GenerativeModel<object, object, object> => new GenerativeModel(chain());
  const inputs = [{ tokens: [1, 2] }];

  test.each([
    [{ method: 'sample', temperature: '1' }, '`temperature`: expected a number above 0, given the text "1"'],
    [{ method: 'sample', topP: '0.5' }, '`topP`: expected a probability above 0, at most 1, given the text "0.5"'],
    [{ method: 'beam', width: 2, lengthPenalty: '0.6' }, '`lengthPenalty`: expected a number of 0 or more, given the text "0.6"'],
    [{ method: 'beam', width: 2, lengthPenalty: Infinity }, 'given Infinity'],
    [{ taps: 'weights' }, '`taps`: expected an array of names'],
  ])('%o', async (options, message) => {
    await expect(model().generate(inputs, untyped({ atMost: 3, ...options }))).rejects.toThrow(message);
  });

  test('a decoding that was disposed of, or whose model has changed, says so', async () => {
    const made = model();
    const decoding = made.encode(inputs);
    expect(() => decoding.reorder([], 0)).toThrow('`beam`: expected a whole number of at least 1, given 0');
    expect(() => decoding.reorder(untyped(undefined), 1)).toThrow('expected the parents as an array');
    made.weights.restore(await made.weights.store());
    await expect(decoding.step(decoding.start)).rejects.toThrow(
      'parameters were changed or disposed of since this began: begin another with `encode`',
    );
    decoding.dispose();
    await expect(decoding.step([1])).rejects.toThrow(InputError);
    expect(() => decoding.reorder([0], 1)).toThrow('this decoding was disposed of');
  });

  test('a run position by position, too', () => {
    const causal = new CausalModel<object, object, object, object, object>(tally());
    expect(() => causal.stream(untyped(undefined))).toThrow('expected an array of examples');
    const run = causal.stream(untyped([{ keys: [0.5, 1] }]));
    expect(() => run.advance(untyped(undefined))).toThrow('expected the positions of every input by name');
    run.dispose();
  });
});

describe('fit', () => {
  const run = async (options: object, data: object = { train: [example] }): Promise<unknown> =>
    fit(newBag(), untyped(data), { batchSize: 1, steps: 1, ...options } as FitOptions<BagInput & BagTarget, Bag>);

  test.each<[object, string]>([
    [{ minutes: '1' }, '`minutes`: expected a number above 0, given the text "1"'],
    [{ seed: 'a' }, '`seed`: expected a whole number of at least 0'],
    [{ signal: {} }, '`signal`: expected an AbortSignal'],
    [{ onEvent: 'x' }, '`onEvent`: expected a function'],
    [{ checkpoints: { every: 1 } }, '`checkpoints.store`: expected a store'],
    [{ checkpoints: { store: 'run' } }, 'given the text "run"'],
  ])('%o', async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  test('its own metrics are numbers', async () => {
    const measured = (metrics: () => unknown): Promise<unknown> =>
      run({ validate: { every: 1, metrics } }, { train: [example], validation: [example] });
    await expect(measured(() => 3)).rejects.toThrow('`validate.metrics`: expected numbers by name, given 3');
    await expect(measured(() => ({ right: '1' }))).rejects.toThrow('expected a number as `right`, given the text "1"');
  });

  test('calls an example what the data call it, not its position in a batch', async () => {
    const train = Array.from({ length: 7 }, (_, at) => (at === 5 ? { tokens: [77], label: 0 } : example));
    await expect(run({ batchSize: 3, epochs: 1, steps: 9 }, { train })).rejects.toThrow(
      '`train[5]`: `tokens[source = 0]` is 77, outside `words`',
    );
    await expect(
      run({ validate: { every: 1, batchSize: 2 }, checkpoints: { store: memoryStore() } }, { train: [example], validation: train }),
    ).rejects.toThrow('`validation[5]`: `tokens[source = 0]` is 77');
    await expect(run({}, { train: () => ({ tokens: [77], label: 0 }) })).rejects.toThrow('step 1, example 0: `tokens[source = 0]` is 77');
  });
});
