/** How far an index may lie behind the position of a clock that it is read from, exactly: what causality is proved with. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, BinaryFn, Node } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { ahead, bounds } from '../../compiler/passes/clock/ahead.ts';
import { ANY, type Range } from '../../compiler/size/range.ts';
import { axis, BOOL, dim, floats, index, INT } from '../graph/support.ts';

const b = new Builder();
const time = axis('time', dim('time', { ragged: true }));
const key: Axis = { ...time, id: 'key' };
const near = axis('near', dim('near', { size: size.int(3), origin: size.int(-1) }));
const other = axis('other');
const ten = axis('ten', dim('ten', { size: size.int(10), origin: size.int(10) }));
const free = axis('free', dim('free', { size: size.int(4), origin: size.atom('from') }));

const int = (value: number): Node => b.constant(value, 'int');
const whole = (over: Axis): Node => b.unary('int', b.position(over));
const [p, a, c] = [whole(time), whole(near), whole(other)];
const n = b.input('n', tensor(INT, []));
const x = b.input('x', floats());
const is = b.input('is', tensor(BOOL, []));
const op = (fn: BinaryFn, left: Node, right: Node): Node => b.binary(fn, left, right);
const add = (left: Node, right: Node): Node => op('add', left, right);

describe('bounds for all sizes', () => {
  it.each<[string, Node, Range]>([
    ['a number', int(7), [7, 7]],
    ['a size that is known', b.size(size.int(5)), [5, 5]],
    ['a size that is not', b.size(size.atom('other')), [0, Infinity]],
    ['positions of a known number', a, [-1, 1]],
    ['positions of an unknown number', c, [0, Infinity]],
    ['positions from an unknown one on', whole(free), ANY],
    ['under another name', b.rename(a, 'near', { ...near, id: 'far' }), [-1, 1]],
    ['repeated', b.broadcast(a, [other, near]), [-1, 1]],
    ['a negation', b.unary('neg', add(a, int(2))), [-3, -1]],
    ['a sum', add(a, int(2)), [1, 3]],
    ['a remainder of whole numbers', op('mod', n, int(5)), [0, 4]],
    ['a remainder of a float', op('mod', x, b.constant(5)), [0, 5]],
    ['a power', b.unary('floor', op('pow', b.constant(2), b.unary('float', add(a, int(1))))), [1, 4]],
    ['what is given', n, ANY],
    ['a choice', b.select(is, int(1), int(2)), ANY],
  ])('%s', (_, node, expected) => {
    expect(bounds()(node)).toEqual(expected);
  });
});

describe('ahead of the position', () => {
  it.each<[string, Node, number | null]>([
    ['the first position', int(0), 0],
    ['before the first position', int(-3), 0],
    ['a later position', int(3), 3],
    ['the position itself', b.position(time), 0],
    ['under another name', b.rename(p, 'time', key), 0],
    ['repeated', b.broadcast(p, [other, time]), 0],
    ['a position of another axis', c, null],
    ['the step of a loop along the clock', b.argument(index(time)), 0],
    ['along another axis', b.argument(index(other)), null],
    ['a number from outside', b.argument(tensor(INT, [])), null],
    ['as a float', b.unary('float', p), 0],
    ['of no gradient', b.unary('stop', p), 0],
    ['rounded', b.unary('floor', b.unary('float', p)), 0],
    ['turned round', b.unary('neg', p), null],
    ['some positions on', add(p, int(3)), 3],
    ['the same turned round', add(int(3), p), 3],
    ['some positions back', add(p, int(-3)), -3],
    ['on by positions of another axis', add(p, a), 1],
    ['by an unknown number', add(p, n), null],
    ['by as many as there are', add(p, c), null],
    ['two of them', add(p, p), null],
    ['less a number', op('sub', p, int(2)), -2],
    ['less positions', op('sub', p, a), 1],
    ['less any number', op('sub', p, n), null],
    ['from a number', op('sub', int(2), n), null],
    ['the later of two', op('max', add(p, int(2)), add(p, int(1))), 2],
    ['the later of what is known and what is not', op('max', p, n), null],
    ['and turned round', op('max', n, p), null],
    ['the earlier of two', op('min', add(p, int(2)), add(p, int(1))), 1],
    ['of which one is known', op('min', n, add(p, int(1))), 1],
    ['of which none is', op('min', n, n), null],
    ['a part', op('quot', p, int(2)), 0],
    ['a part of what lies on', op('quot', add(p, int(4)), int(2)), 4],
    ['a part of what lies back', op('quot', op('sub', p, int(4)), int(2)), 0],
    ['a part in floats', op('div', b.unary('float', p), b.constant(1)), 0],
    ['more than it', op('div', b.unary('float', p), b.constant(0.5)), null],
    ['a part by what may be 0', op('quot', p, c), null],
    ['a part of any number', op('quot', n, int(2)), null],
    ['a product', op('mul', p, int(1)), null],
    ['either', b.select(is, p, add(p, int(2))), 2],
    ['or', b.select(is, add(p, int(2)), p), 2],
    ['either of what is not known', b.select(is, p, n), null],
    ['what is present', b.where(add(p, int(2)), is), 2],
    ['or something else', b.otherwise(b.where(p, is), add(p, int(3))), 3],
    ['or what is not known', b.otherwise(b.where(p, is), n), null],
    ['the best position', b.argmax(b.input('e', floats(key)), 'key'), 0],
    ['the best of other positions', b.argmax(b.input('f', floats(other)), 'other'), null],
    ['what is given', n, null],
  ])('%s', (_, node, expected) => {
    const found = ahead(time.space)(node);
    expect(found === null ? null : found + 0).toBe(expected);
  });

  it('is counted from the first position of the clock', () => {
    expect([9, 10, 12].map((value) => ahead(ten.space)(int(value)))).toEqual([0, 0, 2]);
    // Half of a position that is 10 or more need be none.
    expect(ahead(ten.space)(op('quot', whole(ten), int(2)))).toBeNull();
  });

  it('of a number nothing is known where the first position is not', () => {
    expect(ahead(free.space)(int(0))).toBeNull();
    expect(ahead(free.space)(b.position(free))).toBe(0);
  });
});
