/** What an axis is called, and which other it is counted along. */
import type { Axis, Space } from '../../graph/graph.ts';
import { innerDims } from '../../graph/spaces.ts';

/** Which of the axes the first inner dim of a space is counted along; one that an input indexes knows only which dim has it. */
export function withinAxis(space: Space, among: readonly Axis[]): number | null {
  const [inner] = innerDims(space);
  const outer = outerOf(space);
  const k = among.findIndex((axis) =>
    inner === undefined ? axis.space.kind === 'dim' && axis.space.dim.id === outer : axis.id === inner.within.id,
  );
  return k < 0 ? null : k;
}

function outerOf(space: Space): string | undefined {
  if (space.kind === 'dim') return space.dim.inside?.id;
  return space.kind === 'anon' ? undefined : space.parts.map(outerOf).find((id) => id !== undefined);
}

/** `words + oov` of a concatenation. */
export function labelOf(space: Space): string | null {
  if (space.kind === 'dim') return space.dim.label;
  const parts = space.kind === 'cat' ? space.parts.map(labelOf) : [];
  return parts.length === 0 || parts.includes(null) ? null : parts.join(' + ');
}
