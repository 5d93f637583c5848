/** The files of an editor: parsed, bound and checked as far as they are asked for, and again only where a text has changed. */
import { parse, type Module } from '../../grammar/index.ts';
import { resolveImport } from '../analyze/modules/modules.ts';
import { checkFile, type CheckResult, type Library } from '../index.ts';
import { bind } from './bind.ts';
import type { BoundModule, Definition } from './definitions.ts';
import { Types } from './types.ts';

/** A file with its imports as the elaborator sees them. */
export interface Analysis extends CheckResult {
  readonly types: Types;
}

interface Known {
  readonly text: string;
  readonly bound: BoundModule;
  /** The files that it names, as they were. */
  readonly around: ReadonlyMap<string, BoundModule | null>;
}

export class Workspace {
  readonly #library: Library;
  readonly #bound = new Map<string, Known>();
  readonly #modules = new Map<string, Module>();
  /** What is known to hold until a text changes. */
  readonly #fresh = new Map<string, BoundModule | null>();
  #standard: ReadonlyMap<string, Definition> | null = null;

  constructor(library: Library) {
    this.#library = library;
  }

  /** To be told whenever a text may have changed. */
  changed(): void {
    this.#fresh.clear();
  }

  /** The file with what its names stand for; null if there is no such file. */
  bound(path: string, chain: readonly string[] = []): BoundModule | null {
    const fresh = this.#fresh.get(path);
    if (fresh !== undefined) return fresh;
    const bound = this.#boundNow(path, chain);
    if (chain.length === 0) this.#fresh.set(path, bound);
    return bound;
  }

  #boundNow(path: string, chain: readonly string[]): BoundModule | null {
    const text = this.#library.read(path);
    if (text === null) return null;
    const module = this.#parsed(path, text);
    const around = new Map<string, BoundModule | null>();
    for (const item of module.items) {
      if (item.kind !== 'import') continue;
      const target = resolveImport(path, item.from);
      // A circle of imports is an error, and reported as one.
      around.set(item.from, [...chain, path].includes(target) ? null : this.bound(target, [...chain, path]));
    }
    const known = this.#bound.get(path);
    if (known?.text === text && [...around].every(([from, file]) => known.around.get(from) === file)) return known.bound;
    const bound = this.#bind(path, module, around);
    this.#bound.set(path, { text, bound, around });
    return bound;
  }

  /** The same files, some of which have other texts. */
  withTexts(texts: ReadonlyMap<string, string>): Workspace {
    const library = this.#library;
    const { standard, parsed } = library;
    return new Workspace({ standard, ...(parsed === undefined ? {} : { parsed }), read: (path) => texts.get(path) ?? library.read(path) });
  }

  #bind(path: string, module: Module, around: ReadonlyMap<string, BoundModule | null>): BoundModule {
    return bind(module, {
      imported: (from) => exported(around.get(from) ?? null),
      standard: this.standardNames(path),
      body: (model) => this.#bodyOf(model, around),
    });
  }

  /** Paths of the standard library's files. */
  get standard(): readonly string[] {
    return this.#library.standard;
  }

  /** The definitions of a file, as an import in another one names it. */
  imported(path: string, from: string): ReadonlyMap<string, Definition> {
    return exported(this.bound(resolveImport(path, from)));
  }

  /** Checks the file as `attnc check` does. */
  analyse(path: string): Analysis {
    const types = new Types();
    return { ...checkFile(path, this.#library, { observe: types.observe }), types };
  }

  #parsed(path: string, text: string): Module {
    const known = this.#modules.get(path);
    if (known?.file.text === text) return known;
    const { module } = parse({ path, text });
    this.#modules.set(path, module);
    return module;
  }

  /** The names of the standard library, which are in scope everywhere; its own files see each other's. */
  standardNames(path?: string): ReadonlyMap<string, Definition> {
    if (this.#standard !== null) return this.#standard;
    if (path !== undefined && this.#library.standard.includes(path)) return NONE;
    const names = new Map<string, Definition>();
    for (const file of this.#library.standard) {
      for (const [name, definition] of exported(this.bound(file)))
        if (definition.declaration !== null && !names.has(name)) names.set(name, definition);
    }
    this.#standard = names;
    for (const file of this.#library.standard) this.#bound.delete(file);
    this.#fresh.clear();
    return names;
  }

  #bodyOf({ declaration }: Definition, around: ReadonlyMap<string, BoundModule | null>): ReadonlyMap<string, Definition> {
    for (const file of around.values()) {
      const names = declaration === null ? undefined : file?.bodies.get(declaration);
      if (names !== undefined) return names;
    }
    return new Map();
  }
}

const NONE: ReadonlyMap<string, Definition> = new Map();

/** What can be imported from a file. */
function exported(bound: BoundModule | null): ReadonlyMap<string, Definition> {
  if (bound === null) return NONE;
  return new Map([...bound.region.names].filter(([, definition]) => definition.file === bound.module.file.path));
}
