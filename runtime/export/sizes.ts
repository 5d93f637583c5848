/** Sizes in a graph that computes them itself: from the shapes and lengths that it is given. */
import { evaluate } from '../graphs/expressions.ts';
import type { ElementType, Expression } from '../graphs/format.ts';
import type { Graph, Tensor } from '../graphs/graph-def.ts';
import { Nodes, type Numbers } from '../graphs/operations.ts';

/** As the host computes them: whole numbers as such, all others in float64. */
type Number = 'int' | 'double';

const binary =
  (op: string) =>
  (m: Nodes, a: Tensor, b: Tensor): Tensor =>
    m.binary(op, a, b);
const unary =
  (op: string) =>
  (m: Nodes, a: Tensor): Tensor =>
    m.unary(op, a);
const compared =
  (op: string) =>
  (m: Nodes, a: Tensor, b: Tensor): Tensor =>
    m.cast(m.compare(op, a, b), a.type as Number);
const logical =
  (op: 'LogicalAnd' | 'LogicalOr') =>
  (m: Nodes, a: Tensor, b: Tensor): Tensor =>
    m.cast(m.logical(op, m.cast(a, 'bool'), m.cast(b, 'bool')), a.type as Number);
const same = (_: Nodes, a: Tensor): Tensor => a;

/** How many of the powers of two from 2 ^ `first` on are at most, or below, a number. */
const powers =
  (op: 'GreaterEqual' | 'Greater', first: number) =>
  (m: Nodes, a: Tensor): Tensor => {
    const all = Array.from({ length: 31 - first }, (_, k) => 2 ** (k + first));
    const reached = m.compare(op, m.expand(a, -1), m.constant(all, a.type as Number, [all.length]));
    return m.reduce('Sum', m.cast(reached, a.type as Number), [-1]);
  };

function mod(m: Nodes, a: Tensor, b: Tensor): Tensor {
  const zero = m.constant([0], a.type as Number);
  const isZero = m.compare('Equal', b, zero);
  // Kernels refuse a divisor of 0.
  return m.select(isZero, a, m.binary('FloorMod', a, m.select(isZero, m.constant([1], a.type as Number), b)));
}

type Rule = (m: Nodes, a: Tensor, b: Tensor) => Tensor;

/** Of whole numbers whole numbers. */
const WHOLE: Readonly<Record<string, Rule>> = {
  add: binary('AddV2'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  quot: binary('FloorDiv'),
  mod,
  pow: binary('Pow'),
  max: binary('Maximum'),
  min: binary('Minimum'),
  neg: unary('Neg'),
  abs: unary('Abs'),
  sign: unary('Sign'),
  eq: compared('Equal'),
  ne: compared('NotEqual'),
  lt: compared('Less'),
  le: compared('LessEqual'),
  gt: compared('Greater'),
  ge: compared('GreaterEqual'),
  and: logical('LogicalAnd'),
  or: logical('LogicalOr'),
  not: (m, a) => m.cast(m.not(m.cast(a, 'bool')), a.type as Number),
  int: same,
  stop: same,
  log2ceil: powers('Greater', 0),
  log2floor: powers('GreaterEqual', 1),
};

const REAL: Readonly<Record<string, Rule>> = {
  ...WHOLE,
  div: binary('RealDiv'),
  exp: unary('Exp'),
  expm1: unary('Expm1'),
  log: unary('Log'),
  log1p: unary('Log1p'),
  sqrt: unary('Sqrt'),
  tanh: unary('Tanh'),
  sin: unary('Sin'),
  cos: unary('Cos'),
  atan: unary('Atan'),
  floor: unary('Floor'),
  float: same,
};

function isWhole(expression: Expression): boolean {
  if (typeof expression === 'string') return true;
  if (typeof expression === 'number') return Number.isSafeInteger(expression);
  return Object.hasOwn(WHOLE, expression.fn) && expression.of.every(isWhole);
}

/** @param atom a size that the call decides; null: there is none of this name */
export class Sizes implements Numbers {
  readonly m: Nodes;
  readonly #graph: Graph;
  readonly #n: Readonly<Record<string, number>>;
  readonly #atom: (name: string) => Tensor | null;
  readonly #known = new Map<string, Tensor>();

  constructor(graph: Graph, n: Readonly<Record<string, number>>, atom: (name: string) => Tensor | null) {
    this.m = new Nodes(graph, this);
    this.#graph = graph;
    this.#n = n;
    this.#atom = atom;
  }

  /** The number, where no call changes it. */
  known(size: Expression): number | null {
    return evaluate(size, this.#n);
  }

  scalar(value: Expression, type: ElementType): Tensor {
    return this.#once(`${type} ${JSON.stringify(value)}`, () => {
      const known = this.known(value);
      if (known !== null) return this.m.constant([known], type);
      const made = this.among(value, this.#atom);
      if (made === null) throw new Error(`a size is not known: ${JSON.stringify(value)}`);
      return this.m.cast(made, type);
    });
  }

  shape(shape: readonly Expression[]): Tensor {
    return this.#once(`shape ${JSON.stringify(shape)}`, () => {
      const known = shape.map((size) => this.known(size));
      if (known.every((size) => size !== null)) return this.m.constant(known, 'int', [known.length]);
      return this.m.pack(shape.map((size) => this.scalar(size, 'int')));
    });
  }

  /** The value where its atoms are these tensors, element by element; null: one of them is not there. */
  among(value: Expression, atom: (name: string) => Tensor | null): Tensor | null {
    const type: Number = isWhole(value) ? 'int' : 'double';
    const made = (each: Expression): Tensor | null => {
      const known = this.known(each);
      if (known !== null) return this.m.constant([known], type);
      if (typeof each === 'string') {
        const tensor = atom(each);
        return tensor === null ? null : this.m.cast(tensor, type);
      }
      if (typeof each === 'number') throw new Error('a number is known');
      const [a, b = a] = each.of.map(made);
      const rule = (type === 'int' ? WHOLE : REAL)[each.fn];
      if (rule === undefined) throw new Error(`no number is made by '${each.fn}'`);
      return a === undefined || a === null || b === null || b === undefined ? null : rule(this.m, a, b);
    };
    return made(value);
  }

  /** The sizes of a tensor. */
  sizesOf(x: Tensor): Tensor {
    return this.#graph.node('Shape', [x], { T: { type: x.type }, out_type: { type: 'int' } }, 'output', 'int');
  }

  /** One of the sizes of a tensor. */
  sizeOf(x: Tensor, axis: number): Tensor {
    return this.#once(`${x.text} ${axis}`, () => this.m.gather(this.sizesOf(x), this.m.constant([axis], 'int')));
  }

  #once(key: string, make: () => Tensor): Tensor {
    const made = this.#known.get(key) ?? make();
    this.#known.set(key, made);
    return made;
  }
}
