/**
 * What an emitted module hands to the runtime: one `Definition` per model. Emitted functions are plain and synchronous (tfjs
 * queues the work; only reading back is asynchronous), take ownership of nothing they are given, and return tensors that the
 * caller disposes of. `n` has every size by dim label; `p` has every parameter in a tree by the parts of its path, stored as
 * `stored` says, and so are the gradients.
 */
import type { NamedAxis, OwnSize } from './values.ts';
import type * as tf from './tf.ts';
import type { Cache } from './decode/cache.ts';
import type { ParameterTree } from './parameters.ts';

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A value, or for the rounds of a `repeat` a list with one element per round. */
export type Rounds<T> = T | readonly Rounds<T>[];

/** What a step hands to the next: a tensor, or a key/value cache of the earlier positions. */
export type State = Rounds<tf.Tensor | Cache>;
export type States = Readonly<Record<string, State>>;

/** What every step reads. */
export type Memory = Readonly<Record<string, Rounds<tf.Tensor>>>;

/** Every size the emitted code reads: construct-phase dims, and for a call `batch` and the padded size of each ragged dim. */
export type Sizes = Readonly<Record<string, number>>;

/** A condition that must hold nowhere in what is read of the results of a call. */
export interface Refusal {
  /** The axes in front of its own are the steps of the loops around it, outermost first, in the order in which they run. */
  readonly wrong: tf.Tensor;
  readonly what: string;
  /** As of `refuse`. */
  readonly axes: readonly string[];
  /** Its place among all that the call computes; and of loops, theirs, then the place in their bodies. */
  readonly order: readonly number[];
}

export type ElemName = 'float' | 'int' | 'bool' | 'index';

export type AxisSpec =
  | { readonly label: string; readonly size: number }
  /**
   * Sized by the data: a length per example, or one per call; `dim` names the dim. `within`: the axis of the input that it is
   * `ragged in`, if any.
   */
  | { readonly label: string; readonly dim: string; readonly within?: number }
  /** The length follows from the sizes of the example; `within`: from those at each position of that axis. */
  | { readonly label: string; readonly length: OwnSize; readonly within?: number };

export type InitialiserSpec =
  | { readonly kind: 'zeros' | 'ones' | 'orthogonal' | 'glorot' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'normal'; readonly deviation: number };

export interface ParameterSpec {
  readonly path: string;
  readonly axes: readonly { readonly label: string; readonly size: number }[];
  /** The number of leading axes that are out-axes (fan-out); the others are in-axes (fan-in). */
  readonly outs: number;
  /** The number of axes in front that count instances, each with initial values of its own; `outs` counts from after them. */
  readonly per?: number;
  /**
   * The layout on the device, if it is not as declared: for each axis there, the indices of the declared axes that it is made of;
   * an axis made of none has one position.
   */
  readonly stored?: readonly (readonly number[])[];
  readonly init: InitialiserSpec;
  /** Kept like a parameter, but changed by no gradient: updates give its next values. */
  readonly running?: true;
}

/** One tensor of an example, without the batch. */
export interface InputSpec {
  readonly name: string;
  readonly elem: ElemName;
  readonly axes: readonly AxisSpec[];
  /**
   * For `index`: the number of positions of the indexed space, the ragged dim whose length bounds them, or their number as a
   * function of an example's sizes.
   */
  readonly indexes: AxisSpec | null;
  /** For an index: the number of the first position, if it is not 0. */
  readonly first?: number;
  /** The value of every element if an example leaves the input out; without it, the input is required. */
  readonly otherwise?: number;
}

export interface RaggedSpec {
  readonly label: string;
  readonly mayBeEmpty: boolean;
  /** `= input`: all examples of a call share one size. */
  readonly ofCall?: true;
  /** On no input's axes: an example gives the length under this name. */
  readonly told?: true;
  /** `ragged in` this dim: it has a length for each of its positions. */
  readonly inside?: string;
}

/** Inputs of one call on the device: padded, `batch` in front, zeros in the padding. */
export interface Batch {
  readonly n: Sizes;
  readonly inputs: Tensors;
  /** int32 [batch] per ragged dim; [batch, sentence] of one that is `ragged in sentence`. */
  readonly lengths: Readonly<Record<string, tf.Tensor>>;
}

