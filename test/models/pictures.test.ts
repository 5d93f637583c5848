/** Attention over the positions of a picture: SAGAN's, the non-local block's four forms, and what stands around them. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { fit as train, useBackend } from '../../runtime/index.ts';
import { modelText } from '../analyze/support.ts';
import { agreeEverywhere, emit, examplesOf, type AnyModel, type Source } from './programs.ts';

const DIMS = 'dim rows = 3, columns = 4, colours = 2, filters = 3, classes = 2\n';
const fit = (loss = 'sum[rows, columns, colours](y ^ 2 + position[columns] * y)'): string =>
  `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;
/** Without its normaliser: by differences, what `stop` holds still would move. */
const plain = modelText('std/spectral.attn')
  .split('\n\n')
  .find((block) => block.includes('attention SelfAttention'))!
  .replaceAll(/Spectral\((W\w)\)/g, '$1');

const cases: Readonly<Record<string, Source>> = {
  ...Object.fromEntries(
    ['embedded', 'gaussian', 'dot', 'concatenation'].map((pair): [string, Source] => [
      `the non-local block, ${pair}`,
      {
        text: `${DIMS}model M(x: [rows, columns, colours]) -> y: [rows, columns, colours] { init uniform(0.7);  NonLocal[filters, pair = ${pair}](x) + Linear[colours](NonLocal[filters, pair = ${pair}](Linear[filters](x))) }${fit()}`,
      },
    ]),
  ),
  'self-attention': {
    text: `${DIMS}${plain.replace('k = 8', 'k = 2').replace('γ: [] = 0', 'γ: [] = 0.7')}
model M(x: [rows, columns, colours]) -> y: [rows, columns, colours] { Linear[colours](SelfAttention(Linear[features](x))) }
dim features = 4${fit()}`,
  },
  'a convolution of a doubled picture, and back': {
    text: `${DIMS}model M(x: [rows, columns, colours]) -> y: [rows, columns, colours] {
  h = Conv3x3[filters](Double(tanh(Conv3x3[filters](x))))
  Linear[colours](MaxPool2x2(h))
}${fit()}`,
  },
  'three times as long, a part of it, and absent positions': {
    text: `dim steps = 4, far = 3 * steps, near = 10, d = 2
model M(x: [steps, d]) -> { y: [far, d], z: [near, d] } {
  h = tanh(Linear[d](x))
  { y = h[steps = floor(position[far] / 3)], z = (h where h > -0.2)[steps = floor(position[near] / 3)] else 0.5 }
}${fit('sum[far, d](y ^ 2 * position[far]) + sum[near, d](z ^ 2 * (1 + position[near]))')}`,
  },
  'what SAGAN is made of': {
    text: `${DIMS}dim features = 8
model M(x: [rows, columns, colours]) -> y: [classes] {
  h = SelfAttention(SpectralConv[features](Double(x)))
  Linear[classes](mean[rows, columns](MaxPool2x2(relu(h))))
}${fit('sum[classes](y ^ 2)')}`,
    gradients: false,
  },
};

describe('pictures', () => {
  agreeEverywhere(cases);
});

type Matrix = readonly (readonly number[])[];

/** `M` on the cpu with the given parameters, by the ends of their paths. */
async function modelOf(text: string, values: Readonly<Record<string, readonly number[]>>) {
  await useBackend('cpu');
  const { program, create } = await emit({ text });
  const model = create({ seed: 4 });
  const stored = await model.weights.store();
  for (const [path, tensor] of stored) {
    const given = Object.entries(values).find(([end]) => path === end || path.endsWith(`.${end}`))?.[1];
    if (given !== undefined) stored.set(path, { ...tensor, data: Float32Array.from(given) });
  }
  model.weights.restore(stored);
  return { program, model };
}

async function resultOf(model: AnyModel, example: Record<string, unknown>): Promise<ArrayLike<number> & Iterable<number>> {
  return (await model.forward([example]))[0]!.y!.data;
}

const one = [1, 0, 0, 1];
const picture: Matrix = [
  [1, 0],
  [0, 1],
  [1, 1],
];

