/** Whole files: checks every declaration on its own, and lowers models to programs in the 'calls' dialect. */
import type { Declaration, Objective } from '../../../grammar/ast.ts';
import { Problems, settingPlace, type Place } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { Builder } from '../../graph/builder.ts';
import type { DecoderGraph, Node, ObjectiveGraph, Program } from '../../graph/graph.ts';
import { apartFromOthers } from '../expressions/across.ts';
import { asModel } from './decoder-as-model.ts';
import { elaborateModel } from './model.ts';
import { hasDim, reportUnsized, toldDims } from './sized.ts';
import { emittedName, entryItems, settingOf, sharedBy, type LoadedModule, type ModuleSet } from '../modules/modules.ts';
import { refuseNames } from '../modules/reserved.ts';
import { begin, contained, within, type Root, type Setup } from './root.ts';
import type { Observe, Site, Unrolled } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { isError, type DeclarationEntry } from '../scope/values.ts';
import { bothWays, isJoint, lowerJoint, partsOf, reasons, unique } from './joint.ts';
import { checkBlock, checkDecoder } from './standalone.ts';
import { localOptions, optionChoices, warnUnused } from './unused.ts';
import { reportImpossibleSizes } from './impossible-sizes.ts';
import { Words } from '../modules/words.ts';
import { unknownOf } from '../scope/unknown.ts';

export interface LowerOptions {
  /** `--set name=value`: options, dims. */
  readonly set?: ReadonlyMap<string, string | number>;
  /** Sees every expression of the user's files with its value, options being as they are set. */
  readonly observe?: Observe;
}

/**
 * The result of checking: modules, and the models that the entry file declares or imports, in the 'calls' dialect, with their
 * objectives.
 */
export interface Checked {
  readonly modules: ModuleSet;
  readonly options: LowerOptions;
  readonly programs: readonly Program[];
  /** Decoders that no model uses, as models of their own: each must have a derivable step, whoever calls it. */
  readonly alone: readonly Program[];
  /** For parameters that the standard library declares: the user's call that brings them in, by `callerKey`. */
  readonly callers: ReadonlyMap<string, Place>;
}

export function callerKey(program: string, path: string): string {
  return `${program} ${path}`;
}

/**
 * Elaborates every declaration of the user's files once, its formals being distinct and rigid; and again for training and for
 * each value of an option, where these make a difference, so that a branch is right before anyone takes it. Reports into
 * `problems`. A model is elaborated with its objectives, in training and out of it.
 */
export function check(modules: ModuleSet, options: LowerOptions, problems: Problems): Checked | null {
  const set = options.set ?? new Map<string, string | number>();
  const base: Variant = { modules, overrides: set, problems, training: false, found: null, tooLarge: new Set() };
  const own = [...modules.modules.values()].filter((module) => !module.standard || module === modules.entry);
  if (own.some(({ broken }) => broken)) return null;
  const errors = problems.errors;
  for (const module of own) refuseNames(module, problems);
  if (problems.errors > errors) return null;
  unknownOverrides(base);
  const words = new Words([...modules.modules.values()].flatMap(({ module }) => module.items));
  const callers = new Map<string, Place>();
  const seen = options.observe === undefined ? base : { ...base, observe: options.observe };
  const programs = checkAll(seen, () => true, callers);
  checkAll({ ...base, training: true }, (item) => ['training', 'dropout', 'running'].some((word) => words.reach(item, word)));
  const shared = sharedBy(modules);
  for (const { name, choices, file } of optionChoices(own.map(({ module }) => module))) {
    const known = settingOf(name.text, modules.modules.get(file)!, modules, shared);
    for (const choice of choices) {
      if (choice === (set.get(known) ?? choices[0])) continue;
      const found = { place: { file, start: name.span.start, end: name.span.end }, message: `with \`${name.text} = ${choice}\`` };
      checkAll({ ...base, overrides: new Map([...set, [known, choice]]), found }, (item) => words.reach(item, name.text));
    }
  }
  if (problems.errors > 0) return null;
  const { here } = begin({ ...base, problems: new Problems(), builder: new Builder(), fixed: new Set(), unrolled: new Map() });
  for (const module of own) warnUnused(module, modules, reporting(within(module, here), problems));
  reportImpossibleSizes(programs, problems);
  return { modules, options, programs, alone: own.flatMap((module) => decodersAlone(base, module, programs)), callers };
}

