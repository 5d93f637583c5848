import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node, Op } from '../../compiler/graph/graph.ts';
import { showType, tensor, unitAxis } from '../../compiler/graph/spaces.ts';
import { finiteDifference, interpret } from '../../compiler/oracle/interpret.ts';
import { axis, bindings, close, dim, FLOAT, INT, index, literal, run, shown, type Given, type Shown } from './support.ts';

const b = new Builder();
const [r, c, k] = [axis('r', 2), axis('c', 3), axis('k', 2)];
const near = axis('near', dim('near', { size: size.int(3), origin: size.int(-1) }));
const M = literal(
  b,
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [r, c],
);
const v = literal(b, [10, 20, 30], [c]);
const i = (values: readonly number[], over = c): Node => literal(b, values, [over], 'int');

/** Operation, its value, its type, what it must be. Masked positions are null. */
const CASES: readonly [Op['kind'], Node, string, Shown][] = [
  ['constant', b.constant(2.5), '[]', 2.5],
  ['size', b.size(size.add(size.int(3), size.int(4))), 'int []', 7],
  ['position', b.position(axis('shift', dim('shift', { size: size.int(3), origin: size.int(-1) }))), 'index(shift)[shift]', [-1, 0, 1]],
  ['unary', b.unary('neg', v), '[c: 3]', [-10, -20, -30]],
  [
    'binary',
    b.binary('add', M, v),
    '[r: 2, c: 3]',
    [
      [11, 22, 33],
      [14, 25, 36],
    ],
  ],
  [
    'binary',
    b.binary('mul', v, M),
    '[r: 2, c: 3]',
    [
      [10, 40, 90],
      [40, 100, 180],
    ],
  ],
  ['binary', b.binary('mod', i([-1, 3, 4]), b.constant(3, 'int')), 'int [c: 3]', [2, 0, 1]],
  ['binary', b.binary('mod', i([-1, 3, 4]), b.constant(0, 'int')), 'int [c: 3]', [-1, 3, 4]],
  ['binary', b.binary('mod', i([-1, 3, 4]), b.constant(-3, 'int')), 'int [c: 3]', [-1, 0, -2]],
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
  [
    'argmax',
    b.argmax(
      literal(
        b,
        [
          [1, 9, 9],
          [4, 2, 3],
        ],
        [r, c],
      ),
      'c',
    ),
    'index(3)[r: 2]',
    [1, 0],
  ],
  ['argmax', b.argmax(literal(b, [1, 9, 9], [near]), 'near'), 'index(near)[]', 0],
  ['contract', b.contract(M, v, ['c']), '[r: 2]', [140, 320]],
  [
    'contract',
    b.contract(
      M,
      literal(
        b,
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
        [c, k],
      ),
      ['c'],
    ),
    '[r: 2, k: 2]',
    [
      [4, 5],
      [10, 11],
    ],
  ],
  [
    'gather',
    b.gather(M, i([2, 0], k), 'c', true),
    '[k: 2, r: 2]',
    [
      [3, 6],
      [1, 4],
    ],
  ],
  ['gather', b.gather(M, i([1, 0], r), 'c', true), '[r: 2]', [2, 4]],
  ['gather', b.gather(v, b.binary('sub', b.position(c), b.constant(1, 'int')), 'c'), '[c: 3] where [c]', [null, 10, 20]],
  ['scatter', b.scatter(literal(b, [5, 6, 7], [c]), i([1, 1, 0]), r, ['c']), '[r: 2]', [7, 11]],
  [
    'scatter',
    b.scatter(M, i([1, 1, 5]), k, ['c']),
    '[k: 2, r: 2]',
    [
      [0, 0],
      [3, 9],
    ],
  ],
  [
    'onehot',
    b.onehot(i([1, 0], k), c),
    '[k: 2, c: 3]',
    [
      [0, 1, 0],
      [1, 0, 0],
    ],
  ],
  [
    'concat',
    b.concat(axis('m', 4), [
      [v, 'c'],
      [b.constant(9), null],
    ]),
    '[m: 4]',
    [10, 20, 30, 9],
  ],
  [
    'concat',
    b.concat(axis('m', 4), [
      [b.constant(9), null],
      [M, 'c'],
    ]),
    '[r: 2, m: 4]',
    [
      [9, 1, 2, 3],
      [9, 4, 5, 6],
    ],
  ],
  [
    'slice',
    b.slice(M, 'c', size.int(1), k),
    '[r: 2, k: 2]',
    [
      [2, 3],
      [5, 6],
    ],
  ],
  ['slice', b.slice(M, 'c', size.int(1), null), '[r: 2]', [2, 5]],
  [
    'shift',
    b.shift(M, 'c', size.int(1)),
    '[r: 2, c: 3]',
    [
      [0, 1, 2],
      [0, 4, 5],
    ],
  ],
  [
    'shift',
    b.shift(M, 'r', size.int(-1)),
    '[r: 2, c: 3]',
    [
      [4, 5, 6],
      [0, 0, 0],
    ],
  ],
  [
    'shift',
    b.shift(M, 'c', size.int(-4)),
    '[r: 2, c: 3]',
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  [
    'rename',
    b.rename(M, 'c', axis('d', 3)),
    '[r: 2, d: 3]',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['merge', b.merge(M, ['r', 'c'], axis('m', 6)), '[m: 6]', [1, 2, 3, 4, 5, 6]],
  ['merge', b.merge(M, ['c', 'r'], axis('m', 6)), '[m: 6]', [1, 4, 2, 5, 3, 6]],
  [
    'split',
    b.split(b.merge(M, ['c', 'r'], axis('m', 6)), 'm', [c, r]),
    '[c: 3, r: 2]',
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ],
  [
    'broadcast',
    b.broadcast(v, [r, c]),
    '[r: 2, c: 3]',
    [
      [10, 20, 30],
      [10, 20, 30],
    ],
  ],
  ['cumsum', b.cumsum(v, 'c'), '[c: 3]', [10, 30, 60]],
  ['cumsum', b.cumsum(v, 'c', { exclusive: true }), '[c: 3]', [0, 10, 30]],
  ['cumsum', b.cumsum(v, 'c', { reversed: true }), '[c: 3]', [60, 50, 30]],
  ['cumsum', b.cumsum(v, 'c', { exclusive: true, reversed: true }), '[c: 3]', [50, 30, 0]],
  ['cumprod', b.cumprod(v, 'c'), '[c: 3]', [10, 200, 6000]],
  ['cumprod', b.cumprod(v, 'c', { exclusive: true }), '[c: 3]', [1, 10, 200]],
  ['cumprod', b.cumprod(v, 'c', { reversed: true }), '[c: 3]', [6000, 600, 30]],
  ['cumprod', b.cumprod(v, 'c', { exclusive: true, reversed: true }), '[c: 3]', [600, 30, 1]],
  [
    'permute',
    b.permute(M, ['c', 'r']),
    '[c: 3, r: 2]',
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ],
  [
    'reshape',
    b.reshape(M, [c, r]),
    '[c: 3, r: 2]',
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  ['check', b.node({ kind: 'check', what: 'too large' }, [v, b.constant(0, 'bool')]), '[c: 3]', [10, 20, 30]],
  [
    'append',
    b.node({ kind: 'append', axis: axis('rows', 3), before: 'r', keep: null }, [M, v]),
    '[rows: 3, c: 3]',
    [
      [1, 2, 3],
      [4, 5, 6],
      [10, 20, 30],
    ],
  ],
  [
    'append',
    b.node({ kind: 'append', axis: axis('rows', 4), before: 'c', keep: null }, [M, literal(b, [7, 8], [r])]),
    '[r: 2, rows: 4]',
    [
      [1, 2, 3, 7],
      [4, 5, 6, 8],
    ],
  ],
  [
    'matmul',
    b.matmul(
      b.reshape(M, [unitAxis(0), r, c]),
      literal(
        b,
        [
          [[1], [0], [1]],
          [[0], [1], [0]],
        ],
        [k, c, axis('o', 1)],
      ),
    ),
    '[k: 2, r: 2, o: 1]',
    [
      [[4], [10]],
      [[2], [5]],
    ],
  ],
  [
    'matmul',
    b.matmul(literal(b, [[[1, 0, 1]], [[0, 1, 0]]], [k, axis('o', 1), c]), b.reshape(b.permute(M, ['c', 'r']), [unitAxis(0), c, r])),
    '[k: 2, o: 1, r: 2]',
    [[[4, 10]], [[2, 5]]],
  ],
  [
    'matmul',
    b.matmul(
      b.permute(M, ['c', 'r']),
      literal(
        b,
        [
          [1, 0, 1],
          [0, 1, 1],
        ],
        [k, c],
      ),
      { transposeA: true, transposeB: true },
    ),
    '[r: 2, k: 2]',
    [
      [4, 5],
      [10, 11],
    ],
  ],
  [
    'matmul',
    b.matmul(
      M,
      literal(
        b,
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
        [c, k],
      ),
    ),
    '[r: 2, k: 2]',
    [
      [4, 5],
      [10, 11],
    ],
  ],
  [
    'random',
    b.random('uniform', 0, 'here', [r, c]),
    '[r: 2, c: 3]',
    [
      [0, 1, 2],
      [10, 11, 12],
    ],
  ],
];

describe('each operation', () => {
  for (const [kind, node, type, expected] of CASES) {
    it(`${kind} : ${type}`, () => {
      expect(node.op.kind).toBe(kind);
      expect(showType(node.types[0]!)).toBe(type);
      const given = run(node, { random: (_, at) => at.reduce((n, place) => 10 * n + place, 0) });
      expect(close(given, expected), JSON.stringify(given)).toBe(true);
    });
  }

  it('erf agrees with tables', () => {
    const at = (x: number): Shown => run(b.unary('erf', b.constant(x)));
    expect([0, 0.5, -1, 2, 3.5, 7, -30].map(at)).toEqual(
      [0, 0.5204998778130465, -0.8427007929497149, 0.9953222650189527, 0.9999992569016276, 1, -1].map((y) => expect.closeTo(y, 11)),
    );
  });

  it('aligns unit axes as tfjs does', () => {
    const column = b.reshape(literal(b, [100, 200], [r]), [r, unitAxis(0)]);
    expect(run(b.binary('add', column, M))).toEqual([
      [101, 102, 103],
      [204, 205, 206],
    ]);
    expect(run(b.binary('add', column, b.reshape(v, [unitAxis(0), c])))).toEqual([
      [110, 120, 130],
      [210, 220, 230],
    ]);
  });

  it('reads lengths of a batch', () => {
    const source = dim('source', { ragged: true });
    const batch = axis('batch');
    const mask = b.binary('lt', b.position(axis('source', source)), b.length(source, batch));
    expect(run(mask, { sizes: { source: 3, batch: 2 }, lengths: { source: [1, 3] } })).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('ill-typed operations are refused', () => {
  const refused: readonly [string, () => Node, RegExp][] = [
    ['a bool in arithmetic', () => b.binary('add', v, b.binary('gt', v, v)), /is not a number/],
    ['a reduction over no axis', () => b.reduce('sum', v, ['r']), /no axis r/],
    ['one id with two sizes', () => b.binary('add', v, literal(b, [1, 2], [axis('c', 2)])), /c: 3 meets c: 2/],
    ['an axis twice', () => b.rename(M, 'c', axis('r', 3)), /stands twice/],
    ['a merge that changes the count', () => b.merge(M, ['r', 'c'], axis('m', 5)), /6 positions cannot be 5/],
    [
      'a scan read without result',
      () => b.unary('neg', b.scan({ axis: c, position: b.step(c), xs: [], states: [], emits: [] })),
      /without `result`/,
    ],
    [
      'a product of batches of two axes',
      () =>
        b.matmul(
          literal(b, [[[1, 0, 1]], [[0, 1, 0]]], [k, axis('o', 1), c]),
          literal(
            b,
            [
              [[1], [2], [3]],
              [[4], [5], [6]],
            ],
            [r, c, axis('p', 1)],
          ),
        ),
      /k: 2 against r: 2/,
    ],
    ['a type for what has one', () => b.leaf({ kind: 'unary', fn: 'neg' }, tensor(FLOAT, [])), /the type of unary is inferred, not given/],
    [
      'axes that do not stand under one another',
      () =>
        b.binary(
          'add',
          b.reshape(M, [r, c, unitAxis(0)]),
          literal(
            b,
            [
              [1, 2],
              [3, 4],
            ],
            [r, k],
          ),
        ),
      /do not align: c: 3 stands against r: 2/,
    ],
    ['a leaf without a type', () => b.node({ kind: 'input', name: 'x' }, []), /must be given/],
  ];
  for (const [name, make, message] of refused) it(name, () => expect(make).toThrow(message));
});

describe('bindings', () => {
  const x = b.input('x', tensor(FLOAT, [axis('n'), c]));
  it('fit the axes', () => {
    expect(run(x, { sizes: { n: 1 }, inputs: { x: [[1, 2, 3]] } })).toEqual([[1, 2, 3]]);
    expect(() => run(x, { sizes: { n: 2 }, inputs: { x: [[1, 2, 3]] } })).toThrow(/1 positions along n, expected 2/);
    expect(() => run(x, { sizes: { n: 1 } })).toThrow(/no input x is bound/);
    expect(() => run(x, { inputs: { x: [[1, 2, 3]] } })).toThrow(/no size n is bound/);
    expect(() => run(x, { sizes: { n: 1 }, inputs: { x: [[[1], [2], [3]]] } })).toThrow(/input x is nested deeper than its axes/);
    expect(() => run(x, { sizes: { n: 1 }, inputs: { x: [1, 2, 3] } })).toThrow(/input x has 3 positions along n, expected 1/);
    expect(() => run(x, { sizes: { n: 2 }, inputs: { x: [1, 2] } })).toThrow(/input x has no positions along c, expected 3/);
  });
  it('of parameters, lengths, draws and free arguments are asked for, and counted', () => {
    const p = b.parameter('F.W', [c]),
      source = dim('source', { ragged: true }),
      arg = b.argument(tensor(FLOAT, [r]));
    expect(() => run(p)).toThrow(/no parameter F.W is bound/);
    expect(() => run(p, { parameters: { 'F.W': [1, 2] } })).toThrow(/parameter F.W is \[c: 3\], given 2 elements/);
    expect(() => run(b.length(source, axis('n')), { sizes: { n: 2, source: 3 } })).toThrow(/no lengths of source are bound/);
    expect(() => run(b.length(source, axis('n')), { sizes: { n: 2, source: 3 }, lengths: { source: [1, 2, 3] } })).toThrow(
      /lengths of source is \[n: 2\], given 3 elements/,
    );
    expect(() => run(b.random('uniform', 0, 'here', [r]))).toThrow(/no random numbers are bound/);
    expect(() => run(b.unary('neg', arg))).toThrow(/no argument %\d+ is bound/);
    expect(shown(interpret([b.unary('neg', arg)], { ...bindings({}), arguments: new Map([[arg, [1, 2]]]) })[0]!)).toEqual([-1, -2]);
  });
  it('of a dim that is ragged in another are one for each of its positions', () => {
    const sentence = axis('sentence', dim('sentence', { ragged: true }));
    const word = {
      ...axis('word'),
      space: { kind: 'dim', dim: dim('word', { ragged: true, inside: dim('sentence', { ragged: true }) }), within: sentence },
    } as const;
    const total = b.reduce('sum', b.input('d', tensor(FLOAT, [sentence, word])), ['word']);
    const of = (lengths: readonly number[]): Shown =>
      shown(
        interpret([total], {
          ...bindings({
            sizes: { sentence: 2, word: 3 },
            inputs: {
              d: [
                [1, 2],
                [3, 4, 5],
              ],
            },
          }),
          inner: new Map([['word', lengths]]),
        })[0]!,
      );
    expect(of([2, 3])).toEqual([3, 12]);
    expect(() => of([2])).toThrow(/no length of word is bound for each position of sentence/);
  });
  it('may be values of another run', () => {
    const y = b.where(b.input('y', tensor(FLOAT, [c])), b.binary('gt', b.input('y', tensor(FLOAT, [c])), b.constant(1)));
    const value = interpret([y], bindings({ inputs: { y: [1, 2, 3] } }))[0]!;
    const masked = b.input('m', y.types[0]!);
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

describe('what types leave open is checked where it runs', () => {
  const n = axis('n'),
    m = axis('m'),
    x = b.input('x', tensor(FLOAT, [n]));
  const given: Given = { sizes: { n: 3, m: 4 }, inputs: { x: [1, 2, 3] } };

  it.each<[string, Node, RegExp]>([
    ['a check', b.node({ kind: 'check', what: 'too large' }, [v, literal(b, [0, 1, 0], [c], 'bool')]), /^too large\n/],
    [
      'parts that are more or fewer than the whole',
      b.concat(m, [
        [x, 'n'],
        [x, 'n'],
      ]),
      /6 positions joined into axis m of 4/,
    ],
    ['a slice beyond the end', b.slice(x, 'n', size.int(2), k), /positions 2 to 4 of axis n of 3/],
    ['a slice before the start', b.slice(x, 'n', size.int(-1), k), /positions -1 to 1 of axis n of 3/],
    ['one position beyond the end', b.slice(x, 'n', size.int(3), null), /positions 3 to 4 of axis n of 3/],
    [
      'rows and one that are not the whole',
      b.node({ kind: 'append', axis: axis('rows', 3), before: 'n', keep: null }, [x, b.constant(7)]),
      /3 rows and one as 3/,
    ],
    ['another name of another size', b.rename(x, 'n', m), /axis n of 3 as m of 4/],
    ['another shape of another size', b.reshape(x, [m]), /3 elements as \[m: 4\]/],
    [
      'one axis of two sizes',
      b.binary('add', x, b.input('y', tensor(FLOAT, [{ ...m, id: 'n' }]))),
      /axis n has 4 positions and 3 positions|axis n has 3 positions and 4 positions/,
    ],
    ['the past of what is not a state', b.node({ kind: 'past', axis: axis('tape') }, [x]), /is not a state of a scan/],
  ])('%s', (_what, node, message) => {
    expect(() =>
      run(node, {
        ...given,
        inputs: {
          ...given.inputs,
          y: { type: tensor(FLOAT, [n]), axes: [{ id: 'n', size: 4 }], data: new Float64Array(4), present: null },
        },
      }),
    ).toThrow(message);
  });

  it('positions up to the end are there', () => {
    expect(run(b.slice(x, 'n', size.int(1), k), given)).toEqual([2, 3]);
    expect(run(b.slice(x, 'n', size.int(2), null), given)).toBe(3);
  });

  it('the node at fault inside a region is named once', () => {
    const arg = b.argument(tensor(FLOAT, [])),
      state = b.argument(tensor(FLOAT, []));
    const position = b.step(n);
    const scan = b.scan({
      axis: n,
      position,
      xs: [{ arg, value: x }],
      states: [
        {
          arg: state,
          init: b.constant(0),
          next: b.binary('add', state, b.node({ kind: 'check', what: 'not below 3' }, [arg, b.binary('ge', arg, b.constant(3))])),
        },
      ],
      emits: [],
    });
    const message = (places: readonly number[]): string => {
      try {
        return String(run(b.result(scan, 0), { sizes: { n: places.length }, inputs: { x: places } }));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message([1, 2])).toBe('3');
    expect(message([1, 3]).match(/not below 3|\n> .* = check/g)).toHaveLength(3);
  });

  it('a difference is of a parameter that is bound', () => {
    const p = b.parameter('p', [c]);
    const loss = b.reduce('sum', b.binary('mul', p, p), ['c']);
    expect(finiteDifference(loss, bindings({ parameters: { p: [1, 2, 3] } }), 'p', [0, 2])).toEqual([
      expect.closeTo(2, 6),
      expect.closeTo(6, 6),
    ]);
    expect(() => finiteDifference(loss, bindings({ parameters: { p: [1, 2, 3] } }), 'q', [0])).toThrow('no parameter q is bound');
  });

  it('what is computed across examples stands in no loop', () => {
    const arg = b.argument(tensor(FLOAT, []));
    const mean = b.node({ kind: 'across', fn: 'mean', axes: [] }, [arg]);
    const scan = b.scan({ axis: c, position: b.step(c), xs: [{ arg, value: v }], states: [], emits: [mean] });
    expect(() => run(b.result(scan, 0))).toThrow(/is computed across examples inside a loop/);
  });
});

describe('rounding', () => {
  const float = (x: number): number => Math.fround(x);
  const rounded = (node: Node, inputs: Given['inputs']): readonly number[] => [
    ...interpret([node], { ...bindings({ inputs: inputs ?? {} }), rounded: float })[0]!.data,
  ];
  const x = b.input('x', tensor(FLOAT, [c]));

  it.each<[string, readonly number[], number]>([
    ['within range', [2, 3, 4], 24],
    ['too large on the way', [1e30, 1e30, 1e-40], NaN],
    ['too small on the way', [1e-30, 1e-30, 1e30], NaN],
    ['of what is 0', [1e-30, 0, 2], 0],
    ['of both signs', [-2, 0.5, 4], -4],
  ])('a product is known where its factors keep in range in any order: %s', (_what, factors, expected) => {
    expect(rounded(b.reduce('prod', x, ['c']), { x: factors })).toEqual([expected]);
  });

  it('a running product is known up to where it leaves the range', () => {
    expect(rounded(b.cumprod(x, 'c'), { x: [1e30, 1e30, 1e-30] })).toEqual([float(1e30), NaN, NaN]);
  });

  it('a sum is as far off as what it sums is large, and not known where that leaves the range on the way', () => {
    const [up, down] = [
      [0.1, 0.2, 0.3],
      [3e38, 3e38, -3e38],
    ];
    const size = up.reduce((sum, each) => sum + each, 0);
    expect(rounded(b.reduce('sum', x, ['c']), { x: up })).toEqual([float(size) + (float(size) - size)]);
    expect(rounded(b.reduce('sum', x, ['c']), { x: down })).toEqual([NaN]);
    expect(rounded(b.reduce('sum', x, ['c']), { x: [3e38, 3e38, 0] })).toEqual([Infinity]);
  });

  it('of an angle that rounding turns nothing is known', () => {
    const angles = [0.5, 1e7 + 0.75, 1e6 + 0.02];
    for (const fn of ['sin', 'cos'] as const)
      expect(rounded(b.unary(fn, x), { x: angles })).toEqual([float(Math[fn](0.5)), NaN, float(Math[fn](1e6 + 0.02))]);
  });

  it('what nothing is known of may be on either side of a number, and may be the largest', () => {
    const inputs = { inputs: { x: [1e7 + 0.75, 0.5, 0.5] } };
    const either =
      (unknown: number) =>
      (y: number, elem: string): number =>
        elem === 'int' && Number.isNaN(y) ? unknown : Math.fround(y);
    const of = (node: Node, unknown: number): readonly number[] => [
      ...interpret([node], { ...bindings(inputs), rounded: either(unknown) })[0]!.data,
    ];
    const angle = b.unary('cos', x);
    expect([-9, 9].map((unknown) => of(b.binary('gt', angle, b.constant(0.5)), unknown))).toEqual([
      [0, 1, 1],
      [1, 1, 1],
    ]);
    expect([-9, 9].map((unknown) => of(b.binary('ge', angle, b.constant(1e300)), unknown))).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
    expect([-9, 9].map((unknown) => of(b.argmax(angle, 'c'), unknown))).toEqual([[1], [0]]);
  });
});
