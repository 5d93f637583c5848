import * as tf from '@tensorflow/tfjs-core';
import { loadWasm, withWasmFiles, WASM_REMEDY } from './host.ts';
import { register, started, starting } from './registration.ts';
import { BackendError } from './types.ts';
import type { PreparedBackend } from './types.ts';
import { installWasmKernels } from './wasm-kernels.ts';

/** WebAssembly (SIMD, one thread), with some of its kernels replaced by faster ones. */
export async function prepareWasm(): Promise<PreparedBackend> {
  if (!('WebAssembly' in globalThis)) {
    throw new BackendError('wasm', 'this JavaScript engine has no WebAssembly', 'start Node without --jitless, or use the cpu backend');
  }
  const { setWasmPaths, version_wasm: version } = await loadWasm();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return {
    detail: `WebAssembly${simd === true ? ' with SIMD' : ''}, one thread, tfjs ${version}`,
    suitableForAuto: true,
    async start() {
      if (started('wasm') === null) {
        // In a page that is isolated from other origins, tfjs would take another binary and workers.
        tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
        await withWasmFiles((place) =>
          withoutRethrowers(async () =>
            register(
              'wasm',
              await starting('wasm', WASM_REMEDY, () => {
                setWasmPaths(place);
                return tf.findBackendFactory('wasm')();
              }),
            ),
          ),
        );
      }
      const backend = started('wasm')!;
      // Else only an active backend's kernels are bound to it, and what replaces them calls them.
      for (const { setupFunc } of tf.getKernelsForBackend('wasm')) setupFunc?.(backend);
      installWasmKernels(backend);
    },
  };
}

const fatal = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Runs `start` and removes the process listeners that it adds only to rethrow, as Emscripten's modules do: with them an error of
 * the user's program is reported at their position, below a line of their whole minified source. Listeners that others add
 * meanwhile stay.
 */
async function withoutRethrowers(start: () => Promise<void>): Promise<void> {
  if (typeof process !== 'object' || typeof process.listeners !== 'function') return start();
  const before = fatal.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  try {
    await start();
  } finally {
    for (const [k, event] of fatal.entries()) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[k]!.has(listener) && rethrows(listener)) process.removeListener(event, listener);
      }
    }
  }
}

/** `function (ex) { if (!(ex instanceof ExitStatus)) { throw ex; } }`, or without the condition, however it is written. */
function rethrows(listener: object): boolean {
  return /^function\(([\w$]+)\)(if\(!\(\1instanceof[\w$]+\)\))?throw\1$/.test(String(listener).replace(/[\s{};]/g, ''));
}
