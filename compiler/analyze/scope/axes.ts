/** Axes and dims as a body knows them. */
import type { Axis, Node, Space, TensorType } from '../../graph/graph.ts';
import { isRagged, sameSpace, sizeOf } from '../../graph/spaces.ts';
import { equalSizes } from '../../size/size.ts';
import type { Site } from './context.ts';

export function typeOf(node: Node): TensorType {
  return node.types[0]!;
}

/** Do two axes agree in size? Two ragged dims never do: each has its own length in every example. */
export function agree(here: Site, a: Space, b: Space): 'equal' | 'different' | 'unknown' {
  const raggedA = isRagged(a);
  if (raggedA !== isRagged(b)) return 'different';
  if (raggedA && sameSpace(a, b)) return 'equal';
  return equalSizes(sizeOf(a), sizeOf(b), here.ctx.facts);
}

export function axisByLabel(node: Node, label: string): Axis | null {
  return typeOf(node).axes.find((axis) => axis.label === label) ?? null;
}

/** The name of a space's dim here: in a block, the formal bound to it. */
export function nameOfSpace(space: Space, here: Site): string | null {
  for (const name of here.scope.names()) {
    const entry = here.scope.lookup(name);
    if (entry?.kind === 'dim' && entry.span === null && sameSpace(entry.space, space)) return name;
  }
  if (space.kind === 'dim') return space.dim.label;
  for (const name of here.scope.names()) {
    const entry = here.scope.lookup(name);
    if (entry?.kind === 'dim' && sameSpace(entry.space, space)) return name;
  }
  return null;
}

export function dimNames(here: Site): string[] {
  return [...here.scope.names()].filter((name) => here.scope.lookup(name)?.kind === 'dim');
}

export function labels(node: Node): string[] {
  return typeOf(node).axes.map((axis) => axis.label);
}
