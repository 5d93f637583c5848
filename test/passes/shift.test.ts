/** Indices that are sums of positions become shifts: the same values as the oracle's, the derivatives that differences show. */
import { describe, expect, it } from 'vitest';
import { size, type Size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node, Op } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { sizeOf, tensor } from '../../compiler/graph/spaces.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { verify } from '../../compiler/graph/verify.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import { circulant } from '../../compiler/passes/loops/circulant.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { layout } from '../../compiler/passes/layout/layout.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, BOOL, dim, floats, index } from '../graph/support.ts';
import { averaged, checked, data, expectEqual, expectGradients, expectSame, leaves, randomFrom } from './support.ts';

const a = axis('a');
const c = axis('c');
const out = axis('out');
const s = axis('s', dim('s', { ragged: true }));
const e = axis('e', dim('e', { ragged: true, mayBeEmpty: true }));
const own = axis('own', dim('own', { size: size.int(4), origin: size.int(-2) }));
const height = axis('height');
const width = axis('width');
const dy = axis('dy', dim('dy', { size: size.int(3), origin: size.int(-1) }));
const dx = axis('dx', dim('dx', { size: size.int(3), origin: size.int(-1) }));
const tap = axis('tap', dim('tap', { size: size.int(2) }));
const SIZES = { a: 3, c: 2, out: 2, height: 4, width: 3, k: 2, far: 9, row: 2 };
const LENGTHS = { s: [3, 1, 4], e: [0, 2, 1] };
const k = size.atom('k');

class World {
  readonly b = new Builder();

  /** Data with parameters in it, over these axes. */
  value(name: string, ...axes: Axis[]): Node {
    const { b } = this;
    const fixed = axes.filter((each) => each !== s && each !== e);
    return b.binary(
      'add',
      b.binary('mul', b.input(`${name}.x`, floats(...axes)), b.parameter(`${name}.p`, fixed)),
      b.parameter(`${name}.q`, fixed),
    );
  }

  int(n: number): Node {
    return this.b.constant(n, 'int');
  }

  place(over: Axis, n: Node | number, fn: 'add' | 'sub' = 'add'): Node {
    return this.b.binary(fn, this.b.position(over), typeof n === 'number' ? this.int(n) : n);
  }

  at(x: Node, over: Axis, n: Node | number, fn: 'add' | 'sub' = 'add'): Node {
    return this.b.gather(x, this.place(over, n, fn), over.id);
  }

  filled(x: Node, by = 0): Node {
    return this.b.otherwise(x, this.b.constant(by));
  }

  /** `x[over = (position[over] - by) mod over]` */
  round(x: Node, over: Axis, by: Node): Node {
    const { b } = this;
    return b.gather(x, b.binary('mod', b.binary('sub', b.position(over), by), b.size(sizeOf(over.space))), over.id, true);
  }

  near(x: Node, over: Axis, taps: Axis): Node {
    return this.b.gather(x, this.place(over, this.b.position(taps)), over.id);
  }
}

interface Case {
  readonly make: (w: World) => Node;
  /** How many choices are left of it; null: not looked at. */
  readonly selects?: number;
  readonly gathers?: number;
}

const row = axis('row');
const double = axis('double', dim('double', { size: size.mul(size.int(2), size.atom('row')) }));
const long = axis('long', dim('long', { size: size.add(size.atom('row'), size.int(2)) }));
const ids = (b: Builder): Node => b.input('ids', index(a, s));

