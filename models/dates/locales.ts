/** Which locales the dates are written in, and which digits people use there besides the locale's usual ones. */

/** BCP 47 tags, by script and then language. All have data of their own in ICU, none falls back to another. */
export const locales: readonly string[] = Object.freeze([
  // Latin
  'en-US',
  'en-GB',
  'en-CA',
  'de-DE',
  'de-AT',
  'fr-FR',
  'fr-CA',
  'es-ES',
  'pt-BR',
  'it-IT',
  'nl-NL',
  'sv-SE',
  'da-DK',
  'fi-FI',
  'is-IS',
  'et-EE',
  'lv-LV',
  'lt-LT',
  'pl-PL',
  'cs-CZ',
  'hu-HU',
  'ro-RO',
  'hr-HR',
  'tr-TR',
  'az-AZ',
  'eu-ES',
  'ca-ES',
  'ga-IE',
  'cy-GB',
  'vi-VN',
  'id-ID',
  'sw-KE',
  // Cyrillic, Greek, Armenian, Georgian
  'ru-RU',
  'uk-UA',
  'bg-BG',
  'sr-RS',
  'kk-KZ',
  'mn-MN',
  'el-GR',
  'hy-AM',
  'ka-GE',
  // Right to left: Hebrew, Arabic
  'he-IL',
  'ar-EG',
  'fa-IR',
  'ur-PK',
  // Scripts of India and Nepal
  'hi-IN',
  'mr-IN',
  'ne-NP',
  'bn-BD',
  'gu-IN',
  'pa-IN',
  'ta-IN',
  'te-IN',
  'kn-IN',
  'ml-IN',
  // South-east Asia, Ethiopia
  'th-TH',
  'lo-LA',
  'km-KH',
  'my-MM',
  'am-ET',
  // East Asia
  'ja-JP',
  'zh-Hans',
  'zh-Hant',
  'ko-KR',
]);

/**
 * Six locales for a small demonstration: all three orders of day, month and year, two pairs that differ only in
 * order or names, and three scripts.
 */
export const demoLocales: readonly string[] = Object.freeze(['en-US', 'en-GB', 'de-DE', 'fr-FR', 'ru-RU', 'ja-JP']);

/**
 * Native decimal digits by language, as CLDR lists them (`numbers/otherNumberingSystems/native`). `Intl` accepts the
 * numbering system only by its own name, not as `-u-nu-native`.
 */
export const nativeDigits: Readonly<Record<string, string>> = Object.freeze({
  ar: 'arab',
  fa: 'arabext',
  ur: 'arabext',
  hi: 'deva',
  mr: 'deva',
  ne: 'deva',
  bn: 'beng',
  gu: 'gujr',
  pa: 'guru',
  ta: 'tamldec',
  te: 'telu',
  kn: 'knda',
  ml: 'mlym',
  th: 'thai',
  lo: 'laoo',
  km: 'khmr',
  my: 'mymr',
  zh: 'hanidec',
  ja: 'hanidec',
});
