/**
 * Which statements of a function belong together, because one call of a block made them: candidates for functions of their own.
 *
 * In each block the statements of one call and one phase, forward or backward, are contracted, outermost calls first and then
 * inside each, as far as the contracted statements can still be ordered.
 */
import { folded } from '../../../graph/fold.ts';
import { chain, common } from '../../../graph/frames.ts';
import type { CallFrame } from '../../../graph/graph.ts';
import type { Lowered } from '../lower.ts';
import { partOf } from '../../naming/names.ts';
import { blocksOf, isStatement } from '../schedule.ts';
import { inputsOf, parameterOf, type Loop, type Value } from '../value.ts';

export type Item = Value | Segment;

/** When it runs: before anything goes backward, or on the way back. */
export type Phase = 'forward' | 'backward';

export interface Segment {
  readonly frame: CallFrame;
  readonly phase: Phase;
  /** Where what it reads of the parameters lies. */
  readonly base: string;
  members: readonly Item[];
}

export interface Segmented {
  readonly lowered: Lowered;
  readonly items: readonly Item[];
  /** Of each loop that the function needs. */
  readonly bodies: ReadonlyMap<Loop, readonly Item[]>;
  readonly needed: ReadonlySet<Value>;
  /** Is the value made on the way back? */
  readonly isBackward: (value: Value) => boolean;
}

export function isSegment(item: Item): item is Segment {
  return 'members' in item;
}

/** @param forward the results that are there before anything goes backward; null: nothing does */
export function segmented(lowered: Lowered, forward: readonly Value[] | null): Segmented {
  const { of, needed } = blocksOf(lowered);
  const reads = readsOf(lowered, of, needed);
  const early = forward === null ? null : closure(forward, lowered, reads);
  const frames = framesOf(lowered, needed, of);
  const pass = new Segmenting(lowered, reads, frames);
  const bodies = new Map<Loop, readonly Item[]>();
  const loops = [...new Set(lowered.loops.values())].filter((loop) => needed.has(loop.self));
  const loopAround = new Map(loops.flatMap((loop) => of(loop).map((value): [Value, Loop] => [value, loop])));
  /** The statement of the outermost loop around a body. */
  const outermost = (loop: Loop): Value => {
    const outer = loopAround.get(loop.self);
    return outer === undefined ? loop.self : outermost(outer);
  };
  const open = (loop: Loop | null, around: string): readonly Item[] => {
    const values = of(loop);
    const frame = loop === null ? null : (frames.get(loop.self) ?? null);
    const top = loop === null ? null : outermost(loop);
    const phase = (value: Value): Phase => (early === null || early.has(top ?? value) ? 'forward' : 'backward');
    const outside = new Set<Loop>();
    for (let each = loop; each !== null; each = loopAround.get(each.self) ?? null) outside.add(each);
    const base = baseOf(frame, around);
    const items = pass.block(values, { frame, base, outside }, phase);
    openBodies(items, base);
    return items;
  };
  const openBodies = (items: readonly Item[], base: string): void => {
    for (const item of items) {
      if (isSegment(item)) openBodies(item.members, item.base);
      else if (item.kind === 'loop') bodies.set(lowered.loops.get(item)!, open(lowered.loops.get(item)!, base));
    }
  };
  const items = open(null, '');
  const isBackward = (value: Value): boolean => {
    const maker = makerOf(value, lowered.loops) ?? lowered.loops.get(value)?.self;
    const own = maker === undefined ? undefined : loopAround.get(maker);
    return early !== null && maker !== undefined && !early.has(own === undefined ? maker : outermost(own));
  };
  return { lowered, items, bodies, needed, isBackward };
}

/** The parameters of the innermost call whose path goes on from those around it, below a part of all. */
function baseOf(frame: CallFrame | null, around: string): string {
  return chain(frame).reduce((base, { path }) => (partOf(path, base) === null ? base : path), around);
}

