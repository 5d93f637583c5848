/** SNAIL's random decision processes: the game, the policies that know its rules, and what the model reads while it plays. */
import { describe, expect, it } from 'vitest';
import { chance } from '../../models/snail/chance.ts';
import { drawTrials, heldTrials, Play, type Mdp } from '../../models/snail/mdps/mdps.ts';
import { greedy, optimal, plan, play, posteriorSampling, uniform } from '../../models/snail/mdps/references.ts';
import { gainsOf, inputOf, playTrials, type MdpModel, type Place } from '../../models/snail/mdps/rollout.ts';
import { task } from '../../models/snail/mdps/task.ts';
import { meanOf } from '../../models/snail/playing.ts';

const size = { states: 3, actions: 2, horizon: 4 };

/** A model that has learnt nothing but to take action 0 and action 1 by turns. */
function turning(read: (readonly Place[])[] = []): MdpModel {
  const step = (places: readonly Place[]): Promise<unknown[]> => {
    read.push(places);
    return Promise.resolve(
      places.map(({ action }) => ({
        logits: { data: Float32Array.from(action, (_, k) => (k === (action[0] === 1 ? 1 : 0) ? 50 : 0)) },
        value: { data: Float32Array.of(0.5) },
      })),
    );
  };
  return { stream: () => ({ step, dispose: () => undefined }) } as unknown as MdpModel;
}

describe('a process', () => {
  it('brings the n-th time what it would bring anyone', () => {
    const [trial] = heldTrials('test', 1, size, 2);
    expect(heldTrials('test', 3, size, 2)[0]).toEqual(trial);
    const brought = (actions: readonly number[]) => {
      const game = new Play(trial!);
      return actions.map((action) => ({ at: game.state, action, ...game.act(action) }));
    };
    const [a, b] = [brought([0, 1, 0, 1, 0, 1, 0, 1]), brought([1, 0, 1, 0, 1, 0, 1, 0])];
    // In the first state, once in each episode at least.
    const rewards = (steps: typeof a) => [0, 1].map((action) => steps.find((step) => step.at === 0 && step.action === action)?.reward);
    expect(rewards(a)[0]).toBe(a[0]!.reward);
    expect(rewards(b)[1]).toBe(b[0]!.reward);
    expect(a.map(({ ended }) => ended)).toEqual([false, false, false, true, false, false, false, true]);
    expect(a[3]!.state).toBe(0);
  });

  it('pays one a step to chance, more to who learns, and most to who knows it', () => {
    const trials = drawTrials(chance('processes'), 300, size, 5);
    const [none, drawn, mean, known] = [uniform, posteriorSampling(), greedy({}), optimal].map((policy) =>
      meanOf(play(policy, trials, chance('choices'))),
    );
    expect(Math.abs(none!.mean - 20)).toBeLessThan(4 * none!.error);
    expect(drawn!.mean).toBeGreaterThan(none!.mean + 2);
    expect(mean!.mean).toBeGreaterThan(drawn!.mean);
    expect(known!.mean).toBeGreaterThan(mean!.mean + 2);
  });

  it('is planned to the end of an episode, each action by the most hopeful process', () => {
    // The second action of state 0 leads to state 1, which pays 5.
    const next = [0, 1, 1, 1].map((state) => Float64Array.from([0, 1], (at) => (at === state ? 1 : 0)));
    const process: Pick<Mdp, 'means' | 'next'> = { means: Float64Array.of(1, 0, 5, 2), next };
    const two = { states: 2, actions: 2, horizon: 3 };
    expect(
      plan(two, [process], 3)
        .slice(1)
        .map((worth) => [...worth]),
    ).toEqual([
      [1, 0, 5, 2],
      [2, 5, 10, 7],
      [6, 10, 15, 12],
    ]);
    expect([...plan(two, [process, { means: Float64Array.of(3, 0, 0, 0), next }], 1)[1]!]).toEqual([3, 0, 5, 2]);
  });
});

describe('a rollout', () => {
  it('shows the model what came before each step', async () => {
    const read: (readonly Place[])[] = [];
    const [trial] = heldTrials('validation', 1, size, 2);
    const [played] = await playTrials(turning(read), [trial!], chance('draws'));
    expect(played!.actions).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(read.flat()).toEqual(played!.places);
    const input = inputOf(played!);
    expect(input.reward).toEqual([0, ...played!.rewards.slice(0, -1)]);
    expect(input.action.slice(0, 3)).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(input.ended).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
    expect([input.state[0], input.state[4]]).toEqual([0, 0]);
  });

  it('is learnt from by what it gains on the best plan: the rewards and their luck left out', async () => {
    const [trial] = heldTrials('validation', 1, size, 2);
    const [played] = await playTrials(turning(), [trial!], chance('draws'));
    const gains = gainsOf(played!);
    expect(Math.max(...gains)).toBeLessThanOrEqual(0);
    // At the last step of an episode nothing counts but what it pays.
    const { state } = played!.places[3]!;
    expect(gains[3]).toBeCloseTo(trial!.means[2 * state + 1]! - Math.max(...trial!.means.subarray(2 * state, 2 * state + 2)), 9);
  });

  it('has more episodes later in the run', async () => {
    const configuration = task.configurations.full!;
    const { train } = await task.open(configuration);
    if (typeof train !== 'object' || !('rollout' in train)) throw new Error('the task has no rollouts');
    const steps = async (step: number): Promise<number> =>
      (await train.rollout(turning(), chance('any'), configuration.batchSize, step))[0]!.input.reward.length;
    expect([await steps(1), await steps(configuration.steps)]).toEqual([10, 50]);
  });
});

it('the task measures a model beside the reference policies, on the same trials', async () => {
  const { evaluate, test } = await task.open(task.configurations.quick!);
  const { columns, rows } = await evaluate(turning(), test.slice(0, 32));
  expect(columns).toEqual(['mean reward', 'of optimal']);
  expect(rows.map(({ group }) => group.split(' (')[0])).toContain('posterior sampling');
  expect(rows.at(-1)!.values[1]).toBe(1);
});
