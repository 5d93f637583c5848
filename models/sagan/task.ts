/** Characters of a given alphabet, made out of noise. */
import { inParts, sheetSvg } from 'attnc/runtime';
import type {
  Configuration,
  Floats,
  Joint,
  Model,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Picture,
  Task,
  TaskExample,
  Value,
} from 'attnc/runtime';
import { chance } from '../snail/chance.ts';
import { featuresOf, frechet, momentsOf, principal, type Features, type Moments } from './distance.ts';
import { disagreement, names, picturesOf, type Kind, type Labelled, type Part } from './pictures.ts';

export interface MakeInput {
  readonly label: number;
  /** What the generator makes the picture from; training draws its own. */
  readonly z: readonly number[];
}

export interface MakeTarget {
  readonly image: Image;
}

/** Rows of pixels of one number. */
type Image = readonly (readonly Floats[])[];

export interface Made {
  readonly label: number;
  readonly pixels: ArrayLike<number>;
}

export type Generator = Model<Record<string, number>, MakeInput, object, { readonly image: Value; readonly weights?: Value }>;
export type Discriminator = Model<
  Record<string, number>,
  { readonly image: Image; readonly label: number },
  object,
  { readonly score: Value }
>;
export type Sagan = Joint<{ readonly G: Generator; readonly D: Discriminator }, MakeInput & MakeTarget>;

interface Emitted {
  readonly Generator: new (options: ModelOptions<Record<string, number>>) => Generator;
  readonly Discriminator: new (options: ModelOptions<Record<string, number>>) => Discriminator;
  readonly Hinge: new (models: { readonly G: Generator; readonly D: Discriminator }, options: { readonly seed: number }) => Sagan;
}

type Example = TaskExample<MakeInput, MakeTarget>;

const configuration = (about: string, attention: 'full' | 'none', steps: number): Configuration => ({
  about,
  dims: { start: 5, base: 16, latent: 64 },
  set: { attention },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 250,
});

const configurations: Readonly<Record<string, Configuration>> = {
  attention: configuration('attention over all positions in both networks', 'full', 2500),
  none: configuration('the same networks without attention', 'none', 2500),
  mirrored: { ...configuration('characters beside their mirror images', 'full', 2500), settings: { kind: 'mirrored' } },
  'mirrored-none': { ...configuration('the same without attention', 'none', 2500), settings: { kind: 'mirrored' } },
  quick: {
    ...configuration('less than a minute: shows that everything runs', 'full', 30),
    dims: { start: 2, base: 8, latent: 16 },
    batchSize: 16,
    validateEvery: 30,
    settings: { held: 64 },
  },
};

/** Pictures are compared by so many principal components. */
export const components = 32;

export const task: Task<MakeInput, MakeTarget, Made, Sagan, Emitted> = {
  name: 'sagan',
  about: 'characters of an alphabet made out of noise (Zhang et al. 2019)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openPictures(configuration)),
  create: ({ Generator: G, Discriminator: D, Hinge }, { seed = 0, ...options }) =>
    new Hinge({ G: new G({ ...options, seed }), D: new D({ ...options, seed: seed + 1 }) }, { seed }),
};

