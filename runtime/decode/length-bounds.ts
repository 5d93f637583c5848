import type { HostBatch } from '../batch.ts';
import type { LengthRequirement } from '../definition.ts';

/** The requirements on the length `dim` whose other sizes are known: they cannot be checked for lengths that no input has. */
export function requirementsOn(
  dim: string,
  requirements: readonly LengthRequirement[] = [],
  host: HostBatch,
): readonly LengthRequirement[] {
  return requirements.filter(({ dims }) => dims.includes(dim) && dims.every((each) => each === dim || Object.hasOwn(host.lengths, each)));
}

/**
 * Why one of the examples cannot have as many positions along `dim` as `positionsOf` says; null if all can. Examples for which it
 * returns null are skipped. The final number of positions is not known: a bound is reached if this number fails a requirement and
 * so does every number up to twice as many. A requirement to be a multiple of something is no such bound.
 */
export function boundReached(
  dim: string,
  requirements: readonly LengthRequirement[],
  host: HostBatch,
  positionsOf: (row: number) => number | null,
): string | null {
  for (let row = 0; row < host.size; row++) {
    const places = positionsOf(row);
    if (places === null) continue;
    const own = Object.fromEntries(Object.entries(host.lengths).map(([name, each]) => [name, each[row]!]));
    for (const requirement of requirements) {
      const fails = (length: number): string | null => requirement.fails({ ...host.n, ...own, [dim]: length });
      const message = fails(places);
      if (message === null) continue;
      let more = places + 1;
      while (more <= 2 * places && fails(more) !== null) more++;
      if (more > 2 * places) return `example ${row}: ${message}`;
    }
  }
  return null;
}
