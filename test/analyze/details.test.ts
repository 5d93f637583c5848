/** One slip, one error at its position (`«»`), and what it says besides: what was expected, what is given, why, and what to write instead. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { compile } from './support.ts';

const D = 'dim source: ragged, target: ragged, words = 9, embed = 4, hidden = 3\n';
type Said = Partial<Pick<Diagnostic, 'message' | 'expected' | 'given' | 'why' | 'fix'>>;
type Row = readonly [what: string, code: string, text: string, said: Said];

/** The body of a block with `x: [source, embed]`, `h: [hidden]` and `n: index(words)[source]`. */
const body = (statements: string, result = '[source, embed]'): string =>
  `block B(x: [source, embed], h: [hidden], n: index(words)[source], c: bool[source]) -> ${result} {\n${statements}\n}`;
const block = (params: string, value: string, result = '[]'): string => `block B(${params}) -> ${result} { ${value} }`;
const model = 'model M(x: [embed]) -> y: [embed] { x }\n';
const schedule = (rate: string): string => `${model}objective O for M { loss = sum[embed](y);  optimizer adam(rate = ${rate}) }`;
const spread = (value: string): string => block('x: [embed]', `param w: [embed] = normal(${value});  x * w`, '[embed]');
const inner = (value: string, result = '[sentence]', more = ''): string =>
  `dim sentence: ragged, word: ragged in sentence\n${more}model M(x: [sentence, word]) -> y: ${result} { ${value} }`;

function says(rows: readonly Row[]): void {
  it.each(rows)('%s: %s', (_what, code, text, said) => {
    const source = D + text;
    const start = source.indexOf('«');
    const at = source.slice(start + 1, source.indexOf('»'));
    const clean = source.replace('«', '').replace('»', '');
    const errors = compile(clean).diagnostics.filter(({ severity }) => severity === 'error');
    expect(
      errors.map(
        (error) =>
          `${error.code} ${error.place.start === start ? 'there' : `at ${error.place.start}, not ${start}`}: ${clean.slice(error.place.start, error.place.end)}`,
      ),
    ).toEqual([`${code} there: ${at}`]);
    for (const [key, value] of Object.entries(said)) expect(errors[0]![key as keyof Said] ?? '', key).toContain(value);
  });
}

describe('arithmetic of schedules and initialisers', () =>
  says([
    [
      'a truth value',
      'E0803',
      schedule('«true»'),
      { message: 'this has no place in a schedule', expected: 'arithmetic in `step`, `epoch`, dims and numbers' },
    ],
    [
      'an unknown name behind a sign',
      'E0803',
      schedule('-«speed»'),
      { message: '`speed` is not known to a schedule', expected: '`step` (from 1), `epoch`, a dim or a number' },
    ],
    ['an unknown name in a function', 'E0803', schedule('exp(«speed»)'), { message: '`speed` is not known to a schedule' }],
    [
      'a field that is called',
      'E0803',
      schedule('«a.exp(step)»'),
      { message: 'this has no place in a schedule', why: 'a schedule is known before any example is' },
    ],
    [
      'an index that is called',
      'E0803',
      schedule('«exp[embed](step)»'),
      { message: '`exp` has no place in a schedule', expected: '`min`, `max`, `floor`, `sqrt`, `exp`, `log`' },
    ],
    [
      'a comparison of what is not known either',
      'E0804',
      spread('«x > 1»'),
      { message: '`>` has no place in an initialiser', expected: 'arithmetic in dims and numbers' },
    ],
    [
      'steps in an initialiser',
      'E0804',
      spread('«step»'),
      { message: '`step` is not known to an initialiser', expected: 'a dim or a number' },
    ],
    ['another function in an initialiser', 'E0804', spread('«tanh(1)»'), { expected: 'arithmetic in dims and numbers, with' }],
  ]));

describe('brackets behind a value', () =>
  says([
    ['an index behind what is wrong', 'E0202', body('x[«nowhere» as a][a = first]'), { given: '[source, embed]' }],
    ['an index before another', 'E0202', body('x[«nowhere» as a, embed as b]'), {}],
    ['a group behind a value', 'E0205', body('x[«source by n»]'), { message: '`by` groups a reduction' }],
    ['merged and split with an axis that is not there', 'E0202', body('x[(source, «nowhere») as (a, b)]'), {}],
    ['merged and split twice', 'E0301', body('x[(source, «source») as (a, b)]'), { message: '`source` is merged twice' }],
    [
      'merged and split into one name',
      'E0301',
      body('x[(source, embed) as (source, «source»)]'),
      { message: 'the result would hold `source` twice' },
    ],
    ['a split of an axis that is not there', 'E0202', body('x[«nowhere» as (a, b)]'), {}],
    ['a copy of an axis that is not there', 'E0202', body('x[upto «nowhere» as key]'), {}],
    [
      'a copy under a name that is there',
      'E0301',
      body('x[upto source as «embed»]'),
      { message: 'the tensor already has an axis `embed`' },
    ],
    [
      'a copy under its own name',
      'E0301',
      body('x[upto source as «source»]'),
      { message: 'the copy of `source` needs a name of its own', fix: '`x[upto source as key]`' },
    ],
    [
      'an index that fits two axes',
      'E0306',
      block('x: [words, v: words], i: index(words)', 'x[«i»][v = 0]'),
      { message: 'more than one axis fits', fix: 'name it: `[words = …]` or `[v = …]`' },
    ],
    [
      'an index into a number',
      'E0306',
      block('x: [], i: index(words)', 'x[«i»]'),
      { message: 'no axis that this index counts', fix: 'index what has an axis of that dim' },
    ],
    [
      'an index into a smaller dim',
      'E0306',
      block('x: [embed], i: index(words)', 'x[«i»]'),
      {
        expected: 'index(words)',
        given: '[embed]',
        fix: 'state that it holds: `require words <= embed`; or as a plain number, which may fall outside: `[embed = i + 0]`',
      },
    ],
    [
      'a position on a ragged dim as one of a fixed dim',
      'E0306',
      block('x: [embed], i: index(source)', 'x[«i»]'),
      { fix: 'declare `dim source: ragged <= embed`; or as' },
    ],
    [
      'a position on a dim as one of a ragged dim',
      'E0306',
      block('x: [source], i: index(words)', 'x[«i»]'),
      { fix: 'as a plain number, which may fall outside: `[source = i + 0]`' },
    ],
    [
      'a position on a sum',
      'E0306',
      `dim long = 1 + source\n${block('x: [embed], i: index(long)', 'x[«i»]')}`,
      { expected: 'index(source + 1)', fix: 'as a plain number, which may fall outside: `[embed = i + 0]`' },
    ],
    [
      'a place for an axis of a number',
      'E0306',
      block('x: [k: 5], i: index(embed)', 'x[«i»]'),
      { fix: 'as a plain number, which may fall outside: `[k = i + 0]`' },
    ],
    [
      'an index with an axis of another size',
      'E0303',
      block('x: [words, k: hidden], i: index(words)[k: embed]', 'x[«i»]', '[k: hidden]'),
      {
        expected: '`k` with hidden position(s)',
        given: '`k` with embed position(s)',
        why: 'both operands of `x[…]`',
        fix: 'require hidden == embed',
      },
    ],
    [
      'the positions of two axes',
      'E0205',
      block('x: [embed]', 'x * «position[embed, hidden]»', '[embed]'),
      { message: '`position` wants one axis' },
    ],
    [
      'the positions of a named axis',
      'E0205',
      block('x: [embed]', 'x * «position[embed = 1]»', '[embed]'),
      { message: '`position` wants one axis' },
    ],
    [
      'the last position of two that may be empty',
      'E0502',
      `dim a: ragged 0.., b: ragged 0.., both = a + b\n${block('x: [both]', 'x[both = «last»]')}`,
      { message: '`both` may be empty: it has no last position' },
    ],
    [
      'the first position of pairs that may be none',
      'E0502',
      `dim a: ragged 0..\n${block('x: [a, source]', 'x[(a, source) as both][both = «first»]')}`,
      { message: '`both` may be empty: it has no first position', fix: 'guard with `else`' },
    ],
    [
      'a literal position behind a fixed end',
      'E0501',
      `const dim few = 3\nmodel M(x: [few]) -> y: [] { x[«few = 3»] }`,
      { why: 'the index may fall outside of its axis', fix: '`… else 0`' },
    ],
    [
      'a literal position before the first',
      'E0501',
      'model M(x: [embed]) -> y: [] { x[«embed = -1»] }',
      { why: 'the index may fall outside of its axis' },
    ],
  ]));

