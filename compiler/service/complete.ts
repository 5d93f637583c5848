/** What may be written next at a place of a half-written program. */
import { builtinNames } from '../analyze/expressions/builtins.ts';
import { KEYWORDS } from '../../grammar/index.ts';
import { occurrenceAt, visibleAt, type BoundModule, type Definition, type DefinitionKind } from './definitions.ts';

export interface Proposal {
  readonly label: string;
  readonly kind: DefinitionKind | 'builtin' | 'keyword' | 'file';
  readonly definition: Definition | null;
}

/** What the surroundings know that a file does not. */
export interface Reachable {
  readonly standard: ReadonlyMap<string, Definition>;
  /** Paths that an import may name, as written. */
  readonly files: readonly string[];
  /** The definitions of a file, by an import's text. */
  imported(from: string): ReadonlyMap<string, Definition>;
}

export function proposals(bound: BoundModule, offset: number, reachable: Reachable): Proposal[] {
  const { text } = bound.module.file;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/\/\//u.test(line.replace(/"[^"]*"/gu, ''))) return [];
  if (/\bfrom\s+"[^"]*$/u.test(line)) return reachable.files.map((label) => ({ label, kind: 'file', definition: null }));
  if (/^\s*import\b/u.test(line)) {
    const from = /\bfrom\s+"([^"]+)"/u.exec(text.slice(offset).split('\n')[0] ?? '')?.[1];
    return shown(from === undefined ? reachable.standard : reachable.imported(from));
  }
  const start = offset - (/[\p{L}\p{M}\p{N}_]*$/u.exec(line)?.[0].length ?? 0);
  if (text[start - 1] === '.' && text[start - 2] !== '.') {
    // The parser drops a statement that ends in a dot: by its name, then.
    const name = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?='*$)/u.exec(text.slice(Math.max(0, start - 200), start - 1))?.[0];
    const base = occurrenceAt(bound, start - 1)?.definition ?? (name === undefined ? null : (visibleAt(bound, start).get(name) ?? null));
    return base === null ? [] : shown(base.declaration === null ? base.fields : new Map());
  }
  const visible = visibleAt(bound, offset);
  const callee = callAt(bound, start, reachable.standard)?.callee ?? null;
  const found = new Map<string, Proposal>();
  const add = (proposal: Proposal): void => void (found.has(proposal.label) || found.set(proposal.label, proposal));
  for (const proposal of [...shown(callee?.members ?? new Map()), ...shown(visible), ...shown(reachable.standard)]) add(proposal);
  for (const label of builtinNames()) add({ label, kind: 'builtin', definition: null });
  for (const label of KEYWORDS) add({ label, kind: 'keyword', definition: null });
  return [...found.values()];
}

function shown(definitions: ReadonlyMap<string, Definition>): Proposal[] {
  return [...definitions].map(([label, definition]) => ({ label, kind: definition.kind, definition }));
}

/** The call whose brackets or arguments an offset stands in. */
export interface Call {
  readonly callee: Definition;
  readonly bracket: '(' | '[';
  /** Which argument, from 0. */
  readonly argument: number;
}

export function callAt(bound: BoundModule, offset: number, standard: ReadonlyMap<string, Definition>): Call | null {
  const { text } = bound.module.file;
  let [depth, argument] = [0, 0];
  for (let at = offset - 1; at >= 0 && offset - at < 4000; at--) {
    const char = text[at]!;
    if (')]}'.includes(char)) depth++;
    else if (char === ',' && depth === 0) argument++;
    else if (char === '{' && depth === 0) return null;
    else if ('([{'.includes(char) && depth > 0) depth--;
    else if (char === '(' || char === '[') {
      const callee = calledBefore(text, at, bound, standard);
      return callee === null ? null : { callee, bracket: char, argument };
    }
  }
  return null;
}

/** `Name(`, `Name[…](`, `Name per a (`. */
function calledBefore(text: string, at: number, bound: BoundModule, standard: ReadonlyMap<string, Definition>): Definition | null {
  const before = text.slice(Math.max(0, at - 400), at).replace(/\s+per\s+(?:[^()[\]{}]*|\([^()]*\)\s*)$/u, '');
  const name = /([\p{L}_][\p{L}\p{M}\p{N}_]*)(\[[^[\]]*(?:\[[^[\]]*\][^[\]]*)*\])?\s*$/u.exec(before)?.[1];
  if (name === undefined) return null;
  const found = visibleAt(bound, at).get(name) ?? standard.get(name) ?? null;
  if (found?.kind === 'instance' && found.value !== null) {
    const called = found.value.kind === 'bracket' ? found.value.base : found.value;
    return called.kind === 'name' ? (visibleAt(bound, found.span.start).get(called.name) ?? standard.get(called.name) ?? null) : null;
  }
  return found?.declaration == null ? null : found;
}
