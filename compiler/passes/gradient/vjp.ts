/**
 * The vector-Jacobian product of every operation (semantics 9). A cotangent may lack axes of its value: it is then constant along
 * them. An operation kind without a rule does not compile.
 */
import { constantOf, size as sizes } from '../../size/size.ts';
import { GraphError } from '../../graph/errors.ts';
import type { Axis, Node, Op, OpOf, ReduceFn } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, hasAxis, originOf, sizeOf, without } from '../../graph/spaces.ts';
import type { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, idsOf } from '../core/axes.ts';
import { BINARY, type Cotangent } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';

export interface Step<K extends Op['kind'] = Op['kind']> {
  readonly m: GraphBuilder;
  readonly op: OpOf<K>;
  readonly inputs: readonly Node[];
  /** The operation's value. */
  readonly y: Node;
  /** Its cotangent. */
  readonly g: Node;
}

/** One cotangent for each input; null: the input gets none. */
export type Vjp<K extends Op['kind']> = (step: Step<K>) => readonly (Node | null)[];

/** 'none': no input has a derivative. 'region': differentiate.ts. 'absent': not in the 'batched' dialect. */
type Rules = { readonly [K in Op['kind']]: Vjp<K> | 'none' | 'region' | 'absent' };

export function vjp(step: Step): readonly (Node | null)[] {
  const rule = RULES[step.op.kind] as Vjp<Op['kind']> | 'none' | 'region' | 'absent';
  if (rule === 'none') return step.inputs.map(() => null);
  if (typeof rule === 'string') throw new GraphError(`${step.op.kind} is not differentiated as an operation`);
  return rule(step);
}

/** Whether a derivative flows through the operation at all. */
export function isDifferentiable(op: Op): boolean {
  if (op.kind === 'unary') return UNARY[op.fn].slope !== null;
  if (op.kind === 'binary') return BINARY[op.fn].slopes !== null;
  return RULES[op.kind] !== 'none';
}

// ---------------------------------------------------------------- sums over axes

/** Σ a b over all axes of either operand that are not in `keep`. */
export function product(m: GraphBuilder, a: Node, b: Node, keep: readonly string[]): Node {
  const alone = (x: Node, y: Node): Node =>
    m.sum(
      x,
      idsOf(x).filter((id) => !keep.includes(id) && !hasAxis(axesOf(y), id)),
    );
  const [p, q] = [alone(a, b), alone(b, a)];
  return m.contract(
    p,
    q,
    idsOf(p).filter((id) => !keep.includes(id) && hasAxis(axesOf(q), id)),
  );
}

/** The cotangent of an operand with axes `to`, where g is the cotangent of a value with axes `from`. */
export function reduceTo(m: GraphBuilder, g: Node, from: readonly Axis[], to: readonly Axis[]): Node {
  const over = from.filter((axis) => !hasAxis(to, axis.id));
  const missing = over.filter((axis) => !hasAxis(axesOf(g), axis.id));
  const whole = missing.length === 0 ? g : m.broadcast(g, [...axesOf(g), ...missing]);
  return m.sum(
    whole,
    over.map(({ id }) => id),
  );
}

/** The cotangent of `operand`, where `by` has all axes of the value that the operand lacks. */
function scaled(m: GraphBuilder, g: Node, by: Node, operand: Node): Node {
  return product(m, g, by, idsOf(operand));
}

/** With the axes that it lacks put in front. */
function having(m: GraphBuilder, g: Node, axes: readonly Axis[]): Node {
  const missing = axes.filter((axis) => !hasAxis(axesOf(g), axis.id));
  return missing.length === 0 ? g : m.broadcast(g, [...missing, ...axesOf(g)]);
}

/** With all of these axes; those it lacks go next to those it has, so that merging them moves nothing. */
function together(m: GraphBuilder, g: Node, axes: readonly Axis[]): Node {
  const own = axesOf(g);
  if (axes.every(({ id }) => hasAxis(own, id))) return g;
  const before = own.slice(
    0,
    own.findIndex(({ id }) => hasAxis(axes, id)),
  );
  return m.broadcast(g, [
    ...before,
    ...axes,
    ...without(
      own.slice(before.length),
      axes.map(({ id }) => id),
    ),
  ]);
}

// ---------------------------------------------------------------- elementwise

const zero = (m: GraphBuilder): Node => m.constant(0);

/** The cotangent of an operand, which may lack axes of the value. */
function cotangentOf({ m, y }: Step<'binary'>, { g, by, negated }: Cotangent, operand: Node): Node {
  const own = by === undefined ? reduceTo(m, g, axesOf(y), axesOf(operand)) : scaled(m, g, by, operand);
  return negated === true ? m.neg(own) : own;
}

// ---------------------------------------------------------------- over axes

type Reduction = (step: Step<'reduce'>, x: Node, over: readonly Axis[]) => Node;

