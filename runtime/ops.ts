/**
 * The few operations that emitted code needs and for which tfjs has no single good call on every backend. Each returns a new
 * tensor that the caller disposes of, and takes ownership of nothing.
 */
import { backend as activeBackend, broadcast_util, engine, Select, util, type NamedTensorMap } from '@tensorflow/tfjs-core';
import type { Rounds } from './definition.ts';
import * as tf from './tf.ts';

/** Disposes of tensors, of lists of tensors, and of the records of steps. */
export function dispose(...values: readonly (Rounds<tf.Tensor> | readonly Readonly<Record<string, Rounds<tf.Tensor>>>[])[]): void {
  for (const value of values) {
    if (tf.isTensor(value)) value.dispose();
    else for (const each of value) dispose(...(isRounds(each) ? [each] : Object.values(each)));
  }
}

function isRounds(value: Rounds<tf.Tensor> | Readonly<Record<string, Rounds<tf.Tensor>>>): value is Rounds<tf.Tensor> {
  return tf.isTensor(value) || Array.isArray(value);
}

function tensorsOf(list: readonly Rounds<tf.Tensor>[]): tf.Tensor[] {
  return list.flatMap((each) => (tf.isTensor(each) ? [each] : tensorsOf(each)));
}

/** Like tf.stack along a new first axis, for a list that may be empty, or one of lists; `shape` is that of one element. */
export function stack(list: readonly Rounds<tf.Tensor>[], shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.Tensor {
  if (list.length === 0) return tf.tensor([], [0, ...shape], dtype);
  return list.every(tf.isTensor) ? tf.stack(list) : tf.tidy(() => tf.reshape(tf.stack(tensorsOf(list)), [list.length, ...shape]));
}

/** For each round, what all steps have of it, stacked along a new first axis. */
export function byRound(steps: readonly (readonly tf.Tensor[])[]): tf.Tensor[] {
  return steps[0]!.map((_, i) => tf.stack(steps.map((step) => step[i]!)));
}

type Field = tf.Tensor | readonly tf.Tensor[];

/** Stacks the values of steps by name, each along a new first axis, and lists by round; the steps' own tensors are disposed of. */
export function stacked<S extends Readonly<Record<string, Field>>>(steps: readonly S[]): S {
  const stack = (field: string): Field => {
    const list: readonly Field[] = steps.map((step) => step[field]!);
    const made = list.every(tf.isTensor) ? tf.stack(list) : byRound(list.flatMap((each) => (tf.isTensor(each) ? [] : [each])));
    dispose(list);
    return made;
  };
  return Object.fromEntries(Object.keys(steps[0]!).map((field) => [field, stack(field)])) as S;
}

/** Like tf.unstack along the first axis, which may be empty. */
export function unstack(x: tf.Tensor): tf.Tensor[] {
  return x.shape[0] === 0 ? [] : tf.unstack(x);
}

/** The elements of a list in lists of so many. */
export function grouped<T>(list: readonly T[], count: number): T[][] {
  return Array.from({ length: list.length / count }, (_, k) => list.slice(k * count, (k + 1) * count));
}

/** The operation on the elements of lists that are as long as each other; operands that are no lists are the same for all. */
export function perRound<A extends readonly unknown[]>(
  op: (...operands: A) => tf.Tensor,
  ...operands: { readonly [K in keyof A]: A[K] | readonly A[K][] }
): tf.Tensor[] {
  const lists = operands.filter((each) => Array.isArray(each));
  return lists[0]!.map((_, i) => op(...(operands.map((each) => (Array.isArray(each) ? each[i] : each)) as unknown as A)));
}

/** The part of tfjs-node's backend that runs a TensorFlow operation by name. */
interface NativeBackend {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number; readonly TF_INT32: number; readonly TF_BOOL: number };
  executeSingleOutput(
    name: string,
    attributes: readonly { readonly name: string; readonly type: number; readonly value: number }[],
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
}

/** A TensorFlow operation that tfjs has no kernel for, on operands of one element type; null on other backends. */
function native(name: string, dtype: tf.DataType, inputs: readonly tf.Tensor[]): tf.Tensor | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  // `backend` returns the type that all backends share.
  const backend = activeBackend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32, TF_BOOL } = backend.binding;
  const value = dtype === 'int32' ? TF_INT32 : dtype === 'bool' ? TF_BOOL : TF_FLOAT;
  return backend.executeSingleOutput(name, [{ name: 'T', type: TF_ATTR_TYPE, value }], inputs);
}

/** g (1 - y^2): the cotangent of x for y = tanh(x), where g is that of y. Both have the same shape. */
export function tanhGradient(g: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return native('TanhGrad', 'float32', [y, g]) ?? tf.tidy(() => tf.sub(g, tf.mul(g, tf.mul(y, y))));
}

/** g y (1 - y): the cotangent of x for y = sigmoid(x), where g is that of y. Both have the same shape. */
export function sigmoidGradient(g: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return native('SigmoidGrad', 'float32', [y, g]) ?? tf.tidy(() => tf.mul(g, tf.sub(y, tf.mul(y, y))));
}

