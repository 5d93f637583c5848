import type * as tf from './tf.ts';
import { InputError } from './errors.ts';

/** A row of integers, or of positions on an axis. */
export type Ints = readonly number[] | Int32Array;
/** A row of numbers. */
export type Floats = readonly number[] | Float32Array;
/** A row of truth values; in a `Uint8Array` zero is false. */
export type Flags = readonly boolean[] | Uint8Array;

/** Numbers on the host with named axes, row-major. Nothing to dispose of. */
export interface Value {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
}

/** Values of one example by name. */
export type Values = Readonly<Record<string, Value>>;

/**
 * The greatest number of positions of a dim: then most of what is computed from positions stays within int32, and the compiler
 * knows where it does not.
 */
export const MOST_POSITIONS = 2 ** 26;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Reads a tensor back; the caller still owns the tensor. A backend may return integers in the array type of a float tensor, and
 * vice versa.
 */
export async function download(tensor: tf.Tensor): Promise<Float32Array | Int32Array | Uint8Array> {
  const data = await tensor.data();
  const Typed = tensor.dtype === 'float32' ? Float32Array : tensor.dtype === 'bool' ? Uint8Array : Int32Array;
  return data instanceof Typed ? data : Typed.from(data);
}

/** Zeros in an array of the same type. */
export function zerosLike(data: Value['data'], length: number): Value['data'] {
  return data instanceof Float32Array
    ? new Float32Array(length)
    : data instanceof Int32Array
      ? new Int32Array(length)
      : new Uint8Array(length);
}

/**
 * The first `extent` positions of every axis of row `row` of a padded array.
 *
 * @param shape padded sizes without the leading axis of rows
 */
export function cut(data: Value['data'], row: number, shape: readonly number[], extent: readonly number[]): Value['data'] {
  const size = elementCount(shape);
  const whole = data.subarray(row * size, (row + 1) * size);
  if (shape.every((padded, axis) => padded === extent[axis])) return whole.slice();
  const result = whole.slice(0, elementCount(extent));
  let to = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === shape.length) {
      result[to++] = whole[from]!;
      return;
    }
    const stride = elementCount(shape.slice(axis + 1));
    for (let place = 0; place < extent[axis]!; place++) copy(axis + 1, from + place * stride);
  };
  copy(0, 0);
  return result;
}

/** A size from the sizes of one example: those of the model, and its own lengths. */
export type OwnSize = (n: Readonly<Record<string, number>>) => number;

export function ownSizes(
  n: Readonly<Record<string, number>>,
  lengths: Readonly<Record<string, Int32Array>>,
  row: number,
): Readonly<Record<string, number>> {
  return { ...n, ...ownLengths(lengths, row) };
}

/** The lengths of one example, by ragged dim. */
export function ownLengths(lengths: Readonly<Record<string, Int32Array>>, row: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(lengths).map(([dim, each]) => [dim, each[row]!]));
}

/** The number of positions of an axis for one example; undefined: all of them. */
function positionsAlong(
  { dim, length }: NamedAxis,
  own: Readonly<Record<string, number>>,
  lengths: Readonly<Record<string, unknown>>,
): number | undefined {
  if (length !== undefined) return length(own);
  return dim !== null && Object.hasOwn(lengths, dim) ? own[dim] : undefined;
}

/** An axis of a result; `dim` is the ragged dim that gives it its length. */
export interface NamedAxis {
  readonly label: string;
  readonly dim: string | null;
  /** For an axis derived from ragged dims: its length, from the sizes of one example. */
  readonly length?: OwnSize;
  /** The index of its outer axis, if it is `ragged in` that. */
  readonly within?: number;
  /** For a step's values: the axis has the positions so far. */
  readonly grows?: boolean;
}

/** Axes as a definition lists them: a plain label means the ragged dim of that name, if there is one. */
export function axesOf(axes: readonly (string | NamedAxis)[], lengths: Readonly<Record<string, unknown>>): NamedAxis[] {
  return axes.map((axis) => (typeof axis === 'string' ? { label: axis, dim: Object.hasOwn(lengths, axis) ? axis : null } : axis));
}

/** Lengths of a dim that is `ragged in` another: [batch, positions of the outer dim]. */
export interface InnerLengths {
  readonly outer: string;
  readonly places: number;
  readonly data: Int32Array;
}

/** What the data of a call say about sizes. */
export interface Lengths {
  /** Padded sizes, and those of the construct phase. */
  readonly n: Readonly<Record<string, number>>;
  /** Per example. */
  readonly lengths: Readonly<Record<string, Int32Array>>;
  readonly inner: Readonly<Record<string, InnerLengths>>;
}

