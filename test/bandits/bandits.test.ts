import { describe, expect, it } from 'vitest';
import { Bandits, drawTrials, heldTrials, trialOf } from '../../models/snail/bandits/bandits.ts';
import { chance } from '../../models/snail/chance.ts';
import { GittinsIndices } from '../../models/snail/bandits/gittins.ts';
import { gittins, play, uniform } from '../../models/snail/bandits/references.ts';
import { inputOf, ofTrial, playTrials, type BanditModel, type Place, type PlayedBandit } from '../../models/snail/bandits/rollout.ts';
import { task } from '../../models/snail/bandits/task.ts';
import { meanOf, targetsOf } from '../../models/snail/playing.ts';

/** A model that has learnt nothing but to pull the arm after the one before. */
function cycling(): { readonly model: BanditModel; readonly places: (readonly Place[])[] } {
  const places: (readonly Place[])[] = [];
  const step = (each: readonly Place[]): Promise<unknown[]> => {
    places.push(each);
    return Promise.resolve(
      each.map(({ action }) => {
        const next = (action.indexOf(1) + 1) % action.length;
        return { logits: { data: Float32Array.from(action, (_, arm) => (arm === next ? 50 : 0)) }, value: { data: Float32Array.of(0.5) } };
      }),
    );
  };
  return { model: { stream: () => ({ step, dispose: () => undefined }) } as unknown as BanditModel, places };
}

describe('Gittins indices', () => {
  const table = new GittinsIndices(10);

  it('are the mean at the last pull', () => {
    expect(table.index(0, 0, 1)).toBeCloseTo(1 / 2, 5);
    expect(table.index(3, 1, 1)).toBeCloseTo(4 / 6, 5);
  });

  it('count what a second pull is worth after a win', () => {
    // Stop after a loss: (1/2 + 1/2 · 2/3) / (1 + 1/2).
    expect(table.index(0, 0, 2)).toBeCloseTo(5 / 9, 5);
  });

  it('grow with the pulls left', () => {
    const growing = Array.from({ length: 10 }, (_, k) => table.index(0, 0, k + 1));
    expect(growing).toEqual([...growing].sort((a, b) => a - b));
  });

  it('come within a thousandth of the best policy for two arms', () => {
    // The expected total of the best policy, or of the one that follows the indices.
    const value = (follows: boolean, arms: readonly (readonly [number, number])[], left: number): number => {
      if (left === 0) return 0;
      const totals = arms.map(([wins, losses], arm) => {
        const mean = (wins + 1) / (wins + losses + 2);
        const next = (won: boolean): number =>
          value(
            follows,
            arms.map((each, k) => (k === arm ? [wins + Number(won), losses + Number(!won)] : each)),
            left - 1,
          );
        return { total: () => mean * (1 + next(true)) + (1 - mean) * next(false), index: table.index(wins, losses, left) };
      });
      if (follows) return totals.reduce((best, each) => (each.index > best.index ? each : best)).total();
      return Math.max(...totals.map(({ total }) => total()));
    };
    const start = [
      [0, 0],
      [0, 0],
    ] as const;
    const best = value(false, start, 7);
    expect(value(true, start, 7)).toBeLessThanOrEqual(best + 1e-9);
    expect(value(true, start, 7)).toBeGreaterThan(0.999 * best);
  });
});

describe('bandits', () => {
  it('hold the same trials at every call, and a longer list begins with the shorter', () => {
    expect(heldTrials('test', 3, 5, 10)).toEqual(heldTrials('test', 5, 5, 10).slice(0, 3));
    expect(heldTrials('test', 1, 5, 10)).not.toEqual(heldTrials('validation', 1, 5, 10));
  });

  it('give an arm the same luck whenever it is pulled', () => {
    const trial = trialOf([0.5, 0.5], 4, chance('luck'));
    const [a, b] = [new Bandits([trial]), new Bandits([trial])];
    const first = [0, 0, 1, 1].map((arm) => ({ arm, reward: a.pull([arm])[0]! }));
    const second = [1, 0, 1, 0].map((arm) => ({ arm, reward: b.pull([arm])[0]! }));
    for (const arm of [0, 1]) {
      const of = (all: typeof first): number[] => all.filter((each) => each.arm === arm).map(({ reward }) => reward);
      expect(of(first)).toEqual(of(second));
    }
    expect(a.totals[0]).toBe(b.totals[0]);
  });

  it('pay half the pulls of chance, and more to who knows what to look for', () => {
    const trials = drawTrials(chance('trials'), 500, 5, 20);
    const [of, best] = [uniform, gittins()].map((policy) => meanOf(play(policy, trials, chance('choices'))));
    expect(Math.abs(of!.mean - 10)).toBeLessThan(4 * of!.error);
    expect(best!.mean).toBeGreaterThan(13.5);
  });
});

