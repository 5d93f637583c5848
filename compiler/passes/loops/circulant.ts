/**
 * Several rolls of one value along a short axis, joined, are one product with a matrix that depends on neither example nor step:
 * x rolled by k is Σ_s x_s [s = (t - k) mod n] at position t. A product is one kernel in each direction, where each roll is
 * several. On a long axis the rolls stay: they do no work for each pair of positions.
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

/** Size of an axis up to which a product costs less than the calls it saves. */
const SHORT = 256;

/** `known`: expected sizes by atom, from the program; the result is correct for other sizes too. */
export function circulant(roots: Roots, known: ReadonlyMap<string, number>): Roots {
  const pass = new Circulant(new GraphBuilder(algebra), analyse(roots.values()), known);
  return mapRoots(roots, (node) => pass.get(node));
}

interface Roll {
  readonly x: Node;
  readonly axis: string;
  /** The axis under its name in the result. */
  readonly to: Axis;
  readonly by: Size;
}

class Circulant extends Pass {
  readonly #known: ReadonlyMap<string, number>;

  constructor(m: GraphBuilder, facts: Facts, known: ReadonlyMap<string, number>) {
    super(m, facts);
    this.#known = known;
  }

  /** The rolls that become one product; null where the node is no such joining. */
  #rolls(node: Node): readonly Roll[] | null {
    const { op } = node;
    if (op.kind !== 'concat' || op.parts.some((part) => part !== null) || typeOf(node).elem.kind !== 'float') return null;
    const rolls = rollsOf(node.inputs);
    return rolls !== null && this.#isShort(rolls[0]!) ? rolls : null;
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    const rolls = this.#rolls(node);
    if (op.kind !== 'concat' || rolls === null) return yield* super.visit(node);
    const { m } = this;
    const [{ x, axis, to }] = rolls as [Roll];
    const value = yield* this.one(x);
    m.origin = node.origin;
    const from: Axis = { ...axisOf(typeOf(value), axis), id: `${axis}~from` };
    const count = m.size(sizeOf(from.space));
    const positions = rolls.map(({ by }) => m.binary('mod', m.sub(m.unary('int', m.position(to)), m.size(by)), count));
    const index = m.make({ kind: 'concat', axis: op.axis, parts: positions.map(() => null) }, positions);
    return m.broadcast(
      m.contract(m.rename(value, axis, from), m.make({ kind: 'onehot', axis: from }, [index]), [from.id]),
      typeOf(node).axes,
    );
  }

  #isShort({ x, axis }: Roll): boolean {
    const { space } = axisOf(typeOf(x), axis);
    try {
      const count = evaluate(sizeOf(space), (atom) => this.#known.get(atom) ?? Infinity);
      return startsAtZero(space) && count <= SHORT;
    } catch {
      return false;
    }
  }
}

/** The inputs as rolls of one value, at least two of them by a shift; null where they are not. */
function rollsOf(inputs: readonly Node[]): readonly Roll[] | null {
  const all = inputs.map(rollOf);
  const [first] = all.filter((roll) => roll !== null);
  if (first === undefined || all.filter((roll) => roll !== null).length < 2) return null;
  const { x, axis, to } = first;
  const same = all.map((roll, k): Roll | null => {
    if (roll !== null) return roll.x === x && roll.axis === axis && roll.to.id === to.id ? roll : null;
    const {
      op,
      inputs: [renamed],
    } = inputs[k]!;
    const isItself = to.id === axis ? inputs[k] === x : op.kind === 'rename' && renamed === x && op.from === axis && op.to.id === to.id;
    return isItself ? { x, axis, to, by: sizes.int(0) } : null;
  });
  return same.every((roll) => roll !== null) ? same : null;
}

function rollOf(node: Node): Roll | null {
  const { op, inputs } = node;
  if (op.kind === 'shift' && op.circular) return { x: inputs[0]!, axis: op.axis, to: axisOf(typeOf(node), op.axis), by: op.by };
  // A rename of a rename has been merged already.
  const [roll] = inputs;
  if (op.kind !== 'rename' || roll?.op.kind !== 'shift' || !roll.op.circular || roll.op.axis !== op.from) return null;
  return { x: roll.inputs[0]!, axis: op.from, to: op.to, by: roll.op.by };
}
