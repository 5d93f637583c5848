/** Lists of tensors, and of lists of them, that loops make, on their way through the functions of a model: where each is made, handed and read. */
import { blocksOf, holdersIn } from '../schedule.ts';
import { BY_ROUND } from '../lowering/values.ts';
import { inputsOf, listDepth, typeOf, type Call, type Value } from '../value.ts';
import type { Lowered } from '../lower.ts';
import type { OutlinedFunction } from './functions.ts';
import { roundsIn } from './segments.ts';

/** A function of the model. */
export interface Returning {
  readonly lowered: Lowered;
  /** What each root is returned as. */
  readonly returned: readonly string[];
}

/** A function as it is looked at here. */
export interface Unit extends Returning {
  readonly made: OutlinedFunction | null;
  readonly needed: ReadonlySet<Value>;
  /** The calls that it makes. */
  readonly calls: readonly Call[];
}

export interface Units {
  /** Each behind those that it calls. */
  readonly all: readonly Unit[];
  readonly byName: ReadonlyMap<string, Unit>;
  /** By function: where it is called. */
  readonly uses: ReadonlyMap<Unit, readonly UnitUse[]>;
}

export interface UnitUse {
  readonly caller: Unit;
  readonly call: Call;
}

export function unitsOf(functions: readonly OutlinedFunction[], wholes: readonly Returning[]): Units {
  const unit = ({ lowered, returned }: Returning, made: OutlinedFunction | null): Unit => {
    const { needed } = blocksOf(lowered);
    return { lowered, returned, made, needed, calls: [...new Set(lowered.calls.values())].filter(({ self }) => needed.has(self)) };
  };
  const all = [
    ...functions.map((each) => unit({ lowered: each.lowered, returned: each.outputs }, each)),
    ...wholes.map((each) => unit(each, null)),
  ];
  const byName = new Map(all.flatMap((each) => (each.made === null ? [] : [[each.made.name, each] as const])));
  const uses = new Map(all.map((each) => [each, [] as UnitUse[]]));
  for (const caller of all) for (const call of caller.calls) uses.get(byName.get(call.name)!)!.push({ caller, call });
  return { all, byName, uses };
}

/** One list, or what functions that are called more than once take for one. */
export interface Channel {
  readonly values: Value[];
  /** Where it is made, handed and read. */
  readonly sites: Set<string>;
  /** Do other things live in it, or is it somebody else's? Then nothing is known of it here. */
  isOwner: boolean;
  /** Stacks of it. */
  readonly stacks: Value[];
  /** The parameters in rounds whose gradients it is given as, and in which place. */
  readonly gradients: { readonly path: string; readonly at: number; readonly unit: Unit; readonly root: Value }[];
}

/** Kinds of sites: made by a loop, read step by step, handed to a call, read as a whole. */
export const MADE = 'made';
export const READ = 'read';
export const HANDED = 'handed';
export const WHOLE = 'whole';

export function channelsIn(units: Units): ReadonlyMap<Value, Channel> {
  const tracing = new Tracing(units);
  for (const unit of units.all) tracing.find(unit);
  for (const [k, unit] of units.all.entries()) tracing.visit(unit, k);
  return tracing.channels;
}

class Tracing {
  readonly #byName: Units['byName'];
  readonly channels = new Map<Value, Channel>();

  constructor({ byName }: Units) {
    this.#byName = byName;
  }

