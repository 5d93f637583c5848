/** How many points the examples of a step have: few first, since they cost little and teach what many need. */
import type { ExampleSource, Rollouts, TaskExample } from 'attnc/runtime';

/** `1001:20`: from step 1,001 on, up to 20 points. */
type Stage = readonly [from: number, most: number];

/**
 * Examples of `least` to `most` points to train on. With `stages` all of a batch have as many points, so that none is padded; without
 * them each has its own number.
 */
export function trainingOf<Example extends TaskExample<object, object>, M>(
  draw: (random: () => number, count: number) => Example,
  least: number,
  most: number,
  stages: unknown,
): ExampleSource<Example> | Rollouts<Example, M> {
  const between = (random: () => number, upTo: number): number => least + Math.floor(random() * (upTo - least + 1));
  if (!Array.isArray(stages)) return (random) => draw(random, between(random, most));
  const all = (stages as readonly string[]).map((stage) => stage.split(':').map(Number) as unknown as Stage);
  return {
    rollout: (_model, random, size, step) => {
      const count = between(random, all.findLast(([from]) => from <= step)?.[1] ?? most);
      return Promise.resolve(Array.from({ length: size }, () => draw(random, count)));
    },
  };
}
