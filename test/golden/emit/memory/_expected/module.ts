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
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const x = tf.tidy(() => rt.where(tf.reshape(timeMask, [batchSize, time, 1]), batch.inputs.x, 0));
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tf.reshape(x, [batchSize * time, in_]), p['run.h.Linear.W']), [batchSize, time, width]);
    return tf.add(WProduct, p['run.h.Linear.b']);
  });
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum2 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.s.Linear.W']), [batchSize, time, 3]), p['run.s.Linear.b']),
  );
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.c.Linear.W']), [batchSize, time]), p['run.c.Linear.b']),
  );
  const sum4 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.M.Linear.W']), [batchSize, time, width]), p['run.M.Linear.b']),
  );
  rt.dispose(hRows);
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);
  rt.dispose(sum3);
  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largest = tf.tidy(() => tf.max(tf.abs(h), 2));
  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const some = tf.tidy(() => tf.mul(tf.minimum(largest, 1e-37), 1e37));
  const part = tf.tidy(() => tf.div(h, tf.reshape(tf.maximum(largest, 1e-37), [batchSize, time, 1])));
  rt.dispose(largest);
  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresLarger = tf.tidy(() => tf.maximum(tf.sum(tf.mul(part, part), 2), 0.5));
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);
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
  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const sAt = sSteps[t]!;
    const cSoftplusAt = cSoftplusSteps[t]!;
    const someAt = someSteps[t]!;
    const partAt = partSteps[t]!;
    const squaresLargerAt = squaresLargerSteps[t]!;
    const MNextSigmoidAt = MNextSigmoidSteps[t]!;
    const hAt = hSteps[t]!;
    // input.attn:4  run = scan time with xt = x {
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largest2 = tf.tidy(() => tf.max(tf.abs(runChosen), 2));
    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const some2 = tf.tidy(() => tf.mul(tf.minimum(largest2, 1e-37), 1e37));
    const part2 = tf.tidy(() => tf.div(runChosen, tf.reshape(tf.maximum(largest2, 1e-37), [batchSize, slots, 1])));
    rt.dispose(largest2);
    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squares = tf.tidy(() =>
      tf.mul(tf.maximum(tf.sum(tf.mul(part2, part2), 2), 0.5), tf.reshape(squaresLargerAt, [batchSize, 1])),
    );
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const quotient = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(part2, tf.reshape(partAt, [batchSize, width, 1])), [batchSize, slots]);
      const chosen = rt.where(tf.reshape(timeMaskAt, [batchSize, 1]), tf.sqrt(squares), 1);
      return tf.div(tf.mul(tf.mul(some2, tf.reshape(someAt, [batchSize, 1])), product), chosen);
    });
    rt.dispose(some2, part2, squares);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusAt, [batchSize, 1]), quotient)));
    rt.dispose(quotient);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() => {
      const product = tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotRows, false, true);
      return tf.matMul(tf.reshape(sAt, [batchSize, 1, 3]), tf.reshape(product, [batchSize, slots, 3]), false, true);
    });
    const wNext = tf.reshape(wNextProduct, [batchSize, slots]);
    rt.dispose(c);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNext = tf.tidy(() => {
      const product = tf.reshape(wNextProduct, [batchSize, slots, 1]);
      const MNextProduct = tf.mul(runChosen, tf.sub(1, tf.mul(product, tf.reshape(MNextSigmoidAt, [batchSize, 1, width]))));
      return tf.add(MNextProduct, tf.mul(product, tf.reshape(hAt, [batchSize, 1, width])));
    });
    rt.dispose(runChosen, wNextProduct);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    M = MNext;
    w = wNext;
  }
  rt.dispose(oneHotRows, MFirst, wFirst, timeMaskSteps, sSteps, cSoftplusSteps, someSteps, partSteps, squaresLargerSteps);
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
  // layers.attn:4  W @ x + b
  const y = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(product, [batchSize * time, width]), p['y.Linear.W']);
    return tf.add(tf.reshape(WProduct, [batchSize, time, in_]), p['y.Linear.b']);
  });
  rt.dispose(product);
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

