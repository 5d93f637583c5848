/** What functions are that several functions of a model call, or that stand for the call of a block. */
import type { CallFrame } from '../../../graph/graph.ts';
import type { Lowered } from '../lower.ts';
import type { Value } from '../value.ts';
import type { Canonical } from './canonical.ts';
import type { Phase, Segment, Segmented } from './segments.ts';

/** A function of the module that the functions of the model call. */
export interface OutlinedFunction {
  readonly name: string;
  readonly frame: CallFrame;
  readonly phase: Phase;
  /** What the program says of the block; null: nothing, or it stands above another function. */
  readonly docs: string | null;
  readonly lowered: Lowered;
  /** What the roots are called in the record that it gives; one root is given alone. */
  readonly outputs: readonly string[];
  /** Paths of the parameters' parts that callers hand it; empty: it is handed none. */
  readonly parts: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly value: Value }[];
  /** Names of sizes that it is handed, by the atoms that stand for them. */
  readonly sizes: ReadonlyMap<string, string>;
  readonly readsSizes: boolean;
  readonly draws: boolean;
}

/** What a caller has to know besides. */
export interface Handed {
  /** By canonical name: what the outputs are. */
  readonly given: readonly string[];
  /** The places of the holes whose sizes it is handed. */
  readonly handed: readonly number[];
  /** By output: does it own what it holds, and in which other outputs and inputs does it live? */
  readonly lives: readonly { readonly owns: boolean; readonly in: readonly { readonly output: number; readonly input: number }[] }[];
}

export interface Use {
  readonly segment: Segment;
  readonly segmented: Segmented;
  readonly canonical: Canonical;
  /** Does it stand in the steps of a loop? */
  readonly inLoop: boolean;
}

/** Uses of one text. */
export interface Shared {
  readonly id: number;
  readonly uses: readonly Use[];
  /** By canonical name: what it gives. */
  readonly outputs: Set<string>;
}
