/** One function as graphs of the active backend: built for the sizes of calls, loaded, fed, called. */
import type { Batch, Random, Refusal, Sizes, Tensors } from '../definition.ts';
import { refuseAll } from '../device-batch.ts';
import { parameterAt, parameterReader, type ParameterTree } from '../parameters.ts';
import * as tf from '../tf.ts';
import type { BuiltGraph, Fed, Given } from './build.ts';
import { evaluate } from './expressions.ts';
import { activeSessions, type Held, type Session, type Sessions } from './sessions.ts';

/** The ways that are graphs. */
export type Way = Exclude<ReturnType<Sessions['now']>, 'eager'>;

/** Of the numbers that one graph is fed with. */
const MOST_SIZES = 256;

/** A result of the function and its place among the outputs of the graph. */
interface Placed {
  readonly name: string;
  readonly at: number;
}

/** The results of one graph by name. */
class Layout {
  readonly #all: readonly Placed[];
  readonly #below = new Map<string, readonly Placed[]>();
  readonly checks: readonly (Omit<Refusal, 'wrong'> & { readonly at: number })[];

  constructor({ named, outputs, checks }: BuiltGraph) {
    const places = new Map(named.map((name, at) => [name, at]));
    this.#all = outputs.flatMap(({ name, given }) => spread(name, given, places));
    this.checks = checks.map(({ output, ...check }) => ({ at: places.get(output)!, ...check }));
  }

  /** Those whose names begin so, under the rest of their names. */
  below(front: string): readonly Placed[] {
    let below = this.#below.get(front);
    if (below === undefined) {
      below = this.#all.flatMap(({ name, at }) => (name.startsWith(front) ? [{ name: name.slice(front.length), at }] : []));
      this.#below.set(front, below);
    }
    return below;
  }
}

/** What a graph gave, by name. */
export class Results {
  readonly #layout: Layout;
  readonly #tensors: readonly tf.Tensor[];

  constructor(layout: Layout, tensors: readonly tf.Tensor[]) {
    this.#layout = layout;
    this.#tensors = tensors;
  }

  one(name: string): tf.Tensor {
    return this.#tensors[this.#layout.below(name).find((each) => each.name === '')!.at]!;
  }

  /** Null: the graph does not give it. */
  optional(name: string): tf.Tensor | null {
    const place = this.#layout.below(name).find((each) => each.name === '');
    return place === undefined ? null : this.#tensors[place.at]!;
  }

  /** What its checks found. */
  refusals(): readonly Refusal[] {
    return this.#layout.checks.map(({ at, ...check }) => ({ wrong: this.#tensors[at]!, ...check }));
  }

