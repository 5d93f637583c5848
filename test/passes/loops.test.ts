/** Loops, lifted calls and draws through all passes. */
import { describe, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Binding, Node } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, BOOL, dim, floats, INT } from '../graph/support.ts';
import { as, embed, gru, gruScan, hidden, map, SIZES as BASE, source, square, zeros } from './graphs.ts';
import { averaged, checked, data, expectEqual, expectGradients, expectSame, randomFrom } from './support.ts';

const SIZES = { ...BASE, heads: 2, steps: 3 };
const heads = axis('heads');
const steps = axis('steps');
const words = axis('word', dim('word', { ragged: true }));
const maybe = axis('maybe', dim('maybe', { ragged: true, mayBeEmpty: true }));
const LENGTHS = { source: [3, 1, 4], word: [2, 3, 1], maybe: [0, 2, 1] };

const total = (b: Builder, x: Node): Node =>
  b.reduce(
    'sum',
    b.binary('mul', x, x),
    x.types[0]!.axes.map(({ id }) => id),
  );

function lstm(b: Builder, x: Node, over: Axis, reversed: boolean): { readonly h: Node; readonly c: Node; readonly all: Node } {
  const xt = b.argument(floats(embed));
  const [h, c] = [b.argument(floats(hidden)), b.argument(floats(hidden))];
  const gate = (name: string): Node =>
    b.binary(
      'add',
      b.binary('add', map(b, `W${name}`, hidden, xt, embed), square(b, `U${name}`, h, hidden)),
      b.parameter(`b${name}`, [hidden]),
    );
  const cell = b.binary(
    'add',
    b.binary('mul', b.unary('sigmoid', gate('f')), c),
    b.binary('mul', b.unary('sigmoid', gate('i')), b.unary('tanh', gate('g'))),
  );
  const next = b.binary('mul', b.unary('sigmoid', gate('o')), b.unary('tanh', cell));
  const scan = b.scan({
    axis: over,
    reversed,
    position: b.step(over),
    xs: [{ arg: xt, value: x }],
    states: [
      { arg: h, init: b.unary('tanh', b.parameter('h0', [hidden])), next },
      { arg: c, init: zeros(b, [hidden]), next: cell },
    ],
    emits: [next],
  });
  return { h: b.result(scan, 0), c: b.result(scan, 1), all: b.result(scan, 2) };
}

