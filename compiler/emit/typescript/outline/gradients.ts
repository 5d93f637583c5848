/**
 * Gradients that a function gives of several parameters, in each of its calls those of one part, are one record: by their paths
 * below the part's.
 */
import { blocksOf } from '../schedule.ts';
import { inputsOf, type Call, type Value } from '../value.ts';
import type { OutlinedFunction } from './functions.ts';
import { roundsIn } from './segments.ts';
import type { Returning } from './channels.ts';
import type { Recorded } from './steps.ts';

/** What one function has to do with it. */
export interface Gradients {
  /** By root: the path below those parameters whose gradients it gives. */
  readonly given: ReadonlyMap<Value, string>;
  /** By what a function that it calls gives in a record: which record. */
  readonly taken: ReadonlyMap<Value, Taken>;
}

export interface Taken {
  readonly self: Value;
  /** The path that those in the record are below; '': that of all. */
  readonly path: string;
  /** Does the function give nothing else? */
  readonly isAlone: boolean;
}

/** @param recorded what the steps of loops keep */
export function gradientRecords(
  functions: readonly OutlinedFunction[],
  wholes: readonly Returning[],
  recorded: Recorded,
): (lowered: Returning['lowered']) => Gradients {
  const made = new Map<Returning['lowered'], { given: Map<Value, string>; taken: Map<Value, Taken> }>();
  for (const { lowered } of [...functions, ...wholes]) made.set(lowered, { given: new Map(), taken: new Map() });
  /** By function: its calls, with the path of each thing that they give and their caller gives on as a gradient. */
  const uses = new Map<string, { readonly call: Call; readonly paths: readonly (string | null)[]; readonly taken: Map<Value, Taken> }[]>();
  const visit = (lowered: Returning['lowered'], own: ReadonlyMap<Value, string>): void => {
    const paths = givenOn(lowered, own, recorded);
    for (const call of new Set(lowered.calls.values())) {
      const all = uses.get(call.name) ?? [];
      const ofCall = call.outputs.map(({ value }) => paths.get(value) ?? null);
      uses.set(call.name, [...all, { call, paths: ofCall, taken: made.get(lowered)!.taken }]);
    }
  };
  for (const { lowered, returned } of wholes) {
    const own = lowered.roots.map((root, k): [Value, string] => [root, returned[k]!]).filter(([, path]) => path.startsWith('gradient.'));
    visit(lowered, new Map(own.map(([root, path]) => [root, path.slice('gradient.'.length)])));
  }
  // Callers come behind what they call.
  for (const { name, lowered } of functions.toReversed()) {
    const calls = uses.get(name) ?? [];
    const { given } = made.get(lowered)!;
    for (const [k, rest] of shared(calls.map(({ paths }) => paths))) given.set(lowered.roots[k]!, rest);
    for (const { call, paths, taken } of calls) {
      for (const [k, { value }] of call.outputs.entries()) {
        const rest = given.get(lowered.roots[k]!);
        if (rest === undefined) continue;
        const path = paths[k]!.slice(0, Math.max(0, paths[k]!.length - rest.length - 1));
        taken.set(value, { self: call.self, path, isAlone: given.size === call.outputs.length });
      }
    }
    visit(lowered, given);
  }
  return (lowered) => made.get(lowered)!;
}

/** The gradients that are given to the caller, or to a loop's record of them, and to nothing else. */
function givenOn(lowered: Returning['lowered'], own: ReadonlyMap<Value, string>, recorded: Recorded): ReadonlyMap<Value, string> {
  const count = new Map<Value, number>();
  const note = (value: Value): void => void count.set(value, (count.get(value) ?? 0) + 1);
  const paths = new Map(own);
  const { fields } = recorded.of(lowered);
  const { needed } = blocksOf(lowered);
  for (const value of needed) if (value.kind !== 'output') inputsOf(value).forEach(note);
  lowered.roots.forEach(note);
  for (const { self, xs, states, emits } of new Set(lowered.loops.values())) {
    if (!needed.has(self)) continue;
    for (const value of [...xs.map(({ list }) => list), ...states.flatMap(({ first, next }) => [first, next])]) note(value);
    for (const { value, list } of emits) {
      note(value);
      const kept = fields.get(list);
      if (kept?.list.record.isGradients === true) paths.set(value, kept.field);
    }
  }
  // Lists of rounds are records themselves.
  return new Map([...paths].filter(([value, path]) => count.get(value) === 1 && !fields.has(value) && roundsIn(path) === 0));
}

/** By place: the rests of the paths behind what those of one call have in common, as far as they are the same in all calls. */
function shared(calls: readonly (readonly (string | null)[])[]): ReadonlyMap<number, string> {
  const [first = []] = calls;
  const places = first.map((_, k) => k).filter((k) => calls.every((paths) => paths[k] !== null));
  if (places.length < FEWEST) return new Map();
  const rests = calls.map((paths) => below(places.map((k) => paths[k]!)));
  const isOne = rests.every((each) => each.every((rest, k) => rest === rests[0]![k]));
  return new Map(isOne ? places.map((place, k) => [place, rests[0]![k]!]) : []);
}

const FEWEST = 2;

/** Paths without the segments that all begin with; each keeps its last. */
function below(paths: readonly string[]): readonly string[] {
  const parts = paths.map((path) => path.split('.'));
  const most = Math.min(...parts.map(({ length }) => length)) - 1;
  let depth = 0;
  while (depth < most && parts.every((each) => each[depth] === parts[0]![depth])) depth++;
  return parts.map((each) => each.slice(depth).join('.'));
}
