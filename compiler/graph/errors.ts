/** A graph that no lowering and no pass should have made: a fault of the compiler, not of the user's program. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