export function openPictures({ dims, settings }: Configuration): OpenTask<MakeInput, MakeTarget, Made, Sagan> {
  const side = 4 * dims.start!;
  const latent = dims.latent!;
  const kind: Kind = settings?.kind === 'mirrored' ? 'mirrored' : 'whole';
  const held = (part: Part): Example[] => {
    const random = chance(`characters: ${part}`);
    return shuffled(picturesOf(part, side, kind), random)
      .slice(0, Number(settings?.held ?? 1000))
      .map((picture) => exampleOf(picture, side, noise(random, latent)));
  };
  const training = picturesOf('train', side, kind);
  const validation = held('validation');
  const yardstick = once(() => measure(training, validation));
  return {
    dims: { classes: names.length },
    train: (random) => exampleOf(training[Math.floor(random() * training.length)]!, side, noise(random, latent)),
    validation,
    test: held('test'),
    parse: (line) => parse(line, latent),
    samples: ['Latin 1', 'Hiragana 2', 'Hangul 3'],
    answer: (model, inputs) => make(model, inputs),
    show: (made) => sketch(made.pixels, side),
    evaluate: async (model, examples, progress) => {
      const made = await make(
        model,
        examples.map(({ input }) => input),
        progress,
      );
      const { features, training: known } = yardstick();
      const real = examples.map((example) => ({ label: example.input.label, pixels: pixelsOf(example.target.image) }));
      const row = (group: string, of: (label: number) => boolean): { group: string; examples: number; values: number[] } => {
        const [mine, theirs] = [made.filter(({ label }) => of(label)), real.filter(({ label }) => of(label))];
        const apart = frechet(moments(features, theirs), moments(features, mine));
        const values = [apart, shareOfClass(features, known, mine), ...(kind === 'whole' ? [] : [disagreement(mine, side)])];
        return { group, examples: mine.length, values };
      };
      const groups = names.map((name, label) => row(name, (other) => other === label)).filter(({ examples: count }) => count > components);
      return {
        columns: ['distance', 'nearest of its alphabet', ...(kind === 'whole' ? [] : ['halves apart'])],
        counts: ['distance', 'halves apart'],
        rows: [row('all', () => true), ...groups],
      };
    },
    pictures: (model, inputs) => pictures(model, inputs, latent),
    training: {
      objective: 'Hinge',
      validate: {
        every: 1,
        watch: 'distance',
        goal: 'least',
        metrics: async (model) => {
          const { features, held: expected } = yardstick();
          const made = await make(
            model,
            validation.map(({ input }) => input),
          );
          const { weights } = model.models.G;
          const gain = weights.specs.find(({ path }) => path.endsWith('SelfAttention.γ'));
          return {
            distance: frechet(expected, moments(features, made)),
            ...(kind === 'whole' ? {} : { apart: disagreement(made, side) }),
            // Eq. (3): how much of what the attention found is added.
            ...(gain === undefined ? {} : { gain: (await weights.read(gain.path)).data[0]! }),
          };
        },
      },
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

interface Yardstick {
  readonly features: Features;
  /** Some of the training pictures. */
  readonly training: readonly Labelled[];
  readonly held: Moments;
}

function measure(all: readonly Labelled[], held: readonly Example[]): Yardstick {
  const training = all.filter((_, k) => k % 4 === 0);
  const features = principal(
    training.map(({ pixels }) => pixels),
    components,
  );
  return {
    features,
    training,
    held: moments(
      features,
      held.map(({ target }) => ({ label: 0, pixels: pixelsOf(target.image) })),
    ),
  };
}

function moments(features: Features, pictures: readonly Made[]): Moments {
  return momentsOf(pictures.map(({ pixels }) => featuresOf(features, pixels)));
}

/** Of how many pictures is the nearest training picture of their own class? */
export function shareOfClass(features: Features, training: readonly Labelled[], pictures: readonly Made[]): number {
  const known = training.map(({ pixels, label }) => ({ at: featuresOf(features, pixels), label }));
  const right = pictures.filter(({ pixels, label }) => {
    const at = featuresOf(features, pixels);
    let [best, least] = [-1, Infinity];
    for (const other of known) {
      let apart = 0;
      for (let k = 0; k < at.length && apart < least; k++) apart += (at[k]! - other.at[k]!) ** 2;
      if (apart < least) [best, least] = [other.label, apart];
    }
    return best === label;
  });
  return right.length / Math.max(1, pictures.length);
}

async function make(model: Sagan, inputs: readonly MakeInput[], progress?: (done: number) => void): Promise<Made[]> {
  return inParts(
    inputs,
    100,
    async (part) => (await model.models.G.forward(part)).map(({ image }, k) => ({ label: part[k]!.label, pixels: image.data })),
    progress,
  );
}

function exampleOf({ pixels, label }: Labelled, side: number, z: readonly number[]): Example {
  const image = Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (__, x) => pixels.subarray(y * side + x, y * side + x + 1)),
  );
  return { input: { label, z }, target: { image }, shown: names[label]!, answer: names[label]!, group: names[label]! };
}

function pixelsOf(image: Image): Float32Array {
  return Float32Array.from(image.flatMap((row) => row.map(([value]) => value as number)));
}

/** Normal numbers: Box & Muller 1958. */
function noise(random: () => number, count: number): number[] {
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let k = result.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    [result[k], result[other]] = [result[other]!, result[k]!];
  }
  return result;
}

