/** Whole files: scopes, the check of every declaration on its own, and models lowered to programs in the 'calls' dialect. */
import type { Declaration, Objective, Param } from '../../grammar/ast.ts';
import { Problems } from '../diagnostics/diagnostic.ts';
import { Builder } from '../graph/builder.ts';
import type { Dim, Input, Node, ObjectiveGraph, Program, Space, TensorType } from '../graph/graph.ts';
import { elaborateDecoder, type Decoded } from './decoder.ts';
import type { LoadedModule, ModuleSet } from './modules.ts';
import { exportsOf, objectivesOf } from './modules.ts';
import { elaborateObjective } from './objective.ts';
import type { DeclarationEntry, Here, Value } from './scope.ts';
import { Context, dimSpace, ERROR, origin, report, Scope, tensor, unknownName } from './scope.ts';
import { size } from './size.ts';
import { bodyValue, laterNames } from './statements.ts';
import { declareDims, declareOption, sizeOfExpr, tensorTypeOfExpr } from './types.ts';

export interface LowerOptions {
  /** `--set name=value`: options, dims. */
  readonly set?: ReadonlyMap<string, string | number>;
}

/** What is checked: modules without an error in them, ready to be lowered. */
export interface Checked {
  readonly modules: ModuleSet;
  readonly options: LowerOptions;
}

/** Elaborates every declaration of the entry file once, its formals being distinct and rigid; reports into `problems`. */
export function check(modules: ModuleSet, options: LowerOptions, problems: Problems): Checked | null {
  const { entry } = modules;
  const root = begin(modules, options, problems, false);
  const { here } = root;
  unknownOverrides(options, here, modules);
  for (const item of entry.module.items) {
    if (item.kind !== 'declaration') continue;
    if (item.what === 'model') elaborateModel(item, begin(modules, options, problems, false), problems);
    else if (item.what === 'decoder') checkDecoder(item, entry, begin(modules, options, problems, false));
    else checkBlock(item, entry, begin(modules, options, problems, false));
  }
  for (const objective of objectivesOf(entry.module.items)) {
    const unknown = objective.models.find(({ model }) => findModel(modules, model.text) === null);
    if (unknown !== undefined) unknownName(here, 'E0201', unknown.model, 'model', modelNames(modules));
    else if (objective.models.length > 1) report(here, 'E0901', objective.span, 'an objective over several models is part of the language but not supported yet');
    else lowerModel(findModel(modules, objective.models[0]!.model.text)!, modules, options, problems, [objective]);
  }
  return problems.errors === 0 ? { modules, options } : null;
}

/** Every model of the entry file, with its objectives. */
export function lower(checked: Checked, problems: Problems): Program[] {
  const { modules, options } = checked;
  const programs: Program[] = [];
  for (const item of modules.entry.module.items) {
    if (item.kind !== 'declaration' || item.what !== 'model') continue;
    const objectives = objectivesOf(modules.entry.module.items).filter((objective) => objective.models[0]?.model.text === item.name.text);
    const program = lowerModel(item, modules, options, problems, objectives);
    if (program !== null) programs.push(program);
  }
  return programs;
}

// ---------------------------------------------------------------- scopes

interface Root {
  readonly here: Here;
  /** Overridable dims of the entry file. */
  readonly hyperparameters: { dim: Dim; value: number; doc: string | null }[];
  readonly ragged: Dim[];
}

