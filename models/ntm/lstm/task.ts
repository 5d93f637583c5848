/** Layers of LSTM on the tasks of the Neural Turing Machine. */
import type { Configuration, ModelOptions, Task } from 'attnc/runtime';
import { openSequences, type Answer, type SequenceInput, type SequenceModel, type SequenceTarget } from '../open.ts';

interface Emitted {
  readonly Recurrent: new (options: ModelOptions<Record<string, number>>) => SequenceModel;
}

const configuration = (task: string, steps: number): Configuration => ({
  about: `${task}, as the machine does it`,
  dims: {},
  set: { steps },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 250,
  settings: { task, stages: ['1:0.4', `${Math.round(steps / 2)}:1`] },
});

const configurations: Readonly<Record<string, Configuration>> = {
  copy: configuration('copy', 3000),
  repeat: configuration('repeat', 2000),
  recall: configuration('recall', 3000),
  sort: configuration('sort', 2000),
  quick: {
    ...configuration('copy', 300),
    about: 'copying with a small network, less than a minute: shows that everything runs',
    dims: { hidden: 32 },
    validateEvery: 100,
    settings: { task: 'copy', tests: 4 },
  },
};

export const task: Task<SequenceInput, SequenceTarget, Answer, SequenceModel, Emitted> = {
  name: 'ntm-lstm',
  about: 'layers of LSTM on the tasks of the Neural Turing Machine, for comparison',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openSequences(configuration, () => Promise.resolve([]))),
  create: (emitted, options) => new emitted.Recurrent(options),
};
