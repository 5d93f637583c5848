import { describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/graph/graph.ts';
import { interpret, type Nested, type Value } from '../../compiler/oracle/interpret.ts';
import { evaluate } from '../../compiler/size/size.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { compile, modelText } from './support.ts';

type Vector = readonly number[];
type Matrix = readonly Vector[];

// ---------------------------------------------------------------- plain formulas, written without the compiler

const sum = (v: Vector): number => v.reduce((a, b) => a + b, 0);
const dot = (a: Vector, b: Vector): number => sum(a.map((x, k) => x * b[k]!));
const apply = (w: Matrix, x: Vector): number[] => w.map((row) => dot(row, x));
const plus = (...vs: readonly Vector[]): number[] => vs[0]!.map((_, k) => sum(vs.map((v) => v[k]!)));
const times = (a: Vector, b: Vector): number[] => a.map((x, k) => x * b[k]!);
const sigmoid = (v: Vector): number[] => v.map((x) => 1 / (1 + Math.exp(-x)));
const tanh = (v: Vector): number[] => v.map(Math.tanh);
const softplus = (x: number): number => Math.log(1 + Math.exp(x));
const softmax = (v: Vector): number[] => {
  const e = v.map((x) => Math.exp(x - Math.max(...v)));
  return e.map((x) => x / sum(e));
};
const mix = (weights: Vector, values: Matrix): number[] => values[0]!.map((_, k) => sum(weights.map((w, i) => w * values[i]![k]!)));

interface Maps {
  matrix(name: string): Matrix;
  vector(name: string): Vector;
}

function gru(p: Maps, x: Vector, h: Vector): number[] {
  const z = sigmoid(plus(apply(p.matrix('Wz'), x), apply(p.matrix('Uz'), h), p.vector('bz')));
  const r = sigmoid(plus(apply(p.matrix('Wr'), x), apply(p.matrix('Ur'), h), p.vector('br')));
  const fresh = tanh(plus(apply(p.matrix('W'), x), apply(p.matrix('U'), times(r, h)), p.vector('b')));
  return h.map((old, k) => (1 - z[k]!) * old + z[k]! * fresh[k]!);
}

function lstm(p: Maps, x: Vector, h: Vector, c: Vector): { h: number[]; c: number[] } {
  const gate = (g: string): number[] => plus(apply(p.matrix(`W${g}`), x), apply(p.matrix(`U${g}`), h), p.vector(`b${g}`));
  const next = plus(times(sigmoid(gate('f')), c), times(sigmoid(gate('i')), tanh(gate('g'))));
  return { h: times(sigmoid(gate('o')), tanh(next)), c: next };
}

// ---------------------------------------------------------------- running a program on the oracle

/** Distinct small numbers: a swapped axis or operand shows. */
function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, k) => Math.sin(1 + 0.7 * k + 1.3 * seed) * 0.8);
}

interface Ran {
  /** The path of the one parameter that ends so, without this end. */
  readonly before: (end: string) => string;
  readonly out: (name: string) => Value;
  readonly maps: (path: string) => Maps;
}

