/**
 * The models and std/ against independent implementations: PyTorch written from the papers' equations (fixtures/*.py), whose
 * numbers (fixtures/*.json) are held against the oracle and the emitted gradients in float64, then against every backend.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings, Nested } from '../../compiler/graph/interpret.ts';
import type { CompiledUpdate, Roots } from '../../compiler/passes/compiled.ts';
import { useBackend, type HostBatch, type Model } from '../../runtime/index.ts';
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
  readonly objective: string | null;
  readonly options: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
  /** Parameters that the equations make indifferent. */
  readonly unmoved: readonly string[];
  readonly parameters: Readonly<Record<string, Tensor & { readonly gradient: readonly number[] }>>;
  /** Running values as they are given. */
  readonly running?: Readonly<Record<string, Tensor>>;
  readonly examples: readonly { readonly input: Readonly<Record<string, Nested>>; readonly outputs: Readonly<Record<string, Tensor>>; readonly loss: number }[];
}

type Any = Model<Record<string, number>, object, object>;

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const names = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.replace('.json', '')).sort();
const fixtures = new Map(names.map((name): [string, Fixture] => [name, JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Fixture]));

class Subject {
  readonly fixture: Fixture;
  readonly compiled: Compiled<Any>;
  readonly model: Any;
  readonly #parameters: ReadonlyMap<string, Float64Array>;

  constructor(fixture: Fixture, made: Compiled<Any>) {
    this.fixture = fixture;
    this.compiled = made;
    this.model = made.create({ dims: fixture.dims });
    const given = Object.entries<Tensor>({ ...fixture.parameters, ...fixture.running });
    this.#parameters = new Map(given.map(([path, { data }]) => [path, Float64Array.from(data)]));
    this.model.weights.restore(new Map(given.map(([path, { data, shape }]) => [path, { data: Float32Array.from(data), shape: [...shape] }])));
  }

  get update(): CompiledUpdate {
    const { objective } = this.fixture;
    return this.compiled.graphs.objectives.find(({ objective: { name } }) => objective === null || name === objective)!.updates[0]!;
  }

  get inputs(): readonly object[] {
    return this.fixture.examples.map(({ input }) => input);
  }

  get options(): { readonly objective?: string } {
    return this.fixture.objective === null ? {} : { objective: this.fixture.objective };
  }

