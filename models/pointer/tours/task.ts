/** The round trip of the travelling salesman, against the shortest one. */
import { inParts, tabulateBy } from 'attnc/runtime';
import type {
  Configuration,
  GenerativeModel,
  Generated,
  GenerateOptions,
  Ints,
  ModelOptions,
  OpenTask,
  Task,
  TaskExample,
} from 'attnc/runtime';
import { chance } from '../../snail/chance.ts';
import { shortestTour, tourLength, type Point } from '../geometry.ts';
import { shortTour } from './search.ts';
import { pointersSvg, walkSvg } from '../picture.ts';
import { trainingOf } from '../stages.ts';
import { parse, type PointsInput } from '../task.ts';

export interface StopTarget {
  /** Positions of the input, from 0. */
  readonly y: Ints;
}

export type SalesmanModel = GenerativeModel<Record<string, number>, PointsInput, StopTarget>;

interface Emitted {
  readonly Salesman: new (options: ModelOptions<Record<string, number>>) => SalesmanModel;
}

const dims = { embed: 16, hidden: 128, align: 64, coordinate: 2 };
const configurations: Readonly<Record<string, Configuration>> = {
  tours: {
    about: 'round trips through 5 to 20 points',
    dims,
    set: { steps: 8000, rate: 4e-3 },
    seed: 1,
    batchSize: 64,
    steps: 8000,
    validateEvery: 1000,
    settings: { least: 5, most: 20, stages: ['1:10', '3001:20'], tests: ['5', '10', '15', '20', '25'] },
  },
  quick: {
    about: 'through 4 and 5 points, less than a minute: shows that everything runs',
    dims: { ...dims, embed: 32, hidden: 64, align: 64 },
    set: { steps: 200 },
    seed: 1,
    batchSize: 64,
    steps: 200,
    validateEvery: 100,
    settings: { least: 4, most: 5, tests: ['4', '6'] },
  },
};

export const task: Task<PointsInput, StopTarget, Generated, SalesmanModel, Emitted> = {
  name: 'tours',
  about: 'round trips through points of a square, near the shortest (Vinyals et al. 2015)',
  source: 'model.attn',
  configurations,
  open: ({ settings = {} }) => Promise.resolve(openTours(settings)),
  create: (emitted, options) => new emitted.Salesman(options),
};

/** More points take too long to solve exactly, while training and once. */
const EXACT = { training: 9, held: 12 } as const;
/**
 * How often the search cuts the tour and improves it again. Through 20 points five cuts find what 1,500 do for 57 of 60, and tours
 * 0.01 % longer; forty find all.
 */
const KICKS = { training: 5, held: 50 } as const;

/** The shortest round trip, or what stands for it. */
const tourOf = (points: readonly Point[], use: keyof typeof EXACT = 'held'): readonly number[] =>
  points.length <= EXACT[use] ? shortestTour(points) : shortTour(points, KICKS[use]);

function openTours({
  least = 5,
  most = 10,
  tests = ['5', '10', '12'],
  stages,
}: NonNullable<Configuration['settings']>): OpenTask<PointsInput, StopTarget, Generated, SalesmanModel> {
  const draw = (random: () => number, count: number, use: keyof typeof EXACT = 'held'): TaskExample<PointsInput, StopTarget> => {
    const points = Array.from({ length: count }, (): Point => [random(), random()]);
    const tour = tourOf(points, use);
    return {
      input: { P: points },
      target: { y: Int32Array.from(tour) },
      shown: points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' '),
      answer: tour.map((k) => k + 1).join(' '),
      group: `n = ${String(count).padStart(2)}`,
    };
  };
  const held = (name: string, counts: readonly number[], each: number): TaskExample<PointsInput, StopTarget>[] =>
    counts.flatMap((count) => {
      const random = chance(`tours: ${name}, ${count}`);
      return Array.from({ length: each }, () => draw(random, count));
    });
  const answer = (model: SalesmanModel, inputs: readonly PointsInput[], how: GenerateOptions = {}): Promise<Generated[]> =>
    inParts(inputs, 256, (part) => model.generate(part, how));
  const pointsOf = ({ P }: PointsInput): readonly Point[] => P as unknown as readonly Point[];
  return {
    dims: {},
    train: trainingOf((random, count) => draw(random, count, 'training'), Number(least), Number(most), stages),
    validation: held('validation', [Number(least), Number(most)], 256),
    /** When asked for: the best of so many searches takes a while. */
    get test() {
      return held('test', (tests as readonly string[]).map(Number), 512);
    },
    parse: (line) => parse(line, 2),
    samples: ['0.1,0.2 0.9,0.1 0.5,0.5 0.8,0.9 0.2,0.7 0.4,0.3 0.7,0.4'],
    answer,
    show: ({ ids }) => Array.from(ids, (id) => id + 1).join(' '),
    evaluate: async (model, examples, progress) => {
      const greedy = await inParts(
        examples,
        256,
        (part) =>
          model.generate(
            part.map(({ input }) => input),
            {},
          ),
        progress,
      );
      const beams = await inParts(examples, 64, (part) =>
        model.generate(
          part.map(({ input }) => input),
          { method: 'beam', width: 5 },
        ),
      );
      return tabulateBy(
        ['exact match', 'length / shortest', 'beam of 5'],
        examples.map(({ group }) => group),
        (which) => {
          const mean = (value: (k: number) => number): number => which.reduce((sum, k) => sum + value(k), 0) / which.length;
          const best = mean((k) => tourLength(pointsOf(examples[k]!.input), examples[k]!.target.y));
          const length = (answers: readonly Generated[]): number =>
            mean((k) => tourLength(pointsOf(examples[k]!.input), answers[k]!.ids)) / best;
          return [
            mean((k) => (Array.from(greedy[k]!.ids).join(' ') === Array.from(examples[k]!.target.y).join(' ') ? 1 : 0)),
            length(greedy),
            length(beams),
          ];
        },
      );
    },
    pictures: async (model, inputs) => {
      const answers = await answer(
        model,
        inputs.map(({ input }) => input),
        { method: 'beam', width: 5 },
      );
      const found = await model.forward(inputs.map(({ input }, k) => ({ ...input, y: answers[k]!.ids })));
      return inputs.flatMap(({ input, shown }, k) => {
        const points = pointsOf(input);
        const names = points.map((_, place) => `${place + 1}`);
        const ids = Array.from(answers[k]!.ids);
        return [
          { name: `tour-${k + 1}`, svg: walkSvg(shown, points, [ids], [tourOf(points)]) },
          {
            name: `tour-${k + 1}-pointers`,
            svg: pointersSvg(
              'round trip',
              ids.map((id) => names[id]!),
              names,
              found[k]!.logits!,
            ),
          },
        ];
      });
    },
    training: { lengthOf: (trained) => trained.P.length },
  };
}
