/** Maps as arguments and results of blocks, and their algebra: the same numbers as with plain tensors. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { useBackend } from '../../runtime/index.ts';
import { agreeEverywhere, emit, examplesOf, type Source } from './programs.ts';
import { parametersOf } from './support.ts';

const SPECTRAL = `block Spectral(W: [out.. <- in..]) -> [out.. <- in..] {
  param u0: [out..] = normal(1)
  v = stop(unit[in..](sum[out..](u0 * W)));  u = stop(unit[out..](sum[in..](W * v)))
  W / sum[out.., in..](u * W * v)
}
`;
const DIMS = 'dim source: ragged, d = 3, e = 4, heads = 2\n';
const fit = (loss: string): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;

const cases: Readonly<Record<string, Source>> = {
  'a normaliser of weights': {
    text: `${DIMS}${SPECTRAL}model M(x: [source, d]) -> y: [source, heads, e] { param W: [heads, e <- d];  Spectral(W) @ x }${fit('sum[source, heads, e](y ^ 2)')}`,
    // The direction is held while W moves, as a paper's gradient has it: by differences the slope of the oracle is another.
    gradients: false,
  },
  'one for each head': {
    text: `${DIMS}${SPECTRAL.replaceAll('stop', '')}model M(x: [source, d]) -> y: [source, heads, e] { param W: [heads, e <- d];  (Spectral per heads (W)) @ x }${fit('sum[source, heads, e](y ^ 2)')}`,
  },
  'one that is lifted over the heads': {
    text: `${DIMS}block Rows(W: [o <- i]) -> [o <- i] { W / sum[o](abs(W)) }
model M(x: [source, d]) -> y: [source, heads, e] { param W: [heads, e <- d];  Rows(W) @ x }${fit('sum[source, heads, e](y ^ 2)')}`,
  },
  'applied twice, the argument bound by the map': {
    text: `${DIMS}block Twice(f: [d <- d], x: [d]) -> [d] { f @ tanh(f @ x) }
model M(x: [source, d]) -> y: [source, d] { param F: [d <- d];  Twice(F, x) + Twice(transpose(F), x) }${fit('sum[source, d](y ^ 2)')}`,
  },
  'sums, differences, quotients and functions of maps': {
    text: `${DIMS}model M(x: [source, d], c: []) -> y: [source, e] {
  param U, V: [e <- d], F: [d <- d]
  G = F - c * F * F / 2 + tanh(-F)
  (U + 0.5 * V - V / 3) @ (G @ x)
}${fit('sum[source, e](y ^ 2)')}`,
  },
  'sides of one name as a tensor': {
    text: `${DIMS}model M(x: [source, d]) -> y: [source, d] {
  param F: [d <- d]
  a = plain(F, to = other) @[d] x;  b = plain(transpose(F), from = other) @[d] x
  sum[other](a * b) + sum[from](plain(F, to = d, from = from) * x[d as from])
}${fit('sum[source, d](y ^ 2)')}`,
  },
  'fast weights: a tensor that becomes a map': {
    text: `${DIMS}block Fast(k: [key, i], v: [key, o]) -> [o <- i] { sum[key](k * v) }
model M(x: [source, d]) -> y: [source, e] { Fast(tanh(Linear[d](x)), tanh(Linear[e](x))) @ x }${fit('sum[source, e](y ^ 2)')}`,
  },
  'transposed, with several axes on each side': {
    text: `${DIMS}model M(x: [source, d]) -> y: [source, d] { param W: [heads, e <- d];  transpose(W) @ tanh(W @ x) + transpose(transpose(2 * W)) @ x @[heads, e] (W @ x) * x }${fit('sum[source, d](y ^ 2)')}`,
  },
  'a record with a map, an instance, a default': {
    text: `${DIMS}block Both(W: [o <- i]) -> { W: [o <- i], n: [] } { { W = tanh(W), n = sum[o, i](W * W) } }
block Apply(f: [d <- d], x: [d], g: [d <- d] = -f) -> [d] { f @ x + g @ tanh(x) }
model M(x: [source, d]) -> y: [source, d] { param F: [d <- d];  let norm = Both;  r = Both(F);  Apply(r.W, x) * norm(F).n + Apply(F, x, transpose(F)) }${fit('sum[source, d](y ^ 2)')}`,
  },
  'a chain of maps, low rank, in a scan': {
    text: `dim source: ragged, d = 4, rank = 2, heads = 2
block Low[r](x: [in]) -> [in] { param U: [in <- r], V: [r <- in];  U @ V @ x }
model M(x: [source, d]) -> y: [source, d] {
  param A: [heads, rank <- d], B: [d <- heads, rank]
  C = B @ A - 0.5 * transpose(B @ A)
  scan source with xt = x { state h: [d] = 0;  h' = tanh(C @ h + Low[rank](xt));  emit h' }
}${fit('sum[source, d](y ^ 2)')}`,
  },
  'to one number': {
    text: `${DIMS}block Unit(W: [out.. <- in..]) -> [out.. <- in..] { W / (1 + sum[out.., in..](W * W)) }
block Row[out..](x: [in]) -> [out..] { param W: [out.. <- in];  Unit(W) @ x }
model M(x: [source, d]) -> y: [source] { Row[](x) }${fit('sum[source](y ^ 2)')}`,
  },
  'that depend on the input, one for each position': {
    text: `${DIMS}block Hyper(z: [k]) -> [e <- d] { Linear[e, d](z) }
block Scaled(W: [o <- i], s: []) -> [o <- i] { s * W }
model M(x: [source, d]) -> y: [source, e] { param F: [e <- d];  Hyper(mean[source](x)) @ x + plain(Scaled(F, x[d = 0])) @[d] x }${fit('sum[source, e](y ^ 2)')}`,
  },
  'merged and split in one go': {
    text: `${DIMS}dim p = 2, q = e * d / p\nmodel M(x: [source, e, d]) -> y: [source, p, q] { param w: [q];  tanh(x[(e, d) as (p, q)]) * w + sum[a](x[(source, d) as (source, a)] ^ 2)[e as p2][p2 = 1] }${fit('sum[source, p, q](y ^ 2)')}`,
  },
  'outer products that are meant': {
    text: `${DIMS}model M(x: [source, d], h: [e]) -> y: [source, d, e] { param w: [e];  exp(-outer(x - h * w) ^ 2) where outer(x <= h) else 0.5 }${fit('sum[source, d, e](y ^ 2)')}`,
  },
};

describe('maps', () => {
  agreeEverywhere(cases);
});

/** What the oracle gives for the outputs of `M`, its parameters by the last part of their paths. */
async function valuesOf(text: string): Promise<ReadonlyMap<string, Float64Array>> {
  await useBackend('cpu');
  const { program, create } = await emit({ text });
  const model = create({ seed: 1 });
  const parameters = await parametersOf(model);
  const seeds = new Map(
    [...parameters].map(([path, values]) => [path, values.map((_, k) => Math.sin(0.3 + 1.7 * k + path.split('.').at(-1)!.length))]),
  );
  const example = examplesOf(program, model.sizes)[0]!;
  const values = interpret([...program.outputs.values()], {
    sizes: example.sizes,
    inputs: new Map(Object.entries(example.values)),
    parameters: seeds,
  });
  return new Map([...program.outputs.keys()].map((name, k) => [name, values[k]!.data]));
}

