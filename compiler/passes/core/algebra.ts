/**
 * Algebraic identities, applied as nodes are made (from 'batched' on: absence is explicit and padding finite). Every rule returns
 * a node with the same axes; `⌈x⌉` below is x broadcast to them.
 */
import { constantOf, nonNegative, size as sizes } from '../../size/size.ts';
import type { Axis, BinaryFn, Node, Op, OpOf, TensorType, UnaryFn } from '../../graph/graph.ts';
import { infer, typeOf } from '../../graph/infer.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { hasAxis, isRagged, sameElem, sameSpace, sizeOf } from '../../graph/spaces.ts';
import type { GraphBuilder, Rule } from './graph-builder.ts';
import { axesOf, BATCH, BEAM } from './axes.ts';
import { joinedPads } from './pads.ts';

export const algebra: Rule = (m, op, inputs) => {
  switch (op.kind) {
    case 'size': {
      const n = constantOf(op.size);
      return n === null ? null : m.constant(n, 'int');
    }
    case 'unary':
      return unary(m, op.fn, inputs[0]!);
    case 'binary':
      return lifted(m, op, inputs) ?? binary(m, op, inputs[0]!, inputs[1]!) ?? swapped(m, op, inputs);
    case 'select':
      return lifted(m, op, inputs) ?? select(m, op, inputs);
    case 'reduce':
      return reduce(m, op, inputs[0]!);
    case 'contract':
      return contract(m, op, inputs[0]!, inputs[1]!) ?? swapped(m, op, inputs);
    case 'rename':
      return rename(m, op, inputs[0]!);
    case 'broadcast':
      return broadcast(m, op, inputs[0]!);
    case 'shift':
      return shift(m, op, inputs[0]!);
    case 'gather':
      return gather(m, op, inputs[0]!, inputs[1]!);
    case 'slice':
      return slice(m, op, inputs[0]!);
    case 'check':
      return literal(inputs[1]!) === 0 ? inputs[0]! : null;
    default:
      return null;
  }
};

/** The number that the node holds everywhere, or null. */
export function literal(node: Node): number | null {
  let from = node;
  while (from.op.kind === 'broadcast') from = from.inputs[0]!;
  return from.op.kind === 'constant' ? from.op.value : null;
}

function constantOfType(m: GraphBuilder, value: number, type: TensorType): Node | null {
  const { kind } = type.elem;
  if (kind === 'index' || !Number.isFinite(value)) return null;
  return m.broadcast(m.constant(value, kind), type.axes);
}

/** The same numbers with this type's elements. */
function as(m: GraphBuilder, x: Node, { elem }: TensorType): Node {
  if (sameElem(typeOf(x).elem, elem)) return x;
  return m.unary(elem.kind === 'float' ? 'float' : 'int', x);
}

/** ⌈x⌉, if the element types agree. */
function fit(m: GraphBuilder, x: Node, type: TensorType): Node | null {
  if (!sameElem(typeOf(x).elem, type.elem)) return null;
  return axesOf(x).length === type.axes.length ? x : m.broadcast(x, type.axes);
}

/** A broadcast that only reorders axes is there for that order. */
const repeatsAxes = (x: Node): boolean => x.op.kind === 'broadcast' && axesOf(x.inputs[0]!).length < axesOf(x).length;
const inner = (x: Node): Node => (repeatsAxes(x) ? x.inputs[0]! : x);

/** f(⌈x⌉, y) = ⌈f(x, y)⌉ */
function lifted(m: GraphBuilder, op: Op, inputs: readonly Node[]): Node | null {
  if (!inputs.some(repeatsAxes)) return null;
  const made = m.make(op, inputs.map(inner));
  const { axes } = infer(op, inputs)[0]!;
  return axesOf(made).length === axes.length ? made : m.broadcast(made, axes);
}

const SWAPPED: { readonly [F in BinaryFn]?: BinaryFn } = {
  add: 'add',
  mul: 'mul',
  max: 'max',
  min: 'min',
  and: 'and',
  or: 'or',
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  gt: 'lt',
  le: 'ge',
  ge: 'le',
};

/** x y = y x, x < y = y > x: the operand with the batch goes first, so that its axes also lead in the result and memory keeps one order. */
function swapped(m: GraphBuilder, op: OpOf<'binary'> | OpOf<'contract'>, [a, b]: readonly Node[]): Node | null {
  if (!hasAxis(axesOf(b!), BATCH.id) || hasAxis(axesOf(a!), BATCH.id)) return null;
  if (op.kind === 'contract') return m.make(op, [b!, a!]);
  const fn = SWAPPED[op.fn];
  return fn === undefined ? null : m.binary(fn, b!, a!);
}

