/**
 * The functions of a module as data, beside the text that people read: what a way of execution is built from that runs a whole
 * function as one graph. The compiler writes it; axes are positions, sizes are expressions in `n`.
 */

/** A number that is known before the call: a size in `n`, or a function of others. */
export type Expression = number | string | { readonly fn: string; readonly of: readonly Expression[] };

export type ElementType = 'float' | 'int' | 'bool';

/** Elementwise operations. */
export type Unary =
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
  | 'floor'
  | 'not';
export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type Binary = Comparison | 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min' | 'mod' | 'quot' | 'and' | 'or' | Slope;
/** Of (y, g): g (1 - y^2), g y (1 - y). */
export type Slope = 'tanhGradient' | 'sigmoidGradient';
export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all';

/** What every instruction has. Ids increase: an instruction reads those with smaller ones, and is in the list of its own loop. */
interface Base {
  readonly id: number;
  readonly type: ElementType;
  /** What the program calls the value. */
  readonly name?: string;
}

export type Leaf =
  /** `rounds`: how many elements the list has, and the lists in it, outermost first. */
  | { readonly op: 'input'; readonly of: string; readonly rounds?: readonly Expression[] }
  | { readonly op: 'parameter'; readonly path: string }
  /** int [batch]: of a ragged dim. */
  | { readonly op: 'length'; readonly dim: string }
  | { readonly op: 'number'; readonly value: Expression }
  | { readonly op: 'range'; readonly from: Expression; readonly to: Expression }
  /** A position of a loop, an element of a sequence, a state: bound by the loop around. */
  | { readonly op: 'argument' };

export type Operation =
  | { readonly op: 'unary'; readonly fn: Unary; readonly in: readonly number[] }
  | { readonly op: 'binary'; readonly fn: Binary; readonly in: readonly number[] }
  | { readonly op: 'cast'; readonly in: readonly number[] }
  | { readonly op: 'select'; readonly in: readonly number[] }
  | { readonly op: 'reduce'; readonly fn: Reduction; readonly axes: readonly number[]; readonly in: readonly number[] }
  | { readonly op: 'softmax'; readonly log: boolean; readonly rank: number; readonly in: readonly number[] }
  | { readonly op: 'argmax'; readonly axis: number; readonly rank: number; readonly in: readonly number[] }
  | { readonly op: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean; readonly in: readonly number[] }
  /** `zip` axes in front are common to the table and the index. */
  | { readonly op: 'gather'; readonly axis: number; readonly zip: number; readonly in: readonly number[] }
  /**
   * (indices [...leading, ...places], updates [...leading, ...places, ...rest]): `groups` elements in the leading axes, `places` in
   * each, `width` in the rest.
   */
  | {
      readonly op: 'scatter';
      readonly groups: Expression;
      readonly places: Expression;
      readonly size: Expression;
      readonly width: Expression;
      readonly shape: readonly Expression[];
      readonly in: readonly number[];
    }
  | { readonly op: 'onehot'; readonly depth: Expression; readonly in: readonly number[] }
  | { readonly op: 'concat'; readonly axis: number; readonly in: readonly number[] }
  | { readonly op: 'slice'; readonly begin: readonly Expression[]; readonly size: readonly Expression[]; readonly in: readonly number[] }
  /** [rows, row]: `row` elements belong to one position of all before, `width` to one place along the axis. */
  | {
      readonly op: 'shift';
      readonly circular: boolean;
      readonly by: Expression;
      readonly places: Expression;
      readonly width: Expression;
      readonly shape: readonly Expression[];
      readonly in: readonly number[];
    }
  | { readonly op: 'reshape' | 'broadcast'; readonly shape: readonly Expression[]; readonly in: readonly number[] }
  | {
      readonly op: 'cumsum' | 'cumprod';
      readonly axis: number;
      readonly exclusive: boolean;
      readonly reversed: boolean;
      readonly in: readonly number[];
    }
  | { readonly op: 'permute'; readonly order: readonly number[]; readonly in: readonly number[] }
  /** (rows, row, t): the rows with another one at place `t` of `axis`; `shape` is theirs. */
  | { readonly op: 'write'; readonly axis: number; readonly shape: readonly Expression[]; readonly in: readonly number[] }
  /** Drawn by the host before the call: for each step of the loops around, whose positions are `in`. */
  | {
      readonly op: 'random';
      readonly draw: 'keep' | 'uniform' | 'normal' | 'exponential';
      readonly rate: number;
      readonly site: string;
      readonly shape: readonly Expression[];
      readonly ragged: readonly boolean[];
      /** For each loop around: the first position, and how many. */
      readonly loops: readonly { readonly first: Expression; readonly count: Expression }[];
      readonly in: readonly number[];
    }
  /** (x, wrong): x; where `wrong` is true anywhere, the call fails. */
  | {
      readonly op: 'check';
      readonly what: string;
      readonly labels: readonly string[];
      readonly shape: readonly Expression[];
      readonly in: readonly number[];
    }
  /** A result of a loop: its final states, then what it emits. */
  | { readonly op: 'result'; readonly index: number; readonly in: readonly number[] };

