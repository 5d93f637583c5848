/**
 * What the steps of loops keep for others. Lists that are made and read at the same places, through all functions of a model,
 * are one list of records: one for each step. A function keeps them only if it is told to, where not all of its callers
 * read them.
 *
 * A function may hold several lists of one record, of several calls or loops: `StepList` is one of them in one function.
 */
import type { CallFrame } from '../../../graph/graph.ts';
import type { Lowered } from '../lower.ts';
import { Labels } from './canonical.ts';
import { calledAfter, described, functionName, identifier, lowerFirst, Names, upperFirst } from '../../naming/names.ts';
import { reading, typeOf, type Loop, type Value } from '../value.ts';
import {
  channelsIn,
  frontOf,
  isMade,
  MADE,
  restOf,
  unitsOf,
  WHOLE,
  type Channel,
  type Returning,
  type Unit,
  type Units,
} from './channels.ts';
import type { OutlinedFunction } from './functions.ts';
import { keeping, type Told } from './keeping.ts';
import type { Naming } from './outline.ts';

export interface StepRecord {
  /** `ForwardStep`. */
  readonly type: string;
  /** `forwardSteps`: what a list of it is called, if there is one alone. */
  readonly list: string;
  readonly fields: readonly string[];
  /** Of each field. */
  readonly types: readonly string[];
  /** Are its fields gradients of one part of the parameters in rounds, by their paths there? */
  readonly isGradients: boolean;
  /** Are its fields stacked as soon as the loop ends, and read in no other way? */
  readonly isStacked: boolean;
}

/** A list of records in one function. */
export interface StepList {
  readonly record: StepRecord;
  readonly name: string;
  /** Of gradients that a whole function gives: the path in rounds that all of its fields are below. */
  readonly path: string | null;
}

/** What one function has to do with it. */
export interface Steps {
  /** By list of tensors: the list of records that its elements are in, and as what. */
  readonly fields: ReadonlyMap<Value, { readonly list: StepList; readonly field: string }>;
  /** By what a function that it calls gives: what that calls the list. */
  readonly given: ReadonlyMap<Value, string>;
  /** By call: of what it hands, in which of the function's own lists that arrives. */
  readonly handed: ReadonlyMap<Value, readonly (StepList | null)[]>;
  /** The lists that it makes or hands on only if it is told to. */
  readonly optional: ReadonlySet<Value>;
  /** By call of a function that has to be told: what it is told. */
  readonly told: ReadonlyMap<Value, Told>;
  /** What is a stack of such a list. */
  readonly stacks: ReadonlyMap<Value, Value>;
  /** Lists that are not there, since a function was told so. */
  readonly absent: ReadonlySet<Value>;
}

export interface Recorded {
  readonly records: readonly StepRecord[];
  readonly of: (lowered: Lowered) => Steps;
}

/** The parameter by which a function is told to keep what its steps hand on. */
export const KEEP = 'keep';

export function stepRecords(functions: readonly OutlinedFunction[], wholes: readonly Returning[], naming: Naming): Recorded {
  return new Recording(unitsOf(functions, wholes), naming).recorded();
}

/** Lists that go together. */
interface Group {
  readonly channels: readonly Channel[];
  /** Null: it is one list, and no record. */
  readonly record: StepRecord | null;
}

class Recording {
  readonly #units: Units;
  readonly #naming: Naming;
  readonly #channels: ReadonlyMap<Value, Channel>;
  readonly #groups = new Map<Channel, Group>();
  /** By function and list: what tells those of one loop, call or argument from others. */
  readonly #sources = new Map<Unit, ReadonlyMap<Value, number>>();
  readonly #labels = new Labels();
  readonly #lists = new Map<Unit, ReadonlyMap<Value, StepList>>();

  constructor(units: Units, naming: Naming) {
    this.#units = units;
    this.#naming = naming;
    this.#channels = channelsIn(units);
  }

