/** Which module an excerpt of the declarations of Node's API is of, asked at its end. */
import { inParts, tabulate } from 'attnc/runtime';
import type { OpenTask, ParsedInput, TaskExample } from 'attnc/runtime';
import { filesOf, piecesOf, Vocabulary } from './pieces.ts';
import { bestAt, linkPictures, type ReaderInput, type ReaderModel, type ReaderTarget, type Reading } from './reader.ts';

type Excerpt = TaskExample<ReaderInput, ReaderTarget>;
type Part = 'train' | 'validation' | 'test';

const question = 1;
/** Words of a file of which each part has the same, in turn: of ten such blocks eight are trained on. */
const block = 600;
const partOfBlock = (k: number): Part => (k % 10 === 4 ? 'validation' : k % 10 === 9 ? 'test' : 'train');
/** A file that has fewer words has no part to test on. */
const least = 10 * block;

export function openModules(length: number, known: number): OpenTask<ReaderInput, ReaderTarget, Reading, ReaderModel> {
  const files = [...filesOf('train'), ...filesOf('validation'), ...filesOf('test')]
    .filter(({ pieces }) => pieces.length >= least)
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  const blocks = files.flatMap(({ file, pieces }, module) =>
    Array.from({ length: Math.floor(pieces.length / block) }, (_, k) => ({
      file,
      module,
      part: partOfBlock(k),
      pieces: pieces.slice(k * block, (k + 1) * block),
    })),
  );
  type Block = (typeof blocks)[number];
  const of = (part: Part): readonly Block[] => blocks.filter((each) => each.part === part);
  const vocabulary = new Vocabulary(
    of('train').map(({ pieces }) => pieces),
    known,
    ['…', '?'],
  );
  const excerpt = ({ file, module, pieces }: Block, from: number, words: number): Excerpt => {
    const tokens = [...pieces.slice(from, from + words).map((piece) => vocabulary.idOf(piece) ?? 0), question];
    return {
      input: { tokens },
      target: { answer: tokens.map(() => module), asked: tokens.map((_, place) => place === words) },
      shown: tokens.map((id) => vocabulary.words[id]!).join(' '),
      answer: file,
      group: `${words} words`,
    };
  };
  const held = (part: Part, words: number): Excerpt[] =>
    of(part).flatMap((each) => Array.from({ length: Math.floor(block / words) }, (_, k) => excerpt(each, k * words, words)));
  // Modules alike, however long they are.
  const trained = files.map((_, module) => of('train').filter((each) => each.module === module));
  const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return {
    dims: { words: vocabulary.words.length, answers: files.length },
    train: (random) => excerpt(pick(random, pick(random, trained)), Math.floor(random() * (block - length + 1)), length),
    validation: held('validation', length),
    test: [1, 2, 3].flatMap((times) => held('test', times * length)),
    parse: (line): ParsedInput<ReaderInput> => {
      const pieces = piecesOf(line.replaceAll(String.raw`\n`, '\n'));
      if (pieces.length === 0) throw new RangeError('expected words, such as `Returns an array of the key exchange algorithms`');
      return { input: { tokens: [...pieces.map((piece) => vocabulary.idOf(piece) ?? 0), question] }, shown: line };
    },
    samples: ['Returns an array of the names of the supported cipher algorithms, such as', 'The path of the file to be read'],
    answer: (model, inputs) => inParts(inputs, 64, (part) => model.forward(part)),
    show: ({ logits }) => files[bestAt(logits, logits.shape[0]! - 1)]!.file,
    evaluate: async (model, examples, progress) => {
      const right = await inParts(
        examples,
        64,
        async (part) => {
          const found = await model.forward(part.map(({ input }) => input));
          return part.map(({ target: { answer } }, k) =>
            bestAt(found[k]!.logits, answer.length - 1) === answer[answer.length - 1] ? 1 : 0,
          );
        },
        progress,
      );
      return tabulate(
        'right',
        examples.map(({ group }) => group),
        right,
      );
    },
    pictures: (model, inputs) => linkPictures(model, inputs, (id) => vocabulary.words[id]!.replace('\n', '↵')),
  };
}
