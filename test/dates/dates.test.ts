import { describe, expect, test } from 'vitest';
import {
  dateFormats,
  dayCount,
  demoLocales,
  everyExample,
  isoOf,
  locales,
  parseTyped,
  sampleExamples,
  sourceTokens,
  sharedVocabulary,
  sourceVocabulary,
  splitOf,
  targetVocabulary,
  type DateFormat,
  type Split,
} from '../../models/dates/dates.ts';
import { vocabularyRecord } from '../../models/dates/vocabulary.ts';

/** Numerical Recipes' linear congruential generator: enough for sampling in a test. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function formatOf(locale: string, style: string, digits: string): DateFormat {
  const found = dateFormats([locale]).find((format) => format.style === style && format.digits === digits);
  if (found === undefined) throw new Error(`no ${style} format with ${digits} digits for ${locale}`);
  return found;
}

const everyDay = Array.from({ length: dayCount }, (_, day) => day);
const day20310409 = everyDay.find((day) => isoOf(day) === '2031-04-09')!;
/** The texts of another ICU than the recorded one may differ in details. */
const sameIcu = process.versions.icu === vocabularyRecord().icu;

describe('dates', () => {
  test('cover the years 2000 to 2099', () => {
    expect(isoOf(0)).toBe('2000-01-01');
    expect(isoOf(dayCount - 1)).toBe('2099-12-31');
  });

  test('are written as people write them', () => {
    expect(formatOf('de-AT', 'long', 'latn').write(day20310409)).toBe('9. April 2031');
    expect(formatOf('ja-JP', 'long', 'latn').write(day20310409)).toBe('2031年4月9日');
    expect(formatOf('fr-FR', 'full', 'latn').write(day20310409)).toBe('mercredi 9 avril 2031');
  });

  test.each([
    ['ar-EG', 'arab', '٢٠٣١'],
    ['fa-IR', 'arabext', '۲۰۳۱'],
    ['hi-IN', 'deva', '२०३१'],
    ['bn-BD', 'beng', '২০৩১'],
    ['th-TH', 'thai', '๒๐๓๑'],
    ['km-KH', 'khmr', '២០៣១'],
    ['my-MM', 'mymr', '၂၀၃၁'],
    ['zh-Hans', 'hanidec', '二〇三一'],
  ])('%s has its native digits', (locale, digits, year) => {
    expect(formatOf(locale, 'long', digits).write(day20310409)).toContain(year);
  });

  test('every locale has data of its own', () => {
    expect(locales.length).toBeGreaterThanOrEqual(48);
    expect(new Set(locales).size).toBe(locales.length);
    for (const locale of locales) {
      expect(new Intl.DateTimeFormat(locale, { calendar: 'gregory' }).resolvedOptions().locale).toBe(locale);
    }
  });

  test('no text of a locale means two dates', () => {
    // Whole years catch swaps of day and month; every eleventh day of the century catches two-digit years.
    const days = everyDay.filter((day) => day % 11 === 0 || isoOf(day).startsWith('2011'));
    const ambiguous: string[] = [];
    for (const locale of locales) {
      const meaning = new Map<string, number>();
      for (const { write } of dateFormats([locale])) {
        for (const day of days) {
          const text = write(day);
          if ((meaning.get(text) ?? day) !== day) ambiguous.push(`${locale} ${text}`);
          meaning.set(text, day);
        }
      }
    }
    expect(ambiguous).toEqual([]);
  });
});

