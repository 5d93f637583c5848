/**
 * What a segment computes, as a text that does not depend on where it stands: what it reads from outside is numbered, sizes are
 * left open, parameters are called as seen from the segment's own call. Segments of one text can be one function.
 *
 * Statements are ordered by what they compute and by what reads them, so that the order in which passes made them is nothing.
 */
import type { Lowered } from '../lower.ts';
import { isSegment, leaves, roundsIn, type Item, type Segment, type Segmented } from './segments.ts';
import { partOf } from '../../naming/names.ts';
import {
  typeOf,
  inputsOf,
  isSize,
  isValue,
  parameterOf,
  plainType,
  type Loop,
  type Piece,
  type SizePiece,
  type State,
  type Value,
} from '../value.ts';

/** Where a size stands. */
export type Hole = SizePiece | Loop;

export interface Canonical {
  readonly text: string;
  /** What the text calls a value, and back. */
  readonly names: ReadonlyMap<Value, string>;
  readonly values: ReadonlyMap<string, Value>;
  /** What it reads from outside, in the order of the text. */
  readonly inputs: readonly Value[];
  readonly holes: readonly Hole[];
  /** By a list's name: what the text calls the loop that makes it, and what is put on it. */
  readonly lists: ReadonlyMap<string, { readonly loop: string; readonly value: string }>;
  /** What the text calls the calls of other functions. */
  readonly calls: ReadonlyMap<Segment, string>;
  /** Positions of the rounds in which the parameters lie that the segment is handed. */
  readonly rounds: readonly Value[];
}

/** What is computed in a segment, by its name there. */
function madeIn({ names, inputs }: Canonical): readonly (readonly [value: Value, name: string])[] {
  const handed = new Set(inputs);
  return [...names].filter(([value]) => !handed.has(value));
}

/** A segment that is a function: `id` is that of the function. */
export interface Known {
  readonly id: number;
  readonly canonical: Canonical;
}

/** Numbers for texts: equal texts have one. */
export class Labels {
  readonly #known = new Map<string, number>();

  of(text: string): number {
    const known = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, known);
    return known;
  }
}

/** The members with those of segments that are no functions. */
export function flat(items: readonly Item[], known: ReadonlyMap<Segment, Known>): readonly (Value | Segment)[] {
  return items.flatMap((item) => (isSegment(item) && !known.has(item) ? flat(item.members, known) : [item]));
}

export function canonical(
  segment: Pick<Segment, 'members' | 'base'>,
  segmented: Segmented,
  known: ReadonlyMap<Segment, Known>,
  labels: Labels,
): Canonical {
  return new Describer(segment.base, segmented, known, labels).describe(segment.members);
}

/** How a text writes what it reads. */
interface Words {
  readonly of: (leaf: Value) => string;
  readonly size: (hole: Hole) => string;
}

class Describer {
  readonly #base: string;
  readonly #segmented: Segmented;
  readonly #loops: Lowered['loops'];
  readonly #known: ReadonlyMap<Segment, Known>;
  readonly #labels: Labels;
  readonly #labelOf = new Map<Item, number>();
  readonly #names = new Map<Value, string>();
  readonly #values = new Map<string, Value>();
  readonly #inputs: Value[] = [];
  readonly #holes: Hole[] = [];
  readonly #lists = new Map<string, { loop: string; value: string }>();
  readonly #calls = new Map<Segment, string>();
  readonly #holeNames = new Map<Hole, string>();
  readonly #text: string[] = [];
  #rounds: readonly Value[] | null = null;
  #count = 0;

  constructor(base: string, segmented: Segmented, known: ReadonlyMap<Segment, Known>, labels: Labels) {
    this.#base = base;
    this.#segmented = segmented;
    this.#loops = segmented.lowered.loops;
    this.#known = known;
    this.#labels = labels;
  }

  describe(members: readonly Item[]): Canonical {
    const items = flat(members, this.#known);
    for (const item of items) this.#label(item);
    for (const item of this.#ordered(items, new Map())) this.#write(item);
    this.#text.push(`of ${this.#inputs.length} and ${this.#holes.length}`);
    return {
      text: this.#text.join('\n'),
      names: this.#names,
      values: this.#values,
      inputs: this.#inputs,
      holes: this.#holes,
      lists: this.#lists,
      calls: this.#calls,
      rounds: this.#rounds ?? [],
    };
  }

  // ---------------------------------------------------------------- texts

  #code(code: readonly Piece[], words: Words): string {
    return code
      .map((piece) => {
        if (typeof piece === 'string') return piece;
        if (isValue(piece)) return this.#operand(piece, words);
        return isSize(piece) ? words.size(piece) : '?';
      })
      .join('\u0001');
  }

  #operand(value: Value, words: Words): string {
    if ((value.kind !== 'host' && value.kind !== 'given') || value.free !== undefined) return words.of(value);
    const path = parameterOf(value);
    if (path !== null) {
      const part = partOf(path, this.#base);
      if (part === null) return words.of(value);
      const positions = inputsOf(value);
      const outside = roundsIn(this.#base);
      this.#rounds ??= positions.slice(0, outside);
      return `p.${part}${positions
        .slice(outside)
        .map((each) => `[${words.of(each)}]`)
        .join('')}`;
    }
    return `(${this.#code(value.code, words)})`;
  }

  #states({ states }: Loop): readonly State[] {
    return states.filter((state) => this.#segmented.needed.has(state.final));
  }

  // ---------------------------------------------------------------- labels

  readonly #byLabel: Words = {
    of: (leaf) => {
      const label = this.#labelOf.get(leaf);
      return label === undefined ? `$${plainType(typeOf(leaf, this.#loops))}` : `${label}`;
    },
    size: () => 'S',
  };

  #set(item: Item, text: string): number {
    const label = this.#labels.of(text);
    this.#labelOf.set(item, label);
    return label;
  }

