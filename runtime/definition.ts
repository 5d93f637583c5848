/**
 * What an emitted module hands to the runtime: one `Definition` per model. Emitted functions are plain and synchronous
 * (tfjs queues the work; only reading back is asynchronous), take ownership of nothing they are given, and return tensors
 * that the caller disposes. `n` holds every size by dim label; `p` every parameter as a tree of the parts of its path, in the order
 * that `stored` says, as are the gradients.
 */
import type { NamedAxis, OwnSize } from './values.ts';
import type * as tf from './tf.ts';
import type { Cache } from './decode/cache.ts';
import type { ParameterTree } from './parameters.ts';

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What a step hands to the next: a tensor, or a key/value cache of the positions before; of rounds a list, one element in each. */
export type State = tf.Tensor | Cache | readonly Cache[];
export type States = Readonly<Record<string, State>>;

/** What every step reads; of rounds a list, one element in each. */
export type Memory = Readonly<Record<string, tf.Tensor | readonly tf.Tensor[]>>;

/** Every size the emitted code reads: construct-phase dims, and for a call `batch` and the padded size of each ragged dim. */
export type Sizes = Readonly<Record<string, number>>;

export type ElemName = 'float' | 'int' | 'bool' | 'index';

export type AxisSpec =
  | { readonly label: string; readonly size: number }
  /** The data say how many positions it has: a length per example, or one per call; `dim` names the dim. `within`: which axis of the input it is counted along, if it is `ragged in` that. */
  | { readonly label: string; readonly dim: string; readonly within?: number }
  /** How many positions it has follows from the sizes of the example. */
  | { readonly label: string; readonly length: OwnSize };

export type InitialiserSpec =
  | { readonly kind: 'zeros' | 'ones' | 'orthogonal' | 'glorot' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'normal'; readonly deviation: number };

export interface ParameterSpec {
  readonly path: string;
  readonly axes: readonly { readonly label: string; readonly size: number }[];
  /** How many leading axes are out-axes (fan-out); the rest are in-axes (fan-in). */
  readonly outs: number;
  /** How many axes in front count instances, each with first values of its own; `outs` counts from behind them. */
  readonly per?: number;
  /** How it lies on the device, where that is not as it is declared: for each axis there, the indices of the declared axes that it is made of; made of none, it has one position. */
  readonly stored?: readonly (readonly number[])[];
  readonly init: InitialiserSpec;
  /** It is kept as a parameter is, but no gradient changes it: updates give its next values. */
  readonly running?: true;
}

/** One tensor of an example, without the batch. */
export interface InputSpec {
  readonly name: string;
  readonly elem: ElemName;
  readonly axes: readonly AxisSpec[];
  /** For `index`: how many positions the indexed space has, the ragged dim whose length bounds them, or how many there are for an example of such sizes. */
  readonly indexes: AxisSpec | { readonly label: string; readonly length: OwnSize } | null;
  /** For an index: the number of the first position, where it is not 0. */
  readonly first?: number;
  /** Every element of it where an example leaves it out; else it must be there. */
  readonly otherwise?: number;
}

export interface RaggedSpec {
  readonly label: string;
  readonly mayBeEmpty: boolean;
  /** `= input`: all examples of a call have one size. */
  readonly ofCall?: true;
  /** On no input's axes: an example says under this name how many positions it has. */
  readonly told?: true;
  /** `ragged in` this dim: a length for each of its positions. */
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
  /** Dropout mask: 0 or 1/(1-rate). `shape` starts with batch. `ragged`: which of the other axes are ragged (coordinates, not element counters); `steps`: positions of the loops around. */
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
  /** Only adadelta has one of its own. */
  readonly rate?: number;
  readonly [option: string]: number | boolean | string | undefined;
}

export interface ObjectiveDefinition {
  readonly name: string;
  /** Data besides the model's inputs: targets first. */
  given(n: Sizes): readonly InputSpec[];
  /** In order: in one training step each sees the parameters that those before have left. */
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
  /** What running values become, by path. */
  readonly running?: Tensors;
}

