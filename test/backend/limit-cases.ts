/**
 * What each row of `compiler/graph/limits.ts` means, as calls of tfjs that emitted code makes, on tensors of any number of axes.
 * `npx tsx bench/limits.ts` finds with them where backends end; the tests, that none ends before the table says.
 */
import * as tf from '../../runtime/tf.ts';
import type { Capable } from '../../compiler/graph/limits.ts';
import * as rt from '../../runtime/ops.ts';
import { at, dense, moved, numbers, places, upload, type Dense, type Type } from './dense.ts';

export interface LimitCase {
  readonly capable: Capable;
  readonly type: Type;
  /** Which function it is, of those that the row stands for, and how its axes lie. */
  readonly fn: string;
  readonly form: string;
  readonly groups: number;
  readonly run: () => tf.Tensor;
  readonly expected: () => Dense;
}

type Numbers = readonly number[];
type Binary = readonly [
  name: string,
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  value: (a: number, b: number) => number,
  types: readonly Type[],
];

const ALL: readonly Type[] = ['float', 'int', 'bool'];
const NUMBERS: readonly Type[] = ['float', 'int'];
const truth = (value: boolean): number => (value ? 1 : 0);
const unwidened = <F>(run: F): ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => run as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const ARITHMETIC: readonly Binary[] = [
  ['mul', tf.mul, (a, b) => a * b, NUMBERS],
  ['add', tf.add, (a, b) => a + b, NUMBERS],
  ['sub', tf.sub, (a, b) => a - b, NUMBERS],
  ['div', tf.div, (a, b) => a / b, ['float']],
  ['max', tf.maximum, Math.max, NUMBERS],
  ['min', tf.minimum, Math.min, NUMBERS],
  ['pow', (a, b) => tf.pow(tf.abs(a), b), (a, b) => Math.abs(a) ** b, ['float']],
  ['mod', unwidened(rt.mod), (a, b) => a - b * Math.floor(a / b), NUMBERS],
  ['quot', unwidened(rt.quot), (a, b) => Math.floor(a / b), ['int']],
];
const COMPARISONS: readonly Binary[] = [
  ['equal', tf.equal, (a, b) => truth(a === b), ALL],
  ['notEqual', tf.notEqual, (a, b) => truth(a !== b), ALL],
  ['less', tf.less, (a, b) => truth(a < b), NUMBERS],
  ['lessEqual', tf.lessEqual, (a, b) => truth(a <= b), NUMBERS],
  ['greater', tf.greater, (a, b) => truth(a > b), NUMBERS],
  ['greaterEqual', tf.greaterEqual, (a, b) => truth(a >= b), NUMBERS],
  ['and', tf.logicalAnd, (a, b) => truth(a + b === 2), ['bool']],
  ['or', tf.logicalOr, (a, b) => truth(a + b > 0), ['bool']],
];
const UNARY: readonly (readonly [name: string, run: (x: tf.Tensor) => tf.Tensor, value: (x: number) => number, type: Type])[] = [
  ['tanh', tf.tanh, Math.tanh, 'float'],
  ['neg', tf.neg, (x) => -x, 'float'],
  ['exp', tf.exp, Math.exp, 'float'],
  ['sqrt', (x) => tf.sqrt(tf.abs(x)), (x) => Math.sqrt(Math.abs(x)), 'float'],
  ['log', (x) => tf.log(tf.abs(x)), (x) => Math.log(Math.abs(x)), 'float'],
  ['sign', tf.sign, Math.sign, 'float'],
  ['relu', tf.relu, (x) => Math.max(x, 0), 'float'],
  ['sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x)), 'float'],
  ['softplus', tf.softplus, (x) => Math.log1p(Math.exp(x)), 'float'],
  ['floor', tf.floor, Math.floor, 'float'],
  ['expm1', tf.expm1, Math.expm1, 'float'],
  ['log1p', (x) => tf.log1p(tf.abs(x)), (x) => Math.log1p(Math.abs(x)), 'float'],
  ['atan', tf.atan, Math.atan, 'float'],
  ['rsqrt', (x) => tf.rsqrt(tf.abs(x)), (x) => 1 / Math.sqrt(Math.abs(x)), 'float'],
  ['silu', rt.silu, (x) => x / (1 + Math.exp(-x)), 'float'],
  ['gelu_tanh', rt.geluTanh, (x) => x / (1 + Math.exp(-Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3))), 'float'],
  ['sin', tf.sin, Math.sin, 'float'],
  ['cos', tf.cos, Math.cos, 'float'],
  ['to int', (x) => tf.cast(x, 'int32'), Math.trunc, 'float'],
  ['neg', tf.neg, (x) => -x, 'int'],
  ['abs', tf.abs, Math.abs, 'int'],
  ['sign', tf.sign, Math.sign, 'int'],
  ['to float', (x) => tf.cast(x, 'float32'), (x) => x, 'int'],
  ['not', tf.logicalNot, (x) => 1 - x, 'bool'],
  ['to float', (x) => tf.cast(x, 'float32'), (x) => x, 'bool'],
  ['to int', (x) => tf.cast(x, 'int32'), (x) => x, 'bool'],
];
const total = (values: Numbers): number => values.reduce((a, b) => a + b, 0);
const REDUCTIONS: readonly (readonly [
  name: string,
  run: (x: tf.Tensor, axes: number[]) => tf.Tensor,
  value: (values: Numbers) => number,
  types: readonly Type[],
])[] = [
  ['sum', (x, axes) => tf.sum(x, axes), total, NUMBERS],
  ['mean', (x, axes) => tf.mean(x, axes), (values) => total(values) / values.length, ['float']],
  ['max', (x, axes) => tf.max(x, axes), (values) => Math.max(...values), NUMBERS],
  ['min', (x, axes) => tf.min(x, axes), (values) => Math.min(...values), NUMBERS],
  ['prod', (x, axes) => tf.prod(x, axes), (values) => values.reduce((a, b) => a * b, 1), NUMBERS],
  ['any', rt.any, (values) => truth(values.includes(1)), ['bool']],
  ['all', rt.all, (values) => truth(!values.includes(0)), ['bool']],
];

