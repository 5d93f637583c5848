/** Whole graphs through the binding of tfjs-node: written to disk as SavedModels, loaded as sessions, run with one call. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../definition.ts';
import { buildGraph, type BuildOptions, type BuiltGraph } from '../graphs/build.ts';
import { buildAhead, type AheadOptions } from '../graphs/ahead-build.ts';
import type { GraphFile, GraphFunction, StepFunction } from '../graphs/format.ts';
import { NormGraph, UpdateGraph } from '../training/update-graph.ts';
import { offer, type Held, type Session, type Sessions } from '../graphs/sessions.ts';
import { LoadedGraphs, type Library, type LoadedGraph } from './tensorflow-loaded.ts';
import { cacheFolder, TENSORFLOW_VERSION } from './home.ts';
import type { Execution } from './types.ts';

interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}
interface Binding extends Library {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): OutputMetadata[];
}
interface TensorflowBackend {
  readonly binding: Binding;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: OutputMetadata): tf.Tensor;
}

const isHeld = (input: tf.Tensor | Held): input is Held => !('dataId' in input);

/** Gives a newly created backend what runs whole graphs. */
export function offerSessions(active: tf.KernelBackend, usual: Execution): void {
  offer(active, new TensorflowSessions(active as unknown as TensorflowBackend, usual));
}

class TensorflowSessions implements Sessions {
  readonly usual: Execution;
  execution: Execution;
  repeats = 0;
  readonly #backend: TensorflowBackend;
  readonly #said = new Set<string>();
  readonly #graphs: LoadedGraphs;
  /** A model that is gone needs its graphs no more. */
  readonly #sessions = new FinalizationRegistry<LoadedGraph>((graph) => this.#graphs.free(graph));
  readonly #numbers = new FinalizationRegistry<number>((id) => this.#backend.binding.deleteTensor(id));

  constructor(backend: TensorflowBackend, usual: Execution) {
    this.#backend = backend;
    this.#graphs = new LoadedGraphs(backend.binding, written);
    this.usual = this.execution = usual;
  }

  now(): Exclude<Execution, 'auto'> {
    return this.execution === 'auto' ? (this.repeats > 0 ? 'graph' : 'eager') : this.execution;
  }

  read(file: URL): GraphFile | null {
    const text = textOf(file);
    if (text === null) return null;
    const read = JSON.parse(text) as Partial<GraphFile>;
    return read.version === 2 ? (read as GraphFile) : null;
  }

  build(made: GraphFunction, options: BuildOptions): BuiltGraph {
    return buildGraph(made, options);
  }

  buildAhead(step: StepFunction, options: AheadOptions): BuiltGraph {
    return buildAhead(step, options);
  }

  updatesOf(specs: readonly ParameterSpec[]): UpdateGraph {
    return new UpdateGraph(specs, this);
  }

  norms(): NormGraph {
    return new NormGraph(this);
  }

  load({ bytes, xla, inputs, outputs }: Parameters<Sessions['load']>[0]): Session {
    const { binding } = this.#backend;
    const graph = this.#graphs.load(bytes, xla);
    const [inputNames, outputNames] = [inputs.join(), outputs.join()];
    const session: Session = {
      run: (given) => {
        const ids = this.#backend.getInputTensorIds(given.filter((input) => !isHeld(input)));
        let at = 0;
        const all = given.map((input) => (isHeld(input) ? input.id : ids[at++]!));
        return binding
          .runSavedModel(this.#graphs.id(graph), all, inputNames, outputNames)
          .map((each) => this.#backend.createOutputTensor(each));
      },
    };
    this.#sessions.register(session, graph);
    return session;
  }

  hold(values: readonly number[], type: 'float' | 'int' | 'bool', shape: readonly number[]): Held {
    const { binding } = this.#backend;
    const [dtype, array] =
      type === 'float'
        ? [binding.TF_FLOAT, Float32Array.from(values)]
        : type === 'int'
          ? [binding.TF_INT32, Int32Array.from(values)]
          : [binding.TF_BOOL, Uint8Array.from(values)];
    const held: Held = { id: binding.createTensor(shape, dtype, array) };
    this.#numbers.register(held, held.id, held);
    return held;
  }

  release(held: Held): void {
    this.#numbers.unregister(held);
    this.#backend.binding.deleteTensor(held.id);
  }

  say(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    console.warn(`attnc: ${line}`);
  }
}

/** Null: it is not there. */
function textOf(file: URL): string | null {
  // As bundlers write small files.
  if (file.protocol === 'data:') return decodeURIComponent(file.href.slice(file.href.indexOf(',') + 1));
  return file.protocol === 'file:' && existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Graphs that are kept on disk. */
const MOST_KEPT = 500;
/** Milliseconds in which another process has surely read what it was about to. */
const SOON = 60_000;

/** Takes away those that have lain there longest. */
function prune(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MOST_KEPT) return;
  const known = names.flatMap((name) => {
    const at = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    return at < Date.now() - SOON ? [{ name, at }] : [];
  });
  known.sort((a, b) => a.at - b.at);
  for (const { name } of known.slice(0, names.length - MOST_KEPT)) rmSync(join(folder, name), { recursive: true, force: true });
}

/**
 * The folder of the SavedModel with these bytes, written unless it is there whole: named after them, so that runs and processes
 * share it, and moved into place when it is complete.
 */
function written(bytes: Uint8Array): string {
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const all = join(cacheFolder(), `graphs-${TENSORFLOW_VERSION}`);
  const folder = join(all, name);
  if (isWhole(folder, bytes)) return folder;
  mkdirSync(all, { recursive: true });
  const fresh = mkdtempSync(join(all, 'new-'));
  try {
    writeFileSync(join(fresh, 'saved_model.pb'), bytes);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    prune(all);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process may have been faster.
    if (!isWhole(folder, bytes)) throw error;
  }
  return folder;
}

function isWhole(folder: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(join(folder, 'saved_model.pb')).equals(bytes);
  } catch {
    return false;
  }
}
