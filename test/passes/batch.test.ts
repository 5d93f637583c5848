import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { Absence } from '../../compiler/passes/absence/absence.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import { Domains } from '../../compiler/passes/absence/domains.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { axis, BOOL, dim, floats, index, INT } from '../graph/support.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { checked, data, expectEqual, expectSame, randomFrom } from './support.ts';

const LENGTHS = { source: [3, 1, 4], target: [2, 3, 1] };

describe('a padded batch equals each example alone', () => {
  it('for an encoder and decoder with attention', () => {
    const { roots } = bahdanau();
    const given = data(roots, SIZES, LENGTHS, randomFrom(1));
    const flat = checked('inlined', inline(roots));
    expectEqual(roots, flat, given.examples[0]!);
    const batched = checked('batched', batch(flat));
    expectSame(roots, batched, given);
    expectSame(roots, checked('batched', simplify(batched)), given);
  });
});

describe('where the mask has not the axes of what it masks', () => {
  const s = axis('s', dim('s', { ragged: true }));
  const r = axis('r', dim('r', { ragged: true }));
  const [a, c] = [axis('a', 3), axis('c', 2)];
  const two = axis('two', dim('two', { size: size.int(2), origin: size.int(5) }));
  const flat = (...parts: Axis[]): Axis => ({
    id: 'flat',
    label: 'flat',
    space: { kind: 'merge', parts: parts.map(({ space }) => space) },
  });
  const offset = (over: Axis, id: string, origin: number): Axis => ({
    id,
    label: id,
    space: { kind: 'dim', dim: dim(id, { size: over.space.kind === 'dim' ? over.space.dim.size : size.int(3), origin: size.int(origin) }) },
  });

  class World {
    readonly b = new Builder();
    readonly x = this.b.input('x', floats(s, a));
    readonly xs = this.b.where(this.x, this.b.input('bools', tensor(BOOL, [s])));
    readonly xa = this.b.where(this.x, this.b.input('few', tensor(BOOL, [a])));
    readonly n = this.b.input('n', tensor(INT, [s, a]));
    readonly m = this.b.input('m', tensor(INT, [s, a]));
    readonly is = this.b.input('bools', tensor(BOOL, [s]));

    else(x: Node, by = -7): Node {
      return this.b.otherwise(x, this.b.constant(by, x.types[0]!.elem.kind === 'float' ? 'float' : 'int'));
    }

    int(value: number): Node {
      return this.b.constant(value, 'int');
    }
  }

  it.each<[string, (w: World) => Node]>([
    ['one position of another axis', (w) => w.else(w.b.slice(w.xs, 'a', size.int(1), null))],
    ['a part of another axis', (w) => w.else(w.b.slice(w.xs, 'a', size.int(1), c))],
    ['the last position', (w) => w.else(w.b.slice(w.xa, 's', size.sub(size.atom('s'), size.int(1)), null))],
    ['the last position, by its own mask', (w) => w.else(w.b.slice(w.xs, 's', size.sub(size.atom('s'), size.int(1)), null))],
    [
      'the last positions, counted from elsewhere',
      (w) =>
        w.else(
          w.b.slice(w.xs, 's', size.sub(size.atom('s'), size.int(1)), {
            id: 'last',
            label: 'last',
            space: { kind: 'dim', dim: dim('last', { size: size.int(1), origin: size.int(5) }) },
          }),
        ),
    ],
    ['axes merged', (w) => w.else(w.b.merge(w.xs, ['a', 's'], flat(a, s)))],
    ['a mask repeated along the axis that is merged with its own', (w) => w.else(w.b.merge(w.xs, ['s', 'a'], flat(s, a)))],
    [
      'axes merged, the mask having neither',
      (w) => w.else(w.b.merge(w.b.where(w.b.broadcast(w.x, [r, s, a]), w.b.input('far', tensor(BOOL, [r]))), ['s', 'a'], flat(s, a))),
    ],
    [
      'ragged axes merged, the mask having one',
      (w) => w.else(w.b.merge(w.b.where(w.b.broadcast(w.xs, [s, r, a]), w.b.input('far', tensor(BOOL, [r]))), ['s', 'r'], flat(s, r))),
    ],
    ['ragged axes merged, the mask having none', (w) => w.else(w.b.merge(w.b.broadcast(w.xa, [s, r, a]), ['s', 'r'], flat(s, r)))],
    [
      'an axis with ragged parts divided',
      (w) =>
        w.else(
          w.b.split(w.b.where(w.b.merge(w.b.broadcast(w.xa, [s, r, a]), ['s', 'r'], flat(s, r)), w.is), 'flat', [
            { ...s, id: 's2' },
            { ...r, id: 'r2' },
          ]),
        ),
    ],
    [
      'another axis turned round',
      (w) => w.else(w.b.gather(w.xs, w.b.binary('mod', w.b.binary('add', w.b.position(a), w.int(1)), w.int(3)), 'a', true)),
    ],
    [
      'another axis spread',
      (w) => w.else(w.b.gather(w.xs, w.b.binary('quot', w.b.unary('int', w.b.position(axis('six', 6))), w.int(2)), 'a')),
    ],
    [
      'another axis spread, its own mask and less than the whole of it',
      (w) => w.else(w.b.gather(w.xa, w.b.binary('quot', w.b.unary('int', w.b.position(axis('five', 5))), w.int(2)), 'a')),
    ],
    ['a position of another axis', (w) => w.else(w.b.gather(w.xs, w.b.argmax(w.b.input('w', floats(r, a)), 'a'), 'a', true))],
    [
      'joined with what is there',
      (w) =>
        w.else(
          w.b.concat(axis('more', 4), [
            [w.xs, 'a'],
            [w.b.reduce('sum', w.x, ['a']), null],
          ]),
        ),
    ],
    ['whole numbers, multiplied and summed', (w) => w.b.contract(w.b.where(w.n, w.is), w.m, ['s'])],
    ['whole numbers times floats', (w) => w.b.contract(w.b.where(w.n, w.is), w.x, ['s'])],
    ['floats times whole numbers', (w) => w.b.contract(w.xs, w.b.where(w.n, w.is), ['s', 'a'])],
    ['the greatest of whole numbers', (w) => w.b.reduce('max', w.b.where(w.n, w.is), ['s'])],
    ['where the greatest whole number is', (w) => w.b.argmax(w.b.where(w.n, w.is), 's')],
    ['where it is, the mask having another axis too', (w) => w.b.argmax(w.b.where(w.x, w.b.binary('lt', w.x, w.b.constant(0.9))), 's')],
    ['whole numbers in order', (w) => w.b.cumsum(w.b.where(w.n, w.is), 's')],
    ['products of whole numbers in order', (w) => w.b.cumprod(w.b.where(w.n, w.is), 's')],
    ['how many there are of each', (w) => w.b.scatter(w.int(1), w.b.input('i', index(a, s)), a, ['s'])],
    [
      'how much there is of each, of what some leave out',
      (w) =>
        w.b.scatter(w.b.broadcast(w.b.where(w.int(2), w.b.input('any', tensor(BOOL, []))), [r]), w.b.input('k', tensor(INT, [s, r])), c, [
          's',
          'r',
        ]),
    ],
    ['a product that may leave int32, where an input says', (w) => w.b.select(w.is, w.b.binary('mul', w.n, w.m), w.int(0))],
    ['what is there anyway, or something else', (w) => w.b.otherwise(w.x, w.b.constant(9))],
    [
      'positions counted from elsewhere',
      (w) =>
        w.else(
          w.b.gather(w.b.rename(w.xs, 'a', offset(a, 'own', -2)), w.b.binary('sub', w.b.unary('int', w.b.position(two)), w.int(6)), 'own'),
        ),
    ],
  ])('%s', (_, make) => {
    const value = make(new World());
    const roots = new Map([['value', value]]);
    const given = data(roots, {}, { s: [3, 1, 4], r: [2, 3, 1] }, randomFrom(7));
    const batched = checked('batched', batch(roots));
    expectSame(roots, batched, given);
    expectSame(roots, checked('batched', simplify(batched)), given);
  });

  it('two emitted values have each their own', () => {
    const { b, x, is } = new World();
    const [xt, ct, h] = [b.argument(floats(a)), b.argument(tensor(BOOL, [])), b.argument(floats(a))];
    const next = b.binary('add', h, xt);
    const emits = [b.where(next, ct), xt, b.where(xt, b.unary('not', ct))];
    const scan = b.scan({
      axis: s,
      position: b.step(s),
      xs: [
        { arg: xt, value: x },
        { arg: ct, value: is },
      ],
      states: [{ arg: h, init: b.broadcast(b.constant(0), [a]), next }],
      emits,
    });
    const roots = new Map([1, 2, 3].map((k) => [`emit${k}`, b.otherwise(b.result(scan, k), b.constant(k))]));
    expectSame(roots, checked('batched', batch(roots)), data(roots, {}, { s: [3, 1, 4] }, randomFrom(7)));
  });
});

