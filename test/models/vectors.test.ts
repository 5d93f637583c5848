/** Numbers worked out once, by hand or in another program, for what the papers' equations give on inputs that one can read. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import { interpret, type Nested } from '../../compiler/oracle/interpret.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { useBackend } from '../../runtime/index.ts';
import { compile } from '../analyze/support.ts';
import { subject } from './support.ts';

interface Row {
  readonly text: string;
  readonly given: Readonly<Record<string, Nested>>;
  /** Parameters and running values by the end of their path; one number stands for all entries. */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  /** Lengths of ragged dims. */
  readonly lengths?: Readonly<Record<string, number>>;
  readonly gives: Readonly<Record<string, readonly number[]>>;
}

const q = [1, 2];
const M = [
  [1, 0],
  [0, 1],
  [1, 1],
];
const softplusInverse = (x: number): number => Math.log(Math.exp(x) - 1);
/** A model with the query, the keys and what the call gives. */
const attention = (call: string): string =>
  `dim source: ragged, d = 2\nmodel M(q: [d], M: [source, d]) -> { c: [d], a: [source] } { read = ${call}\n{ c = read, a = read.weights } }`;
const query = { given: { q, M }, lengths: { source: 3 } };

/** The memory of a Neural Turing Machine with 4 slots of 2 numbers. */
const machine = (inputs: string, fields: string, body: string): string =>
  `import shift from "std/memory"\ndim slots = 4, width = 2\nconst dim heads = 1\nmodel N(${inputs}) -> { ${fields} } { ${body} }`;
const memory = {
  M: [
    [1, 0],
    [0, 1],
    [1, 1],
    [0, -1],
  ],
  key: [1, 1],
};
/** The keys as a picture of 3 × 1; every map is the identity, and the picture itself is taken off again. */
const pictures = (pair: string): Omit<Row, 'gives'> => ({
  text: `dim height = 3, width = 1, d = 2\nmodel N(x: [height, width, d]) -> { y: [height, width, d] } { { y = NonLocal[d, pair = ${pair}](x) - x } }`,
  given: { x: M.map((row) => [row]) },
  parameters: { Wθ: [1, 0, 0, 1], Wφ: [1, 0, 0, 1], Wg: [1, 0, 0, 1], Wz: [1, 0, 0, 1] },
});

