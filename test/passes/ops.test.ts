/** Every operation on its own: batched with padding against the oracle, and its derivative against finite differences. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node, UnaryFn } from '../../compiler/graph/graph.ts';
import { UNARY } from '../../compiler/graph/operations/unary.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, BOOL, dim, floats, index, INT } from '../graph/support.ts';
import { averaged, checked, data, expectGradients, expectSame, leaves, randomFrom } from './support.ts';
import { tensor } from '../../compiler/graph/spaces.ts';

const a = axis('a');
const c = axis('c');
const s = axis('s', dim('s', { ragged: true }));
const r = axis('r', dim('r', { ragged: true }));
const maybe = axis('maybe', dim('maybe', { ragged: true, mayBeEmpty: true }));
const anon = (id: string, n: number): Axis => axis(id, n);
const SIZES = { a: 3, c: 2 };
const LENGTHS = { s: [3, 1, 4], r: [2, 3, 1], maybe: [0, 2, 1] };

/** Values to work on: [s, a], each element depending on parameters and on data. */
interface World {
  readonly b: Builder;
  readonly x: Node; // [s, a]
  readonly y: Node; // [s, a]
  readonly positive: Node; // [s, a], above 0.4 where present
  readonly w: Node; // parameter [a, c]
  readonly u: Node; // parameter [c]
  readonly m: Node; // parameter on maybe: [maybe, a]
  readonly bools: Node; // [s]
  readonly table: Node; // parameter [a]
}

function world(): World {
  const b = new Builder();
  const mixed = (name: string, over: Axis): Node =>
    b.binary('add', b.binary('mul', b.input(`${name}.x`, floats(over, a)), b.parameter(`${name}.k`, [a])), b.parameter(`${name}.l`, [a]));
  const raw = mixed('p', s);
  return {
    b,
    x: mixed('x', s),
    y: mixed('y', s),
    m: mixed('m', maybe),
    // 0.4 or more where present; the padding has it only because it is sanitised.
    positive: b.binary('add', b.unary('abs', raw), b.binary('mul', b.constant(0.4), b.input('ones', floats(s)))),
    w: b.parameter('w', [a, c]),
    u: b.parameter('u', [c]),
    bools: b.input('bools', tensor(BOOL, [s])),
    table: b.parameter('table', [a]),
  };
}

/** A scalar that weighs every element of a value differently, or only along some axes; absent elements do not count. */
function lossOf(b: Builder, value: Node, along: readonly Axis[] = typeOf(value).axes): Node {
  const type = typeOf(value);
  const float = type.elem.kind === 'float' ? value : b.unary('float', value);
  const weighed = along.reduce(
    (x, over) =>
      b.binary(
        'mul',
        x,
        b.binary('add', b.constant(0.7), b.unary('sin', b.binary('mul', b.constant(1.3), b.unary('float', b.position(over))))),
      ),
    float,
  );
  return type.axes.length === 0
    ? weighed
    : b.reduce(
        'sum',
        weighed,
        type.axes.map(({ id }) => id),
      );
}

type Make = (w: World) => Node;

