import { afterAll, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { BackendError, fit, GenerativeModel, memoryStore, Model, useBackend, type BackendName, type Values } from '../../runtime/index.ts';
import { liveTensors, bag, chain, type BagInput, type BagTarget, type ChainInput, type ChainTarget } from './definitions.ts';

class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}
class Chain extends GenerativeModel<{ words: number; characters: number; hidden: number }, ChainInput, ChainTarget> {}

async function usable(name: BackendName): Promise<boolean> {
  try {
    await useBackend(name);
    return true;
  } catch (error) {
    if (error instanceof BackendError) return false;
    throw error;
  }
}

const others: BackendName[] = [];
for (const name of ['wasm', 'tensorflow'] as const) if (await usable(name)) others.push(name);

async function trained(backend: BackendName): Promise<{ parameters: Values; ids: number[][]; leaked: number }> {
  await useBackend(backend);
  const model = new Bag(
    bag((step) => ({ kind: 'adam', rate: 0.05 / step }), { rate: 0.3, clip: { kind: 'norm', limit: 0.5 } }),
    { seed: 1 },
  );
  const before = liveTensors(model);
  await fit(
    model,
    { train: (random) => ({ tokens: [Math.floor(6 * random()), 1], label: Math.floor(3 * random()) }) },
    { batchSize: 4, steps: 25, checkpoints: { store: memoryStore() } },
  );
  const leaked = tf.memory().numTensors - before;
  const parameters = Object.fromEntries(
    await Promise.all(model.parameters.map(async ({ path }) => [path, await model.weights.read(path)] as const)),
  );
  const chained = new Chain(chain(), { seed: 4 });
  const found = await chained.generate([{ tokens: [1, 2] }, { tokens: [3] }], { method: 'beam', width: 3, taps: ['weights'] });
  model.dispose();
  chained.dispose();
  return { parameters, leaked, ids: found.flatMap(({ all }) => all.map(({ ids }) => Array.from(ids))) };
}

afterAll(async () => {
  await useBackend('cpu');
});

test.runIf(others.length > 0)('training and beam search come out alike on every backend, and leave nothing behind', async () => {
  const expected = await trained('cpu');
  for (const backend of others) {
    const given = await trained(backend);
    expect(given.leaked, backend).toBe(0);
    expect(given.ids, backend).toEqual(expected.ids);
    for (const [path, { data }] of Object.entries(given.parameters)) {
      const same = expected.parameters[path]!.data;
      for (const [index, value] of data.entries()) expect(Math.abs(value - same[index]!), `${backend} ${path}`).toBeLessThan(1e-4);
    }
  }
});
