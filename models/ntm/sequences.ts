/**
 * The algorithmic tasks of Graves, Wayne & Danihelka 2014, sec. 4: what is read at each step, and what is to be answered.
 * A task knows how to draw a sequence of a given size, and how people write one.
 */

/** One sequence of steps. */
export interface Sequence {
  /** By step, the numbers read. */
  readonly x: readonly (readonly number[])[];
  /** By step, the bits to answer; zeros where nothing is asked. */
  readonly target: readonly (readonly number[])[];
  /** The steps that answer. */
  readonly answering: readonly boolean[];
  /** Where answers are chances: for each bit that is asked, how likely a 1 is to an observer who knows all but what nobody can. */
  readonly ideal?: readonly number[];
  /** As a person writes it. */
  readonly shown: string;
}

export interface SequenceTask {
  /** Numbers read and bits answered at each step. */
  readonly bits: number;
  readonly out: number;
  /** What draws sequences of one size to train on, a size of up to `share` of the largest: those of a batch need no padding. */
  sizeOf(random: () => number, share: number): (random: () => number) => Sequence;
  /** One far longer than those trained on: what a machine makes of it tells which of its checkpoints has learnt a procedure. */
  readonly beyond?: (random: () => number) => Sequence;
  /** Those of the test, by the name of their group: as long as those trained on, and longer. */
  readonly tests: readonly { readonly group: string; draw(random: () => number): Sequence }[];
  parse(line: string): Sequence;
  readonly samples: readonly string[];
}

type Bits = readonly number[];

const between = (random: () => number, low: number, high: number): number => low + Math.floor((high - low + 1) * random());
const vector = (random: () => number, width: number): Bits => Array.from({ length: width }, () => (random() < 0.5 ? 0 : 1));
const vectors = (random: () => number, count: number, width: number): Bits[] => Array.from({ length: count }, () => vector(random, width));
const zeros = (width: number): number[] => Array.from({ length: width }, () => 0);

/** Bits as digits of base 16, the first bit first; six bits are two digits of base 8. */
export function written(bits: Bits): string {
  const size = bits.length % 4 === 0 ? 4 : 3;
  return Array.from({ length: bits.length / size }, (_, k) =>
    Number.parseInt(bits.slice(size * k, size * (k + 1)).join(''), 2).toString(2 ** size),
  ).join('');
}

function bitsOf(word: string, width: number): Bits {
  const size = width % 4 === 0 ? 4 : 3;
  const pattern = size === 4 ? /^[0-9a-f]+$/iu : /^[0-7]+$/u;
  if (!pattern.test(word) || word.length * size !== width) {
    throw new RangeError(
      `expected ${width} bits as ${width / size} digits of base ${2 ** size}, such as ${size === 4 ? 'c0' : '17'}, given ${JSON.stringify(word)}`,
    );
  }
  return Array.from(word, (digit) =>
    Number.parseInt(digit, 2 ** size)
      .toString(2)
      .padStart(size, '0'),
  )
    .join('')
    .split('')
    .map(Number);
}

/** What is read, and after it as many steps without input as there are answers. */
function sequence(read: readonly Bits[], answers: readonly Bits[], shown: string): Sequence {
  const width = answers[0]!.length;
  const blank = zeros(read[0]!.length);
  return {
    x: [...read, ...answers.map(() => blank)],
    target: [...read.map(() => zeros(width)), ...answers],
    answering: [...read.map(() => false), ...answers.map(() => true)],
    shown,
  };
}

// ---------------------------------------------------------------- sec. 4.1

const byte = 8;

function copied(items: readonly Bits[]): Sequence {
  return sequence([...items.map((item) => [...item, 0]), [...zeros(byte), 1]], items, items.map(written).join(' '));
}

/** The sequence is read, then a mark on a channel of its own; then it is to be told. */
const copy: SequenceTask = {
  bits: byte + 1,
  out: byte,
  sizeOf: (random, share) => {
    const length = between(random, 1, Math.ceil(20 * share));
    return (draw) => copied(vectors(draw, length, byte));
  },
  beyond: (random) => copied(vectors(random, 80, byte)),
  tests: [10, 20, 30, 50, 120].map((length) => ({
    group: `length ${String(length).padStart(3)}`,
    draw: (random) => copied(vectors(random, length, byte)),
  })),
  parse: (line) => copied(words(line).map((word) => bitsOf(word, byte))),
  samples: ['c0 ff ee 15 90 0d', '01 02 04 08 10 20 40 80 40 20 10 08 04 02 01'],
};

// ---------------------------------------------------------------- sec. 4.2

