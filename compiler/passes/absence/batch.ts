/**
 * 'inlined' to 'batched': inputs get the axis `batch` in front, `size` of a ragged dim becomes arithmetic on lengths, and absence
 * becomes explicit (absence.ts). Absence caused by `where` and by indices outside an axis accompanies a value as bool nodes.
 */
import { GraphError } from '../../graph/errors.ts';
import type { Axis, Dim, Node, OpOf } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, hasAxis, isInner } from '../../graph/spaces.ts';
import { Absence, mayBeEmpty, raggedDims, type Partial } from './absence.ts';
import { Domains } from './domains.ts';
import { runaways } from './growth.ts';
import { shifted } from './batch-shift.ts';
import type { Roots } from '../core/compiled.ts';
import { all, GraphBuilder, unnamed, type Loop } from '../core/graph-builder.ts';
import { axesOf, BATCH } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, Pass, type Facts, type Scan } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { readings, type Reading } from './uses.ts';
import { counters, hasLeft, mayLeave, ranges } from './int32.ts';

export interface BatchOptions {
  /** Names of inputs that all examples share. */
  readonly unbatched?: ReadonlySet<string>;
  /** Ragged dims besides those on axes of the graph: a size may be the only mention of one. */
  readonly ragged?: readonly Dim[];
  /** Are the roots those of one step? Then an example cannot choose outputs that only longer ones have. */
  readonly step?: boolean;
}

/**
 * Whether a step of a loop is before the example's end, whether a position of the loop's axis is (null: always), and whether
 * another step follows.
 */
export interface Ends {
  readonly step: Node | null;
  readonly place: Node | null;
  readonly more: Node;
}

export interface Batched {
  readonly roots: Roots;
  /** Loops by their position node. */
  readonly ends: ReadonlyMap<Node, Ends>;
}

export function batch(roots: Roots, options: BatchOptions = {}): Roots {
  return batchWithEnds(roots, options).roots;
}

/** A root named `logits` is a log-probability up to a constant: where it is absent it becomes -Infinity. */
export function batchWithEnds(roots: Roots, options: BatchOptions = {}): Batched {
  const facts = analyse(roots.values());
  const dims = new Map<string, Dim>();
  for (const dim of options.ragged ?? []) raggedDims({ kind: 'dim', dim }, dims);
  for (const node of facts.nodes) for (const { axes } of node.types) for (const { space } of axes) raggedDims(space, dims);
  const m = new GraphBuilder(algebra);
  const domains = new Domains();
  const absence = new Absence(m, dims, domains);
  const pass = new Batch(m, facts, absence, domains, options.unbatched ?? new Set(), {
    reading: readings(facts, roots),
    counts: counters(facts, roots),
  });
  const made = new Map(
    [...roots].map(([name, node]): [string, Node] => {
      const { value, masks } = pass.partial(node);
      const ends =
        options.step === true
          ? axesOf(value)
              .filter((axis) => absence.ragged(axis))
              .map((axis) => absence.valid(axis))
          : [];
      const present = name === 'logits' ? all(m, [...masks, ...ends]) : null;
      return [name, present === null ? value : m.select(present, value, m.constant(-Infinity))];
    }),
  );
  return { roots: made, ends: new Map([...pass.loops].map(([position, loop]) => [position, endsOf(loop, position, m, absence)])) };
}

function endsOf(loop: OpOf<'scan'>, position: Node, m: GraphBuilder, absence: Absence): Ends {
  const ragged = absence.ragged(loop.axis);
  return {
    step: ragged ? absence.step(position, loop.axis) : null,
    place: ragged ? absence.valid(loop.axis) : null,
    more: another(loop, position, m, absence),
  };
}

/** Whether another step follows. */
function another({ axis, reversed }: OpOf<'scan'>, position: Node, m: GraphBuilder, absence: Absence): Node {
  return reversed ? m.binary('gt', position, m.first(axis)) : absence.before(m.add(position, m.constant(1, 'int')), axis);
}

/** What is known of the whole numbers of the graph. */
interface Wholes {
  readonly reading: (node: Node) => Reading;
  readonly counts: (node: Node) => boolean;
}

class Batch extends Pass {
  /** The loops made so far, by their position node. */
  readonly loops = new Map<Node, OpOf<'scan'>>();
  readonly #absence: Absence;
  readonly #domains: Domains;
  readonly #unbatched: ReadonlySet<string>;
  readonly #masks = new Map<Node, readonly Node[]>();

  readonly #wholes: Wholes;
  readonly #range = ranges();

