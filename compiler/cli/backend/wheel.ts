import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LIBRARY_FILES, TENSORFLOW_VERSION } from '../../../runtime/backend/home.ts';
import { InstallError, OTHER_BACKENDS } from './install-error.ts';
import { isNoProgram, lastLines, runProgram, type Finished } from './process.ts';

/** An official TensorFlow wheel: its library and C headers are used, not its Python parts. */
export interface Wheel {
  readonly project: string;
  readonly platformTags: readonly string[];
  readonly sha256: string;
  readonly bytes: number;
  /** Unpacked size of what is kept. */
  readonly libraryBytes: number;
}

const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    platformTags: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    bytes: 207_208_420,
    libraryBytes: 613_776_168,
  },
  'linux-arm64': {
    project: 'tensorflow-cpu-aws',
    platformTags: ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
    bytes: 211_874_120,
    libraryBytes: 694_256_568,
  },
};

/** The wheel for a platform such as `linux-x64`. `glibc` is undefined for another C library. */
export function wheelFor(platform: string, glibc: string | undefined): Wheel {
  const wheel = WHEELS[platform];
  if (wheel === undefined) {
    throw new InstallError(
      `there is no TensorFlow ${TENSORFLOW_VERSION} library to build on for ${platform} (there is for: ${Object.keys(WHEELS).join(', ')})`,
      `if tfjs-node's own installer works for you, run it: npm rebuild --ignore-scripts=false @tensorflow/tfjs-node; otherwise ${OTHER_BACKENDS}`,
    );
  }
  if (glibc === undefined) {
    throw new InstallError(
      'TensorFlow needs the GNU C library, and this system has another one (Alpine has musl)',
      `use a glibc system, such as a Debian image; otherwise ${OTHER_BACKENDS}`,
    );
  }
  return wheel;
}

/** The first Python that has pip. Python is needed only to fetch and unpack the wheel. */
export async function findPython(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const candidates = [...(env.PYTHON ? [env.PYTHON] : []), 'python3', 'python'];
  const seen: string[] = [];
  for (const candidate of candidates) {
    try {
      const pip = await runProgram(candidate, ['-m', 'pip', '--version'], { env, signal });
      if (pip.status === 0) return candidate;
      seen.push(candidate);
    } catch (error) {
      if (!isNoProgram(error)) throw error;
    }
  }
  if (seen.length > 0) {
    throw new InstallError(
      `${seen[0]} has no pip, which downloads the TensorFlow library`,
      'install pip (Debian, Ubuntu: apt-get install python3-pip; elsewhere: python3 -m ensurepip), then run the command again',
    );
  }
  throw new InstallError(
    `there is no Python here (looked for ${candidates.join(', ')}); its pip downloads the TensorFlow library`,
    'install Python 3 with pip (Debian, Ubuntu: apt-get install python3 python3-pip; macOS: brew install python) or name one in PYTHON, then run the command again',
  );
}

export interface Download {
  readonly python: string;
  readonly wheel: Wheel;
  /** An existing folder on the target's file system; everything is written below it. */
  readonly staging: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Downloads the wheel with pip, so that the user's mirrors, proxies and certificates apply, and checks its SHA-256. */
export async function downloadWheel({ python, wheel, staging, env, progress, signal }: Download): Promise<string> {
  const folder = join(staging, 'wheel');
  const temporary = join(staging, 'pip');
  await mkdir(folder);
  await mkdir(temporary);
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--implementation',
    'cp',
    '--python-version',
    '311',
  ];
  for (const tag of wheel.platformTags) args.push('--platform', tag);
  args.push('--dest', folder, `${wheel.project}==${TENSORFLOW_VERSION}`);

