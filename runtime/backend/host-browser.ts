/** What stands in the place of `host.ts` in a browser. */
import { BackendError } from './types.ts';
import type { PreparedBackend } from './types.ts';

export const WASM_REMEDY = 'serve the .wasm files of @tensorflow/tfjs-backend-wasm (its folder dist) beside the page, or tell `setWasmPaths` of that package where they are';

export const NO_ADAPTER_REMEDY = 'switch hardware acceleration on in the browser, or use the wasm backend';

/** @throws BackendError always */
export async function prepareTensorflow(): Promise<PreparedBackend> {
  throw new BackendError('tensorflow', 'it is a native library, and this is a browser', 'use webgpu, wasm or cpu');
}

/** The binaries of wasm are looked for beside the page, or where `setWasmPaths` of `@tensorflow/tfjs-backend-wasm` says. */
export function wasmFolder(): string | null {
  return null;
}

/** @throws BackendError always */
export async function dawnGpu(): Promise<object> {
  throw new BackendError('webgpu', 'this browser has no WebGPU', 'use a browser that has it, on a page served over https or from localhost, or the wasm backend');
}
