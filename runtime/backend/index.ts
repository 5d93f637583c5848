import * as tf from '@tensorflow/tfjs-core';
import { prepareTensorflow } from './host.ts';
import { BACKEND_NAMES, BackendError, messageOf } from './types.ts';
import type { BackendName, BackendReport, PreparedBackend } from './types.ts';

export { BACKEND_NAMES, BackendError } from './types.ts';
export type { BackendName, BackendReport } from './types.ts';

// Each backend is loaded only when it is asked for: one may be missing, and all of them take time to load.
async function prepare(name: BackendName): Promise<PreparedBackend> {
  switch (name) {
    case 'tensorflow':
      return prepareTensorflow();
    case 'webgpu':
      return (await import('./webgpu.ts')).prepareWebgpu();
    case 'wasm':
      return (await import('./wasm.ts')).prepareWasm();
    case 'cpu':
      return (await import('./cpu.ts')).prepareCpu();
  }
}

/**
 * Makes `name` the active tfjs-core backend.
 *
 * `auto` takes the fastest one usable here: tensorflow, webgpu on a hardware adapter, wasm, cpu.
 * A backend asked for by name is that one or an error, never a silent fallback.
 *
 * @returns the backend that is active now, with its version and device in words
 * @throws BackendError with the reason and the remedy
 */
export async function useBackend(name: BackendName | 'auto'): Promise<{ name: BackendName; detail: string }> {
  if (name !== 'auto') {
    if (!BACKEND_NAMES.includes(name)) {
      throw new RangeError(`there is no backend '${String(name)}': choose auto, ${BACKEND_NAMES.join(', ')}`);
    }
    return activate(name, await prepare(name));
  }
  const refused: string[] = [];
  for (const candidate of BACKEND_NAMES) {
    try {
      const prepared = await prepare(candidate);
      if (prepared.suitableForAuto) return await activate(candidate, prepared);
      refused.push(`${candidate}: ${prepared.detail}`);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      refused.push(`${candidate}: ${error.reason}`);
    }
  }
  throw new BackendError(null, `no backend is usable here (${refused.join('; ')})`, 'reinstall the package: npm install attnc');
}

async function activate(name: BackendName, prepared: PreparedBackend): Promise<{ name: BackendName; detail: string }> {
  await prepared.activate();
  if (tf.getBackend() !== name) {
    throw new BackendError(name, `tfjs-core has '${tf.getBackend()}' active instead`, 'make sure that only one copy of @tensorflow/tfjs-core is installed: npm ls @tensorflow/tfjs-core');
  }
  return { name, detail: prepared.detail };
}

/** Which backends are usable here, fastest first. The active backend stays as it is. */
export async function reportBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const name of BACKEND_NAMES) {
    try {
      const { detail, suitableForAuto } = await prepare(name);
      reports.push({ name, usable: true, auto: suitableForAuto, detail });
    } catch (error) {
      reports.push(
        error instanceof BackendError
          ? { name, usable: false, auto: false, detail: error.reason, remedy: error.remedy }
          : { name, usable: false, auto: false, detail: messageOf(error) },
      );
    }
  }
  return reports;
}
