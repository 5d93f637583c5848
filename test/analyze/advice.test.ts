/** What is said of faults in calls, operations, bodies, decoders and clocks: where, what was expected and given, why, what to write instead, and what else has to do with it. */
import { describe, expect, it } from 'vitest';
import { describeType } from '../../compiler/analyze/scope/describe.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { compile } from './support.ts';

type Said = Partial<Pick<Diagnostic, 'message' | 'expected' | 'given' | 'why' | 'fix'>> & {
  readonly code: string;
  readonly related?: readonly string[];
};
type Case = readonly [what: string, marked: string, said: Said];

const dims = 'dim source: ragged, target: ragged, words = 9, embed = 4, hidden = 3\n';
const signature = 'block B(x: [source, embed], h: [hidden], n: index(words)[source], c: bool[source]) -> [source, embed]';
/** The statements of a block, and declarations before it. */
const body = (statements: string, before = ''): string => `${dims}${before}\n${signature} {\n${statements}\n}`;
const small = (declarations: string): string => `dim d = 3, e = 4\n${declarations}`;
const generates = 'generates y: index(words)[target] start 1 end 2';
const decoder = (params: string, statements: string, model = ''): string =>
  `${dims}decoder D(${params}) ${generates} {\n${statements}\n}\n${model}`;
const calls = (call: string, inputs = 'c: [hidden]'): string => `model M(${inputs}) ${generates} { ${call} }`;
const causal = (result: string): string =>
  `dim t: ragged\noption m = a | b\nmodel M(x: [t], i: int[t]) -> y: [t] causal t { y = ${result} }`;
const documents = (before: string, statements: string): string =>
  `dim sentence: ragged, word: ragged in sentence\n${before}\nmodel M(x: [sentence, word]) -> [sentence, word] { ${statements} }`;

/** The one error: the marked text, and what is said of it. */
function told(marked: string, { related }: Said): unknown {
  const text = marked.replace(/[«»]/g, '');
  const errors = compile(text).diagnostics.filter(({ severity }) => severity === 'error');
  return errors.map(({ place, related: others = [], ...rest }) => ({
    ...rest,
    at: [place.start, text.slice(place.start, place.end)],
    ...(related === undefined
      ? {}
      : { related: others.map((other) => `${other.message}: ${text.slice(other.place.start, other.place.end)}`) }),
  }));
}

function check(cases: readonly Case[]): void {
  it.each(cases)('%s', (_what, marked, said) => {
    const at = [marked.indexOf('«'), /«([^»]*)»/.exec(marked)![1]];
    expect(told(marked, said)).toEqual([expect.objectContaining({ severity: 'error', at, ...said })]);
  });
}

describe('what is absent', () => {
  const F = (result: string): string => small(`block F(x: [k]) -> ${result}\n`);
  check([
    [
      'before a call',
      `${F('[k] { tanh(x) }')}model M(x: [d]) -> y: [d] { «z = x where x > 0»\nw = F(z)\nw }`,
      {
        code: 'E0501',
        message: 'this may be absent, and the result may not',
        why: '`where` leaves out the positions for which its condition is false',
        related: ['it reaches the result: w'],
      },
    ],
    [
      'in the second argument of a call',
      small('block F(q: [k], x: [k]) -> [k] { q + x }\nmodel M(x: [d]) -> y: [d] { «z = x[d = position[d] + 1]»\nw = F(x, z)\nw }'),
      {
        code: 'E0501',
        why: 'the index may fall outside of its axis',
        related: ['it reaches the result: w'],
      },
    ],
    [
      'inside a call that is the result',
      `${F('[k] { x where x > 0 }')}model M(x: [d]) -> y: [d] { «F(x)» }`,
      {
        code: 'E0501',
        message: 'the result may be absent',
        why: 'a `where` in it, or an index that may fall outside of its axis, leaves positions out',
        related: ['absent since this: x where x > 0'],
      },
    ],
    [
      'inside a call, in one of its fields',
      `${F('{ a: [k], b: [k] } { { a = x, b = x where x > 0 } }')}model M(x: [d]) -> y: [d] { r = «F(x)»;  r.b }`,
      {
        code: 'E0501',
        message: 'this may be absent, and the result may not',
        related: ['it reaches the result: r.b', 'absent since this: x where x > 0'],
      },
    ],
  ]);
});

describe('what mixes examples', () => {
  const centre = "block C(x: [k]) -> [k] { running m: [k] = 0;  m' = mean[lifted](x);  x - «mean[lifted](x)» }\n";
  const norm = "block N(x: [k]) -> [k] { running m: [k] = 0;  m' = mean[«lifted»](x);  x - m }\n";
  check([
    [
      'of truth values',
      body("running m: [embed] = 0\nm' = if «mean[lifted](c)» then 1 else 0\nx + m"),
      { code: 'E0305', message: '`mean` wants numbers', given: 'bool' },
    ],
    [
      'and an axis that is not there',
      body("running m: [embed] = 0\nm' = sum[lifted, «nope»](x)\nx + m"),
      { code: 'E0202', given: '[source, embed]' },
    ],
    [
      'a softmax',
      body("running m: [embed] = 0\nm' = sum[source](softmax[«lifted»](x))\nx + m"),
      { code: 'E0806', expected: '`sum[lifted]`, `mean[lifted]`, `max[lifted]`, `min[lifted]`' },
    ],
    [
      'in a decoder over its axis',
      `${dims}${norm}decoder D() ${generates} { param t: [words, embed];  x = t[y];  logits = Linear[words](N(x)) }`,
      {
        code: 'E0806',
        message: '`lifted` stands inside a decoder or a causal model',
        why: 'a position would see those to come',
        related: ['in this call of `N`: N(x)'],
      },
    ],
    [
      'in a scan',
      body(
        "running m: [embed] = 0\nm' = m\nz = scan source with xt = x { state r: [embed] = 0;  r' = mean[«lifted»](xt);  emit r' }\nz + m",
      ),
      {
        code: 'E0806',
        message: "`lifted` stands inside a `scan` or a decoder's step",
        why: 'examples have another number of steps each, and each step would have a value of its own',
      },
    ],
    [
      'a length that makes a next value another one',
      small("dim source: ragged\nblock F(x: [k], z: [source]) -> [k] { running m: [] = 0;  «m'» = source;  x + m * sum[source](z) }"),
      {
        code: 'E0807',
        message: 'the next value of `m` is not one for all: it depends on what differs',
        why: 'a running value is one for all examples, and for all that its block is lifted over or that a scan repeats',
      },
    ],
    [
      'all examples twice',
      small(
        'model M(x: [d]) -> y: [d] { LayerNorm(x) }\nobjective Fit for M { loss = mean[batch, «batch», d](y ^ 2);  optimizer sgd(rate = 0.1) }',
      ),
      { code: 'E0806', message: '`batch` stands twice' },
    ],
    [
      'all examples beside all that there is',
      small(
        'model M(x: [d]) -> y: [d] { LayerNorm(x) }\nobjective Fit for M { loss = mean[lifted, «batch», d](y ^ 2);  optimizer sgd(rate = 0.1) }',
      ),
      { code: 'E0806', message: '`lifted` holds `batch`: one of the two is enough' },
    ],
    [
      'a ragged axis that stays',
      body("running m: [embed] = 0\nm' = «mean[lifted, embed](x)» + m\nx + m"),
      { code: 'E0806', given: '[source, embed]', fix: 'reduce it, too: `mean[lifted, embed, source](…)`' },
    ],
    [
      'in what a model gives',
      small(`${centre}model A(x: [d]) -> y: [d] { y = C(x) }`),
      {
        code: 'E0505',
        message: '`y` depends on the other examples of the batch: this mixes them',
        why: 'an example would have another answer in other company; here `y` reads this expression',
        related: ['in this call of `C`: C(x)'],
      },
    ],
    [
      'for one value of an option',
      small(`option o = plain | mixed\n${centre}model A(x: [d]) -> y: [d] { y = match o { plain { x }  mixed { C(x) } } }`),
      { code: 'E0505', related: ['in this call of `C`: C(x)', 'with `o = mixed`: o'] },
    ],
  ]);
});