  #channel(value: Value): Channel {
    const known = this.channels.get(value);
    if (known !== undefined) return known;
    const made = { values: [value], sites: new Set<string>(), isOwner: false, stacks: [], gradients: [] };
    this.channels.set(value, made);
    return made;
  }

  /** Everything that is a list of tensors, one channel for what is handed from function to function. */
  find({ lowered, needed, calls }: Unit): void {
    for (const value of needed) if (isListOfTensors(value, lowered)) this.#channel(value);
    for (const { name, handed, outputs } of calls) {
      const { made } = this.#byName.get(name)!;
      outputs.forEach(({ value }, k) => {
        if (isListOfTensors(value, lowered)) this.#join(value, made!.lowered.roots[k]!);
      });
      handed.forEach((value, k) => {
        if (isListOfTensors(value, lowered)) this.#join(value, made!.inputs[k]!.value);
      });
    }
  }

  #join(a: Value, b: Value): void {
    const [into, from] = [this.#channel(a), this.#channel(b)];
    if (into === from) return;
    for (const value of from.values) {
      into.values.push(value);
      this.channels.set(value, into);
    }
  }

  /** Notes where each list is made and read. */
  visit(unit: Unit, k: number): void {
    const { lowered, returned, made, needed } = unit;
    const { roots, loops, calls } = lowered;
    const note = (value: Value, site: string): void => void this.channels.get(value)?.sites.add(`${site} ${k}`);
    const leave = (value: Value): void => {
      const channel = this.channels.get(value);
      if (channel !== undefined) channel.isOwner = true;
    };
    const holders = holdersIn(lowered);
    for (const value of needed) {
      for (const holder of holders(value)) if (holder !== value) leave(holder);
      if (value.kind === 'call') {
        for (const { value: output, owns } of calls.get(value)!.outputs) {
          note(output, `output ${value.id}`);
          if (!owns) leave(output);
        }
        for (const handed of calls.get(value)!.handed) note(handed, `${HANDED} ${value.id}`);
      } else if (value.kind !== 'output') for (const input of inputsOf(value)) note(input, `${WHOLE} ${value.id}`);
      if (value.code[0] === 'tf.stack(' || value.code[0] === BY_ROUND) this.channels.get(inputsOf(value)[0]!)?.stacks.push(value);
    }
    for (const loop of new Set(loops.values())) {
      if (!needed.has(loop.self)) continue;
      for (const { argument, list } of loop.xs) if (needed.has(argument)) note(list, `${READ} ${loop.self.id}`);
      for (const { list } of loop.emits) {
        if (!needed.has(list)) continue;
        note(list, `${MADE} ${loop.self.id}`);
        if (!holders(list).includes(list)) leave(list);
      }
      // Lists within steps become states, and elements of other lists.
      for (const { argument, first, next, final } of loop.states) for (const each of [argument, first, next, final]) leave(each);
      for (const { value } of loop.emits) leave(value);
      for (const { argument } of loop.xs) leave(argument);
    }
    roots.forEach((root, at) => {
      note(root, 'given');
      const path = made === null ? roundsPath(returned[at]!) : null;
      if (path !== null) this.channels.get(root)?.gradients.push({ path, at, unit, root });
      if ((made === null && path === null) || root.kind === 'given' || roots.indexOf(root) !== at) leave(root);
    });
    for (const { value } of made?.inputs ?? []) note(value, 'argument');
  }
}

/** The path of a gradient in rounds, but for rounds in rounds. */
function roundsPath(returned: string): string | null {
  const path = returned.startsWith(GRADIENT) ? returned.slice(GRADIENT.length) : '';
  return roundsIn(path) === 1 && frontOf(path).length < path.length ? path : null;
}

const GRADIENT = 'gradient.';

/** A path up to its rounds. */
export function frontOf(path: string): string {
  return path.slice(0, path.indexOf('[*]') + '[*]'.length);
}

/** The rest of a path in its rounds. */
export function restOf(path: string): string {
  return path.slice(frontOf(path).length + 1);
}

function isListOfTensors(value: Value, { loops }: Lowered): boolean {
  return value.kind !== 'list' && listDepth(typeOf(value, loops)) > 0;
}

export function isMade(value: Value, { lowered, needed }: Pick<Unit, 'lowered' | 'needed'>): boolean {
  return value.kind === 'emitted' && lowered.loops.has(value) && needed.has(value);
}