const CASES: Record<string, (b: Builder) => Record<string, Node>> = {
  'an LSTM, forward': (b) => {
    const { h, c, all } = lstm(b, b.input('x', floats(source, embed)), source, false);
    return { h, c, all, loss: b.binary('add', total(b, h), b.binary('add', total(b, c), b.reduce('mean', all, ['source', 'hidden']))) };
  },
  'an LSTM, backward': (b) => {
    const { h, c, all } = lstm(b, b.input('x', floats(source, embed)), source, true);
    return { h, c, all, loss: b.binary('add', total(b, b.binary('mul', h, c)), total(b, all)) };
  },
  'a loop over what may be empty': (b) => {
    const { h, c } = lstm(b, b.input('x', floats(maybe, embed)), maybe, false);
    const back = gruScan(b, 'back', b.input('x', floats(maybe, embed)), maybe, embed, true);
    return { h, c, back: back.final, loss: b.binary('add', total(b, b.binary('add', h, c)), total(b, back.final)) };
  },
  'a loop over sentences of words': (b) => {
    // The inner loop starts from the outer state and reads the outer step.
    const x = b.input('x', floats(source, words, embed));
    const xt = b.argument(floats(words, embed));
    const s = b.argument(floats(hidden));
    const at = b.step(source);
    const wt = b.argument(floats(embed));
    const h = b.argument(floats(hidden));
    const next = gru(b, 'inner', b.binary('mul', wt, b.unary('cos', b.unary('float', at))), [embed], h);
    const inner = b.scan({
      axis: words,
      position: b.step(words),
      xs: [{ arg: wt, value: xt }],
      states: [{ arg: h, init: s, next }],
      emits: [b.binary('mul', next, s)],
    });
    const outer = gru(b, 'outer', b.result(inner, 0), [hidden], s);
    const scan = b.scan({
      axis: source,
      position: at,
      xs: [{ arg: xt, value: x }],
      states: [{ arg: s, init: zeros(b, [hidden]), next: outer }],
      emits: [outer, b.reduce('sum', b.result(inner, 1), ['word'])],
    });
    return {
      s: b.result(scan, 0),
      all: b.result(scan, 1),
      loss: b.binary('add', total(b, b.result(scan, 0)), total(b, b.result(scan, 2))),
    };
  },
  'a loop with a counter, a memory and masks': (b) => {
    const x = b.where(b.input('x', floats(source, embed)), b.input('seen', tensor(BOOL, [source])));
    const memory = map(b, 'V', hidden, b.input('m', floats(words, embed)), embed);
    const xt = b.argument({ ...floats(embed), masks: [[]] });
    const h = b.argument(floats(hidden));
    const n = b.argument(tensor(INT, []));
    const tape = b.argument(floats(words, hidden));
    const weights = b.softmax(b.contract(tape, h, ['hidden']), 'word');
    const read = b.contract(weights, b.binary('add', tape, memory), ['word']);
    const next = b.unary(
      'tanh',
      b.binary(
        'add',
        b.binary('add', read, map(b, 'W', hidden, b.otherwise(xt, b.parameter('none', [embed])), embed)),
        square(b, 'U', h, hidden),
      ),
    );
    const scan = b.scan({
      axis: source,
      position: b.step(source),
      xs: [{ arg: xt, value: x }],
      states: [
        { arg: h, init: b.reduce('mean', memory, ['word']), next },
        { arg: n, init: b.constant(0, 'int'), next: b.binary('add', n, b.constant(2, 'int')) },
        {
          arg: tape,
          init: b.broadcast(b.parameter('tape', [hidden]), [words, hidden]),
          next: b.binary('add', tape, b.binary('mul', weights, next)),
        },
      ],
      emits: [next, weights],
    });
    const [h1, n1, tape1, all, w] = [b.result(scan, 0), b.result(scan, 1), b.result(scan, 2), b.result(scan, 3), b.result(scan, 4)];
    return {
      h1,
      n1,
      tape1,
      all,
      w,
      loss: b.binary(
        'add',
        b.binary('mul', total(b, h1), b.unary('float', n1)),
        b.binary('add', total(b, b.reduce('sum', tape1, ['word'])), total(b, b.reduce('sum', w, ['source']))),
      ),
    };
  },
  'a loop with a readout that reads the step before': (b) => {
    const x = map(b, 'table', hidden, b.input('x', floats(source, embed)), embed);
    const xt = b.argument(floats(hidden));
    const h = b.argument(floats(hidden));
    const at = b.step(source);
    const dropped = b.binary('mul', xt, b.random('keep', 0.4, 'drop', [hidden], [at]));
    const next = gru(b, 'cell', dropped, [hidden], h);
    const readout = b.softmax(map(b, 'R', as('out', axis('out', 4)), b.binary('add', b.binary('mul', next, h), xt), hidden), 'out');
    const scan = b.scan({
      axis: source,
      position: at,
      xs: [{ arg: xt, value: x }],
      states: [{ arg: h, init: zeros(b, [hidden]), next }],
      emits: [readout, xt, h],
    });
    const [out, same, before] = [b.result(scan, 1), b.result(scan, 2), b.result(scan, 3)];
    return { out, same, before, loss: b.binary('add', total(b, out), b.binary('add', total(b, same), total(b, before))) };
  },
  'a state that forgets, and what is added in every step': (b) => {
    // The last state is the last step's; what is added, or multiplied from outside, is the same at all of them.
    const xt = b.argument(floats(embed));
    const [h, s] = [b.argument(floats(hidden)), b.argument(floats(hidden))];
    const outside = b.contract(b.parameter('W', [hidden, embed]), b.input('c', floats(embed)), ['embed']);
    const next = b.unary('tanh', map(b, 'V', hidden, xt, embed));
    const sum = b.binary('add', b.binary('mul', b.constant(0.5), s), b.binary('mul', outside, b.parameter('p', [hidden])));
    const emits = [b.binary('add', map(b, 'V', hidden, xt, embed), b.parameter('q', [hidden])), b.binary('mul', s, s)];
    const scan = b.scan({
      axis: source,
      position: b.step(source),
      xs: [{ arg: xt, value: b.input('x', floats(source, embed)) }],
      states: [
        { arg: h, init: b.input('h0', floats(hidden)), next },
        { arg: s, init: b.parameter('s0', [hidden]), next: sum },
      ],
      emits,
    });
    const [last, summed, all, both] = [b.result(scan, 0), b.result(scan, 1), b.result(scan, 2), b.result(scan, 3)];
    return {
      last,
      summed,
      all,
      both,
      loss: b.binary(
        'add',
        b.binary('add', total(b, last), total(b, summed)),
        b.binary('add', b.reduce('sum', all, ['source', 'hidden']), b.reduce('mean', both, ['source', 'hidden'])),
      ),
    };
  },
  'what is added in every step of a fixed number': (b) => {
    const [xt, h, last] = [b.argument(floats(hidden)), b.argument(floats(hidden)), b.argument(floats(hidden))];
    const next = b.binary('add', b.binary('mul', b.constant(0.5), h), xt);
    const emits = [
      b.binary('sub', b.binary('add', next, b.parameter('q', [hidden])), b.rename(b.parameter('p', [as('p', hidden)]), 'p', hidden)),
    ];
    const scan = b.scan({
      axis: steps,
      position: b.step(steps),
      xs: [{ arg: xt, value: b.input('x', floats(steps, hidden)) }],
      states: [
        { arg: h, init: b.parameter('h0', [hidden]), next },
        { arg: last, init: b.parameter('l0', [hidden]), next: b.unary('tanh', b.binary('mul', xt, b.parameter('k', [hidden]))) },
      ],
      emits,
    });
    const [forgotten, all] = [b.result(scan, 1), b.result(scan, 2)];
    return { forgotten, all, loss: b.binary('add', b.reduce('sum', all, ['steps', 'hidden']), total(b, forgotten)) };
  },
  'a product with what each example gives': (b) => {
    const xt = b.argument(floats(embed));
    const h = b.argument(floats(hidden));
    const next = b.unary(
      'tanh',
      b.binary(
        'add',
        b.binary(
          'add',
          b.contract(b.parameter('W', [hidden, embed]), b.binary('mul', xt, b.parameter('k', [embed])), ['embed']),
          b.parameter('p', [hidden]),
        ),
        b.binary('add', h, b.input('c', floats(hidden))),
      ),
    );
    const attended = b.contract(
      b.parameter('A', [heads, hidden]),
      b.binary('mul', b.input('c', floats(hidden)), b.reduce('sum', next, ['hidden'])),
      ['hidden'],
    );
    const scan = b.scan({
      axis: source,
      position: b.step(source),
      xs: [{ arg: xt, value: b.input('x', floats(source, embed)) }],
      states: [{ arg: h, init: zeros(b, [hidden]), next }],
      emits: [attended, b.parameter('e', [heads])],
    });
    const [all, same] = [b.result(scan, 1), b.result(scan, 2)];
    return { all, same, loss: b.binary('add', total(b, all), b.reduce('sum', same, ['source', 'heads'])) };
  },
  'a loop in a loop that draws in each step of both': (b) => {
    const [outer, inner] = [b.step(steps), b.step(source)];
    const xt = b.argument(floats(embed));
    const g = b.argument(floats(embed));
    const noisy = b.binary('mul', xt, b.random('uniform', 0, 'inner', [embed], [outer, inner]));
    const scan = b.scan({
      axis: source,
      position: inner,
      xs: [{ arg: xt, value: b.input('x', floats(source, embed)) }],
      states: [],
      emits: [map(b, 'W', hidden, noisy, embed)],
    });
    const next = b.unary(
      'tanh',
      b.binary('add', g, b.contract(b.reduce('sum', b.result(scan, 0), ['source']), b.parameter('U', [hidden, embed]), ['hidden'])),
    );
    const all = b.scan({ axis: steps, position: outer, xs: [], states: [{ arg: g, init: zeros(b, [embed]), next }], emits: [] });
    return { g: b.result(all, 0), loss: total(b, b.result(all, 0)) };
  },
  'a loop with draws of its own': (b) => {
    const at = b.step(source);
    const xt = b.argument(floats(embed));
    const h = b.argument(floats(hidden));
    const next = gru(b, 'cell', b.binary('mul', xt, b.random('uniform', 0, 'noise', [embed], [at])), [embed], h);
    const scan = b.scan({
      axis: source,
      reversed: true,
      position: at,
      xs: [{ arg: xt, value: b.input('x', floats(source, embed)) }],
      states: [{ arg: h, init: zeros(b, [hidden]), next }],
      emits: [],
    });
    return { h: b.result(scan, 0), loss: total(b, b.result(scan, 0)) };
  },
};