const CASES: Readonly<Record<string, Case>> = {
  'earlier, else 0': { make: (w) => w.filled(w.at(w.value('x', s, a), s, 2, 'sub')), selects: 0 },
  'earlier, else something': { make: (w) => w.filled(w.at(w.value('x', s, a), s, 2, 'sub'), 0.3), selects: 1 },
  'later on a ragged axis, else 0': { make: (w) => w.filled(w.at(w.value('x', s, a), s, 1)), selects: 1 },
  'later on a fixed axis, else 0': { make: (w) => w.filled(w.at(w.value('x', s, a), a, 1)), selects: 0 },
  'later on a fixed axis, else something': { make: (w) => w.filled(w.at(w.value('x', s, a), a, 1), 0.3), selects: 1 },
  'on an axis that may be empty': { make: (w) => w.filled(w.at(w.value('x', e, a), e, 1, 'sub')), selects: 0 },
  'further than the axis is long': { make: (w) => w.filled(w.at(w.at(w.value('x', s, a), s, 7, 'sub'), a, 4)) },
  'by a size': { make: (w) => w.filled(w.at(w.value('x', s, a), s, w.b.size(k), 'sub')), selects: 0 },
  'by a size beyond the axis': {
    make: (w) => w.filled(w.at(w.at(w.value('x', s, a), a, w.b.size(size.atom('far'))), s, w.b.size(size.atom('far')), 'sub')),
  },
  'by a size of unknown sign': { make: (w) => w.filled(w.at(w.value('x', s, a), s, w.b.size(size.sub(k, size.int(3))))), selects: 1 },
  'by nothing': { make: (w) => w.at(w.value('x', s, a), s, 0), selects: 0 },
  'twice to one side': { make: (w) => w.filled(w.at(w.filled(w.at(w.value('x', s, a), s, 1, 'sub')), s, w.b.size(k), 'sub')), selects: 0 },
  'to both sides': { make: (w) => w.filled(w.at(w.filled(w.at(w.value('x', s, a), a, 1, 'sub')), a, 1)), selects: 0 },
  'along an axis with an origin': { make: (w) => w.filled(w.at(w.value('x', s, own), own, 1, 'sub'), 0.2), selects: 1 },
  'an index written in another way': {
    make: ({ b }) => {
      const i = b.binary(
        'sub',
        b.binary('sub', b.constant(3, 'int'), b.unary('neg', b.unary('int', b.position(s)))),
        b.binary('mul', b.constant(5, 'int'), b.constant(1, 'int')),
      );
      return b.otherwise(b.gather(b.binary('mul', b.input('x', floats(s, a)), b.parameter('p', [a])), i, 's'), b.constant(0));
    },
    selects: 0,
  },
  'seen from another axis of that space': {
    make: (w) => {
      const key: Axis = { ...s, id: 'key' };
      return w.filled(w.b.gather(w.value('x', s, a), w.place(key, 1, 'sub'), 's'));
    },
    selects: 0,
  },
  'an index of a renamed axis': {
    make: (w) => {
      const key: Axis = { ...s, id: 'key' };
      return w.filled(w.b.gather(w.b.rename(w.value('x', s, a), 's', key), w.b.rename(w.place(s, 1, 'sub'), 's', key), 'key'));
    },
    selects: 0,
  },
  'an index that is repeated': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, a), w.b.broadcast(w.place(s, 1, 'sub'), [c, s]), 's')),
    selects: 0,
  },
  'summed without else': { make: (w) => w.b.reduce('sum', w.at(w.value('x', s, a), s, 1, 'sub'), ['s']) },
  'averaged without else': { make: (w) => w.b.reduce('mean', w.at(w.value('x', s, a), s, 1), ['s']) },
  'the largest without else': { make: (w) => w.b.reduce('max', w.at(w.value('x', s, a), a, 1), ['a']) },
  'softmax without else': { make: (w) => w.b.softmax(w.at(w.value('x', s, a), s, 1, 'sub'), 's') },
  'of what is absent itself, else 0': {
    make: (w) => w.filled(w.at(w.b.where(w.value('x', s, a), w.b.input('m', tensor(BOOL, [s]))), s, 1, 'sub')),
    selects: 1,
  },
  'of what is absent itself, averaged': {
    make: (w) => w.b.reduce('mean', w.at(w.b.where(w.value('x', s, a), w.b.input('m', tensor(BOOL, [s]))), s, 1), ['s']),
  },
  'through functions that keep zeros': {
    make: (w) => w.filled(w.b.unary('tanh', w.b.binary('mul', w.at(w.value('x', s, a), s, 1, 'sub'), w.b.parameter('f', [a])))),
    selects: 0,
  },
  'through a function that does not': { make: (w) => w.filled(w.b.unary('sigmoid', w.at(w.value('x', s, a), s, 1, 'sub'))), selects: 1 },
  'beside what is not a zero': {
    make: (w) => w.filled(w.b.binary('add', w.at(w.value('x', s, a), s, 1, 'sub'), w.value('y', s, a))),
    selects: 1,
  },
  'beside another that is': {
    make: (w) =>
      w.filled(w.b.binary('sub', w.at(w.value('x', s, a), s, 1, 'sub'), w.b.unary('relu', w.at(w.value('y', s, a), s, 1, 'sub')))),
    selects: 0,
  },
  'truth values': {
    make: ({ b }) =>
      b.unary(
        'float',
        b.otherwise(
          b.gather(b.input('m', tensor(BOOL, [s])), b.binary('sub', b.position(s), b.constant(1, 'int')), 's'),
          b.constant(1, 'bool'),
        ),
      ),
  },
  indices: {
    make: (w) => {
      const earlier = w.b.otherwise(w.at(ids(w.b), s, 1, 'sub'), w.int(0));
      return w.b.gather(w.b.parameter('table', [a, c]), w.b.binary('min', w.b.binary('max', earlier, w.int(0)), w.int(2)), 'a');
    },
  },
  'taps of a causal window': {
    make: (w) =>
      w.b.contract(w.b.gather(w.value('x', s, a), w.place(s, w.b.position(tap), 'sub'), 's'), w.b.parameter('W', [out, tap, a]), [
        'tap',
        'a',
      ]),
    selects: 0,
  },
  'taps of a causal window, further apart': {
    make: (w) =>
      w.b.contract(
        w.b.gather(w.value('x', s, a), w.place(s, w.b.binary('mul', w.b.size(k), w.b.position(tap)), 'sub'), 's'),
        w.b.parameter('W', [out, tap, a]),
        ['tap', 'a'],
      ),
    selects: 0,
  },
  'taps to both sides of a ragged axis': {
    make: (w) => w.b.contract(w.near(w.value('x', s, a), s, dy), w.b.parameter('W', [out, dy, a]), ['dy', 'a']),
    selects: 1,
  },
  'taps of what is zero in the padding already': {
    make: (w) => w.b.contract(w.near(w.b.softmax(w.value('x', s, a), 's'), s, dy), w.b.parameter('W', [out, dy, a]), ['dy', 'a']),
  },
  'taps in two dimensions': {
    make: (w) =>
      w.b.unary(
        'tanh',
        w.b.contract(w.near(w.near(w.value('x', height, width, a), height, dy), width, dx), w.b.parameter('W', [out, dy, dx, a]), [
          'dy',
          'dx',
          'a',
        ]),
      ),
    selects: 0,
  },
  'taps in two dimensions at every position of a sequence': {
    make: (w) =>
      w.b.contract(w.near(w.near(w.value('x', s, height, width, a), height, dy), width, dx), w.b.parameter('W', [out, dy, dx, a]), [
        'dy',
        'dx',
        'a',
      ]),
    selects: 0,
  },
  'the largest of taps': { make: (w) => w.b.reduce('max', w.near(w.value('x', s, a), s, dy), ['dy']) },
  'the average of taps': { make: (w) => w.b.reduce('mean', w.near(w.value('x', s, a), s, dy), ['dy']) },
  'weights over taps': { make: (w) => w.b.softmax(w.b.reduce('sum', w.near(w.value('x', s, a), s, dy), ['a']), 'dy') },
  'taps, else something': { make: (w) => w.filled(w.near(w.value('x', s, a), s, dy), 0.4) },
  'taps of what is absent itself': {
    make: (w) =>
      w.b.contract(w.near(w.b.where(w.value('x', s, a), w.b.input('m', tensor(BOOL, [s]))), s, dy), w.b.parameter('W', [out, dy, a]), [
        'dy',
        'a',
      ]),
  },
  'an index that may be absent': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, a), w.b.where(w.place(s, 1, 'sub'), w.b.input('m', tensor(BOOL, [s]))), 's'), 0.4),
    gathers: 1,
  },
  'two windows in one index': {
    make: (w) =>
      w.b.contract(
        w.b.gather(w.value('x', s, a), w.b.binary('sub', w.place(s, w.b.position(dy)), w.b.position(tap)), 's'),
        w.b.parameter('W', [out, dy, tap, a]),
        ['dy', 'tap', 'a'],
      ),
  },
  'a window inside its axis': {
    make: (w) => {
      const inner = axis('inner', 3);
      return w.b.contract(
        w.b.gather(w.value('x', s, long), w.b.binary('add', w.b.position(row), w.b.position(inner)), 'long'),
        w.b.parameter('W', [inner]),
        ['inner'],
      );
    },
    selects: 0,
  },
  'every other position': {
    make: (w) =>
      w.b.contract(
        w.b.gather(w.value('x', s, double), w.b.binary('add', w.b.binary('mul', w.int(2), w.b.position(row)), w.b.position(dy)), 'double'),
        w.b.parameter('W', [dy]),
        ['dy'],
      ),
    selects: 0,
  },
  'every other position of a longer axis': {
    make: (w) => {
      const odd = axis('odd', dim('odd', { size: size.add(size.mul(size.int(2), size.atom('row')), size.int(1)) }));
      return w.filled(w.b.gather(w.value('x', s, odd), w.b.binary('sub', w.b.binary('mul', w.int(2), w.b.position(row)), w.int(1)), 'odd'));
    },
    selects: 0,
  },
  'a window that the value has already': {
    make: (w) => w.b.contract(w.near(w.value('x', s, dy, a), s, dy), w.b.parameter('W', [out, dy, a]), ['dy', 'a']),
    gathers: 1,
  },
  'a difference of two positions': {
    make: (w) =>
      w.filled(w.b.gather(w.b.parameter('E', [own]), w.b.binary('sub', w.b.position(s), w.b.position({ ...s, id: 'key' })), 'own')),
    gathers: 1,
  },
  'round a fixed axis': { make: (w) => w.round(w.value('x', s, a), a, w.int(1)), selects: 0 },
  'round, by a size that may be more than once around': {
    make: (w) => w.round(w.round(w.value('x', s, a), a, w.b.size(size.atom('far'))), a, w.b.size(size.sub(k, size.int(3)))),
    selects: 0,
  },
  'round, seen from another axis of that space': {
    make: (w) => {
      const { b } = w;
      const key: Axis = { ...a, id: 'key' };
      return b.gather(
        w.value('x', s, a),
        b.binary('mod', b.binary('add', b.position(key), b.constant(2, 'int')), b.size(size.atom('a'))),
        'a',
        true,
      );
    },
    selects: 0,
  },
  'round, with taps': {
    make: (w) =>
      w.b.reduce('sum', w.b.binary('mul', w.round(w.value('x', s, a), a, w.b.position(dy)), w.b.softmax(w.value('w', s, dy), 'dy')), [
        'dy',
      ]),
    selects: 0,
  },
  'round, with taps of what is absent itself': {
    make: (w) => w.b.reduce('mean', w.round(w.b.where(w.value('x', a, c), w.b.input('m', tensor(BOOL, [a]))), a, w.b.position(dy)), ['dy']),
  },
  'round, of what is the same all round': { make: (w) => w.round(w.b.broadcast(w.value('x', c), [c, a]), a, w.int(1)), selects: 0 },
  'round, of truth values': { make: (w) => w.b.unary('float', w.round(w.b.input('m', tensor(BOOL, [a])), a, w.int(1))) },
  'round a ragged axis, each at its own length': { make: (w) => w.round(w.value('x', s, a), s, w.int(1)), gathers: 1 },
  'round an axis with an origin': {
    make: (w) => w.filled(w.b.gather(w.value('x', own), w.b.binary('mod', w.place(own, 1), w.int(4)), 'own')),
    gathers: 1,
  },
  'round, by what the data say': {
    make: (w) =>
      w.b.gather(
        w.value('x', s, a),
        w.b.binary('mod', w.b.binary('sub', w.b.position(a), w.b.unary('floor', w.b.input('u', floats(s)))), w.b.size(size.atom('a'))),
        'a',
        true,
      ),
    gathers: 1,
  },
  'round some other number of positions': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, a), w.b.binary('mod', w.place(a, 1), w.b.size(k)), 'a')),
    gathers: 1,
  },
  'taps the other way, further apart': {
    make: (w) =>
      w.b.contract(
        w.b.gather(
          w.value('x', s, a),
          w.place(s, w.b.binary('mul', w.b.unary('neg', w.b.unary('int', w.b.position(tap))), w.b.size(k))),
          's',
        ),
        w.b.parameter('W', [tap, a]),
        ['tap', 'a'],
      ),
    selects: 0,
  },
  'a window under another name': {
    make: (w) =>
      w.b.reduce('sum', w.b.gather(w.value('x', s, a), w.b.rename(w.place({ ...s, id: 'key' }, w.b.position(dy)), 'key', s), 's'), ['dy']),
    selects: 1,
  },
  'positions by products of positions': {
    make: (w) =>
      w.filled(
        w.b.gather(w.value('x', s, a), w.b.binary('mul', w.b.unary('int', w.b.position(tap)), w.b.unary('int', w.b.position(dy))), 'a'),
      ),
    gathers: 1,
  },
  'positions from the end': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, a), w.b.unary('neg', w.b.unary('int', w.b.position(own))), 'a')),
    gathers: 1,
  },
  'positions from the end that the data say': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, a), w.b.unary('neg', w.b.unary('floor', w.b.input('u', floats(s)))), 'a')),
    gathers: 1,
  },
  'positions some way on, as the data say': {
    make: (w) =>
      w.filled(
        w.b.gather(
          w.value('x', s, a),
          w.place({ ...a, id: 'key' }, w.b.unary('floor', w.b.binary('mul', w.b.constant(2.5), w.b.input('u', floats(s))))),
          'a',
        ),
      ),
    gathers: 1,
  },
  'more taps than are worth it': {
    make: (w) =>
      w.b.reduce('sum', w.filled(w.b.gather(w.value('x', s, a), w.place(s, w.b.position(axis('many', 33)), 'sub'), 's')), ['many']),
    gathers: 1,
  },
  'as many taps as are': {
    make: (w) =>
      w.b.reduce('sum', w.filled(w.b.gather(w.value('x', s, a), w.place(s, w.b.position(axis('many', 32)), 'sub'), 's')), ['many']),
  },
  'indices that do not begin at 0': {
    make: (w) => w.b.unary('float', w.b.otherwise(w.at(w.b.input('labels', index(own, s)), s, 1, 'sub'), w.int(0))),
    gathers: 1,
  },
  'two positions that begin near the end': {
    make: (w) => w.filled(w.b.gather(w.value('x', s, axis('three', 3)), w.place(axis('pair', 2), 2), 'three')),
    selects: 0,
  },
  'every other index of an odd number': {
    make: (w) => {
      const odd = axis('odd', dim('odd', { size: size.add(size.mul(size.int(2), size.atom('row')), size.int(1)) }));
      const half = axis('half', dim('half', { size: size.add(size.atom('row'), size.int(1)) }));
      return w.b.unary('float', w.b.gather(w.b.input('labels', index(a, odd)), w.b.binary('mul', w.int(2), w.b.position(half)), 'odd'));
    },
    selects: 0,
  },
  'each twice': {
    make: (w) => {
      const twice = axis('twice', dim('twice', { size: size.mul(size.int(2), size.atom('a')) }));
      return w.b.gather(w.value('x', s, a), w.b.binary('quot', w.b.unary('int', w.b.position(twice)), w.int(2)), 'a');
    },
    gathers: 0,
  },
  'each twice, the last once, under another name': {
    make: (w) => {
      const space = dim('less', { size: size.sub(size.mul(size.int(2), size.atom('a')), size.int(1)) });
      const half = w.b.binary('quot', w.b.unary('int', w.b.position(axis('less', space))), w.int(2));
      return w.b.gather(w.value('x', s, a), w.b.rename(half, 'less', axis('places', space)), 'a');
    },
    gathers: 0,
  },
  'each as often as the data say': {
    make: (w) =>
      w.filled(
        w.b.gather(
          w.value('x', s, a),
          w.b.binary(
            'quot',
            w.b.unary('int', w.b.position(axis('six', 6))),
            w.b.binary('add', w.b.constant(1, 'int'), w.b.unary('int', w.b.input('i', index(a, s)))),
          ),
          'a',
        ),
      ),
    gathers: 1,
  },
  'each twice, backwards': {
    make: (w) =>
      w.filled(w.b.gather(w.value('x', s, a), w.b.binary('quot', w.b.unary('int', w.b.position(axis('six', 6))), w.int(-2)), 'a')),
    gathers: 1,
  },
  'half of what is backwards': {
    make: (w) =>
      w.filled(w.b.gather(w.value('x', s, a), w.b.binary('quot', w.b.unary('neg', w.b.unary('int', w.b.position(own))), w.int(2)), 'a')),
    gathers: 1,
  },
  'in a loop': {
    make: (w) => {
      const { b } = w;
      const x = w.value('x', s, a);
      const [xt, h] = [b.argument(floats(a)), b.argument(floats(a))];
      const next = b.unary('tanh', b.binary('add', xt, w.filled(w.at(h, a, 1, 'sub'))));
      const scan = b.scan({
        axis: s,
        position: b.step(s),
        xs: [{ arg: xt, value: x }],
        states: [{ arg: h, init: b.broadcast(b.constant(0.2), [a]), next }],
        emits: [w.filled(w.at(xt, a, 1), 0.1)],
      });
      return b.binary('add', b.result(scan, 0), b.result(scan, 1));
    },
  },
};

