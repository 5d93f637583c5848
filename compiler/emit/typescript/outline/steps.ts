/**
 * What the steps of loops keep for others. Lists that are made and read at the same places, through all functions of a model,
 * are one list of records: one for each step. A function keeps them only if it is told to, where not all of its callers
 * read them.
 */
import type { CallFrame } from '../../../graph/graph.ts';
import type { Lowered } from '../lower.ts';
import { calledAfter, described, functionName, identifier, lowerFirst, Names, upperFirst } from '../names.ts';
import { onTheWay } from '../equations.ts';
import { blocksOf, holdersIn } from '../schedule.ts';
import { inputsOf, typeOf, type Call, type Loop, type Value } from '../value.ts';
import type { OutlinedFunction } from './functions.ts';
import type { Naming } from './outline.ts';
import { roundsIn } from './segments.ts';

export interface StepRecord {
  /** `ForwardStep`; the list is called `forwardSteps` wherever it is. */
  readonly type: string;
  readonly list: string;
  readonly fields: readonly string[];
  /** Of gradients: the path in rounds that all of its fields are below. */
  readonly path: string | null;
  /** Are its fields stacked as soon as the loop ends, and read in no other way? */
  readonly isStacked: boolean;
}

/** What one function has to do with it. */
export interface Steps {
  /** By list: the record that its elements are in, and as what. */
  readonly fields: ReadonlyMap<Value, { readonly record: StepRecord; readonly field: string }>;
  /** The lists that it makes or hands on only if it is told to. */
  readonly optional: ReadonlySet<Value>;
  /** By call of a function that has to be told: what it is told. */
  readonly told: ReadonlyMap<Value, Told>;
  /** What is a stack of such a list. */
  readonly stacks: ReadonlyMap<Value, Value>;
  /** Lists that are not there, since a function was told so. */
  readonly absent: ReadonlySet<Value>;
}

export type Told = 'true' | 'false' | 'keep';

export interface Recorded {
  readonly records: readonly StepRecord[];
  readonly of: (lowered: Lowered) => Steps;
}

/** A function of the model. */
export interface Returning {
  readonly lowered: Lowered;
  /** What each root is returned as. */
  readonly returned: readonly string[];
}

export function stepRecords(functions: readonly OutlinedFunction[], wholes: readonly Returning[], naming: Naming): Recorded {
  return new Recording(functions, wholes, naming).recorded();
}

/** One list on its way through the functions. */
interface Channel {
  readonly values: Value[];
  /** Where it is made, handed and read. */
  readonly sites: Set<string>;
  /** Do other things live in it, or is it somebody else's? Then nothing is known of it here. */
  isOwner: boolean;
  /** Stacks of it. */
  readonly stacks: Value[];
  /** The parameter in rounds whose gradients it is given as, and in which place. */
  gradient: { readonly path: string; readonly at: number } | null;
}

/** Lists that go together. */
interface Group {
  readonly channels: readonly Channel[];
  /** Null: it is one list, and no record. */
  readonly record: StepRecord | null;
}

/** A function as it is looked at here. */
interface Unit extends Returning {
  readonly made: OutlinedFunction | null;
  readonly needed: ReadonlySet<Value>;
}

/** Kinds of sites: made by a loop, read step by step, handed to a call, read as a whole. */
const MADE = 'made';
const READ = 'read';
const HANDED = 'handed';
const WHOLE = 'whole';

class Recording {
  readonly #units: readonly Unit[];
  readonly #byName: ReadonlyMap<string, Unit>;
  readonly #naming: Naming;
  /** What functions call what they are handed. */
  readonly #parameters: ReadonlySet<string>;
  readonly #channels = new Map<Value, Channel>();
  readonly #groups = new Map<Channel, Group>();
  /** By function: what it hands on only if it is told to. */
  readonly #optional = new Map<Unit, ReadonlySet<Group>>();