describe('which axis is which', () => {
  const pair = 'block F(a: [g..], b: [g..]) -> [g..] { a + b }';
  check([
    [
      'a group of two lists of axes',
      body('F(x, «h»)', pair),
      { code: 'E0303', message: '`g..` of `F` would stand for two lists of axes', expected: '[source, embed]', given: '[hidden]' },
    ],
    [
      'a group with one axis more',
      body('F(h, «x[source = first] * h»)', pair),
      { code: 'E0303', expected: '[hidden]', given: '[embed, hidden]' },
    ],
    [
      'a group with an axis of another size',
      body('F(h, «x[source = first][embed as hidden]»)', pair),
      { code: 'E0303', expected: '[hidden]', given: '[hidden: embed]' },
    ],
    [
      'two axes of two without order',
      body('x * F(«x[source = first] * h»)', 'block F(a: [p, q]) -> [] { sum[p, q](a) }'),
      {
        code: 'E0401',
        message: 'it is not clear which axes of this argument are `p` and `q` of `F`',
        fix: 'say which: `F[p = embed, q = hidden](…)`, or the other way round',
      },
    ],
    [
      'three axes of three without order',
      body('x * F(«x * h»)', 'block F(a: [p, q, r]) -> [] { sum[p, q, r](a) }'),
      { code: 'E0401', fix: 'say which: `F[p = source, q = embed, r = hidden](…)`' },
    ],
    [
      'a group of the brackets that the argument lacks',
      body('F[hidden](«x»)', 'block F[g..](a: [g.., k]) -> [k] { sum[g..](a) }'),
      {
        code: 'E0402',
        message: '`a` of `F` wants an axis `hidden` that this argument lacks',
        expected: '[g.., k]',
        given: '[source, embed]',
        fix: 'if one of its axes is meant, rename it: `x[embed as hidden]`',
      },
    ],
    [
      'axes around a group, and too few for them',
      body('x * F(«h»)', 'block F(a: [p, g.., q]) -> [g..] { sum[p, q](a) }'),
      { code: 'E0402', message: '`a` of `F` wants an axis `q` that this argument lacks', expected: '[p, g.., q]', given: '[hidden]' },
    ],
    [
      'an axis before a group, of axes without order',
      body('F(«x * h»)', 'block F(a: [p, g..]) -> [g..] { sum[p](a) }'),
      {
        code: 'E0401',
        message: 'it is not clear which axis of this argument is `p` of `F`',
        expected: '[p, g..]',
        given: '[source, embed, hidden]',
        fix: 'say which: `F[p = source](…)` or `F[p = embed](…)` or `F[p = hidden](…)`',
        related: ['axes of several operands come together here: x * h'],
      },
    ],
    [
      'the last axis, where another argument is lifted over it',
      body('F(«x», x[source = first]) * h', 'block F(a: [k], b: []) -> [k] { a * b }'),
      {
        code: 'E0401',
        message: 'it is not clear which axis of this argument is `k` of `F`',
        given: '[source, embed]',
        why: '`embed`, its last axis, is one that the call is lifted over in another argument',
        fix: 'say it: `F[k = embed](…)`',
        related: ['lifted over `embed` here: x[source = first]'],
      },
    ],
    [
      'two sizes that may be one',
      'dim a = 3\nblock F(p: [k], q: [k]) -> [] { p @ q }\nblock B(x: []) -> [] { param v: [i: ceil(log2(a))], w: [j: ceil(log2(a + 1))]\nx * F(v, «w») }',
      {
        code: 'E0310',
        message: '`k` of `F` would stand for two sizes',
        expected: '`i` with ceil(log2(a)) position(s)',
        given: '`j` with ceil(log2(a + 1)) position(s)',
        why: '`k` is one axis in the signature of `F`',
        related: ['bound here to `i`: v'],
      },
    ],
    [
      'the size of the brackets and another',
      body('x * F[5](«h»)', 'block F[k](p: [k]) -> [] { sum[k](p) }'),
      {
        code: 'E0303',
        expected: '`k` with 5 position(s)',
        given: '`hidden` with hidden position(s)',
        fix: 'if they are of one size wherever this stands, say so: `require 5 == hidden`',
        related: [],
      },
    ],
    [
      'two indices of axes without a dim',
      'block F(i: index(c), j: index(c)) -> [] { 1.0 * i + j }\nmodel M(x: [k: 5], z: [j: 6]) -> y: [] { F(argmax[k](x), «argmax[j](z)») }',
      { code: 'E0306', message: '`j` holds positions on another dim', expected: 'index(5)', given: 'index(6)' },
    ],
    [
      'a map that gives too little',
      body('param W: [<- embed]\nx * (F(«W») @ x)', 'block F(W: [o <- i]) -> [o <- i] { W }'),
      { code: 'E0402', message: '`W` of `F` wants an axis `o` that this argument lacks', expected: '[o <- i]', given: '[<- embed]' },
    ],
  ]);
});

