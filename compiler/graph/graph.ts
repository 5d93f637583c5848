/**
 * The graph: pure operations on tensors with named axes, in structured regions.
 *
 * The graph is a sea of nodes. A node is immutable and refers to its inputs; a region (the body of a scan or of a call) is
 * given by its argument nodes and its result nodes. Which loop a node belongs to is not stored: it belongs to
 * the innermost region on whose arguments it depends, so what does not depend on a loop is outside it by construction.
 *
 * One graph passes through these dialects; the verifier checks what each may contain:
 *   'calls'    block calls are still calls, a clock is a loop, one example, absence implicit: what the oracle interprets
 *   'inlined'  no call, no clock: what a position may see is given by masks
 *   'batched'  axis `batch` added, absence made explicit: no where/otherwise, no `size` of a ragged dim, reductions masked
 *   'laid-out' axis order is memory order; operands of elementwise operations aligned as tfjs broadcasts; contractions are
 *              matrix products; only operations with an emit rule
 */
import type { Size } from '../size/size.ts';

// ---------------------------------------------------------------- axes and types

/** What an axis ranges over. Two fixed spaces agree by size, two ragged ones only by identity. */
export type Space =
  /** `within`, for a dim `ragged in` another: the axis of the outer dim, each of whose positions has a length of its own for this one. */
  | { readonly kind: 'dim'; readonly dim: Dim; readonly within?: Axis }
  | { readonly kind: 'cat'; readonly parts: readonly Space[] }
  | { readonly kind: 'merge'; readonly parts: readonly Space[] }
  | { readonly kind: 'anon'; readonly size: Size };

/** A declared dim: nominal. */
export interface Dim {
  /** Unique in a program, e.g. `source`, `Additive.align#2`; equal ids mean the same dim. */
  readonly id: string;
  readonly label: string;
  /**
   * A dim with a default, or a formal: its own atom; a derived dim: its formula; a ragged dim: its own atom (the padded size in a
   * batch, the own length in one example).
   */
  readonly size: Size;
  readonly ragged: boolean;
  /** The number of the first position: `dim offset = -reach..reach` has -reach. */
  readonly origin: Size;
  /** Ragged dims only: may an example have length 0? */
  readonly mayBeEmpty: boolean;
  /** `= input`: one size for all examples of a call, taken from their data. */
  readonly ofCall?: true;
  /** `ragged in sentence`: it has a length for each position of that dim. */
  readonly inside?: Dim;
}

export interface Axis {
  /** Identity: broadcasting and contraction compare ids. Axes with the same id in different nodes have the same size. */
  readonly id: string;
  /** For printing and for the emitted names. */
  readonly label: string;
  readonly space: Space;
  /** It counts the rounds of a `repeat`: a value with it in front, such as a parameter, is kept as a list with one element per round. */
  readonly rounds?: true;
}

export type Elem = { readonly kind: 'float' | 'int' | 'bool' } | { readonly kind: 'index'; readonly space: Space };

export interface TensorType {
  readonly elem: Elem;
  /** Ids distinct. The order is the printing order, and in 'laid-out' the memory order (row-major). */
  readonly axes: readonly Axis[];
  /**
   * The axes of each mask: where `where` or an index outside an axis may make positions absent. Ragged ends are not listed. A
   * mask may have axes that the value lacks (`keys where c`, c over [query, key]): they join the value where the mask ends.
   * Canonical: axes sorted by id, no two masks with the same axes, masks sorted.
   */
  readonly masks: readonly (readonly Axis[])[];
}

// ---------------------------------------------------------------- nodes

export interface Node {
  /** Unique per builder and increasing: inputs have smaller ids, which gives a deterministic order. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  /** One per result: most operations have one; `scan` and `call` have any number, read through `result` nodes. */
  readonly types: readonly TensorType[];
  readonly origin: Origin;
}

