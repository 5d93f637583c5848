/** A Neural Turing Machine on the algorithmic tasks of its paper. */
import type { Configuration, ModelOptions, Task, Value } from 'attnc/runtime';
import { openSequences, type Answer, type SequenceInput, type SequenceModel, type SequenceTarget } from './open.ts';

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

const common = { dims: {}, seed: 1, batchSize: 16, validateEvery: 500, window: 20 };

const configurations: Readonly<Record<string, Configuration>> = {
  copy: { ...common, about: 'sequences of 1 to 20 bytes, to be told again; tested on up to 120', steps: 4000, settings: { task: 'copy' } },
  quick: {
    ...common, about: 'the same with a smaller machine, less than a minute: shows that everything runs', dims: { slots: 24, width: 12, hidden: 32 },
    steps: 200, validateEvery: 50, settings: { task: 'copy', tests: 4 },
  },
};

export const task: Task<SequenceInput, SequenceTarget, Answer, Machine, Emitted> = {
  name: 'ntm',
  about: 'a controller with a memory beside it, on copying, repeating, recalling and sorting (Graves et al. 2014)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openSequences(configuration, () => Promise.resolve([]))),
  create: (emitted, options) => new emitted.NTM(options),
};
