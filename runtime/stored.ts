/** Converts parameters between the layout on the device, chosen for kernels, and the one the program declares. */
import type { ParameterSpec } from './definition.ts';
import { elementCount } from './values.ts';

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The shape of a parameter's tensor on the device, and of its gradient's. */
export function storedShape({ axes, stored }: ParameterSpec): number[] {
  return (stored ?? axes.map((_, k) => [k])).map((group) => elementCount(group.map((k) => axes[k]!.size)));
}

/** From the declared layout to the device's. */
export function toStored<Data extends Numbers>({ axes, stored }: ParameterSpec, data: Data): Data {
  const sizes = axes.map(({ size }) => size);
  return moved(data, sizes, stored?.flat() ?? [...sizes.keys()]);
}

/** The inverse of `toStored`. */
export function fromStored<Data extends Numbers>({ axes, stored }: ParameterSpec, data: Data): Data {
  const order = stored?.flat() ?? [...axes.keys()];
  return moved(
    data,
    order.map((k) => axes[k]!.size),
    [...axes.keys()].map((k) => order.indexOf(k)),
  );
}

/** Permutes row-major data of this shape. */
function moved<Data extends Numbers>(data: Data, shape: readonly number[], order: readonly number[]): Data {
  if (order.every((axis, k) => axis === k)) return data;
  const result = data.slice() as Data;
  const strides = shape.map((_, k) => elementCount(shape.slice(k + 1)));
  const [sizes, steps] = [order.map((k) => shape[k]!), order.map((k) => strides[k]!)];
  let at = 0;
  const write = (axis: number, from: number): void => {
    const [size, step] = [sizes[axis]!, steps[axis]!];
    if (axis + 1 < sizes.length) for (let k = 0; k < size; k++) write(axis + 1, from + k * step);
    else for (let k = 0, source = from; k < size; k++, source += step) result[at++] = data[source]!;
  };
  write(0, 0);
  return result;
}
