/** The functions of models as data: what a way of execution builds whole graphs from. */
import { mapFunctions, type CompiledModel } from '../../passes/core/compiled.ts';
import type { GraphFile, GraphFunction, ModelGraphs } from '../../../runtime/graphs/format.ts';
import type { Target } from '../target.ts';
import { dimNames } from '../typescript/definition/dims.ts';
import { Sources } from '../typescript/sources.ts';
import { lowerFunction, NotAsData } from './lower.ts';

export const graphs: Target = {
  emit: (models, options) => {
    const sources = new Sources(options.sources);
    const file: GraphFile = { version: 1, models: models.map((model) => graphsOf(model, sources)) };
    return `${JSON.stringify(file)}\n`;
  },
};

function graphsOf(model: CompiledModel, sources: Sources): ModelGraphs {
  const { atomName } = dimNames(model);
  const functions: Record<string, GraphFunction> = {};
  mapFunctions(model, (name, roots) => {
    try {
      functions[name] = lowerFunction(roots, atomName, ({ origin }) => sources.place(origin));
    } catch (error) {
      if (!(error instanceof NotAsData)) throw error;
    }
    return roots;
  });
  return functions;
}