describe('a map is the tensor of its axes', () => {
  it.each([
    [
      'a normaliser',
      `${SPECTRAL}model M(x: [source, d]) -> y: [source, heads, e] { param W: [heads, e <- d];  Spectral(W) @ x }`,
      `model M(x: [source, d]) -> y: [source, heads, e] {
  param W: [heads, e, d], u0: [heads, e]
  v = unit[d](sum[heads, e](u0 * W));  u = unit[heads, e](sum[d](W * v))
  (W / sum[heads, e, d](u * W * v)) @[d] x
}`,
    ],
    [
      'sums of maps',
      'model M(x: [source, d]) -> y: [source, e] { param U, V2: [e <- d];  (2 * U - V2 / 3) @ x }',
      'model M(x: [source, d]) -> y: [source, e] { param U, V2: [e, d];  (2 * U - V2 / 3) @[d] x }',
    ],
    [
      'a transposed map',
      'model M(x: [source, d]) -> y: [source, d] { param W: [heads, e <- d];  transpose(W) @ (W @ x) }',
      'model M(x: [source, d]) -> y: [source, d] { param W: [heads, e, d];  W @[heads, e] (W @[d] x) }',
    ],
    [
      'a map to its own axis',
      'block Twice(f: [a <- a], x: [a]) -> [a] { f @ (f @ x) }\nmodel M(x: [source, d]) -> y: [source, d] { param F: [d <- d];  Twice(F, x) }',
      'model M(x: [source, d]) -> y: [source, d] { param F: [to: d, d];  g = F @[d] x;  (F @[d] g[to as d])[to as d] }',
    ],
  ])('%s', async (_what, map, tensor) => {
    const [given, expected] = [await valuesOf(DIMS + map), await valuesOf(DIMS + tensor)];
    expect(given.get('y')!.length).toBeGreaterThan(3);
    given.get('y')!.forEach((value, k) => expect(value).toBeCloseTo(expected.get('y')![k]!, 12));
  });
});

