/**
 * The shape rule of every operation. Axes are compared by id, so the same rules serve a block's own body, a lifted one and a
 * batched one: an additional axis of an operand becomes one of the result. Masks follow the rules (masks), (Where), (Else) and
 * (IdxInt): elementwise they unite; over reduced axes R a mask that meets R ends, and its other axes join the result.
 */
import { constantOf } from '../size/size.ts';
import { GraphError } from './errors.ts';
import type { Axis, BinaryFn, Elem, Node, Op, OpOf, TensorType, UnaryFn } from './graph.ts';
import { liftedMasks } from './lifted.ts';
import {
  axisOf,
  hasAxis,
  isInner,
  isRagged,
  isUnit,
  join,
  joinElementwise,
  relocated,
  sameAxes,
  sameElem,
  sameSpace,
  showAxis,
  showType,
  sizeOf,
  surelyDiffer,
  tensor,
  without,
} from './spaces.ts';
import { BINARY } from './operations/binary.ts';
import { UNARY } from './operations/unary.ts';

type Rule<K extends Op['kind']> = (op: OpOf<K>, inputs: readonly TensorType[], nodes: readonly Node[]) => readonly TensorType[];
type Masks = TensorType['masks'];

/** Leaves whose type is given by the node alone. */
export type GivenKind = 'input' | 'parameter' | 'constant' | 'length' | 'argument';
type Rules = { readonly [K in Op['kind']]: K extends GivenKind ? 'given' : Rule<K> };

const FLOAT: Elem = { kind: 'float' };
const INT: Elem = { kind: 'int' };
const BOOL: Elem = { kind: 'bool' };

/** The types of an operation's results. Throws `GraphError` if the operation is ill-typed or its type must be given. */
export function infer(op: Op, inputs: readonly Node[]): readonly TensorType[] {
  const rule = RULES[op.kind] as Rule<Op['kind']> | 'given';
  try {
    if (rule === 'given') throw new GraphError('the type of this leaf must be given');
    const types = op.kind === 'result' ? [] : inputs.map(typeOf);
    const results = rule(op as never, types, inputs);
    for (const { axes } of results) distinct(axes);
    return results;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const given = inputs.map((node) => node.types.map(showType).join('; '));
    throw new GraphError(`${op.kind}(${given.join(' | ')}): ${error.message}`);
  }
}

export function isGiven(op: Op): op is OpOf<GivenKind> {
  return RULES[op.kind] === 'given';
}

/** Operations with regions: their results are read through `result` nodes. */
export function isRegion(op: Op): op is OpOf<'scan' | 'call' | 'clock'> {
  return op.kind === 'scan' || op.kind === 'call' || op.kind === 'clock';
}

/** The type of a node with one result. */
export function typeOf(node: Node): TensorType {
  if (isRegion(node.op)) throw new GraphError(`the ${node.op.kind} %${node.id} is used without \`result\``);
  return node.types[0]!;
}

function distinct(axes: readonly Axis[]): void {
  for (let k = 1; k < axes.length; k++) {
    for (let other = 0; other < k; other++) {
      if (axes[k]!.id === axes[other]!.id) throw new GraphError(`axis ${axes[k]!.id} stands twice in the result`);
    }
  }
}

function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new GraphError(message());
}

interface Operands {
  readonly 1: readonly [TensorType];
  readonly 2: readonly [TensorType, TensorType];
  readonly 3: readonly [TensorType, TensorType, TensorType];
}

function arity<N extends keyof Operands>(inputs: readonly TensorType[], count: N): asserts inputs is Operands[N] {
  counted(inputs, count);
}

function counted(inputs: readonly TensorType[], count: number): void {
  check(inputs.length === count, () => `takes ${count} inputs, given ${inputs.length}`);
}

// ---------------------------------------------------------------- parts of rules

/** Joined axes and united masks of an elementwise operation. */
function elementwise(inputs: readonly TensorType[], elem: Elem): TensorType {
  let { axes, masks } = inputs[0]!;
  for (let k = 1; k < inputs.length; k++) {
    meet(axes, inputs[k]!.axes);
    axes = joinElementwise(axes, inputs[k]!.axes);
    if (inputs[k]!.masks.length > 0) masks = [...masks, ...inputs[k]!.masks];
  }
  return tensor(elem, axes, masks);
}

