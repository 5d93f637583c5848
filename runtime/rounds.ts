/** Parameters of the rounds of a `repeat`: the program has one for all rounds, with `[*]` in its path; users see one for each round. */
import * as tf from './tf.ts';
import type { ParameterSpec, Rounds, Tensors } from './definition.ts';
import { pathsOfRounds } from './names.ts';

/** One spec for each round, `counts` of them, outermost loop first. */
export function ofRounds(counts: readonly number[], spec: ParameterSpec): readonly ParameterSpec[] {
  return pathsOfRounds(spec.path, counts).map((path) => ({ ...spec, path }));
}

/** The tensors below a path, by their whole paths. */
export function below(path: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([rest, tensor]) => [`${path}.${rest}`, tensor]));
}

/** Splits a list into each round's part, by its own path. For inner loops, an element is the list of their rounds. */
export function rounds(path: string, list: readonly (Rounds<tf.Tensor> | Tensors)[]): Tensors {
  return Object.assign(
    {},
    ...list.map((each, i) => {
      const own = path.replace('[*]', `[${i}]`);
      if (tf.isTensor(each)) return { [own]: each };
      return isList(each) ? rounds(own, each) : below(own, each);
    }),
  ) as Tensors;
}

function isList(each: readonly Rounds<tf.Tensor>[] | Tensors): each is readonly Rounds<tf.Tensor>[] {
  return Array.isArray(each);
}
