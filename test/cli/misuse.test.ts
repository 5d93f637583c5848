/** What a command line gets wrong is said in one sentence, with what to write instead: never a stack, never a half-done work. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { attnc, scratch } from './support.ts';

const folder = scratch();
const model = (more = '', body = 'mean[t](Linear[d](x))'): string =>
  `dim t: ragged, d = 3\n${more}/// What it does.\nmodel M(x: [t, d]) -> y: [d] { ${body} }\nobjective Fit for M given z: [d] { loss = sum[d]((y - z) ^ 2);  optimizer adam(rate = 1e-3 * min(1, -d + step ^ 0.5)) }\n`;

beforeAll(async () => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('good.attn', model());
  write('other.attn', model());
  write('bad.attn', model('', 'mean[t](nowhere)'));
  write('plain.attn', 'block B(x: [a]) -> [a] { x }\n');
  write(
    'options.attn',
    'block B(x: [a]) -> [a] { option act = tanh | relu;  option p = 0.1;  p * match act { tanh { tanh(x) } relu { relu(x) } } }\n',
  );
  write(
    'updates.attn',
    'dim d = 4\nmodel M(x: [d]) -> y: [d] { Linear[d](x) }\nobjective Both for M given t: [d] {\n  update M { loss = sum[d]((y - t) ^ 2);  metric off = y[d = 0];  optimizer adam(rate = 1e-3) }\n  update M { loss = sum[d](abs(y));  optimizer sgd(rate = 1e-4) }\n}\n',
  );
  write(
    'bound.attn',
    'dim t: ragged, a = 4, b = 2\nmodel M(x: [t, a], p: [b]) -> y: [t, a] { require b <= a;  require a == 2 * b;  x * sum[b](p) }\n',
  );
  write(
    'sequence.attn',
    "dim source: ragged, target: ragged, words = 4, d = 3\ndecoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 { state s: [d] = mean[source](m);  s' = tanh(s);  logits = Linear[words](s') }\nmodel M(m: [source, d]) generates y: index(words)[target] start 1 end 2 { D(m) }\nobjective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }\n",
  );
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'none'));
  write('none/task.ts', 'export const other = 1;\n');
  write('notes.txt', 'nothing\n');
  await attnc(folder, 'init', 'project');
});

/** Arguments, the status, and what is said: of standard error, or of both. */
const wrong: readonly (readonly [args: string, says: RegExp])[] = [
  ['compile --stdout good.attn other.attn', /--stdout takes one file/u],
  ['compile --stdout --watch good.attn', /--stdout does not go with --watch/u],
  ['compile --stdout --out x good.attn', /--stdout does not go with --out/u],
  ['fmt --check --stdout good.attn', /--check does not go with --stdout/u],
  ['summary --config quick good.attn', /--config goes with the folder of a task/u],
  ['summary --at nowhere=3 good.attn', /there is no ragged dim nowhere: there is t/u],
  ['summary --at t=-3 good.attn', /--at t takes a length, given '-3'/u],
  ['summary --at t=x good.attn', /--at t takes a length, given 'x'/u],
  ['summary --set hidden=3 good.attn', /hidden/u],
  ['generate --sample --beam 3 project x', /--sample does not go with --beam/u],
  ['generate --temperature 2 project x', /--temperature .*--sample/u],
  ['generate --sample --temperature 0 project x', /--temperature takes a number above 0, given '0'/u],
  ['generate --sample --temperature= project x', /--temperature takes a number above 0, given ''/u],
  ['generate --sample --temperature Infinity project x', /--temperature takes a number above 0, given 'Infinity'/u],
  ['generate --sample --top-p 3 project x', /--top-p takes a number above 0 and at most 1, given '3'/u],
  ['generate --sample --top-k x project x', /--top-k takes a whole number/u],
  ['generate --beam 0 project x', /--beam takes a whole number/u],
  ['train --resume --fresh project', /--resume does not go with --fresh/u],
  ['train --steps 1.5 project', /--steps takes a whole number/u],
  ['train --steps= project', /--steps takes a whole number/u],
  ['train --nothing project', /there is no option --nothing[\s\S]*attnc train --help lists the options/u],
  ['check --set x=3 plain.attn', /^attnc: --set x=3: plain\.attn has no dim or option x; it has none\n$/u],
  ['check --set act=gelu options.attn', /^attnc: --set act=gelu: the option act takes tanh or relu\n$/u],
  ['check --set x=3 options.attn', /has no dim or option x; it has the options act \(tanh or relu\), p \(a number\)\n$/u],
  ['explain +', /there is no code \+, and the reference has no such word\n {2}fix: attnc explain lists the codes and words\n$/u],
  ['train --resum project', /did you mean --resume/u],
  ['train --backend cppu project', /there is no backend cppu[\s\S]*did you mean cpu/u],
  ['train --backend everything project', /there is no backend everything: choose auto, tensorflow, webgpu, wasm, cpu/u],
  ['train --config quik project', /has no configuration quik; it has: .*\n.*did you mean quick/u],
  ['train --config everything project', /has no configuration everything; it has: /u],
];

const failing: readonly (readonly [args: string, says: RegExp])[] = [
  ['init good.attn', /good\.attn is a file/u],
  ['fmt nowhere.attn', /nowhere\.attn/u],
  ['check empty', /empty/u],
  ['graph bad.attn', /E0201/u],
  ['graph empty/', /^attnc: empty\/ is a folder\n {2}fix: give a file: empty\/model\.attn\n$/u],
  ['summary bad.attn', /E0201/u],
  ['graph plain.attn', /declares no model/u],
  ['summary plain.attn', /declares no model/u],
  ['compile plain.attn', /no model/u],
  ['train empty', /has no task\.ts/u],
  ['train none', /exports no `task`|it exports/u],
  ['train notes.txt', /notes\.txt is not a task/u],
  ['train nowhere', /nowhere/u],
  ['generate project 1', /no checkpoint/u],
  ['evaluate --checkpoint nowhere.safetensors project', /nowhere\.safetensors/u],
  ['train --resume project', /holds no run to go on from/u],
];

