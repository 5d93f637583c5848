/**
 * The models and std/ against independent implementations: PyTorch written from the papers' equations (fixtures/*.py), whose
 * numbers (fixtures/*.json) are held against the oracle and the emitted gradients in float64, then against every backend.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Bindings, Nested, Value } from '../../compiler/oracle/interpret.ts';
import type { CompiledUpdate, Roots } from '../../compiler/passes/core/compiled.ts';
import { StepRandom, useBackend, type HostBatch, type Model, type Random } from '../../runtime/index.ts';
import { fromStored } from '../../runtime/stored.ts';
import { compiled, oracle, relative, runOn, usableBackends, type Compiled } from '../models/support.ts';

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Fixture {
  readonly script: string;
  /** Under models/, or the text itself. */
  readonly file?: string;
  readonly text?: string;
  /** Which model of the program, and which update of its objective. */
  readonly model: string | null;
  readonly update: string | null;
  /** The loss is what training sees; the outputs are not. */
  readonly training: boolean;
  readonly options: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
  /** Parameters that the equations make indifferent. */
  readonly unmoved: readonly string[];
  /** Of parameters that the update does not train, the gradient is left out. */
  readonly parameters: Readonly<Record<string, Tensor & { readonly gradient?: readonly number[] }>>;
  /** What is kept between updates, and what it becomes; the same where it is left out. */
  readonly running: Readonly<Record<string, Tensor & { readonly next?: readonly number[] }>>;
  readonly examples: readonly Example[];
}

interface Example {
  readonly input: Readonly<Record<string, Nested>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly loss: number;
  /** By kind, along the steps of its loop and then its own axes: what is drawn in training. */
  readonly draws: Readonly<Partial<Record<keyof Random, Tensor>>>;
}

type Any = Model<Record<string, number>, object, object>;

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''))
  .sort();
const fixtures = new Map(
  names.map((name): [string, Fixture] => [name, JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Fixture]),
);

/** The element of a draw; the padding of a batch, and what no reference knows, is 0.5. */
const drawn = (draw: Tensor | undefined, at: readonly number[]): number =>
  draw === undefined || at.some((place, k) => place >= draw.shape[k]!)
    ? 0.5
    : draw.data[at.reduce((offset, place, k) => offset * draw.shape[k]! + place, 0)]!;

class Subject {
  readonly fixture: Fixture;
  readonly compiled: Compiled<Any>;
  readonly model: Any;
  readonly #parameters: ReadonlyMap<string, Float64Array>;

  constructor(fixture: Fixture, made: Compiled<Any>) {
    this.fixture = fixture;
    this.compiled = made;
    this.model = made.create({ dims: fixture.dims });
    const values = Object.entries({ ...fixture.parameters, ...fixture.running });
    this.#parameters = new Map(values.map(([path, { data }]) => [path, Float64Array.from(data)]));
    this.model.weights.restore(
      new Map(values.map(([path, { data, shape }]) => [path, { data: Float32Array.from(data), shape: [...shape] }])),
    );
  }

  get update(): CompiledUpdate {
    const { update } = this.fixture;
    return this.compiled.graphs.objectives[0]!.updates.find(({ update: { name } }) => name === update)!;
  }

  get inputs(): readonly object[] {
    return this.fixture.examples.map(({ input }) => input);
  }

  /** Paths that the update trains. */
  get trained(): readonly string[] {
    return Object.entries(this.fixture.parameters).flatMap(([path, { gradient }]) => (gradient === undefined ? [] : [path]));
  }

  /** What the interpreter needs, of examples as the runtime reads them: one by itself, or a padded batch. */
  bindings(examples: readonly Example[], batched: boolean): Bindings {
    const host: HostBatch = this.model.collateFor(
      this.model.objective(),
      examples.map(({ input }) => input),
    );
    const inputs = Object.entries(host.inputs).map(([name, { data, shape }]): [string, Nested] => [
      name,
      batched ? nested(data, shape) : nested(data, shape.slice(1)),
    ]);
    const lengths = Object.entries(host.lengths);
    const sizes = batched ? host.n : { ...this.model.sizes, ...Object.fromEntries(lengths.map(([dim, [own]]) => [dim, own!])) };
    return {
      sizes: new Map(Object.entries(sizes)),
      inputs: new Map(inputs),
      parameters: this.#parameters,
      lengths: new Map(lengths.map(([dim, own]) => [dim, [...own]])),
      random: ({ draw, axes }, at) => {
        const steps = at.length - axes.length;
        return batched
          ? drawn(examples[at[steps]!]!.draws[draw], [...at.slice(0, steps), ...at.slice(steps + 1)])
          : drawn(examples[0]!.draws[draw], at);
      },
    };
  }