describe('what a call gives', () => {
  const lifted = 'block F(p: [], q: []) -> [] { p + q }';
  check([
    [
      'a word for an axis',
      body('F[«k = wrong»](x)', 'block F[k](x: [k]) -> [k] { x }'),
      { code: 'E0404', message: '`k` of `F` cannot be this', expected: 'an axis or a size' },
    ],
    [
      'a fraction for an axis',
      body('sum[n](F[«n = 0.5»](x))', 'block F[n](x: [k]) -> [k, n] { x * ones[n] }'),
      { code: 'E0404', message: '`n` of `F` cannot be this', expected: 'an axis or a size' },
    ],
    [
      'an axis for a fraction',
      body('F[«p = embed»](x)', 'block F[p = 0.5](x: [k]) -> [k] { x * p }'),
      { code: 'E0404', message: '`p` of `F` cannot be this', expected: 'a number' },
    ],
    [
      'no position for a group',
      body('x * sum[out0](Linear[«0»](h))'),
      { code: 'E0311', message: 'an axis cannot have 0 positions', expected: 'one position or more' },
    ],
    [
      'less than no position for an axis',
      body('F[-2](x)', 'block F[m = 2](x: [k]) -> [k] { param w: [«m»]\nx * sum[m](w) }'),
      { code: 'E0311', message: 'an axis cannot have -2 positions', related: ['in this call of `F`: F[-2](x)'] },
    ],
    [
      'no position by default',
      body('F(x)', 'block F[m = 0](x: [k]) -> [k] { x * sum[m](ones[«m»]) }'),
      { code: 'E0311', message: 'an axis cannot have 0 positions' },
    ],
    [
      'a default of the brackets that is not a size',
      body('F(x)', 'block F[m = «nope»](x: [k]) -> [k] { param w: [m]\nx * sum[m](w) }'),
      { code: 'E0201' },
    ],
    [
      'a value that an option of the file has not',
      body('F[«mode = wrong»](x)', 'option mode = a | b\nblock F(x: [k]) -> [k] { match mode { a { x } b { 2 * x } } }'),
      { code: 'E0209', message: '`wrong` is not a value of the option `mode`', expected: '`a` or `b`', given: '`wrong`' },
    ],
    [
      'a value that an option of the body has not',
      body('F[«p = wrong»](x)', 'block F(x: [k]) -> [k] { option p = a | b;  match p { a { x } b { 2 * x } } }'),
      { code: 'E0209', expected: '`a` or `b`', given: '`wrong`' },
    ],
    [
      'a word for a number of the body',
      body('F[«p = wrong»](x)', 'block F(x: [k]) -> [k] { option p = 0.25;  p * x }'),
      { code: 'E0209', expected: 'a number', given: '`wrong`' },
    ],
    [
      'a parameter with an unknown size',
      body('x * sum[o](F(W) @ h)', 'block F(W: [o: «nope» <- i]) -> [o <- i] { W }').replace(
        'x * sum',
        'param W: [hidden <- hidden]\nx * sum',
      ),
      { code: 'E0201' },
    ],
    [
      'a size that may be the declared one',
      'dim a = 3\nblock F(p: [k: ceil(log2(a))]) -> [] { sum[k](p) }\nblock B(x: []) -> [] { param w: [k: ceil(log2(a + 1))]\nx * F(«w») }',
      {
        code: 'E0310',
        message: '`k` of this argument is not as `F` declares it',
        expected: '`k` with ceil(log2(a)) position(s)',
        given: '`k` with ceil(log2(a + 1)) position(s)',
      },
    ],
    [
      'a length for a size',
      body('x * F(«x[embed = 0][source as k]»)', 'block F(p: [k: 3]) -> [] { sum[k](p) }'),
      {
        code: 'E0303',
        expected: '`k` with 3 position(s)',
        given: '`k` with ragged source position(s)',
        why: 'ragged axes agree only if they are one dim',
      },
    ],
    [
      'two axes of one name to be lifted over',
      body('x * sum[k](F(h[hidden as k], «x[source = first][embed as k]»))', lifted),
      {
        code: 'E0303',
        message: 'the call is lifted over two different axes called `k`',
        expected: '`k` with hidden position(s)',
        given: '`k` with embed position(s)',
      },
    ],
    [
      'an inner dim in a step',
      documents('block F(y: [k]) -> [] { mean[k](y) }', "scan word with xt = x { state s: [sentence] = 0;  s' = xt + F(«s»);  emit s' }"),
      { code: 'E0507', message: '`F` along `sentence` inside a scan along `word`' },
    ],
    [
      'what is not a block',
      body('«x[source = 1][embed = 2]»(h)'),
      { code: 'E0205', message: 'only a block, a cell or an operation can be called' },
    ],
    ['a method that there is not', body('«x.means»(source)'), { code: 'E0205', fix: 'did you mean `mean`?' }],
  ]);
});

describe('what is right', () => {
  const outputs = (text: string): [string, string][] => {
    const { programs, diagnostics } = compile(text);
    expect(diagnostics).toEqual([]);
    return [...programs[0]!.outputs].map(([name, node]) => [name, describeType(node.types[0]!)]);
  };

  it.each<[string, string, [string, string][]]>([
    [
      'a group that stands for the same axes twice, in any order',
      small('block F(a: [g..], b: [g..]) -> [g..] { a * b }\nmodel M(x: [d, e], z: [e, d]) -> y: [d, e] { F(x, z) }'),
      [['y', '[d, e]']],
    ],
    [
      'one axis without order that is left',
      small('block F(a: [u, q, g..]) -> [q, g..] { sum[u](a) }\nmodel M(x: [d], z: [e]) -> y: [e] { F[u = d](x * z) }'),
      [['y', '[e]']],
    ],
    [
      'a place for a whole number',
      small('block F(i: int) -> int { 2 * i }\nmodel M(i: index(d)[e]) -> y: int[e] { F(i) }'),
      [['y', 'int[e]']],
    ],
    [
      'two sizes that are required to be one',
      small(
        'block F(p: [], q: []) -> [] { p + q }\nmodel M(x: [d], z: [e]) -> y: [] { require d == e;  sum[k](F(x[d as k], z[e as k])) }',
      ).replace('e = 4', 'e = 3'),
      [['y', '[]']],
    ],
    [
      'a model without a declared result',
      small('model M(x: [d], z: [e]) { { a = x, b = outer(x + z) } }'),
      [
        ['a', '[d]'],
        ['b', '[d, e]'],
      ],
    ],
    [
      'its weights',
      small(
        'attention Dot(q: [i], k: [key, i]) -> [i] { weights = softmax[key](q @ k);  sum[key](weights * k) }\nmodel M(q: [d], k: [e, d]) { Dot(q, k) }',
      ),
      [
        ['result', '[d]'],
        ['weights', '[e]'],
      ],
    ],
    ['a map with its sign turned', small('model M(x: [d]) -> y: [e] { param W: [e <- d];  -W @ x }'), [['y', '[e]']]],
  ])('%s', (_what, text, given) => {
    expect(outputs(text)).toEqual(given);
  });
});

