/** A Neural Turing Machine on the algorithmic tasks of its paper. */
import type { Configuration, ModelOptions, Task, Value } from 'attnc/runtime';
import { tracePicture } from './pictures.ts';
import { drawn, openSequences, type Answer, type SequenceInput, type SequenceModel, type SequenceTarget } from './open.ts';

/** What the machine answers, and what it did with its memory. */
export interface Trace {
  readonly logits: Value;
  readonly reading: Value;
  readonly writing: Value;
  readonly erased: Value;
  readonly added: Value;
}

export type Machine = SequenceModel<Trace>;

interface Emitted {
  readonly NTM: new (options: ModelOptions<Record<string, number>>) => Machine;
}

const configuration = (about: string, task: string, steps: number, more: Partial<Configuration> = {}): Configuration => ({
  about,
  dims: {},
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 250,
  ...more,
  set: { controller: 'feedforward', steps, ...more.set },
  settings: { task, stages: ['1:0.4', `${Math.round(steps / 2)}:1`], ...more.settings },
});

const configurations: Readonly<Record<string, Configuration>> = {
  copy: configuration('sequences of 1 to 20 bytes, to be told again; tested on up to 120', 'copy', 2500, {
    dims: { slots: 160 },
    set: { veil: 0.3 },
    settings: { tests: 100 },
  }),
  repeat: configuration('sequences of 1 to 10 bytes, to be told 1 to 10 times', 'repeat', 4000, {
    set: { rate: 1e-3 },
    settings: { stages: ['1:0.4', '800:1'] },
  }),
  'repeat-marks': configuration('the same, how often told by as many marks: tested on twice as many', 'repeat-marks', 4000, {
    dims: { slots: 160 },
    set: { rate: 1e-3, reads: 2 },
    settings: { stages: ['1:0.4', '800:1'] },
  }),
  recall: configuration('which of 2 to 6 items followed the one that is shown; tested on up to 20', 'recall', 5000, {
    dims: { hidden: 48, slots: 96 },
    set: { controller: 'lstm' },
    settings: { stages: ['1:0.4', '1000:1'] },
  }),
  sort: configuration('the sixteen of twenty bytes that have the highest priority, in order', 'sort', 3000, {
    dims: { hidden: 200 },
    set: { reads: 4, writes: 4 },
  }),
  ngrams: configuration('the next bit of 200, by a table of five-bit contexts that is drawn for each sequence', 'ngrams', 3000, {
    settings: { stages: ['1:0.5', '500:1'] },
  }),
  'copy-lstm': configuration('copying, with an LSTM for a controller, too small to remember by itself', 'copy', 3000, {
    dims: { hidden: 32, slots: 160 },
    set: { controller: 'lstm', leak: 0.5 },
    settings: { tests: 100 },
  }),
  quick: configuration('copying with a smaller machine, less than a minute: shows that everything runs', 'copy', 150, {
    dims: { slots: 24, width: 12, hidden: 32 },
    validateEvery: 50,
    settings: { tests: 4, stages: ['1:0.3'] },
  }),
};

export const task: Task<SequenceInput, SequenceTarget, Answer, Machine, Emitted> = {
  name: 'ntm',
  about: 'a controller with a memory beside it, on copying, repeating, recalling and sorting (Graves et al. 2014)',
  source: 'model.attn',
  configurations,
  open: (configuration) =>
    Promise.resolve(
      openSequences(configuration, async (model: Machine, inputs) => {
        const traces = await model.forward(inputs.map(({ input }) => input));
        return inputs.map(({ input: { [drawn]: sequence } }, k) => tracePicture(`trace-${k + 1}`, sequence, traces[k]!));
      }),
    ),
  create: (emitted, options) => new emitted.NTM(options),
};
