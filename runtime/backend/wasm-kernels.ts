/**
 * Replacements for kernels of tfjs's WebAssembly backend that are slow, wrong or missing.
 *
 * Slow: slice, split and unpack copy their whole source out of the heap for every piece; the matrix product takes a scalar path
 * unless both operands are single and not transposed; gather and tile place elements singly, and so do comparisons and the like where
 * they broadcast; tanh is scalar. Wrong: gather with
 * batch axes, a cast of other numbers than 0 and 1 to bool, a sum or matrix product over an axis of size 0, a matrix product
 * whose right operand has the data of an earlier one's in another shape; magnitudes, negatives and quotients of whole numbers;
 * sine and cosine of large numbers, log1p near 0, the sign of the smallest.
 * Missing: UnsortedSegmentSum. `docs/backends.md` has the numbers.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attribute, input, kernelOf, sumOverNothing } from './registration.ts';
import { addSegments, checkSegments } from './segments.ts';
import { product, zeros, type WasmBackend } from './wasm-heap.ts';
import { matMulKernel } from './wasm-products.ts';

const MARK = Symbol.for('attnc.wasm-kernels');

/** Replaces the kernels on an active wasm backend; does nothing the second time. */
export function installWasmKernels(active: tf.KernelBackend): void {
  const backend = active as unknown as WasmBackend;
  const stock = (name: string): tf.KernelFunc => kernelOf(name, 'wasm');
  const sliceStock = stock(tf.Slice);
  if (MARK in sliceStock) return;
  const kernels: Readonly<Record<string, tf.KernelFunc>> = {
    [tf.Slice]: Object.assign(sliceKernel(backend, sliceStock), { [MARK]: true }),
    [tf.SplitV]: splitKernel(backend, stock(tf.SplitV)),
    [tf.Unpack]: unpackKernel(backend, stock(tf.Unpack)),
    [tf.BatchMatMul]: matMulKernel(backend, stock(tf.BatchMatMul), stock(tf.Transpose)),
    [tf.Tanh]: tanhKernel(backend, stock(tf.Tanh)),
    [tf.GatherV2]: gatherKernel(backend, stock(tf.GatherV2)),
    [tf.Tile]: tileKernel(backend, stock(tf.Tile)),
    [tf.Sum]: sumOverNothing(stock(tf.Sum)),
    [tf.Cast]: castKernel(backend, stock(tf.Cast)),
    [tf.Neg]: eachKernel(backend, stock(tf.Neg), 'int32', (x) => -x),
    [tf.Abs]: eachKernel(backend, stock(tf.Abs), 'int32', Math.abs),
    [tf.Log1p]: eachKernel(backend, stock(tf.Log1p), 'float32', Math.log1p),
    [tf.Sin]: eachKernel(backend, stock(tf.Sin), 'float32', Math.sin),
    [tf.Cos]: eachKernel(backend, stock(tf.Cos), 'float32', Math.cos),
    [tf.Sign]: eachKernel(backend, stock(tf.Sign), 'float32', Math.sign),
    [tf.FloorDiv]: wholeQuotientKernel(backend, stock(tf.FloorDiv)),
    [tf.UnsortedSegmentSum]: segmentSumKernel(backend),
  };
  const tile = kernels[tf.Tile]!;
  const spread = SLOW_TO_BROADCAST.map((name) => [name, spreadKernel(backend, stock(name), tile)] as const);
  for (const [kernelName, kernelFunc] of [...Object.entries(kernels), ...spread]) {
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}

/** The stock kernels find the position of every single element where an operand's sizes are not the last ones of the result's. */
const SLOW_TO_BROADCAST: readonly string[] = [
  ...[tf.LogicalAnd, tf.LogicalOr, tf.Less, tf.LessEqual, tf.Greater, tf.GreaterEqual, tf.Equal, tf.NotEqual],
  ...[tf.Maximum, tf.Minimum, tf.Pow],
];

/** Writes such an operand out to the result's sizes first. */
function spreadKernel(backend: WasmBackend, stock: tf.KernelFunc, tile: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const made: tf.TensorInfo[] = [];
    const spread = (x: tf.TensorInfo): tf.TensorInfo => {
      if (product(x.shape) === 1 || tf.util.arraysEqual(x.shape, shape.slice(shape.length - x.shape.length))) return x;
      const own = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
      const reps = shape.map((size, axis) => (own[axis] === size ? 1 : size));
      const whole = tile({ ...args, inputs: { x: { ...x, shape: own } }, attrs: { reps } }) as tf.TensorInfo;
      made.push(whole);
      return whole;
    };
    const result = stock({ ...args, inputs: { a: spread(a), b: spread(b) } });
    for (const { dataId } of made) backend.disposeData(dataId);
    return result;
  };
}

