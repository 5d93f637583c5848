/** What holds of every model, generating or not, whatever its inputs: the emitted module against the oracle of its program, on every backend. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { interpretAll, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { GenerativeModel, useBackend, type Ints, type Model, type Values } from '../../runtime/index.ts';
import { Slopes } from '../slopes.ts';
import { drawsOf } from './chance.ts';
import { compiled, oracle, parametersOf, relative, runOn, usableBackends, type Compiled } from './support.ts';

export type Example = Readonly<Record<string, unknown>>;
type Generating = GenerativeModel<Record<string, number>, Example, Example>;
type Tested = Model<Record<string, number>, Example, Example, Values>;

export interface Subject {
  readonly title: string;
  /** Of `models/`; its text, where it is no file there. */
  readonly path: string;
  readonly text?: string;
  readonly set?: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
  /** Inputs, the generated sequence and what the objective is given, of differing lengths. */
  readonly examples: readonly Example[];
  /** The name of the generated sequence. */
  readonly output?: string;
  /** Ragged dims of an example. */
  readonly lengths: (example: Example) => Readonly<Record<string, number>>;
  /** Positions to generate, where the program does not say; steps to compare. */
  readonly most?: number;
}

/** A program that reads tokens along `source` and writes words along `target`, of which it knows seven. */
export const translating = (title: string, path: string, text: string): Subject => ({
  title,
  path,
  text,
  dims: {},
  examples: [
    { tokens: [3, 5, 1], y: [4, 3, 2] },
    { tokens: [6], y: [2] },
    { tokens: [2, 4], y: [5, 6, 3, 2] },
  ],
  lengths: ({ tokens, y }) => ({ source: (tokens as Ints).length, target: (y as Ints).length }),
  most: 4,
});

