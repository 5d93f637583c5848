/**
 * What a backend offers that runs whole graphs, one of native TensorFlow. It hangs on the backend itself, so that what was loaded
 * goes with it; and it builds the graphs, so that no page loads what only a native library needs.
 */
import * as tf from '../tf.ts';
import { backend } from '@tensorflow/tfjs-core';
import type { Execution } from '../backend/types.ts';
import type { ParameterSpec } from '../definition.ts';
import type { NormGraph, UpdateGraph } from '../training/update-graph.ts';
import type { BuildOptions, BuiltGraph } from './build.ts';
import type { AheadOptions } from './ahead-build.ts';
import type { GraphFile, GraphFunction, StepFunction } from './format.ts';

/** A number that a graph is fed with and no tensor of tfjs holds. */
export interface Held {
  readonly id: number;
}

export interface Session {
  /** The outputs in their order; the caller disposes of them. */
  run(inputs: readonly (tf.Tensor | Held)[]): tf.Tensor[];
}

export interface Sessions {
  /** What nobody has chosen otherwise. */
  readonly usual: Execution;
  execution: Execution;
  /** Of `auto`: how often what runs now will run; 0: too seldom to repay a graph. */
  repeats: number;
  /** The way that functions run now. */
  now(): Exclude<Execution, 'auto'>;
  /** Null: it is not there, or not one of this version. */
  read(file: URL): GraphFile | null;
  /** @throws Error for what no graph is built of */
  build(made: GraphFunction, options: BuildOptions): BuiltGraph;
  /** Steps of decoding, with choices between them. */
  buildAhead(step: StepFunction, options: AheadOptions): BuiltGraph;
  /** Updates of these parameters. */
  updatesOf(specs: readonly ParameterSpec[]): UpdateGraph;
  /** Norms of gradients. */
  norms(): NormGraph;
  /** @throws Error if the library refuses it, or it cannot be written to disk */
  load(graph: {
    readonly bytes: Uint8Array;
    readonly xla?: boolean;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  }): Session;
  /** Whole numbers, truth values or floats that are fed again and again. */
  hold(values: readonly number[], type: 'float' | 'int' | 'bool', shape: readonly number[]): Held;
  release(held: Held): void;
  /** One line for the user, once. */
  say(line: string): void;
}

const SESSIONS = Symbol('attnc.sessions');

export function offer(to: object, sessions: Sessions): void {
  Reflect.set(to, SESSIONS, sessions);
}

/**
 * Says how often the functions of `work` will run. `auto` builds graphs where that repays them; a run of training does so itself,
 * so that this is for many calls of other kinds, such as those over a test set.
 *
 * @param times 0: as if nothing was known
 */
export async function repeating<T>(times: number, work: () => Promise<T>): Promise<T> {
  const sessions = activeSessions();
  if (sessions === null) return work();
  const before = sessions.repeats;
  sessions.repeats = times;
  try {
    return await work();
  } finally {
    sessions.repeats = before;
  }
}

/** Of the active backend; null: it runs operation by operation alone. */
export function activeSessions(): Sessions | null {
  return tf.getBackend() === 'tensorflow' ? ((Reflect.get(backend(), SESSIONS) as Sessions | undefined) ?? null) : null;
}
