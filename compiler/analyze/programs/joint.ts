/** Objectives over several models: each model is an instance with its own parameters, and the objective says what it is called with. */
import type { Declaration, Objective } from '../../../grammar/ast.ts';
import type { Place } from '../../diagnostics/diagnostic.ts';
import type { ObjectiveGraph, Program, UpdateGraph } from '../../graph/graph.ts';
import { emittedName, type LoadedModule } from '../modules/modules.ts';
import { elaborateObjective } from './objective.ts';
import { begin, within, type Root, type Setup } from './root.ts';
import type { Site, Unrolled } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import { hasDim } from './sized.ts';
import { isTaken } from '../scope/taken.ts';

/** If there are several models, or one with its own name, the objective calls them; else it sees the values inside its one model. */
export function isJoint({ models }: Objective): boolean {
  return models.length > 1 || models.some(({ name }) => name !== null);
}

/** The models of the objective, as far as they are known. */
export function partsOf(objective: Objective, here: Site): { readonly item: Declaration; readonly module: LoadedModule }[] {
  return objective.models.flatMap(({ model }) => {
    const entry = here.scope.own(model.text);
    return entry?.kind === 'declaration' && entry.declaration.what === 'model' && !entry.module.damaged.has(entry.declaration)
      ? [{ item: entry.declaration, module: entry.module }]
      : [];
  });
}

/** @param root of the objective's file */
export function lowerJoint(objective: Objective, root: Root, setup: Setup, callers: Map<string, Place>): Program | null {
  const { here } = root;
  const { ctx } = here;
  const errors = ctx.problems.errors;
  const name = emittedName(objective, setup.modules);
  const training = begin({ ...setup, training: true });
  const names = objective.models.map(({ name, model }) => name ?? model);
  const called = (outer: Site): Site => {
    const scope = new Scope(outer.scope);
    for (const [k, name] of names.entries()) {
      const entry = outer.scope.own(objective.models[k]!.model.text);
      if (entry?.kind !== 'declaration') continue;
      // Paths of parameters begin with either name.
      if (name.text === objective.name.text)
        report(outer, 'E0203', name.span, `the objective and a model in it are both called \`${name.text}\``, {
          fix: 'give one of them another name',
        });
      isTaken(name, outer, scope, { fix: `give each a name: \`for A: ${entry.declaration.name.text}, B: …\`` });
      scope.define(name.text, { kind: 'value', value: { kind: 'instance', entry, statics: [], path: `.${name.text}` }, span: name.span });
    }
    return { ...outer, scope };
  };
  const graph = bothWays(
    objective,
    names.map(({ text }) => text),
    called(here),
    called(within(here.module, training.here)),
  );
  if (graph === null || ctx.problems.errors > errors) return null;
  for (const dim of training.here.ctx.fixedDims) ctx.fixedDims.add(dim);
  for (const [path, place] of [...ctx.parameterCalls, ...training.here.ctx.parameterCalls]) callers.set(`${name} ${path}`, place);
  return {
    name,
    doc: objective.doc,
    file: here.module.path,
    hyperparameters: root.hyperparameters.filter(({ dim }) => !ctx.fixed.has(dim.id)),
    fixed: root.hyperparameters.filter(({ dim }) => ctx.fixed.has(dim.id)),
    ragged: root.ragged.filter((dim) => graph.given.some(({ type }) => hasDim(type, dim))),
    parameters: [...new Map([...ctx.parameters, ...training.here.ctx.parameters]).values()],
    running: [...new Map([...ctx.running, ...training.here.ctx.running]).values()],
    inputs: [],
    outputs: new Map(),
    decoder: null,
    causal: null,
    objectives: [graph],
    parts: partsOf(objective, here).map(({ item, module }, k) => ({
      name: names[k]!.text,
      model: emittedName(item, setup.modules),
      file: module.path,
    })),
    requirements: unique([...ctx.requirements, ...training.here.ctx.requirements]),
    ...(ctx.unrolled.size === 0 ? {} : { unrolled: reasons(ctx.unrolled) }),
  };
}

/** An objective as evaluated outside training, with its losses in training. */
export function bothWays(
  objective: Objective,
  models: string | readonly string[],
  plain: Site,
  training: Site | null,
): ObjectiveGraph | null {
  const outside = elaborateObjective(objective, models, plain);
  const inside = outside === null || training === null ? null : elaborateObjective(objective, models, training);
  if (outside === null || inside === null) return null;
  const updates = outside.updates.map(({ name, trains, loss, metrics, optimizer, clip }, k): UpdateGraph => {
    const found = inside.updates[k]!;
    return { name, trains, loss, metrics, optimizer, clip, training: { loss: found.loss, metrics: found.metrics, running: found.running } };
  });
  return { name: objective.name.text, given: outside.given, updates };
}

/** Why each unrolled `repeat` is unrolled. */
export function reasons(unrolled: ReadonlyMap<string, Unrolled>): ReadonlyMap<string, string> {
  return new Map([...unrolled].map(([path, { reason }]) => [path.replace(/^\./, ''), reason]));
}

export function unique(requirements: Program['requirements']): Program['requirements'] {
  return [
    ...new Map(requirements.map((requirement) => [`${requirement.kind} ${requirement.a.key} ${requirement.b.key}`, requirement])).values(),
  ];
}
