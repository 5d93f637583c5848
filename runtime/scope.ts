import { engine as activeEngine, tensor_util, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';

/**
 * Runs an emitted function. It disposes of its own intermediate tensors, except when a kernel throws: then everything that it has
 * made is disposed of here.
 */
export function emitted<T>(run: () => T): T {
  const engine = activeEngine();
  engine.startScope();
  let results: Tensor[] = [];
  try {
    const made = run();
    results = tensorsIn(made);
    return made;
  } finally {
    engine.endScope(results);
  }
}

/** The tensors in nested lists and records. */
export function tensorsIn(results: unknown): Tensor[] {
  return tensor_util.getTensorsInContainer(results as TensorContainer);
}
