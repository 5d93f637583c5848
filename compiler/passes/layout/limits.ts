/**
 * What exceeds the limits of a backend (`graph/limits.ts`), said otherwise: neighbouring axes that an operation treats alike are
 * one axis to it, and where too many are left it is taken in steps.
 */
import type { Axis, Node, Op, OpOf, Origin } from '../../graph/graph.ts';
import { infer } from '../../graph/infer.ts';
import { groupsOf, hasPlace, mostOf, type Capable } from '../../graph/limits.ts';
import { hasAxis, isUnit, unitAxis } from '../../graph/spaces.ts';

/** What a graph in the 'laid-out' dialect is built with. */
export interface Build {
  make(op: Op, inputs: readonly Node[], origin: Origin): Node;
  reshaped(x: Node, axes: readonly Axis[], origin: Origin): Node;
  permuted(x: Node, order: readonly Axis[], origin: Origin): Node;
  aligned(x: Node, order: readonly Axis[], origin: Origin): Node;
}

/** For a node with one result, or for the first of several. */
export const axesOf = (node: Node): readonly Axis[] => node.types[0]!.axes;
const ids = (axes: readonly Axis[]): readonly string[] => axes.map(({ id }) => id);

/** Neighbouring axes as one; `unit` tells the axes of size 1 of one type apart. */
export function merged(axes: readonly Axis[], unit: number): Axis {
  if (axes.length === 0) return unitAxis(unit);
  if (axes.length === 1) return axes[0]!;
  return {
    id: `(${ids(axes).join('*')})`,
    label: axes.map((axis) => axis.label).join('_'),
    space: { kind: 'merge', parts: axes.map((axis) => axis.space) },
  };
}

/** As `merged`, of no axes none. */
const atMostOne = (axes: readonly Axis[]): readonly Axis[] => (axes.length === 0 ? [] : [merged(axes, 0)]);

/** The same result, axes and their order included, within the limits; null where nothing is known that helps. */
export function narrowed(build: Build, op: Op, inputs: readonly Node[], origin: Origin): Node | null {
  const inner = { ...origin, name: null };
  const { axes } = infer(op, inputs)[0]!;
  const [x] = inputs as readonly [Node];
  switch (op.kind) {
    case 'unary':
      return build.reshaped(build.make(op, [build.reshaped(x, atMostOne(axesOf(x)), inner)], inner), axes, origin);
    case 'binary':
    case 'select':
      return collapsed(build, op, inputs, origin);
    case 'permute':
      return build.reshaped(permuted(build, x, op.order, inner), axes, origin);
    case 'reduce':
      return build.reshaped(reduced(build, op, x, inner), axes, origin);
    case 'argmax':
    case 'softmax':
    case 'slice':
    case 'shift':
    case 'gather':
      return build.reshaped(build.make(op, [around(build, x, op.axis, inner), ...inputs.slice(1)], inner), axes, origin);
    default:
      return null;
  }
}

/** What stands before an axis as one axis, and what stands behind it. */
function around(build: Build, x: Node, id: string, origin: Origin): Node {
  const axes = axesOf(x);
  const k = axes.findIndex((axis) => axis.id === id);
  return build.reshaped(x, [...atMostOne(axes.slice(0, k)), axes[k]!, ...atMostOne(axes.slice(k + 1))], origin);
}

// ---------------------------------------------------------------- elementwise

/** An axis for each group of axes that are broadcast alike. Where those are too many, neighbours are made whole in every operand first. */
export function collapsed(build: Build, op: OpOf<'binary'> | OpOf<'select'>, inputs: readonly Node[], origin: Origin): Node {
  const result = infer(op, inputs);
  const { axes } = result[0]!;
  const groups = groupsOf({ op, inputs, types: result });
  const has = (x: Node, group: readonly number[]): boolean => group.some((k) => hasPlace(x, k - axes.length));
  const whole = runMadeWhole(
    groups.map((group) => inputs.map((x) => has(x, group))),
    mostGroups(op),
  );
  const inner = { ...origin, name: null };
  const flat = groups.map((group) =>
    merged(
      group.map((k) => axes[k]!).filter((axis) => !isUnit(axis)),
      group[0]!,
    ),
  );
  const operands = inputs.map((x) => {
    const own = flat.filter((_, g) => has(x, groups[g]!));
    const narrow = build.reshaped(x, own, inner);
    const wide = flat.filter((axis, g) => hasAxis(own, axis.id) || whole.includes(g));
    return wide.length === own.length ? narrow : build.make({ kind: 'broadcast', axes: wide }, [build.aligned(narrow, wide, inner)], inner);
  });
  const joined = flat.flatMap((axis, g) =>
    !whole.includes(g)
      ? [axis]
      : g === whole[0]
        ? [
            merged(
              whole.map((k) => flat[k]!),
              g,
            ),
          ]
        : [],
  );
  const aligned = operands.map((x) => {
    const own = whole.length === 0 ? axesOf(x) : joined.filter((axis) => hasAxis(axesOf(x), axis.id) || !hasAxis(flat, axis.id));
    return build.aligned(build.reshaped(x, own, inner), joined, inner);
  });
  return build.reshaped(build.make(op, aligned, inner), axes, origin);
}

