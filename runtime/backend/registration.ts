import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './types.ts';
import type { BackendName } from './types.ts';

/** Makes an already registered backend active. tfjs-core reports a failed start as `false` and a console warning. */
export async function activateRegistered(name: BackendName, remedy: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new BackendError(name, 'tfjs-core could not start it', remedy);
  await tf.ready();
}

/**
 * A backend that was registered with tfjs-core in another way than by `useBackend` is as good.
 *
 * @throws BackendError where none is active, also where `useBackend` was called and not waited for
 */
export function requireBackend(): void {
  try {
    tf.backend();
  } catch {
    throw new BackendError(null, 'no backend is active yet', "call `await useBackend('auto')` first, before a model is made");
  }
}

/** The kernel of a backend as it is now. */
export function kernelOf(kernelName: string, backendName: BackendName): tf.KernelFunc {
  const config = tf.getKernel(kernelName, backendName);
  if (config === undefined) throw new Error(`the ${backendName} backend has no kernel ${kernelName}`);
  return config.kernelFunc;
}

/** Puts `wrap(the kernel as it is)` in the place of a kernel; does nothing where the backend has none of this name. */
export function wrapKernel(kernelName: string, backendName: BackendName, wrap: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(kernelName, backendName);
  if (config === undefined) return;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...config, kernelFunc: wrap(config.kernelFunc) });
}

/** A sum over an axis of size 0 is 0; the stock kernel of wasm leaves memory as it was, and that of webgpu throws. */
export function sumOverNothing(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    if (x === undefined || tf.util.sizeFromShape(x.shape) > 0 || (x.dtype !== 'float32' && x.dtype !== 'int32')) return stock(args);
    const { axis } = args.attrs as unknown as tf.SumAttrs;
    const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, tf.util.parseAxisParam(axis, x.shape));
    const size = tf.util.sizeFromShape(shape);
    const zeros = x.dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
    // The type of `backend` in a kernel's arguments is empty; every backend can write values.
    return { dataId: (args.backend as tf.KernelBackend).write(zeros, shape, x.dtype), shape, dtype: x.dtype };
  };
}

/** A kernel's operand of this name. */
export function input(args: Parameters<tf.KernelFunc>[0], name: string): tf.TensorInfo {
  const value = args.inputs[name];
  if (value === undefined) throw new Error(`kernel input ${name} is missing`);
  return value;
}

/** A kernel's attribute of this name, whose type the kernel's definition says. */
export function attribute<T>(args: Parameters<tf.KernelFunc>[0], name: string): T {
  return args.attrs?.[name] as T;
}