function run(
  source: string,
  sizes: Readonly<Record<string, number>>,
  inputs: Readonly<Record<string, Nested>>,
  values: Readonly<Record<string, Vector>> = {},
  set: Readonly<Record<string, string>> = {},
): Ran {
  const { diagnostics, programs } = compile(source, { set: new Map(Object.entries(set)) });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const program: Program = programs[0]!;
  const known = new Map([...program.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, value]), ...Object.entries(sizes)]);
  const extents = (path: string): number[] => {
    const { axes, rounds = 0, path: whole } = program.parameters.find((p) => p.path === path || p.path === path.replace(/\[\d+\]/, '[*]'))!;
    return axes.slice(whole === path ? 0 : rounds).map(({ space }) => evaluate(sizeOf(space), (atom) => known.get(atom)!));
  };
  const parameters = new Map(
    program.parameters.map(({ path }, seed) => {
      const count = extents(path).reduce((a, b) => a * b, 1);
      const given = Object.entries(values).find(([end]) => path === end || path.endsWith(`.${end}`))?.[1];
      return [
        path,
        Float64Array.from(given === undefined ? numbers(count, seed) : given.length === 1 ? Array(count).fill(given[0]) : given),
      ];
    }),
  );
  /** Of a parameter, or of one round's. */
  const valuesOf = (path: string): number[] => {
    const known = parameters.get(path);
    if (known !== undefined) return [...known];
    const round = Number(/\[(\d+)\]/.exec(path)![1]);
    const whole = path.replace(/\[\d+\]/, '[*]');
    const count = extents(path).reduce((a, b) => a * b, 1);
    return [...parameters.get(whole)!].slice(round * count, (round + 1) * count);
  };
  const names = [...program.outputs.keys()];
  const results = interpret([...program.outputs.values()], { sizes: known, inputs: new Map(Object.entries(inputs)), parameters });
  return {
    before: (end) => program.parameters.find(({ path }) => path.endsWith(end))!.path.slice(0, -end.length),
    out: (name) => results[names.indexOf(name)]!,
    maps: (path) => ({
      vector: (name) => valuesOf(`${path}${name}`),
      matrix: (name) => {
        const data = valuesOf(`${path}${name}`);
        const shape = extents(`${path}${name}`);
        const columns = shape.slice(1).reduce((a, b) => a * b, 1);
        return Array.from({ length: shape[0]! }, (_, row) => data.slice(row * columns, (row + 1) * columns));
      },
    }),
  };
}

function close(value: Value, expected: Vector, digits = 10): void {
  expect([...value.data]).toHaveLength(expected.length);
  [...value.data].forEach((x, k) => expect(x).toBeCloseTo(expected[k]!, digits));
}

const x = [0.3, -0.7];
const h = [0.5, 0.1, -0.4];

describe('cells', () => {
  it('GRU: equations of Cho et al. as Bahdanau et al. use them', () => {
    const ran = run('dim input = 2, hidden = 3\nmodel M(x: [input], h: [hidden]) -> [hidden] { GRU(x, h) }', {}, { x, h });
    close(ran.out('result'), gru(ran.maps('GRU.'), x, h));
  });
  it('GRU golden number', () => {
    const ran = run(
      'dim input = 1, hidden = 1\nmodel M(x: [input], h: [hidden]) -> [hidden] { GRU(x, h) }',
      {},
      { x: [0.5], h: [0.2] },
      { Wz: [1], Wr: [1], W: [1], Uz: [1], Ur: [1], U: [1], bz: [0], br: [0], b: [0] },
    );
    close(ran.out('result'), [0.440916], 6);
  });
  it('LSTM with a forget gate, fields in order', () => {
    const ran = run(
      'dim input = 2, hidden = 3\nmodel M(x: [input], h: [hidden], c: [hidden]) -> { h: [hidden], c: [hidden] } { LSTM(x, h, c) }',
      {},
      { x, h, c: [0.2, 0.4, -0.9] },
    );
    const expected = lstm(ran.maps('LSTM.'), x, h, [0.2, 0.4, -0.9]);
    close(ran.out('h'), expected.h);
    close(ran.out('c'), expected.c);
  });
  it('LSTM golden number', () => {
    const ones = Object.fromEntries(['Wi', 'Wf', 'Wo', 'Wg', 'Ui', 'Uf', 'Uo', 'Ug'].map((name) => [name, [1]]));
    const ran = run(
      'dim input = 1, hidden = 1\nmodel M(x: [input], h: [hidden], c: [hidden]) -> { h: [hidden], c: [hidden] } { LSTM(x, h, c) }',
      {},
      { x: [0.5], h: [0.2], c: [0.3] },
      { ...ones, bi: [0], bf: [0], bo: [0], bg: [0] },
    );
    close(ran.out('h'), [0.360884], 6);
    close(ran.out('c'), [0.604287], 6);
  });
  it('RNN', () => {
    const ran = run('dim input = 2, hidden = 3\nmodel M(x: [input], h: [hidden]) -> [hidden] { RNN(x, h) }', {}, { x, h });
    const p = ran.maps('RNN.');
    close(ran.out('result'), tanh(plus(apply(p.matrix('W'), x), apply(p.matrix('U'), h), p.vector('b'))));
  });
});