const REDUCE: { readonly [F in ReduceFn]: Reduction | 'none' } = {
  sum: ({ g }) => g,
  mean: ({ m, g }, _x, over) =>
    m.div(
      g,
      over.map((axis) => m.float(m.size(sizeOf(axis.space)))).reduce((a, b) => m.mul(a, b)),
    ),
  max: extreme('max'),
  min: extreme('min'),
  prod: ({ m, g }, x, over) => {
    // One axis after the other; each position gets the product of all others, those before it times those after it.
    const ids = over.map(({ id }) => id);
    const others = over.map((axis, k) => othersProduct(m, m.reduce('prod', x, ids.slice(k + 1)), axis));
    return others.reduce((a, b) => m.mul(a, b), g);
  },
  any: 'none',
  all: 'none',
};

/** Goes to the first position that holds the extreme, in row-major order. */
function extreme(fn: 'max' | 'min'): Reduction {
  return ({ m, g }, x, over) => {
    let share = g;
    over.forEach((axis, k) => {
      const rest = m.reduce(
        fn,
        x,
        over.slice(k + 1).map(({ id }) => id),
      );
      const found = m.make({ kind: 'argmax', axis: axis.id }, [fn === 'max' ? rest : m.neg(rest)]);
      share = m.mul(share, m.make({ kind: 'onehot', axis }, [found]));
    });
    return share;
  };
}

function othersProduct(m: GraphBuilder, x: Node, axis: Axis): Node {
  const run = (reversed: boolean): Node => m.make({ kind: 'cumprod', axis: axis.id, exclusive: true, reversed }, [x]);
  return m.mul(run(false), run(true));
}

/**
 * Position k contributes to the products of all later positions: Π_{i<k} x_i times s_k, where s_k = g_k + x_{k+1} s_{k+1}, or one
 * position later for exclusive products. (Division by x_k would not do: it may be 0.)
 */
function cumprodVjp({ m, op, inputs, g }: Step<'cumprod'>): readonly Node[] {
  const x = inputs[0]!;
  const axis = axisOf(typeOf(x), op.axis);
  const whole = having(m, g, [axis]);
  const share = m.scan(axis, !op.reversed, [zero(m)], (loop) => {
    const later = loop.states[0]!;
    const with_ = m.add(loop.scanned(whole), op.exclusive ? m.mul(loop.scanned(x), later) : later);
    return op.exclusive ? { nexts: [with_], emits: [later] } : { nexts: [m.mul(loop.scanned(x), with_)], emits: [with_] };
  }).emits[0]!;
  return [m.mul(m.make({ ...op, exclusive: true }, [x]), share)];
}

/** All positions of `axis` before (or after) the cotangent's own hold 0. */
function sliceVjp({ m, op, inputs, g }: Step<'slice'>): readonly Node[] {
  const axis = axisOf(typeOf(inputs[0]!), op.axis);
  if (op.into === null && constantOf(sizeOf(axis.space)) === 1) return [having(m, g, [axis])];
  if (op.into === null && axis.space.kind !== 'cat') {
    const place = sizes.add(op.start, originOf(axis.space));
    return [m.select(m.binary('eq', m.position(axis), m.size(place)), g, zero(m))];
  }
  const before = op.start;
  const after = sizes.sub(sizes.sub(sizeOf(axis.space), op.start), op.into === null ? sizes.int(1) : sizeOf(op.into.space));
  const gap = (size: typeof before, side: string): readonly [Node, string][] => {
    if (constantOf(size) === 0) return [];
    const id = `${axis.id}.${side}.${size.key}`;
    return [[m.broadcast(zero(m), [{ id, label: axis.label, space: { kind: 'anon', size } }]), id]];
  };
  const parts: readonly (readonly [Node, string | null])[] = [
    ...gap(before, 'before'),
    op.into === null ? [g, null] : [having(m, g, [op.into]), op.into.id],
    ...gap(after, 'after'),
  ];
  return [
    m.make(
      { kind: 'concat', axis, parts: parts.map(([, id]) => id) },
      parts.map(([node]) => node),
    ),
  ];
}

function concatVjp({ m, op, inputs, g, y }: Step<'concat'>): readonly Node[] {
  const whole = having(m, g, [op.axis]);
  let start = sizes.int(0);
  return inputs.map((input, k) => {
    const id = op.parts[k];
    const into = id === null ? null : axisOf(typeOf(input), id!);
    const own = m.make({ kind: 'slice', axis: op.axis.id, start, into }, [whole]);
    start = sizes.add(start, into === null ? sizes.int(1) : sizeOf(into.space));
    const from = [...without(axesOf(y), [op.axis.id]), ...(into === null ? [] : [into])];
    return reduceTo(m, own, from, axesOf(input));
  });
}