describe('what no analysed program comes to', () => {
  it('is a state that may be absent', () => {
    const b = new Builder();
    const s = axis('s', 3);
    const maybe = b.where(b.constant(1), b.input('is', tensor(BOOL, [])));
    const h = b.argument(maybe.types[0]!);
    const loop = b.scan({
      axis: s,
      position: b.step(s),
      xs: [],
      states: [{ arg: h, init: maybe, next: b.binary('add', h, b.constant(1)) }],
      emits: [],
    });
    expect(() => batch(new Map([['y', b.result(loop, 0)]]))).toThrow(/initial state %\d+ may be absent/);
  });

  it('is a length counted along an axis that is not there, or made of what grows no more', () => {
    const outer = dim('sentence', { ragged: true });
    const inner = dim('word', { ragged: true, inside: outer });
    const absence = new Absence(
      new GraphBuilder(),
      new Map([
        ['sentence', outer],
        ['word', inner],
      ]),
      new Domains(),
    );
    expect(() => absence.number(size.atom('word'))).toThrow('word stands without sentence');
    expect(() => absence.number(size.fn('pow', [size.int(2), size.atom('sentence')]))).toThrow('pow of a ragged length is not supported');
    const longest = absence.number(size.fn('max', [size.atom('sentence'), size.int(3)]));
    expect(reachable([longest]).flatMap(({ op }) => (op.kind === 'binary' ? [op.fn] : op.kind))).toEqual(['constant', 'length', 'max']);
  });
});