/** (x v) y = (x y) v, where v is outside a loop that contains x and y, and adds axes that y has: the product can then leave the loop. */
function outward(m: GraphBuilder, p: Node, y: Node): Node | null {
  if (p.op.kind !== 'binary' || p.op.fn !== 'mul') return null;
  const loops = (node: Node): number => m.loopsOf(node).size;
  const has = (node: Node, other: Node): boolean => axesOf(other).every(({ id }) => hasAxis(axesOf(node), id));
  for (const [x, v] of [p.inputs, [...p.inputs].reverse()]) {
    if (loops(v!) < Math.min(loops(x!), loops(y)) && !has(x!, v!) && has(y, v!)) return m.mul(m.mul(x!, y), v!);
  }
  return null;
}

/**
 * (1 - z) a + z b = a + z (b - a): one product instead of two, here and in the derivative. Only where z is a gate: if a is far
 * larger than b, its rounding error would remain in the result at z = 1, which is b.
 */
function mixed(m: GraphBuilder, p: Node, q: Node): Node | null {
  const factors = (x: Node): readonly (readonly [Node, Node])[] => {
    if (x.op.kind !== 'binary' || x.op.fn !== 'mul') return [];
    const [a, b] = [x.inputs[0]!, x.inputs[1]!];
    return [
      [a, b],
      [b, a],
    ];
  };
  const complement = (x: Node): Node | null =>
    x.op.kind === 'binary' && x.op.fn === 'sub' && literal(x.inputs[0]!) === 1 ? x.inputs[1]! : null;
  for (const [x, y] of [
    [p, q],
    [q, p],
  ]) {
    for (const [rest, a] of factors(x!)) {
      for (const [z, b] of factors(y!)) {
        if (complement(rest) === z && z !== undefined && isGate(z) && axesOf(a).length === axesOf(b).length)
          return m.add(a, m.mul(z, m.sub(b, a)));
      }
    }
  }
  return null;
}

function isGate({ op, inputs }: Node): boolean {
  if (op.kind === 'rename' || op.kind === 'broadcast') return isGate(inputs[0]!);
  return op.kind === 'unary' && op.fn === 'sigmoid';
}

function unary(m: GraphBuilder, fn: UnaryFn, x: Node): Node | null {
  // f(⌈x⌉) = ⌈f(x)⌉
  if (repeatsAxes(x)) return m.broadcast(m.unary(fn, inner(x)), axesOf(x));
  const type = infer({ kind: 'unary', fn }, [x])[0]!;
  if (x.op.kind === 'constant') return constantOfType(m, UNARY[fn].value(x.op.value), type);
  // -(-x) = x, not not x = x
  if ((fn === 'neg' || fn === 'not') && x.op.kind === 'unary' && x.op.fn === fn) return fit(m, x.inputs[0]!, type);
  // -(a - b) = b - a
  if (fn === 'neg' && x.op.kind === 'binary' && x.op.fn === 'sub') return m.sub(x.inputs[1]!, x.inputs[0]!);
  // stop(stop(x)) = stop(x); float of a float, int of an int
  if (fn === 'stop' && x.op.kind === 'unary' && x.op.fn === 'stop') return x;
  if ((fn === 'float' || fn === 'int') && typeOf(x).elem.kind === fn) return x;
  return null;
}

