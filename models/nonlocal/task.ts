/** Remote colouring: a grey mark gets the colour of a mark at the other side of the picture. */
import { attendedSvg, inParts, tabulate } from 'attnc/runtime';
import type { Configuration, Floats, Model, ModelOptions, OpenTask, Picture, Task, TaskExample, Value } from 'attnc/runtime';
import { chance } from '../snail/chance.ts';
import { drawScene, names, type Scene } from './scenes.ts';

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const drawn: unique symbol = Symbol('drawn');

export interface ColourInput {
  readonly image: readonly (readonly Floats[])[];
  /** What is in the picture, for people. */
  readonly [drawn]: Scene;
}

export interface ColourTarget {
  readonly colour: number;
  readonly grey: readonly (readonly boolean[])[];
}

/** Entries of the palette at the four pixels of the grey mark. */
export type Colours = readonly number[];

export type ColourModel = Model<Record<string, number>, ColourInput, ColourTarget, { readonly logits: Value; readonly weights?: Value }>;

interface Emitted {
  readonly Colour: new (options: ModelOptions<Record<string, number>>) => ColourModel;
}

type Example = TaskExample<ColourInput, ColourTarget>;

const configuration = (about: string, middle: 'nonlocal' | 'local', steps = 600): Configuration => ({
  about,
  dims: {},
  set: { middle },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 100,
});

const configurations: Readonly<Record<string, Configuration>> = {
  nonlocal: configuration('one non-local block among small convolutions', 'nonlocal'),
  local: configuration("a convolution in the block's place", 'local'),
  quick: { ...configuration('half a minute: shows that everything runs', 'nonlocal', 200), settings: { validation: 64, test: 128 } },
};

export const task: Task<ColourInput, ColourTarget, Colours, ColourModel, Emitted> = {
  name: 'nonlocal',
  about: 'a grey mark gets the colour of one at the other side of the picture (Wang et al. 2018)',
  source: 'model.attn',
  configurations,
  open: ({ dims, settings }) => Promise.resolve(openScenes(dims.height ?? 12, settings)),
  create: (emitted, options) => new emitted.Colour(options),
};

function openScenes(
  size: number,
  { validation = 256, test = 512 }: NonNullable<Configuration['settings']> = {},
): OpenTask<ColourInput, ColourTarget, Colours, ColourModel> {
  const held = (name: string, count: number): Example[] => {
    const random = chance(`remote colouring: ${name}`);
    return Array.from({ length: count }, () => exampleOf(drawScene(random, size)));
  };
  const answer = (model: ColourModel, inputs: readonly ColourInput[]): Promise<Colours[]> =>
    inParts(inputs, 64, async (part) => (await model.forward(part)).map(({ logits }, k) => coloursOf(logits, part[k]![drawn])));
  return {
    dims: { height: size, width: size },
    train: (random) => exampleOf(drawScene(random, size)),
    validation: held('validation', Number(validation)),
    test: held('test', Number(test)),
    parse: (line) => {
      const number = /^\s*(\d{1,9})\s*$/u.exec(line)?.[1];
      if (number === undefined) throw new RangeError(`expected the number of a picture, such as \`7\`; given \`${line.trim()}\``);
      const { input, shown } = exampleOf(drawScene(chance(`remote colouring: ${number}`), size));
      return { input, shown };
    },
    samples: ['1', '2', '3'],
    answer,
    show: (colours) => [...new Set(colours)].map((colour) => names[colour]).join(' and '),
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
      const right = answers.map((colours, k) => colours.filter((colour) => colour === examples[k]!.target.colour).length / colours.length);
      return tabulate(
        'right pixels',
        examples.map(({ group }) => group),
        right,
      );
    },
    pictures: async (model, inputs) => {
      const outputs = await model.forward(inputs.map(({ input }) => input));
      return outputs.flatMap(({ weights }, k) => (weights === undefined ? [] : [lookedAt(weights, inputs[k]!.input[drawn], k)]));
    },
  };
}

function exampleOf(scene: Scene): Example {
  const { image, colour, grey, cue, target } = scene;
  const at = ({ row, column }: Scene['cue']): string => `row ${row}, column ${column}`;
  return {
    input: { image, [drawn]: scene },
    target: { colour, grey },
    shown: `${names[colour]!} at ${at(cue)}, grey at ${at(target)}`,
    answer: names[colour]!,
    group: names[colour]!,
  };
}

function coloursOf({ data, shape }: Value, { size, grey }: Scene): Colours {
  const count = shape.at(-1)!;
  return grey.flatMap((row, y) =>
    row.flatMap((covered, x) => {
      if (!covered) return [];
      const logits = data.slice((y * size + x) * count, (y * size + x + 1) * count);
      return [logits.indexOf(Math.max(...logits))];
    }),
  );
}

/** Where the first pixel of the grey mark looks. */
function lookedAt({ data }: Value, { size, target, colour, image }: Scene, k: number): Picture {
  const from = (target.row * size + target.column) * size * size;
  return {
    name: `colour-${k + 1}`,
    svg: attendedSvg({
      title: 'Where the grey mark looks',
      image: {
        width: size,
        height: size,
        planes: Float32Array.from([0, 1, 2].flatMap((channel) => image.flatMap((row) => row.map((pixel) => pixel[channel]!)))),
      },
      looks: [
        {
          word: names[colour]!,
          weights: Array.from({ length: size }, (_, y) => Array.from(data.slice(from + y * size, from + (y + 1) * size))),
        },
      ],
    }),
  };
}
