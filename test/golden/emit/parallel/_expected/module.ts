/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Translate that its constructor may be given. */
export type TranslateDims = {
  /** `source`, `target`, `words`, `model`, `heads`: A decoder written over its whole axis: its step keeps the keys and values of what was written. Default 9. */
  readonly words: number;
  /** Default 4. */ readonly model: number;
  /** Default 2. */ readonly heads: number;
};

/** One example of Translate. */
export interface TranslateInput {
  /** `index(words)[source]` */ readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TranslateTarget {
  /** `index(words)[target]` */ readonly y: rt.Ints;
}

/** Every size of a call. */
type TranslateSizes = Readonly<Record<'words' | 'model' | 'heads' | 'batch' | 'source' | 'target', number>>;

/** Parameters. */
type MultiHeadParameters = { readonly Wq: tf.Tensor; readonly Wk: tf.Tensor; readonly Wv: tf.Tensor; readonly Wo: tf.Tensor };
type LayerNormParameters = { readonly gain: tf.Tensor; readonly bias: tf.Tensor };
type LayerParameters = { readonly a: { readonly MultiHead: MultiHeadParameters }; readonly LayerNorm: LayerNormParameters };
type WriteParameters = { readonly table: tf.Tensor; readonly logits: { readonly Layer: LayerParameters } };
type TranslateParameters = { readonly table: tf.Tensor; readonly Write: WriteParameters };

/** Padded examples on the device. */
type TranslateBatch = {
  readonly n: TranslateSizes;
  readonly inputs: { readonly y: tf.Tensor; readonly tokens: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Vaswani et al. 2017, sec. 3.5: sin(pos / 10000^(2i/width)) on even positions of `width`, cos on odd ones. */
function sinusoid(n: TranslateSizes, zero: tf.Tensor, targetPositions: tf.Tensor) {
  const { model, target } = n;
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  const two = tf.scalar(2, 'int32');
  // std/layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const anglePower = tf.tidy(() => {
    const quotient = tf.div(tf.cast(tf.mul(tf.scalar(-2, 'int32'), tf.floorDiv(widthPositions, two)), 'float32'), model);
    return tf.pow(1e4, quotient);
  });
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(targetPositions, 'float32'), [target, 1]), anglePower));
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const isEqual = tf.tidy(() => tf.equal(tf.mod(widthPositions, two), zero));
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, two, angle);
  return { chosen, anglePower, isEqual };
}

/** Vaswani et al. 2017, eq. (1): q·k / sqrt(d). */
function scaledDotInputs(n: TranslateSizes, targetMask: tf.Tensor, causalMask: tf.Tensor, values: tf.Tensor, query: tf.Tensor, keys: tf.Tensor) {
  const { batch: batchSize, heads, model, target } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const mask = tf.tidy(() => tf.logicalAnd(tf.reshape(targetMask, [batchSize, target, 1]), causalMask));
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const maskT = rt.transpose(mask, [0, 2, 1]);
  const weights = tf.tidy(() => {
    const maskWide = tf.reshape(maskT, [batchSize, 1, target, target]);
    const queryRows = tf.reshape(tf.transpose(query, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    const keysRows = tf.reshape(tf.transpose(keys, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    const product = tf.reshape(tf.matMul(queryRows, keysRows), [batchSize, heads, target, target]);
    return rt.where(maskWide, tf.softmax(rt.where(maskWide, tf.div(product, Math.sqrt(model / heads)), -Infinity)), 0);
  });
  rt.dispose(mask);
  // std/attention.attn:18  sum[key](weights * values)
  const total = tf.tidy(() => {
    const valuesWide = tf.reshape(tf.transpose(values, [0, 2, 1, 3]), [batchSize * heads, 1, target, model / heads]);
    const product = tf.mul(tf.reshape(weights, [batchSize * heads, target, target, 1]), valuesWide);
    const productShaped = tf.reshape(product, [batchSize, heads, target ** 2, model / heads]);
    const productMasked = rt.where(tf.reshape(maskT, [batchSize, 1, target ** 2, 1]), productShaped, 0);
    return tf.sum(tf.reshape(productMasked, [batchSize, heads, target, target, model / heads]), 3);
  });
  rt.dispose(maskT, weights);
  return total;
}

function sinusoid2(n: TranslateSizes, keyPositions: tf.Tensor, anglePower: tf.Tensor, isEqual: tf.Tensor) {
  const { source } = n;
  // std/layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), anglePower));
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(angle);
  return chosen;
}

function scaledDotInputs2(n: TranslateSizes, keyMask: tf.Tensor, a: tf.Tensor, sum: tf.Tensor) {
  const { batch: batchSize, model, source } = n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(a, sum, false, true), Math.sqrt(model));
    return tf.softmax(rt.where(tf.reshape(keyMask, [batchSize, 1, source]), quotient, -Infinity));
  });
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(weights, sum);
  rt.dispose(weights);
  return product;
}

/** Ba, Kiros & Hinton 2016, eq. (4): gain (x - mean) / sqrt(variance + ε) + bias, over the features of each position by itself. */
function layerNormInputs(p: LayerNormParameters, n: TranslateSizes, x: tf.Tensor, targetMask: tf.Tensor) {
  const { batch: batchSize, target } = n;
  // std/layers.attn:11  least = stop(min[features](x))
  const least = tf.min(x, 2);
  // std/layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(x, 2), least), 1)));
  // std/layers.attn:13  near = scale * (x - least)
  const scaleWide = tf.reshape(scale, [batchSize, target, 1]);
  const near = tf.tidy(() => tf.mul(scaleWide, tf.sub(x, tf.reshape(least, [batchSize, target, 1]))));
  rt.dispose(least);
  // std/layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 2, true)));
  rt.dispose(near);
  // std/layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowRoot = tf.tidy(() =>
    tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 2), tf.mul(tf.mul(scale, 1e-5), scale))),
  );
  const rootMasked = rt.where(targetMask, narrowRoot, 1);
  const narrow = tf.div(1, rootMasked);
  rt.dispose(scale);
  // std/layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide = tf.reshape(narrow, [batchSize, target, 1]);
  const product = tf.mul(narrowWide, centred);
  const sum = tf.tidy(() => tf.add(tf.mul(product, p.gain), p.bias));
  return { sum, narrowWide, centred, rootMasked, narrow, narrowRoot, scaleWide, product };
}

