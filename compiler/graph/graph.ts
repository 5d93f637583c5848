/**
 * The graph: pure operations on tensors with named axes, in structured regions.
 *
 * It is a sea of nodes. A node is immutable and refers to its inputs; a region (the body of a scan or of a call) is
 * given by its argument nodes and its result nodes. Which loop a node stands in is not written down: it stands in the
 * innermost region on whose arguments it depends, so what does not depend on a loop is outside it by construction.
 *
 * One graph passes through these dialects; the verifier checks what each may hold:
 *   'calls'    block calls are still calls, a clock is a loop, one example, absence implicit: what the oracle interprets
 *   'inlined'  no call, no clock: what a position may see stands in masks
 *   'batched'  axis `batch` added, absence made explicit: no where/otherwise, no `size` of a ragged dim, reductions masked
 *   'laid-out' axis order is memory order; operands of elementwise operations aligned as tfjs broadcasts; contractions are
 *              matrix products; only operations with an emit rule
 */
import type { Size } from '../size/size.ts';

// ---------------------------------------------------------------- axes and types

/** What an axis ranges over. Two fixed spaces agree by size, two ragged ones only by identity. */
export type Space =
  /** `within`, of a dim `ragged in` another: the axis of that one, each of whose positions has a length of this one. */
  | { readonly kind: 'dim'; readonly dim: Dim; readonly within?: Axis }
  | { readonly kind: 'cat'; readonly parts: readonly Space[] }
  | { readonly kind: 'merge'; readonly parts: readonly Space[] }
  | { readonly kind: 'anon'; readonly size: Size };

/** A declared dim: nominal. */
export interface Dim {
  /** Unique in a program, e.g. `source`, `Additive.align#2`; equal ids mean the same dim. */
  readonly id: string;
  readonly label: string;
  /** A dim with a default or a formal: its own atom; a derived dim: its formula; a ragged dim: its own atom (padded size in a batch, own length in one example). */
  readonly size: Size;
  readonly ragged: boolean;
  /** Number of the first position: `dim offset = -reach..reach` has -reach. */
  readonly origin: Size;
  /** Only ragged: may an example have length 0? */
  readonly mayBeEmpty: boolean;
  /** `= input`: one size for all examples of a call, known from their data. */
  readonly ofCall?: true;
  /** `ragged in sentence`: a length for each position of that dim. */
  readonly inside?: Dim;
}

export interface Axis {
  /** Identity: broadcasting and contraction compare ids. Two axes with one id in different nodes agree in size. */
  readonly id: string;
  /** For printing and for the emitted names. */
  readonly label: string;
  readonly space: Space;
  /** It counts the rounds of a `repeat`: what has it in front, parameters among others, is kept as a list, one element a round. */
  readonly rounds?: true;
}

export type Elem = { readonly kind: 'float' | 'int' | 'bool' } | { readonly kind: 'index'; readonly space: Space };

export interface TensorType {
  readonly elem: Elem;
  /** Ids distinct. The order is the printing order, and in 'laid-out' the memory order (row-major). */
  readonly axes: readonly Axis[];
  /**
   * The axes of each mask: positions that `where` or an index outside an axis may make absent. Ragged ends are not listed.
   * A mask may have axes that the value lacks (`keys where c`, c over [query, key]): they join where the mask ends.
   * Canonical: axes sorted by id, no two masks with the same axes, sorted.
   */
  readonly masks: readonly (readonly Axis[])[];
}

// ---------------------------------------------------------------- nodes

export interface Node {
  /** Unique per builder, increasing: inputs have smaller ids, so it orders deterministically. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  /** One per result: most operations have one, `scan` and `call` any number, read through `result` nodes. */
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
  /** The call whose body it stands in; left out: none. */
  readonly frame?: CallFrame;
  /** On the way back: is it made once more, rather than kept? */
  readonly again?: true;
}

