import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { argumentType, typeOf } from '../../compiler/graph/infer.ts';
import { finiteDifference } from '../../compiler/oracle/interpret.ts';
import { showType, tensor } from '../../compiler/graph/spaces.ts';
import { axis, bindings, dim, FLOAT, floats, literal, run } from './support.ts';

const [time, d] = [axis('time', 4), axis('d', 2)];

/** s' = 10 s + x, emitting every s'. */
function digits(b: Builder, x: Node, init: Node, reversed = false): Node {
  const [arg, state] = [b.argument(floats()), b.argument(floats())];
  const next = b.binary('add', b.binary('mul', b.constant(10), state), arg);
  return b.scan({
    axis: time,
    reversed,
    position: b.step(time),
    xs: [{ arg, value: x }],
    states: [{ arg: state, init, next }],
    emits: [next],
  });
}

describe('scan', () => {
  const b = new Builder();
  const x = literal(b, [1, 2, 3, 4], [time]);

  it('runs forward', () => {
    const scan = digits(b, x, b.constant(0));
    expect(run(b.result(scan, 0))).toBe(1234);
    expect(run(b.result(scan, 1))).toEqual([1, 12, 123, 1234]);
  });

  it('runs reversed, emits at the positions they belong to', () => {
    const scan = digits(b, x, b.constant(0), true);
    expect(run(b.result(scan, 0))).toBe(4321);
    expect(run(b.result(scan, 1))).toEqual([4321, 432, 43, 4]);
  });

  it('of an empty axis gives the initial state', () => {
    const source = axis('source', dim('source', { ragged: true }));
    const [arg, state] = [b.argument(floats(d)), b.argument(floats(d))];
    const next = b.binary('add', arg, state);
    const scan = b.scan({
      axis: source,
      position: b.step(source),
      xs: [{ arg, value: b.input('x', floats(source, d)) }],
      states: [{ arg: state, init: literal(b, [5, 6], [d]), next }],
      emits: [next],
    });
    expect(run(b.result(scan, 0), { sizes: { source: 0 }, inputs: { x: [] } })).toEqual([5, 6]);
    expect(run(b.result(scan, 1), { sizes: { source: 0 }, inputs: { x: [] } })).toEqual([]);
    expect(
      run(b.result(scan, 0), {
        sizes: { source: 2 },
        inputs: {
          x: [
            [1, 2],
            [3, 4],
          ],
        },
      }),
    ).toEqual([9, 12]);
  });

  it('may read nodes around it, its step, and nest', () => {
    const inner = axis('inner', 2);
    const [state, deep] = [b.argument(floats()), b.argument(floats())];
    const [outerStep, innerStep] = [b.step(time), b.step(inner)];
    // Adds step * inner step + x[0], for each inner step.
    const product = b.unary('float', b.binary('mul', outerStep, innerStep));
    const free = b.gather(x, b.constant(0, 'int'), 'time', true);
    const within = b.scan({
      axis: inner,
      position: innerStep,
      xs: [],
      states: [{ arg: deep, init: state, next: b.binary('add', deep, b.binary('add', product, free)) }],
      emits: [],
    });
    const scan = b.scan({
      axis: time,
      position: outerStep,
      xs: [],
      states: [{ arg: state, init: b.constant(0), next: b.result(within, 0) }],
      emits: [],
    });
    expect(run(b.result(scan, 0))).toBe(4 * 2 * 1 + (0 + 1 + 2 + 3));
  });

  it('emits absence, step by step', () => {
    const arg = b.argument(floats());
    const odd = b.where(arg, b.binary('eq', b.binary('mod', arg, b.constant(2)), b.constant(1)));
    const scan = b.scan({ axis: time, position: b.step(time), xs: [{ arg, value: x }], states: [], emits: [odd] });
    expect(showType(scan.types[0]!)).toBe('[time: 4] where [time]');
    expect(run(b.result(scan, 0))).toEqual([1, null, 3, null]);
  });

  it('refuses a state whose next value is of another type', () => {
    const state = b.argument(floats());
    const parts = { axis: time, position: b.step(time), xs: [], emits: [] };
    expect(() => b.scan({ ...parts, states: [{ arg: state, init: b.constant(0), next: literal(b, [1, 2], [d]) }] })).toThrow(
      /next state 0 is \[d: 2\]/,
    );
    expect(() => b.scan({ ...parts, states: [{ arg: state, init: b.constant(0, 'int'), next: state }] })).toThrow(
      /initial state 0 is int \[\]/,
    );
  });
});

/** dot attention of one query on keys, called with whatever axes the arguments have besides. */
function attention(
  b: Builder,
  query: Node,
  keys: Node,
  bound: { query: string; key: string; d: string },
  extras: readonly Axis[],
  keyOut: Axis,
): Node {
  const [key, dIn] = [axis('key.in', keySize(keys, bound.key)), axis('d.in', 2)];
  const args = [
    [{ from: bound.query, to: dIn }],
    [
      { from: bound.key, to: key },
      { from: bound.d, to: dIn },
    ],
  ];
  const argument = (value: Node, n: number): Node => b.argument(argumentType(typeOf(value), args[n]!, extras));
  const [q, k] = [argument(query, 0), argument(keys, 1)];
  const w = b.softmax(b.contract(k, q, ['d.in']), 'key.in');
  const region = { args: [q, k], results: [w, b.contract(w, k, ['key.in'])] };
  const binding = {
    args,
    extras,
    results: [[{ from: 'key.in', to: keyOut }], [{ from: 'd.in', to: axis('d', 2) }]],
  };
  return b.call('Attention', region, binding, [query, keys]);
}

