/** What is misspelt, or of another shape, is told and never ignored. */
import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { CausalModel, fit, GenerativeModel, memoryStore, Model, Optimizer, useBackend, type Values } from '../../runtime/index.ts';
import { bag, chain, tally, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}
const sgd = bag(() => ({ kind: 'sgd', rate: 0.1 }));
const example = { tokens: [1, 2], label: 1 };
/** As a program hands it over that no type checker has seen. */
const untyped = (value: unknown): never => value as never;

describe('an unknown name in an example', () => {
  test('is told with the near one, by every call', async () => {
    const model = new Bag(sgd);
    const wrong = untyped([example, { ...example, labl: 2 }]);
    const message = 'example 1: `Bag` takes no `labl`: `tokens`, `label`; did you mean `label`?';
    await expect(model.forward(wrong)).rejects.toThrow(message);
    await expect(model.loss(wrong)).rejects.toThrow(message);
    await expect(model.gradients(wrong)).rejects.toThrow(message);
    await expect(fit(model, { train: wrong, validation: [example] }, { batchSize: 2, steps: 1, validate: { every: 1 } })).rejects.toThrow(
      '`Bag` takes no `labl`',
    );
    await expect(fit(model, { train: [example], validation: wrong }, { batchSize: 2, steps: 1, validate: { every: 1 } })).rejects.toThrow(
      '`Bag` takes no `labl`',
    );
  });

  test('a call takes what another call of the same program reads, and what stands under a symbol', async () => {
    const model = new Bag(sgd);
    expect(await model.forward(untyped([{ ...example, [Symbol('mine')]: 3 }]))).toHaveLength(1);
  });

  test('is told where outputs are generated and where positions are given one by one', async () => {
    const translator = new GenerativeModel(chain());
    const input = { tokens: [1, 2] };
    await expect(translator.generate(untyped([{ ...input, promt: [1] }]))).rejects.toThrow('takes no `promt`');
    expect(() => translator.encode(untyped([{ ...input, tokns: [1] }]))).toThrow('did you mean `tokens`?');
    const streaming = new CausalModel<object, object, object, Values, object>(tally());
    const keys = [0.5, 1];
    expect(() => streaming.stream(untyped([{ keys, mark: 1 }]))).toThrow(/takes no `mark`.*did you mean `marks`/);
    const run = streaming.stream(untyped([{ keys }]));
    const place = { marks: [1, 2], label: 3 };
    await expect(run.step(untyped([{ ...place, markz: 1 }]))).rejects.toThrow('did you mean `marks`?');
    await expect(run.step(untyped([{ ...place, keys }]))).rejects.toThrow('`keys` was given when the run began, and stays');
    expect(await run.step(untyped([place]))).toHaveLength(1);
    run.dispose();
  });
});

describe('an unknown option is told with the near one', () => {
  const model = (): Bag => new Bag(sgd);
  const run = { batchSize: 1, steps: 1 };
  const calls: readonly [string, () => unknown, string][] = [
    ['of a model', () => new Bag(sgd, untyped({ dms: {} })), '`dms` is not an option of `Bag`: `dims`, `seed`; did you mean `dims`?'],
    ['a dim', () => new Bag(sgd, { dims: untyped({ word: 3 }) }), 'did you mean `words`?'],
    ['dims that are none', () => new Bag(sgd, { dims: untyped(3) }), '`dims`: expected sizes by name, given 3'],
    [
      'of forward',
      () => model().forward([example], untyped({ sed: 1 })),
      '`sed` is not an option of `forward`: `seed`, `ids`; did you mean `seed`?',
    ],
    ['of loss', () => model().loss([example], untyped({ objectve: 'a' })), 'did you mean `objective`?'],
    ['of gradients', () => model().gradients([example], untyped({ stp: 1 })), 'did you mean `step`?'],
    [
      'of generate',
      () => new GenerativeModel(chain()).generate([{ tokens: [1] }], untyped({ metod: 'beam' })),
      '`metod` is not an option of greedy search: `method`',
    ],
    [
      'a method',
      () => new GenerativeModel(chain()).generate([{ tokens: [1] }], untyped({ method: 'bem', width: 2 })),
      'did you mean `beam`?',
    ],
    [
      'of encode',
      () => new GenerativeModel(chain()).encode([{ tokens: [1] }], untyped({ atmost: 2 })),
      '`atmost` is not an option of `encode`: `atMost`, `seed`, `ids`; did you mean `atMost`?',
    ],
    ['of stream', () => new CausalModel(tally()).stream([{}], untyped({ seeds: 1 })), '`seeds` is not an option of `stream`'],
    ['of fit', () => fit(model(), { train: [example] }, untyped({ ...run, batchsize: 3 })), '`batchsize` is not an option of `fit`'],
    ['of its data', () => fit(model(), untyped({ train: [example], validaton: [] }), run), 'did you mean `validation`?'],
    [
      'of validate',
      () => fit(model(), { train: [example], validation: [example] }, { ...run, validate: untyped({ every: 1, patence: 2 }) }),
      'did you mean `patience`?',
    ],
    [
      'of checkpoints',
      () => fit(model(), { train: [example] }, { ...run, checkpoints: untyped({ store: memoryStore(), resum: true }) }),
      'did you mean `resume`?',
    ],
    [
      'a word for what is best',
      () => fit(model(), { train: [example], validation: [example] }, { ...run, validate: { every: 1, goal: untyped('max') } }),
      "`validate.goal`: expected 'least' or 'most', given the text \"max\"",
    ],
    ['an epoch of an array', () => fit(model(), { train: [example] }, { ...run, epochSize: 5 }), 'an array is an epoch of its own'],
    ['the best of a run that validates nothing', () => fit(model(), { train: [example] }, { ...run, keep: 'best' }), 'needs `validate`'],
  ];
  test.each(calls)('%s', async (_what, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });
});

