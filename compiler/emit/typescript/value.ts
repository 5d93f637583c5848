/** What an emitted function computes: positional tensors, lists of them, and numbers on the host. */
import type { Size } from '../../size/size.ts';
import type { Origin } from '../../graph/graph.ts';

/** A part of an expression: text, another value, a size in `n`, or a child of a loop. */
export type Piece = string | Value | { readonly size: Size; readonly tight: boolean };

export interface Value {
  /** Increasing: what a value is made of has smaller ids. */
  readonly id: number;
  /**
   * host: a number or boolean written where it is used; given: a tensor of the caller's, written where it is used;
   * tensor, list: a statement; rows: a statement too, that nothing disposes of, cached rows or a number that is long to write; loop: a scan; final: a state after its loop; emitted: a loop's list; argument: bound by a loop's body.
   */
  readonly kind: 'host' | 'given' | 'tensor' | 'list' | 'rows' | 'loop' | 'final' | 'emitted' | 'argument';
  readonly code: readonly Piece[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly origin: Origin;
  /** What to call it if the program has no name for it. */
  readonly hint: string;
}

export interface Loop {
  readonly size: Size;
  readonly label: string;
  readonly reversed: boolean;
  readonly position: Value;
  readonly xs: readonly { readonly argument: Value; readonly list: Value }[];
  readonly states: readonly State[];
  readonly emits: readonly { readonly value: Value; readonly list: Value }[];
  /** The statement itself. */
  readonly self: Value;
}

export interface State {
  readonly argument: Value;
  readonly first: Value;
  readonly next: Value;
  readonly final: Value;
}

export function isValue(piece: Piece): piece is Value {
  return typeof piece === 'object' && 'kind' in piece;
}

export function inputsOf(value: Value): readonly Value[] {
  return value.code.filter(isValue);
}
