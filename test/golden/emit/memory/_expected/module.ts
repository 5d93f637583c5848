/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Machine that its constructor may be given. */
export type MachineDims = {
  /** `time`, `in`, `slots`, `width`, `around`: Graves, Wayne & Danihelka 2014, cut down: addressing by content and by a circular shift, a memory as state, a window without padding, a picture folded. Default 3. */
  readonly in: number;
  /** Default 5. */ readonly slots: number;
  /** Default 4. */ readonly width: number;
};

/** One example of Machine. */
export interface MachineInput {
  /** `[time, in]` */ readonly x: readonly rt.Floats[];
}

/** What the objectives need besides. */
export interface MachineTarget {
  /** `[time, in]` */ readonly t: readonly rt.Floats[];
}

/** What Machine gives for one example. */
export type MachineOutput = {
  readonly y: rt.Value;
  readonly folded: rt.Value;
};

/** Every size of a call. */
type MachineSizes = Readonly<Record<'in' | 'slots' | 'width' | 'batch' | 'time', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type RunParameters = {
  readonly h: { readonly Linear: LinearParameters };
  readonly c: { readonly Linear: LinearParameters };
  readonly s: { readonly Linear: LinearParameters };
  readonly M: { readonly Linear: LinearParameters };
};
type MachineParameters = { readonly run: RunParameters; readonly y: { readonly Linear: LinearParameters } };

/** Padded examples on the device. */
type MachineBatch = {
  readonly n: MachineSizes;
  readonly inputs: { readonly x: tf.Tensor; readonly t: tf.Tensor };
  readonly lengths: { readonly time: tf.Tensor1D };
};

/** What a step of a loop keeps for another. */
type RunRow = Readonly<Record<
  | 'MNextProduct' | 'dS' | 'cTotal' | 'product' | 'squaresTotal' | 'MNextProduct2'
, tf.Tensor>>;
type RunStep = Readonly<Record<
  | 'runChosen' | 'larger' | 'squaresLarger' | 'part' | 'root' | 'quotient' | 'smaller' | 'chosen' | 'c' | 'squaresTotal'
  | 'MNextDifference'
, tf.Tensor>>;

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: LinearParameters, n: MachineSizes, x: tf.Tensor, in_: number, width: number) {
  const { batch: batchSize, time } = n;
  // std/layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const sum = tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time, width]), p.b));
  return { sum, xRows };
}

function linear2(p: LinearParameters, n: MachineSizes, xRows: tf.Tensor, size: number) {
  const { batch: batchSize, time } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time, size]), p.b));
}

function linear3(p: LinearParameters, n: MachineSizes, xRows: tf.Tensor) {
  const { batch: batchSize, time } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => tf.add(tf.reshape(tf.matMul(xRows, p.W), [batchSize, time]), p.b));
}

/** A vector over its largest magnitude, so that no square overflows and none that counts is lost; `some` is 0 where all of it is 0, else 1. No gradient passes through the magnitude. */
function scaled(n: MachineSizes, x: tf.Tensor, time: number) {
  const { batch: batchSize } = n;
  // std/measures.attn:3  largest = stop(max[width..](abs(x)))
  const largest = tf.tidy(() => tf.max(tf.abs(x), 2));
  // std/measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const some = tf.tidy(() => tf.mul(tf.minimum(largest, 1e-37), 1e37));
  const larger = tf.maximum(largest, 1e-37);
  const largerWide = tf.reshape(larger, [batchSize, time, 1]);
  const part = tf.div(x, largerWide);
  rt.dispose(largest);
  return { part, some, larger, largerWide };
}

function fit(n: MachineSizes, y: tf.Tensor, t: tf.Tensor, timeMaskWide: tf.Tensor, timeLengths: tf.Tensor) {
  const { in: in_ } = n;
  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optim…
  const difference = tf.sub(y, t);
  const product = tf.tidy(() => tf.mul(tf.cast(timeLengths, 'float32'), in_));
  const loss = tf.tidy(() =>
    tf.mean(tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]), product)),
  );
  return { loss, product, difference };
}

function cosineBackward(n: MachineSizes, squaresLarger: tf.Tensor, squaresTotal: tf.Tensor, dResult: tf.Tensor, chosen: tf.Tensor, smaller: tf.Tensor, quotient: tf.Tensor, timeMaskT: tf.Tensor, root: tf.Tensor, part: tf.Tensor, runPart: tf.Tensor, runLarger: tf.Tensor) {
  const { batch: batchSize, slots, width } = n;
  // std/measures.attn:15  min(p.some, q.some) * sum[width](p.part * q.part) / sqrt(squares)
  const quotient2 = tf.div(dResult, chosen);
  const dSquares = tf.tidy(() => {
    const product = tf.mul(rt.where(tf.reshape(timeMaskT, [batchSize, 1]), tf.neg(tf.mul(quotient2, quotient)), 0), 0.5);
    return tf.div(product, root);
  });
  // std/measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresSum = tf.tidy(() => {
    const squaresChosen = rt.where(tf.greaterEqual(squaresTotal, 0.5), tf.mul(dSquares, tf.reshape(squaresLarger, [batchSize, 1])), 0);
    const product = tf.mul(tf.reshape(squaresChosen, [batchSize, slots, 1]), part);
    return tf.add(product, product);
  });
  // std/measures.attn:15  min(p.some, q.some) * sum[width](p.part * q.part) / sqrt(squares)
  const product = tf.mul(quotient2, smaller);
  const dPart = tf.tidy(() => {
    const product2 = tf.mul(tf.reshape(product, [batchSize, slots, 1]), tf.reshape(runPart, [batchSize, 1, width]));
    return tf.add(squaresSum, product2);
  });
  const product2 = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.reshape(product, [batchSize, 1, slots]), part), [batchSize, width]),
  );
  rt.dispose(quotient2, squaresSum, product);
  // std/measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresTotal2 = tf.tidy(() => tf.sum(tf.mul(dSquares, runLarger), 1));
  rt.dispose(dSquares);
  return { product: product2, squaresTotal: squaresTotal2, dPart };
}

