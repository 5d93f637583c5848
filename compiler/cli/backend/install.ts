import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ADDON_FILE, LIBRARY_FILES, MANIFEST_FILE, TENSORFLOW_VERSION, readManifest, tensorflowFolder } from '../../../runtime/backend/tensorflow-home.ts';
import type { TensorflowManifest } from '../../../runtime/backend/tensorflow-home.ts';
import { buildAddon, findCompiler, tryAddon } from './addon.ts';
import { InstallError } from './install-error.ts';
import { errorCode } from './process.ts';
import { downloadWheel, findPython, unpackWheel, wheelFor } from './wheel.ts';
import type { Wheel } from './wheel.ts';

export { InstallError } from './install-error.ts';

export interface InstallOptions {
  /** Receives one line per step. */
  readonly report: (line: string) => void;
  /** Receives the fraction done, 0 to 1, and what is being done. */
  readonly progress: (fraction: number, label: string) => void;
  /** Ends the installation; nothing of it stays. */
  readonly signal?: AbortSignal;
  /** Builds again even if a complete installation is there. */
  readonly force?: boolean;
  /** Environment for the cache folder and the programs that are run; the process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Installed {
  readonly folder: string;
  readonly tensorflow: string;
  readonly alreadyInstalled: boolean;
}

/**
 * Installs what the `tensorflow` backend needs: libtensorflow from the official TensorFlow wheel and tfjs-node's addon compiled
 * against it, into the user's cache folder. All work is done in a folder of its own that is renamed at the end, so an
 * interrupted or failed run leaves nothing behind, and two runs at once do not disturb each other.
 *
 * @throws InstallError with what is missing and how to get it; the signal's reason when it is aborted
 */
export async function installTensorflow(options: InstallOptions): Promise<Installed> {
  const { report, progress, signal, force = false, env = process.env } = options;
  const abort = signal && { signal };
  const { folder: packageFolder, version: tfjsNode } = findTfjsNode();
  const target = tensorflowFolder(tfjsNode, env);
  if (!force && readManifest(target) !== undefined) {
    await tryAddon(target, signal);
    report(`TensorFlow ${TENSORFLOW_VERSION} is already installed in ${target}`);
    return { folder: target, tensorflow: TENSORFLOW_VERSION, alreadyInstalled: true };
  }

  const wheel = wheelFor(`${process.platform}-${process.arch}`, glibcVersion());
  const [python, compiler] = await Promise.all([findPython(env, signal), findCompiler(env, signal)]);
  const staging = await makeStaging(target, wheel);
  try {
    const library = join(staging, 'library');
    const include = join(staging, 'include');
    await mkdir(library);
    const step = (from: number, to: number, label: string) => (fraction: number) => progress(from + (to - from) * fraction, label);
    const download = { python, wheel, staging, env, ...abort };

    report(`downloading ${wheel.project} ${TENSORFLOW_VERSION} (${megabytes(wheel.bytes)}) with ${python} -m pip`);
    const path = await downloadWheel({ ...download, progress: step(0, 0.55, 'downloading') });
    report('checksum is right');
    report(`unpacking the library (${megabytes(wheel.libraryBytes)})`);
    await unpackWheel(path, library, include, { ...download, progress: step(0.55, 0.8, 'unpacking') });
    report(`compiling the addon of tfjs-node ${tfjsNode} with ${compiler}`);
    progress(0.8, 'compiling');
    await buildAddon({ packageFolder, include, library, compiler, env, ...abort });
    progress(0.97, 'trying');
    await tryAddon(library, signal);
    await writeManifest(library, tfjsNode, wheel);
    signal?.throwIfAborted();
    await moveIntoPlace(library, target, staging, force);
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw new InstallError(`the disk of ${dirname(target)} is full`, 'make room (or point XDG_CACHE_HOME to another disk), then run the command again', { cause: error });
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  progress(1, 'done');
  report(`TensorFlow ${TENSORFLOW_VERSION} is installed in ${target}`);
  return { folder: target, tensorflow: TENSORFLOW_VERSION, alreadyInstalled: false };
}

function findTfjsNode(): { folder: string; version: string } {
  const require = createRequire(import.meta.url);
  try {
    const path = require.resolve('@tensorflow/tfjs-node/package.json');
    return { folder: dirname(path), version: (require(path) as { version: string }).version };
  } catch (error) {
    throw new InstallError('the package @tensorflow/tfjs-node is not installed', 'npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0', { cause: error });
  }
}

/** The running C library's version; undefined where it is not glibc. */
function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}

async function makeStaging(target: string, wheel: Wheel): Promise<string> {
  const parent = dirname(target);
  const staging = `${target}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent);
    await requireSpace(parent, wheel);
    await mkdir(staging);
  } catch (error) {
    if (error instanceof InstallError) throw error;
    throw new InstallError(`the folder ${parent} cannot be written (${errorCode(error) ?? String(error)})`, 'make it writable, or point XDG_CACHE_HOME to a folder that is', { cause: error });
  }
  return staging;
}

/** Removes what killed runs left: folders of processes that are gone, an hour after their last change. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /\.partial-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** pip may hold the wheel twice for a moment: its temporary file and the result. */
async function requireSpace(parent: string, wheel: Wheel): Promise<void> {
  const needed = 2 * wheel.bytes + wheel.libraryBytes;
  const { bavail, bsize } = await statfs(parent);
  if (bavail * bsize < needed) {
    throw new InstallError(
      `${parent} has ${megabytes(bavail * bsize)} free; ${megabytes(needed)} are needed while installing, ${megabytes(wheel.libraryBytes)} afterwards`,
      'make room, or point XDG_CACHE_HOME to another disk',
    );
  }
}

async function writeManifest(library: string, tfjsNode: string, wheel: Wheel): Promise<void> {
  const files = [];
  for (const name of [...LIBRARY_FILES, ADDON_FILE]) files.push({ name, bytes: (await stat(join(library, name))).size });
  const manifest: TensorflowManifest = { tensorflow: TENSORFLOW_VERSION, tfjsNode, wheelSha256: wheel.sha256, files };
  await writeFile(join(library, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function moveIntoPlace(library: string, target: string, staging: string, force: boolean): Promise<void> {
  // A folder cannot be renamed onto a full one; a process that runs on the old library keeps it open.
  const replaceOld = async (): Promise<void> => {
    try {
      await rename(target, join(staging, basename(target)));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  };
  if (force || readManifest(target) === undefined) await replaceOld();
  try {
    await rename(library, target);
  } catch (error) {
    // Another run was faster: its result is as good as ours.
    if (readManifest(target) === undefined) throw error;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
