/**
 * 'calls' to 'inlined': a call becomes its body (lifting is inlining and broadcasting by name). Arguments take the body's
 * axes, extras broadcast, results take the caller's axes back.
 */
import { GraphError } from '../graph/errors.ts';
import type { Axis, Node } from '../graph/graph.ts';
import { join, sameAxes } from '../graph/spaces.ts';
import type { Roots } from './compiled.ts';
import { axesOf, Maker } from './maker.ts';
import { analyse, mapRoots, Rebuild, type Facts } from './rebuild.ts';

export function inline(roots: Roots): Roots {
  const rebuild = new Inline(new Maker(), analyse(roots.values()), []);
  return mapRoots(roots, (node) => rebuild.get(node));
}

export class Inline extends Rebuild {
  /** Of all the calls around, outermost first: a draw is independent along each. */
  readonly #extras: readonly Axis[];
  readonly #calls = new Map<Node, Rebuild>();

  constructor(m: Maker, facts: Facts, extras: readonly Axis[]) {
    super(m, facts);
    this.#extras = extras;
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'random') return super.operation(node, inputs);
    return this.m.make({ ...op, axes: [...this.#extras, ...op.axes] }, inputs);
  }

  protected override result(node: Node, index: number): Node {
    const { op } = node;
    if (op.kind !== 'call') return super.result(node, index);
    let body = this.#calls.get(node);
    if (body === undefined) {
      body = this.#enter(node);
      this.#calls.set(node, body);
    }
    let made = body.get(op.region.results[index]);
    this.m.origin = node.origin;
    for (const { from, to } of op.binding.results[index]) {
      if (axesOf(made).some(({ id }) => id === from)) made = this.m.rename(made, from, to);
    }
    const axes = join(op.binding.extras, axesOf(made));
    return sameAxes(axes, axesOf(made)) ? made : this.m.broadcast(made, axes);
  }

  #enter(node: Node): Rebuild {
    const { op } = node;
    if (op.kind !== 'call') throw new GraphError(`%${node.id} is no call`);
    const inputs = node.inputs.map((each) => this.get(each));
    this.m.origin = node.origin;
    const body = new Inline(this.m, this.facts, join(this.#extras, op.binding.extras));
    op.region.args.forEach((argument, k) => {
      const renamed = op.binding.args[k].reduce((x, { from, to }) => this.m.rename(x, from, to), inputs[k]);
      body.set(argument, renamed);
    });
    return body;
  }

  protected override forget(scan: Node): void {
    super.forget(scan);
    for (const call of [...this.#calls.keys()]) if (this.facts.loopsOf(call).has(scan)) this.#calls.delete(call);
  }
}
