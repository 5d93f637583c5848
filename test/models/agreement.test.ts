/** The emitted models against the oracle, on every backend of this machine. */
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

interface Case {
  readonly title: string;
  readonly name: string;
  readonly set?: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
}

const transformer = { vocab: 11, model: 8, heads: 2, inner: 6 };
const cases: readonly Case[] = [
  { title: 'bahdanau', name: 'bahdanau', dims: { words: 11, characters: 7, embed: 5, hidden: 6, units: 7, align: 4, maxout: 3 } },
  { title: 'seq2seq', name: 'seq2seq', dims: { words: 11, characters: 7, embed: 5, hidden: 6 } },
  { title: 'transformer, post-norm', name: 'transformer', set: { layers: 2, norm: 'post' }, dims: transformer },
  { title: 'gpt', name: 'gpt', set: { layers: 2 }, dims: { vocab: 11, places: 8, model: 8, heads: 2 } },
  // Forms of those before.
  {
    title: 'bahdanau, by location',
    name: 'bahdanau',
    set: { score: 'location' },
    dims: { words: 11, characters: 7, embed: 5, hidden: 3, units: 6, places: 3, maxout: 3 },
  },
  { title: 'transformer, pre-norm', name: 'transformer', set: { layers: 2, norm: 'pre' }, dims: transformer },
];

/** Different lengths in one batch; the shortest has one position. */
const examples: readonly (Input & Target)[] = [
  { tokens: [3, 7, 1], y: [3, 5, 2] },
  { tokens: [9], y: [4, 2] },
  { tokens: [5, 1, 4, 10], y: [2] },
];
/** Positions at most: a software GPU takes its time. */
const atMost = 4;

/** The oracle's slopes, the same for every backend. */
const slopes = new Map<string, Slopes>();

const backends = await usableBackends();

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(runOn(cases, backend, backends, 3))('$title', ({ title, name, set, dims }) => {
    let tested: Subject;
    let model: Tested;
    let parameters: Map<string, Float64Array>;

    beforeAll(async () => {
      tested = await subject(name, new Map(Object.entries({ p: 0, ...set })));
      model = tested.create({ dims, seed: 3 });
      parameters = await parametersOf(model);
    });

    /** As the model takes them: one that only continues a text reads none. */
    const given = (of: readonly (Input & Target)[]): readonly (Input & Target)[] =>
      model.definition.inputs(model.sizes).some((spec) => spec.name === 'tokens') ? of : of.map(({ y }) => ({ y }) as Input & Target);

    it('gives the outputs of the oracle, example by example, from one padded batch', async () => {
      const outputs = await model.forward(given(examples));
      const names = [...tested.program.outputs.keys()];
      for (const [k, example] of examples.entries()) {
        const expected = oracle([...tested.program.outputs.values()], bindings(model, parameters, example));
        for (const [j, output] of names.entries())
          expect(relative(outputs[k]![output]!.data, expected[j]!.data), `${output} of example ${k}`).toBeLessThan(1e-4);
      }
    });

    it('gives the loss of the oracle', async () => {
      const { loss } = await model.loss(given(examples));
      const objective = tested.program.objectives[0]!.updates[0]!;
      const each = examples.map((example) => oracle([objective.loss], bindings(model, parameters, example))[0]!.data[0]!);
      expect(Math.abs(loss / (each.reduce((a, b) => a + b, 0) / each.length) - 1)).toBeLessThan(1e-4);
    });

    it('gives the gradients of finite differences', async () => {
      const { gradients } = await model.gradients(given(examples));
      const own =
        slopes.get(title) ??
        new Slopes(
          tested.program.objectives[0]!.updates[0]!.loss,
          examples.map((example) => bindings(model, parameters, example)),
        );
      slopes.set(title, own);
      expect(Object.keys(gradients)).toEqual(model.parameters.map(({ path }) => path));
      own.expect(gradients, 1e-3, 1e-4);
    });

    it('gives a padded batch what each example gets alone', async () => {
      const together = await model.forward(given(examples));
      for (const [k, example] of examples.entries()) {
        const alone = (await model.forward(given([example])))[0]!;
        for (const output of Object.keys(alone)) expect(relative(together[k]![output]!.data, alone[output]!.data)).toBeLessThan(1e-5);
      }
    });

    it('steps as it does when taught', async () => {
      const taught = await model.forward(given(examples));
      const decoding = model.encode(given(examples));
      try {
        for (let t = 0; t < 3; t++) {
          const previous = examples.map(({ y }) => (t === 0 ? model.definition.decoder!.start : (y[t - 1] ?? 0)));
          const { logits } = await decoding.step(previous);
          for (const [k, { y }] of examples.entries()) {
            if (t >= y.length) continue;
            const size = logits.data.length / examples.length;
            expect(
              relative(logits.data.slice(k * size, (k + 1) * size), taught[k]!.logits!.data.slice(t * size, (t + 1) * size)),
            ).toBeLessThan(1e-4);
          }
        }
      } finally {
        decoding.dispose();
      }
    });

    it('does not see what comes later, bit for bit', async () => {
      const [example] = examples as readonly [Input & Target];
      const logits = async (y: readonly number[]) => (await model.forward(given([{ ...example, y }])))[0]!.logits!.data;
      const y = Array.from(example.y);
      const plain = await logits(y);
      for (let t = 0; t < y.length; t++) {
        const changed = await logits(y.map((id, k) => (k >= t ? (id + 3) % 7 : id)));
        const seen = ((t + 1) * plain.length) / y.length;
        expect(changed.slice(0, seen)).toEqual(plain.slice(0, seen));
        // Only what the last position writes is read nowhere.
        if (t < y.length - 1) expect(changed).not.toEqual(plain);
      }
    });

    it('searches with width 1 as it goes greedily, and not worse with width 4', async () => {
      const greedy = await model.generate(given(examples), { atMost });
      const narrow = await model.generate(given(examples), { method: 'beam', width: 1, atMost });
      const wide = await model.generate(given(examples), { method: 'beam', width: 4, atMost });
      expect(narrow.map(({ ids }) => [...ids])).toEqual(greedy.map(({ ids }) => [...ids]));
      for (const [k, { ended, score }] of greedy.entries()) {
        // What ended comes before what was cut off.
        if (wide[k]!.ended === ended) expect(wide[k]!.score).toBeGreaterThanOrEqual(score - 1e-5);
        else expect(wide[k]!.ended).toBe(true);
      }
    });

    it('leaves no tensor behind', async () => {
      await model.gradients(given(examples));
      const before = tf.memory().numTensors;
      await model.forward(given(examples));
      await model.loss(given(examples));
      await model.gradients(given(examples));
      await model.generate(given(examples), { method: 'beam', width: 3, atMost });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
