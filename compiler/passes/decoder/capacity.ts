/**
 * 'batched' to 'batched': a decoding step whose key/value caches have a fixed capacity, for whole graphs in which shapes do not
 * change from step to step. An axis of the positions so far has `capacity` positions, of which those up to `t` are present. What
 * the others hold is arbitrary, so whatever reads across such an axis skips them; rows of a cache that were not written yet are 0.
 */
import { atomOf, atomsOf, foldSize, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node, Op, OpOf, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, hasAxis, sizeOf } from '../../graph/spaces.ts';
import { NEUTRAL } from '../absence/absence.ts';
import { algebra } from '../core/algebra.ts';
import { axesOf, BEFORE, CAPACITY, idsOf, isCapacity, isGrowing, NOW } from '../core/axes.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, type Facts, type Scan } from '../core/pass.ts';
import { Spaces } from '../core/respace.ts';

/** Something in the step cannot be said with axes of a fixed capacity. */
class Unsayable extends Error {
  override readonly name = 'Unsayable';
}

/** @returns null where a step does what needs axes that grow */
export function withCapacity(step: Roots): Roots | null {
  try {
    const pass = new Capacity(analyse(step.values()));
    return mapRoots(step, (node) => pass.get(node));
  } catch (error) {
    if (error instanceof Unsayable) return null;
    throw error;
  }
}

const changes = (size: Size): boolean => [...atomsOf(size)].some((atom) => atom === NOW || atom === BEFORE);

class Capacity extends Spaces {
  readonly #t: Node;
  /** By value: the axes along which what is absent is 0. */
  readonly #cut = new Map<Node, Set<string>>();

