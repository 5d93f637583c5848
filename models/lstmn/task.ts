/** Remembering: a marked word of long ago, values by their keys; and a language model of real text. */
import { inParts, tabulate } from 'attnc/runtime';
import type { Configuration, Evaluation, ModelOptions, OpenTask, ParsedInput, Task, TaskExample } from 'attnc/runtime';
import { chance } from '../snail/chance.ts';
import { bestAt, linkPictures, type ReaderInput, type ReaderModel, type ReaderTarget, type Reading } from './reader.ts';
import { openModules } from './modules.ts';
import { openText } from './text.ts';

interface Emitted {
  readonly Reader: new (options: ModelOptions<Record<string, number>>) => ReaderModel;
}

type Problem = 'marked' | 'pairs';

const kinds = 8;
/** The words of both problems, each of its own alphabet of eight, and the question. */
const symbols: readonly string[] = ['?', ...[...'abcdefgh'], ...[...'ABCDEFGH'], ...Array.from({ length: kinds }, (_, k) => `${k + 1}`)];
const [first, marks, queries] = [1, 1 + kinds, 1 + 2 * kinds];

const configuration = (
  about: string,
  problem: Problem,
  memory: 'tape' | 'cell',
  hidden: number,
  rate: number,
  batchSize: number,
  steps: number,
): Configuration => ({
  about,
  dims: { embed: hidden, hidden },
  set: { memory, rate, steps },
  seed: 1,
  batchSize,
  steps,
  validateEvery: 200,
  window: 10,
  settings: { problem },
});

/** Real text, for readers of the same number of parameters. */
const text = (problem: 'modules' | 'text', memory: 'tape' | 'cell', hidden: number, embed: number, steps: number): Configuration => ({
  about: `${problem === 'text' ? 'the next word' : 'which module an excerpt is of'}, in the declarations of Node's API, ${memory === 'tape' ? 'with' : 'without'} the tape`,
  dims: { embed, hidden },
  set: { memory, rate: 3e-3, steps },
  seed: 1,
  batchSize: problem === 'text' ? 16 : 32,
  steps,
  validateEvery: 100,
  settings: problem === 'text' ? { problem, length: 64, known: 1000 } : { problem, length: 100, known: 2000 },
});

const configurations: Readonly<Record<string, Configuration>> = {
  marked: configuration('which marked letter stood among the first eight of forty', 'marked', 'tape', 32, 3e-3, 32, 250),
  'marked-cell': configuration('the same without the tape', 'marked', 'cell', 32, 3e-3, 32, 800),
  pairs: { ...configuration('values of one to three keys, each asked for once', 'pairs', 'tape', 48, 5e-3, 128, 8000), seed: 2 },
  'pairs-cell': { ...configuration('the same without the tape', 'pairs', 'cell', 48, 5e-3, 128, 8000), seed: 2 },
  modules: text('modules', 'tape', 32, 32, 800),
  'modules-cell': text('modules', 'cell', 40, 32, 800),
  text: text('text', 'tape', 96, 64, 300),
  'text-cell': text('text', 'cell', 108, 64, 300),
  quick: {
    ...configuration('a marked letter among ten, less than a minute: shows that everything runs', 'marked', 'tape', 32, 5e-3, 32, 200),
    validateEvery: 100,
    settings: { problem: 'marked', length: 10 },
  },
};

export const task: Task<ReaderInput, ReaderTarget, Reading, ReaderModel, Emitted> = {
  name: 'lstmn',
  about: 'words and values remembered by a reader that keeps all it has been (Cheng et al. 2016)',
  source: 'model.attn',
  configurations,
  open: ({ settings: { problem, length = 40, known = 0 } = {} }) => {
    const [words, vocabulary] = [Number(length), Number(known)];
    if (problem === 'text') return Promise.resolve(openText(words, vocabulary));
    if (problem === 'modules') return Promise.resolve(openModules(words, vocabulary));
    return Promise.resolve(open(problem === 'pairs' ? 'pairs' : 'marked', words));
  },
  create: (emitted, options) => new emitted.Reader(options),
};

const below = (random: () => number, n: number): number => Math.floor(random() * n);

interface Drawn {
  readonly tokens: readonly number[];
  /** By position; -1 where nothing is asked. */
  readonly answers: readonly number[];
}

