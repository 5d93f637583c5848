/**
 * The oracle: a graph run in float64, one example at a time, as its definition reads; what is computed `across` examples
 * reads its operand in all of them, in every element of the calls around it. A call is nested loops over its
 * extras with one element each, a scan is a loop, a clock is a loop over its places, nothing is masked or batched. It runs
 * every dialect, so that a pass can be checked by what it leaves equal.
 */
import { evaluate, type Size } from '../analyze/size.ts';
import { arrange, count, cut, everywhere, fill, fillMask, hasExtent, joinExtents, kept, onePresent, presence, stack, takeTensor, uniteMasks, widened, type Extent, type Mask, type Tensor } from './arrays.ts';
import { GraphError } from './errors.ts';
import { acrossAll, evaluateOp, LOG_ZERO, type Context } from './evaluate.ts';
import type { Axis, Dim, Node, Op, Space, TensorType } from './graph.ts';
import { isRegion, typeOf } from './infer.ts';
import { printAround } from './print.ts';
import { axisOf, hasAxis, innerDims, isInner, maskKey, originOf, sameSpace, showType, sizeOf, without } from './spaces.ts';
import { apart, Dependence, reachable, scopeOf, tapePositions } from './walk.ts';

/** A result: `data` row-major over `axes`, which are the type's, then those that only masks have. */
export interface Value {
  readonly type: TensorType;
  readonly axes: readonly Extent[];
  /** Bools and indices as numbers, an index as its position (origin included). */
  readonly data: Float64Array;
  /** Parallel to `data`, 1 where present; null: all present. */
  readonly present: Uint8Array | null;
}

/** Nested lists in the order of the input's axes. */
export type Nested = number | boolean | readonly Nested[];
export type RandomOp = Extract<Op, { readonly kind: 'random' }>;

export interface Bindings {
  /** Atom to number; of a ragged dim this example's own length, or the padded size of a batch. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly inputs: ReadonlyMap<string, Value | Nested>;
  /** By path, row-major in the order of the parameter's axes. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
  /** By the id of a dim that is `ragged in` another: this example's length at each place of that one. */
  readonly inner?: ReadonlyMap<string, readonly number[]>;
  /** For `length` of a batched graph: by the id of the dim, one for each example (and place of what it is ragged in). */
  readonly lengths?: ReadonlyMap<string, readonly number[]>;
  /** Values of the program's free arguments (a decoder's step), by node. */
  readonly arguments?: ReadonlyMap<Node, Value | Nested>;
  /**
   * One element of a draw; `op.axes` are the extras of its calls, then its own. Coordinates: the positions of the scans it stands in (its inputs), the places along the extras of
   * its calls, both outermost first, then the places along `op.axes`: the same before and after inlining.
   */
  /** Values of `stop` by where they stand: those that are here are taken, the others are put here. */
  readonly stopped?: Map<string, readonly Tensor[]>;
  readonly random?: (op: RandomOp, coordinates: readonly number[]) => number;
}

/** The values of the roots, in their order. Throws `GraphError` with the node where a binding is missing or does not fit. */
export function interpret(roots: readonly Node[], bindings: Bindings): Value[] {
  return interpretAll(roots, [bindings])[0];
}

/** The same for the examples of one batch. */
export function interpretAll(roots: readonly Node[], examples: readonly Bindings[]): Value[][] {
  const together: Together = { runs: [], across: new Map() };
  for (const bindings of examples) together.runs.push(new Run(roots, bindings, together));
  return together.runs.map((run) => roots.map((root) => publish(typeOf(root), run.whole(root))));
}

/**
 * Central differences (f(x + eps) - f(x - eps)) / 2 eps of a scalar, for the given entries of one parameter (row-major); of
 * several examples the mean. What stands under `stop` stays as it is at x.
 */
export function finiteDifference(loss: Node, bindings: Bindings | readonly Bindings[], path: string, entries: readonly number[], eps = 1e-5): number[] {
  const examples = (isOne(bindings) ? [bindings] : bindings).map((each): Bindings => ({ ...each, stopped: new Map() }));
  interpretAll([loss], examples);
  const values = examples[0].parameters.get(path);
  if (values === undefined) throw new GraphError(`no parameter ${path} is bound`);
  const at = (entry: number, change: number): number => {
    const changed = values.slice();
    changed[entry] += change;
    const results = interpretAll([loss], examples.map((each) => ({ ...each, parameters: new Map([...each.parameters, [path, changed]]) })));
    if (results.some(([{ data }]) => data.length !== 1)) throw new GraphError(`the loss is ${showType(typeOf(loss))}, not a scalar`);
    return results.reduce((sum, [{ data }]) => sum + data[0], 0) / examples.length;
  };
  return entries.map((entry) => (at(entry, eps) - at(entry, -eps)) / (2 * eps));
}

