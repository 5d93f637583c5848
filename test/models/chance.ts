/** The runtime's draws for the oracle: an element of a draw by its coordinates. */
import { evaluate } from '../../compiler/size/size.ts';
import type { Bindings } from '../../compiler/oracle/interpret.ts';
import { isRagged, sizeOf } from '../../compiler/graph/spaces.ts';
import { StepRandom } from '../../runtime/index.ts';

/** Of example `id`, whose sizes are `sizes`. */
export function drawsOf(seed: number, step: number, id: number, sizes: ReadonlyMap<string, number>): NonNullable<Bindings['random']> {
  const random = new StepRandom(seed, step, [id]);
  const known = new Map<string, Float32Array>();
  return (op, coordinates) => {
    const extents = op.axes.map(({ space }) => evaluate(sizeOf(space), (atom) => sizes.get(atom)!));
    const steps = coordinates.slice(0, coordinates.length - extents.length);
    const at = coordinates.slice(steps.length);
    const key = `${op.site} ${steps.join()} ${extents.join()}`;
    let values = known.get(key);
    if (values === undefined) {
      values = random.values(
        op.draw,
        op.site,
        [1, ...extents],
        op.axes.map(({ space }) => isRagged(space)),
        steps,
        op.rate,
      );
      known.set(key, values);
    }
    return values[at.reduce((offset, place, k) => offset * extents[k]! + place, 0)]!;
  };
}
