/** 'batched' to 'batched': equal nodes are one, identities of algebra are applied, and nothing is left that no root needs. */
import type { Roots } from './compiled.ts';
import { GraphBuilder } from './graph-builder.ts';
import { analyse, mapRoots, Pass } from './pass.ts';
import { algebra } from './algebra.ts';

export function simplify(roots: Roots): Roots {
  const rebuild = new Pass(new GraphBuilder(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => rebuild.get(node));
}
