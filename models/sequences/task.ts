/** The tasks of `models/bahdanau` and `models/seq2seq`: dates, short words to be reversed, and messages to be translated. */
import type { Configuration, Generated, Task } from 'attnc/runtime';
import { dateTask, type DateInput, type DateModel, type DateTarget, type DateTaskOptions } from '../dates/task.ts';
import { messageAlignments, messageSetting, openMessages } from '../messages/task.ts';
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

/** What the two models are measured on as in figure 2 of Bahdanau et al. 2015: how much longer sentences cost. */
const translation: Configuration = {
  about: "a compiler's messages, out of English",
  seed: 1,
  batchSize: 48,
  steps: 1000,
  validateEvery: 100,
  window: 20,
  dims: { embed: 96, hidden: 128, units: 192, align: 128, maxout: 128 },
  set: { longest: 150, p: 0.1, cool: 700, halving: 150 },
  settings: { languages: ['de', 'es', 'fr', 'it', 'pt-br'], merges: 2000 },
};

/** @param others sizes other than the ones above, by configuration */
export function sequenceTask<Emitted>(
  options: DateTaskOptions<Emitted>,
  others: Readonly<Partial<Record<'reversal' | 'translation', Readonly<Record<string, number>>>>> = {},
): Task<DateInput, DateTarget, Generated, DateModel, Emitted> {
  const dates = dateTask(options);
  const own = (configuration: Configuration, sizes: Readonly<Record<string, number>> = {}): Configuration => ({
    ...configuration,
    dims: Object.fromEntries(Object.entries({ ...configuration.dims, ...sizes }).filter(([dim]) => options.dims.includes(dim))),
  });
  const { quick, ...rest } = dates.configurations;
  const vocabularies = ['words', 'characters'];
  return {
    ...dates,
    configurations: {
      ...rest,
      reversal: own(reversal, others.reversal),
      translation: own(translation, others.translation),
      quick: quick!,
    },
    open: (configuration) => {
      const messages = messageSetting(configuration);
      if (messages !== null) return Promise.resolve(openMessages(messages, { vocabularies, pictures: messageAlignments }));
      const { longest, further } = configuration.settings ?? {};
      if (typeof longest !== 'number') return dates.open(configuration);
      return Promise.resolve(
        openSequences({
          order: 'reversal',
          longest,
          further: Array.isArray(further) ? further.map(Number) : [],
          vocabularies,
          pictures: alignments,
        }),
      );
    },
  };
}
