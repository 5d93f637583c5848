import * as tf from '@tensorflow/tfjs-core';

/** One use of an operation that emitted programs may make: what it computes must not depend on the backend. */
export interface OpCase {
  readonly name: string;
  /** Makes its inputs and computes; whatever is not returned is disposed by the caller's scope. */
  readonly run: () => tf.Tensor | tf.Tensor[];
}

/** Deterministic numbers in [-2, 2), neither sorted nor symmetric. */
export function numbers(...shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 37 + 11) % 101) / 25.25 - 2),
    shape,
  );
}

/** Deterministic numbers in [0.1, 4.1). */
function positive(...shape: number[]): tf.Tensor {
  return tf.tidy(() => tf.add(numbers(...shape), 2.1));
}

function wholes(values: number[], shape?: number[]): tf.Tensor {
  return tf.tensor(values, shape, 'int32');
}

function truths(...shape: number[]): tf.Tensor {
  return tf.tidy(() => tf.greater(numbers(...shape), 0));
}

type Entry = readonly [name: string, run: OpCase['run']];

const unary: readonly Entry[] = [
  ['neg', () => tf.neg(numbers(3, 5))],
  ['exp', () => tf.exp(numbers(3, 5))],
  ['exp of large negatives', () => tf.exp(tf.tensor([-1e9, -100, -20, 0, 80]))],
  ['log', () => tf.log(positive(3, 5))],
  ['log of 0 and negatives', () => tf.log(tf.tensor([0, -1]))],
  ['sqrt', () => tf.sqrt(positive(3, 5))],
  ['rsqrt', () => tf.rsqrt(positive(3, 5))],
  ['square', () => tf.square(numbers(3, 5))],
  ['abs', () => tf.abs(numbers(3, 5))],
  ['abs int32', () => tf.abs(wholes([-2, 0, 3]))],
  ['tanh', () => tf.tanh(numbers(3, 5))],
  ['tanh, saturated and tiny', () => tf.tanh(tf.tensor([-1e9, -30, -9, -0.24, -1e-4, 0, 1e-7, 0.26, 12, 1e9]))],
  ['sigmoid', () => tf.sigmoid(numbers(3, 5))],
  ['sigmoid, saturated', () => tf.sigmoid(tf.tensor([-200, -20, 0, 20, 200]))],
  ['relu', () => tf.relu(numbers(3, 5))],
  ['softplus', () => tf.softplus(numbers(3, 5))],
  ['softplus, saturated', () => tf.softplus(tf.tensor([-80, -20, 20, 80]))],
  ['floor', () => tf.floor(numbers(3, 5))],
  ['round', () => tf.round(tf.tensor([-2.4, -1.6, 0.4, 0.6]))],
  ['sign', () => tf.sign(tf.tensor([-2.5, 0, 3]))],
  ['sin', () => tf.sin(numbers(3, 5))],
  ['cos', () => tf.cos(numbers(3, 5))],
  ['erf', () => tf.erf(numbers(3, 5))],
  ['atan', () => tf.atan(numbers(3, 5))],
  ['expm1', () => tf.expm1(numbers(3, 5))],
  ['log1p', () => tf.log1p(positive(3, 5))],
  ['elu', () => tf.elu(numbers(3, 5))],
  ['clipByValue', () => tf.clipByValue(numbers(3, 5), -0.5, 0.75)],
  ['logicalNot', () => tf.logicalNot(truths(3, 5))],
];

