/** Whole files: the check of every declaration on its own, and models lowered to programs in the 'calls' dialect. */
import type { Declaration, Objective } from '../../grammar/ast.ts';
import { Problems } from '../diagnostics/diagnostic.ts';
import { Builder } from '../graph/builder.ts';
import type { ObjectiveGraph, Program } from '../graph/graph.ts';
import { elaborateModel, reads } from './model.ts';
import { objectivesOf, type LoadedModule, type ModuleSet } from './modules.ts';
import { elaborateObjective } from './objective.ts';
import { begin, contained, within, type Root, type Setup } from './root.ts';
import { isError, notYet, unknownName, type Here } from './scope.ts';
import { checkBlock, checkDecoder } from './standalone.ts';
import { localOptions, optionChoices, warnUnused } from './unused.ts';

export interface LowerOptions {
  /** `--set name=value`: options, dims. */
  readonly set?: ReadonlyMap<string, string | number>;
}

/** What is checked: modules without an error in them, ready to be lowered. */
export interface Checked {
  readonly modules: ModuleSet;
  readonly options: LowerOptions;
}

/**
 * Elaborates every declaration of the user's files once, its formals being distinct and rigid, and once more for training and
 * for each value of each option, so that a branch is right before anybody takes it; reports into `problems`.
 */
export function check(modules: ModuleSet, options: LowerOptions, problems: Problems): Checked | null {
  const set = options.set ?? new Map<string, string | number>();
  const base = { modules, overrides: set, problems, training: false, found: null };
  const own = [...modules.modules.values()].filter((module) => !module.standard || module === modules.entry);
  if (own.some(({ broken }) => broken)) return null;
  unknownOverrides(base);
  checkAll(base);
  checkAll({ ...base, training: true });
  for (const { name, choices, file } of optionChoices(own.map(({ module }) => module))) {
    for (const choice of choices) {
      if (choice === (set.get(name.text) ?? choices[0])) continue;
      const found = { place: { file, start: name.span.start, end: name.span.end }, message: `with \`${name.text} = ${choice}\`` };
      checkAll({ ...base, overrides: new Map([...set, [name.text, choice]]), found });
    }
  }
  if (problems.errors > 0) return null;
  const { here } = begin({ ...base, problems: new Problems(), builder: new Builder(), fixed: new Set() });
  for (const module of own) warnUnused(module.module, reporting(within(module, here), problems));
  return { modules, options };
}

type Variant = Omit<Setup, 'builder' | 'fixed'>;

function checkAll(variant: Variant): void {
  const { modules } = variant;
  for (const module of modules.modules.values()) {
    if (module.standard && module !== modules.entry) continue;
    for (const item of module.module.items) if (item.kind === 'declaration' && !module.damaged.has(item)) settled(variant, (setup) => checkDeclaration(item, module, setup));
  }
  if (variant.training) return;
  for (const objective of objectivesOf(modules.entry.module.items)) if (!modules.entry.damaged.has(objective)) settled(variant, (setup) => checkObjective(objective, setup));
}

function checkDeclaration(item: Declaration, module: LoadedModule, setup: Setup): Root {
  const root = begin(setup);
  const here = within(module, root.here);
  contained(item, here, () => {
    if (item.what === 'model') elaborateModel(item, { ...root, here });
    else if (item.what === 'decoder') checkDecoder(item, module, here);
    else checkBlock(item, module, here);
  });
  return root;
}

function checkObjective(objective: Objective, setup: Setup): Root {
  const root = begin(setup);
  const { here } = root;
  const models = objective.models.map(({ model }) => ({ model, entry: here.scope.own(model.text) }));
  const unknown = models.find(({ entry }) => entry?.kind !== 'declaration' || (entry.declaration.what !== 'model' && entry.declaration.what !== 'decoder'));
  if (unknown !== undefined) {
    const known = [...here.scope.names()].filter((name) => {
      const entry = here.scope.lookup(name);
      return entry?.kind === 'declaration' && entry.declaration.what === 'model';
    });
    if (!isError(unknown.entry)) unknownName(here, 'E0201', unknown.model, 'model', known);
  } else if (models.length !== 1) notYet(here, objective.span, 'an objective over several models');
  else if (models[0]!.entry?.kind === 'declaration') {
    const { declaration, module } = models[0]!.entry;
    if (module.damaged.has(declaration)) return root;
    if (declaration.what === 'decoder') notYet(here, models[0]!.model.span, 'an objective for a decoder by itself');
    else contained(objective, here, () => lowerModel(declaration, { ...root, here: within(module, here) }, [objective], setup));
  }
  return root;
}

