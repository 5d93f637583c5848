/**
 * Compiled by attnc from input.attn. Do not edit: edit the source and compile again.
 */
import * as rt from 'attnc/runtime';
import { tf } from 'attnc/runtime';

/** Dims of Generator that its constructor may be given. */
export type GeneratorDims = {
  /** `latent`, `d`: Goodfellow et al. 2014 with the hinge of Lim & Ye 2017: two models, two updates, what both read made once in each. Default 4. */
  readonly latent: number;
  /** Default 3. */
  readonly d: number;
};

/** One example of Generator. */
export interface GeneratorInput {
  /** `[latent]` */
  readonly z: rt.Floats;
}

/** What the objectives need besides. */
export interface GeneratorTarget {
  /** `[d]` */
  readonly y: rt.Floats;
}

/** What Generator gives for one example. */
export type GeneratorOutput = {
  readonly x: rt.Value;
};

/** Every size of a call. */
type GeneratorSizes = {
  readonly latent: number;
  readonly d: number;
  readonly batch: number;
};

/** Parameters by path. */
type GeneratorParameters = {
  readonly 'Linear.W': tf.Tensor;
  readonly 'Linear.b': tf.Tensor;
  readonly 'Linear#2.W': tf.Tensor;
  readonly 'Linear#2.b': tf.Tensor;
};

/** Padded examples on the device. */
type GeneratorBatch = {
  readonly n: GeneratorSizes;
  readonly inputs: { readonly z: tf.Tensor; readonly y: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type GeneratorResults = { readonly x: tf.Tensor };

/** The outputs of Generator, batch first. */
function generatorForward(p: GeneratorParameters, batch: GeneratorBatch): GeneratorResults {
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.z, p['Linear.W']), p['Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const x = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2.W']), p['Linear#2.b']));
  rt.dispose(tanh);
  return { x };
}

/** What generatorLossGenerator gives. */
type GeneratorLossGeneratorResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Alternate, update Generator: the loss and the metrics, means over the batch. */
function generatorLossGenerator(p: GeneratorParameters, batch: GeneratorBatch): GeneratorLossGeneratorResults {
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.z, p['Linear.W']), p['Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2.W']), p['Linear#2.b']));
  rt.dispose(tanh);
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const error = tf.tidy(() => {
    const difference = tf.sub(sum2, batch.inputs.y);
    return tf.mean(tf.sum(tf.mul(difference, difference), 1));
  });
  rt.dispose(sum2);
  return {
    loss: error,
    metrics: {},
  };
}

/** What generatorGradientsGenerator gives. */
type GeneratorGradientsGeneratorResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: GeneratorParameters;
};

/** Alternate, update Generator: as the loss, dropout on, and its gradient by every parameter. */
function generatorGradientsGenerator(p: GeneratorParameters, batch: GeneratorBatch, _random: rt.Random): GeneratorGradientsGeneratorResults {
  const { batch: batchSize } = batch.n;
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.z, p['Linear.W']), p['Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2.W']), p['Linear#2.b']));
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum2, batch.inputs.y);
  const error = tf.tidy(() => tf.mean(tf.sum(tf.mul(errorDifference, errorDifference), 1)));
  const errorSum = tf.tidy(() => {
    const product = tf.mul(errorDifference, 1 / batchSize);
    return tf.add(product, product);
  });
  rt.dispose(sum2, errorDifference);
  // layers.attn:4  W @ x + b
  const WProduct = tf.matMul(errorSum, p['Linear#2.W'], false, true);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanhGradient = rt.tanhGradient(WProduct, tanh);
  rt.dispose(WProduct);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(tanhGradient, batch.inputs.z, true);
  const dB = tf.sum(tanhGradient, 0);
  const dW2 = tf.matMul(errorSum, tanh, true);
  const dLinear2B = tf.sum(errorSum, 0);
  rt.dispose(tanhGradient, tanh, errorSum);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dLinear2W = tf.transpose(dW2, [1, 0]);
  rt.dispose(dW, dW2);
  return {
    loss: error,
    metrics: {},
    gradients: {
      'Linear.W': dLinearW,
      'Linear.b': dB,
      'Linear#2.W': dLinear2W,
      'Linear#2.b': dLinear2B,
    },
  };
}

