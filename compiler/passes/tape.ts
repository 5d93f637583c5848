/**
 * 'inlined' to 'inlined': what a state has been (`past`) becomes a state of its own, of as many slots as there may be steps,
 * and one for the initial value. Step k writes slot k + 1; of what is read at step k the slots after k are absent. So loops
 * keep one shape, and batches, gradients and kernels need to know nothing of what grows.
 *
 * What a step computes of every slot by itself, such as a map of it, is kept in the slots instead: it is computed once.
 * Along a clock `past` stays, as one step's rows.
 */
import { atomOf, atomsOf, size as sizes, type Size } from '../analyze/size.ts';
import { GraphError } from '../graph/errors.ts';
import type { Axis, Dim, Node, Space } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { hasAxis, sizeOf, startsAtZero } from '../graph/spaces.ts';
import { operands, reachable } from '../graph/walk.ts';
import type { Roots } from './compiled.ts';
import { axesOf, Maker } from './maker.ts';
import { analyse, mapRoots, type Facts } from './rebuild.ts';
import { isPlaces, Spaces, TAPE_SO_FAR } from './respace.ts';

/** The id of no dim that a program declares. */
const SLOTS = '@slots';

/** Axes of slots are not ragged: those that hold nothing yet are absent by their mask. */
export function isSlots(space: Space): boolean {
  return space.kind === 'dim' && space.dim.id.startsWith(SLOTS);
}

/** `step`: the tape of a decoder whose step this is. */
export function tapes(roots: Roots, step: Dim | null = null): Roots {
  const facts = analyse(roots.values());
  const scans = new Map<string, Node>();
  for (const scan of facts.results.keys()) if (scan.op.kind === 'scan' && scan.op.region.tape !== undefined) scans.set(scan.op.region.tape.id, scan);
  if (scans.size === 0 && step === null) return roots;
  const pass = new Tapes(facts, scans, step);
  return mapRoots(roots, (node) => pass.get(node));
}

/** Of each place by itself: what keeps one row for each row of a `past`, and the state whose. */
class Rowwise {
  readonly #known = new Map<Node, Node | null>();
  readonly #isTape: (axis: Axis) => boolean;
  readonly #isFixed: (node: Node) => boolean;

  constructor(isTape: (axis: Axis) => boolean, isFixed: (node: Node) => boolean) {
    this.#isTape = isTape;
    this.#isFixed = isFixed;
  }

  /** The `past` that the node's rows are made of; null: they are not. */
  of(node: Node): Node | null {
    let known = this.#known.get(node);
    if (known === undefined) {
      known = this.#find(node);
      this.#known.set(node, known);
    }
    return known;
  }

