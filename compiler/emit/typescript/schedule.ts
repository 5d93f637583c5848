/**
 * Which statement stands in which block, in what order, and what is disposed after it.
 *
 * A value stands in the innermost loop whose arguments it needs, so what no step changes is computed once. Within a block
 * statements keep the order of the program, as far as equations stay whole; what only one statement of an equation needs is
 * part of that statement. A tensor is disposed after the last statement of its block that uses it; a
 * loop's list owns what it was given, a state owns its tensor and hands it on. A list is owned as a whole, with everything in
 * it: by its block, by the list that it is put on, by the state that it becomes. So what refers to things that live elsewhere
 * is copied before it is given to either.
 */
import { folded } from '../../graph/fold.ts';
import { keptWhole, units, type EquationOf } from './equations.ts';
import { inputsOf, listDepth, typeOf, type Loop, type Output, type State, type Value } from './value.ts';
import type { Lowered } from './lower.ts';

export interface Block {
  readonly statements: readonly Statement[];
  /** For a loop's body: what each list and each state is given at the end of a step; `copy` where somebody else owns it. */
  readonly gives: ReadonlyMap<Value, Given>;
  /** State arguments that no one needs any more when the step ends. */
  readonly ends: readonly Value[];
}

export interface Given {
  readonly value: Value;
  readonly copy: boolean;
}

export interface Statement {
  readonly value: Value;
  /** Steps on the way to the value, which live no longer than it takes to compute it. */
  readonly parts: readonly Value[];
  /** For a loop. */
  readonly body: Block | null;
  /** Dead after this statement. */
  readonly dies: readonly Value[];
  /** For a loop: the states whose first value needs a handle of its own. */
  readonly copies: ReadonlySet<State>;
}

export interface Plan {
  readonly block: Block;
  /** What the function returns: `copy` where it returns something twice, or something of the caller's. */
  readonly results: readonly Given[];
  /** Every value that the function needs. */
  readonly needed: ReadonlySet<Value>;
}

/**
 * @param isApart whether a value is no part of another statement
 * @param lends whether results may refer to what lives in others, and at the caller's
 */
export function plan(lowered: Lowered, equationOf: EquationOf, isApart: (value: Value) => boolean, lends: boolean): Plan {
  return new Planner(lowered, equationOf, isApart).plan(lends);
}

/** The statements of a function by the loop in whose body they stand, in an order in which they can be computed. */
export interface Blocks {
  readonly of: (loop: Loop | null) => readonly Value[];
  readonly needed: ReadonlySet<Value>;
}

export function blocksOf(lowered: Lowered): Blocks {
  return new Planner(lowered, () => '').blocks();
}

/** The values of the function whose lives keep a value alive, in the block where it is made. */
export function holdersIn(lowered: Lowered): (value: Value) => readonly Value[] {
  return new Planner(lowered, () => '').holders();
}

const NO_LOOPS: ReadonlySet<Loop> = new Set();

/** Whether a line of the text is the value's own. */
export function isStatement({ kind }: Value): boolean {
  return kind === 'tensor' || kind === 'list' || kind === 'rows' || kind === 'loop' || kind === 'call';
}

/** What the values are that a loop binds or leaves. */
interface Roles {
  /** By list: what is put on it. */
  readonly emitted: ReadonlyMap<Value, Value>;
  /** By argument. */
  readonly lists: ReadonlyMap<Value, readonly Value[]>;
  /** By argument, and by final value. */
  readonly states: ReadonlyMap<Value, State>;
}