/** Of the numbers 1 to 10: as mean 0 and variance 1. */
const most = 10;
const count = (times: number): number => (times - (1 + most) / 2) / Math.sqrt((most * most - 1) / 12);

/** How often it is to be told: as one number, as the paper has it, or as so many marks, which are counted as bytes are copied. */
type Count = 'number' | 'marks';

function repeated(items: readonly Bits[], times: number, as: Count): Sequence {
  const marks = as === 'number' ? [[1, count(times)]] : Array.from({ length: times }, () => [1, 0]);
  const read = [...items.map((item) => [...item, 0, 0]), ...marks.map((mark) => [...zeros(byte), ...mark])];
  const answers = [...Array.from({ length: times }, () => items.map((item) => [...item, 0])).flat(), [...zeros(byte), 1]];
  return sequence(read, answers, `${items.map(written).join(' ')} x${times}`);
}

/** The sequence is read, then how often it is to be told; after that an end mark on a channel of its own. */
const repeatBy = (as: Count): SequenceTask => ({
  bits: byte + 2,
  out: byte + 1,
  sizeOf: (random, share) => {
    const [length, times] = [between(random, 1, Math.ceil(most * share)), between(random, 1, Math.ceil(most * share))];
    return (draw) => repeated(vectors(draw, length, byte), times, as);
  },
  beyond: (random) => repeated(vectors(random, 15, byte), as === 'number' ? most : 15, as),
  tests: [
    [10, 10],
    [20, 10],
    [10, 20],
  ].map(([length, times]) => ({
    group: `length ${length!} times ${times!}`,
    draw: (random) => repeated(vectors(random, length!, byte), times!, as),
  })),
  parse: (line) => {
    const all = words(line);
    const times = /^x(\d+)$/u.exec(all.at(-1) ?? '')?.[1];
    if (times === undefined || Number(times) < 1 || all.length < 2)
      throw new RangeError(`expected bytes and how often, such as \`c0 ff ee x3\`, given ${JSON.stringify(line)}`);
    return repeated(
      all.slice(0, -1).map((word) => bitsOf(word, byte)),
      Number(times),
      as,
    );
  },
  samples: ['c0 ff ee x3', '01 80 x10'],
});

// ---------------------------------------------------------------- sec. 4.3

const [six, rows] = [6, 3];

function recalled(items: readonly (readonly Bits[])[], asked: number): Sequence {
  const marked = (item: readonly Bits[], item1: number, query: number): Bits[] => [
    [...zeros(six), item1, query],
    ...item.map((row) => [...row, 0, 0]),
  ];
  const read = [...items.flatMap((item) => marked(item, 1, 0)), ...marked(items[asked]!, 0, 1), [...zeros(six), 0, 1]];
  const name = (item: readonly Bits[]): string => item.map(written).join(' ');
  return sequence(read, items[asked + 1]!, `${items.map(name).join(', ')} ? ${name(items[asked]!)}`);
}

function drawnItems(random: () => number, items: number): Sequence {
  const all = Array.from({ length: items }, () => vectors(random, rows, six));
  return recalled(all, between(random, 0, items - 2));
}

/** Items of three vectors, each behind a mark; then one of them between two marks of another kind: which one followed it? */
const recall: SequenceTask = {
  bits: six + 2,
  out: six,
  sizeOf: (random, share) => {
    const items = between(random, 2, Math.max(2, Math.ceil(6 * share)));
    return (draw) => drawnItems(draw, items);
  },
  tests: [2, 4, 6, 8, 10, 12, 15, 20].map((items) => ({
    group: `${String(items).padStart(2)} items`,
    draw: (random) => drawnItems(random, items),
  })),
  parse: (line) => {
    const [list = '', query = '', ...rest] = line.split('?');
    const items = list.split(',').map((item) => words(item).map((word) => bitsOf(word, six)));
    const asked = words(query).map((word) => bitsOf(word, six));
    const place = items.findIndex((item) => item.map(written).join(' ') === asked.map(written).join(' '));
    if (rest.length > 0 || items.some((item) => item.length !== rows) || place < 0 || place > items.length - 2) {
      throw new RangeError(
        `expected items of three numbers of two octal digits and one of them, not the last, such as \`17 52 03, 44 10 71, 05 66 30 ? 44 10 71\`; given ${JSON.stringify(line)}`,
      );
    }
    return recalled(items, place);
  },
  samples: ['17 52 03, 44 10 71, 05 66 30 ? 44 10 71', '01 02 04, 10 20 40, 77 00 77 ? 01 02 04'],
};

// ---------------------------------------------------------------- sec. 4.4

const [context, gramBits] = [5, 200];

