/** What is written into a clock when it is opened: one mask, where nothing makes later positions 0 already. */
import { describe, expect, it } from 'vitest';
import type { Axis, Node, Op } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { anchorOf, upToNow } from '../../compiler/passes/clock/clock.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { axis, BOOL, dim, floats } from '../graph/support.ts';

const time = axis('time', dim('time', { ragged: true }));
const [key, other]: readonly Axis[] = ['key', 'other'].map((id) => ({ ...time, id }));
const [d, e] = [axis('d', 3), axis('e', 3)];

class World {
  readonly m = new GraphBuilder();

  input(name: string, ...axes: Axis[]): Node {
    return this.m.leaf({ kind: 'input', name }, floats(...axes));
  }

  upTo(over = key, from = time): Node {
    return this.m.binary('le', this.m.position(over!), this.m.position(from));
  }

  where(x: Node, condition: Node): Node {
    return this.m.make({ kind: 'where' }, [x, condition]);
  }

  weights(condition = this.upTo(), along = 'key', log = false): Node {
    return this.m.make({ kind: 'softmax', axis: along, log }, [this.where(this.input('e', time, key!, d), condition)]);
  }

  /** The operands that are not what they were. */
  held(op: Op, ...operands: Node[]): readonly number[] {
    return upToNow(this.m, op, operands, time.space).flatMap((operand, k) => (operand === operands[k] ? [] : [k]));
  }
}

const sum = (over: string, fn: 'sum' | 'mean' = 'sum'): Op => ({ kind: 'reduce', fn, axes: [over] });

describe('a sum of', () => {
  it.each<[string, boolean, (w: World) => Node]>([
    ['anything', true, (w) => w.input('x', time, key!)],
    ['weights', false, (w) => w.weights()],
    ['logarithms of weights', true, (w) => w.weights(w.upTo(), 'key', true)],
    ['weights over another axis', true, (w) => w.weights(w.upTo(), 'd')],
    ['weights of what holds elsewhere', true, (w) => w.weights(w.upTo(time, key))],
    ['weights of what is strictly before', true, (w) => w.weights(w.m.binary('lt', w.m.position(key!), w.m.position(time)))],
    ['weights of any condition', true, (w) => w.weights(w.m.leaf({ kind: 'input', name: 'c' }, tensor(BOOL, [time, key!])))],
    ['weights of all', true, (w) => w.m.make({ kind: 'softmax', axis: 'key', log: false }, [w.input('e', time, key!)])],
    ['weights made negative', false, (w) => w.m.unary('neg', w.weights())],
    ['weights without a slope', false, (w) => w.m.unary('stop', w.weights())],
    ['their exponentials', true, (w) => w.m.unary('exp', w.weights())],
    ['weights times something', false, (w) => w.m.mul(w.weights(), w.input('x', time))],
    ['something times weights', false, (w) => w.m.mul(w.input('x', key!, d), w.weights())],
    ['weights and something', true, (w) => w.m.add(w.weights(), w.input('x', time))],
    ['weights of which some are left out', false, (w) => w.where(w.weights(), w.m.leaf({ kind: 'input', name: 'c' }, tensor(BOOL, [d])))],
    ['weights repeated', false, (w) => w.m.broadcast(w.weights(), [e, time, key!, d])],
    ['what is repeated for all positions', true, (w) => w.m.broadcast(w.input('x', time), [time, key!])],
    ['weights one of whose axes has another name', false, (w) => w.m.rename(w.weights(), 'd', e)],
    ['weights contracted with something', false, (w) => w.m.contract(w.weights(), w.input('x', d), ['d'])],
    ['a choice of weights', true, (w) => w.m.select(w.m.leaf({ kind: 'input', name: 'c' }, tensor(BOOL, [d])), w.weights(), w.weights())],
  ])('%s: a mask %s', (_, expected, make) => {
    const w = new World();
    expect(w.held(sum('key'), make(w))).toEqual(expected ? [0] : []);
  });

  it('weights under another name', () => {
    const w = new World();
    expect(w.held(sum('other'), w.m.rename(w.weights(), 'key', other!))).toEqual([]);
    // Another place is meant then.
    expect(w.held(sum('key'), w.m.rename(w.weights(), 'time', other!))).toEqual([0]);
  });
});

describe('a mask', () => {
  const w = new World();
  const [x, y, wide] = [w.input('x', time, key!), w.input('y', key!), w.input('wide', key!, d, e)];

  it('is written for whatever counts positions, and for one operand', () => {
    expect(w.held(sum('key', 'mean'), w.weights())).toEqual([0]);
    expect(w.held({ kind: 'argmax', axis: 'key' }, w.weights())).toEqual([0]);
    expect(w.held({ kind: 'softmax', axis: 'key', log: false }, x)).toEqual([0]);
    expect(w.held({ kind: 'contract', axes: ['key'] }, x, y)).toEqual([1]);
    expect(w.held({ kind: 'contract', axes: ['key'] }, wide, x)).toEqual([1]);
    expect(w.held({ kind: 'contract', axes: ['key'] }, x, wide)).toEqual([0]);
    expect(w.held({ kind: 'contract', axes: ['key'] }, w.weights(), y)).toEqual([]);
    expect(w.held({ kind: 'contract', axes: ['d'] }, wide, w.input('z', time, d))).toEqual([]);
  });

  it("says that a position is at most the anchor's", () => {
    const held = upToNow(w.m, sum('key'), [x], time.space)[0]!;
    expect(held.inputs[1]).toBe(w.upTo());
  });

  it('is seen from the one other axis of the clock, from the one that a condition names, or from the step of a loop', () => {
    const three = w.input('three', time, key!, other!);
    const from = (node: Node): string => {
      const anchor = anchorOf(w.m, [node], key!, [key!], time.space);
      return anchor.kind === 'one'
        ? (anchor.axis?.id ?? 'a step')
        : anchor.kind === 'several'
          ? anchor.axes.map(({ id }) => id).join()
          : anchor.kind;
    };
    expect(from(x)).toBe('time');
    expect(from(y)).toBe('none');
    expect(from(three)).toBe('time,other');
    expect(from(w.where(three, w.upTo(key, other)))).toBe('other');
    const seen: string[] = [];
    w.m.scan(time, false, [], ({ position }) => {
      seen.push(from(w.m.mul(y, w.m.unary('float', w.m.unary('int', position)))));
      return { nexts: [], emits: [w.m.unary('float', w.m.unary('int', position))] };
    });
    w.m.scan(d, false, [], ({ position }) => {
      seen.push(from(w.m.mul(y, w.m.unary('float', w.m.unary('int', position)))));
      return { nexts: [], emits: [w.m.unary('float', w.m.unary('int', position))] };
    });
    expect(seen).toEqual(['a step', 'none']);
  });
});
