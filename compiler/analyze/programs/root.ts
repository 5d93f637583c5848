/** The scopes in which every elaboration begins: the standard library's names, then a file's imports, declarations, options and dims. */
import type { Declaration, Span } from '../../../grammar/ast.ts';
import type { Problems } from '../../diagnostics/diagnostic.ts';
import { GraphError } from '../../graph/errors.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Dim } from '../../graph/graph.ts';
import type { LoadedModule, ModuleSet } from '../modules/modules.ts';
import { importsOf, inOrder, nameOf, settingOf, sharedBy, type Shared } from '../modules/modules.ts';
import type { Observe, VariantNote, Site, Unrolled } from '../scope/context.ts';
import { Context, placeOf, TooLarge } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import { ERROR } from '../scope/values.ts';
import { SizeError } from '../../size/size.ts';
import { isTaken } from '../scope/taken.ts';
import { declareDims, declareOption } from '../types/types.ts';
import { elaborateExpression } from '../bodies/expression.ts';
import { elaborateBody } from '../bodies/body.ts';

export interface Setup {
  readonly modules: ModuleSet;
  /** `--set name=value`: options, dims. */
  readonly overrides: ReadonlyMap<string, string | number>;
  readonly problems: Problems;
  readonly training: boolean;
  readonly builder: Builder;
  /** Dims that are numbers, since a `repeat` counts with them. */
  readonly fixed: ReadonlySet<string>;
  /** `repeat`s that are unrolled, by path. */
  readonly unrolled: Map<string, Unrolled>;
  readonly found: VariantNote | null;
  /** Declarations that opened too many bodies: their callers are not elaborated. */
  readonly tooLarge: Set<object>;
  readonly observe?: Observe;
}

export interface Root {
  readonly here: Site;
  /** Overridable dims of the entry file. */
  readonly hyperparameters: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  /** Dims sized by the data: ragged ones, and those that are `= input`. */
  readonly ragged: readonly Dim[];
}

