/**
 * The task that `models/transformer`, `models/bahdanau` and `models/seq2seq` share: what the TypeScript compiler says,
 * out of English into another language, which the first symbol of the input names (Johnson et al. 2017).
 */
import { inParts } from 'attnc/runtime';
import type { Configuration, Evaluation, Generated, GenerateOptions, OpenTask, ParsedInput, Picture, TaskExample } from 'attnc/runtime';
import { alignmentPictures, type DateInput, type DateModel, type DateTarget } from '../dates/task.ts';
import { bleu } from './bleu.ts';
import { subwords, type Subwords } from './bpe.ts';
import { languages, messagesIn, normalised, type Language, type Part } from './messages.ts';

export type MessageInput = DateInput;
export type MessageTarget = DateTarget;
/** Reads `tokens`, writes `y`. */
export type MessageModel = DateModel;
type MessageExample = TaskExample<MessageInput, MessageTarget>;

const end = 2;

/** Words of the English text, by which results are reported; the last bound takes the rest. */
const lengths = [5, 8, 12, 16, Number.POSITIVE_INFINITY] as const;
export const lengthNames = lengths.map(lengthName);

export interface MessageSetting {
  readonly languages: readonly Language[];
  /** How many pairs of symbols are merged, on both sides alike. */
  readonly merges: number;
  /** Hypotheses kept in search, and the exponent of their length (Wu et al. 2016, eq. 14). */
  readonly beam: number;
  readonly lengthPenalty: number;
}

/** The settings of a configuration, or null if it is of another task. */
export function messageSetting({ settings = {} }: Configuration): MessageSetting | null {
  const { languages: chosen, merges, beam = 4, lengthPenalty = 0.6 } = settings;
  if (!Array.isArray(chosen)) return null;
  const unknown = chosen.find((language) => !languages.includes(language as Language));
  if (unknown !== undefined) throw new RangeError(`expected languages among ${languages.join(', ')}, given ${unknown}`);
  return { languages: chosen as Language[], merges: Number(merges), beam: Number(beam), lengthPenalty: Number(lengthPenalty) };
}

const tagOf = (language: string): string => `<${language}>`;

/** How the symbols of a run are known, and what is drawn of an answer. */
export interface MessageOptions {
  /** The dims of the vocabularies; both hold all symbols. */
  readonly vocabularies: readonly string[];
  pictures(model: MessageModel, inputs: readonly ParsedInput<MessageInput>[], symbols: readonly string[]): Promise<Picture[]>;
}

export function openMessages(
  setting: MessageSetting,
  { vocabularies, pictures }: MessageOptions,
): OpenTask<MessageInput, MessageTarget, Generated, MessageModel> & { readonly symbols: readonly string[] } {
  const { languages: chosen, merges } = setting;
  const messages = messagesIn(chosen);
  const trained = messages.filter(({ part }) => part === 'train');
  // A text of English for each of a language, so that both sides count alike.
  const texts = trained.flatMap(({ english, translations }) => chosen.flatMap((language) => [english, translations[language]!]));
  const words = subwords(texts, merges, chosen.map(tagOf));
  const encode = (language: Language, text: string): Int32Array =>
    Int32Array.of(words.symbols.indexOf(tagOf(language)), ...words.encode(text), end);
  const partOf = (wanted: Part): MessageExample[] =>
    chosen.flatMap((language) =>
      messages
        .filter(({ part }) => part === wanted)
        .map(({ english, translations }) => ({
          input: { tokens: encode(language, english) },
          target: { y: Int32Array.of(...words.encode(translations[language]!), end) },
          shown: `${language}: ${english}`,
          answer: translations[language]!,
          group: language,
        })),
    );
  const how: GenerateOptions = { method: 'beam', width: setting.beam, lengthPenalty: setting.lengthPenalty };
  return {
    symbols: words.symbols,
    dims: Object.fromEntries(vocabularies.map((dim) => [dim, words.symbols.length])),
    train: partOf('train'),
    validation: partOf('validation'),
    test: partOf('test'),
    parse: (line) => {
      const [, tag, text] = /^\s*([\w-]+):\s*(\S.*)$/u.exec(line) ?? [];
      const language = chosen.find((each) => each === tag?.toLowerCase());
      if (language === undefined || text === undefined)
        throw new RangeError(
          `expected a language and a message in English, such as ${JSON.stringify(samples(chosen)[0])}, given ${JSON.stringify(line)}`,
        );
      return { input: { tokens: encode(language, normalised(text)) }, shown: `${language}: ${normalised(text)}` };
    },
    samples: samples(chosen),
    answer: (model, inputs, options = {}) =>
      inParts(inputs, 64, (part) => model.generate(part, options.method === undefined ? { ...options, ...how } : options)),
    show: ({ ids }) => words.decode(ids),
    evaluate: (model, examples, progress) => evaluate(model, examples, how, words, progress),
    pictures: (model, inputs) => pictures(model, inputs, words.symbols),
    training: { lengthOf: ({ tokens, y }) => Math.max(tokens.length, y.length) },
  };
}