test('too many positions are told without advice that stands in the program already', async () => {
  const requirements = [
    { dims: ['target'], fails: (n: Readonly<Record<string, number>>) => (n.target! > 3 ? '`target` must be at most 3' : null) },
  ];
  const whole = chain();
  const [bounded, open] = [
    { ...whole, requirements },
    { ...whole, requirements, decoder: { ...whole.decoder!, atMost: null } },
  ].map((definition) => new GenerativeModel(definition));
  const told =
    (model: GenerativeModel<unknown, object, object>): (() => unknown) =>
    () =>
      model.encode([{ tokens: [1] }], { atMost: 9 });
  expect(told(bounded!)).toThrow(/^example 0: `target` must be at most 3: give a smaller `atMost`$/);
  expect(told(open!)).toThrow('give a smaller `atMost`, or write `at most …` into the decoder `Write`');
});

describe('what takes tensors looks at their shapes', () => {
  test('write', async () => {
    const { weights } = new Bag(sgd);
    const table = await weights.read('table');
    const before = tf.memory().numTensors;
    const [rows, columns] = table.shape as [number, number];
    expect(() => weights.write({ table: { ...table, shape: [columns, rows] } })).toThrow(
      /`table`: expected \[words = \d+, classes = \d+\], given the shape \[\d+, \d+\]/,
    );
    expect(() => weights.write({ table: { ...table, axes: [...table.axes].reverse() } })).toThrow('given its axes in another order');
    expect(() => weights.write(untyped({ table: { data: table.data } }))).toThrow('as `{ data, shape, axes }`, given an object');
    expect(() => weights.write({ tabel: table })).toThrow('did you mean `table`?');
    expect(tf.memory().numTensors).toBe(before);
    weights.write({ table });
    expect(await weights.read('table')).toEqual(table);
  });

  test('an optimiser: gradients, and what it remembers', async () => {
    const model = new Bag(sgd);
    const optimizer = new Optimizer(model.weights);
    const { gradients } = await model.gradients([example]);
    const settings = { kind: 'adam', rate: 0.1 } as const;
    const table = gradients.table!;
    const turned = { ...gradients, table: { ...table, shape: [...table.shape].reverse() } };
    expect(() => optimizer.apply(turned, settings, 1)).toThrow('`table`: expected');
    expect(() => optimizer.apply({ table: tf.zeros([1, 2]) }, settings, 1)).toThrow('has the shape [1, 2], expected');
    expect(() => optimizer.apply(gradients, untyped({ kind: 'adm', rate: 1 }), 1)).toThrow('did you mean `adam`?');
    expect(() => optimizer.apply(gradients, { ...settings, beta: 1 }, 1)).toThrow('did you mean `beta1`?');
    expect(() => optimizer.apply(gradients, settings, 1, untyped({ kind: 'norm', limt: 1 }))).toThrow('`limt` is not an option of `clip`');
    optimizer.apply(gradients, settings, 1);
    const stored = await optimizer.store();
    const mean = stored.get('mean/table')!;
    expect(() => optimizer.restore(new Map([...stored, ['mean/table', { ...mean, shape: [...mean.shape].reverse() }]]))).toThrow(
      "the optimiser's `mean` of `table` has the shape",
    );
    optimizer.restore(stored);
    optimizer.dispose();
  });
});
