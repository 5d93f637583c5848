/** Rebuilds a graph bottom-up: the base of every pass. Only what the roots need is rebuilt. */
import { atomsOf } from '../../size/size.ts';
import { GraphError } from '../../graph/errors.ts';
import { folded } from '../../graph/fold.ts';
import type { Axis, Node, NodeOf } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, sizeOf } from '../../graph/spaces.ts';
import { isOf, operands } from '../../graph/walk.ts';
import type { Roots } from './compiled.ts';
import { completed, made, type Making, type Need, type Site } from './making.ts';
import { union, unnamed, type GraphBuilder, type Loop, type LoopBody } from './graph-builder.ts';

export type Scan = NodeOf<'scan'>;

/** A loop over the rounds of a `repeat`. */
export function isRounds(node: Node): node is Scan {
  return node.op.kind === 'scan' && node.op.axis.rounds === true;
}

/** The value that a loop over rounds emits as this list, one element per round; null: it is no such list. */
function emittedOfRounds({ op, inputs: [scan] }: Node): Node | null {
  if (op.kind !== 'result' || !isRounds(scan!)) return null;
  const { states, emits } = scan.op.region;
  return emits[op.index - states.length] ?? null;
}

/** Are these the rows of a cache, or a list of such rows over rounds? */
export function isRows(node: Node): boolean {
  const element = emittedOfRounds(node);
  return node.op.kind === 'append' || (element !== null && isRows(element));
}

/** Facts about a graph before it is rebuilt. */
export interface Facts {
  /** By scan: the results that the roots need, by index. */
  readonly results: ReadonlyMap<Scan, ReadonlySet<number>>;
  /** The scans on whose arguments a node depends. */
  loopsOf(node: Node): ReadonlySet<Node>;
  /** The nodes that depend on the scan's arguments, inputs first. */
  bodyOf(scan: Scan): readonly Node[];
  /** The scan and the kind of an argument; undefined for arguments of calls. */
  readonly arguments: ReadonlyMap<Node, Place>;
  /** Every node that the roots need, inputs first. */
  readonly nodes: readonly Node[];
  /** The scan that replaces this one. */
  latest(scan: Scan): Scan;
}

export interface Place {
  readonly scan: Scan;
  readonly kind: 'position' | 'x' | 'state';
  readonly index: number;
}

/**
 * What the roots need: a state only if its final value is needed or a needed value of the body reads it. `latest`: a scan with
 * the same region and more results that replaces the one given.
 */
export function analyse(roots: Iterable<Node>, latest: (scan: Scan) => Scan = (scan) => scan): Facts {
  const places = new Map<Node, Place>();
  const results = new Map<Scan, Set<number>>();
  const tapes = new Map<string, Node>();
  const seen = new Set<Node>();
  const stack = [...roots];
  const open = (scan: Scan): Set<number> => {
    const known = results.get(scan);
    if (known !== undefined) return known;
    const { region } = scan.op;
    if (region.tape !== undefined) tapes.set(region.tape.id, scan);
    places.set(region.position, { scan, kind: 'position', index: 0 });
    region.xs.forEach((node, index) => places.set(node, { scan, kind: 'x', index }));
    region.states.forEach((node, index) => places.set(node, { scan, kind: 'state', index }));
    const used = new Set<number>();
    results.set(scan, used);
    return used;
  };
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const {
      op,
      inputs: [from],
    } = node;
    if (op.kind === 'result' && isOf(from!, 'scan')) {
      const { index } = op;
      const scan = latest(from);
      const { region } = scan.op;
      open(scan).add(index);
      seen.add(scan);
      stack.push(index < region.states.length ? region.states[index]! : region.emits[index - region.states.length]!);
    } else if (op.kind === 'argument') {
      const place = places.get(node);
      if (place === undefined) continue;
      const { region } = place.scan.op;
      if (place.kind === 'x') stack.push(place.scan.inputs[place.index]!);
      if (place.kind === 'state') stack.push(region.nexts[place.index]!, place.scan.inputs[region.xs.length + place.index]!);
    } else if (op.kind === 'call' || op.kind === 'clock') {
      for (const each of [...node.inputs, ...op.region.results]) stack.push(each);
    } else {
      for (const each of node.inputs) stack.push(each);
    }
  }
  const nodes = [...seen].sort((a, b) => a.id - b.id);
  const loopsOf = loopFinder(places, results, tapes, latest);
  let bodies: ReadonlyMap<Node, readonly Node[]> | null = null;
  const bodyOf = (scan: Scan): readonly Node[] => (bodies ??= bodiesOf(nodes, loopsOf)).get(scan) ?? [];
  return { results, arguments: places, nodes, latest, loopsOf, bodyOf };
}

