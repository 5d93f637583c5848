/**
 * 'batched' to 'laid-out': the order of axes becomes the order in memory, and every operation becomes one that tfjs has.
 *
 * Orders are chosen locally, from operands to results: an elementwise operation takes the order of its largest operand, and the
 * others are permuted and padded with unit axes to align; a contraction becomes one 2-D matrix product, or a batched 3-D one
 * where both operands share axes that stay. What exceeds the limits of a backend is rewritten (`limits.ts`), so that one module
 * runs on all of them. Last, transpositions that only products read are folded into these (`transposed.ts`).
 */
import { constantOf, size } from '../../size/size.ts';
import type { Axis, Node, OpOf, Origin, ScanRegion, TensorType } from '../../graph/graph.ts';
import { hasAxis, isUnit, sizeOf, unitAxis, without } from '../../graph/spaces.ts';
import { requireWithinLimits } from './beyond-limits.ts';
import type { Roots } from '../core/compiled.ts';
import { transposed } from './transposed.ts';
import { inOrder, LaidOut } from './build.ts';
import { axesOf, collapsed, merged } from './limits.ts';
import { ofPositionsOnly, spreadOver } from './positions.ts';
import { isWindow, summedLater, windowOrder, type Summed } from './windows.ts';
import { UNARY } from '../../graph/operations/unary.ts';

export function layout(roots: Roots): Roots {
  const nodes = inOrder([...roots.values()]);
  const pass = new Layout(ofPositionsOnly(nodes), summedLater(nodes), listsOfRounds(nodes));
  for (const node of nodes) pass.visit(node);
  return transposed(requireWithinLimits(new Map([...roots].map(([name, node]) => [name, pass.root(node)]))));
}

/** By element of a list that a round reads: the list, where other rounds have emitted it. */
function listsOfRounds(nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  const emitted = (node: Node): boolean => node.op.kind === 'result' || (node.op.kind === 'rename' && emitted(node.inputs[0]!));
  return new Map(
    nodes.flatMap(({ op, inputs }) =>
      op.kind === 'scan' && op.axis.rounds === true
        ? op.region.xs.flatMap((x, k): [Node, Node][] => (emitted(inputs[k]!) ? [[x, inputs[k]!]] : []))
        : [],
    ),
  );
}

/** The batch, or in a decoding step the hypotheses of all examples. */
const BATCHES: readonly string[] = ['batch', 'hypotheses'];
const isBatch = ({ id }: Axis): boolean => BATCHES.includes(id);
/** With more axes the kernels of some backends are slow. What they compute wrongly or refuse is in `graph/limits.ts`. */
const MOST_AXES = 4;
const ids = (axes: readonly Axis[]): readonly string[] => axes.map((axis) => axis.id);
const pick = (axes: readonly Axis[], wanted: readonly string[]): readonly Axis[] => axes.filter((axis) => wanted.includes(axis.id));

class Layout {
  readonly #done = new Map<Node, Node>();
  readonly #build = new LaidOut();
  readonly #spread: ReadonlyMap<Node, Node>;
  readonly #summed: Summed;
  /** By scan: the sequences computed for all its positions at once, and the arguments by which its body reads them. */
  readonly #more = new Map<Node, { readonly argument: Node; readonly sequence: Node }[]>();

  /** By argument of a loop over rounds: the list that another such loop has emitted. */
  readonly #lists: ReadonlyMap<Node, Node>;

  constructor(spread: ReadonlyMap<Node, Node>, summed: Summed, lists: ReadonlyMap<Node, Node>) {
    this.#spread = spread;
    this.#lists = lists;
    this.#summed = summed;
  }

  of(node: Node): Node {
    const laid = this.#done.get(node);
    if (laid === undefined) throw new Error(`layout: %${node.id} (${node.op.kind}) is used before it is laid out`);
    return laid;
  }