describe('golden numbers', () => {
  it.each([
    ['embedded', [0.844638, 0.577681, 0.577681, 0.844638, 0.788058, 0.788058]],
    ['dot', [2 / 3, 1 / 3, 1 / 3, 2 / 3, 1, 1]],
  ])('the non-local block, %s, with maps that change nothing', async (pair, expected) => {
    const text = `dim rows = 3, columns = 1, colours = 2\nmodel M(x: [rows, columns, colours]) -> y: [rows, columns, colours] { NonLocal[colours, pair = ${pair}](x) - x }`;
    const { model } = await modelOf(text, { Wg: one, Wz: one, Wθ: one, Wφ: one });
    const y = await resultOf(model, { x: picture.map((row) => [row]) });
    expected.forEach((value, k) => expect(y[k]).toBeCloseTo(value, 5));
  });

  it('a map over its largest singular value, along the direction that is kept', async () => {
    const { model } = await modelOf('dim a = 2, b = 2\nmodel M(x: [b]) -> y: [a] { param W: [a <- b];  Spectral(W) @ x }', {
      W: [3, 0, 0, 1],
      u: [1, 0],
    });
    const y = await resultOf(model, { x: [1, 1] });
    expect(y[0]).toBeCloseTo(1, 6);
    expect(y[1]).toBeCloseTo(1 / 3, 6);
  });

  it('the direction of the largest singular value is found in a few updates', async () => {
    const { model } = await modelOf(
      `dim a = 2, b = 2\nmodel M(x: [b]) -> y: [a] { param W: [a <- b];  Spectral(W) @ x }
objective Fit for M { loss = y[a = first];  optimizer sgd(rate = 1e-20) }`,
      { W: [3, 0, 0, 1], u: [Math.SQRT1_2, Math.SQRT1_2] },
    );
    // The first position is 3 x / σ.
    for (const σ of [2.863564, 2.998173, 2.999977]) {
      const { last } = await train(model, { train: [{ x: [1, 0] }] }, { batchSize: 1, steps: 1 });
      expect(last!.loss).toBeCloseTo(3 / σ, 5);
    }
  });

  it('its gradient goes through the map alone: G / σ - (G · W) / σ² u vᵀ', async () => {
    const W = [0.9, -0.3, 0.4, 0.2, 0.8, -0.5];
    const at = (i: number, j: number): number => W[3 * i + j]!;
    let v = [1, 1, 1];
    let u = [0, 0];
    const unit = (values: readonly number[]): number[] => values.map((value) => value / Math.hypot(...values));
    for (let round = 0; round < 200; round++) {
      u = unit([0, 1].map((i) => v.reduce((sum, value, j) => sum + at(i, j) * value, 0)));
      v = unit([0, 1, 2].map((j) => u.reduce((sum, value, i) => sum + at(i, j) * value, 0)));
    }
    const { model } = await modelOf(
      `dim a = 2, b = 3\nmodel M(x: [b]) -> y: [a] { param W: [a <- b];  Spectral(W) @ x }
objective Fit for M { loss = sum[a](y * (1 + position[a]));  optimizer sgd(rate = 0.1) }`,
      { W, u },
    );
    const x = [0.7, -0.2, 0.5];
    const { gradients } = await model.gradients([{ x }]);
    const σ = u.reduce((sum, p, i) => sum + v.reduce((inner, q, j) => inner + p * at(i, j) * q, 0), 0);
    const G = (i: number, j: number): number => (1 + i) * x[j]!;
    const product = W.reduce((sum, w, k) => sum + w * G(Math.floor(k / 3), k % 3), 0);
    W.forEach((_, k) => {
      const [i, j] = [Math.floor(k / 3), k % 3];
      expect(gradients.W!.data[k]).toBeCloseTo(G(i, j) / σ - (product / σ ** 2) * u[i]! * v[j]!, 5);
    });
  });
});

describe('at the start', () => {
  it.each([
    ['SelfAttention', 'SelfAttention(x)', 'γ'],
    ['NonLocal', 'NonLocal[filters](x)', 'Wz'],
  ])('%s is the identity, and what makes it one has a gradient', async (_name, call, gate) => {
    const text = `dim rows = 3, columns = 2, colours = 8, filters = 3\nmodel M(x: [rows, columns, colours]) -> y: [rows, columns, colours] { ${call} }
objective Fit for M { loss = sum[rows, columns, colours](y ^ 3);  optimizer sgd(rate = 0.1) }`;
    const { program, model } = await modelOf(text, {});
    const example = examplesOf(program, model.sizes)[0]!;
    const y = await resultOf(model, example.values);
    const x = (example.values.x as unknown as number[][][]).flat(2);
    expect([...y]).toEqual(x.map(Math.fround));
    const { gradients } = await model.gradients([example.values]);
    const path = model.parameters.find((parameter) => parameter.path.endsWith(gate))!.path;
    expect(Math.max(...gradients[path]!.data.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('the weights over all positions add up to one', async () => {
    const text =
      'dim rows = 3, columns = 2, colours = 8\nmodel M(x: [rows, columns, colours]) -> { y: [rows, columns, colours], total: [here: rows * columns] } { a = SelfAttention(x);  { y = a, total = sum[there](a.weights) } }';
    const { program, model } = await modelOf(text, {});
    const example = examplesOf(program, model.sizes)[0]!;
    const parameters = new Map(
      [...(await model.weights.store())].map(([path, { data }]) => [path, Float64Array.from(data, (_, k) => Math.sin(k + path.length))]),
    );
    const total = interpret([...program.outputs.values()], {
      sizes: example.sizes,
      inputs: new Map(Object.entries(example.values)),
      parameters,
    })[1]!;
    for (const sum of total.data) expect(sum).toBeCloseTo(1, 12);
  });
});
