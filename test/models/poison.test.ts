/**
 * What is absent may be anything: what would overflow or leave its domain at positions that nothing reads (steps beyond an
 * example's end, later positions, data behind a mask, the branch that is not taken) reaches neither a result nor a gradient.
 */
import { describe, it } from 'vitest';
import { agrees, type Example } from '../programs/support.ts';
import { runOn, usableBackends } from './support.ts';

/** The text of `M` and its equations; `y` is its result, and `loss` what is learnt from. */
function program(params: string, result: string, body: string, loss: string): string {
  return `dim time: ragged, a = 3, b = 2\nmodel M(${params}) -> y: ${result} {\n${body}\n}\nobjective F for M { loss = ${loss};  optimizer sgd(rate = 0.1) }`;
}

/** Along `time`, one value for each position, one of each parameter `p` and `q`. */
const sequence = (body: string, q = 1.3): string =>
  program('x: [time]', '[time]', `param p: [] = 1, q: [] = ${q}\n${body}`, 'sum[time](y)');
const masked = (body: string): string => program('x: [a], ok: bool[a]', '[]', `param w: [a] = 1\n${body}`, 'y');
const long = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

const cases: Readonly<Record<string, { readonly text: string; readonly examples: readonly Example[] }>> = {
  'a kernel that is infinite at later positions': {
    text: sequence('past = x[upto time as key]\nK = exp(-exp(q) * (position[time] - position[key]))\ny = p * sum[key](K * past)', 3),
    examples: [{ x: [1, 2, 3, 4, 5, 6, 7, 8] }, { x: [1, 2] }],
  },
  'a decay to negative powers': {
    text: sequence('past = x[upto time as key]\ny = p * sum[key](past * q ^ (position[time] - position[key]))', 0.01),
    examples: [{ x: long(1, 60) }, { x: [1, 2] }],
  },
  'weights that are 0 where a kernel is infinite': {
    text: sequence(
      'past = x[upto time as key]\nK = exp(-exp(q) * (position[time] - position[key]))\ny = p * sum[key](softmax[key](past) * K * past)',
      3,
    ),
    examples: [{ x: [1, 2, 3, 4, 5, 6, 7, 8] }, { x: [1, 2] }],
  },
  'a state that is multiplied beyond the end': {
    text: sequence("s = scan time with xt = x { state s: [] = 1;  s' = s * (10 - xt);  emit s' }\ny = p * q * s"),
    examples: [{ x: long(9, 60) }, { x: [9, 9, 9] }],
  },
  'a state that is squared, and its last value': {
    text: program(
      'x: [time]',
      '[]',
      "param p, q: [] = 1.3\ns = scan time with xt = x { state s: [] = 1;  s' = q * s * s + xt;  emit s * s }\ny = p * sum[time](s) + s[time = last]",
      'y',
    ),
    examples: [{ x: long(-0.5, 9) }, { x: [1, 2, 3] }],
  },
  'states of rounds that are multiplied beyond the end, or through the rounds': {
    text: program(
      'x: [time]',
      '[time]',
      "param p: [] = 1.3\ny = scan time with xt = x { z = xt;  repeat 3 { state s, t: [] = 1;  s' = p * s * (10 - xt);  t' = 0.5 * t + z;  z = tanh(z + t') * 1e-9 * s };  v = xt;  repeat 3 { state u: [] = 1;  u' = u + v;  v = 2 * u' };  emit z + 1e-9 * v }",
      'sum[time](y)',
    ),
    examples: [{ x: long(9, 60) }, { x: [9, 9, 9] }],
  },
  'two states that drive each other': {
    text: sequence(
      "s = scan time with xt = x { state s, t: [] = 1;  s' = p * t + 4 * s;  t' = q * s - xt * t;  emit { s = s * t, t = 1 / t } }\ny = s.s * 1e-9 + p * s.t",
    ),
    examples: [{ x: long(0.5, 25) }, { x: [1, 2] }],
  },
  'the largest numbers behind a mask': {
    text: masked(
      'm = x where ok\ne = w * m * m\ny = sum[a](softmax[a](e) * (w * m) * m) + sum[a](exp(w * m)) + max[a](e) + mean[a](sqrt(abs(w * m)))',
    ),
    examples: [
      { x: [3e38, 1, 2], ok: [false, true, true] },
      { x: [3e38, -3e38, 1], ok: [false, false, true] },
      { x: [3e38, 1, 2], ok: [false, false, false] },
    ],
  },
  'the branch that is not taken': {
    text: masked(
      'y = sum[a](if ok then w * x * x else w) + sum[a](if x < 50 then exp(x * w) else w) + sum[a](if x > 0 then log(x) * w / x else 0)',
    ),
    examples: [
      { x: [3e38, 1, 2], ok: [false, true, true] },
      { x: [0, -5, 1], ok: [false, false, true] },
    ],
  },
  'the next state that no step reads': {
    text: sequence("s = scan time with xt = x { state s: [] = q;  s' = p * sqrt(s);  emit s * xt }\ny = s", -2),
    examples: [{ x: [3] }],
  },
  'a state that leaves its domain behind the end': {
    text: sequence(
      "s = scan time with xt = x { state s: [] = 20 * q;  s' = log(s) * p;  emit log(s) + xt }\nr = scan time reversed with xt = x { state r: [] = q;  r' = sqrt(r - 1) * p;  emit r }\ny = s + r",
    ),
    examples: [{ x: [1] }, { x: [1, 2] }],
  },
  'two lengths in one another': {
    text: masked(
      'n = sqrt(sum[a](w * x * w * x))\nm = if n > 0 then w * x / n else w * 0\ny = sum[a](if m > 0 then log(m) else sqrt(sum[a](m * m)) where ok)',
    ),
    examples: [{ x: [3, 1, 2], ok: [false, true, true] }],
  },
  'behind reductions': {
    text: program(
      'x: [a, b], ok: bool[a]',
      '[]',
      'param w: [b] = 1\nq = sum[b](x * x * w)\ny = sum[a](q where ok) + sum[a]((1 / sum[b](w * x)) where ok)',
      'y',
    ),
    examples: [
      {
        x: [
          [3e38, 1],
          [1, 2],
          [3, 1],
        ],
        ok: [false, true, true],
      },
      {
        x: [
          [0, 0],
          [1, -1],
          [1, 1],
        ],
        ok: [false, false, true],
      },
    ],
  },
};

const backends = await usableBackends();

describe.each(backends)('on %s', (backend) => {
  it.each(runOn(Object.keys(cases), backend, ['cpu'], 4))('%s', async (name) => {
    await agrees(cases[name]!.text, cases[name]!.examples, { backend });
  });
});
