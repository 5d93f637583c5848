/**
 * 'inlined' to 'inlined': the past values of a state (`past`) become a state of their own, with one slot for each possible step
 * and one for the initial value. Step k writes slot k + 1; when step k reads, the slots after k are absent. So loops keep one
 * shape, and batching, gradients and kernels need not know of anything that grows.
 *
 * What a step computes of each slot by itself, such as a map of it, is kept in the slots instead, so that it is computed once.
 * Along a clock `past` stays, as the rows of one step.
 */
import { atomsOf, size as sizes, substitute, type Size } from '../../size/size.ts';
import type { Axis, Dim, Node, Space } from '../../graph/graph.ts';
import { folded } from '../../graph/fold.ts';
import { typeOf } from '../../graph/infer.ts';
import { sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { operands, reachable } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, isPositions, slotsOf, TAPE_SO_FAR } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { numberOf } from '../core/number.ts';
import { analyse, mapRoots, type Facts, type Scan } from '../core/pass.ts';
import { Spaces } from '../core/respace.ts';

/** `step`: the tape of the decoder whose step is being derived. */
export function tapes(roots: Roots, step: Dim | null = null): Roots {
  const facts = analyse(roots.values());
  const scans = new Map<string, Scan>();
  for (const scan of facts.results.keys()) if (scan.op.region.tape !== undefined) scans.set(scan.op.region.tape.id, scan);
  if (scans.size === 0 && step === null) return roots;
  const pass = new Tapes(facts, scans, step);
  return mapRoots(roots, (node) => pass.get(node));
}

/** Values with one row for each row of a `past`, computed position by position, and the `past` that each belongs to. */
class Rowwise {
  readonly #isTape: (axis: Axis) => boolean;
  /** The `past` that the node's rows are computed from; null: it has no such rows. */
  readonly of: (node: Node) => Node | null;
  /** Does it contain a product, so that keeping it saves one at every step? */
  readonly isWork: (node: Node) => boolean;

