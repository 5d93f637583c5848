import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { compiled, expectDifferences, type Compiled } from './compiled.ts';
import { liveTensors } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const objective = (model: string, loss: string): string =>
  `objective F for ${model} given t: [] { loss = ${loss}; optimizer sgd(rate = 0.1) }`;
const h = async (model: Compiled, examples: readonly object[], name: string): Promise<number[][]> =>
  (await model.forward(examples as never)).map((result) => Array.from(result[name]!.data));

describe('`sum[a by places = e]` drops what falls outside', () => {
  const text = `dim right: ragged, places = 3
model Five(k: int[right], b: [right]) -> { h: [places] } { param p: [places] = ones; g = sum[right by places = k](b * sum[places](p) / 3); { h = g * p } }
${objective('Five', '(t - sum[places](h)) ^ 2')}`;

  test('in values, in every row', async () => {
    const model = await compiled(text);
    expect(
      await h(
        model,
        [
          { k: [0, 3], b: [1, 2] },
          { k: [2, 0], b: [3, 4] },
        ],
        'h',
      ),
    ).toEqual([
      [1, 0, 0],
      [4, 0, 3],
    ]);
    expect(
      await h(
        model,
        [
          { k: [0, 1], b: [1, 2] },
          { k: [-1, 900000000], b: [3, 4] },
        ],
        'h',
      ),
    ).toEqual([
      [1, 2, 0],
      [0, 0, 0],
    ]);
  });

  test('in gradients', async () => {
    const model = await compiled(text);
    await expectDifferences(model, [
      { k: [0, 3], b: [1, 0.2], t: 0.1 },
      { k: [2, -1, 1], b: [0.3, 0.4, 0.5], t: 0.3 },
    ]);
  });
});

describe('axes of one position and of none', () => {
  test.each(['max', 'min'])('gradient of %s over one position', async (fn) => {
    const model = await compiled(`dim source: ragged, d = 2
model M(x: [source]) -> v: [] { param w: [d]; v = ${fn}[source](x * sum[d](w)) }
${objective('M', '(v - t) ^ 2')}`);
    await expectDifferences(model, [{ x: [1], t: 0 }]);
  });

  test('gradient of a read at a position of an axis of one position', async () => {
    const model = await compiled(`dim source: ragged, d = 2
model M(x: [source], i: index(source)) -> v: [] { param w: [d]; z = x * sum[d](w); v = z[source = i] }
${objective('M', '(v - t) ^ 2')}`);
    await expectDifferences(model, [{ x: [1], i: 0, t: 0 }]);
  });

  test('onehot over a dim of one position', async () => {
    const model = await compiled(`dim classes = 1
model M(i: index(classes)) -> v: [classes] { param w: [classes] = ones; v = w * onehot[classes](i) }
${objective('M', '(sum[classes](v) - t) ^ 2')}`);
    expect(await h(model, [{ i: 0 }], 'v')).toEqual([[1]]);
    await expectDifferences(model, [{ i: 0, t: 0 }]);
  });

  test('a read of the last position, with `else`, where every example is empty', async () => {
    const model = await compiled(`dim extra: ragged 0.., d = 2
model T(z: [extra, d], a: [d]) -> y: [d] { param w: [d] = ones; y = (z * w)[extra = last] else a * w }
${objective('T', 'sum[d]((y - t) ^ 2)')}`);
    const [empty, full] = [
      { z: [], a: [1, 2], t: 0.5 },
      { z: [[3, 4]], a: [5, 6], t: 0.5 },
    ];
    expect(await h(model, [empty], 'y')).toEqual([[1, 2]]);
    expect(await h(model, [empty, full], 'y')).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await expectDifferences(model, [empty], 1e-2, 1);
    await expectDifferences(model, [full, empty], 1e-2, 1);
  });

  test('a map over an axis where every example is empty', async () => {
    const model = await compiled(`dim right: ragged 0.., n = 3, d = 4
model Two(b: [right, d]) -> { o: [right, n] } { param W: [n <- d]; { o = W @ b } }
${objective('Two', '(t - sum[right, n](o)) ^ 2')}`);
    expect((await model.forward([{ b: [] }])).map(({ o }) => o)).toEqual([
      { data: new Float32Array(0), shape: [0, 3], axes: ['right', 'n'] },
    ]);
    await expectDifferences(model, [{ b: [], t: 1 }]);
    await expectDifferences(model, [
      { b: [], t: 1 },
      { b: [[0.1, 0.2, 0.3, 0.4]], t: 1 },
    ]);
  });

  test.each(['sum', 'mean', 'max', 'min', 'prod'])(
    '%s over an axis where every example is empty is as beside a longer example',
    async (fn) => {
      const model = await compiled(`dim extra: ragged 0.., d = 2
model M(x: [extra]) -> v: [] { param w: [d] = ones; v = ${fn}[extra](x * sum[d](w)) + 2 * sum[d](w) }
${objective('M', '(v - t) ^ 2')}`);
      const [[alone], [beside]] = [await h(model, [{ x: [] }], 'v'), await h(model, [{ x: [] }, { x: [5, 6] }], 'v')];
      expect(alone).toEqual(beside);
      await expectDifferences(model, [{ x: [], t: 3.5 }], 1e-2, 1);
    },
  );
});

