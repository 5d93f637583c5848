/** What names mean while a body is elaborated. */
import type { Entry, Value } from './values.ts';

/** Nested scopes of names; a primed name is stored as `h'`. */
export class Scope {
  private readonly entries = new Map<string, Entry>();
  /** Names that inner bodies define, and the kind of body: for better errors. */
  readonly hidden = new Map<string, 'repeat' | 'scan'>();
  readonly parent: Scope | null;
  /** The axis label of the scan whose body this is. */
  private readonly scan: string | null;
  /** One round of a `repeat`: outer names may be redefined, and are carried to the next round. */
  readonly round: boolean;
  /** Names of this body that live outside the steps: parameters of a round inside a scan. */
  private readonly constants: Scope | null;

  constructor(parent: Scope | null, of: { readonly scan?: string; readonly round?: boolean; readonly constants?: Scope | null } = {}) {
    this.parent = parent;
    this.scan = of.scan ?? null;
    this.round = of.round ?? false;
    this.constants = of.constants ?? null;
  }

  /** Is `name` a value from outside this round? */
  carries(name: string): boolean {
    return this.round && this.parent?.lookup(name)?.kind === 'value';
  }

  /** Labels of the scans between here and the definition of `name`. */
  crossed(name: string): string[] {
    if (this.entries.has(name) || this.constants?.own(name) != null || this.parent === null) return [];
    return [...(this.scan === null ? [] : [this.scan]), ...this.parent.crossed(name)];
  }

  lookup(name: string): Entry | null {
    return this.entries.get(name) ?? this.constants?.own(name) ?? this.parent?.lookup(name) ?? null;
  }

  hiddenIn(name: string): 'repeat' | 'scan' | null {
    return this.hidden.get(name) ?? this.parent?.hiddenIn(name) ?? null;
  }

  own(name: string): Entry | null {
    return this.entries.get(name) ?? null;
  }

  /** The values that are defined here, by name. */
  values(): ReadonlyMap<string, Value> {
    return new Map([...this.entries].flatMap(([name, entry]) => (entry.kind === 'value' ? [[name, entry.value]] : [])));
  }

  define(name: string, entry: Entry): void {
    this.entries.set(name, entry);
  }

  /** The names defined here, in another parent scope. */
  under(parent: Scope): Scope {
    const made = new Scope(parent);
    for (const [name, entry] of this.entries) made.define(name, entry);
    return made;
  }

  names(): Set<string> {
    const all = this.parent?.names() ?? new Set<string>();
    for (const name of this.entries.keys()) all.add(name);
    return all;
  }
}
