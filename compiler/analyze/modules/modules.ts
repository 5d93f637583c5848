/** A set of parsed files with their imports resolved: the input of the checker. */
import type { Declaration, DimItem, DimSpec, ImportItem, Item, Module, Name, Objective, OptionItem } from '../../../grammar/ast.ts';
import { MOST_PROBLEMS, parse } from '../../../grammar/index.ts';
import type { Problems } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { syntaxError } from '../../diagnostics/syntax.ts';

export interface LoadedModule {
  readonly path: string;
  readonly module: Module;
  /** Is this file part of the standard library? */
  readonly standard: boolean;
  /** The path of the module that each import names, by its text. */
  readonly imports: ReadonlyMap<string, string>;
  /** Items with a syntax error: nothing more is reported of them, nor of calls to them. */
  readonly damaged: ReadonlySet<Item>;
  /** Is there a syntax error outside of all declarations, so that names may be missing? */
  readonly broken: boolean;
}

export interface ModuleSet {
  readonly entry: LoadedModule;
  readonly modules: ReadonlyMap<string, LoadedModule>;
}

/** The source of texts: the compiler itself reads no files. Paths use `/`. `read` gives null where there is no such file. */
export interface Library {
  read(path: string): string | null;
  /** Paths of the standard library's modules: `std/attention` and so on. */
  readonly standard: readonly string[];
  /** Modules of the standard library parsed earlier, by path: they are the same in every compilation. */
  readonly parsed?: Map<string, ReturnType<typeof parse>>;
}

/** Loads `path`, its imports, and the standard library (whose names are in scope everywhere, behind the file's own). */
export function loadModules(path: string, library: Library, problems: Problems): ModuleSet | null {
  const modules = new Map<string, LoadedModule>();
  const standard = new Set(library.standard);

  const load = (file: string, chain: readonly string[]): LoadedModule | null => {
    const loadedBefore = modules.get(file);
    if (loadedBefore !== undefined) return loadedBefore;
    const text = library.read(file);
    if (text === null) return null;
    const known = standard.has(file) ? library.parsed?.get(file) : undefined;
    const read = known?.module.file.text === text ? known : parse({ path: file, text });
    if (standard.has(file)) library.parsed?.set(file, read);
    const { module, problems: syntax } = read;
    for (const problem of syntax) problems.report(syntaxError(file, problem));
    const imports = new Map<string, string>();
    const bodies = module.items.filter((item) => item.kind === 'declaration' || item.kind === 'objective');
    const holders = syntax.map(({ span }) => bodies.find((item) => item.span.start <= span.start && span.start <= item.span.end));
    const loaded: LoadedModule = {
      path: file,
      module,
      standard: standard.has(file),
      imports,
      damaged: new Set(holders.filter((item) => item !== undefined)),
      broken: holders.includes(undefined) || syntax.length > MOST_PROBLEMS,
    };
    modules.set(file, loaded);
    for (const item of module.items) {
      if (item.kind !== 'import') continue;
      const target = resolveImport(file, item.from);
      if ([...chain, file].includes(target)) {
        problems.report({
          code: 'E0207',
          severity: 'error',
          place: { file, start: item.fromSpan.start, end: item.fromSpan.end },
          message: `this import closes a circle: ${[...chain.slice(chain.indexOf(target)), file, target].join(' imports ')}`,
          fix: 'move what both need into a file of its own, and import that',
        });
        continue;
      }
      const found = load(target, [...chain, file]);
      if (found === null) reportMissing(file, item, target, library, problems);
      else {
        imports.set(item.from, target);
        checkNames(file, item, found, problems);
      }
    }
    return loaded;
  };

  const entry = load(path, []);
  if (entry === null) return null;
  for (const file of library.standard) load(file, []);
  return { entry, modules };
}

