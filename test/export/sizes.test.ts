/** Sizes that a graph computes are those that the host computes. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { Sizes } from '../../runtime/export/sizes.ts';
import { evaluate } from '../../runtime/graphs/expressions.ts';
import type { Expression } from '../../runtime/graphs/format.ts';
import { Graph, type Tensor } from '../../runtime/graphs/graph-def.ts';
import { activeSessions } from '../../runtime/graphs/sessions.ts';
import { reportBackends, useBackend } from '../../runtime/index.ts';

const hasTensorflow = (await reportBackends()).some(({ name, usable }) => usable && name === 'tensorflow');

const f = (fn: string, ...of: Expression[]): Expression => ({ fn, of });
const WHOLE: readonly Expression[] = [
  ...['add', 'sub', 'mul', 'quot', 'mod', 'max', 'min', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or'].flatMap((fn) => [
    f(fn, 'a', 'b'),
    f(fn, f('sub', 'b', 'a'), 'b'),
  ]),
  ...['neg', 'abs', 'sign', 'not', 'int', 'stop'].map((fn) => f(fn, f('sub', 'a', 'b'))),
  f('log2ceil', 'a'),
  f('log2floor', 'a'),
  f('pow', 'b', 3),
  f('add', f('mul', 2, 'known'), f('quot', f('add', 'a', 1), 2)),
  f('mod', 'a', f('sub', 'b', 'b')),
];
const REAL: readonly Expression[] = [
  ...['exp', 'expm1', 'log', 'log1p', 'sqrt', 'tanh', 'sin', 'cos', 'atan', 'floor', 'float', 'abs', 'neg', 'log2ceil'].map((fn) =>
    f(fn, f('div', 'a', 'b')),
  ),
  f('div', 1, f('sqrt', 'a')),
  f('mod', f('div', 'a', 'b'), 0.75),
  f('pow', 'a', -0.5),
  f('Infinity'),
  f('lt', f('div', 'a', 'b'), 1),
];

describe.runIf(hasTensorflow)('sizes', () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
  });

  it('of every function that a number is made by', () => {
    const graph = new Graph();
    const inputs = new Map(['a', 'b'].map((name) => [name, graph.input(name, 'int', [])]));
    const sizes = new Sizes(graph, { known: 5 }, (name) => inputs.get(name) ?? null);
    const floats = [...WHOLE, ...REAL].map((value) => sizes.scalar(value, 'float'));
    const shape = sizes.shape(WHOLE);
    const outputs = [...floats, shape].map((tensor: Tensor) => tensor.text);
    const session = activeSessions()!.load({ bytes: graph.savedModel(), inputs: [...inputs.values()].map(({ text }) => text), outputs });
    for (const [a, b] of [
      [1, 1],
      [7, 2],
      [2, 7],
      [8, 3],
      [1023, 1024],
      [16, 16],
    ] as const) {
      const given = [a, b].map((value) => tf.scalar(value, 'int32'));
      const made = session.run(given);
      const n = { a, b, known: 5 };
      const expected = [...WHOLE, ...REAL].map((value) => Math.fround(evaluate(value, n)!));
      const numbers = made.slice(0, -1).map((tensor) => tensor.dataSync()[0]!);
      expected.forEach((value, k) => {
        const shown = `${JSON.stringify([...WHOLE, ...REAL][k])} of ${a}, ${b}`;
        if (Number.isFinite(value)) expect(Math.abs(numbers[k]! - value), shown).toBeLessThanOrEqual(1.2e-7 * Math.abs(value));
        else expect(numbers[k], shown).toBe(value);
      });
      expect([...made.at(-1)!.dataSync()].map((each) => each + 0)).toEqual(WHOLE.map((value) => evaluate(value, n)! + 0));
      for (const tensor of [...given, ...made]) tensor.dispose();
    }
  });

  it('says which name is not known', () => {
    const sizes = new Sizes(new Graph(), {}, () => null);
    expect(() => sizes.scalar('nowhere', 'int')).toThrow('a size is not known: "nowhere"');
    expect(() => sizes.scalar({ fn: 'never', of: [1] }, 'int')).toThrow("no number is made by 'never'");
  });
});
