/** A checkpoint means the same on every backend. */
import { expect, it } from 'vitest';
import { fit, useBackend } from '../../runtime/index.ts';
import { subject, usableBackends, type Input, type Target } from './support.ts';

const dims = { words: 9, characters: 8, embed: 8, hidden: 12, align: 8, maxout: 6 };

/** Copies: learned well enough in a few steps for the outputs not to hang on the last bit. */
function draw(random: () => number): Input & Target {
  const tokens = Array.from({ length: 1 + Math.floor(random() * 4) }, () => 3 + Math.floor(random() * 5));
  return { tokens, y: [...tokens, 2] };
}

it('gives the same outputs on every backend from a checkpoint saved on one', { timeout: 300_000 }, async () => {
  const { create } = await subject('bahdanau', new Map([['p', 0]]));
  const [first, ...others] = await usableBackends();
  await useBackend(first!);
  const model = create({ dims, seed: 5 });
  await fit(model, { train: draw }, { batchSize: 16, steps: 60 });
  const inputs = [[3, 4, 5], [7], [6, 6, 4, 3], [5, 7]].map((tokens) => ({ tokens }));
  const expected = (await model.generate(inputs)).map(({ ids }) => [...ids]);
  const bytes = await model.save();
  model.dispose();
  for (const backend of others) {
    await useBackend(backend);
    const copy = create({ dims, seed: 6 });
    await copy.load(bytes);
    expect(
      (await copy.generate(inputs)).map(({ ids }) => [...ids]),
      backend,
    ).toEqual(expected);
    copy.dispose();
  }
});
