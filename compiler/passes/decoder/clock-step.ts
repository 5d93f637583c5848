/**
 * One step along a clock, derived from the computation of all its positions (semantics 8.3). A value over the clock's axis has
 * two forms here: its row at the newest position, which the step computes, and all its rows so far, those kept by earlier steps
 * and the new one. These make up the key/value cache: it keeps the last value that belongs to one position alone, before the view
 * from another position enters; for an attention these are the keys and values after their projections.
 */
import { size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Clocked, Dim, Node, OpOf, Space } from '../../graph/graph.ts';
import { folded } from '../../graph/fold.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, isRagged, without } from '../../graph/spaces.ts';
import { isOf, operands } from '../../graph/walk.ts';
import { batch } from '../absence/batch.ts';
import type { Roots, StepRoots } from '../core/compiled.ts';
import { Inline, Whole } from '../clock/inline.ts';
import { GraphBuilder, type Loop, type LoopBody } from '../core/graph-builder.ts';
import { described, freeName } from '../core/kept.ts';
import { axesOf, BATCH, BEAM, isPositions } from '../core/axes.ts';
import { made, type Making, type Need } from '../core/making.ts';
import { analyse, isRounds, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';
import { NoStep } from './no-step.ts';
import { AtFirst, respace } from '../core/respace.ts';
import { appendToCache, layOutCache } from './cache.ts';
import { algebra } from '../core/algebra.ts';
import { splitMemory } from './step.ts';
import { scanRounds } from '../loops/rounds.ts';
import { tapes } from '../loops/tape.ts';

const POSITION = 't';
const KEPT_IN_LOOP = 'what is to be kept stands inside a loop along another axis';

export interface ClockStepOptions {
  /** The axis of the hypotheses that a step advances; null: none. */
  readonly beam: Axis | null;
  readonly ragged: readonly Dim[];
  readonly optimise: (roots: Roots) => Roots;
}

/**
 * `prepare` and `step` in the 'batched' dialect. Inputs of the step: `place.<name>`, `state.<name>`, `memory.<k>`, `t`; roots:
 * the outputs by name, `state.<name>`. A state that is a cache is an `append`, and is not prepared: it begins empty.
 */
export function deriveClockStep(clocked: Clocked, { beam, ragged, optimise }: ClockStepOptions): StepRoots {
  const whole = optimise(batch(tapes(respace(scanRounds(opened(clocked)), clocked.axis.space)), { ragged, step: true }));
  const steps = new Steps(whole, clocked, beam);
  const outputs = mapRoots(whole, (node) => steps.row(clocked.axis.id).get(node));
  const roots = new Map([...layOutCache(optimise(new Map([...outputs, ...steps.nexts()]))), ...optimise(steps.inits())]);
  const orders = new Map(
    [...clocked.outputs].map(([name, node]): [string, readonly Axis[]] => [name, rowAxes(node, clocked.axis, whole.get(name)!)]),
  );
  return splitMemory(roots, {
    beam,
    orders: new Map([...orders, ...steps.orders()]),
    isStep: (name) => name === POSITION || name.startsWith('place.') || name.startsWith('state.'),
  });
}

/** The outputs for all positions at once, with masks for what each position may see; the arguments are inputs `place.<name>`. */
function opened({ axis, args, outputs }: Clocked): Roots {
  const m = new GraphBuilder();
  const whole = new Whole();
  whole.openRegion(outputs.values(), axis.space);
  const inline = new Inline(m, analyse(outputs.values()), [], whole);
  for (const { name, node } of args) {
    m.origin = node.origin;
    inline.set(node, m.leaf({ kind: 'input', name: `place.${name}` }, typeOf(node)));
  }
  return mapRoots(outputs, (node) => inline.get(node));
}

/** In the order of the output's type, without the clock's axis. */
function rowAxes(output: Node, axis: Axis, made: Node): readonly Axis[] {
  return without(typeOf(output).axes, [axis.id]).flatMap(({ id }) => axesOf(made).filter((own) => own.id === id));
}

const positionsOf = (node: Node): readonly Axis[] => node.types.flatMap(({ axes }) => axes.filter(isPositions));

/** Is it a result of a loop along the clock, which continues from step to step, or what one over rounds results in or carries? */
function isOfLoop({ op, inputs }: Node): boolean {
  if (op.kind !== 'result') return op.kind === 'argument';
  const { op: loop } = inputs[0]!;
  return loop.kind === 'scan' && (isPositions(loop.axis) || loop.axis.rounds === true);
}

/** A loop over rounds that is being made in a step, and what its body keeps from step to step: lists, one element per round. */
interface OpenRounds {
  readonly scan: Scan;
  readonly loop: Loop;
  readonly row: Row;
  readonly kept: Map<string, Node>;
}

class Steps {
  readonly m = new GraphBuilder(algebra);
  readonly facts: Facts;
  readonly t: Node;
  readonly beam: Axis | null;
  /** The clock as the program declares it. */
  readonly space: Space;
  readonly #rows = new Map<string, Row>();
  readonly #fixed: Row;
  readonly #all: All;
  readonly #kept: Kept;
  readonly #loops = new Map<Node, readonly Node[]>();
  /** Outermost first. */
  readonly #rounds: OpenRounds[] = [];
  /** For values in rounds: the body of their loop may be made more than once. */
  readonly #keptAs = new Map<Node, string>();
  readonly #states = new Map<string, { readonly next: Node; readonly init: Node | null; readonly axes: readonly Axis[] }>();
  /** Does it depend on the steps' inputs, on draws or on kept values? What depends on positions alone is recomputed. */
  readonly #isGiven = this.#given((argument) => {
    const bound = this.facts.arguments.get(argument);
    if (bound === undefined || bound.kind === 'position' || !isRounds(bound.scan)) return false;
    // What is carried from round to round, as far as anything in the rounds does.
    return this.#takes(bound.scan) || [...this.facts.loopsOf(bound.scan)].some((around) => this.#takes(around));
  });
  readonly #takes = this.#given(() => false);

  constructor(whole: Roots, { axis }: Clocked, beam: Axis | null) {
    this.facts = analyse(whole.values());
    this.beam = beam;
    this.space = axis.space;
    const places = this.facts.nodes.flatMap(positionsOf)[0]!;
    this.t = this.m.leaf({ kind: 'input', name: POSITION }, { elem: { kind: 'index', space: places.space }, axes: [], masks: [] });
    this.#fixed = new Row(this, null);
    this.#all = new All(this);
    this.#kept = new Kept(this);
  }

  #given(bound: (argument: Node) => boolean): (node: Node) => boolean {
    return folded(operands, (node, of) => {
      const { op, inputs } = node;
      if (op.kind === 'argument') return bound(node);
      const draws = op.kind === 'random' && (inputs.length > 0 || op.axes.some(isPositions));
      return draws || op.kind === 'past' || (op.kind === 'input' && op.name.startsWith('place.')) || operands(node).some(of);
    });
  }

  /** Values at the newest position along this axis. */
  row(axis: string): Row {
    const known = this.#rows.get(axis);
    if (known !== undefined) return known;
    const made = new Row(this, axis);
    this.#rows.set(axis, made);
    return made;
  }

  /** A value without an axis of the clock. */
  fixed(node: Node): Need {
    const open = this.#rounds.at(-1);
    // A value in rounds is known only while these are open.
    return open !== undefined && this.facts.loopsOf(node).size > 0 ? open.row.need(node) : this.#fixed.need(node);
  }

  /** All rows so far. */
  all(node: Node): Need {
    const [axis, second] = positionsOf(node);
    if (axis === undefined) return this.fixed(node);
    if (this.facts.loopsOf(node).size > this.#rounds.length) throw new NoStep(node.origin, KEPT_IN_LOOP);
    const moves = node.op.kind === 'rename' || node.op.kind === 'broadcast' || node.op.kind === 'position';
    return (second === undefined && !moves && (this.#isGiven(node) || isOfLoop(node)) ? this.#kept : this.#all).need(node);
  }

  /** The cached rows of a value that belongs to one position. */
  keep(node: Node, row: Node, axis: Axis): Node {
    this.m.origin = node.origin;
    const name = this.#keptAs.get(node) ?? this.#name(described(node));
    const around = this.facts.loopsOf(node).size === 0 ? [] : this.#rounds;
    // Rounds of positions alone are the same for all; a cache has a row for each example and each hypothesis.
    const missing = [BATCH, ...(this.beam === null ? [] : [this.beam])].filter(({ id }) => !hasAxis(axesOf(row), id));
    const own = missing.length === 0 ? row : this.m.broadcast(row, [...missing, ...axesOf(row)]);
    const made = appendToCache(this.m, name, own, axis, around);
    this.#keptAs.set(node, name);
    this.#states.set(name, { next: made, init: null, axes: [] });
    around.at(-1)?.kept.set(name, made);
    return made;
  }

  /** Makes the body of a loop over rounds, as `row` sees it. */
  *inRounds(scan: Scan, loop: Loop, row: Row, body: () => Making<LoopBody>): Making<OpenRounds & { readonly body: LoopBody }> {
    for (const each of [this.#fixed, this.#all, this.#kept, ...this.#rows.values()]) each.forgetBody(scan);
    const open: OpenRounds = { scan, loop, row, kept: new Map() };
    this.#rounds.push(open);
    const made = yield* body();
    this.#rounds.pop();
    return { ...open, body: made };
  }

  /** The value bound by an open loop over rounds, without an axis of the clock. */
  bound(argument: Node): Node | null {
    const open = this.#rounds.findLast(({ row }) => row.has(argument));
    return open === undefined ? null : open.row.value(argument);
  }

  /** The list of what each round keeps becomes a state, or is kept by the rounds around. */
  settle(name: string, list: Node): void {
    this.#states.set(name, { next: list, init: null, axes: [] });
    this.#rounds.at(-1)?.kept.set(name, list);
  }

  #name(wanted: string): string {
    return freeName(wanted.replace(/_next$/, ''), (name) => this.#states.has(name));
  }

  /** The past values of a state of a scan along the clock: the earlier rows and the current value. */
  past(node: Node, row: Node, axis: Axis): Node {
    const name = this.#name(`${node.inputs[0]!.origin.name ?? 'state'}Past`);
    this.m.origin = node.origin;
    const made = appendToCache(this.m, name, row, axis);
    this.#states.set(name, { next: made, init: null, axes: [] });
    return made;
  }

  /** A value carried from step to step: its current value; `settle` sets its next one. */
  #running(wanted: string, like: Node, init: Node): { readonly now: Node; readonly settle: (next: Node) => void } {
    const name = this.#name(wanted);
    const own = without(axesOf(like), [BATCH.id, BEAM.id]);
    const now = this.m.leaf(
      { kind: 'input', name: `state.${name}` },
      { ...typeOf(like), axes: [BATCH, ...(this.beam === null ? [] : [this.beam]), ...own] },
    );
    this.#states.set(name, { next: now, init, axes: own });
    return { now, settle: (next) => void this.#states.set(name, { next, init, axes: own }) };
  }

  /** The sum or product of the earlier rows, without and with this one. */
  total(kind: 'cumsum' | 'cumprod', row: Node, name: string | null): { readonly before: Node; readonly now: Node } {
    const number = typeOf(row).elem.kind === 'float' ? 'float' : 'int';
    const [start, fn, wanted] = kind === 'cumsum' ? ([0, 'add', 'sum'] as const) : ([1, 'mul', 'product'] as const);
    const { now: before, settle } = this.#running(name ?? wanted, row, this.m.constant(start, number));
    const now = this.m.binary(fn, before, row);
    settle(now);
    return { before, now };
  }

  /** What a scan along the clock emits at this step, by index among its emits. */
  *loop(scan: Scan): Making<readonly Node[]> {
    const known = this.#loops.get(scan);
    if (known !== undefined) return known;
    const { axis, region } = scan.op;
    const body = new Row(this, null);
    body.set(region.position, this.t);
    for (const [k, x] of region.xs.entries()) body.set(x, yield* this.row(axis.id).one(scan.inputs[k]!));
    const settles: ((next: Node) => void)[] = [];
    for (const [k, state] of region.states.entries()) {
      const init = scan.inputs[region.xs.length + k]!;
      if (positionsOf(init).length > 0 || this.#isGiven(init))
        throw new NoStep(init.origin, 'the first value of a scan along the clock depends on the clock');
      const { now, settle } = this.#running(state.origin.name ?? 'state', state, new AtFirst(this.m, analyse([init])).get(init));
      body.set(state, now);
      settles.push(settle);
    }
    for (const [k, next] of region.nexts.entries()) settles[k]!(yield* body.one(next));
    const emits = yield* body.all(region.emits);
    this.#loops.set(scan, emits);
    return emits;
  }

  nexts(): Roots {
    return new Map([...this.#states].map(([name, { next }]): [string, Node] => [`state.${name}`, next]));
  }

  /** The states before the first step, where axes of the clock have other sizes than in a step. */
  inits(): Roots {
    return new Map([...this.#states].flatMap(([name, { init }]): [string, Node][] => (init === null ? [] : [[`init.${name}`, init]])));
  }

  orders(): ReadonlyMap<string, readonly Axis[]> {
    return new Map([...this.#states].map(([name, { axes }]) => [`state.${name}`, axes]));
  }
}

/** The caches of values that belong to one position. */
class Kept extends Pass {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    super(steps.m, steps.facts);
    this.#steps = steps;
  }

  override *visit(node: Node): Making<Node> {
    const axis = positionsOf(node)[0]!;
    return this.#steps.keep(node, yield* this.#steps.row(axis.id).one(node), axis);
  }
}

/** Values at the newest position along one axis, which their rows lack, and at all positions so far along other axes of the clock. */
class Row extends Pass {
  readonly #steps: Steps;
  readonly #now: string | null;
  /** Names of what is kept by the rounds of the loop being made. */
  #keptInRounds: readonly string[] = [];

  constructor(steps: Steps, now: string | null) {
    super(steps.m, steps.facts);
    this.#steps = steps;
    this.#now = now;
  }

  override need(node: Node): Need {
    if (this.memo.has(node)) return super.need(node);
    const places = positionsOf(node);
    if (places.some(({ id }) => id === this.#now)) return super.need(node);
    if (places.length > 0) return this.#steps.all(node);
    // What belongs to a loop that is open here is known only here.
    return this.#now === null || this.facts.loopsOf(node).size > 0 ? super.need(node) : this.#steps.fixed(node);
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    const { m } = this;
    m.origin = node.origin;
    switch (op.kind) {
      case 'input': {
        const type = typeOf(node);
        const { beam } = this.#steps;
        const isPlace = op.name.startsWith('place.');
        const axes = without(type.axes, this.#now === null ? [] : [this.#now]);
        return m.leaf(op, {
          ...type,
          axes: isPlace && beam !== null ? [...axes.filter(({ id }) => id === BATCH.id), beam, ...without(axes, [BATCH.id])] : axes,
        });
      }
      case 'argument':
        return this.#steps.bound(node) ?? (yield* super.visit(node));
      case 'position':
        return op.axis.id === this.#now ? this.#steps.t : yield* super.visit(node);
      case 'rename': {
        const x = node.inputs[0]!;
        return op.to.id === this.#now ? yield* this.#steps.row(op.from).one(x) : yield* super.visit(node);
      }
      case 'slice': {
        const x = node.inputs[0]!;
        // A parameter has all positions from the start.
        return op.into !== null && op.into.id === this.#now
          ? m.gather((yield* made([this.#steps.fixed(x)]))[0]!, this.#steps.t, op.axis)
          : yield* super.visit(node);
      }
      case 'binary': {
        // Every position so far is at most the current one.
        const [a, b] = [node.inputs[0]!, node.inputs[1]!];
        const isPast = a.op.kind === 'position' && isPositions(a.op.axis) && a.op.axis.id !== this.#now && this.#isNow(b);
        if (isPast && op.fn === 'le') return m.broadcast(m.constant(1, 'bool'), axesOf(yield* this.one(a)));
        const isPastSwapped = b.op.kind === 'position' && isPositions(b.op.axis) && b.op.axis.id !== this.#now && this.#isNow(a);
        if (isPastSwapped && op.fn === 'ge') return m.broadcast(m.constant(1, 'bool'), axesOf(yield* this.one(b)));
        return yield* super.visit(node);
      }
      case 'gather': {
        const [t, i] = [node.inputs[0]!, node.inputs[1]!];
        const isRow = op.axis !== this.#now && positionsOf(t).some(({ id }) => id === this.#now);
        if (isRow || !positionsOf(t).some(({ id }) => id === op.axis)) return yield* super.visit(node);
        return m.make(op, yield* made([this.#steps.all(t), this.need(i)]));
      }
      case 'past':
        return this.#steps.past(node, yield* this.one(node.inputs[0]!), op.axis);
      case 'shift':
        return op.axis === this.#now ? yield* this.#earlier(node, op.by) : yield* super.visit(node);
      case 'random':
        return this.#drawn(op, yield* this.all(node.inputs));
      case 'cumsum':
      case 'cumprod': {
        if (op.axis !== this.#now) return yield* super.visit(node);
        if (positionsOf(node).length > 1) return yield* this.#anew(op, node);
        if (this.facts.loopsOf(node).size > 0) throw new NoStep(node.origin, KEPT_IN_LOOP);
        const row = yield* this.one(node.inputs[0]!);
        m.origin = node.origin;
        const { before, now } = this.#steps.total(op.kind, row, node.origin.name);
        return op.exclusive ? before : now;
      }
      default:
        return yield* super.visit(node);
    }
  }

  /** A running sum or product over another axis of the clock as well: no earlier step has begun the one at its newest position. */
  *#anew({ kind, axis, exclusive }: OpOf<'cumsum' | 'cumprod'>, { inputs: [x], origin }: Node): Making<Node> {
    const { m } = this;
    const [rows] = yield* made([this.#steps.all(x!)]);
    m.origin = origin;
    const along = axesOf(rows!).find(({ id }) => id === axis)!;
    const start = m.constant(kind === 'cumsum' ? 0 : 1, typeOf(rows!).elem.kind === 'float' ? 'float' : 'int');
    const counted = exclusive ? m.select(m.binary('lt', m.unary('int', m.position(along)), this.#steps.t), rows!, start) : rows;
    return m.reduce(kind === 'cumsum' ? 'sum' : 'prod', counted!, [axis]);
  }

  /** The row `by` positions before the current one; 0 where there is none. */
  *#earlier(node: Node, by: Size): Making<Node> {
    const { m } = this;
    const { rows, views } = stripped(node.inputs[0]!);
    const axis = positionsOf(rows).find(({ id }) => id === nameBefore(this.#now!, views))!;
    const [all] = yield* made([this.#steps.all(rows)]);
    m.origin = node.origin;
    const place = m.sub(this.#steps.t, m.size(by));
    const kept =
      all!.op.kind === 'append'
        ? m.make({ kind: 'before', axis: axis.id, by }, [all!])
        : m.gather(all!, m.binary('max', place, m.constant(0, 'int')), axis.id);
    let shifted = axis.id;
    const row = views.reduce((seen, { op }) => {
      if (op.kind === 'rename' && op.from === shifted) {
        shifted = op.to.id;
        return seen;
      }
      if (op.kind === 'rename') return m.rename(seen, op.from, op.to);
      return op.kind === 'broadcast'
        ? m.broadcast(seen, [...axesOf(seen).filter(({ id }) => !hasAxis(op.axes, id)), ...without(op.axes, [shifted])])
        : seen;
    }, kept);
    const { kind } = typeOf(row).elem;
    const exists = m.binary('ge', place, m.constant(0, 'int'));
    return kind === 'bool' ? m.binary('and', exists, row) : m.select(exists, row, m.constant(0, kind === 'float' ? 'float' : 'int'));
  }

  /** The newest position of a draw over all positions; a draw that belongs to a step is made for each hypothesis. */
  #drawn(op: OpOf<'random'>, inputs: readonly Node[]): Node {
    const { m } = this;
    const { beam, space, t } = this.#steps;
    const inStep = inputs.includes(t) || op.axes.some(isPositions);
    // Positions without a length of their own are numbered along the whole axis.
    const whole = (axis: Axis): Axis => (isPositions(axis) && !isRagged(space) ? { ...axis, id: `${axis.id}.all`, space } : axis);
    const axes = op.axes.map(whole);
    const drawn = m.make({ ...op, axes: beam === null || !inStep ? axes : [...axes.slice(0, 1), beam, ...axes.slice(1)] }, inputs);
    return op.axes.filter(isPositions).reduce((x, axis) => {
      if (axis.id === this.#now) return m.gather(x, t, whole(axis).id);
      return whole(axis) === axis ? x : m.make({ kind: 'slice', axis: whole(axis).id, start: sizes.int(0), into: axis }, [x]);
    }, drawn);
  }

  #isNow(node: Node): boolean {
    return (node.op.kind === 'position' && node.op.axis.id === this.#now) || this.memo.get(node) === this.#steps.t;
  }

  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    if (op.kind !== 'broadcast') return super.operation(node, inputs);
    return super.operation({ ...node, op: { ...op, axes: without(op.axes, this.#now === null ? [] : [this.#now]) } }, inputs);
  }

  /** What a round keeps is emitted after the rest, and its list is a state. */
  protected override *step(scan: Scan, loop: Loop, states: readonly number[], emits: readonly number[]): Making<LoopBody> {
    if (!isRounds(scan)) return yield* super.step(scan, loop, states, emits);
    const { kept, body } = yield* this.#steps.inRounds(scan, loop, this, () => super.step(scan, loop, states, emits));
    this.#keptInRounds = [...kept.keys()];
    return { nexts: body.nexts, emits: [...body.emits, ...kept.values()] };
  }

  protected override finished(lists: readonly Node[]): void {
    lists.forEach((list, k) => this.#steps.settle(this.#keptInRounds[k]!, list));
  }

  protected override *result(node: Node, index: number): Making<Node> {
    if (!isOf(node, 'scan') || !isPositions(node.op.axis)) return yield* super.result(node, index);
    return (yield* this.#steps.loop(node))[index - node.op.region.states.length]!;
  }
}

/** Strips renames and permutations from a value; the views are listed from the innermost on. */
function stripped(x: Node): { readonly rows: Node; readonly views: readonly Node[] } {
  const views: Node[] = [];
  let rows = x;
  for (
    ;
    rows.op.kind === 'rename' || (rows.op.kind === 'broadcast' && axesOf(rows).length === axesOf(rows.inputs[0]!).length);
    rows = rows.inputs[0]!
  )
    views.push(rows);
  return { rows, views: views.reverse() };
}

/** The axis under its name before the views. */
function nameBefore(axis: string, views: readonly Node[]): string {
  return views.reduceRight((id, { op }) => (op.kind === 'rename' && op.to.id === id ? op.from : id), axis);
}

/** All rows so far of values that need no cache: positions, and values over two positions. */
class All extends Pass {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    super(steps.m, steps.facts);
    this.#steps = steps;
  }

  override *visit(node: Node): Making<Node> {
    const { op, inputs } = node;
    if (op.kind === 'random') throw new NoStep(node.origin, 'what is drawn for two positions of the clock at once belongs to neither');
    if (op.kind === 'position') return yield* super.visit(node);
    const rows = yield* made(inputs.map((each) => this.#steps.all(each)));
    this.m.origin = node.origin;
    return this.operation(node, rows);
  }
}
