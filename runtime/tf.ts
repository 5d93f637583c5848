/**
 * Tensors and the operations of tfjs-core that emitted modules and the runtime call, as `tf` of `attnc/runtime`.
 *
 * The types are attnc's own: tfjs's declarations hold errors and want those of browsers and of WebGPU, which every user's
 * project would have to bear. That tfjs's functions are of these types is checked here; a method's operands are compared both ways, so
 * that its tensors, which have more members, are ours.
 */
import * as core from '@tensorflow/tfjs-core';

export type DataType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** A tensor on the device of the active backend. Whoever creates one disposes of it. */
export interface Tensor {
  readonly id: number;
  readonly dataId: object;
  readonly shape: number[];
  readonly rank: number;
  readonly size: number;
  readonly dtype: DataType;
  readonly isDisposed: boolean;
  data(): Promise<Float32Array | Int32Array | Uint8Array>;
  dataSync(): Float32Array | Int32Array | Uint8Array;
  dispose(): void;
}
export interface Tensor1D extends Tensor {
  readonly shape: [number];
}
export interface Tensor2D extends Tensor {
  readonly shape: [number, number];
}
export interface Tensor3D extends Tensor {
  readonly shape: [number, number, number];
}

interface Nested<T> {
  readonly [index: number]: T | Nested<T>;
}
type Scalar = number | boolean | string;
type TypedArray = Float32Array | Int32Array | Uint8Array | Uint8ClampedArray;
type TensorLike = Scalar | TypedArray | Nested<Scalar | TypedArray | number[]> | Uint8Array[];
type Operand = Tensor | TensorLike;

interface Operations {
  unary(x: Operand): Tensor;
  binary(a: Operand, b: Operand): Tensor;
  reduction(x: Operand, axis?: number | number[], keepDims?: boolean): Tensor;
  extremum(x: Operand, axis?: number): Tensor;
  running(x: Operand, axis?: number, exclusive?: boolean, reverse?: boolean): Tensor;
  filled(shape: number[], dtype?: DataType): Tensor;

  broadcastTo(x: Operand, shape: number[]): Tensor;
  cast(x: Operand, dtype: DataType): Tensor;
  clipByValue(x: Operand, low: number, high: number): Tensor;
  concat(parts: readonly Operand[], axis?: number): Tensor;
  addN(parts: readonly Operand[]): Tensor;
  expandDims(x: Operand, axis?: number): Tensor;
  fill(shape: number[], value: number, dtype?: DataType): Tensor;
  gather(x: Operand, indices: Operand, axis?: number, batchDims?: number): Tensor;
  matMul(a: Operand, b: Operand, transposeA?: boolean, transposeB?: boolean): Tensor;
  oneHot(indices: Operand, depth: number, on?: number, off?: number, dtype?: DataType): Tensor;
  pad(x: Operand, paddings: [number, number][], value?: number): Tensor;
  range(start: number, stop: number, step?: number, dtype?: 'float32' | 'int32'): Tensor;
  reshape(x: Operand, shape: number[]): Tensor;
  reverse(x: Operand, axis?: number | number[]): Tensor;
  scalar(value: number | boolean, dtype?: DataType): Tensor;
  scatterND(indices: Operand, updates: Operand, shape: number[]): Tensor;
  slice(x: Operand, begin: number | number[], size?: number | number[]): Tensor;
  softmax(logits: Operand, axis?: number): Tensor;
  split(x: Operand, parts: number | number[], axis?: number): Tensor[];
  squeeze(x: Operand, axes?: number[]): Tensor;
  stack(parts: readonly Operand[], axis?: number): Tensor;
  tensor(values: TensorLike, shape?: number[], dtype?: DataType): Tensor;
  tensor1d(values: TensorLike, dtype?: DataType): Tensor1D;
  tensor2d(values: TensorLike, shape: [number, number], dtype?: DataType): Tensor2D;
  tile(x: Operand, times: number[]): Tensor;
  topk(x: Operand, k?: number, sorted?: boolean): { values: Tensor; indices: Tensor };
  transpose(x: Operand, order?: number[]): Tensor;
  unsortedSegmentSum(x: Operand, ids: Operand, count: number): Tensor;
  unstack(x: Operand, axis?: number): Tensor[];
  where(condition: Operand, a: Operand, b: Operand): Tensor;

  getBackend(): string;
  memory(): { numTensors: number; numBytes: number };
}

