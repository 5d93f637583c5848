/** Graphs as text: every attribute that tells two operations apart is to be seen. */
import { expect, it } from 'vitest';
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Op } from '../../compiler/graph/graph.ts';
import { printAround, printGraph, showOp } from '../../compiler/graph/print.ts';
import { axis, floats } from './support.ts';

const [a, c] = [axis('a', 3), axis('c')];

it.each<[Op, string]>([
  [
    { kind: 'length', dim: { id: 'c', label: 'c', size: size.atom('c'), ragged: true, origin: size.int(0), mayBeEmpty: false } },
    'length c',
  ],
  [{ kind: 'random', draw: 'keep', rate: 0.5, site: 's', axes: [c] }, 'random keep 0.5 s[c]'],
  [{ kind: 'random', draw: 'uniform', rate: 0, site: 's', axes: [] }, 'random uniform s[]'],
  [{ kind: 'across', fn: 'mean', axes: ['a'] }, 'mean[examples, a]'],
  [{ kind: 'softmax', axis: 'a', log: false }, 'softmax[a]'],
  [{ kind: 'softmax', axis: 'a', log: true }, 'log softmax[a]'],
  [{ kind: 'argmax', axis: 'a' }, 'argmax[a]'],
  [{ kind: 'gather', axis: 'a', inside: true }, 'gather[a] inside'],
  [{ kind: 'gather', axis: 'a', inside: false }, 'gather[a]'],
  [{ kind: 'scatter', axis: a, over: ['c'] }, 'scatter[a: 3] over [c]'],
  [{ kind: 'onehot', axis: c }, 'onehot[c]'],
  [{ kind: 'concat', axis: a, parts: ['c', null] }, 'concat[a: 3] of [c, 1]'],
  [{ kind: 'slice', axis: 'a', start: size.int(1), into: null }, 'slice[a from 1]'],
  [{ kind: 'slice', axis: 'a', start: size.int(1), into: c }, 'slice[a from 1] into c'],
  [{ kind: 'shift', axis: 'a', by: size.int(2), circular: true }, 'shift[a by 2, circular]'],
  [{ kind: 'shift', axis: 'a', by: size.int(-2), circular: false }, 'shift[a by -2]'],
  [{ kind: 'merge', axes: ['a', 'c'], into: axis('all', 6) }, 'merge[(a, c) as all: 6]'],
  [{ kind: 'cumprod', axis: 'a', exclusive: true, reversed: true }, 'cumprod[a] exclusive reversed'],
  [{ kind: 'cumsum', axis: 'a', exclusive: false, reversed: false }, 'cumsum[a]'],
  [{ kind: 'permute', order: ['c', 'a'] }, 'permute[c, a]'],
  [{ kind: 'reshape', axes: [c, a] }, 'reshape[c, a: 3]'],
  [{ kind: 'past', axis: c }, 'past[c]'],
  [{ kind: 'append', axis: c, before: 'c', keep: null }, 'append[c]'],
  [{ kind: 'append', axis: c, before: 'c', keep: size.int(4) }, 'append[c] keep 4'],
  [{ kind: 'clock', axis: c, region: { args: [], results: [] } }, 'clock[c]'],
  [{ kind: 'check', what: 'too large' }, 'check too large'],
  [{ kind: 'before', axis: 'c', by: size.int(2) }, 'before[c] by 2'],
])('%j', (op, text) => {
  expect(showOp(op)).toBe(text);
});

it('a loop has its body beneath it, read in reverse or not, and names behind what has them', () => {
  const b = new Builder();
  const [xt, s] = [b.argument(floats()), b.argument(floats())];
  const scan = b.at({ ...b.origin, name: 'run' }).scan({
    axis: a,
    reversed: true,
    position: b.step(a),
    xs: [{ arg: xt, value: b.input('x', floats(a)) }],
    states: [{ arg: s, init: b.constant(0), next: b.binary('add', s, xt) }],
    emits: [],
  });
  expect(printGraph([b.result(scan, 0)])).toMatch(/scan\[a: 3\] reversed\(.*\n.*argument(.*\n)+.*add(.*\n)+ +yield %\d+/u);
});

it('a node is shown with what it reads and what reads it', () => {
  const b = new Builder();
  const x = b.input('x', floats(a));
  const y = b.unary('tanh', x);
  const z = b.unary('neg', y);
  expect(printAround(y, [z])).toMatch(/^ {2}%\d+ = input x.*\n> %\d+ = tanh.*\n {2}%\d+ = neg/u);
});
