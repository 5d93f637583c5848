/** The tfjs backends that generated programs can run on. */
export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** Fastest first: the order in which `auto` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/** What `attnc doctor` says of one backend. */
export interface BackendReport {
  readonly name: BackendName;
  readonly usable: boolean;
  /** Whether `auto` may take it: usable, and not a software GPU. */
  readonly auto: boolean;
  /** Version and device, or the reason why it is not usable. */
  readonly detail: string;
  readonly remedy?: string;
}

/** A backend that can be made active now. */
export interface PreparedBackend {
  /** Version and device in words. */
  readonly detail: string;
  /** False for a software GPU, which `auto` passes over: it is for checking, not for speed. */
  readonly suitableForAuto: boolean;
  /**
   * Starts the backend and registers it with tfjs-core, unless it is there already.
   *
   * @throws BackendError where it does not start
   */
  start(): Promise<void>;
}

/** Why a backend cannot be used here, or none is there, and what to do about it. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  /** Whether it was merely never installed here, which is not a fault. */
  readonly absent: boolean;
  /** Null where it is not about one of them. */
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
