/** npm packages that attnc fetches itself, when a backend is requested: no project has to install them. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TFJS_NODE_VERSION, WEBGPU_VERSION } from '../../../runtime/backend/home.ts';
import { InstallError } from './install-error.ts';
import { isNoProgram, lastLines, runProgram } from './process.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of its tarball, in base64. */
  readonly sha512: string;
  /** Bytes of all its files, unpacked. */
  readonly bytes: number;
}

export const TFJS_NODE: Package = {
  name: '@tensorflow/tfjs-node',
  version: TFJS_NODE_VERSION,
  bytes: 3_500_000,
  sha512: 'uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
};
export const WEBGPU: Package = {
  name: 'webgpu',
  version: WEBGPU_VERSION,
  bytes: 132_000_000,
  sha512: '3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
};

interface Fetch {
  /** An existing folder; the tarball is written below it. */
  readonly staging: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** @throws InstallError where npm is missing */
export async function requireNpm({ env, signal }: Pick<Fetch, 'env' | 'signal'>): Promise<void> {
  await npm(['--version'], env, signal);
}

/**
 * Downloads a package with npm, so that the user's registry, proxies and certificates apply, and writes the files that are
 * `wanted` into `folder`.
 */
export async function unpackPackage(
  { name, version, sha512 }: Package,
  folder: string,
  wanted: (file: string) => boolean,
  { staging, env, signal }: Fetch,
): Promise<void> {
  const place = join(staging, 'npm');
  await mkdir(place);
  const { status, stdout, stderr } = await npm(['pack', '--silent', '--pack-destination', place, `${name}@${version}`], env, signal);
  if (status !== 0) {
    throw new InstallError(
      `npm cannot fetch ${name}@${version}\n${lastLines(stderr || stdout, 6)}`,
      'check the network and the registry that npm uses (npm config get registry), then run the command again',
    );
  }
  const [file] = await readdir(place);
  if (file === undefined) throw new InstallError('npm reported success but left no package', `try it by hand: npm pack ${name}@${version}`);
  const packed = await readFile(join(place, file));
  const actual = createHash('sha512').update(packed).digest('base64');
  if (actual !== sha512) {
    throw new InstallError(
      `the downloaded ${name}@${version} is not the one that was expected\n  expected sha512 ${sha512}\n  received sha512 ${actual}`,
      "clear npm's cache (npm cache clean --force) and run the command again; if it stays, a registry in between changes packages: ask who runs it",
    );
  }
  for (const { path, data } of filesOf(gunzipSync(packed))) {
    if (!wanted(path)) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), data);
  }
}

async function npm(args: readonly string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): ReturnType<typeof runProgram> {
  // On Windows npm is a batch file, which only the shell runs.
  const [program, first] = process.platform === 'win32' ? (['cmd', ['/c', 'npm']] as const) : (['npm', []] as const);
  try {
    return await runProgram(program, [...first, ...args], { env, signal });
  } catch (error) {
    if (!isNoProgram(error)) throw error;
    throw new InstallError(
      'there is no npm here, which fetches a package',
      'install Node with its npm (it can stand beside pnpm and yarn), then run the command again',
      { cause: error },
    );
  }
}

const BLOCK = 512;

/** The plain files of a package's tar archive, without the folder around them. */
export function filesOf(tar: Uint8Array): { readonly path: string; readonly data: Uint8Array }[] {
  const text = (start: number, length: number): string =>
    new TextDecoder().decode(tar.subarray(start, start + length)).replace(/\0.*$/su, '');
  const files = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const path = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`.replace(/^[^/]*\//u, '');
    const kind = text(at + 156, 1);
    const safe = !path.split('/').includes('..');
    if ((kind === '0' || kind === '') && safe) files.push({ path, data: tar.subarray(at + BLOCK, at + BLOCK + size) });
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}
