/** What an installation is made of, step by step: small archives and programs that stand in for the great ones, and no network. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildAddon, findCompiler, tryAddon, tryDawn } from '../../compiler/cli/backend/addon.ts';
import { runBackendCommand } from '../../compiler/cli/backend/command.ts';
import { tellBackends } from '../../compiler/cli/backend/doctor.ts';
import { installTensorflow, installWebgpu, partOfDawn } from '../../compiler/cli/backend/install.ts';
import { requireNpm, unpackPackage } from '../../compiler/cli/backend/package.ts';
import { isNoProgram, lastLines } from '../../compiler/cli/backend/process.ts';
import { install, type Staged } from '../../compiler/cli/backend/staging.ts';
import { downloadWheel, findPython, unpackWheel, type Wheel } from '../../compiler/cli/backend/wheel.ts';
import { readManifest, tensorflowFolder, webgpuFolder } from '../../runtime/backend/home.ts';
import type { BackendReport } from '../../runtime/backend/index.ts';
import { workplace } from './install-support.ts';

const at = workplace();
const { program } = at;

async function put(name: string, text: string): Promise<string> {
  const path = join(at.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

/** An installation that is complete: one file of three bytes. */
async function complete(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'old'), 'old');
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ from: { it: '1' }, files: [{ name: 'old', bytes: 3 }] }));
}

test('of what a program says the last lines are told, indented', () => {
  expect(lastLines('a\nb\nc\n\n', 2)).toBe('    b\n    c');
});