function loopFinder(
  places: ReadonlyMap<Node, Place>,
  results: ReadonlyMap<Scan, ReadonlySet<number>>,
  tapes: ReadonlyMap<string, Node>,
  latest: (scan: Scan) => Scan,
): (node: Node) => ReadonlySet<Node> {
  const none: ReadonlySet<Node> = new Set();
  const current = (node: Node): Node => (isOf(node, 'scan') ? latest(node) : node);
  const bodyOf = (node: Node): readonly Node[] => {
    if (!isOf(node, 'scan')) return [];
    const { region } = node.op;
    const used = results.get(node);
    return [...region.nexts, ...region.emits.filter((_, k) => used === undefined || used.has(region.states.length + k))];
  };
  const next = (node: Node): readonly Node[] => {
    if (places.has(node)) return [];
    return node.inputs.some((input) => isOf(input, 'scan')) || isOf(node, 'scan')
      ? [...node.inputs, ...bodyOf(node)].map(current)
      : node.inputs;
  };
  const find = folded<Node, ReadonlySet<Node>>(next, (node, of) => {
    const place = places.get(node);
    if (place !== undefined) return new Set([place.scan]);
    // A node with an axis of a tape, or its length, changes with the step whatever its operands are.
    const grows = tapes.size === 0 ? [] : atomsIn(node).flatMap((atom) => tapes.get(atom) ?? []);
    const loops = union([...next(node).map(of), grows.length === 0 ? none : new Set(grows)]);
    return loops.has(node) ? new Set([...loops].filter((loop) => loop !== node)) : loops;
  });
  return (node) => find(current(node));
}

/** The nodes of each scan's body: those to be rebuilt when its loop is. */
function bodiesOf(nodes: readonly Node[], loopsOf: Facts['loopsOf']): ReadonlyMap<Node, readonly Node[]> {
  const bodies = new Map<Node, Node[]>();
  for (const node of nodes) {
    for (const loop of loopsOf(node)) {
      const body = bodies.get(loop);
      if (body === undefined) bodies.set(loop, [node]);
      else body.push(node);
    }
  }
  return bodies;
}

function atomsIn({ op, types }: Node): readonly string[] {
  return [
    ...(op.kind === 'size' ? atomsOf(op.size) : []),
    ...types.flatMap(({ axes, masks }) => [...axes, ...masks.flat()].flatMap(({ space }) => [...atomsOf(sizeOf(space))])),
  ];
}

/** How often each node is read: by other nodes, and as what a loop carries or emits. */
export function usesIn(nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of nodes) for (const each of operands(node)) uses.set(each, (uses.get(each) ?? 0) + 1);
  return uses;
}

/** A pass rebuilds a graph, node by node, with a builder of its own. Passes override `visit`, or what it calls. */
export class Pass implements Site {
  protected readonly m: GraphBuilder;
  protected readonly facts: Facts;
  protected readonly memo = new Map<Node, Node>();
  readonly #results = new Map<Node, ReadonlyMap<number, Node>>();

  constructor(m: GraphBuilder, facts: Facts) {
    this.m = m;
    this.facts = facts;
  }

  get(node: Node): Node {
    return completed(this.one(node));
  }

  has(node: Node): boolean {
    return this.memo.has(node);
  }

  set(node: Node, made: Node): void {
    this.memo.set(node, made);
  }

  value(node: Node): Node {
    return this.memo.get(node)!;
  }

  /** The pass that makes the node when this one is asked for it. */
  need(node: Node): Need {
    return { by: this, node };
  }

  *one(node: Node): Making<Node> {
    return (yield* made([this.need(node)]))[0]!;
  }

  all(nodes: readonly Node[]): Making<readonly Node[]> {
    return made(nodes.map((each) => this.need(each)));
  }

  *visit(node: Node): Making<Node> {
    const { op } = node;
    switch (op.kind) {
      case 'input':
      case 'parameter':
      case 'constant':
      case 'length':
        this.m.origin = node.origin;
        return this.m.leaf(op, node.types[0]!);
      case 'argument':
        throw new GraphError(`argument %${node.id} stands outside its region`);
      case 'result': {
        const result = yield* this.result(node.inputs[0]!, op.index);
        this.m.call(result, node.origin.name);
        return result;
      }
      case 'scan':
      case 'call':
      case 'clock':
        throw new GraphError(`the ${op.kind} %${node.id} is used without \`result\``);
      default: {
        const inputs = yield* this.all(node.inputs);
        this.m.origin = node.origin;
        return this.operation(node, inputs);
      }
    }
  }

  /** An operation without a region, from inputs that have been rebuilt. */
  protected operation(node: Node, inputs: readonly Node[]): Node {
    if (node.op.kind !== 'broadcast') return this.m.make(node.op, inputs);
    // Axes that the input has gained go in front.
    const { axes } = node.op;
    const gained = typeOf(inputs[0]!).axes.filter((axis) => !hasAxis(axes, axis.id));
    return this.m.make({ kind: 'broadcast', axes: [...gained, ...axes] }, inputs);
  }

