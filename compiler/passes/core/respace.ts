/** Replaces the axes of a clock by axes of the positions so far: in a single step nothing is padded, and all positions exist. */
import { atomsOf, size as sizes, substitute, type Size } from '../../size/size.ts';
import type { Axis, Node, Op, Space, TensorType } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, sameSpace, sizeOf } from '../../graph/spaces.ts';
import { NOW, POSITIONS } from './axes.ts';
import type { Roots } from './compiled.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Making } from './making.ts';
import { analyse, mapRoots, Pass, type Facts, type Scan } from './pass.ts';

/** Is it a number that changes at each step along the clock? */
export function countsPositions({ op }: Node): boolean {
  const size = op.kind === 'size' ? op.size : op.kind === 'slice' ? op.start : op.kind === 'shift' ? op.by : null;
  return size !== null && atomsOf(size).has(NOW);
}

/** 'inlined' to 'inlined'. */
export function respace(roots: Roots, space: Space): Roots {
  const pass = new Respace(new GraphBuilder(), analyse(roots.values()), space);
  return mapRoots(roots, (node) => pass.get(node));
}

/** Moves axes to other spaces. */
export abstract class Spaces extends Pass {
  protected abstract space(space: Space): Space;

  protected axis(axis: Axis): Axis {
    const space = this.space(axis.space);
    return space === axis.space ? axis : { ...axis, space };
  }

  protected type({ elem, axes, masks }: TensorType): TensorType {
    return {
      elem: elem.kind === 'index' ? { kind: 'index', space: this.space(elem.space) } : elem,
      axes: axes.map((axis) => this.axis(axis)),
      masks: masks.map((mask) => mask.map((axis) => this.axis(axis))),
    };
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    if (op.kind !== 'input') return yield* super.visit(node);
    this.m.origin = node.origin;
    return this.m.leaf(op, this.type(typeOf(node)));
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    return super.operation({ ...node, op: this.op(node.op) }, inputs);
  }

  protected op(op: Op): Op {
    switch (op.kind) {
      case 'position':
      case 'onehot':
      case 'scatter':
      case 'concat':
      case 'past':
        return { ...op, axis: this.axis(op.axis) };
      case 'rename':
        return { ...op, to: this.axis(op.to) };
      case 'merge':
        return { ...op, into: this.axis(op.into) };
      case 'slice':
        return op.into === null ? op : { ...op, into: this.axis(op.into) };
      case 'split':
        return { ...op, into: op.into.map((axis) => this.axis(axis)) };
      case 'broadcast':
      case 'random':
        return { ...op, axes: op.axes.map((axis) => this.axis(axis)) };
      default:
        return op;
    }
  }
}

class Respace extends Spaces {
  readonly #space: Space;

  constructor(m: GraphBuilder, facts: Facts, space: Space) {
    super(m, facts);
    this.#space = space;
  }

  protected space(space: Space): Space {
    return sameSpace(space, this.#space) ? POSITIONS : space;
  }

  override *visit(node: Node): Making<Node> {
    const {
      op,
      inputs: [x],
    } = node;
    const isOfClock = (axis: Axis): boolean => sameSpace(axis.space, this.#space);
    // A value that has all positions from the start is cut to those so far where it enters the clock: when it is renamed to the
    // clock's axis, or read from a parameter.
    if (op.kind === 'rename' && isOfClock(op.to) && !isOfClock(axisOf(typeOf(x!), op.from))) {
      const whole = yield* this.one(x!);
      this.m.origin = node.origin;
      return this.m.make({ kind: 'slice', axis: op.from, start: sizes.int(0), into: this.axis(op.to) }, [whole]);
    }
    if (op.kind !== 'parameter') return yield* super.visit(node);
    this.m.origin = node.origin;
    const type = typeOf(node);
    const whole = type.axes.map((axis) => (isOfClock(axis) ? { ...axis, id: `${axis.id}.all` } : axis));
    const leaf = this.m.leaf(op, { ...type, axes: whole });
    return type.axes.reduce(
      (seen, axis) =>
        isOfClock(axis) ? this.m.make({ kind: 'slice', axis: `${axis.id}.all`, start: sizes.int(0), into: this.axis(axis) }, [seen]) : seen,
      leaf,
    );
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    return yield* this.scanAlong(node, this.axis(node.op.axis));
  }
}

/** What grows with the positions, as it is at the first one. */
export class AtFirst extends Spaces {
  protected space(space: Space): Space {
    if (!atomsOf(sizeOf(space)).has(NOW)) return space;
    switch (space.kind) {
      case 'anon':
        return { ...space, size: atFirst(space.size) };
      case 'dim':
        return { ...space, dim: { ...space.dim, id: `${space.dim.id}.first`, size: atFirst(space.dim.size) } };
      case 'cat':
      case 'merge':
        return { ...space, parts: space.parts.map((part) => this.space(part)) };
    }
  }

  protected override op(op: Op): Op {
    switch (op.kind) {
      case 'size':
        return { ...op, size: atFirst(op.size) };
      case 'slice':
        return { ...(super.op(op) as typeof op), start: atFirst(op.start) };
      case 'shift':
        return { ...op, by: atFirst(op.by) };
      default:
        return super.op(op);
    }
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    return yield* this.scanAlong(node, this.axis(node.op.axis));
  }
}

const atFirst = (size: Size): Size => substitute(size, new Map([[NOW, sizes.int(1)]]));
