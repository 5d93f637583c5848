/** Sizes, axes, types and options as they are written: what they come to, and what is said of those that cannot be. */
import { describe, expect, it, test } from 'vitest';
import { showSize } from '../../compiler/size/size.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { compile } from './support.ts';

/** The sizes of the axes of a model's input `x`. */
function sizesOf(dims: string, axes: string): string[] {
  const { diagnostics, programs } = compile(`${dims}\nmodel M(x: [${axes}]) -> y: [] { y = sum[${axes.replace(/: [^,]+/g, '')}](x) }`);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return programs[0]!.inputs[0]!.type.axes.map(({ space }) => showSize(sizeOf(space)));
}

interface Told extends Diagnostic {
  readonly at: string;
}

function told(text: string): readonly Told[] {
  return compile(text).diagnostics.map((each) => ({ ...each, at: text.slice(each.place.start, each.place.end) }));
}

/** The only diagnostic of a text. */
function only(text: string): Told {
  const all = told(text);
  expect(all.map(({ code, at }) => `${code} ${at}`)).toHaveLength(1);
  return all[0]!;
}

describe('what a size comes to', () => {
  it.each<[string, string, string[]]>([
    ['const dim a = 12, b = floor(log2(a)), c = ceil(log2(a))', 'b, c', ['3', '4']],
    ['dim a = 12, b = floor(log2(a)), c = ceil(log2(a + 1))', 'b, c', ['floor(log2(a))', 'ceil(log2(a + 1))']],
    ['dim a = 3, b = 5 - -a, c = a ^ 2, d = 2 ^ a', 'b, c, d', ['a + 5', 'a^2', '2^a']],
    [
      'dim a = 3, b = ceil(max(a, 5)), c = floor(a), d = floor(a / 2), e = ceil(a / 2)',
      'b, c, d, e',
      ['max(5, a)', 'a', 'floor(a / 2)', 'floor((a + 1) / 2)'],
    ],
    ['dim a = 3, b = min(a, a + 2, 7), c = a * 2 / a', 'b, c', ['min(7, a)', '2']],
    ['option k = 3\ndim a = k * 2, b = k + 1', 'a, b, c: k', ['6', '4', '3']],
    ['dim a = 1e3, b = 1 + 2', 'a, b', ['a', '3']],
    ['dim a = -3..4, b = 2..2', 'a, b', ['8', '1']],
    ['dim a = 3', 'b: a, c: a + 1, d: 2 * a', ['a', 'a + 1', '2 * a']],
    ['dim s: ragged', 's, a: s + 1, b: ceil(s / 2)', ['s', 's + 1', 'floor((s + 1) / 2)']],
  ])('%s: [%s]', (dims, axes, sizes) => {
    expect(sizesOf(dims, axes)).toEqual(sizes);
  });

  it('a sum with a dim in it is a concatenation, of numbers alone it is a number', () => {
    const { programs } = compile('dim a = 3, b = 1 + a, c = 1 + 2\nmodel M(x: [b, c]) -> y: [] { y = sum[b, c](x) }');
    expect(programs[0]!.inputs[0]!.type.axes.map(({ space }) => space.kind)).toEqual(['cat', 'dim']);
  });
});