function begin(modules: ModuleSet, options: LowerOptions, problems: Problems, training: boolean, builder = new Builder()): Root {
  const overrides = options.set ?? new Map<string, string | number>();
  const ctx = new Context({ builder, problems, overrides, defaults: defaultsOf(modules.entry), training });
  const scopes = new Map<string, Scope>();
  const prelude = new Scope(null);
  for (const module of modules.modules.values()) if (module.standard) defineDeclarations(module, prelude);
  const root: Root = { here: hereFor(ctx, modules.entry, new Scope(prelude), scopes), hyperparameters: [], ragged: [] };
  for (const module of modules.modules.values()) {
    const scope = module === modules.entry ? root.here.scope : new Scope(prelude);
    scopes.set(module.path, scope);
    const here = { ...root.here, module, scope };
    for (const item of module.module.items) {
      if (item.kind !== 'import') continue;
      const target = modules.modules.get(module.imports.get(item.from) ?? '');
      const exported = target === undefined ? null : exportsOf(target.module.items);
      for (const { name, as } of item.names) {
        const declaration = exported?.get(name.text);
        if (declaration !== undefined && target !== undefined) scope.define((as ?? name).text, { kind: 'declaration', declaration, module: target });
        else scope.define((as ?? name).text, { kind: 'value', value: ERROR, span: name.span });
      }
    }
    for (const item of module.module.items) {
      if (item.kind === 'declaration' && scope.own(item.name.text) !== null) report(here, 'E0203', item.name.span, `\`${item.name.text}\` is defined twice`);
    }
    defineDeclarations(module, scope);
    const top = module === modules.entry;
    for (const item of module.module.items) {
      if (item.kind === 'option') declareOption(item, here);
      if (item.kind !== 'dim') continue;
      for (const dim of declareDims(item, here, top)) {
        const spec = item.dims.find((candidate) => candidate.name.text === dim.label);
        if (dim.ragged && top) root.ragged.push(dim);
        if (top && !item.constant && spec?.value.kind === 'size' && spec.value.size.kind === 'number') {
          const override = overrides.get(dim.label);
          root.hyperparameters.push({ dim, value: typeof override === 'number' ? override : spec.value.size.value, doc: item.doc });
        }
      }
    }
  }
  return root;
}

function defineDeclarations(module: LoadedModule, scope: Scope): void {
  for (const [name, declaration] of exportsOf(module.module.items)) scope.define(name, { kind: 'declaration', declaration, module });
}

/** Defaults of the overridable dims. */
function defaultsOf(entry: LoadedModule): Map<string, number> {
  const values = new Map<string, number>();
  for (const item of entry.module.items) {
    if (item.kind !== 'dim') continue;
    for (const spec of item.dims) if (spec.value.kind === 'size' && spec.value.size.kind === 'number') values.set(spec.name.text, spec.value.size.value);
  }
  return values;
}

function hereFor(ctx: Context, module: LoadedModule, scope: Scope, scopes: Map<string, Scope>): Here {
  return {
    ctx, module, scope, scopes, frame: ctx.frame(''), path: '', target: null, ordinals: new Map(), loops: [], steps: new Map(), taps: [],
    calls: [], clock: null, later: new Set(), given: new Map(), decode: null, init: { kind: 'glorot' }, initAll: false,
  };
}

function unknownOverrides(options: LowerOptions, here: Here, modules: ModuleSet): void {
  for (const name of options.set?.keys() ?? []) {
    const entry = here.scope.lookup(name);
    if (entry?.kind === 'dim' || entry?.kind === 'option') continue;
    const start = modules.entry.module.span.start;
    const known = [...here.scope.names()].filter((candidate) => ['dim', 'option'].includes(here.scope.lookup(candidate)?.kind ?? ''));
    unknownName(here, 'E0201', { text: name, span: { start, end: start } }, 'dim or option to set', known);
  }
}

// ---------------------------------------------------------------- checks on their own

/** Formals become dims of their own, equal to nothing else. */
function checkBlock(declaration: Declaration, module: LoadedModule, root: Root): void {
  const scope = new Scope(root.here.scope);
  const frame = root.here.ctx.frame(`${declaration.name.text}#`);
  const here: Here = { ...root.here, module, scope, frame, path: declaration.name.text, later: laterNames(declaration.body), taps: [] };
  defineFormals(declaration, here);
  for (const param of declaration.params) defineParam(param, here);
  bodyValue(declaration, here);
}

function formalDim(label: string, here: Here): Space {
  const id = `${here.path}.${label}`;
  return dimSpace({ id, label, size: size.atom(id), ragged: false, origin: 0, mayBeEmpty: false });
}