  recorded(): Recorded {
    const { all } = this.#units;
    for (const unit of all) this.#sources.set(unit, this.#sourcesIn(unit));
    for (const unit of all.toReversed()) this.#sources.set(unit, new Map([...this.#sources.get(unit)!, ...this.#argumentsOf(unit)]));
    this.#group();
    for (const unit of all) this.#lists.set(unit, this.#listsIn(unit));
    const kept = keeping(this.#units, (value) => this.#groupOf(value));
    const steps = new Map(all.map((unit) => [unit.lowered, this.#stepsIn(unit, kept)]));
    return {
      records: [...new Set([...this.#groups.values()].flatMap(({ record }) => record ?? []))],
      of: (lowered) => steps.get(lowered)!,
    };
  }

  // ---------------------------------------------------------------- where lists come from

  /** Of what loops make, the loop; of what functions give, the call and where it comes from there, which comes first. */
  #sourcesIn({ needed, lowered, calls }: Unit): ReadonlyMap<Value, number> {
    const made = [...needed].filter((value) => value.kind === 'emitted' && this.#channels.has(value));
    const given = calls.flatMap(({ self, name, outputs }) => {
      const unit = this.#units.byName.get(name)!;
      const source = (k: number): number | undefined => this.#sources.get(unit)!.get(unit.lowered.roots[k]!);
      return outputs.map(({ value }, k) => [value, this.#labels.of(`${self.id}/${source(k)}`)] as const);
    });
    return new Map([...made.map((list) => [list, this.#labels.of(`${lowered.loops.get(list)!.self.id}`)] as const), ...given]);
  }

  /** What a function is handed is of one source if that is so in all calls; callers come first. */
  #argumentsOf(unit: Unit): readonly (readonly [Value, number])[] {
    const inputs = unit.made?.inputs ?? [];
    const source = (k: number): string =>
      this.#units.uses
        .get(unit)!
        .map(({ caller, call }) => this.#sources.get(caller)!.get(call.handed[k]!))
        .join();
    return inputs.map(({ value }, k) => [value, this.#labels.of(`from ${source(k)}`)]);
  }

  /** Lists of which a function holds two of one source: in a record they would be one field. */
  #doubled(): ReadonlySet<Channel> {
    const doubled = new Set<Channel>();
    for (const sources of this.#sources.values()) {
      const seen = new Map<Channel, Set<number>>();
      for (const [value, source] of sources) {
        const channel = this.#channels.get(value);
        if (channel === undefined) continue;
        const known = seen.get(channel) ?? new Set();
        if (known.has(source)) doubled.add(channel);
        seen.set(channel, known.add(source));
      }
    }
    return doubled;
  }

  // ---------------------------------------------------------------- records

  #group(): void {
    const groups = new Map<string, Channel[]>();
    const doubled = this.#doubled();
    for (const channel of new Set(this.#channels.values())) {
      const is = (kind: string): boolean => [...channel.sites].some((site) => site.startsWith(`${kind} `));
      if (channel.isOwner || !is(MADE)) continue;
      const isStacked = channel.stacks.length === 1 && channel.sites.size === 2;
      const areAlike = new Set(channel.gradients.map(({ path }) => restOf(path))).size <= 1;
      if ((is(WHOLE) && !isStacked) || doubled.has(channel) || !areAlike) this.#groups.set(channel, { channels: [channel], record: null });
      else {
        const sites = isStacked ? [...channel.sites].filter((site) => site.startsWith(MADE)) : [...channel.sites];
        const key = [
          isStacked,
          ...sites,
          ...channel.gradients.map(({ path, unit, root }) => `${this.#sources.get(unit)!.get(root)} ${frontOf(path)}`),
        ]
          .sort()
          .join();
        groups.set(key, [...(groups.get(key) ?? []), channel]);
      }
    }
    for (const channels of groups.values()) {
      channels.sort((a, b) => (a.gradients[0]?.at ?? 0) - (b.gradients[0]?.at ?? 0));
      const group = { channels, record: channels.length === 1 ? null : this.#record(channels) };
      for (const channel of channels) this.#groups.set(channel, group);
    }
  }

  #record(channels: readonly Channel[]): StepRecord {
    const { lowered, needed, made } = this.#units.all.find((unit) => channels[0]!.values.some((value) => isMade(value, unit)))!;
    const lists = channels.map(({ values }) => values.find((value) => isMade(value, { lowered, needed }))!);
    const loop = lowered.loops.get(lists[0]!)!;
    const frame = made?.frame ?? null;
    if (channels[0]!.gradients.length > 0) {
      const list = this.#naming.takeFirst([`${functionName(loop.self.origin.frame?.callee ?? '')} gradients`]);
      const fields = channels.map(({ gradients }) => restOf(gradients[0]!.path));
      return { type: 'rt.Tensors', list, fields, types: fields.map(() => 'tf.Tensor'), isGradients: true, isStacked: false };
    }
    const names = new Names([], new Set());
    const elements = lists.map((list) => lowered.loops.get(list)!.emits.find((emit) => emit.list === list)!.value);
    const isStacked = channels[0]!.stacks.length > 0;
    const type = this.#naming.takeFirst(this.#typeNames(loop, frame, isStacked ? 'Row' : 'Step'));
    return {
      type,
      list: lowerFirst(type).replace(/\d*$/, (number) => `s${number}`),
      fields: elements.map((element) => names.takeFirst(this.#namesOf(element, frame))),
      types: elements.map((element) => reading(typeOf(element, lowered.loops))),
      isGradients: false,
      isStacked,
    };
  }

  #namesOf(element: Value, frame: CallFrame | null): readonly string[] {
    const { name, frame: own } = element.origin;
    const equation = this.#naming.sources.equation(element.origin);
    const names = name === null ? described(element.hint, equation) : [name];
    return [...names, ...calledAfter(names[0]!, own, frame)];
  }

  #typeNames({ self }: Loop, frame: CallFrame | null, kind: string): readonly string[] {
    const block = upperFirst(identifier((self.origin.frame ?? frame)?.callee ?? ''));
    const equation = this.#naming.sources.equation(self.origin);
    return equation === null
      ? [`${block}${kind}`]
      : [`${upperFirst(identifier(equation))}${kind}`, `${block}${upperFirst(identifier(equation))}${kind}`];
  }

  // ---------------------------------------------------------------- one function

  #groupOf(value: Value): Group | null {
    const channel = this.#channels.get(value);
    return (channel === undefined ? undefined : this.#groups.get(channel)) ?? null;
  }

  /** The lists of records in a function; the second of one record has a number. */
  #listsIn(unit: Unit): ReadonlyMap<Value, StepList> {
    const { made, lowered, returned } = unit;
    const inRecords = [...this.#sources.get(unit)!].flatMap(([value, source]) => {
      const record = this.#groupOf(value)?.record ?? null;
      return record === null ? [] : [{ value, source, record }];
    });
    const others = (made?.inputs ?? []).filter(({ value }) => !inRecords.some((each) => each.value === value)).map(({ name }) => name);
    const names = new Names(['p', 'n', 'random', KEEP, ...this.#units.byName.keys(), ...others, ...(made?.sizes.values() ?? [])]);
    const paths = new Map(
      lowered.roots.flatMap((root, k) => (made === null && returned[k]!.includes('[*]') ? [[root, returned[k]!] as const] : [])),
    );
    const lists = new Map<string, StepList>();
    const all = new Map<Value, StepList>();
    for (const { value, source, record } of inRecords) {
      const key = `${record.list} ${source}`;
      const path = paths.get(value);
      const list = lists.get(key) ?? {
        record,
        name: names.take(record.list),
        path: path === undefined || !record.isGradients ? null : frontOf(path.slice('gradient.'.length)),
      };
      lists.set(key, list);
      all.set(value, list);
    }
    return all;
  }

  #stepsIn(unit: Unit, kept: ReturnType<typeof keeping>): Steps {
    const lists = this.#lists.get(unit)!;
    const optional = kept.optional(unit);
    const told = new Map<Value, Told>();
    const absent = new Set<Value>();
    const given = new Map<Value, string>();
    const handed = new Map<Value, readonly (StepList | null)[]>();
    for (const call of unit.calls) {
      const callee = this.#units.byName.get(call.name)!;
      const own = this.#lists.get(callee)!;
      const word = kept.told(unit, call);
      if (word !== null) told.set(call.self, word);
      call.outputs.forEach(({ value }, k) => {
        const list = own.get(callee.lowered.roots[k]!);
        if (list !== undefined) given.set(value, list.name);
        if (word === 'false' && kept.optional(callee).has(this.#groupOf(value)!)) absent.add(value);
      });
      handed.set(
        call.self,
        callee.made!.inputs.map(({ value }) => own.get(value) ?? null),
      );
    }
    const values = [...this.#sources.get(unit)!.keys()];
    return {
      fields: new Map([...lists].map(([value, list]) => [value, { list, field: this.#fieldOf(value) }])),
      optional: new Set(values.filter((value) => optional.has(this.#groupOf(value)!))),
      stacks: new Map(
        [...lists].flatMap(([value, { record }]) => (record.isStacked ? [[this.#channels.get(value)!.stacks[0]!, value]] : [])),
      ),
      given,
      handed,
      told,
      absent,
    };
  }

  #fieldOf(list: Value): string {
    const channel = this.#channels.get(list)!;
    const { record, channels } = this.#groups.get(channel)!;
    return record!.fields[channels.indexOf(channel)]!;
  }
}
