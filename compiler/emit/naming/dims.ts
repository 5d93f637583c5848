/** What the sizes of a model are called in `n`. */
import type { Dim } from '../../graph/graph.ts';
import type { CompiledModel } from '../../passes/core/compiled.ts';
import { atomOf } from '../../size/size.ts';
import { Names } from './names.ts';

export interface DimNames {
  readonly atomName: (atom: string) => string;
  /** The name of a dim in `n`. */
  readonly dimName: (dim: Dim) => string;
}

/** Dims by label; where several have one, the program's own does, and the others are numbered. */
export function dimNames({ program }: Pick<CompiledModel, 'program'>): DimNames {
  const dims = [...[...program.hyperparameters, ...program.fixed].map(({ dim }) => dim), ...program.ragged];
  const numbered = new Names(dims.map(({ label }) => label));
  const names = new Map<string, string>();
  for (const { id, label } of [...dims.filter(({ id, label }) => id === label), ...dims.filter(({ id, label }) => id !== label)]) {
    if (!names.has(id)) names.set(id, [...names.values()].includes(label) ? numbered.take(label) : label);
  }
  const dimName = ({ id, label }: Dim): string => names.get(id) ?? label;
  const byAtom = new Map(dims.map((dim) => [atomOf(dim.size), dimName(dim)]));
  return { dimName, atomName: (atom) => byAtom.get(atom) ?? atom };
}