function through(roots: Roots): { readonly flat: Roots; readonly optimised: Roots } {
  const flat = checked('inlined', inline(checked('calls', roots)));
  const simple = checked('batched', simplify(checked('batched', batch(flat))));
  return { flat, optimised: checked('batched', simplify(checked('batched', vectorise(simple)))) };
}

describe.each(Object.entries(CASES))('%s', (_, make) => {
  const roots: Roots = new Map(Object.entries(make(new Builder())));
  const { flat, optimised } = through(roots);
  const given = data(roots, SIZES, LENGTHS, randomFrom(11));

  it('is the same in a padded batch', () => {
    expectEqual(roots, flat, given.examples[0]!);
    expectSame(roots, batch(flat), given);
    expectSame(roots, optimised, given);
  });

  it('has the gradients that differences show', () => {
    expectGradients(roots, averaged(optimised), given, { entries: 4 });
    expectGradients(roots, averaged(batch(flat)), given, { entries: 2 });
  });
});

describe('a lifted call', () => {
  /** F(x: [d], h: [d]) -> [d]: a loop over its own steps with a draw in each, called with x over heads. */
  function lifted(): Roots {
    const b = new Builder();
    const d = as('d', embed);
    const inner = as('inner', steps);
    const [x, h] = [b.argument(floats(d)), b.argument(floats(d))];
    const state = b.argument(floats(d));
    const at = b.step(inner);
    const mixed = b.contract(b.parameter('W', [embed, as('W.in', embed)]), b.rename(state, 'd', as('W.in', embed)), ['W.in']);
    const next = b.unary(
      'tanh',
      b.binary('add', b.rename(mixed, 'embed', d), b.binary('mul', x, b.random('keep', 0.3, 'F.drop', [d], [at]))),
    );
    const scan = b.scan({ axis: inner, position: at, xs: [], states: [{ arg: state, init: h, next }], emits: [state] });
    const region = { args: [x, h], results: [b.result(scan, 0), h, b.result(scan, 1)] };
    const binding: Binding = {
      args: [[{ from: 'embed', to: d }], [{ from: 'embed', to: d }]],
      extras: [heads, source],
      results: [
        [{ from: 'd', to: embed }],
        [{ from: 'd', to: embed }],
        [
          { from: 'inner', to: steps },
          { from: 'd', to: embed },
        ],
      ],
    };
    const call = b.call('F', region, binding, [
      b.binary('mul', b.input('x', floats(source, embed)), b.parameter('k', [heads, embed])),
      b.parameter('h', [embed]),
    ]);
    const [a, unchanged, tape] = [b.result(call, 0), b.result(call, 1), b.result(call, 2)];
    return new Map([
      ['a', a],
      ['unchanged', unchanged],
      ['tape', tape],
      ['loss', b.binary('add', total(b, a), b.binary('add', total(b, tape), total(b, unchanged)))],
    ]);
  }

  it('means the same inlined, batched and optimised, and has the right gradients', () => {
    const roots = lifted();
    const { flat, optimised } = through(roots);
    const given = data(roots, SIZES, { source: [2, 3] }, randomFrom(5));
    const alone = data(flat, SIZES, { source: [2, 3] }, randomFrom(5));
    // One draw for each coordinate, whatever of it the call's extras are.
    expectEqual(roots, flat, { ...given.examples[1]!, random: given.batch.random });
    expectSame(flat, optimised, alone);
    expectGradients(flat, averaged(optimised), alone);
  });
});
