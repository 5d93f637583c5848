/** Pictures told in words: which shapes, of which colours, in the order of reading. */
import { attendedSvg, inParts, meansOf, tabulateBy } from 'attnc/runtime';
import type {
  Configuration,
  Evaluation,
  Generated,
  GenerativeModel,
  GenerateOptions,
  Ints,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Picture,
  Task,
  TaskExample,
  Value,
} from 'attnc/runtime';
import { generator } from '../dates/task.ts';
import { captionOf, colours, drawScene, fewest, most, shapes, side, type Placed, type Scene, type Thing } from './scenes.ts';

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const drawn: unique symbol = Symbol('drawn');

export interface CaptionInput {
  /** Red, green and blue, row by row. */
  readonly image: readonly (readonly Float32Array[])[];
  /** What was drawn, for people and for measuring. */
  readonly [drawn]: Scene;
}

export interface CaptionTarget {
  readonly y: Ints;
}

export type CaptionModel = GenerativeModel<Record<string, number>, CaptionInput, CaptionTarget>;

/** What the emitted module has. */
interface Emitted {
  readonly Caption: new (options: ModelOptions<Record<string, number>>) => CaptionModel;
}

const vocabulary: readonly string[] = ['<unk>', '<start>', '<end>', ...colours, ...shapes];
const end = 2;
/** Pixels of the side of a cell. */
const tile = 6;
const grid = side / tile;

const configurations: Readonly<Record<string, Configuration>> = {
  soft: { about: 'two to five shapes, soft attention', dims: {}, seed: 1, batchSize: 64, steps: 4500, validateEvery: 500 },
  hard: {
    about: 'two to five shapes, hard attention learnt by REINFORCE',
    dims: {},
    set: { attention: 'hard' },
    seed: 1,
    batchSize: 64,
    steps: 4500,
    validateEvery: 500,
  },
  short: {
    about: 'the same in a third of the steps, to compare ways of learning',
    dims: {},
    set: { attention: 'hard', cool: 1000, halving: 167 },
    seed: 1,
    batchSize: 64,
    steps: 1500,
    validateEvery: 500,
  },
  few: {
    about: 'two or three shapes and a small model, to compare ways of learning over several seeds',
    dims: { align: 32 },
    set: { attention: 'hard', cool: 1000, halving: 167 },
    seed: 1,
    batchSize: 32,
    steps: 1500,
    validateEvery: 500,
    settings: { things: 3, validation: 256, test: 1024 },
  },
  quick: {
    about: 'two to five shapes, less than a minute: shows that everything runs',
    dims: { features: 16, hidden: 32, embed: 16, align: 32 },
    seed: 1,
    batchSize: 16,
    steps: 150,
    validateEvery: 50,
    settings: { validation: 64, test: 128 },
  },
};

export const task: Task<CaptionInput, CaptionTarget, Generated, CaptionModel, Emitted> = {
  name: 'caption',
  about: 'pictures of coloured shapes told in words, looking at one position after the other (Xu et al. 2015)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openScenes(configuration)),
  create: (emitted, options) => new emitted.Caption(options),
};

export function inputOf(scene: Scene): CaptionInput {
  const row = (at: number): Float32Array => scene.pixels.subarray(at * side, (at + 1) * side);
  return { image: [0, 1, 2].map((c) => Array.from({ length: side }, (_, y) => row(c * side + y))), [drawn]: scene };
}

function exampleOf(scene: Scene): TaskExample<CaptionInput, CaptionTarget> {
  const words = captionOf(scene.things);
  return {
    input: inputOf(scene),
    target: { y: [...words.map((word) => vocabulary.indexOf(word)), end] },
    shown: `${scene.things.length} things`,
    answer: words.join(' '),
    group: `${scene.things.length} things`,
  };
}

function openScenes({ settings = {} }: Configuration): OpenTask<CaptionInput, CaptionTarget, Generated, CaptionModel> {
  const { validation = 512, test = 2048, things = most } = settings;
  const draw = (random: () => number): TaskExample<CaptionInput, CaptionTarget> => exampleOf(drawScene(random, null, Number(things)));
  const held = (count: number, seed: number): TaskExample<CaptionInput, CaptionTarget>[] => {
    const random = generator(seed);
    return Array.from({ length: count }, () => draw(random));
  };
  return {
    dims: { words: vocabulary.length, height: side, width: side, tile },
    train: draw,
    validation: held(Number(validation), 1000),
    test: held(Number(test), 2000),
    parse,
    samples: ['7', 'red circle blue ring', 'white cross green square yellow diamond violet triangle'],
    answer: (model, inputs, how?: GenerateOptions) => inParts(inputs, 128, (part) => model.generate(part, how ?? {})),
    show: ({ ids }) => told(ids),
    evaluate,
    pictures,
    training: { lengthOf: (trained) => trained.y.length },
  };
}

