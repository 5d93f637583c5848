/** Whole programs as a user would run them: emitted, loaded, and held against the oracle of the same text, example by example. */
import { expect } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import { graphs } from '../../compiler/emit/graphs/graphs.ts';
import { compileFile, renderAll, type Program } from '../../compiler/index.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { arrange } from '../../compiler/oracle/arrays.ts';
import { interpret, interpretAll, type Bindings, type Nested, type Value } from '../../compiler/oracle/interpret.ts';
import { innerDims, originOf, sizeOf } from '../../compiler/graph/spaces.ts';
import { Model, useBackend, type BackendName, type Values } from '../../runtime/index.ts';
import type { Definition } from '../../runtime/definition.ts';
import { definitionOf, executed } from '../emit/support.ts';
import { drawsOf } from '../models/chance.ts';
import { library, parametersOf, relative } from '../models/support.ts';
import { randomFrom } from '../passes/support.ts';
import { Slopes } from '../slopes.ts';

export type Example = Readonly<Record<string, unknown>>;
export type Tested = Model<Record<string, number>, object, object>;

export interface Ran {
  readonly program: Program;
  readonly model: Tested;
  readonly code: string;
  readonly outputs: readonly Values[];
}

export interface Options {
  readonly set?: Readonly<Record<string, string | number>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Are gradients compared? By default yes. */
  readonly gradients?: boolean;
  /** Largest difference in them, relative to the largest entry. */
  readonly tolerance?: number;
  /** What is known of this program from another backend. */
  readonly known?: Known;
  readonly backend?: BackendName;
  /** What the program's data do not size. */
  readonly dims?: Readonly<Record<string, number>>;
}

/** What is the same on every backend: the program is compiled once, and once computed by the oracle. */
export class Known {
  readonly #found = new Map<string, unknown>();

  once<T>(what: string, find: () => T): T {
    if (!this.#found.has(what)) this.#found.set(what, find());
    return this.#found.get(what) as T;
  }
}

export async function compileText(
  text: string,
  { set = {}, files = {} }: Pick<Options, 'set' | 'files'> = {},
): Promise<{ readonly program: Program; readonly code: string; readonly definition: Definition }> {
  const standard = library();
  const all: Readonly<Record<string, string>> = { ...files, 'program.attn': text };
  const result = await compileFile(
    'program.attn',
    { ...standard, read: (path) => all[path] ?? standard.read(path) },
    { set: new Map(Object.entries(set)), verify: true },
  );
  if (result.code === null) throw new Error(renderAll(result.diagnostics, result.sources, { color: false, width: 100 }));
  const plain = definitionOf(result.code);
  const definition =
    process.env.ATTNC_EXECUTION === undefined
      ? plain
      : executed(plain, graphs.emit(result.models, { sources: result.sources, header: '' }));
  return { program: result.programs[0]!, code: result.code, definition };
}

interface Lengths {
  readonly plain: Map<string, number>;
  /** Of dims that are `ragged in` another, at each position of that one. */
  readonly inner: Map<string, number[]>;
}

/** Lengths of what an example's inputs size, read off them. */
export function lengthsOf(program: Program, example: Example): Lengths {
  const plain = new Map<string, number>();
  const inner = new Map<string, number[]>();
  for (const dim of program.told ?? []) plain.set(dim.id, Number(example[dim.label]));
  const inputs = [...program.inputs, ...program.objectives.flatMap(({ given }) => given)];
  for (const {
    name,
    type: { axes },
  } of inputs) {
    const visit = (value: unknown, depth: number, at: readonly number[]): void => {
      const space = axes[depth]?.space;
      if (space === undefined || !Array.isArray(value)) return;
      if (space.kind === 'dim' && program.ragged.some(({ id }) => id === space.dim.id)) {
        if (space.dim.inside === undefined) plain.set(space.dim.id, value.length);
        else {
          const outer = axes.findIndex((axis) => axis.id === space.within!.id);
          const each = inner.get(space.dim.id) ?? [];
          each[at[outer]!] = value.length;
          inner.set(space.dim.id, each);
        }
      }
      value.forEach((part, k) => visit(part, depth + 1, [...at, k]));
    };
    visit(example[name], 0, []);
  }
  return { plain, inner };
}

/** What the oracle needs for one example. */
export function bound(program: Program, model: Tested, parameters: ReadonlyMap<string, Float64Array>, example: Example): Bindings {
  const { plain, inner } = lengthsOf(program, example);
  const sizes = new Map<string, number>([
    ...program.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, model.sizes[dim.label] ?? value]),
    ...plain,
  ]);
  const extents = (axes: readonly Axis[]): number[] => axes.map(({ space }) => evaluate(sizeOf(space), (atom) => sizes.get(atom)!));
  const inputs = new Map<string, Nested>();
  for (const { name, type, otherwise } of [...program.inputs, ...program.objectives.flatMap(({ given }) => given)]) {
    const given = example[name] as Nested | undefined;
    if (given !== undefined) inputs.set(name, given);
    else if (otherwise !== undefined) inputs.set(name, filled(extents(type.axes), otherwise));
  }
  if (program.decoder !== null && Array.isArray(example[program.decoder.output])) {
    const { output, start } = program.decoder;
    const target = example[output] as Nested[];
    inputs.set(output, [start, ...target.slice(0, -1)]);
    inputs.set(`${output}'`, target);
  }
  return { sizes, inner, inputs, parameters };
}

function filled([first, ...rest]: readonly number[], value: number): Nested {
  return first === undefined ? value : Array.from({ length: first }, () => filled(rest, value));
}

