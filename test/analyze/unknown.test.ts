/** A name that is not there is one error, at its position, wherever it stands: what is made of it is silent. */
import { expect, it } from 'vitest';
import { parse } from '../../grammar/index.ts';
import { compile, FILE } from './support.ts';

const D = 'dim source: ragged, target: ragged, words = 9, d = 4, e = 3, taps = -1..1\noption p = 0.1\n';
const block = (...lines: readonly string[]): string =>
  `${D}block B(x: [source, d], h: [e], i: index(words)[source], c: bool[source]) -> [source, d] {\n  ${lines.join('\n  ')}\n}\n`;

const programs: Readonly<Record<string, string>> = {
  operators: block(
    'a = clamp(h, -1, 1) + -h * exp(h) ^ 2 mod 3 - min(h, h) / max(h, 2)',
    'b = if c and not (sum[d](x) > 0) then x else 2 * x',
    'f = (x where c) else 0',
    'k = outer(h - h)',
    'b + f + sum[e](a)',
  ),
  reductions: block(
    's = softmax[source](sum[d](x)) @ x',
    'q = argmax[d](x)',
    'm = mean[key <= source](x[source as key])',
    'o = argsort[source as rank](sum[d](x))',
    'r = cumsum[source](x) + cumprod[source](x, exclusive)',
    'n = cross_entropy[d](s, s) + cross_entropy[words](ones[words], i[source = 0])',
    'w = onehot[words](i)',
    'x * n + m + r + x[o][rank as source] + sum[words](w) * onehot[d](q)',
  ),
  groups: block(
    'g = mean[source by i](x)',
    'a = any[source by i](c)',
    'n = softmax[source by i](x)',
    'm = max[source by words = floor(sum[d](x))](x)',
    'x * n + g[i] + (if a[i] then m[i] else 0)',
  ),
  indexing: block(
    'param t: [words, d]',
    'a = t[i] + t[words = 0] + x[source = first] + x[source = last]',
    'b = x[source = position[source] - 1] else x[d as e2][e2 as d]',
    'm = x[(source, d) as both][both as (source, d)]',
    'n = sum[taps](x[source = position[source] + position[taps]] else 0)',
    'y = x[upto source as key]',
    'a + b + m + n + mean[key](y)',
  ),
  joins: block(
    'a = concat[e as long](h, h)',
    'b = stack[two](h, 2 * h)',
    'z = zeros[source, d] + ones[d]',
    'z + sum[long](a) + sum[two, e](b)',
  ),
  maps: block(
    'param W, V: [d <- d], U: [e <- d] = glorot, S: [e, d]',
    'A = W + V',
    'N = -W * 2',
    'P = U @ W',
    'Q = plain(U, to = a1, from = b1)',
    'T = transpose(U)',
    'A @ x + N @ x + T @ (P @ x) + sum[a1, b1](Q) + (h @[e] S)',
  ),
  calls: block(
    'let f = Linear[e]',
    'a = f(x)',
    'b = GRU[e](a, h)',
    'r = LSTM(a, h, h)',
    'k = Additive[align = 2](h, x)',
    'param S: [e, d]',
    'n = sum[e, words](Linear[words] per e (S))',
    'm = r.h + r.c',
    's = dropout(x, p) + k + sum[e](b + m) + n',
    '(v, w) = LSTM[e](h, h, h)',
    's * sum[e](v + w)',
  ),
  scans: block(
    "y = scan source with xt = x, it = i { state s: [d] = 0, q: [e] = h;  q' = q + past[tape](q)[tape = last];  s' = tanh(s + xt) * (if it == 0 then 1 else 2);  a = s' + xt;  emit a }",
    'z = repeat 2 as k { emit h * k }',
    'w = tanh(h)',
    'v = repeat over [4, 2] as n { emit sum[e](h) * n }',
    'y * sum[k, e](z) * sum[n](v) * sum[e](w)',
  ),
  draws: block(
    'a = sample normal[d]()',
    'b = if sample bernoulli(sigmoid(h)) then h else 2 * h',
    'k = sample categorical[source](sum[d](x))',
    'n = if training then a else 2 * a',
    'x + n + x[k] + sum[e](b)',
  ),
  decoder: `${D}decoder W(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  state s: [d] = mean[source](m)
  context = ScaledDot(s, m, m)
  s' = GRU(table[y] + context, s)
  logits = Linear[words](s')
  at most 2 * source
}
model M(m: [source, d]) generates y: index(words)[target] start 1 end 2 { W(Linear[d](m)) }
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0);  optimizer adam(rate = 1e-3 * min(1, step / d));  clip norm 1.0 }
`,
  causal: `${D}block F(a: [k]) -> [k] { a / (1 + sum[k](a * a)) }
model M(x: [target, d]) -> { y: [target, d], n: [target] } causal target {
  before = x[target = position[target] - 2] else 0
  { y = F(before) + Linear[d](x), n = sum[d](mean[key](x[upto target as key])) }
}
objective Fit for M given t: [target, d] { update M { loss = mean[target, d]((y - t) ^ 2);  optimizer sgd(rate = 0.1) } }
`,
};

interface Name {
  readonly start: number;
  readonly end: number;
}

/** Names that make an axis: any will do, and what reads it is at fault. */
const FREE = ['two', 'a1', 'b1', 'tape'];

/** Where values are named, and the names of axes. */
function names(text: string): readonly Name[] {
  const found = new Map<number, Name>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('kind' in part && part.kind === 'name' && 'span' in part) {
      const span = part.span as Name;
      if (text[span.end - 1] !== "'" && !FREE.includes(text.slice(span.start, span.end))) found.set(span.start, span);
    }
    for (const each of Object.values(part)) visit(each);
  };
  visit(parse({ path: FILE, text }).module);
  return [...found.values()];
}

it.each(Object.entries(programs))('%s', (_title, text) => {
  expect(
    compile(text)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code, message, place }) => `${code} ${message}: ${text.slice(place.start, place.end)}`),
  ).toEqual([]);
  const several = names(text).flatMap(({ start, end }) => {
    const errors = compile(`${text.slice(0, start)}nowhere${text.slice(end)}`).diagnostics.filter(({ severity }) => severity === 'error');
    const ok = errors.length === 1 && errors[0]!.place.start === start;
    return ok
      ? []
      : [
          `${text.slice(start - 20, start)}«${text.slice(start, end)}»${text.slice(end, end + 12)}: ${errors.map(({ code, place }) => `${code} ${text.slice(place.start, place.end)}`).join(', ')}`,
        ];
  });
  expect(several).toEqual([]);
});