describe('one fault in a size is one error, at its position', () => {
  const using = (dims: string, of = 'a'): string => `${dims}\nblock B(x: [${of}]) -> [${of}] { x }`;

  it.each<[string, string, string, string]>([
    ['dim b = 3, a = -hiden', 'E0201', 'hiden', 'there is no dim'],
    ['dim b = 3, a = max(3, hiden)', 'E0201', 'hiden', 'there is no dim'],
    ['dim b = 3, a = ceil(hiden / 2)', 'E0201', 'hiden', 'there is no dim'],
    ['dim b = 3, a = ceil(log2(hiden))', 'E0201', 'hiden', 'there is no dim'],
    ['dim a = -hiden..3', 'E0201', 'hiden', 'there is no dim'],
    ['dim a = -1..hiden', 'E0201', 'hiden', 'there is no dim'],
    ['dim b = 3, a = b + hiden', 'E0201', 'hiden', 'there is no dim'],
    ['dim a = true', 'E0311', 'true', 'this is not a size'],
    ['dim b = 3, a = max[b](3)', 'E0311', 'max[b](3)', 'this is not a size'],
    ['dim b = 3, a = ceil(b, b)', 'E0311', 'ceil(b, b)', '`ceil` has no place in a size'],
    ['dim b = 3, a = ceil(log2(b, b))', 'E0311', 'log2(b, b)', '`log2` has no place in a size'],
    ['option k = 0.5\ndim a = k * 2', 'E0311', 'k', '`k` is not a dim'],
    ['dim a = 3..1', 'E0311', 'a = 3..1', 'the range is empty'],
    ['dim a = 3..2', 'E0311', 'a = 3..2', 'the range is empty'],
    ['dim b = 3, a = b + 0', 'E0311', '0', 'an axis cannot have 0 positions'],
    ['dim a = 2 - 3', 'E0311', '2 - 3', '`a` would have -1 positions'],
    ['dim a = 10 ^ 20', 'E0311', '10 ^ 20', '100000000000000000000 holds too large a number'],
    ['dim b = 3, a = b * 9007199254740991 * 5', 'E0311', 'b * 9007199254740991 * 5', '45035996273704955 * b holds too large a number'],
    ['dim b = 3, a = b + 9007199254740991 + 1', 'E0311', 'a = b + 9007199254740991 + 1', 'b + 9007199254740992 holds too large a number'],
    [
      'dim a = -9007199254740991..9007199254740991',
      'E0311',
      'a = -9007199254740991..9007199254740991',
      '18014398509481983 holds too large a number',
    ],
    ['dim b = 3, a = b ^ 65537', 'E0311', 'b ^ 65537', 'too large a power'],
    ['dim a = 10 ^ 3000', 'E0311', '10 ^ 3000', 'too large a number'],
  ])('%s', (dims, code, at, message) => {
    const found = only(using(dims));
    expect([found.code, found.at]).toEqual([code, at]);
    expect(found.message).toContain(message);
  });

  it.each<[string, string]>([
    ['dim b = 3, a = ceil(8 / b)', 'declare it as `const dim b = 3`'],
    ['dim b = 3, a = ceil(8 / (2 * b))', 'write a number, or a `const dim`'],
    ['dim s: ragged, a = floor(8 / s)', 'write a number, or a `const dim`'],
    ['dim b = 3, a = floor(b / 2 ^ (1 - 2))', 'write a number, or a `const dim`'],
  ])('a divisor that is not a number for good: %s', (dims, fix) => {
    const found = only(using(dims));
    expect([found.code, found.fix]).toEqual(['E0311', fix]);
    expect(found.message).toContain('must be one number for good');
  });

  it.each<[string, string, string]>([
    ['block B(x: [c..], y: [c.., c..]) -> [c..] { x + sum[c..](y) }', 'E0301', 'c..'],
    ['model M(x: index(hiden)[d: 3]) -> [d: 3] { 2.0 * x }', 'E0407', 'hiden'],
    ['dim d = 3\nblock B(x: [d]) -> [d] { param i: [d];  state k: index(hiden)[] = 0;  x * i }', 'E0603', 'state k: index(hiden)[] = 0'],
    [
      "dim s = 4, d = 3\nblock B(x: [s, d]) -> [s, d] { scan s with a = x { state k: index(hiden)[] = 0;  k' = k;  emit a } }",
      'E0202',
      'hiden',
    ],
    [
      "dim t: ragged, w = 5\ndecoder D(c: [d: 0]) generates y: index(w)[t] start 1 end 2 { state s: [d] = c;  s' = s;  logits = Linear[w](s') }",
      'E0311',
      '0',
    ],
    ['block F(W: [a <- b: 0], x: [b]) -> [a] { W @ x }', 'E0311', '0'],
    ['block F[a, a](x: [a]) -> [a] { x }', 'E0203', 'a'],
    ['block F[c.., c..](x: [c..]) -> [c..] { x }', 'E0203', 'c'],
    ['block F[c.., c](x: [c..]) -> [c..] { x }', 'E0203', 'c'],
    ['block F[a = hiden](x: [b]) -> [b] { x * a }', 'E0201', 'hiden'],
    ['block F(x: [a], x: [b]) -> [a] { x }', 'E0203', 'x'],
  ])('types and signatures: %s', (text, code, at) => {
    const found = only(text);
    expect([found.code, found.at]).toEqual([code, at]);
  });

  it('of two names the second is the one too many', () => {
    const text = 'block F[a, a](x: [a], x: [b]) -> [a] { x }';
    expect(told(text).map(({ code, place }) => [code, place.start])).toEqual([
      ['E0203', text.indexOf('a]')],
      ['E0203', text.lastIndexOf('x: [b]')],
    ]);
  });
});

describe('powers of numbers in a body', () => {
  const M = (type: string, body: string): string => `const dim n = 12\nmodel M(x: ${type}[n]) -> y: ${type}[n] { y = ${body} }`;

  test('beyond int32 one is a float where a float is wanted, and no int', () => {
    expect(compile(M('', 'x * 10 ^ 30')).diagnostics).toEqual([]);
    expect(only(M('int', 'x * 10 ^ 10'))).toMatchObject({ code: 'E0111', at: 'x * 10 ^ 10', given: '`10000000000`' });
  });

  it.each([
    ['', 'x * 10 ^ 39'],
    ['int', 'x + 2 ^ 1000'],
  ])('beyond float32 one is not a number: %s[n], %s', (type, body) => {
    expect(only(M(type, body))).toMatchObject({ code: 'E0111', at: body.slice(4), expected: 'at most `3.4e38`' });
  });

  test('of a size, beyond what a number holds, it is not a size', () => {
    const found = only(M('int', 'x * n ^ 30'));
    expect([found.code, found.message]).toEqual([
      'E0311',
      'this makes a size that cannot be: 237376313799769806328950291431424 holds too large a number',
    ]);
  });

  test('a count of rounds with a negative power says which exponent', () => {
    const found = only('dim n = 2, k = 2 ^ (n - 5)\nmodel M(x: [n]) -> y: [n] { y = x;  repeat k { y = 2 * y } }');
    expect([found.code, found.message]).toEqual([
      'E0311',
      'this makes a size that cannot be: 2^(n - 5) has no value: n - 5 is -3, a negative exponent',
    ]);
  });
});

