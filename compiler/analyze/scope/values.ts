/** Values of expressions, and what names stand for. */
import type { Declaration, Param, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space, TensorType } from '../../graph/graph.ts';
import type { LoadedModule } from '../modules/modules.ts';

/** The value of an expression. */
export type Value =
  | { readonly kind: 'tensor'; readonly node: Node }
  | MapValue
  | RecordValue
  /** `let f = GRU[hidden]`. */
  | Instance
  /** Something was wrong and has been reported: it causes no further errors. */
  | { readonly kind: 'error' };

/** `[out <- in]`: the node has the axes outs ++ ins; the in-axes' ids end in `~in`. */
export interface MapValue {
  readonly kind: 'map';
  readonly node: Node;
  readonly outs: readonly Axis[];
  readonly ins: readonly Axis[];
}

/** Fields in declared order. `main` is the record's value where a tensor is wanted (a call with taps). */
export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
  readonly main: Value | null;
}

export interface Instance {
  readonly kind: 'instance';
  readonly entry: DeclarationEntry;
  readonly statics: readonly StaticArgument[];
  readonly path: string;
}

/** A bracket argument of a call, evaluated at the call site. */
export interface StaticArgument {
  readonly name: string;
  readonly span: Span;
  readonly value:
    | { readonly kind: 'axis'; readonly axis: Axis }
    | { readonly kind: 'size'; readonly space: Space }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'choice'; readonly text: string };
}

export const ERROR: Value = { kind: 'error' };

/** Has an error with this name been reported already? */
export function isError(entry: Entry | null): boolean {
  return entry?.kind === 'value' && entry.value.kind === 'error';
}

export const tensor = (node: Node): Value => ({ kind: 'tensor', node });

export interface DeclarationEntry {
  readonly kind: 'declaration';
  readonly declaration: Declaration;
  readonly module: LoadedModule;
}

export type Entry =
  | DeclarationEntry
  /** A dim, or a formal bound to a space. `value`: known at compile time. */
  | { readonly kind: 'dim'; readonly space: Space; readonly span: Span | null; readonly file: string }
  /** A formal `c..`: its axes, with this frame's ids. */
  | { readonly kind: 'group'; readonly axes: readonly Axis[] }
  | { readonly kind: 'option'; readonly value: string | number; readonly choices: readonly string[] | null }
  | { readonly kind: 'value'; readonly value: Value; readonly span: Span | null };

/** An argument of a call. `node`: null where the parameter's default applies. `sides`: of a map. */
export interface Given {
  readonly param: Param;
  readonly node: Node | null;
  readonly sides?: Pick<MapValue, 'outs' | 'ins'>;
  readonly span: Span;
}

/** The states of a body and their next values. */
export interface StateSink {
  readonly states: StateDeclaration[];
  readonly nexts: Map<string, { node: Node; span: Span }>;
}

export interface StateDeclaration {
  readonly name: string;
  readonly span: Span;
  readonly type: TensorType;
  readonly argument: Node;
  readonly init: Node;
}

/** An equation's name, a dim, or an axis that `made` introduces with `as`. */
export type Later = { readonly kind: 'value' | 'dim' } | { readonly kind: 'axis'; readonly made: Span };
