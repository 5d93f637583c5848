import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { hold } from '../../compiler/passes/absence/hold.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { size } from '../../compiler/size/size.ts';
import { axis, floats, INT } from '../graph/support.ts';
import { checked } from './support.ts';

const a = axis('a');
const c = axis('c');
const b = new Builder();
const x = b.input('x', floats(a));
const w = b.input('w', floats(c));
const zero = b.constant(0);
const positive = (of: Node): Node => b.binary('gt', of, zero);
const bindings = {
  sizes: new Map([
    ['a', 3],
    ['c', 2],
  ]),
  inputs: new Map([
    ['x', [0, 2, -1]],
    ['w', [1, 3]],
    ['n', [0, 2, 5]],
  ]),
  parameters: new Map<string, Float64Array>(),
};

const inverse = b.binary('div', b.constant(1), x);
const total = b.reduce('sum', b.unary('log', w), ['c']);

function selects(roots: Roots): number {
  return reachable([...roots.values()]).filter(({ op }) => op.kind === 'select').length;
}

describe('hold', () => {
  it.each<[string, Node, number]>([
    ['a division in a branch', b.select(positive(x), inverse, zero), 1],
    [
      'a division that others read too',
      b.binary('add', b.select(positive(x), inverse, zero), b.select(positive(x), b.binary('mul', inverse, x), zero)),
      1,
    ],
    ['a choice in a choice', b.select(positive(x), b.select(b.binary('gt', x, b.constant(1)), inverse, b.unary('sqrt', x)), x), 2],
    ['an operand without the axes of the condition', b.select(positive(x), b.binary('div', x, w), zero), 1],
    ['what cannot leave its domain', b.select(positive(x), b.binary('div', x, b.constant(2)), zero), 0],
    ['what is divided by a number below 0', b.select(positive(x), b.binary('div', x, b.constant(-2)), zero), 0],
    [
      'what is divided by a product that may have any sign, and 1',
      b.select(positive(x), b.binary('div', x, b.binary('add', b.binary('sub', x, b.unary('relu', x)), b.constant(1))), zero),
      1,
    ],
    ['what is divided by a size', b.select(positive(x), b.binary('div', x, b.unary('float', b.size(size.int(3)))), zero), 0],
    ['what is divided by 0', b.select(positive(x), b.binary('div', x, zero), zero), 1],
    ['what is divided by a whole number', b.select(positive(x), b.binary('div', x, b.input('n', tensor(INT, [a]))), zero), 1],
    [
      'a choice of two conditions, one of which does not hold',
      b.select(b.binary('and', b.unary('not', positive(x)), b.binary('lt', x, b.constant(1))), b.unary('sqrt', b.unary('neg', x)), x),
      1,
    ],
    [
      'a choice of one of two conditions, read where neither holds',
      b.select(b.binary('or', b.unary('not', positive(x)), b.binary('gt', x, b.constant(5))), x, inverse),
      1,
    ],
    ['what a slice takes', b.slice(b.unary('log', w), 'c', size.int(0), null), 1],
    ['all that a slice takes', b.slice(b.unary('log', w), 'c', size.int(0), axis('c')), 0],
    ['what a shift keeps', b.shift(b.unary('log', w), 'c', size.int(1)), 1],
    ['what goes round', b.shift(b.unary('log', w), 'c', size.int(1), true), 0],
    ['what an index takes', b.gather(b.unary('log', w), b.constant(1, 'int'), 'c', true), 1],
    ['behind a reduction', b.select(positive(x), b.binary('mul', x, total), zero), 0],
  ])('%s: the same values, held where they are not read', (_name, node, more) => {
    const before: Roots = new Map([['y', node]]);
    const after = checked('batched', hold(before));
    const [p, q] = [before, after].map((roots) => interpret([roots.get('y')!], bindings)[0]!);
    expect(q!.axes).toEqual(p!.axes);
    expect([...q!.data]).toEqual([...p!.data]);
    expect(selects(after) - selects(before)).toBe(more);
  });
});
