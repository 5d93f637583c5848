/** Locations of names that the user wrote, to show them beside an error; and names that are taken. */
import type { Name } from '../../../grammar/ast.ts';
import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';
import type { Node } from '../../graph/graph.ts';
import { describeName } from './describe.ts';
import { placeOf, type Site } from './context.ts';
import { report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Entry } from './values.ts';

/** Where the user wrote it; null if it is not in the user's text. */
export function placeOfEntry(entry: Entry, here: Site): Place | null {
  if (entry.kind === 'declaration') return entry.module.standard ? null : { file: entry.module.path, ...entry.declaration.name.span };
  if (entry.kind === 'dim') return entry.span === null ? null : { file: entry.file, ...entry.span };
  return entry.kind === 'value' && entry.span !== null ? placeOf(here, entry.span) : null;
}

/** Shows it beside an error. */
export function shownAt(entry: Entry, here: Site, message: string): Pick<Diagnostic, 'related'> {
  const place = placeOfEntry(entry, here);
  return place === null ? {} : { related: [{ place, message }] };
}

/** The same for a node with a name. */
export function shownNode({ origin: { file, start, end, name } }: Node, here: Site): Pick<Diagnostic, 'related'> {
  return name === null || file !== here.module.path ? {} : { related: [{ place: { file, start, end }, message: describeName(name) }] };
}

/** If the scope already has that name, reports it together with the first definition. */
export function isTaken(
  name: Name,
  here: Site,
  scope: Scope = here.scope,
  more: { readonly why?: string; readonly fix?: string } = {},
): boolean {
  const first = scope.own(name.text);
  if (first !== null) reportTwice(name, first, here, more);
  return first !== null;
}

export function reportTwice(name: Name, first: Entry, here: Site, more: { readonly why?: string; readonly fix?: string } = {}): void {
  report(here, 'E0203', name.span, `\`${name.text}\` is defined twice`, { ...more, ...shownAt(first, here, 'first here') });
}
