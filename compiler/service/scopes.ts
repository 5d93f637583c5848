/** Scopes of names while a file is bound. */
import type { Span } from '../../grammar/ast.ts';
import type { Definition, Region } from './definitions.ts';

export interface Scope {
  readonly span: Span;
  readonly parent: Scope | null;
  readonly names: Map<string, Definition>;
  readonly inside: Scope[];
  /** One round of a `repeat`: outer values may be defined anew, and are carried to the next round. */
  readonly round: boolean;
  /** The declaration's own scope, to which labels belong; null: in no declaration. */
  frame: Scope | null;
}

export const scopeOf = (span: Span, parent: Scope | null, round = false): Scope => {
  const made: Scope = { span, parent, names: new Map(), inside: [], round, frame: parent?.frame ?? null };
  parent?.inside.push(made);
  return made;
};

/** Of a declaration. */
export function frameOf(span: Span, parent: Scope): Scope {
  const made = scopeOf(span, parent);
  made.frame = made;
  return made;
}

export function regionOf({ span, names, inside }: Scope): Region {
  return { span, names, inside: inside.map(regionOf) };
}

export function lookup(name: string, scope: Scope): Definition | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return null;
}
