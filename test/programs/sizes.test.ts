/** Dims that the data of a call size, and inputs that an example may leave out. */
import { describe, expect, it } from 'vitest';
import { agrees, compileText } from './support.ts';

describe('`= input`: one size for all examples of a call', () => {
  const program = `dim source: ragged, width = input, d = 3
block Mean(x: [w, d]) -> [d] { mean[w](x) }
model M(x: [source, width, d], most: index(width)) -> { m: [source, d], far: [width], end: [d], places: [width] } {
  y = tanh(Linear[d](x))
  { m = Mean[w = width](y) / width, far = sum[source, d](y), end = sum[source](y[width = most]), places = position[width] / (width + 1) }
}
objective O for M given t: [width] { loss = sum[width]((far - t) ^ 2) + sum[source, d](m);  optimizer sgd(rate = 0.1) }`;
  const x = (source: number, width: number): number[][][] =>
    Array.from({ length: source }, (_, i) => Array.from({ length: width }, (__, j) => [0.1 * i, 0.2 * j, 0.3 - 0.1 * i * j]));

  it.each([1, 2, 5])('of %i positions agrees with the oracle', async (width) => {
    const { code } = await agrees(program, [
      { x: x(2, width), most: width - 1, t: Array.from({ length: width }, (_, k) => 0.1 * k) },
      { x: x(4, width), most: 0, t: Array.from({ length: width }, (_, k) => 0.3 * k) },
    ]);
    expect(code).toContain('ofCall: true');
  });

  it('says which example has another size', async () => {
    const { model } = await agrees(program, [{ x: x(2, 3), most: 1, t: [0.1, 0.2, 0.3] }]);
    await expect(
      model.forward([
        { x: x(2, 3), most: 1 },
        { x: x(1, 2), most: 1 },
      ]),
    ).rejects.toThrow(
      'example 1: `x[source, width]` has 2 positions but example 0 has 3: `width` is `= input`, one size for all examples of a call (declare it `ragged` if each may have its own)',
    );
    await expect(model.forward([{ x: x(2, 3), most: 3 }])).rejects.toThrow('`most` is 3, outside `width` (0 … 2)');
  });

  it('is sized by what an objective is given', async () => {
    await agrees(
      'dim w = input, d = 3\nmodel M(x: [d]) -> y: [d] { tanh(Linear[d](x)) }\nobjective O for M given t: [d, w] { loss = sum[d](y * mean[w](t));  optimizer sgd(rate = 0.1) }',
      [
        {
          x: [1, 2, 3],
          t: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
      ],
    );
  });
});

describe('an input that may be left out', () => {
  const program = `dim source: ragged, words = 5, d = 2
model M(tokens: index(words)[source], counted: bool[source] = true, from: index(words) = 1, gain: [] = 0.5, plus: [d] = -1) -> y: [d] {
  param table: [words, d]
  mean[source](table[tokens] where counted) * gain + plus * table[from]
}
objective O for M given t: [d] { loss = sum[d]((y - t) ^ 2);  optimizer sgd(rate = 0.1) }`;

  it('has its default in every position that the example has', async () => {
    const { code, model } = await agrees(program, [
      { tokens: [1, 2, 3], t: [0, 1] },
      { tokens: [4], counted: [true], from: 2, gain: 1, plus: [1, 2], t: [0, 1] },
      { tokens: [4, 2], counted: [false, true], t: [1, 1] },
    ]);
    expect(code).toContain('readonly counted?: rt.Flags;');
    await expect(model.forward([{ counted: [true] }])).rejects.toThrow('`tokens` is missing');
  });

  it('has no length of its own', async () => {
    const { model } = await agrees(
      'dim source: ragged, other: ragged\nmodel M(x: [source], z: [other] = 1) -> [] { sum[source](x) + sum[other](z) }',
      [{ x: [1, 2], z: [1, 2, 3] }],
    );
    await expect(model.forward([{ x: [1] }])).rejects.toThrow('example 0: `z` is left out, and no other input tells how long `other` is');
  });

  it('is what the example has, in TypeScript too', async () => {
    const { code } = await compileText(program);
    expect(code).toContain('/** `[]` Where it is left out, 0.5 everywhere. */ readonly gain?: number;');
  });
});