export const abs: Operations['unary'] = core.abs;
export const atan: Operations['unary'] = core.atan;
export const ceil: Operations['unary'] = core.ceil;
export const clone: Operations['unary'] = core.clone;
export const cos: Operations['unary'] = core.cos;
export const elu: Operations['unary'] = core.elu;
export const erf: Operations['unary'] = core.erf;
export const exp: Operations['unary'] = core.exp;
export const expm1: Operations['unary'] = core.expm1;
export const floor: Operations['unary'] = core.floor;
// biome-ignore-start lint/suspicious/noShadowRestrictedNames: the names of tfjs, read as tf.isFinite
export const isFinite: Operations['unary'] = core.isFinite;
export const isNaN: Operations['unary'] = core.isNaN;
// biome-ignore-end lint/suspicious/noShadowRestrictedNames: the names of tfjs, read as tf.isFinite
export const log: Operations['unary'] = core.log;
export const log1p: Operations['unary'] = core.log1p;
export const logicalNot: Operations['unary'] = core.logicalNot;
export const neg: Operations['unary'] = core.neg;
export const onesLike: Operations['unary'] = core.onesLike;
export const reciprocal: Operations['unary'] = core.reciprocal;
export const relu: Operations['unary'] = core.relu;
export const round: Operations['unary'] = core.round;
export const rsqrt: Operations['unary'] = core.rsqrt;
export const sigmoid: Operations['unary'] = core.sigmoid;
export const sign: Operations['unary'] = core.sign;
export const sin: Operations['unary'] = core.sin;
export const softplus: Operations['unary'] = core.softplus;
export const sqrt: Operations['unary'] = core.sqrt;
export const square: Operations['unary'] = core.square;
export const tanh: Operations['unary'] = core.tanh;
export const zerosLike: Operations['unary'] = core.zerosLike;
export const add: Operations['binary'] = core.add;
export const div: Operations['binary'] = core.div;
export const equal: Operations['binary'] = core.equal;
export const floorDiv: Operations['binary'] = core.floorDiv;
export const greater: Operations['binary'] = core.greater;
export const greaterEqual: Operations['binary'] = core.greaterEqual;
export const less: Operations['binary'] = core.less;
export const lessEqual: Operations['binary'] = core.lessEqual;
export const logicalAnd: Operations['binary'] = core.logicalAnd;
export const logicalOr: Operations['binary'] = core.logicalOr;
export const maximum: Operations['binary'] = core.maximum;
export const minimum: Operations['binary'] = core.minimum;
export const mod: Operations['binary'] = core.mod;
export const mul: Operations['binary'] = core.mul;
export const notEqual: Operations['binary'] = core.notEqual;
export const pow: Operations['binary'] = core.pow;
export const squaredDifference: Operations['binary'] = core.squaredDifference;
export const sub: Operations['binary'] = core.sub;
export const all: Operations['reduction'] = core.all;
export const any: Operations['reduction'] = core.any;
export const max: Operations['reduction'] = core.max;
export const mean: Operations['reduction'] = core.mean;
export const min: Operations['reduction'] = core.min;
export const prod: Operations['reduction'] = core.prod;
export const sum: Operations['reduction'] = core.sum;
export const argMax: Operations['extremum'] = core.argMax;
export const argMin: Operations['extremum'] = core.argMin;
export const cumprod: Operations['running'] = core.cumprod;
export const cumsum: Operations['running'] = core.cumsum;
export const ones: Operations['filled'] = core.ones;
export const zeros: Operations['filled'] = core.zeros;

export const addN: Operations['addN'] = core.addN;
export const broadcastTo: Operations['broadcastTo'] = core.broadcastTo;
export const cast: Operations['cast'] = core.cast;
export const clipByValue: Operations['clipByValue'] = core.clipByValue;
export const concat: Operations['concat'] = core.concat;
export const expandDims: Operations['expandDims'] = core.expandDims;
export const fill: Operations['fill'] = core.fill;
export const gather: Operations['gather'] = core.gather;
export const getBackend: Operations['getBackend'] = core.getBackend;
export const matMul: Operations['matMul'] = core.matMul;
export const memory: Operations['memory'] = core.memory;
export const oneHot: Operations['oneHot'] = core.oneHot;
export const pad: Operations['pad'] = core.pad;
export const range: Operations['range'] = core.range;
export const reshape: Operations['reshape'] = core.reshape;
export const reverse: Operations['reverse'] = core.reverse;
export const scalar: Operations['scalar'] = core.scalar;
export const scatterND: Operations['scatterND'] = core.scatterND;
export const slice: Operations['slice'] = core.slice;
export const softmax: Operations['softmax'] = core.softmax;
export const split: Operations['split'] = core.split;
export const squeeze: Operations['squeeze'] = core.squeeze;
export const stack: Operations['stack'] = core.stack;
export const tensor: Operations['tensor'] = core.tensor as (values: core.TensorLike, shape?: number[], dtype?: DataType) => core.Tensor;
export const tensor1d: Operations['tensor1d'] = core.tensor1d;
export const tensor2d: Operations['tensor2d'] = core.tensor2d;
export const tile: Operations['tile'] = core.tile;
export const topk: Operations['topk'] = core.topk;
export const transpose: Operations['transpose'] = core.transpose;
export const unsortedSegmentSum: Operations['unsortedSegmentSum'] = core.unsortedSegmentSum;
export const unstack: Operations['unstack'] = core.unstack;
export const where: Operations['where'] = core.where;

/** Distinguishes a tensor from lists of tensors, records and other values. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof core.Tensor;
}

/** Keeps a tensor alive beyond the enclosing `tidy`. */
export function keep<T extends Tensor>(tensor: T): T {
  core.keep(tensor as unknown as core.Tensor);
  return tensor;
}

/** Runs `work` and disposes of every tensor created meanwhile except those it returns. */
export function tidy<T>(work: () => T): T {
  return core.tidy(work as () => core.TensorContainer) as T;
}