/** What generatorLossGenerator2 gives. */
type GeneratorLossGenerator2Results = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly off: tf.Tensor };
};

/** Alternate, update Generator#2: the loss and the metrics, means over the batch. */
function generatorLossGenerator2(p: GeneratorParameters, batch: GeneratorBatch): GeneratorLossGenerator2Results {
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.z, p['Linear.W']), p['Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2.W']), p['Linear#2.b']));
  rt.dispose(tanh);
  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const loss = tf.tidy(() => tf.mean(tf.sum(tf.abs(sum2), 1)));
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const error = tf.tidy(() => {
    const difference = tf.sub(sum2, batch.inputs.y);
    return tf.mean(tf.sum(tf.mul(difference, difference), 1));
  });
  rt.dispose(sum2);
  return {
    loss,
    metrics: { off: error },
  };
}

/** What generatorGradientsGenerator2 gives. */
type GeneratorGradientsGenerator2Results = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly off: tf.Tensor };
  readonly gradients: GeneratorParameters;
};

/** Alternate, update Generator#2: as the loss, dropout on, and its gradient by every parameter. */
function generatorGradientsGenerator2(p: GeneratorParameters, batch: GeneratorBatch, _random: rt.Random): GeneratorGradientsGenerator2Results {
  const { batch: batchSize } = batch.n;
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.z, p['Linear.W']), p['Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(tanh, p['Linear#2.W']), p['Linear#2.b']));
  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const loss = tf.tidy(() => tf.mean(tf.sum(tf.abs(sum2), 1)));
  const product = tf.tidy(() => tf.mul(tf.sign(sum2), 1 / batchSize));
  // layers.attn:4  W @ x + b
  const WProduct = tf.matMul(product, p['Linear#2.W'], false, true);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanhGradient = rt.tanhGradient(WProduct, tanh);
  rt.dispose(WProduct);
  // layers.attn:4  W @ x + b
  const dW = tf.matMul(tanhGradient, batch.inputs.z, true);
  const dB = tf.sum(tanhGradient, 0);
  const dW2 = tf.matMul(product, tanh, true);
  const dLinear2B = tf.sum(product, 0);
  rt.dispose(tanhGradient, tanh, product);
  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const error = tf.tidy(() => {
    const difference = tf.sub(sum2, batch.inputs.y);
    return tf.mean(tf.sum(tf.mul(difference, difference), 1));
  });
  rt.dispose(sum2);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dLinear2W = tf.transpose(dW2, [1, 0]);
  rt.dispose(dW, dW2);
  return {
    loss,
    metrics: { off: error },
    gradients: {
      'Linear.W': dLinearW,
      'Linear.b': dB,
      'Linear#2.W': dLinear2W,
      'Linear#2.b': dLinear2B,
    },
  };
}

