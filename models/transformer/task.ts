/** The Transformer on the messages of a compiler, on dates in 64 locales, and on words to be reversed and to be sorted. */
import type { Configuration, Generated, ModelOptions, ParsedInput, Picture, Task } from 'attnc/runtime';
import { sharedVocabulary } from '../dates/dates.ts';
import { localesOf, openDates } from '../dates/task.ts';
import { messageSetting, openMessages } from '../messages/task.ts';
import { attentionPictures } from './attentions.ts';
import { openSequences, symbols, type SequenceInput, type SequenceModel, type SequenceTarget } from '../sequences/sequences.ts';

/** What the emitted module has; the number of layers is part of its code, and so is not an argument. */
interface Emitted {
  readonly Transformer: new (options: ModelOptions<Record<string, number>>) => SequenceModel;
}

const sizes = { model: 64, heads: 4, inner: 256 };
const settings = { layers: 2, norm: 'pre', p: 0, factor: 0.5, warmup: 400 };
const common = { dims: sizes, seed: 1, validateEvery: 500, window: 20 };

const configurations: Readonly<Record<string, Configuration>> = {
  full: {
    ...common,
    about: 'dates in every locale, into ISO 8601',
    set: { ...settings, cool: 2500, halving: 500 },
    batchSize: 128,
    steps: 4500,
  },
  reversal: {
    ...common,
    about: 'words of up to 20 letters, backwards',
    set: { ...settings, cool: 2000, halving: 400 },
    batchSize: 64,
    steps: 6000,
    settings: { order: 'reversal', longest: 20 },
  },
  sorting: {
    ...common,
    about: 'words of up to 20 letters, their letters in alphabetical order',
    set: { ...settings, cool: 3000, halving: 400 },
    batchSize: 64,
    steps: 5000,
    settings: { order: 'sorting', longest: 20 },
  },
  translation: {
    about: "a compiler's messages, out of English",
    dims: { model: 96, heads: 4, inner: 384 },
    set: { layers: 2, norm: 'pre', p: 0.1, factor: 0.5, warmup: 250 },
    seed: 1,
    window: 20,
    batchSize: 48,
    steps: 1000,
    validateEvery: 100,
    settings: { languages: ['de', 'es', 'fr', 'it', 'pt-br'], merges: 2000 },
  },
  quick: {
    about: 'words of up to 5 letters, backwards: shows that everything runs',
    dims: { model: 32, heads: 4, inner: 64 },
    set: { ...settings, warmup: 100, cool: 400, halving: 60 },
    seed: 1,
    batchSize: 32,
    steps: 600,
    validateEvery: 100,
    settings: { order: 'reversal', longest: 5 },
  },
};

export const task: Task<SequenceInput, SequenceTarget, Generated, SequenceModel, Emitted> = {
  name: 'transformer',
  about: 'messages in other languages, dates into ISO 8601, words backwards and in order, with attention alone (Vaswani et al. 2017)',
  source: 'model.attn',
  configurations,
  open: (configuration) => {
    const messages = messageSetting(configuration);
    if (messages !== null) return Promise.resolve(openMessages(messages, { vocabularies: ['vocab'], pictures: attentionPictures }));
    const { order, longest } = configuration.settings ?? {};
    const drawn =
      (tokens: readonly string[]) =>
      (model: SequenceModel, inputs: readonly ParsedInput<SequenceInput>[]): Promise<Picture[]> =>
        attentionPictures(model, inputs, tokens);
    if ((order === 'reversal' || order === 'sorting') && typeof longest === 'number')
      return Promise.resolve(openSequences({ order, longest, pictures: drawn(symbols) }));
    const tags = localesOf(configuration);
    const shared = sharedVocabulary(tags);
    return Promise.resolve(
      openDates(tags, { source: shared, target: shared, dims: { vocab: shared.tokens.length }, pictures: drawn(shared.tokens) }),
    );
  },
  create: (emitted, options) => new emitted.Transformer(options),
};
