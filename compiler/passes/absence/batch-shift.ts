/**
 * Indices that are sums of positions, as shifts: `x[time = position[time] - 4]` is the value four positions before, and `x[row =
 * position[row] + position[dy]]` with few `dy` is that many shifts, joined along `dy`. Shifts of whole tensors are much cheaper
 * than a gather, and so are their derivatives than a scatter. Taken `mod` the size of the axis, such a sum is a circular shift:
 * `w[slots = (position[slots] - position[shift]) mod slots]` is the operand of a circular convolution. Quotients:
 * batch-spread.ts.
 */
import { constantOf, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import { folded } from '../../graph/fold.ts';
import type { Axis, Node, Op } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, join, originOf, sameSpace, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import type { Absence, Partial } from './absence.ts';
import { spread } from './batch-spread.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';

/** Each offset is a node: beyond this many a gather is smaller, and hardly slower. */
const MOST_OFFSETS = 32;

interface Term {
  readonly axis: Axis;
  readonly scale: Size;
}

/** The sum of `scale` times the position (from 0) on each axis, plus `offset`. */
interface Form {
  readonly terms: readonly Term[];
  readonly offset: Size;
}

const ZERO = sizes.int(0);
const negated = (n: Size): Size => sizes.sub(ZERO, n);
const isEqual = (a: Size, b: Size): boolean => a.key === b.key;

const SUMS: ReadonlySet<Op['kind']> = new Set(['broadcast', 'check', 'rename', 'unary', 'binary']);

function formOf(node: Node): Form | null {
  return folded<Node, Form | null>(({ op, inputs }) => (SUMS.has(op.kind) ? inputs : []), formFrom)(node);
}

function formFrom({ op, inputs }: Node, of: (node: Node) => Form | null): Form | null {
  switch (op.kind) {
    case 'constant':
      return Number.isSafeInteger(op.value) ? { terms: [], offset: sizes.int(op.value) } : null;
    case 'size':
      return { terms: [], offset: op.size };
    case 'position':
      return { terms: [{ axis: op.axis, scale: sizes.int(1) }], offset: originOf(op.axis.space) };
    case 'broadcast':
    case 'check':
      return of(inputs[0]!);
    case 'rename': {
      const form = of(inputs[0]!);
      return form === null
        ? null
        : { ...form, terms: form.terms.map((term) => (term.axis.id === op.from ? { ...term, axis: op.to } : term)) };
    }
    case 'unary': {
      if (op.fn === 'int' || op.fn === 'stop') return of(inputs[0]!);
      return op.fn === 'neg' ? scaled(of(inputs[0]!), sizes.int(-1)) : null;
    }
    case 'binary': {
      if (op.fn !== 'add' && op.fn !== 'sub' && op.fn !== 'mul') return null;
      const [a, b] = inputs.map(of);
      if (a === null || b === null) return null;
      if (op.fn === 'mul') return a!.terms.length === 0 ? scaled(b!, a!.offset) : b!.terms.length === 0 ? scaled(a!, b!.offset) : null;
      return sum(a!, op.fn === 'add' ? b! : scaled(b!, sizes.int(-1))!);
    }
    default:
      return null;
  }
}

function scaled(form: Form | null, by: Size): Form | null {
  return form === null
    ? null
    : { terms: form.terms.map(({ axis, scale }) => ({ axis, scale: sizes.mul(scale, by) })), offset: sizes.mul(form.offset, by) };
}

function sum(a: Form, b: Form): Form {
  const terms = new Map(a.terms.map((term) => [term.axis.id, term]));
  for (const term of b.terms) {
    const same = terms.get(term.axis.id);
    terms.set(term.axis.id, same === undefined ? term : { ...term, scale: sizes.add(same.scale, term.scale) });
  }
  return { terms: [...terms.values()].filter(({ scale }) => !isEqual(scale, ZERO)), offset: sizes.add(a.offset, b.offset) };
}

/** Positions of `to`, each `stride` positions of the indexed axis apart, seen from every position of the kernel. */
interface Window {
  readonly to: Axis;
  readonly stride: number;
  readonly kernel: readonly KernelAxis[];
  /** The position of the indexed axis that the first positions of all other axes read. */
  readonly offset: Size;
}

interface KernelAxis extends Term {
  readonly count: number;
}

/** `taken`: the axes of the indexed value and of its masks, with which the axes of an index would zip. */
function windowOf(form: Form, axis: Axis, isRagged: boolean, taken: readonly Axis[]): Window | null {
  const isFree = ({ id }: Axis): boolean => !hasAxis(taken, id);
  const strideOf = ({ axis: to, scale }: Term): number | null => {
    if (to.id !== axis.id && !isFree(to)) return null;
    const stride = constantOf(scale);
    if (stride === 1 && sameSpace(to.space, axis.space)) return 1;
    // Another axis reads from its own first position on: those positions must exist.
    if (stride === null || stride <= 0 || to.id === axis.id) return null;
    const [count, read] = [sizeOf(axis.space), sizeOf(to.space)];
    if (stride > 1 && (isEqual(read, sizes.div(count, stride)) || isEqual(read, sizes.ceilDiv(count, stride)))) return stride;
    return !isRagged && nonNegative(sizes.sub(count, sizes.mul(read, scale))) ? stride : null;
  };
  const able = form.terms.filter((term) => strideOf(term) !== null);
  // Where either axis could be the one that moves, as in valid windows, the larger is not the window.
  const main =
    able.find((term) => term.axis.id === axis.id) ?? able.find((term) => constantOf(sizeOf(term.axis.space)) === null) ?? able[0];
  if (main === undefined) return null;
  const kernel: KernelAxis[] = [];
  for (const term of form.terms) {
    if (term === main) continue;
    const count = constantOf(sizeOf(term.axis.space));
    if (count === null || term.axis.id === axis.id || !isFree(term.axis)) return null;
    kernel.push({ ...term, count });
  }
  if (kernel.reduce((product, { count }) => product * count, 1) > MOST_OFFSETS) return null;
  // Positions are counted from the origin of the axis.
  return { to: main.axis, stride: strideOf(main)!, kernel, offset: sizes.sub(form.offset, originOf(axis.space)) };
}

function offsetsOf({ kernel, offset }: Window): readonly Size[] {
  return kernel.reduce<readonly Size[]>(
    (known, { scale, count }) => known.flatMap((each) => range(count).map((k) => sizes.add(each, sizes.mul(scale, sizes.int(k))))),
    [offset],
  );
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => k);

/** t[axis = i], or null where `i` has another form. `isInside`: all of its positions exist. */
export function shifted(m: GraphBuilder, absence: Absence, t: Partial, i: Node, axis: Axis, isInside: boolean): Partial | null {
  const round = circular(i, axis);
  if (round !== null) return rolled(m, absence, t, i, axis, round);
  const wide = spread(m, absence, t, i, axis);
  if (wide !== null) return wide;
  const form = formOf(i);
  const isRagged = absence.ragged(axis);
  const window = form === null ? null : windowOf(form, axis, isRagged, [t.value, ...t.masks].flatMap(axesOf));
  if (window === null) return null;
  const { elem } = typeOf(t.value);
  // A shift moves in zeros, which are not a position of every space.
  if (elem.kind === 'index' && !startsAtZero(elem.space)) return null;

  const { to, stride, kernel } = window;
  const count = sizeOf(axis.space);
  /** How far the last position read at an offset is from the end of the axis. */
  const room = (offset: Size): Size =>
    sizes.sub(sizes.sub(count, sizes.int(1)), sizes.add(offset, sizes.mul(sizes.sub(sizeOf(to.space), sizes.int(1)), sizes.int(stride))));
  const offsets = offsetsOf(window);
  const tests: Node[] = [];
  const isPlain = kernel.length === 0 && stride === 1;
  const first = originOf(to.space);
  const mayBeBefore = !isInside && !offsets.every(nonNegative);
  const mayBeBehind = !isInside && !offsets.every((offset) => nonNegative(room(offset)));
  if (mayBeBefore) {
    tests.push(isPlain ? m.binary('ge', m.position(to), m.size(sizes.sub(first, window.offset))) : m.binary('ge', i, m.first(axis)));
  }
  if (mayBeBehind) {
    const end = sizes.add(count, isPlain ? first : originOf(axis.space));
    tests.push(m.binary('lt', isPlain ? m.position(to) : i, absence.numberOn(isPlain ? sizes.sub(end, window.offset) : end, axis)));
  }

  // Zeros at the ragged end are made once, before the kernel multiplies them.
  const isZeroed = isRagged && mayBeBehind && kernel.length > 0 && elem.kind === 'float';
  const from = isZeroed ? { value: absence.zeroAt(t.value, axis), masks: t.masks } : t;
  const moved = absence.move(from, (node) =>
    hasAxis(axesOf(node), axis.id)
      ? windowed(m, kernel, window.offset, (offset) =>
          placed(m, node, axis, window, offset, nonNegative(offset) && nonNegative(room(offset))),
        )
      : node,
  );
  for (const [k, test] of tests.entries()) {
    const isBefore = mayBeBefore && k === 0;
    if (isBefore || !isRagged || isZeroed) absence.markZeroWhere(moved.value, test);
  }
  const masks = [...moved.masks, ...tests];
  const whole = join(axesOf(moved.value), axesOf(i));
  return { value: whole.length === axesOf(moved.value).length ? moved.value : m.broadcast(moved.value, whole), masks };
}

/** Joined along the kernel's axes, the last of them outermost; `at` gives the value at one offset. */
function windowed(m: GraphBuilder, kernel: readonly KernelAxis[], offset: Size, at: (offset: Size) => Node): Node {
  const [kernelAxis, ...rest] = kernel;
  if (kernelAxis === undefined) return at(offset);
  const parts = range(kernelAxis.count).map((k) => windowed(m, rest, sizes.add(offset, sizes.mul(kernelAxis.scale, sizes.int(k))), at));
  return m.make({ kind: 'concat', axis: kernelAxis.axis, parts: parts.map(() => null) }, parts);
}

/** The operand of a `mod` by the size of the axis, or null. */
function circular(i: Node, axis: Axis): Node | null {
  let index = i;
  while (index.op.kind === 'broadcast') index = index.inputs[0]!;
  const { op, inputs } = index;
  if (op.kind !== 'binary' || op.fn !== 'mod') return null;
  const round = formOf(inputs[1]!);
  return round !== null && round.terms.length === 0 && isEqual(round.offset, sizeOf(axis.space)) ? inputs[0]! : null;
}

/** t[axis = inner mod n], n the size of the axis. */
function rolled(m: GraphBuilder, absence: Absence, t: Partial, i: Node, axis: Axis, inner: Node): Partial | null {
  // A ragged axis wraps around at each example's own length; on one that does not begin at 0, `mod` gives other positions.
  if (absence.ragged(axis) || !startsAtZero(axis.space)) return null;
  const form = formOf(inner);
  const window = form === null ? null : windowOf(form, axis, false, [t.value, ...t.masks].flatMap(axesOf));
  if (window === null || window.stride !== 1 || !sameSpace(window.to.space, axis.space)) return null;
  const { to, kernel, offset } = window;
  const roll = (node: Node): Node => windowed(m, kernel, offset, (by) => m.rename(m.shift(node, axis.id, negated(by), true), axis.id, to));
  const moved = absence.move(t, (node) => (hasAxis(axesOf(node), axis.id) ? roll(node) : node));
  const whole = join(axesOf(moved.value), axesOf(i));
  return { ...moved, value: m.broadcast(moved.value, whole) };
}

/** `isWithin`: no position is outside the axis. */
function placed(m: GraphBuilder, x: Node, axis: Axis, { to, stride }: Window, offset: Size, isWithin: boolean): Node {
  if (sameSpace(to.space, axis.space)) return m.rename(m.shift(x, axis.id, negated(offset)), axis.id, to);
  if (isWithin && stride === 1) return m.make({ kind: 'slice', axis: axis.id, start: offset, into: to }, [x]);
  const near = m.shift(x, axis.id, negated(offset));
  const cut = (whole: Axis, from = near, id = axis.id): Node => m.make({ kind: 'slice', axis: id, start: ZERO, into: whole }, [from]);
  if (stride === 1) return cut(to);
  const read = sizes.mul(sizeOf(to.space), sizes.int(stride));
  const all: Axis = isEqual(read, sizeOf(axis.space))
    ? axis
    : { id: `${axis.id}.read.${read.key}`, label: axis.label, space: { kind: 'anon', size: read } };
  // The last window is filled up if it is incomplete.
  const isWhole = isEqual(sizeOf(to.space), sizes.div(sizeOf(axis.space), stride)) || nonNegative(sizes.sub(sizeOf(axis.space), read));
  const phase: Axis = { id: `${to.id}.step`, label: to.label, space: { kind: 'anon', size: sizes.int(stride) } };
  const split = m.make({ kind: 'split', axis: all.id, into: [to, phase] }, [
    all === axis ? near : cut(all, isWhole ? near : longer(m, near, axis, stride - 1), isWhole ? axis.id : `${axis.id}.longer`),
  ]);
  return m.make({ kind: 'slice', axis: phase.id, start: ZERO, into: null }, [split]);
}

/** With `by` zeros after it. */
function longer(m: GraphBuilder, x: Node, axis: Axis, by: number): Node {
  const { elem } = typeOf(x);
  const zero = m.constant(0, elem.kind === 'index' ? 'int' : elem.kind);
  const into: Axis = {
    id: `${axis.id}.longer`,
    label: axis.label,
    space: { kind: 'anon', size: sizes.add(sizeOf(axis.space), sizes.int(by)) },
  };
  return m.make({ kind: 'concat', axis: into, parts: [axis.id, ...range(by).map(() => null)] }, [x, ...range(by).map(() => zero)]);
}
