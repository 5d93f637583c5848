import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { printGraph } from '../../compiler/graph/print.ts';
import { Dependence, nameOf, reachable } from '../../compiler/graph/walk.ts';
import { axis, floats, literal, run } from './support.ts';

const [time, d] = [axis('time'), axis('d', 2)];

/** A vanilla RNN over `x`, and the softmax of its last state. */
function rnn(b: Builder): Node {
  const x = b.input('x', floats(time, d));
  const W = b.parameter('W', [d]);
  const [arg, state] = [b.argument(floats(d)), b.argument(floats(d))];
  const scaled = b.at({ file: 'rnn.attn', start: 0, end: 1, name: 'scaled' }).unary('exp', W);
  const next = b.unary('tanh', b.binary('add', b.binary('mul', state, scaled), arg));
  const scan = b.scan({
    axis: time,
    position: b.step(time),
    xs: [{ arg, value: x }],
    states: [{ arg: state, init: literal(b, [0, 0], [d]), next }],
    emits: [next],
  });
  return b.softmax(b.result(scan, 0), 'd');
}

describe('dependence', () => {
  it('says in which region a node stands', () => {
    const nodes = reachable([rnn(new Builder())]);
    const of = (kind: string, fn?: string): number => {
      const node = nodes.find(({ op }) => op.kind === kind && (fn === undefined || ('fn' in op && op.fn === fn)));
      return node === undefined ? -1 : new Dependence().of(node).size;
    };
    expect([of('unary', 'exp'), of('unary', 'tanh'), of('scan'), of('softmax')]).toEqual([0, 2, 0, 0]);
  });

  it('walks long chains', () => {
    const b = new Builder();
    let node = b.constant(1);
    for (let k = 0; k < 30_000; k++) node = b.unary('neg', node);
    expect(reachable([node])).toHaveLength(30_001);
    expect(run(node)).toBe(1);
  });
});

describe('printing', () => {
  it('is readable and does not depend on ids', () => {
    const [b, late] = [new Builder(), new Builder()];
    for (let k = 0; k < 5; k++) late.constant(k);
    const text = printGraph(new Map([['p', rnn(b)]]));
    expect(printGraph(new Map([['p', rnn(late)]]))).toBe(text);
    expect(text).toBe(`%0 = input x : [time, d: 2]
%1 = constant 0 : []
%2 = constant 0 : []
%3 = parameter W : [d: 2]
%4 = concat[d: 2] of [1, 1](%1, %2) : [d: 2]
%5 = exp(%3) : [d: 2]  // scaled
%12 = scan[time](%0, %4) : [d: 2]; [time, d: 2]
  %6 = argument : index(time)[]
  %7 = argument : [d: 2]
  %8 = argument : [d: 2]
  %9 = mul(%8, %5) : [d: 2]
  %10 = add(%9, %7) : [d: 2]
  %11 = tanh(%10) : [d: 2]
  yield %11, %11
%13 = result 0(%12) : [d: 2]
%14 = softmax[d](%13) : [d: 2]
p = %14
`);
  });
});

describe('names', () => {
  it('are those of the program, whatever axis or type a value takes on', () => {
    const b = new Builder();
    const W = b.parameter('context.Additive.W', [d]);
    const named = b.at({ file: 'rnn.attn', start: 0, end: 1, name: 'scaled' }).unary('exp', W);
    const other = axis('other', 2);
    expect(
      [W, named, b.rename(named, 'd', other), b.broadcast(W, [axis('r', 3), d]), b.unary('float', b.rename(W, 'd', other))].map(nameOf),
    ).toEqual(['W', 'scaled', 'scaled', 'W', 'W']);
    expect([b.unary('neg', W), b.binary('add', W, W), b.constant(1)].map(nameOf)).toEqual([null, null, null]);
  });
});
