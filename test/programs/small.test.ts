/** Small forms, emitted and held against the oracle. */
import { it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { agrees, exampleOf, type Example } from './support.ts';

const examples = (program: Program): Example[] => [1, 5, 3].map((source, k) => exampleOf(program, { source }, k + 1));

it.each<[string, string, string, string?]>([
  ['numbers over axes', '[source, d]', 'y = zeros[source, d] + ones[d] * 0.5;  x * (y + ones[source])'],
  [
    'gaps that a formal counts',
    '[source, d]',
    'T[n = 3](x)',
    'block T[n](x0: [t, c]) -> [t, c] { x = x0;  repeat n as i { x = tanh(Linear[c](x)) + (x[t = position[t] - 2 ^ i] else 0) };  x }',
  ],
  ['operands that lack a common axis', '[source, both]', 'concat[both](x, h, sum[d](x))', 'dim both = d + e + 1'],
  [
    'a state that begins with a draw',
    '[source, d]',
    "scan source with xt = x { state s: [d] = sample normal[d](), t: [d] = dropout(x[source = first], 0.5);  s' = tanh(xt + s);  t' = tanh(xt + t);  emit s' * t' }",
  ],
  ['an operand that is the same along an axis', '[source, both]', 'concat[d as both](x, h[e as d])', 'dim both = d + e'],
])('%s', async (_what, result, body, more = '') => {
  await agrees(
    `dim source: ragged, d = 3, e = 2\n${more}\nmodel M(x: [source, d], h: [e]) -> y: ${result} { k = sum[e](h);  y = 0 * k + (${body.includes(';') ? 'F(x)' : body}) }${body.includes(';') ? `\nblock F(x: [source, d]) -> ${result} { ${body} }` : ''}
objective O for M { loss = sum${result}(0.5 * y ^ 2);  optimizer sgd(rate = 0.1) }`,
    examples,
  );
});