const CASES: Record<string, Make> = {
  ...Object.fromEntries(
    (Object.keys(UNARY) as UnaryFn[])
      .filter((fn) => UNARY[fn].takes === 'float' || UNARY[fn].takes === 'number')
      .map((fn) => {
        const at = UNARY[fn].weak?.at;
        return [fn, ({ b, x, positive }: World) => b.unary(fn, at === 'zero' || at === 'negative' ? positive : x)];
      }),
  ),
  floor: ({ b, x }) => b.unary('floor', x),
  add: ({ b, x, table }) => b.binary('add', x, table),
  sub: ({ b, x, table }) => b.binary('sub', table, x),
  mul: ({ b, x, y }) => b.binary('mul', x, y),
  'mul of outer axes': ({ b, x, u }) => b.binary('mul', x, u),
  div: ({ b, x, positive }) => b.binary('div', x, positive),
  pow: ({ b, x, positive }) => b.binary('pow', positive, x),
  square: ({ b, x }) => b.binary('pow', x, b.constant(2)),
  max: ({ b, x, y }) => b.binary('max', x, y),
  min: ({ b, x, y }) => b.binary('min', x, y),
  mod: ({ b, x, positive }) => b.binary('mod', x, positive),
  select: ({ b, x, y, bools }) => b.select(bools, x, y),
  'compare and choose': ({ b, x, y }) => b.select(b.binary('lt', x, y), b.binary('mul', x, x), y),
  'not, and, or': ({ b, x, y, bools }) =>
    b.select(b.binary('or', b.binary('and', bools, b.binary('ge', x, y)), b.unary('not', bools)), x, b.unary('neg', y)),
  ...Object.fromEntries(
    (['sum', 'mean', 'max', 'min', 'prod'] as const).flatMap((fn) => [
      [`${fn} over a ragged axis`, ({ b, x }: World) => b.reduce(fn, x, ['s'])],
      [`${fn} over a fixed axis`, ({ b, x }: World) => b.reduce(fn, x, ['a'])],
      [`${fn} over both`, ({ b, x }: World) => b.reduce(fn, x, ['s', 'a'])],
      [`${fn} over what may be empty`, ({ b, m }: World) => b.reduce(fn, m, ['maybe'])],
      [`${fn} where`, ({ b, x, bools }: World) => b.reduce(fn, b.where(x, bools), ['s'])],
      [`${fn} over both where`, ({ b, x, bools }: World) => b.reduce(fn, b.where(x, bools), ['s', 'a'])],
    ]),
  ),
  'any and all': ({ b, x, bools }) =>
    b.binary(
      'add',
      b.unary('float', b.reduce('any', bools, ['s'])),
      b.unary('float', b.reduce('all', b.where(b.binary('gt', x, b.constant(0)), bools), ['s'])),
    ),
  softmax: ({ b, x }) => b.softmax(x, 's'),
  'softmax over a fixed axis': ({ b, x }) => b.softmax(x, 'a'),
  'softmax where': ({ b, x, bools }) => b.softmax(b.where(x, bools), 's'),
  'softmax over what may be empty': ({ b, m }) => b.reduce('sum', b.binary('mul', b.softmax(m, 'maybe'), m), ['maybe']),
  'log softmax': ({ b, x }) => b.softmax(x, 's', true),
  argmax: ({ b, x }) => b.argmax(x, 's'),
  'argmax where': ({ b, x }) => b.argmax(b.where(x, b.binary('ge', x, b.reduce('mean', x, ['s']))), 's'),
  contract: ({ b, x, w }) => b.contract(x, w, ['a']),
  'contract over a ragged axis': ({ b, x, y }) => b.contract(x, b.rename(y, 'a', { ...a, id: 'a2' }), ['s']),
  'contract that zips': ({ b, x, y }) => b.contract(x, y, ['s']),
  'contract where': ({ b, x, y, bools }) => b.contract(b.where(x, bools), y, ['s']),
  'contract with weights': ({ b, x, y }) => b.contract(b.softmax(x, 's'), y, ['s']),
  'a product with itself': ({ b, x }) => b.contract(x, x, ['a']),
  'pairs of one axis': ({ b, x, y }) => b.softmax(b.contract(x, b.rename(y, 's', { ...s, id: 'key' }), ['a']), 'key'),
  'where over pairs': ({ b, x, y }) => {
    const key = { ...s, id: 'key' };
    const keys = b.where(b.rename(y, 's', key), b.binary('le', b.position(key), b.position(s)));
    return b.contract(b.softmax(b.contract(x, keys, ['a']), 'key'), b.rename(y, 's', key), ['key']);
  },
  otherwise: ({ b, x, y, bools }) => b.otherwise(b.where(x, bools), y),
  'otherwise absent too': ({ b, x, y, bools }) => b.reduce('sum', b.otherwise(b.where(x, bools), b.where(y, b.binary('gt', x, y))), ['s']),
  gather: ({ b, table }) => b.gather(table, b.input('i', index(a, s)), 'a', true),
  'gather that zips': ({ b, x }) => b.gather(x, b.input('i', index(a, s)), 'a', true),
  'gather along a ragged axis': ({ b, x }) => b.gather(x, b.argmax(b.rename(x, 's', { ...s, id: 'q' }), 'q'), 's', true),
  'gather of neighbours': ({ b, x }) =>
    b.otherwise(b.gather(x, b.binary('sub', b.position(s), b.constant(2, 'int')), 's'), b.constant(0.3)),
  'gather of neighbours where': ({ b, x, bools }) =>
    b.reduce('mean', b.gather(b.where(x, bools), b.binary('add', b.position(s), b.constant(1, 'int')), 's'), ['s']),
  scatter: ({ b, x }) => b.scatter(b.reduce('sum', x, ['a']), b.input('i', index(a, s)), a, ['s']),
  'scatter of some positions': ({ b, x }) => b.scatter(x, b.binary('sub', b.input('n', tensor(INT, [s])), b.constant(1, 'int')), c, ['s']),
  onehot: ({ b, x }) => b.contract(b.onehot(b.input('i', index(a, s)), a), x, ['a']),
  'concat of fixed axes': ({ b, x, u }) =>
    b.concat(axis('long', dim('long', { size: size.add(size.atom('a'), size.atom('c')) })), [
      [x, 'a'],
      [u, 'c'],
    ]),
  'concat with a position in front': ({ b, x, table }) =>
    b.concat({ id: 'more', label: 'more', space: { kind: 'cat', parts: [anon('one', 1).space, s.space] } }, [
      [table, null],
      [x, 's'],
    ]),
  'concat with a position behind': ({ b, x, table }) =>
    b.concat({ id: 'more', label: 'more', space: { kind: 'cat', parts: [s.space, anon('one', 1).space] } }, [
      [x, 's'],
      [table, null],
    ]),
  'concat of ragged axes': ({ b, x, m, bools }) =>
    b.reduce(
      'mean',
      b.concat({ id: 'more', label: 'more', space: { kind: 'cat', parts: [s.space, maybe.space] } }, [
        [b.where(x, bools), 's'],
        [m, 'maybe'],
      ]),
      ['more'],
    ),
  'slice of one position': ({ b, x }) => b.slice(x, 'a', size.int(1), null),
  'slice of the first position': ({ b, x }) => b.slice(x, 's', size.int(0), null),
  'slice of the last position': ({ b, x }) => b.slice(x, 's', size.sub(size.atom('s'), size.int(1)), null),
  'slice of a range': ({ b, x }) => b.slice(x, 'a', size.int(1), anon('part', 2)),
  rename: ({ b, x }) => b.rename(x, 's', { ...s, id: 'other' }),
  merge: ({ b, x }) => b.merge(x, ['s', 'a'], { id: 'flat', label: 'flat', space: { kind: 'merge', parts: [s.space, a.space] } }),
  'merge with a ragged inner axis': ({ b, x }) =>
    b.merge(b.binary('mul', x, b.input('z', floats(r))), ['s', 'r'], {
      id: 'flat',
      label: 'flat',
      space: { kind: 'merge', parts: [s.space, r.space] },
    }),
  'merge and split': ({ b, x, w }) =>
    b.split(
      b.merge(b.binary('mul', x, w), ['a', 'c'], { id: 'flat', label: 'flat', space: { kind: 'merge', parts: [a.space, c.space] } }),
      'flat',
      [
        { ...a, id: 'a2' },
        { ...c, id: 'c2' },
      ],
    ),
  broadcast: ({ b, table }) => b.broadcast(table, [a, s]),
  cumsum: ({ b, x }) => b.cumsum(x, 's'),
  'cumsum from the end': ({ b, x }) => b.cumsum(x, 's', { reversed: true, exclusive: true }),
  'cumsum where': ({ b, x, bools }) => b.cumsum(b.where(x, bools), 's', { exclusive: true }),
  cumprod: ({ b, x }) => b.cumprod(x, 's'),
  'cumprod before each position': ({ b, x }) => b.cumprod(x, 'a', { exclusive: true }),
  'cumprod from the end': ({ b, x }) => b.cumprod(x, 's', { reversed: true }),
  'cumprod from the end where': ({ b, x, bools }) => b.cumprod(b.where(x, bools), 's', { reversed: true, exclusive: true }),
  'cumprod with zeros': ({ b, x }) =>
    b.cumprod(b.binary('mul', x, b.select(b.binary('eq', b.position(a), b.constant(1, 'int')), b.constant(0), b.constant(1))), 'a'),
  'the length as a number': ({ b, x }) => b.binary('mul', x, b.binary('div', b.unary('float', b.size(size.atom('s'))), b.constant(7))),
  random: ({ b, x }) => b.binary('mul', x, b.random('keep', 0.5, 'drop', [s, a])),
};

