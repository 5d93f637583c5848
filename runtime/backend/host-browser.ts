/** The replacement for `host.ts` in a browser. */
import { BackendError, messageOf } from './types.ts';
import type { PreparedBackend } from './types.ts';

export const WASM_REMEDY =
  "allow it where the page has a Content-Security-Policy (script-src 'wasm-unsafe-eval', connect-src blob:), or use the cpu backend";

export const NO_ADAPTER_REMEDY = 'switch hardware acceleration on in the browser, or use the wasm backend';

// Only the kernels that emitted modules use, since a page has to load them.
export const loadCpu = () => import('./browser/cpu.js');
export const loadWasm = () => import('./browser/wasm.js');
export const loadWebgpu = () => import('./browser/webgpu.js');

/** @throws BackendError always */
export async function prepareTensorflow(): Promise<PreparedBackend> {
  throw new BackendError('tensorflow', 'it is a native library, and this is a browser', 'use webgpu, wasm or cpu', { absent: true });
}

// The DOM's types are not loaded, and Node's lack this one.
declare const WebAssembly: { compile(binary: ArrayBuffer): Promise<object> };

const NAMES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/**
 * Runs `start` with URLs of the wasm binary. It is part of the bundle, compressed, so that neither bundler nor server has to know
 * of it. There is one for all names: which name tfjs asks for depends on SIMD, which this binary has.
 */
export async function withWasmFiles(start: (place: string | Record<string, string>) => Promise<void>): Promise<void> {
  const binary = await unpacked();
  try {
    await WebAssembly.compile(binary);
  } catch (error) {
    throw new BackendError('wasm', `this page cannot compile its binary: ${messageOf(error)}`, WASM_REMEDY, { cause: error });
  }
  const url = URL.createObjectURL(new Blob([binary], { type: 'application/wasm' }));
  try {
    await start(Object.fromEntries(NAMES.map((name) => [name, url])));
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function unpacked(): Promise<ArrayBuffer> {
  if (!('DecompressionStream' in globalThis)) {
    throw new BackendError(
      'wasm',
      'this browser cannot unpack its binary: it has no DecompressionStream',
      'use a browser of 2023 or later, or the cpu backend',
    );
  }
  const { packed } = await import('./browser/wasm-binary.js');
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/** @throws BackendError always */
export async function dawnGpu(): Promise<object> {
  throw new BackendError(
    'webgpu',
    'this browser has no WebGPU',
    'use a browser that has it, on a page served over https or from localhost, or the wasm backend',
  );
}