/** All cases on tensors of `rank` axes, of size 2 but for one of size 3. */
export function limitCases(rank: number): readonly LimitCase[] {
  const shape = Array.from({ length: rank }, (_, k) => (k === 1 ? 3 : 2));
  return [
    ...[...ARITHMETIC.map((each) => ['arithmetic', each] as const), ...COMPARISONS.map((each) => ['comparison', each] as const)].flatMap(
      ([capable, each]) => binary(capable, each, shape),
    ),
    ...UNARY.map(([fn, run, value, type]): LimitCase => {
      const x = numbers(shape, type);
      return {
        capable: 'unary',
        type,
        fn,
        form: 'whole',
        groups: 1,
        run: () => run(upload(x, type)),
        expected: () => ({ shape, data: x.data.map(value) }),
      };
    }),
    ...ALL.flatMap((type) => [
      ...choices(shape, type),
      ...permutations(shape, type),
      ...broadcasts(shape, type),
      ...alongAxes(shape, type),
      ...joins(shape, type),
    ]),
    ...REDUCTIONS.flatMap(([fn, run, value, types]) => types.flatMap((type) => reductions(shape, type, fn, run, value))),
    ...byIndex(shape),
    ...products(shape),
  ];
}

/** Operands of one shape; of which each lacks every second axis, or one does, or each a half; of which one has none. */
function shapesOfTwo(shape: Numbers): readonly (readonly [form: string, a: Numbers, b: Numbers, groups: number])[] {
  const rank = shape.length;
  const some = (has: (k: number) => boolean): Numbers => shape.map((size, k) => (has(k) ? size : 1));
  const alternating = some((k) => k % 2 === 0);
  return [
    ['by turns', alternating, some((k) => k % 2 === 1), rank],
    ['every second in one', shape, alternating, rank],
    ['halves', some((k) => k < rank / 2), some((k) => k >= rank / 2), Math.min(rank, 2)],
    ['whole', shape, shape, 1],
    ['one number', shape, [], 1],
  ];
}