describe('attention', () => {
  const q = [1, 2];
  const keys = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const program = (call: string): string =>
    `dim source: ragged, d = 2\nmodel M(q: [d], M: [source, d]) -> { c: [d], w: [source] } { a = ${call}\n{ c = a, w = a.weights } }`;
  const golden: readonly [string, string, Record<string, Vector>, Vector, Vector][] = [
    ['Dot', 'Dot(q, M, M)', {}, [0.090031, 0.244728, 0.665241], [0.755271, 0.909969]],
    ['ScaledDot', 'ScaledDot(q, M, M)', {}, [0.140029, 0.283995, 0.575975], [0.716005, 0.85997]],
    ['Content', 'Content(q, M)', { strength: [Math.log(Math.E ** 5 - 1)] }, [0.044191, 0.413476, 0.542333], [0.586524, 0.955809]],
    ['General', 'General[q = d](q, M)', { W: [1, 2, 0, 1] }, [0.013213, 0.265388, 0.721399], [0.734612, 0.986787]],
    [
      'Additive',
      'Additive[align = d](q, M)',
      { W: [1, 0, 0, 1], U: [1, 0, 0, 1], v: [1] },
      [0.347948, 0.293139, 0.358913],
      [0.706861, 0.652052],
    ],
  ];
  it.each(golden)('%s golden weights and context', (_name, call, values, weights, context) => {
    const ran = run(program(call), { source: 3 }, { q, M: keys }, values);
    close(ran.out('w'), weights, 5);
    close(ran.out('c'), context, 5);
  });
  it('a masked key takes no part', () => {
    const ran = run(
      'dim source: ragged, d = 2\nmodel M(q: [d], M: [source, d]) -> { c: [d], w: [source] } {\n a = Dot(q, M where position[source] < 2, M)\n{ c = a, w = a.weights } }',
      { source: 3 },
      { q, M: keys },
    );
    close(ran.out('w'), [0.268941, 0.731059, 0], 5);
  });
  it('MultiHead is heads of scaled dot products, lifted over the queries', () => {
    const ran = run(
      'dim source: ragged, model = 4, heads = 2\nmodel M(x: [source, model]) -> { y: [source, model], w: [source, heads, key: source] } { a = MultiHead[heads](x, x)\n{ y = a, w = a.weights } }',
      { source: 3 },
      { x: [numbers(4, 1), numbers(4, 2), numbers(4, 3)] },
    );
    const p = ran.maps('a.MultiHead.');
    const rows = [numbers(4, 1), numbers(4, 2), numbers(4, 3)];
    const project = (name: string): number[][] => {
      // [heads, width <- model]: the first two axes are the rows' outer and inner part
      const flat = p.vector(name);
      const w = Array.from({ length: 4 }, (_, k) => flat.slice(4 * k, 4 * k + 4));
      return rows.map((row) => apply(w, row));
    };
    const [qs, ks, vs] = [project('Wq'), project('Wk'), project('Wv')];
    const head = (v: Vector, k: number): number[] => v.slice(2 * k, 2 * k + 2);
    const alignment = qs.map((one) => [0, 1].map((k) => softmax(ks.map((key) => dot(head(one, k), head(key, k)) / Math.SQRT2))));
    const out = alignment.map((perHead) =>
      apply(
        p.matrix('Wo'),
        perHead.flatMap((w, k) =>
          mix(
            w,
            vs.map((v) => head(v, k)),
          ),
        ),
      ),
    );
    close(ran.out('w'), alignment.flat(2));
    close(ran.out('y'), out.flat());
  });
});

