/** Batches of random examples for any graph, and the comparison of a batched graph with the oracle run example by example. */
import { expect } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import type { Axis, Parameter, TensorType } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { finiteDifference, interpret, interpretAll, type Bindings, type Nested, type Value } from '../../compiler/oracle/interpret.ts';
import { originOf, sizeOf } from '../../compiler/graph/spaces.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { verify, type Dialect } from '../../compiler/graph/verify.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { analyse, Pass } from '../../compiler/passes/core/pass.ts';
import { algebra } from '../../compiler/passes/core/algebra.ts';

export type Sizes = Readonly<Record<string, number>>;
export type Random = () => number;

/** Mulberry32: uniform in [0, 1). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function leaves(roots: Roots): { readonly inputs: ReadonlyMap<string, TensorType>; readonly parameters: readonly Parameter[] } {
  const inputs = new Map<string, TensorType>();
  const parameters = new Map<string, Parameter>();
  for (const {
    op,
    types: [type],
    origin,
  } of reachable([...roots.values()])) {
    if (op.kind === 'input') inputs.set(op.name, type!);
    if (op.kind === 'parameter') parameters.set(op.path, { path: op.path, axes: type!.axes, outs: 1, init: { kind: 'glorot' }, origin });
  }
  return { inputs, parameters: [...parameters.values()] };
}

export const places = (axis: Axis, sizes: Sizes): number => evaluate(sizeOf(axis.space), (atom) => sizes[atom]!);

function element(type: TensorType, sizes: Sizes, random: Random): number {
  if (type.elem.kind === 'index')
    return (
      evaluate(originOf(type.elem.space), (atom) => sizes[atom]!) +
      Math.floor(random() * evaluate(sizeOf(type.elem.space), (atom) => sizes[atom]!))
    );
  if (type.elem.kind === 'bool') return random() < 0.6 ? 1 : 0;
  return type.elem.kind === 'int' ? Math.floor(random() * 7) - 2 : 2 * random() - 1;
}

function nested(axes: readonly Axis[], sizes: Sizes, value: (at: readonly number[]) => number, at: readonly number[] = []): Nested {
  if (at.length === axes.length) return value(at);
  return Array.from({ length: places(axes[at.length]!, sizes) }, (_, k) => nested(axes, sizes, value, [...at, k]));
}

const pick = (value: Nested, at: readonly number[]): number | undefined => {
  let part: Nested | undefined = value;
  for (const k of at) part = typeof part === 'object' ? part[k] : undefined;
  return typeof part === 'number' ? part : undefined;
};

export interface Data {
  /** One example each, with its own lengths. */
  readonly examples: readonly Bindings[];
  /** The same, padded with random junk. */
  readonly batch: Bindings;
}

/** `lengths`: by ragged atom, one for each example. The padding is one position more than the longest. */
export function data(
  roots: Roots,
  fixed: Sizes,
  lengths: Readonly<Record<string, readonly number[]>>,
  random: Random,
  unbatched: Readonly<Record<string, number>> = {},
): Data {
  const { inputs, parameters } = leaves(roots);
  const count = Math.max(1, ...Object.values(lengths).map((each) => each.length));
  const padded: Sizes = {
    ...fixed,
    batch: count,
    ...Object.fromEntries(Object.entries(lengths).map(([atom, each]) => [atom, Math.max(...each) + 1])),
  };
  const weights = new Map(
    parameters.map(({ path, axes }) => [
      path,
      Float64Array.from({ length: axes.reduce((n, axis) => n * places(axis, fixed), 1) }, () => 1.6 * random() - 0.8),
    ]),
  );
  const draws = new Map<string, number>();
  // One draw for each site, scan step, example and position: in a batch the example is the first of the axes.
  const draw =
    (example: number | null): NonNullable<Bindings['random']> =>
    (op, at) => {
      const steps = at.length - op.axes.length;
      const key = `${op.site} ${(example === null ? at : [...at.slice(0, steps), example, ...at.slice(steps)]).join(' ')}`;
      if (!draws.has(key)) draws.set(key, op.draw === 'uniform' ? random() : random() < op.rate ? 0 : 1 / (1 - op.rate));
      return draws.get(key)!;
    };
  const own = Array.from(
    { length: count },
    (_, k): Sizes => ({ ...fixed, ...Object.fromEntries(Object.entries(lengths).map(([atom, each]) => [atom, each[k]!])) }),
  );
  const given = own.map(
    (sizes) =>
      new Map(
        [...inputs].map(([name, type]): [string, Nested] => [
          name,
          name in unbatched ? unbatched[name]! : nested(type.axes, sizes, () => element(type, sizes, random)),
        ]),
      ),
  );
  const examples = own.map(
    (sizes, k): Bindings => ({ sizes: new Map(Object.entries(sizes)), inputs: given[k]!, parameters: weights, random: draw(k) }),
  );
  const junk = (type: TensorType): number => {
    const safe = {
      ...padded,
      ...Object.fromEntries(Object.entries(lengths).map(([atom, each]) => [atom, Math.max(1, Math.min(...each))])),
    };
    return element(type, safe, random) * (type.elem.kind === 'float' ? 50 : 1);
  };
  const batched = new Map(
    [...inputs].map(([name, type]): [string, Nested] => [
      name,
      name in unbatched
        ? unbatched[name]!
        : given.map((example) => nested(type.axes, padded, (at) => pick(example.get(name)!, at) ?? junk(type))),
    ]),
  );
  return {
    examples,
    batch: {
      sizes: new Map(Object.entries(padded)),
      inputs: batched,
      parameters: weights,
      lengths: new Map(Object.entries(lengths)),
      random: draw(null),
    },
  };
}

