/** A failing text made smaller as long as it fails in the same way: statements go, expressions become parts of themselves. */
import { parse } from '../../grammar/index.ts';
import type { Span } from '../../grammar/ast.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

const EXPRESSIONS = new Set([
  'number',
  'bool',
  'name',
  'place',
  'unary',
  'binary',
  'if',
  'first',
  'where',
  'else',
  'bracket',
  'call',
  'per',
  'field',
  'sample',
  'scan',
  'match-expression',
]);
/** Lists whose members can go by themselves. */
const MEMBERS = new Set(['items', 'statements', 'body', 'updates', 'metrics']);
/** Lists whose members are divided by commas. */
const LISTED = new Set(['params', 'inputs', 'fields', 'dims', 'given', 'args', 'groups', 'names', 'axes']);

const isSpan = (value: unknown): value is Span => typeof value === 'object' && value !== null && 'start' in value && 'end' in value;

function spanOf(value: unknown): Span | null {
  const span = typeof value === 'object' && value !== null && 'span' in value ? value.span : null;
  return isSpan(span) ? span : null;
}

/** Every edit that leaves less, those first that leave least. */
function edits(text: string): readonly Edit[] {
  const { module, problems } = parse({ path: 'shrunken', text });
  if (problems.length > 0) return [];
  const found: Edit[] = [];
  const expressionsIn = (value: unknown, own: boolean): Span[] => {
    if (typeof value !== 'object' || value === null) return [];
    const span = spanOf(value);
    if (own && span !== null && 'kind' in value && EXPRESSIONS.has(value.kind as string)) return [span];
    return Object.entries(value).flatMap(([key, part]) =>
      key === 'span' ? [] : Array.isArray(part) ? part.flatMap((each) => expressionsIn(each, true)) : expressionsIn(part, true),
    );
  };
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) {
      value.forEach((part, k) => {
        const span = spanOf(part);
        if (span !== null && MEMBERS.has(key)) found.push({ start: span.start, end: span.end, by: '' });
        if (span !== null && LISTED.has(key) && value.length > 1) {
          const [before, after] = [spanOf(value[k - 1]), spanOf(value[k + 1])];
          if (after !== null) found.push({ start: span.start, end: after.start, by: '' });
          else if (before !== null) found.push({ start: before.end, end: span.end, by: '' });
        }
        visit(part, key);
      });
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const span = spanOf(value);
    if (span !== null && 'kind' in value && EXPRESSIONS.has(value.kind as string) && span.end - span.start > 3) {
      for (const inner of expressionsIn(value, false)) found.push({ ...span, by: text.slice(inner.start, inner.end) });
      for (const by of ['0.5', '1', 'true']) if (value.kind !== 'number') found.push({ ...span, by });
    }
    for (const [name, part] of Object.entries(value)) if (name !== 'span') visit(part, name);
  };
  visit(module, '');
  const gain = ({ start, end, by }: Edit): number => end - start - by.length;
  return found.filter((edit) => gain(edit) > 0).sort((a, b) => gain(b) - gain(a));
}

const tidied = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*;?\s*$/.test(line))
    .join('\n');

/**
 * @param fails whether a text fails as the first one did
 * @param until when to give up, as `Date.now()` counts
 */
export async function shrink(text: string, fails: (text: string) => Promise<boolean>, until: number): Promise<string> {
  let least = text;
  const tried = new Set<string>([text]);
  for (let again = true; again; ) {
    again = false;
    for (const { start, end, by } of edits(least)) {
      if (Date.now() > until) return least;
      const shorter = tidied(least.slice(0, start) + by + least.slice(end));
      if (tried.has(shorter)) continue;
      tried.add(shorter);
      if (!(await fails(shorter))) continue;
      least = shorter;
      again = true;
      break;
    }
  }
  return least;
}