/** One loss, and how parameters change by its gradient. */
export interface UpdateDefinition {
  /** As the program names it; left out where the objective has one loss. */
  readonly name?: string;
  /** Models whose parameters it trains, `D` for those of paths `D.…`; left out: all. */
  readonly trains?: readonly string[];
  /** Loss (scalar, mean over the batch) and metrics (scalars, means over the batch), dropout off. */
  loss(p: ParameterTree, batch: Batch, random: Random): LossTensors;
  /** As `loss` with dropout on, and d loss / d parameter by path, for those that it trains; `running`: by path, what running values become with this update. */
  gradients(p: ParameterTree, batch: Batch, random: Random): GradientTensors;
  /** `step` counts from 1; `epoch` is real. */
  optimizer(n: Sizes, step: number, epoch: number): OptimizerSettings;
  readonly clip: { readonly kind: 'norm' | 'value'; readonly limit: number } | null;
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
   * Once per call: what does not depend on the generated axis (`memory`, batch in front) and the first states
   * ([batch, beam = 1, …], and so is every block of a cache).
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
  /** Axes of each tap after [batch, beam]. A plain label stands for the ragged dim of that name where there is one; a renamed axis names its dim. */
  readonly taps: Readonly<Record<string, readonly (string | NamedAxis)[]>>;
  /** Score of a hypothesis; the log-probability as it is where the program says nothing. */
  rank(logp: number, length: number, n: Sizes, lengths: Sizes): number;
  /** Most positions for one example; `lengths` are its own. Null: the caller must say. */
  readonly atMost: ((n: Sizes, lengths: Readonly<Record<string, number>>) => number) | null;
}

/** `causal a`: the forward pass position by position. */
export interface StreamDefinition {
  /** The axis that the positions lie along, as the inputs and outputs call it. */
  readonly axis: string;
  /** The inputs that have it: a step is given one position of each, [batch, …]. */
  readonly inputs: readonly string[];
  /** Axes of each output of a step after `batch`. A plain label stands for the ragged dim of that name where there is one; a renamed axis names its dim. */
  readonly outputs: Readonly<Record<string, readonly (string | NamedAxis)[]>>;
  /** Once per call: what does not depend on the positions, and the first states; `batch` holds the other inputs only. */
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

/** What must hold of each example's own lengths. */
export interface LengthRequirement {
  /** The ragged dims it speaks of. */
  readonly dims: readonly string[];
  /** What is wrong, in the language of dims, or null; `n` has the example's own lengths. */
  fails(n: Sizes): string | null;
}

export interface Definition {
  readonly name: string;
  /** The `.attn` file, as named when compiled. */
  readonly source: string;
  /** For an objective over several models: their names in it, by which parameters begin (`D.…`), and what they are. It has no inputs and outputs of its own. */
  readonly parts?: Readonly<Record<string, string>>;
  /** Defaults of the dims that the constructor may override. */
  readonly hyperparameters: Readonly<Record<string, number>>;
  readonly ragged: readonly RaggedSpec[];
  /** What only the lengths of an example can show; none where it is left out. */
  readonly requirements?: readonly LengthRequirement[];
  /** All construct-phase sizes (derived ones too) from the overridable ones; throws an error in the language of dims where a requirement fails. */
  sizes(dims: Readonly<Record<string, number>>): Sizes;
  parameters(n: Sizes): readonly ParameterSpec[];
  inputs(n: Sizes): readonly InputSpec[];
  /** Outputs of `forward` by name with the labels of their axes after `batch`; ragged labels are cut to the example's length. For a generating model these are the encoder-side results and alignments, teacher-forced on `y`. */
  readonly outputs: Readonly<Record<string, { readonly elem: ElemName; readonly axes: readonly NamedAxis[] }>>;
  /** For a generating model the batch also holds the targets (`inputs.y` previous outputs, `inputs["y'"]`). */
  forward(p: ParameterTree, batch: Batch, random: Random): Tensors;
  readonly objectives: readonly ObjectiveDefinition[];
  readonly decoder: DecoderDefinition | null;
  /** Left out or null: the program does not say `causal`. */
  readonly stream?: StreamDefinition | null;
}
