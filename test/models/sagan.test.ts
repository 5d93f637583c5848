/** models/sagan: both updates against the oracle on every backend, what its results are measured with, and its checkpoint. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFile, renderAll, type Program } from '../../compiler/index.ts';
import { interpret, interpretAll, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { useBackend, type Joint, type Model, type Value } from '../../runtime/index.ts';
import { eigen, featuresOf, frechet, momentsOf, principal } from '../../models/sagan/distance.ts';
import { chance } from '../../models/snail/chance.ts';
import { agreement } from '../../models/sagan/measures.ts';
import { apartFrom, besideEachOther, drawn, namesOf, sourcesOf, type Kind, type Part } from '../../models/sagan/pictures.ts';
import { openPictures, task } from '../../models/sagan/task.ts';
import { modelText } from '../analyze/support.ts';
import { load } from '../emit/support.ts';
import { Slopes } from '../slopes.ts';
import { drawsOf } from './chance.ts';
import { library, parametersOf, relative, usableBackends } from './support.ts';

const backends = await usableBackends();

interface Asked {
  readonly z: readonly number[];
  readonly label: number;
}
interface Example {
  readonly image: readonly (readonly (readonly number[])[])[];
  readonly label: number;
}
type Options = { readonly dims: Readonly<Record<string, number>>; readonly seed: number };
type Generator = Model<Record<string, number>, Asked, object, { readonly image: Value; readonly weights: Value }>;
type Discriminator = Model<Record<string, number>, Example, object, { readonly score: Value }>;
type Hinge = Joint<{ readonly G: Generator; readonly D: Discriminator }, Example>;
interface Emitted {
  readonly Generator: new (options: Options) => Generator;
  readonly Discriminator: new (options: Options) => Discriminator;
  readonly Hinge: new (models: { readonly G: Generator; readonly D: Discriminator }, options: { readonly seed: number }) => Hinge;
}

async function emitted(text: string): Promise<{ readonly module: Emitted; readonly programs: readonly Program[] }> {
  const files = library();
  const { code, programs, diagnostics, sources } = await compileFile(
    'sagan/model.attn',
    { ...files, read: (path) => (path === 'sagan/model.attn' ? text : files.read(path)) },
    { verify: text === source },
  );
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  return { module: load(code) as unknown as Emitted, programs };
}

const source = modelText('sagan/model.attn');
/** Twice the directions of `Spectral` stand still where differences would move them: here every map is halved instead. */
const attention = modelText('std/spectral.attn')
  .split('\n\n')
  .find((block) => block.includes('attention SelfAttention'))!;
const halved = `${source.replace(/import SelfAttention.*\n/, '')}\n${attention}`
  .replaceAll(/Spectral\((\w+)\)/g, '(0.5 * $1)')
  .replace('γ: [] = 0', 'γ: [] = 0.7');

const dims = { start: 1, across: 1, base: 4, latent: 3, classes: 2 };
const side = 4 * dims.start;
const pixel = (k: number): number => Math.sin(1.7 * k + 0.3);
const examples: readonly Example[] = [0, 1, 1].map((label, k) => ({
  label,
  image: Array.from({ length: side }, (_, y) => Array.from({ length: side }, (__, x) => [pixel(16 * k + side * y + x)])),
}));

const together = ({ Generator, Discriminator, Hinge }: Emitted): Hinge =>
  new Hinge({ G: new Generator({ dims, seed: 1 }), D: new Discriminator({ dims, seed: 2 }) }, { seed: 3 });

async function bound(hinge: Hinge, step: number): Promise<Bindings[]> {
  const parameters = await parametersOf(hinge);
  const sizes = new Map(Object.entries(hinge.sizes));
  return examples.map(
    ({ image, label }, k): Bindings => ({
      sizes,
      parameters,
      inputs: new Map<string, Nested>([
        ['image', image],
        ['label', label],
      ]),
      random: drawsOf(3, step, k, sizes),
    }),
  );
}