/** x times a gate that is 0 below the limit: there x may be infinite, and 0 times infinity would be NaN. */
function gated(x: tf.Tensor, gate: tf.Tensor, limit: number): tf.Tensor {
  return tf.mul(tf.clipByValue(x, limit, Infinity), gate);
}

/** x σ(x). */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => gated(x, tf.sigmoid(x), -120));
}

/**
 * x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³))), Hendrycks & Gimpel 2016, sec. 2, as x σ(√(8/π) (x + 0.044715 x³)): the sum would
 * lose precision below 0.
 */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const scale = Math.sqrt(8 / Math.PI);
    const slope = tf.add(tf.mul(tf.square(x), 0.044715 * scale), scale);
    return gated(x, tf.sigmoid(tf.mul(x, slope)), -16);
  });
}

/**
 * `a` where the condition holds, else `b`; shapes broadcast from the right. The result has the element type of the operand that
 * is a tensor. Like tf.where, but without its copies of operands that already have the whole shape.
 */
export function where(condition: tf.Tensor, a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  if (tf.getBackend() === 'tensorflow') return nativeWhere(condition, a, b);
  if (typeof a !== 'number' && a.dtype === 'bool' && typeof b !== 'number') return whereTrue(condition, a, b);
  return tf.tidy(() => {
    const { assertAndGetBroadcastShape } = broadcast_util;
    let shape = condition.shape;
    let dtype: tf.DataType = 'float32';
    for (const x of [a, b]) {
      if (typeof x === 'number') continue;
      shape = assertAndGetBroadcastShape(shape, x.shape);
      dtype = x.dtype;
    }
    const whole = (x: tf.Tensor): tf.Tensor => (util.arraysEqual(x.shape, shape) ? x : tf.broadcastTo(x, shape));
    const [t, e] = [a, b].map((x) =>
      typeof x === 'number' ? tf.fill(shape, x, dtype) : whole(x.dtype === dtype ? x : tf.cast(x, dtype)),
    ) as [tf.Tensor, tf.Tensor];
    return engine().runKernel(Select, { condition: whole(condition), t, e } as object as NamedTensorMap) as tf.Tensor;
  });
}

/** For truth values, which the wasm kernel does not take. */
function whereTrue(condition: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.logicalOr(tf.logicalAnd(condition, a), tf.logicalAnd(tf.logicalNot(condition), b)));
}

/** TensorFlow's own operation broadcasts by itself. */
function nativeWhere(condition: tf.Tensor, a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const dtype = [a, b].reduce<tf.DataType>((known, x) => (typeof x === 'number' ? known : x.dtype), 'float32');
  const made: tf.Tensor[] = [];
  const [t, e] = [a, b].map((x) => {
    if (typeof x !== 'number' && x.dtype === dtype) return x;
    const tensor = typeof x === 'number' ? tf.scalar(x, dtype) : tf.cast(x, dtype);
    made.push(tensor);
    return tensor;
  }) as [tf.Tensor, tf.Tensor];
  const chosen = native('SelectV2', dtype, [condition, t, e])!;
  dispose(made);
  return chosen;
}

/** Like `run` on floats where truth values of three axes and more cannot be transposed: webgpu reads their bits as a float's. */
function asTruth(x: tf.Tensor, run: (x: tf.Tensor) => tf.Tensor, native: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'webgpu') return native(x);
  return tf.tidy(() => tf.cast(run(where(x, 1, 0)), 'bool'));
}

/** Permutes the axes of truth values. */
export function transpose(x: tf.Tensor, order: number[]): tf.Tensor {
  return asTruth(
    x,
    (number) => tf.transpose(number, order),
    (truth) => tf.transpose(truth, order),
  );
}

/** Whether any is true along axes that need not be the last. */
export function any(x: tf.Tensor, axes: number[]): tf.Tensor {
  return asTruth(
    x,
    (number) => tf.max(number, axes),
    (truth) => tf.any(truth, axes),
  );
}

/** Whether all are true along axes that need not be the last. */
export function all(x: tf.Tensor, axes: number[]): tf.Tensor {
  return asTruth(
    x,
    (number) => tf.min(number, axes),
    (truth) => tf.all(truth, axes),
  );
}

/**
 * Float rows of zeros with a one at each index: [...shape of indices, depth]. (The wasm kernel writes integers whatever type is
 * requested.)
 */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  // tfjs refuses fewer than two positions.
  if (depth < 2) return tf.tidy(() => tf.cast(tf.equal(tf.expandDims(indices, -1), tf.zeros([depth], 'int32')), 'float32'));
  return tf.tidy(() => tf.cast(tf.oneHot(indices, depth), 'float32'));
}

/**
 * Adds row k of `updates` [...leading, ...places, ...rest] to row `indices[k]` of zeros, for every k: [...leading, size, ...rest].
 * `indices` is int32 [...leading, ...places]; `leading` axes are independent of each other.
 */