  /** A result keeps its declared order of axes, which callers rely on. */
  root(node: Node): Node {
    return this.#build.permuted(this.of(node), axesOf(node), node.origin);
  }

  visit(node: Node): void {
    const scan = this.#spread.get(node);
    this.#done.set(node, scan === undefined ? this.#rule(node) : this.#forAllPositions(node, scan));
  }

  /** What depends on a step's position alone, such as a padding mask, is computed for all positions at once. */
  #forAllPositions(node: Node, scan: Node): Node {
    const op = scan.op as OpOf<'scan'>;
    const build = this.#build;
    const sequence = spreadOver(node, op, (each) => this.visit(each));
    const argument = build.leaf(
      { kind: 'argument' },
      [{ ...node.types[0]!, axes: without(axesOf(this.of(sequence)), [op.axis.id]) }],
      node.origin,
    );
    this.#more.set(scan, [...(this.#more.get(scan) ?? []), { argument, sequence: this.of(sequence) }]);
    return argument;
  }

  /** The elements of a list lie as the loop that emitted it left them. */
  #asListed(argument: Node): TensorType {
    const type = argument.types[0]!;
    const list = this.#lists.get(argument);
    const laid = list === undefined ? undefined : this.#done.get(list);
    return laid === undefined ? type : { ...type, axes: axesOf(laid).filter(({ id }) => hasAxis(type.axes, id)) };
  }

  #rule(node: Node): Node {
    const { op, origin } = node;
    const build = this.#build;
    const inputs = op.kind === 'result' ? [] : node.inputs.map((input) => this.of(input));
    const x = inputs[0]!;
    switch (op.kind) {
      case 'input':
      case 'parameter':
      case 'constant':
      case 'length':
        return build.leaf(op, node.types, origin);
      case 'argument':
        return build.leaf(op, [this.#asListed(node)], origin);
      case 'size':
      case 'position':
      case 'random':
        return build.make(op, inputs, origin);
      case 'unary':
        // tfjs would round the result of a float function applied to an integer.
        return build.make(op, [UNARY[op.fn].takes === 'float' ? build.float(x, origin) : x], origin);
      case 'argmax':
      case 'onehot':
      case 'shift':
      case 'rename':
      case 'cumsum':
      case 'cumprod':
      case 'permute':
      case 'reshape':
      case 'matmul':
        return build.make(op, inputs, origin);
      case 'reduce': {
        const number = op.fn === 'mean' ? build.float(x, origin) : x;
        return op.axes.length === 0 ? number : build.make(op, [number], origin);
      }
      case 'binary':
        return this.#elementwise(op, node);
      case 'select':
        return this.#elementwise(op, node);
      case 'softmax':
        return build.make(
          op,
          [build.permuted(build.float(x, origin), [...without(axesOf(x), [op.axis]), ...pick(axesOf(x), [op.axis])], origin)],
          origin,
        );
      case 'contract':
        return this.#contract(op, inputs, origin);
      case 'gather':
        return this.#gather(op, inputs, origin);
      case 'scatter':
        return this.#scatter(op, inputs, origin);
      case 'concat':
        return this.#concat(op, node, inputs);
      case 'slice':
        return this.#slice(op, x, origin);
      case 'merge': {
        const axes = axesOf(x);
        const first = axes.findIndex((axis) => op.axes.includes(axis.id));
        const parts = op.axes.map((id) => pick(axes, [id])[0]!);
        const before = without(axes.slice(0, first), op.axes);
        const after = without(axes.slice(first), op.axes);
        return build.reshaped(build.permuted(x, [...before, ...parts, ...after], origin), [...before, op.into, ...after], origin);
      }
      case 'split':
        return build.reshaped(
          x,
          axesOf(x).flatMap((axis) => (axis.id === op.axis ? op.into : [axis])),
          origin,
        );
      case 'broadcast':
        return this.#broadcast(x, op.axes, origin);
      case 'check':
        return build.make(op, inputs, origin);
      case 'append':
        return build.make(op, [x, this.#broadcast(inputs[1]!, without(axesOf(x), [op.before]), origin)], origin);
      case 'before':
        return build.make(op, inputs, origin);
      case 'result':
        return build.make(op, [this.of(node.inputs[0]!)], origin);
      case 'scan':
        return this.#scan(op, node, inputs);
      case 'across':
      case 'where':
      case 'otherwise':
      case 'past':
      case 'call':
      case 'clock':
        throw new Error(`layout: ${op.kind} must be lowered before`);
    }
  }

  // ---------------------------------------------------------------- elementwise

  #elementwise(op: OpOf<'binary'> | OpOf<'select'>, node: Node): Node {
    const build = this.#build;
    const wanted = axesOf(node);
    // An operand may drop its broadcast where the other operands have the axes.
    const narrow = node.inputs.map((input) => {
      let inner = input;
      while (inner.op.kind === 'broadcast') inner = inner.inputs[0]!;
      return inner;
    });
    const covered = wanted.every((axis) => narrow.some((input) => hasAxis(axesOf(this.of(input)), axis.id)));
    let operands = (covered ? narrow : node.inputs).map((input) => this.of(input));
    if (op.kind === 'select' && operands[1]!.types[0]!.elem.kind !== operands[2]!.types[0]!.elem.kind) {
      const both = operands.slice(1).map((x) => x.types[0]!.elem.kind);
      if (both.includes('float')) operands = [operands[0]!, build.float(operands[1]!, node.origin), build.float(operands[2]!, node.origin)];
    }
    // tfjs divides integers to integers.
    if (op.kind === 'binary' && (op.fn === 'div' || op.fn === 'pow')) operands = operands.map((x) => build.float(x, node.origin));
    const order = commonOrder(operands.map(axesOf));
    const aligned = operands.map((x) => build.aligned(x, order, node.origin));
    // Kernels are slow beyond a few axes.
    return order.length > MOST_AXES ? collapsed(build, op, aligned, node.origin) : build.make(op, aligned, node.origin);
  }

  #broadcast(x: Node, axes: readonly Axis[], origin: Origin): Node {
    const build = this.#build;
    const placed = build.permuted(
      x,
      axes.filter((axis) => hasAxis(axesOf(x), axis.id)),
      origin,
    );
    const missing = axes.filter((axis) => !hasAxis(axesOf(x), axis.id));
    if (missing.length === 0) return placed;
    if (missing.every((axis) => constantOf(sizeOf(axis.space)) === 1)) return build.reshaped(placed, axes, origin);
    if (axes.length <= MOST_AXES) return build.make({ kind: 'broadcast', axes }, [build.aligned(placed, axes, origin)], origin);
    const groups = neighbours(axes, (axis) => (hasAxis(axesOf(x), axis.id) ? 'own' : ''));
    const flat = groups.map((group) => merged(group, 0));
    const own = build.reshaped(
      placed,
      flat.filter((_, k) => hasAxis(axesOf(x), groups[k]![0]!.id)),
      origin,
    );
    return build.reshaped(
      build.make({ kind: 'broadcast', axes: flat }, [build.aligned(own, flat, origin)], { ...origin, name: null }),
      axes,
      origin,
    );
  }

  // ---------------------------------------------------------------- contractions

  #contract(op: OpOf<'contract'>, [a, b]: readonly Node[], origin: Origin): Node {
    const build = this.#build;
    const [left, right] = [a!, b!];
    const multiplied = (): Node => {
      const order = commonOrder([axesOf(left), axesOf(right)]);
      return build.make({ kind: 'binary', fn: 'mul' }, [build.aligned(left, order, origin), build.aligned(right, order, origin)], origin);
    };
    const isFloat = [left, right].some((x) => x.types[0]!.elem.kind === 'float');
    if (op.axes.length === 0) return multiplied();
    const free = (x: Node, y: Node): readonly Axis[] => axesOf(x).filter((axis) => !hasAxis(axesOf(y), axis.id));
    const [freeLeft, freeRight] = [free(left, right), free(right, left)];
    if (!isFloat || (freeLeft.length === 0 && freeRight.length === 0)) {
      return build.make({ kind: 'reduce', fn: 'sum', axes: op.axes }, [multiplied()], origin);
    }
    const ways = [product(left, right, op.axes), product(right, left, op.axes)];
    const way = ways[1]!.cost < ways[0]!.cost ? ways[1]! : ways[0]!;
    const { zip, rows, inner, columns } = way;
    const flat = (x: Node, outer: readonly (readonly Axis[])[]): Node => {
      const groups = zip.length === 0 ? outer : [zip, ...outer];
      return build.grouped(
        build.float(x, origin),
        groups,
        groups.map((axes, k) => merged(axes, k)),
        origin,
      );
    };
    const operands = [flat(way.left, [rows, inner]), flat(way.right, [inner, columns])];
    // Moves the batch back to the front while the result is still a matrix.
    const late = columns.some(isBatch);
    const axes = late ? [...zip, ...columns, ...rows] : [...zip, ...rows, ...columns];
    const straight = !late && zip.length <= 1 && rows.length === 1 && columns.length === 1;
    const result = build.make(
      { kind: 'matmul', transposeA: false, transposeB: false },
      operands,
      straight ? origin : { ...origin, name: null },
    );
    if (straight) return result;
    const batchLeads = late
      ? build.permuted(result, [...axesOf(result).slice(0, -2), ...axesOf(result).slice(-2).reverse()], origin)
      : result;
    return build.make({ kind: 'reshape', axes }, [batchLeads], origin);
  }

  // ---------------------------------------------------------------- positions

  #gather(op: OpOf<'gather'>, [t, i]: readonly Node[], origin: Origin): Node {
    const build = this.#build;
    const [table, index] = [t!, i!];
    const rest = without(axesOf(table), [op.axis]);
    const zip = axesOf(index).filter((axis) => hasAxis(rest, axis.id));
    const at = axesOf(table).filter((axis) => axis.id === op.axis);
    const places = without(axesOf(index), ids(zip));
    if (zip.length === 0) {
      return build.inPlace(build.make(op, [table, index], origin));
    }
    const others = without(rest, ids(zip));
    return build.make(
      op,
      [build.permuted(table, [...zip, ...at, ...others], origin), build.permuted(index, [...zip, ...places], origin)],
      origin,
    );
  }

  #scatter(op: OpOf<'scatter'>, [g, i]: readonly Node[], origin: Origin): Node {
    const build = this.#build;
    const index = i!;
    // Summed axes that the index lacks are summed first; axes of the index that the cotangent lacks are broadcast.
    const early = op.over.filter((id) => !hasAxis(axesOf(index), id));
    const summed = early.length === 0 ? g! : build.make({ kind: 'reduce', fn: 'sum', axes: early }, [g!], origin);
    const kept = without(axesOf(index), op.over);
    const places = pick(axesOf(index), op.over);
    const others = without(axesOf(summed), ids(axesOf(index)));
    const whole = this.#broadcast(summed, [...kept, ...places, ...others], origin);
    const over = op.over.filter((id) => !early.includes(id));
    return build.inPlace(build.make({ ...op, over }, [whole, build.permuted(index, [...kept, ...places], origin)], origin));
  }

  #concat(op: OpOf<'concat'>, node: Node, inputs: readonly Node[]): Node {
    const build = this.#build;
    const { origin } = node;
    const orders = inputs.map((x, k) => axesOf(x).map((axis) => (axis.id === op.parts[k] ? op.axis : axis)));
    const common = commonOrder(orders);
    const summed = isWindow(node) ? this.#summed.get(node) : undefined;
    const order = hasAxis(common, op.axis.id) ? common : summed === undefined ? [...common, op.axis] : windowOrder(common, op.axis, summed);
    const parts: string[] = [];
    const operands = inputs.map((x, k) => {
      const part = op.parts[k] ?? null;
      const own = part === null ? onePosition(op.axis) : pick(axesOf(x), [part])[0]!;
      parts.push(own.id);
      return this.#broadcast(
        x,
        order.map((axis) => (axis.id === op.axis.id ? own : axis)),
        origin,
      );
    });
    const floats = operands.some((x) => x.types[0]!.elem.kind === 'float');
    const alike = floats ? operands.map((x) => build.float(x, origin)) : operands;
    if (order.length <= MOST_AXES) return build.make({ ...op, parts }, alike, origin);
    // The joined axis and everything after it are one row of memory.
    const k = order.findIndex((axis) => axis.id === op.axis.id);
    const rows = (own: Axis): readonly Axis[] => [
      ...(k === 0 ? [] : [merged(order.slice(0, k), 0)]),
      merged([own, ...order.slice(k + 1)], 0),
    ];
    const flat = alike.map((x) => build.reshaped(x, rows(axesOf(x)[k]!), origin));
    const joined = { ...op, axis: rows(op.axis).at(-1)!, parts: flat.map((x) => axesOf(x).at(-1)!.id) };
    return build.reshaped(build.make(joined, flat, { ...origin, name: null }), order, origin);
  }

  #slice(op: OpOf<'slice'>, x: Node, origin: Origin): Node {
    const build = this.#build;
    const axes = axesOf(x);
    const k = axes.findIndex((axis) => axis.id === op.axis);
    if (op.into === null && constantOf(sizeOf(axes[k]!.space)) === 1) return build.reshaped(x, without(axes, [op.axis]), origin);
    if (axes.length <= MOST_AXES || k === 0) return build.make(op, [x], origin);
    const [before, after] = [axes.slice(0, k), axes.slice(k + 1)];
    const into = [...(op.into === null ? [] : [op.into]), ...after];
    const row = merged([axes[k]!, ...after], 0);
    const start = after.reduce((n, axis) => size.mul(n, sizeOf(axis.space)), op.start);
    const flat = build.reshaped(x, [merged(before, 0), row], origin);
    return build.reshaped(
      build.make({ ...op, axis: row.id, start, into: into.length === 0 ? null : merged(into, 0) }, [flat], { ...origin, name: null }),
      [...before, ...into],
      origin,
    );
  }

  // ---------------------------------------------------------------- scans

  /** Sequences are read with their axis in front; a state keeps the order of its type, batch first. */
  #scan(op: OpOf<'scan'>, node: Node, inputs: readonly Node[]): Node {
    const build = this.#build;
    const { region } = op;
    const like = (x: Node, type: TensorType, front: readonly Axis[]): Node => this.#broadcast(x, [...front, ...type.axes], node.origin);
    const count = region.xs.length;
    const position = this.of(region.position);
    const xs = region.xs.map((x) => this.of(x));
    const states = region.states.map((x) => this.of(x));
    const sequences = inputs.slice(0, count).map((x, k) =>
      like(
        x,
        xs[k]!.types[0]!,
        axesOf(x).filter((axis) => axis.id === op.axis.id),
      ),
    );
    const firsts = inputs.slice(count).map((x, k) => like(x, states[k]!.types[0]!, []));
    const nexts = region.nexts.map((x, k) => like(this.of(x), states[k]!.types[0]!, []));
    const emits = region.emits.map((x) => this.of(x));
    for (const { argument, sequence } of this.#more.get(node) ?? []) {
      xs.push(argument);
      sequences.push(like(sequence, argument.types[0]!, pick(axesOf(sequence), [op.axis.id])));
    }
    const body: ScanRegion = { position, xs, states, nexts, emits };
    const types = [...states.map((x) => x.types[0]!), ...emits.map((x) => ({ ...x.types[0]!, axes: [op.axis, ...axesOf(x)] }))];
    return build.node({ ...op, region: body }, [...sequences, ...firsts], types, node.origin);
  }
}

