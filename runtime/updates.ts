/** The updates of an objective: looking one up by name, what it trains, and the losses of all as one result. */
import * as tf from './tf.ts';
import type { LossTensors, ObjectiveDefinition, UpdateDefinition } from './definition.ts';
import { InputError } from './errors.ts';

/**
 * The loss of an objective is that of its only update. With several updates it is their sum, and each is among the metrics:
 * `D.loss`, and `D.hits` for a metric `hits` of the update `D`. Takes ownership of its arguments.
 */
export function combined(objective: ObjectiveDefinition, results: readonly LossTensors[]): LossTensors {
  const [first] = results;
  if (first !== undefined && objective.updates[0]?.name === undefined) return first;
  const metrics = objective.updates.flatMap(({ name = '' }, k): [string, tf.Tensor][] => {
    const { loss, metrics: own } = results[k]!;
    return [[`${name}.loss`, loss], ...Object.entries(own).map(([metric, value]): [string, tf.Tensor] => [`${name}.${metric}`, value])];
  });
  return { loss: tf.tidy(() => tf.addN(results.map(({ loss }) => loss))), metrics: Object.fromEntries(metrics) };
}

/** @throws InputError if no update has this name, or none is named and there are several */
export function updateOf(objective: ObjectiveDefinition, name: string | undefined): UpdateDefinition {
  const { updates } = objective;
  const found =
    name === undefined && updates.length === 1 ? updates[0] : updates.find((each) => each.name !== undefined && each.name === name);
  if (found !== undefined) return found;
  const known = updates.flatMap((each) => (each.name === undefined ? [] : [`\`${each.name}\``])).join(', ');
  if (name !== undefined)
    throw new InputError(
      `the objective \`${objective.name}\` has no update \`${name}\`: ${known === '' ? 'it has one loss, without a name' : known}`,
    );
  throw new InputError(`which update of \`${objective.name}\`? Give \`update\`: ${known}`);
}

/** Does the update train the parameter with this path? */
export function trains({ trains: models }: UpdateDefinition, path: string): boolean {
  return models === undefined || models.some((model) => path.startsWith(`${model}.`));
}
