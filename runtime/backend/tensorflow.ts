import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { register } from './registration.ts';
import { installTensorflowKernels } from './tensorflow-kernels.ts';
import { ADDON_FILE, NAPI_VERSION, readManifest, tensorflowFolder } from './tensorflow-home.ts';
import { BackendError, messageOf } from './types.ts';
import type { PreparedBackend } from './types.ts';

const INSTALL = 'attnc backend install tensorflow';

interface Binding {
  readonly TF_Version: string;
}
interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => tf.KernelBackend;
}

/**
 * The native backend: `@tensorflow/tfjs-node` on libtensorflow.
 *
 * The package's own entry point wants its addon inside node_modules and calls functions that Node 23 removed, so its parts are
 * loaded here instead: its kernels, its backend class, and the addon that `attnc backend install tensorflow` built.
 */
export async function prepareTensorflow(): Promise<PreparedBackend> {
  const require = createRequire(import.meta.url);
  const packageFolder = findPackage(require);
  const { version } = require(join(packageFolder, 'package.json')) as { version: string };
  const binding = loadBinding(require, packageFolder, version);
  const detail = `TensorFlow ${binding.TF_Version}, native CPU, tfjs-node ${version}`;
  return {
    detail,
    suitableForAuto: true,
    async start() {
      if (tf.findBackendFactory('tensorflow') === null) {
        restoreRemovedUtilities(require);
        require(join(packageFolder, 'dist', 'register_all_kernels.js'));
        const { NodeJSKernelBackend } = require(join(packageFolder, 'dist', 'nodejs_kernel_backend.js')) as BackendModule;
        const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node');
        installTensorflowKernels(backend);
        register('tensorflow', backend);
      }
    },
  };
}

function findPackage(require: NodeJS.Require): string {
  try {
    return dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  } catch (error) {
    throw new BackendError('tensorflow', 'the package @tensorflow/tfjs-node is not installed', `npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0, then ${INSTALL}`, { absent: true, cause: error });
  }
}

/** Our own build comes first; a build of the package's own installer, where that still worked, is as good. */
function loadBinding(require: NodeJS.Require, packageFolder: string, version: string): Binding {
  const folder = tensorflowFolder(version);
  const own = readManifest(folder) === undefined ? undefined : join(folder, ADDON_FILE);
  const path = own ?? join(packageFolder, 'lib', `napi-v${NAPI_VERSION}`, ADDON_FILE);
  if (own === undefined && !existsSync(path)) {
    throw new BackendError('tensorflow', 'its native library is not installed', INSTALL, { absent: true });
  }
  // Only takes effect before the library is loaded; without it every start prints two lines about CPU instructions.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    return require(path) as Binding;
  } catch (error) {
    throw new BackendError('tensorflow', `its native library does not load: ${messageOf(error)}`, `${INSTALL} --force`, { cause: error });
  }
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node deprecated, then removed (the first in 23). */
function restoreRemovedUtilities(require: NodeJS.Require): void {
  const util = require('node:util') as object;
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  };
  // Also where they still exist: there they print a warning.
  for (const [name, value] of Object.entries(removed)) {
    Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}
