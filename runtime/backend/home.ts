/** Where `attnc backend install` puts files that a package manager would install for everybody: the user's cache. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The TensorFlow release whose library is used: the newest that the addon's C API calls were tried with at a modest size. */
export const TENSORFLOW_VERSION = '2.15.1';
export const TFJS_NODE_VERSION = '4.22.0';
/** Dawn, as the npm package `webgpu` has it. */
export const WEBGPU_VERSION = '0.6.2';
/** N-API is stable across Node releases: an addon built for version 8 loads in Node 20 and every later one. */
export const NAPI_VERSION = 8;

export const ADDON_FILE = 'tfjs_binding.node';
export const LIBRARY_FILES: readonly string[] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** The JavaScript of tfjs-node, beside the addon. */
export const TFJS_NODE_FOLDER = 'tfjs-node';
export const MANIFEST_FILE = 'manifest.json';

/** Written last into the folder, so that its presence means that the installation was completed. */
export interface Manifest {
  /** The origins of the files, by name: a version or a checksum. */
  readonly from: Readonly<Record<string, string>>;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** The user's cache folder of attnc; a relative XDG_CACHE_HOME is invalid by its specification and is ignored. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'attnc');
}

/**
 * The folder of the native library, its addon and tfjs-node. Its name includes everything that the contents depend on, so that
 * checkouts, Node versions and attnc versions that agree share it and others do not.
 */
export function tensorflowFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(
    cacheFolder(env),
    `tensorflow-${TENSORFLOW_VERSION}-${process.platform}-${process.arch}-with-tfjs-${TFJS_NODE_VERSION}-napi${NAPI_VERSION}`,
  );
}

/** The folder of Dawn. */
export function webgpuFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `webgpu-${WEBGPU_VERSION}-${process.platform}-${process.arch}`);
}

/** The manifest of a complete installation in `folder`; undefined if there is none, or a file is missing or truncated. */
export function readManifest(folder: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
  } catch {
    return undefined;
  }
  if (!isManifest(value)) return undefined;
  const complete = value.files.every(({ name, bytes }) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes);
  return complete ? value : undefined;
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'from' in value &&
    'files' in value &&
    Array.isArray(value.files) &&
    value.files.every(
      (file: unknown) =>
        typeof file === 'object' &&
        file !== null &&
        'name' in file &&
        typeof file.name === 'string' &&
        'bytes' in file &&
        typeof file.bytes === 'number',
    )
  );
}
