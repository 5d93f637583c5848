/** The data of models/ntm. */
import { describe, expect, it } from 'vitest';
import { generator } from '../../models/dates/task.ts';
import { sequenceTasks, written, type Sequence } from '../../models/ntm/sequences.ts';
import { task } from '../../models/ntm/task.ts';

const asked = ({ target, answering }: Sequence): string[] =>
  target
    .filter((_, step) => answering[step])
    .map((bits) =>
      bits.length === 1 ? String(bits[0]) : bits.length === 9 ? `${written(bits.slice(0, 8))}${bits[8] === 1 ? '.' : ''}` : written(bits),
    );
const read = ({ x, answering }: Sequence): readonly (readonly number[])[] => x.filter((_, step) => !answering[step]);
const named = (name: string) => sequenceTasks[name]!;

describe.each(Object.keys(sequenceTasks))('%s', (name) => {
  const { bits, out, sizeOf, tests, parse, samples } = named(name);
  /** What is asked is the next of what is read. */
  const isChance = name === 'ngrams';
  const train = (random: () => number, share = 1): Sequence => sizeOf(random, share)(random);

  it(`has rows of its widths, and answers ${isChance ? 'from some step on' : 'after all that is read'}`, () => {
    const random = generator(7);
    for (const sequence of [
      ...Array.from({ length: 50 }, () => train(random)),
      ...tests.map(({ draw }) => draw(random)),
      ...samples.map(parse),
    ]) {
      const { x, target, answering } = sequence;
      expect(x.every((row) => row.length === bits) && target.every((row) => row.length === out)).toBe(true);
      expect([x.length, target.length]).toEqual([answering.length, answering.length]);
      const first = answering.indexOf(true);
      expect(answering.every((asks, step) => asks === step >= first)).toBe(true);
      const later = x.slice(first).flat();
      expect(isChance || later.every((value) => value === 0)).toBe(true);
      expect(target.flat().every((bit) => bit === 0 || bit === 1)).toBe(true);
    }
  });

  it('draws batches of one size, small ones first', () => {
    const random = generator(5);
    for (const share of [0.2, 1]) {
      const draw = sizeOf(random, share);
      const lengths = new Set(Array.from({ length: 8 }, () => draw(random).x.length));
      expect(lengths.size).toBe(1);
    }
    const longest = (share: number): number => Math.max(...Array.from({ length: 60 }, () => train(random, share).x.length));
    expect(longest(0.4)).toBeLessThan(longest(1));
  });

  it('reads what it writes', () => {
    const random = generator(3);
    for (let k = 0; k < 10; k++) {
      const sequence = train(random);
      if (name === 'sort') continue; // Its priorities are written with two digits.
      // A query that stands twice among the items means the first.
      expect(asked(parse(sequence.shown))).toEqual(asked(sequence));
      expect(parse(sequence.shown).x).toEqual(sequence.x);
    }
  });

  it('says what is wrong with a line', () => {
    for (const line of ['', 'hello', 'c0 ff ?', '1']) expect(() => parse(line)).toThrow(RangeError);
  });
});

it('copies, after a mark', () => {
  const sequence = named('copy').parse('c0 01');
  expect(read(sequence)).toEqual([
    [1, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 1],
  ]);
  expect(asked(sequence)).toEqual(['c0', '01']);
});

it('repeats, and ends', () => {
  const sequence = named('repeat').parse('c0 01 x3');
  expect(asked(sequence)).toEqual(['c0', '01', 'c0', '01', 'c0', '01', '00.']);
  const counts = Array.from({ length: 10 }, (_, k) => read(named('repeat').parse(`c0 x${k + 1}`)).at(-1)![9]!);
  expect(counts.reduce((a, b) => a + b)).toBeCloseTo(0, 10);
  expect(counts.reduce((sum, count) => sum + count ** 2, 0) / 10).toBeCloseTo(1, 10);
  // The same, told by marks.
  const marked = named('repeat-marks').parse('c0 01 x3');
  expect(asked(marked)).toEqual(asked(sequence));
  expect(read(marked).slice(2)).toEqual(Array.from({ length: 3 }, () => [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]));
});

it('recalls the item behind the one asked about', () => {
  const sequence = named('recall').parse('17 52 03, 44 10 71, 05 66 30 ? 44 10 71');
  expect(asked(sequence)).toEqual(['05', '66', '30']);
  expect(() => named('recall').parse('17 52 03, 44 10 71 ? 44 10 71')).toThrow(/not the last/u);
});

it('sorts by priority, the highest first', () => {
  expect(asked(named('sort').parse('c0:-0.5 ff:0.9 ee:0.1'))).toEqual(['ff', 'ee', 'c0']);
});

it('asks for the next bit, which an observer estimates from what followed the same five', () => {
  const { target, ideal } = named('ngrams').parse('0000010000010000011');
  expect(target.flat().join('')).toBe('000010000010000011');
  // After 00000: never seen, then 1 each time.
  expect([ideal![0], ideal![6], ideal![12]]).toEqual([0.5, 1.5 / 2, 2.5 / 3]);
  const random = generator(11);
  const costs = Array.from({ length: 40 }, () => {
    const { draw } = named('ngrams').tests[0]!;
    const drawn = draw(random);
    const bits = drawn.target.flat().slice(4);
    return bits.reduce((sum, bit, at) => sum - Math.log2(bit === 1 ? drawn.ideal![at]! : 1 - drawn.ideal![at]!), 0) / bits.length;
  });
  // Between what the tables themselves cost, and a bit.
  const mean = costs.reduce((a, b) => a + b) / costs.length;
  expect(mean).toBeGreaterThan(0.5);
  expect(mean).toBeLessThan(0.8);
});

it('counts wrong bits, and shows what the input is written as', async () => {
  const opened = await task.open(task.configurations.repeat!);
  const example = opened.test[0]!;
  expect(opened.test).toHaveLength(3 * 64);
  const bits = example.target.target.filter((_, step) => Boolean(example.target.answering[step])).map((row) => Array.from(row));
  expect(opened.show(bits)).toBe(example.answer);
  expect(opened.show(bits)).toMatch(/^(?:[0-9a-f]{2} )+00\.$/u);
});