function fit(n: TranslateSizes, logitsDiffers: tf.Tensor, targetLengths: tf.Tensor, yNext: tf.Tensor, tableProduct: tf.Tensor, targetMask: tf.Tensor, zero: tf.Tensor) {
  const { batch: batchSize, target, words } = n;
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossPicked = tf.gather(logitsDiffers, yNext);
  const lossChosen = tf.tidy(() =>
    rt.where(logitsDiffers, tf.reshape(tableProduct, [batchSize, target, words]), -Infinity),
  );
  const logSoftmax = rt.logSoftmax(lossChosen);
  const targetLengthsAsFloat = tf.cast(targetLengths, 'float32');
  const loss = tf.tidy(() => {
    const negative = tf.neg(rt.where(lossPicked, tf.gather(rt.where(logitsDiffers, logSoftmax, 0), yNext, 2, 2), -Infinity));
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, negative, 0), 1), targetLengthsAsFloat));
  });
  // input.attn:20  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0)
  const best = tf.argMax(lossChosen, 2);
  const picked = tf.gather(logitsDiffers, best);
  const best2 = tf.tidy(() => tf.argMax(tf.cast(logitsDiffers, 'float32'), 0));
  const mean = tf.tidy(() => {
    const chosenAsFloat = tf.cast(rt.where(tf.equal(rt.where(picked, best, best2), yNext), tf.scalar(1, 'int32'), zero), 'float32');
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, chosenAsFloat, 0), 1), targetLengthsAsFloat));
  });
  rt.dispose(lossChosen, best, picked, best2);
  return { loss, mean, targetLengthsAsFloat, lossPicked, logSoftmax };
}