const binary: readonly Entry[] = [
  ['add', () => tf.add(numbers(3, 5), positive(3, 5))],
  ['add, six groups of axes', () => tf.add(numbers(2, 1, 2, 3, 1, 2), numbers(2, 2, 1, 3, 2, 1))],
  ['add, five groups of axes', () => tf.add(numbers(2, 1, 2, 1, 2), numbers(1, 3, 1, 2, 1))],
  ['add, rank 6, three groups of axes', () => tf.add(numbers(2, 3, 1, 1, 2, 2), numbers(4, 2, 1, 1))],
  ['sub, broadcast', () => tf.sub(numbers(3, 5), numbers(3, 1))],
  ['sub, scalar first', () => tf.sub(tf.scalar(1), numbers(2, 3, 4))],
  ['mul, broadcast both', () => tf.mul(numbers(3, 1, 4), numbers(5, 1))],
  ['div', () => tf.div(numbers(3, 5), positive(3, 5))],
  ['div by 0', () => tf.div(tf.tensor([1, -1]), tf.tensor([0, 0]))],
  ['maximum', () => tf.maximum(numbers(3, 5), numbers(5))],
  ['minimum', () => tf.minimum(numbers(3, 5), numbers(5))],
  ['pow', () => tf.pow(positive(3, 5), numbers(3, 5))],
  ['pow, negative base', () => tf.pow(tf.tensor([-2, -1.5, 3]), tf.tensor([2, 3, -1]))],
  ['mod', () => tf.mod(tf.tensor([-3.5, -1, 0, 2.5, 7]), tf.tensor([2, 2, 2, 2, 3]))],
  ['mod, negative divisor', () => tf.mod(tf.tensor([-3.5, 2.5]), tf.tensor([-2, -2]))],
  ['mod int32', () => tf.mod(wholes([-5, -1, 0, 4, 7]), wholes([3, 3, 3, 3, 3]))],
  ['floorDiv int32', () => tf.floorDiv(wholes([-5, -1, 0, 4, 7]), wholes([3, 3, 3, 3, 3]))],
  ['add int32', () => tf.add(wholes([1, 2, 3]), wholes([10, 20, 30]))],
  ['mul int32', () => tf.mul(wholes([1, -2, 3]), wholes([10, 20, 30]))],
  ['squaredDifference', () => tf.squaredDifference(numbers(3, 5), numbers(5))],
  ['equal', () => tf.equal(tf.tensor([1, 2, 3]), tf.tensor([1, 5, 3]))],
  ['notEqual int32', () => tf.notEqual(wholes([1, 2, 3]), wholes([1, 5, 3]))],
  ['greater, broadcast', () => tf.greater(numbers(3, 5), numbers(3, 1))],
  ['greaterEqual int32', () => tf.greaterEqual(wholes([1, 2, 3]), wholes([2, 2, 2]))],
  ['less', () => tf.less(numbers(3, 5), numbers(5))],
  ['lessEqual', () => tf.lessEqual(tf.tensor([1, 2, 3]), tf.scalar(2))],
  ['less int32, outer', () => tf.less(tf.reshape(tf.range(0, 4, 1, 'int32'), [1, 4]), wholes([1, 3], [2, 1]))],
  ['logicalAnd, broadcast', () => tf.logicalAnd(truths(3, 5), truths(5))],
  ['logicalOr', () => tf.logicalOr(truths(3, 5), truths(5))],
  ['where', () => tf.where(truths(3, 5), numbers(3, 5), positive(3, 5))],
  ['where, broadcast', () => tf.where(truths(3, 1), numbers(3, 5), tf.scalar(-1e9))],
  ['where, rank 5', () => tf.where(truths(2, 1, 2, 3, 2), numbers(2, 2, 2, 3, 2), tf.scalar(0))],
  ['where, rank 6', () => tf.where(truths(2, 1, 2, 3, 2, 1), numbers(2, 2, 2, 3, 2, 2), tf.scalar(0))],
  ['where int32', () => tf.where(tf.tensor([1, 0], [2], 'bool'), wholes([1, 2]), wholes([3, 4]))],
  ['cast float to int32', () => tf.cast(tf.tensor([-1.7, -0.2, 0.2, 1.7]), 'int32')],
  ['cast bool to float', () => tf.cast(truths(3, 5), 'float32')],
  ['cast int32 to bool', () => tf.cast(wholes([0, 2, -1]), 'bool')],
  ['cast bool to int32', () => tf.cast(truths(3, 5), 'int32')],
];

