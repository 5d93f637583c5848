/** Attention in the forms that others have given it, written as their papers do: emitted as the oracle has it, and equal to what they should be. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { agreeEverywhere, emit, examplesOf, type Source } from './programs.ts';

const fit = (loss = 'sum[time, model](y ^ 2)'): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;
const DIMS = 'dim time: ragged, model = 8, heads = 2, dk = 4\n';

/** Ainslie et al. 2023: fewer keys than queries; the queries that share a head lift. */
const GROUPED = `block Grouped[kv, share](x: [model], y: [key, model]) -> [model] {
  dim dk = model / (kv * share)
  param Wq: [kv, share, dk <- model], Wk, Wv: [kv, dk <- model], Wo: [model <- kv, share, dk]
  Wo @ ScaledDot[d = dk, v = dk](Wq @ x, Wk @ y, Wv @ y)
}
`;

/** Su et al. 2021, eq. (34): pairs of features turned by an angle that grows with the position. */
const ROTATED = `block Rotated(x: [place, width]) -> [place, width] {
  dim pair = width / 2, phase = 2
  z     = x[width as (pair, phase)]
  angle = position[place] * 10000 ^ (-2 * position[pair] / width)
  turned = stack[phase](z[phase = 0] * cos(angle) - z[phase = 1] * sin(angle), z[phase = 0] * sin(angle) + z[phase = 1] * cos(angle))
  turned[(pair, phase) as width]
}
`;

/** Press, Smith & Lewis 2022, sec. 3: a penalty that grows with the distance, steeper or flatter by head. */
const ALIBI = `attention Biased(query: [d], keys: [key, d], values: [key, v], bias: [key] = 0) -> [v] {
  weights = softmax[key]((query @ keys) / sqrt(d) + bias)
  sum[key](weights * values)
}
block Alibi[heads, steep = 1](x: [time, model]) -> [time, model] {
  dim dk = model / heads
  param Wq, Wk, Wv: [heads, dk <- model], Wo: [model <- heads, dk]
  seen  = x[upto time as key]
  slope = steep * 2 ^ (-8 * (position[heads] + 1) / heads)
  far   = position[key] - position[time]
  Wo @ Biased[key = key, d = dk, v = dk](Wq @ x, Wk @ seen, Wv @ seen, bias: slope * far)
}
`;

/** Katharopoulos et al. 2020, eq. (9)-(12): no weights, a running sum of what keys and values make together. */
const LINEAR = `block phi(x: []) -> [] { if x > 0 then x + 1 else exp(x) }
block Linearised[dk](x: [time, model]) -> [time, model] {
  param Wq, Wk: [dk <- model], Wv: [value: model <- model]
  q = phi(Wq @ x);  k = phi(Wk @ x)
  S = cumsum[time](k * (Wv @ x));  z = cumsum[time](k)
  ((q @[dk] S) / (q @[dk] z))[value as model]
}
block Quadratic[dk](x: [time, model]) -> [time, model] {
  param Wq, Wk: [dk <- model], Wv: [value: model <- model]
  seen = x[upto time as key]
  w = phi(Wq @ x) @[dk] phi(Wk @ seen)
  (sum[key](w * (Wv @ seen)) / sum[key](w))[value as model]
}
`;

/** Jaegle et al. 2021, sec. 3.1: few latent positions ask many inputs, then one another. */
const PERCEIVER = `block Perceive[latents, rounds](x: [source, model]) -> [latents, model] {
  param start: [latents, model] = normal(0.5)
  z = start
  repeat rounds {
    z = LayerNorm(z + MultiHead[2](z, x))
    z = LayerNorm(z + MultiHead[2](z, z))
    z = LayerNorm(z + FeedForward[6](z))
  }
  z
}
`;

/** Fedus, Zoph & Shazeer 2022, sec. 2.1 and eq. (4): the best expert answers, and the load is balanced. */
const EXPERTS = `block Switch[experts, inner](x: [features]) -> { y: [features], gate: [experts], best: index(experts) } {
  gate = softmax[experts](Linear[experts](x))
  e = argmax[experts](gate)
  { y = gate[e] * (FeedForward[inner] per experts (x))[e], gate = gate, best = e }
}
`;