describe('what is learnt from a trial', () => {
  const played: PlayedBandit = {
    trial: trialOf([0.5, 0.5], 3, chance('any')),
    actions: [1, 0, 0],
    rewards: [1, 0, 1],
    policy: [
      [-0.7, -0.6],
      [-0.1, -2.3],
      [-0.2, -1.7],
    ],
    values: [0.5, 0.6, 0.4],
  };

  it('is read with what came before each pull', () => {
    expect(inputOf(played)).toMatchObject({
      action: [
        [0, 0],
        [0, 1],
        [1, 0],
      ],
      reward: [0, 1, 0],
    });
  });

  it('has returns that are means of the rewards to come', () => {
    const target = targetsOf([played], { discount: 1, trace: 1, bonus: 0.1 })[0]!;
    expect(target).toMatchObject({ chosen: [1, 0, 0], before: [-0.6, -0.1, -0.2], bonus: 0.1 });
    target.returns.forEach((each, k) => {
      expect(each).toBeCloseTo([2 / 3, 1 / 2, 1][k]!, 9);
    });
  });

  it('has advantages by the recursion of generalised advantage estimation, then set to mean 0 and deviation 1', () => {
    const target = targetsOf([played], { discount: 0.5, trace: 0.5, bonus: 0 })[0]!;
    // V = [1.75 · 0.5, 1.5 · 0.6, 1 · 0.4]
    const last = 1 - 0.4;
    const middle = 0 + 0.5 * 0.4 - 0.9 + 0.25 * last;
    const first = 1 + 0.5 * 0.9 - 0.875 + 0.25 * middle;
    const mean = (first + middle + last) / 3;
    const deviation = Math.sqrt(((first - mean) ** 2 + (middle - mean) ** 2 + (last - mean) ** 2) / 3);
    target.advantage.forEach((each, k) => {
      expect(each).toBeCloseTo(([first, middle, last][k]! - mean) / deviation, 4);
    });
  });
});

describe('a rollout', () => {
  it('plays every trial to its end, and shows the model what came before', async () => {
    const { model, places } = cycling();
    const played = (await playTrials(model, [trialOf([1, 0, 1], 4, chance('any'))], chance('draws')))[0]!;
    expect(played).toMatchObject({ actions: [0, 1, 2, 0], rewards: [1, 0, 1, 1], values: [0.5, 0.5, 0.5, 0.5] });
    expect(places.flat()).toEqual([
      { action: [0, 0, 0], reward: 0 },
      { action: [1, 0, 0], reward: 1 },
      { action: [0, 1, 0], reward: 0 },
      { action: [0, 0, 1], reward: 1 },
    ]);
    const { action, reward } = inputOf(played);
    expect(places.flat()).toEqual(action.map((each, pull) => ({ action: each, reward: reward[pull] })));
  });

  it('is learnt from in several steps, each trial as often, and then played anew', async () => {
    const configuration = task.configurations.quick!;
    const { train } = await task.open(configuration);
    if (typeof train !== 'object' || !('rollout' in train)) throw new Error('the task has no rollouts');
    const { model } = cycling();
    const of = (step: number) => train.rollout(model, chance(`step ${step}`), configuration.batchSize, step);
    const counts = new Map<unknown, number>();
    for (let step = 1; step <= 12; step++) {
      for (const { input } of await of(step)) counts.set(input[ofTrial], (counts.get(input[ofTrial]) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(new Array(128).fill(3));
    expect(counts.has((await of(13))[0]!.input[ofTrial])).toBe(false);
  });

  it('has longer trials later in the run', async () => {
    const configuration = task.configurations.full!;
    const { train } = await task.open(configuration);
    if (typeof train !== 'object' || !('rollout' in train)) throw new Error('the task has no rollouts');
    const pulls = async (step: number): Promise<number> =>
      (await train.rollout(cycling().model, chance('any'), configuration.batchSize, step))[0]!.input.reward.length;
    expect([await pulls(1), await pulls(1501), await pulls(6000)]).toEqual([10, 20, 100]);
  });
});

describe('the task', () => {
  it('reads arms as a person writes them, and says what it expects', async () => {
    const { parse } = await task.open(task.configurations.quick!);
    expect(parse(' 0.1 0.3 0.9 0.5 0.2').input[ofTrial]).toMatchObject({ means: [0.1, 0.3, 0.9, 0.5, 0.2], pulls: 10 });
    expect(() => parse('0.1 2 0.9 0.5 0.2')).toThrow('expected 5 numbers from 0 to 1');
    expect(() => parse('0.5')).toThrow(RangeError);
  });

  it('measures a model beside the reference policies, on the same trials', async () => {
    const { evaluate, test } = await task.open(task.configurations.quick!);
    const { columns, rows } = await evaluate(cycling().model, test.slice(0, 64));
    expect(columns).toEqual(['mean reward', 'of Gittins']);
    expect(rows.map(({ group }) => group.split(' (')[0])).toEqual([
      'SNAIL',
      'random',
      'greedy',
      'ε-greedy, ε = 0.05',
      'UCB1',
      'UCB1, bonus × 0.2',
      'Thompson sampling',
      'Gittins indices',
    ]);
    expect(rows.at(-1)!.values[1]).toBe(1);
  });
});
