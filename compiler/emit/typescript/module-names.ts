/**
 * What the declarations of a module are called. Classes and exported types are for users, so their names follow a rule
 * (docs/runtime.md); all others only have to differ from each other and from what the module reads.
 */
import type { Program } from '../../graph/graph.ts';
import { functionName, identifier, Names, upperFirst } from '../naming/names.ts';

export interface ClassName {
  /** By which users import it. */
  readonly exported: string;
  /** By which the module calls it: another one where the exported name would hide a global that the module reads. */
  readonly local: string;
}

export interface ProgramNames {
  readonly ofClass: ClassName;
  /** In front of every function. */
  readonly prefix: string;
  /** The type with this ending: `Dims`, `Sizes`. */
  readonly type: (ending: string) => string;
}

/** The endings of the types that are exported beside the class. */
function exportedTypes(program: Program): readonly string[] {
  if (program.parts !== undefined) return ['Models', 'Example'];
  return ['Dims', 'Input', 'Target', ...(program.decoder === null ? ['Output'] : []), ...(program.causal === null ? [] : ['Place'])];
}

export class ModuleNames {
  readonly #names = new Names();
  readonly #programs = new Map<string, ProgramNames>();

  constructor(programs: readonly Program[]) {
    const exported = new Names([], new Set());
    const wanted = (program: Program): string => upperFirst(identifier(program.name));
    // Who is called just so comes first, so that `M` is `M` though there is an `m`.
    const ordered = [
      ...programs.filter((program) => wanted(program) === program.name),
      ...programs.filter((program) => wanted(program) !== program.name),
    ];
    const classes = ordered.map((program): [Program, ClassName] => {
      const name = exported.take(wanted(program));
      return [program, { exported: name, local: this.#names.take(name) }];
    });
    for (const [program, ofClass] of classes) this.#programs.set(keyOf(program), this.#namesFor(program, ofClass));
  }

  of(program: Pick<Program, 'name' | 'file'>): ProgramNames {
    return this.#programs.get(keyOf(program))!;
  }

  /** A name for a function or a constant of the module. */
  readonly take = (name: string): string => this.#names.take(name);

  /** The first of several that is free. */
  readonly takeFirst = (names: readonly string[]): string => this.#names.takeFirst(names);

  #namesFor(program: Program, ofClass: ClassName): ProgramNames {
    const { exported } = ofClass;
    const endings = exportedTypes(program);
    const front = this.#front(exported, endings);
    const types = new Map(endings.map((ending) => [ending, this.#names.takeExactly(`${front}${ending}`)]));
    const type = (ending: string): string => {
      const name = types.get(ending) ?? this.#names.take(`${front}${ending}`);
      types.set(ending, name);
      return name;
    };
    const small = functionName(exported);
    return { ofClass, prefix: this.#names.take(small === exported ? `${exported}Model` : small), type };
  }

  /** `M`, or `M_` where another model is called as one of the types would be: all that is exported for one model begins alike. */
  #front(name: string, endings: readonly string[]): string {
    for (let front = name; ; front += '_') if (endings.every((ending) => this.#names.isFree(`${front}${ending}`))) return front;
  }
}

function keyOf({ name, file }: Pick<Program, 'name' | 'file'>): string {
  return `${file} ${name}`;
}