  below(front: string): Tensors {
    const tensors: Record<string, tf.Tensor> = {};
    for (const { name, at } of this.#layout.below(front)) tensors[name] = this.#tensors[at]!;
    return tensors;
  }

  dispose(): void {
    for (const tensor of this.#tensors) tensor.dispose();
  }
}

/** What a function is called with, and what is drawn for it. */
interface Call {
  readonly p: ParameterTree;
  readonly batch: Batch;
  readonly random: Random;
  readonly drawn: tf.Tensor[];
}

/** A graph in a session. */
interface Loaded {
  readonly graph: BuiltGraph;
  readonly session: Session;
  readonly layout: Layout;
  /** One for each input; null for those that follow from the sizes. */
  readonly feeds: readonly (((call: Call) => tf.Tensor) | null)[];
  /** By the sizes of calls so far: the inputs that follow from them, at their places. */
  readonly numbers: Map<string, readonly (Held | null)[]>;
}

/** Equal for equal sizes of one function, but for some. */
function keyOf(n: Sizes, but?: ReadonlySet<string>): string {
  let key = '';
  for (const label of Object.keys(n)) if (but?.has(label) !== true) key += `${label}:${n[label]},`;
  return key;
}

/** @param n the sizes that all calls have in common @returns null where there is nothing to build it of */
export type Build = (sessions: Sessions, n: Sizes, p: ParameterTree, xla: boolean) => BuiltGraph | null;

/** One function. */
export class GraphOf {
  readonly #name: string;
  readonly #build: Build;
  /** Sizes that differ from call to call. */
  readonly #changing: ReadonlySet<string>;
  readonly #model: string;
  /** By the sizes that a graph was built for; null: it cannot be had. */
  readonly #loaded = new Map<string, Loaded | null>();
  #owner: Sessions | null = null;

  constructor(name: string, build: Build, changing: ReadonlySet<string>, model: string) {
    this.#name = name;
    this.#build = build;
    this.#changing = changing;
    this.#model = model;
  }

  /** @param isCompiled by XLA, where functions run as graphs */
  run<R>(p: ParameterTree, batch: Batch, random: Random, eagerly: () => R, isCompiled = false): R | Results {
    const sessions = activeSessions();
    const usual = sessions?.now() ?? 'eager';
    const way = usual === 'graph' && isCompiled ? 'xla' : usual;
    const made = sessions === null || way === 'eager' ? null : this.unchecked(p, batch, random, sessions, way);
    if (made === null) return eagerly();
    try {
      refuseAll(batch, made.refusals());
    } catch (error) {
      made.dispose();
      throw error;
    }
    return made;
  }

  /** Whose checks the caller sees to; null: such a function runs operation by operation. */
  unchecked(p: ParameterTree, batch: Batch, random: Random, sessions: Sessions, way: Way): Results | null {
    if (this.#owner !== sessions) {
      this.#owner = sessions;
      this.#loaded.clear();
    }
    const call: Call = { p, batch, random, drawn: [] };
    return (way === 'xla' ? this.#tried(sessions, true, call) : null) ?? this.#tried(sessions, false, call);
  }

  /** Null if there is no such graph, or TensorFlow refuses it; then it is not tried again. */
  #tried(sessions: Sessions, xla: boolean, call: Call): Results | null {
    const key = xla ? `xla ${keyOf(call.batch.n)}` : keyOf(call.batch.n, this.#changing);
    try {
      let loaded = this.#loaded.get(key);
      if (loaded === undefined) {
        loaded = this.#load(sessions, call, xla);
        this.#loaded.set(key, loaded);
      }
      return loaded === null ? null : run(sessions, loaded, call);
    } catch (error) {
      this.#loaded.set(key, null);
      this.#tell(sessions, xla, error);
      return null;
    } finally {
      for (const tensor of call.drawn.splice(0)) tensor.dispose();
    }
  }

  #tell(sessions: Sessions, xla: boolean, error: unknown): void {
    if (!(error instanceof Error)) throw error;
    const next = xla ? 'as a graph that XLA does not compile' : 'operation by operation';
    sessions.say(`${this.#model}: ${this.#name} runs ${next}: ${error.message.split('\n')[0]}`);
  }

  #load(sessions: Sessions, { p, batch: { n } }: Call, xla: boolean): Loaded | null {
    const known = xla ? n : Object.fromEntries(Object.entries(n).filter(([label]) => !this.#changing.has(label)));
    const graph = this.#build(sessions, known, p, xla);
    if (graph === null) return null;
    return {
      graph,
      session: sessions.load({ bytes: graph.bytes, xla, inputs: [...graph.inputs.keys()], outputs: graph.named }),
      layout: new Layout(graph),
      feeds: Array.from(graph.inputs.values(), feedOf),
      numbers: new Map(),
    };
  }
}

function run(sessions: Sessions, loaded: Loaded, call: Call): Results {
  const held = heldFor(sessions, loaded, call.batch.n);
  const outputs = loaded.session.run(loaded.feeds.map((feed, k) => (feed === null ? held[k]! : feed(call))));
  return new Results(loaded.layout, outputs);
}

function feedOf(fed: Fed): ((call: Call) => tf.Tensor) | null {
  switch (fed.kind) {
    case 'parameter': {
      const read = parameterReader(fed.path);
      return ({ p }) => read(p);
    }
    case 'input': {
      const name = elementName(fed.of, fed.rounds);
      return ({ batch }) => batch.inputs[name]!;
    }
    case 'length':
      return ({ batch }) => batch.lengths[fed.dim]!;
    case 'random':
      return ({ batch, random, drawn }) => {
        const tensor = draws(fed, batch.n, random);
        drawn.push(tensor);
        return tensor;
      };
    case 'number':
    case 'shape':
      return null;
  }
}

/** What an element of a list of rounds is called; names themselves may have brackets. */
export function elementName(name: string, rounds: readonly number[] = []): string {
  return `${name}${rounds.map((round) => `:${round}`).join('')}`;
}

function spread(name: string, given: Given, places: ReadonlyMap<string, number>): readonly Placed[] {
  if (typeof given === 'string') return [{ name, at: places.get(given)! }];
  const element = (i: number): string => (name.includes('[*]') ? name.replace('[*]', `[${i}]`) : elementName(name, [i]));
  return given.flatMap((each, i) => spread(element(i), each, places));
}

/** The inputs that follow from the sizes; null at the places of others. */
function heldFor(sessions: Sessions, { graph, numbers }: Loaded, n: Sizes): readonly (Held | null)[] {
  const key = keyOf(n);
  const known = numbers.get(key);
  if (known !== undefined) return known;
  if (numbers.size >= MOST_SIZES) {
    for (const each of numbers.values()) for (const one of each) if (one !== null) sessions.release(one);
    numbers.clear();
  }
  const held = Array.from(graph.inputs.values(), (fed): Held | null => {
    if (fed.kind === 'number') return sessions.hold([numberOf(fed.value, n)], fed.type, []);
    if (fed.kind !== 'shape') return null;
    const shape = fed.shape.map((size) => numberOf(size, n));
    return sessions.hold(shape, 'int', [shape.length]);
  });
  numbers.set(key, held);
  return held;
}

function numberOf(value: Parameters<typeof evaluate>[0], n: Sizes): number {
  const number = evaluate(value, n);
  if (number === null) throw new Error(`a size of this call is not known: ${JSON.stringify(value)}`);
  return number;
}

/** The draws of one site for all steps of the loops around it, outermost first. */
function draws(
  { draw: { draw, rate, site, shape, ragged, loops } }: Extract<Fed, { kind: 'random' }>,
  n: Sizes,
  random: Random,
): tf.Tensor {
  const sizes = shape.map((size) => numberOf(size, n));
  const at = (steps: readonly number[]): tf.Tensor => {
    const loop = loops[steps.length];
    if (loop === undefined)
      return draw === 'keep' ? random.keep(site, rate, sizes, ragged, steps) : random[draw](site, sizes, ragged, steps);
    const first = numberOf(loop.first, n);
    const each = Array.from({ length: numberOf(loop.count, n) }, (_, i) => at([...steps, first + i]));
    const all = tf.stack(each);
    for (const tensor of each) tensor.dispose();
    return all;
  };
  return at([]);
}

/** How many rounds the path of a parameter goes through, outermost first. */
export function roundsOf(tree: ParameterTree, path: string): readonly number[] {
  const counts: number[] = [];
  let known = path;
  while (known.includes('[*]')) {
    const list = parameterAt(tree, known.slice(0, known.indexOf('[*]'))) as unknown as readonly unknown[];
    counts.push(list.length);
    known = known.replace('[*]', '[0]');
  }
  return counts;
}