const full = await emitted(source);
const plain = await emitted(halved);
const updatesOf = ({ programs }: typeof full): Program['objectives'][number]['updates'] =>
  programs.find(({ name }) => name === 'Hinge')!.objectives[0]!.updates;
const slopes = new Map<string, Slopes>();

/** The loss of an update in the oracle, and the next running values: the same for every backend. */
const expected = new Map<string, { readonly loss: number; readonly running: ReadonlyMap<string, Float64Array> }>();
function expectedOf(
  { name, training }: ReturnType<typeof updatesOf>[number],
  bindings: readonly Bindings[],
): { readonly loss: number; readonly running: ReadonlyMap<string, Float64Array> } {
  const known = expected.get(name!);
  if (known !== undefined) return known;
  const each = interpretAll([training.loss, ...training.running.values()], bindings).map((values) => values.map(({ data }) => data));
  const made = {
    loss: each.reduce((sum, [loss]) => sum + loss![0]!, 0) / each.length,
    running: new Map([...training.running.keys()].map((path, k) => [path, each[0]![k + 1]!])),
  };
  expected.set(name!, made);
  return made;
}

describe.each(backends)('models/sagan on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('has the losses of the oracle, and its running values take the same next ones', async () => {
    const hinge = together(full.module);
    const bindings = await bound(hinge, 2);
    for (const update of updatesOf(full)) {
      const { loss, running } = await hinge.gradients(examples, { update: update.name!, step: 2 });
      const own = expectedOf(update, bindings);
      expect(loss).toBeCloseTo(own.loss, 4);
      expect(Object.keys(running).sort()).toEqual([...own.running.keys()].sort());
      for (const [path, data] of own.running) expect(relative(running[path]!.data, data), path).toBeLessThan(1e-4);
    }
  });

  it('has the gradients of finite differences, each update of its own network', async () => {
    const hinge = together(plain.module);
    const bindings = await bound(hinge, 2);
    for (const update of updatesOf(plain)) {
      const { gradients } = await hinge.gradients(examples, { update: update.name!, step: 2 });
      expect(Object.keys(gradients).every((path) => path.startsWith(`${update.name!}.`))).toBe(true);
      const own = slopes.get(update.name!) ?? new Slopes(update.training.loss, bindings);
      slopes.set(update.name!, own);
      own.expect(gradients, 2e-3, 1e-2);
    }
  }, 400_000);

  it('makes pictures that do not depend on what else is made, and begins without attention', async () => {
    const { G } = together(full.module).models;
    const asked: Asked[] = [
      { z: [0.3, -1.2, 0.7], label: 1 },
      { z: [-0.4, 0.1, 2], label: 0 },
    ];
    const made = await G.forward(asked);
    const alone = (await G.forward([asked[1]!]))[0]!;
    expect(relative(alone.image.data, made[1]!.image.data)).toBeLessThan(1e-5);
    expect(made[0]!.weights.axes).toEqual(['there', 'here']);
    const program = full.programs.find(({ name }) => name === 'Generator')!;
    const parameters = await parametersOf(G);
    const image = interpret([program.outputs.get('image')!], {
      sizes: new Map(Object.entries(G.sizes)),
      parameters,
      inputs: new Map<string, Nested>([
        ['z', asked[0]!.z],
        ['label', 1],
      ]),
    })[0]!;
    expect(relative(made[0]!.image.data, image.data)).toBeLessThan(1e-4);
  });
});

interface Reference {
  readonly dims: Readonly<Record<string, number>>;
  readonly examples: readonly object[];
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  readonly updates: Readonly<
    Record<
      string,
      {
        readonly loss: number;
        readonly gradients: Readonly<Record<string, readonly number[]>>;
        readonly running: Readonly<Record<string, readonly number[]>>;
      }
    >
  >;
}