function binary(capable: 'arithmetic' | 'comparison', [fn, run, value, types]: Binary, shape: Numbers): readonly LimitCase[] {
  return types.flatMap((type) =>
    shapesOfTwo(shape).map(([form, left, right, groups]): LimitCase => {
      const [a, first] = [numbers(left, type), numbers(right, type, 1)];
      const b = ['div', 'mod', 'quot'].includes(fn)
        ? { ...first, data: first.data.map((x) => (type === 'float' ? 2 ** Math.round(x) : x || 1)) }
        : first;
      return {
        capable,
        type,
        fn,
        form,
        groups,
        run: () => run(upload(a, type), upload(b, type)),
        expected: () => dense(shape, (place) => value(at(a, place), at(b, place))),
      };
    }),
  );
}

function choices(shape: Numbers, type: Type): readonly LimitCase[] {
  const third = (rest: number): Numbers => shape.map((size, k) => (k % 3 === rest ? size : 1));
  const [alternating, whole] = [shape.map((size, k) => (k % 2 === 0 ? size : 1)), shape];
  return (
    [
      ['whole', whole, whole, whole, 1],
      ['every second in one', alternating, whole, whole, shape.length],
      ['by turns', third(0), third(1), third(2), shape.length],
    ] as const
  ).map(([form, of, left, right, groups]): LimitCase => {
    const [c, a, b] = [numbers(of, 'bool'), numbers(left, type), numbers(right, type, 1)];
    return {
      capable: 'select',
      type,
      fn: 'where',
      form,
      groups,
      run: () => rt.where(upload(c, 'bool'), upload(a, type), upload(b, type)),
      expected: () => dense(shape, (place) => at(at(c, place) === 1 ? a : b, place)),
    };
  });
}

function permutations(shape: Numbers, type: Type): readonly LimitCase[] {
  const axes = [...shape.keys()];
  const orders: readonly (readonly [string, number[]])[] = [
    ['turned round', axes.toReversed()],
    ['first one last', [...axes.slice(1), 0]],
    ['even ones first', [...axes.filter((k) => k % 2 === 0), ...axes.filter((k) => k % 2 === 1)]],
  ];
  const x = numbers(shape, type);
  return orders
    .filter(([, order]) => order.some((axis, k) => axis !== k))
    .map(
      ([form, order]): LimitCase => ({
        capable: 'permute',
        type,
        fn: 'transpose',
        form,
        groups: 1,
        run: () => (type === 'bool' && shape.length > 2 ? rt.transpose(upload(x, type), order) : tf.transpose(upload(x, type), order)),
        expected: () =>
          dense(
            order.map((axis) => shape[axis]!),
            (place) =>
              at(
                x,
                axes.map((axis) => place[order.indexOf(axis)]!),
              ),
          ),
      }),
    );
}

function broadcasts(shape: Numbers, type: Type): readonly LimitCase[] {
  const x = numbers(
    shape.map((size, k) => (k % 2 === 0 ? size : 1)),
    type,
  );
  const filled = { float: 'float32', int: 'int32', bool: 'bool' } as const;
  return [
    {
      capable: 'broadcast',
      type,
      fn: 'broadcastTo',
      form: 'every second',
      groups: 1,
      run: () => tf.broadcastTo(upload(x, type), [...shape]),
      expected: () => dense(shape, (place) => at(x, place)),
    },
    {
      capable: 'broadcast',
      type,
      fn: 'fill',
      form: 'whole',
      groups: 1,
      run: () => tf.fill([...shape], 1, filled[type]),
      expected: () => dense(shape, () => 1),
    },
  ];
}