function binary(m: GraphBuilder, op: OpOf<'binary'>, a: Node, b: Node): Node | null {
  const type = infer(op, [a, b])[0]!;
  const [p, q] = [literal(a), literal(b)];
  const is = (x: Node, fn: UnaryFn): boolean => x.op.kind === 'unary' && x.op.fn === fn;
  // A quotient by 0 is undefined; the kernels give 0.
  if (op.fn === 'quot' && q === 0) return constantOfType(m, 0, type);
  if (p !== null && q !== null) return constantOfType(m, BINARY[op.fn].value(p, q), type);
  switch (op.fn) {
    case 'add':
      if (q === 0) return fit(m, a, type); // x + 0 = x
      if (p === 0) return fit(m, b, type);
      if (is(b, 'neg')) return m.sub(a, b.inputs[0]!); // x + -y = x - y
      if (is(a, 'neg')) return m.sub(b, a.inputs[0]!);
      return mixed(m, a, b) ?? joinedPads(m, a, b, (each) => literal(each) === 0);
    case 'sub':
      if (q === 0) return fit(m, a, type); // x - 0 = x
      if (p === 0 && type.elem.kind === typeOf(b).elem.kind) return fit(m, m.neg(b), type); // 0 - x = -x
      if (is(b, 'neg')) return m.add(a, b.inputs[0]!); // x - -y = x + y
      return null;
    case 'mul':
      if (p === 0 || q === 0) return constantOfType(m, 0, type); // x * 0 = 0
      if (q === 1) return fit(m, a, type); // x * 1 = x
      if (p === 1) return fit(m, b, type);
      if (q === -1) return fit(m, m.neg(a), type); // x * -1 = -x
      if (p === -1) return fit(m, m.neg(b), type);
      if (is(a, 'neg') && is(b, 'neg')) return m.mul(a.inputs[0]!, b.inputs[0]!); // -x * -y = x * y
      return outward(m, a, b) ?? outward(m, b, a);
    case 'div':
      return q === 1 ? fit(m, a, type) : p === 0 ? constantOfType(m, 0, type) : null; // x / 1 = x, 0 / x = 0
    case 'quot':
      return q === 1 ? fit(m, a, type) : null; // x quot 1 = x
    case 'pow':
      if (q === 1) return fit(m, a, type); // x^1 = x
      return q === 2 && typeOf(a).elem.kind === 'float' ? m.mul(a, a) : null; // x^2 = x * x
    case 'and':
      if (p === 0 || q === 0) return constantOfType(m, 0, type);
      return q !== null || a === b ? fit(m, a, type) : p !== null ? fit(m, b, type) : null;
    case 'or':
      if ((p ?? 0) !== 0 || (q ?? 0) !== 0) return constantOfType(m, 1, type);
      return q !== null || a === b ? fit(m, a, type) : p !== null ? fit(m, b, type) : null;
    case 'max':
    case 'min':
      return a === b ? fit(m, a, type) : null;
    default:
      return null;
  }
}

function select(m: GraphBuilder, op: OpOf<'select'>, inputs: readonly Node[]): Node | null {
  const [condition, then, otherwise] = [inputs[0]!, inputs[1]!, inputs[2]!];
  const type = infer(op, inputs)[0]!;
  const known = literal(condition);
  if (known !== null) return fit(m, known === 0 ? otherwise : then, type); // select(true, x, y) = x
  if (then === otherwise) return fit(m, then, type); // select(c, x, x) = x
  const [p, q] = [literal(then), literal(otherwise)];
  if (p !== null && p === q) return constantOfType(m, p, type);
  if (condition.op.kind === 'unary' && condition.op.fn === 'not') return m.select(condition.inputs[0]!, otherwise, then); // select(not c, x, y) = select(c, y, x)
  if (then.op.kind === 'select' && then.inputs[0] === condition) return kept(m, op, [condition, then.inputs[1]!, otherwise], type); // select(c, select(c, x, y), z) = select(c, x, z)
  if (otherwise.op.kind === 'select' && otherwise.inputs[0] === condition)
    return kept(m, op, [condition, then, otherwise.inputs[2]!], type);
  return null;
}

function kept(m: GraphBuilder, op: Op, inputs: readonly Node[], type: TensorType): Node | null {
  return fit(m, m.make(op, inputs), type);
}

/** How often a repeated value counts in a sum; null where the count differs between examples or batches. */
function repeats(m: GraphBuilder, axes: readonly Axis[]): Node | null {
  if (axes.some((axis) => isRagged(axis.space) || axis.id === BATCH.id || axis.id === BEAM.id)) return null;
  return axes.map((axis) => m.size(sizeOf(axis.space))).reduce((a, b) => m.mul(a, b), m.constant(1, 'int'));
}

/** x * v, where x has all of the axes and v has none. */
function factored({ op, inputs }: Node, over: readonly string[]): readonly [x: Node, v: Node] | null {
  if (op.kind !== 'binary' || op.fn !== 'mul') return null;
  for (const [x, v] of [inputs, [...inputs].reverse()]) {
    if (over.every((id) => hasAxis(axesOf(x!), id)) && !over.some((id) => hasAxis(axesOf(v!), id))) return [x!, v!];
  }
  return null;
}

