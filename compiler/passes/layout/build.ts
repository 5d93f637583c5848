/** Building 'laid-out' graphs: equal nodes become one, and permutations and reshapes that change nothing are dropped. */
import { constantOf } from '../../size/size.ts';
import type { Axis, Node, Op, Origin, TensorType } from '../../graph/graph.ts';
import { infer } from '../../graph/infer.ts';
import { excessOf } from '../../graph/limits.ts';
import { hasAxis, sizeOf, unitAxis } from '../../graph/spaces.ts';
import { Keys } from '../core/keys.ts';
import { axesOf, narrowed, type Build } from './limits.ts';

/** Every node that the roots need, bodies of scans included, inputs first. */
export function inOrder(roots: readonly Node[]): readonly Node[] {
  const seen = new Set<Node>();
  const open = [...roots];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const each of node.inputs) open.push(each);
    if (node.op.kind === 'scan') {
      const { position, xs, states, nexts, emits } = node.op.region;
      open.push(position, ...xs, ...states, ...nexts, ...emits);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** No backend has a limit this low. */
const FEW = 5;
/** Axes of one position may stand anywhere. */
const moving = (axes: readonly Axis[]): readonly Axis[] => axes.filter((axis) => constantOf(sizeOf(axis.space)) !== 1);
/** Do only the names differ, none of which another axis has before? */
function isRenaming(own: readonly Axis[], axes: readonly Axis[]): boolean {
  return (
    own.length === axes.length &&
    own.every(({ space }, k) => sizeOf(space).key === sizeOf(axes[k]!.space).key) &&
    axes.every(({ id }, k) => own.every((other, at) => at === k || other.id !== id))
  );
}
const sameOrder = (a: readonly Axis[], b: readonly Axis[]): boolean => a.length === b.length && a.every((axis, k) => axis.id === b[k]?.id);

/**
 * The order of axes that tfjs gives a gather or a scatter, where it differs from the type's: a gather's positions come where the
 * indexed axis was, a scatter's axis comes after the axes that both operands keep.
 */
export function nativeOrder({ op, inputs }: Node): readonly Axis[] | null {
  if (op.kind === 'gather') {
    const [table, index] = [axesOf(inputs[0]!), axesOf(inputs[1]!)];
    return index.some((axis) => axis.id !== op.axis && hasAxis(table, axis.id))
      ? null
      : table.flatMap((axis) => (axis.id === op.axis ? index : [axis]));
  }
  if (op.kind !== 'scatter') return null;
  const [g, index] = [axesOf(inputs[0]!), axesOf(inputs[1]!)];
  return [...index.filter((axis) => !op.over.includes(axis.id)), op.axis, ...g.filter((axis) => !hasAxis(index, axis.id))];
}

export class LaidOut implements Build {
  readonly #keys = new Keys();
  readonly #known = new Map<string, Node>();
  #count = 0;

  /** A node of its own, even if an equal one exists. */
  node(op: Op, inputs: readonly Node[], types: readonly TensorType[], origin: Origin): Node {
    return { id: this.#count++, op, inputs, types, origin };
  }

  leaf(op: Op, types: readonly TensorType[], origin: Origin): Node {
    if (op.kind === 'argument') return this.node(op, [], types, origin);
    // A length lies along the axis that it is counted on, whatever its name there.
    return this.#shared(op, [], origin, () => types, types.map((type) => this.#keys.type(type)).join());
  }

  /** The operation, or an equivalent where it exceeds the limits of a backend. */
  make(op: Op, inputs: readonly Node[], origin: Origin): Node {
    if (inputs.some((input) => axesOf(input).length > FEW) && excessOf({ op, inputs, types: infer(op, inputs) }) !== null) {
      const within = narrowed(this, op, inputs, origin);
      if (within !== null) return within;
    }
    return this.#shared(op, inputs, origin, () => infer(op, inputs), '');
  }

  /** In the order in which tfjs gives it: the emitter knows that this permutation moves no data. */
  inPlace(x: Node): Node {
    const order = nativeOrder(x);
    return order === null || sameOrder(axesOf(x), order)
      ? x
      : this.make({ kind: 'permute', order: order.map((axis) => axis.id) }, [x], x.origin);
  }

  #shared(op: Op, inputs: readonly Node[], origin: Origin, types: () => readonly TensorType[], more: string): Node {
    const key = `${this.#keys.op(op)} ${inputs.map((input) => input.id).join()} ${more}`;
    let node = this.#known.get(key);
    if (node === undefined) {
      node = this.node(op, inputs, types(), origin);
      this.#known.set(key, node);
    }
    return node;
  }

  float(x: Node, origin: Origin): Node {
    return x.types[0]?.elem.kind === 'float' ? x : this.make({ kind: 'unary', fn: 'float' }, [x], unnamed(origin));
  }

  permuted(x: Node, order: readonly Axis[], origin: Origin): Node {
    if (sameOrder(axesOf(x), order)) return x;
    if (sameOrder(moving(axesOf(x)), moving(order))) return this.reshaped(x, order, origin);
    if (x.op.kind === 'permute') return this.permuted(x.inputs[0]!, order, origin);
    // Axes of one position that a reshape has added to a permutation are added again behind this one.
    const core = unshaped(x);
    if (core.op.kind === 'permute' && sameOrder(axesOf(core), moving(axesOf(x))))
      return this.reshaped(this.permuted(core, moving(order), origin), order, origin);
    return this.make({ kind: 'permute', order: order.map((axis) => axis.id) }, [x], unnamed(origin));
  }

  reshaped(x: Node, axes: readonly Axis[], origin: Origin): Node {
    const whole = this.#bare(unshaped(x), origin);
    const own = axesOf(whole);
    if (sameOrder(own, axes)) return whole;
    if (isRenaming(own, axes)) {
      if (whole.op.kind !== 'permute') return this.#renamed(whole, axes, origin);
      const from = whole.inputs[0]!;
      const names = axesOf(from).map(({ id }) => axes[own.findIndex((axis) => axis.id === id)]!);
      return this.permuted(this.reshaped(from, names, origin), axes, origin);
    }
    return this.make({ kind: 'reshape', axes }, [whole], unnamed(origin));
  }

  /** Where only the names of axes differ, nothing has to be done at run time. */
  #renamed(x: Node, axes: readonly Axis[], origin: Origin): Node {
    return axesOf(x).reduce(
      (named, { id }, k) => (id === axes[k]!.id ? named : this.make({ kind: 'rename', from: id, to: axes[k]! }, [named], origin)),
      x,
    );
  }

  /** A permutation that is to be reshaped, without the axes of one position: then it may be no permutation, or one with the next. */
  #bare(x: Node, origin: Origin): Node {
    const axes = axesOf(x);
    const rest = moving(axes);
    if (x.op.kind !== 'permute' || rest.length === axes.length) return x;
    const from = x.inputs[0]!;
    return this.permuted(this.reshaped(from, moving(axesOf(from)), origin), rest, origin);
  }

  /**
   * One axis for each group, in the order of the groups. Groups that are adjacent in memory are merged first: tfjs permutes few
   * axes faster than many.
   */
  grouped(x: Node, groups: readonly (readonly Axis[])[], into: readonly Axis[], origin: Origin): Node {
    const axes = axesOf(x);
    const starts = groups.map((group) => axes.findIndex((axis) => axis.id === group[0]?.id));
    const together = groups.every((group, k) => group.every((axis, at) => axes[starts[k]! + at]?.id === axis.id));
    if (!together || sameOrder(axes, groups.flat())) return this.reshaped(this.permuted(x, groups.flat(), origin), into, origin);
    const present = groups.map((_, k) => k).filter((k) => starts[k]! >= 0);
    const merged = this.reshaped(
      x,
      [...present].sort((a, b) => starts[a]! - starts[b]!).map((k) => into[k]!),
      origin,
    );
    return this.reshaped(
      this.permuted(
        merged,
        present.map((k) => into[k]!),
        origin,
      ),
      into,
      origin,
    );
  }

  /** Aligned with other operands to the axes `order`: permuted, with unit axes for those it lacks after its first. */
  aligned(x: Node, order: readonly Axis[], origin: Origin): Node {
    const placed = this.permuted(
      x,
      order.filter((axis) => hasAxis(axesOf(x), axis.id)),
      origin,
    );
    const first = order.findIndex((axis) => hasAxis(axesOf(x), axis.id));
    if (first < 0) return placed;
    return this.reshaped(
      placed,
      order.slice(first).map((axis, k) => (hasAxis(axesOf(x), axis.id) ? axis : unitAxis(k))),
      origin,
    );
  }
}

/** The node before reshapes, skipping renames: it can be reshaped directly. */
function unshaped(x: Node): Node {
  let shaped = x;
  for (;;) {
    let from = shaped;
    while (from.op.kind === 'rename') from = from.inputs[0]!;
    if (from.op.kind !== 'reshape') return shaped;
    shaped = from.inputs[0]!;
  }
}

/** Nodes that the layout adds have no name of their own. */
function unnamed(origin: Origin): Origin {
  return { ...origin, name: null };
}
