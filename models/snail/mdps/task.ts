import { inParts } from 'attnc/runtime';
import type { Configuration, Evaluation, EvaluationRow, ModelOptions, OpenTask, Task, TaskExample } from 'attnc/runtime';
import { chance } from '../chance.ts';
import { meanOf, rolloutsOf, settingsOf, totalOf, type Target } from '../playing.ts';
import { drawTrial, drawTrials, heldTrials, type Size, type Trial } from './mdps.ts';
import { play, references } from './references.ts';
import { gainsOf, inputOf, ofTrial, playTrials, type MdpInput, type MdpModel, type PlayedMdp } from './rollout.ts';

const size: Size = { states: 5, actions: 3, horizon: 10 };

interface Plan {
  readonly episodes: number;
  readonly steps: number;
  /** `step:episodes` */
  readonly stages: readonly string[];
  /** The rate of the optimizer. */
  readonly peak: number;
  /** Whether actions are credited with what they gain on the best plan of the process, or with the rewards. */
  readonly gains: boolean;
  /** Of the test. */
  readonly trials: number;
}

const configuration = (about: string, { episodes, steps, stages, peak, gains, trials }: Plan): Configuration => ({
  about,
  set: { steps: episodes * size.horizon, updates: steps, peak },
  dims: { states: size.states, actions: size.actions },
  seed: 1,
  batchSize: 32,
  steps,
  validateEvery: 120,
  settings: { stages, parts: 4, rounds: 3, discount: 0.99, trace: 0.9, bonus: 0.05, trials, gains },
});

const configurations: Readonly<Record<string, Configuration>> = {
  full: configuration('five episodes of ten steps in a process of five states', {
    episodes: 5,
    steps: 3000,
    stages: ['1:1', '601:2', '1201:5'],
    peak: 1e-3,
    gains: false,
    trials: 4096,
  }),
  gains: configuration('the same, learnt from what each action gains on the best plan', {
    episodes: 5,
    steps: 2040,
    stages: ['1:1', '241:2', '481:5'],
    peak: 2e-3,
    gains: true,
    trials: 4096,
  }),
  quick: configuration('two episodes, less than a minute: shows that everything runs', {
    episodes: 2,
    steps: 240,
    stages: ['1:1', '121:2'],
    peak: 1e-3,
    gains: false,
    trials: 256,
  }),
};

/** What the emitted module has. */
interface Emitted {
  readonly Policy: new (options: ModelOptions<Record<string, number>>) => MdpModel;
}

export const task: Task<MdpInput, Target, PlayedMdp, MdpModel, Emitted> = {
  name: 'snail-mdps',
  about: 'random Markov decision processes: a policy that learns what leads where while it plays (Mishra et al. 2018)',
  source: 'model.attn',
  configurations,
  open: (configuration) => Promise.resolve(openMdps(configuration)),
  create: (emitted, options) => new emitted.Policy(options),
};

function openMdps(configuration: Configuration): OpenTask<MdpInput, Target, PlayedMdp, MdpModel> {
  const settings = settingsOf(configuration);
  const episodes = settings.stages.at(-1)!.length;
  const gains = configuration.settings?.gains === true;
  const answer = (model: MdpModel, inputs: readonly MdpInput[]): Promise<PlayedMdp[]> => {
    const random = chance('mdps: policy');
    return inParts(inputs, 512, (part) =>
      playTrials(
        model,
        part.map(({ [ofTrial]: trial }) => trial),
        random,
      ),
    );
  };
  return {
    dims: { states: size.states, actions: size.actions },
    train: {
      rollout: rolloutsOf(
        configuration,
        settings,
        async (model: MdpModel, count, length, random) => {
          const records = await playTrials(model, drawTrials(random, count, size, length), random);
          return gains ? records.map((played) => ({ ...played, rewards: gainsOf(played) })) : records;
        },
        (record, target): TaskExample<MdpInput, Target> => ({ ...exampleOf(record.trial), input: inputOf(record), target }),
      ),
    },
    // The loss of a policy on trials that others played says nothing; `paid` tells how it does, on trials that are always new.
    validation: [],
    test: heldTrials('test', settings.trials, size, episodes).map(exampleOf),
    parse: (line) => {
      const name = line.trim();
      return { input: begun(drawTrial(chance(`mdps: ${name}`), size, episodes)), shown: name };
    },
    samples: ['one', 'another'],
    answer,
    show: shown,
    evaluate: (model, examples, progress) =>
      evaluate(
        model,
        examples.map(({ input }) => input[ofTrial]),
        progress,
      ),
    pictures: () => Promise.resolve([]),
    training: { epochSize: configuration.batchSize * settings.parts * settings.rounds },
  };
}

/** A trial that nobody has played yet. */
function begun(trial: Trial): MdpInput {
  return inputOf({ trial, places: [] });
}

function exampleOf(trial: Trial): TaskExample<MdpInput, Target> {
  return {
    input: begun(trial),
    target: { chosen: [], before: [], advantage: [], returns: [], bonus: 0 },
    shown: 'a process',
    answer: '',
  };
}

/** States by their letters, actions by their numbers, and what each episode paid: `a2c1b3…: 18.2`. */
function shown({ trial, places, actions, rewards }: PlayedMdp): string {
  const { horizon } = trial.size;
  return Array.from({ length: trial.episodes }, (_, episode) => {
    const [from, to] = [episode * horizon, (episode + 1) * horizon];
    const path = places.slice(from, to).map(({ state }, k) => `${String.fromCharCode(97 + state)}${actions[from + k]! + 1}`);
    return `${path.join('')}: ${totalOf({ rewards: rewards.slice(from, to) }).toFixed(1)}`;
  }).join(', ');
}

/** Mean total reward over trials, the actions drawn from the model's probabilities, beside the reference policies on the same trials. */
async function evaluate(model: MdpModel, trials: readonly Trial[], progress?: (done: number) => void): Promise<Evaluation> {
  const random = chance('mdps: policy');
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
  return { columns: ['mean reward', 'of optimal'], rows };
}
