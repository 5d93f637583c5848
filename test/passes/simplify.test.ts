import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { printGraph } from '../../compiler/graph/print.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { axis, floats } from '../graph/support.ts';
import { gruScan } from './graphs.ts';

const [a, c] = [axis('a', 3), axis('c', 2)];

/** The operations that are left, leaves aside. */
function left(make: (b: Builder, x: Node, y: Node) => Node): readonly string[] {
  const b = new Builder();
  const roots = simplify(new Map([['value', make(b, b.input('x', floats(a)), b.input('y', floats(a, c)))]]));
  return reachable([...roots.values()])
    .filter(({ inputs }) => inputs.length > 0)
    .map(({ op }) => (op.kind === 'unary' || op.kind === 'binary' || op.kind === 'reduce' ? op.fn : op.kind));
}

describe('simplify', () => {
  it.each<[string, (b: Builder, x: Node, y: Node) => Node, readonly string[]]>([
    ['x + 0', (b, x) => b.binary('add', x, b.constant(0)), []],
    ['1 * x', (b, x) => b.binary('mul', b.constant(1), x), []],
    ['-(-x)', (b, x) => b.unary('neg', b.unary('neg', x)), []],
    ['x + -x', (b, x) => b.binary('add', x, b.unary('neg', x)), ['sub']],
    ['a size that is known', (b, x) => b.binary('mul', x, b.unary('float', b.size(size.sub(size.int(4), size.int(3))))), []],
    ['select of a constant', (b, x) => b.select(b.constant(1, 'bool'), x, b.unary('tanh', x)), []],
    ['x repeated and summed', (b, x) => b.reduce('sum', b.broadcast(x, [a, c]), ['c']), ['mul']],
    ['x repeated for what has the axis anyway', (b, x, y) => b.binary('add', b.broadcast(x, [a, c]), y), ['add']],
    ['a sum of sums', (b, _x, y) => b.reduce('sum', b.reduce('sum', y, ['a']), ['c']), ['sum']],
    ['a product that is summed', (b, x, y) => b.reduce('sum', b.binary('mul', x, y), ['a']), ['contract']],
    ['the same twice', (b, x) => b.binary('mul', b.unary('tanh', x), b.unary('tanh', x)), ['tanh', 'mul']],
    ['0 - x', (b, x) => b.binary('sub', b.constant(0), x), ['neg']],
    ['x - -x', (b, x) => b.binary('sub', x, b.unary('neg', x)), ['add']],
    ['-x + y', (b, x, y) => b.binary('add', b.unary('neg', x), y), ['sub']],
    ['-(x - y)', (b, x, y) => b.unary('neg', b.binary('sub', x, y)), ['sub']],
    ['-x * -y', (b, x, y) => b.binary('mul', b.unary('neg', x), b.unary('neg', y)), ['mul']],
    ['x * -1', (b, x) => b.binary('mul', x, b.constant(-1)), ['neg']],
    ['x * 0', (b, x) => b.binary('mul', x, b.constant(0)), ['broadcast']],
    ['x * 2', (b, x) => b.binary('mul', x, b.constant(2)), ['mul']],
    ['x / 1', (b, x) => b.binary('div', x, b.constant(1)), []],
    ['x / 2', (b, x) => b.binary('div', x, b.constant(2)), ['div']],
    ['0 / x', (b, x) => b.binary('div', b.constant(0), x), ['broadcast']],
    ['1 / 0, which is not a number', (b) => b.binary('div', b.constant(1), b.constant(0)), ['div']],
    ['x ^ 1', (b, x) => b.binary('pow', x, b.constant(1)), []],
    ['x ^ 2', (b, x) => b.binary('pow', x, b.constant(2)), ['mul']],
    ['x ^ 3', (b, x) => b.binary('pow', x, b.constant(3)), ['pow']],
    ['the larger of x and x', (b, x) => b.binary('max', x, x), []],
    [
      'x > 0 and false',
      (b, x) => b.unary('float', b.binary('and', b.binary('gt', x, b.constant(0)), b.constant(0, 'bool'))),
      ['broadcast'],
    ],
    [
      'x > 0 and true',
      (b, x) => b.unary('float', b.binary('and', b.constant(1, 'bool'), b.binary('gt', x, b.constant(0)))),
      ['gt', 'float'],
    ],
    ['x > 0 or true', (b, x) => b.unary('float', b.binary('or', b.binary('gt', x, b.constant(0)), b.constant(1, 'bool'))), ['broadcast']],
    [
      'x > 0 or false',
      (b, x) => b.unary('float', b.binary('or', b.constant(0, 'bool'), b.binary('gt', x, b.constant(0)))),
      ['gt', 'float'],
    ],
    ['a choice turned round', (b, x, y) => b.select(b.unary('not', b.binary('gt', x, b.constant(0))), x, y), ['gt', 'select']],
    ['a choice between the same', (b, x) => b.select(b.binary('gt', x, b.constant(0)), b.constant(2), b.constant(2)), ['broadcast']],
    [
      'a choice between an int and the same float',
      (b, x) => b.select(b.binary('gt', x, b.constant(0)), b.constant(2, 'int'), b.constant(2)),
      ['broadcast'],
    ],
    [
      'a choice in a choice',
      (b, x, y) => {
        const c = b.binary('gt', x, b.constant(0));
        return b.select(c, b.select(c, x, y), b.select(c, y, b.unary('neg', y)));
      },
      ['gt', 'neg', 'select'],
    ],
    ['a check that finds nothing', (b, x) => b.node({ kind: 'check', what: 'never' }, [x, b.constant(0, 'bool')]), []],
    [
      'a check that may find something',
      (b, x) => b.node({ kind: 'check', what: 'at times' }, [x, b.binary('gt', x, b.constant(9))]),
      ['gt', 'check'],
    ],
    ['a sum over nothing', (b, x) => b.reduce('sum', x, []), []],
    ['a product that is summed over nothing', (b, x, y) => b.node({ kind: 'contract', axes: [] }, [x, y]), ['mul']],
    ['renamed and renamed back', (b, x) => b.rename(b.rename(x, 'a', { ...a, id: 'z' }), 'z', a), []],
  ])('%s', (_, make, expected) => {
    expect(left(make)).toEqual(expected);
  });

  it.each<[string, (b: Builder) => Node, number]>([
    ['7 mod 3', (b) => b.binary('mod', b.constant(7), b.constant(3)), 1],
    ['-7 mod 3', (b) => b.binary('mod', b.constant(-7), b.constant(3)), 2],
    ['7 mod 0', (b) => b.binary('mod', b.constant(7), b.constant(0)), 7],
    ['floor(7 / 2)', (b) => b.binary('quot', b.constant(7, 'int'), b.constant(2, 'int')), 3],
    ['floor(-7 / 2)', (b) => b.binary('quot', b.constant(-7, 'int'), b.constant(2, 'int')), -4],
    ['floor(7 / 0)', (b) => b.binary('quot', b.constant(7, 'int'), b.constant(0, 'int')), 0],
    ['2 ^ 5', (b) => b.binary('pow', b.constant(2), b.constant(5)), 32],
    ['7 / 2', (b) => b.binary('div', b.constant(7), b.constant(2)), 3.5],
    ['7 - 2', (b) => b.binary('sub', b.constant(7), b.constant(2)), 5],
    ['the larger of 7 and 2', (b) => b.binary('max', b.constant(7), b.constant(2)), 7],
    ['the smaller', (b) => b.binary('min', b.constant(7), b.constant(2)), 2],
    ...(
      [
        ['eq', 0, 1, 0],
        ['ne', 1, 0, 1],
        ['lt', 0, 0, 1],
        ['le', 0, 1, 1],
        ['gt', 1, 0, 0],
        ['ge', 1, 1, 0],
      ] as const
    ).flatMap(([fn, ...expected]) =>
      [1, 2, 3].map((by, k): [string, (b: Builder) => Node, number] => [
        `2 ${fn} ${by}`,
        (b) => b.binary(fn, b.constant(2), b.constant(by)),
        expected[k]!,
      ]),
    ),
    ...(
      [
        ['and', 0, 0, 0, 1],
        ['or', 0, 1, 1, 1],
      ] as const
    ).flatMap(([fn, ...expected]) =>
      [0, 1, 2, 3].map((k): [string, (b: Builder) => Node, number] => [
        `${k >> 1} ${fn} ${k & 1}`,
        (b) => b.binary(fn, b.constant(k >> 1, 'bool'), b.constant(k & 1, 'bool')),
        expected[k]!,
      ]),
    ),
    ['not 0', (b) => b.unary('not', b.constant(0, 'bool')), 1],
    ['not 1', (b) => b.unary('not', b.constant(1, 'bool')), 0],
  ])('%s is a number', (_, make, expected) => {
    const b = new Builder();
    expect(simplify(new Map([['value', make(b)]])).get('value')!.op).toEqual({ kind: 'constant', value: expected });
  });

  it('drops states and sequences of a loop that nothing reads', () => {
    const b = new Builder();
    const { all } = gruScan(b, 'cell', b.input('x', floats(a, axis('embed', 2))), a, axis('embed', 2), false);
    const unread = b.argument(floats(c));
    const again = b.scan({
      axis: a,
      position: b.step(a),
      xs: [],
      states: [{ arg: unread, init: b.broadcast(b.constant(0), [c]), next: b.binary('add', unread, b.constant(1)) }],
      emits: [b.constant(2)],
    });
    const text = printGraph([
      ...simplify(new Map([['value', b.binary('mul', b.reduce('sum', all, ['hidden']), b.result(again, 1))]])).values(),
    ]);
    expect(text.match(/scan/g)).toHaveLength(1);
  });
});