/** The length of each axis for one example: a number, or one for each position of its outer axis. */
export function extentsOf(
  axes: readonly NamedAxis[],
  padded: readonly number[],
  row: number,
  { n, lengths, inner }: Lengths,
): (number | readonly number[])[] {
  const own = ownSizes(n, lengths, row);
  return axes.map((axis, index) => {
    if (axis.within === undefined) return positionsAlong(axis, own, lengths) ?? padded[index]!;
    const along = axes[axis.within]!.dim;
    const each = Object.entries(inner).filter(([, { outer }]) => along === null || outer === along);
    const places = each[0]?.[1].places ?? 0;
    return Array.from({ length: places }, (_, place) => {
      const there = Object.fromEntries(each.map(([dim, { data }]) => [dim, data[row * places + place]!]));
      return positionsAlong(axis, { ...own, ...there }, inner) ?? padded[index]!;
    });
  });
}

/**
 * One example's part of a padded result. An axis with a length for each position of another is as long as the longest of them,
 * and filled with 0 after each.
 */
export function rowOf(data: Value['data'], row: number, padded: readonly number[], axes: readonly NamedAxis[], sizes: Lengths): Value {
  const extents = extentsOf(axes, padded, row, sizes);
  const outer = (index: number): number => axes[index]!.within!;
  const shape = extents.map((extent) => (typeof extent === 'number' ? extent : 0));
  for (const [index, extent] of extents.entries()) {
    if (typeof extent !== 'number') shape[index] = extent.slice(0, shape[outer(index)]).reduce((most, length) => Math.max(most, length), 0);
  }
  const result = cut(data, row, padded, shape);
  for (const [index, extent] of extents.entries()) if (typeof extent !== 'number') blank(result, shape, outer(index), index, extent);
  return { data: result, shape, axes: axes.map((axis) => axis.label) };
}

/** 0 where the position along `inner` is beyond the length at the position along `outer`. */
function blank(data: Value['data'], shape: readonly number[], outer: number, inner: number, ends: readonly number[]): void {
  const stride = (axis: number): number => elementCount(shape.slice(axis + 1));
  for (let offset = 0; offset < data.length; offset++) {
    const [place, at] = [outer, inner].map((axis) => Math.floor(offset / stride(axis)) % shape[axis]!) as [number, number];
    if (at >= ends[place]!) data[offset] = 0;
  }
}

/** A position as shown in messages: `tokens[source = 5]`. */
export function place(name: string, labels: readonly string[], at: readonly number[]): string {
  const inside = labels.map((label, axis) => (axis < at.length ? `${label} = ${at[axis]}` : label));
  return inside.length === 0 ? `\`${name}\`` : `\`${name}[${inside.join(', ')}]\``;
}

export type Nested = ArrayLike<unknown>;

export function isNested(value: unknown): value is Nested {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** A given value as shown in messages. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (isNested(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  return typeof value === 'function' ? 'a function' : String(value);
}

export function requirePositiveInteger(name: string, value: unknown): void {
  requireWhole(name, value, 1);
}

export function requireSeed(seed: unknown): void {
  requireWhole('seed', seed, 0);
}

function requireWhole(name: string, value: unknown, least: number): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= least))
    throw new InputError(`\`${name}\`: expected a whole number of at least ${least}, given ${show(value)}`);
}

/** Is it a number? Text that reads as one would pass every comparison. */
export function isNumber(value: unknown, fits: (value: number) => boolean): value is number {
  return typeof value === 'number' && fits(value);
}

/** The number of distinct ids: they are words of the generator. */
const MOST_IDS = 2 ** 32;

/** @throws InputError unless there is one number for each example */
export function requireIds(ids: unknown, examples: number): void {
  if (!isNested(ids) || ids.length !== examples)
    throw new InputError(`\`ids\`: expected one per example (${examples}), given ${isNested(ids) ? ids.length : show(ids)}`);
  const wrong = Array.from(ids).findIndex((id) => !isNumber(id, (value) => Number.isInteger(value) && value >= 0 && value < MOST_IDS));
  if (wrong >= 0)
    throw new InputError(`\`ids\`: expected whole numbers from 0 to ${MOST_IDS - 1}, given ${show(ids[wrong])} for example ${wrong}`);
}

/** A row-major array in a larger shape, from the first position of each axis; 0 beyond. */
export function spread(data: Value['data'], shape: readonly number[], into: readonly number[]): Value['data'] {
  if (shape.every((places, axis) => places === into[axis])) return data;
  const result = zerosLike(data, elementCount(into));
  const at = shape.map(() => 0);
  for (const value of data) {
    result[at.reduce((offset, place, axis) => offset * into[axis]! + place, 0)] = value;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return result;
}