describe('the branch of an `if` that is not taken', () => {
  test.each([
    ['1 / q', 'q > 0'],
    ['log(q)', 'q > 0'],
    ['sqrt(q)', 'q > 0'],
    ['q ^ 0.5', 'q > 0'],
    ['q / q', 'q != 0'],
    ['exp(1000 - 1000 * q)', 'q > 0'],
    ['2 * log(q) + 1 / sqrt(q)', 'q > 0'],
    ['(if q > 5 then log(q) else 1 / q)', 'q > 0'],
  ])('%s leaves gradients finite and right', async (term, condition) => {
    const model = await compiled(`dim source: ragged, d = 2
model M(x: [source], y: [source, d]) -> v: [] { param w: [d] = ones; q = x * sum[d](w); v = sum[source, d]((if ${condition} then ${term} else 0) * y) + sum[d](w) }
${objective('M', '(v - t) ^ 2')}`);
    const examples = [
      {
        x: [0, 1, 0],
        y: [
          [0.1, 0.2],
          [0.3, 0.4],
          [0.5, 0.6],
        ],
        t: 3.2,
      },
      { x: [3], y: [[0.1, 0.05]], t: 2.4 },
    ];
    await expectDifferences(model, examples, 1e-3, 1);
  });

  test('an `else` branch is guarded too, also in a loop', async () => {
    const model = await compiled(`dim source: ragged, d = 2
model M(x: [source]) -> v: [] { param w: [d] = ones; s = scan source with xt = x { state h: [] = 0; h' = if xt == 0 then h else h + 1 / (xt * sum[d](w)); emit h' }
 v = s[source = last] + sum[d](w) }
${objective('M', '(v - t) ^ 2')}`);
    await expectDifferences(
      model,
      [
        { x: [0, 1, 0], t: 2 },
        { x: [3], t: 2.4 },
      ],
      1e-3,
      1,
    );
  });
});

describe('a call that fails', () => {
  const text = `dim d = 2
model M(x: [d]) -> v: [] { param w: [d] = ones; v = sum[d](tanh(x * w)) }
${objective('M', '(v - t) ^ 2')}`;

  test('leaves no tensor behind', async () => {
    const model = await compiled(text);
    const { definition } = model;
    const objective = definition.objectives[0]!;
    const leaking = {
      ...objective.updates[0]!,
      gradients: () => {
        tf.scalar(1);
        throw new Error('no memory');
      },
    };
    Object.assign(definition, {
      objectives: [{ ...objective, updates: [leaking] }],
      forward: () => {
        tf.scalar(1);
        throw new Error('no memory');
      },
    });
    const before = liveTensors(model);
    await expect(model.gradients([{ x: [1, 2], t: 0 }])).rejects.toThrow('no memory');
    await expect(model.forward([{ x: [1, 2] }])).rejects.toThrow('no memory');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('after `dispose` says so', async () => {
    const model = await compiled(text);
    model.dispose();
    const before = tf.memory().numTensors;
    await expect(model.loss([{ x: [1, 2], t: 0 }])).rejects.toThrow('disposed of');
    expect(() => model.weights.restore(new Map())).toThrow('disposed of');
    await expect(model.save()).rejects.toThrow('disposed of');
    expect(tf.memory().numTensors).toBe(before);
    expect(() => model.dispose()).not.toThrow();
  });
});
