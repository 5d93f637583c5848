/** What the text of a function goes by: for which equations values stand, what they are for, how often they are read. */
import type { Origin } from '../../../graph/graph.ts';
import type { Lowered } from '../lower.ts';
import { endsOf, upperFirst } from '../../naming/names.ts';
import { isShape } from '../outline/segments.ts';
import { blocksOf, isStatement } from '../schedule.ts';
import { inputsOf, type Value } from '../value.ts';

/** For what each value stands in the text: another shape of something stands for the same, if its own equation goes no further. */
export function places(lowered: Lowered, keyOf: (origin: Origin) => string): (value: Value) => Origin {
  /** By value: the equations that read it; null: a loop does, or a caller. */
  const readers = new Map<Value, (string | null)[]>();
  const note = (value: Value, key: string | null): void => void readers.set(value, [...(readers.get(value) ?? []), key]);
  for (const value of blocksOf(lowered).needed) for (const input of inputsOf(value)) note(input, keyOf(value.origin));
  for (const loop of new Set(lowered.loops.values())) {
    for (const { value } of loop.emits) note(value, null);
    for (const { first, next } of loop.states) [first, next].forEach((value) => note(value, null));
  }
  for (const root of lowered.roots) note(root, null);
  return (value) => {
    let from = value;
    for (;;) {
      const [operand] = isShape(from) ? inputsOf(from).filter(isStatement) : [];
      const isRead = readers.get(from)?.includes(keyOf(from.origin)) === true;
      if (isRead || operand?.kind !== 'tensor' || readers.get(operand)!.length !== 1) return from.origin;
      from = operand;
    }
  };
}

/** Names of what has none of its own by what it is for: to begin a state with, to be its next value, to be returned. */
export function rolesOf({ roots, loops }: Lowered, returned: readonly string[]): ReadonlyMap<Value, readonly string[]> {
  const roles = new Map<Value, readonly string[]>();
  const states = [...new Set(loops.values())].flatMap((loop) => loop.states);
  for (const { first, argument } of states) {
    const begun = states.filter((state) => state.first === first);
    if (begun.length === 1) roles.set(first, [`${argument.origin.name ?? argument.hint} first`]);
  }
  for (const { next, argument } of states) roles.set(next, [`${argument.origin.name ?? argument.hint} next`]);
  for (const [k, root] of roots.entries()) {
    const [kind, ...path] = returned[k]!.split('.');
    const names = kind === 'gradient' ? endsOf(path.join('.'), 4).map((end) => `d ${upperFirst(end)}`) : [path.at(-1) ?? kind!];
    if (!roles.has(root)) roles.set(root, names);
  }
  return roles;
}

/** What a statement reads once, and nothing else reads. Expressions may be written more often than once. */
export function readOnce({ roots, loops }: Lowered, needed: ReadonlySet<Value>): ReadonlySet<Value> {
  const ofLoops = [...new Set(loops.values())].flatMap(({ xs, states, emits }) => [
    ...xs.map(({ list }) => list),
    ...states.flatMap(({ first, next }) => [first, next]),
    ...emits.map(({ value }) => value),
  ]);
  const many = new Set([...roots, ...ofLoops]);
  const once = new Set<Value>();
  for (const value of needed) {
    for (const input of inputsOf(value)) {
      if (!isStatement(value) || once.has(input)) many.add(input);
      once.add(input);
    }
  }
  return new Set([...once].filter((value) => !many.has(value)));
}
