/** The vector-Jacobian product of every operation, also where the cotangent or an operand lacks axes: values by differences, axes in their order. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { finiteDifference, interpret } from '../../compiler/oracle/interpret.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { isDifferentiable, product, reduceTo, vjp, type Step } from '../../compiler/passes/gradient/vjp.ts';
import { axis, BOOL, dim, floats, index } from '../graph/support.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { at, everyPosition } from './support.ts';

const [p, q, r] = [axis('p', 2), axis('q', 3), axis('r', 2)];
const from1: Axis = axis('from1', dim('from1', { size: size.int(4), origin: size.int(1) }));
const six: Axis = { id: 'six', label: 'six', space: { kind: 'merge', parts: [p.space, q.space] } };
const AXES = new Map([p, q, r, from1, six].map((each) => [each.id, each]));
const axesIn = (names: string): readonly Axis[] =>
  names
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => AXES.get(name)!);

/** Numbers that no operation is at its edge at; above 0 all of them. */
const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => 0.6 + ((7 * k + 3 * seed) % 11) / 10 + 0.013 * k);
const count = (axes: readonly Axis[]): number =>
  axes.reduce((n, { space }) => n * (space.kind === 'anon' ? Number(space.size.key) : space.kind === 'dim' ? 4 : 6), 1);

class World {
  readonly b = new Builder();
  readonly parameters = new Map<string, Float64Array>();

  value(name: string, names: string): Node {
    const axes = axesIn(names);
    this.parameters.set(name, numbers(count(axes), this.parameters.size));
    return this.b.parameter(name, axes);
  }

  int(values: readonly number[], over: Axis): Node {
    return this.b.concat(
      over,
      values.map((value) => [this.b.constant(value, 'int'), null]),
    );
  }
}

/** `cotangents`: of each operand the axes that it comes with, in their order; null: none flows there. */
type Case = readonly [what: string, make: (w: World) => Node, given: string, cotangents: readonly (string | null)[]];

const unary = (fn: Parameters<Builder['unary']>[0], given: string, cotangent: string | null): Case => [
  `${fn}, given ${given || 'one number'}`,
  (w) => w.b.unary(fn, w.value('x', 'p q')),
  given,
  [cotangent],
];
const binary = (
  fn: Parameters<Builder['binary']>[0],
  a: string,
  b: string,
  given: string,
  cotangents: readonly (string | null)[],
): Case => [`${fn} of [${a}] and [${b}], given [${given}]`, (w) => w.b.binary(fn, w.value('a', a), w.value('b', b)), given, cotangents];

