import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/analyze/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node, Op } from '../../compiler/graph/graph.ts';
import { showType, tensor, unitAxis } from '../../compiler/graph/spaces.ts';
import { axis, bindings, close, dim, FLOAT, INT, index, literal, run, type Shown } from './support.ts';
import { interpret } from '../../compiler/graph/interpret.ts';

const b = new Builder();
const [r, c, k] = [axis('r', 2), axis('c', 3), axis('k', 2)];
const M = literal(b, [[1, 2, 3], [4, 5, 6]], [r, c]);
const v = literal(b, [10, 20, 30], [c]);
const i = (values: readonly number[], over = c): Node => literal(b, values, [over], 'int');

/** Operation, its value, its type, what it must be. Masked places are null. */
const CASES: readonly [Op['kind'], Node, string, Shown][] = [
  ['constant', b.constant(2.5), '[]', 2.5],
  ['size', b.size(size.add(size.int(3), size.int(4))), 'int []', 7],
  ['position', b.position(axis('shift', dim('shift', { size: size.int(3), origin: size.int(-1) }))), 'index(shift)[shift]', [-1, 0, 1]],
  ['unary', b.unary('neg', v), '[c: 3]', [-10, -20, -30]],
  ['binary', b.binary('add', M, v), '[r: 2, c: 3]', [[11, 22, 33], [14, 25, 36]]],
  ['binary', b.binary('mul', v, M), '[r: 2, c: 3]', [[10, 40, 90], [40, 100, 180]]],
  ['binary', b.binary('mod', i([-1, 3, 4]), b.constant(3, 'int')), 'int [c: 3]', [2, 0, 1]],
  ['binary', b.binary('div', i([1, 2, 3]), b.constant(2, 'int')), '[c: 3]', [0.5, 1, 1.5]],
  ['select', b.select(b.binary('gt', v, b.constant(15)), v, b.constant(0)), '[c: 3]', [0, 20, 30]],
  ['where', b.where(v, b.binary('ne', v, b.constant(20))), '[c: 3] where [c]', [10, null, 30]],
  ['otherwise', b.otherwise(b.where(v, b.binary('ne', v, b.constant(20))), b.constant(7)), '[c: 3]', [10, 7, 30]],
  ['reduce', b.reduce('sum', M, ['r']), '[c: 3]', [5, 7, 9]],
  ['reduce', b.reduce('mean', M, ['c', 'r']), '[]', 3.5],
  ['reduce', b.reduce('max', M, ['c']), '[r: 2]', [3, 6]],
  ['reduce', b.reduce('min', M, ['c']), '[r: 2]', [1, 4]],
  ['reduce', b.reduce('prod', M, ['c']), '[r: 2]', [6, 120]],
  ['reduce', b.reduce('any', b.binary('gt', M, b.constant(3)), ['c']), 'bool [r: 2]', [0, 1]],
  ['reduce', b.reduce('all', b.binary('gt', M, b.constant(1)), ['c']), 'bool [r: 2]', [0, 1]],
  ['softmax', b.softmax(literal(b, [0, Math.log(3)], [r]), 'r'), '[r: 2]', [0.25, 0.75]],
  ['softmax', b.softmax(literal(b, [0, Math.log(3)], [r]), 'r', true), '[r: 2]', [Math.log(0.25), Math.log(0.75)]],
  ['argmax', b.argmax(literal(b, [[1, 9, 9], [4, 2, 3]], [r, c]), 'c'), 'index(3)[r: 2]', [1, 0]],
  ['contract', b.contract(M, v, ['c']), '[r: 2]', [140, 320]],
  ['contract', b.contract(M, literal(b, [[1, 0], [0, 1], [1, 1]], [c, k]), ['c']), '[r: 2, k: 2]', [[4, 5], [10, 11]]],
  ['gather', b.gather(M, i([2, 0], k), 'c', true), '[k: 2, r: 2]', [[3, 6], [1, 4]]],
  ['gather', b.gather(M, i([1, 0], r), 'c', true), '[r: 2]', [2, 4]],
  ['gather', b.gather(v, b.binary('sub', b.position(c), b.constant(1, 'int')), 'c'), '[c: 3] where [c]', [null, 10, 20]],
  ['scatter', b.scatter(literal(b, [5, 6, 7], [c]), i([1, 1, 0]), r, ['c']), '[r: 2]', [7, 11]],
  ['scatter', b.scatter(M, i([1, 1, 5]), k, ['c']), '[k: 2, r: 2]', [[0, 0], [3, 9]]],
  ['onehot', b.onehot(i([1, 0], k), c), '[k: 2, c: 3]', [[0, 1, 0], [1, 0, 0]]],
  ['concat', b.concat(axis('m', 4), [[v, 'c'], [b.constant(9), null]]), '[m: 4]', [10, 20, 30, 9]],
  ['concat', b.concat(axis('m', 4), [[b.constant(9), null], [M, 'c']]), '[r: 2, m: 4]', [[9, 1, 2, 3], [9, 4, 5, 6]]],
  ['slice', b.slice(M, 'c', size.int(1), k), '[r: 2, k: 2]', [[2, 3], [5, 6]]],
  ['slice', b.slice(M, 'c', size.int(1), null), '[r: 2]', [2, 5]],
  ['shift', b.shift(M, 'c', size.int(1)), '[r: 2, c: 3]', [[0, 1, 2], [0, 4, 5]]],
  ['shift', b.shift(M, 'r', size.int(-1)), '[r: 2, c: 3]', [[4, 5, 6], [0, 0, 0]]],
  ['shift', b.shift(M, 'c', size.int(-4)), '[r: 2, c: 3]', [[0, 0, 0], [0, 0, 0]]],
  ['rename', b.rename(M, 'c', axis('d', 3)), '[r: 2, d: 3]', [[1, 2, 3], [4, 5, 6]]],
  ['merge', b.merge(M, ['r', 'c'], axis('m', 6)), '[m: 6]', [1, 2, 3, 4, 5, 6]],
  ['merge', b.merge(M, ['c', 'r'], axis('m', 6)), '[m: 6]', [1, 4, 2, 5, 3, 6]],
  ['split', b.split(b.merge(M, ['c', 'r'], axis('m', 6)), 'm', [c, r]), '[c: 3, r: 2]', [[1, 4], [2, 5], [3, 6]]],
  ['broadcast', b.broadcast(v, [r, c]), '[r: 2, c: 3]', [[10, 20, 30], [10, 20, 30]]],
  ['cumsum', b.cumsum(v, 'c'), '[c: 3]', [10, 30, 60]],
  ['cumsum', b.cumsum(v, 'c', { exclusive: true }), '[c: 3]', [0, 10, 30]],
  ['cumsum', b.cumsum(v, 'c', { reversed: true }), '[c: 3]', [60, 50, 30]],
  ['cumsum', b.cumsum(v, 'c', { exclusive: true, reversed: true }), '[c: 3]', [50, 30, 0]],
  ['cumprod', b.cumprod(v, 'c'), '[c: 3]', [10, 200, 6000]],
  ['cumprod', b.cumprod(v, 'c', { exclusive: true }), '[c: 3]', [1, 10, 200]],
  ['cumprod', b.cumprod(v, 'c', { reversed: true }), '[c: 3]', [6000, 600, 30]],
  ['cumprod', b.cumprod(v, 'c', { exclusive: true, reversed: true }), '[c: 3]', [600, 30, 1]],
  ['permute', b.permute(M, ['c', 'r']), '[c: 3, r: 2]', [[1, 4], [2, 5], [3, 6]]],
  ['reshape', b.reshape(M, [c, r]), '[c: 3, r: 2]', [[1, 2], [3, 4], [5, 6]]],
  ['matmul', b.matmul(M, literal(b, [[1, 0], [0, 1], [1, 1]], [c, k])), '[r: 2, k: 2]', [[4, 5], [10, 11]]],
  ['random', b.random('uniform', 0, 'here', [r, c]), '[r: 2, c: 3]', [[0, 1, 2], [10, 11, 12]]],
];

