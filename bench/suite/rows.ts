/** The work that is measured, one record for each row: the only place that knows its sizes. */
import type { Work } from './protocol.ts';

export type Sizes = Readonly<Record<string, number>>;

/** A tensor of the batch; its axes are sizes, by name or as numbers. */
export interface Input {
  readonly kind: 'float' | 'bit' | 'truth' | 'index';
  readonly shape: readonly string[];
  /** An index is below this size. */
  readonly below?: string;
  /** And not below this number. */
  readonly from?: number;
  /** Its last value along the last axis. */
  readonly last?: number;
}

interface AnyRow {
  readonly name: string;
  readonly title: string;
  readonly works: readonly Work[];
}

/** A program with sizes and data of the benchmark's own; peers do the same with the same parameters. */
export interface ModelRow extends AnyRow {
  readonly file: string;
  /** The emitted class. */
  readonly model: string;
  /** For the compiler, as `--set`. */
  readonly set?: Readonly<Record<string, string | number>>;
  /** Sizes that are set while compiling. */
  readonly compiled?: readonly string[];
  /** Sizes that are arguments of the constructor. */
  readonly dims: readonly string[];
  readonly sizes: Sizes;
  /** Instead of those, to see that everything runs. */
  readonly quick: Sizes;
  readonly inputs: Readonly<Record<string, Input>>;
}

/** A model of the repository on the data of its own task. */
export interface TaskRow extends AnyRow {
  readonly folder: string;
  readonly configuration: string;
}

export type Row = ModelRow | TaskRow;

const training = ['step', 'gradients', 'forward'] as const;
const zoo = (name: string, title: string, configuration: string): TaskRow => ({
  name,
  title,
  works: training,
  folder: `models/${name}`,
  configuration,
});

const gpt = {
  file: 'models/gpt/model.attn',
  model: 'GPT',
  set: { p: 0 },
  compiled: ['layers'],
  dims: ['vocab', 'places', 'model', 'heads'],
} as const;

export const ROWS: readonly Row[] = [
  {
    name: 'encoder',
    title: 'Encoder layer, 8 × 128, model 512, 8 heads, 2,048 between',
    works: training,
    file: 'bench/work/encoder.attn',
    model: 'Encoder',
    dims: ['model', 'heads', 'inner'],
    sizes: { batch: 8, places: 128, model: 512, heads: 8, inner: 2048 },
    quick: { batch: 2, places: 6, model: 16, heads: 2, inner: 24 },
    inputs: {
      x: { kind: 'float', shape: ['batch', 'places', 'model'] },
      target: { kind: 'float', shape: ['batch', 'places', 'model'] },
    },
  },
  {
    name: 'lstm',
    title: 'LSTM, 32 × 50, 256 to 256',
    works: training,
    file: 'bench/work/lstm.attn',
    model: 'Reader',
    dims: ['input', 'hidden'],
    sizes: { batch: 32, time: 50, input: 256, hidden: 256 },
    quick: { batch: 2, time: 5, input: 8, hidden: 12 },
    inputs: {
      x: { kind: 'float', shape: ['batch', 'time', 'input'] },
      target: { kind: 'float', shape: ['batch', 'time', 'hidden'] },
    },
  },
  {
    ...gpt,
    name: 'gpt',
    title: 'GPT, 8 × 128, 4 layers of 256, 4 heads, 96 characters',
    works: training,
    sizes: { batch: 8, places: 128, vocab: 96, model: 256, heads: 4, layers: 4 },
    quick: { batch: 2, places: 6, vocab: 12, model: 16, heads: 2, layers: 2 },
    inputs: { y: { kind: 'index', shape: ['batch', 'places'], below: 'vocab' } },
  },
  {
    name: 'bahdanau',
    title: 'Bahdanau, 32 × 30 to 30, all layers 256, 256 words',
    works: training,
    file: 'models/bahdanau/model.attn',
    model: 'Translator',
    set: { p: 0 },
    compiled: ['longest'],
    dims: ['words', 'characters', 'embed', 'hidden', 'units', 'align', 'maxout'],
    sizes: {
      batch: 32,
      source: 30,
      longest: 30,
      words: 256,
      characters: 256,
      embed: 256,
      hidden: 256,
      units: 256,
      align: 256,
      maxout: 256,
    },
    quick: { batch: 2, source: 5, longest: 4, words: 12, characters: 11, embed: 6, hidden: 7, units: 8, align: 9, maxout: 5 },
    inputs: {
      tokens: { kind: 'index', shape: ['batch', 'source'], below: 'words' },
      y: { kind: 'index', shape: ['batch', 'longest'], below: 'characters', from: 3, last: 2 },
    },
  },
  {
    name: 'ntm',
    title: 'Neural Turing Machine, 16 × 40 steps, memory 128 × 20, controller 100',
    works: training,
    file: 'models/ntm/model.attn',
    model: 'NTM',
    set: { controller: 'feedforward' },
    dims: ['bits', 'out', 'slots', 'width', 'hidden'],
    sizes: { batch: 16, time: 40, bits: 9, out: 8, slots: 128, width: 20, hidden: 100 },
    quick: { batch: 2, time: 5, bits: 4, out: 3, slots: 7, width: 6, hidden: 10 },
    inputs: {
      x: { kind: 'bit', shape: ['batch', 'time', 'bits'] },
      target: { kind: 'bit', shape: ['batch', 'time', 'out'] },
      answering: { kind: 'truth', shape: ['batch', 'time'] },
    },
  },
  {
    ...gpt,
    name: 'decode',
    title: 'Decoding 512 characters, batch 1, GPT of 4 layers of 256, 4 heads',
    works: ['greedy', 'beam'],
    sizes: { batch: 1, places: 512, vocab: 96, model: 256, heads: 4, layers: 4, width: 4 },
    quick: { batch: 1, places: 6, vocab: 12, model: 16, heads: 2, layers: 2, width: 3 },
    inputs: {},
  },
  zoo('transformer', 'Transformer on 128 dates', 'full'),
  zoo('snail', 'SNAIL, 32 episodes of five characters', '1-shot'),
  zoo('sagan', 'SAGAN, 32 pictures, both networks', 'attention'),
  zoo('pointer', 'Pointer network, 128 tours around points', 'hull'),
  zoo('caption', 'Captions of 64 pictures, soft attention', 'soft'),
];

export const isModelRow = (row: Row): row is ModelRow => 'sizes' in row;

export const sizesOf = (row: ModelRow, quick: boolean): Sizes => (quick ? row.quick : row.sizes);

export function rowNamed(name: string): Row {
  const row = ROWS.find((each) => each.name === name);
  if (row === undefined) throw new RangeError(`there is no row \`${name}\`: ${ROWS.map((each) => each.name).join(', ')}`);
  return row;
}

export const shapeOf = ({ shape }: Input, sizes: Sizes): number[] => shape.map((axis) => sizes[axis]!);

/** The same numbers in every run: `random` is in [0, 1). */
export function drawn(input: Input, sizes: Sizes, random: () => number): Float32Array {
  const shape = shapeOf(input, sizes);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => elementOf(input, sizes, random()));
  const row = shape.at(-1)!;
  const { last } = input;
  return last === undefined ? values : values.map((value, k) => (k % row === row - 1 ? last : value));
}

function elementOf({ kind, below, from = 0 }: Input, sizes: Sizes, draw: number): number {
  switch (kind) {
    case 'float':
      return 2 * draw - 1;
    case 'bit':
      return draw < 0.5 ? 0 : 1;
    case 'truth':
      return 1;
    case 'index':
      return from + Math.floor(draw * (sizes[below!]! - from));
  }
}