/** How many `[*]` a path has. */
export function roundsIn(path: string): number {
  return path.split('[*]').length - 1;
}

// ---------------------------------------------------------------- what reads what

export type Reads = (statement: Value) => ReadonlySet<Value>;

/** What the text of a value reads: values with a statement, what loops bind, what the function is given. */
export function leaves(value: Value): ReadonlySet<Value> {
  const result = new Set<Value>();
  const open = [value];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const isText = (each.kind === 'host' || each.kind === 'given') && each.free === undefined && inputsOf(each).length > 0;
    const isParameter = parameterOf(each) !== null;
    if (isText) open.push(...inputsOf(each).toReversed());
    if (isText && !isParameter) continue;
    if (each.kind !== 'host' || each.free !== undefined) result.add(each);
  }
  return result;
}

/** What a statement hands to its loop or takes from outside, besides its code. */
export function operandsOf(loop: Loop, needed: ReadonlySet<Value>): readonly Value[] {
  return [
    ...loop.xs.filter((x) => needed.has(x.argument)).map((x) => x.list),
    ...statesOf(loop, needed),
    ...loop.emits.filter((emit) => needed.has(emit.list)).map((emit) => emit.value),
  ];
}

/** What the states of a loop begin with, and what they become. */
function statesOf(loop: Loop, needed: ReadonlySet<Value>): readonly Value[] {
  return loop.states.filter((state) => needed.has(state.final)).flatMap((state) => [state.first, state.next]);
}

function readsOf(lowered: Lowered, of: (loop: Loop | null) => readonly Value[], needed: ReadonlySet<Value>): Reads {
  const inside = (value: Value): readonly Value[] => (value.kind === 'loop' ? of(lowered.loops.get(value)!) : []);
  return folded<Value, ReadonlySet<Value>>(
    inside,
    (value, own) => new Set([...shallowReads(value, lowered, needed), ...inside(value).flatMap((each) => [...own(each)])]),
  );
}

/** What a statement reads, without what the statements in its body do. */
function shallowReads(value: Value, { loops }: Lowered, needed: ReadonlySet<Value>): ReadonlySet<Value> {
  const operands = value.kind === 'loop' ? operandsOf(loops.get(value)!, needed) : inputsOf(value);
  return new Set(operands.flatMap((each) => [...leaves(each)]));
}

/** The statement that a value is made by; null: none. */
export function makerOf(value: Value, loops: Lowered['loops']): Value | null {
  if (isStatement(value)) return value;
  return value.kind === 'final' || value.kind === 'emitted' ? loops.get(value)!.self : null;
}

/** The statements that the values need. */
function closure(values: readonly Value[], { loops }: Lowered, reads: Reads): ReadonlySet<Value> {
  const result = new Set<Value>();
  const open = values.flatMap((value) => [...leaves(value)]);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const maker = makerOf(value, loops);
    if (maker === null || result.has(maker)) continue;
    result.add(maker);
    open.push(...reads(maker));
  }
  return result;
}

// ---------------------------------------------------------------- frames

/**
 * The call of every statement. What no text stands for belongs to those who read it; so does what a call makes only of what it
 * is handed, and others read too.
 */
