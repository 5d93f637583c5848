/** What functions the emitted text has, and what they share. Their values are held against the oracle wherever emitted code runs. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { compiled, emitted } from '../runtime/compiled.ts';
import { compileText } from '../programs/support.ts';
import { complaints } from './complaints.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const program = (objectives: number): string => `dim d = 3, e = 4
block Layer[out](x: [in]) -> [out] {
  param W: [out <- in], b: [out] = zeros
  h = tanh(W @ x + b)
  h * sigmoid(h) - exp(-h * h)
}
model M(x: [d]) -> y: [d] { y = Layer[d](Layer[e](x)) }
${Array.from({ length: objectives }, (_, k) => `objective O${k} for M given t${k}: [d] { loss = mean[d]((y - t${k}) ^ 2); optimizer sgd(rate = 0.1) }`).join('\n')}`;

const functions = (text: string): string[] => [...text.matchAll(/^function (\w+)/gm)].map((match) => match[1]!);

describe('outlined functions', () => {
  it('are one for a block that is called at two sizes', async () => {
    const names = functions(await emitted(program(1)));
    expect(names.filter((name) => name.startsWith('layer') && !name.includes('Backward'))).toHaveLength(1);
  });

  it('are shared by objectives, forward and backward', async () => {
    const lines = (text: string): number => text.split('\n').length;
    const [one, two, three] = await Promise.all([1, 2, 3].map(async (count) => emitted(program(count))));
    const own = (text: string): string[] => functions(text).filter((name) => !/^m(Loss|Gradients)/.test(name));
    expect(own(three!)).toEqual(own(two!));
    // What a further objective adds is its calls and its place in the definition.
    expect(lines(three!) - lines(two!)).toBeLessThan(lines(one!) / 2);
  });

  it('are one for objectives that differ in what they read, which is handed to it', async () => {
    const text = await emitted(program(3));
    expect(text.match(/^const m(Loss|Gradients)/gm)).toEqual(['const mLoss', 'const mGradients']);
    expect(text).toContain('gradients: mGradients(t0)');
    expect(text).toContain("mObjective('O2', 't2'),");
    expect(complaints({ alike: text })).toEqual([]);
    const model = await compiled(program(3));
    const example = { x: [1, 2, 3], t0: [1, 1, 1], t1: [2, 0, 4], t2: [-3, 5, 1] };
    const [{ y }] = (await model.forward([example])) as [{ readonly y: { readonly data: ArrayLike<number> } }];
    for (const k of [0, 1, 2] as const) {
      const target = example[`t${k}`];
      const mean = target.reduce((sum, each, i) => sum + (y.data[i]! - each) ** 2 / 3, 0);
      const { loss, gradients } = await model.gradients([example], { objective: `O${k}` });
      expect(loss).toBeCloseTo(mean, 4);
      expect((await model.loss([example], { objective: `O${k}` })).loss).toBeCloseTo(mean, 4);
      expect(Object.keys(gradients)).toHaveLength(4);
    }
  });

  it('are two for objectives that read inputs in other places', async () => {
    const text = await emitted(`dim d = 3
model M(x: [d]) -> y: [d] { param w: [d] = normal(1);  w * x }
objective A for M given a: [d], b: [d] { loss = mean[d]((y - a) * (a - b)); optimizer sgd(rate = 0.1) }
objective B for M given a: [d], b: [d] { loss = mean[d]((y - a) * (b - b)); optimizer sgd(rate = 0.1) }
objective C for M given a: [d], b: [d] { loss = mean[d]((y - b) * (b - a)); optimizer sgd(rate = 0.1) }`);
    expect(text).toContain("loss: mLoss('a', 'b')");
    expect(text).toContain('loss: mLossB,');
    expect(text).toContain("loss: mLoss('b', 'a')");
    expect(complaints({ places: text })).toEqual([]);
  });

  it('are the same to the byte each time, and clean', async () => {
    const text = await emitted(program(2));
    expect(await emitted(program(2))).toBe(text);
    expect(complaints({ outlined: text })).toEqual([]);
  });
});

describe('names and comments', () => {
  const attention = `dim time: ragged, d = 3
model M(x: [time, d]) -> y: [time, d] causal time { param W: [d <- d];  ScaledDot(W @ x, x[time as key], x[time as key]) }
objective O for M given t: [time, d] { loss = mean[time, d]((y - t) ^ 2);  optimizer sgd(rate = 0.1) }`;

  it("give an equation's name to its result alone: masks and lengths are called so", async () => {
    const { code: text } = await compileText(attention);
    const called = [...text.matchAll(/(?:const (\w+) = |return )(?:tf\.tidy\(\(\) =>\s*)?tf\.(?:lessEqual|logicalAnd|greater)\(/g)].map(
      (match) => match[1] ?? 'mask',
    );
    expect(called.length).toBeGreaterThan(2);
    expect(called.filter((name) => !/mask/i.test(name))).toEqual([]);
    expect(text).toContain('timeLengths: tf.Tensor');
    expect(text).not.toMatch(/\b(loss|weights)(Wide|AsFloat|Both)\b/);
  });

  it('cite the standard library by its folder, and say what the program says of a block', async () => {
    const { code: text } = await compileText(attention);
    expect(text).toContain('  // std/attention.attn:17  weights = softmax[key](query @[d] keys / sqrt(d))');
    expect(text.match(/^\/\*\* Vaswani et al\. 2017, eq\. \(1\): .*\nfunction scaledDot\w*\(/gm)).toHaveLength(1);
    expect(text).not.toMatch(/^( *\/\/ .*)\n(?:.*\{\n)?\1$/m);
    expect(text).not.toContain('dropout on');
  });

  it("call a block's parameters as the block does, whoever calls it", async () => {
    const { code: text } = await compileText(`dim time: ragged, d = 3, e = 4
block Near(query: [d], keys: [time, d]) -> [d] { let score = Linear[d];  w = softmax[time](keys @[d] score(query));  sum[time](w * tanh(keys)) }
block Mixed(left: [d], right: [d]) -> [d] { u = tanh(left) * sigmoid(right);  u * exp(-u * u) + sin(left) }
model M(x: [time, d]) -> y: [d] { a = sum[time](x);  b = Near(a, x);  c = Near(tanh(b), x);  Mixed(a, Mixed(c, b)) }
objective O for M given t: [d] { loss = mean[d]((y - t) ^ 2);  optimizer sgd(rate = 0.1) }`);
    expect(text).toMatch(
      /function mixed\w*\(left: tf\.Tensor, right: tf\.Tensor\)|function mixed\w*\(right: tf\.Tensor, left: tf\.Tensor\)/,
    );
    expect(text).toMatch(/function near\w*\([^)]*\bquery: tf\.Tensor/);
    expect(text).toMatch(/function mixedBackward\([^)]*dResult: tf\.Tensor/);
  });
});
