import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The TensorFlow release whose library is used: the newest that the addon's C API calls were tried with at a modest size. */
export const TENSORFLOW_VERSION = '2.15.1';
/** N-API is stable across Node releases: an addon built for version 8 loads in Node 20 and every later one. */
export const NAPI_VERSION = 8;

export const ADDON_FILE = 'tfjs_binding.node';
export const LIBRARY_FILES: readonly string[] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
export const MANIFEST_FILE = 'manifest.json';

/** Written last into the folder, so its presence says that the installation was completed. */
export interface TensorflowManifest {
  readonly tensorflow: string;
  readonly tfjsNode: string;
  readonly wheelSha256: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** The user's cache folder of attnc; a relative XDG_CACHE_HOME is invalid by its specification and is ignored. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'attnc');
}

/**
 * The folder of the native library and addon. Its name carries all that the contents depend on,
 * so checkouts, Node versions and attnc versions that agree share it and others do not meet.
 */
export function tensorflowFolder(tfjsNodeVersion: string, env: NodeJS.ProcessEnv = process.env): string {
  const key = `tensorflow-${TENSORFLOW_VERSION}-${process.platform}-${process.arch}-tfjs-${tfjsNodeVersion}-napi${NAPI_VERSION}`;
  return join(cacheFolder(env), key);
}

/** The manifest of a complete installation in `folder`; undefined if there is none, or a file is missing or cut short. */
export function readManifest(folder: string): TensorflowManifest | undefined {
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

function isManifest(value: unknown): value is TensorflowManifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tensorflow' in value &&
    'tfjsNode' in value &&
    'wheelSha256' in value &&
    'files' in value &&
    Array.isArray(value.files) &&
    value.files.every((file: unknown) => typeof file === 'object' && file !== null && 'name' in file && typeof file.name === 'string' && 'bytes' in file && typeof file.bytes === 'number')
  );
}