/** Where a node comes from: for diagnostics, names and comments in emitted code. */
export interface Origin {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** The equation's name (`context`, `s'` as `s_next`), if this node is the value of one. */
  readonly name: string | null;
  /** The call whose body contains it, if any. */
  readonly frame?: CallFrame;
}

/** A call of a block, a round of a `repeat`, a model or an objective: its identity is the object itself. */
export interface CallFrame {
  readonly callee: string;
  /** The prefix of its parameters' paths: `Translate.s.GRU`; '' for all. */
  readonly path: string;
  readonly parent: CallFrame | null;
}

export type UnaryFn =
  | 'neg'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'abs'
  | 'sign'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'softplus'
  | 'silu'
  | 'gelu_tanh'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'atan'
  | 'floor' // int result, zero gradient
  | 'not'
  | 'float' // int, bool or index to float
  | 'int' // index or bool to int
  | 'stop'; // identity, zero gradient

export type BinaryFn =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'max'
  | 'min'
  | 'mod' // mathematical: a - b floor(a / b), in [0, b) for b > 0; a for b = 0
  | 'quot' // of ints: floor(a / b); undefined for b = 0
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'and'
  | 'or';

/** In (0, 1); standard normal; exponential of mean 1; a dropout mask: 0, or 1 / (1 - rate). */
export type Draw = 'uniform' | 'normal' | 'exponential' | 'keep';

export type AcrossFn = 'sum' | 'mean' | 'max' | 'min';
export type ReduceFn = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all';

export type Op =
  // leaves
  | { readonly kind: 'input'; readonly name: string }
  /**
   * `stored`, in 'laid-out': the parameter is stored as a view of its declared `axes`; `groups` says which of them make up each
   * stored axis.
   */
  | {
      readonly kind: 'parameter';
      readonly path: string;
      readonly stored?: { readonly axes: readonly Axis[]; readonly groups: readonly (readonly number[])[] };
    }
  | { readonly kind: 'constant'; readonly value: number } // scalar; bool as 0 or 1; its elem is in the type
  | { readonly kind: 'size'; readonly size: Size } // int scalar; a ragged atom is this example's own length
  | { readonly kind: 'length'; readonly dim: Dim } // int [batch], or [batch, sentence] of a dim `ragged in sentence`: lengths; 'batched' on
  | { readonly kind: 'position'; readonly axis: Axis } // index(space)[axis]: origin, origin + 1, …
  | { readonly kind: 'argument' } // of a region; identity is the node itself
  /**
   * A separate draw for each element, float. Inputs: the positions of the scans around it, outermost first; a call's body gets
   * them as arguments.
   */
  | { readonly kind: 'random'; readonly draw: Draw; readonly rate: number; readonly site: string; readonly axes: readonly Axis[] }
  // elementwise: axes joined by id (a ++ (b \ a))
  | { readonly kind: 'unary'; readonly fn: UnaryFn }
  | { readonly kind: 'binary'; readonly fn: BinaryFn }
  | { readonly kind: 'select' } // (condition, then, else)
  // absence ('calls' and 'inlined' only)
  | { readonly kind: 'where' } // (x, condition): absent where false
  | { readonly kind: 'otherwise' } // (p, q): q where p is absent
  // over axes; absent positions are skipped ('calls', 'inlined'), masks are explicit afterwards
  | { readonly kind: 'reduce'; readonly fn: ReduceFn; readonly axes: readonly string[] }
  | { readonly kind: 'softmax'; readonly axis: string; readonly log: boolean }
  /**
   * Over `axes` of all examples, in 'calls' also over all extras of the calls around it ('inlined': they are among `axes`). All
   * absence ends. One value for all examples; gone after `batch`.
   */
  | { readonly kind: 'across'; readonly fn: AcrossFn; readonly axes: readonly string[] }
  | { readonly kind: 'argmax'; readonly axis: string } // index(space); the first of equals
  /** (a, b): product, summed over `axes`; other shared axes zip. Result axes: (a ++ (b \ a)) without `axes`. */
  | { readonly kind: 'contract'; readonly axes: readonly string[] }
  /** (x, wrong): x. If `wrong` is true anywhere, the call fails with `what`. From 'batched' on. */
  | { readonly kind: 'check'; readonly what: string }
  // positions
  /** (t, i): t at position i of `axis`; i is an index or int (a position, origin included). Result axes: i ++ (t \ axis), shared axes zip. Absent outside the axis unless `inside`. */
  | { readonly kind: 'gather'; readonly axis: string; readonly inside: boolean }
  /** (g, i): the adjoint of gather: into[axis = p] = sum of g where i = p. `over`: the summed axes (those of i that the result lacks). */
  | { readonly kind: 'scatter'; readonly axis: Axis; readonly over: readonly string[] }
  | { readonly kind: 'onehot'; readonly axis: Axis } // (i): float, new axis last
  /**
   * Joins along `axis`, in order; parts[k] is the id of the axis of input k that is joined, null for a single position. Other
   * axes are broadcast to each other. The new axis is where the first joined one was, or else first.
   */
  | { readonly kind: 'concat'; readonly axis: Axis; readonly parts: readonly (string | null)[] }
  /** `axis` from `start`, `into.space` positions; `into: null` takes one position and drops the axis. */
  | { readonly kind: 'slice'; readonly axis: string; readonly start: Size; readonly into: Axis | null }
  /**
   * The value `by` positions before (after, if negative): result[t] = x[t - by]; exactly 0 where there is no such position, or
   * with `circular` wrapping around. From 'batched' on.
   */
  | { readonly kind: 'shift'; readonly axis: string; readonly by: Size; readonly circular: boolean }
  // shape
  | { readonly kind: 'rename'; readonly from: string; readonly to: Axis }
  | { readonly kind: 'merge'; readonly axes: readonly string[]; readonly into: Axis } // row-major in the given order
  | { readonly kind: 'split'; readonly axis: string; readonly into: readonly Axis[] }
  | { readonly kind: 'broadcast'; readonly axes: readonly Axis[] } // to exactly these axes, in this order (a superset of the input's)
  | { readonly kind: 'cumsum'; readonly axis: string; readonly exclusive: boolean; readonly reversed: boolean }
  | { readonly kind: 'cumprod'; readonly axis: string; readonly exclusive: boolean; readonly reversed: boolean }
  /** (a state of a scan, or of a decoder's step): its values so far, the initial one first. `axis` is over the region's `tape`. */
  | { readonly kind: 'past'; readonly axis: Axis }
  // one step along a clock
  /**
   * (cached, row): appends the newest row of a key/value cache to its earlier rows, which are along `before`; the result is along
   * `axis`. `keep`: only this many of the last rows are ever read, null: all.
   */
  | { readonly kind: 'append'; readonly axis: Axis; readonly before: string; readonly keep: Size | null }
  /** (append): the cached row `by` positions before the newest, or the first one if there are fewer. */
  | { readonly kind: 'before'; readonly axis: string; readonly by: Size }
  // 'laid-out' only
  | { readonly kind: 'permute'; readonly order: readonly string[] }
  | { readonly kind: 'reshape'; readonly axes: readonly Axis[] } // same elements in the same order; may add and drop unit axes
  /**
   * [i, k] x [k, j], or [b, i, k] x [b, k, j], with the axes already in this order; an operand that is read transposed is [k, i]
   * or [j, k].
   */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  // structure
  | { readonly kind: 'result'; readonly index: number }
  | { readonly kind: 'scan'; readonly axis: Axis; readonly reversed: boolean; readonly region: ScanRegion }
  | { readonly kind: 'call'; readonly callee: string; readonly region: CallRegion; readonly binding: Binding }
  | { readonly kind: 'clock'; readonly axis: Axis; readonly region: ClockRegion };

export type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;

/** A node known to be of this kind. */
export type NodeOf<K extends Op['kind']> = Node & { readonly op: OpOf<K> };

/**
 * One step. Inputs of the scan node: the scanned sequences (each has `axis`), then the initial states.
 * Results: the final states, then the emits with `axis` in front. A body may use any node outside (free variables).
 */
export interface ScanRegion {
  /** index(axis) scalar: this step's position. */
  readonly position: Node;
  /** Arguments without `axis`. */
  readonly xs: readonly Node[];
  readonly states: readonly Node[];
  readonly nexts: readonly Node[];
  readonly emits: readonly Node[];
  /** What `past` ranges over: the values that a state has had so far, n of them at the n-th step. */
  readonly tape?: Dim;
}

/** A block's body in its own frame: its axes have fresh ids. Free nodes in it are parameters and constants only. */
export interface CallRegion {
  readonly args: readonly Node[];
  readonly results: readonly Node[];
}

/**
 * What is computed along a clock: each position once, at its time, from the positions that exist then. Inputs of the node: the
 * sequences that `args` stand for, with the same axes. A reduction over a copy of the axis ranges over the positions so far. A
 * node is inside if it depends on an argument or has an axis of the clock's space.
 */
export interface ClockRegion {
  readonly args: readonly Node[];
  readonly results: readonly Node[];
}

/**
 * How a call is lifted. Inside, argument k has its axes `args[k]` (caller's axis id to the body's axis); every other axis of the
 * argument is an extra. The oracle loops over `extras` and runs the body for one element each; `inline` renames and lets the
 * extras broadcast. Results get `extras` in front, and the body's axes are renamed back to the caller's.
 */
export interface Binding {
  readonly args: readonly (readonly { readonly from: string; readonly to: Axis }[])[];
  readonly extras: readonly Axis[];
  /** Extras that only decide which elements exist: the results' masks have them, the values do not. */
  readonly maskOnly?: readonly string[];
  readonly results: readonly (readonly { readonly from: string; readonly to: Axis }[])[];
  /**
   * Results shared by all elements of the call, since they read arguments with extras only through `across`: they have no extras
   * but those of `per`.
   */
  readonly once?: readonly number[];
  /** Extras along which each position is an instance of its own: `across` then ranges over the elements of one instance. */
  readonly per?: readonly string[];
}

// ---------------------------------------------------------------- programs

export type Initialiser =
  | { readonly kind: 'zeros' | 'ones' | 'orthogonal' | 'glorot' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly limit: number | HostExpr } // U(-limit, limit)
  | { readonly kind: 'normal'; readonly deviation: number | HostExpr };

export interface Parameter {
  /** The instance path, stable under edits elsewhere: `Annotate.forward.GRU.Wz`. For rounds of a `repeat`: `Encode.repeat[*].W`. */
  readonly path: string;
  /** For a map `[out <- in]`: out axes, then in axes. */
  readonly axes: readonly Axis[];
  /** The number of out-axes: fan-out is their product, fan-in that of the others. */
  readonly outs: number;
  /**
   * The number of axes in front that count rounds of a `repeat`: users and checkpoints see each round's parameter,
   * `Encode.repeat[0].W`.
   */
  readonly rounds?: number;
  /**
   * For `F per a (…)`: the number of axes in front that count instances. Each has its own initial values, as if it were alone;
   * `outs` counts from after them.
   */
  readonly per?: number;
  readonly init: Initialiser;
  readonly origin: Origin;
}

export interface Input {
  readonly name: string;
  readonly type: TensorType;
  readonly doc: string | null;
  /** The value of every element where an example leaves the input out. */
  readonly otherwise?: number;
}

/** What the checker could not decide: `divides` (b by a), `equal`, `atMost` (a <= b). Checked once, at the boundary. */
export interface Requirement {
  readonly kind: 'divides' | 'equal' | 'atMost';
  readonly a: Size;
  readonly b: Size;
  readonly origin: Origin;
  readonly why: string;
}

/** What one step along a clock is derived from: the region's arguments and its outputs. */
export interface Clocked {
  readonly axis: Axis;
  /** Arguments over `axis`: a step gets one position of each. */
  readonly args: readonly { readonly name: string; readonly node: Node }[];
  /** Over `axis`: a step computes one position of each. */
  readonly outputs: ReadonlyMap<string, Node>;
}

/** What every decoder has. */
interface DecoderBase {
  readonly name: string;
  /** The program's name for the outputs: the previous one is `y`, the target `y'`. */
  readonly output: string;
  /** The axis along which it generates. */
  readonly axis: Axis;
  /** The space that `y` indexes. */
  readonly vocabulary: Space;
  readonly start: number;
  readonly end: number | null;
  /** The score of a finished hypothesis: `logp` and `length` are inputs with these names; null: the plain log-probability. */
  readonly rank: Node | null;
  /** The greatest number of outputs for one example; may read `size`. */
  readonly atMost: Node | null;
}

