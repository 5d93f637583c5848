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

/** The plain JavaScript backend: runs everywhere, slow, the reference for the others. */
export async function prepareCpu(): Promise<PreparedBackend> {
  const { version_cpu: version } = await loadCpu();
  return {
    detail: `plain JavaScript, tfjs ${version}`,
    suitableForAuto: true,
    async start() {
      if (started('cpu') === null) register('cpu', await starting('cpu', 'reinstall attnc', tf.findBackendFactory('cpu')));
      const backend = started('cpu')!;
      silenceAdvertisement(backend);
      replaceSegmentSum(backend);
      replaceElementwise(backend);
    },
  };
}

// Its first tensor under Node prints a ten-line advertisement for tfjs-node, which must not mix with a program's output.
function silenceAdvertisement(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false;
}

/** The stock kernel scans all of its input once per segment, which takes seconds for the gradient of an ordinary embedding table. */
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

/**
 * Absolute values of integers, which the stock kernel treats as floats; integers as floats, which it leaves unchanged; erf, which
 * it computes to 2e-7 absolute, and so not at all near 0.
 */
function replaceElementwise(active: tf.KernelBackend): void {
  const backend = active as unknown as CpuBackend;
  const replace = (
    name: string,
    to: (x: tf.TensorInfo, values: Float32Array | Int32Array, attrs: tf.CastAttrs) => Float32Array | Int32Array | null,
  ): void =>
    wrapKernel(name, 'cpu', (stock) => {
      if (MARK in stock) return stock;
      const kernel: tf.KernelFunc = (args) => {
        const x = input(args, 'x');
        const made = to(x, backend.readSync(x.dataId), args.attrs as unknown as tf.CastAttrs);
        return made === null ? stock(args) : backend.makeTensorInfo(x.shape, made instanceof Float32Array ? 'float32' : 'int32', made);
      };
      return Object.assign(kernel, { [MARK]: true });
    });
  replace(tf.Abs, (x, values) => (x.dtype === 'int32' ? Int32Array.from(values, Math.abs) : null));
  replace(tf.Cast, (x, values, { dtype }) =>
    dtype === 'float32' && (x.dtype === 'int32' || x.dtype === 'bool') ? Float32Array.from(values) : null,
  );
  replace(tf.Erf, (x, values) => (x.dtype === 'float32' ? Float32Array.from(values, erf) : null));
}

/** 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)) below 3; beyond that, 1 minus a continued fraction. */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-12 * x; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 24; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
