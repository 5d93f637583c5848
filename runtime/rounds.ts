/** Parameters of the rounds of a `repeat`: the program has one for all, with `[*]` in its path; users have one of each round. */
import * as tf from './tf.ts';
import type { ParameterSpec, Tensors } from './definition.ts';
import { pathsOfRounds } from './names.ts';

/** One for each round, `counts` of them, outermost loop first. */
export function ofRounds(counts: readonly number[], spec: ParameterSpec): readonly ParameterSpec[] {
  return pathsOfRounds(spec.path, counts).map((path) => ({ ...spec, path }));
}

/** By their whole paths, what lies below one. */
export function below(path: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([rest, tensor]) => [`${path}.${rest}`, tensor]));
}

/** What each round has of a list, by its own path. Of loops inside, an element holds all rounds in front: it is taken apart. */
export function rounds(path: string, list: readonly (tf.Tensor | Tensors)[]): Tensors {
  return Object.assign(
    {},
    ...list.map((each, i) => {
      const own = path.replace('[*]', `[${i}]`);
      if (!tf.isTensor(each)) return below(own, each);
      if (!own.includes('[*]')) return { [own]: each };
      const inner = tf.unstack(each);
      each.dispose();
      return rounds(own, inner);
    }),
  ) as Tensors;
}
