/**
 * BLEU (Papineni et al. 2002) as sacrebleu computes it by default (Post 2018), one reference for each text; signature
 * `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2`.
 */

const longest = 4;

/** The tokens of mteval-v13a. */
export function tokens13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/gu, '$1 $2 ')
    .split(/\s+/u)
    .filter((token) => token !== '');
}

/** Of whole texts, from 0 to 100. */
export function bleu(answers: readonly string[], references: readonly string[]): number {
  if (answers.length !== references.length)
    throw new RangeError(`expected a reference for each of ${answers.length} answers, given ${references.length}`);
  const [correct, total] = [new Array<number>(longest).fill(0), new Array<number>(longest).fill(0)];
  let [written, wanted] = [0, 0];
  for (const [k, answer] of answers.entries()) {
    const [own, right] = [tokens13a(answer), tokens13a(references[k]!)];
    written += own.length;
    wanted += right.length;
    for (let n = 1; n <= longest; n++) {
      const there = countedNgrams(right, n);
      for (const [ngram, count] of countedNgrams(own, n)) correct[n - 1]! += Math.min(count, there.get(ngram) ?? 0);
      total[n - 1]! += Math.max(0, own.length - n + 1);
    }
  }
  if (correct.every((count) => count === 0) || total.includes(0)) return 0;
  // Where no n-gram is right: half of one, a quarter of the next order's, ….
  let smooth = 1;
  const precisions = correct.map((count, n) => (count === 0 ? 1 / ((smooth *= 2) * total[n]!) : count / total[n]!));
  const brevity = written < wanted ? Math.exp(1 - wanted / written) : 1;
  return 100 * brevity * Math.exp(precisions.reduce((sum, precision) => sum + Math.log(precision), 0) / longest);
}

function countedNgrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let k = 0; k + n <= tokens.length; k++) {
    const ngram = tokens.slice(k, k + n).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}