function defineFormals(declaration: Declaration, here: Here): void {
  const { scope } = here;
  const define = (label: string): void => {
    if (scope.own(label) !== null) return;
    const outer = scope.parent?.lookup(label) ?? null;
    const isStatic = declaration.statics.some((param) => param.name.text === label);
    if (outer?.kind === 'dim' && !isStatic) return;
    scope.define(label, { kind: 'dim', space: formalDim(label, here), span: null, file: here.module.path });
  };
  const group = (label: string): void => {
    if (scope.own(`${label}..`) !== null) return;
    scope.define(`${label}..`, { kind: 'group', axes: [here.frame.axis(`${label}.0`, formalDim(`${label}.0`, here))] });
  };
  for (const param of declaration.statics) {
    if (param.group) group(param.name.text);
    else if (param.value?.kind === 'number' && !Number.isInteger(param.value.value)) scope.define(param.name.text, { kind: 'option', value: param.value.value, choices: null });
    else if (param.value !== null) {
      const value = sizeOfExpr(param.value, here);
      if (value !== null) define(param.name.text);
    } else define(param.name.text);
  }
  for (const param of declaration.params) {
    const axes = param.type.kind === 'tensor' ? param.type.axes : [...param.type.out, ...param.type.in];
    if (param.type.kind === 'tensor' && param.type.elem.kind === 'index') define(param.type.elem.of.text);
    for (const axis of axes) {
      if (axis.group) group(axis.label.text);
      else if (axis.size === null) define(axis.label.text);
    }
  }
}

function defineParam(param: Param, here: Here): void {
  const type = param.type.kind === 'tensor' ? tensorTypeOfExpr(param.type, here) : null;
  if (param.type.kind === 'map') report(here, 'E0901', param.type.span, 'a map as an argument is part of the language but not supported yet');
  const value: Value = type === null ? ERROR : tensor(here.ctx.builder.argument(type, origin(here, param.span, param.name.text)));
  here.scope.define(param.name.text, { kind: 'value', value, span: param.span });
}

function checkDecoder(declaration: Declaration, module: LoadedModule, root: Root): void {
  const given = declaration.params.map((param) => {
    const type: TensorType | null = param.type.kind === 'tensor' ? tensorTypeOfExpr(param.type, root.here) : null;
    return { param, node: type === null ? null : root.here.ctx.builder.argument(type, origin(root.here, param.span, param.name.text)), span: param.span };
  });
  if (given.some((argument) => argument.node === null)) return;
  elaborateDecoder({ kind: 'declaration', declaration, module }, given, declaration.name.span, root.here);
}

// ---------------------------------------------------------------- models

interface Model {
  readonly inputs: readonly Input[];
  readonly outputs: Map<string, Node>;
  readonly decoded: Decoded | null;
  /** Sees everything an objective may name. */
  readonly here: Here;
}

