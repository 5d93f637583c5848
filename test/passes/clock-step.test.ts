/** One step along a clock after the other gives what the oracle computes of the whole. */
import { describe, expect, it } from 'vitest';
import { compile } from '../analyze/support.ts';
import { expectSteps, keptOf, stepped } from './stepping.ts';

const model = (body: string, clock = 'time: ragged'): string => `dim ${clock}, source: ragged, w = 3
const dim d = 4, k = 2
block Turned(x: [a, b]) -> [b, a] { x }
model M(x: [time, d], r: [time], n: int[time], c: [d], m: [source, d], on: bool) -> { y: [time, d], s: [time] } causal time { ${body} }
`;

const LENGTHS = { source: [2, 3] };

describe('a causal model', () => {
  it.each<[string, string, Readonly<Record<string, number | null>>]>([
    ['earlier positions', 'z = x[time = position[time] - 2] else 0.5;  { y = z + x, s = cumsum[time](r) }', { 'state.x': 3 }],
    [
      'earlier positions of several kinds',
      'b = (r > 0)[time = position[time] - 1] else false;  i = n[time = position[time] - 3] else 7;  { y = x * i, s = if b then r else -r }',
      { 'state.n': 4, 'state.gt': 2 },
    ],
    [
      'an earlier position under other names',
      'z = x[d as e][time = position[time] - 1] else 0;  { y = x * sum[e](z * c[d as e]), s = r }',
      { 'state.x': 2 },
    ],
    [
      'positions of two distances',
      '{ y = x * (r[time = position[time] - 1] else 0) * (r[time = position[time] - 3] else 2), s = r }',
      { 'state.r': 4 },
    ],
    ['positions of which all are kept', '{ y = x * (r[time = position[time] - 1] else 0) * r[time = first], s = r }', { 'state.r': null }],
    [
      'positions of which all are kept, the nearer read later',
      '{ y = x * r[time = first] * (r[time = position[time] - 1] else 0), s = r }',
      { 'state.r': null },
    ],
    [
      'positions of a distance that is a size',
      '{ y = x * (r[time = position[time] - 1] else 0) + (r[time = position[time] - w] else 2), s = r }',
      { 'state.r': 4 },
    ],
    [
      'an earlier position of what lies in another order',
      'z = Turned(x)[time = position[time] - 1] else 0;  { y = z * x, s = r }',
      { 'state.x': 2 },
    ],
    [
      'weights under another name',
      'a = softmax[key](r * r[upto time as key]);  b = a[key as other];  { y = x, s = sum[other](b * r[upto time as other]) }',
      { 'state.r': null },
    ],
    ['a part of another axis', 'z = x[d = 1 + position[k]];  { y = x * sum[k](z), s = z[k = first] }', {}],
    [
      'a recurrent layer',
      "h = scan time with xt = x, rt = r { state h: [d] = c;  h' = tanh(xt * rt + h);  emit h' };  { y = h, s = r }",
      {},
    ],
    [
      'a layer that begins with a part of something',
      "h = scan time with rt = r { state h: [k] = c[d = 2 * position[k]];  h' = tanh(rt + h);  emit h' };  { y = x * h[k = last], s = r * sum[k](h) }",
      {},
    ],
    [
      'a layer that sums up to its own position',
      "q = r[time as key];  h = scan time with xt = x { state h: [d] = 0;  h' = tanh(h) + sum[key](q * xt);  emit h' };  { y = h, s = r }",
      { 'state.r': null },
    ],
    [
      'a layer that asks for its position',
      "q = r[time as key];  h = scan time with xt = x { state h: [d] = 0;  h' = tanh(xt + h) + (max[key](q where position[key] < position[time]) else 0.3);  emit h' };  { y = h, s = r }",
      { 'state.r': null },
    ],
    ['attention', 'e = x @[d] x[upto time as key];  a = softmax[key](e);  { y = a @[key] x[time as key], s = r }', { 'state.x': null }],
    [
      'attention, the condition turned round',
      'e = (x @[d] x[time as key]) where position[time] >= position[key];  { y = softmax[key](e) @[key] x[time as key], s = r }',
      { 'state.x': null },
    ],
    [
      'what comes later, the condition turned round',
      'e = r[upto time as key] where position[time] > position[key];  { y = x, s = (max[key](e) else 0) + sum[key](if position[time] <= position[key] then r[upto time as key] else 0) }',
      { 'state.r': null },
    ],
    [
      'weights that are negated, summed and renamed',
      'a = softmax[key](r * r[upto time as key]);  { y = x * sum[key](-a * r[time as key]), s = sum[key](0.5 * a * (a * n[time as key])) }',
      { 'state.r': null, 'state.n': null },
    ],
    ['what a number of the model divides', '{ y = x / w, s = r * w + mean[key](r[upto time as key]) }', { 'state.r': null }],
    [
      'running values of another axis of the clock',
      'e = r * r[upto time as key];  { y = x * sum[key](cumsum[time](e, exclusive)), s = sum[key](cumprod[time](e)) }',
      { 'state.r': null },
    ],
    ['a running product of whole numbers', '{ y = x, s = r * cumprod[time](n mod 2 + 1, exclusive) + cumsum[time](n) }', {}],
    ['draws', '{ y = x + sample normal[d](), s = r * sample uniform[time]() }', {}],
    ['draws that later positions read', 'u = sample uniform[time]();  { y = x, s = sum[key](u[upto time as key]) }', { 'state.u': null }],
    [
      'draws for two positions',
      'e = r * r[upto time as key];  { y = x, s = sum[key](if sample bernoulli(sigmoid(e)) then e else 0) }',
      { 'state.r': null },
    ],
    [
      'draws inside a loop along another axis',
      "h = scan d with ct = c { state h: [] = 0;  h' = tanh(h + ct) * sample uniform();  emit h' };  { y = x * h, s = r * h[d = first] }",
      {},
    ],
    [
      'draws of a layer',
      "h = scan time with xt = x { state h: [d] = 0;  h' = tanh(xt + h) * sample uniform();  emit h' };  { y = h, s = r }",
      {},
    ],
  ])('%s', (_, body, kept) => {
    const made = stepped(model(body));
    expect(keptOf(made)).toEqual(kept);
    expectSteps(made, { steps: 5, lengths: LENGTHS });
  });

  it.each<[string, string, Readonly<Record<string, number | null>>]>([
    ['attention', 'e = x @[d] x[upto time as key];  { y = softmax[key](e) @[key] x[time as key], s = r }', { 'state.x': null }],
    ['draws', '{ y = x + sample normal[d](), s = r * sample uniform[time]() }', {}],
    ['draws that later positions read', 'u = sample uniform[time]();  { y = x, s = sum[key](u[upto time as key]) }', { 'state.u': null }],
    [
      'draws for two positions',
      'e = r * r[upto time as key];  { y = x, s = sum[key](if sample bernoulli(sigmoid(e)) then e else 0) }',
      { 'state.r': null },
    ],
    ['a table of positions', 'param P: [time, d], q: [time];  { y = x * P, s = r * sum[key](q[upto time as key]) }', {}],
    [
      'a layer that begins with a position of a table',
      "param P: [time, d];  h = scan time with xt = x { state h: [d] = P[time = first];  h' = tanh(xt + h);  emit h' };  { y = h, s = r }",
      {},
    ],
    ['how long it is', '{ y = x / time, s = r }', {}],
  ])('along a clock of a fixed number of positions: %s', (_, body, kept) => {
    const made = stepped(model(body, 'time = 5'));
    expect(keptOf(made)).toEqual(kept);
    expectSteps(made, { steps: 5, lengths: LENGTHS });
  });

  it.each<[string, string]>([
    ['beside a sequence', '{ y = x * p, s = p }'],
    ['over a copy', '{ y = x, s = r * sum[key](p[upto time as key]) }'],
    ['in a block', '{ y = x, s = r * Doubled(p) }'],
    ['as the sequence of a layer', "h = scan time with pt = p, rt = r { state h: [] = 1;  h' = h + pt * rt;  emit h' };  { y = x, s = h }"],
    [
      'as the first value of a layer',
      "h = scan time with xt = x { state h: [d] = p[time = first];  h' = tanh(xt + h);  emit h' };  { y = h, s = r }",
    ],
  ])('what has all positions from the start under another name: %s', (_, body) => {
    const text = `const dim time = 5, five = 5, d = 4
block Doubled(a: [time]) -> [time] { a + a }
model M(x: [time, d], r: [time]) -> { y: [time, d], s: [time] } causal time { param q: [five];  p = q[five as time];  ${body} }`;
    expectSteps(stepped(text), { steps: 5, lengths: LENGTHS });
  });

  it('is not to be taken for a clock by its size', () => {
    const { diagnostics } = compile(
      'const dim time = 5, five = 5\nmodel M(x: [time]) -> y: [time] causal time { param q: [five];  x * (q[five as other] @[other] x[upto time as other]) }',
    );
    expect(diagnostics.map(({ code, message, fix }) => [code, message, fix])).toEqual([
      [
        'E0701',
        'this looks into the future: `other` is here an axis of another dim as well, whose positions are all there',
        'declare what has it over `time` itself',
      ],
    ]);
  });

  it.each<[string, string, string]>([
    [
      'the first value of a layer is an earlier position',
      "h = scan time with xt = x { state h: [d] = x[time = first];  h' = tanh(xt + h);  emit h' };  { y = h, s = r }",
      'the first value of a scan along the clock depends on the clock',
    ],
    [
      'a loop along another axis reads an earlier position',
      "h = scan d with ct = c { state h: [time] = 0;  h' = tanh(h + ct) + tanh(h + ct)[time = first];  emit h' };  { y = h, s = r }",
      'what is to be kept stands inside a loop along another axis',
    ],
    [
      'something drawn for two positions is read from a third',
      'e = r * r[upto time as key];  u = if sample bernoulli(sigmoid(e)) then 1 else 0;  { y = x, s = sum[key, other](u * (u[time as other] else 0)) }',
      'what is drawn for two positions of the clock at once belongs to neither',
    ],
  ])('has no step where %s', (_, body, message) => {
    expect(() => stepped(model(body))).toThrow(message);
  });
});

const decoder = (body: string, blocks = ''): string => `dim source: ragged, target: ragged, words = 4, d = 3
${blocks}
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  ${body}
}
model M(m: [source, d]) generates y: index(words)[target] { Write(m) }
`;

describe('a decoder over its whole axis', () => {
  it.each<[string, string, Readonly<Record<string, number | null>>]>([
    [
      'attention to what was written',
      'x = table[y];  z = x + ScaledDot(x, x[target as key], x[target as key]) + ScaledDot(x, m, m);  logits = z @ table',
      { 'state.x': null },
    ],
    [
      'attention to the words themselves',
      'e = table[y] @[d] table[y[upto target as key]];  logits = (table[y] * sum[key](e)) @ table',
      { 'state.gather': null },
    ],
    ['running sums', 'x = table[y];  logits = (cumsum[target](x) / (position[target] + 1)) @ table', {}],
    ['draws', 'x = table[y];  logits = (x + 0.1 * sample normal[d]()) @ table', {}],
  ])('%s', (_, body, kept) => {
    const made = stepped(decoder(body));
    expect(keptOf(made)).toEqual(kept);
    expectSteps(made, { steps: 4, lengths: LENGTHS });
  });
});