/** A scalar that weighs every element differently; absent elements do not count. */
function lossOf(b: Builder, value: Node): Node {
  const { axes } = typeOf(value);
  const weighed = axes.reduce(
    (x, over) =>
      b.binary(
        'mul',
        x,
        b.binary('add', b.constant(0.7), b.unary('sin', b.binary('mul', b.constant(1.3), b.unary('float', b.position(over))))),
      ),
    value,
  );
  return b.reduce(
    'sum',
    weighed,
    axes.map(({ id }) => id),
  );
}

/** Beside those that make the padding of an input 0. */
const count = (root: Node, kind: Op['kind']): number =>
  reachable([root]).filter(({ op, inputs }) => op.kind === kind && inputs[1]?.op.kind !== 'input').length;

describe.each(Object.entries(CASES))('%s', (_, { make, selects, gathers }) => {
  const w = new World();
  const value = make(w);
  const roots: Roots = new Map([
    ['value', value],
    ['loss', lossOf(w.b, value)],
  ]);
  const batched = checked('batched', batch(roots));
  const given = data(roots, SIZES, LENGTHS, randomFrom(11));

  it('is a shift, and the same in a padded batch', () => {
    const simple = checked('batched', simplify(batched));
    const root = simple.get('value')!;
    if (gathers !== undefined || !reachable([root]).some(({ op }) => op.kind === 'gather' && op.axis === 'a'))
      expect(count(root, 'gather')).toBe(gathers ?? 0);
    if (selects !== undefined) expect(count(root, 'select')).toBe(selects);
    expectSame(roots, batched, given);
    const moved = checked('batched', vectorise(simple));
    expectSame(roots, moved, given);
    expectEqual(moved, checked('laid-out', layout(moved)), given.batch);
  });

  it('has the derivative that differences show', () => {
    expectGradients(roots, averaged(batched), given, { eps: 2e-6, tolerance: 2e-6 });
    const { roots: gradients } = differentiate(averaged(batched), 'loss', leaves(roots).parameters);
    const simple = checked('batched', simplify(gradients));
    expectEqual(gradients, simple, given.batch);
    expectEqual(simple, checked('laid-out', layout(simple)), given.batch);
  });
});

