/** What readers take and give, and the picture of what they read again. */
import { alignmentSvg, inParts } from 'attnc/runtime';
import type { Flags, Ints, Model, ParsedInput, Picture, Value } from 'attnc/runtime';

export interface ReaderInput {
  readonly tokens: Ints;
}

export interface ReaderTarget {
  readonly answer: Ints;
  readonly asked: Flags;
}

export interface Reading {
  readonly logits: Value;
  /** Over every word and the start and every word: how much of what was at each it took. Only with a tape. */
  readonly weights?: Value;
}

export type ReaderModel = Model<Record<string, number>, ReaderInput, ReaderTarget, Reading>;

/** The likeliest answer at a position. */
export function bestAt({ data, shape }: Value, place: number): number {
  const row = data.slice(place * shape[1]!, (place + 1) * shape[1]!);
  return row.indexOf(Math.max(...row));
}

/** By position, how many bits a model needs for the right word. */
export function bitsOf({ data, shape }: Value, right: ArrayLike<number>): number[] {
  const width = shape[1]!;
  return Array.from(right, (word, place) => {
    const row = Float64Array.from(data.slice(place * width, (place + 1) * width));
    const most = Math.max(...row);
    return (Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) + most - row[word]!) / Math.LN2;
  });
}

/** A picture of each input, read by the model; `nameOf` is what a word is called in it. */
export async function linkPictures(
  model: ReaderModel,
  inputs: readonly ParsedInput<ReaderInput>[],
  nameOf: (id: number) => string,
): Promise<Picture[]> {
  const found = await inParts(inputs, 32, (part) => model.forward(part.map(({ input }) => input)));
  return inputs.flatMap(({ input, shown }, k) => linksOf(found[k]!, Array.from(input.tokens, nameOf), shown));
}

/** Which words each word was linked to, as figure 1 of the paper. */
function linksOf({ weights }: Reading, words: readonly string[], shown: string): Picture[] {
  if (weights === undefined) return [];
  const width = weights.shape[1]!;
  const svg = alignmentSvg({
    title: shown,
    rows: words,
    columns: ['start', ...words],
    rowTitle: 'read',
    columnTitle: 'read before',
    weights: words.map((_, i) =>
      Array.from(weights.data.slice(i * width, i * width + words.length + 1), (weight) => Math.min(1, Math.max(0, weight))),
    ),
  });
  return [{ name: shown.replace(/[^\p{L}\p{N}]+/gu, '-'), svg }];
}
