/** What is absent filled with what would be noticed: a batch as the model pads it, its padding overwritten. */
import { DeviceBatch, StepRandom, type HostBatch, type Learner } from '../../runtime/index.ts';
import { positionsIn } from '../../runtime/batch.ts';
import type { AxisSpec, Batch, InputSpec } from '../../runtime/definition.ts';
import { targetSpec } from '../../runtime/model.ts';
import { emitted } from '../../runtime/scope.ts';
import { ownSizes } from '../../runtime/values.ts';
import type { Example } from './build.ts';
import type { Chance } from './chance.ts';

export const POISONS = [NaN, Infinity, -Infinity, 3e38] as const;
/** An input of this name holds what a program puts where it says that nothing is: `(if c then x else poison) where c`. */
export const POISON = 'poison';

/** How many positions each axis of a row has at the position `at`. */
function extentOf(axis: AxisSpec, host: HostBatch, row: number, at: readonly number[]): number {
  if ('size' in axis) return axis.size;
  if ('length' in axis) return axis.length(ownSizes(host.n, host.lengths, row));
  const inner = host.inner[axis.dim];
  if (inner !== undefined && axis.within !== undefined) return inner.data[row * inner.places + at[axis.within]!] ?? 0;
  return host.lengths[axis.dim]?.[row] ?? positionsIn(axis, host.n);
}

function padding(spec: InputSpec, host: HostBatch, visit: (offset: number) => void): void {
  const sizes = spec.axes.map((axis) => positionsIn(axis, host.n));
  const walk = (row: number, at: readonly number[], offset: number, absent: boolean): void => {
    const axis = spec.axes[at.length];
    if (axis === undefined) {
      if (absent) visit(offset);
      return;
    }
    const own = absent ? 0 : extentOf(axis, host, row, at);
    for (let k = 0; k < sizes[at.length]!; k++) walk(row, [...at, k], offset * sizes[at.length]! + k, absent || k >= own);
  };
  for (let row = 0; row < host.size; row++) walk(row, [], row, false);
}

/** Floats become `poison`, other inputs some value that may be there; null where there is no padding. */
export function poisoned(learner: Learner<Example>, host: HostBatch, poison: number, chance: Chance): HostBatch {
  const { definition, sizes } = learner;
  const specs = [
    ...definition.inputs(sizes),
    ...definition.objectives.flatMap(({ given }) => given(sizes)),
    ...(definition.decoder === null ? [] : [targetSpec(definition, sizes)]),
  ];
  const inputs = Object.fromEntries(
    Object.entries(host.inputs).map(([name, input]) => {
      const spec = specs.find(
        (each) =>
          each.name === name ||
          (definition.decoder !== null && name === `${definition.decoder.output}'` && each.name === definition.decoder.output),
      );
      const data = input.data.slice();
      if (spec === undefined) return [name, input];
      const filled = new Set<number>();
      padding(spec, host, (offset) => filled.add(offset));
      const there = [...input.data.keys()].filter((offset) => !filled.has(offset)).map((offset) => input.data[offset]!);
      for (const offset of filled)
        data[offset] =
          spec.elem === 'float'
            ? poison
            : spec.elem === 'bool'
              ? chance.below(2)
              : spec.elem === 'int'
                ? chance.pick([2 ** 31 - 1, -7, 0])
                : there.length > 0
                  ? chance.pick(there)
                  : 0;
      // It is present, so it is finite: what is made of it need not be.
      if (name === POISON) data.fill(Number.isFinite(poison) ? poison : poison < 0 ? -3e38 : 3e38);
      return [name, { ...input, data }];
    }),
  );
  return { ...host, inputs };
}

/** Runs an emitted function on a batch of one's own, and reads what it gives. */
export function run<T>(host: HostBatch, of: (batch: Batch, random: StepRandom) => T, seed: number, step: number): T {
  const batch = new DeviceBatch(host);
  try {
    return emitted(() =>
      of(
        batch,
        new StepRandom(
          seed,
          step,
          Array.from({ length: host.size }, (_, row) => row),
        ),
      ),
    );
  } finally {
    batch.dispose();
  }
}
