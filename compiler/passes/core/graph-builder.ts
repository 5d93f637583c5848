/**
 * Makes nodes with inferred types and shares equal ones: the same operation on the same inputs is the same node. With a rule
 * (algebra.ts) it may return a simpler node instead. It also tracks the open loops that a node depends on.
 */
import { constantOf, size as sizes, type Size } from '../../size/size.ts';
import { GraphError } from '../../graph/errors.ts';
import type { Axis, BinaryFn, Dim, Node, NodeOf, Op, OpOf, Origin, ReduceFn, ScanRegion, TensorType, UnaryFn } from '../../graph/graph.ts';
import { infer, typeOf } from '../../graph/infer.ts';
import { canonicalMasks, hasAxis, join, originOf } from '../../graph/spaces.ts';
import { BATCH } from './axes.ts';
import { Keys } from './keys.ts';
import { completed, type Making } from './making.ts';

/** A simpler node with the same value and axes, or null. */
export type Rule = (m: GraphBuilder, op: Op, inputs: readonly Node[]) => Node | null;

const NOWHERE: Origin = { file: '', start: 0, end: 0, name: null };

/** The origin of nodes that a pass adds on behalf of a node: the same text, but no name. */
export function unnamed(origin: Origin): Origin {
  return origin.name === null ? origin : { ...origin, name: null };
}

export interface LoopBody {
  readonly nexts: readonly Node[];
  readonly emits: readonly Node[];
}

export interface MadeLoop {
  readonly finals: readonly Node[];
  readonly emits: readonly Node[];
}

export interface Loop {
  readonly position: Node;
  readonly states: readonly Node[];
  /** The element of `x`, which has the loop's axis, at this step. */
  scanned(x: Node): Node;
  /** The same for a sequence that is known only once the body is complete; `type` is that of one element. */
  later(type: TensorType, x: () => Node): Node;
}

const NONE: ReadonlySet<Node> = new Set();

export class GraphBuilder {
  origin: Origin = NOWHERE;
  readonly #rule: Rule | null;
  readonly #keys = new Keys();
  readonly #made = new Map<string, Node>();
  readonly #loops = new Map<Node, ReadonlySet<Node>>();
  #next = 0;

  constructor(rule: Rule | null = null) {
    this.#rule = rule;
  }

  /** The loops, by their position arguments, on whose arguments the node depends. */
  loopsOf(node: Node): ReadonlySet<Node> {
    return this.#loops.get(node) ?? NONE;
  }

  leaf(op: Op, type: TensorType): Node {
    return this.#once(`${this.#keys.op(op)} ${this.#keys.type(type)}`, op, [], [type]);
  }

  make(op: Op, inputs: readonly Node[]): Node {
    const simpler = this.#rule?.(this, op, inputs) ?? null;
    if (simpler !== null) return simpler;
    return this.#once(`${this.#keys.op(op)} ${inputs.map((node) => node.id).join(' ')}`, op, inputs, null);
  }

  /** Gives an unnamed value the name of the equation that it is the value of; changes of axes are skipped. */
  call(node: Node, name: string | null): void {
    const { op, origin, inputs } = node;
    if (op.kind === 'rename' || op.kind === 'broadcast') this.call(inputs[0]!, name);
    else if (name !== null && origin.name === null && (inputs.length > 0 || op.kind === 'argument')) this.#rename(node, name);
  }