function scaledDotInputsTraining(n: TranslateSizes, targetMask: tf.Tensor, causalMask: tf.Tensor, values: tf.Tensor, query: tf.Tensor, keys: tf.Tensor) {
  const { batch: batchSize, heads, model, target } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const mask = tf.tidy(() => tf.logicalAnd(tf.reshape(targetMask, [batchSize, target, 1]), causalMask));
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const chosenWide = tf.tidy(() => {
    const chosenT = tf.transpose(rt.where(mask, Math.sqrt(model / heads), 1), [0, 2, 1]);
    return tf.reshape(chosenT, [batchSize, 1, target, target]);
  });
  const maskT = rt.transpose(mask, [0, 2, 1]);
  const maskWide = tf.reshape(maskT, [batchSize, 1, target, target]);
  const weightsSoftmax = tf.tidy(() => {
    const queryRows = tf.reshape(tf.transpose(query, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    const keysRows = tf.reshape(tf.transpose(keys, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    const quotient = tf.div(tf.reshape(tf.matMul(queryRows, keysRows), [batchSize, heads, target, target]), chosenWide);
    return tf.softmax(rt.where(maskWide, quotient, -Infinity));
  });
  const weights = rt.where(maskWide, weightsSoftmax, 0);
  // std/attention.attn:18  sum[key](weights * values)
  const total = tf.tidy(() => {
    const valuesWide = tf.reshape(tf.transpose(values, [0, 2, 1, 3]), [batchSize * heads, 1, target, model / heads]);
    const product = tf.mul(tf.reshape(weights, [batchSize * heads, target, target, 1]), valuesWide);
    const productShaped = tf.reshape(product, [batchSize, heads, target ** 2, model / heads]);
    const productMasked = rt.where(tf.reshape(maskT, [batchSize, 1, target ** 2, 1]), productShaped, 0);
    return tf.sum(tf.reshape(productMasked, [batchSize, heads, target, target, model / heads]), 3);
  });
  rt.dispose(maskT);
  return { total, mask, weightsSoftmax, maskWide, chosenWide, weights };
}

function scaledDotInputsTraining2(n: TranslateSizes, keyMask: tf.Tensor, query: tf.Tensor, sum: tf.Tensor) {
  const { batch: batchSize, model, source } = n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const chosenWide = tf.tidy(() => tf.reshape(rt.where(keyMask, Math.sqrt(model), 1), [batchSize, 1, source]));
  const keyMaskWide = tf.reshape(keyMask, [batchSize, 1, source]);
  const weights = tf.tidy(() =>
    tf.softmax(rt.where(keyMaskWide, tf.div(tf.matMul(query, sum, false, true), chosenWide), -Infinity)),
  );
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(weights, sum);
  return { product, weights, keyMaskWide, chosenWide };
}

function layerNormBackward(p: LayerNormParameters, n: TranslateSizes, dResult: tf.Tensor, centred: tf.Tensor, narrowWide: tf.Tensor, rootMasked: tf.Tensor, narrow: tf.Tensor, targetMask: tf.Tensor, narrowRoot: tf.Tensor, scaleWide: tf.Tensor, product: tf.Tensor) {
  const { batch: batchSize, model, target } = n;
  // std/layers.attn:16  gain * (narrow * centred) + bias
  const product2 = tf.mul(dResult, p.gain);
  const product3 = tf.mul(product2, narrowWide);
  const dNarrow = tf.tidy(() => tf.sum(tf.mul(product2, centred), 2));
  const dGain = tf.tidy(() => tf.sum(tf.mul(dResult, product), [0, 1]));
  const dBias = tf.sum(dResult, [0, 1]);
  rt.dispose(product2);
  // std/layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowQuotient = tf.div(dNarrow, rootMasked);
  const dCentred = tf.tidy(() => {
    const quotient = tf.div(tf.mul(rt.where(targetMask, tf.neg(tf.mul(narrowQuotient, narrow)), 0), 0.5), narrowRoot);
    const narrowProduct = tf.mul(tf.reshape(tf.div(quotient, model), [batchSize, target, 1]), centred);
    return tf.add(tf.add(product3, narrowProduct), narrowProduct);
  });
  rt.dispose(dNarrow, product3, narrowQuotient);
  // std/layers.attn:14  centred = near - mean[features](near)
  const dNear = tf.tidy(() =>
    tf.add(dCentred, tf.reshape(tf.div(tf.neg(tf.sum(dCentred, 2)), model), [batchSize, target, 1])),
  );
  rt.dispose(dCentred);
  // std/layers.attn:13  near = scale * (x - least)
  const nearProduct = tf.mul(dNear, scaleWide);
  rt.dispose(dNear);
  return { gradients: { gain: dGain, bias: dBias }, nearProduct };
}

function scaledDotBackward(dResult: tf.Tensor, sum: tf.Tensor, weights: tf.Tensor, keyMaskWide: tf.Tensor, weightsChosen: tf.Tensor, query: tf.Tensor) {
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(dResult, weights, true);
  const dWeights = tf.matMul(dResult, sum, false, true);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsQuotient = tf.tidy(() => {
    const productMasked = rt.where(keyMaskWide, tf.mul(weights, tf.sub(dWeights, tf.sum(tf.mul(weights, dWeights), 2, true))), 0);
    return tf.div(productMasked, weightsChosen);
  });
  const weightsProduct = tf.matMul(query, weightsQuotient, true);
  const weightsProduct2 = tf.matMul(weightsQuotient, sum);
  rt.dispose(dWeights, weightsQuotient);
  return { product, weightsProduct, weightsProduct2 };
}

function scaledDotBackward2(n: TranslateSizes, keys: tf.Tensor, query: tf.Tensor, values: tf.Tensor, mask: tf.Tensor, dResult: tf.Tensor, weightsSoftmax: tf.Tensor, maskT: tf.Tensor, weightsChosen: tf.Tensor, weights: tf.Tensor) {
  const { batch: batchSize, heads, model, target } = n;
  // std/attention.attn:18  sum[key](weights * values)
  const WoProductMaskedShaped = tf.tidy(() => {
    const WoProduct = tf.reshape(dResult, [batchSize, 1, target, model]);
    const WoProductMasked = rt.where(tf.reshape(mask, [batchSize, target, target, 1]), WoProduct, 0);
    return tf.reshape(WoProductMasked, [batchSize, target, target, heads, model / heads]);
  });
  const dWeights = tf.tidy(() => {
    const WoProductMaskedT = tf.transpose(WoProductMaskedShaped, [0, 1, 3, 2, 4]);
    const WoProductMaskedRows = tf.reshape(WoProductMaskedT, [batchSize * heads * target, target, model / heads]);
    const product = tf.matMul(WoProductMaskedRows, tf.reshape(values, [batchSize * heads * target, model / heads, 1]));
    return tf.reshape(product, [batchSize, target, heads, target]);
  });
  const product = tf.tidy(() => {
    const WoProductMaskedT = tf.transpose(WoProductMaskedShaped, [0, 1, 3, 4, 2]);
    const weightsRows = tf.reshape(tf.transpose(weights, [0, 3, 1, 2]), [batchSize * heads * target, target, 1]);
    return tf.matMul(tf.reshape(WoProductMaskedT, [batchSize * heads * target, model / heads, target]), weightsRows);
  });
  rt.dispose(WoProductMaskedShaped);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const dWeightsMasked = tf.tidy(() => rt.where(tf.reshape(mask, [batchSize, target, 1, target]), dWeights, 0));
  const quotientRows = tf.tidy(() => {
    const total = tf.sum(tf.mul(weightsSoftmax, tf.transpose(dWeightsMasked, [0, 2, 3, 1])), 3);
    const differenceT = tf.transpose(tf.sub(dWeightsMasked, tf.reshape(total, [batchSize, 1, heads, target])), [0, 2, 3, 1]);
    const quotient = tf.div(rt.where(maskT, tf.mul(weightsSoftmax, differenceT), 0), weightsChosen);
    return tf.reshape(quotient, [batchSize * heads, target, target]);
  });
  const weightsProduct = tf.tidy(() => {
    const keysRows = tf.reshape(tf.transpose(keys, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    return tf.reshape(tf.matMul(quotientRows, keysRows), [batchSize, heads, target, model / heads]);
  });
  const weightsProduct2 = tf.tidy(() => {
    const queryRows = tf.reshape(tf.transpose(query, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    return tf.reshape(tf.matMul(queryRows, quotientRows), [batchSize, heads, model / heads, target]);
  });
  rt.dispose(dWeights, dWeightsMasked, quotientRows);
  return { weightsProduct, product, weightsProduct2 };
}

function sinusoidPrepare(n: TranslateSizes, keyPositions: tf.Tensor, two: tf.Tensor, zero: tf.Tensor, angleNumber: tf.Tensor) {
  const { model, source } = n;
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  // std/layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const anglePower = tf.tidy(() =>
    tf.pow(1e4, tf.div(tf.cast(tf.mul(angleNumber, tf.floorDiv(widthPositions, two)), 'float32'), model)),
  );
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), anglePower));
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const isEqual = tf.tidy(() => tf.equal(tf.mod(widthPositions, two), zero));
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, angle);
  return { isEqual, anglePower, chosen };
}

function scaledDotStep(n: TranslateSizes, values: tf.Tensor, keys: tf.Tensor, query: tf.Tensor, batchBeamHeads: number, now: number, batchBeam: number) {
  const { heads, model } = n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const rowsRows = tf.reshape(keys, [batchBeamHeads, now, model / heads]);
    const product = tf.matMul(rowsRows, tf.reshape(query, [batchBeamHeads, model / heads, 1]));
    return tf.softmax(tf.div(tf.reshape(product, [batchBeam, heads, now]), Math.sqrt(model / heads)));
  });
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.tidy(() => {
    const rowsRows = tf.reshape(values, [batchBeamHeads, now, model / heads]);
    return tf.matMul(tf.reshape(weights, [batchBeamHeads, 1, now]), rowsRows);
  });
  rt.dispose(weights);
  return product;
}

function scaledDotStep2(n: TranslateSizes, keyMask: tf.Tensor, aShaped: tf.Tensor, add: tf.Tensor, batchBeam: number, beam: number) {
  const { batch: batchSize, model, source } = n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const quotient = tf.div(tf.reshape(tf.matMul(aShaped, add), [batchBeam, source]), Math.sqrt(model));
    const quotientShaped = tf.reshape(quotient, [batchSize, beam, source]);
    const quotientMasked = rt.where(tf.reshape(keyMask, [batchSize, 1, source]), quotientShaped, -Infinity);
    return tf.softmax(tf.reshape(quotientMasked, [batchBeam, source]));
  });
  const weightsShaped = tf.reshape(weights, [batchSize, beam, source]);
  rt.dispose(weights);
  // std/attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(weightsShaped, add, false, true);
  rt.dispose(weightsShaped);
  return product;
}

