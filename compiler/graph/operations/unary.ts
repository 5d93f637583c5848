/**
 * The table of elementwise operations: everything that any part of the compiler knows of an operation is in its record, so that
 * an omission does not compile. Facts that follow from others are functions below the table. Operations of two operands:
 * `binary.ts`.
 */
import { ANY, type Range } from '../../size/range.ts';
import { erf, GELU_GATE, geluTanh, sigmoid, silu } from './functions.ts';
import type { BinaryFn, Node, UnaryFn } from '../graph.ts';

/** The operations that derivatives are written in. */
export interface Algebra {
  constant(value: number): Node;
  float(x: Node): Node;
  neg(x: Node): Node;
  add(a: Node, b: Node): Node;
  sub(a: Node, b: Node): Node;
  mul(a: Node, b: Node): Node;
  div(a: Node, b: Node): Node;
  unary(fn: UnaryFn, x: Node): Node;
  binary(fn: BinaryFn, a: Node, b: Node): Node;
  select(condition: Node, then: Node, other: Node): Node;
}

/** What TypeScript on tfjs calls the operation. */
export interface Emitted {
  /** The function on tensors; null: the emitter has a rule for it. */
  readonly call: string | null;
  /** A name for a result that has none. */
  readonly hint: string;
}

/**
 * The elements it takes: 'float', whose operands become floats; 'number', where whole numbers stay whole; 'floor', from numbers
 * to int; 'bool'; 'same', anything; 'to float' and 'to int' change the element type only.
 */
type Takes = 'float' | 'number' | 'floor' | 'bool' | 'same' | 'to float' | 'to int';

/**
 * Where a function or its derivative is not finite in float32: 'zero', at 0 and on one side of it; 'negative', somewhere below 0;
 * 'large', at large numbers. `harmless`: an operand to use where nothing reads the result.
 */
export interface Weakness {
  readonly at: 'zero' | 'negative' | 'large';
  readonly harmless: number;
}

export interface UnaryOperation {
  /** Is it a word of the language, under the same name? */
  readonly word: boolean;
  readonly takes: Takes;
  /** In float64. */
  readonly value: (x: number) => number;
  /** Does it change or choose numbers without rounding? */
  readonly exact: boolean;
  /** Is |f(x)| at most |x|, up to 1? */
  readonly along: boolean;
  /** The operand for which float32 gives up, gradients included; null: none. */
  readonly weak: Weakness | null;
  /** Bounds of the result from those of the operand. */
  readonly range: (x: Range) => Range;
  /** The cotangent of x, where `g` is that of y = f(x); null: no gradient flows. */
  readonly slope: ((m: Algebra, g: Node, x: Node, y: Node) => Node) | null;
  readonly typescript: Emitted & {
    /** On a host number; null: not available there. */
    readonly host: string | null;
  };
}

export const truth = (condition: boolean): number => (condition ? 1 : 0);
export const between = (low: number, high: number) => (): Range => [low, high];
const same = (range: Range): Range => range;

/** π/2 in float32, which is slightly larger. */
const QUARTER = Math.fround(Math.PI / 2);

/** Arguments beyond which the gates below, and their derivatives, are 0 or 1 in float32. */
const SATURATED = { silu: 120, gelu_tanh: 16 };

const clamped = (m: Algebra, x: Node, most: number): Node => m.binary('min', m.binary('max', x, m.constant(-most)), m.constant(most));

/** The cotangent of x in x σ(u), where u' is `slope`: g σ(u) (1 + x (1 - σ(u)) u'). No factor is infinite while x is between two bounds. */
function gated(m: Algebra, g: Node, x: Node, u: Node, slope: Node): Node {
  const [one, gate] = [m.constant(1), m.unary('sigmoid', u)];
  return m.mul(g, m.mul(gate, m.add(one, m.mul(x, m.mul(m.sub(one, gate), slope)))));
}

