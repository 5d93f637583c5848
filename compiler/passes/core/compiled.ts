/** What the passes hand to the emitter: one model with its functions, each a set of named roots in the 'laid-out' dialect. */
import type { Clocked, DecoderGraph, Node, ObjectiveGraph, Program, UpdateGraph } from '../../graph/graph.ts';

/** Named results of one function. Every pass maps roots to roots. */
export type Roots = ReadonlyMap<string, Node>;

/** In front of the paths of running values among the roots of gradients. */
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
  /** `loss`, `metric.<name>`, `gradient.<path>` with the parameter's axes, for those that the update trains; `running.<path>`: the next values of running values. */
  readonly gradients: Roots;
}

export interface CompiledDecoder {
  readonly decoder: DecoderGraph;
  /** `memory.<k>` [batch, …] and `state.<name>` [batch, beam, …], beam having one position. */
  readonly prepare: Roots;
  /**
   * Inputs `memory.<k>`, `state.<name>`, `previous` int [batch, beam], `t` (a host number); roots `logits` [batch, beam, vocabulary],
   * `state.<name>`, `tap.<name>` [batch, beam, …]. A state that is an `append` is kept rows: it begins empty and is not prepared.
   */
  readonly step: Roots;
}

/** As a decoder, without a beam: the step's inputs are `place.<name>` [batch, …], its roots the outputs and `state.<name>`. */
export interface CompiledStream {
  readonly clocked: Clocked;
  readonly prepare: Roots;
  readonly step: Roots;
}

export interface CompiledModel {
  readonly program: Program;
  /** By output name, `batch` in front. */
  readonly forward: Roots;
  readonly objectives: readonly CompiledObjective[];
  readonly decoder: CompiledDecoder | null;
  readonly stream: CompiledStream | null;
}
