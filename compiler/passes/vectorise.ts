/**
 * 'batched' to 'batched': moves work out of loops. What does not depend on a state is computed for all places before the
 * loop; what only emits need is computed for all places behind it. Sums are regrouped, so that their stateless terms are
 * one: `W @ x + U @ h + b` becomes one addition a step.
 */
import { GraphError } from '../graph/errors.ts';
import type { Axis, Node, ScanRegion } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { hasAxis, isRagged, without } from '../graph/spaces.ts';
import type { Roots } from './compiled.ts';
import { axesOf, BATCH, Maker, type Loop } from './maker.ts';
import { analyse, mapRoots, Rebuild, type Facts } from './rebuild.ts';
import { algebra } from './simplify-rules.ts';

export function vectorise(roots: Roots): Roots {
  const pass = new Vectorise(new Maker(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => pass.get(node));
}

const rank = (node: Node): number => axesOf(node).length;

class Vectorise extends Rebuild {
  readonly #open = new Map<Node, { readonly parts: Parts; readonly loop: Loop }>();
  readonly #uses = new Map<Node, number>();

  constructor(m: Maker, facts: Facts) {
    super(m, facts);
    const use = (node: Node): void => void this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
    for (const node of facts.nodes) {
      if (node.op.kind === 'scan') [...node.op.region.nexts, ...node.op.region.emits].forEach(use);
      node.inputs.forEach(use);
    }
  }

  protected override visit(node: Node): Node {
    const inner = this.#innermost(node);
    const open = inner === null ? undefined : this.#open.get(inner);
    if (open === undefined) return super.visit(node);
    const { parts, loop } = open;
    if (!parts.isStateful(node)) return parts.isLifted(node) ? this.#scanned(loop, parts, parts.whole(node)) : super.visit(node);
    return this.#regrouped(node, parts, loop) ?? super.visit(node);
  }

  /** What a loop reads from outside has the batch first, as the values of its steps do: then no step reorders it. */
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const inner = this.#innermost(node);
    const open = inner === null ? undefined : this.#open.get(inner);
    if (open === undefined) return super.operation(node, inputs);
    return super.operation(node, inputs.map((x) => (this.m.loopsOf(x).has(open.loop.position) ? x : this.#batchFirst(x))));
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
  #regrouped(node: Node, parts: Parts, loop: Loop): Node | null {
    const terms = isSum(node) ? this.#terms(node) : [];
    const apart = terms.filter((term) => !parts.isStateful(term) && (parts.isFree(term) || parts.isLifted(term)));
    if (apart.length < 2 || apart.length === terms.length) return null;
    const whole = apart.map((term) => parts.whole(term)).reduce((a, b) => this.m.add(a, b));
    const rest = terms.filter((term) => !apart.includes(term)).map((term) => this.get(term));
    this.m.origin = node.origin;
    return rest.reduce((sum, term) => this.m.add(sum, term), this.#scanned(loop, parts, whole));
  }

  #terms(node: Node): readonly Node[] {
    return node.inputs.flatMap((each) => (isSum(each) && this.#uses.get(each) === 1 ? this.#terms(each) : [each]));
  }

  protected override scan(node: Node): ReadonlyMap<number, Node> {
    const { op } = node;
    if (op.kind !== 'scan') throw new GraphError(`%${node.id} is no scan`);
    const { axis, region } = op;
    const used = this.facts.results.get(node) ?? new Set<number>();
    const states = this.neededStates(node);
    const parts = new Parts(this, this.m, this.facts, node, states.map((k) => region.nexts[k]));
    const emits = region.emits.flatMap((emit, k) => (used.has(region.states.length + k) ? [{ emit, index: region.states.length + k }] : []));
    const boundary = [...new Set(emits.flatMap(({ emit }) => parts.boundary(emit)))];
    const inits = states.map((k) => this.get(node.inputs[region.xs.length + k]));
    this.m.origin = node.origin;
    const made = this.m.scan(axis, op.reversed, inits, (loop) => {
      this.forget(node);
      this.#open.set(node, { parts, loop });
      this.memo.set(region.position, loop.position);
      region.xs.forEach((x, k) => {
        if (this.needs(x)) this.memo.set(x, loop.scanned(this.get(node.inputs[k])));
      });
      states.forEach((k, j) => this.memo.set(region.states[k], loop.states[j]));
      const body = { nexts: states.map((k) => this.get(region.nexts[k])), emits: boundary.map((each) => this.get(each)) };
      this.#open.delete(node);
      return body;
    });
    boundary.forEach((each, k) => parts.set(each, made.emits[k]));
    const results = new Map(states.map((k, j): [number, Node] => [k, made.finals[j]]));
    for (const { emit, index } of emits) {
      const whole = parts.whole(emit);
      this.m.origin = node.origin;
      results.set(index, hasAxis(axesOf(whole), axis.id) ? whole : this.m.broadcast(whole, [axis, ...axesOf(whole)]));
    }
    return results;
  }
}

function isSum(node: Node): boolean {
  return node.op.kind === 'binary' && node.op.fn === 'add' && typeOf(node).elem.kind === 'float';
}

/** A loop's body, divided: what needs a state, what the next states need, and the rest. */
class Parts extends Rebuild {
  readonly axis: string;
  readonly #main: Rebuild;
  readonly #scan: Node;
  readonly #region: ScanRegion;
  readonly #core = new Set<Node>();
  readonly #stateful = new Map<Node, boolean>();
  readonly #leafRank = new Map<Node, number>();

  constructor(main: Rebuild, m: Maker, facts: Facts, scan: Node, nexts: readonly Node[]) {
    super(m, facts);
    if (scan.op.kind !== 'scan') throw new GraphError(`%${scan.id} is no scan`);
    this.#main = main;
    this.#scan = scan;
    this.#region = scan.op.region;
    this.axis = scan.op.axis.id;
    const stack = [...nexts];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#core.has(node) || !this.facts.loopsOf(node).has(scan)) continue;
      this.#core.add(node);
      stack.push(...node.inputs);
      if (node.op.kind === 'scan') stack.push(...node.op.region.nexts, ...node.op.region.emits);
    }
  }

  /** Stands outside the loop already. */
  isFree(node: Node): boolean {
    const around = this.facts.loopsOf(this.#scan);
    return [...this.facts.loopsOf(node)].every((loop) => around.has(loop));
  }

  /** Depends on a state. */
  isStateful(node: Node): boolean {
    const known = this.#stateful.get(node);
    if (known !== undefined) return known;
    const { op } = node;
    const inside = op.kind === 'scan' ? [...op.region.nexts, ...op.region.emits] : [];
    const found = this.#region.states.includes(node)
      || [...node.inputs, ...inside].some((each) => this.isStateful(each));
    this.#stateful.set(node, found);
    return found;
  }

  /** Worth computing for all places at once: a product or the like, or something that takes no more room than its operands. */
  isLifted(node: Node): boolean {
    if (node.op.kind === 'argument' || node.op.kind === 'random' || this.isFree(node) || this.isStateful(node)) return false;
    return rank(node) <= Math.max(1, this.#room(node));
  }

  /** The largest rank of what a stateless node is made of; no limit where that includes a product. */
  #room(node: Node): number {
    const known = this.#leafRank.get(node);
    if (known !== undefined) return known;
    const { kind } = node.op;
    const light = ['unary', 'binary', 'select', 'rename', 'broadcast', 'split', 'merge', 'slice', 'shift'].includes(kind);
    const room = kind === 'argument' ? rank(node) : kind === 'random' || this.isFree(node) ? 0 : light ? Math.max(...node.inputs.map((each) => this.#room(each))) : Infinity;
    this.#leafRank.set(node, room);
    return room;
  }

  /** What the loop must emit for `emit` to be computed behind it. */
  boundary(emit: Node): readonly Node[] {
    const found = new Set<Node>();
    const read = new Set<Node>();
    const visit = (node: Node): void => {
      if (this.isFree(node)) return;
      const { kind } = node.op;
      if (!this.isStateful(node)) read.add(node);
      else if (this.#core.has(node) || kind === 'argument' || kind === 'result') found.add(node);
      else node.inputs.forEach(visit);
    };
    visit(emit);
    // What reads values of more places than it has itself stays in the loop: kept for all steps they would be large.
    const isLarger = (node: Node): boolean => rank(node) > Math.max(2, rank(emit)) && axesOf(node).some((axis) => isRagged(axis.space) && !hasAxis(axesOf(emit), axis.id));
    if (found.size > 0 && [...found, ...read].some(isLarger)) {
      this.#core.add(emit);
      return [emit];
    }
    return [...found];
  }

  /** The value of a body node for all places. */
  whole(node: Node): Node {
    return this.get(node);
  }

  override get(node: Node): Node {
    return this.isFree(node) ? this.#main.get(node) : super.get(node);
  }

  /** A draw belongs to its step: a loop of its own makes the same draws. */
  #draws(node: Node, axis: Axis): Node {
    this.m.origin = node.origin;
    return this.m.scan(axis, false, [], (loop) => ({
      nexts: [],
      emits: [this.m.make(node.op, node.inputs.map((place) => (place === this.#region.position ? loop.position : this.get(place))))],
    })).emits[0];
  }

  protected override visit(node: Node): Node {
    if (node === this.#region.position && this.#scan.op.kind === 'scan') return this.m.position(this.#scan.op.axis);
    if (node.op.kind === 'random' && this.#scan.op.kind === 'scan') return this.#draws(node, this.#scan.op.axis);
    const x = this.#region.xs.indexOf(node);
    return x >= 0 ? this.#main.get(this.#scan.inputs[x]) : super.visit(node);
  }
}
