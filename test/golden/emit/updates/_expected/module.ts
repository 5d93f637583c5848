/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Generator that its constructor may be given. */
export type GeneratorDims = {
  /** `latent`, `d`: Goodfellow et al. 2014 with the hinge of Lim & Ye 2017: two models, two updates, what both read made once in each. Default 4. */
  readonly latent: number;
  /** Default 3. */ readonly d: number;
};

/** One example of Generator. */
export interface GeneratorInput {
  /** `[latent]` */ readonly z: rt.Floats;
}

/** What the objectives need besides. */
export interface GeneratorTarget {
  /** `[d]` */ readonly y: rt.Floats;
}

/** What Generator gives for one example. */
export type GeneratorOutput = {
  readonly x: rt.Value;
};

/** Every size of a call. */
type GeneratorSizes = Readonly<Record<'latent' | 'd' | 'batch', number>>;

/** Parameters. */
type LinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type GeneratorParameters = { readonly Linear: LinearParameters; readonly 'Linear#2': LinearParameters };

/** Padded examples on the device. */
type GeneratorBatch = {
  readonly n: GeneratorSizes;
  readonly inputs: { readonly z: tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** One model alone, in two ways. */
function alternate(sum: tf.Tensor, y: tf.Tensor) {
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum, y);
  const error = tf.tidy(() => tf.mean(tf.sum(tf.mul(errorDifference, errorDifference), 1)));
  return { error, errorDifference };
}

function alternate2(sum: tf.Tensor, y: tf.Tensor) {
  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const loss = tf.tidy(() => tf.mean(tf.sum(tf.abs(sum), 1)));
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const error = tf.tidy(() => {
    const difference = tf.sub(sum, y);
    return tf.mean(tf.sum(tf.mul(difference, difference), 1));
  });
  return { loss, error };
}

function generator2(p: GeneratorParameters, z: tf.Tensor) {
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(z, p.Linear.W), p.Linear.b));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2'].W), p['Linear#2'].b));
  return { sum: sum2, tanh };
}

function generatorBackward(p: GeneratorParameters, dResult: tf.Tensor, tanh: tf.Tensor, z: tf.Tensor) {
  // std/layers.attn:4  W @ x + b
  const WProduct = tf.matMul(dResult, p['Linear#2'].W, false, true);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanhGradient = rt.tanhGradient(WProduct, tanh);
  rt.dispose(WProduct);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(tanhGradient, 0);
  const dW = tf.matMul(z, tanhGradient, true);
  const dLinear2B = tf.sum(dResult, 0);
  const dLinear2W = tf.matMul(tanh, dResult, true);
  rt.dispose(tanhGradient);
  return { 'Linear.W': dW, 'Linear.b': dB, 'Linear#2.W': dLinear2W, 'Linear#2.b': dLinear2B };
}

/** Outputs by name, [batch, …]. */
type GeneratorResults = { readonly x: tf.Tensor };

/** The outputs of Generator, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function generatorForward(p: GeneratorParameters, batch: GeneratorBatch): GeneratorResults {
  const { sum: x, tanh } = generator2(p, batch.inputs.z);
  rt.dispose(tanh);
  return { x };
}

/** Alternate, update Generator: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function generatorLossGenerator(p: GeneratorParameters, batch: GeneratorBatch): rt.LossTensors {
  const { sum, tanh } = generator2(p, batch.inputs.z);
  const { error, errorDifference } = alternate(sum, batch.inputs.y);
  rt.dispose(tanh, sum, errorDifference);
  return { loss: error, metrics: {} };
}

/** Alternate, update Generator: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function generatorGradientsGenerator(p: GeneratorParameters, batch: GeneratorBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize } = batch.n;
  const { sum, tanh } = generator2(p, batch.inputs.z);
  const { error, errorDifference } = alternate(sum, batch.inputs.y);
  rt.dispose(sum);
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorSum = tf.tidy(() => {
    const product = tf.mul(errorDifference, 1 / batchSize);
    return tf.add(product, product);
  });
  const gradients = generatorBackward(p, errorSum, tanh, batch.inputs.z);
  rt.dispose(errorDifference, tanh, errorSum);
  return { loss: error, metrics: {}, gradients };
}

/** Alternate, update Generator#2: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function generatorLossGenerator2(p: GeneratorParameters, batch: GeneratorBatch): rt.LossTensors {
  const { sum, tanh } = generator2(p, batch.inputs.z);
  const { loss, error } = alternate2(sum, batch.inputs.y);
  rt.dispose(tanh, sum);
  return { loss, metrics: { off: error } };
}

/** Alternate, update Generator#2: as the loss, and its gradient by every parameter. It disposes of nothing that it is given; what it gives is the caller's. */
function generatorGradientsGenerator2(p: GeneratorParameters, batch: GeneratorBatch, _random: rt.Random): rt.GradientTensors {
  const { batch: batchSize } = batch.n;
  const { sum, tanh } = generator2(p, batch.inputs.z);
  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const product = tf.tidy(() => tf.mul(tf.sign(sum), 1 / batchSize));
  const { loss, error } = alternate2(sum, batch.inputs.y);
  const gradients = generatorBackward(p, product, tanh, batch.inputs.z);
  rt.dispose(sum, tanh, product);
  return { loss, metrics: { off: error }, gradients };
}