/** A recurrent decoder, for one step; its teacher-forced form is already a scan in `outputs`. */
export interface RecurrentDecoder extends DecoderBase {
  readonly kind: 'recurrent';
  /** index(vocabulary) scalar argument: the previous output. */
  readonly previous: Node;
  /** The same for the output chosen at this step, which only next values of states read; left out where none does. */
  readonly chosen?: Node;
  /** index(axis) scalar argument. */
  readonly position: Node;
  readonly states: readonly { readonly name: string; readonly argument: Node; readonly init: Node; readonly next: Node }[];
  /** As for a scan. */
  readonly tape?: Dim;
  /** [vocabulary]. */
  readonly logits: Node;
  /** Named values of one step: `weights`, `context`, … */
  readonly taps: ReadonlyMap<string, Node>;
}

/** A decoder written over the whole axis. `args`: `previous`; `outputs`: `logits` and `tap.<name>`. */
export interface ParallelDecoder extends DecoderBase {
  readonly kind: 'parallel';
  readonly clocked: Clocked;
}

export type DecoderGraph = RecurrentDecoder | ParallelDecoder;

export interface ObjectiveGraph {
  readonly name: string;
  /** Data besides the model's inputs: the targets and what is `given`. */
  readonly given: readonly Input[];
  /** In order: within a training step each sees the parameters as updated by those before. */
  readonly updates: readonly UpdateGraph[];
}