it('of two parts one that is never empty is enough for a last position, and of pairs both', () => {
  const errors = (text: string): string[] =>
    compile(`dim a: ragged 0.., b: ragged, c: ragged, both = a + b\n${text}`)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);
  expect(errors('block B(x: [both]) -> [] { x[both = last] }')).toEqual([]);
  expect(errors('block B(x: [b, c]) -> [] { x[(b, c) as pairs][pairs = last] }')).toEqual([]);
  expect(errors('block B(x: [a, c]) -> [] { x[(a, c) as pairs][pairs = last] else 0 }')).toEqual([]);
});

it('a literal position on a dim is required to be there', () => {
  const { programs } = compile('dim few = 3\nmodel M(x: [few]) -> y: [] { x[few = 2] }');
  expect(programs[0]!.requirements.map(({ kind, a, b, why }) => [kind, a.key, b.key, why])).toEqual([
    ['atMost', '3', 'few', 'position 2 of `few` is used'],
  ]);
});

describe('what has a length for each position of another dim', () =>
  says([
    [
      'an index inside a scan along it',
      'E0507',
      inner("z = scan word with xt = x { state h: [] = 0;  h' = h + xt[«sentence» as s][s = first];  emit h' };  sum[word](z)"),
      { message: 'renaming `sentence` inside a scan along `word`', why: 'each `sentence` has its own number of steps' },
    ],
    [
      'a product inside a scan along it',
      'E0507',
      inner("z = scan word with xt = x { state h: [] = 0;  h' = h + «xt @ xt»;  emit h' };  sum[word](z)"),
      { message: '`@` over `sentence` inside a scan along `word`', fix: 'reduce `sentence` after the scan' },
    ],
    [
      'two axes of the outer dim in one block',
      'E0507',
      inner('F(x, «x»)', '[sentence]', 'block F(x: [w], z: [s, w]) -> [] { sum[w](x * sum[s](z)) }\n'),
      { message: 'in `F`, `word` would belong to two axes `sentence`', fix: 'reduce `word` of one of the arguments first' },
    ],
    [
      'a position that does not say of which',
      'E0501',
      `dim sentence: ragged, word: ragged in sentence\nmodel M(x: [sentence, word], i: index(word)[]) -> y: [sentence] { x[«i»] }`,
      { why: 'the index may fall outside of its axis' },
    ],
    [
      'a function of its length in brackets',
      'E0508',
      inner('F[k = «max(word, 3)»](sum[word](x))', '[sentence]', 'block F[k](x: []) -> [] { x * k }\n'),
      { message: 'an axis cannot be made of `word` in this way' },
    ],
  ]));

describe('sizes in brackets that an example decides', () => {
  const called = (size: string): string =>
    `block F[k](x: []) -> [] { x * sum[k](ones[k]) }\nmodel M(x: [source]) -> y: [] { F[${size}](sum[source](x)) }`;
  says([
    ['one that gets shorter', 'E0508', called('«words - source»'), { message: 'an axis cannot get shorter where an example is longer' }],
    ['a named one', 'E0508', called('k = «words - source»'), { message: 'an axis cannot get shorter where an example is longer' }],
    ['one with a logarithm', 'E0508', called('«ceil(log2(source))»'), { message: 'as long as `log2` of a ragged dim' }],
    [
      'one of several',
      'E0508',
      `block F[g..](x: []) -> [g..] { param W: [g..];  x * W }\nmodel M(x: [source]) -> y: [] { sum[g0](F[«words - source»](sum[source](x))) }`,
      { message: 'an axis cannot get shorter' },
    ],
    [
      'a default',
      'E0508',
      'block F[k = «words - source»](x: []) -> [] { x * sum[k](ones[k]) }\nmodel M(x: [source]) -> y: [] { F(sum[source](x)) }',
      { message: 'an axis cannot get shorter' },
    ],
  ]);
});