/** Rows and columns of a product's operand, which may be transposed as it is read. */
function matrixAxes({ axes }: TensorType, transposed: boolean): readonly (Axis | undefined)[] {
  return transposed ? axes.slice(-2).reverse() : axes.slice(-2);
}

/**
 * An id that both have must mean the same axis. The verifier compares fixed sizes with the known facts; here only constants are
 * compared.
 */
function meet(a: readonly Axis[], b: readonly Axis[]): void {
  for (const axis of a) {
    for (const other of b) {
      if (other.id === axis.id && surelyDiffer(axis, other)) throw new GraphError(`${showAxis(axis)} meets ${showAxis(other)}`);
    }
  }
}

/** The result of an operation over `over`: `axes` are its own axes, which may still include `over`. */
function reducing(elem: Elem, axes: readonly Axis[], masks: Masks, over: readonly string[]): TensorType {
  if (masks.length === 0) return tensor(elem, axes);
  const ends = (mask: readonly Axis[]): boolean => mask.some((axis) => over.includes(axis.id));
  const joining = masks.filter(ends).map((mask) => without(mask, over));
  // In front, like the axes that a call is lifted over: `mean[key](x[upto time as key])` is [time, …].
  const gained = without(
    joining.reduce<readonly Axis[]>(join, []),
    axes.map(({ id }) => id),
  );
  return tensor(
    elem,
    [...gained, ...axes],
    masks.filter((mask) => !ends(mask)),
  );
}

/** Moves every mask over an axis of `from` to `to`. */
function moveMasks(masks: Masks, from: readonly string[], to: readonly Axis[]): Masks {
  return masks.length === 0
    ? masks
    : masks.map((mask) => (mask.some((axis) => from.includes(axis.id)) ? join(without(mask, from), to) : mask));
}

/** Axes with a length for each position of `from` get one for each of `to`. */
function along(axes: readonly Axis[], from: string, to: Axis): readonly Axis[] {
  if (!axes.some(({ space }) => isInner(space))) return axes;
  return axes.map((axis) => {
    const space = relocated(axis.space, (_, within) => (within?.id === from ? to : null));
    return space === axis.space ? axis : { ...axis, space };
  });
}

function replaceAxis(axes: readonly Axis[], id: string, by: readonly Axis[]): readonly Axis[] {
  const k = axes.findIndex((axis) => axis.id === id);
  return k < 0 ? axes : axes.toSpliced(k, 1, ...by);
}

const isNumber = (elem: Elem): boolean => elem.kind !== 'bool';

/** int and index become int in arithmetic; beside a float they become float. */
function arithmetic(inputs: readonly TensorType[]): Elem {
  for (const type of inputs) check(isNumber(type.elem), () => `${showType(type)} is not a number`);
  return inputs.some((type) => type.elem.kind === 'float') ? FLOAT : INT;
}

function floats(inputs: readonly TensorType[]): Elem {
  arithmetic(inputs);
  return FLOAT;
}

function bools(inputs: readonly TensorType[]): Elem {
  for (const type of inputs) check(type.elem.kind === 'bool', () => `${showType(type)} is not bool`);
  return BOOL;
}

/** The element type of alternatives: theirs if they agree, else as in arithmetic. */
function either(inputs: readonly TensorType[]): Elem {
  return inputs.every((type) => sameElem(type.elem, inputs[0]!.elem)) ? inputs[0]!.elem : arithmetic(inputs);
}

function unaryElem(fn: UnaryFn, type: TensorType): Elem {
  switch (UNARY[fn].takes) {
    case 'bool':
      return bools([type]);
    case 'same':
      return type.elem;
    case 'to float':
      return FLOAT;
    case 'to int':
      check(type.elem.kind !== 'float', () => 'int of a float: use floor');
      return INT;
    case 'floor':
      arithmetic([type]);
      return INT;
    case 'number':
      return arithmetic([type]);
    case 'float':
      return floats([type]);
  }
}

