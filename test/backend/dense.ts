/** Tensors in plain JavaScript, computed element by element: what backends are compared with. */
import { env } from '@tensorflow/tfjs-core';
import { useBackend, type BackendName } from '../../runtime/backend/index.ts';
import * as tf from '../../runtime/tf.ts';
import type { Capability } from '../../compiler/graph/limits.ts';

export type Type = Capability['types'][number];
type Place = readonly number[];

export interface Dense {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Numbers that are neither sorted nor symmetric, exact in float32; floats are never 0. */
export function numbers(shape: readonly number[], type: Type, seed = 0): Dense {
  return {
    shape,
    data: Array.from({ length: sizeOf(shape) }, (_, i) => {
      const value = (i * 37 + 11 + seed * 29) % 101;
      return type === 'float' ? (value + 0.5) / 32 - 1.5 : type === 'int' ? (value % 7) - 3 : value % 3 === 0 ? 1 : 0;
    }),
  };
}

/** Every position of a shape, the last axis fastest. */
export function places(shape: readonly number[]): Place[] {
  return shape.reduce<number[][]>((before, size) => before.flatMap((place) => Array.from({ length: size }, (_, k) => [...place, k])), [[]]);
}

export function dense(shape: readonly number[], value: (place: Place) => number): Dense {
  return { shape, data: places(shape).map(value) };
}

/** The element at a position, axes aligned from behind, those of size 1 repeated. */
export function at({ shape, data }: Dense, place: Place): number {
  const skipped = place.length - shape.length;
  return data[shape.reduce((offset, size, k) => offset * size + (size === 1 ? 0 : place[k + skipped]!), 0)]!;
}

/** The position with another number along one axis, or without it. */
export const moved = (place: Place, axis: number, to: number): Place => place.with(axis, to);

const DTYPES = { float: 'float32', int: 'int32', bool: 'bool' } as const;

/** The backend's own kernels from here on, for small tensors as well: webgpu leaves those to the CPU. */
export async function useKernelsOf(backend: BackendName): Promise<void> {
  await useBackend(backend);
  if (backend === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
}

/** On the device, and computed there: some kernels take another way for what has only been uploaded. */
export function upload({ shape, data }: Dense, type: Type): tf.Tensor {
  return tf.tidy(() => {
    const flat = tf.tensor([...data], [data.length], DTYPES[type]);
    const made = type === 'bool' ? tf.logicalNot(tf.logicalNot(flat)) : tf.mul(flat, tf.scalar(1, DTYPES[type]));
    return tf.reshape(made, [...shape]);
  });
}

/** The first difference, in words; null where there is none. */
export async function difference(given: tf.Tensor, expected: Dense, tolerance = 1e-4): Promise<string | null> {
  if (given.shape.join() !== expected.shape.join()) return `shape [${given.shape.join(', ')}], not [${expected.shape.join(', ')}]`;
  const data = await given.data();
  const wrong = expected.data.findIndex((want, k) => !(Math.abs(Number(data[k]) - want) <= tolerance * (1 + Math.abs(want))));
  return wrong < 0 ? null : `element ${wrong} is ${data[wrong]}, not ${expected.data[wrong]}`;
}
