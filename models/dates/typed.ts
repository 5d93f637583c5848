/** What a person types: the tag of the locale, a colon, the date. */

/**
 * Splits `de-AT: 9. April 2031` into locale and text. The tag may be written in any case; white space around the
 * text, and a pair of angle brackets around the tag, are dropped; the text itself stays as it is.
 *
 * Throws a RangeError for a missing tag, an unknown one (with the nearest known ones) and an empty text.
 */
export function parseTyped(line: string, locales: readonly string[]): { locale: string; text: string } {
  const parts = /^\s*<?([\p{L}\p{N}_-]+)>?\s*:(.*)$/su.exec(line);
  if (parts === null) {
    throw new RangeError(
      `Expected the tag of a locale, a colon and a date, such as "${locales[0] ?? 'de-AT'}: ...", given ` +
        `${JSON.stringify(line)}. The order of day and month is known only with the locale.`,
    );
  }
  const given = parts[1]!;
  const folded = given.replaceAll('_', '-').toLowerCase();
  const locale = locales.find((tag) => tag.toLowerCase() === folded);
  if (locale === undefined) throw unknownLocale(given, locales);
  const text = parts[2]!.trim();
  if (text === '') throw new RangeError(`Expected a date after "${given}:", given nothing.`);
  return { locale, text };
}

/** The error for a tag that is none of the given ones. */
export function unknownLocale(given: string, locales: readonly string[]): RangeError {
  const near = nearest(given, locales);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return new RangeError(`Unknown locale ${JSON.stringify(given)}.${hint} Known: ${locales.join(', ')}.`);
}

/** At most three tags, best first: the same language, or at most a third of the given tag to be changed. */
function nearest(given: string, locales: readonly string[]): string[] {
  const folded = given.replaceAll('_', '-').toLowerCase();
  const language = folded.split('-')[0]!;
  return locales
    .map((tag) => ({ tag, edits: distance(folded, tag.toLowerCase()) }))
    .filter(({ tag, edits }) => tag.toLowerCase().split('-')[0] === language || edits * 3 <= folded.length)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ tag }) => tag);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