const generatorDefinition: rt.Definition = {
  name: 'Generator',
  source: 'input.attn',
  hyperparameters: { latent: 4, d: 3 },
  ragged: [],
  sizes(n: GeneratorDims) {
    return { latent: n.latent, d: n.d };
  },
  parameters(n: GeneratorSizes) {
    return [
      { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Linear#2.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: GeneratorSizes) {
    return [
      { name: 'z', elem: 'float', axes: [{ label: 'latent', size: n.latent }], indexes: null },
    ];
  },
  outputs: {
    x: { elem: 'float', axes: [{ label: 'd', dim: null }] },
  },
  forward: generatorForward,
  objectives: [
    {
      name: 'Alternate',
      given(n: GeneratorSizes) {
        return [
          { name: 'y', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
        ];
      },
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
  /** Default 3. */
  readonly d: number;
};

/** One example of Discriminator. */
export interface DiscriminatorInput {
  /** `[d]` */
  readonly x: rt.Floats;
}

/** What the objectives need besides. */
export interface DiscriminatorTarget {
}

/** What Discriminator gives for one example. */
export type DiscriminatorOutput = {
  readonly score: rt.Value;
};

/** Every size of a call. */
type DiscriminatorSizes = {
  readonly latent: number;
  readonly d: number;
  readonly batch: number;
};

/** Parameters by path. */
type DiscriminatorParameters = {
  readonly 'Linear.W': tf.Tensor;
  readonly 'Linear.b': tf.Tensor;
  readonly 'Linear#2.W': tf.Tensor;
  readonly 'Linear#2.b': tf.Tensor;
};

/** Padded examples on the device. */
type DiscriminatorBatch = {
  readonly n: DiscriminatorSizes;
  readonly inputs: { readonly x: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** Outputs by name, [batch, …]. */
type DiscriminatorResults = { readonly score: tf.Tensor };

/** The outputs of Discriminator, batch first. */
function discriminatorForward(p: DiscriminatorParameters, batch: DiscriminatorBatch): DiscriminatorResults {
  const { batch: batchSize } = batch.n;
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(batch.inputs.x, p['Linear.W']), p['Linear.b']));
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const score = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['Linear#2.W']), [batchSize]), p['Linear#2.b']));
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
  parameters(n: DiscriminatorSizes) {
    return [
      { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
      { path: 'Linear#2.b', axes: [], outs: 0, init: { kind: 'zeros' } },
    ];
  },
  inputs(n: DiscriminatorSizes) {
    return [
      { name: 'x', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
    ];
  },
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
  /** Default 3. */
  readonly d: number;
};

/** One example of Hinge. */
export interface HingeExample {
  /** `[d]` */
  readonly real: rt.Floats;
}

/** Every size of a call. */
type HingeSizes = {
  readonly latent: number;
  readonly d: number;
  readonly batch: number;
};

/** Parameters by path. */
type HingeParameters = {
  readonly 'G.Linear.W': tf.Tensor;
  readonly 'G.Linear.b': tf.Tensor;
  readonly 'G.Linear#2.W': tf.Tensor;
  readonly 'G.Linear#2.b': tf.Tensor;
  readonly 'D.Linear.W': tf.Tensor;
  readonly 'D.Linear.b': tf.Tensor;
  readonly 'D.Linear#2.W': tf.Tensor;
  readonly 'D.Linear#2.b': tf.Tensor;
};

/** Padded examples on the device. */
type HingeBatch = {
  readonly n: HingeSizes;
  readonly inputs: { readonly real: tf.Tensor };
  readonly lengths: Readonly<Record<string, never>>;
};

/** What hingeLossD gives. */
type HingeLossDResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly gap: tf.Tensor };
};

/** Hinge, update D: the loss and the metrics, means over the batch. */
function hingeLossD(p: HingeParameters, batch: HingeBatch, random: rt.Random): HingeLossDResults {
  const { batch: batchSize, latent } = batch.n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(fakeNormal, p['G.Linear.W']), p['G.Linear.b']));
  rt.dispose(fakeNormal);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(batch.inputs.real, p['D.Linear.W']), p['D.Linear.b']));
  const fake = tf.tidy(() => tf.add(tf.matMul(tanh, p['G.Linear#2.W']), p['G.Linear#2.b']));
  const sum3 = tf.tidy(() => tf.add(tf.matMul(fake, p['D.Linear.W']), p['D.Linear.b']));
  rt.dispose(tanh, fake);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum2);
  const relu2 = tf.relu(sum3);
  rt.dispose(sum2, sum3);
  // layers.attn:4  W @ x + b
  const sum4 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  const sum5 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu2, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  rt.dispose(relu, relu2);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const loss = tf.tidy(() => tf.mean(tf.add(tf.relu(tf.sub(1, sum4)), tf.relu(tf.add(sum5, 1)))));
  // input.attn:10  metric gap = D(real) - D(stop(fake))
  const gap = tf.tidy(() => tf.mean(tf.sub(sum4, sum5)));
  rt.dispose(sum4, sum5);
  return {
    loss,
    metrics: { gap },
  };
}

/** What Hinge, update D trains. */
type HingeDTrained = {
  readonly 'D.Linear.W': tf.Tensor;
  readonly 'D.Linear.b': tf.Tensor;
  readonly 'D.Linear#2.W': tf.Tensor;
  readonly 'D.Linear#2.b': tf.Tensor;
};

/** What hingeGradientsD gives. */
type HingeGradientsDResults = {
  readonly loss: tf.Tensor;
  readonly metrics: { readonly gap: tf.Tensor };
  readonly gradients: HingeDTrained;
};

