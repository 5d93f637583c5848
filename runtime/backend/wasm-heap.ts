/** What kernels written here need of tfjs's WebAssembly backend: tensors as they lie in its heap. */
import type * as tf from '@tensorflow/tfjs-core';

export interface Wasm {
  readonly HEAPU8: Uint8Array;
  readonly tfjs: {
    registerTensor(id: number, size: number, offset: number): void;
    disposeData(id: number): void;
  };
  cwrap(name: string, result: null, parameters: readonly string[]): (...args: unknown[]) => void;
}
export interface WasmBackend {
  readonly wasm: Wasm;
  readonly dataIdMap: { get(id: object): { readonly id: number; readonly memoryOffset: number } };
  typedArrayFromHeap(x: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  incRef(id: object): void;
  disposeData(id: object, force?: boolean): boolean;
}

/** The same data under another shape, as tfjs's own Reshape does it: one more reference. */
export function reshaped(backend: WasmBackend, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
}

export function zeros(backend: WasmBackend, shape: number[], dtype: tf.DataType = 'float32'): tf.TensorInfo {
  const out = backend.makeOutput(shape, dtype);
  backend.typedArrayFromHeap(out).fill(0);
  return out;
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
