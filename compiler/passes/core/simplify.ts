/** 'batched' to 'batched': merges equal nodes, applies algebraic identities, and drops what no root needs. */
import type { Roots } from './compiled.ts';
import { GraphBuilder } from './graph-builder.ts';
import { analyse, mapRoots, Pass } from './pass.ts';
import { algebra } from './algebra.ts';

export function simplify(roots: Roots): Roots {
  const rebuild = new Pass(new GraphBuilder(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => rebuild.get(node));
}
