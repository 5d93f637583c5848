/** The scopes that every elaboration begins in: the standard library's names, then a file's imports, declarations, options and dims. */
import type { Declaration } from '../../grammar/ast.ts';
import type { Problems } from '../diagnostics/diagnostic.ts';
import { GraphError } from '../graph/errors.ts';
import type { Builder } from '../graph/builder.ts';
import type { Dim } from '../graph/graph.ts';
import type { LoadedModule, ModuleSet } from './modules.ts';
import { exportsOf } from './modules.ts';
import type { Found, Here } from './scope.ts';
import { Context, ERROR, report, Scope } from './scope.ts';
import { SizeError } from './size.ts';
import { declareDims, declareOption } from './types.ts';

export interface Setup {
  readonly modules: ModuleSet;
  /** `--set name=value`: options, dims. */
  readonly overrides: ReadonlyMap<string, string | number>;
  readonly problems: Problems;
  readonly training: boolean;
  readonly builder: Builder;
  /** Dims that are numbers, since a `repeat` counts with them. */
  readonly fixed: ReadonlySet<string>;
  readonly found: Found | null;
}

export interface Root {
  readonly here: Here;
  /** Overridable dims of the entry file. */
  readonly hyperparameters: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  readonly ragged: readonly Dim[];
}

export function begin(setup: Setup): Root {
  const { modules, overrides, problems, training, builder, fixed, found } = setup;
  const ctx = new Context({ builder, problems, overrides, defaults: defaultsOf(modules.entry), training, fixed, found });
  const scopes = new Map<string, Scope>();
  const prelude = new Scope(null);
  for (const module of modules.modules.values()) if (module.standard) defineDeclarations(module, prelude);
  const here: Here = {
    ctx, module: modules.entry, scope: new Scope(prelude), scopes, frame: ctx.frame(''), path: '', target: null, ordinals: new Map(), loops: [], steps: new Map(), taps: [], alignments: new Map(),
    calls: [], decoding: null, next: false, filled: false, later: new Set(), given: new Map(), decode: null, stepping: null, init: { kind: 'glorot' }, initAll: false,
  };
  const hyperparameters: { dim: Dim; value: number; doc: string | null }[] = [];
  const ragged: Dim[] = [];
  for (const module of modules.modules.values()) {
    const top = module === modules.entry;
    const scope = top ? here.scope : new Scope(prelude);
    scopes.set(module.path, scope);
    const own = { ...here, module, scope };
    defineImports(module, modules, own);
    const names = new Set<string>();
    for (const item of module.module.items) {
      if (item.kind !== 'declaration' && item.kind !== 'objective') continue;
      if (scope.own(item.name.text) !== null || names.has(item.name.text)) report(own, 'E0203', item.name.span, `\`${item.name.text}\` is defined twice`);
      names.add(item.name.text);
    }
    defineDeclarations(module, scope);
    for (const item of module.module.items) {
      if (item.kind === 'option') declareOption(item, own);
      if (item.kind !== 'dim') continue;
      let { doc } = item;
      for (const dim of declareDims(item, own, top)) {
        if (!top) continue;
        if (dim.ragged) ragged.push(dim);
        const value = item.constant ? undefined : overrides.get(dim.label) ?? ctx.defaults.get(dim.label);
        if (typeof value !== 'number') continue;
        hyperparameters.push({ dim, value, doc: doc === null || item.dims.length === 1 ? doc : `${item.dims.map(({ name }) => `\`${name.text}\``).join(', ')}: ${doc}` });
        // It belongs to all dims of the item: it stands once, with their names, at the first.
        doc = null;
      }
    }
  }
  return { here, hyperparameters, ragged };
}

function defineImports(module: LoadedModule, modules: ModuleSet, here: Here): void {
  for (const item of module.module.items) {
    if (item.kind !== 'import') continue;
    const target = modules.modules.get(module.imports.get(item.from) ?? '');
    const exported = target === undefined ? null : exportsOf(target.module.items);
    for (const { name, as } of item.names) {
      const local = as ?? name;
      const declaration = exported?.get(name.text);
      if (here.scope.own(local.text) !== null) report(here, 'E0203', local.span, `\`${local.text}\` is imported twice`);
      else if (declaration !== undefined && target !== undefined) here.scope.define(local.text, { kind: 'declaration', declaration, module: target });
      else here.scope.define(local.text, { kind: 'value', value: ERROR, span: local.span });
    }
  }
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

/** Where a module's own names are in scope. */
export function within(module: LoadedModule, here: Here): Here {
  return { ...here, module, scope: here.scopes.get(module.path) ?? here.scope };
}

/** Runs one elaboration; what the compiler itself does wrong is a diagnostic too, never a stack trace. */
export function contained<T>(declaration: Pick<Declaration, 'name'>, here: Here, run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof SizeError) report(here, 'E0311', declaration.name.span, `\`${declaration.name.text}\` makes a size that cannot be: ${error.message}`);
    else if (error instanceof GraphError) report(here, 'E0999', declaration.name.span, `the compiler made an unsound graph of \`${declaration.name.text}\`: ${error.message.split('\n')[0] ?? ''}`);
    else throw error;
    return null;
  }
}
