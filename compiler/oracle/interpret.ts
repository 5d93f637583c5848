/**
 * The oracle: runs a graph in float64, one example at a time, exactly as it is defined; only a reduction `across` examples reads
 * its operand in all of them, and in every element of the calls around it. A call is nested loops over its extras with one
 * element each, a scan is a loop, a clock is a loop over its positions; nothing is masked or batched. It runs every dialect, so
 * that every pass can be checked for preserving values.
 */
import {
  arrange,
  cut,
  everywhere,
  fill,
  fillMask,
  joinExtents,
  kept,
  onePresent,
  presence,
  reader,
  stack,
  takeTensor,
  widened,
  type Extent,
  type Mask,
  type Tensor,
} from './arrays.ts';
import { parameterOf, publish, type Bindings, type RandomOp, type Value } from './bindings.ts';
import { GraphError } from '../graph/errors.ts';
import { acrossAll, evaluateOp, type Context } from './evaluate.ts';
import type { Axis, Node, NodeOf, Op, OpOf, TensorType } from '../graph/graph.ts';
import { isRegion, typeOf } from '../graph/infer.ts';
import { printAround } from '../graph/print.ts';
import { roundedAs } from './rounding.ts';
import { clockedIds, clockedNodes, environment, isClocked, Scopes, type Clock, type Environment } from './scopes.ts';
import { axisOf, hasAxis, innerDims, isInner, originOf, showType, sizeOf, without } from '../graph/spaces.ts';
import { apart, Dependence, isOf, reachable, scopeOf, tapePositions } from '../graph/walk.ts';

export type { Bindings, Nested, RandomOp, Value } from './bindings.ts';

/** The values of the roots, in order. Throws `GraphError` with the node where a binding is missing or does not fit. */
export function interpret(roots: readonly Node[], bindings: Bindings): Value[] {
  return interpretAll(roots, [bindings])[0]!;
}

/** The same for all examples of one batch. */
export function interpretAll(roots: readonly Node[], examples: readonly Bindings[]): Value[][] {
  const together: Together = { runs: [], across: new Map() };
  for (const bindings of examples) together.runs.push(new Run(roots, bindings, together));
  return together.runs.map((run) => roots.map((root) => publish(typeOf(root), readable(run.whole(root), typeOf(root)))));
}

/**
 * Central differences (f(x + eps) - f(x - eps)) / 2 eps of a scalar, for the given entries of one parameter (row-major); for
 * several examples, of the mean. Values under `stop` stay what they are at x.
 */
export function finiteDifference(
  loss: Node,
  bindings: Bindings | readonly Bindings[],
  path: string,
  entries: readonly number[],
  eps = 1e-5,
): number[] {
  const examples = (isOne(bindings) ? [bindings] : bindings).map((each): Bindings => ({ ...each, stopped: new Map() }));
  interpretAll([loss], examples);
  const values = examples[0]!.parameters.get(path);
  if (values === undefined) throw new GraphError(`no parameter ${path} is bound`);
  const at = (entry: number, change: number): number => {
    const changed = values.slice();
    changed[entry]! += change;
    const results = interpretAll(
      [loss],
      examples.map((each) => ({ ...each, parameters: new Map([...each.parameters, [path, changed]]) })),
    );
    if (results.some(([value]) => value!.data.length !== 1)) throw new GraphError(`the loss is ${showType(typeOf(loss))}, not a scalar`);
    return results.reduce((sum, [value]) => sum + value!.data[0]!, 0) / examples.length;
  };
  return entries.map((entry) => (at(entry, eps) - at(entry, -eps)) / (2 * eps));
}

const isOne = (bindings: Bindings | readonly Bindings[]): bindings is Bindings => !Array.isArray(bindings);

/** The examples of a batch, and what they share. */
interface Together {
  readonly runs: Run[];
  /** By node, and by the instance around it. */
  readonly across: Map<Node, Map<string, Tensor>>;
}

/** What encloses a node: one instance of a call, or one round. */
type Around =
  | { readonly call: NodeOf<'call'>; readonly instance: ReadonlyMap<string, number> }
  | { readonly scan: NodeOf<'scan'>; readonly place: number };

