/** Programs of more axes than backends take at once. */
export interface Wide {
  readonly title: string;
  readonly text: string;
  /** Shapes of the inputs: numbers of the programs' own making fill them. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Inputs that are whole numbers below this. */
  readonly whole?: Readonly<Record<string, number>>;
}

const DIMS = 'dim a = 2, b = 3, c = 2, d = 2, e = 2, f = 2, g = 2, h = 2, k = 3';
const train = (given: string, loss: string): string => `objective O for M given ${given} { loss = ${loss};  optimizer sgd(rate = 1) }`;

export const wide: readonly Wide[] = [
  {
    title: 'a softmax of a product with six axes and the batch, trained',
    text: `${DIMS}
model M(x: [a, b, c, d, e, k]) -> y: [a, b, c, d, e, k] { param w: [a, b, c, d, e, k] = normal(1);  softmax[k](w * x) }
${train('t: [a, b, c, d, e, k]', 'sum[a, b, c, d, e, k](t * y)')}`,
    inputs: { x: [2, 3, 2, 2, 2, 3], t: [2, 3, 2, 2, 2, 3] },
  },
  {
    title: 'a comparison of six groups of axes',
    text: `dim rows: ragged, columns: ragged, a = 2, k = 3
model M(x: int[rows, a, columns, k]) -> y: [rows, columns] {
  same = x == x[rows as r2][columns as c2]
  y = sum[a, k, r2, c2](if same then 1.0 else 0)
}`,
    inputs: { x: [3, 2, 2, 3] },
    whole: { x: 2 },
  },
  {
    title: 'outer products of eight axes, half of them in each operand by turns',
    text: `${DIMS}
model M(x: [a, c, e, g], y: [b, d, f, h]) -> z: [a, b, c, d, e, f, g, h] { param w: [a, c, e, g] = normal(1), v: [b, d, f, h] = normal(1)
  z = tanh((w * x) * (v * y)) + outer(w - v) * (if outer(w < v) then outer(x + 0 * y) else outer(y - x))
}
${train('t: [a, b, c, d, e, f, g, h]', 'mean[a, b, c, d, e, f, g, h]((z - t) ^ 2)')}`,
    inputs: { x: [2, 2, 2, 2], y: [3, 2, 2, 2], t: [2, 3, 2, 2, 2, 2, 2, 2] },
  },
  {
    title: 'reductions of every second axis of nine',
    text: `${DIMS}
model M(x: [a, b, c, d, e, f, g, h, k]) -> y: [b, d, f, h] {
  param w: [a, b, c, d, e, f, g, h, k] = normal(1)
  z = w * x
  odd = max[b, d, f, h](z) * prod[b, d, f, h](1 + 0.1 * z)
  some = if any[a, c, e, g, k](z > 1) then 1 else 2
  every = if all[b, d, f, h](z > -1) then 1.0 else 2
  even = sum[a, c, e, g, k](z) + mean[a, c, e, g, k](z) - min[a, c, e, g, k](z)
  y = some * even + sum[a, c, e, g, k](odd * every)
}
${train('t: [b, d, f, h]', 'sum[b, d, f, h](t * y)')}`,
    inputs: { x: [2, 3, 2, 2, 2, 2, 2, 2, 3], t: [3, 2, 2, 2] },
  },
  {
    title: 'axes of eight in another order',
    text: `${DIMS}
model M(x: [a, b, c, d, e, f, g, h]) -> y: [b, d, f, h, a, c, e, g] {
  param w: [h, g, f, e, d, c, b, a] = normal(1)
  more = x > w
  y = (w * x) ^ 2 + (if more then w else x)
}
${train('t: [h, c, f, a, d, g, b, e]', 'sum[h, g, f, e, d, c, b, a](t * y)')}`,
    inputs: { x: [2, 3, 2, 2, 2, 2, 2, 2], t: [2, 2, 2, 2, 2, 2, 3, 2] },
  },
  {
    title: 'truth values of eight axes in another order',
    text: `${DIMS}
model M(x: bool[a, b, c, d, e, f, g, h], y: bool[h, b, f, d]) -> z: bool[h, g, f, e, d, c, b, a] { (x or y) and not (x and y) == x }`,
    inputs: { x: [2, 3, 2, 2, 2, 2, 2, 2], y: [2, 3, 2, 2] },
    whole: { x: 2, y: 2 },
  },
  {
    title: 'softmax along the middle, running sums and products, argmax, of seven axes and the batch',
    text: `${DIMS}
model M(x: [a, b, c, k, d, e, f]) -> y: [a, b, c, k, d, e, f] {
  param w: [a, b, c, k, d, e, f] = normal(1)
  z = w * x
  i = argmax[k](z) + 0
  n = cumsum[b](floor(3 * x))
  y = softmax[k](z) + log_softmax[b](z) + cumsum[k](z) * cumprod[k](1 + 0.1 * z) + n * i
}
${train('t: [a, b, c, k, d, e, f]', 'sum[a, b, c, k, d, e, f](t * y)')}`,
    inputs: { x: [2, 3, 2, 3, 2, 2, 2], t: [2, 3, 2, 3, 2, 2, 2] },
  },
  {
    title: 'positions of a tensor with seven axes, joined, shifted and chosen by an index',
    text: `${DIMS}
model M(x: [a, b, c, d, e, f, k], i: index(k)[a, b, c, d, e, f], j: index(b)[a]) -> y: [a, c, d, e, f, k] {
  param w: [a, b, c, d, e, f, k] = normal(1)
  r = w * x
  own = r[k = i]
  moved = (r[k = position[k] - 1] else 0) + (r[b = position[b] + 1] else 0)
  ends = r[a = first] + r[a = last]
  both = concat[c](r, moved)
  y = r[b = j] + sum[b](own * moved) + sum[b](ends) + both[c = first, b = last]
}
${train('t: [a, c, d, e, f, k]', 'sum[a, c, d, e, f, k](t * y)')}`,
    inputs: { x: [2, 3, 2, 2, 2, 2, 3], i: [2, 3, 2, 2, 2, 2], j: [2], t: [2, 2, 2, 2, 2, 3] },
    whole: { i: 3, j: 3 },
  },
  {
    title: 'a scan whose state has seven axes',
    text: `${DIMS}
dim time: ragged
model M(x: [time, a, b, c, d, e, f, k]) -> y: [time, a, b, c, d, e, f, k] {
  param w: [k <- k], v: [b, e, k] = normal(1), u: [a, b, c, d, e, f, k] = normal(1)
  y = scan time with xt = x { state s: [a, b, c, d, e, f, k] = u;  s' = tanh(w @ s + v * xt);  emit s' }
}
${train('t: [a, b, c, d, e, f, k]', 'sum[a, b, c, d, e, f, k](t * y[time = last]) + sum[time, a, b, c, d, e, f, k](y ^ 2)')}`,
    inputs: { x: [3, 2, 3, 2, 2, 2, 2, 3], t: [2, 3, 2, 2, 2, 2, 3] },
  },
  {
    title: 'windows of an image with heads',
    text: `dim height = 4, width = 3, head = 2, k = 2, c = 2
dim dy = -1..1, dx = -1..1
model M(x: [height, width, c, head, k]) -> y: [height, width, c, head, k] {
  param q: [k <- k], p: [k <- k], r: [dy, dx, head, k] = normal(1)
  window = x[height = position[height] + position[dy], width = position[width] + position[dx]]
  score = sum[k]((q @ x) * (p @ window + r))
  y = sum[dy, dx](softmax[dx](score) * window)
}
${train('t: [height, width, c, head, k]', 'sum[height, width, c, head, k](t * y)')}`,
    inputs: { x: [4, 3, 2, 2, 2], t: [4, 3, 2, 2, 2] },
  },
  {
    title: 'what is absent, by masks of few axes of seven',
    text: `${DIMS}
model M(x: [a, b, c, d, e, f, g], m: bool[a, c, e, g], n: bool[b, d, f]) -> y: [a, b, c, d, e, f, g] {
  param w: [a, b, c, d, e, f, g] = normal(1)
  z = ((w * x) where m)
  u = z where n
  y = (softmax[b](u) else 0) + (u else w) + (sum[d](z where n) else 0) + (if m then x else w) * (max[e](u) else 1)
}
${train('t: [a, b, c, d, e, f, g]', 'sum[a, b, c, d, e, f, g](t * y)')}`,
    inputs: { x: [2, 3, 2, 2, 2, 2, 2], m: [2, 2, 2, 2], n: [3, 2, 2], t: [2, 3, 2, 2, 2, 2, 2] },
    whole: { m: 2, n: 2 },
  },
  {
    title: 'a block with a scan, lifted over six axes',
    text: `${DIMS}
dim time: ragged
block B(x: [time, k], s: [k]) -> [k] {
  r = scan time with xt = x { state q: [k] = s;  q' = GRU(xt, q);  emit q' }
  sum[time](softmax[time](sum[k](r * s)) * r)
}
model M(x: [time, a, c, e, k], s: [b, d, f, k]) -> y: [a, b, c, d, e, f, k] { B(x, s) }
${train('t: [a, b, c, d, e, f, k]', 'sum[a, b, c, d, e, f, k](t * y)')}`,
    inputs: { x: [3, 2, 2, 2, 3], s: [3, 2, 2, 3], t: [2, 3, 2, 2, 2, 2, 3] },
  },
];

/** A decoder over a memory of four axes beside its positions: in a step of a beam there are seven. */
export const wideDecoder = `dim source: ragged, target: ragged, a = 2, b = 2, c = 2, d = 2, k = 3, words = 5
decoder W(m: [source, a, b, c, d, k]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, a, b, c, d, k] = normal(1), q: [k <- k], v: [k <- k], u: [words <- k]
  x = table[y]
  own = softmax[key](sum[k]((q @ x) * (v @ x)[target as key]))
  z = sum[key](own * x[target as key])
  read = softmax[source](sum[k](z * m))
  logits = sum[a, b, c, d](u @ tanh(z + sum[source](read * m) + x))
  at most 4
}
model M(m: [source, a, b, c, d, k]) generates y: index(words)[target] { W(m) }`;