describe('`concat` and `stack`', () =>
  says([
    ['an operand that is wrong', 'E0201', body('concat[long](x, «nowhere»)'), {}],
    [
      'numbers and truth values',
      'E0305',
      body('sum[long](«concat[long](x, c)») * x'),
      { message: 'the two sides of `concat` must be of one kind', expected: 'float', given: 'bool' },
    ],
    [
      'truth values and numbers in a stack',
      'E0305',
      block('i: bool, j: int', 'sum[m](«stack[m](i, j)»)'),
      { message: 'the two sides of `stack`', expected: 'bool', given: 'int' },
    ],
    [
      'an axis that none has',
      'E0304',
      body('concat[«hidden as long»](x, x)'),
      { message: '`concat` wants an axis `hidden` that the tensor does not have', given: '[source, embed]' },
    ],
    [
      'two axes as one',
      'E0404',
      body('concat[«(source, embed) as long»](x, x)'),
      { fix: '`concat[n](a, b)`, or `concat[old as n](a, b)`' },
    ],
    ['groups', 'E0404', body('concat[«source by n»](x, x)'), { message: '`concat` takes one axis' }],
    ['a stack in groups', 'E0404', body('«stack[source by n](x, x)»'), { fix: '`stack[m](a, b)`' }],
    [
      'the same axes, and no name',
      'E0309',
      body('sum[w](«concat(x, x)») * x'),
      { fix: '`concat[source as joined](…)` or `concat[embed as joined](…)`' },
    ],
    [
      'numbers',
      'E0309',
      body('sum[w](«concat[w](1, 2)») * x'),
      { given: 'int[] and int[]', why: 'the operands may differ in one axis each' },
    ],
    [
      'two axes of its own beside one',
      'E0309',
      block('a: [source], x: [embed, hidden]', 'sum[w](«concat[w](a, x)»)'),
      { fix: '`concat[embed as w](…, x[source as embed])`' },
    ],
    [
      'two axes of its own beside one, without a name',
      'E0309',
      block('a: [source], x: [embed, hidden]', 'sum[w](«concat(a, x)»)'),
      { fix: '`concat[embed as joined](…, x[source as embed])`' },
    ],
    [
      'two axes of its own beside the common one',
      'E0309',
      block('a: [source, words], x: [source, embed, hidden]', 'sum[w](«concat[w](a, x)»)'),
      { fix: '`concat[source as w](…)` or `concat[embed as w](…, x[words as embed])`' },
    ],
    [
      'vectors without a name',
      'E0309',
      block('e: [embed], h: [hidden]', 'sum[w](«concat[w](e, 2 * h, 3 * h, h)»)'),
      {
        message: '`hidden` is an axis of several operands',
        why: 'each of `x2`, `x3`, `h` is one position',
        fix: 'a name of its own for it: `x3[hidden as hidden2]`, `h[hidden as hidden3]`',
      },
    ],
    [
      'what stays, of two sizes',
      'E0303',
      block('a: [k: embed, words], x: [k: hidden, m: embed]', 'sum[w](«concat[w](a, x)»)'),
      { message: 'the two axes `k` differ', why: 'both operands of `concat`' },
    ],
    [
      'what is stacked, of two sizes',
      'E0303',
      block('a: [k: embed], x: [k: hidden]', 'sum[m](«stack[m](a, x)»)'),
      { why: 'both operands of `stack`', expected: '`k` with embed position(s)' },
    ],
    [
      'a name that stays',
      'E0301',
      block('a: [source, embed], x: [source, embed]', 'sum[embed](«concat[source as embed](a, x)»)'),
      { message: 'the result would hold `embed` twice' },
    ],
  ]));

describe('maps', () =>
  says([
    ['a map beside a block', 'E0205', body('param W: [embed <- embed]\n(W + «GRU») @ x'), { message: 'this is an instance of a block' }],
    ['a block beside a map', 'E0205', body('param W: [embed <- embed]\n(«GRU» + W) @ x'), { message: 'this is an instance of a block' }],
    [
      'a map beside a record',
      'E0205',
      body('param W: [embed <- embed]\nr = LSTM[hidden](h, h, h)\n(W + «r») @ x'),
      { fix: '`.h` or `.c`' },
    ],
    [
      'maps compared',
      'E0301',
      body('param W: [embed <- embed]\nx * sum[embed](if «W» == W then 1 else 0)'),
      { fix: '`plain(W, to = a, from = b)`' },
    ],
    ['a map rounded', 'E0301', body('param W: [embed <- embed]\nfloor(«W») @ x'), { message: 'this map has `embed` on both sides' }],
    [
      'maps of different numbers of axes are tensors',
      'E0307',
      body('param W: [embed <- hidden], V: [embed <- words, hidden]\n«(W + V) @ h * x»'),
      { given: '[embed, words, source]' },
    ],
    ['what is plain already', 'E0315', body('plain(«x», to = a)'), { message: '`plain` wants a map', given: '[source, embed]' }],
    ['a block that is turned', 'E0315', body('transpose(«GRU»)'), { message: '`transpose` wants a map', fix: 'it needs no transposing' }],
    ['what is turned is wrong', 'E0201', body('transpose(«nowhere»)'), {}],
    [
      'a side without its word',
      'E0404',
      body('param W: [embed <- embed]\nx * sum[a, embed](plain(W, «a»))'),
      { fix: '`plain(W, to = a, from = b)`' },
    ],
    ['one side twice', 'E0404', body('param W: [embed <- embed]\nx * sum[a, embed](plain(W, to = a, «to» = b))'), { message: 'once each' }],
    ['a side called by a number', 'E0404', body('param W: [embed <- embed]\nx * sum[a, embed](plain(W, «to» = 3))'), {}],
    [
      'a record for a map',
      'E0315',
      `block Half(W: [o <- i]) -> [o <- i] { W / 2 }\n${block('x: [embed]', 'Half(«LSTM(x, x, x)») @ x', '[embed]')}`,
      { message: '`W` of `Half` is a map, and this is none', given: 'a record' },
    ],
    [
      'a block for a map',
      'E0315',
      `block Half(W: [o <- i]) -> [o <- i] { W / 2 }\n${block('x: [embed]', 'Half(«GRU») @ x', '[embed]')}`,
      { given: 'a block', fix: 'declare it so: `param W: [out <- in]`' },
    ],
    [
      'a wrong name for a map',
      'E0201',
      `block Half(W: [o <- i]) -> [o <- i] { W / 2 }\n${block('x: [embed]', 'Half(«nowhere») @ x', '[embed]')}`,
      {},
    ],
    [
      'a result that is a record',
      'E0315',
      'block Half(W: [o <- i]) -> [o <- i] { «{ a = W, b = W }» }',
      { expected: '[o <- i]', given: 'a record' },
    ],
    [
      'a result that is a block',
      'E0315',
      'block Half(W: [o <- i]) -> [o <- i] { «GRU» }',
      { message: 'the result of `Half` is declared as a map', given: 'a block' },
    ],
    ['a field that is wrong', 'E0201', 'block Half(W: [o <- i]) -> { m: [o <- i] } { { m = «nowhere» } }', {}],
    [
      'a result that may be absent',
      'E0501',
      'block Make(t: [o, i]) -> [o <- i] { «t where t > 0» }',
      { message: 'the result of `Make` may be absent at some positions: a map is all there' },
    ],
    ['a result of truth values', 'E0307', 'block Make(t: [o, i]) -> [o <- i] { «t > 0» }', { expected: '[o, i]', given: 'bool[o, i]' }],
    [
      'an axis of another size',
      'E0303',
      'block Make(W: [o: embed <- i: hidden]) -> [o: hidden <- i: hidden] { «W» }',
      { message: 'the axis `o` of the result of `Make`', expected: '`o` with hidden position(s)', given: '`o` with embed position(s)' },
    ],
    [
      'an axis of a size that is not known to be the same',
      'E0310',
      'block Make(W: [o: ceil(log2(embed)) <- i]) -> [o: ceil(log2(embed + 1)) <- i] { «W» }',
      { fix: 'write `require ceil(log2(embed + 1)) == ceil(log2(embed))`' },
    ],
    [
      'an axis on the other side',
      'E0307',
      'block Make(W: [o: embed, j: words <- i: hidden]) -> [o: embed <- j: words, i: hidden] { «W» }',
      { given: '[o: embed, j: words <- i: hidden]' },
    ],
  ]));

