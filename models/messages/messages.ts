/**
 * What the TypeScript compiler says, in English and in thirteen other languages: the diagnostics of the package
 * `typescript` 5 (Apache-2.0), whose version the lock file holds.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { splitOf } from '../sequences/sequences.ts';

/** The folders of `typescript/lib` that hold translations. */
export const languages = ['cs', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'pl', 'pt-br', 'ru', 'tr', 'zh-cn', 'zh-tw'] as const;
export type Language = (typeof languages)[number];
export type Part = ReturnType<typeof splitOf>;

export interface Message {
  /** TypeScript's own name of it, such as `Unterminated_string_literal_1002`. */
  readonly key: string;
  readonly english: string;
  readonly translations: Readonly<Partial<Record<Language, string>>>;
  readonly part: Part;
}

/** The messages that every one of the given languages has, by key; both sides normalised. */
export function messagesIn(chosen: readonly Language[]): readonly Message[] {
  const require = createRequire(import.meta.url);
  const { Diagnostics: all } = require('typescript-5') as { readonly Diagnostics: Readonly<Record<string, Entry>> };
  const lib = join(dirname(require.resolve('typescript-5/package.json')), 'lib');
  const translated = chosen.map((language): [Language, Readonly<Record<string, string>>] => [
    language,
    JSON.parse(readFileSync(join(lib, language, 'diagnosticMessages.generated.json'), 'utf8')) as Record<string, string>,
  ]);
  const found = Object.values(all)
    .filter(({ key }) => translated.every(([, texts]) => Object.hasOwn(texts, key)))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, message }) => ({
      key,
      english: normalised(message),
      translations: Object.fromEntries(translated.map(([language, texts]) => [language, normalised(texts[key]!)])),
    }));
  const groups = groupsOf(found.map(({ english }) => wordsOf(english)));
  return found.map((message, k) => ({ ...message, part: splitOf(found[groups[k]!]!.key) }));
}

interface Entry {
  readonly key: string;
  readonly message: string;
}

/**
 * One kind of quotation marks and of spaces. What translators put around names differs within one language, from year
 * to year: what the text says does not follow from it, nor it from the English.
 */
export function normalised(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\s\u00a0\u202f]+/gu, ' ')
    .replace(/[«‹] ?|„|“|‟|「|『/gu, '"')
    .replace(/ ?[»›]|”|」|』|`/gu, '"')
    .replace(/[‘’‚‛]/gu, "'")
    .replace(/(?<![\p{L}\p{N}])'([^']*)'(?![\p{L}\p{N}])/gu, '"$1"')
    .trim();
}

/** Words, placeholders and punctuation marks, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\{\d+\}|[\p{L}\p{M}\p{N}_$]+|[^\s\p{L}\p{M}\p{N}_$]/gu) ?? [];
}

/** Two messages with at most this share of their words different say the same of different things. */
const alike = 1 / 3;

/**
 * The first of the messages that each one belongs together with: those that differ in at most a third of their words,
 * and whatever these are like in turn. A group is trained on as a whole, or held out as a whole.
 */
export function groupsOf(texts: readonly (readonly string[])[]): number[] {
  const ids = new Map(texts.flat().map((word, k) => [word, k]));
  const rows = texts.map((words) => Int32Array.from(words, (word) => ids.get(word)!));
  const sorted = rows.map((row) => row.slice().sort());
  const group = texts.map((_, k) => k);
  const first = (k: number): number => (group[k] === k ? k : (group[k] = first(group[k]!)));
  for (let a = 0; a < rows.length; a++) {
    for (let b = a + 1; b < rows.length; b++) {
      const most = Math.floor(alike * Math.max(rows[a]!.length, rows[b]!.length));
      // No edit distance is below what the bags of words differ in.
      if (unshared(sorted[a]!, sorted[b]!) > most || first(a) === first(b)) continue;
      if (editDistance(rows[a]!, rows[b]!) > most) continue;
      const [low, high] = [Math.min(first(a), first(b)), Math.max(first(a), first(b))];
      group[high] = low;
    }
  }
  return texts.map((_, k) => first(k));
}

/** How many elements of the longer of two sorted rows the other one lacks. */
function unshared(a: Int32Array, b: Int32Array): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) [i, j, shared] = [i + 1, j + 1, shared + 1];
    else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return Math.max(a.length, b.length) - shared;
}

/** Insertions, deletions and replacements between two rows (Levenshtein 1966). */
export function editDistance(a: ArrayLike<number | string>, b: ArrayLike<number | string>): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[b.length]!;
}