  /** The runtime draws what the reference was given. */
  mockDraws(): void {
    const { examples } = this.fixture;
    vi.spyOn(StepRandom.prototype, 'values').mockImplementation((draw, _site, shape, _ragged, steps) => {
      const rest = shape.slice(1).reduce((n, size) => n * size, 1);
      return Float32Array.from({ length: shape[0]! * rest }, (_, flat) => {
        const at: number[] = [];
        let offset = flat % rest;
        for (const size of shape.slice(1).reverse()) {
          at.unshift(offset % size);
          offset = Math.floor(offset / size);
        }
        return drawn(examples[Math.floor(flat / rest)]!.draws[draw], [...steps, ...at]);
      });
    });
  }
}

function nested(data: ArrayLike<number>, shape: readonly number[], from = 0): Nested {
  const [places, ...rest] = shape;
  if (places === undefined) return data[from]!;
  const stride = rest.reduce((n, size) => n * size, 1);
  return Array.from({ length: places }, (_, k) => nested(data, rest, from + k * stride));
}

/** Compiled once for all backends. */
const programs = new Map<string, Promise<Compiled<Any>>>();

async function subject(name: string): Promise<Subject> {
  const fixture = fixtures.get(name)!;
  const { file = `references-${name}.attn`, text = null, options, model } = fixture;
  const made = programs.get(name) ?? compiled<Any>(file, new Map(Object.entries(options)), text, model);
  programs.set(name, made);
  return new Subject(fixture, await made);
}

const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
const largest = (of: ArrayLike<number>): number => Array.from(of).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
/** What is forbidden among the reference's logits; ours have -Infinity there. */
const FORBIDDEN = -1e9;

/** Outputs against the reference's, each by the largest of them; forbidden is forbidden. */
function expectOutput(given: ArrayLike<number>, { data }: Tensor, what: string, tolerance: number): void {
  const allowed = (of: ArrayLike<number>): number[] => Array.from(of).filter((_, k) => data[k] !== FORBIDDEN);
  expect(relative(allowed(given), allowed(data)), what).toBeLessThan(tolerance);
  expect(
    Array.from(given)
      .filter((_, k) => data[k] === FORBIDDEN)
      .every((x) => x === -Infinity),
    `${what}: forbidden`,
  ).toBe(true);
}

/** Those of rounds have one root for all. */
const rootsOf = (roots: Roots, paths: readonly string[]) =>
  paths.map((path) => roots.get(`gradient.${path}`) ?? roots.get(`gradient.${path.replace(/\[\d+\]/g, '[*]')}`)!);

/** What the path means of a root: all, or that of a round. */
function ofRound(path: string, { type, axes, data }: Value): Float64Array {
  const rounds = type.axes.filter((axis) => axis.rounds === true).length;
  const numbers = Array.from(path.matchAll(/\[(\d+)\]/g), ([, number]) => Number(number));
  const at = axes.slice(0, rounds).reduce((flat, { size }, k) => flat * size + numbers[k]!, 0);
  const size = axes.slice(rounds).reduce((product, each) => product * each.size, 1);
  return data.slice(at * size, (at + 1) * size);
}

/** Slopes are held against the largest of their own tensor, or of all where the equations say that they are 0. */
function expectGradients({ parameters, unmoved }: Fixture, given: (path: string) => ArrayLike<number>, tolerance: number): void {
  const most = Math.max(...Object.values(parameters).map(({ gradient = [] }) => largest(gradient)));
  for (const [path, { gradient }] of Object.entries(parameters)) {
    if (gradient === undefined) continue;
    if (unmoved.includes(path)) expect(largest(given(path)) / most, path).toBeLessThan(tolerance);
    else expect(relative(given(path), gradient), path).toBeLessThan(tolerance);
  }
}

/** Models that have no fixture of this form, each with its reason. */
const without: Readonly<Record<string, string>> = {
  'sagan/model.attn': 'an objective over two networks, with numbers of its own in fixtures/adversarial: test/models/sagan.test.ts',
};

it('every model has a reference', () => {
  const files = readdirSync(fileURLToPath(new URL('../../models/', import.meta.url)), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('model.attn'))
    .map((file) => file.replaceAll('\\', '/'));
  const tested = new Set([...fixtures.values()].map(({ file }) => file));
  expect(files.filter((file) => !tested.has(file) && !(file in without))).toEqual([]);
});

