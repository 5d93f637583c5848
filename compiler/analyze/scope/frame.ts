/** The axes of a body, kept apart from those of its callers. */
import type { Axis, Dim, Space } from '../../graph/graph.ts';
import { dimSpace, isRagged, relocated, sameSpace, sizeOf, spaceKey } from '../../graph/spaces.ts';

/**
 * The axes of one body. Where a dim is `ragged in` another, in each body it belongs to one axis of the outer dim: to one of the
 * body's own, or to a caller's axis at one position of which the body runs.
 *
 * Inside a frame an axis is known by its label; its id distinguishes frames (hygiene).
 */
export class Frame {
  private readonly byLabel = new Map<string, Axis[]>();
  /** By the id of an inner dim. */
  private readonly parents = new Map<string, Axis>();
  /** Ids of callers' axes at one position of which the body runs. */
  private readonly around = new Set<string>();
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** The axis with that label and space; a label with two spaces in one body gets two ids. */
  axis(label: string, given: Space): Axis {
    const space = relocated(given, (dim) => this.parent(dim));
    const known = this.byLabel.get(label) ?? [];
    const found = known.find((axis) => axisKey(axis.space) === axisKey(space));
    // Axes of one size share an id; whose positions they are (the space) is up to each value.
    if (found !== undefined) return sameSpace(found.space, space) ? found : { ...found, space };
    const suffix = known.length === 0 ? '' : `~${known.length + 1}`;
    const axis: Axis = { id: `${this.id}${label}${suffix}`, label, space };
    this.byLabel.set(label, [...known, axis]);
    return axis;
  }

  /** The outer axis, each of whose positions has a length of the inner dim. */
  parent(dim: Dim): Axis {
    return this.parents.get(dim.id) ?? this.axis(dim.inside!.label, dimSpace(dim.inside!));
  }

  /** False where the dim already belongs to another axis. */
  belongs(dim: Dim, axis: Axis, outside: boolean): boolean {
    const known = this.parents.get(dim.id);
    if (known !== undefined && known.id !== axis.id) return false;
    this.parents.set(dim.id, axis);
    if (outside) this.around.add(axis.id);
    return true;
  }

  /** Does the body run at one position of that axis? */
  standsIn(axis: Axis): boolean {
    return this.around.has(axis.id);
  }

  /** The space of an axis of some value in this body. */
  space(label: string): Space | null {
    return this.byLabel.get(label)?.at(-1)?.space ?? null;
  }
}

function axisKey(space: Space): string {
  return isRagged(space) ? `ragged ${spaceKey(space)}` : sizeOf(space).key;
}