/** Random numbers for every input of the program, of these lengths. */
export function exampleOf(program: Program, lengths: Readonly<Record<string, number | readonly number[]>>, seed: number): Example {
  const random = randomFrom(seed);
  const sizes = new Map<string, number | readonly number[]>([
    ...program.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, value]),
    ...Object.entries(lengths),
  ]);
  // Of an inner dim the length at this position of the axis that it is counted along, which stands before it.
  const extent = ({ space }: Axis, places: ReadonlyMap<string, number>): number =>
    evaluate(sizeOf(space), (atom) => {
      const size = sizes.get(atom)!;
      return typeof size === 'number' ? size : size[places.get(innerDims(space)[0]!.within.id)!]!;
    });
  const value = (axes: readonly Axis[], one: () => unknown, places: ReadonlyMap<string, number> = new Map()): unknown => {
    const [axis, ...rest] = axes;
    return axis === undefined
      ? one()
      : Array.from({ length: extent(axis, places) }, (_, k) => value(rest, one, new Map([...places, [axis.id, k]])));
  };
  const inputs = [...program.inputs, ...program.objectives.flatMap(({ given }) => given)];
  return Object.fromEntries(
    inputs.map(({ name, type: { elem, axes } }) => [
      name,
      value(axes, () => {
        if (elem.kind === 'index')
          return (
            evaluate(originOf(elem.space), (atom) => Number(sizes.get(atom))) +
            Math.floor(random() * evaluate(sizeOf(elem.space), (atom) => Number(sizes.get(atom))))
          );
        if (elem.kind === 'bool') return random() < 0.6;
        return elem.kind === 'int' ? Math.floor(random() * 7) - 2 : 2 * random() - 1;
      }),
    ]),
  );
}

/** Emits the program, runs all examples in one batch and each alone on the oracle; compares outputs, losses and gradients. */
export async function agrees(
  text: string,
  examples: readonly Example[] | ((program: Program) => readonly Example[]),
  options: Options = {},
): Promise<Ran> {
  const { known = new Known() } = options;
  const { program, code, definition } = await known.once('compiled', () => compileText(text, options));
  await useBackend(options.backend ?? 'cpu');
  const model: Tested = new Model(definition, { seed: 3, ...(options.dims === undefined ? {} : { dims: options.dims }) });
  const parameters = await parametersOf(model);
  const given = typeof examples === 'function' ? examples(program) : examples;
  const atStep = (step: number): Bindings[] =>
    given.map((example, row) => {
      const own = bound(program, model, parameters, example);
      return { ...own, random: drawsOf(model.seed, step, row, own.sizes) };
    });
  const bindings = atStep(0);
  const training = atStep(1);
  const outputs = await model.forward(given);
  const names = [...program.outputs.keys()];
  given.forEach((_, row) => {
    const expected = known.once(`outputs of ${row}`, () => interpret([...program.outputs.values()], bindings[row]!));
    names.forEach((name, k) => same(outputs[row]![name]!.data, present(expected[k]!), `${name} of example ${row}`));
  });
  const mean = (what: string, node: Node): number =>
    known.once(`mean ${what}`, () => interpretAll([node], bindings).reduce((sum, [value]) => sum + value!.data[0]!, 0) / given.length);
  for (const objective of program.objectives) {
    const { loss, metrics } = await model.loss(given, { objective: objective.name });
    same(
      [loss],
      [objective.updates.reduce((sum, update) => sum + mean(`${objective.name} ${update.name}`, update.loss), 0)],
      `loss of ${objective.name}`,
    );
    for (const update of objective.updates) {
      const front = update.name === null ? '' : `${update.name}.`;
      for (const [name, node] of update.metrics)
        same([metrics[front + name]!], [mean(`${objective.name} ${front}${name}`, node)], `metric ${name}`);
      const { gradients, running } = await model.gradients(given, {
        objective: objective.name,
        ...(update.name === null ? {} : { update: update.name }),
      });
      if (options.gradients !== false) {
        const slopes = known.once(`slopes of ${objective.name} ${update.name}`, () => new Slopes(update.training.loss, training));
        slopes.expect(gradients, options.tolerance ?? 1e-3, 1e-2);
      }
      // Those of rounds are one value of the graph.
      const ofRounds = (path: string): string => path.replace(/\[\d+\]/gu, '[*]');
      const paths = [...update.training.running.keys()];
      const ofPath = paths.map((path) => Object.keys(running).filter((own) => own === path || ofRounds(own) === path));
      expect(ofPath.flat().sort()).toEqual(Object.keys(running).sort());
      const nexts = known.once(`next values of ${objective.name} ${update.name}`, () =>
        interpretAll([...update.training.running.values()], training),
      );
      for (const values of nexts)
        values.forEach(({ axes, data }, k) => {
          const declared = program.running.find(({ path }) => path === paths[k])!.axes;
          const order = declared.map(({ id }) => axes.find((axis) => axis.id === id)!);
          const next = ofPath[k]!.flatMap((path) => [...running[path]!.data]);
          same(next, arrange({ axes, data, masks: [] }, order).data, `next ${paths[k]}`);
        });
    }
  }
  return { program, model, code, outputs };
}

/** What is not there counts as 0. */
function present({ data, present: there }: Value): ArrayLike<number> {
  return there === null ? data : data.map((x, k) => (there[k] === 0 ? 0 : x));
}

function same(given: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const worst = relative(given, expected);
  if (!(worst <= 1e-4)) expect.fail(`${what}: ${Array.from(given).join(', ')} is not ${Array.from(expected).join(', ')}`);
}