function binaryElem(fn: BinaryFn, inputs: readonly TensorType[]): Elem {
  const bool = inputs.every(({ elem }) => elem.kind === 'bool');
  switch (BINARY[fn].takes) {
    case 'bool':
      return bools(inputs);
    case 'equality':
    case 'order':
      if (!bool || BINARY[fn].takes === 'order') arithmetic(inputs);
      return BOOL;
    case 'float':
      return floats(inputs);
    case 'number':
      return arithmetic(inputs);
    case 'whole':
      for (const type of inputs)
        check(type.elem.kind === 'int' || type.elem.kind === 'index', () => `${showType(type)} holds no whole numbers`);
      return INT;
  }
}

function reduceElem(fn: OpOf<'reduce'>['fn'], type: TensorType): Elem {
  if (fn === 'any' || fn === 'all') return bools([type]);
  return fn === 'mean' ? floats([type]) : arithmetic([type]);
}

function constantSize(axis: Axis): number | null {
  return constantOf(sizeOf(axis.space));
}

/** Constant sizes must have equal products; symbolic ones are checked by the verifier. */
function sameCount(a: readonly Axis[], b: readonly Axis[]): void {
  const count = (axes: readonly Axis[]): number | null =>
    axes.map(constantSize).reduce((p, n) => (p === null || n === null ? null : p * n), 1);
  const [m, n] = [count(a), count(b)];
  check(m === null || n === null || m === n, () => `${m} positions cannot be ${n}`);
}

function running(op: OpOf<'cumsum' | 'cumprod'>, inputs: readonly TensorType[]): readonly TensorType[] {
  arity(inputs, 1);
  const [x] = inputs;
  axisOf(x, op.axis);
  return [reducing(arithmetic(inputs), x.axes, x.masks, [op.axis])];
}

// ---------------------------------------------------------------- the table

