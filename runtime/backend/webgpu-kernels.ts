/**
 * Repairs of kernels of tfjs's WebGPU backend. Several stop at rank 4 or 6, one of them without an error: they are given the same
 * data under a shape of lower rank. A cast to float32 keeps a buffer of integers, which some kernels take for floats.
 * `docs/backends.md` lists what is left.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attribute, input, kernelOf, sumOverNothing, wrapKernel, zeros } from './registration.ts';
import { installFloatKernels } from './webgpu-floats.ts';
import { installIntegerKernels } from './webgpu-ints.ts';

const MAX_RANK = 4;

/** To be called once, before the backend is first used. */
export function repairWebgpuKernels({ software }: { readonly software: boolean }): void {
  if (software) wrapKernel(tf.BatchMatMul, 'webgpu', smallProductByTiles);
  wrapKernel(tf.BatchMatMul, 'webgpu', productOverNothing);
  wrapKernel(tf.ArgMax, 'webgpu', scalarOfVector);
  wrapKernel(tf.ArgMin, 'webgpu', scalarOfVector);
  for (const name of [tf.ArgMax, tf.ArgMin]) wrapKernel(name, 'webgpu', placeOfAnyRank);
  wrapKernel(tf.Sum, 'webgpu', sumOverNothing);
  wrapKernel(tf.Select, 'webgpu', selectOfAnyRank);
  // The stock kernel of `reverse` takes four axes: those of a running sum are merged before it is turned.
  for (const name of [tf.Cumsum, tf.Cumprod]) wrapKernel(name, 'webgpu', cumulativeFromTheEnd);
  for (const name of [tf.Cumsum, tf.Cumprod]) wrapKernel(name, 'webgpu', cumulativeOfAnyRank);
  wrapKernel(tf.PadV2, 'webgpu', padOfAnyRank);
  wrapKernel(tf.Transpose, 'webgpu', transposeOfAnyRank);
  wrapKernel(tf.Cast, 'webgpu', castToFloats);
  for (const name of [tf.Max, tf.Min, tf.Mean, tf.Sum, tf.Prod, tf.Any, tf.All]) wrapKernel(name, 'webgpu', reductionOfAnyRank);
  wrapKernel(tf.Fill, 'webgpu', fillOfAnyRank);
  wrapKernel(tf.Unpack, 'webgpu', unpackOfAnyRank);
  wrapKernel(tf.Tile, 'webgpu', tileOfAnyRank);
  installIntegerKernels();
  installFloatKernels();
}

const MATMUL_PROGRAM = 'WEBGPU_MATMUL_PROGRAM_TYPE';
/** tfjs's MatMulSmallOutputSizeProgram. */
const SMALL_TILES = 2;
/** Products of up to this many elements get tfjs's MatMulReduceProgram. */
const MOST_REDUCED = 128;

/**
 * The stock kernel gives each element of a small product a workgroup that meets at several barriers: a gain on hardware, but a
 * hundred times slower than small tiles where a processor plays all the threads. Whoever has chosen a program gets it.
 */
function smallProductByTiles(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    const chosen = tf.env().getNumber(MATMUL_PROGRAM);
    const rows = a.shape.at(attribute<boolean>(args, 'transposeA') ? -1 : -2)!;
    const columns = b.shape.at(attribute<boolean>(args, 'transposeB') ? -2 : -1)!;
    const batch = Math.max(...[a, b].map(({ shape }) => tf.util.sizeFromShape(shape.slice(0, -2))));
    if (chosen >= 0 || batch * rows * columns > MOST_REDUCED) return stock(args);
    tf.env().set(MATMUL_PROGRAM, SMALL_TILES);
    try {
      return stock(args);
    } finally {
      tf.env().set(MATMUL_PROGRAM, chosen);
    }
  };
}

/** A product over an axis of size 0 is 0: the stock kernel is given a buffer of no bytes, which WebGPU refuses, and leaves the memory unchanged. */
function productOverNothing(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    const [turnA, turnB] = [attribute<boolean>(args, 'transposeA'), attribute<boolean>(args, 'transposeB')];
    if (a.shape.at(turnA ? -2 : -1) !== 0) return stock(args);
    const outer = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return zeros(args, [...outer, a.shape.at(turnA ? -1 : -2)!, b.shape.at(turnB ? -2 : -1)!], a.dtype === 'int32' ? 'int32' : 'float32');
  };
}

