/**
 * Rewrites what exceeds the limits of a backend (`graph/limits.ts`): adjacent axes that an operation treats alike are merged, and
 * an operation that still has too many is done in steps.
 */
import type { Axis, Node, Op, OpOf, Origin } from '../../graph/graph.ts';
import { infer } from '../../graph/infer.ts';
import { groupsOf, hasPlace, mostOf, type Capable } from '../../graph/limits.ts';
import { hasAxis, isUnit, unitAxis } from '../../graph/spaces.ts';

/** What 'laid-out' nodes are built with. */
export interface Build {
  make(op: Op, inputs: readonly Node[], origin: Origin): Node;
  reshaped(x: Node, axes: readonly Axis[], origin: Origin): Node;
  permuted(x: Node, order: readonly Axis[], origin: Origin): Node;
  aligned(x: Node, order: readonly Axis[], origin: Origin): Node;
}

/** For a node with one result, or for the first of several. */
export const axesOf = (node: Node): readonly Axis[] => node.types[0]!.axes;
const ids = (axes: readonly Axis[]): readonly string[] => axes.map(({ id }) => id);

/** Adjacent axes as one; `unit` distinguishes the unit axes of one type. */
export function merged(axes: readonly Axis[], unit: number): Axis {
  if (axes.length === 0) return unitAxis(unit);
  if (axes.length === 1) return axes[0]!;
  return {
    id: `(${ids(axes).join('*')})`,
    label: axes.map((axis) => axis.label).join('_'),
    space: { kind: 'merge', parts: axes.map((axis) => axis.space) },
  };
}

/** As `merged`, but no axis stays none. */
const atMostOne = (axes: readonly Axis[]): readonly Axis[] => (axes.length === 0 ? [] : [merged(axes, 0)]);

/** The same result, with the same axes in the same order, within the limits; null where no rewrite is known. */
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

/** The axes before an axis merged into one, and likewise those after it. */
function around(build: Build, x: Node, id: string, origin: Origin): Node {
  const axes = axesOf(x);
  const k = axes.findIndex((axis) => axis.id === id);
  return build.reshaped(x, [...atMostOne(axes.slice(0, k)), axes[k]!, ...atMostOne(axes.slice(k + 1))], origin);
}

// ---------------------------------------------------------------- elementwise

/**
 * One axis for each group of axes that are broadcast alike. If there are too many groups, adjacent ones are first broadcast in
 * every operand.
 */
export function collapsed(build: Build, op: OpOf<'binary'> | OpOf<'select'>, inputs: readonly Node[], origin: Origin): Node {
  const result = infer(op, inputs);
  const { axes } = result[0]!;
  const groups = groupsOf({ op, inputs, types: result });
  const has = (x: Node, group: readonly number[]): boolean => group.some((k) => hasPlace(x, k - axes.length));
  const whole = runToMerge(
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
 * The adjacent groups to merge so that no more than `most` remain: those where the fewest operands must be repeated, and among
 * equals the last, which are closest in memory. `has`: by group and operand.
 */
function runToMerge(has: readonly (readonly boolean[])[], most: number): readonly number[] {
  const length = has.length - most + 1;
  if (length <= 1) return [];
  const missing = has.map((operands) => operands.filter((each) => !each).length);
  const cost = (start: number): number => missing.slice(start, start + length).reduce((sum, n) => sum + n, 0);
  let best = has.length - length;
  for (let start = best - 1; start >= 0; start--) if (cost(start) < cost(best)) best = start;
  return Array.from({ length }, (_, k) => best + k);
}

// ---------------------------------------------------------------- permutations and reductions

/** Axes that stay adjacent are one. If too many remain, as many as fit are moved to the front, and the rest follows. */
function permuted(build: Build, x: Node, order: readonly string[], origin: Origin): Node {
  const axes = axesOf(x);
  const most = mostOf('permute').axes;
  const groups = runs(
    order.map((id) => axes.findIndex((axis) => axis.id === id)),
    (k, before) => k === before + 1,
  );
  if (groups.length <= most) return grouped(build, x, groups, origin);
  let front: readonly (readonly number[])[] = [];
  for (let count = 1; count < groups.length; count++) {
    const moved = groups.slice(0, count);
    const rest = [...axes.keys()].filter((k) => !moved.flat().includes(k));
    const step = [...moved, ...runs(rest, (k, before) => k === before + 1)];
    if (step.length > most) break;
    front = step;
  }
  // Moving two axes leaves three runs: at most five groups, the first of which may join those already in front.
  return permuted(
    build,
    build.reshaped(
      grouped(build, x, front, origin),
      front.flat().map((k) => axes[k]!),
      origin,
    ),
    order,
    origin,
  );
}

/** The groups, by index of their axes, in this order, each as one axis. */
function grouped(build: Build, x: Node, groups: readonly (readonly number[])[], origin: Origin): Node {
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

/** Axes that are reduced together, or kept together, are one. If too many remain, the last are reduced first. */
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

/** Runs of adjacent items that belong together. */
function runs<T>(items: readonly T[], together: (item: T, before: T) => boolean): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last !== undefined && together(item, last.at(-1)!)) last.push(item);
    else found.push([item]);
  }
  return found;
}