const CASES: readonly Case[] = [
  ...(['neg', 'exp', 'log', 'sqrt', 'abs', 'tanh', 'sigmoid', 'relu', 'softplus', 'erf', 'sin', 'cos', 'float'] as const).map((fn) =>
    unary(fn, 'p q', 'p q'),
  ),
  unary('exp', '', 'p q'),
  unary('neg', 'q', 'q'),
  unary('relu', 'q', 'p q'),
  unary('sign', 'p q', null),
  unary('floor', 'p q', null),
  unary('stop', 'p q', null),
  binary('add', 'p', 'q', 'p q', ['p', 'q']),
  binary('add', 'p', 'q', 'p', ['p', '']),
  binary('add', 'p q', 'q', 'p q', ['p q', 'q']),
  binary('add', 'p q', 'q', '', ['', '']),
  binary('sub', 'q', 'p q', 'q', ['q', 'q']),
  binary('sub', 'p', 'q', 'q', ['', 'q']),
  binary('mul', 'p', 'q', 'p q', ['p', 'q']),
  binary('mul', 'p', 'q', '', ['', '']),
  binary('mul', 'p', 'q', 'p', ['p', '']),
  binary('mul', 'p q', 'q', 'p', ['p q', 'q']),
  binary('mul', 'p q', 'p q', 'q', ['p q', 'p q']),
  binary('div', 'p', 'q', 'p q', ['p', 'q']),
  binary('div', 'p', 'q', '', ['', 'q']),
  binary('div', 'q', 'p q', 'q', ['q', 'p q']),
  binary('pow', 'p', 'q', 'p q', ['p', 'q']),
  binary('pow', 'p q', 'q', 'q', ['p q', 'q']),
  binary('pow', 'q', 'p q', '', ['q', 'p q']),
  binary('max', 'p', 'q', 'p', ['p', 'q']),
  binary('min', 'p q', 'q', 'q', ['p q', 'q']),
  binary('mod', 'p', 'q', 'p q', ['p', 'q']),
  binary('mod', 'p q', 'q', 'p', ['p', 'q']),
  binary('lt', 'p', 'q', 'p q', [null, null]),
  [
    'a choice',
    (w) => w.b.select(w.b.binary('gt', w.value('c', 'p'), w.b.constant(1)), w.value('a', 'q'), w.value('b', 'p q')),
    'q',
    [null, 'q', 'p q'],
  ],
  [
    'a choice of one number',
    (w) => w.b.select(w.b.binary('gt', w.value('c', 'p'), w.b.constant(1)), w.value('a', ''), w.value('b', 'q')),
    '',
    [null, '', ''],
  ],
  ['a sum', (w) => w.b.reduce('sum', w.value('x', 'p q'), ['q']), 'p', ['p']],
  ['a mean over two axes', (w) => w.b.reduce('mean', w.value('x', 'p q r'), ['q', 'r']), 'p', ['p']],
  ['the largest over two axes', (w) => w.b.reduce('max', w.value('x', 'p q'), ['p', 'q']), '', ['p q']],
  ['the smallest', (w) => w.b.reduce('min', w.value('x', 'p q'), ['q']), '', ['p q']],
  ['a product over two axes', (w) => w.b.reduce('prod', w.value('x', 'p q r'), ['q', 'r']), 'p', ['p q r']],
  ['whether any', (w) => w.b.reduce('any', w.b.binary('gt', w.value('x', 'p q'), w.b.constant(1)), ['q']), 'p', [null]],
  ['weights', (w) => w.b.softmax(w.value('x', 'p q'), 'q'), 'p q', ['p q']],
  ['weights, by one row', (w) => w.b.softmax(w.value('x', 'p q'), 'q'), 'q', ['p q']],
  ['weights, the same for all', (w) => w.b.softmax(w.value('x', 'p q'), 'q'), 'p', ['p q']],
  ['logarithms of weights', (w) => w.b.softmax(w.value('x', 'p q'), 'q', true), 'p q', ['p q']],
  ['logarithms of weights, the same along them', (w) => w.b.softmax(w.value('x', 'p q'), 'q', true), 'p', ['q p']],
  ['a contraction', (w) => w.b.contract(w.value('a', 'p q'), w.value('b', 'q r'), ['q']), 'p r', ['p q', 'r q']],
  ['a contraction, by rows', (w) => w.b.contract(w.value('a', 'p q'), w.value('b', 'q r'), ['q']), 'p', ['p q', 'q']],
  ['a contraction, by one number', (w) => w.b.contract(w.value('a', 'p q'), w.value('b', 'q r'), ['q']), '', ['q', 'q']],
  ['a contraction that keeps a common axis', (w) => w.b.contract(w.value('a', 'p q r'), w.value('b', 'p q'), ['q']), 'r', ['r p q', 'p q']],
  ['places', (w) => w.b.gather(w.value('t', 'q r'), w.int([2, 0], p), 'q', true), 'p r', ['q r', null]],
  ['positions, by one number', (w) => w.b.gather(w.value('t', 'q r'), w.int([2, 0], p), 'q', true), '', ['q', null]],
  ['positions that zip', (w) => w.b.gather(w.value('t', 'p q'), w.int([2, 0], p), 'q', true), 'p', ['q p', null]],
  ['groups', (w) => w.b.scatter(w.value('g', 'q r'), w.b.input('i', index(p, q)), p, ['q']), 'p r', ['q r', null]],
  ['groups, each the same', (w) => w.b.scatter(w.value('g', 'q r'), w.b.input('i', index(p, q)), p, ['q']), 'r', ['q r', null]],
  ['groups, some outside', (w) => w.b.scatter(w.value('g', 'q r'), w.int([1, -1, 7], q), p, ['q']), 'p r', ['q r', null]],
  ['groups counted from 1', (w) => w.b.scatter(w.value('g', 'q'), w.int([1, 0, 4], q), from1, ['q']), 'from1', ['q', null]],
  ['groups of what all add', (w) => w.b.scatter(w.value('g', ''), w.int([1, 1, 0], q), p, ['q']), 'p', ['', null]],
  [
    'joined',
    (w) =>
      w.b.concat(axis('long', 6), [
        [w.value('a', 'p q'), 'q'],
        [w.value('b', 'p'), null],
        [w.value('c', 'r'), 'r'],
      ]),
    '',
    ['q', '', 'r'],
  ],
  ['a part', (w) => w.b.slice(w.value('x', 'p from1'), 'from1', size.int(1), r), 'p r', ['from1 p']],
  ['the first part', (w) => w.b.slice(w.value('x', 'p from1'), 'from1', size.int(0), q), 'p', ['from1 p']],
  ['the last part', (w) => w.b.slice(w.value('x', 'from1'), 'from1', size.int(2), r), 'r', ['from1']],
  ['one position', (w) => w.b.slice(w.value('x', 'p from1'), 'from1', size.int(2), null), 'p', ['from1 p']],
  ['one position, by one number', (w) => w.b.slice(w.value('x', 'p from1'), 'from1', size.int(3), null), '', ['from1']],
  ['moved', (w) => w.b.shift(w.value('x', 'p q'), 'q', size.int(1)), 'p q', ['p q']],
  ['moved, the same along it', (w) => w.b.shift(w.value('x', 'p q'), 'q', size.int(-2)), 'p', ['q p']],
  ['turned', (w) => w.b.shift(w.value('x', 'p q'), 'q', size.int(1), true), 'q', ['q']],
  ['another name', (w) => w.b.rename(w.value('x', 'q p'), 'p', r), 'q r', ['q p']],
  ['another name, the same along it', (w) => w.b.rename(w.value('x', 'q p'), 'p', r), 'q', ['q']],
  ['merged', (w) => w.b.merge(w.value('x', 'r p q'), ['p', 'q'], six), 'r six', ['r p q']],
  ['merged, the same along it', (w) => w.b.merge(w.value('x', 'r p q'), ['p', 'q'], six), 'r', ['r']],
  ['divided', (w) => w.b.split(w.value('x', 'r six'), 'six', [p, q]), 'r p q', ['r six']],
  ['divided, along neither', (w) => w.b.split(w.value('x', 'r six'), 'six', [p, q]), 'r', ['r']],
  ['divided, along one', (w) => w.b.split(w.value('x', 'r six'), 'six', [p, q]), 'r q', ['r six']],
  ['divided, along the other, in front', (w) => w.b.split(w.value('x', 'r six'), 'six', [p, q]), 'p r', ['six r']],
  ['repeated', (w) => w.b.broadcast(w.value('x', 'q'), [p, q]), 'p q', ['q']],
  ['repeated, by one number', (w) => w.b.broadcast(w.value('x', 'q'), [p, q]), '', ['']],
  ['repeated, along what is new', (w) => w.b.broadcast(w.value('x', 'q'), [p, q]), 'p', ['']],
  ...(
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const
  ).flatMap(([exclusive, reversed]): Case[] => [
    [
      `a running sum${exclusive ? ' before' : ''}${reversed ? ' from the end' : ''}`,
      (w) => w.b.cumsum(w.value('x', 'p q'), 'q', { exclusive, reversed }),
      'p',
      ['q p'],
    ],
    [
      `a running product${exclusive ? ' before' : ''}${reversed ? ' from the end' : ''}`,
      (w) => w.b.cumprod(w.value('x', 'p q'), 'q', { exclusive, reversed }),
      'q',
      ['p q'],
    ],
    [
      `a running product${exclusive ? ' before' : ''}${reversed ? ' from the end' : ''}, the same along it`,
      (w) => w.b.cumprod(w.value('x', 'q'), 'q', { exclusive, reversed }),
      '',
      ['q'],
    ],
  ]),
  ['the largest position', (w) => w.b.argmax(w.value('x', 'p q'), 'q'), 'p', [null]],
  [
    'what is checked',
    (w) => w.b.node({ kind: 'check', what: 'too large' }, [w.value('x', 'p q'), w.b.binary('gt', w.value('c', 'p'), w.b.constant(9))]),
    'q',
    ['q', null],
  ],
];

