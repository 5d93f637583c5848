/** `dim offset = -reach..reach`: positions that begin where a size says, of which no number is known while compiling. */
import { describe, expect, it } from 'vitest';
import { agreeEverywhere, emit, type Source } from './programs.ts';

const fit = (loss: string): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;

const cases: Readonly<Record<string, Source>> = {
  'a predicted window': {
    text: `dim source: ragged, k = 4, reach = 2
attention Window[reach](query: [q], keys: [key, k]) -> [k] {
  dim offset = -reach..reach
  param W: [q <- q], v: [q], U: [q <- k]
  p = key * sigmoid(v @ tanh(W @ query))
  s = floor(p) + position[offset]
  near = keys[key = s]
  g = softmax[offset](query @ (U @ near)) * exp(-(s - p) ^ 2 / (2 * (reach / 2) ^ 2))
  weights = sum[offset by key = s](g)
  sum[offset](g * near)
}
model M(x: [source, k]) -> y: [source, k] { Window[reach](x, x[source as here]) }${fit('sum[source, k](y ^ 2)')}`,
  },
  'a convolution as wide as is wished': {
    text: `dim source: ragged, d = 3, e = 2, reach = 1, offset = -reach..reach
model M(x: [source, d]) -> y: [source, e] { param W: [e <- offset, d];  W @ x[source = position[source] + position[offset]] }${fit('sum[source, e](y ^ 2)')}`,
  },
  'a rolled axis': {
    text: `dim d = 5, reach = 1, offset = -reach..reach
model M(x: [d]) -> y: [d] { param s: [offset] = normal(1);  sum[offset](softmax[offset](s) * x[d = (position[d] - position[offset]) mod d]) }${fit('sum[d](y ^ 2)')}`,
  },
  'positions given, chosen, first and last': {
    text: `dim source: ragged, d = 3, reach = 2, offset = -reach..reach
model M(x: [source, d], at: index(offset)[source]) -> y: [source] {
  param W: [offset <- d], b: [offset] = normal(1)
  a = W @ x + b
  best = argmax[offset](a)
  a[at] + a[best] * best + b[offset = first] + 2 * b[offset = last] + b[offset = 0]
}${fit('sum[source](y ^ 2)')}`,
  },
  'a loop over them': {
    text: `dim source: ragged, d = 3, reach = 1, offset = -reach..reach
model M(x: [source, d]) -> y: [source, d] {
  param W: [d <- d], speed: [offset] = normal(1)
  run = scan offset with v = speed { state h: [source, d] = x;  h' = v * tanh(W @ h) + position[offset] * h;  emit h' }
  run[offset = last]
}${fit('sum[source, d](y ^ 2)')}`,
  },
  'summed where they point': {
    text: `dim source: ragged, d = 3, low = 1, high = 3, offset = -low..high
model M(x: [source, d]) -> y: [offset] { param W: [d <- d];  sum[source, d by offset = position[source] - low](x * (W @ x)) }${fit('sum[offset](y ^ 2)')}`,
  },
};

agreeEverywhere(cases);

describe('a range', () => {
  it('says which positions an input may name', async () => {
    const { create } = await emit(cases['positions given, chosen, first and last']!);
    const one = { x: [[1, 2, 3]], at: [-3] };
    await expect(create({ seed: 1 }).forward([one])).rejects.toThrow('`at[source = 0]` is -3, outside `offset` (-2 … 2)');
    await expect(create({ dims: { reach: 3 }, seed: 1 }).forward([one])).resolves.toHaveLength(1);
  });

  it('has as many positions as follow from the dim that is given', async () => {
    const { create } = await emit(cases['a convolution as wide as is wished']!);
    const model = create({ dims: { reach: 3 }, seed: 1 });
    expect(model.parameters.map(({ size }) => size)).toEqual([2 * 7 * 3]);
  });
});
