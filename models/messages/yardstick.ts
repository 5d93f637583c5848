/**
 * What can be had without a network: BLEU of the English text as it is, and of the translation that the most similar
 * training message has; and how similar that is. `npx tsx models/messages/yardstick.ts de es`
 */
import { bleu } from './bleu.ts';
import { editDistance, languages, messagesIn, wordsOf, type Language, type Message, type Part } from './messages.ts';

const given = process.argv.slice(2);
const chosen = languages.filter((language) => given.length === 0 || given.includes(language));
const messages = messagesIn(chosen);
const of = (wanted: Part): readonly Message[] => messages.filter(({ part }) => part === wanted);
const [train, test] = [of('train'), of('test')];
console.log(
  `${messages.length} messages: ${train.length} for training, ${of('validation').length} for validation, ${test.length} for the test`,
);

const trainWords = train.map(({ english }) => wordsOf(english));
const nearest = test.map(({ english }) => {
  const own = wordsOf(english);
  const shares = trainWords.map((words) => editDistance(own, words) / Math.max(own.length, words.length));
  const least = shares.reduce((best, share, k) => (share < shares[best]! ? k : best), 0);
  return { message: train[least]!, share: shares[least]! };
});
const sorted = nearest.map(({ share }) => share).sort((a, b) => a - b);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
console.log(
  `words by which a test message differs from the nearest for training: at least ${percent(sorted[0]!)}, half of them ${percent(sorted[Math.floor(sorted.length / 2)]!)} or more`,
);

const score = (text: (k: number, language: Language) => string, among: readonly Language[]): string =>
  bleu(
    among.flatMap((language) => test.map((_, k) => text(k, language))),
    among.flatMap((language) => test.map(({ translations }) => translations[language]!)),
  ).toFixed(1);
for (const [name, among] of [['all', chosen] as const, ...chosen.map((language) => [language, [language]] as const)])
  console.log(
    `${name.padEnd(6)} English as it is: BLEU ${score((k) => test[k]!.english, among)}; the nearest message: BLEU ${score((k, language) => nearest[k]!.message.translations[language]!, among)}`,
  );
