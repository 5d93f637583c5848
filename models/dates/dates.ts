/**
 * Dates as people write them, to be translated into ISO 8601 character by character.
 *
 * The texts are the locale data (CLDR) that `Intl.DateTimeFormat` carries: every style of every locale, month and
 * weekday names, both the usual digits of the locale and, where they differ, its native ones. Day and month cannot
 * be told apart without the locale, so the first source token names it: `<de-AT>`. A two-digit year is decidable
 * because all dates lie in one century.
 *
 * Strings are sequences of Unicode code points, kept exactly as `Intl` writes them: no-break spaces and
 * bidirectional marks are part of the text.
 */

import { locales } from './locales.ts';
import { recorded } from './vocabulary.ts';

export { demoLocales, locales } from './locales.ts';
export { sharedVocabulary, sourceTokens, sourceVocabulary, targetVocabulary, type Vocabulary } from './vocabulary.ts';
export { parseTyped } from './typed.ts';

export type DateStyle = 'full' | 'long' | 'medium' | 'short';
export type Split = 'train' | 'validation' | 'test';

export interface DateExample {
  /** BCP 47 tag, one of `locales`. */
  locale: string;
  style: DateStyle;
  /** Unicode numbering system of the text, such as `latn` or `deva`. */
  digits: string;
  /** What a person would write: `9. April 2031`. */
  text: string;
  /** The date in ISO 8601: `2031-04-09`. */
  iso: string;
}

/** One way of writing dates. */
export interface DateFormat {
  readonly locale: string;
  readonly style: DateStyle;
  readonly digits: string;
  /** Writes a date given as days since 2000-01-01. */
  readonly write: (day: number) => string;
}

/** The first day of the century, and how many days it has (2000-01-01 to 2099-12-31). */
export const firstDay = Date.UTC(2000, 0, 1);
export const dayCount = 36_525;

const millisecondsOfDay = 86_400_000;

/** The ISO 8601 text of a day counted from 2000-01-01. */
export function isoOf(day: number): string {
  return new Date(firstDay + day * millisecondsOfDay).toISOString().slice(0, 10);
}

/**
 * The part of the data a date belongs to: 80 % training, 10 % validation, 10 % test. It depends on the date alone,
 * so a date of the test part was never seen in training, in any locale.
 *
 * The 32-bit finaliser of MurmurHash3 (Appleby, 2011) is applied to the number `yyyymmdd`, and the result taken
 * modulo 10: 8 is validation, 9 is test.
 */
export function splitOf(iso: string): Split {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (parts === null) {
    throw new RangeError(`splitOf: expected a date such as 2031-04-09, given ${JSON.stringify(iso)}.`);
  }
  let hash = Number(`${parts[1]}${parts[2]}${parts[3]}`);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const bucket = ((hash ^ (hash >>> 16)) >>> 0) % 10;
  return bucket === 9 ? 'test' : bucket === 8 ? 'validation' : 'train';
}

/**
 * Every format of the given locales, in a fixed order: by locale, then style, then digits. A format makes its `Intl`
 * object when first used and keeps it, so hold on to the result when sampling often.
 *
 * Throws a RangeError for a locale outside `locales`.
 */
export function dateFormats(of: readonly string[] = locales): DateFormat[] {
  return of.flatMap((locale) =>
    recorded(locale).formats.map(({ style, digits }) => ({ locale, style, digits, write: writer(locale, style, digits) })),
  );
}

/** Writes days with one `Intl` formatter, made on first use. */
export function writer(locale: string, style: DateStyle, digits: string): (day: number) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (day) => {
    format ??= new Intl.DateTimeFormat(locale, {
      dateStyle: style,
      calendar: 'gregory',
      numberingSystem: digits,
      timeZone: 'UTC',
    });
    return format.format(firstDay + day * millisecondsOfDay);
  };
}

/**
 * `count` examples of one part of the data: locale uniform, then format uniform within the locale, then date uniform
 * within the part.
 *
 * @param rng uniform numbers in [0, 1); the same numbers give the same examples
 * @param from locale tags, or the result of `dateFormats`: to be preferred for small counts, since for tags every call
 *   makes its `Intl` objects anew
 */
export function sampleExamples(
  rng: () => number,
  split: Split,
  from: readonly string[] | readonly DateFormat[],
  count: number,
): DateExample[] {
  const all = formatsOf(from);
  const byLocale = [...new Set(all.map((format) => format.locale))].map((locale) => all.filter((format) => format.locale === locale));
  if (byLocale.length === 0) throw new RangeError('sampleExamples: expected at least one locale, given none.');
  const pick = (size: number): number => Math.floor(rng() * size);
  return Array.from({ length: count }, () => {
    const formats = byLocale[pick(byLocale.length)]!;
    const format = formats[pick(formats.length)]!;
    let day = pick(dayCount);
    while (splitOf(isoOf(day)) !== split) day = pick(dayCount);
    return exampleOf(format, day);
  });
}

/**
 * Every example of one part of the data, lazily: by format, then date. Two styles may agree on some dates (`May 9, 2031`
 * is long and medium), so a text can come twice.
 */
export function* everyExample(split: Split, from: readonly string[] | readonly DateFormat[]): Generator<DateExample, void, undefined> {
  for (const format of formatsOf(from)) {
    for (let day = 0; day < dayCount; day++) {
      if (splitOf(isoOf(day)) === split) yield exampleOf(format, day);
    }
  }
}

function exampleOf(format: DateFormat, day: number): DateExample {
  const { locale, style, digits } = format;
  return { locale, style, digits, text: format.write(day), iso: isoOf(day) };
}

function formatsOf(from: readonly string[] | readonly DateFormat[]): DateFormat[] {
  return from.flatMap((item) => (typeof item === 'string' ? dateFormats([item]) : [item]));
}
