/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Translate that its constructor may be given. */
export type TranslateDims = {
  /** `source`, `target`, `words`, `model`, `heads`: A decoder written over its whole axis: its step keeps the keys and values of what was written. Default 9. */
  readonly words: number;
  /** Default 4. */
  readonly model: number;
  /** Default 2. */
  readonly heads: number;
};

/** One example of Translate. */
export interface TranslateInput {
  /** `index(words)[source]` */
  readonly tokens: rt.Ints;
}

/** What the objectives need besides. */
export interface TranslateTarget {
  /** `index(words)[target]` */
  readonly y: rt.Ints;
}

/** Every size of a call. */
type TranslateSizes = {
  readonly words: number;
  readonly model: number;
  readonly heads: number;
  readonly batch: number;
  readonly source: number;
  readonly target: number;
};

/** Parameters by path. */
type TranslateParameters = {
  readonly table: tf.Tensor;
  readonly 'Write.table': tf.Tensor;
  readonly 'Write.logits.Layer.a.MultiHead.Wq': tf.Tensor;
  readonly 'Write.logits.Layer.a.MultiHead.Wk': tf.Tensor;
  readonly 'Write.logits.Layer.a.MultiHead.Wv': tf.Tensor;
  readonly 'Write.logits.Layer.a.MultiHead.Wo': tf.Tensor;
  readonly 'Write.logits.Layer.LayerNorm.gain': tf.Tensor;
  readonly 'Write.logits.Layer.LayerNorm.bias': tf.Tensor;
};

/** Padded examples on the device. */
type TranslateBatch = {
  readonly n: TranslateSizes;
  readonly inputs: { readonly y: tf.Tensor; readonly tokens: tf.Tensor; readonly "y'": tf.Tensor };
  readonly lengths: { readonly source: tf.Tensor1D; readonly target: tf.Tensor1D };
};

/** Outputs by name, [batch, …]. */
type TranslateResults = { readonly logits: tf.Tensor };

/** The outputs of Translate, batch first. */
function translateForward(p: TranslateParameters, batch: TranslateBatch): TranslateResults {
  const { batch: batchSize, heads, model, source, target, words } = batch.n;
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const targetPositions = tf.range(0, target, 1, 'int32');
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  const number = tf.scalar(2, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const anglePower = tf.tidy(() => {
    const quotient = tf.div(tf.cast(tf.mul(tf.scalar(-2, 'int32'), tf.floorDiv(widthPositions, number)), 'float32'), model);
    return tf.pow(1e4, quotient);
  });
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(targetPositions, 'float32'), [target, 1]), anglePower));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number2 = tf.scalar(0, 'int32');
  const isEqual = tf.tidy(() => tf.equal(tf.mod(widthPositions, number), number2));
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, number, angle);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  rt.dispose(targetPositions);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p['Write.table'], batch.inputs.y), chosen));
  rt.dispose(chosen);
  // attention.attn:18  sum[key](weights * values)
  const targetMaskWide = tf.reshape(targetMask, [batchSize, target, 1]);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqProduct = tf.tidy(() => {
    const multiHeadWqProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wq']);
    return tf.reshape(multiHeadWqProduct, [batchSize, target, heads, model / heads]);
  });
  const WkProduct = tf.tidy(() => {
    const multiHeadWkProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wk']);
    return tf.reshape(multiHeadWkProduct, [batchSize, target, heads, model / heads]);
  });
  const WvProduct = tf.tidy(() => {
    const multiHeadWvProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wv']);
    return tf.reshape(multiHeadWvProduct, [batchSize, target, heads, model / heads]);
  });
  rt.dispose(xRows);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(isAtMost, isAtMost);
  const weights = tf.tidy(() => {
    const weightsT = rt.transpose(tf.logicalAnd(targetMaskWide, weightsBoth), [0, 2, 1]);
    const weightsWide = tf.reshape(weightsT, [batchSize, 1, target, target]);
    const WqProductRows = tf.reshape(tf.transpose(WqProduct, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    const WkProductRows = tf.reshape(tf.transpose(WkProduct, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    const product = tf.reshape(tf.matMul(WqProductRows, WkProductRows), [batchSize, heads, target, target]);
    const softmax = tf.softmax(rt.where(weightsWide, tf.div(product, Math.sqrt(model / heads)), -Infinity));
    return rt.where(weightsWide, softmax, 0);
  });
  rt.dispose(WqProduct, WkProduct, weightsBoth);
  // attention.attn:18  sum[key](weights * values)
  const total = tf.tidy(() => {
    const WvProductWide = tf.reshape(tf.transpose(WvProduct, [0, 2, 1, 3]), [batchSize * heads, 1, target, model / heads]);
    const product = tf.mul(tf.reshape(weights, [batchSize * heads, target, target, 1]), WvProductWide);
    const bothWide = tf.reshape(rt.transpose(tf.logicalAnd(targetMaskWide, isAtMost), [0, 2, 1]), [batchSize, 1, target ** 2, 1]);
    const chosen = rt.where(bothWide, tf.reshape(product, [batchSize, heads, target ** 2, model / heads]), 0);
    return tf.sum(tf.reshape(chosen, [batchSize, heads, target, target, model / heads]), 3);
  });
  rt.dispose(isAtMost, targetMaskWide, WvProduct, weights);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WoProduct = tf.tidy(() => {
    const totalRows = tf.reshape(tf.transpose(total, [0, 2, 1, 3]), [batchSize * target, model]);
    return tf.matMul(totalRows, p['Write.logits.Layer.a.MultiHead.Wo']);
  });
  rt.dispose(total);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(x, WoProduct);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle2 = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), anglePower));
  rt.dispose(anglePower);
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen2 = tf.tidy(() => rt.where(isEqual, tf.sin(angle2), tf.cos(angle2)));
  rt.dispose(isEqual, angle2);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), chosen2));
  rt.dispose(chosen2);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  const weights2 = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(a, sum, false, true), Math.sqrt(model));
    return tf.softmax(rt.where(tf.reshape(keyMask, [batchSize, 1, source]), quotient, -Infinity));
  });
  rt.dispose(keyPositions, keyMask);
  // attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(weights2, sum);
  rt.dispose(sum, weights2);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product);
  rt.dispose(a, product);
  // layers.attn:11  least = stop(min[features](x))
  const least = tf.min(sum2, 2);
  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(sum2, 2), least), 1)));
  // layers.attn:13  near = scale * (x - least)
  const near = tf.tidy(() =>
    tf.mul(tf.reshape(scale, [batchSize, target, 1]), tf.sub(sum2, tf.reshape(least, [batchSize, target, 1]))),
  );
  rt.dispose(sum2, least);
  // layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 2, true)));
  rt.dispose(near);
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrow = tf.tidy(() => {
    const root = tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 2), tf.mul(tf.mul(scale, 1e-5), scale)));
    return tf.div(1, rt.where(targetMask, root, 1));
  });
  rt.dispose(targetMask, scale);
  // layers.attn:16  gain * (narrow * centred) + bias
  const sum3 = tf.tidy(() => {
    const product = tf.mul(tf.mul(tf.reshape(narrow, [batchSize, target, 1]), centred), p['Write.logits.Layer.LayerNorm.gain']);
    return tf.add(product, p['Write.logits.Layer.LayerNorm.bias']);
  });
  rt.dispose(centred, narrow);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logits = tf.tidy(() => {
    const tableProduct = tf.matMul(tf.reshape(sum3, [batchSize * target, model]), p['Write.table'], false, true);
    const differs = tf.notEqual(tf.range(0, words, 1, 'int32'), number2);
    return rt.where(differs, tf.reshape(tableProduct, [batchSize, target, words]), -Infinity);
  });
  rt.dispose(number2, sum3);
  return { logits };
}