describe('defaults of arguments, also where nothing calls the block', () => {
  check([
    ['an unknown name', small('block F(x: [d], y: [d] = «nope») -> [d] { x + y }'), { code: 'E0201' }],
    [
      'an axis too many',
      small('block F(x: [d], «y: [] = x») -> [d] { x + y }'),
      { code: 'E0307', message: 'the default of `y` has an axis `d` that its declaration lacks', expected: '[]', given: '[d]' },
    ],
    [
      'an unknown axis',
      small('block F(x: [d], y: [k: «nope»] = 0) -> [d] { x * sum[k](y) }\nmodel M(x: [d]) -> y: [d] { F(x) }'),
      { code: 'E0201' },
    ],
    [
      'an unknown name for a map',
      small('block F(x: [d], W: [d <- d] = «nope») -> [d] { W @ x }\nmodel M(x: [d]) -> y: [d] { F(x) }'),
      { code: 'E0201' },
    ],
    [
      'a map over an unknown size',
      small('block F(x: [d], W: [e <- k: «nope»] = 0) -> [d] { x }\nmodel M(x: [d]) -> y: [d] { F(x) }'),
      { code: 'E0201' },
    ],
    [
      'a tensor for a map with one name on both sides',
      small('block F(x: [d], «W: [d <- d] = 0») -> [d] { W @ x }'),
      {
        code: 'E0315',
        message: 'the default of `W` is a tensor, and the declared map has `d` on both sides',
        expected: '[d <- d]',
        given: 'int[]',
      },
    ],
  ]);

  it('may read the arguments before them', () => {
    const { programs, diagnostics } = compile(
      small('block F(x: [k], y: [k] = 2 * x, W: [e <- k] = outer(y * ones[e])) -> [e] { W @ x }\nmodel M(x: [d]) -> y: [e] { F(x) }'),
    );
    expect(diagnostics).toEqual([]);
    expect(programs[0]!.parameters).toEqual([]);
  });
});

describe('what an operation is given', () => {
  const shared = "operands with a shared axis, or one whose axes are among the other's";
  check([
    [
      'three for the larger of two',
      body('«max(x, 1, 2)»'),
      { code: 'E0403', expected: '2', given: '3', fix: 'name the axis: `max[source](…)` or `max[embed](…)`' },
    ],
    [
      'the larger of what shares no axis',
      body('«max(x, h)» * x'),
      {
        code: 'E0302',
        expected: shared,
        given: '[source, embed] max [hidden]',
        fix: 'rename an axis with `x[a as b]` so that they share one; if it is meant: `max(a * ones[hidden], b)`',
      },
    ],
    [
      'a difference of what shares no axis',
      body('«(h - x)» * x'),
      {
        code: 'E0302',
        given: '[hidden] - [source, embed]',
        fix: 'rename an axis with `x[a as b]` so that they share one; if it is meant: `outer(a - b)`',
      },
    ],
    ['a lower bound that shares no axis', body('«clamp(x, h, 1)»'), { code: 'E0302', given: '[source, embed] max [hidden]' }],
    ['an upper bound that shares no axis', body('«clamp(x, 0, h)»'), { code: 'E0302', given: '[source, embed] min [hidden]' }],
    ['two values to be grouped', body('«sum[source by n](x, x)»'), { code: 'E0403', expected: '1', given: '2', fix: '`sum[a](x)`' }],
    ['three bounds', body('«clamp(x, 0, 1, 2)»'), { code: 'E0403', expected: '3', given: '4', fix: '`clamp(x, y, z)`' }],
    ['an outer product of an operation and more', body('«outer(h - x, x)»'), { code: 'E0205', fix: '`outer(a - b)`, `outer(a <= b)`' }],
    ['an outer product with an axis', body('«outer[embed](h - x)»'), { code: 'E0205' }],
    ['an outer product of a product of maps', body('outer(«h @ h»)'), { code: 'E0205' }],
    [
      'a record taken apart in too many',
      body('«(a, b, d) = LSTM[hidden](h, h, h)»\nx'),
      { code: 'E0307', expected: 'a record of 3 fields', given: 'a record of 2' },
    ],
    ['a tensor taken apart', body('«(a, b) = x»\nx'), { code: 'E0307', expected: 'a record of 2 fields', given: 'no record' }],
    [
      'a group of axes for one',
      'block F(x: [g..]) -> [g..] { «softmax[g..](x)» }\nblock G(x: [a, b]) -> [a, b] { F(x) }',
      { code: 'E0404', given: '2', fix: 'let the signature name one axis where it has a group' },
    ],
    [
      'no axes for one',
      'block F(x: [g..]) -> [g..] { «softmax[g..](x)» }\nblock G(x: []) -> [] { F(x) }',
      { code: 'E0404', given: '0', fix: 'let the signature name one axis where it has a group', related: ['in this call of `F`: F(x)'] },
    ],
    [
      'two axes for one',
      body('«softmax[source, embed](x)»'),
      { code: 'E0404', given: '2', fix: 'merge them first: `softmax[both](x[(source, embed) as both])`' },
    ],
    [
      'a group that the tensor lacks',
      'block F(x: [g..], y: [k]) -> [] { sum[«g..»](y) }',
      { code: 'E0304', message: '`sum` wants the axes `g..`, which the tensor does not have', expected: 'the axes `g..`', given: '[k]' },
    ],
    ['a number for an axis', body('x - mean[«1»](x)'), { code: 'E0404', fix: '`mean[a, b](…)`' }],
    ['a primed name for an axis', body("x - mean[«embed'»](x)"), { code: 'E0404', fix: '`mean[a, b](…)`' }],
    [
      'positions over a dim that cannot be',
      'dim bad = «1 / 0», d = 3\nblock B(i: int) -> [] { sum[d](onehot[bad](i)) }',
      { code: 'E0311' },
    ],
    [
      'a target on another dim',
      body('x * «cross_entropy[embed](x, n)»'),
      { code: 'E0306', expected: 'index(embed)', given: 'index(words)' },
    ],
    [
      'a target of another size',
      body('x * «cross_entropy[embed](x, h[hidden as embed])»'),
      { code: 'E0303', expected: '`embed` with hidden position(s)', given: '`embed` with embed position(s)' },
    ],
    [
      'truth values to be left out',
      `${dims}model M(x: [embed], c: bool[embed]) -> y: [embed] { y = if «dropout(c, 0.1)» then x else 0 }\nobjective F for M { loss = sum[embed](y);  optimizer sgd(rate = 0.1) }`,
      { code: 'E0305', message: '`dropout` wants numbers' },
    ],
    ['the sum of truth values in groups', body('x * «sum[source by n](c)»[n]'), { code: 'E0305', expected: 'numbers', given: 'bool' }],
    ['any of numbers in groups', body('if «any[source by n](x)»[n] then x else 0'), { code: 'E0305', expected: 'bool', given: 'float' }],
    [
      'groups along an axis that is not there',
      body('x * sum[«hidden» by n](x)'),
      { code: 'E0304', expected: 'an axis `hidden`', given: '[source, embed]' },
    ],
    [
      'groups by positions along an axis of another size',
      'dim a = 3, b = 4, w = 5\nblock B(x: [k: a], i: index(w)[k: b]) -> [w] { «sum[k by i](x)» }',
      {
        code: 'E0303',
        why: 'both operands of `by` have an axis `k`, and one name is one axis',
        expected: '`k` with a position(s)',
        given: '`k` with b position(s)',
      },
    ],
    [
      'a condition along an axis of another size',
      body('«x where h[hidden as embed] > 0»'),
      { code: 'E0303', why: 'both operands of `where` have an axis `embed`, and one name is one axis' },
    ],
    [
      'a filling along an axis of another size',
      body('«(x where x > 0) else h[hidden as embed]»'),
      { code: 'E0303', why: 'both operands of `else` have an axis `embed`, and one name is one axis' },
    ],
    [
      'a filling of another kind',
      body('«(x where x > 0) else c»'),
      { code: 'E0305', message: 'the two sides of `else` must be of one kind', expected: 'float', given: 'bool' },
    ],
    ['a position that stands alone', body('x * «last»'), { code: 'E0205', message: '`last` stands only as a position: `x[axis = last]`' }],
    ['a merged axis', body('y = «x[(source, embed) as both] + h»\nx'), { code: 'E0302', given: '[both: (source, embed)] + [hidden]' }],
    ['the next value of what is at fault', body("z = «nope»\nx + z'"), { code: 'E0201' }],
  ]);

  it.each([
    ['x.mean()', 'name the axis: `mean[source](…)` or `mean[embed](…)`'],
    ['x.mean(0)', 'name the axis: `mean[source](…)` or `mean[embed](…)`'],
    ['x.mean(source, embed)', 'write `mean[source, embed](x)`'],
    ['q.mean(0)', 'write `mean[a](q)`, with the name of the axis'],
    ['q.mean()', 'write `mean[a](q)`, with the name of the axis'],
    ['r.mean(0)', 'write `mean[a](r)`, with the name of the axis'],
    ['x.tanh()', 'write `tanh(x)`'],
    ['x.clamp(0, 1)', 'write `clamp(x, 0, 1)`'],
    ['x.dropout(0.1)', 'write `dropout(x, 0.1)`'],
    ['n.onehot(words)', 'write `onehot[words](n)`'],
    ['n.onehot()', 'write `onehot[a](n)`'],
  ])('a method: `%s`', (call, fix) => {
    const [first, ...more] = compile(body(`q = sum[hidden](h)\nr = { a = x, b = q }\nx * sum(${call})`)).diagnostics.filter(
      ({ severity }) => severity === 'error',
    );
    expect([first?.code, first?.fix, more]).toEqual(['E0205', fix, []]);
  });
});

