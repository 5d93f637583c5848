/** The terminal, standard input, the environment and the file system around the command. */
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { projectFiles } from '../../compiler/cli/project/project.ts';
import { packagesFor } from '../../compiler/cli/commands/init.ts';
import { writeWhole } from '../../compiler/cli/io/files.ts';
import { CliError, processIo } from '../../compiler/cli/io/io.ts';
import { nodeLibrary, readText } from '../../compiler/cli/io/library.ts';
import { messageOf, reasonOf } from '../../compiler/cli/io/reasons.ts';
import { managerOf, originOf } from '../../compiler/cli/project/origin.ts';
import { safeIo } from '../../compiler/cli/io/terminal.ts';
import { blocksOf } from '../../compiler/cli/topics.ts';
import { watchFiles } from '../../compiler/cli/io/watch.ts';
import { attnc, attncIn, folderWith, root, scratch } from './support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const GOOD = 'dim n = 4\n\nmodel Double(x: [n]) -> { y: [n] } { { y = 2 * x } }\n';

describe("the process's own streams", () => {
  class Stream extends EventEmitter {
    written = '';
    constructor(
      readonly isTTY: boolean,
      readonly columns: number,
    ) {
      super();
    }
    write(text: string): boolean {
      this.written += text;
      return true;
    }
  }

  function streams(stdout: Stream, stderr: Stream): ReturnType<typeof processIo> {
    vi.spyOn(process, 'stdout', 'get').mockReturnValue(stdout as never);
    vi.spyOn(process, 'stderr', 'get').mockReturnValue(stderr as never);
    return processIo();
  }

  it('are written to line by line, and results as they are', () => {
    const [stdout, stderr] = [new Stream(true, 0), new Stream(false, 57)];
    const io = streams(stdout, stderr);
    io.out('a');
    io.write('b');
    io.err('c');
    expect([stdout.written, stderr.written, io.isTTY, io.style.width]).toEqual(['a\nb', 'c\n', true, 57]);
    // Some terminals say that they are 0 wide.
    expect(streams(new Stream(false, 80), new Stream(true, 0)).style.width).toBe(100);
    expect(streams(new Stream(false, 80), new Stream(true, 0)).isTTY).toBe(false);
  });

  it.each(['EPIPE', 'EIO', 'ECONNRESET'])('may lose their reader: %s', (code) => {
    const [stdout, stderr] = [new Stream(false, 80), new Stream(false, 80)];
    const io = streams(stdout, stderr);
    stderr.emit('error', Object.assign(new Error('gone'), { code }));
    expect(io.readerGone?.()).toBe(false);
    stdout.emit('error', Object.assign(new Error('gone'), { code }));
    expect(io.readerGone?.()).toBe(true);
  });

  it.each([
    ['ENOSPC', 'could not be written: the disk is full'],
    [undefined, 'could not be written: no code'],
  ])('end the program where results are lost: %s', (code, said) => {
    const [stdout, stderr] = [new Stream(false, 80), new Stream(false, 80)];
    streams(stdout, stderr);
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    stdout.emit('error', Object.assign(new Error('no code'), code === undefined ? {} : { code }));
    expect(exit).toHaveBeenCalledWith(1);
    expect(stderr.written).toContain(said);
  });

  it('are where a program comes from that `-` stands for', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([Buffer.from(GOOD.slice(0, 9)), Buffer.from(GOOD.slice(9))]) as never);
    expect(await attncIn({}, scratch(), 'check', '-')).toEqual({ status: 0, out: '<stdin>: no problems\n', err: '' });
    expect(await attncIn({ stdin: async () => Uint8Array.of(0x2f, 0xe9) }, scratch(), 'check', '-')).toMatchObject({
      status: 1,
      err: 'attnc: standard input is not UTF-8 text\n',
    });
  });

  it('show results as they are, but on a terminal safely', () => {
    for (const [isTTY, shown] of [
      [true, '\\u{1B}[2Jred'],
      [false, '\u001b[2Jred'],
    ] as const) {
      let written = '';
      safeIo({
        out: () => undefined,
        err: () => undefined,
        write: (text) => (written += text),
        isTTY,
        style: { color: false, width: 80 },
        cwd: '.',
        env: {},
      }).write('\u001b[2Jred');
      expect(written).toBe(shown);
    }
  });
});

