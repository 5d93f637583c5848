import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readManifest,
  TENSORFLOW_VERSION,
  tensorflowFolder,
  TFJS_NODE_FOLDER,
  TFJS_NODE_VERSION,
  WEBGPU_VERSION,
  webgpuFolder,
} from '../../../runtime/backend/home.ts';
import { buildAddon, findCompiler, tryAddon, tryDawn } from './addon.ts';
import { InstallError, OTHER_BACKENDS } from './install-error.ts';
import { requireNpm, TFJS_NODE, unpackPackage, WEBGPU } from './package.ts';
import { install, megabytes } from './staging.ts';
import { downloadWheel, findPython, unpackWheel, wheelFor } from './wheel.ts';

export { InstallError } from './install-error.ts';

export interface InstallOptions {
  /** Receives one line per step. */
  readonly report: (line: string) => void;
  /** Receives the fraction done, 0 to 1, and what is being done. */
  readonly progress: (fraction: number, label: string) => void;
  /** Aborts the installation; nothing of it remains. */
  readonly signal?: AbortSignal | undefined;
  /** Builds again even if there is a complete installation. */
  readonly force?: boolean;
  /** Environment for the cache folder and for the programs to run; by default that of the process. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Installed {
  readonly folder: string;
  readonly version: string;
  readonly alreadyInstalled: boolean;
}

/**
 * Installs what the `tensorflow` backend needs into the user's cache folder: libtensorflow from the official TensorFlow wheel,
 * tfjs-node's JavaScript, and its addon compiled against the library.
 *
 * @throws InstallError with what is missing and how to get it; the signal's reason when it is aborted
 */
export async function installTensorflow(options: InstallOptions): Promise<Installed> {
  const { report, progress, signal, force = false, env = process.env } = options;
  const target = tensorflowFolder(env);
  if (!force && readManifest(target) !== undefined) {
    await tryAddon(target, signal);
    return already('TensorFlow', TENSORFLOW_VERSION, target, report);
  }
  const wheel = wheelFor(`${process.platform}-${process.arch}`, glibcVersion());
  const [python, compiler] = await Promise.all([findPython(env, signal), findCompiler(env, signal), requireNpm({ env, signal })]);
  // pip may store the wheel twice for a moment: its temporary file and the result.
  const space = { making: 2 * wheel.bytes + wheel.libraryBytes, made: wheel.libraryBytes };
  const from = { tensorflow: TENSORFLOW_VERSION, tfjsNode: TFJS_NODE_VERSION, wheelSha256: wheel.sha256 };
  await install({ target, space, force, from, signal }, async (folder, staging) => {
    const include = join(staging, 'include');
    const javascript = join(staging, 'tfjs-node');
    const step = (start: number, end: number, label: string) => (fraction: number) => progress(start + (end - start) * fraction, label);
    const download = { python, wheel, staging, env, signal };

    report(`downloading ${wheel.project} ${TENSORFLOW_VERSION} (${megabytes(wheel.bytes)}) with ${python} -m pip`);
    const path = await downloadWheel({ ...download, progress: step(0, 0.55, 'downloading') });
    report('checksum is right');
    report(`unpacking the library (${megabytes(wheel.libraryBytes)})`);
    await unpackWheel(path, folder, include, { ...download, progress: step(0.55, 0.8, 'unpacking') });
    report(`fetching tfjs-node ${TFJS_NODE_VERSION} with npm`);
    await unpackPackage(TFJS_NODE, javascript, (file) => PARTS.test(file), { staging, env, signal });
    report(`compiling its addon with ${compiler}`);
    progress(0.8, 'compiling');
    await buildAddon({ packageFolder: javascript, include, library: folder, compiler, env, signal });
    await keepJavascript(javascript, join(folder, TFJS_NODE_FOLDER));
    progress(0.97, 'trying');
    await tryAddon(folder, signal);
  });
  progress(1, 'done');
  return installed('TensorFlow', TENSORFLOW_VERSION, target, report);
}

/** What the backend loads of tfjs-node, and what its addon is compiled from. */
const PARTS = /^binding\/|^dist\/(kernels\/\w+|register_all_kernels|nodejs_kernel_backend|int64_tensors)(?<!_test)\.js$/u;

/**
 * tfjs-node requires `@tensorflow/tfjs` and `tfjs-core`: the backend that loads it provides the tfjs-core that is running
 * (runtime/backend/tensorflow.ts). It also requires the messages of TensorBoard, which need google-protobuf and are not used
 * here.
 */
async function keepJavascript(from: string, to: string): Promise<void> {
  await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true });
  for (const name of ['tfjs', 'tfjs-core']) {
    const stand = join(to, 'node_modules', '@tensorflow', name);
    await mkdir(stand, { recursive: true });
    await writeFile(join(stand, 'index.js'), "module.exports = globalThis[Symbol.for('attnc.tfjs')];\n");
  }
  await mkdir(join(to, 'dist', 'proto'));
  await writeFile(join(to, 'dist', 'proto', 'api_pb.js'), 'module.exports = {};\n');
  await writeFile(join(to, 'package.json'), '{ "type": "commonjs" }\n');
}

/** Dawn's folders in the package, by Node's name of the platform. */
const DAWN: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-universal',
  'darwin-arm64': 'darwin-universal',
  'win32-x64': 'win32-x64',
  'win32-arm64': 'win32-arm64',
};

/** The files of the package `webgpu` that a platform needs. */
export function partOfDawn(platform: string): (file: string) => boolean {
  const folder = DAWN[platform];
  if (folder === undefined)
    throw new InstallError(`there is no Dawn for ${platform} (there is for: ${Object.keys(DAWN).join(', ')})`, OTHER_BACKENDS);
  return (file) => ['index.js', 'package.json', 'LICENSE.md'].includes(file) || file.startsWith(`dist/${folder}/`);
}

/**
 * Installs Dawn, which is WebGPU for Node, into the user's cache folder: of the package `webgpu`, what this platform needs.
 *
 * @throws InstallError with what is missing and how to get it; the signal's reason when it is aborted
 */
export async function installWebgpu(options: InstallOptions): Promise<Installed> {
  const { report, progress, signal, force = false, env = process.env } = options;
  const target = webgpuFolder(env);
  if (!force && readManifest(target) !== undefined) return already('Dawn', WEBGPU_VERSION, target, report);
  const wanted = partOfDawn(`${process.platform}-${process.arch}`);
  await install(
    { target, space: { making: 2 * WEBGPU.bytes, made: WEBGPU.bytes / 4 }, force, from: { webgpu: WEBGPU_VERSION }, signal },
    async (folder, staging) => {
      report(`fetching Dawn ${WEBGPU_VERSION} (some 50 MB) with npm`);
      progress(0.1, 'downloading');
      await unpackPackage(WEBGPU, folder, wanted, { staging, env, signal });
      progress(0.95, 'trying');
      await tryDawn(folder, signal);
    },
  );
  progress(1, 'done');
  return installed('Dawn', WEBGPU_VERSION, target, report);
}

function already(what: string, version: string, folder: string, report: InstallOptions['report']): Installed {
  report(`${what} ${version} is already installed in ${folder}`);
  return { folder, version, alreadyInstalled: true };
}

function installed(what: string, version: string, folder: string, report: InstallOptions['report']): Installed {
  report(`${what} ${version} is installed in ${folder}`);
  return { folder, version, alreadyInstalled: false };
}

/** The version of the running C library; undefined if it is not glibc. */
function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
