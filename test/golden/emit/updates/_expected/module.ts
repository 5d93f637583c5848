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
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.z, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['Linear#2.b']);
  rt.dispose(tanh, WT2, product2);
  return { x: sum2 };
}

/** What generatorLossGenerator gives. */
type GeneratorLossGeneratorResults = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, never>>;
};

/** Alternate, update Generator: the loss and the metrics, means over the batch. */
function generatorLossGenerator(p: GeneratorParameters, batch: GeneratorBatch): GeneratorLossGeneratorResults {
  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.z, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['Linear#2.b']);
  rt.dispose(tanh, WT2, product2);

  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum2, batch.inputs.y);
  const errorProduct = tf.mul(errorDifference, errorDifference);
  const errorTotal = tf.sum(errorProduct, 1);
  const error = tf.mean(errorTotal);
  rt.dispose(sum2, errorDifference, errorProduct, errorTotal);
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
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.z, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['Linear#2.b']);
  rt.dispose(WT2, product2);

  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum2, batch.inputs.y);
  const errorProduct = tf.mul(errorDifference, errorDifference);
  const errorTotal = tf.sum(errorProduct, 1);
  const error = tf.mean(errorTotal);
  const errorProduct2 = tf.mul(errorDifference, 1 / batchSize);
  rt.dispose(sum2, errorProduct, errorTotal, errorDifference);
  const errorSum = tf.add(errorProduct2, errorProduct2);
  rt.dispose(errorProduct2);

  // layers.attn:4  W @ x + b
  const product3 = tf.matMul(errorSum, p['Linear#2.W']);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const product4 = rt.tanhGradient(product3, tanh);
  rt.dispose(product3);

  // layers.attn:4  W @ x + b
  const productT = tf.transpose(product4, [1, 0]);
  const product5 = tf.matMul(productT, batch.inputs.z);
  const total = tf.sum(product4, 0);
  const sumT = tf.transpose(errorSum, [1, 0]);
  const product6 = tf.matMul(sumT, tanh);
  rt.dispose(productT, product4, tanh, sumT);
  const total2 = tf.sum(errorSum, 0);
  rt.dispose(errorSum);
  return {
    loss: error,
    metrics: {},
    gradients: {
      'Linear.W': product5,
      'Linear.b': total,
      'Linear#2.W': product6,
      'Linear#2.b': total2,
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
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.z, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['Linear#2.b']);
  rt.dispose(tanh, WT2, product2);

  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const magnitude = tf.abs(sum2);
  const total = tf.sum(magnitude, 1);
  const loss = tf.mean(total);
  rt.dispose(magnitude, total);

  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum2, batch.inputs.y);
  const errorProduct = tf.mul(errorDifference, errorDifference);
  const errorTotal = tf.sum(errorProduct, 1);
  const error = tf.mean(errorTotal);
  rt.dispose(sum2, errorDifference, errorProduct, errorTotal);
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
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.z, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['Linear#2.b']);
  rt.dispose(WT2, product2);

  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const magnitude = tf.abs(sum2);
  const total = tf.sum(magnitude, 1);
  const loss = tf.mean(total);
  rt.dispose(magnitude, total);

  // input.attn:22  error = sum[d]((x - y) ^ 2)
  const errorDifference = tf.sub(sum2, batch.inputs.y);
  const errorProduct = tf.mul(errorDifference, errorDifference);
  const errorTotal = tf.sum(errorProduct, 1);
  const error = tf.mean(errorTotal);
  rt.dispose(errorDifference, errorProduct, errorTotal);

  // input.attn:24  update Generator { loss = sum[d](abs(x)); metric off = error; optimizer sgd(rate = 1e-3) }
  const sign = tf.sign(sum2);
  const product3 = tf.mul(sign, 1 / batchSize);
  rt.dispose(sum2, sign);

  // layers.attn:4  W @ x + b
  const product4 = tf.matMul(product3, p['Linear#2.W']);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const product5 = rt.tanhGradient(product4, tanh);
  rt.dispose(product4);

  // layers.attn:4  W @ x + b
  const productT = tf.transpose(product5, [1, 0]);
  const product6 = tf.matMul(productT, batch.inputs.z);
  const total2 = tf.sum(product5, 0);
  const productT2 = tf.transpose(product3, [1, 0]);
  const product7 = tf.matMul(productT2, tanh);
  rt.dispose(productT, product5, tanh, productT2);
  const total3 = tf.sum(product3, 0);
  rt.dispose(product3);
  return {
    loss,
    metrics: { off: error },
    gradients: {
      'Linear.W': product6,
      'Linear.b': total2,
      'Linear#2.W': product7,
      'Linear#2.b': total3,
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
      { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, init: { kind: 'glorot' } },
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
  const WT = tf.transpose(p['Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.x, WT);
  const sum = tf.add(product, p['Linear.b']);
  rt.dispose(WT, product);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['Linear#2.W'], [8, 1]);
  const product2 = tf.matMul(relu, WWide);
  const product3 = tf.reshape(product2, [batchSize]);
  const sum2 = tf.add(product3, p['Linear#2.b']);
  rt.dispose(relu, WWide, product2, product3);
  return { score: sum2 };
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
      { path: 'Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, init: { kind: 'glorot' } },
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

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['D.Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.real, WT);
  const sum = tf.add(product, p['D.Linear.b']);
  rt.dispose(product);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['D.Linear#2.W'], [8, 1]);
  const product2 = tf.matMul(relu, WWide);
  const product3 = tf.reshape(product2, [batchSize]);
  const sum2 = tf.add(product3, p['D.Linear#2.b']);
  rt.dispose(relu, product2, product3);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossDifference = tf.sub(1, sum2);
  const lossRelu = tf.relu(lossDifference);
  rt.dispose(lossDifference);

  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['G.Linear.W'], [1, 0]);
  const product4 = tf.matMul(fakeNormal, WT2);
  const sum3 = tf.add(product4, p['G.Linear.b']);
  rt.dispose(fakeNormal, WT2, product4);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum3);
  rt.dispose(sum3);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['G.Linear#2.W'], [1, 0]);
  const product5 = tf.matMul(tanh, WT3);
  const sum4 = tf.add(product5, p['G.Linear#2.b']);
  const product6 = tf.matMul(sum4, WT);
  rt.dispose(tanh, WT3, product5, WT, sum4);
  const sum5 = tf.add(product6, p['D.Linear.b']);
  rt.dispose(product6);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu2 = tf.relu(sum5);
  rt.dispose(sum5);

  // layers.attn:4  W @ x + b
  const product7 = tf.matMul(relu2, WWide);
  const product8 = tf.reshape(product7, [batchSize]);
  const sum6 = tf.add(product8, p['D.Linear#2.b']);
  rt.dispose(WWide, relu2, product7, product8);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossSum = tf.add(sum6, 1);
  const lossRelu2 = tf.relu(lossSum);
  const lossSum2 = tf.add(lossRelu, lossRelu2);
  const loss = tf.mean(lossSum2);
  rt.dispose(lossSum, lossRelu, lossRelu2, lossSum2);

  // input.attn:10  metric gap = D(real) - D(stop(fake))
  const difference = tf.sub(sum2, sum6);
  const mean = tf.mean(difference);
  rt.dispose(sum2, sum6, difference);
  return {
    loss,
    metrics: { gap: mean },
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

  // layers.attn:4  W @ x + b
  const WT = tf.transpose(p['D.Linear.W'], [1, 0]);
  const product = tf.matMul(batch.inputs.real, WT);
  const sum = tf.add(product, p['D.Linear.b']);
  rt.dispose(product);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['D.Linear#2.W'], [8, 1]);
  const product2 = tf.matMul(relu, WWide);
  const product3 = tf.reshape(product2, [batchSize]);
  const sum2 = tf.add(product3, p['D.Linear#2.b']);
  rt.dispose(product2, product3);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossDifference = tf.sub(1, sum2);
  const lossRelu = tf.relu(lossDifference);
  rt.dispose(lossDifference);

  // input.attn:7  fake = G(sample normal[latent]())
  const fakeNormal = random.normal('Hinge.sample#0', [batchSize, latent], [false], []);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['G.Linear.W'], [1, 0]);
  const product4 = tf.matMul(fakeNormal, WT2);
  const sum3 = tf.add(product4, p['G.Linear.b']);
  rt.dispose(fakeNormal, WT2, product4);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum3);
  rt.dispose(sum3);

  // layers.attn:4  W @ x + b
  const WT3 = tf.transpose(p['G.Linear#2.W'], [1, 0]);
  const product5 = tf.matMul(tanh, WT3);
  const sum4 = tf.add(product5, p['G.Linear#2.b']);
  const product6 = tf.matMul(sum4, WT);
  rt.dispose(tanh, WT3, product5, WT);
  const sum5 = tf.add(product6, p['D.Linear.b']);
  rt.dispose(product6);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu2 = tf.relu(sum5);
  rt.dispose(sum5);

  // layers.attn:4  W @ x + b
  const product7 = tf.matMul(relu2, WWide);
  const product8 = tf.reshape(product7, [batchSize]);
  const sum6 = tf.add(product8, p['D.Linear#2.b']);
  rt.dispose(WWide, product7, product8);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossSum = tf.add(sum6, 1);
  const lossRelu2 = tf.relu(lossSum);
  const lossSum2 = tf.add(lossRelu, lossRelu2);
  const loss = tf.mean(lossSum2);
  rt.dispose(lossSum, lossSum2);

  // input.attn:10  metric gap = D(real) - D(stop(fake))
  const difference = tf.sub(sum2, sum6);
  const mean = tf.mean(difference);
  rt.dispose(sum2, sum6, difference);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const isGreater = tf.greater(relu2, 0);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossIsGreater = tf.greater(lossRelu2, 0);
  const lossChosen = rt.where(lossIsGreater, 1 / batchSize, 0);
  rt.dispose(lossRelu2, lossIsGreater);

  // layers.attn:4  W @ x + b
  const chosenWide = tf.reshape(lossChosen, [batchSize, 1]);
  const product9 = tf.mul(chosenWide, p['D.Linear#2.W']);
  rt.dispose(chosenWide);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = rt.where(isGreater, product9, 0);
  rt.dispose(isGreater, product9);

  // layers.attn:4  W @ x + b
  const chosenT = tf.transpose(chosen, [1, 0]);
  const product10 = tf.matMul(chosenT, sum4);
  rt.dispose(sum4, chosenT);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const isGreater2 = tf.greater(relu, 0);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossIsGreater2 = tf.greater(lossRelu, 0);
  const lossChosen2 = rt.where(lossIsGreater2, 1 / batchSize, 0);
  const lossNegative = tf.neg(lossChosen2);
  rt.dispose(lossRelu, lossIsGreater2, lossChosen2);

  // layers.attn:4  W @ x + b
  const negativeWide = tf.reshape(lossNegative, [batchSize, 1]);
  const product11 = tf.mul(negativeWide, p['D.Linear#2.W']);
  rt.dispose(negativeWide);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen2 = rt.where(isGreater2, product11, 0);
  rt.dispose(isGreater2, product11);

  // layers.attn:4  W @ x + b
  const chosenT2 = tf.transpose(chosen2, [1, 0]);
  const product12 = tf.matMul(chosenT2, batch.inputs.real);
  rt.dispose(chosenT2);

  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const sum7 = tf.add(product10, product12);
  rt.dispose(product10, product12);

  // layers.attn:4  W @ x + b
  const total = tf.sum(chosen, 0);
  const total2 = tf.sum(chosen2, 0);
  rt.dispose(chosen, chosen2);

  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const sum8 = tf.add(total, total2);
  rt.dispose(total, total2);

  // layers.attn:4  W @ x + b
  const chosenWide2 = tf.reshape(lossChosen, [1, batchSize]);
  const product13 = tf.matMul(chosenWide2, relu2);
  const negativeWide2 = tf.reshape(lossNegative, [1, batchSize]);
  const product14 = tf.matMul(negativeWide2, relu);
  rt.dispose(relu2, chosenWide2, relu, negativeWide2);

  // layers.attn:3  param W: [out.. <- in], b: [out..] = zeros
  const product15 = tf.reshape(product13, [8]);
  const product16 = tf.reshape(product14, [8]);
  const sum9 = tf.add(product15, product16);
  rt.dispose(product13, product14, product15, product16);

  // input.attn:9  loss = relu(1 - D(real)) + relu(1 + D(stop(fake)))
  const lossTotal = tf.sum(lossChosen);
  rt.dispose(lossChosen);

  // layers.attn:4  W @ x + b
  const total3 = tf.sum(lossNegative);
  const sum10 = tf.add(lossTotal, total3);
  rt.dispose(lossNegative, lossTotal, total3);
  return {
    loss,
    metrics: { gap: mean },
    gradients: {
      'D.Linear.W': sum7,
      'D.Linear.b': sum8,
      'D.Linear#2.W': sum9,
      'D.Linear#2.b': sum10,
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
  const WT = tf.transpose(p['G.Linear.W'], [1, 0]);
  const product = tf.matMul(fakeNormal, WT);
  const sum = tf.add(product, p['G.Linear.b']);
  rt.dispose(fakeNormal, WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['G.Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['G.Linear#2.b']);
  const WT3 = tf.transpose(p['D.Linear.W'], [1, 0]);
  const product3 = tf.matMul(sum2, WT3);
  rt.dispose(tanh, WT2, product2, sum2, WT3);
  const sum3 = tf.add(product3, p['D.Linear.b']);
  rt.dispose(product3);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum3);
  rt.dispose(sum3);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['D.Linear#2.W'], [8, 1]);
  const product4 = tf.matMul(relu, WWide);
  const product5 = tf.reshape(product4, [batchSize]);
  const sum4 = tf.add(product5, p['D.Linear#2.b']);
  rt.dispose(relu, WWide, product4, product5);

  // input.attn:15  loss = -D(fake)
  const lossNegative = tf.neg(sum4);
  const loss = tf.mean(lossNegative);
  rt.dispose(sum4, lossNegative);
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
  const WT = tf.transpose(p['G.Linear.W'], [1, 0]);
  const product = tf.matMul(fakeNormal, WT);
  const sum = tf.add(product, p['G.Linear.b']);
  rt.dispose(WT, product);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const tanh = tf.tanh(sum);
  rt.dispose(sum);

  // layers.attn:4  W @ x + b
  const WT2 = tf.transpose(p['G.Linear#2.W'], [1, 0]);
  const product2 = tf.matMul(tanh, WT2);
  const sum2 = tf.add(product2, p['G.Linear#2.b']);
  const WT3 = tf.transpose(p['D.Linear.W'], [1, 0]);
  const product3 = tf.matMul(sum2, WT3);
  rt.dispose(WT2, product2, sum2, WT3);
  const sum3 = tf.add(product3, p['D.Linear.b']);
  rt.dispose(product3);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const relu = tf.relu(sum3);
  rt.dispose(sum3);

  // layers.attn:4  W @ x + b
  const WWide = tf.reshape(p['D.Linear#2.W'], [8, 1]);
  const product4 = tf.matMul(relu, WWide);
  const product5 = tf.reshape(product4, [batchSize]);
  const sum4 = tf.add(product5, p['D.Linear#2.b']);
  rt.dispose(WWide, product4, product5);

  // input.attn:15  loss = -D(fake)
  const lossNegative = tf.neg(sum4);
  const loss = tf.mean(lossNegative);
  rt.dispose(sum4, lossNegative);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const isGreater = tf.greater(relu, 0);
  rt.dispose(relu);

  // layers.attn:4  W @ x + b
  const product6 = tf.mul(-((1 / batchSize)), p['D.Linear#2.W']);

  // input.attn:4  model Discriminator(x: [d]) -> score: [] { Linear[](relu(Linear[8](x))) }
  const chosen = rt.where(isGreater, product6, 0);
  rt.dispose(isGreater, product6);

  // layers.attn:4  W @ x + b
  const product7 = tf.matMul(chosen, p['D.Linear.W']);
  const product8 = tf.matMul(product7, p['G.Linear#2.W']);
  rt.dispose(chosen);

  // input.attn:3  model Generator(z: [latent]) -> x: [d] { Linear[d](tanh(Linear[8](z))) }
  const product9 = rt.tanhGradient(product8, tanh);
  rt.dispose(product8);

  // layers.attn:4  W @ x + b
  const productT = tf.transpose(product9, [1, 0]);
  const product10 = tf.matMul(productT, fakeNormal);
  const total = tf.sum(product9, 0);
  const productT2 = tf.transpose(product7, [1, 0]);
  const product11 = tf.matMul(productT2, tanh);
  rt.dispose(fakeNormal, productT, product9, tanh, productT2);
  const total2 = tf.sum(product7, 0);
  rt.dispose(product7);
  return {
    loss,
    metrics: {},
    gradients: {
      'G.Linear.W': product10,
      'G.Linear.b': total,
      'G.Linear#2.W': product11,
      'G.Linear#2.b': total2,
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
      { path: 'G.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.latent }], outs: 1, init: { kind: 'glorot' } },
      { path: 'G.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'G.Linear#2.W', axes: [{ label: 'out.d', size: n.d }, { label: 'in', size: 8 }], outs: 1, init: { kind: 'glorot' } },
      { path: 'G.Linear#2.b', axes: [{ label: 'out.d', size: n.d }], outs: 1, init: { kind: 'zeros' } },
      { path: 'D.Linear.W', axes: [{ label: 'out.out0', size: 8 }, { label: 'in', size: n.d }], outs: 1, init: { kind: 'glorot' } },
      { path: 'D.Linear.b', axes: [{ label: 'out.out0', size: 8 }], outs: 1, init: { kind: 'zeros' } },
      { path: 'D.Linear#2.W', axes: [{ label: 'in', size: 8 }], outs: 0, init: { kind: 'glorot' } },
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