describe('turns of a short axis, side by side', () => {
  const w = new World();
  const taps = (over: Axis): Node =>
    w.b.reduce('sum', w.b.binary('mul', w.round(w.value('x', s, over), over, w.b.position(dy)), w.b.softmax(w.value('w', s, dy), 'dy')), [
      'dy',
    ]);
  const key: Axis = { ...a, id: 'key' };
  const seen = w.b.gather(
    w.value('z', s, a),
    w.b.binary(
      'mod',
      w.b.binary('sub', w.b.position(key), w.b.binary('mul', w.b.constant(2, 'int'), w.b.position(tap))),
      w.b.size(size.atom('a')),
    ),
    'a',
    true,
  );
  const partial = w.b.reduce('mean', w.round(w.b.where(w.value('y', a, c), w.b.input('m', tensor(BOOL, [a]))), a, w.b.position(dy)), [
    'dy',
  ]);
  const twice = w.b.binary(
    'mul',
    w.b.reduce('sum', w.round(w.value('v', a), a, w.b.binary('mul', w.b.size(k), w.b.position(dy))), ['dy']),
    w.round(w.value('v', a), a, w.int(1)),
  );
  const long = taps(axis('width'));
  const known = new Map([
    ['a', 3],
    ['k', 2],
  ]);
  const [u, v] = [w.value('u', s, a), w.value('o', s, a)];
  const [once, again] = [1, 2].map((by) => w.round(u, a, w.int(by)));
  const away = (by: number): Node =>
    w.b.gather(u, w.b.binary('mod', w.b.binary('sub', w.b.position(key), w.int(by)), w.b.size(size.atom('a'))), 'a', true);
  const beside = (...parts: Node[]): Node =>
    w.b.concat(
      axis('beside', parts.length),
      parts.map((part) => [part, null]),
    );

  it.each<[string, Node, number]>([
    ['taps', taps(a), 0],
    ['seen from another axis', seen, 1],
    ['of what is absent itself', partial, 0],
    ['by sizes', twice, 1],
    ['an axis of unknown size', long, 2],
    ['and the value itself', beside(once!, u, again!), 0],
    ['and itself under the other name', beside(away(1), w.b.rename(u, 'a', key), away(2)), 0],
    ['and another value', beside(once!, again!, v), 2],
    ['and another under the other name', beside(away(1), away(2), w.b.rename(v, 'a', key)), 2],
    ['and itself under the first name', beside(away(1), away(2), u), 2],
    ['and what is made of it', beside(once!, again!, w.b.unary('tanh', u)), 2],
    ['of two values', beside(once!, w.round(v, a, w.int(1))), 2],
    ['under two names', beside(once!, away(1)), 1],
    ['one only', beside(once!, u), 1],
  ])('%s', (_, value, shifts) => {
    const roots: Roots = new Map([
      ['value', value],
      ['loss', lossOf(w.b, value)],
    ]);
    const given = data(roots, SIZES, LENGTHS, randomFrom(5));
    const product = checked('batched', circulant(simplify(batch(roots)), known));
    expect(
      reachable([product.get('value')!]).filter(({ op, types }) => op.kind === 'shift' && types[0]!.elem.kind === 'float').length,
    ).toBe(shifts);
    expectSame(roots, product, given);
    expectEqual(product, checked('laid-out', layout(product)), given.batch);
    expectGradients(roots, averaged(product), given, { eps: 2e-6, tolerance: 2e-6 });
  });
});

