/** `repeat` as a loop: a parameter for each round, whatever the round is made of; and written out where rounds differ. */
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { agrees, translating, type Subject } from './agrees.ts';
import { agreeEverywhere, emit, type Source } from './programs.ts';

const fit = (loss: string): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;

const cases: Readonly<Record<string, Source>> = {
  'layers with residuals, stacked': {
    text: `dim time: ragged, d = 3, layers = 3
block Layer(x: [time, d]) -> [time, d] { x + tanh(Linear[d](x)) }
model M(x: [time, d]) -> { y: [time, d], all: [layers, time, d] } { h = x;  all = repeat layers { h = LayerNorm(Layer(h));  emit h };  { y = h, all = all } }${fit('sum[time, d](y ^ 2) + sum[layers, time, d](sin(all))')}`,
  },
  'attention, whose weights are the last round’s, and stacked': {
    text: `dim time: ragged, d = 4, heads = 2, layers = 3
model M(x: [time, d]) -> { y: [time, d], w: [time, heads, key: time] } { h = x;  repeat layers { h = MultiHead[heads](h, h[time as key]) };  { y = h, w = h.weights } }${fit('sum[time, d](y ^ 2) + sum[time, heads, key](w ^ 2)')}`,
  },
  'several values, a record, another element type and an axis that the first value lacks': {
    text: `dim time: ragged, d = 3, layers = 3
block Two(a: [d], n: []) -> { a: [d], n: [] } { { a = tanh(Linear[d](a)) + n, n = n * 0.5 + mean[d](a) } }
model M(x: [time, d]) -> { y: [time, d], total: [time, d], count: [time] } {
  r = { a = x, n = 0.5 };  total = 0;  count = 1
  repeat layers as i { r = Two(r.a, r.n);  total = total + r.a * (i + 1);  count = count * 2 }
  { y = r.a, total = total, count = count + 0 * r.n }
}${fit('sum[time, d](y ^ 2 + total) + sum[time](count)')}`,
  },
  'rounds in rounds, and in a block that is called twice': {
    text: `dim time: ragged, d = 3, outer = 2, inner = 3
block Deep(x0: [d]) -> [d] { x = x0;  repeat outer { repeat inner { x = tanh(Linear[d](x)) };  x = x + RNN(x, x) };  x }
model M(x: [time, d]) -> y: [time, d] { Deep(x) + Deep(2 * x) }${fit('sum[time, d](y ^ 3)')}`,
  },
  'what is declared outside is shared by the rounds': {
    text: `dim time: ragged, d = 3, layers = 3
model M(x: [time, d]) -> y: [time, d] { let f = Linear[d];  param g: [d] = normal(1);  h = x;  repeat layers { let own = Linear[d];  h = tanh(f(h)) * g + own(own(h)) };  h }${fit('sum[time, d](y ^ 2)')}`,
  },
  'a scan in each round, reversed in one, and rounds in a scan': {
    text: `dim time: ragged, d = 3, layers = 2
model M(x: [time, d]) -> y: [time, d] {
  h = x
  repeat layers {
    a = scan time with xt = h { state s: [d] = learned;  s' = GRU(xt, s);  emit s' }
    h = a + scan time reversed with xt = a { state s: [d] = 0;  s' = RNN(xt, s);  emit s' }
  }
  scan time with xt = h { state s: [d] = 0;  z = xt;  repeat layers { z = tanh(Linear[d](z) + s) };  s' = z;  emit s' }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'per an axis': {
    text: `dim time: ragged, d = 3, groups = 2, layers = 3
block Deep(x0: [d]) -> [d] { x = x0;  repeat layers { x = tanh(Linear[d](x)) };  x }
model M(x: [time, d]) -> { a: [time, groups, d], b: [time, d] } {
  b = x;  repeat layers { b = sum[groups](Deep per groups (b)) }
  { a = Deep per groups (x), b = b }
}${fit('sum[time, groups, d](a ^ 2) + sum[time, d](b)')}`,
  },
  'what may be absent, inside the rounds': {
    text: `dim time: ragged, d = 3, layers = 2
model M(x: [time, d], c: bool[time]) -> y: [time, d] {
  h = x;  repeat layers { w = softmax[key](Linear[d](h) @ h[time as key] where c[time as key]);  h = h + (sum[key](w * h[time as key]) else 0) };  h
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'written out: sizes of the round, a match on it, an axis that grows, values that may be absent': {
    text: `dim time: ragged, d = 4, layers = 3
model M(x: [time, d], c: bool[time]) -> { a: [time, d], b: [time, d], g: [time, wide: 4 * d], h: [time, d], n: [time, d] } {
  a = x;  repeat layers as i { param W: [half: 2 ^ i <- d], V: [d <- half: 2 ^ i];  a = a + V @ tanh(W @ a) }
  b = x;  repeat layers as i { b = match i { 0 { tanh(b) } else { b * Linear[d](b) } } }
  g = x[d as wide];  repeat layers { g = concat[wide](g, x[d as wide]) }
  h = x where c;  repeat layers { h = tanh(h) }
  n = x;  repeat 2 { n = tanh(BatchNorm(n)) + x }
  { a = a, b = b, g = g, h = h else 0.3, n = n }
}${fit('sum[time, d](a ^ 2 + b + h + n) + sum[time, wide](g ^ 2)')}`,
  },
};

describe('repeat', () => {
  agreeEverywhere(cases);
});

const generating = (body: string): string => `dim source: ragged, target: ragged, words = 7, d = 4, heads = 2, layers = 3
block Layer(x: [target, d], m: [source, d]) -> [target, d] {
  a = x + MultiHead[heads](x, x[target as key])
  tanh(a + MultiHead[heads](a, m))
}
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  ${body}
}
model M(tokens: index(words)[source]) generates y: index(words)[target] {
  param E: [words, d]
  x = E[tokens];  repeat layers { x = x + tanh(Linear[d](x)) }
  Write(x)
}
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;
const subject = (title: string, path: string, body: string): Subject => translating(title, path, generating(body));

describe('repeat, in what generates', () => {
  agrees([
    subject(
      'keys and values of each layer',
      'rounds-parallel.attn',
      'x = table[y];  repeat layers { x = Layer(x, m) };  logits = table @ x',
    ),
    subject(
      'earlier positions, a window, and relative positions with parameters of their own',
      'rounds-windows.attn',
      `x = table[y]
  repeat layers {
    param r: [words]
    e = x @[d] x[target as key] + r[words = clamp(position[target] - position[key], 0, words - 1)]
    x = x + softmax[key](e where position[target] - position[key] < 3) @ x[target as key] + tanh(Linear[d](x[target = position[target] - 1] else 0))
  }
  logits = table @ x`,
    ),
    subject(
      'in a step with a state',
      'rounds-recurrent.attn',
      "state s: [d] = tanh(Linear[d](mean[source](m)))\n  s' = GRU(table[y], s)\n  z = s'\n  repeat layers { z = z + tanh(Linear[d](z)) * mean[source](m) }\n  logits = table @ z",
    ),
  ]);
});

describe('the number of rounds', () => {
  const text = cases['layers with residuals, stacked']!.text;

  it('is the constructor’s to choose, and parameters are known by their rounds', async () => {
    await useBackend('cpu');
    const { create } = await emit({ text });
    const [three, five] = [create({}), create({ dims: { layers: 5 } })];
    expect(three.parameters.filter(({ path }) => path.endsWith('Linear.W')).map(({ path }) => path)).toEqual(
      [0, 1, 2].map((k) => `all[${k}].h.Layer.Linear.W`),
    );
    expect(five.parameterCount).toBe((5 * three.parameterCount) / 3);
    // A round's first values are its own, and the same for any number of rounds.
    expect(await five.weights.read('all[2].h.Layer.Linear.W')).toEqual(await three.weights.read('all[2].h.Layer.Linear.W'));
    const made = (await five.forward([{ x: [[1, 2, 3]] }]))[0]!;
    expect(made.all).toMatchObject({ shape: [5, 1, 3] });
  });

  it('comes with a checkpoint', async () => {
    await useBackend('cpu');
    const { create } = await emit({ text });
    const five = create({ dims: { layers: 5 } });
    const bytes = await five.save();
    await expect(create({}).load(bytes)).rejects.toThrow(/layers/u);
    await create({ dims: { layers: 5 } }).load(bytes);
  });
});
