/** Arithmetic of ranges: the ends, exactly. */
import { describe, expect, it } from 'vitest';
import type { BinaryFn, UnaryFn } from '../../compiler/graph/graph.ts';
import { BINARY } from '../../compiler/graph/operations/binary.ts';
import { UNARY } from '../../compiler/graph/operations/unary.ts';
import { ANY, product, union, type Range } from '../../compiler/size/range.ts';

/** -0 is 0. */
const ends = ([low, high]: Range): Range => [low + 0, high + 0];

describe('of one', () => {
  it.each<[UnaryFn, Range, Range]>([
    ['neg', [-2, 5], [-5, 2]],
    ['abs', [2, 5], [2, 5]],
    ['abs', [-5, -2], [2, 5]],
    ['abs', [-2, 5], [0, 5]],
    ['abs', [-5, 2], [0, 5]],
    ['abs', [0, 3], [0, 3]],
    ['abs', [-3, 0], [0, 3]],
    ['relu', [-3, -1], [0, 0]],
    ['relu', [-3, 4], [0, 4]],
    ['relu', [2, 4], [2, 4]],
    ['floor', [-1.5, 2.5], [-2, 2]],
    ['float', [-2, 5], [-2, 5]],
    ['int', [-2, 5], [-2, 5]],
    ['stop', [-2, 5], [-2, 5]],
    ...(['sign', 'sin', 'cos', 'tanh', 'erf'] satisfies UnaryFn[]).map((fn): [UnaryFn, Range, Range] => [fn, [5, 9], [-1, 1]]),
    ['sigmoid', [5, 9], [0, 1]],
    ['not', [0, 1], [0, 1]],
    ...(['log', 'log1p'] satisfies UnaryFn[]).map((fn): [UnaryFn, Range, Range] => [fn, [5, 9], ANY]),
    ['expm1', [5, 9], [-1, Infinity]],
    ['silu', [-9, -5], [-0.3, 0]],
    ['silu', [5, 9], [-0.3, 9]],
    ['gelu_tanh', [-9, -5], [-0.2, 0]],
    ['gelu_tanh', [5, 9], [-0.2, 9]],
    ...(['exp', 'sqrt', 'rsqrt', 'softplus'] satisfies UnaryFn[]).map((fn): [UnaryFn, Range, Range] => [fn, [5, 9], [0, Infinity]]),
  ])('%s of %j is %j', (fn, x, expected) => {
    expect(ends(UNARY[fn].range(x))).toEqual(expected);
  });
});

describe('of two', () => {
  it.each<[Range, BinaryFn, Range, Range]>([
    [[1, 2], 'add', [10, 40], [11, 42]],
    [[1, 2], 'sub', [10, 40], [-39, -8]],
    [[2, 3], 'mul', [5, 7], [10, 21]],
    [[-2, 3], 'mul', [5, 7], [-14, 21]],
    [[-2, 3], 'mul', [-7, 5], [-21, 15]],
    [[-3, -2], 'mul', [-7, -5], [10, 21]],
    [[0, 3], 'mul', [-1, Infinity], [-3, Infinity]],
    [[0, 0], 'mul', ANY, [0, 0]],
    [[1, 5], 'max', [2, 4], [2, 5]],
    [[1, 5], 'min', [2, 4], [1, 4]],
    [[3, 8], 'div', [1, 2], [0, 8]],
    [[-8, -3], 'div', [1, 2], [-8, 0]],
    [[3, 8], 'div', [0.5, 2], ANY],
    [[2, 3], 'pow', [1, 2], [2, 9]],
    [[1, 3], 'pow', [0, 2], [1, 9]],
    [[1, 1], 'pow', [0, Infinity], [1, 1]],
    [[0.5, 3], 'pow', [1, 2], ANY],
    [[2, 3], 'pow', [-1, 2], ANY],
    [[3, 8], 'quot', [1, 2], [0, 8]],
    [[-8, -3], 'quot', [1, 2], [-8, 0]],
    [[-8, 3], 'quot', [2, 9], [-8, 3]],
    [[-8, 3], 'quot', [-2, -1], [-8, 8]],
    [[-3, 8], 'quot', [0.5, 2], [-8, 8]],
    [[2, 8], 'quot', [-2, -1], [-8, 8]],
    [[2, 8], 'quot', [-1, 2], ANY],
    [[2, 8], 'quot', [0, 2], ANY],
    [[2, 8], 'quot', [-2, 0], ANY],
    [[-9, 9], 'mod', [1, 5], [0, 4]],
    [[1, 2], 'mod', [0, 5], [0, 5]],
    [[1, 2], 'mod', [-5, -3], [-5, 2]],
    [[-7, -6], 'mod', [0, 3], [-7, 3]],
    [[1, 2], 'lt', [3, 4], [0, 1]],
  ])('%j %s %j is %j', (x, fn, y, expected) => {
    expect(ends(BINARY[fn].range(x, y, true))).toEqual(expected);
  });

  it('a remainder of what is not whole comes as near to its divisor as it likes', () => {
    expect(BINARY.mod.range([0, 9], [2, 5], false)).toEqual([0, 5]);
  });
});

it('a union reaches from the least to the most', () => {
  expect(
    union([
      [3, 4],
      [-1, 0],
      [2, 9],
    ]),
  ).toEqual([-1, 9]);
});

it('nothing times what has no end is nothing', () => {
  expect(ends(product([0, 0], ANY))).toEqual([0, 0]);
  expect(product([0, 2], [-Infinity, 3])).toEqual([-Infinity, 6]);
  expect(product([0, 1], ANY)).toEqual(ANY);
});
