/** Products of one value by several maps, which become one: emitted and held against the oracle. */
import { expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { derive } from '../../compiler/passes/pipeline.ts';
import { Dependence, reachable } from '../../compiler/graph/walk.ts';
import { agrees, compileText, exampleOf, type Example } from './support.ts';

const examples = (program: Program): Example[] => [1, 5, 3].map((time, k) => exampleOf(program, { time }, k + 1));

const program = (body: string, more = ''): string => `dim time: ragged, d = 3, h = 4, heads = 2, w = 2, k = 1..2
import LSTM, GRU from "std/cells"
${more}
model M(x: [time, d]) -> y: [time, h] {
  scan time with xt = x { state s: [h] = 0, c: [h] = 0.1;  ${body};  emit s' }
}
objective O for M { loss = sum[time, h](y ^ 2);  optimizer sgd(rate = 0.1) }`;

/** What a step does, and how many products that takes. */
const STEPS: readonly (readonly [what: string, body: string, products: number, more?: string])[] = [
  ['the gates of an LSTM', "(s', c') = LSTM(xt, s, c)", 1],
  ['two gates of a GRU', "s' = GRU(xt, s);  c' = c", 2],
  [
    'gates with a term of their own',
    "i = sigmoid(Linear[h](s) + c);  f = sigmoid(Linear[h](s) + xt[d = first]);  c' = f * c + i;  s' = i * tanh(c')",
    1,
  ],
  [
    'maps to vectors of several sizes, and to numbers',
    "a = Linear[h](s);  b = Linear[w](s);  g = sigmoid(Linear[](s));  e = exp(Linear[](s));  s' = tanh(a * g + sum[w](b) + e);  c' = c",
    1,
  ],
  [
    'one map for each of several heads',
    "a = Linear[heads, w](s);  b = Linear[heads, h](s);  g = Linear[heads](s);  s' = tanh(sum[heads](b * g + sum[w](a)) + xt[d = first]);  c' = c",
    1,
  ],
  [
    'a gate that reads what another gave',
    "i = sigmoid(Linear[h](s));  j = sigmoid(Linear[h](s));  n = i * c + j;  o = sigmoid(Linear[h](s) + Linear[h](n));  s' = o * n;  c' = n",
    2,
  ],
  [
    'the cells of a stack',
    "z = s;  repeat 2 { z = F(z) };  s' = tanh(z + xt[d = first]);  c' = c",
    1,
    'block F(z0: [u]) -> [u] { sigmoid(Linear[u](z0)) * tanh(Linear[u](z0)) + Linear[u](z0) }',
  ],
];

for (const [what, body, count, more] of STEPS) {
  it(what, async () => void (await agrees(program(body, more), examples)));
  it(`${what}: a step has ${count}`, async () => {
    const { forward } = derive((await compileText(program(body, more))).program, { verify: true }).model;
    const dependence = new Dependence();
    const products = reachable([...forward.values()]).filter((node) => node.op.kind === 'matmul' && dependence.of(node).size > 0);
    expect(products).toHaveLength(count);
  });
}