function decodersAlone(base: Variant, module: LoadedModule, programs: readonly Program[]): readonly Program[] {
  const found: Program[] = [];
  for (const item of module.module.items) {
    if (item.kind !== 'declaration' || item.what !== 'decoder' || programs.some(({ decoder }) => decoder?.name === item.name.text))
      continue;
    // What cannot be a model by itself, such as a decoder that takes a map, is checked where it is called.
    const problems = new Problems();
    let program: Program | null = null;
    settled({ ...base, problems }, (setup) => {
      const root = begin(setup);
      const here = within(module, root.here);
      program = contained(item, here, () => lowerModel(asModel(item), { ...root, here }, [], setup));
      return root;
    });
    if (program !== null && problems.errors === 0) found.push(program);
  }
  return found;
}

type Variant = Omit<Setup, 'builder' | 'fixed' | 'unrolled'>;

/** Checks the items that the variant `concerns`; returns the programs of the entry file's models, then of its objectives over several. */
function checkAll(variant: Variant, concerns: (item: Declaration | Objective) => boolean, callers = new Map<string, Place>()): Program[] {
  const { entry, modules } = variant.modules;
  const objectives = entryItems('objective', variant.modules);
  const names = once(
    () => begin({ ...variant, problems: new Problems(), builder: new Builder(), fixed: new Set(), unrolled: new Map() }).here,
  );
  const joint = objectives.filter(({ item }) => isJoint(item));
  const alone = objectives.flatMap(({ item, module }) => {
    const decoder = isJoint(item) ? null : declared(item.models[0]!.model.text, module, names());
    return decoder?.declaration.what === 'decoder' ? [{ item: decoder.declaration, module: decoder.module }] : [];
  });
  const models = [
    ...entryItems('declaration', variant.modules),
    ...alone,
    ...joint.flatMap(({ item, module }) => partsOf(item, within(module, names()))),
  ].filter(({ item }, k, all) => all.findIndex((other) => other.item === item) === k);
  const programs = new Map<Declaration | Objective, Program>();
  const lowered = new Set<Objective>();
  const modelOf = new Map(
    objectives.map(({ item, module }) => [
      item,
      isJoint(item) ? null : (declared(item.models[0]!.model.text, module, names())?.declaration ?? null),
    ]),
  );
  for (const module of modules.values()) {
    if (module.standard && module !== entry) continue;
    for (const item of module.module.items) {
      if (item.kind !== 'declaration' || module.damaged.has(item)) continue;
      const isEmitted = models.some((model) => model.item === item);
      const own = isEmitted ? objectives.filter((objective) => modelOf.get(objective.item) === item) : [];
      for (const objective of own) lowered.add(objective.item);
      // Objectives elaborate their model in training as well.
      if (variant.training && own.length > 0) continue;
      if (![item, ...own.map((objective) => objective.item)].some(concerns)) continue;
      settled(variant, (setup) => {
        const root = begin(setup);
        const here = within(module, root.here);
        const model = item.what === 'decoder' ? asModel(item) : item;
        const program = isEmitted ? contained(item, here, () => lowerModel(model, { ...root, here }, own, setup, callers)) : null;
        if (program !== null) programs.set(item, program);
        if (!isEmitted) checkDeclaration(item, module, here);
        return root;
      });
    }
  }
  const found = (): Program[] => [...models, ...joint].flatMap(({ item }) => programs.get(item) ?? []);
  if (variant.training) return found();
  for (const { item, module } of objectives) {
    if (lowered.has(item) || !concerns(item)) continue;
    settled(variant, (setup) => {
      const { root, program } = checkObjective(item, module, setup, callers);
      if (program !== null) programs.set(item, program);
      return root;
    });
  }
  return found();
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** The model, or the decoder, of that name as the file sees it. */
function declared(name: string, module: LoadedModule, here: Site): DeclarationEntry | null {
  return modelEntry(name, within(module, here));
}

function checkDeclaration(item: Declaration, module: LoadedModule, here: Site): void {
  contained(item, here, () => {
    if (item.what === 'model') elaborateModel(item, here);
    else if (item.what === 'decoder') checkDecoder(item, module, here);
    else checkBlock(item, module, here);
  });
}

function checkObjective(
  objective: Objective,
  file: LoadedModule,
  setup: Setup,
  callers: Map<string, Place>,
): { readonly root: Root; readonly program: Program | null } {
  const root = begin(setup);
  const here = within(file, root.here);
  const own = [{ item: objective, module: file }];
  const unknown = objective.models.find(({ model }) => modelEntry(model.text, here) === null);
  if (unknown !== undefined) {
    const known = [...here.scope.names()].filter((name) => {
      const entry = here.scope.lookup(name);
      return entry?.kind === 'declaration' && entry.declaration.what === 'model';
    });
    if (isError(here.scope.own(unknown.model.text))) return { root, program: null };
    unknownOf(here, 'E0201', unknown.model, 'model', known);
    // If only one model can be meant, the rest of the objective is checked as well.
    const only = known.length === 1 && !isJoint(objective) ? here.scope.own(known[0]!) : null;
    if (only?.kind === 'declaration' && !only.module.damaged.has(only.declaration)) {
      contained(objective, here, () => lowerModel(only.declaration, { ...root, here: within(only.module, here) }, own, setup));
    }
    return { root, program: null };
  }
  const entries = objective.models.map(({ model }) => modelEntry(model.text, here)!);
  if (entries.some(({ declaration, module }) => module.damaged.has(declaration))) return { root, program: null };
  const decoder = entries.findIndex(({ declaration }) => declaration.what === 'decoder');
  if (decoder >= 0 && isJoint(objective))
    report(
      here,
      'E0606',
      objective.models[decoder]!.model.span,
      `\`${objective.models[decoder]!.model.text}\` is a decoder: several models are trained together`,
      { fix: 'let a model call it' },
    );
  else if (isJoint(objective))
    return { root, program: contained(objective, here, () => lowerJoint(objective, { ...root, here }, setup, callers)) };
  else
    contained(objective, here, () =>
      lowerModel(
        decoder >= 0 ? asModel(entries[0]!.declaration) : entries[0]!.declaration,
        { ...root, here: within(entries[0]!.module, here) },
        own,
        setup,
      ),
    );
  return { root, program: null };
}

/**
 * A `repeat` is a loop unless its rounds differ in type, and a dim that an unrolled one counts with is a number, not a symbol,
 * throughout an elaboration. Both are found by elaborating: whenever one turns up, the results are dropped and the elaboration
 * starts again.
 */
function settled(variant: Variant, run: (setup: Setup) => Root): void {
  let fixed = new Set<string>();
  const unrolled = new Map<string, Unrolled>();
  for (;;) {
    const problems = new Problems();
    const tried = (): number => [...unrolled.values()].filter((each) => each.tried).length;
    const before = tried();
    const { ctx } = run({ ...variant, problems, builder: new Builder(), fixed, unrolled }).here;
    const all = new Set([...fixed, ...ctx.fixedDims]);
    if (all.size === fixed.size && tried() === before) {
      for (const problem of problems.sorted()) variant.problems.report(problem);
      return;
    }
    fixed = all;
  }
}

function unknownOverrides(variant: Variant): void {
  // Declares the dims and options of all files, even if there is no declaration to check.
  begin({ ...variant, builder: new Builder(), fixed: new Set(), unrolled: new Map() });
  const { modules } = variant.modules;
  const local = localOptions(
    [...modules.values()].flatMap(({ module }) => module.items.flatMap((item) => (item.kind === 'declaration' ? [item] : []))),
  );
  const shared = sharedBy(variant.modules);
  const items = new Set(shared.map(({ name }) => name));
  const settable = shared.flatMap(({ name, exported }) =>
    exported.kind === 'option' || exported.spec.value.kind === 'size' ? [name] : [],
  );
  for (const name of variant.overrides.keys()) {
    if (items.has(name) || local.includes(name)) continue;
    const names = [...new Set([...settable, ...local])];
    const near = didYouMean(name, names);
    variant.problems.report({
      code: 'E0201',
      severity: 'error',
      place: settingPlace(name, variant.overrides.get(name)!),
      message: `there is no dim or option to set \`${name}\``,
      ...(names.length === 0 ? {} : { expected: names.map((each) => `\`${each}\``).join(', ') }),
      given: `\`${name}\``,
      ...(near === null ? {} : { fix: `did you mean \`${near}\`?` }),
    });
  }
}

/** A model, or a decoder, by the file's name for it. */
function modelEntry(name: string, here: Site): DeclarationEntry | null {
  const entry = here.scope.own(name);
  return entry?.kind === 'declaration' && (entry.declaration.what === 'model' || entry.declaration.what === 'decoder') ? entry : null;
}

interface FileObjective {
  readonly item: Objective;
  readonly module: LoadedModule;
}

/** An objective reads the names that the model defines, and otherwise those of its own file. */
function seenFrom(module: LoadedModule, here: Site): Site {
  return module === here.module ? here : { ...here, module, scope: here.scope.under(within(module, here).scope) };
}

function lowerModel(
  declaration: Declaration,
  root: Root,
  objectives: readonly FileObjective[],
  setup: Setup,
  callers = new Map<string, Place>(),
): Program | null {
  const name = emittedName(declaration, setup.modules);
  const { ctx } = root.here;
  const model = elaborateModel(declaration, root.here);
  if (model === null || !apartFromOthers(model.outputs, root.here)) return null;
  const training = begin({ ...setup, training: true });
  // Even without an objective: a model's parameters do not depend on who trains it.
  const trained = elaborateModel(declaration, within(root.here.module, training.here));
  for (const dim of training.here.ctx.fixedDims) ctx.fixedDims.add(dim);
  for (const [path, place] of [...ctx.parameterCalls, ...training.here.ctx.parameterCalls]) callers.set(callerKey(name, path), place);
  const graphs: ObjectiveGraph[] = [];
  for (const { item: objective, module } of objectives) {
    const targets = model.decoded === null ? [] : [model.decoded.target, ...model.decoded.inputs];
    const graph = bothWays(
      objective,
      declaration.name.text,
      seenFrom(module, model.here),
      trained === null ? null : seenFrom(module, trained.here),
    );
    if (graph !== null) graphs.push({ ...graph, given: [...targets, ...graph.given] });
  }
  const given = [...model.inputs, ...(model.decoded?.inputs ?? []), ...graphs.flatMap((graph) => graph.given)];
  reportUnsized(declaration, root.ragged, model, graphs, root.here);
  const told = toldDims(root.ragged, given, [
    ...model.outputs.values(),
    ...limitsOf(model.decoded?.graph ?? null),
    ...graphs.flatMap(({ updates }) => updates.flatMap(({ loss, metrics }) => [loss, ...metrics.values()])),
  ]);
  return {
    name,
    doc: declaration.doc,
    file: root.here.module.path,
    hyperparameters: root.hyperparameters.filter(({ dim }) => !ctx.fixed.has(dim.id)),
    fixed: root.hyperparameters.filter(({ dim }) => ctx.fixed.has(dim.id)),
    ragged: root.ragged.filter((dim) => given.some(({ type }) => hasDim(type, dim)) || told.includes(dim)),
    ...(told.length === 0 ? {} : { told }),
    parameters: [...new Map([...ctx.parameters, ...training.here.ctx.parameters]).values()],
    running: [...new Map([...ctx.running, ...training.here.ctx.running]).values()],
    inputs: model.inputs,
    outputs: model.outputs,
    decoder: model.decoded?.graph ?? null,
    causal: model.causal,
    objectives: graphs,
    requirements: unique([...ctx.requirements, ...training.here.ctx.requirements]),
    ...(ctx.unrolled.size === 0 ? {} : { unrolled: reasons(ctx.unrolled) }),
  };
}

/** What a decoder computes besides its outputs: its length limit and its ranking. */
function limitsOf(decoder: DecoderGraph | null): readonly Node[] {
  return [decoder?.atMost ?? null, decoder?.rank ?? null].filter((node) => node !== null);
}

function reporting(here: Site, problems: Problems): Site {
  return { ...here, ctx: here.ctx.reporting(problems) };
}
