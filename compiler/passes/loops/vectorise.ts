/**
 * 'batched' to 'batched': moves work out of loops. What depends on no state is computed for all positions before the loop; what
 * only emits need is computed for all positions after it. Sums are regrouped so that their stateless terms become one: `W @ x + U
 * @ h + b` then takes one addition per step.
 */
import { folded, push } from '../../graph/fold.ts';
import type { Axis, Node, Op, ScanRegion } from '../../graph/graph.ts';
import { hasAxis, isRagged, without } from '../../graph/spaces.ts';
import { operands } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, unnamed, type Loop } from '../core/graph-builder.ts';
import { axesOf, BATCH } from '../core/axes.ts';
import { made as granted, type Making, type Need } from '../core/making.ts';
import { analyse, mapRoots, Pass, usesIn, type Facts, type Scan } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { isSum, termsOf } from '../core/sums.ts';

export function vectorise(roots: Roots): Roots {
  const pass = new Vectorise(new GraphBuilder(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => pass.get(node));
}

const rank = (node: Node): number => axesOf(node).length;

/** A loop whose body is being made. */
interface Open {
  readonly parts: Parts;
  readonly loop: Loop;
}

/** The terms of a sum that depend on no state, and the others. */
interface Sum {
  readonly apart: readonly Node[];
  readonly rest: readonly Node[];
}

class Vectorise extends Pass {
  readonly #open = new Map<Node, Open>();
  readonly #uses: ReadonlyMap<Node, number>;
  readonly #sums = new Map<Node, Sum | null>();

  constructor(m: GraphBuilder, facts: Facts) {
    super(m, facts);
    this.#uses = usesIn(facts.nodes);
  }

  #opened(node: Node): Open | undefined {
    const inner = this.#innermost(node);
    return inner === null ? undefined : this.#open.get(inner);
  }

  override *visit(node: Node): Making<Node> {
    const open = this.#opened(node);
    if (open === undefined) return yield* super.visit(node);
    const { parts, loop } = open;
    if (!parts.isStateful(node))
      return parts.isLifted(node) ? this.#scanned(loop, parts, yield* parts.whole(node)) : yield* super.visit(node);
    const sum = this.#sumOf(node, parts);
    return sum === null ? yield* super.visit(node) : yield* this.#regrouped(node, sum, open);
  }

  /** What a loop reads from outside gets the batch first, like the values of its steps, so that no step permutes it. */
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const open = this.#opened(node);
    if (open === undefined) return super.operation(node, inputs);
    return super.operation(
      node,
      inputs.map((x) => (this.m.loopsOf(x).has(open.loop.position) ? x : this.#batchFirst(x))),
    );
  }

  #batchFirst(x: Node): Node {
    const axes = axesOf(x);
    return hasAxis(axes, BATCH.id) ? this.m.broadcast(x, [BATCH, ...without(axes, [BATCH.id])]) : x;
  }

  #scanned(loop: Loop, parts: Parts, whole: Node): Node {
    return hasAxis(axesOf(whole), parts.axis) ? loop.scanned(whole) : whole;
  }

  #innermost(node: Node): Node | null {
    let inner: Node | null = null;
    for (const loop of this.facts.loopsOf(node)) if (inner === null || loop.id < inner.id) inner = loop;
    return inner;
  }

  /** (a + s) + b = s + (a + b), where s depends on a state and a, b do not. */
  *#regrouped(node: Node, sum: Sum, { parts, loop }: Open): Making<Node> {
    const apart = yield* granted(sum.apart.map((term) => parts.need(term)));
    this.m.origin = unnamed(node.origin);
    const whole = apart.reduce((a, b) => this.m.add(a, b));
    const rest = yield* this.all(sum.rest);
    this.m.origin = node.origin;
    return rest.reduce((all, term) => this.m.add(all, term), this.#scanned(loop, parts, whole));
  }

  /** Null unless there are at least two terms that depend on no state, beside others. */
  #sumOf(node: Node, parts: Parts): Sum | null {
    let sum = this.#sums.get(node);
    if (sum === undefined) {
      sum = this.#divided(node, parts);
      this.#sums.set(node, sum);
    }
    return sum;
  }

  #divided(node: Node, parts: Parts): Sum | null {
    if (!isSum(node)) return null;
    const { terms, sums } = termsOf(node, (each) => this.#uses.get(each) === 1);
    const isApart = (term: Node): boolean => !parts.isStateful(term) && (parts.isFree(term) || parts.isLifted(term));
    const apart = terms.filter(isApart);
    if (apart.length >= 2 && apart.length < terms.length) return { apart, rest: terms.filter((term) => !isApart(term)) };
    // Then its inner sums have none either.
    for (const each of sums) this.#sums.set(each, null);
    return null;
  }

  /** The emits that are needed, with their indices among the results. */
  #emits(scan: Scan): readonly { readonly emit: Node; readonly index: number }[] {
    const { states, emits } = scan.op.region;
    return this.neededEmits(scan).map((k) => ({ emit: emits[k]!, index: states.length + k }));
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    // What a round computes from its parameters would be stored once per round.
    if (node.op.axis.rounds === true) return yield* super.scan(node);
    const { op } = node;
    const { axis, region } = op;
    const states = this.neededStates(node);
    const emits = this.#emits(node);
    const parts = new Parts(this, this.m, this.facts, node);
    const boundary = parts.boundary(
      states.map((k) => region.nexts[k]!),
      emits.map(({ emit }) => emit),
    );
    const inits = yield* this.all(states.map((k) => node.inputs[region.xs.length + k]!));
    this.m.origin = node.origin;
    const self = this;
    const made = yield* this.m.scanning(axis, op.reversed, inits, function* (loop) {
      self.forget(node);
      self.#open.set(node, { parts, loop });
      yield* self.bind(node, loop, states);
      const body = { nexts: yield* self.all(states.map((k) => region.nexts[k]!)), emits: yield* self.all(boundary) };
      self.#open.delete(node);
      return body;
    });
    boundary.forEach((each, k) => parts.set(each, made.emits[k]!));
    const results = new Map(states.map((k, j): [number, Node] => [k, made.finals[j]!]));
    for (const { emit, index } of emits) {
      const whole = yield* parts.whole(emit);
      this.m.origin = node.origin;
      results.set(index, hasAxis(axesOf(whole), axis.id) ? whole : this.m.broadcast(whole, [axis, ...axesOf(whole)]));
    }
    return results;
  }
}