/** Beltagy, Peters & Cohan 2020, sec. 3.1: each position asks those around it, by their distance. */
const WINDOW = `block Window[reach](x: [time, model]) -> [time, model] {
  dim offset = 2 * reach + 1, heads = 2, each = model / heads
  param Wq, Wk, Wv: [heads, each <- model], Wo: [model <- heads, each]
  near = x[time = position[time] + position[offset] - reach]
  Wo @ ScaledDot[key = offset, d = each, v = each](Wq @ x, Wk @ near, Wv @ near)
}
`;

const cases: Readonly<Record<string, Source>> = {
  'grouped queries': { text: `${DIMS}${GROUPED}model M(x: [time, model]) -> y: [time, model] { Grouped[2, 2](x, x) }${fit()}` },
  'rotary positions': {
    text: `${DIMS}${ROTATED}model M(x: [time, model]) -> y: [time, model] {
  param Wq, Wk, Wv: [heads, dk <- model], Wo: [model <- heads, dk]
  seen = x[upto time as key]
  Wo @ ScaledDot[d = dk, v = dk](Rotated[place = time, width = dk](Wq @ x), Rotated[place = key, width = dk](Wk @ x[time as key]) where position[key] <= position[time], Wv @ seen)
}${fit()}`,
  },
  'distances as a bias': { text: `${DIMS}${ALIBI}model M(x: [time, model]) -> y: [time, model] { Alibi[heads](x) }${fit()}` },
  'linear attention': {
    text: `${DIMS}${LINEAR}model M(x: [time, model]) -> y: [time, model] { Linearised[dk](x) + Quadratic[dk](x) }${fit()}`,
  },
  Perceiver: {
    text: `${DIMS}dim latents = 3, rounds = 2\n${PERCEIVER}model M(x: [time, model]) -> y: [latents, model] { Perceive[latents, rounds](x) }${fit('sum[latents, model](y ^ 3)')}`,
  },
  'a mixture of experts': {
    text: `${DIMS}dim experts = 3\n${EXPERTS}model M(x: [time, model]) -> { y: [time, model], gate: [time, experts], best: index(experts)[time] } {
  s = Switch[experts, 5](x);  { y = s.y, gate = s.gate, best = s.best }
}${fit('sum[time, model](y ^ 2) + experts * sum[experts](mean[time](onehot[experts](best)) * mean[time](gate))')}`,
  },
  'a sliding window': { text: `${DIMS}${WINDOW}model M(x: [time, model]) -> y: [time, model] { Window[1](x) }${fit()}` },
};

describe('the family', () => {
  agreeEverywhere(cases);
});

// ---------------------------------------------------------------- what they are equal to

interface Ran {
  readonly y: Float64Array;
  readonly shapes: ReadonlyMap<string, number>;
}

/** The oracle's `y` for one example; `change` gives a parameter by the last part of its path. */
async function run(
  text: string,
  change: (name: string, size: number, path: string) => Float64Array,
  inputs: (values: Record<string, unknown>) => Record<string, unknown> = (values) => values,
): Promise<Ran> {
  const { program, create } = await emit({ text });
  const model = create({ seed: 1 });
  const example = examplesOf(program, model.sizes, { lengths: { time: [4, 4, 4] } })[0]!;
  const parameters = new Map(model.parameters.map(({ path, size }) => [path, change(path.split('.').at(-1)!, size, path)]));
  const at = [...program.outputs.keys()].indexOf('y');
  const values = interpret([...program.outputs.values()], {
    sizes: example.sizes,
    inputs: new Map(Object.entries(inputs(example.values))) as never,
    parameters,
  });
  return { y: values[at]!.data, shapes: new Map(model.parameters.map(({ path, size }) => [path, size])) };
}