/** What goes along one axis: the first, one in the middle, the last. */
function alongAxes(shape: Numbers, type: Type): readonly LimitCase[] {
  const rank = shape.length;
  const x = numbers(shape, type);
  const there = (): tf.Tensor => upload(x, type);
  return [
    ...new Map([
      [0, 'first'],
      [Math.floor(rank / 2), 'middle'],
      [rank - 1, 'last'],
    ]),
  ].flatMap(([axis, form]) => {
    const size = shape[axis]!;
    const line = (place: Numbers): Numbers => Array.from({ length: size }, (_, k) => at(x, moved(place, axis, k)));
    const make = (capable: Capable, fn: string, run: () => tf.Tensor, expected: () => Dense): LimitCase => ({
      capable,
      type,
      fn,
      form,
      groups: 1,
      run,
      expected,
    });
    const one = (value: number, other: number): number[] => shape.map((_, k) => (k === axis ? value : other));
    const always = [
      make(
        'slice',
        'slice',
        () => tf.slice(there(), one(1, 0), one(1, -1)),
        () => dense(shape.with(axis, 1), (place) => at(x, moved(place, axis, 1))),
      ),
      make(
        'shift',
        'shift',
        () => rt.shift(there(), axis, 1),
        () => dense(shape, (place) => (place[axis] === 0 ? 0 : at(x, moved(place, axis, place[axis]! - 1)))),
      ),
      make(
        'shift',
        'roll',
        () => rt.roll(there(), axis, 1),
        () => dense(shape, (place) => at(x, moved(place, axis, (place[axis]! + size - 1) % size))),
      ),
    ];
    if (type === 'bool') return always;
    const lines = shape.toSpliced(axis, 1);
    const running = (['cumsum', 'cumprod'] as const).flatMap((fn) =>
      [false, true].map((back) =>
        make(
          'running',
          `${fn}${back ? ' from the end' : ''}`,
          () => tf[fn](there(), axis, back, back),
          () =>
            dense(shape, (place) => {
              const part = back ? line(place).slice(place[axis]! + 1) : line(place).slice(0, place[axis]! + 1);
              return part.reduce((a, b) => (fn === 'cumsum' ? a + b : a * b), fn === 'cumsum' ? 0 : 1);
            }),
        ),
      ),
    );
    const best = make(
      'argmax',
      'argMax',
      () => tf.argMax(there(), axis),
      () =>
        dense(lines, (place) => {
          const values = line(place.toSpliced(axis, 0, 0));
          return values.indexOf(Math.max(...values));
        }),
    );
    if (type === 'int' || form !== 'last') return [...always, ...running, best];
    const softmax = (log: boolean) =>
      dense(shape, (place) => {
        const share = Math.exp(at(x, place)) / total(line(place).map(Math.exp));
        return log ? Math.log(share) : share;
      });
    return [
      ...always,
      ...running,
      best,
      make(
        'softmax',
        'softmax',
        () => tf.softmax(there()),
        () => softmax(false),
      ),
      make(
        'softmax',
        'logSoftmax',
        () => rt.logSoftmax(there()),
        () => softmax(true),
      ),
    ];
  });
}

function joins(shape: Numbers, type: Type): readonly LimitCase[] {
  const [x, y] = [numbers(shape, type), numbers(shape, type, 1)];
  const axis = Math.floor(shape.length / 2);
  const size = shape[axis]!;
  const make = (fn: string, run: () => tf.Tensor, expected: () => Dense): LimitCase => ({
    capable: 'concat',
    type,
    fn,
    form: 'whole',
    groups: 1,
    run,
    expected,
  });
  return [
    make(
      'concat',
      () => tf.concat([upload(x, type), upload(y, type)], axis),
      () => dense(shape.with(axis, 2 * size), (place) => at(place[axis]! < size ? x : y, moved(place, axis, place[axis]! % size))),
    ),
    make(
      'stack',
      () => tf.stack([upload(x, type), upload(y, type)]),
      () => ({ shape: [2, ...shape], data: [...x.data, ...y.data] }),
    ),
    make(
      'unstack',
      () => tf.unstack(upload(x, type))[1]!,
      () => ({ shape: shape.slice(1), data: x.data.slice(x.data.length / 2) }),
    ),
  ];
}

function reductions(
  shape: Numbers,
  type: Type,
  fn: string,
  run: (x: tf.Tensor, axes: number[]) => tf.Tensor,
  value: (values: Numbers) => number,
): readonly LimitCase[] {
  const axes = [...shape.keys()];
  const x = numbers(shape, type);
  const forms: readonly (readonly [string, number[]])[] = [
    ['every second', axes.filter((k) => k % 2 === 0)],
    ['all', axes],
    ['the last', axes.slice(-1)],
  ];
  return forms.map(([form, gone]): LimitCase => {
    const kept = axes.filter((k) => !gone.includes(k));
    const whole = (outer: Numbers, inner: Numbers): Numbers =>
      axes.map((k) => (gone.includes(k) ? inner[gone.indexOf(k)]! : outer[kept.indexOf(k)]!));
    const all = places(gone.map((k) => shape[k]!));
    return {
      capable: 'reduce',
      type,
      fn,
      form,
      groups: 1,
      run: () => run(upload(x, type), gone),
      expected: () =>
        dense(
          kept.map((k) => shape[k]!),
          (place) => value(all.map((inner) => at(x, whole(place, inner)))),
        ),
    };
  });
}

