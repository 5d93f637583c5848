/**
 * 'calls' to 'inlined': a call is replaced by its body (lifting is inlining and broadcasting by name). Arguments are renamed to
 * the body's axes, extras broadcast, results are renamed back to the caller's axes. A clock is opened: its body is computed for
 * all positions at once, masked.
 */
import type { Axis, Node, NodeOf, Origin, Space } from '../../graph/graph.ts';
import { hasAxis, innerDims, isInner, join, sameAxes, without } from '../../graph/spaces.ts';
import { isOf } from '../../graph/walk.ts';
import { insideOf, upToNow } from './clock.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';

export function inline(roots: Roots): Roots {
  const rebuild = new Inline(new GraphBuilder(), analyse(roots.values()));
  return mapRoots(roots, (node) => rebuild.get(node));
}

/** State shared by the bodies of one program: the open clocks, and the calls that each node was made in. */
export class Whole {
  readonly #clocks = new Set<Node>();
  readonly #inside = new Map<Node, Space>();
  readonly #trails = new Map<Node, readonly Origin[]>();

  /** False where it is open already. */
  open(clock: NodeOf<'clock'>): boolean {
    const { op } = clock;
    if (this.#clocks.has(clock)) return false;
    this.#clocks.add(clock);
    this.openRegion(op.region.results, op.axis.space);
    return true;
  }

  openRegion(results: Iterable<Node>, space: Space): void {
    for (const node of insideOf(results)) this.#inside.set(node, space);
  }

  clockOf(node: Node): Space | null {
    return this.#inside.get(node) ?? null;
  }

  note(made: Node, trail: readonly Origin[]): void {
    if (!this.#trails.has(made)) this.#trails.set(made, trail);
  }

  /** The calls around a node, outermost first. */
  trailOf(made: Node): readonly Origin[] {
    return this.#trails.get(made) ?? [];
  }
}

export class Inline extends Pass {
  /** The extras of all enclosing calls, outermost first: a draw is independent along each. */
  readonly #extras: readonly Axis[];
  /** Those of them along which instances are shared. */
  readonly #shared: readonly Axis[];
  readonly #calls = new Map<Node, Inline>();
  readonly #whole: Whole;
  /** The origins of the enclosing calls, outermost first. */
  readonly #trail: readonly Origin[];

  constructor(
    m: GraphBuilder,
    facts: Facts,
    extras: readonly Axis[] = [],
    whole: Whole = new Whole(),
    trail: readonly Origin[] = [],
    shared: readonly Axis[] = [],
  ) {
    super(m, facts);
    this.#extras = extras;
    this.#shared = shared;
    this.#whole = whole;
    this.#trail = trail;
  }

  override set(node: Node, made: Node): void {
    super.set(node, made);
    this.#whole.note(made, this.#trail);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind === 'random') return this.m.make({ ...op, axes: [...this.#extras, ...op.axes] }, inputs);
    if (op.kind === 'across') {
      // Every element counts, even where one value is shared by several.
      const x = inputs[0]!;
      const whole = this.m.broadcast(x, join(this.#shared, axesOf(x)));
      return this.m.make({ ...op, axes: [...this.#shared.map(({ id }) => id), ...op.axes] }, [whole]);
    }
    const space = this.#whole.clockOf(node);
    return this.#counted(super.operation(node, space === null ? inputs : upToNow(this.m, op, inputs, space)));
  }

  /**
   * A value over an inner dim, in a body that runs at one position of the outer one, gets the outer axis too once all its
   * positions are computed.
   */
  #counted(made: Node): Node {
    const lacking = axesOf(made)
      .flatMap(({ space }) => this.#parents(space))
      .filter(({ id }) => !hasAxis(axesOf(made), id));
    return lacking.length === 0 ? made : this.m.broadcast(made, join(lacking, axesOf(made)));
  }

  #parents(space: Space): readonly Axis[] {
    return isInner(space) ? innerDims(space).flatMap(({ within }) => this.#extras.filter(({ id }) => id === within.id)) : [];
  }

  /** The number of steps, and so the states after them, differs between the positions of the outer dim. */
  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    const { op } = node;
    const parents = this.#parents(op.axis.space);
    if (parents.length > 0) {
      for (const init of node.inputs.slice(op.region.xs.length)) {
        const made = yield* this.one(init);
        this.set(init, this.m.broadcast(made, join(parents, axesOf(made))));
      }
    }
    return yield* super.scan(node);
  }

  protected override *result(node: Node, index: number): Making<Node> {
    if (isOf(node, 'clock')) {
      const { region } = node.op;
      if (this.#whole.open(node)) for (const [k, argument] of region.args.entries()) this.set(argument, yield* this.one(node.inputs[k]!));
      return yield* this.one(region.results[index]!);
    }
    if (!isOf(node, 'call')) return yield* super.result(node, index);
    const { op } = node;
    let body = this.#calls.get(node);
    if (body === undefined) {
      body = yield* this.#enter(node);
      this.#calls.set(node, body);
    }
    let made = yield* body.one(op.region.results[index]!);
    this.m.origin = node.origin;
    for (const { from, to } of op.binding.results[index]!) {
      if (axesOf(made).some(({ id }) => id === from)) made = this.m.rename(made, from, to);
    }
    const { extras, per = [], maskOnly = [] } = op.binding;
    const lifted = op.binding.once?.includes(index) === true ? extras.filter(({ id }) => per.includes(id)) : without(extras, maskOnly);
    const axes = join(lifted, axesOf(made));
    return sameAxes(axes, axesOf(made)) ? made : this.m.broadcast(made, axes);
  }

  *#enter(node: NodeOf<'call'>): Making<Inline> {
    const { op } = node;
    const inputs = yield* this.all(node.inputs);
    this.m.origin = node.origin;
    const body = new Inline(
      this.m,
      this.facts,
      join(this.#extras, op.binding.extras),
      this.#whole,
      [...this.#trail, node.origin],
      join(this.#shared, without(op.binding.extras, op.binding.per ?? [])),
    );
    op.region.args.forEach((argument, k) => {
      const renamed = op.binding.args[k]!.reduce((x, { from, to }) => this.m.rename(x!, from, to), inputs[k]);
      body.set(argument, renamed!);
    });
    return body;
  }

  protected override drop(node: Node): void {
    super.drop(node);
    this.#calls.delete(node);
  }
}