const isOne = (bindings: Bindings | readonly Bindings[]): bindings is Bindings => !Array.isArray(bindings);

// ---------------------------------------------------------------- environments

/** The examples of a batch, and what is one for all of them. */
interface Together {
  readonly runs: Run[];
  /** By node, and by the instance that it stands in. */
  readonly across: Map<Node, Map<string, Tensor>>;
}

/** One run of a region: a step of a scan, one element of a call, or the whole program. */
interface Environment {
  /** A call's body sees nothing outside but leaves. */
  readonly whole: boolean;
  /** Values of the region's arguments, then of the nodes that stand in it: every result of each. */
  readonly values: Map<Node, readonly Tensor[]>;
  /** The call whose body this is. */
  readonly call: Node | null;
  /** A call's extras, and its places along them. */
  readonly extras: readonly Axis[];
  readonly places: readonly number[];
  /** The place along axes of which only that one is looked at: a call's extras, what inner dims are counted along. */
  readonly bound: ReadonlyMap<string, number>;
  /** Tells the runs of one region apart: a call's places, a scan's step. */
  readonly run: string;
  /** Of a clock: the time, and what earlier times computed. */
  readonly clock: Clock | null;
  /** Of a scan along a clock: a step of an earlier time, which has been computed. */
  readonly past: boolean;
  /** Of a call lifted over the clock, or a scan along it: the place that this run is of. */
  readonly anchor: number | null;
  /** Of a scan's step: what `past` ranges over, and by state argument the values so far. */
  readonly tape: { readonly dim: Dim; readonly places: number; readonly past: ReadonlyMap<Node, readonly Tensor[]> } | null;
  has(argument: Node): boolean;
  covers?(node: Node): boolean;
}

interface Clock {
  readonly space: Space;
  /** Places that exist. */
  readonly places: number;
  /** By the runs around and the node: its results at the time before. */
  readonly kept: Map<string, readonly Tensor[]>;
}

function environment(bound: readonly (readonly [Node, Tensor])[], where: Pick<Environment, 'whole' | 'run'> & Partial<Environment>): Environment {
  const args = new Set(bound.map(([argument]) => argument));
  return { call: null, extras: [], places: [], bound: new Map(), clock: null, past: false, anchor: null, tape: null, ...where, values: new Map(bound.map(([argument, value]) => [argument, [value]])), has: (argument) => args.has(argument) };
}

type CallOp = Extract<Op, { readonly kind: 'call' }>;

function isOnce({ op, inputs }: Node): boolean {
  if (op.kind !== 'result') return false;
  const [call] = inputs;
  return call.op.kind === 'call' && call.op.binding.once?.includes(op.index) === true;
}

/** Of a call with `per`, the places that tell its instances apart, by extra. */
function instanceOf({ op }: Node, extras: readonly Axis[], places: readonly number[]): ReadonlyMap<string, number> {
  const per = op.kind === 'call' ? op.binding.per ?? [] : [];
  return new Map(extras.flatMap(({ id }, k): [string, number][] => (per.includes(id) ? [[id, places[k]]] : [])));
}

/** The inputs that are computed before the node, for the same element. */
function needs(node: Node): readonly Node[] {
  return node.op.kind === 'across' || isOnce(node) ? [] : node.inputs;
}

/** An axis of the clock's space: its places come into being one by one. */
function isClocked(axis: Axis, clock: Clock): boolean {
  return sameSpace(axis.space, clock.space);
}

class Run {
  readonly #roots: readonly Node[];
  readonly #bindings: Bindings;
  readonly #dependence: Dependence;
  readonly #sizes = new Map<string, number>();
  readonly #stack: Environment[] = [environment([], { whole: false, run: '' })];
  readonly #together: Together;

  constructor(roots: readonly Node[], bindings: Bindings, together: Together) {
    this.#roots = roots;
    this.#dependence = new Dependence(tapePositions(roots));
    this.#bindings = bindings;
    this.#together = together;
  }