function stepOf(m: GraphBuilder, y: Node, g: Node): Step {
  return { m, op: y.op, inputs: y.inputs, y, g };
}

const INPUTS = new Map([['i', [1, 0, 1]]]);

describe('the cotangents of', () => {
  it.each(CASES)('%s', (_, make, given, cotangents) => {
    const w = new World();
    const y = make(w);
    const g = w.value('g~', given);
    const m = new GraphBuilder();
    const found = vjp(stepOf(m, y, g));
    expect(
      found.map((each) =>
        each === null
          ? null
          : typeOf(each)
              .axes.map(({ id }) => id)
              .join(' '),
      ),
    ).toEqual(cotangents);
    const bindings = { sizes: new Map<string, number>(), inputs: INPUTS, parameters: w.parameters };
    if (typeOf(y).elem.kind !== 'float') return;
    const loss = w.b.reduce('sum', w.b.binary('mul', y, g), [...new Set([...typeOf(y).axes, ...axesIn(given)].map(({ id }) => id))]);
    found.forEach((cotangent, k) => {
      const input = y.inputs[k];
      if (cotangent === null || input!.op.kind !== 'parameter') return;
      const whole = interpret([m.broadcast(cotangent, typeOf(input!).axes)], bindings)[0]!;
      const differences = finiteDifference(loss, bindings, input!.op.path, [...w.parameters.get(input!.op.path)!.keys()]);
      let entry = 0;
      everyPosition(interpret([input!], bindings)[0]!, (place) => expect(at(whole, place)).toBeCloseTo(differences[entry++]!, 7));
    });
  });
});

