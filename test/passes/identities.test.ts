/** Whatever small operands meet, what is simplified has the values of what was written, and its type. */
import { expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { BinaryFn, Node, ReduceFn, UnaryFn } from '../../compiler/graph/graph.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { tensor, showType } from '../../compiler/graph/spaces.ts';
import { verify } from '../../compiler/graph/verify.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { axis, bindings, BOOL, floats, INT } from '../graph/support.ts';
import { at, everyPosition } from './support.ts';

const [a, c, e] = [axis('a', 3), axis('c', 2), axis('e', 3)];
const b = new Builder();
const x = b.input('x', floats(a));
const y = b.input('y', floats(a, c));
const n = b.input('n', tensor(INT, [a]));
const p = b.input('p', tensor(BOOL, [a]));
const given = bindings({
  inputs: {
    x: [0.5, -1.25, 2],
    y: [
      [1.5, -0.5],
      [0.25, 3],
      [-2, 0.75],
    ],
    n: [3, -2, 1],
    p: [1, 0, 1],
  },
});

const constants = [0, 1, -1, 2, 0.5].map((value) => b.constant(value));
const wholes = [0, 1, -1, 2].map((value) => b.constant(value, 'int'));
const FLOATS: readonly Node[] = [
  x,
  y,
  ...constants,
  b.unary('neg', x),
  b.broadcast(x, [a, c]),
  b.broadcast(b.constant(2), [a]),
  b.unary('stop', x),
  b.binary('sub', x, y),
  b.select(p, x, b.constant(1)),
  b.binary('mul', x, y),
  b.unary('sigmoid', x),
  b.binary('sub', b.constant(1), b.unary('sigmoid', x)),
];
const INTS: readonly Node[] = [n, ...wholes, b.unary('neg', n), b.broadcast(b.constant(2, 'int'), [a]), b.position(a)];
const BOOLS: readonly Node[] = [
  p,
  b.constant(0, 'bool'),
  b.constant(1, 'bool'),
  b.unary('not', p),
  b.broadcast(b.constant(1, 'bool'), [a]),
];

const pairs = (nodes: readonly Node[]): [Node, Node][] => nodes.flatMap((one) => nodes.map((other): [Node, Node] => [one, other]));

const mayBeZero = ({ op }: Node): boolean => op.kind === 'position' || (op.kind === 'constant' && op.value === 0);

/** The values of all, written and simplified, are the same: absent numbers too. */
function same(all: readonly Node[]): void {
  const written = interpret(all, given);
  const roots = [...simplify(new Map(all.map((node, k) => [`${k}`, node]))).values()];
  verify(roots, { dialect: 'batched' });
  interpret(roots, given).forEach((value, k) => {
    const told = `${k}: ${showType(typeOf(all[k]!))}`;
    expect(typeOf(roots[k]!).elem, told).toEqual(typeOf(all[k]!).elem);
    expect(value.axes.map(({ id }) => id).toSorted(), told).toEqual(written[k]!.axes.map(({ id }) => id).toSorted());
    everyPosition(written[k]!, (place, number) => {
      const other = at(value, place);
      if (!Object.is(number, other) && !(Math.abs(number - other) <= 1e-12 * Math.max(1, Math.abs(number))))
        expect.fail(`${told} at ${JSON.stringify(place)}: ${number} became ${other}`);
    });
  });
}

it('one operation of one operand', () => {
  const fns: readonly UnaryFn[] = ['neg', 'exp', 'abs', 'sign', 'tanh', 'sigmoid', 'relu', 'softplus', 'erf', 'sin', 'cos', 'stop'];
  same(fns.flatMap((fn) => FLOATS.map((node) => b.unary(fn, node))));
  same((['neg', 'abs', 'sign', 'float', 'int'] as const).flatMap((fn) => INTS.map((node) => b.unary(fn, node))));
  same(BOOLS.flatMap((node) => [b.unary('not', node), b.unary('float', node), b.unary('not', b.unary('not', node))]));
});

it('one operation of two operands', () => {
  for (const fn of ['add', 'sub', 'mul', 'div', 'max', 'min', 'mod', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'] satisfies BinaryFn[]) {
    same(pairs(FLOATS).flatMap(([one, other]) => ((fn === 'div' || fn === 'mod') && mayBeZero(other) ? [] : [b.binary(fn, one, other)])));
  }
  for (const fn of ['add', 'sub', 'mul', 'max', 'min', 'mod', 'quot', 'eq', 'lt'] satisfies BinaryFn[])
    same(
      pairs(INTS)
        .filter(([, other]) => (fn !== 'mod' && fn !== 'quot') || !mayBeZero(other))
        .map(([one, other]) => b.binary(fn, one, other)),
    );
  for (const fn of ['and', 'or', 'eq', 'ne'] satisfies BinaryFn[]) same(pairs(BOOLS).map(([one, other]) => b.binary(fn, one, other)));
  same(constants.map((exponent) => b.binary('pow', b.unary('exp', x), exponent)));
});

it('a choice', () => {
  for (const condition of BOOLS)
    same(
      pairs([...FLOATS.slice(0, 9), b.select(condition, x, y), b.select(condition, y, x)]).map(([one, other]) =>
        b.select(condition, one, other),
      ),
    );
});

it('sums and other reductions, also of what is repeated', () => {
  const operands = [
    ...FLOATS,
    b.broadcast(y, [c, a]),
    b.binary('mul', b.broadcast(x, [a, c]), y),
    b.binary('mul', y, b.constant(3)),
    b.binary('mul', b.binary('mul', x, y), y),
  ];
  for (const fn of ['sum', 'mean', 'max', 'min', 'prod'] satisfies ReduceFn[]) {
    same(operands.flatMap((node) => typeOf(node).axes.flatMap(({ id }) => [b.reduce(fn, node, [id])])));
    same(
      operands
        .filter((node) => typeOf(node).axes.length === 2)
        .flatMap((node) => [b.reduce(fn, node, ['a', 'c']), b.reduce(fn, b.reduce(fn, node, ['a']), ['c'])]),
    );
  }
  same(
    BOOLS.filter((node) => typeOf(node).axes.length > 0).flatMap((node) => [b.reduce('any', node, ['a']), b.reduce('all', node, ['a'])]),
  );
  same(
    [n, b.broadcast(n, [a, c]), b.broadcast(b.constant(2, 'int'), [a])].map((node) =>
      b.reduce(
        'sum',
        node,
        typeOf(node).axes.map(({ id }) => id),
      ),
    ),
  );
});

it('products that are summed', () => {
  const withAxis = (id: string): readonly Node[] => FLOATS.filter((node) => typeOf(node).axes.some((own) => own.id === id));
  same(pairs(withAxis('a')).map(([one, other]) => b.contract(one, other, ['a'])));
  same(pairs(withAxis('c')).flatMap(([one, other]) => [b.contract(one, other, ['c']), b.contract(one, other, ['a', 'c'])]));
});

it('positions that are moved, renamed, repeated and looked up', () => {
  const operands = [
    x,
    y,
    b.broadcast(x, [a, c]),
    b.broadcast(b.constant(2), [a]),
    b.broadcast(b.constant(0), [a]),
    b.broadcast(b.reduce('sum', y, ['a']), [a, c]),
  ];
  const by = [-4, -2, -1, 0, 1, 2, 3];
  for (const circular of [true, false]) {
    const moved = (node: Node, places: number): Node => b.shift(node, 'a', size.int(places), circular);
    same(
      operands.flatMap((node) => by.flatMap((places) => [moved(node, places), ...by.map((again) => moved(moved(node, places), again))])),
    );
  }
  same(
    operands.flatMap((node) => [
      b.rename(node, 'a', e),
      b.rename(b.rename(node, 'a', e), 'e', { ...e, id: 'f' }),
      b.gather(node, b.position(a), 'a', true),
      b.gather(node, b.position({ ...a, id: 'q' }), 'a', true),
    ]),
  );
  same([b.rename(b.position(a), 'a', e), b.broadcast(b.broadcast(x, [a, c]), [c, a, axis('g', 2)]), b.broadcast(x, [a])]);
});