  constructor(m: GraphBuilder, facts: Facts, absence: Absence, domains: Domains, unbatched: ReadonlySet<string>, wholes: Wholes) {
    super(m, facts);
    this.#wholes = wholes;
    this.#absence = absence;
    this.#domains = domains;
    this.#unbatched = unbatched;
  }

  partial(node: Node): Partial {
    return { value: this.get(node), masks: this.#masks.get(node) ?? [] };
  }

  #keep(node: Node, { value, masks }: Partial): Node {
    this.#masks.set(node, [...new Set(masks)]);
    return value;
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    this.#masks.delete(node);
    if (op.kind === 'input') {
      const type = node.types[0]!;
      this.m.origin = node.origin;
      return this.#absence.ended(this.m.leaf(op, this.#unbatched.has(op.name) ? type : { ...type, axes: [BATCH, ...type.axes] }));
    }
    const made = yield* super.visit(node);
    if (op.kind === 'result') this.#masks.set(node, this.#emitted.get(node.inputs[0]!)?.get(op.index) ?? []);
    return op.kind === 'result' ? made : yield* this.#checked(node, made);
  }

  /** A whole number that may leave int32 is checked where it is present, and where an `if` or a `where` lets it be read. */
  *#checked(node: Node, made: Node): Making<Node> {
    const { m } = this;
    const inputs = node.inputs.map((each) => this.memo.get(each)!);
    const { op } = node;
    if (!mayLeave(op, node, inputs, this.#range) || this.#wholes.counts(node)) return made;
    // A value outside a loop is computed once: no step's condition applies to it.
    const loops = this.facts.loopsOf(node);
    const reading = this.#wholes.reading(node);
    const uses = reading.uses.filter(({ condition }) => [...this.facts.loopsOf(condition)].every((loop) => loops.has(loop)));
    const conditions = yield* this.all(uses.map(({ condition }) => condition));
    m.origin = unnamed(node.origin);
    const partials = node.inputs.map((each, k): Partial => ({ value: inputs[k]!, masks: this.#masks.get(each) ?? [] }));
    const masks = this.#masks.get(node)!;
    const isDivision = (op.kind === 'binary' && op.fn === 'quot') || (op.kind === 'unary' && op.fn === 'floor');
    // In a scatter, the positions are kept as they are.
    const isNumber = (value: Node, k: number): boolean => typeOf(value).elem.kind === 'int' && (op.kind !== 'scatter' || k === 0);
    const rough = isDivision
      ? made
      : this.#lower(
          node,
          partials.map(({ value, masks: own }, k) => ({ value: isNumber(value, k) ? m.float(value) : value, masks: own })),
        ).value;
    const wrong = hasLeft(m, op, made, rough, inputs);
    const read = conditions.map((condition, k) => (uses[k]!.holds ? condition : m.unary('not', condition)));
    const present = this.#absence.presence({
      value: wrong,
      masks: [...masks, ...read, ...this.#steps(wrong, reading), ...uses.flatMap(({ condition }) => this.#masks.get(condition) ?? [])],
    });
    m.origin = node.origin;
    return m.make({ kind: 'check', what: 'a whole number leaves int32 here, or is divided by 0' }, [
      made,
      present === null ? wrong : m.binary('and', wrong, present),
    ]);
  }

  /** For the loops around a value: this step is before the example's end and, for a next state, another step follows. */
  #steps(value: Node, { next }: Reading): readonly Node[] {
    return [...this.m.loopsOf(value)].flatMap((position) => {
      const op = this.loops.get(position);
      if (op === undefined) return [];
      const before = this.#absence.ragged(op.axis) ? [this.#absence.before(position, op.axis)] : [];
      return op === next?.op ? [...before, another(op, position, this.m, this.#absence)] : before;
    });
  }

  protected override operation(node: Node, values: readonly Node[]): Node {
    const inputs = node.inputs.map((each, k): Partial => ({ value: values[k]!, masks: this.#masks.get(each) ?? [] }));
    return this.#keep(node, this.#lower(node, inputs));
  }

  #lower(node: Node, inputs: readonly Partial[]): Partial {
    const { m } = this;
    const { op } = node;
    const absence = this.#absence;
    const [x, y] = [inputs[0]!, inputs[1]!];
    const plain = (): Partial => ({
      value: m.make(
        op,
        inputs.map(({ value }) => value),
      ),
      masks: inputs.flatMap(({ masks }) => masks),
    });
    switch (op.kind) {
      case 'size':
        return { value: absence.number(op.size), masks: [] };
      case 'random':
        return {
          value: m.make(
            { ...op, axes: [BATCH, ...op.axes] },
            inputs.map(({ value }) => value),
          ),
          masks: [],
        };
      case 'unary':
      case 'binary': {
        const weak = this.#domains.weak({ op, inputs: inputs.map(({ value }) => value), types: node.types });
        if (weak === null) return plain();
        const held = inputs.map((each, k) => (k === weak.operand ? absence.sanitised(each, weak.harmless) : each.value));
        return { value: m.make(op, held), masks: inputs.flatMap(({ masks }) => masks) };
      }
      case 'where':
        return { value: x.value, masks: [...x.masks, y.value, ...y.masks] };
      case 'otherwise': {
        const present = all(m, x.masks);
        if (present === null) return { value: x.value, masks: [] };
        return { value: absence.filled(x, y.value), masks: y.masks.map((mask) => m.binary('or', present, mask)) };
      }
      case 'reduce':
        return absence.reduce(op.fn, x, op.axes);
      case 'across':
        return { value: absence.across(op.fn, x, op.axes), masks: [] };
      case 'softmax':
        return absence.softmax(x, op.axis, op.log);
      case 'argmax':
        return absence.argmax(x, op.axis);
      case 'contract':
        return absence.contract(x, y, op.axes);
      case 'cumsum': {
        const { ending } = absence.part(x.masks, [], [op.axis]);
        const from = op.reversed || ending.length > 0 ? absence.zeroed(x, [op.axis]) : { value: x.value, masks: x.masks };
        return { value: m.make(op, [from.value]), masks: from.masks };
      }
      case 'cumprod': {
        const from = absence.neutral(x, [op.axis], 1, op.reversed);
        return { value: m.make(op, [from.value]), masks: from.masks };
      }
      case 'gather':
        return this.#gather(op, x, y);
      case 'scatter': {
        const from = absence.zeroed({ value: x.value, masks: [...x.masks, ...y.masks] }, op.over);
        const ends = axesOf(y.value).filter(
          (axis) => op.over.includes(axis.id) && !hasAxis(axesOf(x.value), axis.id) && absence.ragged(axis),
        );
        const valid = all(
          m,
          ends.map((axis) => absence.valid(axis)),
        );
        const dropped = (keep: Node | null, g: Node): Node =>
          keep === null ? g : m.select(keep, g, m.constant(0, typeOf(g).elem.kind === 'float' ? 'float' : 'int'));
        const g = dropped(valid, from.value);
        if (typeOf(y.value).elem.kind === 'index') return { value: m.make(op, [g, y.value]), masks: from.masks };
        // Kernels write wherever an int points, even into another example or outside the tensor: such an element is made to add 0
        // to an existing position.
        return { value: m.make(op, [dropped(absence.inside(y.value, op.axis), g), absence.clamp(y.value, op.axis)]), masks: from.masks };
      }
      case 'concat':
        return this.#concat(op, inputs);
      case 'slice':
        return this.#slice(op, x);
      case 'rename':
        return this.#move(x, (node) => (hasAxis(axesOf(node), op.from) ? m.make(op, [node]) : node));
      case 'merge':
        return this.#merge(op, x);
      case 'split':
        return this.#split(op, x);
      case 'broadcast': {
        const gained = axesOf(x.value).filter((axis) => !hasAxis(op.axes, axis.id));
        return { value: m.broadcast(x.value, [...gained, ...op.axes]), masks: x.masks };
      }
      default:
        return plain();
    }
  }

  #move(x: Partial, change: (node: Node) => Node): Partial {
    return this.#absence.move(x, change);
  }

  #gather(op: OpOf<'gather'>, t: Partial, i: Partial): Partial {
    const { m } = this;
    const axis = axisOf(typeOf(t.value), op.axis);
    const near = i.masks.length > 0 ? null : shifted(m, this.#absence, t, i.value, axis, op.inside);
    if (near !== null) return near;
    // At a padded position of the outer dim the inner one has no positions.
    const at = op.inside && !isInner(axis.space) ? i.value : this.#absence.clamp(i.value, axis);
    const moved = this.#move(t, (node) => (hasAxis(axesOf(node), op.axis) ? m.gather(node, at, op.axis) : node));
    const test = op.inside ? [] : [this.#absence.inside(i.value, axis)];
    return { value: moved.value, masks: [...moved.masks, ...i.masks, ...test] };
  }

  /** A ragged part that is not the last leaves a gap of padding: then each part is read at its own positions instead. */
  #concat(op: OpOf<'concat'>, inputs: readonly Partial[]): Partial {
    const { m } = this;
    const absence = this.#absence;
    const parts = op.parts.map((id, k) => (id === null ? null : axisOf(typeOf(inputs[k]!.value), id)));
    const gaps = parts.slice(0, -1).some((axis) => axis !== null && absence.ragged(axis));
    const join = (nodes: readonly Node[]): Node => {
      const ids = parts.map((axis, k) => (axis !== null && hasAxis(axesOf(nodes[k]!), axis.id) ? axis : null));
      if (!gaps) return m.make({ ...op, parts: ids.map((axis) => axis?.id ?? null) }, nodes);
      const place = m.position(op.axis);
      const first = m.first(op.axis);
      let start: Node = first;
      const ends: Node[] = [];
      const read = nodes.map((node, k) => {
        const axis = parts[k];
        const from = start;
        start = m.add(start, axis === null ? m.constant(1, 'int') : absence.length(axis!));
        ends.push(start);
        if (ids[k] === null || axis === null) return node;
        const at = m.add(m.sub(place, from), m.first(axis!));
        return m.gather(node, absence.clamp(at, axis!), axis!.id);
      });
      return read.reduceRight((later, node, k) => m.select(m.binary('lt', place, ends[k]!), node, later));
    };
    const value = join(inputs.map((input) => input.value));
    if (inputs.every(({ masks }) => masks.length === 0)) return { value, masks: [] };
    const present = inputs.map(({ masks }, k) => {
      const mask = all(m, masks) ?? m.constant(1, 'bool');
      const axis = parts[k];
      // Joined along positions: every part has its own.
      return axis === null || hasAxis(axesOf(mask), axis!.id) ? mask : m.broadcast(mask, [axis!, ...axesOf(mask)]);
    });
    return { value, masks: [join(present)] };
  }

  #slice(op: OpOf<'slice'>, x: Partial): Partial {
    const { m } = this;
    const absence = this.#absence;
    const axis = axisOf(typeOf(x.value), op.axis);
    if (!absence.differs(op.start)) return this.#move(x, (node) => (hasAxis(axesOf(node), op.axis) ? m.make(op, [node]) : node));
    const first = m.add(absence.number(op.start), m.first(axis));
    const at = op.into === null ? first : m.add(first, m.sub(m.position(op.into), m.first(op.into)));
    const inside = absence.clamp(at, axis);
    return this.#move(x, (node) => (hasAxis(axesOf(node), op.axis) ? m.gather(node, inside, op.axis) : node));
  }

  /** Row-major over the positions that exist: with a ragged inner axis, rows have the example's own length. */
  #merge(op: OpOf<'merge'>, x: Partial): Partial {
    const { m } = this;
    const absence = this.#absence;
    const merged = op.axes.map((id) => axisOf(typeOf(x.value), id));
    const whole = (node: Node): Node => {
      const missing = merged.filter((axis) => !hasAxis(axesOf(node), axis.id));
      return missing.length === 0 ? node : m.broadcast(node, [...axesOf(node), ...missing]);
    };
    const touched = (node: Node): boolean => merged.some((axis) => hasAxis(axesOf(node), axis.id));
    if (!merged.slice(1).some((axis) => absence.ragged(axis)))
      return this.#move(x, (node) => (touched(node) ? m.make(op, [whole(node)]) : node));
    let rest: Node = m.unary('int', m.position(op.into));
    const places = new Map<Axis, Node>();
    for (const axis of [...merged].reverse()) {
      const length = mayBeEmpty(axis.space) ? m.binary('max', absence.length(axis), m.constant(1, 'int')) : absence.length(axis);
      const place = axis === merged[0] ? rest : m.binary('mod', rest, length);
      places.set(axis, absence.clamp(m.add(place, m.first(axis)), axis));
      rest = m.binary('quot', rest, length);
    }
    return this.#move(x, (node) =>
      touched(node) ? [...places].reduce((t, [axis, at]) => (hasAxis(axesOf(t), axis.id) ? m.gather(t, at, axis.id) : t), node) : node,
    );
  }

  /** The inverse: with a ragged inner part, each row begins where the example's own length says. */
  #split(op: OpOf<'split'>, x: Partial): Partial {
    const { m } = this;
    const absence = this.#absence;
    if (!op.into.slice(1).some((axis) => absence.ragged(axis)))
      return this.#move(x, (node) => (hasAxis(axesOf(node), op.axis) ? m.make(op, [node]) : node));
    const whole = axisOf(typeOf(x.value), op.axis);
    const [first, ...rest] = op.into.map((axis) => m.sub(m.position(axis), m.first(axis)));
    const place = rest.reduce((outer, inner, k) => m.add(m.mul(outer!, absence.length(op.into[k + 1]!)), inner), first);
    const at = absence.clamp(m.add(place!, m.first(whole)), whole);
    return this.#move(x, (node) => (hasAxis(axesOf(node), op.axis) ? m.gather(node, at, op.axis) : node));
  }

