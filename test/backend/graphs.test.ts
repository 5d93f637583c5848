/** Whole graphs on native TensorFlow: what is not there or broken is done the next best way, and said in one line. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { graphs } from '../../compiler/emit/graphs/graphs.ts';
import { compileFile } from '../../compiler/index.ts';
import { fit, Model, Optimizer, repeating, reportBackends, useBackend, type Execution, type TrainingEvent } from '../../runtime/index.ts';
import type { Definition } from '../../runtime/definition.ts';
import { prefersXla } from '../../runtime/graphs/costs.ts';
import { activeSessions } from '../../runtime/graphs/sessions.ts';
import { definitionOf } from '../emit/support.ts';
import { compiled, library } from '../models/support.ts';

const TEXT = `dim n: ragged
dim width = 4
import LSTM from "std/cells"

model Count(x: [n]) -> y: [] {
  param v: [width] = normal(1), w: [width] = normal(1)
  run = scan n with xt = x {
    state h, c: [width] = 0
    (h', c') = LSTM(v * xt, h, c)
    emit h'
  }
  sum[width](w * dropout(run[n = last], 0.2))
}

objective Fit for Count given t: [] {
  loss = (y - t) ^ 2
  optimizer adam(rate = 0.01)
}
`;

const hasTensorflow = (await reportBackends()).some(({ name, usable }) => usable && name === 'tensorflow');

describe.runIf(hasTensorflow)('graphs on native TensorFlow', () => {
  let folder: string;
  let said: string[];
  const cache = process.env.XDG_CACHE_HOME;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attnc-graphs-'));
    said = [];
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  async function model(execution: Execution, data: 'there' | 'missing' = 'there', text = TEXT): Promise<Model<object, Example, object>> {
    const { code, models, sources } = await compileFile('program.attn', {
      ...library(),
      read: (path) => (path === 'program.attn' ? text : library().read(path)),
    });
    const file = join(folder, 'program.graphs.json');
    rmSync(file, { force: true });
    if (data === 'there') writeFileSync(file, graphs.emit(models, { sources, header: '' }));
    const definition: Definition = { ...definitionOf(code!), graphs: { file: pathToFileURL(file), model: 0 } };
    await useBackend('tensorflow', { execution });
    return new Model<object, Example, object>(definition, { seed: 1 });
  }

  interface Example {
    readonly x: readonly number[];
    readonly t: number;
  }
  const examples: readonly Example[] = [
    { x: [1, -2, 3], t: 1 },
    { x: [0.5], t: -1 },
  ];
  const gradientsOf = async (of: Model<object, Example, object>): Promise<readonly number[]> =>
    [...(await of.gradients(examples)).gradients.v!.data].map((x) => Math.round(x * 1e4));

  /** With a cache of its own, in which nothing was built yet. */
  const ownCache = (): string => {
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
    return join(folder, 'cache', 'attnc');
  };

  it('shares no memory with arrays of JavaScript, wherever they begin', async () => {
    await useBackend('tensorflow');
    // Memory is taken over where it begins at a multiple of 64 bytes, as one of these does.
    const buffer = new ArrayBuffer(256);
    const arrays = Array.from({ length: 8 }, (_, k) => new Float32Array(buffer, 8 * k, 16).fill(1));
    const tensors = arrays.map((each) => tf.tensor1d(each));
    for (const tensor of tensors) tf.square(tensor).dispose();
    for (const each of arrays) each.fill(2);
    expect(tensors.map((tensor) => tensor.dataSync()[15])).toEqual(arrays.map(() => 1));
    tf.dispose(tensors);
  });

  it('draws the same numbers and gives the same gradients, whichever way', async () => {
    const expected = await gradientsOf(await model('eager'));
    expect(await gradientsOf(await model('graph'))).toEqual(expected);
    expect(await gradientsOf(await model('xla'))).toEqual(expected);
    expect(said).toEqual([]);
  });

  it('gives 0 for the cosine of vectors that are 0, also where XLA multiplies constants first', async () => {
    const text = `dim n: ragged
dim width = 4
model Count(x: [n]) -> y: [] {
  param v: [width] = normal(1)
  sum[width](v) * (1 + cosine[n](x, x)) + cosine[width](v - v, v - v)
}
objective Fit for Count given t: [] { loss = y - t;  optimizer sgd(rate = 0.1) }
`;
    const own = await model('xla', 'there', text);
    const { gradients } = await own.gradients([
      { x: [0], t: 1 },
      { x: [0, 0], t: 1 },
    ]);
    expect([...gradients.v!.data]).toEqual([1, 1, 1, 1]);
    expect(said).toEqual([]);
  });

  it('goes on operation by operation where the file is missing, and says so once', async () => {
    const expected = await gradientsOf(await model('eager'));
    const own = await model('graph', 'missing');
    expect(await gradientsOf(own)).toEqual(expected);
    await own.loss(examples);
    expect(said).toEqual([expect.stringMatching(/^attnc: Count runs operation by operation: .*program\.graphs\.json is missing/u)]);
  });

  it('writes anew what was cut off, and leaves nothing half written', async () => {
    const [first, second] = [await model('graph'), await model('graph')];
    const own = ownCache();
    const expected = await gradientsOf(first);
    const all = join(own, readdirSync(own)[0]!);
    const [name] = readdirSync(all);
    const file = join(all, name!, 'saved_model.pb');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 100));
    expect(await gradientsOf(second)).toEqual(expected);
    expect(readFileSync(file).equals(whole)).toBe(true);
    expect(readdirSync(all)).toEqual([name]);
    expect(said).toEqual([]);
  });

  it('does without a cache that cannot be written', async () => {
    const expected = await gradientsOf(await model('eager'));
    const second = await model('graph');
    writeFileSync(join(folder, 'cache'), 'no folder');
    ownCache();
    expect(await gradientsOf(second)).toEqual(expected);
    expect(said).toEqual([expect.stringMatching(/^attnc: Count: Fit gradients runs operation by operation: /u)]);
  });

  it('trains as graphs from some step on, and leaves as many tensors as there were', async () => {
    const first = await model('auto');
    const own = ownCache();
    const train = async (steps: number, of: Model<object, Example, object>): Promise<void> =>
      void (await fit(of, { train: examples }, { batchSize: 2, steps, seed: 1 }));
    await train(5, first);
    expect(existsSync(own)).toBe(false);
    await train(15, first);
    expect(existsSync(own)).toBe(true);
    const before = tf.memory().numTensors;
    await train(40, first);
    expect(tf.memory().numTensors).toBe(before);
    expect(said).toEqual([]);
  });

  it('runs as graphs what a program says that it repeats', async () => {
    const own = await model('auto');
    const load = vi.spyOn(activeSessions()!, 'load');
    const few = await own.forward(examples);
    expect(load).not.toHaveBeenCalled();
    const many = await repeating(1000, () => own.forward(examples));
    expect(load).toHaveBeenCalledOnce();
    await expect(repeating(1000, () => Promise.reject(new Error('no more')))).rejects.toThrow('no more');
    expect(activeSessions()!.now()).toBe('eager');
    load.mockRestore();
    expect(many[0]!.y!.data[0]).toBeCloseTo(few[0]!.y!.data[0]!, 5);
  });

  it('has XLA compile gradients where the planned steps repay it', async () => {
    const long: readonly Example[] = [{ x: Array.from({ length: 40 }, (_, k) => k / 40), t: 1 }];
    const compiled = async (steps: number): Promise<boolean> => {
      const own = await model('auto');
      const load = vi.spyOn(activeSessions()!, 'load');
      const stop = new AbortController();
      const onEvent = (event: TrainingEvent): void => void (event.kind === 'progress' && event.step >= 13 && stop.abort());
      await fit(own, { train: long }, { batchSize: 1, steps, seed: 1, signal: stop.signal, reportEvery: 1, onEvent });
      const ways = load.mock.calls.map(([{ xla }]) => xla);
      load.mockRestore();
      return ways.includes(true);
    };
    expect([await compiled(15), await compiled(100_000)]).toEqual([false, true]);
  });

  it('prefers XLA for many small operations, and not for large products', () => {
    const body = Array.from({ length: 900 }, (_, id) => ({ id, type: 'float', op: 'argument' }) as const);
    const prefers = (operations: number, elements: number, multiplications: number, repeats: number): boolean =>
      prefersXla({ body, results: [], work: { operations, elements, multiplications } }, {}, repeats);
    const memory = [12_000, 65e6, 2e8] as const;
    expect([prefers(...memory, 5000), prefers(...memory, 100), prefers(770, 153e6, 1e10, 1e6)]).toEqual([true, false, false]);
  });

  it.each([
    [
      { kind: 'adam', rate: 0.1, weightDecay: 0.1 },
      { kind: 'norm', limit: 0.5 },
    ],
    [
      { kind: 'sgd', rate: 0.1, momentum: 0.9, nesterov: true },
      { kind: 'value', limit: 0.05 },
    ],
    [{ kind: 'adagrad', rate: 0.1, initial: 0.1 }, null],
    [{ kind: 'rmsprop', rate: 0.1, momentum: 0.5, centred: true }, null],
    [{ kind: 'adadelta' }, null],
  ] as const)('updates parameters and slots as operation by operation: %o', async (settings, clip) => {
    const after = async (execution: Execution): Promise<readonly number[]> => {
      const own = await model(execution);
      const optimizer = new Optimizer(own.weights);
      // First values are drawn when they are read.
      const { tensors } = own.weights;
      const before = tf.memory().numTensors;
      for (let step = 1; step <= 3; step++) {
        // Not every parameter has a gradient.
        const gradients = { v: tf.tensor1d([0.3, -2, step, 0.01]), 'run.h.LSTM.bi': tf.fill([4], -0.2) };
        const known = Object.fromEntries(Object.entries(gradients).filter(([path]) => tensors[path] !== undefined));
        optimizer.apply(known, settings, step, clip);
        for (const each of Object.values(gradients)) each.dispose();
        expect(tf.memory().numTensors - before, 'slots, and the joined parameters').toBeLessThan(5);
      }
      const stored = [...(await optimizer.store()).values()].flatMap(({ data }) => [...(data as Float32Array)]);
      const parameters = await Promise.all(own.parameters.map(async ({ path }) => [...(await own.weights.read(path)).data]));
      optimizer.dispose();
      return [...parameters.flat(), ...stored].map((x) => Math.round(x * 1e5) + 0);
    };
    expect(await after('graph')).toEqual(await after('eager'));
    expect(said).toEqual([]);
  });

  it('clips by the norm of all gradients where they are updated in parts', async () => {
    // More than two million numbers.
    const text = `dim width = 1100
model Wide(x: [n]) -> y: [] {
  param A, B: [width, other: width] = normal(1)
  sum[n](x) * A[width = 0, other = 0]
}
dim n: ragged
`;
    const after = async (execution: Execution): Promise<readonly number[]> => {
      const own = await model(execution, 'there', text);
      const optimizer = new Optimizer(own.weights);
      const gradients = { A: tf.fill([1100, 1100], 0.01), B: tf.fill([1100, 1100], -0.02) };
      optimizer.apply(gradients, { kind: 'sgd', rate: 1 }, 1, { kind: 'norm', limit: 1 });
      for (const each of Object.values(gradients)) each.dispose();
      optimizer.dispose();
      const values = await Promise.all(['A', 'B'].map(async (path) => (await own.weights.read(path)).data[7]!));
      own.dispose();
      return values.map((x) => Math.round(x * 1e6));
    };
    expect(await after('graph')).toEqual(await after('eager'));
    expect(said).toEqual([]);
  });

  it.each(['graph', 'xla'] as const)('chooses the first of what a function has made equal: %s', async (execution) => {
    const own = await model(execution, 'there', 'dim k = 2\nmodel First(z: [k]) -> y: [] { 1.0 * argmax[k](sigmoid(z)) }\n');
    const [given] = await own.forward([{ z: [-3e38, -1e9] } as object as Example]);
    expect([...given!.y!.data]).toEqual([0]);
    expect(said).toEqual([]);
  });

  describe('what leaves int32 is refused as operation by operation', () => {
    const counting = (body: string): string => `dim n: ragged, three = 3
model Count(x: [n], k: int[n], b: int[n, three]) -> y: int[three] { param w: [] = 1;  ${body} }
objective Fit for Count given t: [] {
  loss = (w * sum[three](y) - t) ^ 2
  optimizer sgd(rate = 0.01)
}
`;
    const few = {
      x: [1, 2],
      k: [2, 3],
      b: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      t: 1,
    };
    const many = {
      x: [1, 2, 3],
      k: [70000, 60000, 3],
      b: [
        [1, 2, 3],
        [4, 50000, 50000],
        [1, 100000, 100000],
      ],
      t: 1,
    };
    const later = {
      x: [1, 2, 3, 4],
      k: [1, 2, 70000, 70000],
      b: [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
        [70000, 70000, 1],
      ],
      t: 1,
    };

    it.each([
      ['in a scan', "r = scan n with j = k { state a: int[] = 1;  a' = a * j;  emit a' };  y = 0 * position[three] + (r[n = last] mod 5)"],
      [
        'backwards',
        "r = scan n reversed with j = k { state a: int[] = 1;  a' = a * j;  emit a' };  y = 0 * position[three] + (r[n = first] mod 5)",
      ],
      ['at positions', "r = scan n with j = b { state a: int[three] = 1;  a' = a * j;  emit a' };  y = r[n = last] mod 5"],
      [
        'in a scan in a scan',
        `r = scan n with j = b {
    state a: int[] = 1
    c = scan three with i = j { state d: int[] = a;  d' = d * i;  emit d' }
    a' = 1 + c[three = last] mod 1000
    emit c
  }
  y = r[n = last] mod 5`,
      ],
      ['in rounds', 'a = k[n = first];  c = b[n = last];  repeat 3 { c = c * (1 + c mod 30000) };  y = c mod 5 + 0 * a'],
      [
        'in rounds in a scan',
        "r = scan n with j = b { state a: int[three] = 1;  c = a;  repeat 2 { c = c * j };  a' = 1 + c mod 50;  emit c };  y = r[n = last] mod 5",
      ],
      [
        'in a scan in rounds',
        "c = b[n = last];  repeat 2 { r = scan n with j = k { state a: int[three] = c;  a' = a * j;  emit a' };  c = 1 + r[n = last] mod 50 };  y = c",
      ],
      [
        'at two places of a step',
        "r = scan n with j = k { state a: int[] = 1, c: int[] = 1;  a' = 1 + (a * j * 700) mod 70000;  c' = 1 + (c * j * 30000) mod 50000;  emit a' + c' };  y = 0 * position[three] + (r[n = last] mod 5)",
      ],
    ])('%s', async (_what, body) => {
      const text = counting(body);
      const told = async (execution: Execution): Promise<readonly string[]> => {
        const own = await model(execution, 'there', text);
        await own.weights.read('w');
        const before = tf.memory().numTensors;
        const lines: string[] = [];
        for (const given of [[few], [few, many], [many, later], [later, few, many]] as unknown as Example[][]) {
          const of = async (run: () => Promise<unknown>): Promise<string> =>
            run().then(
              () => 'fine',
              (error: Error) => error.message,
            );
          lines.push(await of(async () => own.forward(given)), await of(async () => own.gradients(given)));
        }
        expect(tf.memory().numTensors).toBe(before);
        return lines;
      };
      const expected = await told('eager');
      expect(expected[0]).toBe('fine');
      expect(expected.join()).toContain('leaves int32');
      expect(await told('graph')).toEqual(expected);
      expect(await told('xla')).toEqual(expected);
      expect(said).toEqual([]);
    });
  });

  it.each(['monotonic', 'predictive'])('runs windows with whole numbers as graphs: %s', async (look) => {
    const made = await compiled<Model<object, object, object>>('luong/model.attn', new Map([['look', look]]));
    const lossOf = async (execution: Execution): Promise<number> => {
      await useBackend('tensorflow', { execution });
      const own = made.create({ seed: 1 });
      const written = [
        { tokens: [3, 7, 1, 5, 2], y: [3, 5, 2] },
        { tokens: [9], y: [4, 2] },
      ];
      await own.gradients(written);
      return (await own.loss(written)).loss;
    };
    const expected = await lossOf('eager');
    expect(await lossOf('graph')).toBeCloseTo(expected, 5);
    expect(await lossOf('xla')).toBeCloseTo(expected, 5);
    expect(said).toEqual([]);
  });

  it('refuses ways that there are not, and graphs elsewhere', async () => {
    await expect(useBackend('tensorflow', { execution: 'fast' as Execution })).rejects.toThrow('choose auto, eager, graph, xla');
    await expect(useBackend('cpu', { execution: 'graph' })).rejects.toThrow("execution 'graph' is for tensorflow");
  });
});
