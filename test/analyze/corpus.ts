import { readFileSync } from 'node:fs';
import { modelText } from './support.ts';

/** Text that a program of the design relies on and leaves out. */
const completions: Readonly<Record<string, string>> = {
  sagan:
    '\nmodel Discriminator(image: [height: 128, width: 128, rgb], label: index(classes)) -> score: [] { sum[height, width, rgb](image) }\n',
  snail:
    '\nblock Embed(image: [height, width]) -> [features: 64] { dim features = 64;  Linear[features](image[(height, width) as pixel]) }\n',
};

export const designs = ['lstmn', 'ntm', 'pointer', 'pointer-generator', 'sagan', 'scores', 'snail', 'transformer'] as const;

export function design(name: (typeof designs)[number]): string {
  return readFileSync(new URL(`../grammar/programs/${name}.attn`, import.meta.url), 'utf8') + (completions[name] ?? '');
}

/** Small programs that check, and together use every construct that has a meaning. */
export const sound: Readonly<Record<string, string>> = {
  bahdanau: modelText('bahdanau/model.attn'),
  seq2seq: modelText('seq2seq/model.attn'),
  ntm: modelText('ntm/model.attn'),
  ...Object.fromEntries(
    ['attention', 'cells', 'convolution', 'layers', 'measures', 'memory', 'nonlocal', 'spectral'].map((name) => [
      `std/${name}`,
      modelText(`std/${name}.attn`),
    ]),
  ),
  sortedAndGrouped: `dim source: ragged, words = 3, d = 4
/// Sorting, running products, all reductions by groups, ceil and log2.
block Order(x: [source, d]) -> [source, d] { o = argsort[source as rank](sum[d](x) where sum[d](x) > 0);  (x[o] * cumprod[rank](1 + 0 * position[rank], exclusive))[rank as source] else 0 }
model M(x: [source, d], ids: index(words)[source]) -> { y: [source, d], g: [words, d] } {
  few = if any[source by ids](x > 0) and not all[source by ids](x > 1) then mean[source by ids](x) else prod[source by ids](x)
  { y = Order(x) + softmax[source by ids](x) * ceil(x) + cumsum[source](x, exclusive), g = few + max[source by ids](x) - min[source by words = floor(sum[d](x))](x) * log2(1.5) }
}
objective Fit for M { loss = sum[source, d](y ^ 2) + sum[words, d](g);  optimizer sgd(rate = 0.1) }
`,
  selfAttention: `dim source: ragged, model = 8, heads = 2, layers = 3
option p = 0.1
block Layer(x: [source, model]) -> [source, model] {
  a = LayerNorm(x + dropout(MultiHead[heads](x, x), p))
  LayerNorm(a + FeedForward[16](a))
}
model Encode(x0: [source, model]) -> y: [model] {
  x = x0 + Sinusoid[source, model]()
  repeat layers { x = Layer[p = 0.3](x) }
  mean[source](x)
}
objective Fit for Encode given target: [model] {
  loss = mean[model]((y - target) ^ 2)
  metric far = max[model](abs(y - target))
  optimizer adam(rate = model ^ -0.5 * min(step ^ -0.5, step * 400 ^ -1.5))
  clip norm 1.0
}
`,
  masks: `dim source: ragged, d = 4, shift = -1..1, places = 10
dim tokens: ragged <= places
option move = circular | straight
/// Windows, borders, grouping, merging and splitting.
block Window(x: [source, d]) -> [source, d] {
  near = x[source = position[source] + position[shift]]
  w = softmax[shift](sum[d](near) where position[shift] != 0)
  sum[shift](w * near) else 0
}
block Move(w: [d]) -> [d] {
  match move {
    circular { moved = w[d = (position[d] + 1) mod d] }
    straight { moved = w[d = position[d] + 1] else 0 }
  }
  moved
}
model M(x: [source, d], ids: index(d)[source], t: index(d)[tokens]) -> { y: [source, d], g: [d], n: [] } {
  param table: [d], learnt: [places]
  pairs = x[(source, d) as both][both as (source, d)]
  y = Window(pairs) + Move(sum[source](x))
  far = table[t] + learnt[position[tokens]]
  { y = y, g = sum[source by ids](x[d = last]), n = if all[tokens](far > 0) and not any[source](x[d = first] > 1) then sum[tokens](far) else clamp(mean[source, d](x), 0, 1) }
}
`,
  running: `dim height: ragged, width = 3, c = 2
block Power(x: [k]) -> [k] { param W: [k, other: k];  running u: [k] = normal(1);  u' = unit(W @[k] u)[other as k];  x * stop(u') }
block Layer(x: [k]) -> [k] { tanh(BatchNorm(Power(x))) }
model M(x: [height, width, c]) -> y: [height, width, c] { let f = Layer;  f(f(x)) }
objective Fit for M given t: [c] {
  running b: [] = 0, far: [c]
  R = -sum[c]((mean[height, width](y) - t) ^ 2)
  b' = 0.9 * b + 0.1 * mean[batch](R)
  far' = max[lifted, height, width](y)
  loss = -stop(R - b) * sum[c](t) - R + mean[batch, height, width, c](y ^ 2) + sum[c](0 * far)
  optimizer sgd(rate = 0.1)
}
`,
  chance: `dim source: ragged, d = 3, latent = 2
block Jitter[at..](x: [at..]) -> [at..] { x + 0.1 * sample normal[at..]() }
model M(x: [source, d]) -> { y: [source, d], place: index(source)[], z: [latent] } {
  let f = Jitter
  place = sample categorical[source](exp(sum[d](x)) where position[source] >= 0)
  kept = if sample bernoulli[source](0.5) then x[source = place] else f(f(x))
  z = scan source with xt = x { state h: [latent] = 0;  h' = h + xt[sample categorical[d](softmax[d](xt))] * sample uniform[latent]();  emit h' }
  { y = kept, place = place, z = z[source = last] }
}
`,
  sharing: `dim time: ragged, d = 3
block Twice[width](x: [width]) -> [width] {
  let f = Linear[width]
  a, b = tanh(f(x))
  f(a) * f(b)
}
encoder Sums(x: [time, d]) -> { all: [time, d], final: [d] } {
  param start: [d] = uniform(0.1)
  run = scan time reversed with xt = x {
    state s: [d] = start;  state n: int = 0
    s' = s + Twice(xt);  n' = n + 1
    emit { s = s', half = s' / n' }
  }
  rounds = repeat over [2, 1] as k { emit k * run.half }
  { all = run.s + sum[k](rounds) + cumsum[time](x), final = run.s[time = first] }
}
model M(x: [time, d]) -> [time, d] { r = Sums(x);  concat[d](r.all, x)[d = position[d]] + r.final + stack[two](r.final, r.final)[two = 1] }
`,
  experts: `dim time: ragged, d = 4, experts = 3, heads = 2, width = 2
attention Head[width](x: [d], y: [key, d]) -> [width] {
  param Wq, Wk, Wv: [width <- d]
  weights = softmax[key]((Wq @ x) @ (Wk @ y))
  sum[key](weights * (Wv @ y))
}
model M(x: [time, d]) -> { y: [time, d], w: [time, heads, key: time] } {
  param Wo: [d <- heads, width]
  heard = Head[width] per heads (x, x[time as key])
  h     = LayerNorm(x + dropout(Wo @ heard, 0.1))
  gate  = softmax[experts](Linear[experts](h))
  e     = argmax[experts](gate)
  { y = h + gate[e] * (FeedForward[5] per experts (h))[e], w = heard.weights }
}
objective Fit for M { loss = sum[time, d](y ^ 2);  optimizer adam(rate = 0.01) }
`,
  maps: `dim source: ragged, d = 4, e = 3, p = 2, q = d / p
/// A normaliser of weights, a map applied twice, a tensor as a map.
block Normal(W: [out.. <- in..]) -> [out.. <- in..] { W / (norm[out.., in..](W) + 1e-6) }
block Twice(f: [d <- d], x: [d]) -> [d] { f @ tanh(f @ x) }
block Fast(keys: [place, i], values: [place, o]) -> [o <- i] { sum[place](keys * values) }
model M(x: [source, d]) -> { y: [source, d], far: [source, e] } {
  param W, V: [e <- d], F: [d <- d]
  y = Twice(Normal(F) - 0.1 * transpose(dropout(F, 0.2)), x)[(source, d) as (source, p, q)][(p, q) as d]
  h = (Normal(W) + stop(V)) @ x
  b = Linear[e](mean[source](x))
  { y = y + Fast(h, x) @ h + sum[to](plain(F, to = to)), far = exp(-outer(sum[d](x) - b) ^ 2) }
}
objective Fit for M { loss = sum[source, d](y ^ 2) + sum[source, e](far);  optimizer adam(rate = 0.01) }
`,
  pointing: `dim points: ragged, tour: ragged, d = 4
dim choice = 1 + points
encoder Read(P: [points, d]) -> [choice, d] { param stop: [d];  concat[choice](stop, Linear[d](P)) }
decoder Point(e: [choice, d]) generates y: index(choice)[tour] end 0 {
  param go: [d]
  state s: [d] = e[choice = last]
  s' = GRU(first go then e[y], s)
  a = Additive[align = 5](s', e)
  logits = (e @ (s' + a)) where position[choice] > 0
  at most 2 * choice
  rank logp / ((5 + length) / 6) ^ 0.6
}
model Tour(P: [points, d]) generates y: index(choice)[tour] { init all uniform(0.08);  Point(Read(P)) }
objective Follow for Tour { loss = mean[tour](cross_entropy[choice](logits, y'));  optimizer sgd(rate = 0.1, momentum = 0.9);  clip value 5 }
`,
};
