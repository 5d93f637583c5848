/** `F per a (…)`: parameters of its own for each position of `a`. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { useBackend } from '../../runtime/index.ts';
import { expectEqual } from '../passes/support.ts';
import { agrees } from './agrees.ts';
import { agreeEverywhere, emit, examplesOf, type Source } from './programs.ts';
import { parametersOf } from './support.ts';

const HEAD = `attention Head[width](x: [model], y: [key, model]) -> [width] {
  param Wq, Wk, Wv: [width <- model]
  weights = softmax[key]((Wq @ x) @ (Wk @ y) / sqrt(width))
  sum[key](weights * (Wv @ y))
}
`;
const fit = (loss: string): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;

const cases: Readonly<Record<string, Source>> = {
  'heads as the paper writes them': {
    text: `dim source: ragged, model = 4, heads = 2, dk = 3
${HEAD}model M(x: [source, model]) -> y: [source, model] { param Wo: [model <- heads, dk];  Wo @ (Head[dk] per heads (x, x[source as key])) }${fit('sum[source, model](y ^ 2)')}`,
  },
  'an argument has the axis': {
    text: `dim source: ragged, model = 4, heads = 2
block F(x: [d]) -> [d] { param g: [d] = normal(1);  tanh(Linear[d](x)) * g }
model M(x: [source, heads, model]) -> y: [source, heads, model] { F per heads (x) + F per heads (x[heads = 0]) }${fit('sum[source, heads, model](y ^ 2)')}`,
  },
  'blocks that the block calls, twice, and an instance': {
    text: `dim source: ragged, d = 3, groups = 2, heads = 2
block Inner(x: [a]) -> [a] { let f = Linear[a];  f(tanh(f(x))) + LayerNorm(x) }
block Outer(x: [a]) -> [a] { sum[heads](Inner per heads (x)) + Inner(x) }
model M(x: [source, d]) -> y: [source, groups, d] { Outer per groups (x) }${fit('sum[source, groups, d](y ^ 2)')}`,
  },
  'two axes at once': {
    text: `dim d = 3, groups = 2, heads = 3
model M(x: [heads, d]) -> y: [groups, heads, d] { Linear[d] per (groups, heads) (x) }${fit('sum[groups, heads, d](y ^ 3)')}`,
  },
  'heads of a memory, in a scan': {
    text: `dim time: ragged, slots = 4, width = 3, hidden = 4, reads = 2
block Address(M: [slots, width], h: [hidden], w: [slots]) -> [slots] {
  k = tanh(Linear[width](h));  β = softplus(Linear[](h));  g = sigmoid(Linear[](h))
  g * softmax[slots](β * cosine[width](k, M)) + (1 - g) * w
}
model M(x: [time, hidden]) -> y: [time, width] {
  param a0: [reads, slots], M0: [slots, width]
  scan time with xt = x {
    state o: [hidden] = 0;  state w: [reads, slots] = softmax[slots](a0);  state M: [slots, width] = M0
    o' = RNN(xt, o)
    w' = Address per reads (M, o', w)
    M' = M * prod[reads](1 - 0.3 * w') + sum[reads](w' * (tanh(Linear[width] per reads (o'))))
    emit sum[reads, slots](w' * M')
  }
}${fit('sum[time, width](y ^ 2)')}`,
  },
  'the best of the experts': {
    text: `dim time: ragged, d = 4, experts = 3, inner = 5
model M(x: [time, d]) -> y: [time, d] {
  gate = softmax[experts](Linear[experts](x));  e = argmax[experts](gate)
  gate[e] * (FeedForward[inner] per experts (x))[e]
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'an axis that starts elsewhere': {
    text: `dim time: ragged, d = 3, shift = -1..1
model M(x: [time, d]) -> y: [time, d] { sum[shift](Linear[d, in = d] per shift (x[time = position[time] + position[shift]])) }${fit('sum[time, d](y ^ 2)')}`,
  },
  'in blocks, encoders, rounds and records': {
    text: `dim source: ragged, d = 4, heads = 2, parts = 3, layers = 2
attention Pick(q: [d], m: [key, d]) -> { c: [d], n: [] } {
  param W: [d <- d]
  weights = softmax[key]((W @ q) @ m)
  { c = sum[key](weights * m), n = max[key](weights) }
}
block Bank[k](x: [in]) -> [k, in] { Linear[in] per k (x) }
encoder Rows(x: [source, d]) -> [source, d] { scan source with xt = x { state h: [d] = 0;  h' = GRU(xt, h);  emit h' } }
block Deep(x0: [in]) -> [in] { x = x0;  repeat layers as i { x = tanh(Linear[in](x)) + sum[parts](Linear[in] per parts (x)) * i };  x }
model M(x: [source, d], c: bool[source]) -> { a: [source, heads, d], w: [source, heads, key: source], b: [source, parts, d], g: [source, heads, d], h: [heads, source, d], k: [source, heads, parts, d] } {
  p = Pick per heads (x, x[source as key])
  { a = p.c + p.n, w = p.weights, b = Bank[parts](x), g = Deep per heads (x), h = Rows per heads (x), k = Linear[parts, d] per heads (x) }
}${fit('sum[source, heads, d](a ^ 2 + g + h[heads = 0]) + sum[source, parts, d](b ^ 2) + sum[source, heads, parts, d](sin(k))')}`,
  },
  'of what may be absent': {
    text: `dim source: ragged, d = 4, heads = 2
attention Pick(q: [d], m: [key, d]) -> [d] { param W: [d <- d];  weights = softmax[key]((W @ q) @ m);  sum[key](weights * m) }
model M(x: [source, d], c: bool[source]) -> { a: [source, heads, d], b: [source, heads, d], e: [source, heads, d] } {
  far = x[source as key];  near = abs(position[source] - position[key]) <= 1
  a = Pick per heads (x, far where near)
  b = Linear[d] per heads (x where c) else 0.3
  e = (Linear[d] per heads (far where near))[key = position[source]] else 0.7
  { a = a, b = b, e = e }
}${fit('sum[source, heads, d](a ^ 2 + b ^ 3 + e)')}`,
  },
  'looking back': {
    text: `dim source: ragged, d = 3, heads = 2
block Look(x: [d], H: [tape, d]) -> [d] { param W: [d <- d];  softmax[tape](sum[d]((W @ x) * H)) @ H }
block Step(x: [d], h: [d]) -> [d] { RNN(x, h) }
model M(x: [source, d]) -> y: [source, heads, d] {
  scan source with xt = x { state h: [heads, d] = 0.1;  h' = Step per heads (xt, h) + Look per heads (xt, past[tape](h));  emit h' }
}${fit('sum[source, heads, d](y ^ 2)')}`,
  },
  'a scan in each, with a learned first state': {
    text: `dim time: ragged, d = 2, groups = 3
block Run(x: [time, a]) -> [time, a] { scan time with xt = x { state h: [a] = learned;  h' = GRU(xt, h);  emit h' } }
model M(x: [time, d]) -> y: [time, groups, d] { init uniform(0.5);  Run per groups (x) }${fit('sum[time, groups, d](y ^ 2)')}`,
  },
};

describe('per', () => {
  agreeEverywhere(cases);
});

const decoder = (body: string, more = ''): string => `dim source: ragged, target: ragged, words = 7, model = 4, heads = 2, dk = 3
${HEAD}block Each(x: [model], h: [model]) -> [model] { RNN(x, h) }
decoder Write(m: [source, model]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, model]${more}
  ${body}
}
model M(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, model];  Write(E[tokens]) }
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;
const examples = [
  { tokens: [3, 5, 1], y: [4, 3, 2] },
  { tokens: [6], y: [2] },
  { tokens: [2, 4], y: [5, 6, 3, 2] },
];
const lengths = (example: Readonly<Record<string, unknown>>) => ({
  source: (example.tokens as number[]).length,
  target: (example.y as number[]).length,
});

describe('per, in what generates', () => {
  agrees([
    {
      title: 'heads that a step asks with',
      path: 'per-recurrent.attn',
      dims: {},
      examples,
      lengths,
      most: 4,
      text: decoder(
        "state s: [heads, model] = tanh(Linear[model] per heads (mean[source](m)))\n  s' = Each per heads (table[y], s)\n  c = Wo @ (Head[dk] per heads (sum[heads](s'), m))\n  logits = table @ (c + sum[heads](s'))",
        ', Wo: [model <- heads, dk]',
      ),
    },
    {
      title: 'heads over the positions up to now',
      path: 'per-parallel.attn',
      dims: {},
      examples,
      lengths,
      most: 4,
      text: decoder(
        'x = table[y]\n  a = x + Wo @ (Head[dk] per heads (x, x[target as key]))\n  b = a + Wo2 @ (Head[dk] per heads (a, m))\n  logits = table @ b',
        ', Wo, Wo2: [model <- heads, dk]',
      ),
    },
  ]);
});

describe('per, with chance', () => {
  it('draws for each position by itself, before and after it is opened', async () => {
    await useBackend('cpu');
    const text = `dim time: ragged, d = 3, groups = 2, parts = 2
block Inner(x: [d]) -> [d] { dropout(Linear[d](x), 0.5) }
block Outer(x: [time, d]) -> [time, d] { scan time with xt = x { state h: [d] = 0;  h' = dropout(sum[parts](Inner per parts (xt)) + h, 0.5);  emit h' } }
model M(x: [time, d]) -> y: [time, groups, d] { Outer per groups (x) }
objective Fit for M { loss = sum[time, groups, d](y ^ 2);  optimizer sgd(rate = 0.1) }`;
    const { program, create } = await emit({ text });
    const model = create({});
    const example = examplesOf(program, model.sizes)[0]!;
    const roots = new Map([['loss', program.objectives[0]!.updates[0]!.training.loss]]);
    const sites = new Set<string>();
    const bound = {
      sizes: example.sizes,
      inputs: new Map(Object.entries(example.values)),
      parameters: await parametersOf(model),
      random: (op: { readonly site: string }, at: readonly number[]) => {
        sites.add(`${op.site} ${at.join()}`);
        return Math.abs(Math.sin(1 + [...`${op.site} ${at.join()}`].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) % 1e6, 7))) * 2;
      },
    };
    expectEqual(roots, inline(roots), bound);
    // 3 steps, 2 groups, 3 features; inside 2 parts more.
    expect(sites.size).toBe(18 + 36);
  });
});

/** The values of `M` for given parameters, by the oracle. */
async function valuesOf(
  source: Source,
  change: (path: string, shape: readonly number[]) => Float64Array,
): Promise<{ y: Float64Array; shapes: Record<string, readonly number[]> }> {
  await useBackend('cpu');
  const { program, create } = await emit(source);
  const model = create({});
  const example = examplesOf(program, model.sizes, source)[0]!;
  const shapes = Object.fromEntries(model.parameters.map(({ path, axes }) => [path, axes.map(({ size }) => size)]));
  const parameters = new Map(Object.entries(shapes).map(([path, shape]) => [path, change(path, shape)]));
  const y = interpret([...program.outputs.values()], {
    sizes: example.sizes,
    inputs: new Map(Object.entries(example.values)),
    parameters,
  })[0]!;
  return { y: y.data, shapes };
}

