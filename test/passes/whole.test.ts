/** Between which numbers a value lies: what is computed does, and no wider than what is known says. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { BinaryFn, Node, UnaryFn } from '../../compiler/graph/graph.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { LEAST, mayLeave, MOST, ranges } from '../../compiler/passes/absence/int32.ts';
import { axis, bindings, dim, floats, INT, literal } from '../graph/support.ts';
import { everyPosition } from './support.ts';

const b = new Builder();
const [a, c, near] = [axis('a', 3), axis('c'), axis('near', dim('near', { size: size.int(3), origin: size.int(-1) }))];
const [x, n] = [b.input('x', floats(a)), b.input('n', tensor(INT, [a]))];
const int = (value: number): Node => b.constant(value, 'int');
const at = b.unary('int', b.position(a));
const apart = b.unary('int', b.position(near));
const POSITIONS = 2 ** 26;
const ELEMENTS = 2 ** 30;

describe('bounds', () => {
  it.each<[string, Node, number, number]>([
    ['a literal', int(7), 7, 7],
    ['a size that is known', b.size(size.int(5)), 5, 5],
    ['a size that is not', b.size(size.atom('c')), 1, POSITIONS],
    ['a size of which one is sure', b.size(size.add(size.atom('c'), size.int(1))), 1, MOST],
    ['a size that may be below', b.size(size.sub(size.atom('c'), size.atom('a'))), LEAST, MOST],
    ['places', at, 0, 2],
    ['positions of an unknown number', b.unary('int', b.position(c)), 0, POSITIONS - 1],
    ['positions from below', apart, -1, 1],
    ['any whole number', n, LEAST, MOST],
    ['any float', x, -Infinity, Infinity],
    ['a sum', b.binary('add', at, int(3)), 3, 5],
    ['a difference', b.binary('sub', int(1), at), -1, 1],
    ['a product of both signs', b.binary('mul', apart, b.binary('add', at, int(1))), -3, 3],
    ['a negation', b.unary('neg', at), -2, 0],
    ['the amount of what has both signs', b.unary('abs', b.binary('sub', apart, int(1))), 0, 2],
    ['the amount of what is above', b.unary('abs', b.binary('add', at, int(2))), 2, 4],
    ['the amount of what is below', b.unary('abs', b.binary('sub', at, int(5))), 3, 5],
    ['what is above', b.unary('relu', b.unary('float', apart)), 0, 1],
    ['a sign', b.unary('sign', x), -1, 1],
    ['a gate', b.unary('sigmoid', x), 0, 1],
    ['the larger', b.binary('max', at, int(1)), 1, 2],
    ['the smaller', b.binary('min', at, int(1)), 0, 1],
    ['a quotient', b.binary('quot', b.binary('sub', at, int(5)), int(2)), -5, 0],
    ['a quotient by what is below', b.binary('quot', at, int(-1)), -2, 2],
    ['a quotient by what may be 0', b.binary('quot', at, apart), LEAST, MOST],
    ['a remainder', b.binary('mod', n, int(5)), 0, 4],
    ['a remainder by what has any sign', b.binary('mod', at, apart), -1, 2],
    ['a remainder of a float', b.binary('mod', x, b.constant(2)), 0, 2],
    ['a ratio', b.binary('div', b.unary('float', at), b.constant(2)), 0, 2],
    ['a ratio by less than 1', b.binary('div', b.unary('float', at), b.constant(0.5)), -Infinity, Infinity],
    ['what is rounded down', b.unary('floor', b.constant(1.5)), 1, 1],
    ['a choice', b.select(b.binary('eq', n, int(0)), at, int(-4)), -4, 2],
    [
      'positions laid end to end',
      b.concat(axis('long', 4), [
        [at, 'a'],
        [int(9), null],
      ]),
      0,
      9,
    ],
    ['what is moved', b.shift(b.binary('add', at, int(3)), 'a', size.int(1)), 0, 5],
    ['a sum over positions', b.reduce('sum', at, ['a']), 0, 6],
    ['a sum of both signs', b.reduce('sum', b.broadcast(apart, [a, near]), ['a']), -3, 3],
    ['a sum over an unknown number', b.reduce('sum', b.broadcast(int(1), [c]), ['c']), 0, POSITIONS],
    ['a running sum', b.cumsum(b.binary('add', at, int(1)), 'a'), 0, 9],
    ['a product that is summed', b.contract(b.unary('float', at), b.unary('float', at), ['a']), 0, 12],
    ['a sum by groups', b.scatter(b.broadcast(int(1), [a]), b.position(a), a, ['a']), 0, ELEMENTS],
    ['the largest', b.reduce('max', b.binary('add', at, int(3)), ['a']), 0, 5],
    ['a product of signs', b.reduce('prod', b.unary('sign', x), ['a']), -1, 1],
    ['a product of more', b.reduce('prod', at, ['a']), LEAST, MOST],
    ['a running product of signs', b.cumprod(apart, 'near'), -1, 1],
    ['a running product of more', b.cumprod(at, 'a'), LEAST, MOST],
    ['a weight', b.softmax(x, 'a'), 0, 1],
    ['the logarithm of a weight', b.softmax(x, 'a', true), -Infinity, 0],
    ['what is one position', b.onehot(b.position(a), axis('a2', 3)), 0, 1],
    ['what is drawn', b.random('uniform', 0, 'site', [a]), 0, 1],
    ['what is kept of it', b.random('keep', 0.5, 'site', [a]), -Infinity, Infinity],
    ['a comparison', b.binary('lt', x, b.constant(0)), 0, 1],
  ])('%s', (_, node, low, high) => {
    const [found, most] = ranges()(node);
    expect([found + 0, most + 0]).toEqual([low, high]);
  });

  it('of whatever is computed of small numbers hold the numbers', () => {
    const wholes = [literal(b, [3, -2, 1], [a], 'int'), at, ...[-2, -1, 0, 1, 3].map(int)];
    const numbers = [literal(b, [0.5, -1.5, 2.25], [a]), ...[-1.5, -0.5, 0.5, 2].map((value) => b.constant(value))];
    const isZero = ({ op }: Node): boolean => op === at.op || (op.kind === 'constant' && op.value === 0);
    const made = [
      ...(['neg', 'abs', 'sign', 'float'] satisfies UnaryFn[]).flatMap((fn) => wholes.map((one) => b.unary(fn, one))),
      ...(['neg', 'abs', 'relu', 'floor', 'sin', 'cos', 'tanh', 'erf', 'sigmoid', 'exp'] satisfies UnaryFn[]).flatMap((fn) =>
        numbers.map((one) => b.unary(fn, one)),
      ),
      ...(['add', 'sub', 'mul', 'max', 'min', 'quot', 'mod'] satisfies BinaryFn[]).flatMap((fn) =>
        wholes.flatMap((one) =>
          wholes.flatMap((other) => (isZero(other) && (fn === 'quot' || fn === 'mod') ? [] : [b.binary(fn, one, other)])),
        ),
      ),
      ...(['add', 'sub', 'mul', 'max', 'min', 'div', 'mod'] satisfies BinaryFn[]).flatMap((fn) =>
        numbers.flatMap((one) => numbers.map((other) => b.binary(fn, one, other))),
      ),
    ];
    const of = ranges();
    interpret(made, bindings({})).forEach((value, k) => {
      const [low, high] = of(made[k]!);
      everyPosition(value, (_, number) => {
        if (!(number >= low && number <= high)) expect.fail(`${JSON.stringify(made[k]!.op)}: ${number} is not from ${low} to ${high}`);
      });
    });
  });
});

it('is watched only where a whole number may leave int32', () => {
  const leaves = (node: Node): boolean => mayLeave(node.op, node, node.inputs, ranges());
  expect(leaves(b.binary('add', n, int(1)))).toBe(true);
  expect(leaves(b.binary('add', int(MOST - 1), int(1)))).toBe(false);
  expect(leaves(b.binary('add', int(MOST), int(1)))).toBe(true);
  expect(leaves(b.binary('sub', int(LEAST), int(1)))).toBe(true);
  expect(leaves(b.binary('sub', int(LEAST + 1), int(1)))).toBe(false);
  expect(leaves(b.unary('neg', n))).toBe(true);
  expect(leaves(b.binary('add', x, x))).toBe(false);
  expect(leaves(b.binary('max', n, n))).toBe(false);
  // Two numbers for each of 2^30 elements in memory.
  const across = (fn: 'sum' | 'max', x: Node): Node => b.node({ kind: 'across', fn, axes: [] }, [x]);
  expect([across('sum', at), across('sum', b.binary('min', at, int(1))), across('max', n)].map(leaves)).toEqual([true, false, false]);
});