/** Cheap operations whose results are no larger than what they read. */
const LIGHT: ReadonlySet<Op['kind']> = new Set(['unary', 'binary', 'select', 'rename', 'broadcast', 'split', 'merge', 'slice', 'shift']);

/** A loop's body, divided into what needs a state, what the next states need, and the rest. */
class Parts extends Pass {
  readonly axis: string;
  readonly #main: Pass;
  readonly #scan: Scan;
  readonly #region: ScanRegion;
  readonly #around: ReadonlySet<Node>;
  /** Does it depend on a state? */
  readonly isStateful: (node: Node) => boolean;
  /** The largest rank among the operands that a stateless node is computed from; unlimited where these include a product. */
  readonly #room: (node: Node) => number;

  constructor(main: Pass, m: GraphBuilder, facts: Facts, scan: Scan) {
    super(m, facts);
    this.#main = main;
    this.#scan = scan;
    this.#region = scan.op.region;
    this.axis = scan.op.axis.id;
    this.#around = facts.loopsOf(scan);
    const states = new Set(scan.op.region.states);
    this.isStateful = folded(operands, (node, of) => states.has(node) || operands(node).some(of));
    this.#room = folded(
      (node) => (this.#isLight(node) ? node.inputs : []),
      (node, of) => {
        if (node.op.kind === 'argument') return rank(node);
        if (node.op.kind === 'random' || this.isFree(node)) return 0;
        return this.#isLight(node) ? node.inputs.reduce((most, each) => Math.max(most, of(each)), -Infinity) : Infinity;
      },
    );
  }

  /** Is it outside the loop already? */
  isFree(node: Node): boolean {
    const loops = this.facts.loopsOf(node);
    return loops.size === 0 || [...loops].every((loop) => this.#around.has(loop));
  }

  #isLight(node: Node): boolean {
    return LIGHT.has(node.op.kind) && !this.isFree(node);
  }

  /** Worth computing for all positions at once: a product or the like, or a value no larger than its operands. */
  isLifted(node: Node): boolean {
    if (node.op.kind === 'argument' || node.op.kind === 'random' || this.isFree(node) || this.isStateful(node)) return false;
    return rank(node) <= Math.max(1, this.#room(node));
  }

  /** What the loop must emit so that the emits can be computed after it. */
  boundary(nexts: readonly Node[], emits: readonly Node[]): readonly Node[] {
    const core = new Set<Node>();
    const open: Node[] = [];
    push(open, nexts, () => true);
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (core.has(node) || !this.facts.loopsOf(node).has(this.#scan)) continue;
      core.add(node);
      push(open, operands(node), (each) => !core.has(each));
    }
    return [...new Set(emits.flatMap((emit) => this.#read(emit, core)))];
  }

  /** `core`: what the next states need, and the emits that stay in the loop. */
  #read(emit: Node, core: Set<Node>): readonly Node[] {
    const found = new Set<Node>();
    const read = new Set<Node>();
    const seen = new Set<Node>();
    const open = [emit];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node) || this.isFree(node)) continue;
      seen.add(node);
      const { kind } = node.op;
      if (!this.isStateful(node)) read.add(node);
      else if (core.has(node) || kind === 'argument' || kind === 'result') found.add(node);
      else push(open, node.inputs, (each) => !seen.has(each));
    }
    // An emit that reads values over more positions than its own stays in the loop: kept for all steps, those would be large.
    const isLarger = (node: Node): boolean =>
      rank(node) > Math.max(2, rank(emit)) && axesOf(node).some((axis) => isRagged(axis.space) && !hasAxis(axesOf(emit), axis.id));
    if (found.size > 0 && [...found, ...read].some(isLarger)) {
      core.add(emit);
      return [emit];
    }
    return [...found];
  }

  /** A body node's value at all positions. */
  whole(node: Node): Making<Node> {
    return this.one(node);
  }

  override need(node: Node): Need {
    return this.isFree(node) ? this.#main.need(node) : super.need(node);
  }

  /** A draw belongs to its step: a separate loop makes the same draws. */
  *#draws(node: Node, axis: Axis): Making<Node> {
    this.m.origin = node.origin;
    const self = this;
    const made = yield* this.m.scanning(axis, false, [], function* (loop) {
      const positions: Node[] = [];
      for (const input of node.inputs) positions.push(input === self.#region.position ? loop.position : yield* self.one(input));
      return { nexts: [], emits: [self.m.make(node.op, positions)] };
    });
    return made.emits[0]!;
  }

  override *visit(node: Node): Making<Node> {
    const { op } = this.#scan;
    if (node === this.#region.position) return this.m.position(op.axis);
    if (node.op.kind === 'random') return yield* this.#draws(node, op.axis);
    const x = this.#region.xs.indexOf(node);
    return x >= 0 ? (yield* granted([this.#main.need(this.#scan.inputs[x]!)]))[0]! : yield* super.visit(node);
  }
}
