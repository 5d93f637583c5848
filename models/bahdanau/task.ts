import { sequenceTask } from '../sequences/task.ts';
import type * as Emitted from './model.ts';

/** Bahdanau's model on dates in 64 locales, on words to be reversed, and on messages to be translated. */
export const task = sequenceTask<typeof Emitted>({
  name: 'bahdanau',
  about: 'dates as people write them, into ISO 8601, with attention (Bahdanau et al. 2015)',
  dims: ['embed', 'hidden', 'units', 'align', 'maxout'],
  create: (emitted, options) => new emitted.Translator(options),
});
