/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Machine that its constructor may be given. */
export type MachineDims = {
  /** `time`, `in`, `slots`, `width`, `around`: Graves, Wayne & Danihelka 2014, cut down: addressing by content and by a circular shift, a memory as state, a window without padding, a picture folded. Default 3. */
  readonly in: number;
  /** Default 5. */
  readonly slots: number;
  /** Default 4. */
  readonly width: number;
};

/** One example of Machine. */
export interface MachineInput {
  /** `[time, in]` */
  readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface MachineTarget {
  /** `[time, in]` */
  readonly t: readonly rt.Floats[];
}

/** What Machine gives for one example. */
export type MachineOutput = {
  readonly y: rt.Value;
  readonly folded: rt.Value;
};

/** Every size of a call. */
type MachineSizes = {
  readonly in: number;
  readonly slots: number;
  readonly width: number;
  readonly batch: number;
  readonly time: number;
};

/** Parameters by path. */
type MachineParameters = {
  readonly 'run.h.Linear.W': tf.Tensor;
  readonly 'run.h.Linear.b': tf.Tensor;
  readonly 'run.c.Linear.W': tf.Tensor;
  readonly 'run.c.Linear.b': tf.Tensor;
  readonly 'run.s.Linear.W': tf.Tensor;
  readonly 'run.s.Linear.b': tf.Tensor;
  readonly 'run.M.Linear.W': tf.Tensor;
  readonly 'run.M.Linear.b': tf.Tensor;
  readonly 'y.Linear.W': tf.Tensor;
  readonly 'y.Linear.b': tf.Tensor;
};

/** Padded examples on the device. */
type MachineBatch = {
  readonly n: MachineSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type MachineResults = { readonly y: tf.Tensor; readonly folded: tf.Tensor };

/** The outputs of Machine, batch first. */
function machineForward(p: MachineParameters, batch: MachineBatch): MachineResults {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;

  // input.attn:4  run = scan time with xt = x {
  const runFilled = tf.fill([batchSize, slots, width], 0.1);

  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const number = tf.scalar(0, 'int32');
  const oneHot = rt.oneHot(number, slots);
  rt.dispose(number);

  // input.attn:4  run = scan time with xt = x {
  const runOneHotWide = tf.broadcastTo(oneHot, [batchSize, slots]);
  rt.dispose(oneHot);

  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);
  rt.dispose(timePlaces, timeLengthWide, isGreaterWide);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const WT = tf.transpose(p['run.h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, width]);
  const sum = tf.add(product2, p['run.h.Linear.b']);
  rt.dispose(xRows, WT, product, product2);

  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT2 = tf.transpose(p['run.s.Linear.W'], [1, 0]);
  const product3 = tf.matMul(hRows, WT2);
  const product4 = tf.reshape(product3, [batchSize, time, 3]);
  const sum2 = tf.add(product4, p['run.s.Linear.b']);
  rt.dispose(WT2, product3, product4);

  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['run.c.Linear.W'], [width, 1]);
  const product5 = tf.matMul(hRows, WWide);
  const product6 = tf.reshape(product5, [batchSize, time]);
  const sum3 = tf.add(product6, p['run.c.Linear.b']);
  rt.dispose(WWide, product5, product6);

  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);
  rt.dispose(sum3);

  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largestMagnitude = tf.abs(h);
  const largestHighest = tf.max(largestMagnitude, 2);
  rt.dispose(largestMagnitude);

  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const smaller = tf.minimum(largestHighest, 1e-37);
  const product7 = tf.mul(smaller, 1e37);
  const larger = tf.maximum(largestHighest, 1e-37);
  const largerWide = tf.reshape(larger, [batchSize, time, 1]);
  const quotient = tf.div(h, largerWide);
  rt.dispose(smaller, largestHighest, larger, largerWide);

  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresProduct = tf.mul(quotient, quotient);
  const squaresTotal = tf.sum(squaresProduct, 2);
  const squaresLarger = tf.maximum(squaresTotal, 0.5);
  rt.dispose(squaresProduct, squaresTotal);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['run.M.Linear.W'], [1, 0]);
  const product8 = tf.matMul(hRows, WT3);
  const product9 = tf.reshape(product8, [batchSize, time, width]);
  const sum4 = tf.add(product9, p['run.M.Linear.b']);
  rt.dispose(hRows, WT3, product8, product9);

  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);

  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
  const wNextSlotsPlaces = tf.range(0, slots, 1, 'int32');
  const wNextNumber = tf.scalar(-1, 'int32');
  const wNextDifference = tf.sub(wNextSlotsPlaces, wNextNumber);
  const wNextNumber2 = tf.scalar(slots, 'int32');
  const wNextRemainder = rt.mod(wNextDifference, wNextNumber2);
  const wNextRemainder2 = rt.mod(wNextSlotsPlaces, wNextNumber2);
  const wNextNumber3 = tf.scalar(1, 'int32');
  const wNextDifference2 = tf.sub(wNextSlotsPlaces, wNextNumber3);
  rt.dispose(wNextNumber, wNextDifference, wNextSlotsPlaces, wNextNumber3);
  const wNextRemainder3 = rt.mod(wNextDifference2, wNextNumber2);
  const wNextRemainderShaped = tf.reshape(wNextRemainder, [slots, 1]);
  const wNextRemainderShaped2 = tf.reshape(wNextRemainder2, [slots, 1]);
  rt.dispose(wNextNumber2, wNextDifference2, wNextRemainder, wNextRemainder2);
  const wNextRemainderShaped3 = tf.reshape(wNextRemainder3, [slots, 1]);
  const wNextJoined = tf.concat([wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3], 1);
  rt.dispose(wNextRemainder3, wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3);
  const wNextOneHot = rt.oneHot(wNextJoined, slots);
  const wNextOneHotRows = tf.reshape(wNextOneHot, [3 * slots, slots]);
  const wNextOneHotT = tf.transpose(wNextOneHotRows, [1, 0]);
  rt.dispose(wNextJoined, wNextOneHot, wNextOneHotRows);

  // input.attn:4  run = scan time with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runST = tf.transpose(s, [1, 0, 2]);
  const runSoftplusT = tf.transpose(cSoftplus, [1, 0]);
  const runProductT = tf.transpose(product7, [1, 0]);
  rt.dispose(isGreater, s, cSoftplus, product7);
  const runQuotientT = tf.transpose(quotient, [1, 0, 2]);
  const runLargerT = tf.transpose(squaresLarger, [1, 0]);
  const runSigmoidT = tf.transpose(MNextSigmoid, [1, 0, 2]);
  const runHT = tf.transpose(h, [1, 0, 2]);
  rt.dispose(quotient, squaresLarger, MNextSigmoid, h);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sSteps = tf.unstack(runST);
  const softplusSteps = tf.unstack(runSoftplusT);
  const productSteps = tf.unstack(runProductT);
  rt.dispose(runIsGreaterT, runST, runSoftplusT, runProductT);
  const quotientSteps = tf.unstack(runQuotientT);
  const largerSteps = tf.unstack(runLargerT);
  const sigmoidSteps = tf.unstack(runSigmoidT);
  const hSteps = tf.unstack(runHT);
  rt.dispose(runQuotientT, runLargerT, runSigmoidT, runHT);

  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  let runMNext: tf.Tensor = runFilled;
  let runWNext: tf.Tensor = runOneHotWide;
  for (let t = 0; t < time; t++) {
    const isGreaterAt = isGreaterSteps[t]!;
    const s2 = sSteps[t]!;
    const softplusAt = softplusSteps[t]!;
    const productAt = productSteps[t]!;
    const quotientAt = quotientSteps[t]!;
    const largerAt = largerSteps[t]!;
    const sigmoidAt = sigmoidSteps[t]!;
    const hAt = hSteps[t]!;

    // input.attn:4  run = scan time with xt = x {
    const runValueWide = tf.reshape(isGreaterAt, [batchSize, 1, 1]);
    const runChosen = rt.where(runValueWide, runMNext, 0);
    rt.dispose(runValueWide);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct = tf.mul(runWNext, 0.5);

    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largestMagnitude2 = tf.abs(runChosen);
    const largestHighest2 = tf.max(largestMagnitude2, 2);
    rt.dispose(largestMagnitude2);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const smaller2 = tf.minimum(largestHighest2, 1e-37);
    const product10 = tf.mul(smaller2, 1e37);
    rt.dispose(smaller2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide = tf.reshape(productAt, [batchSize, 1]);
    const product11 = tf.mul(product10, valueWide);
    rt.dispose(product10, valueWide);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const larger2 = tf.maximum(largestHighest2, 1e-37);
    const largerWide2 = tf.reshape(larger2, [batchSize, slots, 1]);
    const quotient2 = tf.div(runChosen, largerWide2);
    rt.dispose(largestHighest2, larger2, largerWide2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide2 = tf.reshape(quotientAt, [batchSize, width, 1]);
    const product12 = tf.matMul(quotient2, valueWide2);
    const product13 = tf.reshape(product12, [batchSize, slots]);
    const product14 = tf.mul(product11, product13);
    rt.dispose(valueWide2, product12, product11, product13);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresProduct2 = tf.mul(quotient2, quotient2);
    const squaresTotal2 = tf.sum(squaresProduct2, 2);
    const squaresLarger2 = tf.maximum(squaresTotal2, 0.5);
    const squaresValueWide = tf.reshape(largerAt, [batchSize, 1]);
    const squares = tf.mul(squaresLarger2, squaresValueWide);
    rt.dispose(quotient2, squaresProduct2, squaresTotal2, squaresLarger2, squaresValueWide);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const root = tf.sqrt(squares);
    const valueWide3 = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide3, root, 1);
    const quotient3 = tf.div(product14, chosen);
    rt.dispose(squares, root, valueWide3, product14, chosen);

    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cValueWide = tf.reshape(softplusAt, [batchSize, 1]);
    const cProduct = tf.mul(cValueWide, quotient3);
    const c = tf.softmax(cProduct);
    rt.dispose(quotient3, cValueWide, cProduct);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct2 = tf.mul(c, 0.5);
    const wNextSum = tf.add(wNextProduct, wNextProduct2);
    const wNextProduct3 = tf.matMul(wNextSum, wNextOneHotT);
    rt.dispose(c, wNextProduct, wNextProduct2, wNextSum);
    const wNextProduct4 = tf.reshape(wNextProduct3, [batchSize, slots, 3]);
    const wNextSWide = tf.reshape(s2, [batchSize, 1, 3]);
    const wNextProductT = tf.transpose(wNextProduct4, [0, 2, 1]);
    const wNextProduct5 = tf.matMul(wNextSWide, wNextProductT);
    rt.dispose(wNextProduct3, wNextProduct4, wNextSWide, wNextProductT);
    const wNext = tf.reshape(wNextProduct5, [batchSize, slots]);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.reshape(wNextProduct5, [batchSize, slots, 1]);
    const MNextValueWide = tf.reshape(sigmoidAt, [batchSize, 1, width]);
    const MNextProduct2 = tf.mul(MNextProduct, MNextValueWide);
    const MNextDifference = tf.sub(1, MNextProduct2);
    const MNextProduct3 = tf.mul(runChosen, MNextDifference);
    rt.dispose(wNextProduct5, MNextValueWide, MNextProduct2, runChosen, MNextDifference);
    const MNextValueWide2 = tf.reshape(hAt, [batchSize, 1, width]);
    const MNextProduct4 = tf.mul(MNextProduct, MNextValueWide2);
    const MNext = tf.add(MNextProduct3, MNextProduct4);
    rt.dispose(MNextProduct, MNextValueWide2, MNextProduct3, MNextProduct4);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    runMNext = MNext;
    runWNext = wNext;
  }
  rt.dispose(runFilled, runOneHotWide, wNextOneHotT, isGreaterSteps, sSteps, softplusSteps, productSteps, quotientSteps, largerSteps, sigmoidSteps, hSteps);
  const wNextStacked = tf.stack(wNextSteps);
  rt.dispose(wNextSteps);

  // input.attn:11  emit sum[slots](w' * M')
  const wNextStepsT = tf.transpose(wNextStacked, [1, 0, 2]);
  const wNextStepsWide = tf.reshape(wNextStepsT, [batchSize * time, 1, slots]);
  const MNextStacked = tf.stack(MNextSteps);
  const MNextStepsT = tf.transpose(MNextStacked, [1, 0, 2, 3]);
  rt.dispose(wNextStacked, wNextStepsT, MNextSteps, MNextStacked);
  const MNextStepsRows = tf.reshape(MNextStepsT, [batchSize * time, slots, width]);
  const product15 = tf.matMul(wNextStepsWide, MNextStepsRows);
  rt.dispose(MNextStepsT, wNextStepsWide, MNextStepsRows);

  // layers.attn:4  W @ x + b
  const product16 = tf.reshape(product15, [batchSize * time, width]);
  const WT4 = tf.transpose(p['y.Linear.W'], [1, 0]);
  const product17 = tf.matMul(product16, WT4);
  const product18 = tf.reshape(product17, [batchSize, time, in_]);
  rt.dispose(product15, product16, WT4, product17);
  const sum5 = tf.add(product18, p['y.Linear.b']);
  rt.dispose(product18);

  // input.attn:14  pairs = max[pair](x[time = 2 * position[half] + position[pair]])
  const pairsHalfPlaces = tf.range(0, Math.floor(time / 2), 1, 'int32');
  const pairsNumber = tf.scalar(2, 'int32');
  const pairsProduct = tf.mul(pairsNumber, pairsHalfPlaces);
  const pairsPairPlaces = tf.range(0, 2, 1, 'int32');
  const pairsProductWide = tf.reshape(pairsProduct, [Math.floor(time / 2), 1]);
  const pairsSum = tf.add(pairsProductWide, pairsPairPlaces);
  rt.dispose(pairsHalfPlaces, pairsNumber, pairsProduct, pairsPairPlaces, pairsProductWide);
  const pairsTimeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1, 1]);
  const pairsIsGreater = tf.greater(pairsTimeLengthWide, pairsSum);
  const pairs = tf.any(pairsIsGreater, 2);
  const pairsPart = tf.slice(x, [0, 0, 0], [-1, 2 * Math.floor(time / 2), -1]);
  const pairsPartShaped = tf.reshape(pairsPart, [batchSize, Math.floor(time / 2), 2, in_]);
  const pairsPart2 = tf.slice(pairsPartShaped, [0, 0, 0, 0], [-1, -1, 1, -1]);
  rt.dispose(pairsSum, pairsTimeLengthWide, pairsPart, pairsPartShaped);
  const pairsPlace = tf.reshape(pairsPart2, [batchSize, Math.floor(time / 2), in_]);
  const pairsShifted = rt.shift(x, 1, -1);
  const pairsPart3 = tf.slice(pairsShifted, [0, 0, 0], [-1, 2 * Math.floor(time / 2), -1]);
  const pairsPartShaped2 = tf.reshape(pairsPart3, [batchSize, Math.floor(time / 2), 2, in_]);
  rt.dispose(pairsPart2, x, pairsShifted, pairsPart3);
  const pairsPart4 = tf.slice(pairsPartShaped2, [0, 0, 0, 0], [-1, -1, 1, -1]);
  const pairsPlace2 = tf.reshape(pairsPart4, [batchSize, Math.floor(time / 2), in_]);
  const pairsPlaceShaped = tf.reshape(pairsPlace, [batchSize, Math.floor(time / 2), in_, 1]);
  const pairsPlaceShaped2 = tf.reshape(pairsPlace2, [batchSize, Math.floor(time / 2), in_, 1]);
  rt.dispose(pairsPartShaped2, pairsPart4, pairsPlace, pairsPlace2);
  const pairsJoined = tf.concat([pairsPlaceShaped, pairsPlaceShaped2], 3);
  const pairsIsGreaterWide = tf.reshape(pairsIsGreater, [batchSize, Math.floor(time / 2), 1, 2]);
  const pairsChosen = rt.where(pairsIsGreaterWide, pairsJoined, -Infinity);
  rt.dispose(pairsPlaceShaped, pairsPlaceShaped2, pairsIsGreater, pairsJoined, pairsIsGreaterWide);
  const pairsHighest = tf.max(pairsChosen, 3);
  const pairsPairsWide = tf.reshape(pairs, [batchSize, Math.floor(time / 2), 1]);
  const pairs2 = rt.where(pairsPairsWide, pairsHighest, 0);
  rt.dispose(pairsChosen, pairs, pairsHighest, pairsPairsWide);
  return { y: sum5, folded: pairs2 };
}

