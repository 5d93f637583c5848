import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCompiler } from '../../compiler/cli/backend/addon.ts';
import { runBackendCommand } from '../../compiler/cli/backend/command.ts';
import { InstallError, installTensorflow, installWebgpu } from '../../compiler/cli/backend/install.ts';
import { filesOf } from '../../compiler/cli/backend/package.ts';
import { checkSha256, findPython, pipFailure, wheelFor } from '../../compiler/cli/backend/wheel.ts';
import { cacheFolder, readManifest, tensorflowFolder } from '../../runtime/backend/home.ts';
import { workplace } from './install-support.ts';

const at = workplace();
const { program } = at;

const silent = { report: () => undefined, progress: () => undefined };
const install = (signal?: AbortSignal) => installTensorflow({ ...silent, env: at.env, force: true, ...(signal && { signal }) });

async function leftovers(): Promise<string[]> {
  return readdir(join(at.folder, 'cache', 'attnc')).catch(() => []);
}

describe('what is missing is named, with the way to get it', () => {
  test('no Python', async () => {
    await expect(findPython(at.env)).rejects.toThrow(/no Python here \(looked for python3, python\)[\s\S]*fix: install Python 3 with pip/);
  });

  test('Python without pip', async () => {
    await program('python3', 'exit 1');
    await expect(findPython(at.env)).rejects.toThrow(/python3 has no pip[\s\S]*apt-get install python3-pip/);
  });

  test('no compiler', async () => {
    await expect(findCompiler(at.env)).rejects.toThrow(
      /no C\+\+ compiler here \(looked for c\+\+, g\+\+, clang\+\+\)[\s\S]*apt-get install g\+\+/,
    );
  });

  test('a compiler named in CXX that does not exist', async () => {
    await expect(findCompiler({ ...at.env, CXX: 'no-such-compiler' })).rejects.toThrow('looked for no-such-compiler');
  });

  test('a platform without a library', () => {
    expect(() => wheelFor('win32-x64', '2.36')).toThrow(
      /no TensorFlow .* library to build on for win32-x64 \(there is for: linux-x64, linux-arm64\)/,
    );
  });

  test('a system without glibc', () => {
    expect(() => wheelFor('linux-x64', undefined)).toThrow('needs the GNU C library');
  });

  test.each([
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'the disk is full'],
    [
      "WARNING: Retrying ... NewConnectionError('Failed to establish a new connection: [Errno 101] Network is unreachable')",
      'cannot reach its package index',
    ],
    ['ERROR: No matching distribution found for tensorflow-cpu==2.15.1', 'has no tensorflow-cpu'],
    ['Traceback: something else', 'pip failed\n    Traceback: something else'],
  ])('pip says: %s', (output, reason) => {
    expect(pipFailure(output, wheelFor('linux-x64', '2.36')).message).toContain(reason);
  });

  test('a file that is not the pinned one', async () => {
    const path = join(at.folder, 'wheel');
    await writeFile(path, 'abc');
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    await checkSha256(path, sha256);
    await expect(checkSha256(path, sha256.replace('b', 'c'))).rejects.toThrow(
      `expected sha256 ${sha256.replace('b', 'c')}\n  received sha256 ${sha256}`,
    );
  });
});

describe.skipIf(process.platform !== 'linux')('a failed run leaves nothing behind', () => {
  test('when pip cannot reach its index', async () => {
    await program('python3', 'case "$*" in *--version*) exit 0;; esac\necho "ConnectTimeoutError" >&2\nexit 1');
    await program('c++', 'exit 0');
    await program('npm', 'exit 0');
    await expect(install()).rejects.toThrow('cannot reach its package index');
    expect(await leftovers()).toEqual([]);
  });

  test('when the package index gives another wheel', async () => {
    // The name after --dest is the folder to download into.
    await program(
      'python3',
      'case "$*" in *--version*) exit 0;; esac\nwhile [ "$1" != "--dest" ]; do shift; done\necho other > "$2/tensorflow.whl"',
    );
    await program('c++', 'exit 0');
    await program('npm', 'exit 0');
    await expect(install()).rejects.toThrow('the downloaded wheel is not the one that was expected');
    expect(await leftovers()).toEqual([]);
  });

  test('when it is interrupted', async () => {
    await program('python3', 'case "$*" in *--version*) exit 0;; esac\nexec /bin/sleep 30');
    await program('c++', 'exit 0');
    await program('npm', 'exit 0');
    const abort = new AbortController();
    const running = installTensorflow({
      env: at.env,
      force: true,
      signal: abort.signal,
      progress: () => undefined,
      report: () => setTimeout(() => abort.abort(new InstallError('it was interrupted', 'again')), 50),
    });
    await expect(running).rejects.toThrow('it was interrupted');
    expect(await leftovers()).toEqual([]);
  });

  test('when npm cannot reach its registry, or gives another package', async () => {
    const webgpu = () => installWebgpu({ ...silent, env: at.env, force: true });
    await expect(webgpu()).rejects.toThrow('there is no npm here');
    await program('npm', 'echo "npm error code ENOTFOUND" >&2\nexit 1');
    await expect(webgpu()).rejects.toThrow(/npm cannot fetch webgpu@[\d.]+\n {4}npm error code ENOTFOUND/);
    // The name after --pack-destination is the folder to download into.
    await program('npm', 'while [ "$1" != "--pack-destination" ]; do shift; done\necho other > "$2/webgpu.tgz"');
    await expect(webgpu()).rejects.toThrow('is not the one that was expected');
    expect(await leftovers()).toEqual([]);
  });

  test('when the cache folder cannot be made', async () => {
    await program('python3', 'exit 0');
    await program('c++', 'exit 0');
    await program('npm', 'exit 0');
    await writeFile(join(at.folder, 'cache'), 'a file where a folder should be');
    await expect(install()).rejects.toThrow(/the folder .* cannot be written \(E[A-Z]+\)[\s\S]*XDG_CACHE_HOME/);
  });
});

