import * as tf from '@tensorflow/tfjs-core';
import { activateRegistered } from './registration.ts';
import { BackendError } from './types.ts';
import type { PreparedBackend } from './types.ts';
import { installWasmKernels } from './wasm-kernels.ts';

/** WebAssembly (SIMD, one thread), with some of its kernels replaced by faster ones. */
export async function prepareWasm(): Promise<PreparedBackend> {
  if (!('WebAssembly' in globalThis)) {
    throw new BackendError('wasm', 'this JavaScript engine has no WebAssembly', 'start Node without --jitless, or use the cpu backend');
  }
  const { setWasmPaths, version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return {
    detail: `WebAssembly${simd === true ? ' with SIMD' : ''}, one thread, tfjs ${version}`,
    suitableForAuto: true,
    async activate() {
      // Only before the first start: in Node the binaries lie in the package, in a browser the page serves them.
      if (typeof process === 'object' && tf.engine().registry['wasm'] === undefined) setWasmPaths(await binaryFolder());
      await activateRegistered('wasm', 'reinstall it: npm install @tensorflow/tfjs-backend-wasm');
      installWasmKernels(tf.backend());
    },
  };
}

async function binaryFolder(): Promise<string> {
  const { createRequire } = await import('node:module');
  const { dirname, sep } = await import('node:path');
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep;
}