describe('layers and measures', () => {
  it('Linear to one axis, to two, to none', () => {
    const ran = run(
      'dim input = 2, hidden = 3, heads = 2\nmodel M(x: [input]) -> { a: [hidden], b: [heads, hidden], c: [] } { { a = Linear[hidden](x), b = Linear[heads, hidden](x), c = Linear[](x) } }',
      {},
      { x },
    );
    close(ran.out('a'), plus(apply(ran.maps('a.Linear.').matrix('W'), x), ran.maps('a.Linear.').vector('b')));
    const flat = ran.maps('b.Linear.').vector('W');
    close(
      ran.out('b'),
      plus(
        apply(
          Array.from({ length: 6 }, (_, k) => flat.slice(2 * k, 2 * k + 2)),
          x,
        ),
        ran.maps('b.Linear.').vector('b'),
      ),
    );
    close(ran.out('c'), [dot(ran.maps('c.Linear.').vector('W'), x) + ran.maps('c.Linear.').vector('b')[0]!]);
  });
  it('LayerNorm', () => {
    const ran = run('dim features = 3\nmodel M(x: [features]) -> [features] { LayerNorm(x) }', {}, { x: h }, { gain: [2], bias: [0.5] });
    const mean = sum(h) / 3;
    const variance = sum(h.map((v) => (v - mean) ** 2)) / 3;
    close(
      ran.out('result'),
      h.map((v) => (2 * (v - mean)) / Math.sqrt(variance + 1e-5) + 0.5),
    );
  });
  it('Maxout takes the larger of its pieces', () => {
    const ran = run(
      'dim input = 1, out = 2\nmodel M(x: [input]) -> [out] { Maxout[out](x) }',
      {},
      { x: [1] },
      { W: [1, 4, -2, -3], b: [0] },
    );
    close(ran.out('result'), [4, -2]);
  });
  it('FeedForward', () => {
    const ran = run('dim d = 2, inner = 3\nmodel M(x: [d]) -> [d] { FeedForward[inner](x) }', {}, { x });
    const [first, second] = [ran.maps('FeedForward.Linear#2.'), ran.maps('FeedForward.Linear.')].sort(
      (a, b) => b.matrix('W').length - a.matrix('W').length,
    ) as [Maps, Maps];
    const inner = plus(apply(first.matrix('W'), x), first.vector('b')).map((v) => Math.max(v, 0));
    close(ran.out('result'), plus(apply(second.matrix('W'), inner), second.vector('b')));
  });
  it('Sinusoid golden numbers', () => {
    const ran = run(
      'dim time: ragged, width = 4\nmodel M(x: [time]) -> [time, width] { Sinusoid[time, width]() + 0 * x }',
      { time: 3 },
      { x: [0, 0, 0] },
    );
    close(ran.out('result'), [0, 1, 0, 1, 0.841471, 0.540302, 0.01, 0.99995, 0.909297, -0.416147, 0.019999, 0.9998], 5);
  });
  it('cosine, norm, unit, entropy', () => {
    const ran = run(
      'dim width = 3\nmodel M(a: [width], b: [width]) -> { c: [], n: [], u: [width], e: [] } { { c = cosine(a, b), n = norm(a), u = unit(a), e = entropy(softmax[width](b)) } }',
      {},
      { a: h, b: [1, 2, -1] },
    );
    const length = Math.sqrt(dot(h, h));
    close(ran.out('c'), [dot(h, [1, 2, -1]) / length / Math.sqrt(6)], 8);
    close(ran.out('n'), [length], 8);
    close(
      ran.out('u'),
      h.map((v) => v / length),
      8,
    );
    const p = softmax([1, 2, -1]);
    close(ran.out('e'), [-sum(p.map((v) => v * Math.log(v)))], 8);
  });
  it('binary_cross_entropy and gelu, lifted over an axis', () => {
    const ran = run(
      'dim n = 3\nmodel M(l: [n], t: [n]) -> { b: [n], g: [n] } { { b = binary_cross_entropy(l, t), g = gelu(l) } }',
      {},
      { l: [-2, 0.5, 3], t: [0, 1, 0.25] },
    );
    const s = sigmoid([-2, 0.5, 3]);
    close(
      ran.out('b'),
      [0, 1, 0.25].map((t, k) => -t * Math.log(s[k]!) - (1 - t) * Math.log(1 - s[k]!)),
    );
    close(ran.out('g'), [-0.0455002638963584, 0.34573123063700656, 2.9959503058998904], 8);
  });
});

