/** What the attack has found, and has been mended since. */
import { describe, expect, it } from 'vitest';
import { holds, type HoldsOptions } from './holds.ts';

const rounds = (first: string, query: string): string => `dim source: ragged
dim target: ragged, words = 4, d = 3
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = 1
  e = table[y]
  param p2: [d] = 1
  r1 = ${first}
  repeat 2 as i { r1 = tanh(r1) }
  param p4: [words] = 1
  logits = ScaledDot(e, ${query}, min[source]((position[target][target as key] * p4 * position[source])))
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`;

const carried = (first: string, next: string): string => `dim source: ragged
dim target: ragged, words = 4, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  r = ${first}
  repeat 3 as i { r = ${next} }
  logits = r + table[y] @[d] table
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`;

/** Sequences of several lengths. */
const several: HoldsOptions = {
  examples: [
    {
      x: [
        [0.5, 0.4],
        [0.1, 0.7],
      ],
      y: [0, 3, 1, 0],
    },
    { x: [[0.3, -0.4]], y: [3, 2] },
  ],
};

const cases: Readonly<Record<string, readonly [text: string, options?: HoldsOptions]>> = {
  'a norm of norms, one for each position of another axis': [
    `dim source: ragged
dim target: ragged, words = 5, d = 1
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  e = table[y]
  logits = gelu(norm[source](norm[d]((e * (0.1 * position[words]) * (-0.3 * position[source]))))) + e @[d] table
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }`,
  ],
  'a product below the least normal number, in a sum': [
    `dim time: ragged, k = 2
model M(r: [time]) -> { y: [time, k] } {
  param p: [k] = normal(1)
  { y = log1p(abs(Linear[k, in = k](r * p))) }
}
objective Fit for M { loss = mean[time, k](y * y);  optimizer sgd(rate = 0.01) }`,
    { seed: 6, values: 'extreme', examples: [{ r: [-3e38, -4] }, { r: [0, 88, 0, 1e9] }, { r: [0] }] },
  ],
  'a choice of one thing, for each hypothesis': [
    `dim source: ragged
dim target: ragged, words = 4, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  state s: [d] = 1
  s' = ((m where (y < 0) else m)[source = 1] else 1)
  param p: [words] = 1
  logits = p
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`,
  ],
  'a parameter that a model reads in training alone, and another trains': [
    `dim d = 1, k = 3
model G(z: [k]) -> y: [d] {
  param p: [d] = 1
  y = p
}
model D(x: [d]) -> y: [] {
  y = (if training then (x @[d] Linear[d](x)) else 1)
}
objective Play for A: G, B: D given z: [k] {
  fake = A(z)
  update A { loss = B(fake);  optimizer adadelta() }
}`,
  ],
  'a position behind two of the clock': [
    `dim target: ragged, words = 5, d = 3
decoder D(m: [d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = 1
  e = table[y]
  logits = (e[d = (position[target][target as key] + 1)][target = position[target] - 2] @[key] position[target][target as key]) + e @[d] table
}
model M(m: [d]) generates y: index(words)[target] {
  D(m)
}`,
  ],
  'weights in rounds that are the same at each step of a decoder': [
    `dim source: ragged
dim target: ragged, words = 4, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  state s: [d] = 1
  q = table[y]
  repeat 2 as i { state z: [d] = 0.5 * i; param p: [d] = normal(1); z' = tanh(ScaledDot[key = source, v = d](p, m, m) + 0.5 * z); q = 0.5 * q + z' }
  s' = 1
  logits = table @ q
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`,
    {
      examples: [
        {
          x: [
            [0.5, 0.4],
            [0.1, 0.7],
          ],
          y: [0, 3],
        },
        { x: [[0.3, -0.4]], y: [3] },
      ],
    },
  ],
  'rounds of parameters, beside positions of a clock': [
    rounds('p2', '(r1 * position[target])'),
    { examples: [{ x: [[0.5, 0.5, 0.5]], y: [1, 3] }] },
  ],
  'rounds of positions of a clock': [rounds('p2 * position[target]', 'r1'), { examples: [{ x: [[0.5, 0.5, 0.5]], y: [1, 3] }] }],
  'what rounds carry of positions of a clock, read over a copy of it': [
    carried('argmax[source](position[source] * position[target])', '(r * r[target as key]) @[key] r[target as key]'),
    several,
  ],
  'what rounds make of what they carry, read over a copy of the clock': [
    carried('0.1 * position[target]', 'tanh(mean[key](r * (i * tanh(r) * position[target])[target as key]) - 0.3 * r)'),
    several,
  ],
  'a number of the host that is too long for one line': [
    `dim source: ragged
dim target: ragged, words = 5, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  r = position[target]
  repeat over [1, 2] as i { r = tanh(r + ((r + r) ^ 2)) }
  param p: [words] = 1
  logits = r * p
}
model M(tokens: index(words)[source]) generates y: index(words)[target] {
  param E: [words, d] = 1
  D(E[tokens])
}`,
    { examples: [{ tokens: [2], y: [0, 4] }] },
  ],
  'attention over the tape of a scan along a clock': [
    `dim source: ragged
dim target: ragged, words = 5, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  e = table[y]
  v0 = max[d](e)
  logits = (scan target with t6 = v0 { state s6a: [words] = 1; H6 = past[tape6](s6a); s6a' = tanh(s6a + t6); emit Additive[align = 2, q = words, key = tape6, k = words](t6 + s6a, H6) }) + e @[d] table
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`,
  ],
  'attention over a tape in a causal model': [
    `dim time: ragged, d = 2
model M(x: [time, d]) -> y: [time, d] causal time {
  y = scan time with xt = x { state s: [d] = 1; H = past[tape](s); s' = tanh(s + xt); emit Additive[align = 2](xt + s, H) }
}`,
  ],
  'one share for all classes, some of which are forbidden': [
    `dim words = 3
model M(x: [words], c: bool[words], s: []) -> y: [] {
  y = cross_entropy[words](x where c, s)
}`,
    { examples: [{ x: [1, 2, 3], c: [true, true, true], s: 0.5 }] },
  ],
  'two conditions, each of which may leave int32': [
    `model M(a: int[], b: []) -> y: bool[] {
  y = (a * a > 6 and ceil(b) < 2) or (ceil(b) < 3 and a * a > 7)
}`,
  ],
  'an output along an axis of the inputs, of which more positions are asked for': [
    `dim points: ragged, d = 2
decoder Visit(x: [points, d]) generates y: index(points)[stop: points] {
  param go: [d]
  state h: [d] = x[points = last]
  h' = tanh(h + (first go then x[y]))
  logits = x @ h'
}
model M(x: [points, d]) generates y: index(points)[stop: points] {
  Visit(x)
}`,
  ],
  'what a state of each word in each sentence has been': [
    `dim k = 4
dim time: ragged, word: ragged in time
block Total(p: [places]) -> [] { tanh(sum[places](p)) }
model M(x: [time, word]) -> y: int[] {
  param p: [k] = 1
  v = scan k reversed with t = p { state s: [time, word] = 1;  H = past[tape](s);  s' = Total[places = tape](H) + t * x;  emit s }
  y = 1
}
objective Fit for M { loss = mean[time, word, k](v);  optimizer sgd(rate = 0.1) }`,
    { examples: [{ x: [[-0.8], [0.25, 0.48]] }, { x: [[0.5, 0.1, 0.2]] }] },
  ],
  'an overflow that no group takes': [
    `dim time: ragged, d = 1
model M(r: [time]) -> y: [time, d] causal time {
  param p: [d] = 1
  y = max[key by d = 1](norm[d](exp(r * r[time as key] * p)))
}
objective Fit for M { loss = mean[time, d](y);  optimizer adagrad(rate = 0.1) }`,
    { seed: 45087, values: 'extreme', examples: [{ r: [0.5] }, { r: [-1e30] }] },
  ],
  'keys up to a position that is written as a number': [
    `dim target: ragged, words = 5, d = 2
decoder D() generates y: index(words)[target] start 0 end 1 {
  param table: [words, d]
  x = table[y]
  w = softmax[key](x @[d] x[target as key] where position[key] <= 2)
  logits = (w @ x[target as key]) @ table
  at most 9
}
model M() generates y: index(words)[target] { D() }`,
  ],
  'a parameter of rounds of a model, whose gradient comes as one list in an objective over it': [
    `dim d = 3, k = 1
model G(z: [k]) -> y: [d] {
  param p: [d] = 1
  y = p
}
model D(x: [d]) -> y: [] {
  r = sum[i](repeat 2 as i { param W: [d <- d]; param p: [k] = 1; emit (W @ (x * p)) })
  y = sum[d](sum[k](r * r))
}
objective Play for A: G, B: D given real: [d] {
  update B { loss = B(real);  optimizer adam(rate = 1) }
}`,
  ],
  'a whole number that leaves int32 in training alone': [
    `dim d = 2, n = 3
model M(x: [d], i: int[d]) -> y: [d] {
  param p: [n] = 1
  y = if training then p[n = (i + 1) mod n] else x
}
objective Fit for M { loss = mean[d](y);  optimizer sgd(rate = 0.1) }`,
    { examples: [{ x: [0.5, 0.5], i: [-1, 2147483647] }] },
  ],
  'half of a position, counted backwards': [
    `dim row = 3, tall = 2 * row
model M(x: [row]) -> y: [tall] { y = x[row = floor(-position[tall] / 2)] else 7 }`,
  ],
};

