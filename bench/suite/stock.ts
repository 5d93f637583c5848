/** A backend for those who write their models by hand: `wasm` as its package has it, `tensorflow` as attnc installs it. */
import * as tf from '@tensorflow/tfjs-core';

export async function startBackend(backend: string): Promise<void> {
  if (backend === 'wasm') {
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
  } else {
    // tfjs-node's own entry point works only where its installer still does: attnc loads its parts, and the addon it has built.
    await (await import('attnc/runtime')).useBackend('tensorflow');
  }
  await tf.ready();
}