describe('what a block gives', () =>
  says([
    [
      'a block in a record',
      'E0205',
      `block Rec(a: [i]) { «{ p = a, q = GRU }» }\n${block('x: [embed]', 'r = Rec(x);  r.p', '[embed]')}`,
      { message: 'this is an instance of a block: call it' },
    ],
    [
      'a block',
      'E0205',
      `block Rec(a: [i]) { «GRU» }\n${block('x: [embed]', 'r = Rec(x);  r(x, x)', '[embed]')}`,
      { fix: 'add its arguments in parentheses' },
    ],
    [
      'an axis that `per` has, too',
      'E0301',
      `block Out[o](a: [i]) -> [o] { param W: [o <- i];  W @ a }\n${block('x: [source, hidden]', '«Out[embed] per embed (x)»', '[source, embed]')}`,
      { fix: 'give the axis that `Out` makes another name' },
    ],
    [
      'an axis that the call is lifted over',
      'E0301',
      `block Out[o](a: [i]) -> [o] { param W: [o <- i];  W @ a }\n${block('x: [embed, hidden]', '«Out[embed](x)»', '[embed, hidden]')}`,
      { fix: 'rename it in one argument: `x[embed as other]`' },
    ],
  ]));

describe('defaults of arguments are checked without a call', () =>
  says([
    ['an unknown name', 'E0201', 'block F(x: [k], b: [k] = «nowhere») -> [k] { x + b }', {}],
    ['an unknown name for a map', 'E0201', 'block F(x: [k], W: [k <- k] = «nowhere») -> [k] { W @ x }', {}],
    ['itself', 'E0201', 'block F(x: [k], b: [k] = «b») -> [k] { x + b }', {}],
    [
      'another kind',
      'E0307',
      'block F(x: [k], «b: [k] = true») -> [k] { x + b }',
      { message: 'the default of `b` has another element type', given: 'bool[]' },
    ],
    ['a vector for a map', 'E0315', 'block F(x: [k], «W: [k <- k] = x») -> [k] { W @ x }', { message: 'the default of `W` is a tensor' }],
    [
      'of a decoder',
      'E0201',
      "decoder D(c: [hidden], b: [hidden] = «nowhere») generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s + b;  logits = Linear[words](s) }",
      {},
    ],
  ]));

describe('brackets of a call', () => {
  const called = (declaration: string, call: string): string =>
    `block F${declaration}\nblock B(g: [embed], i: index(words)) -> [] { ${call} * sum[embed](g) * i }`;
  const mode = '(value: []) -> [] { option mode = a | b;  match mode { a { value }  b { 2 * value } } }';
  const num = '[num](value: []) -> [] { value * sum[num](ones[num]) }';
  says([
    ['groups', 'E0404', called('(x: [c]) -> [] { sum[c](x) }', 'F[«embed by i»](g)'), { fix: '`F[name]`, `F[name = value]`' }],
    [
      'a number where an axis of an argument is meant',
      'E0403',
      called('(x: [c]) -> [] { sum[c](x) }', 'F[«2»](g)'),
      {
        message: '`F` has no bracket parameter',
        expected: 'none',
        given: '1',
        fix: 'leave it away, or say which axis it is: `F[c = 2](…)`',
      },
    ],
    [
      'a formula where an axis of an argument is meant',
      'E0403',
      called('(x: [c]) -> [] { sum[c](x) }', 'F[«embed + 1»](g)'),
      { fix: '`F[c = …](…)`' },
    ],
    [
      'a group too many',
      'E0403',
      'block F[n](x: []) -> [] { x * sum[n](ones[n]) }\nblock B(g: [g..]) -> [] { F[hidden, «g..»](1.0) * sum[g..](g) }',
      { message: '`F` has fewer bracket parameters', expected: '`n`', given: '2', fix: 'leave it away' },
    ],
    [
      'a bracket parameter that is nearly called so',
      'E0404',
      called(num, 'F[«nom = hidden»](1.0)'),
      { expected: '`num`', given: '`nom`', fix: 'did you mean `num`?' },
    ],
    ['an axis for a bracket parameter under a wrong name', 'E0404', called(num, 'F[«qqq = hidden»](1.0)'), { fix: '`F[num = hidden](…)`' }],
    [
      'a size for a bracket parameter under a wrong name',
      'E0404',
      called(num, 'F[«qqq = hidden + 1»](1.0)'),
      { fix: '`F[num = hidden + 1](…)`' },
    ],
    [
      'an axis of a map under a wrong name',
      'E0404',
      'block F(W: [o <- c]) -> [o <- c] { W * 2 }\nblock B(g: [embed]) -> [embed] { param W: [embed <- embed];  F[«qqq = embed»](W) @ g }',
      { expected: '`o`, `c`', fix: '`F[o = embed](…)`' },
    ],
    ['a choice under a wrong name', 'E0404', called(mode, 'F[«qqq = b»](1.0)'), { expected: '`mode`', fix: '`F[mode = b](…)`' }],
    ['a choice that no option has', 'E0404', called(mode, 'F[«qqq = zip»](1.0)'), { fix: 'leave it away: `F(…)`' }],
    ['a number where an option has choices', 'E0404', called(mode, 'F[«qqq = 0.5»](1.0)'), { fix: 'leave it away: `F(…)`' }],
    [
      'a number under a wrong name',
      'E0404',
      called('(value: []) -> [] { option rate = 0.1;  value * rate }', 'F[«qqq = 0.5»](1.0)'),
      { expected: '`rate`', fix: '`F[rate = 0.5](…)`' },
    ],
    [
      'a whole number under a wrong name',
      'E0404',
      called('(x: [c]) -> [] { option rate = 0.1;  sum[c](x) * rate }', 'F[«qqq = 2»](g)'),
      { expected: '`c`, `rate`', fix: '`F[rate = 2](…)`' },
    ],
    [
      'a number for an axis under a wrong name',
      'E0404',
      called('(x: [c]) -> [] { sum[c](x) }', 'F[«qqq = 4»](g)'),
      { fix: '`F[c = 4](…)`' },
    ],
    [
      'an axis where nothing stands in brackets',
      'E0404',
      called('() -> [] { 1.0 }', 'F[«nope = hidden»]()'),
      { fix: 'leave it away: `F(…)`' },
    ],
    [
      'groups at an instance',
      'E0404',
      'block B(x: [embed], i: index(words)) -> [hidden] { let f = Linear[hidden];  «f[embed by i]»(x) * i }',
      { fix: '`let f = Linear[…]`' },
    ],
    [
      'a formula at an instance',
      'E0404',
      'block B(x: [embed]) -> [hidden] { let f = Linear[hidden];  «f[2 + 3]»(x) }',
      { fix: 'call it without, `f(…)`, and write `let f = Linear[…]`' },
    ],
    [
      'a name at an instance of what takes none in order',
      'E0404',
      'block B(x: [embed]) -> [embed] { let f = LayerNorm;  «f[features = embed]»(x) }',
      { fix: 'and write `let f = LayerNorm[features = embed]`' },
    ],
  ]);
});