describe('language', () => {
  it('a causal convolution is an index and an else', () => {
    const ran = run(
      'dim time: ragged\nmodel M(x: [time]) -> [time] { x + 0.5 * (x[time = position[time] - 2] else 0) }',
      { time: 5 },
      { x: [1, 2, 3, 4, 5] },
    );
    close(ran.out('result'), [1, 2, 3.5, 5, 6.5]);
  });
  it('a circular shift and sharpening (NTM, eq. 8 and 9)', () => {
    const ran = run(
      `dim slots = 4, shift = -1..1
model M(w: [slots], s: [shift]) -> { moved: [slots], sharp: [slots] } {
  moved = sum[shift](s * w[slots = (position[slots] - position[shift]) mod slots])
  raised = moved ^ 2
  { moved = moved, sharp = raised / sum[slots](raised) }
}`,
      {},
      { w: [0, 1, 0, 0], s: [0.1, 0.2, 0.7] },
    );
    close(ran.out('moved'), [0.1, 0.2, 0.7, 0]);
    close(ran.out('sharp'), [0.018519, 0.074074, 0.907407, 0], 5);
  });
  it('repeat has parameters for each round, let shares them', () => {
    const ran = run(
      'dim d = 2\nmodel M(x: [d]) -> [d] {\n let f = Linear[d]\n repeat 2 { x = tanh(Linear[d](x)) }\n f(f(x))\n}'
        .replace('M(x: [d])', 'M(x0: [d])')
        .replace(' let f', ' x = x0\n let f'),
      {},
      { x0: x },
    );
    let y: Vector = x;
    for (const k of [0, 1])
      y = tanh(plus(apply(ran.maps(`repeat[${k}].x.Linear.`).matrix('W'), y), ran.maps(`repeat[${k}].x.Linear.`).vector('b')));
    for (let k = 0; k < 2; k++) y = plus(apply(ran.maps('f.').matrix('W'), y), ran.maps('f.').vector('b'));
    close(ran.out('result'), y);
  });
  it('a state of a round leaves the state around it alone that has its name', () => {
    const ran = run(
      `dim time: ragged
model M(x: [time]) -> { outer: [time], inner: [time] } {
  scan time with xt = x {
    state h: [] = 0
    h' = h + xt
    y = h'
    repeat 2 { state h: [] = 10;  h' = 2.0 * h + y;  y = h' }
    emit { outer = h', inner = y }
  }
}`,
      { time: 2 },
      { x: [1, 2] },
    );
    // 20 + 1, 20 + 21; then 42 + 3, 82 + 45.
    close(ran.out('outer'), [1, 3]);
    close(ran.out('inner'), [41, 127]);
  });
  it('grouping adds into the positions of another axis', () => {
    const ran = run(
      'dim source: ragged, words = 3\nmodel M(w: [source], ids: index(words)[source]) -> [words] { sum[source by ids](w) }',
      { source: 4 },
      { w: [0.1, 0.2, 0.3, 0.4], ids: [2, 0, 2, 1] },
    );
    close(ran.out('result'), [0.2, 0.4, 0.4]);
  });
});