describe('a command line that makes no sense has status 2', () => {
  it.each(wrong)('%s', async (args, says) => {
    const { status, err } = await attnc(folder, ...args.split(' '));
    expect(err).toMatch(says);
    expect(err).not.toMatch(/\n {4}at |a fault in attnc/u);
    expect(status).toBe(2);
  });
});

describe('what cannot be done has status 1', () => {
  it.each(failing)('%s', async (args, says) => {
    const { status, err, out } = await attnc(folder, ...args.split(' '));
    expect(err + out).toMatch(says);
    expect(err).not.toMatch(/\n {4}at |a fault in attnc/u);
    expect(status).toBe(1);
  });
});

describe('help', () => {
  it('is there as a command, for each command, and with nothing', async () => {
    const overview = await attnc(folder, 'help');
    expect(overview.out).toContain('compile');
    expect(await attnc(folder, 'help', 'train')).toEqual(await attnc(folder, 'train', '--help'));
    expect((await attnc(folder, 'help', 'trian')).err).toMatch(/did you mean.*train/u);
  });
});

describe('graph', () => {
  it('prints what is checked, and after all passes what is emitted', async () => {
    const first = await attnc(folder, 'graph', 'sequence.attn');
    const last = await attnc(folder, 'graph', '--final', 'sequence.attn');
    expect([first.status, last.status]).toEqual([0, 0]);
    for (const title of ['M: prepare', 'M: step', 'objective Fit']) expect(last.out).toContain(title);
    expect(last.out).toContain('matmul');
    expect(first.out).not.toContain('matmul');
    expect((await attnc(folder, 'graph', 'good.attn')).out).toContain('mean[0.t]');
    const titles = async (...words: readonly string[]): Promise<readonly string[]> =>
      (await attnc(folder, 'graph', ...words)).out.split('\n').filter((line) => line.startsWith('# '));
    expect(await titles('good.attn')).toEqual(['# M', '# M, objective Fit']);
    expect(await titles('--final', 'good.attn')).toEqual(['# M', '# M, objective Fit: loss', '# M, objective Fit: gradients']);
    expect(await titles('updates.attn')).toEqual(['# M', '# M, objective Both, update M', '# M, objective Both, update M#2']);
    expect((await attnc(folder, 'graph', 'updates.attn')).out).toMatch(/^metric\.off = %/mu);
  });
});

describe('a file that cannot be read', () => {
  const there = scratch();
  writeFileSync(join(there, 'a.attn'), 'block B(x: [a]) -> [a] { nowhere }\n');
  writeFileSync(join(there, 'latin.attn'), Uint8Array.of(0x2f, 0x2f, 0xe9, 0x0a));
  writeFileSync(join(there, 'z.attn'), 'dim d=3\nmodel M(x: [d]) -> y: [d] { 2*x }\n');

  it('does not hide what is wrong with the others', async () => {
    const checked = await attnc(there, 'check', '.');
    expect(checked).toMatchObject({ status: 1, out: '' });
    expect(checked.err).toMatch(/^attnc: latin\.attn is not UTF-8 text\n {2}fix: save it as UTF-8\nerror\[E0201\]/u);
    const { out, status } = await attnc(there, 'check', '--json', 'none.attn', 'a.attn');
    expect([status, JSON.parse(out)]).toMatchObject([1, { errors: 1, diagnostics: [{ code: 'E0201' }] }]);
    expect(await attnc(there, 'check', 'none.attn', 'z.attn')).toEqual({ status: 1, out: '', err: 'attnc: there is no file none.attn\n' });
  });

  it('does not keep the others from being formatted and compiled', async () => {
    expect(await attnc(there, 'compile', 'latin.attn', 'z.attn')).toMatchObject({ status: 1, out: 'z.attn -> z.ts\n' });
    expect(await attnc(there, 'fmt', 'none.attn', 'z.attn')).toMatchObject({
      status: 1,
      out: 'z.attn formatted\n',
      err: 'attnc: there is no file none.attn\n',
    });
  });
});

it.each([
  [['check', ''], 'a word of the command line is empty'],
  [['compile', '--out', '', 'good.attn'], '--out takes a value: --out DIR'],
  [['init', ''], 'a word of the command line is empty'],
  [['check', '--set', 'd=3', '--set', 'd=4', 'good.attn'], '--set d=… is given twice'],
])('%j is refused: a variable of the shell may not be set', async (words, says) => {
  const { status, err } = await attnc(folder, ...words);
  expect([status, err]).toEqual([2, expect.stringContaining(says)]);
});

it('an option that stands in a block can be set', async () => {
  const set = (...words: readonly string[]): ReturnType<typeof attnc> =>
    attnc(folder, 'check', ...words.flatMap((word) => ['--set', word]), 'options.attn');
  expect(await set('act=relu', 'p=0.5')).toEqual({ status: 0, out: 'options.attn: no problems\n', err: '' });
});

it('a summary with sizes that the program does not allow is given, with a warning', async () => {
  const { out, err, status } = await attnc(folder, 'summary', '--set', 'a=3', 'bound.attn');
  expect(status).toBe(0);
  expect(err).toMatch(/W0301.*`a` \(3\) must equal `2 \* b` \(4\)/u);
  expect(out).toContain('multiply-adds');
});
