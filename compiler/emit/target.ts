/** What compiled models are emitted as. A target has a folder of its own beside this file, and says here what it gives. */
import type { CompiledModel } from '../passes/core/compiled.ts';

export interface EmitOptions {
  /** `.attn` file to text, for the lines that comments show. */
  readonly sources: ReadonlyMap<string, string>;
  /** First lines of the text, e.g. from which file it was compiled. */
  readonly header: string;
  /** What the module calls the file with its functions as data; left out: it has none. */
  readonly graphs?: string;
}

export interface Target {
  /** One text for all the models of a file. The same models give the same bytes. */
  readonly emit: (models: readonly CompiledModel[], options: EmitOptions) => string;
}