export function begin(setup: Setup): Root {
  const { modules, overrides, problems, training, builder, fixed, unrolled, found, tooLarge, observe = null } = setup;
  const shared = sharedBy(modules);
  const ctx = new Context({
    elaborate: { expression: elaborateExpression, body: elaborateBody },
    builder,
    problems,
    overrides,
    defaults: defaultsOf(shared),
    training,
    fixed,
    unrolled,
    found,
    tooLarge,
    observe,
  });
  const scopes = new Map<string, Scope>();
  const prelude = new Scope(null);
  for (const module of modules.modules.values()) if (module.standard) defineDeclarations(module, prelude);
  const here: Site = {
    ctx,
    module: modules.entry,
    scope: new Scope(prelude),
    scopes,
    frame: ctx.frame(''),
    path: '',
    target: null,
    ordinals: new Map(),
    loops: [],
    own: [],
    steps: new Map(),
    taps: [],
    alignments: new Map(),
    calls: [],
    called: null,
    decoding: null,
    reach: null,
    clocked: false,
    next: false,
    filled: false,
    later: new Map(),
    given: new Map(),
    decode: null,
    stepping: null,
    init: null,
    initAll: false,
  };
  const sized = new Map<string, { dim: Dim; value: number; doc: string | null }>();
  const ragged: Dim[] = [];
  let others = 0;
  // A dim is the same one wherever it is imported: a file's dims are declared before those of files that import it.
  for (const module of inOrder(modules)) {
    const top = module === modules.entry;
    const scope = top ? here.scope : new Scope(prelude);
    scopes.set(module.path, scope);
    const own = { ...here, module, scope };
    defineImports(module, modules, own);
    const names = new Map<string, Span>();
    for (const item of module.module.items) {
      if (item.kind !== 'declaration' && item.kind !== 'objective') continue;
      const { name } = item;
      const first = names.get(name.text);
      if (first !== undefined)
        report(own, 'E0203', name.span, `\`${name.text}\` is defined twice`, {
          related: [{ place: placeOf(own, first), message: 'first here' }],
        });
      else isTaken(name, own);
      names.set(name.text, first ?? name.span);
    }
    defineDeclarations(module, scope);
    const known = new Map(shared.flatMap((each) => (each.module === module ? [[nameOf(each.exported), each.name]] : [])));
    const prefix = `0~${module.standard ? '' : ++others}.`;
    for (const item of module.module.items) {
      if (item.kind === 'option') declareOption(item, own, settingOf(item.name.text, module, modules, shared));
      if (item.kind !== 'dim') continue;
      let { doc } = item;
      for (const dim of declareDims(item, own, { prefix, shared: known })) {
        if (ctx.ragged.has(dim.id) || dim.ofCall === true) ragged.push(dim);
        const value = item.constant ? undefined : (overrides.get(dim.label) ?? ctx.defaults.get(dim.id));
        if (typeof value !== 'number' || ![...known.values()].includes(dim.id)) continue;
        sized.set(dim.id, {
          dim,
          value,
          doc: doc === null || item.dims.length === 1 ? doc : `${item.dims.map(({ name }) => `\`${name.text}\``).join(', ')}: ${doc}`,
        });
        // The comment belongs to all dims of the item: it appears once, with their names, at the first.
        doc = null;
      }
    }
  }
  return { here, hyperparameters: shared.flatMap(({ name }) => sized.get(name) ?? []), ragged };
}

function defineImports(module: LoadedModule, modules: ModuleSet, here: Site): void {
  for (const { local, exported, module: from } of importsOf(module, modules)) {
    if (here.scope.own(local.text) !== null) report(here, 'E0203', local.span, `\`${local.text}\` is imported twice`);
    else if (exported === null || from === null) here.scope.define(local.text, { kind: 'value', value: ERROR, span: local.span });
    else if (exported.kind === 'declaration') here.scope.define(local.text, { kind: 'declaration', declaration: exported, module: from });
    else if (exported.kind !== 'objective') {
      // The dim of that file, which has been declared already.
      const entry = here.scopes.get(from.path)?.own(nameOf(exported));
      here.scope.define(local.text, entry ?? { kind: 'value', value: ERROR, span: local.span });
    }
  }
}

function defineDeclarations(module: LoadedModule, scope: Scope): void {
  for (const item of module.module.items)
    if (item.kind === 'declaration') scope.define(item.name.text, { kind: 'declaration', declaration: item, module });
}

/** Defaults of the overridable dims. */
function defaultsOf(shared: readonly Shared[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, exported } of shared) {
    if (exported.kind !== 'dim') continue;
    const { value } = exported.spec;
    if (value.kind === 'size' && value.size.kind === 'number') values.set(name, value.size.value);
  }
  return values;
}

/** The site in which a module's own names are in scope. */
export function within(module: LoadedModule, here: Site): Site {
  return { ...here, module, scope: here.scopes.get(module.path) ?? here.scope };
}

/** Runs one elaboration; a bug in the compiler becomes a diagnostic too, never a stack trace. */
export function contained<T>(declaration: Pick<Declaration, 'name'>, here: Site, run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof TooLarge) refuseLarge(declaration, error, here);
    else if (error instanceof SizeError)
      report(here, 'E0311', declaration.name.span, `\`${declaration.name.text}\` makes a size that cannot be: ${error.message}`);
    else if (error instanceof GraphError)
      report(
        here,
        'E0999',
        declaration.name.span,
        `the compiler made an unsound graph of \`${declaration.name.text}\`: ${error.message.split('\n')[0] ?? ''}`,
      );
    else throw error;
    return null;
  }
}

/** Reported once: if something is too large by itself, so is everything that calls it. An elaboration may be tried again. */
function refuseLarge(declaration: object, { problem }: TooLarge, { ctx }: Site): void {
  const isFirst = ctx.tooLarge.size === 0 || ctx.tooLarge.has(declaration);
  ctx.tooLarge.add(declaration);
  if (isFirst && problem !== null) ctx.problems.report({ code: 'E0110', severity: 'error', ...problem });
}
