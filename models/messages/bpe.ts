/**
 * Byte-pair encoding: R. Sennrich, B. Haddow & A. Birch, *Neural Machine Translation of Rare Words with Subword Units*,
 * ACL 2016, arXiv:1508.07909. A space is written `▁` and begins the word behind it (Kudo & Richardson 2018), so that
 * symbols put side by side are the text again.
 */

/** A word with the space before it; what is no word, character by character. A placeholder, such as `{0}`, takes its quotation marks along. */
const pieces = /▁?(?:"\{\d+\}"|\{\d+\}|[\p{L}\p{M}]+|\p{N}+|[^▁])/gu;
/** What is never taken apart. */
const units = /\{\d+\}|./gu;
const space = '▁';

/** Words as units: characters, and placeholders. Every word has a space before it, the first one too. */
function unitsOf(text: string): string[][] {
  const spaced = space + text.trim().replace(/\s+/gu, space);
  return Array.from(spaced.match(pieces) ?? [], (word) => word.match(units) ?? []);
}

/** Algorithm 1 of the paper: the pairs of symbols to be merged, the most frequent first; of equally frequent ones the first to be so. */
export function learnMerges(texts: Iterable<string>, count: number): readonly (readonly [string, string])[] {
  return mergesOf(countedWords(texts), count);
}

function mergesOf(words: readonly Word[], count: number): readonly (readonly [string, string])[] {
  const counted = words.map((word) => ({ ...word }));
  const pairs = new Map<string, Pair>();
  // By how often they occur. A merge makes no pair more frequent than the merged one was.
  const byCount = new Map<number, Set<Pair>>();
  const put = (pair: Pair): void => void (byCount.get(pair.count) ?? byCount.set(pair.count, new Set()).get(pair.count)!).add(pair);
  const tally = (index: number, sign: 1 | -1): void => {
    const { symbols, times } = counted[index]!;
    for (let k = 0; k + 1 < symbols.length; k++) {
      const key = `${symbols[k]} ${symbols[k + 1]}`;
      const pair = pairs.get(key) ?? { symbols: [symbols[k]!, symbols[k + 1]!], count: 0, words: new Set() };
      pairs.set(key, pair);
      byCount.get(pair.count)?.delete(pair);
      pair.count += sign * times;
      pair.words.add(index);
      put(pair);
    }
  };
  for (const index of counted.keys()) tally(index, 1);
  const merges: (readonly [string, string])[] = [];
  // What occurs once says nothing of other texts.
  for (let most = Math.max(0, ...byCount.keys()); most > 1 && merges.length < count; ) {
    const [pair] = byCount.get(most) ?? [];
    if (pair === undefined) {
      most--;
      continue;
    }
    merges.push(pair.symbols);
    for (const index of [...pair.words]) {
      tally(index, -1);
      counted[index]!.symbols = merged(counted[index]!.symbols, pair.symbols);
      tally(index, 1);
    }
    pair.words.clear();
  }
  return merges;
}

interface Pair {
  readonly symbols: readonly [string, string];
  count: number;
  /** Where it occurs, or did. */
  readonly words: Set<number>;
}

interface Word {
  symbols: readonly string[];
  times: number;
}

function countedWords(texts: Iterable<string>): readonly Word[] {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  const words = new Map<string, Word>();
  for (const [text, count] of times) {
    for (const symbols of unitsOf(text)) {
      const key = symbols.join('');
      const word = words.get(key) ?? { symbols, times: 0 };
      word.times += count;
      words.set(key, word);
    }
  }
  return [...words.values()];
}

/** Every occurrence of the pair as one symbol, from the left. */
function merged(symbols: readonly string[], [a, b]: readonly [string, string]): readonly string[] {
  const result: string[] = [];
  for (let k = 0; k < symbols.length; k++) {
    const pair = symbols[k] === a && symbols[k + 1] === b;
    result.push(pair ? a + b : symbols[k]!);
    if (pair) k++;
  }
  return result;
}

export interface Subwords {
  /** Every symbol; its index is its id. */
  readonly symbols: readonly string[];
  encode(text: string): number[];
  decode(ids: Iterable<number>): string;
}

/**
 * Symbols learnt from texts: 0 `<unk>`, 1 `<start>`, 2 `<end>`, the `tags`, the units of the texts in code point order,
 * what merges make.
 */
export function subwords(texts: readonly string[], merges: number, tags: readonly string[] = []): Subwords {
  const words = countedWords(texts);
  const characters = new Set(words.flatMap(({ symbols }) => symbols));
  const learnt = mergesOf(words, merges);
  const symbols = [...new Set(['<unk>', '<start>', '<end>', ...tags, ...[...characters].sort(), ...learnt.map(([a, b]) => a + b)])];
  const ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  const ranks = new Map(learnt.map(([a, b], rank) => [`${a} ${b}`, rank]));
  const known = new Map<string, readonly number[]>();
  const encodeWord = (unmerged: readonly string[]): readonly number[] => {
    let word = unmerged;
    for (;;) {
      const next = earliest(word, ranks);
      if (next === undefined) return word.map((symbol) => ids.get(symbol) ?? 0);
      word = merged(word, learnt[next]!);
    }
  };
  return {
    symbols,
    encode: (text) =>
      unitsOf(text).flatMap((word) => {
        const key = word.join('');
        const encoded = known.get(key) ?? encodeWord(word);
        known.set(key, encoded);
        return encoded;
      }),
    decode: (written) =>
      Array.from(written, (id) => (id === 1 || id === 2 ? '' : (symbols[id] ?? symbols[0]!)))
        .join('')
        .replaceAll(space, ' ')
        .trim(),
  };
}

/** The merge learnt first among those that a word has a pair for. */
function earliest(word: readonly string[], ranks: ReadonlyMap<string, number>): number | undefined {
  let best: number | undefined;
  for (let k = 0; k + 1 < word.length; k++) {
    const rank = ranks.get(`${word[k]} ${word[k + 1]}`);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}
