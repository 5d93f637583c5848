/** Whole programs after papers, emitted and held against the oracle: outputs, losses, gradients. */
import { describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { agrees, exampleOf, type Example } from './support.ts';

type Lengths = Readonly<Record<string, number>>;
const examples =
  (...all: readonly Lengths[]) =>
  (program: Program): Example[] =>
    all.map((lengths, k) => exampleOf(program, lengths, k + 1));

/** Veličković et al. 2018, sec. 2.1, on a list of edges. */
const GAT = `dim node: ragged, edge: ragged, features = 3, heads = 2, width = 2, both = heads * width, classes = 3
block leaky(x: []) -> [] { max(x, 0.2 * x) }

/// eq. (1) to (4): every node takes from those with an edge to it.
attention Graph[heads, width](x: [v, in], from: index(v)[link], to: index(v)[link]) -> [v, heads, width] {
  param W: [heads, width <- in], a, b: [heads, width]
  h = W @ x
  weights = softmax[link by to](leaky(sum[width](a * h[from]) + sum[width](b * h[to])))
  sum[link by to](weights * h[from])
}
model Nodes(x: [node, features], from: index(node)[edge], to: index(node)[edge]) -> { logits: [node, classes], seen: [edge, heads] } {
  one = Graph[heads, width](x, from, to)
  two = Graph[heads, classes](relu(one)[(heads, width) as both], from, to)
  { logits = mean[heads](two), seen = one.weights }
}
objective Fit for Nodes given label: index(classes)[node], known: bool[node] {
  loss = mean[node](cross_entropy[classes](logits, label) where known)
  optimizer adam(rate = 5e-3)
}`;

/** Devlin et al. 2019: both directions, some words hidden. */
const BERT = `dim places = 8, source: ragged <= places, words = 7, segments = 2, model = 4, heads = 2, layers = 2, inner = 5
model Bert(tokens: index(words)[source], segment: index(segments)[source] = 0) -> logits: [source, words] {
  param table: [words, model] = normal(0.5), learnt: [places, model] = normal(0.5), kind: [segments, model] = normal(0.5), bias: [words] = zeros
  x = LayerNorm(table[tokens] + learnt[position[source]] + kind[segment])
  repeat layers { x = EncoderLayer[heads, inner, p = 0](x) }
  logits = LayerNorm(gelu(Linear[model](x))) @ table + bias
}
objective Masked for Bert given truth: index(words)[source], hidden: bool[source] {
  loss = mean[source](cross_entropy[words](logits, truth) where hidden)
  metric right = mean[source]((if argmax[words](logits) == truth then 1 else 0) where hidden)
  optimizer adam(rate = 1e-4, weightDecay = 0.01)
}`;

/** Graves et al. 2016, Methods: a memory with usage, links in time and three ways to read. */
const DNC = `dim time: ragged, inputs = 3, outputs = 2, slots = 3, width = 2, reads = 2, hidden = 3, flat = reads * width
const dim way = 3

/// Where the memory is like a key.
block Content(M: [slots, width], k: [width], β: []) -> [slots] { softmax[slots](β * cosine[width](k, M)) }

/// The slots that are least in use, the freest first.
block Allocation(u: [slots]) -> [slots] {
  order = argsort[slots as rank](u)
  free  = u[order]
  sum[rank by order]((1 - free) * cumprod[rank](free, exclusive))
}

model Computer(x: [time, inputs]) -> { y: [time, outputs], written: [time, slots], read: [time, reads, slots] } causal time {
  run = scan time with xt = x {
    state h, c: [hidden] = 0
    state M: [slots, width] = 1e-3
    state u, p, ww: [slots] = 0
    state L: [slots, before: slots] = 0
    state wr: [reads, slots] = 0
    state r: [reads, width] = 0
    (h', c') = LSTM(concat[inputs as seen](xt, r[(reads, width) as inputs]), h, c)
    o = h'
    // What the controller asks for.
    freed  = sigmoid(Linear[reads](o));  gate = sigmoid(Linear[](o));  new = sigmoid(Linear[](o))
    erase  = sigmoid(Linear[width](o));  add = Linear[width](o)
    key = Linear[width](o);  want = Linear[reads, width](o)
    sharp  = 1 + softplus(Linear[](o));  sharps = 1 + softplus(Linear[reads](o))
    mode   = softmax[way](Linear[reads, way](o))
    // Writing.
    u'  = (u + ww - u * ww) * prod[reads](1 - freed * wr)
    ww' = gate * (new * Allocation(u') + (1 - new) * Content(M, key, sharp))
    M'  = M * (1 - ww' * erase) + ww' * add
    // Which slot was written after which.
    now = ww'[slots as before]
    L'  = if position[slots] == position[before] then 0 else outer(1 - ww' - now) * L + ww' * p[slots as before]
    p'  = (1 - sum[slots](ww')) * p + ww'
    // Reading: backward, by content, forward.
    back   = (sum[slots](L' * wr))[before as slots]
    ahead  = sum[before](L' * wr[slots as before])
    wr' = mode[way = 0] * back + mode[way = 1] * Content(M', want, sharps) + mode[way = 2] * ahead
    r'  = sum[slots](wr' * M')
    emit { y = Linear[outputs](o) + Linear[outputs](r'[(reads, width) as flat]), written = ww', read = wr' }
  }
  run
}
objective Copy for Computer given t: [time, outputs] {
  loss = mean[time](sum[outputs](binary_cross_entropy(y, sigmoid(t))))
  optimizer rmsprop(rate = 1e-4, momentum = 0.9)
  clip norm 10
}`;

describe('programs after papers', () => {
  it('graph attention on a list of edges', async () => {
    const { outputs } = await agrees(GAT, examples({ node: 3, edge: 5 }, { node: 1, edge: 1 }, { node: 5, edge: 9 }));
    expect(outputs[2]!.seen!.shape).toEqual([9, 2]);
  });
  it('masked words in both directions', async () => {
    const { model } = await agrees(BERT, examples({ source: 5 }, { source: 2 }, { source: 7 }));
    await expect(model.forward([{ tokens: Array.from({ length: 9 }, () => 0) }])).rejects.toThrow(
      '`source` (9) must be at most `places` (8)',
    );
  });
  it('a differentiable neural computer', async () => {
    await agrees(DNC, examples({ time: 3 }, { time: 2 }));
  }, 180_000);
});