/** Cosine of the angle between two vectors: a·b / (|a| |b|), 0 where one of them is 0. Graves, Wayne & Danihelka 2014, eq. (6). */
function cosineInputs(n: MachineSizes, b: tf.Tensor) {
  const { time } = n;
  const { part, some, larger, largerWide } = scaled(n, b, time);
  rt.dispose(larger);
  // std/measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresTotal = tf.tidy(() => tf.sum(tf.mul(part, part), 2));
  const squaresLarger = tf.maximum(squaresTotal, 0.5);
  return { some, part, squaresLarger, squaresTotal, largerWide };
}

function cosine(n: MachineSizes, squaresLarger: tf.Tensor, some: tf.Tensor, timeMaskT: tf.Tensor, part: tf.Tensor, runChosen: tf.Tensor) {
  const { batch: batchSize, slots, width } = n;
  const { part: scaledPart, some: scaledSome, larger, largerWide } = scaled(n, runChosen, slots);
  rt.dispose(largerWide);
  // std/measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresTotal = tf.tidy(() => tf.sum(tf.mul(scaledPart, scaledPart), 2));
  const squaresLarger2 = tf.maximum(squaresTotal, 0.5);
  const squares = tf.tidy(() => tf.mul(squaresLarger2, tf.reshape(squaresLarger, [batchSize, 1])));
  // std/measures.attn:15  min(p.some, q.some) * sum[width](p.part * q.part) / sqrt(squares)
  const smaller = tf.tidy(() => tf.minimum(scaledSome, tf.reshape(some, [batchSize, 1])));
  const root = tf.sqrt(squares);
  const chosen = tf.tidy(() => rt.where(tf.reshape(timeMaskT, [batchSize, 1]), root, 1));
  const quotient = tf.tidy(() => {
    const product = tf.reshape(tf.matMul(scaledPart, tf.reshape(part, [batchSize, width, 1])), [batchSize, slots]);
    return tf.div(tf.mul(smaller, product), chosen);
  });
  rt.dispose(scaledSome, squares);
  return { quotient, chosen, root, squaresLarger: squaresLarger2, squaresTotal, part: scaledPart, smaller, larger };
}

function cosineGradients(n: MachineSizes, squaresTotal: tf.Tensor, totalStacked: tf.Tensor, part: tf.Tensor, product: tf.Tensor, larger: tf.Tensor) {
  const { batch: batchSize, time } = n;
  // std/measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresSum = tf.tidy(() => {
    const chosen = rt.where(tf.greaterEqual(squaresTotal, 0.5), tf.transpose(totalStacked, [1, 0]), 0);
    const squaresProduct = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), part);
    return tf.add(squaresProduct, squaresProduct);
  });
  // std/measures.attn:11  q = scaled[width](b)
  const dPart = tf.tidy(() => tf.add(tf.transpose(product, [1, 0, 2]), squaresSum));
  rt.dispose(squaresSum);
  // std/measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const quotient = tf.div(dPart, larger);
  rt.dispose(dPart);
  return quotient;
}

/** Outputs by name, [batch, …]. */
type MachineResults = { readonly y: tf.Tensor; readonly folded: tf.Tensor };

