/** Axes whose size is made of ragged dims: strided windows, pooling, repeats, results of valid convolutions. */
import { describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { agrees, exampleOf, type Example } from './support.ts';

const lengths =
  (...source: readonly number[]) =>
  (program: Program): Example[] =>
    source.map((n, k) => exampleOf(program, { source: n, target: 1 + (n % 3), extra: n % 3, a: n }, k + 1));

const each: Readonly<Record<string, readonly [dims: string, result: string, body: string, lengths?: readonly number[]]>> = {
  'every second position': ['half = ceil(source / 2)', '[half, d]', 'tanh(Linear[d](x))[source = 2 * position[half]] else 0'],
  'pooling by two': ['half = ceil(source / 2)', '[half, d]', 'max[k](tanh(Linear[d](x))[source = 2 * position[half] + position[k]])'],
  'pooling by two, whole pairs only': [
    'half = floor(source / 2)',
    '[half, d]',
    'mean[k](tanh(Linear[d](x))[source = 2 * position[half] + position[k]])',
    [2, 7, 4],
  ],
  'a strided convolution': [
    'third = ceil(source / 3)',
    '[third, d]',
    'param W: [d <- m, d];  W @ x[source = 3 * position[third] + position[m]]',
  ],
  'a valid convolution': [
    'valid = source - 2',
    '[valid, d]',
    'param W: [d <- p, d];  y = W @ x[source = position[valid] + position[p]];  y / sum[valid](y ^ 2)',
    [3, 7, 4],
  ],
  'one layer on another': [
    'half = ceil(source / 2), quarter = ceil(half / 2)',
    '[quarter, d]',
    'param W, V: [d <- m, d];  y = tanh(W @ x[source = 2 * position[half] + position[m]]);  V @ y[half = 2 * position[quarter] + position[m]]',
  ],
  'each position twice': [
    'twice = 2 * source',
    '[twice, d]',
    'y = tanh(Linear[d](x))[source = floor(position[twice] / 2)] else 0;  y * softmax[twice](y)',
  ],
  'a sequence behind itself': ['twice = 2 * source', '[twice, d]', 'y = concat[source as twice](x, Linear[d](x));  cumsum[twice](y)'],
  'pairs of positions': [
    'pairs = source * target',
    '[pairs]',
    'q = (sum[d](x) * sum[d](t))[(source, target) as pairs];  softmax[pairs](q) * position[pairs]',
  ],
  'pairs and back': [
    'pairs = source * target',
    '[source, target]',
    'q = (sum[d](x) * sum[d](t))[(source, target) as pairs];  (q * softmax[pairs](q))[pairs as (source, target)]',
  ],
  'positions and features on one axis': [
    'flat = source * d',
    '[source, d]',
    'w = softmax[flat](x[(source, d) as flat]) * position[flat];  w[flat as (source, d)]',
  ],
  'split into pairs': ['half = source / 2', '[half, d]', 'y = x[source as (half, two)];  max[two](y) - min[two](y)', [2, 6, 4]],
  'an attention over what is left': [
    'half = ceil(source / 2)',
    '[source, d]',
    'y = mean[k](x[source = 2 * position[half] + position[k]]);  Dot(x, y, Linear[d, in = d](y))',
  ],
  'a scan over what is left': [
    'half = ceil(source / 2)',
    '[half, d]',
    "y = mean[k](x[source = 2 * position[half] + position[k]]);  scan half reversed with yt = y { state h: [d] = 0;  h' = GRU(yt, h);  emit h' }",
  ],
  'round an axis, and held at its ends': [
    'most = max(source, target)',
    '[source, d]',
    'y = tanh(Linear[d](x));  y[source = (position[source] + 2) mod source] * y[source = clamp(position[source] - 1, 0, source - 1)]',
  ],
  'a length as a number': ['half = ceil(source / 2)', '[d]', 'sum[source](x) / half + half'],
  'the last of what is left': [
    'half = ceil(source / 2)',
    '[d]',
    'y = x[source = 2 * position[half]] else 0;  y[half = last] + y[half = first]',
  ],
  'an axis that may be empty': [
    'double = 2 * extra',
    '[d]',
    'param v: [d];  y = concat[extra as double](e, e) * v;  sum[double](y) + mean[double](y) + max[double](y)',
    [3, 4, 5, 6],
  ],
  'the larger of two': [
    'most = max(source, target)',
    '[most, d]',
    'i = 0 + position[most];  (x[source = i] else 0) + (t[target = i] else 0)',
  ],
};

describe('axes made of ragged dims: the padded batch is each example alone', () => {
  it.each(Object.entries(each))('%s', async (_what, [dims, result, body, own = [1, 7, 4, 2]]) => {
    const more = [
      ...(body.includes('e)') && dims.includes('extra') ? ['e: [extra, d]'] : []),
      ...(/target/.test(dims) ? ['t: [target, d]'] : []),
    ]
      .map((input) => `, ${input}`)
      .join('');
    const text = `dim source: ragged, target: ragged, extra: ragged 0.., d = 3, ${dims}
const dim k = 0..1, m = -1..1, p = 0..2, two = 2
model M(x: [source, d]${more}) -> y: ${result} { ${body} }
objective O for M { loss = sum${result}(0.5 * y ^ 2);  optimizer sgd(rate = 0.1) }`;
    await agrees(text, lengths(...own));
  });

  it.each(['ragged', '5'])('a window with a stride is moves of whole tensors, of an axis that is %s', async (source) => {
    const text = `dim source${source === 'ragged' ? ': ragged' : ' = 5'}, half = ceil(source / 2), third = floor(source / 3), d = 3
const dim m = -1..1, p = 0..2
model M(x: [source, d]) -> { y: [half, d], z: [third, d] } {
  param W: [d <- m, d], V: [d <- p, d]
  { y = W @ x[source = 2 * position[half] + position[m]], z = V @ x[source = 3 * position[third] + position[p]] }
}
objective O for M { loss = sum[half, d](y ^ 2) + sum[third, d](z ^ 3);  optimizer sgd(rate = 0.1) }`;
    const { code } = await agrees(text, source === 'ragged' ? lengths(3, 7, 5, 4) : lengths(5, 5));
    expect(code).not.toMatch(/gather|scatter|egment/);
  });

  it('an input may have such an axis, and is checked', async () => {
    const { model } = await agrees(
      'dim source: ragged, twice = 2 * source, more = 1 + source\nmodel M(x: [source], y: [twice], z: [more]) -> [] { sum[source](x) + mean[twice](y) + max[more](z) }',
      [
        { x: [1], y: [1, 2], z: [4, 5] },
        { x: [1, 2, 3], y: [1, 2, 3, 4, 5, 6], z: [7, 1, 2, 3] },
      ],
    );
    await expect(model.forward([{ x: [1, 2], y: [1, 2, 3], z: [1, 2, 3] }])).rejects.toThrow(
      'example 0: `y[twice]` has 3 positions, but `twice` has 4 positions in this example',
    );
  });

  it('the dim itself is told where no input has it', async () => {
    const { model } = await agrees('dim source: ragged, twice = 2 * source\nmodel M(y: [twice]) -> [] { mean[twice](y) }', [
      { source: 1, y: [1, 2] },
      { source: 3, y: [1, 2, 3, 4, 5, 7] },
    ]);
    await expect(model.forward([{ y: [1, 2] }])).rejects.toThrow('`source`');
  });

  it('an example with no position of it is refused', async () => {
    const { model } = await agrees(
      'dim source: ragged, valid = source - 2\nmodel M(x: [source]) -> [valid] { x[source = position[valid] + 2] else 0 }',
      [{ x: [1, 2, 3] }, { x: [1, 2, 3, 4] }],
    );
    await expect(model.forward([{ x: [1, 2, 3] }, { x: [1, 2] }])).rejects.toThrow(
      '`1` must be at most `source - 2` (0): `valid` has one position or more',
    );
  });
});