describe.skipIf(process.platform !== 'linux')('a program that is looked for', () => {
  test('is the one that the user names, else the first that works', async () => {
    await program('python', 'exit 0');
    expect(await findPython(at.env)).toBe('python');
    await program('python3', 'exit 0');
    expect(await findPython(at.env)).toBe('python3');
    const mine = await program('mine', 'exit 0');
    expect(await findPython({ ...at.env, PYTHON: mine })).toBe(mine);
    await program('mine', 'exit 1');
    expect(await findPython({ ...at.env, PYTHON: mine })).toBe('python3');
    await program('c++', 'exit 1');
    await program('g++', 'exit 0');
    expect(await findCompiler(at.env)).toBe('g++');
  });

  test('is none where its name leads to a folder, through a file, in a circle or nowhere', async () => {
    const file = await put('file', '');
    execFileSync('ln', ['-s', 'circle', join(at.folder, 'circle')]);
    for (const name of [at.folder, join(file, 'below'), join(at.folder, 'circle'), join(at.folder, 'x'.repeat(300)), file]) {
      await expect(findPython({ ...at.env, PYTHON: name }), name).rejects.toThrow('no Python here (looked for');
      await expect(findCompiler({ ...at.env, CXX: name }), name).rejects.toThrow(`looked for ${name})`);
    }
    await expect(requireNpm({ env: { PATH: join(at.folder, 'bin') } })).rejects.toThrow('there is no npm here');
  });

  test('that cannot be started for another reason is an error of its own', async () => {
    const name = 'no\0program';
    await expect(findPython({ ...at.env, PYTHON: name })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    await expect(findCompiler({ ...at.env, CXX: name })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    await expect(requireNpm({ env: { PATH: name } })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(isNoProgram('no error at all')).toBe(false);
  });
});

describe('what is installed becomes visible at the end', () => {
  const staged = (more: Partial<Staged> = {}): Staged => ({
    target: join(at.folder, 'cache', 'it'),
    space: { making: 1, made: 1 },
    force: false,
    from: { it: '2' },
    ...more,
  });
  const filled = async (folder: string): Promise<void> => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub', 'new'), 'four');
  };
  const left = (): string[] => readdirSync(join(at.folder, 'cache')).sort();

  test('with a manifest of all its files, and nothing beside it', async () => {
    await install(staged(), filled);
    expect(readManifest(staged().target)).toEqual({ from: { it: '2' }, files: [{ name: 'sub/new', bytes: 4 }] });
    expect(left()).toEqual(['it']);
  });

  test('in the place of what was not whole, or, if it is wanted, of what was', async () => {
    await complete(staged().target);
    await install(staged({ force: true }), filled);
    expect(readdirSync(staged().target).sort()).toEqual(['manifest.json', 'sub']);
    await rm(join(staged().target, 'sub', 'new'));
    await writeFile(join(staged().target, 'rest'), '');
    await install(staged(), filled);
    expect(readdirSync(staged().target).sort()).toEqual(['manifest.json', 'sub']);
    expect(left()).toEqual(['it']);
  });

  test('unless another run was faster, whose result stays', async () => {
    await install(staged(), async (folder) => {
      await filled(folder);
      await complete(staged().target);
    });
    expect(readManifest(staged().target)?.from).toEqual({ it: '1' });
    expect(left()).toEqual(['it']);
  });

  test('or not at all: where something fails, the disk is full, or what was there does not move', async () => {
    const made = (make: (folder: string, staging: string) => Promise<void>): Promise<void> => install(staged({ force: true }), make);
    await expect(made(() => Promise.reject(new Error('broken')))).rejects.toThrow(/^broken$/);
    await expect(made(() => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })))).rejects.toThrow(
      `the disk of ${join(at.folder, 'cache')} is full\n  fix: make room`,
    );
    await complete(staged().target);
    await expect(
      made(async (folder, staging) =>
        put(join('cache', staging.slice(join(at.folder, 'cache').length), 'it', 'in the way'), '').then(() => filled(folder)),
      ),
    ).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    expect(readManifest(staged().target)?.from).toEqual({ it: '1' });
    await expect(install(staged({ space: { making: 4e18, made: 2e6 } }), filled)).rejects.toThrow(
      / has \d+ MB free; 4000000000000 MB are needed while installing, 2 MB afterwards\n {2}fix: make room/,
    );
    expect(left()).toEqual(['it']);
  });

  test('what killed runs left is taken away after an hour, what is at work is not', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const names = {
      old: `it.partial-${dead}-00ff`,
      young: `it.partial-${dead}-00fe`,
      working: `it.partial-${process.pid}-00fd`,
      other: 'it.partial-x',
    };
    for (const name of Object.values(names)) await put(join('cache', name, 'file'), '');
    const anHourAgo = new Date(Date.now() - 3_700_000);
    for (const name of [names.old, names.working, names.other]) utimesSync(join(at.folder, 'cache', name), anHourAgo, anHourAgo);
    await install(staged(), filled);
    expect(left()).toEqual(['it', names.young, names.working, names.other].sort());
  });
});