describe('a fault of attnc itself', () => {
  const failing = (thrown: unknown, env: NodeJS.ProcessEnv): ReturnType<typeof attncIn> => {
    const out = (): void => {
      throw thrown;
    };
    return attncIn({ out, env }, folderWith({ 'a.attn': GOOD }), 'check', 'a.attn');
  };

  it('is one line, and how to learn more', async () => {
    const more = '\n  ATTNC_DEBUG=1 shows where it happened; please report it with the program that caused it\n';
    expect(await failing(new TypeError('first\nsecond'), {})).toEqual({
      status: 1,
      out: '',
      err: `attnc: a fault in attnc itself: first${more}`,
    });
    expect((await failing('a text', {})).err).toBe(`attnc: a fault in attnc itself: a text${more}`);
    // Such an error says itself what to do.
    expect((await failing(Object.assign(new Error('no such input'), { name: 'InputError' }), {})).err).toBe('attnc: no such input\n');
  });

  it('has its stack under ATTNC_DEBUG, and what caused it', async () => {
    const { err } = await failing(new TypeError('first', { cause: new RangeError('deeper') }), { ATTNC_DEBUG: '1' });
    expect(err).toMatch(/^TypeError: first\n {4}at [\s\S]*RangeError: deeper\n {4}[\s\S]*\nattnc: a fault in attnc itself: first\n$/);
    expect((await attncIn({ env: { ATTNC_DEBUG: '1' } }, scratch(), 'check', 'none.attn')).err).toMatch(
      /^CliError: there is no file none\.attn\n {4}at [\s\S]*\nattnc: there is no file none\.attn\n$/,
    );
    expect((await attncIn({ env: { ATTNC_DEBUG: '' } }, scratch(), 'check', 'none.attn')).err).toBe('attnc: there is no file none.attn\n');
  });
});

describe('files', () => {
  it('that cannot be read or written are told with the reason', () => {
    const failed = (code: string): Error => Object.assign(new Error('as the system says'), { code });
    expect(['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'EFBIG'].map((code) => reasonOf(failed(code)))).toEqual([
      'the permission is missing',
      'the permission is missing',
      'the disk is full',
      'the file system is read-only',
      'as the system says',
    ]);
    expect([messageOf(new Error('said')), messageOf('a text')]).toEqual(['said', 'a text']);
    const folder = folderWith({ file: '' });
    expect(readText(join(folder, 'none'), 'none')).toBeNull();
    expect(readText(join(folder, 'file', 'below'), 'below')).toBeNull();
    expect(() => writeWhole(join(folder, 'file', 'below'), '')).toThrow(
      new CliError(
        `${join(folder, 'file', 'below')} could not be written: a part of the path is a file, not a folder; nothing was changed`,
      ),
    );
    expect(() => writeWhole(folder, '')).toThrow('could not be written');
  });

  it.skipIf(!existsSync('/proc/self/mem'))('that the system reads in its own way are told likewise', async () => {
    expect(() => readText('/proc/self/mem', 'mem')).toThrow(/^mem could not be read: EIO/);
  });

  it("the standard library's are named so where they lie", () => {
    const library = nodeLibrary(join(root, 'models'));
    expect(library.nameOf('std/cells.attn')).toBe('std/cells.attn');
    expect(library.nameOf('./std/../std/cells.attn')).toBe('std/cells.attn');
    expect(nodeLibrary(scratch()).nameOf('std/cells.attn')).toBe('./std/cells.attn');
  });

  it('of a folder come in one order on every system: by their UTF-16', async () => {
    const bad = 'model M() -> y: [] { nothing }\n';
    const { err } = await attnc(
      folderWith({ 'b/\uFF5E.attn': bad, 'b/\u{1F600}.attn': bad, 'b/B.attn': bad, 'b/a.attn': bad, 'a.attn': bad }),
      'check',
      '.',
    );
    expect([...err.matchAll(/--> (.*?):/g)].map(([, name]) => name)).toEqual([
      'a.attn',
      'b/B.attn',
      'b/a.attn',
      'b/\u{1F600}.attn',
      'b/\uFF5E.attn',
    ]);
  });

  it('of blocks are explained with their comments, where they have some', () => {
    expect(
      blocksOf('std/x.attn', '/// Twice\n/// that.\nblock Twice(x: [n]) -> [n] { 2 * x }\ndim k = 3\nblock Same(x: [n]) -> [n] { x }\n'),
    ).toEqual([
      { name: 'Twice', text: '# Twice, in std/x.attn: needs no import\n\n/// Twice\n/// that.\nblock Twice(x: [n]) -> [n] { 2 * x }\n' },
      { name: 'Same', text: '# Same, in std/x.attn: needs no import\n\nblock Same(x: [n]) -> [n] { x }\n' },
    ]);
  });
});

