/**
 * Repairs of kernels of tfjs's WebGPU backend. Several stop at rank 4, one of them without an error: they are given the same data
 * under a shape of lower rank. `docs/backends.md` lists what is left.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sumOverNothing, wrapKernel } from './registration.ts';

const MAX_RANK = 4;

/** To be called once, before the backend is first used. */
export function repairWebgpuKernels(): void {
  wrapKernel(tf.ArgMax, 'webgpu', scalarOfVector);
  wrapKernel(tf.ArgMin, 'webgpu', scalarOfVector);
  wrapKernel(tf.Sum, 'webgpu', sumOverNothing);
  wrapKernel(tf.Select, 'webgpu', selectOfAnyRank);
  wrapKernel(tf.Cumsum, 'webgpu', cumulativeOfAnyRank);
  wrapKernel(tf.Cumprod, 'webgpu', cumulativeOfAnyRank);
  wrapKernel(tf.PadV2, 'webgpu', padOfAnyRank);
}

/** The stock argMax and argMin give a vector's result the shape [1] instead of []. */
function scalarOfVector(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const result = stock(args) as tf.TensorInfo;
    return args.inputs['x']?.shape.length === 1 ? { ...result, shape: [] } : result;
  };
}

function reshaped(x: tf.TensorInfo | undefined, shape: number[]): tf.TensorInfo {
  if (x === undefined) throw new Error('a kernel input is missing');
  return { dataId: x.dataId, dtype: x.dtype, shape };
}

/** The stock kernel refuses rank 5. Its three inputs have one shape, so they can be read as vectors. */
function selectOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { condition, t, e } = args.inputs;
    if (t === undefined || t.shape.length <= MAX_RANK) return stock(args);
    const flat = [tf.util.sizeFromShape(t.shape)];
    const result = stock({ ...args, inputs: { condition: reshaped(condition, flat), t: reshaped(t, flat), e: reshaped(e, flat) } });
    return reshaped(result as tf.TensorInfo, t.shape);
  };
}

/** The stock kernel refuses rank 5. The axes before and after the one that is summed along are merged. */
function cumulativeOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    const [axis] = tf.util.parseAxisParam((args.attrs as unknown as tf.CumsumAttrs).axis, x.shape);
    const merged = [tf.util.sizeFromShape(x.shape.slice(0, axis)), x.shape[axis], tf.util.sizeFromShape(x.shape.slice(axis + 1))];
    const result = stock({ ...args, inputs: { x: reshaped(x, merged) }, attrs: { ...args.attrs, axis: 1 } });
    return reshaped(result as tf.TensorInfo, x.shape);
  };
}

/** The stock kernel gives zeros for rank 5, after a complaint of the shader compiler. Adjacent axes without padding are merged. */
function padOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { paddings } = args.attrs as unknown as tf.PadV2Attrs;
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    const shape: number[] = [];
    const merged: [number, number][] = [];
    for (const [axis, padding] of paddings.entries()) {
      const plain = padding[0] === 0 && padding[1] === 0;
      const last = merged.at(-1);
      if (plain && last !== undefined && last[0] === 0 && last[1] === 0) shape[shape.length - 1] *= x.shape[axis];
      else {
        shape.push(x.shape[axis]);
        merged.push(padding);
      }
    }
    if (shape.length > MAX_RANK) {
      throw new Error(`the webgpu backend cannot pad a tensor of rank ${x.shape.length} along these axes at once: pad [${paddings.map((p) => p.join('+')).join(', ')}]; pad them one after the other`);
    }
    const result = stock({ ...args, inputs: { x: reshaped(x, shape) }, attrs: { ...args.attrs, paddings: merged } });
    return reshaped(result as tf.TensorInfo, paddings.map(([before, after], axis) => before + x.shape[axis] + after));
  };
}
