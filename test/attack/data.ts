/** Examples for any program: lengths that its requirements allow, and values that are mild, equal or extreme. */
import { evaluate } from '../../compiler/size/size.ts';
import type { Axis, Input, Program } from '../../compiler/graph/graph.ts';
import type { Bindings, Nested } from '../../compiler/oracle/interpret.ts';
import { innerDims, originOf, sizeOf } from '../../compiler/graph/spaces.ts';
import type { Learner } from '../../runtime/index.ts';
import { drawsOf } from '../models/chance.ts';
import { bound, lengthsOf, type Tested } from '../programs/support.ts';
import type { Example } from './build.ts';
import type { Chance } from './chance.ts';

/** `zero` and `huge` are for functions' ends. */
export type Values = 'mild' | 'equal' | 'extreme' | 'zero' | 'huge';

/** What a program is given: its inputs, what its objectives are given, and what it is to generate. */
export function inputsOf(program: Program): readonly Input[] {
  const { decoder } = program;
  const all = [...program.inputs, ...program.objectives.flatMap(({ given }) => given)];
  if (decoder !== null)
    all.push({
      name: decoder.output,
      type: { elem: { kind: 'index', space: decoder.vocabulary }, axes: [decoder.axis], masks: [] },
      doc: null,
    });
  return all.filter(({ name }, k) => !name.endsWith("'") && all.findIndex((other) => other.name === name) === k);
}

type Lengths = ReadonlyMap<string, number | readonly number[]>;

function lengthsFor(program: Program, chance: Chance, most: number): Lengths {
  const lengths = new Map<string, number | readonly number[]>();
  for (const { id, mayBeEmpty, inside } of program.ragged) {
    const one = (): number => chance.between(mayBeEmpty ? 0 : 1, most);
    lengths.set(id, inside === undefined ? one() : Array.from({ length: 9 }, one));
  }
  return lengths;
}

const FLOATS: Readonly<Record<Values, (chance: Chance) => number>> = {
  mild: (chance) => 2 * chance.real() - 1,
  equal: (chance) => chance.pick([0.5, 0.5, 0.5, -1]),
  zero: () => 0,
  huge: (chance) => chance.pick(ENDS),
  extreme: (chance) =>
    chance.pick([
      0,
      -0,
      1,
      -1,
      0.5,
      1e30,
      -1e30,
      3e38,
      -3e38,
      -1e9,
      1e9,
      1e-30,
      2e-38,
      88,
      -104,
      2 * chance.real() - 1,
      20 * chance.real() - 10,
    ]),
};

const ENDS = [0, -0, 1e30, -1e30, 1e-30, -1e-30];

const INTS: Readonly<Record<Values, (chance: Chance) => number>> = {
  mild: (chance) => chance.between(-2, 4),
  equal: (chance) => chance.pick([2, 2, 2, -1]),
  zero: () => 0,
  huge: (chance) => chance.pick([0, 2 ** 31 - 1, -(2 ** 31) + 1]),
  extreme: (chance) =>
    chance.pick([0, 1, -1, 3, 2 ** 24 + 1, -(2 ** 24) - 3, 1700000001, 2 ** 31 - 1, -(2 ** 31) + 1, chance.between(-5, 5)]),
};

type Sizes = ReadonlyMap<string, number | readonly number[]>;

/** Of an inner dim the length at this position of the axis that it is counted along. */
const sizeAt =
  (space: Axis['space'], sizes: Sizes, places: ReadonlyMap<string, number>) =>
  (atom: string): number => {
    const size = sizes.get(atom);
    return typeof size === 'number' ? size : size![places.get(innerDims(space)[0]!.within.id)!]!;
  };

function nested(
  axes: readonly Axis[],
  sizes: Sizes,
  one: (places: ReadonlyMap<string, number>) => unknown,
  places: ReadonlyMap<string, number> = new Map(),
): unknown {
  const [axis, ...rest] = axes;
  if (axis === undefined) return one(places);
  return Array.from({ length: evaluate(sizeOf(axis.space), sizeAt(axis.space, sizes, places)) }, (_, k) =>
    nested(rest, sizes, one, new Map([...places, [axis.id, k]])),
  );
}

const hyperparametersOf = (program: Program, model: Learner<Example>): ReadonlyMap<string, number> =>
  new Map(program.hyperparameters.map(({ dim, value }) => [dim.id, model.sizes[dim.label] ?? value]));

function exampleOf(program: Program, sizesOf: ReadonlyMap<string, number>, lengths: Lengths, values: Values, chance: Chance): Example {
  const sizes: Sizes = new Map([...sizesOf, ...lengths]);
  const entries = inputsOf(program).flatMap(({ name, type: { elem, axes }, otherwise }): [string, unknown][] => {
    if (otherwise !== undefined && chance.is(0.4)) return [];
    return [
      [
        name,
        nested(axes, sizes, (places) => {
          if (elem.kind === 'index')
            return (
              evaluate(originOf(elem.space), sizeAt(elem.space, sizes, places)) +
              chance.below(evaluate(sizeOf(elem.space), sizeAt(elem.space, sizes, places)))
            );
          if (elem.kind === 'bool') return chance.is(0.6);
          return elem.kind === 'int' ? INTS[values](chance) : Math.fround(FLOATS[values](chance));
        }),
      ],
    ];
  });
  const told = (program.told ?? []).map(({ id, label }): [string, unknown] => [label, lengths.get(id)]);
  return ended(program, Object.fromEntries([...entries, ...told]));
}

