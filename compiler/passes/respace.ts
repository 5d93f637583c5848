/** The axes of a clock as axes of the places so far: for one step nothing is padded, and there are as many as there are. */
import { size as sizes } from '../analyze/size.ts';
import type { Axis, Elem, Node, Op, Space, TensorType } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { sameSpace } from '../graph/spaces.ts';
import type { Roots } from './compiled.ts';
import { Maker } from './maker.ts';
import { analyse, mapRoots, Rebuild, type Facts } from './rebuild.ts';

/** Atom of the number of places up to now: `t + 1`. */
export const NOW = 'now';

/** The id of no dim that a program declares. */
const SO_FAR = '@places';
const PLACES: Space = { kind: 'dim', dim: { id: SO_FAR, label: 'places', size: sizes.atom(NOW), ragged: false, origin: 0, mayBeEmpty: false } };

export function isPlaces(axis: Axis): boolean {
  return axis.space.kind === 'dim' && axis.space.dim.id === SO_FAR;
}

/** In 'inlined'. */
export function respace(roots: Roots, space: Space): Roots {
  const pass = new Respace(new Maker(), analyse(roots.values()), space);
  return mapRoots(roots, (node) => pass.get(node));
}

class Respace extends Rebuild {
  readonly #space: Space;

  constructor(m: Maker, facts: Facts, space: Space) {
    super(m, facts);
    this.#space = space;
  }

  protected override visit(node: Node): Node {
    const { op } = node;
    this.m.origin = node.origin;
    if (op.kind === 'input') return this.m.leaf(op, this.#type(typeOf(node)));
    if (op.kind !== 'parameter') return super.visit(node);
    // A parameter has all places from the start: as it enters the clock, it is seen as far as the clock has come.
    const type = typeOf(node);
    const whole = type.axes.map((axis) => (sameSpace(axis.space, this.#space) ? { ...axis, id: `${axis.id}.all` } : axis));
    const leaf = this.m.leaf(op, { ...type, axes: whole });
    return type.axes.reduce((x, axis) => (sameSpace(axis.space, this.#space) ? this.m.rename(x, `${axis.id}.all`, this.#axis(axis)) : x), leaf);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    return super.operation({ ...node, op: this.#op(node.op) }, inputs);
  }

  protected override scan(node: Node): ReadonlyMap<number, Node> {
    // `Rebuild` reads the axis of the op, and asks the facts by the node itself.
    const { op } = node;
    if (op.kind !== 'scan' || !sameSpace(op.axis.space, this.#space)) return super.scan(node);
    return this.scanAlong(node, this.#axis(op.axis));
  }

  #axis(axis: Axis): Axis {
    return sameSpace(axis.space, this.#space) ? { ...axis, space: PLACES } : axis;
  }

  #elem(elem: Elem): Elem {
    return elem.kind === 'index' && sameSpace(elem.space, this.#space) ? { kind: 'index', space: PLACES } : elem;
  }

  #type({ elem, axes, masks }: TensorType): TensorType {
    return { elem: this.#elem(elem), axes: axes.map((axis) => this.#axis(axis)), masks };
  }

  #op(op: Op): Op {
    switch (op.kind) {
      case 'position': case 'onehot': case 'scatter': case 'concat':
        return { ...op, axis: this.#axis(op.axis) };
      case 'rename':
        return { ...op, to: this.#axis(op.to) };
      case 'broadcast': case 'random':
        return { ...op, axes: op.axes.map((axis) => this.#axis(axis)) };
      default:
        return op;
    }
  }
}