/** One call of a block, a round of a `repeat`, a model or an objective: its identity is the object itself. */
export interface CallFrame {
  readonly callee: string;
  /** Where its parameters lie: `Translate.s.GRU`; '' for all. */
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
  | 'quot' // of ints: floor(a / b); not a number for b = 0
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
  /** `stored`, in 'laid-out': it lies as a view of the axes that it is declared with: of which of these each of its own is made. */
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
  /** A fresh draw per element, float. Inputs: the positions of the scans it stands in, outermost first; a call's body gets them as arguments. */
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
  /** Over `axes` of all examples, in 'calls' also over all extras of the calls that it stands in ('inlined': they are among `axes`). All absence ends. One value for all examples; gone after `batch`. */
  | { readonly kind: 'across'; readonly fn: AcrossFn; readonly axes: readonly string[] }
  | { readonly kind: 'argmax'; readonly axis: string } // index(space); first of equals
  /** (a, b): product, summed over `axes`; other shared axes zip. Result axes: (a ++ (b \ a)) without `axes`. */
  | { readonly kind: 'contract'; readonly axes: readonly string[] }
  /** (x, wrong): x. Where `wrong` is true anywhere, the call fails and says `what`. 'batched' on. */
  | { readonly kind: 'check'; readonly what: string }
  // positions
  /** (t, i): t at position i of `axis`; i is an index or int (a position, origin included). Result axes: i ++ (t \ axis), shared axes zip. Absent outside the axis unless `inside`. */
  | { readonly kind: 'gather'; readonly axis: string; readonly inside: boolean }
  /** (g, i): the adjoint of gather: into[axis = p] = sum of g where i = p. `over`: the axes summed (those of i that the result lacks). */
  | { readonly kind: 'scatter'; readonly axis: Axis; readonly over: readonly string[] }
  | { readonly kind: 'onehot'; readonly axis: Axis } // (i): float, new axis last
  /** Joins along `axis`, in order; parts[k] is the id of the axis of input k that is joined, null for one position. Other axes are joined by broadcasting. The new axis stands where the first joined one stood, else first. */
  | { readonly kind: 'concat'; readonly axis: Axis; readonly parts: readonly (string | null)[] }
  /** `axis` from `start`, `into.space` positions; `into: null` takes one position and drops the axis. */
  | { readonly kind: 'slice'; readonly axis: string; readonly start: Size; readonly into: Axis | null }
  /** The value `by` positions before (after, if negative): result[t] = x[t - by]; exactly 0 where there is no such position, or, `circular`, on from the other end. 'batched' on. */
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
  /** (cached, row): the key/value cache's earlier positions, along `before`, with this one behind them, along `axis`; `keep`: only this many of the last are ever read, null: all. */
  | { readonly kind: 'append'; readonly axis: Axis; readonly before: string; readonly keep: Size | null }
  /** (append): the cached position `by` before the newest, or the first there is. */
  | { readonly kind: 'before'; readonly axis: string; readonly by: Size }
  // 'laid-out' only
  | { readonly kind: 'permute'; readonly order: readonly string[] }
  | { readonly kind: 'reshape'; readonly axes: readonly Axis[] } // same elements in the same order; unit axes come and go here
  /** [i, k] x [k, j], or [b, i, k] x [b, k, j]: axes already in place, but for an operand that is transposed as it is read: [k, i], [j, k]. */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  // structure
  | { readonly kind: 'result'; readonly index: number }
  | { readonly kind: 'scan'; readonly axis: Axis; readonly reversed: boolean; readonly region: ScanRegion }
  | { readonly kind: 'call'; readonly callee: string; readonly region: CallRegion; readonly binding: Binding }
  | { readonly kind: 'clock'; readonly axis: Axis; readonly region: ClockRegion };

export type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;

/** A node that is known to be of this kind. */
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
 * What is computed along a clock: every position once, at its time, from the positions that exist then. Inputs of the node: the
 * sequences that `args` stand for, with the same axes. A reduction over a copy of the axis ranges over the positions up to now.
 * What stands inside depends on an argument or has an axis of the clock's space.
 */
export interface ClockRegion {
  readonly args: readonly Node[];
  readonly results: readonly Node[];
}

/**
 * How a call is lifted. Inside, argument k has its axes `args[k]` (caller's axis id to the body's axis); every other axis
 * of the argument is an extra. The oracle loops over `extras` and runs the body for one element each; `inline` renames
 * and lets the extras broadcast. Results get `extras` in front and the body's axes back under the caller's names.
 */
export interface Binding {
  readonly args: readonly (readonly { readonly from: string; readonly to: Axis }[])[];
  readonly extras: readonly Axis[];
  /** Extras that only decide which elements exist: the results' masks have them, their values do not. */
  readonly maskOnly?: readonly string[];
  readonly results: readonly (readonly { readonly from: string; readonly to: Axis }[])[];
  /** Results that are one for all elements of the call, since they read arguments with extras through `across` alone: they have no extras, but those of `per`. */
  readonly once?: readonly number[];
  /** Extras for each position of which the call is an instance of its own: what is `across` all elements is across those of one instance. */
  readonly per?: readonly string[];
}

// ---------------------------------------------------------------- programs

export type Initialiser =
  | { readonly kind: 'zeros' | 'ones' | 'orthogonal' | 'glorot' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly limit: number | HostExpr } // U(-limit, limit)
  | { readonly kind: 'normal'; readonly deviation: number | HostExpr };

export interface Parameter {
  /** Instance path, stable under edits elsewhere: `Annotate.forward.GRU.Wz`. Of the rounds of a `repeat`: `Encode.repeat[*].W`. */
  readonly path: string;
  /** For a map `[out <- in]`: out axes, then in axes. */
  readonly axes: readonly Axis[];
  /** How many of the axes are out-axes: fan-out is their product, fan-in the rest's. */
  readonly outs: number;
  /** How many axes in front count rounds of a `repeat`: users and checkpoints know the parameter of each round, `Encode.repeat[0].W`. */
  readonly rounds?: number;
  /** For `F per a (…)`: how many axes in front count instances. Each has its own first values, as if it were alone; `outs` counts from behind them. */
  readonly per?: number;
  readonly init: Initialiser;
  readonly origin: Origin;
}

export interface Input {
  readonly name: string;
  readonly type: TensorType;
  readonly doc: string | null;
  /** Every element of it where an example leaves it out. */
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

/** What one step along a clock is derived from: a region's arguments and what its outputs are made of. */
export interface Clocked {
  readonly axis: Axis;
  /** Arguments over `axis`: a step is given one position of each. */
  readonly args: readonly { readonly name: string; readonly node: Node }[];
  /** Over `axis`: a step gives one position of each. */
  readonly outputs: ReadonlyMap<string, Node>;
}

/** What every decoder has. */
interface DecoderBase {
  readonly name: string;
  /** What the program calls the outputs: the previous one is `y`, the target `y'`. */
  readonly output: string;
  /** The axis generated along. */
  readonly axis: Axis;
  /** The space that `y` indexes. */
  readonly vocabulary: Space;
  readonly start: number;
  readonly end: number | null;
  /** Score of a finished hypothesis: `logp` and `length` are inputs of those names; null: log-probability as it is. */
  readonly rank: Node | null;
  /** Most outputs for one example; may read `size`. */
  readonly atMost: Node | null;
}

/** A recurrent decoder, for one step; its teacher-forced form is already a scan in `outputs`. */
export interface RecurrentDecoder extends DecoderBase {
  readonly kind: 'recurrent';
  /** index(vocabulary) scalar argument: the previous output. */
  readonly previous: Node;
  /** The same of the output that is chosen at this step. Next values of states alone read it; absent where none does. */
  readonly chosen?: Node;
  /** index(axis) scalar argument. */
  readonly position: Node;
  readonly states: readonly { readonly name: string; readonly argument: Node; readonly init: Node; readonly next: Node }[];
  /** As of a scan. */
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
  /** In order: in one training step each sees the parameters that those before have left. */
  readonly updates: readonly UpdateGraph[];
}

/** A loss, and the parameters that its gradient changes. */
export interface UpdateGraph {
  /** `update D { … }`: D. Null: the objective has one loss, and it is of everything. */
  readonly name: string | null;
  /** float [] per example: averaged over the batch. Dropout off, `training` false. */
  readonly loss: Node;
  readonly metrics: ReadonlyMap<string, Node>;
  /** The same two as training sees them: `training` true. Gradients are taken of this loss. `running`: by path, what those running values become that it gives a next value. */
  readonly training: { readonly loss: Node; readonly metrics: ReadonlyMap<string, Node>; readonly running: ReadonlyMap<string, Node> };
  /** Names of the models whose parameters (`D.…`) the gradient is taken by; null: every parameter. */
  readonly trains: readonly string[] | null;
  readonly optimizer: OptimizerSpec;
  readonly clip: { readonly kind: 'norm' | 'value'; readonly limit: number } | null;
}

/** Arithmetic of the host, for schedules and initialisers; names: `step`, `epoch`. */
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

/** One model with what derives from it, in one dialect; or an objective over several. */
export interface Program {
  readonly name: string;
  readonly doc: string | null;
  /** That declares the model. */
  readonly file: string;
  /** Construct-phase dims with their defaults, in order of declaration: the constructor's overrides. */
  readonly hyperparameters: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  /** Dims whose size is part of the code (a `repeat` counts with them): no constructor argument, only `--set`. */
  readonly fixed: readonly { readonly dim: Dim; readonly value: number; readonly doc: string | null }[];
  /** Those that the data size: ragged ones, and those that are `= input`. */
  readonly ragged: readonly Dim[];
  /** The ragged dims on no input's axes: how many positions an example has is an input itself. */
  readonly told?: readonly Dim[];
  readonly parameters: readonly Parameter[];
  /** Kept as parameters are, and bound and read as they are; no gradient changes them. */
  readonly running: readonly Parameter[];
  readonly inputs: readonly Input[];
  /** Results by name; a model that generates has `logits` [target, vocabulary] and its taps with the axis in front, teacher-forced. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** Present where the model generates. The teacher-forced outputs read inputs `y` (previous) and, in objectives, `y'` (target). */
  readonly decoder: DecoderGraph | null;
  /** Present where the model says `causal`: what its inputs and outputs along the clock are inside. */
  readonly causal: Clocked | null;
  readonly objectives: readonly ObjectiveGraph[];
  /** For an objective over several models: what it calls them, and what they are. It has their parameters, as `D.…`, and no inputs or outputs of its own. */
  readonly parts?: readonly Part[];
  readonly requirements: readonly Requirement[];
  /** By path, the `repeat`s that are written out round by round, and why. */
  readonly unrolled?: ReadonlyMap<string, string>;
}
