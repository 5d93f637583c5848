/** The values of a function anew: its segments as calls, and what it is handed under the names of its parameters. */
import { NOWHERE } from '../../../graph/builder.ts';
import { atomsOf, type Size } from '../../../size/size.ts';
import { flat, type Canonical, type Hole, type Known } from './canonical.ts';
import type { Lowered } from '../lower.ts';
import type { Handed, OutlinedFunction, Shared } from './functions.ts';
import { isSegment, roundsIn, type Item, type Segment, type Segmented } from './segments.ts';
import { partOf } from '../../naming/names.ts';
import {
  typeOf,
  inputsOf,
  isList,
  isSize,
  isValue,
  parameterOf,
  reading,
  type Call,
  type Loop,
  type Output,
  type Piece,
  type State,
  type Value,
} from '../value.ts';

/** What a segment that becomes a function is handed. */
export interface Inside {
  readonly segment: Segment;
  readonly canonical: Canonical;
  readonly shared: Shared;
  /** Names of its parameters. */
  readonly inputs: readonly string[];
  readonly holes: ReadonlyMap<Hole, Size>;
}

export interface BuiltFunction {
  readonly lowered: Lowered;
  readonly inputs: readonly Value[];
  readonly readsParameters: boolean;
  readonly readsSizes: boolean;
  readonly draws: boolean;
  /** What the canonical text calls a value that was made. */
  readonly nameOf: (made: Value) => string;
}

/** What is added to the name of an operand. */
const DERIVED = /(?:Rows|Wide|Shaped|T|Masked|AsFloat|AsInt)+$/;

/** The lists that a function gives, and those that are elements of them, as the texts of its uses have them. */
function listsGiven({ outputs, uses }: Shared): ReadonlyMap<string, { readonly loop: string; readonly value: string }> {
  const lists = new Map<string, { readonly loop: string; readonly value: string }>();
  const open = new Set(outputs);
  for (const name of open) {
    const parts = uses.map(({ canonical }) => canonical.lists.get(name)).find((each) => each !== undefined);
    if (parts === undefined) continue;
    lists.set(name, parts);
    open.add(parts.value);
  }
  return lists;
}

export class Building {
  readonly #segmented: Segmented;
  readonly #known: ReadonlyMap<Segment, Known>;
  readonly #functions: ReadonlyMap<number, OutlinedFunction & Handed>;
  readonly #inside: Inside | null;
  readonly #base: string;
  readonly #made = new Map<Value, Value>();
  readonly #byName = new Map<string, Value>();
  readonly #names = new Map<Value, string>();
  readonly #loops = new Map<Value, Loop>();
  readonly #calls = new Map<Value, Call>();
  #readsParameters = false;
  #readsSizes = false;
  #draws = false;
  #count = 0;

  constructor(
    segmented: Segmented,
    known: ReadonlyMap<Segment, Known>,
    functions: ReadonlyMap<number, OutlinedFunction & Handed>,
    inside: Inside | null,
  ) {
    this.#segmented = segmented;
    this.#known = known;
    this.#functions = functions;
    this.#inside = inside;
    this.#base = inside === null ? '' : inside.segment.base;
  }

  whole(): Lowered {
    this.#items(this.#segmented.items);
    return { roots: this.#segmented.lowered.roots.map((root) => this.#value(root)), loops: this.#loops, calls: this.#calls };
  }

  function(): BuiltFunction {
    const { segment, canonical, shared, inputs: names } = this.#inside!;
    const inputs = canonical.inputs.map((value, k) => {
      const made = this.#new(value, { kind: 'given', code: [names[k]!], free: reading(typeOf(value, this.#segmented.lowered.loops)) });
      this.#set(value, made);
      return made;
    });
    this.#items(segment.members);
    const roots = [...shared.outputs].map((name) => this.#named(name));
    return {
      lowered: { roots, loops: this.#loops, calls: this.#calls },
      inputs,
      readsParameters: this.#readsParameters,
      readsSizes: this.#readsSizes,
      draws: this.#draws,
      nameOf: (made) => this.#names.get(made)!,
    };
  }

  // ---------------------------------------------------------------- values

  #new(from: Value, more: Partial<Value>): Value {
    return { ...from, ...more, id: this.#count++ };
  }

  #set(value: Value, made: Value): void {
    this.#made.set(value, made);
    const name = this.#inside?.canonical.names.get(value);
    if (name !== undefined) this.#call(name, made);
  }

  #call(name: string, made: Value): void {
    this.#byName.set(name, made);
    this.#names.set(made, name);
  }

  #named(name: string): Value {
    return this.#byName.get(name) ?? this.#value(this.#inside!.canonical.values.get(name)!);
  }

