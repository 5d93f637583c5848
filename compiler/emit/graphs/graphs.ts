/** The functions of models as data: what a way of execution builds whole graphs from. */
import type { Node } from '../../graph/graph.ts';
import { mapFunctions, type CompiledModel } from '../../passes/core/compiled.ts';
import type { GraphFile, GraphFunction, ModelGraphs, StepFunction } from '../../../runtime/graphs/format.ts';
import type { Target } from '../target.ts';
import { dimNames } from '../naming/dims.ts';
import { Sources } from '../naming/sources.ts';
import { lowerFunction, lowerStep, NotAsData } from './lower.ts';

export const graphs: Target = {
  emit: (models, options) => {
    const sources = new Sources(options.sources);
    const file: GraphFile = { version: 2, models: models.map((model) => graphsOf(model, sources)) };
    return `${JSON.stringify(file)}\n`;
  },
};

function graphsOf(model: CompiledModel, sources: Sources): ModelGraphs {
  const { atomName } = dimNames(model);
  const place = ({ origin }: Node): string => sources.expression(origin);
  const functions: Record<string, GraphFunction> = {};
  mapFunctions(model, (name, roots) => {
    const made = name.endsWith('step') ? null : asData(() => lowerFunction(roots, atomName, place));
    if (made !== null) functions[name] = made;
    return roots;
  });
  const fixed = model.decoder?.fixed ?? null;
  const step: StepFunction | null = fixed === null ? null : asData(() => lowerStep(fixed, atomName, place));
  return { functions, step };
}

function asData<T>(lower: () => T): T | null {
  try {
    return lower();
  } catch (error) {
    if (error instanceof NotAsData) return null;
    throw error;
  }
}