/** What machineLoss gives. */
type MachineLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Fit: the loss and the metrics, means over the batch. */
function machineLoss(p: MachineParameters, batch: MachineBatch): MachineLossResults {
  const { batch: batchSize, in: in_, slots, time, width } = batch.n;
  // input.attn:3  model Machine(x: [time, in]) -> { y: [time, in], folded: [time: floor(time / 2), in] } {
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(tf.reshape(x, [batchSize * time, in_]), p['run.h.Linear.W']), [batchSize, time, width]);
    return tf.add(WProduct, p['run.h.Linear.b']);
  });
  rt.dispose(x);
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum2 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.s.Linear.W']), [batchSize, time, 3]), p['run.s.Linear.b']),
  );
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.c.Linear.W']), [batchSize, time]), p['run.c.Linear.b']),
  );
  const sum4 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.M.Linear.W']), [batchSize, time, width]), p['run.M.Linear.b']),
  );
  rt.dispose(hRows);
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);
  rt.dispose(sum3);
  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largest = tf.tidy(() => tf.max(tf.abs(h), 2));
  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const some = tf.tidy(() => tf.mul(tf.minimum(largest, 1e-37), 1e37));
  const part = tf.tidy(() => tf.div(h, tf.reshape(tf.maximum(largest, 1e-37), [batchSize, time, 1])));
  rt.dispose(largest);
  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresLarger = tf.tidy(() => tf.maximum(tf.sum(tf.mul(part, part), 2), 0.5));
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);
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
  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const sAt = sSteps[t]!;
    const cSoftplusAt = cSoftplusSteps[t]!;
    const someAt = someSteps[t]!;
    const partAt = partSteps[t]!;
    const squaresLargerAt = squaresLargerSteps[t]!;
    const MNextSigmoidAt = MNextSigmoidSteps[t]!;
    const hAt = hSteps[t]!;
    // input.attn:4  run = scan time with xt = x {
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largest2 = tf.tidy(() => tf.max(tf.abs(runChosen), 2));
    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const some2 = tf.tidy(() => tf.mul(tf.minimum(largest2, 1e-37), 1e37));
    const part2 = tf.tidy(() => tf.div(runChosen, tf.reshape(tf.maximum(largest2, 1e-37), [batchSize, slots, 1])));
    rt.dispose(largest2);
    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squares = tf.tidy(() =>
      tf.mul(tf.maximum(tf.sum(tf.mul(part2, part2), 2), 0.5), tf.reshape(squaresLargerAt, [batchSize, 1])),
    );
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const quotient = tf.tidy(() => {
      const product = tf.reshape(tf.matMul(part2, tf.reshape(partAt, [batchSize, width, 1])), [batchSize, slots]);
      const chosen = rt.where(tf.reshape(timeMaskAt, [batchSize, 1]), tf.sqrt(squares), 1);
      return tf.div(tf.mul(tf.mul(some2, tf.reshape(someAt, [batchSize, 1])), product), chosen);
    });
    rt.dispose(some2, part2, squares);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusAt, [batchSize, 1]), quotient)));
    rt.dispose(quotient);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() => {
      const product = tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotRows, false, true);
      return tf.matMul(tf.reshape(sAt, [batchSize, 1, 3]), tf.reshape(product, [batchSize, slots, 3]), false, true);
    });
    const wNext = tf.reshape(wNextProduct, [batchSize, slots]);
    rt.dispose(c);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNext = tf.tidy(() => {
      const product = tf.reshape(wNextProduct, [batchSize, slots, 1]);
      const MNextProduct = tf.mul(runChosen, tf.sub(1, tf.mul(product, tf.reshape(MNextSigmoidAt, [batchSize, 1, width]))));
      return tf.add(MNextProduct, tf.mul(product, tf.reshape(hAt, [batchSize, 1, width])));
    });
    rt.dispose(runChosen, wNextProduct);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    M = MNext;
    w = wNext;
  }
  rt.dispose(oneHotRows, MFirst, wFirst, timeMaskSteps, sSteps, cSoftplusSteps, someSteps, partSteps, squaresLargerSteps);
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
  // layers.attn:4  W @ x + b
  const y = tf.tidy(() => {
    const WProduct = tf.matMul(tf.reshape(product, [batchSize * time, width]), p['y.Linear.W']);
    return tf.add(tf.reshape(WProduct, [batchSize, time, in_]), p['y.Linear.b']);
  });
  rt.dispose(product);
  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optim…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const loss = tf.tidy(() => {
    const difference = tf.sub(y, t);
    const total = tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]);
    return tf.mean(tf.div(total, tf.mul(tf.cast(batch.lengths.time, 'float32'), in_)));
  });
  rt.dispose(timeMaskWide, y, t);
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
  const timeMask = tf.tidy(() =>
    tf.greater(tf.reshape(batch.lengths.time, [batchSize, 1]), tf.range(0, time, 1, 'int32')),
  );
  const timeMaskWide = tf.reshape(timeMask, [batchSize, time, 1]);
  const x = rt.where(timeMaskWide, batch.inputs.x, 0);
  // layers.attn:4  W @ x + b
  const xRows = tf.reshape(x, [batchSize * time, in_]);
  const sum = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(xRows, p['run.h.Linear.W']), [batchSize, time, width]), p['run.h.Linear.b']),
  );
  rt.dispose(x);
  // input.attn:6  h = tanh(Linear[width](xt))
  const h = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const hRows = tf.reshape(h, [batchSize * time, width]);
  const sum2 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.s.Linear.W']), [batchSize, time, 3]), p['run.s.Linear.b']),
  );
  const sum3 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.c.Linear.W']), [batchSize, time]), p['run.c.Linear.b']),
  );
  const sum4 = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(hRows, p['run.M.Linear.W']), [batchSize, time, width]), p['run.M.Linear.b']),
  );
  // input.attn:5  state M: [slots, width] = 0.1, w: [slots] = onehot[slots](0)
  const oneHot = tf.tidy(() => rt.oneHot(tf.scalar(0, 'int32'), slots));
  // input.attn:8  s = softmax[around](Linear[around](h))
  const s = tf.softmax(sum2);
  rt.dispose(sum2);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p['run.c.Linear.W'], [width]);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cSoftplus = tf.softplus(sum3);
  // measures.attn:3  largest = stop(max[width..](abs(x)))
  const largest = tf.tidy(() => tf.max(tf.abs(h), 2));
  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const some = tf.tidy(() => tf.mul(tf.minimum(largest, 1e-37), 1e37));
  const largerWide = tf.tidy(() => tf.reshape(tf.maximum(largest, 1e-37), [batchSize, time, 1]));
  const part = tf.div(h, largerWide);
  rt.dispose(largest);
  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const squaresTotal = tf.tidy(() => tf.sum(tf.mul(part, part), 2));
  const squaresLarger = tf.maximum(squaresTotal, 0.5);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoid = tf.sigmoid(sum4);
  rt.dispose(sum4);
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
  const wNextSteps: tf.Tensor[] = [];
  const MNextSteps: tf.Tensor[] = [];
  const runChosenSteps: tf.Tensor[] = [];
  const MNextDifferenceSteps: tf.Tensor[] = [];
  const wNextProductSteps: tf.Tensor[] = [];
  const cSteps: tf.Tensor[] = [];
  const quotientSteps: tf.Tensor[] = [];
  const chosenSteps: tf.Tensor[] = [];
  const rootSteps: tf.Tensor[] = [];
  const squaresLargerSteps2: tf.Tensor[] = [];
  const squaresTotalSteps: tf.Tensor[] = [];
  const partSteps2: tf.Tensor[] = [];
  const productSteps: tf.Tensor[] = [];
  const largerSteps: tf.Tensor[] = [];
  let M: tf.Tensor = MFirst;
  let w: tf.Tensor = wFirst;
  for (let t = 0; t < time; t++) {
    const timeMaskAt = timeMaskSteps[t]!;
    const sAt = sSteps[t]!;
    const cSoftplusAt = cSoftplusSteps[t]!;
    const someAt = someSteps[t]!;
    const partAt = partSteps[t]!;
    const squaresLargerAt = squaresLargerSteps[t]!;
    const MNextSigmoidAt = MNextSigmoidSteps[t]!;
    const hAt = hSteps[t]!;
    // input.attn:4  run = scan time with xt = x {
    const runChosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), M, 0));
    // measures.attn:3  largest = stop(max[width..](abs(x)))
    const largest2 = tf.tidy(() => tf.max(tf.abs(runChosen), 2));
    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const some2 = tf.tidy(() => tf.mul(tf.minimum(largest2, 1e-37), 1e37));
    const larger = tf.maximum(largest2, 1e-37);
    const part2 = tf.tidy(() => tf.div(runChosen, tf.reshape(larger, [batchSize, slots, 1])));
    rt.dispose(largest2);
    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresTotal2 = tf.tidy(() => tf.sum(tf.mul(part2, part2), 2));
    const squaresLarger2 = tf.maximum(squaresTotal2, 0.5);
    const squares = tf.tidy(() => tf.mul(squaresLarger2, tf.reshape(squaresLargerAt, [batchSize, 1])));
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const product = tf.tidy(() => tf.mul(some2, tf.reshape(someAt, [batchSize, 1])));
    const root = tf.sqrt(squares);
    const chosen = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1]), root, 1));
    const quotient = tf.tidy(() => {
      const product2 = tf.reshape(tf.matMul(part2, tf.reshape(partAt, [batchSize, width, 1])), [batchSize, slots]);
      return tf.div(tf.mul(product, product2), chosen);
    });
    rt.dispose(some2, squares);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const c = tf.tidy(() => tf.softmax(tf.mul(tf.reshape(cSoftplusAt, [batchSize, 1]), quotient)));
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const wNextProduct = tf.tidy(() => {
      const product = tf.matMul(tf.add(tf.mul(w, 0.5), tf.mul(c, 0.5)), oneHotRows, false, true);
      return tf.reshape(product, [batchSize, slots, 3]);
    });
    const wNextProduct2 = tf.tidy(() => tf.matMul(tf.reshape(sAt, [batchSize, 1, 3]), wNextProduct, false, true));
    const wNext = tf.reshape(wNextProduct2, [batchSize, slots]);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.reshape(wNextProduct2, [batchSize, slots, 1]);
    const MNextDifference = tf.tidy(() =>
      tf.sub(1, tf.mul(MNextProduct, tf.reshape(MNextSigmoidAt, [batchSize, 1, width]))),
    );
    const MNext = tf.tidy(() =>
      tf.add(tf.mul(runChosen, MNextDifference), tf.mul(MNextProduct, tf.reshape(hAt, [batchSize, 1, width]))),
    );
    rt.dispose(wNextProduct2, MNextProduct);
    wNextSteps.push(wNext);
    MNextSteps.push(MNext);
    runChosenSteps.push(runChosen);
    MNextDifferenceSteps.push(MNextDifference);
    wNextProductSteps.push(wNextProduct);
    cSteps.push(c);
    quotientSteps.push(quotient);
    chosenSteps.push(chosen);
    rootSteps.push(root);
    squaresLargerSteps2.push(squaresLarger2);
    squaresTotalSteps.push(squaresTotal2);
    partSteps2.push(part2);
    productSteps.push(product);
    largerSteps.push(larger);
    M = MNext;
    w = wNext;
  }
  rt.dispose(MFirst, wFirst, someSteps);
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
  // layers.attn:4  W @ x + b
  const product2 = tf.reshape(product, [batchSize * time, width]);
  const y = tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(product2, p['y.Linear.W']), [batchSize, time, in_]), p['y.Linear.b']),
  );
  rt.dispose(product);
  // input.attn:17  objective Fit for Machine given t: [time, in] { loss = mean[time, in]((y - t) ^ 2); optim…
  const t = rt.where(timeMaskWide, batch.inputs.t, 0);
  const difference = tf.sub(y, t);
  const product3 = tf.tidy(() => tf.mul(tf.cast(batch.lengths.time, 'float32'), in_));
  const loss = tf.tidy(() =>
    tf.mean(tf.div(tf.sum(rt.where(timeMaskWide, tf.mul(difference, difference), 0), [1, 2]), product3)),
  );
  const dY = tf.tidy(() => {
    const chosen = rt.where(timeMask, tf.reshape(tf.div(1 / batchSize, product3), [batchSize, 1]), 0);
    const product = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), difference);
    return tf.add(product, product);
  });
  rt.dispose(y, t, timeMaskWide, timeMask, difference, product3);
  // layers.attn:4  W @ x + b
  const dYRows = tf.reshape(dY, [batchSize * time, in_]);
  const WProduct = tf.matMul(dYRows, p['y.Linear.W'], false, true);
  // input.attn:11  emit sum[slots](w' * M')
  const product4 = tf.tidy(() => {
    const MNextStepsRows = tf.reshape(tf.transpose(MNextStacked, [1, 0, 3, 2]), [batchSize * time, width, slots]);
    const product = tf.matMul(tf.reshape(WProduct, [batchSize * time, 1, width]), MNextStepsRows);
    return tf.reshape(product, [batchSize, time, slots]);
  });
  const product5 = tf.tidy(() => {
    const wNextStepsWide = tf.reshape(wNextStepsT, [batchSize, time, 1, slots]);
    return tf.mul(tf.reshape(WProduct, [batchSize, time, width, 1]), wNextStepsWide);
  });
  rt.dispose(MNextStacked, wNextStepsT, WProduct);
  // input.attn:4  run = scan time with xt = x {
  const dMFirst = tf.fill([batchSize, width, slots], 0);
  const dCFirst = tf.fill([batchSize, slots], 0);
  const product4Steps = tf.tidy(() => tf.unstack(tf.transpose(product4, [1, 0, 2])));
  const product5Steps = tf.tidy(() => tf.unstack(tf.transpose(product5, [1, 0, 2, 3])));
  const productSteps2 = tf.tidy(() => tf.unstack(tf.transpose(tf.stack(wNextProductSteps), [0, 1, 3, 2])));
  rt.dispose(product4, product5, wNextProductSteps);
  const dSSteps = new Array<tf.Tensor>(time);
  const cTotalSteps = new Array<tf.Tensor>(time);
  const productSteps3 = new Array<tf.Tensor>(time);
  const squaresTotalSteps2 = new Array<tf.Tensor>(time);
  const MNextProductSteps = new Array<tf.Tensor>(time);
  const MNextProductSteps2 = new Array<tf.Tensor>(time);
  let dM: tf.Tensor = dMFirst;
  let dC: tf.Tensor = dCFirst;
  for (let t2 = time - 1; t2 >= 0; t2--) {
    const product4At = product4Steps[t2]!;
    const product5At = product5Steps[t2]!;
    const wNextAt = wNextSteps[t2]!;
    const hAt = hSteps[t2]!;
    const runChosenAt = runChosenSteps[t2]!;
    const MNextDifferenceAt = MNextDifferenceSteps[t2]!;
    const MNextSigmoidAt = MNextSigmoidSteps[t2]!;
    const sAt = sSteps[t2]!;
    const productAt = productSteps2[t2]!;
    const cAt = cSteps[t2]!;
    const cSoftplusAt = cSoftplusSteps[t2]!;
    const quotientAt = quotientSteps[t2]!;
    const chosenAt = chosenSteps[t2]!;
    const timeMaskAt = timeMaskSteps[t2]!;
    const rootAt = rootSteps[t2]!;
    const squaresLargerAt = squaresLargerSteps2[t2]!;
    const squaresLargerAt2 = squaresLargerSteps[t2]!;
    const squaresTotalAt = squaresTotalSteps[t2]!;
    const partAt = partSteps2[t2]!;
    const productAt2 = productSteps[t2]!;
    const partAt2 = partSteps[t2]!;
    const largerAt = largerSteps[t2]!;
    // input.attn:4  run = scan time with xt = x {
    const dMNext = tf.add(dM, product5At);
    const runSum = tf.add(dC, product4At);
    rt.dispose(dM, dC);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const MNextProduct = tf.tidy(() => tf.mul(dMNext, tf.transpose(MNextDifferenceAt, [0, 2, 1])));
    const MNextNegative = tf.tidy(() => tf.neg(tf.mul(dMNext, tf.transpose(runChosenAt, [0, 2, 1]))));
    const dWNext = tf.tidy(() => {
      const product = tf.matMul(tf.reshape(MNextSigmoidAt, [batchSize, 1, width]), MNextNegative);
      const sum = tf.add(runSum, tf.reshape(tf.matMul(tf.reshape(hAt, [batchSize, 1, width]), dMNext), [batchSize, slots]));
      return tf.add(sum, tf.reshape(product, [batchSize, slots]));
    });
    rt.dispose(runSum);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const dCNext = tf.tidy(() => {
      const product = tf.mul(tf.reshape(dWNext, [batchSize, slots, 1]), tf.reshape(sAt, [batchSize, 1, 3]));
      return tf.mul(tf.matMul(tf.reshape(product, [batchSize, 3 * slots]), oneHotRows), 0.5);
    });
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cProduct = tf.tidy(() => tf.mul(cAt, tf.sub(dCNext, tf.sum(tf.mul(cAt, dCNext), 1, true))));
    const cProduct2 = tf.tidy(() => tf.mul(cProduct, tf.reshape(cSoftplusAt, [batchSize, 1])));
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const quotient = tf.div(cProduct2, chosenAt);
    const dSquares = tf.tidy(() => {
      const product = tf.mul(rt.where(tf.reshape(timeMaskAt, [batchSize, 1]), tf.neg(tf.mul(quotient, quotientAt)), 0), 0.5);
      return tf.div(product, rootAt);
    });
    rt.dispose(cProduct2);
    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresSum = tf.tidy(() => {
      const product = tf.mul(dSquares, tf.reshape(squaresLargerAt2, [batchSize, 1]));
      const chosenWide = tf.reshape(rt.where(tf.greaterEqual(squaresTotalAt, 0.5), product, 0), [batchSize, slots, 1]);
      const squaresProduct = tf.mul(chosenWide, partAt);
      return tf.add(squaresProduct, squaresProduct);
    });
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const product6 = tf.mul(quotient, productAt2);
    const dPart = tf.tidy(() => {
      const product = tf.mul(tf.reshape(product6, [batchSize, slots, 1]), tf.reshape(partAt2, [batchSize, 1, width]));
      return tf.add(squaresSum, product);
    });
    rt.dispose(quotient, squaresSum);
    // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
    const quotient2 = tf.tidy(() => tf.div(dPart, tf.reshape(largerAt, [batchSize, slots, 1])));
    rt.dispose(dPart);
    // measures.attn:10  p = scaled[width](a)
    const pSum = tf.tidy(() => tf.add(MNextProduct, tf.transpose(quotient2, [0, 2, 1])));
    rt.dispose(MNextProduct, quotient2);
    // input.attn:4  run = scan time with xt = x {
    const dM2 = tf.tidy(() => rt.where(tf.reshape(timeMaskAt, [batchSize, 1, 1]), pSum, 0));
    rt.dispose(pSum);
    // input.attn:9  w' = sum[around](s * (0.5 * w + 0.5 * c)[slots = (position[slots] - position[around]) mod…
    const dS = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(dWNext, [batchSize, 1, slots]), productAt, false, true), [batchSize, 3]),
    );
    rt.dispose(dWNext);
    // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
    const cTotal = tf.tidy(() => tf.sum(tf.mul(cProduct, quotientAt), 1));
    rt.dispose(cProduct);
    // measures.attn:14  p.some * q.some * sum[width](p.part * q.part) / sqrt(squares)
    const product7 = tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(product6, [batchSize, 1, slots]), partAt), [batchSize, width]),
    );
    rt.dispose(product6);
    // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
    const squaresTotal2 = tf.tidy(() => tf.sum(tf.mul(dSquares, squaresLargerAt), 1));
    rt.dispose(dSquares);
    // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
    const wNextWide = tf.reshape(wNextAt, [batchSize, slots, 1]);
    const MNextProduct2 = tf.tidy(() => tf.reshape(tf.matMul(MNextNegative, wNextWide), [batchSize, width]));
    const MNextProduct3 = tf.tidy(() => tf.reshape(tf.matMul(dMNext, wNextWide), [batchSize, width]));
    rt.dispose(MNextNegative, dMNext, wNextWide);
    dSSteps[t2] = dS;
    cTotalSteps[t2] = cTotal;
    productSteps3[t2] = product7;
    squaresTotalSteps2[t2] = squaresTotal2;
    MNextProductSteps[t2] = MNextProduct2;
    MNextProductSteps2[t2] = MNextProduct3;
    dM = dM2;
    dC = dCNext;
  }
  rt.dispose(oneHotRows, timeMaskSteps, sSteps, cSoftplusSteps, partSteps, squaresLargerSteps, MNextSigmoidSteps, hSteps);
  rt.dispose(wNextSteps, runChosenSteps, MNextDifferenceSteps, cSteps, quotientSteps, chosenSteps, rootSteps);
  rt.dispose(squaresLargerSteps2, squaresTotalSteps, partSteps2, productSteps, largerSteps, product4Steps, product5Steps);
  rt.dispose(productSteps2, dM, dC);
  const productStacked = tf.stack(MNextProductSteps);
  rt.dispose(MNextProductSteps);
  // input.attn:10  M' = M * (1 - w' * sigmoid(Linear[width](h))) + w' * h
  const MNextSigmoidGradient = tf.tidy(() => rt.sigmoidGradient(tf.transpose(productStacked, [1, 0, 2]), MNextSigmoid));
  rt.dispose(MNextSigmoid, productStacked);
  // input.attn:4  run = scan time with xt = x {
  const runProductStacked = tf.stack(MNextProductSteps2);
  rt.dispose(MNextProductSteps2);
  // layers.attn:4  W @ x + b
  const sigmoidGradientRows = tf.reshape(MNextSigmoidGradient, [batchSize * time, width]);
  const sum5 = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(sigmoidGradientRows, p['run.M.Linear.W'], false, true), [batchSize, time, width]);
    return tf.add(tf.transpose(runProductStacked, [1, 0, 2]), WProduct);
  });
  rt.dispose(runProductStacked);
  // input.attn:4  run = scan time with xt = x {
  const totalStacked = tf.stack(squaresTotalSteps2);
  const productStacked2 = tf.stack(productSteps3);
  rt.dispose(squaresTotalSteps2, productSteps3);
  // measures.attn:13  squares = max(sum[width](p.part * p.part), 0.5) * max(sum[width](q.part * q.part), 0.5)
  const dPart = tf.tidy(() => {
    const chosen = rt.where(tf.greaterEqual(squaresTotal, 0.5), tf.transpose(totalStacked, [1, 0]), 0);
    const product = tf.mul(tf.reshape(chosen, [batchSize, time, 1]), part);
    return tf.add(tf.add(tf.transpose(productStacked2, [1, 0, 2]), product), product);
  });
  rt.dispose(part, squaresTotal, totalStacked, productStacked2);
  // measures.attn:5  { part = x / max(largest, 1e-37), largest = largest, some = 1e37 * min(largest, 1e-37) }
  const quotient = tf.div(dPart, largerWide);
  rt.dispose(largerWide, dPart);
  // input.attn:4  run = scan time with xt = x {
  const runTotalStacked = tf.stack(cTotalSteps);
  rt.dispose(cTotalSteps);
  // input.attn:7  c = softmax[slots](softplus(Linear[](h)) * cosine[width](M, h))
  const cProduct = tf.tidy(() => tf.mul(tf.transpose(runTotalStacked, [1, 0]), tf.sigmoid(sum3)));
  rt.dispose(sum3, runTotalStacked);
  // input.attn:4  run = scan time with xt = x {
  const dS = tf.stack(dSSteps);
  rt.dispose(dSSteps);
  // input.attn:8  s = softmax[around](Linear[around](h))
  const sProduct = tf.tidy(() => {
    const totalWide = tf.reshape(tf.transpose(tf.sum(tf.mul(s, tf.transpose(dS, [1, 0, 2])), 2), [1, 0]), [time, batchSize, 1]);
    return tf.mul(s, tf.transpose(tf.sub(dS, totalWide), [1, 0, 2]));
  });
  rt.dispose(s, dS);
  // measures.attn:11  q = scaled[width](b)
  const qSum = tf.add(sum5, quotient);
  rt.dispose(sum5, quotient);
  // layers.attn:4  W @ x + b
  const productRows = tf.reshape(sProduct, [batchSize * time, 3]);
  const dH = tf.tidy(() => {
    const WProduct = tf.reshape(tf.matMul(productRows, p['run.s.Linear.W'], false, true), [batchSize, time, width]);
    return tf.add(tf.add(qSum, tf.mul(tf.reshape(cProduct, [batchSize, time, 1]), WRows)), WProduct);
  });
  rt.dispose(WRows, qSum);
  // input.attn:6  h = tanh(Linear[width](xt))
  const hTanhGradient = rt.tanhGradient(dH, h);
  rt.dispose(h, dH);
  // layers.attn:4  W @ x + b
  const dW = tf.tidy(() => tf.matMul(tf.reshape(hTanhGradient, [batchSize * time, width]), xRows, true));
  const dB = tf.sum(hTanhGradient, [0, 1]);
  const product6 = tf.tidy(() => tf.matMul(tf.reshape(cProduct, [1, batchSize * time]), hRows));
  const dLinearB = tf.sum(cProduct);
  const dW2 = tf.matMul(productRows, hRows, true);
  rt.dispose(xRows, hTanhGradient, cProduct, productRows);
  const dSLinearB = tf.sum(sProduct, [0, 1]);
  const dW3 = tf.matMul(sigmoidGradientRows, hRows, true);
  const dMLinearB = tf.sum(MNextSigmoidGradient, [0, 1]);
  rt.dispose(sProduct, hRows, sigmoidGradientRows, MNextSigmoidGradient);
  const dW4 = tf.matMul(dYRows, product2, true);
  const dYLinearB = tf.sum(dY, [0, 1]);
  rt.dispose(product2, dYRows, dY);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dCLinearW = tf.reshape(product6, [width, 1]);
  const dSLinearW = tf.transpose(dW2, [1, 0]);
  const dMLinearW = tf.transpose(dW3, [1, 0]);
  rt.dispose(dW, product6, dW2, dW3);
  const dYLinearW = tf.transpose(dW4, [1, 0]);
  rt.dispose(dW4);
  return {
    loss,
    metrics: {},
    gradients: {
      'run.h.Linear.W': dLinearW,
      'run.h.Linear.b': dB,
      'run.c.Linear.W': dCLinearW,
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
  parameters(n: MachineSizes) {
    return [
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