const products: readonly Entry[] = [
  ['matMul, small, 2-D', () => tf.matMul(numbers(7, 5), numbers(5, 3))],
  ['matMul, small, 2-D, transposeA', () => tf.matMul(numbers(5, 7), numbers(5, 3), true, false)],
  ['matMul, small, 2-D, transposeB', () => tf.matMul(numbers(7, 5), numbers(3, 5), false, true)],
  ['matMul, small, 2-D, both', () => tf.matMul(numbers(70, 7), numbers(3, 70), true, true)],
  ['matMul 2-D, transposeA', () => tf.matMul(numbers(40, 17), numbers(40, 9), true, false)],
  ['matMul 2-D, transposeB', () => tf.matMul(numbers(17, 40), numbers(9, 40), false, true)],
  ['matMul 2-D, both', () => tf.matMul(numbers(40, 17), numbers(9, 40), true, true)],
  ['matMul 3-D', () => tf.matMul(numbers(3, 20, 16), numbers(3, 16, 10))],
  ['matMul, small, 3-D', () => tf.matMul(numbers(3, 2, 4), numbers(3, 4, 3), false, false)],
  ['matMul, small, 3-D, transposeA', () => tf.matMul(numbers(3, 4, 2), numbers(3, 4, 3), true, false)],
  ['matMul, small, 3-D, transposeB', () => tf.matMul(numbers(3, 2, 4), numbers(3, 3, 4), false, true)],
  ['matMul, small, 3-D by 2-D', () => tf.matMul(numbers(3, 2, 4), numbers(4, 3))],
  ['matMul, small, 2-D by 3-D', () => tf.matMul(numbers(2, 4), numbers(3, 4, 3))],
  ['matMul 3-D, transposeA', () => tf.matMul(numbers(3, 16, 20), numbers(3, 16, 10), true, false)],
  ['matMul 3-D, transposeB', () => tf.matMul(numbers(3, 20, 16), numbers(3, 10, 16), false, true)],
  ['matMul 3-D, both', () => tf.matMul(numbers(3, 16, 20), numbers(3, 10, 16), true, true)],
  ['matMul 3-D by 2-D', () => tf.matMul(numbers(3, 20, 16), numbers(16, 10))],
  ['matMul 3-D by 2-D, transposeB', () => tf.matMul(numbers(3, 20, 16), numbers(10, 16), false, true)],
  ['matMul 2-D by 3-D', () => tf.matMul(numbers(20, 16), numbers(3, 16, 10))],
  ['matMul 4-D', () => tf.matMul(numbers(2, 3, 20, 16), numbers(2, 3, 10, 16), false, true)],
  ['matMul, inner size 1', () => tf.matMul(numbers(4, 40, 1), numbers(4, 1, 60))],
  ['matMul, no rows', () => tf.matMul(tf.zeros([0, 4]), numbers(4, 3))],
  ['matMul, inner size 0', () => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]))],
];