/** Counter-based random numbers, keyed by example: neither padding nor the batch changes a draw. */
export interface Random {
  /**
   * Dropout mask: 0 or 1/(1-rate). `shape` starts with the batch. `ragged`: which of the other axes are ragged (coordinates, not
   * element counters); `steps`: positions of the enclosing loops.
   */
  keep(site: string, rate: number, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor;
  /** In (0, 1). */
  uniform(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor;
  /** Standard normal. */
  normal(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor;
  /** Exponential of mean 1. */
  exponential(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor;
}

export interface OptimizerSettings {
  readonly kind: 'adam' | 'sgd' | 'adagrad' | 'rmsprop' | 'adadelta';
  /** Only adadelta has a default. */
  readonly rate?: number;
  readonly [option: string]: number | boolean | string | undefined;
}

export interface ObjectiveDefinition {
  readonly name: string;
  /** Data besides the model's inputs: targets first. */
  given(n: Sizes): readonly InputSpec[];
  /** In order: within a training step each sees the parameters as updated by those before. */
  readonly updates: readonly UpdateDefinition[];
}

/** Scalars, means over the batch. */
export interface LossTensors {
  readonly loss: tf.Tensor;
  readonly metrics: Tensors;
}

export interface GradientTensors extends LossTensors {
  /** By path. */
  readonly gradients: Tensors;
  /** The next values of running values, by path. */
  readonly running?: Tensors;
}

/** One loss, and how its gradient changes parameters. */
export interface UpdateDefinition {
  /** The program's name for it; left out if the objective has a single loss. */
  readonly name?: string;
  /** The models whose parameters it trains, `D` for paths `D.…`; left out: all. */
  readonly trains?: readonly string[];
  /** Loss (scalar, mean over the batch) and metrics (scalars, means over the batch), dropout off. */
  loss(p: ParameterTree, batch: Batch, random: Random): LossTensors;
  /**
   * Like `loss`, but with dropout, and d loss / d parameter by path, for the parameters it trains; `running`: by path, the next
   * values of running values.
   */
  gradients(p: ParameterTree, batch: Batch, random: Random): GradientTensors;
  /** Whether the gradients are compiled for these sizes, so that few of them should occur. */
  isCompiled?(n: Sizes): boolean;
  /** `step` counts from 1; `epoch` is real. */
  optimizer(n: Sizes, step: number, epoch: number): OptimizerSettings;
  readonly clip: { readonly kind: 'norm' | 'value'; readonly limit: number } | null;
}

/** The choices of one position, or of several in a row: [batch, beam], row by row. */
export interface Choices {
  /** -1 in what is given in advance: left to the graph. */
  readonly ids: Int32Array;
  /** The hypotheses that these continue. */
  readonly parents: Int32Array;
  readonly logProbabilities: Float32Array;
}

export type Method =
  | { readonly kind: 'greedy' }
  | { readonly kind: 'beam'; readonly width: number }
  | { readonly kind: 'sample'; readonly temperature: number; readonly topK: number; readonly topP: number };

/** What decoding several positions with one call begins from. */
export interface AheadGiven {
  readonly p: ParameterTree;
  readonly batch: Batch;
  readonly memory: Memory;
  readonly state: States;
  readonly method: Method;
  readonly vocabulary: number;
  readonly end: number | null;
  /** The greatest number of positions. */
  readonly most: number;
  readonly taps: readonly string[];
}

export interface AheadCall {
  /** The first position, and how many. */
  readonly time: number;
  readonly count: number;
  /** What was chosen at the position before. */
  readonly before: Choices;
  /** For each example, 1 where nothing reads it any more. */
  readonly done: Uint8Array;
  /** The choices of positions from `time` on that are known. */
  readonly forced: Choices;
  /** For sampling, [count, batch], in [0, 1). */
  readonly drawn: Float32Array | null;
}

/** [position, …] each, with room for more than were computed. The caller disposes of the tensors. */
export interface AheadMade {
  /** A number: the positions computed. With an `end` these may be fewer, when all examples have reached it. */
  readonly ran: tf.Tensor;
  readonly ids: tf.Tensor;
  readonly parents: tf.Tensor | null;
  readonly logits: tf.Tensor;
  readonly taps: Tensors;
  /** `wrong` with the position in front. */
  readonly refusals: readonly Refusal[];
}

/** Decodes several positions with one call and chooses by itself, ahead of the search that judges its choices. */
export interface Ahead {
  /** The most positions of a call. */
  readonly room: number;
  /** Runs positions from the states on that `accept` has left; null: it cannot be had. */
  run(call: AheadCall): AheadMade | null;
  /** Goes on after the positions of the last call. */
  accept(): void;
  dispose(): void;
}

export interface DecoderDefinition {
  readonly name: string;
  /** The generated axis. */
  readonly axis: string;
  /** The target's name in examples, e.g. `y`. */
  readonly output: string;
  vocabulary(n: Sizes): number;
  readonly start: number;
  readonly end: number | null;
  /**
   * Once per call: what does not depend on the generated axis (`memory`, batch in front) and the initial states ([batch, beam =
   * 1, …], as is every block of a cache).
   */
  prepare(p: ParameterTree, batch: Batch, random: Random): { readonly memory: Memory; readonly state: States };
  /** One position: `previous` int32 [batch, beam]; logits [batch, beam, vocabulary]; state and taps [batch, beam, …]. `t` counts from 0. */
  step(
    p: ParameterTree,
    batch: Batch,
    memory: Memory,
    state: States,
    previous: tf.Tensor2D,
    t: number,
    random: Random,
  ): {
    readonly logits: tf.Tensor3D;
    readonly state: States;
    readonly taps: Tensors;
  };
  /** Null: the active way of execution decodes position by position. */
  ahead?(given: AheadGiven): Ahead | null;
  /**
   * Axes of each tap after [batch, beam]. A plain label means the ragged dim of that name, if there is one; a renamed axis names
   * its dim.
   */
  readonly taps: Readonly<Record<string, readonly (string | NamedAxis)[]>>;
  /** The score of a hypothesis; the plain log-probability if the program defines none. */
  rank(logp: number, length: number, n: Sizes, lengths: Sizes): number;
  /** The greatest number of positions for one example; `lengths` are its own. Null: the caller must say. */
  readonly atMost: ((n: Sizes, lengths: Readonly<Record<string, number>>) => number) | null;
}

/** `causal a`: the forward pass position by position. */
export interface StreamDefinition {
  /** The axis of the positions, as the inputs and outputs call it. */
  readonly axis: string;
  /** The inputs that have it: a step is given one position of each, [batch, …]. */
  readonly inputs: readonly string[];
  /**
   * Axes of each output of a step after `batch`. A plain label means the ragged dim of that name, if there is one; a renamed axis
   * names its dim.
   */
  readonly outputs: Readonly<Record<string, readonly (string | NamedAxis)[]>>;
  /** Once per call: what does not depend on the positions, and the initial states; `batch` has the other inputs only. */
  prepare(p: ParameterTree, batch: Batch, random: Random): { readonly memory: Memory; readonly state: States };
  /** `t` counts from 0; `inputs` [batch, …] by name. */
  step(
    p: ParameterTree,
    batch: Batch,
    memory: Memory,
    state: States,
    inputs: Tensors,
    t: number,
    random: Random,
  ): { readonly outputs: Tensors; readonly state: States };
}

/** A requirement on each example's own lengths. */
export interface LengthRequirement {
  /** The ragged dims in it. */
  readonly dims: readonly string[];
  /** The error, in terms of dims, or null; `n` has the example's own lengths. */
  fails(n: Sizes): string | null;
}

export interface Definition {
  readonly name: string;
  /** The `.attn` file, as named when compiled. */
  readonly source: string;
  /**
   * For an objective over several models: their names in it, with which parameters' paths begin (`D.…`), and their programs. It
   * has no inputs and outputs of its own.
   */
  readonly parts?: Readonly<Record<string, string>>;
  /** Defaults of the dims that the constructor may override. */
  readonly hyperparameters: Readonly<Record<string, number>>;
  readonly ragged: readonly RaggedSpec[];
  /** Requirements that only the lengths of an example can decide. */
  readonly requirements?: readonly LengthRequirement[];
  /**
   * All construct-phase sizes, including derived ones, from the overridable ones; throws an error in terms of dims if a
   * requirement fails.
   */
  sizes(dims: Readonly<Record<string, number>>): Sizes;
  parameters(n: Sizes): readonly ParameterSpec[];
  inputs(n: Sizes): readonly InputSpec[];
  /**
   * Outputs of `forward` by name, with the labels of their axes after `batch`; ragged axes are cut to the example's length. For a
   * generating model these are the encoder-side results and alignments, teacher-forced on `y`.
   */
  readonly outputs: Readonly<Record<string, { readonly elem: ElemName; readonly axes: readonly NamedAxis[] }>>;
  /** For a generating model the batch also has the targets (`inputs.y` previous outputs, `inputs["y'"]`). */
  forward(p: ParameterTree, batch: Batch, random: Random): Tensors;
  readonly objectives: readonly ObjectiveDefinition[];
  /** Where the functions are as data, which native TensorFlow runs as graphs: the file, and the number of the model in it. */
  readonly graphs?: { readonly file: URL; readonly model: number };
  readonly decoder: DecoderDefinition | null;
  /** Left out or null: the program is not `causal`. */
  readonly stream?: StreamDefinition | null;
}