/** `Latin 7`: a letter of that alphabet, from the seventh noise. */
function parse(line: string, latent: number): ParsedInput<MakeInput> {
  const [, name, number] = /^\s*(\p{L}[\p{L} ]*?)\s+(\d{1,9})\s*$/u.exec(line) ?? [];
  const label = names.findIndex((one) => one.toLowerCase() === name?.toLowerCase());
  if (label < 0) throw new RangeError(`expected ${names.join(', ')} and a number, such as \`Latin 7\`; given \`${line.trim()}\``);
  return { input: { label, z: noise(chance(`characters: ${number}`), latent) }, shown: `${names[label]!} ${number}` };
}

function sketch(pixels: ArrayLike<number>, side: number): string {
  const shade = (value: number): string => ' ░▒▓█'[Math.min(4, Math.max(0, Math.floor((value + 1) * 2.5)))]!;
  return `\n${Array.from({ length: side }, (_, y) => Array.from({ length: side }, (__, x) => shade(pixels[y * side + x]!).repeat(2)).join('')).join('\n')}`;
}

const perRow = 12;

/** A sheet of all alphabets, and where the generator looked for these inputs. */
async function pictures(model: Sagan, inputs: readonly ParsedInput<MakeInput>[], latent: number): Promise<Picture[]> {
  const random = chance('characters: a sheet');
  const asked = names.flatMap((_, label) => Array.from({ length: perRow }, (): MakeInput => ({ label, z: noise(random, latent) })));
  const made = await make(model, asked);
  const sheet = sheetSvg(
    'Characters made out of noise',
    names.map((name, label) => ({ name, pictures: made.filter((one) => one.label === label) })),
  );
  const looked = await model.models.G.forward(inputs.map(({ input }) => input));
  const maps = looked.flatMap(({ image, weights }, k) =>
    weights === undefined ? [] : [{ name: inputs[k]!.shown, pictures: [{ pixels: image.data }, ...looks(image.data, weights)] }],
  );
  return [
    { name: 'sheet', svg: sheet },
    ...(maps.length === 0 ? [] : [{ name: 'attention', svg: sheetSvg('Where the blue dots look', maps) }]),
  ];
}

/** From the five positions of most ink that lie apart. */
function looks(
  pixels: ArrayLike<number>,
  { data, axes }: Value,
): { pixels: ArrayLike<number>; weights: number[]; from: readonly [number, number] }[] {
  const places = Math.sqrt(data.length);
  const side = Math.sqrt(places);
  const scale = Math.sqrt(pixels.length) / side;
  const inkAt = (place: number): number =>
    pixels[Math.floor((Math.floor(place / side) + 0.5) * scale) * Math.sqrt(pixels.length) + Math.floor(((place % side) + 0.5) * scale)]!;
  const chosen: number[] = [];
  for (const place of Array.from({ length: places }, (_, k) => k).sort((a, b) => inkAt(b) - inkAt(a))) {
    const apart = chosen.every(
      (other) => Math.abs(Math.floor(other / side) - Math.floor(place / side)) + Math.abs((other % side) - (place % side)) > side / 3,
    );
    if (apart && chosen.length < 5) chosen.push(place);
  }
  const asks = axes.indexOf('here');
  return chosen.map((place) => ({
    pixels,
    from: [(Math.floor(place / side) + 0.5) / side, ((place % side) + 0.5) / side],
    weights: Array.from({ length: places }, (_, k) => (asks === 0 ? data[place * places + k]! : data[k * places + place]!)),
  }));
}
