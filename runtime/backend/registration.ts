import * as tf from '@tensorflow/tfjs-core';
import { BackendError, messageOf } from './types.ts';
import type { BackendName } from './types.ts';

/** Registers a backend that has started, replacing what its package registered on import. */
export function register(name: BackendName, backend: tf.KernelBackend): void {
  if (tf.findBackendFactory(name) !== null) tf.removeBackend(name);
  tf.registerBackend(name, () => backend, PRIORITIES[name]);
  tf.findBackend(name);
}

/** Used only by `tf.ready()` in a program that never calls `useBackend`. */
const PRIORITIES: Readonly<Record<BackendName, number>> = { tensorflow: 4, webgpu: 3, wasm: 2, cpu: 1 };

/** A backend that was started here, or by tfjs in a program of its own. */
export function started(name: BackendName): tf.KernelBackend | null {
  return name in tf.engine().registry ? tf.findBackend(name) : null;
}

/** tfjs-core's own start of a backend only says whether it failed; this one says why. */
export async function starting(
  name: BackendName,
  remedy: string,
  start: () => tf.KernelBackend | Promise<tf.KernelBackend>,
): Promise<tf.KernelBackend> {
  try {
    return await start();
  } catch (error) {
    throw new BackendError(name, `it does not start: ${messageOf(error)}`, remedy, { cause: error });
  }
}

/**
 * A backend that was registered with tfjs-core in another way than by `useBackend` is as good.
 *
 * @throws BackendError where none is active, also where `useBackend` was called and not waited for
 */
export function requireBackend(): void {
  try {
    // If several have started, tfjs-core would choose one by itself.
    if (tf.getBackend() !== undefined) return void tf.backend();
  } catch {
    // Not ready yet.
  }
  throw new BackendError(null, 'no backend is active yet', "call `await useBackend('auto')` first, before a model is made");
}

/** The current kernel of a backend. */
export function kernelOf(kernelName: string, backendName: BackendName): tf.KernelFunc {
  const config = tf.getKernel(kernelName, backendName);
  if (config === undefined) throw new Error(`the ${backendName} backend has no kernel ${kernelName}`);
  return config.kernelFunc;
}

/** Replaces a kernel by `wrap(the current kernel)`; does nothing if the backend has no kernel with this name. */
export function wrapKernel(kernelName: string, backendName: BackendName, wrap: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(kernelName, backendName);
  if (config === undefined) return;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...config, kernelFunc: wrap(config.kernelFunc) });
}

/** A sum over an axis of size 0 is 0; the stock kernel of wasm leaves the memory unchanged, and that of webgpu throws. */
export function sumOverNothing(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    if (x === undefined || tf.util.sizeFromShape(x.shape) > 0 || (x.dtype !== 'float32' && x.dtype !== 'int32')) return stock(args);
    const { axis } = args.attrs as unknown as tf.SumAttrs;
    const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, tf.util.parseAxisParam(axis, x.shape));
    return zeros(args, shape, x.dtype);
  };
}

/** What a kernel gives that has nothing to read. */
export function zeros(args: Parameters<tf.KernelFunc>[0], shape: number[], dtype: 'float32' | 'int32'): tf.TensorInfo {
  const size = tf.util.sizeFromShape(shape);
  const values = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  // The type of `backend` in a kernel's arguments is empty, but every backend can write values.
  return { dataId: (args.backend as tf.KernelBackend).write(values, shape, dtype), shape, dtype };
}

/** The operand of a kernel with this name. */
export function input(args: Parameters<tf.KernelFunc>[0], name: string): tf.TensorInfo {
  const value = args.inputs[name];
  if (value === undefined) throw new Error(`kernel input ${name} is missing`);
  return value;
}

/** The attribute of a kernel with this name, typed as in the kernel's definition. */
export function attribute<T>(args: Parameters<tf.KernelFunc>[0], name: string): T {
  return args.attrs?.[name] as T;
}
