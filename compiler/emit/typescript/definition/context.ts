/** What the emitter knows of one model while it writes it. */
import type { CompiledModel } from '../../../passes/core/compiled.ts';
import type { DimNames } from '../../naming/dims.ts';
import type { ModuleNames, ProgramNames } from '../module-names.ts';
import type { Sources } from '../../naming/sources.ts';

export interface ModelContext extends DimNames {
  readonly model: CompiledModel;
  readonly sources: Sources;
  /** What the module's declarations for it are called. */
  readonly names: ProgramNames;
  readonly module: ModuleNames;
  /** The generated sequence in examples, e.g. `y`, if the model generates one. */
  readonly output: string | null;
  /** The file that has the functions as data, and the model's number in it; null: there is none. */
  readonly graphs: { readonly file: string; readonly model: number } | null;
}