  // pip versions differ in how they print progress; the size of its temporary file says the same.
  const timer = setInterval(() => {
    void bytesBelow(staging).then((bytes) => progress(Math.min(1, bytes / wheel.bytes)));
  }, 200);
  let pip: Finished;
  try {
    pip = await runProgram(python, args, {
      env: { ...env, TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_REQUIRE_HASHES: '0' },
      signal,
    });
  } finally {
    clearInterval(timer);
  }
  if (pip.status !== 0) throw pipFailure(pip.stderr || pip.stdout, wheel);
  const name = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new InstallError('pip reported success but left no wheel', `try it by hand: ${python} ${args.join(' ')}`);
  const path = join(folder, name);
  await checkSha256(path, wheel.sha256);
  return path;
}

export async function checkSha256(path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) {
    throw new InstallError(
      `the downloaded wheel is not the one that was expected\n  expected sha256 ${expected}\n  received sha256 ${actual}`,
      "clear pip's cache (python3 -m pip cache purge) and run the command again; if it stays, a mirror in between changes packages: ask who runs it",
    );
  }
}

export function pipFailure(output: string, wheel: Wheel): InstallError {
  const said = lastLines(output, 6);
  if (/No space left on device|Errno 28/.test(output)) {
    return new InstallError(`the disk is full\n${said}`, 'make room (or point XDG_CACHE_HOME to another disk), then run the command again');
  }
  if (
    /NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Temporary failure in name resolution|Name or service not known|Failed to establish a new connection|SSLError/.test(
      output,
    )
  ) {
    return new InstallError(
      `pip cannot reach its package index\n${said}`,
      'check the network, or name a proxy or mirror (PIP_PROXY, PIP_INDEX_URL), then run the command again',
    );
  }
  if (/No matching distribution|Could not find a version/.test(output)) {
    return new InstallError(
      `pip's package index has no ${wheel.project} ${TENSORFLOW_VERSION}, or could not be reached\n${said}`,
      'check the network and the index that pip uses (python3 -m pip config list), then run the command again',
    );
  }
  return new InstallError(`pip failed\n${said}`, 'put right what pip says, then run the command again');
}

// The library is over half a gigabyte, so it is copied in chunks, which report progress.
const UNPACK = `
import os, sys, zipfile
wheel, library, include, names = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4].split(',')
headers = ('tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'tsl/c/')
prefix = 'tensorflow/include/'
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        if os.path.dirname(info.filename) == 'tensorflow' and os.path.basename(info.filename) in names:
            target = os.path.join(library, os.path.basename(info.filename))
        elif info.filename.startswith(prefix) and info.filename.endswith('.h') and info.filename[len(prefix):].startswith(headers) and '..' not in info.filename:
            target = os.path.join(include, info.filename[len(prefix):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(info) as source, open(target, 'wb') as out:
            while True:
                piece = source.read(1 << 22)
                if not piece:
                    break
                out.write(piece)
                print(len(piece), flush=True)
`;

/** Unpacks the two libraries into `library` and the C headers into `include`. */
export async function unpackWheel(
  path: string,
  library: string,
  include: string,
  { python, wheel, env, progress, signal }: Download,
): Promise<void> {
  let done = 0;
  const unpack = await runProgram(python, ['-c', UNPACK, path, library, include, LIBRARY_FILES.join(',')], {
    env,
    signal,
    onStdout(text) {
      // Anything else that Python prints at startup is not a number.
      for (const line of text.split('\n')) done += Number(line) || 0;
      progress(Math.min(1, done / wheel.libraryBytes));
    },
  });
  if (unpack.status !== 0) {
    throw /No space left on device|Errno 28/.test(unpack.stderr)
      ? pipFailure(unpack.stderr, wheel)
      : new InstallError(
          `the wheel cannot be unpacked\n${lastLines(unpack.stderr, 4)}`,
          'run the command again; if it fails again, use another Python through PYTHON',
        );
  }
  const missing = [];
  for (const name of LIBRARY_FILES) if (!(await exists(join(library, name)))) missing.push(name);
  if (missing.length > 0)
    throw new InstallError(`the wheel holds no ${missing.join(' and no ')}`, 'report this: the pinned wheel should hold them');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The bytes of the wheels that pip has written so far; a file that vanishes meanwhile counts as nothing. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
