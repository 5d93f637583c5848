import { GraphError } from '../../graph/errors.ts';
import type { Origin } from '../../graph/graph.ts';

/** E0704: an expression for which a step cannot keep what later steps read. */
export class NoStep extends GraphError {
  readonly origin: Origin;
  readonly fix: string;

  constructor(origin: Origin, message: string, fix = 'compute it outside of the loop, for all positions of the clock at once') {
    super(message);
    this.origin = origin;
    this.fix = fix;
  }
}
