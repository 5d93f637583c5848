/**
 * The few operations that emitted code needs and tfjs does not have as one good call on every backend. Each returns a new
 * tensor that the caller disposes, and takes ownership of nothing.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Disposes of tensors and of lists of tensors. */
export function dispose(...values: readonly (tf.Tensor | readonly tf.Tensor[])[]): void {
  for (const value of values) {
    if (value instanceof tf.Tensor) value.dispose();
    else for (const tensor of value) tensor.dispose();
  }
}

/**
 * `a` where the condition holds, else `b`; shapes broadcast from the right.
 *
 * tf.where makes all three operands whole first. Here a condition that decides over leading axes, such as a padding mask
 * `[batch, source, 1]` against `[batch, source, hidden]`, stays as it is: the Select kernels take one bit per row.
 */
export function where(condition: tf.Tensor, a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  return tf.tidy(() => {
    const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
    const shapeOf = (x: tf.Tensor | number): number[] => (typeof x === 'number' ? [] : x.shape);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(tf.broadcast_util.assertAndGetBroadcastShape(condition.shape, shapeOf(a)), shapeOf(b));
    const whole = (x: tf.Tensor | number): tf.Tensor => {
      if (typeof x === 'number') return tf.fill(shape, x, dtype);
      const typed = x.dtype === dtype ? x : tf.cast(x, dtype);
      return sameShape(typed.shape, shape) ? typed : tf.broadcastTo(typed, shape);
    };
    const [t, e] = [whole(a), whole(b)];
    const select = (c: tf.Tensor, p: tf.Tensor, q: tf.Tensor): tf.Tensor => tf.engine().runKernel(tf.Select, { condition: c, t: p, e: q });
    if (sameShape(condition.shape, shape)) return select(condition, t, e);
    const rows = leadingRows(condition.shape, shape);
    if (rows === null) return select(tf.broadcastTo(condition, shape), t, e);
    const flat = [rows, condition.size === 0 ? 0 : t.size / rows];
    return tf.reshape(select(tf.reshape(condition, [rows]), tf.reshape(t, flat), tf.reshape(e, flat)), shape);
  });
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The number of rows that a condition decides about, if it has the leading axes of `shape` and only those. */
function leadingRows(condition: readonly number[], shape: readonly number[]): number | null {
  if (condition.length !== shape.length) return null;
  let axis = 0;
  while (axis < shape.length && condition[axis] === shape[axis]) axis++;
  const rest = condition.slice(axis);
  if (axis === 0 || rest.length === 0 || rest.some((size) => size !== 1)) return null;
  const rows = condition.reduce((product, size) => product * size, 1);
  return rows === 0 ? null : rows;
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
    if (count === 0) return tf.zeros([...front, size, ...rest]);
    const sum = tf.scatterND(tf.reshape(rows, [count, 1]), tf.reshape(updates, [count, width]), [groups * size, width]);
    return tf.reshape(sum, [...front, size, ...rest]);
  });
}

/** The remainder with the sign of the divisor, so in [0, b) for b > 0. */
export function mod(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  return tf.tidy(() => {
    // The integer kernels differ between backends; float32 holds every integer below 2^24, and sizes are far smaller.
    const float = (x: tf.Tensor | number): tf.Tensor => (typeof x === 'number' ? tf.scalar(x) : tf.cast(x, 'float32'));
    const isInt = [a, b].every((x) => (typeof x === 'number' ? Number.isInteger(x) : x.dtype !== 'float32'));
    const [x, y] = [float(a), float(b)];
    const remainder = tf.sub(x, tf.mul(y, tf.floor(tf.div(x, y))));
    // x / y may round up to a whole number: then the remainder comes out as -y's rounding error.
    const inside = where(tf.less(tf.mul(remainder, tf.sign(y)), 0), tf.add(remainder, y), remainder);
    return isInt ? tf.cast(tf.round(inside), 'int32') : inside;
  });
}

/** The logarithm of the softmax over the last axis. */
export function logSoftmax(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const shifted = tf.sub(x, tf.max(x, -1, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  });
}

/** Whole numbers held between two bounds. */
export function clamp(x: tf.Tensor, low: number, high: number): tf.Tensor {
  return tf.tidy(() => tf.minimum(tf.maximum(x, tf.scalar(low, 'int32')), tf.scalar(high, 'int32')));
}

/** Exact logarithms and roots of sizes: rounded as named, or whole by declaration. */
export function log2floor(n: number): number {
  let result = 0;
  for (let power = 2; power <= n; power *= 2) result++;
  return result;
}

export function log2ceil(n: number): number {
  const below = log2floor(n);
  return 2 ** below < n ? below + 1 : below;
}

export function log2(n: number): number {
  if (2 ** log2floor(n) !== n) throw new RangeError(`the base-2 logarithm of a size must be whole, and ${n} is not a power of two`);
  return log2floor(n);
}

export function sqrtfloor(n: number): number {
  let root = Math.floor(Math.sqrt(n));
  while (root * root > n) root--;
  while ((root + 1) * (root + 1) <= n) root++;
  return root;
}

export function sqrtceil(n: number): number {
  const below = sqrtfloor(n);
  return below * below < n ? below + 1 : below;
}

export function sqrt(n: number): number {
  if (sqrtfloor(n) ** 2 !== n) throw new RangeError(`the root of a size must be whole, and ${n} is not a square`);
  return sqrtfloor(n);
}