  /** The value of a node with one result, in the innermost open environment that it stands in. */
  value(root: Node): Tensor {
    const pending = [root];
    for (let node = pending.at(-1); node !== undefined; node = pending.at(-1)) {
      const values = this.#home(node).values;
      const missing = values.has(node) ? [] : needs(node).filter((input) => !this.#home(input).values.has(input));
      if (missing.length > 0) {
        pending.push(...missing);
        continue;
      }
      if (!values.has(node)) values.set(node, this.#compute(node));
      pending.pop();
    }
    return this.#results(root)[0];
  }

  /** What no place of an inner dim has is absent, as what a mask excludes is. */
  whole(root: Node): Tensor {
    const value = this.value(root);
    const ends = this.#ends(typeOf(root).axes);
    return ends.length === 0 ? value : { ...value, masks: [...value.masks, ...ends] };
  }

  #home(node: Node): Environment {
    return this.#stack[scopeOf(node, this.#dependence, this.#stack)];
  }

  #results(node: Node): readonly Tensor[] {
    const home = this.#home(node);
    const values = home.values.get(node);
    if (values === undefined) throw new GraphError(`%${node.id} is not computed yet`);
    const clock = this.#clock();
    // What stands outside a clock is seen as far as the clock has come.
    if (clock === null || this.#stack.indexOf(home) >= this.#stack.findLastIndex((scope) => scope.clock !== null)) return values;
    return values.map((value, k) => cut(value, clockedIds(node.types[k], clock), clock.places));
  }

  #clock(): Clock | null {
    return this.#stack.findLast((scope) => scope.clock !== null)?.clock ?? null;
  }