describe('split', () => {
  test('is 80 to 10 to 10, in every month and every decade', () => {
    const share = (days: readonly number[], split: Split): number =>
      days.filter((day) => splitOf(isoOf(day)) === split).length / days.length;
    const months = Array.from({ length: 12 }, (_, m) => everyDay.filter((day) => Number(isoOf(day).slice(5, 7)) === m + 1));
    const decades = Array.from({ length: 10 }, (_, d) => everyDay.filter((day) => Number(isoOf(day)[2]) === d));
    for (const days of [everyDay, ...months, ...decades]) {
      expect(Math.abs(share(days, 'train') - 0.8)).toBeLessThan(0.025);
      expect(Math.abs(share(days, 'validation') - 0.1)).toBeLessThan(0.02);
      expect(Math.abs(share(days, 'test') - 0.1)).toBeLessThan(0.02);
    }
  });

  test('stays what checkpoints were trained with', () => {
    const tests = everyDay.map(isoOf).filter((iso) => splitOf(iso) === 'test');
    expect(tests).toHaveLength(3648);
    expect(tests.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "2000-01-13",
        "2000-01-21",
        "2000-01-28",
      ]
    `);
  });

  test('samples come from their part alone, and the parts share no date', () => {
    const dates = (split: Split): Set<string> => new Set(sampleExamples(generator(1), split, demoLocales, 2000).map(({ iso }) => iso));
    const [train, validation, tests] = [dates('train'), dates('validation'), dates('test')];
    expect([...train].filter((iso) => validation.has(iso) || tests.has(iso))).toEqual([]);
    expect([...validation].filter((iso) => tests.has(iso))).toEqual([]);
  });

  test('refuses what is not a date', () => {
    expect(() => splitOf('9. April 2031')).toThrow(/expected a date such as 2031-04-09, given "9. April 2031"/);
  });
});

describe('sampling', () => {
  test('the same numbers give the same examples', () => {
    const once = sampleExamples(generator(7), 'train', locales, 300);
    expect(sampleExamples(generator(7), 'train', dateFormats(), 300)).toEqual(once);
    expect(sampleExamples(generator(8), 'train', locales, 300)).not.toEqual(once);
  });

  test('gives every locale its share', () => {
    const drawn = sampleExamples(generator(3), 'train', locales, 6400).map(({ locale }) => locale);
    const counts = locales.map((locale) => drawn.filter((one) => one === locale).length);
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
  });

  test('an example is the text of its date', () => {
    for (const { locale, style, digits, text, iso } of sampleExamples(generator(5), 'test', locales, 200)) {
      const shown = new Intl.DateTimeFormat(locale, {
        dateStyle: style,
        numberingSystem: digits,
        calendar: 'gregory',
        timeZone: 'UTC',
      }).format(new Date(iso));
      expect(text).toBe(shown);
    }
  });

  test('every example of a part is listed once', () => {
    const examples = [...everyExample('validation', ['en-US'])];
    expect(examples).toHaveLength(4 * 3694);
    expect(new Set(examples.map(({ style, iso }) => `${style} ${iso}`)).size).toBe(examples.length);
  });

  test('refuses an unknown or missing locale', () => {
    expect(() => sampleExamples(generator(1), 'train', ['de-XX'], 1)).toThrow(/Unknown locale "de-XX". Did you mean de-DE/);
    expect(() => sampleExamples(generator(1), 'train', [], 1)).toThrow(/at least one locale/);
  });
});

describe('source vocabulary', () => {
  const vocabulary = sourceVocabulary(locales);

  test('is pad, unknown, the tags and the code points in order', () => {
    const { tokens } = vocabulary;
    expect(tokens.slice(0, 3)).toEqual(['<pad>', '<unk>', `<${locales[0]}>`]);
    const points = tokens.slice(2 + locales.length).map((token) => token.codePointAt(0)!);
    expect(points).toEqual([...points].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test('keeps its size, which checkpoints depend on', () => {
    expect(vocabulary.tokens).toHaveLength(972);
    expect(sourceVocabulary(demoLocales).tokens).toHaveLength(101);
  });

  test('tokens survive encoding and decoding', () => {
    for (const example of sampleExamples(generator(11), 'train', locales, 500)) {
      const tokens = sourceTokens(example);
      const known = tokens.map((token) => (vocabulary.tokens.includes(token) ? token : '<unk>'));
      expect(vocabulary.decode(vocabulary.encode(tokens))).toEqual(known);
      if (sameIcu) expect(known).toEqual(tokens);
    }
  });

  test('holds nearly every character of another version of the locale data', () => {
    const texts = sampleExamples(generator(13), 'train', locales, 3000).map(({ text }) => text);
    const characters = [...texts.join('')];
    const unknown = characters.filter((character) => !vocabulary.tokens.includes(character));
    expect(unknown.length / characters.length).toBeLessThan(0.01);
  });

  test('an odd character is unknown, an odd tag an error', () => {
    expect([...vocabulary.encode(['<en-US>', '🙂'])]).toEqual([2, 1]);
    expect(() => vocabulary.encode(['<xx-XX>', '1'])).toThrow(/Unknown token "<xx-XX>" .* at position 0/);
    expect(() => vocabulary.decode([3, 5000])).toThrow(/Id 5000 at position 1 is not a token/);
  });

  test('texts have at most the recorded length', () => {
    const { locales: records } = vocabularyRecord();
    expect(Math.max(...Object.values(records).map(({ longest }) => longest))).toBe(48);
    expect(Math.max(...demoLocales.map((locale) => records[locale]!.longest))).toBe(32);
    for (const { locale, text } of sampleExamples(generator(17), 'train', locales, 2000)) {
      if (sameIcu) expect([...text].length).toBeLessThanOrEqual(records[locale]!.longest);
    }
  });

  test('the record has the shape its type promises', () => {
    const record = vocabularyRecord();
    expect(Object.keys(record.locales)).toEqual([...locales]);
    for (const { formats, characters, longest } of Object.values(record.locales)) {
      expect(formats.length).toBeGreaterThan(0);
      for (const { style, digits } of formats) {
        expect(['full', 'long', 'medium', 'short']).toContain(style);
        expect(Intl.supportedValuesOf('numberingSystem')).toContain(digits);
      }
      expect(new Set(characters).size).toBe([...characters].length);
      expect(longest).toBeGreaterThan(5);
    }
  });
});

describe('target vocabulary', () => {
  test('is pad, start, end, hyphen and the digits', () => {
    expect(targetVocabulary.tokens.join(' ')).toBe('<pad> <start> <end> - 0 1 2 3 4 5 6 7 8 9');
    expect([...targetVocabulary.encode(['<start>', '2', '-', '<end>'])]).toEqual([1, 6, 3, 2]);
  });

  test('names what it does not know, and where', () => {
    expect(() => targetVocabulary.encode(['2', '0', 'x'])).toThrow(/Unknown token "x" \(U\+0078\) at position 2/);
  });
});

describe('shared vocabulary', () => {
  const vocabulary = sharedVocabulary(locales);

  test('is unknown, start, end, the tags and the code points of both sides in order', () => {
    const { tokens } = vocabulary;
    expect(tokens.slice(0, 4)).toEqual(['<unk>', '<start>', '<end>', `<${locales[0]}>`]);
    const points = tokens.slice(3 + locales.length).map((token) => token.codePointAt(0)!);
    expect(points).toEqual([...points].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test('keeps its size, which checkpoints depend on', () => {
    expect(vocabulary.tokens).toHaveLength(973);
  });

  test('holds what either side holds', () => {
    for (const token of [...sourceVocabulary(locales).tokens, ...targetVocabulary.tokens]) {
      if (token !== '<pad>') expect(vocabulary.tokens).toContain(token);
    }
    expect([...vocabulary.encode(['🙂'])]).toEqual([0]);
  });
});

describe('typed lines', () => {
  test('are split into locale and text', () => {
    expect(parseTyped('de-AT: 9. April 2031', locales)).toEqual({ locale: 'de-AT', text: '9. April 2031' });
    expect(parseTyped('  <DE_at>:9. April 2031\n', locales)).toEqual({ locale: 'de-AT', text: '9. April 2031' });
    expect(parseTyped('en-GB: a: b', locales)).toEqual({ locale: 'en-GB', text: 'a: b' });
  });

  test.each([
    ['9. April 2031', /Expected the tag of a locale, a colon and a date.*known only with the locale/],
    ['de-AU: 9. April', /Unknown locale "de-AU". Did you mean de-AT or de-DE\?/],
    ['qq: 1', /Unknown locale "qq". Known: en-US/],
    ['de-AT:  ', /Expected a date after "de-AT:", given nothing/],
  ])('%s is refused', (line, message) => {
    expect(() => parseTyped(line, locales)).toThrow(message);
  });
});
