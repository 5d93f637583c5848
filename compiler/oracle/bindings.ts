/** Inputs and outputs of the oracle. */
import { arrange, count, fillMask, joinExtents, presence, type Extent, type Tensor } from './arrays.ts';
import { GraphError } from '../graph/errors.ts';
import type { Node, OpOf, TensorType } from '../graph/graph.ts';

/** A result: `data` row-major over `axes`, which are the type's, then those that only masks have. */
export interface Value {
  readonly type: TensorType;
  readonly axes: readonly Extent[];
  /** Bools and indices as numbers; an index is its position (origin included). */
  readonly data: Float64Array;
  /** Parallel to `data`, 1 where present; null: all present. */
  readonly present: Uint8Array | null;
}

/** Nested lists in the order of the input's axes. */
export type Nested = number | boolean | readonly Nested[];
export type RandomOp = OpOf<'random'>;

export interface Bindings {
  /** The value of each atom; for a ragged dim this example's own length, or the padded size of a batch. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly inputs: ReadonlyMap<string, Value | Nested>;
  /**
   * By path, row-major in the order of the parameter's axes; parameters of rounds either whole (`layers[*].W`) or separately
   * (`layers[0].W`).
   */
  readonly parameters: ReadonlyMap<string, Float64Array>;
  /** By the id of a dim that is `ragged in` another: this example's length at each position of the outer dim. */
  readonly inner?: ReadonlyMap<string, readonly number[]>;
  /** For `length` in a batched graph: by the id of the dim, one for each example (and each position of its outer dim). */
  readonly lengths?: ReadonlyMap<string, readonly number[]>;
  /** Values of the program's free arguments (a decoder's step), by node. */
  readonly arguments?: ReadonlyMap<Node, Value | Nested>;
  /** Values of `stop` by where they are evaluated: those present are reused, the others recorded. */
  readonly stopped?: Map<string, readonly Tensor[]>;
  /**
   * One element of a draw; `op.axes` are the extras of its calls, then its own. Coordinates: the positions of the scans it
   * stands in (its inputs), the positions along the extras of its calls, both outermost first, then the positions along `op.axes`:
   * the same before and after inlining.
   */
  readonly random?: (op: RandomOp, coordinates: readonly number[]) => number;
  /** Applied to each result of an operation that rounds: shows how rounding affects a value. */
  readonly rounded?: (x: number, elem: 'float' | 'int') => number;
}

export function parameterOf(parameters: Bindings['parameters'], path: string): Float64Array | undefined {
  const known = parameters.get(path);
  if (known !== undefined || !path.includes('[*]')) return known;
  const rounds: Float64Array[] = [];
  for (let data = parameterOf(parameters, path.replace('[*]', '[0]')); data !== undefined; ) {
    rounds.push(data);
    data = parameterOf(parameters, path.replace('[*]', `[${rounds.length}]`));
  }
  return rounds.length === 0 ? undefined : Float64Array.from(rounds.flatMap((round) => [...round]));
}

export function isValue(value: Value | Nested): value is Value {
  return typeof value === 'object' && 'data' in value;
}

/** `isOpen`: rows may be shorter than the longest; missing elements are NaN. */
export function flatten(value: Nested, axes: readonly Extent[], what: string, isOpen: boolean): readonly number[] {
  if (axes.length === 0) {
    if (typeof value === 'object') throw new GraphError(`${what} is nested deeper than its axes`);
    return [Number(value)];
  }
  const [axis, ...rest] = axes;
  if (typeof value !== 'object' || (isOpen ? value.length > axis!.size : value.length !== axis!.size)) {
    throw new GraphError(
      `${what} has ${typeof value === 'object' ? value.length : 'no'} positions along ${axis!.id}, expected ${axis!.size}`,
    );
  }
  const lacking = Array.from({ length: (axis!.size - value.length) * count(rest) }, () => NaN);
  return [...value.flatMap((part) => flatten(part, rest, what, isOpen)), ...lacking];
}

export function showSizes(axes: readonly Extent[]): string {
  return `[${axes.map(({ id, size }) => `${id}: ${size}`).join(', ')}]`;
}

/** All masks as one, over the value's own axes and then the masks' other axes. */
export function publish(type: TensorType, x: Tensor): Value {
  if (x.masks.length === 0) return { type, axes: x.axes, data: x.data, present: null };
  const axes = x.masks.map((mask) => mask.axes).reduce(joinExtents, x.axes);
  return { type, axes, data: arrange(x, axes).data, present: fillMask(axes, presence(x.masks, axes)).data };
}