describe('Bahdanau', () => {
  it.each(['before', 'after'])(
    "teacher-forced logits and weights are those of the paper's equations, the readout seeing the state %s the step",
    (readout) => {
      const small = modelText('bahdanau/model.attn')
        .replace(/words = \d+/, 'words = 7')
        .replace(/characters = \d+/, 'characters = 5')
        .replace(/embed = \d+/, 'embed = 3')
        .replace(/hidden = \d+/, 'hidden = 4')
        .replace(/units = \d+/, 'units = 4')
        .replace(/align = \d+/, 'align = 2')
        .replace(/maxout = \d+/, 'maxout = 3');
      const tokens = [4, 1, 6];
      const previous = [1, 3, 4, 0];
      const ran = run(small, { source: 3, target: 4 }, { tokens, y: previous }, {}, { readout });
      const reading = ran.before('Annotate.table');
      const embedded = tokens.map((token) => ran.maps(`${reading}Annotate.`).matrix('table')[token]!);
      const walk = (path: string, xs: Matrix): number[][] => {
        let state: number[] = [0, 0, 0, 0];
        return xs.map((step) => (state = gru(ran.maps(path), step, state)));
      };
      const forward = walk(`${reading}Annotate.forward.h.GRU.`, embedded);
      const backward = walk(`${reading}Annotate.backward.h.GRU.`, [...embedded].reverse()).reverse();
      const annotations = forward.map((left, k) => [...left, ...backward[k]!]);
      const decoder = ran.maps('Translate.');
      let s = tanh(apply(decoder.matrix('W0'), backward[0]!));
      const weights: number[][] = [];
      const logits = previous.map((y) => {
        const e = decoder.matrix('table')[y]!;
        const score = ran.maps('Translate.context.Scored.Additive.');
        const alignment = softmax(
          annotations.map((a) => dot(score.vector('v'), tanh(plus(apply(score.matrix('W'), s), apply(score.matrix('U'), a))))),
        );
        weights.push(alignment);
        const context = mix(alignment, annotations);
        const old = s;
        s = gru(ran.maps('Translate.s.GRU.'), [...e, ...context], s);
        const read = ran.maps('Translate.logits.Readout.');
        const pieces = (name: string, v: Vector): number[] => {
          const flat = read.vector(name);
          return Array.from({ length: 6 }, (_, k) => dot(flat.slice(k * v.length, (k + 1) * v.length), v));
        };
        const t = plus(pieces('U', readout === 'before' ? old : s), pieces('V', e), pieces('C', context));
        return apply(
          read.matrix('W'),
          [0, 1, 2].map((k) => Math.max(t[2 * k]!, t[2 * k + 1]!)),
        );
      });
      close(ran.out('logits'), logits.flat());
      close(ran.out('weights'), weights.flat());
    },
  );
});

it('softplus of the test agrees with the strength used for Content', () => {
  expect(softplus(Math.log(Math.E ** 5 - 1))).toBeCloseTo(5, 12);
});

describe('the weights of rounds', () => {
  const taps = (second: string): readonly string[] => {
    const { diagnostics, programs } = compile(`
dim source: ragged, target: ragged, d = 3, words = 5
decoder D(m: [source, d]) generates y: index(words)[target] start 0 end 1 {
  state s: [d] = 0
  c = repeat 2 as k { match k { 0 { near = Dot(s, m, m);  emit near }  1 { ${second} } } }
  s' = tanh(s + sum[k](c))
  logits = Linear[words](s')
}
model M(m: [source, d]) generates y: index(words)[target] { D(m) }`);
    expect(diagnostics).toEqual([]);
    const { decoder } = programs[0]!;
    return decoder !== null && 'taps' in decoder ? [...decoder.taps.keys()] : [];
  };

  it('are seen where every round has some', () => {
    expect(taps('near = Dot(s, m, 2 * m);  emit near')).toContain('near.weights');
    expect(taps('emit s')).toEqual([]);
  });
});
