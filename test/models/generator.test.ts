/** Decoders that give probabilities, and objectives for a decoder by itself; the pointer-generator of See, Liu & Manning (2017) as a whole. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fit, type GenerativeModel, useBackend } from '../../runtime/index.ts';
import { agrees, type Example } from './agrees.ts';
import { compiled, type Compiled } from './support.ts';

const text = readFileSync(new URL('../grammar/programs/pointer-generator.attn', import.meta.url), 'utf8');
const rows = (n: number, width: number, seed: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: width }, (_, k) => Math.sin(1 + 4 * i + k + 3 * seed)));
const dims = { words: 7, embed: 3, hidden: 2, align: 3 };
/** 7 and 8 are words of the input alone. */
const examples: readonly Example[] = [
  { annotations: rows(4, 4, 1), ids: [7, 3, 8, 4], oov: 2, y: [7, 4, 8, 2] },
  { annotations: rows(2, 4, 2), ids: [5, 6], oov: 0, y: [6, 2] },
  { annotations: rows(3, 4, 3), ids: [3, 7, 7], oov: 1, y: [3, 7, 2] },
];
const lengths = (example: Example): Record<string, number> => ({
  source: (example.ids as unknown[]).length,
  target: (example.y as unknown[]).length,
  oov: example.oov as number,
});

const small = `
dim source: ragged, target: ragged, words = 5, d = 3
decoder Say(memory: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  state s: [d] = mean[source](memory)
  s' = tanh(table[y] + s)
  w = softmax[source](memory @ s')
  probability = softmax[words](table @ (w @ memory) + table @ s') where position[words] != 0
  at most 4
}
objective Fit for Say { loss = mean[target](-log(probability[y'] + 1e-12));  optimizer sgd(rate = 0.1) }
`;

agrees([
  { title: 'the pointer-generator', path: 'pointer-generator/model.attn', text, dims, examples, lengths, most: 5 },
  {
    title: 'probability over what is not forbidden',
    path: 'probability/model.attn',
    text: small,
    dims: { words: 5, d: 3 },
    examples: [
      { memory: rows(3, 3, 1), y: [3, 4, 2] },
      { memory: rows(1, 3, 2), y: [2] },
    ],
    lengths: (example) => ({ source: (example.memory as unknown[]).length, target: (example.y as unknown[]).length }),
  },
]);

describe('the pointer-generator', () => {
  const made = async (): Promise<GenerativeModel<Record<string, number>, Example, Example>> => {
    await useBackend('cpu');
    const { create }: Compiled<GenerativeModel<Record<string, number>, Example, Example>> = await compiled(
      'pointer-generator/model.attn',
      new Map(),
      text,
    );
    return create({ dims, seed: 1 });
  };

  it('learns', async () => {
    const model = await made();
    const before = (await model.loss(examples)).loss;
    await fit(model, { train: examples }, { steps: 60, batchSize: 3 });
    expect((await model.loss(examples)).loss).toBeLessThan(0.7 * before);
  });

  it('copies no word that its example does not have', async () => {
    const model = await made();
    const second = (await model.generate(examples, { method: 'beam', width: 8, atMost: 3 }))[1]!;
    for (const { ids } of second.all) expect(Math.max(...ids)).toBeLessThan(7);
  });

  it('asks how many words are outside of the vocabulary', async () => {
    const model = await made();
    const { oov: _, ...without } = examples[0]!;
    await expect(model.forward([without])).rejects.toThrow('`oov` is how many positions `oov` has, a whole number from 0');
    await expect(model.forward([{ ...examples[0]!, oov: 1 }])).rejects.toThrow('`ids[source = 2]` is 8, outside');
  });
});
