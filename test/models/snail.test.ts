/** SNAIL as emitted, on every backend of this machine: what the oracle computes, its slopes, and the policy position by position. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import type { Bindings, Nested } from '../../compiler/oracle/interpret.ts';
import { useBackend, type CausalModel, type Model, type Values } from '../../runtime/index.ts';
import { Slopes } from '../slopes.ts';
import { compiled, oracle, parametersOf, relative, usableBackends } from './support.ts';

interface Shown {
  readonly image: readonly (readonly (readonly number[])[])[];
  readonly label: readonly number[];
  readonly question: Shown['image'];
}
type FewShot = Model<Record<string, number>, Shown, { readonly answer: readonly number[] }, Values>;

const wave = (at: number): number => 0.5 + 0.5 * Math.sin(at * at + at);
const picture = (k: number): number[][] =>
  Array.from({ length: 4 }, (_, y) => Array.from({ length: 4 }, (_none, x) => wave(7 * k + 3 * y + x)));
const episodes = [0, 1].map((k) => ({
  image: [1, 2, 3, 4].map((n) => picture(k + n)),
  label: k === 0 ? [0, 1, 1, 0] : [1, 0, 1, 0],
  question: [picture(k + 9), picture(k + 6)],
  answer: [k, 0],
}));
interface Trial {
  readonly action: readonly (readonly number[])[];
  readonly reward: readonly number[];
}
type Policy = CausalModel<Record<string, number>, Trial, object, Values, { readonly action: readonly number[]; readonly reward: number }>;
const trials: readonly Trial[] = [6, 1, 3].map((pulls, k) => ({
  action: Array.from({ length: pulls }, (_, t) => [0, 1, 2].map((arm) => (t > 0 && arm === (t * (k + 2)) % 3 ? 1 : 0))),
  reward: Array.from({ length: pulls }, (_, t) => (t > 0 && (t + k) % 2 === 0 ? 1 : 0)),
}));

/** The oracle's slopes, the same for every backend. */
const slopes = new Map<string, Slopes>();

describe.each(await usableBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(['attention', 'none'])('few shots, mixer %s', (mixer) => {
    let program: Program;
    let model: FewShot;
    let bound: Bindings[];

    beforeAll(async () => {
      const made = await compiled<FewShot>('snail/model.attn', new Map(Object.entries({ ways: 2, shots: 2, mixer })));
      program = made.program;
      model = made.create({
        dims: { height: 4, width: 4, asked: 2, embed: 5, fine: 2, middle: 3, coarse: 2, filters: 2, inner: 3, value: 2 },
        seed: 2,
      });
      const parameters = await parametersOf(model);
      bound = episodes.map((episode) => ({
        sizes: new Map(Object.entries(model.sizes)),
        inputs: new Map<string, Nested>(Object.entries(episode)),
        parameters,
      }));
    });

    it('gives what the oracle computes', async () => {
      const outputs = await model.forward(episodes);
      for (const [k, output] of outputs.entries())
        expect(relative(output.logits!.data, oracle([program.outputs.get('logits')!], bound[k]!)[0]!.data)).toBeLessThan(1e-4);
    });

    it('has the gradients of finite differences, through convolutions over pictures and over time', async () => {
      const { gradients } = await model.gradients(episodes.slice(0, 1));
      const { loss } = program.objectives[0]!.updates[0]!;
      // In front of the normalisation a bias has no slope: what it gets is rounding, and is held against the largest slope.
      const largest = Math.max(...Object.values(gradients).flatMap(({ data }) => Array.from(data, Math.abs)));
      const own = slopes.get(mixer) ?? new Slopes(loss, bound.slice(0, 1));
      slopes.set(mixer, own);
      own.expect(gradients, 1e-3, largest / 100);
    });
  });

  describe('the policy for bandits', () => {
    let program: Program;
    let model: Policy;

    beforeAll(async () => {
      const made = await compiled<Policy>('snail/bandits/model.attn', new Map([['pulls', 6]]));
      program = made.program;
      model = made.create({ dims: { arms: 3, width: 4 }, seed: 2 });
    });

    it('gives what the oracle computes position by position', async () => {
      const parameters = await parametersOf(model);
      const outputs = await model.forward(trials);
      for (const [k, trial] of trials.entries()) {
        const sizes = new Map(Object.entries({ ...model.sizes, time: trial.reward.length }));
        const expected = oracle([program.outputs.get('logits')!, program.outputs.get('value')!], {
          sizes,
          inputs: new Map<string, Nested>(Object.entries(trial)),
          parameters,
        });
        expect(relative(outputs[k]!.logits!.data, expected[0]!.data)).toBeLessThan(1e-4);
        expect(relative(outputs[k]!.value!.data, expected[1]!.data)).toBeLessThan(1e-4);
      }
    });

    it('plays pull by pull as it reads a whole trial', async () => {
      const [trial] = trials as [Trial];
      const whole = (await model.forward([trial]))[0]!;
      const streaming = model.stream([{}]);
      for (const [t, reward] of trial.reward.entries()) {
        const now = (await streaming.step([{ action: trial.action[t]!, reward }]))[0]!;
        expect(relative(now.logits!.data, whole.logits!.data.slice(3 * t, 3 * t + 3))).toBeLessThan(1e-4);
      }
      streaming.dispose();
    });

    it('does not see what comes later, bit for bit', async () => {
      const [trial] = trials as [Trial];
      const plain = (await model.forward([trial]))[0]!;
      for (let t = 1; t < trial.reward.length; t++) {
        const changed = (
          await model.forward([
            {
              action: trial.action.map((row, k) => (k >= t ? [1, 1, 1] : row)),
              reward: trial.reward.map((paid, k) => (k >= t ? 1 - paid : paid)),
            },
          ])
        )[0]!;
        expect(changed.logits!.data.slice(0, 3 * t)).toEqual(plain.logits!.data.slice(0, 3 * t));
        expect(changed.logits!.data).not.toEqual(plain.logits!.data);
      }
    });
  });
});
