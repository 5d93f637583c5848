/** Axes that no program declares: the batch, the beam, and axes that grow from step to step. */
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

/** Does it have one element per round of a `repeat`? */
export function isOfRounds(node: Node): boolean {
  return axesOf(node)[0]?.rounds === true;
}

export const BATCH: Axis = { id: 'batch', label: 'batch', space: undeclared('batch', 'batch', 'batch') };

export const BEAM: Axis = { id: 'beam', label: 'beam', space: undeclared('beam', 'beam', 'beam') };

/** In one decoding step: the hypotheses of all examples. */
export const HYPOTHESES: Axis = { id: 'hypotheses', label: 'hypotheses', space: { kind: 'merge', parts: [BATCH.space, BEAM.space] } };

/** Atom for the number of positions along a clock so far: `t + 1`. */
export const NOW = 'now';

/** Atom for the number of earlier positions: `t`. */
export const BEFORE = 'before';

const SO_FAR = '@places';
export const POSITIONS: Space = undeclared(SO_FAR, 'places', NOW);

export function isPositions({ space }: Axis): boolean {
  return space.kind === 'dim' && space.dim.id === SO_FAR;
}

/** The past values of a state along a clock, without this step's: as many as the clock has positions, the initial value included. */
const TAPE = '@tape';
export const TAPE_SO_FAR: Space = undeclared(TAPE, 'tape', NOW);

/** Does it grow by one position at each step along the clock? */
export function isGrowing(axis: Axis): boolean {
  return isPositions(axis) || (axis.space.kind === 'dim' && axis.space.dim.id === TAPE);
}

/** Of a step whose caches have room for a fixed number of positions: all of them, those so far and those to come. */
export const CAPACITY = undeclared('@capacity', 'capacity', 'capacity');

export function isCapacity({ space }: Axis): boolean {
  return space.kind === 'dim' && space.dim.id === CAPACITY.dim.id;
}

const SLOTS = '@slots';

/** The past values of a state in a loop of `count` steps. */
export function slotsOf({ id, label }: Dim, count: Dim['size']): Space {
  return { kind: 'dim', dim: { ...undeclared(`${SLOTS} ${id}`, label, '').dim, size: count } };
}

/** Slot axes are not ragged: slots that hold nothing yet are absent by their mask. */
export function isSlots(space: Space): boolean {
  return space.kind === 'dim' && space.dim.id.startsWith(SLOTS);
}