export interface Loop {
  readonly op: 'scan';
  readonly count: Expression;
  /** Rounds of a `repeat`: their values are lists with one element per round. */
  readonly rounds: boolean;
  readonly reversed: boolean;
  /** Number of the first position. */
  readonly first: Expression;
  /** Ids of the arguments in the body. */
  readonly position: number;
  readonly xs: readonly number[];
  /** `rounds`: of a list with one element per round, their number. */
  readonly states: readonly { readonly id: number; readonly rounds?: Expression }[];
  readonly nexts: readonly number[];
  readonly emits: readonly { readonly id: number; readonly type: ElementType; readonly shape: readonly Expression[] }[];
  readonly body: readonly Instruction[];
  /** The sequences, then the first states. */
  readonly in: readonly number[];
}

export type Instruction = Base & (Leaf | Operation | Loop);

/** What one call does, from which its time is estimated. */
export interface Work {
  /** Operations that are run, in all steps of all loops. */
  readonly operations: Expression;
  /** Numbers that they give, without those of products. */
  readonly elements: Expression;
  /** Multiplications of products. */
  readonly multiplications: Expression;
}

export interface GraphFunction {
  readonly body: readonly Instruction[];
  readonly work: Work;
  /** `rounds`: of a list, as of an input. */
  readonly results: readonly {
    readonly name: string;
    readonly id: number;
    readonly type: ElementType;
    readonly rounds?: readonly Expression[];
  }[];
}

/** What a step of decoding hands to the next. */
export interface StateData {
  readonly name: string;
  readonly type: ElementType;
  /** As of an input. */
  readonly rounds: readonly Expression[];
  /** The shape of a cache, which has room for `capacity` positions and begins with 0 everywhere. */
  readonly cache?: readonly Expression[];
}

/**
 * A step of decoding: reads inputs `memory.…`, `state.…`, `t`, and what was chosen before under the name `previous`. Results:
 * `logits`, `tap.…`, `state.…`.
 */
export interface StepFunction extends GraphFunction {
  readonly previous: string;
  readonly states: readonly StateData[];
  /** Of `logits` and `tap.…`. */
  readonly shapes: Readonly<Record<string, readonly Expression[]>>;
}

/** The functions of one model by name: `forward`, `prepare`, `loss <objective> <update>`, `gradients …`; and a decoder's step. */
export interface ModelGraphs {
  readonly functions: Readonly<Record<string, GraphFunction>>;
  readonly step: StepFunction | null;
}

/** The models of a module, in their order there. */
export interface GraphFile {
  readonly version: 2;
  readonly models: readonly ModelGraphs[];
}
