/** What the emitter knows of one model while it writes it. */
import type { Dim } from '../../../graph/graph.ts';
import type { CompiledModel } from '../../../passes/core/compiled.ts';
import type { ModuleNames, ProgramNames } from '../module-names.ts';
import type { Sources } from '../sources.ts';

export interface ModelContext {
  readonly model: CompiledModel;
  readonly sources: Sources;
  /** What the module's declarations for it are called. */
  readonly names: ProgramNames;
  readonly module: ModuleNames;
  readonly atomName: (atom: string) => string;
  /** The name of a dim in `n`. */
  readonly dimName: (dim: Dim) => string;
  /** The generated sequence in examples, e.g. `y`, if the model generates one. */
  readonly output: string | null;
}