function elaborateModel(declaration: Declaration, root: Root, problems: Problems): Model | null {
  const errors = problems.errors;
  const scope = new Scope(root.here.scope);
  let decoded: Decoded | null = null;
  const here: Here = {
    ...root.here, scope, later: laterNames(declaration.body), taps: [],
    decode: (entry: DeclarationEntry, given, span, at) => {
      if (decoded !== null) return report(at, 'E0606', span, 'a model generates with one decoder');
      decoded = elaborateDecoder(entry, given, span, at);
      const logits = (decoded as Decoded | null)?.named.get('logits');
      return logits === undefined ? ERROR : tensor(logits);
    },
  };
  const inputs: Input[] = [];
  for (const param of declaration.params) {
    const type = param.type.kind === 'tensor' ? tensorTypeOfExpr(param.type, here) : null;
    if (type === null) continue;
    inputs.push({ name: param.name.text, type, doc: null });
    const node = here.ctx.builder.input(param.name.text, type, origin(here, param.span, param.name.text));
    scope.define(param.name.text, { kind: 'value', value: tensor(node), span: param.span });
  }
  if (problems.errors > errors) return null;
  const value = bodyValue(declaration.generates === null ? declaration : { ...declaration, result: null }, here);
  if (value.kind === 'error' || problems.errors > errors) return null;
  const result = decoded as Decoded | null;
  if (declaration.generates !== null && result === null) {
    report(here, 'E0606', declaration.name.span, `the model \`${declaration.name.text}\` generates, but its body does not end in a decoder's call`);
    return null;
  }
  const outputs = new Map<string, Node>();
  if (result !== null) {
    outputs.set('logits', result.named.get('logits')!);
    for (const name of result.graph.taps.keys()) outputs.set(name, result.named.get(name)!);
    for (const [name, node] of result.named) if (scope.own(name) === null) scope.define(name, { kind: 'value', value: tensor(node), span: null });
    scope.define(`${result.graph.output}'`, { kind: 'value', value: tensor(result.targetNode), span: null });
    if (scope.own(result.graph.output) === null) scope.define(result.graph.output, { kind: 'value', value: tensor(result.previousNode), span: null });
  } else if (value.kind === 'record') {
    for (const [name, field] of value.fields) if (field.kind === 'tensor') outputs.set(name, field.node);
    if (value.main?.kind === 'tensor') outputs.set(resultName(declaration), value.main.node);
  } else if (value.kind === 'tensor') outputs.set(resultName(declaration), value.node);
  if (here.taps.length === 1 && result === null) outputs.set('weights', here.taps[0]!.node);
  for (const [name, node] of outputs) if (scope.own(name) === null) scope.define(name, { kind: 'value', value: tensor(node), span: null });
  return { inputs, outputs, decoded: result, here };
}

function resultName(declaration: Declaration): string {
  return declaration.result?.kind === 'named' ? declaration.result.name.text : 'result';
}

function lowerModel(declaration: Declaration, modules: ModuleSet, options: LowerOptions, problems: Problems, objectives: readonly Objective[]): Program | null {
  const builder = new Builder();
  const root = begin(modules, options, problems, false, builder);
  const model = elaborateModel(declaration, root, problems);
  if (model === null) return null;
  const training = begin(modules, options, problems, true, builder);
  const trained = objectives.length === 0 ? null : elaborateModel(declaration, training, problems);
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
  const { ctx } = root.here;
  const parameters = new Map([...ctx.parameters, ...training.here.ctx.parameters]);
  return {
    name: declaration.name.text, doc: declaration.doc,
    hyperparameters: root.hyperparameters.filter(({ dim }) => !ctx.fixedDims.has(dim.id)),
    fixed: root.hyperparameters.filter(({ dim }) => ctx.fixedDims.has(dim.id)),
    ragged: root.ragged.filter((dim) => usesDim(model, dim)),
    parameters: [...parameters.values()], inputs: model.inputs, outputs: model.outputs, decoder: model.decoded?.graph ?? null,
    objectives: graphs, requirements: unique(ctx.requirements),
  };
}

function usesDim(model: Model, dim: Dim): boolean {
  const inputs = [...model.inputs, ...(model.decoded === null ? [] : model.decoded.inputs)];
  return inputs.some((input) => input.type.axes.some((axis) => mentions(axis.space, dim)));
}

function mentions(space: Space, dim: Dim): boolean {
  return space.kind === 'dim' ? space.dim.id === dim.id : space.kind === 'anon' ? false : space.parts.some((part) => mentions(part, dim));
}

function unique(requirements: Program['requirements']): Program['requirements'] {
  const seen = new Set<string>();
  return requirements.filter(({ kind, a, b }) => {
    const key = `${kind} ${a.key} ${b.key}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function findModel(modules: ModuleSet, name: string): Declaration | null {
  const found = exportsOf(modules.entry.module.items).get(name);
  return found?.what === 'model' ? found : null;
}

function modelNames(modules: ModuleSet): string[] {
  return [...exportsOf(modules.entry.module.items)].filter(([, declaration]) => declaration.what === 'model').map(([name]) => name);
}