test.skipIf(process.platform === 'win32')('a package is unpacked as tar does, but for what leaves its folder', async () => {
  const long = `${'deep/'.repeat(25)}file.js`;
  for (const [name, text] of [
    ['index.js', 'x'.repeat(1000)],
    [long, ''],
    ['b.txt', 'é'],
  ] as const) {
    await mkdir(dirname(join(at.folder, 'package', name)), { recursive: true });
    await writeFile(join(at.folder, 'package', name), text);
  }
  await writeFile(join(at.folder, 'outside'), 'o');
  execFileSync('tar', ['--format=ustar', '-P', '-cf', 'a.tar', 'package', 'package/../outside'], { cwd: at.folder });
  const files = Object.fromEntries(
    filesOf(await readFile(join(at.folder, 'a.tar'))).map(({ path, data }) => [path, new TextDecoder().decode(data)]),
  );
  expect(files).toEqual({ 'index.js': 'x'.repeat(1000), [long]: '', 'b.txt': 'é' });
});

describe('the folder of the installation', () => {
  test('lies in XDG_CACHE_HOME, and a relative one is ignored', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/elsewhere' })).toBe('/elsewhere/attnc');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache\/attnc$/);
  });

  test('is named after all that its contents depend on', () => {
    expect(tensorflowFolder({ XDG_CACHE_HOME: '/c' })).toBe(
      `/c/attnc/tensorflow-2.15.1-${process.platform}-${process.arch}-with-tfjs-4.22.0-napi8`,
    );
  });

  test('counts only when its manifest is whole and its files have their sizes', async () => {
    expect(readManifest(at.folder)).toBeUndefined();
    const manifest = { from: { tensorflow: '2.15.1', tfjsNode: '4.22.0', wheelSha256: '0' }, files: [{ name: 'library', bytes: 3 }] };
    await writeFile(join(at.folder, 'manifest.json'), JSON.stringify(manifest));
    expect(readManifest(at.folder)).toBeUndefined();
    await writeFile(join(at.folder, 'library'), 'ab');
    expect(readManifest(at.folder)).toBeUndefined();
    await writeFile(join(at.folder, 'library'), 'abc');
    expect(readManifest(at.folder)).toEqual(manifest);
    await writeFile(join(at.folder, 'manifest.json'), (await readFile(join(at.folder, 'manifest.json'), 'utf8')).slice(0, -5));
    expect(readManifest(at.folder)).toBeUndefined();
  });
});

describe('the command', () => {
  async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    const [out, err]: string[][] = [[], []];
    const status = await runBackendCommand(args, { out: (line) => out!.push(line), err: (line) => err!.push(line), isTTY: false });
    return { status, out: out!.join('\n'), err: err!.join('\n') };
  }

  test('explains itself when it is used wrongly', async () => {
    for (const args of [[], ['remove', 'tensorflow'], ['install'], ['install', 'a', 'b'], ['install', 'metal'], ['list', 'more']]) {
      const { status, err } = await run(...args);
      expect({ args, status, empty: err === '' }).toEqual({ args, status: 2, empty: false });
    }
  });

  test('has nothing to do for a backend that comes with the package', async () => {
    expect(await run('install', 'wasm')).toMatchObject({ status: 0 });
  });

  test('lists every backend', async () => {
    const { status, out } = await run('list');
    expect(status).toBe(0);
    for (const name of ['tensorflow', 'webgpu', 'wasm', 'cpu']) expect(out).toContain(name);
  });
});
