/** What the heads of a trained Transformer look at while they read an input and write its answer. */
import { headsSvg } from 'attnc/runtime';
import type { ParsedInput, Picture, Values } from 'attnc/runtime';
import type { SequenceInput, SequenceModel } from '../sequences/sequences.ts';

/** The three kinds of attention, by their names in `forward`. */
const kinds = [
  {
    tap: 'cross.weights',
    name: 'read-while-writing',
    caption: 'Decoder to encoder: while each symbol is written, which ones of the input are read.',
    from: 'written',
    to: 'read',
  },
  {
    tap: 'self.weights',
    name: 'written-while-writing',
    caption: 'Decoder to itself: while each symbol is written, which ones before it are seen.',
    from: 'written',
    to: 'written before',
  },
  {
    tap: 'memory.weights',
    name: 'read-while-reading',
    caption: 'Encoder to itself: what each symbol of the input sees of the others.',
    from: 'read',
    to: 'read',
  },
] as const;

/** Answers the inputs, and draws the attention of every layer and head. */
export async function attentionPictures(
  model: SequenceModel,
  inputs: readonly ParsedInput<SequenceInput>[],
  symbols: readonly string[],
): Promise<Picture[]> {
  const answers = await model.generate(inputs.map(({ input }) => input));
  const found = await model.forward(inputs.map(({ input }, k) => ({ ...input, y: answers[k]!.ids })));
  const named = (ids: Iterable<number>): string[] => Array.from(ids, (id) => symbols[id] ?? `${id}`);
  return inputs.flatMap(({ input, shown }, k) => {
    const [read, written] = [named(input.tokens), named(answers[k]!.ids)];
    // What stands before each output: the one before it, at first the start.
    const before = ['<start>', ...written.slice(0, -1)];
    return kinds.map(
      ({ tap, name, caption, from, to }): Picture => ({
        name: `${shown.replace(/[^\p{L}\p{N}]+/gu, '-')}-${name}`,
        svg: headsSvg({
          title: shown,
          caption,
          rowTitle: from,
          columnTitle: to,
          rows: from === 'read' ? read : written,
          columns: to === 'written before' ? before : read,
          weights: matrices(found[k]!, tap),
        }),
      }),
    );
  });
}

/** [layers, places, heads, keys] as [layers, heads, places, keys], rounding errors cut off. */
export function matrices(values: Values, tap: string): number[][][][] {
  const value = values[tap];
  if (value === undefined) throw new RangeError(`the model gives no \`${tap}\`: it gives ${Object.keys(values).join(', ')}`);
  const [layers, places, heads, keys] = value.shape as [number, number, number, number];
  const row = (layer: number, head: number, place: number): number[] => {
    const at = ((layer * places + place) * heads + head) * keys;
    return Array.from(value.data.slice(at, at + keys), (weight) => Math.min(1, Math.max(0, weight)));
  };
  const count = <T>(length: number, of: (k: number) => T): T[] => Array.from({ length }, (_, k) => of(k));
  return count(layers, (layer) => count(heads, (head) => count(places, (place) => row(layer, head, place))));
}