describe('zeros in the padding', () => {
  const s = axis('s', dim('s', { ragged: true }));
  const t: Axis = { ...s, id: 't' };
  const [d, e] = [axis('d', 2), axis('e', 2)];
  const m = new GraphBuilder();
  const absence = new Absence(m, new Map([['s', dim('s', { ragged: true })]]), new Domains());
  const [x, y] = ['x', 'y'].map((name) => m.leaf({ kind: 'input', name }, floats(s, d)));
  absence.markZero(x!, 's');
  const joined = (along: string, ...parts: Node[]): Node =>
    m.make({ kind: 'concat', axis: axis('more', 4), parts: parts.map(() => along) }, parts);

  it.each<[string, Node, string, boolean]>([
    ['what has them', x!, 's', true],
    ['along another axis', x!, 'd', false],
    ['what has none', y!, 's', false],
    ['another axis renamed', m.rename(x!, 'd', e), 's', true],
    ['the axis renamed', m.rename(x!, 's', t), 't', true],
    ['an axis of another name', m.rename(x!, 'd', e), 'e', false],
    ['a product', m.mul(y!, x!), 's', true],
    ['a sum', m.add(x!, y!), 's', false],
    ['a product with what has not the axis', m.mul(x!, m.leaf({ kind: 'input', name: 'z' }, floats(d))), 's', true],
    ['a contraction of another axis', m.contract(y!, x!, ['d']), 's', true],
    ['what is made negative', m.neg(x!), 's', true],
    ['without a slope', m.unary('stop', x!), 's', true],
    ['its exponential', m.unary('exp', x!), 's', false],
    ['its tangent', m.unary('tanh', x!), 's', false],
    ['joined along another axis', joined('d', x!, x!), 's', true],
    ['joined with what has none', joined('d', x!, y!), 's', false],
    ['moved to later positions, and so into the padding', m.shift(x!, 's', size.int(1)), 's', false],
    ['moved to earlier ones', m.shift(x!, 's', size.int(-1)), 's', true],
    ['turned', m.shift(x!, 's', size.int(1), true), 's', false],
    ['moved along another axis', m.shift(x!, 'd', size.int(1)), 's', true],
    ['repeated', m.broadcast(x!, [e, s, d]), 's', false],
  ])('%s', (_, node, along, expected) => {
    expect(absence.isZero(node, along)).toBe(expected);
  });
});

describe('a state of a loop', () => {
  const s = axis('s', dim('s', { ragged: true }));
  const fixed = axis('fixed', 3);

  /** How many choices the loop makes, beside those of the padding of its input. */
  const choices = (over: Axis, { reversed = false, int = false, read = 0 } = {}): number => {
    const b = new Builder();
    const type = int ? tensor(INT, []) : floats();
    const [xt, h] = [b.argument(type), b.argument(type)];
    const next = b.binary(int ? 'max' : 'add', h, xt);
    const scan = b.scan({
      axis: over,
      reversed,
      position: b.step(over),
      xs: [{ arg: xt, value: b.input('x', { ...type, axes: [over] }) }],
      states: [{ arg: h, init: b.constant(0, int ? 'int' : 'float'), next }],
      emits: [next],
    });
    const roots = batch(new Map([['y', b.result(scan, read)]]));
    return reachable([...roots.values()]).filter(({ op, inputs }) => op.kind === 'select' && inputs[1]!.op.kind !== 'input').length;
  };

  it('is held in the padding where that is met first, or where it is a whole number that is read at the end', () => {
    expect([
      choices(s),
      choices(s, { read: 1 }),
      choices(s, { int: true, read: 1 }),
      choices(fixed),
      choices(fixed, { reversed: true }),
      choices(fixed, { int: true }),
    ]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([choices(s, { reversed: true }), choices(s, { reversed: true, read: 1 }), choices(s, { int: true })]).toEqual([1, 1, 1]);
  });
});
