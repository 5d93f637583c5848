/**
 * The table of elementwise operations: everything that any part of the compiler knows of one stands in its record, so that
 * what is left out does not compile. Facts that follow from others are functions below the tables.
 */
import type { BinaryFn, Node, UnaryFn } from './graph.ts';
import { ANY, hull, power, product, union, type Range } from '../size/range.ts';

/** What derivatives are written with. */
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

/** What TypeScript on tfjs calls it. */
interface Emitted {
  /** The function on tensors; null: the emitter has a rule for it. */
  readonly call: string | null;
  /** A name for a result that has none of its own. */
  readonly hint: string;
}

/**
 * Of which elements: 'float', whose operands become floats; 'number', where whole numbers stay whole; 'floor', of numbers an int;
 * 'bool'; 'same', of anything; 'to float' and 'to int' change the element alone.
 */
type Takes = 'float' | 'number' | 'floor' | 'bool' | 'same' | 'to float' | 'to int';

/**
 * Where a function is not finite in float32, or its derivative is not: 'zero', at 0 and on one side of it; 'negative', somewhere
 * below 0; 'large', of large numbers. `harmless`: what stands there where nothing reads the result.
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
  /** The operand that float32 does not survive, gradients included; null: none. */
  readonly weak: Weakness | null;
  /** Between which numbers it lies where its operand lies between these. */
  readonly range: (x: Range) => Range;
  /** The cotangent of x, where `g` is that of y = f(x); null: it has no slope anywhere. */
  readonly slope: ((m: Algebra, g: Node, x: Node, y: Node) => Node) | null;
  readonly typescript: Emitted & {
    /** Of a number of the host; null: it has none. */
    readonly host: string | null;
  };
}

const truth = (condition: boolean): number => (condition ? 1 : 0);
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const between = (low: number, high: number) => (): Range => [low, high];
const same = (range: Range): Range => range;

/** erf(x) = 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)) below 3; beyond, 1 - erfc by its continued fraction. To about 1e-13. */
function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
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

/** Between which numbers a function lies, whatever its operand; it saturates where these are finite. */
export function imageOf(fn: UnaryFn): Range {
  return UNARY[fn].range(ANY);
}

export function saturates(fn: UnaryFn): boolean {
  return imageOf(fn).every(Number.isFinite);
}

// ---------------------------------------------------------------- of two operands

/** The cotangent of an operand: `g`, or the product of `g` and `by`, summed over the axes that the operand lacks; then negated. */
export interface Cotangent {
  readonly g: Node;
  readonly by?: Node;
  readonly negated?: boolean;
}

export interface BinaryOperation {
  /** As it is written. */
  readonly symbol: string;
  /** As above; 'whole' numbers alone; 'order' compares numbers, 'equality' truth values, too. */
  readonly takes: 'float' | 'number' | 'whole' | 'order' | 'equality' | 'bool';
  readonly value: (a: number, b: number) => number;
  /** Does it choose or compare without rounding? */
  readonly exact: boolean;
  /** The operand that float32 does not survive, gradients included; null: none. */
  readonly weak: (Weakness & { readonly operand: 0 | 1 }) | null;
  /** Is it 0 where both operands are? */
  readonly zeroOfZeros: boolean;
  /** `whole`: of whole numbers, of which the largest below n is n - 1. */
  readonly range: (a: Range, b: Range, whole: boolean) => Range;
  /** The cotangents of a and b, where `g` is that of y = f(a, b); null: it has no slope anywhere. */
  readonly slopes: ((m: Algebra, g: Node, a: Node, b: Node, y: Node) => readonly [Cotangent, Cotangent]) | null;
  readonly typescript: Emitted & {
    readonly call: string;
    /** Of numbers of the host. */
    readonly host: <P>(a: P, b: P) => readonly (P | string)[];
  };
}

const infix =
  (symbol: string) =>
  <P>(a: P, b: P): readonly (P | string)[] => ['(', a, ` ${symbol} `, b, ')'];
const ofTwo =
  (name: string) =>
  <P>(a: P, b: P): readonly (P | string)[] => [`${name}(`, a, ', ', b, ')'];
const bool = between(0, 1);

function chosen(m: Algebra, g: Node, first: Node): readonly [Cotangent, Cotangent] {
  const zero = m.constant(0);
  return [{ g: m.select(first, g, zero) }, { g: m.select(first, zero, g) }];
}

function comparison(
  symbol: string,
  call: string,
  hint: string,
  takes: 'order' | 'equality',
  value: (a: number, b: number) => boolean,
  host = symbol,
): BinaryOperation {
  return {
    symbol,
    takes,
    value: (a, b) => truth(value(a, b)),
    exact: true,
    weak: null,
    zeroOfZeros: false,
    range: bool,
    slopes: null,
    typescript: { call, hint, host: infix(host) },
  };
}

