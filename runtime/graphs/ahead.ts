/** Decoding several positions with one call of a graph: what the graph is built for, and the states between calls. */
import type {
  Ahead,
  AheadCall,
  AheadGiven,
  AheadMade,
  Choices,
  Memory,
  Method,
  Random,
  Rounds,
  Sizes,
  State,
  States,
  Tensors,
} from '../definition.ts';
import { Cache, emptyCache } from '../decode/cache.ts';
import * as tf from '../tf.ts';
import type { Choosing } from './choices.ts';
import { evaluate } from './expressions.ts';
import type { StateData, StepFunction } from './format.ts';
import { elementName, GraphOf, roundsOf, type Results, type Way } from './function.ts';
import { activeSessions, type Sessions } from './sessions.ts';

/** What calls decide besides the batch. */
export const SIZES_AHEAD: readonly string[] = ['capacity', 'ahead', 'topK'];

/** Positions of a call. */
const MOST_AHEAD = 64;
/** Logits of a call: more are not worth the memory. */
const MOST_LOGITS = 2 ** 23;
/** Positions that a cache has room for at first; then it doubles. */
const FIRST_CAPACITY = 64;
/** From so many positions on `auto` builds a graph. */
const REPAYS_FROM = 128;

export class AheadGraphs {
  readonly #model: string;
  /** Undefined: no data is there at all, which was said; null: it has no step with caches of a fixed capacity. */
  readonly #step: (sessions: Sessions) => StepFunction | null | undefined;
  readonly #changing: ReadonlySet<string>;
  /** By the way of choosing, and what is given out. */
  readonly #graphs = new Map<string, GraphOf>();

  constructor(model: string, step: (sessions: Sessions) => StepFunction | null | undefined, changing: ReadonlySet<string>) {
    this.#model = model;
    this.#step = step;
    this.#changing = changing;
  }

  begin(given: AheadGiven): Ahead | null {
    const sessions = activeSessions();
    if (sessions === null) return null;
    // Where an output may end, nobody knows how long it becomes.
    const repays = given.end === null && given.most >= REPAYS_FROM;
    const way = sessions.execution === 'auto' && repays ? 'graph' : sessions.now();
    if (way === 'eager') return null;
    const step = this.#step(sessions);
    if (step === null && sessions.execution !== 'auto')
      sessions.say(`${this.#model}: generate runs operation by operation: its step does what no cache of a fixed size allows`);
    if (step === null || step === undefined) return null;
    return new Run(step, this.#graph(given), given, sessions, way);
  }

  #graph({ method, end, taps }: AheadGiven): GraphOf {
    const choosing = choosingOf(method, end);
    const stop = choosing.method === 'beam' ? null : end;
    const key = JSON.stringify([choosing, stop, taps]);
    let graph = this.#graphs.get(key);
    if (graph === undefined) {
      graph = new GraphOf(
        'generate',
        (sessions, n, p, xla) => {
          const step = this.#step(sessions);
          return step === null || step === undefined
            ? null
            : sessions.buildAhead(step, { n, roundsOf: (path) => roundsOf(p, path), xla, choosing, end: stop, taps });
        },
        this.#changing,
        this.#model,
      );
      this.#graphs.set(key, graph);
    }
    return graph;
  }
}

/** A beam of one hypothesis is greedy. */
function choosingOf(method: Method, end: number | null): Choosing {
  if (method.kind === 'sample') return { method: 'sample', filtered: method.topK !== Infinity || method.topP < 1 };
  return method.kind === 'beam' && method.width > 1 ? { method: 'beam', end } : { method: 'greedy' };
}

/** States by name; those of rounds by element. */
type Named = Readonly<Record<string, tf.Tensor>>;

class Run implements Ahead {
  readonly room: number;
  readonly #step: StepFunction;
  readonly #graph: GraphOf;
  readonly #given: AheadGiven;
  readonly #sessions: Sessions;
  readonly #way: Way;
  readonly #width: number;
  readonly #memory: Named;
  #capacity: number;
  #states: Named;
  #next: Named | null = null;

