import { env } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll } from 'vitest';
import type { BackendName } from '../../runtime/index.ts';
import { useKernelsOf } from './dense.ts';

/** The tests of a block run on the backend's own kernels; those after it as tfjs has it, which leaves small tensors of webgpu to the host. */
export function onKernelsOf(backend: BackendName): void {
  beforeAll(() => useKernelsOf(backend));
  afterAll(() => {
    if (backend === 'webgpu') env().set('WEBGPU_CPU_FORWARD', true);
  });
}
