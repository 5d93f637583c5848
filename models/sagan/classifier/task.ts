/** Which of twenty characters a picture shows, in fonts that were not trained on. */
import { inParts, tabulate } from 'attnc/runtime';
import type { Configuration, Floats, Model, ModelOptions, OpenTask, ParsedInput, Task, TaskExample, Value } from 'attnc/runtime';
import { chance } from '../../snail/chance.ts';
import { characters, drawn, sourcesOf, type Part, type Source } from '../pictures.ts';

/** Rows of pixels of one number. */
export type Image = readonly (readonly Floats[])[];

export interface ReadInput {
  readonly image: Image;
}

export interface ReadTarget {
  /** A position in `characters`. */
  readonly character: number;
}

export type Classifier = Model<Record<string, number>, ReadInput, ReadTarget, { readonly logits: Value }>;

export interface Emitted {
  readonly Classifier: new (options: ModelOptions<Record<string, number>>) => Classifier;
}

type Example = TaskExample<ReadInput, ReadTarget>;

/** Pixels of a side. */
export const side = 20;

const configuration = (about: string, steps: number): Configuration => ({
  about,
  dims: {},
  set: { steps },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 250,
});

const configurations: Readonly<Record<string, Configuration>> = {
  classifier: configuration('twenty characters, a minute', 2000),
  quick: { ...configuration('less than a minute: shows that everything runs', 100), validateEvery: 50, settings: { each: 1 } },
};

export const task: Task<ReadInput, ReadTarget, string, Classifier, Emitted> = {
  name: 'sagan-classifier',
  about: 'which character a picture shows: judges what models/sagan makes',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openCharacters(Number(configuration.settings?.each ?? 10))),
  create: (emitted, options) => new emitted.Classifier(options),
};

/** Each held-out picture is varied `each` times. */
function openCharacters(each: number): OpenTask<ReadInput, ReadTarget, string, Classifier> {
  const training = sourcesOf('characters', 'train');
  const held = (part: Part): Example[] => {
    const random = chance(`twenty characters: ${part}`);
    return sourcesOf('characters', part).flatMap((source) => Array.from({ length: each }, () => exampleOf(source, random)));
  };
  return {
    dims: { height: side, width: side, characters: characters.length },
    train: (random) => exampleOf(training[Math.floor(random() * training.length)]!, random),
    validation: held('validation'),
    test: held('test'),
    parse,
    samples: ['Σ 1', 'Ω 2', 'あ 3'],
    answer: async (model, inputs) => (await read(model, inputs)).map((character) => characters[character]!),
    show: (character) => character,
    evaluate: async (model, examples, progress) => {
      const answers = await read(
        model,
        examples.map(({ input }) => input),
        progress,
      );
      return tabulate(
        'right',
        examples.map(({ group }) => group),
        answers.map((character, k) => (character === examples[k]!.target.character ? 1 : 0)),
      );
    },
    pictures: () => Promise.resolve([]),
    training: { validate: { every: 1, watch: 'right', goal: 'most' } },
  };
}

/** A position in `characters` for each picture. */
export function read(model: Classifier, inputs: readonly ReadInput[], progress?: (done: number) => void): Promise<number[]> {
  const of = ({ logits: { data } }: { readonly logits: Value }): number => data.indexOf(Math.max(...data));
  return inParts(inputs, 100, async (part) => (await model.forward(part)).map(of), progress);
}

/** Pixels row by row, as rows. */
export function imageOf(pixels: Float32Array, width: number): Image {
  return Array.from({ length: pixels.length / width }, (_, y) =>
    Array.from({ length: width }, (__, x) => pixels.subarray(y * width + x, y * width + x + 1)),
  );
}

function exampleOf(source: Source, random: () => number): Example {
  const name = characters[source.character]!;
  return {
    input: { image: imageOf(drawn('characters', source, side, random).pixels, side) },
    target: { character: source.character },
    shown: name,
    answer: name,
    group: name,
  };
}

/** `Σ 7`: the seventh variation of a test picture of that character. */
function parse(line: string): ParsedInput<ReadInput> {
  const [, name, number] = /^\s*(\S+)\s+(\d{1,9})\s*$/u.exec(line) ?? [];
  const mine = sourcesOf('characters', 'test').filter(({ character }) => characters[character] === name);
  if (mine.length === 0)
    throw new RangeError(`expected one of ${characters.join(' ')} and a number, such as \`Σ 7\`; given \`${line.trim()}\``);
  const { input, shown } = exampleOf(mine[Number(number) % mine.length]!, chance(`twenty characters: ${number}`));
  return { input, shown: `${shown} ${number}` };
}