describe('bodies', () => {
  const match = (choices: string): string => `match ${choices} { a { y = x } b { y = 2 * x } }`;
  const choice = 'option m = a | b\n';
  check([
    [
      'a result that a parameter is',
      small('model M(x: [d]) -> y: [e] { param «y»: [d]\nz = x * y }'),
      { code: 'E0307', expected: '[e]', given: '[d]' },
    ],
    [
      'a result that the last of a branch is',
      small(`${choice}block M(x: [d]) -> y: [] { match m { a { «y = 2 * x» } else { z = x;  y = sum[d](z) } } }`),
      { code: 'E0307', expected: '[]', given: '[d]' },
    ],
    [
      'a result that a `repeat` carries',
      small('model «M»(x: [d]) -> y: [e] { param y: [d];  repeat 2 { y = y * x }\nz = x }'),
      { code: 'E0307', expected: '[e]', given: '[d]' },
    ],
    [
      'a model without a declared result that gives a map',
      small('model M(x: [d]) { param W: [e <- d];  «W» }'),
      { code: 'E0315', message: 'the result of a model is a tensor, not a map' },
    ],
    [
      'a field that is a map',
      small('model M(x: [d]) { param W: [e <- d];  «{ a = x, b = W }» }'),
      { code: 'E0315', message: 'the field `b` of a model is a tensor, not a map' },
    ],
    ['a field that is a record', small('model M(x: [d]) { «{ a = x, b = { c = x } }» }'), { code: 'E0205', fix: '`.c`' }],
    [
      'a field that may be absent',
      small('encoder M(x: [d]) { { a = x, b = «x where x > 0» } }'),
      { code: 'E0501', message: 'this may be absent, and the field `b` may not' },
    ],
    [
      'a result that is an instance',
      small('model M(x: [d]) { «Linear» }'),
      { code: 'E0205', message: 'this is an instance of a block: call it' },
    ],
    [
      'a choice by nothing: its names are not missed',
      small(`${choice}block M(x: [d]) -> [d] { ${match('«mm»')}\ny }`),
      { code: 'E0209', fix: 'choose by a value with `if c then a else b`, or declare an `option`' },
    ],
    [
      'a choice by an option at fault, whose names are not missed',
      small(`option m = «1 + 1»\nblock M(x: [d]) -> [d] { ${match('m')}\ny }`),
      { code: 'E0209', message: 'the option `m` wants a number, or its choices' },
    ],
    [
      'a choice by an option at fault, as the last line',
      small(`option m = «1 + 1»\nmodel M(x: [d]) -> y: [d] { ${match('m')} }`),
      { code: 'E0209' },
    ],
    [
      'a choice by an option at fault, as the value',
      small('option m = «1 + 1»\nblock M(x: [d]) -> [d] { match m { a { x } b { 2 * x } } }'),
      { code: 'E0209' },
    ],
    [
      'a branch headed by what is not a value',
      small(`${choice}block M(x: [d]) -> [d] { match m { a { x } b { 2 * x } «true» { x } } }`),
      { code: 'E0209', message: "a branch is headed by a value: a name of the option's, or a number" },
    ],
    ['a result over an unknown axis', 'block F(W: [o <- i]) -> [o <- «zz»] { W }', { code: 'E0202' }],
    ['a first value that is none', small('model M(x: [d]) -> y: [d] { init «nothing»\nparam w: [d]\nx * w }'), { code: 'E0804' }],
    ['an unknown size in a requirement', small('block F(x: [d]) -> [d] { require «nope» <= d\nx }'), { code: 'E0201' }],
    [
      'a position beyond all reason, as the value',
      body('«x[embed = 9007199254740993]»'),
      { code: 'E0311', message: 'this makes a size that cannot be: 9007199254740992 is not a whole number that a size can hold' },
    ],
    ['a position beyond all reason, in an equation', body('«y = x[embed = 9007199254740993]»\nx'), { code: 'E0311' }],
    [
      'a position beyond all reason, in a branch',
      small(`${choice}block M(x: [d]) -> [d] { y = match m { a { «x[d = 9007199254740993]» } b { x } }\ny }`),
      { code: 'E0311' },
    ],
    [
      'an instance twice',
      body('let f = Linear[embed]\nlet «f» = Linear[hidden]\nf(x)'),
      { code: 'E0203', message: '`f` is defined twice' },
    ],
  ]);

  it('an option at fault hides no other fault of the body', () => {
    const text = small('option m = 1 + 1\nmodel M(x: [d]) -> y: [e] { match m { a { z = x } b { z = 2 * x } }\ny = x }');
    expect(compile(text).diagnostics.map(({ code, place }) => [code, text.slice(place.start, place.end)])).toEqual([
      ['E0209', '1 + 1'],
      ['E0307', 'y = x'],
    ]);
  });

  it('what `require` says of dims: positions on the one are positions on the other, whichever side it is written', () => {
    const codes = (requirement: string): string[] =>
      compile(`dim a = 3, b = 4\nmodel M(t: [b], i: index(a)) -> z: [] { require ${requirement}\nt[i] }`).diagnostics.map(
        ({ code }) => code,
      );
    expect(['a <= b', 'b >= a'].map(codes)).toEqual([[], []]);
    expect(['3 <= b', 'a <= 4', 'a + 1 <= b'].map(codes)).toEqual([['E0306'], ['E0306'], ['E0306']]);
    expect(
      compile('dim a = 5, b = 4\nmodel M(t: [b], i: index(a)) -> z: [] { require b >= a\nt[i] }').diagnostics.map(
        ({ code, message }) => `${code} ${message}`,
      ),
    ).toEqual(['W0301 with the sizes as they are, `a` (5) must be at most `b` (4)']);
  });

  it("an option of a block's body has the value of the call", () => {
    const { programs, diagnostics } = compile(
      small('block F(x: [k]) -> [k] { option p = 0.25;  p * x }\nmodel M(x: [d]) -> y: [d] { F[p = 0.5](F(x)) }'),
    );
    expect(diagnostics.filter(({ code }) => code !== 'W0201')).toEqual([]);
    const constants: number[] = [];
    const open = [...programs[0]!.outputs.values()];
    for (const node of open) {
      if (node.op.kind === 'constant') constants.push(node.op.value);
      open.push(...node.inputs, ...(node.op.kind === 'call' ? node.op.region.results : []));
    }
    expect(constants.sort()).toEqual([0.25, 0.5]);
  });
});

