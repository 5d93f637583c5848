/**
 * Functions for what a model computes more than once, or for the call of one block: over all functions of a model together,
 * segments of one canonical text become one function.
 *
 * What a function is handed it borrows; what it gives is the caller's. It gives what any of its callers reads.
 */
import { BEFORE, BEAM, NOW } from '../../../passes/core/axes.ts';
import { atomsOf, size as sizes, type Size } from '../../../size/size.ts';
import { canonical, flat, Labels, type Hole, type Known } from './canonical.ts';
import type { Lowered } from '../lower.ts';
import { calledAfter, described, endsOf, functionName, identifier, Names } from '../../naming/names.ts';
import type { Handed, OutlinedFunction, Shared, Use } from './functions.ts';
import { Building } from './rebuild.ts';
import { Roles } from './roles.ts';
import { isSegment, leaves, makerOf, segmented, type Item, type Phase, type Segment, type Segmented } from './segments.ts';
import { holdersIn } from '../schedule.ts';
import { sizeText } from '../../naming/sizes.ts';
import type { Sources } from '../../naming/sources.ts';
import { inputsOf, reading, typeOf, type Value } from '../value.ts';

/** A function before it is outlined. */
export interface Whole {
  readonly lowered: Lowered;
  /** The results that are there before anything goes backward; null: nothing does. */
  readonly forward: readonly Value[] | null;
  /** What sets it apart in names: `training`, `step`; '': nothing. */
  readonly mode: string;
}

export interface Outline {
  /** Of each function, in order. */
  readonly wholes: readonly Lowered[];
  /** Each after those that it calls. */
  readonly functions: readonly OutlinedFunction[];
}

/** What names are made of. */
export interface Naming {
  /** A name for a declaration of the module. */
  readonly take: (name: string) => string;
  /** The first of several that is free. */
  readonly takeFirst: (names: readonly string[]) => string;
  readonly sources: Sources;
  /** The name of a size's atom. */
  readonly atomName: (atom: string) => string;
}

export function outline(wholes: readonly Whole[], naming: Naming): Outline {
  return new Outliner(wholes, naming).outline();
}

/** What is in sizes of a step alone, and not in `n`. */
const OF_STEPS: ReadonlySet<string> = new Set(['beam', BEAM.id, NOW, BEFORE]);

/** A function has so many statements at least, where it is called more than once, or once. */
const FEWEST = 3;
const FEWEST_ALONE = 8;

/** What is called once takes so much at most: else the call says less than the statements. */
const MOST_INPUTS = 12;

/** What a function's name says of its phase; of one around a loop whose steps call the same block. */
const OWN: Readonly<Record<Phase, string>> = { forward: '', backward: ' backward' };
const AROUND: Readonly<Record<Phase, string>> = { forward: ' inputs', backward: ' gradients' };

class Outliner {
  readonly #segmented: readonly Segmented[];
  readonly #modes: ReadonlyMap<Segmented, string>;
  readonly #naming: Naming;
  readonly #roles: Roles;
  readonly #labels = new Labels();
  readonly #known = new Map<Segment, Known>();
  readonly #shared = new Map<number, Shared>();
  /** Blocks whose docs stand above a function. */
  readonly #documented = new Set<string>();

  constructor(wholes: readonly Whole[], naming: Naming) {
    this.#segmented = wholes.map(({ lowered, forward }) => segmented(lowered, forward));
    this.#modes = new Map(this.#segmented.map((each, k) => [each, wholes[k]!.mode]));
    this.#naming = naming;
    this.#roles = new Roles(naming.sources);
  }