export function agrees(subjects: readonly Subject[]): void {
  const modules = new Map<string, Promise<Compiled<Tested>>>();
  const slopes = new Map<string, Slopes>();
  describe.each(usable)('on %s', (backend) => {
    beforeAll(async () => {
      await useBackend(backend);
    });

    describe.each(runOn(subjects, backend, usable))(
      '$title',
      ({ title, path, text, set = {}, dims, examples, output = 'y', lengths, most }) => {
        const limit = most === undefined ? {} : { atMost: most };
        let tested: Compiled<Tested>;
        let model: Tested;
        let parameters: Map<string, Float64Array>;

        beforeAll(async () => {
          const module = modules.get(title) ?? compiled<Tested>(path, new Map(Object.entries(set)), text ?? null);
          modules.set(title, module);
          tested = await module;
          model = tested.create({ dims, seed: 3 });
          parameters = await parametersOf(model);
        });

        const bound = (example: Example, y = example[output] as readonly number[] | undefined, step = 0): Bindings => {
          const { decoder } = model.definition;
          const outputs: [string, Nested][] =
            decoder === null || y === undefined
              ? []
              : [
                  [output, [decoder.start, ...y.slice(0, -1)]],
                  [`${output}'`, [...y]],
                ];
          const sizes = new Map([...Object.entries(model.sizes), ...Object.entries(lengths({ ...example, [output]: y }))]);
          return {
            sizes,
            random: drawsOf(model.seed, step, examples.indexOf(example), sizes),
            inputs: new Map<string, Nested>([...(Object.entries(example) as [string, Nested][]), ...outputs]),
            parameters,
          };
        };
        const generating = (): Generating | null => (model instanceof GenerativeModel ? (model as Generating) : null);
        /** As the first step of training sees them. */
        const inTraining = (): Bindings[] => examples.map((example) => bound(example, undefined, 1));

        it('gives the outputs of the oracle, example by example, from one padded batch', async () => {
          const outputs = await model.forward(examples);
          const names = [...tested.program.outputs.keys()];
          for (const [k, example] of examples.entries()) {
            const expected = oracle([...tested.program.outputs.values()], bound(example));
            for (const [j, name] of names.entries())
              expect(
                relative(outputs[k]![name]!.data, expected[j]!.data),
                `${name} of example ${k}: ${[...outputs[k]![name]!.data].map((x) => x.toFixed(3)).join(' ')} for ${[...expected[j]!.data].map((x) => x.toFixed(3)).join(' ')}`,
              ).toBeLessThan(1e-4);
          }
        });

        it('gives the loss of the oracle, and the gradients of finite differences', async () => {
          const { loss, gradients } = await model.gradients(examples);
          const objective = tested.program.objectives[0]!.updates[0]!.training;
          const each = interpretAll([objective.loss], inTraining()).map(([value]) => value!.data[0]!);
          expect(loss).toBeCloseTo(each.reduce((a, b) => a + b, 0) / each.length, 4);
          const own = slopes.get(title) ?? new Slopes(objective.loss, inTraining());
          slopes.set(title, own);
          expect(Object.keys(gradients)).toEqual(model.parameters.map((parameter) => parameter.path));
          own.expect(gradients, 2e-3, 1e-3);
        });

        it('steps as it does when taught', async () => {
          const generative = generating();
          if (generative === null) return;
          const taught = await generative.forward(examples);
          const decoding = generative.encode(examples, limit);
          try {
            const longest = Math.min(most ?? 5, Math.max(...examples.map((example) => (example[output] as Ints).length)));
            for (let t = 0; t < longest; t++) {
              const previous = examples.map((example) =>
                t === 0 ? model.definition.decoder!.start : ((example[output] as Ints)[t - 1] ?? 0),
              );
              const { logits } = await decoding.step(previous);
              for (const [k, example] of examples.entries()) {
                if (t >= (example[output] as Ints).length) continue;
                const all = taught[k]!.logits!;
                const own = all.data.length / all.shape[0]!;
                const width = logits.data.length / examples.length;
                expect(
                  relative(logits.data.slice(k * width, k * width + own), all.data.slice(t * own, (t + 1) * own)),
                  `place ${t} of example ${k}`,
                ).toBeLessThan(1e-4);
              }
            }
          } finally {
            decoding.dispose();
          }
        });

        it('searches with width 1 as it goes greedily; every hypothesis of a beam has the probability that the oracle gives it', async () => {
          const generative = generating();
          if (generative === null) return;
          const greedy = await generative.generate(examples, limit);
          const narrow = await generative.generate(examples, { method: 'beam', width: 1, ...limit });
          expect(narrow.map(({ ids }) => [...ids])).toEqual(greedy.map(({ ids }) => [...ids]));
          const wide = await generative.generate(examples, { method: 'beam', width: 3, ...limit });
          const sampled = await generative.generate(examples, { method: 'sample', ...limit, seed: 5 });
          for (const [k, example] of examples.entries()) {
            for (const { ids, logProbability } of [...wide[k]!.all, greedy[k]!, sampled[k]!]) {
              const logits = oracle([tested.program.outputs.get('logits')!], bound(example, [...ids]))[0]!;
              const width = logits.data.length / ids.length;
              let total = 0;
              for (const [t, id] of ids.entries()) {
                const row = Array.from(logits.data.slice(t * width, (t + 1) * width));
                const most = Math.max(...row);
                total += row[id]! - most - Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
              }
              expect(Math.abs(logProbability - total), `${[...ids].join()} of example ${k}`).toBeLessThan(2e-4 * Math.max(1, ids.length));
            }
          }
        });

        it('leaves no tensor behind', async () => {
          await model.gradients(examples);
          const before = tf.memory().numTensors;
          await model.forward(examples);
          await model.gradients(examples);
          await generating()?.generate(examples, { method: 'beam', width: 3, ...limit });
          expect(tf.memory().numTensors).toBe(before);
        });
      },
    );
  });
}

const usable = await usableBackends();
