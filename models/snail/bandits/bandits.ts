/**
 * Bernoulli bandits: every trial has arms of its own, each of which pays 1 with a probability drawn from U(0, 1), and
 * a fixed number of pulls (Duan et al. 2016, sec. 3.1; Mishra et al. 2018, sec. 5.2.1).
 */
import { chance } from '../chance.ts';

/** One bandit, and what each pull of it will give. */
export interface Trial {
  /** The probability that an arm pays. */
  readonly means: readonly number[];
  readonly pulls: number;
  /**
   * What the n-th pull of an arm gives, arm by arm. It is drawn beforehand, so that policies that are compared on one
   * trial have the same luck with the same arm.
   */
  readonly outcomes: Uint8Array;
}

/** @param random numbers in [0, 1) */
export function drawTrial(random: () => number, arms: number, pulls: number): Trial {
  return trialOf(Array.from({ length: arms }, random), pulls, random);
}

/** A trial of arms that are given. */
export function trialOf(means: readonly number[], pulls: number, random: () => number): Trial {
  return {
    means,
    pulls,
    outcomes: Uint8Array.from({ length: means.length * pulls }, (_, k) => (random() < means[Math.floor(k / pulls)]! ? 1 : 0)),
  };
}

export function drawTrials(random: () => number, count: number, arms: number, pulls: number): Trial[] {
  return Array.from({ length: count }, () => drawTrial(random, arms, pulls));
}

/** Trials that nothing is trained on: the same at every call, and the first of more. */
export function heldTrials(split: 'validation' | 'test', count: number, arms: number, pulls: number): Trial[] {
  return drawTrials(chance(`bandits: ${split}`), count, arms, pulls);
}

/** Trials that are played side by side, one pull of each at a time. */
export class Bandits {
  readonly trials: readonly Trial[];
  /** Sum of the rewards so far, by trial. */
  readonly totals: Float64Array;
  private readonly pulled: readonly Int32Array[];

  constructor(trials: readonly Trial[]) {
    this.trials = trials;
    this.totals = new Float64Array(trials.length);
    this.pulled = trials.map(({ means }) => new Int32Array(means.length));
  }

  /**
   * @param arms which arm is pulled in each trial
   * @returns the rewards
   */
  pull(arms: readonly number[]): number[] {
    return arms.map((arm, row) => {
      const { outcomes, pulls } = this.trials[row]!;
      const reward = outcomes[arm * pulls + this.pulled[row]![arm]!++]!;
      this.totals[row]! += reward;
      return reward;
    });
  }
}