it('has the losses, gradients and next running values of the same networks written in PyTorch', async () => {
  await useBackend('cpu');
  const reference = JSON.parse(
    readFileSync(new URL('../references/fixtures/adversarial/sagan.json', import.meta.url), 'utf8'),
  ) as Reference;
  // The noise is given.
  const {
    module: { Generator, Discriminator, Hinge },
  } = await emitted(
    source
      .replaceAll('sample normal[latent]()', 'z')
      .replace('label: index(classes) {\n  update', 'label: index(classes), z: [latent] {\n  update'),
  );
  const own = { ...reference.dims, across: reference.dims.start! };
  const hinge = new Hinge({ G: new Generator({ dims: own, seed: 1 }), D: new Discriminator({ dims: own, seed: 1 }) }, { seed: 1 });
  hinge.weights.restore(
    new Map(
      Object.entries(reference.parameters).map(([path, { shape, data }]) => [path, { shape: [...shape], data: Float32Array.from(data) }]),
    ),
  );
  for (const [update, expected] of Object.entries(reference.updates)) {
    const { loss, gradients, running } = await hinge.gradients(reference.examples as Example[], { update });
    expect(loss).toBeCloseTo(expected.loss, 4);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected.gradients).sort());
    expect(Object.keys(running).sort()).toEqual(Object.keys(expected.running).sort());
    const largest = Math.max(...Object.values(expected.gradients).flat().map(Math.abs));
    for (const [path, values] of Object.entries(expected.gradients)) {
      // A bias in front of a normalisation changes nothing: what comes out is the rounding of sums of others' size.
      if (values.every((value) => Math.abs(value) < 1e-15))
        expect(Math.max(...Array.from(gradients[path]!.data, Math.abs)), `${update}: ${path}`).toBeLessThan(1e-7 * largest);
      else expect(relative(gradients[path]!.data, values), `${update}: ${path}`).toBeLessThan(1e-3);
    }
    for (const [path, values] of Object.entries(expected.running))
      expect(relative(running[path]!.data, values), `${update}: next ${path}`).toBeLessThan(1e-4);
  }
});

describe('at the start', () => {
  it('attention changes nothing, and both networks learn how much to take of it', async () => {
    await useBackend('cpu');
    const hinge = together(full.module);
    const without = together((await emitted(source.replace('option attention = full | none', 'option attention = none | full'))).module);
    without.weights.restore(
      new Map([...(await hinge.weights.store())].filter(([path]) => without.weights.specs.some((spec) => spec.path === path))),
    );
    expect((await without.loss(examples)).loss).toBeCloseTo((await hinge.loss(examples)).loss, 6);
    for (const update of ['D', 'G']) {
      const { gradients } = await hinge.gradients(examples, { update });
      const gate = Object.entries(gradients).filter(([path]) => path.endsWith('.γ') && path.includes('SelfAttention'))[0]!;
      expect(Math.abs(gate[1].data[0]!), update).toBeGreaterThan(1e-6);
    }
  });

  it('the hinge is that of the paper (golden numbers)', async () => {
    const line = /loss = (relu\(1 - D\(image, label\)\) \+ relu\(1 \+ D\(fake, label\)\))/.exec(source)![1]!.replaceAll(', label', '');
    const { programs } = await emitted(
      `model M(x: []) -> [] { x }\nobjective O for D: M given image: [], fake: [] { loss = ${line};  optimizer sgd(rate = 1) }`,
    );
    const { loss } = programs.find(({ name }) => name === 'O')!.objectives[0]!.updates[0]!;
    const at = (image: number, fake: number): number =>
      interpret([loss], {
        sizes: new Map(),
        parameters: new Map(),
        inputs: new Map([
          ['image', image],
          ['fake', fake],
        ]),
      })[0]!.data[0]!;
    // Apart: relu(1 + D(fake)) is 0 for a fake of -9, relu(1 - D(image)) for an image of 9.
    expect((at(0.3, -9) + at(-2, -9)) / 2).toBeCloseTo(1.85, 12);
    expect((at(9, -0.5) + at(9, 1.5)) / 2).toBeCloseTo(1.5, 12);
  });
});