/** The stock kernel gives integers and truth values out as they lie in their buffer: a transposition of them, also one inside of a reduction, is not a valid shader. */
function castToFloats(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { dtype } = args.attrs as unknown as tf.CastAttrs;
    const result = stock(args) as tf.TensorInfo;
    if (dtype !== 'float32' || x === undefined || (x.dtype !== 'int32' && x.dtype !== 'bool')) return result;
    const backend = args.backend as tf.KernelBackend;
    const one = { dataId: backend.write(Float32Array.of(1), [], 'float32'), shape: [], dtype: 'float32' as const };
    const floats = kernelOf(
      tf.Multiply,
      'webgpu',
    )({ inputs: { a: reshaped(result, [tf.util.sizeFromShape(x.shape)]), b: one }, attrs: {}, backend }) as tf.TensorInfo;
    backend.disposeData(one.dataId);
    backend.disposeData(result.dataId);
    return reshaped(floats, x.shape);
  };
}

/** The stock kernel refuses rank 7. Axes that stay behind one another are merged. */
function transposeOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { perm } = args.attrs as unknown as tf.TransposeAttrs;
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    // By the first axis of each group: its size.
    const groups = new Map<number, number>();
    let first = 0;
    for (const [k, axis] of perm.entries()) {
      if (k === 0 || axis !== perm[k - 1]! + 1) first = axis;
      groups.set(first, (groups.get(first) ?? 1) * x.shape[axis]!);
    }
    const order = [...groups.keys()].sort((a, b) => a - b);
    const result = stock({
      ...args,
      inputs: {
        x: reshaped(
          x,
          order.map((axis) => groups.get(axis)!),
        ),
      },
      attrs: { perm: [...groups.keys()].map((axis) => order.indexOf(axis)) },
    });
    return reshaped(
      result as tf.TensorInfo,
      perm.map((axis) => x.shape[axis]!),
    );
  };
}

/** From rank 5 on the stock kernel reads the data back, which Node refuses and a page waits for. Axes are repeated one by one. */
function tileOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { reps } = args.attrs as unknown as tf.TileAttrs;
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    const backend = args.backend as tf.KernelBackend;
    const shape = x.shape.slice();
    let made: tf.TensorInfo | null = null;
    // From behind: what is not repeated yet is copied in the longest pieces.
    for (const axis of [...shape.keys()].reverse()) {
      if (reps[axis] === 1) continue;
      const next = stock({
        ...args,
        inputs: { x: reshaped(made ?? x, around(shape, axis)) },
        attrs: { reps: [1, reps[axis]!, 1] },
      }) as tf.TensorInfo;
      if (made !== null) backend.disposeData(made.dataId);
      made = next;
      shape[axis]! *= reps[axis]!;
    }
    return made === null
      ? (kernelOf(tf.Identity, 'webgpu')({ inputs: { x }, attrs: {}, backend }) as tf.TensorInfo)
      : reshaped(made, shape);
  };
}

/** The stock kernel refuses rank 7. */
function fillOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { shape } = args.attrs as unknown as tf.FillAttrs;
    if (shape.length <= MAX_RANK) return stock(args);
    return reshaped(stock({ ...args, attrs: { ...args.attrs, shape: [tf.util.sizeFromShape(shape)] } }) as tf.TensorInfo, shape);
  };
}

/** The stock kernel refuses rank 7. The axes before and after the one that is taken apart are merged. */
function unpackOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { value } = args.inputs;
    if (value === undefined || value.shape.length <= MAX_RANK) return stock(args);
    const axis = tf.util.parseAxisParam((args.attrs as unknown as tf.UnpackAttrs).axis, value.shape)[0]!;
    const rest = value.shape.filter((_, k) => k !== axis);
    const parts = stock({ ...args, inputs: { value: reshaped(value, around(value.shape, axis)) }, attrs: { axis: 1 } }) as tf.TensorInfo[];
    return parts.map((part) => reshaped(part, rest));
  };
}