/** What machineLoss gives. */
type MachineLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function machineLoss(p: MachineParameters, batch: MachineBatch): MachineLossResults {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;

  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  rt.dispose(timePlaces, timeLengthWide);

  // input.attn:4  run = scan time with xt = x {
  const runFilled = tf.fill([batchSize, slots, width], 0.1);

  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const number = tf.scalar(0, 'int32');
  const oneHot = rt.oneHot(number, slots);
  rt.dispose(number);

  // input.attn:4  run = scan time with xt = x {
  const runOneHotWide = tf.broadcastTo(oneHot, [batchSize, slots]);
  rt.dispose(oneHot);

  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const WT = tf.transpose(p['run.h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, width]);
  rt.dispose(x, xRows, WT, product);
  const sum = tf.add(product2, p['run.h.Linear.b']);
  rt.dispose(product2);

  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT2 = tf.transpose(p['run.s.Linear.W'], [1, 0]);
  const product3 = tf.matMul(hRows, WT2);
  const product4 = tf.reshape(product3, [batchSize, time, 3]);
  const sum2 = tf.add(product4, p['run.s.Linear.b']);
  rt.dispose(WT2, product3, product4);

  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['run.c.Linear.W'], [width, 1]);
  const product5 = tf.matMul(hRows, WWide);
  const product6 = tf.reshape(product5, [batchSize, time]);
  const sum3 = tf.add(product6, p['run.c.Linear.b']);
  rt.dispose(WWide, product5, product6);

  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);
  rt.dispose(sum3);

  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largestMagnitude = tf.abs(h);
  const largestHighest = tf.max(largestMagnitude, 2);
  rt.dispose(largestMagnitude);

  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const smaller = tf.minimum(largestHighest, 1e-37);
  const product7 = tf.mul(smaller, 1e37);
  const larger = tf.maximum(largestHighest, 1e-37);
  const largerWide = tf.reshape(larger, [batchSize, time, 1]);
  const quotient = tf.div(h, largerWide);
  rt.dispose(smaller, largestHighest, larger, largerWide);

  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresProduct = tf.mul(quotient, quotient);
  const squaresTotal = tf.sum(squaresProduct, 2);
  const squaresLarger = tf.maximum(squaresTotal, 0.5);
  rt.dispose(squaresProduct, squaresTotal);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['run.M.Linear.W'], [1, 0]);
  const product8 = tf.matMul(hRows, WT3);
  const product9 = tf.reshape(product8, [batchSize, time, width]);
  const sum4 = tf.add(product9, p['run.M.Linear.b']);
  rt.dispose(hRows, WT3, product8, product9);

  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);

  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
  const wNextSlotsPlaces = tf.range(0, slots, 1, 'int32');
  const wNextNumber = tf.scalar(-1, 'int32');
  const wNextDifference = tf.sub(wNextSlotsPlaces, wNextNumber);
  const wNextNumber2 = tf.scalar(slots, 'int32');
  const wNextRemainder = rt.mod(wNextDifference, wNextNumber2);
  const wNextRemainder2 = rt.mod(wNextSlotsPlaces, wNextNumber2);
  const wNextNumber3 = tf.scalar(1, 'int32');
  const wNextDifference2 = tf.sub(wNextSlotsPlaces, wNextNumber3);
  rt.dispose(wNextNumber, wNextDifference, wNextSlotsPlaces, wNextNumber3);
  const wNextRemainder3 = rt.mod(wNextDifference2, wNextNumber2);
  const wNextRemainderShaped = tf.reshape(wNextRemainder, [slots, 1]);
  const wNextRemainderShaped2 = tf.reshape(wNextRemainder2, [slots, 1]);
  rt.dispose(wNextNumber2, wNextDifference2, wNextRemainder, wNextRemainder2);
  const wNextRemainderShaped3 = tf.reshape(wNextRemainder3, [slots, 1]);
  const wNextJoined = tf.concat([wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3], 1);
  rt.dispose(wNextRemainder3, wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3);
  const wNextOneHot = rt.oneHot(wNextJoined, slots);
  const wNextOneHotRows = tf.reshape(wNextOneHot, [3 * slots, slots]);
  const wNextOneHotT = tf.transpose(wNextOneHotRows, [1, 0]);
  rt.dispose(wNextJoined, wNextOneHot, wNextOneHotRows);

  // input.attn:4  run = scan time with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runST = tf.transpose(s, [1, 0, 2]);
  const runSoftplusT = tf.transpose(cSoftplus, [1, 0]);
  const runProductT = tf.transpose(product7, [1, 0]);
  rt.dispose(isGreater, s, cSoftplus, product7);
  const runQuotientT = tf.transpose(quotient, [1, 0, 2]);
  const runLargerT = tf.transpose(squaresLarger, [1, 0]);
  const runSigmoidT = tf.transpose(MNextSigmoid, [1, 0, 2]);
  const runHT = tf.transpose(h, [1, 0, 2]);
  rt.dispose(quotient, squaresLarger, MNextSigmoid, h);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  const sSteps = tf.unstack(runST);
  const softplusSteps = tf.unstack(runSoftplusT);
  const productSteps = tf.unstack(runProductT);
  rt.dispose(runIsGreaterT, runST, runSoftplusT, runProductT);
  const quotientSteps = tf.unstack(runQuotientT);
  const largerSteps = tf.unstack(runLargerT);
  const sigmoidSteps = tf.unstack(runSigmoidT);
  const hSteps = tf.unstack(runHT);
  rt.dispose(runQuotientT, runLargerT, runSigmoidT, runHT);

  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  let runMNext: tf.Tensor = runFilled;
  let runWNext: tf.Tensor = runOneHotWide;
  for (let t = 0; t < time; t++) {
    const isGreaterAt = isGreaterSteps[t]!;
    const s2 = sSteps[t]!;
    const softplusAt = softplusSteps[t]!;
    const productAt = productSteps[t]!;
    const quotientAt = quotientSteps[t]!;
    const largerAt = largerSteps[t]!;
    const sigmoidAt = sigmoidSteps[t]!;
    const hAt = hSteps[t]!;

    // input.attn:4  run = scan time with xt = x {
    const runValueWide = tf.reshape(isGreaterAt, [batchSize, 1, 1]);
    const runChosen = rt.where(runValueWide, runMNext, 0);
    rt.dispose(runValueWide);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct = tf.mul(runWNext, 0.5);

    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largestMagnitude2 = tf.abs(runChosen);
    const largestHighest2 = tf.max(largestMagnitude2, 2);
    rt.dispose(largestMagnitude2);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const smaller2 = tf.minimum(largestHighest2, 1e-37);
    const product10 = tf.mul(smaller2, 1e37);
    rt.dispose(smaller2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide = tf.reshape(productAt, [batchSize, 1]);
    const product11 = tf.mul(product10, valueWide);
    rt.dispose(product10, valueWide);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const larger2 = tf.maximum(largestHighest2, 1e-37);
    const largerWide2 = tf.reshape(larger2, [batchSize, slots, 1]);
    const quotient2 = tf.div(runChosen, largerWide2);
    rt.dispose(largestHighest2, larger2, largerWide2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide2 = tf.reshape(quotientAt, [batchSize, width, 1]);
    const product12 = tf.matMul(quotient2, valueWide2);
    const product13 = tf.reshape(product12, [batchSize, slots]);
    const product14 = tf.mul(product11, product13);
    rt.dispose(valueWide2, product12, product11, product13);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresProduct2 = tf.mul(quotient2, quotient2);
    const squaresTotal2 = tf.sum(squaresProduct2, 2);
    const squaresLarger2 = tf.maximum(squaresTotal2, 0.5);
    const squaresValueWide = tf.reshape(largerAt, [batchSize, 1]);
    const squares = tf.mul(squaresLarger2, squaresValueWide);
    rt.dispose(quotient2, squaresProduct2, squaresTotal2, squaresLarger2, squaresValueWide);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const root = tf.sqrt(squares);
    const valueWide3 = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide3, root, 1);
    const quotient3 = tf.div(product14, chosen);
    rt.dispose(squares, root, valueWide3, product14, chosen);

    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cValueWide = tf.reshape(softplusAt, [batchSize, 1]);
    const cProduct = tf.mul(cValueWide, quotient3);
    const c = tf.softmax(cProduct);
    rt.dispose(quotient3, cValueWide, cProduct);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct2 = tf.mul(c, 0.5);
    const wNextSum = tf.add(wNextProduct, wNextProduct2);
    const wNextProduct3 = tf.matMul(wNextSum, wNextOneHotT);
    rt.dispose(c, wNextProduct, wNextProduct2, wNextSum);
    const wNextProduct4 = tf.reshape(wNextProduct3, [batchSize, slots, 3]);
    const wNextSWide = tf.reshape(s2, [batchSize, 1, 3]);
    const wNextProductT = tf.transpose(wNextProduct4, [0, 2, 1]);
    const wNextProduct5 = tf.matMul(wNextSWide, wNextProductT);
    rt.dispose(wNextProduct3, wNextProduct4, wNextSWide, wNextProductT);
    const wNext = tf.reshape(wNextProduct5, [batchSize, slots]);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.reshape(wNextProduct5, [batchSize, slots, 1]);
    const MNextValueWide = tf.reshape(sigmoidAt, [batchSize, 1, width]);
    const MNextProduct2 = tf.mul(MNextProduct, MNextValueWide);
    const MNextDifference = tf.sub(1, MNextProduct2);
    const MNextProduct3 = tf.mul(runChosen, MNextDifference);
    rt.dispose(wNextProduct5, MNextValueWide, MNextProduct2, runChosen, MNextDifference);
    const MNextValueWide2 = tf.reshape(hAt, [batchSize, 1, width]);
    const MNextProduct4 = tf.mul(MNextProduct, MNextValueWide2);
    const MNext = tf.add(MNextProduct3, MNextProduct4);
    rt.dispose(MNextProduct, MNextValueWide2, MNextProduct3, MNextProduct4);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    runMNext = MNext;
    runWNext = wNext;
  }
  rt.dispose(runFilled, runOneHotWide, wNextOneHotT, isGreaterSteps, sSteps, softplusSteps, productSteps, quotientSteps, largerSteps, sigmoidSteps, hSteps);
  const wNextStacked = tf.stack(wNextSteps);
  rt.dispose(wNextSteps);

  // input.attn:11  emit sum[slots](w' * M')
  const wNextStepsT = tf.transpose(wNextStacked, [1, 0, 2]);
  const wNextStepsWide = tf.reshape(wNextStepsT, [batchSize * time, 1, slots]);
  const MNextStacked = tf.stack(MNextSteps);
  const MNextStepsT = tf.transpose(MNextStacked, [1, 0, 2, 3]);
  rt.dispose(wNextStacked, wNextStepsT, MNextSteps, MNextStacked);
  const MNextStepsRows = tf.reshape(MNextStepsT, [batchSize * time, slots, width]);
  const product15 = tf.matMul(wNextStepsWide, MNextStepsRows);
  rt.dispose(MNextStepsT, wNextStepsWide, MNextStepsRows);

  // layers.attn:4  W @ x + b
  const product16 = tf.reshape(product15, [batchSize * time, width]);
  const WT4 = tf.transpose(p['y.Linear.W'], [1, 0]);
  const product17 = tf.matMul(product16, WT4);
  const product18 = tf.reshape(product17, [batchSize, time, in_]);
  rt.dispose(product15, product16, WT4, product17);
  const sum5 = tf.add(product18, p['y.Linear.b']);
  rt.dispose(product18);

  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optimizer adam(rate = 1e-…
  const t2 = rt.where(isGreaterWide, batch.inputs.t, 0);
  const difference = tf.sub(sum5, t2);
  const product19 = tf.mul(difference, difference);
  const chosen2 = rt.where(isGreaterWide, product19, 0);
  rt.dispose(sum5, t2, difference, isGreaterWide, product19);
  const total = tf.sum(chosen2, [1, 2]);
  const timeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const product20 = tf.mul(timeLengthAsFloat, in_);
  const quotient4 = tf.div(total, product20);
  rt.dispose(chosen2, timeLengthAsFloat, total, product20);
  const loss = tf.mean(quotient4);
  rt.dispose(quotient4);
  return {
    loss,
    metrics: {},
  };
}

/** What machineGradients gives. */
type MachineGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: MachineParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function machineGradients(p: MachineParameters, batch: MachineBatch, _random: rt.Random): MachineGradientsResults {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;

  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timePlaces = tf.range(0, time, 1, 'int32');
  const timeLengthWide = tf.reshape(batch.lengths.time, [batchSize, 1]);
  const isGreater = tf.greater(timeLengthWide, timePlaces);
  rt.dispose(timePlaces, timeLengthWide);

  // input.attn:4  run = scan time with xt = x {
  const runFilled = tf.fill([batchSize, slots, width], 0.1);

  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const number = tf.scalar(0, 'int32');
  const oneHot = rt.oneHot(number, slots);
  rt.dispose(number);

  // input.attn:4  run = scan time with xt = x {
  const runOneHotWide = tf.broadcastTo(oneHot, [batchSize, slots]);
  rt.dispose(oneHot);

  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const isGreaterWide = tf.reshape(isGreater, [batchSize, time, 1]);
  const x = rt.where(isGreaterWide, batch.inputs.x, 0);

  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const WT = tf.transpose(p['run.h.Linear.W'], [1, 0]);
  const product = tf.matMul(xRows, WT);
  const product2 = tf.reshape(product, [batchSize, time, width]);
  const sum = tf.add(product2, p['run.h.Linear.b']);
  rt.dispose(x, WT, product, product2);

  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const WT2 = tf.transpose(p['run.s.Linear.W'], [1, 0]);
  const product3 = tf.matMul(hRows, WT2);
  const product4 = tf.reshape(product3, [batchSize, time, 3]);
  const sum2 = tf.add(product4, p['run.s.Linear.b']);
  rt.dispose(WT2, product3, product4);

  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['run.c.Linear.W'], [width, 1]);
  const product5 = tf.matMul(hRows, WWide);
  const product6 = tf.reshape(product5, [batchSize, time]);
  const sum3 = tf.add(product6, p['run.c.Linear.b']);
  rt.dispose(WWide, product5, product6);

  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);

  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largestMagnitude = tf.abs(h);
  const largestHighest = tf.max(largestMagnitude, 2);
  rt.dispose(largestMagnitude);

  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const smaller = tf.minimum(largestHighest, 1e-37);
  const product7 = tf.mul(smaller, 1e37);
  const larger = tf.maximum(largestHighest, 1e-37);
  const largerWide = tf.reshape(larger, [batchSize, time, 1]);
  const quotient = tf.div(h, largerWide);
  rt.dispose(smaller, largestHighest, larger);

  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresProduct = tf.mul(quotient, quotient);
  const squaresTotal = tf.sum(squaresProduct, 2);
  const squaresLarger = tf.maximum(squaresTotal, 0.5);
  rt.dispose(squaresProduct);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['run.M.Linear.W'], [1, 0]);
  const product8 = tf.matMul(hRows, WT3);
  const product9 = tf.reshape(product8, [batchSize, time, width]);
  const sum4 = tf.add(product9, p['run.M.Linear.b']);
  rt.dispose(WT3, product8, product9);

  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);

  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
  const wNextSlotsPlaces = tf.range(0, slots, 1, 'int32');
  const wNextNumber = tf.scalar(-1, 'int32');
  const wNextDifference = tf.sub(wNextSlotsPlaces, wNextNumber);
  const wNextNumber2 = tf.scalar(slots, 'int32');
  const wNextRemainder = rt.mod(wNextDifference, wNextNumber2);
  const wNextRemainder2 = rt.mod(wNextSlotsPlaces, wNextNumber2);
  const wNextNumber3 = tf.scalar(1, 'int32');
  const wNextDifference2 = tf.sub(wNextSlotsPlaces, wNextNumber3);
  rt.dispose(wNextNumber, wNextDifference, wNextSlotsPlaces, wNextNumber3);
  const wNextRemainder3 = rt.mod(wNextDifference2, wNextNumber2);
  const wNextRemainderShaped = tf.reshape(wNextRemainder, [slots, 1]);
  const wNextRemainderShaped2 = tf.reshape(wNextRemainder2, [slots, 1]);
  rt.dispose(wNextNumber2, wNextDifference2, wNextRemainder, wNextRemainder2);
  const wNextRemainderShaped3 = tf.reshape(wNextRemainder3, [slots, 1]);
  const wNextJoined = tf.concat([wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3], 1);
  rt.dispose(wNextRemainder3, wNextRemainderShaped, wNextRemainderShaped2, wNextRemainderShaped3);
  const wNextOneHot = rt.oneHot(wNextJoined, slots);
  const wNextOneHotRows = tf.reshape(wNextOneHot, [3 * slots, slots]);
  const wNextOneHotT = tf.transpose(wNextOneHotRows, [1, 0]);
  rt.dispose(wNextJoined, wNextOneHot);

  // input.attn:4  run = scan time with xt = x {
  const runIsGreaterT = tf.transpose(isGreater, [1, 0]);
  const runST = tf.transpose(s, [1, 0, 2]);
  const runSoftplusT = tf.transpose(cSoftplus, [1, 0]);
  const runProductT = tf.transpose(product7, [1, 0]);
  const runQuotientT = tf.transpose(quotient, [1, 0, 2]);
  const runLargerT = tf.transpose(squaresLarger, [1, 0]);
  const runSigmoidT = tf.transpose(MNextSigmoid, [1, 0, 2]);
  const runHT = tf.transpose(h, [1, 0, 2]);
  const isGreaterSteps = tf.unstack(runIsGreaterT);
  rt.dispose(cSoftplus, product7, squaresLarger, runIsGreaterT);
  const sSteps = tf.unstack(runST);
  const softplusSteps = tf.unstack(runSoftplusT);
  const productSteps = tf.unstack(runProductT);
  const quotientSteps = tf.unstack(runQuotientT);
  rt.dispose(runST, runSoftplusT, runProductT, runQuotientT);
  const largerSteps = tf.unstack(runLargerT);
  const sigmoidSteps = tf.unstack(runSigmoidT);
  const hSteps = tf.unstack(runHT);
  rt.dispose(runLargerT, runSigmoidT, runHT);

  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  const differenceSteps: tf.Tensor[] = [];
  const productSteps2: tf.Tensor[] = [];
  const cSteps: tf.Tensor[] = [];
  const quotientSteps2: tf.Tensor[] = [];
  const chosenSteps2: tf.Tensor[] = [];
  const rootSteps: tf.Tensor[] = [];
  const largerSteps2: tf.Tensor[] = [];
  const totalSteps: tf.Tensor[] = [];
  const quotientSteps3: tf.Tensor[] = [];
  const productSteps3: tf.Tensor[] = [];
  const largerSteps3: tf.Tensor[] = [];
  let runMNext: tf.Tensor = runFilled;
  let runWNext: tf.Tensor = runOneHotWide;
  for (let t = 0; t < time; t++) {
    const isGreaterAt = isGreaterSteps[t]!;
    const s2 = sSteps[t]!;
    const softplusAt = softplusSteps[t]!;
    const productAt = productSteps[t]!;
    const quotientAt = quotientSteps[t]!;
    const largerAt = largerSteps[t]!;
    const sigmoidAt = sigmoidSteps[t]!;
    const hAt = hSteps[t]!;

    // input.attn:4  run = scan time with xt = x {
    const runValueWide = tf.reshape(isGreaterAt, [batchSize, 1, 1]);
    const runChosen = rt.where(runValueWide, runMNext, 0);
    rt.dispose(runValueWide);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct = tf.mul(runWNext, 0.5);

    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largestMagnitude2 = tf.abs(runChosen);
    const largestHighest2 = tf.max(largestMagnitude2, 2);
    rt.dispose(largestMagnitude2);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const smaller2 = tf.minimum(largestHighest2, 1e-37);
    const product10 = tf.mul(smaller2, 1e37);
    rt.dispose(smaller2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide = tf.reshape(productAt, [batchSize, 1]);
    const product11 = tf.mul(product10, valueWide);
    rt.dispose(product10, valueWide);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const larger2 = tf.maximum(largestHighest2, 1e-37);
    const largerWide2 = tf.reshape(larger2, [batchSize, slots, 1]);
    const quotient2 = tf.div(runChosen, largerWide2);
    rt.dispose(largestHighest2, largerWide2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const valueWide2 = tf.reshape(quotientAt, [batchSize, width, 1]);
    const product12 = tf.matMul(quotient2, valueWide2);
    const product13 = tf.reshape(product12, [batchSize, slots]);
    const product14 = tf.mul(product11, product13);
    rt.dispose(valueWide2, product12, product13);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresProduct2 = tf.mul(quotient2, quotient2);
    const squaresTotal2 = tf.sum(squaresProduct2, 2);
    const squaresLarger2 = tf.maximum(squaresTotal2, 0.5);
    const squaresValueWide = tf.reshape(largerAt, [batchSize, 1]);
    const squares = tf.mul(squaresLarger2, squaresValueWide);
    rt.dispose(squaresProduct2, squaresValueWide);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const root = tf.sqrt(squares);
    const valueWide3 = tf.reshape(isGreaterAt, [batchSize, 1]);
    const chosen = rt.where(valueWide3, root, 1);
    const quotient3 = tf.div(product14, chosen);
    rt.dispose(squares, valueWide3, product14);

    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cValueWide = tf.reshape(softplusAt, [batchSize, 1]);
    const cProduct = tf.mul(cValueWide, quotient3);
    const c = tf.softmax(cProduct);
    rt.dispose(cValueWide, cProduct);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextProduct2 = tf.mul(c, 0.5);
    const wNextSum = tf.add(wNextProduct, wNextProduct2);
    const wNextProduct3 = tf.matMul(wNextSum, wNextOneHotT);
    const wNextProduct4 = tf.reshape(wNextProduct3, [batchSize, slots, 3]);
    rt.dispose(wNextProduct, wNextProduct2, wNextSum, wNextProduct3);
    const wNextSWide = tf.reshape(s2, [batchSize, 1, 3]);
    const wNextProductT = tf.transpose(wNextProduct4, [0, 2, 1]);
    const wNextProduct5 = tf.matMul(wNextSWide, wNextProductT);
    const wNext = tf.reshape(wNextProduct5, [batchSize, slots]);
    rt.dispose(wNextSWide, wNextProductT);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.reshape(wNextProduct5, [batchSize, slots, 1]);
    const MNextValueWide = tf.reshape(sigmoidAt, [batchSize, 1, width]);
    const MNextProduct2 = tf.mul(MNextProduct, MNextValueWide);
    const MNextDifference = tf.sub(1, MNextProduct2);
    const MNextProduct3 = tf.mul(runChosen, MNextDifference);
    const MNextValueWide2 = tf.reshape(hAt, [batchSize, 1, width]);
    const MNextProduct4 = tf.mul(MNextProduct, MNextValueWide2);
    rt.dispose(wNextProduct5, MNextValueWide, MNextProduct2, MNextProduct, MNextValueWide2);
    const MNext = tf.add(MNextProduct3, MNextProduct4);
    rt.dispose(MNextProduct3, MNextProduct4);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    chosenSteps.push(runChosen);
    differenceSteps.push(MNextDifference);
    productSteps2.push(wNextProduct4);
    cSteps.push(c);
    quotientSteps2.push(quotient3);
    chosenSteps2.push(chosen);
    rootSteps.push(root);
    largerSteps2.push(squaresLarger2);
    totalSteps.push(squaresTotal2);
    quotientSteps3.push(quotient2);
    productSteps3.push(product11);
    largerSteps3.push(larger2);
    runMNext = MNext;
    runWNext = wNext;
  }
  rt.dispose(runFilled, runOneHotWide, wNextOneHotT, productSteps);
  const wNextStacked = tf.stack(wNextSteps);

  // input.attn:11  emit sum[slots](w' * M')
  const wNextStepsT = tf.transpose(wNextStacked, [1, 0, 2]);
  const wNextStepsWide = tf.reshape(wNextStepsT, [batchSize * time, 1, slots]);
  const MNextStacked = tf.stack(MNextSteps);
  const MNextStepsT = tf.transpose(MNextStacked, [1, 0, 2, 3]);
  const MNextStepsRows = tf.reshape(MNextStepsT, [batchSize * time, slots, width]);
  const product15 = tf.matMul(wNextStepsWide, MNextStepsRows);
  rt.dispose(wNextStacked, MNextSteps, MNextStepsT, wNextStepsWide, MNextStepsRows);

  // layers.attn:4  W @ x + b
  const product16 = tf.reshape(product15, [batchSize * time, width]);
  const WT4 = tf.transpose(p['y.Linear.W'], [1, 0]);
  const product17 = tf.matMul(product16, WT4);
  const product18 = tf.reshape(product17, [batchSize, time, in_]);
  const sum5 = tf.add(product18, p['y.Linear.b']);
  rt.dispose(product15, WT4, product17, product18);

  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optimizer adam(rate = 1e-…
  const t2 = rt.where(isGreaterWide, batch.inputs.t, 0);
  const difference = tf.sub(sum5, t2);
  const product19 = tf.mul(difference, difference);
  const chosen2 = rt.where(isGreaterWide, product19, 0);
  rt.dispose(sum5, t2, isGreaterWide, product19);
  const total = tf.sum(chosen2, [1, 2]);
  const timeLengthAsFloat = tf.cast(batch.lengths.time, 'float32');
  const product20 = tf.mul(timeLengthAsFloat, in_);
  const quotient4 = tf.div(total, product20);
  const loss = tf.mean(quotient4);
  rt.dispose(chosen2, timeLengthAsFloat, total, quotient4);

  // input.attn:4  run = scan time with xt = x {
  const runFilled2 = tf.fill([batchSize, width, slots], 0);
  const runFilled3 = tf.fill([batchSize, slots], 0);

  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optimizer adam(rate = 1e-…
  const quotient5 = tf.div(1 / batchSize, product20);
  const quotientWide = tf.reshape(quotient5, [batchSize, 1]);
  const chosen3 = rt.where(isGreater, quotientWide, 0);
  rt.dispose(product20, quotient5, isGreater, quotientWide);
  const chosenWide = tf.reshape(chosen3, [batchSize, time, 1]);
  const product21 = tf.mul(chosenWide, difference);
  const sum6 = tf.add(product21, product21);
  rt.dispose(chosen3, difference, chosenWide, product21);

  // layers.attn:4  W @ x + b
  const sumRows = tf.reshape(sum6, [batchSize * time, in_]);
  const product22 = tf.matMul(sumRows, p['y.Linear.W']);

  // input.attn:11  emit sum[slots](w' * M')
  const product23 = tf.reshape(product22, [batchSize * time, 1, width]);
  const MNextStepsT2 = tf.transpose(MNextStacked, [1, 0, 3, 2]);
  const MNextStepsRows2 = tf.reshape(MNextStepsT2, [batchSize * time, width, slots]);
  const product24 = tf.matMul(product23, MNextStepsRows2);
  rt.dispose(MNextStacked, MNextStepsT2, product23, MNextStepsRows2);
  const product25 = tf.reshape(product24, [batchSize, time, slots]);
  const product26 = tf.reshape(product22, [batchSize, time, width, 1]);
  const wNextStepsWide2 = tf.reshape(wNextStepsT, [batchSize, time, 1, slots]);
  const product27 = tf.mul(product26, wNextStepsWide2);
  rt.dispose(product24, product22, wNextStepsT, product26, wNextStepsWide2);

  // input.attn:4  run = scan time with xt = x {
  const runProductT2 = tf.transpose(product25, [1, 0, 2]);
  const runProductT3 = tf.transpose(product27, [1, 0, 2, 3]);
  const productStacked = tf.stack(productSteps2);
  const runProductStepsT = tf.transpose(productStacked, [0, 1, 3, 2]);
  rt.dispose(product25, product27, productSteps2, productStacked);
  const productSteps4 = tf.unstack(runProductT2);
  const productSteps5 = tf.unstack(runProductT3);
  const productSteps6 = tf.unstack(runProductStepsT);
  rt.dispose(runProductT2, runProductT3, runProductStepsT);

  const productSteps7 = new Array<tf.Tensor>(time);
  const totalSteps2 = new Array<tf.Tensor>(time);
  const productSteps8 = new Array<tf.Tensor>(time);
  const totalSteps3 = new Array<tf.Tensor>(time);
  const productSteps9 = new Array<tf.Tensor>(time);
  const productSteps10 = new Array<tf.Tensor>(time);
  let runState: tf.Tensor = runFilled2;
  let runState2: tf.Tensor = runFilled3;
  for (let t3 = time - 1; t3 >= 0; t3--) {
    const productAt2 = productSteps4[t3]!;
    const productAt3 = productSteps5[t3]!;
    const wNextAt = wNextSteps[t3]!;
    const hAt2 = hSteps[t3]!;
    const chosenAt = chosenSteps[t3]!;
    const differenceAt = differenceSteps[t3]!;
    const sigmoidAt2 = sigmoidSteps[t3]!;
    const sAt = sSteps[t3]!;
    const productAt4 = productSteps6[t3]!;
    const cAt = cSteps[t3]!;
    const softplusAt2 = softplusSteps[t3]!;
    const quotientAt2 = quotientSteps2[t3]!;
    const chosenAt2 = chosenSteps2[t3]!;
    const isGreaterAt2 = isGreaterSteps[t3]!;
    const rootAt = rootSteps[t3]!;
    const largerAt2 = largerSteps2[t3]!;
    const largerAt3 = largerSteps[t3]!;
    const totalAt = totalSteps[t3]!;
    const quotientAt3 = quotientSteps3[t3]!;
    const productAt5 = productSteps3[t3]!;
    const quotientAt4 = quotientSteps[t3]!;
    const largerAt4 = largerSteps3[t3]!;

    // input.attn:4  run = scan time with xt = x {
    const runSum = tf.add(runState, productAt3);
    rt.dispose(runState);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextValueT = tf.transpose(differenceAt, [0, 2, 1]);
    const MNextProduct5 = tf.mul(runSum, MNextValueT);
    rt.dispose(MNextValueT);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresIsAtLeast = tf.greaterEqual(totalAt, 0.5);

    // input.attn:4  run = scan time with xt = x {
    const runSum2 = tf.add(runState2, productAt2);
    rt.dispose(runState2);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextValueWide3 = tf.reshape(hAt2, [batchSize, 1, width]);
    const MNextProduct6 = tf.matMul(MNextValueWide3, runSum);
    const MNextProduct7 = tf.reshape(MNextProduct6, [batchSize, slots]);
    const MNextSum = tf.add(runSum2, MNextProduct7);
    rt.dispose(MNextValueWide3, MNextProduct6, runSum2, MNextProduct7);
    const MNextValueT2 = tf.transpose(chosenAt, [0, 2, 1]);
    const MNextProduct8 = tf.mul(runSum, MNextValueT2);
    const MNextNegative = tf.neg(MNextProduct8);
    const MNextValueWide4 = tf.reshape(sigmoidAt2, [batchSize, 1, width]);
    const MNextProduct9 = tf.matMul(MNextValueWide4, MNextNegative);
    const MNextProduct10 = tf.reshape(MNextProduct9, [batchSize, slots]);
    rt.dispose(MNextValueT2, MNextProduct8, MNextValueWide4, MNextProduct9);
    const MNextSum2 = tf.add(MNextSum, MNextProduct10);
    rt.dispose(MNextSum, MNextProduct10);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextSumWide = tf.reshape(MNextSum2, [batchSize, slots, 1]);
    const wNextValueWide = tf.reshape(sAt, [batchSize, 1, 3]);
    const wNextProduct6 = tf.mul(wNextSumWide, wNextValueWide);
    const wNextProductRows = tf.reshape(wNextProduct6, [batchSize, 3 * slots]);
    const wNextProduct7 = tf.matMul(wNextProductRows, wNextOneHotRows);
    rt.dispose(wNextSumWide, wNextValueWide, wNextProduct6, wNextProductRows);
    const wNextProduct8 = tf.mul(wNextProduct7, 0.5);
    rt.dispose(wNextProduct7);

    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cProduct2 = tf.mul(cAt, wNextProduct8);
    const cTotal = tf.sum(cProduct2, 1, true);
    const cDifference = tf.sub(wNextProduct8, cTotal);
    const cProduct3 = tf.mul(cAt, cDifference);
    const cValueWide2 = tf.reshape(softplusAt2, [batchSize, 1]);
    const cProduct4 = tf.mul(cProduct3, cValueWide2);
    rt.dispose(cProduct2, cTotal, cDifference, cValueWide2);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const quotient6 = tf.div(cProduct4, chosenAt2);
    const product28 = tf.mul(quotient6, quotientAt2);
    const negative = tf.neg(product28);
    const valueWide4 = tf.reshape(isGreaterAt2, [batchSize, 1]);
    const chosen4 = rt.where(valueWide4, negative, 0);
    rt.dispose(cProduct4, product28, negative, valueWide4);
    const product29 = tf.mul(chosen4, 0.5);
    const quotient7 = tf.div(product29, rootAt);
    rt.dispose(chosen4, product29);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresValueWide2 = tf.reshape(largerAt3, [batchSize, 1]);
    const squaresProduct3 = tf.mul(quotient7, squaresValueWide2);
    const squaresChosen = rt.where(squaresIsAtLeast, squaresProduct3, 0);
    const squaresChosenWide = tf.reshape(squaresChosen, [batchSize, slots, 1]);
    rt.dispose(squaresValueWide2, squaresIsAtLeast, squaresProduct3, squaresChosen);
    const squaresProduct4 = tf.mul(squaresChosenWide, quotientAt3);
    const squaresSum = tf.add(squaresProduct4, squaresProduct4);
    rt.dispose(squaresChosenWide, squaresProduct4);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const product30 = tf.mul(quotient6, productAt5);
    const productWide = tf.reshape(product30, [batchSize, slots, 1]);
    const valueWide5 = tf.reshape(quotientAt4, [batchSize, 1, width]);
    const product31 = tf.mul(productWide, valueWide5);
    const sum7 = tf.add(squaresSum, product31);
    rt.dispose(quotient6, productWide, valueWide5, squaresSum, product31);

    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const valueWide6 = tf.reshape(largerAt4, [batchSize, slots, 1]);
    const quotient8 = tf.div(sum7, valueWide6);
    rt.dispose(sum7, valueWide6);

    // measures.attn:10  p = scaled[width](a)
    const pQuotientT = tf.transpose(quotient8, [0, 2, 1]);
    const pSum = tf.add(MNextProduct5, pQuotientT);
    rt.dispose(quotient8, MNextProduct5, pQuotientT);

    // input.attn:4  run = scan time with xt = x {
    const runValueWide2 = tf.reshape(isGreaterAt2, [batchSize, 1, 1]);
    const runChosen2 = rt.where(runValueWide2, pSum, 0);
    rt.dispose(pSum, runValueWide2);

    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod slots])
    const wNextSumWide2 = tf.reshape(MNextSum2, [batchSize, 1, slots]);
    const wNextValueT = tf.transpose(productAt4, [0, 2, 1]);
    const wNextProduct9 = tf.matMul(wNextSumWide2, wNextValueT);
    const wNextProduct10 = tf.reshape(wNextProduct9, [batchSize, 3]);
    rt.dispose(MNextSum2, wNextSumWide2, wNextValueT, wNextProduct9);

    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cProduct5 = tf.mul(cProduct3, quotientAt2);
    const cTotal2 = tf.sum(cProduct5, 1);
    rt.dispose(cProduct3, cProduct5);

    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const productWide2 = tf.reshape(product30, [batchSize, 1, slots]);
    const product32 = tf.matMul(productWide2, quotientAt3);
    const product33 = tf.reshape(product32, [batchSize, width]);
    rt.dispose(product30, productWide2, product32);

    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresProduct5 = tf.mul(quotient7, largerAt2);
    const squaresTotal3 = tf.sum(squaresProduct5, 1);
    rt.dispose(quotient7, squaresProduct5);

    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextValueWide5 = tf.reshape(wNextAt, [batchSize, slots, 1]);
    const MNextProduct11 = tf.matMul(MNextNegative, MNextValueWide5);
    const MNextProduct12 = tf.reshape(MNextProduct11, [batchSize, width]);
    const MNextProduct13 = tf.matMul(runSum, MNextValueWide5);
    rt.dispose(MNextNegative, MNextProduct11, runSum, MNextValueWide5);
    const MNextProduct14 = tf.reshape(MNextProduct13, [batchSize, width]);
    rt.dispose(MNextProduct13);
    productSteps7[t3] = wNextProduct10;
    totalSteps2[t3] = cTotal2;
    productSteps8[t3] = product33;
    totalSteps3[t3] = squaresTotal3;
    productSteps9[t3] = MNextProduct12;
    productSteps10[t3] = MNextProduct14;
    runState = runChosen2;
    runState2 = wNextProduct8;
  }
  rt.dispose(wNextOneHotRows, isGreaterSteps, sSteps, softplusSteps, quotientSteps, largerSteps, sigmoidSteps, hSteps, wNextSteps, chosenSteps, differenceSteps, cSteps, quotientSteps2, chosenSteps2, rootSteps, largerSteps2, totalSteps, quotientSteps3, productSteps3, largerSteps3, productSteps4, productSteps5, productSteps6, runState, runState2);
  const productStacked2 = tf.stack(productSteps9);
  rt.dispose(productSteps9);

  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextProductStepsT = tf.transpose(productStacked2, [1, 0, 2]);
  const MNextProduct15 = rt.sigmoidGradient(MNextProductStepsT, MNextSigmoid);
  rt.dispose(productStacked2, MNextSigmoid, MNextProductStepsT);

  // layers.attn:4  W @ x + b
  const productRows = tf.reshape(MNextProduct15, [batchSize * time, width]);
  const product34 = tf.matMul(productRows, p['run.M.Linear.W']);
  const productStacked3 = tf.stack(productSteps10);
  const productStepsT = tf.transpose(productStacked3, [1, 0, 2]);
  const product35 = tf.reshape(product34, [batchSize, time, width]);
  const sum8 = tf.add(productStepsT, product35);
  rt.dispose(productSteps10, productStacked3, product34, productStepsT, product35);

  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresIsAtLeast2 = tf.greaterEqual(squaresTotal, 0.5);
  const totalStacked = tf.stack(totalSteps3);
  const squaresTotalStepsT = tf.transpose(totalStacked, [1, 0]);
  const squaresChosen2 = rt.where(squaresIsAtLeast2, squaresTotalStepsT, 0);
  rt.dispose(squaresTotal, totalSteps3, totalStacked, squaresIsAtLeast2, squaresTotalStepsT);
  const squaresChosenWide2 = tf.reshape(squaresChosen2, [batchSize, time, 1]);
  const squaresProduct6 = tf.mul(squaresChosenWide2, quotient);
  const productStacked4 = tf.stack(productSteps8);
  rt.dispose(squaresChosen2, quotient, squaresChosenWide2, productSteps8);
  const squaresProductStepsT = tf.transpose(productStacked4, [1, 0, 2]);
  const squaresSum2 = tf.add(squaresProductStepsT, squaresProduct6);
  const squaresSum3 = tf.add(squaresSum2, squaresProduct6);
  rt.dispose(productStacked4, squaresProductStepsT, squaresProduct6, squaresSum2);

  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const quotient9 = tf.div(squaresSum3, largerWide);
  rt.dispose(largerWide, squaresSum3);

  // measures.attn:11  q = scaled[width](b)
  const qSum = tf.add(sum8, quotient9);
  rt.dispose(sum8, quotient9);

  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSigmoid = tf.sigmoid(sum3);
  const totalStacked2 = tf.stack(totalSteps2);
  const cTotalStepsT = tf.transpose(totalStacked2, [1, 0]);
  const cProduct6 = tf.mul(cTotalStepsT, cSigmoid);
  rt.dispose(sum3, totalSteps2, totalStacked2, cSigmoid, cTotalStepsT);

  // layers.attn:4  W @ x + b
  const productWide3 = tf.reshape(cProduct6, [batchSize, time, 1]);
  const product36 = tf.mul(productWide3, p['run.c.Linear.W']);
  const sum9 = tf.add(qSum, product36);
  const productStacked5 = tf.stack(productSteps7);
  rt.dispose(productWide3, qSum, product36, productSteps7);

  // input.attn:8  s = softmax[around](Linear[around](h))
  const sProductStepsT = tf.transpose(productStacked5, [1, 0, 2]);
  const sProduct = tf.mul(s, sProductStepsT);
  const sTotal = tf.sum(sProduct, 2);
  const sTotalT = tf.transpose(sTotal, [1, 0]);
  const sTotalWide = tf.reshape(sTotalT, [time, batchSize, 1]);
  rt.dispose(sProductStepsT, sProduct, sTotal, sTotalT);
  const sDifference = tf.sub(productStacked5, sTotalWide);
  const sDifferenceT = tf.transpose(sDifference, [1, 0, 2]);
  const sProduct2 = tf.mul(s, sDifferenceT);
  rt.dispose(productStacked5, sTotalWide, sDifference, s, sDifferenceT);

  // layers.attn:4  W @ x + b
  const productRows2 = tf.reshape(sProduct2, [batchSize * time, 3]);
  const product37 = tf.matMul(productRows2, p['run.s.Linear.W']);
  const product38 = tf.reshape(product37, [batchSize, time, width]);
  const sum10 = tf.add(sum9, product38);
  rt.dispose(product37, sum9, product38);

  // input.attn:6  h = tanh(Linear[width](xt))
  const hProduct = rt.tanhGradient(sum10, h);
  rt.dispose(h, sum10);

  // layers.attn:4  W @ x + b
  const productRows3 = tf.reshape(hProduct, [batchSize * time, width]);
  const productT = tf.transpose(productRows3, [1, 0]);
  const product39 = tf.matMul(productT, xRows);
  const total2 = tf.sum(hProduct, [0, 1]);
  rt.dispose(productRows3, xRows, productT, hProduct);
  const productWide4 = tf.reshape(cProduct6, [1, batchSize * time]);
  const product40 = tf.matMul(productWide4, hRows);
  const product41 = tf.reshape(product40, [width]);
  const total3 = tf.sum(cProduct6);
  const productT2 = tf.transpose(productRows2, [1, 0]);
  rt.dispose(productWide4, product40, cProduct6, productRows2);
  const product42 = tf.matMul(productT2, hRows);
  const total4 = tf.sum(sProduct2, [0, 1]);
  const productT3 = tf.transpose(productRows, [1, 0]);
  const product43 = tf.matMul(productT3, hRows);
  rt.dispose(productT2, sProduct2, productRows, hRows, productT3);
  const total5 = tf.sum(MNextProduct15, [0, 1]);
  const sumT = tf.transpose(sumRows, [1, 0]);
  const product44 = tf.matMul(sumT, product16);
  rt.dispose(MNextProduct15, sumRows, product16, sumT);
  const total6 = tf.sum(sum6, [0, 1]);
  rt.dispose(sum6);
  return {
    loss,
    metrics: {},
    gradients: {
      'run.h.Linear.W': product39,
      'run.h.Linear.b': total2,
      'run.c.Linear.W': product41,
      'run.c.Linear.b': total3,
      'run.s.Linear.W': product42,
      'run.s.Linear.b': total4,
      'run.M.Linear.W': product43,
      'run.M.Linear.b': total5,
      'y.Linear.W': product44,
      'y.Linear.b': total6,
    },
  };
}

const machineDefinition: rt.Definition = {
  name: 'Machine',
  source: 'input.attn',
  hyperparameters: { in: 3, slots: 5, width: 4 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  requirements: [
    { dims: ['time'], fails: (n: MachineSizes) => (1 > Math.floor(n.time / 2) ? `\`1\` must be at most \`Math.floor(time / 2)\` (${Math.floor(n.time / 2)}): \`floor(time / 2)\` has one place or more (input.attn:3)` : null) },
  ],
  sizes(n: MachineDims) {
    return { in: n.in, slots: n.slots, width: n.width };
  },
  parameters(n: MachineSizes) {
    return [
      { path: 'run.h.Linear.W', axes: [{ label: 'out.width', size: n.width }, { label: 'in', size: n.in }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.h.Linear.b', axes: [{ label: 'out.width', size: n.width }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.c.Linear.W', axes: [{ label: 'in', size: n.width }], outs: 0, init: { kind: 'glorot' } },
      { path: 'run.c.Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
      { path: 'run.s.Linear.W', axes: [{ label: 'out.around', size: 3 }, { label: 'in', size: n.width }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.s.Linear.b', axes: [{ label: 'out.around', size: 3 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'run.M.Linear.W', axes: [{ label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, init: { kind: 'glorot' } },
      { path: 'run.M.Linear.b', axes: [{ label: 'out.width', size: n.width }], outs: 1, init: { kind: 'zeros' } },
      { path: 'y.Linear.W', axes: [{ label: 'out.in', size: n.in }, { label: 'in', size: n.width }], outs: 1, init: { kind: 'glorot' } },
      { path: 'y.Linear.b', axes: [{ label: 'out.in', size: n.in }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: MachineSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null },
    ];
  },
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', dim: null }] },
    folded: { elem: 'float', axes: [{ label: 'time', dim: null, length: (n) => Math.floor(n.time! / 2) }, { label: 'in', dim: null }] },
  },
  forward: machineForward,
  objectives: [
    {
      name: 'Fit',
      given(n: MachineSizes) {
        return [
          { name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null },
        ];
      },
      updates: [
        {
          loss: machineLoss,
          gradients: machineGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Machine extends rt.Model<MachineDims, MachineInput, MachineTarget, MachineOutput> {
  constructor(options: rt.ModelOptions<MachineDims> = {}) {
    super(machineDefinition, options);
  }
}
