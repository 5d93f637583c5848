import { alignmentSvg, inParts } from 'attnc/runtime';
import type { Configuration, Evaluation, EvaluationRow, ModelOptions, OpenTask, Picture, Task, TaskExample } from 'attnc/runtime';
import { chance } from '../chance.ts';
import { meanOf, rolloutsOf, settingsOf, totalOf, type Target } from '../playing.ts';
import { drawTrials, heldTrials, trialOf, type Trial } from './bandits.ts';
import { play, references } from './references.ts';
import { inputOf, ofTrial, playTrials, type BanditInput, type BanditModel, type PlayedBandit } from './rollout.ts';

const arms = 5;

const configurations: Readonly<Record<string, Configuration>> = {
  full: {
    about: 'a hundred pulls of five arms',
    set: { pulls: 100 },
    dims: {},
    seed: 1,
    batchSize: 32,
    steps: 6000,
    validateEvery: 120,
    settings: {
      stages: ['1:10', '1501:20', '2701:40', '3901:100'],
      parts: 4,
      rounds: 3,
      discount: 0.99,
      trace: 0.9,
      bonus: 0.05,
      trials: 4096,
    },
  },
  quick: {
    about: 'ten pulls of five arms, less than a minute: shows that everything runs',
    set: { pulls: 10 },
    dims: {},
    seed: 1,
    batchSize: 32,
    steps: 840,
    validateEvery: 120,
    settings: { stages: ['1:10'], parts: 4, rounds: 3, discount: 0.99, trace: 0.9, bonus: 0.05, trials: 1024 },
  },
};

/** What the emitted module has. */
interface Emitted {
  readonly Policy: new (options: ModelOptions<Record<string, number>>) => BanditModel;
}

export const task: Task<BanditInput, Target, PlayedBandit, BanditModel, Emitted> = {
  name: 'snail-bandits',
  about: 'bandits with five arms: a policy that learns which arm pays while it plays (Mishra et al. 2018)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openBandits(configuration)),
  create: (emitted, options) => new emitted.Policy(options),
};

function openBandits(configuration: Configuration): OpenTask<BanditInput, Target, PlayedBandit, BanditModel> {
  const settings = settingsOf(configuration);
  const pulls = settings.stages.at(-1)!.length;
  const answer = (model: BanditModel, inputs: readonly BanditInput[]): Promise<PlayedBandit[]> => {
    const random = chance('bandits: policy');
    return inParts(inputs, 512, (part) =>
      playTrials(
        model,
        part.map(({ [ofTrial]: trial }) => trial),
        random,
      ),
    );
  };
  return {
    dims: {},
    train: {
      rollout: rolloutsOf(
        configuration,
        settings,
        (model: BanditModel, count, length, random) => playTrials(model, drawTrials(random, count, arms, length), random),
        (record, target): TaskExample<BanditInput, Target> => ({ ...exampleOf(record.trial), input: inputOf(record), target }),
      ),
    },
    // The loss of a policy on trials that others played says nothing; `paid` tells how it does, on trials that are always new.
    validation: [],
    test: heldTrials('test', settings.trials, arms, pulls).map(exampleOf),
    parse: (line) => {
      const trial = trialOf(meansIn(line), pulls, chance(line));
      return { input: begun(trial), shown: trial.means.join(' ') };
    },
    samples: ['0.1 0.3 0.9 0.5 0.2', '0.5 0.6 0.5 0.4 0.5'],
    answer,
    show: (played) => `${played.actions.map((arm) => arm + 1).join('')}: ${totalOf(played)} of ${played.actions.length}`,
    evaluate: (model, examples, progress) =>
      evaluate(
        model,
        examples.map(({ input }) => input[ofTrial]),
        progress,
      ),
    pictures: async (model, inputs) =>
      (
        await answer(
          model,
          inputs.map(({ input }) => input),
        )
      ).map((played, k) => pictureOf(played, inputs[k]!.shown)),
    training: { epochSize: configuration.batchSize * settings.parts * settings.rounds },
  };
}

/** A trial that nobody has played yet. */
function begun(trial: Trial): BanditInput {
  return { [ofTrial]: trial, action: [], reward: [] };
}

function exampleOf(trial: Trial): TaskExample<BanditInput, Target> {
  return {
    input: begun(trial),
    target: { chosen: [], before: [], advantage: [], returns: [], bonus: 0 },
    shown: trial.means.map((mean) => mean.toFixed(2)).join(' '),
    answer: `arm ${trial.means.indexOf(Math.max(...trial.means)) + 1}`,
  };
}

function meansIn(line: string): number[] {
  const words = line.trim().split(/\s+/u);
  const means = words.map(Number);
  if (words.length !== arms || !means.every((mean) => mean >= 0 && mean <= 1)) {
    throw new RangeError(
      `expected ${arms} numbers from 0 to 1, how often each arm pays, such as \`0.1 0.3 0.9 0.5 0.2\`; given \`${line.trim()}\``,
    );
  }
  return means;
}

/** Mean total reward over trials, the pulls drawn from the model's probabilities, beside the reference policies on the same trials. */
async function evaluate(model: BanditModel, trials: readonly Trial[], progress?: (done: number) => void): Promise<Evaluation> {
  const random = chance('bandits: policy');
  const records = await inParts(trials, 512, (part) => playTrials(model, part, random), progress);
  const totals = [
    { name: 'SNAIL', values: records.map(totalOf) },
    ...references().map((policy) => ({ name: policy.name, values: Array.from(play(policy, trials, chance(policy.name))) })),
  ];
  const best = meanOf(totals.at(-1)!.values).mean;
  const rows = totals.map(({ name, values }): EvaluationRow => {
    const { mean, error } = meanOf(values);
    return { group: `${name} (± ${error.toFixed(2)})`, examples: trials.length, values: [mean, mean / best] };
  });
  return { columns: ['mean reward', 'of Gittins'], rows };
}

/** How likely each arm was at each pull. */
function pictureOf(played: PlayedBandit, shown: string): Picture {
  const svg = alignmentSvg({
    title: `${totalOf(played)} of ${played.actions.length}`,
    rowTitle: 'arm',
    columnTitle: 'paid',
    rows: played.trial.means.map(String),
    columns: played.rewards.map(String),
    weights: played.trial.means.map((_, arm) => played.policy.map((policy) => Math.exp(policy[arm]!))),
  });
  return { name: `arms-${shown.replace(/[^\d]+/gu, '-')}`, svg };
}