describe('decoders', () => {
  const step = "state s: [hidden] = c;  s' = tanh(s);  logits = Linear[words](s)";
  const late = (rest: string): string => decoder('c: [hidden]', `param t: [words, hidden]\nstate s: [hidden] = c\ns' = t[y']\n${rest}`);
  const named = (statements: string): string =>
    decoder('c: [source, hidden]', `param t: [words, hidden]\n${statements}`, calls('D(c)', 'c: [source, hidden]')).replace(
      '\ndecoder',
      '\nattention Dot(q: [i], k: [key, i]) -> [i] { weights = softmax[key](q @ k);  sum[key](weights * k) }\ndecoder',
    );
  check([
    [
      'an argument along the generated axis: once, where it is declared',
      decoder('«c: [target, hidden]»', 'param t: [words, hidden];  logits = (t[y] + c) @ t', calls('D(c)', 'c: [target, hidden]')),
      {
        code: 'E0601',
        given: '[target, hidden]',
        why: 'the generated axis is a clock: its positions come into being one by one, and those of an argument are all there',
      },
    ],
    [
      'a value along the generated axis in a step',
      `dim target = 5, words = 9, hidden = 3\ndecoder D(c: [hidden]) ${generates} { param p: [target, hidden];  state s: [hidden] = c;  s' = s + «p»;  logits = Linear[words](s) }`,
      {
        code: 'E0601',
        message: '`p` has the axis `target` that the decoder generates along',
        given: '[target, hidden]',
        fix: 'call the generated axis differently: `generates y: index(…)[time: target]`',
      },
    ],
    [
      'an unknown dim in the signature: once, though a model calls it',
      decoder('c: [«zz»]', step.replaceAll('hidden', 'zz'), calls('D(c)')),
      { code: 'E0407' },
    ],
    ['an unknown dim in what is generated', decoder('c: [hidden]', step, calls('D(c)')).replace('[target]', '[«zz»]'), { code: 'E0407' }],
    [
      'an unknown size in what is generated',
      decoder('c: [hidden]', step, calls('D(c)')).replaceAll('[target]', '[t: zz]').replace('zz', '«zz»'),
      { code: 'E0201' },
    ],
    ['an unknown size of an argument', decoder('c: [hidden], k: [k: «zz»]', step, calls('D(c, c)')), { code: 'E0201' }],
    [
      'a map over an unknown size',
      decoder('c: [hidden], W: [words <- k: «zz»]', step, calls('param V: [words <- hidden];  D(c, V)')),
      { code: 'E0201' },
    ],
    [
      'a map between other axes',
      decoder(
        'c: [hidden], W: [words <- hidden]',
        "state s: [hidden] = c;  s' = s;  logits = W @ s",
        calls('param V: [words <- embed];  D(c, «V»)'),
      ),
      { code: 'E0307', expected: '[words <- hidden]', given: '[words <- embed]' },
    ],
    ['a default that is unknown', decoder('c: [hidden], m: [hidden] = «nope»', step, calls('D(c)')), { code: 'E0201', related: [] }],
    [
      'a default with an axis too many',
      decoder('c: [hidden], «m: [] = c»', step, calls('D(c)')),
      { code: 'E0307', message: 'the default of `m` has an axis `hidden` that its declaration lacks' },
    ],
    [
      'other axes',
      decoder('c: [hidden, embed]', step.replace('= c', '= sum[embed](c)'), calls('D(«c»)', 'c: [hidden, words]')),
      { code: 'E0402', expected: '[hidden, embed]', given: '[hidden, words]', why: 'a decoder is lifted over the batch alone' },
    ],
    [
      'axes too few',
      decoder('c: [hidden, embed]', step.replace('= c', '= sum[embed](c)'), calls('D(«c»)')),
      { code: 'E0402', expected: '[hidden, embed]', given: '[hidden]' },
    ],
    [
      'positions on another dim',
      decoder('c: [hidden], n: index(words)', step, calls('D(c, «n»)', 'c: [hidden], n: index(embed)')),
      { code: 'E0306', message: '`n` of `D` holds positions on another dim', expected: 'index(words)', given: 'index(embed)' },
    ],
    [
      'a number for a position',
      decoder('c: [hidden], n: index(words)', step, calls('D(c, «0.5»)')),
      { code: 'E0305', expected: 'index', given: 'float' },
    ],
    [
      'an argument that may be absent',
      decoder('c: [hidden]', 'param t: [words, hidden];  logits = (t[y] + c) @ t', calls('D(«c where c > 0»)')),
      { code: 'E0501', message: '`c` of `D` may be absent' },
    ],
    [
      'logits that are a record',
      `${dims}decoder «D»(c: [hidden]) ${generates} { state s: [hidden] = c;  s' = s;  logits = { a = s } }`,
      { code: 'E0606', message: '`logits` is a tensor over the generated vocabulary' },
    ],
    [
      'a probability that is a record',
      `${dims}decoder «D»(c: [hidden]) ${generates} { state s: [hidden] = c;  s' = s;  probability = { a = s } }`,
      { code: 'E0606', message: '`probability` is a tensor over the generated vocabulary' },
    ],
    [
      'a probability over other positions',
      `${dims}decoder «D»(c: [hidden]) ${generates} { state s: [hidden] = c;  s' = s;  probability = softmax[hidden](s) }`,
      { code: 'E0606', message: '`probability` must lie over the generated vocabulary alone', given: '[hidden]' },
    ],
    [
      'logits that are truth values',
      `${dims}decoder «D»(c: [hidden]) ${generates} { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) > 0 }`,
      { code: 'E0606', given: 'bool[words]' },
    ],
    [
      'logits of no position',
      `${dims}decoder «D»(c: [hidden]) ${generates} { param t: [words, hidden];  logits = t @ c }`,
      { code: 'E0606', message: '`logits` must lie over the generated vocabulary and `target` alone', given: '[words]' },
    ],
    [
      'logits with an axis too many',
      `${dims}decoder «D»(c: [hidden]) ${generates} { param t: [words, hidden];  logits = (t[y] @ t) * c }`,
      { code: 'E0606', given: '[target, words, hidden]' },
    ],
    [
      'a first output between two positions',
      decoder('c: [hidden]', step).replace('start 1', 'start «0.5»'),
      { code: 'E0608', expected: 'a position of `index(words)`, from 0', fix: '`start 1`' },
    ],
    [
      'a last output before the first position',
      decoder('c: [hidden]', step).replace('end 2', 'end «-2»'),
      { code: 'E0608', expected: 'a position of `index(words)`, from 0', fix: '`end 1`' },
    ],
    [
      'a first output behind the last position',
      `const ${decoder('c: [hidden]', step).replace('start 1', 'start «9»').replace('source: ragged, target: ragged, ', '').replace('\n', '\ndim target: ragged\n')}`,
      { code: 'E0608', expected: 'a position of `index(words)`, from 0 to 8' },
    ],
    [
      'a rank with an axis',
      decoder('c: [hidden]', `${step}\nrank «c»`),
      { code: 'E0307', message: '`rank` is one number', expected: 'a number', given: '[hidden]' },
    ],
    ['a rank that is a truth value', decoder('c: [hidden]', `${step}\nrank «logp > 0»`), { code: 'E0307', given: 'bool[]' }],
    ['a bound made of what only a rank has', decoder('c: [hidden]', `${step}\nat most «logp»`), { code: 'E0201' }],
    [
      'logits that read the choice',
      late("«logits» = Linear[words](s')"),
      {
        code: 'E0605',
        message: "`logits` reads `s'`, which depends on `y'`",
        why: "`y'` is chosen by `logits`",
        fix: 'read the state itself: `s`',
      },
    ],
    [
      'a probability that reads the choice',
      late("«probability» = softmax[words](Linear[words](s'))"),
      { code: 'E0605', message: "`probability` reads `s'`, which depends on `y'`", why: "`y'` is chosen by `probability`" },
    ],
    [
      'logits that read the choice in a round',
      decoder(
        'c: [hidden]',
        "param t: [words, hidden]\nx = t[y]\nrepeat 2 { state s: [hidden] = c;  s' = x + t[y'];  x = s' }\n«logits» = Linear[words](x)",
      ),
      { code: 'E0605', message: "`logits` depends on `y'`" },
    ],
    [
      'logits that a `repeat` carries and that read the choice',
      late("logits = Linear[words](s')\nrepeat 2 { logits = 0.5 * logits }").replace(generates, `«${generates}»`),
      { code: 'E0605', message: "`logits` reads `s'`, which depends on `y'`" },
    ],
    [
      'logits and a probability that a `repeat` carries',
      decoder('c: [hidden]', `${step}\nprobability = softmax[words](logits)\nrepeat 2 { probability = 0.5 * probability }`).replace(
        'decoder D',
        'decoder «D»',
      ),
      { code: 'E0606', message: 'the decoder `D` defines `logits` and `probability`' },
    ],
    [
      'a first value that is unknown',
      decoder('c: [hidden]', "param t: [words, hidden]\nstate s: [hidden] = c\ns' = first «nope» then t[y]\nlogits = Linear[words](s)"),
      { code: 'E0201' },
    ],
    [
      'a first value of another kind',
      decoder('c: [hidden]', "param t: [words, hidden]\nstate s: [hidden] = c\ns' = «first 1 == 1 then t[y]»\nlogits = Linear[words](s)"),
      { code: 'E0305', expected: 'bool', given: 'float' },
    ],
  ]);

  it('take their arguments with the axes in any order, maps and defaults', () => {
    const text = decoder(
      'c: [hidden, embed], W: [words <- hidden], m: [hidden] = 0.5',
      "state s: [hidden] = sum[embed](c)\ns' = s * m\nlogits = W @ s",
      calls('param V: [words <- hidden];  D(c, V)', 'c: [embed, hidden]'),
    );
    const { diagnostics, programs } = compile(text);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(programs[0]!.parameters.map(({ path }) => path)).toEqual(['V']);
  });

  it.each([
    ['over the whole axis', 'a = Dot(t[y], c);  weights = a.weights;  logits = a @ t'],
    ['step by step', "state s: [hidden] = 0;  a = Dot(t[y] + s, c);  weights = a.weights;  s' = a;  logits = a @ t"],
  ])('give weights once where the body has a name for them, too: %s', (_what, statements) => {
    const { diagnostics, programs } = compile(named(statements));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...programs[0]!.outputs.keys()]).toEqual(['logits', 'weights']);
  });

  it.each([
    ['logits = Linear[words](s)', 0],
    ['probability = softmax[words](Linear[words](s))', 1],
  ])('begin, end, rank and forbid as they say: %s', (scores, masks) => {
    const { programs } = compile(
      decoder('c: [hidden]', `state s: [hidden] = c;  s' = s;  ${scores};  at most 7;  rank logp / length`, calls('D(c)'))
        .replace('start 1', 'start 8')
        .replace('start 1', 'start 8'),
    );
    const made = programs[0]!.decoder!;
    expect(made).toMatchObject({
      kind: 'recurrent',
      start: 8,
      end: 2,
      atMost: { op: { kind: 'constant', value: 7 } },
      rank: { op: { kind: 'binary', fn: 'div' } },
    });
    expect(made.kind === 'recurrent' && made.logits.types[0]!.masks.length).toBe(masks);
  });

  it('with a state in a branch alone are written for one step', () => {
    const { programs } = compile(
      `option m = a | b\n${decoder('c: [hidden]', "param t: [words, hidden]\nmatch m { a { state s: [hidden] = c;  s' = tanh(s + t[y]);  o = s' }  b { o = t[y] + c } }\nlogits = Linear[words](o)", calls('D(c)'))}`,
    );
    expect(programs[0]!.decoder).toMatchObject({ kind: 'recurrent', states: [{ name: 's' }] });
  });
});