  outline(): Outline {
    this.#group();
    for (const each of this.#segmented) this.#markOutputs(each);
    const functions = new Map<number, OutlinedFunction & Handed>();
    for (const shared of this.#shared.values()) functions.set(shared.id, this.#function(shared, functions));
    return {
      wholes: this.#segmented.map((each) => new Building(each, this.#known, functions, null).whole()),
      functions: [...functions.values()],
    };
  }

  // ---------------------------------------------------------------- which segments are functions

  /** Innermost segments first, so that what calls them is known by their functions. */
  #group(): void {
    const byHeight: { segment: Segment; segmented: Segmented; inLoop: boolean }[][] = [];
    for (const each of this.#segmented) {
      const visit = (items: readonly Item[], inLoop: boolean): number => {
        let height = 0;
        for (const item of items) {
          if (isSegment(item)) {
            const own = visit(item.members, inLoop);
            (byHeight[own] ??= []).push({ segment: item, segmented: each, inLoop });
            height = Math.max(height, own + 1);
          } else if (item.kind === 'loop') height = Math.max(height, visit(each.bodies.get(each.lowered.loops.get(item)!)!, true));
        }
        return height;
      };
      visit(each.items, this.#modes.get(each) === 'step');
    }
    for (const level of byHeight) {
      const groups = new Map<string, Use[]>();
      for (const { segment, segmented, inLoop } of level ?? []) {
        const made = canonical(segment, segmented, this.#known, this.#labels);
        // Objectives of one form are one function, whatever they are called.
        const callee = segment.frame.path === '' ? '' : segment.frame.callee;
        const key = `${callee} ${segment.phase} ${segment.base === segment.frame.path}\n${made.text}`;
        groups.set(key, [...(groups.get(key) ?? []), { segment, segmented, canonical: made, inLoop }]);
      }
      for (const [key, uses] of groups) {
        if (!this.#isWorth(uses)) continue;
        const id = this.#labels.of(key);
        this.#shared.set(id, { id, uses, outputs: new Set() });
        for (const use of uses) this.#known.set(use.segment, { id, canonical: use.canonical });
      }
    }
  }

  #isWorth(uses: readonly Use[]): boolean {
    const [{ segment, segmented, canonical }] = uses as readonly [Use, ...Use[]];
    const size = this.#statements(segment.members, segmented);
    if (uses.length > 1) return size >= FEWEST;
    const isWhole = segment.frame.path === '' && segment.frame.parent === null;
    return !isWhole && size >= FEWEST_ALONE && canonical.inputs.length <= MOST_INPUTS;
  }

  #statements(items: readonly Item[], each: Segmented): number {
    return flat(items, this.#known).reduce(
      (sum, item) =>
        sum + 1 + (!isSegment(item) && item.kind === 'loop' ? this.#statements(each.bodies.get(each.lowered.loops.get(item)!)!, each) : 0),
      0,
    );
  }

  // ---------------------------------------------------------------- what they give

  /** What is read outside the segment that makes it. */
  #markOutputs(each: Segmented): void {
    const { lowered, needed, bodies } = each;
    const chains = new Map<Value, readonly Segment[]>();
    const walk = (items: readonly Item[], chain: readonly Segment[], visit: (value: Value, chain: readonly Segment[]) => void): void => {
      for (const item of items) {
        if (isSegment(item)) walk(item.members, this.#known.has(item) ? [...chain, item] : chain, visit);
        else {
          visit(item, chain);
          if (item.kind === 'loop') walk(bodies.get(lowered.loops.get(item)!)!, chain, visit);
        }
      }
    };
    walk(each.items, [], (value, chain) => chains.set(value, chain));
    const read = (value: Value, reader: readonly Segment[]): void => {
      for (const leaf of leaves(value)) {
        const maker = makerOf(leaf, lowered.loops);
        for (const segment of (maker === null ? undefined : chains.get(maker)) ?? []) {
          if (!reader.includes(segment)) this.#give(segment, leaf);
        }
      }
    };
    for (const root of lowered.roots) read(root, []);
    walk(each.items, [], (value, chain) => {
      if (value.kind !== 'loop') return inputsOf(value).forEach((input) => read(input, chain));
      const loop = lowered.loops.get(value)!;
      for (const x of loop.xs) if (needed.has(x.argument)) read(x.list, chain);
      for (const state of loop.states) if (needed.has(state.final)) [state.first, state.next].forEach((part) => read(part, chain));
      for (const emit of loop.emits) if (needed.has(emit.list)) read(emit.value, chain);
    });
  }

  #give(segment: Segment, value: Value): void {
    const { id, canonical } = this.#known.get(segment)!;
    this.#shared.get(id)!.outputs.add(canonical.names.get(value)!);
  }

  // ---------------------------------------------------------------- functions

  /** `gru`, `gruBackward`; before and after a loop whose steps call it so, `gruInputs` and `gruGradients`. */
  #nameFor({ uses }: Shared): string {
    const [{ segment }] = uses as readonly [Use, ...Use[]];
    const inSteps = (each: Shared): boolean => each.uses.some((use) => use.inLoop);
    const alike = [...this.#shared.values()].filter(({ uses: [other] }) => other!.segment.frame.callee === segment.frame.callee);
    const ofSteps = alike.some((each) => each.uses[0]!.segment.phase === segment.phase && inSteps(each));
    const isAround = ofSteps && !uses.some((use) => use.inLoop);
    const part = isAround ? AROUND[segment.phase] : OWN[segment.phase];
    const base = `${segment.frame.callee}${part}`;
    const modes = [...new Set(uses.map((use) => this.#modes.get(use.segmented)!))];
    const same = alike.filter(({ uses: [other] }) => other!.segment.phase === segment.phase);
    const mode = modes.length === 1 && segment.phase === 'forward' && same.length > 1 ? modes[0]! : '';
    return this.#naming.take(functionName(mode === '' ? base : `${base} ${mode}`));
  }

  /** What a value may be called at the border of a function, the best first. A step's element of a list is called as the list is. */
  #namesOf(value: Value, lowered: Lowered): readonly string[] {
    const list = value.kind === 'argument' ? lowered.loops.get(value)?.xs.find(({ argument }) => argument === value)?.list : undefined;
    if (value.origin.name !== null) return [value.origin.name];
    const hint = (list ?? value).hint.replace(/ steps$/, '');
    return [...described(hint, this.#naming.sources.equation((list ?? value).origin)), ...endsOf(hint, 4)];
  }

  /** Of a block, above the first of its functions that goes forward. */
  #docsOf({ segment: { frame, phase, members } }: Use): string | null {
    const known = `${frame.callee}`;
    if (phase !== 'forward' || this.#documented.has(known)) return null;
    const own = statementsIn(members).find(({ origin }) => origin.frame === frame);
    const docs = own === undefined ? null : this.#naming.sources.docOf(own.origin.file, frame.callee);
    if (docs !== null) this.#documented.add(known);
    return docs;
  }

  #function(shared: Shared, functions: ReadonlyMap<number, OutlinedFunction & Handed>): OutlinedFunction & Handed {
    const [use] = shared.uses as readonly [Use, ...Use[]];
    const names = new Names(['p', 'n', 'random', ...[...functions.values()].map(({ name }) => name)]);
    const inputs = use.canonical.inputs.map((value) => ({
      name: names.takeFirst([...this.#roles.namesOf(value, use.segment, use.segmented), ...this.#namesOf(value, use.segmented.lowered)]),
      type: reading(typeOf(value, use.segmented.lowered.loops)),
    }));
    const { holes, handed } = openSizes(shared.uses, names, this.#naming.atomName);
    for (;;) {
      const building = new Building(use.segmented, this.#known, functions, {
        ...use,
        shared,
        inputs: inputs.map(({ name }) => name),
        holes,
      });
      const made = building.function();
      const holders = holdersIn(made.lowered);
      const missing = made.lowered.roots.flatMap(holders).filter((each) => !made.lowered.roots.includes(each) && each.free === undefined);
      if (missing.length > 0) {
        for (const each of missing) shared.outputs.add(made.nameOf(each));
        continue;
      }
      const { roots } = made.lowered;
      const taken = new Names();
      return {
        name: this.#nameFor(shared),
        frame: use.segment.frame,
        phase: use.segment.phase,
        docs: this.#docsOf(use),
        lowered: made.lowered,
        outputs: roots.map((root) => {
          const wanted = this.#namesOf(root, made.lowered);
          return taken.takeFirst([...wanted, ...calledAfter(wanted[0]!, root.origin.frame, use.segment.frame)]);
        }),
        parts: made.readsParameters ? shared.uses.map(({ segment }) => segment.base) : [],
        inputs: inputs.map((each, k) => ({ ...each, value: made.inputs[k]! })),
        sizes: new Map(handed.map(({ atom, name }) => [atom, name])),
        readsSizes: made.readsSizes,
        draws: made.draws,
        given: [...shared.outputs],
        handed: handed.map(({ hole }) => hole),
        lives: roots.map((root) => {
          const places = holders(root).map((each) => ({ output: roots.indexOf(each), input: made.inputs.indexOf(each) }));
          return { owns: holders(root).includes(root), in: places.filter(({ output }) => roots[output] !== root) };
        }),
      };
    }
  }
}

/** Without those in the bodies of loops. */
function statementsIn(items: readonly Item[]): readonly Value[] {
  return items.flatMap((item) => (isSegment(item) ? statementsIn(item.members) : [item]));
}

const sizeOfHole = (hole: Hole): Size => hole.size;

/** Sizes that differ between uses are handed; those that differ alike are one. */
function openSizes(
  uses: readonly Use[],
  names: Names,
  atomName: (atom: string) => string,
): {
  readonly holes: ReadonlyMap<Hole, Size>;
  readonly handed: readonly { readonly hole: number; readonly atom: string; readonly name: string }[];
} {
  const [{ canonical: first }] = uses as readonly [Use, ...Use[]];
  const holes = new Map<Hole, Size>();
  const handed = new Map<string, { readonly hole: number; readonly atom: string; readonly name: string }>();
  for (const [k, hole] of first.holes.entries()) {
    const all = uses.map(({ canonical }) => sizeOfHole(canonical.holes[k]!).key);
    const own = sizeOfHole(hole);
    const isFixed = all.every((key) => key === own.key) && [...atomsOf(own)].every((atom) => !OF_STEPS.has(atom));
    if (isFixed) continue;
    const key = all.join('\n');
    let known = handed.get(key);
    if (known === undefined) {
      const name = names.take(atomsOf(own).size === 0 ? 'size' : identifier(sizeText(own, atomName).text));
      known = { hole: k, atom: `handed ${name}`, name };
      handed.set(key, known);
    }
    holes.set(hole, sizes.atom(known.atom));
  }
  return { holes, handed: [...handed.values()] };
}
