/** Axes that no program declares: those of a batch, of a beam, and of what grows from step to step. */
import { size as sizes } from '../../size/size.ts';
import type { Axis, Dim, Node, Space } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';

export function axesOf(node: Node): readonly Axis[] {
  return typeOf(node).axes;
}

export function idsOf(node: Node): readonly string[] {
  return typeOf(node).axes.map(({ id }) => id);
}

function undeclared(id: string, label: string, atom: string): { readonly kind: 'dim'; readonly dim: Dim } {
  return { kind: 'dim', dim: { id, label, size: sizes.atom(atom), ragged: false, origin: sizes.int(0), mayBeEmpty: false } };
}

/** Has each round of a `repeat` an element of it? */
export function isOfRounds(node: Node): boolean {
  return axesOf(node)[0]?.rounds === true;
}

export const BATCH: Axis = { id: 'batch', label: 'batch', space: undeclared('batch', 'batch', 'batch') };

export const BEAM: Axis = { id: 'beam', label: 'beam', space: undeclared('beam', 'beam', 'beam') };

/** In one step of decoding: the hypotheses of all examples. */
export const HYPOTHESES: Axis = { id: 'hypotheses', label: 'hypotheses', space: { kind: 'merge', parts: [BATCH.space, BEAM.space] } };

/** Atom of the number of positions along a clock up to now: `t + 1`. */
export const NOW = 'now';

/** Atom of the number of positions before now: `t`. */
export const BEFORE = 'before';

const SO_FAR = '@places';
export const POSITIONS: Space = undeclared(SO_FAR, 'places', NOW);

export function isPositions({ space }: Axis): boolean {
  return space.kind === 'dim' && space.dim.id === SO_FAR;
}

/** What a state has been along a clock: as many positions as the clock, one for the initial value, without that of this step. */
const TAPE = '@tape';
export const TAPE_SO_FAR: Space = undeclared(TAPE, 'tape', NOW);

/** Has it one position more at each step along the clock? */
export function isGrowing(axis: Axis): boolean {
  return isPositions(axis) || (axis.space.kind === 'dim' && axis.space.dim.id === TAPE);
}

const SLOTS = '@slots';

/** What a state has been in a loop of `count` steps. */
export function slotsOf({ id, label }: Dim, count: Dim['size']): Space {
  return { kind: 'dim', dim: { ...undeclared(`${SLOTS} ${id}`, label, '').dim, size: count } };
}

/** Axes of slots are not ragged: those that hold nothing yet are absent by their mask. */
export function isSlots(space: Space): boolean {
  return space.kind === 'dim' && space.dim.id.startsWith(SLOTS);
}
