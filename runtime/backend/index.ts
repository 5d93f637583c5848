import * as tf from '@tensorflow/tfjs-core';
import { prepareTensorflow } from './host.ts';
import { InputError } from '../errors.ts';
import { activeSessions } from '../graphs/sessions.ts';
import { BACKEND_NAMES, BackendError, EXECUTIONS, messageOf } from './types.ts';
import type { Execution, BackendName, BackendReport, PreparedBackend } from './types.ts';

export { BACKEND_NAMES, BackendError, EXECUTIONS } from './types.ts';
export type { BackendName, BackendReport, Execution } from './types.ts';

// Each backend is loaded only on request: one may be missing, and all of them take time to load.
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

export interface BackendOptions {
  /**
   * How functions run on native TensorFlow: operation by operation, as graphs, compiled by XLA, or (`auto`) what pays. Default: what
   * the environment's ATTNC_EXECUTION says, or `auto`.
   */
  readonly execution?: Execution | undefined;
}

/** The active backend. */
export interface ActiveBackend {
  readonly name: BackendName;
  /** Version and device in words. */
  readonly detail: string;
  /** The backends that `auto` tried before this one, and why it skipped them. */
  readonly passed: readonly BackendReport[];
  /** How functions run on native TensorFlow; null on others, which run them operation by operation. */
  readonly execution: Execution | null;
}

/**
 * Makes `name` the active tfjs-core backend.
 *
 * `auto` takes the fastest one usable here: tensorflow, webgpu on a hardware adapter, wasm, cpu. One that ought to work and does
 * not is named on the console; one that was never installed is not.
 * A backend asked for by name is that one or an error, never a silent fallback.
 *
 * @throws BackendError with the reason and the remedy, InputError for a name that no backend has
 */
export async function useBackend(name: BackendName | 'auto', options: BackendOptions = {}): Promise<ActiveBackend> {
  const { execution } = options;
  if (execution !== undefined && !EXECUTIONS.includes(execution))
    throw new InputError(`there is no way of execution '${String(execution)}': choose ${EXECUTIONS.join(', ')}`);
  const active = await chosen(name);
  const sessions = activeSessions();
  if (sessions !== null) sessions.execution = execution ?? sessions.usual;
  else if (execution === 'graph' || execution === 'xla')
    throw new InputError(`the backend '${active.name}' runs operation by operation: execution '${execution}' is for tensorflow`);
  return { ...active, execution: sessions?.execution ?? null };
}

async function chosen(name: BackendName | 'auto'): Promise<Omit<ActiveBackend, 'execution'>> {
  if (name !== 'auto') {
    if (!BACKEND_NAMES.includes(name)) {
      throw new InputError(`there is no backend '${String(name)}': choose auto, ${BACKEND_NAMES.join(', ')}`);
    }
    return activate(name, await prepare(name), []);
  }
  const passed: BackendReport[] = [];
  for (const candidate of BACKEND_NAMES) {
    try {
      const prepared = await prepare(candidate);
      if (prepared.suitableForAuto) return await activate(candidate, prepared, passed);
      passed.push(reportOf(candidate, prepared));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      passed.push(refusal(candidate, error));
      if (!error.absent) console.warn(`attnc: ${error.message}`);
    }
  }
  throw new BackendError(
    null,
    `no backend is usable here (${passed.map((each) => `${each.name}: ${each.detail}`).join('; ')})`,
    'reinstall the package: npm install attnc',
  );
}

async function activate(
  name: BackendName,
  prepared: PreparedBackend,
  passed: readonly BackendReport[],
): Promise<Omit<ActiveBackend, 'execution'>> {
  await prepared.start();
  if (!(await tf.setBackend(name)) || tf.getBackend() !== name) {
    throw new BackendError(
      name,
      `tfjs-core has '${tf.getBackend()}' active instead`,
      'make sure that only one copy of @tensorflow/tfjs-core is installed: npm ls @tensorflow/tfjs-core',
    );
  }
  return { name, detail: prepared.detail, passed };
}

/** Reports which backends are usable here, fastest first, by starting each of them. The active backend does not change. */
export async function reportBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const name of BACKEND_NAMES) {
    try {
      const prepared = await prepare(name);
      await prepared.start();
      reports.push(reportOf(name, prepared));
    } catch (error) {
      reports.push(refusal(name, error));
    }
  }
  return reports;
}

function reportOf(name: BackendName, { detail, suitableForAuto }: PreparedBackend): BackendReport {
  return { name, usable: true, auto: suitableForAuto, detail };
}

function refusal(name: BackendName, error: unknown): BackendReport {
  return error instanceof BackendError
    ? { name, usable: false, auto: false, detail: error.reason, remedy: error.remedy }
    : { name, usable: false, auto: false, detail: messageOf(error) };
}
