/** What the server's two threads tell each other: one answers the editor, the other checks programs, which may take a second. */
import type { Diagnostic } from '../index.ts';

export interface CheckRequest {
  readonly path: string;
  /** Texts of open files, by the compiler's name for them. */
  readonly open: ReadonlyMap<string, string>;
}

export interface CheckAnswer {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly types: Map<string, Map<string, string>>;
  /** What went wrong in the compiler itself; null: nothing. */
  readonly failure: string | null;
}
