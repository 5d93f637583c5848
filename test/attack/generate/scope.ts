/** What generated text stands in: the axes that a value may have there, and the names with their types. */
import type { Chance } from '../chance.ts';

export type Elem = 'float' | 'int' | 'bool' | `index(${string})`;

export interface Type {
  readonly elem: Elem;
  /** Labels. */
  readonly axes: readonly string[];
}

export interface Axis {
  readonly label: string;
  /** The dim that it lies on; equal labels and dims for all but copies. */
  readonly dim: string;
  readonly ragged: boolean;
  readonly mayBeEmpty: boolean;
  /** `ragged in` that axis: the two stand together. */
  readonly inside?: string;
  /** `= input`. */
  readonly ofCall?: true;
  /** Position of its first position. */
  readonly origin?: number;
  /** What a state has been: it is reduced in its step. */
  readonly tape?: true;
}

export interface Name extends Type {
  readonly text: string;
  /** Of what may be absent: the axes of its mask. */
  readonly mask?: readonly string[];
}

/** Where parameters and instances are declared. */
export interface Body {
  readonly lines: string[];
}

/** A declaration at the top of the file. */
export interface Dims {
  readonly axis: Axis;
  readonly text: string;
}

export interface Scope {
  readonly axes: readonly Axis[];
  readonly names: readonly Name[];
  readonly body: Body;
  /** The axis that is a clock here: nothing looks ahead along it. */
  readonly clock: string | null;
  /** Axes along which a step is being computed: a value has none of them. */
  readonly scanned: readonly string[];
  /** States whose past may be read. */
  readonly states: readonly Name[];
  /** Has the program an input `poison`, for what is absent? */
  readonly poison: boolean;
  /** A block's body: it calls no block of its own. */
  readonly inBlock: boolean;
}

export const within = (scope: Scope, more: Partial<Scope>): Scope => ({ ...scope, ...more });

/** What absence a value may have: of masks over one of these axes, or any. */
export type Ends = readonly string[] | 'all';

export interface Want extends Type {
  readonly depth: number;
  readonly ends: Ends;
  readonly scope: Scope;
}

export function meets(mask: readonly string[] | undefined, ends: Ends): boolean {
  return mask === undefined || ends === 'all' || mask.some((label) => ends.includes(label));
}

export const sameAxes = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((label) => b.includes(label));
export const subset = (a: readonly string[], b: readonly string[]): boolean => a.every((label) => b.includes(label));
export const without = (axes: readonly string[], ...gone: readonly string[]): readonly string[] =>
  axes.filter((label) => !gone.includes(label));
export const listed = (axes: readonly string[]): string => `[${axes.join(', ')}]`;

/** Some of the axes, maybe all or none. */
export const part = (chance: Chance, axes: readonly string[]): readonly string[] => (chance.is(0.5) ? axes : chance.some(axes, 0.5));
