/**
 * What every operation computes on one example, in float64: plain loops over positions. A result is absent where an operand is;
 * an operation over axes R skips what is absent because of a mask that meets R, and all other absence stays.
 */
import type { Size } from '../size/size.ts';
import {
  arrange,
  count,
  everywhere,
  fill,
  fillMask,
  joinExtents,
  locate,
  presence,
  reader,
  takeTensor,
  uniteMasks,
  type Extent,
  type Grid,
  type Mask,
  type Tensor,
} from './arrays.ts';
import { GraphError } from '../graph/errors.ts';
import type { Axis, Op, OpOf, ReduceFn, TensorType } from '../graph/graph.ts';
import { BINARY } from '../graph/operations/binary.ts';
import { UNARY } from '../graph/operations/unary.ts';
import { originOf } from '../graph/spaces.ts';

export interface Context {
  /** The type of the result. */
  readonly type: TensorType;
  extents(axes: readonly Axis[]): readonly Extent[];
  number(size: Size): number;
  /** The number of the first position of an axis of operand k. */
  origin(operand: number, axis: string): number;
}

/** Operations that need more than their operands: see `interpret`. */
type Outside = 'input' | 'parameter' | 'length' | 'argument' | 'random' | 'across' | 'past' | 'result' | 'scan' | 'call' | 'clock';
export type PureOp = Exclude<Op, { readonly kind: Outside }>;
type Rule<K extends PureOp['kind']> = (op: Extract<PureOp, { readonly kind: K }>, inputs: readonly Tensor[], context: Context) => Tensor;
type Rules = { readonly [K in PureOp['kind']]: Rule<K> };

export function evaluateOp(op: PureOp, inputs: readonly Tensor[], context: Context): Tensor {
  return (RULES[op.kind] as Rule<PureOp['kind']>)(op as never, inputs, context);
}

// ---------------------------------------------------------------- scalars

const truth = (condition: boolean): number => (condition ? 1 : 0);

/** Over the present elements only. */
const REDUCE: { readonly [F in ReduceFn]: (xs: readonly number[]) => number } = {
  sum: (xs) => xs.reduce((a, b) => a + b, 0),
  mean: (xs) => (xs.length === 0 ? 0 : xs.reduce((a, b) => a + b, 0) / xs.length),
  max: (xs) => (xs.length === 0 ? 0 : xs.reduce((a, b) => Math.max(a, b))),
  min: (xs) => (xs.length === 0 ? 0 : xs.reduce((a, b) => Math.min(a, b))),
  prod: (xs) => xs.reduce((a, b) => a * b, 1),
  any: (xs) => truth(xs.some((x) => x !== 0)),
  all: (xs) => truth(xs.every((x) => x !== 0)),
};

// ---------------------------------------------------------------- examples

/** Reduces by `fn` over `over` what is present in any of `xs`, for every position of `axes`. */
export function acrossAll(fn: ReduceFn, over: readonly string[], xs: readonly Tensor[], axes: readonly Extent[]): Tensor {
  const found = fill(axes, () => 0);
  const lists = Array.from(found.data, (): number[] => []);
  const into = locate(found, axes);
  for (const x of xs) {
    const loop = [
      ...axes,
      ...drop(
        x.masks.map((mask) => mask.axes).reduce(joinExtents, x.axes),
        axes.map(({ id }) => id),
      ),
    ];
    const strange = loop.slice(axes.length).find(({ id }) => !over.includes(id));
    if (strange !== undefined) throw new GraphError(`axis ${strange.id} is neither kept nor reduced`);
    const [value, present] = [reader(x, loop), presence(x.masks, loop)];
    everywhere(loop, (at) => {
      if (present(at)) lists[into(at.slice(0, axes.length))]!.push(value(at));
    });
  }
  return { ...found, data: Float64Array.from(lists, REDUCE[fn]), masks: [] };
}

// ---------------------------------------------------------------- loops

function elementwise(inputs: readonly Tensor[], { type, extents }: Context, fn: (values: readonly number[]) => number): Tensor {
  const axes = extents(type.axes);
  const read = inputs.map((input) => reader(input, axes));
  return { ...fill(axes, (at) => fn(read.map((value) => value(at)))), masks: uniteMasks(inputs.flatMap((input) => input.masks)) };
}