const rows: Readonly<Record<string, Row>> = {
  dot: { ...query, text: attention('Dot(q, M, M)'), gives: { a: [0.090031, 0.244728, 0.665241], c: [0.755271, 0.909969] } },
  'dot, the third row masked': {
    ...query,
    text: attention('Dot(q, M where position[source] < 2, M)'),
    gives: { a: [0.268941, 0.731059, 0] },
  },
  'scaled dot': { ...query, text: attention('ScaledDot(q, M, M)'), gives: { a: [0.140029, 0.283995, 0.575975] } },
  cosine: {
    ...query,
    text: 'dim source: ragged, d = 2\nmodel M(q: [d], M: [source, d]) -> { s: [source] } { { s = cosine[d](q, M) } }',
    gives: { s: [0.447214, 0.894427, 0.948683] },
  },
  'content, β = 1': {
    ...query,
    text: attention('Content(q, M)'),
    parameters: { strength: [softplusInverse(1)] },
    gives: { a: [0.237243, 0.371035, 0.391722] },
  },
  'content, β = 5': {
    ...query,
    text: attention('Content(q, M)'),
    parameters: { strength: [softplusInverse(5)] },
    gives: { a: [0.044191, 0.413476, 0.542333] },
  },
  'general: the map stands on the side of the keys': {
    ...query,
    text: attention('General[q = d](q, M)'),
    parameters: { W: [1, 2, 0, 1] },
    gives: { a: [0.013213, 0.265388, 0.721399] },
  },
  additive: {
    ...query,
    text: attention('Additive[align = d](q, M)'),
    parameters: { W: [1, 0, 0, 1], U: [1, 0, 0, 1], v: [1] },
    gives: { a: [0.347948, 0.293139, 0.358913] },
  },
  LSTM: {
    text: 'dim n = 1\nmodel M(x: [n], h: [n], c: [n]) -> { h: [n], c: [n] } { LSTM(x, h, c) }',
    given: { x: [0.5], h: [0.2], c: [0.3] },
    parameters: { Wi: [1], Wf: [1], Wo: [1], Wg: [1], Ui: [1], Uf: [1], Uo: [1], Ug: [1], bi: [0], bf: [0], bo: [0], bg: [0] },
    gives: { h: [0.360884], c: [0.604287] },
  },
  GRU: {
    text: 'dim n = 1\nmodel M(x: [n], h: [n]) -> { h: [n] } { { h = GRU(x, h) } }',
    given: { x: [0.5], h: [0.2] },
    parameters: { Wz: [1], Wr: [1], W: [1], Uz: [1], Ur: [1], U: [1], bz: [0], br: [0], b: [0] },
    gives: { h: [0.440916] },
  },
  maxout: {
    text: 'dim n = 1, d = 2\nmodel M(x: [n]) -> { y: [d] } { { y = Maxout[d](x) } }',
    given: { x: [1] },
    parameters: { W: [1, 4, -2, -3], b: [0] },
    gives: { y: [4, -2] },
  },
  sinusoids: {
    text: 'dim time: ragged, d = 4\nmodel M(x: [time]) -> { y: [time, d] } { { y = Sinusoid[time, d]() + 0 * x } }',
    given: { x: [0, 0, 0] },
    lengths: { time: 3 },
    gives: { y: [0, 1, 0, 1, 0.841471, 0.540302, 0.01, 0.99995, 0.909297, -0.416147, 0.019999, 0.9998] },
  },
  'causal self-attention': {
    text: 'dim time: ragged, d = 2\nmodel M(x: [time, d]) -> { y: [time, d] } causal time { { y = ScaledDot(x, x[time as key], x[time as key]) } }',
    given: { x: M },
    lengths: { time: 3 },
    gives: { y: [1, 0, 0.330238, 0.669762, 0.751745, 0.751745] },
  },
  'a causal convolution with kernel 2 and dilation 2': {
    text: 'dim time: ragged\nmodel M(x: [time]) -> { y: [time] } { { y = 0.5 * (x[time = position[time] - 2] else 0) + x } }',
    given: { x: [1, 2, 3, 4, 5] },
    lengths: { time: 5 },
    gives: { y: [1, 2, 3.5, 5, 6.5] },
  },
  'the floor of label smoothing, ε / (V - 1) on the others': {
    text: 'dim v = 5\nmodel M(y: index(v)) -> { h: [] } { { h = entropy[v](Smoothed[v](y)) } }',
    given: { y: 3 },
    gives: { h: [0.463712] },
  },
  'doubly stochastic attention': {
    text: 'dim time: ragged, place = 3\nmodel M(α: [time, place]) -> { y: [] } { { y = sum[place]((1 - sum[time](α)) ^ 2) } }',
    given: {
      α: [
        [0.5, 0.3, 0.2],
        [0.1, 0.6, 0.3],
      ],
    },
    lengths: { time: 2 },
    gives: { y: [0.42] },
  },
  'local-p: the weights do not add up to 1': {
    text: 'dim offset = -2..2\nmodel M(p: [], score: [offset]) -> { a: [offset], total: [] } { s = floor(p) + position[offset]\n a = softmax[offset](score) * exp(-(s - p) ^ 2 / (2 * (2 / 2) ^ 2))\n { a = a, total = sum[offset](a) } }',
    given: { p: 4.3, score: [0.7, 0.7, 0.7, 0.7, 0.7] },
    gives: { a: [0.014201, 0.085911, 0.191199, 0.156541, 0.047149], total: [0.495002] },
  },
  'spectral normalisation': {
    text: 'dim a = 2, b = 2\nmodel N(x: [b]) -> { y: [a] } { param W: [a <- b]\n { y = Spectral(W) @ x } }',
    given: { x: [1, 1] },
    parameters: { W: [3, 0, 0, 1], u: [1, 0] },
    gives: { y: [1, 0.333333] },
  },
  hinge: {
    text: 'dim n = 2\nmodel M(real: [n], fake: [n]) -> { d: [], g: [] } { { d = mean[n](relu(1 - real)) + mean[n](relu(1 + fake)), g = -mean[n](fake) } }',
    given: { real: [0.3, -2], fake: [-0.5, 1.5] },
    gives: { d: [1.85 + 1.5], g: [-0.5] },
  },
  'NTM, shift': {
    text: machine('w: [slots], s: [shift]', 'w: [slots]', '{ w = ByLocation(w, s) }'),
    given: { w: [0, 1, 0, 0], s: [0.1, 0.2, 0.7] },
    gives: { w: [0.1, 0.2, 0.7, 0] },
  },
  'NTM, sharpening': {
    text: machine('w: [slots]', 'w: [slots]', '{ w = Sharpened(w, 2.0) }'),
    given: { w: [0.1, 0.2, 0.7, 0] },
    gives: { w: [0.018519, 0.074074, 0.907407, 0] },
  },
  'NTM, by content': {
    text: machine('M: [slots, width], key: [width]', 'K: [slots], w: [slots]', '{ K = cosine(key, M), w = ByContent(M, key, 2.0) }'),
    given: memory,
    gives: { K: [0.707107, 0.707107, 1, -0.707107], w: [0.259369, 0.259369, 0.465932, 0.01533] },
  },
  'NTM, addressing, reading and writing': {
    text: machine(
      'M: [slots, width], key: [width], before: [slots], s: [shift], erase: [width], add: [width]',
      'gated: [slots], w: [slots], read: [width], written: [slots, width]',
      'gated = 0.5 * ByContent(M, key, 2.0) + 0.5 * before\n w = Sharpened(ByLocation(gated, s), 2.0)\n { gated = gated, w = w, read = Read(M, w), written = Write(M, stack[heads](w), stack[heads](erase), stack[heads](add)) }',
    ),
    given: { ...memory, before: [0, 1, 0, 0], s: [0.1, 0.2, 0.7], erase: [1, 0.5], add: [0, 1] },
    gives: {
      gated: [0.129685, 0.629685, 0.232966, 0.007665],
      w: [0.026425, 0.17129, 0.708519, 0.093765],
      read: [0.734945, 0.786045],
      written: [0.973575, 0.026425, 0, 1.085645, 0.291481, 1.35426, 0, -0.859352],
    },
  },
  'non-local, dot product': { ...pictures('dot'), gives: { y: [0.666667, 0.333333, 0.333333, 0.666667, 1, 1] } },
  'non-local, embedded Gaussian': { ...pictures('embedded'), gives: { y: [0.844638, 0.577681, 0.577681, 0.844638, 0.788058, 0.788058] } },
};