describe('clocks', () => {
  const why = 'a position is computed from the positions that exist then';
  check([
    ['of an unknown dim', 'dim t: ragged\nmodel M(x: [t]) -> [t] causal «tt» { x }', { code: 'E0202' }],
    [
      'of a dim with a length for each position of another',
      'dim sentence: ragged, word: ragged in sentence\nmodel M(x: [sentence, word]) -> [sentence, word] causal «word» { x }',
      { code: 'E0507', message: '`word` has a length for each position of another dim: it is not a clock' },
    ],
    [
      'a later position, and what it reads',
      causal('x * (x[«t = position[t] + 1»] else 0)'),
      { code: 'E0701', why: `${why}; here \`y\` reads this expression, which reads \`x\``, related: ['reads `x`: x: [t]'] },
    ],
    [
      'a later position, for one value of an option',
      causal('match m { a { x } b { x[«t = last»] * x } }'),
      { code: 'E0701', why: `${why}; here \`y\` reads this expression`, related: ['with `m = b`: m'] },
    ],
    [
      'what reads no input and is the result itself',
      "dim t: ragged\nmodel M(x: [t]) -> [t] causal t { «scan t reversed with p = position[t] { state s: [] = 0;  s' = s + p;  emit s' }» }",
      { code: 'E0701', why, fix: 'scan forward', related: [] },
    ],
    [
      'a sum by positions of the clock',
      causal('x + sum[q](«sum[d by t = j](z[t as q])»)').replace('i: int[t]', 'z: [t, d], j: int[d]').replace('dim t', 'dim d = 3, t'),
      { code: 'E0701', message: 'this looks into the future: a sum `by` positions of `t` writes to any of them' },
    ],
    [
      'in a call',
      causal('F(x)').replace('model', 'block F(x: [k]) -> [k] { x - «mean[k](x)» }\nmodel'),
      {
        code: 'E0701',
        related: ['reads `x`: x: [t]', 'in this call: F(x)'],
        fix: 'over the positions up to now: `x[upto t as k]` instead of `x[t as k]`',
      },
    ],
  ]);
});