/** Hinge, update D: as the loss, dropout on, and its gradient by every parameter that it trains. */
function hingeGradientsD(p: HingeParameters, batch: HingeBatch, random: rt.Random): HingeGradientsDResults {
  const { batch: batchSize, latent } = batch.n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(fakeNormal, p['G.Linear.W']), p['G.Linear.b']));
  rt.dispose(fakeNormal);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const sum2 = tf.tidy(() => tf.add(tf.matMul(batch.inputs.real, p['D.Linear.W']), p['D.Linear.b']));
  const fake = tf.tidy(() => tf.add(tf.matMul(tanh, p['G.Linear#2.W']), p['G.Linear#2.b']));
  const sum3 = tf.tidy(() => tf.add(tf.matMul(fake, p['D.Linear.W']), p['D.Linear.b']));
  rt.dispose(tanh);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum2);
  const relu2 = tf.relu(sum3);
  rt.dispose(sum2, sum3);
  // layers.attn:4  W @ x + b
  const sum4 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  const sum5 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu2, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p['D.Linear#2.W'], [8]);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossRelu = tf.tidy(() => tf.relu(tf.sub(1, sum4)));
  const lossRelu2 = tf.tidy(() => tf.relu(tf.add(sum5, 1)));
  const lossChosen = tf.tidy(() => rt.where(tf.greater(lossRelu2, 0), 1 / batchSize, 0));
  const lossNegative = tf.tidy(() => tf.neg(rt.where(tf.greater(lossRelu, 0), 1 / batchSize, 0)));
  // layers.attn:4  W @ x + b
  const product = tf.tidy(() => tf.mul(tf.reshape(lossChosen, [batchSize, 1]), WRows));
  const product2 = tf.tidy(() => tf.mul(tf.reshape(lossNegative, [batchSize, 1]), WRows));
  rt.dispose(WRows);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = tf.tidy(() => rt.where(tf.greater(relu2, 0), product, 0));
  const chosen2 = tf.tidy(() => rt.where(tf.greater(relu, 0), product2, 0));
  rt.dispose(product, product2);
  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const loss = tf.tidy(() => tf.mean(tf.add(lossRelu, lossRelu2)));
  const lossTotal = tf.sum(lossChosen);
  rt.dispose(lossRelu, lossRelu2);
  // layers.attn:4  W @ x + b
  const product3 = tf.matMul(chosen, fake, true);
  const product4 = tf.matMul(chosen2, batch.inputs.real, true);
  const total = tf.sum(chosen, 0);
  const total2 = tf.sum(chosen2, 0);
  const product5 = tf.tidy(() => tf.matMul(tf.reshape(lossChosen, [1, batchSize]), relu2));
  rt.dispose(fake, chosen, chosen2, relu2, lossChosen);
  const product6 = tf.tidy(() => tf.matMul(tf.reshape(lossNegative, [1, batchSize]), relu));
  const dB = tf.tidy(() => tf.add(lossTotal, tf.sum(lossNegative)));
  rt.dispose(relu, lossNegative, lossTotal);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dW = tf.add(product3, product4);
  const dLinearB = tf.add(total, total2);
  rt.dispose(product3, product4, total, total2);
  const dW2 = tf.tidy(() => tf.add(tf.reshape(product5, [8]), tf.reshape(product6, [8])));
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dLinear2W = tf.reshape(dW2, [8, 1]);
  rt.dispose(product5, product6, dW, dW2);
  // input.attn:10  metric gap = D(real) - D(stop(fake))
  const gap = tf.tidy(() => tf.mean(tf.sub(sum4, sum5)));
  rt.dispose(sum4, sum5);
  return {
    loss,
    metrics: { gap },
    gradients: {
      'D.Linear.W': dLinearW,
      'D.Linear.b': dLinearB,
      'D.Linear#2.W': dLinear2W,
      'D.Linear#2.b': dB,
    },
  };
}

/** What hingeLossG gives. */
type HingeLossGResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Hinge, update G: the loss and the metrics, means over the batch. */
function hingeLossG(p: HingeParameters, batch: HingeBatch, random: rt.Random): HingeLossGResults {
  const { batch: batchSize, latent } = batch.n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(fakeNormal, p['G.Linear.W']), p['G.Linear.b']));
  rt.dispose(fakeNormal);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:4  W @ x + b
  const fake = tf.tidy(() => tf.add(tf.matMul(tanh, p['G.Linear#2.W']), p['G.Linear#2.b']));
  const sum2 = tf.tidy(() => tf.add(tf.matMul(fake, p['D.Linear.W']), p['D.Linear.b']));
  rt.dispose(tanh, fake);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum2);
  rt.dispose(sum2);
  // layers.attn:4  W @ x + b
  const sum3 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  rt.dispose(relu);
  // input.attn:15  loss = -D(fake)
  const loss = tf.tidy(() => tf.mean(tf.neg(sum3)));
  rt.dispose(sum3);
  return {
    loss,
    metrics: {},
  };
}

