import { beforeAll, expect, test } from 'vitest';
import * as tf from '../../runtime/tf.ts';
import { CheckpointError, checkpointInfo, Model, readSafetensors, useBackend, writeSafetensors } from '../../runtime/index.ts';
import { bag, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}

const sgd = (): { kind: 'sgd'; rate: number } => ({ kind: 'sgd', rate: 0.1 });
const examples = [
  { tokens: [1, 2, 3], label: 0 },
  { tokens: [5], label: 2 },
];

test('parameters are listed with axes, sizes and initialisers', () => {
  const model = new Bag(bag(sgd), { dims: { words: 8 }, seed: 1 });
  expect(model.parameterCount).toBe(27);
  expect(model.parameters[0]).toEqual({
    path: 'table',
    axes: [
      { label: 'words', size: 8 },
      { label: 'classes', size: 3 },
    ],
    size: 24,
    initialiser: 'glorot',
  });
  model.dispose();
});

test('outputs are cut to each example and equal those of the example alone', async () => {
  const model = new Bag(bag(sgd), { seed: 1 });
  const together = await model.forward(examples);
  expect(together[1]!.echo).toEqual({ data: Int32Array.of(105), shape: [1], axes: ['source'] });
  for (const [row, example] of examples.entries()) {
    const [alone] = await model.forward([example]);
    expect(alone).toEqual(together[row]);
  }
  model.dispose();
});

test('gradients are those of finite differences, and dropout follows seed, step and ids', async () => {
  const model = new Bag(bag(sgd), { seed: 1 });
  const { loss, gradients } = await model.gradients(examples);
  expect(loss).toBeCloseTo((await model.loss(examples)).loss, 6);
  const table = await model.weights.read('table');
  const gradient = gradients.table!;
  expect(gradient.axes).toEqual(['words', 'classes']);
  for (let index = 0; index < table.data.length; index++) {
    const at = async (change: number): Promise<number> => {
      const moved = Float32Array.from(table.data);
      moved[index]! += change;
      model.weights.replace({ table: tf.tensor(moved, [6, 3]), b: tf.clone(model.weights.tensors.b!) });
      return (await model.loss(examples)).loss;
    };
    expect(gradient.data[index]).toBeCloseTo(((await at(1e-2)) - (await at(-1e-2))) / 2e-2, 3);
  }
  model.dispose();

  const dropping = new Bag(bag(sgd, { rate: 0.5 }), { seed: 1 });
  const draw = async (ids: number[], step: number): Promise<number> => (await dropping.gradients(examples, { ids, step })).loss;
  expect(await draw([3, 4], 1)).toBe(await draw([3, 4], 1));
  const others = await Promise.all([2, 3, 4, 5].map(async (step) => draw([3, 4], step)));
  expect(new Set(others).size).toBeGreaterThan(1);
  dropping.dispose();
});

test('unknown or senseless dims and objectives are errors', async () => {
  const misspelt: object = { word: 3 };
  expect(() => new Bag(bag(sgd), { dims: misspelt })).toThrow('`Bag` has no dim `word` that can be chosen: `words`, `classes`');
  expect(() => new Bag(bag(sgd), { dims: { words: 2.5 } })).toThrow('the dim `words`: expected a whole number of at least 1, given 2.5');
  const model = new Bag(bag(sgd));
  await expect(model.loss(examples, { objective: 'Rank' })).rejects.toThrow('there is no objective `Rank`: `Classify`');
});

test('a saved model comes back to the last bit, and its file says what it is', async () => {
  const model = new Bag(bag(sgd), { seed: 7, dims: { words: 9 } });
  const bytes = await model.save({ task: 'bags', configuration: 'small', step: 12 });
  expect(checkpointInfo(bytes)).toEqual({
    definition: 'Bag',
    source: 'bag.attn',
    dims: { words: 9, classes: 3 },
    seed: 7,
    task: 'bags',
    configuration: 'small',
    step: 12,
  });
  const other = new Bag(bag(sgd), { seed: 8, dims: { words: 9 } });
  await other.load(bytes);
  expect(await other.forward(examples)).toEqual(await model.forward(examples));
});

