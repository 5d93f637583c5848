import * as tf from '@tensorflow/tfjs-core';
import { activateRegistered } from './registration.ts';
import type { PreparedBackend } from './types.ts';

/** The plain JavaScript backend: everywhere, slow, the reference of the others. */
export async function prepareCpu(): Promise<PreparedBackend> {
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  return {
    detail: `plain JavaScript, tfjs ${version}`,
    suitableForAuto: true,
    async activate() {
      await activateRegistered('cpu', 'reinstall it: npm install @tensorflow/tfjs-backend-cpu');
      silenceAdvertisement(tf.backend());
    },
  };
}

// Its first tensor under Node prints a ten-line advertisement for tfjs-node, which must not mix with a program's output.
function silenceAdvertisement(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false;
}
