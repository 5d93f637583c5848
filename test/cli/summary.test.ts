import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spread } from '../../compiler/cli/commands/summary.ts';
import { sizesOf } from '../../compiler/cli/programs/cost.ts';
import { size, SizeError } from '../../compiler/size/size.ts';
import type { HostExpr } from '../../compiler/graph/graph.ts';
import { dim } from '../graph/support.ts';
import { attnc, folderWith, root } from './support.ts';

describe('summary', () => {
  const linear =
    'dim rows: ragged, in = 3, out = 5\n\nmodel Map(x: [rows, in]) -> { y: [rows, out] } {\n  param W: [out <- in], b: [out] = zeros\n  { y = W @ x + b }\n}\n';

  it('counts parameters and multiply-adds at the sizes given', async () => {
    const folder = folderWith({ 'a.attn': linear });
    const { status, out } = await attnc(folder, 'summary', 'a.attn', '--at', 'rows=7');
    expect(status).toBe(0);
    expect(out).toMatch(/W\s+\[out 5 <- in 3\]\s+glorot\s+15\n/);
    expect(out).toMatch(/total\s+20\n/);
    expect(out).toMatch(/multiply-adds\s+105\n/);
    const wider = (await attnc(folder, 'summary', 'a.attn', '--at', 'rows=7', '--set', 'out=50')).out;
    expect(wider).toMatch(/total\s+200\n/);
    expect(wider).toMatch(/multiply-adds\s+1,050\n/);
  });

  it('counts a recurrence once for each step', async () => {
    const folder = folderWith({
      'a.attn':
        "dim time: ragged, in = 2, hidden = 3\n\nmodel Run(x: [time, in]) -> { y: [time, hidden] } {\n  param U: [hidden <- hidden], W: [hidden <- in]\n  run = scan time with xt = x { state h: [hidden] = 0;  h' = tanh(W @ xt + U @ h);  emit h' }\n  { y = run }\n}\n",
    });
    expect((await attnc(folder, 'summary', 'a.attn', '--at', 'time=10')).out).toMatch(/multiply-adds\s+150\n/);
  });

  it('takes no length that the program cannot have', async () => {
    const folder = folderWith({ 'a.attn': linear, 'b.attn': linear.replace('ragged', 'ragged 0..') });
    const { status, err } = await attnc(folder, 'summary', 'a.attn', '--at', 'rows=0');
    expect({ status, err }).toEqual({
      status: 2,
      err: 'attnc summary: --at rows=0: rows has at least one position\n  fix: a dim that may be empty is declared as `rows: ragged 0..`\n',
    });
    expect((await attnc(folder, 'summary', 'b.attn', '--at', 'rows=0')).out).toMatch(/multiply-adds\s+0\n/);
  });

  it('gives a tape a slot for each step and one for the initial value', async () => {
    const folder = folderWith({
      'a.attn':
        "dim time: ragged, hidden = 3\n\nmodel Run(x: [time, hidden]) -> { y: [time, hidden] } {\n  run = scan time with xt = x { state h: [hidden] = 0;  h' = xt + sum[tape](past[tape](h));  emit h' }\n  { y = run }\n}\n",
    });
    const { status, out } = await attnc(folder, 'summary', 'a.attn', '--at', 'time=10');
    expect(status).toBe(0);
    // Ten times eleven slots of three, as many summed up, and what is added to their sum.
    expect(out).toMatch(/other operations\s+690\n/);
  });

  const programs = readdirSync(join(root, 'models'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.attn') && !/^(?:std|.*\bout)[\\/]/.test(file),
  );
  it.each([...programs, 'lstmn'])('of models/%s finds every size', async (place) => {
    expect(await attnc(root, 'summary', join('models', place))).toMatchObject({ status: 0, err: '' });
  });

  it('takes no length that the program does not allow, and counts what is summed', async () => {
    const folder = folderWith({ 'a.attn': 'dim time: ragged <= 12, d = 3\n\nmodel M(x: [time, d]) -> y: [d] { y = 2 * sum[time](x) }\n' });
    expect(await attnc(folder, 'summary', 'a.attn', '--at', 'time=100')).toEqual({
      status: 2,
      out: '',
      err: 'attnc summary: --at time=100: time must be at most 12: `time` is declared with this bound\n',
    });
    expect((await attnc(folder, 'summary', 'a.attn', '--at', 'time=10')).out).toMatch(/other operations\s+33\n/);
    // The length that none was given for is one that the program allows.
    expect((await attnc(folder, 'summary', 'a.attn')).out).toContain('one example at time = 12 ');
  });

  it('counts a loop in a loop once for each step of both', async () => {
    const folder = folderWith({
      'a.attn':
        "dim time: ragged, word: ragged\n\nmodel Run(x: [time, word]) -> { y: [time] } {\n  run = scan time with row = x {\n    state s: [] = 0\n    inner = scan word with w = row { state c: [] = s;  c' = tanh(c + w);  emit c' }\n    s' = 2 * inner[word = last]\n    emit s'\n  }\n  { y = run }\n}\n",
    });
    const { out } = await attnc(folder, 'summary', 'a.attn', '--at', 'time=10', '--at', 'word=7');
    // In each of 70 steps a sum and its tangent, in each of 10 the last position and a product; which is the last is known once.
    expect(out).toMatch(/other operations\s+161\n/);
  });

  it('knows the ragged dims', async () => {
    const at = (text: string, ...words: readonly string[]): ReturnType<typeof attnc> =>
      attnc(folderWith({ 'a.attn': text }), 'summary', 'a.attn', ...words);
    expect(await at(linear, '--at', 'row=7')).toEqual({
      status: 2,
      out: '',
      err: 'attnc summary: there is no ragged dim row: there is rows\n  did you mean --at rows?\n',
    });
    expect(await at(linear, '--at', 'elsewhere=7')).toEqual({
      status: 2,
      out: '',
      err: 'attnc summary: there is no ragged dim elsewhere: there is rows\n',
    });
    expect(await at('dim d = 3\nmodel M(x: [d]) -> y: [d] { 2 * x }\n', '--at', 'd=7')).toEqual({
      status: 2,
      out: '',
      err: 'attnc summary: there is no ragged dim d\n',
    });
  });
});

describe('lengths that none are given for are such that the program allows them', () => {
  const model = (dims: string, body: string): string =>
    `dim t: ragged, u: ragged, d = 40\n${dims}\nmodel M(x: [t], z: [u], w: [d]) -> y: [] { ${body} }\n`;
  const required = (...sizes: readonly string[]): string =>
    model('', `${sizes.map((each) => `require ${each};  `).join('')}sum[t](x) + sum[u](z) + sum[d](w)`);
  const summary = (text: string, ...words: readonly string[]): ReturnType<typeof attnc> =>
    attnc(folderWith({ 'a.attn': text }), 'summary', 'a.attn', ...words);

  it.each([
    ['as they are by default', required(), 't = 16, u = 16'],
    ['as long as another dim', required('t == d'), 't = 40, u = 16'],
    ['no longer than that', required('u <= 9', 'd <= t'), 't = 40, u = 9'],
    ['longer than what is cut off', model('dim rest = t - 20', 'sum[rest](x[t = position[rest] + 0] else 0)'), 't = 21, u = 16'],
    ['a multiple', model('dim part = t / 3', 'sum[part](x[t = position[part] + 0] else 0)'), 't = 15, u = 16'],
    ['related to each other', required('t + 3 <= u', 'u <= 7'), 't = 4, u = 7'],
    ['a multiple that is long enough', required('15 <= u / 3', 'u / 3 == t'), 't = 15, u = 45'],
    ['such that sizes have a value', required('2 <= ceil(log2(t - 30))', '4 <= ceil(log2(u))'), 't = 33, u = 16'],
    ['the longest that is looked for', required('4096 <= t'), 't = 4096, u = 16'],
  ])('%s', async (_, text, lengths) => {
    const { status, out, err } = await summary(text);
    expect({ status, err }).toMatchObject({ status: 0 });
    expect(out).toContain(`one example at ${lengths} (`);
  });

  it('beside those that are given', async () => {
    expect((await summary(required('t + 3 <= u'), '--at', 'u=7')).out).toContain('at t = 4, u = 7 ');
    expect((await summary(required('t + 3 <= u'), '--at', 't=20')).out).toContain('at t = 20, u = 23 ');
    expect(await summary(required('t + 3 <= u'), '--at', 't=20', '--at', 'u=9')).toEqual({
      status: 2,
      out: '',
      err: 'attnc summary: --at t=20 --at u=9: t + 3 must be at most u: the program requires it\n',
    });
    expect((await summary(model('dim part = t / 3', 'sum[part](x[t = position[part] + 0] else 0)'), '--at', 't=4')).err).toBe(
      'attnc summary: --at t=4: 3 must divide t: a size is a whole number\n',
    );
  });

  it('and where there are none, that is said', async () => {
    const fix = '\n  fix: give lengths with --at, or other sizes with --set\n';
    expect(await summary(required('d == 3 * t'))).toEqual({
      status: 1,
      out: '',
      err: `attnc: M: no length was found that its sizes allow: d must equal 3 * t: the program requires it${fix}`,
    });
    expect((await summary(required('4097 <= t'))).err).toContain('M: no length was found that its sizes allow: 4097 must be at most t');
    expect((await summary(required('t <= 9', 't == u', '12 <= u'))).err).toContain('M: no length was found that its sizes allow:');
    expect(await summary('dim n = 7\ndim half = n / 2\nmodel M(x: [n]) -> y: [half] { Linear[half](x) }\n')).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining(
        'attnc: M: n / 2 is not whole: n is 7, 2 is 2\n  fix: give sizes with --set and lengths with --at\n',
      ) as string,
    });
  });
});

