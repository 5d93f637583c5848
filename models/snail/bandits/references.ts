/** Policies that are told the rules of the game, to measure a learnt one by. */
import { drawGamma } from '../draws.ts';
import { Bandits, type Trial } from './bandits.ts';
import { GittinsIndices } from './gittins.ts';

/** What a policy has seen of a trial. */
export interface History {
  readonly wins: Int32Array;
  readonly losses: Int32Array;
  /** Pulls left, the next one included. */
  readonly left: number;
  /** Pulls in all. */
  readonly pulls: number;
}

export interface Policy {
  readonly name: string;
  choose(history: History, random: () => number): number;
}

/** An arm of the highest score; equal ones are drawn among. */
function best(history: History, random: () => number, score: (wins: number, losses: number) => number): number {
  let arm = 0;
  let highest = -Infinity;
  let ties = 0;
  for (const [each, wins] of history.wins.entries()) {
    const value = score(wins, history.losses[each]!);
    if (value > highest) {
      [arm, highest, ties] = [each, value, 1];
    } else if (value === highest && random() * ++ties < 1) {
      arm = each;
    }
  }
  return arm;
}

/** Mean of the posterior, Beta(wins + 1, losses + 1). */
const posteriorMean = (wins: number, losses: number): number => (wins + 1) / (wins + losses + 2);

export const uniform: Policy = {
  name: 'random',
  choose: ({ wins }, random) => Math.floor(random() * wins.length),
};

export const greedy: Policy = {
  name: 'greedy',
  choose: (history, random) => best(history, random, posteriorMean),
};

export function epsilonGreedy(epsilon: number): Policy {
  return {
    name: `ε-greedy, ε = ${epsilon}`,
    choose: (history, random) => (random() < epsilon ? uniform : greedy).choose(history, random),
  };
}

/** Auer, Cesa-Bianchi & Fischer 2002: mean + sqrt(2 ln t / n), here with a factor before the root; 1 is the paper's. */
export function ucb1(factor = 1): Policy {
  return {
    name: factor === 1 ? 'UCB1' : `UCB1, bonus × ${factor}`,
    choose: (history, random) => {
      const time = history.pulls - history.left;
      return best(history, random, (wins, losses) => {
        const count = wins + losses;
        return count === 0 ? Infinity : wins / count + factor * Math.sqrt((2 * Math.log(time)) / count);
      });
    },
  };
}

/** Thompson 1933: as likely as an arm is to be the best. */
export const thompson: Policy = {
  name: 'Thompson sampling',
  choose: (history, random) => best(history, random, (wins, losses) => drawBeta(wins + 1, losses + 1, random)),
};

/** See `GittinsIndices`. The table is made at the first pull. */
export function gittins(): Policy {
  let table: GittinsIndices | undefined;
  return {
    name: 'Gittins indices',
    choose: (history, random) => {
      const { left, pulls } = history;
      if (table?.pulls !== pulls) table = new GittinsIndices(pulls);
      const indices = table;
      return best(history, random, (wins, losses) => indices.index(wins, losses, left));
    },
  };
}

/** All of them; the factor of the second UCB1 is the one that does best in 100 pulls of five arms, on other trials than the test's. */
export function references(): Policy[] {
  return [uniform, greedy, epsilonGreedy(0.05), ucb1(), ucb1(0.2), thompson, gittins()];
}

/** The total reward of each trial. */
export function play(policy: Policy, trials: readonly Trial[], random: () => number): Float64Array {
  const bandits = new Bandits(trials);
  const histories = trials.map(({ means, pulls }) => ({
    wins: new Int32Array(means.length),
    losses: new Int32Array(means.length),
    left: pulls,
    pulls,
  }));
  for (let pull = 0; pull < (trials[0]?.pulls ?? 0); pull++) {
    const arms = histories.map((history) => policy.choose(history, random));
    for (const [row, reward] of bandits.pull(arms).entries()) {
      const history = histories[row]!;
      (reward === 1 ? history.wins : history.losses)[arms[row]!]!++;
      history.left--;
    }
  }
  return bandits.totals;
}

/** A draw from Beta(a, b), by way of two Gammas. */
function drawBeta(a: number, b: number, random: () => number): number {
  const x = drawGamma(a, random);
  return x / (x + drawGamma(b, random));
}
