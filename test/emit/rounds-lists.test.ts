/** States of rounds, which are lists of tensors: the emitted text, and what the runtime does with them. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as rt from '../../runtime/index.ts';
import { emitted } from '../runtime/compiled.ts';
import { complaints } from './complaints.ts';

beforeAll(async () => {
  await rt.useBackend('cpu');
});

const dims = `dim time: ragged, d = 3, layers = 3, inner = 2
block Cell(x: [d], h: [d]) -> [d] { param W, U: [d <- e: d];  g = sigmoid(U @ x[d as e]);  g * h + (1 - g) * tanh(W @ h[d as e] + x) }
`;
const fit = '\nobjective Fit for M { loss = sum[time, d](y ^ 2);  optimizer sgd(rate = 0.1) }\n';
const cells = `${dims}model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x { z = xt;  repeat layers { state h, c: [d] = 0;  c' = Cell(z, c);  h' = Cell(c', h);  z = h' };  emit z }
}${fit}`;
const nested = `${dims}model M(x: [time, d]) -> { y: [time, d], all: [time, layers, inner, d] } {
  run = scan time with xt = x {
    z = xt
    all = repeat layers as i {
      state s: [d] = 0.1 * i
      own = repeat inner as j { state t: [d] = 0.1 * j + 0.3 * i;  t' = Cell(z, t);  z = t' * s;  emit t' }
      s' = Cell(z, s);  z = s';  emit own
    }
    emit { z = z, all = all }
  }
  { y = run.z, all = run.all }
}${fit}`;

/** The lines of loops, whatever functions they are in. */
const inLoops = (text: string): readonly string[] =>
  [...text.matchAll(/^( *)for \(.*\n((?:\1 .*\n)+)/gm)].flatMap(([, , body]) => body!.split('\n'));

describe('states of rounds', () => {
  it.each([
    ['which nothing else reads', cells],
    ['in the padding of a reversed scan', cells.replace('scan time', 'scan time reversed')],
  ])('are read and made element by element, no step stacks or takes apart: %s', async (_, text) => {
    const lines = inLoops(await emitted(text));
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => /\b(un)?stack(ed)?\(/.test(line))).toEqual([]);
  });

  it.each([
    ['of one loop', cells],
    ['of rounds in rounds', nested],
  ])('are clean under every flag of strictness: %s', async (_, text) => {
    expect(complaints({ rounds: await emitted(text) })).toEqual([]);
  });
});

describe('lists of rounds in the runtime', () => {
  const step = (t: number) => ({ x: tf.tensor1d([t, t]), s: [0, 1, 2].map((i) => tf.scalar(10 * t + i)) });
  const numbers = (tensors: readonly rt.tf.Tensor[]): number[][] => tensors.map((each) => [...each.dataSync()]);

  it('are stacked by round, and the steps disposed of', () => {
    const before = tf.memory().numTensors;
    const { x, s } = rt.stacked([step(1), step(2)]);
    expect([x.shape, numbers([x])]).toEqual([[2, 2], [[1, 1, 2, 2]]]);
    expect(numbers(s)).toEqual([
      [10, 20],
      [11, 21],
      [12, 22],
    ]);
    expect(tf.memory().numTensors).toBe(before + 4);
    rt.dispose(x, s);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('become one tensor, and parts of one', () => {
    const before = tf.memory().numTensors;
    const lists = [1, 2].map((t) => step(t).s);
    const whole = rt.stack(lists, [3], 'float32');
    expect([whole.shape, numbers([whole])]).toEqual([[2, 3], [[10, 11, 12, 20, 21, 22]]]);
    const parts = rt.tf.tidy(() => rt.grouped(rt.unstack(rt.tf.reshape(whole, [6])), 3));
    expect(parts.map(numbers)).toEqual([
      [[10], [11], [12]],
      [[20], [21], [22]],
    ]);
    expect(rt.stack([], [3], 'int32')).toMatchObject({ shape: [0, 3], dtype: 'int32' });
    const sums = rt.perRound(rt.tf.add, lists[0]!, lists[1]!);
    const chosen = rt.perRound(rt.where, tf.scalar(true), 7, sums);
    expect([numbers(sums), numbers(chosen)]).toEqual([
      [[30], [32], [34]],
      [[7], [7], [7]],
    ]);
    rt.dispose(whole, lists, parts, sums, chosen);
    expect(rt.rounds('a[*].b[*].W', lists)).toEqual(
      Object.fromEntries(lists.flatMap((list, i) => list.map((each, j) => [`a[${i}].b[${j}].W`, each]))),
    );
    expect(tf.memory().numTensors).toBe(before + 4);
  });
});
