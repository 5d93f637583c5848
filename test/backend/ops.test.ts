import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BACKEND_NAMES, reportBackends, useBackend } from '../../runtime/backend/index.ts';
import type { BackendName } from '../../runtime/backend/index.ts';
import { OP_CASES } from './op-cases.ts';
import type { OpCase } from './op-cases.ts';

interface Value {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: number[];
}

const usable = new Set((await reportBackends()).filter((report) => report.usable).map(({ name }) => name));

/** What a backend is known not to do, with what it does instead; the emitter stays clear of these (docs/backends.md). */
const KNOWN: Readonly<Record<BackendName, Readonly<Record<string, RegExp>>>> = {
  tensorflow: { 'add, six groups of axes': /Broadcast between .* is not supported yet/ },
  webgpu: {},
  wasm: {},
  cpu: {},
};

// Sine and cosine of WGSL are only promised to 2^-11; SwiftShader uses that.
const LOOSE: Readonly<Record<string, number>> = { sin: 2 ** -11, cos: 2 ** -11 };

async function evaluate({ run }: OpCase): Promise<Value[]> {
  const result = tf.tidy(() => run());
  const tensors = Array.isArray(result) ? result : [result];
  const values: Value[] = [];
  for (const tensor of tensors) values.push({ shape: tensor.shape, dtype: tensor.dtype, data: [...(await tensor.data())] });
  tf.dispose(tensors);
  return values;
}

function differences(actual: readonly Value[], expected: readonly Value[], tolerance: number): string[] {
  if (actual.length !== expected.length) return [`${actual.length} results, not ${expected.length}`];
  return expected.flatMap((value, i) => {
    const other = actual[i];
    const kind = ({ shape, dtype }: Value): string => `${dtype}[${shape.join(',')}]`;
    if (kind(other!) !== kind(value)) return [`result ${i} is ${kind(other!)}, not ${kind(value)}`];
    return value.data.flatMap((want, k) => {
      const got = other!.data[k];
      const same = Object.is(got, want) || got === want || Math.abs(got! - want) <= tolerance * (1 + Math.abs(want));
      return same ? [] : [`element ${k} of result ${i} is ${got}, not ${want}`];
    });
  });
}

let before: number;
beforeEach(() => void (before = tf.memory().numTensors));
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

for (const name of BACKEND_NAMES.filter((backend) => backend !== 'cpu')) {
  describe.skipIf(!usable.has(name))(`${name} computes what cpu computes`, () => {
    test.each(OP_CASES)('$name', async (opCase) => {
      await useBackend('cpu');
      const expected = await evaluate(opCase);
      await useBackend(name);
      const known = KNOWN[name][opCase.name];
      if (known !== undefined) {
        await expect(evaluate(opCase)).rejects.toThrow(known);
        return;
      }
      expect(differences(await evaluate(opCase), expected, LOOSE[opCase.name] ?? 1e-5)).toEqual([]);
    });
  });
}

// On hardware tfjs gives a small product a program of its own, which a software adapter does without.
describe.skipIf(!usable.has('webgpu'))('webgpu computes what cpu computes, as on hardware', () => {
  beforeAll(() => tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 0));
  afterAll(() => tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1));

  test.each(OP_CASES.filter(({ name }) => name.startsWith('matMul, small')))('$name', async (opCase) => {
    await useBackend('cpu');
    const expected = await evaluate(opCase);
    await useBackend('webgpu');
    expect(differences(await evaluate(opCase), expected, 1e-5)).toEqual([]);
  });
});

describe('cpu computes what is written by hand', () => {
  test.each([
    { name: 'mod', values: [0.5, 1, 0, 0.5, 1] },
    { name: 'mod int32', values: [1, 2, 0, 1, 1] },
    { name: 'cast float to int32', values: [-1, 0, 0, 1] },
    { name: 'argMax, first of equals', values: [1] },
    { name: 'softmax, masked by -1e9', values: [0.2689414, 0, 0.7310586, 1 / 3, 1 / 3, 1 / 3] },
    { name: 'oneHot of a matrix, outside', values: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0] },
  ])('$name', async ({ name, values }) => {
    await useBackend('cpu');
    const opCase = OP_CASES.find((candidate) => candidate.name === name);
    if (opCase === undefined) throw new Error(`no case ${name}`);
    const { data } = (await evaluate(opCase))[0]!;
    expect(data.length).toBe(values.length);
    for (const [i, value] of values.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  test('the sum of segments adds rows up and leaves rows with a negative segment out', async () => {
    await useBackend('cpu');
    const [x, ids] = [tf.tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]), tf.tensor1d([2, 0, 2, -1], 'int32')];
    const sums = tf.unsortedSegmentSum(x, ids, 3);
    expect([...sums.dataSync()]).toEqual([3, 4, 0, 0, 6, 8]);
    tf.dispose([x, ids, sums]);
  });
});