/** Nothing follows the end of what is generated. */
function ended({ decoder }: Program, example: Example): Example {
  if (decoder === null || decoder.end === null) return example;
  const y = example[decoder.output] as number[];
  const other = decoder.end === 0 ? 1 : 0;
  return { ...example, [decoder.output]: y.map((id, k) => (id === decoder.end && k < y.length - 1 ? other : id)) };
}

/** Of differing lengths; null where none were found that the model takes. */
export function examplesFor(
  program: Program,
  model: Learner<Example>,
  chance: Chance,
  values: Values,
  count: number,
  most = 4,
): readonly Example[] | null {
  const sizes = hyperparametersOf(program, model);
  const ofCall = program.ragged.filter((dim) => dim.ofCall === true).map(({ id }): [string, number] => [id, chance.between(1, 3)]);
  const examples: Example[] = [];
  for (let tries = 0; examples.length < count && tries < 12 * count; tries++) {
    try {
      // Shorter ones are in the end always allowed, save where a dim is another one less.
      const lengths = new Map([...lengthsFor(program, chance, tries < 6 * count ? most : tries < 9 * count ? 2 : most + 2), ...ofCall]);
      const example = exampleOf(program, sizes, lengths, values, chance);
      collated(model, [example]);
      examples.push(example);
    } catch {}
  }
  return examples.length === count ? examples : null;
}

/** As the model pads them, for `forward` or for its first objective. */
export function collated(model: Learner<Example>, examples: readonly Example[]): ReturnType<Learner<Example>['collateFor']> {
  const [objective] = model.definition.objectives;
  return model.collateFor(objective ?? { name: '', given: () => [], updates: [] }, examples);
}

/** A draw follows from its position: of an inner dim, or of what a state has been, it matters not how long it is. */
class Drawn extends Map<string, number> {
  override get(atom: string): number {
    return super.get(atom) ?? 16;
  }
}

/** What an example leaves out stands in it, position by position. */
function completed(program: Program, sizesOf: ReadonlyMap<string, number>, example: Example): Example {
  const { plain, inner } = lengthsOf(program, example);
  const sizes = new Map<string, number | readonly number[]>([...sizesOf, ...plain, ...inner]);
  const missing = inputsOf(program).filter(({ name, otherwise }) => otherwise !== undefined && example[name] === undefined);
  return {
    ...example,
    ...Object.fromEntries(missing.map(({ name, type, otherwise }) => [name, nested(type.axes, sizes, () => otherwise)])),
  };
}

/** What the oracle needs of each example. */
export function bindingsFor(
  program: Program,
  model: Learner<Example>,
  parameters: ReadonlyMap<string, Float64Array>,
  examples: readonly Example[],
  step = 0,
): Bindings[] {
  const { decoder } = program;
  return examples.map((example, row): Bindings => {
    const own = bound(program, model as unknown as Tested, parameters, completed(program, hyperparametersOf(program, model), example));
    const sizes = new Map(own.sizes);
    const inputs = new Map(own.inputs);
    const y = decoder === null ? undefined : (example[decoder.output] as readonly number[]);
    if (decoder !== null && y !== undefined) {
      const { space } = decoder.axis;
      if (space.kind === 'dim' && space.dim.ragged && !sizes.has(space.dim.id)) sizes.set(space.dim.id, y.length);
      inputs.set(decoder.output, [decoder.start, ...y.slice(0, -1)] as Nested);
      inputs.set(`${decoder.output}'`, [...y] as Nested);
    }
    return { ...own, sizes, inputs, random: drawsOf(model.seed, step, row, new Drawn(sizes)) };
  });
}

/** Values of every parameter that say more than the first ones, which may be 0. */
export async function parametersFor(model: Learner<Example>, chance: Chance): Promise<ReadonlyMap<string, Float64Array>> {
  const drawn = (size: number, one: () => number): Float32Array => Float32Array.from({ length: size }, one);
  const all = new Map([
    ...model.parameters.map(({ path, size }): [string, Float32Array] => [path, drawn(size, () => 2.4 * chance.real() - 1.2)]),
    ...model.running.map(({ path, size }): [string, Float32Array] => [path, drawn(size, () => 0.2 + chance.real())]),
  ]);
  const values = await Promise.all([...all].map(async ([path, data]) => [path, { ...(await model.weights.read(path)), data }] as const));
  model.weights.write(Object.fromEntries(values));
  return new Map([...all].map(([path, data]) => [path, Float64Array.from(data)]));
}
