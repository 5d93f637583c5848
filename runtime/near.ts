/** Names that were probably meant. */

/** The candidate that was probably meant: one that differs only in case, else the nearest within a third of the name's length. */
export function didYouMean(name: string, candidates: Iterable<string>): string | null {
  const others = [...new Set(candidates)].filter((c) => c !== name).sort();
  const folded = name.toLowerCase();
  const sameLetters = others.find((c) => c.toLowerCase() === folded);
  if (sameLetters !== undefined) return sameLetters;
  const length = [...name].length;
  // Below three letters every other short name is near, so that a suggestion means nothing.
  if (length < 3) return null;
  let best: string | null = null;
  let distance = Math.max(1, Math.floor(length / 3)) + 1;
  for (const candidate of others) {
    const d = editDistance(folded, candidate.toLowerCase(), distance);
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/**
 * Insertions, deletions, replacements and swaps of adjacent characters (optimal string alignment), in code points; `limit` if
 * there are that many or more.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  const x = [...a],
    y = [...b];
  if (Math.abs(x.length - y.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: y.length + 1 }, (_, j) => j);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      let d = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (x[i - 1] === y[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && x[i - 1] === y[j - 2] && x[i - 2] === y[j - 1]) d = Math.min(d, before[j - 2]! + 1);
      next.push(d);
    }
    [before, row] = [row, next];
  }
  return Math.min(limit, row[y.length]!);
}
