/** Which states may run away in the padding: exactly those that nothing bounds. */
import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { BinaryFn, Node, UnaryFn } from '../../compiler/graph/graph.ts';
import { runaways } from '../../compiler/passes/absence/growth.ts';
import { analyse, type Scan } from '../../compiler/passes/core/pass.ts';
import { axis, dim, floats, index, INT } from '../graph/support.ts';
import { tensor } from '../../compiler/graph/spaces.ts';

const time = axis('time', dim('time', { ragged: true }));
const [d, e] = [axis('d', 3), axis('e', 3)];

class World {
  readonly b = new Builder();
  /** The state. */
  readonly h = this.b.argument(floats(d));
  /** A position of a sequence, and of positions. */
  readonly x = this.b.argument(floats(d));
  readonly i = this.b.argument(index(d));
  readonly n = this.b.argument(tensor(INT, [d]));
  /** From outside. */
  readonly w = this.b.parameter('w', [d]);
  readonly gate = this.b.unary('sigmoid', this.x);
  readonly weights = this.b.softmax(this.x, 'd');

  op(fn: BinaryFn, a: Node, b: Node): Node {
    return this.b.binary(fn, a, b);
  }

  number(value: number): Node {
    return this.b.constant(value);
  }

  of(fn: UnaryFn, x: Node): Node {
    return this.b.unary(fn, x);
  }

  runsAway(next: Node): boolean {
    const { b } = this;
    const value = (name: string, arg: Node): { arg: Node; value: Node } => ({
      arg,
      value: b.input(name, { ...arg.types[0]!, axes: [time, ...arg.types[0]!.axes] }),
    });
    const scan = b.scan({
      axis: time,
      position: b.step(time),
      xs: [value('x', this.x), value('i', this.i), value('n', this.n)],
      states: [{ arg: this.h, init: b.broadcast(b.constant(0), [d]), next: b.broadcast(next, [d]) }],
      emits: [],
    });
    return runaways(scan as Scan, analyse([b.result(scan, 0)]))(0);
  }
}