function keySize(keys: Node, id: string): number {
  const space = keys.types[0]!.axes.find((one) => one.id === id)?.space;
  return space?.kind === 'anon' ? Number(space.size.key) : NaN;
}

describe('call', () => {
  const b = new Builder();
  const [source, key] = [axis('source', 3), axis('key', 3)];
  const X = literal(
    b,
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    [source, d],
  );
  const weightsOf = (q: readonly number[], keys: readonly (readonly number[])[]): readonly number[] => {
    const e = keys.map((k) => Math.exp(k[0]! * q[0]! + k[1]! * q[1]!));
    return e.map((one) => one / e.reduce((m, n) => m + n));
  };
  const rows = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];

  it('binds two formals to one axis of the caller: self-attention', () => {
    const call = attention(b, X, X, { query: 'd', key: 'source', d: 'd' }, [source], key);
    expect(call.types.map(showType)).toEqual(['[source: 3, key: 3]', '[source: 3, d: 2]']);
    const expected = rows.map((q) => weightsOf(q, rows).map((w) => expect.closeTo(w, 12)));
    expect(run(b.result(call, 0))).toEqual(expected);
  });

  it('loops over several extras, each argument with its own', () => {
    const [heads, target] = [axis('heads', 2), axis('target', 2)];
    const queries = [
      [1, 2],
      [3, -1],
    ];
    const banks = [rows, rows.map(([p, q]) => [2 * p!, -q!])];
    const call = attention(
      b,
      literal(b, queries, [target, d]),
      literal(b, banks, [heads, source, d]),
      { query: 'd', key: 'source', d: 'd' },
      [target, heads],
      key,
    );
    expect(showType(call.types[0]!)).toBe('[target: 2, heads: 2, key: 3]');
    expect(run(b.result(call, 0))).toEqual(queries.map((q) => banks.map((bank) => weightsOf(q, bank).map((w) => expect.closeTo(w, 12)))));
  });

  it('lets a mask in from outside, over a formal and over an extra', () => {
    const query = axis('query', 3);
    const keys = b.where(X, b.binary('le', b.position(source), b.position(query)));
    const call = attention(b, b.rename(X, 'source', query), keys, { query: 'd', key: 'source', d: 'd' }, [query], key);
    const w = rows.map((q, t) => [...weightsOf(q, rows.slice(0, t + 1)), 0, 0].slice(0, 3).map((one) => expect.closeTo(one, 12)));
    expect(run(b.result(call, 0))).toEqual(w);
    // An element that is absent as a whole gives absent results.
    const some = b.where(X, literal(b, [true, false, true], [source], 'bool'));
    const lifted = attention(b, some, b.rename(X, 'source', key), { query: 'd', key: 'key', d: 'd' }, [source], key);
    expect(run(b.reduce('sum', b.result(lifted, 0), ['key']))).toEqual([expect.closeTo(1, 12), null, expect.closeTo(1, 12)]);
  });

  it('draws anew for each element and each step that it is given', () => {
    const arg = b.argument(floats());
    const noise = b.binary('add', arg, b.random('uniform', 0, 'noise', [d]));
    const call = b.call('Noise', { args: [arg], results: [noise] }, { args: [[]], extras: [source], results: [[{ from: 'd', to: d }]] }, [
      literal(b, [0, 0, 0], [source]),
    ]);
    const random = (_: unknown, at: readonly number[]): number => at.reduce((n, place) => 10 * n + place, 0);
    expect(run(b.result(call, 0), { random })).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
    const step = b.step(time);
    const inLoop = b.argument(floats());
    const at = b.argument(typeOf(step));
    const noisy = b.binary('add', inLoop, b.random('uniform', 0, 'again', [d], [at]));
    const again = b.call(
      'Noise',
      { args: [inLoop, at], results: [noisy] },
      { args: [[], []], extras: [], results: [[{ from: 'd', to: d }]] },
      [b.binary('mul', b.unary('float', step), b.constant(0)), step],
    );
    const scan = b.scan({ axis: time, position: step, xs: [], states: [], emits: [b.result(again, 0)] });
    expect(run(b.result(scan, 0), { random })).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
      [30, 31],
    ]);
  });

  it('refuses an axis that is neither bound nor an extra', () => {
    expect(() => attention(b, X, X, { query: 'd', key: 'source', d: 'd' }, [], key)).toThrow(/source: 3 is neither bound nor an extra/);
  });
});

describe('finite differences', () => {
  it('agree with the derivative', () => {
    const b = new Builder();
    const W = b.parameter('W', [d]);
    const loss = b.reduce('sum', b.binary('mul', W, b.unary('tanh', W)), ['d']);
    const at = [0.3, -0.8];
    const expected = at.map((w) => Math.tanh(w) + w * (1 - Math.tanh(w) ** 2));
    const given = finiteDifference(loss, bindings({ parameters: { W: at } }), 'W', [0, 1]);
    expect(given).toEqual(expected.map((g) => expect.closeTo(g, 8)));
  });
  it('are of scalars', () => {
    const b = new Builder();
    const W = b.leaf({ kind: 'parameter', path: 'W' }, tensor(FLOAT, [d]));
    expect(() => finiteDifference(W, bindings({ parameters: { W: [1, 2] } }), 'W', [0])).toThrow(/not a scalar/);
  });
});
