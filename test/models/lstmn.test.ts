/** The LSTMN (Cheng et al. 2016) against the oracle, and against the LSTM that it is where its tape has one position. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { agrees, type Example } from './agrees.ts';
import { useBackend, type Model, type Value } from '../../runtime/index.ts';
import { compiled, usableBackends } from './support.ts';

const dims = { words: 9, answers: 4, embed: 3, hidden: 3 };
const read: readonly Example[] = [
  { tokens: [3, 8, 1, 0], answer: [0, 2, 0, 3], asked: [false, true, false, true] },
  { tokens: [5], answer: [1], asked: [true] },
  { tokens: [2, 2, 7, 4, 6], answer: [3, 0, 1, 0, 2], asked: [true, true, false, false, true] },
];
const written: readonly Example[] = [
  { tokens: [3, 8, 1], y: [5, 0, 2] },
  { tokens: [5], y: [2] },
  { tokens: [2, 7, 4, 6], y: [3, 8, 8, 2] },
];
const lengths = (example: Example): Record<string, number> => ({
  source: (example.tokens as unknown[]).length,
  ...('y' in example && example.y !== undefined ? { target: (example.y as unknown[]).length } : {}),
});

agrees([
  { title: 'a reader with a tape', path: 'lstmn/model.attn', dims, examples: read, lengths },
  { title: 'a reader without', path: 'lstmn/model.attn', set: { memory: 'cell' }, dims, examples: read, lengths },
  { title: 'deep fusion', path: 'lstmn/fusion/model.attn', dims: { words: 9, embed: 3, hidden: 2 }, examples: written, lengths, most: 4 },
  {
    title: 'shallow fusion',
    path: 'lstmn/fusion/model.attn',
    set: { fusion: 'shallow' },
    dims: { words: 9, embed: 3, hidden: 2 },
    examples: written,
    lengths,
    most: 4,
  },
]);

it.each(await usableBackends())('a later word changes nothing before it, bit for bit, on %s', async (backend) => {
  await useBackend(backend);
  const { create } = await compiled<Model<Record<string, number>, Example, Example, Readonly<Record<string, Value>>>>('lstmn/model.attn');
  const model = create({ dims, seed: 3 });
  const [one, other] = await model.forward([{ tokens: [3, 8, 1, 4, 6] }, { tokens: [3, 8, 1, 7, 2] }]);
  for (const name of ['logits', 'weights']) {
    const [a, b] = [one!, other!].map((outputs) => outputs[name]!);
    const width = a!.data.length / 5;
    expect(a!.data.slice(0, 3 * width), name).toEqual(b!.data.slice(0, 3 * width));
    expect(a!.data, name).not.toEqual(b!.data);
  }
});

describe('a tape with one position', () => {
  it('gives the step of a plain LSTM, as known numbers say', async () => {
    const { program } = await compiled(
      'one-place/model.attn',
      new Map(),
      `
dim tape: ragged, input = 1, hidden = 1
model Step(x: [input], before: [hidden], H: [tape, hidden], C: [tape, hidden]) -> { h: [hidden], c: [hidden] } {
  m = Intra(x, before, H, C)
  Gates(x, m.h, m.c)
}`,
    );
    // The forget gate's bias takes back that it starts open.
    const parameters = new Map(
      program.parameters.map(({ path }) => [
        path,
        Float64Array.of(...(path.endsWith('.b') ? [path.includes('f.Linear') ? -1 : 0] : path.endsWith('Linear.W') ? [1, 1] : [1])),
      ]),
    );
    const inputs = new Map(Object.entries({ x: [0.5], before: [0.9], H: [[0.2]], C: [[0.3]] }));
    const [h, c] = interpret([program.outputs.get('h')!, program.outputs.get('c')!], {
      sizes: new Map([
        ['tape', 1],
        ['input', 1],
        ['hidden', 1],
      ]),
      inputs,
      parameters,
    });
    expect(c!.data[0]).toBeCloseTo(0.604287, 6);
    expect(h!.data[0]).toBeCloseTo(0.360884, 6);
  });

  it('is what the first step of a reader sees: with and without a tape it gives the same', async () => {
    const [tape, cell] = await Promise.all(['tape', 'cell'].map((memory) => compiled('lstmn/model.attn', new Map([['memory', memory]]))));
    const sizes = new Map([...Object.entries(dims), ['source', 2]]);
    const logits = [tape!, cell!].map(({ program }) => {
      // By path, so that what both have is the same.
      const parameters = new Map(
        program.parameters.map(({ path, axes }) => {
          const count = axes.reduce((n, { space }) => n * evaluate(sizeOf(space), (atom) => sizes.get(atom)!), 1);
          return [path, Float64Array.from({ length: count }, (_, k) => Math.sin(1 + 0.7 * k + path.length))];
        }),
      );
      return interpret([program.outputs.get('logits')!], { sizes, inputs: new Map([['tokens', [3, 8]]]), parameters })[0]!.data;
    });
    expect([...logits[0]!.slice(0, 4)]).toEqual([...logits[1]!.slice(0, 4)].map((x) => expect.closeTo(x, 12) as number));
    expect(logits[0]![5]).not.toBeCloseTo(logits[1]![5]!, 6);
  });
});
