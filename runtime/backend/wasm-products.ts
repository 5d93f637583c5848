/** Matrix products on tfjs's WebAssembly backend. `docs/backends.md` has the numbers. */
import * as tf from '@tensorflow/tfjs-core';
import { attribute, input } from './registration.ts';
import { product, reshaped, zeros, type WasmBackend } from './wasm-heap.ts';

// Names for the views of single items, outside the range that the backend counts up. Disposing of a name also drops the packed
// copy of the right operand that XNNPACK keeps under it, so a name may be used again.
const VIEW_A = 0x4000_0001;
const VIEW_B = 0x4000_0002;
const VIEW_OUT = 0x4000_0003;

// Below this many multiplications an item's fixed cost (packing, a call) outweighs the scalar path.
const SMALL_ITEM = 8192;

/** Batched and transposed products as transpositions and one plain 2-D product per item, each on XNNPACK's fast path. */
export function matMulKernel(backend: WasmBackend, stock: tf.KernelFunc, transpose: tf.KernelFunc): tf.KernelFunc {
  const itemByItem = itemsOf(backend);
  const swapped = swapOf(backend, transpose);
  const transposed = transposedCopies(backend, swapped);
  // XNNPACK packs the right operand of a plain product once and keeps it under its data's name, whatever its shape: 3 rows of
  // one column, asked for again as one row of 3, would be 3 rows still, and most of the result is never written.
  const packed = new WeakMap<object, number>();
  const isPackedSo = ({ dataId }: tf.TensorInfo, columns: number): boolean => {
    const known = packed.get(dataId) ?? columns;
    packed.set(dataId, known);
    return known === columns;
  };

  const plainProduct = (args: Parameters<tf.KernelFunc>[0], a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo =>
    isPackedSo(b, matrixOf(b, false)[1])
      ? (stock({ ...args, inputs: { a, b } as tf.NamedTensorInfoMap, attrs: { transposeA: false, transposeB: false } }) as tf.TensorInfo)
      : itemByItem(a, b);

  return (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    const [transposeA, transposeB] = [attribute<boolean>(args, 'transposeA'), attribute<boolean>(args, 'transposeB')];
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const [rows, inner] = matrixOf(a, transposeA);
    const [innerB, columns] = matrixOf(b, transposeB);
    const [countA, countB] = [product(batchA), product(batchB)];
    const single = countA === 1 && countB === 1;
    if (inner === 0 && innerB === 0)
      return zeros(backend, [...tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns]);
    const odd = a.dtype !== 'float32' || b.dtype !== 'float32' || inner !== innerB || product(a.shape) * product(b.shape) === 0;
    if (odd || (countA !== countB && countA !== 1 && countB !== 1)) return stock(args);
    const isPlain = single && !transposeA && !transposeB;
    if (isPlain ? isPackedSo(b, columns) : rows * inner * columns < SMALL_ITEM) return stock(args);

    // To pack takes several times as long as to transpose, and what was packed stays so. Aᵀ B is (Bᵀ A)ᵀ, for which A is packed: cheaper if
    // A is narrower, as a layer's input in its weights' gradient, or is packed already, as what several gates read.
    if (single && transposeA && !transposeB && columns !== 1 && rows < inner && (rows <= columns || packed.has(a.dataId))) {
      const plain = swapped(b);
      const product = plainProduct(args, plain, a);
      const result = swapped(product);
      for (const { dataId } of [plain, product]) backend.disposeData(dataId);
      return result;
    }
    const plainA = transposeA ? swapped(a) : reshaped(backend, a, a.shape);
    const plainB = !transposeB ? reshaped(backend, b, b.shape) : countB === 1 ? transposed(b) : swapped(b);
    const result = single && !isPlain ? plainProduct(args, plainA, plainB) : itemByItem(plainA, plainB);
    backend.disposeData(plainA.dataId);
    backend.disposeData(plainB.dataId);
    return result;
  };
}

type Size = readonly [rows: number, columns: number];

function matrixOf({ shape }: tf.TensorInfo, transposed: boolean): Size {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** One plain product of matrices per item of the batch, on views of the operands. */
function itemsOf(backend: WasmBackend): (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo {
  const { wasm } = backend;
  const number = 'number';
  const multiply = wasm.cwrap('BatchMatMul', null, [number, 'array', number, number, 'array', number, number, number, number]);
  const bytes = (shape: readonly number[]): Uint8Array => new Uint8Array(new Int32Array(shape).buffer);
  return (a, b) => {
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const [countA, countB] = [product(batchA), product(batchB)];
    const [[rows, inner], [, columns]] = [matrixOf(a, false), matrixOf(b, false)];
    const out = backend.makeOutput([...tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns], 'float32');
    const [atA, atB, atOut] = [a, b, out].map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset) as [number, number, number];
    // One right operand for the whole batch: the batch is more rows of one product.
    const [items, itemRows] = countB === 1 ? [1, countA * rows] : [countB, rows];
    const [shapeA, shapeB] = [bytes([1, itemRows, inner]), bytes([1, inner, columns])];
    for (let item = 0; item < items; item++) {
      wasm.tfjs.registerTensor(VIEW_A, itemRows * inner, atA + (countA === 1 ? 0 : item * itemRows * inner * 4));
      wasm.tfjs.registerTensor(VIEW_B, inner * columns, atB + item * inner * columns * 4);
      wasm.tfjs.registerTensor(VIEW_OUT, itemRows * columns, atOut + item * itemRows * columns * 4);
      multiply(VIEW_A, shapeA, 3, VIEW_B, shapeB, 3, false, false, VIEW_OUT);
      for (const view of [VIEW_A, VIEW_B, VIEW_OUT]) wasm.tfjs.disposeData(view);
    }
    return out;
  };
}

/** This many rows at a time stay in a processor's cache. */
const BLOCK = 32;
/** Columns of the result that lie a multiple of this many elements apart fall into the same lines of the cache: stock, up to five times as long. */
const CACHE_STRIDE = 1024;

type Swap = (x: tf.TensorInfo) => tf.TensorInfo;

/** Every matrix transposed. */
function swapOf(backend: WasmBackend, transpose: tf.KernelFunc): Swap {
  return (x) => {
    const batch = x.shape.slice(0, -2);
    const [rows, columns] = matrixOf(x, false);
    if (rows % CACHE_STRIDE !== 0 || product(batch) > 1) {
      const perm = [...batch.keys(), batch.length + 1, batch.length];
      return transpose({ inputs: { x }, backend: backend as unknown as tf.KernelBackend, attrs: { perm } }) as tf.TensorInfo;
    }
    const out = backend.makeOutput([...batch, columns, rows], 'float32');
    const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    for (let top = 0; top < rows; top += BLOCK) {
      const bottom = Math.min(top + BLOCK, rows);
      for (let column = 0; column < columns; column++) {
        let [from, to] = [top * columns + column, column * rows + top];
        for (let row = top; row < bottom; row++, from += columns) target[to++] = source[from]!;
      }
    }
    return out;
  };
}

/**
 * A right operand that is read transposed a second time, as a parameter in a loop or in every step of decoding, is kept so for as
 * long as it lives: no third time is it transposed and packed. What it gives has one more reference.
 */
function transposedCopies(backend: WasmBackend, swapped: Swap): Swap {
  const read = new WeakSet<object>();
  const kept = new WeakMap<object, tf.TensorInfo>();
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const isGone = dispose(dataId, force);
    const copy = isGone ? kept.get(dataId) : undefined;
    if (copy !== undefined) dispose(copy.dataId);
    if (isGone) kept.delete(dataId);
    return isGone;
  };
  return (x) => {
    const [rows, columns] = matrixOf(x, true);
    let copy = kept.get(x.dataId);
    if (copy !== undefined && matrixOf(copy, false).join() !== [rows, columns].join()) copy = undefined;
    else if (copy === undefined && read.has(x.dataId)) {
      copy = swapped(x);
      kept.set(x.dataId, copy);
    }
    read.add(x.dataId);
    return copy === undefined ? swapped(x) : reshaped(backend, copy, [...x.shape.slice(0, -2), rows, columns]);
  };
}