/** The stock kernels refuse rank 7. Neighbouring axes that are all reduced, or all kept, are merged. */
function reductionOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { axis, reductionIndices, keepDims } = args.attrs as unknown as {
      axis?: number | number[];
      reductionIndices?: number | number[];
      keepDims?: boolean;
    };
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    const axes = tf.util.parseAxisParam(axis ?? reductionIndices ?? [...x.shape.keys()], x.shape);
    const shape: number[] = [];
    const reduced: boolean[] = [];
    for (const [k, size] of x.shape.entries()) {
      const gone = axes.includes(k);
      if (gone === reduced.at(-1)) shape[shape.length - 1]! *= size;
      else {
        shape.push(size);
        reduced.push(gone);
      }
    }
    const merged = [...reduced.keys()].filter((k) => reduced[k]);
    const result = stock({
      ...args,
      inputs: { x: reshaped(x, shape) },
      attrs: { axis: merged, reductionIndices: merged, keepDims: false },
    });
    const out = keepDims === true ? x.shape.map((size, k) => (axes.includes(k) ? 1 : size)) : x.shape.filter((_, k) => !axes.includes(k));
    return reshaped(result as tf.TensorInfo, out);
  };
}

/** The stock argMax and argMin give a vector's result the shape [1] instead of []. */
function scalarOfVector(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const result = stock(args) as tf.TensorInfo;
    return args.inputs.x?.shape.length === 1 ? { ...result, shape: [] } : result;
  };
}

/** The stock kernel refuses rank 7. The axes before and after the one that is searched are merged. */
function placeOfAnyRank(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    if (x === undefined || x.shape.length <= MAX_RANK) return stock(args);
    const axis = tf.util.parseAxisParam((args.attrs as unknown as tf.ArgMaxAttrs).axis, x.shape)[0]!;
    const result = stock({ ...args, inputs: { x: reshaped(x, around(x.shape, axis)) }, attrs: { axis: 1 } });
    return reshaped(
      result as tf.TensorInfo,
      x.shape.filter((_, k) => k !== axis),
    );
  };
}

/** A shape with what stands before an axis merged, and what stands behind it. */
function around(shape: readonly number[], axis: number): number[] {
  return [tf.util.sizeFromShape(shape.slice(0, axis)), shape[axis]!, tf.util.sizeFromShape(shape.slice(axis + 1))];
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
    const axis = tf.util.parseAxisParam((args.attrs as unknown as tf.CumsumAttrs).axis, x.shape)[0]!;
    const result = stock({ ...args, inputs: { x: reshaped(x, around(x.shape, axis)) }, attrs: { ...args.attrs, axis: 1 } });
    return reshaped(result as tf.TensorInfo, x.shape);
  };
}

/** The stock shader holds the length of the axis when it runs from the end, and is kept for other lengths as well: the axis is turned instead. */
function cumulativeFromTheEnd(stock: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const { x } = args.inputs;
    const { axis, reverse } = args.attrs as unknown as tf.CumsumAttrs;
    if (x === undefined || !reverse) return stock(args);
    const backend = args.backend as tf.KernelBackend;
    const turned = (from: tf.TensorInfo): tf.TensorInfo =>
      kernelOf(tf.Reverse, 'webgpu')({ inputs: { x: from }, attrs: { dims: [axis] }, backend }) as tf.TensorInfo;
    const before = turned(x);
    const forward = stock({ ...args, inputs: { x: before }, attrs: { ...args.attrs, reverse: false } }) as tf.TensorInfo;
    const result = turned(forward);
    backend.disposeData(before.dataId);
    backend.disposeData(forward.dataId);
    return result;
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
      if (plain && last !== undefined && last[0] === 0 && last[1] === 0) shape[shape.length - 1]! *= x.shape[axis]!;
      else {
        shape.push(x.shape[axis]!);
        merged.push(padding);
      }
    }
    if (shape.length > MAX_RANK) {
      throw new Error(
        `the webgpu backend cannot pad a tensor of rank ${x.shape.length} along these axes at once: pad [${paddings.map((p) => p.join('+')).join(', ')}]; pad them one after the other`,
      );
    }
    const result = stock({ ...args, inputs: { x: reshaped(x, shape) }, attrs: { ...args.attrs, paddings: merged } });
    return reshaped(
      result as tf.TensorInfo,
      paddings.map(([before, after], axis) => before + x.shape[axis]! + after),
    );
  };
}
