import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { register, starting } from './registration.ts';
import { installTensorflowKernels } from './tensorflow-kernels.ts';
import { offerSessions } from './tensorflow-sessions.ts';
import { ADDON_FILE, NAPI_VERSION, readManifest, tensorflowFolder, TFJS_NODE_FOLDER, TFJS_NODE_VERSION } from './home.ts';
import { BackendError, EXECUTIONS, isExecution, messageOf } from './types.ts';
import type { Execution, PreparedBackend } from './types.ts';

const INSTALL = 'npx attnc backend install tensorflow';

interface Binding {
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: Values): number;
}
/** Strings come as an array of their bytes. */
type Values = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];
interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => tf.KernelBackend;
}

function usualExecution(): Execution {
  const named = process.env.ATTNC_EXECUTION ?? 'auto';
  if (isExecution(named)) return named;
  throw new BackendError('tensorflow', `ATTNC_EXECUTION is '${named}'`, `set it to ${EXECUTIONS.join(', ')}`);
}

/** The location of tfjs-node's JavaScript, and of its addon. */
interface Place {
  readonly dist: string;
  readonly addon: string;
}

/**
 * The native backend: `@tensorflow/tfjs-node` on libtensorflow.
 *
 * The package's own entry point wants its addon inside node_modules and calls functions that Node 23 removed, so its parts are
 * loaded here instead: its kernels, its backend class, and the addon that `attnc backend install tensorflow` built.
 */
export async function prepareTensorflow(): Promise<PreparedBackend> {
  const require = createRequire(import.meta.url);
  const { dist, addon } = findPlace(require);
  const binding = loadBinding(require, addon);
  return {
    detail: `TensorFlow ${binding.TF_Version}, native CPU, tfjs-node ${TFJS_NODE_VERSION}`,
    suitableForAuto: true,
    async start() {
      if (tf.findBackendFactory('tensorflow') === null) {
        register(
          'tensorflow',
          await starting('tensorflow', `${INSTALL} --force`, () => {
            restoreRemovedUtilities(require);
            // Read by the stand-in for `@tensorflow/tfjs` beside the installed JavaScript (compiler/cli/backend/install.ts).
            Reflect.set(globalThis, Symbol.for('attnc.tfjs'), require('@tensorflow/tfjs-core'));
            require(join(dist, 'register_all_kernels.js'));
            const { NodeJSKernelBackend } = require(join(dist, 'nodejs_kernel_backend.js')) as BackendModule;
            const backend = new NodeJSKernelBackend(withOwnMemory(binding), '@tensorflow/tfjs-node');
            installTensorflowKernels(backend);
            offerSessions(backend, usualExecution());
            return backend;
          }),
        );
      }
    },
  };
}

/** Prefers what `attnc backend install` made; the project's own tfjs-node works as well, where its installer still does. */
function findPlace(require: NodeJS.Require): Place {
  const folder = tensorflowFolder();
  if (readManifest(folder) !== undefined) return { dist: join(folder, TFJS_NODE_FOLDER, 'dist'), addon: join(folder, ADDON_FILE) };
  try {
    const own = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    const addon = join(own, 'lib', `napi-v${NAPI_VERSION}`, ADDON_FILE);
    if (existsSync(addon)) return { dist: join(own, 'dist'), addon };
  } catch {
    // It is not a dependency of attnc.
  }
  throw new BackendError('tensorflow', 'its native library is not installed', INSTALL, { absent: true });
}

function loadBinding(require: NodeJS.Require, path: string): Binding {
  // Only takes effect before the library is loaded; without it every start prints two lines about CPU instructions.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    return require(path) as Binding;
  } catch (error) {
    throw new BackendError('tensorflow', `its native library does not load: ${messageOf(error)}`, `${INSTALL} --force`, { cause: error });
  }
}

/**
 * The binding, whose tensors never share the memory of a JavaScript array.
 *
 * TensorFlow takes an array's memory over where it is aligned as its own, and the addon lets go of the array when the last
 * reference to the tensor goes. A loop in a graph may hold that reference for a moment after the run: then a thread of TensorFlow
 * calls Node-API, which only the thread of JavaScript may, and the process aborts some time later. What is not aligned is copied.
 */
function withOwnMemory(binding: Binding): Binding {
  const createTensor: Binding['createTensor'] = (shape, dtype, values) => binding.createTensor(shape, dtype, unaligned(values));
  return Object.create(binding, { createTensor: { value: createTensor } }) as Binding;
}

/** Buffers begin at multiples of 8 bytes at least: 4 bytes on, nothing is aligned. */
function unaligned(values: Values): Values {
  const ahead = 4;
  for (const Kind of [Float32Array, Int32Array, Uint8Array]) {
    if (!(values instanceof Kind)) continue;
    const moved = new Kind(new ArrayBuffer(ahead + values.byteLength), ahead);
    moved.set(values);
    return moved;
  }
  return values;
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node deprecated, then removed (the first in 23). */
function restoreRemovedUtilities(require: NodeJS.Require): void {
  const util = require('node:util') as object;
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: (value: unknown): boolean => Array.isArray(value),
  };
  // Replaced even where they still exist: there they print a warning.
  for (const [name, value] of Object.entries(removed)) {
    Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}