describe.skipIf(process.platform !== 'linux')('a package of npm', () => {
  const fetch = async (sha512?: string): Promise<void> => {
    const expected =
      sha512 ??
      createHash('sha512')
        .update(await readFile(join(at.folder, 'a.tgz')))
        .digest('base64');
    const staging = join(at.folder, 'staging');
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
    await unpackPackage(
      { name: 'thing', version: '1.2.3', sha512: expected, bytes: 1 },
      join(at.folder, 'out'),
      (file) => !file.endsWith('.md'),
      { staging, env: at.env },
    );
  };
  const npm = (script: string): Promise<string> =>
    program('npm', `[ "$1 $2" = "pack --silent" ] && [ "$5" = "thing@1.2.3" ] || exit 9\n${script}`);

  test('is fetched, checked and unpacked, as far as it is wanted', async () => {
    await put('package/index.js', 'x');
    await put('package/deep/er.js', 'y');
    await put('package/README.md', 'z');
    execFileSync('tar', ['-czf', 'a.tgz', 'package'], { cwd: at.folder });
    await npm(`/bin/cp '${join(at.folder, 'a.tgz')}' "$4"`);
    await fetch();
    expect(readFileSync(join(at.folder, 'out', 'index.js'), 'utf8')).toBe('x');
    expect(readFileSync(join(at.folder, 'out', 'deep', 'er.js'), 'utf8')).toBe('y');
    expect(existsSync(join(at.folder, 'out', 'README.md'))).toBe(false);
    await expect(fetch('AAAA')).rejects.toThrow(
      /the downloaded thing@1\.2\.3 is not the one that was expected\n {2}expected sha512 AAAA\n {2}received sha512 \S{88}\n/,
    );
  });

  test('that npm does not give is told with what npm says', async () => {
    await npm('echo "said aloud"; exit 1');
    await expect(fetch('')).rejects.toThrow('npm cannot fetch thing@1.2.3\n    said aloud\n  fix: check the network');
    await npm('echo "said aside" >&2; echo "said aloud"; exit 1');
    await expect(fetch('')).rejects.toThrow('npm cannot fetch thing@1.2.3\n    said aside\n');
    await npm('exit 0');
    await expect(fetch('')).rejects.toThrow('npm reported success but left no package\n  fix: try it by hand: npm pack thing@1.2.3');
  });

  test('of Dawn has a folder for each platform', () => {
    const files = [
      'index.js',
      'index.d.ts',
      'dist/linux-x64/dawn.node',
      'dist/darwin-universal/dawn.node',
      'dist/win32-x64/dxcompiler.dll',
    ];
    expect(files.filter(partOfDawn('linux-x64'))).toEqual(['index.js', 'dist/linux-x64/dawn.node']);
    for (const platform of ['darwin-x64', 'darwin-arm64'])
      expect(files.filter(partOfDawn(platform))).toEqual(['index.js', 'dist/darwin-universal/dawn.node']);
    expect(() => partOfDawn('aix-ppc64')).toThrow(
      'there is no Dawn for aix-ppc64 (there is for: linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64, win32-arm64)',
    );
  });
});