/** Of these axes, those that have one position whatever the program is given. */
const single = (x: Node, ids: readonly string[]): readonly string[] =>
  axesOf(x).flatMap(({ id, space }) => (ids.includes(id) && constantOf(sizeOf(space)) === 1 ? [id] : []));
const only = (m: GraphBuilder, x: Node, axes: readonly string[]): Node =>
  axes.reduce((made, axis) => m.make({ kind: 'slice', axis, start: sizes.int(0), into: null }, [made]), x);

function reduce(m: GraphBuilder, op: OpOf<'reduce'>, x: Node): Node | null {
  if (op.axes.length === 0) return x;
  // f[a] x = x[a = first], if there is no other
  const ones = single(x, op.axes);
  if (ones.length > 0) {
    const rest = op.axes.filter((id) => !ones.includes(id));
    const one = only(m, x, ones);
    return rest.length > 0 ? m.reduce(op.fn, one, rest) : as(m, one, infer(op, [x])[0]!);
  }
  if (x.op.kind === 'broadcast') {
    const own = x.inputs[0];
    const added = op.axes.filter((id) => !hasAxis(axesOf(own!), id));
    if (added.length === 0) {
      const made = m.reduce(op.fn, own!, op.axes);
      return m.broadcast(
        made,
        axesOf(x).filter(({ id }) => !op.axes.includes(id)),
      );
    }
    const rest = op.axes.filter((id) => !added.includes(id));
    const left = axesOf(x).filter(({ id }) => !op.axes.includes(id));
    // sum[a] ⌈x⌉ = |a| x; prod has no such form; for the others a drops out: max[a] ⌈x⌉ = x
    if (op.fn === 'prod') return null;
    const count =
      op.fn === 'sum'
        ? repeats(
            m,
            axesOf(x).filter(({ id }) => added.includes(id)),
          )
        : null;
    if (op.fn === 'sum' && count === null) return null;
    const once = rest.length > 0 ? m.reduce(op.fn, own!, rest) : op.fn === 'mean' ? m.float(own!) : own;
    const times = count === null ? once : m.mul(once!, typeOf(once!).elem.kind === 'float' ? m.float(count) : count);
    return m.broadcast(times!, left);
  }
  // sum[a] sum[b] x = sum[a, b] x, and likewise for the others
  if (x.op.kind === 'reduce' && x.op.fn === op.fn && op.fn !== 'mean') return m.reduce(op.fn, x.inputs[0]!, [...x.op.axes, ...op.axes]);
  // sum[a](scatter[a](g, i)) = sum of g: an index lies inside its axis.
  if (op.fn === 'sum' && x.op.kind === 'scatter' && op.axes.includes(x.op.axis.id) && typeOf(x.inputs[1]!).elem.kind === 'index') {
    const { axis, over } = x.op;
    const [g, i] = [x.inputs[0]!, x.inputs[1]!];
    const whole = axesOf(i).every(({ id }) => hasAxis(axesOf(g), id));
    if (whole) return m.sum(g, [...over, ...op.axes.filter((id) => id !== axis.id)]);
  }
  // sum[a](x * v) = v * sum[a] x, if v lacks a
  if (op.fn === 'sum') {
    const factors: Node[] = [];
    let rest = x;
    for (let found = factored(rest, op.axes); found !== null; found = factored(rest, op.axes)) {
      rest = found[0];
      factors.push(found[1]);
    }
    if (factors.length > 0) return factors.reduceRight((sum, factor) => m.mul(sum, factor), m.sum(rest, op.axes));
  }
  // sum[a](x * y) = x @[a] y, if neither has all the axes of the other
  if (op.fn === 'sum' && x.op.kind === 'binary' && x.op.fn === 'mul') {
    const [a, b] = [x.inputs[0]!, x.inputs[1]!];
    const both = op.axes.every((id) => hasAxis(axesOf(a), id) && hasAxis(axesOf(b), id));
    const floats = typeOf(a).elem.kind === 'float' && typeOf(b).elem.kind === 'float';
    const covers = (p: Node, q: Node): boolean => axesOf(q).every(({ id }) => hasAxis(axesOf(p), id));
    if (both && floats && !(covers(a, b) && covers(b, a))) return m.contract(a, b, op.axes);
  }
  return null;
}

