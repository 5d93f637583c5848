/** The two tasks of `models/bahdanau` and `models/seq2seq`: dates, and short words to be reversed. */
import type { Configuration, Generated, Task } from 'attnc/runtime';
import { dateTask, type DateInput, type DateModel, type DateTarget, type DateTaskOptions } from '../dates/task.ts';
import { alignments, openSequences } from './sequences.ts';

/** Sizes with which every score can be asked for: the state is as long as an annotation. The fixed vector is, too. */
const reversal: Configuration = {
  about: 'words of up to 20 letters, backwards; tested on 30 letters, too',
  seed: 1,
  batchSize: 64,
  steps: 6000,
  validateEvery: 500,
  window: 20,
  dims: { embed: 32, hidden: 32, units: 64, align: 64, maxout: 32 },
  set: { longest: 40, cool: 4000, halving: 500 },
  settings: { longest: 20, further: ['30'] },
};

/** @param reversed sizes for reversal other than the ones above */
export function dateAndReversalTask<Emitted>(
  options: DateTaskOptions<Emitted>,
  reversed: Readonly<Record<string, number>> = {},
): Task<DateInput, DateTarget, Generated, DateModel, Emitted> {
  const dates = dateTask(options);
  const dims = Object.fromEntries(Object.entries({ ...reversal.dims, ...reversed }).filter(([dim]) => options.dims.includes(dim)));
  const { quick, ...others } = dates.configurations;
  return {
    ...dates,
    configurations: { ...others, reversal: { ...reversal, dims }, quick: quick! },
    open: (configuration) => {
      const { longest, further } = configuration.settings ?? {};
      if (typeof longest !== 'number') return dates.open(configuration);
      return Promise.resolve(
        openSequences({
          order: 'reversal',
          longest,
          further: Array.isArray(further) ? further.map(Number) : [],
          vocabularies: ['words', 'characters'],
          pictures: alignments,
        }),
      );
    },
  };
}
