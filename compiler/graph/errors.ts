/** An ill-formed graph, which no lowering or pass should produce: a bug in the compiler, not in the user's program. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