/** What translateLoss gives. */
type TranslateLossResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly right: tf.Tensor };
};

/** Fit: the loss and the metrics, means over the batch. */
function translateLoss(p: TranslateParameters, batch: TranslateBatch): TranslateLossResults {
  const { batch: batchSize, heads, model, source, target, words } = batch.n;
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const targetPositions = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  const number = tf.scalar(2, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const anglePower = tf.tidy(() => {
    const quotient = tf.div(tf.cast(tf.mul(tf.scalar(-2, 'int32'), tf.floorDiv(widthPositions, number)), 'float32'), model);
    return tf.pow(1e4, quotient);
  });
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(targetPositions, 'float32'), [target, 1]), anglePower));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number2 = tf.scalar(0, 'int32');
  const isEqual = tf.tidy(() => tf.equal(tf.mod(widthPositions, number), number2));
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, number, angle);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p['Write.table'], batch.inputs.y), chosen));
  rt.dispose(chosen);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  rt.dispose(targetPositions);
  // attention.attn:18  sum[key](weights * values)
  const targetMaskWide = tf.reshape(targetMask, [batchSize, target, 1]);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqProduct = tf.tidy(() => {
    const multiHeadWqProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wq']);
    return tf.reshape(multiHeadWqProduct, [batchSize, target, heads, model / heads]);
  });
  const WkProduct = tf.tidy(() => {
    const multiHeadWkProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wk']);
    return tf.reshape(multiHeadWkProduct, [batchSize, target, heads, model / heads]);
  });
  const WvProduct = tf.tidy(() => {
    const multiHeadWvProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wv']);
    return tf.reshape(multiHeadWvProduct, [batchSize, target, heads, model / heads]);
  });
  rt.dispose(xRows);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(isAtMost, isAtMost);
  const weights = tf.tidy(() => {
    const weightsT = rt.transpose(tf.logicalAnd(targetMaskWide, weightsBoth), [0, 2, 1]);
    const weightsWide = tf.reshape(weightsT, [batchSize, 1, target, target]);
    const WqProductRows = tf.reshape(tf.transpose(WqProduct, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    const WkProductRows = tf.reshape(tf.transpose(WkProduct, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    const product = tf.reshape(tf.matMul(WqProductRows, WkProductRows), [batchSize, heads, target, target]);
    const softmax = tf.softmax(rt.where(weightsWide, tf.div(product, Math.sqrt(model / heads)), -Infinity));
    return rt.where(weightsWide, softmax, 0);
  });
  rt.dispose(WqProduct, WkProduct, weightsBoth);
  // attention.attn:18  sum[key](weights * values)
  const total = tf.tidy(() => {
    const WvProductWide = tf.reshape(tf.transpose(WvProduct, [0, 2, 1, 3]), [batchSize * heads, 1, target, model / heads]);
    const product = tf.mul(tf.reshape(weights, [batchSize * heads, target, target, 1]), WvProductWide);
    const bothWide = tf.reshape(rt.transpose(tf.logicalAnd(targetMaskWide, isAtMost), [0, 2, 1]), [batchSize, 1, target ** 2, 1]);
    const chosen = rt.where(bothWide, tf.reshape(product, [batchSize, heads, target ** 2, model / heads]), 0);
    return tf.sum(tf.reshape(chosen, [batchSize, heads, target, target, model / heads]), 3);
  });
  rt.dispose(isAtMost, targetMaskWide, WvProduct, weights);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WoProduct = tf.tidy(() => {
    const totalRows = tf.reshape(tf.transpose(total, [0, 2, 1, 3]), [batchSize * target, model]);
    return tf.matMul(totalRows, p['Write.logits.Layer.a.MultiHead.Wo']);
  });
  rt.dispose(total);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(x, WoProduct);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle2 = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), anglePower));
  rt.dispose(anglePower);
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen2 = tf.tidy(() => rt.where(isEqual, tf.sin(angle2), tf.cos(angle2)));
  rt.dispose(isEqual, angle2);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), chosen2));
  rt.dispose(chosen2);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  const weights2 = tf.tidy(() => {
    const quotient = tf.div(tf.matMul(a, sum, false, true), Math.sqrt(model));
    return tf.softmax(rt.where(tf.reshape(keyMask, [batchSize, 1, source]), quotient, -Infinity));
  });
  rt.dispose(keyPositions, keyMask);
  // attention.attn:18  sum[key](weights * values)
  const product = tf.matMul(weights2, sum);
  rt.dispose(sum, weights2);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product);
  rt.dispose(a, product);
  // layers.attn:11  least = stop(min[features](x))
  const least = tf.min(sum2, 2);
  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(sum2, 2), least), 1)));
  // layers.attn:13  near = scale * (x - least)
  const near = tf.tidy(() =>
    tf.mul(tf.reshape(scale, [batchSize, target, 1]), tf.sub(sum2, tf.reshape(least, [batchSize, target, 1]))),
  );
  rt.dispose(sum2, least);
  // layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 2, true)));
  rt.dispose(near);
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrow = tf.tidy(() => {
    const root = tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 2), tf.mul(tf.mul(scale, 1e-5), scale)));
    return tf.div(1, rt.where(targetMask, root, 1));
  });
  rt.dispose(scale);
  // layers.attn:16  gain * (narrow * centred) + bias
  const sum3 = tf.tidy(() => {
    const product = tf.mul(tf.mul(tf.reshape(narrow, [batchSize, target, 1]), centred), p['Write.logits.Layer.LayerNorm.gain']);
    return tf.add(product, p['Write.logits.Layer.LayerNorm.bias']);
  });
  rt.dispose(centred, narrow);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), number2));
  const tableProduct = tf.tidy(() =>
    tf.matMul(tf.reshape(sum3, [batchSize * target, model]), p['Write.table'], false, true),
  );
  rt.dispose(sum3);
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossPicked = tf.gather(logitsDiffers, batch.inputs["y'"]);
  const lossChosen = tf.tidy(() =>
    rt.where(logitsDiffers, tf.reshape(tableProduct, [batchSize, target, words]), -Infinity),
  );
  const weightsAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss = tf.tidy(() => {
    const picked = tf.gather(rt.where(logitsDiffers, rt.logSoftmax(lossChosen), 0), batch.inputs["y'"], 2, 2);
    const quotient = tf.div(tf.sum(rt.where(targetMask, tf.neg(rt.where(lossPicked, picked, -Infinity)), 0), 1), weightsAsFloat);
    return tf.mean(quotient);
  });
  rt.dispose(tableProduct, lossPicked);
  // input.attn:20  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0)
  const best = tf.argMax(lossChosen, 2);
  const picked = tf.gather(logitsDiffers, best);
  const best2 = tf.tidy(() => tf.argMax(tf.cast(logitsDiffers, 'float32'), 0));
  const right = tf.tidy(() => {
    const chosen = rt.where(tf.equal(rt.where(picked, best, best2), batch.inputs["y'"]), tf.scalar(1, 'int32'), number2);
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, tf.cast(chosen, 'float32'), 0), 1), weightsAsFloat));
  });
  rt.dispose(lossChosen, logitsDiffers, targetMask, number2, weightsAsFloat, best, picked, best2);
  return {
    loss,
    metrics: { right },
  };
}