  constructor(step: StepFunction, graph: GraphOf, given: AheadGiven, sessions: Sessions, way: Way) {
    this.#step = step;
    this.#graph = graph;
    this.#given = given;
    this.#sessions = sessions;
    this.#way = way;
    this.#width = given.method.kind === 'beam' ? given.method.width : 1;
    const logits = given.batch.n.batch! * this.#width * given.vocabulary;
    this.room = Math.max(1, Math.min(MOST_AHEAD, 2 ** Math.floor(Math.log2(MOST_LOGITS / logits))));
    this.#memory = named('memory', given.memory);
    this.#capacity = way === 'xla' ? capacityFor(given.most) : FIRST_CAPACITY;
    this.#states = this.#begin();
  }

  /** What was prepared, once for each hypothesis, and empty caches. */
  #begin(): Named {
    const prepared = named('state', this.#given.state);
    const widened = Object.entries(prepared).map(([name, tensor]) => [
      name,
      tf.tile(tensor, [1, this.#width, ...tensor.shape.slice(2).map(() => 1)]),
    ]);
    const n = this.#sizes();
    const empty = this.#caches().map(({ name, type, shape }) => {
      const sizes = shape.map((size) => evaluate(size, n)!);
      return [name, tf.zeros(sizes, type === 'float' ? 'float32' : type === 'int' ? 'int32' : 'bool')];
    });
    return Object.fromEntries([...widened, ...empty]) as Named;
  }