  /** Text that is written where it is used is made when it is first read. */
  #value(value: Value): Value {
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    if (value.kind !== 'host' && value.kind !== 'given') throw new Error(`emit: %${value.id} (${value.kind}) is read before it is made`);
    const path = parameterOf(value);
    const code = path === null ? this.#code(value.code) : this.#part(path, inputsOf(value));
    const made = this.#new(value, { code });
    this.#set(value, made);
    return made;
  }

  #code(code: readonly Piece[]): readonly Piece[] {
    return code.map((piece): Piece => {
      if (typeof piece === 'string') {
        this.#draws ||= piece.startsWith('random.');
        return piece;
      }
      if (isValue(piece)) return this.#value(piece);
      return isSize(piece) ? { size: this.#size(piece), tight: piece.tight } : piece;
    });
  }

  /** A part of the parameters as it is seen from here; the function is handed that of its own round. */
  #part(path: string, positions: readonly Value[]): readonly Piece[] {
    this.#readsParameters = true;
    const base = this.#base;
    return [{ parameter: partOf(path, base)! }, ...positions.slice(roundsIn(base)).map((each) => this.#value(each))];
  }

  #size(hole: Hole): Size {
    const handed = this.#inside?.holes.get(hole);
    if (handed !== undefined) return handed;
    this.#readsSizes ||= atomsOf(hole.size).size > 0;
    return hole.size;
  }

  // ---------------------------------------------------------------- statements

  #items(items: readonly Item[]): void {
    for (const item of flat(items, this.#known)) {
      if (isSegment(item)) this.#callOf(item);
      else if (item.kind === 'loop') this.#loop(this.#segmented.lowered.loops.get(item)!);
      else {
        const code = this.#code(item.code);
        this.#set(item, this.#new(item, { code, hint: this.#hint(item) }));
      }
    }
  }

  /** What is called after an operand is called after that operand's name here. */
  #hint({ hint, code }: Value): string {
    const from = code.find((piece) => isValue(piece));
    const made = from === undefined ? undefined : this.#made.get(from);
    if (from === undefined || made === undefined) return hint;
    const [old, own] = [
      from.origin.name ?? from.hint,
      made.free === undefined ? (made.origin.name ?? made.hint) : `${made.code[0] as string}`,
    ];
    const stem = (name: string): string => name.replace(DERIVED, '');
    return stem(hint) === stem(old) && stem(hint) !== hint ? `${stem(own)}${hint.slice(stem(hint).length)}` : hint;
  }

  #callOf(segment: Segment): void {
    const { id, canonical } = this.#known.get(segment)!;
    const target = this.#functions.get(id)!;
    const handed = canonical.inputs.map((input) => this.#value(input));
    const front: Piece[] = [];
    if (target.parts.length > 0) {
      const code = this.#part(segment.base, canonical.rounds);
      front.push({ id: this.#count++, kind: 'given', code, dtype: 'float32', origin: NOWHERE, hint: 'p' });
    }
    if (target.readsSizes) {
      this.#readsSizes = true;
      front.push({ sizes: true });
    }
    if (target.draws) {
      this.#draws = true;
      front.push('random');
    }
    const sizes = target.handed.map((hole): Piece => ({ size: this.#size(canonical.holes[hole]!), tight: false }));
    const args = [...front, ...handed, ...sizes];
    const exemplar = target.lowered.roots;
    const self: Value = {
      id: this.#count++,
      kind: 'call',
      code: [`${target.name}(`, ...args.flatMap((arg, k) => (k === 0 ? [arg] : [', ', arg])), ')'],
      dtype: 'float32',
      origin: NOWHERE,
      hint: target.name,
    };
    const values = target.given.map((name, k): Value => {
      const old = canonical.values.get(name);
      const like = old ?? exemplar[k]!;
      const { dtype } = like;
      const { origin } = like;
      // As the function calls it, but for numbers that only tell it from others there.
      const hint = isList(like) ? like.hint : target.outputs[k]!.replace(/\d+$/, '');
      const type = typeOf(like, old === undefined ? target.lowered.loops : this.#segmented.lowered.loops);
      const made: Value = { id: this.#count++, kind: 'output', code: [self], dtype, origin, hint, type };
      if (old !== undefined) this.#made.set(old, made);
      const around = this.#inside?.canonical.calls.get(segment);
      if (around !== undefined) this.#call(`${around}/${name}`, made);
      return made;
    });
    const outputs = values.map((value, k): Output => {
      const { owns, in: places } = target.lives[k]!;
      return {
        name: values.length === 1 ? null : target.outputs[k]!,
        value,
        owns,
        livesIn: places.map(({ output, input }) => (output >= 0 ? values[output]! : handed[input]!)),
      };
    });
    const call: Call = { self, name: target.name, front, handed, sizes, outputs };
    for (const value of [self, ...values]) this.#calls.set(value, call);
  }

  #loop(loop: Loop): void {
    const { needed, bodies } = this.#segmented;
    const size = this.#size(loop);
    const xs = loop.xs.filter(({ argument }) => needed.has(argument)).map(({ argument, list }) => ({ argument, list: this.#value(list) }));
    const states = loop.states.filter(({ final }) => needed.has(final));
    const firsts = states.map(({ first }) => this.#value(first));
    const argument = (value: Value): Value => {
      const made = this.#new(value, {});
      this.#set(value, made);
      return made;
    };
    const position = argument(loop.position);
    const boundXs = xs.map(({ argument: x, list }) => ({ argument: argument(x), list }));
    const bound = states.map((state) => argument(state.argument));
    this.#items(bodies.get(loop)!);
    const nexts = states.map(({ next }) => this.#value(next));
    const emitted = loop.emits.filter(({ list }) => needed.has(list)).map(({ value, list }) => ({ value: this.#value(value), list }));
    const self = this.#new(loop.self, {});
    this.#set(loop.self, self);
    const made: Loop = {
      size,
      label: loop.label,
      reversed: loop.reversed,
      position,
      xs: boundXs,
      states: states.map((state, k): State => {
        const final = this.#new(state.final, { code: [self] });
        this.#set(state.final, final);
        return { argument: bound[k]!, first: firsts[k]!, next: nexts[k]!, final };
      }),
      emits: [
        ...emitted.map(({ value, list }) => {
          const own = this.#new(list, { code: [self] });
          this.#set(list, own);
          return { value, list: own };
        }),
        ...this.#furtherLists(loop, self),
      ],
      self,
    };
    for (const value of [
      self,
      position,
      ...bound,
      ...boundXs.map((x) => x.argument),
      ...made.states.map(({ final }) => final),
      ...made.emits.map(({ list }) => list),
    ])
      this.#loops.set(value, made);
  }

  /** Lists that other uses of the function read. */
  #furtherLists(loop: Loop, self: Value): Loop['emits'] {
    if (this.#inside === null) return [];
    const own = this.#inside.canonical.names.get(loop.self);
    return [...listsGiven(this.#inside.shared)].flatMap(([name, parts]) => {
      if (this.#byName.has(name) || parts.loop !== own) return [];
      const value = this.#named(parts.value);
      const list: Value = {
        id: this.#count++,
        kind: 'emitted',
        code: [self],
        dtype: value.dtype,
        origin: NOWHERE,
        hint: `${value.origin.name ?? value.hint} steps`,
      };
      this.#call(name, list);
      return [{ value, list }];
    });
  }
}