function told(ids: Iterable<number>): string {
  return Array.from(ids)
    .filter((id) => id !== end)
    .map((id) => vocabulary[id]!)
    .join(' ');
}

/** The number of a picture, or what is to be drawn. */
function parse(line: string): ParsedInput<CaptionInput> {
  const text = line.trim().toLowerCase();
  const picture = (seed: number, things: readonly Thing[] | null): ParsedInput<CaptionInput> => ({
    input: inputOf(drawScene(generator(seed), things)),
    shown: text,
  });
  if (/^\d+$/u.test(text)) return picture(Number(text), null);
  const words = text.split(/\s+/u);
  const things = Array.from({ length: Math.ceil(words.length / 2) }, (_, k) => ({
    colour: colours.find((name) => name === words[2 * k]),
    shape: shapes.find((name) => name === words[2 * k + 1]),
  }));
  if (
    things.length < fewest ||
    things.length > most ||
    !things.every((thing): thing is Thing => thing.colour !== undefined && thing.shape !== undefined)
  ) {
    throw new RangeError(
      `expected the number of a picture, or ${fewest} to ${most} things such as \`red circle blue ring\` (${colours.join(', ')}; ${shapes.join(', ')}), given ${JSON.stringify(line)}`,
    );
  }
  // The same words give the same picture.
  return picture(
    [...text].reduce((seed, letter) => (Math.imul(seed, 31) + letter.codePointAt(0)!) | 0, 7),
    things,
  );
}

/** Whether a position of the grid lies on a thing. */
function liesOn(place: number, { x, y, radius }: Placed): boolean {
  const [left, top] = [(place % grid) * tile, Math.floor(place / grid) * tile];
  return left < x + radius && left + tile > x - radius && top < y + radius && top + tile > y - radius;
}

/** The position that a word is looked at most. */
function lookedAt(weights: Value, word: number): number {
  const row = weights.data.slice(word * grid * grid, (word + 1) * grid * grid);
  return row.indexOf(Math.max(...row));
}

/** Whole captions; and of the right caption's words, colours and shapes apart, how many are looked for on the thing which they tell of. */
async function evaluate(
  model: CaptionModel,
  examples: readonly TaskExample<CaptionInput, CaptionTarget>[],
  progress?: (done: number) => void,
): Promise<Evaluation> {
  const verdicts = await inParts(
    examples,
    128,
    async (part) => {
      const answers = await model.generate(part.map(({ input }) => input));
      const taught = await model.forward(part.map(({ input, target }) => ({ ...input, ...target })));
      return part.map(({ input: { [drawn]: scene }, answer }, k) => {
        const share = (word: number): number =>
          scene.things.filter((thing, t) => liesOn(lookedAt(taught[k]!.weights!, 2 * t + word), thing)).length / scene.things.length;
        return [told(answers[k]!.ids) === answer ? 1 : 0, share(0), share(1)];
      });
    },
    progress,
  );
  return tabulateBy(
    ['exact caption', 'colour: on the thing', 'shape: on the thing'],
    examples.map(({ group }) => group),
    meansOf(verdicts),
  );
}

async function pictures(model: CaptionModel, inputs: readonly ParsedInput<CaptionInput>[]): Promise<Picture[]> {
  const answers = await model.generate(
    inputs.map(({ input }) => input),
    { taps: ['weights'] },
  );
  return answers.map(({ ids, taps }, k) => {
    const {
      input: { [drawn]: scene },
      shown,
    } = inputs[k]!;
    const weights = taps.weights!.data;
    return {
      name: shown.replace(/[^\p{L}\p{N}]+/gu, '-'),
      svg: attendedSvg({
        title: told(ids),
        image: { width: side, height: side, planes: scene.pixels },
        looks: Array.from(ids, (id, t) => ({
          word: vocabulary[id]!,
          weights: Array.from({ length: grid }, (_, y) => Array.from(weights.slice((t * grid + y) * grid, (t * grid + y + 1) * grid))),
        })),
      }),
    };
  });
}