const RULES: Rules = {
  input: 'given',
  parameter: 'given',
  constant: 'given',
  length: 'given',
  argument: 'given',
  size: () => [tensor(INT, [])],
  position: ({ axis }) => [tensor({ kind: 'index', space: axis.space }, [axis])],
  random(op, inputs) {
    for (const type of inputs) check(type.axes.length === 0 && isNumber(type.elem), () => 'inputs are positions of scans');
    return [tensor(FLOAT, op.axes)];
  },

  unary(op, inputs) {
    arity(inputs, 1);
    return [{ ...inputs[0], elem: unaryElem(op.fn, inputs[0]) }];
  },
  binary(op, inputs) {
    arity(inputs, 2);
    return [elementwise(inputs, binaryElem(op.fn, inputs))];
  },
  select(_op, inputs) {
    arity(inputs, 3);
    bools(inputs.slice(0, 1));
    return [elementwise(inputs, either(inputs.slice(1)))];
  },

  where(_op, inputs) {
    arity(inputs, 2);
    const [x, condition] = inputs;
    bools([condition]);
    meet(x.axes, condition.axes);
    return [tensor(x.elem, x.axes, [...x.masks, ...condition.masks, condition.axes])];
  },
  otherwise(_op, inputs) {
    arity(inputs, 2);
    const [p, q] = inputs;
    meet(p.axes, q.axes);
    const deciding = p.masks.reduce<readonly Axis[]>(join, []);
    // Absent where both are: q's masks, each over what decides that p is absent too.
    const masks = p.masks.length === 0 ? [] : q.masks.map((mask) => join(deciding, mask));
    return [tensor(either(inputs), join(join(p.axes, deciding), q.axes), masks)];
  },

  reduce(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    for (const id of op.axes) axisOf(x, id);
    return [reducing(reduceElem(op.fn, x), without(x.axes, op.axes), x.masks, op.axes)];
  },
  softmax(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    axisOf(x, op.axis);
    // The weight of a skipped position is 0; its logarithm is not a number, and stays absent.
    return [op.log ? tensor(floats(inputs), x.axes, x.masks) : reducing(floats(inputs), x.axes, x.masks, [op.axis])];
  },
  across(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    for (const id of op.axes) axisOf(x, id);
    const kept = without(x.masks.reduce<readonly Axis[]>(join, []), [...op.axes, ...x.axes.map(({ id }) => id)]);
    const axes = [...kept, ...without(x.axes, op.axes)];
    for (const axis of axes) check(!isRagged(axis.space), () => `${showAxis(axis)} has another length in every example`);
    return [tensor(reduceElem(op.fn, x), axes)];
  },
  argmax(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    const { space } = axisOf(x, op.axis);
    arithmetic(inputs);
    return [reducing({ kind: 'index', space }, without(x.axes, [op.axis]), x.masks, [op.axis])];
  },
  contract(op, inputs) {
    arity(inputs, 2);
    const [a, b] = inputs;
    meet(a.axes, b.axes);
    for (const id of op.axes) meet([axisOf(a, id)], [axisOf(b, id)]);
    return [reducing(arithmetic(inputs), without(join(a.axes, b.axes), op.axes), [...a.masks, ...b.masks], op.axes)];
  },

  check(_op, inputs) {
    arity(inputs, 2);
    bools(inputs.slice(1));
    return [inputs[0]];
  },

  gather(op, inputs) {
    arity(inputs, 2);
    const [t, i] = inputs;
    axisOf(t, op.axis);
    check(i.elem.kind === 'index' || i.elem.kind === 'int', () => `${showType(i)} is not an index`);
    const rest = without(t.axes, [op.axis]);
    meet(i.axes, rest);
    const masks = [...moveMasks(t.masks, [op.axis], i.axes), ...i.masks, ...(op.inside ? [] : [i.axes])];
    return [tensor(t.elem, join(i.axes, rest), masks)];
  },
  scatter(op, inputs) {
    arity(inputs, 2);
    const [g, i] = inputs;
    check(i.elem.kind === 'index' || i.elem.kind === 'int', () => `${showType(i)} is not an index`);
    meet(g.axes, i.axes);
    for (const id of op.over) check(hasAxis(g.axes, id) || hasAxis(i.axes, id), () => `no axis ${id} to sum over`);
    const rest = without(join(g.axes, i.axes), op.over);
    return [reducing(arithmetic([g]), [op.axis, ...rest], [...g.masks, ...i.masks], op.over)];
  },
  onehot(op, inputs) {
    arity(inputs, 1);
    const [i] = inputs;
    check(i.elem.kind === 'index' || i.elem.kind === 'int', () => `${showType(i)} is not an index`);
    return [tensor(FLOAT, [...i.axes, op.axis], i.masks)];
  },
  concat(op, inputs) {
    check(inputs.length === op.parts.length && inputs.length > 0, () => `${op.parts.length} parts, given ${inputs.length} inputs`);
    const renamed = inputs.map((type, k) => {
      const part = op.parts[k];
      if (part === null) return type.axes;
      axisOf(type, part!);
      return replaceAxis(type.axes, part!, [op.axis]);
    });
    const places = inputs.map((type, k) => (op.parts[k] === null ? 1 : constantSize(axisOf(type, op.parts[k]!))));
    const total = places.reduce((sum, n) => (sum === null || n === null ? null : sum + n), 0);
    const size = constantSize(op.axis);
    check(total === null || size === null || total === size, () => `${total} positions joined into ${showAxis(op.axis)}`);
    const joined = renamed.reduce((a, b) => {
      meet(without(a, [op.axis.id]), without(b, [op.axis.id]));
      return join(a, b);
    });
    const axes = hasAxis(joined, op.axis.id) ? joined : [op.axis, ...joined];
    // A part's absence is at its own positions only, so every mask depends on the position along the axis.
    const masks = inputs.flatMap((type, k) => type.masks.map((mask) => join(without(mask, [op.parts[k] ?? op.axis.id]), [op.axis])));
    return [tensor(either(inputs), axes, masks)];
  },
  slice(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    axisOf(x, op.axis);
    const into = op.into === null ? [] : [op.into];
    return [tensor(x.elem, replaceAxis(x.axes, op.axis, into), moveMasks(x.masks, [op.axis], into))];
  },
  shift(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    axisOf(x, op.axis);
    check(x.masks.length === 0, () => 'masks are explicit here');
    return [x];
  },

  rename(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    // A mask may have axes that the value lacks.
    const from = x.masks.flat().find(({ id }) => id === op.from) ?? axisOf(x, op.from);
    check(!surelyDiffer(from, op.to), () => `${showAxis(from)} cannot be ${showAxis(op.to)}`);
    const masks = moveMasks(x.masks, [op.from], [op.to]);
    return [tensor(x.elem, along(replaceAxis(x.axes, op.from, [op.to]), op.from, op.to), masks)];
  },
  merge(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    const merged = op.axes.map((id) => axisOf(x, id));
    check(merged.length > 0, () => 'no axes to merge');
    sameCount(merged, [op.into]);
    const rest = op.axes.slice(1);
    return [tensor(x.elem, replaceAxis(without(x.axes, rest), op.axes[0]!, [op.into]), moveMasks(x.masks, op.axes, [op.into]))];
  },
  split(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    sameCount([axisOf(x, op.axis)], op.into);
    return [tensor(x.elem, replaceAxis(x.axes, op.axis, op.into), moveMasks(x.masks, [op.axis], op.into))];
  },
  broadcast(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    for (const axis of x.axes)
      check(hasAxis(op.axes, axis.id) || isUnit(axis), () => `${showAxis(axis)} is not among [${op.axes.map(showAxis).join(', ')}]`);
    meet(x.axes, op.axes);
    return [tensor(x.elem, op.axes, x.masks)];
  },
  cumsum: running,
  cumprod: running,

  past(op, inputs) {
    arity(inputs, 1);
    const [state] = inputs;
    check(state.masks.length === 0, () => 'a state is never absent');
    return [tensor(state.elem, [op.axis, ...state.axes])];
  },
  append(op, inputs) {
    arity(inputs, 2);
    const [rows, row] = inputs;
    axisOf(rows, op.before);
    check(
      sameAxes(without(rows.axes, [op.before]), row.axes) && sameElem(rows.elem, row.elem),
      () => `${showType(row)} is not a row of ${showType(rows)}`,
    );
    check(rows.masks.length === 0 && row.masks.length === 0, () => 'rows are never absent');
    return [tensor(rows.elem, replaceAxis(rows.axes, op.before, [op.axis]))];
  },
  before(op, inputs, nodes) {
    arity(inputs, 1);
    check(nodes[0]!.op.kind === 'append', () => 'reads an append');
    axisOf(inputs[0], op.axis);
    return [tensor(inputs[0].elem, without(inputs[0].axes, [op.axis]))];
  },

  permute(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    check(op.order.length === x.axes.length, () => `order [${op.order.join(', ')}] is not one of all axes`);
    return [{ ...x, axes: op.order.map((id) => axisOf(x, id)) }];
  },
  reshape(op, inputs) {
    arity(inputs, 1);
    const [x] = inputs;
    check(x.masks.length === 0, () => 'masks have no shape of their own to reshape');
    sameCount(x.axes, op.axes);
    return [tensor(x.elem, op.axes)];
  },
  matmul(op, inputs) {
    arity(inputs, 2);
    const [a, b] = inputs;
    const rank = a.axes.length;
    check((rank === 2 || rank === 3) && b.axes.length === rank, () => 'operands are [i, k] and [k, j], or [b, i, k] and [b, k, j]');
    check(a.masks.length === 0 && b.masks.length === 0, () => 'masks are explicit here');
    const [i, ka] = matrixAxes(a, op.transposeA);
    const [kb, j] = matrixAxes(b, op.transposeB);
    check(ka!.id === kb!.id, () => `${showAxis(ka!)} against ${showAxis(kb!)}`);
    meet(a.axes, b.axes);
    if (rank === 2) return [tensor(floats(inputs), [i!, j!])];
    const [ba, bb] = [a.axes[0], b.axes[0]];
    check(ba!.id === bb!.id || isUnit(ba!) || isUnit(bb!), () => `${showAxis(ba!)} against ${showAxis(bb!)}`);
    return [tensor(floats(inputs), [isUnit(ba!) ? bb! : ba!, i!, j!])];
  },

  result(op, _types, nodes) {
    check(nodes.length === 1 && isRegion(nodes[0]!.op), () => 'reads a scan, a call or a clock');
    const type = nodes[0]!.types[op.index];
    check(type !== undefined, () => `no result ${op.index}`);
    return [type];
  },
  scan(op, inputs) {
    const { axis, region } = op;
    counted(inputs, region.xs.length + region.states.length);
    check(region.nexts.length === region.states.length, () => `${region.states.length} states, ${region.nexts.length} next values`);
    const place = typeOf(region.position);
    check(
      place.axes.length === 0 && place.elem.kind === 'index' && sameSpace(place.elem.space, axis.space),
      () => `position is ${showType(place)}`,
    );
    region.xs.forEach((argument, k) => {
      const x = inputs[k];
      meet([axisOf(x!, axis.id)], [axis]);
      const slice = tensor(x!.elem, without(x!.axes, [axis.id]), moveMasks(x!.masks, [axis.id], []));
      stands(slice, typeOf(argument), `sequence ${k}`);
    });
    const finals = region.states.map((argument, k) => {
      const type = typeOf(argument);
      check(!hasAxis(type.axes, axis.id), () => `state ${k} has the scanned axis`);
      stands(inputs[region.xs.length + k]!, type, `initial state ${k}`);
      stands(typeOf(region.nexts[k]!), type, `next state ${k}`);
      return type;
    });
    const emits = region.emits.map((node) => {
      const type = typeOf(node);
      return tensor(
        type.elem,
        [axis, ...type.axes],
        type.masks.map((mask) => join(mask, [axis])),
      );
    });
    return [...finals, ...emits];
  },
  clock(op, inputs) {
    const { region } = op;
    counted(inputs, region.args.length);
    inputs.forEach((type, k) => stands(type, typeOf(region.args[k]!), `sequence ${k}`));
    return region.results.map(typeOf);
  },
  call(op, inputs) {
    const { region, binding } = op;
    counted(inputs, region.args.length);
    check(
      binding.args.length === region.args.length && binding.results.length === region.results.length,
      () => 'binding and region differ in length',
    );
    inputs.forEach((type, k) => stands(argumentType(type, binding.args[k]!, binding.extras), typeOf(region.args[k]!), `argument ${k}`));
    const isPartial = region.results.some((node) => typeOf(node).masks.length > 0);
    const lifted = isPartial ? liftedMasks(op, inputs, infer) : [];
    return region.results.map((node, k) => {
      const type = typeOf(node);
      const outside = (axis: Axis): Axis => {
        const entry = binding.results[k]!.find(({ from }) => from === axis.id);
        check(entry !== undefined, () => `result ${k}: ${showAxis(axis)} has no name outside`);
        return entry.to;
      };
      if (binding.once?.includes(k) === true) {
        check(type.masks.length === 0, () => `result ${k} may be absent`);
        return tensor(type.elem, [...binding.extras.filter(({ id }) => binding.per?.includes(id) === true), ...type.axes.map(outside)]);
      }
      // It is not known on which extras the absence of a loop's results depends.
      const own =
        lifted[k]?.map((mask) => mask.map((axis) => (hasAxis(binding.extras, axis.id) ? axis : outside(axis)))) ??
        type.masks.map((mask) => join(mask.map(outside), binding.extras));
      return tensor(type.elem, [...without(binding.extras, binding.maskOnly ?? []), ...type.axes.map(outside)], own);
    });
  },
};

/** `given` may be used where `expected` is declared: the same element type, the same axes in any order, and no further masks. */
function stands(given: TensorType, expected: TensorType, what: string): void {
  const masked = (type: TensorType, mask: readonly Axis[]): boolean => type.masks.some((other) => sameAxes(other, mask));
  meet(given.axes, expected.axes);
  check(
    sameElem(given.elem, expected.elem) && sameAxes(given.axes, expected.axes) && given.masks.every((mask) => masked(expected, mask)),
    () => `${what} is ${showType(given)}, the region expects ${showType(expected)}`,
  );
}

/** The type of a call's argument as one element sees it: bound axes are renamed to the body's, extras are gone. */
export function argumentType(type: TensorType, bound: OpOf<'call'>['binding']['args'][number], extras: readonly Axis[]): TensorType {
  const view = (axes: readonly Axis[]): readonly Axis[] =>
    axes.flatMap((axis) => {
      const entry = bound.find(({ from }) => from === axis.id);
      if (entry !== undefined) return [entry.to];
      check(hasAxis(extras, axis.id), () => `${showAxis(axis)} is neither bound nor an extra`);
      return [];
    });
  return tensor(type.elem, view(type.axes), type.masks.map(view));
}
