/** Characters of a given alphabet, made out of noise. */
import { readFileSync } from 'node:fs';
import { inParts, sheetSvg } from 'attnc/runtime';
import type {
  Configuration,
  EvaluationRow,
  Joint,
  Model,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Task,
  TaskExample,
  Value,
} from 'attnc/runtime';
import { chance } from '../snail/chance.ts';
import { imageOf, read, side as classified, type Classifier, type Emitted as Reader, type Image } from './classifier/task.ts';
import { looks, sketch } from './looks.ts';
import { agreement, components, yardstick, type Made } from './measures.ts';
import { drawn, namesOf, sourcesOf, widthOf, type Kind, type Part, type Source } from './pictures.ts';

export interface MakeInput {
  readonly label: number;
  /** What the generator makes the picture from; training draws its own. */
  readonly z: readonly number[];
}

export interface MakeTarget {
  readonly image: Image;
}

export type Generator = Model<Record<string, number>, MakeInput, object, { readonly image: Value; readonly weights?: Value }>;
export type Discriminator = Model<
  Record<string, number>,
  { readonly image: Image; readonly label: number },
  object,
  { readonly score: Value }
>;
type Both = Joint<{ readonly G: Generator; readonly D: Discriminator }, MakeInput & MakeTarget>;
export type Sagan = Both & {
  /** Judges what is made; no part of the training. */
  readonly reader: Classifier;
};

interface Emitted extends Reader {
  readonly Generator: new (options: ModelOptions<Record<string, number>>) => Generator;
  readonly Discriminator: new (options: ModelOptions<Record<string, number>>) => Discriminator;
  readonly Hinge: new (models: { readonly G: Generator; readonly D: Discriminator }, options: { readonly seed: number }) => Both;
}

type Example = TaskExample<MakeInput, MakeTarget>;

const configuration = (about: string, kind: Kind, attention: 'full' | 'none', steps: number): Configuration => ({
  about,
  dims: {
    ...(kind === 'twins' ? { start: 2, across: 8 } : { start: 5, across: 5 }),
    base: 16,
    k: kind === 'alphabets' ? 8 : 2,
    latent: 64,
  },
  set: { attention, told: kind === 'characters' ? 'start' : 'norms' },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 250,
  settings: { kind },
});

const configurations: Readonly<Record<string, Configuration>> = {
  attention: configuration('characters of eight alphabets, each a class', 'alphabets', 'full', 2500),
  none: configuration('the same networks without attention', 'alphabets', 'none', 2500),
  characters: configuration('twenty characters, each a class', 'characters', 'full', 1500),
  'characters-none': configuration('the same networks without attention', 'characters', 'none', 1500),
  twins: configuration('the same character at both ends of a wide picture', 'twins', 'full', 1500),
  'twins-none': configuration('the same networks without attention', 'twins', 'none', 1500),
  quick: {
    ...configuration('less than a minute: shows that everything runs', 'characters', 'full', 30),
    dims: { start: 5, across: 5, base: 4, latent: 16 },
    batchSize: 16,
    validateEvery: 30,
    settings: { kind: 'characters', held: 64 },
  },
};

export const task: Task<MakeInput, MakeTarget, Made, Sagan, Emitted> = {
  name: 'sagan',
  about: 'characters made out of noise (Zhang et al. 2019)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openPictures(configuration)),
  create: ({ Generator: G, Discriminator: D, Hinge, Classifier: Reader }, { seed = 0, ...options }) =>
    Object.assign(new Hinge({ G: new G({ ...options, seed }), D: new D({ ...options, seed: seed + 1 }) }, { seed }), {
      reader: new Reader({ seed }),
    }),
};