function mostGroups(op: OpOf<'binary'> | OpOf<'select'>): number {
  const capable: readonly Capable[] = op.kind === 'select' ? ['select'] : ['arithmetic', 'comparison'];
  return Math.min(...capable.map(mostOf).flatMap(({ axes, groups }) => [axes, groups]));
}

/**
 * The neighbours that are to be made one group, so that no more than `most` are left: those for which the fewest operands have to
 * be repeated, and of several the last, which lie closest in memory. `has`: by group and operand.
 */
function runMadeWhole(has: readonly (readonly boolean[])[], most: number): readonly number[] {
  const length = has.length - most + 1;
  if (length <= 1) return [];
  const missing = has.map((operands) => operands.filter((each) => !each).length);
  const cost = (start: number): number => missing.slice(start, start + length).reduce((sum, n) => sum + n, 0);
  let best = has.length - length;
  for (let start = best - 1; start >= 0; start--) if (cost(start) < cost(best)) best = start;
  return Array.from({ length }, (_, k) => best + k);
}

// ---------------------------------------------------------------- permutations and reductions

/** Axes that stay behind one another are one. Too many left: as many as fit are brought to the front, and the rest follows. */
function permuted(build: Build, x: Node, order: readonly string[], origin: Origin): Node {
  const axes = axesOf(x);
  const most = mostOf('permute').axes;
  const groups = runs(
    order.map((id) => axes.findIndex((axis) => axis.id === id)),
    (k, before) => k === before + 1,
  );
  if (groups.length <= most) return turned(build, x, groups, origin);
  let front: readonly (readonly number[])[] = [];
  for (let count = 1; count < groups.length; count++) {
    const moved = groups.slice(0, count);
    const rest = [...axes.keys()].filter((k) => !moved.flat().includes(k));
    const step = [...moved, ...runs(rest, (k, before) => k === before + 1)];
    if (step.length > most) break;
    front = step;
  }
  // Two axes from anywhere leave three runs: five groups at the most, of which the first may be one with those already in front.
  return permuted(
    build,
    build.reshaped(
      turned(build, x, front, origin),
      front.flat().map((k) => axes[k]!),
      origin,
    ),
    order,
    origin,
  );
}

/** The groups of positions in this order, each as one axis. */
function turned(build: Build, x: Node, groups: readonly (readonly number[])[], origin: Origin): Node {
  const axes = axesOf(x);
  const parts = groups.map((group) =>
    merged(
      group.map((k) => axes[k]!),
      0,
    ),
  );
  const inMemory = [...groups.keys()].sort((a, b) => groups[a]![0]! - groups[b]![0]!).map((g) => parts[g]!);
  return build.permuted(build.reshaped(x, inMemory, origin), parts, origin);
}

/** Axes that are reduced together, or kept together, are one. Too many left: the last are reduced first. */
function reduced(build: Build, op: OpOf<'reduce'>, x: Node, origin: Origin): Node {
  const isGone = (axis: Axis): boolean => op.axes.includes(axis.id);
  const groups = runs(axesOf(x), (axis, before) => isGone(axis) === isGone(before));
  if (groups.length <= mostOf('reduce').axes) {
    const flat = groups.map((group, g) => merged(group, g));
    return build.make({ ...op, axes: ids(flat.filter((_, g) => isGone(groups[g]![0]!))) }, [build.reshaped(x, flat, origin)], origin);
  }
  const last = groups.findLast((group) => isGone(group[0]!))!;
  const first = build.make({ ...op, axes: ids(last) }, [x], origin);
  return build.make({ ...op, axes: op.axes.filter((id) => !ids(last).includes(id)) }, [first], origin);
}

/** Neighbours that go together. */
function runs<T>(items: readonly T[], together: (item: T, before: T) => boolean): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last !== undefined && together(item, last.at(-1)!)) last.push(item);
    else found.push([item]);
  }
  return found;
}
