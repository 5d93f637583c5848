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

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsWordsPlaces = tf.range(0, words, 1, 'int32');

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number = tf.scalar(0, 'int32');

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.notEqual(logitsWordsPlaces, number);
  rt.dispose(logitsWordsPlaces);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aTargetPlaces = tf.range(0, target, 1, 'int32');

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowWeightsWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const narrowIsGreater = tf.greater(narrowWeightsWide, aTargetPlaces);
  rt.dispose(narrowWeightsWide);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const xPicked = tf.gather(p['Write.table'], batch.inputs.y);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPlaces = tf.range(0, model, 1, 'int32');
  const number2 = tf.scalar(2, 'int32');
  const remainder = tf.mod(widthPlaces, number2);
  const isEqual = tf.equal(remainder, number);
  rt.dispose(number, remainder);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleTargetPlacesAsFloat = tf.cast(aTargetPlaces, 'float32');
  const angleQuotient = tf.floorDiv(widthPlaces, number2);
  const angleNumber = tf.scalar(-2, 'int32');
  const angleProduct = tf.mul(angleNumber, angleQuotient);
  rt.dispose(widthPlaces, number2, angleQuotient, angleNumber);
  const angleProductAsFloat = tf.cast(angleProduct, 'float32');
  const angleQuotient2 = tf.div(angleProductAsFloat, model);
  const anglePower = tf.pow(1e4, angleQuotient2);
  const angleTargetPlacesAsFloatWide = tf.reshape(angleTargetPlacesAsFloat, [target, 1]);
  rt.dispose(angleProduct, angleProductAsFloat, angleQuotient2, angleTargetPlacesAsFloat);
  const angle = tf.mul(angleTargetPlacesAsFloatWide, anglePower);
  rt.dispose(angleTargetPlacesAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin = tf.sin(angle);
  const cos = tf.cos(angle);
  const chosen = rt.where(isEqual, sin, cos);
  rt.dispose(angle, sin, cos);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.add(xPicked, chosen);
  rt.dispose(xPicked, chosen);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aTargetPlacesWide = tf.reshape(aTargetPlaces, [target, 1]);
  const aIsAtMost = tf.lessEqual(aTargetPlacesWide, aTargetPlaces);
  rt.dispose(aTargetPlaces, aTargetPlacesWide);

  // attention.attn:18  sum[key](weights * values)
  const narrowWide = tf.reshape(narrowIsGreater, [batchSize, target, 1]);
  const both = tf.logicalAnd(narrowWide, aIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(aIsAtMost, aIsAtMost);
  const weights = tf.logicalAnd(narrowWide, weightsBoth);
  rt.dispose(aIsAtMost, narrowWide, weightsBoth);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wq'], [model, model]);
  const WqT = tf.transpose(WqRows, [1, 0]);
  const product = tf.matMul(xRows, WqT);
  const product2 = tf.reshape(product, [batchSize, target, heads, model / heads]);
  const WkRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wk'], [model, model]);
  const WkT = tf.transpose(WkRows, [1, 0]);
  rt.dispose(WqRows, WqT, product, WkRows);
  const product3 = tf.matMul(xRows, WkT);
  const product4 = tf.reshape(product3, [batchSize, target, heads, model / heads]);
  rt.dispose(WkT, product3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProductT = tf.transpose(product2, [0, 2, 1, 3]);
  const weightsProductRows = tf.reshape(weightsProductT, [batchSize * heads, target, model / heads]);
  const weightsProductT2 = tf.transpose(product4, [0, 2, 3, 1]);
  const weightsProductRows2 = tf.reshape(weightsProductT2, [batchSize * heads, model / heads, target]);
  rt.dispose(product2, weightsProductT, product4, weightsProductT2);
  const weightsProduct = tf.matMul(weightsProductRows, weightsProductRows2);
  const weightsProduct2 = tf.reshape(weightsProduct, [batchSize, heads, target, target]);
  const weightsQuotient = tf.div(weightsProduct2, Math.sqrt((model / heads)));
  rt.dispose(weightsProductRows, weightsProductRows2, weightsProduct, weightsProduct2);
  const weightsWeightsT = rt.transpose(weights, [0, 2, 1]);
  const weightsWeightsWide = tf.reshape(weightsWeightsT, [batchSize, 1, target, target]);
  const weightsChosen = rt.where(weightsWeightsWide, weightsQuotient, -Infinity);
  const weightsWeights = tf.softmax(weightsChosen);
  rt.dispose(weights, weightsWeightsT, weightsQuotient, weightsChosen);
  const weights2 = rt.where(weightsWeightsWide, weightsWeights, 0);
  rt.dispose(weightsWeightsWide, weightsWeights);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WvRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wv'], [model, model]);
  const WvT = tf.transpose(WvRows, [1, 0]);
  const product5 = tf.matMul(xRows, WvT);
  const product6 = tf.reshape(product5, [batchSize, target, heads, model / heads]);
  rt.dispose(WvRows, xRows, WvT, product5);

  // attention.attn:18  sum[key](weights * values)
  const productT = tf.transpose(product6, [0, 2, 1, 3]);
  const weightsWide = tf.reshape(weights2, [batchSize * heads, target, target, 1]);
  const productWide = tf.reshape(productT, [batchSize * heads, 1, target, model / heads]);
  const product7 = tf.mul(weightsWide, productWide);
  rt.dispose(product6, weights2, productT, weightsWide, productWide);
  const bothT = rt.transpose(both, [0, 2, 1]);
  const productShaped = tf.reshape(product7, [batchSize, heads, target ** 2, model / heads]);
  const bothWide = tf.reshape(bothT, [batchSize, 1, target ** 2, 1]);
  const chosen2 = rt.where(bothWide, productShaped, 0);
  rt.dispose(both, product7, bothT, productShaped, bothWide);
  const chosenShaped = tf.reshape(chosen2, [batchSize, heads, target, target, model / heads]);
  const total = tf.sum(chosenShaped, 3);
  rt.dispose(chosen2, chosenShaped);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const totalT = tf.transpose(total, [0, 2, 1, 3]);
  const totalRows = tf.reshape(totalT, [batchSize * target, model]);
  const WoRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wo'], [model, model]);
  const WoT = tf.transpose(WoRows, [1, 0]);
  const product8 = tf.matMul(totalRows, WoT);
  rt.dispose(total, totalT, WoRows, totalRows, WoT);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aProduct = tf.reshape(product8, [batchSize, target, model]);
  const a = tf.add(x, aProduct);
  rt.dispose(product8, x, aProduct);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsWeightsWide2 = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights3 = tf.greater(weightsWeightsWide2, weightsKeyPlaces);
  rt.dispose(weightsWeightsWide2);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const picked = tf.gather(p.table, batch.inputs.tokens);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleWeightsAsFloat = tf.cast(weightsKeyPlaces, 'float32');
  const angleWeightsAsFloatWide = tf.reshape(angleWeightsAsFloat, [source, 1]);
  const angle2 = tf.mul(angleWeightsAsFloatWide, anglePower);
  rt.dispose(weightsKeyPlaces, angleWeightsAsFloat, anglePower, angleWeightsAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin2 = tf.sin(angle2);
  const cos2 = tf.cos(angle2);
  const chosen3 = rt.where(isEqual, sin2, cos2);
  rt.dispose(angle2, isEqual, sin2, cos2);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.add(picked, chosen3);
  rt.dispose(picked, chosen3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsSumT = tf.transpose(sum, [0, 2, 1]);
  const weightsProduct3 = tf.matMul(a, weightsSumT);
  const weightsQuotient2 = tf.div(weightsProduct3, Math.sqrt(model));
  const weightsWeightsWide3 = tf.reshape(weights3, [batchSize, 1, source]);
  const weightsChosen2 = rt.where(weightsWeightsWide3, weightsQuotient2, -Infinity);
  rt.dispose(weightsSumT, weightsProduct3, weights3, weightsQuotient2, weightsWeightsWide3);
  const weights4 = tf.softmax(weightsChosen2);
  rt.dispose(weightsChosen2);

  // attention.attn:18  sum[key](weights * values)
  const product9 = tf.matMul(weights4, sum);
  rt.dispose(sum, weights4);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product9);
  rt.dispose(a, product9);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleHighest = tf.max(sum2, 2);

  // layers.attn:11  least = stop(min[features](x))
  const leastLowest = tf.min(sum2, 2);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleDifference = tf.sub(scaleHighest, leastLowest);
  const scaleLarger = tf.maximum(scaleDifference, 1);
  const scale = tf.div(1, scaleLarger);
  rt.dispose(scaleHighest, scaleDifference, scaleLarger);

  // layers.attn:13  near = scale * (x - least)
  const nearLowestWide = tf.reshape(leastLowest, [batchSize, target, 1]);
  const nearDifference = tf.sub(sum2, nearLowestWide);
  const nearScaleWide = tf.reshape(scale, [batchSize, target, 1]);
  const near = tf.mul(nearScaleWide, nearDifference);
  rt.dispose(leastLowest, sum2, nearLowestWide, nearDifference, nearScaleWide);

  // layers.attn:14  centred = near - mean[features](near)
  const centredMean = tf.mean(near, 2, true);
  const centred = tf.sub(near, centredMean);
  rt.dispose(near, centredMean);

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowProduct = tf.mul(centred, centred);
  const narrowMean = tf.mean(narrowProduct, 2);
  const narrowProduct2 = tf.mul(scale, 1e-5);
  const narrowProduct3 = tf.mul(narrowProduct2, scale);
  const narrowSum = tf.add(narrowMean, narrowProduct3);
  rt.dispose(narrowProduct, scale, narrowProduct2, narrowMean, narrowProduct3);
  const narrowRoot = tf.sqrt(narrowSum);
  const narrowChosen = rt.where(narrowIsGreater, narrowRoot, 1);
  const narrow = tf.div(1, narrowChosen);
  rt.dispose(narrowSum, narrowIsGreater, narrowRoot, narrowChosen);

  // layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide2 = tf.reshape(narrow, [batchSize, target, 1]);
  const product10 = tf.mul(narrowWide2, centred);
  const product11 = tf.mul(product10, p['Write.logits.Layer.LayerNorm.gain']);
  rt.dispose(narrow, centred, narrowWide2, product10);
  const sum3 = tf.add(product11, p['Write.logits.Layer.LayerNorm.bias']);
  rt.dispose(product11);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsSumRows = tf.reshape(sum3, [batchSize * target, model]);
  const logitsTableT = tf.transpose(p['Write.table'], [1, 0]);
  const logitsProduct = tf.matMul(logitsSumRows, logitsTableT);
  const logitsProduct2 = tf.reshape(logitsProduct, [batchSize, target, words]);
  rt.dispose(sum3, logitsSumRows, logitsTableT, logitsProduct);
  const logits = rt.where(logitsDiffers, logitsProduct2, -Infinity);
  rt.dispose(logitsDiffers, logitsProduct2);
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
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossWeightsWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossWeightsWide, lossTargetPlaces);
  rt.dispose(lossWeightsWide);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsWordsPlaces = tf.range(0, words, 1, 'int32');

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number = tf.scalar(0, 'int32');

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.notEqual(logitsWordsPlaces, number);
  rt.dispose(logitsWordsPlaces);

  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossPicked = tf.gather(logitsDiffers, batch.inputs["y'"]);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const xPicked = tf.gather(p['Write.table'], batch.inputs.y);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPlaces = tf.range(0, model, 1, 'int32');
  const number2 = tf.scalar(2, 'int32');
  const remainder = tf.mod(widthPlaces, number2);
  const isEqual = tf.equal(remainder, number);
  rt.dispose(remainder);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleLossAsFloat = tf.cast(lossTargetPlaces, 'float32');
  const angleQuotient = tf.floorDiv(widthPlaces, number2);
  const angleNumber = tf.scalar(-2, 'int32');
  const angleProduct = tf.mul(angleNumber, angleQuotient);
  rt.dispose(widthPlaces, number2, angleQuotient, angleNumber);
  const angleProductAsFloat = tf.cast(angleProduct, 'float32');
  const angleQuotient2 = tf.div(angleProductAsFloat, model);
  const anglePower = tf.pow(1e4, angleQuotient2);
  const angleLossAsFloatWide = tf.reshape(angleLossAsFloat, [target, 1]);
  rt.dispose(angleProduct, angleProductAsFloat, angleQuotient2, angleLossAsFloat);
  const angle = tf.mul(angleLossAsFloatWide, anglePower);
  rt.dispose(angleLossAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin = tf.sin(angle);
  const cos = tf.cos(angle);
  const chosen = rt.where(isEqual, sin, cos);
  rt.dispose(angle, sin, cos);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.add(xPicked, chosen);
  rt.dispose(xPicked, chosen);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aLossWide = tf.reshape(lossTargetPlaces, [target, 1]);
  const aIsAtMost = tf.lessEqual(aLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, aLossWide);

  // attention.attn:18  sum[key](weights * values)
  const lossWide = tf.reshape(lossIsGreater, [batchSize, target, 1]);
  const both = tf.logicalAnd(lossWide, aIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(aIsAtMost, aIsAtMost);
  const weights = tf.logicalAnd(lossWide, weightsBoth);
  rt.dispose(aIsAtMost, lossWide, weightsBoth);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wq'], [model, model]);
  const WqT = tf.transpose(WqRows, [1, 0]);
  const product = tf.matMul(xRows, WqT);
  const product2 = tf.reshape(product, [batchSize, target, heads, model / heads]);
  const WkRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wk'], [model, model]);
  const WkT = tf.transpose(WkRows, [1, 0]);
  rt.dispose(WqRows, WqT, product, WkRows);
  const product3 = tf.matMul(xRows, WkT);
  const product4 = tf.reshape(product3, [batchSize, target, heads, model / heads]);
  rt.dispose(WkT, product3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProductT = tf.transpose(product2, [0, 2, 1, 3]);
  const weightsProductRows = tf.reshape(weightsProductT, [batchSize * heads, target, model / heads]);
  const weightsProductT2 = tf.transpose(product4, [0, 2, 3, 1]);
  const weightsProductRows2 = tf.reshape(weightsProductT2, [batchSize * heads, model / heads, target]);
  rt.dispose(product2, weightsProductT, product4, weightsProductT2);
  const weightsProduct = tf.matMul(weightsProductRows, weightsProductRows2);
  const weightsProduct2 = tf.reshape(weightsProduct, [batchSize, heads, target, target]);
  const weightsQuotient = tf.div(weightsProduct2, Math.sqrt((model / heads)));
  rt.dispose(weightsProductRows, weightsProductRows2, weightsProduct, weightsProduct2);
  const weightsWeightsT = rt.transpose(weights, [0, 2, 1]);
  const weightsWeightsWide = tf.reshape(weightsWeightsT, [batchSize, 1, target, target]);
  const weightsChosen = rt.where(weightsWeightsWide, weightsQuotient, -Infinity);
  const weightsWeights = tf.softmax(weightsChosen);
  rt.dispose(weights, weightsWeightsT, weightsQuotient, weightsChosen);
  const weights2 = rt.where(weightsWeightsWide, weightsWeights, 0);
  rt.dispose(weightsWeightsWide, weightsWeights);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WvRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wv'], [model, model]);
  const WvT = tf.transpose(WvRows, [1, 0]);
  const product5 = tf.matMul(xRows, WvT);
  const product6 = tf.reshape(product5, [batchSize, target, heads, model / heads]);
  rt.dispose(WvRows, xRows, WvT, product5);

  // attention.attn:18  sum[key](weights * values)
  const productT = tf.transpose(product6, [0, 2, 1, 3]);
  const weightsWide = tf.reshape(weights2, [batchSize * heads, target, target, 1]);
  const productWide = tf.reshape(productT, [batchSize * heads, 1, target, model / heads]);
  const product7 = tf.mul(weightsWide, productWide);
  rt.dispose(product6, weights2, productT, weightsWide, productWide);
  const bothT = rt.transpose(both, [0, 2, 1]);
  const productShaped = tf.reshape(product7, [batchSize, heads, target ** 2, model / heads]);
  const bothWide = tf.reshape(bothT, [batchSize, 1, target ** 2, 1]);
  const chosen2 = rt.where(bothWide, productShaped, 0);
  rt.dispose(both, product7, bothT, productShaped, bothWide);
  const chosenShaped = tf.reshape(chosen2, [batchSize, heads, target, target, model / heads]);
  const total = tf.sum(chosenShaped, 3);
  rt.dispose(chosen2, chosenShaped);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const totalT = tf.transpose(total, [0, 2, 1, 3]);
  const totalRows = tf.reshape(totalT, [batchSize * target, model]);
  const WoRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wo'], [model, model]);
  const WoT = tf.transpose(WoRows, [1, 0]);
  const product8 = tf.matMul(totalRows, WoT);
  rt.dispose(total, totalT, WoRows, totalRows, WoT);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aProduct = tf.reshape(product8, [batchSize, target, model]);
  const a = tf.add(x, aProduct);
  rt.dispose(product8, x, aProduct);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsWeightsWide2 = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights3 = tf.greater(weightsWeightsWide2, weightsKeyPlaces);
  rt.dispose(weightsWeightsWide2);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const picked = tf.gather(p.table, batch.inputs.tokens);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleWeightsAsFloat = tf.cast(weightsKeyPlaces, 'float32');
  const angleWeightsAsFloatWide = tf.reshape(angleWeightsAsFloat, [source, 1]);
  const angle2 = tf.mul(angleWeightsAsFloatWide, anglePower);
  rt.dispose(weightsKeyPlaces, angleWeightsAsFloat, anglePower, angleWeightsAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin2 = tf.sin(angle2);
  const cos2 = tf.cos(angle2);
  const chosen3 = rt.where(isEqual, sin2, cos2);
  rt.dispose(angle2, isEqual, sin2, cos2);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.add(picked, chosen3);
  rt.dispose(picked, chosen3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsSumT = tf.transpose(sum, [0, 2, 1]);
  const weightsProduct3 = tf.matMul(a, weightsSumT);
  const weightsQuotient2 = tf.div(weightsProduct3, Math.sqrt(model));
  const weightsWeightsWide3 = tf.reshape(weights3, [batchSize, 1, source]);
  const weightsChosen2 = rt.where(weightsWeightsWide3, weightsQuotient2, -Infinity);
  rt.dispose(weightsSumT, weightsProduct3, weights3, weightsQuotient2, weightsWeightsWide3);
  const weights4 = tf.softmax(weightsChosen2);
  rt.dispose(weightsChosen2);

  // attention.attn:18  sum[key](weights * values)
  const product9 = tf.matMul(weights4, sum);
  rt.dispose(sum, weights4);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product9);
  rt.dispose(a, product9);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleHighest = tf.max(sum2, 2);

  // layers.attn:11  least = stop(min[features](x))
  const leastLowest = tf.min(sum2, 2);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleDifference = tf.sub(scaleHighest, leastLowest);
  const scaleLarger = tf.maximum(scaleDifference, 1);
  const scale = tf.div(1, scaleLarger);
  rt.dispose(scaleHighest, scaleDifference, scaleLarger);

  // layers.attn:13  near = scale * (x - least)
  const nearLowestWide = tf.reshape(leastLowest, [batchSize, target, 1]);
  const nearDifference = tf.sub(sum2, nearLowestWide);
  const nearScaleWide = tf.reshape(scale, [batchSize, target, 1]);
  const near = tf.mul(nearScaleWide, nearDifference);
  rt.dispose(leastLowest, sum2, nearLowestWide, nearDifference, nearScaleWide);

  // layers.attn:14  centred = near - mean[features](near)
  const centredMean = tf.mean(near, 2, true);
  const centred = tf.sub(near, centredMean);
  rt.dispose(near, centredMean);

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowProduct = tf.mul(centred, centred);
  const narrowMean = tf.mean(narrowProduct, 2);
  const narrowProduct2 = tf.mul(scale, 1e-5);
  const narrowProduct3 = tf.mul(narrowProduct2, scale);
  const narrowSum = tf.add(narrowMean, narrowProduct3);
  rt.dispose(narrowProduct, scale, narrowProduct2, narrowMean, narrowProduct3);
  const narrowRoot = tf.sqrt(narrowSum);
  const narrowChosen = rt.where(lossIsGreater, narrowRoot, 1);
  const narrow = tf.div(1, narrowChosen);
  rt.dispose(narrowSum, narrowRoot, narrowChosen);

  // layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide = tf.reshape(narrow, [batchSize, target, 1]);
  const product10 = tf.mul(narrowWide, centred);
  const product11 = tf.mul(product10, p['Write.logits.Layer.LayerNorm.gain']);
  rt.dispose(narrow, centred, narrowWide, product10);
  const sum3 = tf.add(product11, p['Write.logits.Layer.LayerNorm.bias']);
  rt.dispose(product11);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsSumRows = tf.reshape(sum3, [batchSize * target, model]);
  const logitsTableT = tf.transpose(p['Write.table'], [1, 0]);
  const logitsProduct = tf.matMul(logitsSumRows, logitsTableT);
  rt.dispose(sum3, logitsSumRows, logitsTableT);

  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossProduct = tf.reshape(logitsProduct, [batchSize, target, words]);
  const lossChosen = rt.where(logitsDiffers, lossProduct, -Infinity);
  const lossLogWeights = rt.logSoftmax(lossChosen);
  const lossChosen2 = rt.where(logitsDiffers, lossLogWeights, 0);
  const lossPicked2 = tf.gather(lossChosen2, batch.inputs["y'"], 2, 2);
  rt.dispose(logitsProduct, lossProduct, lossLogWeights, lossChosen2);
  const lossChosen3 = rt.where(lossPicked, lossPicked2, -Infinity);
  const lossNegative = tf.neg(lossChosen3);
  const lossChosen4 = rt.where(lossIsGreater, lossNegative, 0);
  rt.dispose(lossPicked, lossPicked2, lossChosen3, lossNegative);
  const lossTotal = tf.sum(lossChosen4, 1);
  const lossWeightsAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossWeightsAsFloat);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossChosen4, lossTotal, lossQuotient);

  // input.attn:20  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0)
  const best = tf.argMax(lossChosen, 2);
  const picked2 = tf.gather(logitsDiffers, best);
  const differsAsFloat = tf.cast(logitsDiffers, 'float32');
  const best2 = tf.argMax(differsAsFloat, 0);
  const chosen4 = rt.where(picked2, best, best2);
  rt.dispose(lossChosen, logitsDiffers, differsAsFloat, best, picked2, best2);
  const isEqual2 = tf.equal(chosen4, batch.inputs["y'"]);
  const number3 = tf.scalar(1, 'int32');
  const chosen5 = rt.where(isEqual2, number3, number);
  rt.dispose(chosen4, number, isEqual2, number3);
  const chosenAsFloat = tf.cast(chosen5, 'float32');
  const chosen6 = rt.where(lossIsGreater, chosenAsFloat, 0);
  const total2 = tf.sum(chosen6, 1);
  rt.dispose(chosen5, lossIsGreater, chosenAsFloat, chosen6);
  const quotient = tf.div(total2, lossWeightsAsFloat);
  const mean = tf.mean(quotient);
  rt.dispose(lossWeightsAsFloat, total2, quotient);
  return {
    loss,
    metrics: { right: mean },
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
  const lossTargetPlaces = tf.range(0, target, 1, 'int32');
  const lossWeightsWide = tf.reshape(batch.lengths.target, [batchSize, 1]);
  const lossIsGreater = tf.greater(lossWeightsWide, lossTargetPlaces);
  rt.dispose(lossWeightsWide);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsWordsPlaces = tf.range(0, words, 1, 'int32');

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number = tf.scalar(0, 'int32');

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.notEqual(logitsWordsPlaces, number);
  rt.dispose(logitsWordsPlaces);

  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossPicked = tf.gather(logitsDiffers, batch.inputs["y'"]);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const xPicked = tf.gather(p['Write.table'], batch.inputs.y);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPlaces = tf.range(0, model, 1, 'int32');
  const number2 = tf.scalar(2, 'int32');
  const remainder = tf.mod(widthPlaces, number2);
  const isEqual = tf.equal(remainder, number);
  rt.dispose(remainder);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleLossAsFloat = tf.cast(lossTargetPlaces, 'float32');
  const angleQuotient = tf.floorDiv(widthPlaces, number2);
  const angleNumber = tf.scalar(-2, 'int32');
  const angleProduct = tf.mul(angleNumber, angleQuotient);
  rt.dispose(widthPlaces, number2, angleQuotient, angleNumber);
  const angleProductAsFloat = tf.cast(angleProduct, 'float32');
  const angleQuotient2 = tf.div(angleProductAsFloat, model);
  const anglePower = tf.pow(1e4, angleQuotient2);
  const angleLossAsFloatWide = tf.reshape(angleLossAsFloat, [target, 1]);
  rt.dispose(angleProduct, angleProductAsFloat, angleQuotient2, angleLossAsFloat);
  const angle = tf.mul(angleLossAsFloatWide, anglePower);
  rt.dispose(angleLossAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin = tf.sin(angle);
  const cos = tf.cos(angle);
  const chosen = rt.where(isEqual, sin, cos);
  rt.dispose(angle, sin, cos);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.add(xPicked, chosen);
  rt.dispose(xPicked, chosen);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aLossWide = tf.reshape(lossTargetPlaces, [target, 1]);
  const aIsAtMost = tf.lessEqual(aLossWide, lossTargetPlaces);
  rt.dispose(lossTargetPlaces, aLossWide);

  // attention.attn:18  sum[key](weights * values)
  const lossWide = tf.reshape(lossIsGreater, [batchSize, target, 1]);
  const both = tf.logicalAnd(lossWide, aIsAtMost);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsBoth = tf.logicalAnd(aIsAtMost, aIsAtMost);
  const weights = tf.logicalAnd(lossWide, weightsBoth);
  rt.dispose(lossWide, weightsBoth);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const xRows = tf.reshape(x, [batchSize * target, model]);
  const WqRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wq'], [model, model]);
  const WqT = tf.transpose(WqRows, [1, 0]);
  const product = tf.matMul(xRows, WqT);
  const product2 = tf.reshape(product, [batchSize, target, heads, model / heads]);
  const WkRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wk'], [model, model]);
  const WkT = tf.transpose(WkRows, [1, 0]);
  const product3 = tf.matMul(xRows, WkT);
  const product4 = tf.reshape(product3, [batchSize, target, heads, model / heads]);
  rt.dispose(WqT, product, WkT, product3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProductT = tf.transpose(product2, [0, 2, 1, 3]);
  const weightsProductRows = tf.reshape(weightsProductT, [batchSize * heads, target, model / heads]);
  const weightsProductT2 = tf.transpose(product4, [0, 2, 3, 1]);
  const weightsProductRows2 = tf.reshape(weightsProductT2, [batchSize * heads, model / heads, target]);
  const weightsProduct = tf.matMul(weightsProductRows, weightsProductRows2);
  rt.dispose(weightsProductT, weightsProductT2, weightsProductRows, weightsProductRows2);
  const weightsProduct2 = tf.reshape(weightsProduct, [batchSize, heads, target, target]);
  const weightsBoth2 = tf.logicalAnd(both, aIsAtMost);
  const weightsChosen = rt.where(weightsBoth2, Math.sqrt((model / heads)), 1);
  const weightsChosenT = tf.transpose(weightsChosen, [0, 2, 1]);
  rt.dispose(weightsProduct, aIsAtMost, weightsBoth2, weightsChosen);
  const weightsChosenWide = tf.reshape(weightsChosenT, [batchSize, 1, target, target]);
  const weightsQuotient = tf.div(weightsProduct2, weightsChosenWide);
  const weightsWeightsT = rt.transpose(weights, [0, 2, 1]);
  const weightsWeightsWide = tf.reshape(weightsWeightsT, [batchSize, 1, target, target]);
  const weightsChosen2 = rt.where(weightsWeightsWide, weightsQuotient, -Infinity);
  rt.dispose(weightsChosenT, weightsProduct2, weightsWeightsT, weightsQuotient);
  const weightsWeights = tf.softmax(weightsChosen2);
  const weights2 = rt.where(weightsWeightsWide, weightsWeights, 0);
  rt.dispose(weightsChosen2);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WvRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wv'], [model, model]);
  const WvT = tf.transpose(WvRows, [1, 0]);
  const product5 = tf.matMul(xRows, WvT);
  const product6 = tf.reshape(product5, [batchSize, target, heads, model / heads]);
  rt.dispose(WvT);

  // attention.attn:18  sum[key](weights * values)
  const productT = tf.transpose(product6, [0, 2, 1, 3]);
  const weightsWide = tf.reshape(weights2, [batchSize * heads, target, target, 1]);
  const productWide = tf.reshape(productT, [batchSize * heads, 1, target, model / heads]);
  const product7 = tf.mul(weightsWide, productWide);
  rt.dispose(product6, productT, weightsWide, productWide);
  const bothT = rt.transpose(both, [0, 2, 1]);
  const productShaped = tf.reshape(product7, [batchSize, heads, target ** 2, model / heads]);
  const bothWide = tf.reshape(bothT, [batchSize, 1, target ** 2, 1]);
  const chosen2 = rt.where(bothWide, productShaped, 0);
  rt.dispose(product7, bothT, productShaped, bothWide);
  const chosenShaped = tf.reshape(chosen2, [batchSize, heads, target, target, model / heads]);
  const total = tf.sum(chosenShaped, 3);
  rt.dispose(chosen2, chosenShaped);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const totalT = tf.transpose(total, [0, 2, 1, 3]);
  const totalRows = tf.reshape(totalT, [batchSize * target, model]);
  const WoRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wo'], [model, model]);
  const WoT = tf.transpose(WoRows, [1, 0]);
  const product8 = tf.matMul(totalRows, WoT);
  rt.dispose(totalT, totalRows, WoT);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aProduct = tf.reshape(product8, [batchSize, target, model]);
  const a = tf.add(x, aProduct);
  rt.dispose(product8, x, aProduct);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsWeightsWide2 = tf.reshape(batch.lengths.source, [batchSize, 1]);
  const weights3 = tf.greater(weightsWeightsWide2, weightsKeyPlaces);
  rt.dispose(weightsWeightsWide2);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const keep = random.keep('Write.logits.Layer.dropout#0', 0.1, [batchSize, target, model], [true, false], []);
  const product9 = tf.mul(a, keep);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const picked = tf.gather(p.table, batch.inputs.tokens);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleWeightsAsFloat = tf.cast(weightsKeyPlaces, 'float32');
  const angleWeightsAsFloatWide = tf.reshape(angleWeightsAsFloat, [source, 1]);
  const angle2 = tf.mul(angleWeightsAsFloatWide, anglePower);
  rt.dispose(weightsKeyPlaces, angleWeightsAsFloat, anglePower, angleWeightsAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin2 = tf.sin(angle2);
  const cos2 = tf.cos(angle2);
  const chosen3 = rt.where(isEqual, sin2, cos2);
  rt.dispose(angle2, isEqual, sin2, cos2);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.add(picked, chosen3);
  rt.dispose(picked, chosen3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsSumT = tf.transpose(sum, [0, 2, 1]);
  const weightsProduct3 = tf.matMul(product9, weightsSumT);
  const weightsChosen3 = rt.where(weights3, Math.sqrt(model), 1);
  const weightsChosenWide2 = tf.reshape(weightsChosen3, [batchSize, 1, source]);
  const weightsQuotient2 = tf.div(weightsProduct3, weightsChosenWide2);
  const weightsWeightsWide3 = tf.reshape(weights3, [batchSize, 1, source]);
  const weightsChosen4 = rt.where(weightsWeightsWide3, weightsQuotient2, -Infinity);
  rt.dispose(weightsChosen3, weightsProduct3, weights3, weightsQuotient2);
  const weights4 = tf.softmax(weightsChosen4);
  rt.dispose(weightsChosen4);

  // attention.attn:18  sum[key](weights * values)
  const product10 = tf.matMul(weights4, sum);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const sum2 = tf.add(a, product10);
  rt.dispose(a, product10);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleHighest = tf.max(sum2, 2);

  // layers.attn:11  least = stop(min[features](x))
  const leastLowest = tf.min(sum2, 2);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleDifference = tf.sub(scaleHighest, leastLowest);
  const scaleLarger = tf.maximum(scaleDifference, 1);
  const scale = tf.div(1, scaleLarger);
  rt.dispose(scaleHighest, scaleDifference, scaleLarger);

  // layers.attn:13  near = scale * (x - least)
  const nearLowestWide = tf.reshape(leastLowest, [batchSize, target, 1]);
  const nearDifference = tf.sub(sum2, nearLowestWide);
  const nearScaleWide = tf.reshape(scale, [batchSize, target, 1]);
  const near = tf.mul(nearScaleWide, nearDifference);
  rt.dispose(leastLowest, sum2, nearLowestWide, nearDifference);

  // layers.attn:14  centred = near - mean[features](near)
  const centredMean = tf.mean(near, 2, true);
  const centred = tf.sub(near, centredMean);
  rt.dispose(near, centredMean);

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowProduct = tf.mul(centred, centred);
  const narrowMean = tf.mean(narrowProduct, 2);
  const narrowProduct2 = tf.mul(scale, 1e-5);
  const narrowProduct3 = tf.mul(narrowProduct2, scale);
  const narrowSum = tf.add(narrowMean, narrowProduct3);
  rt.dispose(narrowProduct, scale, narrowProduct2, narrowMean, narrowProduct3);
  const narrowRoot = tf.sqrt(narrowSum);
  const narrowChosen = rt.where(lossIsGreater, narrowRoot, 1);
  const narrow = tf.div(1, narrowChosen);
  rt.dispose(narrowSum);

  // layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide = tf.reshape(narrow, [batchSize, target, 1]);
  const product11 = tf.mul(narrowWide, centred);
  const product12 = tf.mul(product11, p['Write.logits.Layer.LayerNorm.gain']);
  const sum3 = tf.add(product12, p['Write.logits.Layer.LayerNorm.bias']);
  rt.dispose(product12);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsSumRows = tf.reshape(sum3, [batchSize * target, model]);
  const logitsTableT = tf.transpose(p['Write.table'], [1, 0]);
  const logitsProduct = tf.matMul(logitsSumRows, logitsTableT);
  rt.dispose(sum3, logitsTableT);

  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossProduct = tf.reshape(logitsProduct, [batchSize, target, words]);
  const lossChosen = rt.where(logitsDiffers, lossProduct, -Infinity);
  const lossLogWeights = rt.logSoftmax(lossChosen);
  const lossChosen2 = rt.where(logitsDiffers, lossLogWeights, 0);
  const lossPicked2 = tf.gather(lossChosen2, batch.inputs["y'"], 2, 2);
  const lossChosen3 = rt.where(lossPicked, lossPicked2, -Infinity);
  rt.dispose(logitsProduct, lossProduct, lossChosen2, lossPicked2);
  const lossNegative = tf.neg(lossChosen3);
  const lossChosen4 = rt.where(lossIsGreater, lossNegative, 0);
  const lossTotal = tf.sum(lossChosen4, 1);
  const lossWeightsAsFloat = tf.cast(batch.lengths.target, 'float32');
  const lossQuotient = tf.div(lossTotal, lossWeightsAsFloat);
  rt.dispose(lossChosen3, lossNegative, lossChosen4, lossTotal);
  const loss = tf.mean(lossQuotient);
  rt.dispose(lossQuotient);

  // input.attn:20  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0)
  const best = tf.argMax(lossChosen, 2);
  const picked2 = tf.gather(logitsDiffers, best);
  const differsAsFloat = tf.cast(logitsDiffers, 'float32');
  const best2 = tf.argMax(differsAsFloat, 0);
  const chosen4 = rt.where(picked2, best, best2);
  rt.dispose(lossChosen, differsAsFloat, best, picked2, best2);
  const isEqual2 = tf.equal(chosen4, batch.inputs["y'"]);
  const number3 = tf.scalar(1, 'int32');
  const chosen5 = rt.where(isEqual2, number3, number);
  rt.dispose(chosen4, number, isEqual2, number3);
  const chosenAsFloat = tf.cast(chosen5, 'float32');
  const chosen6 = rt.where(lossIsGreater, chosenAsFloat, 0);
  const total2 = tf.sum(chosen6, 1);
  const quotient = tf.div(total2, lossWeightsAsFloat);
  rt.dispose(chosen5, chosenAsFloat, chosen6, total2);
  const mean = tf.mean(quotient);
  rt.dispose(quotient);

  // input.attn:19  loss = mean[target](cross_entropy[words](logits, y'))
  const lossQuotient2 = tf.div(1 / batchSize, lossWeightsAsFloat);
  const lossQuotientWide = tf.reshape(lossQuotient2, [batchSize, 1]);
  const lossChosen5 = rt.where(lossIsGreater, lossQuotientWide, 0);
  const lossNegative2 = tf.neg(lossChosen5);
  rt.dispose(lossWeightsAsFloat, lossQuotient2, lossQuotientWide, lossChosen5);
  const lossChosen6 = rt.where(lossPicked, lossNegative2, 0);
  const lossScattered = rt.scatter(batch.inputs["y'"], lossChosen6, words, 2);
  const lossChosen7 = rt.where(logitsDiffers, lossScattered, 0);
  rt.dispose(lossPicked, lossNegative2, lossChosen6, lossScattered);
  const lossExp = tf.exp(lossLogWeights);
  const lossTotal2 = tf.sum(lossChosen7, 2, true);
  const lossProduct2 = tf.mul(lossExp, lossTotal2);
  const lossDifference = tf.sub(lossChosen7, lossProduct2);
  rt.dispose(lossLogWeights, lossExp, lossTotal2, lossChosen7, lossProduct2);
  const lossChosen8 = rt.where(logitsDiffers, lossDifference, 0);
  rt.dispose(logitsDiffers, lossDifference);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsChosenRows = tf.reshape(lossChosen8, [batchSize * target, words]);
  const logitsProduct2 = tf.matMul(logitsChosenRows, p['Write.table']);
  const logitsProduct3 = tf.reshape(logitsProduct2, [batchSize, target, model]);
  rt.dispose(lossChosen8, logitsProduct2);

  // layers.attn:16  gain * (narrow * centred) + bias
  const product13 = tf.mul(logitsProduct3, p['Write.logits.Layer.LayerNorm.gain']);
  const product14 = tf.mul(product13, narrowWide);
  const product15 = tf.mul(product13, centred);
  const total3 = tf.sum(product15, 2);
  rt.dispose(narrowWide, product13, product15);

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowQuotient = tf.div(total3, narrowChosen);
  const narrowProduct4 = tf.mul(narrowQuotient, narrow);
  rt.dispose(narrowChosen, total3, narrow, narrowQuotient);
  const narrowNegative = tf.neg(narrowProduct4);
  const narrowChosen2 = rt.where(lossIsGreater, narrowNegative, 0);
  const narrowProduct5 = tf.mul(narrowChosen2, 0.5);
  rt.dispose(narrowProduct4, lossIsGreater, narrowNegative, narrowChosen2);
  const narrowQuotient2 = tf.div(narrowProduct5, narrowRoot);
  const narrowQuotient3 = tf.div(narrowQuotient2, model);
  const narrowQuotientWide = tf.reshape(narrowQuotient3, [batchSize, target, 1]);
  rt.dispose(narrowRoot, narrowProduct5, narrowQuotient2, narrowQuotient3);
  const narrowProduct6 = tf.mul(narrowQuotientWide, centred);
  const narrowSum2 = tf.add(product14, narrowProduct6);
  const narrowSum3 = tf.add(narrowSum2, narrowProduct6);
  rt.dispose(centred, narrowQuotientWide, product14, narrowProduct6, narrowSum2);

  // layers.attn:14  centred = near - mean[features](near)
  const centredTotal = tf.sum(narrowSum3, 2);
  const centredNegative = tf.neg(centredTotal);
  const centredQuotient = tf.div(centredNegative, model);
  const centredQuotientWide = tf.reshape(centredQuotient, [batchSize, target, 1]);
  const centredSum = tf.add(narrowSum3, centredQuotientWide);
  rt.dispose(centredTotal, centredNegative, centredQuotient, narrowSum3, centredQuotientWide);

  // layers.attn:13  near = scale * (x - least)
  const nearProduct = tf.mul(centredSum, nearScaleWide);
  rt.dispose(nearScaleWide, centredSum);

  // attention.attn:18  sum[key](weights * values)
  const productT2 = tf.transpose(nearProduct, [0, 2, 1]);
  const product16 = tf.matMul(productT2, weights4);
  const product17 = tf.matMul(nearProduct, weightsSumT);
  rt.dispose(productT2, weightsSumT);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProduct4 = tf.mul(weights4, product17);
  const weightsTotal = tf.sum(weightsProduct4, 2, true);
  const weightsDifference = tf.sub(product17, weightsTotal);
  const weightsProduct5 = tf.mul(weights4, weightsDifference);
  rt.dispose(weightsProduct4, product17, weightsTotal, weights4, weightsDifference);
  const weightsChosen5 = rt.where(weightsWeightsWide3, weightsProduct5, 0);
  const weightsQuotient3 = tf.div(weightsChosen5, weightsChosenWide2);
  rt.dispose(weightsWeightsWide3, weightsProduct5, weightsChosenWide2, weightsChosen5);
  const weightsQuotientT = tf.transpose(weightsQuotient3, [0, 2, 1]);
  const weightsProduct6 = tf.matMul(weightsQuotientT, product9);
  rt.dispose(product9, weightsQuotientT);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const productT3 = tf.transpose(weightsProduct6, [0, 2, 1]);
  const sum4 = tf.add(product16, productT3);
  rt.dispose(weightsProduct6, product16, productT3);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sumT = tf.transpose(sum4, [0, 2, 1]);
  const scattered = rt.scatter(batch.inputs.tokens, sumT, words);
  rt.dispose(sum4, sumT);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsChosenT = tf.transpose(logitsChosenRows, [1, 0]);
  const logitsProduct4 = tf.matMul(logitsChosenT, logitsSumRows);
  rt.dispose(logitsChosenRows, logitsSumRows, logitsChosenT);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProduct7 = tf.matMul(weightsQuotient3, sum);
  rt.dispose(sum, weightsQuotient3);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const product18 = tf.mul(weightsProduct7, keep);
  const sum5 = tf.add(nearProduct, product18);
  rt.dispose(keep, weightsProduct7, nearProduct, product18);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const sumRows = tf.reshape(sum5, [batchSize * target, model]);
  const product19 = tf.matMul(sumRows, WoRows);
  rt.dispose(WoRows);

  // attention.attn:18  sum[key](weights * values)
  const bothWide2 = tf.reshape(both, [batchSize, target, target, 1]);
  const product20 = tf.reshape(product19, [batchSize, 1, target, model]);
  const chosen7 = rt.where(bothWide2, product20, 0);
  rt.dispose(both, product19, bothWide2, product20);
  const chosenShaped2 = tf.reshape(chosen7, [batchSize, target, target, heads, model / heads]);
  const chosenT = tf.transpose(chosenShaped2, [0, 1, 3, 2, 4]);
  const chosenRows = tf.reshape(chosenT, [batchSize * heads * target, target, model / heads]);
  const product21 = tf.reshape(product5, [batchSize * heads * target, model / heads, 1]);
  const product22 = tf.matMul(chosenRows, product21);
  rt.dispose(chosen7, chosenT, product5, chosenRows, product21);
  const product23 = tf.reshape(product22, [batchSize, target, heads, target]);
  rt.dispose(product22);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsWeightsWide4 = tf.reshape(weights, [batchSize, target, 1, target]);
  const weightsChosen6 = rt.where(weightsWeightsWide4, product23, 0);
  const weightsChosenT2 = tf.transpose(weightsChosen6, [0, 2, 3, 1]);
  const weightsProduct8 = tf.mul(weightsWeights, weightsChosenT2);
  rt.dispose(weights, product23, weightsWeightsWide4, weightsChosenT2);
  const weightsTotal2 = tf.sum(weightsProduct8, 3);
  const weightsTotalWide = tf.reshape(weightsTotal2, [batchSize, 1, heads, target]);
  const weightsDifference2 = tf.sub(weightsChosen6, weightsTotalWide);
  rt.dispose(weightsProduct8, weightsTotal2, weightsChosen6, weightsTotalWide);
  const weightsDifferenceT = tf.transpose(weightsDifference2, [0, 2, 3, 1]);
  const weightsProduct9 = tf.mul(weightsWeights, weightsDifferenceT);
  const weightsChosen7 = rt.where(weightsWeightsWide, weightsProduct9, 0);
  rt.dispose(weightsDifference2, weightsWeights, weightsDifferenceT, weightsWeightsWide, weightsProduct9);
  const weightsQuotient4 = tf.div(weightsChosen7, weightsChosenWide);
  const weightsQuotientRows = tf.reshape(weightsQuotient4, [batchSize * heads, target, target]);
  const weightsProductT3 = tf.transpose(product4, [0, 2, 1, 3]);
  rt.dispose(weightsChosenWide, weightsChosen7, weightsQuotient4, product4);
  const weightsProductRows3 = tf.reshape(weightsProductT3, [batchSize * heads, target, model / heads]);
  const weightsProduct10 = tf.matMul(weightsQuotientRows, weightsProductRows3);
  const weightsProduct11 = tf.reshape(weightsProduct10, [batchSize, heads, target, model / heads]);
  rt.dispose(weightsProductT3, weightsProductRows3, weightsProduct10);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const productT4 = tf.transpose(weightsProduct11, [0, 2, 1, 3]);
  const productRows = tf.reshape(productT4, [batchSize * target, model]);
  const product24 = tf.matMul(productRows, WqRows);
  rt.dispose(productT4, WqRows, productRows);

  // attention.attn:18  sum[key](weights * values)
  const chosenT2 = tf.transpose(chosenShaped2, [0, 1, 3, 4, 2]);
  const chosenRows2 = tf.reshape(chosenT2, [batchSize * heads * target, model / heads, target]);
  const weightsT = tf.transpose(weights2, [0, 3, 1, 2]);
  const weightsRows = tf.reshape(weightsT, [batchSize * heads * target, target, 1]);
  rt.dispose(chosenShaped2, chosenT2, weights2, weightsT);
  const product25 = tf.matMul(chosenRows2, weightsRows);
  rt.dispose(chosenRows2, weightsRows);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const product26 = tf.reshape(product25, [batchSize * target, model]);
  const product27 = tf.matMul(product26, WvRows);
  const product28 = tf.reshape(product27, [batchSize, target, model]);
  rt.dispose(product25, WvRows, product27);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProductT4 = tf.transpose(product2, [0, 2, 3, 1]);
  const weightsProductRows4 = tf.reshape(weightsProductT4, [batchSize * heads, model / heads, target]);
  const weightsProduct12 = tf.matMul(weightsProductRows4, weightsQuotientRows);
  rt.dispose(product2, weightsProductT4, weightsQuotientRows, weightsProductRows4);
  const weightsProduct13 = tf.reshape(weightsProduct12, [batchSize, heads, model / heads, target]);
  rt.dispose(weightsProduct12);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const productT5 = tf.transpose(weightsProduct13, [0, 3, 1, 2]);
  const productRows2 = tf.reshape(productT5, [batchSize * target, model]);
  const product29 = tf.matMul(productRows2, WkRows);
  const product30 = tf.reshape(product29, [batchSize, target, model]);
  rt.dispose(productT5, WkRows, productRows2, product29);
  const sum6 = tf.add(product28, product30);
  rt.dispose(product28, product30);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const aSum = tf.add(sum5, sum6);
  rt.dispose(sum5, sum6);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsProduct5 = tf.reshape(product24, [batchSize, target, model]);
  const logitsSum = tf.add(logitsProduct5, aSum);
  rt.dispose(product24, aSum, logitsProduct5);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const xScattered = rt.scatter(batch.inputs.y, logitsSum, words);
  const xSum = tf.add(logitsProduct4, xScattered);
  rt.dispose(logitsSum, logitsProduct4, xScattered);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const productT6 = tf.transpose(weightsProduct11, [1, 3, 0, 2]);
  const productRows3 = tf.reshape(productT6, [model, batchSize * target]);
  const product31 = tf.matMul(productRows3, xRows);
  const product32 = tf.reshape(product31, [heads, model / heads, model]);
  rt.dispose(weightsProduct11, productT6, productRows3, product31);
  const productT7 = tf.transpose(weightsProduct13, [1, 2, 0, 3]);
  const productRows4 = tf.reshape(productT7, [model, batchSize * target]);
  const product33 = tf.matMul(productRows4, xRows);
  const product34 = tf.reshape(product33, [heads, model / heads, model]);
  rt.dispose(weightsProduct13, productT7, productRows4, product33);
  const productT8 = tf.transpose(product26, [1, 0]);
  const product35 = tf.matMul(productT8, xRows);
  const product36 = tf.reshape(product35, [heads, model / heads, model]);
  rt.dispose(product26, xRows, productT8, product35);
  const totalT2 = tf.transpose(total, [1, 3, 0, 2]);
  const totalRows2 = tf.reshape(totalT2, [model, batchSize * target]);
  const product37 = tf.matMul(totalRows2, sumRows);
  rt.dispose(total, totalT2, sumRows, totalRows2);
  const product38 = tf.reshape(product37, [heads, model / heads, model]);
  rt.dispose(product37);

  // layers.attn:16  gain * (narrow * centred) + bias
  const product39 = tf.mul(logitsProduct3, product11);
  const total4 = tf.sum(product39, [0, 1]);
  const total5 = tf.sum(logitsProduct3, [0, 1]);
  rt.dispose(product11, product39, logitsProduct3);

  // attention.attn:77  param Wq, Wk, Wv: [heads, width <- model], Wo: [model <- heads, width]
  const productT9 = tf.transpose(product38, [2, 0, 1]);
  rt.dispose(product38);
  return {
    loss,
    metrics: { right: mean },
    gradients: {
      table: scattered,
      'Write.table': xSum,
      'Write.logits.Layer.a.MultiHead.Wq': product32,
      'Write.logits.Layer.a.MultiHead.Wk': product34,
      'Write.logits.Layer.a.MultiHead.Wv': product36,
      'Write.logits.Layer.a.MultiHead.Wo': productT9,
      'Write.logits.Layer.LayerNorm.gain': total4,
      'Write.logits.Layer.LayerNorm.bias': total5,
    },
  };
}

/** What every step reads, [batch, …]. */
type TranslateMemory = { readonly '0': tf.Tensor; readonly '1': tf.Tensor; readonly '2': tf.Tensor; readonly '3': tf.Tensor; readonly '4': tf.Tensor; readonly '5': tf.Tensor; readonly '6': tf.Tensor; readonly '7': tf.Tensor; readonly '8': tf.Tensor; readonly '9': tf.Tensor };

/** What a step hands to the next, [batch, beam, …]. */
type TranslateState = { readonly rows: rt.Rows; readonly rows2: rt.Rows };

/** What translatePrepare gives. */
type TranslatePrepareResults = {
  readonly memory: TranslateMemory;
  readonly state: TranslateState;
};

/** Once per call: what no step changes, and the first states. */
function translatePrepare(p: TranslateParameters, batch: TranslateBatch): TranslatePrepareResults {
  const { batch: batchSize, model, source, words } = batch.n;

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsWordsPlaces = tf.range(0, words, 1, 'int32');

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsKeyPlaces = tf.range(0, source, 1, 'int32');
  const weightsWeightsWide = tf.reshape(batch.lengths.source, [batchSize, 1]);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const number = tf.scalar(0, 'int32');

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsDiffers = tf.notEqual(logitsWordsPlaces, number);
  rt.dispose(logitsWordsPlaces);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weights = tf.greater(weightsWeightsWide, weightsKeyPlaces);
  rt.dispose(weightsWeightsWide);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const picked = tf.gather(p.table, batch.inputs.tokens);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const widthPlaces = tf.range(0, model, 1, 'int32');
  const number2 = tf.scalar(2, 'int32');
  const remainder = tf.mod(widthPlaces, number2);
  const isEqual = tf.equal(remainder, number);
  rt.dispose(number, remainder);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angleWeightsAsFloat = tf.cast(weightsKeyPlaces, 'float32');
  const angleQuotient = tf.floorDiv(widthPlaces, number2);
  const angleNumber = tf.scalar(-2, 'int32');
  const angleProduct = tf.mul(angleNumber, angleQuotient);
  rt.dispose(weightsKeyPlaces, widthPlaces, number2, angleQuotient, angleNumber);
  const angleProductAsFloat = tf.cast(angleProduct, 'float32');
  const angleQuotient2 = tf.div(angleProductAsFloat, model);
  const anglePower = tf.pow(1e4, angleQuotient2);
  const angleWeightsAsFloatWide = tf.reshape(angleWeightsAsFloat, [source, 1]);
  rt.dispose(angleProduct, angleProductAsFloat, angleQuotient2, angleWeightsAsFloat);
  const angle = tf.mul(angleWeightsAsFloatWide, anglePower);
  rt.dispose(angleWeightsAsFloatWide);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin = tf.sin(angle);
  const cos = tf.cos(angle);
  const chosen = rt.where(isEqual, sin, cos);
  rt.dispose(angle, sin, cos);

  // input.attn:16  Write(table[tokens] + Sinusoid[source, model]())
  const sum = tf.add(picked, chosen);
  const sumT = tf.transpose(sum, [0, 2, 1]);
  rt.dispose(picked, chosen, sum);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const WqRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wq'], [model, model]);
  const WqT = tf.transpose(WqRows, [1, 0]);
  const WkRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wk'], [model, model]);
  const WkT = tf.transpose(WkRows, [1, 0]);
  const WvRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wv'], [model, model]);
  const WvT = tf.transpose(WvRows, [1, 0]);
  const WoRows = tf.reshape(p['Write.logits.Layer.a.MultiHead.Wo'], [model, model]);
  const WoT = tf.transpose(WoRows, [1, 0]);
  rt.dispose(WqRows, WkRows, WvRows, WoRows);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsTableT = tf.transpose(p['Write.table'], [1, 0]);
  return {
    memory: {
      '0': weights,
      '1': sumT,
      '2': logitsDiffers,
      '3': isEqual,
      '4': anglePower,
      '5': WqT,
      '6': WkT,
      '7': WvT,
      '8': WoT,
      '9': logitsTableT,
    },
    state: { rows: rt.noRows(), rows2: rt.noRows() },
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

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const xPicked = tf.gather(p['Write.table'], yRows);
  rt.dispose(yRows);

  // layers.attn:66  angle = position[places] * 10000 ^ (-2 * floor(position[width] / 2) / width)
  const angle = tf.mul(t, memory['4']);

  // layers.attn:67  if position[width] mod 2 == 0 then sin(angle) else cos(angle)
  const sin = tf.sin(angle);
  const cos = tf.cos(angle);
  const chosen = rt.where(memory['3'], sin, cos);
  rt.dispose(angle, sin, cos);

  // input.attn:9  x = table[y] + Sinusoid[target, model]()
  const x = tf.add(xPicked, chosen);
  rt.dispose(xPicked, chosen);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const product = tf.matMul(x, memory['5']);
  const product2 = tf.matMul(x, memory['6']);
  const product3 = tf.reshape(product2, [batchSize, beam, heads, model / heads]);
  const rows = rt.append(state.rows, product3, 3);
  const rowsSoFar = rt.joined(rows, 3);
  rt.dispose(product2, product3);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsRowsRows = tf.reshape(rowsSoFar, [batchSize * beam * heads, now, model / heads]);
  const weightsProduct = tf.reshape(product, [batchSize * beam * heads, model / heads, 1]);
  const weightsProduct2 = tf.matMul(weightsRowsRows, weightsProduct);
  rt.dispose(rowsSoFar, product, weightsRowsRows, weightsProduct);
  const weightsProduct3 = tf.reshape(weightsProduct2, [batchSize * beam, heads, now]);
  const weightsQuotient = tf.div(weightsProduct3, Math.sqrt((model / heads)));
  const weights = tf.softmax(weightsQuotient);
  rt.dispose(weightsProduct2, weightsProduct3, weightsQuotient);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const product4 = tf.matMul(x, memory['7']);
  const product5 = tf.reshape(product4, [batchSize, beam, heads, model / heads]);
  const rows2 = rt.append(state.rows2, product5, 3);
  rt.dispose(product4, product5);

  // attention.attn:18  sum[key](weights * values)
  const weightsWide = tf.reshape(weights, [batchSize * beam * heads, 1, now]);
  rt.dispose(weights);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const rowsSoFar2 = rt.joined(rows2, 3);

  // attention.attn:18  sum[key](weights * values)
  const rowsRows = tf.reshape(rowsSoFar2, [batchSize * beam * heads, now, model / heads]);
  const product6 = tf.matMul(weightsWide, rowsRows);
  rt.dispose(rowsSoFar2, weightsWide, rowsRows);

  // attention.attn:78  Wo @ ScaledDot(Wq @ x, Wk @ y, Wv @ y)
  const product7 = tf.reshape(product6, [batchSize * beam, model]);
  const product8 = tf.matMul(product7, memory['8']);
  rt.dispose(product6, product7);

  // input.attn:4  a = x + MultiHead[heads](x, x[upto target as past])
  const a = tf.add(x, product8);
  rt.dispose(x, product8);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const aShaped = tf.reshape(a, [batchSize, beam, model]);

  // attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))
  const weightsProduct4 = tf.matMul(aShaped, memory['1']);
  const weightsProduct5 = tf.reshape(weightsProduct4, [batchSize * beam, source]);
  const weightsQuotient2 = tf.div(weightsProduct5, Math.sqrt(model));
  const weightsQuotientShaped = tf.reshape(weightsQuotient2, [batchSize, beam, source]);
  rt.dispose(aShaped, weightsProduct4, weightsProduct5, weightsQuotient2);
  const weightsWeightsWide = tf.reshape(memory['0'], [batchSize, 1, source]);
  const weights2 = rt.where(weightsWeightsWide, weightsQuotientShaped, -Infinity);
  const weightsWeightsRows = tf.reshape(weights2, [batchSize * beam, source]);
  const weights3 = tf.softmax(weightsWeightsRows);
  rt.dispose(weightsQuotientShaped, weightsWeightsWide, weights2, weightsWeightsRows);
  const weightsWeightsShaped = tf.reshape(weights3, [batchSize, beam, source]);
  rt.dispose(weights3);

  // attention.attn:18  sum[key](weights * values)
  const memory1T = tf.transpose(memory['1'], [0, 2, 1]);
  const product9 = tf.matMul(weightsWeightsShaped, memory1T);
  rt.dispose(weightsWeightsShaped, memory1T);

  // input.attn:5  LayerNorm(a + ScaledDot(dropout(a, 0.1), m, m))
  const product10 = tf.reshape(product9, [batchSize * beam, model]);
  const sum = tf.add(a, product10);
  rt.dispose(product9, a, product10);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleHighest = tf.max(sum, 1);

  // layers.attn:11  least = stop(min[features](x))
  const leastLowest = tf.min(sum, 1);

  // layers.attn:12  scale = 1 / max(stop(max[features](x)) - least, 1)
  const scaleDifference = tf.sub(scaleHighest, leastLowest);
  const scaleLarger = tf.maximum(scaleDifference, 1);
  const scale = tf.div(1, scaleLarger);
  rt.dispose(scaleHighest, scaleDifference, scaleLarger);

  // layers.attn:13  near = scale * (x - least)
  const nearLowestWide = tf.reshape(leastLowest, [batchSize * beam, 1]);
  const nearDifference = tf.sub(sum, nearLowestWide);
  const nearScaleWide = tf.reshape(scale, [batchSize * beam, 1]);
  const near = tf.mul(nearScaleWide, nearDifference);
  rt.dispose(leastLowest, sum, nearLowestWide, nearDifference, nearScaleWide);

  // layers.attn:14  centred = near - mean[features](near)
  const centredMean = tf.mean(near, 1, true);
  const centred = tf.sub(near, centredMean);
  rt.dispose(near, centredMean);

  // layers.attn:15  narrow = 1 / sqrt(mean[features](centred * centred) + 1e-5 * scale * scale)
  const narrowProduct = tf.mul(centred, centred);
  const narrowMean = tf.mean(narrowProduct, 1);
  const narrowProduct2 = tf.mul(scale, 1e-5);
  const narrowProduct3 = tf.mul(narrowProduct2, scale);
  const narrowSum = tf.add(narrowMean, narrowProduct3);
  rt.dispose(narrowProduct, scale, narrowProduct2, narrowMean, narrowProduct3);
  const narrowRoot = tf.sqrt(narrowSum);
  const narrow = tf.div(1, narrowRoot);
  rt.dispose(narrowSum, narrowRoot);

  // layers.attn:16  gain * (narrow * centred) + bias
  const narrowWide = tf.reshape(narrow, [batchSize * beam, 1]);
  const product11 = tf.mul(narrowWide, centred);
  const product12 = tf.mul(product11, p['Write.logits.Layer.LayerNorm.gain']);
  rt.dispose(narrow, centred, narrowWide, product11);
  const sum2 = tf.add(product12, p['Write.logits.Layer.LayerNorm.bias']);
  rt.dispose(product12);

  // input.attn:10  logits = Layer(x, m) @ table where position[words] != 0
  const logitsProduct = tf.matMul(sum2, memory['9']);
  const logits = rt.where(memory['2'], logitsProduct, -Infinity);
  const logitsLogitsShaped = tf.reshape(logits, [batchSize, beam, words]);
  rt.dispose(sum2, logitsProduct, logits);
  return {
    logits: logitsLogitsShaped as tf.Tensor3D,
    taps: {},
    state: { rows, rows2 },
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
      { path: 'Write.logits.Layer.a.MultiHead.Wq', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wk', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wv', axes: [{ label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }, { label: 'model', size: n.model }], outs: 2, init: { kind: 'glorot' } },
      { path: 'Write.logits.Layer.a.MultiHead.Wo', axes: [{ label: 'model', size: n.model }, { label: 'heads', size: n.heads }, { label: 'width', size: n.model / n.heads }], outs: 1, init: { kind: 'glorot' } },
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
