/**
 * Generation with graphs that decode many positions with one call, on native TensorFlow: it must be what it is position by
 * position, whatever the search; and where the graph chooses otherwise than the search, the search decides.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  reportBackends,
  useBackend,
  type Execution,
  type GenerateOptions,
  type Generated,
  type GenerativeModel,
} from '../../runtime/index.ts';
import type { Ahead, AheadCall, DecoderDefinition } from '../../runtime/definition.ts';
import { compiled, relative, type Compiled } from '../models/support.ts';

type Example = Readonly<Record<string, unknown>>;
type Tested = GenerativeModel<Record<string, number>, Example, object>;

const characters = (body: string, places = 200): string => `dim vocab = 7, places = ${places}, width = 8
const dim heads = 2
dim time: ragged <= places
decoder Continue() generates y: index(vocab)[time] start 0 {
  param table: [vocab, width] = normal(1), learned_places: [places, width] = normal(1)
  x = table[y] + learned_places[position[time]]
  ${body}
  logits = z @ table
  at most places
}
model M() generates y: index(vocab)[time] { Continue() }
`;

const GPT = characters('z = x;  repeat 2 { n = LayerNorm(z);  z = z + MultiHead[heads](n, n[time as key]) }');

/** What is absent of a cache is 0: what is made of it is not finite, and nothing may notice. */
const POISONED = characters(`k = x[upto time as key]
  e = sum[width](0.1 * k * x)
  w = softmax[key](0.1 / (sum[width](k ^ 2)) + e)
  z = 0.3 * x + w @[key] (1 / k) + mean[key](log(k ^ 2)) - 0.01 * max[key](1 / k ^ 2) + 0.1 * min[key](log(k ^ 2))`);

const words = (body: string): string => `dim source: ragged, target: ragged, words = 6, d = 6, h = 6
const dim heads = 2
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  e = table[y]
  ${body}
  at most 12
}
model M(tokens: index(words)[source]) generates y: index(words)[target] {
  param E: [words, d] = normal(1)
  Write(E[tokens])
}
`;
const RECURRENT = words(`state s: [h] = 0
  c = Additive[4](s, m)
  s' = GRU(concat[d as both](e, c), s)
  logits = 3 * Linear[words](s')`);

/** What each round reads of the input is computed once, as a list. */
const CROSSING = words(`z = e
  repeat 2 { z = LayerNorm(z + MultiHead[heads](z, z[target as key]) + MultiHead[heads](z, m)) }
  logits = z @ table`);

/** What leaves int32 with some outputs. */
const COUNTING = [
  ['in the step', "c' = c * k"],
  ['in a scan', "all = scan three reversed { state a: int[] = c;  a' = 1 + (a * k) mod 30000000;  emit a' };  c' = all[three = 0]"],
  ['in rounds', "n = c;  repeat 2 { n = 1 + (n * k) mod 30000000 };  c' = n"],
].map(([what, count]) => [
  what!,
  words(`state s: [h] = 0, c: int[] = 1
  s' = GRU(concat[d as both](e, mean[source](m)), s)
  k = if y == 3 then 70 else if y == 5 then 3000 else 3
  ${count!}
  logits = 3 * Linear[words](s') + 1e-9 * c'`).replace('words = 6', 'words = 6, three = 3'),
]);

const WRITTEN: readonly Example[] = [{ tokens: [3, 4] }, { tokens: [5] }, { tokens: [1, 3, 0, 4, 5] }, { tokens: [4, 4, 4] }];

const hasTensorflow = (await reportBackends()).some(({ name, usable }) => usable && name === 'tensorflow');

