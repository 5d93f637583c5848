/**
 * The symbols of both sides of the translation. Those of the source are recorded in `vocabulary.json` by
 * `build-vocabulary.ts` and not derived at run time, since the locale data differ between versions of Node and a
 * trained checkpoint must keep its rows.
 */

import record from './vocabulary.json' with { type: 'json' };
import type { DateStyle } from './dates.ts';
import { unknownLocale } from './typed.ts';

export interface Vocabulary {
  /** Every token; its index is its id. */
  readonly tokens: readonly string[];
  /** Ids of a sequence of tokens, shape [length]. Throws a RangeError naming the first token that has none. */
  encode(tokens: readonly string[]): Int32Array;
  /** Tokens of a sequence of ids. Throws a RangeError naming the first id out of range. */
  decode(ids: Iterable<number>): string[];
}

export interface LocaleRecord {
  /** The unambiguous formats of the locale. */
  readonly formats: readonly { readonly style: DateStyle; readonly digits: string }[];
  /** Every code point of every text of the locale, in code point order. */
  readonly characters: string;
  /** Code points of the longest text. */
  readonly longest: number;
}

/** What `vocabulary.json` holds. */
export interface VocabularyRecord {
  /** Versions the record was made with. */
  readonly node: string;
  readonly icu: string;
  readonly cldr: string;
  /** Formats left out because two dates have the same text. */
  readonly dropped: readonly { readonly locale: string; readonly style: DateStyle; readonly text: string }[];
  readonly locales: Readonly<Record<string, LocaleRecord>>;
}

export const pad = '<pad>';
export const unknown = '<unk>';

/** What is recorded of one locale. Throws a RangeError for a locale outside `locales`. */
export function recorded(locale: string): LocaleRecord {
  const { locales } = vocabularyRecord();
  if (!Object.hasOwn(locales, locale)) throw unknownLocale(locale, Object.keys(locales));
  return locales[locale]!;
}

/** The committed record. */
export function vocabularyRecord(): VocabularyRecord {
  // JSON modules type string unions as string; a test checks the file against the interface.
  return record as VocabularyRecord;
}

/**
 * The source symbols of the given locales: 0 `<pad>`, 1 `<unk>`, the locale tags as given, then every code point that
 * occurs in a date of these locales, in code point order.
 *
 * A single code point outside the vocabulary is encoded as `<unk>`, so that a typed text never fails on an odd
 * character; an unknown longer token, such as the tag of a locale that is not among the given ones, is an error.
 */
export function sourceVocabulary(locales: readonly string[]): Vocabulary {
  const characters = new Set(locales.flatMap((locale) => [...recorded(locale).characters]));
  const sorted = [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return vocabulary([pad, unknown, ...new Set(locales.map(tagToken)), ...sorted], 1);
}

/** The target symbols: 0 `<pad>`, 1 `<start>`, 2 `<end>`, 3 `-`, then the digits `0` to `9`. No unknown symbol. */
export const targetVocabulary: Vocabulary = vocabulary([pad, '<start>', '<end>', '-', ...'0123456789']);

/**
 * The symbols of both sides in one vocabulary, for models that embed both alike: 0 `<unk>`, 1 `<start>`, 2 `<end>`, the
 * locale tags as given, then every code point of either side, in code point order. Unknown ones as in `sourceVocabulary`.
 */
export function sharedVocabulary(locales: readonly string[]): Vocabulary {
  const written = targetVocabulary.tokens.filter((token) => [...token].length === 1);
  const characters = new Set([...locales.flatMap((locale) => [...recorded(locale).characters]), ...written]);
  const sorted = [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return vocabulary([unknown, '<start>', '<end>', ...new Set(locales.map(tagToken)), ...sorted], 0);
}

/** The source tokens of a text: the locale's tag, then one token per code point. */
export function sourceTokens(example: { readonly locale: string; readonly text: string }): string[] {
  return [tagToken(example.locale), ...example.text];
}

function tagToken(locale: string): string {
  return `<${locale}>`;
}

function vocabulary(list: readonly string[], unknownId?: number): Vocabulary {
  const tokens = Object.freeze([...list]);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return Object.freeze({
    tokens,
    encode: (sequence: readonly string[]): Int32Array =>
      Int32Array.from(sequence, (token, position) => {
        const id = ids.get(token) ?? ([...token].length === 1 ? unknownId : undefined);
        if (id === undefined) throw unknownToken(token, position, tokens.length);
        return id;
      }),
    decode: (sequence: Iterable<number>): string[] =>
      Array.from(sequence, (id, position) => {
        const token = tokens[id];
        if (token === undefined) {
          throw new RangeError(`Id ${id} at position ${position} is not a token: the vocabulary has the ids 0 to ${tokens.length - 1}.`);
        }
        return token;
      }),
  });
}

function unknownToken(token: string, position: number, size: number): RangeError {
  const points = [...token].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(' ');
  return new RangeError(
    `Unknown token ${JSON.stringify(token)} (${points || 'empty'}) at position ${position}: ` +
      `it is none of the ${size} tokens of the vocabulary.`,
  );
}
