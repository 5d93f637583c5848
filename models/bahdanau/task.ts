import { dateTask } from '../dates/task.ts';
import type * as Emitted from './model.ts';

/** Bahdanau's model on dates in 64 locales. */
export const task = dateTask<typeof Emitted>({
  name: 'bahdanau',
  about: 'dates as people write them, into ISO 8601, with attention (Bahdanau et al. 2015)',
  dims: ['embed', 'hidden', 'align', 'maxout'],
  create: (emitted, options) => new emitted.Translator(options),
});
