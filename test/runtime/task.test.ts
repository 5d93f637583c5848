import { beforeAll, expect, test } from 'vitest';
import {
  fit,
  inParts,
  Model,
  tabulate,
  toExample,
  toSource,
  useBackend,
  type Task,
  type TaskExample,
  type Values,
} from '../../runtime/index.ts';
import { bag, type BagInput, type BagTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

interface BagDims {
  readonly words: number;
  readonly classes: number;
}
class Bag extends Model<BagDims, BagInput, BagTarget> {}

const letters = 'abcdef';

function example(index: number): TaskExample<BagInput, BagTarget> {
  const letter = index % 6;
  return {
    input: { tokens: [letter, letter] },
    target: { label: letter % 3 },
    shown: letters[letter]!.repeat(2),
    answer: String(letter % 3),
    group: letter < 3 ? 'early' : 'late',
  };
}

const task: Task<BagInput, BagTarget, Values, Bag, { readonly Bag: typeof Bag }> = {
  name: 'bags',
  about: 'Tells letters apart by their number modulo 3.',
  source: 'bag.attn',
  configurations: { quick: { about: 'some seconds', dims: {}, seed: 1, batchSize: 8, steps: 150, validateEvery: 50 } },
  create: (emitted, options) =>
    new emitted.Bag(
      bag(() => ({ kind: 'adam', rate: 0.05 })),
      options,
    ),
  open: async () => ({
    dims: { words: letters.length },
    train: (random) => example(Math.floor(6 * random())),
    validation: [0, 1, 2].map(example),
    test: [0, 1, 2, 3, 4, 5].map(example),
    samples: ['aa'],
    parse: (line) => {
      const tokens = Array.from(line, (letter) => letters.indexOf(letter));
      if (tokens.length === 0 || tokens.includes(-1)) throw new RangeError(`expected letters from a to f, given ${JSON.stringify(line)}`);
      return { input: { tokens }, shown: line };
    },
    answer: async (model, inputs) => model.forward(inputs),
    show: (output) => {
      const { data } = output.logits!;
      return String(data.indexOf(Math.max(...data)));
    },
    evaluate: async (model, examples, progress) => {
      const right = await inParts(
        examples,
        4,
        async (part) => {
          const outputs = await model.forward(part.map(({ input }) => input));
          return outputs.map((output, row) =>
            output.logits!.data.indexOf(Math.max(...output.logits!.data)) === part[row]!.target.label ? 1 : 0,
          );
        },
        progress,
      );
      return tabulate(
        'exact',
        examples.map(({ group }) => group),
        right,
      );
    },
    pictures: async () => [],
    training: { validate: { every: 50, watch: 'right', goal: 'most' } },
  }),
};

test('a task has all that it takes to train a model, to try it and to measure it', async () => {
  const { quick } = task.configurations;
  const open = await task.open(quick!);
  const model = task.create({ Bag }, { dims: { ...quick!.dims, ...open.dims }, seed: quick!.seed });
  await fit(
    model,
    { train: toSource(open.train), validation: open.validation.map(toExample) },
    { batchSize: quick!.batchSize, steps: quick!.steps, ...open.training },
  );
  const done: number[] = [];
  expect(await open.evaluate(model, open.test, (count) => done.push(count))).toEqual({
    columns: ['exact'],
    rows: [
      { group: 'all', examples: 6, values: [1] },
      { group: 'early', examples: 3, values: [1] },
      { group: 'late', examples: 3, values: [1] },
    ],
  });
  expect(done).toEqual([4, 6]);
  const answer = (await open.answer(model, [open.parse('ee').input]))[0]!;
  expect(open.show(answer)).toBe('1');
  expect(() => open.parse('xyz')).toThrow('expected letters from a to f');
});
