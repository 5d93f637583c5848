/** The data of models/transformer. */
import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../compiler/cli/task/open.ts';
import { generator } from '../../models/dates/task.ts';
import { ordered, splitOf, symbols } from '../../models/sequences/sequences.ts';
import { task } from '../../models/transformer/task.ts';
import type { Generated, TaskExample } from '../../runtime/index.ts';

const opened = (name: string) => task.open(task.configurations[name]!);
const answered = (ids: readonly number[]): Generated => ({
  ids: Int32Array.from(ids),
  logProbability: 0,
  score: 0,
  ended: true,
  taps: {},
  all: [],
});

describe('words to be reversed and to be sorted', () => {
  test('have the right answers, ended, also where letters repeat', async () => {
    expect(ordered('banana', 'reversal')).toBe('ananab');
    expect(ordered('banana', 'sorting')).toBe('aaabnn');
    for (const name of ['reversal', 'sorting'] as const) {
      const { test: held, show } = await opened(name);
      for (const { shown, target, answer } of held.slice(-20)) {
        expect(answer).toBe(ordered(shown, name));
        expect(symbols[target.y[target.y.length - 1]!]).toBe('<end>');
        expect(show(answered([...target.y]))).toBe(answer);
      }
    }
  });

  test('no word of one part is in another', async () => {
    const { train, validation, test: held } = await opened('sorting');
    if (typeof train !== 'function') throw new Error('expected a source that draws');
    const random = generator(3);
    for (let k = 0; k < 2000; k++) expect(splitOf(train(random).shown)).toBe('train');
    for (const { shown } of validation) expect(splitOf(shown)).toBe('validation');
    for (const { shown } of held) expect(splitOf(shown)).toBe('test');
  });

  test('the test set is always the same, holds no word twice, and words of every length', async () => {
    const words = async (): Promise<string[]> => (await opened('reversal')).test.map(({ shown }) => shown);
    const all = await words();
    expect(await words()).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(3000);
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set(Array.from({ length: 20 }, (_, k) => k + 1)));
  });

  test('a typed word is taken in any case, anything else is refused', async () => {
    const { parse } = await opened('reversal');
    expect(parse(' Word ')).toEqual({ input: { tokens: Int32Array.of(25, 17, 20, 6, 2) }, shown: 'word' });
    for (const line of ['', 'two words', 'ä', 'a'.repeat(21)]) expect(() => parse(line)).toThrow(/a word of 1 to 20 letters/u);
  });
});

describe('dates', () => {
  test('input and answer are written in one vocabulary, whose size the model is given', async () => {
    const { dims, test: held, parse, show } = await opened('full');
    expect(dims).toEqual({ vocab: 973 });
    const ids = ({ input, target }: TaskExample<{ readonly tokens: Iterable<number> }, { readonly y: Iterable<number> }>): number[] => [
      ...input.tokens,
      ...target.y,
    ];
    for (const example of held.slice(0, 200)) for (const id of ids(example)) expect(id).toBeLessThan(973);
    const date = held[0]!;
    expect(show(answered([...date.target.y]))).toBe(date.answer);
    // The digits of the input are those of the answer.
    const { input } = parse('en-US: March 5, 2031');
    expect(input.tokens[input.tokens.length - 1]).toBe((await opened('full')).test.find(({ answer }) => answer.endsWith('1'))!.target.y[9]);
  });
});

test('every configuration says what its program is compiled with', () => {
  for (const { set, dims } of Object.values(task.configurations)) {
    expect(Object.keys(set ?? {})).toContain('layers');
    expect(dims.model! % dims.heads!).toBe(0);
  }
});

test('what the user sets comes before what the configuration sets', () => {
  const { full } = task.configurations;
  const set = settingsOf({ ...full!, set: { layers: 2, norm: 'pre' } }, new Map([['layers', 3]]));
  expect([...set]).toEqual([
    ['layers', 3],
    ['norm', 'pre'],
  ]);
  expect(settingsOf({ ...full!, set: {} }, new Map()).size).toBe(0);
});