it('a size that stands on a dim without a value has none', () => {
  const sizes = sizesOf({ hyperparameters: [], ragged: [dim('t')] }, new Map(), new Map());
  for (const name of ['t', 'nowhere'])
    expect(() => sizes(size.atom(name))).toThrow(new SizeError(`the size ${name} has no whole value (it is NaN)`, name));
  expect(sizes(size.int(3))).toBe(3);
});

describe('an initialiser is shown as it is written', () => {
  it('with its numbers and dims', async () => {
    const written = ['glorot', '0.5', 'uniform(0.1)', 'normal(a ^ -0.5)', 'normal((a + b) ^ 2)', 'uniform(-min(a, 2) + 3)'];
    const params = written.map((init, k) => `p${k}: [a] = ${init}`).join(', ');
    const { out } = await attnc(
      folderWith({
        'a.attn': `dim a = 2, b = 3\nmodel M(x: [a]) -> y: [a] { param ${params}, q: [b];  x * ${written.map((_, k) => `p${k}`).join(' * ')} * sum[b](q) }\n`,
      }),
      'summary',
      'a.attn',
    );
    expect([...out.matchAll(/^ {2}p\d +\[a 2\] +(.*?) +2$/gmu)].map(([, init]) => init)).toEqual([
      'glorot',
      '0.5',
      'uniform(0.1)',
      'normal(a ^ -0.5)',
      'normal((a + b) ^ 2)',
      'uniform((-min(a, 2)) + 3)',
    ]);
  });

  it('in brackets where they are needed', () => {
    const [one, step]: HostExpr[] = [
      { kind: 'number', value: 1 },
      { kind: 'name', name: 'step' },
    ];
    const call = (fn: (HostExpr & { readonly kind: 'call' })['fn'], ...args: readonly HostExpr[]): HostExpr => ({ kind: 'call', fn, args });
    for (const [value, text] of [
      [0.5, '0.5'],
      [one!, '1'],
      [call('sub', one!, call('sub', one!, step!)), '1 - (1 - step)'],
      [call('div', call('mul', one!, step!), one!), '(1 * step) / 1'],
      [call('neg', call('add', one!, step!)), '-(1 + step)'],
      [call('pow', call('neg', one!), call('neg', step!)), '(-1) ^ -step'],
      [call('max', one!, call('add', one!, step!)), 'max(1, 1 + step)'],
      [call('mul', call('sqrt', step!), call('exp', one!)), 'sqrt(step) * exp(1)'],
    ] as const)
      expect(spread(value)).toBe(text);
  });
});