/** What Hinge, update G trains. */
type HingeGTrained = {
  readonly 'G.Linear.W': tf.Tensor;
  readonly 'G.Linear.b': tf.Tensor;
  readonly 'G.Linear#2.W': tf.Tensor;
  readonly 'G.Linear#2.b': tf.Tensor;
};

/** What hingeGradientsG gives. */
type HingeGradientsGResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
  readonly gradients: HingeGTrained;
};

/** Hinge, update G: as the loss, dropout on, and its gradient by every parameter that it trains. */
function hingeGradientsG(p: HingeParameters, batch: HingeBatch, random: rt.Random): HingeGradientsGResults {
  const { batch: batchSize, latent } = batch.n;
  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);
  // layers.attn:4  W @ x + b
  const sum = tf.tidy(() => tf.add(tf.matMul(fakeNormal, p['G.Linear.W']), p['G.Linear.b']));
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const WRows = tf.reshape(p['D.Linear#2.W'], [8]);
  // layers.attn:4  W @ x + b
  const fake = tf.tidy(() => tf.add(tf.matMul(tanh, p['G.Linear#2.W']), p['G.Linear#2.b']));
  const sum2 = tf.tidy(() => tf.add(tf.matMul(fake, p['D.Linear.W']), p['D.Linear.b']));
  const product = tf.mul(-(1 / batchSize), WRows);
  rt.dispose(fake, WRows);
  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum2);
  const chosen = tf.tidy(() => rt.where(tf.greater(relu, 0), product, 0));
  rt.dispose(sum2, product);
  // layers.attn:4  W @ x + b
  const dFake = tf.matMul(chosen, p['D.Linear.W'], false, true);
  const WProduct = tf.matMul(dFake, p['G.Linear#2.W'], false, true);
  rt.dispose(chosen);
  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanhGradient = rt.tanhGradient(WProduct, tanh);
  rt.dispose(WProduct);
  // layers.attn:4  W @ x + b
  const sum3 = tf.tidy(() => tf.add(tf.reshape(tf.matMul(relu, p['D.Linear#2.W']), [batchSize]), p['D.Linear#2.b']));
  const dW = tf.matMul(tanhGradient, fakeNormal, true);
  const dB = tf.sum(tanhGradient, 0);
  const dW2 = tf.matMul(dFake, tanh, true);
  rt.dispose(relu, fakeNormal, tanhGradient, tanh);
  const dLinear2B = tf.sum(dFake, 0);
  rt.dispose(dFake);
  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const dLinearW = tf.transpose(dW, [1, 0]);
  const dLinear2W = tf.transpose(dW2, [1, 0]);
  rt.dispose(dW, dW2);
  // input.attn:15  loss = -D(fake)
  const loss = tf.tidy(() => tf.mean(tf.neg(sum3)));
  rt.dispose(sum3);
  return {
    loss,
    metrics: {},
    gradients: {
      'G.Linear.W': dLinearW,
      'G.Linear.b': dB,
      'G.Linear#2.W': dLinear2W,
      'G.Linear#2.b': dLinear2B,
    },
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
  parameters(n: HingeSizes) {
    return [
      { path: 'G.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'G.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'G.Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'G.Linear#2.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'D.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, stored: [[1], [0]], init: { kind: 'glorot' } },
      { path: 'D.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'D.Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, stored: [[0], []], init: { kind: 'glorot' } },
      { path: 'D.Linear#2.b', axes: [], outs: 0, init: { kind: 'zeros' } },
    ];
  },
  inputs() {
    return [];
  },
  outputs: {
  },
  forward: () => ({}),
  objectives: [
    {
      name: 'Hinge',
      given(n: HingeSizes) {
        return [
          { name: 'real', elem: 'float', axes: [{ label: 'd', size: n.d }], indexes: null },
        ];
      },
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