  constructor(isTape: (axis: Axis) => boolean, isFixed: (node: Node) => boolean) {
    this.#isTape = isTape;
    const along = (node: Node): readonly Node[] => {
      const { op, inputs } = node;
      if (op.kind === 'unary' || op.kind === 'rename') return inputs;
      if (op.kind !== 'contract' && op.kind !== 'binary') return [];
      const [rows, other] = this.#hasRows(inputs[0]!) ? inputs : [...inputs].reverse();
      if (!this.#hasRows(rows!) || !isFixed(other!) || this.#hasRows(other!)) return [];
      return [rows!];
    };
    this.of = folded<Node, Node | null>(along, (node, of) => {
      if (node.op.kind === 'past') return isTape(node.op.axis) ? node : null;
      const [rows] = along(node);
      return rows === undefined ? null : of(rows);
    });
    const rowsOf = ({ op, inputs }: Node): readonly Node[] =>
      op.kind === 'contract' || op.kind === 'past' ? [] : inputs.filter((input) => this.#hasRows(input));
    this.isWork = folded(rowsOf, (node, of) => node.op.kind === 'contract' || rowsOf(node).some(of));
  }

  #hasRows(node: Node): boolean {
    return axesOf(node).some(this.#isTape);
  }

  /** What to keep so that `roots` can be computed: the largest such values. */
  kept(roots: readonly Node[]): readonly Node[] {
    const isKept = (node: Node): boolean => this.of(node) !== null && (node.op.kind === 'past' || this.isWork(node));
    return reachable(roots, (node) => (isKept(node) ? [] : operands(node))).filter(isKept);
  }

  /** The other operands that a row of a kept value is computed from, left to right. */
  fixed(node: Node): readonly Node[] {
    const chain = this.#chain(node);
    const along = ({ inputs }: Node): number => inputs.findIndex((input) => this.#hasRows(input));
    return [
      ...chain.toReversed().flatMap((each) => each.inputs.slice(0, along(each))),
      ...chain.flatMap((each) => each.inputs.slice(along(each) + 1)),
    ];
  }

  /** One row, computed from the row `value` of its `past`. */
  row(m: GraphBuilder, node: Node, value: Node, get: (node: Node) => Node): Node {
    return this.#chain(node).reduce((row, { op, inputs, origin }) => {
      if (op.kind === 'rename' && axesOf(inputs[0]!).some((axis) => axis.id === op.from && this.#isTape(axis))) return row;
      const made = inputs.map((input) => (this.#hasRows(input) ? row : get(input)));
      m.origin = origin;
      return m.make(op, made);
    }, value);
  }

  /** The operations from the `past` to the kept value. */
  #chain(node: Node): readonly Node[] {
    const chain: Node[] = [];
    for (let at = node; at.op.kind !== 'past'; at = at.inputs.find((input) => this.#hasRows(input))!) chain.push(at);
    return chain.reverse();
  }
}

export function rowwise(isTape: (axis: Axis) => boolean, isFixed: (node: Node) => boolean): Rowwise {
  return new Rowwise(isTape, isFixed);
}

class Tapes extends Spaces {
  readonly #scans: ReadonlyMap<string, Scan>;
  readonly #step: Dim | null;
  /** By scan: the axis by which its slots are told apart, so that all masks of a step are one. */
  readonly #named = new Map<Node, Axis>();
  /** In the current body: the slots of what is kept. */
  readonly #slots = new Map<Node, Node>();

  constructor(facts: Facts, scans: ReadonlyMap<string, Scan>, step: Dim | null) {
    super(new GraphBuilder(), facts);
    this.#scans = scans;
    this.#step = step;
  }

  protected space(space: Space): Space {
    switch (space.kind) {
      case 'anon':
        return space;
      case 'cat':
      case 'merge': {
        const parts = space.parts.map((part) => this.space(part));
        return parts.every((part, k) => part === space.parts[k]) ? space : { ...space, parts };
      }
      case 'dim': {
        if (space.dim.id === this.#step?.id) return TAPE_SO_FAR;
        const scan = this.#scans.get(space.dim.id);
        if (scan === undefined) return space;
        if (isPositions(scan.op.axis)) return TAPE_SO_FAR;
        const size = sizes.add(sizes.int(1), sizeOf(scan.op.axis.space));
        return slotsOf(space.dim, size);
      }
    }
  }

  /** The scan in whose body the axis is a slot axis. */
  #scanOf({ space }: Axis): Scan | null {
    const scan = space.kind === 'dim' ? this.#scans.get(space.dim.id) : undefined;
    return scan !== undefined && !isPositions(scan.op.axis) ? scan : null;
  }

  /** int: the number of steps before this one. */
  #count({ op }: Scan): Node {
    const { m } = this;
    const place = this.get(op.region.position);
    const origin = m.first(op.axis);
    if (!op.reversed) return startsAtZero(op.axis.space) ? m.unary('int', place) : m.sub(place, origin);
    return m.sub(m.add(m.size(sizes.sub(sizeOf(op.axis.space), sizes.int(1))), origin), place);
  }

  /** `made` over slots, with those not yet written absent. */
  #present(made: Node, axis: Axis): Node {
    const scan = this.#scanOf(axis);
    if (scan === null) return made;
    const { m } = this;
    const own = this.axis(axis);
    const named = this.#named.get(scan) ?? own;
    const holds = m.binary('le', m.position(named), this.#count(scan));
    return m.make({ kind: 'where' }, [made, named.id === own.id ? holds : m.rename(holds, named.id, own)]);
  }

  override *visit(node: Node): Making<Node> {
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
    const made = yield* super.visit(node);
    // For a value that is made over slots, or belongs to no position: a running sum, or a fill value.
    const lacks = axesOf(node).filter((axis) => !typeOf(made).masks.some(([only, second]) => second === undefined && only?.id === axis.id));
    return lacks.reduce((x, axis) => this.#present(x, axis), made);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'gather' || !op.inside) return super.operation(node, inputs);
    const axis = axesOf(node.inputs[0]!).find(({ id }) => id === op.axis);
    if (axis === undefined || this.axis(axis) === axis) return super.operation(node, inputs);
    // A position that exists is present.
    return super.operation(node, [this.#filled(inputs[0]!), inputs[1]!]);
  }

  /** 0 where it is absent. */
  #filled(x: Node): Node {
    const { m } = this;
    const { elem, masks } = typeOf(x);
    if (masks.length === 0 || elem.kind === 'index') return x;
    return m.make({ kind: 'otherwise' }, [x, m.constant(0, elem.kind)]);
  }

  /** States have no absent positions: a loop over slots also runs for those not yet written. */
  protected override carried(values: readonly Node[]): readonly Node[] {
    return values.map((value) => this.#filled(value));
  }

  /** The length of a tape is the number of steps so far, plus one. */
  #size(size: Size): Node {
    const { m } = this;
    const soFar = [...this.#scans.values()].flatMap(({ op: { axis, region } }) => (isPositions(axis) ? [region.tape!.id] : []));
    const now = substitute(
      size,
      new Map([...soFar, ...(this.#step === null ? [] : [this.#step.id])].map((id) => [id, sizeOf(TAPE_SO_FAR)])),
    );
    if (![...atomsOf(now)].some((atom) => this.#scans.has(atom))) return m.size(now);
    return numberOf(m, now, (atom) => {
      const scan = this.#scans.get(atom);
      return scan === undefined ? null : m.add(this.#count(scan), m.constant(1, 'int'));
    });
  }

  /** One row of a kept value, computed from the row `value` of its `past`. */
  *#row(rows: Rowwise, node: Node, value: Node): Making<Node> {
    yield* this.all(rows.fixed(node));
    return rows.row(this.m, node, value, (fixed) => this.value(fixed));
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    const { op } = node;
    if (op.region.tape === undefined) return yield* super.scan(node);
    const { axis, region } = op;
    const { m } = this;
    const states = this.neededStates(node);
    const emits = this.neededEmits(node);
    const results = [...states.map((k) => region.nexts[k]!), ...emits.map((k) => region.emits[k]!)];
    const growing = isPositions(axis);
    const rows = rowwise(
      (each) => each.space.kind === 'dim' && each.space.dim.id === region.tape!.id,
      (each) => !this.facts.loopsOf(each).has(node),
    );
    const kept = growing ? [] : rows.kept(results);
    const stateOf = (each: Node): number => region.states.indexOf(rows.of(each)!.inputs[0]!);
    const slotsOf = (each: Node): Axis => this.axis(axesOf(each).find((own) => this.#scanOf(own) === node)!);
    const first = kept[0] === undefined ? null : rows.of(kept[0]);
    if (first?.op.kind === 'past') this.#named.set(node, this.axis(first.op.axis));
    const inits = this.carried(yield* this.all(states.map((k) => node.inputs[region.xs.length + k]!)));
    const firsts: Node[] = [];
    for (const each of kept) {
      const row = yield* this.#row(rows, each, yield* this.one(node.inputs[region.xs.length + stateOf(each)]!));
      firsts.push(m.broadcast(row, [slotsOf(each), ...axesOf(row)]));
    }
    m.origin = node.origin;
    const self = this;
    const made = yield* m.scanning(axis, op.reversed, [...inits, ...firsts], function* (loop) {
      self.forget(node);
      yield* self.bind(node, loop, states);
      kept.forEach((each, j) => self.#slots.set(each, loop.states[states.length + j]!));
      const nexts = self.carried(yield* self.all(states.map((k) => region.nexts[k]!)));
      const written: Node[] = [];
      for (const [j, each] of kept.entries()) {
        const row = yield* self.#row(rows, each, nexts[states.indexOf(stateOf(each))]!);
        m.origin = each.origin;
        const place = m.add(self.#count(node), m.constant(1, 'int'));
        const slots = slotsOf(each);
        const named = self.#named.get(node)!;
        const here = m.binary('eq', m.position(named), place);
        written.push(
          m.select(
            named.id === slots.id ? here : m.rename(here, named.id, slots),
            m.broadcast(row, [slots, ...axesOf(row)]),
            loop.states[states.length + j]!,
          ),
        );
      }
      return { nexts: [...nexts, ...written], emits: yield* self.all(emits.map((k) => region.emits[k]!)) };
    });
    return new Map([
      ...states.map((k, j): [number, Node] => [k, made.finals[j]!]),
      ...emits.map((k, j): [number, Node] => [region.states.length + k, made.emits[j]!]),
    ]);
  }
}
