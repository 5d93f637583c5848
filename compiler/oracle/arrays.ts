/** Tensors of the oracle: float64 data with named extents, visited position by position. Clarity before speed. */
import { GraphError } from '../graph/errors.ts';
import { maskKey } from '../graph/spaces.ts';

export interface Extent {
  readonly id: string;
  readonly size: number;
}

/** Row-major. */
export interface Grid<Data extends Float64Array | Uint8Array> {
  readonly axes: readonly Extent[];
  readonly data: Data;
}

/** 1 where present. */
export type Mask = Grid<Uint8Array>;

/** A position is absent where any mask is 0, and `data` is meaningless there. No two masks have the same axes. */
export interface Tensor extends Grid<Float64Array> {
  readonly masks: readonly Mask[];
}

export function count(axes: readonly Extent[]): number {
  return axes.reduce((n, axis) => n * axis.size, 1);
}

/** Visits every position of `axes`, the last axis fastest. `at` is one array, changed in place; `index` counts the visits. */
export function everywhere(axes: readonly Extent[], visit: (at: readonly number[], index: number) => void): void {
  const total = count(axes);
  const at = axes.map(() => 0);
  for (let index = 0; index < total; index++) {
    visit(at, index);
    for (let k = axes.length - 1; k >= 0 && ++at[k]! === axes[k]!.size; k--) at[k] = 0;
  }
}

/**
 * The offset in the grid of a position of `axes`. Axes that the grid lacks are ignored; an axis of the grid that is missing must
 * have size 1.
 */
export function locate(grid: { readonly axes: readonly Extent[] }, axes: readonly Extent[]): (at: readonly number[]) => number {
  const strides = axes.map(() => 0);
  let stride = 1;
  for (const axis of [...grid.axes].reverse()) {
    const k = axes.findIndex((other) => other.id === axis.id);
    if (k < 0 && axis.size !== 1) throw new GraphError(`the oracle lost axis ${axis.id}`);
    if (k >= 0) {
      if (axes[k]!.size !== axis.size) throw new GraphError(`axis ${axis.id} has ${axis.size} positions and ${axes[k]!.size} positions`);
      strides[k] = stride;
    }
    stride *= axis.size;
  }
  return (at) => at.reduce((offset, place, k) => offset + place * strides[k]!, 0);
}

/** A tensor without absence, filled position by position. */
export function fill(axes: readonly Extent[], value: (at: readonly number[]) => number): Tensor {
  const data = new Float64Array(count(axes));
  everywhere(axes, (at, index) => {
    data[index] = value(at);
  });
  return { axes, data, masks: [] };
}

export function fillMask(axes: readonly Extent[], present: (at: readonly number[]) => boolean): Mask {
  const data = new Uint8Array(count(axes));
  everywhere(axes, (at, index) => {
    data[index] = present(at) ? 1 : 0;
  });
  return { axes, data };
}

/** The value at a position of `axes`. */
export function reader(grid: Grid<Float64Array>, axes: readonly Extent[]): (at: readonly number[]) => number {
  const offset = locate(grid, axes);
  return (at) => grid.data[offset(at)]!;
}

/** Whether a position of `axes` is present according to all of the masks. */
export function presence(masks: readonly Mask[], axes: readonly Extent[]): (at: readonly number[]) => boolean {
  const offsets = masks.map((mask) => locate(mask, axes));
  return (at) => masks.every((mask, k) => mask.data[offsets[k]!(at)] === 1);
}

/** a ++ (b \ a). */
export function joinExtents(a: readonly Extent[], b: readonly Extent[]): readonly Extent[] {
  return [...a, ...b.filter((axis) => !a.some((other) => other.id === axis.id))];
}

/** One mask for each set of axes: masks over the same axes are conjoined. */
export function uniteMasks(masks: readonly Mask[]): readonly Mask[] {
  const groups = new Map<string, Mask[]>();
  for (const mask of masks) groups.set(maskKey(mask.axes), [...(groups.get(maskKey(mask.axes)) ?? []), mask]);
  return [...groups.values()].map((group) => {
    if (group.length === 1) return group[0]!;
    const { axes } = group[0]!;
    return fillMask(axes, presence(group, axes));
  });
}

/** The grid at one position of axis `id`, which is dropped; a grid without the axis is returned as it is. */
function takePosition<Data extends Float64Array | Uint8Array>(grid: Grid<Data>, id: string, place: number): Grid<Data> {
  const k = grid.axes.findIndex((axis) => axis.id === id);
  if (k < 0) return grid;
  const inner = count(grid.axes.slice(k + 1));
  const outer = count(grid.axes.slice(0, k));
  const { size } = grid.axes[k]!;
  const axes = grid.axes.filter((axis) => axis.id !== id);
  const data = grid.data.slice(0, count(axes)) as Data;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) data[o * inner + i] = grid.data[(o * size + place) * inner + i]!;
  }
  return { axes, data };
}

/** `takePosition` of the values and of every mask. */
export function takeTensor(tensor: Tensor, id: string, place: number): Tensor {
  return { ...takePosition(tensor, id, place), masks: uniteMasks(tensor.masks.map((mask) => takePosition(mask, id, place))) };
}