function layerNormStep(p: LayerNormParameters, x: tf.Tensor, batchBeam: number) {
  // std/layers.attn:11  least = stop(min[features](x))
  const least = tf.min(x, 1);
  // std/layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(x, 1), least), 1)));
  // std/layers.attn:13  near = scale * (x - least)
  const near = tf.tidy(() => tf.mul(tf.reshape(scale, [batchBeam, 1]), tf.sub(x, tf.reshape(least, [batchBeam, 1]))));
  rt.dispose(least);
  // std/layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 1, true)));
  rt.dispose(near);
  // std/layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrow = tf.tidy(() =>
    tf.div(1, tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 1), tf.mul(tf.mul(scale, 1e-5), scale)))),
  );
  rt.dispose(scale);
  // std/layers.attn:16  gain * (narrow * centred) + bias
  const sum = tf.tidy(() => tf.add(tf.mul(tf.mul(tf.reshape(narrow, [batchBeam, 1]), centred), p.gain), p.bias));
  rt.dispose(centred, narrow);
  return sum;
}

/** Vaswani et al. 2017, sec. 3.2.2, for one query; lifted over the queries. Attention of a sequence to itself: `MultiHead(x, x)`. */
function multiHeadInputs(p: MultiHeadParameters, n: TranslateSizes, x: tf.Tensor, targetMask: tf.Tensor, causalMask: tf.Tensor) {
  const { batch: batchSize, heads, model, target } = n;
  // std/attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqProduct = tf.tidy(() => tf.reshape(tf.matMul(xRows, p.Wq), [batchSize, target, heads, model / heads]));
  const WkProduct = tf.tidy(() => tf.reshape(tf.matMul(xRows, p.Wk), [batchSize, target, heads, model / heads]));
  const WvProduct = tf.tidy(() => tf.reshape(tf.matMul(xRows, p.Wv), [batchSize, target, heads, model / heads]));
  const total = scaledDotInputs(n, targetMask, causalMask, WvProduct, WqProduct, WkProduct);
  rt.dispose(xRows, WqProduct, WkProduct, WvProduct);
  const WoProduct = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(total, [0, 2, 1, 3]), [batchSize * target, model]), p.Wo),
  );
  rt.dispose(total);
  return WoProduct;
}

function layer(p: LayerParameters, n: TranslateSizes, keyMask: tf.Tensor, a: tf.Tensor, sum: tf.Tensor, targetMask: tf.Tensor) {
  const product = scaledDotInputs2(n, keyMask, a, sum);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product);
  const { sum: layerNormSum, narrowWide, centred, rootMasked, narrow, narrowRoot, scaleWide, product: layerNormProduct } = layerNormInputs(p.LayerNorm, n, sum2, targetMask);
  rt.dispose(product, sum2, narrowWide, centred, rootMasked, narrow, narrowRoot, scaleWide, layerNormProduct);
  return layerNormSum;
}