describe.skipIf(process.platform !== 'linux')('the wheel', () => {
  const wheel: Wheel = {
    project: 'thing',
    platformTags: ['one', 'two'],
    sha256: createHash('sha256').update('wheel\n').digest('hex'),
    bytes: 12,
    libraryBytes: 10,
  };

  const download = async (script: string): Promise<{ readonly path: string; readonly fractions: readonly number[] }> => {
    await program('python3', `echo "$*" > '${join(at.folder, 'asked')}'\nwhile [ "$1" != "--dest" ]; do shift; done\n${script}`);
    const staging = join(at.folder, 'staging');
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
    const fractions: number[] = [];
    const path = await downloadWheel({
      python: join(at.folder, 'bin', 'python3'),
      wheel,
      staging,
      env: at.env,
      progress: (fraction) => fractions.push(fraction),
    });
    return { path, fractions };
  };

  test('is downloaded with pip, which is watched', async () => {
    const { path, fractions } = await download('echo wheel > "$2/thing.whl"\nexec /bin/sleep 0.5');
    expect(path).toBe(join(at.folder, 'staging', 'wheel', 'thing.whl'));
    expect(await readFile(join(at.folder, 'asked'), 'utf8')).toMatch(
      /--only-binary :all: --implementation cp --python-version 311 --platform one --platform two --dest \S+ thing==2\.15\.1\n$/,
    );
    expect(new Set(fractions)).toEqual(new Set([0.5]));
    await expect(download('echo "said aloud"; exit 1')).rejects.toThrow('pip failed\n    said aloud');
    await expect(download('echo "said aside" >&2; echo "said aloud"; exit 1')).rejects.toThrow('pip failed\n    said aside\n');
    await expect(download('exit 0')).rejects.toThrow(
      /pip reported success but left no wheel\n {2}fix: try it by hand: \S+python3 -m pip download/,
    );
  });

  const unpack = async (python: string): Promise<readonly number[]> => {
    const fractions: number[] = [];
    const [library, include] = [join(at.folder, 'library'), join(at.folder, 'include')];
    await unpackWheel(join(at.folder, 'a.whl'), library, include, {
      python,
      wheel,
      staging: at.folder,
      env: { PATH: process.env.PATH },
      progress: (fraction) => fractions.push(fraction),
    });
    return fractions;
  };

  test('that cannot be unpacked is told, and so is what it lacks', async () => {
    const said = (script: string): Promise<readonly number[]> => program('python3', script).then(unpack);
    await expect(said('echo "BadZipFile" >&2; exit 1')).rejects.toThrow(
      'the wheel cannot be unpacked\n    BadZipFile\n  fix: run the command again',
    );
    await expect(said('echo "OSError: [Errno 28]" >&2; exit 1')).rejects.toThrow('the disk is full\n    OSError: [Errno 28]');
    await expect(said('exit 0')).rejects.toThrow('the wheel holds no libtensorflow_cc.so.2 and no libtensorflow_framework.so.2\n');
    await put('library/libtensorflow_cc.so.2', '');
    await expect(said('exit 0')).rejects.toThrow('the wheel holds no libtensorflow_framework.so.2\n');
    await put('library/libtensorflow_framework.so.2', '');
    expect((await said('echo hello\necho 5')).at(-1)).toBe(0.5);
    expect(await said('echo 50')).toEqual([1]);
  });

  test.skipIf(spawnSync('python3', ['-c', '']).status !== 0)('is unpacked as far as it is needed', async () => {
    const entries = {
      'tensorflow/libtensorflow_cc.so.2': '123',
      'tensorflow/libtensorflow_framework.so.2': '4567',
      'tensorflow/other.so': '',
      'other/libtensorflow_cc.so.2': '',
      'tensorflow/include/tensorflow/c/c_api.h': 'h',
      'tensorflow/include/tensorflow/core/graph.h': '',
      'tensorflow/include/tensorflow/c/a.cc': '',
      'tensorflow/include/tensorflow/c/../../up.h': '',
    };
    execFileSync('python3', [
      '-c',
      "import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z:\n    for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)",
      join(at.folder, 'a.whl'),
      JSON.stringify(entries),
    ]);
    expect((await unpack('python3')).at(-1)).toBe(0.8);
    const found = readdirSync(at.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.\w+(\.2)?$/.test(name) && name !== 'a.whl')
      .sort();
    expect(found).toEqual(['include/tensorflow/c/c_api.h', 'library/libtensorflow_cc.so.2', 'library/libtensorflow_framework.so.2']);
    expect(readFileSync(join(at.folder, 'library', 'libtensorflow_framework.so.2'), 'utf8')).toBe('4567');
  });
});