function run({ text, given, parameters = {}, lengths = {} }: Row): ReadonlyMap<string, Float64Array> {
  const {
    diagnostics,
    programs: [program],
  } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const sizes = new Map([
    ...program!.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, value]),
    ...Object.entries(lengths),
  ]);
  const values = [...program!.parameters, ...program!.running].map(({ path, axes }): [string, Float64Array] => {
    const own = parameters[path.slice(path.lastIndexOf('.') + 1)]!;
    const count = axes.reduce((n, { space }) => n * evaluate(sizeOf(space), (atom) => sizes.get(atom)!), 1);
    return [path, Float64Array.from(own.length === 1 ? Array<number>(count).fill(own[0]!) : own)];
  });
  const results = interpret([...program!.outputs.values()], { sizes, inputs: new Map(Object.entries(given)), parameters: new Map(values) });
  return new Map([...program!.outputs.keys()].map((name, k) => [name, results[k]!.data]));
}

describe('golden vectors', () => {
  it.each(Object.keys(rows))('%s', (name) => {
    const row = rows[name]!;
    const results = run(row);
    for (const [output, expected] of Object.entries(row.gives)) {
      const given = [...results.get(output)!];
      expect(given, output).toHaveLength(expected.length);
      given.forEach((x, k) => expect(x, `${output}[${k}]`).toBeCloseTo(expected[k]!, 5));
    }
  });

  it('the rate of the Transformer and its length penalty', async () => {
    await useBackend('cpu');
    const { definition, sizes } = (await subject('transformer', new Map(Object.entries({ layers: 1, vocab: 9 })))).create({
      dims: { vocab: 9 },
    });
    const rate = (step: number): number => definition.objectives[0]!.updates[0]!.optimizer(sizes, step, 0).rate!;
    expect(rate(1) * 1e7).toBeCloseTo(1.746928, 5);
    expect(rate(4000) * 1e4).toBeCloseTo(6.987712, 5);
    expect(rate(10000) * 1e4).toBeCloseTo(4.419417, 5);
    for (const [length, penalty] of [
      [1, 1],
      [5, 1.358655],
      [10, 1.732862],
    ] as const)
      expect(1 / definition.decoder!.rank(1, length, {}, {}), `length ${length}`).toBeCloseTo(penalty, 5);
  });
});
