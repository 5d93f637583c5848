/** What checks of a call have found: the first position that is refused, and what is said of it. */
import type { Refusal } from './definition.ts';
import { elementCount, type Value } from './values.ts';

/** A refusal, read back. */
export interface ReadRefusal extends Omit<Refusal, 'wrong'> {
  readonly data: Value['data'];
  readonly shape: readonly number[];
}

/** Does anything read this hypothesis of an example? */
export type IsRead = (row: number, hypothesis: number) => boolean;

/**
 * The message about the first position that is read and refused; null: there is none. First is what the call computes first.
 *
 * @param size of the batch
 */
export function firstRefused(refusals: readonly ReadRefusal[], size: number, isRead: IsRead): string | null {
  let first: Found | null = null;
  for (const refusal of refusals) {
    const found = firstOf(refusal, size, isRead);
    if (found !== null && (first === null || isBefore(found.when, first.when))) first = found;
  }
  return first?.message ?? null;
}

interface Found {
  readonly when: readonly number[];
  readonly message: string;
}

function firstOf(refusal: ReadRefusal, size: number, isRead: IsRead): Found | null {
  const { data, shape, order, axes } = refusal;
  const loops = shape.length - axes.length;
  for (let at = data.indexOf(1); at >= 0; at = data.indexOf(1, at + 1)) {
    const place = placeAt(at, shape);
    const { row, hypothesis, message } = refusedAt(refusal, place.slice(loops), shape.slice(loops), size);
    if (row === null || isRead(row, hypothesis)) return { when: momentOf(order, place.slice(0, loops)), message };
  }
  return null;
}

/** Each step before the place in its loop's body. */
function momentOf(order: readonly number[], steps: readonly number[]): readonly number[] {
  const around = order.length - steps.length;
  return [...order.slice(0, around), ...steps.flatMap((step, k) => [step, order[around + k]!])];
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const k = a.findIndex((each, at) => each !== b[at]);
  return k >= 0 && a[k]! < b[k]!;
}

/** The position of the element `at` of a tensor, in row-major order. */
function placeAt(at: number, shape: readonly number[]): number[] {
  return shape.map((extent, axis) => Math.floor(at / elementCount(shape.slice(axis + 1))) % extent);
}

/**
 * The example that a refusal at this position is about, in a batch of `size` examples, and its message; the row is null if it is
 * about all.
 */
function refusedAt(
  { what, axes }: Pick<Refusal, 'what' | 'axes'>,
  at: readonly number[],
  shape: readonly number[],
  size: number,
): { readonly row: number | null; readonly hypothesis: number; readonly message: string } {
  const rows = axes.flatMap((label, axis) => (label === '' ? [axis] : []));
  const each = elementCount(rows.map((axis) => shape[axis]!)) / size;
  const among = rows.reduce((number, axis) => number * shape[axis]! + at[axis]!, 0);
  const row = rows.length === 0 ? null : Math.floor(among / each);
  const own = at.flatMap((place, axis) => (axes[axis] === '' ? [] : [`\`${axes[axis]}\` ${place}`]));
  return {
    row,
    hypothesis: among % each,
    message: `${row === null ? '' : `example ${row}: `}${what}${own.length === 0 ? '' : ` at position ${own.join(', ')}`}`,
  };
}