function multiHeadInputsTraining(p: MultiHeadParameters, n: TranslateSizes, x: tf.Tensor, targetMask: tf.Tensor, causalMask: tf.Tensor) {
  const { batch: batchSize, heads, model, target } = n;
  // std/attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqProduct = tf.tidy(() => tf.reshape(tf.matMul(xRows, p.Wq), [batchSize, target, heads, model / heads]));
  const WkProduct = tf.tidy(() => tf.reshape(tf.matMul(xRows, p.Wk), [batchSize, target, heads, model / heads]));
  const WvProduct = tf.matMul(xRows, p.Wv);
  const multiHeadWvProduct = tf.reshape(WvProduct, [batchSize, target, heads, model / heads]);
  const { total, mask, weightsSoftmax, maskWide, chosenWide, weights } = scaledDotInputsTraining(n, targetMask, causalMask, multiHeadWvProduct, WqProduct, WkProduct);
  const WoProduct = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(total, [0, 2, 1, 3]), [batchSize * target, model]), p.Wo),
  );
  rt.dispose(multiHeadWvProduct);
  return { WoProduct, mask, WvProduct, weightsSoftmax, maskWide, chosenWide, WkProduct, weights, WqProduct, xRows, total };
}

function multiHeadBackward(p: MultiHeadParameters, n: TranslateSizes, dResult: tf.Tensor, WkProduct: tf.Tensor, WqProduct: tf.Tensor, WvProduct: tf.Tensor, mask: tf.Tensor, weightsSoftmax: tf.Tensor, maskT: tf.Tensor, weightsChosen: tf.Tensor, weights: tf.Tensor, xRows: tf.Tensor, total: tf.Tensor) {
  const { batch: batchSize, model, target } = n;
  // std/attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const dResultRows = tf.reshape(dResult, [batchSize * target, model]);
  const WoProduct = tf.matMul(dResultRows, p.Wo, false, true);
  const { weightsProduct, product, weightsProduct2: scaledDotWeightsProduct } = scaledDotBackward2(n, WkProduct, WqProduct, WvProduct, mask, WoProduct, weightsSoftmax, maskT, weightsChosen, weights);
  const multiHeadWqProduct = tf.tidy(() => {
    const weightsProductRows = tf.reshape(tf.transpose(weightsProduct, [0, 2, 1, 3]), [batchSize * target, model]);
    return tf.matMul(weightsProductRows, p.Wq, false, true);
  });
  const product2 = tf.reshape(product, [batchSize * target, model]);
  const sum = tf.tidy(() => {
    const weightsProductRows = tf.reshape(tf.transpose(scaledDotWeightsProduct, [0, 3, 1, 2]), [batchSize * target, model]);
    const multiHeadWkProduct = tf.reshape(tf.matMul(weightsProductRows, p.Wk, false, true), [batchSize, target, model]);
    return tf.add(tf.reshape(tf.matMul(product2, p.Wv, false, true), [batchSize, target, model]), multiHeadWkProduct);
  });
  const dWo = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(total, [1, 3, 0, 2]), [model, batchSize * target]), dResultRows),
  );
  const dWq = tf.tidy(() => {
    const product = tf.matMul(tf.reshape(tf.transpose(weightsProduct, [1, 3, 0, 2]), [model, batchSize * target]), xRows);
    return tf.transpose(product, [1, 0]);
  });
  rt.dispose(WoProduct, product, dResultRows, weightsProduct);
  const dWk = tf.tidy(() => {
    const weightsProductRows = tf.reshape(tf.transpose(scaledDotWeightsProduct, [1, 2, 0, 3]), [model, batchSize * target]);
    return tf.transpose(tf.matMul(weightsProductRows, xRows), [1, 0]);
  });
  const dWv = tf.matMul(xRows, product2, true);
  rt.dispose(scaledDotWeightsProduct, product2);
  return { gradients: { Wq: dWq, Wk: dWk, Wv: dWv, Wo: dWo }, sum, WqProduct: multiHeadWqProduct };
}

function multiHeadStep(p: MultiHeadParameters, n: TranslateSizes, x: tf.Tensor, WkProduct: rt.Cache, WvProduct: rt.Cache, beam: number, batchBeamHeads: number, now: number, batchBeam: number) {
  const { batch: batchSize, heads, model } = n;
  // std/attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WqProduct = tf.matMul(x, p.Wq);
  const multiHeadWkProduct = tf.tidy(() => tf.reshape(tf.matMul(x, p.Wk), [batchSize, beam, heads, model / heads]));
  const rows = rt.appendToCache(WkProduct, multiHeadWkProduct, 3);
  const rowsSoFar = rt.cached(rows, 3);
  const multiHeadWvProduct = tf.tidy(() => tf.reshape(tf.matMul(x, p.Wv), [batchSize, beam, heads, model / heads]));
  const rows2 = rt.appendToCache(WvProduct, multiHeadWvProduct, 3);
  const rowsSoFar2 = rt.cached(rows2, 3);
  const product = scaledDotStep(n, rowsSoFar2, rowsSoFar, WqProduct, batchBeamHeads, now, batchBeam);
  rt.dispose(multiHeadWkProduct, multiHeadWvProduct, WqProduct, rowsSoFar, rowsSoFar2);
  const WoProduct = tf.tidy(() => tf.matMul(tf.reshape(product, [batchBeam, model]), p.Wo));
  rt.dispose(product);
  return { rows, rows2, WoProduct };
}

function layer2(p: LayerParameters, n: TranslateSizes, sourceLengths: tf.Tensor, targetPositions: tf.Tensor, targetLengths: tf.Tensor, keyPositions: tf.Tensor, x: tf.Tensor) {
  const { batch: batchSize, model, target } = n;
  // std/layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(targetLengths, [batchSize, 1]), targetPositions));
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  const WoProduct = multiHeadInputs(p.a.MultiHead, n, x, targetMask, causalMask);
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(causalMask, WoProduct);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), keyPositions));
  return { a, keyMask, targetMask };
}

