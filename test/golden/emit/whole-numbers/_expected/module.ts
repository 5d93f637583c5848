/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Clock that its constructor may be given. */
export type ClockDims = Record<string, never>;

/** One example of Clock. */
export interface ClockInput {
  /** `int[time]` */ readonly t: rt.Ints;
  /** `int[time]` */ readonly unit: rt.Ints;
}

/** What the objectives need besides. */
export interface ClockTarget {
}

/** What Clock gives for one example. */
export type ClockOutput = {
  readonly hour: rt.Value;
  readonly shared: rt.Value;
  readonly grown: rt.Value;
  readonly late: rt.Value;
  readonly near: rt.Value;
  readonly sum: rt.Value;
};

/** Every size of a call. */
type ClockSizes = Readonly<Record<'batch' | 'time', number>>;

/** Parameters. */
type ClockParameters = Record<string, never>;

/** Padded examples on the device. */
type ClockBatch = {
  readonly n: ClockSizes;
  readonly inputs: { readonly t: tf.Tensor; readonly unit: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type ClockResults = { readonly hour: tf.Tensor; readonly shared: tf.Tensor; readonly grown: tf.Tensor; readonly late: tf.Tensor; readonly near: tf.Tensor; readonly sum: tf.Tensor };

/** The outputs of Clock, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function clockForward(_p: ClockParameters, batch: ClockBatch): ClockResults {
  const { batch: batchSize, time } = batch.n;
  // input.attn:4  hour = floor(t / 3600) mod 24
  const hour = tf.tidy(() => tf.mod(tf.floorDiv(batch.inputs.t, tf.scalar(3600, 'int32')), tf.scalar(24, 'int32')));
  // input.attn:5  shared = if unit != 0 then floor(t / unit) + ceil(t / unit) else 0
  const sharedZero = tf.scalar(0, 'int32');
  const sharedDiffers = tf.notEqual(batch.inputs.unit, sharedZero);
  const sharedQuotient = rt.quot(batch.inputs.t, batch.inputs.unit);
  const timePositions = tf.range(0, time, 1, 'int32');
  const timeMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), timePositions));
  const sharedChecked = tf.tidy(() => {
    const isEqual = tf.equal(batch.inputs.t, tf.scalar(-2147483648, 'int32'));
    const both = tf.logicalAnd(isEqual, tf.equal(batch.inputs.unit, tf.scalar(-1, 'int32')));
    const mask = tf.logicalAnd(tf.logicalOr(tf.equal(batch.inputs.unit, sharedZero), both), timeMask);
    return rt.refuse(batch, sharedQuotient, mask, '`floor(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  const isEqual = tf.tidy(() => tf.equal(rt.mod(batch.inputs.t, batch.inputs.unit), sharedZero));
  const sharedOne = tf.scalar(1, 'int32');
  const sharedSum = tf.add(sharedChecked, sharedOne);
  const sumAsFloat = tf.cast(sharedSum, 'float32');
  const checkedAsFloat = tf.cast(sharedChecked, 'float32');
  const sharedSum2 = tf.add(checkedAsFloat, 1);
  const sharedChosen = tf.tidy(() => {
    const mask = tf.logicalAnd(tf.logicalAnd(tf.logicalNot(isEqual), sharedDiffers), timeMask);
    const sharedMask = tf.logicalAnd(tf.greater(tf.abs(tf.sub(sumAsFloat, sharedSum2)), 1073741824), mask);
    const checked = rt.refuse(batch, sharedSum, sharedMask, '`ceil(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
    return rt.where(isEqual, sharedChecked, checked);
  });
  rt.dispose(sharedQuotient, isEqual, sharedSum, sumAsFloat, sharedSum2);
  const sharedSum3 = tf.add(sharedChecked, sharedChosen);
  const sharedSumAsFloat = tf.cast(sharedSum3, 'float32');
  const shared = tf.tidy(() => {
    const magnitude = tf.abs(tf.sub(sharedSumAsFloat, tf.add(checkedAsFloat, tf.cast(sharedChosen, 'float32'))));
    const mask = tf.logicalAnd(tf.greater(magnitude, 1073741824), tf.logicalAnd(sharedDiffers, timeMask));
    const checked = rt.refuse(batch, sharedSum3, mask, '`floor(t / unit) + ceil(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
    return rt.where(sharedDiffers, checked, sharedZero);
  });
  rt.dispose(sharedChecked, sharedDiffers, checkedAsFloat, sharedChosen, sharedSum3, sharedSumAsFloat);
  // input.attn:6  grown = min(t, 1000) ^ 2 + max(unit, 0) * 3
  const grownSmaller = tf.tidy(() => tf.minimum(batch.inputs.t, tf.scalar(1e3, 'int32')));
  const grownChecked = tf.tidy(() => {
    const product = tf.mul(grownSmaller, grownSmaller);
    const smallerAsFloat = tf.cast(grownSmaller, 'float32');
    const isGreater = tf.greater(tf.abs(tf.sub(tf.cast(product, 'float32'), tf.mul(smallerAsFloat, smallerAsFloat))), 1073741824);
    const mask = tf.logicalAnd(isGreater, timeMask);
    return rt.refuse(batch, product, mask, '`min(t, 1000) ^ 2` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  const grownLarger = tf.maximum(batch.inputs.unit, sharedZero);
  const grownNumber = tf.scalar(3, 'int32');
  const grownChecked2 = tf.tidy(() => {
    const product = tf.mul(grownLarger, grownNumber);
    const magnitude = tf.abs(tf.sub(tf.cast(product, 'float32'), tf.mul(tf.cast(grownLarger, 'float32'), 3)));
    const mask = tf.logicalAnd(tf.greater(magnitude, 1073741824), timeMask);
    return rt.refuse(batch, product, mask, '`max(unit, 0) * 3` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  const grownSum = tf.add(grownChecked, grownChecked2);
  const grown = tf.tidy(() => {
    const sum = tf.add(tf.cast(grownChecked, 'float32'), tf.cast(grownChecked2, 'float32'));
    const mask = tf.logicalAnd(tf.greater(tf.abs(tf.sub(tf.cast(grownSum, 'float32'), sum)), 1073741824), timeMask);
    return rt.refuse(batch, grownSum, mask, '`grown = min(t, 1000) ^ 2 + max(unit, 0) * 3` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  rt.dispose(grownSmaller, grownLarger, grownNumber, grownChecked, grownChecked2, grownSum);
  // input.attn:7  late = hour >= 18 and not (unit > 0 or t < 0)
  const late = tf.tidy(() => {
    const negation = tf.logicalNot(tf.logicalOr(tf.greater(batch.inputs.unit, sharedZero), tf.less(batch.inputs.t, sharedZero)));
    return tf.logicalAnd(tf.greaterEqual(hour, tf.scalar(18, 'int32')), negation);
  });
  // input.attn:8  near = abs(t - 2 * unit) / (1 + position[time])
  const unitAsFloat = tf.cast(batch.inputs.unit, 'float32');
  const nearChecked = tf.tidy(() => {
    const product = tf.mul(batch.inputs.unit, tf.scalar(2, 'int32'));
    const isGreater = tf.greater(tf.abs(tf.sub(tf.cast(product, 'float32'), tf.mul(unitAsFloat, 2))), 1073741824);
    const mask = tf.logicalAnd(isGreater, timeMask);
    return rt.refuse(batch, product, mask, '`2 * unit` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  const nearDifference = tf.sub(batch.inputs.t, nearChecked);
  const nearChecked2 = tf.tidy(() => {
    const difference = tf.sub(tf.cast(batch.inputs.t, 'float32'), tf.cast(nearChecked, 'float32'));
    const isGreater = tf.greater(tf.abs(tf.sub(tf.cast(nearDifference, 'float32'), difference)), 1073741824);
    const mask = tf.logicalAnd(isGreater, timeMask);
    return rt.refuse(batch, nearDifference, mask, '`t - 2 * unit` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  });
  const nearMagnitude = tf.abs(nearChecked2);
  const nearDifference2 = tf.tidy(() =>
    tf.sub(tf.cast(nearMagnitude, 'float32'), tf.abs(tf.cast(nearChecked2, 'float32'))),
  );
  const near = tf.tidy(() => {
    const mask = tf.logicalAnd(tf.greater(tf.abs(nearDifference2), 1073741824), timeMask);
    const checked = rt.refuse(batch, nearMagnitude, mask, '`abs(t - 2 * unit)` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
    const sumAsFloatMasked = rt.where(timeMask, tf.cast(tf.add(sharedOne, timePositions), 'float32'), 1);
    return tf.div(tf.cast(checked, 'float32'), sumAsFloatMasked);
  });
  rt.dispose(nearChecked, nearDifference, nearChecked2, timePositions, sharedOne, nearMagnitude, nearDifference2);
  // input.attn:9  { hour = hour, shared = shared, grown = grown, late = late, near = near, sum = sum[time](…
  const sum = tf.tidy(() => {
    const total = tf.sum(rt.where(timeMask, batch.inputs.unit, sharedZero), 1);
    const magnitude = tf.abs(tf.sub(tf.cast(total, 'float32'), tf.sum(rt.where(timeMask, unitAsFloat, 0), 1)));
    const isGreater = tf.greater(magnitude, 1073741824);
    return rt.refuse(batch, total, isGreater, '`sum[time](unit)` (input.attn:9): a whole number leaves int32 here, or is divided by 0', ['']);
  });
  rt.dispose(sharedZero, timeMask, unitAsFloat);
  return { hour, shared, grown, late, near, sum };
}

const clockDefinition: rt.Definition = {
  name: 'Clock',
  source: 'input.attn',
  hyperparameters: {  },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes() {
    return {  };
  },
  parameters: () => [],
  inputs: () => [
    { name: 't', elem: 'int', axes: [{ label: 'time', dim: 'time' }], indexes: null },
    { name: 'unit', elem: 'int', axes: [{ label: 'time', dim: 'time' }], indexes: null },
  ],
  outputs: {
    hour: { elem: 'int', axes: [{ label: 'time', dim: 'time' }] },
    shared: { elem: 'int', axes: [{ label: 'time', dim: 'time' }] },
    grown: { elem: 'int', axes: [{ label: 'time', dim: 'time' }] },
    late: { elem: 'bool', axes: [{ label: 'time', dim: 'time' }] },
    near: { elem: 'float', axes: [{ label: 'time', dim: 'time' }] },
    sum: { elem: 'int', axes: [] },
  },
  forward: clockForward,
  objectives: [],
  decoder: null,
};

export class Clock extends rt.Model<ClockDims, ClockInput, ClockTarget, ClockOutput> {
  constructor(options: rt.ModelOptions<ClockDims> = {}) {
    super(clockDefinition, options);
  }
}