// ---------------------------------------------------------------- orders

/**
 * One order for the operands of an elementwise operation: the largest operand's, preferably one with the batch; an axis that it
 * lacks goes before the axis that follows it in the other operand, so that `[batch, query, d]` and `[batch, key, d]` keep d last.
 */
function commonOrder(operands: readonly (readonly Axis[])[]): readonly Axis[] {
  const rank = (axes: readonly Axis[]): number =>
    3 * axes.length + (axes[0] !== undefined && isBatch(axes[0]) ? 2 : axes.some(isBatch) ? 1 : 0);
  const sorted = operands.map((axes) => axes.filter((axis) => !isUnit(axis))).sort((a, b) => rank(b) - rank(a));
  const order = [...sorted[0]!];
  for (const axes of sorted.slice(1)) {
    for (const [k, axis] of axes.entries()) {
      if (hasAxis(order, axis.id)) continue;
      const next = axes.slice(k + 1).find((later) => hasAxis(order, later.id));
      order.splice(next === undefined ? order.length : order.findIndex((other) => other.id === next.id), 0, axis);
    }
  }
  const batch = order.findIndex(isBatch);
  // An outer product of a parameter and a batched value: rows of the batch stay contiguous.
  if (batch > 0 && !operands.some((axes) => axes.length === order.length)) order.unshift(...order.splice(batch, 1));
  return order;
}