const movement: readonly Entry[] = [
  ['transpose 2-D', () => tf.transpose(numbers(3, 5))],
  ['transpose 4-D', () => tf.transpose(numbers(2, 3, 4, 5), [0, 2, 1, 3])],
  ['transpose 5-D', () => tf.transpose(numbers(2, 3, 2, 2, 3), [3, 0, 4, 2, 1])],
  ['transpose 6-D', () => tf.transpose(numbers(2, 3, 2, 2, 1, 3), [5, 3, 0, 4, 2, 1])],
  ['transpose bool', () => tf.transpose(truths(3, 5))],
  ['reshape', () => tf.reshape(numbers(3, 4), [2, 6])],
  ['concat, axis 0', () => tf.concat([numbers(2, 3), positive(4, 3)], 0)],
  ['concat, last axis', () => tf.concat([numbers(2, 3, 2), positive(2, 3, 5)], 2)],
  ['concat with an empty one', () => tf.concat([tf.zeros([0, 3]), numbers(2, 3)], 0)],
  ['concat int32', () => tf.concat([wholes([1, 2]), wholes([3])], 0)],
  ['slice 1-D', () => tf.slice(numbers(9), [2], [4])],
  ['slice 2-D, columns', () => tf.slice(numbers(4, 6), [0, 2], [4, 3])],
  ['slice 3-D, inner', () => tf.slice(numbers(4, 3, 6), [1, 1, 2], [2, 2, 3])],
  ['slice 3-D, rows', () => tf.slice(numbers(4, 3, 6), [1, 0, 0], [2, 3, 6])],
  ['slice 5-D', () => tf.slice(numbers(2, 3, 2, 4, 3), [0, 1, 0, 1, 0], [2, 2, 2, 2, 3])],
  ['slice 6-D', () => tf.slice(numbers(2, 3, 2, 2, 2, 3), [0, 1, 0, 1, 0, 1], [2, 2, 2, 1, 2, 2])],
  ['slice, empty', () => tf.slice(numbers(4, 6), [1, 2], [0, 3])],
  ['slice bool', () => tf.slice(truths(4, 6), [1, 2], [2, 3])],
  ['split even', () => tf.split(numbers(4, 6), 3, 1)],
  ['split uneven', () => tf.split(numbers(7, 2), [1, 4, 2], 0)],
  ['stack', () => tf.stack([numbers(2, 3), positive(2, 3)], 1)],
  ['unstack, axis 0', () => tf.unstack(numbers(3, 4))],
  ['unstack, axis 1', () => tf.unstack(numbers(2, 3, 4), 1)],
  ['gather, rows', () => tf.gather(numbers(5, 3), wholes([4, 0, 0, 2]))],
  ['gather, last axis', () => tf.gather(numbers(2, 5), wholes([3, 1, 1]), 1)],
  ['gather, matrix of indices', () => tf.gather(numbers(5, 3), wholes([4, 0, 0, 2], [2, 2]))],
  ['gather, batchDims 1', () => tf.gather(numbers(2, 5, 3), wholes([4, 0, 1, 2, 2, 3], [2, 3]), 1, 1)],
  ['oneHot', () => tf.oneHot(wholes([2, 0, 1]) as tf.Tensor1D, 4)],
  ['oneHot of a matrix, outside', () => tf.oneHot(wholes([2, -1, 7, 1], [2, 2]), 4)],
  [
    'pad',
    () =>
      tf.pad(
        numbers(2, 3),
        [
          [1, 0],
          [2, 1],
        ],
        7,
      ),
  ],
  [
    'pad 4-D',
    () =>
      tf.pad(numbers(2, 3, 2, 2), [
        [0, 0],
        [2, 1],
        [0, 1],
        [0, 0],
      ]),
  ],
  ['tile', () => tf.tile(numbers(2, 3), [2, 3])],
  ['broadcastTo', () => tf.broadcastTo(numbers(2, 1, 3), [2, 4, 3])],
  ['tile 5-D', () => tf.tile(numbers(2, 1, 3, 1, 2), [1, 2, 1, 3, 2])],
  ['broadcastTo 6-D', () => tf.broadcastTo(numbers(2, 1, 3, 1, 2, 1), [2, 2, 3, 2, 2, 2])],
  ['concat 5-D', () => tf.concat([numbers(2, 1, 3, 1, 2), numbers(2, 1, 2, 1, 2)], 2)],
  ['stack to 6-D', () => tf.stack([numbers(2, 1, 3, 1, 2), numbers(2, 1, 3, 1, 2)], 3)],
  ['unstack 6-D', () => tf.unstack(numbers(2, 1, 3, 2, 2, 2), 2)],
  ['gather of 5-D', () => tf.gather(numbers(2, 4, 3, 2, 2), wholes([3, 0, 1]), 1)],
  [
    'pad 5-D',
    () =>
      tf.pad(numbers(2, 1, 3, 1, 2), [
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 0],
        [2, 0],
      ]),
  ],
  ['reverse', () => tf.reverse(numbers(3, 4), 1)],
  ['reverse 3-D, two axes', () => tf.reverse(numbers(2, 3, 4), [0, 2])],
  ['unsortedSegmentSum', () => tf.unsortedSegmentSum(numbers(5, 3), wholes([2, 0, 2, 1, 0]) as tf.Tensor1D, 4)],
  ['scatterND, adding up', () => tf.scatterND(wholes([2, 0, 2], [3, 1]), numbers(3, 4), [4, 4])],
  ['range', () => tf.range(0, 5, 1, 'int32')],
  ['linspace', () => tf.linspace(0, 1, 5)],
  ['fill', () => tf.fill([2, 3], 1.5)],
];