interface Parted {
  /** Masks over one of the axes: they decide what is skipped. */
  readonly ending: readonly Mask[];
  readonly staying: readonly Mask[];
}

function part(masks: readonly Mask[], over: readonly string[]): Parted {
  const meets = (mask: Mask): boolean => mask.axes.some((axis) => over.includes(axis.id));
  return { ending: uniteMasks(masks.filter(meets)), staying: uniteMasks(masks.filter((mask) => !meets(mask))) };
}

const drop = (axes: readonly Extent[], ids: readonly string[]): readonly Extent[] => axes.filter((axis) => !ids.includes(axis.id));

/**
 * Reduces the present values along `over`, for every other position of the operands and of the masks that end: `fn` gets the
 * positions along `over` with their values, in row-major order.
 */
function fold(
  inputs: readonly Tensor[],
  over: readonly string[],
  value: (values: readonly number[]) => number,
  fn: (found: readonly Found[]) => number,
): Tensor {
  const { ending, staying } = part(
    inputs.flatMap((input) => input.masks),
    over,
  );
  const all = [...inputs, ...ending].map((grid) => grid.axes).reduce(joinExtents, []);
  const outer = drop(all, over);
  const inner = over.flatMap((id) => all.filter((axis) => axis.id === id));
  const axes = [...outer, ...inner];
  const read = inputs.map((input) => reader(input, axes));
  const present = presence(ending, axes);
  const result = fill(outer, (place) => {
    const found: Found[] = [];
    everywhere(inner, (at) => {
      const whole = [...place, ...at];
      if (present(whole)) found.push({ at: [...at], value: value(read.map((one) => one(whole))) });
    });
    return fn(found);
  });
  return { ...result, masks: staying };
}

interface Found {
  readonly at: readonly number[];
  readonly value: number;
}

const values = (found: readonly Found[]): readonly number[] => found.map(({ value }) => value);
const first = ([x]: readonly number[]): number => x!;

/**
 * A result along `axis`, computed line by line: `line` gets the values and the presence of all positions on it. Absence along the
 * axis ends, unless it `stays`.
 */
function along(
  x: Tensor,
  id: string,
  line: (xs: readonly number[], present: readonly boolean[]) => readonly number[],
  stays = false,
): Tensor {
  const { ending, staying } = part(x.masks, [id]);
  const axes = [x, ...ending].map((grid) => grid.axes).reduce(joinExtents, []);
  const axis = axes.filter((other) => other.id === id);
  const outer = drop(axes, [id]);
  const loop = [...outer, ...axis];
  const read = reader(x, loop);
  const present = presence(ending, loop);
  const result = fill(loop, () => 0);
  everywhere(outer, (place, index) => {
    const places = Array.from({ length: axis[0]!.size }, (_, k) => [...place, k]);
    line(places.map(read), places.map(present)).forEach((y, k) => {
      result.data[index * axis[0]!.size + k] = y;
    });
  });
  return { ...arrange(result, axes), masks: stays ? x.masks : staying };
}

function running(
  { axis, exclusive, reversed }: OpOf<'cumsum' | 'cumprod'>,
  x: Tensor,
  start: number,
  add: (total: number, next: number) => number,
): Tensor {
  return along(x, axis, (xs, present) => {
    const totals = xs.map(() => start);
    const places = [...xs.keys()];
    let total = start;
    for (const k of reversed ? places.reverse() : places) {
      const next = present[k] ? add(total, xs[k]!) : total;
      totals[k] = exclusive ? total : next;
      total = next;
    }
    return totals;
  });
}

type Plain = Grid<Float64Array>;

/** Applies `move` to the values and to every mask over one of `ids`; a mask is first broadcast to those of `ids` that it lacks. */
function moved(x: Tensor, ids: readonly string[], move: (grid: Plain) => Plain): Tensor {
  const own = x.axes.filter((axis) => ids.includes(axis.id));
  const masks = x.masks.map((mask) => {
    if (!mask.axes.some((axis) => ids.includes(axis.id))) return mask;
    const axes = joinExtents(mask.axes, own);
    const { axes: into, data } = move({ axes, data: Float64Array.from(fillMask(axes, presence([mask], axes)).data) });
    return { axes: into, data: Uint8Array.from(data) };
  });
  return { ...move(x), masks: uniteMasks(masks) };
}

