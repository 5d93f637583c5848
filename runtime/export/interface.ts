/** What the functions of a model take and give, as data: the compiler writes it for an export. Sizes are expressions in `n`. */
import type { ElementType, Expression } from '../graphs/format.ts';

export interface AxisData {
  readonly label: string;
  /** Of a padded batch; with an example's own lengths, that of the example. */
  readonly size: Expression;
  /** Does each example have its own length? */
  readonly ragged: boolean;
  /** The axis of the value that an inner dim in it is `ragged in`. */
  readonly within?: number;
}

export interface InputData {
  readonly name: string;
  readonly elem: ElementType;
  readonly axes: readonly AxisData[];
  /** For an index: the positions that it may be; its `label` names what is indexed. */
  readonly indexes: (AxisData & { readonly first: Expression }) | null;
  /** The value of every element where an example leaves the input out. */
  readonly otherwise?: number;
}

/** A dim that the data size. */
export interface DimData {
  readonly label: string;
  readonly mayBeEmpty: boolean;
  /** `= input`: one size for all examples of a call. */
  readonly ofCall: boolean;
  /** On no input's axes. */
  readonly told: boolean;
  /** `ragged in` this dim. */
  readonly inside: string | null;
}

/** What the lengths of each example must satisfy. */
export interface RequirementData {
  readonly kind: 'divides' | 'equal' | 'atMost';
  readonly a: Expression;
  readonly b: Expression;
  readonly message: string;
}

/** The generated sequence as data: `y`, of which a decoder reads the outputs before each. */
export interface TargetData {
  readonly input: InputData;
  readonly start: number;
  readonly end: number | null;
}

export interface ModelInterface {
  readonly dims: readonly DimData[];
  /** Without the generated sequence. */
  readonly inputs: readonly InputData[];
  readonly target: TargetData | null;
  /** By name, the axes behind the batch. */
  readonly outputs: Readonly<Record<string, readonly AxisData[]>>;
  readonly objectives: readonly {
    readonly name: string;
    readonly given: readonly InputData[];
    /** Null: its only one. */
    readonly updates: readonly (string | null)[];
  }[];
  readonly requirements: readonly RequirementData[];
}