describe('arguments of a call', () => {
  const called = (declaration: string, call: string): string =>
    `block F${declaration}\nblock B(g: [embed]) -> [] { ${call} * sum[embed](g) }`;
  says([
    ['one too many of none', 'E0403', called('() -> [] { 1.0 }', 'F(«2.0»)'), { expected: '0', given: '1', fix: 'call it as `F()`' }],
    [
      'a named one of none',
      'E0404',
      called('() -> [] { 1.0 }', 'F(«x»: 2.0)'),
      { expected: 'none', given: '`x`', fix: 'call it as `F()`' },
    ],
    [
      'a name that is nearly one',
      'E0404',
      called('(value: []) -> [] { value }', 'F(«vale»: 2.0)'),
      { expected: '`value`', fix: 'did you mean `value`?' },
    ],
    [
      'a name behind brackets that are needed',
      'E0404',
      called('[g.., n = 2](x: []) -> [g..] { param W: [g..];  x * W * n }', 'sum[hidden](F[hidden](«y»: 2.0))'),
      { fix: 'call it as `F[g..](x)`' },
    ],
    [
      'one too many behind brackets',
      'E0403',
      called('[n](x: []) -> [n] { x * ones[n] }', 'sum[hidden](F[hidden](1.0, «2.0»))'),
      { fix: 'call it as `F[n](x)`; sizes and options stand in brackets in front' },
    ],
    [
      'none',
      'E0403',
      called('(x: [], y: []) -> [] { x * y }', '«F()»'),
      { message: '`F` lacks its argument `x`', expected: 'x, y', given: '0 arguments' },
    ],
    [
      'one too few',
      'E0403',
      called('(x: [], y: []) -> [] { x * y }', '«F(1.0)»'),
      { message: '`F` lacks its argument `y`', given: '1 argument' },
    ],
    [
      'one instance with a group of two lengths',
      'E0406',
      'block F(x: [g..]) -> [] { param w: [g..];  sum[g..](w * x) }\nblock B(x: [embed], z: [embed, hidden]) -> [] { let f = F;  f(x) + «f(z)» }',
      { message: 'its parameter `w`', given: '`g.hidden` with hidden position(s)' },
    ],
    [
      'one instance with a group that gets shorter',
      'E0406',
      'block F(x: [g..]) -> [] { param w: [g..];  sum[g..](w * x) }\nblock B(x: [embed], z: [embed, hidden]) -> [] { let f = F;  f(z) + «f(x)» }',
      { expected: '`g.hidden` with hidden position(s)' },
    ],
    [
      'one instance of a map from a group of two lengths',
      'E0406',
      'block F(x: [g..]) -> [] { param w: [k: 2 <- g..];  sum[k](w @ x) }\nblock B(x: [embed], z: [embed, hidden]) -> [] { let f = F;  f(x) + «f(z)» }',
      {},
    ],
  ]);
});

describe('records where a tensor is wanted', () => {
  const emits = (values: string): string =>
    body(`y = scan source with xt = x { state s: [embed] = 0;  s' = s + xt;  emit ${values} }\n«y» + x`);
  says([
    ['fields without names', 'E0205', emits("s' + 1, s * 2"), { fix: 'all in order, `a, b = …` with brackets around the names' }],
    [
      'fields with and without names, more than letters',
      'E0205',
      emits("s', s * 2, s + 1, xt, s + 2, s + 3, s + 4, s + 5, s + 6"),
      { fix: '`.s` or `.xt` or all in order, `a, b, c, d, e, f, g, h, x8 = …`' },
    ],
  ]);
});

describe('models', () => {
  const decoder =
    "decoder D(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) }\n";
  const other = (generates: string): Row[3] & { readonly text: string } => ({
    text: `${decoder}model M(c: [hidden]) «generates ${generates}» { D(c) }`,
    message: 'the model does not generate what its decoder `D` does',
    fix: 'write `generates y: …` in both',
  });
  const alike = [
    'z: index(words)[target]',
    'y: index(embed)[target]',
    'y: index(words)[source]',
    'y: [target]',
    'y: index(words)[target, embed]',
    'y: [embed <- embed]',
  ].map((generates): Row => {
    const { text, ...said } = other(generates);
    return [`another output than its decoder's, ${generates}`, 'E0307', text, said];
  });
  says([
    ['an output along one axis twice', 'E0301', `${decoder}model M(c: [hidden]) generates y: index(words)[target, «target»] { D(c) }`, {}],
    [
      'two decoders',
      'E0606',
      `${decoder}model M(c: [hidden]) generates y: index(words)[target] { z = D(c);  «D(c)» }`,
      { message: 'a model generates with one decoder' },
    ],
    ...alike,
    [
      'a decoder of a map',
      'E0606',
      "decoder D(c: [hidden]) «generates y: [embed <- embed]» { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) }",
      { expected: '`y: index(words)[target]`' },
    ],
    [
      'a truth value for a number',
      'E0305',
      'model M(x: [embed], b: float = «true») -> y: [embed] { x * b }',
      { message: 'this is not a default of the input `b`', expected: 'a number' },
    ],
    [
      'a number for a truth value',
      'E0305',
      'model M(x: [embed], b: bool = «1») -> y: [embed] { if b then x else 0 }',
      { expected: '`true` or `false`' },
    ],
    ['half of a whole number', 'E0305', 'model M(x: [embed], b: int = «0.5») -> y: [embed] { x * b }', { expected: 'a whole number' }],
    [
      'a position behind the end',
      'E0305',
      'const dim few = 3\nmodel M(x: [embed], i: index(few) = «3») -> y: [embed] { x * i }',
      { expected: 'a position of `index(few)`, as a number', why: 'an example that leaves the input out has it everywhere' },
    ],
    ['a position before the first', 'E0305', 'const dim few = 3\nmodel M(x: [embed], i: index(few) = «-1») -> y: [embed] { x * i }', {}],
    [
      'a position behind the end of a range',
      'E0305',
      'const dim o = -1..1\nmodel M(x: [embed], i: index(o) = «2») -> y: [embed] { x * i }',
      {},
    ],
    ['a position before a range', 'E0305', 'const dim o = -1..1\nmodel M(x: [embed], i: index(o) = «-2») -> y: [embed] { x * i }', {}],
    [
      'a position on a range whose first is not known',
      'E0305',
      'dim r = 2, o = -r..r\nmodel M(x: [embed], i: index(o) = «0») -> y: [embed] { x * i }',
      {},
    ],
  ]);
});

