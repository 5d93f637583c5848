import { dateAndReversalTask } from '../sequences/task.ts';
import type * as Emitted from './model.ts';

/** Bahdanau's model on dates in 64 locales, and on words to be reversed. */
export const task = dateAndReversalTask<typeof Emitted>({
  name: 'bahdanau',
  about: 'dates as people write them, into ISO 8601, with attention (Bahdanau et al. 2015)',
  dims: ['embed', 'hidden', 'units', 'align', 'maxout'],
  create: (emitted, options) => new emitted.Translator(options),
});