export function at(value: Value, place: Readonly<Record<string, number>>): number {
  return value.data[value.axes.reduce((offset, { id, size }) => offset * size + (place[id] ?? 0), 0)]!;
}

/** Calls `visit` for every position of a value that is present. */
export function everyPosition(value: Value, visit: (place: Readonly<Record<string, number>>, x: number) => void): void {
  value.data.forEach((x, offset) => {
    if (value.present !== null && value.present[offset] === 0) return;
    const place: Record<string, number> = {};
    let rest = offset;
    for (const { id, size } of value.axes.toReversed()) {
      place[id] = rest % size;
      rest = Math.floor(rest / size);
    }
    visit(place, x);
  });
}

/** The batched graph's value at every position of every example is the oracle's. */
export function expectSame(roots: Roots, batched: Roots, { examples, batch }: Data, tolerance = 1e-12): void {
  const names = [...roots.keys()];
  const whole = interpret(
    names.map((name) => batched.get(name)!),
    batch,
  );
  let compared = 0;
  interpretAll([...roots.values()], examples).forEach((values, example) => {
    values.forEach((value, k) => {
      everyPosition(value, (place, x) => {
        const y = at(whole[k]!, { ...place, batch: example });
        compared++;
        if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x)))) {
          expect.fail(`${names[k]}, example ${example} at ${JSON.stringify(place)}: alone ${x}, in the batch ${y}`);
        }
      });
    });
  });
  expect(compared).toBeGreaterThan(0);
}

export function checked(dialect: Dialect, roots: Roots): Roots {
  verify([...roots.values()], { dialect });
  return roots;
}

/** Two graphs of one dialect have the same values. */
export function expectEqual(a: Roots, b: Roots, bindings: Bindings, tolerance = 1e-12): void {
  const names = [...a.keys()];
  const [p, q] = [a, b].map((roots) =>
    interpret(
      names.map((name) => roots.get(name)!),
      bindings,
    ),
  );
  p!.forEach((value, k) => {
    everyPosition(value, (place, x) => {
      const y = at(q![k]!, place);
      if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x))))
        expect.fail(`${names[k]} at ${JSON.stringify(place)}: ${x} became ${y}`);
    });
  });
}

/** The roots with the loss averaged over the batch, as `derive` makes them. */
export function averaged(batched: Roots, loss = 'loss'): Roots {
  const m = new GraphBuilder(algebra);
  const rebuild = new Pass(m, analyse(batched.values()));
  return new Map(
    [...batched].map(([name, node]) => {
      const made = rebuild.get(node);
      return [name, name === loss && typeOf(made).axes.length > 0 ? m.reduce('mean', made, ['batch']) : made];
    }),
  );
}

/**
 * Every entry of every gradient against central differences of the oracle: the mean over the examples, each run alone.
 * A parameter that `differentiate` calls unreached must have zero differences.
 */
export function expectGradients(
  inlined: Roots,
  batched: Roots,
  { examples, batch }: Data,
  { entries = Infinity, eps = 1e-5, tolerance = 1e-6 } = {},
): void {
  const { parameters } = leaves(inlined);
  const { roots, unreached } = differentiate(batched, 'loss', parameters);
  checked('batched', roots);
  const values = interpret(
    parameters.map(({ path }) => roots.get(`gradient.${path}`)!),
    batch,
  );
  parameters.forEach(({ path, axes }, k) => {
    expect(values[k]!.axes.map(({ id }) => id)).toEqual(axes.map(({ id }) => id));
    const count = values[k]!.data.length;
    const stride = Math.max(1, Math.floor(count / entries));
    const some = Array.from({ length: count }, (_, e) => e).filter((e) => e % stride === 0);
    const differences = finiteDifference(inlined.get('loss')!, examples, path, some, eps);
    some.forEach((entry, e) => {
      const expected = differences[e];
      const given = values[k]!.data[entry];
      if (unreached.includes(path)) expect(expected).toBe(0);
      if (!(Math.abs(expected! - given!) <= tolerance * Math.max(1e-2, Math.abs(expected!), Math.abs(given!)) + 1e-10)) {
        expect.fail(`${path}[${entry}]: differences ${expected}, gradient ${given}`);
      }
    });
  });
}
