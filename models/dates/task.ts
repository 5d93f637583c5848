/**
 * The task that `models/bahdanau` and `models/seq2seq` share: dates as people write them, character by character into
 * ISO 8601. The split is by date, so no date of the validation or test set is ever trained on in any locale.
 */
import { alignmentSvg, inParts, tabulate } from 'attnc/runtime';
import type {
  Configuration,
  Evaluation,
  Generated,
  GenerateOptions,
  GenerativeModel,
  Ints,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Picture,
  Task,
  TaskExample,
} from 'attnc/runtime';
import {
  dateFormats,
  demoLocales,
  locales,
  parseTyped,
  sampleExamples,
  sourceTokens,
  sourceVocabulary,
  targetVocabulary,
  type DateExample,
  type Split,
  type Vocabulary,
} from './dates.ts';

export interface DateInput {
  readonly tokens: Ints;
}

export interface DateTarget {
  readonly y: Ints;
}

export type DateModel = GenerativeModel<Record<string, number>, DateInput, DateTarget>;

const configurations: Readonly<Record<string, Configuration>> = {
  full: { about: 'every locale', dims: {}, seed: 1, batchSize: 128, steps: 3000, validateEvery: 500, window: 20 },
  small: {
    about: 'six locales, small enough for a demonstration',
    dims: { embed: 24, hidden: 48, units: 48, align: 32, maxout: 32 },
    seed: 1,
    batchSize: 64,
    steps: 1200,
    validateEvery: 250,
    window: 10,
    settings: { locales: demoLocales },
  },
  quick: {
    about: 'six locales, a minute: shows that everything runs',
    dims: { embed: 16, hidden: 32, units: 32, align: 24, maxout: 24 },
    seed: 1,
    batchSize: 32,
    steps: 100,
    validateEvery: 50,
    settings: { locales: demoLocales },
  },
};

/** A stream of numbers in [0, 1) from a seed: mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What differs between the two models: the emitted class, and the dims that only one of them has. */
export interface DateTaskOptions<Emitted> {
  readonly name: string;
  readonly about: string;
  readonly dims: readonly string[];
  create(emitted: Emitted, options: ModelOptions<Record<string, number>>): DateModel;
}

export function dateTask<Emitted>(options: DateTaskOptions<Emitted>): Task<DateInput, DateTarget, Generated, DateModel, Emitted> {
  const own = (configuration: Configuration): Configuration => ({
    ...configuration,
    dims: Object.fromEntries(Object.entries(configuration.dims).filter(([dim]) => options.dims.includes(dim))),
  });
  return {
    name: options.name,
    about: options.about,
    source: 'model.attn',
    configurations: Object.fromEntries(Object.entries(configurations).map(([name, configuration]) => [name, own(configuration)])),
    open: (configuration) => Promise.resolve(open(configuration)),
    create: (emitted, modelOptions) => options.create(emitted, modelOptions),
  };
}

/** How dates become ids, and what is drawn of an answer. */
export interface DateSetting {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly dims: Readonly<Record<string, number>>;
  pictures(model: DateModel, inputs: readonly ParsedInput<DateInput>[]): Promise<Picture[]>;
}

/** The locales that a configuration names, or all. */
export function localesOf(configuration: Configuration): readonly string[] {
  const chosen = configuration.settings?.locales;
  return Array.isArray(chosen) ? (chosen as readonly string[]) : locales;
}

function open(configuration: Configuration): OpenTask<DateInput, DateTarget, Generated, DateModel> {
  const tags = localesOf(configuration);
  const source = sourceVocabulary(tags);
  return openDates(tags, {
    source,
    target: targetVocabulary,
    dims: { words: source.tokens.length, characters: targetVocabulary.tokens.length },
    pictures: async (model, inputs) => {
      const answers = await model.generate(
        inputs.map(({ input }) => input),
        { taps: ['weights'] },
      );
      return answers.flatMap((generated, k) =>
        alignmentPictures(generated, inputs[k]!.shown, targetVocabulary.decode(generated.ids), source.decode(inputs[k]!.input.tokens)),
      );
    },
  });
}