  constructor(facts: Facts) {
    super(new GraphBuilder(algebra), facts);
    const t = facts.nodes.find(({ op }) => op.kind === 'input' && op.name === 't');
    this.#t = this.m.leaf(
      { kind: 'input', name: 't' },
      t === undefined ? { elem: { kind: 'int' }, axes: [], masks: [] } : this.type(typeOf(t)),
    );
  }

  protected space(space: Space): Space {
    if (!changes(sizeOf(space))) return space;
    const isPlain = space.kind === 'anon' ? atomOf(space.size) === BEFORE : isGrowing({ id: '', label: '', space });
    if (!isPlain) throw new Unsayable();
    return CAPACITY;
  }

  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    if (changes(sizeOf(node.op.axis.space))) throw new Unsayable();
    return yield* super.scan(node);
  }

  protected override op(op: Op): Op {
    return op.kind === 'append' ? { ...op, axis: this.axis(op.axis) } : super.op(op);
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { m } = this;
    const op = this.op(node.op);
    const [x, y] = [inputs[0]!, inputs[1]!];
    switch (op.kind) {
      case 'size':
        return changes(op.size) ? this.#number(op.size) : m.make(op, []);
      case 'before':
        return m.gather(x, m.binary('max', m.sub(this.#t, m.size(op.by)), m.constant(0, 'int')), op.axis);
      case 'reduce':
        return this.#reduce(op, x);
      case 'softmax': {
        if (!this.#isOpen(x, op.axis)) return m.make(op, inputs);
        const made = m.make(op, [this.#present(x, op.axis, -Infinity)]);
        return op.log ? made : this.#zeroes(made, op.axis);
      }
      case 'argmax':
        return m.make(op, [this.#isOpen(x, op.axis) ? this.#present(x, op.axis, least(x)) : x]);
      case 'contract':
        return m.make(
          op,
          inputs.map((each) => this.#skipping(each, op.axes, 0)),
        );
      case 'cumsum':
      case 'cumprod':
        return m.make(op, [op.reversed ? this.#skipping(x, [op.axis], op.kind === 'cumsum' ? 0 : 1) : x]);
      case 'shift':
        if (changes(op.by) || (op.circular && this.#isOpen(x, op.axis))) throw new Unsayable();
        return m.make(op, [nonNegative(op.by) ? x : this.#skipping(x, [op.axis], 0)]);
      case 'gather':
        return m.make(op, [x, this.#inside(y, axisOf(typeOf(x), op.axis))]);
      case 'scatter':
        if (op.over.some((id) => this.#isOpen(y, id))) throw new Unsayable();
        return m.make(op, [x, this.#inside(y, op.axis)]);
      case 'slice':
        return this.#slice(op, x);
      case 'random':
        throw new Unsayable();
      default:
        return super.operation({ ...node, op }, inputs);
    }
  }

  #isOpen(x: Node, axis: string): boolean {
    return hasAxis(axesOf(x), axis) && isCapacity(axisOf(typeOf(x), axis));
  }

  /** What is absent along an axis is replaced. */
  #present(x: Node, axis: string, by: number): Node {
    const { m } = this;
    if (by === 0 && this.#isZero(x, axis)) return x;
    const { kind } = typeOf(x).elem;
    const value = kind === 'index' ? this.#int(x) : x;
    const made = m.broadcast(
      m.select(this.#isThere(axisOf(typeOf(x), axis)), value, m.constant(by, kind === 'index' ? 'int' : kind)),
      axesOf(x),
    );
    return by === 0 ? this.#zeroes(made, axis) : made;
  }

  #isThere(axis: Axis): Node {
    return this.m.binary('le', this.#int(this.m.position(axis)), this.#int(this.#t));
  }

  #int(x: Node): Node {
    return typeOf(x).elem.kind === 'int' ? x : this.m.unary('int', x);
  }

  #skipping(x: Node, axes: readonly string[], by: number): Node {
    return axes.filter((id) => this.#isOpen(x, id)).reduce((seen, id) => this.#present(seen, id, by), x);
  }

  #zeroes(made: Node, axis: string): Node {
    const known = this.#cut.get(made) ?? new Set();
    this.#cut.set(made, known.add(axis));
    return made;
  }

  /** Is what is absent along the axis exactly 0? */
  #isZero(x: Node, axis: string): boolean {
    let [node, id] = [x, axis];
    for (;;) {
      const { op, inputs } = node;
      if (this.#cut.get(node)?.has(id) === true) return true;
      if (op.kind === 'append') return op.axis.id === id;
      const isView = op.kind === 'rename' || op.kind === 'broadcast' || op.kind === 'merge' || op.kind === 'split';
      if (!isView) return false;
      if (op.kind === 'rename' && op.to.id === id) id = op.from;
      node = inputs[0]!;
      if (!idsOf(node).includes(id)) return false;
    }
  }

  /** An index that leads nowhere outside where it is absent: kernels refuse such. */
  #inside(index: Node, axis: Axis): Node {
    const open = idsOf(index).filter((id) => id !== axis.id && this.#isOpen(index, id));
    const { m } = this;
    return open.reduce((seen, id) => {
      const there = this.#isThere(axisOf(typeOf(seen), id));
      return m.broadcast(m.select(there, this.#int(seen), m.first(axis)), axesOf(seen));
    }, index);
  }

  #reduce(op: OpOf<'reduce'>, x: Node): Node {
    const { m } = this;
    const open = op.axes.filter((id) => this.#isOpen(x, id));
    if (open.length === 0) return m.make(op, [x]);
    if (op.fn !== 'mean') return m.make(op, [this.#skipping(x, open, neutral(op.fn, x))]);
    const others = op.axes.filter((id) => !open.includes(id));
    const total = m.reduce('sum', this.#skipping(x, open, 0), open);
    const count = m.float(this.#now());
    const mean = open.reduce((sum) => m.div(sum, count), total);
    return others.length === 0 ? mean : m.reduce('mean', mean, others);
  }

  /** Positions from the start on of what has all of them; the capacity may be larger. */
  #slice(op: OpOf<'slice'>, x: Node): Node {
    const { m } = this;
    if (changes(op.start)) throw new Unsayable();
    const from = axisOf(typeOf(x), op.axis);
    if (op.into === null || !isCapacity(op.into) || isCapacity(from)) return m.make(op, [x]);
    const last = m.size(sizes.sub(sizeOf(from.space), sizes.int(1)));
    const place = m.binary('min', m.add(this.#int(m.position(op.into)), m.size(op.start)), last);
    return m.gather(x, m.add(place, m.first(from)), op.axis);
  }

  #now(): Node {
    return this.m.add(this.#int(this.#t), this.m.constant(1, 'int'));
  }

  /** A number that changes from step to step, from the step's. */
  #number(size: Size): Node {
    const { m } = this;
    const other = (): never => {
      throw new Unsayable();
    };
    return foldSize<Node>(size, {
      int: (n) => m.constant(n, 'int'),
      atom: (name) => (name === NOW ? this.#now() : name === BEFORE ? this.#int(this.#t) : m.size(sizes.atom(name))),
      add: (parts) => parts.reduce((a, b) => m.add(a, b)),
      mul: (parts) => parts.reduce((a, b) => m.mul(a, b)),
      pow: (base, n) => Array.from({ length: n - 1 }, () => base).reduce((a, b) => m.mul(a, b), base),
      div: (a, n) => m.binary('quot', a, m.constant(n, 'int')),
      quot: (a, b) => m.binary('quot', a, b),
      fn: other,
    });
  }
}

const isFloat = (x: Node): boolean => typeOf(x).elem.kind === 'float';
const least = (x: Node): number => NEUTRAL.max[isFloat(x) ? 'float' : 'int'];

function neutral(fn: Exclude<OpOf<'reduce'>['fn'], 'mean'>, x: Node): number {
  switch (fn) {
    case 'sum':
    case 'any':
      return 0;
    case 'prod':
    case 'all':
      return 1;
    case 'max':
      return least(x);
    case 'min':
      return NEUTRAL.min[isFloat(x) ? 'float' : 'int'];
  }
}
