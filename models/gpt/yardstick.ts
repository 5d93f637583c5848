/**
 * What the characters before tell without a network: bits for each character of the test files, by the frequencies of
 * character sequences in the training files, interpolated as in Witten & Bell 1991. `npx tsx models/gpt/yardstick.ts`
 */
import { charactersOf, partOf } from './corpus.ts';

const vocabulary = 96;
const longest = 7;

interface Seen {
  total: number;
  readonly next: Map<number, number>;
}

const contexts = Array.from({ length: longest }, () => new Map<string, Seen>());
for (const { text } of partOf('train')) {
  const ids = charactersOf(text);
  for (let at = 0; at < ids.length; at++) {
    for (let order = 0; order < longest && order <= at; order++) {
      const key = ids.subarray(at - order, at).join();
      const seen = contexts[order]!.get(key) ?? { total: 0, next: new Map<number, number>() };
      seen.total++;
      seen.next.set(ids[at]!, (seen.next.get(ids[at]!) ?? 0) + 1);
      contexts[order]!.set(key, seen);
    }
  }
}

for (let order = 1; order <= longest; order++) {
  let [bits, count] = [0, 0];
  for (const { text } of partOf('test')) {
    const ids = charactersOf(text);
    for (let at = 0; at < ids.length; at++) {
      let p = 1 / vocabulary;
      for (let length = 0; length < order && length <= at; length++) {
        const seen = contexts[length]!.get(ids.subarray(at - length, at).join());
        if (seen === undefined) break;
        p = ((seen.next.get(ids[at]!) ?? 0) + seen.next.size * p) / (seen.total + seen.next.size);
      }
      bits -= Math.log2(p);
      count++;
    }
  }
  console.log(`${order - 1} characters before: ${(bits / count).toFixed(3)} bits`);
}
