import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { showType } from '../../compiler/graph/spaces.ts';
import { axis, floats, literal, run, type Shown } from './support.ts';

const b = new Builder();
const [r, c] = [axis('r', 2), axis('c', 3)];
const M = literal(
  b,
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [r, c],
);
const v = literal(b, [10, 20, 30], [c]);
const only = (x: Node, mask: readonly boolean[] | readonly (readonly boolean[])[], ...axes: (typeof r)[]): Node =>
  b.where(x, literal(b, mask, axes, 'bool'));
const none = [false, false, false];

describe('absence', () => {
  it('spreads through elementwise operations', () => {
    const sum = b.binary(
      'add',
      only(v, [true, false, true], c),
      only(
        M,
        [
          [true, true, false],
          [true, true, true],
        ],
        r,
        c,
      ),
    );
    expect(showType(sum.types[0]!)).toBe('[r: 2, c: 3] where [c, r] where [c]');
    expect(run(sum)).toEqual([
      [11, null, null],
      [14, null, 36],
    ]);
  });

  const overNothing: readonly [string, (x: Node) => Node, Shown][] = [
    ['sum', (x) => b.reduce('sum', x, ['c']), 0],
    ['mean', (x) => b.reduce('mean', x, ['c']), 0],
    ['max', (x) => b.reduce('max', x, ['c']), 0],
    ['min', (x) => b.reduce('min', x, ['c']), 0],
    ['prod', (x) => b.reduce('prod', x, ['c']), 1],
    ['any', (x) => b.reduce('any', b.binary('gt', x, b.constant(0)), ['c']), 0],
    ['all', (x) => b.reduce('all', b.binary('lt', x, b.constant(0)), ['c']), 1],
    ['@', (x) => b.contract(x, v, ['c']), 0],
    ['softmax', (x) => b.softmax(x, 'c'), [0, 0, 0]],
  ];
  for (const [name, make, expected] of overNothing) {
    it(`${name} over nothing`, () => {
      const y = make(only(v, none, c));
      expect(y.types[0]!.masks).toEqual([]);
      expect(run(y)).toEqual(expected);
    });
  }

  it('is skipped by reductions, and 0 after softmax', () => {
    const x = only(v, [true, false, true], c);
    expect(run(b.reduce('mean', x, ['c']))).toBe(20);
    expect(run(b.argmax(b.unary('neg', only(v, [false, true, true], c)), 'c'))).toBe(1);
    expect(run(b.softmax(b.binary('mul', x, b.constant(0)), 'c'))).toEqual([0.5, 0, 0.5]);
    expect(run(b.cumsum(x, 'c'))).toEqual([10, 10, 40]);
    expect(run(b.cumprod(x, 'c'))).toEqual([10, 10, 300]);
    expect(run(b.contract(x, v, ['c']))).toBe(1000);
  });

  it('that does not depend on the reduced axis stays, even beside one that ends', () => {
    const x = only(
      only(M, [true, false], r),
      [
        [false, false, false],
        [true, true, true],
      ],
      r,
      c,
    );
    const sum = b.reduce('sum', x, ['c']);
    expect(showType(sum.types[0]!)).toBe('[r: 2] where [r]');
    expect(run(sum)).toEqual([0, null]);
  });

  it('over an axis that the value lacks copies nothing, and brings the axis where it ends', () => {
    const x = only(
      v,
      [
        [true, true, false],
        [false, true, false],
      ],
      r,
      c,
    );
    expect(showType(x.types[0]!)).toBe('[c: 3] where [c, r]');
    const mean = b.reduce('mean', x, ['c']);
    expect(showType(mean.types[0]!)).toBe('[r: 2]');
    expect(run(mean)).toEqual([15, 20]);
    const soft = b.softmax(b.binary('mul', x, b.constant(0)), 'c');
    expect(showType(soft.types[0]!)).toBe('[r: 2, c: 3]');
    expect(run(soft)).toEqual([
      [0.5, 0.5, 0],
      [0, 1, 0],
    ]);
  });

  it('comes from indices outside an axis, and ends when their axis is contracted', () => {
    const taps = axis('tap', 2);
    // y[t] = x[t - 1] + 2 x[t], nothing before the start: a causal convolution.
    const at = b.binary('sub', b.binary('add', b.position(c), b.position(taps)), b.constant(1, 'int'));
    const windows = b.gather(v, at, 'c');
    expect(run(windows)).toEqual([
      [null, 10],
      [10, 20],
      [20, 30],
    ]);
    const y = b.contract(literal(b, [1, 2], [taps]), windows, ['tap']);
    expect(y.types[0]!.masks).toEqual([]);
    expect(run(y)).toEqual([20, 50, 80]);
  });

  it('moves with the positions it belongs to', () => {
    const x = only(
      M,
      [
        [true, false, true],
        [true, true, false],
      ],
      r,
      c,
    );
    expect(run(b.merge(x, ['c', 'r'], axis('m', 6)))).toEqual([1, 4, null, 5, 3, null]);
    expect(run(b.merge(only(M, [true, false], r), ['r', 'c'], axis('m', 6)))).toEqual([1, 2, 3, null, null, null]);
    expect(run(b.gather(x, literal(b, [2, 0], [axis('k', 2)], 'int'), 'c', true))).toEqual([
      [3, null],
      [1, 4],
    ]);
    expect(
      run(
        b.concat(axis('m', 5), [
          [only(v, [true, false, true], c), 'c'],
          [literal(b, [7, 8], [r]), 'r'],
        ]),
      ),
    ).toEqual([10, null, 30, 7, 8]);
  });

  it('is filled by else, and stays where both are absent', () => {
    const x = only(v, [true, false, false], c);
    const y = only(b.unary('neg', v), [true, true, false], c);
    expect(run(b.otherwise(x, y))).toEqual([10, -20, null]);
    // The condition's axis joins: filled positions differ along it.
    const rows = only(
      v,
      [
        [true, true, false],
        [false, true, true],
      ],
      r,
      c,
    );
    expect(run(b.otherwise(rows, b.constant(0)))).toEqual([
      [10, 0],
      [20, 20],
      [0, 30],
    ]);
  });

  it('of a call depends on those extras alone that it depends on in the body; of what a loop makes it is not known', () => {
    const k = axis('k', 2),
      inner = axis('inner', 3);
    const x = b.argument(floats()),
      y = b.argument(floats());
    const [state, at] = [b.argument(floats()), b.step(inner)];
    const loop = b.result(
      b.scan({ axis: inner, position: at, xs: [], states: [{ arg: state, init: y, next: b.unary('neg', state) }], emits: [] }),
      0,
    );
    const isAbove = b.binary('gt', x, b.constant(0));
    const results = [
      b.where(y, isAbove),
      b.where(b.broadcast(y, [inner]), isAbove),
      b.where(loop, isAbove),
      b.where(b.unary('exp', loop), isAbove),
      b.where(b.binary('add', x, b.constant(1)), isAbove),
    ];
    const call = b.call(
      'F',
      { args: [x, y], results },
      { args: [[], []], extras: [r, k], results: results.map((_, j) => (j === 1 ? [{ from: 'inner', to: c }] : [])) },
      [literal(b, [1, -1], [r]), literal(b, [5, 6], [k])],
    );
    const out = results.map((_, j) => b.result(call, j));
    expect(out.map((node) => showType(node.types[0]!))).toEqual([
      '[r: 2, k: 2] where [r]',
      '[r: 2, k: 2, c: 3] where [r]',
      '[r: 2, k: 2] where [k, r]',
      '[r: 2, k: 2] where [k, r]',
      '[r: 2, k: 2] where [r]',
    ]);
    expect(run(out[0]!)).toEqual([
      [5, 6],
      [null, null],
    ]);
    expect(run(out[1]!)).toEqual([
      [
        [5, 5, 5],
        [6, 6, 6],
      ],
      [
        [null, null, null],
        [null, null, null],
      ],
    ]);
    expect(run(out[2]!)).toEqual([
      [-5, -6],
      [null, null],
    ]);
  });

  it('of a call over an axis that has no name outside is refused', () => {
    const x = b.argument(floats(c)),
      y = b.argument(floats());
    const region = { args: [x, y], results: [b.where(y, b.binary('gt', x, b.constant(0)))] };
    expect(() =>
      b.call('F', region, { args: [[{ from: 'c', to: c }], []], extras: [r], results: [[]] }, [v, literal(b, [1, 2], [r])]),
    ).toThrow(/result 0: c: 3 has no name outside/);
  });
});