interface Product {
  readonly left: Node;
  readonly right: Node;
  readonly zip: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly inner: readonly Axis[];
  readonly columns: readonly Axis[];
  readonly cost: number;
}

/** left[zip, rows, inner] x right[zip, inner, columns], and the cost of permuting the operands for it. */
function product(left: Node, right: Node, over: readonly string[]): Product {
  const leading = axesOf(left).length >= axesOf(right).length ? left : right;
  const shared = axesOf(leading).filter((axis) => hasAxis(axesOf(left), axis.id) && hasAxis(axesOf(right), axis.id));
  const zip = batchFirst(without(shared, over));
  const rows = batchFirst(without(axesOf(left), ids(shared)));
  const columns = without(axesOf(right), ids(shared));
  const inner = pick(shared, over);
  // A parameter is permuted once, for all steps of a loop or of decoding.
  const permuted = (x: Node, order: readonly Axis[]): number => {
    const same = axesOf(x).every((axis, k) => axis.id === order[k]?.id);
    return same ? 0 : axesOf(x).some(isBatch) ? 4 : 1;
  };
  // A batch among the columns: the result must be permuted to put the batch first.
  const late = columns.some(isBatch) ? 3 : 0;
  return {
    left,
    right,
    zip,
    rows,
    inner,
    columns,
    cost: permuted(left, [...zip, ...rows, ...inner]) + permuted(right, [...zip, ...inner, ...columns]) + late,
  };
}

/** A value stacked by a loop has time in front: products put the batch back there, once for all that follows. */
function batchFirst(axes: readonly Axis[]): readonly Axis[] {
  return [...axes.filter(isBatch), ...axes.filter((axis) => !isBatch(axis))];
}

/** Groups of adjacent axes of the same kind. */
function neighbours(axes: readonly Axis[], kind: (axis: Axis) => string): readonly (readonly Axis[])[] {
  const groups: Axis[][] = [];
  for (const axis of axes) {
    const last = groups.at(-1);
    if (last !== undefined && kind(last[0]!) === kind(axis)) last.push(axis);
    else groups.push([axis]);
  }
  return groups;
}

/** The one position that an operand without the joined axis fills. */
function onePosition(axis: Axis): Axis {
  return { id: `${axis.id}.one`, label: axis.label, space: unitAxis(0).space };
}