export const BINARY: { readonly [F in BinaryFn]: BinaryOperation } = {
  add: {
    symbol: '+',
    takes: 'number',
    value: (a, b) => a + b,
    exact: false,
    weak: null,
    zeroOfZeros: true,
    range: ([a, b], [c, d]) => [a + c, b + d],
    slopes: (_m, g) => [{ g }, { g }],
    typescript: { call: 'tf.add', hint: 'sum', host: infix('+') },
  },
  sub: {
    symbol: '-',
    takes: 'number',
    value: (a, b) => a - b,
    exact: false,
    weak: null,
    zeroOfZeros: true,
    range: ([a, b], [c, d]) => [a - d, b - c],
    slopes: (_m, g) => [{ g }, { g, negated: true }],
    typescript: { call: 'tf.sub', hint: 'difference', host: infix('-') },
  },
  mul: {
    symbol: '*',
    takes: 'number',
    value: (a, b) => a * b,
    exact: false,
    weak: null,
    zeroOfZeros: true,
    range: product,
    slopes: (_m, g, a, b) => [
      { g, by: b },
      { g, by: a },
    ],
    typescript: { call: 'tf.mul', hint: 'product', host: infix('*') },
  },
  div: {
    symbol: '/',
    takes: 'float',
    value: (a, b) => a / b,
    exact: false,
    weak: { operand: 1, at: 'zero', harmless: 1 },
    zeroOfZeros: false,
    range: (a, [c]) => (c >= 1 ? union([a, [0, 0]]) : ANY),
    slopes: (m, g, _a, b, y) => {
      const quotient = m.div(g, b);
      return [{ g: quotient }, { g: quotient, by: y, negated: true }];
    },
    typescript: { call: 'tf.div', hint: 'quotient', host: infix('/') },
  },
  pow: {
    symbol: '^',
    takes: 'float',
    value: (a, b) => a ** b,
    exact: false,
    weak: { operand: 0, at: 'zero', harmless: 1 },
    zeroOfZeros: false,
    range: ([a, b], [c, d]) => (a >= 1 && c >= 0 ? [power(a, c), power(b, d)] : ANY),
    slopes: (m, g, a, b, y) => {
      // a^0 is 1 everywhere; of a base of 0 or less there are powers at whole exponents only, which have no slope.
      const [zero, one] = [m.constant(0), m.constant(1)];
      const less = m.select(m.binary('eq', b, zero), one, m.sub(b, one));
      const base = m.select(m.binary('gt', a, zero), a, one);
      return [
        { g: m.mul(g, b), by: m.binary('pow', a, less) },
        { g: m.mul(g, y), by: m.unary('log', base) },
      ];
    },
    typescript: { call: 'tf.pow', hint: 'power', host: infix('**') },
  },
  max: {
    symbol: 'max',
    takes: 'number',
    value: Math.max,
    exact: true,
    weak: null,
    zeroOfZeros: false,
    range: ([a, b], [c, d]) => [Math.max(a, c), Math.max(b, d)],
    slopes: (m, g, a, b) => chosen(m, g, m.binary('ge', a, b)),
    typescript: { call: 'tf.maximum', hint: 'larger', host: ofTwo('Math.max') },
  },
  min: {
    symbol: 'min',
    takes: 'number',
    value: Math.min,
    exact: true,
    weak: null,
    zeroOfZeros: false,
    range: ([a, b], [c, d]) => [Math.min(a, c), Math.min(b, d)],
    slopes: (m, g, a, b) => chosen(m, g, m.binary('le', a, b)),
    typescript: { call: 'tf.minimum', hint: 'smaller', host: ofTwo('Math.min') },
  },
  mod: {
    symbol: 'mod',
    takes: 'number',
    value: (a, b) => (b === 0 ? a : a - b * Math.floor(a / b)),
    exact: false,
    weak: { operand: 1, at: 'zero', harmless: 1 },
    zeroOfZeros: false,
    range: (a, [c, d], whole) => (c >= 1 ? [0, whole ? d - 1 : d] : union([a, [c, 0], [0, d]])),
    slopes: (m, g, a, b) => [{ g }, { g, by: m.float(m.unary('floor', m.div(a, b))), negated: true }],
    typescript: { call: 'rt.mod', hint: 'remainder', host: (a, b) => ['(', a, ' - ', b, ' * Math.floor(', a, ' / ', b, '))'] },
  },
  quot: {
    symbol: 'floor(/)',
    takes: 'whole',
    value: (a, b) => (b === 0 ? NaN : Math.floor(a / b)),
    exact: false,
    weak: null,
    zeroOfZeros: false,
    // By 0 there is no quotient.
    range: ([a, b], [c, d]) => (c >= 1 ? [Math.min(a, 0), Math.max(b, 0)] : c > 0 || d < 0 ? hull([a, b, -a, -b]) : ANY),
    slopes: null,
    typescript: { call: 'rt.quot', hint: 'quotient', host: (a, b) => ['Math.floor(', a, ' / ', b, ')'] },
  },
  eq: comparison('==', 'tf.equal', 'isEqual', 'equality', (a, b) => a === b, '==='),
  ne: comparison('!=', 'tf.notEqual', 'differs', 'equality', (a, b) => a !== b, '!=='),
  lt: comparison('<', 'tf.less', 'isLess', 'order', (a, b) => a < b),
  le: comparison('<=', 'tf.lessEqual', 'isAtMost', 'order', (a, b) => a <= b),
  gt: comparison('>', 'tf.greater', 'isGreater', 'order', (a, b) => a > b),
  ge: comparison('>=', 'tf.greaterEqual', 'isAtLeast', 'order', (a, b) => a >= b),
  and: {
    symbol: 'and',
    takes: 'bool',
    value: (a, b) => truth(a !== 0 && b !== 0),
    exact: true,
    weak: null,
    zeroOfZeros: true,
    range: bool,
    slopes: null,
    typescript: { call: 'tf.logicalAnd', hint: 'both', host: infix('&&') },
  },
  or: {
    symbol: 'or',
    takes: 'bool',
    value: (a, b) => truth(a !== 0 || b !== 0),
    exact: true,
    weak: null,
    zeroOfZeros: true,
    range: bool,
    slopes: null,
    typescript: { call: 'tf.logicalOr', hint: 'either', host: infix('||') },
  },
};