const generatorDefinition: rt.Definition = {
  name: 'Generator',
  source: 'input.attn',
  hyperparameters: { latent: 4, d: 3 },
  ragged: [],
  sizes(n: GeneratorDims) {
    return { latent: n.latent, d: n.d };
  },
  parameters: (n: GeneratorSizes) => [
    { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Linear#2.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
  ],
  inputs: (n: GeneratorSizes) => [{ name: 'z', elem: 'float', axes: [{ label: 'latent', size: n.latent }], indexes: null }],
  outputs: {
    x: { elem: 'float', axes: [{ label: 'd', dim: null }] },
  },
  forward: generatorForward,
  objectives: [
    {
      name: 'Alternate',
      given: (n: GeneratorSizes) => [{ name: 'y', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
      updates: [
        {
          name: 'Generator',
          loss: generatorLossGenerator,
          gradients: generatorGradientsGenerator,
          optimizer: () => ({ kind: 'sgd', rate: 0.01 }),
          clip: { kind: 'value', limit: 0.5 },
        },
        {
          name: 'Generator#2',
          loss: generatorLossGenerator2,
          gradients: generatorGradientsGenerator2,
          optimizer: () => ({ kind: 'sgd', rate: 1e-3 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

export class Generator extends rt.Model<GeneratorDims, GeneratorInput, GeneratorTarget, GeneratorOutput> {
  constructor(options: rt.ModelOptions<GeneratorDims> = {}) {
    super(generatorDefinition, options);
  }
}

/** Dims of Discriminator that its constructor may be given. */
export type DiscriminatorDims = {
  /** `latent`, `d`: Goodfellow et al. 2014 with the hinge of Lim & Ye 2017: two models, two updates, what both read made once in each. Default 4. */
  readonly latent: number;
  /** Default 3. */ readonly d: number;
};

/** One example of Discriminator. */
export interface DiscriminatorInput {
  /** `[d]` */ readonly x: rt.Floats;
}

/** What the objectives need besides. */
export interface DiscriminatorTarget {
}

/** What Discriminator gives for one example. */
export type DiscriminatorOutput = {
  readonly score: rt.Value;
};

/** Every size of a call. */
type DiscriminatorSizes = Readonly<Record<'latent' | 'd' | 'batch', number>>;

/** Parameters. */
type LinearParameters2 = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type DiscriminatorParameters = { readonly Linear: LinearParameters2; readonly 'Linear#2': LinearParameters2 };

/** Padded examples on the device. */
type DiscriminatorBatch = {
  readonly n: DiscriminatorSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type DiscriminatorResults = { readonly score: tf.Tensor };

/** The outputs of Discriminator, batch first. It disposes of nothing that it is given; what it gives is the caller's. */
function discriminatorForward(p: DiscriminatorParameters, batch: DiscriminatorBatch): DiscriminatorResults {
  const { batch: batchSize } = batch.n;
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.x, p.Linear.W), p.Linear.b));
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const score = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['Linear#2'].W), [batchSize]), p['Linear#2'].b));
  rt.dispose(relu);
  return { score };
}

const discriminatorDefinition: rt.Definition = {
  name: 'Discriminator',
  source: 'input.attn',
  hyperparameters: { latent: 4, d: 3 },
  ragged: [],
  sizes(n: DiscriminatorDims) {
    return { latent: n.latent, d: n.d };
  },
  parameters: (n: DiscriminatorSizes) => [
    { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'Linear#2.b', axes: [], outs: 0, init: { kind: 'zeros' } },
  ],
  inputs: (n: DiscriminatorSizes) => [{ name: 'x', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
  outputs: {
    score: { elem: 'float', axes: [] },
  },
  forward: discriminatorForward,
  objectives: [],
  decoder: null,
};

export class Discriminator extends rt.Model<DiscriminatorDims, DiscriminatorInput, DiscriminatorTarget, DiscriminatorOutput> {
  constructor(options: rt.ModelOptions<DiscriminatorDims> = {}) {
    super(discriminatorDefinition, options);
  }
}

/** Dims that the models of Hinge share. */
type HingeDims = {
  /** `latent`, `d`: Goodfellow et al. 2014 with the hinge of Lim & Ye 2017: two models, two updates, what both read made once in each. Default 4. */
  readonly latent: number;
  /** Default 3. */ readonly d: number;
};

/** One example of Hinge. */
export interface HingeExample {
  /** `[d]` */ readonly real: rt.Floats;
}

/** Every size of a call. */
type HingeSizes = Readonly<Record<'latent' | 'd' | 'batch', number>>;

/** Parameters. */
type GLinearParameters = { readonly W: tf.Tensor; readonly b: tf.Tensor };
type GParameters = { readonly Linear: GLinearParameters; readonly 'Linear#2': GLinearParameters };
type DParameters = { readonly Linear: GLinearParameters; readonly 'Linear#2': GLinearParameters };
type HingeParameters = { readonly G: GParameters; readonly D: DParameters };

/** Padded examples on the device. */
type HingeBatch = {
  readonly n: HingeSizes;
  readonly inputs: { readonly real: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** An affine map to any axes, W x + b: `Linear[hidden](x)`, `Linear[heads, width](x)`, `Linear[](x)` for one number. */
function linear(p: GLinearParameters, n: HingeSizes, x: tf.Tensor) {
  const { batch: batchSize } = n;
  // std/layers.attn:4  W @ x + b
  return tf.tidy(() => tf.add(tf.reshape(tf.matMul(x, p.W), [batchSize]), p.b));
}

function linearBackward(n: HingeSizes, dResult: tf.Tensor, x: tf.Tensor, product: tf.Tensor, lossTotal: tf.Tensor) {
  const { batch: batchSize } = n;
  // std/layers.attn:4  W @ x + b
  const product2 = tf.tidy(() => tf.matMul(tf.reshape(dResult, [1, batchSize]), x));
  const total = tf.sum(dResult);
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dW = tf.tidy(() => tf.add(tf.reshape(product, [8]), tf.reshape(product2, [8])));
  const dB = tf.add(lossTotal, total);
  const dWWide = tf.reshape(dW, [8, 1]);
  rt.dispose(product2, total, dW);
  return { W: dWWide, b: dB };
}

function discriminator2(p: DParameters, n: HingeSizes, real: tf.Tensor) {
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(real, p.Linear.W), p.Linear.b));
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  const sum2 = linear(p['Linear#2'], n, relu);
  rt.dispose(sum);
  return { sum: sum2, relu };
}

function generator3(p: GParameters, fakeNormal: tf.Tensor) {
  // std/layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(fakeNormal, p.Linear.W), p.Linear.b));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // std/layers.attn:4  W @ x + b
  const fake = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2'].W), p['Linear#2'].b));
  return { fake, tanh };
}

function discriminatorBackward(n: HingeSizes, relu: tf.Tensor, dResult: tf.Tensor, WRows: tf.Tensor, real: tf.Tensor, product: tf.Tensor, total: tf.Tensor, dResult2: tf.Tensor, lossTotal: tf.Tensor) {
  const { batch: batchSize } = n;
  // std/layers.attn:4  W @ x + b
  const product2 = tf.tidy(() => tf.mul(tf.reshape(dResult, [batchSize, 1]), WRows));
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = tf.tidy(() => rt.where(tf.greater(relu, 0), product2, 0));
  rt.dispose(product2);
  // std/layers.attn:4  W @ x + b
  const linearProduct = tf.matMul(chosen, real, true);
  const linearTotal = tf.sum(chosen, 0);
  rt.dispose(chosen);
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dW = tf.add(product, linearProduct);
  const dB = tf.add(total, linearTotal);
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dLinear = linearBackward(n, dResult, relu, dResult2, lossTotal);
  rt.dispose(linearProduct, linearTotal, dW);
  return { 'Linear.W': dLinearW, 'Linear.b': dB, ...rt.below('Linear#2', dLinear) };
}

function hinge2(p: HingeParameters, n: HingeSizes, random: rt.Random, real: tf.Tensor, site: string) {
  const { batch: batchSize, latent } = n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal(site, [batchSize, latent], [false], []);
  const { sum, relu: dRelu } = discriminator2(p.D, n, real);
  const { fake, tanh } = generator3(p.G, fakeNormal);
  const { sum: dSum, relu } = discriminator2(p.D, n, fake);
  rt.dispose(fakeNormal, tanh);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossRelu2 = tf.tidy(() => tf.relu(tf.sub(1, sum)));
  const lossRelu = tf.tidy(() => tf.relu(tf.add(dSum, 1)));
  const loss = tf.tidy(() => tf.mean(tf.add(lossRelu2, lossRelu)));
  // input.attn:10  metric gap = D(real) - D(stop(fake))
  const mean = tf.tidy(() => tf.mean(tf.sub(sum, dSum)));
  rt.dispose(sum, dSum);
  return { loss, mean, lossRelu, relu, fake, lossRelu2, dRelu };
}

function hinge3(p: HingeParameters, n: HingeSizes, random: rt.Random, site: string) {
  const { batch: batchSize, latent } = n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal(site, [batchSize, latent], [false], []);
  const { fake, tanh } = generator3(p.G, fakeNormal);
  const { sum, relu } = discriminator2(p.D, n, fake);
  rt.dispose(fake);
  // input.attn:15  loss = -D(fake)
  const loss = tf.tidy(() => tf.mean(tf.neg(sum)));
  rt.dispose(sum);
  return { loss, relu, tanh, fakeNormal };
}

/** Hinge, update D: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function hingeLossD(p: HingeParameters, batch: HingeBatch, random: rt.Random): rt.LossTensors {
  const { loss, mean: gap, lossRelu, relu, fake, lossRelu2, dRelu } = hinge2(p, batch.n, random, batch.inputs.real, 'Hinge.sample#0');
  rt.dispose(lossRelu, relu, fake, lossRelu2, dRelu);
  return { loss, metrics: { gap } };
}

/** Hinge, update D: as the loss, and its gradient by every parameter that it trains. It disposes of nothing that it is given; what it gives is the caller's. */
function hingeGradientsD(p: HingeParameters, batch: HingeBatch, random: rt.Random): rt.GradientTensors {
  const { batch: batchSize } = batch.n;
  const { loss, mean: gap, lossRelu, relu, fake, lossRelu2, dRelu } = hinge2(p, batch.n, random, batch.inputs.real, 'Hinge.sample#0');
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p.D['Linear#2'].W, [8]);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossChosen = tf.tidy(() => rt.where(tf.greater(lossRelu, 0), 1 / batchSize, 0));
  rt.dispose(lossRelu);
  // std/layers.attn:4  W @ x + b
  const product = tf.tidy(() => tf.mul(tf.reshape(lossChosen, [batchSize, 1]), WRows));
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = tf.tidy(() => rt.where(tf.greater(relu, 0), product, 0));
  rt.dispose(product);
  // std/layers.attn:4  W @ x + b
  const linearProduct = tf.matMul(chosen, fake, true);
  const total = tf.sum(chosen, 0);
  const dProduct = tf.tidy(() => tf.matMul(tf.reshape(lossChosen, [1, batchSize]), relu));
  rt.dispose(fake, chosen, relu);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossNegative = tf.tidy(() => tf.neg(rt.where(tf.greater(lossRelu2, 0), 1 / batchSize, 0)));
  const lossTotal = tf.sum(lossChosen);
  const dD = discriminatorBackward(batch.n, dRelu, lossNegative, WRows, batch.inputs.real, linearProduct, total, dProduct, lossTotal);
  rt.dispose(lossRelu2, lossChosen, dRelu, WRows, linearProduct, total, dProduct, lossNegative, lossTotal);
  return { loss, metrics: { gap }, gradients: rt.below('D', dD) };
}

/** Hinge, update G: the loss and the metrics, means over the batch. It disposes of nothing that it is given; what it gives is the caller's. */
function hingeLossG(p: HingeParameters, batch: HingeBatch, random: rt.Random): rt.LossTensors {
  const { loss, relu, tanh, fakeNormal } = hinge3(p, batch.n, random, 'Hinge.sample#0');
  rt.dispose(relu, tanh, fakeNormal);
  return { loss, metrics: {} };
}

/** Hinge, update G: as the loss, and its gradient by every parameter that it trains. It disposes of nothing that it is given; what it gives is the caller's. */
function hingeGradientsG(p: HingeParameters, batch: HingeBatch, random: rt.Random): rt.GradientTensors {
  const { batch: batchSize } = batch.n;
  const { loss, relu, tanh, fakeNormal } = hinge3(p, batch.n, random, 'Hinge.sample#0');
  // std/layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p.D['Linear#2'].W, [8]);
  // std/layers.attn:4  W @ x + b
  const product = tf.mul(-(1 / batchSize), WRows);
  rt.dispose(WRows);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = tf.tidy(() => rt.where(tf.greater(relu, 0), product, 0));
  rt.dispose(relu, product);
  // std/layers.attn:4  W @ x + b
  const dFake = tf.matMul(chosen, p.D.Linear.W, false, true);
  const WProduct = tf.matMul(dFake, p.G['Linear#2'].W, false, true);
  rt.dispose(chosen);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanhGradient = rt.tanhGradient(WProduct, tanh);
  rt.dispose(WProduct);
  // std/layers.attn:4  W @ x + b
  const dB = tf.sum(tanhGradient, 0);
  const dW = tf.matMul(fakeNormal, tanhGradient, true);
  const dLinear2B = tf.sum(dFake, 0);
  const dLinear2W = tf.matMul(tanh, dFake, true);
  rt.dispose(fakeNormal, tanhGradient, tanh, dFake);
  return {
    loss,
    metrics: {},
    gradients: { 'G.Linear.W': dW, 'G.Linear.b': dB, 'G.Linear#2.W': dLinear2W, 'G.Linear#2.b': dLinear2B },
  };
}

const hingeDefinition: rt.Definition = {
  name: 'Hinge',
  source: 'input.attn',
  parts: { G: 'Generator', D: 'Discriminator' },
  hyperparameters: { latent: 4, d: 3 },
  ragged: [],
  sizes(n: HingeDims) {
    return { latent: n.latent, d: n.d };
  },
  parameters: (n: HingeSizes) => [
    { path: 'G.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'G.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'G.Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'G.Linear#2.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    { path: 'D.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
    { path: 'D.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
    { path: 'D.Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
    { path: 'D.Linear#2.b', axes: [], outs: 0, init: { kind: 'zeros' } },
  ],
  inputs: () => [],
  outputs: {
  },
  forward: () => ({}),
  objectives: [
    {
      name: 'Hinge',
      given: (n: HingeSizes) => [{ name: 'real', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null }],
      updates: [
        {
          name: 'D',
          trains: ['D'],
          loss: hingeLossD,
          gradients: hingeGradientsD,
          optimizer: (_n: HingeSizes, step: number) => ({ kind: 'adam', rate: 4e-4 * Math.min(1, step / 100), beta1: 0, beta2: 0.9 }),
          clip: { kind: 'norm', limit: 1 },
        },
        {
          name: 'G',
          trains: ['G'],
          loss: hingeLossG,
          gradients: hingeGradientsG,
          optimizer: () => ({ kind: 'adam', rate: 1e-4, beta1: 0, beta2: 0.9 }),
          clip: null,
        },
      ],
    },
  ],
  decoder: null,
};

/** What Hinge trains. */
export interface HingeModels {
  readonly G: Generator;
  readonly D: Discriminator;
}

export class Hinge extends rt.Joint<HingeModels, HingeExample> {
  constructor(models: HingeModels, options: rt.JointOptions = {}) {
    super(hingeDefinition, models, options);
  }
}
