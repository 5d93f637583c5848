/** The order of axes in memory: the same values, and what each operation becomes. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node, Op } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { showOp } from '../../compiler/graph/print.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { BeyondLimits } from '../../compiler/passes/layout/beyond-limits.ts';
import { layout } from '../../compiler/passes/layout/layout.ts';
import { axis, BOOL, dim, floats, index, INT } from '../graph/support.ts';
import { checked, data, expectEqual, randomFrom } from './support.ts';

const batch = axis('batch', 3);
const [a, c, e, f, g] = [axis('a', 2), axis('c', 3), axis('e', 2), axis('f', 3), axis('g', 2)];
const b = new Builder();
const input = (name: string, ...axes: Axis[]): Node => b.input(name, floats(...axes));
const int = (name: string, ...axes: Axis[]): Node => b.input(name, tensor(INT, axes));
const is = (...axes: Axis[]): Node => b.input('is', tensor(BOOL, axes));

function laid(node: Node): Node {
  const roots = new Map([['y', node]]);
  const made = checked('laid-out', layout(roots));
  expectEqual(roots, made, data(roots, {}, {}, randomFrom(3)).examples[0]!);
  return made.get('y')!;
}

const operations = (node: Node): readonly string[] =>
  reachable([node])
    .filter(({ op, inputs }) => inputs.length > 0 || op.kind === 'position')
    .map(({ op }) => (op.kind === 'unary' || op.kind === 'binary' ? op.fn : op.kind === 'matmul' ? showOp(op) : op.kind));

describe('an operation and what it becomes', () => {
  it.each<[string, Node, readonly string[]]>([
    ['a product of rows of the batch', b.contract(input('x', batch, a), input('W', a, c), ['a']), ['matmul']],
    ['the map in front', b.contract(input('W', c, a), input('x', batch, a), ['a']), ['matmul b^T']],
    ['a batch that stands behind', b.contract(input('W', c, a), input('x', a, batch), ['a']), ['matmul']],
    [
      'the same with two axes of columns',
      b.contract(input('W', c, a), input('x', a, batch, e), ['a']),
      ['reshape', 'matmul', 'permute', 'reshape', 'permute'],
    ],
    [
      'a matrix that two products read transposed',
      b.binary('add', b.contract(input('x', a, batch), input('W', a, c), ['a']), b.contract(input('x', a, batch), input('V', a, c), ['a'])),
      ['matmul a^T', 'matmul a^T', 'add'],
    ],
    [
      'a matrix that a product and something else read transposed',
      b.binary('mul', b.contract(input('x', a, c), input('W', a, e), ['a']), b.reduce('max', b.softmax(input('x', a, c), 'a'), ['a'])),
      ['permute', 'matmul', 'softmax', 'reduce', 'reshape', 'mul'],
    ],
    ['products of each example', b.contract(input('x', batch, a, c), input('z', batch, c, e), ['c']), ['matmul']],
    ['a product that sums nothing', b.node({ kind: 'contract', axes: [] }, [input('x', batch, a), input('w', a)]), ['mul']],
    ['a product of rows alone', b.contract(input('x', batch, a), input('z', batch, a), ['a']), ['mul', 'reduce']],
    ['a product of whole numbers', b.contract(int('m', batch, a), int('n', a, c), ['a']), ['reshape', 'mul', 'reduce']],
    ['a choice between an int and a float', b.select(is(a), int('n', batch, a), input('x', batch, a)), ['float', 'select']],
    ['a choice between an index and an int', b.select(is(a), b.input('i', index(c, batch, a)), int('n', batch, a)), ['select']],
    [
      'a choice of what is repeated',
      b.select(b.broadcast(is(a), [a, c]), b.broadcast(input('x', a), [a, c]), b.broadcast(input('z', a), [a, c])),
      ['reshape', 'broadcast', 'reshape', 'broadcast', 'reshape', 'broadcast', 'select'],
    ],
    [
      'a choice of what one repeats',
      b.select(is(a), b.broadcast(input('x', a), [a, c]), input('z', a, c)),
      ['reshape', 'reshape', 'select'],
    ],
    ['a quotient of whole numbers', b.binary('div', int('n', a), int('m', a)), ['float', 'float', 'div']],
    ['a root of whole numbers', b.unary('sqrt', b.unary('abs', int('n', a))), ['abs', 'float', 'sqrt']],
    ['a mean of whole numbers', b.reduce('mean', int('n', a), ['a']), ['float', 'reduce']],
    ['weights along the first axis', b.softmax(input('x', a, c), 'a'), ['permute', 'softmax', 'permute']],
    [
      'joined along the first of five axes',
      b.concat(axis('aa', 4), [
        [input('x', a, c, e, f, g), 'a'],
        [input('z', a, c, e, f, g), 'a'],
      ]),
      ['reshape', 'reshape', 'concat', 'reshape'],
    ],
    [
      'joined along the last of five',
      b.concat(axis('gg', 3), [
        [input('x', a, c, e, f, g), 'g'],
        [input('z', a, c, e, f), null],
      ]),
      ['reshape', 'reshape', 'concat', 'reshape'],
    ],
    [
      'floats joined with ints',
      b.concat(axis('aa', 3), [
        [input('x', a), 'a'],
        [int('n'), null],
      ]),
      ['reshape', 'float', 'concat'],
    ],
    [
      'a part of the last of five axes',
      b.slice(input('x', a, c, e, f, g), 'g', size.int(1), axis('g1', 1)),
      ['reshape', 'slice', 'reshape'],
    ],
    ['a part of the first of five axes', b.slice(input('x', a, c, e, f, g), 'a', size.int(1), null), ['slice']],
  ])('%s', (_, node, expected) => {
    expect(operations(laid(node))).toEqual(expected);
  });
});

describe('in a loop', () => {
  const places = axis('places', 4);
  const loop = (make: (xt: Node, at: Node) => Node): Node => {
    const [position, xt] = [b.step(places), b.argument(floats(batch))];
    const made = make(xt, position);
    return b.result(b.scan({ axis: places, position, xs: [{ arg: xt, value: input('x', places, batch) }], states: [], emits: [made] }), 0);
  };

  it('what the position alone decides is made for all positions at once', () => {
    const mask = (at: Node): Node => b.binary('le', b.position(c), b.unary('int', at));
    const node = laid(loop((xt, at) => b.select(b.broadcast(mask(at), [e, c]), b.binary('mul', xt, input('w', e, c)), xt)));
    const scan = reachable([node]).find(({ op }) => op.kind === 'scan')!;
    const more = scan.inputs.slice(1);
    expect(more.map((node) => node.types[0]!.axes.map(({ id }) => id))).toEqual([['places', 'e', 'c']]);
  });

  it('numbers that have no axes stay in it', () => {
    const node = laid(loop((xt, at) => b.binary('mul', xt, b.unary('float', b.unary('int', at)))));
    expect(reachable([node]).find(({ op }) => op.kind === 'scan')!.inputs).toHaveLength(1);
  });
});

describe('what no program comes to', () => {
  const x = input('x', a);
  it.each<[Op['kind'], () => Node]>([
    ['across', () => b.node({ kind: 'across', fn: 'sum', axes: [] }, [x])],
    ['where', () => b.where(x, is(a))],
    ['otherwise', () => b.otherwise(x, x)],
    ['past', () => b.node({ kind: 'past', axis: axis('tape', dim('tape')) }, [x])],
  ])('is %s behind `batch`', (kind, make) => {
    expect(() => layout(new Map([['y', make()]]))).toThrow(`layout: ${kind} must be lowered before`);
  });

  it('is a node that is made before what it reads', () => {
    const late = new Builder(undefined, { next: 10_000 }).input('late', floats(a));
    expect(() => layout(new Map([['y', b.unary('neg', late)]]))).toThrow(/is used before it is laid out/);
  });
});

it('says what no backend computes, where it cannot be said otherwise', () => {
  const many = Array.from({ length: 254 }, (_, k) => axis(`m${k}`, 1));
  expect(() => layout(new Map([['y', b.cumsum(input('x', ...many), 'm3')]]))).toThrow(BeyondLimits);
});
