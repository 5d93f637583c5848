/** Sorting numbers and finding convex hulls by pointing at the input. */
import { inParts, meansOf, tabulateBy } from 'attnc/runtime';
import type {
  Configuration,
  Evaluation,
  GenerativeModel,
  Generated,
  GenerateOptions,
  Ints,
  ModelOptions,
  OpenTask,
  ParsedInput,
  Picture,
  Task,
  TaskExample,
} from 'attnc/runtime';
import { chance } from '../snail/chance.ts';
import type { Point } from './geometry.ts';
import { pointersSvg, walkSvg } from './picture.ts';
import { problems, type Problem, type ProblemName } from './problems.ts';
import { trainingOf } from './stages.ts';

export interface PointsInput {
  /** Rows of coordinates. */
  readonly P: readonly (readonly number[])[];
}

/** `k` is the k-th point, 0 the end. */
export interface TourTarget {
  readonly y: Ints;
}

export type PointerModel = GenerativeModel<Record<string, number>, PointsInput, TourTarget>;

interface Emitted {
  readonly PointerNetwork: new (options: ModelOptions<Record<string, number>>) => PointerModel;
}

const TITLES: Readonly<Record<ProblemName, string>> = { sorting: 'sorting', hull: 'convex hull', delaunay: 'triangles' };

const small = { embed: 32, hidden: 64, align: 64, places: 30 };
const large = { ...small, embed: 16, hidden: 128, align: 64 };
/** Where all of a batch have one number of points: none are sorted together. */
const staged = { batchSize: 64, window: 1, validateEvery: 1000 } as const;
const configuration = (
  about: string,
  problem: ProblemName,
  coordinate: number,
  set: Configuration['set'],
  steps: number,
  dims = small,
): Configuration => ({
  about,
  dims: { ...dims, coordinate },
  set: { ...set, steps },
  seed: 1,
  batchSize: 128,
  steps,
  validateEvery: 250,
  window: 10,
  settings: { problem },
});

const configurations: Readonly<Record<string, Configuration>> = {
  sorting: configuration('5 to 10 numbers in order, each once', 'sorting', 1, { revisit: 'forbidden' }, 1000),
  'sorting-classes': configuration(
    'the same with a fixed output layer of 30 classes in place of the pointers',
    'sorting',
    1,
    { revisit: 'allowed', output: 'classes' },
    2000,
  ),
  hull: {
    ...configuration('the convex hull of 5 to 50 points', 'hull', 2, { revisit: 'allowed', rate: 4e-3 }, 9000, large),
    ...staged,
    settings: {
      problem: 'hull',
      least: 5,
      most: 50,
      stages: ['1:10', '4001:20', '5501:50'],
      held: ['10', '50'],
      tests: ['5', '10', '20', '50'],
    },
  },
  delaunay: {
    ...configuration(
      'the Delaunay triangles of 5 to 10 points',
      'delaunay',
      2,
      { revisit: 'allowed', outputs: 6, rate: 4e-3 },
      6000,
      large,
    ),
    ...staged,
    settings: { problem: 'delaunay', least: 5, most: 10, stages: ['1:5', '1501:10'], tests: ['5', '10', '15'] },
  },
  quick: {
    ...configuration(
      '3 to 5 numbers in order, less than a minute: shows that everything runs',
      'sorting',
      1,
      { revisit: 'forbidden' },
      300,
    ),
    validateEvery: 100,
    settings: { problem: 'sorting', least: 3, most: 5, tests: [3, 5, 8].map(String) },
  },
};

export const task: Task<PointsInput, TourTarget, Generated, PointerModel, Emitted> = {
  name: 'pointer',
  about: 'numbers in order and convex hulls by pointing at the input (Vinyals et al. 2015)',
  source: 'model.attn',
  configurations,
  open: ({ settings = {} }) => Promise.resolve(openProblem(problemOf(settings.problem), settings)),
  create: (emitted, options) => new emitted.PointerNetwork(options),
};

function problemOf(name: unknown): ProblemName {
  const found = (Object.keys(problems) as ProblemName[]).find((each) => each === (name ?? 'sorting'));
  if (found === undefined) throw new RangeError(`there is no problem ${String(name)}: ${Object.keys(problems).join(', ')}`);
  return found;
}

