/**
 * Few-shot classification: five or twenty characters of an alphabet that was not trained on, told apart from one picture of
 * each or from five.
 */
import { inParts, tabulate } from 'attnc/runtime';
import type { Configuration, Floats, Ints, Model, ModelOptions, OpenTask, ParsedInput, Task, TaskExample, Value } from 'attnc/runtime';
import {
  alphabetsOf,
  drawEpisode,
  heldEpisodes,
  trainingEpisode,
  type Episode,
  type EpisodeShape,
  type Labelled,
} from '../glyphs/episodes.ts';
import { size } from '../glyphs/glyphs.ts';
import { chance } from './chance.ts';

/** Rows of pixels of some pictures. */
type Pictures = readonly (readonly Floats[])[];

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const drawn: unique symbol = Symbol('drawn');

export interface FewShotInput {
  readonly image: Pictures;
  /** Of each of these. */
  readonly label: Ints;
  /** Pictures that are asked about, each by itself. */
  readonly question: Pictures;
  /** What is in the pictures, for people. */
  readonly [drawn]: Episode;
}

export interface FewShotTarget {
  /** Labels of what is asked about. */
  readonly answer: Ints;
}

/** A label for each question, and the characters that have them. */
export interface FewShotAnswer {
  readonly labels: readonly number[];
  readonly characters: readonly string[];
}

export type FewShotModel = Model<Record<string, number>, FewShotInput, FewShotTarget, { readonly logits: Value }>;

type Example = TaskExample<FewShotInput, FewShotTarget>;

/** What the emitted module has; how many pictures are shown is part of its code, and so is not an argument. */
interface Emitted {
  readonly FewShot: new (options: ModelOptions<Record<string, number>>) => FewShotModel;
}

/** Questions of an episode. */
const asked = 5;

interface Options {
  readonly ways?: number;
  readonly shots?: number;
  readonly batchSize?: number;
  readonly steps?: number;
}

/** The rate of the optimizer falls with the steps, so the program is told how many there are. */
const configuration = (about: string, { ways = 5, shots = 1, batchSize = 32, steps = 3000 }: Options = {}): Configuration => ({
  about,
  dims: {},
  set: { ways, shots, mixer: 'attention', steps },
  seed: 1,
  batchSize,
  steps,
  validateEvery: 500,
});

/** Convolutions over time alone: they need more of them, and episodes of fewer characters to begin with. */
const alone = (configuration: Configuration): Configuration => ({
  ...configuration,
  set: { ...configuration.set, mixer: 'none', peak: 2e-3 },
  dims: { filters: 64 },
  settings: { growing: 1200 },
});

const configurations: Readonly<Record<string, Configuration>> = {
  '1-shot': configuration('five characters, one picture of each'),
  '5-shot': configuration('five characters, five pictures of each', { shots: 5, batchSize: 16, steps: 5000 }),
  '20-way': {
    ...configuration('twenty characters, one picture of each', { ways: 20, batchSize: 16, steps: 1500 }),
    settings: { growing: 400 },
  },
  '1-shot-no-attention': alone(configuration('the same as 1-shot, with convolutions over time alone', { batchSize: 16, steps: 2400 })),
  '5-shot-no-attention': alone(configuration('the same as 5-shot, with convolutions over time alone', { shots: 5, batchSize: 16 })),
  quick: {
    ...configuration('five characters, one picture of each, less than a minute: shows that everything runs', { steps: 200 }),
    validateEvery: 100,
    settings: { validation: 64, test: 128 },
  },
};

export const task: Task<FewShotInput, FewShotTarget, FewShotAnswer, FewShotModel, Emitted> = {
  name: 'snail',
  about: 'characters of an unknown alphabet told apart from a few pictures of each (Mishra et al. 2018)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openEpisodes(configuration)),
  create: (emitted, options) => new emitted.FewShot(options),
};

/** Of which the results tell; the same for every run. */
export function testEpisodes(shape: EpisodeShape, count: number): Episode[] {
  return heldEpisodes(chance('few-shot: test'), 'test', shape, count);
}

export function shapeOf({ set }: Configuration): EpisodeShape {
  return { ways: Number(set?.ways), shots: Number(set?.shots), asked };
}