function layerTraining(p: LayerParameters, n: TranslateSizes, random: rt.Random, sourceLengths: tf.Tensor, targetPositions: tf.Tensor, keyPositions: tf.Tensor, x: tf.Tensor, targetMask: tf.Tensor, site: string) {
  const { batch: batchSize, model, target } = n;
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  const { WoProduct, mask, WvProduct, weightsSoftmax, maskWide, chosenWide, WkProduct, weights, WqProduct, xRows, total } = multiHeadInputsTraining(p.a.MultiHead, n, x, targetMask, causalMask);
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(causalMask, WoProduct);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), keyPositions));
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const keep2 = random.keep(site, 0.1, [batchSize, target, model], [true, false], []);
  const product = tf.mul(a, keep2);
  return { product, keyMask, a, keep: keep2, mask, WvProduct, weightsSoftmax, maskWide, chosenWide, WkProduct, weights, WqProduct, xRows, total };
}

function writeInputs(p: WriteParameters, n: TranslateSizes, y: tf.Tensor, sourceLengths: tf.Tensor, targetLengths: tf.Tensor, keyPositions: tf.Tensor) {
  const { target, words } = n;
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const zero = tf.scalar(0, 'int32');
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const targetPositions = tf.range(0, target, 1, 'int32');
  const { chosen, anglePower, isEqual } = sinusoid(n, zero, targetPositions);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p.table, y), chosen));
  const { a, keyMask, targetMask } = layer2(p.logits.Layer, n, sourceLengths, targetPositions, targetLengths, keyPositions, x);
  rt.dispose(chosen, targetPositions, x);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), zero));
  rt.dispose(zero);
  return { anglePower, isEqual, a, keyMask, targetMask, logitsDiffers };
}

function writeInputs2(p: WriteParameters, n: TranslateSizes, sourceLengths: tf.Tensor, targetPositions: tf.Tensor, keyPositions: tf.Tensor, y: tf.Tensor, zero: tf.Tensor, targetMask: tf.Tensor) {
  const { batch: batchSize, model, target } = n;
  const { chosen, anglePower, isEqual } = sinusoid(n, zero, targetPositions);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p.table, y), chosen));
  rt.dispose(chosen);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const causalMask = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  const WoProduct = multiHeadInputs(p.logits.Layer.a.MultiHead, n, x, targetMask, causalMask);
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(causalMask, x, WoProduct);
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(sourceLengths, [batchSize, 1]), keyPositions));
  return { anglePower, isEqual, a, keyMask };
}

function writeStep(p: WriteParameters, n: TranslateSizes, t: number, anglePow: tf.Tensor, eq: tf.Tensor, y: tf.Tensor, WkProduct: rt.Cache, WvProduct: rt.Cache, keyMask: tf.Tensor, add: tf.Tensor, logitsNe: tf.Tensor, batchBeam: number, beam: number, batchBeamHeads: number, now: number) {
  const { batch: batchSize, model, words } = n;
  // input.attn:7  decoder Write(m: [source, model]) generates y: index(words)[target] start 1 end 2 {
  const yRows = tf.reshape(y, [batchBeam]);
  // std/layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle = tf.mul(t, anglePow);
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen = tf.tidy(() => rt.where(eq, tf.sin(angle), tf.cos(angle)));
  rt.dispose(angle);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p.table, yRows), chosen));
  const { rows, rows2: aRows, WoProduct } = multiHeadStep(p.logits.Layer.a.MultiHead, n, x, WkProduct, WvProduct, beam, batchBeamHeads, now, batchBeam);
  rt.dispose(yRows, chosen);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.add(x, WoProduct);
  rt.dispose(x, WoProduct);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const aShaped = tf.reshape(a, [batchSize, beam, model]);
  const product = scaledDotStep2(n, keyMask, aShaped, add, batchBeam, beam);
  const sum = tf.tidy(() => tf.add(a, tf.reshape(product, [batchBeam, model])));
  const logitsSum = layerNormStep(p.logits.Layer.LayerNorm, sum, batchBeam);
  rt.dispose(aShaped, a, product, sum);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logits = tf.tidy(() => rt.where(logitsNe, tf.matMul(logitsSum, p.table, false, true), -Infinity));
  const logitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(logitsSum, logits);
  return { logitsShaped, rows, aRows };
}

/** Outputs by name, [batch, …]. */
type TranslateResults = { readonly logits: tf.Tensor };