const numbers = (name: string, count: number): Float64Array =>
  Float64Array.from(
    { length: count },
    (_, k) => 0.6 * Math.sin(1 + 1.3 * k + 7 * [...name].reduce((sum, c) => sum + c.codePointAt(0)!, 0)),
  );
const same = (a: Ran, b: Ran): void => {
  expect(a.y.length).toBeGreaterThan(7);
  a.y.forEach((value, k) => expect(value).toBeCloseTo(b.y[k]!, 10));
};

describe('is', () => {
  it('of grouped queries with one each: multi-head attention', async () => {
    const one = await run(`${DIMS}${GROUPED}model M(x: [time, model]) -> y: [time, model] { Grouped[2, 1](x, x) }`, numbers);
    same(one, await run(`${DIMS}model M(x: [time, model]) -> y: [time, model] { MultiHead[2](x, x) }`, numbers));
  });

  it('of turned positions: scores that know distances alone', async () => {
    const text = `${DIMS}dim width = 6\n${ROTATED}model M(q: [width], k: [width], x: [time]) -> y: [time, key: time] {
  Rotated[place = time](outer(q + 0 * x)) @[width] Rotated[place = key](outer(k + 0 * x[time as key]))
}`;
    const { y } = await run(text, numbers);
    const score = (i: number, j: number): number => y[4 * i + j]!;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(score(i + 1, j + 1)).toBeCloseTo(score(i, j), 10);
    expect(Math.abs(score(0, 1) - score(0, 2))).toBeGreaterThan(1e-3);
  });

  it('of no slope: causal multi-head attention', async () => {
    const flat = await run(`${DIMS}${ALIBI}model M(x: [time, model]) -> y: [time, model] { Alibi[heads = 2, steep = 0.0](x) }`, numbers);
    same(flat, await run(`${DIMS}model M(x: [time, model]) -> y: [time, model] { MultiHead[2](x, x[upto time as key]) }`, numbers));
  });

  it('of sums that run: the weights written out', async () => {
    const running = await run(`${DIMS}${LINEAR}model M(x: [time, model]) -> y: [time, model] { Linearised[dk](x) }`, numbers);
    same(running, await run(`${DIMS}${LINEAR}model M(x: [time, model]) -> y: [time, model] { Quadratic[dk](x) }`, numbers));
  });

  it('of inputs in another order: the same latents', async () => {
    const text = `${DIMS}dim latents = 3, rounds = 2\n${PERCEIVER}model M(x: [time, model]) -> y: [latents, model] { Perceive[latents, rounds](x) }`;
    same(await run(text, numbers), await run(text, numbers, ({ x }) => ({ x: (x as unknown[]).toReversed() })));
  });

  it('of experts that agree: one network, as much of it as the gate says', async () => {
    const alike = (name: string, size: number, path: string): Float64Array => {
      if (!path.includes('FeedForward')) return numbers(name, size);
      const first = numbers(path.split('.').slice(-2).join('.'), size / 3);
      return Float64Array.from({ length: size }, (_, k) => first[k % first.length]!);
    };
    const many = await run(
      `${DIMS}dim experts = 3\n${EXPERTS}model M(x: [time, model]) -> y: [time, model] { Switch[experts, 5](x).y }`,
      alike,
    );
    const one = await run(
      `${DIMS}dim experts = 3
block One[experts, inner](x: [features]) -> [features] { gate = softmax[experts](Linear[experts](x));  max[experts](gate) * FeedForward[inner](x) }
model M(x: [time, model]) -> y: [time, model] { One[experts, 5](x) }`,
      (name, size, path) => numbers(path.includes('FeedForward') ? path.split('.').slice(-2).join('.') : name, size),
    );
    same(many, one);
  });

  it('of a window as wide as the text: all of it', async () => {
    const all = await run(`${DIMS}${WINDOW}model M(x: [time, model]) -> y: [time, model] { Window[3](x) }`, numbers);
    same(all, await run(`${DIMS}model M(x: [time, model]) -> y: [time, model] { MultiHead[2](x, x) }`, numbers));
  });
});
