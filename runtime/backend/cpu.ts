import * as tf from '@tensorflow/tfjs-core';
import { loadCpu } from './host.ts';
import { input, register, started, starting, wrapKernel } from './registration.ts';
import { addSegments, checkSegments } from './segments.ts';
import type { PreparedBackend } from './types.ts';

interface CpuBackend {
  /** The tensor's own array, not a copy. */
  readSync(id: object): Float32Array | Int32Array;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo;
}

/** The plain JavaScript backend: everywhere, slow, the reference of the others. */
export async function prepareCpu(): Promise<PreparedBackend> {
  const { version_cpu: version } = await loadCpu();
  return {
    detail: `plain JavaScript, tfjs ${version}`,
    suitableForAuto: true,
    async start() {
      if (started('cpu') === null) register('cpu', await starting('cpu', 'reinstall attnc', tf.findBackendFactory('cpu')!));
      const backend = started('cpu')!;
      silenceAdvertisement(backend);
      replaceSegmentSum(backend);
      replaceWholeAbs(backend);
    },
  };
}

// Its first tensor under Node prints a ten-line advertisement for tfjs-node, which must not mix with a program's output.
function silenceAdvertisement(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false;
}

/** The stock kernel passes over all of its input once per segment: seconds for the gradient of a common embedding table. */
function replaceSegmentSum(active: tf.KernelBackend): void {
  const backend = active as unknown as CpuBackend;
  if (tf.getKernel(tf.UnsortedSegmentSum, 'cpu') !== undefined) tf.unregisterKernel(tf.UnsortedSegmentSum, 'cpu');
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'cpu',
    kernelFunc({ inputs, attrs }) {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const ids = backend.readSync(segmentIds.dataId);
      checkSegments(ids, numSegments);
      const shape = [numSegments, ...x.shape.slice(1)];
      const size = tf.util.sizeFromShape(shape);
      const sums = x.dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
      addSegments(backend.readSync(x.dataId), ids, sums, tf.util.sizeFromShape(x.shape.slice(1)));
      return backend.makeTensorInfo(shape, x.dtype, sums);
    },
  });
}

const MARK = Symbol.for('attnc.cpu-kernels');

/** The stock kernel takes magnitudes of whole numbers as floats. */
function replaceWholeAbs(active: tf.KernelBackend): void {
  const backend = active as unknown as CpuBackend;
  wrapKernel(tf.Abs, 'cpu', (stock) => {
    if (MARK in stock) return stock;
    const kernel: tf.KernelFunc = (args) => {
      const x = input(args, 'x');
      return x.dtype === 'int32' ? backend.makeTensorInfo(x.shape, 'int32', Int32Array.from(backend.readSync(x.dataId), Math.abs)) : stock(args);
    };
    return Object.assign(kernel, { [MARK]: true });
  });
}