/** A loss, and the parameters that its gradient changes. */
export interface UpdateGraph {
  /** `update D { … }`: D. Null: the objective has a single loss, which trains everything. */
  readonly name: string | null;
  /** float [] per example: averaged over the batch. Dropout off, `training` false. */
  readonly loss: Node;
  readonly metrics: ReadonlyMap<string, Node>;
  /**
   * The same two as evaluated in training, where `training` is true. Gradients are those of this loss. `running`: by path, the
   * next values of the running values that it updates.
   */
  readonly training: { readonly loss: Node; readonly metrics: ReadonlyMap<string, Node>; readonly running: ReadonlyMap<string, Node> };
  /** The models whose parameters (`D.…`) the gradient is taken with respect to; null: all parameters. */
  readonly trains: readonly string[] | null;
  readonly optimizer: OptimizerSpec;
  readonly clip: { readonly kind: 'norm' | 'value'; readonly limit: number } | null;
}

/** Host arithmetic, for schedules and initialisers; names: `step`, `epoch`. */
export type HostExpr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'size'; readonly size: Size }
  | {
      readonly kind: 'call';
      readonly fn: 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'min' | 'max' | 'floor' | 'sqrt' | 'exp' | 'log' | 'neg';
      readonly args: readonly HostExpr[];
    };

