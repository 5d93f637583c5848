import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs an emitted function. It disposes of what it makes by itself, but not where a kernel throws on the way: then nothing
 * that it has made stays either.
 */
export function emitted<T>(run: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  let results: tf.Tensor[] = [];
  try {
    const made = run();
    results = tf.tensor_util.getTensorsInContainer(made as tf.TensorContainer);
    return made;
  } finally {
    engine.endScope(results);
  }
}