const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => 0.9 * Math.sin(1 + seed + 1.7 * k));
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

describe('per is a loop over instances', () => {
  it('heads written by themselves are MultiHead', async () => {
    const dims = 'dim source: ragged, model = 4, heads = 2, dk = 2\n';
    const own = new Map<string, Float64Array>();
    const keep = (path: string, shape: readonly number[]): Float64Array => {
      const name = path.split('.').at(-1)!;
      if (!own.has(name)) own.set(name, numbers(product(shape), own.size));
      return own.get(name)!;
    };
    const many = await valuesOf({ text: `${dims}model M(x: [source, model]) -> y: [source, model] { MultiHead[heads](x, x) }` }, keep);
    const each = await valuesOf(
      {
        text: `${dims}${HEAD}model M(x: [source, model]) -> y: [source, model] { param Wo: [model <- heads, dk];  Wo @ (Head[dk] per heads (x, x[source as key])) }`,
      },
      keep,
    );
    expect(Object.values(each.shapes).toSorted()).toEqual(Object.values(many.shapes).toSorted());
    expect(each.y.length).toBe(12);
    each.y.forEach((value, k) => expect(value).toBeCloseTo(many.y[k]!, 12));
  });

  it('each position is the block by itself with its slice of the parameters', async () => {
    const block = 'dim d = 3, groups = 2\nblock F(x: [a]) -> [a] { param W: [a <- a], b: [a];  tanh(Linear[a](x)) + W @ x + b }\n';
    const whole = new Map<string, Float64Array>();
    const all = await valuesOf({ text: `${block}model M(x: [groups, d]) -> y: [groups, d] { F per groups (x) }` }, (path, shape) => {
      whole.set(path, numbers(product(shape), whole.size));
      return whole.get(path)!;
    });
    for (const group of [0, 1]) {
      const one = await valuesOf({ text: `${block}model M(x: [groups, d]) -> y: [d] { F(x[groups = ${group}]) }` }, (path, shape) => {
        const count = product(shape);
        return whole.get(path)!.slice(group * count, (group + 1) * count);
      });
      one.y.forEach((value, k) => expect(value).toBeCloseTo(all.y[3 * group + k]!, 12));
    }
    expect(all.shapes).toEqual({ 'F.W': [2, 3, 3], 'F.b': [2, 3], 'F.Linear.W': [2, 3, 3], 'F.Linear.b': [2, 3] });
  });

  it('first values are those of one instance, drawn anew for each', async () => {
    await useBackend('cpu');
    const { create } = await emit({
      text: 'dim d = 4, groups = 3\nblock F(x: [d]) -> [d] { param Q: [d <- d] = orthogonal, G: [d <- d];  Q @ (G @ x) }\nmodel M(x: [d]) -> y: [groups, d] { F per groups (x) }',
    });
    const values = await parametersOf(create({ seed: 5 }));
    const [q, g] = [values.get('F.Q')!, values.get('F.G')!];
    for (let group = 0; group < 3; group++) {
      const rows = Array.from({ length: 4 }, (_, r) => q.slice(16 * group + 4 * r, 16 * group + 4 * r + 4));
      rows.forEach((a, i) => rows.forEach((b, j) => expect(a.reduce((sum, x, k) => sum + x * b[k]!, 0)).toBeCloseTo(i === j ? 1 : 0, 6)));
      // Glorot's limit is that of one map from 4 to 4.
      const limit = Math.sqrt(6 / 8);
      const largest = Math.max(...g.slice(16 * group, 16 * group + 16).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.7 * limit);
    }
    expect([...q.slice(0, 16)]).not.toEqual([...q.slice(16, 32)]);
  });
});
