/** What the models written by hand share: parameters out of attnc's file, and the layers that tfjs-core lacks. */
import * as tf from '@tensorflow/tfjs-core';
import type { Sizes } from '../../suite/rows.ts';
import type { StoredTensor } from '../../suite/serve.ts';

export type Batch = Readonly<Record<string, tf.Tensor>>;

export interface HandWritten {
  readonly loss?: (batch: Batch) => tf.Scalar;
  /** The log-probability of what is generated. */
  readonly generate?: (width: number) => Promise<number>;
}

export type Open = (parameters: Parameters, sizes: Sizes) => HandWritten;

export class Parameters {
  readonly variables: tf.Variable[] = [];
  private readonly stored: ReadonlyMap<string, StoredTensor>;

  constructor(stored: ReadonlyMap<string, StoredTensor>) {
    this.stored = stored;
  }

  read(name: string): tf.Tensor {
    const { data, shape } = this.stored.get(name)!;
    return tf.tensor(data, [...shape], 'float32');
  }

  variable(value: tf.Tensor): tf.Variable {
    const variable = tf.variable(value);
    value.dispose();
    this.variables.push(variable);
    return variable;
  }

  vector(name: string): tf.Variable {
    return this.variable(this.read(name));
  }

  /** Maps of the same input, side by side: [in, out + out + …]. `outs`: how many of the axes in the file are out-axes. */
  maps(names: readonly string[], outs = 1): tf.Variable {
    return this.variable(
      tf.tidy(() =>
        tf.concat(
          names.map((name) => transposed(this.read(name), outs)),
          1,
        ),
      ),
    );
  }

  map(name: string, outs = 1): tf.Variable {
    return this.maps([name], outs);
  }

  /** Maps to the same outputs, one below the other: [in + in + …, out]. */
  inputs(names: readonly string[], outs = 1): tf.Variable {
    return this.variable(tf.tidy(() => tf.concat(names.map((name) => transposed(this.read(name), outs)))));
  }

  /** Vectors, or tensors laid flat, one behind the other. */
  vectors(names: readonly string[]): tf.Variable {
    return this.variable(tf.tidy(() => tf.concat(names.map((name) => tf.reshape(this.read(name), [-1])))));
  }
}

function transposed(map: tf.Tensor, outs: number): tf.Tensor {
  const out = map.shape.slice(0, outs).reduce((a, b) => a * b, 1);
  return tf.transpose(tf.reshape(map, [out, -1]));
}

/** The previous output at each position: `start`, and then all but the last. */
export function shifted(y: tf.Tensor, start: number): tf.Tensor {
  const [batch, places] = y.shape as [number, number];
  return tf.concat([tf.fill([batch, 1], start, 'int32'), tf.slice(y, [0, 0], [batch, places - 1])], 1);
}

/** Of numbers, by way of integers: asked for floats, the stock kernel of `wasm` gives the bits of integers. */
const oneHot = (ids: tf.Tensor, count: number): tf.Tensor => tf.cast(tf.oneHot(tf.reshape(ids, [-1]), count), 'float32');

/** Rows of a table. The stock kernels of `wasm` have no gradient of `gather`: there it is a product. */
export function rowsOf(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return tf.gather(table, ids);
  const [count, width] = table.shape as [number, number];
  return tf.reshape(tf.matMul(oneHot(ids, count), table), [...ids.shape, width]);
}

export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
}

/** The mean of -log p(target). */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  const classes = logits.shape.at(-1)!;
  const flat = tf.reshape(logits, [-1, classes]);
  return tf.neg(tf.mean(tf.sum(tf.mul(oneHot(targets, classes), tf.logSoftmax(flat)), -1)));
}

/** [batch, place, heads × width] to [batch, heads, place, width]. */
export function toHeads(x: tf.Tensor, batch: number, heads: number): tf.Tensor {
  const width = x.shape.at(-1)! / heads;
  return tf.transpose(tf.reshape(x, [batch, -1, heads, width]), [0, 2, 1, 3]);
}

export function fromHeads(x: tf.Tensor): tf.Tensor {
  const [, heads, , width] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [-1, heads * width]);
}
