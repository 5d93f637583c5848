/** Words of random letters, to be copied, reversed or sorted: what there is to write is plain, and where it stands is all. */
import { inParts, tabulate } from 'attnc/runtime';
import type { Generated, OpenTask, ParsedInput, Picture, TaskExample } from 'attnc/runtime';
import { alignmentPictures, generator, type DateInput, type DateModel, type DateTarget } from '../dates/task.ts';

export const orders = ['copy', 'reversal', 'sorting'] as const;
export type Order = (typeof orders)[number];
export type SequenceInput = DateInput;
export type SequenceTarget = DateTarget;
/** Reads `tokens`, writes `y`. */
export type SequenceModel = DateModel;

export const letters = 'abcdefghijklmnopqrstuvwxyz';

/** 0 is not a symbol here; 1 and 2 begin and end outputs. */
export const symbols: readonly string[] = Object.freeze(['<unk>', '<start>', '<end>', ...letters]);
const [end, firstLetter] = [2, 3];

type Split = 'train' | 'validation' | 'test';

/**
 * The part of the data that a word belongs to, by itself alone: 80 % training, 10 % validation, 10 % test. So no word of
 * the test set is ever trained on. (FNV-1a, and the finaliser of MurmurHash3.)
 */
export function splitOf(word: string): Split {
  let hash = 0x811c9dc5;
  for (const letter of word) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const bucket = ((hash ^ (hash >>> 16)) >>> 0) % 10;
  return bucket === 9 ? 'test' : bucket === 8 ? 'validation' : 'train';
}

/** The right answer. Letters may repeat; sorted, the first of the alphabet comes first. */
export function ordered(word: string, order: Order): string {
  if (order === 'copy') return word;
  return order === 'reversal' ? [...word].reverse().join('') : [...word].sort().join('');
}

/** A word of one part, each letter drawn by itself. */
function draw(random: () => number, length: number, split: Split): string {
  for (;;) {
    const word = Array.from({ length }, () => letters[Math.floor(letters.length * random())]!).join('');
    if (splitOf(word) === split) return word;
  }
}

/** Inputs are ended as outputs are: the encoder sees where the end is, and with it how far from it each letter stands. */
function encode(word: string): Int32Array {
  return Int32Array.of(...Array.from(word, (letter) => letters.indexOf(letter) + firstLetter), end);
}

export interface SequenceSetting {
  readonly order: Order;
  /** Letters of the longest word that is trained on. */
  readonly longest: number;
  /** Lengths that the test has besides those trained on. */
  readonly further?: readonly number[];
  /** The dims of the vocabularies; both hold all symbols. */
  readonly vocabularies?: readonly string[];
  pictures(model: SequenceModel, inputs: readonly ParsedInput<SequenceInput>[]): Promise<Picture[]>;
}

/** Answers the inputs, and draws the alignment of each. */
export async function alignments(model: SequenceModel, inputs: readonly ParsedInput<SequenceInput>[]): Promise<Picture[]> {
  const answers = await model.generate(
    inputs.map(({ input }) => input),
    { taps: ['weights'] },
  );
  const named = (ids: Iterable<number>): string[] => Array.from(ids, (id) => symbols[id]!);
  return answers.flatMap((answer, k) => alignmentPictures(answer, inputs[k]!.shown, named(answer.ids), named(inputs[k]!.input.tokens)));
}

export function openSequences({
  order,
  longest,
  further = [],
  vocabularies = ['vocab'],
  pictures,
}: SequenceSetting): OpenTask<SequenceInput, SequenceTarget, Generated, SequenceModel> {
  const example = (word: string): TaskExample<SequenceInput, SequenceTarget> => {
    const answer = ordered(word, order);
    return {
      input: { tokens: encode(word) },
      target: { y: encode(answer) },
      shown: word,
      answer,
      group: `length ${String(word.length).padStart(2)}`,
    };
  };
  const lengths = Array.from({ length: longest }, (_, k) => k + 1);
  const most = Math.max(longest, ...further);
  // As many of each length, none twice; of the shortest ones there are fewer.
  const held = (split: Split, of: readonly number[], perLength: number, seed: number): TaskExample<SequenceInput, SequenceTarget>[] =>
    of.flatMap((length) => {
      const random = generator(seed + length - 1);
      return [...new Set(Array.from({ length: perLength }, () => draw(random, length, split)))].map(example);
    });
  const text = ({ ids }: Generated): string => Array.from(ids, (id) => (id === end ? '' : symbols[id]!)).join('');
  return {
    dims: Object.fromEntries(vocabularies.map((dim) => [dim, symbols.length])),
    train: (random) => example(draw(random, 1 + Math.floor(longest * random()), 'train')),
    validation: held('validation', lengths, 25, 1000),
    test: held('test', [...lengths, ...further], 200, 2000),
    parse: (line) => {
      const word = line.trim().toLowerCase();
      if (!/^[a-z]+$/u.test(word) || word.length > most)
        throw new RangeError(`expected a word of 1 to ${most} letters from a to z, given ${JSON.stringify(line)}`);
      return { input: { tokens: encode(word) }, shown: word };
    },
    samples: ['transformer', 'attention', 'encoder'],
    answer: (model, inputs, how) => inParts(inputs, 256, (part) => model.generate(part, how ?? {})),
    show: text,
    evaluate: async (model, examples, progress) => {
      const answers = await inParts(
        examples,
        256,
        (part) =>
          model.generate(
            part.map(({ input }) => input),
            {},
          ),
        progress,
      );
      return tabulate(
        'exact match',
        examples.map(({ group }) => group),
        examples.map(({ answer }, k) => (text(answers[k]!) === answer ? 1 : 0)),
      );
    },
    pictures,
    training: { lengthOf: (trained) => trained.tokens.length },
  };
}