describe('the distance between sets of pictures', () => {
  const normal = (k: number): number =>
    Math.sqrt(-2 * Math.log((((k * 7919) % 10007) + 0.5) / 10007)) * Math.cos(2 * Math.PI * ((((k * 104729) % 10009) + 0.5) / 10009));

  it('is that of two normal distributions (Heusel et al. 2017, eq. 6)', () => {
    const diagonal = (values: readonly number[]): Float64Array[] =>
      values.map((value, i) => Float64Array.from(values, (_, j) => (i === j ? value : 0)));
    const a = { mean: Float64Array.of(1, 2, 0), covariance: diagonal([4, 1, 9]) };
    const b = { mean: Float64Array.of(0, 2, 2), covariance: diagonal([1, 1, 4]) };
    expect(frechet(a, b)).toBeCloseTo(1 + 4 + 1 + 0 + 1, 10);
    expect(frechet(a, a)).toBeCloseTo(0, 10);
    // Turned alike, as far apart; in two dimensions tr (C₁ C₂)^½ = √(tr C₁ C₂ + 2 √(det C₁ det C₂)).
    const [c, d] = [
      [
        [2, 0.6],
        [0.6, 1],
      ],
      [
        [1, -0.4],
        [-0.4, 3],
      ],
    ].map((rows) => ({ mean: Float64Array.of(0, 0), covariance: rows.map((row) => Float64Array.from(row)) })) as [typeof a, typeof a];
    const trace = 2 * 1 + 2 * 0.6 * -0.4 + 1 * 3;
    expect(frechet(c, d)).toBeCloseTo(3 + 4 - 2 * Math.sqrt(trace + 2 * Math.sqrt((2 - 0.36) * (3 - 0.16))), 10);
    expect(frechet(d, c)).toBeCloseTo(frechet(c, d), 10);
  });

  it('rests on eigenvalues, and on the directions in which pictures vary most', () => {
    const { values, vectors } = eigen(
      [
        [2, 1, 0],
        [1, 2, 1],
        [0, 1, 2],
      ].map((row) => Float64Array.from(row)),
    );
    expect([...values].sort((x, y) => x - y).map((value) => Number(value.toFixed(9)))).toEqual(
      [2 - Math.SQRT2, 2, 2 + Math.SQRT2].map((value) => Number(value.toFixed(9))),
    );
    for (const [k, vector] of vectors.entries()) expect(vector[0]! * 2 + vector[1]!).toBeCloseTo(values[k]! * vector[0]!, 9);
    const rows = Array.from({ length: 500 }, (_, k) => [3 * normal(k), 3 * normal(k) + 0.1 * normal(k + 5000), 0.2 * normal(k + 9000)]);
    const features = principal(rows, 1);
    expect(Math.abs(features.directions[0]![0]!)).toBeCloseTo(Math.SQRT1_2, 1);
    expect(Math.abs(features.directions[0]![1]!)).toBeCloseTo(Math.SQRT1_2, 1);
    expect(momentsOf(rows.map((row) => featuresOf(features, row))).mean[0]).toBeCloseTo(0, 9);
  });

  it('tells real pictures apart from spoilt ones, the more the more they are', () => {
    const [real, others] = (['validation', 'test'] as const).map((part) =>
      pixelsOf('alphabets', part, 8).filter((_, k) => k % 3 === 0),
    ) as [Float32Array[], Float32Array[]];
    const features = principal(real, 16);
    const moments = (pictures: readonly ArrayLike<number>[]): ReturnType<typeof momentsOf> =>
      momentsOf(pictures.map((picture) => featuresOf(features, picture)));
    const spoilt = (share: number): number =>
      frechet(
        moments(real),
        moments(others.map((picture, k) => picture.map((value, j) => (1 - share) * value + share * Math.sin(k + j * j)))),
      );
    const apart = [0, 0.2, 0.5, 1].map(spoilt);
    expect(apart).toEqual([...apart].sort((a, b) => a - b));
    expect(apart[3]! / apart[0]!).toBeGreaterThan(10);
  });
});