  #compute(node: Node): readonly Tensor[] {
    // What stands further out than the open environments runs without them: a call there is not in the inner scans.
    const deeper = this.#stack.splice(scopeOf(node, this.#dependence, this.#stack) + 1);
    try {
      const clock = this.#clock();
      const isStop = node.op.kind === 'unary' && node.op.fn === 'stop' && this.#bindings.stopped !== undefined;
      const key = clock === null && !isStop ? '' : `${this.#stack.map(({ run }) => run).join('/')} ${node.id}`;
      const before = clock?.kept.get(key);
      if (before !== undefined && this.#stack.some((scope) => scope.past)) return before;
      const held = isStop ? `${key} ${clock?.places ?? ''}` : null;
      const stopped = held === null ? undefined : this.#bindings.stopped?.get(held);
      if (stopped !== undefined) return stopped;
      const inputs = node.op.kind === 'result' ? [] : needs(node).map((input, k) => this.#seen(this.#results(input)[0], typeOf(input), named(node, k)));
      const made = this.#apart(node, inputs) ?? this.#rule(node, inputs).map((result, k) => this.#conform(result, node.types[k]));
      if (held !== null) this.#bindings.stopped?.set(held, made);
      if (clock === null) return made;
      const results = node.op.kind === 'softmax' ? [this.#upToNow(made[0], node.op, node.types[0], clock)] : made;
      // Every place is computed once, at its time.
      const whole = before === undefined ? results : results.map((result, k) => kept(result, before[k], clockedIds(node.types[k], clock)));
      clock.kept.set(key, whole);
      return whole;
    } catch (error) {
      if (!(error instanceof GraphError) || error.message.includes('\n> ')) throw error;
      throw new GraphError(`${error.message}\n${printAround(node, this.#roots)}`);
    } finally {
      this.#stack.push(...deeper);
    }
  }

  #rule(node: Node, inputs: readonly Tensor[]): readonly Tensor[] {
    const { op } = node;
    switch (op.kind) {
      case 'input':
        return [this.#given(this.#bindings.inputs.get(op.name), node.types[0], `input ${op.name}`)];
      case 'argument':
        return [this.#given(this.#bindings.arguments?.get(node), node.types[0], `argument %${node.id}`)];
      case 'parameter': {
        const data = this.#bindings.parameters.get(op.path);
        if (data === undefined) throw new GraphError(`no parameter ${op.path} is bound`);
        return [this.#sized(data, node.types[0], `parameter ${op.path}`)];
      }
      case 'length': {
        const lengths = this.#bindings.lengths?.get(op.dim.id);
        if (lengths === undefined) throw new GraphError(`no lengths of ${op.dim.id} are bound`);
        return [this.#sized(Float64Array.from(lengths), node.types[0], `lengths of ${op.dim.id}`)];
      }
      case 'random':
        return [this.#random(op, inputs)];
      case 'across':
        return [this.#across(op, node)];
      case 'result':
        return [isOnce(node) ? this.#once(node.inputs[0], op.index) : this.#results(node.inputs[0])[op.index]];
      case 'past':
        return [this.#past(node)];
      case 'scan':
        return this.#scan(op, inputs);
      case 'call':
        return this.#call(node, op, inputs);
      case 'clock':
        return this.#clocked(op, inputs);
      default:
        return [evaluateOp(op, inputs, this.#context(node))];
    }
  }

  // ---------------------------------------------------------------- dims that are ragged in another

  #place(axis: string): number | undefined {
    return this.#stack.findLast((scope) => scope.bound.has(axis))?.bound.get(axis);
  }

  /** Of the axes, those that inner dims among them are counted along and that no run is at one place of. */
  #parents(axes: readonly Axis[]): readonly Axis[] {
    const { inner } = this.#bindings;
    if (inner === undefined) return [];
    const within = axes.flatMap(({ space }) => innerDims(space)).filter(({ dim, within: parent }) => inner.has(dim.id) && this.#place(parent.id) === undefined);
    return within.map((each) => each.within).filter((parent, k, all) => hasAxis(axes, parent.id) && all.findIndex(({ id }) => id === parent.id) === k);
  }

  /**
   * Each place of `sentence` has its own number of `word`s: what has both is computed for one place after the other, and
   * laid side by side up to the longest, with NaN where there is nothing. Null where nothing has both.
   */
  #apart(node: Node, inputs: readonly Tensor[]): readonly Tensor[] | null {
    if (this.#bindings.inner === undefined) return null;
    const { op } = node;
    const [parent] = this.#parents([...node.types.flatMap((type) => type.axes), ...node.inputs.flatMap((input) => (isRegion(input.op) ? [] : typeOf(input).axes))]);
    if (parent === undefined || op.kind === 'input' || op.kind === 'argument' || op.kind === 'result' || op.kind === 'clock' || op.kind === 'random' || op.kind === 'across') return null;
    // The outer axis under another name: nothing is computed.
    if (op.kind === 'rename' && (op.from === parent.id || op.to.id === parent.id)) return null;
    // Else it is the body that has both.
    if (op.kind === 'call' && !hasAxis(op.binding.extras, parent.id)) return null;
    if (op.kind === 'scan' && !innerDims(op.axis.space).some(({ within }) => within.id === parent.id)) return null;
    if ((op.kind === 'reduce' || op.kind === 'contract' || op.kind === 'scatter') && (op.kind === 'scatter' ? op.over : op.axes).includes(parent.id)) {
      const all = inputs.map((x, k) => ({ ...x, masks: [...x.masks, ...this.#ends(typeOf(node.inputs[k]).axes)] }));
      return this.#rule(node, all).map((result, k) => this.#conform(result, node.types[k]));
    }
    const [extent] = this.#extents([parent]);
    const runs = Array.from({ length: extent.size }, (_, place): readonly Tensor[] => {
      const scope = { ...environment([], { whole: false, extras: [parent], places: [place], run: `${parent.id}=${place}` }), bound: new Map([[parent.id, place]]) };
      let results: readonly Tensor[] = [];
      this.#inside(scope, () => {
        const seen = inputs.map((x, k) => this.#seen(x, typeOf(node.inputs[k]), named(node, k)));
        results = this.#apart(node, seen) ?? this.#rule(node, seen).map((result, k) => this.#conform(result, node.types[k]));
      });
      return results;
    });
    return node.types.map((type, k) => {
      const rest = without(type.axes, [parent.id]);
      const longest = this.#extents([...rest, ...type.masks.flat()]);
      const wide = runs.map((run) => widened(run[k], longest));
      const blank = this.#blank({ ...type, axes: rest, masks: type.masks.map((mask) => without(mask, [parent.id])) });
      const side = stack([extent], wide, blank);
      // A mask that knows nothing of the axis is the same at all of its places, as far as each goes.
      const masks = side.masks.map((mask, m): Mask => {
        if (hasAxis(type.masks[m], parent.id)) return mask;
        const { axes } = blank.masks[m];
        const each = wide.map((run) => presence([run.masks[m]], axes));
        return fillMask(axes, (at) => each.length === 0 || each.some((has) => has(at)));
      });
      return this.#conform({ ...side, masks }, type);
    });
  }

  /** What a run at one place of an axis sees: that place, but of axes that are looked at `whole`; and of an inner dim the places that there are. */
  #seen(x: Tensor, type: TensorType, whole: readonly string[]): Tensor {
    if (this.#bindings.inner === undefined) return x;
    const taken = type.axes.reduce((part, { id }) => {
      const place = this.#place(id);
      return place === undefined || whole.includes(id) || !hasExtent(part, id) ? part : takeTensor(part, id, place);
    }, x);
    return [...type.axes, ...type.masks.flat()].reduce((part, axis) => {
      if (!isInner(axis.space)) return part;
      const [own] = this.#extents([axis]);
      return own === undefined ? part : cut(part, [axis.id], own.size);
    }, taken);
  }

  /** For inner dims beside what they are counted along: which places there are. */
  #ends(axes: readonly Axis[]): readonly Mask[] {
    return this.#parents(axes).flatMap((parent) => axes.filter(({ space }) => innerDims(space).some(({ within }) => within.id === parent.id)).map((axis) => {
      const [outer] = this.#extents([parent]);
      const lengths = Array.from({ length: outer.size }, (_, place) => this.#length(axis, new Map([[parent.id, place]])));
      return fillMask([outer, ...this.#extents([axis])], ([place, at]) => at < lengths[place]);
    }));
  }

  /** How many places an axis has at one place of what its dims are counted along, or at most. */
  #length({ space }: Axis, at: ReadonlyMap<string, number> = new Map()): number {
    const lengths = new Map(innerDims(space).map(({ dim, within }) => {
      const each = this.#bindings.inner?.get(dim.id) ?? [];
      const place = at.get(within.id) ?? this.#place(within.id);
      return [dim.id, place === undefined ? Math.max(0, ...each) : each[place] ?? 0];
    }));
    return evaluate(sizeOf(space), (atom) => lengths.get(atom) ?? this.#atom(atom));
  }

  /** Along a clock a softmax ranges over the places up to its own: of later ones it is what it is of all that it skips. */
  #upToNow(x: Tensor, { axis, log }: Extract<Op, { readonly kind: 'softmax' }>, type: TensorType, clock: Clock): Tensor {
    const over = x.axes.findIndex(({ id }) => id === axis);
    if (!isClocked(axisOf(type, axis), clock)) return x;
    const others = x.axes.flatMap(({ id }, k) => (id !== axis && clockedIds(type, clock).includes(id) ? [k] : []));
    const around = this.#stack.findLast((scope) => scope.anchor !== null)?.anchor ?? null;
    const place = (at: readonly number[]): number | null => (others.length === 1 ? at[others[0]] : around);
    let index = 0;
    return { ...x, data: fill(x.axes, (at) => {
      const value = x.data[index++];
      const now = place(at);
      return now !== null && at[over] > now ? (log ? LOG_ZERO : 0) : value;
    }).data };
  }

  #context(node: Node): Context {
    return {
      type: node.types[0],
      extents: (axes) => this.#extents(axes),
      number: (size) => this.#number(size),
      origin: (operand, axis) => this.#number(originOf(axisOf(typeOf(node.inputs[operand]), axis).space)),
    };
  }

  // ---------------------------------------------------------------- what is bound

  #atom(atom: string): number {
    const value = this.#bindings.sizes.get(atom);
    if (value === undefined) throw new GraphError(`no size ${atom} is bound`);
    return value;
  }

  #number(size: Size): number {
    const known = this.#sizes.get(size.key);
    if (known !== undefined) return known;
    let grows = false;
    const value = evaluate(size, (atom) => {
      const tape = this.#stack.findLast((scope) => scope.tape?.dim.id === atom)?.tape ?? null;
      grows ||= tape !== null;
      return tape?.places ?? this.#atom(atom);
    });
    if (!grows) this.#sizes.set(size.key, value);
    return value;
  }

  #extents(axes: readonly Axis[]): readonly Extent[] {
    const clock = this.#clock();
    const { inner } = this.#bindings;
    const open = inner === undefined ? axes : axes.filter(({ id }) => this.#place(id) === undefined);
    return open.map((axis) => {
      if (inner !== undefined && isInner(axis.space) && innerDims(axis.space).every(({ dim }) => inner.has(dim.id))) return { id: axis.id, size: this.#length(axis) };
      return { id: axis.id, size: clock !== null && isClocked(axis, clock) ? clock.places : this.#number(sizeOf(axis.space)) };
    });
  }

  #sized(data: Float64Array, type: TensorType, what: string): Tensor {
    const axes = this.#extents(type.axes);
    if (data.length !== count(axes)) throw new GraphError(`${what} is ${showSizes(axes)}, given ${data.length} elements`);
    return { axes, data, masks: [] };
  }

  #given(value: Value | Nested | undefined, type: TensorType, what: string): Tensor {
    if (value === undefined) throw new GraphError(`no ${what} is bound`);
    if (isValue(value)) {
      const masks = value.present === null ? [] : [{ axes: value.axes, data: value.present }];
      return { axes: value.axes, data: value.data, masks };
    }
    const axes = this.#extents(type.axes);
    return this.#sized(Float64Array.from(flatten(value, axes, what, this.#ends(type.axes).length > 0)), type, what);
  }

  /** The tensor with just the axes and masks of its type, in their order: so a rule that disagrees with `infer` is found. */
  #conform(x: Tensor, type: TensorType): Tensor {
    const axes = this.#extents(type.axes);
    const extra = x.axes.filter(({ id, size }) => size !== 1 && !hasAxis(type.axes, id));
    const own = this.#bindings.inner === undefined ? type.masks : type.masks.map((mask) => mask.filter(({ id }) => this.#place(id) === undefined));
    const known = own.map(maskKey);
    const surplus = x.masks.filter((mask) => !known.includes(maskKey(mask.axes)));
    if (extra.length > 0 || surplus.length > 0) throw new GraphError(`a value over ${showSizes([...x.axes, ...surplus.flatMap((mask) => mask.axes)])} is not ${showType(type)}`);
    const masks = own.map((mask): Mask => {
      const extents = this.#extents(mask);
      return fillMask(extents, presence(x.masks.filter((own) => maskKey(own.axes) === maskKey(mask)), extents));
    });
    return { ...arrange(x, axes), masks };
  }

  // ---------------------------------------------------------------- regions

  #scan(op: Extract<Op, { readonly kind: 'scan' }>, inputs: readonly Tensor[]): readonly Tensor[] {
    const { axis, region } = op;
    const [extent] = this.#extents([axis]);
    const places = Array.from({ length: extent.size }, (_, place) => place);
    const sequences = inputs.slice(0, region.xs.length);
    let states = inputs.slice(region.xs.length);
    const past = new Map(region.states.map((argument): [Node, Tensor[]] => [argument, []]));
    const { tape } = region;
    const emitted = region.emits.map((): Tensor[] => []);
    const origin = this.#number(originOf(axis.space));
    for (const place of op.reversed ? places.toReversed() : places) {
      const bound: (readonly [Node, Tensor])[] = [[region.position, fill([], () => origin + place)]];
      region.xs.forEach((argument, k) => bound.push([argument, this.#conform(takeTensor(sequences[k], axis.id, place), typeOf(argument))]));
      region.states.forEach((argument, k) => {
        const state = this.#conform(states[k], typeOf(argument));
        bound.push([argument, state]);
        past.get(argument)!.push(state);
      });
      const clock = this.#clock();
      const done = clock !== null && isClocked(axis, clock) && place < clock.places - 1;
      const step = environment(bound, {
        whole: false, run: `${place}`, past: done, anchor: clock !== null && isClocked(axis, clock) ? place : null,
        tape: tape === undefined ? null : { dim: tape, places: past.get(region.states[0])?.length ?? 0, past },
      });
      this.#inside(step, () => {
        states = region.nexts.map((next) => this.value(next));
        region.emits.forEach((emit, k) => {
          emitted[k][place] = this.value(emit);
        });
      });
    }
    const emits = region.emits.map((emit, k) => stack([extent], emitted[k], this.#blank(typeOf(emit))));
    return [...states, ...emits];
  }

  /** The values that a state has had so far. */
  #past(node: Node): Tensor {
    const [state] = node.inputs;
    const so = this.#stack.findLast((scope) => scope.tape?.past.has(state) === true)?.tape?.past.get(state);
    if (so === undefined || node.op.kind !== 'past') throw new GraphError(`%${state.id} is no state of a scan`);
    return stack(this.#extents([node.op.axis]), so, this.#blank(typeOf(state)));
  }

  #call(node: Node, op: CallOp, inputs: readonly Tensor[]): readonly Tensor[] {
    const { region, binding } = op;
    const extras = this.#extents(binding.extras);
    const once = binding.once ?? [];
    const runs: (readonly Tensor[])[] = [];
    this.#elements(node, op, inputs, () => {
      runs.push(region.results.map((result, k) => (once.includes(k) ? this.#blank(typeOf(result)) : this.value(result))));
    });
    return region.results.map((result, k) => {
      const elements = runs.map((run) => renamed(run[k], binding.results[k]));
      if (once.includes(k)) return renamed(this.#blank(typeOf(result)), binding.results[k]);
      const all = stack(extras, elements, renamed(this.#blank(typeOf(result)), binding.results[k]));
      const whole = { ...all, masks: uniteMasks(all.masks) };
      return binding.maskOnly === undefined ? whole : { ...onePresent(whole, binding.maskOnly), masks: whole.masks };
    });
  }

  /** Runs `visit` in the body of the call for one element after the other. */
  #elements(node: Node, { region, binding }: CallOp, inputs: readonly Tensor[], visit: () => void, instance: ReadonlyMap<string, number> = new Map()): void {
    const extras = this.#extents(binding.extras);
    const clock = this.#clock();
    const open = binding.extras.filter(({ id }) => extras.some((extent) => extent.id === id));
    const clocked = clock === null ? [] : open.flatMap((axis, k) => (isClocked(axis, clock) ? [k] : []));
    everywhere(extras, (places) => {
      const bound = new Map(extras.map(({ id }, k) => [id, places[k]]));
      // An inner dim has fewer places at some of the outer one's.
      if (binding.extras.some((axis) => isInner(axis.space) && (bound.get(axis.id) ?? 0) >= this.#length(axis, bound))) return;
      if (extras.some(({ id }, k) => (instance.get(id) ?? places[k]) !== places[k])) return;
      const elements = inputs.map((input, k) => {
        const names = binding.args[k];
        const element = extras.reduce((x, { id }, e) => (names.some(({ from }) => from === id) ? x : takeTensor(x, id, places[e])), input);
        return this.#at(bound, () => this.#conform(renamed(this.#seen(element, typeOf(node.inputs[k]), named(node, k)), names), typeOf(region.args[k])));
      });
      this.#inside(environment(region.args.map((argument, k) => [argument, elements[k]]), {
        whole: true, call: node, extras: open, places: [...places], bound,
        run: `(${places.join()})`, anchor: clocked.length === 1 ? places[clocked[0]] : null,
      }), visit);
    });
  }

  /** A result that is one for all elements of the call, or of an instance: of the arguments it needs those that are. */
  #once(node: Node, index: number): Tensor {
    const { op } = node;
    if (op.kind !== 'call') throw new GraphError(`%${node.id} is no call`);
    const { region, binding } = op;
    const read = new Set(reachable([region.results[index]], apart().next));
    const per = binding.extras.filter(({ id }) => binding.per?.includes(id) === true);
    const instances = this.#extents(per);
    const inputs = region.args.map((argument, k) => (read.has(argument) ? this.value(node.inputs[k]) : null));
    const results: Tensor[] = [];
    everywhere(instances, (places) => {
      const bound = region.args.flatMap((argument, k): [Node, Tensor][] => {
        const input = inputs[k];
        if (input === null) return [];
        const element = instances.reduce((x, { id }, e) => (x.axes.some((axis) => axis.id === id) ? takeTensor(x, id, places[e]) : x), input);
        return [[argument, this.#conform(renamed(element, binding.args[k]), typeOf(argument))]];
      });
      this.#inside(environment(bound, { whole: true, call: node, extras: per, places: [...places], run: `once(${places.join()})` }), () => results.push(renamed(this.value(region.results[index]), binding.results[index])));
    });
    return stack(instances, results, renamed(this.#blank(typeOf(region.results[index])), binding.results[index]));
  }

  /** Of all examples, and in each of all elements of the calls around. */
  #across({ fn, axes }: Extract<Op, { readonly kind: 'across' }>, node: Node): Tensor {
    const around = this.#stack.slice(1).filter(({ call, bound }) => call !== null || bound.size === 0);
    const calls = around.flatMap(({ call, extras, places }) => (call === null ? [] : [{ call, instance: instanceOf(call, extras, places) }]));
    const key = calls.map(({ instance }) => [...instance.values()].join()).join('/');
    const known = this.#together.across.get(node) ?? new Map<string, Tensor>();
    const before = known.get(key);
    if (before !== undefined) return before;
    if (calls.length < around.length) throw new GraphError(`%${node.id} is computed across examples inside a loop`);
    const found: Tensor[] = [];
    for (const run of this.#together.runs) run.#everywhere(calls, () => found.push(run.value(node.inputs[0])));
    const made = acrossAll(fn, axes, found, this.#extents(node.types[0].axes));
    this.#together.across.set(node, known.set(key, made));
    return made;
  }

  /** Runs `visit` in every element of the innermost of the calls that belongs to these instances, from the outside in. */
  #everywhere(calls: readonly { readonly call: Node; readonly instance: ReadonlyMap<string, number> }[], visit: () => void): void {
    const open = this.#stack.splice(1);
    const enter = ([first, ...inner]: typeof calls): void => {
      if (first === undefined) return visit();
      const { call, instance } = first;
      if (call.op.kind !== 'call') throw new GraphError(`%${call.id} is no call`);
      this.#elements(call, call.op, call.inputs.map((input) => this.value(input)), () => enter(inner), instance);
    };
    try {
      enter(calls);
    } finally {
      this.#stack.push(...open);
    }
  }

  /** For each time in turn: what exists then. */
  #clocked({ axis, region }: Extract<Op, { readonly kind: 'clock' }>, inputs: readonly Tensor[]): readonly Tensor[] {
    const kept = new Map<string, readonly Tensor[]>();
    let results: readonly Tensor[] = region.results.map((result) => this.#blank(typeOf(result)));
    const total = this.#number(sizeOf(axis.space));
    for (let places = 1; places <= total; places++) {
      const clock: Clock = { space: axis.space, places, kept };
      const covers = (node: Node): boolean => node.types.some(({ axes, masks }) => [...axes, ...masks.flat()].some((each) => isClocked(each, clock)));
      const bound = region.args.map((argument, k): [Node, Tensor] => [argument, cut(inputs[k], clockedIds(typeOf(argument), clock), places)]);
      this.#inside({ ...environment(bound, { whole: false, run: 'clock', clock }), covers }, () => {
        results = region.results.map((result) => this.value(result));
      });
    }
    return results;
  }

  /** At one place of some axes. */
  #at<T>(bound: ReadonlyMap<string, number>, run: () => T): T {
    this.#stack.push({ ...environment([], { whole: false, run: '' }), bound });
    try {
      return run();
    } finally {
      this.#stack.pop();
    }
  }

  #inside(scope: Environment, run: () => unknown): void {
    this.#stack.push(scope);
    try {
      run();
    } finally {
      this.#stack.pop();
    }
  }

  /** The form of a region's value when the region never runs. */
  #blank(type: TensorType): Tensor {
    const masks = type.masks.map((mask) => fillMask(this.#extents(mask), () => true));
    return { ...fill(this.#extents(type.axes), () => 0), masks };
  }

  #random(op: RandomOp, positions: readonly Tensor[]): Tensor {
    const draw = this.#bindings.random;
    if (draw === undefined) throw new GraphError('no random numbers are bound');
    const steps = positions.map(({ data }) => data[0]);
    const places = this.#stack.flatMap((scope) => scope.places);
    const own = op.axes.filter(({ id }) => this.#place(id) === undefined);
    const whole = { ...op, axes: [...this.#stack.flatMap((scope) => scope.extras), ...own] };
    return fill(this.#extents(op.axes), (at) => draw(whole, [...steps, ...places, ...at]));
  }
}

function clockedIds(type: TensorType, clock: Clock): readonly string[] {
  return [...type.axes, ...type.masks.flat()].filter((axis) => isClocked(axis, clock)).map(({ id }) => id);
}

/** The axes of input k that a call's body has under its own names: there they are whole. */
function named({ op }: Node, k: number): readonly string[] {
  return op.kind === 'call' ? op.binding.args[k].map(({ from }) => from) : [];
}

/** Axes under other names. */
function renamed(x: Tensor, names: readonly { readonly from: string; readonly to: Axis }[]): Tensor {
  const rename = (axes: readonly Extent[]): readonly Extent[] => axes.map(({ id, size }) => ({ id: names.find(({ from }) => from === id)?.to.id ?? id, size }));
  return { axes: rename(x.axes), data: x.data, masks: x.masks.map(({ axes, data }) => ({ axes: rename(axes), data })) };
}

// ---------------------------------------------------------------- values

function isValue(value: Value | Nested): value is Value {
  return typeof value === 'object' && 'data' in value;
}

/** `isOpen`: rows may be shorter than the longest; there is nothing in what they lack. */
function flatten(value: Nested, axes: readonly Extent[], what: string, isOpen: boolean): readonly number[] {
  if (axes.length === 0) {
    if (typeof value === 'object') throw new GraphError(`${what} is nested deeper than its axes`);
    return [Number(value)];
  }
  const [axis, ...rest] = axes;
  if (typeof value !== 'object' || (isOpen ? value.length > axis.size : value.length !== axis.size)) {
    throw new GraphError(`${what} has ${typeof value === 'object' ? value.length : 'no'} places along ${axis.id}, expected ${axis.size}`);
  }
  const lacking = Array.from({ length: (axis.size - value.length) * count(rest) }, () => NaN);
  return [...value.flatMap((part) => flatten(part, rest, what, isOpen)), ...lacking];
}

function showSizes(axes: readonly Extent[]): string {
  return `[${axes.map(({ id, size }) => `${id}: ${size}`).join(', ')}]`;
}

/** All masks as one, over the value's own axes and then theirs. */
function publish(type: TensorType, x: Tensor): Value {
  if (x.masks.length === 0) return { type, axes: x.axes, data: x.data, present: null };
  const axes = x.masks.map((mask) => mask.axes).reduce(joinExtents, x.axes);
  return { type, axes, data: arrange(x, axes).data, present: fillMask(axes, presence(x.masks, axes)).data };
}