/** The outputs of Machine, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function machineForward(p: MachineParameters, batch: MachineBatch): MachineResults {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;
  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  const { sum, xRows } = linear(p.run.h.Linear, batch.n, x, in_, width);
  rt.dispose(xRows);
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sSum = linear2(p.run.s.Linear, batch.n, hRows, 3);
  const cSum = linear3(p.run.c.Linear, batch.n, hRows);
  const { some, part, squaresLarger, squaresTotal, largerWide } = cosineInputs(batch.n, h);
  const runSum = linear2(p.run.M.Linear, batch.n, hRows, width);
  rt.dispose(squaresTotal, largerWide, hRows);
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sSum);
  rt.dispose(sSum);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(cSum);
  rt.dispose(cSum);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(runSum);
  rt.dispose(runSum);
  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
  const slotsPositions = tf.range(0, slots, 1, 'int32');
  const wNextDifference = tf.tidy(() => tf.sub(slotsPositions, tf.scalar(-1, 'int32')));
  const oneHotT = tf.tidy(() => {
    const number = tf.scalar(slots, 'int32');
    const remainderShaped = tf.reshape(rt.mod(tf.sub(slotsPositions, tf.scalar(1, 'int32')), number), [slots, 1]);
    const wNextRemainderShaped = tf.reshape(rt.mod(wNextDifference, number), [slots, 1]);
    const remainderShaped2 = tf.reshape(rt.mod(slotsPositions, number), [slots, 1]);
    const oneHot = rt.oneHot(tf.concat([wNextRemainderShaped, remainderShaped2, remainderShaped], 1), slots);
    return tf.transpose(tf.reshape(oneHot, [3 * slots, slots]), [1, 0]);
  });
  rt.dispose(slotsPositions, wNextDifference);
  // input.attn:4  run = scan time with xt = x {
  const MFirst = tf.fill([batchSize, slots, width], 0.1);
  const wFirst = tf.broadcastTo(oneHot, [batchSize, slots]);
  const timeMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(timeMask, [1, 0])));
  const sSteps = tf.tidy(() => tf.unstack(tf.transpose(s, [1, 0, 2])));
  const cSoftplusSteps = tf.tidy(() => tf.unstack(tf.transpose(cSoftplus, [1, 0])));
  rt.dispose(oneHot, timeMask, s, cSoftplus);
  const someSteps = tf.tidy(() => tf.unstack(tf.transpose(some, [1, 0])));
  const partSteps = tf.tidy(() => tf.unstack(tf.transpose(part, [1, 0, 2])));
  const squaresLargerSteps = tf.tidy(() => tf.unstack(tf.transpose(squaresLarger, [1, 0])));
  const MNextSigmoidSteps = tf.tidy(() => tf.unstack(tf.transpose(MNextSigmoid, [1, 0, 2])));
  rt.dispose(some, part, squaresLarger, MNextSigmoid);
  const hSteps = tf.tidy(() => tf.unstack(tf.transpose(h, [1, 0, 2])));
  rt.dispose(h);
  const wNextSteps: tf.Tensor[] = [], MNextSteps: tf.Tensor[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    const { quotient, chosen, root, squaresLarger: cosineSquaresLarger, squaresTotal: cosineSquaresTotal, part: scaledPart, smaller, larger } = cosine(batch.n, squaresLargerSteps[t]!, someSteps[t]!, timeMaskAt, partSteps[t]!, runChosen);
    rt.dispose(chosen, root, cosineSquaresLarger, cosineSquaresTotal, scaledPart, smaller, larger);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusSteps[t]!, [batchSize, 1]), quotient)));
    rt.dispose(quotient);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotT), [batchSize, slots, 3]);
      return tf.matMul(tf.reshape(sSteps[t]!, [batchSize, 1, 3]), product, false, true);
    });
    const wNext = tf.reshape(wNextProduct, [batchSize, slots]);
    rt.dispose(c);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNext = tf.tidy(() => {
      const product = tf.reshape(wNextProduct, [batchSize, slots, 1]);
      const MNextProduct = tf.mul(runChosen, tf.sub(1, tf.mul(product, tf.reshape(MNextSigmoidSteps[t]!, [batchSize, 1, width]))));
      return tf.add(MNextProduct, tf.mul(product, tf.reshape(hSteps[t]!, [batchSize, 1, width])));
    });
    rt.dispose(runChosen, wNextProduct);
    wNextSteps.push(wNext); MNextSteps.push(MNext);
    M = MNext;
    w = wNext;
  }
  rt.dispose(oneHotT, MFirst, wFirst, timeMaskSteps, sSteps, cSoftplusSteps, someSteps, partSteps, squaresLargerSteps);
  rt.dispose(MNextSigmoidSteps, hSteps);
  const wNextStacked = tf.stack(wNextSteps);
  const MNextStacked = tf.stack(MNextSteps);
  rt.dispose(wNextSteps, MNextSteps);
  // input.attn:11  emit sum[slots](w' * M')
  const product = tf.tidy(() => {
    const MNextStepsRows = tf.reshape(tf.transpose(MNextStacked, [1, 0, 2, 3]), [batchSize * time, slots, width]);
    return tf.matMul(tf.reshape(tf.transpose(wNextStacked, [1, 0, 2]), [batchSize * time, 1, slots]), MNextStepsRows);
  });
  const { sum: y, xRows: yXRows } = linear(p.y.Linear, batch.n, product, width, in_);
  rt.dispose(wNextStacked, MNextStacked, product, yXRows);
  // input.attn:14  pairs = max[pair](x[time = 2 * position[half] + position[pair]])
  const isGreater = tf.tidy(() => {
    const product = tf.mul(tf.scalar(2, 'int32'), tf.range(0, Math.floor(time / 2), 1, 'int32'));
    const sum = tf.add(tf.reshape(product, [Math.floor(time / 2), 1]), tf.range(0, 2, 1, 'int32'));
    return tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1, 1]), sum);
  });
  const pairsAny = tf.any(isGreater, 2);
  const pairs = tf.tidy(() => {
    const part = tf.slice(x, [0, 0, 0], [-1, 2 * Math.floor(time / 2), -1]);
    const pairsPart = tf.slice(tf.reshape(part, [batchSize, Math.floor(time / 2), 2, in_]), [0, 0, 0, 0], [-1, -1, 1, -1]);
    const place = tf.reshape(pairsPart, [batchSize, Math.floor(time / 2), in_]);
    const part2 = tf.slice(rt.shift(x, 1, -1), [0, 0, 0], [-1, 2 * Math.floor(time / 2), -1]);
    const part3 = tf.slice(tf.reshape(part2, [batchSize, Math.floor(time / 2), 2, in_]), [0, 0, 0, 0], [-1, -1, 1, -1]);
    const pairsPlace = tf.reshape(part3, [batchSize, Math.floor(time / 2), in_]);
    const placeShaped = tf.reshape(pairsPlace, [batchSize, Math.floor(time / 2), in_, 1]);
    const joined = tf.concat([tf.reshape(place, [batchSize, Math.floor(time / 2), in_, 1]), placeShaped], 3);
    const highest = tf.max(rt.where(tf.reshape(isGreater, [batchSize, Math.floor(time / 2), 1, 2]), joined, -Infinity), 3);
    return rt.where(tf.reshape(pairsAny, [batchSize, Math.floor(time / 2), 1]), highest, 0);
  });
  rt.dispose(x, isGreater, pairsAny);
  return { y, folded: pairs };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function machineLoss(p: MachineParameters, batch: MachineBatch): rt.LossTensors {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;
  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  const { sum, xRows } = linear(p.run.h.Linear, batch.n, x, in_, width);
  rt.dispose(x, xRows);
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sSum = linear2(p.run.s.Linear, batch.n, hRows, 3);
  const cSum = linear3(p.run.c.Linear, batch.n, hRows);
  const { some, part, squaresLarger, squaresTotal, largerWide } = cosineInputs(batch.n, h);
  const runSum = linear2(p.run.M.Linear, batch.n, hRows, width);
  rt.dispose(squaresTotal, largerWide, hRows);
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sSum);
  rt.dispose(sSum);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(cSum);
  rt.dispose(cSum);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(runSum);
  rt.dispose(runSum);
  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
  const slotsPositions = tf.range(0, slots, 1, 'int32');
  const wNextDifference = tf.tidy(() => tf.sub(slotsPositions, tf.scalar(-1, 'int32')));
  const oneHotT = tf.tidy(() => {
    const number = tf.scalar(slots, 'int32');
    const remainderShaped = tf.reshape(rt.mod(tf.sub(slotsPositions, tf.scalar(1, 'int32')), number), [slots, 1]);
    const wNextRemainderShaped = tf.reshape(rt.mod(wNextDifference, number), [slots, 1]);
    const remainderShaped2 = tf.reshape(rt.mod(slotsPositions, number), [slots, 1]);
    const oneHot = rt.oneHot(tf.concat([wNextRemainderShaped, remainderShaped2, remainderShaped], 1), slots);
    return tf.transpose(tf.reshape(oneHot, [3 * slots, slots]), [1, 0]);
  });
  rt.dispose(slotsPositions, wNextDifference);
  // input.attn:4  run = scan time with xt = x {
  const MFirst = tf.fill([batchSize, slots, width], 0.1);
  const wFirst = tf.broadcastTo(oneHot, [batchSize, slots]);
  const timeMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(timeMask, [1, 0])));
  const sSteps = tf.tidy(() => tf.unstack(tf.transpose(s, [1, 0, 2])));
  const cSoftplusSteps = tf.tidy(() => tf.unstack(tf.transpose(cSoftplus, [1, 0])));
  rt.dispose(oneHot, timeMask, s, cSoftplus);
  const someSteps = tf.tidy(() => tf.unstack(tf.transpose(some, [1, 0])));
  const partSteps = tf.tidy(() => tf.unstack(tf.transpose(part, [1, 0, 2])));
  const squaresLargerSteps = tf.tidy(() => tf.unstack(tf.transpose(squaresLarger, [1, 0])));
  const MNextSigmoidSteps = tf.tidy(() => tf.unstack(tf.transpose(MNextSigmoid, [1, 0, 2])));
  rt.dispose(some, part, squaresLarger, MNextSigmoid);
  const hSteps = tf.tidy(() => tf.unstack(tf.transpose(h, [1, 0, 2])));
  rt.dispose(h);
  const wNextSteps: tf.Tensor[] = [], MNextSteps: tf.Tensor[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    const { quotient, chosen, root, squaresLarger: cosineSquaresLarger, squaresTotal: cosineSquaresTotal, part: scaledPart, smaller, larger } = cosine(batch.n, squaresLargerSteps[t]!, someSteps[t]!, timeMaskAt, partSteps[t]!, runChosen);
    rt.dispose(chosen, root, cosineSquaresLarger, cosineSquaresTotal, scaledPart, smaller, larger);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusSteps[t]!, [batchSize, 1]), quotient)));
    rt.dispose(quotient);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotT), [batchSize, slots, 3]);
      return tf.matMul(tf.reshape(sSteps[t]!, [batchSize, 1, 3]), product, false, true);
    });
    const wNext = tf.reshape(wNextProduct, [batchSize, slots]);
    rt.dispose(c);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNext = tf.tidy(() => {
      const product = tf.reshape(wNextProduct, [batchSize, slots, 1]);
      const MNextProduct = tf.mul(runChosen, tf.sub(1, tf.mul(product, tf.reshape(MNextSigmoidSteps[t]!, [batchSize, 1, width]))));
      return tf.add(MNextProduct, tf.mul(product, tf.reshape(hSteps[t]!, [batchSize, 1, width])));
    });
    rt.dispose(runChosen, wNextProduct);
    wNextSteps.push(wNext); MNextSteps.push(MNext);
    M = MNext;
    w = wNext;
  }
  rt.dispose(oneHotT, MFirst, wFirst, timeMaskSteps, sSteps, cSoftplusSteps, someSteps, partSteps, squaresLargerSteps);
  rt.dispose(MNextSigmoidSteps, hSteps);
  const wNextStacked = tf.stack(wNextSteps);
  const MNextStacked = tf.stack(MNextSteps);
  rt.dispose(wNextSteps, MNextSteps);
  // input.attn:11  emit sum[slots](w' * M')
  const product = tf.tidy(() => {
    const MNextStepsRows = tf.reshape(tf.transpose(MNextStacked, [1, 0, 2, 3]), [batchSize * time, slots, width]);
    return tf.matMul(tf.reshape(tf.transpose(wNextStacked, [1, 0, 2]), [batchSize * time, 1, slots]), MNextStepsRows);
  });
  rt.dispose(wNextStacked, MNextStacked);
  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optim…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { sum: y, xRows: yXRows } = linear(p.y.Linear, batch.n, product, width, in_);
  const { loss, product: product2, difference } = fit(batch.n, y, t, timeMaskWide, batch.lengths.time);
  rt.dispose(product, yXRows, timeMaskWide, t, y, product2, difference);
  return { loss, metrics: {} };
}

/** Fit: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function machineGradients(p: MachineParameters, batch: MachineBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;
  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  const { sum, xRows } = linear(p.run.h.Linear, batch.n, x, in_, width);
  rt.dispose(x);
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sSum = linear2(p.run.s.Linear, batch.n, hRows, 3);
  const cSum = linear3(p.run.c.Linear, batch.n, hRows);
  const { some, part, squaresLarger, squaresTotal, largerWide } = cosineInputs(batch.n, h);
  const runSum = linear2(p.run.M.Linear, batch.n, hRows, width);
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sSum);
  rt.dispose(sSum);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(cSum);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(runSum);
  rt.dispose(runSum);
  // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
  const slotsPositions = tf.range(0, slots, 1, 'int32');
  const wNextDifference = tf.tidy(() => tf.sub(slotsPositions, tf.scalar(-1, 'int32')));
  const oneHotRows = tf.tidy(() => {
    const number = tf.scalar(slots, 'int32');
    const remainderShaped = tf.reshape(rt.mod(tf.sub(slotsPositions, tf.scalar(1, 'int32')), number), [slots, 1]);
    const wNextRemainderShaped = tf.reshape(rt.mod(wNextDifference, number), [slots, 1]);
    const remainderShaped2 = tf.reshape(rt.mod(slotsPositions, number), [slots, 1]);
    const oneHot = rt.oneHot(tf.concat([wNextRemainderShaped, remainderShaped2, remainderShaped], 1), slots);
    return tf.reshape(oneHot, [3 * slots, slots]);
  });
  const oneHotT = tf.transpose(oneHotRows, [1, 0]);
  rt.dispose(slotsPositions, wNextDifference);
  // input.attn:4  run = scan time with xt = x {
  const MFirst = tf.fill([batchSize, slots, width], 0.1);
  const wFirst = tf.broadcastTo(oneHot, [batchSize, slots]);
  const timeMaskSteps = tf.tidy(() => tf.unstack(tf.transpose(timeMask, [1, 0])));
  const sSteps = tf.tidy(() => tf.unstack(tf.transpose(s, [1, 0, 2])));
  const cSoftplusSteps = tf.tidy(() => tf.unstack(tf.transpose(cSoftplus, [1, 0])));
  const someSteps = tf.tidy(() => tf.unstack(tf.transpose(some, [1, 0])));
  const partSteps = tf.tidy(() => tf.unstack(tf.transpose(part, [1, 0, 2])));
  const squaresLargerSteps = tf.tidy(() => tf.unstack(tf.transpose(squaresLarger, [1, 0])));
  rt.dispose(oneHot, cSoftplus, some, squaresLarger);
  const MNextSigmoidSteps = tf.tidy(() => tf.unstack(tf.transpose(MNextSigmoid, [1, 0, 2])));
  const hSteps = tf.tidy(() => tf.unstack(tf.transpose(h, [1, 0, 2])));
  const wNextSteps: tf.Tensor[] = [], MNextSteps: tf.Tensor[] = [], wNextProductSteps: tf.Tensor[] = [];
  const runSteps: RunStep[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    const { quotient, chosen, root, squaresLarger: cosineSquaresLarger, squaresTotal: cosineSquaresTotal, part: scaledPart, smaller, larger } = cosine(batch.n, squaresLargerSteps[t]!, someSteps[t]!, timeMaskAt, partSteps[t]!, runChosen);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusSteps[t]!, [batchSize, 1]), quotient)));
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotT), [batchSize, slots, 3]),
    );
    const wNextProduct2 = tf.tidy(() => tf.matMul(tf.reshape(sSteps[t]!, [batchSize, 1, 3]), wNextProduct, false, true));
    const wNext = tf.reshape(wNextProduct2, [batchSize, slots]);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.reshape(wNextProduct2, [batchSize, slots, 1]);
    const MNextDifference = tf.tidy(() =>
      tf.sub(1, tf.mul(MNextProduct, tf.reshape(MNextSigmoidSteps[t]!, [batchSize, 1, width]))),
    );
    const MNext = tf.tidy(() => {
      const product = tf.mul(MNextProduct, tf.reshape(hSteps[t]!, [batchSize, 1, width]));
      return tf.add(tf.mul(runChosen, MNextDifference), product);
    });
    rt.dispose(wNextProduct2, MNextProduct);
    runSteps.push({
      runChosen, larger, squaresLarger: cosineSquaresLarger, part: scaledPart, root, quotient, smaller, chosen, c,
      squaresTotal: cosineSquaresTotal, MNextDifference,
    });
    wNextSteps.push(wNext); MNextSteps.push(MNext); wNextProductSteps.push(wNextProduct);
    M = MNext;
    w = wNext;
  }
  rt.dispose(oneHotT, MFirst, wFirst, someSteps);
  const wNextStacked = tf.stack(wNextSteps);
  const MNextStacked = tf.stack(MNextSteps);
  rt.dispose(MNextSteps);
  // input.attn:11  emit sum[slots](w' * M')
  const wNextStepsT = tf.transpose(wNextStacked, [1, 0, 2]);
  const product = tf.tidy(() => {
    const MNextStepsRows = tf.reshape(tf.transpose(MNextStacked, [1, 0, 2, 3]), [batchSize * time, slots, width]);
    return tf.matMul(tf.reshape(wNextStepsT, [batchSize * time, 1, slots]), MNextStepsRows);
  });
  rt.dispose(wNextStacked);
  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optim…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const { sum: y, xRows: yXRows } = linear(p.y.Linear, batch.n, product, width, in_);
  const { loss, product: product2, difference } = fit(batch.n, y, t, timeMaskWide, batch.lengths.time);
  rt.dispose(product, timeMaskWide, t, y);
  const dY = tf.tidy(() => {
    const quotientMasked = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, product2), [batchSize, 1]), 0);
    const product = tf.mul(tf.reshape(quotientMasked, [batchSize, time, 1]), difference);
    return tf.add(product, product);
  });
  rt.dispose(timeMask, product2, difference);
  // std/layers.attn:4  W @ x + b
  const dYRows = tf.reshape(dY, [batchSize * time, in_]);
  const WProduct = tf.matMul(dYRows, p.y.Linear.W, false, true);
  // input.attn:11  emit sum[slots](w' * M')
  const product3 = tf.tidy(() => {
    const MNextStepsRows = tf.reshape(tf.transpose(MNextStacked, [1, 0, 3, 2]), [batchSize * time, width, slots]);
    const product = tf.matMul(tf.reshape(WProduct, [batchSize * time, 1, width]), MNextStepsRows);
    return tf.reshape(product, [batchSize, time, slots]);
  });
  const product4 = tf.tidy(() => {
    const wNextStepsWide = tf.reshape(wNextStepsT, [batchSize, time, 1, slots]);
    return tf.mul(tf.reshape(WProduct, [batchSize, time, width, 1]), wNextStepsWide);
  });
  rt.dispose(MNextStacked, wNextStepsT, WProduct);
  // input.attn:4  run = scan time with xt = x {
  const dMFirst = tf.fill([batchSize, width, slots], 0);
  const dCFirst = tf.fill([batchSize, slots], 0);
  const product3Steps = tf.tidy(() => tf.unstack(tf.transpose(product3, [1, 0, 2])));
  const product4Steps = tf.tidy(() => tf.unstack(tf.transpose(product4, [1, 0, 2, 3])));
  const productSteps = tf.tidy(() => tf.unstack(tf.transpose(tf.stack(wNextProductSteps), [0, 1, 3, 2])));
  rt.dispose(product3, product4, wNextProductSteps);
  const runRows = new Array<RunRow>(time);
  let dM: tf.Tensor = dMFirst;
  let dC: tf.Tensor = dCFirst;
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const step = runSteps[t2]!;
    const timeMaskAt = timeMaskSteps[t2]!;
    const dMNext = tf.add(dM, product4Steps[t2]!);
    const runSum2 = tf.add(dC, product3Steps[t2]!);
    rt.dispose(dM, dC);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.tidy(() => tf.mul(dMNext, tf.transpose(step.MNextDifference, [0, 2, 1])));
    const MNextNegative = tf.tidy(() => tf.neg(tf.mul(dMNext, tf.transpose(step.runChosen, [0, 2, 1]))));
    const dWNext = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(tf.reshape(hSteps[t2]!, [batchSize, 1, width]), dMNext), [batchSize, slots]);
      const MNextProduct = tf.matMul(tf.reshape(MNextSigmoidSteps[t2]!, [batchSize, 1, width]), MNextNegative);
      return tf.add(tf.add(runSum2, product), tf.reshape(MNextProduct, [batchSize, slots]));
    });
    rt.dispose(runSum2);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const dCNext = tf.tidy(() => {
      const product = tf.mul(tf.reshape(dWNext, [batchSize, slots, 1]), tf.reshape(sSteps[t2]!, [batchSize, 1, 3]));
      return tf.mul(tf.matMul(tf.reshape(product, [batchSize, 3 * slots]), oneHotRows), 0.5);
    });
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cProduct = tf.tidy(() => tf.mul(step.c, tf.sub(dCNext, tf.sum(tf.mul(step.c, dCNext), 1, true))));
    const cProduct2 = tf.tidy(() => tf.mul(cProduct, tf.reshape(cSoftplusSteps[t2]!, [batchSize, 1])));
    const { product: cosineProduct, squaresTotal: cosineSquaresTotal, dPart } = cosineBackward(batch.n, squaresLargerSteps[t2]!, step.squaresTotal, cProduct2, step.chosen, step.smaller, step.quotient, timeMaskAt, step.root, step.part, partSteps[t2]!, step.squaresLarger);
    rt.dispose(cProduct2);
    // std/measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const quotient = tf.tidy(() => tf.div(dPart, tf.reshape(step.larger, [batchSize, slots, 1])));
    rt.dispose(dPart);
    // input.attn:4  run = scan time with xt = x {
    const dM2 = tf.tidy(() => {
      const sum = tf.add(MNextProduct, tf.transpose(quotient, [0, 2, 1]));
      return rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), sum, 0);
    });
    rt.dispose(MNextProduct, quotient);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const dS = tf.tidy(() => {
      const product = tf.matMul(tf.reshape(dWNext, [batchSize, 1, slots]), productSteps[t2]!, false, true);
      return tf.reshape(product, [batchSize, 3]);
    });
    rt.dispose(dWNext);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cTotal = tf.tidy(() => tf.sum(tf.mul(cProduct, step.quotient), 1));
    rt.dispose(cProduct);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const wNextWide = tf.reshape(wNextSteps[t2]!, [batchSize, slots, 1]);
    const MNextProduct2 = tf.tidy(() => tf.reshape(tf.matMul(MNextNegative, wNextWide), [batchSize, width]));
    const MNextProduct3 = tf.tidy(() => tf.reshape(tf.matMul(dMNext, wNextWide), [batchSize, width]));
    rt.dispose(MNextNegative, dMNext, wNextWide);
    runRows[t2] = {
      MNextProduct: MNextProduct2, dS, cTotal, product: cosineProduct, squaresTotal: cosineSquaresTotal,
      MNextProduct2: MNextProduct3,
    };
    dM = dM2;
    dC = dCNext;
  }
  const runStacks = rt.stacked(runRows);
  rt.dispose(oneHotRows, timeMaskSteps, sSteps, cSoftplusSteps, partSteps, squaresLargerSteps, MNextSigmoidSteps, hSteps);
  rt.dispose(wNextSteps, runSteps, product3Steps, product4Steps, productSteps, dM, dC);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoidGradient = tf.tidy(() =>
    rt.sigmoidGradient(tf.transpose(runStacks.MNextProduct, [1, 0, 2]), MNextSigmoid),
  );
  rt.dispose(MNextSigmoid, runStacks.MNextProduct);
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p.run.c.Linear.W, [width]);
  const quotient = cosineGradients(batch.n, squaresTotal, runStacks.squaresTotal, part, runStacks.product, largerWide);
  rt.dispose(part, squaresTotal, largerWide, runStacks.squaresTotal, runStacks.product);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cProduct = tf.tidy(() => tf.mul(tf.transpose(runStacks.cTotal, [1, 0]), tf.sigmoid(cSum)));
  rt.dispose(cSum, runStacks.cTotal);
  // input.attn:8  s = softmax[around](Linear[around](h))
  const sProduct = tf.tidy(() => {
    const totalT = tf.transpose(tf.sum(tf.mul(s, tf.transpose(runStacks.dS, [1, 0, 2])), 2), [1, 0]);
    return tf.mul(s, tf.transpose(tf.sub(runStacks.dS, tf.reshape(totalT, [time, batchSize, 1])), [1, 0, 2]));
  });
  rt.dispose(s, runStacks.dS);
  // std/layers.attn:4  W @ x + b
  const sigmoidGradientRows = tf.reshape(MNextSigmoidGradient, [batchSize * time, width]);
  const linearWProduct = tf.matMul(sigmoidGradientRows, p.run.M.Linear.W, false, true);
  const runProduct = tf.tidy(() => tf.mul(tf.reshape(cProduct, [batchSize, time, 1]), WRows));
  const productRows = tf.reshape(sProduct, [batchSize * time, 3]);
  const sWProduct = tf.matMul(productRows, p.run.s.Linear.W, false, true);
  rt.dispose(WRows);
  // input.attn:6  h = tanh(Linear[width](xt))
  const dH = tf.tidy(() => {
    const WProduct = tf.reshape(linearWProduct, [batchSize, time, width]);
    const sum = tf.add(tf.add(tf.add(tf.transpose(runStacks.MNextProduct2, [1, 0, 2]), WProduct), quotient), runProduct);
    return tf.add(sum, tf.reshape(sWProduct, [batchSize, time, width]));
  });
  rt.dispose(quotient, runStacks.MNextProduct2, linearWProduct, runProduct, sWProduct);
  const hTanhGradient = rt.tanhGradient(dH, h);
  rt.dispose(h, dH);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(hTanhGradient, [0, 1]);
  const dW = tf.tidy(() => tf.matMul(xRows, tf.reshape(hTanhGradient, [batchSize * time, width]), true));
  const dLinearB = tf.sum(cProduct);
  const dLinearW = tf.tidy(() => tf.reshape(tf.matMul(tf.reshape(cProduct, [1, batchSize * time]), hRows), [width, 1]));
  const dSLinearB = tf.sum(sProduct, [0, 1]);
  rt.dispose(xRows, hTanhGradient, cProduct, sProduct);
  const dSLinearW = tf.matMul(hRows, productRows, true);
  const dMLinearB = tf.sum(MNextSigmoidGradient, [0, 1]);
  const dMLinearW = tf.matMul(hRows, sigmoidGradientRows, true);
  rt.dispose(productRows, MNextSigmoidGradient, hRows, sigmoidGradientRows);
  const dYLinearB = tf.sum(dY, [0, 1]);
  const dYLinearW = tf.matMul(yXRows, dYRows, true);
  rt.dispose(dY, yXRows, dYRows);
  return {
    loss,
    metrics: {},
    gradients: {
      'run.h.Linear.W': dW,
      'run.h.Linear.b': dB,
      'run.c.Linear.W': dLinearW,
      'run.c.Linear.b': dLinearB,
      'run.s.Linear.W': dSLinearW,
      'run.s.Linear.b': dSLinearB,
      'run.M.Linear.W': dMLinearW,
      'run.M.Linear.b': dMLinearB,
      'y.Linear.W': dYLinearW,
      'y.Linear.b': dYLinearB,
    },
  };
}

const machineDefinition: rt.Definition = {
  name: 'Machine',
  source: 'input.attn',
  hyperparameters: { in: 3, slots: 5, width: 4 },
  ragged: [{ label: 'time', mayBeEmpty: false }],
  requirements: [
    { dims: ['time'], fails: (n: MachineSizes) => (1 > Math.floor(n.time / 2) ? `\`1\` must be at most \`Math.floor(time / 2)\` (${Math.floor(n.time / 2)}): \`floor(time / 2)\` has one position or more (input.attn:3)` : null) },
  ],
  sizes(n: MachineDims) {
    return { in: n.in, slots: n.slots, width: n.width };
  },
  parameters: (n: MachineSizes) => [
    { path: 'run.h.Linear.W', axes: [{ label: 'out.width', size: n.width }, { label: 'in', size: n.in }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.h.Linear.b', axes: [{ label: 'out.width', size: n.width }], outs: 1, init: { kind: 'zeros' } },
    { path: 'run.c.Linear.W', axes: [{ label: 'in', size: n.width }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'run.c.Linear.b', axes: [], outs: 0, init: { kind: 'zeros' } },
    { path: 'run.s.Linear.W', axes: [{ label: 'out.around', size: 3 }, { label: 'in', size: n.width }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.s.Linear.b', axes: [{ label: 'out.around', size: 3 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'run.M.Linear.W', axes: [{ label: 'out.width', size: n.width }, { label: 'in', size: n.width }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'run.M.Linear.b', axes: [{ label: 'out.width', size: n.width }], outs: 1, init: { kind: 'zeros' } },
    { path: 'y.Linear.W', axes: [{ label: 'out.in', size: n.in }, { label: 'in', size: n.width }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'y.Linear.b', axes: [{ label: 'out.in', size: n.in }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: MachineSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null }],
  outputs: {
    y: { elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', dim: null }] },
    folded: { elem: 'float', axes: [{ label: 'time', dim: null, length: (n) => Math.floor(n.time! / 2) }, { label: 'in', dim: null }] },
  },
  forward: machineForward,
  objectives: [
    {
      name: 'Fit',
      given: (n: MachineSizes) => [{ name: 't', elem: 'float', axes: [{ label: 'time', dim: 'time' }, { label: 'in', size: n.in }], indexes: null }],
      updates: [{ loss: machineLoss, gradients: machineGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: null,
};

export class Machine extends rt.Model<MachineDims, MachineInput, MachineTarget, MachineOutput> {
  constructor(options: rt.ModelOptions<MachineDims> = {}) {
    super(machineDefinition, options);
  }
}
