/** Initial values of parameters, computed on the host in float64 and then rounded. */
import type { InitialiserSpec, ParameterSpec } from './definition.ts';
import { fold, hashOf, seedKey, stream } from './random.ts';
import { elementCount } from './values.ts';

/** Training steps count from 1, so step 0 is free for the parameters. */
const initialStep = 0;

/** Initial values of one parameter. They depend on the seed and on its path, shape and initialiser, but on no other parameter. */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const sizes = spec.axes.map((axis) => axis.size);
  const per = spec.per ?? 0;
  const instances = elementCount(sizes.slice(0, per));
  const outs = elementCount(sizes.slice(per, per + spec.outs));
  const ins = elementCount(sizes.slice(per + spec.outs));
  const uniform = stream(fold(seedKey(seed), initialStep, hashOf(spec.path)));
  const values = new Float32Array(instances * outs * ins);
  for (let instance = 0; instance < instances; instance++) values.set(fill(spec.init, outs, ins, uniform), instance * outs * ins);
  return values;
}

function fill(init: InitialiserSpec, outs: number, ins: number, uniform: () => number): Float32Array {
  const values = new Float32Array(outs * ins);
  switch (init.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'constant':
      return values.fill(init.value);
    case 'uniform':
      return within(values, init.limit, uniform);
    case 'glorot':
      // Glorot & Bengio 2010, eq. (16).
      return within(values, Math.sqrt(6 / (ins + outs)), uniform);
    case 'normal':
      return normal(values, init.deviation, uniform);
    case 'orthogonal':
      return Float32Array.from(orthogonal(outs, ins, uniform));
  }
}

function within(values: Float32Array, limit: number, uniform: () => number): Float32Array {
  for (let index = 0; index < values.length; index++) values[index] = (2 * uniform() - 1) * limit;
  return values;
}

/** Box-Muller. */
function normal<T extends Float32Array | Float64Array>(values: T, deviation: number, uniform: () => number): T {
  for (let index = 0; index < values.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer: Q of the QR decomposition of a normal matrix with
 * R's diagonal positive, which makes it uniformly distributed (Mezzadri 2007; Saxe, McClelland & Ganguli 2014 for the
 * use). Gram-Schmidt, run twice over each vector to be orthogonal to rounding.
 */
function orthogonal(rows: number, columns: number, uniform: () => number): Float64Array {
  const count = Math.min(rows, columns);
  const size = Math.max(rows, columns);
  const vectors = Array.from({ length: count }, () => normal(new Float64Array(size), 1, uniform));
  for (const [index, vector] of vectors.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (let earlier = 0; earlier < index; earlier++) {
        const other = vectors[earlier]!;
        let product = 0;
        for (let place = 0; place < size; place++) product += vector[place]! * other[place]!;
        for (let place = 0; place < size; place++) vector[place] = vector[place]! - product * other[place]!;
      }
    }
    const length = Math.sqrt(vector.reduce((sum, part) => sum + part * part, 0));
    for (let place = 0; place < size; place++) vector[place] = vector[place]! / length;
  }
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = rows <= columns ? vectors[row]![column]! : vectors[column]![row]!;
    }
  }
  return result;
}