export interface OptimizerSpec {
  readonly kind: 'adam' | 'sgd' | 'adagrad' | 'rmsprop' | 'adadelta';
  /** `rate`, `beta1`, `beta2`, `epsilon`, `momentum`, …; defaults are the runtime's. */
  readonly options: ReadonlyMap<string, HostExpr>;
}

/** A model that an objective over several trains. */
export interface Part {
  readonly name: string;
  readonly model: string;
  readonly file: string;
}

/** One model with everything derived from it, in one dialect; or an objective over several. */
export interface Program {
  readonly name: string;
  readonly doc: string | null;
  /** The file that declares the model. */
  readonly file: string;
  /** Construct-phase dims with their defaults, in order of declaration: the overrides that the constructor takes. */
  readonly hyperparameters: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  /** Dims whose size is part of the code (a `repeat` counts with them): not a constructor argument, only `--set`. */
  readonly fixed: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  /** Dims sized by the data: ragged ones, and those that are `= input`. */
  readonly ragged: readonly Dim[];
  /** Ragged dims on no input's axes: an example's length is then an input of its own. */
  readonly told?: readonly Dim[];
  readonly parameters: readonly Parameter[];
  /** Values kept, bound and read like parameters, but changed by no gradient. */
  readonly running: readonly Parameter[];
  readonly inputs: readonly Input[];
  /** Results by name; a model that generates has `logits` [target, vocabulary] and its taps with the axis in front, teacher-forced. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** Present where the model generates. The teacher-forced outputs read inputs `y` (previous) and, in objectives, `y'` (target). */
  readonly decoder: DecoderGraph | null;
  /** Present where the model is `causal`: its inputs and outputs along the clock, as seen inside. */
  readonly causal: Clocked | null;
  readonly objectives: readonly ObjectiveGraph[];
  /**
   * For an objective over several models: its names for them, and the models. It has their parameters, as `D.…`, and no inputs or
   * outputs of its own.
   */
  readonly parts?: readonly Part[];
  readonly requirements: readonly Requirement[];
  /** By path, the `repeat`s that are unrolled, and why. */
  readonly unrolled?: ReadonlyMap<string, string>;
}