  constructor(functions: readonly OutlinedFunction[], wholes: readonly Returning[], naming: Naming) {
    const unit = ({ lowered, returned }: Returning, made: OutlinedFunction | null): Unit => ({
      lowered,
      returned,
      made,
      needed: blocksOf(lowered).needed,
    });
    this.#units = [
      ...functions.map((each) => unit({ lowered: each.lowered, returned: each.outputs }, each)),
      ...wholes.map((each) => unit(each, null)),
    ];
    this.#parameters = new Set(functions.flatMap(({ inputs, sizes }) => [...inputs.map(({ name }) => name), ...sizes.values()]));
    this.#byName = new Map(this.#units.flatMap((each) => (each.made === null ? [] : [[each.made.name, each]])));
    this.#naming = naming;
  }

  recorded(): Recorded {
    for (const unit of this.#units) this.#find(unit);
    for (const [k, unit] of this.#units.entries()) this.#visit(unit, k);
    this.#group();
    // Callers come behind what they call: what a function is told is known before what it tells.
    for (const unit of this.#units.toReversed()) this.#optional.set(unit, this.#optionalIn(unit));
    const steps = new Map(this.#units.map((unit) => [unit.lowered, this.#stepsIn(unit)]));
    return {
      records: [...new Set([...this.#groups.values()].flatMap(({ record }) => record ?? []))],
      of: (lowered) => steps.get(lowered)!,
    };
  }

  // ---------------------------------------------------------------- lists

  #channel(value: Value): Channel {
    const known = this.#channels.get(value);
    if (known !== undefined) return known;
    const made = { values: [value], sites: new Set<string>(), isOwner: false, stacks: [], gradient: null };
    this.#channels.set(value, made);
    return made;
  }

  /** Everything that is a list of tensors, one channel for what is handed from function to function. */
  #find({ lowered, needed }: Unit): void {
    for (const value of needed) if (isListOfTensors(value, lowered)) this.#channel(value);
    for (const { self, name, handed, outputs } of new Set(lowered.calls.values())) {
      if (!needed.has(self)) continue;
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
      this.#channels.set(value, into);
    }
  }

  /** Notes where each list is made and read. */
  #visit({ lowered, returned, made, needed }: Unit, k: number): void {
    const { roots, loops, calls } = lowered;
    const note = (value: Value, site: string): void => void this.#channels.get(value)?.sites.add(`${site} ${k}`);
    const leave = (value: Value): void => {
      const channel = this.#channels.get(value);
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
      if (value.code[0] === 'tf.stack(') this.#channels.get(inputsOf(value)[0]!)?.stacks.push(value);
    }
    for (const loop of new Set(loops.values())) {
      if (!needed.has(loop.self)) continue;
      for (const { argument, list } of loop.xs) if (needed.has(argument)) note(list, `${READ} ${loop.self.id}`);
      for (const { list } of loop.emits) {
        if (!needed.has(list)) continue;
        note(list, `${MADE} ${loop.self.id}`);
        if (!holders(list).includes(list)) leave(list);
      }
    }
    roots.forEach((root, at) => {
      note(root, 'given');
      const path = made === null ? roundsPath(returned[at]!) : null;
      const channel = this.#channels.get(root);
      if (channel !== undefined && path !== null) channel.gradient = { path, at };
      if ((made === null && path === null) || root.kind === 'given' || roots.indexOf(root) !== at) leave(root);
    });
    for (const { value } of made?.inputs ?? []) note(value, 'argument');
  }

  // ---------------------------------------------------------------- records

  #group(): void {
    const groups = new Map<string, Channel[]>();
    for (const channel of new Set(this.#channels.values())) {
      const is = (kind: string): boolean => [...channel.sites].some((site) => site.startsWith(`${kind} `));
      if (channel.isOwner || !is(MADE)) continue;
      const isStacked = channel.stacks.length === 1 && channel.sites.size === 2;
      // Two calls of a function in one body give two lists, which have names of their own there.
      const isAlone = (is(WHOLE) && !isStacked) || isTwice([...channel.sites]);
      if (isAlone) this.#groups.set(channel, { channels: [channel], record: null });
      else {
        const sites = isStacked ? [...channel.sites].filter((site) => site.startsWith(MADE)) : [...channel.sites];
        const key = [isStacked, ...sites, frontOf(channel.gradient?.path ?? '')].sort().join();
        groups.set(key, [...(groups.get(key) ?? []), channel]);
      }
    }
    for (const channels of groups.values()) {
      channels.sort((a, b) => (a.gradient?.at ?? 0) - (b.gradient?.at ?? 0));
      const group = { channels, record: channels.length === 1 ? null : this.#record(channels) };
      for (const channel of channels) this.#groups.set(channel, group);
    }
  }

  #record(channels: readonly Channel[]): StepRecord {
    const { lowered, needed, made } = this.#units.find((unit) => channels[0]!.values.some((value) => isMade(value, unit)))!;
    const lists = channels.map(({ values }) => values.find((value) => isMade(value, { lowered, needed }))!);
    const loop = lowered.loops.get(lists[0]!)!;
    const frame = made?.frame ?? null;
    const { gradient } = channels[0]!;
    if (gradient !== null) {
      const list = this.#take([`${functionName(loop.self.origin.frame?.callee ?? '')} gradients`], (name) => name);
      const front = frontOf(gradient.path);
      return {
        type: 'rt.Tensors',
        list,
        fields: channels.map((each) => each.gradient!.path.slice(front.length + 1)),
        path: front,
        isStacked: false,
      };
    }
    const names = new Names([], new Set());
    const way = onTheWay([...needed], ({ origin }) => this.#naming.sources.equationKey(origin));
    const isStacked = channels[0]!.stacks.length > 0;
    const type = this.#take(this.#typeNames(loop, frame, isStacked ? 'Row' : 'Step'), listName);
    return {
      type,
      list: listName(type),
      fields: lists.map((list) => {
        const element = loop.emits.find((emit) => emit.list === list)!.value;
        return names.takeFirst(this.#namesOf(element, frame, way.has(element)));
      }),
      path: null,
      isStacked,
    };
  }

  /** A list is called so wherever it is: in no function is that a parameter's name. */
  #take(names: readonly string[], listOf: (taken: string) => string): string {
    for (;;) {
      const taken = this.#naming.takeFirst(names);
      if (!this.#parameters.has(listOf(taken))) return taken;
    }
  }

  #namesOf(element: Value, frame: CallFrame | null, isOnTheWay: boolean): readonly string[] {
    const { name, frame: own } = element.origin;
    const equation = this.#naming.sources.equation(element.origin);
    const names = name === null || isOnTheWay ? described(element.hint, equation) : [name];
    return [...names, ...calledAfter(names[0]!, own, frame)];
  }

  #typeNames({ self }: Loop, frame: CallFrame | null, kind: string): readonly string[] {
    const block = upperFirst(identifier((self.origin.frame ?? frame)?.callee ?? ''));
    const equation = this.#naming.sources.equation(self.origin);
    return equation === null
      ? [`${block}${kind}`]
      : [`${upperFirst(identifier(equation))}${kind}`, `${block}${upperFirst(identifier(equation))}${kind}`];
  }

  // ---------------------------------------------------------------- who keeps what

  #groupOf(value: Value): Group | null {
    const channel = this.#channels.get(value);
    return (channel === undefined ? undefined : this.#groups.get(channel)) ?? null;
  }

  /** What is given to callers of which some do not read it, and is read by nothing here. */
  #optionalIn(unit: Unit): ReadonlySet<Group> {
    const { lowered, made } = unit;
    const given = new Set(lowered.roots.flatMap((root) => this.#groupOf(root) ?? []));
    if (made === null || given.size === 0) return new Set();
    const calls = this.#units.flatMap((caller) =>
      [...callsIn(caller)].filter(({ name }) => name === made.name).map(({ outputs }) => ({ caller, outputs })),
    );
    const isAsked = (group: Group): boolean => calls.every(({ caller, outputs }) => this.#tells(caller, outputs, group) === 'true');
    return new Set([...given].filter((group) => !this.#isReadIn(unit, group.channels[0]!) && !isAsked(group)));
  }

  #isReadIn(unit: Unit, { sites }: Channel): boolean {
    const k = `${this.#units.indexOf(unit)}`;
    return [...sites].some((site) => {
      const [kind = '', , at] = site.split(' ');
      return [READ, HANDED, WHOLE].includes(kind) && at === k;
    });
  }

  #tells(caller: Unit, outputs: Call['outputs'], group: Group): Told {
    const output = outputs.find(({ value }) => this.#groupOf(value) === group && caller.needed.has(value));
    if (output === undefined) return 'false';
    const isRead = this.#isReadIn(caller, this.#channels.get(output.value)!);
    return !isRead && this.#optional.get(caller)!.has(group) ? 'keep' : 'true';
  }

  #stepsIn(unit: Unit): Steps {
    const told = new Map<Value, Told>();
    const absent = new Set<Value>();
    for (const { self, name, outputs } of callsIn(unit)) {
      const groups = this.#optional.get(this.#byName.get(name)!)!;
      const all = [...groups].map((group) => this.#tells(unit, outputs, group));
      if (all.length === 0) continue;
      told.set(self, all.includes('true') ? 'true' : all.includes('keep') ? 'keep' : 'false');
      if (told.get(self) !== 'false') continue;
      for (const { value } of outputs) if (groups.has(this.#groupOf(value)!)) absent.add(value);
    }
    const lists = [
      ...unit.needed,
      ...[...callsIn(unit)].flatMap(({ outputs }) => outputs.map(({ value }) => value)),
      ...(unit.made?.inputs ?? []).map(({ value }) => value),
    ];
    const optional = this.#optional.get(unit)!;
    return {
      fields: new Map(lists.flatMap((list) => this.#fieldOf(list))),
      optional: new Set(lists.filter((list) => optional.has(this.#groupOf(list)!))),
      stacks: new Map(lists.flatMap((list) => this.#stackOf(list))),
      told,
      absent,
    };
  }

  #stackOf(list: Value): readonly (readonly [Value, Value])[] {
    const [stack] = this.#groupOf(list)?.record?.isStacked === true ? this.#channels.get(list)!.stacks : [];
    return stack === undefined ? [] : [[stack, list]];
  }

  #fieldOf(list: Value): readonly (readonly [Value, { readonly record: StepRecord; readonly field: string }])[] {
    const { record = null, channels = [] } = this.#groupOf(list) ?? {};
    if (record === null) return [];
    return [[list, { record, field: record.fields[channels.indexOf(this.#channels.get(list)!)]! }]];
  }
}

/** Do two calls in one body give it? */
function isTwice(sites: readonly string[]): boolean {
  const bodies = sites.filter((site) => site.startsWith('output ')).map((site) => site.split(' ')[2]);
  return new Set(bodies).size < bodies.length;
}

/** Of the elements' type. */
const listName = (type: string): string => lowerFirst(type).replace(/\d*$/, (number) => `s${number}`);

/** The calls that are made. */
function callsIn({ lowered, needed }: Unit): ReadonlySet<Call> {
  return new Set([...lowered.calls.values()].filter(({ self }) => needed.has(self)));
}

/** The path of a gradient in rounds, but for rounds in rounds. */
function roundsPath(returned: string): string | null {
  const path = returned.startsWith(GRADIENT) ? returned.slice(GRADIENT.length) : '';
  return roundsIn(path) === 1 && frontOf(path).length < path.length ? path : null;
}

const GRADIENT = 'gradient.';

/** A path up to its rounds. */
function frontOf(path: string): string {
  return path.slice(0, path.indexOf('[*]') + '[*]'.length);
}

function isListOfTensors(value: Value, { loops }: Lowered): boolean {
  return value.kind !== 'list' && typeOf(value, loops) === 'tf.Tensor[]';
}

function isMade(value: Value, { lowered, needed }: Pick<Unit, 'lowered' | 'needed'>): boolean {
  return value.kind === 'emitted' && lowered.loops.has(value) && needed.has(value);
}