describe('maps among the arguments of what generates', () => {
  it('a decoder and an encoder take them', async () => {
    const text = `dim source: ragged, target: ragged, words = 7, d = 3
encoder Read(W: [d <- d], x: [source, d]) -> [source, d] { tanh(W @ x) }
decoder Write(m: [source, d], F: [d <- d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  state s: [d] = mean[source](m)
  s' = tanh(F @ s + table[y])
  logits = table @ s'
}
model M(x: [source, d]) generates y: index(words)[target] { param F: [d <- d];  Write(Read(F / 2, x), transpose(F)) }`;
    const { program: lowered, create } = await emit({ text });
    const model = create({ seed: 2 });
    expect(model.parameters.map(({ path }) => path).toSorted()).toEqual(['F', 'Write.table']);
    const parameters = await parametersOf(model);
    const x = [
      [0.3, -0.2, 0.5],
      [0.1, 0.9, -0.4],
    ];
    const sizes = new Map(Object.entries({ ...model.sizes, source: 2, target: 2 }));
    const logits = interpret([lowered.outputs.get('logits')!], {
      sizes,
      inputs: new Map<string, never>([
        ['x', x as never],
        ['y', [1, 4] as never],
      ]),
      parameters,
    })[0]!;
    // By hand.
    const [F, table] = [parameters.get('F')!, parameters.get('Write.table')!];
    const f = (i: number, j: number): number => F[3 * i + j]!;
    const axis = [0, 1, 2];
    const memory = x.map((row) => axis.map((i) => Math.tanh(axis.reduce((sum, j) => sum + (f(i, j) / 2) * row[j]!, 0))));
    let s = axis.map((i) => (memory[0]![i]! + memory[1]![i]!) / 2);
    const expected = [1, 4].flatMap((y) => {
      s = axis.map((i) => Math.tanh(axis.reduce((sum, j) => sum + f(j, i) * s[j]!, 0) + table[3 * y + i]!));
      return Array.from({ length: 7 }, (_, w) => axis.reduce((sum, i) => sum + table[3 * w + i]! * s[i]!, 0));
    });
    expected.forEach((value, k) => expect(logits.data[k]).toBeCloseTo(value, 12));
  });
});
