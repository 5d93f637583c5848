/** The tfjs backends that generated programs can run on. */
export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** Fastest first: the order in which `auto` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/**
 * How functions run: operation by operation, as one graph, as one graph that XLA compiles for its shapes; `auto`: as graphs in
 * training that is long enough to repay them.
 */
export const EXECUTIONS = ['auto', 'eager', 'graph', 'xla'] as const;
export type Execution = (typeof EXECUTIONS)[number];

export function isExecution(name: string): name is Execution {
  return (EXECUTIONS as readonly string[]).includes(name);
}

/** What `attnc doctor` reports of one backend. */
export interface BackendReport {
  readonly name: BackendName;
  readonly usable: boolean;
  /** May `auto` take it? Only if it is usable, and not a software GPU. */
  readonly auto: boolean;
  /** Version and device, or the reason why it is not usable. */
  readonly detail: string;
  readonly remedy?: string;
}

/** A backend that can be made active now. */
export interface PreparedBackend {
  /** Version and device in words. */
  readonly detail: string;
  /** False for a software GPU, which `auto` skips: it is for checking, not for speed. */
  readonly suitableForAuto: boolean;
  /**
   * Starts the backend and registers it with tfjs-core, unless it is there already.
   *
   * @throws BackendError if it does not start
   */
  start(): Promise<void>;
}

/** Why a backend cannot be used here, or that none is active, and what to do about it. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  /** Was it merely never installed here, which is not an error? */
  readonly absent: boolean;
  /** Null if it is not about a particular one. */
  readonly backend: BackendName | null;
  readonly reason: string;
  readonly remedy: string;

  constructor(backend: BackendName | null, reason: string, remedy: string, options?: ErrorOptions & { readonly absent?: boolean }) {
    super(`${backend === null ? '' : `the backend '${backend}' cannot be used: `}${reason}\n  fix: ${remedy}`, options);
    this.backend = backend;
    this.reason = reason;
    this.remedy = remedy;
    this.absent = options?.absent === true;
  }
}

export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
