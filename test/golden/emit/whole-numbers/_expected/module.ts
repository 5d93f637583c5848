/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Clock that its constructor may be given. */
export type ClockDims = Record<string, never>;

/** One example of Clock. */
export interface ClockInput {
  /** `int[time]` */
  readonly t: rt.Ints;
  /** `int[time]` */
  readonly unit: rt.Ints;
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
type ClockSizes = {
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type ClockParameters = Record<string, never>;

/** Padded examples on the device. */
type ClockBatch = {
  readonly n: ClockSizes;
  readonly inputs: { readonly t: tf.Tensor; readonly unit: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type ClockResults = { readonly hour: tf.Tensor; readonly shared: tf.Tensor; readonly grown: tf.Tensor; readonly late: tf.Tensor; readonly near: tf.Tensor; readonly sum: tf.Tensor };

/** The outputs of Clock, batch first. */
function clockForward(_p: ClockParameters, batch: ClockBatch): ClockResults {
  const { batch: batchSize, time } = batch.n;

  // input.attn:4  hour = floor(t / 3600) mod 24
  const hourNumber = tf.scalar(3600, 'int32');
  const hourQuotient = tf.floorDiv(batch.inputs.t, hourNumber);
  const hourNumber2 = tf.scalar(24, 'int32');
  const hour = tf.mod(hourQuotient, hourNumber2);
  rt.dispose(hourNumber, hourQuotient, hourNumber2);

  // input.attn:5  shared = if unit != 0 then floor(t / unit) + ceil(t / unit) else 0
  const sharedNumber = tf.scalar(0, 'int32');
  const sharedDiffers = tf.notEqual(batch.inputs.unit, sharedNumber);
  const sharedQuotient = rt.quot(batch.inputs.t, batch.inputs.unit);
  const sharedIsEqual = tf.equal(batch.inputs.unit, sharedNumber);
  const sharedNumber2 = tf.scalar(-2147483648, 'int32');
  const sharedIsEqual2 = tf.equal(batch.inputs.t, sharedNumber2);
  const sharedNumber3 = tf.scalar(-1, 'int32');
  const sharedIsEqual3 = tf.equal(batch.inputs.unit, sharedNumber3);
  const sharedBoth = tf.logicalAnd(sharedIsEqual2, sharedIsEqual3);
  rt.dispose(sharedNumber2, sharedNumber3, sharedIsEqual2, sharedIsEqual3);
  const sharedEither = tf.logicalOr(sharedIsEqual, sharedBoth);
  const sharedTimePlaces = tf.range(0, time, 1, 'int32');
  const sharedTimeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const sharedIsGreater = tf.greater(sharedTimeLengthWide, sharedTimePlaces);
  const sharedBoth2 = tf.logicalAnd(sharedEither, sharedIsGreater);
  rt.dispose(sharedIsEqual, sharedBoth, sharedTimeLengthWide, sharedEither);
  const sharedChecked = rt.refuse(batch, sharedQuotient, sharedBoth2, '`floor(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  const sharedRemainder = rt.mod(batch.inputs.t, batch.inputs.unit);
  const sharedIsEqual4 = tf.equal(sharedRemainder, sharedNumber);
  const sharedNumber4 = tf.scalar(1, 'int32');
  const sharedSum = tf.add(sharedChecked, sharedNumber4);
  const sharedSumAsFloat = tf.cast(sharedSum, 'float32');
  const sharedCheckedAsFloat = tf.cast(sharedChecked, 'float32');
  const sharedSum2 = tf.add(sharedCheckedAsFloat, 1);
  const sharedDifference = tf.sub(sharedSumAsFloat, sharedSum2);
  rt.dispose(sharedQuotient, sharedBoth2, sharedRemainder, sharedSumAsFloat, sharedSum2);
  const sharedMagnitude = tf.abs(sharedDifference);
  const sharedIsGreater2 = tf.greater(sharedMagnitude, 1073741824);
  const sharedNegation = tf.logicalNot(sharedIsEqual4);
  const sharedBoth3 = tf.logicalAnd(sharedNegation, sharedDiffers);
  const sharedBoth4 = tf.logicalAnd(sharedBoth3, sharedIsGreater);
  rt.dispose(sharedDifference, sharedMagnitude, sharedNegation, sharedBoth3);
  const sharedBoth5 = tf.logicalAnd(sharedIsGreater2, sharedBoth4);
  const sharedChecked2 = rt.refuse(batch, sharedSum, sharedBoth5, '`ceil(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(sharedIsGreater2, sharedBoth4, sharedSum, sharedBoth5);
  const sharedChosen = rt.where(sharedIsEqual4, sharedChecked, sharedChecked2);
  const sharedSum3 = tf.add(sharedChecked, sharedChosen);
  const sharedSumAsFloat2 = tf.cast(sharedSum3, 'float32');
  const sharedChosenAsFloat = tf.cast(sharedChosen, 'float32');
  rt.dispose(sharedIsEqual4, sharedChecked2, sharedChecked, sharedChosen);
  const sharedSum4 = tf.add(sharedCheckedAsFloat, sharedChosenAsFloat);
  const sharedDifference2 = tf.sub(sharedSumAsFloat2, sharedSum4);
  rt.dispose(sharedCheckedAsFloat, sharedChosenAsFloat, sharedSumAsFloat2, sharedSum4);
  const sharedMagnitude2 = tf.abs(sharedDifference2);
  const sharedIsGreater3 = tf.greater(sharedMagnitude2, 1073741824);
  const sharedBoth6 = tf.logicalAnd(sharedDiffers, sharedIsGreater);
  const sharedBoth7 = tf.logicalAnd(sharedIsGreater3, sharedBoth6);
  rt.dispose(sharedDifference2, sharedMagnitude2, sharedIsGreater3, sharedBoth6);
  const sharedChecked3 = rt.refuse(batch, sharedSum3, sharedBoth7, '`floor(t / unit) + ceil(t / unit)` (input.attn:5): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  const shared = rt.where(sharedDiffers, sharedChecked3, sharedNumber);
  rt.dispose(sharedSum3, sharedBoth7, sharedDiffers, sharedChecked3);

  // input.attn:6  grown = min(t, 1000) ^ 2 + max(unit, 0) * 3
  const grownNumber = tf.scalar(1e3, 'int32');
  const grownSmaller = tf.minimum(batch.inputs.t, grownNumber);
  const grownProduct = tf.mul(grownSmaller, grownSmaller);
  const grownProductAsFloat = tf.cast(grownProduct, 'float32');
  const grownSmallerAsFloat = tf.cast(grownSmaller, 'float32');
  const grownProduct2 = tf.mul(grownSmallerAsFloat, grownSmallerAsFloat);
  const grownDifference = tf.sub(grownProductAsFloat, grownProduct2);
  rt.dispose(grownNumber, grownSmaller, grownSmallerAsFloat, grownProductAsFloat, grownProduct2);
  const grownMagnitude = tf.abs(grownDifference);
  const grownIsGreater = tf.greater(grownMagnitude, 1073741824);
  const grownBoth = tf.logicalAnd(grownIsGreater, sharedIsGreater);
  const grownChecked = rt.refuse(batch, grownProduct, grownBoth, '`min(t, 1000) ^ 2` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(grownDifference, grownMagnitude, grownIsGreater, grownProduct, grownBoth);
  const grownLarger = tf.maximum(batch.inputs.unit, sharedNumber);
  const grownNumber2 = tf.scalar(3, 'int32');
  const grownProduct3 = tf.mul(grownLarger, grownNumber2);
  const grownProductAsFloat2 = tf.cast(grownProduct3, 'float32');
  const grownLargerAsFloat = tf.cast(grownLarger, 'float32');
  const grownProduct4 = tf.mul(grownLargerAsFloat, 3);
  const grownDifference2 = tf.sub(grownProductAsFloat2, grownProduct4);
  rt.dispose(grownNumber2, grownLarger, grownLargerAsFloat, grownProductAsFloat2, grownProduct4);
  const grownMagnitude2 = tf.abs(grownDifference2);
  const grownIsGreater2 = tf.greater(grownMagnitude2, 1073741824);
  const grownBoth2 = tf.logicalAnd(grownIsGreater2, sharedIsGreater);
  const grownChecked2 = rt.refuse(batch, grownProduct3, grownBoth2, '`max(unit, 0) * 3` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(grownDifference2, grownMagnitude2, grownIsGreater2, grownProduct3, grownBoth2);
  const grownSum = tf.add(grownChecked, grownChecked2);
  const grownGrownAsFloat = tf.cast(grownSum, 'float32');
  const grownCheckedAsFloat = tf.cast(grownChecked, 'float32');
  const grownCheckedAsFloat2 = tf.cast(grownChecked2, 'float32');
  const grownSum2 = tf.add(grownCheckedAsFloat, grownCheckedAsFloat2);
  rt.dispose(grownChecked, grownChecked2, grownCheckedAsFloat, grownCheckedAsFloat2);
  const grownDifference3 = tf.sub(grownGrownAsFloat, grownSum2);
  const grownMagnitude3 = tf.abs(grownDifference3);
  const grownIsGreater3 = tf.greater(grownMagnitude3, 1073741824);
  rt.dispose(grownGrownAsFloat, grownSum2, grownDifference3, grownMagnitude3);
  const grownBoth3 = tf.logicalAnd(grownIsGreater3, sharedIsGreater);
  const grown = rt.refuse(batch, grownSum, grownBoth3, '`grown = min(t, 1000) ^ 2 + max(unit, 0) * 3` (input.attn:6): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(grownIsGreater3, grownSum, grownBoth3);

  // input.attn:7  late = hour >= 18 and not (unit > 0 or t < 0)
  const lateNumber = tf.scalar(18, 'int32');
  const lateIsAtLeast = tf.greaterEqual(hour, lateNumber);
  const lateIsGreater = tf.greater(batch.inputs.unit, sharedNumber);
  const lateIsLess = tf.less(batch.inputs.t, sharedNumber);
  const lateEither = tf.logicalOr(lateIsGreater, lateIsLess);
  const lateNegation = tf.logicalNot(lateEither);
  rt.dispose(lateNumber, lateIsGreater, lateIsLess, lateEither);
  const late = tf.logicalAnd(lateIsAtLeast, lateNegation);
  rt.dispose(lateIsAtLeast, lateNegation);

  // input.attn:8  near = abs(t - 2 * unit) / (1 + position[time])
  const nearNumber = tf.scalar(2, 'int32');
  const nearProduct = tf.mul(batch.inputs.unit, nearNumber);
  const nearProductAsFloat = tf.cast(nearProduct, 'float32');
  const nearUnitAsFloat = tf.cast(batch.inputs.unit, 'float32');
  const nearProduct2 = tf.mul(nearUnitAsFloat, 2);
  const nearDifference = tf.sub(nearProductAsFloat, nearProduct2);
  const nearMagnitude = tf.abs(nearDifference);
  rt.dispose(nearNumber, nearProductAsFloat, nearProduct2, nearDifference);
  const nearIsGreater = tf.greater(nearMagnitude, 1073741824);
  const nearBoth = tf.logicalAnd(nearIsGreater, sharedIsGreater);
  const nearChecked = rt.refuse(batch, nearProduct, nearBoth, '`2 * unit` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(nearMagnitude, nearIsGreater, nearProduct, nearBoth);
  const nearDifference2 = tf.sub(batch.inputs.t, nearChecked);
  const nearDifferenceAsFloat = tf.cast(nearDifference2, 'float32');
  const nearTAsFloat = tf.cast(batch.inputs.t, 'float32');
  const nearCheckedAsFloat = tf.cast(nearChecked, 'float32');
  const nearDifference3 = tf.sub(nearTAsFloat, nearCheckedAsFloat);
  const nearDifference4 = tf.sub(nearDifferenceAsFloat, nearDifference3);
  rt.dispose(nearChecked, nearTAsFloat, nearCheckedAsFloat, nearDifferenceAsFloat, nearDifference3);
  const nearMagnitude2 = tf.abs(nearDifference4);
  const nearIsGreater2 = tf.greater(nearMagnitude2, 1073741824);
  const nearBoth2 = tf.logicalAnd(nearIsGreater2, sharedIsGreater);
  const nearChecked2 = rt.refuse(batch, nearDifference2, nearBoth2, '`t - 2 * unit` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(nearDifference4, nearMagnitude2, nearIsGreater2, nearDifference2, nearBoth2);
  const nearMagnitude3 = tf.abs(nearChecked2);
  const nearMagnitudeAsFloat = tf.cast(nearMagnitude3, 'float32');
  const nearCheckedAsFloat2 = tf.cast(nearChecked2, 'float32');
  const nearMagnitude4 = tf.abs(nearCheckedAsFloat2);
  const nearDifference5 = tf.sub(nearMagnitudeAsFloat, nearMagnitude4);
  rt.dispose(nearChecked2, nearCheckedAsFloat2, nearMagnitudeAsFloat, nearMagnitude4);
  const nearMagnitude5 = tf.abs(nearDifference5);
  const nearIsGreater3 = tf.greater(nearMagnitude5, 1073741824);
  const nearBoth3 = tf.logicalAnd(nearIsGreater3, sharedIsGreater);
  const nearChecked3 = rt.refuse(batch, nearMagnitude3, nearBoth3, '`abs(t - 2 * unit)` (input.attn:8): a whole number leaves int32 here, or is divided by 0', ['', 'time']);
  rt.dispose(nearDifference5, nearMagnitude5, nearIsGreater3, nearMagnitude3, nearBoth3);
  const nearCheckedAsFloat3 = tf.cast(nearChecked3, 'float32');
  const nearSum = tf.add(sharedNumber4, sharedTimePlaces);
  const nearSumAsFloat = tf.cast(nearSum, 'float32');
  rt.dispose(nearChecked3, sharedTimePlaces, sharedNumber4, nearSum);
  const nearChosen = rt.where(sharedIsGreater, nearSumAsFloat, 1);
  const near = tf.div(nearCheckedAsFloat3, nearChosen);
  rt.dispose(nearSumAsFloat, nearCheckedAsFloat3, nearChosen);

  // input.attn:9  { hour = hour, shared = shared, grown = grown, late = late, near = near, sum = sum[time](unit) }
  const chosen = rt.where(sharedIsGreater, batch.inputs.unit, sharedNumber);
  const total = tf.sum(chosen, 1);
  const totalAsFloat = tf.cast(total, 'float32');
  const chosen2 = rt.where(sharedIsGreater, nearUnitAsFloat, 0);
  rt.dispose(sharedNumber, chosen, sharedIsGreater, nearUnitAsFloat);
  const total2 = tf.sum(chosen2, 1);
  const difference = tf.sub(totalAsFloat, total2);
  const magnitude = tf.abs(difference);
  rt.dispose(chosen2, totalAsFloat, total2, difference);
  const isGreater = tf.greater(magnitude, 1073741824);
  const checked = rt.refuse(batch, total, isGreater, '`sum[time](unit)` (input.attn:9): a whole number leaves int32 here, or is divided by 0', ['']);
  rt.dispose(magnitude, total, isGreater);
  return { hour, shared, grown, late, near, sum: checked };
}

const clockDefinition: rt.Definition = {
  name: 'Clock',
  source: 'input.attn',
  hyperparameters: {  },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  sizes() {
    return {  };
  },
  parameters() {
    return [];
  },
  inputs() {
    return [
      { name: 't', elem: 'int', axes: [{ label: 'time', dim: 'time' }], indexes: null },
      { name: 'unit', elem: 'int', axes: [{ label: 'time', dim: 'time' }], indexes: null },
    ];
  },
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