describe.each(Object.entries(CASES))('%s', (_, make) => {
  const w = world();
  const value = make(w);
  const roots: Roots = new Map([
    ['value', value],
    ['loss', lossOf(w.b, value)],
  ]);
  const batched = checked('batched', batch(roots));
  const given = data(roots, SIZES, LENGTHS, randomFrom(7));
  for (const example of [...given.examples, given.batch]) {
    const ones = example.inputs.get('ones');
    if (ones !== undefined) (example.inputs as Map<string, typeof ones>).set('ones', all1(ones, given.batch === example));
  }

  it('is the same in a padded batch', () => {
    expectSame(roots, batched, given);
    expectSame(roots, checked('batched', vectorise(checked('batched', simplify(batched)))), given);
  });

  it('has the derivative that differences show', () => {
    expectGradients(roots, averaged(batched), given, { eps: 2e-6, tolerance: 2e-6 });
  });

  // What flows back is then one number for all positions, or for all along an axis.
  const { axes } = typeOf(value);
  it.each(
    [[], ...(axes.length > 1 ? axes.map((own) => [own]) : [])].map(
      (along) => [along.map(({ id }) => id).join() || 'nothing', along] as const,
    ),
  )('has it where the loss tells apart positions along %s', (_name, along) => {
    const alike: Roots = new Map([['loss', lossOf(w.b, value, along)]]);
    expectGradients(alike, averaged(simplify(batch(alike))), given, { eps: 2e-6, tolerance: 2e-6, entries: 2 });
  });
});