/** A chance that is drawn from the Beta(1/2, 1/2) distribution, the arcsine distribution. */
const arcsine = (random: () => number): number => Math.sin((Math.PI / 2) * random()) ** 2;

/** Bits, each of which the five before it decide, by a table that is drawn for the sequence; from the sixth on the next is asked. */
function predicted(bits: Bits): Sequence {
  const seen = new Map<string, [zeros: number, ones: number]>();
  const ideal: number[] = [];
  for (let at = context; at < bits.length; at++) {
    const before = bits.slice(at - context, at).join('');
    const counts = seen.get(before) ?? [0, 0];
    // Eq. (10): the Bayesian estimate, of counts so far.
    ideal.push((counts[1] + 0.5) / (counts[0] + counts[1] + 1));
    counts[bits[at]!]! += 1;
    seen.set(before, counts);
  }
  const read = bits.slice(0, -1);
  return {
    x: read.map((bit) => [bit]),
    target: bits.slice(1).map((bit) => [bit]),
    answering: read.map((_, at) => at >= context - 1),
    shown: bits.join(''),
    ideal,
  };
}

function drawnBits(random: () => number, count: number): Sequence {
  const table = Array.from({ length: 2 ** context }, () => arcsine(random));
  const bits = [...vector(random, context)];
  while (bits.length < count) {
    const before = Number.parseInt(bits.slice(-context).join(''), 2);
    bits.push(random() < table[before]! ? 1 : 0);
  }
  return predicted(bits);
}

/** 200 bits of a random table of 5-grams: how likely is a 1 next? */
const ngrams: SequenceTask = {
  bits: 1,
  out: 1,
  sizeOf: (_random, share) => (draw) => drawnBits(draw, Math.ceil(gramBits * share)),
  tests: [{ group: `${gramBits} bits`, draw: (random) => drawnBits(random, gramBits) }],
  parse: (line) => {
    const bits = line.replace(/\s/gu, '');
    if (!/^[01]{7,}$/u.test(bits))
      throw new RangeError(`expected seven bits or more, such as \`0110100110\`, given ${JSON.stringify(line)}`);
    return predicted(Array.from(bits, Number));
  },
  samples: ['01101001100101101001011001101001', '0000010000010000010000010000010000010'],
};

// ---------------------------------------------------------------- sec. 4.5

interface Ranked {
  readonly bits: Bits;
  readonly priority: number;
}

const [ranked, told] = [20, 16];

function sorted(items: readonly Ranked[], answers: number): Sequence {
  const order = [...items].sort((a, b) => b.priority - a.priority).slice(0, answers);
  const read = [...items.map(({ bits, priority }) => [...bits, priority, 0]), [...zeros(byte), 0, 1]];
  return sequence(
    read,
    order.map(({ bits }) => bits),
    items.map(({ bits, priority }) => `${written(bits)}:${priority.toFixed(2)}`).join(' '),
  );
}

function drawnRanks(random: () => number, items: number): Sequence {
  const all = Array.from({ length: items }, () => ({ bits: vector(random, byte), priority: 2 * random() - 1 }));
  return sorted(all, Math.ceil((told / ranked) * items));
}

/** Twenty vectors, each with a priority; the sixteen of highest priority are to be told, the highest first. */
const sort: SequenceTask = {
  bits: byte + 2,
  out: byte,
  sizeOf: (_random, share) => {
    const items = Math.ceil(ranked * share);
    return (draw) => drawnRanks(draw, items);
  },
  tests: [{ group: `${told} of ${ranked}`, draw: (random) => drawnRanks(random, ranked) }],
  parse: (line) => {
    const items = words(line).map((word): Ranked => {
      const [bits = '', priority = ''] = word.split(':');
      if (priority === '' || !(Math.abs(Number(priority)) <= 1))
        throw new RangeError(`expected a byte and a priority from -1 to 1, such as \`c0:0.5\`, given ${JSON.stringify(word)}`);
      return { bits: bitsOf(bits, byte), priority: Number(priority) };
    });
    return sorted(items, Math.min(told, items.length));
  },
  samples: ['c0:-0.5 ff:0.9 ee:0.1 15:-0.9 90:0.4', '01:0.1 02:0.2 04:0.3 08:0.4 10:0.5 20:0.6 40:0.7 80:0.8'],
};

function words(line: string): string[] {
  const found = line
    .trim()
    .split(/[\s,]+/u)
    .filter((word) => word !== '');
  if (found.length === 0) throw new RangeError('expected a sequence, given nothing');
  return found;
}

export const sequenceTasks: Readonly<Record<string, SequenceTask>> = {
  copy,
  repeat: repeatBy('number'),
  'repeat-marks': repeatBy('marks'),
  recall,
  ngrams,
  sort,
};
