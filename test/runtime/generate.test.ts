import { beforeAll, describe, expect, test } from 'vitest';
import * as tf from '../../runtime/tf.ts';
import { GenerativeModel, InputError, useBackend, type Generated } from '../../runtime/index.ts';
import { liveTensors, chain, type ChainInput, type ChainTarget } from './definitions.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

class Chain extends GenerativeModel<{ words: number; characters: number; hidden: number }, ChainInput, ChainTarget> {}

const examples: readonly ChainInput[] = [{ tokens: [1] }, { tokens: [4, 2, 3] }, { tokens: [0, 0] }, { tokens: [2, 1, 4] }];

interface Sequence {
  ids: number[];
  logp: number;
  ended: boolean;
}

/** The formulas of `chain` once more, in plain loops and float64. */
class Plain {
  private readonly parameters: Record<string, Float32Array>;
  private readonly hidden = 4;

  private constructor(parameters: Record<string, Float32Array>) {
    this.parameters = parameters;
  }

  static async of(model: Chain): Promise<Plain> {
    const read = model.parameters.map(async ({ path }) => [path, (await model.weights.read(path)).data as Float32Array] as const);
    return new Plain(Object.fromEntries(await Promise.all(read)));
  }

  state(example: ChainInput): number[] {
    const s = new Array<number>(this.hidden).fill(0);
    for (const token of example.tokens) for (let i = 0; i < this.hidden; i++) s[i]! += this.parameters.table![token * this.hidden + i]!;
    return s;
  }

  step(s: number[], previous: number): { s: number[]; logp: number[] } {
    const { A, E, O } = this.parameters as { A: Float32Array; E: Float32Array; O: Float32Array };
    const next = s.map((_, i) =>
      Math.tanh(s.reduce((sum, value, j) => sum + A[i * this.hidden + j]! * value, 0) + E[previous * this.hidden + i]!),
    );
    const logits = [0, 1, 2].map((c) => next.reduce((sum, value, j) => sum + O[c * this.hidden + j]! * value, 0));
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return { s: next, logp: logits.map((logit) => logit - total) };
  }

  /** Every sequence up to `limit` positions. */
  all(example: ChainInput, limit: number, end: number | null): Sequence[] {
    const found: Sequence[] = [];
    const walk = (s: number[], previous: number, ids: number[], logp: number): void => {
      const { s: next, logp: choices } = this.step(s, previous);
      for (const [id, choice] of choices.entries()) {
        const longer = [...ids, id];
        if (id === end || longer.length === limit) found.push({ ids: longer, logp: logp + choice, ended: id === end || end === null });
        else walk(next, id, longer, logp + choice);
      }
    };
    walk(this.state(example), 3, [], 0);
    return found;
  }

  greedy(example: ChainInput, limit: number): number[] {
    let s = this.state(example);
    const ids: number[] = [];
    for (let previous = 3; ids.length < limit && previous !== 0; ids.push(previous)) {
      const step = this.step(s, previous);
      s = step.s;
      previous = step.logp.indexOf(Math.max(...step.logp));
    }
    return ids;
  }
}

