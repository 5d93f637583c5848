/** Declarations written from their comments: what two tapes, fused, are for (Cheng et al. 2016, section 4). */
import { alignmentSvg, inParts, tabulateBy } from 'attnc/runtime';
import type {
  Configuration,
  Evaluation,
  Generated,
  GenerateOptions,
  GenerativeModel,
  Ints,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Task,
  TaskExample,
} from 'attnc/runtime';
import { chance } from '../../snail/chance.ts';
import { partOf, type Part } from '../../gpt/corpus.ts';
import { filesOf, Namer, piecesOf, Vocabulary } from '../pieces.ts';
import { bitsOf } from '../reader.ts';

export interface CommentInput {
  readonly tokens: Ints;
}

export interface DeclarationTarget {
  readonly y: Ints;
}

export type RewriterModel = GenerativeModel<Record<string, number>, CommentInput, DeclarationTarget>;

interface Emitted {
  readonly Rewriter: new (options: ModelOptions<Record<string, number>>) => RewriterModel;
}

type Pair = TaskExample<CommentInput, DeclarationTarget>;

const end = 2;
const names = 32;
const reserved: readonly string[] = ['…', '<start>', '<end>', ...Array.from({ length: names }, (_, k) => `⟨${k + 1}⟩`)];
/** Words of a comment, the first ones, and of a declaration with its end. */
const [longest, most] = [48, 24];

const configuration = (fusion: 'deep' | 'shallow'): Configuration => ({
  about: `declarations from their comments, ${fusion} fusion`,
  dims: { embed: 48, hidden: 64 },
  set: { fusion, steps: 400 },
  seed: 1,
  batchSize: 32,
  steps: 400,
  validateEvery: 100,
  window: 10,
  settings: { known: 600 },
});

const configurations: Readonly<Record<string, Configuration>> = {
  deep: configuration('deep'),
  shallow: configuration('shallow'),
  quick: {
    ...configuration('deep'),
    about: 'the same with a small model, less than a minute: shows that everything runs',
    dims: { embed: 16, hidden: 16 },
    batchSize: 8,
    steps: 100,
    validateEvery: 50,
  },
};

export const task: Task<CommentInput, DeclarationTarget, Generated, RewriterModel, Emitted> = {
  name: 'lstmn/fusion',
  about: "declarations of Node's API written from their comments, with two tapes (Cheng et al. 2016)",
  source: 'model.attn',
  configurations,
  open: ({ settings: { known = 600 } = {} }) => Promise.resolve(openPairs(Number(known))),
  create: (emitted, options) => new emitted.Rewriter(options),
};

/** Comments, without stars, tags of versions and examples; and the line that each stands above. */
export function pairsOf(text: string): { readonly comment: readonly string[]; readonly declaration: readonly string[] }[] {
  return Array.from(text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([^\n]*)/g), ([, comment, declaration]) => ({
    comment: piecesOf(comment!.replace(/```[\s\S]*?```|@since.*|^\s*\*/gm, ' '))
      .filter((piece) => piece !== '\n')
      .slice(0, longest),
    declaration: piecesOf(declaration!),
  })).filter(({ comment, declaration }) => comment.length > 0 && declaration.length > 1 && declaration.length < most);
}

function openPairs(known: number): OpenTask<CommentInput, DeclarationTarget, Generated, RewriterModel> {
  const vocabulary = new Vocabulary(
    filesOf('train').map(({ pieces }) => pieces),
    known,
    reserved,
  );
  const text = (ids: Iterable<number>): string =>
    Array.from(ids)
      .filter((id) => id !== end)
      .map((id) => vocabulary.words[id]!)
      .join(' ');
  const namer = (random: () => number): Namer => new Namer(vocabulary, reserved.length - names, names, random);
  const pairs = (part: Part): ((random: () => number) => Pair)[] =>
    partOf(part).flatMap((each) =>
      pairsOf(each.text).map(({ comment, declaration }) => (random: () => number): Pair => {
        const name = namer(random);
        const tokens = comment.map((piece) => name.read(piece));
        // A word that neither the vocabulary nor the comment has is not to be told apart from others.
        const y = [...declaration.map((piece) => name.idOf(piece)), end];
        return { input: { tokens }, target: { y }, shown: text(tokens), answer: text(y), group: each.file };
      }),
    );
  const held = (part: Part): Pair[] => {
    const random = chance(`fusion: ${part}`);
    return pairs(part).map((pair) => pair(random));
  };
  const train = pairs('train');
  return {
    dims: { words: vocabulary.words.length },
    train: (random) => train[Math.floor(random() * train.length)]!(random),
    validation: held('validation'),
    test: held('test'),
    parse: (line): ParsedInput<CommentInput> => {
      const pieces = piecesOf(line).slice(0, longest);
      if (pieces.length === 0) throw new RangeError('expected a comment, such as `Closes the file.`');
      const name = namer(chance(line));
      return { input: { tokens: pieces.map((piece) => name.read(piece)) }, shown: line };
    },
    samples: ['True if the property is owned for the object.', 'Id of an execution context.'],
    answer: (model, inputs, how?: GenerateOptions) => inParts(inputs, 64, (part) => model.generate(part, how ?? {})),
    show: ({ ids }) => text(ids),
    evaluate,
    pictures: async (model, inputs) => {
      const answers = await model.generate(
        inputs.map(({ input }) => input),
        { taps: ['n.weights'] },
      );
      return answers.map(({ ids, taps }, k) => {
        const { input, shown } = inputs[k]!;
        const { data } = taps['n.weights']!;
        const read = Array.from(input.tokens, (id) => vocabulary.words[id]!);
        return {
          name: shown.replace(/[^\p{L}\p{N}]+/gu, '-'),
          svg: alignmentSvg({
            title: shown,
            rows: Array.from(ids, (id) => vocabulary.words[id]!),
            columns: read,
            rowTitle: 'written',
            columnTitle: 'read',
            weights: Array.from(ids, (_, t) => Array.from(data.slice(t * read.length, (t + 1) * read.length))),
          }),
        };
      });
    },
    training: { lengthOf: ({ tokens, y }) => tokens.length + y.length },
  };
}

/** Bits for each word of the right declaration; apart for words that its comment has and for others. */
async function evaluate(model: RewriterModel, examples: readonly Pair[], progress?: (done: number) => void): Promise<Evaluation> {
  const measured = await inParts(
    examples,
    64,
    async (part) => {
      const found = await model.forward(part.map(({ input, target }) => ({ ...input, ...target })));
      return part.map(({ input, target: { y }, group }, k) => {
        const bits = bitsOf(found[k]!.logits!, y);
        const read = new Set(Array.from(input.tokens));
        const told = Array.from(y, (word) => read.has(word));
        return { group, told: bits.filter((_, place) => told[place]), new: bits.filter((_, place) => !told[place]) };
      });
    },
    progress,
  );
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const columns = ['bits', 'bits of what the comment has', 'bits of what it lacks'];
  const table = tabulateBy(
    columns,
    measured.map(({ group }) => group),
    (which) => {
      const [told, fresh] = [which.flatMap((k) => measured[k]!.told), which.flatMap((k) => measured[k]!.new)];
      return [mean([...told, ...fresh]), mean(told), mean(fresh)];
    },
  );
  return { ...table, counts: columns };
}