it('a default is kept with the input, and one on a dim is required to be a position', () => {
  const inputs = (param: string): unknown => {
    const { programs } = compile(
      `const dim few = 3, o = -1..1\ndim words = 9, embed = 4\nmodel M(x: [embed], ${param}) -> y: [embed] { if b == b then x else 0 }`,
    );
    return [
      programs[0]!.inputs.map(({ otherwise }) => otherwise),
      programs[0]!.requirements.map(({ kind, a, b, why }) => `${kind} ${a.key} ${b.key}: ${why}`),
    ];
  };
  expect(inputs('b: bool = true')).toEqual([[undefined, 1], []]);
  expect(inputs('b: bool = false')).toEqual([[undefined, 0], []]);
  expect(inputs('b: index(few) = 2')).toEqual([[undefined, 2], []]);
  expect(inputs('b: index(o) = -1')).toEqual([[undefined, -1], []]);
  expect(inputs('b: index(words) = 9')).toEqual([[undefined, 9], ['atMost 10 words: position 9 of `index(words)` is the default of `b`']]);
});

describe('objectives', () => {
  const objective = (statements: string, given = ''): string => `${model}objective O for M${given} { ${statements} }`;
  const loss = 'loss = sum[embed](y);  ';
  says([
    ['data over an unknown dim', 'E0201', objective(`${loss}optimizer sgd(rate = 1)`, ' given t: [target, z: «nope»]'), {}],
    [
      'data with an inner dim in front',
      'E0507',
      'dim sentence: ragged, word: ragged in sentence\nmodel M(x: [sentence, word]) -> y: [] { sum[sentence, word](x) }\nobjective O for M given t: «[word, sentence]» { loss = y;  optimizer sgd(rate = 1) }',
      { fix: 'write `[sentence, word]`' },
    ],
    [
      'a loss that is a truth value',
      'E0305',
      objective('«loss = argmax[embed](y) == 1»;  optimizer sgd(rate = 1)'),
      { message: '`loss` wants numbers' },
    ],
    [
      'a loss of a branch that a loop carries, with an axis',
      'E0801',
      `option mode = a | b\n${model}objective «O» for M { match mode { a { loss = y;  repeat 2 as k { loss = 2 * loss } }  b { loss = y[embed = 0] } };  optimizer sgd(rate = 1) }`,
      { message: 'the loss is not one number per example', given: '[embed]', fix: '`mean[embed](…)`' },
    ],
    ['a loss that is a record', 'E0205', objective('«loss = LSTM[embed](y, y, y)»;  optimizer sgd(rate = 1)'), { fix: '`.h` or `.c`' }],
    [
      'an optimizer with brackets',
      'E0803',
      objective(`${loss}optimizer «sgd[embed](rate = 1)»`),
      {
        message: 'this is not an optimizer',
        expected: '`adam(…)`, `sgd(…)`, `adagrad(…)`, `rmsprop(…)`, `adadelta(…)`',
        fix: '`adam(rate = 1e-3)`',
      },
    ],
    ['a number for an optimizer', 'E0803', objective(`${loss}optimizer «0.1»`), { fix: '`adam(rate = 1e-3)`' }],
    ['a member of every object for an optimizer', 'E0803', objective(`${loss}optimizer «toString»`), { fix: '`adam(rate = 1e-3)`' }],
    [
      'a member of every object as an optimizer',
      'E0803',
      objective(`${loss}optimizer «constructor»(rate = 1)`),
      { message: 'there is no optimizer `constructor`', expected: '`adam`, `sgd`' },
    ],
    [
      'a number for a switch',
      'E0803',
      objective(`${loss}optimizer sgd(rate = 1, nesterov = «1»)`),
      { message: '`nesterov` is on or off', expected: '`true` or `false`' },
    ],
    [
      'a limit that is a dim',
      'E0803',
      objective(`${loss}optimizer sgd(rate = 1);  clip value «embed»`),
      { message: 'a limit is a positive number', fix: '`clip value 1.0`' },
    ],
    ['a limit of nothing', 'E0803', objective(`${loss}optimizer sgd(rate = 1);  clip norm «0»`), { fix: '`clip norm 1.0`' }],
    [
      'two limits',
      'E0803',
      objective(`${loss}optimizer sgd(rate = 1);  clip norm 1;  «clip value 1»`),
      { message: 'the objective `O` has two `clip` lines', fix: 'keep one' },
    ],
    [
      'a clause of a decoder',
      'E0205',
      objective(`${loss}«at most 4»;  optimizer sgd(rate = 1)`),
      { message: '`at most` stands only in a decoder' },
    ],
  ]);

  it('switches are kept as numbers, and limits by their kind', () => {
    const { programs } = compile(`dim embed = 4\n${objective(`${loss}optimizer rmsprop(rate = 1, centred = true);  clip value 0.5`)}`);
    const update = programs[0]!.objectives[0]!.updates[0]!;
    expect([update.optimizer.options.get('centred'), update.clip]).toEqual([
      { kind: 'number', value: 1 },
      { kind: 'value', limit: 0.5 },
    ]);
  });
});