describe('watching', () => {
  const listeners = (): readonly number[] => ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));

  it('compiles again on every change, says what is wrong, and ends with Ctrl-C', async () => {
    const folder = folderWith({ 'a.attn': GOOD });
    const file = join(folder, 'a.attn');
    const said: string[] = [];
    const steps = [
      // The same text: nothing is compiled. Then another one.
      () => setTimeout(() => writeFileSync(file, GOOD), 20) && setTimeout(() => writeFileSync(file, GOOD.replace('2', '3')), 300),
      () => rmSync(file),
      () => writeFileSync(file, GOOD.replace('2', '5')),
      () => process.emit('SIGINT'),
    ];
    const err = (line: string): void => {
      said.push(line);
      if (line.startsWith('watching')) steps.shift()?.();
    };
    const before = listeners();
    expect(await attncIn({ out: (line) => said.push(line), err }, folder, 'compile', '--watch', 'a.attn')).toMatchObject({ status: 0 });
    const [compiled, watching] = ['a.attn -> a.ts', expect.stringMatching(/^watching \d+ files; Ctrl-C ends$/) as string];
    expect(said).toEqual([compiled, watching, compiled, watching, 'attnc: there is no file a.attn', watching, compiled, watching]);
    expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toContain('5');
    expect(listeners()).toEqual(before);
  });

  it('ends with a fault of its own', async () => {
    const out = (): void => {
      throw new TypeError('nobody listens');
    };
    const before = listeners();
    expect(await attncIn({ out }, folderWith({ 'a.attn': GOOD }), 'compile', '--watch', 'a.attn')).toMatchObject({
      status: 1,
      err: expect.stringContaining('a fault in attnc itself: nobody listens') as string,
    });
    expect(listeners()).toEqual(before);
  });

  it('does not begin another round where it ends during one', async () => {
    const abort = new AbortController();
    let rounds = 0;
    await watchFiles(async () => {
      rounds++;
      abort.abort();
      return new Map();
    }, abort.signal);
    expect(rounds).toBe(1);
  });
});

describe('init', () => {
  it('takes a name that npm takes', async () => {
    const folder = scratch();
    for (const [given, name] of [
      ['attnc', 'attnc-project'],
      ['._.', 'attnc-project'],
      ['_My.Net!', 'my.net'],
      ['a  b', 'a-b'],
    ] as const) {
      expect((await attnc(folder, 'init', given)).status).toBe(0);
      expect(JSON.parse(readFileSync(join(folder, given, 'package.json'), 'utf8'))).toMatchObject({ name });
    }
  });

  it('says how the package manager at hand adds to a project', async () => {
    const next = async (agent: string, ...files: readonly string[]): Promise<string> => {
      const folder = folderWith(Object.fromEntries(files.map((file) => [file, '{}'])));
      const { out } = await attncIn({ env: { npm_config_user_agent: agent } }, folder, 'init');
      return /next: (\S+ \S+)/u.exec(out)![1]!;
    };
    expect(await next('npm/10', 'package.json')).toBe('npm install');
    expect(await next('pnpm/9', 'package.json')).toBe('pnpm add');
    expect(await next('yarn/1', 'package.json')).toBe('yarn add');
    expect(await next('pnpm/9')).toBe('pnpm install');
  });

  it('makes a project of its own for a yarn that would take it for a part of another', async () => {
    const folder = scratch();
    expect((await attncIn({ env: { npm_config_user_agent: 'yarn/4.1.0' } }, folder, 'init')).status).toBe(0);
    expect(readFileSync(join(folder, '.yarnrc.yml'), 'utf8')).toBe('nodeLinker: node-modules\n');
    expect(readFileSync(join(folder, 'yarn.lock'), 'utf8')).toBe('');
    expect(Object.keys(projectFiles('x', { dependencies: {}, devDependencies: {} }, { name: 'yarn', modernYarn: false }))).not.toContain(
      'yarn.lock',
    );
  });

  it('finds the package manager by its lock file', () => {
    const folder = folderWith({ 'npm/package-lock.json': '{}', 'npm/below/x': '', 'pnpm/pnpm-lock.yaml': '', 'yarn.lock': '' });
    expect(managerOf(join(folder, 'npm', 'below'), {})).toEqual({ name: 'npm', modernYarn: false });
    expect(managerOf(join(folder, 'pnpm', 'below'), {})).toEqual({ name: 'pnpm', modernYarn: false });
    expect(managerOf(join(folder, 'other'), {})).toEqual({ name: 'yarn', modernYarn: false });
  });

  it('asks for the tools of an installed attnc by their versions', () => {
    const folder = folderWith({
      'package.json': '3',
      'node_modules/attnc/package.json': JSON.stringify({
        name: 'attnc',
        devDependencies: { typescript: '^7.0.2', '@types/node': '^20.1.0', vitest: '1' },
      }),
    });
    const place = join(folder, 'node_modules', 'attnc');
    expect(packagesFor(place, join(folder, 'm'), folder)).toEqual({
      dependencies: { attnc: `file:${place}` },
      devDependencies: { typescript: '^7.0.2', '@types/node': '^20.1.0' },
    });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ optionalDependencies: { attnc: '1.2.3' } }));
    expect(packagesFor(place, join(folder, 'm'), folder).dependencies).toEqual({ attnc: '1.2.3' });
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'package.json'), 'null');
    expect(originOf(place, join(folder, 'm'), join(folder, 'sub'))).toBe('1.2.3');
    expect(relative(root, packagesFor(root, folder, folder).devDependencies.typescript!.slice('file:'.length))).toBe(
      join('node_modules', 'typescript'),
    );
  });
});