const codes = (text: string): readonly string[] =>
  compile(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

describe('nothing is said of', () => {
  it.each([
    ['axes beside what they are counted along', documents('', 'x + ones[sentence, word]')],
    ['a block over one of them', documents('block F(x: [k: word]) -> [] { sum[k](x) }', 'x * F(x[word as k])')],
    [
      'a size that is the larger of two',
      'dim source: ragged, long = max(source, 2)\nmodel M(x: [source]) -> [long] { ones[long] * sum[source](x) }',
    ],
    [
      'a group that is named axis by axis',
      small(
        'block F[n, width..](x: [d]) -> [width..] { Linear[width..](n * x) }\nmodel M(x: [d]) -> [e, d] { F[width = e, width = d, n = 2](x) }',
      ),
    ],
    [
      'places of the axis that a loop goes along, in its first value',
      "dim time: ragged\nmodel M(x: [time]) -> [time] { scan time with xt = x { state s: [] = sum[time](position[time]);  s' = s + xt;  emit s' } }",
    ],
    [
      'what each of several instances leaves out, where a sum goes over the instances',
      `dim a = 2, b = 3, d = 4
block N(x: [k]) -> [k] { running m: [k] = 0;  m' = mean[lifted](x);  x where (if training then mean[lifted](x) else m) > 0 }
model M(x: [a, b, d]) -> y: [b, d] { sum[a](N per a (x)) }`,
    ],
    [
      'a record that a step calls by another name',
      small(
        "model M(x: [e, d], z: [d]) -> [e, d] { two = { a = z, b = 2 * z };  scan e with xt = x { state s: [d] = 0;  again = two;  s' = s + xt * again.a;  emit s' } }",
      ),
    ],
  ])('%s', (_what, text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe('axes in no order', () => {
  check([
    [
      'that several arguments of a call bring along',
      'dim a = 2, b = 3, d = 4\nblock G(x: [k], z: [k]) -> [k] { x + z }\nblock P(x: [p, q, r]) -> [p, q, r] { 2 * x }\nmodel M(x: [a, d], z: [b, d]) -> y: [a, b, d] { P(«G(x, z)») }',
      { code: 'E0401', why: 'the order of its axes means nothing: they come from several operands, of which none has them all' },
    ],
  ]);
});

describe('once', () => {
  it('what stands in an objective whose text is broken is not told besides', () => {
    expect(
      codes(
        'dim d = 4\nmodel M(x: [d]) -> y: [d] { LayerNorm(x) }\nobjective Fit for M { loss = sum[d](y +);  metric m = nowhere;  optimizer sgd(rate = 0.1) }',
      ),
    ).toEqual(['E0102']);
  });

  it('what stands elsewhere in such a file is', () => {
    const text = 'dim d = 4\nmodel M(x: [d]) -> y: [d] { nowhere }\nobjective Fit for M { loss = sum[d](y +);  optimizer sgd(rate = 0.1) }';
    expect(codes(text)).toEqual(['E0201', 'E0102']);
  });

  it.each([
    [1024, []],
    [1025, ['E0504']],
  ])('%d rounds', (rounds, expected) => {
    expect(codes(`dim d = 2\nblock B(x: [d]) -> [d] {\n  y = x\n  repeat ${rounds} { y = tanh(y) }\n  y\n}`)).toEqual(expected);
  });
});