export function scatter(indices: tf.Tensor, updates: tf.Tensor, size: number, leading = 0): tf.Tensor {
  return tf.tidy(() => {
    const front = updates.shape.slice(0, leading);
    const rest = updates.shape.slice(indices.rank);
    const groups = front.reduce((product, extent) => product * extent, 1);
    const count = indices.size;
    const width = rest.reduce((product, extent) => product * extent, 1);
    let rows = tf.reshape(indices, [groups, count / Math.max(groups, 1)]);
    if (leading > 0) rows = tf.add(rows, tf.reshape(tf.range(0, groups * size, size, 'int32'), [groups, 1]));
    if (count === 0) return tf.zeros([...front, size, ...rest], updates.dtype);
    const values = tf.reshape(updates, [count, width]);
    // webgpu adds whole numbers as floats.
    const sum =
      updates.dtype === 'int32'
        ? tf.unsortedSegmentSum(values, tf.reshape(rows, [count]), groups * size)
        : tf.scatterND(tf.reshape(rows, [count, 1]), values, [groups * size, width]);
    return tf.reshape(sum, [...front, size, ...rest]);
  });
}

/**
 * Each position along `axis` gets the value `by` positions before it (after it, if negative), and zeros where that is outside.
 * The axis and everything after it are one row of memory: two axes are enough for tensors of any rank.
 */
export function shift(x: tf.Tensor, axis: number, by: number): tf.Tensor {
  const places = x.shape[axis]!;
  if (by === 0) return tf.clone(x);
  if (Math.abs(by) >= places || x.size === 0) return tf.zerosLike(x);
  if (x.dtype === 'bool') return tf.tidy(() => tf.cast(shift(where(x, 1, 0), axis, by), 'bool'));
  return tf.tidy(() => {
    const row = x.size / x.shape.slice(0, axis).reduce((product, extent) => product * extent, 1);
    const gone = Math.abs(by) * (row / places);
    const kept = tf.slice(tf.reshape(x, [x.size / row, row]), [0, by < 0 ? gone : 0], [x.size / row, row - gone]);
    return tf.reshape(tf.pad(kept, [[0, 0], by > 0 ? [gone, 0] : [0, gone]]), x.shape);
  });
}

/** Each position along `axis` gets the value `by` positions before it (after it, if negative), wrapping around. */
export function roll(x: tf.Tensor, axis: number, by: number): tf.Tensor {
  const places = x.shape[axis]!;
  const back = places === 0 ? 0 : ((by % places) + places) % places;
  if (back === 0 || x.size === 0) return tf.clone(x);
  if (x.dtype === 'bool') return tf.tidy(() => tf.cast(roll(where(x, 1, 0), axis, by), 'bool'));
  // The axis and everything after it are one row of memory, as above.
  const row = x.size / x.shape.slice(0, axis).reduce((product, extent) => product * extent, 1);
  const moved = back * (row / places);
  const rows = tf.reshape(x, [x.size / row, row]);
  const last = tf.slice(rows, [0, row - moved], [x.size / row, moved]);
  const first = tf.slice(rows, [0, 0], [x.size / row, row - moved]);
  const joined = tf.concat([last, first], 1);
  const made = tf.reshape(joined, x.shape);
  dispose(rows, last, first, joined);
  return made;
}

/** floor(a / b) of whole numbers; 0 where b is 0. */
export function quot(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    // Kernels trap at a divisor of 0, and at -2^31 / -1.
    const [zero, turned] = [0, -1].map((n) => tf.equal(b, tf.scalar(n, 'int32'))) as [tf.Tensor, tf.Tensor];
    const whole = tf.floorDiv(a, where(tf.logicalOr(zero, turned), tf.scalar(1, 'int32'), b));
    return where(zero, tf.scalar(0, 'int32'), where(turned, tf.neg(whole), whole));
  });
}

/** a - b floor(a / b), which has the sign of b; a where b is 0. */
export function mod(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  return tf.tidy(() => {
    const [x, y] = [a, b].map((each) => (typeof each === 'number' ? tf.scalar(each) : each)) as [tf.Tensor, tf.Tensor];
    if (x.dtype !== 'float32' && y.dtype !== 'float32') return tf.sub(x, tf.mul(y, quot(x, y)));
    const remainder = tf.sub(x, tf.mul(y, tf.floor(tf.div(x, y))));
    // x / y may round up to a whole number: then the remainder is the rounding error of -y.
    const inside = tf.where(tf.less(tf.mul(remainder, tf.sign(y)), 0), tf.add(remainder, y), remainder);
    return tf.where(tf.equal(y, 0), tf.add(x, tf.zerosLike(inside)), inside);
  });
}

/** The logarithm of the softmax over the last axis. */
export function logSoftmax(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const shifted = tf.sub(x, tf.max(x, -1, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  });
}

/** A whole number of the host that becomes an element of a tensor. */
export function int32(n: number): number {
  if ((n | 0) !== n) throw new RangeError(`the sizes of this call give ${n}, a whole number that int32 cannot hold`);
  return n;
}

/** Exact logarithms of sizes. */
export function log2floor(n: number): number {
  let result = 0;
  for (let power = 2; power <= n; power *= 2) result++;
  return result;
}

export function log2ceil(n: number): number {
  const below = log2floor(n);
  return 2 ** below < n ? below + 1 : below;
}