describe('each operation', () => {
  for (const [kind, node, type, expected] of CASES) {
    it(`${kind} : ${type}`, () => {
      expect(node.op.kind).toBe(kind);
      expect(showType(node.types[0])).toBe(type);
      const given = run(node, { random: (_, at) => at.reduce((n, place) => 10 * n + place, 0) });
      expect(close(given, expected), JSON.stringify(given)).toBe(true);
    });
  }

  it('erf agrees with tables', () => {
    const at = (x: number): Shown => run(b.unary('erf', b.constant(x)));
    expect([0, 0.5, -1, 2, 3.5].map(at)).toEqual([0, 0.5204998778130465, -0.8427007929497149, 0.9953222650189527, 0.9999992569016276].map((y) => expect.closeTo(y, 11)));
  });

  it('aligns unit axes as tfjs does', () => {
    const column = b.reshape(literal(b, [100, 200], [r]), [r, unitAxis(0)]);
    expect(run(b.binary('add', column, M))).toEqual([[101, 102, 103], [204, 205, 206]]);
    expect(run(b.binary('add', column, b.reshape(v, [unitAxis(0), c])))).toEqual([[110, 120, 130], [210, 220, 230]]);
  });

  it('reads lengths of a batch', () => {
    const source = dim('source', { ragged: true });
    const batch = axis('batch');
    const mask = b.binary('lt', b.position(axis('source', source)), b.length(source, batch));
    expect(run(mask, { sizes: { source: 3, batch: 2 }, lengths: { source: [1, 3] } })).toEqual([[1, 1], [0, 1], [0, 1]]);
  });
});