/** `length` letters, one of the first eight positions a marked one, and the question. */
export function markedLetter(random: () => number, length: number): Drawn {
  const tokens = Array.from({ length }, () => first + below(random, kinds));
  const mark = below(random, kinds);
  tokens[below(random, Math.min(kinds, length))] = marks + mark;
  return { tokens: [...tokens, 0], answers: [...tokens.map(() => -1), mark] };
}

/** Keys with their values, then every key once, in another order and alphabet. */
export function keysAndValues(random: () => number, pairs: number): Drawn {
  const shuffled = (n: number): number[] => {
    const all = Array.from({ length: n }, (_, k) => k);
    for (let k = n - 1; k > 0; k--) {
      const other = below(random, k + 1);
      [all[k], all[other]] = [all[other]!, all[k]!];
    }
    return all;
  };
  const keys = shuffled(kinds).slice(0, pairs);
  const values = keys.map(() => below(random, kinds));
  const order = shuffled(pairs);
  return {
    tokens: [...keys.flatMap((key, k) => [first + key, marks + values[k]!]), ...order.map((k) => queries + keys[k]!)],
    answers: [...keys.flatMap(() => [-1, -1]), ...order.map((k) => values[k]!)],
  };
}

function open(problem: Problem, length: number): OpenTask<ReaderInput, ReaderTarget, Reading, ReaderModel> {
  const draw = (random: () => number, n: number): TaskExample<ReaderInput, ReaderTarget> =>
    exampleOf(
      problem === 'marked' ? markedLetter(random, n) : keysAndValues(random, n),
      `${problem === 'marked' ? 'length' : 'pairs'} ${String(n).padStart(2)}`,
    );
  const held = (name: string, counts: readonly number[], each: number): TaskExample<ReaderInput, ReaderTarget>[] =>
    counts.flatMap((n) => {
      const random = chance(`lstmn: ${problem}, ${name}, ${n}`);
      return Array.from({ length: each }, () => draw(random, n));
    });
  return {
    dims: { words: symbols.length, answers: kinds },
    train: (random) => draw(random, problem === 'marked' ? length : 1 + below(random, 3)),
    validation: held('validation', problem === 'marked' ? [length] : [3], 256),
    test: held('test', problem === 'marked' ? [length / 2, length, 2 * length] : [2, 4, 6, 8], 256),
    parse,
    samples: problem === 'marked' ? ['cabFaghhbdaaceg?'] : ['aBcDbF312'],
    answer: (model, inputs) => inParts(inputs, 128, (part) => model.forward(part)),
    show: ({ logits }) => symbols[marks + bestAt(logits, logits.shape[0]! - 1)]!,
    evaluate: async (model, examples, progress) => {
      const found = await inParts(examples, 128, (part) => model.forward(part.map(({ input }) => input)), progress);
      return measured(examples, found);
    },
    pictures: (model, inputs) => linkPictures(model, inputs, (id) => symbols[id]!),
    training: { lengthOf: (trained) => trained.tokens.length },
  };
}

function exampleOf({ tokens, answers }: Drawn, group: string): TaskExample<ReaderInput, ReaderTarget> {
  const text = tokens.map((id) => symbols[id]!).join('');
  return {
    input: { tokens },
    target: { answer: answers.map((answer) => Math.max(answer, 0)), asked: answers.map((answer) => answer >= 0) },
    shown: text,
    answer: answers
      .filter((answer) => answer >= 0)
      .map((answer) => symbols[marks + answer]!)
      .join(''),
    group,
  };
}

/** Of the questions of an example the share that is right. */
function measured(examples: readonly TaskExample<ReaderInput, ReaderTarget>[], found: readonly Reading[]): Evaluation {
  const right = examples.map(({ target: { answer, asked } }, k) => {
    const places = Array.from(asked as ArrayLike<boolean>).flatMap((each, place) => (each ? [place] : []));
    return places.filter((place) => bestAt(found[k]!.logits, place) === answer[place]).length / places.length;
  });
  return tabulate(
    'right',
    examples.map(({ group }) => group),
    right,
  );
}

function parse(line: string): ParsedInput<ReaderInput> {
  const letters = [...line.trim()];
  const tokens = letters.map((letter) => symbols.indexOf(letter));
  const unknown = letters.find((_, k) => tokens[k]! < 0);
  if (letters.length < 2 || unknown !== undefined) {
    throw new RangeError(
      `expected letters a to h, A to H, digits 1 to 8 and ?, such as \`cabFagh?\` or \`aBcD31\`; given \`${line.trim()}\``,
    );
  }
  return { input: { tokens }, shown: letters.join('') };
}
