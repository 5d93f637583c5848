/** Text that goes on by itself: TypeScript declarations with their comments, character by character. */
import { headsSvg, inParts } from 'attnc/runtime';
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
import { matrices } from '../transformer/attentions.ts';
import { charactersOf, partOf, textOf, type Part } from './corpus.ts';

/** What the output begins with; under a symbol, since names in an input are the model's. */
const prompt: unique symbol = Symbol('prompt');

/** The model has no inputs: what it is to go on with is a prompt. */
export interface TextInput {
  readonly [prompt]?: Ints;
}

export interface TextTarget {
  readonly y: Ints;
}

export type TextModel = GenerativeModel<Record<string, number>, TextInput, TextTarget>;

interface Emitted {
  readonly GPT: new (options: ModelOptions<Record<string, number>>) => TextModel;
}

const configurations: Readonly<Record<string, Configuration>> = {
  declarations: {
    about: "the declarations of Node's API",
    dims: { model: 96 },
    set: { layers: 3, p: 0, halving: 2500 },
    seed: 1,
    batchSize: 16,
    steps: 9000,
    validateEvery: 500,
    settings: { length: 128 },
  },
  quick: {
    about: 'the same with a small model, less than a minute: shows that everything runs',
    dims: { model: 32 },
    set: { layers: 2, p: 0 },
    seed: 1,
    batchSize: 8,
    steps: 200,
    validateEvery: 100,
    settings: { length: 64 },
  },
};

export const task: Task<TextInput, TextTarget, Generated, TextModel, Emitted> = {
  name: 'gpt',
  about: 'text that goes on, character by character (Radford et al. 2019)',
  source: 'model.attn',
  configurations,
  open: ({ settings = {} }) => Promise.resolve(openText(Number(settings.length ?? 128))),
  create: (emitted, options) => new emitted.GPT(options),
};

function openText(length: number): OpenTask<TextInput, TextTarget, Generated, TextModel> {
  const parts = new Map<Part, readonly { readonly file: string; readonly ids: Int32Array }[]>(
    (['train', 'validation', 'test'] as const).map((part) => [
      part,
      partOf(part).map(({ file, text }) => ({ file, ids: charactersOf(text) })),
    ]),
  );
  const excerpt = (file: string, ids: Int32Array, from: number): TaskExample<TextInput, TextTarget> => {
    const y = ids.slice(from, from + length);
    return { input: {}, target: { y }, shown: textOf(y), answer: textOf(y), group: file };
  };
  /** One after the other through every file, some left out. */
  const held = (part: Part, every: number): TaskExample<TextInput, TextTarget>[] =>
    parts
      .get(part)!
      .flatMap(({ file, ids }) =>
        Array.from({ length: Math.floor(ids.length / (length * every)) }, (_, k) => excerpt(file, ids, k * length * every)),
      );
  const train = parts.get('train')!;
  const starts = train.map(({ ids }) => Math.max(1, ids.length - length));
  const total = starts.reduce((a, b) => a + b, 0);
  // Beyond the positions that excerpts have nothing was learnt of where a character stands.
  const answer = (model: TextModel, inputs: readonly TextInput[], how: GenerateOptions = {}): Promise<Generated[]> =>
    inParts(inputs, 16, (part) => model.generate(part, { atMost: length, ...how, prompts: part.map((input) => input[prompt] ?? []) }));
  return {
    dims: {},
    train: (random) => {
      let at = Math.floor(random() * total);
      const which = starts.findIndex((count) => (at -= count) < 0);
      return excerpt(train[which]!.file, train[which]!.ids, at + starts[which]!);
    },
    validation: held('validation', 4),
    test: held('test', 1),
    parse: (line) => parse(line, Math.floor((3 * length) / 4)),
    samples: ['export function ', '/**\n * Returns the '],
    answer,
    show: ({ ids }) => textOf(ids),
    evaluate,
    pictures: (model, inputs) =>
      Promise.all(
        inputs.map(async ({ input: { [prompt]: given = [] }, shown }): Promise<Picture> => {
          const found = (await model.forward([{ y: given }]))[0]!;
          const letters = Array.from(given, (id) => textOf([id]).replace('\n', '↵').replace(' ', '·'));
          return {
            name: shown.replace(/[^\p{L}\p{N}]+/gu, '-'),
            svg: headsSvg({
              title: shown.replaceAll('\n', ' '),
              caption: 'What each character is told by, before it is known.',
              rowTitle: 'written',
              columnTitle: 'before',
              rows: letters,
              columns: ['↵', ...letters.slice(0, -1)],
              weights: matrices(found, 'weights'),
            }),
          };
        }),
      ),
  };
}

/** Text to go on with; `\n` is a line's end. */
function parse(line: string, most: number): ParsedInput<TextInput> {
  const text = line.replaceAll(String.raw`\n`, '\n');
  if (text.length > most) throw new RangeError(`expected at most ${most} characters to go on with, given ${text.length}`);
  return { input: { [prompt]: charactersOf(text) }, shown: line };
}

/** Bits for each character, of all excerpts and of those of each file. */
async function evaluate(
  model: TextModel,
  examples: readonly TaskExample<TextInput, TextTarget>[],
  progress?: (done: number) => void,
): Promise<Evaluation> {
  const groups = [...new Set(examples.map(({ group }) => group!))].sort();
  const rows: { group: string; examples: number; values: number[] }[] = [];
  for (const group of groups) {
    const own = examples.filter((example) => example.group === group);
    const bits = await inParts(own, 32, async (part) => {
      const { metrics } = await model.loss(part.map(({ target }) => target));
      return part.map(() => metrics.bits!);
    });
    rows.push({ group, examples: own.length, values: [bits.reduce((a, b) => a + b, 0) / own.length] });
    progress?.(rows.reduce((sum, row) => sum + row.examples, 0));
  }
  const count = examples.length;
  const all = rows.reduce((sum, row) => sum + row.examples * row.values[0]!, 0) / count;
  return {
    columns: ['bits for each character'],
    counts: ['bits for each character'],
    rows: [{ group: 'all', examples: count, values: [all] }, ...rows],
  };
}