function pixelsOf(kind: Kind, part: Part, pixels: number): Float32Array[] {
  const random = chance(`test: ${part}`);
  return sourcesOf(kind, part).map((source) => drawn(kind, source, pixels, random).pixels);
}

describe('its pictures', () => {
  it('are in three parts that share none, and lie between -1 and 1', () => {
    for (const [kind, classes] of [
      ['alphabets', 8],
      ['characters', 20],
      ['twins', 1],
    ] as const) {
      const [train, validation, test] = (['train', 'validation', 'test'] as const).map((part) => sourcesOf(kind, part));
      expect(namesOf(kind)).toHaveLength(classes);
      expect(train!.length).toBeGreaterThan(2 * Math.max(validation!.length, test!.length));
      const key = ({ picture }: { readonly picture: Float32Array }): string => picture.join();
      const seen = new Set(train!.map(key));
      expect(test!.filter((each) => seen.has(key(each))).length / test!.length).toBeLessThan(0.02);
      for (const pixels of pixelsOf(kind, 'validation', 20).slice(0, 50))
        expect(Math.max(...pixels.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it('of twins have one character twice, further apart than a discriminator without attention sees', () => {
    const agree = agreement(8);
    const twins = pixelsOf('twins', 'test', 8).map((pixels) => ({ label: 0, pixels }));
    expect(agree(twins)).toEqual({ same: 1, tones: expect.closeTo(1, 6) as number });
    const ends = twins.map(({ pixels }) => apartFrom(pixels, 8));
    const strangers = ends.map(([left], k) => ({ label: 0, pixels: besideEachOther(left, ends[(k + 7) % ends.length]![1], 8) }));
    expect(agree(strangers).same).toBeLessThan(0.5);
    expect(Math.abs(agree(strangers).tones)).toBeLessThan(0.5);
    // 3 × 3, 3 × 3, halved, 3 × 3, 3 × 3, halved: a position sees 16 × 16 pixels.
    expect(twins[0]!.pixels.length / 8 - 2 * 8).toBeGreaterThanOrEqual(16 - 1);
  });
});

const checkpoint = new URL('../../models/sagan/checkpoint.safetensors', import.meta.url);
describe.runIf(existsSync(checkpoint))('the checkpoint', () => {
  it('holds both networks, and each is made from it', async () => {
    await useBackend(backends[0]!);
    const { Generator } = full.module;
    const alphabets = namesOf('alphabets');
    const G = new Generator({ dims: { start: 5, across: 5, base: 16, latent: 64, classes: alphabets.length }, seed: 1 });
    await G.load(readFileSync(checkpoint));
    const { parse } = openPictures(task.configurations.attention!);
    const asked = alphabets.flatMap((name) => [1, 2, 3].map((number) => parse(`${name} ${number}`).input));
    const made = (await G.forward(asked)).map(({ image }) => image.data);
    expect(Math.max(...made.flatMap((pixels) => [...pixels]))).toBeGreaterThan(0.9);
    // As much ink as in real pictures, on the mean, and another picture from other noise.
    const ink = (pictures: readonly ArrayLike<number>[]): number =>
      pictures.reduce((sum, pixels) => sum + Array.from(pixels).reduce((inner, value) => inner + value, 0) / pixels.length, 0) /
      pictures.length;
    expect(Math.abs(ink(made) - ink(pixelsOf('alphabets', 'test', 20)))).toBeLessThan(0.2);
    expect(relative(made[0]!, made[1]!)).toBeGreaterThan(0.2);
  });
});
