/** Views of a node in the 'laid-out' dialect: the same elements in another order or shape. */
import { size, type Size } from '../../size/size.ts';
import type { Axis, Node, Origin } from '../../graph/graph.ts';
import { isUnit, sizeOf } from '../../graph/spaces.ts';
import type { LaidOut } from './build.ts';
import { axesOf } from './limits.ts';

/** For each axis, the axes that it is made of, as indices into some list; an axis made of none has one position. */
export type Groups = readonly (readonly number[])[];

export interface View {
  readonly source: Node;
  /** As indices into the axes of the source. */
  readonly groups: Groups;
}

export type Views = ReadonlyMap<Node, View>;

export const wholeOf = (axes: readonly Axis[]): Groups => axes.map((_, k) => [k]);

/** `nodes`: inputs first. Every source is a view of itself. `isSource` is told the views of the nodes before. */
export function viewsOf(nodes: readonly Node[], isSource: (node: Node, before: Views) => boolean): Views {
  const views = new Map<Node, View>();
  for (const node of nodes) {
    if (isSource(node, views)) views.set(node, { source: node, groups: wholeOf(axesOf(node)) });
    const under = isView(node) ? views.get(node.inputs[0]!) : undefined;
    const groups = under === undefined ? null : through(node, under.groups, axesOf(under.source));
    if (under !== undefined && groups !== null) views.set(node, { source: under.source, groups });
  }
  return views;
}

/** The node that a node is ultimately a view of; the groups are over the axes of the view. */
export function seenIn(node: Node): View {
  const axes = axesOf(node);
  let [source, groups] = [node, wholeOf(axes)];
  while (isView(source)) {
    const under = beneath(source, groups, axes);
    if (under === null) break;
    [source, groups] = [source.inputs[0]!, under];
  }
  return { source, groups };
}

const isView = ({ op }: Node): boolean => op.kind === 'permute' || op.kind === 'reshape' || op.kind === 'rename';

/** The groups of a view from those of its operand. */
function through({ op, inputs, types }: Node, groups: Groups, atoms: readonly Axis[]): Groups | null {
  if (op.kind === 'rename') return groups;
  if (op.kind === 'permute') return op.order.map((id) => groups[axesOf(inputs[0]!).findIndex((axis) => axis.id === id)]!);
  return regrouped(groups.flat(), atoms, types[0]!.axes);
}

/** The groups of the operand from those of a view. */
function beneath({ op, inputs }: Node, groups: Groups, atoms: readonly Axis[]): Groups | null {
  const own = axesOf(inputs[0]!);
  if (op.kind === 'rename') return groups;
  if (op.kind === 'permute') return own.map(({ id }) => groups[op.order.indexOf(id)]!);
  return regrouped(groups.flat(), atoms, own);
}

/** The same elements in the same order, with these axes: which atoms make up each; null where an atom would be split. */
function regrouped(order: readonly number[], atoms: readonly Axis[], axes: readonly Axis[]): Groups | null {
  const rest = [...order];
  const groups = axes.map(({ space }) => taken(rest, atoms, sizeOf(space)));
  return rest.length > 0 || groups.includes(null) ? null : groups.filter((group) => group !== null);
}

function taken(rest: number[], atoms: readonly Axis[], wanted: Size): readonly number[] | null {
  const group: number[] = [];
  let made = size.int(1);
  while (made.key !== wanted.key) {
    const next = rest.shift();
    if (next === undefined) return null;
    group.push(next);
    made = size.mul(made, sizeOf(atoms[next]!.space));
  }
  return group;
}

/** Are the elements in the same order? Axes of one position may be anywhere. */
export function liesAs(a: Groups, b: Groups, atoms: readonly Axis[]): boolean {
  const moving = (groups: Groups): string =>
    groups
      .flat()
      .filter((k) => !isUnit(atoms[k]!))
      .join();
  return moving(a) === moving(b);
}

/** How a view is to be rebuilt from a value with another layout. */
export interface Wanted {
  /** The axes that groups are made of. */
  readonly atoms: readonly Axis[];
  /** The layout at hand. */
  readonly lies: Groups;
  readonly groups: Groups;
  /** One for each group. */
  readonly axes: readonly Axis[];
}

/** Groups that are contiguous are moved as one axis. */
export function viewed(build: LaidOut, x: Node, { atoms, lies, groups, axes }: Wanted, origin: Origin): Node {
  if (liesAs(lies, groups, atoms)) return build.reshaped(x, axes, origin);
  const flat = lies.flat();
  const start = (group: readonly number[]): number => flat.indexOf(group[0]!);
  if (groups.some((group) => group.some((atom, k) => flat[start(group) + k] !== atom))) {
    const apart = (order: Groups): readonly Axis[] => order.flat().map((k) => atoms[k]!);
    return build.reshaped(build.permuted(build.reshaped(x, apart(lies), origin), apart(groups), origin), axes, origin);
  }
  const present = groups.flatMap((group, k) => (group.length === 0 ? [] : [{ at: start(group), axis: axes[k]! }]));
  const together = present.toSorted((a, b) => a.at - b.at).map(({ axis }) => axis);
  const permuted = build.permuted(
    build.reshaped(x, together, origin),
    present.map(({ axis }) => axis),
    origin,
  );
  return build.reshaped(permuted, axes, origin);
}