  #find(node: Node): Node | null {
    const { op, inputs } = node;
    if (op.kind === 'past') return this.#isTape(op.axis) ? node : null;
    if (op.kind === 'unary' || op.kind === 'rename') return this.of(inputs[0]);
    if (op.kind !== 'contract' && op.kind !== 'binary') return null;
    const along = inputs.findIndex((input) => axesOf(input).some(this.#isTape));
    if (along < 0 || !this.#isFixed(inputs[1 - along]) || axesOf(inputs[1 - along]).some(this.#isTape)) return null;
    if (op.kind === 'contract' && axesOf(inputs[along]).some((axis) => this.#isTape(axis) && op.axes.includes(axis.id))) return null;
    return this.of(inputs[along]);
  }

  /** Is there a product in it, so that keeping it saves one at every step? */
  isWork(node: Node): boolean {
    return node.op.kind === 'contract' || (node.op.kind !== 'past' && node.inputs.some((input) => axesOf(input).some(this.#isTape) && this.isWork(input)));
  }

  /** What to keep, so that `roots` can be computed: the largest such values. */
  kept(roots: readonly Node[]): readonly Node[] {
    const isKept = (node: Node): boolean => this.of(node) !== null && (node.op.kind === 'past' || this.isWork(node));
    return reachable(roots, (node) => (isKept(node) ? [] : operands(node))).filter(isKept);
  }

  /** One row, of the row `value` of its `past`. */
  row(m: Maker, node: Node, value: Node, get: (node: Node) => Node): Node {
    const { op, inputs } = node;
    if (op.kind === 'past') return value;
    m.origin = node.origin;
    if (op.kind === 'rename' && axesOf(inputs[0]).some((axis) => axis.id === op.from && this.#isTape(axis))) return this.row(m, inputs[0], value, get);
    return m.make(op, inputs.map((input) => (axesOf(input).some(this.#isTape) ? this.row(m, input, value, get) : get(input))));
  }
}

export function rowwise(isTape: (axis: Axis) => boolean, isFixed: (node: Node) => boolean): Rowwise {
  return new Rowwise(isTape, isFixed);
}

class Tapes extends Spaces {
  readonly #scans: ReadonlyMap<string, Node>;
  readonly #step: Dim | null;
  /** By scan: under which name its slots are told apart, so that all masks of a step are one. */
  readonly #named = new Map<Node, Axis>();
  /** In the body at hand: the slots of what is kept. */
  readonly #slots = new Map<Node, Node>();

  constructor(facts: Facts, scans: ReadonlyMap<string, Node>, step: Dim | null) {
    super(new Maker(), facts);
    this.#scans = scans;
    this.#step = step;
  }

  protected space(space: Space): Space {
    switch (space.kind) {
      case 'anon':
        return space;
      case 'cat': case 'merge': {
        const parts = space.parts.map((part) => this.space(part));
        return parts.every((part, k) => part === space.parts[k]) ? space : { ...space, parts };
      }
      case 'dim': {
        if (space.dim.id === this.#step?.id) return TAPE_SO_FAR;
        const scan = this.#scans.get(space.dim.id);
        if (scan?.op.kind !== 'scan') return space;
        if (isPlaces(scan.op.axis)) return TAPE_SO_FAR;
        const size = sizes.add(sizes.int(1), sizeOf(scan.op.axis.space));
        return { kind: 'dim', dim: { id: `${SLOTS} ${space.dim.id}`, label: space.dim.label, size, ragged: false, origin: sizes.int(0), mayBeEmpty: false } };
      }
    }
  }

  /** The scan in whose body the axis is one of slots. */
  #scanOf({ space }: Axis): Node | null {
    const scan = space.kind === 'dim' ? this.#scans.get(space.dim.id) : undefined;
    return scan?.op.kind === 'scan' && !isPlaces(scan.op.axis) ? scan : null;
  }

  /** int: how many steps lie before this one. */
  #count(scan: Node): Node {
    const { op } = scan;
    if (op.kind !== 'scan') throw new GraphError(`%${scan.id} is no scan`);
    const { m } = this;
    const place = this.get(op.region.position);
    const origin = m.first(op.axis);
    if (!op.reversed) return startsAtZero(op.axis.space) ? m.unary('int', place) : m.sub(place, origin);
    return m.sub(m.add(m.size(sizes.sub(sizeOf(op.axis.space), sizes.int(1))), origin), place);
  }

  /** `made` over slots, of which those to come are absent. */
  #present(made: Node, axis: Axis): Node {
    const scan = this.#scanOf(axis);
    if (scan === null) return made;
    const { m } = this;
    const own = this.axis(axis);
    const named = this.#named.get(scan) ?? own;
    const holds = m.binary('le', m.position(named), this.#count(scan));
    return m.make({ kind: 'where' }, [made, named.id === own.id ? holds : m.rename(holds, named.id, own)]);
  }

  protected override visit(node: Node): Node {
    const { op } = node;
    const { m } = this;
    const slots = this.#slots.get(node);
    if (slots !== undefined) {
      m.origin = node.origin;
      return axesOf(node).reduce((x, axis) => this.#present(x, axis), slots);
    }
    if (op.kind === 'size') {
      m.origin = node.origin;
      return this.#size(op.size);
    }
    const made = super.visit(node);
    switch (op.kind) {
      case 'position': case 'onehot': case 'scatter':
        return this.#present(made, op.axis);
      case 'broadcast': case 'random':
        return op.axes.filter((axis) => op.kind === 'random' || !hasAxis(axesOf(node.inputs[0]), axis.id)).reduce((x, axis) => this.#present(x, axis), made);
      default:
        return made;
    }
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'gather' || !op.inside) return super.operation(node, inputs);
    const axis = axesOf(node.inputs[0]).find(({ id }) => id === op.axis);
    if (axis === undefined || this.axis(axis) === axis) return super.operation(node, inputs);
    // A place that exists is present.
    const { m } = this;
    const { elem } = typeOf(inputs[0]);
    const filling = m.constant(0, elem.kind === 'bool' ? 'bool' : elem.kind === 'float' ? 'float' : 'int');
    const whole = elem.kind === 'index' ? inputs[0] : m.make({ kind: 'otherwise' }, [inputs[0], filling]);
    return super.operation(node, [whole, inputs[1]]);
  }

  /** A length of a tape is how many steps there were, and one. */
  #size(size: Size): Node {
    const { m } = this;
    const grown = [...this.#scans].find(([id, scan]) => atomsOf(size).has(id) && scan.op.kind === 'scan' && !isPlaces(scan.op.axis));
    if (grown === undefined) {
      const growing = [...this.#scans.keys(), ...(this.#step === null ? [] : [this.#step.id])].some((id) => atomsOf(size).has(id));
      if (!growing) return m.size(size);
      return m.size(sizeOf(TAPE_SO_FAR));
    }
    if (atomOf(size) !== grown[0]) throw new GraphError(`a size made of ${grown[0]} is not supported`);
    return m.add(this.#count(grown[1]), m.constant(1, 'int'));
  }

  protected override scan(node: Node): ReadonlyMap<number, Node> {
    const { op } = node;
    if (op.kind !== 'scan' || op.region.tape === undefined) return super.scan(node);
    const { axis, region } = op;
    const { m } = this;
    const used = this.facts.results.get(node) ?? new Set<number>();
    const states = this.neededStates(node);
    const emits = region.emits.flatMap((_, k) => (used.has(region.states.length + k) ? [k] : []));
    const results = [...states.map((k) => region.nexts[k]), ...emits.map((k) => region.emits[k])];
    const growing = isPlaces(axis);
    const rows = rowwise((each) => each.space.kind === 'dim' && each.space.dim.id === region.tape!.id, (each) => !this.facts.loopsOf(each).has(node));
    const kept = growing ? [] : rows.kept(results);
    const stateOf = (each: Node): number => region.states.indexOf(rows.of(each)!.inputs[0]);
    const slotsOf = (each: Node): Axis => this.axis(axesOf(each).find((own) => this.#scanOf(own) === node)!);
    const first = kept[0] === undefined ? null : rows.of(kept[0]);
    if (first?.op.kind === 'past') this.#named.set(node, this.axis(first.op.axis));
    const inits = states.map((k) => this.get(node.inputs[region.xs.length + k]));
    const firsts = kept.map((each) => {
      const row = rows.row(m, each, this.get(node.inputs[region.xs.length + stateOf(each)]), (fixed) => this.get(fixed));
      return m.broadcast(row, [slotsOf(each), ...axesOf(row)]);
    });
    m.origin = node.origin;
    const made = m.scan(axis, op.reversed, [...inits, ...firsts], (loop) => {
      this.forget(node);
      this.memo.set(region.position, loop.position);
      region.xs.forEach((x, k) => {
        if (this.needs(x)) this.memo.set(x, loop.scanned(this.get(node.inputs[k])));
      });
      states.forEach((k, j) => this.memo.set(region.states[k], loop.states[j]));
      kept.forEach((each, j) => this.#slots.set(each, loop.states[states.length + j]));
      const nexts = states.map((k) => this.get(region.nexts[k]));
      const written = kept.map((each, j) => {
        const next = nexts[states.indexOf(stateOf(each))];
        const row = rows.row(m, each, next, (fixed) => this.get(fixed));
        m.origin = each.origin;
        const place = m.add(this.#count(node), m.constant(1, 'int'));
        const slots = slotsOf(each);
        const named = this.#named.get(node) ?? slots;
        const here = m.binary('eq', m.position(named), place);
        return m.select(named.id === slots.id ? here : m.rename(here, named.id, slots), m.broadcast(row, [slots, ...axesOf(row)]), loop.states[states.length + j]);
      });
      return { nexts: [...nexts, ...written], emits: emits.map((k) => this.get(region.emits[k])) };
    });
    return new Map([
      ...states.map((k, j): [number, Node] => [k, made.finals[j]]),
      ...emits.map((k, j): [number, Node] => [region.states.length + k, made.emits[j]]),
    ]);
  }
}