describe('ill-typed operations are refused', () => {
  const refused: readonly [string, () => Node, RegExp][] = [
    ['a bool in arithmetic', () => b.binary('add', v, b.binary('gt', v, v)), /is not a number/],
    ['a reduction over no axis', () => b.reduce('sum', v, ['r']), /no axis r/],
    ['one id with two sizes', () => b.binary('add', v, literal(b, [1, 2], [axis('c', 2)])), /c: 3 meets c: 2/],
    ['an axis twice', () => b.rename(M, 'c', axis('r', 3)), /stands twice/],
    ['a merge that changes the count', () => b.merge(M, ['r', 'c'], axis('m', 5)), /6 places cannot be 5/],
    ['a scan read without result', () => b.unary('neg', b.scan({ axis: c, position: b.step(c), xs: [], states: [], emits: [] })), /without `result`/],
    ['a leaf without a type', () => b.node({ kind: 'input', name: 'x' }, []), /must be given/],
  ];
  for (const [name, make, message] of refused) it(name, () => expect(make).toThrow(message));
});

describe('bindings', () => {
  const x = b.input('x', tensor(FLOAT, [axis('n'), c]));
  it('fit the axes', () => {
    expect(run(x, { sizes: { n: 1 }, inputs: { x: [[1, 2, 3]] } })).toEqual([[1, 2, 3]]);
    expect(() => run(x, { sizes: { n: 2 }, inputs: { x: [[1, 2, 3]] } })).toThrow(/1 places along n, expected 2/);
    expect(() => run(x, { sizes: { n: 1 } })).toThrow(/no input x is bound/);
    expect(() => run(x, { inputs: { x: [[1, 2, 3]] } })).toThrow(/no size n is bound/);
  });
  it('may be values of another run', () => {
    const y = b.where(b.input('y', tensor(FLOAT, [c])), b.binary('gt', b.input('y', tensor(FLOAT, [c])), b.constant(1)));
    const [value] = interpret([y], bindings({ inputs: { y: [1, 2, 3] } }));
    const masked = b.input('m', y.types[0]);
    expect(run(masked, { inputs: { m: value } })).toEqual([null, 2, 3]);
    expect(run(b.reduce('mean', masked, ['c']), { inputs: { m: value } })).toBe(2.5);
  });
  it('name the node at fault, with its neighbours', () => {
    const y = b.gather(literal(b, [1, 2], [r]), b.constant(4, 'int'), 'r', true);
    expect(() => interpret([b.unary('neg', y)], bindings({}))).toThrow(/outside axis r[\s\S]*> %\d+ = gather\[r\] inside/);
  });
  it('are refused as index where they are floats', () => {
    expect(() => b.gather(v, b.constant(1), 'c')).toThrow(/not an index/);
    expect(index(c).elem).not.toEqual(INT);
  });
});
