/** 'batched' to 'batched': equal nodes are one, identities of algebra are applied, and nothing is left that no root needs. */
import type { Roots } from './compiled.ts';
import { Maker } from './maker.ts';
import { analyse, mapRoots, Rebuild } from './rebuild.ts';
import { algebra } from './algebra.ts';

export function simplify(roots: Roots): Roots {
  const rebuild = new Rebuild(new Maker(algebra), analyse(roots.values()));
  return mapRoots(roots, (node) => rebuild.get(node));
}