function openProblem(
  name: ProblemName,
  settings: NonNullable<Configuration['settings']>,
): OpenTask<PointsInput, TourTarget, Generated, PointerModel> {
  const { least = 5, most = 10, held: kept = [String(least), String(most)] } = settings;
  const problem: Problem = problems[name];
  const width = problem.coordinates;
  const example = (rows: readonly (readonly number[])[]): TaskExample<PointsInput, TourTarget> => {
    const answer = problem.solve(rows);
    return {
      input: { P: rows },
      target: { y: Int32Array.of(...answer.map((k) => k + 1), 0) },
      shown: shownRows(rows),
      answer: answer.map((k) => k + 1).join(' '),
      group: `n = ${String(rows.length).padStart(2)}`,
    };
  };
  const draw = (random: () => number, count: number): TaskExample<PointsInput, TourTarget> =>
    example(Array.from({ length: count }, () => Array.from({ length: width }, random)));
  const held = (set: string, counts: readonly number[], each: number): TaskExample<PointsInput, TourTarget>[] =>
    counts.flatMap((count) => {
      const random = chance(`pointer: ${name}, ${set}, ${count}`);
      return Array.from({ length: each }, () => draw(random, count));
    });
  const tests = (Array.isArray(settings.tests) ? (settings.tests as readonly string[]) : ['5', '10', '15', '20']).map(Number);
  const order = ({ ids }: Generated): number[] =>
    Array.from(ids)
      .filter((id) => id !== 0)
      .map((id) => id - 1);
  const answer = (model: PointerModel, inputs: readonly PointsInput[], how: GenerateOptions = {}): Promise<Generated[]> =>
    inParts(inputs, 256, (part) => model.generate(part, how));
  return {
    dims: { coordinate: width },
    train: trainingOf(draw, Number(least), Number(most), settings.stages),
    validation: held('validation', (kept as readonly string[]).map(Number), 256),
    test: held('test', tests, 512),
    parse: (line) => parse(line, width),
    samples: problem.samples,
    answer,
    show: (output) =>
      output.ids.length === 0
        ? ''
        : order(output)
            .map((k) => k + 1)
            .join(' '),
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
      return measured(problem, examples, answers.map(order));
    },
    pictures: (model, inputs) => drawn(name, model, inputs, answer, order),
    training: { lengthOf: (trained) => trained.P.length },
  };
}

function measured(
  problem: Problem,
  examples: readonly TaskExample<PointsInput, TourTarget>[],
  answers: readonly (readonly number[])[],
): Evaluation {
  const values = examples.map(({ input, target }, k) => {
    const right = Array.from(target.y)
      .slice(0, -1)
      .map((id) => id - 1);
    return problem.measure(input.P, right, answers[k]!);
  });
  return tabulateBy(
    problem.columns,
    examples.map(({ group }) => group),
    meansOf(values),
  );
}

async function drawn(
  problem: ProblemName,
  model: PointerModel,
  inputs: readonly ParsedInput<PointsInput>[],
  answer: (model: PointerModel, inputs: readonly PointsInput[]) => Promise<Generated[]>,
  order: (output: Generated) => number[],
): Promise<Picture[]> {
  const answers = await answer(
    model,
    inputs.map(({ input }) => input),
  );
  const found = await model.forward(inputs.map(({ input }, k) => ({ ...input, y: answers[k]!.ids })));
  return inputs.flatMap(({ input: { P }, shown }, k): Picture[] => {
    const name = `${problem}-${k + 1}`;
    const choices = ['end', ...P.map((row, at) => (row.length === 2 ? `${at + 1}` : row[0]!.toFixed(2)))];
    const pointers = pointersSvg(
      TITLES[problem],
      Array.from(answers[k]!.ids, (id) => choices[id]!),
      choices,
      found[k]!.logits!,
    );
    const { walk: walksOf, solve } = problems[problem] as Problem;
    const [given, right] = [walksOf(order(answers[k]!)), walksOf(solve(P))];
    const walk = given === null || right === null ? [] : [{ name, svg: walkSvg(shown, P as unknown as readonly Point[], given, right) }];
    return [...walk, { name: `${name}-pointers`, svg: pointers }];
  });
}

function shownRows(rows: readonly (readonly number[])[]): string {
  return rows.map((row) => row.map((value) => value.toFixed(2)).join(',')).join(' ');
}

/** `0.1,0.2 0.9,0.1 …`, or `0.3 0.1 …`. */
export function parse(line: string, width: number): ParsedInput<PointsInput> {
  const rows = line
    .trim()
    .split(/\s+/u)
    .map((word) => word.split(',').map(Number));
  if (rows.length < 2 || rows.some((row) => row.length !== width || row.some((value) => !(value >= 0 && value <= 1)))) {
    throw new RangeError(
      `expected two or more ${width === 1 ? 'numbers from 0 to 1, such as `0.3 0.1 0.7`' : 'points of the unit square, such as `0.1,0.2 0.9,0.1 0.5,0.5`'}; given \`${line.trim()}\``,
    );
  }
  return { input: { P: rows }, shown: shownRows(rows) };
}
