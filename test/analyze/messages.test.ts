/** What is said of common slips: how many messages, where, and with which fix. */
import { describe, expect, it } from 'vitest';
import { callerKey, check } from '../../compiler/analyze/programs/program.ts';
import { loadModules } from '../../compiler/analyze/modules/modules.ts';
import { Problems, type Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { checkFile, compileFile } from '../../compiler/index.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { compile, FILE, libraryOf } from './support.ts';

const D = 'dim source: ragged, target: ragged, words = 9, d = 4, e = 3, n = 2\n';
const model = 'model M(x: [d]) -> y: [d] { LayerNorm(x) }\n';

function told(text: string): { text: string; codes: string[]; found: readonly Diagnostic[]; at: string[] } {
  const { diagnostics } = compile(text);
  return {
    text,
    codes: diagnostics.map(({ code }) => code),
    found: diagnostics,
    at: diagnostics.map(({ place }) => text.slice(place.start, place.end)),
  };
}

function reaches(from: Node, wanted: Node): boolean {
  const seen = new Set<Node>();
  const walk = (node: Node): boolean => {
    if (node === wanted || seen.has(node)) return node === wanted;
    seen.add(node);
    return node.inputs.some(walk);
  };
  return walk(from);
}

describe('names of results and fields', () => {
  it('an objective reads the result `y`, not what the body calls `y`', () => {
    const { programs, diagnostics } = compile(
      `${D}model M(x: [d]) -> { y: [d] } { param w: [d];  y = x * w;  { y = y + 1 } }\nobjective F for M { loss = sum[d](y);  optimizer sgd(rate = 0.1) }`,
    );
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(reaches(programs[0]!.objectives[0]!.updates[0]!.loss, programs[0]!.outputs.get('y')!)).toBe(true);
  });

  const decoding = (
    body: string,
    loss: string,
  ): string => `${D}attention Dot(q: [i], k: [key, i]) -> [i] { weights = softmax[key](q @ k);  sum[key](weights * k) }
decoder D(m: [source, e]) generates y: index(words)[target] start 1 end 2 { param table: [words, e];  state s: [e] = 0;  ${body};  s' = GRU(table[y], s) + context;  logits = Linear[words](s') }
model M(x: [source, e]) generates y: index(words)[target] start 1 end 2 { D(x) }
objective F for M { loss = mean[target](cross_entropy[words](logits, y')) + ${loss};  optimizer sgd(rate = 0.1) }`;

  it.each([
    [
      'one attention',
      decoding('context = Dot(s, m)', 'mean[target, source](context.weights) + mean[target, source](weights) + mean[target, e](context)'),
      ['logits', 'weights'],
    ],
    [
      'two attentions',
      decoding('other = Dot(s, m);  context = Dot(s + other, m)', 'mean[target, source](context.weights * other.weights)'),
      ['logits', 'other.weights', 'context.weights'],
    ],
  ])("a decoder's weights are a field in an objective: %s", async (_what, text, outputs) => {
    const { programs, diagnostics } = compile(text);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...programs[0]!.outputs.keys()]).toEqual(outputs);
    expect((await compileFile(FILE, libraryOf({ [FILE]: text }), { verify: true })).code).not.toBeNull();
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('`%s` is not a name', (name) => {
    const { codes, at } = told(`${D}model M(${name}: [d]) -> y: [d] { param w: [d];  y = ${name} * w }`);
    expect({ codes, at }).toEqual({ codes: ['E0212'], at: [name] });
  });

  it.each(['batch', 'lifted'])('`%s` is not a dim', (name) => {
    expect(told(`dim ${name} = 2\nmodel M(x: [${name}]) -> y: [] { sum[${name}](x) }`).codes).toEqual(['E0212']);
  });
});

describe('one slip, one message', () => {
  it('a forgotten prime', () => {
    for (const emitted of ['h', "h'"]) {
      const { codes, at, found } = told(
        `${D}block B(x: [source, d]) -> [source, e] { param W: [e <- d];  scan source with xt = x { state h: [e] = 0;  h = tanh(W @ xt + h);  emit ${emitted} } }`,
      );
      expect({ codes, at }).toEqual({ codes: ['E0602'], at: ['h'] });
      expect(found[0]!.fix).toContain("`h' = …`");
    }
  });

  it('a result without its axis: the equation, and the call that names none', () => {
    const { codes, at, found } = told(`${D}model M(x: [d]) -> y: [e] {\n  y = Linear[](x)\n}`);
    expect({ codes, at }).toEqual({ codes: ['E0307'], at: ['y = Linear[](x)'] });
    expect(found[0]!.fix).toContain('`Linear[e](…)`');
  });

  it.each([
    ['y = leaky_relu(x)', 'max(x, 0.01 * x)'],
    ['y = x / len(x)', 'its size'],
    ['for a in x { y = a }', '`scan a with'],
    ['y[d] = x', 'as a whole'],
    ['y = x[:, 1]', 'axes have names'],
    ['param p: [100, d]\n  y = x', '`[places: 100]`'],
    ['y = x.mean(0)', '`mean[d](…)`'],
    ['y = softmax(x, dim = 0)', '`softmax[d](…)`'],
    ['y = x.transpose(0, 1)', 'no order'],
    ['y = x.transpose()', 'no order'],
    ['y = torch.matmul(x, x)', '`W @ x`'],
    ['y = Linear(d, d)(x)', '`Linear[a](…)`'],
    ['if x > 0 { y = x }', '`y = if c then a else b`'],
    ['y = x\n  y += 1', 'another name'],
    ['param W: [d, d]\n  y = x', '`[d <- d]`'],
  ])('what other languages write: `%s`', (line, advice) => {
    const { found } = told(`${D}block B(x: [d]) -> [d] {\n  ${line}\n  y\n}`);
    expect(found.map(({ fix }) => fix ?? '').join()).toContain(advice);
  });

  it.each([
    ['y = F.relu(x)', 'write `relu(x)`'],
    ['y = x / math.sqrt(3)', 'write `sqrt(3)`'],
    ['y = torch.softmax(x, -1)', '`softmax[d](…)`'],
    ['y = torch.nn.functional.relu(x)', 'write `relu(x)`'],
    ['y = nn.Linear(d, d)(x)', '`Linear[a](…)`'],
    ['y = x ** 2', '`x ^ n`'],
    ['y = where(x > 0, x, 0)', '`if c then a else b`'],
    ['y = x > 0 ? x : 0', '`if c then a else b`'],
    ['y = if sum[d](x) = 0 then x else -x', '`==`'],
    ['y = if True then x else -x', '`true`'],
    ['y = x * x.T', 'nothing to transpose'],
  ])('what other languages write, in one error: `%s`', (line, advice) => {
    const { found, codes } = told(`${D}block B(x: [d]) -> [d] {\n  ${line}\n  y\n}`);
    expect(codes.filter((code) => code.startsWith('E'))).toHaveLength(1);
    expect(found[0]!.fix).toContain(advice);
  });

  it.each([
    ['model M(x: [d, 8]) -> y: [d] { sum[places](x) }', '`[places: 8]`'],
    ['model M(x: [d]) -> y: [d / 2] { x }', '`[places: a / b]`'],
    ['model M(x: [d]) -> y: [] { x[d = -1] }', '`x[a = last]`'],
    ['def f(x):\n  y = relu(x)\n  return y', 'a function is a block'],
    ['class M(nn.Module):\n  def forward(self, x):\n    return x', '`model M('],
  ])('declarations of other languages, in one error: `%s`', (text, advice) => {
    const { found, codes } = told(`${D}${text}\ndim unused = 3`);
    expect(codes.filter((code) => code.startsWith('E'))).toHaveLength(1);
    expect(found[0]!.fix).toContain(advice);
  });

  it('an unknown option of an optimizer: the options', () => {
    const { codes, found } = told(`${D}${model}objective F for M { loss = sum[d](y);  optimizer adam(lr = 1e-3) }`);
    expect(codes).toEqual(['E0803']);
    expect(found[0]!.expected).toContain('`rate`');
    expect(found[0]!.fix).toBe('write `rate`');
  });

  it('an unknown model: the models, and the rest of the objective is checked', () => {
    const { codes, found } = told(`${D}${model}objective F for N { loss = sum[d](y);  optimizer adam(lr = 1e-3) }`);
    expect(codes).toEqual(['E0201', 'E0803']);
    expect(found[0]!.expected).toBe('`M`');
  });

  it.each<[string, string, string, string]>([
    ['a method', 'block B(x: [d]) -> [] { x.mean(d) }', 'E0205', '`mean[d](x)`'],
    ['return', 'block B(x: [d]) -> [d] { return x }', 'E0109', 'leave `return` away'],
    ['a name of a repeat', 'block B(x: [d]) -> [d] { repeat n { q = x * 2;  x = q };  q }', 'E0201', '`emit q`'],
    [
      'a name of a scan',
      "block B(x: [source, d]) -> [d] { z = scan source with xt = x { state h: [d] = 0;  q = xt + h;  h' = q;  emit h' };  sum[source](z) + q }",
      'E0201',
      '`emit q`',
    ],
    ['a split', 'block B(x: [d]) -> [e, n] { x[d as (e, n)] }', 'E0313', '`dim d = e * n`'],
    ['a field of a tensor', 'block B(x: [d]) -> [d] { x.foo }', 'E0210', '`.foo`'],
    ['a map of another size', 'block B(x: [d]) -> [e] { param W: [e <- n];  W @ x }', 'E0312', '`[… <- d]`'],
    ['a map of another name', 'dim f = d\nblock B(x: [d]) -> [e] { param W: [e <- f];  W @ x }', 'E0312', '`x[d as f]`'],
  ])('%s has a fix', (_what, text, code, fix) => {
    const { codes, found } = told(D + text);
    expect(codes).toEqual([code]);
    expect(found[0]!.fix).toContain(fix);
  });

  it('a field that a record has not: those it has', () => {
    expect(told(`${D}block B(x: [d]) -> [d] { r = LSTM[d](x, x, x);  r.foo }`).found[0]!.expected).toBe('`h`, `c`');
  });
});

describe('W0401', () => {
  const warned = (dim: string, formal: string): string[] =>
    told(`dim ${dim} = 3\nblock A(x: [${dim}]) -> [${dim}] { x }\nblock B(x: [${formal}]) -> [${formal}] { tanh(x) }`).codes;

  it.each([
    ['source', 'souce'],
    ['source', 'sourse'],
    ['words', 'wrods'],
    ['hidden', 'hiddden'],
    ['source', 'Source'],
    ['source', 'sourc'],
  ])('of the dim `%s`, the axis `%s` is a slip', (dim, formal) => {
    expect(warned(dim, formal)).toEqual(['W0401']);
  });

  it.each([
    ['places', 'place'],
    ['channel', 'channels'],
    ['query', 'queries'],
    ['class', 'classes'],
    ['vertex', 'vertices'],
    ['axis', 'axes'],
    ['head1', 'head2'],
    ['head', 'head2'],
    ['len_q', 'len_k'],
    ['lenQ', 'lenK'],
    ['model', 'dmodel'],
    ['model', 'mode'],
    ['node', 'mode'],
    ['patch', 'match'],
    ['row', 'rows'],
    ['in', 'on'],
  ])('beside the dim `%s`, the axis `%s` is meant', (dim, formal) => {
    expect(warned(dim, formal)).toEqual([]);
  });

  it("is silent of an axis that stands once where its name is a dim's in the plural", () => {
    expect(
      told('dim places = 3\nblock A(x: [places]) -> [places] { x }\nblock B(W: [places <- place], x: [place]) -> [places] { W @ x }').codes,
    ).toEqual([]);
  });
});

describe('the message leads to what is to be written', () => {
  const clocked = (body: string): string =>
    `${D}decoder C() generates y: index(words)[target] start 0 end 1 {\n  param table: [words, d], go: [d]\n  x = table[y]\n  ${body}\n}`;
  const first = (text: string): Diagnostic & { text: string } => {
    const { found, codes, at } = told(text);
    expect(codes.filter((code) => code.startsWith('E'))).toHaveLength(1);
    return { ...found[0]!, text: at[0]! };
  };

  it('a sort along a clock, and all that reads it: one error', () => {
    const { code, message, text, fix } = first(
      clocked('order = argsort[target as rank](sum[d](x))\n  best = x[order]\n  logits = (x + mean[rank](best)) @ table'),
    );
    expect([code, text]).toEqual(['E0701', 'order = argsort[target as rank](sum[d](x))']);
    expect(message).toContain('a sort along `target`');
    expect(fix).toContain('argmax[key]');
  });

  it('`concat` along a clock: a fix that can be applied', () => {
    const start = first(
      clocked(
        'longer = concat[more](go, x)\n  seen = ScaledDot(x, longer[more as key], longer[more as key])\n  logits = (seen + mean[more](longer)) @ table',
      ),
    );
    expect([start.code, start.fix]).toEqual([
      'E0701',
      'let each position read the one before it: `x[target = position[target] - 1] else go`',
    ]);
    expect(
      told(clocked('before = x[target = position[target] - 1] else go\n  logits = (x + before) @ table\n  at most 9')).codes.filter(
        (code) => code.startsWith('E'),
      ),
    ).toEqual([]);
    expect(
      first(clocked('both = concat[key](x[target as key], stack[i](go, go))\n  logits = (x + mean[key](both)) @ table')).fix,
    ).toContain('sum[a](u * x) + sum[b](v * y)');
  });

  it('an anchor of a contraction: a bound that the grammar knows', () => {
    expect(
      first(
        `${D}model M(x: [source, d]) -> y: [source, d] causal source {\n  a = x @[d] x[source as key]\n  g = a[source as q] * x\n  y = sum[q](g @[key] x[source as key])\n}`,
      ).fix,
    ).toBe('name it: `sum[key <= q](… * …)`');
  });

  it('axes without an order: which expression joined them, and the calls that are meant', () => {
    const { code, why, fix, related } = first(
      `${D}block B(x: [source, d], y: [source, e]) -> [d, e] {\n  c = x @[source] y\n  LayerNorm(c)\n}`,
    );
    expect([code, why, fix]).toEqual([
      'E0401',
      'the order of its axes means nothing: they come from several operands, of which none has them all',
      'say which: `LayerNorm[features = d](…)` or `LayerNorm[features = e](…)`',
    ]);
    expect(related!.map(({ message }) => message)).toEqual(['axes of several operands come together here']);
  });

  it('what is added to a tensor with all axes has its order', () => {
    expect(
      told(`${D}block B(x: [source, d]) -> [source, d] { h = x + sum[other](x[source as other] * x);  ScaledDot(h, h, h) }`).codes.filter(
        (code) => code.startsWith('E'),
      ),
    ).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    [
      'an axis without its name in brackets',
      'block B(x: [source, d]) -> [source, d] { LayerNorm[d](x) }',
      'E0403',
      '`LayerNorm[features = d](…)`',
    ],
    ['too much in brackets', 'block B(x: [source, d]) -> [source, d] { GRU[d, d](x, x) }', 'E0403', '`GRU[input = d](…)`'],
    [
      "the caller's name for an axis",
      'block F(x: [channel]) -> [channel] { x - mean[channel](x) }\nblock B(x: [source, d]) -> [source, d] { F[d = d](x) }',
      'E0404',
      '`F[channel = d](…)`',
    ],
    [
      'a number under a wrong name',
      'block F[p = 0.5](x: [k]) -> [k] { p * x }\nblock B(x: [d]) -> [d] { F[dropout = 0.1](x) }',
      'E0404',
      '`F[p = 0.1](…)`',
    ],
    [
      'a dim of the block in brackets',
      'block F(x: [d]) -> [d] { tanh(x) }\nblock B(x: [d]) -> [d] { F[d = d](x) }',
      'E0404',
      'leave it away: `F(…)`',
    ],
    [
      'brackets at an instance',
      'block B(x: [source, d]) -> [source, e] { let f = Linear[e];  f[e = d](x) }',
      'E0404',
      '`let f = Linear[e = d]`',
    ],
    [
      'brackets at an instance of what takes none',
      'block B(x: [source, d]) -> [source, d] { let f = LayerNorm;  f[d](x) }',
      'E0404',
      'call it without: `f(…)`',
    ],
    [
      'an option in parentheses',
      'block F[p = 0.5](x: [k]) -> [k] { p * x }\nblock B(x: [d]) -> [d] { F(x, p: 0.1) }',
      'E0404',
      '`F[p = …](…)`',
    ],
    ['an argument too many', 'block B(x: [d]) -> [d] { GRU[d](x, x, x) }', 'E0403', '`GRU[hidden](x, h)`'],
    ['an argument too few', 'block B(x: [d]) -> [d] { LSTM[d](x, x) }', 'E0403', '`LSTM[hidden](x, h, c)`'],
    ['an axis of what works on elements', 'block B(x: [d]) -> [d] { tanh[d](x) }', 'E0404', '`tanh(…)`'],
    ['an optimizer without settings', `${model}objective F for M { loss = sum[d](y);  optimizer adam }`, 'E0803', '`adam(rate = 1e-3)`'],
    ['a setting without its name', `${model}objective F for M { loss = sum[d](y);  optimizer adam(2e-3) }`, 'E0803', '`adam(rate = 2e-3)`'],
    [
      'a divisor that may change',
      'dim chunk = 5, pieces = ceil(source / chunk)\nblock B(x: [pieces]) -> [] { sum[pieces](x) }',
      'E0311',
      '`const dim chunk = 5`',
    ],
    ['a divisor that is 0', 'dim pieces = ceil(source / 0)\nblock B(x: [pieces]) -> [] { sum[pieces](x) }', 'E0311', '`ceil(… / 2)`'],
    [
      'a dim further down',
      'dim twice = 2 * later\ndim later = 3\nblock B(x: [twice]) -> [] { sum[twice](x) }',
      'E0201',
      'move the declaration of `later`',
    ],
    [
      "a body's dim further down",
      'block B(x: [d]) -> [half] {\n  y = x[d as (half, two)]\n  dim half = d / 2, two = 2\n  sum[two](y)\n}',
      'E0202',
      'move the declaration of `half`',
    ],
    [
      'an axis that is made further down',
      'block B(x: [source, d]) -> [source, d] {\n  w = softmax[key](x @[d] x)\n  k = x[source as key]\n  w @ k\n}',
      'E0202',
      'move `x[source as key]`',
    ],
    [
      'an axis that a copy up to now makes further down',
      'block B(x: [source, d]) -> [d] {\n  z = zeros[key]\n  k = x[upto source as key]\n  sum[source, key](z * k)\n}',
      'E0202',
      'move `x[upto source as key]`',
    ],
    [
      'a rank among those of another dim',
      'dim all = 9, top = 3\nblock B(s: [all]) -> [top] {\n  order = argsort[all as rank](s)\n  s[order[rank = position[top]]]\n}',
      'E0306',
      '`require top <= all`',
    ],
    [
      'positions of another dim',
      'dim all = 9, top = 3\nblock B(s: [top], i: index(all)[]) -> [] { s[i] else 0 }',
      'E0306',
      '`[top = i + 0]`',
    ],
    ['vectors of two sizes end to end', 'block B(x: [e], h: [d], c: [d]) -> [d] { Linear[d](concat(x, h, c)) }', 'E0309', '`c[d as d2]`'],
  ])('%s', (_what, text, code, fix) => {
    const found = first(`${D}${text}`);
    expect(found.code).toBe(code);
    expect(found.fix).toContain(fix);
  });

  it('what is absent: where it became so, in the body at fault', () => {
    expect(
      first(
        `${D}model M(x: [source, d]) -> y: [source, d] {\n  before = x[source = position[source] - 1]\n  z = tanh(before)\n  y = z + x\n}`,
      ).text,
    ).toBe('before = x[source = position[source] - 1]');
    const inside = first(
      `${D}block Half(x: [source, d]) -> [source, d] {\n  b = x where x > 0\n  tanh(b)\n}\nmodel M(x: [source, d]) -> y: [source, d] { y = Half(x) + x }`,
    );
    expect([inside.text, inside.related!.map(({ message }) => message)]).toEqual([
      'Half(x)',
      ['it reaches the result', 'absent since this'],
    ]);
  });
});

describe('what was refused for no good reason', () => {
  it.each([
    ['a record of rounds', 'block B(x0: [d]) -> [n, d] { x = x0;  r = repeat n { x = tanh(x);  emit { a = x, b = 2 * x } };  r.a + r.b }'],
    ['a record of one field of rounds', 'block B(x0: [d]) -> [n, d] { x = x0;  r = repeat n { x = tanh(x);  emit { a = x } };  r.a }'],
    [
      'truth values of switches',
      `${model}objective F for M { loss = sum[d](y);  optimizer sgd(rate = 0.1, momentum = 0.9, nesterov = true) }`,
    ],
    [
      'a header of several lines',
      "decoder C(c: [d])\n  generates y: index(words)[target]\n  start 1 end 2 {\n  param table: [words, d]\n  state s: [d] = c;  s' = tanh(s + table[y]);  logits = s' @ table\n}\nmodel M(c: [d])\n  generates y: index(words)[target] { C(c) }\nobjective F\n  for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }",
    ],
    ['positions as numbers', 'dim all = 9, top = 3\nblock B(s: [top], i: index(all)[]) -> [] { s[top = i + 0] else 0 }'],
  ])('%s', (_what, text) => {
    expect(told(`${D}${text}`).codes.filter((code) => code.startsWith('E'))).toEqual([]);
  });

  it('the rounds of a record are stacked by name', () => {
    const { codes, found } = told(`${D}block B(x0: [d]) -> [n, d] { x = x0;  r = repeat n { x = tanh(x);  emit x, x };  r.x }`);
    expect([codes, found[0]!.fix]).toEqual([['E0203'], 'name them: `emit { a = …, b = … }`']);
  });

  it.each([
    [
      'a loop, an index, a table and a call',
      "dim bad = n / 0\nblock B(i: index(bad)[source], x: [bad]) -> [source] { x[i] }\nblock C(x: [bad, d]) -> [d] { s = scan bad with xt = x { state h: [d] = 0;  h' = tanh(h + xt);  emit h' };  s[bad = last] }\nblock E(x: [d]) -> [bad] { param W: [bad <- d];  softmax[bad](W @ x) * position[bad] }\nmodel M(x: [d]) -> y: [d] { y = Linear[d](Linear[bad](x)) * sum[bad](E(x)) }",
    ],
    [
      'sizes made of it',
      'dim bad = ceil(d / e), more = bad + 1, half = floor(more / 2)\nblock B(x: [bad, more, half]) -> [] { sum[bad, more, half](x * bad) }',
    ],
    [
      'a dim of a body',
      'block B(x: [d]) -> [half] {\n  dim half = d / 0\n  param w: [half]\n  sum[two](x[d as (half, two)]) * w\n}\nmodel M(x: [d]) -> y: [] { z = B(x);  y = sum[half](z) }',
    ],
  ])('a size that cannot be is one error: %s', (_what, text) => {
    expect(told(`${D}${text}`).codes.filter((code) => code.startsWith('E'))).toEqual(['E0311']);
  });
});

describe('--set', () => {
  const text = 'dim d = 4\noption p = 0.1\noption s = a | b\nmodel M(x: [d]) -> y: [d] { match s { a { dropout(x, p) }  b { x } } }';

  it.each<[string, string | number, string, string]>([
    ['nope', 3, 'E0201', '`d`, `p`, `s`'],
    ['d', 'abc', 'E0311', 'a whole number from 1'],
    ['p', 'abc', 'E0209', 'a number'],
    ['s', 'c', 'E0209', '`a` or `b`'],
  ])('%s=%s is the fault of the command line: no position of the file', (name, value, code, expected) => {
    const { diagnostics } = compile(text, { set: new Map([[name, value]]) });
    expect(diagnostics.map((d) => [d.code, d.place.file, d.expected])).toEqual([[code, `--set ${name}=${value}`, expected]]);
  });
});

describe('W0801', () => {
  const text = `${D}model M(x: [d]) -> { y: [d], z: [] } {\n  a = GRU(x, x)\n  param t: [d]\n  { y = x * t, z = argmax[d](a) * 1.0 }\n}\nobjective F for M given g: [d] { loss = sum[d]((y - g) ^ 2);  optimizer sgd(rate = 0.1) }`;

  it("stands once, at the user's call of a block of the library", async () => {
    const { diagnostics } = await compileFile(FILE, libraryOf({ [FILE]: text }));
    const found = diagnostics.filter(({ code }) => code === 'W0801');
    expect(found.map(({ place }) => [place.file, text.slice(place.start, place.end)])).toEqual([[FILE, 'GRU(x, x)']]);
    expect(found[0]!.message).toContain('`a.GRU.Wz`');
  });

  it('names a parameter once for each position, however many models bring it there', async () => {
    const shared =
      'dim d = 4\nblock F(x: [d]) -> [d] { param w: [d], v: [d];  x * w + v }\nmodel A(x: [d]) -> { y: [d], z: [] } { { y = 2 * x, z = argmax[d](F(x)) * 1.0 } }\nmodel B(x: [d]) -> { y: [d], z: [] } { param v: [d];  { y = v * x, z = argmax[d](F(x)) * 1.0 } }\n';
    const objectives = ['A', 'B']
      .map((name) => `objective For${name} for ${name} { loss = sum[d](y ^ 2);  optimizer sgd(rate = 0.1) }\n`)
      .join('');
    const found = checkFile(FILE, libraryOf({ [FILE]: shared + objectives })).diagnostics.filter(({ code }) => code === 'W0801');
    expect(found.map(({ message }) => message)).toEqual(['no objective trains `z.F.w`', 'no objective trains `z.F.v`']);
  });

  it('the checker says which call brings a parameter', () => {
    const problems = new Problems();
    const modules = loadModules(FILE, libraryOf({ [FILE]: text }), problems)!;
    const callers = check(modules, {}, problems)!.callers;
    expect(callers.get(callerKey('M', 'a.GRU.Wz'))?.file).toBe(FILE);
    expect(callers.has(callerKey('M', 't'))).toBe(false);
  });
});

it('a file that is not there is no problem of a program: nothing is said, and there is none', () => {
  expect(checkFile('none.attn', libraryOf({}))).toEqual({ diagnostics: [], sources: new Map(), checked: null, programs: [], models: [] });
});

describe('a doc before several dims', () => {
  it('stands once, with their names', async () => {
    const text = '/// Widths\ndim s: ragged, d = 4, e = 3\n/// Alone.\ndim k = 2\nmodel M(x: [d, e, k]) -> y: [d, e, k] { x * 2 }';
    const { programs } = compile(text);
    expect(programs[0]!.hyperparameters.map(({ doc }) => doc)).toEqual(['`s`, `d`, `e`: Widths', null, 'Alone.']);
    const { code } = await compileFile(FILE, libraryOf({ [FILE]: text }));
    expect(code).toContain('/** `s`, `d`, `e`: Widths. Default 4. */');
    expect(code).toContain('/** Default 3. */');
    expect(code).toContain('/** Alone. Default 2. */');
  });
});