/** Copies the box `begin`, `size` of `x` into a new tensor inside the heap. Bytes are moved: any fixed-width dtype. */
function copyBox(backend: WasmBackend, x: tf.TensorInfo, begin: readonly number[], size: readonly number[]): tf.TensorInfo {
  const out = backend.makeOutput([...size], x.dtype);
  const total = product(size);
  if (total === 0) return out;
  const width = tf.util.bytesPerElement(x.dtype);
  const rank = size.length;
  // Axes after `split` are whole, so a run of them and one stretch of `split` lies in one piece.
  let split = rank - 1;
  let run = 1;
  while (split > 0 && size[split] === x.shape[split]) run *= x.shape[split--]!;
  const strides: number[] = new Array<number>(rank);
  let stride = width;
  for (let axis = rank - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= x.shape[axis]!;
  }
  const piece = run * size[split]! * width;
  // Allocating the output may have moved the heap: the view is taken after it.
  const heap = backend.wasm.HEAPU8;
  let source = backend.dataIdMap.get(x.dataId).memoryOffset;
  for (let axis = 0; axis < rank; axis++) source += begin[axis]! * strides[axis]!;
  let target = backend.dataIdMap.get(out.dataId).memoryOffset;
  const pieces = (total * width) / piece;
  const index = new Array<number>(Math.max(split, 0)).fill(0);
  for (let count = 0; count < pieces; count++) {
    heap.copyWithin(target, source, source + piece);
    target += piece;
    for (let axis = split - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      source += strides[axis]!;
      if (index[axis]! < size[axis]!) break;
      source -= strides[axis]! * size[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function sliceKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    if (x.dtype === 'string' || x.shape.length === 0) return stock(args);
    const [begin, size] = tf.slice_util.parseSliceParams(
      x as tf.Tensor,
      attribute<number | number[]>(args, 'begin'),
      attribute<number | number[]>(args, 'size'),
    );
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin!, size!);
    return copyBox(backend, x, begin!, size!);
  };
}

function splitKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    if (x.dtype === 'string') return stock(args);
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0];
    const begin = new Array<number>(x.shape.length).fill(0);
    const size = [...x.shape];
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, attribute<number | number[]>(args, 'numOrSizeSplits'), axis).map((length) => {
      size[axis!] = length;
      const piece = copyBox(backend, x, begin, size);
      begin[axis!] = begin[axis!]! + length;
      return piece;
    });
  };
}

function unpackKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'value');
    if (x.dtype === 'string') return stock(args);
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0];
    const begin = new Array<number>(x.shape.length).fill(0);
    const size = [...x.shape];
    size[axis!] = 1;
    return Array.from({ length: x.shape[axis!]! }, (_, at) => {
      begin[axis!] = at;
      const piece = copyBox(backend, x, begin, size);
      return { ...piece, shape: x.shape.filter((__, i) => i !== axis) };
    });
  };
}

/**
 * The rational approximation of Eigen (`ptanh`, degree 13 over 6) up to 8, in double precision here; relative error below 1.3e-7.
 * Beyond, what is left of 1. The stock kernel calls the C library for every element.
 */
function tanhKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    if (x.dtype !== 'float32') return stock(args);
    const out = backend.makeOutput([...x.shape], 'float32');
    const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    for (let i = 0; i < target.length; i++) {
      const v = source[i];
      if (v! > 8 || v! < -8) {
        target[i] = v! > 0 ? 1 - 2 * Math.exp(-2 * v!) : 2 * Math.exp(2 * v!) - 1;
        continue;
      }
      const s = v! * v!;
      const above =
        4.89352455891786e-3 +
        s *
          (6.37261928875436e-4 +
            s *
              (1.48572235717979e-5 +
                s * (5.12229709037114e-8 + s * (-8.60467152213735e-11 + s * (2.00018790482477e-13 - 2.76076847742355e-16 * s)))));
      const below = 4.89352518554385e-3 + s * (2.268434632439e-3 + s * (1.18534705686654e-4 + s * 1.19825839466702e-6));
      target[i] = (v! * above) / below;
    }
    return out;
  };
}

