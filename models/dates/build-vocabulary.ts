/**
 * Records the formats and characters of every locale in `vocabulary.json`, from the locale data of the running Node:
 *
 *     npx tsx models/dates/build-vocabulary.ts
 *
 * A checkpoint trained with one record cannot be used with another.
 */

import { writeFileSync } from 'node:fs';
import { dayCount, writer, type DateStyle } from './dates.ts';
import { locales, nativeDigits } from './locales.ts';
import type { LocaleRecord, VocabularyRecord } from './vocabulary.ts';

const styles: readonly DateStyle[] = ['full', 'long', 'medium', 'short'];

type Format = LocaleRecord['formats'][number];
type Dropped = VocabularyRecord['dropped'][number];

/** Each distinct way the locale has of writing dates, most verbose first. */
function candidates(locale: string): Format[] {
  const usual = new Intl.DateTimeFormat(locale, { calendar: 'gregory' }).resolvedOptions();
  if (usual.locale !== locale) throw new Error(`ICU has no data of its own for ${locale}: it answers ${usual.locale}.`);
  const native = nativeDigits[locale.split('-')[0]!] ?? usual.numberingSystem;
  return [...new Set([usual.numberingSystem, native])].flatMap((digits) => styles.map((style) => ({ style, digits })));
}

/** Goes through the century; a format that gives a text to a second date is dropped and named. */
function surveyed(locale: string): { record: LocaleRecord; dropped: Dropped[] } {
  const dates = new Map<string, number>();
  const formats: Format[] = [];
  const dropped: Dropped[] = [];
  const seen = new Set<string>();
  for (const format of candidates(locale)) {
    const write = writer(locale, format.style, format.digits);
    const texts = Array.from({ length: dayCount }, (_, day) => write(day));
    const mine = new Map(dates);
    const clash = texts.find((text, day) => {
      const other = mine.get(text) ?? day;
      mine.set(text, day);
      return other !== day;
    });
    if (clash !== undefined) {
      dropped.push({ locale, style: format.style, text: clash });
      continue;
    }
    // Two styles may agree on every day; the second adds nothing but weight in sampling.
    if (mine.size === dates.size) continue;
    for (const [day, text] of texts.entries()) dates.set(text, day);
    for (const text of texts) for (const character of text) seen.add(character);
    formats.push(format);
  }
  const characters = [...seen].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!).join('');
  const longest = [...dates.keys()].reduce((most, text) => Math.max(most, [...text].length), 0);
  return { record: { formats, characters, longest }, dropped };
}

const surveys = locales.map((locale) => ({ locale, ...surveyed(locale) }));
const record: VocabularyRecord = {
  node: process.versions.node,
  icu: process.versions.icu ?? 'none',
  cldr: process.versions.cldr ?? 'none',
  dropped: surveys.flatMap((survey) => survey.dropped),
  locales: Object.fromEntries(surveys.map((survey) => [survey.locale, survey.record])),
};
// One line per locale, so that a change of the locale data shows as a short difference.
const lines = Object.entries(record.locales).map(([tag, value]) => `    ${JSON.stringify(tag)}: ${JSON.stringify(value)}`);
const head = JSON.stringify({ ...record, locales: undefined }, null, 2).replace(/\n}$/, ',');
writeFileSync(new URL('vocabulary.json', import.meta.url), `${head}\n  "locales": {\n${lines.join(',\n')}\n  }\n}\n`);
console.log(`${locales.length} locales, ${lines.length} records, dropped: ${JSON.stringify(record.dropped)}`);
