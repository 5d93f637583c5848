/** What an emitted function computes: positional tensors, lists of them, and numbers on the host. */
import type { Size } from '../../size/size.ts';
import type { Origin } from '../../graph/graph.ts';

export interface SizePiece {
  readonly size: Size;
  readonly tight: boolean;
}

/** A part of an expression: text, another value, a size in `n`, a part of the parameters by its path, `n` itself. Behind a path stand
 * the positions of the rounds that it goes through, one for each `[*]` in it. */
export type Piece = string | Value | SizePiece | { readonly parameter: string } | { readonly sizes: true };

export interface Value {
  /** Increasing: what a value is made of has smaller ids. */
  readonly id: number;
  /**
   * host: a number or boolean written where it is used; given: a tensor of the caller's, written where it is used;
   * tensor, list: a statement; rows: a statement too, that nothing disposes of, cached rows or a number that is long to write; loop: a scan; final: a state after its loop; emitted: a loop's list; argument: bound by a loop's body;
   * call: a statement, of a function of the module; output: what it gives.
   */
  readonly kind: 'host' | 'given' | 'tensor' | 'list' | 'rows' | 'loop' | 'final' | 'emitted' | 'argument' | 'call' | 'output';
  readonly code: readonly Piece[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly origin: Origin;
  /** What to call it if the program has no name for it. */
  readonly hint: string;
  /** Of what the function's own parameters hold: its type. */
  readonly free?: string;
  /** Of an output, and of a list that a loop binds or leaves: its type. */
  readonly type?: string;
}

export function isList({ kind, type, free }: Value): boolean {
  return kind === 'list' || kind === 'emitted' || (free ?? type)?.endsWith('[]') === true;
}

/** The type of a list that is only read. */
export function reading(type: string): string {
  return type.endsWith('[]') && !type.startsWith('readonly ') ? `readonly ${type}` : type;
}

/** The type of a list of such; those that are elements of others are only read. */
export function listOf(element: string): string {
  return element.endsWith('[]') ? `(${reading(element)})[]` : `${element}[]`;
}

/** The type of what is in a list. */
export function elementOf(list: string): string {
  return list
    .replace(/^readonly /, '')
    .replace(/\[\]$/, '')
    .replace(/^\((.*)\)$/, '$1');
}

/** The type whether a list is only read or not. */
export function plainType(type: string): string {
  return type.replaceAll('readonly ', '').replaceAll(/[()]/g, '');
}

/** How many lists of tensors are in each other; 0: it is none. */
export function listDepth(type: string): number {
  return (/^tf\.Tensor((?:\[\])*)$/.exec(plainType(type))?.[1]!.length ?? 0) / '[]'.length;
}

/** The TypeScript type of a value. @param loops by what they bind and leave */
export function typeOf(value: Value, loops: ReadonlyMap<Value, Loop>): string {
  const known = value.free ?? value.type;
  if (known !== undefined) return known;
  const loop = loops.get(value);
  if (value.kind === 'argument' && loop?.position === value) return 'number';
  // An element of a list, or what a list is made of.
  const list = value.kind === 'argument' ? loop?.xs.find(({ argument }) => argument === value)?.list : undefined;
  if (list !== undefined) return elementOf(typeOf(list, loops));
  const element = value.kind === 'emitted' ? loop?.emits.find((emit) => emit.list === value)?.value : undefined;
  if (element !== undefined) return listOf(typeOf(element, loops));
  if (isList(value)) return 'tf.Tensor[]';
  if (value.kind !== 'rows') return 'tf.Tensor';
  if (value.code[0] === 'rt.appendToCache(') return 'rt.Cache';
  return value.dtype === 'bool' ? 'boolean' : 'number';
}

/** A call of a function of the module. */
export interface Call {
  readonly self: Value;
  /** What the function is called. */
  readonly name: string;
  /** Its first arguments: parameters, `n`, where numbers are drawn from. */
  readonly front: readonly Piece[];
  /** What it reads besides. */
  readonly handed: readonly Value[];
  /** Its last arguments. */
  readonly sizes: readonly Piece[];
  readonly outputs: readonly Output[];
}

export interface Output {
  /** By which the function's record has it; null: the function gives this alone. */
  readonly name: string | null;
  readonly value: Value;
  /** Does it own what it holds? */
  readonly owns: boolean;
  /** What else keeps it alive: of a list of views, what the views lie in. */
  readonly livesIn: readonly Value[];
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

export function isSize(piece: Piece): piece is SizePiece {
  return typeof piece === 'object' && 'size' in piece;
}

/** The path of the parameter that a value is; null: it is none. */
export function parameterOf({ kind, code: [first] }: Value): string | null {
  return kind === 'given' && typeof first === 'object' && 'parameter' in first ? first.parameter : null;
}

export function inputsOf(value: Value): readonly Value[] {
  return value.code.filter(isValue);
}