/** The stock kernel finds the position of every single element anew, and ignores that each batch item has indices of its own. */
function gatherKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const [x, indices] = [input(args, 'x'), input(args, 'indices')];
    if (x.dtype === 'string' || indices.dtype !== 'int32') return stock(args);
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0];
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = tf.backend_util.segment_util.collectGatherOpShapeInfo(
      x as tf.Tensor,
      indices as tf.Tensor,
      axis!,
      attribute<number>(args, 'batchDims'),
    );
    const out = backend.makeOutput(outputShape, x.dtype);
    const [source, target, at] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(indices)];
    const wrong = at.find((index) => index < 0 || index >= dimSize);
    if (wrong !== undefined) {
      backend.disposeData(out.dataId);
      throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${dimSize - 1}]`);
    }
    const count = at.length / batchSize;
    let to = 0;
    for (let batch = 0; batch < batchSize; batch++) {
      for (let outer = 0; outer < outerSize; outer++) {
        const base = (batch * outerSize + outer) * dimSize;
        for (let i = 0; i < count; i++) {
          const from = (base + at[batch * count + i]!) * sliceSize;
          if (sliceSize < SHORT_ROW) for (let k = 0; k < sliceSize; k++) target[to + k] = source[from + k]!;
          else target.set(source.subarray(from, from + sliceSize), to);
          to += sliceSize;
        }
      }
    }
    return out;
  };
}

// Below this many elements a loop is faster than a call that copies them.
const SHORT_ROW = 32;

/** Copies blocks that double in length; the stock kernel finds the position of every single element. Broadcasting uses it as well. */
function tileKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    const reps = attribute<number[]>(args, 'reps');
    if (x.dtype === 'string') return stock(args);
    const out = backend.makeOutput(
      x.shape.map((size, axis) => size * reps[axis]!),
      x.dtype,
    );
    if (product(out.shape) === 0) return out;
    const width = tf.util.bytesPerElement(x.dtype);
    const heap = backend.wasm.HEAPU8;
    // Axes from `whole` on are not repeated: their elements lie in one piece.
    let whole = x.shape.length;
    let piece = width;
    while (whole > 0 && reps[whole - 1] === 1) piece *= x.shape[--whole]!;
    let source = backend.dataIdMap.get(x.dataId).memoryOffset;
    /** Writes the block of `axis` and of those after it at `target`; returns its end. */
    const write = (axis: number, target: number): number => {
      if (axis === whole) {
        heap.copyWithin(target, source, source + piece);
        source += piece;
        return target + piece;
      }
      let end = target;
      for (let i = 0; i < x.shape[axis]!; i++) end = write(axis + 1, end);
      const stop = target + (end - target) * reps[axis]!;
      while (end < stop) {
        const length = Math.min(end - target, stop - end);
        heap.copyWithin(end, target, target + length);
        end += length;
      }
      return end;
    };
    write(0, backend.dataIdMap.get(out.dataId).memoryOffset);
    return out;
  };
}

/** The stock kernel copies the low byte of the number, so that 256 and 0.5 become false and 2 is not equal to true. */
function castKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    if (attribute<tf.DataType>(args, 'dtype') !== 'bool' || (x.dtype !== 'int32' && x.dtype !== 'float32')) return stock(args);
    const out = backend.makeOutput([...x.shape], 'bool');
    const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    for (let i = 0; i < target.length; i++) target[i] = source[i] === 0 ? 0 : 1;
    return out;
  };
}

/** An operation on every element of one type by itself: the stock kernels take whole numbers for floats, small floats for 0, and lose the angle of large ones. */
function eachKernel(backend: WasmBackend, stock: tf.KernelFunc, dtype: 'int32' | 'float32', of: (x: number) => number): tf.KernelFunc {
  return (args) => {
    const x = input(args, 'x');
    if (x.dtype !== dtype) return stock(args);
    const out = backend.makeOutput([...x.shape], dtype);
    const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    for (let i = 0; i < target.length; i++) target[i] = of(source[i]!);
    return out;
  };
}

/** The stock kernel divides floats. In double precision the floor of a quotient of two int32 is exact. */
function wholeQuotientKernel(backend: WasmBackend, stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    if (a.dtype !== 'int32' || b.dtype !== 'int32') return stock(args);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const out = backend.makeOutput(shape, 'int32');
    const target = backend.typedArrayFromHeap(out);
    const [above, below] = [a, b].map((x) => {
      const values = backend.typedArrayFromHeap(x);
      const own = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
      const strides = own.map((size, axis) => (size === 1 ? 0 : product(own.slice(axis + 1))));
      if (tf.util.arraysEqual(own, shape)) return (i: number): number => values[i]!;
      return (i: number): number => {
        let [rest, at] = [i, 0];
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          at += (rest % shape[axis]!) * strides[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        return values[at]!;
      };
    });
    for (let i = 0; i < target.length; i++) target[i] = Math.floor(above!(i) / below!(i));
    return out;
  };
}

function segmentSumKernel(backend: WasmBackend): tf.KernelFunc {
  return (args) => {
    const [x, segmentIds] = [input(args, 'x'), input(args, 'segmentIds')];
    const segments = attribute<number>(args, 'numSegments');
    checkSegments(backend.typedArrayFromHeap(segmentIds), segments);
    const out = zeros(backend, [segments, ...x.shape.slice(1)], x.dtype);
    addSegments(
      backend.typedArrayFromHeap(x),
      backend.typedArrayFromHeap(segmentIds),
      backend.typedArrayFromHeap(out),
      product(x.shape.slice(1)),
    );
    return out;
  };
}