describe('products', () =>
  says([
    ['a truth value on the left', 'E0305', body('«c» @ x'), { message: '`@` wants numbers', given: 'bool' }],
    ['a block on the left', 'E0205', body('«GRU» @ x'), { fix: 'add its arguments in parentheses' }],
    [
      '`per` a dim that is wrong',
      'E0311',
      'dim bad = «embed / 0»\nblock B(h: [hidden]) -> [] { sum[hidden, bad](Linear[hidden] per bad (h)) }',
      {},
    ],
    ['a truth value on the right', 'E0305', body('x @ «c»'), { message: '`@` wants numbers' }],
    [
      'a map and an operand of a size that is not known to be the same',
      'E0310',
      body('param W: [embed <- k: ceil(log2(hidden))], v: [k: ceil(log2(hidden + 1))]\nx * («W @ v»)').replace('(«W @ v»)', '«W @ v»'),
      {
        message: 'differ in the size of `k`',
        expected: '`k` with ceil(log2(hidden)) position(s)',
        fix: 'require ceil(log2(hidden)) == ceil(log2(hidden + 1))',
      },
    ],
    [
      'two maps of a size that is not known to be the same',
      'E0310',
      body('param W: [embed <- k: ceil(log2(hidden))], V: [k: ceil(log2(hidden + 1)) <- embed]\nU = «W @ V»\nU @ x'),
      { message: 'the two maps differ in the size of `k`' },
    ],
    [
      '`per` an axis that is not there',
      'E0202',
      body('sum[words](Linear[words] per («nowhere») (h)) * x'),
      { message: 'there is no axis or dim `nowhere` here' },
    ],
    [
      '`per` a value',
      'E0202',
      'block F(q: [k]) -> [k] { w = tanh(q);  sum[w](Linear[k] per «w» (q)) }',
      { message: 'there is no axis or dim `w` here' },
    ],
    [
      'a past along the axis of its scan',
      'E0601',
      body("scan source with xt = x { state r: [embed] = 0;  r' = xt + sum[source](past[«source»](r));  emit r }"),
      { message: '`source` is the axis that this scan goes along', fix: '`past[tape](…)`' },
    ],
    [
      'the past of a record',
      'E0610',
      body("scan source with xt = x { state r: [embed] = 0;  r' = xt + sum[t](past[t](«LSTM[hidden](h, h, h)»));  emit r }"),
      { given: 'no tensor', fix: 'keep it in a state' },
    ],
    [
      'a sort of all',
      'E0404',
      body('x[«argsort(sum[embed](x))»]'),
      { message: '`argsort` names the axis it sorts', fix: '`argsort[slots as rank](u)`' },
    ],
    ['a sort along a number', 'E0404', body('x[argsort[«3»](sum[embed](x))]'), {}],
  ]));

describe('`repeat`', () => {
  const rounds = (statements: string, use = 'sum[k](r)'): string => body(`r = repeat 2 as k { ${statements} }\n${use}`);
  const block = (statements: string, result = '[k]'): string => `block F[n](x0: [k]) -> ${result} { x = x0;  ${statements};  x }`;
  says([
    [
      'a list with a name',
      'E0504',
      body('sum[k](repeat over [1, «nope»] as k { emit x * k })'),
      { message: 'goes over literal numbers', fix: '`repeat over [4, 2, 1] as k { … }`' },
    ],
    [
      'too many rounds',
      'E0504',
      body('y = x\nrepeat «1025» as k { y = y * k }\ny'),
      { message: 'a `repeat` has from 1 to 1024 rounds', given: '1025' },
    ],
    ['an unknown number of rounds', 'E0201', body('y = x\nrepeat «nope» as k { y = y * k }\ny'), {}],
    [
      'rounds of fewer axes',
      'E0307',
      rounds('z = match k { 0 { x }  1 { sum[embed](x) } };  emit «z»'),
      { message: 'the rounds emit values with different axes' },
    ],
    [
      'rounds of other axes',
      'E0307',
      rounds('z = match k { 0 { x }  1 { sum[embed](x) * h } };  emit «z»'),
      { fix: 'emit what has the same axes in every round' },
    ],
    [
      'rounds of another size',
      'E0303',
      rounds('z = match k { 0 { x[embed as a] }  1 { sum[embed](x) * h[hidden as a] } };  emit «z»', 'sum[k, a](r) * x'),
      { why: 'both operands of `emit` have an axis `a`' },
    ],
    [
      'a round that emits a block',
      'E0205',
      rounds('z = match k { 0 { x }  1 { GRU } };  emit «z»'),
      { fix: 'add its arguments in parentheses' },
    ],
    [
      'rounds of other names',
      'E0307',
      rounds('match k { 0 { emit x, h }  1 { «emit h, s» } }').replace('c: bool[source]', 's: [hidden]'),
      { message: 'the rounds emit different values', expected: '`x`, `h`', given: '`h`, `s`' },
    ],
    [
      'rounds of one field more',
      'E0307',
      rounds('match k { 0 { emit { a = x } }  1 { «emit { a = x, b = x }» } }', 'sum[k](r.a)'),
      { expected: '`a`', given: '`a`, `b`' },
    ],
    ['rounds of one value and of several', 'E0307', rounds('match k { 0 { emit x }  1 { «emit x, h» } }'), { expected: 'one value' }],
    [
      'one round that emits',
      'E0607',
      rounds('match k { 0 { «emit x» }  1 { z = x } }'),
      { message: 'not every round emits', given: '1 of 2 rounds' },
    ],
    [
      'rounds that give nothing',
      'E0607',
      body('y = «repeat 2 as k { z = x }»\ny + x'),
      { message: 'this `repeat` gives no value', fix: '`emit y`' },
    ],
    [
      'a last line that gives nothing',
      'E0314',
      'block «F»(x: [k]) -> [k] { repeat 2 as i { z = tanh(x) } }',
      { message: 'ends without a result' },
    ],
    ['any number of rounds that give nothing', 'E0607', `block F[n](x: [k]) -> [k] { y = «repeat n as i { z = tanh(x) }»;  x + y }`, {}],
    [
      'a slip in the second of any number of rounds',
      'E0304',
      'block F[n](x0: [k, d]) -> [d] { x = x0;  repeat n as i { x = sum[«k»](x) };  x }',
      { given: '[d]' },
    ],
    [
      'axes that change with every round',
      'E0307',
      'block F[n](x0: [k], z: [j]) -> [k, j] { x = x0;  y = z;  «repeat n as i { a = x * y;  x = y;  y = a }»;  x * y }',
      { message: 'each round gives `x` other axes', expected: '[j]', given: '[k, j]' },
    ],
    [
      'an axis that doubles',
      'E0303',
      block('«repeat n as i { x = concat[k](x, x) }»'),
      { message: '`k` of `x` grows by another size in every round', why: 'grows by one size in each' },
    ],
    [
      'an axis that grows by more than is declared',
      'E0303',
      `block F[n](x0: [k]) -> [k: k + n] { x = x0;  repeat n as i { x = concat[k](x, ones[k]) };  «x» }`,
      { expected: '`k` with k + n position(s)', given: '`k` with k * n + k position(s)' },
    ],
    [
      'a branch headed by a truth value',
      'E0209',
      rounds('z = match k { 0 { x }  1 { x }  «true» { x } };  emit z'),
      { message: 'a branch is headed by a value' },
    ],
    [
      'two branches for one number',
      'E0209',
      rounds('z = match k { 0 { x }  1 { x }  «1» { x } };  emit z'),
      { message: '`1` has two branches', fix: 'keep one' },
    ],
    ['no branch for a round', 'E0209', rounds('z = match «k» { 0 { x } };  emit z'), { message: 'no branch stands for `1`' }],
    [
      'a branch without a value',
      'E0314',
      rounds('z = «match k { 0 { x }  1 { y = x } }»;  emit z'),
      { fix: 'let its last line be an expression' },
    ],
    ['a branch without a value, and a slip', 'E0201', rounds('z = match k { 0 { x }  1 { y = «nope» } };  emit z'), {}],
    ['a match on a computed number', 'E0209', body('match «(1 + 1)» { a { x } }'), { message: '`match` chooses by an option' }],
    ['a match on what is wrong', 'E0201', body('a = «nope»\nmatch a { a { x } }'), {}],
    ['a match on a next value', 'E0209', body("match «x'» { a { x } }"), {}],
  ]);

  it('a first round may settle which axes there are, and single values need no name', () => {
    const errors = (text: string): string[] =>
      compile(D + text)
        .diagnostics.filter(({ severity }) => severity === 'error')
        .map(({ code }) => code);
    expect(errors('block F[n](x0: [k]) -> [k] { x = 0.0;  repeat n as i { x = x + tanh(x0) };  x }')).toEqual([]);
    expect(
      errors(
        'block F[n](x0: [k]) -> [k: k + n, d] { x = x0 * ones[d];  repeat n as i { x = concat[k](x, ones[d]) };  x }'.replaceAll(
          'd]',
          'embed]',
        ),
      ),
    ).toEqual([]);
    expect(errors(body('a = tanh(x)\nsum[k](repeat 2 as k { match k { 0 { emit a }  1 { emit x } } })'))).toEqual([]);
    expect(errors('block F(x: [embed]) -> y: [embed] { y = tanh(x);  repeat 2 as k { z = y } }')).toEqual([]);
  });
});

