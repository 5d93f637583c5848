/** The table of elementwise operations of two operands, like the one in `unary.ts`. */
import { ANY, hull, power, product, union, type Range } from '../../size/range.ts';
import type { BinaryFn, Node } from '../graph.ts';
import { between, truth, type Algebra, type Emitted, type Weakness } from './unary.ts';

/** The cotangent of an operand: `g`, or the product of `g` and `by`, summed over the axes that the operand lacks; then negated. */
export interface Cotangent {
  readonly g: Node;
  readonly by?: Node;
  readonly negated?: boolean;
}

export interface BinaryOperation {
  /** As written in the language. */
  readonly symbol: string;
  /** See `Takes`; 'whole': whole numbers only; 'order' compares numbers, 'equality' also truth values. */
  readonly takes: 'float' | 'number' | 'whole' | 'order' | 'equality' | 'bool';
  readonly value: (a: number, b: number) => number;
  /** Does it choose or compare without rounding? */
  readonly exact: boolean;
  /** The operand for which float32 gives up, gradients included; null: none. */
  readonly weak: (Weakness & { readonly operand: 0 | 1 }) | null;
  /** Is it 0 wherever both operands are? */
  readonly zeroOfZeros: boolean;
  /** `whole`: for whole numbers, where the largest below n is n - 1. */
  readonly range: (a: Range, b: Range, whole: boolean) => Range;
  /** The cotangents of a and b, where `g` is that of y = f(a, b); null: no gradient flows. */
  readonly slopes: ((m: Algebra, g: Node, a: Node, b: Node, y: Node) => readonly [Cotangent, Cotangent]) | null;
  readonly typescript: Emitted & {
    readonly call: string;
    /** On host numbers. */
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
      // a^0 is 1 everywhere; a base of 0 or less has powers only at whole exponents, so there is no derivative by the exponent.
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
    // A quotient by 0 is undefined.
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
