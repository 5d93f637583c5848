/** Trials played by a policy that learns, and what it learns from them. */
import type { CausalModel, Value } from 'attnc/runtime';
import { Bandits, type Trial } from './bandits.ts';

/** What the model reads before a pull. */
export interface Place {
  /** The arm pulled last, as a one among zeros; zeros before the first pull. */
  readonly action: readonly number[];
  /** What it paid. */
  readonly reward: number;
}

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const ofTrial: unique symbol = Symbol('trial');

/** A trial and its record so far, as the model reads it: position by position what came before. */
export interface BanditInput {
  readonly [ofTrial]: Trial;
  readonly action: readonly (readonly number[])[];
  readonly reward: readonly number[];
}

export interface BanditTarget {
  /** The arm pulled at each position. */
  readonly chosen: readonly number[];
  /** Its log-probability then. */
  readonly before: readonly number[];
  readonly advantage: readonly number[];
  readonly returns: readonly number[];
  /** Weight of the entropy. */
  readonly bonus: number;
}

export interface BanditOutput {
  readonly logits: Value;
  readonly value: Value;
}

export type BanditModel = CausalModel<Record<string, number>, BanditInput, BanditTarget, BanditOutput, Place>;

/** One trial played to its end, by pulls. */
export interface Played {
  readonly trial: Trial;
  readonly arms: readonly number[];
  readonly rewards: readonly number[];
  /** Log-probabilities of all arms. */
  readonly policy: readonly (readonly number[])[];
  /** What the model expected of a pull, on the mean of those to come. */
  readonly values: readonly number[];
}

/**
 * Plays trials side by side, each pull drawn from the model's own probabilities.
 *
 * @param random numbers in [0, 1)
 */
export async function playTrials(model: BanditModel, trials: readonly Trial[], random: () => number): Promise<Played[]> {
  const bandits = new Bandits(trials);
  const played = trials.map((trial) => ({
    trial,
    arms: [] as number[],
    rewards: [] as number[],
    policy: [] as number[][],
    values: [] as number[],
  }));
  const streaming = model.stream(trials.map((trial) => ({ [ofTrial]: trial })));
  try {
    let places = trials.map(({ means }): Place => ({ action: means.map(() => 0), reward: 0 }));
    for (let pull = 0; pull < (trials[0]?.pulls ?? 0); pull++) {
      const outputs = await streaming.step(places);
      const policies = outputs.map(({ logits }) => logSoftmax(logits.data));
      const arms = policies.map((policy) => draw(policy, random()));
      const rewards = bandits.pull(arms);
      for (const [row, each] of played.entries()) {
        each.arms.push(arms[row]!);
        each.rewards.push(rewards[row]!);
        each.policy.push(policies[row]!);
        each.values.push(outputs[row]!.value.data[0]!);
      }
      places = arms.map((arm, row) => ({ action: policies[row]!.map((_, k) => (k === arm ? 1 : 0)), reward: rewards[row]! }));
    }
  } finally {
    streaming.dispose();
  }
  return played;
}

/** What the model read while it played. */
export function inputOf({ trial, arms, rewards }: Played): BanditInput {
  const none = trial.means.map(() => 0);
  return {
    [ofTrial]: trial,
    action: arms.map((_, pull) => (pull === 0 ? none : none.map((_zero, k) => (k === arms[pull - 1] ? 1 : 0)))),
    reward: arms.map((_, pull) => (pull === 0 ? 0 : rewards[pull - 1]!)),
  };
}

export interface Credit {
  /** Discount γ of rewards to come. */
  readonly discount: number;
  /** λ of generalised advantage estimation (Schulman et al. 2016). */
  readonly trace: number;
  readonly bonus: number;
}

/**
 * Advantages and returns: with v for the model's value, which is a mean over the pulls to come,
 *
 *     V_t = D_t v_t,  D_t = 1 + γ + … + γ^(T-t-1)      so that v does not depend on how long a trial is
 *     δ_t = r_t + γ V_{t+1} - V_t,  A_t = δ_t + γ λ A_{t+1},  returns_t = (A_t + V_t) / D_t
 *
 * The advantages of all trials together then get mean 0 and deviation 1.
 */
export function targetsOf(played: readonly Played[], { discount, trace, bonus }: Credit): BanditTarget[] {
  const estimates = played.map(({ rewards, values }) => {
    const advantage = new Array<number>(rewards.length).fill(0);
    const returns = new Array<number>(rewards.length).fill(0);
    let [ahead, horizon, future] = [0, 0, 0];
    for (let pull = rewards.length - 1; pull >= 0; pull--) {
      horizon = 1 + discount * horizon;
      const value = horizon * values[pull]!;
      ahead = rewards[pull]! + discount * future - value + discount * trace * ahead;
      advantage[pull] = ahead;
      returns[pull] = (ahead + value) / horizon;
      future = value;
    }
    return { advantage, returns };
  });
  const all = estimates.flatMap(({ advantage }) => advantage);
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length) + 1e-6;
  return played.map(({ arms, policy }, row) => ({
    chosen: arms,
    before: arms.map((arm, pull) => policy[pull]![arm]!),
    advantage: estimates[row]!.advantage.map((each) => (each - mean) / deviation),
    returns: estimates[row]!.returns,
    bonus,
  }));
}

function logSoftmax(logits: ArrayLike<number>): number[] {
  const all = Array.from(logits);
  const highest = Math.max(...all);
  const total = Math.log(all.reduce((sum, each) => sum + Math.exp(each - highest), 0));
  return all.map((each) => each - highest - total);
}

/** @param at in [0, 1) */
function draw(logProbabilities: readonly number[], at: number): number {
  let rest = at;
  for (const [arm, each] of logProbabilities.entries()) {
    rest -= Math.exp(each);
    if (rest < 0) return arm;
  }
  return logProbabilities.length - 1;
}