function openEpisodes(configuration: Configuration): OpenTask<FewShotInput, FewShotTarget, FewShotAnswer, FewShotModel> {
  const shape = shapeOf(configuration);
  const { validation = 512, test = 1024, growing = 0 } = configuration.settings ?? {};
  const answer = (model: FewShotModel, inputs: readonly FewShotInput[]): Promise<FewShotAnswer[]> =>
    inParts(inputs, 64, async (part) => (await model.forward(part)).map(({ logits }, k) => answerOf(logits, part[k]![drawn])));
  const right = ({ input: { [drawn]: episode } }: Example, { labels }: FewShotAnswer): number =>
    episode.asked.filter(({ label }, k) => label === labels[k]).length / episode.asked.length;
  return {
    dims: { height: size, width: size, asked },
    train: growing === 0 ? (random) => exampleOf(trainingEpisode(random, shape)) : { rollout: growingEpisodes(shape, Number(growing)) },
    validation: heldEpisodes(chance('few-shot: validation'), 'validation', shape, Number(validation)).map(exampleOf),
    test: testEpisodes(shape, Number(test)).map(exampleOf),
    parse: (line) => parse(line, shape),
    samples: ['Hebrew 1', 'Thai 2', 'Devanagari 3'],
    answer,
    show: ({ characters }) => characters.join(' '),
    evaluate: async (model, examples, progress) => {
      const answers = await inParts(
        examples,
        64,
        (part) =>
          answer(
            model,
            part.map(({ input }) => input),
          ),
        progress,
      );
      return tabulate(
        'right',
        examples.map(({ group }) => group),
        answers.map((found, k) => right(examples[k]!, found)),
      );
    },
    pictures: () => Promise.resolve([]),
  };
}

/** Episodes of two characters at first, and of all after so many steps. */
function growingEpisodes(shape: EpisodeShape, growing: number) {
  return (_model: FewShotModel, random: () => number, size: number, step: number): Promise<Example[]> => {
    const characters = Math.min(shape.ways, 2 + Math.floor(((step - 1) * (shape.ways - 2)) / growing));
    return Promise.resolve(Array.from({ length: size }, () => exampleOf(trainingEpisode(random, shape, characters))));
  };
}

function pixels(labelled: readonly Labelled[]): Pictures {
  return labelled.map(({ picture }) => Array.from({ length: size }, (_, y) => picture.subarray(y * size, (y + 1) * size)));
}

function exampleOf(episode: Episode): Example {
  const { alphabet, characters, shown, asked } = episode;
  const labels = asked.map(({ label }) => label);
  return {
    input: { image: pixels(shown), label: shown.map(({ label }) => label), question: pixels(asked), [drawn]: episode },
    target: { answer: labels },
    shown: `${alphabet}: ${named(labels, characters).join(' ')}`,
    answer: named(labels, characters).join(' '),
    group: alphabet,
  };
}

function named(labels: readonly number[], characters: readonly string[]): string[] {
  return labels.map((label) => characters[label]!);
}

function answerOf({ data }: Value, { asked, characters }: Episode): FewShotAnswer {
  const labels = asked.map((_, k) => {
    const logits = data.slice(k * characters.length, (k + 1) * characters.length);
    return logits.indexOf(Math.max(...logits));
  });
  return { labels, characters: named(labels, characters) };
}

/** `Thai 2` is the second episode of Thai. */
function parse(line: string, shape: EpisodeShape): ParsedInput<FewShotInput> {
  const mine = [...alphabetsOf('test'), ...alphabetsOf('validation')];
  const [, name, number] = /^\s*(\p{L}+)\s+(\d+)\s*$/u.exec(line) ?? [];
  const alphabet = mine.find((one) => one.name.toLowerCase() === name?.toLowerCase());
  if (alphabet === undefined) {
    throw new RangeError(
      `expected ${mine.map((one) => one.name).join(', ')} and the number of an episode, such as \`Thai 2\`; given \`${line.trim()}\``,
    );
  }
  const { input, shown } = exampleOf(drawEpisode(chance(`few-shot: ${alphabet.name} ${number}`), alphabet, shape));
  return { input, shown };
}
