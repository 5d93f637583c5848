import { beforeAll, describe, expect, test } from 'vitest';
import { initialValues, StepRandom, stream, seedKey, useBackend } from '../../runtime/index.ts';
import { permutation, threefry } from '../../runtime/random.ts';
import type { InitialiserSpec } from '../../runtime/definition.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

function words(k0: number, k1: number, c0: number, c1: number): string {
  const out = new Int32Array(2);
  threefry(k0, k1, c0, c1, out);
  return Array.from(out, (word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');
}

test('Threefry-2x32-20 gives the vectors of its authors', () => {
  expect(words(0, 0, 0, 0)).toBe('6b200159 99ba4efe');
  expect(words(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toBe('1cb996fc bb002be7');
  expect(words(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toBe('c4923a9c 483df7a0');
});

/** The first `own` positions of each axis of one example's part, as a flat list. */
async function part(random: StepRandom, row: number, shape: number[], ragged: boolean[], own: number[], rate = 0.3): Promise<number[]> {
  const tensor = random.keep('layer.dropout#0', rate, shape, ragged, [2]);
  const data = await tensor.data();
  tensor.dispose();
  const [, a, b, c] = shape as [number, number, number, number];
  const result: number[] = [];
  for (let i = 0; i < own[0]!; i++)
    for (let j = 0; j < own[1]!; j++) for (let k = 0; k < own[2]!; k++) result.push(data[((row * a + i) * b + j) * c + k]!);
  return result;
}

describe('dropout', () => {
  test('example 7 alone has the mask it has as row 3 of a padded batch, wherever the ragged axes stand', async () => {
    for (const ragged of [
      [true, false, false],
      [false, true, false],
      [true, false, true],
      [true, true, true],
      [false, false, false],
    ]) {
      const own = [3, 4, 5];
      const padded = own.map((size, axis) => (ragged[axis] ? size + 4 : size));
      const alone = await part(new StepRandom(11, 5, [7]), 0, [1, ...own], ragged, own);
      const among = await part(new StepRandom(11, 5, [2, 9, 4, 7, 1]), 3, [5, ...padded], ragged, own);
      expect(among).toEqual(alone);
    }
  });

  test('another example, step, seed or site has another mask', async () => {
    const shape = [1, 4, 4, 4];
    const base = await part(new StepRandom(1, 1, [1]), 0, shape, [true, false, false], [4, 4, 4]);
    for (const random of [new StepRandom(2, 1, [1]), new StepRandom(1, 2, [1]), new StepRandom(1, 1, [2])]) {
      expect(await part(random, 0, shape, [true, false, false], [4, 4, 4])).not.toEqual(base);
    }
    const other = await new StepRandom(1, 1, [1]).keep('elsewhere', 0.3, shape, [true, false, false], [2]).data();
    expect(Array.from(other)).not.toEqual(base);
  });

  test('keeps the share it should, scaled so that the mean stays', async () => {
    const mask = await new StepRandom(0, 1, [0]).keep('d', 0.3, [1, 40000], [false], []).data();
    const kept = mask.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
    // Five standard deviations of a binomial share.
    expect(Math.abs(kept.length / mask.length - 0.7)).toBeLessThan(5 * Math.sqrt((0.7 * 0.3) / 40000));
  });
});

test("numbers of every kind are an example's own, alone and as a row of a padded batch, in any order of axes", () => {
  for (const draw of ['uniform', 'normal', 'exponential', 'keep'] as const) {
    for (const ragged of [
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ]) {
      const padded = [3, 4].map((size, axis) => (ragged[axis] ? size + 5 : size));
      const alone = new StepRandom(11, 5, [7]).values(draw, 'a.sample#0', [1, 3, 4], ragged, [2, 6], 0.3);
      const among = new StepRandom(11, 5, [2, 7, 1]).values(draw, 'a.sample#0', [3, ...padded], ragged, [2, 6], 0.3);
      const row = Array.from({ length: 3 }, (_, i) =>
        Array.from({ length: 4 }, (_none, j) => among[(padded[0]! + i) * padded[1]! + j]!),
      ).flat();
      expect(row, `${draw} ${ragged.join()}`).toEqual(Array.from(alone));
    }
  }
});

test('normal and exponential numbers have their moments', () => {
  const random = new StepRandom(3, 1, [0]);
  const moments = (draw: 'normal' | 'exponential'): number[] => {
    const values = random.values(draw, 'm', [1, 40000], [false], []);
    return [1, 2].map((k) => values.reduce((sum, value) => sum + value ** k, 0) / values.length);
  };
  const [mean, square] = moments('normal');
  expect(Math.abs(mean!)).toBeLessThan(5 / 200);
  expect(Math.abs(square! - 1)).toBeLessThan((5 * Math.SQRT2) / 200);
  const [first, second] = moments('exponential');
  expect(Math.abs(first! - 1)).toBeLessThan(5 / 200);
  expect(Math.abs(second! - 2)).toBeLessThan((5 * Math.sqrt(20)) / 200);
});

test('uniform numbers lie inside (0, 1) and fill it evenly', async () => {
  const values = await new StepRandom(3, 1, [0, 1]).uniform('u', [2, 20000], [false], []).data();
  const bins = new Array<number>(10).fill(0);
  expect(values.every((value) => value > 0 && value < 1)).toBe(true);
  for (const value of values) bins[Math.floor(10 * value)]!++;
  for (const bin of bins) expect(Math.abs(bin - 4000)).toBeLessThan(5 * Math.sqrt(3600));
});

test('a permutation has every number once and differs between keys', () => {
  const order = Array.from(permutation(50, seedKey(1)));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(Array.from(permutation(50, seedKey(2)))).not.toEqual(order);
  expect(stream(seedKey(1))()).toBe(stream(seedKey(1))());
});

describe('first values', () => {
  const spec = (init: InitialiserSpec, rows = 60, columns = 40, path = 'W') => ({
    path,
    init,
    outs: 1,
    axes: [
      { label: 'to', size: rows },
      { label: 'from', size: columns },
    ],
  });

  test('orthogonal: the fewer of rows and columns are orthonormal', () => {
    for (const [rows, columns] of [
      [12, 12],
      [20, 7],
      [7, 20],
    ] as const) {
      const values = initialValues(spec({ kind: 'orthogonal' }, rows, columns), 4);
      const vectors =
        rows <= columns
          ? Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)))
          : Array.from({ length: columns }, (_, column) => Array.from({ length: rows }, (_unused, row) => values[row * columns + column]!));
      for (const [i, a] of vectors.entries()) {
        for (const [j, b] of vectors.entries()) {
          expect(a.reduce((sum, value, index) => sum + value * b[index]!, 0)).toBeCloseTo(i === j ? 1 : 0, 6);
        }
      }
    }
  });

  test('glorot stays within sqrt(6 / (in + out)) and reaches out to it; normal has its deviation', () => {
    const limit = Math.sqrt(6 / 100);
    const most = initialValues(spec({ kind: 'glorot' }), 1).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(0.98 * limit);
    const normal = initialValues(spec({ kind: 'normal', deviation: 0.5 }, 100, 100), 1);
    const variance = normal.reduce((sum, value) => sum + value * value, 0) / normal.length;
    expect(Math.abs(variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(2 / 10000));
  });

  test('depend on path and seed alone', () => {
    const init = { kind: 'glorot' } as const;
    expect(initialValues(spec(init), 1)).toEqual(initialValues(spec(init), 1));
    expect(initialValues(spec(init), 2)).not.toEqual(initialValues(spec(init), 1));
    expect(initialValues(spec(init, 60, 40, 'V'), 1)).not.toEqual(initialValues(spec(init), 1));
    expect(initialValues(spec({ kind: 'constant', value: 3 }, 1, 2), 1)).toEqual(Float32Array.of(3, 3));
  });
});
