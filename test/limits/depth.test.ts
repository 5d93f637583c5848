/**
 * Depth and size: what is long is compiled, or refused with one clear error, and nothing on the way is recursive over it, or
 * quadratic in it. Nothing is timed: what would take minutes is enough.
 */
import { describe, expect, it } from 'vitest';
import { format } from '../../grammar/index.ts';
import { checkFile, compileFile, renderAll, type Diagnostic } from '../../compiler/index.ts';
import { FILE, libraryOf } from '../analyze/support.ts';

const HEAD = 'dim d = 4\ndim time: ragged\nmodel Last(x: [time]) -> y: [] { sum[time](x) }\n';
const TRAINED = 'objective O for M given t: [d] { loss = sum[d]((y - t)^2);  optimizer sgd(rate = 0.1) }\n';
const model = (body: string): string => `${HEAD}model M(x: [d]) -> y: [d] { param w: [d] = 1\n${body} }\n`;
const lines = (count: number, line: (k: number) => string): string => Array.from({ length: count }, (_, k) => line(k)).join('\n');

const check = (text: string): readonly Diagnostic[] => checkFile(FILE, libraryOf({ [FILE]: text })).diagnostics;
async function emitted(text: string): Promise<string> {
  const { code, diagnostics } = await compileFile(FILE, libraryOf({ [FILE]: text }));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return code!;
}
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('what a program unrolls to has no depth that is too much', () => {
  it('5,000 equations in a chain, forwards and backwards', async () => {
    const code = await emitted(model(`  a0 = x\n${lines(5000, (k) => `  a${k + 1} = tanh(w * a${k})`)}\n  y = a5000`) + TRAINED);
    expect(count(code, 'tf.tanh(')).toBe(5000); // forward, loss and gradients share them
  }, 120_000);

  it('500 rounds that are written out', async () => {
    const code = await emitted(
      model('  h = x\n  repeat 500 as i { param v: [part: 2 ^ min(i, 1)];  h = tanh(w * h) * sum[part](v) }\n  y = h') + TRAINED,
    );
    expect(count(code, 'tf.tanh(')).toBeLessThanOrEqual(500);
  }, 120_000);

  it('ten blocks, each of which calls the one before twice', async () => {
    const blocks = lines(10, (k) => `block B${k + 1}(x: [d]) -> [d] { B${k}(B${k}(x)) }`);
    const code = await emitted(`block B0(x: [d]) -> [d] { tanh(x) }\n${blocks}\n${model('  y = B10(w * x)')}`);
    expect(count(code, 'tf.tanh(')).toBeLessThan(100); // functions that call one another
  }, 120_000);

  it.each<[string, (n: number) => string]>([
    [
      'equations in the body of a loop',
      (n) => `${HEAD}model M(x: [time]) -> y: [] { param w: [] = 1
      y = sum[time](scan time with xt = x { state s: [] = 0;  a0 = s + xt
      ${lines(n, (k) => `a${k + 1} = tanh(w * a${k})`)}
      s' = a${n};  emit s' }) }`,
    ],
    [
      'loops that read what those before have made',
      (n) => `${HEAD}model M(x: [time]) -> y: [] { param w: [] = 1;  a0 = 1
      ${lines(n, (k) => `b${k} = scan time with xt = x { state s: [] = 0;  s' = tanh(w * s + xt * a${k});  emit s' }\na${k + 1} = sum[time](b${k})`)}
      y = a${n} }`,
    ],
    [
      'choices that read choices',
      (n) => model(`a0 = x * w\n${lines(n, (k) => `a${k + 1} = if x > ${k} then 1 / a${k} else a${k}`)}\ny = a${n}`),
    ],
    ['sums of what is positive', (n) => model(`a0 = exp(x)\n${lines(n, (k) => `a${k + 1} = a${k} + a${k}`)}\ny = log(a${n})`)],
    [
      'products of what may be absent',
      (n) => model(`a0 = x where x > 0\n${lines(n, (k) => `a${k + 1} = tanh(a${k} * w)`)}\ny = a${n} else 0`),
    ],
    [
      'numbers that are made of numbers',
      (n) => model(`n0 = 1 + d\n${lines(n, (k) => `n${k + 1} = n${k} + n${k} - n${k}`)}\ny = x * w * n${n}`),
    ],
    [
      'indices that are made of indices',
      (n) =>
        `${HEAD}model M(x: [time]) -> y: [time] { p0 = position[time]\n${lines(n, (k) => `p${k + 1} = p${k} + p${k} - p${k}`)}\nx[time = p${n} - 1] else 0 }`,
    ],
    [
      'attention to what has attended',
      (n) => `dim target: ragged, d = 4, words = 7
      decoder D(h: [d]) generates y: index(words)[target] start 1 end 2 {
      param table: [words, d], w: [d] = 1
      a0 = table[y] + h
      ${lines(n / 10, (k) => `a${k + 1} = a${k} + Dot(w * a${k}, a${k}[target as key], a${k}[target as key])`)}
      logits = a${n / 10} @ table
      at most 8 }
      model M(h: [d]) generates y: index(words)[target] { D(h) }`,
    ],
    [
      'what grows by a concatenation',
      (n) => `${HEAD}model M(x: [d]) -> y: [] { param w: [] = 1
      h = x[d as channel]
      repeat ${n / 2} { h = concat[channel](h, tanh(w * h[channel = first])) }
      y = sum[channel](h) }`,
    ],
    [
      'dims that are made of dims',
      (n) => `dim b0 = 2\n${lines(n, (k) => `dim b${k + 1} = b${k} + 1`)}\nmodel M(x: [b${n}]) -> y: [b${n}] { x }`,
    ],
  ])(
    '%s',
    async (_what, text) => {
      await emitted(text(300));
    },
    120_000,
  );
});