function framesOf(
  lowered: Lowered,
  needed: ReadonlySet<Value>,
  of: (loop: Loop | null) => readonly Value[],
): ReadonlyMap<Value, CallFrame | null> {
  const frames = new Map<Value, CallFrame | null>();
  const loops = [...new Set(lowered.loops.values())].filter((loop) => needed.has(loop.self));
  const statements = [null, ...loops].flatMap((loop) => of(loop)).sort((a, b) => a.id - b.id);
  const makers = (value: Value): readonly Value[] =>
    [...shallowReads(value, lowered, needed)].flatMap((read) => makerOf(read, lowered.loops) ?? []);
  const readers = new Map<Value, CallFrame | null>();
  const read = (all: typeof readers, maker: Value, frame: CallFrame | null): void =>
    void all.set(maker, all.has(maker) ? common(all.get(maker)!, frame) : frame);
  for (const value of statements.toReversed()) {
    const frame = value.origin.frame ?? readers.get(value) ?? null;
    frames.set(value, frame);
    for (const maker of makers(value)) read(readers, maker, frame);
  }
  /** What a loop keeps is read by those who read the list, and not by the loop. */
  const kept = new Map<Value, CallFrame | null>();
  const source = sourceIn(lowered.loops);
  for (const value of statements) {
    const own = value.kind === 'loop' ? statesOf(lowered.loops.get(value)!, needed) : inputsOf(value);
    for (const leaf of own.flatMap((each) => [...leaves(each)])) {
      const maker = makerOf(source(leaf), lowered.loops);
      if (maker !== null && maker !== value) read(kept, maker, frames.get(value)!);
    }
  }
  const isInside = (value: Value, frame: CallFrame): boolean => chain(frames.get(value)!).includes(frame);
  /** Can the value be made outside of the call? Another shape of something goes where that goes, and so does what is made of nothing. */
  const isHanded = (value: Value, frame: CallFrame): boolean =>
    makers(value).every((maker) => !isInside(maker, frame) || isConstant(maker) || (isShape(maker) && isHanded(maker, frame)));
  const lift = (value: Value, from: CallFrame, to: CallFrame | null): void => {
    frames.set(value, to);
    for (const maker of makers(value)) if (isInside(maker, from)) lift(maker, from, to);
  };
  for (const value of statements) {
    const frame = frames.get(value)!;
    if (frame === null || value.kind !== 'tensor' || !kept.has(value)) continue;
    const all = common(kept.get(value)!, frame);
    if (all !== frame && isHanded(value, frame)) lift(value, frame, all);
  }
  return frames;
}

/** The value that a step reads of a list, and a list is made of. */
function sourceIn(loops: Lowered['loops']): (value: Value) => Value {
  return (value) => {
    for (let at = value; ; ) {
      const loop = loops.get(at);
      const next =
        at.kind === 'argument'
          ? loop?.xs.find(({ argument }) => argument === at)?.list
          : at.kind === 'emitted'
            ? loop?.emits.find(({ list }) => list === at)?.value
            : undefined;
      if (next === undefined) return at;
      at = next;
    }
  };
}

/** Positions, or a number: no call makes them of anything. */
function isConstant(value: Value): boolean {
  return value.kind === 'tensor' && inputsOf(value).every(({ kind }) => kind === 'host');
}

/** Are these the numbers of its operand in another shape or order? */
export function isShape({ kind, code: [call] }: Value): boolean {
  return kind === 'tensor' && (call === 'tf.reshape(' || call === 'tf.transpose(');
}

/** The call below `around` in which the frame lies, or is; null: it is one of those around. */
function below(frame: CallFrame | null, around: ReadonlySet<CallFrame>): CallFrame | null {
  return chain(frame).find((each) => !around.has(each)) ?? null;
}

// ---------------------------------------------------------------- contraction

/** What is ordered as one. */
interface Group {
  readonly members: Value[];
  readonly needs: Set<Group>;
  /** The place of its last member in the block. */
  last: number;
}

/** Of one call, those that a statement may still join. */
const MOST_OPEN = 4;

/** A group is not looked for further back than this. */
const FURTHEST = 2000;

/** Where a block stands: in the body of a call, in loops; `base`: where the parameters lie that it is handed. */
interface Place {
  readonly frame: CallFrame | null;
  readonly base: string;
  readonly outside: ReadonlySet<Loop>;
}

class Segmenting {
  readonly #loops: Lowered['loops'];
  readonly #reads: Reads;
  readonly #frames: ReadonlyMap<Value, CallFrame | null>;

  constructor({ loops }: Lowered, reads: Reads, frames: ReadonlyMap<Value, CallFrame | null>) {
    this.#loops = loops;
    this.#reads = reads;
    this.#frames = frames;
  }