export const UNARY: { readonly [F in UnaryFn]: UnaryOperation } = {
  neg: {
    word: false,
    takes: 'number',
    value: (x) => -x,
    exact: true,
    along: true,
    weak: null,
    range: ([low, high]) => [-high, -low],
    slope: (m, g) => m.neg(g),
    typescript: { call: 'tf.neg', hint: 'negative', host: '-' },
  },
  exp: {
    word: true,
    takes: 'float',
    value: Math.exp,
    exact: false,
    along: false,
    weak: { at: 'large', harmless: 0 },
    range: () => [0, Infinity],
    slope: (m, g, _x, y) => m.mul(g, y),
    typescript: { call: 'tf.exp', hint: 'exp', host: 'Math.exp' },
  },
  expm1: {
    word: true,
    takes: 'float',
    value: Math.expm1,
    exact: false,
    along: false,
    weak: { at: 'large', harmless: 0 },
    range: () => [-1, Infinity],
    slope: (m, g, x) => m.mul(g, m.unary('exp', x)),
    typescript: { call: 'tf.expm1', hint: 'expm1', host: 'Math.expm1' },
  },
  log: {
    word: true,
    takes: 'float',
    value: Math.log,
    exact: false,
    along: false,
    weak: { at: 'zero', harmless: 1 },
    range: () => ANY,
    slope: (m, g, x) => m.div(g, x),
    typescript: { call: 'tf.log', hint: 'log', host: 'Math.log' },
  },
  log1p: {
    word: true,
    takes: 'float',
    value: Math.log1p,
    exact: false,
    along: false,
    weak: { at: 'negative', harmless: 0 },
    range: () => ANY,
    slope: (m, g, x) => m.div(g, m.add(m.constant(1), x)),
    typescript: { call: 'tf.log1p', hint: 'log1p', host: 'Math.log1p' },
  },
  sqrt: {
    word: true,
    takes: 'float',
    value: Math.sqrt,
    exact: false,
    along: false,
    weak: { at: 'zero', harmless: 1 },
    range: () => [0, Infinity],
    slope: (m, g, _x, y) => m.div(m.mul(g, m.constant(0.5)), y),
    typescript: { call: 'tf.sqrt', hint: 'root', host: 'Math.sqrt' },
  },
  rsqrt: {
    word: true,
    takes: 'float',
    value: (x) => 1 / Math.sqrt(x),
    exact: false,
    along: false,
    weak: { at: 'zero', harmless: 1 },
    range: () => [0, Infinity],
    slope: (m, g, x, y) => m.div(m.mul(m.mul(g, m.constant(-0.5)), y), x),
    typescript: { call: 'tf.rsqrt', hint: 'inverseRoot', host: null },
  },
  abs: {
    word: true,
    takes: 'number',
    value: Math.abs,
    exact: true,
    along: true,
    weak: null,
    range: ([low, high]) => [low > 0 ? low : high < 0 ? -high : 0, Math.max(-low, high)],
    slope: (m, g, x) => m.mul(g, m.unary('sign', x)),
    typescript: { call: 'tf.abs', hint: 'magnitude', host: 'Math.abs' },
  },
  sign: {
    word: true,
    takes: 'number',
    value: Math.sign,
    exact: true,
    along: false,
    weak: null,
    range: between(-1, 1),
    slope: null,
    typescript: { call: 'tf.sign', hint: 'sign', host: 'Math.sign' },
  },
  tanh: {
    word: true,
    takes: 'float',
    value: Math.tanh,
    exact: false,
    along: false,
    weak: null,
    range: between(-1, 1),
    slope: (m, g, _x, y) => m.mul(g, m.sub(m.constant(1), m.mul(y, y))),
    typescript: { call: 'tf.tanh', hint: 'tanh', host: 'Math.tanh' },
  },
  sigmoid: {
    word: true,
    takes: 'float',
    value: sigmoid,
    exact: false,
    along: false,
    weak: null,
    range: between(0, 1),
    slope: (m, g, _x, y) => m.mul(g, m.mul(y, m.sub(m.constant(1), y))),
    typescript: { call: 'tf.sigmoid', hint: 'sigmoid', host: null },
  },
  relu: {
    word: true,
    takes: 'number',
    value: (x) => Math.max(x, 0),
    exact: true,
    along: true,
    weak: null,
    range: ([low, high]) => [Math.max(low, 0), Math.max(high, 0)],
    slope: (m, g, _x, y) => m.select(m.binary('gt', y, m.constant(0)), g, m.constant(0)),
    typescript: { call: 'tf.relu', hint: 'relu', host: null },
  },
  softplus: {
    word: true,
    takes: 'float',
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    exact: false,
    along: true,
    weak: null,
    range: () => [0, Infinity],
    slope: (m, g, x) => m.mul(g, m.unary('sigmoid', x)),
    typescript: { call: 'tf.softplus', hint: 'softplus', host: null },
  },
  silu: {
    word: true,
    takes: 'float',
    value: silu,
    exact: false,
    along: true,
    weak: null,
    range: ([, high]) => [-0.3, Math.max(high, 0)],
    slope: (m, g, x) => {
      const c = clamped(m, x, SATURATED.silu);
      return gated(m, g, c, c, m.constant(1));
    },
    typescript: { call: 'rt.silu', hint: 'silu', host: null },
  },
  gelu_tanh: {
    word: true,
    takes: 'float',
    value: geluTanh,
    exact: false,
    along: true,
    weak: null,
    range: ([, high]) => [-0.2, Math.max(high, 0)],
    slope: (m, g, x) => {
      const c = clamped(m, x, SATURATED.gelu_tanh);
      const square = m.mul(c, c);
      const [first, third] = GELU_GATE;
      const term = (a: number, b: number): Node => m.add(m.constant(a), m.mul(m.constant(b), square));
      return gated(m, g, c, m.mul(c, term(first, third)), term(first, 3 * third));
    },
    typescript: { call: 'rt.geluTanh', hint: 'gelu', host: null },
  },
  erf: {
    word: true,
    takes: 'float',
    value: erf,
    exact: false,
    along: false,
    weak: null,
    range: between(-1, 1),
    slope: (m, g, x) => m.mul(g, m.mul(m.constant(2 / Math.sqrt(Math.PI)), m.unary('exp', m.neg(m.mul(x, x))))),
    typescript: { call: 'tf.erf', hint: 'erf', host: null },
  },
  sin: {
    word: true,
    takes: 'float',
    value: Math.sin,
    exact: false,
    along: false,
    weak: null,
    range: between(-1, 1),
    slope: (m, g, x) => m.mul(g, m.unary('cos', x)),
    typescript: { call: 'tf.sin', hint: 'sin', host: 'Math.sin' },
  },
  cos: {
    word: true,
    takes: 'float',
    value: Math.cos,
    exact: false,
    along: false,
    weak: null,
    range: between(-1, 1),
    slope: (m, g, x) => m.neg(m.mul(g, m.unary('sin', x))),
    typescript: { call: 'tf.cos', hint: 'cos', host: 'Math.cos' },
  },
  atan: {
    word: true,
    takes: 'float',
    value: Math.atan,
    exact: false,
    along: true,
    weak: null,
    range: between(-QUARTER, QUARTER),
    slope: (m, g, x) => m.div(g, m.add(m.constant(1), m.mul(x, x))),
    typescript: { call: 'tf.atan', hint: 'angle', host: 'Math.atan' },
  },
  floor: {
    word: true,
    takes: 'floor',
    value: Math.floor,
    exact: true,
    along: true,
    weak: null,
    range: ([low, high]) => [Math.floor(low), Math.floor(high)],
    slope: null,
    typescript: { call: null, hint: 'whole', host: 'Math.floor' },
  },
  not: {
    word: false,
    takes: 'bool',
    value: (x) => truth(x === 0),
    exact: true,
    along: false,
    weak: null,
    range: between(0, 1),
    slope: null,
    typescript: { call: 'tf.logicalNot', hint: 'negation', host: '!' },
  },
  float: {
    word: false,
    takes: 'to float',
    value: (x) => x,
    exact: false,
    along: true,
    weak: null,
    range: same,
    slope: (_m, g) => g,
    typescript: { call: null, hint: 'float', host: 'Number' },
  },
  int: {
    word: false,
    takes: 'to int',
    value: (x) => x,
    exact: true,
    along: true,
    weak: null,
    range: same,
    slope: null,
    typescript: { call: null, hint: 'int', host: 'Number' },
  },
  stop: {
    word: true,
    takes: 'same',
    value: (x) => x,
    exact: true,
    along: true,
    weak: null,
    range: same,
    slope: null,
    typescript: { call: null, hint: 'x', host: '' },
  },
};

/** Is f(0) = 0? */
export function keepsZero(fn: UnaryFn): boolean {
  return UNARY[fn].value(0) === 0;
}

/** The image of a function, whatever its operand; it saturates where both bounds are finite. */
export function imageOf(fn: UnaryFn): Range {
  return UNARY[fn].range(ANY);
}

export function saturates(fn: UnaryFn): boolean {
  return imageOf(fn).every(Number.isFinite);
}