/** Where a number as large as a state would make more of it than the state. */
const CASES: readonly (readonly [string, boolean, (w: World) => Node])[] = [
  ['itself', false, ({ h }) => h],
  ['and something', false, (w) => w.op('add', w.h, w.x)],
  ['less something', false, (w) => w.op('sub', w.x, w.h)],
  ['twice itself', true, (w) => w.op('add', w.h, w.h)],
  ['itself less itself', true, (w) => w.op('sub', w.h, w.h)],
  ['times something', true, (w) => w.op('mul', w.h, w.x)],
  ['times what is outside', true, (w) => w.op('mul', w.w, w.h)],
  ['times itself', true, (w) => w.op('mul', w.h, w.h)],
  ['times a share', false, (w) => w.op('mul', w.h, w.gate)],
  ['a share times it', false, (w) => w.op('mul', w.gate, w.h)],
  ['times a sine', false, (w) => w.op('mul', w.h, w.of('sin', w.x))],
  ['times 1', false, (w) => w.op('mul', w.h, w.number(1))],
  ['times -1', false, (w) => w.op('mul', w.h, w.number(-1))],
  ['times a little more than 1', true, (w) => w.op('mul', w.h, w.number(1.01))],
  ['times a little less than -1', true, (w) => w.op('mul', w.h, w.number(-1.01))],
  ['times the rest of a share', false, (w) => w.op('mul', w.h, w.op('sub', w.number(1), w.gate))],
  ['times a difference of shares', false, (w) => w.op('mul', w.h, w.op('sub', w.gate, w.of('sigmoid', w.op('mul', w.x, w.x))))],
  ['times 2 less a share', true, (w) => w.op('mul', w.h, w.op('sub', w.number(2), w.gate))],
  ['times 1 less a sine', true, (w) => w.op('mul', w.h, w.op('sub', w.number(1), w.of('sin', w.x)))],
  ['times a difference of products of shares', false, (w) => w.op('mul', w.h, w.op('sub', w.op('mul', w.gate, w.gate), w.gate))],
  ['times a share less a product with a sine', true, (w) => w.op('mul', w.h, w.op('sub', w.gate, w.op('mul', w.gate, w.of('sin', w.x))))],
  ['times a sum of shares', true, (w) => w.op('mul', w.h, w.op('add', w.gate, w.gate))],
  ['times a difference of a half and a share', false, (w) => w.op('mul', w.h, w.op('sub', w.number(0.5), w.gate))],
  ['times a difference with minus a half', true, (w) => w.op('mul', w.h, w.op('sub', w.number(-0.5), w.gate))],
  ['times a share made negative', false, (w) => w.op('mul', w.h, w.of('neg', w.gate))],
  ['times the softplus of a share', true, (w) => w.op('mul', w.h, w.of('softplus', w.gate))],
  ['times the amount of a sine', false, (w) => w.op('mul', w.h, w.of('abs', w.of('sin', w.x)))],
  ['times a half less the rest of a share', false, (w) => w.op('mul', w.h, w.op('sub', w.number(0.5), w.op('sub', w.number(1), w.gate)))],
  [
    'times a half less a difference of shares',
    true,
    (w) => w.op('mul', w.h, w.op('sub', w.number(0.5), w.op('sub', w.number(0.9), w.gate))),
  ],
  ['times a truth', false, (w) => w.op('mul', w.h, w.of('float', w.op('gt', w.x, w.w)))],
  ['times a weight', false, (w) => w.op('mul', w.h, w.weights)],
  ['times the logarithm of a weight', true, (w) => w.op('mul', w.h, w.b.softmax(w.x, 'd', true))],
  ['times a one-hot row', false, (w) => w.op('mul', w.h, w.b.reduce('max', w.b.onehot(w.i, e), ['e']))],
  ['times an index', true, (w) => w.op('mul', w.h, w.of('float', w.i))],
  ['what saturates', false, (w) => w.of('tanh', w.op('mul', w.h, w.x))],
  ['a share of it', false, (w) => w.of('sigmoid', w.op('mul', w.h, w.x))],
  ['weights of it', false, (w) => w.b.softmax(w.op('mul', w.h, w.x), 'd')],
  ['the logarithm of weights of it', true, (w) => w.b.softmax(w.h, 'd', true)],
  ['and of what does not follow it', false, (w) => w.b.softmax(w.x, 'd', true)],
  ['its amount', false, (w) => w.of('abs', w.h)],
  ['turned round', false, (w) => w.of('neg', w.h)],
  ['its exponential', true, (w) => w.of('exp', w.h)],
  ['an exponential of something else', false, (w) => w.of('exp', w.x)],
  ['its softplus', false, (w) => w.of('softplus', w.h)],
  ['the larger of it and something', false, (w) => w.op('max', w.h, w.x)],
  ['the smaller of two products', true, (w) => w.op('min', w.op('mul', w.h, w.x), w.x)],
  ['times the larger of two shares', false, (w) => w.op('mul', w.h, w.op('max', w.gate, w.number(0.5)))],
  ['times the larger of a share and something', true, (w) => w.op('mul', w.h, w.op('max', w.gate, w.x))],
  ['divided', true, (w) => w.op('div', w.h, w.x)],
  ['something divided', false, (w) => w.op('div', w.x, w.w)],
  ['a power', true, (w) => w.op('pow', w.h, w.number(2))],
  ['a choice', false, (w) => w.b.select(w.op('gt', w.h, w.x), w.h, w.x)],
  ['a choice with a product', true, (w) => w.b.select(w.op('gt', w.h, w.x), w.h, w.op('mul', w.h, w.x))],
  ['a choice by a product', false, (w) => w.b.select(w.op('gt', w.op('mul', w.h, w.x), w.x), w.h, w.x)],
  ['times a chosen share', false, (w) => w.op('mul', w.h, w.b.select(w.op('gt', w.x, w.w), w.gate, w.number(1)))],
  ['its mean', false, (w) => w.b.reduce('mean', w.h, ['d'])],
  ['its largest', false, (w) => w.b.reduce('max', w.h, ['d'])],
  ['its smallest', false, (w) => w.b.reduce('min', w.h, ['d'])],
  ['its sum', true, (w) => w.b.reduce('sum', w.h, ['d'])],
  ['the sum of something else', false, (w) => w.b.reduce('sum', w.x, ['d'])],
  ['its product', true, (w) => w.b.reduce('prod', w.h, ['d'])],
  ['its weighted sum', false, (w) => w.b.reduce('sum', w.op('mul', w.weights, w.h), ['d'])],
  ['its weighted sum, turned round', false, (w) => w.b.reduce('sum', w.op('mul', w.h, w.weights), ['d'])],
  ['a product weighted', true, (w) => w.b.reduce('sum', w.op('mul', w.weights, w.op('mul', w.h, w.x)), ['d'])],
  ['its weighted product', true, (w) => w.b.reduce('prod', w.op('mul', w.weights, w.h), ['d'])],
  ['weighed and added', true, (w) => w.b.reduce('sum', w.op('add', w.weights, w.h), ['d'])],
  ['by logarithms of weights', true, (w) => w.b.reduce('sum', w.op('mul', w.b.softmax(w.x, 'd', true), w.h), ['d'])],
  ['a contraction with weights', false, (w) => w.b.contract(w.h, w.weights, ['d'])],
  ['with what is outside', true, (w) => w.b.contract(w.h, w.w, ['d'])],
  ['of something else', false, (w) => w.b.contract(w.x, w.w, ['d'])],
  [
    'with weights of another axis',
    true,
    (w) => w.b.contract(w.h, w.b.softmax(w.b.binary('mul', w.x, w.b.parameter('v', [e])), 'e'), ['d']),
  ],
  [
    'with weights over two axes',
    true,
    (w) => w.b.contract(w.b.broadcast(w.h, [d, e]), w.b.softmax(w.b.binary('mul', w.x, w.b.parameter('v', [e])), 'e'), ['d', 'e']),
  ],
  ['with weights under another name', false, (w) => w.b.contract(w.b.rename(w.h, 'd', e), w.b.rename(w.weights, 'd', e), ['e'])],
  ['with repeated weights', false, (w) => w.b.contract(w.b.broadcast(w.weights, [e, d]), w.h, ['d'])],
  ['with held weights', false, (w) => w.b.contract(w.b.otherwise(w.b.where(w.weights, w.op('gt', w.x, w.w)), w.number(0)), w.h, ['d'])],
  ['its positions in another order', false, (w) => w.b.gather(w.h, w.i, 'd', true)],
  [
    'something else by positions that follow it',
    false,
    (w) => w.b.gather(w.x, w.b.argmax(w.op('mul', w.h, w.b.parameter('v', [e])), 'e'), 'd', true),
  ],
  ['moved', false, (w) => w.b.shift(w.h, 'd', size.int(1))],
  ['moved products', true, (w) => w.b.shift(w.op('mul', w.h, w.x), 'd', size.int(1))],
  ['where something holds', false, (w) => w.b.otherwise(w.b.where(w.h, w.op('gt', w.op('mul', w.h, w.x), w.x)), w.x)],
  ['a running sum of it', true, (w) => w.b.cumsum(w.h, 'd')],
  ['a running sum of something else', false, (w) => w.b.cumsum(w.x, 'd')],
];

describe('a next value that is', () => {
  it.each(CASES)('%s: %s', (_, expected, make) => {
    const world = new World();
    const made = make(world);
    expect(
      world.runsAway(
        made.types[0]!.axes.some(({ id }) => id !== 'd')
          ? world.b.reduce(
              'max',
              made,
              made.types[0]!.axes.map(({ id }) => id).filter((id) => id !== 'd'),
            )
          : made,
      ),
    ).toBe(expected);
  });
});

it('of a loop inside nothing is known', () => {
  const w = new World();
  const { b } = w;
  const s = b.argument(floats(d));
  const inner = b.scan({ axis: e, position: b.step(e), xs: [], states: [{ arg: s, init: w.h, next: b.binary('add', s, w.x) }], emits: [] });
  expect(w.runsAway(b.result(inner, 0))).toBe(true);
});