/** Positions that an index says: of one axis for all, and with axes that index and table share. */
function byIndex(shape: Numbers): readonly LimitCase[] {
  const rank = shape.length;
  const width = shape[rank - 1]!;
  const index = dense(shape, (place) => total(place) % 4);
  const rows = numbers([4, 2], 'float');
  const values = numbers([...shape, 2], 'float');
  const shared = shape.slice(0, -1);
  const own = dense([...shared, 3], (place) => total(place) % width);
  return [
    ...ALL.flatMap((type): readonly LimitCase[] => {
      const x = numbers(shape, type);
      const axis = Math.floor(rank / 2);
      return [
        {
          capable: 'gather',
          type,
          fn: 'gather',
          form: 'middle',
          groups: 1,
          run: () => tf.gather(upload(x, type), tf.tensor1d([1, 0, 1], 'int32'), axis),
          expected: () => dense(shape.with(axis, 3), (place) => at(x, moved(place, axis, [1, 0, 1][place[axis]!]!))),
        },
        ...(rank === 1
          ? []
          : [
              {
                capable: 'gather',
                type,
                fn: 'gather',
                form: 'shared axes',
                groups: 1,
                run: () => tf.gather(upload(x, type), upload(own, 'int'), rank - 1, rank - 1),
                expected: () => dense([...shared, 3], (place) => at(x, [...place.slice(0, -1), at(own, place)])),
              } as const,
            ]),
      ];
    }),
    {
      capable: 'gather',
      type: 'float',
      fn: 'gather',
      form: 'an index of all axes',
      groups: 1,
      run: () => tf.gather(upload(rows, 'float'), tf.minimum(tf.add(upload(index, 'int'), tf.scalar(1, 'int32')), tf.scalar(3, 'int32'))),
      expected: () => dense([...shape, 2], (place) => at(rows, [Math.min(3, at(index, place.slice(0, -1)) + 1), place[rank]!])),
    },
    {
      capable: 'onehot',
      type: 'float',
      fn: 'oneHot',
      form: 'whole',
      groups: 1,
      run: () => rt.oneHot(upload({ shape: shape.slice(1), data: index.data.slice(0, index.data.length / 2) }, 'int'), 4),
      expected: () => dense([...shape.slice(1), 4], (place) => truth(at(index, [0, ...place.slice(0, -1)]) === place[rank - 1])),
    },
    {
      capable: 'onehot',
      type: 'float',
      fn: 'oneHot',
      form: 'of one position',
      groups: 1,
      run: () => rt.oneHot(upload(numbers(shape.slice(1), 'bool'), 'int'), 1),
      expected: () => {
        const x = numbers(shape.slice(1), 'bool');
        return { shape: [...shape.slice(1), 1], data: x.data.map((value) => 1 - value) };
      },
    },
    {
      capable: 'scatter',
      type: 'float',
      fn: 'scatter',
      form: 'whole',
      groups: 1,
      run: () => rt.scatter(upload(index, 'int'), upload(values, 'float'), 4, 1),
      expected: () =>
        dense([2, 4, 2], ([first, row, column]) =>
          total(
            places(shape.slice(1)).map((place) => (at(index, [first!, ...place]) === row ? at(values, [first!, ...place, column!]) : 0)),
          ),
        ),
    },
  ];
}

function products(shape: Numbers): readonly LimitCase[] {
  if (shape.length < 2) return [];
  const front = shape.slice(0, -2);
  const [a, b] = [numbers([...front, 3, 2], 'float'), numbers([...front, 2, 4], 'float', 1)];
  return [
    {
      capable: 'matmul',
      type: 'float',
      fn: 'matMul',
      form: 'whole',
      groups: 1,
      run: () => tf.matMul(upload(a, 'float'), upload(b, 'float')),
      expected: () =>
        dense([...front, 3, 4], (place) =>
          total([0, 1].map((k) => at(a, [...place.slice(0, -1), k]) * at(b, [...place.slice(0, -2), k, place.at(-1)!]))),
        ),
    },
  ];
}