describe('sums over axes', () => {
  const b = new Builder();
  const values = (node: Node): readonly number[] => [
    ...interpret([node], {
      sizes: new Map(),
      inputs: new Map(),
      parameters: new Map([
        ['a', Float64Array.of(1, 2, 3, 4, 5, 6)],
        ['b', Float64Array.of(10, 20, 30)],
        ['c', Float64Array.of(7, 8)],
      ]),
    })[0]!.data,
  ];
  const [a, x, c] = [b.parameter('a', [p, q]), b.parameter('b', [q]), b.parameter('c', [r])];

  it.each<[string, Node, readonly number[]]>([
    ['a product over what both have', product(new GraphBuilder(), a, x, ['p']), [140, 320]],
    ['a product that keeps what both have', product(new GraphBuilder(), a, x, ['q']), [50, 140, 270]],
    ['a product over everything', product(new GraphBuilder(), a, x, []), [460]],
    ['a product with what has another axis', product(new GraphBuilder(), a, c, ['p']), [90, 225]],
    ['a sum over what is there', reduceTo(new GraphBuilder(), a, [p, q], [p]), [6, 15]],
    ['as often as what is not there has positions', reduceTo(new GraphBuilder(), x, [p, q], [q]), [20, 40, 60]],
    ['over both', reduceTo(new GraphBuilder(), x, [p, q], []), [120]],
    ['over nothing', reduceTo(new GraphBuilder(), x, [q], [q]), [10, 20, 30]],
  ])('%s', (_, node, expected) => {
    expect(values(node)).toEqual(expected);
  });
});

it('nothing flows through what has no derivative, and what is not an operation has none to ask for', () => {
  const b = new Builder();
  const x = b.input('x', floats(q));
  const step = (y: Node): Step => ({ m: new GraphBuilder(), op: y.op, inputs: y.inputs, y, g: x });
  expect(vjp(step(b.onehot(b.input('i', index(p, q)), p)))).toEqual([null]);
  expect(() => vjp(step(b.where(x, b.input('is', tensor(BOOL, [q])))))).toThrow('where is not differentiated as an operation');
  expect(() => vjp(step(b.node({ kind: 'permute', order: ['q'] }, [x])))).toThrow('permute is not differentiated as an operation');
  const flows = [
    b.unary('tanh', x),
    b.unary('sign', x),
    b.binary('mul', x, x),
    b.binary('lt', x, x),
    b.reduce('sum', x, ['q']),
    b.argmax(x, 'q'),
    b.position(q),
  ].map(({ op }) => isDifferentiable(op));
  expect(flows).toEqual([true, false, true, false, true, false, false]);
});
