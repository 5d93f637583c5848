/** Trials played by a policy that learns. */
import type { CausalModel, Value } from 'attnc/runtime';
import { draw, logSoftmax, type Played, type Target } from '../playing.ts';
import { Play, type Trial } from './mdps.ts';
import { plan } from './references.ts';

/** What the model reads before a step. */
export interface Place {
  readonly state: number;
  /** The action before, as a one among zeros; zeros at the first step. */
  readonly action: readonly number[];
  /** What it paid. */
  readonly reward: number;
  /** 1 if an episode ended with it. */
  readonly ended: number;
}

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const ofTrial: unique symbol = Symbol('trial');

/** A trial and its record so far, as the model reads it. */
export interface MdpInput {
  readonly [ofTrial]: Trial;
  readonly state: readonly number[];
  readonly action: readonly (readonly number[])[];
  readonly reward: readonly number[];
  readonly ended: readonly number[];
}

export interface MdpOutput {
  readonly logits: Value;
  readonly value: Value;
}

export type MdpModel = CausalModel<Record<string, number>, MdpInput, Target, MdpOutput, Place>;

export interface PlayedMdp extends Played {
  readonly trial: Trial;
  /** What was read before each step. */
  readonly places: readonly Place[];
}

/**
 * Plays trials side by side, each action drawn from the model's own probabilities.
 *
 * @param random numbers in [0, 1)
 */
export async function playTrials(model: MdpModel, trials: readonly Trial[], random: () => number): Promise<PlayedMdp[]> {
  const games = trials.map((trial) => new Play(trial));
  const played = trials.map((trial) => ({
    trial,
    places: [] as Place[],
    actions: [] as number[],
    rewards: [] as number[],
    policy: [] as number[][],
    values: [] as number[],
  }));
  const steps = Math.max(0, ...trials.map(({ episodes, size }) => episodes * size.horizon));
  const streaming = model.stream(trials.map((trial) => ({ [ofTrial]: trial })));
  try {
    let places = games.map(
      ({ state, trial }): Place => ({ state, action: new Array<number>(trial.size.actions).fill(0), reward: 0, ended: 0 }),
    );
    for (let step = 0; step < steps; step++) {
      const outputs = await streaming.step(places);
      places = outputs.map(({ logits, value }, row) => {
        const policy = logSoftmax(logits.data);
        const action = draw(policy, random());
        const { reward, state, ended } = games[row]!.act(action);
        const each = played[row]!;
        each.places.push(places[row]!);
        each.actions.push(action);
        each.rewards.push(reward);
        each.policy.push(policy);
        each.values.push(value.data[0]!);
        return { state, action: policy.map((_, k) => (k === action ? 1 : 0)), reward, ended: ended ? 1 : 0 };
      });
    }
  } finally {
    streaming.dispose();
  }
  return played;
}

/** What the model read while it played. */
export function inputOf({ trial, places }: Pick<PlayedMdp, 'trial' | 'places'>): MdpInput {
  return {
    [ofTrial]: trial,
    state: places.map(({ state }) => state),
    action: places.map(({ action }) => action),
    reward: places.map(({ reward }) => reward),
    ended: places.map(({ ended }) => ended),
  };
}

/**
 * What each step gains on the best plan of the process, which is nothing at the most: Q*(s_t, a_t) − V*(s_t). Over a trial
 * it differs from the reward by what the best policy gets, in the mean, so that the same policies are the best (Ng, Harada &
 * Russell 1999); but neither the luck of the rewards nor that of the transitions is in it.
 */
export function gainsOf({ trial, places, actions }: PlayedMdp): number[] {
  const { size } = trial;
  const worth = plan(size, [trial], size.horizon);
  return actions.map((action, step) => {
    const from = places[step]!.state * size.actions;
    const row = worth[size.horizon - (step % size.horizon)]!.subarray(from, from + size.actions);
    return row[action]! - Math.max(...row);
  });
}