describe.each(names)('%s, in float64', (name) => {
  let tested: Subject;
  let fixture: Fixture;

  beforeAll(async () => {
    await useBackend('cpu');
    tested = await subject(name);
    fixture = tested.fixture;
  });

  it('has the parameters of the reference, in their shapes', () => {
    const show = (path: string, shape: readonly number[]): string => `${path} [${shape}]`;
    const given = (list: Any['parameters']): string[] =>
      list
        .map(({ path, axes }) =>
          show(
            path,
            axes.map(({ size }) => size),
          ),
        )
        .sort();
    const expected = (list: Readonly<Record<string, Tensor>>): string[] =>
      Object.entries(list)
        .map(([path, { shape }]) => show(path, shape))
        .sort();
    expect(given(tested.model.parameters)).toEqual(expected(fixture.parameters));
    expect(given(tested.model.running)).toEqual(expected(fixture.running));
  });

  it('is held against numbers that depend on all of it', () => {
    expect(fixture.examples.length).toBeGreaterThan(1);
    expect(new Set(fixture.examples.map(({ loss }) => loss)).size).toBe(fixture.examples.length);
    expect(tested.trained.length).toBeGreaterThan(0);
    for (const [path, { data, gradient = data }] of Object.entries(fixture.parameters)) {
      expect(gradient.length).toBe(data.length);
      if (fixture.unmoved.includes(path)) expect(largest(gradient), path).toBeLessThan(1e-12);
      else expect(largest(gradient), path).toBeGreaterThan(1e-6);
    }
    for (const [path, { data, next = [] }] of Object.entries(fixture.running)) expect(next, path).not.toEqual(data);
    // Of what a program has, every output is compared, and every ragged dim has lengths that differ.
    for (const { outputs } of fixture.examples)
      expect(Object.keys(outputs).sort()).toEqual([...tested.compiled.program.outputs.keys()].sort());
    const { lengths } = tested.bindings(fixture.examples, true);
    for (const [dim, own] of lengths!) expect(new Set(own).size, dim).toBeGreaterThan(1);
  });

  it('gives the outputs and the loss', () => {
    const { outputs } = tested.compiled.program;
    const { update } = tested.update;
    for (const [k, example] of fixture.examples.entries()) {
      const [loss, ...values] = oracle(
        [(fixture.training ? update.training : update).loss, ...outputs.values()],
        tested.bindings([example], false),
      );
      for (const [j, output] of [...outputs.keys()].entries())
        expectOutput(values[j]!.data, example.outputs[output]!, `${output} of example ${k}`, 1e-9);
      expect(relative(loss!.data, [example.loss]), `loss of example ${k}`).toBeLessThan(1e-9);
    }
  });

  it('gives the gradients, from one padded batch', () => {
    const {
      trained,
      update: { gradients },
    } = tested;
    const kept = Object.entries(fixture.running).filter(([, { next }]) => next !== undefined);
    const bound = tested.bindings(fixture.examples, true);
    const [loss, ...values] = oracle([gradients.get('loss')!, ...rootsOf(gradients, trained)], bound);
    expect(relative(loss!.data, [mean(fixture.examples.map((example) => example.loss))])).toBeLessThan(1e-9);
    const declared = (path: string): Float64Array =>
      fromStored(tested.model.weights.specs.find((spec) => spec.path === path)!, ofRound(path, values[trained.indexOf(path)]!));
    expectGradients(fixture, declared, 1e-9);
    oracle(
      kept.map(([path]) => gradients.get(`running.${path}`)!),
      bound,
    ).forEach(({ data }, k) => expect(relative(data, kept[k]![1].next!), kept[k]![0]).toBeLessThan(1e-9));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const backends = await usableBackends();

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(runOn(names, backend, backends))(
    '%s',
    async (name) => {
      const tested = await subject(name);
      const { fixture, model, inputs } = tested;
      const outputs = await model.forward(inputs);
      for (const [k, example] of fixture.examples.entries()) {
        for (const [output, expected] of Object.entries(example.outputs)) {
          expect(outputs[k]![output]!.shape, `${output} of example ${k}`).toEqual(expected.shape);
          expectOutput(outputs[k]![output]!.data, expected, `${output} of example ${k}`, 1e-4);
        }
      }
      tested.mockDraws();
      const { loss, gradients, running } = await model.gradients(inputs, fixture.update === null ? {} : { update: fixture.update });
      expect(relative([loss], [mean(fixture.examples.map((example) => example.loss))])).toBeLessThan(1e-4);
      expectGradients(fixture, (path) => gradients[path]!.data, 1e-3);
      for (const [path, { next }] of Object.entries(fixture.running))
        if (next !== undefined) expect(relative(running[path]!.data, next), path).toBeLessThan(1e-4);
      model.dispose();
      // A software GPU compiles its shaders on one core.
    },
    300_000,
  );
});
