import { size } from '../../compiler/size/size.ts';
import type { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Dim, Elem, Node, TensorType } from '../../compiler/graph/graph.ts';
import { interpret, type Bindings, type Nested, type Value } from '../../compiler/oracle/interpret.ts';
import { tensor } from '../../compiler/graph/spaces.ts';

export const FLOAT: Elem = { kind: 'float' };
export const INT: Elem = { kind: 'int' };
export const BOOL: Elem = { kind: 'bool' };

export function dim(id: string, options: Partial<Dim> = {}): Dim {
  return { id, label: id, size: size.atom(id), ragged: false, origin: size.int(0), mayBeEmpty: false, ...options };
}

/** An axis over a dim of its own, or of a fixed number of positions. */
export function axis(id: string, places: number | Dim = dim(id)): Axis {
  return { id, label: id, space: typeof places === 'number' ? { kind: 'anon', size: size.int(places) } : { kind: 'dim', dim: places } };
}

export const floats = (...axes: Axis[]): TensorType => tensor(FLOAT, axes);
export const index = (over: Axis, ...axes: Axis[]): TensorType => tensor({ kind: 'index', space: over.space }, axes);

export interface Given {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, Nested | Value>>;
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  readonly random?: Bindings['random'];
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
}

export function bindings({ sizes = {}, inputs = {}, parameters = {}, random, lengths = {} }: Given): Bindings {
  return {
    sizes: new Map(Object.entries(sizes)),
    inputs: new Map(Object.entries(inputs)),
    parameters: new Map(Object.entries(parameters).map(([path, values]) => [path, Float64Array.from(values)])),
    lengths: new Map(Object.entries(lengths)),
    ...(random === undefined ? {} : { random }),
  };
}

/** Nested numbers; null where absent. */
export type Shown = number | null | readonly Shown[];

export function shown({ axes, data, present }: Value): Shown {
  const part = (depth: number, offset: number): Shown => {
    if (depth === axes.length) return present !== null && present[offset] === 0 ? null : data[offset]!;
    return Array.from({ length: axes[depth]!.size }, (_, k) => part(depth + 1, offset * axes[depth]!.size + k));
  };
  return part(0, 0);
}

export function run(node: Node, given: Given = {}): Shown {
  return shown(interpret([node], bindings(given))[0]!);
}

/** A constant tensor, made of scalars: so that a graph can be written without inputs. */
export function literal(b: Builder, values: Nested, axes: readonly Axis[], elem: 'float' | 'int' | 'bool' = 'float'): Node {
  if (typeof values !== 'object') return b.constant(Number(values), elem);
  const [first, ...rest] = axes;
  return b.concat(
    first!,
    values.map((value) => [literal(b, value, rest, elem), null]),
  );
}

/** Every number within `tolerance`, null where null. */
export function close(given: Shown, expected: Shown, tolerance = 1e-9): boolean {
  if (typeof given === 'object' && given !== null) {
    return (
      typeof expected === 'object' &&
      expected !== null &&
      given.length === expected.length &&
      given.every((x, k) => close(x, expected[k]!, tolerance))
    );
  }
  if (given === null || expected === null || typeof expected === 'object') return given === expected;
  return Math.abs(given - expected) <= tolerance;
}
