/** The gradient that the passes derived, interpreted in float64 and with float32's rounding: tells a wrong derivative from a rounded one. */
import type { Node, UpdateGraph } from '../../compiler/graph/graph.ts';
import type { Bindings, Nested } from '../../compiler/graph/interpret.ts';
import type { HostBatch, Learner } from '../../runtime/index.ts';
import { drawsOf } from '../models/chance.ts';
import type { Built, Example } from './build.ts';
import type { Chance } from './chance.ts';
import { Reference, type Expected } from './reference.ts';

function nested(data: ArrayLike<number>, [first, ...rest]: readonly number[], from = 0): Nested {
  if (first === undefined) return data[from]!;
  const stride = rest.reduce((product, size) => product * size, 1);
  return Array.from({ length: first }, (_, k) => nested(data, rest, from + k * stride));
}

/** Null where the graph cannot be run so. */
export function gradientReference({ program, compiled }: Built, learner: Learner<Example>, parameters: ReadonlyMap<string, Float64Array>, host: HostBatch, objective: string, update: UpdateGraph, path: string, chance: Chance): Expected | null {
  const graph = compiled.objectives.find(({ objective: { name } }) => name === objective)?.updates.find((each) => each.update === update);
  const root: Node | undefined = graph?.gradients.get(`gradient.${path}`);
  if (root === undefined) return null;
  const dims = [...program.hyperparameters, ...program.fixed].map(({ dim }) => dim);
  const sizes = new Map<string, number>([['batch', host.size], ...dims.map(({ id, label }): [string, number] => [id, learner.sizes[label]!]), ...program.ragged.map(({ id, label }): [string, number] => [id, host.n[label]!])]);
  const lengths = new Map(program.ragged.map(({ id, label }): [string, readonly number[]] => [id, Array.from(host.lengths[label] ?? host.inner[label]?.data ?? [])]));
  const bindings: Bindings = {
    sizes, lengths, parameters,
    inputs: new Map(Object.entries(host.inputs).map(([name, { data, shape }]) => [name, nested(data, shape)])),
    random: (op, coordinates) => {
      const rows = op.axes.findIndex(({ id }) => id === 'batch');
      const steps = coordinates.length - op.axes.length;
      const own = { ...op, axes: op.axes.filter((_, k) => k !== rows) };
      return drawsOf(learner.seed, 1, coordinates[steps + rows]!, sizes)(own, coordinates.filter((_, k) => k !== steps + rows));
    },
  };
  try {
    const reference = new Reference([root], [bindings], chance);
    reference.closely();
    return reference.expected(0)[0]!;
  } catch {
    return null;
  }
}
