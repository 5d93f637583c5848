/** Policies that learn from what they play: trials of any game, the credit for each action, and when they are played anew. */
import type { Configuration } from 'attnc/runtime';

/** One trial played to its end, by actions. */
export interface Played {
  readonly actions: readonly number[];
  readonly rewards: readonly number[];
  /** Log-probabilities of all actions. */
  readonly policy: readonly (readonly number[])[];
  /** What the model expected of an action, on the mean of those to come. */
  readonly values: readonly number[];
}

export interface Target {
  /** The action at each position. */
  readonly chosen: readonly number[];
  /** Its log-probability then. */
  readonly before: readonly number[];
  readonly advantage: readonly number[];
  readonly returns: readonly number[];
  /** Weight of the entropy. */
  readonly bonus: number;
}

export interface Credit {
  /** Discount γ of rewards to come. */
  readonly discount: number;
  /** λ of generalised advantage estimation (Schulman et al. 2016). */
  readonly trace: number;
  readonly bonus: number;
}

/**
 * Advantages and returns: with v for the model's value, which is a mean over the actions to come,
 *
 *     V_t = D_t v_t,  D_t = 1 + γ + … + γ^(T-t-1)      so that v does not depend on how long a trial is
 *     δ_t = r_t + γ V_{t+1} - V_t,  A_t = δ_t + γ λ A_{t+1},  returns_t = (A_t + V_t) / D_t
 *
 * The advantages of all trials together then get mean 0 and deviation 1.
 */
export function targetsOf(played: readonly Played[], { discount, trace, bonus }: Credit): Target[] {
  const estimates = played.map(({ rewards, values }) => {
    const advantage = new Array<number>(rewards.length).fill(0);
    const returns = new Array<number>(rewards.length).fill(0);
    let [ahead, horizon, future] = [0, 0, 0];
    for (let t = rewards.length - 1; t >= 0; t--) {
      horizon = 1 + discount * horizon;
      const value = horizon * values[t]!;
      ahead = rewards[t]! + discount * future - value + discount * trace * ahead;
      advantage[t] = ahead;
      returns[t] = (ahead + value) / horizon;
      future = value;
    }
    return { advantage, returns };
  });
  const all = estimates.flatMap(({ advantage }) => advantage);
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length) + 1e-6;
  return played.map(({ actions, policy }, row) => ({
    chosen: actions,
    before: actions.map((action, t) => policy[t]![action]!),
    advantage: estimates[row]!.advantage.map((each) => (each - mean) / deviation),
    returns: estimates[row]!.returns,
    bonus,
  }));
}

export interface Settings {
  /** Length of a trial from a step on: short trials are learnt first, and the longer ones begin with what they taught. */
  readonly stages: readonly { readonly step: number; readonly length: number }[];
  /** Batches that the trials of one rollout are cut into, and how often each trial is learnt from. */
  readonly parts: number;
  readonly rounds: number;
  readonly discount: number;
  readonly trace: number;
  /** Weight of the entropy at the first step; it falls to nothing in four fifths of the run. */
  readonly bonus: number;
  /** Trials that the test plays. */
  readonly trials: number;
}

export function settingsOf({ settings = {} }: Configuration): Settings {
  const number = (name: string): number => Number(settings[name]);
  const stages = settings.stages;
  return {
    stages: (Array.isArray(stages) ? (stages as readonly string[]) : []).map((stage) => {
      const [step = 1, length = 1] = stage.split(':').map(Number);
      return { step, length };
    }),
    parts: number('parts'),
    rounds: number('rounds'),
    discount: number('discount'),
    trace: number('trace'),
    bonus: number('bonus'),
    trials: number('trials'),
  };
}

/**
 * Fresh trials are played every `parts * rounds` steps, and these steps learn from them. A run that is stopped between
 * goes on with trials played anew.
 *
 * @param play so many trials of that length
 */
export function rolloutsOf<Model, Record extends Played, Example>(
  { batchSize, steps }: Configuration,
  settings: Settings,
  play: (model: Model, count: number, length: number, random: () => number) => Promise<readonly Record[]>,
  exampleOf: (record: Record, target: Target) => Example,
): (model: Model, random: () => number, size: number, step: number) => Promise<readonly Example[]> {
  const { stages, parts, rounds, discount, trace } = settings;
  const cycle = parts * rounds;
  let played: { readonly cycle: number; readonly model: Model; readonly batches: readonly (readonly Example[])[] } | undefined;
  return async (model, random, _size, step) => {
    const now = Math.floor((step - 1) / cycle);
    if (played?.cycle !== now || played.model !== model) {
      const { length } = stages.findLast((stage) => stage.step <= step) ?? stages[0]!;
      const records = await play(model, parts * batchSize, length, random);
      const bonus = settings.bonus * Math.max(0, 1 - step / (0.8 * steps));
      const targets = targetsOf(records, { discount, trace, bonus });
      const examples = records.map((record, row) => exampleOf(record, targets[row]!));
      const orders = Array.from({ length: rounds }, () => shuffled(examples, random));
      played = {
        cycle: now,
        model,
        batches: orders.flatMap((order) =>
          Array.from({ length: parts }, (_, part) => order.slice(part * batchSize, (part + 1) * batchSize)),
        ),
      };
    }
    return played.batches[(step - 1) % cycle]!;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export function logSoftmax(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits);
  const highest = Math.max(...all);
  const total = Math.log(all.reduce((sum, each) => sum + Math.exp(each - highest), 0));
  return all.map((each) => each - highest - total);
}

/** @param at in [0, 1) */
export function draw(logProbabilities: readonly number[], at: number): number {
  let rest = at;
  for (const [action, each] of logProbabilities.entries()) {
    rest -= Math.exp(each);
    if (rest < 0) return action;
  }
  return logProbabilities.length - 1;
}

export function totalOf({ rewards }: Pick<Played, 'rewards'>): number {
  return rewards.reduce((sum, reward) => sum + reward, 0);
}

export interface Mean {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

export function meanOf(values: ArrayLike<number>): Mean {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length - 1);
  return { mean, error: Math.sqrt(variance / all.length) };
}