export function openDates(
  tags: readonly string[],
  { source, target, dims, pictures }: DateSetting,
): OpenTask<DateInput, DateTarget, Generated, DateModel> {
  const formats = dateFormats(tags);
  const example = (date: DateExample): TaskExample<DateInput, DateTarget> => ({
    input: { tokens: source.encode(sourceTokens(date)) },
    target: { y: target.encode([...date.iso, '<end>']) },
    shown: `${date.locale}: ${date.text}`,
    answer: date.iso,
    group: date.locale,
  });
  const draw = (random: () => number, split: Split): TaskExample<DateInput, DateTarget> =>
    example(sampleExamples(random, split, formats, 1)[0]!);
  // Held-out sets of a fixed size, the same for every run: as many for each locale.
  const held = (split: Split, perLocale: number, seed: number): TaskExample<DateInput, DateTarget>[] =>
    tags.flatMap((tag, k) => sampleExamples(generator(seed + k), split, dateFormats([tag]), perLocale).map(example));
  const text = (answer: Generated): string =>
    target
      .decode(answer.ids)
      .filter((token) => token !== '<end>')
      .join('');
  const answer = async (model: DateModel, inputs: readonly DateInput[], how?: GenerateOptions): Promise<Generated[]> =>
    inParts(inputs, 256, (part) => model.generate(part, how ?? {}));
  return {
    dims,
    train: (random) => draw(random, 'train'),
    validation: held('validation', tags.length > 20 ? 16 : 64, 1000),
    test: held('test', tags.length > 20 ? 128 : 256, 2000),
    parse: (line) => {
      const typed = parseTyped(line, tags);
      return { input: { tokens: source.encode(sourceTokens(typed)) }, shown: `${typed.locale}: ${typed.text}` };
    },
    samples: ['en-US: March 5, 2031', 'de-DE: 5. März 2031', 'ja-JP: 2031年3月5日'],
    answer,
    show: text,
    evaluate: async (model, examples, progress) => evaluate(model, examples, text, progress),
    pictures,
    training: { lengthOf: (trained) => trained.tokens.length },
  };
}

/** The alignment of one answer, symbol by symbol. Nothing is drawn for a model without attention. */
export function alignmentPictures(answer: Generated, shown: string, rows: readonly string[], columns: readonly string[]): Picture[] {
  const weights = answer.taps.weights;
  if (weights === undefined) return [];
  const width = weights.shape.at(-1)!;
  const svg = alignmentSvg({
    title: shown,
    rows,
    columns,
    rowTitle: 'written',
    columnTitle: 'read',
    weights: rows.map((_, i) => Array.from(weights.data.slice(i * width, (i + 1) * width), (weight) => Math.min(1, Math.max(0, weight)))),
  });
  return [{ name: shown.replace(/[^\p{L}\p{N}]+/gu, '-'), svg }];
}

/** Exact matches: overall, by third of the input lengths, and by locale. */
async function evaluate(
  model: DateModel,
  examples: readonly TaskExample<DateInput, DateTarget>[],
  text: (answer: Generated) => string,
  progress?: (done: number) => void,
): Promise<Evaluation> {
  // By length, so that a batch holds little padding.
  const order = examples.map((_, k) => k).sort((a, b) => examples[a]!.input.tokens.length - examples[b]!.input.tokens.length || a - b);
  const sorted = order.map((k) => examples[k]!);
  const answers = await inParts(
    sorted,
    256,
    (part) =>
      model.generate(
        part.map(({ input }) => input),
        {},
      ),
    progress,
  );
  const correct = sorted.map((example, k) => (text(answers[k]!) === example.answer ? 1 : 0));
  const third = (k: number): string => {
    const which = Math.min(2, Math.floor((3 * k) / sorted.length));
    const bounds = sorted.slice(Math.ceil((which * sorted.length) / 3), Math.ceil(((which + 1) * sorted.length) / 3));
    return `${['shortest', 'middle', 'longest'][which]} third (${bounds[0]!.input.tokens.length}–${bounds.at(-1)!.input.tokens.length} characters)`;
  };
  const byLength = tabulate(
    'exact match',
    sorted.map((_, k) => third(k)),
    correct,
  );
  const byLocale = tabulate(
    'exact match',
    sorted.map(({ group }) => group),
    correct,
  );
  return { columns: byLength.columns, rows: [...byLength.rows, ...byLocale.rows.slice(1)] };
}