const replace = (axes: readonly Extent[], id: string, by: readonly Extent[]): readonly Extent[] =>
  axes.flatMap((axis) => (axis.id === id ? by : [axis]));

/** The values of `grid` at position `placeOf` of axis `id`, at each position of `to` joined with its other axes; 0 where that is null. */
function pick(grid: Plain, id: string, to: readonly Extent[], placeOf: (at: readonly number[]) => number | null): Plain {
  const axes = joinExtents(to, drop(grid.axes, [id]));
  // `to` may have an axis with the same id: it is another axis, which the grid does not have.
  const kept = axes.flatMap((axis, k) => (axis.id === id ? [] : [k]));
  const read = reader(grid, [...kept.map((k) => axes[k]!), ...grid.axes.filter((axis) => axis.id === id)]);
  return fill(axes, (at) => {
    const place = placeOf(at);
    return place === null ? 0 : read([...kept.map((k) => at[k]!), place]);
  });
}

function placeIn(axis: Extent, origin: number): (position: number) => number | null {
  return (position) => {
    const place = position - origin;
    return Number.isInteger(place) && place >= 0 && place < axis.size ? place : null;
  };
}

function extentOf(x: { readonly axes: readonly Extent[] }, id: string): Extent {
  const axis = x.axes.find((candidate) => candidate.id === id);
  if (axis === undefined) throw new GraphError(`the oracle lost axis ${id}`);
  return axis;
}

// ---------------------------------------------------------------- the table