function best(sequences: readonly Sequence[], rank: (logp: number, length: number) => number): Sequence[] {
  return [...sequences].sort((a, b) => Number(b.ended) - Number(a.ended) || rank(b.logp, b.ids.length) - rank(a.logp, a.ids.length));
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

test("greedy takes the likeliest choice at each position, up to the example's own limit", async () => {
  for (const seed of seeds) {
    const model = new Chain(chain(), { seed });
    const plain = await Plain.of(model);
    const results = await model.generate(examples);
    for (const [row, result] of results.entries()) {
      const limit = examples[row]!.tokens.length + 2;
      expect(Array.from(result.ids)).toEqual(plain.greedy(examples[row]!, limit));
      expect(result.ended).toBe(result.ids[result.ids.length - 1] === 0);
      const same = plain.all(examples[row]!, limit, 0).find(({ ids }) => ids.join() === Array.from(result.ids).join())!;
      expect(result.logProbability).toBeCloseTo(same.logp, 5);
    }
    model.dispose();
  }
});

test('a beam of width 1 is greedy search to the last bit, with any ranking', async () => {
  for (const seed of seeds) {
    const model = new Chain(chain({ rank: (logp, length) => logp / length ** 2 }), { seed });
    const greedy = await model.generate(examples);
    const beam = await model.generate(examples, { method: 'beam', width: 1 });
    expect(beam).toEqual(greedy);
    model.dispose();
  }
});

describe('a beam that holds every prefix finds what trying everything finds', () => {
  const ranks = { 'log-probability': (logp: number) => logp, 'per position': (logp: number, length: number) => logp / length };
  for (const [name, rank] of Object.entries(ranks)) {
    for (const end of [0, null]) {
      test(`ranked by ${name}, ${end === null ? 'of fixed length' : 'with an end'}`, async () => {
        for (const seed of seeds) {
          const model = new Chain(chain({ rank, end }), { seed });
          const plain = await Plain.of(model);
          const results = await model.generate(examples, { method: 'beam', width: 3 ** 5 });
          for (const [row, result] of results.entries()) {
            const expected = best(plain.all(examples[row]!, examples[row]!.tokens.length + 2, end), rank);
            expect(Array.from(result.ids)).toEqual(expected[0]!.ids);
            expect(result.score).toBeCloseTo(rank(expected[0]!.logp, expected[0]!.ids.length), 5);
            // The stop rule ends the search when the pool is settled, and it never is before all prefixes are seen.
            expect(result.all.map(({ ids }) => Array.from(ids).join())).toEqual(expected.map(({ ids }) => ids.join()));
          }
          model.dispose();
        }
      });
    }
  }
});

test('lengthPenalty ranks by log p / ((5 + length) / 6) ^ a, whatever the program says', async () => {
  const rank = (logp: number, length: number): number => logp / ((5 + length) / 6) ** 0.9;
  const model = new Chain(chain({ rank: (_logp, length) => length }), { seed: 3 });
  const plain = await Plain.of(model);
  const result = (await model.generate([examples[1]!], { method: 'beam', width: 243, lengthPenalty: 0.9 }))[0]!;
  const expected = best(plain.all(examples[1]!, 5, 0), rank)[0]!;
  expect(Array.from(result.ids)).toEqual(expected.ids);
  expect(result.score).toBeCloseTo(rank(expected.logp, expected.ids.length), 5);
});

test('a narrow beam returns hypotheses best first, and the early stop loses nothing', async () => {
  for (const seed of seeds) {
    const model = new Chain(chain(), { seed });
    const results = await model.generate(examples, { method: 'beam', width: 2 });
    const longer = await model.generate(examples, { method: 'beam', width: 2, atMost: 9 });
    for (const [row, { all, score }] of results.entries()) {
      expect(all.length).toBeLessThanOrEqual(2);
      const ended = all.filter((each) => each.ended);
      expect(ended.map((each) => each.score)).toEqual(ended.map((each) => each.score).sort((a, b) => b - a));
      if (all[0]!.ended) expect(longer[row]!.score).toBeGreaterThanOrEqual(score);
    }
    model.dispose();
  }
});

test("an example's result does not depend on the others, in any method", async () => {
  const model = new Chain(chain(), { seed: 5 });
  const methods = [{}, { method: 'beam', width: 3 }, { method: 'sample', seed: 9 }] as const;
  for (const method of methods) {
    const together = await model.generate(examples, {
      ...method,
      taps: ['weights'],
      ...('seed' in method ? { ids: [10, 11, 12, 13] } : {}),
    });
    for (const [row, example] of examples.entries()) {
      const [alone] = await model.generate([example], { ...method, taps: ['weights'], ...('seed' in method ? { ids: [10 + row] } : {}) });
      expect(alone).toEqual(together[row]);
    }
  }
});

test('alignments follow the hypothesis, one row per position, cut to the example', async () => {
  const model = new Chain(chain(), { seed: 2 });
  const plain = await Plain.of(model);
  const results = await model.generate(examples, { method: 'beam', width: 4, taps: ['weights'] });
  const check = (example: ChainInput, { ids, taps }: Pick<Generated, 'ids' | 'taps'>): void => {
    const { data, shape, axes } = taps.weights!;
    expect(axes).toEqual(['target', 'source']);
    expect(shape).toEqual([ids.length, example.tokens.length]);
    let s = plain.state(example);
    let previous = 3;
    for (const [time, id] of ids.entries()) {
      s = plain.step(s, previous).s;
      previous = id;
      for (let place = 0; place < example.tokens.length; place++)
        expect(data[time * example.tokens.length + place]).toBeCloseTo(s[0]! * (place + 1), 4);
    }
  };
  for (const [row, result] of results.entries()) for (const each of result.all) check(examples[row]!, each);
});

describe('sampling', () => {
  test('draws sequences as often as the model says', async () => {
    const model = new Chain(chain(), { seed: 6 });
    const plain = await Plain.of(model);
    const expected = plain.all(examples[0]!, 3, 0);
    const draws = 3000;
    const results = await model.generate(
      Array.from({ length: draws }, () => examples[0]!),
      { method: 'sample', seed: 1 },
    );
    const counts = new Map<string, number>();
    for (const { ids } of results) counts.set(ids.join(), (counts.get(ids.join()) ?? 0) + 1);
    for (const { ids, logp } of expected) {
      const p = Math.exp(logp);
      expect(Math.abs((counts.get(ids.join()) ?? 0) - draws * p)).toBeLessThan(5 * Math.sqrt(draws * p * (1 - p)) + 1);
    }
  });

  test('with topK 1, a tiny topP or a low temperature is greedy', async () => {
    const model = new Chain(chain(), { seed: 6 });
    const greedy = (await model.generate(examples)).map(({ ids }) => Array.from(ids));
    for (const options of [{ topK: 1 }, { topP: 1e-6 }, { temperature: 1e-4 }]) {
      const drawn = await model.generate(examples, { method: 'sample', ...options });
      expect(drawn.map(({ ids }) => Array.from(ids))).toEqual(greedy);
    }
  });

  test('topK keeps the unlikely out', async () => {
    const model = new Chain(chain(), { seed: 6 });
    const plain = await Plain.of(model);
    const first = plain.step(plain.state(examples[0]!), 3).logp;
    const least = first.indexOf(Math.min(...first));
    const results = await model.generate(
      Array.from({ length: 500 }, () => examples[0]!),
      { method: 'sample', topK: 2 },
    );
    expect(results.some(({ ids }) => ids[0] === least)).toBe(false);
  });
});

test("a search of one's own steps through a Decoding", async () => {
  const model = new Chain(chain(), { seed: 2 });
  const plain = await Plain.of(model);
  const decoding = model.encode([examples[1]!, examples[2]!]);
  const first = await decoding.step(decoding.start);
  expect(first.logits.shape).toEqual([2, 1, 3]);
  decoding.reorder([0, 0, 0, 0], 2);
  const second = await decoding.step([1, 2, 0, 1]);
  expect(second.logits.shape).toEqual([2, 2, 3]);
  const { s } = plain.step(plain.state(examples[2]!), 3);
  const { logp } = plain.step(s, 1);
  const row = second.logits.data.subarray(9, 12);
  expect(row[1]! - row[0]!).toBeCloseTo(logp[1]! - logp[0]!, 5);
  await expect(decoding.step([1, 2, 0, 7])).rejects.toThrow('outside the vocabulary (0 … 2)');
  decoding.dispose();
  model.dispose();
});

test('a target that goes on after its end is refused', async () => {
  const model = new Chain(chain(), { seed: 4 });
  await expect(
    model.forward([
      { ...examples[0]!, y: [1, 2, 0] },
      { ...examples[1]!, y: [2, 0, 1] },
    ]),
  ).rejects.toThrow(
    'example 1: `y[target = 1]` is 0, the end of `y`, but its last position is 2: nothing follows the end. Cut the target off behind it; if outputs are to go on after 0, take `end 0` out of the decoder',
  );
  await new Chain(chain({ end: null }), { seed: 4 }).forward([{ ...examples[0]!, y: [2, 0, 1] }]);
});

test('teacher forcing begins with the start symbol and leaves the last target out', async () => {
  const model = new Chain(chain(), { seed: 2 });
  const outputs = await model.forward([
    { ...examples[0]!, y: [1, 2, 0] },
    { ...examples[1]!, y: [2] },
  ]);
  expect(outputs.map((each) => Array.from(each.previous!.data))).toEqual([[3, 1, 2], [3]]);
});

test('options that make no sense are errors, not ignored', async () => {
  const model = new Chain(chain(), { seed: 2 });
  await expect(model.generate(examples, { method: 'beam', width: 0 })).rejects.toThrow(InputError);
  await expect(model.generate(examples, { method: 'sample', topP: 2 })).rejects.toThrow(
    '`topP`: expected a probability above 0, at most 1, given 2',
  );
  await expect(model.generate(examples, { taps: ['attention'] })).rejects.toThrow('has no alignment `attention`: `weights`');
  const wrong = { method: 'greedy', width: 4 } as const;
  await expect(model.generate(examples, wrong)).rejects.toThrow('`width` is not an option of greedy search');
});

test('no tensor is left behind, after errors neither', async () => {
  const model = new Chain(chain(), { seed: 2 });
  const before = liveTensors(model);
  await model.generate(examples, { method: 'beam', width: 3, taps: ['weights'] });
  await model.generate(examples, { method: 'sample' });
  await model.forward([{ ...examples[0]!, y: [1] }]);
  await expect(model.generate([{ tokens: [9] }])).rejects.toThrow('outside `words`');
  model.weights.replace(Object.fromEntries(Object.entries(model.weights.tensors).map(([path, tensor]) => [path, tf.mul(tensor, NaN)])));
  await expect(model.generate(examples)).rejects.toThrow('the logits are not finite');
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before - model.parameters.length);
});
