/** A language model of words, as in section 5.1 of the paper: the declarations of Node's API. */
import { inParts, tabulateBy } from 'attnc/runtime';
import type { Evaluation, OpenTask, ParsedInput, TaskExample } from 'attnc/runtime';
import type { Part } from '../gpt/corpus.ts';
import { filesOf, piecesOf, Vocabulary } from './pieces.ts';
import { bestAt, bitsOf, linkPictures, type ReaderInput, type ReaderModel, type ReaderTarget, type Reading } from './reader.ts';

type Excerpt = TaskExample<ReaderInput, ReaderTarget>;

const unknown = 0;

export function openText(length: number, known: number): OpenTask<ReaderInput, ReaderTarget, Reading, ReaderModel> {
  const train = filesOf('train');
  const vocabulary = new Vocabulary(
    train.map(({ pieces }) => pieces),
    known,
    ['…'],
  );
  const idsOf = (pieces: readonly string[]): number[] => pieces.map((piece) => vocabulary.idOf(piece) ?? unknown);
  const excerpt = (file: string, pieces: readonly string[], from: number): Excerpt => {
    const ids = idsOf(pieces.slice(from, from + length + 1));
    const [tokens, answer] = [ids.slice(0, -1), ids.slice(1)];
    const text = (of: readonly number[]): string => of.map((id) => vocabulary.words[id]!).join(' ');
    return { input: { tokens }, target: { answer, asked: answer.map(() => true) }, shown: text(tokens), answer: text(answer), group: file };
  };
  /** One after the other through every file. */
  const held = (part: Part): Excerpt[] =>
    filesOf(part).flatMap(({ file, pieces }) =>
      Array.from({ length: Math.floor((pieces.length - 1) / length) }, (_, k) => excerpt(file, pieces, k * length)),
    );
  const starts = train.map(({ pieces }) => Math.max(1, pieces.length - length));
  const total = starts.reduce((a, b) => a + b, 0);
  return {
    dims: { words: vocabulary.words.length, answers: vocabulary.words.length },
    train: (random) => {
      let at = Math.floor(random() * total);
      const which = starts.findIndex((count) => (at -= count) < 0);
      return excerpt(train[which]!.file, train[which]!.pieces, at + starts[which]!);
    },
    validation: held('validation'),
    test: held('test'),
    parse: (line): ParsedInput<ReaderInput> => {
      const pieces = piecesOf(line.replaceAll(String.raw`\n`, '\n'));
      if (pieces.length === 0) throw new RangeError('expected words, such as `export function read`');
      return { input: { tokens: idsOf(pieces) }, shown: line };
    },
    samples: ['export function read', String.raw`/**\n * Returns the`],
    answer: (model, inputs) => inParts(inputs, 32, (part) => model.forward(part)),
    show: ({ logits }) => vocabulary.words[bestAt(logits, logits.shape[0]! - 1)]!,
    evaluate,
    pictures: (model, inputs) => linkPictures(model, inputs, (id) => vocabulary.words[id]!.replace('\n', '↵')),
  };
}

/** Perplexity as in the paper; and bits for each word, apart for those that stand in the excerpt before and those that do not. */
async function evaluate(model: ReaderModel, examples: readonly Excerpt[], progress?: (done: number) => void): Promise<Evaluation> {
  const measured = await inParts(
    examples,
    32,
    async (part) => {
      const found = await model.forward(part.map(({ input }) => input));
      return part.map(({ input: { tokens }, target: { answer }, group }, k) => {
        const bits = bitsOf(found[k]!.logits, answer);
        const read = Array.from(tokens);
        const again = Array.from(answer, (word, place) => word !== unknown && read.slice(0, place + 1).includes(word));
        return { group, again: bits.filter((_, place) => again[place]), new: bits.filter((_, place) => !again[place]) };
      });
    },
    progress,
  );
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const columns = ['perplexity', 'bits', 'bits of what stands before', 'bits of what does not'];
  const table = tabulateBy(
    columns,
    measured.map(({ group }) => group),
    (which) => {
      const [again, fresh] = [which.flatMap((k) => measured[k]!.again), which.flatMap((k) => measured[k]!.new)];
      const bits = mean([...again, ...fresh]);
      return [2 ** bits, bits, mean(again), mean(fresh)];
    },
  );
  return { ...table, counts: columns };
}