describe.skipIf(process.platform !== 'linux')('the addon', () => {
  test('is compiled against the library, or the compiler says why not', async () => {
    const build = async (script: string): Promise<void> =>
      buildAddon({ packageFolder: '/p', include: '/i', library: '/l', compiler: await program('cc', script), env: at.env });
    await build(`echo "$*" > '${join(at.folder, 'asked')}'`);
    expect(await readFile(join(at.folder, 'asked'), 'utf8')).toMatch(
      /^-std=c\+\+17 .* -DNAPI_VERSION=8 .* -I \S+node-api-headers\/include -I \/i \/p\/binding\/tfjs_backend\.cc \/p\/binding\/tfjs_binding\.cc -L \/l -l:libtensorflow_cc\.so\.2 -l:libtensorflow_framework\.so\.2 -Wl,-rpath,\$ORIGIN -o \/l\/tfjs_binding\.node\n$/,
    );
    await expect(build('echo "error: unknown" >&2; exit 1')).rejects.toThrow(
      /addon does not compile with \S+\/cc\n {4}error: unknown\n {2}fix: try another compiler through CXX/,
    );
    await expect(build('echo "as: No space left on device" >&2; exit 1')).rejects.toThrow(
      'the disk is full\n    as: No space left on device\n',
    );
  });

  test('is tried, with its kernels, in a process of its own', async () => {
    // A folder with an index.js is loaded by such a name, too.
    const addon = (text: string): Promise<string> => put('tfjs_binding.node/index.js', text);
    await put(
      'tfjs-node/dist/register_all_kernels.js',
      "if (typeof globalThis[Symbol.for('attnc.tfjs')].tensor !== 'function') throw new Error('no tfjs');",
    );
    await addon("exports.TF_Version = '2.15.1';");
    await tryAddon(at.folder);
    await addon("exports.TF_Version = '2.14.0';");
    await expect(tryAddon(at.folder)).rejects.toThrow(
      'the compiled addon does not load (status 0)\n    2.14.0\n  fix: put right what it says',
    );
    await addon("console.error('torn'); process.exit(3);");
    await expect(tryAddon(at.folder)).rejects.toThrow('the compiled addon does not load (status 3)\n    torn\n');
    await addon("process.kill(process.pid, 'SIGKILL');");
    await expect(tryAddon(at.folder)).rejects.toThrow('the compiled addon does not load (SIGKILL)\n');
    await addon("process.kill(process.pid, 'SIGILL');");
    await expect(tryAddon(at.folder)).rejects.toThrow('TensorFlow needs AVX instructions');
  });

  test('of Dawn is tried likewise', async () => {
    await put('package.json', '{ "type": "module" }');
    await put('index.js', 'export function create() {}');
    await tryDawn(at.folder);
    await put('index.js', 'export const create = 1;');
    await expect(tryDawn(at.folder)).rejects.toThrow('Dawn does not load (status 0)\n    number\n');
    await put('index.js', "process.stdout.write('function'); process.exit(4);");
    await expect(tryDawn(at.folder)).rejects.toThrow('Dawn does not load (status 4)\n    function\n');
  });
});

