/**
 * Which functions are told whether to keep lists: those that make or hand them on for callers of which some do not read them.
 *
 * A function that leaves a list out does so in all of its parts: where it hands on what another function gives, that is told the
 * same. So this begins with whatever a function gives and does not read, and takes away what does not go, until all does.
 */
import { HANDED, READ, WHOLE, type Channel, type Unit, type Units } from './channels.ts';
import type { Call, Value } from '../value.ts';

/** Lists that go together. */
export interface Together {
  readonly channels: readonly Channel[];
}

export type Told = 'true' | 'false' | 'keep';

export interface Keeping {
  /** What a function makes or hands on only if it is told to. */
  readonly optional: (unit: Unit) => ReadonlySet<Together>;
  /** What a function that it calls is told; null: it has not to be told. */
  readonly told: (unit: Unit, call: Call) => Told | null;
}

export function keeping(units: Units, groupOf: (value: Value) => Together | null): Keeping {
  return new Keepers(units, groupOf).keeping();
}

class Keepers {
  readonly #units: Units;
  readonly #groupOf: (value: Value) => Together | null;
  readonly #places: ReadonlyMap<Unit, string>;
  readonly #optional = new Map<Unit, Set<Together>>();

  constructor(units: Units, groupOf: (value: Value) => Together | null) {
    this.#units = units;
    this.#groupOf = groupOf;
    this.#places = new Map(units.all.map((unit, k) => [unit, `${k}`]));
  }

  keeping(): Keeping {
    const { all } = this.#units;
    for (const unit of all) {
      const given = unit.made === null ? [] : unit.lowered.roots.flatMap((root) => this.#groupOf(root) ?? []);
      this.#optional.set(unit, new Set(given.filter((group) => !this.#isReadIn(unit, group))));
    }
    for (let isDone = false; !isDone; )
      isDone = !all
        .toReversed()
        .map((unit) => this.#leavesOut(unit))
        .includes(true);
    return { optional: (unit) => this.#optional.get(unit)!, told: (unit, call) => this.#told(unit, call) };
  }

  #of({ name }: Call): Unit {
    return this.#units.byName.get(name)!;
  }

  /** Takes away what does not go; is there any such thing? */
  #leavesOut(unit: Unit): boolean {
    const optional = this.#optional.get(unit)!;
    const wrong = [...optional].filter((group) => !this.#goes(unit, group, optional));
    for (const group of wrong) optional.delete(group);
    return wrong.length > 0;
  }

  #goes(unit: Unit, group: Together, optional: ReadonlySet<Together>): boolean {
    const uses = this.#units.uses.get(unit)!;
    const isAsked = uses.every(({ caller, call }) => this.#tells(caller, call, group) === 'true');
    // One word for all: it is not 'true' for one and the caller's own for another.
    const isMixed = uses.some(
      ({ caller, call }) =>
        this.#tells(caller, call, group) === 'true' && [...optional].some((other) => this.#tells(caller, call, other) === 'keep'),
    );
    const isHandedOn = unit.calls.every(
      (call) => this.#outputOf(unit, call, group) === undefined || this.#optional.get(this.#of(call))!.has(group),
    );
    return !isAsked && !isMixed && isHandedOn;
  }

  #isReadIn(unit: Unit, { channels: [channel] }: Together): boolean {
    return [...channel!.sites].some((site) => {
      const [kind = '', , at] = site.split(' ');
      return [READ, HANDED, WHOLE].includes(kind) && at === this.#places.get(unit);
    });
  }

  #outputOf(caller: Unit, { outputs }: Call, group: Together): Value | undefined {
    return outputs.find(({ value }) => this.#groupOf(value) === group && caller.needed.has(value))?.value;
  }

  #tells(caller: Unit, call: Call, group: Together): Told {
    if (this.#outputOf(caller, call, group) === undefined) return 'false';
    return this.#optional.get(caller)!.has(group) ? 'keep' : 'true';
  }

  #told(unit: Unit, call: Call): Told | null {
    const all = [...this.#optional.get(this.#of(call))!].map((group) => this.#tells(unit, call, group));
    if (all.length === 0) return null;
    return all.includes('true') ? 'true' : all.includes('keep') ? 'keep' : 'false';
  }
}