/** What translateGradients gives. */
type TranslateGradientsResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly right: tf.Tensor };
  readonly gradients: TranslateParameters;
};

/** Fit: as the loss, dropout on, and its gradient by every parameter. */
function translateGradients(p: TranslateParameters, batch: TranslateBatch, random: rt.Random): TranslateGradientsResults {
  const { batch: batchSize, heads, model, source, target, words } = batch.n;
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const targetPositions = tf.range(0, target, 1, 'int32');
  const targetMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.target, [batchSize, 1]), targetPositions));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  const number = tf.scalar(2, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const anglePower = tf.tidy(() => {
    const quotient = tf.div(tf.cast(tf.mul(tf.scalar(-2, 'int32'), tf.floorDiv(widthPositions, number)), 'float32'), model);
    return tf.pow(1e4, quotient);
  });
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(targetPositions, 'float32'), [target, 1]), anglePower));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number2 = tf.scalar(0, 'int32');
  const isEqual = tf.tidy(() => tf.equal(tf.mod(widthPositions, number), number2));
  const chosen = tf.tidy(() => rt.where(isEqual, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, number, angle);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p['Write.table'], batch.inputs.y), chosen));
  rt.dispose(chosen);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const isAtMost = tf.tidy(() => tf.lessEqual(tf.reshape(targetPositions, [target, 1]), targetPositions));
  rt.dispose(targetPositions);
  // attention.attn:18  sum[key](weights * values)
  const targetMaskWide = tf.reshape(targetMask, [batchSize, target, 1]);
  const both = tf.logicalAnd(targetMaskWide, isAtMost);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqProduct = tf.tidy(() => {
    const multiHeadWqProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wq']);
    return tf.reshape(multiHeadWqProduct, [batchSize, target, heads, model / heads]);
  });
  const WkProduct = tf.tidy(() => {
    const multiHeadWkProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wk']);
    return tf.reshape(multiHeadWkProduct, [batchSize, target, heads, model / heads]);
  });
  const WvProduct = tf.matMul(xRows, p['Write.logits.Layer.a.MultiHead.Wv']);
  const multiHeadWvProduct = tf.reshape(WvProduct, [batchSize, target, heads, model / heads]);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.tidy(() => tf.logicalAnd(targetMaskWide, tf.logicalAnd(isAtMost, isAtMost)));
  const chosenWide = tf.tidy(() => {
    const chosenT = tf.transpose(rt.where(tf.logicalAnd(both, isAtMost), Math.sqrt(model / heads), 1), [0, 2, 1]);
    return tf.reshape(chosenT, [batchSize, 1, target, target]);
  });
  const weightsWide = tf.tidy(() => tf.reshape(rt.transpose(weightsBoth, [0, 2, 1]), [batchSize, 1, target, target]));
  const weightsSoftmax = tf.tidy(() => {
    const WqProductRows = tf.reshape(tf.transpose(WqProduct, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    const WkProductRows = tf.reshape(tf.transpose(WkProduct, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    const quotient = tf.div(tf.reshape(tf.matMul(WqProductRows, WkProductRows), [batchSize, heads, target, target]), chosenWide);
    return tf.softmax(rt.where(weightsWide, quotient, -Infinity));
  });
  const weights = rt.where(weightsWide, weightsSoftmax, 0);
  rt.dispose(targetMaskWide, isAtMost);
  // attention.attn:18  sum[key](weights * values)
  const total = tf.tidy(() => {
    const WvProductWide = tf.reshape(tf.transpose(multiHeadWvProduct, [0, 2, 1, 3]), [batchSize * heads, 1, target, model / heads]);
    const product = tf.mul(tf.reshape(weights, [batchSize * heads, target, target, 1]), WvProductWide);
    const bothWide = tf.reshape(rt.transpose(both, [0, 2, 1]), [batchSize, 1, target ** 2, 1]);
    const chosen = rt.where(bothWide, tf.reshape(product, [batchSize, heads, target ** 2, model / heads]), 0);
    return tf.sum(tf.reshape(chosen, [batchSize, heads, target, target, model / heads]), 3);
  });
  rt.dispose(multiHeadWvProduct);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WoProduct = tf.tidy(() => {
    const totalRows = tf.reshape(tf.transpose(total, [0, 2, 1, 3]), [batchSize * target, model]);
    return tf.matMul(totalRows, p['Write.logits.Layer.a.MultiHead.Wo']);
  });
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.tidy(() => tf.add(x, tf.reshape(WoProduct, [batchSize, target, model])));
  rt.dispose(x, WoProduct);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle2 = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), anglePower));
  rt.dispose(anglePower);
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen2 = tf.tidy(() => rt.where(isEqual, tf.sin(angle2), tf.cos(angle2)));
  rt.dispose(isEqual, angle2);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const keep = random.keep('Write.logits.Layer.dropout#0', 0.1, [batchSize, target, model], [true, false], []);
  const product = tf.mul(a, keep);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.tidy(() => tf.add(tf.gather(p.table, batch.inputs.tokens), chosen2));
  rt.dispose(chosen2);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  const weightsChosenWide = tf.tidy(() => tf.reshape(rt.where(keyMask, Math.sqrt(model), 1), [batchSize, 1, source]));
  const keyMaskWide = tf.reshape(keyMask, [batchSize, 1, source]);
  const weights2 = tf.tidy(() => {
    const chosen = rt.where(keyMaskWide, tf.div(tf.matMul(product, sum, false, true), weightsChosenWide), -Infinity);
    return tf.softmax(chosen);
  });
  rt.dispose(keyPositions, keyMask);
  // attention.attn:18  sum[key](weights * values)
  const product2 = tf.matMul(weights2, sum);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product2);
  rt.dispose(a, product2);
  // layers.attn:11  least = stop(min[features](x))
  const least = tf.min(sum2, 2);
  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(sum2, 2), least), 1)));
  // layers.attn:13  near = scale * (x - least)
  const scaleWide = tf.reshape(scale, [batchSize, target, 1]);
  const near = tf.tidy(() => tf.mul(scaleWide, tf.sub(sum2, tf.reshape(least, [batchSize, target, 1]))));
  rt.dispose(sum2, least);
  // layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 2, true)));
  rt.dispose(near);
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowRoot = tf.tidy(() =>
    tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 2), tf.mul(tf.mul(scale, 1e-5), scale))),
  );
  const narrowChosen = rt.where(targetMask, narrowRoot, 1);
  const narrow = tf.div(1, narrowChosen);
  rt.dispose(scale);
  // layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide = tf.reshape(narrow, [batchSize, target, 1]);
  const product3 = tf.mul(narrowWide, centred);
  const sum3 = tf.tidy(() =>
    tf.add(tf.mul(product3, p['Write.logits.Layer.LayerNorm.gain']), p['Write.logits.Layer.LayerNorm.bias']),
  );
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), number2));
  const sumRows = tf.reshape(sum3, [batchSize * target, model]);
  const tableProduct = tf.matMul(sumRows, p['Write.table'], false, true);
  rt.dispose(sum3);
  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossPicked = tf.gather(logitsDiffers, batch.inputs["y'"]);
  const lossChosen = tf.tidy(() =>
    rt.where(logitsDiffers, tf.reshape(tableProduct, [batchSize, target, words]), -Infinity),
  );
  const logSoftmax = rt.logSoftmax(lossChosen);
  const weightsAsFloat = tf.cast(batch.lengths.target, 'float32');
  const loss = tf.tidy(() => {
    const chosen = rt.where(lossPicked, tf.gather(rt.where(logitsDiffers, logSoftmax, 0), batch.inputs["y'"], 2, 2), -Infinity);
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, tf.neg(chosen), 0), 1), weightsAsFloat));
  });
  const lossChosen2 = tf.tidy(() =>
    rt.where(targetMask, tf.reshape(tf.div(1 / batchSize, weightsAsFloat), [batchSize, 1]), 0),
  );
  const dLogits = tf.tidy(() => {
    const scattered = rt.scatter(batch.inputs["y'"], rt.where(lossPicked, tf.neg(lossChosen2), 0), words, 2);
    const chosen = rt.where(logitsDiffers, scattered, 0);
    return rt.where(logitsDiffers, tf.sub(chosen, tf.mul(tf.exp(logSoftmax), tf.sum(chosen, 2, true))), 0);
  });
  rt.dispose(tableProduct, lossPicked, logSoftmax, lossChosen2);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const dLogitsRows = tf.reshape(dLogits, [batchSize * target, words]);
  const logitsTableProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(dLogitsRows, p['Write.table']), [batchSize, target, model]),
  );
  rt.dispose(dLogits);
  // layers.attn:16  gain * (narrow * centred) + bias
  const product4 = tf.mul(logitsTableProduct, p['Write.logits.Layer.LayerNorm.gain']);
  const product5 = tf.mul(product4, narrowWide);
  const dNarrow = tf.tidy(() => tf.sum(tf.mul(product4, centred), 2));
  rt.dispose(narrowWide, product4);
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowQuotient = tf.div(dNarrow, narrowChosen);
  const dCentred = tf.tidy(() => {
    const quotient = tf.div(tf.mul(rt.where(targetMask, tf.neg(tf.mul(narrowQuotient, narrow)), 0), 0.5), narrowRoot);
    const product = tf.mul(tf.reshape(tf.div(quotient, model), [batchSize, target, 1]), centred);
    return tf.add(tf.add(product5, product), product);
  });
  rt.dispose(narrowChosen, dNarrow, centred, narrowRoot, narrow, product5, narrowQuotient);
  // input.attn:20  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0)
  const best = tf.argMax(lossChosen, 2);
  const picked = tf.gather(logitsDiffers, best);
  const best2 = tf.tidy(() => tf.argMax(tf.cast(logitsDiffers, 'float32'), 0));
  const right = tf.tidy(() => {
    const chosen = rt.where(tf.equal(rt.where(picked, best, best2), batch.inputs["y'"]), tf.scalar(1, 'int32'), number2);
    return tf.mean(tf.div(tf.sum(rt.where(targetMask, tf.cast(chosen, 'float32'), 0), 1), weightsAsFloat));
  });
  rt.dispose(lossChosen, logitsDiffers, targetMask, number2, weightsAsFloat, best, picked, best2);
  // layers.attn:14  centred = near - mean[features](near)
  const dNear = tf.tidy(() =>
    tf.add(dCentred, tf.reshape(tf.div(tf.neg(tf.sum(dCentred, 2)), model), [batchSize, target, 1])),
  );
  rt.dispose(dCentred);
  // layers.attn:13  near = scale * (x - least)
  const nearProduct = tf.mul(dNear, scaleWide);
  rt.dispose(scaleWide, dNear);
  // attention.attn:18  sum[key](weights * values)
  const product6 = tf.matMul(nearProduct, weights2, true);
  const dWeights = tf.matMul(nearProduct, sum, false, true);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsQuotient = tf.tidy(() => {
    const chosen = rt.where(keyMaskWide, tf.mul(weights2, tf.sub(dWeights, tf.sum(tf.mul(weights2, dWeights), 2, true))), 0);
    return tf.div(chosen, weightsChosenWide);
  });
  rt.dispose(weightsChosenWide, keyMaskWide, weights2, dWeights);
  const weightsProduct = tf.matMul(weightsQuotient, product, true);
  rt.dispose(product);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum4 = tf.tidy(() => tf.add(product6, tf.transpose(weightsProduct, [0, 2, 1])));
  rt.dispose(product6, weightsProduct);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const dTable = tf.tidy(() => rt.scatter(batch.inputs.tokens, tf.transpose(sum4, [0, 2, 1]), words));
  rt.dispose(sum4);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProduct2 = tf.matMul(weightsQuotient, sum);
  rt.dispose(sum, weightsQuotient);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const dA = tf.tidy(() => tf.add(nearProduct, tf.mul(weightsProduct2, keep)));
  rt.dispose(keep, nearProduct, weightsProduct2);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const dARows = tf.reshape(dA, [batchSize * target, model]);
  const multiHeadWoProduct = tf.matMul(dARows, p['Write.logits.Layer.a.MultiHead.Wo'], false, true);
  // attention.attn:18  sum[key](weights * values)
  const chosenShaped = tf.tidy(() => {
    const WoProduct = tf.reshape(multiHeadWoProduct, [batchSize, 1, target, model]);
    const chosen = rt.where(tf.reshape(both, [batchSize, target, target, 1]), WoProduct, 0);
    return tf.reshape(chosen, [batchSize, target, target, heads, model / heads]);
  });
  const dWeights2 = tf.tidy(() => {
    const chosenRows = tf.reshape(tf.transpose(chosenShaped, [0, 1, 3, 2, 4]), [batchSize * heads * target, target, model / heads]);
    const product = tf.matMul(chosenRows, tf.reshape(WvProduct, [batchSize * heads * target, model / heads, 1]));
    return tf.reshape(product, [batchSize, target, heads, target]);
  });
  const product7 = tf.tidy(() => {
    const chosenRows = tf.reshape(tf.transpose(chosenShaped, [0, 1, 3, 4, 2]), [batchSize * heads * target, model / heads, target]);
    const weightsRows = tf.reshape(tf.transpose(weights, [0, 3, 1, 2]), [batchSize * heads * target, target, 1]);
    return tf.matMul(chosenRows, weightsRows);
  });
  rt.dispose(both, multiHeadWoProduct, WvProduct, weights, chosenShaped);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsChosen = tf.tidy(() => rt.where(tf.reshape(weightsBoth, [batchSize, target, 1, target]), dWeights2, 0));
  const quotientRows = tf.tidy(() => {
    const total = tf.sum(tf.mul(weightsSoftmax, tf.transpose(weightsChosen, [0, 2, 3, 1])), 3);
    const differenceT = tf.transpose(tf.sub(weightsChosen, tf.reshape(total, [batchSize, 1, heads, target])), [0, 2, 3, 1]);
    const quotient = tf.div(rt.where(weightsWide, tf.mul(weightsSoftmax, differenceT), 0), chosenWide);
    return tf.reshape(quotient, [batchSize * heads, target, target]);
  });
  rt.dispose(weightsBoth, dWeights2, chosenWide, weightsWide, weightsSoftmax, weightsChosen);
  const weightsProduct3 = tf.tidy(() => {
    const WkProductRows = tf.reshape(tf.transpose(WkProduct, [0, 2, 1, 3]), [batchSize * heads, target, model / heads]);
    return tf.reshape(tf.matMul(quotientRows, WkProductRows), [batchSize, heads, target, model / heads]);
  });
  const weightsProduct4 = tf.tidy(() => {
    const WqProductRows = tf.reshape(tf.transpose(WqProduct, [0, 2, 3, 1]), [batchSize * heads, model / heads, target]);
    return tf.reshape(tf.matMul(WqProductRows, quotientRows), [batchSize, heads, model / heads, target]);
  });
  rt.dispose(WkProduct, WqProduct, quotientRows);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const multiHeadWqProduct = tf.tidy(() => {
    const productRows = tf.reshape(tf.transpose(weightsProduct3, [0, 2, 1, 3]), [batchSize * target, model]);
    return tf.matMul(productRows, p['Write.logits.Layer.a.MultiHead.Wq'], false, true);
  });
  const product8 = tf.reshape(product7, [batchSize * target, model]);
  const sum5 = tf.tidy(() => {
    const WvProduct = tf.matMul(product8, p['Write.logits.Layer.a.MultiHead.Wv'], false, true);
    const productRows = tf.reshape(tf.transpose(weightsProduct4, [0, 3, 1, 2]), [batchSize * target, model]);
    const WkProduct = tf.matMul(productRows, p['Write.logits.Layer.a.MultiHead.Wk'], false, true);
    return tf.add(tf.reshape(WvProduct, [batchSize, target, model]), tf.reshape(WkProduct, [batchSize, target, model]));
  });
  rt.dispose(product7);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aSum = tf.add(dA, sum5);
  rt.dispose(dA, sum5);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsProduct = tf.matMul(dLogitsRows, sumRows, true);
  const dX = tf.tidy(() => tf.add(tf.reshape(multiHeadWqProduct, [batchSize, target, model]), aSum));
  rt.dispose(sumRows, dLogitsRows, multiHeadWqProduct, aSum);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const dWriteTable = tf.tidy(() => tf.add(logitsProduct, rt.scatter(batch.inputs.y, dX, words)));
  rt.dispose(logitsProduct, dX);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const product9 = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(weightsProduct3, [1, 3, 0, 2]), [model, batchSize * target]), xRows),
  );
  const product10 = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(weightsProduct4, [1, 2, 0, 3]), [model, batchSize * target]), xRows),
  );
  const product11 = tf.matMul(product8, xRows, true);
  rt.dispose(weightsProduct3, weightsProduct4, xRows, product8);
  const dWo = tf.tidy(() =>
    tf.matMul(tf.reshape(tf.transpose(total, [1, 3, 0, 2]), [model, batchSize * target]), dARows),
  );
  rt.dispose(total, dARows);
  // layers.attn:16  gain * (narrow * centred) + bias
  const dGain = tf.tidy(() => tf.sum(tf.mul(logitsTableProduct, product3), [0, 1]));
  const dBias = tf.sum(logitsTableProduct, [0, 1]);
  rt.dispose(product3, logitsTableProduct);
  // attention.attn:77  param Wq, Wk, Wv: [heads, width <- model], Wo: [model <- heads, width]
  const dWq = tf.transpose(product9, [1, 0]);
  const dWk = tf.transpose(product10, [1, 0]);
  const dWv = tf.transpose(product11, [1, 0]);
  rt.dispose(product9, product10, product11);
  return {
    loss,
    metrics: { right },
    gradients: {
      table: dTable,
      'Write.table': dWriteTable,
      'Write.logits.Layer.a.MultiHead.Wq': dWq,
      'Write.logits.Layer.a.MultiHead.Wk': dWk,
      'Write.logits.Layer.a.MultiHead.Wv': dWv,
      'Write.logits.Layer.a.MultiHead.Wo': dWo,
      'Write.logits.Layer.LayerNorm.gain': dGain,
      'Write.logits.Layer.LayerNorm.bias': dBias,
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslateMemory = { readonly keyMask: tf.Tensor; readonly add: tf.Tensor; readonly ne: tf.Tensor; readonly eq: tf.Tensor; readonly pow: tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslateState = { readonly WkProduct: rt.Cache; readonly WvProduct: rt.Cache };

/** What translatePrepare gives. */
type TranslatePrepareResults = {
  readonly memory: TranslateMemory;
  readonly state: TranslateState;
};

/** Once per call: what no step changes, and the first states. */
function translatePrepare(p: TranslateParameters, batch: TranslateBatch): TranslatePrepareResults {
  const { batch: batchSize, model, source, words } = batch.n;
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const keyPositions = tf.range(0, source, 1, 'int32');
  const keyMask = tf.tidy(() => tf.greater(tf.reshape(batch.lengths.source, [batchSize, 1]), keyPositions));
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPositions = tf.range(0, model, 1, 'int32');
  const number = tf.scalar(2, 'int32');
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const pow = tf.tidy(() => {
    const quotient = tf.div(tf.cast(tf.mul(tf.scalar(-2, 'int32'), tf.floorDiv(widthPositions, number)), 'float32'), model);
    return tf.pow(1e4, quotient);
  });
  const angle = tf.tidy(() => tf.mul(tf.reshape(tf.cast(keyPositions, 'float32'), [source, 1]), pow));
  rt.dispose(keyPositions);
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number2 = tf.scalar(0, 'int32');
  const eq = tf.tidy(() => tf.equal(tf.mod(widthPositions, number), number2));
  const chosen = tf.tidy(() => rt.where(eq, tf.sin(angle), tf.cos(angle)));
  rt.dispose(widthPositions, number, angle);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const ne = tf.tidy(() => tf.notEqual(tf.range(0, words, 1, 'int32'), number2));
  rt.dispose(number2);
  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const add = tf.tidy(() => tf.transpose(tf.add(tf.gather(p.table, batch.inputs.tokens), chosen), [0, 2, 1]));
  rt.dispose(chosen);
  return {
    memory: { keyMask, add, ne, eq, pow },
    state: { WkProduct: rt.emptyCache(), WvProduct: rt.emptyCache() },
  };
}

/** What translateStep gives. */
type TranslateStepResults = {
  readonly logits: tf.Tensor3D;
  readonly taps: Readonly<Record<string, never>>;
  readonly state: TranslateState;
};

/** One place: logits, the next states and the taps. */
function translateStep(p: TranslateParameters, batch: TranslateBatch, memory: TranslateMemory, state: TranslateState, previous: tf.Tensor2D, t: number): TranslateStepResults {
  const { batch: batchSize, heads, model, source, words } = batch.n;
  const beam = previous.shape[1];
  const now = t + 1;
  // input.attn:7  decoder Write(m: [source, model]) generates y: index(words)[target] start 1 end 2 {
  const yRows = tf.reshape(previous, [batchSize * beam]);
  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle = tf.mul(t, memory.pow);
  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const chosen = tf.tidy(() => rt.where(memory.eq, tf.sin(angle), tf.cos(angle)));
  rt.dispose(angle);
  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.tidy(() => tf.add(tf.gather(p['Write.table'], yRows), chosen));
  rt.dispose(yRows, chosen);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WqProduct = tf.matMul(x, p['Write.logits.Layer.a.MultiHead.Wq']);
  const WkProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(x, p['Write.logits.Layer.a.MultiHead.Wk']), [batchSize, beam, heads, model / heads]),
  );
  const rows = rt.appendToCache(state.WkProduct, WkProduct, 3);
  const rowsSoFar = rt.cached(rows, 3);
  const WvProduct = tf.tidy(() =>
    tf.reshape(tf.matMul(x, p['Write.logits.Layer.a.MultiHead.Wv']), [batchSize, beam, heads, model / heads]),
  );
  const WvProduct2 = rt.appendToCache(state.WvProduct, WvProduct, 3);
  const rowsSoFar2 = rt.cached(WvProduct2, 3);
  rt.dispose(WkProduct, WvProduct);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.tidy(() => {
    const rowsRows = tf.reshape(rowsSoFar, [batchSize * beam * heads, now, model / heads]);
    const product = tf.matMul(rowsRows, tf.reshape(WqProduct, [batchSize * beam * heads, model / heads, 1]));
    return tf.softmax(tf.div(tf.reshape(product, [batchSize * beam, heads, now]), Math.sqrt(model / heads)));
  });
  rt.dispose(WqProduct, rowsSoFar);
  // attention.attn:18  sum[key](weights * values)
  const product = tf.tidy(() => {
    const rowsRows = tf.reshape(rowsSoFar2, [batchSize * beam * heads, now, model / heads]);
    return tf.matMul(tf.reshape(weights, [batchSize * beam * heads, 1, now]), rowsRows);
  });
  rt.dispose(rowsSoFar2, weights);
  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WoProduct = tf.tidy(() =>
    tf.matMul(tf.reshape(product, [batchSize * beam, model]), p['Write.logits.Layer.a.MultiHead.Wo']),
  );
  rt.dispose(product);
  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.add(x, WoProduct);
  rt.dispose(x, WoProduct);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const aShaped = tf.reshape(a, [batchSize, beam, model]);
  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights2 = tf.tidy(() => {
    const quotient = tf.div(tf.reshape(tf.matMul(aShaped, memory.add), [batchSize * beam, source]), Math.sqrt(model));
    const weightsWide = tf.reshape(memory.keyMask, [batchSize, 1, source]);
    const chosen = rt.where(weightsWide, tf.reshape(quotient, [batchSize, beam, source]), -Infinity);
    return tf.softmax(tf.reshape(chosen, [batchSize * beam, source]));
  });
  const weightsShaped = tf.reshape(weights2, [batchSize, beam, source]);
  rt.dispose(aShaped, weights2);
  // attention.attn:18  sum[key](weights * values)
  const product2 = tf.matMul(weightsShaped, memory.add, false, true);
  rt.dispose(weightsShaped);
  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum = tf.tidy(() => tf.add(a, tf.reshape(product2, [batchSize * beam, model])));
  rt.dispose(a, product2);
  // layers.attn:11  least = stop(min[features](x))
  const least = tf.min(sum, 1);
  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scale = tf.tidy(() => tf.div(1, tf.maximum(tf.sub(tf.max(sum, 1), least), 1)));
  // layers.attn:13  near = scale * (x - least)
  const near = tf.tidy(() =>
    tf.mul(tf.reshape(scale, [batchSize * beam, 1]), tf.sub(sum, tf.reshape(least, [batchSize * beam, 1]))),
  );
  rt.dispose(sum, least);
  // layers.attn:14  centred = near - mean[features](near)
  const centred = tf.tidy(() => tf.sub(near, tf.mean(near, 1, true)));
  rt.dispose(near);
  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrow = tf.tidy(() =>
    tf.div(1, tf.sqrt(tf.add(tf.mean(tf.mul(centred, centred), 1), tf.mul(tf.mul(scale, 1e-5), scale)))),
  );
  rt.dispose(scale);
  // layers.attn:16  gain * (narrow * centred) + bias
  const sum2 = tf.tidy(() => {
    const product = tf.mul(tf.mul(tf.reshape(narrow, [batchSize * beam, 1]), centred), p['Write.logits.Layer.LayerNorm.gain']);
    return tf.add(product, p['Write.logits.Layer.LayerNorm.bias']);
  });
  rt.dispose(centred, narrow);
  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logits = tf.tidy(() => rt.where(memory.ne, tf.matMul(sum2, p['Write.table'], false, true), -Infinity));
  const logitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(sum2, logits);
  return {
    logits: logitsShaped as tf.Tensor3D,
    taps: {},
    state: { WkProduct: rows, WvProduct: WvProduct2 },
  };
}

const translateDefinition: rt.Definition = {
  name: 'Translate',
  source: 'input.attn',
  hyperparameters: { words: 9, model: 4, heads: 2 },
  ragged: [{ label: 'source', mayBeEmpty: false }, { label: 'target', mayBeEmpty: false }],
  sizes(n: TranslateDims) {
    if (n.model % n.heads !== 0) throw new rt.InputError(`\`heads\` (${n.heads}) must divide \`model\` (${n.model}): a size is a whole number (attention.attn:76)`);
    if (2 > n.words) throw new rt.InputError(`\`2\` must be at most \`words\` (${n.words}): outputs start with \`1\` (input.attn:7)`);
    if (3 > n.words) throw new rt.InputError(`\`3\` must be at most \`words\` (${n.words}): outputs end with \`2\` (input.attn:7)`);
    return { words: n.words, model: n.model, heads: n.heads };
  },
  parameters(n: TranslateSizes) {
    return [
      { path: 'table', axes: [{ label: 'words', size: n.words }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'normal', deviation: n.model ** (-0.5) } },
      { path: 'Write.table', axes: [{ label: 'words', size: n.words }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'normal', deviation: n.model ** (-0.5) } },
      { path: 'Write.logits.Layer.a.MultiHead.Wq', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wk', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wv', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, stored: [[2], [0, 1]], init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wo', axes: [{ label: 'model', size: n.model }, { label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }], outs: 1, stored: [[1, 2], [0]], init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.LayerNorm.gain', axes: [{ label: 'features', size: n.model }], outs: 1, init: { kind: 'ones' } },
      { path: 'Write.logits.Layer.LayerNorm.bias', axes: [{ label: 'features', size: n.model }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: TranslateSizes) {
    return [
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: n.words } },
    ];
  },
  outputs: {
    logits: { elem: 'float', axes: [{ label: 'target', dim: 'target' }, { label: 'words', dim: null }] },
  },
  forward: translateForward,
  objectives: [
    {
      name: 'Fit',
      given(n: TranslateSizes) {
        return [
          { name: 'y', elem: 'index', axes: [{ label: 'target', dim: 'target' }], indexes: { label: 'words', size: n.words } },
        ];
      },
      updates: [
        {
          loss: translateLoss,
          gradients: translateGradients,
          optimizer: () => ({ kind: 'adam', rate: 1e-3 }),
          clip: null,
        },
      ],
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
