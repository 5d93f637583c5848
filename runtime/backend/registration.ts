import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './types.ts';
import type { BackendName } from './types.ts';

/** Makes an already registered backend active. tfjs-core reports a failed start as `false` and a console warning. */
export async function activateRegistered(name: BackendName, remedy: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new BackendError(name, 'tfjs-core could not start it', remedy);
  await tf.ready();
}
