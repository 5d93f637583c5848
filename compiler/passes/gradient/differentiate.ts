/**
 * Reverse mode as a pass over the 'batched' graph (semantics 9): one cotangent for each value on a path from a parameter to the
 * loss, summed at fan-out. Loops: vjp-scan.ts.
 */
import { GraphError } from '../../graph/errors.ts';
import type { Node, Parameter } from '../../graph/graph.ts';
import { infer, typeOf } from '../../graph/infer.ts';
import { isOf } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, unnamed } from '../core/graph-builder.ts';
import { analyse, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { Cotangents } from './cotangents.ts';
import { isDifferentiable, vjp } from './vjp.ts';
import { scanVjp, type Level, type Reversal } from './vjp-scan.ts';

/** `loss` names a root without axes. A parameter that does not affect it gets zeros and is named in `unreached`. */
export function differentiate(
  roots: Roots,
  loss: string,
  parameters: readonly Parameter[],
): { readonly roots: Roots; readonly unreached: readonly string[] } {
  const m = new GraphBuilder(algebra);
  const forward = new Pass(m, analyse(roots.values()));
  const made = mapRoots(roots, (node) => forward.get(node));
  const from = made.get(loss);
  if (from === undefined) throw new GraphError(`no root ${loss} to differentiate`);
  if (typeOf(from).axes.length > 0) throw new GraphError(`the loss ${loss} must have no axes`);
  const reverse = new Reverse(m, from, new Set(parameters.map(({ path }) => path)));
  const gradients = reverse.run(from);
  const unreached: string[] = [];
  const all = new Map(made);
  for (const { path, axes } of parameters) {
    const gradient = gradients.get(path);
    if (gradient === undefined) unreached.push(path);
    all.set(`gradient.${path}`, m.broadcast(gradient ?? m.constant(0), axes));
  }
  const latest = (scan: Scan): Scan => reverse.latest(scan);
  const last = new Pass(new GraphBuilder(algebra), analyse(all.values(), latest));
  return { roots: mapRoots(all, (node) => last.get(node)), unreached };
}

class Reverse implements Reversal {
  readonly m: GraphBuilder;
  readonly facts: Facts;
  readonly #active: ReadonlySet<Node>;
  /** By scan: the body values it emits, with their indices among its emits. */
  readonly #saved = new Map<Node, Map<Node, number>>();
  readonly #extended = new Map<Scan, Scan>();

  constructor(m: GraphBuilder, loss: Node, parameters: ReadonlySet<string>) {
    this.m = m;
    this.facts = analyse([loss]);
    this.#active = activeNodes(this.facts, parameters);
  }

  /** By parameter path. */
  run(loss: Node): ReadonlyMap<string, Node> {
    const { m } = this;
    const pending = new Cotangents();
    const level: Level = {
      loop: null,
      leaving: null,
      value: (node) => node,
      add: (node, cotangent) => {
        if (this.isActive(node)) pending.add(m, node, cotangent);
      },
    };
    level.add(loss, m.constant(1));
    this.backward(level, pending);
    const gradients = new Map<string, Node>();
    for (const node of pending.nodes()) if (node.op.kind === 'parameter') gradients.set(node.op.path, pending.of(m, node)!);
    return gradients;
  }

  isActive(node: Node): boolean {
    return this.#active.has(node);
  }

  /** Propagates the pending cotangents of a level back to its arguments and leaves. */
  backward(level: Level, pending: Cotangents): void {
    const scans = new Map<Node, Map<number, Node>>();
    const steps = new Set<Node>();
    for (const node of this.facts.nodes.toReversed()) {
      if (level.loop !== null && !this.m.loopsOf(node).has(level.loop)) continue;
      const results = scans.get(node);
      this.m.origin = unnamed(node.origin);
      if (isOf(node, 'scan') && results !== undefined) scanVjp(this, level, node, results);
      const g = pending.of(this.m, node);
      if (g === undefined) continue;
      this.#name(node, g, steps);
      if (node.op.kind === 'argument' || node.op.kind === 'parameter') continue;
      if (node.op.kind === 'result') {
        const scan = node.inputs[0];
        const known = scans.get(scan!) ?? new Map<number, Node>();
        scans.set(scan!, known.set(node.op.index, g));
        continue;
      }
      const inputs = node.inputs.map((each) => level.value(each));
      const cotangents = vjp({ m: this.m, op: node.op, inputs, y: level.value(node), g });
      cotangents.forEach((cotangent, k) => {
        if (cotangent !== null) level.add(node.inputs[k]!, cotangent);
      });
    }
  }

  /** `d_z` for the cotangent of `z`, but not for its intermediate values, which have the same origin. */
  #name(node: Node, cotangent: Node, steps: Set<Node>): void {
    const { origin, inputs } = node;
    if (origin.name === null) return;
    if (!steps.has(node)) this.m.call(cotangent, `d_${origin.name}`);
    for (const input of inputs) if (input.origin === origin) steps.add(input);
  }

  /** A value of the scan's body as a result of the scan, which emits it from now on: see `latest`. */
  saved(scan: Scan, node: Node): Node {
    const { region } = scan.op;
    const indices = this.#saved.get(scan) ?? new Map(region.emits.map((emit, k) => [emit, k]));
    this.#saved.set(scan, indices);
    const index = indices.get(node) ?? indices.size;
    indices.set(node, index);
    if (index < region.emits.length) return this.m.result(scan, region.states.length + index);
    const type = infer({ ...scan.op, region: { ...region, emits: [node] } }, scan.inputs).at(-1)!;
    return this.m.result(scan, region.states.length + index, type);
  }

  /** The scan extended by everything that is saved from it. */
  latest(scan: Scan): Scan {
    const indices = this.#saved.get(scan);
    if (indices === undefined || indices.size === scan.op.region.emits.length) return scan;
    const made = this.#extended.get(scan);
    if (made?.op.region.emits.length === indices.size) return made;
    const { region, axis, reversed } = scan.op;
    this.m.origin = scan.origin;
    const whole = this.m.scanNode(axis, reversed, { ...region, emits: [...indices.keys()] }, scan.inputs);
    this.#extended.set(scan, whole);
    return whole;
  }
}

/** Floats that depend on a parameter; a loop's state does if its initial or its next value does. */
function activeNodes(facts: Facts, parameters: ReadonlySet<string>): ReadonlySet<Node> {
  const active = new Set<Node>();
  const isActive = (node: Node): boolean => {
    const { op } = node;
    if (op.kind === 'scan' || typeOf(node).elem.kind !== 'float') return false;
    if (op.kind === 'parameter') return parameters.has(op.path);
    const from = node.inputs[0]!;
    if (op.kind === 'result' && isOf(from, 'scan')) {
      const { region } = from.op;
      return active.has(op.index < region.states.length ? region.states[op.index]! : region.emits[op.index - region.states.length]!);
    }
    if (op.kind === 'argument') {
      const bound = facts.arguments.get(node);
      if (bound === undefined || bound.kind === 'position') return false;
      const { region } = bound.scan.op;
      if (bound.kind === 'x') return active.has(bound.scan.inputs[bound.index]!);
      return active.has(bound.scan.inputs[region.xs.length + bound.index]!) || active.has(region.nexts[bound.index]!);
    }
    return isDifferentiable(op) && node.inputs.some((each) => active.has(each));
  };
  for (let before = -1; before < active.size; ) {
    before = active.size;
    for (const node of facts.nodes) if (!active.has(node) && isActive(node)) active.add(node);
  }
  return active;
}
