/**
 * Which way the functions of a definition run: operation by operation, or as graphs of the active backend.
 *
 * The ways round differently in the last bits, so that the choice is never by the clock: a run of training stays a function of its
 * seed.
 */
import type { Batch, Definition, ObjectiveDefinition, Random, Sizes, Tensors } from '../definition.ts';
import { refuse } from '../batch.ts';
import { parameterAt, type ParameterTree } from '../parameters.ts';
import * as tf from '../tf.ts';
import type { BuiltGraph, Fed, Given } from './build.ts';
import { evaluate } from './expressions.ts';
import type { ModelGraphs } from './format.ts';
import { activeSessions, type Held, type Session, type Sessions } from './sessions.ts';

/** Of the numbers that one graph is fed with. */
const MOST_SIZES = 256;

/** The same definition, whose functions run as graphs where the active backend has that and is told to. */
export function withGraphs(definition: Definition): Definition {
  const { graphs } = definition;
  if (graphs === undefined) return definition;
  const all = new Functions(definition, graphs.file, graphs.model);
  const objective = (each: ObjectiveDefinition): ObjectiveDefinition => ({
    ...each,
    updates: each.updates.map((update) => {
      const name = update.name === undefined ? each.name : `${each.name} ${update.name}`;
      const [loss, gradients] = [all.of(`${name} loss`), all.of(`${name} gradients`)];
      return {
        ...update,
        loss: (p, batch, random) => {
          const made = loss.run(p, batch, random, () => update.loss(p, batch, random));
          return made instanceof Results ? { loss: made.one('loss'), metrics: made.below('metric.') } : made;
        },
        gradients: (p, batch, random) => {
          const made = gradients.run(p, batch, random, () => update.gradients(p, batch, random));
          if (!(made instanceof Results)) return made;
          const running = made.below('running.');
          return {
            loss: made.one('loss'),
            metrics: made.below('metric.'),
            gradients: made.below('gradient.'),
            ...(Object.keys(running).length === 0 ? {} : { running }),
          };
        },
      };
    }),
  });
  const forward = all.of('forward');
  return {
    ...definition,
    forward: (p, batch, random) => {
      const made = forward.run(p, batch, random, () => definition.forward(p, batch, random));
      return made instanceof Results ? made.below('') : made;
    },
    objectives: definition.objectives.map(objective),
  };
}

/** What a graph gave, by name. */
class Results {
  readonly #tensors: Tensors;

  constructor(tensors: Tensors) {
    this.#tensors = tensors;
  }

  one(name: string): tf.Tensor {
    return this.#tensors[name]!;
  }

  below(front: string): Tensors {
    return Object.fromEntries(
      Object.entries(this.#tensors).flatMap(([name, tensor]) => (name.startsWith(front) ? [[name.slice(front.length), tensor]] : [])),
    );
  }
}

/** The functions of one definition as data, read when the first is wanted. */
class Functions {
  readonly #definition: Definition;
  readonly #file: URL;
  readonly #model: number;
  readonly #changing: ReadonlySet<string>;
  #read: ModelGraphs | null | undefined;

  constructor(definition: Definition, file: URL, model: number) {
    this.#definition = definition;
    this.#file = file;
    this.#model = model;
    this.#changing = new Set(['batch', 'beam', ...definition.ragged.map(({ label }) => label)]);
  }

