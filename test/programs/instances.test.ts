/** One block called several times: what the steps of each call keep is told apart, in whichever function it is. */
import { describe, expect, it } from 'vitest';
import { tf } from '../../runtime/index.ts';
import { runOn, usableBackends } from '../models/support.ts';
import { agrees, Known, type Example } from './support.ts';

const backends = await usableBackends();

const picture = (height: number, seed: number): Example => {
  const value = (k: number): number => Math.sin(1.3 * k + seed) + 0.1 * seed;
  return {
    x: Array.from({ length: height }, (_, i) => Array.from({ length: 3 }, (__, j) => [value(7 * i + 2 * j), value(7 * i + 2 * j + 1)])),
    t: [0.1 * seed, -0.2],
  };
};
const pictures = [picture(2, 1), picture(5, 2), picture(1, 3)];

const DIMS = 'dim height: ragged, width = 3, c = 2, layers = 2, inner = 2';
const ROUNDS = 'block Deep(x: [c]) -> [c] { h = x;  repeat layers { h = h + tanh(Linear[c](h)) * sigmoid(Linear[c](h)) };  h }';
const SCAN = `block Sum(x: [height, c]) -> [height, c] {
  scan height with xt = x { state s: [c] = 0;  s' = tanh(Linear[c](xt) + Linear[c](s)) * sigmoid(Linear[c](xt) + s);  emit s' }
}`;
const fit = (name: string, loss: string): string => `objective ${name} for M given t: [c] { loss = ${loss};  optimizer sgd(rate = 0.1) }`;
const written = (...lines: readonly string[]): string => [DIMS, ...lines].join('\n');

const PROGRAMS: Readonly<Record<string, string>> = {
  'rounds with running values, through one instance': written(
    "block Track(x: [c]) -> [c] { running u: [c] = 0.5;  u' = 0.3 * u + 0.2 * mean[lifted](x);  x + 0.3 * u - 0.2 * u' }",
    'block Deep(x: [c]) -> [c] { h = x;  repeat layers { let f = Track;  h = f(tanh(Linear[c](h)));  repeat inner { h = tanh(Track(f(h))) } };  h }',
    'model M(x: [height, width, c]) -> y: [c] { let f = Deep;  mean[height, width](f(0.5 * f(x)) + f(x)) }',
    fit('O', 'sum[c](y * t)'),
  ),
  'rounds through one instance': written(
    ROUNDS,
    'model M(x: [height, width, c]) -> y: [c] { let f = Deep;  mean[height, width](f(0.5 * f(x)) + f(x)) }',
    fit('O', 'sum[c](y * t)'),
  ),
  'rounds of several instances, whose gradients are given round by round': written(
    ROUNDS,
    'model M(x: [height, width, c]) -> y: [c] { mean[height, width](Deep(0.5 * Deep(x)) + Deep(x)) }',
    fit('O', 'sum[c](y * t)'),
  ),
  'in a block that is called several times itself': written(
    ROUNDS,
    'block Two(a: [c], b: [c]) -> [c] { let f = Deep;  f(f(a) * 0.5 + sin(f(b))) }',
    'model M(x: [height, width, c]) -> y: [c] { let f = Two;  mean[height, width](f(f(x, 0.5 * x), x) + Two(x, x)) }',
    fit('O', 'sum[c](y * t)'),
  ),
  'rounds of an instance that other rounds share': written(
    ROUNDS,
    'block Two(a: [c], b: [c]) -> [c] { let f = Deep;  f(f(a) * 0.5 + sin(f(b))) }',
    'model M(x: [height, width, c]) -> y: [c] { h = x;  let f = Two;  repeat inner { h = f(h, Two(h, x)) };  mean[height, width](h) }',
    fit('O', 'sum[c](y * t)'),
  ),
  scans: written(
    SCAN,
    'block Two(a: [height, c], b: [height, c]) -> [height, c] { let f = Sum;  f(f(a) * 0.5 + sin(f(b))) }',
    'model M(x: [height, width, c]) -> y: [c] { z = mean[width](x);  let f = Sum;  mean[height](Two(Two(z, 0.5 * f(z)), f(z))) }',
    fit('O', 'sum[c](y * t)'),
  ),
  'of which some go back and others do not': written(
    ROUNDS,
    'block Two(x: [c]) -> { a: [c], b: [c] } { let f = Deep;  a = f(x);  { a = f(stop(a)), b = f(a) } }',
    `model M(x: [height, width, c]) -> { y: [c], z: [c] } {
      let f = Two;  p = f(x);  q = f(stop(p.b))
      { y = mean[height, width](stop(p.a) * q.a), z = mean[height, width](p.b + stop(q.b)) }
    }`,
    fit('O', 'sum[c](y * t)'),
    fit('P', 'sum[c](z * t)'),
    fit('Q', 'sum[c](y * z * t)'),
  ),
};

const known = new Map(Object.keys(PROGRAMS).map((name) => [name, new Known()]));

describe.each(backends)('on %s', (backend) => {
  it.each(runOn(Object.keys(PROGRAMS), backend, backends, 2))("%s: all is the oracle's, and no tensor is left", async (name) => {
    const { model, program } = await agrees(PROGRAMS[name]!, pictures, { backend, known: known.get(name)! });
    const before = tf.memory().numTensors;
    for (const { name: objective } of program.objectives) {
      await model.loss(pictures, { objective });
      await model.gradients(pictures, { objective });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