describe('options', () => {
  const block = 'block F(x: [d]) -> [d] { option p = 0.1;  option s = a | b;  match s { a { p * x }  b { x } } }';

  it.each<[string, string, string]>([
    ['p = high', 'a number', '`high`'],
    ['s = zzz', '`a` or `b`', '`zzz`'],
    ['s = 3', '`a` or `b`', '`3`'],
  ])('a value that the option of a block has not is the fault of the brackets: F[%s]', (setting, expected, given) => {
    expect(only(`${block}\nblock B(x: [d]) -> [d] { F[${setting}](x) }`)).toMatchObject({ code: 'E0209', at: setting, expected, given });
    expect(
      only(`${block.replace(/option .* \| b; {2}/, '')}\noption p = 0.1\noption s = a | b\nblock B(x: [d]) -> [d] { F[${setting}](x) }`),
    ).toMatchObject({ code: 'E0209', at: setting, expected, given });
  });

  it('takes numbers with signs, and no arithmetic', () => {
    expect(told('option p = - -0.5\nblock B(x: [d]) -> [d] { p * x }')).toEqual([]);
    expect(only('option p = -x\nblock B(x: [d]) -> [d] { p * x }')).toMatchObject({ code: 'E0209', at: '-x' });
  });

  it('a dim without a number of its own takes no setting', () => {
    const { diagnostics } = compile('dim s: ragged, r = -1..1, d = 3\nmodel M(x: [s, r, d]) -> y: [] { y = sum[s, r, d](x) }', {
      set: new Map<string, number>([
        ['s', 3],
        ['r', 3],
      ]),
    });
    expect(diagnostics.map(({ code, place, expected }) => [code, place.file, expected])).toEqual(
      ['r', 's'].map((name) => ['E0311', `--set ${name}=3`, 'no setting: its size comes from the input, or from its range']),
    );
  });
});

describe('sizes with which no model can be made', () => {
  const warned = (dims: string, requirement: string): (string | undefined)[] =>
    compile(`${dims}\nmodel M(x: [d]) -> y: [d] { ${requirement};  y = x * 2 }`).diagnostics.map(
      ({ code, message }) => `${code} ${message.replace('with the sizes as they are, ', '')}`,
    );

  it.each<[string, string, string[]]>([
    ['dim d = 3, k = 7 / 2', 'z = ones[k]', ['W0301 2 must divide 7', 'W0201 the value `z` is read by nothing']],
    ['dim d = 3', 'require d == 4', ['W0301 `d` (3) must equal 4']],
    ['dim d = 3', 'require d == 3', []],
    ['dim d = 3', 'require 2 * d <= 5', ['W0301 `2 * d` (6) must be at most 5']],
    ['dim d = 3', 'require 2 * d <= 6', []],
    ['dim d = 3, e = 6', 'require e / d == d', ['W0301 `e / d` (2) must equal `d` (3)']],
    ['dim d = 4, e = 6', 'require e / d == d', ['W0301 `d` (4) must divide `e` (6)']],
  ])('%s: %s', (dims, requirement, expected) => {
    expect(warned(dims, requirement)).toEqual(expected);
  });
});

test('a dim that is `ragged in` another needs an input with both', () => {
  const found = only('dim sentence: ragged, word: ragged in sentence\nmodel M(x: [sentence]) -> y: [sentence] { y = x * word }');
  expect(found).toMatchObject({ code: 'E0506', at: 'M', fix: 'declare an input of `[sentence, word]`' });
  expect(found.why).toContain('for each position of `sentence`');
});

test('an axis of an unnamed size tells nothing of a ragged dim: an example says how long that is', () => {
  const { programs, diagnostics } = compile('dim d = 3, r: ragged\nmodel M(x: [k: 5 * d]) -> y: [] { y = sum[k](x) * r }');
  expect(diagnostics).toEqual([]);
  expect(programs[0]!.told?.map(({ label }) => label)).toEqual(['r']);
});

test('a length for each position belongs to one axis in one body', () => {
  const text =
    'dim sentence: ragged, word: ragged in sentence\nblock F(a: [s, w], b: [t, v]) -> [] { sum[s, w](a) + sum[t, v](b) }\nmodel M(x: [sentence, word]) -> y: [] { y = F(x, x) }';
  expect(only(text)).toMatchObject({ code: 'E0507', message: 'in `F`, `word` would belong to two axes `sentence`' });
});

test('a dim of the body of a causal model is one of its names, and none of its values', () => {
  const { programs, diagnostics } = compile(
    'dim time: ragged, d = 4\nmodel M(x: [time, d]) -> y: [time, d] causal time { dim two = 2;  param w: [two];  y = x * sum[two](w) }',
  );
  expect(diagnostics).toEqual([]);
  expect([...programs[0]!.outputs.keys()]).toEqual(['y']);
});
