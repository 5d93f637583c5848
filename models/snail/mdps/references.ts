/** Policies that are told the rules of the game, to measure a learnt one by. */
import { drawDirichlet, drawNormal } from '../draws.ts';
import { Play, type Mdp, type Outcome, type Size, type Trial } from './mdps.ts';

/** One trial's player. */
export interface Player {
  /** @param left steps left of the episode, this one included */
  choose(state: number, left: number): number;
  learn?(state: number, action: number, outcome: Outcome): void;
}

export interface Policy {
  readonly name: string;
  start(trial: Trial, random: () => number): Player;
}

/** What each action of each state is worth with so many steps left: `worth[left][state * actions + action]`. */
type Worth = readonly Float64Array[];

/** Value iteration to the end of an episode. Of several processes each action has the one that is best for it. */
export function plan(size: Size, processes: readonly Pick<Mdp, 'means' | 'next'>[], horizon: number): Worth {
  const { states, actions } = size;
  const worth = [new Float64Array(states * actions)];
  for (let left = 1; left <= horizon; left++) {
    const ahead = Float64Array.from({ length: states }, (_, state) =>
      Math.max(...worth[left - 1]!.subarray(state * actions, (state + 1) * actions)),
    );
    worth.push(
      Float64Array.from({ length: states * actions }, (_, pair) =>
        Math.max(
          ...processes.map(({ means, next }) => next[pair]!.reduce((sum, share, state) => sum + share * ahead[state]!, means[pair]!)),
        ),
      ),
    );
  }
  return worth;
}

/** The best action; equal ones are drawn among. */
function best(worth: Float64Array, state: number, actions: number, random: () => number): number {
  let [chosen, highest, ties] = [0, -Infinity, 0];
  for (let action = 0; action < actions; action++) {
    const value = worth[state * actions + action]!;
    if (value > highest) {
      [chosen, highest, ties] = [action, value, 1];
    } else if (value === highest && random() * ++ties < 1) {
      chosen = action;
    }
  }
  return chosen;
}

/** What was seen of a trial, and what follows from it where the prior is the one that trials are drawn from. */
class Posterior {
  readonly #size: Size;
  /** How often each action of each state was taken, what it paid in all, and where it led, each state counted once beforehand. */
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #next: readonly Float64Array[];

  constructor(size: Size) {
    const pairs = size.states * size.actions;
    this.#size = size;
    this.#counts = new Float64Array(pairs);
    this.#sums = new Float64Array(pairs);
    this.#next = Array.from({ length: pairs }, () => new Float64Array(size.states).fill(1));
  }

  see(state: number, action: number, { reward, state: reached, ended }: Outcome): void {
    const pair = state * this.#size.actions + action;
    this.#counts[pair]!++;
    this.#sums[pair]! += reward;
    // Where the last step of an episode leads is not shown.
    if (!ended) this.#next[pair]![reached]!++;
  }

  /** Mean reward: N(1, 1) and as many draws of variance 1. @param bonus what an action that is tried for the first time counts for beside it (Kolter & Ng 2009) */
  mean(bonus = 0): Pick<Mdp, 'means' | 'next'> {
    return {
      means: this.#sums.map((sum, pair) => (1 + sum + bonus) / (1 + this.#counts[pair]!)),
      next: this.#next.map((counts) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        return counts.map((count) => count / total);
      }),
    };
  }

  draw(random: () => number): Pick<Mdp, 'means' | 'next'> {
    return {
      means: this.#sums.map((sum, pair) => {
        const known = 1 + this.#counts[pair]!;
        return (1 + sum) / known + drawNormal(random) / Math.sqrt(known);
      }),
      next: this.#next.map((counts) => drawDirichlet(counts, random)),
    };
  }
}

export const uniform: Policy = {
  name: 'random',
  start: ({ size: { actions } }, random) => ({ choose: () => Math.floor(random() * actions) }),
};

/** It knows the process. */
export const optimal: Policy = {
  name: 'optimal, the process known',
  start: (trial, random) => {
    const { size } = trial;
    const worth = plan(size, [trial], size.horizon);
    return { choose: (state, left) => best(worth[left]!, state, size.actions, random) };
  },
};

/** Before each step the best plan for the process as it is expected to be; sometimes any action instead, or a bonus for what is little known. */
export function greedy({ epsilon = 0, bonus = 0 }: { readonly epsilon?: number; readonly bonus?: number }): Policy {
  return {
    name: bonus > 0 ? `exploration bonus, β = ${bonus}` : epsilon > 0 ? `ε-greedy, ε = ${epsilon}` : 'greedy',
    start: ({ size }, random) => {
      const seen = new Posterior(size);
      return {
        choose: (state, left) =>
          random() < epsilon
            ? Math.floor(random() * size.actions)
            : best(plan(size, [seen.mean(bonus)], left)[left]!, state, size.actions, random),
        learn: (state, action, outcome) => seen.see(state, action, outcome),
      };
    },
  };
}

/**
 * Posterior sampling (Strens 2000; Osband, Russo & Van Roy 2013): for each episode the best plan for a process drawn from
 * what is known; for several of them the most hopeful one (optimistic posterior sampling).
 */
export function posteriorSampling(samples = 1): Policy {
  return {
    name: samples === 1 ? 'posterior sampling' : `optimistic posterior sampling, ${samples} draws`,
    start: ({ size }, random) => {
      const seen = new Posterior(size);
      let worth: Worth = [];
      return {
        choose: (state, left) => {
          if (left === size.horizon) {
            const drawn = Array.from({ length: samples }, () => seen.draw(random));
            worth = plan(size, drawn, size.horizon);
          }
          return best(worth[left]!, state, size.actions, random);
        },
        learn: (state, action, outcome) => seen.see(state, action, outcome),
      };
    },
  };
}

/** All of them. What they are set to does best on the validation trials of five episodes. */
export function references(): Policy[] {
  return [uniform, posteriorSampling(), posteriorSampling(3), greedy({ epsilon: 0.05 }), greedy({}), greedy({ bonus: 0.5 }), optimal];
}

/** The total reward of each trial. */
export function play(policy: Policy, trials: readonly Trial[], random: () => number): Float64Array {
  return Float64Array.from(trials, (trial) => {
    const game = new Play(trial);
    const player = policy.start(trial, random);
    for (let step = 0; step < trial.episodes * trial.size.horizon; step++) {
      const { state } = game;
      const action = player.choose(state, game.left);
      const outcome = game.act(action);
      player.learn?.(state, action, outcome);
    }
    return game.total;
  });
}
