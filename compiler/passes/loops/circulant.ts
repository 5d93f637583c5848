/**
 * A value turned round a short axis by several numbers of positions, side by side, is one product with a matrix that no example
 * and no step changes: x rolled by k at position t is Σ_s x_s [s = (t - k) mod n]. A product is one kernel, forwards and
 * backwards, where each roll is several. On a long axis the rolls, which take no time for each pair of positions, stay.
 */
import { evaluate, size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, Pass, type Facts } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';

/** Positions of an axis up to which a product costs less than the calls that it saves. */
const SHORT = 256;

/** `known`: sizes by their atoms, as the program gives them; another size than that is right as well. */
export function circulant(roots: Roots, known: ReadonlyMap<string, number>): Roots {
  const pass = new Circulant(new GraphBuilder(algebra), analyse(roots.values()), known);
  return mapRoots(roots, (node) => pass.get(node));
}

interface Turned {
  readonly x: Node;
  readonly axis: string;
  /** What the axis is called in the result. */
  readonly to: Axis;
  readonly by: Size;
}

class Circulant extends Pass {
  readonly #known: ReadonlyMap<string, number>;

  constructor(m: GraphBuilder, facts: Facts, known: ReadonlyMap<string, number>) {
    super(m, facts);
    this.#known = known;
  }

  /** The turns that are one product; null where the node is none. */
  #turned(node: Node): readonly Turned[] | null {
    const { op } = node;
    if (op.kind !== 'concat' || op.parts.some((part) => part !== null) || typeOf(node).elem.kind !== 'float') return null;
    const turned = turnsOf(node.inputs);
    return turned !== null && this.#isShort(turned[0]!) ? turned : null;
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    const turned = this.#turned(node);
    if (op.kind !== 'concat' || turned === null) return yield* super.visit(node);
    const { m } = this;
    const [{ x, axis, to }] = turned as [Turned];
    const value = yield* this.one(x);
    m.origin = node.origin;
    const from: Axis = { ...axisOf(typeOf(value), axis), id: `${axis}~from` };
    const count = m.size(sizeOf(from.space));
    const places = turned.map(({ by }) => m.binary('mod', m.sub(m.unary('int', m.position(to)), m.size(by)), count));
    const index = m.make({ kind: 'concat', axis: op.axis, parts: places.map(() => null) }, places);
    return m.broadcast(
      m.contract(m.rename(value, axis, from), m.make({ kind: 'onehot', axis: from }, [index]), [from.id]),
      typeOf(node).axes,
    );
  }

  #isShort({ x, axis }: Turned): boolean {
    const { space } = axisOf(typeOf(x), axis);
    try {
      const count = evaluate(sizeOf(space), (atom) => this.#known.get(atom) ?? Infinity);
      return startsAtZero(space) && count <= SHORT;
    } catch {
      return false;
    }
  }
}

/** The one value that all of these are, each turned, two or more of them by some positions; null where there is none. */
function turnsOf(inputs: readonly Node[]): readonly Turned[] | null {
  const all = inputs.map(turnOf);
  const [first] = all.filter((turn) => turn !== null);
  if (first === undefined || all.filter((turn) => turn !== null).length < 2) return null;
  const { x, axis, to } = first;
  const same = all.map((turn, k): Turned | null => {
    if (turn !== null) return turn.x === x && turn.axis === axis && turn.to.id === to.id ? turn : null;
    const {
      op,
      inputs: [renamed],
    } = inputs[k]!;
    const isItself = to.id === axis ? inputs[k] === x : op.kind === 'rename' && renamed === x && op.from === axis && op.to.id === to.id;
    return isItself ? { x, axis, to, by: sizes.int(0) } : null;
  });
  return same.every((turn) => turn !== null) ? same : null;
}

function turnOf(node: Node): Turned | null {
  const { op, inputs } = node;
  if (op.kind === 'shift' && op.circular) return { x: inputs[0]!, axis: op.axis, to: axisOf(typeOf(node), op.axis), by: op.by };
  // Names of names are one name already.
  const [turn] = inputs;
  if (op.kind !== 'rename' || turn?.op.kind !== 'shift' || !turn.op.circular || turn.op.axis !== op.from) return null;
  return { x: turn.inputs[0]!, axis: op.from, to: op.to, by: turn.op.by };
}
