/** The batch of a row as attnc takes it: one object for each example. */
import { shapeOf, type Input, type ModelRow, type Sizes } from './rows.ts';

export function examplesOf(row: ModelRow, sizes: Sizes, dataOf: (name: string) => Float32Array): object[] {
  return Array.from({ length: sizes.batch! }, (_, k) =>
    Object.fromEntries(Object.entries(row.inputs).map(([name, input]) => [name, exampleOf(input, sizes, dataOf(name), k)])),
  );
}

/** The k-th example's part: lists of typed arrays, or one where it has one axis. */
function exampleOf(input: Input, sizes: Sizes, data: Float32Array, k: number): unknown {
  const shape = shapeOf(input, sizes).slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  const own = data.subarray(k * size, (k + 1) * size);
  if (input.kind === 'index') return Int32Array.from(own);
  if (input.kind === 'truth') return Array.from(own, (value) => value !== 0);
  const width = shape.at(-1)!;
  return shape.length === 1 ? own : Array.from({ length: size / width }, (_, t) => own.subarray(t * width, (t + 1) * width));
}