  /** By what it computes. */
  #label(item: Item): void {
    const of = (value: Value): string => this.#operand(value, this.#byLabel);
    if (isSegment(item)) {
      const { id, canonical } = this.#known.get(item)!;
      const label = this.#set(item, `call ${id} ${this.#partText(item, this.#byLabel)} ${canonical.inputs.map(of).join()}`);
      for (const [value, name] of madeIn(canonical)) this.#set(value, `${label} ${name}`);
    } else if (item.kind !== 'loop') {
      this.#set(item, `${item.kind} ${item.dtype} ${this.#code(item.code, this.#byLabel)}`);
    } else {
      const loop = this.#loops.get(item)!;
      const states = this.#states(loop);
      this.#set(loop.position, 't');
      for (const { argument, list } of loop.xs) this.#set(argument, `x ${of(list)}`);
      states.forEach(({ argument, first }, k) => this.#set(argument, `s ${of(first)} ${k}`));
      const body = flat(this.#segmented.bodies.get(loop)!, this.#known);
      for (const each of body) this.#label(each);
      const parts = body.map((each) => this.#labelOf.get(each)!).sort((a, b) => a - b);
      const label = this.#set(item, `loop ${loop.reversed} ${states.map(({ next }) => of(next)).join()} ${parts.join()}`);
      states.forEach(({ final }, k) => this.#set(final, `final ${label} ${k}`));
      for (const { value, list } of loop.emits) this.#set(list, `list ${label} ${of(value)}`);
    }
  }

  /** The path of a call's parameters from here; null: it is handed them one by one. */
  #part({ base }: Segment): string | null {
    return partOf(base, this.#base);
  }

  /** The same with the positions of the rounds in between. */
  #partText(segment: Segment, words: Words): string {
    const part = this.#part(segment);
    if (part === null) return 'none';
    const { rounds } = this.#known.get(segment)!.canonical;
    const outside = roundsIn(this.#base);
    if (rounds.length > 0) this.#rounds ??= rounds.slice(0, outside);
    return `${part}${rounds
      .slice(outside)
      .map((each) => `[${words.of(each)}]`)
      .join('')}`;
  }

  // ---------------------------------------------------------------- order

  /** By labels, and by those of what reads a statement; `roles`: what else a value is read for. */
  #ordered(items: readonly Item[], roles: ReadonlyMap<Value, string>): readonly Item[] {
    const makers = new Map<Value, Item>();
    for (const item of items) for (const value of this.#made(item)) makers.set(value, item);
    const needs = new Map(items.map((item) => [item, new Set(this.#reads(item).flatMap((read) => makers.get(read) ?? []))]));
    const users = new Map<Item, string[]>(items.map((item) => [item, []]));
    for (const [value, role] of roles) {
      const maker = makers.get(value);
      if (maker !== undefined) users.get(maker)!.push(role);
    }
    const uses = new Map<Item, number>();
    for (const item of items.toReversed()) {
      const up = this.#labels.of(`up ${users.get(item)!.sort().join()}`);
      uses.set(item, up);
      for (const need of needs.get(item)!) if (need !== item) users.get(need)!.push(`${this.#labelOf.get(item)!} ${up}`);
    }
    const rank = (a: Item, b: Item): number => this.#labelOf.get(a)! - this.#labelOf.get(b)! || uses.get(a)! - uses.get(b)!;
    const readers = new Map<Item, Item[]>(items.map((item) => [item, []]));
    const missing = new Map<Item, number>();
    for (const [item, all] of needs) {
      all.delete(item);
      missing.set(item, all.size);
      for (const need of all) readers.get(need)!.push(item);
    }
    const result: Item[] = [];
    const ready = items.filter((item) => missing.get(item) === 0);
    while (ready.length > 0) {
      const next = ready.reduce((least, item) => (rank(item, least) < 0 ? item : least));
      ready.splice(ready.indexOf(next), 1);
      result.push(next);
      for (const reader of readers.get(next)!) {
        const left = missing.get(reader)! - 1;
        missing.set(reader, left);
        if (left === 0) ready.push(reader);
      }
    }
    return result;
  }

  #made(item: Item): readonly Value[] {
    if (isSegment(item)) return madeIn(this.#known.get(item)!.canonical).map(([value]) => value);
    if (item.kind !== 'loop') return [item];
    const loop = this.#loops.get(item)!;
    return [item, ...loop.states.map(({ final }) => final), ...loop.emits.map(({ list }) => list)];
  }

  #reads(item: Item): readonly Value[] {
    if (isSegment(item)) return this.#known.get(item)!.canonical.inputs.flatMap((input) => [...leaves(input)]);
    const own = inputsOf(item).flatMap((input) => [...leaves(input)]);
    if (item.kind !== 'loop') return own;
    const loop = this.#loops.get(item)!;
    const outside = [...loop.xs.map(({ list }) => list), ...this.#states(loop).map(({ first }) => first)];
    const given = [...this.#states(loop).map(({ next }) => next), ...loop.emits.map(({ value }) => value)];
    const inside = flat(this.#segmented.bodies.get(loop)!, this.#known).flatMap((each) => this.#reads(each));
    return [...own, ...[...outside, ...given].flatMap((value) => [...leaves(value)]), ...inside];
  }

  // ---------------------------------------------------------------- the text

  readonly #byName: Words = {
    of: (leaf) => {
      const known = this.#names.get(leaf);
      if (known !== undefined) return known;
      const name = `$${this.#inputs.length}:${plainType(typeOf(leaf, this.#loops))}`;
      this.#name(leaf, name);
      this.#inputs.push(leaf);
      return name;
    },
    size: (hole) => {
      const known = this.#holeNames.get(hole);
      if (known !== undefined) return known;
      const name = `S${this.#holes.length}${'tight' in hole && hole.tight ? '!' : ''}`;
      this.#holeNames.set(hole, name);
      this.#holes.push(hole);
      return name;
    },
  };

  #name(value: Value, name: string): void {
    this.#names.set(value, name);
    this.#values.set(name, value);
  }

  /** What the text calls any value that can be read in the segment. */
  #called(value: Value): string {
    const name = this.#operand(value, this.#byName);
    if (!this.#values.has(name)) this.#values.set(name, value);
    return name;
  }

  #write(item: Item): void {
    const name = `#${this.#count++}`;
    if (isSegment(item)) {
      const { id, canonical } = this.#known.get(item)!;
      const part = this.#partText(item, this.#byName);
      const inputs = canonical.inputs.map((input) => this.#called(input));
      const sizes = canonical.holes.map((hole) => this.#byName.size(hole));
      this.#text.push(`${name} = call ${id} ${part} ${inputs.join()} ${sizes.join()}`);
      this.#calls.set(item, name);
      for (const [value, inner] of madeIn(canonical)) this.#name(value, `${name}/${inner}`);
    } else if (item.kind === 'loop') this.#writeLoop(name, item);
    else {
      this.#text.push(`${name} = ${item.kind} ${item.dtype} ${this.#code(item.code, this.#byName)}`);
      this.#name(item, name);
    }
  }

  #writeLoop(name: string, self: Value): void {
    const loop = this.#loops.get(self)!;
    const { needed, bodies } = this.#segmented;
    const xs = loop.xs.filter(({ argument }) => needed.has(argument));
    const states = this.#states(loop);
    const lists = xs.map(({ list }) => this.#called(list));
    const firsts = states.map(({ first }) => this.#called(first));
    this.#text.push(`${name} = loop ${loop.reversed} ${this.#byName.size(loop)} ${lists.join()} ${firsts.join()} {`);
    this.#name(self, name);
    this.#name(loop.position, `${name}.t`);
    xs.forEach(({ argument }, k) => this.#name(argument, `${name}.x${k}`));
    states.forEach(({ argument }, k) => this.#name(argument, `${name}.s${k}`));
    const body = flat(bodies.get(loop)!, this.#known);
    const roles = new Map(states.map(({ next }, k) => [next, `next ${k}`]));
    for (const item of this.#ordered(body, roles)) this.#write(item);
    this.#text.push(`} ${states.map(({ next }) => this.#called(next)).join()}`);
    states.forEach(({ final }, k) => this.#name(final, `${name}.f${k}`));
    for (const { value, list } of loop.emits) {
      if (!needed.has(list)) continue;
      const each = this.#called(value);
      // What is no step's own is in the text, so that every use has it.
      if (!each.startsWith('#')) this.#text.push(`list of ${each}`);
      this.#name(list, `${name}[${each}]`);
      this.#lists.set(`${name}[${each}]`, { loop: name, value: each });
    }
  }
}
