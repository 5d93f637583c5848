/**
 * No emitted operation exceeds what a backend can compute: the last pass rewrites those that would, and what it cannot rewrite is
 * refused here.
 */
import { GraphError } from '../../graph/errors.ts';
import type { Origin } from '../../graph/graph.ts';
import { excessOf } from '../../graph/limits.ts';
import type { Roots } from '../core/compiled.ts';
import { inOrder } from './build.ts';

/** E0901: an expression that some backend cannot compute in any form. */
export class BeyondLimits extends GraphError {
  readonly origin: Origin;

  constructor(origin: Origin, message: string) {
    super(message);
    this.origin = origin;
  }
}

/** @throws BeyondLimits at the first node that exceeds a limit */
export function requireWithinLimits(roots: Roots): Roots {
  for (const node of inOrder([...roots.values()])) {
    const excess = excessOf(node);
    if (excess !== null) throw new BeyondLimits(node.origin, excess);
  }
  return roots;
}