describe('running values', () => {
  const keep = (next: string): string => `block Keep(x: [k]) -> [k] { running m: [k] = 0;  ${next};  x + m }\n`;
  says([
    [
      'a length',
      'E0807',
      "model M(x: [source, embed]) -> y: [embed] { F(sum[source](x)) }\nblock F(x: [k]) -> [k] { running m: [] = 0;  «m'» = 0.9 * m + source;  x + m }",
      { message: 'it depends on what differs', why: "here `m'` reads what differs", fix: '`mean[lifted](…)`' },
    ],
    ['a draw', 'E0807', keep("«m'» = sample normal[k]()"), { message: 'it depends on a draw' }],
    [
      'an input of the model that calls',
      'E0807',
      `block Keep(x: [k]) -> [k] { running «m»: [k] = 0;  m' = x;  x + m }\nmodel M(x: [embed]) -> y: [embed] { Keep(x) }\nobjective O for M { loss = sum[embed](y);  optimizer sgd(rate = 1) }`,
      { message: 'the next value of `m` is not one for all: it depends on `x`', fix: 'reduce over all examples: `mean[lifted](…)`' },
    ],
    [
      'a step of a scan',
      'E0807',
      `${keep("m' = x")}block B(x: [source, embed]) -> [source, embed] { «scan source with xt = x { state r: [embed] = 0;  r' = Keep(xt);  emit r' }» }`,
      { message: 'it depends on `xt`', fix: 'let the call stand outside of the scan' },
    ],
    [
      'what the call is lifted over',
      'E0807',
      `${keep("m' = x")}block B(x: [source, embed]) -> [source, embed] { «Keep(x)» }`,
      { fix: 'in the block reduce over all that it is lifted over: `mean[lifted](x)`' },
    ],
    [
      'one instance at two sizes',
      'E0406',
      `${keep("m' = mean[lifted](x)")}block B(x: [embed], h: [hidden]) -> [embed] { let f = Keep;  f(x) + sum[hidden](«f(h)») }`,
      { message: 'its parameter `m`', expected: '`k` with embed position(s)', given: '`k` with hidden position(s)' },
    ],
    [
      'one name twice',
      'E0203',
      "block Keep(x: [k]) -> [k] { running m, «m»: [k] = 0;  m' = mean[lifted](x);  x + m }",
      { message: '`m` is defined twice' },
    ],
  ]);

  it('a fault in a value of an option that is not taken names the value', () => {
    const { diagnostics } = compile(
      "option mode = a | b\nblock Keep(x: [k]) -> [k] { running m: [k] = 0;  match mode { a { m' = mean[lifted](x) }  b { m' = sample normal[k]() } };  x + m }",
    );
    expect(diagnostics.map(({ code, related }) => [code, related?.map(({ message }) => message)])).toEqual([
      ['E0807', ['with `mode = b`']],
    ]);
  });
});

describe('kinds of elements', () =>
  says([
    [
      'a place for a number',
      'E0305',
      'block F(x: [k]) -> [k] { x }\nblock B(i: index(words)[embed]) -> [embed] { F(«i») }',
      { expected: 'float', given: 'index(words)', fix: 'take the positions as numbers: `i + 0`' },
    ],
    [
      'a number for a position',
      'E0305',
      'block F(i: index(words)) -> [] { 1.0 * i }\nblock B(x: []) -> [] { F(«x») }',
      { expected: 'index', given: 'float', fix: 'take a whole number: `floor(x)`' },
    ],
    [
      'a whole number as a result that is a position',
      'E0307',
      'block B(x: int) -> index(words)[] { «x» }',
      { message: 'the result of `B` has another element type', expected: 'index(words)[]', given: 'int[]' },
    ],
    [
      'a truth value as a result that is a number',
      'E0307',
      'block B(c: bool) -> [] { «c» }',
      { fix: 'make numbers of it: `if c then 1 else 0`' },
    ],
    [
      'a position as a result that is one on another dim',
      'E0307',
      'block B(x: index(words)) -> index(embed)[] { «x» }',
      { message: 'holds positions on another axis than declared', fix: '`i + 0`' },
    ],
    [
      'branches of two sizes',
      'E0303',
      'block B(a: [k: embed], b: [k: hidden], c: bool) -> [] { sum[k](«if c then a else b») }',
      { why: 'both operands of `if`', given: '`k` with hidden position(s)' },
    ],
    [
      'a condition of another size',
      'E0303',
      'block B(a: [k: embed], c: bool[k: hidden]) -> [] { sum[k](«if c then a else 2 * a») }',
      { why: 'both operands of `if`', expected: '`k` with embed position(s)' },
    ],
    [
      'a call that lacks an axis, whose brackets make none',
      'E0307',
      'block B(x: [embed], h: [hidden]) -> [embed, hidden] { «GRU(x, h)» }',
      { message: 'lacks the axis `embed`', fix: 'spread it, `… * ones[embed]`' },
    ],
  ]));

describe('lengths', () =>
  says([
    [
      'a quotient of lengths',
      'E0508',
      'dim k = «source / target»\nblock B(x: [source]) -> [] { sum[source](x) }',
      { message: 'an axis cannot get shorter where an example is longer' },
    ],
    [
      'a quotient by a length',
      'E0508',
      'dim k = «words / source»\nblock B(x: [source]) -> [] { sum[source](x) }',
      { message: 'an axis cannot get shorter where an example is longer' },
    ],
  ]));