/** Only the first `places` positions along each of the axes. */
export function cut(tensor: Tensor, ids: readonly string[], places: number): Tensor {
  const shorter = <Data extends Float64Array | Uint8Array>(grid: Grid<Data>, data: (length: number) => Data): Grid<Data> => {
    if (!grid.axes.some((axis) => ids.includes(axis.id) && axis.size > places)) return grid;
    const axes = grid.axes.map((axis) => (ids.includes(axis.id) ? { ...axis, size: Math.min(axis.size, places) } : axis));
    const made = data(count(axes));
    const from = offsets(grid.axes);
    everywhere(axes, (at, index) => {
      made[index] = grid.data[from(at)]!;
    });
    return { axes, data: made };
  };
  return {
    ...shorter(tensor, (length) => new Float64Array(length)),
    masks: tensor.masks.map((mask) => shorter(mask, (length) => new Uint8Array(length))),
  };
}

/** Positions that already exist in `before` along each of the axes keep their values. */
export function kept(now: Tensor, before: Tensor, ids: readonly string[]): Tensor {
  const hold = <Data extends Float64Array | Uint8Array>(grid: Grid<Data>, old: Grid<Data>): Grid<Data> => {
    const clocked = grid.axes.flatMap((axis, k) => (ids.includes(axis.id) ? [k] : []));
    if (clocked.length === 0) return grid;
    const data = grid.data.slice() as Data;
    const from = offsets(old.axes);
    everywhere(grid.axes, (at, index) => {
      if (clocked.every((k) => at[k]! < old.axes[k]!.size)) data[index] = old.data[from(at)]!;
    });
    return { axes: grid.axes, data };
  };
  return { ...hold(now, before), masks: now.masks.map((mask, k) => hold(mask, before.masks[k]!)) };
}

function offsets(axes: readonly Extent[]): (at: readonly number[]) => number {
  return (at) => axes.reduce((offset, axis, k) => offset * axis.size + at[k]!, 0);
}

/** Stacks tensors like `form`, one for each position of `axes` in row-major order, with `axes` in front. */
export function stack(axes: readonly Extent[], tensors: readonly Tensor[], form: Tensor): Tensor {
  const join = <Data extends Float64Array | Uint8Array>(grids: readonly Grid<Data>[], one: Grid<Data>, data: Data): Grid<Data> => {
    grids.forEach((grid, k) => data.set(grid.data, k * one.data.length));
    return { axes: [...axes, ...one.axes], data };
  };
  const total = count(axes);
  const masks = form.masks.map((mask, m) =>
    join(
      tensors.map((tensor) => tensor.masks[m]!),
      mask,
      new Uint8Array(total * mask.data.length),
    ),
  );
  return { ...join(tensors, form, new Float64Array(total * form.data.length)), masks };
}

/** The values without the axes `ids`, along which the present ones are all equal. */
export function onePresent(tensor: Tensor, ids: readonly string[]): Grid<Float64Array> {
  const axes = tensor.axes.filter(({ id }) => !ids.includes(id));
  const gone = joinExtents(
    tensor.axes,
    tensor.masks.flatMap((mask) => mask.axes),
  ).filter(({ id }) => ids.includes(id));
  const all = [...axes, ...gone];
  const [read, present] = [
    reader(tensor, all),
    presence(
      tensor.masks.filter((mask) => mask.axes.every(({ id }) => all.some((axis) => axis.id === id))),
      all,
    ),
  ];
  return fill(axes, (at) => {
    let value = 0;
    let found = false;
    everywhere(gone, (place) => {
      const whole = [...at, ...place];
      if (found || !present(whole)) return;
      value = read(whole);
      found = true;
    });
    return value;
  });
}

/** The same values with this order of axes; missing axes are broadcast. */
export function arrange(tensor: Tensor, axes: readonly Extent[]): Tensor {
  if (tensor.axes.length === axes.length && tensor.axes.every((axis, k) => axis.id === axes[k]!.id)) return tensor;
  return { ...fill(axes, reader(tensor, axes)), masks: tensor.masks };
}

/** Does the tensor, or one of its masks, have the axis? */
export function hasExtent(x: Tensor, id: string): boolean {
  return x.axes.some((axis) => axis.id === id) || x.masks.some((mask) => mask.axes.some((axis) => axis.id === id));
}

/** Padded to the longest extent of every axis, with NaN. */
export function widened(x: Tensor, longest: readonly Extent[]): Tensor {
  const size = (axis: Extent): number => longest.find(({ id }) => id === axis.id)?.size ?? axis.size;
  const widen = (axes: readonly Extent[]): readonly Extent[] => axes.map((axis) => ({ id: axis.id, size: size(axis) }));
  if (x.axes.every((axis) => size(axis) === axis.size)) return x;
  const read = reader(x, x.axes);
  const has = (at: readonly number[], axes: readonly Extent[]): boolean => at.every((place, k) => place < axes[k]!.size);
  const masks = x.masks.map((mask) => fillMask(widen(mask.axes), (at) => has(at, mask.axes) && presence([mask], mask.axes)(at)));
  return { ...fill(widen(x.axes), (at) => (has(at, x.axes) ? read(at) : NaN)), masks };
}