class Planner {
  readonly #loops: Lowered['loops'];
  readonly #calls: Lowered['calls'];
  readonly #roots: readonly Value[];
  readonly #equationOf: EquationOf;
  readonly #isApart: (value: Value) => boolean;
  readonly #needed = new Set<Value>();
  readonly #blocks = new Map<Loop | null, Value[]>();
  readonly #roles = new Map<Loop, Roles>();
  /** By loop and value of its body: the list that is made of it. */
  readonly #made = new Map<Loop, ReadonlyMap<Value, Value>>();
  /** The loops whose arguments the value needs directly or through others. */
  readonly #dependsOn: (value: Value) => ReadonlySet<Loop> = folded(
    (value) => (this.#isBound(value) ? [] : this.#operands(value)),
    (value, of) => this.#loopsOf(value, of),
  );
  /** The loop that the value stands in; null: none. */
  readonly #home: (value: Value) => Loop | null = folded<Value, Loop | null>(
    () => [],
    (value) => this.#innermost(value),
  );
  /** The values of a block whose lives keep this one alive. */
  readonly #holders: (value: Value) => readonly Value[] = folded(
    (value) => this.#lent(value),
    (value, of) => this.#alive(value, of),
  );
  /** Every holder that a statement uses, bodies included. */
  readonly #usedBy: (value: Value) => ReadonlySet<Value> = folded(
    (value) => this.#inside(value),
    (value, of) =>
      new Set([
        ...this.#operands(value).flatMap((operand) => this.#holders(operand)),
        ...this.#inside(value).flatMap((inner) => [...of(inner)]),
      ]),
  );

  /** The statements that the text of an operand reads. */
  readonly #read: (operand: Value) => ReadonlySet<Value> = folded(
    (operand) => (isStatement(operand) ? [] : inputsOf(operand)),
    (operand, of) => new Set(isStatement(operand) ? [operand] : inputsOf(operand).flatMap((input) => [...of(input)])),
  );
  /** The statements that a statement reads, with its body. */
  readonly #reads: (statement: Value) => ReadonlySet<Value> = folded(
    (statement) => this.#inside(statement),
    (statement, of) =>
      new Set([
        ...this.#operands(statement).flatMap((operand) => [...this.#read(operand)]),
        ...this.#inside(statement).flatMap((inner) => [...of(inner)]),
      ]),
  );

  constructor({ roots, loops, calls }: Lowered, equationOf: EquationOf, isApart: (value: Value) => boolean = () => false) {
    this.#equationOf = equationOf;
    this.#isApart = isApart;
    this.#roots = roots;
    this.#loops = loops;
    this.#calls = calls;
    this.#need();
    const values = [...this.#needed].sort((a, b) => a.id - b.id);
    for (const value of values.filter(isStatement)) {
      const home = this.#home(value);
      const block = this.#blocks.get(home);
      if (block === undefined) this.#blocks.set(home, [value]);
      else block.push(value);
    }
  }

  blocks(): Blocks {
    return { of: (loop) => this.#blocks.get(loop) ?? [], needed: this.#needed };
  }

  holders(): (value: Value) => readonly Value[] {
    return this.#holders;
  }

  plan(lends: boolean): Plan {
    for (const [home, block] of this.#blocks) this.#blocks.set(home, keptWhole(block, this.#reads, this.#equationOf));
    const claimed = new Set<Value>();
    const own = new Set([...(this.#blocks.get(null) ?? [])].flatMap((value) => this.#leaves(value)));
    const results = this.#roots.map((value): Given => {
      const copy = lends && this.#isLent(value) ? false : this.#isCopied(value, own, claimed);
      if (!copy) claimed.add(value);
      return { value, copy };
    });
    const usedLast = this.#roots.flatMap((value) => this.#holders(value));
    return { block: this.#block(null, claimed, usedLast), results, needed: this.#needed };
  }

  // ---------------------------------------------------------------- what is needed

  #need(): void {
    const open = [...this.#roots];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (this.#needed.has(value)) continue;
      this.#needed.add(value);
      open.push(...inputsOf(value));
      const loop = this.#loops.get(value);
      if (loop === undefined) continue;
      open.push(loop.self, loop.position);
      // Lists that nothing reads are not made.
      const { emitted, lists, states } = this.#rolesOf(loop);
      if (value.kind === 'emitted') open.push(emitted.get(value)!);
      if (value.kind === 'argument') open.push(...(lists.get(value) ?? []));
      const state = value.kind === 'final' || value.kind === 'argument' ? states.get(value) : undefined;
      if (state !== undefined) open.push(state.argument, state.first, state.next, state.final);
    }
  }

  #rolesOf(loop: Loop): Roles {
    let roles = this.#roles.get(loop);
    if (roles === undefined) {
      const lists = new Map<Value, Value[]>();
      for (const { argument, list } of loop.xs) lists.set(argument, [...(lists.get(argument) ?? []), list]);
      roles = {
        emitted: new Map(loop.emits.map(({ list, value }) => [list, value])),
        lists,
        states: new Map(
          loop.states.flatMap((state): [Value, State][] => [
            [state.argument, state],
            [state.final, state],
          ]),
        ),
      };
      this.#roles.set(loop, roles);
    }
    return roles;
  }

  #states(loop: Loop): readonly State[] {
    return loop.states.filter((state) => this.#needed.has(state.final));
  }

  #emits(loop: Loop): Loop['emits'] {
    return loop.emits.filter((emit) => this.#needed.has(emit.list));
  }

  /** What a statement reads: of a loop also what its body reads, whole. */
  #operands(value: Value): readonly Value[] {
    if (value.kind === 'loop') {
      const loop = this.#loops.get(value)!;
      return [
        ...loop.xs.filter((x) => this.#needed.has(x.argument)).map((x) => x.list),
        ...this.#states(loop).flatMap((state) => [state.first, state.next]),
        ...this.#emits(loop).map((emit) => emit.value),
      ];
    }
    return inputsOf(value);
  }

  // ---------------------------------------------------------------- where it stands

  #isBound(value: Value): boolean {
    return value.kind === 'argument' && this.#loops.has(value);
  }

  #loopsOf(value: Value, of: (operand: Value) => ReadonlySet<Loop>): ReadonlySet<Loop> {
    const loop = this.#loops.get(value);
    if (loop !== undefined && this.#isBound(value)) return new Set([loop]);
    const sets = new Set(
      this.#operands(value)
        .map(of)
        .filter((set) => set.size > 0),
    );
    const own = value.kind === 'loop' ? loop : undefined;
    const [first = NO_LOOPS] = sets;
    // Most values need what one operand needs.
    if (sets.size <= 1 && (own === undefined || !first.has(own))) return first;
    return new Set([...sets].flatMap((set) => [...set]).filter((each) => each !== own));
  }

  /** A loop stands in the loops that its own statement needs. */
  #around(loops: Iterable<Loop>): ReadonlySet<Loop> {
    const result = new Set(loops);
    for (const loop of result) for (const outer of this.#dependsOn(loop.self)) result.add(outer);
    return result;
  }

  #innermost(value: Value): Loop | null {
    let home: Loop | null = null;
    let depth = 0;
    for (const loop of this.#dependsOn(value)) {
      const own = this.#around([loop]).size;
      if (own > depth) [home, depth] = [loop, own];
    }
    return home;
  }

  // ---------------------------------------------------------------- who owns what

  /** A state whose next value is also emitted lives in the list: nothing is copied or disposed for it. */
  #borrowed(loop: Loop, state: State): Value | null {
    const { kind } = state.next;
    const isMade = kind === 'tensor' || kind === 'output' || kind === 'emitted';
    return isMade && !this.#isListElsewhere(state.next) && this.#home(state.next) === loop ? this.#listOf(loop, state.next) : null;
  }

  /** The list that is made of a value of the body. */
  #listOf(loop: Loop, value: Value): Value | null {
    let lists = this.#made.get(loop);
    if (lists === undefined) {
      lists = new Map(
        this.#emits(loop)
          .toReversed()
          .map((emit) => [emit.value, emit.list]),
      );
      this.#made.set(loop, lists);
    }
    return lists.get(value) ?? null;
  }

  /** A list of the previous values of such a state: the first value and what the other list owns. It owns nothing itself. */
  #view(list: Value): { readonly state: State; readonly owner: Value } | null {
    const loop = this.#loops.get(list)!;
    const { emitted, states } = this.#rolesOf(loop);
    const value = emitted.get(list)!;
    const state = states.get(value);
    const owner = state?.argument === value && state !== undefined ? this.#borrowed(loop, state) : null;
    return state === undefined || owner === null ? null : { state, owner };
  }

  /** Kept rows, and lists of what lives elsewhere: nobody owns them. */
  #isLent(value: Value): boolean {
    if (value.kind === 'output') return !this.#output(value).owns;
    return value.kind === 'rows' || (value.kind === 'emitted' && this.#view(value) !== null);
  }

  /** A list that refers to what lives elsewhere. */
  #isListElsewhere(value: Value): boolean {
    return this.#isLent(value) && listDepth(typeOf(value, this.#loops)) > 0;
  }

  /** Does whoever is given the value get a copy? */
  #isCopied(value: Value, own: ReadonlySet<Value>, claimed: ReadonlySet<Value>): boolean {
    return this.#isLent(value) ? this.#isListElsewhere(value) : !own.has(value) || claimed.has(value);
  }

  /** Values whose holders keep this one alive, too. */
  #lent(value: Value): readonly Value[] {
    if (value.kind === 'host' || value.kind === 'given') return inputsOf(value);
    if (value.kind === 'output') return this.#output(value).livesIn;
    const view = value.kind === 'emitted' ? this.#view(value) : null;
    if (view !== null) return [view.state.first];
    if (value.kind !== 'final') return [];
    const { state, list } = this.#ended(value);
    return list === null ? [] : [state.first];
  }

  #alive(value: Value, of: (value: Value) => readonly Value[]): readonly Value[] {
    const lent = this.#lent(value).flatMap(of);
    switch (value.kind) {
      case 'tensor':
      case 'list':
        return [value];
      case 'emitted':
        return [this.#view(value)?.owner ?? value, ...lent];
      case 'host':
      case 'given':
        // What the function is handed lives at its caller's.
        return value.free === undefined ? [...new Set(lent)] : [value];
      case 'final':
        return [this.#ended(value).list ?? value, ...lent];
      case 'argument': {
        const loop = this.#loops.get(value)!;
        const state = this.#rolesOf(loop).states.get(value);
        return state === undefined || this.#borrowed(loop, state) !== null ? [] : [value];
      }
      case 'output':
        return this.#output(value).owns ? [value, ...lent] : lent;
      case 'loop':
      case 'call':
      case 'rows':
        return [];
    }
  }

  #output(value: Value): Output {
    return this.#calls.get(value)!.outputs.find((each) => each.value === value)!;
  }

  /** For a final value: the state, and the list that it lives in. */
  #ended(value: Value): { readonly state: State; readonly list: Value | null } {
    const loop = this.#loops.get(value)!;
    const state = this.#rolesOf(loop).states.get(value)!;
    return { state, list: this.#borrowed(loop, state) };
  }

  /** What a statement leaves to its block. */
  #leaves(value: Value): readonly Value[] {
    if (value.kind === 'call') return this.#calls.get(value)!.outputs.flatMap((each) => (each.owns ? [each.value] : []));
    if (value.kind !== 'loop') return value.kind === 'rows' ? [] : [value];
    const loop = this.#loops.get(value)!;
    return [
      ...this.#emits(loop)
        .map((emit) => emit.list)
        .filter((list) => this.#view(list) === null),
      ...this.#states(loop)
        .filter((state) => this.#borrowed(loop, state) === null)
        .map((state) => state.final),
    ];
  }

  /** The statements of a loop's body. */
  #inside(value: Value): readonly Value[] {
    return value.kind === 'loop' ? (this.#blocks.get(this.#loops.get(value)!) ?? []) : [];
  }

  /** What a loop reads besides the first values of its states. */
  #readInside(loop: Loop): ReadonlySet<Value> {
    const parts = [
      ...loop.xs.map((x) => x.list),
      ...this.#states(loop).map((state) => state.next),
      ...this.#emits(loop).map((emit) => emit.value),
    ];
    const result = new Set(parts.flatMap((part) => this.#holders(part)));
    for (const inner of this.#blocks.get(loop) ?? []) for (const used of this.#usedBy(inner)) result.add(used);
    return result;
  }

  // ---------------------------------------------------------------- blocks

  /** `kept`: owned by somebody else when the block ends; `usedLast`: read after its last statement. */
  #block(loop: Loop | null, kept: ReadonlySet<Value>, usedLast: readonly Value[]): Block {
    const values = this.#blocks.get(loop) ?? [];
    const given = loop === null ? { gives: new Map<Value, Given>(), claimed: kept } : this.#gives(loop, values);
    const after = loop === null ? this.#roots : [...given.gives.values()].map(({ value }) => value);
    const together = units(
      values,
      this.#reads,
      this.#equationOf,
      new Set(after.flatMap((value) => [...this.#read(value)])),
      (value) => value.origin.name !== null || this.#isApart(value),
    );
    const last = new Map<Value, number>();
    together.forEach(({ value, parts }, k) => {
      for (const left of this.#leaves(value)) last.set(left, k);
      for (const each of [...parts, value]) for (const used of this.#usedBy(each)) last.set(used, k);
    });
    const late = new Set([...usedLast, ...(loop === null ? [] : [...given.gives.values()].flatMap(({ value }) => this.#holders(value)))]);
    const states =
      loop === null
        ? []
        : this.#states(loop)
            .filter((state) => this.#borrowed(loop, state) === null)
            .map((state) => state.argument);
    const mine = new Set([...together.flatMap(({ value }) => this.#leaves(value)), ...states]);
    const taken = new Set(given.claimed);
    const dying = new Map<number, Value[]>();
    for (const each of mine) {
      const k = last.get(each);
      if (k === undefined || late.has(each) || taken.has(each)) continue;
      const others = dying.get(k);
      if (others === undefined) dying.set(k, [each]);
      else others.push(each);
    }
    const statements = together.map(({ value, parts }, k): Statement => {
      const dies = dying.get(k) ?? [];
      const copies = new Set<State>();
      const inner = value.kind === 'loop' ? this.#loops.get(value)! : null;
      if (inner !== null) {
        const isBorrowed = (state: State): boolean => this.#borrowed(inner, state) !== null;
        const inBody = this.#readInside(inner);
        // A borrowed state reads its first value as it is; what another begins with too is that one's to give away.
        const begun = new Set(
          this.#states(inner)
            .filter(isBorrowed)
            .flatMap(({ first }) => this.#holders(first)),
        );
        for (const state of this.#states(inner)) {
          if (isBorrowed(state)) continue;
          const index = dies.indexOf(state.first);
          // The first value dies here and the body does not read it: the state takes it over.
          if (index >= 0 && !begun.has(state.first) && !inBody.has(state.first)) dies.splice(index, 1);
          else copies.add(state);
        }
      }
      return { value, parts, body: inner === null ? null : this.#block(inner, new Set(), []), dies, copies };
    });
    const ends = [...mine].filter((each) => !taken.has(each) && (late.has(each) || !last.has(each)) && (loop !== null || !kept.has(each)));
    return { statements, gives: given.gives, ends };
  }

  /** Lists are served first, then states; what is not the step's own, or is taken already, is copied. */
  #gives(loop: Loop, values: readonly Value[]): { readonly gives: Map<Value, Given>; readonly claimed: Set<Value> } {
    const own = new Set(values.flatMap((value) => this.#leaves(value)));
    for (const state of this.#states(loop)) if (this.#borrowed(loop, state) === null) own.add(state.argument);
    const gives = new Map<Value, Given>();
    const claimed = new Set<Value>();
    const give = (to: Value, value: Value): void => {
      const copy = this.#isCopied(value, own, claimed);
      if (!copy) claimed.add(value);
      gives.set(to, { value, copy });
    };
    for (const emit of this.#emits(loop)) {
      if (this.#view(emit.list) === null) give(emit.list, emit.value);
      else gives.set(emit.list, { value: emit.value, copy: false });
    }
    for (const state of this.#states(loop)) {
      if (this.#borrowed(loop, state) === null) give(state.final, state.next);
      else gives.set(state.final, { value: state.next, copy: false });
    }
    return { gives, claimed };
  }
}
