/** Decoders over the whole axis: the oracle computes position by position, the pass all positions at once, the step one with kept rows. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { Slopes } from '../slopes.ts';
import {
  bindings,
  oracle,
  parametersOf,
  relative,
  subject,
  runOn,
  usableBackends,
  type Input,
  type Subject,
  type Target,
  type Tested,
} from './support.ts';

/** `body`: from `x: [target, d]`, the previous outputs, and `m: [source, d]`, to `z: [target, d]`. */
const program = (body: string, blocks = ''): string => `
dim source: ragged, target: ragged
dim words = 9, d = 4
const dim heads = 2, rounds = 2
${blocks}
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  x = table[y]
  ${body}
  logits = z @ table
  at most 6
}
model Parallel(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, d];  Write(E[tokens]) }
objective O for Parallel { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;

const layer = `
block Layer(x: [target, d], m: [source, d]) -> [target, d] {
  a = LayerNorm(x + MultiHead[heads](x, x[target as key]))
  b = LayerNorm(a + MultiHead[heads](a, m))
  LayerNorm(b + FeedForward[5](b))
}`;

const cases: Readonly<Record<string, string>> = {
  'self-attention': program('z = x + ScaledDot(x, x[target as key], x[target as key])'),
  'upto says the same': program('z = x + ScaledDot(x, x[upto target as key], x[upto target as key])'),
  'upto before a projection': program('seen = x[upto target as key];  z = x + ScaledDot(Linear[d](x), Linear[d](seen), Linear[d](seen))'),
  'two layers of a transformer': program('z = x + Sinusoid[target, d]();  repeat rounds { z = Layer(z, m) }', layer),
  'additive attention': program('z = x + Additive[3](x, x[target as key])'),
  'a causal convolution, dilated': program(
    'z = x;  repeat rounds as i { before = z[target = position[target] - 2 ^ i] else 0;  z = z + tanh(Linear[d](before) + Linear[d](z)) }',
  ),
  'a window': program(
    'lag = 0.5;  near = x[target = position[target] + position[back]] else 0;  param W: [d <- back, e: d];  z = x + W @ near[d as e]',
  ).replace('const dim heads', 'dim back = -2..0\nconst dim heads'),
  'a running product, and one before each position': program(
    'z = cumprod[target](0.9 + 0.2 * x) * x + cumprod[target](tanh(x), exclusive) + cumsum[target](x, exclusive)',
  ),
  'a running sum and a mean so far': program('z = cumsum[target](x) / (position[target] + 1) + mean[key <= target](x[target as key] * x)'),
  'a recurrent layer': program("z = x + scan target with xt = x { state h: [d] = mean[source](m);  h' = GRU(xt, h);  emit h' }"),
  'attention to what a recurrent layer gave': program(
    "h = scan target with xt = x { state h: [d] = 0;  h' = GRU(xt, h);  emit h' };  z = x + ScaledDot(h, h[target as key], x[target as key])",
  ),
  'relative positions': program(
    's = x @[d] x[target as key] - 0.3 * (position[target] - position[key]);  z = x + softmax[key](s) @[key] x[target as key]',
  ),
  'a window over attention': program(
    's = x @[d] x[target as key] where position[target] - position[key] < 2;  z = x + softmax[key](s) @[key] x[target as key]',
  ),
  'the largest so far, and where it was': program(
    'v = sum[d](x);  e = v[target as key] * position[target] * 0 + v[target as key];  best = argmax[key](e where position[key] <= position[target]);  z = x + x[target = best] * (max[key](e))',
  ),
  'what grows with the positions, of nothing but memory': program(
    "r = scan source with mt = m { state s: [target, d] = 0;  s' = tanh(s + mt);  emit sum[key](s'[upto target as key]) };  z = x + mean[source](r)",
  ),
  'a mean over positions so far and over memory': program('z = x + mean[key, source](m * sum[d](x) * x[target as key])'),
  'running sums and products of what two positions make': program(
    'e = x[target as key] * x;  z = x + mean[key](cumsum[target](e)) + mean[key, source](cumprod[target](m * tanh(e), exclusive))',
  ),
  'a running product of positions alone': program(
    'e = cumprod[target](position[target] * position[target][target as key], exclusive);  z = x * prod[key](tanh(e))',
  ),
  'the first position': program('z = x + x[target = first]'),
};

const examples: readonly (Input & Target)[] = [
  { tokens: [3, 7, 1], y: [3, 5, 4, 8, 2] },
  { tokens: [8], y: [4, 2] },
  { tokens: [5, 1], y: [2] },
];

const backends = await usableBackends();

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(runOn(Object.keys(cases), backend, backends, 8))('%s', (name) => {
    let tested: Subject;
    let model: Tested;
    let parameters: Map<string, Float64Array>;

    beforeAll(async () => {
      tested = await subject(`parallel-${Object.keys(cases).indexOf(name)}`, new Map(), cases[name]!);
      model = tested.create({ seed: 3 });
      parameters = await parametersOf(model);
    });

    it('gives what the oracle computes position by position', async () => {
      const outputs = await model.forward(examples);
      const names = [...tested.program.outputs.keys()];
      for (const [k, example] of examples.entries()) {
        const expected = oracle([...tested.program.outputs.values()], bindings(model, parameters, example));
        for (const [j, output] of names.entries())
          expect(relative(outputs[k]![output]!.data, expected[j]!.data), `${output} of example ${k}`).toBeLessThan(1e-4);
      }
    });

    it('steps as it does when taught', async () => {
      const taught = await model.forward(examples);
      const before = tf.memory().numTensors;
      const decoding = model.encode(examples);
      for (let t = 0; t < 5; t++) {
        const { logits } = await decoding.step(examples.map(({ y }) => (t === 0 ? 1 : (y[t - 1] ?? 0))));
        for (const [k, { y }] of examples.entries()) {
          if (t < y.length)
            expect(
              relative(logits.data.slice(k * 9, (k + 1) * 9), taught[k]!.logits!.data.slice(t * 9, (t + 1) * 9)),
              `place ${t} of example ${k}`,
            ).toBeLessThan(1e-4);
        }
      }
      decoding.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('does not see what comes later, bit for bit', async () => {
      const example = examples[0]!;
      const plain = (await model.forward([example]))[0]!;
      for (let t = 0; t < 4; t++) {
        const y = Array.from(example.y, (id, k) => (k === t ? (id === 6 ? 7 : 6) : id));
        const changed = (await model.forward([{ ...example, y }]))[0]!;
        expect(changed.logits!.data.slice(0, (t + 1) * 9)).toEqual(plain.logits!.data.slice(0, (t + 1) * 9));
      }
    });

    it.runIf(backend === 'cpu')('has the gradients of finite differences', async () => {
      const { gradients } = await model.gradients(examples.slice(0, 2));
      const slopes = new Slopes(
        tested.program.objectives[0]!.updates[0]!.loss,
        examples.slice(0, 2).map((example) => bindings(model, parameters, example)),
      );
      slopes.expect(gradients, 1e-3, 1e-3);
    });

    it('keeps its rows through a beam', async () => {
      const greedy = await model.generate(examples);
      const narrow = await model.generate(examples, { method: 'beam', width: 1 });
      const wide = await model.generate(examples, { method: 'beam', width: 3 });
      expect(narrow.map(({ ids }) => [...ids])).toEqual(greedy.map(({ ids }) => [...ids]));
      for (const [k, { all }] of wide.entries()) {
        for (const { ids, logProbability, ended } of all) {
          if (!ended) continue;
          const { loss } = await model.loss([{ ...examples[k]!, y: ids }]);
          expect(-loss * ids.length).toBeCloseTo(logProbability, 3);
        }
      }
    });
  });
});

describe('an axis with a bound', () => {
  const bounded = program('z = x + pos[position[target]] + ScaledDot(x, x[target as key], x[target as key])')
    .replace('dim source: ragged, target: ragged', 'dim most = 4, source: ragged, target: ragged <= most')
    .replace('param table: [words, d]', 'param table: [words, d], pos: [most, d]');

  it('is refused more positions, before it generates and step by step', async () => {
    await useBackend('cpu');
    const { create } = await subject('parallel-bounded', new Map(), bounded);
    const model = create({ seed: 3 });
    await expect(model.generate(examples)).rejects.toThrow(/example 0: `target` \(6\) must be at most `most` \(4\).*smaller `atMost`/u);
    for (const { ids } of await model.generate(examples, { atMost: 4 })) expect(ids.length).toBeLessThanOrEqual(4);
    const decoding = model.encode(examples, { atMost: 4 });
    for (let t = 0; t < 4; t++) await decoding.step([1, 1, 1]);
    await expect(decoding.step([1, 1, 1])).rejects.toThrow(/`target` \(5\) must be at most `most` \(4\)/u);
    decoding.dispose();
  });
});