/** The outputs of Translate, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function translateForward(p: TranslateParameters, batch: TranslateBatch): TranslateResults {
  const { batch: batchSize, model, source, target, words } = batch.n;
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  const { anglePower, isEqual, a, keyMask, targetMask, logitsDiffers } = writeInputs(p.Write, batch.n, batch.inputs.y, batch.lengths.source, batch.lengths.target, keyPositions);
  const chosen = sinusoid2(batch.n, keyPositions, anglePower, isEqual);
  rt.dispose(keyPositions, anglePower, isEqual);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), chosen));
  const logitsSum = layer(p.Write.logits.Layer, batch.n, keyMask, a, sum, targetMask);
  rt.dispose(chosen, a, keyMask, targetMask, sum);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logits = tf.tidy(() => {
    const tableProduct = tf.matMul(tf.reshape(logitsSum, [batchSize * target, model]), p.Write.table, false, true);
    return rt.where(logitsDiffers, tf.reshape(tableProduct, [batchSize, target, words]), -Infinity);
  });
  rt.dispose(logitsDiffers, logitsSum);
  return { logits };
}

/** Fit: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function translateLoss(p: TranslateParameters, batch: TranslateBatch): rt.LossTensors {
  const { batch: batchSize, model, source, target, words } = batch.n;
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const targetPositions = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const zero = tf.scalar(0, 'int32');
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  const { anglePower, isEqual, a, keyMask } = writeInputs2(p.Write, batch.n, batch.lengths.source, targetPositions, keyPositions, batch.inputs.y, zero, targetMask);
  const chosen = sinusoid2(batch.n, keyPositions, anglePower, isEqual);
  rt.dispose(targetPositions, keyPositions, anglePower, isEqual);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), chosen));
  const logitsSum = layer(p.Write.logits.Layer, batch.n, keyMask, a, sum, targetMask);
  rt.dispose(chosen, a, keyMask, sum);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), zero));
  const tableProduct = tf.tidy(() =>
    tf.matMul(tf.reshape(logitsSum, [batchSize * target, model]), p.Write.table, false, true),
  );
  const { loss, mean: right, targetLengthsAsFloat, lossPicked, logSoftmax } = fit(batch.n, logitsDiffers, batch.lengths.target, batch.inputs["y'"], tableProduct, targetMask, zero);
  rt.dispose(logitsSum, targetMask, zero, logitsDiffers, tableProduct, targetLengthsAsFloat, lossPicked, logSoftmax);
  return { loss, metrics: { right } };
}

/** Fit: as the loss, dropout on, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function translateGradients(p: TranslateParameters, batch: TranslateBatch, random: rt.Random): rt.GradientTensors {
  const { batch: batchSize, model, source, target, words } = batch.n;
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const targetPositions = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const zero = tf.scalar(0, 'int32');
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  const { chosen, anglePower, isEqual } = sinusoid(batch.n, zero, targetPositions);
  const sinusoidChosen = sinusoid2(batch.n, keyPositions, anglePower, isEqual);
  rt.dispose(anglePower, isEqual);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p.Write.table, batch.inputs.y), chosen));
  rt.dispose(chosen);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), sinusoidChosen));
  const { product, keyMask, a, keep: logitsKeep, mask, WvProduct, weightsSoftmax, maskWide, chosenWide, WkProduct, weights, WqProduct, xRows, total } = layerTraining(p.Write.logits.Layer, batch.n, random, batch.lengths.source, targetPositions, keyPositions, x, targetMask, 'Write.logits.Layer.dropout#0');
  rt.dispose(sinusoidChosen, targetPositions, keyPositions, x);
  const { product: logitsProduct, weights: logitsWeights, keyMaskWide, chosenWide: weightsChosenWide } = scaledDotInputsTraining2(batch.n, keyMask, product, sum);
  rt.dispose(keyMask);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const logitsSum = tf.add(a, logitsProduct);
  const { sum: layerNormSum, narrowWide, centred, rootMasked, narrow, narrowRoot, scaleWide, product: layerNormProduct } = layerNormInputs(p.Write.logits.Layer.LayerNorm, batch.n, logitsSum, targetMask);
  rt.dispose(a, logitsProduct, logitsSum);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), zero));
  const sumRows = tf.reshape(layerNormSum, [batchSize * target, model]);
  const tableProduct = tf.matMul(sumRows, p.Write.table, false, true);
  const { loss, mean: right, targetLengthsAsFloat, lossPicked, logSoftmax } = fit(batch.n, logitsDiffers, batch.lengths.target, batch.inputs["y'"], tableProduct, targetMask, zero);
  rt.dispose(layerNormSum, zero, tableProduct);
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const quotientMasked = tf.tidy(() =>
    rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, targetLengthsAsFloat), [batchSize, 1]), 0),
  );
  const dLogits = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs["y'"], rt.where(lossPicked, tf.neg(quotientMasked), 0), words, 2);
    const chosen = rt.where(logitsDiffers, scattered, 0);
    return rt.where(logitsDiffers, tf.sub(chosen, tf.mul(tf.exp(logSoftmax), tf.sum(chosen, 2, true))), 0);
  });
  rt.dispose(targetLengthsAsFloat, logitsDiffers, lossPicked, logSoftmax, quotientMasked);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, words]);
  const logitsTableProduct = tf.tidy(() => tf.reshape(tf.matMul(dLogitsRows, p.Write.table), [batchSize, target, model]));
  const { gradients: dLayerNorm, nearProduct } = layerNormBackward(p.Write.logits.Layer.LayerNorm, batch.n, logitsTableProduct, centred, narrowWide, rootMasked, narrow, targetMask, narrowRoot, scaleWide, layerNormProduct);
  rt.dispose(dLogits, targetMask, narrowWide, centred, rootMasked, narrow, narrowRoot, scaleWide, layerNormProduct);
  rt.dispose(logitsTableProduct);
  const { product: scaledDotProduct, weightsProduct, weightsProduct2: logitsWeightsProduct } = scaledDotBackward(nearProduct, sum, logitsWeights, keyMaskWide, weightsChosenWide, product);
  rt.dispose(sum, product, logitsWeights, keyMaskWide, weightsChosenWide);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const layerSum = tf.add(scaledDotProduct, weightsProduct);
  const dA = tf.tidy(() => tf.add(nearProduct, tf.mul(logitsWeightsProduct, logitsKeep)));
  rt.dispose(scaledDotProduct, weightsProduct, logitsKeep, nearProduct, logitsWeightsProduct);
  const { gradients: dMultiHead, sum: aSum, WqProduct: aWqProduct } = multiHeadBackward(p.Write.logits.Layer.a.MultiHead, batch.n, dA, WkProduct, WqProduct, WvProduct, mask, weightsSoftmax, maskWide, chosenWide, weights, xRows, total);
  rt.dispose(mask, WvProduct, weightsSoftmax, maskWide, chosenWide, WkProduct, weights, WqProduct, xRows, total);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const logitsASum = tf.add(dA, aSum);
  rt.dispose(dA, aSum);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const writeLogitsProduct = tf.matMul(dLogitsRows, sumRows, true);
  const dX = tf.tidy(() => tf.add(tf.reshape(aWqProduct, [batchSize, target, model]), logitsASum));
  rt.dispose(sumRows, dLogitsRows, aWqProduct, logitsASum);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const dTable = tf.tidy(() => tf.add(writeLogitsProduct, rt.scatter(batch.inputs.y, dX, words)));
  rt.dispose(writeLogitsProduct, dX);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const dTable2 = tf.tidy(() => rt.scatter(batch.inputs.tokens, tf.transpose(layerSum, [0, 2, 1]), words));
  rt.dispose(layerSum);
  return {
    loss,
    metrics: { right },
    gradients: {
      table: dTable2,
      'Write.table': dTable,
      ...rt.below('Write.logits.Layer.a.MultiHead', dMultiHead),
      ...rt.below('Write.logits.Layer.LayerNorm', dLayerNorm),
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslateMemory = { readonly keyMask: tf.Tensor; readonly add: tf.Tensor; readonly ne: tf.Tensor; readonly eq: tf.Tensor; readonly pow: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslateState = { readonly WkProduct: rt.Cache; readonly WvProduct: rt.Cache };

/** Once per call: what no step changes, and the first states. It disposes of nothing that it is given; what it gives is the caller's. */
function translatePrepare(p: TranslateParameters, batch: TranslateBatch): { readonly memory: TranslateMemory; readonly state: TranslateState } {
  const { batch: batchSize, source, words } = batch.n;
  // std/layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const zero = tf.scalar(0, 'int32');
  const two = tf.scalar(2, 'int32');
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const ne = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), zero));
  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  // std/layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleNumber = tf.scalar(-2, 'int32');
  const { isEqual: eq, anglePower: pow, chosen } = sinusoidPrepare(batch.n, keyPositions, two, zero, angleNumber);
  rt.dispose(zero, two, keyPositions, angleNumber);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const add = tf.tidy(() => tf.transpose(tf.add(tf.gather(p.table, batch.inputs.tokens), chosen), [0, 2, 1]));
  rt.dispose(chosen);
  return {
    memory: { keyMask, add, ne, eq, pow },
    state: { WkProduct: rt.emptyCache(), WvProduct: rt.emptyCache() },
  };
}

