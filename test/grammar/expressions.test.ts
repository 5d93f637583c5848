import { describe, expect, it } from 'vitest';
import { bound } from './tree.ts';

describe('operators bind as the table says', () => {
  it.each([
    ['a + b * c', '(a + (b * c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b * c', '((a / b) * c)'],
    ['2 ^ 3 ^ x', '(2 ^ (3 ^ x))'],
    ['-x ^ 2', '(- (x ^ 2))'],
    ['x ^ -2 * y', '((x ^ (- 2)) * y)'],
    ['-a @ b', '((- a) @ b)'],
    ['a @ b * c', '((a @ b) * c)'],
    ['W @[dk, k] x + b', '((W @[dk k] x) + b)'],
    ['a * -b', '(a * (- b))'],
    ['a mod b + c', '((a mod b) + c)'],
    ['a + b <= c - d', '((a + b) <= (c - d))'],
    ['not a == b', '(not (a == b))'],
    ['not a and b or c', '(((not a) and b) or c)'],
    ['a or b and c', '(a or (b and c))'],
    ['x where c else 0', '((x where c) else 0)'],
    ['x where a or b', '(x where (a or b))'],
    ['if c then a else b', '(if c then a else b)'],
    ['if c then a where d else b', '(if c then (a where d) else b)'],
    ['if c then a else b else d', '((if c then a else b) else d)'],
    ['if a then if b then c else d else e', '(if a then (if b then c else d) else e)'],
    ['if c then (a else b) else d', '(if c then (a else b) else d)'],
    ['1 + if c then a else b + 1', '(1 + (if c then a else (b + 1)))'],
    ['first go then x[y] + 1', '(first go then (x[y] + 1))'],
    ['first go then x else z', '((first go then x) else z)'],
    ['x[a = first] + x[a = last - 1]', '(x[a=first] + x[a=(last - 1)])'],
    ["h' * c'", "(h' * c')"],
    ['true and false', '(true and false)'],
    ['F per heads (x, y)[heads as h]', '<F per heads>(x, y)[heads as h]'],
    ['F per (a, b) (x)', '<F per a b>(x)'],
    ['Embed[out = 3](x).weights', 'Embed[out=3](x).weights'],
    ['G(sample normal[latent](), label)', 'G(<sample normal[latent]()>, label)'],
    ['softmax[k <= q](e)', 'softmax[(k <= q)](e)'],
    ['cumprod[rank](u[order], exclusive)', 'cumprod[rank](u[order], exclusive)'],
    ['sum[height, dy by tall = 2 * i](x)', 'sum[height dy by tall=(2 * i)](x)'],
    ['x[(height, width) as j][j as (height, width)]', 'x[height*width as j][j as height*width]'],
    ['x[upto time as key]', 'x[upto time as key]'],
    ['unit[in..](x)', 'unit[in..](x)'],
    ['f(x, bias: b, rate = 2)', 'f(x, bias: b, rate: 2)'],
    ['{ a = 1, b = { c = 2 } }', '{a=1, b={c=2}}'],
    ['a +\n b\n - c', '((a + b) - c)'],
    ['f(a\n)\n * 2', '(f(a) * 2)'],
    ['W @[k]\n x', '(W @[k] x)'],
  ])('%s', (text, tree) => {
    expect(bound(text)).toBe(tree);
  });
});

describe('clause words are names where no clause may stand', () => {
  it.each([
    ['model / heads', '(model / heads)'],
    ['state + scan * repeat', '(state + (scan * repeat))'],
    ['match(x) + sample', '(match(x) + sample)'],
    ['x[state = param, emit as update]', 'x[state=param, emit as update]'],
    ['index[end] - start', '(index[end] - start)'],
    ['over ^ rank', '(over ^ rank)'],
  ])('%s', (text, tree) => {
    expect(bound(text)).toBe(tree);
  });
});