export function resolveImport(file: string, from: string): string {
  if (!from.startsWith('.')) return from.endsWith('.attn') ? from : `${from}.attn`;
  const parts = file.split('/').slice(0, -1);
  for (const part of from.split('/')) {
    if (part === '..') {
      if (parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
      else parts.push('..');
    } else if (part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  return path.endsWith('.attn') ? path : `${path}.attn`;
}

function reportMissing(file: string, item: ImportItem, target: string, library: Library, problems: Problems): void {
  const near = didYouMean(target, library.standard);
  problems.report({
    code: 'E0206',
    severity: 'error',
    place: { file, start: item.fromSpan.start, end: item.fromSpan.end },
    message: `there is no file \`${target}\` to import`,
    fix:
      near === null
        ? 'a relative import begins with `./` or `../`; the standard library with `std/`'
        : `did you mean "${near.replace(/\.attn$/, '')}"?`,
  });
}

function checkNames(file: string, item: ImportItem, found: LoadedModule, problems: Problems): void {
  const exported = exportsOf(found.module.items);
  for (const { name } of item.names) {
    if (exported.has(name.text) || found.broken) continue;
    const near = didYouMean(name.text, exported.keys());
    problems.report({
      code: 'E0208',
      severity: 'error',
      place: { file, start: name.span.start, end: name.span.end },
      message: `\`${found.path}\` declares no \`${name.text}\``,
      ...(near === null ? {} : { fix: `did you mean \`${near}\`?` }),
    });
  }
}

// ---------------------------------------------------------------- what files give each other

export type Exported = { readonly kind: 'dim'; readonly spec: DimSpec; readonly item: DimItem } | OptionItem | Declaration | Objective;

/** The declarations of a file, all of which can be imported. Of several with one name, the first. */
export function exportsOf(items: readonly Item[]): Map<string, Exported> {
  const names = new Map<string, Exported>();
  const add = (name: Name, exported: Exported): void => {
    if (!names.has(name.text)) names.set(name.text, exported);
  };
  for (const item of items) {
    if (item.kind === 'dim') for (const spec of item.dims) add(spec.name, { kind: 'dim', spec, item });
    else if (item.kind !== 'import') add(item.name, item);
  }
  return names;
}

export interface Imported {
  /** The importing file's name for it. */
  readonly local: Name;
  /** Null where there is no such name or file: reported. */
  readonly exported: Exported | null;
  readonly module: LoadedModule | null;
}

/** In the order of the text. */
export function importsOf(module: LoadedModule, { modules }: ModuleSet): Imported[] {
  return module.module.items.flatMap((item) => {
    if (item.kind !== 'import') return [];
    const target = modules.get(module.imports.get(item.from) ?? '') ?? null;
    const exported = target === null ? null : exportsOf(target.module.items);
    return item.names.map(({ name, as }) => ({ local: as ?? name, exported: exported?.get(name.text) ?? null, module: target }));
  });
}

/** Modules before those that import them. */
export function inOrder({ modules }: ModuleSet): LoadedModule[] {
  const ordered = new Set<LoadedModule>();
  const visit = (module: LoadedModule): void => {
    for (const path of module.imports.values()) {
      const target = modules.get(path);
      if (target !== undefined && !ordered.has(target)) visit(target);
    }
    ordered.add(module);
  };
  for (const module of modules.values()) visit(module);
  return [...ordered];
}

/** A dim or an option that belongs to the program: of the entry file, or imported by it. */
export interface Shared {
  /** The entry file's name for it, which the constructor and `--set` use too. */
  readonly name: string;
  readonly module: LoadedModule;
  readonly exported: Extract<Exported, { kind: 'dim' | 'option' }>;
}

/** In the order of the entry file's text; one that is imported twice goes by its first name. */
export function sharedBy(modules: ModuleSet): Shared[] {
  const found: Shared[] = [];
  const { entry } = modules;
  const imported = importsOf(entry, modules);
  for (const { local, exported, module } of imported) {
    if ((exported?.kind !== 'dim' && exported?.kind !== 'option') || module === null) continue;
    const name = nameOf(exported);
    if (!found.some((other) => other.module === module && nameOf(other.exported) === name))
      found.push({ name: local.text, module, exported });
  }
  for (const exported of exportsOf(entry.module.items).values()) {
    if (exported.kind === 'dim' || exported.kind === 'option') found.push({ name: nameOf(exported), module: entry, exported });
  }
  return found;
}

/**
 * The name by which a setting reaches an option of a file. The entry file's name always means its own option: another file's
 * option of that name, if not imported, gets a name that nobody can write; and so does one of the library.
 */
export function settingOf(name: string, module: LoadedModule, { entry }: ModuleSet, shared: readonly Shared[]): string {
  const known = shared.find((each) => each.module === module && nameOf(each.exported) === name);
  const taken =
    module !== entry &&
    (module.standard || shared.some((each) => each.module === entry && each.exported.kind === 'option' && nameOf(each.exported) === name));
  return known?.name ?? (taken ? `${module.path} ${name}` : name);
}

export function nameOf(exported: Exported): string {
  return exported.kind === 'dim' ? exported.spec.name.text : exported.name.text;
}

/** The models and objectives of the entry file: its own, and those that it imports. */
export function entryItems<K extends 'declaration' | 'objective'>(
  kind: K,
  modules: ModuleSet,
): { readonly item: Extract<Exported, { kind: K }>; readonly module: LoadedModule }[] {
  const { entry } = modules;
  const is = (item: Item | Exported | null): item is Extract<Exported, { kind: K }> =>
    item?.kind === kind && (item.kind === 'objective' || (item.kind === 'declaration' && item.what === 'model'));
  const imported = importsOf(entry, modules).flatMap(({ exported, module }) =>
    is(exported) && module !== null ? [{ item: exported, module }] : [],
  );
  const own = entry.module.items.flatMap((item) => (is(item) ? [{ item, module: entry }] : []));
  const all = [...imported, ...own].filter(({ item, module }) => !module.damaged.has(item));
  return all.filter(({ item }, k) => all.findIndex((other) => other.item === item) === k);
}

/** The name of a model or an objective in the emitted module: the entry file's name for it. */
export function emittedName(item: Exclude<Exported, { kind: 'dim' | 'option' }>, modules: ModuleSet): string {
  return importsOf(modules.entry, modules).find(({ exported }) => exported === item)?.local.text ?? item.name.text;
}