/** Every model of the entry file, with its objectives. */
export function lower(checked: Checked, problems: Problems): Program[] {
  const { modules, options } = checked;
  const variant: Variant = { modules, overrides: options.set ?? new Map(), problems, training: false, found: null };
  const programs: Program[] = [];
  for (const item of modules.entry.module.items) {
    if (item.kind !== 'declaration' || item.what !== 'model') continue;
    const objectives = objectivesOf(modules.entry.module.items).filter((objective) => objective.models[0]?.model.text === item.name.text);
    let program: Program | null = null;
    settled(variant, (setup) => {
      const root = begin(setup);
      program = contained(item, root.here, () => lowerModel(item, root, objectives, setup));
      return root;
    });
    if (program !== null) programs.push(program);
  }
  return programs;
}

/**
 * A dim that a `repeat` counts with is a number, not a symbol, in all of an elaboration. Which dims these are is found by
 * elaborating: where one turns up, what was found is dropped, and all begins again.
 */
function settled(variant: Variant, run: (setup: Setup) => Root): void {
  let fixed = new Set<string>();
  for (;;) {
    const problems = new Problems();
    const { ctx } = run({ ...variant, problems, builder: new Builder(), fixed }).here;
    const all = new Set([...fixed, ...ctx.fixedDims]);
    if (all.size === fixed.size) {
      for (const problem of problems.sorted()) variant.problems.report(problem);
      return;
    }
    fixed = all;
  }
}

function unknownOverrides(variant: Variant): void {
  // Here the dims and options of all files are declared even where there is no declaration to check.
  const { here } = begin({ ...variant, builder: new Builder(), fixed: new Set() });
  const { entry, modules } = variant.modules;
  const local = localOptions([...modules.values()].flatMap(({ module }) => module.items.flatMap((item) => (item.kind === 'declaration' ? [item] : []))));
  const known = [...here.scope.names()].filter((name) => ['dim', 'option'].includes(here.scope.lookup(name)?.kind ?? ''));
  const items = new Set(entry.module.items.flatMap((item) => (item.kind === 'dim' ? item.dims.map(({ name }) => name.text) : item.kind === 'option' ? [item.name.text] : [])));
  for (const name of variant.overrides.keys()) {
    if (items.has(name) || local.includes(name)) continue;
    const start = entry.module.span.start;
    unknownName(reporting(here, variant.problems), 'E0201', { text: name, span: { start, end: start } }, 'dim or option to set', [...known, ...local]);
  }
}

function lowerModel(declaration: Declaration, root: Root, objectives: readonly Objective[], setup: Setup): Program | null {
  const { ctx } = root.here;
  const model = elaborateModel(declaration, root);
  if (model === null) return null;
  const training = begin({ ...setup, training: true });
  const trained = objectives.length === 0 ? null : elaborateModel(declaration, { ...training, here: within(root.here.module, training.here) });
  for (const name of training.here.ctx.fixedDims) ctx.fixedDims.add(name);
  const graphs: ObjectiveGraph[] = [];
  for (const objective of objectives) {
    const plain = elaborateObjective(objective, model.here);
    const inTraining = plain === null || trained === null ? null : elaborateObjective(objective, trained.here);
    if (plain === null || inTraining === null) continue;
    const targets = model.decoded === null ? [] : [model.decoded.target, ...model.decoded.inputs];
    graphs.push({
      name: objective.name.text, given: [...targets, ...plain.given], loss: plain.loss, metrics: plain.metrics,
      training: { loss: inTraining.loss, metrics: inTraining.metrics }, optimizer: plain.optimizer, clip: plain.clip,
    });
  }
  return {
    name: declaration.name.text, doc: declaration.doc,
    hyperparameters: root.hyperparameters.filter(({ dim }) => !ctx.fixed.has(dim.id)),
    fixed: root.hyperparameters.filter(({ dim }) => ctx.fixed.has(dim.id)),
    ragged: root.ragged.filter((dim) => reads(model, dim)),
    parameters: [...new Map([...ctx.parameters, ...training.here.ctx.parameters]).values()], inputs: model.inputs, outputs: model.outputs, decoder: model.decoded?.graph ?? null,
    objectives: graphs, requirements: unique([...ctx.requirements, ...training.here.ctx.requirements]),
  };
}

function unique(requirements: Program['requirements']): Program['requirements'] {
  return [...new Map(requirements.map((requirement) => [`${requirement.kind} ${requirement.a.key} ${requirement.b.key}`, requirement])).values()];
}

function reporting(here: Here, problems: Problems): Here {
  return { ...here, ctx: here.ctx.reporting(problems) };
}