  #rename(node: { origin: Origin }, name: string): void {
    node.origin = { ...node.origin, name };
  }

  #once(key: string, op: Op, inputs: readonly Node[], given: readonly TensorType[] | null): Node {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const node = this.#new(op, inputs, given ?? infer(op, inputs));
    this.#made.set(key, node);
    return node;
  }

  #new<O extends Op>(
    op: O,
    inputs: readonly Node[],
    types: readonly TensorType[],
    loops: ReadonlySet<Node> = union(inputs.map((node) => this.loopsOf(node))),
  ): Node & { readonly op: O } {
    const node = { id: this.#next++, op, inputs, types, origin: this.origin };
    if (loops.size > 0) this.#loops.set(node, loops);
    return node;
  }

  #argument(type: TensorType, position: Node | null): Node {
    const node = this.#new({ kind: 'argument' }, [], [type]);
    this.#loops.set(node, new Set([position ?? node]));
    return node;
  }

  /**
   * A loop over `axis`. `body` may run more than once: a state gains the axes that its next value has, until nothing changes.
   * Emitted values are returned with `axis` in front.
   */
  scan(axis: Axis, reversed: boolean, inits: readonly Node[], body: (loop: Loop) => LoopBody, tape?: Dim): MadeLoop {
    return completed(
      this.scanning(
        axis,
        reversed,
        inits,
        // biome-ignore lint/correctness/useYield: a body that asks for nothing
        function* (loop) {
          return body(loop);
        },
        tape,
      ),
    );
  }

  /** The same for a body that yields what it reads. */
  *scanning(axis: Axis, reversed: boolean, inits: readonly Node[], body: (loop: Loop) => Making<LoopBody>, tape?: Dim): Making<MadeLoop> {
    const origin = this.origin;
    let starts = inits;
    let masks: TensorType['masks'][] = inits.map((init) => typeOf(init).masks);
    const constant = new Set<number>();
    const changing = new Set<number>();
    for (;;) {
      this.origin = unnamed(origin);
      const position = this.#argument({ elem: { kind: 'index', space: axis.space }, axes: [], masks: [] }, null);
      const states = starts.map((init, k) => (constant.has(k) ? init : this.#argument({ ...typeOf(init), masks: masks[k]! }, position)));
      const xs: { readonly argument: Node; readonly x: () => Node }[] = [];
      const known = new Map<Node, Node>();
      const later = (type: TensorType, x: () => Node): Node => {
        const argument = this.#argument(type, position);
        xs.push({ argument, x });
        return argument;
      };
      const scanned = (x: Node): Node => {
        const step = known.get(x) ?? this.#invariant(x, axis, position) ?? later(elementType(typeOf(x), axis.id), () => x);
        known.set(x, step);
        return step;
      };
      const { nexts, emits } = yield* body({ position, states, scanned, later });
      this.origin = unnamed(origin);
      const wider = starts.map((init, k) => this.#widen(init, nexts[k]!));
      const masked = masks.map((mask, k) => canonicalMasks([...mask, ...typeOf(nexts[k]!).masks]));
      const still = nexts.flatMap((next, k) =>
        this.#rule !== null && !constant.has(k) && !changing.has(k) && next === states[k] ? [k] : [],
      );
      // With fewer axes it had seemed constant.
      const moved = [...constant].filter((k) => nexts[k] !== states[k]);
      const settled =
        wider.every((init, k) => constant.has(k) || init === starts[k]) && masked.every((mask, k) => mask.length === masks[k]!.length);
      if (settled && still.length === 0 && moved.length === 0) {
        this.origin = origin;
        const region = {
          position,
          xs: xs.map(({ argument }) => argument),
          states,
          nexts: nexts.map((next, k) => this.#fill(next, starts[k]!)),
          emits,
          ...(tape === undefined ? {} : { tape }),
        };
        return this.#finish(
          axis,
          reversed,
          starts,
          constant,
          region,
          xs.map(({ x }) => x()),
        );
      }
      starts = wider;
      masks = masked;
      for (const k of still) constant.add(k);
      for (const k of moved) {
        constant.delete(k);
        changing.add(k);
      }
    }
  }

  /** A sequence that has the same value at every position needs no scanning. */
  #invariant(x: Node, axis: Axis, position: Node): Node | null {
    if (this.#rule === null) return null;
    if (x.op.kind === 'position' && x.op.axis.id === axis.id) return position;
    if (x.op.kind !== 'broadcast' || hasAxis(typeOf(x.inputs[0]!).axes, axis.id)) return null;
    return this.make({ kind: 'broadcast', axes: x.op.axes.filter(({ id }) => id !== axis.id) }, x.inputs);
  }

  #widen(init: Node, next: Node): Node {
    // In the order of the next value: an initial value that is the same everywhere has none of its own. The batch goes in front,
    // and an axis of rounds before it, since it is read round by round.
    const rank = ({ id, rounds }: Axis): number => (rounds === true ? 0 : id === BATCH.id ? 1 : 2);
    const axes = join(typeOf(next).axes, typeOf(init).axes).toSorted((a, b) => rank(a) - rank(b));
    return axes.length === typeOf(init).axes.length ? init : this.make({ kind: 'broadcast', axes }, [init]);
  }

  #fill(next: Node, init: Node): Node {
    const axes = typeOf(init).axes;
    return axes.length === typeOf(next).axes.length ? next : this.make({ kind: 'broadcast', axes }, [next]);
  }

  #finish(
    axis: Axis,
    reversed: boolean,
    starts: readonly Node[],
    constant: ReadonlySet<number>,
    body: ScanRegion,
    xs: readonly Node[],
  ): { finals: Node[]; emits: Node[] } {
    const moving = starts.flatMap((_, k) => (constant.has(k) ? [] : [k]));
    const emits: Node[] = [];
    // An emit is an index among the results or, where that is simpler, a node outside the loop.
    const emitted = body.emits.map((emit): number | Node => {
      if (this.#rule !== null) {
        const x = body.xs.indexOf(emit);
        // The parameters of rounds are not a single value: what is computed from all of them is emitted.
        if (x >= 0 && axis.rounds !== true) return xs[x]!;
        if (!this.loopsOf(emit).has(body.position)) return this.make({ kind: 'broadcast', axes: [axis, ...typeOf(emit).axes] }, [emit]);
        if (emits.includes(emit)) return emits.indexOf(emit);
      }
      return emits.push(emit) - 1;
    });
    const region: ScanRegion = { ...body, states: moving.map((k) => body.states[k]!), nexts: moving.map((k) => body.nexts[k]!), emits };
    const inputs = [...xs, ...moving.map((k) => starts[k]!)];
    let node: Node | null = null;
    const result = (index: number): Node => this.result((node ??= this.scanNode(axis, reversed, region, inputs)), index);
    return {
      finals: starts.map((init, k) => (constant.has(k) ? init : result(moving.indexOf(k)))),
      emits: emitted.map((each) => (typeof each === 'number' ? result(moving.length + each) : each)),
    };
  }

  /** A scan whose region has been made already. */
  scanNode(axis: Axis, reversed: boolean, region: ScanRegion, inputs: readonly Node[]): NodeOf<'scan'> {
    const op: OpOf<'scan'> = { kind: 'scan', axis, reversed, region };
    const loops = new Set(union([...inputs, ...region.nexts, ...region.emits].map((each) => this.loopsOf(each))));
    loops.delete(region.position);
    return this.#new(op, inputs, infer(op, inputs), loops);
  }

  /** `type`: for a result that only a later form of the scan has. */
  result(node: Node, index: number, type?: TensorType): Node {
    return this.#once(`result ${index} of ${node.id}`, { kind: 'result', index }, [node], type === undefined ? null : [type]);
  }

  // -------------------------------------------------------------- short forms

  constant(value: number, kind: 'float' | 'int' | 'bool' = 'float'): Node {
    return this.leaf({ kind: 'constant', value }, { elem: { kind }, axes: [], masks: [] });
  }

  size(value: Size): Node {
    return this.make({ kind: 'size', size: value }, []);
  }

  /** The number of the first position, or of the one `by` positions after it. */
  first({ space }: Axis, by = 0): Node {
    const at = sizes.add(originOf(space), sizes.int(by));
    const known = constantOf(at);
    return known === null ? this.size(at) : this.constant(known, 'int');
  }

  /** Positions count from the space's origin. */
  position(axis: Axis): Node {
    return this.make({ kind: 'position', axis }, []);
  }

  unary(fn: UnaryFn, x: Node): Node {
    return this.make({ kind: 'unary', fn }, [x]);
  }

  binary(fn: BinaryFn, a: Node, b: Node): Node {
    return this.make({ kind: 'binary', fn }, [a, b]);
  }

  add(a: Node, b: Node): Node {
    return this.binary('add', a, b);
  }

  sub(a: Node, b: Node): Node {
    return this.binary('sub', a, b);
  }

  mul(a: Node, b: Node): Node {
    return this.binary('mul', a, b);
  }

  div(a: Node, b: Node): Node {
    return this.binary('div', a, b);
  }

  neg(x: Node): Node {
    return this.unary('neg', x);
  }

  float(x: Node): Node {
    return typeOf(x).elem.kind === 'float' ? x : this.unary('float', x);
  }

  select(condition: Node, then: Node, otherwise: Node): Node {
    return this.make({ kind: 'select' }, [condition, then, otherwise]);
  }

  reduce(fn: ReduceFn, x: Node, axes: readonly string[]): Node {
    return axes.length === 0 ? x : this.make({ kind: 'reduce', fn, axes }, [x]);
  }

  sum(x: Node, axes: readonly string[]): Node {
    return this.reduce('sum', x, axes);
  }

  contract(a: Node, b: Node, axes: readonly string[]): Node {
    return axes.length === 0 ? this.mul(a, b) : this.make({ kind: 'contract', axes }, [a, b]);
  }

  /** To these axes in this order; `x` itself if it has them already. */
  broadcast(x: Node, axes: readonly Axis[]): Node {
    const own = typeOf(x).axes;
    return own.length === axes.length && own.every((axis, k) => axis.id === axes[k]!.id) ? x : this.make({ kind: 'broadcast', axes }, [x]);
  }

  rename(x: Node, from: string, to: Axis): Node {
    return this.make({ kind: 'rename', from, to }, [x]);
  }

  gather(t: Node, i: Node, axis: string): Node {
    return this.make({ kind: 'gather', axis, inside: true }, [t, i]);
  }

  shift(x: Node, axis: string, by: Size, circular = false): Node {
    return this.make({ kind: 'shift', axis, by, circular }, [x]);
  }

  /** Whether `i` is a position of `axis`, which has `count` positions. */
  isInside(i: Node, axis: Axis, count: Node): Node {
    const first = this.first(axis);
    return this.binary('and', this.binary('ge', i, first), this.binary('lt', i, this.add(count, first)));
  }
}

export function all(m: GraphBuilder, conditions: readonly Node[]): Node | null {
  return conditions.length === 0 ? null : [...new Set(conditions)].reduce((a, b) => m.binary('and', a, b));
}

function elementType(type: TensorType, id: string): TensorType {
  if (!hasAxis(type.axes, id)) throw new GraphError(`a scanned sequence lacks axis ${id}`);
  return {
    elem: type.elem,
    axes: type.axes.filter((axis) => axis.id !== id),
    masks: canonicalMasks(type.masks.map((mask) => mask.filter((axis) => axis.id !== id))),
  };
}

export function union(sets: readonly ReadonlySet<Node>[]): ReadonlySet<Node> {
  const some = sets.filter((set) => set.size > 0);
  if (some.length === 0) return NONE;
  if (some.every((set) => set === some[0])) return some[0]!;
  const result = new Set<Node>();
  for (const set of some) for (const node of set) result.add(node);
  return result;
}