test('a checkpoint that does not fit changes nothing', async () => {
  const model = new Bag(bag(sgd), { seed: 1 });
  const before = await model.forward(examples);
  const larger = await new Bag(bag(sgd), { dims: { words: 7 } }).save();
  await expect(model.load(larger)).rejects.toThrow('`table`: expected [words = 6, classes = 3], given [7, 3]');
  const { tensors, metadata } = readSafetensors(await model.save());
  const renamed = new Map(
    Array.from(tensors, ([name, tensor]) => [name === 'b' ? 'c' : name, { ...tensor, data: tensor.data.map(() => 5) }]),
  );
  await expect(model.load(writeSafetensors({ tensors: renamed, metadata }))).rejects.toThrow(
    '`b` is missing\n  `c` is not a parameter of this model',
  );
  await expect(model.load(writeSafetensors({ tensors, metadata: new Map([['definition', 'Sack']]) }))).rejects.toThrow(CheckpointError);
  expect(await model.forward(examples)).toEqual(before);
});

test('a tidy around the constructor does not take the parameters', async () => {
  const made: Bag[] = [];
  tf.tidy(() => {
    made.push(new Bag(bag(sgd), { seed: 1 }));
  });
  expect((await made[0]!.forward(examples)).length).toBe(2);
});

test('a checkpoint with a number that is not finite is refused by the name of the parameter', async () => {
  const model = new Bag(bag(sgd), { seed: 1 });
  const before = await model.forward(examples);
  const { tensors, metadata } = readSafetensors(await model.save());
  for (const [value, shown] of [
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ] as const) {
    const b = tensors.get('b')!;
    const spoilt = new Map([...tensors, ['b', { ...b, data: Float32Array.from(b.data, (each, place) => (place === 1 ? value : each)) }]]);
    await expect(model.load(writeSafetensors({ tensors: spoilt, metadata }))).rejects.toThrow(
      `nothing was changed:\n  \`b\` is not finite: its element 1 is ${shown}`,
    );
  }
  expect(await model.forward(examples)).toEqual(before);
});

test('what programs without types give is refused in words', async () => {
  const model = new Bag(bag(sgd));
  const untyped = model as unknown as Record<'loss' | 'forward' | 'gradients' | 'load', (given?: unknown) => Promise<unknown>>;
  for (const call of ['loss', 'forward', 'gradients'] as const) {
    await expect(untyped[call](examples[0])).rejects.toThrow(
      'expected an array of examples, given an object: write `[example]` for a single one',
    );
    await expect(untyped[call]()).rejects.toThrow('expected an array of examples, given undefined');
    await expect(untyped[call]([null])).rejects.toThrow('example 0: expected an object with `tokens`');
  }
  const bytes = await model.save();
  await expect(untyped.load(bytes.buffer)).rejects.toThrow(
    'expected the bytes of a checkpoint as a Uint8Array, given an ArrayBuffer: give `new Uint8Array(buffer)`',
  );
  await expect(untyped.load('abc')).rejects.toThrow('given the text "abc"');

  const make = (options: unknown) => () => new Bag(bag(sgd), options as object);
  expect(make({ sead: 1 })).toThrow('`sead` is not an option of `Bag`: `dims`, `seed`');
  expect(make({ words: 3 })).toThrow('a dim is given as `dims: { words: 3 }`');
  expect(make({ seed: '1' })).toThrow('`seed`: expected a whole number of at least 0, given the text "1"');
  expect(make({ dims: { words: '3' } })).toThrow('the dim `words`: expected a whole number of at least 1, given the text "3"');
  const before = tf.memory().numTensors;
  expect(make({ dims: { words: 2 ** 40 } })).toThrow('the dim `words`: at most 67108864, given 1099511627776');
  expect(make({ dims: { words: 2 ** 26, classes: 2 ** 14 } })).toThrow(
    'the parameter `table` [words = 67108864, classes = 16384] would have 1099511627776 elements, more than one tensor can hold',
  );
  expect(tf.memory().numTensors).toBe(before);
});