  block(values: readonly Value[], { frame: around, base, outside }: Place, phaseOf: (value: Value) => Phase): readonly Item[] {
    const outer = new Set(chain(around));
    const phases = { forward: new Map<CallFrame, object>(), backward: new Map<CallFrame, object>() };
    const key = (value: Value): object | null => {
      const frame = below(this.#frames.get(value) ?? null, outer);
      if (frame === null) return null;
      const known = phases[phaseOf(value)];
      const made = known.get(frame) ?? { frame };
      known.set(frame, made);
      return made;
    };
    return this.#contracted(values, key).map((members): Item => {
      const [first] = members;
      const frame = below(this.#frames.get(first!) ?? null, outer);
      if (frame === null) return first!;
      const own = partOf(frame.path, base) !== null && this.#isApart(members, frame.path, outside) ? frame.path : base;
      const phase = phaseOf(first!);
      return { frame, phase, base: own, members: this.block(members, { frame, base: own, outside }, () => phase) };
    });
  }

  /**
   * Can the statements be handed the parameters there? Not if a loop of theirs goes through the rounds that those lie in, or
   * through rounds of others: what they read of these no caller has.
   */
  #isApart(statements: readonly Value[], path: string, outside: ReadonlySet<Loop>): boolean {
    const count = roundsIn(path);
    const isInside = (position: Value): boolean => !outside.has(this.#loops.get(position)!);
    return statements.every((statement) =>
      [...this.#reads(statement)].every((read) => {
        const own = parameterOf(read);
        return own === null || !(partOf(own, path) === null ? inputsOf(read) : inputsOf(read).slice(0, count)).some(isInside);
      }),
    );
  }

  /** The statements in groups of one key, in an order in which they can be computed. */
  #contracted(values: readonly Value[], keyOf: (value: Value) => object | null): readonly (readonly Value[])[] {
    const groups: Group[] = [];
    const groupOf = new Map<Value, Group>();
    const open = new Map<object, Group[]>();
    for (const [place, value] of values.entries()) {
      const needs = new Set<Group>();
      for (const read of this.#reads(value)) {
        const maker = makerOf(read, this.#loops);
        const group = maker === null || maker === value ? undefined : groupOf.get(maker);
        if (group !== undefined) needs.add(group);
      }
      const key = keyOf(value);
      const alike = key === null ? [] : (open.get(key) ?? []);
      let group = alike.slice(-MOST_OPEN).findLast((each) => joins(each, needs));
      if (group === undefined) {
        group = { members: [], needs: new Set(), last: place };
        groups.push(group);
        if (key !== null) open.set(key, [...alike, group]);
      }
      group.members.push(value);
      group.last = place;
      for (const need of needs) if (need !== group) group.needs.add(need);
      groupOf.set(value, group);
    }
    return ordered(groups).map(({ members }) => members);
  }
}

/** Would the group still not depend on itself through others, if it needed these? */
function joins(group: Group, needs: ReadonlySet<Group>): boolean {
  const seen = new Set<Group>();
  const open = [...needs].filter((need) => need !== group);
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (seen.has(each)) continue;
    if (seen.size > FURTHEST) return false;
    seen.add(each);
    for (const need of each.needs) {
      if (need === group) return false;
      open.push(need);
    }
  }
  return true;
}

/** By what they need; else those first whose last statement came first. */
function ordered(groups: readonly Group[]): readonly Group[] {
  const result: Group[] = [];
  const done = new Set<Group>();
  const open = [...groups].sort((a, b) => b.last - a.last);
  for (let group = open.at(-1); group !== undefined; group = open.at(-1)) {
    const missing = done.has(group) ? [] : [...group.needs].filter((need) => !done.has(need)).sort((a, b) => b.last - a.last);
    if (missing.length > 0) open.push(...missing);
    else {
      open.pop();
      if (!done.has(group)) result.push(group);
      done.add(group);
    }
  }
  return result;
}
