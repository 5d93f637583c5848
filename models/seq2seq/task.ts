import { sequenceTask } from '../sequences/task.ts';
import type * as Emitted from './model.ts';

/** The fixed-vector baseline on the same dates, words and messages, with about as many parameters. */
export const task = sequenceTask<typeof Emitted>(
  {
    name: 'seq2seq',
    about: 'dates as people write them, into ISO 8601, through one vector (Sutskever et al. 2014)',
    dims: ['embed', 'hidden'],
    create: (emitted, options) => new emitted.Seq2Seq(options),
  },
  { reversal: { hidden: 72 }, translation: { hidden: 200 } },
);