  /** By element. */
  #caches(): readonly { readonly name: string; readonly type: StateData['type']; readonly shape: NonNullable<StateData['cache']> }[] {
    const n = this.#given.batch.n;
    return this.#step.states.flatMap(({ name, type, rounds, cache }) =>
      cache === undefined
        ? []
        : elementsOf(
            name,
            rounds.map((size) => evaluate(size, n)!),
          ).map((each) => ({ name: each, type, shape: cache })),
    );
  }

  #sizes(): Sizes {
    const { method, vocabulary, batch } = this.#given;
    return {
      ...batch.n,
      beam: this.#width,
      capacity: this.#capacity,
      ahead: this.room,
      topK: method.kind === 'sample' ? Math.min(method.topK, vocabulary) : 1,
    };
  }

  run(call: AheadCall): AheadMade | null {
    this.#grow(call.time + call.count);
    const own = this.#feed(call);
    const n = this.#sizes();
    const { p, batch, taps } = this.#given;
    const inputs = { ...batch.inputs, ...this.#memory, ...this.#states, ...own };
    const made = this.#graph.unchecked(p, { n, lengths: batch.lengths, inputs }, NO_DRAWS, this.#sessions, this.#way);
    for (const tensor of Object.values(own)) tensor.dispose();
    if (made === null) return null;
    this.#drop();
    this.#next = Object.fromEntries(Object.entries(made.below('state.')).map(([name, tensor]) => [`state.${name}`, tensor]));
    return {
      ran: made.one('ran'),
      ids: made.one('ids'),
      parents: made.optional('parents'),
      logits: made.one('logits'),
      taps: Object.fromEntries(taps.map((name) => [name, made.one(`tap.${name}`)])),
      refusals: made.refusals(),
    };
  }

  accept(): void {
    if (this.#next === null) return;
    for (const tensor of Object.values(this.#states)) tensor.dispose();
    this.#states = this.#next;
    this.#next = null;
  }

  dispose(): void {
    this.#drop();
    for (const tensor of Object.values(this.#states)) tensor.dispose();
  }

  #drop(): void {
    for (const tensor of Object.values(this.#next ?? {})) tensor.dispose();
    this.#next = null;
  }

  /** Makes room in the caches. */
  #grow(places: number): void {
    if (places <= this.#capacity) return;
    const before = this.#capacity;
    while (places > this.#capacity) this.#capacity *= 2;
    const grown = this.#caches().map(({ name, shape }) => {
      const axis = shape.indexOf('capacity');
      const old = this.#states[name]!;
      const padding = tf.zeros(
        old.shape.map((size, k) => (k === axis ? this.#capacity - before : size)),
        old.dtype,
      );
      const made = tf.concat([old, padding], axis);
      padding.dispose();
      old.dispose();
      return [name, made];
    });
    this.#states = { ...this.#states, ...(Object.fromEntries(grown) as Named) };
  }

  #feed({ time, count, before, done, forced, drawn }: AheadCall): Record<string, tf.Tensor> {
    const [rows, width] = [this.#given.batch.n.batch!, this.#width];
    const { method } = this.#given;
    const all = this.room * rows * width;
    const sampling = method.kind === 'sample' && drawn !== null;
    return {
      time: tf.scalar(time, 'int32'),
      count: tf.scalar(count, 'int32'),
      done: tf.tensor1d(done, 'bool'),
      ...choices('', before, [rows, width]),
      ...choices(
        'forced.',
        {
          ids: padded(forced.ids, new Int32Array(all).fill(-1)),
          parents: padded(forced.parents, new Int32Array(all)),
          logProbabilities: padded(forced.logProbabilities, new Float32Array(all)),
        },
        [this.room, rows, width],
      ),
      ...(sampling
        ? {
            drawn: tf.tensor2d(padded(drawn, new Float32Array(this.room * rows)), [this.room, rows]),
            temperature: tf.scalar(method.temperature),
            topP: tf.scalar(method.topP >= 1 ? 2 : method.topP),
          }
        : {}),
    };
  }
}

function choices(front: string, { ids, parents, logProbabilities }: Choices, shape: number[]): Record<string, tf.Tensor> {
  return {
    [`${front}ids`]: tf.tensor(ids, shape, 'int32'),
    [`${front}parents`]: tf.tensor(parents, shape, 'int32'),
    [`${front}logProbabilities`]: tf.tensor(logProbabilities, shape, 'float32'),
  };
}

function padded<T extends Int32Array | Float32Array>(values: T, into: T): T {
  into.set(values);
  return into;
}

/** What a graph of `prepare` gave, as a step takes it: with the caches, which begin empty. */
export function preparedBy(made: Results, { states }: StepFunction, n: Sizes): { readonly memory: Memory; readonly state: States } {
  const caches = states.flatMap(({ name, rounds, cache }): [string, State][] =>
    cache === undefined
      ? []
      : [
          [
            name.slice('state.'.length),
            repeated(
              rounds.map((size) => evaluate(size, n)!),
              emptyCache,
            ),
          ],
        ],
  );
  return { memory: nested(made.below('memory.')), state: { ...nested(made.below('state.')), ...Object.fromEntries(caches) } };
}

function repeated<T>([count, ...rest]: readonly number[], make: () => T): Rounds<T> {
  return count === undefined ? make() : Array.from({ length: count }, () => repeated(rest, make));
}

/** Lists of what is by element. */
function nested(tensors: Tensors): Memory {
  const made: Record<string, Rounds<tf.Tensor>> = {};
  const put = (into: Record<string, Rounds<tf.Tensor>>, [first, ...rest]: readonly string[], tensor: tf.Tensor): void => {
    if (rest.length === 0) into[first!] = tensor;
    else put((into[first!] ??= []) as unknown as Record<string, Rounds<tf.Tensor>>, rest, tensor);
  };
  for (const [name, tensor] of Object.entries(tensors)) put(made, name.split(':'), tensor);
  return made;
}

/** The tensors of a step's memory or states, by name; what rounds have by element. Caches begin empty, and are left out. */
function named(group: string, all: Readonly<Record<string, Rounds<tf.Tensor | Cache>>>): Named {
  const found: [string, tf.Tensor][] = [];
  const visit = (name: string, value: Rounds<tf.Tensor | Cache>): void => {
    if (isList(value)) value.forEach((each, round) => visit(elementName(name, [round]), each));
    else if (!(value instanceof Cache)) found.push([name, value]);
  };
  for (const [name, value] of Object.entries(all)) visit(`${group}.${name}`, value);
  return Object.fromEntries(found);
}

function isList<T>(value: Rounds<T>): value is readonly Rounds<T>[] {
  return Array.isArray(value);
}

function elementsOf(name: string, [count, ...rest]: readonly number[]): readonly string[] {
  if (count === undefined) return [name];
  return Array.from({ length: count }, (_, i) => elementsOf(elementName(name, [i]), rest)).flat();
}

/** A power of two or half more: each capacity is compiled anew. */
function capacityFor(places: number): number {
  const power = 2 ** Math.floor(Math.log2(Math.max(places, FIRST_CAPACITY)));
  return [power, 1.5 * power, 2 * power].find((each) => each >= places)!;
}

const none = (): never => {
  throw new Error('a step that draws is no graph');
};
const NO_DRAWS: Random = { keep: none, uniform: none, normal: none, exponential: none };