describe('the operation', () => {
  const b = new Builder();
  const x = b.input('x', floats(c, a));
  const moved = (by: Size, over = 'a'): number[] => [
    ...interpret([b.shift(x, over, by)], {
      sizes: new Map([
        ['a', 3],
        ['c', 2],
        ['k', 2],
      ]),
      inputs: new Map([
        [
          'x',
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ]),
      parameters: new Map(),
    })[0]!.data,
  ];

  it('moves to later positions, to earlier ones, and out', () => {
    expect(moved(size.int(1))).toEqual([0, 1, 2, 0, 4, 5]);
    expect(moved(size.int(-1))).toEqual([2, 3, 0, 5, 6, 0]);
    expect(moved(k)).toEqual([0, 0, 1, 0, 0, 4]);
    expect(moved(size.int(0))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(moved(size.int(-3))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(moved(size.int(8))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(moved(size.int(1), 'c')).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('comes round from the other end, and more than once', () => {
    const rolled = (by: Size, over = 'a'): number[] => [
      ...interpret([b.shift(x, over, by, true)], {
        sizes: new Map([
          ['a', 3],
          ['c', 2],
          ['k', 2],
        ]),
        inputs: new Map([
          [
            'x',
            [
              [1, 2, 3],
              [4, 5, 6],
            ],
          ],
        ]),
        parameters: new Map(),
      })[0]!.data,
    ];
    expect(rolled(size.int(1))).toEqual([3, 1, 2, 6, 4, 5]);
    expect(rolled(size.int(-1))).toEqual([2, 3, 1, 5, 6, 4]);
    expect(rolled(k)).toEqual([2, 3, 1, 5, 6, 4]);
    expect(rolled(size.int(7))).toEqual([3, 1, 2, 6, 4, 5]);
    expect(rolled(size.int(-1), 'c')).toEqual([4, 5, 6, 1, 2, 3]);
  });

  it('stands where absence is explicit, by what is one number in a batch', () => {
    expect(() => verify([b.shift(x, 'a', size.int(1))], { dialect: 'inlined' })).toThrow(/shift in a graph that is 'inlined'/);
    expect(() => verify([b.shift(b.input('z', floats(s)), 's', size.atom('s'))], { dialect: 'batched' })).toThrow(/the size of s differs/);
    expect(() => b.shift(x, 's', size.int(1))).toThrow(/no axis s/);
  });
});
