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
  /** Registers the backend with tfjs-core if it is not, and makes it the active one. */
  activate(): Promise<void>;
}

/** Why a backend cannot be used here, or none is there, and what to do about it. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  /** Null where it is not about one of them. */
  readonly backend: BackendName | null;
  readonly reason: string;
  readonly remedy: string;

  constructor(backend: BackendName | null, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${backend === null ? '' : `the backend '${backend}' cannot be used: `}${reason}\n  fix: ${remedy}`, options);
    this.backend = backend;
    this.reason = reason;
    this.remedy = remedy;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