const reductions: readonly Entry[] = [
  ['sum of all', () => tf.sum(numbers(3, 5))],
  ['sum, axis 0', () => tf.sum(numbers(3, 5), 0)],
  ['sum, axis -1, kept', () => tf.sum(numbers(3, 5, 2), -1, true)],
  ['sum, two axes', () => tf.sum(numbers(3, 5, 2), [0, 2])],
  ['sum of bool', () => tf.sum(truths(3, 5), 1)],
  ['sum of int32', () => tf.sum(wholes([1, 2, 3, 4], [2, 2]), 1)],
  ['sum over nothing', () => tf.sum(tf.zeros([2, 0]), 1)],
  ['sum, rank 6', () => tf.sum(numbers(2, 2, 3, 2, 2, 2), [0, 2, 4])],
  ['mean', () => tf.mean(numbers(3, 5), 1)],
  ['max', () => tf.max(numbers(3, 5), 1)],
  ['max 5-D', () => tf.max(numbers(2, 3, 2, 2, 3), 3, true)],
  ['softmax 5-D', () => tf.softmax(numbers(2, 3, 2, 2, 3))],
  ['cumsum 5-D', () => tf.cumsum(numbers(2, 3, 2, 2, 3), 2)],
  ['argMax 5-D', () => tf.argMax(numbers(2, 3, 2, 2, 3), 4)],
  ['matMul, small, 5-D', () => tf.matMul(numbers(2, 1, 2, 2, 3), numbers(2, 1, 2, 3, 2))],
  ['max int32', () => tf.max(wholes([1, 7, 3, 4], [2, 2]), 0)],
  ['min, middle axis', () => tf.min(numbers(3, 5, 2), 1)],
  ['prod', () => tf.prod(positive(3, 5), 1)],
  ['any', () => tf.any(tf.tensor([0, 0, 1, 0], [2, 2], 'bool'), 1)],
  ['all, middle axis', () => tf.all(truths(2, 3, 2), 1)],
  ['argMax', () => tf.argMax(numbers(3, 5), 1)],
  ['argMax, first of equals', () => tf.argMax(tf.tensor([1, 3, 3, 0]))],
  ['argMax, axis 0', () => tf.argMax(numbers(3, 5), 0)],
  ['argMin', () => tf.argMin(numbers(3, 5), 1)],
  [
    'cumprod, exclusive',
    () => [tf.cumprod(numbers(2, 3, 3, 4), 2, true), tf.cumprod(numbers(2, 3, 3, 4), 1, true, true), tf.cumprod(numbers(3, 5), 1)],
  ],
  [
    'cumulative from the end, along axes of several lengths',
    () =>
      [3, 4, 5].flatMap((size) => [
        tf.cumprod(numbers(2, size), 1, false, true),
        tf.cumprod(numbers(2, size), 1, true, true),
        tf.cumsum(numbers(2, size), 1, true, true),
        tf.cumsum(numbers(2, size, 2), 1, false, true),
      ]),
  ],
  [
    'reductions of computed integers',
    () => {
      const whole = tf.cast(tf.mul(numbers(2, 3, 4), 10), 'int32');
      return [tf.sum(whole, 0), tf.sum(whole, 1), tf.sum(whole, 2), tf.max(whole, [0, 1]), tf.min(whole, 1), tf.prod(whole, 0)];
    },
  ],
  [
    'transpose of computed integers',
    () => {
      const whole = tf.cast(tf.mul(numbers(2, 3, 3, 4), 10), 'int32');
      return [
        tf.transpose(whole, [0, 2, 1, 3]),
        tf.transpose(tf.reshape(whole, [6, 12]), [1, 0]),
        tf.transpose(tf.reshape(whole, [6, 3, 4]), [2, 0, 1]),
      ];
    },
  ],
  ['cumsum', () => tf.cumsum(numbers(3, 5), 1)],
  ['cumsum, axis 0', () => tf.cumsum(numbers(3, 5), 0)],
  ['cumsum, exclusive, reverse', () => tf.cumsum(numbers(3, 5), 1, true, true)],
  ['cumsum int32', () => tf.cumsum(wholes([1, 2, 3]), 0)],
  ['cumprod', () => tf.cumprod(positive(3, 5), 1)],
  ['softmax', () => tf.softmax(numbers(3, 5))],
  ['softmax 4-D', () => tf.softmax(numbers(2, 2, 3, 5))],
  [
    'softmax, masked by -1e9',
    () =>
      tf.softmax(
        tf.tensor([
          [1, -1e9, 2],
          [-1e9, -1e9, -1e9],
        ]),
      ),
  ],
  ['logSoftmax', () => tf.logSoftmax(numbers(3, 5))],
  ['logSumExp', () => tf.logSumExp(numbers(3, 5), 1)],
  [
    'topk',
    () => {
      const { values, indices } = tf.topk(numbers(3, 7), 3);
      return [values, indices];
    },
  ],
];

export const OP_CASES: readonly OpCase[] = [unary, binary, products, movement, reductions].flat().map(([name, run]) => ({ name, run }));