it('stop lets the value through and no derivative', () => {
  const { b, x } = world();
  const stopped = b.reduce('sum', b.binary('mul', b.unary('stop', x), x), ['s', 'a']);
  const square = b.reduce('sum', b.binary('mul', x, x), ['s', 'a']);
  const [given, twice] = [stopped, square].map((loss) => {
    const roots = new Map([['loss', loss]]);
    const { parameters } = leaves(roots);
    const bindings = data(roots, SIZES, { s: LENGTHS.s }, randomFrom(3)).batch;
    const gradients = differentiate(averaged(batch(roots)), 'loss', parameters).roots;
    return parameters.map(({ path }) => [...interpret([gradients.get(`gradient.${path}`)!], bindings)[0]!.data]);
  });
  given!.forEach((gradient, k) => gradient.forEach((x, e) => expect(2 * x).toBeCloseTo(twice![k]![e]!, 12)));
});

it('names the parameters that the loss does not reach, and gives them zeros', () => {
  const { b, x, u } = world();
  const loss = b.binary('add', b.reduce('sum', x, ['s', 'a']), b.reduce('sum', b.unary('stop', u), ['c']));
  const roots = new Map([['loss', loss]]);
  const { roots: all, unreached } = differentiate(averaged(batch(roots)), 'loss', leaves(roots).parameters);
  expect(unreached).toEqual(['u']);
  expect([...interpret([all.get('gradient.u')!], data(roots, SIZES, { s: [2] }, randomFrom(3)).batch)[0]!.data]).toEqual([0, 0]);
});

type Lists = number | boolean | readonly Lists[] | object;

/** Ones; in a batch the padding stays junk, which only sanitising keeps out of log and div. */
function all1<T extends Lists>(value: T, junk: boolean): T {
  if (Array.isArray(value)) return value.map((part: Lists) => all1(part, junk)) as unknown as T;
  return (junk && typeof value === 'number' && Math.abs(value) > 1 ? 0 : 1) as T;
}