const RULES: Rules = {
  input: 'none',
  parameter: 'none',
  constant: 'none',
  size: 'none',
  length: 'none',
  position: 'none',
  argument: 'none',
  random: 'none',
  across: 'absent',
  unary({ m, op, inputs, y, g }) {
    const { slope } = UNARY[op.fn];
    return [slope === null ? null : slope(m, g, inputs[0]!, y)];
  },
  binary(step) {
    const { slopes } = BINARY[step.op.fn];
    const [a, b] = step.inputs;
    return slopes === null
      ? [null, null]
      : slopes(step.m, step.g, a!, b!, step.y).map((each, k) => cotangentOf(step, each, step.inputs[k]!));
  },
  select({ m, inputs, y, g }) {
    const [condition, then, otherwise] = [inputs[0]!, inputs[1]!, inputs[2]!];
    return [
      null,
      reduceTo(m, m.select(condition, g, zero(m)), axesOf(y), axesOf(then)),
      reduceTo(m, m.select(condition, zero(m), g), axesOf(y), axesOf(otherwise)),
    ];
  },
  where: 'absent',
  otherwise: 'absent',
  reduce(step) {
    const rule = REDUCE[step.op.fn];
    const x = step.inputs[0]!;
    return [
      rule === 'none'
        ? null
        : rule(
            step,
            x,
            step.op.axes.map((id) => axisOf(typeOf(x), id)),
          ),
    ];
  },
  softmax({ m, op, inputs, y, g }) {
    const whole = having(m, g, [axisOf(typeOf(inputs[0]!), op.axis)]);
    const keep = axesOf(y).flatMap(({ id }) => (id === op.axis ? [] : [id]));
    return [
      op.log
        ? m.sub(whole, m.mul(m.unary('exp', y), m.sum(whole, [op.axis]))) // g - softmax(x) Σ g
        : m.mul(y, m.sub(g, product(m, y, whole, keep))),
    ]; // w (g - Σ w g)
  },
  check: ({ g }) => [g, null],
  argmax: 'none',
  contract({ m, inputs, g }) {
    const [a, b] = [inputs[0]!, inputs[1]!];
    return [product(m, g, b, idsOf(a)), product(m, g, a, idsOf(b))];
  },
  gather({ m, op, inputs, g, y }) {
    const [t, i] = [inputs[0]!, inputs[1]!];
    const rest = without(axesOf(t), [op.axis]);
    const over = idsOf(i).filter((id) => !hasAxis(rest, id));
    const whole = having(
      m,
      g,
      axesOf(y).filter((axis) => over.includes(axis.id)),
    );
    return [m.make({ kind: 'scatter', axis: axisOf(typeOf(t), op.axis), over }, [whole, i]), null];
  },
  scatter({ m, op, inputs, g }) {
    const [x, i] = [inputs[0]!, inputs[1]!];
    const whole = having(m, g, [op.axis]);
    const read = (at: Node): Node => m.gather(whole, at, op.axis.id);
    if (typeOf(i).elem.kind === 'index') return [reduceTo(m, read(i), axesOf(read(i)), axesOf(x)), null];
    // An int may lie outside the axis, where scatter drops it.
    const first = m.first(op.axis);
    const count = m.size(sizeOf(op.axis.space));
    const last = m.add(count, m.first(op.axis, -1));
    const nearest = m.binary('min', m.binary('max', i, first), last);
    const found = m.select(m.isInside(i, op.axis, count), read(nearest), zero(m));
    return [reduceTo(m, found, axesOf(found), axesOf(x)), null];
  },
  onehot: 'none',
  concat: concatVjp,
  slice: sliceVjp,
  shift({ m, op, inputs, g }) {
    return [m.shift(having(m, g, [axisOf(typeOf(inputs[0]!), op.axis)]), op.axis, sizes.sub(sizes.int(0), op.by), op.circular)];
  },
  rename({ m, op, inputs, g }) {
    return [hasAxis(axesOf(g), op.to.id) ? m.rename(g, op.to.id, axisOf(typeOf(inputs[0]!), op.from)) : g];
  },
  merge({ m, op, inputs, g }) {
    const into = op.axes.map((id) => axisOf(typeOf(inputs[0]!), id));
    return [hasAxis(axesOf(g), op.into.id) ? m.make({ kind: 'split', axis: op.into.id, into }, [g]) : g];
  },
  split({ m, op, inputs, g }) {
    if (!op.into.some((axis) => hasAxis(axesOf(g), axis.id))) return [g];
    const axes = op.into.map(({ id }) => id);
    return [m.make({ kind: 'merge', axes, into: axisOf(typeOf(inputs[0]!), op.axis) }, [together(m, g, op.into)])];
  },
  broadcast({ m, op, inputs, g }) {
    return [reduceTo(m, g, op.axes, axesOf(inputs[0]!))];
  },
  cumsum({ m, op, inputs, g }) {
    return [m.make({ ...op, reversed: !op.reversed }, [having(m, g, [axisOf(typeOf(inputs[0]!), op.axis)])])];
  },
  cumprod: cumprodVjp,
  past: 'absent',
  append: 'absent',
  before: 'absent',
  permute: 'absent',
  reshape: 'absent',
  matmul: 'absent',
  result: 'region',
  scan: 'region',
  call: 'absent',
  clock: 'absent',
};
