/**
 * Markov decision processes drawn at random, each played for a few episodes from the same state: rewards are normal with a
 * variance of 1 around means from N(1, 1), transitions from a flat Dirichlet (Duan et al. 2016, sec. 3.2; Mishra et al. 2018,
 * sec. 5.2.2).
 */
import { fold, seedKey, stream, type Key } from 'attnc/runtime';
import { chance } from '../chance.ts';
import { drawDirichlet, drawNormal } from '../draws.ts';

export interface Size {
  readonly states: number;
  readonly actions: number;
  /** Steps of an episode. */
  readonly horizon: number;
}

/** What each action of each state leads to. */
export interface Mdp {
  readonly size: Size;
  /** Mean reward, at `state * actions + action`. */
  readonly means: Float64Array;
  /** Probabilities of the next state, in the same order. */
  readonly next: readonly Float64Array[];
}

/** A process, how often it is played, and the luck that it will bring. */
export interface Trial extends Mdp {
  readonly episodes: number;
  readonly luck: Key;
}

export function drawTrial(random: () => number, size: Size, episodes: number): Trial {
  const pairs = size.states * size.actions;
  return {
    size,
    episodes,
    means: Float64Array.from({ length: pairs }, () => 1 + drawNormal(random)),
    next: Array.from({ length: pairs }, () => drawDirichlet(new Float64Array(size.states).fill(1), random)),
    luck: seedKey(Math.floor(random() * 2 ** 53)),
  };
}

export function drawTrials(random: () => number, count: number, size: Size, episodes: number): Trial[] {
  return Array.from({ length: count }, () => drawTrial(random, size, episodes));
}

/** Trials that nothing is trained on: the same at every call, and the first of more. */
export function heldTrials(split: 'validation' | 'test', count: number, size: Size, episodes: number): Trial[] {
  return drawTrials(chance(`mdps: ${split}`), count, size, episodes);
}

/** What an action brought. */
export interface Outcome {
  readonly reward: number;
  /** Where the next step begins: at the first state again if the episode ended. */
  readonly state: number;
  readonly ended: boolean;
}

/** A trial that is played. An action of a state brings the n-th time what it would bring anyone, so that policies are compared with the same luck. */
export class Play {
  readonly trial: Trial;
  /** Sum of the rewards so far. */
  total = 0;
  state = 0;
  /** Steps left of the episode. */
  left: number;
  readonly #taken: Int32Array;

  constructor(trial: Trial) {
    this.trial = trial;
    this.left = trial.size.horizon;
    this.#taken = new Int32Array(trial.means.length);
  }

  act(action: number): Outcome {
    const { size, means, next, luck } = this.trial;
    const pair = this.state * size.actions + action;
    const random = stream(fold(luck, pair, this.#taken[pair]!++));
    const reward = means[pair]! + drawNormal(random);
    const reached = drawFrom(next[pair]!, random());
    this.total += reward;
    const ended = --this.left === 0;
    if (ended) this.left = size.horizon;
    this.state = ended ? 0 : reached;
    return { reward, state: this.state, ended };
  }
}

/** @param at in [0, 1) */
function drawFrom(probabilities: Float64Array, at: number): number {
  let rest = at;
  for (const [state, each] of probabilities.entries()) {
    rest -= each;
    if (rest < 0) return state;
  }
  return probabilities.length - 1;
}
