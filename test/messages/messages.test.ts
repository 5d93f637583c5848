/** Messages to be translated: their split, their symbols, BLEU, the tasks that are made of them, the mean of checkpoints. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { evaluationTable } from '../../compiler/cli/task/table.ts';
import { bleu, tokens13a } from '../../models/messages/bleu.ts';
import { learnMerges, subwords } from '../../models/messages/bpe.ts';
import { editDistance, groupsOf, messagesIn, normalised, wordsOf } from '../../models/messages/messages.ts';
import { bleuIn } from '../../models/messages/lengths.ts';
import { lengthNames, measured, messageSetting } from '../../models/messages/task.ts';
import { task as bahdanau } from '../../models/bahdanau/task.ts';
import { task as seq2seq } from '../../models/seq2seq/task.ts';
import { meanOf } from '../../models/transformer/average.ts';
import { task as transformer } from '../../models/transformer/task.ts';
import type { TensorFile } from '../../runtime/index.ts';

describe('the messages', () => {
  const messages = messagesIn(['de', 'fr']);

  it('are some two thousand, each in every language asked for', () => {
    expect(messages.length).toBeGreaterThan(2000);
    const one = messages.find(({ key }) => key === 'Unterminated_string_literal_1002');
    expect(one).toMatchObject({
      english: 'Unterminated string literal.',
      translations: { de: 'Nicht abgeschlossenes Zeichenfolgenliteral.', fr: 'Littéral de chaîne inachevé.' },
    });
  });

  it('are split so that no message is like one of another part', () => {
    const parts = (['train', 'validation', 'test'] as const).map((part) => messages.filter((message) => message.part === part));
    for (const part of parts.slice(1)) {
      expect(part.length).toBeGreaterThan(0.07 * messages.length);
      expect(part.length).toBeLessThan(0.14 * messages.length);
    }
    const words = parts.map((part) => part.map(({ english }) => wordsOf(english)));
    // A part of them, since every pair of messages is a lot.
    for (const held of words[2]!.filter((_, k) => k % 4 === 0)) {
      for (const own of [...words[0]!, ...words[1]!]) {
        const longer = Math.max(held.length, own.length);
        if (3 * (longer - Math.min(held.length, own.length)) > longer) continue;
        expect(3 * editDistance(held, own), `${held.join(' ')} / ${own.join(' ')}`).toBeGreaterThan(longer);
      }
    }
  });

  it('have quotation marks and spaces of one kind', () => {
    expect(normalised('Der Typ „{0}“ darf ‘a’ nicht.')).toBe('Der Typ "{0}" darf "a" nicht.');
    expect(normalised("Le type «\u00a0{0}\u00a0» n’est pas 'b'.")).toBe('Le type "{0}" n\'est pas "b".');
    expect(normalised("The `x` can't  be '{0}'.")).toBe('The "x" can\'t be "{0}".');
  });
});

it('messages that differ in at most a third of their words are of one group, and so are those between which there are such', () => {
  const groups = groupsOf(['a b c d e f', 'x', 'a b c d y z', 'a b u v y z', 'x y', 'f e d c b a'].map((text) => text.split(' ')));
  expect(groups).toEqual([0, 1, 0, 0, 4, 5]);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance([], ['a'])).toBe(1);
});

describe('byte-pair encoding', () => {
  it('merges what is most frequent: the example of the paper, with a space before a word for its end', () => {
    const texts = [
      ...Array<string>(5).fill('low'),
      ...Array<string>(2).fill('lowest'),
      ...Array<string>(6).fill('newer'),
      ...Array<string>(3).fill('wider'),
    ];
    expect(learnMerges(texts, 4)).toEqual([
      ['e', 'r'],
      ['▁', 'l'],
      ['▁l', 'o'],
      ['▁lo', 'w'],
    ]);
  });

  it('gives every text back', () => {
    const texts = ['The type "{0}" has no property "{1}".', 'The type is not a type.', 'Типы – no types (12 of them)?'];
    const { symbols, encode, decode } = subwords(texts, 30, ['<de>']);
    expect(symbols.slice(0, 4)).toEqual(['<unk>', '<start>', '<end>', '<de>']);
    expect(new Set(symbols).size).toBe(symbols.length);
    for (const text of [...texts, '12 types {1} (no type?)']) expect(decode(encode(text))).toBe(text);
    expect(encode('type')).toHaveLength(1);
    // A placeholder is never taken apart; what was not seen is unknown.
    expect(encode('{1}').length).toBeLessThanOrEqual(2);
    expect(decode(encode('the {7}'))).toBe('the <unk>');
    expect(encode('')).toEqual(encode(' '));
  });

  it('merges nothing that occurs once', () => {
    expect(learnMerges(['ab'], 10)).toEqual([]);
  });
});

test('BLEU is what sacrebleu computes, to the last digits', () => {
  const file = new URL('./bleu.json', import.meta.url);
  const { signature, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly signature: string;
    readonly cases: readonly {
      readonly answers: readonly string[];
      readonly references: readonly string[];
      readonly tokens: readonly string[];
      readonly score: number;
    }[];
  };
  expect(signature).toMatch(/^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|/u);
  for (const { answers, references, tokens, score } of cases) {
    expect(answers.map((answer) => tokens13a(answer).join(' '))).toEqual(tokens);
    expect(bleu(answers, references)).toBeCloseTo(score, 9);
  }
  expect(() => bleu(['a'], [])).toThrow('expected a reference for each of 1 answers, given 0');
});

describe('the task', () => {
  it('is told of by length and by language', () => {
    const example = (group: string, english: string, answer: string) => ({ group, shown: `${group}: ${english}`, answer });
    const evaluation = measured(
      [example('de', 'One two.', 'Eins und zwei.'), example('fr', 'One two three: four five six.', 'Un deux trois quatre.')],
      ['Eins und zwei.', 'Un deux quatre trois.'],
    );
    const { rows } = evaluation;
    expect(rows.map(({ group, examples, values: [, exact] }) => [group, examples, exact])).toEqual([
      ['all', 2, 0.5],
      ['1 to 5 words', 1, 1],
      ['6 to 8 words', 1, 0],
      ['de', 1, 1],
      ['fr', 1, 0],
    ]);
    expect(rows[1]!.values[0]).toBeCloseTo(100);
    expect(lengthNames.slice(0, 2)).toEqual(['1 to 5 words', '6 to 8 words']);
    // What is printed is what the picture by length is drawn from.
    const printed = bleuIn(evaluationTable(evaluation).join('\n'));
    for (const { group, values } of rows) expect(printed.get(group), group).toBeCloseTo(values[0]!, 1);
    expect(printed.size).toBe(rows.length);
  });

  it('reads a language and a message, and writes what it was trained on', async () => {
    const configuration = transformer.configurations.translation!;
    const { languages } = messageSetting(configuration)!;
    const { dims, train, test: held, parse, show, samples } = await transformer.open(configuration);
    if (!Array.isArray(train)) throw new Error('expected examples');
    expect(train.length).toBeGreaterThan(1500 * languages.length);
    const [size] = Object.values(dims);
    for (const { input, target } of held.slice(0, 50)) for (const id of [...input.tokens, ...target.y]) expect(id).toBeLessThan(size!);
    const one = train[7]!;
    expect(show({ ids: Int32Array.from(one.target.y), logProbability: 0, score: 0, ended: true, taps: {}, all: [] })).toBe(one.answer);
    expect(parse(one.shown).input).toEqual(one.input);
    for (const line of samples) expect(parse(line).shown).toBe(line);
    for (const line of ['', 'A type.', 'xx: A type.', `${languages[0]}:`])
      expect(() => parse(line)).toThrow('expected a language and a message in English');
  });

  it('is the same for every model', () => {
    const settings = [transformer, bahdanau, seq2seq].map(({ configurations }) => messageSetting(configurations.translation!));
    expect(settings).toEqual(Array(3).fill(settings[0]));
    expect(settings[0]).not.toBeNull();
  });

  it('refuses a language that there is no translation into', () => {
    const { translation } = transformer.configurations;
    expect(() => messageSetting({ ...translation!, settings: { languages: ['de', 'la'] } })).toThrow('given la');
    expect(messageSetting(transformer.configurations.full!)).toBeNull();
  });
});

test('the mean of checkpoints is of parameters alone, and of all that each has', () => {
  const file = (data: readonly number[]): TensorFile => ({
    tensors: new Map([
      ['a.W', { shape: [2, 1], data: Float32Array.from(data) }],
      ['optimizer:first/a.W', { shape: [2, 1], data: Float32Array.of(9, 9) }],
    ]),
    metadata: new Map([
      ['step', `${data[0]}`],
      ['training', '{}'],
    ]),
  });
  expect(meanOf([file([1, 2]), file([2, 3]), file([6, -5])])).toEqual({
    tensors: new Map([['a.W', { shape: [2, 1], data: Float32Array.of(3, 0) }]]),
    metadata: new Map([['step', '6']]),
  });
  expect(() => meanOf([])).toThrow('at least one checkpoint');
  expect(() => meanOf([file([1]), file([1, 2])])).toThrow('`a.W` of 2 numbers');
});