describe.runIf(hasTensorflow)('many positions with one call', () => {
  const modules = new Map<string, Promise<Compiled<Tested>>>();
  let said: string[];

  beforeEach(() => {
    said = [];
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(said).toEqual([]);
  });

  async function model(text: string, execution: Execution, dims: Readonly<Record<string, number>> = {}): Promise<Tested> {
    const module = modules.get(text) ?? compiled<Tested>('ahead/model.attn', new Map(), text);
    modules.set(text, module);
    await useBackend('tensorflow', { execution });
    return (await module).create({ dims, seed: 5 });
  }

  /** The same with a decoder whose calls are changed on the way. */
  function doctored(of: Tested, change: (ahead: Ahead) => Ahead): void {
    const decoder = of.definition.decoder as DecoderDefinition & { ahead: NonNullable<DecoderDefinition['ahead']> };
    const { ahead } = decoder;
    decoder.ahead = (given) => {
      const made = ahead(given);
      return made === null ? null : change(made);
    };
  }

  /** Counts calls. */
  function counted(of: Tested): { calls: AheadCall[] } {
    const seen: { calls: AheadCall[] } = { calls: [] };
    doctored(of, (ahead) => ({
      room: ahead.room,
      run: (call) => {
        seen.calls.push(call);
        return ahead.run(call);
      },
      accept: () => void ahead.accept(),
      dispose: () => void ahead.dispose(),
    }));
    return seen;
  }

  function same(given: readonly Generated[], expected: readonly Generated[]): void {
    for (const [row, one] of expected.entries()) {
      expect(given[row]!.all.length).toBe(one.all.length);
      for (const [k, each] of one.all.entries()) {
        const own = given[row]!.all[k]!;
        expect([...own.ids]).toEqual([...each.ids]);
        expect(own.ended).toBe(each.ended);
        expect(Math.abs(own.logProbability - each.logProbability)).toBeLessThan(1e-4 * Math.max(1, Math.abs(each.logProbability)));
        for (const [name, { data, shape }] of Object.entries(each.taps)) {
          expect(own.taps[name]!.shape).toEqual(shape);
          expect(relative(own.taps[name]!.data, data)).toBeLessThan(1e-4);
        }
      }
    }
  }

  const searches: readonly (readonly [string, GenerateOptions])[] = [
    ['greedily', {}],
    ['a beam of 1', { method: 'beam', width: 1 }],
    ['a beam of 3', { method: 'beam', width: 3 }],
    ['more beams than choices', { method: 'beam', width: 10 }],
    ['sampled', { method: 'sample', seed: 3 }],
    ['sampled of few', { method: 'sample', topK: 3, temperature: 0.7 }],
    ['sampled of the likely', { method: 'sample', topP: 0.6, temperature: 2 }],
  ];

  describe.each(['graph', 'xla'] as const)('as %s', (way) => {
    it.each(way === 'xla' ? searches.slice(2, 6) : searches)('continues texts: %s', async (_what, options) => {
      const all = { atMost: 20, taps: ['weights'], prompts: [[3, 4, 5], [], [1]], ...options };
      const expected = await (await model(GPT, 'eager')).generate([{}, {}, {}], all);
      const own = await model(GPT, way);
      const seen = counted(own);
      same(await own.generate([{}, {}, {}], all), expected);
      const before = tf.memory().numTensors;
      same(await own.generate([{}, {}, {}], all), expected);
      expect(tf.memory().numTensors).toBe(before);
      expect(seen.calls.length).toBeGreaterThan(0);
    });

    it.each(way === 'xla' ? searches.slice(2, 4) : searches)('writes outputs that end one by one: %s', async (_what, options) => {
      const all = { taps: ['weights'], ...options };
      const expected = await (await model(RECURRENT, 'eager')).generate(WRITTEN, all);
      const own = await model(RECURRENT, way);
      same(await own.generate(WRITTEN, all), expected);
    });

    it('lets nothing absent be noticed', async () => {
      const expected = await (await model(POISONED, 'eager')).generate([{}], { atMost: 70, method: 'sample' });
      expect(Number.isFinite(expected[0]!.logProbability)).toBe(true);
      same(await (await model(POISONED, way)).generate([{}], { atMost: 70, method: 'sample' }), expected);
    });
  });

  it.each([
    ['recurrent', RECURRENT],
    ['in rounds', CROSSING],
  ])('prepares for steps of one’s own as for its own: %s', async (_what, text) => {
    const rows: number[][] = [];
    for (const way of ['eager', 'graph', 'xla'] as const) {
      const own = await model(text, way);
      await own.generate(WRITTEN);
      const before = tf.memory().numTensors;
      const decoding = own.encode(WRITTEN);
      const all: number[] = [];
      for (const previous of [
        [1, 1, 1, 1],
        [3, 4, 5, 0],
      ])
        all.push(...(await decoding.step(previous)).logits.data);
      decoding.dispose();
      expect(tf.memory().numTensors).toBe(before);
      rows.push(all);
    }
    expect(relative(rows[1]!, rows[0]!)).toBeLessThan(1e-4);
    expect(relative(rows[2]!, rows[0]!)).toBeLessThan(1e-4);
  });

  it.each(COUNTING)('refuses as position by position what leaves int32, and nothing that nobody reads: %s', async (_what, text) => {
    const all: readonly GenerateOptions[] = [
      {},
      { method: 'beam', width: 3 },
      { method: 'beam', width: 8 },
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => ({ method: 'sample', seed }) as const),
    ];
    /** @param change of what is drawn, so that the graph writes other outputs than the search, and drops them */
    const told = async (way: Execution, change: (u: number) => number): Promise<readonly (readonly Generated[] | string)[]> => {
      const own = await model(text, way);
      if (way !== 'eager')
        doctored(own, (ahead) => ({
          room: ahead.room,
          run: (call) => ahead.run({ ...call, drawn: call.drawn?.map(change) ?? null }),
          accept: () => void ahead.accept(),
          dispose: () => void ahead.dispose(),
        }));
      const outcomes: (readonly Generated[] | string)[] = [];
      for (const [k, options] of all.entries()) {
        const before = tf.memory().numTensors;
        outcomes.push(await own.generate(WRITTEN, options).catch((error: Error) => error.message));
        if (k > 0) expect(tf.memory().numTensors).toBe(before);
      }
      return outcomes;
    };
    const expected = await told('eager', (u) => u);
    expect(expected.some((each) => typeof each === 'string' && each.includes('leaves int32'))).toBe(true);
    expect(expected.some((each) => typeof each !== 'string')).toBe(true);
    for (const way of ['graph', 'xla'] as const) {
      for (const change of [(u: number) => u, (u: number) => (u * 7) % 1, () => 0.6]) {
        const given = await told(way, change);
        for (const [k, each] of expected.entries()) {
          if (typeof each === 'string') expect(given[k]).toBe(each);
          else same(given[k] as readonly Generated[], each);
        }
      }
    }
  });

  it('makes room for more positions than a cache had at first', async () => {
    const options = { atMost: 150, taps: ['weights'], method: 'sample', seed: 2 } as const;
    const expected = await (await model(GPT, 'eager')).generate([{}, {}], options);
    const own = await model(GPT, 'graph');
    const seen = counted(own);
    same(await own.generate([{}, {}], options), expected);
    expect(seen.calls.map(({ time, count }) => [time, count])).toEqual([
      [0, 64],
      [64, 64],
      [128, 22],
    ]);
  });

  it('stops where all has ended', async () => {
    const own = await model(RECURRENT, 'graph');
    const seen = counted(own);
    const made = await own.generate(WRITTEN, { atMost: 60 });
    expect(made.some(({ ended }) => !ended) || seen.calls.length === 1).toBe(true);
  });

  it('takes the search’s choice where the graph makes another', async () => {
    const options = { atMost: 40, taps: ['weights'], method: 'sample', seed: 4 } as const;
    const expected = await (await model(GPT, 'eager')).generate([{}, {}], options);
    const own = await model(GPT, 'graph');
    let runs = 0;
    doctored(own, (ahead) => ({
      room: ahead.room,
      // Other numbers than the search draws, at some positions.
      run: (call) => {
        runs++;
        return ahead.run({ ...call, drawn: call.drawn!.map((u, at) => (at % 7 === 3 ? 1 - u : u)) });
      },
      accept: () => void ahead.accept(),
      dispose: () => void ahead.dispose(),
    }));
    same(await own.generate([{}, {}], options), expected);
    const before = tf.memory().numTensors;
    same(await own.generate([{}, {}], options), expected);
    expect(tf.memory().numTensors).toBe(before);
    expect(runs).toBeGreaterThan(10);
  });

  it.each(['greedily', 'a beam'])('among equals chooses the first: %s', async (what) => {
    const options: GenerateOptions = what === 'a beam' ? { atMost: 9, method: 'beam', width: 4 } : { atMost: 9 };
    const results: (readonly Generated[])[] = [];
    for (const way of ['eager', 'graph'] as const) {
      const own = await model(RECURRENT, way);
      const zeros = own.parameters.filter(({ path }) => path.includes('Linear'));
      own.weights.write(
        Object.fromEntries(
          zeros.map(({ path, size, axes }) => [
            path,
            { data: new Float32Array(size), shape: axes.map((axis) => axis.size), axes: axes.map(({ label }) => label) },
          ]),
        ),
      );
      results.push(await own.generate(WRITTEN, options));
    }
    same(results[1]!, results[0]!);
  });

  it('builds a graph by default for long outputs whose length is known', async () => {
    const [own, other] = [await model(GPT, 'auto'), await model(RECURRENT, 'auto')];
    const [seen, short] = [counted(own), counted(other)];
    await own.generate([{}], { atMost: 100 });
    await other.generate(WRITTEN);
    expect([seen.calls.length, short.calls.length]).toEqual([0, 0]);
    await own.generate([{}], { atMost: 130 });
    expect(seen.calls.length).toBeGreaterThan(0);
  });
});