  /**
   * A step beyond the example's end must not change a state that is read later: a reversed loop meets the padding first and keeps
   * the initial state through it; a forward loop runs on, and its final state is read at the last position instead. If a state
   * could diverge then (growth.ts), it enters such steps as 0.
   */
  protected override *scan(node: Scan): Making<ReadonlyMap<number, Node>> {
    const { op } = node;
    const { m } = this;
    const { axis, region } = op;
    const absence = this.#absence;
    const ragged = absence.ragged(axis);
    const used = this.facts.results.get(node)!;
    const states = this.neededStates(node);
    yield* this.all(states.map((k) => node.inputs[region.xs.length + k]!));
    const inits = states.map((k) => this.#whole(node.inputs[region.xs.length + k]!, 'initial state'));
    const emits = this.neededEmits(node);
    const isFloat = (k: number): boolean => typeOf(region.states[k]!).elem.kind === 'float';
    const frozen = (k: number): boolean => ragged && (op.reversed || (used.has(k) && !isFloat(k)));
    const runsAway = ragged && !op.reversed ? runaways(node, this.facts) : (): boolean => false;
    const lasts = ragged ? states.filter((k) => used.has(k) && !frozen(k)) : [];
    m.origin = node.origin;
    let masked: { readonly emit: number; readonly mask: Node }[] = [];
    const self = this;
    const made = yield* m.scanning(axis, op.reversed, inits, function* (loop) {
      self.forget(node);
      self.loops.set(loop.position, op);
      yield* self.bind(node, loop, states);
      for (const [j, k] of states.entries()) {
        if (isFloat(k) && runsAway(k))
          self.set(region.states[k]!, m.select(absence.step(loop.position, axis), loop.states[j]!, m.constant(0)));
      }
      const nexts: Node[] = [];
      for (const [j, k] of states.entries()) {
        yield* self.one(region.nexts[k]!);
        const next = self.#whole(region.nexts[k]!, 'next state');
        nexts.push(frozen(k) ? m.select(absence.step(loop.position, axis), next, loop.states[j]!) : next);
      }
      yield* self.all(emits.map((k) => region.emits[k]!));
      const values = emits.map((k) => self.partial(region.emits[k]!));
      masked = values.flatMap(({ masks }, emit) => masks.map((mask) => ({ emit, mask })));
      return {
        nexts,
        emits: [...values.map(({ value }) => value), ...masked.map(({ mask }) => mask), ...lasts.map((k) => nexts[states.indexOf(k)]!)],
      };
    });
    const results = new Map<number, Node>();
    states.forEach((k, j) =>
      results.set(
        k,
        lasts.includes(k) ? this.#last(made.emits[emits.length + masked.length + lasts.indexOf(k)]!, inits[j]!, axis) : made.finals[j]!,
      ),
    );
    emits.forEach((k, j) => results.set(region.states.length + k, made.emits[j]!));
    this.#emitted.set(
      node,
      new Map(
        emits.map((k, emit) => [
          region.states.length + k,
          masked.flatMap((each, j) => (each.emit === emit ? [made.emits[emits.length + j]!] : [])),
        ]),
      ),
    );
    return results;
  }

  protected override enter(x: Node, sequence: Node, loop: Loop, axis: Axis): void {
    const { value, masks } = this.partial(sequence);
    this.set(x, this.stepOf(x, value, loop));
    this.#masks.set(
      x,
      masks.map((mask) => (hasAxis(axesOf(mask), axis.id) ? loop.scanned(mask) : mask)),
    );
  }

  readonly #emitted = new Map<Node, ReadonlyMap<number, readonly Node[]>>();

  /** States are never absent (semantics 4.5). */
  #whole(node: Node, what: string): Node {
    const { value, masks } = this.partial(node);
    if (masks.length > 0) throw new GraphError(`${what} %${node.id} may be absent`);
    return value;
  }

  /** The value at the example's last position; for an empty axis the initial state. */
  #last(emitted: Node, init: Node, axis: Axis): Node {
    const { m } = this;
    const length = this.#absence.length(axis);
    const last = m.add(length, m.first(axis, -1));
    const value = m.contract(m.make({ kind: 'onehot', axis }, [last]), emitted, [axis.id]);
    return mayBeEmpty(axis.space) ? m.select(m.binary('gt', length, m.constant(0, 'int')), value, init) : value;
  }
}