describe.skipIf(process.platform !== 'linux')('the command', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  /** What is said, and what is drawn on the terminal in between. */
  async function run(
    isTTY: boolean,
    ...args: string[]
  ): Promise<{ readonly status: number; readonly out: string; readonly err: string; readonly drawn: string }> {
    vi.stubEnv('PATH', at.env.PATH);
    vi.stubEnv('XDG_CACHE_HOME', at.env.XDG_CACHE_HOME);
    let out = '',
      err = '',
      drawn = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => (drawn += String(text)) !== '');
    const status = await runBackendCommand(args, { out: (line) => (out += `${line}\n`), err: (line) => (err += `${line}\n`), isTTY });
    return { status, out, err, drawn };
  }

  test('leaves a complete installation as it is', async () => {
    const [tensorflow, webgpu] = [tensorflowFolder(at.env), webgpuFolder(at.env)];
    for (const folder of [tensorflow, webgpu]) await complete(folder);
    expect(await run(true, 'install', 'webgpu')).toEqual({
      status: 0,
      out: `Dawn 0.6.2 is already installed in ${webgpu}\n`,
      err: '',
      drawn: '',
    });
    const broken = await run(true, 'install', 'tensorflow');
    expect(broken).toMatchObject({ status: 1, out: '' });
    expect(broken.err).toMatch(/^the tensorflow backend was not installed: the compiled addon does not load/);
    await put(join('cache', 'attnc', tensorflow.split('/').at(-1)!, 'tfjs_binding.node', 'index.js'), "exports.TF_Version = '2.15.1';");
    await put(join('cache', 'attnc', tensorflow.split('/').at(-1)!, 'tfjs-node', 'dist', 'register_all_kernels.js'), '');
    const options = { report: (): void => undefined, progress: (): void => undefined, env: at.env };
    expect(await installTensorflow(options)).toEqual({ folder: tensorflow, version: '2.15.1', alreadyInstalled: true });
    expect(await installWebgpu(options)).toEqual({ folder: webgpu, version: '0.6.2', alreadyInstalled: true });
    // It is asked for again, and npm is missing.
    expect(await run(false, 'install', '--force', 'webgpu')).toMatchObject({
      status: 1,
      err: expect.stringContaining('there is no npm here') as string,
      drawn: '',
    });
    expect(readManifest(webgpu)).toBeDefined();
  });

  test('draws on a terminal how far it is, each line once, and takes it away', async () => {
    await program('python3', 'case "$*" in *--version*) exit 0;; esac\n/bin/sleep 0.5; exit 1');
    await program('c++', 'exit 0');
    await program('npm', 'exit 0');
    const { status, out, err, drawn } = await run(true, 'install', 'tensorflow');
    expect({ status, out }).toEqual({
      status: 1,
      out: expect.stringMatching(/^downloading tensorflow-cpu\S* 2\.15\.1 \(2\d\d MB\) with python3 -m pip\n$/) as string,
    });
    expect(err).toContain('the tensorflow backend was not installed: pip failed');
    expect(drawn).toBe(`${'.'.repeat(30)}   0% downloading\r\u001B[2K`);
    await program('npm', 'exit 1');
    expect((await run(true, 'install', 'webgpu')).drawn).toBe(`###${'.'.repeat(27)}  10% downloading\r\u001B[2K`);
  });

  test('that is interrupted says so, also while it only looks for what it needs', async () => {
    await program('python3', 'exec /bin/sleep 30');
    await program('c++', 'exit 0');
    await program('npm', 'exec /bin/sleep 30');
    for (const name of ['tensorflow', 'webgpu']) {
      const running = run(false, 'install', name);
      setTimeout(() => process.emit('SIGINT'), 100);
      expect(await running).toMatchObject({
        status: 130,
        err: `the ${name} backend was not installed: it was interrupted\n  fix: run the command again; nothing was left behind\n`,
      });
    }
    expect(readdirSync(join(at.folder, 'cache', 'attnc'))).toEqual([]);
    expect([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]).toEqual([0, 0]);
  });

  test('hides no other error', async () => {
    await complete(webgpuFolder(at.env));
    vi.stubEnv('XDG_CACHE_HOME', at.env.XDG_CACHE_HOME);
    const out = (): void => {
      throw new TypeError('nobody listens');
    };
    await expect(runBackendCommand(['install', 'webgpu'], { out, err: () => undefined, isTTY: false })).rejects.toThrow(
      new TypeError('nobody listens'),
    );
    expect([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]).toEqual([0, 0]);
  });
});

describe('attnc doctor', () => {
  const told = (reports: readonly BackendReport[], json: boolean): { readonly status: number; readonly out: readonly string[] } => {
    const out: string[] = [];
    return { status: tellBackends(reports, { out: (line) => out.push(line), err: () => undefined }, json), out };
  };
  const cpu = { name: 'cpu', usable: true, auto: true, detail: 'plain' } as const;
  const webgpu = { name: 'webgpu', usable: false, auto: false, detail: 'none here', remedy: 'get one' } as const;

  test('says which one auto takes, and fails where there is none', () => {
    const { status, out } = told([webgpu, cpu], false);
    expect(status).toBe(0);
    expect(out.slice(2)).toEqual([
      'backends, fastest first:',
      '  no   webgpu  none here',
      '               get it: get one',
      '  yes  cpu     plain',
      '',
      '--backend auto takes cpu.',
    ]);
    expect(told([webgpu], false)).toMatchObject({ status: 1, out: expect.arrayContaining(['No backend works here.']) as string[] });
    expect(JSON.parse(told([webgpu], true).out[0]!)).toMatchObject({ backends: [webgpu], auto: null });
    expect(JSON.parse(told([cpu], true).out[0]!)).toMatchObject({ node: process.version, auto: 'cpu' });
  });
});