  protected *result(from: Node, index: number): Making<Node> {
    if (!isOf(from, 'scan')) throw new GraphError(`%${from.id} is not a scan`);
    const node = this.facts.latest(from);
    let results = this.#results.get(node);
    if (results === undefined) {
      results = yield* this.scan(node);
      this.#results.set(node, results);
    }
    const made = results.get(index);
    if (made === undefined) throw new GraphError(`result ${index} of %${node.id} was not expected`);
    return made;
  }

  /** The needed results of a scan, by index. */
  protected *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    return yield* this.scanAlong(node, node.op.axis);
  }

  /** The scan, along `axis` in the rebuilt graph. */
  protected *scanAlong(node: Scan, axis: Axis): Making<ReadonlyMap<number, Node>> {
    const { op } = node;
    const { region } = op;
    const states = this.neededStates(node);
    const inits = this.carried(yield* this.all(states.map((k) => node.inputs[region.xs.length + k]!)));
    const emits = this.neededEmits(node);
    this.m.origin = node.origin;
    const self = this;
    const made = yield* this.m.scanning(
      axis,
      op.reversed,
      inits,
      function* (loop) {
        self.forget(node);
        return yield* self.step(node, loop, states, emits);
      },
      region.tape,
    );
    this.finished(made.emits.slice(emits.length));
    return new Map([
      ...states.map((k, j): [number, Node] => [k, made.finals[j]!]),
      ...emits.map((k, j): [number, Node] => [region.states.length + k, made.emits[j]!]),
    ]);
  }

  /** The body of a loop, for the states and emits that are needed. Further emits after these are passed to `finished`. */
  protected *step(scan: Scan, loop: Loop, states: readonly number[], emits: readonly number[]): Making<LoopBody> {
    const { region } = scan.op;
    yield* this.bind(scan, loop, states);
    return {
      nexts: this.carried(yield* this.all(states.map((k) => region.nexts[k]!))),
      emits: yield* this.emitted(emits.map((k) => region.emits[k]!)),
    };
  }

  protected emitted(values: readonly Node[]): Making<readonly Node[]> {
    return this.all(values);
  }

  /** Called when a loop is complete, with its further emits. */
  protected finished(_emits: readonly Node[]): void {}

  /** The values of states, as carried from step to step. */
  protected carried(values: readonly Node[]): readonly Node[] {
    return values;
  }

  /** The arguments of a loop's body. */
  protected *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    const { position, xs, states: own } = scan.op.region;
    this.set(position, loop.position);
    for (const [k, x] of xs.entries()) {
      if (!this.needs(x)) continue;
      yield* this.one(scan.inputs[k]!);
      this.enter(x, scan.inputs[k]!, loop, scan.op.axis);
    }
    states.forEach((k, j) => {
      this.set(own[k]!, loop.states[j]!);
      if (loop.states[j]!.op.kind === 'argument') this.m.call(loop.states[j]!, own[k]!.origin.name);
    });
  }

  /** Binds `x`, a step's element of a sequence that has been rebuilt. */
  protected enter(x: Node, sequence: Node, loop: Loop, _axis: Axis): void {
    this.set(x, this.stepOf(x, this.get(sequence), loop));
  }

  /** The element of the sequence that a step reads, with its name. */
  protected stepOf(x: Node, sequence: Node, loop: Loop): Node {
    const { origin } = this.m;
    this.m.origin = unnamed(x.origin);
    const place = loop.scanned(sequence);
    this.m.origin = origin;
    if (place.op.kind === 'argument') this.m.call(place, x.origin.name);
    return place;
  }

  readonly #needed = new Set<Node>();
  protected needs(node: Node): boolean {
    if (this.#needed.size === 0) for (const each of this.facts.nodes) this.#needed.add(each);
    return this.#needed.has(node);
  }

  protected neededStates({ op }: Scan): readonly number[] {
    return op.region.states.flatMap((state, k) => (this.needs(state) ? [k] : []));
  }

  /** The loop's emits that something reads, by index. */
  protected neededEmits(node: Scan): readonly number[] {
    const { states, emits } = node.op.region;
    const used = this.facts.results.get(node)!;
    return emits.flatMap((_, k) => (used.has(states.length + k) ? [k] : []));
  }

  /** Drops what was made of a loop's body before it is rebuilt: nothing, if none of its arguments has been bound. */
  forget(scan: Scan): void {
    const { region } = scan.op;
    if ([region.position, ...region.xs, ...region.states].some((argument) => this.memo.has(argument))) this.forgetBody(scan);
  }

  /** The same where another pass may have bound the arguments. */
  forgetBody(scan: Scan): void {
    for (const node of this.facts.bodyOf(scan)) this.drop(node);
  }

  protected drop(node: Node): void {
    this.memo.delete(node);
    this.#results.delete(node);
  }
}

export function mapRoots(roots: Roots, change: (node: Node, name: string) => Node): Roots {
  return new Map([...roots].map(([name, node]) => [name, change(node, name)]));
}
