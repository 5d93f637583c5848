import { engine as activeEngine, tensor_util, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';

/**
 * Runs an emitted function. It disposes of what it makes by itself, but not where a kernel throws on the way: then nothing
 * that it has made stays either.
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

/** The tensors in lists and records of them. */
export function tensorsIn(results: unknown): Tensor[] {
  return tensor_util.getTensorsInContainer(results as TensorContainer);
}
