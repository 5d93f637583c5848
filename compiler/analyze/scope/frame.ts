/** The axes of a body, kept apart from those of its callers. */
import type { Axis, Dim, Space } from '../../graph/graph.ts';
import { dimSpace, isRagged, relocated, sameSpace, sizeOf, spaceKey } from '../../graph/spaces.ts';

/**
 * One body's own axes. Where a dim is `ragged in` another, it belongs to one axis of that one in each body: to one of the
 * body's own, or to an axis of a caller, at one position of which the body stands.
 *
 * Inside a frame an axis is known by its label; its id tells the frames apart (hygiene). */
export class Frame {
  private readonly byLabel = new Map<string, Axis[]>();
  /** By the id of an inner dim. */
  private readonly parents = new Map<string, Axis>();
  /** Ids of axes of callers, at one position of which the body stands. */
  private readonly around = new Set<string>();
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** The axis of that label and space; a label that stands for two spaces in one body gets two ids. */
  axis(label: string, given: Space): Axis {
    const space = relocated(given, (dim) => this.parent(dim));
    const known = this.byLabel.get(label) ?? [];
    const found = known.find((axis) => axisKey(axis.space) === axisKey(space));
    // One size is one id; whose positions they are (the space) is each value's own.
    if (found !== undefined) return sameSpace(found.space, space) ? found : { ...found, space };
    const suffix = known.length === 0 ? '' : `~${known.length + 1}`;
    const axis: Axis = { id: `${this.id}${label}${suffix}`, label, space };
    this.byLabel.set(label, [...known, axis]);
    return axis;
  }

  /** The axis each of whose positions has a length of the inner dim. */
  parent(dim: Dim): Axis {
    return this.parents.get(dim.id) ?? this.axis(dim.inside!.label, dimSpace(dim.inside!));
  }

  /** False where the dim belongs to another axis already. */
  belongs(dim: Dim, axis: Axis, outside: boolean): boolean {
    const known = this.parents.get(dim.id);
    if (known !== undefined && known.id !== axis.id) return false;
    this.parents.set(dim.id, axis);
    if (outside) this.around.add(axis.id);
    return true;
  }

  /** Does the body stand at one position of that axis? */
  standsIn(axis: Axis): boolean {
    return this.around.has(axis.id);
  }

  /** The space of an axis that some value of this body has. */
  space(label: string): Space | null {
    return this.byLabel.get(label)?.at(-1)?.space ?? null;
  }
}

function axisKey(space: Space): string {
  return isRagged(space) ? `ragged ${spaceKey(space)}` : sizeOf(space).key;
}
