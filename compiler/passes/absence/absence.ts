/**
 * Presence as explicit bool nodes (semantics 4): lengths of spaces, masks of ragged ends, tests of positions, and the reductions
 * that skip what is absent. In a batch a ragged axis is a valid prefix of a padded one; padding holds arbitrary finite values.
 */
import { atomOf, atomsOf, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import type { AcrossFn, Axis, Dim, Node, Space } from '../../graph/graph.ts';
import { hasAxis, innerDims, isRagged, join as joined, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { GraphError } from '../../graph/errors.ts';
import { folded } from '../../graph/fold.ts';
import type { Domains } from './domains.ts';
import { all, unnamed, type GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, BATCH, isSlots } from '../core/axes.ts';
import { numberOf } from '../core/number.ts';
import { literal } from '../core/algebra.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { keepsZero } from '../../graph/operations/unary.ts';

/** The neutral element of a maximum (minimum) over numbers of each kind: no legal number stands for absence. */
export const NEUTRAL = {
  max: { float: -Infinity, int: -(2 ** 31) },
  min: { float: Infinity, int: 2 ** 31 - 1 },
} as const;

/** A value, and the masks that `where` or indices outside an axis put on it: a position is absent where any mask is false. */
export interface Partial {
  readonly value: Node;
  readonly masks: readonly Node[];
}

/** The ragged dims in a space, by the atom of their size. */
export function raggedDims(space: Space, into: Map<string, Dim>): void {
  if (space.kind === 'cat' || space.kind === 'merge') for (const part of space.parts) raggedDims(part, into);
  if (space.kind !== 'dim' || !space.dim.ragged) return;
  const atom = atomOf(space.dim.size);
  if (atom !== null) into.set(atom, space.dim);
}

export function mayBeEmpty(space: Space): boolean {
  switch (space.kind) {
    // A padded position of the outer dim has no positions of the inner one.
    case 'dim':
      return space.dim.ragged && (space.dim.mayBeEmpty || space.dim.inside !== undefined);
    case 'cat':
      return space.parts.every(mayBeEmpty);
    case 'merge':
      return space.parts.some(mayBeEmpty);
    case 'anon':
      return false;
  }
}

/** A value along one axis. */
interface Along {
  readonly node: Node;
  readonly axis: string;
}

/** Operands that make a value 0 in the padding: any one of them, or for a `concat` all together. */
function passing({ node: { op, inputs }, axis }: Along): readonly Along[] {
  const having = (): readonly Along[] => inputs.filter((x) => hasAxis(axesOf(x), axis)).map((node): Along => ({ node, axis }));
  switch (op.kind) {
    case 'rename':
      return [{ node: inputs[0]!, axis: op.to.id === axis ? op.from : axis }];
    case 'binary':
      return op.fn === 'mul' ? having() : [];
    case 'contract':
      return having();
    case 'unary':
      return op.fn === 'neg' || op.fn === 'float' || op.fn === 'stop' ? [{ node: inputs[0]!, axis }] : [];
    case 'concat':
      return op.axis.id !== axis && having().length === inputs.length ? having() : [];
    // A shift to earlier positions moves only padding into padding.
    case 'shift':
      return op.axis !== axis || (!op.circular && nonNegative(sizes.sub(sizes.int(0), op.by))) ? [{ node: inputs[0]!, axis }] : [];
    default:
      return [];
  }
}

/** Operands that may make a value 0 where a mask is false. */
function keepingZero({ op, inputs }: Node): readonly Node[] {
  switch (op.kind) {
    case 'unary':
      return keepsZero(op.fn) ? inputs : [];
    case 'binary':
      return BINARY[op.fn].zeroOfZeros ? inputs : [];
    case 'select':
      return literal(inputs[2]!) === 0 ? [inputs[1]!] : [];
    case 'contract':
    case 'broadcast':
      return inputs;
    default:
      return [];
  }
}

export class Absence {
  readonly #m: GraphBuilder;
  readonly #dims: ReadonlyMap<string, Dim>;
  /** Axes along which a node is exactly 0 in the padding. */
  readonly #zero = new Map<Node, Set<string>>();
  readonly #domains: Domains;
  /** By value and mask, whether the value is exactly 0 wherever the mask is false. */
  readonly #zeroWhere = new Map<Node, Map<Node, boolean>>();
  /** By position node, loops over ragged axes: their steps beyond an example's end compute arbitrary values. */
  readonly #steps = new Map<Node, Axis>();

  constructor(m: GraphBuilder, dims: ReadonlyMap<string, Dim>, domains: Domains) {
    this.#m = m;
    this.#domains = domains;
    this.#dims = dims;
  }

  // -------------------------------------------------------------- lengths

  /** int: this example's own size; `[batch]` where it differs between examples. */
  number(size: Size, within: ReadonlyMap<string, Axis> = new Map()): Node {
    const m = this.#m;
    if (!this.differs(size)) return m.size(size);
    return numberOf(m, size, (name) => {
      const dim = this.#dims.get(name);
      if (dim === undefined) return null;
      const outer = within.get(dim.id);
      if (dim.inside !== undefined && outer === undefined) throw new GraphError(`${dim.id} stands without ${dim.inside.id}`);
      return m.leaf({ kind: 'length', dim }, { elem: { kind: 'int' }, axes: outer === undefined ? [BATCH] : [BATCH, outer], masks: [] });
    });
  }

  differs(size: Size): boolean {
    return [...atomsOf(size)].some((atom) => this.#dims.has(atom));
  }

  ragged(axis: Axis): boolean {
    return !isSlots(axis.space) && (isRagged(axis.space) || this.differs(sizeOf(axis.space)));
  }

  length(axis: Axis): Node {
    return this.numberOn(sizeOf(axis.space), axis);
  }

  /** A size computed from the lengths along the axis. */
  numberOn(size: Size, axis: Axis): Node {
    return this.number(size, new Map(innerDims(axis.space).map(({ dim, within }) => [dim.id, within])));
  }

  // -------------------------------------------------------------- masks

  /** bool [batch, axis]: before the example's end. One node for each axis. */
  valid(axis: Axis): Node {
    return this.before(this.#m.position(axis), axis);
  }

  /** bool [batch]: whether this step of a loop over a ragged axis is before the example's end. */
  step(position: Node, axis: Axis): Node {
    this.#steps.set(position, axis);
    return this.before(position, axis);
  }

  /** bool: whether the position is before the example's end. */
  before(place: Node, axis: Axis): Node {
    const m = this.#m;
    const end = startsAtZero(axis.space) ? this.length(axis) : m.add(this.length(axis), m.first(axis));
    return m.binary('lt', place, end);
  }

  inside(i: Node, axis: Axis): Node {
    return this.#m.isInside(i, axis, this.length(axis));
  }

  /** The nearest position that exists; in an empty axis the first. */
  clamp(i: Node, axis: Axis): Node {
    const m = this.#m;
    const length = this.length(axis);
    const last = m.add(mayBeEmpty(axis.space) ? m.binary('max', length, m.constant(1, 'int')) : length, m.first(axis, -1));
    return m.binary('min', m.binary('max', i, m.first(axis)), last);
  }

  /** Everything that decides whether a position of the value exists: masks, ragged ends, and ends of the loops around it. */
  presence({ value, masks }: Partial): Node | null {
    const ends = axesOf(value)
      .filter((axis) => this.ragged(axis))
      .map((axis) => this.valid(axis));
    const steps = [...this.#m.loopsOf(value)].flatMap((position) => {
      const axis = this.#steps.get(position);
      return axis === undefined ? [] : [this.step(position, axis)];
    });
    return all(this.#m, [...masks, ...ends, ...steps]);
  }

  /** `x` with a harmless value where it is absent: for operations that are not finite everywhere. */
  sanitised(x: Partial, harmless: number): Node {
    const present = this.presence(x);
    return present === null ? x.value : this.#m.select(present, x.value, this.#m.constant(harmless));
  }

  // -------------------------------------------------------------- zero in the padding

  markZero(node: Node, axis: string): void {
    this.#zero.set(node, new Set([...(this.#zero.get(node) ?? []), axis]));
  }

  isZero(node: Node, axis: string): boolean {
    const isMarked = ({ node: x, axis: along }: Along): boolean => this.#zero.get(x)?.has(along) === true;
    const of = folded<Along, boolean>(
      (at) => (isMarked(at) ? [] : passing(at)),
      (at, zero) => {
        if (isMarked(at)) return true;
        const from = passing(at);
        return at.node.op.kind === 'concat' ? from.length > 0 && from.every(zero) : from.some(zero);
      },
      ({ node: x, axis: along }) => `${x.id} ${along}`,
    );
    return of({ node, axis });
  }

  /** A float input: its padding may hold anything, and is set to 0 here. */
  ended(x: Node): Node {
    const m = this.#m;
    const ends = axesOf(x).filter((axis) => this.ragged(axis));
    m.origin = unnamed(x.origin);
    const present =
      x.types[0]!.elem.kind === 'float' && hasAxis(axesOf(x), BATCH.id)
        ? all(
            m,
            ends.map((axis) => this.valid(axis)),
          )
        : null;
    if (present === null) return x;
    m.origin = x.origin;
    const made = m.select(present, x, m.constant(0));
    for (const { id } of ends) this.markZero(made, id);
    return made;
  }

  /** `x` with zeros in the padding of a ragged axis. */
  zeroAt(x: Node, axis: Axis): Node {
    if (this.isZero(x, axis.id)) return x;
    const made = this.#m.select(this.valid(axis), x, this.#m.constant(0));
    this.markZero(made, axis.id);
    return made;
  }

  // -------------------------------------------------------------- zero where absent

  markZeroWhere(node: Node, mask: Node): void {
    const known = this.#zeroWhere.get(node);
    if (known === undefined) this.#zeroWhere.set(node, new Map([[mask, true]]));
    else known.set(mask, true);
  }

  /** If so, an operation that counts absent elements as 0 needs no select. */
  isZeroWhere(node: Node, mask: Node): boolean {
    const known = this.#zeroWhere.get(node)?.get(mask);
    if (known !== undefined) return known;
    const next = (x: Node): readonly Node[] => (this.#zeroWhere.get(x)?.has(mask) === true ? [] : keepingZero(x));
    return folded<Node, boolean>(next, (x, zero) => {
      const all = this.#zeroWhere.get(x) ?? new Map<Node, boolean>();
      const found = all.get(mask) ?? this.#keepsZeroWhere(x, mask, zero);
      this.#zeroWhere.set(x, all.set(mask, found));
      return found;
    })(node);
  }

  #keepsZeroWhere({ op, inputs }: Node, mask: Node, zero: (x: Node) => boolean): boolean {
    switch (op.kind) {
      case 'unary':
        return keepsZero(op.fn) && zero(inputs[0]!);
      case 'binary':
        return op.fn === 'mul' || op.fn === 'and'
          ? this.#hasZero(inputs, zero)
          : (op.fn === 'add' || op.fn === 'sub' || op.fn === 'or') && inputs.every(zero);
      case 'select':
        return literal(inputs[2]!) === 0 && (inputs[0] === mask || implies(inputs[0]!, mask) || zero(inputs[1]!));
      case 'contract':
        return !axesOf(mask).some(({ id }) => op.axes.includes(id)) && this.#hasZero(inputs, zero);
      case 'broadcast':
        return zero(inputs[0]!);
      default:
        return false;
    }
  }

  /** 0 times any finite number is 0. */
  #hasZero([a, b]: readonly Node[], zero: (x: Node) => boolean): boolean {
    return (zero(a!) && this.#domains.isTame(b!)) || (zero(b!) && this.#domains.isTame(a!));
  }

  /** Applies a change of axes to the value and its masks alike. */
  move({ value, masks }: Partial, change: (node: Node) => Node): Partial {
    const made = change(value);
    return {
      value: made,
      masks: masks.map((mask) => {
        const moved = change(mask);
        if (this.isZeroWhere(value, mask)) this.markZeroWhere(made, moved);
        return moved;
      }),
    };
  }

  /** The masks that matter where an absent element counts as 0. */
  #relevant(value: Node, masks: readonly Node[]): readonly Node[] {
    return masks.filter((mask) => !this.isZeroWhere(value, mask));
  }

  /** `by` where x is absent. */
  filled(x: Partial, by: Node): Node {
    const m = this.#m;
    const left = literal(by) === 0 ? this.#relevant(x.value, x.masks) : x.masks;
    const present = all(m, left);
    if (present !== null) return m.select(present, x.value, by);
    const value = by.types[0]!.elem.kind === 'float' ? m.float(x.value) : x.value;
    return m.broadcast(value, joined(axesOf(value), axesOf(by)));
  }

  // -------------------------------------------------------------- reductions

  /** What a reduction over `over` skips: the masks that meet it, and its ragged ends. */
  part(
    masks: readonly Node[],
    axes: readonly Axis[],
    over: readonly string[],
  ): { readonly ending: readonly Node[]; readonly ends: readonly Axis[]; readonly staying: readonly Node[] } {
    const meets = (mask: Node): boolean => axesOf(mask).some(({ id }) => over.includes(id));
    return {
      ending: masks.filter(meets),
      ends: axes.filter((axis) => over.includes(axis.id) && this.ragged(axis)),
      staying: masks.filter((mask) => !meets(mask)),
    };
  }

  reduce(fn: 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all', { value, masks }: Partial, over: readonly string[]): Partial {
    const m = this.#m;
    const axes = axesOf(value);
    const { ending, ends, staying } = this.part(masks, axes, over);
    if (ending.length === 0 && ends.length === 0) return { value: m.reduce(fn, value, over), masks: staying };
    const present = all(m, [...ending, ...ends.map((axis) => this.valid(axis))])!;
    const empty = ending.length > 0 || ends.some((axis) => mayBeEmpty(axis.space));
    const int = value.types[0]!.elem.kind !== 'float';
    const kind = int ? 'int' : 'float';
    const skip = (neutral: number): Node => m.select(present, value, m.constant(neutral, kind));
    const done = (node: Node): Partial => ({ value: node, masks: staying });
    switch (fn) {
      case 'sum':
        return done(m.sum(this.zeroed({ value, masks: ending }, over).value, over));
      case 'mean': {
        const total = this.reduce('sum', { value: m.float(value), masks }, over);
        return done(
          m.div(
            total.value,
            this.#count(
              present,
              ending,
              axes.filter(({ id }) => over.includes(id)),
              empty,
            ),
          ),
        );
      }
      case 'max':
      case 'min': {
        const found = m.reduce(fn, skip(NEUTRAL[fn][kind]), over);
        return done(empty ? m.select(this.#any(present, over), found, m.constant(0, kind)) : found);
      }
      case 'prod':
        return done(m.reduce('prod', skip(1), over));
      case 'any':
        return done(m.reduce('any', m.binary('and', present, value), over));
      case 'all':
        return done(m.reduce('all', m.binary('or', m.unary('not', present), value), over));
    }
  }

  /** Over the axes and the examples, of the elements present in them. */
  across(fn: AcrossFn, { value: x, masks }: Partial, axes: readonly string[]): Node {
    const m = this.#m;
    const over = [BATCH.id, ...axes];
    const value = hasAxis(axesOf(x), BATCH.id) ? x : m.broadcast(x, [BATCH, ...axesOf(x)]);
    const reduced = axesOf(value).filter(({ id }) => over.includes(id));
    const present = all(m, [...masks, ...reduced.filter((axis) => this.ragged(axis)).map((axis) => this.valid(axis))]);
    const kind = value.types[0]!.elem.kind === 'float' ? 'float' : 'int';
    if (present === null) return m.reduce(fn, fn === 'mean' ? m.float(value) : value, over);
    const skip = (by: number): Node => m.select(present, value, m.constant(by, kind));
    if (fn === 'sum') return m.sum(skip(0), over);
    const [told, untold] = [
      reduced.filter(({ id }) => hasAxis(axesOf(present), id)),
      reduced.filter(({ id }) => !hasAxis(axesOf(present), id)),
    ];
    if (fn !== 'mean') {
      const found = m.reduce(fn, skip(NEUTRAL[fn][kind]), over);
      return m.select(this.#any(present, over), found, m.constant(0, kind));
    }
    const counted = m.sum(
      m.float(present),
      told.map(({ id }) => id),
    );
    const count = untold.reduce((n, axis) => m.mul(n, m.float(m.size(sizeOf(axis.space)))), counted);
    return m.div(m.sum(m.float(skip(0)), over), m.binary('max', count, m.constant(1)));
  }

  #any(present: Node, over: readonly string[]): Node {
    return this.#m.reduce(
      'any',
      present,
      axesOf(present).flatMap(({ id }) => (over.includes(id) ? [id] : [])),
    );
  }

  /** float: the number of present positions, at least 1. */
  #count(present: Node, ending: readonly Node[], over: readonly Axis[], empty: boolean): Node {
    const m = this.#m;
    const inner = over.filter((axis) => innerDims(axis.space).some(({ within }) => hasAxis(over, within.id)));
    const masked = ending.length > 0 || inner.length > 0 ? over.filter((axis) => hasAxis(axesOf(present), axis.id)) : [];
    const counted =
      masked.length > 0
        ? [
            m.sum(
              m.float(present),
              masked.map(({ id }) => id),
            ),
          ]
        : [];
    const lengths = over.filter((axis) => !masked.includes(axis)).map((axis) => m.float(this.length(axis)));
    const count = [...counted, ...lengths].reduce((a, b) => m.mul(a, b));
    return empty ? m.binary('max', count, m.constant(1)) : count;
  }

  softmax({ value, masks }: Partial, axis: string, log: boolean): Partial {
    const m = this.#m;
    const { ending, ends, staying } = this.part(masks, axesOf(value), [axis]);
    const present = all(m, [...ending, ...ends.map((end) => this.valid(end))]);
    if (present === null) return { value: m.make({ kind: 'softmax', axis, log }, [value]), masks: staying };
    const result = m.make({ kind: 'softmax', axis, log }, [m.select(present, m.float(value), m.constant(-Infinity))]);
    // exp(-Infinity) is exactly 0. A row of nothing else is NaN, which stays between these two selects: the one after it makes
    // the result 0, the one before it does the same to the cotangent.
    const mayBeVoid = ending.length > 0 || ends.some((end) => mayBeEmpty(end.space));
    const made = mayBeVoid || log ? m.select(present, result, m.constant(0)) : result;
    for (const end of ends) this.markZero(made, end.id);
    for (const mask of ending) this.markZeroWhere(made, mask);
    return { value: made, masks: log ? masks : staying };
  }

  argmax({ value, masks }: Partial, axis: string): Partial {
    const m = this.#m;
    const { ending, ends, staying } = this.part(masks, axesOf(value), [axis]);
    const present = all(m, [...ending, ...ends.map((end) => this.valid(end))]);
    const arg = (x: Node): Node => m.make({ kind: 'argmax', axis }, [x]);
    if (present === null) return { value: arg(value), masks: staying };
    const kind = value.types[0]!.elem.kind === 'float' ? 'float' : 'int';
    const found = arg(m.select(present, value, m.constant(NEUTRAL.max[kind], kind)));
    if (ending.length === 0) return { value: found, masks: staying };
    // An absent position may precede present ones that all hold the least number: the result is the first present one.
    return { value: m.select(m.gather(present, found, axis), found, arg(m.float(present))), masks: staying };
  }

  contract(a: Partial, b: Partial, over: readonly string[]): Partial {
    const m = this.#m;
    const { ending: met, ends, staying } = this.part([...a.masks, ...b.masks], axesOf(a.value), over);
    const ending = met.filter((mask) => !this.#hasZero([a.value, b.value], (x) => this.isZeroWhere(x, mask)));
    const left = ends.filter((axis) => !this.isZero(a.value, axis.id) && !this.isZero(b.value, axis.id));
    const present = all(m, [...ending, ...left.map((axis) => this.valid(axis))]);
    if (present === null) return { value: m.contract(a.value, b.value, over), masks: staying };
    // The mask goes on the operand that it makes grow least.
    const cost = (x: Node): number => new Set([...axesOf(x), ...axesOf(present)].map(({ id }) => id)).size;
    const zero = m.constant(0, a.value.types[0]!.elem.kind === 'float' || b.value.types[0]!.elem.kind === 'float' ? 'float' : 'int');
    const [x, y] = cost(a.value) <= cost(b.value) ? [a.value, b.value] : [b.value, a.value];
    // 0 times a value outside its domain would be NaN: such an operand is masked itself, as far as the mask does not make it
    // larger.
    const own = all(m, [
      ...met.filter((mask) => axesOf(mask).every(({ id }) => hasAxis(axesOf(y), id))),
      ...left.filter(({ id }) => hasAxis(axesOf(y), id)).map((axis) => this.valid(axis)),
    ]);
    const other = own === null || this.#domains.isTame(y) ? y : m.select(own, y, zero);
    const relevant = all(m, [
      ...this.#relevant(x, ending),
      ...left.filter((axis) => !this.isZero(x, axis.id)).map((axis) => this.valid(axis)),
    ]);
    const masked = relevant === null ? x : m.select(relevant, x, zero);
    return { value: x === a.value ? m.contract(masked, other, over) : m.contract(other, masked, over), masks: staying };
  }

  /** `by` where x is absent; in the padding of `over` only with `ends`, or where something else is absent too. */
  neutral({ value, masks }: Partial, over: readonly string[], by: number, ends: boolean): Partial {
    const m = this.#m;
    const { ending, ends: ragged, staying } = this.part(masks, axesOf(value), over);
    const present = all(m, [...ending, ...(ends ? ragged.map((axis) => this.valid(axis)) : [])]);
    const kind = value.types[0]!.elem.kind === 'float' ? 'float' : 'int';
    return { value: present === null ? value : m.select(present, value, m.constant(by, kind)), masks: staying };
  }

  /** Absent elements count as 0. */
  zeroed({ value, masks }: Partial, over: readonly string[]): Partial {
    const m = this.#m;
    const { ending: met, ends, staying } = this.part(masks, axesOf(value), over);
    const ending = this.#relevant(value, met);
    const areZero = ending.length === 0 && ends.every((axis) => this.isZero(value, axis.id));
    const present = areZero ? null : all(m, [...ending, ...ends.map((axis) => this.valid(axis))]);
    const zero = m.constant(0, value.types[0]!.elem.kind === 'float' ? 'float' : 'int');
    return { value: present === null ? value : m.select(present, value, zero), masks: staying };
  }
}

/** Whether `mask` is one of the conditions that the node conjoins. */
function implies({ op, inputs }: Node, mask: Node): boolean {
  return op.kind === 'binary' && op.fn === 'and' && inputs.some((each) => each === mask);
}