  of(name: string): GraphOf {
    return new GraphOf(
      name,
      (sessions) => this.#graphs(sessions)?.[name] ?? null,
      (n) => Object.fromEntries(Object.entries(n).filter(([label]) => !this.#changing.has(label))),
      this.#definition.name,
    );
  }

  #graphs(sessions: Sessions): ModelGraphs | null {
    if (this.#read === undefined) {
      this.#read = sessions.read(this.#file)?.models[this.#model] ?? null;
      if (this.#read === null && sessions.execution !== 'auto')
        sessions.say(`${this.#definition.name} runs operation by operation: ${this.#file.pathname} is missing; compile it again`);
    }
    return this.#read;
  }
}

/** A graph in a session, with what it is fed with for the sizes of calls so far. */
interface Loaded {
  readonly graph: BuiltGraph;
  readonly session: Session;
  readonly numbers: Map<string, ReadonlyMap<string, Held>>;
}

/** One function. */
class GraphOf {
  readonly #name: string;
  readonly #made: (sessions: Sessions) => ModelGraphs[string] | null;
  readonly #common: (n: Sizes) => Sizes;
  readonly #model: string;
  /** By the sizes that a graph was built for; null: it cannot be had. */
  readonly #loaded = new Map<string, Loaded | null>();
  #owner: Sessions | null = null;

  constructor(name: string, made: (sessions: Sessions) => ModelGraphs[string] | null, common: (n: Sizes) => Sizes, model: string) {
    this.#name = name;
    this.#made = made;
    this.#common = common;
    this.#model = model;
  }

  run<R>(p: ParameterTree, batch: Batch, random: Random, eagerly: () => R): R | Results {
    const sessions = activeSessions();
    const execution = sessions?.now() ?? 'eager';
    if (sessions === null || execution === 'eager') return eagerly();
    if (this.#owner !== sessions) {
      this.#owner = sessions;
      this.#loaded.clear();
    }
    const common = this.#common(batch.n);
    return (
      (execution === 'xla' ? this.#tried(sessions, true, batch.n, p, batch, random) : null) ??
      this.#tried(sessions, false, common, p, batch, random) ??
      eagerly()
    );
  }

  /** Null if there is no such graph, or TensorFlow refuses it; then it is not tried again. */
  #tried(sessions: Sessions, xla: boolean, n: Sizes, p: ParameterTree, batch: Batch, random: Random): Results | null {
    const key = `${xla} ${JSON.stringify(n)}`;
    try {
      let loaded = this.#loaded.get(key);
      if (loaded === undefined) {
        loaded = this.#load(sessions, p, n, xla);
        this.#loaded.set(key, loaded);
      }
      return loaded === null ? null : this.#call(sessions, loaded, p, batch, random);
    } catch (error) {
      this.#loaded.set(key, null);
      this.#tell(sessions, xla, error);
      return null;
    }
  }

  #tell(sessions: Sessions, xla: boolean, error: unknown): void {
    if (!(error instanceof Error)) throw error;
    const next = xla ? 'as a graph that XLA does not compile' : 'operation by operation';
    sessions.say(`${this.#model}: ${this.#name} runs ${next}: ${error.message.split('\n')[0]}`);
  }

  #load(sessions: Sessions, p: ParameterTree, n: Sizes, xla: boolean): Loaded | null {
    const made = this.#made(sessions);
    if (made === null) return null;
    const graph = sessions.build(made, { n, roundsOf: (path) => roundsOf(p, path), xla });
    return {
      graph,
      session: sessions.load({ bytes: graph.bytes, inputs: [...graph.inputs.keys()], outputs: graph.named }),
      numbers: new Map(),
    };
  }

  #call(sessions: Sessions, { graph, session, numbers }: Loaded, p: ParameterTree, batch: Batch, random: Random): Results {
    const key = JSON.stringify(batch.n);
    const known = numbers.get(key);
    const held = known ?? heldFor(sessions, graph, batch.n);
    if (known === undefined) {
      if (numbers.size >= MOST_SIZES) {
        for (const each of numbers.values()) for (const one of each.values()) sessions.release(one);
        numbers.clear();
      }
      numbers.set(key, held);
    }
    const drawn: tf.Tensor[] = [];
    const feed = (name: string, fed: Fed): tf.Tensor | Held => {
      if (fed.kind === 'parameter') return parameterAt(p, fed.path);
      if (fed.kind === 'input') return batch.inputs[fed.of]!;
      if (fed.kind === 'length') return batch.lengths[fed.dim]!;
      if (fed.kind !== 'random') return held.get(name)!;
      const tensor = draws(fed, batch.n, random);
      drawn.push(tensor);
      return tensor;
    };
    const inputs = [...graph.inputs].map(([name, fed]) => feed(name, fed));
    const outputs = session.run(inputs);
    for (const tensor of drawn) tensor.dispose();
    const byName = new Map(graph.named.map((name, k) => [name, outputs[k]!]));
    for (const { output, what, labels } of graph.checks) {
      const wrong = byName.get(output)!;
      refuse(batch, wrong, wrong, what, labels).dispose();
      wrong.dispose();
    }
    return new Results(Object.fromEntries(graph.outputs.flatMap(({ name, given }) => spread(name, given, byName))));
  }
}

function spread(name: string, given: Given, tensors: ReadonlyMap<string, tf.Tensor>): readonly (readonly [string, tf.Tensor])[] {
  if (typeof given === 'string') return [[name, tensors.get(given)!]];
  return given.flatMap((each, i) => spread(name.replace('[*]', `[${i}]`), each, tensors));
}

function heldFor(sessions: Sessions, graph: BuiltGraph, n: Sizes): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const [name, fed] of graph.inputs) {
    if (fed.kind === 'number') held.set(name, sessions.hold([numberOf(fed.value, n)], fed.type, []));
    if (fed.kind === 'shape')
      held.set(
        name,
        sessions.hold(
          fed.shape.map((size) => numberOf(size, n)),
          'int',
          [fed.shape.length],
        ),
      );
  }
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
function roundsOf(tree: ParameterTree, path: string): readonly number[] {
  const counts: number[] = [];
  let known = path;
  while (known.includes('[*]')) {
    const list = parameterAt(tree, known.slice(0, known.indexOf('[*]'))) as unknown as readonly unknown[];
    counts.push(list.length);
    known = known.replace('[*]', '[0]');
  }
  return counts;
}
