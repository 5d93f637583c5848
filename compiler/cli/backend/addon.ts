import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ADDON_FILE, LIBRARY_FILES, NAPI_VERSION, TENSORFLOW_VERSION, TFJS_NODE_FOLDER } from '../../../runtime/backend/home.ts';
import { InstallError, OTHER_BACKENDS } from './install-error.ts';
import { isNoProgram, lastLines, runProgram, type Finished } from './process.ts';

export interface Build {
  /** Folder of the installed @tensorflow/tfjs-node package, whose `binding/` is compiled. */
  readonly packageFolder: string;
  /** TensorFlow's C headers. */
  readonly include: string;
  /** Folder of the libraries; the addon is written beside them. */
  readonly library: string;
  readonly compiler: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** The C++ compiler: CXX, or the first of the usual names that runs. */
export async function findCompiler(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string> {
  const candidates = env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++'];
  for (const candidate of candidates) {
    try {
      const { status } = await runProgram(candidate, ['--version'], { env, signal });
      if (status === 0) return candidate;
    } catch (error) {
      if (!isNoProgram(error)) throw error;
    }
  }
  throw new InstallError(
    `there is no C++ compiler here (looked for ${candidates.join(', ')}); tfjs-node's addon has to be compiled`,
    'install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++) or name one in CXX, then run the command again',
  );
}

/**
 * Compiles the package's addon: two C++ files, without node-gyp, so that neither make nor the headers of the running Node are
 * needed. The Node-API symbols stay undefined and are resolved by the Node that loads the addon. Its libraries are found beside
 * it ($ORIGIN).
 */
export async function buildAddon({ packageFolder, include, library, compiler, env, signal }: Build): Promise<void> {
  const nodeApi = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(packageFolder, 'binding', file));
  const args = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-w',
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
    '-I',
    nodeApi,
    '-I',
    include,
    ...sources,
    '-L',
    library,
    ...LIBRARY_FILES.map((name) => `-l:${name}`),
    '-Wl,-rpath,$ORIGIN',
    '-o',
    join(library, ADDON_FILE),
  ];
  const build = await runProgram(compiler, args, { env, signal });
  if (build.status === 0) return;
  const said = lastLines(build.stderr, 12);
  if (/No space left on device/.test(build.stderr)) {
    throw new InstallError(`the disk is full\n${said}`, 'make room (TMPDIR is used as well), then run the command again');
  }
  throw new InstallError(
    `tfjs-node's addon does not compile with ${compiler}\n${said}`,
    `try another compiler through CXX (g++ 9 or clang++ 10, or newer, with its C++ standard library); otherwise ${OTHER_BACKENDS}`,
  );
}

/**
 * Loads the addon and the kernels in a separate process, so that a crash of the library becomes an error message instead of
 * ending this process.
 */
export async function tryAddon(library: string, signal?: AbortSignal): Promise<void> {
  const script = `const [, addon, core, kernels] = process.argv;
    globalThis[Symbol.for('attnc.tfjs')] = require(core);
    require(kernels);
    process.stdout.write(require(addon).TF_Version);`;
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
  const attempt = await runProgram(
    process.execPath,
    ['-e', script, join(library, ADDON_FILE), core, join(library, TFJS_NODE_FOLDER, 'dist', 'register_all_kernels.js')],
    {
      env: { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '2' },
      signal,
    },
  );
  if (attempt.signal === 'SIGILL') {
    throw new InstallError('TensorFlow needs AVX instructions, which this processor does not have', OTHER_BACKENDS);
  }
  requireAnswer(attempt, TENSORFLOW_VERSION, 'the compiled addon');
}

/** Loads Dawn in a separate process. */
export async function tryDawn(folder: string, signal?: AbortSignal): Promise<void> {
  const script = 'const { create } = await import(process.argv[1]); process.stdout.write(typeof create);';
  const attempt = await runProgram(process.execPath, ['--input-type=module', '-e', script, pathToFileURL(join(folder, 'index.js')).href], {
    env: { ...process.env, NODE_OPTIONS: '' },
    signal,
  });
  requireAnswer(attempt, 'function', 'Dawn');
}

function requireAnswer({ status, signal, stdout, stderr }: Finished, answer: string, what: string): void {
  if (status === 0 && stdout === answer) return;
  const said = lastLines(stderr || stdout, 8);
  throw new InstallError(
    `${what} does not load (${signal ?? `status ${status}`})\n${said}`,
    `put right what it says, then run the command again; otherwise ${OTHER_BACKENDS}`,
  );
}