/** If the node is a result that all elements of a call share: that call. */
function onceOf({ op, inputs }: Node): NodeOf<'call'> | null {
  if (op.kind !== 'result') return null;
  const [call] = inputs;
  return isOf(call!, 'call') && call.op.binding.once?.includes(op.index) === true ? call : null;
}

/** The positions that identify an instance of a call with `per`, by extra. */
function instanceOf({ op }: NodeOf<'call'>, extras: readonly Axis[], places: readonly number[]): ReadonlyMap<string, number> {
  const per = op.binding.per ?? [];
  return new Map(extras.flatMap(({ id }, k): [string, number][] => (per.includes(id) ? [[id, places[k]!]] : [])));
}

/** An int outside int32 becomes NaN, which nothing may read. A literal or a size is exempt, since it may become a float first. */
function heldIn32({ kind }: Op, x: Tensor, { elem }: TensorType): Tensor {
  if (elem.kind !== 'int' || kind === 'constant' || kind === 'size' || x.data.every((value) => (value | 0) === value)) return x;
  return { ...x, data: x.data.map((value) => ((value | 0) === value ? value : NaN)) };
}

/** @throws GraphError where an int that is read has left int32 */
function readable(x: Tensor, { elem }: TensorType): Tensor {
  if (elem.kind !== 'int' || !x.data.some(Number.isNaN)) return x;
  const axes = x.masks.map((mask) => mask.axes).reduce(joinExtents, x.axes);
  const [value, present] = [reader(x, axes), presence(x.masks, axes)];
  everywhere(axes, (at) => {
    if (Number.isNaN(value(at)) && present(at)) throw new GraphError('a whole number leaves int32, or is divided by 0');
  });
  return x;
}

/** The inputs that are computed before the node, for the same element. */
function needs(node: Node): readonly Node[] {
  return node.op.kind === 'across' || onceOf(node) !== null ? [] : node.inputs;
}

class Run {
  readonly #roots: readonly Node[];
  readonly #bindings: Bindings;
  readonly #dependence: Dependence;
  readonly #scopes: Scopes;
  readonly #stack: Environment[];
  readonly #together: Together;

  constructor(roots: readonly Node[], bindings: Bindings, together: Together) {
    this.#roots = roots;
    this.#dependence = new Dependence(tapePositions(roots));
    this.#bindings = bindings;
    this.#scopes = new Scopes(bindings);
    this.#stack = this.#scopes.stack;
    this.#together = together;
  }