/** ⌈a⌉ @[K] b: the axes of K that a lacks are summed in b alone. */
function contract(m: GraphBuilder, op: OpOf<'contract'>, a: Node, b: Node): Node | null {
  if (op.axes.length === 0) return m.mul(a, b);
  const ones = single(a, op.axes);
  if (ones.length > 0)
    return m.contract(
      only(m, a, ones),
      only(m, b, ones),
      op.axes.filter((id) => !ones.includes(id)),
    );
  if (!repeatsAxes(a) && !repeatsAxes(b)) return null;
  const type = infer(op, [a, b])[0]!;
  const unbroadcast = (x: Node, y: Node): Node | null => {
    if (!repeatsAxes(x)) return null;
    const own = inner(x);
    const lost = op.axes.filter((id) => !hasAxis(axesOf(own), id));
    const other = m.sum(y, lost);
    const made = m.contract(
      own,
      other,
      op.axes.filter((id) => !lost.includes(id)),
    );
    return axesOf(made).length === type.axes.length ? made : m.broadcast(made, type.axes);
  };
  return unbroadcast(a, b) ?? unbroadcast(b, a);
}

function rename(m: GraphBuilder, op: OpOf<'rename'>, x: Node): Node | null {
  if (op.from === op.to.id) return x;
  // Two renames in a row are one.
  if (x.op.kind === 'rename' && x.op.to.id === op.from) return m.rename(x.inputs[0]!, x.op.from, op.to);
  // Renaming an axis that ⌈x⌉ added gives another ⌈x⌉; an axis that x itself has is renamed first.
  if (x.op.kind === 'broadcast') {
    const axes = axesOf(x).map((axis) => (axis.id === op.from ? op.to : axis));
    const own = x.inputs[0]!;
    return m.broadcast(hasAxis(axesOf(own), op.from) ? m.rename(own, op.from, op.to) : own, axes);
  }
  if (x.op.kind === 'position' && sameSpace(x.op.axis.space, op.to.space)) return m.position(op.to);
  return null;
}

function broadcast(m: GraphBuilder, op: OpOf<'broadcast'>, x: Node): Node | null {
  if (x.op.kind === 'broadcast') return m.broadcast(x.inputs[0]!, op.axes); // ⌈⌈x⌉⌉ = ⌈x⌉
  const own = axesOf(x);
  return own.length === op.axes.length && own.every((axis, k) => axis.id === op.axes[k]!.id) ? x : null;
}

function shift(m: GraphBuilder, op: OpOf<'shift'>, x: Node): Node | null {
  if (constantOf(op.by) === 0) return x;
  if (literal(x) === 0) return x; // zeros everywhere, including those shifted in
  if (repeatsAxes(x)) {
    // If ⌈x⌉ repeats along another axis, x is shifted first; if along this one, a circular shift changes nothing.
    if (hasAxis(axesOf(inner(x)), op.axis)) return m.broadcast(m.shift(inner(x), op.axis, op.by, op.circular), axesOf(x));
    if (op.circular) return x;
  }
  // Two shifts in one direction are one; in opposite directions the ends are lost, unless the shift is circular.
  if (x.op.kind !== 'shift' || x.op.axis !== op.axis || x.op.circular !== op.circular) return null;
  const both = [x.op.by, op.by];
  const adds = op.circular || both.every(nonNegative) || both.every((by) => nonNegative(sizes.sub(sizes.int(0), by)));
  return adds ? m.shift(x.inputs[0]!, op.axis, sizes.add(x.op.by, op.by), op.circular) : null;
}

/** One position of ⌈x⌉ along an axis that x lacks is ⌈x⌉ without it. */
function slice(m: GraphBuilder, op: OpOf<'slice'>, x: Node): Node | null {
  if (op.into !== null || !repeatsAxes(x) || hasAxis(axesOf(inner(x)), op.axis)) return null;
  return m.broadcast(
    inner(x),
    axesOf(x).filter(({ id }) => id !== op.axis),
  );
}

function gather(m: GraphBuilder, op: OpOf<'gather'>, t: Node, i: Node): Node | null {
  // t[a = position[b]] is t with a called b.
  if (i.op.kind !== 'position') return null;
  const { axis } = i.op;
  const from = axesOf(t).find(({ id }) => id === op.axis);
  if (from === undefined || !sameSpace(from.space, axis.space)) return null;
  return axis.id === op.axis ? t : hasAxis(axesOf(t), axis.id) ? null : m.rename(t, op.axis, axis);
}