  /** What the interpreter needs, of examples as the runtime reads them: one by itself, or a padded batch. */
  bindings(examples: readonly object[], batched: boolean): Bindings {
    const host: HostBatch = this.model.collateFor(this.model.objective(this.fixture.objective ?? undefined), examples);
    const inputs = Object.entries(host.inputs).map(([name, { data, shape }]): [string, Nested] => [name, batched ? nested(data, shape) : nested(data, shape.slice(1))]);
    const lengths = Object.entries(host.lengths);
    const sizes = batched ? host.n : { ...this.model.sizes, ...Object.fromEntries(lengths.map(([dim, [own]]) => [dim, own!])) };
    return { sizes: new Map(Object.entries(sizes)), inputs: new Map(inputs), parameters: this.#parameters, lengths: new Map(lengths.map(([dim, own]) => [dim, [...own]])) };
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
  const { file = `references-${name}.attn`, text = null, options } = fixture;
  const made = programs.get(name) ?? compiled<Any>(file, new Map(Object.entries(options)), text);
  programs.set(name, made);
  return new Subject(fixture, await made);
}

const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
const largest = (of: ArrayLike<number>): number => Array.from(of).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
/** What is forbidden among logits. */
const FORBIDDEN = -1e9;

/** Outputs against the reference's, each by the largest of them; forbidden is forbidden. */
function expectOutput(given: ArrayLike<number>, { data }: Tensor, what: string, tolerance: number): void {
  const allowed = (of: ArrayLike<number>): number[] => Array.from(of).filter((_, k) => data[k] !== FORBIDDEN);
  expect(relative(allowed(given), allowed(data)), what).toBeLessThan(tolerance);
  expect(Array.from(given).filter((_, k) => data[k] === FORBIDDEN).every((x) => x === FORBIDDEN), `${what}: forbidden`).toBe(true);
}

const rootsOf = (roots: Roots, paths: readonly string[]) => paths.map((path) => roots.get(`gradient.${path}`)!);

/** Slopes are held against the largest of their own tensor, or of all where the equations say that they are 0. */
function expectGradients({ parameters, unmoved }: Fixture, given: (path: string) => ArrayLike<number>, tolerance: number): void {
  const most = Math.max(...Object.values(parameters).map(({ gradient }) => largest(gradient)));
  for (const [path, { gradient }] of Object.entries(parameters)) {
    if (unmoved.includes(path)) expect(largest(given(path)) / most, path).toBeLessThan(tolerance);
    else expect(relative(given(path), gradient), path).toBeLessThan(tolerance);
  }
}

/** Models that only train in ways no fixture can hold, each with its reason. */
const without: Readonly<Record<string, string>> = {
  'sagan/model.attn': 'an objective over two networks, with numbers of its own in fixtures/adversarial: test/models/sagan.test.ts',
};

it('every model has a reference', () => {
  const files = readdirSync(fileURLToPath(new URL('../../models/', import.meta.url)), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('model.attn')).map((file) => file.replaceAll('\\', '/'));
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
    const given = tested.model.parameters.map(({ path, axes }) => `${path} [${axes.map(({ size }) => size)}]`);
    expect(given.sort()).toEqual(Object.entries(fixture.parameters).map(([path, { shape }]) => `${path} [${shape}]`).sort());
  });

  it('is held against numbers that depend on all of it', () => {
    expect(fixture.examples.length).toBeGreaterThan(1);
    expect(new Set(fixture.examples.map(({ loss }) => loss)).size).toBe(fixture.examples.length);
    for (const [path, { data, gradient }] of Object.entries(fixture.parameters)) {
      expect(gradient.length).toBe(data.length);
      if (fixture.unmoved.includes(path)) expect(largest(gradient), path).toBeLessThan(1e-12);
      else expect(largest(gradient), path).toBeGreaterThan(1e-6);
    }
    // Of what a program has, every output is compared, and every ragged dim has lengths that differ.
    for (const { outputs } of fixture.examples) expect(Object.keys(outputs).sort()).toEqual([...tested.compiled.program.outputs.keys()].sort());
    const { lengths } = tested.bindings(tested.inputs, true);
    for (const [dim, own] of lengths!) expect(new Set(own).size, dim).toBeGreaterThan(1);
  });

  it('gives the outputs and the loss', () => {
    const { outputs } = tested.compiled.program;
    for (const [k, example] of fixture.examples.entries()) {
      const [loss, ...values] = oracle([tested.update.update.loss, ...outputs.values()], tested.bindings([example.input], false));
      for (const [j, output] of [...outputs.keys()].entries()) expectOutput(values[j]!.data, example.outputs[output]!, `${output} of example ${k}`, 1e-9);
      expect(relative(loss!.data, [example.loss]), `loss of example ${k}`).toBeLessThan(1e-9);
    }
  });

  it('gives the gradients, from one padded batch', () => {
    const paths = Object.keys(fixture.parameters);
    const { gradients } = tested.update;
    const values = oracle([gradients.get('loss')!, ...rootsOf(gradients, paths)], tested.bindings(tested.inputs, true));
    expect(relative(values[0]!.data, [mean(fixture.examples.map(({ loss }) => loss))])).toBeLessThan(1e-9);
    expectGradients(fixture, (path) => values[1 + paths.indexOf(path)]!.data, 1e-9);
  });
});

const backends = await usableBackends();

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(runOn(names, backend, backends))('%s', async (name) => {
    const { fixture, model, inputs, options } = await subject(name);
    const outputs = await model.forward(inputs);
    for (const [k, example] of fixture.examples.entries()) {
      for (const [output, expected] of Object.entries(example.outputs)) {
        expect(outputs[k]![output]!.shape, `${output} of example ${k}`).toEqual(expected.shape);
        expectOutput(outputs[k]![output]!.data, expected, `${output} of example ${k}`, 1e-4);
      }
    }
    const { loss, gradients } = await model.gradients(inputs, options);
    expect(relative([loss], [mean(fixture.examples.map((example) => example.loss))])).toBeLessThan(1e-4);
    expectGradients(fixture, (path) => gradients[path]!.data, 1e-3);
    model.dispose();
    // A software GPU compiles its shaders on one core.
  }, 300_000);
});