function samples([first, ...others]: readonly Language[]): string[] {
  return [`${first}: The type "{0}" cannot be used here.`, `${others[0] ?? first}: An abstract class must not be exported.`];
}

/** BLEU and exact matches: overall, by the length of the English text, and by language. */
async function evaluate(
  model: MessageModel,
  examples: readonly MessageExample[],
  how: GenerateOptions,
  { decode }: Subwords,
  progress?: (done: number) => void,
): Promise<Evaluation> {
  // By length, so that a batch holds little padding.
  const sorted = [...examples].sort((a, b) => a.input.tokens.length - b.input.tokens.length);
  const answers = await inParts(
    sorted,
    64,
    (part) =>
      model.generate(
        part.map(({ input }) => input),
        how,
      ),
    progress,
  );
  return measured(
    sorted,
    answers.map(({ ids }) => decode(ids)),
  );
}

/** The table of answers that stand beside the right ones. */
export function measured(examples: readonly Pick<MessageExample, 'shown' | 'answer' | 'group'>[], answers: readonly string[]): Evaluation {
  const groups = new Map<string, number[]>([['all', [...examples.keys()]]]);
  for (const name of [...lengthNames, ...new Set(examples.map(({ group }) => group!))]) groups.set(name, []);
  for (const [k, { shown, group }] of examples.entries()) {
    const count = shown
      .slice(shown.indexOf(':') + 1)
      .trim()
      .split(/\s+/u).length;
    groups.get(lengthName(lengths.find((most) => count <= most)!))!.push(k);
    groups.get(group!)!.push(k);
  }
  return {
    columns: ['BLEU', 'exact match'],
    counts: ['BLEU'],
    rows: [...groups]
      .filter(([, which]) => which.length > 0)
      .map(([group, which]) => {
        const [own, right] = [which.map((k) => answers[k]!), which.map((k) => examples[k]!.answer)];
        const exact = own.filter((answer, k) => answer === right[k]).length;
        return { group, examples: which.length, values: [bleu(own, right), exact / which.length] };
      }),
  };
}

function lengthName(most: number): string {
  const from = (lengths[lengths.indexOf(most as (typeof lengths)[number]) - 1] ?? 0) + 1;
  return most === Number.POSITIVE_INFINITY ? `${from} words and more` : `${from} to ${most} words`;
}

/** Answers the inputs, and draws the alignment of each. */
export async function messageAlignments(
  model: MessageModel,
  inputs: readonly ParsedInput<MessageInput>[],
  symbols: readonly string[],
): Promise<Picture[]> {
  const answers = await model.generate(
    inputs.map(({ input }) => input),
    { taps: ['weights'] },
  );
  const named = (ids: Iterable<number>): string[] => Array.from(ids, (id) => symbols[id] ?? symbols[0]!);
  return answers.flatMap((answer, k) => alignmentPictures(answer, inputs[k]!.shown, named(answer.ids), named(inputs[k]!.input.tokens)));
}
