/** Trials played by a policy that learns. */
import type { CausalModel, Value } from 'attnc/runtime';
import { draw, logSoftmax, type Played, type Target } from '../playing.ts';
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

export interface BanditOutput {
  readonly logits: Value;
  readonly value: Value;
}

export type BanditModel = CausalModel<Record<string, number>, BanditInput, Target, BanditOutput, Place>;

export interface PlayedBandit extends Played {
  readonly trial: Trial;
}

/**
 * Plays trials side by side, each pull drawn from the model's own probabilities.
 *
 * @param random numbers in [0, 1)
 */
export async function playTrials(model: BanditModel, trials: readonly Trial[], random: () => number): Promise<PlayedBandit[]> {
  const bandits = new Bandits(trials);
  const played = trials.map((trial) => ({
    trial,
    actions: [] as number[],
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
        each.actions.push(arms[row]!);
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
export function inputOf({ trial, actions, rewards }: PlayedBandit): BanditInput {
  const none = trial.means.map(() => 0);
  return {
    [ofTrial]: trial,
    action: actions.map((_, pull) => (pull === 0 ? none : none.map((_zero, k) => (k === actions[pull - 1] ? 1 : 0)))),
    reward: actions.map((_, pull) => (pull === 0 ? 0 : rewards[pull - 1]!)),
  };
}