describe('what is refused is refused once, and at once', () => {
  const N = 10_000;
  it.each<[string, string]>([
    ['a million brackets', model(`  y = ${'('.repeat(1e6)}x${')'.repeat(1e6)}`)],
    ['calls in calls', model(`  y = ${'tanh('.repeat(N)}x${')'.repeat(N)}`)],
    ['100,000 terms', model(`  y = ${'x + '.repeat(1e5)}x`)],
    ['terms line by line', model(`  y = x\n${'    + x\n'.repeat(N)}`)],
    ['signs', model(`  y = ${'- '.repeat(N)}x`)],
    ['powers', model(`  y = x${'^1'.repeat(N)}`)],
    ['branches', model(`  y = ${'if x > 0 then x else '.repeat(N)}x`)],
    ['defaults', model(`  y = x ${'else x '.repeat(N)}`)],
    ['indices', model(`  y = x${'[d as d]'.repeat(N)}`)],
    ['rounds in rounds', model(`  y = x\n${'repeat 1 { '.repeat(N)}y = tanh(y)${' }'.repeat(N)}`)],
    [
      '2^20 calls',
      `block B0(x: [d]) -> [d] { tanh(x) }\n${lines(20, (k) => `block B${k + 1}(x: [d]) -> [d] { B${k}(B${k}(x)) }`)}\n${model('  y = B20(x)')}`,
    ],
    [
      '2^20 rounds that are written out',
      model('  y = x\n  repeat 1024 as i { repeat 1024 as k { param v: [part: i + k + 1];  y = tanh(y) * sum[part](v) } }'),
    ],
    [
      '330 blocks, each of which calls the one before',
      `block B0(x: [d]) -> [d] { tanh(x) }\n${lines(330, (k) => `block B${k + 1}(x: [d]) -> [d] { B${k}(x) }`)}\n${model('  y = B330(x)')}`,
    ],
  ])(
    '%s',
    (_what, text) => {
      expect(check(text).map(({ code }) => code)).toEqual(['E0110']);
    },
    120_000,
  );
});

describe('a line of 1 MB', () => {
  const style = { color: false, width: 100 };
  const rendered = (text: string): string => {
    const { diagnostics, sources } = checkFile(FILE, libraryOf({ [FILE]: text }));
    return renderAll(diagnostics, sources, style);
  };

  it('with an error at its end shows what stands around it', () => {
    const text = rendered(model(`  y = x +${' '.repeat(1e6)}q`));
    expect(text).toContain('there is no name `q`');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  }, 120_000);

  it('with errors all along', () => {
    const text = rendered(model(`${Array.from({ length: 400 }, (_, k) => `a${k} = q${k}${' '.repeat(2500)}`).join('; ')}; y = x`));
    expect(count(text, 'error[E0201]')).toBe(400);
  }, 120_000);

  it('is formatted, with a long list in it', () => {
    const { text, problems } = format(model(`  z = concat[k](${Array.from({ length: 100_000 }, () => 'x').join(', ')})\n  y = sum[k](z)`));
    expect(problems).toEqual([]);
    expect(count(text, 'x,')).toBeGreaterThanOrEqual(99_999);
  }, 120_000);
});