  /** The value of a node with one result, in the innermost open environment that it belongs to. */
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
    return this.#results(root)[0]!;
  }

  /** With positions that an inner dim does not have marked absent by masks. */
  whole(root: Node): Tensor {
    const value = this.value(root);
    const ends = this.#scopes.ends(typeOf(root).axes);
    return ends.length === 0 ? value : { ...value, masks: [...value.masks, ...ends] };
  }

  #home(node: Node): Environment {
    return this.#stack[scopeOf(node, this.#dependence, this.#stack)]!;
  }

  #results(node: Node): readonly Tensor[] {
    const home = this.#home(node);
    const values = home.values.get(node);
    if (values === undefined) throw new GraphError(`%${node.id} is not computed yet`);
    const clock = this.#scopes.clock();
    // From inside a clock, outer values are visible up to the current position.
    if (clock === null || this.#stack.indexOf(home) >= this.#stack.findLastIndex((scope) => scope.clock !== null)) return values;
    return values.map((value, k) => cut(value, clockedIds(node.types[k]!, clock), clock.places));
  }

  #compute(node: Node): readonly Tensor[] {
    // A node of an outer environment runs without the inner ones: a call there is not inside the inner scans.
    const deeper = this.#stack.splice(scopeOf(node, this.#dependence, this.#stack) + 1);
    try {
      const clock = this.#scopes.clock();
      const isStop = node.op.kind === 'unary' && node.op.fn === 'stop' && this.#bindings.stopped !== undefined;
      const key = clock === null && !isStop ? '' : `${this.#stack.map(({ run }) => run).join('/')} ${node.id}`;
      const before = clock?.kept.get(key);
      if (before !== undefined && this.#stack.some((scope) => scope.past)) return before;
      const held = isStop ? `${key} ${clock?.places ?? ''}` : null;
      const stopped = held === null ? undefined : this.#bindings.stopped?.get(held);
      if (stopped !== undefined) return stopped;
      const inputs =
        node.op.kind === 'result'
          ? []
          : needs(node).map((input, k) => this.#scopes.seen(this.#results(input)[0]!, typeOf(input), named(node, k)));
      const made =
        this.#apart(node, inputs) ??
        this.#rule(node, inputs).map((result, k) => heldIn32(node.op, this.#scopes.conform(result, node.types[k]!), node.types[k]!));
      if (held !== null) this.#bindings.stopped?.set(held, made);
      if (clock === null) return made;
      const results = node.op.kind === 'softmax' ? [this.#upToNow(made[0]!, node.op, node.types[0]!, clock)] : made;
      // Every position is computed once, at its time.
      const whole =
        before === undefined ? results : results.map((result, k) => kept(result, before[k]!, clockedIds(node.types[k]!, clock)));
      clock.kept.set(key, whole);
      return whole;
    } catch (error) {
      if (!(error instanceof GraphError) || error.message.includes('\n> ')) throw error;
      throw new GraphError(`${error.message}\n${printAround(node, this.#roots)}`);
    } finally {
      this.#stack.push(...deeper);
    }
  }

  /** Values are bound in the order of the declared axes. */
  #parameter({ path, stored }: OpOf<'parameter'>, type: TensorType, data: Float64Array): Tensor {
    const given = this.#scopes.sized(data, { ...type, axes: stored?.axes ?? type.axes }, `parameter ${path}`);
    if (stored === undefined) return given;
    const order = stored.groups.flat().map((k) => given.axes[k]!);
    return this.#scopes.sized(arrange(given, order).data, type, `parameter ${path}`);
  }

  #rule(node: Node, inputs: readonly Tensor[]): readonly Tensor[] {
    const { op } = node;
    switch (op.kind) {
      case 'input':
        return [this.#scopes.given(this.#bindings.inputs.get(op.name), node.types[0]!, `input ${op.name}`)];
      case 'argument':
        return [this.#scopes.given(this.#bindings.arguments?.get(node), node.types[0]!, `argument %${node.id}`)];
      case 'parameter': {
        const data = parameterOf(this.#bindings.parameters, op.path);
        if (data === undefined) throw new GraphError(`no parameter ${op.path} is bound`);
        return [this.#parameter(op, node.types[0]!, data)];
      }
      case 'length': {
        const lengths = this.#bindings.lengths?.get(op.dim.id);
        if (lengths === undefined) throw new GraphError(`no lengths of ${op.dim.id} are bound`);
        return [this.#scopes.sized(Float64Array.from(lengths), node.types[0]!, `lengths of ${op.dim.id}`)];
      }
      case 'random':
        return [this.#random(op, inputs)];
      case 'across':
        return [this.#across(op, node)];
      case 'result': {
        const once = onceOf(node);
        return [once === null ? this.#results(node.inputs[0]!)[op.index]! : this.#once(once, op.index)];
      }
      case 'past':
        return [this.#past(op, node.inputs[0]!)];
      case 'scan':
        return this.#scan(node as NodeOf<'scan'>, inputs);
      case 'call':
        return this.#call(node as NodeOf<'call'>, inputs);
      case 'clock':
        return this.#clocked(op, inputs);
      case 'rename':
        return [evaluateOp(op, [this.#entering(op, node.inputs[0]!, inputs[0]!)], this.#context(node))];
      default:
        return [this.#rounded(node, inputs, evaluateOp(op, inputs, this.#context(node)))];
    }
  }

  /** A value that has all positions from the start is cut to the current one when it is renamed to an axis of the clock. */
  #entering({ from, to }: OpOf<'rename'>, node: Node, x: Tensor): Tensor {
    const clock = this.#scopes.clock();
    return clock !== null && isClocked(to, clock) && !isClocked(axisOf(typeOf(node), from), clock) ? cut(x, [from], clock.places) : x;
  }

  /** Rounds as `bindings.rounded` says. */
  #rounded(node: Node, inputs: readonly Tensor[], x: Tensor): Tensor {
    const { rounded } = this.#bindings;
    return rounded === undefined ? x : { ...x, data: roundedAs(node, inputs, x.data, rounded, this.#context(node)) };
  }

  // ---------------------------------------------------------------- dims that are ragged in another

  /**
   * Each position of `sentence` has its own number of `word`s: a node with both axes is computed one sentence at a time, and the
   * results are stacked, padded with NaN to the longest. Null where the node does not have both.
   */
  #apart(node: Node, inputs: readonly Tensor[]): readonly Tensor[] | null {
    if (this.#bindings.inner === undefined) return null;
    const { op } = node;
    const [parent] = this.#scopes.parents([
      ...node.types.flatMap((type) => type.axes),
      ...node.inputs.flatMap((input) => (isRegion(input.op) ? [] : typeOf(input).axes)),
    ]);
    if (
      parent === undefined ||
      op.kind === 'input' ||
      op.kind === 'argument' ||
      op.kind === 'result' ||
      op.kind === 'clock' ||
      op.kind === 'random' ||
      op.kind === 'across'
    )
      return null;
    // Renaming the outer axis computes nothing.
    if (op.kind === 'rename' && (op.from === parent.id || op.to.id === parent.id)) return null;
    // Otherwise it is the body that has both axes.
    if (op.kind === 'call' && !hasAxis(op.binding.extras, parent.id)) return null;
    if (op.kind === 'scan' && !innerDims(op.axis.space).some(({ within }) => within.id === parent.id)) return null;
    if (
      (op.kind === 'reduce' || op.kind === 'contract' || op.kind === 'scatter') &&
      (op.kind === 'scatter' ? op.over : op.axes).includes(parent.id)
    ) {
      const all = inputs.map((x, k) => ({ ...x, masks: [...x.masks, ...this.#scopes.ends(typeOf(node.inputs[k]!).axes)] }));
      return this.#rule(node, all).map((result, k) => this.#scopes.conform(result, node.types[k]!));
    }
    const extent = this.#scopes.extents([parent])[0]!;
    const runs = Array.from({ length: extent.size }, (_, place): readonly Tensor[] => {
      const scope = {
        ...environment([], { whole: false, extras: [parent], places: [place], run: `${parent.id}=${place}` }),
        bound: new Map([[parent.id, place]]),
      };
      let results: readonly Tensor[] = [];
      this.#scopes.inside(scope, () => {
        const seen = inputs.map((x, k) => this.#scopes.seen(x, typeOf(node.inputs[k]!), named(node, k)));
        results = this.#apart(node, seen) ?? this.#rule(node, seen).map((result, k) => this.#scopes.conform(result, node.types[k]!));
      });
      return results;
    });
    return node.types.map((type, k) => {
      if (op.kind === 'call' && op.binding.once?.includes(k) === true) return this.#scopes.blank(type);
      const rest = without(type.axes, [parent.id]);
      const longest = this.#scopes.extents([...rest, ...type.masks.flat()]);
      const wide = runs.map((run) => widened(run[k]!, longest));
      const blank = this.#scopes.blank({ ...type, axes: rest, masks: type.masks.map((mask) => without(mask, [parent.id])) });
      const side = stack([extent], wide, blank);
      // A mask without the outer axis is the same at all of its positions, as far as each extends.
      const masks = side.masks.map((mask, m): Mask => {
        if (hasAxis(type.masks[m]!, parent.id)) return mask;
        const { axes } = blank.masks[m]!;
        const each = wide.map((run) => presence([run.masks[m]!], axes));
        return fillMask(axes, (at) => each.length === 0 || each.some((has) => has(at)));
      });
      return this.#scopes.conform({ ...side, masks }, type);
    });
  }

  /** Along a clock a softmax ranges over the positions up to its own: later ones get weight 0, like everything it skips. */
  #upToNow(x: Tensor, { axis }: OpOf<'softmax'>, type: TensorType, clock: Clock): Tensor {
    const over = x.axes.findIndex(({ id }) => id === axis);
    if (!isClocked(axisOf(type, axis), clock)) return x;
    const others = x.axes.flatMap(({ id }, k) => (id !== axis && clockedIds(type, clock).includes(id) ? [k] : []));
    const around = this.#stack.findLast((scope) => scope.anchor !== null)?.anchor ?? null;
    const place = (at: readonly number[]): number | null => (others.length === 1 ? at[others[0]!]! : around);
    let index = 0;
    return {
      ...x,
      data: fill(x.axes, (at) => {
        const value = x.data[index++]!;
        const now = place(at);
        return now !== null && at[over]! > now ? 0 : value;
      }).data,
    };
  }

  #context(node: Node): Context {
    return {
      type: node.types[0]!,
      extents: (axes) => this.#scopes.extents(axes),
      number: (size) => this.#scopes.number(size),
      origin: (operand, axis) => this.#scopes.number(originOf(axisOf(typeOf(node.inputs[operand]!), axis).space)),
    };
  }

  // ---------------------------------------------------------------- regions

  #scan(node: NodeOf<'scan'>, inputs: readonly Tensor[]): readonly Tensor[] {
    const { axis, region } = node.op;
    const emitted = region.emits.map((): Tensor[] => []);
    const states = this.#steps(node, inputs, (place) =>
      region.emits.forEach((emit, k) => {
        emitted[k]![place] = this.value(emit);
      }),
    );
    const extents = this.#scopes.extents([axis]);
    return [...states, ...region.emits.map((emit, k) => stack(extents, emitted[k]!, this.#scopes.blank(typeOf(emit))))];
  }

  /** Runs `visit` in every step, up to step `end`; returns the states after it. */
  #steps(node: NodeOf<'scan'>, inputs: readonly Tensor[], visit: (place: number) => void, end?: number): readonly Tensor[] {
    const { op } = node;
    const { axis, region } = op;
    const extent = this.#scopes.extents([axis])[0]!;
    const places = Array.from({ length: extent.size }, (_, place) => place);
    const sequences = inputs.slice(0, region.xs.length);
    let states = inputs.slice(region.xs.length);
    const past = new Map(region.states.map((argument): [Node, Tensor[]] => [argument, []]));
    const { tape } = region;
    const origin = this.#scopes.number(originOf(axis.space));
    for (const place of op.reversed ? places.toReversed() : places) {
      const bound: (readonly [Node, Tensor])[] = [[region.position, fill([], () => origin + place)]];
      region.xs.forEach((argument, k) =>
        bound.push([argument, this.#scopes.conform(takeTensor(sequences[k]!, axis.id, place), typeOf(argument))]),
      );
      region.states.forEach((argument, k) => {
        const state = this.#scopes.conform(states[k]!, typeOf(argument));
        bound.push([argument, state]);
        past.get(argument)!.push(state);
      });
      const clock = this.#scopes.clock();
      const done = clock !== null && isClocked(axis, clock) && place < clock.places - 1;
      const step = environment(bound, {
        whole: false,
        run: `${place}`,
        past: done,
        anchor: clock !== null && isClocked(axis, clock) ? place : null,
        tape: tape === undefined ? null : { dim: tape, places: past.get(region.states[0]!)!.length, past },
        rounds: axis.rounds === true ? { scan: node, place } : null,
      });
      this.#scopes.inside(step, () => {
        visit(place);
        if (place !== end) states = region.nexts.map((next) => this.value(next));
      });
      if (place === end) break;
    }
    return states;
  }

  /** The values that a state has had so far. */
  #past({ axis }: OpOf<'past'>, state: Node): Tensor {
    const so = this.#stack.findLast((scope) => scope.tape?.past.has(state) === true)?.tape?.past.get(state);
    if (so === undefined) throw new GraphError(`%${state.id} is not a state of a scan`);
    return stack(
      this.#scopes.extents([axis]),
      so.map((value) => this.#scopes.seen(value, typeOf(state), [])),
      this.#scopes.blank(typeOf(state)),
    );
  }

  #call(node: NodeOf<'call'>, inputs: readonly Tensor[]): readonly Tensor[] {
    const { region, binding } = node.op;
    const extras = this.#scopes.extents(binding.extras);
    const once = binding.once ?? [];
    const runs: (readonly Tensor[])[] = [];
    this.#elements(node, inputs, () => {
      runs.push(region.results.map((result, k) => (once.includes(k) ? this.#scopes.blank(typeOf(result)) : this.value(result))));
    });
    return region.results.map((result, k) => {
      const elements = runs.map((run) => renamed(run[k]!, binding.results[k]!));
      if (once.includes(k)) return renamed(this.#scopes.blank(typeOf(result)), binding.results[k]!);
      const all = stack(extras, elements, renamed(this.#scopes.blank(typeOf(result)), binding.results[k]!));
      const whole = { ...all, masks: this.#joinedMasks(all.masks, node.types[k]!, binding.extras) };
      return binding.maskOnly === undefined ? whole : { ...onePresent(whole, binding.maskOnly), masks: whole.masks };
    });
  }

  /** The masks of all elements, over just those extras that the type says they depend on. */
  #joinedMasks(masks: readonly Mask[], type: TensorType, extras: readonly Axis[]): readonly Mask[] {
    const own = (axes: readonly { readonly id: string }[]): string =>
      axes
        .flatMap(({ id }) => (hasAxis(extras, id) ? [] : [id]))
        .sort()
        .join();
    return type.masks.map((mask) => {
      const axes = this.#scopes.extents(mask);
      const alike = masks.filter((each) => own(each.axes) === own(mask));
      const rest = alike
        .map((each) => each.axes)
        .reduce(joinExtents, [])
        .filter(({ id }) => !hasAxis(mask, id));
      const present = presence(alike, [...axes, ...rest]);
      return fillMask(axes, (at) => {
        let found = false;
        everywhere(rest, (place) => {
          found ||= present([...at, ...place]);
        });
        return found;
      });
    });
  }

  /** Runs `visit` in the body of the call for one element after another. */
  #elements(node: NodeOf<'call'>, inputs: readonly Tensor[], visit: () => void, instance: ReadonlyMap<string, number> = new Map()): void {
    const { region, binding } = node.op;
    const extras = this.#scopes.extents(binding.extras);
    const clock = this.#scopes.clock();
    const open = binding.extras.filter(({ id }) => extras.some((extent) => extent.id === id));
    const clocked = clock === null ? [] : open.flatMap((axis, k) => (isClocked(axis, clock) ? [k] : []));
    everywhere(extras, (places) => {
      const bound = new Map(extras.map(({ id }, k) => [id, places[k]!]));
      // At some positions of the outer dim an inner one has fewer positions.
      if (binding.extras.some((axis) => isInner(axis.space) && (bound.get(axis.id) ?? 0) >= this.#scopes.length(axis, bound))) return;
      if (extras.some(({ id }, k) => (instance.get(id) ?? places[k]) !== places[k])) return;
      const elements = inputs.map((input, k) => {
        const names = binding.args[k];
        const element = extras.reduce(
          (x, { id }, e) => (names!.some(({ from }) => from === id) ? x : takeTensor(x, id, places[e]!)),
          input,
        );
        return this.#scopes.at(bound, () =>
          this.#scopes.conform(
            renamed(this.#scopes.seen(element, typeOf(node.inputs[k]!), named(node, k)), names!),
            typeOf(region.args[k]!),
          ),
        );
      });
      this.#scopes.inside(
        environment(
          region.args.map((argument, k) => [argument, elements[k]!]),
          {
            whole: true,
            call: node,
            extras: open,
            places: [...places],
            bound,
            run: `(${places.join()})`,
            anchor: clocked.length === 1 ? places[clocked[0]!] : null,
          },
        ),
        visit,
      );
    });
  }

  /** A result shared by all elements of the call, or of an instance; it reads only arguments that are shared too. */
  #once(node: NodeOf<'call'>, index: number): Tensor {
    const { region, binding } = node.op;
    const read = new Set(reachable([region.results[index]!], apart().next));
    const per = binding.extras.filter(({ id }) => binding.per?.includes(id) === true);
    const instances = this.#scopes.extents(per);
    const inputs = region.args.map((argument, k) => (read.has(argument) ? this.value(node.inputs[k]!) : null));
    const results: Tensor[] = [];
    everywhere(instances, (places) => {
      const bound = region.args.flatMap((argument, k): [Node, Tensor][] => {
        const input = inputs[k];
        // Arguments that the result does not read are blank.
        if (input === null) return [[argument, this.#scopes.blank(typeOf(argument))]];
        const element = instances.reduce(
          (x, { id }, e) => (x!.axes.some((axis) => axis.id === id) ? takeTensor(x!, id, places[e]!) : x),
          input,
        );
        return [[argument, this.#scopes.conform(renamed(element!, binding.args[k]!), typeOf(argument))]];
      });
      this.#scopes.inside(
        environment(bound, { whole: true, call: node, extras: per, places: [...places], run: `once(${places.join()})` }),
        () => results.push(renamed(this.value(region.results[index]!), binding.results[index]!)),
      );
    });
    return stack(instances, results, renamed(this.#scopes.blank(typeOf(region.results[index]!)), binding.results[index]!));
  }

  /** Over all examples, and within each over all elements of the enclosing calls. */
  #across({ fn, axes }: OpOf<'across'>, node: Node): Tensor {
    const around = this.#stack
      .slice(1)
      .filter(({ call, bound }) => call !== null || bound.size === 0)
      .map(({ call, extras, places, rounds }): Around => {
        if (call !== null) return { call, instance: instanceOf(call, extras, places) };
        if (rounds === null) throw new GraphError(`%${node.id} is computed across examples inside a loop`);
        return rounds;
      });
    const key = around.map((each) => ('call' in each ? [...each.instance.values()].join() : each.place)).join('/');
    const known = this.#together.across.get(node) ?? new Map<string, Tensor>();
    const before = known.get(key);
    if (before !== undefined) return before;
    const found: Tensor[] = [];
    for (const run of this.#together.runs) run.#everywhere(around, () => found.push(run.whole(node.inputs[0]!)));
    const made = acrossAll(fn, axes, found, this.#scopes.extents(node.types[0]!.axes));
    this.#together.across.set(node, known.set(key, made));
    return made;
  }

  /** Runs `visit` in every element of the calls and rounds that belongs to these instances and rounds, outermost first. */
  #everywhere(around: readonly Around[], visit: () => void): void {
    const open = this.#stack.splice(1);
    const enter = ([first, ...inner]: readonly Around[]): void => {
      if (first === undefined) {
        visit();
        return;
      }
      const node = 'call' in first ? first.call : first.scan;
      const inputs = node.inputs.map((input) => this.value(input));
      if ('call' in first) this.#elements(first.call, inputs, () => enter(inner), first.instance);
      else this.#steps(first.scan, inputs, (place) => place === first.place && enter(inner), first.place);
    };
    try {
      enter(around);
    } finally {
      this.#stack.push(...open);
    }
  }

  /** Runs the region for each time in turn, on the positions that exist then. */
  #clocked({ axis, region }: OpOf<'clock'>, inputs: readonly Tensor[]): readonly Tensor[] {
    const kept = new Map<string, readonly Tensor[]>();
    let results: readonly Tensor[] = region.results.map((result) => this.#scopes.blank(typeOf(result)));
    const total = this.#scopes.number(sizeOf(axis.space));
    const inside = clockedNodes(region.results, axis.space);
    for (let places = 1; places <= total; places++) {
      const clock: Clock = { space: axis.space, places, kept };
      const bound = region.args.map((argument, k): [Node, Tensor] => [
        argument,
        cut(inputs[k]!, clockedIds(typeOf(argument), clock), places),
      ]);
      this.#scopes.inside({ ...environment(bound, { whole: false, run: 'clock', clock }), covers: (node) => inside.has(node) }, () => {
        results = region.results.map((result) => this.value(result));
      });
    }
    return results;
  }

  #random(op: RandomOp, positions: readonly Tensor[]): Tensor {
    const draw = this.#bindings.random;
    if (draw === undefined) throw new GraphError('no random numbers are bound');
    const steps = positions.map(({ data }) => data[0]!);
    const places = this.#stack.flatMap((scope) => scope.places);
    const own = op.axes.filter(({ id }) => this.#scopes.place(id) === undefined);
    const whole = { ...op, axes: [...this.#stack.flatMap((scope) => scope.extras), ...own] };
    return fill(this.#scopes.extents(op.axes), (at) => draw(whole, [...steps, ...places, ...at]));
  }
}

/** The axes of input k that the call's body renames: there they are whole. */
function named({ op }: Node, k: number): readonly string[] {
  return op.kind === 'call' ? op.binding.args[k]!.map(({ from }) => from) : [];
}

/** Renames axes. */
function renamed(x: Tensor, names: readonly { readonly from: string; readonly to: Axis }[]): Tensor {
  const rename = (axes: readonly Extent[]): readonly Extent[] =>
    axes.map(({ id, size }) => ({ id: names.find(({ from }) => from === id)?.to.id ?? id, size }));
  return { axes: rename(x.axes), data: x.data, masks: x.masks.map(({ axes, data }) => ({ axes: rename(axes), data })) };
}
