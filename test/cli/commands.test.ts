import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { spread } from '../../compiler/cli/commands/evaluate.ts';
import { wantsColor } from '../../compiler/cli/io/io.ts';
import { nodeLibrary } from '../../compiler/cli/io/library.ts';
import { managerOf, originOf } from '../../compiler/cli/project/origin.ts';
import { COMMANDS, SPECS } from '../../compiler/cli/specs.ts';
import { printable, safeIo } from '../../compiler/cli/io/terminal.ts';
import { attnc, attncWith, folderWith, root, scratch } from './support.ts';

const GOOD = 'dim n = 4\n\nmodel Double(x: [n]) -> { y: [n] } { { y = 2 * x } }\n';
const BAD = 'dim n = 4\n\nmodel Double(x: [n]) -> { y: [n] } { { y = 2 * z } }\n';

describe('the command line', () => {
  test.each([
    [['chek'], 'did you mean attnc check?'],
    [['check', '--jsn', 'a.attn'], 'did you mean --json?'],
    [['check'], 'FILE… is missing'],
    [['check', '--set', 'hidden', 'a.attn'], 'takes name=value'],
    [['check', 'a.attn', '--set'], 'takes a value'],
    [['check', '--json=yes', 'a.attn'], 'takes no value'],
    [['compile', '--out', 'a', '--out', 'b', 'a.attn'], 'given twice'],
    [['compile', '--stdout', '--watch', 'a.attn'], 'does not go with'],
    [['explain', 'E0101', 'E0102'], 'one word too many'],
    [['explain', 'E9999'], 'there is no code'],
    [['train', 'x', '--steps', '0'], 'whole number from 1'],
    [['train', 'x', '--quick', '--config', 'full'], 'does not go with'],
    [['generate', 'x', '--temperature', '2'], 'goes with --sample'],
    [['generate', 'x', '--picture', 'look.gif'], '.svg or .png'],
    [['--versoin'], 'there is no option'],
    // Before the folder, which is not there, is looked at.
    [['train', 'x', '--backend', 'wsam'], 'did you mean wasm?'],
    [['generate', 'x', '--backend', 'gpu'], 'there is no backend gpu: choose auto,'],
    [['evaluate', 'x', '--backend', 'cpus'], 'did you mean cpu?'],
    [['compile', '-', '--out', 'x'], 'standard input goes to standard output, not with --out'],
    [['check', '-', '-'], 'standard input is given twice'],
  ])('misuse %j is told, status 2', async (args, message) => {
    const { status, err, out } = await attnc(scratch(), ...args);
    expect(err).toContain(message);
    expect({ status, out }).toEqual({ status: 2, out: '' });
  });

  test.each(COMMANDS.map(({ name }) => name))('%s --help shows how it is used', async (name) => {
    const { status, out, err } = await attnc(root, name, '--help');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain(`usage: attnc ${name}`);
  });

  it('generate --help shows texts in the form that the task reads', async () => {
    const { task } = await import('../../models/bahdanau/task.ts');
    const { parse } = await task.open(Object.values(task.configurations)[0]!);
    const texts = SPECS.generate.examples.flatMap((example) => [...example.matchAll(/'([^']+)'/g)].map(([, text]) => text!));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(parse(text).shown).toContain('2031');
  });

  it('lists the commands', async () => {
    const { status, out } = await attnc(root, '--help');
    expect(status).toBe(0);
    for (const { name } of COMMANDS) expect(out).toContain(`  ${name} `);
    // That is for those who work on the compiler.
    expect(out).not.toContain('  graph ');
    expect((await attnc(root, 'graph', '--help')).out).toContain('usage: attnc graph');
    expect((await attnc(root)).status).toBe(2);
    expect((await attnc(root, '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('colours on terminals only, and never under NO_COLOR', () => {
    expect(wantsColor(true, {})).toBe(true);
    expect(wantsColor(false, {})).toBe(false);
    expect(wantsColor(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColor(true, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(wantsColor(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColor(true, { TERM: 'dumb' })).toBe(false);
  });
});

describe('check', () => {
  it('is silent on errors that are not there', async () => {
    expect(await attnc(folderWith({ 'a.attn': GOOD }), 'check', 'a.attn')).toEqual({ status: 0, out: 'a.attn: no problems\n', err: '' });
  });

  it('shows errors, status 1', async () => {
    const { status, err } = await attnc(folderWith({ 'a.attn': BAD }), 'check', 'a.attn');
    expect(status).toBe(1);
    expect(err).toContain('error[E0201]');
    expect(err).toContain('--> a.attn:3:');
  });

  it('--json is one document over all files', async () => {
    const { status, out } = await attnc(folderWith({ 'a.attn': BAD, 'b.attn': BAD }), 'check', '--json', 'a.attn', 'b.attn');
    const document = JSON.parse(out) as { errors: number; diagnostics: { place: { file: string } }[] };
    expect(status).toBe(1);
    expect(document.errors).toBe(2);
    expect(document.diagnostics.map(({ place }) => place.file)).toEqual(['a.attn', 'b.attn']);
  });

  it('says what is wrong with the file itself', async () => {
    const folder = folderWith({ 'a.attn': GOOD, 'd/model.attn': GOOD });
    writeFileSync(join(folder, 'latin.attn'), Buffer.from([0x2f, 0x2f, 0xe9]));
    expect((await attnc(folder, 'check', 'none.attn')).err).toContain('there is no file none.attn');
    expect((await attnc(folder, 'check', 'a')).err).toContain('did you mean a.attn?');
    expect((await attnc(folder, 'check', 'x'.repeat(5000))).err).toContain('there is no file xxx');
    expect((await attnc(folder, 'check', 'latin.attn')).err).toContain('not UTF-8');
  });

  it.each(['E0201', 'E0704', 'W0801'])('says what compiling says, to the byte: %s', async (code) => {
    const folder = folderWith({ 'a.attn': readFileSync(join(root, 'test', 'golden', 'diagnostics', code, 'input.attn'), 'utf8') });
    const [checked, compiled] = [await attnc(folder, 'check', 'a.attn'), await attnc(folder, 'compile', 'a.attn')];
    expect(checked.err).toContain(code);
    expect({ status: checked.status, err: checked.err }).toEqual({ status: compiled.status, err: compiled.err });
  });

  it('finds what no file of its own shows: a decoder without a model, of which no step can be derived', async () => {
    const text = readFileSync(join(root, 'test', 'golden', 'diagnostics', 'E0704', 'input.attn'), 'utf8');
    expect((await attnc(folderWith({ 'a.attn': text.replace(/^model[^{]*\{[^}]*\}$/gmu, '') }), 'check', 'a.attn')).err).toContain('E0704');
  });

  const settable =
    'dim width = 4, rows: ragged\noption p = 0.1\noption act = tanh | relu\n\nmodel M(x: [rows, width]) -> { y: [rows, width] } { { y = p * match act { tanh { tanh(x) } relu { relu(x) } } } }\n';

  test.each([
    [
      'witdh=3',
      '--set witdh=3: a.attn has no dim or option witdh; it has the dims width and the options p (a number), act (tanh or relu)\n  did you mean --set width=3?',
    ],
    ['nope=3', '--set nope=3: a.attn has no dim or option nope; it has the dims width and the options p (a number), act (tanh or relu)'],
    ['width=abc', '--set width=abc: the dim width takes a whole number from 1'],
    ['width=0', '--set width=0: the dim width takes a whole number from 1'],
    [
      'rows=3',
      '--set rows=3: the size of rows comes from the input, or from its range: it cannot be set\n  fix: it has the dims width and the options p (a number), act (tanh or relu)',
    ],
    ['p=much', '--set p=much: the option p takes a number'],
    ['act=gelu', '--set act=gelu: the option act takes tanh or relu'],
  ])('--set %s is a misuse of the command line, not a fault of the file', async (set, message) => {
    const folder = folderWith({ 'a.attn': settable });
    for (const command of ['check', 'compile', 'summary']) {
      expect(await attnc(folder, command, '--set', set, 'a.attn')).toEqual({ status: 2, out: '', err: `attnc: ${message}\n` });
    }
  });

  it('--set reaches dims and options; a syntax error comes before it', async () => {
    const folder = folderWith({ 'a.attn': settable, 'b.attn': 'dim n 4\n' });
    expect((await attnc(folder, 'check', '--set', 'width=7', '--set', 'p=0.5', '--set', 'act=relu', 'a.attn')).status).toBe(0);
    const { status, err } = await attnc(folder, 'check', '--set', 'n=5', 'b.attn');
    expect(status).toBe(1);
    expect(err).toContain('error[E01');
  });
});

describe('folders and standard input', () => {
  const files = {
    'a.attn': GOOD,
    'd/b.attn': BAD,
    'd/blocks.attn': 'block F(x: [n]) -> [n] { x }\n',
    'node_modules/x/c.attn': BAD,
    '.hidden/c.attn': BAD,
    'd/task.ts': 'export {};\n',
  };

  it('of a folder all programs below are looked at, none of others', async () => {
    const folder = folderWith(files);
    const { status, err } = await attnc(folder, 'check', '.');
    expect(status).toBe(1);
    expect(err.match(/-->.*/g)).toEqual(['--> d/b.attn:3:48']);
    writeFileSync(join(folder, 'd/b.attn'), GOOD);
    expect(await attnc(folder, 'check', '.')).toEqual({ status: 0, out: '3 files: no problems\n', err: '' });
    expect(await attnc(folder, 'compile', '.')).toEqual({ status: 0, out: 'a.attn -> a.ts\nd/b.attn -> d/b.ts\n', err: '' });
    expect((await attnc(folder, 'fmt', '--check', '.')).out).toBe('');
    expect(await attnc(folder, 'check', '.hidden/none')).toMatchObject({ status: 1 });
    mkdirSync(join(folder, 'empty'));
    expect((await attnc(folder, 'check', 'empty')).err).toContain('there is no .attn file in empty or below');
  });

  it('a file that is not a program is one sentence', async () => {
    const folder = folderWith({ ...files, 'task.py': '', 'e/notes.md': '' });
    for (const command of ['check', 'compile', 'fmt', 'summary', 'graph']) {
      expect(await attnc(folder, command, 'd/task.ts')).toEqual({
        status: 2,
        out: '',
        err: `attnc ${command}: d/task.ts is no .attn program\n  did you mean d/b.attn?\n`,
      });
    }
    expect((await attnc(folder, 'check', 'task.py')).err).toContain('did you mean a.attn?');
    expect((await attnc(folder, 'check', 'e/notes.md')).err).toContain('fix: give a file that ends in .attn');
  });

  it('`-` is standard input; what is imported stands relative to the working folder', async () => {
    const folder = folderWith({ 'lib.attn': 'block Twice(x: [n]) -> [n] { 2 * x }\n' });
    const importing = 'import Twice from "./lib"\ndim n = 4\nmodel M(x: [n]) -> { y: [n] } { { y = Twice(x) } }\n';
    expect(await attncWith(importing, folder, 'check', '-')).toEqual({ status: 0, out: '<stdin>: no problems\n', err: '' });
    expect((await attncWith(BAD, folder, 'check', '-')).err).toContain('--> <stdin>:3:');
    expect((await attncWith(importing, folder, 'compile', '-')).out).toContain('export class M');
    expect((await attncWith('dim n=4\n', folder, 'fmt', '-')).out).toBe('dim n = 4\n');
    expect(await attncWith('dim n=4\n', folder, 'fmt', '--check', '-')).toMatchObject({ status: 1 });
    expect(readdirSync(folder)).toEqual(['lib.attn']);
  });
});

describe('nothing that is read acts on the terminal', () => {
  const hostile = '\u001b[2J\u202Edim\u0007\u009b31m\u2066\u200b';

  it('names of files', async () => {
    const name = `${hostile}.attn`;
    const folder = folderWith({ [name]: GOOD });
    for (const words of [
      ['check', name],
      ['compile', name],
      ['fmt', '--check', name],
      ['summary', name],
      ['check', `no ${name}`],
      ['check', 'none'],
      ['--no', hostile],
      [hostile],
      ['explain', hostile],
      ['compile', '--set', `${hostile}=1`, name],
      ['train', hostile],
    ]) {
      const { out, err } = await attnc(folder, ...words);
      expect(`${out}${err}`, words.join(' ')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/);
    }
    expect((await attnc(folder, 'check', name)).out).toBe('\\u{1B}[2J\\u{202E}dim\\u{7}\\u{9B}31m\\u{2066}\\u{200B}.attn: no problems\n');
  });

  it('what scripts need and what diagnostics are coloured with stays', () => {
    expect(printable('می‌روم\u200f\tأ\n')).toBe('می‌روم\u200f\tأ\n');
    let err = '';
    const io = safeIo({
      out: () => undefined,
      err: (line) => (err += line),
      write: () => undefined,
      isTTY: false,
      style: { color: true, width: 80 },
      cwd: '.',
      env: {},
    });
    io.err('\u001b[1;31merror\u001b[0m \u001b[2J');
    expect(err).toBe('\u001b[1;31merror\u001b[0m \\u{1B}[2J');
  });
});

describe('files', () => {
  it("a user's own std/ is not the standard library", () => {
    const folder = folderWith({ 'std/cells.attn': GOOD });
    const library = nodeLibrary(folder);
    expect(library.nameOf('std/cells.attn')).toBe('./std/cells.attn');
    expect(library.read('./std/cells.attn')).toBe(GOOD);
    expect(library.read('std/cells.attn')).toContain('cell GRU');
    expect(library.nameOf('other/std.attn')).toBe('other/std.attn');
  });

  it('imports stand relative to the importing file, inside and outside of the working folder', async () => {
    const folder = folderWith({
      'lib/twice.attn': 'block Twice(x: [n]) -> [n] { 2 * x }\n',
      'app/model.attn': 'import Twice from "../lib/twice"\ndim n = 4\nmodel M(x: [n]) -> { y: [n] } { { y = Twice(x) } }\n',
    });
    expect((await attnc(folder, 'check', 'app/model.attn')).status).toBe(0);
    expect((await attnc(join(folder, 'app'), 'check', 'model.attn')).status).toBe(0);
    expect((await attnc(join(folder, 'lib'), 'check', '../app/model.attn')).status).toBe(0);
  });
});

describe('compile', () => {
  it('writes beside the source, into --out, or to standard output, wherever it is called: the same text but for the path to the source', async () => {
    const folder = folderWith({ 'a.attn': GOOD });
    expect((await attnc(folder, 'compile', 'a.attn')).status).toBe(0);
    expect((await attnc(folder, 'compile', 'a.attn', '--out', 'deep/er')).status).toBe(0);
    const { out } = await attnc(folder, 'compile', 'a.attn', '--stdout');
    expect(out).toContain('export class Double');
    // A module in a file also says where its functions are as data.
    const text = (path: string): string => readFileSync(join(folder, path), 'utf8').replace(/^ *graphs: .*a\.graphs\.json.*\n/mu, '');
    expect(text('a.ts')).toBe(out);
    expect(text('deep/er/a.ts')).toBe(out.replace('from a.attn', 'from ../../a.attn'));
    expect((await attnc(join(folder, 'deep'), 'compile', '../a.attn')).status).toBe(0);
    expect(text('a.ts')).toBe(out);
    expect(readFileSync(join(folder, 'a.graphs.json'))).toEqual(readFileSync(join(folder, 'deep/er/a.graphs.json')));
  });

  it('leaves the old module and nothing else where there are errors', async () => {
    const folder = folderWith({ 'a.attn': BAD, 'a.ts': 'old' });
    expect((await attnc(folder, 'compile', 'a.attn')).status).toBe(1);
    expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['a.attn', 'a.ts']);
  });

  it('goes on with the other files after one with errors', async () => {
    const folder = folderWith({ 'a.attn': BAD, 'b.attn': GOOD });
    expect((await attnc(folder, 'compile', 'a.attn', 'b.attn')).status).toBe(1);
    expect(existsSync(join(folder, 'b.ts'))).toBe(true);
  });

  it('refuses two sources for one output, and a file without a model', async () => {
    const folder = folderWith({ 'x/a.attn': GOOD, 'y/a.attn': GOOD, 'blocks.attn': 'block F(x: [n]) -> [n] { x }\n' });
    expect(await attnc(folder, 'compile', '--out', 'o', 'x/a.attn', 'y/a.attn')).toMatchObject({ status: 2 });
    expect(existsSync(join(folder, 'o'))).toBe(false);
    expect((await attnc(folder, 'compile', 'blocks.attn')).err).toContain('declares no model');
  });

  it('says why it could not write, and writes through a link', async () => {
    const folder = folderWith({ 'a.attn': GOOD, 'real.ts': 'old', file: '' });
    expect((await attnc(folder, 'compile', '--out', 'file', 'a.attn')).err).toContain('is a file, not a folder');
    // A path through a link to nothing: neither there nor to be made.
    symlinkSync(join(folder, 'nowhere', 'deep'), join(folder, 'dangling'));
    expect(await attnc(folder, 'compile', '--out', 'dangling/er', 'a.attn')).toMatchObject({ status: 1 });
    if (existsSync('/proc')) expect(await attnc(folder, 'compile', '--out', '/proc/attnc/deep', 'a.attn')).toMatchObject({ status: 1 });
    symlinkSync(join(folder, 'real.ts'), join(folder, 'a.ts'));
    expect((await attnc(folder, 'compile', 'a.attn')).status).toBe(0);
    expect(lstatSync(join(folder, 'a.ts')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.ts'), 'utf8')).toContain('export class Double');
  });
});

describe('fmt', () => {
  const untidy = 'dim n=4\nmodel Double(x:[n])->{y:[n]}{{y=2*x}}\n';

  it('gives the canonical layout, once', async () => {
    const folder = folderWith({ 'a.attn': untidy });
    expect(await attnc(folder, 'fmt', '--check', 'a.attn')).toMatchObject({ status: 1 });
    expect(readFileSync(join(folder, 'a.attn'), 'utf8')).toBe(untidy);
    expect(await attnc(folder, 'fmt', 'a.attn')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'a.attn'), 'utf8')).not.toBe(untidy);
    expect(await attnc(folder, 'fmt', '--check', 'a.attn')).toEqual({ status: 0, out: '', err: '' });
  });

  it('keeps `=` and arms in their columns where they stand in columns', async () => {
    const columns =
      'dim n = 4\n\nmodel M(x: [n]) -> { y: [n] } {\n  option way = up | down\n  wide = match way {\n    up   { x + 1 }\n    down { x - 1 }\n  }\n  w    = 2 * wide\n  { y = w }\n}\n';
    const folder = folderWith({ 'a.attn': columns, 'b.attn': columns.replace('w    =', 'w  =').replace('up   {', 'up  {') });
    expect((await attnc(folder, 'fmt', '--stdout', 'a.attn')).out).toBe(columns);
    expect((await attnc(folder, 'fmt', '--stdout', 'b.attn')).out).toBe(columns.replace('w    =', 'w =').replace('up   {', 'up {'));
  });

  it('changes nothing in the programs of this repository', async () => {
    const programs = readdirSync(join(root, 'models'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.attn') && !/\bout[\\/]/.test(file),
    );
    expect(await attnc(root, 'fmt', '--check', ...programs.map((file) => join('models', file)))).toEqual({ status: 0, out: '', err: '' });
  });

  it('leaves a file with syntax errors as it is', async () => {
    const folder = folderWith({ 'a.attn': 'dim n 4\n' });
    const { status, err } = await attnc(folder, 'fmt', 'a.attn');
    expect(status).toBe(1);
    expect(err).toContain('error[E01');
    expect(readFileSync(join(folder, 'a.attn'), 'utf8')).toBe('dim n 4\n');
  });
});

describe('explain', () => {
  it('explains a code and lists all', async () => {
    for (const code of ['E0302', 'e0302', '0302', '302']) expect((await attnc(root, 'explain', code)).out).toContain('# E0302');
    for (const code of ['E401', 'e401', 'w801']) expect((await attnc(root, 'explain', code)).out).toMatch(/^# [EW]0[48]01:/);
    expect(await attnc(root, 'explain', '9999')).toMatchObject({ status: 2 });
    expect((await attnc(root, 'explain', 'E9999')).err).not.toContain('E0999');
    const { out } = await attnc(root, 'explain');
    expect(out).toContain('E0302');
    expect(out).toContain('W0201');
  });
});

describe('explain of a word', () => {
  it.each([
    ['dropout', '## Dropout and chance'],
    ['softmax', '## Reductions'],
    ['scan', '## `scan`'],
    ['gru', '# GRU, in std/cells.attn'],
    ['Additive', '/// '],
  ])('%s is found', async (word, text) => {
    const { status, out } = await attnc(root, 'explain', word);
    expect(status).toBe(0);
    expect(out).toContain(text);
  });

  it('one that is not there has the near one, and all are listed', async () => {
    expect((await attnc(root, 'explain', 'droput')).err).toContain('did you mean dropout?');
    expect((await attnc(root, 'explain')).out).toMatch(/words\n.*dropout.*GRU/);
  });
});

describe('evaluate --limit', () => {
  it.each([
    [3, [0, 3, 6]],
    [4, [0, 2, 5, 7]],
    [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [99, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('%i of ten lie evenly over them', (count, places) => {
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], count)).toEqual(places);
  });
});

describe('init', () => {
  it('begins a project that is free of problems and laid out as fmt does', async () => {
    const folder = scratch();
    expect(await attnc(folder, 'init', 'My Project')).toMatchObject({ status: 0 });
    const project = join(folder, 'My Project');
    expect(await attnc(project, 'check', 'model.attn')).toEqual({ status: 0, out: 'model.attn: no problems\n', err: '' });
    expect(await attnc(project, 'fmt', '--check', 'model.attn')).toEqual({ status: 0, out: '', err: '' });
    expect((JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { name: string }).name).toBe('my-project');
  });

  it('depends on the checkout that made it, under the name that npm links', async () => {
    const folder = scratch();
    expect((await attnc(folder, 'init', "it's mine")).out).toContain("next: cd 'it'\\''s mine' && npm install && npx attnc train .\n");
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, "it's mine", 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    expect(Object.keys(dependencies).sort()).toEqual(['attnc']);
    expect(Object.keys(devDependencies).sort()).toEqual(['@types/node', 'typescript']);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version).toMatch(/^file:/);
      expect(JSON.parse(readFileSync(join(version.slice('file:'.length), 'package.json'), 'utf8'))).toMatchObject({ name });
    }
    const there = folderWith({ 'package.json': '{}' });
    expect((await attnc(there, 'init')).out).toMatch(/next: npm install \S*attnc@file:.* && npx attnc train \.\n/);
  });

  it('depends on where an installed attnc came from', () => {
    const folder = scratch();
    const root = join(folder, 'node_modules', 'attnc');
    const origin = (manifest: object, ...below: readonly string[]): string => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      return originOf(root, join(folder, 'm'), join(folder, ...below));
    };
    writeFileSync(join(folder, 'attnc.tgz'), '');
    mkdirSync(root, { recursive: true });
    const git = 'git+https://host.invalid/attnc.git#main';
    expect(origin({ dependencies: { attnc: 'file:attnc.tgz' } })).toBe('file:../attnc.tgz');
    expect(origin({ dependencies: { attnc: './attnc.tgz' } })).toBe('file:../attnc.tgz');
    expect(origin({ devDependencies: { attnc: `file:${folder}/attnc.tgz` } }, 'below')).toBe(`file:${folder}/attnc.tgz`);
    expect(origin({ dependencies: { attnc: git } })).toBe(git);
    expect(origin({ dependencies: { attnc: '^0.1.0' } })).toBe('^0.1.0');
    // What is gone, and what means something in a workspace only.
    for (const spec of ['file:gone.tgz', 'workspace:*', 'catalog:']) expect(origin({ dependencies: { attnc: spec } })).toBe(`file:${root}`);
    const noted = (resolved: string): string => {
      writeFileSync(
        join(folder, 'node_modules', '.package-lock.json'),
        JSON.stringify({ packages: { 'node_modules/attnc': { resolved } } }),
      );
      return origin({});
    };
    expect(noted('https://registry.invalid/attnc/-/attnc-0.1.0.tgz')).toMatch(/^\^\d/);
    expect(noted('file:../attnc.tgz')).toBe('file:../attnc.tgz');
    expect(originOf(folder, join(folder, 'm'), folder)).toBe(`file:${folder}`);
  });

  it('speaks of the package manager in use', () => {
    const folder = scratch();
    expect(managerOf(folder, {})).toEqual({ name: 'npm', modernYarn: false });
    expect(managerOf(folder, { npm_config_user_agent: 'pnpm/12.0.0 npm/? node/v20' }).name).toBe('pnpm');
    expect(managerOf(folder, { npm_config_user_agent: 'yarn/1.22.22 npm/? node/v20' })).toEqual({ name: 'yarn', modernYarn: false });
    writeFileSync(join(folder, 'yarn.lock'), '__metadata:\n  version: 8\n');
    expect(managerOf(join(folder, 'below'), {})).toEqual({ name: 'yarn', modernYarn: true });
  });

  it('replaces nothing', async () => {
    const folder = folderWith({ 'package.json': '{}', 'README.md': 'mine' });
    expect(await attnc(folder, 'init')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}');
    writeFileSync(join(folder, 'model.attn'), GOOD);
    expect(await attnc(folder, 'init')).toMatchObject({ status: 1 });
    expect(readFileSync(join(folder, 'model.attn'), 'utf8')).toBe(GOOD);
  });
});
