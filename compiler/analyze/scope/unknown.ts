/** Errors about unknown names, and what was probably meant. */
import type { Name } from '../../../grammar/ast.ts';
import type { Code, Place } from '../../diagnostics/diagnostic.ts';
import { adviceOn, type Advice } from '../../diagnostics/names.ts';
import type { Site } from './context.ts';
import { report } from './report.ts';
import { ERROR, type Value } from './values.ts';
import { placeOfEntry } from './taken.ts';

/** Reports a name that is defined further down; true if it did. */
export function reportLater(code: Code, name: Name, here: Site): boolean {
  const { text } = name;
  const dims = here.module.module.items.flatMap((item) => (item.kind === 'dim' ? item.dims : []));
  const later = here.later.get(text) ?? (dims.some((dim) => dim.name.text === text) ? ({ kind: 'dim' } as const) : null);
  if (later === null || later.kind === 'value') return false;
  report(
    here,
    code,
    name.span,
    `\`${text}\` ${later.kind === 'axis' ? 'is made' : 'is declared'} further down`,
    later.kind !== 'axis'
      ? { why: 'the declaration of a dim stands above what is made of it', fix: `move the declaration of \`${text}\` above this line` }
      : {
          why: 'an axis is there from the expression on that makes it',
          fix: `move \`${here.module.module.file.text.slice(later.made.start, later.made.end)}\` above this line`,
        },
  );
  return true;
}

export function unknownName(here: Site, code: Code, name: Name, what: string, candidates: Iterable<string>): Value {
  if (/dim|axis/u.test(what) && reportLater(code, name, here)) return ERROR;
  const advised = advice(name.text, candidates, here) ?? onlyUnread(name.text, candidates, here);
  const place = advised === null || advised.near === null ? null : definedAt(advised.near, here);
  return report(here, code, name.span, `there is no ${what} \`${name.text}\` here`, {
    ...(advised === null ? {} : { fix: advised.fix }),
    ...(place === null ? {} : { related: [{ place, message: `\`${advised!.near!}\`` }] }),
  });
}

/** Is there exactly one unread name, not that of a block? Then it was probably meant, however different it is. */
function onlyUnread(name: string, candidates: Iterable<string>, here: Site): Advice | null {
  if (here.ctx.problems.errors >= MOST_ADVISED) return null;
  const { text } = here.module.module.file;
  const times = new Map<string, number>();
  for (const [word] of text.matchAll(WORDS)) times.set(word, (times.get(word) ?? 0) + 1);
  const unread = [...new Set(candidates)].filter(
    (each) =>
      each !== name &&
      times.get(each) === 1 &&
      here.scope.lookup(each)?.kind !== 'declaration' &&
      definedAt(each, here)?.file === here.module.path,
  );
  return unread.length === 1 ? { fix: `did you mean \`${unread[0]!}\`?`, near: unread[0]! } : null;
}

const WORDS = /[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*/gu;

/** Where the user defined the name that this one may be a misspelling of, or the other way round. */
function definedAt(name: string, here: Site): Place | null {
  const entry = here.scope.lookup(name);
  return entry === null ? null : placeOfEntry(entry, here);
}

/** At most this many errors say what was probably meant: the search goes through all names. */
const MOST_ADVISED = 100;

function advice(name: string, candidates: Iterable<string>, here: Site): Advice | null {
  return here.ctx.problems.errors < MOST_ADVISED ? adviceOn(name, candidates) : null;
}

/** Up to this many candidates are listed in full. */
export function unknownOf(here: Site, code: Code, name: Name, what: string, candidates: readonly string[]): Value {
  const advised = advice(name.text, candidates, here);
  return report(here, code, name.span, `there is no ${what} \`${name.text}\``, {
    ...(candidates.length === 0 ? {} : { expected: candidates.map((candidate) => `\`${candidate}\``).join(', ') }),
    given: `\`${name.text}\``,
    ...(advised === null ? {} : { fix: advised.fix }),
  });
}
