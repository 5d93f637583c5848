/** What the passes hand to the emitter: a model with its functions, each a set of named roots in the 'laid-out' dialect. */
import type { Clocked, DecoderGraph, Node, ObjectiveGraph, Program, UpdateGraph } from '../../graph/graph.ts';

/** Named results of one function. Every pass maps roots to roots. */
export type Roots = ReadonlyMap<string, Node>;

/** Prefix of the paths of parameters among them. */
export const GRADIENT = 'gradient.';

/** The gradients among the roots, by parameter path. */
export function gradientsOf(roots: Roots): readonly (readonly [path: string, root: Node])[] {
  return [...roots].flatMap(([name, root]) => (name.startsWith(GRADIENT) ? [[name.slice(GRADIENT.length), root] as const] : []));
}

/** Prefix of the paths of running values among the roots of gradients. */
export const RUNNING = 'running.';

/** What a decoder or a stream computes once, and what it computes at each step. */
export interface StepRoots {
  readonly prepare: Roots;
  readonly step: Roots;
}

export interface CompiledObjective {
  readonly objective: ObjectiveGraph;
  readonly updates: readonly CompiledUpdate[];
}

export interface CompiledUpdate {
  readonly update: UpdateGraph;
  /** `loss` [] and `metric.<name>` []: means over the batch. */
  readonly loss: Roots;
  /**
   * `loss`, `metric.<name>`, `gradient.<path>` with the parameter's axes, for the parameters that the update trains;
   * `running.<path>`: the next values of running values.
   */
  readonly gradients: Roots;
}

export interface CompiledDecoder {
  readonly decoder: DecoderGraph;
  /** `memory.<k>` [batch, …] and `state.<name>` [batch, beam, …], beam having one position. */
  readonly prepare: Roots;
  /**
   * Inputs `memory.<k>`, `state.<name>`, `previous` int [batch, beam], `t` (a host number); roots `logits` [batch, beam, vocabulary],
   * `state.<name>`, `tap.<name>` [batch, beam, …]. A state that is an `append` is a key/value cache: it begins empty and is not prepared.
   */
  readonly step: Roots;
  /**
   * The step for whole graphs, whose caches have a fixed capacity: an axis of the positions so far has `capacity` positions. It
   * reads what `prepare` gives. Null: it cannot be said so.
   */
  readonly fixed: Roots | null;
}

/** Like a decoder, but without a beam: the step's inputs are `place.<name>` [batch, …], its roots the outputs and `state.<name>`. */
export interface CompiledStream {
  readonly clocked: Clocked;
  readonly prepare: Roots;
  readonly step: Roots;
}

export interface CompiledModel {
  readonly program: Program;
  /** By path, the device layout of each parameter that is not stored as declared: which axes each stored axis is made of. */
  readonly stored: ReadonlyMap<string, readonly (readonly number[])[]>;
  /** By output name, with `batch` in front. */
  readonly forward: Roots;
  readonly objectives: readonly CompiledObjective[];
  readonly decoder: CompiledDecoder | null;
  readonly stream: CompiledStream | null;
}

/** Maps every function of a model, under a name such as `forward` or `stream step`. */
export function mapFunctions(model: CompiledModel, change: (name: string, roots: Roots) => Roots): CompiledModel {
  const steps = <T extends StepRoots>(front: string, of: T | null): T | null =>
    of === null ? null : { ...of, prepare: change(`${front}prepare`, of.prepare), step: change(`${front}step`, of.step) };
  const update = (objective: ObjectiveGraph, each: CompiledUpdate): CompiledUpdate => {
    const name = each.update.name === null ? objective.name : `${objective.name} ${each.update.name}`;
    return { ...each, loss: change(`${name} loss`, each.loss), gradients: change(`${name} gradients`, each.gradients) };
  };
  return {
    ...model,
    forward: change('forward', model.forward),
    objectives: model.objectives.map(({ objective, updates }) => ({ objective, updates: updates.map((each) => update(objective, each)) })),
    decoder: steps('', model.decoder),
    stream: steps('stream ', model.stream),
  };
}

export function functionsOf(model: CompiledModel): readonly Roots[] {
  const found: Roots[] = [];
  mapFunctions(model, (_, roots) => {
    found.push(roots);
    return roots;
  });
  return found;
}
