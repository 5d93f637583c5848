import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { GenerativeModel, useBackend, type GenerateOptions, type Generated } from '../../runtime/index.ts';
import { liveTensors, chain, recall, type ChainInput, type ChainTarget } from './definitions.ts';

class Chain extends GenerativeModel<{ words: number; characters: number; hidden: number }, ChainInput, ChainTarget> {}

const examples: readonly ChainInput[] = [{ tokens: [1] }, { tokens: [4, 2, 3] }, { tokens: [0, 0] }, { tokens: [2, 1, 4] }];

afterAll(async () => {
  await useBackend('cpu');
});

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  const methods: Record<string, GenerateOptions> = {
    greedy: {},
    'a narrow beam': { method: 'beam', width: 1 },
    sampling: { method: 'sample', seed: 4 },
  };
  test.each(Object.entries(methods))('%s goes on after a prompt as it does after the same places of its own', async (_name, options) => {
    for (const seed of [1, 2, 3, 4]) {
      for (const definition of [chain(), recall('rows')]) {
        const model = new Chain(definition, { seed });
        const more = { ...options, atMost: 6, taps: Object.keys(definition.decoder!.taps) };
        const free = await model.generate(examples, more);
        // Every length at once, none and all of the output too; the end is not a part of a prompt.
        const prompts = free.map(({ ids, ended }, row) =>
          ids.slice(0, Math.min(2 * row, ids.length - (ended && definition.decoder!.end !== null ? 1 : 0))),
        );
        const given = await model.generate(examples, { ...more, prompts });
        for (const [row, result] of given.entries()) {
          const { logProbability, score, all, ...rest } = free[row]!;
          expect({ ...result, ...rest }).toEqual(result);
          expect(result.logProbability).toBeGreaterThanOrEqual(logProbability - 1e-6);
          if (prompts[row]!.length === 0) expect(result).toEqual({ ...rest, logProbability, score, all });
        }
        model.dispose();
      }
    }
  });

  test("an example's result does not depend on the prompts of the others, and nothing is left behind", async () => {
    const before = tf.memory().numTensors;
    const model = new Chain(chain(), { seed: 5 });
    const prompts = [[], [1, 2, 1], Int32Array.of(2), [2, 2]];
    for (const options of [
      { method: 'beam', width: 3 },
      { method: 'sample', ids: [0, 0, 0, 0] },
    ] as const) {
      const together = await model.generate(examples, { ...options, prompts, taps: ['weights'] });
      for (const [row, example] of examples.entries()) {
        const one = { ...options, ...('ids' in options ? { ids: [0] } : {}), taps: ['weights'] };
        const [alone] = await model.generate([example], { ...one, prompts: [prompts[row]!] });
        expect(alone).toEqual(together[row]);
        for (const { ids, taps } of together[row]!.all) {
          expect(Array.from(ids.slice(0, prompts[row]!.length))).toEqual(Array.from(prompts[row]!));
          expect(taps.weights!.shape[0]).toBe(ids.length);
        }
      }
    }
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('a wide beam finds the likeliest continuation; the prompt costs nothing and counts as length', async () => {
  const rank = (logp: number, length: number): number => logp / length;
  const model = new Chain(chain({ rank }), { seed: 7 });
  const options = { method: 'beam', width: 3 ** 5 } as const;
  const free = (await model.generate([examples[1]!], { ...options, atMost: 5 }))[0]!;
  const beginning = (result: Generated, ids: readonly number[]) =>
    result.all.filter((each) => ids.every((id, place) => each.ids[place] === id));
  const prompt = [2, 1];
  const given = (await model.generate([examples[1]!], { ...options, atMost: 5, prompts: [prompt] }))[0]!;
  const expected = beginning(free, prompt);
  expect(given.all.length).toBe(expected.length);
  const paid = expected[0]!.logProbability - given.all.find(({ ids }) => ids.join() === expected[0]!.ids.join())!.logProbability;
  expect(paid).toBeLessThan(0);
  for (const { ids, logProbability, score } of given.all) {
    const same = expected.find((each) => each.ids.join() === ids.join())!;
    expect(logProbability).toBeCloseTo(same.logProbability - paid, 5);
    expect(score).toBeCloseTo(logProbability / ids.length, 10);
  }
  expect(given.all.filter(({ ended }) => ended).map(({ score }) => score)).toEqual(
    given.all
      .filter(({ ended }) => ended)
      .map(({ score }) => score)
      .sort((a, b) => b - a),
  );
  model.dispose();
});

test('prompts that make no sense are errors', async () => {
  const model = new Chain(chain(), { seed: 1 });
  const before = liveTensors(model);
  const run = async (prompts: unknown): Promise<unknown> =>
    model.generate(examples.slice(0, 2), { atMost: 3, prompts: prompts as number[][] });
  await expect(run([[1]])).rejects.toThrow(
    '`prompts`: expected one array of ids per example (2), given an array of 1; an example without one has `[]`',
  );
  await expect(run('ab')).rejects.toThrow('`prompts`: expected one array of ids per example (2), given the text "ab"');
  await expect(run([[1], null])).rejects.toThrow('example 1: the prompt must be an array of ids of `y`, given null');
  await expect(run([[1], [1, 3]])).rejects.toThrow('example 1: position 1 of the prompt is 3, outside the vocabulary (0 … 2)');
  await expect(run([[1], ['a']])).rejects.toThrow('example 1: position 0 of the prompt is the text "a"');
  await expect(run([[1, 0], []])).rejects.toThrow(
    'example 0: position 1 of the prompt is 0, the end of `y`, after which nothing follows: leave it out',
  );
  await expect(run([[1, 1, 1, 1], []])).rejects.toThrow(
    'example 0: the prompt has 4 positions, but the whole output may have only 3: give a shorter one or raise `atMost`',
  );
  expect(tf.memory().numTensors).toBe(before);
});