export function openPictures({ dims, settings }: Configuration): OpenTask<MakeInput, MakeTarget, Made, Sagan> {
  const kind = settings?.kind as Kind;
  const [side, latent] = [4 * dims.start!, dims.latent!];
  const width = widthOf(kind, side);
  const names = namesOf(kind);
  const exampleOf = (source: Source, random: () => number): Example => {
    const { pixels, label } = drawn(kind, source, side, random);
    const name = names[label]!;
    return {
      input: { label, z: noise(random, latent) },
      target: { image: imageOf(pixels, width) },
      shown: name,
      answer: name,
      group: name,
    };
  };
  const held = (part: Part): Example[] => {
    const random = chance(`characters: ${part}`);
    const sources = shuffled(sourcesOf(kind, part), random);
    // There are more pictures of alphabets than that; others are varied.
    return Array.from({ length: Number(settings?.held ?? 1000) }, (_, k) => exampleOf(sources[k % sources.length]!, random));
  };
  const training = sourcesOf(kind, 'train');
  const validation = held('validation');
  const measure = measureOf(kind, side);
  return {
    dims: { classes: names.length },
    train: (random) => exampleOf(training[Math.floor(random() * training.length)]!, random),
    validation,
    test: held('test'),
    parse: (line) => parse(line, names, latent),
    samples: [`${names[0]!} 1`, `${names.at(-1)!} 2`],
    answer: (model, inputs) => make(model, inputs),
    show: (made) => sketch(made.pixels, width),
    evaluate: async (model, examples, progress) => {
      const made = await make(
        model,
        examples.map(({ input }) => input),
        progress,
      );
      const real = examples.map(realOf);
      const row = async (group: string, of: (label: number) => boolean): Promise<EvaluationRow & { readonly columns: string[] }> => {
        const mine = made.filter(({ label }) => of(label));
        const values = await measure(
          model,
          real.filter(({ label }) => of(label)),
          mine,
        );
        return { group, examples: mine.length, values: Object.values(values), columns: Object.keys(values) };
      };
      const rows = [await row('all', () => true)];
      for (const [label, name] of names.entries())
        if (names.length > 1 && made.filter((one) => one.label === label).length > components)
          rows.push(await row(name, (other) => other === label));
      return { columns: rows[0]!.columns, counts: ['distance', 'tones agree'], rows };
    },
    pictures: async (model, inputs) => {
      const random = chance('characters: a sheet');
      const rows = names.length === 1 ? Array.from({ length: 5 }, () => 0) : names.map((_, label) => label);
      const made = await inParts(rows, 1, ([label]) =>
        make(
          model,
          Array.from({ length: Math.round((12 * side) / width) }, () => ({ label: label!, z: noise(random, latent) })),
        ).then((row) => [{ name: names[label!]!, pictures: row.map(({ pixels }) => ({ pixels, width })) }]),
      );
      const looked = await model.models.G.forward(inputs.map(({ input }) => input));
      const maps = looked.flatMap(({ image, weights }, k) =>
        weights === undefined ? [] : [{ name: inputs[k]!.shown, pictures: looks(image.data, width, weights) }],
      );
      return [
        { name: 'sheet', svg: sheetSvg('Characters made out of noise', made) },
        ...(maps.length === 0 ? [] : [{ name: 'attention', svg: sheetSvg('Where the blue dots look', maps) }]),
      ];
    },
    training: {
      objective: 'Hinge',
      validate: {
        every: 1,
        watch: 'distance',
        goal: 'least',
        metrics: async (model) => {
          const made = await make(
            model,
            validation.map(({ input }) => input),
          );
          const gains = await gainsOf(model);
          return { ...(await measure(model, validation.map(realOf), made)), ...gains };
        },
      },
    },
  };
}

/** What pictures are judged by, by column. */
type Measure = (model: Sagan, real: readonly Made[], made: readonly Made[]) => Promise<Readonly<Record<string, number>>>;

function measureOf(kind: Kind, side: number): Measure {
  const yard = once(() => yardstick(kind, side));
  const agree = once(() => agreement(side));
  return async ({ reader }, real, made): Promise<Readonly<Record<string, number>>> => {
    const distance = yard().distance(real, made);
    if (kind === 'alphabets') return { distance, 'nearest of its alphabet': yard().shareOfClass(made) };
    if (kind === 'characters') return { distance, recognised: await shareRead(reader, made) };
    const { same, tones } = agree()(made);
    return { distance, 'ends the same': same, 'tones agree': tones };
  };
}

/** In how many pictures does the classifier see the character that was asked for? */
export async function shareRead(reader: Classifier, made: readonly Made[]): Promise<number> {
  await reader.load(readFileSync(new URL('classifier/checkpoint.safetensors', import.meta.url)));
  const answers = await read(
    reader,
    made.map(({ pixels }) => ({ image: imageOf(Float32Array.from(pixels), classified) })),
  );
  return answers.filter((character, k) => character === made[k]!.label).length / Math.max(1, made.length);
}

/** Eq. (3): how much of what the attention found is added, in either network. */
async function gainsOf({ models }: Sagan): Promise<Record<string, number>> {
  const gains = Object.entries(models).map(async ([name, { weights }]): Promise<[string, number][]> => {
    const gain = weights.specs.find(({ path }) => path.endsWith('SelfAttention.γ'));
    return gain === undefined ? [] : [[`γ of ${name}`, (await weights.read(gain.path)).data[0]!]];
  });
  return Object.fromEntries((await Promise.all(gains)).flat());
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

async function make(model: Sagan, inputs: readonly MakeInput[], progress?: (done: number) => void): Promise<Made[]> {
  return inParts(
    inputs,
    100,
    async (part) => (await model.models.G.forward(part)).map(({ image }, k) => ({ label: part[k]!.label, pixels: image.data })),
    progress,
  );
}

function realOf({ input, target }: Example): Made {
  return { label: input.label, pixels: Float32Array.from(target.image.flatMap((row) => row.map(([value]) => value as number))) };
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

/** `Σ 7`: a picture of that class, from the seventh noise. */
function parse(line: string, names: readonly string[], latent: number): ParsedInput<MakeInput> {
  const [, name, number] = /^\s*(\p{L}[\p{L} ]*?)\s+(\d{1,9})\s*$/u.exec(line) ?? [];
  const exact = names.indexOf(name ?? '');
  const label = exact >= 0 ? exact : names.findIndex((one) => one.toLowerCase() === name?.toLowerCase());
  if (label < 0) throw new RangeError(`expected ${names.join(', ')} and a number, such as \`${names[0]!} 7\`; given \`${line.trim()}\``);
  return { input: { label, z: noise(chance(`characters: ${number}`), latent) }, shown: `${names[label]!} ${number}` };
}
