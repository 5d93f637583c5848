/** What the names of a program stand for: definitions, the places that name them, and what can be named at a place. */
import type { Declaration, Expr, Module, Name, Span } from '../../grammar/ast.ts';

export type DefinitionKind =
  | Declaration['what']
  | 'objective'
  | 'dim'
  | 'option'
  /** One of an option's values. */
  | 'choice'
  /** A label that a body introduces: `key: source`, `source as key`, a formal. */
  | 'axis'
  | 'value'
  /** What a decoder generates. */
  | 'generated'
  | 'state'
  | 'parameter'
  | 'running'
  /** `let f = GRU[hidden]`. */
  | 'instance'
  /** Of a record. */
  | 'field'
  | 'metric';

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly file: string;
  /** The name. */
  readonly span: Span;
  /** What is shown of it: the item, the statement, or its own part of one. */
  readonly whole: Span;
  /** The item or the statement that makes it. */
  readonly statement: Span;
  readonly doc: string | null;
  readonly declaration: Declaration | null;
  /** What a declaration's brackets and arguments may name; the values of an option. */
  readonly members: ReadonlyMap<string, Definition>;
  /** Of the record that it names, or that it gives when it is called. */
  readonly fields: ReadonlyMap<string, Definition>;
  /** What an equation gives it. */
  readonly value: Expr | null;
}

/** A place that names a definition. */
export interface Occurrence {
  /** Without a prime. */
  readonly span: Span;
  readonly text: string;
  readonly definition: Definition;
  readonly role: 'definition' | 'reference';
}

/** A part of the text, and the names that can be used in it beside those of the parts around it. */
export interface Region {
  readonly span: Span;
  readonly names: ReadonlyMap<string, Definition>;
  readonly inside: readonly Region[];
}

/** A file with everything that it names. */
export interface BoundModule {
  readonly module: Module;
  /** In the order of the text. */
  readonly occurrences: readonly Occurrence[];
  readonly region: Region;
  /** Names that stand for nothing that is known: those of the language, and what is wrong or missing. */
  readonly unknown: readonly { readonly text: string; readonly span: Span }[];
  /** What each declaration defines for all of its body. */
  readonly bodies: ReadonlyMap<Declaration, ReadonlyMap<string, Definition>>;
}

/** The occurrence at an offset; one that ends there counts, too. */
export function occurrenceAt({ occurrences }: BoundModule, offset: number): Occurrence | null {
  let [low, high] = [0, occurrences.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (occurrences[middle]!.span.end < offset) low = middle + 1;
    else high = middle;
  }
  const found = occurrences.slice(low, low + 2).filter(({ span }) => span.start <= offset && offset <= span.end);
  return found.at(-1) ?? null;
}

/** What can be named at an offset, the nearest definitions first. */
export function visibleAt({ region }: BoundModule, offset: number): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const visit = (part: Region): void => {
    const inner = part.inside.find(({ span }) => span.start <= offset && offset <= span.end);
    if (inner !== undefined) visit(inner);
    for (const [name, definition] of part.names) if (!found.has(name)) found.set(name, definition);
  };
  visit(region);
  return found;
}

export const nameSpan = (name: Name): Span => ({ start: name.span.start, end: name.span.start + name.text.length });
