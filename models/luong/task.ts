/** Words copied with a window that moves on by itself, and reversed with one that is predicted, or with all of the input in view. */
import { alignmentSvg } from 'attnc/runtime';
import type { Configuration, Generated, ModelOptions, ParsedInput, Picture, Task } from 'attnc/runtime';
import {
  orders,
  openSequences,
  symbols,
  type Order,
  type SequenceInput,
  type SequenceModel,
  type SequenceTarget,
} from '../sequences/sequences.ts';

/** What the emitted module has; how many layers there are is part of its code, and so is not an argument. */
interface Emitted {
  readonly Luong: new (options: ModelOptions<Record<string, number>>) => SequenceModel;
}

const configuration = (about: string, order: Order, reach: number, set: Readonly<Record<string, string | number>>): Configuration => ({
  about,
  dims: { reach },
  set: { cool: 1000, halving: 120, ...set },
  seed: 1,
  batchSize: 64,
  steps: 1500,
  validateEvery: 500,
  window: 20,
  settings: { order, longest: 20 },
});

const configurations: Readonly<Record<string, Configuration>> = {
  'local-p': configuration('words of up to 20 letters, backwards: windows of 7 that are predicted', 'reversal', 3, {
    look: 'predictive',
    score: 'general',
    cool: 1500,
  }),
  counted: {
    ...configuration('words of up to 20 letters, backwards: windows of 7 whose position is counted from either end', 'reversal', 3, {
      look: 'counted',
      score: 'general',
      cool: 2800,
      halving: 250,
    }),
    steps: 4000,
  },
  'local-m': {
    ...configuration('words of up to 20 letters, copied: windows of 5 that move on by themselves', 'copy', 2, {
      look: 'monotonic',
      score: 'general',
      cool: 2800,
      halving: 250,
    }),
    steps: 4000,
  },
  global: {
    ...configuration('words of up to 20 letters, backwards: all of the input', 'reversal', 3, { look: 'global', score: 'dot', cool: 1500 }),
    steps: 2100,
  },
  'local-m-reversal': configuration('words of up to 20 letters, backwards: windows that move the wrong way', 'reversal', 2, {
    look: 'monotonic',
    score: 'general',
  }),
  quick: {
    ...configuration('words of up to 6 letters, copied, less than a minute: shows that everything runs', 'copy', 1, {
      look: 'monotonic',
      score: 'general',
      cool: 500,
      halving: 60,
    }),
    dims: { embed: 24, hidden: 48, align: 32, reach: 1 },
    batchSize: 32,
    steps: 600,
    validateEvery: 200,
    settings: { order: 'copy', longest: 6 },
  },
};

export const task: Task<SequenceInput, SequenceTarget, Generated, SequenceModel, Emitted> = {
  name: 'luong',
  about: 'words copied and reversed, looking at all of them or through a window (Luong et al. 2015)',
  source: 'model.attn',
  configurations,
  open: ({ settings = {} }) =>
    Promise.resolve(
      openSequences({
        order: orders.find((order) => order === settings.order) ?? 'reversal',
        longest: Number(settings.longest),
        further: [30],
        vocabularies: ['words', 'characters'],
        pictures: centred,
      }),
    ),
  create: (emitted, options) => new emitted.Luong(options),
};

/** The alignment of each answer, and in it where the middle of each window was. */
async function centred(model: SequenceModel, inputs: readonly ParsedInput<SequenceInput>[]): Promise<Picture[]> {
  const answers = await model.generate(
    inputs.map(({ input }) => input),
    { taps: ['weights'] },
  );
  const named = (ids: Iterable<number>): string[] => Array.from(ids, (id) => symbols[id]!);
  return Promise.all(
    answers.map(async ({ ids, taps }, k) => {
      const { input, shown } = inputs[k]!;
      const weights = taps.weights!;
      const width = weights.shape.at(-1)!;
      // The metric tells it of the last output alone: one prefix after the other.
      const marks: number[] = [];
      for (let t = 1; t <= ids.length; t++) marks.push((await model.loss([{ ...input, y: ids.slice(0, t) }])).metrics.centre!);
      return {
        name: shown,
        svg: alignmentSvg({
          title: shown,
          rows: named(ids),
          columns: named(input.tokens),
          rowTitle: 'written',
          columnTitle: 'read',
          caption: 'Rings: the middle of each window.',
          marks,
          weights: Array.from(ids, (_, i) =>
            Array.from(weights.data.slice(i * width, (i + 1) * width), (weight) => Math.min(1, Math.max(0, weight))),
          ),
        }),
      };
    }),
  );
}