/** Read in part; what is not read may overflow, and no gradient notices. */
const partly: readonly string[] = [
  'exp(z * abs(p))[d = first]',
  'exp(z * abs(p))[d = 1]',
  'sum[d](expm1(mean[time](t) * abs(p))[d = position[d] - 4] else 1)',
  'sum[d](exp(z * abs(p))[d = position[d] - 1] else 1)',
  'sum[k](exp(z * abs(p))[d = i])',
  'sum[k](exp(z * abs(p))[d = j + 3 * position[k]] else 1)',
  'sum[time](exp(z * t * abs(p))[d = first][time = position[time] - 1] else 1)',
  'exp(t * sum[d](abs(p)))[time = first]',
  'sum[k](exp(t * sum[d](abs(p)))[time = 2 * position[k]])',
  'sum[time](exp(t * sum[d](abs(p)))[time = position[time] + 2] else 1)',
  'sum[time](exp(t * sum[d](abs(p)))[time = position[time] - 2] else 1)',
];

/** What has no step, and has to be told so. */
const refused: Readonly<Record<string, string>> = {
  'a running product inside a loop along another axis': `dim source: ragged
dim target: ragged, words = 4, d = 2
decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param p: [words] = 1
  logits = (scan words with t = p { state s: [target] = (sample uniform[target]()); s' = cumprod[target](s, exclusive) + s; emit (s' * position[source])[source = first] })
}
model M(x: [source, d]) generates y: index(words)[target] {
  D(x)
}`,
  'an earlier position of a state of such a loop': `dim target: ragged, words = 4, d = 2
decoder D(m: [d]) generates y: index(words)[target] start 1 end 2 {
  param p: [words] = 1
  logits = (scan words with t = p { state s: [target] = 1; s' = (s[target = position[target] - 3] else t); emit s })
}
model M(m: [d]) generates y: index(words)[target] {
  D(m)
}`,
};

describe('found by the attack', () => {
  it.each(Object.keys(refused))('refused: %s', async (name) => {
    await expect(holds(refused[name]!)).rejects.toMatchObject({ codes: ['E0704'] });
  });

  it.each(partly)('what is not read may overflow: %s', async (y) => {
    const text = `dim d = 4, k = 2
dim time: ragged
model M(z: [d], t: [time], i: index(d)[k], j: int[k]) -> y: [] {
  param p: [d] = normal(1)
  y = ${y}
}
objective Fit for M { loss = y;  optimizer sgd(rate = 0.1) }`;
    const examples = [
      { z: [0.5, 0.25, 0.5, 1e30], t: [0.5, 1e30, 0.5], i: [0, 1], j: [0, 2] },
      { z: [0.5, 0.25, -0.5, 1e30], t: [0.5, 1e30], i: [0, 1], j: [2, 2] },
    ];
    expect(await holds(text, { values: 'extreme', examples })).toBeNull();
  });

  it.each(Object.keys(cases))('%s', async (name) => {
    const [text, options] = cases[name]!;
    expect(await holds(text, options)).toBeNull();
  });
});