const RULES: Rules = {
  constant: (op) => fill([], () => op.value),
  size: (op, _inputs, { number }) => fill([], () => number(op.size)),
  position(op, _inputs, { extents, number }) {
    const origin = number(originOf(op.axis.space));
    return fill(extents([op.axis]), ([place]) => origin + place!);
  },

  unary: (op, inputs, context) => elementwise(inputs, context, ([x]) => UNARY[op.fn].value(x!)),
  binary: (op, inputs, context) => elementwise(inputs, context, ([a, b]) => BINARY[op.fn].value(a!, b!)),
  select: (_op, inputs, context) => elementwise(inputs, context, ([condition, a, b]) => (condition !== 0 ? a! : b!)),

  where(_op, [x, condition]) {
    const holds = reader(condition!, condition!.axes);
    const mask = fillMask(condition!.axes, (at) => holds(at) !== 0);
    return { ...x!, masks: uniteMasks([...x!.masks, ...condition!.masks, mask]) };
  },
  otherwise(_op, [p, q], { type, extents }) {
    const axes = extents(type.axes);
    const present = presence(p!.masks, axes);
    const [a, b] = [reader(p!, axes), reader(q!, axes)];
    // Absent where both are: each mask of q counts only where p is absent.
    const deciding = p!.masks.map((mask) => mask.axes).reduce(joinExtents, []);
    const masks = q!.masks.map((mask) => {
      const over = joinExtents(deciding, mask.axes);
      const [inP, inQ] = [presence(p!.masks, over), presence([mask], over)];
      return fillMask(over, (at) => inP(at) || inQ(at));
    });
    return { ...fill(axes, (at) => (present(at) ? a(at) : b(at))), masks: p!.masks.length === 0 ? [] : uniteMasks(masks) };
  },

  reduce: (op, inputs) => fold(inputs, op.axes, first, (found) => REDUCE[op.fn](values(found))),
  softmax(op, [x]) {
    return along(
      x!,
      op.axis,
      (xs, present) => {
        const max = Math.max(...xs.filter((_, k) => present[k]));
        const total = xs.reduce((sum, e, k) => (present[k] ? sum + Math.exp(e - max) : sum), 0);
        if (op.log) return xs.map((e) => e - max - Math.log(total));
        return xs.map((e, k) => (present[k] ? Math.exp(e - max) / total : 0));
      },
      op.log,
    );
  },
  argmax(op, inputs, { origin }) {
    const start = origin(0, op.axis);
    // Over nothing: the first position. The checker requires a non-empty axis or an `else`.
    return fold(inputs, [op.axis], first, (found) => {
      const best = Math.max(...values(found));
      return start + (found.find(({ value }) => value === best)?.at[0] ?? 0);
    });
  },
  contract: (op, inputs) =>
    fold(
      inputs,
      op.axes,
      ([a, b]) => a! * b!,
      (found) => REDUCE.sum(values(found)),
    ),
  matmul: ({ transposeA }, inputs) =>
    fold(
      inputs,
      [inputs[0]!.axes.at(transposeA ? -2 : -1)!.id],
      ([a, b]) => a! * b!,
      (found) => REDUCE.sum(values(found)),
    ),
  cumsum: (op, [x]) => running(op, x!, 0, (sum, next) => sum + next),
  cumprod: (op, [x]) => running(op, x!, 1, (product, next) => product * next),

  check(op, [x, wrong]) {
    if (wrong!.data.some((value) => value !== 0)) throw new GraphError(op.what);
    return x!;
  },

  gather(op, [t, i], { origin }) {
    const axis = extentOf(t!, op.axis);
    const place = placeIn(axis, origin(0, op.axis));
    const position = reader(i!, i!.axes);
    const inside = fillMask(i!.axes, (at) => place(position(at)) !== null);
    if (op.inside && i!.masks.length === 0 && inside.data.includes(0))
      throw new GraphError(`an index lies outside axis ${op.axis}, and was said not to`);
    const picked = moved(t!, [op.axis], (grid) => {
      const axes = joinExtents(i!.axes, drop(grid.axes, [op.axis]));
      const index = reader(i!, axes);
      return pick(grid, op.axis, i!.axes, (at) => place(index(at)));
    });
    return { ...picked, masks: uniteMasks([...picked.masks, ...i!.masks, ...(op.inside ? [] : [inside])]) };
  },
  scatter(op, [g, i], { extents, number }) {
    const axis = extents([op.axis])[0]!;
    const place = placeIn(axis, number(originOf(op.axis.space)));
    const { ending, staying } = part([...g!.masks, ...i!.masks], op.over);
    const loop = [g, i, ...ending].map((grid) => grid!.axes).reduce(joinExtents, []);
    const rest = drop(loop, op.over);
    const kept = loop.flatMap(({ id }, k) => (op.over.includes(id) ? [] : [k]));
    const result = fill([axis, ...rest], () => 0);
    const into = locate(result, result.axes);
    const [value, index, present] = [reader(g!, loop), reader(i!, loop), presence(ending, loop)];
    everywhere(loop, (at) => {
      const p = place(index(at));
      if (p !== null && present(at)) result.data[into([p, ...kept.map((k) => at[k]!)])]! += value(at);
    });
    return { ...result, masks: staying };
  },
  onehot(op, [i], { extents, number }) {
    const axes = [...i!.axes, ...extents([op.axis])];
    const index = reader(i!, axes);
    const origin = number(originOf(op.axis.space));
    return { ...fill(axes, (at) => truth(at[at.length - 1]! + origin === index(at))), masks: i!.masks };
  },
  concat(op, inputs, { type, extents }) {
    const axes = extents(type.axes);
    const whole = extents([op.axis])[0]!;
    let start = 0;
    const parts = inputs.map((x, k) => {
      const id = op.parts[k]!;
      const size = id === null ? 1 : extentOf(x, id).size;
      start += size;
      return { x, id, from: start - size, to: start };
    });
    if (start !== whole.size) throw new GraphError(`${start} positions joined into axis ${whole.id} of ${whole.size}`);
    /** `grid`, a part or one of its masks, extended to the whole axis; 1 outside the part. */
    const widen = ({ id, from, to }: (typeof parts)[number], grid: Plain): Plain => {
      const own = id !== null && grid.axes.some((axis) => axis.id === id);
      const rest = own ? drop(grid.axes, [id]) : grid.axes;
      const loop = [...rest, whole];
      const read = reader(grid, own ? [...rest, { id, size: to - from }] : rest);
      return fill(loop, (at) => {
        const place = at[rest.length];
        if (place! < from || place! >= to) return 1;
        return read(own ? [...at.slice(0, -1), place! - from] : at.slice(0, -1));
      });
    };
    const masks = parts.flatMap((one) =>
      one.x.masks.map((mask) => {
        const { axes: into, data } = widen(one, { axes: mask.axes, data: Float64Array.from(mask.data) });
        return { axes: into, data: Uint8Array.from(data) };
      }),
    );
    const read = parts.map((one) => reader(widen(one, one.x), axes));
    const k = axes.findIndex((axis) => axis.id === whole.id);
    const which = (place: number): number => parts.findIndex(({ to }) => place < to);
    return { ...fill(axes, (at) => read[which(at[k]!)]!(at)), masks: uniteMasks(masks) };
  },
  slice(op, [x], { number, extents }) {
    const start = number(op.start);
    const axis = extentOf(x!, op.axis);
    const into = op.into === null ? null : extents([op.into])[0];
    if (start < 0 || start + (into?.size ?? 1) > axis.size)
      throw new GraphError(`positions ${start} to ${start + (into?.size ?? 1)} of axis ${axis.id} of ${axis.size}`);
    if (into === null) return takeTensor(x!, op.axis, start);
    return moved(x!, [op.axis], (grid) => {
      const k = grid.axes.findIndex(({ id }) => id === op.axis);
      const read = reader(grid, grid.axes);
      return fill(replace(grid.axes, op.axis, [into!]), (at) => read(at.map((place, j) => (j === k ? place + start : place))));
    });
  },
  shift(op, [x], { number }) {
    const by = number(op.by);
    const k = x!.axes.findIndex(({ id }) => id === op.axis);
    const read = reader(x!, x!.axes);
    return fill(x!.axes, (at) => {
      const { size } = x!.axes[k]!;
      const place = op.circular ? BINARY.mod.value(at[k]! - by, size) : at[k]! - by;
      return place < 0 || place >= size ? 0 : read(at.with(k, place));
    });
  },

  append(op, [rows, row], { extents }) {
    const whole = extents([op.axis])[0]!;
    const axes = replace(rows!.axes, op.before, [whole]);
    const k = axes.findIndex(({ id }) => id === whole.id);
    if (extentOf(rows!, op.before).size !== whole.size - 1)
      throw new GraphError(`${extentOf(rows!, op.before).size} rows and one as ${whole.size}`);
    const [old, now] = [reader(rows!, rows!.axes), reader(row!, axes)];
    return { ...fill(axes, (at) => (at[k] === whole.size - 1 ? now(at) : old(at))), masks: [] };
  },
  before: (op, [rows], { number }) => takeTensor(rows!, op.axis, Math.max(extentOf(rows!, op.axis).size - 1 - number(op.by), 0)),

  rename(op, [x], { extents }) {
    const to = extents([op.to])[0]!;
    const from = extentOf({ axes: [...x!.axes, ...x!.masks.flatMap(({ axes }) => axes)] }, op.from);
    if (to.size !== from.size) throw new GraphError(`axis ${op.from} of ${from.size} as ${to.id} of ${to.size}`);
    return moved(x!, [op.from], ({ axes, data }) => ({ axes: replace(axes, op.from, [to]), data }));
  },
  merge(op, [x], { extents }) {
    return moved(x!, op.axes, (grid) => {
      const merged = op.axes.map((id) => extentOf(grid, id));
      const at = grid.axes.findIndex(({ id }) => id === op.axes[0]);
      const before = drop(grid.axes.slice(0, at), op.axes);
      const after = drop(grid.axes.slice(at), op.axes);
      const { data } = arrange({ ...grid, masks: [] }, [...before, ...merged, ...after]);
      return reshaped(data, [...before, ...extents([op.into]), ...after]);
    });
  },
  split: (op, [x], { extents }) => moved(x!, [op.axis], ({ axes, data }) => reshaped(data, replace(axes, op.axis, extents(op.into)))),
  broadcast: (_op, [x], { type, extents }) => arrange(x!, extents(type.axes)),
  permute: (_op, [x], { type, extents }) => arrange(x!, extents(type.axes)),
  reshape: (op, [x], { extents }) => ({ ...reshaped(x!.data, extents(op.axes)), masks: [] }),
};

function reshaped(data: Float64Array, axes: readonly Extent[]): Plain {
  if (count(axes) !== data.length)
    throw new GraphError(`${data.length} elements as [${axes.map(({ id, size }) => `${id}: ${size}`).join(', ')}]`);
  return { axes, data };
}