/** One place: logits, the next states and the taps. It disposes of nothing that it is given; what it gives is the caller's. */
function translateStep(p: TranslateParameters, batch: TranslateBatch, memory: TranslateMemory, state: TranslateState, previous: tf.Tensor2D, t: number): { readonly logits: tf.Tensor3D; readonly taps: Readonly<Record<string, never>>; readonly state: TranslateState } {
  const { batch: batchSize, heads } = batch.n;
  const beam = previous.shape[1];
  const now = t + 1;
  const { logitsShaped: logits, rows: WkProduct, aRows: WvProduct } = writeStep(p.Write, batch.n, t, memory.pow, memory.eq, previous, state.WkProduct, state.WvProduct, memory.keyMask, memory.add, memory.ne, batchSize * beam, beam, batchSize * beam * heads, now);
  return { logits: logits as tf.Tensor3D, taps: {}, state: { WkProduct, WvProduct } };
}

const translateDefinition: rt.Definition = {
  name: 'Translate',
  source: 'input.attn',
  hyperparameters: { words: 9, model: 4, heads: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: TranslateDims) {
    if (n.model % n.heads !== 0) throw new rt.InputError(`\`heads\` (${n.heads}) must divide \`model\` (${n.model}): a size is a whole number (std/attention.attn:76)`);
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:7)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:7)`);
    return { words: n.words, model: n.model, heads: n.heads };
  },
  parameters: (n: TranslateSizes) => [
    { path: 'table', axes: [{ label: 'words', size: n.words }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'normal', deviation: n.model ** (-0.5) } },
    { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'normal', deviation: n.model ** (-0.5) } },
    { path: 'Write.logits.Layer.a.MultiHead.Wq', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Layer.a.MultiHead.Wk', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Layer.a.MultiHead.Wv', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Layer.a.MultiHead.Wo', axes: [{ label: 'model', size: n.model }, { label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
    { path: 'Write.logits.Layer.LayerNorm.gain', axes: [{ label: 'features', size: n.model }], outs: 1, init: { kind: 'ones' } },
    { path: 'Write.logits.Layer.LayerNorm.bias', axes: [{ label: 'features', size: n.model }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: TranslateSizes) => [{ name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } }],
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: translateForward,
  objectives: [
    {
      name: 'Fit',
      given: (n: TranslateSizes) => [{ name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } }],
      updates: [{ loss: translateLoss, gradients: translateGradients, optimizer: () => ({ kind: 'adam', rate: 1e-3 }), clip: null }],
    },
  ],
  decoder: {
    name: 'Write',
    axis: 'target',
    output: 'y',
    vocabulary: (n: TranslateSizes) => n.words,
    start: 1,
    end: 2,
    prepare: translatePrepare,
    step: translateStep,
    taps: {},
    rank: (logp, length) => logp / (length ** 0.6),
    atMost: (_n, lengths) => (2 * lengths['source']!) + 4,
  },
};

export class Translate extends rt.GenerativeModel<TranslateDims, TranslateInput, TranslateTarget> {
  constructor(options: rt.ModelOptions<TranslateDims> = {}) {
    super(translateDefinition, options);
  }
}
